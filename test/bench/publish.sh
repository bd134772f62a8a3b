#!/bin/bash
#
# publish.sh
#	A new version of the rules over many standings, while two clients write: how
#	long publish(), activate() and a holiday take, how long an insert waits for
#	them, and what the inserts cost that come after it and take over what changed.
#
# The two clients insert violations of accounts drawn evenly; what is called
# happens in the middle of it.  A wait is the longest insert that was under way
# meanwhile or began within 200 ms after; "quiet" is one while nothing was called.
#
# BENCH_STANDINGS (numbers of standings, growing; "10000 100000 1000000" takes some
# minutes), BENCH_CALLS (of each, at each number), BENCH_WRITING (seconds).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_STANDINGS:=10000 100000}"
: "${BENCH_CALLS:=5}"
: "${BENCH_WRITING:=2}"

bench_begin publish
BENCH_DOCUMENT="$BENCH_DOCUMENT || '{\"calendar\": {\"holidays\": \"bench\", \"roll\": [\"sanctions\"]}}'"
BENCH_PREPARE="SELECT governance.holiday('bench', '2020-01-01');"
bench_ledger

# The document with another price for the mild rules than the version before it: 1
# and 2 take turns.
version()
{
	echo "jsonb_set($BENCH_DOCUMENT, '{severities,minor,points}', '[$((versions % 2 + 1)), 3]')"
}

# during NAME SIZE ROUND SQL: the time of the statement, and what the writers saw.
during()
{
	local name=$1 size=$2 round=$3 statement=$4 writers times

	rm -f "$BENCH_DIR"/log.*
	pgbench -n -M prepared -f "$BENCH_DIR/insert" -c 2 -j 2 -T "$BENCH_WRITING" --random-seed=$((1000 + number)) \
		-l --log-prefix="$BENCH_DIR/log" >"$BENCH_DIR/pgbench" 2>&1 &
	writers=$!
	sleep "$(awk -v t="$BENCH_WRITING" 'BEGIN { print t * 0.4 }')"
	times=$(sql <<-SQL
		SELECT extract(epoch FROM clock_timestamp());
		$statement;
		SELECT extract(epoch FROM clock_timestamp());
	SQL
	)
	if ! wait "$writers"; then
		cat "$BENCH_DIR/pgbench" >&2
		return 1
	fi
	cat "$BENCH_DIR"/log.* | awk -v from="$(head -n 1 <<<"$times")" -v until="$(tail -n 1 <<<"$times")" \
		-v name="$name" -v size="$size" -v round="$round" '
		{
			done = $5 + $6 / 1e6
			began = done - $3 / 1e6
			if (done >= from && began <= until + 0.2 && $3 > longest)
				longest = $3
			if (done < from) { before += $3; nbefore++ }
			if (began > until) { after += $3; nafter++ }
		}
		END {
			printf "call,%s_%s,%d,%.6f\n", name, size, round, (until - from) * 1e6
			printf "wait,%s_%s,%d,%.6f\n", name, size, round, longest
			if (nbefore && nafter) {
				printf "insert,%s_%s_before,%d,%.6f\n", name, size, round, before / nbefore
				printf "insert,%s_%s_after,%d,%.6f\n", name, size, round, after / nafter
			}
		}' >>"$BENCH_DIR/rounds"
}

last=0
number=0
versions=0
calls=(quiet publish activate holiday)
BENCH_ORDER=
for size in $BENCH_STANDINGS; do
	bench_accounts $((last + 1)) "$size"
	# One violation of each account, ten days ago.
	for ((first = last; first < size; first += 200000)); do
		sql -c "SELECT setseed(0.42)" -c "INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
			SELECT i.account_id, '$BENCH_SCHEME', p.rule, now() - interval '10 days', now() - interval '10 days'
			FROM (SELECT account_id, floor(random() * 100)::int AS x
				FROM generate_series($first + 1, least($first + 200000, $size)) account_id) i JOIN bench.pick p ON p.number = i.x
			ORDER BY 1" -o /dev/null
	done
	sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
	last=$size
	cat >"$BENCH_DIR/insert" <<-SQL
		\set account random(1, $size)
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES (:account, '$BENCH_SCHEME', 'vulgar.talk');
	SQL
	for ((round = 1; round <= BENCH_CALLS; round++)); do
		for call in $(bench_round "$round" "${calls[@]}"); do
			number=$((number + 1))
			[[ $call != @(publish|activate) ]] || versions=$((versions + 1))
			case $call in
				quiet) statement="SELECT pg_sleep(0.2)" ;;
				publish) statement="SELECT governance.publish($(version), 'active')" ;;
				activate)
					draft=$(sql -c "SELECT governance.publish($(version), 'draft')")
					statement="SELECT governance.activate($draft)"
					;;
				holiday) statement="SELECT governance.holiday('bench', current_date + $number)" ;;
			esac
			during "$call" "$size" "$round" "$statement"
		done
	done
	for call in "${calls[@]}"; do
		BENCH_ORDER="$BENCH_ORDER ${call}_$size ${call}_${size}_before ${call}_${size}_after"
	done
done

bench_report call "The call, by the number of standings (quiet: a pause of 200 ms)"
bench_report wait "The longest wait of one of two writers meanwhile"
bench_report insert "One insert of two writers before the call, and after it"
echo
for call in publish activate holiday; do
	bench_at_most call "${call}_$last" median 1000
	bench_at_most wait "${call}_$last" most 100
done
printf '\n  verify() finds %s differences\n' "$(sql -c 'SELECT count(*) FROM governance.verify()')"
bench_end
