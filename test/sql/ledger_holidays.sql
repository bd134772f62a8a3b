-- Periods whose last day is no working day end on the next one that is: weekends,
-- holidays, weekend days that are worked on; in sanctions, reliefs by age and the
-- deadlines of appeals; by days in the document, and by a table of days that changes.
\set ECHO none
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SET datestyle = 'ISO';

-- China's days of 2024 around the Spring Festival and the National Day
CREATE FUNCTION pg_temp.document(calendar jsonb, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"scheme": "h", "time_zone": "Asia/Shanghai",
		"score": {"direction": "accumulate", "limit": 12},
		"rules": {"a": {"title": "a", "points": 1}, "b": {"title": "b", "points": 0, "direct": "direct"}},
		"relief": [{"age": "30 days", "void": "entry"}],
		"ladder": [
			{"rung": "week", "when": "score >= 1", "rearm": "always", "overlap": "parallel", "tier": "muted", "withhold": ["post"], "for": "7 days"},
			{"rung": "direct", "tier": "limited", "for": "7 days", "until": ["course"]}]}'::jsonb
		|| jsonb_build_object('calendar', calendar) || more $$;
\set SHOW_CONTEXT never
\set ECHO queries

-- ends: a Saturday at noon, midnight after a Sunday, a holiday, a make-up Sunday, a working day
WITH days AS (SELECT pg_temp.document('{"holidays": ["2024-02-10", "2024-02-11", "2024-02-12", "2024-02-13", "2024-02-14", "2024-02-15", "2024-02-16", "2024-02-17"],
		"working": ["2024-02-04", "2024-02-18"], "roll": ["sanctions"]}') AS d)
SELECT e.at, to_char(o.ends, 'Dy YYYY-MM-DD HH24:MI') AS ends
	FROM days, unnest('{2024-01-06 12:00,2024-01-08 00:00,2024-01-09,2024-01-28 09:30,2024-02-03,2024-02-11 10:00,2024-02-05 10:00,2024-02-12}'::text[]) AS e(at),
		 LATERAL (SELECT * FROM governance.dry_run(d, jsonb_build_array(jsonb_build_object('at', e.at, 'rule', 'a'))) o WHERE what = 'sanction') o;
-- weekends alone, another weekend, none at all
SELECT w, to_char(o.ends, 'Dy YYYY-MM-DD') AS ends
	FROM unnest('{"{}","{\"weekend\": [\"friday\", \"saturday\"]}","{\"weekend\": []}"}'::text[]) AS w,
		 LATERAL (SELECT * FROM governance.dry_run(pg_temp.document(w::jsonb), '[{"at": "2024-01-05 12:00", "rule": "a"}]') o WHERE what = 'sanction') o;
-- what the document says rolls: reliefs, rungs, single ones
SELECT d, string_agg(what || ' ' || to_char(CASE WHEN what = 'sanction' THEN o.ends ELSE o.at END, 'Dy MM-DD HH24:MI'), ', ' ORDER BY what) AS ends
	FROM unnest('{"{\"calendar\": {}}","{\"calendar\": {\"roll\": [\"relief\"]}}","{\"calendar\": {\"roll\": []}}","{\"relief\": [{\"age\": \"30 days\", \"roll\": false, \"void\": \"entry\"}]}"}'::text[]) AS d,
		 LATERAL (SELECT * FROM governance.dry_run(pg_temp.document('{}', d::jsonb), '[{"at": "2024-01-05 12:00", "rule": "a"}]', NULL, true) o
				  WHERE what IN ('sanction', 'expiry')) o
	GROUP BY d ORDER BY d;
-- entries come of age in another order than they came
SELECT o.at, o.what, o.entry, o.score FROM governance.dry_run(pg_temp.document('{"roll": ["relief"]}', '{"ladder": [], "rules": {"a": {"title": "a", "points": 1}}}'),
	'[{"at": "2024-01-04 12:00", "rule": "a"}, {"at": "2024-01-05 09:00", "rule": "a"}, {"at": "2024-01-06 08:00", "rule": "a"}]', NULL, true) o WHERE what = 'expiry';

-- mistakes
\set VERBOSITY terse
SELECT governance.check_policy(pg_temp.document('{"weekend": ["funday"]}'));
SELECT governance.check_policy(pg_temp.document('{"weekend": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]}'));
SELECT governance.check_policy(pg_temp.document('{"holidays": ["2024-02-30"]}'));
SELECT governance.check_policy(pg_temp.document('{"holidays": ["2024-02-10 12:00"]}'));
SELECT governance.check_policy(pg_temp.document('{"holidays": ["2024-02-10"], "working": ["2024-02-10"]}'));
SELECT governance.check_policy(pg_temp.document('{"holidays": "cn", "working": ["2024-02-10"]}'));
SELECT governance.check_policy(pg_temp.document('{"roll": ["sanction"]}'));
SELECT governance.check_policy(pg_temp.document('{}', '{"ladder": [{"rung": "direct", "when": "score > 1", "tier": "muted", "roll": true}]}'));
SELECT governance.check_policy(pg_temp.document('{}', '{"relief": [{"at": "year", "void": "all", "roll": true}]}'));
SELECT governance.check_policy(pg_temp.document('{}') - 'calendar' || '{"relief": [{"age": "1 year", "void": "entry", "roll": true}]}');
SELECT governance.check_policy(pg_temp.document('{}', '{"revision": {"decide_within": "ever"}}'));
\set VERBOSITY default

-- in a ledger, by the days of a calendar
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish(pg_temp.document('{"holidays": "cn"}'));
SELECT governance.holiday('cn', '2024-02-10', '2024-02-15', 'Spring Festival');
SELECT governance.publish(pg_temp.document('{"holidays": "cn"}', '{"revision": {"appeal_within": "10 days", "decide_within": "5 days"}}')) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2023-01-01' FROM generate_series(1, 5) n;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	SELECT n, 100 + n, 'h', CASE WHEN n = 3 THEN 'b' ELSE 'a' END, at, at FROM (VALUES (1, timestamptz '2024-02-05 10:00'), (2, '2024-02-09 10:00'), (3, '2024-02-05 10:00')) AS v(n, at);
SELECT account_id, rung, during FROM governance.sanction ORDER BY account_id;
SELECT * FROM governance.verify();
-- it is announced that the 16th is a holiday too, and the weekend after it is worked on
SELECT governance.holiday('cn', '2024-02-16', '2024-02-16', 'Spring Festival');
SELECT governance.holiday('cn', '2024-02-17', '2024-02-18', working => true);
SELECT governance.holiday('cn', '2024-02-17', '2024-02-18', working => true) AS nothing_new;
SELECT governance.tier(1, 'h', '2024-02-16 12:00'), governance.tier(1, 'h', '2024-02-17 09:59'), governance.tier(1, 'h', '2024-02-17 10:00');
CALL governance.settle();
SELECT account_id, rung, during FROM governance.sanction ORDER BY account_id;
SELECT * FROM governance.verify();
-- another calendar is nobody's business; a row that goes is a change, too
SELECT governance.holiday('nl', '2024-04-27', name => 'Koningsdag');
DELETE FROM governance.holiday WHERE calendar = 'cn' AND day = '2024-02-17';
UPDATE governance.holiday SET name = 'Chunjie' WHERE calendar = 'cn';
CALL governance.settle();
SELECT account_id, rung, during FROM governance.sanction ORDER BY account_id;
SELECT * FROM governance.verify();
-- the condition was met while the time ran; a later violation goes by the days as they are
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (3, 'course', '2024-02-07');
SELECT rung, during FROM governance.sanction WHERE account_id = 3;
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();

-- appeals: 10 days from the decision, 5 days from the filing
INSERT INTO governance.appeal (violation_id, filed_at, grounds) VALUES (101, '2024-02-18 09:59', 'in time: the 15th was a holiday');
INSERT INTO governance.appeal (violation_id, filed_at, grounds) VALUES (102, '2024-02-19 10:00', 'too late by a moment');
SELECT violation_id, filed_at, deadline FROM governance.appeal ORDER BY violation_id;
INSERT INTO governance.appeal (violation_id, filed_at, deadline) VALUES (103, '2024-02-06', '2024-02-29');
SELECT deadline FROM governance.appeal WHERE violation_id = 103;

-- refused
SELECT governance.holiday('cn', '2024-02-16', '2024-02-15');
SELECT governance.holiday(NULL, '2024-02-16');
TRUNCATE governance.holiday;
