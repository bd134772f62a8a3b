-- Rules that only a version on trial has: recorded, judged by the trial alone,
-- and nothing that has happened to the version in force.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(1, 12), '2023-01-01';
INSERT INTO governance.account_link (account_id, other_id, kind, confidence, during) VALUES (12, 11, 'owner', 1, '[2023-01-01,)');
-- The price of the new rule, if there is one.
CREATE FUNCTION pg_temp.document(scheme text, price jsonb DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', scheme, 'score', '{"direction": "accumulate", "limit": 100}'::jsonb,
		'rules', '{"old": {"title": "old", "points": 10}}'::jsonb || CASE WHEN price IS NULL THEN '{}' ELSE jsonb_build_object('new', jsonb_build_object('title', 'new', 'points', price) || CASE WHEN jsonb_typeof(price) = 'array' THEN '{"usual": 20}' ELSE '{}'::jsonb END) END,
		'observe', '{"ever": {"count": "violations"}}'::jsonb,
		'relief', '[{"name": "calm", "every": "10 days", "subtract": 1}]'::jsonb,
		'ladder', '[{"rung": "mute", "when": "score >= 20 or ever >= 3", "tier": "muted", "withhold": ["post"], "for": "90 days"}]'::jsonb) || more
$$;
-- SQLSTATE of what is refused, with its message.
CREATE FUNCTION pg_temp.refused(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE command; RETURN 'taken'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM; END $$;
CREATE FUNCTION pg_temp.violate(account bigint, id bigint, rule text, occurred timestamptz, points numeric DEFAULT NULL, scheme text DEFAULT 't.s') RETURNS void LANGUAGE sql AS $$
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at, points) VALUES (account, id, scheme, rule, occurred, occurred, points) $$;
CREATE VIEW pg_temp.standings AS
	SELECT account_id, split_part(scheme, '@', 1) || CASE WHEN scheme LIKE '%@%' THEN ' on trial' ELSE '' END AS scheme, score, tier, as_of FROM governance.standing ORDER BY account_id, standing.scheme LIKE '%@%', standing.scheme COLLATE "C";
SELECT governance.publish(pg_temp.document('t.s', NULL, '{"links": [{"kind": "owner", "confidence": 0.5, "entries": ["old"]}]}')) > 0 AS published;
SELECT governance.publish(pg_temp.document('t.s', '[15, 30]', '{"links": [{"kind": "owner", "confidence": 0.5, "entries": ["old", "new"]}]}'), 'trial', '[2024-01-01,)') AS trial \gset
\set ECHO queries

-- The first entry of one account, the second of another: clean time, counts and
-- the ladder of the version in force go on as if it were not there.
SELECT pg_temp.violate(1, 10, 'new', '2024-02-01');
SELECT pg_temp.violate(2, 20, 'old', '2024-01-05'), pg_temp.violate(2, 21, 'new', '2024-01-25'), pg_temp.violate(2, 22, 'new', '2024-01-26', 30);
SELECT * FROM pg_temp.standings;
SELECT governance.score(1, 't.s'), governance.score(2, 't.s', '2024-01-30'), governance.score(2, 't.s@' || :trial, '2024-01-30') AS tried, governance.permits(2, 'post', '2024-01-30');
SELECT what, at, score, entry_id FROM governance.timeline(2, 't.s') WHERE NOT expected AND what = 'violation';
SELECT what, at, score, entry_id FROM governance.timeline(2, 't.s@' || :trial) WHERE NOT expected AND what = 'violation';
SELECT count(*) AS in_force FROM governance.timeline(1, 't.s');
SELECT account_id, rung, violation_id, enforced, governance.explain(sanction_id) -> 'violation' ->> 'rule' AS rule,
	governance.notice(sanction_id) IS NOT NULL AS notice, split_part(pg_temp.refused(format('SELECT governance.statement_of_reasons(%s)', sanction_id)), ' ', 1) AS statement
	FROM governance.sanction ORDER BY 1, violation_id;
SELECT * FROM governance.verify();

-- Prices are those of the trial; its time is the trial's, and what nobody knows
-- is refused as ever.
SELECT pg_temp.refused('SELECT pg_temp.violate(1, 11, ''new'', ''2024-02-02'', 40)') AS dear,
	pg_temp.refused('SELECT pg_temp.violate(1, 11, ''new'', ''2023-12-31'')') AS before,
	pg_temp.refused('SELECT pg_temp.violate(1, 11, ''newer'', ''2024-02-02'')') AS unknown;
SELECT pg_temp.refused('SELECT governance.propose_violation(1, ''t.s'', ''new'', ''seen'', 5)') AS proposed,
	governance.propose_violation(1, 't.s', 'new', 'seen', 25) > 0 AS proposed_well;

-- Revisions of it move the trial's standing only.
SELECT pg_temp.refused('SELECT governance.change(10, 12, ''milder'')') AS cheap;
SELECT governance.change(10, 15, 'milder') > 0 AS changed;
SELECT score FROM pg_temp.standings WHERE account_id = 1;
SELECT governance.overturn(21, 'mistaken') > 0 AS overturned;
SELECT scheme, score FROM pg_temp.standings WHERE account_id = 2;
SELECT governance.reinstate(21, 'not mistaken') > 0 AS reinstated;
SELECT scheme, score FROM pg_temp.standings WHERE account_id = 2;
SELECT * FROM governance.verify();

-- In one statement with others, late, ahead of its time, and of accounts whose
-- last few entries are kept; the links of a trial hand nothing on.
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	SELECT 3, 300 + n, 't.s', CASE WHEN n % 3 = 0 THEN 'new' ELSE 'old' END, timestamptz '2024-01-01' + n * interval '5 days', timestamptz '2024-01-01' + n * interval '5 days'
	FROM generate_series(1, 45) AS n;
SELECT pg_temp.violate(3, 390, 'old', '2024-02-03'), pg_temp.violate(3, 391, 'new', '2024-02-04');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	SELECT 3, 392 + n, 't.s', CASE WHEN n % 2 = 0 THEN 'new' ELSE 'old' END, timestamptz '2024-09-01' + n * interval '1 day', timestamptz '2024-09-02' + n * interval '1 day'
	FROM generate_series(1, 4) AS n;
SELECT pg_temp.violate(3, 398, 'old', '2024-08-31'), pg_temp.violate(3, 399, 'new', '2024-08-30');
SELECT pg_temp.violate(4, 40, 'old', now() + interval '1 year'), pg_temp.violate(4, 41, 'new', now() + interval '400 days'), pg_temp.violate(5, 50, 'new', now() + interval '1 year');
SELECT pg_temp.violate(11, 110, 'old', '2024-03-01'), pg_temp.violate(11, 111, 'new', '2024-03-02');
SELECT account_id, rule, count(*) FROM governance.violation WHERE account_id IN (11, 12) GROUP BY 1, 2 ORDER BY 1, 2;
SELECT governance.change(111, 30, 'dearer') > 0 AS changed;
SELECT account_id, scheme, score, tier FROM pg_temp.standings WHERE account_id > 2;
-- As an account has it that never had the new rule.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 6, 't.s', 'old', occurred_at, decided_at FROM governance.violation WHERE account_id = 3 AND rule = 'old';
SELECT (a.score, a.tier, a.as_of) = (b.score, b.tier, b.as_of) AS same FROM governance.standing a, governance.standing b
	WHERE (a.account_id, b.account_id, a.scheme, b.scheme) = (3, 6, 't.s', 't.s');
SELECT * FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
SELECT count(*) > 0 AS simulated FROM governance.simulate(pg_temp.document('t.s', '12'));
SELECT count(*) > 0 AS simulated FROM governance.simulate(pg_temp.document('t.s'));

-- What watches those who decide, and how much is decided, knows the trial's price.
INSERT INTO governance.brake (scheme, rule, max_accounts, within) VALUES ('t.s', 'new', 1, '1 hour');
SELECT pg_temp.violate(8, 80, 'new', now()), pg_temp.violate(9, 90, 'new', now()), pg_temp.violate(10, 100, 'new', now());
SELECT count(*) AS parked FROM governance.parked;
CREATE ROLE trial_moderator;
SELECT governance.grant_level('trial_moderator', 'moderator') IS NOT NULL AS granted;
INSERT INTO governance.moderator_limit (role, scheme, max_points) VALUES ('trial_moderator', 't.s', 19);
SET ROLE trial_moderator;
SELECT pg_temp.refused('INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (7, 70, ''t.s'', ''new'')') AS usual,
	pg_temp.refused('INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points) VALUES (7, 70, ''t.s'', ''new'', 15)') AS least;
SELECT pg_temp.refused('SELECT governance.change(70, 25, ''dearer'')') AS dearer, pg_temp.refused('SELECT governance.overturn(111, ''mistaken'')') AS other;
RESET ROLE;
SELECT * FROM governance.verify();
-- Reports go over it.
SELECT count(*) > 0 AS rows FROM governance.report_announcement();
SELECT count(*) > 0 AS rows FROM governance.report_content();
SELECT length(governance.account_page(2)) > 0 AS page;
SELECT pg_temp.refused('SELECT governance.transparency_page(''[2024-01-01,2024-04-01)'')') AS page;

-- The trial comes into force from now on: what happened before it was judged by
-- the old version, which does not know it, and stays uncounted.
SELECT account_id, score FROM governance.standing WHERE scheme = 't.s' AND account_id IN (1, 2, 4, 5, 11) ORDER BY 1;
SELECT governance.activate(:trial) IS NOT NULL AS activated;
SELECT account_id, governance.score(account_id, 't.s') FROM unnest('{1,2,4,5,11}'::bigint[]) account_id;
CALL governance.settle();
SELECT account_id, score FROM governance.standing WHERE scheme = 't.s' AND account_id IN (1, 2, 4, 5, 11) ORDER BY 1;
SELECT governance.explain(sanction_id) -> 'violation' ->> 'rule' AS rule FROM governance.sanction WHERE violation_id = 21;
SELECT * FROM governance.verify();
SELECT governance.overturn(20, 'mistaken') > 0 AND governance.overturn(21, 'mistaken') > 0 AS overturned;
SELECT pg_temp.violate(1, 12, 'new', now());
SELECT account_id, score FROM governance.standing WHERE scheme = 't.s' AND account_id IN (1, 2) ORDER BY 1;
SELECT * FROM governance.verify();

-- In force later: what is dated ahead counts where it lies in its time.
SELECT governance.publish(pg_temp.document('t.later')) > 0 AS published;
SELECT governance.publish(pg_temp.document('t.later', '20'), 'trial', '[2024-01-01,)') AS later \gset
SELECT pg_temp.violate(7, 71, 'new', now() + interval '200 days', NULL, 't.later'), pg_temp.violate(7, 72, 'new', now() + interval '400 days', NULL, 't.later'),
	pg_temp.violate(8, 81, 'old', now() + interval '395 days', NULL, 't.later'), pg_temp.violate(8, 82, 'new', now() + interval '200 days', NULL, 't.later');
SELECT account_id, scheme, score FROM pg_temp.standings WHERE scheme LIKE 't.later%';
SELECT governance.activate(:later, tstzrange(now() + interval '300 days', NULL)) IS NOT NULL AS activated;
CALL governance.settle();
SELECT account_id, scheme, score FROM pg_temp.standings WHERE scheme LIKE 't.later%';
SELECT * FROM governance.verify();

-- A trial that ends without coming into force: on record, and counted by nobody.
SELECT governance.publish(pg_temp.document('t.gone')) > 0 AS published;
SELECT governance.publish(pg_temp.document('t.gone', '20'), 'trial', '[2024-01-01,)') AS gone \gset
SELECT pg_temp.violate(7, 73, 'new', '2024-02-01', NULL, 't.gone'), pg_temp.violate(8, 83, 'new', '2024-02-01', NULL, 't.gone'), pg_temp.violate(8, 84, 'old', '2024-02-02', NULL, 't.gone');
SELECT governance.retire(:gone) IS NOT NULL AS retired;
CALL governance.settle();
SELECT account_id, scheme, score FROM pg_temp.standings WHERE scheme LIKE 't.gone%';
SELECT governance.change(83, 1, 'milder') > 0 AS changed, governance.overturn(73, 'mistaken') > 0 AS overturned;
SELECT pg_temp.refused('SELECT pg_temp.violate(7, 74, ''new'', ''2024-02-01'', NULL, ''t.gone'')') AS over;
SELECT * FROM governance.verify();
