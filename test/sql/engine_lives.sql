-- How long an entry lives is settled when it comes in, also where that depends on
-- counts, the score or facts; a new version asks again only for ages that it
-- writes otherwise, and by the time of each entry.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT setseed(0.5);
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION pg_temp.document(scheme text, relief text, more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', scheme, 'score', '{"direction": "accumulate", "limit": 1000}'::jsonb,
		'rules', '{"v": {"title": "v", "points": [1, 50], "usual": 10}}'::jsonb, 'observe', '{"nth": {"count": "violations"},
			"week": {"count": "violations", "within": "7 days"}, "live": {"count": "violations", "live": true}}'::jsonb,
		'relief', relief::jsonb) || more::jsonb $$;
CREATE FUNCTION pg_temp.scores(account bigint, scheme text, VARIADIC days int[]) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(trim_scale(governance.points(governance.score(account, scheme, timestamptz '2024-01-01 12:00' + d * interval '1 day')))::text, ' ' ORDER BY n)
	FROM unnest(days) WITH ORDINALITY AS u (d, n) $$;
CREATE FUNCTION pg_temp.came(account bigint, scheme text, VARIADIC days int[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
		SELECT account, scheme, 'v', at, at FROM unnest(days) AS d, LATERAL (SELECT timestamptz '2024-01-01' + d * interval '1 day' AS at) AS t $$;
INSERT INTO governance.account (account_id, opened_at) SELECT a, '2020-01-01' FROM generate_series(1, 60) AS a;

\echo By which one it was, by a formula, by what stood then, by a fact of that day
SELECT count(governance.publish(d)) AS published FROM (VALUES
	(pg_temp.document('nth', '[{"age": [{"when": "nth <= 2", "use": "7 days"}, {"use": "30 days"}], "void": "entry"}]')),
	(pg_temp.document('formula', '[{"age": {"days": "7 * nth"}, "void": "entry"}]')),
	(pg_temp.document('live', '[{"age": [{"when": "live >= 2", "use": "40 days"}, {"when": "score < 20", "use": "10 days"}], "void": "entry"}]')),
	(pg_temp.document('fact', '[{"age": [{"when": "trusted", "use": "5 days"}, {"use": "20 days"}], "void": "entry"}]', '{"attributes": {"trusted": {"type": "boolean", "default": false}}}')),
	(pg_temp.document('clean', '[{"age": [{"when": "nth >= 2", "use": "20 days"}, {"use": "10 days"}], "clean": true, "void": "entry"}]')),
	(pg_temp.document('marked', '[{"age": [{"when": "nth >= 2", "use": "20 days"}, {"use": "10 days"}], "from": "course", "void": "entry"}]'))) AS v (d);
SELECT count(pg_temp.came(1, s, 0, 3, 8)) FROM unnest(ARRAY['nth', 'formula', 'live', 'fact', 'clean', 'marked']) AS s;
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (1, 'course', '2024-01-21');
SELECT count(governance.set_attribute(1, 'trusted', 'true', '2024-01-03')) AS trusted;
SELECT s AS scheme, pg_temp.scores(1, s, 0, 6, 7, 9, 10, 12, 13, 17, 18, 23, 27, 31, 37, 38, 41, 43, 48, 99) AS "0 6 7 9 10 12 13 17 18 23 27 31 37 38 41 43 48 99"
FROM unnest(ARRAY['nth', 'formula', 'live', 'fact', 'clean', 'marked']) AS s;

\echo A dry run, the ledger and what is folded again agree; so does what comes late or is taken back
SELECT d.at, d.what, d.score FROM governance.dry_run((SELECT document FROM governance.policy WHERE scheme = 'nth'), '[
	{"at": "2024-01-01", "violation": "v"}, {"at": "2024-01-04", "violation": "v"}, {"at": "2024-01-09", "violation": "v"}]', until => '2024-06-01') AS d;
SELECT count(pg_temp.came(2, 'nth', 8)), count(pg_temp.came(2, 'nth', 0, 3));
SELECT pg_temp.scores(2, 'nth', 8, 9, 10, 37, 38) AS came_late;
SELECT count(pg_temp.came(3, 'nth', 0, 3, 8));
SELECT count(governance.overturn(violation_id, 'no')) AS overturned FROM governance.violation WHERE account_id = 3 AND occurred_at = '2024-01-01';
SELECT count(*) AS rebuilt FROM governance.rebuild();
SELECT * FROM governance.verify();
SELECT string_agg(at::date::text, ', ' ORDER BY at) AS expires FROM governance.timeline(3, 'nth') WHERE what = 'expiry';

\echo Random histories: what SQL finds, whatever the order of rows
CREATE TEMPORARY TABLE entry AS
	SELECT DISTINCT a, timestamptz '2024-01-01' + floor(random() * 60) * interval '1 day' AS at
	FROM generate_series(10, 39) AS a, generate_series(1, CASE WHEN a = 10 THEN 55 ELSE 8 END) AS n;
SELECT count(governance.publish(pg_temp.document('week', '[{"age": [{"when": "week >= 3", "use": "30 days"}, {"when": "nth <= 2", "use": "5 days"}, {"use": "12 days"}], "void": "entry"}]'))) AS published;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) SELECT a, 'week', 'v', at, at FROM entry WHERE a < 25 ORDER BY random();
DO $$
DECLARE e record;
BEGIN
	FOR e IN SELECT * FROM entry WHERE a >= 25 ORDER BY random() LOOP
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (e.a, 'week', 'v', e.at, e.at);
	END LOOP;
END $$;
WITH judged AS (
	SELECT a, at, at + CASE WHEN count(*) OVER (PARTITION BY a ORDER BY at RANGE BETWEEN interval '7 days' PRECEDING AND CURRENT ROW)
			- count(*) OVER (PARTITION BY a ORDER BY at RANGE BETWEEN interval '7 days' PRECEDING AND interval '7 days' PRECEDING) >= 3 THEN interval '30 days'
		WHEN row_number() OVER (PARTITION BY a ORDER BY at) <= 2 THEN '5 days' ELSE '12 days' END AS until FROM entry)
SELECT count(*) AS instants, count(*) FILTER (WHERE governance.points(governance.score(i.a, 'week', x)) IS DISTINCT FROM
	(SELECT 10.0 * count(*) FROM judged AS j WHERE j.a = i.a AND j.at <= x AND j.until > x)) AS differ
FROM (SELECT DISTINCT a, x FROM judged, unnest(ARRAY[at, until]) AS x) AS i;
SELECT * FROM governance.verify();

\echo A version with the same ages leaves lives alone; other ages judge old entries by their own time
CREATE FUNCTION pg_temp.versions(s text, ages1 text, ages2 text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM governance.publish(pg_temp.document(s, ages1), in_force => tstzrange(NULL, '2024-01-06'));
	PERFORM governance.publish(pg_temp.document(s, ages2, '{"note": "the second"}'), in_force => tstzrange('2024-01-06', NULL));
END $$;
SELECT pg_temp.versions('same', '[{"age": [{"when": "nth <= 2", "use": "7 days"}, {"use": "30 days"}], "void": "entry"}]',
	'[{"age": [{"when": "nth <= 2", "use": "7 days"}, {"use": "30 days"}], "void": "entry"}]');
SELECT pg_temp.versions('other', '[{"age": "100 days", "void": "entry"}]',
	'[{"age": [{"when": "nth <= 2", "use": "7 days"}, {"use": "30 days"}], "void": "entry"}]');
SELECT pg_temp.versions('window', '[{"age": [{"when": "nth = 1", "use": "50 days"}, {"use": "60 days"}], "void": "entry"}]',
	'[{"age": [{"when": "week >= 2", "use": "20 days"}, {"use": "10 days"}], "void": "entry"}]');
SELECT count(pg_temp.came(50, s, 0, 3, 4, 8)) FROM unnest(ARRAY['same', 'other', 'window']) AS s;
SELECT s AS scheme, pg_temp.scores(50, s, 0, 4, 6, 7, 8, 10, 11, 23, 24, 28, 34, 38) AS "0 4 6 7 8 10 11 23 24 28 34 38"
FROM unnest(ARRAY['same', 'other', 'window']) AS s;
SELECT * FROM governance.verify();
