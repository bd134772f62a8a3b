#!/bin/bash
#
# concurrency.sh
#	Several clients at once: two on many accounts, and eight on one account,
#	against the floor (the insert, and one counter row that the same statement
#	updates) under the same contention.
#
# BENCH_ROUNDS, BENCH_ACCOUNTS, BENCH_SECONDS (of each competitor and round).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_ACCOUNTS:=100000}"
: "${BENCH_SECONDS:=2}"

bench_begin concurrency
bench_ledger
bench_accounts 1 "$BENCH_ACCOUNTS"
sql -o /dev/null <<SQL
CREATE SCHEMA counter;
CREATE TABLE counter.violation (LIKE governance.violation INCLUDING ALL);
CREATE TABLE counter.counter (account_id bigint PRIMARY KEY, points int NOT NULL) WITH (fillfactor = 60);
INSERT INTO counter.counter SELECT account_id, 11 FROM governance.account ORDER BY account_id;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT account_id, '$BENCH_SCHEME', 'vulgar.talk', now() - interval '10 days', now() - interval '10 days'
	FROM governance.account ORDER BY account_id;
INSERT INTO counter.violation SELECT * FROM governance.violation ORDER BY account_id;
VACUUM ANALYZE;
CHECKPOINT;
SQL

for accounts in many one; do
	for competitor in floor governance; do
		{
			if [ "$accounts" = many ]; then
				echo "\\set account random(1, $BENCH_ACCOUNTS)"
			else
				echo "\\set account 1"
			fi
			if [ "$competitor" = floor ]; then
				cat <<-SQL
					WITH v AS (INSERT INTO counter.violation (account_id, scheme, rule)
						VALUES (:account, '$BENCH_SCHEME', 'vulgar.talk'))
					UPDATE counter.counter c SET points = c.points - 1 WHERE c.account_id = :account;
				SQL
			else
				echo "INSERT INTO governance.violation (account_id, scheme, rule)
					VALUES (:account, '$BENCH_SCHEME', 'vulgar.talk');"
			fi
		} >"$BENCH_DIR/$accounts.$competitor"
	done
done

for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" floor governance); do
		bench_run two "$competitor" "$round" 1 "$BENCH_DIR/many.$competitor" "${BENCH_SECONDS}s" \
			-c 2 -j 2 --random-seed=$((1000 + round))
		bench_run hot "$competitor" "$round" 1 "$BENCH_DIR/one.$competitor" "${BENCH_SECONDS}s" \
			-c 8 -j 1 --random-seed=$((1000 + round))
	done
done

bench_report two "Two clients on many accounts: time for each violation, all clients together" floor -- \
	"governance/floor<=1.15"
bench_report hot "Eight clients on one account: time for each violation, all clients together" floor -- \
	"governance/floor<=1.30"
echo
printf '  verify() finds %s differences\n' "$(sql -c 'SELECT count(*) FROM governance.verify()')"
bench_end
