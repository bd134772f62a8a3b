--
-- A scheme that was on trial only has violations and no standings.  Once a
-- version that reaches back is in force, the next violation of such an account
-- is not its first.
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
SELECT count(governance.publish(document, 'active', tstzrange('2024-01-01', NULL))) AS in_force FROM rules;
-- Alone, and with others in a statement.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 't.listens', 'x', '2024-03-01', '2024-03-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 't.deaf', 'x', '2024-03-01', '2024-03-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, scheme, 'x', '2024-03-01', '2024-03-01' FROM rules, generate_series(2, 4) a ORDER BY a, scheme;
SELECT scheme, account_id, score, tier FROM governance.standing WHERE scheme NOT LIKE '%@%' ORDER BY 1, 2;
SELECT * FROM governance.verify();
