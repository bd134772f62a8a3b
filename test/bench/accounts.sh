#!/bin/bash
#
# accounts.sh
#	Does a violation cost more where there are more accounts?
#
# The ledger grows from one size to the next; at each, governance is measured
# against the bare insert and the floor. What grows with bare is the machine's
# (caches); what grows beyond it is ours.
#
# BENCH_ROUNDS, BENCH_SIZES (accounts; "10000 1000000 10000000" takes an hour and
# 15 GB), BENCH_SINGLES (a round).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_SIZES:=10000 300000}"
: "${BENCH_SINGLES:=3000}"

bench_begin accounts
bench_ledger
sql -o /dev/null <<SQL
CREATE SCHEMA bare;
CREATE TABLE bare.violation (LIKE governance.violation INCLUDING ALL);
CREATE SCHEMA counter;
CREATE TABLE counter.violation (LIKE governance.violation INCLUDING ALL);
CREATE TABLE counter.counter (account_id bigint PRIMARY KEY, points int NOT NULL) WITH (fillfactor = 60);
SQL

last=0
targets=()
first=
for size in $BENCH_SIZES; do
	[ -n "$first" ] || first=$size
	bench_accounts $((last + 1)) "$size"
	sql -o /dev/null <<-SQL
		SET work_mem = '256MB';
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
			SELECT account_id, '$BENCH_SCHEME', 'vulgar.talk', now() - interval '10 days', now() - interval '10 days'
			FROM generate_series($last + 1, $size) account_id;
		INSERT INTO bare.violation SELECT * FROM governance.violation WHERE account_id > $last ORDER BY account_id;
		INSERT INTO counter.violation SELECT * FROM governance.violation WHERE account_id > $last ORDER BY account_id;
		INSERT INTO counter.counter SELECT i, 11 FROM generate_series($last + 1, $size) i;
	SQL
	sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
	last=$size

	for competitor in bare floor governance; do
		{
			echo "\\set account random(1, $size)"
			case $competitor in
				floor)
					cat <<-SQL
						WITH v AS (INSERT INTO counter.violation (account_id, scheme, rule)
							VALUES (:account, '$BENCH_SCHEME', 'vulgar.talk'))
						UPDATE counter.counter c SET points = c.points - 1 WHERE c.account_id = :account;
					SQL
					;;
				*) echo "INSERT INTO $competitor.violation (account_id, scheme, rule)
					VALUES (:account, '$BENCH_SCHEME', 'vulgar.talk');" ;;
			esac
		} >"$BENCH_DIR/$competitor"
	done
	for ((round = 0; round <= BENCH_ROUNDS; round++)); do
		for competitor in $(bench_round "$round" bare floor governance); do
			bench_run one "${competitor}_$size" "$round" 1 "$BENCH_DIR/$competitor" "$BENCH_SINGLES" \
				--random-seed=$((1000 + round))
		done
	done
	[ "$size" = "$first" ] || targets+=("governance_$size/governance_$first<=1.30")
done

bench_report one "One violation a statement, by the number of accounts" "bare_$first" "governance_$first" -- "${targets[@]}"
bench_end
