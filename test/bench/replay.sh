#!/bin/bash
#
# replay.sh
#	rebuild(), verify() and simulate() over a whole ledger, against the time that
#	PostgreSQL needs to sort its violations by account and time.
#
# BENCH_ROUNDS, BENCH_REPLAY (violations; a tenth as many accounts).  Both sides
# grow in proportion; a million shows it.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_REPLAY:=200000}"

accounts=$((BENCH_REPLAY / 10))
bench_begin replay
bench_ledger
bench_accounts 1 "$accounts"
sql -o /dev/null <<SQL
SELECT setseed(0.42);
CREATE TABLE bench.input AS
	SELECT 1 + floor($accounts * i.u * i.u)::bigint * 48271 % $accounts AS account_id, p.rule,
		now() - interval '1 day' - ($BENCH_REPLAY - i.i) * interval '1 minute' AS at
	FROM (SELECT i, random() AS u, floor(random() * 100)::int AS x FROM generate_series(1, $BENCH_REPLAY) i) i
		JOIN bench.pick p ON p.number = i.x
	ORDER BY i.i;
SQL
bench_statement load insert 1 "$BENCH_REPLAY" \
	"INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
		SELECT account_id, '$BENCH_SCHEME', rule, at, at FROM bench.input"
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
				DO \$\$ BEGIN PERFORM FROM (SELECT v FROM governance.violation v
					ORDER BY account_id, occurred_at, violation_id OFFSET $((BENCH_REPLAY - 1))) s; END \$\$"
			;;
		verify) echo "SELECT count(*) FROM governance.verify()" ;;
		rebuild) echo "SELECT governance.rebuild()" ;;
		simulate) echo "SELECT count(*) FROM governance.simulate(governance.pack('$BENCH_SCHEME'))" ;;
	esac
}

for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		bench_statement all "$competitor" "$round" "$BENCH_REPLAY" "$(statement "$competitor")"
	done
done

targets=("verify/sort<=1.50" "rebuild/sort<=1.50")
if [ "$simulates" -gt 0 ]; then
	targets+=("simulate/sort<=1.50")
fi
bench_report load "$BENCH_REPLAY violations of $accounts accounts in one statement, by violation"
bench_report all "The same ledger from one end to the other, by violation" sort -- "${targets[@]}"
echo
printf '  verify() finds %s differences\n' "$(sql -c 'SELECT count(*) FROM governance.verify()')"
bench_end
