--
-- application.sql
--	The tables of an application that does the work itself, and of a view that
--	pg_ivm maintains, where it is installed; after competitors.sql and
--	violation_input.sql, whose history they start from.
--
\set ON_ERROR_STOP on

CREATE SCHEMA application;
CREATE TABLE application.violation (LIKE governance.violation INCLUDING ALL);
CREATE TABLE application.standing (LIKE row_trigger.standing INCLUDING ALL);
ALTER TABLE application.standing ADD FOREIGN KEY (account_id) REFERENCES governance.account;
CREATE TABLE application.sanction (LIKE row_trigger.sanction INCLUDING ALL);
CREATE SEQUENCE application.sanction_seq;
ALTER TABLE application.sanction ALTER sanction_id SET DEFAULT nextval('application.sanction_seq');
CREATE TABLE application.restriction (LIKE row_trigger.restriction INCLUDING ALL);

INSERT INTO application.violation SELECT * FROM bare.violation ORDER BY account_id;
INSERT INTO application.standing SELECT * FROM statement_trigger.standing ORDER BY account_id;
INSERT INTO application.sanction SELECT * FROM statement_trigger.sanction ORDER BY sanction_id;
INSERT INTO application.restriction SELECT * FROM statement_trigger.restriction ORDER BY account_id;
SELECT setval('application.sanction_seq', nextval('statement_trigger.sanction_seq'));

-- The same rows for all, in the same order.
SELECT setseed(0.37);
CREATE TABLE bench.single AS
	SELECT s.round, s.number, 1 + floor(:accounts * s.u * s.u)::bigint * 48271 % :accounts AS account_id, p.rule, p.points
	FROM (SELECT round, number, random() AS u, floor(random() * 100)::int AS x
		FROM generate_series(0, :rounds) round, generate_series(1, :singles) number) s
		JOIN bench.pick p ON p.number = s.x;
CREATE INDEX ON bench.single (round, number);

SELECT count(*) > 0 AS ivm FROM pg_available_extensions WHERE name = 'pg_ivm'
\gset
\if :ivm
CREATE EXTENSION pg_ivm;
CREATE SCHEMA ivm;
CREATE TABLE ivm.violation (LIKE governance.violation INCLUDING ALL);
INSERT INTO ivm.violation (account_id, scheme, rule, points, occurred_at, decided_at)
	SELECT account_id, :'scheme', rule, points, at, at FROM bench.history ORDER BY account_id;
-- What it can keep: a sum and a number for each account.
SELECT pgivm.create_immv('ivm.standing',
	'SELECT account_id, count(*) AS violations, sum(points) AS points FROM ivm.violation GROUP BY account_id');
\endif

VACUUM ANALYZE;
CHECKPOINT;
