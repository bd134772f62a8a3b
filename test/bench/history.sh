#!/bin/bash
#
# history.sh
#	Does a violation cost more for an account that has many already?
#
# One account with one entry, one with a thousand, one with a million.  Each
# transaction inserts one violation and rolls back, so that histories stay as
# long as they are; only the insert is timed, in as many transactions as fit into
# two seconds.
#
# BENCH_ROUNDS, BENCH_HISTORY (entries of the longest), BENCH_SINGLES.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_HISTORY:=1000000}"
: "${BENCH_SINGLES:=2000}"

bench_begin history
bench_ledger
bench_accounts 1 3

# All begin with a violation that takes the whole score, go on with the mildest
# one every three minutes, and end 300 days ago: by now each has its full score
# back and one sanction for ever, so that nothing but the length is different.
load_history()
{
	sql -c '\timing on' -c "INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
		SELECT $1, '$BENCH_SCHEME', CASE i WHEN 1 THEN 'infringement.counterfeit' ELSE 'vulgar.talk' END, at, at
		FROM generate_series(1, $2) i, LATERAL (SELECT now() - interval '300 days' - ($2 - i) * interval '3 minutes' AS at) a" |
		sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p'
}

lengths=(1 1000 "$BENCH_HISTORY")
for i in 0 1 2; do
	ms=$(load_history "$((i + 1))" "${lengths[i]}")
	bench_note load "entries_${lengths[i]}" 1 "${lengths[i]}" "$ms"
done
sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'

for i in 0 1 2; do
	cat >"$BENCH_DIR/insert.$i" <<-SQL
		BEGIN;
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES ($((i + 1)), '$BENCH_SCHEME', 'vulgar.talk');
		ROLLBACK;
	SQL
done

for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for i in $(bench_round "$round" 0 1 2); do
		count=$(bench_count INSERT "$BENCH_DIR/insert.$i" "$BENCH_SINGLES")
		bench_run_step one "entries_${lengths[i]}" "$round" INSERT "$BENCH_DIR/insert.$i" "$count"
	done
done

bench_report load "One account's whole history in one statement, by violation"
bench_report one "One violation a statement, by the number of violations that the account has" entries_1 -- \
	"entries_1000/entries_1<=1.10" "entries_$BENCH_HISTORY/entries_1<=1.10"
echo
sql -c "SELECT format('  %s entries: %s bytes of state', c.n, pg_column_size(s.state))
	FROM governance.standing s JOIN (SELECT account_id, count(*) AS n FROM governance.violation GROUP BY 1) c USING (account_id)
	ORDER BY c.n"
bench_end
