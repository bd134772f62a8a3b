-- permits(), qualified() and score() asked of many accounts in one query: what the
-- query remembers says what single look-ups say.
\set ECHO none
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "s",
	"score": {"cap": 12},
	"rules": {"spam": {"title": "spam", "points": 4}},
	"ladder": [{"rung": "mute", "when": "score <= 8", "tier": "muted", "withhold": ["post"], "for": "7 days"}]}') > 0 AS published;
SELECT governance.publish('{"scheme": "p", "score": {"cap": 100}, "rules": {"x": {"title": "x", "points": [1, 20]}},
	"relief": [{"every": "10 days", "add": 1}]}') > 0 AS published;
INSERT INTO governance.capability (capability) VALUES ('share'), ('never') ON CONFLICT DO NOTHING;
SELECT setseed(0.5);
-- Neighbours, numbers far apart, and below nothing.
INSERT INTO governance.account (account_id, opened_at)
	SELECT CASE i % 3 WHEN 0 THEN i WHEN 1 THEN i::bigint * 7340032 * 4096 ELSE -i::bigint * 37 END, '2020-01-01'
	FROM generate_series(1, 3000) i;
INSERT INTO governance.account (account_id) VALUES (0), (-9223372036854775808), (9223372036854775807), (100000), (100001);
-- Periods that overlap, touch, have been, are and will be.
SET session_replication_role = replica;
INSERT INTO governance.withholding (account_id, capability, ground, since, until)
	SELECT account_id, (ARRAY['post', 'share', 'live'])[1 + floor(random() * 3)::int], 'r' || i, since,
			CASE WHEN random() < 0.1 THEN 'infinity' ELSE since + interval '1 hour' * (1 + floor(random() * 400)) END
		FROM generate_series(1, 4) i, governance.account a,
			LATERAL (SELECT date_trunc('hour', now()) + interval '1 hour' * floor(random() * 500 - 250 + 0 * account_id) AS since) s
		WHERE account_id < 100000 AND random() < 0.4;
INSERT INTO governance.domain (domain, name, gated_from, gated_until)
	VALUES ('open', 'gated from the year 2100 on', '2100-01-01', 'infinity'), ('shut', 'always gated', '-infinity', 'infinity');
INSERT INTO governance.qualified_domain (account_id, domain, since, until)
	SELECT account_id, domain, since, CASE WHEN i = 4 THEN 'infinity' ELSE coalesce(nullif(since, '-infinity'), now()) + interval '1 hour' * (1 + floor(random() * 90)) END
		FROM generate_series(1, 4) i, governance.account a, (VALUES ('open'), ('shut')) d (domain),
			LATERAL (SELECT CASE WHEN i = 1 AND random() < 0.3 THEN '-infinity' ELSE date_trunc('hour', now()) + interval '100 hours' * (i + floor(0 * random() + 0 * account_id)) END AS since) s
		WHERE account_id < 100000 AND random() < 0.3
	ON CONFLICT DO NOTHING;
INSERT INTO governance.domain (domain, name) VALUES ('few', 'what one in twenty is qualified for');
INSERT INTO governance.qualified_domain (account_id, domain, since, until)
	SELECT account_id, 'few', '-infinity', 'infinity' FROM governance.account WHERE account_id % 20 = 0;
RESET session_replication_role;
INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at)
	SELECT account_id, 'p', 'x', 1 + i + abs(account_id) % 10, at, at
		FROM governance.account, generate_series(1, 3) i, LATERAL (SELECT now() - interval '1 hour' * (abs(account_id) % 1000 + 24 * i) AS at) a
		WHERE account_id BETWEEN -50000 AND 5000 AND abs(account_id) % 4 <> i;
VACUUM ANALYZE governance.account, governance.standing, governance.withholding, governance.qualified_domain;

-- An expression of its own for each question: nothing is remembered.
CREATE FUNCTION public.alone(call text, account bigint, what text, at timestamptz) RETURNS text STABLE LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT governance.%s($1, $2, $3)', call) INTO answer USING account, what, at;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
-- The same expression each time, as long as a transaction lasts.
CREATE FUNCTION public.again(account bigint) RETURNS boolean VOLATILE LANGUAGE plpgsql AS $$
BEGIN
	RETURN governance.permits(account, 'post');
END $$;
CREATE FUNCTION public.score_again(account bigint) RETURNS numeric VOLATILE LANGUAGE plpgsql AS $$
BEGIN
	RETURN governance.points(governance.score(account, 'p'));
END $$;
-- Every instant at which something changes, and those beside it.
CREATE TABLE public.question AS
	SELECT row_number() OVER (ORDER BY random()) AS n, account_id, capability, at
		FROM (SELECT r.account_id, c.capability, x.at + d.d AS at
				FROM governance.withholding r CROSS JOIN (VALUES ('post'), ('share'), ('live'), ('never')) c (capability)
					CROSS JOIN LATERAL (VALUES (r.since), (r.until)) x (at)
					CROSS JOIN (VALUES (interval '0'), (interval '1 microsecond'), (interval '-1 microsecond')) d (d)
				WHERE isfinite(x.at) AND x.at > now() + interval '1 hour'
			UNION ALL SELECT account_id, 'post', now() + interval '1 hour' FROM governance.account
			UNION ALL SELECT account_id, 'share', now() + interval '100 days' FROM governance.account) q;
ANALYZE public.question;
CREATE FUNCTION public.scans(relation text, OUT whole bigint, OUT by_index boolean) LANGUAGE sql AS $$
	SELECT pg_stat_get_xact_numscans(relation::regclass),
		(SELECT sum(pg_stat_get_xact_numscans(indexrelid)) FROM pg_index WHERE indrelid = relation::regclass) > 2000
$$;
\set ECHO queries

-- both tables are read once, and hardly anything is looked up
SELECT count(*) > 20000 AS questions, count(DISTINCT capability) FROM public.question;
SELECT FROM pg_stat_force_next_flush();
BEGIN;
SELECT count(*) FILTER (WHERE governance.permits(account_id, 'post')) BETWEEN 5000 AND 14000 AS permitted FROM governance.account, generate_series(1, 5);
SELECT * FROM public.scans('governance.withholding');
SELECT whole - 1 AS more_than_the_query FROM public.scans('governance.account');
COMMIT;
-- what the table says, for every account, capability and instant
SELECT q.* FROM public.question q
	WHERE governance.permits(account_id, capability, at) <> NOT EXISTS (SELECT FROM governance.withholding r
		WHERE r.account_id = q.account_id AND r.capability = q.capability AND r.since <= q.at AND q.at < r.until);
SELECT q.* FROM public.question q
	WHERE n % 7 = 0 AND governance.permits(account_id, capability, at)::text <> public.alone('permits', account_id, capability, at);
-- more names than are remembered
INSERT INTO governance.capability (capability) SELECT 'c' || i FROM generate_series(1, 12) i;
SELECT count(*) AS questions, count(*) FILTER (WHERE governance.permits(account_id, 'c' || 1 + n % 12)) AS permitted FROM public.question WHERE n <= 12000;
-- one account asked for in between that does not exist, or a capability; before and after the tables are read
SELECT count(governance.permits(CASE WHEN i = 30 THEN 424242 ELSE 3 + 3 * (i % 900) END, 'post')) FROM generate_series(1, 40) i;
SELECT count(governance.permits(CASE WHEN i = 9000 THEN 424242 ELSE 3 + 3 * (i % 900) END, 'post')) FROM generate_series(1, 10000) i;
SELECT count(governance.permits(3 + 3 * (i % 900), CASE WHEN i = 9000 THEN 'fly' ELSE 'post' END)) FROM generate_series(1, 10000) i;
SELECT count(governance.qualified(CASE WHEN i = 9000 THEN 424242 ELSE 3 + 3 * (i % 900) END, 'shut')) FROM generate_series(1, 10000) i;
SELECT count(governance.qualified(3 + 3 * (i % 900), CASE WHEN i = 9000 THEN 'nowhere' ELSE 'shut' END)) FROM generate_series(1, 10000) i;
-- nulls, and the past
SELECT count(governance.permits(CASE WHEN i % 2 = 0 THEN 3 + 3 * (i % 900) END, 'post')) FROM generate_series(1, 10000) i;
SELECT governance.permits(account_id, 'never', CASE WHEN i % 100 = 0 THEN now() - interval '1 day' ELSE now() END) AS never, count(*)
	FROM governance.account, generate_series(1, 3) i WHERE account_id BETWEEN 1 AND 300 GROUP BY 1;

-- qualified(), against plain queries, at every instant
WITH instant (account_id, at) AS (
	SELECT q.account_id, x.at + d.d FROM governance.qualified_domain q CROSS JOIN LATERAL (VALUES (since), (until)) x (at)
			CROSS JOIN (VALUES (interval '0'), (interval '1 microsecond'), (interval '-1 microsecond')) d (d) WHERE isfinite(x.at)
		UNION SELECT account_id, x.at FROM governance.account CROSS JOIN (VALUES (now()), ('infinity'), ('-infinity'), ('2101-01-01')) x (at)),
	asked AS (SELECT *, governance.qualified(account_id, domain, at) AS says, EXISTS (SELECT FROM governance.qualified_domain p
			WHERE p.account_id = i.account_id AND p.domain = d.domain AND p.since <= at AND (at < p.until OR p.until = 'infinity'))
			OR at < d.gated_from OR (at >= d.gated_until AND d.gated_until < 'infinity') AS holds
		FROM instant i, governance.domain d WHERE d.domain IN ('open', 'shut'))
SELECT count(*) > 10000 AS questions, count(*) FILTER (WHERE says <> holds) AS wrong,
	count(*) FILTER (WHERE says) > 3000 AS qualified, count(*) FILTER (WHERE NOT says) > 3000 AS not_qualified FROM asked;
SELECT count(*) FILTER (WHERE governance.qualified(account_id, 'shut', at)::text <> public.alone('qualified', account_id, 'shut', at)) AS wrong
	FROM public.question WHERE n % 7 = 0;
SELECT FROM pg_stat_force_next_flush();
BEGIN;
SELECT count(governance.qualified(account_id, 'shut')) FROM public.question WHERE n <= 20000;
SELECT * FROM public.scans('governance.qualified_domain');
SELECT whole FROM public.scans('governance.account');
COMMIT;

-- score(): worked out once for each account
SELECT count(*) AS asked, count(*) FILTER (WHERE governance.score(account_id, 'p')::text <> public.alone('score', account_id, 'p', now())) AS wrong,
	count(DISTINCT governance.score(account_id, 'p')) > 20 AS various FROM governance.account, generate_series(1, 2) i;
SELECT count(*) FILTER (WHERE governance.score(account_id, 'p', at)::text <> public.alone('score', account_id, 'p', at)) AS wrong
	FROM (SELECT *, now() + interval '20 days' * (n / 1000) AS at FROM (SELECT account_id, row_number() OVER () AS n FROM governance.account, generate_series(1, 2)) x OFFSET 0) x;
SELECT count(*) FILTER (WHERE governance.score(account_id, (ARRAY['p', 's'])[1 + n / 10 % 2])::text <> public.alone('score', account_id, (ARRAY['p', 's'])[1 + n / 10 % 2], now())) AS wrong
	FROM (SELECT account_id, row_number() OVER () AS n FROM governance.account) x;
SELECT FROM pg_stat_force_next_flush();
BEGIN;
SELECT count(governance.score(account_id, 'p')) FROM generate_series(1, 10) i, governance.account;
SELECT pg_stat_get_xact_numscans('governance.standing_pkey'::regclass) - (SELECT count(*) FROM governance.account) < 10 AS once;
COMMIT;
SELECT count(governance.score(CASE WHEN i = 900 THEN 424242 ELSE 3 + 3 * (i % 90) END, 'p')) FROM generate_series(1, 1000) i;

-- little memory: what finds no room is looked up
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SELECT q.* FROM public.question q
	WHERE governance.permits(account_id, capability, at) <> NOT EXISTS (SELECT FROM governance.withholding r
		WHERE r.account_id = q.account_id AND r.capability = q.capability AND r.since <= q.at AND q.at < r.until);
SELECT count(p) > 20000 AS some, max(bytes) BETWEEN 8192 AND 100000 AS little FROM (
	SELECT governance.permits(account_id, capability, at) AS p,
		CASE WHEN n % 5000 = 0 THEN (SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE name = 'governance periods' AND n > 0) END AS bytes
	FROM public.question OFFSET 0) x;
RESET work_mem;
RESET hash_mem_multiplier;

-- a withholding that begins, and one that ends, while the query runs
SET session_replication_role = replica;
INSERT INTO governance.withholding (account_id, capability, ground, since, until) VALUES
	(100000, 'post', 'r', clock_timestamp() - interval '1 hour', clock_timestamp() + interval '2 seconds'),
	(100001, 'post', 'r', clock_timestamp() + interval '2 seconds', 'infinity');
RESET session_replication_role;
WITH asked AS MATERIALIZED (
	SELECT i, governance.permits(100000, 'post') AS ends, governance.permits(100001, 'post') AS begins,
		CASE WHEN i = 1500 THEN pg_sleep(2.5) END AS pause FROM generate_series(1, 3000) i)
SELECT i > 1500 AS later, ends, begins, count(*) FROM asked GROUP BY 1, 2, 3 ORDER BY 1;

-- one expression over many statements: it sees what each of them sees
CREATE PROCEDURE public.turns() LANGUAGE plpgsql AS $$
DECLARE
	wrong int := 0;
	account bigint := 300;
	score numeric;
BEGIN
	FOR i IN 1..1500 LOOP
		PERFORM public.again(3 * (1 + i % 900)), public.score_again(3 * (1 + i % 900));
	END LOOP;
	FOR i IN 1..40 LOOP
		account := (SELECT min(account_id) FROM governance.account a WHERE account_id > account
			AND NOT EXISTS (SELECT FROM governance.withholding r WHERE r.account_id = a.account_id));
		IF NOT public.again(account) THEN
			wrong := wrong + 1;
		END IF;
		score := public.score_again(account);
		-- undone
		BEGIN
			INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (account, 's', 'spam', NULL), (account, 'p', 'x', 7);
			IF public.score_again(account) <> score - 7 OR public.score_again(account) <> score - 7 OR public.score_again(account) <> score - 7 THEN
				wrong := wrong + 100;
			END IF;
			IF public.again(account) OR public.again(account) OR public.again(account) OR public.again(account) THEN
				wrong := wrong + 100;
			END IF;
			RAISE EXCEPTION 'undo';
		EXCEPTION WHEN raise_exception THEN
			IF NOT (public.again(account) AND public.again(account) AND public.again(account) AND public.again(account)) THEN
				wrong := wrong + 10000;
			END IF;
			IF public.score_again(account) <> score OR public.score_again(account) <> score OR public.score_again(account) <> score THEN
				wrong := wrong + 10000;
			END IF;
		END;
		-- released
		BEGIN
			INSERT INTO governance.violation (account_id, scheme, rule) VALUES (account, 's', 'spam');
		EXCEPTION WHEN division_by_zero THEN
			NULL;
		END;
		IF public.again(account) OR public.again(account) OR public.again(account) OR public.again(account) THEN
			wrong := wrong + 1000000;
		END IF;
	END LOOP;
	-- another version of the policy
	PERFORM governance.publish('{"scheme": "p", "score": {"cap": 50}, "rules": {"x": {"title": "x", "points": [1, 20]}}}');
	FOR i IN 1..3 LOOP
		IF public.score_again(account) > 50 THEN
			wrong := wrong + 100000000;
		END IF;
	END LOOP;
	RAISE NOTICE 'wrong: %', wrong;
END $$;
SET client_min_messages = notice;
BEGIN;
CALL public.turns();
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
CALL public.turns();
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
CALL public.turns();
ROLLBACK;
SET client_min_messages = warning;
-- an undone part in which nothing was written after the question: no command counts
CREATE FUNCTION public.undone() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answers text := '';
BEGIN
	FOR i IN 1..12 LOOP
		BEGIN
			IF i % 3 = 0 THEN
				INSERT INTO governance.violation (account_id, scheme, rule) VALUES (0, 's', 'spam');
			END IF;
			FOR j IN 1..3 LOOP
				answers := answers || CASE WHEN public.again(0) THEN 'y' ELSE 'n' END;
			END LOOP;
			RAISE EXCEPTION 'undo';
		EXCEPTION WHEN raise_exception THEN
			NULL;
		END;
	END LOOP;
	RETURN answers;
END $$;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SET session_replication_role = replica;
DELETE FROM governance.withholding WHERE account_id = 0;
RESET session_replication_role;
SELECT public.undone();
ROLLBACK;

-- rights are asked for each time
CREATE ROLE regress_periods;
GRANT USAGE ON SCHEMA governance TO regress_periods;
GRANT SELECT ON governance.account TO regress_periods;
BEGIN;
SELECT count(public.again(account_id)) FROM governance.account;
SET LOCAL ROLE regress_periods;
SELECT public.again(3);
ROLLBACK;
GRANT SELECT ON governance.standing, governance.withholding TO regress_periods;
BEGIN;
SET LOCAL ROLE regress_periods;
SELECT count(public.again(account_id)) FROM governance.account;
RESET ROLE;
REVOKE SELECT ON governance.withholding FROM regress_periods;
SET LOCAL ROLE regress_periods;
SELECT public.again(3);
ROLLBACK;

-- in the middle of a query, too: a right is taken away, and a role that has it
CREATE FUNCTION public.take_away(command text) RETURNS text SECURITY DEFINER LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	RETURN command;
END $$;
CREATE ROLE regress_periods_group;
GRANT SELECT ON governance.standing, governance.withholding TO regress_periods;
BEGIN;
SET LOCAL ROLE regress_periods;
SELECT count(governance.permits(3 * (1 + i % 900), 'post')), min(CASE WHEN i = 1500 THEN 'nothing' END) FROM generate_series(1, 2000) i;
SELECT count(governance.permits(3 * (1 + i % 900), 'post')),
	min(CASE WHEN i = 1500 THEN public.take_away('REVOKE SELECT ON governance.withholding FROM regress_periods') END) FROM generate_series(1, 2000) i;
ROLLBACK;
REVOKE SELECT ON governance.withholding FROM regress_periods;
GRANT SELECT ON governance.standing, governance.withholding TO regress_periods_group;
GRANT regress_periods_group TO regress_periods;
BEGIN;
SET LOCAL ROLE regress_periods;
SELECT count(governance.permits(3 * (1 + i % 900), 'post')),
	min(CASE WHEN i = 1500 THEN public.take_away('REVOKE regress_periods_group FROM regress_periods') END) FROM generate_series(1, 2000) i;
ROLLBACK;

-- a cursor goes on with its snapshot, there and back; a prepared statement has a new one
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT governance.permits(account_id, 'never') FROM governance.account;
MOVE 2000 IN c;
SET session_replication_role = replica;
INSERT INTO governance.withholding (account_id, capability, ground, since, until)
	SELECT account_id, 'never', 'late', now(), 'infinity' FROM governance.account;
FETCH RELATIVE 500 IN c;
FETCH LAST FROM c;
FETCH ABSOLUTE 10 FROM c;
PREPARE permitted AS SELECT count(*) FROM governance.account WHERE governance.permits(account_id, 'never');
EXECUTE permitted;
DELETE FROM governance.withholding WHERE ground = 'late';
RESET session_replication_role;
EXECUTE permitted;
CLOSE c;
DECLARE h CURSOR WITH HOLD FOR SELECT account_id, governance.permits(account_id, 'never') FROM governance.account ORDER BY account_id;
COMMIT;
FETCH RELATIVE 2500 IN h;
CLOSE h;

-- row-level security over a table: who is withheld is not shown
CREATE TABLE public.post AS SELECT n AS post, account_id AS author FROM public.question WHERE account_id < 100000;
ANALYZE public.post;
ALTER TABLE public.post ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON public.post USING (governance.permits(author, 'post'));
GRANT SELECT ON public.post, governance.standing, governance.withholding TO regress_periods;
CREATE FUNCTION public.expected(q text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || q INTO plan;
	RETURN (plan #>> '{0,Plan,Plan Rows}')::float8;
END $$;
SET ROLE regress_periods;
SELECT count(*) = (SELECT count(*) FROM public.post p WHERE NOT EXISTS (SELECT FROM governance.withholding r
	WHERE r.account_id = author AND r.capability = 'post' AND r.since <= clock_timestamp() AND clock_timestamp() < r.until)) AS same FROM public.post;
RESET ROLE;
-- the planner expects about as many as there are; of what nobody is refused, all
SELECT public.expected($$SELECT FROM governance.account WHERE governance.permits(account_id, 'post')$$)
	/ (SELECT count(*) FROM governance.account WHERE governance.permits(account_id, 'post')) BETWEEN 0.5 AND 1.1 AS post,
	public.expected($$SELECT FROM governance.account WHERE governance.permits(account_id, 'never')$$)
	/ (SELECT count(*) FROM governance.account) AS never,
	public.expected($$SELECT FROM governance.account WHERE governance.qualified(account_id, 'few')$$)
	/ (SELECT count(*) FROM governance.account WHERE governance.qualified(account_id, 'few')) BETWEEN 0.5 AND 2 AS few;
SELECT public.expected($$SELECT FROM governance.account WHERE governance.permits(account_id, kind)$$) > 0 AS by_row,
	public.expected($$SELECT FROM governance.account WHERE governance.permits(account_id, NULL)$$) > 0 AS by_null;
-- what is cheap is asked first
EXPLAIN (COSTS OFF) SELECT FROM governance.account WHERE governance.score(account_id, 's') > 3 AND governance.permits(account_id, 'post') AND kind = 'personal';

-- links may be published at any time: what linked accounts hand on is not in these tables
CREATE FUNCTION public.linked() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answers text := '';
BEGIN
	PERFORM governance.link_accounts(100000, 0, 'same_subject', 1, since => now() - interval '1 day');
	FOR turn IN 1..2 LOOP
		FOR i IN 1..800 LOOP
			PERFORM public.again(3 * i);
		END LOOP;
		answers := answers || CASE WHEN public.again(0) THEN 'y' ELSE 'n' END;
		IF turn = 1 THEN
			PERFORM governance.publish('{"scheme": "t", "score": {"direction": "accumulate", "limit": 10}, "rules": {"a": {"title": "a", "points": 10}},
				"ladder": [{"rung": "shut", "when": "score >= 10", "tier": "banned", "withhold": ["post"], "for": "ever"}],
				"links": [{"kind": "same_subject", "confidence": 0.5, "rungs": ["*"]}]}');
			INSERT INTO governance.violation (account_id, scheme, rule) VALUES (100000, 't', 'a');
		END IF;
	END LOOP;
	RETURN answers;
END $$;
BEGIN;
SET session_replication_role = replica;
DELETE FROM governance.withholding WHERE account_id = 0;
RESET session_replication_role;
SELECT public.linked();
ROLLBACK;

-- nothing stays behind
CREATE FUNCTION public.used() RETURNS bigint LANGUAGE sql AS 'SELECT sum(used_bytes) FROM pg_backend_memory_contexts';
CREATE PROCEDURE public.many(statements int) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..statements LOOP
		PERFORM count(*) FROM governance.account WHERE governance.permits(account_id, 'post') AND governance.qualified(account_id, 'shut') AND governance.score(account_id, 'p') > 50;
		PERFORM public.again(3 * (1 + i % 900));
		IF i % 10 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;
CALL public.many(20);
CREATE TABLE public.before AS SELECT public.used();
CALL public.many(100);
SELECT public.used() - used < 50000 AS as_before FROM public.before;
SELECT count(*) FROM pg_backend_memory_contexts WHERE name IN ('governance periods', 'governance scores');
\set ECHO none
DROP OWNED BY regress_periods, regress_periods_group;
DROP ROLE regress_periods, regress_periods_group;
