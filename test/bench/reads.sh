#!/bin/bash
#
# reads.sh
#	What it costs to ask: score() and permits() against looking up a row of the
#	same width by its primary key.
#
# Prepared and one at a time, as an application asks; and for every account in
# one statement, as a row-level security policy or a report asks.
#
# BENCH_ROUNDS, BENCH_READ_ACCOUNTS, BENCH_READS (a round).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_READ_ACCOUNTS:=100000}"
: "${BENCH_READS:=10000}"

bench_begin reads
bench_ledger
bench_accounts 1 "$BENCH_READ_ACCOUNTS"
sql -o /dev/null <<SQL
SELECT setseed(0.42);
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT i.account_id, '$BENCH_SCHEME', p.rule, now() - i.ago, now() - i.ago
	FROM (SELECT 1 + floor($BENCH_READ_ACCOUNTS * random())::bigint AS account_id,
			random() * interval '60 days' AS ago, floor(random() * 100)::int AS x
		FROM generate_series(1, 2 * $BENCH_READ_ACCOUNTS)) i
		JOIN bench.pick p ON p.number = i.x;
VACUUM ANALYZE;
CHECKPOINT;
SQL

# COMPETITOR QUERY, with the account as :account.
queries=(
	"score score SELECT governance.score(:account, '$BENCH_SCHEME')"
	"score lookup SELECT score FROM governance.standing WHERE account_id = :account AND scheme = '$BENCH_SCHEME'"
	"permits permits SELECT governance.permits(:account, 'share')"
	"permits lookup SELECT until FROM governance.restriction WHERE account_id = :account AND capability = 'share'"
)

for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for i in $(bench_round "$round" "${!queries[@]}"); do
		read -r scenario competitor query <<<"${queries[i]}"
		{
			echo "\\set account random(1, $BENCH_READ_ACCOUNTS)"
			echo "$query;"
		} >"$BENCH_DIR/$scenario.$competitor"
		bench_run "$scenario" "$competitor" "$round" 1 "$BENCH_DIR/$scenario.$competitor" "$BENCH_READS" \
			--random-seed=$((1000 + round))
	done
done
for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	for i in $(bench_round "$round" "${!queries[@]}"); do
		read -r scenario competitor query <<<"${queries[i]}"
		bench_statement "all_$scenario" "$competitor" "$round" "$BENCH_READ_ACCOUNTS" \
			"SELECT count((${query//:account/a.account_id})) FROM governance.account a"
	done
done

bench_report score "score() of one account, prepared" lookup -- "score/lookup<=1.30"
bench_report permits "permits() of one account, prepared" lookup -- "permits/lookup<=1.30"
bench_report all_score "score() of every account in one statement, by account" lookup
bench_report all_permits "permits() of every account in one statement, by account" lookup
bench_end
