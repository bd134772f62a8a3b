-- A version that takes over counts what the one before it did not: what that one
-- had no use for is read from the account's ledger.  The figures are worked out by
-- hand.
\set ECHO none
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO all

CREATE FUNCTION pg_temp.at(day text) RETURNS timestamptz LANGUAGE sql AS $$
	SELECT timestamptz '2023-01-01' + (day || ' days')::interval
$$;
-- Two versions, the second from day 50 on.
CREATE PROCEDURE pg_temp.versions(scheme text, one jsonb, two jsonb) LANGUAGE plpgsql AS $$
DECLARE
	base	jsonb := jsonb_build_object('scheme', scheme, 'score', '{"direction": "accumulate", "limit": 15}'::jsonb,
		'rules', '{"v": {"title": "v", "points": 4}, "w": {"title": "w", "points": 1}}'::jsonb);
BEGIN
	PERFORM governance.publish(base || one, in_force => tstzrange(NULL, pg_temp.at('50')));
	PERFORM governance.publish(base || two, in_force => tstzrange(pg_temp.at('50'), NULL));
END
$$;
-- Points on some days.
CREATE FUNCTION pg_temp.points(account bigint, scheme text, VARIADIC days text[]) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(trim_scale(governance.points(governance.score(account, scheme, pg_temp.at(day))))::text, ' ' ORDER BY n)
		FROM unnest(days) WITH ORDINALITY AS d(day, n)
$$;
-- From when until when, in days.
CREATE FUNCTION pg_temp.sanctions(account bigint, of_scheme text) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(format('%s %s..%s', rung, extract(day FROM lower(during) - pg_temp.at('0')),
									  coalesce(extract(day FROM upper(during) - pg_temp.at('0'))::text, 'ever')), ', ' ORDER BY during), 'none')
		FROM governance.sanction WHERE account_id = account AND scheme = of_scheme
$$;
CREATE PROCEDURE pg_temp.violations(account bigint, scheme text, rule text, VARIADIC days text[]) LANGUAGE sql AS $$
	INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
		SELECT account, scheme, rule, pg_temp.at(day), pg_temp.at(day) FROM unnest(days) AS day
$$;
INSERT INTO governance.account (account_id, opened_at) VALUES (1, '2022-01-01');

-- Lives: the old version has none, or longer ones.
CALL pg_temp.versions('age', '{}', '{"relief": [{"age": "100 days", "void": "entry"}]}');
CALL pg_temp.versions('age2', '{"relief": [{"age": "1000 days", "void": "entry"}]}', '{"relief": [{"age": "100 days", "void": "entry"}]}');
CALL pg_temp.violations(1, 'age', 'v', '40', '55');
CALL pg_temp.violations(1, 'age2', 'v', '40', '55');
SELECT pg_temp.points(1, 'age', '49', '56', '141', '156', '1800');	-- 4 8 4 0 0
SELECT pg_temp.points(1, 'age2', '49', '56', '141', '156', '1800');

-- Three in 90 days, two before and one after.
CALL pg_temp.versions('obs', '{}', '{"observe": {"recent": {"count": "violations", "within": "90 days"}},
	"ladder": [{"rung": "r", "when": "recent >= 3", "tier": "muted", "withhold": ["post"], "for": "1 day"}]}');
CALL pg_temp.violations(1, 'obs', 'v', '40', '45', '55');
SELECT pg_temp.sanctions(1, 'obs');	-- r 55..56

-- The first is free: one was there before.  And of one rule only, where the old
-- version counts all under the same name.
CALL pg_temp.versions('mod', '{}', '{"observe": {"before": {"count": "violations"}}, "modifiers": [{"when": "before = 0", "replace": 0}]}');
CALL pg_temp.versions('mod2', '{"observe": {"before": {"count": "violations"}}, "modifiers": [{"when": "before > 99", "add": 1}]}',
	'{"observe": {"before": {"count": "violations", "rules": ["w"]}}, "modifiers": [{"when": "before = 0", "replace": 0}]}');
CALL pg_temp.violations(1, 'mod', 'v', '40', '55');
CALL pg_temp.violations(1, 'mod2', 'v', '40', '55');
SELECT pg_temp.points(1, 'mod', '49', '56'), pg_temp.points(1, 'mod2', '49', '56');	-- 4 8, and 4 4

-- A longer look-back than before.
CALL pg_temp.versions('back', '{"observe": {"recent": {"count": "violations", "within": "5 days"}}, "modifiers": [{"when": "recent > 9", "add": 1}]}',
	'{"observe": {"recent": {"count": "violations", "within": "30 days"}}, "modifiers": [{"when": "recent >= 1", "add": 3}]}');
CALL pg_temp.violations(1, 'back', 'v', '40', '55');
SELECT pg_temp.points(1, 'back', '49', '56');	-- 4 11

-- Activities that nobody listened to, counted and as marks from which a life is
-- counted; and so many days of clean time with work in them.
CALL pg_temp.versions('act', '{}', '{"observe": {"trips": {"sum": "quantity", "kind": "trip", "within": "60 days"}, "ever": {"count": "activities", "kind": "trip"}},
	"modifiers": [{"when": "trips >= 10", "add": -1}, {"when": "ever >= 2", "add": -1}]}');
CALL pg_temp.versions('mark', '{}', '{"relief": [{"age": "20 days", "from": "course", "void": "entry"}]}');
CALL pg_temp.versions('days', '{}', '{"relief": [{"every": "3 days", "active": "shift", "subtract": 1}]}');
INSERT INTO governance.activity (account_id, kind, occurred_at, quantity)
	SELECT 1, kind, pg_temp.at(day), 6
	FROM (VALUES ('trip', '30'), ('trip', '44'), ('course', '47'), ('shift', '46'), ('shift', '48'), ('shift', '52')) AS a(kind, day);
CALL pg_temp.violations(1, 'act', 'v', '40', '55');
CALL pg_temp.violations(1, 'mark', 'v', '40', '55');
CALL pg_temp.violations(1, 'days', 'v', '40');
SELECT pg_temp.points(1, 'act', '49', '56');	-- 4 6
SELECT pg_temp.points(1, 'mark', '49', '56', '66', '67', '900');	-- 4 8 8 4 4
SELECT pg_temp.points(1, 'days', '51', '53', '60');	-- 4 3 3

-- A credit that the old version did not ration, and one that it counted over
-- another time.
CALL pg_temp.versions('quota', '{"relief": [{"name": "exam", "on": "exam", "subtract": 1}]}',
	'{"relief": [{"name": "exam", "on": "exam", "subtract": 1, "at_most": "1 per 30 days"}]}');
CALL pg_temp.versions('quota2', '{"relief": [{"name": "exam", "on": "exam", "subtract": 1, "at_most": "1 per 2 days"}]}',
	'{"relief": [{"name": "exam", "on": "exam", "subtract": 1, "at_most": "1 per 30 days"}]}');
CALL pg_temp.violations(1, 'quota', 'v', '40');
CALL pg_temp.violations(1, 'quota2', 'v', '40');
INSERT INTO governance.activity (account_id, kind, occurred_at)
	SELECT 1, 'exam', pg_temp.at(day) FROM unnest('{45,60,76}'::text[]) AS day;
SELECT pg_temp.points(1, 'quota', '49', '61', '77'), pg_temp.points(1, 'quota2', '49', '61', '77');	-- 3 3 2, twice

-- Sanctions that the old version did not count, and those that ended long ago.
CALL pg_temp.versions('sanc', '{"ladder": [{"rung": "low", "when": "score >= 4", "tier": "limited", "for": "2 days", "rearm": "always"}]}',
	'{"ladder": [{"rung": "low", "when": "score >= 4", "tier": "limited", "for": {"days": "2 + lows + ever"}, "rearm": "always"}],
	  "observe": {"lows": {"count": "sanctions", "rungs": ["low"], "within": "100 days"}, "ever": {"count": "sanctions"}}}');
CALL pg_temp.violations(1, 'sanc', 'v', '20', '30', '55');
SELECT pg_temp.sanctions(1, 'sanc');	-- 20..22, 30..32, 55..61

-- Groups that the old version did not make.
CALL pg_temp.versions('group', '{}', '{"collapse": [{"group": "incident", "keep": "first"}]}');
CALL pg_temp.versions('group2', '{}', '{"collapse": [{"group": "rule", "within": "30 days", "at_most": 6}], "relief": [{"age": "1 year", "void": "entry"}]}');
INSERT INTO governance.violation (account_id, scheme, rule, incident, occurred_at, decided_at)
	SELECT 1, scheme, 'v', 'i', pg_temp.at(day), pg_temp.at(day)
	FROM unnest('{group,group2}'::text[]) AS scheme, unnest('{40,55,80}'::text[]) AS day;
SELECT pg_temp.points(1, 'group', '49', '56', '81');	-- 4 4 4
SELECT pg_temp.points(1, 'group2', '49', '56', '81', '406', '421', '450');	-- 4 6 10 8 4 0: the second takes over what the first leaves

-- Three versions, of which the one in the middle counts nothing.
SELECT count(governance.publish(jsonb_build_object('scheme', 'three', 'score', '{"cap": 12}'::jsonb, 'rules', '{"v": {"title": "v", "points": 2}}'::jsonb) || d.document, in_force => tstzrange(pg_temp.at(d.from), pg_temp.at(d.to))))
	FROM (VALUES ('{"observe": {"n": {"count": "violations"}}, "modifiers": [{"when": "n >= 9", "add": 1}]}'::jsonb, NULL, '20'), ('{}', '20', '50'),
		('{"observe": {"n": {"count": "violations"}}, "modifiers": [{"when": "n >= 3", "add": 1}]}', '50', NULL)) AS d(document, "from", "to");
CALL pg_temp.violations(1, 'three', 'v', '10', '30', '40', '60');
SELECT pg_temp.points(1, 'three', '59', '61');	-- 6 3

-- However it came about, it is the same: late, and in another order.
INSERT INTO governance.account (account_id, opened_at) VALUES (2, '2022-01-01');
INSERT INTO governance.activity (account_id, kind, quantity, occurred_at)
	SELECT 2, kind, quantity, occurred_at FROM governance.activity WHERE account_id = 1 ORDER BY md5(activity_id::text);
DO $$
DECLARE
	v	record;
BEGIN
	FOR v IN SELECT * FROM governance.violation WHERE account_id = 1 ORDER BY md5(violation_id::text) LOOP
		INSERT INTO governance.violation (account_id, scheme, rule, incident, occurred_at, decided_at)
			VALUES (2, v.scheme, v.rule, v.incident, v.occurred_at, v.decided_at);
	END LOOP;
END
$$;
SELECT s.scheme, day, governance.score(1, s.scheme, pg_temp.at(day)), governance.score(2, s.scheme, pg_temp.at(day))
	FROM governance.standing AS s, unnest('{45,50,52,56,60,67,77,81,141,406,900}'::text[]) AS day
	WHERE s.account_id = 1 AND governance.score(1, s.scheme, pg_temp.at(day)) <> governance.score(2, s.scheme, pg_temp.at(day));
SELECT s.scheme, pg_temp.sanctions(1, s.scheme), pg_temp.sanctions(2, s.scheme) FROM governance.standing AS s
	WHERE s.account_id = 1 AND pg_temp.sanctions(1, s.scheme) <> pg_temp.sanctions(2, s.scheme);
SELECT * FROM governance.verify();

-- A draft is tried as it would be put in force.
SELECT s.score, s.draft_score FROM governance.simulate_account(jsonb_build_object('scheme', 'age', 'score', '{"direction": "accumulate", "limit": 15}'::jsonb,
	'rules', '{"v": {"title": "v", "points": 9}}'::jsonb), 1, in_force => tstzrange(now(), NULL)) AS s;	-- all have lapsed
SELECT s.score, s.draft_score FROM governance.simulate_account(jsonb_build_object('scheme', 'age', 'score', '{"direction": "accumulate", "limit": 15}'::jsonb,
	'rules', '{"v": {"title": "v", "points": 9}}'::jsonb), 1) AS s;	-- 18 by the draft
SELECT count(*) FROM governance.simulate(governance.policy_document('age'), in_force => tstzrange(now(), NULL)) WHERE draft_score <> score;
SELECT accounts, mean_score, draft_mean_score FROM governance.simulate_summary(governance.policy_document('age'), in_force => tstzrange(now(), NULL));
SELECT * FROM governance.simulate_distribution(governance.policy_document('age'), in_force => tstzrange(now(), NULL));
SELECT governance.simulate_account(governance.policy_document('age'), 1, in_force => '(,)');
SELECT governance.simulate_account(governance.policy_document('age'), 1, in_force => 'empty');
SELECT * FROM governance.simulate(governance.policy_document('age'), in_force => '[2020-01-01,2020-02-01]');
-- The default, and a draft that is in force for ever, where there is no other version.
SELECT governance.publish('{"scheme": "none", "score": {"direction": "accumulate", "limit": 15}, "rules": {"v": {"title": "v", "points": 4}}}', 'trial', '[2020-01-01,)') > 0;
CALL pg_temp.violations(1, 'none', 'v', '40', '55');
SELECT governance.simulate_account(governance.policy_document('mod') || '{"scheme": "none"}', 1, in_force => r) FROM (VALUES (NULL::tstzrange), ('(,)')) AS r(r);
