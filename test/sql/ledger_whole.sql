--
-- verify(), rebuild() and simulate() over the whole ledger: in parallel workers
-- or not, in little memory or not, they say the same; rebuild() writes what is
-- not as it should be, and nothing else.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "t.whole", "score": {"cap": 100},
	"rules": {"x": {"title": "x", "points": 10}, "y": {"title": "y", "points": [1, 5]}},
	"relief": [{"every": "7 days", "add": 1}, {"on": "course", "add": 5}],
	"ladder": [{"rung": "low", "when": "score <= 95", "tier": "limited", "withhold": ["post"], "for": "5 years"},
		{"rung": "lower", "when": "score <= 90", "tier": "muted", "withhold": ["post", "live"], "for": "ever",
		 "terms": {"fine": "lost * 10"}}]}', 'active', tstzrange('2020-01-01', NULL)) > 0 AS published;
SELECT governance.publish('{"scheme": "t.other", "score": {"cap": 10}, "rules": {"z": {"title": "z", "points": 1}},
	"ladder": [{"rung": "few", "when": "score <= 8", "tier": "limited", "withhold": ["live"]}]}', 'active', tstzrange('2020-01-01', NULL)) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i * 7, '2020-01-01' FROM generate_series(1, 3000) i;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident)
	SELECT 7 * (1 + i * 37 % 2900), CASE WHEN i % 5 = 0 THEN 't.other' ELSE 't.whole' END,
		   CASE WHEN i % 5 = 0 THEN 'z' WHEN i % 3 = 0 THEN 'y' ELSE 'x' END,
		   timestamptz '2024-01-01' + i * interval '1 hour', timestamptz '2024-01-01' + i * interval '1 hour', 'i' || i
	FROM generate_series(1, 12000) i;
INSERT INTO governance.activity (account_id, kind, occurred_at)
	SELECT 7 * (1 + i * 11 % 3000), 'course', timestamptz '2024-06-01' + i * interval '1 hour' FROM generate_series(1, 500) i;
SELECT count(governance.overturn(violation_id, 'test', '2026-01-01')) AS overturned
	FROM (SELECT violation_id FROM governance.violation ORDER BY violation_id LIMIT 300) v;
ANALYZE;
-- as verify() or simulate() says it, with and without workers, in much memory and in little
CREATE FUNCTION pg_temp.said(query text) RETURNS TABLE (said bigint, alone boolean, few boolean, many boolean, tight boolean)
	LANGUAGE plpgsql AS $$
DECLARE
	texts	text[] := '{}';
	one		text;
	way		text[];
BEGIN
	SET LOCAL parallel_setup_cost = 0;
	SET LOCAL parallel_tuple_cost = 0;
	SET LOCAL min_parallel_table_scan_size = 0;
	FOREACH way SLICE 1 IN ARRAY array[array['0', '4MB'], array['2', '4MB'], array['4', '4MB'], array['2', '64kB']] LOOP
		PERFORM set_config('max_parallel_workers_per_gather', way[1], true), set_config('work_mem', way[2], true);
		EXECUTE format('SELECT string_agg(s::text, E''\n'' ORDER BY s::text COLLATE "C"), count(*) FROM (%s) s', query) INTO one, said;
		texts := texts || coalesce(one, '');
	END LOOP;
	RETURN QUERY SELECT said, true, texts[2] = texts[1], texts[3] = texts[1], texts[4] = texts[1];
END
$$;
\set ECHO queries

-- The parts cover every id once.
BEGIN;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 3;
SELECT count(*), count(*) FILTER (WHERE first_account IS NULL) AS no_first, count(*) FILTER (WHERE last_account IS NULL) AS no_last,
	   bool_and(next IS NULL OR next = last_account + 1) AS gapless
	FROM (SELECT *, lead(first_account) OVER (ORDER BY first_account NULLS FIRST) AS next FROM governance.account_parts()) p;
SELECT min(n) > 500 AS evenly FROM (SELECT count(*) AS n FROM governance.account_parts() p
	JOIN governance.account a ON a.account_id BETWEEN coalesce(first_account, 0) AND coalesce(last_account, 100000) GROUP BY p.first_account) s;
RESET min_parallel_table_scan_size;
SELECT * FROM governance.account_parts();
COMMIT;

-- Nothing differs.
SELECT * FROM pg_temp.said('SELECT * FROM governance.verify()');
SELECT * FROM pg_temp.said('SELECT * FROM governance.simulate(governance.policy_document(''t.whole'') || ''{"ladder": []}'')');

-- So there is nothing to write.
CREATE TEMPORARY TABLE before AS SELECT account_id, scheme, xmin::text AS xid, ctid::text AS place FROM governance.standing;
SELECT governance.rebuild() = (SELECT count(*) FROM governance.standing) AS rebuilt;
SELECT count(*) FROM before FULL JOIN governance.standing s USING (account_id, scheme)
	WHERE (before.xid, before.place) IS DISTINCT FROM (s.xmin::text, s.ctid::text);

-- Damage of every kind, on every tenth account or so, beside rows of nobody.
SET session_replication_role = replica;
UPDATE governance.standing SET score = '1/100' WHERE account_id % 70 = 7 AND scheme = 't.whole';
UPDATE governance.standing SET tier = 'banned' WHERE account_id % 70 = 14;
UPDATE governance.standing SET as_of = as_of + interval '1 second' WHERE account_id % 350 = 21;
UPDATE governance.standing s SET state = o.state FROM governance.standing o
	WHERE s.account_id % 350 = 28 AND o.account_id = s.account_id + 7 AND o.scheme = s.scheme AND o.policy_id = s.policy_id;
DELETE FROM governance.standing WHERE account_id % 350 = 35;
UPDATE governance.sanction SET during = tstzrange(lower(during), lower(during) + interval '1 hour') WHERE account_id % 350 = 42;
UPDATE governance.sanction SET terms = '{"fine": 1}' WHERE account_id % 70 = 49 AND rung = 'lower';
DELETE FROM governance.sanction WHERE account_id % 350 = 56;
UPDATE governance.standing SET withholds = NULL WHERE account_id % 350 = 63;
UPDATE governance.standing SET withholds = '{enter,post,trade}' WHERE account_id % 350 = 70;
UPDATE governance.standing SET withholds = '{enter}' WHERE scheme = 't.whole' AND account_id = (SELECT min(account_id) FROM governance.standing WHERE scheme = 't.whole');
UPDATE governance.sanction SET scheme = 't.unknown' WHERE account_id = 154;
-- what stands beside what is replayed
UPDATE governance.standing SET known_at = known_at + interval '1 second' WHERE account_id % 350 = 91;
UPDATE governance.sanction SET withholds = '{enter}' WHERE account_id % 350 = 98;
UPDATE governance.standing SET next_due = 'infinity' WHERE account_id % 350 = 105;
RESET session_replication_role;
SELECT said > 500 AS much, few, many, tight FROM pg_temp.said('SELECT * FROM governance.verify()');
SELECT item, count(*) > 0 AS found, min(account_id) AS first FROM governance.verify() GROUP BY item ORDER BY item COLLATE "C";
SELECT few, many, tight FROM pg_temp.said('SELECT account_id FROM governance.verify_range(NULL, NULL, true, NULL)');

-- Only where there is something to do; the rows of nobody stay for verify() to name.
CREATE TEMPORARY TABLE stale AS SELECT DISTINCT account_id FROM governance.verify_range(NULL, NULL, true, NULL);
SELECT count(*) > 300 AS enough, count(*) < 1500 AS not_all FROM stale;
SELECT account_id % 350 AS mod FROM stale WHERE account_id % 350 IN (7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 91, 98, 105) GROUP BY 1 ORDER BY 1;
DROP TABLE before;
CREATE TEMPORARY TABLE before AS SELECT account_id, scheme, xmin::text AS xid, ctid::text AS place FROM governance.standing;
SET session_replication_role = replica;
DELETE FROM governance.sanction WHERE scheme = 't.unknown';
RESET session_replication_role;
SELECT governance.rebuild() AS rebuilt \gset
SELECT count(*) = :rebuilt AS rebuilt FROM governance.standing;
SELECT account_id, scheme, item FROM governance.verify() ORDER BY account_id;
SELECT count(*) FROM governance.verify_range(NULL, NULL, true, NULL);
SELECT count(*) FROM before JOIN governance.standing s USING (account_id, scheme)
	WHERE (before.xid, before.place) IS DISTINCT FROM (s.xmin::text, s.ctid::text) AND account_id NOT IN (TABLE stale);
SELECT count(*) FROM governance.standing s JOIN before USING (account_id, scheme) WHERE s.xmin::text = before.xid AND account_id % 350 = 91;
SELECT count(*) FROM governance.sanction WHERE 'enter' = ANY (withholds) AND release_reason IS DISTINCT FROM 'overturned';

-- From nothing.
CREATE TEMPORARY TABLE whole AS SELECT account_id, scheme, score::text, tier, as_of, known_at FROM governance.standing;
SET session_replication_role = replica;
DELETE FROM governance.standing;
DELETE FROM governance.sanction;
RESET session_replication_role;
SELECT governance.rebuild() = (SELECT count(*) FROM whole) AS rebuilt;
SELECT * FROM governance.verify();
SELECT count(*) FROM whole FULL JOIN governance.standing s USING (account_id, scheme)
	WHERE whole.known_at IS DISTINCT FROM s.known_at
		OR whole.as_of = s.as_of AND (whole.score, whole.tier) IS DISTINCT FROM (s.score::text, s.tier);

-- How far it has come.
SET client_min_messages = notice;
SELECT count(*) FROM governance.verify(1000);
SELECT count(*) FROM governance.verify(NULL);
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity' WHERE account_id <= 14700;
RESET session_replication_role;
SELECT governance.rebuild(1000) > 0 AS rebuilt;
