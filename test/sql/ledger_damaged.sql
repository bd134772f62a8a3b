--
-- What is stored and cannot be read is named with what would be right, for each
-- account by itself; rebuild() makes it anew; entries of others go on meanwhile.
--
\set ECHO none
\set SHOW_CONTEXT never
\set VERBOSITY terse
\pset format unaligned
\pset null '-'
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "t.a", "score": {"cap": 12}, "rules": {"x": {"title": "x", "points": 6}}, "relief": [{"every": "30 days", "add": 1}],
	"ladder": [{"rung": "out", "when": "score <= 0", "tier": "banned", "withhold": ["post"]}]}', 'active', '[2020-01-01,)') AS a \gset
SELECT governance.publish('{"scheme": "t.b", "title": "b", "score": {"cap": 12}, "rules": {"x": {"title": "x", "points": 6}},
	"ladder": [{"rung": "out", "when": "score <= 6", "tier": "muted", "withhold": ["share"]}]}', 'active', '[2020-01-01,)') AS b \gset
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2020-01-01' FROM generate_series(1, 60) n;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT n, s, 'x', d, d FROM generate_series(1, 40) n, unnest('{t.a,t.b}'::text[]) s, generate_series(timestamptz '2024-01-01', '2024-01-02', '1 day') d;
-- One that came late keeps recent entries.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) SELECT 9, 't.a', 'x', d, d FROM generate_series(timestamptz '2024-01-02', '2024-03-01', '6 hours') d;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (9, 't.a', 'x', '2024-02-28 12:00', '2024-03-05');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (9, 't.a', 'x', '2024-02-28 13:00', '2024-03-05');
SELECT count(recent) AS recent FROM governance.standing;

CREATE TABLE public.damage (n int GENERATED ALWAYS AS IDENTITY, what text, command text);
INSERT INTO public.damage (what, command) VALUES
	('no state at all', 'UPDATE governance.standing SET state = '''' WHERE account_id = 3 AND scheme = ''t.a'''),
	('another format', 'UPDATE governance.standing SET state = ''\x00'' WHERE account_id = 3 AND scheme = ''t.a'''),
	('cut off', 'UPDATE governance.standing SET state = substring(state FROM 1 FOR length(state) - 4) WHERE account_id = 3 AND scheme = ''t.a'''),
	('more of it', 'UPDATE governance.standing SET state = state || ''\x0102'' WHERE account_id = 3 AND scheme = ''t.a'''),
	('of another scheme', 'UPDATE governance.standing s SET state = (SELECT t.state FROM governance.standing t WHERE t.account_id = 3 AND t.scheme = ''t.b'') WHERE account_id = 3 AND scheme = ''t.a'''),
	('of no version', 'UPDATE governance.standing SET policy_id = 99 WHERE account_id = 3 AND scheme = ''t.a'''),
	('many at once', 'UPDATE governance.standing SET state = ''\xff'''),
	('recent entries', 'UPDATE governance.standing SET recent = substring(recent FROM 1 FOR length(recent) - 3) WHERE account_id = 9 AND scheme = ''t.a''');
CREATE FUNCTION pg_temp.rows_of_verify() RETURNS text LANGUAGE sql AS $$
	SELECT count(*) || E'\n' || string_agg(concat_ws(' | ', account_id, scheme, item, stored, replayed), E'\n' ORDER BY account_id, scheme, item)
		FILTER (WHERE account_id IS NULL OR account_id IN (3, 9)) FROM governance.verify()
$$;
CREATE FUNCTION pg_temp.damaged(command text) RETURNS TABLE (named text, rebuilt bigint, left_over bigint, next text) LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		PERFORM set_config('session_replication_role', 'replica', true);
		EXECUTE command;
		PERFORM set_config('session_replication_role', 'origin', true);
		named := pg_temp.rows_of_verify();
		BEGIN
			INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (3, 't.a', 'x', '2024-03-01'), (9, 't.a', 'x', '2024-02-28 14:00');
		EXCEPTION WHEN data_corrupted THEN
			next := SQLERRM;
		END;
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES (50, 't.a', 'x');
		rebuilt := governance.rebuild();
		SELECT count(*) INTO left_over FROM governance.verify();
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (3, 't.a', 'x', '2024-03-01'), (9, 't.a', 'x', '2024-02-28 14:00');
		RAISE EXCEPTION USING ERRCODE = 'ZZ000';
	EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
		RETURN NEXT;
	END;
END
$$;
SELECT d.what, r.* FROM public.damage d, LATERAL pg_temp.damaged(d.command) r ORDER BY d.n;
SELECT count(*) AS sound FROM governance.verify();

-- A document: its scheme is passed over, the others are not.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE governance.policy SET document = '{"scheme": "t.b", "oops": 1}' WHERE policy_id = :b;
UPDATE governance.standing SET score = '3/12' WHERE account_id IN (3, 4);
SELECT account_id, scheme, regexp_replace(item, '[0-9]+', 'N') AS item, stored, replayed FROM governance.verify() WHERE item !~ '^audit' ORDER BY 1, 2;
SELECT governance.rebuild();
SELECT account_id, scheme, regexp_replace(item, '[0-9]+', 'N') AS item, stored, replayed FROM governance.verify() WHERE item !~ '^audit' ORDER BY 1, 2;
ROLLBACK;

-- What is stored of documents beside them.
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE governance.policy_rule SET usual_points = 5, min_points = 5 WHERE policy_id = :a;
DELETE FROM governance.policy_rung WHERE policy_id = :a;
INSERT INTO governance.policy_rung (policy_id, rung, position, tier, mode) VALUES (:b, 'invented', 7, 'banned', 'direct');
UPDATE governance.scheme SET direction = 'accumulate', title = 'another' WHERE scheme = 't.b';
UPDATE governance.scheme SET last_version = 0 WHERE scheme = 't.a';
SELECT scheme, regexp_replace(item, '[0-9]+', 'N') AS item, stored, replayed FROM governance.verify();
ROLLBACK;
SELECT * FROM governance.verify();

-- Of the standing of an account that came with a balance and has nothing else.
INSERT INTO governance.account (account_id) VALUES (990001);
SELECT governance.opening_balance(990001, 't.a', 3) > 0 AS opened;
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM governance.standing WHERE account_id = 990001;
SET LOCAL session_replication_role = origin;
SELECT item FROM governance.verify() WHERE account_id = 990001;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT score FROM governance.standing WHERE account_id = 990001;
SELECT * FROM governance.verify();
ROLLBACK;
