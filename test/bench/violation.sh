#!/bin/bash
#
# violation.sh
#	What a violation costs: one a statement, 100 a statement, 200,000 a
#	statement, against the bare insert, the floor, and PL/pgSQL triggers that do
#	the same work.
#
# All competitors insert the same rows for the same accounts in the same order,
# and start from the same history; at the end the standings and sanctions that the
# PL/pgSQL triggers arrived at are held against ours.
#
# BENCH_ROUNDS, BENCH_ACCOUNTS (of the small statements), BENCH_SINGLES and
# BENCH_HUNDREDS (statements a round), BENCH_BULK (rows), BENCH_BULK_ACCOUNTS.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"
# shellcheck source=test/bench/lib/insert.sh
. "$(dirname "$0")/lib/insert.sh"

: "${BENCH_ACCOUNTS:=100000}"
: "${BENCH_SINGLES:=8000}"
: "${BENCH_HUNDREDS:=50}"
: "${BENCH_BULK:=200000}"
: "${BENCH_BULK_ACCOUNTS:=40000}"

competitors=(bare floor governance row_trigger statement_trigger)

bench_begin violation
bench_ledger
insert_input '10 days'
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/competitors.sql"
sql -v scheme="$BENCH_SCHEME" -o /dev/null -f "$BENCH_LIB/competitors_history.sql"
insert_scripts "${competitors[@]}"

sanctions_before=$(sql -c "SELECT count(*) FROM governance.sanction")
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		insert_one "$competitor" "$round"
	done
done

share=$(sql -c "SELECT round(100.0 * (count(*) - $sanctions_before) / ((1 + $BENCH_ROUNDS) * $BENCH_SINGLES)) FROM governance.sanction")

for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		insert_hundred "$competitor" "$round"
	done
done

for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		insert_bulk "$competitor" "$round"
	done
done

bench_report one "One violation a statement, prepared, one client; $share of 100 open a sanction" \
	bare floor row_trigger -- "governance/floor<=1.05" "row_trigger/governance>=1.4"
bench_report hundred "100 violations a statement, by violation" \
	bare floor row_trigger -- "governance/bare<=1.60" "row_trigger/governance>=4"
bench_report bulk "$BENCH_BULK violations a statement, by violation" \
	bare floor row_trigger -- "governance/bare<=1.60" "row_trigger/governance>=5" \
	"statement_trigger/governance>=1.5"

# Did all of them do the same?
echo
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/violation_check.sql" | sed 's/^/  /'
bench_end
