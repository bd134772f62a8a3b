#!/bin/bash
#
# application.sh
#	One violation at a time through a driver over a socket: the transaction of an
#	application that does the work itself, against one statement to governance;
#	and against a view that pg_ivm maintains, where that is installed.
#
# All go through the same program (lib/application.c, libpq, prepared) with the
# same rows in the same order, and start from the same history; at the end the
# standings and sanctions that the application arrived at are held against ours.
#
# BENCH_ROUNDS, BENCH_ACCOUNTS, BENCH_SINGLES (a round).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_ACCOUNTS:=100000}"
: "${BENCH_SINGLES:=3000}"

include=$("$PG_CONFIG" --includedir)
if [ ! -e "$include/libpq-fe.h" ]; then
	echo "  left out: needs the header of libpq"
	exit 0
fi

bench_begin application
"$("$PG_CONFIG" --cc)" -O2 -Wall -I"$include" "$BENCH_LIB/application.c" \
	-o "$BENCH_DIR/application" -L"$("$PG_CONFIG" --libdir)" -lpq -lm
bench_ledger
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/competitors.sql"
bench_accounts 1 "$BENCH_ACCOUNTS"
sql -v accounts="$BENCH_ACCOUNTS" -v last="$BENCH_ACCOUNTS" -v scheme="$BENCH_SCHEME" \
	-v bulk=1 -v bulk_accounts=1 -v rounds=1 -v batches=1 -o /dev/null \
	-f "$BENCH_LIB/violation_input.sql" -f "$BENCH_LIB/competitors_history.sql"
sql -v accounts="$BENCH_ACCOUNTS" -v rounds="$BENCH_ROUNDS" -v singles="$BENCH_SINGLES" \
	-v scheme="$BENCH_SCHEME" -o /dev/null -f "$BENCH_LIB/application.sql"

competitors=(bare floor governance row_trigger application)
ivm=$(sql -c "SELECT count(*) FROM pg_extension WHERE extname = 'pg_ivm'")
if [ "$ivm" -gt 0 ]; then
	competitors+=(ivm)
fi

for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		us=$("$BENCH_DIR/application" "$competitor" "$round")
		echo "driver,$competitor,$round,$us" >>"$BENCH_DIR/rounds"
	done
done

bench_report driver "One violation at a time through libpq over a socket" bare floor application -- \
	"application/governance>=4"
echo
[ "$ivm" -gt 0 ] || echo "  pg_ivm is not installed: left out"
sql -v scheme="$BENCH_SCHEME" -v ivm="$ivm" -f "$BENCH_LIB/application_check.sql" | sed 's/^/  /'
bench_end
