--
-- What happened while a scheme was on trial only, or before it was there, and
-- when it counts.
--
\set ECHO none
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE TEMP TABLE rules AS SELECT jsonb_build_object('scheme', s.scheme, 'score', '{"cap": 100}'::jsonb, 'rules', '{"x": {"title": "x", "points": 10}}'::jsonb,
	'relief', s.relief, 'ladder', '[{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"], "for": "30 days"}]'::jsonb) AS document, s.scheme
	FROM (VALUES ('t.listens', '[{"on": "exam", "add": 1}]'::jsonb), ('t.deaf', '[{"every": "100 years", "add": 1}]')) s(scheme, relief);
SELECT count(governance.publish(document, 'trial', tstzrange('2024-01-01', NULL))) AS on_trial FROM rules;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 4);
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, scheme, 'x', '2024-02-01', '2024-02-01' FROM rules, generate_series(1, 3) a ORDER BY a, scheme;
SELECT scheme, account_id FROM governance.standing WHERE scheme NOT LIKE '%@%';
-- From now on: nobody is punished for what happened in the trial.
BEGIN;
SELECT count(governance.activate(policy_id)) AS in_force FROM governance.policy;
SELECT scheme, lower(in_force) >= now() AS from_now, tried IS NOT NULL AS tried FROM governance.policy ORDER BY 1;
SELECT account_id, scheme, governance.score(account_id, scheme), governance.permits(account_id, 'post') FROM rules, generate_series(1, 2) account_id ORDER BY 1, 2;
SELECT * FROM governance.verify();
ROLLBACK;
BEGIN;
SELECT count(governance.publish(document, 'active')) AS in_force FROM rules;
SELECT scheme, lower(in_force) >= now() AS from_now FROM governance.policy WHERE status = 'active' ORDER BY 1;
ROLLBACK;
-- A version that reaches back over entries of the trial: they count at once.
SELECT count(governance.publish(document, 'active', tstzrange('2024-01-01', NULL))) AS in_force FROM rules;
SELECT account_id, scheme, governance.score(account_id, scheme, '2024-02-15'), governance.score(account_id, scheme, '2024-01-15') AS before, governance.score(account_id, scheme) AS now FROM rules, generate_series(1, 4) account_id ORDER BY 1, 2;
SELECT account_id, governance.tier(account_id, at => '2024-02-15') FROM generate_series(1, 4) account_id ORDER BY 1;
SELECT * FROM governance.verify();
CALL governance.settle();
SELECT scheme, account_id, score, tier FROM governance.standing WHERE scheme NOT LIKE '%@%' ORDER BY 1, 2;
SELECT * FROM governance.verify();
-- Alone, and with others in a statement.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 't.listens', 'x', '2024-03-01', '2024-03-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 't.deaf', 'x', '2024-03-01', '2024-03-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, scheme, 'x', '2024-03-01', '2024-03-01' FROM rules, generate_series(2, 4) a ORDER BY a, scheme;
SELECT scheme, account_id, score, tier FROM governance.standing WHERE scheme NOT LIKE '%@%' ORDER BY 1, 2;
SELECT * FROM governance.verify();

-- The same for activities of before, on trial and in force.
INSERT INTO governance.activity_kind (kind) VALUES ('lecture');
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (1, 'lecture', '2024-02-01'), (2, 'lecture', '2023-02-01');
CREATE TEMP TABLE late AS SELECT jsonb_build_object('scheme', 't.late', 'score', '{"cap": 100, "start": 90}'::jsonb, 'rules', '{"x": {"title": "x", "points": 10}}'::jsonb,
	'relief', '[{"on": "lecture", "add": 1}]'::jsonb) AS document;
SELECT governance.publish(document, 'trial', tstzrange('2024-01-01', NULL)) > 0 AS on_trial FROM late;
CALL governance.settle();
SELECT split_part(scheme, '@', 1) AS scheme, account_id, score FROM governance.standing WHERE scheme LIKE 't.late%' ORDER BY 1, 2;
SELECT * FROM governance.verify();
SELECT governance.publish(document, 'active', tstzrange('2024-01-01', NULL)) > 0 AS in_force FROM late;
SELECT account_id, governance.score(account_id, 't.late') FROM generate_series(1, 3) account_id;
CALL governance.settle();
SELECT account_id, score FROM governance.standing WHERE scheme = 't.late' ORDER BY 1, 2;
SELECT * FROM governance.verify();
