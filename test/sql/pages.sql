-- The pages: well formed whatever the ledger holds, nothing of it taken for
-- HTML, figures as the reports have them, both languages, errors.
-- test/sh/pages.sh looks at them in a browser.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
-- As XML, which forgives nothing: its own few empty elements apart.
CREATE FUNCTION pg_temp.well_formed(page text) RETURNS boolean LANGUAGE sql AS $$
	SELECT xml_is_well_formed_document(regexp_replace(regexp_replace(page, '^<!DOCTYPE html>', ''), '<(meta|br)([^>]*)>', '<\1\2/>', 'g')) $$;
CREATE FUNCTION pg_temp.counted(page text, part text) RETURNS integer LANGUAGE sql AS $$
	SELECT ((length(page) - length(replace(page, part, ''))) / length(part)) $$;
\set SHOW_CONTEXT never
\set ECHO queries

-- An empty ledger has pages too.
SELECT language, pg_temp.well_formed(page), page LIKE '<!DOCTYPE html>%<html lang="' || left(language, 2) || '%'
	FROM unnest('{en,zh,zh-CN}'::text[]) AS language, governance.transparency_page(tstzrange('2025-01-01', '2025-04-01'), language) AS page;
SELECT pg_temp.well_formed(governance.transparency_page());
SELECT pg_temp.well_formed(governance.transparency_page(tstzrange(NULL, NULL)));
INSERT INTO governance.account (account_id, opened_at) VALUES (7, '2025-01-01');
SELECT language, pg_temp.well_formed(page), substring(page FROM '<p class="note">[^<]*')
	FROM unnest('{en,zh}'::text[]) AS language, governance.account_page(7, language => language) AS page;

-- Numbers and axes.
SELECT n, governance.page_number(n) FROM unnest('{0,7,-7,1234,-1234567.5,999999.999,0.05,12.30}'::numeric[]) AS n;
SELECT governance.page_percent(0.1234), governance.page_percent(1), governance.page_percent(NULL);
SELECT n, governance.page_ticks(n) FROM unnest('{0,1,3,12,100,101,289,1278,99999}'::numeric[]) AS n;
SELECT governance.page_date('2025-03-01 00:30+08', l, z), governance.page_date('2025-03-01 00:30+08', l, z, true)
	FROM unnest('{en,zh}'::text[]) l, unnest('{Asia/Shanghai,UTC}'::text[]) z ORDER BY l, z;
SELECT governance.html_text(E'<a href="x">&\'\x01\u202e') = U&'&lt;a href=&quot;x&quot;&gt;&amp;&#39;\FFFD\202E' AS escaped;

-- A small ledger whose every name tries to be more than a name.
CREATE TEMPORARY TABLE bad AS SELECT $$</title></style></svg><script>alert(1)</script><img src=x onerror="alert(2)">&amp;'"]]>$$ || E'\x07' AS name;
UPDATE governance.account SET external_id = (SELECT name FROM bad);
SELECT governance.publish(jsonb_build_object('scheme', 'hostile', 'title', jsonb_build_object('en', name, 'zh', name), 'score', '{"cap": 10}'::jsonb,
		'rules', jsonb_build_object('r', jsonb_build_object('title', name, 'points', '[1, 5]'::jsonb, 'usual', 5)),
		'relief', jsonb_build_array(jsonb_build_object('name', name, 'every', '3 days', 'add', 1)),
		'ladder', jsonb_build_array(jsonb_build_object('rung', 'g', 'title', name, 'tier', 'muted', 'when', 'score <= 5', 'for', '9 days', 'withhold', '["post"]'::jsonb)))) > 0 AS published
	FROM bad;
INSERT INTO governance.campaign (campaign, title, during) SELECT name, name, '[2025-01-01,2025-12-31)' FROM bad;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at, source, campaign, content_ref, decided_by)
	SELECT 7, 70 + i, 'hostile', 'r', at, at, 'campaign', name, name, name
	FROM bad, (VALUES (1, '2025-02-01 12:00'::timestamptz), (2, '2025-03-01 12:00'), (3, '2025-05-01 12:00')) AS v(i, at);
INSERT INTO governance.appeal (appeal_id, violation_id, filed_at, grounds) SELECT 71, 71, '2025-02-02', name FROM bad;
SELECT governance.decide_appeal(71, 'changed', name, 1, '2025-02-04') FROM bad;
CREATE TEMPORARY TABLE page AS
	SELECT 'transparency' AS what, l, governance.transparency_page(tstzrange('2025-01-01', '2025-07-01'), l, name) AS page FROM bad, unnest('{en,zh}'::text[]) l
	UNION ALL SELECT 'default title', l, governance.transparency_page(tstzrange('2025-02-01', '2025-03-01'), l, in_scheme => 'hostile') FROM unnest('{en,zh}'::text[]) l
	UNION ALL SELECT 'account', l, governance.account_page(7, NULL, tstzrange('2025-01-01', '2025-07-01'), l) FROM unnest('{en,zh}'::text[]) l
	UNION ALL SELECT 'account, default', l, governance.account_page(7, 'hostile', language => l) FROM unnest('{en,zh}'::text[]) l;
SELECT what, l, pg_temp.well_formed(page) AS well_formed,
	   page ~* '<(script|img|iframe|object|link|a|form)\M' AS more, pg_temp.counted(page, '&lt;script&gt;') > 0 AS shown,
	   page ~ '[\x01-\x08]' AS controls, pg_temp.counted(page, '<title>') = pg_temp.counted(page, '</title>') AS titles
	FROM page ORDER BY what, l;

-- The figures are those of the reports.
SELECT r.accounts, r.sanctions, (SELECT sum(violations) FROM governance.report_sources(tstzrange('2025-01-01', '2025-07-01'))) AS violations
	FROM governance.report_announcement(tstzrange('2025-01-01', '2025-07-01')) r WHERE r.by = 'all';
SELECT m[2] AS figure, m[1] AS what FROM page, regexp_matches(page, '<div><dt>([^<]*)</dt><dd>([^<]*)</dd></div>', 'g') AS m WHERE what = 'transparency' AND l = 'en';
SELECT m[2] AS figure, m[1] AS what FROM page, regexp_matches(page, '<div><dt>([^<]*)</dt><dd>([^<]*)</dd></div>', 'g') AS m WHERE what = 'account' AND l = 'zh';
-- As text, the entries and sanctions of the account.
SELECT regexp_replace(regexp_replace(replace(m[1], '</t', ' </t'), '<[^>]*>', '', 'g'), '&[^ ]*;', '?', 'g') AS row
	FROM page, regexp_matches(page, '<tr[^>]*>(<td class="when">.*?)</tr>', 'g') AS m WHERE what = 'account' AND l = 'en';
-- The score as steps: lines that follow one another, and a dot for each violation.
SELECT pg_temp.counted(page, 'class="score"') > 5 AS steps, pg_temp.counted(page, '<circle class="dot" r=') AS dots,
	   pg_temp.counted(page, 'class="band muted"') AS bands, substring(page FROM '<desc id="chart-1-desc">([^<]*)') AS described
	FROM page WHERE what = 'account' ORDER BY l;
SELECT regexp_matches(page, '<rect class="muted" x="([0-9.]+)%" width="([0-9.]+)%"', 'g') AS sanction FROM page WHERE what = 'account' AND l = 'en';

-- Days, weeks, months, years on the axis.
SELECT period, ARRAY(SELECT m[1] FROM regexp_matches(governance.transparency_page(period, 'en'), 'text-anchor="middle"[^>]*>([^<]*)<', 'g') m) AS labels
	FROM unnest(ARRAY[tstzrange('2025-02-26', '2025-03-03'), tstzrange('2025-01-01', '2025-04-01'), tstzrange('2024-11-01', '2026-03-01'), tstzrange('2018-01-01', '2026-01-01')]) AS period;

-- Every published scheme, accounts that live through all of them.
SELECT count(governance.publish(governance.pack(pack))) > 10 AS published FROM governance.packs() WHERE kind = 'scheme';
SELECT setseed(0.3) IS NULL AS seeded;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2023-01-01' FROM generate_series(101, 108) i;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 101 + floor(8 * random()), r.scheme, r.rule, v.at, v.at + interval '1 hour'
	FROM (SELECT '2024-01-01'::timestamptz + interval '600 days' * random() AS at, n FROM generate_series(1, 500) n) v,
		 LATERAL (SELECT r.scheme, r.rule FROM governance.rule r WHERE r.scheme <> 'hostile' ORDER BY md5(v.n || r.scheme || r.rule) LIMIT 1) r ORDER BY v.at;
SELECT l, count(*) AS pages, count(*) FILTER (WHERE NOT pg_temp.well_formed(page)) AS ill_formed, sum(pg_temp.counted(page, '<svg class="plot"')) > 60 AS charts
	FROM governance.account a, unnest('{en,zh}'::text[]) l,
		 governance.account_page(a.account_id, NULL, CASE WHEN a.account_id % 2 = 0 THEN tstzrange('2024-06-01', '2025-06-01') END, l) AS page
	WHERE a.account_id > 100 GROUP BY l ORDER BY l;

-- No table without a row: a period in which nothing was, one without appeals.
SELECT pg_temp.counted(governance.transparency_page('[2010-01-01,2010-02-01)'), '<table') AS tables, pg_temp.counted(governance.transparency_page('[2010-01-01,2010-02-01)'), 'Nothing in this period') AS nothing;
SELECT count(*) FILTER (WHERE page ~ '<tbody>\s*</tbody>') AS empty, count(*) FILTER (WHERE page ~ '>Overturned</th>[^\n]*>Overturned</th>') AS twice FROM page;

-- An opening balance is nothing that came back; what is all still to come begins
-- before now.
INSERT INTO governance.account (account_id, opened_at) VALUES (201, '2023-01-01'), (202, '2023-01-01');
SELECT governance.opening_balance(201, 'hostile', 7, '2024-05-01') > 0 AS opened;
SELECT l, regexp_match(governance.account_page(201, language => l), '<dt>(points back|恢复)</dt><dd>([^<]*)') AS back,
	   pg_temp.counted(governance.account_page(201, language => l), CASE l WHEN 'zh' THEN '期初分值' ELSE 'Opening balance' END) AS named FROM unnest('{en,zh}'::text[]) l;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (202, 'hostile', 'r', now() + interval '30 days', now());
SELECT substring(governance.account_page(202, time_zone => 'UTC') FROM '<p class="period">(.*?) · ') = to_char(now() AT TIME ZONE 'UTC' - interval '90 days', 'FMDD Mon YYYY') || ' – '
	|| to_char(now() AT TIME ZONE 'UTC' + interval '90 days' / 8 - interval '1 second', 'FMDD Mon YYYY') AS around_now,
	   regexp_match(governance.account_page(202), '<dt>score now</dt><dd>([^<]*)') AS score;

-- A period that is over has an end, another one is as of now; long names keep
-- their beginning and their end.
SELECT governance.account_page(201, period => '[2024-01-01,2024-06-01)') ~ '<dt>score at the end</dt>' AS over,
	governance.account_page(201, period => tstzrange('2024-01-01', now() + interval '1 day')) ~ '<dt>score now</dt>' AS going_on,
	governance.transparency_page('[2024-01-01,2024-06-01)') ~ 'In force now' AS in_force_now;
SELECT n, governance.page_clipped('Deprived of the right to broadcast for ' || n || ' days', 15) FROM unnest('{7,30,365}'::int[]) n;

-- Errors.
SELECT governance.transparency_page(tstzrange('2025-01-01', '2025-02-01'), 'fr');
SELECT governance.transparency_page('empty');
SELECT governance.transparency_page(in_scheme => 'nothing');
SELECT governance.account_page(99);
SELECT governance.account_page(7, 'nothing');
SELECT governance.account_page(7, language => NULL);
