#!/bin/bash
#
# storage.sh
#	What a violation and an account take on disk, indexes included, and in the
#	write-ahead log; against the bare table, the floor and the lean floor. Under
#	the pack of the other cases, and under the heavy one (douyin.health, rules
#	drawn evenly) in a database of its own.
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

# Three violations for each account on average in the last 200 days, with rules of
# bench.drawn; the lean tables as in lib/lean.sql.
load()
{
	bench_accounts 1 "$BENCH_ACCOUNTS"
	sql -o /dev/null <<-SQL
		SELECT setseed(0.42);
		CREATE SCHEMA bare;
		CREATE TABLE bare.violation (LIKE governance.violation INCLUDING ALL);
		CREATE SCHEMA counter;
		CREATE TABLE counter.violation (LIKE governance.violation INCLUDING ALL);
		CREATE TABLE counter.counter (account_id bigint PRIMARY KEY, points int NOT NULL) WITH (fillfactor = 60);
		CREATE TABLE bench.input AS
			SELECT 1 + floor($BENCH_ACCOUNTS * u * u)::bigint * 48271 % $BENCH_ACCOUNTS AS account_id, d.rule, now() - ago AS at
			FROM (SELECT random() AS u, random() * interval '200 days' AS ago, random() AS x
				FROM generate_series(1, 3 * $BENCH_ACCOUNTS)) i
				JOIN bench.drawn d ON d.number = floor(i.x * (SELECT count(*) FROM bench.drawn))
			ORDER BY ago DESC;
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
			SELECT account_id, '$BENCH_SCHEME', rule, at, at FROM bench.input;
		INSERT INTO bare.violation SELECT * FROM governance.violation;
		INSERT INTO counter.violation SELECT * FROM governance.violation;
		INSERT INTO counter.counter SELECT account_id, 11 FROM governance.account ORDER BY account_id;
		-- for lean.sql
		CREATE TABLE bench.history AS SELECT account_id, rule, 1 AS points, at FROM bench.input;
		CREATE TABLE bench.rule AS SELECT DISTINCT rule, 1 AS usual FROM bench.drawn;
		CREATE TABLE bench.rung AS SELECT 8 AS at_most, 'rung' AS rung, interval '1 day' AS lasts;
		VACUUM ANALYZE;
	SQL
}

# Space, by row of what it is counted for.
space()
{
	sql -F , -c "SELECT '$1', '$2', round($3::numeric, 1)" >>"$BENCH_DIR/storage"
}

# size TABLES: of those of the ledger's that are there, with their indexes.
size()
{
	echo "(SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relnamespace = 'governance'::regnamespace
		AND c.relkind = 'r' AND c.relname IN ('${1// /\', \'}'))"
}

rows="(SELECT count(*) FROM bare.violation)"
ledger_space()
{
	space "ledger_by_violation$1" bare "pg_total_relation_size('bare.violation') / $rows"
	space "ledger_by_violation$1" governance "$(size "violation standing sanction restriction") / $rows"
}

# The log, of one violation a statement: full pages are written by a first pass
# over the same accounts, and no checkpoint comes in between.
wal()
{
	local what=$1 competitor=$2 insert=$3 before after

	{
		echo "\\set account random(1, $BENCH_ACCOUNTS / 100)"
		echo "$insert"
	} >"$BENCH_DIR/wal"
	pgbench -n -M prepared -f "$BENCH_DIR/wal" -t "$BENCH_SINGLES" --random-seed=1 >/dev/null 2>&1
	before=$(sql -c 'SELECT pg_current_wal_insert_lsn()')
	pgbench -n -M prepared -f "$BENCH_DIR/wal" -t "$BENCH_SINGLES" --random-seed=2 >/dev/null 2>&1
	after=$(sql -c 'SELECT pg_current_wal_insert_lsn()')
	sql -F , -c "SELECT '$what', '$competitor', round(pg_wal_lsn_diff('$after', '$before') / $BENCH_SINGLES, 1)" \
		>>"$BENCH_DIR/storage"
}

# wal_all WHAT RULE
wal_all()
{
	local row="VALUES (:account, '$BENCH_SCHEME', '$2'"

	sql -c CHECKPOINT
	wal "$1" bare "INSERT INTO bare.violation (account_id, scheme, rule) $row);"
	wal "$1" floor "WITH v AS (INSERT INTO counter.violation (account_id, scheme, rule) $row))
		UPDATE counter.counter c SET points = c.points - 1 WHERE c.account_id = :account;"
	wal "$1" lean_floor "WITH v AS (INSERT INTO lean_floor.violation (account_id, scheme, rule, points) $row, 1))
		UPDATE lean_floor.score c SET points = c.points + 1 WHERE c.account_id = :account;"
	wal "$1" governance "INSERT INTO governance.violation (account_id, scheme, rule) $row);"
}

bench_ledger
sql -c "CREATE TABLE bench.drawn AS SELECT number, rule FROM bench.pick"
load
sql -v scheme="$BENCH_SCHEME" -o /dev/null -f "$BENCH_LIB/lean.sql"
space violation bare "pg_total_relation_size('bare.violation') / $rows"
space violation governance "$(size violation) / $rows"
space violation lean_floor "pg_total_relation_size('lean_floor.violation') / $rows"
space account floor "pg_total_relation_size('counter.counter') / (SELECT count(*) FROM counter.counter)"
space standing governance "$(size standing) / (SELECT count(*) FROM governance.standing)"
space sanction governance "$(size sanction) / (SELECT count(*) FROM governance.sanction)"
ledger_space ''
wal_all log_of_a_violation vulgar.talk

(
	BENCH_SCHEME=douyin.health
	BENCH_DOCUMENT="governance.pack('$BENCH_SCHEME')"
	export PGDATABASE=${PGDATABASE}_heavy
	createdb "$PGDATABASE"
	sql -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION governance CASCADE'
	bench_ledger
	sql -c "CREATE TABLE bench.drawn AS SELECT row_number() OVER (ORDER BY rule) - 1 AS number, rule FROM governance.policy_rule"
	load
	sql -v scheme="$BENCH_SCHEME" -o /dev/null -f "$BENCH_LIB/lean.sql"
	ledger_space _heavy
	wal_all log_of_a_violation_heavy vulgar
)

printf '\nBytes, indexes included\n\n'
awk -F, '{ printf "  %-28s %-14s %10s\n", $1, $2, $3 }' "$BENCH_DIR/storage"
echo
awk -F, -v csv_targets="$BENCH_DIR/targets" '
	{ b[$1, $2] = $3 }
	# Is what governance takes so many times what another takes?
	function hold(what, other, wanted,    x, verdict) {
		x = b[what, "governance"] / b[what, other]
		verdict = x <= wanted ? "reached" : "missed"
		printf "  %s: governance is %.2f times %s%s\n", what, x, other,
			wanted ? sprintf("; at most %.2f is wanted: %s", wanted, verdict) : ""
		if (wanted)
			printf "%s,governance,%s,%.3f,<=,%s,,%s\n", what, other, x, wanted, verdict >>csv_targets
	}
	END {
		for (heavy = 0; heavy <= 1; heavy++) {
			suffix = heavy ? "_heavy" : ""
			hold("ledger_by_violation" suffix, "bare", 1.6)
			hold("log_of_a_violation" suffix, "floor", 1.6)
			hold("log_of_a_violation" suffix, "lean_floor", 0)
			hold("log_of_a_violation" suffix, "bare", 0)
		}
	}' "$BENCH_DIR/storage"
: >"$BENCH_DIR/figures"
bench_end
{
	echo "what,competitor,bytes"
	cat "$BENCH_DIR/storage"
} >"$BENCH_OUT/storage.csv"
