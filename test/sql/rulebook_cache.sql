--
-- A backend prices by the rulebook as it is: after a publication, after one
-- that was rolled back, after the ledger was created anew.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SELECT count(*) > 0 FROM governance.create_ledger();
CREATE FUNCTION pg_temp.put(points numeric, status text DEFAULT 'active', in_force tstzrange DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
	SELECT governance.publish(jsonb_build_object('scheme', 't.cache', 'score', '{"cap": 1000}'::jsonb,
		'rules', jsonb_build_object('x', jsonb_build_object('title', 'x', 'points', points)),
		'ladder', '[{"rung": "r", "tier": "limited", "when": "score < 500", "withhold": ["t.cache.sing"]}]'::jsonb), status, in_force)
$$;
-- what one violation costs now
CREATE FUNCTION pg_temp.price() RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
	account bigint; result numeric;
BEGIN
	INSERT INTO governance.account DEFAULT VALUES RETURNING account_id INTO account;
	INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
		VALUES (account, 't.cache', 'x', clock_timestamp(), clock_timestamp());
	SELECT 1000 - governance.points(governance.score(account, 't.cache', clock_timestamp())) INTO result;
	RETURN result;
END $$;
\set ECHO queries
SELECT pg_temp.price();
SELECT pg_temp.put(1) > 0;
SELECT pg_temp.price();
SELECT pg_temp.put(2) > 0;
SELECT pg_temp.price();

-- a draft and a trial change nothing
SELECT pg_temp.put(50, 'draft') > 0, pg_temp.put(51, 'trial') > 0;
SELECT pg_temp.price();

-- rolled back, with and without use in between
BEGIN;
SELECT pg_temp.put(3) > 0;
SELECT pg_temp.price();
ROLLBACK;
SELECT pg_temp.price();
BEGIN;
SELECT pg_temp.price();
SAVEPOINT a;
SELECT pg_temp.put(4) > 0;
SELECT pg_temp.price();
ROLLBACK TO a;
SELECT pg_temp.price();
SELECT pg_temp.put(5) > 0;
SELECT pg_temp.price();
SAVEPOINT b;
SELECT pg_temp.put(6) > 0;
RELEASE b;
SELECT pg_temp.price();
COMMIT;
SELECT pg_temp.price();

-- activated, retired
SELECT lower(governance.activate(policy_id)) IS NOT NULL FROM governance.policy WHERE scheme = 't.cache' AND status = 'trial';
SELECT pg_temp.price();
SELECT upper(governance.retire(policy_id)) IS NOT NULL FROM governance.policies WHERE scheme = 't.cache' AND state = 'in force';
\set VERBOSITY sqlstate
SELECT pg_temp.price();
\set VERBOSITY default
SELECT pg_temp.put(7) > 0;
SELECT pg_temp.price();

-- capabilities
INSERT INTO governance.account (account_id) VALUES (-1);
SELECT governance.permits(-1, 't.cache.sing');
SELECT governance.permits(-1, 't.cache.dance');
INSERT INTO governance.capability VALUES ('t.cache.dance');
SELECT governance.permits(-1, 't.cache.dance');
DELETE FROM governance.capability WHERE capability = 't.cache.dance';
SELECT governance.permits(-1, 't.cache.dance');

-- an old snapshot does not leave an old list behind
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) > 0 FROM governance.policy;
SELECT pg_temp.put(8) > 0;
SELECT pg_temp.price();
COMMIT;
SELECT pg_temp.price();

-- documents that changed behind the triggers' back
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE governance.policy SET document = jsonb_set(document, '{rules,x,points}', '9') WHERE scheme = 't.cache' AND in_force @> now();
SET LOCAL session_replication_role = origin;
SELECT pg_temp.price();
ROLLBACK;
SELECT pg_temp.price();

-- a parallel query
BEGIN;
SELECT pg_temp.put(10) > 0;
SELECT count(set_config(name, 'on', true)) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT governance.permits(-1, 't.cache.sing');
COMMIT;
