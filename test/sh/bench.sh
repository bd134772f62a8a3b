#!/bin/bash
#
# bench.sh
#	Each case of "make bench" with tiny sizes: it runs to its end, leaves figures,
#	and competitors that claim to do the same as governance have done the same.
#
# The figures themselves mean nothing here.
set -euo pipefail

database=bench_tiny
work=$SCRATCH/bench_tiny
mkdir -p "$work/out"
trap '"$BINDIR/dropdb" --if-exists "$database"; rm -rf "$work"' EXIT

export BENCH_OUT=$work/out BENCH_ROUNDS=1 BENCH_SECONDS=1 BENCH_ACCOUNTS=200 BENCH_SINGLES=40 BENCH_HUNDREDS=3 \
	BENCH_BULK=600 BENCH_BULK_ACCOUNTS=200 BENCH_SIZES="100 300" BENCH_BATCH=400 BENCH_COPY=500 BENCH_HOT=100 \
	BENCH_HELD=400 BENCH_LOOKUPS=20 BENCH_INNER=20 BENCH_HISTORY=200 BENCH_LIVE=50 BENCH_RULES_MANY=50 BENCH_SCHEMES=2 \
	BENCH_STANDINGS=200 BENCH_CALLS=1 BENCH_WRITING=1 BENCH_DUE=200 \
	BENCH_READ_ACCOUNTS=200 BENCH_READS=20 BENCH_REPLAY=500 BENCH_REPORT_VIOLATIONS=500 BENCH_POSTS=500
failed=0

# What a case may have left in the server.
traces()
{
	"$BINDIR/psql" -X -A -t -c "SELECT 'role ' || rolname FROM pg_roles
		UNION ALL SELECT 'database ' || datname FROM pg_database WHERE datname <> '$database' ORDER BY 1"
}
traces >"$work/before"

for file in test/bench/*.sh; do
	name=$(basename "$file" .sh)
	"$BINDIR/dropdb" --if-exists "$database" 2>/dev/null
	"$BINDIR/createdb" "$database"
	"$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -d "$database" -c 'SET client_min_messages = warning' \
		-c 'CREATE EXTENSION governance CASCADE'
	rm -f "$BENCH_OUT/$name.csv"
	began=$EPOCHSECONDS
	if ! PGDATABASE=$database bash "$file" >"$work/said" 2>&1; then
		echo "$name fails:"
		cat "$work/said"
		failed=1
		continue
	fi
	echo "$name: $((EPOCHSECONDS - began)) s"
	if ! grep -q left\ out "$work/said" && [ ! -s "$BENCH_OUT/$name.csv" ]; then
		echo "$name leaves no figures"
		failed=1
	fi
	# "3 of the batch are different", "verify() finds 2 differences"
	if grep -E '(^|[^0-9.])[1-9][0-9]* (of [a-z_ ]+ are different|are different|differences)' "$work/said"; then
		echo "$name: not the same"
		failed=1
	fi
done
if ! diff "$work/before" <(traces); then
	echo "a case leaves something behind"
	failed=1
fi
exit "$failed"
