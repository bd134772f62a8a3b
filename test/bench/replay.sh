#!/bin/bash
#
# replay.sh
#	rebuild(), verify() and simulate() over a whole ledger, against the time that
#	PostgreSQL needs to sort its violations by account and time: by one process,
#	and with workers, which the sort may have as well.
#
# "rebuild" finds a ledger in order, as it mostly is; "anew" one of which nothing
# derived is left.
#
# BENCH_ROUNDS, BENCH_REPLAY (violations; a tenth as many accounts),
# BENCH_WORKERS (at least two).  Both sides grow in proportion; a million shows it.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_REPLAY:=200000}"
: "${BENCH_WORKERS:=2}"

accounts=$((BENCH_REPLAY / 10))
bench_begin replay
bench_ledger
bench_accounts 1 "$accounts"
# A violation a minute, and more often where that would not fit in two years.
sql -o /dev/null <<SQL
SELECT setseed(0.42);
CREATE TABLE bench.input AS
	SELECT i.i, 1 + floor($accounts * i.u * i.u)::bigint * 48271 % $accounts AS account_id, p.rule,
		now() - interval '1 day' - ($BENCH_REPLAY - i.i) * interval '1 minute' * least(1, 1e6 / $BENCH_REPLAY) AS at
	FROM (SELECT i, random() AS u, floor(random() * 100)::int AS x FROM generate_series(1, $BENCH_REPLAY) i) i
		JOIN bench.pick p ON p.number = i.x
	ORDER BY i.i;
SQL
load_from=$(date +%s%N)
for ((first = 0; first < BENCH_REPLAY; first += 1000000)); do
	sql -c "INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
		SELECT account_id, '$BENCH_SCHEME', rule, at, at FROM bench.input
		WHERE i > $first AND i <= $first + 1000000"
done
bench_note load insert 1 "$BENCH_REPLAY" $((($(date +%s%N) - load_from) / 1000000))
sql -c 'DROP TABLE bench.input'
sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'

competitors=(sort verify rebuild)
simulates=$(sql -c "SELECT count(*) FROM pg_proc WHERE proname = 'simulate' AND pronamespace = 'governance'::regnamespace")
if [ "$simulates" -gt 0 ]; then
	competitors+=(simulate)
fi

statement()
{
	case $1 in
		sort)
			# All columns, sorted from the table itself.
			echo "SET enable_indexscan = off; SET enable_incremental_sort = off;
				DO \$\$ BEGIN PERFORM * FROM (SELECT * FROM governance.violation v
					ORDER BY account_id, occurred_at, violation_id OFFSET $((BENCH_REPLAY - 1))) s; END \$\$"
			;;
		verify) echo "SELECT count(*) FROM governance.verify()" ;;
		rebuild | anew) echo "SELECT governance.rebuild()" ;;
		simulate) echo "SELECT count(*) FROM governance.simulate(governance.pack('$BENCH_SCHEME'))" ;;
	esac
}

for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		bench_statement all "$competitor" "$round" "$BENCH_REPLAY" "$(statement "$competitor")"
	done
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		bench_statement workers "$competitor" "$round" "$BENCH_REPLAY" \
			"SET max_parallel_workers_per_gather = $BENCH_WORKERS; $(statement "$competitor")"
	done
	bench_underive
	bench_statement all anew "$round" "$BENCH_REPLAY" "$(statement anew)"
	sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
done

targets=("verify/sort<=1.50" "rebuild/sort<=1.50")
if [ "$simulates" -gt 0 ]; then
	targets+=("simulate/sort<=1.50")
fi
bench_report load "$BENCH_REPLAY violations of $accounts accounts, by violation"
bench_report all "The same ledger from one end to the other, by violation" sort -- "${targets[@]}"
bench_report workers "The same with $BENCH_WORKERS parallel workers (BENCH_WORKERS)" sort -- "${targets[@]}"

# Of the process itself, beside what it shares with others.
echo
for competitor in "${competitors[@]}"; do
	printf '  %-10s takes %s MB of memory at most, with work_mem at %s\n' "$competitor" "$(
		sql -c "$(statement "$competitor")" -c "SELECT round((size[1]::numeric - size[2]::numeric) / 1024)
			FROM (SELECT array[substring(s FROM 'VmHWM:\s+(\d+)'), substring(s FROM 'RssShmem:\s+(\d+)')] AS size
				  FROM pg_read_file('/proc/self/status') s) s" | tail -n 1
	)" "$(sql -c 'SHOW work_mem')"
done
printf '  verify() finds %s differences\n' "$(sql -c 'SELECT count(*) FROM governance.verify()')"
bench_end
