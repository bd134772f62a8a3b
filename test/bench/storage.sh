#!/bin/bash
#
# storage.sh
#	What a violation and an account take on disk, indexes included, and in the
#	write-ahead log; against the bare table and the floor.
#
# Writes storage.csv: what,competitor,bytes.
#
# BENCH_ACCOUNTS, BENCH_SINGLES (one a statement, for the log).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_ACCOUNTS:=100000}"
: "${BENCH_SINGLES:=3000}"

bench_begin storage
bench_ledger
bench_accounts 1 "$BENCH_ACCOUNTS"
sql -o /dev/null <<SQL
SELECT setseed(0.42);
CREATE SCHEMA bare;
CREATE TABLE bare.violation (LIKE governance.violation INCLUDING ALL);
CREATE SCHEMA counter;
CREATE TABLE counter.violation (LIKE governance.violation INCLUDING ALL);
CREATE TABLE counter.counter (account_id bigint PRIMARY KEY, points int NOT NULL) WITH (fillfactor = 60);
CREATE TABLE bench.input AS
	SELECT 1 + floor($BENCH_ACCOUNTS * u * u)::bigint * 48271 % $BENCH_ACCOUNTS AS account_id, p.rule, now() - ago AS at
	FROM (SELECT random() AS u, random() * interval '200 days' AS ago, floor(random() * 100)::int AS x
		FROM generate_series(1, 3 * $BENCH_ACCOUNTS)) i JOIN bench.pick p ON p.number = i.x
	ORDER BY ago DESC;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT account_id, '$BENCH_SCHEME', rule, at, at FROM bench.input;
INSERT INTO bare.violation SELECT * FROM governance.violation;
INSERT INTO counter.violation SELECT * FROM governance.violation;
INSERT INTO counter.counter SELECT account_id, 11 FROM governance.account ORDER BY account_id;
VACUUM ANALYZE;
SQL

# Space, by row of what it is counted for.
space()
{
	sql -F , -c "SELECT '$1', '$2', round($3::numeric, 1)" >>"$BENCH_DIR/storage"
}
rows="(SELECT count(*) FROM bare.violation)"
standing="(SELECT count(*) FROM governance.standing)"
sanction="(SELECT count(*) FROM governance.sanction)"
space violation bare "pg_total_relation_size('bare.violation') / $rows"
space violation governance "pg_total_relation_size('governance.violation') / $rows"
space account floor "pg_total_relation_size('counter.counter') / (SELECT count(*) FROM counter.counter)"
space standing governance "pg_total_relation_size('governance.standing') / $standing"
space sanction governance "pg_total_relation_size('governance.sanction') / $sanction"
space restriction governance "pg_total_relation_size('governance.restriction') / nullif((SELECT count(*) FROM governance.restriction), 0)"
space ledger_by_violation bare "pg_total_relation_size('bare.violation') / $rows"
space ledger_by_violation governance "(SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r'
		AND c.relname IN ('violation', 'standing', 'sanction', 'restriction')) / $rows"

# The log, of one violation a statement: full pages are written by a first pass
# over the same accounts, and no checkpoint comes in between.
wal()
{
	local competitor=$1 insert=$2 before after

	{
		echo "\\set account random(1, $BENCH_ACCOUNTS / 100)"
		echo "$insert"
	} >"$BENCH_DIR/wal.$competitor"
	pgbench -n -M prepared -f "$BENCH_DIR/wal.$competitor" -t "$BENCH_SINGLES" --random-seed=1 >/dev/null 2>&1
	before=$(sql -c 'SELECT pg_current_wal_insert_lsn()')
	pgbench -n -M prepared -f "$BENCH_DIR/wal.$competitor" -t "$BENCH_SINGLES" --random-seed=2 >/dev/null 2>&1
	after=$(sql -c 'SELECT pg_current_wal_insert_lsn()')
	sql -F , -c "SELECT 'log_of_a_violation', '$competitor', round(pg_wal_lsn_diff('$after', '$before') / $BENCH_SINGLES, 1)" \
		>>"$BENCH_DIR/storage"
}
sql -c CHECKPOINT
wal bare "INSERT INTO bare.violation (account_id, scheme, rule) VALUES (:account, '$BENCH_SCHEME', 'vulgar.talk');"
wal floor "WITH v AS (INSERT INTO counter.violation (account_id, scheme, rule) VALUES (:account, '$BENCH_SCHEME', 'vulgar.talk'))
	UPDATE counter.counter c SET points = c.points - 1 WHERE c.account_id = :account;"
wal governance "INSERT INTO governance.violation (account_id, scheme, rule) VALUES (:account, '$BENCH_SCHEME', 'vulgar.talk');"

printf '\nBytes, indexes included\n\n'
awk -F, '{ printf "  %-24s %-14s %10s\n", $1, $2, $3 }' "$BENCH_DIR/storage"
awk -F, '$1 == "log_of_a_violation" { b[$2] = $3 } $1 == "ledger_by_violation" { d[$2] = $3 }
	END { printf "\n  log: governance is %.2f times floor, %.2f times bare\n  space: governance is %.2f times bare\n",
		b["governance"] / b["floor"], b["governance"] / b["bare"], d["governance"] / d["bare"] }' "$BENCH_DIR/storage"
{
	echo "what,competitor,bytes"
	cat "$BENCH_DIR/storage"
} >"$BENCH_OUT/storage.csv"
