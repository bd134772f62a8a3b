-- Revision: decisions overturned, changed, reinstated; appeals; what follows.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "t.replay", "title": "replay",
	"score": {"direction": "deduct", "cap": 100},
	"rules": {
		"a": {"title": "a", "points": [5, 80], "usual": 20},
		"free": {"title": "free", "points": 0},
		"worst": {"title": "worst", "severity": "extreme", "points": 0, "direct": "gone"}},
	"ladder": [
		{"rung": "quiet", "when": "score < 70", "tier": "limited", "withhold": ["comment"]},
		{"rung": "slow", "each": 5, "tier": "limited", "withhold": ["promote"], "for": {"hours": "12 * floor(lost / 5)"}, "overlap": "max",
		 "terms": {"half_days": "floor(lost / 5)"}},
		{"rung": "mute", "when": "score <= 40", "tier": "muted", "withhold": ["comment", "post"], "for": "10 days"},
		{"rung": "gone", "when": "score <= 0", "tier": "banned", "withhold": ["comment", "post", "live"], "for": "ever"}]
}') > 0 AS published;
SELECT governance.publish(governance.pack('douyin.commerce')) > 0 AS published;
SELECT governance.publish(governance.pack('douyin.commerce') ||
	'{"scheme": "t.commerce.replay", "revision": {"overturn": "replay"}}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(1, 20), '2023-01-01';

CREATE FUNCTION pg_temp.violate(account bigint, id bigint, scheme text, rule text, points numeric, at timestamptz) RETURNS void
	LANGUAGE sql AS $$
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
		VALUES (account, id, scheme, rule, points, at, at)
$$;
CREATE FUNCTION pg_temp.sanctions(account bigint) RETURNS TABLE (rung text, during tstzrange, cause bigint, released timestamptz, reason text, terms jsonb)
	LANGUAGE sql AS $$
	SELECT rung, during, violation_id, CASE WHEN released_at = now() THEN 'infinity' ELSE released_at END, release_reason, terms
	FROM governance.sanction WHERE account_id = account ORDER BY lower(during), rung, sanction_id
$$;
\set ECHO queries

-- DYE-D: refund and replay of the same life give different scores.
SET timezone = 'Asia/Shanghai';
SELECT pg_temp.violate(a, 100 + a, s, 'stalling', 4, '2024-01-01'), pg_temp.violate(a, 200 + a, s, 'vulgar.dress', 2, '2024-01-12')
	FROM (VALUES (1, 'douyin.commerce'), (2, 't.commerce.replay')) AS v(a, s);
SELECT governance.overturn(v, 'appeal', '2024-02-01') > 0 AS revised FROM unnest('{201,202}'::bigint[]) AS v;
WITH e(scheme, at, score) AS (VALUES
	('douyin.commerce', timestamptz '2024-01-01', '8/12'), ('douyin.commerce', '2024-01-08', '9/12'),
	('douyin.commerce', '2024-01-12', '7/12'), ('douyin.commerce', '2024-01-19', '8/12'),
	('douyin.commerce', '2024-01-26', '9/12'), ('douyin.commerce', '2024-01-31 23:59:59', '9/12'),
	('douyin.commerce', '2024-02-01', '11/12'), ('douyin.commerce', '2024-02-24 23:59:59', '11/12'),
	('douyin.commerce', '2024-02-25', '12/12'),
	('t.commerce.replay', '2024-01-26', '9/12'), ('t.commerce.replay', '2024-01-31 23:59:59', '9/12'),
	('t.commerce.replay', '2024-02-01', '10/12'), ('t.commerce.replay', '2024-02-13 23:59:59', '10/12'),
	('t.commerce.replay', '2024-02-14', '11/12'), ('t.commerce.replay', '2024-03-14 23:59:59', '11/12'),
	('t.commerce.replay', '2024-03-15', '12/12'))
SELECT e.*, governance.score(CASE scheme WHEN 'douyin.commerce' THEN 1 ELSE 2 END, scheme, at) AS got FROM e
	WHERE score <> governance.score(CASE scheme WHEN 'douyin.commerce' THEN 1 ELSE 2 END, scheme, at)::text;
-- As known now: before the refund the violation counted; by the replay it never did.
SELECT governance.score(1, 'douyin.commerce', '2024-01-12', 'infinity') AS refund,
	   governance.score(2, 't.commerce.replay', '2024-01-12', 'infinity') AS replay;
SELECT * FROM pg_temp.sanctions(1);
SELECT * FROM pg_temp.sanctions(2);
SELECT * FROM governance.verify();
SET timezone = 'UTC';

-- Overturned: the standing is what it would have been; what no longer follows
-- is released, with its record; the restriction goes.
SELECT pg_temp.violate(3, 301, 't.replay', 'a', 30, now() - interval '5 days'),
	   pg_temp.violate(3, 302, 't.replay', 'a', 40, now() - interval '4 days');
SELECT governance.score(3, 't.replay'), governance.tier(3), governance.permits(3, 'post'), governance.permits(3, 'comment');
SELECT governance.overturn(302, 'mistaken identity') > 0 AS revised;
SELECT governance.score(3, 't.replay'), governance.tier(3), governance.permits(3, 'post'), governance.permits(3, 'comment');
SELECT rung, cause, released = 'infinity' AS released_now, reason, upper(during) = (SELECT max(decided_at) FROM governance.revision WHERE violation_id = 302) AS cut
	FROM pg_temp.sanctions(3);
SELECT * FROM governance.restriction WHERE account_id = 3 AND capability <> 'promote';
SELECT * FROM governance.verify();
-- What was shown then stays what was shown then.
SELECT governance.score(3, 't.replay', now() - interval '3 days'), governance.permits(3, 'post', now() - interval '3 days'),
	   governance.score(3, 't.replay', now() - interval '3 days', now()) AS known_now;
-- Reinstated: the same sanctions come back, under their ids.
CREATE TEMPORARY TABLE before AS SELECT sanction_id, rung, violation_id FROM governance.sanction WHERE account_id = 3;
SELECT governance.reinstate(302, 'it was this one after all') > 0 AS revised;
SELECT governance.score(3, 't.replay'), governance.tier(3), governance.permits(3, 'post'), governance.permits(3, 'comment');
SELECT rung, cause, released, reason FROM pg_temp.sanctions(3);
SELECT count(*) FROM before FULL JOIN (SELECT * FROM governance.sanction WHERE account_id = 3) s USING (sanction_id, rung, violation_id)
	WHERE before IS NULL OR s IS NULL;
SELECT * FROM governance.verify();

-- Changed: 70 points became 20.  A sanction that merely shrinks keeps its start,
-- so that the time that was served counts.
SELECT pg_temp.violate(4, 401, 't.replay', 'a', 70, '2024-01-01');
SELECT * FROM pg_temp.sanctions(4);
SELECT governance.change(401, 20, 'half as bad', '2024-01-03') > 0 AS revised;
SELECT governance.score(4, 't.replay', at), governance.tier(4, 't.replay', at), governance.permits(4, 'promote', at), governance.permits(4, 'post', at)
	FROM unnest('{2024-01-01,2024-01-02 23:59,2024-01-03,2024-01-04}'::timestamptz[]) AS at;
SELECT rung, during, cause, reason, terms FROM pg_temp.sanctions(4);
-- And grows again, and shrinks: it goes on from where it began, under its id.
CREATE TEMPORARY TABLE slow AS SELECT sanction_id FROM governance.sanction WHERE account_id = 4 AND rung = 'slow';
SELECT governance.change(401, 50, 'no: worse', '2024-01-04') > 0 AS revised;
SELECT rung, during, cause, reason, terms FROM pg_temp.sanctions(4) WHERE reason IS DISTINCT FROM 'overturned';
SELECT governance.change(401, 45, 'not quite as bad', '2024-01-05') > 0 AS revised;
SELECT rung, during, cause, reason, terms FROM pg_temp.sanctions(4) WHERE reason IS DISTINCT FROM 'overturned';
SELECT count(*) FROM governance.sanction JOIN slow USING (sanction_id) WHERE account_id = 4 AND rung = 'slow' AND release_reason IS NULL;
SELECT * FROM governance.verify();

-- What never was in force leaves an empty record.
SELECT pg_temp.violate(5, 501, 't.replay', 'worst', NULL, now() + interval '1 day');
SELECT governance.overturn(501, 'too early') > 0 AS revised;
SELECT rung, during, reason FROM pg_temp.sanctions(5);
SELECT governance.tier(5, 't.replay', now() + interval '2 days'), count(*) FROM governance.restriction WHERE account_id = 5;
SELECT * FROM governance.verify();

-- The first one overturned: the later one opens what it would have opened.
SELECT pg_temp.violate(6, 601, 't.replay', 'a', 60, '2024-01-01'), pg_temp.violate(6, 602, 't.replay', 'a', 80, '2024-01-05');
SELECT governance.overturn(601, 'never happened', '2024-01-06') > 0 AS revised;
SELECT rung, during, cause, reason FROM pg_temp.sanctions(6) WHERE rung <> 'slow';
SELECT governance.score(6, 't.replay', '2024-01-06'), governance.score(6, 't.replay', '2024-01-05 12:00');
SELECT * FROM governance.verify();

-- Many in one statement, for several accounts, even twice for one violation:
-- the last decision counts, among equals the last row.
SELECT pg_temp.violate(a, 700 + a, 't.replay', 'a', 60, '2024-01-01') FROM generate_series(7, 9) AS a;
INSERT INTO governance.revision (account_id, violation_id, action, points, reason, decided_at) VALUES
	(7, 707, 'overturn', NULL, 'one', '2024-02-01'), (8, 708, 'change', 10, 'two', '2024-02-01'), (9, 709, 'overturn', NULL, 'three', '2024-02-02'),
	(9, 709, 'reinstate', NULL, 'four', '2024-02-02'), (8, 708, 'change', 5, 'five', '2024-01-20');
SELECT account_id, score, tier FROM governance.standing WHERE account_id BETWEEN 7 AND 9 ORDER BY 1;
SELECT account_id, governance.score(account_id, 't.replay', at) FROM generate_series(7, 9) AS account_id, unnest('{2024-01-19,2024-01-20,2024-02-01,2024-02-02}'::timestamptz[]) AS at ORDER BY 1, at;
SELECT * FROM governance.verify();

-- Appeals: the account is filled in; one open appeal for each decision; the
-- outcome revises in the same statement.
SELECT pg_temp.violate(10, 1000 + n, 't.replay', 'a', 20, '2024-01-01') FROM generate_series(1, 4) AS n;
INSERT INTO governance.appeal (violation_id, filed_at, grounds, deadline) VALUES (1001, '2024-01-02', 'it was not me', '2024-01-16');
SELECT account_id, violation_id, filed_at, grounds, deadline, decided_at, outcome FROM governance.appeal;
\set VERBOSITY sqlstate
INSERT INTO governance.appeal (violation_id) VALUES (1001);
INSERT INTO governance.appeal (violation_id) VALUES (4711);
INSERT INTO governance.appeal (violation_id, account_id) VALUES (1001, 11);
INSERT INTO governance.appeal (violation_id, outcome) VALUES (1002, 'overturned');
INSERT INTO governance.appeal (violation_id, outcome, decided_at) VALUES (1002, 'perhaps', now());
INSERT INTO governance.appeal (violation_id, outcome, decided_at) VALUES (1002, 'changed', now());
INSERT INTO governance.appeal (violation_id, filed_at, outcome, decided_at) VALUES (1002, '2024-01-10', 'upheld', '2024-01-09');
\set VERBOSITY default
SELECT governance.decide_appeal(appeal_id, 'upheld', 'it was', decided_at => '2024-01-05') FROM governance.appeal WHERE violation_id = 1001;
SELECT governance.score(10, 't.replay');
-- Decided: a further one may be filed.
INSERT INTO governance.appeal (violation_id, filed_at) VALUES (1001, '2024-01-06'), (1002, '2024-01-06'), (1003, '2024-01-06');
SELECT governance.decide_appeal(appeal_id, 'overturned', decided_at => '2024-01-07') FROM governance.appeal WHERE violation_id = 1001 AND outcome IS NULL;
SELECT governance.decide_appeal(appeal_id, 'changed', 'half', 10, '2024-01-08') FROM governance.appeal WHERE violation_id = 1002;
UPDATE governance.appeal SET outcome = 'overturned', reason = 'by hand', decided_at = '2024-01-09', decided_by = 'me' WHERE violation_id = 1003;
SELECT governance.score(10, 't.replay', at) FROM unnest('{2024-01-06,2024-01-07,2024-01-08,2024-01-09}'::timestamptz[]) AS at;
SELECT a.violation_id, a.filed_at, a.decided_at, a.outcome, a.points, r.action, r.points, regexp_replace(r.reason, '\d+', '...') AS reason, r.decided_at
	FROM governance.appeal a LEFT JOIN governance.revision r ON r.violation_id = a.violation_id AND r.decided_at = a.decided_at
	ORDER BY a.violation_id, a.filed_at;
\set VERBOSITY terse
SELECT governance.decide_appeal(0, 'upheld');
SELECT governance.decide_appeal(NULL, 'upheld');
\set VERBOSITY sqlstate
SELECT governance.decide_appeal(appeal_id, 'upheld') FROM governance.appeal WHERE violation_id = 1003;
UPDATE governance.appeal SET outcome = 'upheld' WHERE violation_id = 1003;
UPDATE governance.appeal SET outcome = NULL, decided_at = NULL WHERE violation_id = 1003;
\set VERBOSITY default
UPDATE governance.appeal SET grounds = 'said later' WHERE violation_id = 1003;
-- Outside the rule's range: neither decided nor revised.
INSERT INTO governance.appeal (violation_id) VALUES (1004);
\set VERBOSITY sqlstate
SELECT governance.decide_appeal(appeal_id, 'changed', 'less', 1) FROM governance.appeal WHERE violation_id = 1004;
\set VERBOSITY default
SELECT outcome IS NULL AS open FROM governance.appeal WHERE violation_id = 1004;
SELECT * FROM governance.verify();

-- What is refused.
\set VERBOSITY terse
SELECT governance.overturn(707, 'again');
SELECT governance.change(707, 10, 'again');
SELECT governance.reinstate(708, 'again');
SELECT governance.reinstate(1004, 'why');
SELECT governance.overturn(1004, '  ');
SELECT governance.overturn(1004, NULL);
SELECT governance.overturn(NULL, 'why');
SELECT governance.change(1004, 4.99, 'why');
SELECT governance.change(1004, 81, 'why');
SELECT governance.change(1004, NULL, 'why');
SELECT governance.change(1004, 5.123, 'why');
SELECT governance.change(1004, 'NaN', 'why');
INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (11, 1004, 'overturn', 'somebody else');
INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (10, 1004, 'forget', 'no such thing');
INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (10, 1004, 'change', 'to what');
UPDATE governance.revision SET reason = 'because';
DELETE FROM governance.revision;
\set VERBOSITY default
SELECT governance.score(10, 't.replay');
SELECT * FROM governance.verify();

-- Revised and rolled back.
BEGIN;
SELECT governance.overturn(1004, 'perhaps') > 0 AS revised;
SELECT governance.score(10, 't.replay');
ROLLBACK;
SELECT governance.score(10, 't.replay');

-- Every violation overturned: as if new, and new violations count from there.
SELECT pg_temp.violate(12, 1201, 't.replay', 'a', 80, '2024-01-01');
SELECT governance.overturn(1201, 'no', '2024-01-02') > 0 AS revised;
SELECT score, tier FROM governance.standing WHERE account_id = 12;
SELECT pg_temp.violate(12, 1202, 't.replay', 'a', 35, '2024-01-03');
SELECT governance.score(12, 't.replay'), governance.tier(12);
SELECT pg_temp.violate(12, 1203, 't.replay', 'a', 5, '2023-06-01');
SELECT governance.score(12, 't.replay'), governance.tier(12);
SELECT what, at, delta, score, tier, rung, entry_id FROM governance.timeline(12, 't.replay') WITH ORDINALITY WHERE rung IS DISTINCT FROM 'slow' ORDER BY ordinality;
SELECT * FROM governance.verify();

-- The campaign that found it knows.
INSERT INTO governance.campaign (campaign, title, during) VALUES ('spring', 'Spring', '[2024-03-01,2024-06-01)');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at, source, campaign)
	SELECT 13, 1300 + n, 't.replay', 'free', '2024-03-05', '2024-03-06', 'campaign', 'spring' FROM generate_series(1, 3) AS n;
SELECT governance.overturn(1302, 'no') > 0 AS revised;
SELECT governance.overturn(1303, 'no') > 0 AS revised;
SELECT governance.reinstate(1303, 'yes') > 0 AS revised;
SELECT campaign, violations, accounts, overturned FROM governance.campaign_yield;

SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
