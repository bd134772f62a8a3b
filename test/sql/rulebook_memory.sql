--
-- What the rulebook takes of a backend: in proportion to the schemes there are,
-- whatever was published, rolled back or changed on the way there.  What a
-- statement that is not done goes by is kept for it, and no longer.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SELECT count(*) > 0 FROM governance.create_ledger();
CREATE FUNCTION public.put(scheme text, calendar jsonb DEFAULT '{}', status text DEFAULT 'active') RETURNS bigint LANGUAGE sql AS $$
	SELECT governance.publish(jsonb_build_object('scheme', scheme, 'score', '{"direction": "accumulate", "limit": 3}'::jsonb,
		'rules', '{"x": {"title": "x", "points": 1}}'::jsonb,
		'ladder', '[{"rung": "r", "tier": "limited", "when": "score >= 2", "withhold": ["post"]}]'::jsonb) || calendar, status)
$$;
CREATE FUNCTION public.rulebook_bytes() RETURNS bigint LANGUAGE sql AS $$
	SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts WHERE name = 'governance policy versions'
$$;
CREATE FUNCTION public.compiled() RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'governance policy'
$$;
CREATE TABLE public.noted (what text PRIMARY KEY, value bigint);
\set ECHO queries

-- many publications, all in one transaction
BEGIN;
SELECT count(public.put('t.many_' || i)) FROM generate_series(1, 75) i;
INSERT INTO public.noted SELECT '75', public.rulebook_bytes();
SELECT count(public.put('t.many_' || i)) FROM generate_series(76, 300) i;
INSERT INTO public.noted SELECT '300', public.rulebook_bytes();
COMMIT;
SELECT value < 300 * 500 AS the_list_is_small FROM public.noted WHERE what = '300';
SELECT (SELECT value FROM public.noted WHERE what = '300') < 8 * (SELECT value FROM public.noted WHERE what = '75') AS four_times_as_many_take_four_times_as_much;

-- versions and trials of one scheme
SELECT count(public.put('t.many_1', status => CASE WHEN i % 2 = 0 THEN 'trial' ELSE 'active' END)) FROM generate_series(1, 100) i;
SELECT public.rulebook_bytes() < 500 * 500 AS so_do_versions;

-- publications that are rolled back leave nothing compiled
INSERT INTO governance.account (account_id) VALUES (1), (2), (3);
INSERT INTO governance.holiday (calendar, day) VALUES ('t.fair', '2029-12-31');
SELECT public.put('t.days', '{"calendar": {"holidays": "t.fair"}}') > 0;
INSERT INTO public.noted SELECT 'compiled', public.compiled();
DO $$
BEGIN
	FOR i IN 1..50 LOOP
		BEGIN
			PERFORM public.put('t.undone_' || i);
			INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.undone_' || i, 'x');
			RAISE EXCEPTION 'undone';
		EXCEPTION WHEN raise_exception THEN
			NULL;
		END;
	END LOOP;
END $$;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.days', 'x');
SELECT public.compiled() <= value + 2 AS nothing_of_it FROM public.noted WHERE what = 'compiled';

-- nor does a calendar that changes, day by day or at once
DO $$
BEGIN
	FOR i IN 1..100 LOOP
		INSERT INTO governance.holiday (calendar, day, working) VALUES ('t.fair', date '2030-01-01' + i, false);
	END LOOP;
END $$;
SELECT public.compiled() <= value + 2 AS nothing_of_it FROM public.noted WHERE what = 'compiled';
UPDATE governance.holiday SET working = true WHERE calendar = 't.fair';
DELETE FROM governance.holiday WHERE calendar = 't.fair';
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.days', 'x');
SELECT public.compiled() <= value + 2 AS nothing_of_it FROM public.noted WHERE what = 'compiled';

-- a trigger on what the ledger writes publishes, changes the calendar and records,
-- in the middle of a statement that goes by what was there before
CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() < 3 AND NEW.account_id < 100 THEN
		PERFORM public.put('t.meddle_' || NEW.account_id);
		INSERT INTO governance.holiday (calendar, day) VALUES ('t.other', date '2031-01-01' + NEW.account_id::int) ON CONFLICT DO NOTHING;
		PERFORM public.put('t.meddle_' || NEW.account_id || '_again');
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES (NEW.account_id + 100, 't.days', 'x');
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER meddle AFTER INSERT ON governance.violation FOR EACH ROW EXECUTE FUNCTION public.meddle();
INSERT INTO governance.account (account_id) SELECT i FROM generate_series(10, 200) i;
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT a, 't.days', 'x' FROM generate_series(10, 24) a, generate_series(1, 2);
ROLLBACK;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT a, 't.days', 'x' FROM generate_series(10, 24) a;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT a, 't.many_' || a, 'x' FROM generate_series(50, 69) a;
DROP TRIGGER meddle ON governance.violation;
SELECT count(DISTINCT scheme), sum(governance.points(score)) FROM governance.standing WHERE account_id >= 10;
SELECT public.rulebook_bytes() < 600 * 500 AS still_small, public.compiled() < 500 AS still_few;
SELECT * FROM governance.verify();

-- a cursor goes on by the rulebook as it is
BEGIN;
DECLARE c CURSOR FOR SELECT account_id, governance.score(account_id, 't.days'), governance.permits(account_id, 'post') FROM generate_series(10, 14) AS g(account_id);
FETCH 2 FROM c;
SELECT public.put('t.days') > 0;
FETCH 1 FROM c;
SELECT count(public.put('t.between_' || i)) FROM generate_series(1, 30) i;
FETCH ALL FROM c;
COMMIT;
\set ECHO none
DROP TABLE public.noted;
