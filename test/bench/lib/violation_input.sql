--
-- violation_input.sql
--	The history that all competitors start from, and the rows that they insert,
--	always the same; and the history recorded by governance.
--
--	:age is how long ago the history was ("10 days" if nothing is said).
--
\set ON_ERROR_STOP on
\if :{?age}
\else
\set age '10 days'
\endif
SELECT setseed(0.42);

-- One violation of each account of the small statements and of every other one of
-- the large statements.
CREATE TABLE bench.history AS
	SELECT i AS account_id, p.rule, p.points, now() - :'age'::interval AS at
	FROM (SELECT i, (random() * 99.999)::numeric AS x FROM generate_series(1, :last) i
		WHERE i <= :accounts OR i % 2 = 0) i
		JOIN bench.pick p ON p.number = floor(x)::int;

INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT account_id, :'scheme', rule, at, at FROM bench.history ORDER BY account_id;

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
