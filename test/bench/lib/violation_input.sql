--
-- violation_input.sql
--	The history that all competitors start from, and the rows that they insert,
--	always the same.
--
\set ON_ERROR_STOP on
SELECT setseed(0.42);

-- One violation ten days ago, of each account of the small statements and of
-- every other one of the large statements.
CREATE TABLE bench.history AS
	SELECT i AS account_id, p.rule, p.points, now() - interval '10 days' AS at
	FROM (SELECT i, (random() * 99.999)::numeric AS x FROM generate_series(1, :last) i
		WHERE i <= :accounts OR i % 2 = 0) i
		JOIN bench.pick p ON p.number = floor(x)::int;

INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT account_id, :'scheme', rule, at, at FROM bench.history ORDER BY account_id;

INSERT INTO statement_trigger.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT account_id, :'scheme', rule, at, at FROM bench.history ORDER BY account_id;

INSERT INTO bare.violation SELECT * FROM statement_trigger.violation ORDER BY account_id;
INSERT INTO counter.violation SELECT * FROM statement_trigger.violation ORDER BY account_id;
INSERT INTO counter.counter
	SELECT a.account_id, 12 - coalesce(h.points, 0)
	FROM governance.account a LEFT JOIN bench.history h USING (account_id)
	ORDER BY a.account_id;

ALTER TABLE row_trigger.violation DISABLE TRIGGER ALL;
INSERT INTO row_trigger.violation SELECT * FROM statement_trigger.violation ORDER BY account_id;
ALTER TABLE row_trigger.violation ENABLE TRIGGER ALL;
INSERT INTO row_trigger.standing SELECT * FROM statement_trigger.standing ORDER BY account_id;
INSERT INTO row_trigger.sanction SELECT * FROM statement_trigger.sanction ORDER BY sanction_id;
INSERT INTO row_trigger.restriction SELECT * FROM statement_trigger.restriction ORDER BY account_id;
SELECT setval('row_trigger.sanction_seq', nextval('statement_trigger.sanction_seq'));

-- Account number n * u * u, spread over the table.
CREATE TABLE bench.hundred AS
	SELECT s.batch, 1 + floor(:accounts * u * u)::bigint * 48271 % :accounts AS account_id, p.rule, p.points
	FROM (SELECT batch, random() AS u, floor(random() * 100)::int AS x
		FROM generate_series(1, :batches) batch, generate_series(1, 100)) s
		JOIN bench.pick p ON p.number = s.x
	ORDER BY s.batch;
CREATE INDEX ON bench.hundred (batch);

SELECT format('CREATE TABLE bench.bulk_%1$s AS
	SELECT %2$s + (%1$s - 1) * %3$s + 1 + floor(%3$s * u * u)::bigint * 48271 %% %3$s AS account_id,
		p.rule, p.points
	FROM (SELECT random() AS u, floor(random() * 100)::int AS x FROM generate_series(1, %4$s)) s
		JOIN bench.pick p ON p.number = s.x', round, :accounts, :bulk_accounts, :bulk)
FROM generate_series(1, :rounds) round
\gexec

VACUUM ANALYZE;
CHECKPOINT;
