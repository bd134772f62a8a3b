#!/bin/bash
#
# bulk.sh
#	Very large statements: COPY, and one account with thousands of violations in
#	one statement.
#
# All competitors copy the same file, whose accounts are others in each round;
# at the end the PL/pgSQL triggers are held against governance.
#
# BENCH_ROUNDS, BENCH_COPY (rows, a fifth as many accounts; a million takes a
# quarter of an hour), BENCH_HOT (violations of the one account).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_COPY:=100000}"
: "${BENCH_HOT:=10000}"

accounts=$((BENCH_COPY / 5))
competitors=(bare governance row_trigger statement_trigger)
bench_begin bulk
bench_ledger
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/competitors.sql"
last_account=$((BENCH_ROUNDS * accounts))
bench_accounts 1 "$last_account"
# A history for all to start from, so that tables and statistics are not empty.
sql -v accounts="$last_account" -v last="$last_account" -v scheme="$BENCH_SCHEME" \
	-v bulk=1 -v bulk_accounts=1 -v rounds=1 -v batches=1 -o /dev/null -f "$BENCH_LIB/violation_input.sql" -f "$BENCH_LIB/competitors_history.sql"
# The accounts of the second part: one for each round and length.
bench_accounts 1000000001 1000000200
sql -o /dev/null <<SQL
SELECT setseed(0.42);
CREATE TABLE bench.copied AS
	SELECT s.round, (s.round - 1) * $accounts + 1 + floor($accounts * s.u * s.u)::bigint * 48271 % $accounts AS account_id, p.rule
	FROM (SELECT round, random() AS u, floor(random() * 100)::int AS x
		FROM generate_series(1, $BENCH_ROUNDS) round, generate_series(1, $BENCH_COPY)) s
		JOIN bench.pick p ON p.number = s.x;
VACUUM ANALYZE;
CHECKPOINT;
SQL

for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	sql -c "COPY (SELECT account_id, '$BENCH_SCHEME', rule FROM bench.copied WHERE round = $round) TO STDOUT" \
		>"$BENCH_DIR/rows"
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		bench_statement copy "$competitor" "$round" "$BENCH_COPY" \
			"\\copy $competitor.violation (account_id, scheme, rule) FROM '$BENCH_DIR/rows'"
	done
done

# One account, a tenth as many violations and all of them; of the mildest rule
# after one that takes the whole score, so that no further sanction is opened.
account=1000000000
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for n in $((BENCH_HOT / 10)) "$BENCH_HOT"; do
		account=$((account + 1))
		for competitor in $(bench_round "$round" "${competitors[@]}"); do
			sql -c "INSERT INTO $competitor.violation (account_id, scheme, rule)
				VALUES ($account, '$BENCH_SCHEME', 'infringement.counterfeit')"
			name=$competitor
			[ "$n" = "$BENCH_HOT" ] || name=${competitor}_$n
			bench_statement hot "$name" "$round" "$n" \
				"INSERT INTO $competitor.violation (account_id, scheme, rule)
				SELECT $account, '$BENCH_SCHEME', 'vulgar.talk' FROM generate_series(1, $n)"
		done
	done
done

bench_report copy "COPY of $BENCH_COPY violations of $accounts accounts, by violation" bare row_trigger -- \
	"governance/bare<=1.80" "row_trigger/governance>=5" "statement_trigger/governance>=1.5"
bench_report hot "$BENCH_HOT violations of one account in one statement, by violation; $((BENCH_HOT / 10)) of them" \
	bare "governance_$((BENCH_HOT / 10))" -- \
	"governance/governance_$((BENCH_HOT / 10))<=1.10" "governance/bare<=1.80"
echo
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/violation_check.sql" | sed 's/^/  /'
bench_end
