--
-- A backend does not grow with what it has done: not by single violations, not
-- by batches, overturns, publications and answers.  What one statement needs is
-- bounded by its rows.  GOVERNANCE_STATEMENTS is the number of single ones.
--
\set ECHO none
\set statements 20000
\getenv statements GOVERNANCE_STATEMENTS
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION pg_temp.document(note text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', 't.memory', 'note', note, 'score', '{"cap": 1000000}'::jsonb,
		'rules', '{"x": {"title": "x", "points": 10}, "y": {"title": "y", "points": 1}}'::jsonb,
		'relief', '[{"on": "course", "add": 1}, {"every": "30 days", "add": 1}]'::jsonb,
		'ladder', '[{"rung": "low", "when": "score <= 999990", "tier": "limited", "withhold": ["post"]}]'::jsonb)
$$;
SELECT governance.publish(pg_temp.document('0')) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 50000) i;
CREATE TABLE public.memory_used (what text, used bigint);
CREATE FUNCTION public.memory_note(what text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO public.memory_used SELECT what, (SELECT sum(used_bytes) FROM pg_backend_memory_contexts)
$$;
CREATE FUNCTION pg_temp.grown(since text, until text) RETURNS bigint LANGUAGE sql AS $$
	SELECT (SELECT max(used) FROM public.memory_used WHERE what = until) - (SELECT max(used) FROM public.memory_used WHERE what = since)
$$;
-- In the middle of a batch, with everything in memory that it takes.
CREATE FUNCTION public.memory_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM public.memory_note(TG_ARGV[0]);
	RETURN NULL;
END
$$;
-- Each in a transaction of its own.
CREATE PROCEDURE pg_temp.singles(rows integer) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..rows LOOP
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1 + i % 5000, 't.memory', CASE WHEN i % 10 = 0 THEN 'x' ELSE 'y' END);
		COMMIT;
	END LOOP;
END
$$;
CREATE PROCEDURE pg_temp.others(rounds integer) LANGUAGE plpgsql AS $$
DECLARE
	chosen bigint;
BEGIN
	FOR i IN 1..rounds LOOP
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at)
			SELECT 1 + (i * 97 + j) % 50000, 't.memory', 'y', now() - interval '1 day' FROM generate_series(1, 50) j;
		COMMIT;
		SELECT max(violation_id) INTO chosen FROM governance.violation;
		PERFORM governance.overturn(chosen, 'memory');
		COMMIT;
		INSERT INTO governance.activity (account_id, kind) VALUES (i, 'course');
		COMMIT;
		PERFORM governance.score(i, 't.memory', '2100-01-01'), governance.tier(i), governance.permits(i, 'post'),
			count(*) FROM governance.timeline(i, 't.memory');
		COMMIT;
		BEGIN
			INSERT INTO governance.violation (account_id, scheme, rule) VALUES (i, 't.memory', 'oops');
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
		COMMIT;
	END LOOP;
END
$$;
SET test.statements = :'statements';
\set ECHO queries

CALL pg_temp.singles(1000);
CALL pg_temp.others(20);
SELECT * FROM governance.verify();
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT public.memory_note('start');
CALL pg_temp.singles(current_setting('test.statements')::int);
SELECT public.memory_note('singles');
SELECT pg_temp.grown('start', 'singles') < 200000 AS single_violations_leave_nothing;
CALL pg_temp.others(200);
SELECT public.memory_note('others');
SELECT pg_temp.grown('singles', 'others') < 200000 AS batches_overturns_answers_errors_leave_nothing;

CREATE TRIGGER note AFTER INSERT OR UPDATE ON governance.standing FOR EACH STATEMENT EXECUTE FUNCTION public.memory_note('inside');
INSERT INTO governance.violation (account_id, scheme, rule)
	SELECT 1 + (i * 7919) % 50000, 't.memory', CASE WHEN i % 10 = 0 THEN 'x' ELSE 'y' END FROM generate_series(1, 200000) i;
SELECT public.memory_note('batch');
SELECT pg_temp.grown('others', 'inside') < 400 * 200000 AS a_batch_takes_less_than_400_bytes_a_row;
UPDATE public.memory_used SET what = 'was inside' WHERE what = 'inside';
SELECT * FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
DROP TRIGGER note ON governance.standing;
SELECT public.memory_note('rebuild');
SELECT pg_temp.grown('others', 'inside') < 20000000 AS a_rebuild_takes_little;
SELECT pg_temp.grown('others', 'rebuild') < 500000 AS batch_and_rebuild_leave_nothing;

-- A publication leaves its version, compiled, and no more.
SELECT governance.publish(pg_temp.document('v1')) > 0 AS published;
SELECT public.memory_note('published');
SELECT pg_temp.grown('rebuild', 'published') < 500000 AS a_version_takes_little;
\set ECHO none
DROP TABLE public.memory_used;
