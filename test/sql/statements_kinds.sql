-- Statements and notices of each kind of sanction: for a span, for ever, while a
-- condition holds, until something is done, for a number of events, in a queue,
-- on trial, withdrawn, released, without a violation behind it.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE TEMPORARY TABLE scheme AS SELECT '{
	"scheme": "k", "title": {"en": "Conduct", "zh": "行为分"}, "time_zone": "Europe/Berlin",
	"score": {"direction": "deduct", "cap": 100},
	"attributes": {"followers": "number"},
	"capabilities": {"post": {"en": "write posts", "zh": "发帖"}, "withdraw": "take money out", "reach": {"en": "be recommended"}},
	"rules": {
		"less": {"title": {"en": "less", "zh": "轻"}, "points": [1, 60], "usual": 10},
		"span": {"title": "span", "points": 0, "direct": "span"},
		"ever": {"title": "ever", "points": 0, "direct": "ever"},
		"done": {"title": "done", "points": 0, "direct": "done"},
		"count": {"title": "count", "points": 0, "direct": "count"}},
	"relief": [{"every": "5 days", "add": 5}],
	"links": [{"kind": "same_owner", "confidence": 0.5, "entries": ["done"]}],
	"ladder": [
		{"rung": "span", "tier": "muted", "withhold": ["post"], "for": "3 days", "overlap": "queue"},
		{"rung": "ever", "tier": "banned", "withhold": ["post", "withdraw", "reach"], "for": "ever", "overlap": "queue"},
		{"rung": "done", "tier": "muted", "withhold": ["post"], "for": "5 days", "until": ["exam", {"on": "course", "where": "quantity >= 60"}]},
		{"rung": "count", "tier": "limited", "withhold": ["reach"], "for": {"count": 2, "of": "match"}},
		{"rung": "fact", "tier": "limited", "withhold": ["reach"], "when": "followers >= 1000"},
		{"rung": "while", "tier": "suspended", "withhold": ["post"], "when": "score <= 50"}],
	"dsa": {
		"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT", "incompatible_content_ground": "Rules, 2",
		"incompatible_content_explanation": {"en": "Against \"{title}\".", "zh": "违反“{title}”。"},
		"content_type": ["CONTENT_TYPE_TEXT"], "category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
		"decision_facts": {"en": "Since {starts} no more: {withheld}.", "zh": "自 {starts} 起不能：{withheld}。"},
		"source_type": "SOURCE_VOLUNTARY", "automated_detection": "No", "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
		"without_violation": {"incompatible_content_explanation": "The account is too large for it."},
		"capabilities": {"post": {"decision_provision": "DECISION_PROVISION_PARTIAL_SUSPENSION"}},
		"tiers": {"limited": {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_DEMOTED"]}}}}'::jsonb AS document;
SELECT governance.publish(document) > 0 AS published,
	   governance.publish(document || '{"scheme": "k.trial"}', 'trial', '[2020-01-01,)') > 0 AS on_trial FROM scheme;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 10) i;
SELECT governance.link_accounts(3, 10, 'same_owner', 0.9, since => '2021-01-01');
INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at) VALUES
	(1, 'k', 'span', NULL, now() - interval '2 days', now() - interval '1 day'), (1, 'k', 'span', NULL, now() - interval '1 day', now() - interval '1 day'),
	(2, 'k', 'ever', NULL, now() - interval '2 days', now() - interval '1 day'), (2, 'k', 'ever', NULL, now() - interval '1 day', now() - interval '1 day'),
	(3, 'k', 'done', NULL, now() - interval '2 days', now() - interval '1 day'),
	(4, 'k', 'count', NULL, now() - interval '2 days', now() - interval '1 day'),
	(5, 'k', 'less', 60, now() - interval '2 days', now() - interval '1 day'),
	(6, 'k', 'span', NULL, now() - interval '2 days', now() - interval '1 day'),
	(7, 'k', 'ever', NULL, now() - interval '2 days', now() - interval '1 day'),
	(8, 'k.trial', 'less', 60, now() - interval '2 days', now() - interval '1 day'),
	(9, 'k', 'less', 1, now() - interval '2 days', now() - interval '2 days');
SELECT governance.overturn(violation_id, 'no', decided_at) > 0 AS withdrawn FROM governance.violation WHERE account_id = 6;
SELECT governance.release(sanction_id, 'enough') > 0 AS released FROM governance.sanction WHERE account_id = 7;
INSERT INTO governance.attribute (account_id, name, value, during) VALUES (9, 'followers', '2000', tstzrange(now() - interval '1 day', NULL));
\set ECHO queries

-- Instants aside: what it means, how long, whether it was lifted, what can be done.
\pset format unaligned
\pset tuples_only on
SELECT format(E'-- %s %s%s', account_id, s.scheme, E'\n') || string_agg(regexp_replace(line, '\d{4}-\d\d-\d\d \d\d:\d\d', '...', 'g'), E'\n' ORDER BY language, n)
	FROM (SELECT account_id, sanction_id, split_part(scheme, '@', 1) AS scheme FROM governance.sanction) s, unnest(ARRAY['en', 'zh']) language,
		 string_to_table(governance.notice(sanction_id, language), E'\n\n') WITH ORDINALITY AS l(line, n)
	WHERE line ~ '^(Account|账号|What|处理内容|How long|期限|It was|It happened|该措施|该违规发生|The rule:|规则：|The ground|依据|Appeal|申诉|Other|其他)'
	GROUP BY account_id, sanction_id, s.scheme ORDER BY sanction_id;
-- A forecast is not what has happened.
SELECT released_at > now(), governance.notice(sanction_id) LIKE '%It was lifted%', governance.notice(sanction_id) LIKE format('%%if nothing else happens, until %s%%', to_char(upper(during) AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD HH24:MI')),
	   governance.explain_text(sanction_id) LIKE '% If nothing else happens it will be released at % (cleared).'
	FROM governance.sanction WHERE rung = 'while' AND scheme = 'k';
\pset format aligned
\pset tuples_only off

-- What has not begun is not handed out: it may still come to nothing.
SELECT s.account_id, s.rung, lower(s.during) > now() AS is_to_come, d.needed, d.problems, t.sanction_id IS NOT NULL AS handed_out, m.problems AS missing
	FROM governance.sanction s CROSS JOIN governance.draft_statement(s.sanction_id) d
		LEFT JOIN governance.statements_of_reasons('-infinity', 'infinity') t USING (sanction_id)
		LEFT JOIN governance.statements_missing('-infinity', 'infinity') m USING (sanction_id)
	ORDER BY s.sanction_id;
SELECT s.account_id, t.statement ->> 'decision_facts' LIKE 'Since ____-__-__ no more: %' AS starts, substring(t.statement ->> 'decision_facts' FROM ': (.*)') AS withheld,
	   (SELECT string_agg(k, ' ' ORDER BY k) FROM jsonb_object_keys(t.statement) k WHERE k ~ '^(decision_[vpam][^f]|end)') AS says
	FROM governance.statement t JOIN governance.sanction s USING (sanction_id) ORDER BY sanction_id;
-- Filed without an instant: now.
SELECT governance.file_statements(array_agg(puid), NULL) = count(*) AS filed FROM governance.statement;
SELECT count(*) FROM governance.statements_of_reasons('-infinity', 'infinity');
-- What has been handed out is not put together again.
BEGIN;
SET LOCAL track_functions = 'all';
SELECT count(*) FROM governance.statements_of_reasons('-infinity', 'infinity');
SELECT count(*) FROM governance.statements_missing('-infinity', 'infinity');
SELECT coalesce(pg_stat_get_xact_function_calls('governance.draft_statement(bigint, text)'::regprocedure), 0) AS put_together;
COMMIT;

-- What the form cannot say keeps a notice from nothing.
SELECT governance.publish(jsonb_set(document || '{"scheme": "long"}', '{ladder,0,for}', '"20 years"')) > 0 AS published FROM scheme;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 'long', 'span', '2024-05-01', '2024-05-01');
SELECT problems FROM governance.statements_missing('2024-05-01');
\pset format unaligned
\pset tuples_only on
SELECT governance.notice(sanction_id, 'zh') FROM governance.sanction WHERE scheme = 'long';
SELECT * FROM governance.verify();
