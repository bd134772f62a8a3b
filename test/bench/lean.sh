#!/bin/bash
#
# lean.sh
#	What a violation costs against the least that a platform would write for this
#	one policy: a narrow table with no checks, an insert and one counter; and
#	PL/pgSQL row triggers on such a table.
#
# The floor and the triggers of "violation", which work on tables of our shape, run
# beside them.  The history is a day old, so that nothing recovers and the lean
# ones, which know no time, must arrive at the scores and sanctions of governance.
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
: "${BENCH_BULK:=100000}"
: "${BENCH_BULK_ACCOUNTS:=20000}"

competitors=(lean_floor lean_trigger governance floor row_trigger)

bench_begin lean
bench_ledger
insert_input '1 day'
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/competitors.sql"
sql -v scheme="$BENCH_SCHEME" -o /dev/null -f "$BENCH_LIB/competitors_history.sql" -f "$BENCH_LIB/lean.sql"
insert_scripts "${competitors[@]}"

for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		insert_one "$competitor" "$round"
	done
done
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

bench_report one "One violation a statement, prepared, one client" lean_floor lean_trigger -- \
	"governance/lean_floor<=1.25" "lean_trigger/governance>=1.0"
bench_report hundred "100 violations a statement, by violation" lean_floor lean_trigger -- \
	"lean_trigger/governance>=1.0"
bench_report bulk "$BENCH_BULK violations a statement, by violation" lean_floor lean_trigger -- \
	"lean_trigger/governance>=1.0"
echo
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/lean_check.sql" | sed 's/^/  /'
bench_end
