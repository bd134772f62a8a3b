#!/bin/bash
#
# reads.sh
#	What it costs to ask: score() and permits() against looking up a row by its
#	primary key, where an account stands under one scheme and under four.
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
# Of each account two violations of the last 60 days on average; and a row to be
# looked up by its primary key.
sql -o /dev/null <<SQL
SELECT setseed(0.42);
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT i.account_id, '$BENCH_SCHEME', p.rule, now() - i.ago, now() - i.ago
	FROM (SELECT 1 + floor($BENCH_READ_ACCOUNTS * random())::bigint AS account_id,
			random() * interval '60 days' AS ago, floor(random() * 100)::int AS x
		FROM generate_series(1, 2 * $BENCH_READ_ACCOUNTS)) i
		JOIN bench.pick p ON p.number = i.x;
CREATE TABLE bench.lookup (account_id bigint PRIMARY KEY, until timestamptz, note text);
INSERT INTO bench.lookup SELECT i, now() + i * interval '1 second', repeat('x', 100) FROM generate_series(1, $BENCH_READ_ACCOUNTS) i;
VACUUM ANALYZE;
CHECKPOINT;
SQL

# COMPETITOR QUERY, with the account as :account.
queries=(
	"score SELECT governance.score(:account, '$BENCH_SCHEME')"
	"permits SELECT governance.permits(:account, 'share')"
	"lookup SELECT until FROM bench.lookup WHERE account_id = :account"
)

# measure SUFFIX: as many schemes as are in force.
measure()
{
	local round i competitor query

	for ((round = 0; round <= BENCH_ROUNDS; round++)); do
		for i in $(bench_round "$round" "${!queries[@]}"); do
			read -r competitor query <<<"${queries[i]}"
			{
				echo "\\set account random(1, $BENCH_READ_ACCOUNTS)"
				echo "$query;"
			} >"$BENCH_DIR/$competitor"
			bench_run "prepared$1" "$competitor" "$round" 1 "$BENCH_DIR/$competitor" "$BENCH_READS" \
				--random-seed=$((1000 + round))
		done
	done
	for ((round = 1; round <= BENCH_ROUNDS; round++)); do
		for i in $(bench_round "$round" "${!queries[@]}"); do
			read -r competitor query <<<"${queries[i]}"
			bench_statement "all$1" "$competitor" "$round" "$BENCH_READ_ACCOUNTS" \
				"SELECT count((${query//:account/a.account_id})) FROM governance.account a"
		done
	done
}

measure ''

# Three schemes more, and two violations of each account under each of them, rules
# drawn evenly.
sql -o /dev/null <<SQL
SELECT count(governance.publish(governance.pack(p), 'active', tstzrange('2015-01-01 00:00+00', NULL)))
	FROM unnest('{douyin.health,channels.live,youtube.community}'::text[]) p;
SELECT setseed(0.42);
CREATE TABLE bench.more AS
	SELECT p.scheme, r.rule, row_number() OVER (PARTITION BY p.scheme) - 1 AS number, count(*) OVER (PARTITION BY p.scheme) AS rules
	FROM governance.policy p JOIN governance.policy_rule r USING (policy_id) WHERE p.scheme <> '$BENCH_SCHEME';
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT i.account_id, m.scheme, m.rule, now() - i.ago, now() - i.ago
	FROM (SELECT s.scheme, 1 + floor($BENCH_READ_ACCOUNTS * random())::bigint AS account_id,
			random() * interval '60 days' AS ago, random() AS x
		FROM (SELECT DISTINCT scheme FROM bench.more) s, generate_series(1, 2 * $BENCH_READ_ACCOUNTS)) i
		JOIN bench.more m ON m.scheme = i.scheme AND m.number = floor(i.x * m.rules)::int;
VACUUM ANALYZE;
CHECKPOINT;
SQL
queries+=("permits_live SELECT governance.permits(:account, 'live')")
measure _four

bench_report prepared "One account, prepared" lookup -- "score/lookup<=1.20" "permits/lookup<=1.20"
bench_report all "Every account in one statement, by account" lookup
bench_report prepared_four "One account that stands under four schemes, prepared" lookup -- \
	"score/lookup<=1.20" "permits/lookup<=1.20" "permits_live/lookup<=1.20"
bench_report all_four "Every account in one statement, under four schemes, by account" lookup
bench_end
