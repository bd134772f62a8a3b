--
-- What the random walks share: a ledger, choices by chance, and the loop.  A test
-- that is a walk includes this file and defines
--
--   pg_temp.some_step()    the next step, a statement
--   pg_temp.differences()  what is wrong now, a line of text each; no rows: nothing
--
-- and then calls pg_temp.walk().  Some steps are taken back by a savepoint, and
-- another one is taken in the same transaction.  GOVERNANCE_FUZZ multiplies the
-- number of steps, GOVERNANCE_SEED begins another walk.
--
\set fuzz 1
\set seed 7
\getenv fuzz GOVERNANCE_FUZZ
\getenv seed GOVERNANCE_SEED
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET timezone = 'UTC';
SET statement_timeout = '3600s';
SELECT count(*) > 0 FROM governance.create_ledger();

CREATE FUNCTION pg_temp.one_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT choices[1 + floor(random() * cardinality(choices))::int]
$$;
CREATE FUNCTION pg_temp.some_time() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
	SELECT CASE floor(random() * 6)::int
		WHEN 0 THEN now()
		WHEN 1 THEN now() + random() * interval '90 days'
		ELSE date_trunc('hour', now() - random() * interval '400 days') END
$$;
CREATE FUNCTION pg_temp.some_range() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT CASE floor(random() * 6)::int
		WHEN 0 THEN format('[%s,)', pg_temp.some_time())
		WHEN 1 THEN format('(,%s)', pg_temp.some_time())
		WHEN 2 THEN (SELECT format('[%s,%s)', t, t + random() * interval '200 days') FROM (SELECT pg_temp.some_time() AS t) t) END
$$;

CREATE TEMP TABLE walked (n serial, step text, outcome text);
-- Takes a step; what it says when it is refused is one of the errors that are
-- expected of a step by chance, or stands there in full.
CREATE FUNCTION pg_temp.take(step text, back boolean) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE step;
	IF back THEN
		RAISE EXCEPTION 'taken back' USING ERRCODE = 'WALK0';
	END IF;
	RETURN 'done';
EXCEPTION
	WHEN SQLSTATE 'WALK0' THEN
		RETURN 'taken back';
	WHEN OTHERS THEN
		RETURN CASE WHEN SQLSTATE LIKE 'GV%' OR SQLSTATE IN ('22023', '23505', '23P01') THEN SQLSTATE ELSE SQLSTATE || ' ' || SQLERRM END;
END
$$;
CREATE PROCEDURE pg_temp.walk(steps int) LANGUAGE plpgsql AS $$
DECLARE
	step	text;
	outcome	text;
	wrong	text;
	more	boolean;
BEGIN
	FOR i IN 1 .. steps LOOP
		step := pg_temp.some_step();
		more := random() < 0.1;
		outcome := pg_temp.take(step, more);
		INSERT INTO walked (step, outcome) VALUES (step, outcome);
		CONTINUE WHEN more;
		-- In the transaction of the step, or after it.
		IF random() < 0.7 THEN
			COMMIT;
		END IF;
		SELECT string_agg(d, E'\n') INTO wrong FROM pg_temp.differences() d;
		IF wrong IS NOT NULL THEN
			RAISE EXCEPTION 'after step % (%): %', i, outcome, step USING DETAIL = left(wrong, 6000);
		END IF;
		COMMIT;
	END LOOP;
END
$$;
SELECT setseed(:seed / 1000.0) \g /dev/null
