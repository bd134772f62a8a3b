--
-- Documents of more than one kind: what they share with policies, and that what is
-- about standings never sees the others.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
SELECT count(*) > 0 FROM governance.create_ledger();
CREATE FUNCTION pg_temp.entitlement(name text, n int DEFAULT 1) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('entitlement', name, 'title', jsonb_build_object('en', 'test hours', 'zh', '测试时段'),
		'observe', '{"uploads": {"count": "activities", "kind": "t.kinds.upload"}}'::jsonb,
		'capabilities', jsonb_build_object('t.kinds.watch', jsonb_build_object('title', 'watch videos', 'at_most', jsonb_build_array(format('%s per day', n))),
			't.kinds.tip', false, 't.kinds.app.*', true))
$$;
CREATE FUNCTION pg_temp.policy(name text, n int DEFAULT 1) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', name, 'score', '{"cap": 100}'::jsonb, 'rules', jsonb_build_object('x', jsonb_build_object('title', 'x', 'points', n)))
$$;
CREATE FUNCTION pg_temp.id(which text, number int) RETURNS bigint LANGUAGE sql AS $$
	SELECT policy_id FROM governance.policy WHERE scheme = which AND version = number
$$;
CREATE FUNCTION pg_temp.try(command text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text; hint text;
BEGIN
	EXECUTE command;
	RETURN NEXT 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT state || ' ' || regexp_replace(message, 'policy \d+', 'policy N');
	IF detail <> '' AND detail NOT LIKE 'Failing row%' THEN RETURN NEXT '    ' || detail; END IF;
	IF hint <> '' THEN RETURN NEXT '    -> ' || hint; END IF;
END $$;
\set ECHO queries

-- The key that holds the name tells the kind.
SELECT governance.check_policy(pg_temp.entitlement('t.kinds.hours')) - 'titles';
SELECT governance.check_policy(pg_temp.policy('t.kinds.score')) ->> 'kind';
SELECT pg_temp.try($$SELECT governance.check_policy('{"scheme": "a", "entitlement": "b"}')$$);
SELECT pg_temp.try($$SELECT governance.check_policy('{"procedure": "a"}')$$);
SELECT pg_temp.try($$SELECT governance.check_policy('{"title": "a"}')$$);
SELECT pg_temp.try($$SELECT governance.check_policy('["entitlement"]')$$);
SELECT pg_temp.try($$SELECT governance.check_policy('"entitlement"')$$);
SELECT pg_temp.try($$SELECT governance.check_policy('{"entitlement": "A"}')$$);
SELECT pg_temp.try($$SELECT governance.check_policy('{"entitlement": 1}')$$);
SELECT pg_temp.try($$SELECT governance.check_policy('{"entitlement": "a"}')$$);
SELECT pg_temp.try($$SELECT governance.check_policy('{"entitlement": "a", "capabilitys": {}}')$$);

-- Versions of an entitlement are like those of a policy: since ever, from now on, on
-- trial, drafts.
SELECT governance.publish(pg_temp.policy('t.kinds.score')) = pg_temp.id('t.kinds.score', 1);
SELECT governance.publish(pg_temp.entitlement('t.kinds.hours', 1)) = pg_temp.id('t.kinds.hours', 1);
SELECT governance.publish(pg_temp.entitlement('t.kinds.hours', 1)) = pg_temp.id('t.kinds.hours', 1) AS the_same;
SELECT governance.publish(pg_temp.entitlement('t.kinds.hours', 2)) = pg_temp.id('t.kinds.hours', 2);
SELECT governance.publish(pg_temp.entitlement('t.kinds.hours', 3), 'trial') = pg_temp.id('t.kinds.hours', 3);
SELECT governance.publish(pg_temp.entitlement('t.kinds.hours', 4), 'draft') = pg_temp.id('t.kinds.hours', 4);
SELECT scheme, title, version, status, state, rules, rungs, kind FROM governance.policies WHERE scheme LIKE 't.kinds.%' ORDER BY scheme, version;
SELECT scheme, title, direction, kind, last_version FROM governance.scheme WHERE scheme LIKE 't.kinds.%' ORDER BY scheme;
SELECT capability, title FROM governance.capability WHERE capability LIKE 't.kinds.%' ORDER BY 1;
SELECT kind FROM governance.activity_kind WHERE kind LIKE 't.kinds.%';
SELECT count(*) AS rules_and_rungs FROM governance.policy_rule r FULL JOIN governance.policy_rung g USING (policy_id) WHERE policy_id IN (SELECT policy_id FROM governance.policy WHERE kind = 'entitlement');
SELECT scheme, why FROM governance.edition WHERE scheme LIKE 't.kinds.%' ORDER BY 1;
SELECT governance.policy_document('t.kinds.hours') = pg_temp.entitlement('t.kinds.hours', 2) AS now,
	governance.policy_document('t.kinds.hours', '2000-01-01') = pg_temp.entitlement('t.kinds.hours', 1) AS once;
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.entitlement('t.kinds.hours', 5), in_force => '[2000-01-01,)')$$);
SELECT isempty(governance.retire(pg_temp.id('t.kinds.hours', 3)));
SELECT lower(governance.activate(pg_temp.id('t.kinds.hours', 4), '[2999-01-01,)'));
SELECT governance.retire(pg_temp.id('t.kinds.hours', 4));
SELECT upper_inf(in_force) FROM governance.policy WHERE policy_id = pg_temp.id('t.kinds.hours', 2);
SELECT upper(governance.retire(pg_temp.id('t.kinds.hours', 2))) <= now();
SELECT pg_temp.try($$SELECT governance.policy_document('t.kinds.hours', '3000-01-01')$$);
SELECT pg_temp.try($$SELECT governance.activate(pg_temp.id('t.kinds.hours', 2))$$);
SELECT governance.publish(pg_temp.entitlement('t.kinds.hours', 6)) = pg_temp.id('t.kinds.hours', 5);
SELECT governance.publish(pg_temp.entitlement('t.kinds.hours', 7), 'trial') = pg_temp.id('t.kinds.hours', 6);

-- A name has one kind.
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.policy('t.kinds.hours'))$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.entitlement('t.kinds.score'))$$);
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, version, document) VALUES ('t.kinds.score', 99, pg_temp.entitlement('t.kinds.score'))$$);
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, kind, version, document) VALUES ('t.kinds.score', 'entitlement', 99, pg_temp.policy('t.kinds.score'))$$);
DELETE FROM governance.policy WHERE scheme = 't.kinds.score' AND version = 99 RETURNING kind;
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, version, document) VALUES ('t.kinds.hours', 99, pg_temp.entitlement('t.kinds.score'))$$);
SELECT pg_temp.try($$UPDATE governance.policy SET kind = 'scheme' WHERE scheme = 't.kinds.hours'$$);
SELECT pg_temp.try($$UPDATE governance.scheme SET kind = 'scheme' WHERE scheme = 't.kinds.hours'$$);
SELECT pg_temp.try($$UPDATE governance.scheme SET kind = 'scheme', direction = 'deduct' WHERE scheme = 't.kinds.hours'$$);
SELECT pg_temp.try($$UPDATE governance.scheme SET direction = NULL WHERE scheme = 't.kinds.score'$$);

-- What is about schemes says that it is none.
INSERT INTO governance.account VALUES (1);
SELECT pg_temp.try(command) FROM unnest(ARRAY[
	$$SELECT governance.score(1, 't.kinds.hours')$$,
	$$SELECT governance.tier(1, 't.kinds.hours')$$,
	$$SELECT governance.score(1, 't.kinds.hours@' || pg_temp.id('t.kinds.hours', 6))$$,
	$$SELECT governance.timeline(1, 't.kinds.hours')$$,
	$$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.kinds.hours', 'x')$$,
	$$INSERT INTO governance.revision (account_id, scheme, action, points, reason) VALUES (1, 't.kinds.hours', 'opening', 5, 'y')$$,
	$$SELECT governance.propose_violation(1, 't.kinds.hours', 'x', 'y')$$,
	$$INSERT INTO governance.moderator_limit (role, scheme) VALUES ('x', 't.kinds.hours')$$,
	$$INSERT INTO governance.brake (scheme, max_accounts, within) VALUES ('t.kinds.hours', 1, '1 day')$$,
	$$INSERT INTO governance.certification_consequence (scheme, rule, qualification, effect) VALUES ('t.kinds.hours', 'x', 'occupation:healthcare', 'review')$$,
	$$SELECT governance.report_scores('t.kinds.hours', '[2024-01-01,2025-01-01)')$$,
	$$SELECT governance.account_page(1, 't.kinds.hours')$$,
	$$SELECT governance.simulate(pg_temp.entitlement('t.kinds.hours'))$$,
	$$SELECT governance.dry_run(pg_temp.entitlement('t.kinds.hours'), '[]')$$]) AS c (command);
SELECT pg_temp.try($$SELECT governance.score(1, 't.kinds.none')$$);

-- Standings have nothing of it.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.kinds.score', 'x');
INSERT INTO governance.activity (account_id, kind) VALUES (1, 't.kinds.upload');
CALL governance.settle();
SELECT scheme FROM governance.standing ORDER BY 1;
SELECT DISTINCT scheme FROM governance.rule_history WHERE scheme LIKE 't.kinds.%';
SELECT * FROM governance.verify();
SELECT * FROM governance.create_ledger();

-- verify() finds a kind that is not as the document says.
BEGIN;
SET LOCAL session_replication_role = replica;
ALTER TABLE governance.policy DROP CONSTRAINT policy_name_check;
ALTER TABLE governance.scheme DROP CONSTRAINT scheme_kind_check;
UPDATE governance.policy SET kind = 'scheme' WHERE scheme = 't.kinds.hours' AND version = 5;
UPDATE governance.scheme SET kind = 'scheme' WHERE scheme = 't.kinds.hours';
SET LOCAL session_replication_role = origin;
SELECT scheme, regexp_replace(item, '\d+', 'N'), stored, replayed FROM governance.verify_rulebook();
ROLLBACK;

-- It is found by its names and titles, while it is in force.
SELECT scheme, scheme_title, rule, title, kind FROM governance.search_rules('测试时段');
SELECT scheme, kind FROM governance.search_rules('kinds.watch');
SELECT scheme, kind FROM governance.search_rules('videos');
SELECT count(*) FROM governance.search_rules('t.kinds.hours nothing');


-- What is rolled back leaves nothing compiled, and holidays that change are compiled anew.
INSERT INTO governance.holiday (calendar, day) VALUES ('t.kinds', '2029-12-31');
SELECT governance.publish(pg_temp.entitlement('t.kinds.days') || '{"calendar": {"holidays": "t.kinds"}}') > 0;
SELECT count(*) > 1 FROM governance.allowance(1, 't.kinds.watch');
CREATE TEMPORARY TABLE noted AS SELECT count(*) AS compiled FROM pg_backend_memory_contexts WHERE name = 'governance entitlement';
DO $$
BEGIN
	FOR i IN 1..30 LOOP
		BEGIN
			PERFORM governance.publish(pg_temp.entitlement('t.kinds.undone_' || i));
			PERFORM governance.allowance(1, 't.kinds.watch');
			RAISE EXCEPTION USING ERRCODE = 'ZZ000';
		EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
			INSERT INTO governance.holiday (calendar, day) SELECT 't.kinds', date '2030-01-01' + i;
		END;
	END LOOP;
END $$;
SELECT count(*) > 1 FROM governance.allowance(1, 't.kinds.watch');
SELECT count(*) = (SELECT compiled FROM noted) AS nothing_is_left FROM pg_backend_memory_contexts WHERE name = 'governance entitlement';
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.entitlement('t.kinds.days') || '{"calendar": {"holidays": "t.none"}}')$$);

-- A document that was damaged is an error that names it, and verify() finds it.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE governance.policy SET document = document || '{"capabilities": 1}' WHERE scheme = 't.kinds.days';
SET LOCAL session_replication_role = origin;
SELECT scheme, regexp_replace(stored, '^(damaged: )?', ''), replayed FROM governance.verify_rulebook();
SELECT pg_temp.try($$SELECT governance.allowance(1, 't.kinds.watch')$$);
ROLLBACK;
SELECT governance.score(1, 't.kinds.score');
