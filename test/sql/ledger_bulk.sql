--
-- What a statement does to many entries of one account takes one pass over the
-- account, whatever the table it is said in: the standing is written once.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 FROM governance.create_ledger();
SELECT governance.publish($${"scheme": "t.bulk", "score": {"direction": "accumulate", "limit": 500},
	"attributes": {"vip": {"type": "boolean", "default": false}},
	"rules": {"x": {"title": "x", "points": [0, 3], "usual": 1}, "y": {"title": "y", "points": 1}},
	"relief": [{"age": "400 days", "void": "entry"}, {"on": "course", "subtract": 1}],
	"ladder": [{"rung": "low", "tier": "limited", "when": "score >= 40 and not vip", "withhold": ["post"]}]}$$, 'active', '[2020-01-01,)') > 0;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2024-01-01' FROM generate_series(1, 4) i;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	SELECT 1 + (i - 1) / 300, 1000000 + i, 't.bulk', 'x', t, t FROM generate_series(1, 1200) i, LATERAL (SELECT timestamptz '2024-03-01' + i * interval '1 hour' AS t) x;
-- how often the standing of an account has been written by a statement
CREATE FUNCTION pg_temp.written(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before	bigint := pg_stat_get_xact_tuples_updated('governance.standing'::regclass);
BEGIN
	EXECUTE statement;
	RETURN pg_stat_get_xact_tuples_updated('governance.standing'::regclass) - before;
END $$;
\set ECHO queries

SELECT pg_temp.written($$INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at)
	SELECT account_id, violation_id, 'overturn', 'r', '2024-06-01' FROM governance.violation WHERE violation_id <= 1000050$$);
-- appeals that come decided, and those that are decided later
SELECT pg_temp.written($$INSERT INTO governance.appeal (violation_id, filed_at, decided_at, outcome, points)
	SELECT violation_id, '2024-06-01', '2024-06-02', CASE WHEN violation_id % 2 = 0 THEN 'overturned' ELSE 'changed' END, CASE WHEN violation_id % 2 = 1 THEN 3 END
	FROM governance.violation WHERE violation_id BETWEEN 1000051 AND 1000100$$);
SELECT pg_temp.written($$INSERT INTO governance.appeal (violation_id, filed_at) SELECT violation_id, '2024-06-03' FROM governance.violation WHERE violation_id BETWEEN 1000101 AND 1000400$$);
SELECT pg_temp.written($$UPDATE governance.appeal SET outcome = 'overturned', decided_at = '2024-06-04', reason = 'all of it' WHERE violation_id BETWEEN 1000201 AND 1000400$$);
SELECT pg_temp.written($$UPDATE governance.appeal SET outcome = 'upheld', decided_at = '2024-06-04' WHERE violation_id BETWEEN 1000101 AND 1000150$$);
SELECT account_id, score FROM governance.standing ORDER BY 1;
SELECT action, count(*), min(reason) ~ '^appeal [0-9]+$', max(points), count(DISTINCT decided_at) FROM governance.revision GROUP BY 1 ORDER BY 1;

-- one violation twice in one statement: in the order of the rows
INSERT INTO governance.appeal (violation_id, filed_at, decided_at, outcome, points) VALUES
	(1000501, '2024-06-05', '2024-06-05', 'changed', 2), (1000502, '2024-06-05', '2024-06-05', 'overturned', NULL), (1000501, '2024-06-05', '2024-06-06', 'overturned', NULL);
SELECT violation_id, action, points, decided_at FROM governance.revision WHERE violation_id IN (1000501, 1000502) ORDER BY revision_id;
INSERT INTO governance.appeal (violation_id, filed_at, decided_at, outcome, points) VALUES
	(1000503, '2024-06-05', '2024-06-05', 'overturned', NULL), (1000503, '2024-06-05', '2024-06-06', 'changed', 2);

-- one that cannot be stops all of them
UPDATE governance.appeal SET outcome = CASE WHEN violation_id = 1000170 THEN 'changed' ELSE 'overturned' END,
	points = CASE WHEN violation_id = 1000170 THEN 4 END, decided_at = '2024-06-07' WHERE violation_id BETWEEN 1000151 AND 1000200;
INSERT INTO governance.appeal (violation_id, filed_at, decided_at, outcome, points) VALUES (1000510, '2024-06-05', '2024-06-05', 'overturned', NULL), (1000201, '2024-06-05', '2024-06-05', 'changed', 2);
-- what was decided stays so, under its name
UPDATE governance.appeal SET appeal_id = -appeal_id WHERE violation_id = 1000201;
UPDATE governance.appeal SET outcome = 'upheld' WHERE violation_id BETWEEN 1000199 AND 1000201;
UPDATE governance.appeal SET grounds = 'said later' WHERE violation_id BETWEEN 1000199 AND 1000201;

-- proposals that are confirmed at once
SELECT count(governance.propose_violation(3, 't.bulk', 'y', 'seen', occurred_at => timestamptz '2024-03-01' + i * interval '1 minute')) FROM generate_series(1, 40) i;
CREATE ROLE t_bulk_second;
GRANT USAGE ON SCHEMA governance TO t_bulk_second;
SELECT count(*) > 0 FROM governance.grant_level('t_bulk_second', 'moderator');
SET SESSION AUTHORIZATION t_bulk_second;
SELECT pg_temp.written($$UPDATE governance.proposal SET status = 'confirmed'$$);
RESET SESSION AUTHORIZATION;
SELECT count(*), count(DISTINCT p.violation_id) FROM governance.proposal p JOIN governance.violation v USING (account_id, violation_id, scheme, rule, occurred_at);

-- late entries, activities, facts
SELECT pg_temp.written($$INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) SELECT 2, 't.bulk', 'y', timestamptz '2024-03-02' + i * interval '1 minute' FROM generate_series(1, 50) i$$);
SELECT pg_temp.written($$INSERT INTO governance.activity (account_id, kind, occurred_at) SELECT 2, 'course', timestamptz '2024-03-02' + i * interval '1 hour' FROM generate_series(1, 50) i$$);
SELECT pg_temp.written($$INSERT INTO governance.attribute (account_id, name, value, during) SELECT 2, 'vip', 'true', tstzrange(d, d + interval '1 minute')
	FROM (SELECT timestamptz '2024-03-02' + i * interval '1 hour' AS d FROM generate_series(1, 50) i) x$$);
SELECT pg_temp.written($$UPDATE governance.attribute SET value = 'false' WHERE account_id = 2$$);
SELECT pg_temp.written($$DELETE FROM governance.attribute WHERE account_id = 2$$);
SELECT account_id, score FROM governance.standing ORDER BY 1;
SELECT * FROM governance.verify();
\set ECHO none
REASSIGN OWNED BY t_bulk_second TO CURRENT_USER;
DROP OWNED BY t_bulk_second;
DROP ROLE t_bulk_second;
