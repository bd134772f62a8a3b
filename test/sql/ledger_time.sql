-- Time: what an account's standing was, is and will be, with no job having run;
-- what was shown then and what is known now; late entries; timelines.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "t.time", "title": "time",
	"score": {"direction": "deduct", "cap": 100},
	"rules": {
		"small": {"title": "small", "points": [1, 20], "usual": 10},
		"large": {"title": "large", "severity": "severe", "points": [20, 80], "usual": 40},
		"worst": {"title": "worst", "severity": "extreme", "points": 0, "direct": "gone"}},
	"relief": [{"name": "good conduct", "every": "30 days", "add": 5}],
	"ladder": [
		{"rung": "quiet", "when": "score < 70", "tier": "limited", "withhold": ["comment"]},
		{"rung": "mute", "when": "score <= 40", "tier": "muted", "withhold": ["comment", "post"], "for": "10 days"},
		{"rung": "gone", "when": "score <= 0", "tier": "banned", "withhold": ["comment", "post", "live"], "for": "ever"}]
}') > 0 AS published;
SELECT governance.publish('{
	"scheme": "t.expiry", "title": "points that lapse", "time_zone": "Asia/Shanghai",
	"score": {"direction": "accumulate", "limit": 10},
	"rules": {"a": {"title": "a", "points": [1, 10], "usual": 4}},
	"relief": [
		{"name": "a year", "age": "365 days", "void": "entry"},
		{"name": "lesson", "on": "lesson", "subtract": 1, "at_most": "2 per 30 days"}],
	"ladder": [
		{"rung": "slow", "when": "score >= 6", "tier": "limited", "withhold": ["list"], "for": "3 days"},
		{"rung": "stop", "when": "score >= 10", "tier": "suspended", "withhold": ["list", "sell"]}]
}') > 0 AS published;
SELECT governance.publish('{
	"scheme": "t.decided", "title": "by the decision", "clock": "decided",
	"score": {"direction": "deduct", "cap": 100},
	"rules": {"a": {"title": "a", "points": 40}},
	"relief": [{"every": "10 days", "add": 1}],
	"ladder": [{"rung": "quiet", "when": "score < 70", "tier": "limited", "withhold": ["comment"], "for": "5 days"}]
}') > 0 AS published;
SELECT governance.publish(jsonb_set(governance.policy_document('t.time'), '{scheme}', '"t.keep"') ||
	'{"revision": {"late": "keep"}}') > 0 AS published;

INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(1, 20), '2023-01-01';

-- What each account does, in the order in which it became known.
CREATE TEMPORARY TABLE entry (
	account bigint, scheme text, rule text, points numeric, occurred timestamptz, decided timestamptz, id bigint);
INSERT INTO entry VALUES
	-- 1: a mute, then silence
	(1, 't.time', 'large', 70, '2024-01-10 12:00', '2024-01-10 12:00', 1001),
	-- 2: decided two months after it occurred, in the middle of another life
	(2, 't.time', 'small', 10, '2024-02-01', '2024-02-01', 1002),
	(2, 't.time', 'large', 60, '2024-01-01', '2024-03-05', 1003),
	-- 3: many at the same instant: ties break by id
	(3, 't.time', 'small', 20, '2024-05-01', '2024-05-01', 1004),
	(3, 't.time', 'large', 40, '2024-05-01', '2024-05-01', 1005),
	(3, 't.time', 'worst', NULL, '2024-05-01', '2024-05-01', 1006),
	-- 4, 5: to the minute, a year; a jump over two rungs
	(4, 't.expiry', 'a', 4, '2024-03-01 12:00', '2024-03-01 12:00', 1007),
	(4, 't.expiry', 'a', 3, '2024-06-01 09:30', '2024-06-01 09:30', 1008),
	(5, 't.expiry', 'a', 10, '2024-02-29 00:00', '2024-02-29 00:00', 1009),
	-- 6: the clock of the decision
	(6, 't.decided', 'a', NULL, '2024-01-01', '2024-02-01', 1010),
	-- 7: late: a lapsed one becomes known after its year
	(7, 't.expiry', 'a', 5, '2024-01-01', '2025-06-01', 1011),
	-- 8: late by a year; what followed since follows anew
	(8, 't.time', 'large', 40, '2024-03-01', '2024-03-01', 1012),
	(8, 't.time', 'large', 25, '2024-02-28', '2025-03-01', 1013),
	-- 9: the same under "late": "keep"; 10: late, with nothing decided since
	(9, 't.keep', 'large', 40, '2024-03-01', '2024-03-01', 1014),
	(9, 't.keep', 'large', 25, '2024-02-28', '2025-03-01', 1015),
	(10, 't.keep', 'large', 25, '2024-02-28', '2025-03-01', 1016);
DO $$
DECLARE e record;
BEGIN
	FOR e IN SELECT * FROM entry ORDER BY decided, id LOOP
		INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
			VALUES (e.account, e.id, e.scheme, e.rule, e.points, e.occurred, e.decided);
	END LOOP;
END
$$;
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES
	(4, 'lesson', '2024-07-01'), (4, 'lesson', '2024-07-02'), (4, 'lesson', '2024-07-03'), (4, 'lesson', '2024-08-05');

-- withheld: all that the account may not do.  known: null for what was shown then.
CREATE TEMPORARY TABLE expected (
	account bigint, scheme text, at timestamptz, known timestamptz, score text, tier text, withheld text);
INSERT INTO expected VALUES
	(1, 't.time', '2024-01-10 11:59:59.999999', NULL, '100/100', 'clear', NULL),
	(1, 't.time', '2024-01-10 12:00', NULL, '30/100', 'muted', 'comment,post'),
	(1, 't.time', '2024-01-20 11:59:59.999999', NULL, '30/100', 'muted', 'comment,post'),
	(1, 't.time', '2024-01-20 12:00', NULL, '30/100', 'limited', 'comment'),
	(1, 't.time', '2024-02-09 11:59:59.999999', NULL, '30/100', 'limited', 'comment'),
	(1, 't.time', '2024-02-09 12:00', NULL, '35/100', 'limited', 'comment'),
	(1, 't.time', '2024-09-06 11:59:59.999999', NULL, '65/100', 'limited', 'comment'),
	(1, 't.time', '2024-09-06 12:00', NULL, '70/100', 'clear', NULL),
	(1, 't.time', '2025-03-05 12:00', NULL, '100/100', 'clear', NULL),
	(1, 't.time', '2026-01-01', NULL, '100/100', 'clear', NULL),

	(2, 't.time', '2024-01-15', NULL, '100/100', 'clear', NULL),
	(2, 't.time', '2024-01-15', '2024-03-05', '40/100', 'clear', NULL),
	(2, 't.time', '2024-01-15', 'infinity', '40/100', 'clear', NULL),
	(2, 't.time', '2024-02-10', NULL, '90/100', 'clear', NULL),
	(2, 't.time', '2024-02-10', '2024-03-04', '90/100', 'clear', NULL),
	(2, 't.time', '2024-02-10', '2024-03-05', '35/100', 'clear', NULL),
	(2, 't.time', '2024-03-04 23:59', NULL, '95/100', 'clear', NULL),
	(2, 't.time', '2024-03-05', NULL, '40/100', 'muted', 'comment,post'),
	(2, 't.time', '2024-03-15', NULL, '40/100', 'limited', 'comment'),

	(3, 't.time', '2024-05-01', NULL, '40/100', 'banned', 'comment,live,post'),
	(3, 't.time', '2024-06-30', NULL, '50/100', 'banned', 'comment,live,post'),

	(4, 't.expiry', '2024-06-01 09:29:59', NULL, '4/10', 'clear', NULL),
	(4, 't.expiry', '2024-06-01 09:30', NULL, '7/10', 'limited', 'list'),
	(4, 't.expiry', '2024-06-04 09:29:59.999999', NULL, '7/10', 'limited', 'list'),
	(4, 't.expiry', '2024-06-04 09:30', NULL, '7/10', 'clear', NULL),
	(4, 't.expiry', '2024-07-03', NULL, '5/10', 'clear', NULL),
	(4, 't.expiry', '2024-08-05', NULL, '4/10', 'clear', NULL),
	-- Three points of the first one were given back by lessons: one is left.
	(4, 't.expiry', '2025-03-01 11:59:59.999999', NULL, '4/10', 'clear', NULL),
	(4, 't.expiry', '2025-03-01 12:00', NULL, '3/10', 'clear', NULL),
	(4, 't.expiry', '2025-06-01 09:30', NULL, '0/10', 'clear', NULL),

	(5, 't.expiry', '2024-02-29', NULL, '10/10', 'suspended', 'list,sell'),
	(5, 't.expiry', '2025-02-27 23:59:59.999999', NULL, '10/10', 'suspended', 'list,sell'),
	(5, 't.expiry', '2025-02-28', NULL, '0/10', 'clear', NULL),

	(6, 't.decided', '2024-01-20', NULL, '100/100', 'clear', NULL),
	(6, 't.decided', '2024-01-20', '2024-03-01', '100/100', 'clear', NULL),
	(6, 't.decided', '2024-02-01', NULL, '60/100', 'limited', 'comment'),
	(6, 't.decided', '2024-02-06', NULL, '60/100', 'clear', NULL),
	(6, 't.decided', '2024-02-11', NULL, '61/100', 'clear', NULL),

	(7, 't.expiry', '2024-06-01', NULL, '0/10', 'clear', NULL),
	(7, 't.expiry', '2024-06-01', '2025-06-01', '5/10', 'clear', NULL),
	(7, 't.expiry', '2025-06-01', NULL, '0/10', 'clear', NULL),

	(8, 't.time', '2024-03-01', NULL, '60/100', 'limited', 'comment'),
	(8, 't.time', '2024-03-01', '2025-03-01', '35/100', 'muted', NULL),
	(8, 't.time', '2024-09-01', NULL, '90/100', 'clear', NULL),
	(8, 't.time', '2024-09-01', '2025-03-01', '65/100', 'limited', NULL),
	(8, 't.time', '2025-02-28', NULL, '100/100', 'clear', NULL),
	(8, 't.time', '2025-02-28', '2025-03-01', '95/100', 'clear', NULL),
	(8, 't.time', '2025-03-01', NULL, '95/100', 'clear', NULL),

	(9, 't.keep', '2024-03-01', NULL, '60/100', 'limited', 'comment'),
	(9, 't.keep', '2024-03-01', 'infinity', '60/100', 'limited', NULL),
	(9, 't.keep', '2025-02-28', 'infinity', '100/100', 'clear', NULL),
	(9, 't.keep', '2025-03-01', NULL, '75/100', 'clear', NULL),
	(9, 't.keep', '2025-03-31', NULL, '80/100', 'clear', NULL),
	(10, 't.keep', '2024-03-01', NULL, '100/100', 'clear', NULL),
	(10, 't.keep', '2024-03-01', 'infinity', '75/100', 'clear', NULL),
	(10, 't.keep', '2025-03-01', NULL, '100/100', 'clear', NULL);
\set ECHO queries

SELECT e.*, g.*
	FROM expected e, LATERAL (
		SELECT governance.score(account, scheme, at, known)::text AS got_score,
			   governance.tier(account, scheme, at, known)::text AS got_tier,
			   (SELECT string_agg(capability, ',' ORDER BY capability) FROM governance.restrictions(account, at)
				WHERE known IS NULL) AS got_withheld) g
	WHERE (score, tier) IS DISTINCT FROM (got_score, got_tier) OR (known IS NULL AND withheld IS DISTINCT FROM got_withheld)
	ORDER BY account, at, known;
SELECT e.account, e.at, c.capability
	FROM expected e, governance.capability c
	WHERE known IS NULL AND capability IN ('comment', 'post', 'live', 'list', 'sell')
		AND governance.permits(account, capability, at) = (capability = ANY (string_to_array(coalesce(withheld, ''), ',')));
SELECT * FROM governance.verify();

-- A sanction does not start before it was decided; it is recorded as it is
-- known now.
SELECT account_id, rung, during, violation_id, released_at, release_reason FROM governance.sanction ORDER BY account_id, lower(during), rung;
SELECT capability, since, until, rung, tier FROM governance.restrictions(1, '2024-01-15') ORDER BY 1;
SELECT capability, since, until, rung, tier FROM governance.restrictions(2, '2024-03-06') ORDER BY 1;
SELECT capability, until, rung FROM governance.restrictions(3, '2024-05-01') ORDER BY 1;

-- The timeline, to its end.
SELECT at, what, delta, score, tier, rung, rule, entry_id, detail, expected
	FROM governance.timeline(4, 't.expiry') WITH ORDINALITY ORDER BY ordinality;
-- At each of its instants it says what score() and tier() say, with all that is
-- known now; just before its first one there was nothing.
SELECT account, scheme, t.at, t.score, t.tier, score_again, tier_again
	FROM (SELECT DISTINCT account, scheme FROM entry) a,
		 LATERAL (SELECT DISTINCT ON (t.at) t.at, t.score::text AS score, t.tier
				  FROM governance.timeline(account, scheme) WITH ORDINALITY t ORDER BY t.at, ordinality DESC) t,
		 LATERAL (SELECT governance.score(account, scheme, t.at, 'infinity')::text AS score_again,
						 governance.tier(account, scheme, t.at, 'infinity') AS tier_again) again
	WHERE (t.score, t.tier) <> (score_again, tier_again) ORDER BY account, t.at;
-- And nothing changes between them.
SELECT account, scheme, at, following
	FROM (SELECT DISTINCT account, scheme FROM entry) a,
		 LATERAL (SELECT at, lead(at) OVER (ORDER BY at) AS following
				  FROM (SELECT DISTINCT at FROM governance.timeline(account, scheme)) t) t
	WHERE following IS NOT NULL
		AND (governance.score(account, scheme, at, 'infinity')::text, governance.tier(account, scheme, at, 'infinity'))
		<> (governance.score(account, scheme, following - interval '1 us', 'infinity')::text,
			governance.tier(account, scheme, following - interval '1 us', 'infinity'));

-- The future, if nothing more happens: seen from the instant of a violation.
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (11, 't.time', 'large', 60), (11, 't.expiry', 'a', 6);
SELECT governance.score(11, 't.time'), governance.tier(11, 't.time'), governance.permits(11, 'post'), governance.tier(11);
SELECT d AS days, governance.score(11, 't.time', now() + d * interval '24 hours'),
	   governance.tier(11, 't.time', now() + d * interval '24 hours'),
	   governance.permits(11, 'post', now() + d * interval '24 hours') AS post,
	   governance.permits(11, 'comment', now() + d * interval '24 hours') AS comment,
	   governance.permits(11, 'list', now() + d * interval '24 hours') AS list
	FROM unnest('{2,3,9,10,29,30,179,180,359,360,3600}'::int[]) AS d;
SELECT at - now() AS after, score, tier FROM governance.next_change(11, 't.time');
SELECT at - now() AS after, score, tier FROM governance.next_change(11, 't.expiry');
SELECT capability, since - now() AS since, until - now() AS until, scheme, rung
	FROM governance.restrictions(11) ORDER BY capability, scheme;
SELECT capability, since - now() AS since, until - now() AS until, scheme, rung
	FROM governance.restrictions(11, now() + interval '20 days') ORDER BY capability, scheme;
SELECT DISTINCT r.capability, r.scheme, r.since - now() AS since, nullif(r.until, 'infinity') - now() AS until FROM generate_series(0, 400) d, governance.restrictions(11, now() + d * interval '1 day') r ORDER BY 1, 2, 3;
SELECT what, at - now() AS after, delta, score, tier, rung, expected
	FROM governance.timeline(11, 't.time') WITH ORDINALITY ORDER BY ordinality;
SELECT at IS NULL AND score IS NULL AND tier IS NULL AS never FROM governance.next_change(1, 't.time');
SELECT at IS NULL AS never FROM governance.next_change(20, 't.time');

-- What is decided in the future is not known now, and will be then.
INSERT INTO governance.violation (account_id, scheme, rule, points, decided_at) VALUES (12, 't.time', 'large', 60, now() + interval '2 days');
SELECT d, governance.score(12, 't.time', now() + d), governance.tier(12, 't.time', now() + d), governance.permits(12, 'post', now() + d)
	FROM unnest('{0,47:59,48:00,287:59,288:00}'::interval[]) AS d;
SELECT * FROM governance.verify();
COMMIT;

-- Instants and names that there are not.
CREATE TEMPORARY TABLE question (n int, q text);
INSERT INTO question VALUES
	(1, 'governance.score(1, ''t.time'', ''infinity'')'), (2, 'governance.score(1, ''t.time'', NULL)'),
	(3, 'governance.score(NULL, ''t.time'')'), (4, 'governance.tier(1, ''t.none'')'), (5, 'governance.tier(99, ''t.time'')'),
	(6, 'governance.permits(1, ''post'', ''-infinity'')'), (7, 'governance.permits(99, ''post'', ''2024-01-01'')'),
	(8, 'governance.permits(1, ''fly'', ''2024-01-01'')'), (9, 'count(*) FROM governance.restrictions(99, ''2024-01-01'')'),
	(10, 'count(*) FROM governance.timeline(99, ''t.time'')'), (11, 'count(*) FROM governance.timeline(20, ''t.time'')'),
	(12, 'count(*) FROM governance.next_change(99, ''t.time'')'), (13, 'governance.score(20, ''t.time'', ''1999-01-01'')'),
	(14, 'governance.score(20, ''t.time'', ''2200-01-01'')');
DO $$
DECLARE
	e		record;
	answer	text;
BEGIN
	FOR e IN SELECT * FROM question ORDER BY n LOOP
		BEGIN
			EXECUTE 'SELECT ' || e.q INTO answer;
			RAISE WARNING '%: %', e.q, answer;
		EXCEPTION WHEN OTHERS THEN
			RAISE WARNING '%: % %', e.q, SQLSTATE, SQLERRM;
		END;
	END LOOP;
END
$$;

-- No version in force: neither a score nor a violation.
SELECT governance.publish(jsonb_set(governance.policy_document('t.time'), '{scheme}', '"t.young"'), 'active', '[2024-06-01,)') > 0 AS published;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (13, 't.young', 'large', '2024-05-31', '2024-06-02');
SELECT governance.score(13, 't.young', '2024-05-31');
SELECT governance.tier(13, 't.young', '2024-05-31'), governance.score(13, 't.young', '2024-06-01');

-- The standing's row says what held at as_of, known at known_at; the present is
-- asked of the functions.
SELECT account_id, scheme, score, tier, as_of, known_at FROM governance.standing WHERE account_id < 10 ORDER BY 1, 2;
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
SELECT e.account, e.at
	FROM expected e
	WHERE (score, tier) IS DISTINCT FROM (governance.score(account, scheme, at, known)::text, governance.tier(account, scheme, at, known)::text);
