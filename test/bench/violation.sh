#!/bin/bash
#
# violation.sh
#	What a violation costs: one a statement, 100 a statement, 200,000 a
#	statement, against the bare insert, the floor, and PL/pgSQL triggers that do
#	the same work.
#
# All competitors insert the same rows for the same accounts in the same order,
# and start from the same history; at the end the standings, sanctions and
# restrictions that the PL/pgSQL triggers arrived at are held against ours.
#
# BENCH_ROUNDS, BENCH_ACCOUNTS (of the small statements), BENCH_SINGLES and
# BENCH_HUNDREDS (statements a round), BENCH_BULK (rows), BENCH_BULK_ACCOUNTS.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_ACCOUNTS:=100000}"
: "${BENCH_SINGLES:=8000}"
: "${BENCH_HUNDREDS:=50}"
: "${BENCH_BULK:=200000}"
: "${BENCH_BULK_ACCOUNTS:=40000}"

competitors=(bare floor governance row_trigger statement_trigger)

bench_begin violation
bench_ledger
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/competitors.sql"

# The accounts of the large statements are others in each round, so that each
# round finds the same situation: one half have a history, one half have none.
last_account=$((BENCH_ACCOUNTS + BENCH_ROUNDS * BENCH_BULK_ACCOUNTS))
bench_accounts 1 "$last_account"
sql -v accounts="$BENCH_ACCOUNTS" -v last="$last_account" -v scheme="$BENCH_SCHEME" \
	-v bulk="$BENCH_BULK" -v bulk_accounts="$BENCH_BULK_ACCOUNTS" -v rounds="$BENCH_ROUNDS" \
	-v batches="$(((BENCH_ROUNDS + 1) * BENCH_HUNDREDS))" -o /dev/null \
	-f "$BENCH_LIB/violation_input.sql"

# bench_insert COMPETITOR QUERY: a script that inserts what the query gives
# (account_id, scheme, rule), and for the floor subtracts its points.
write_insert()
{
	local competitor=$1 query=$2 points=$3 file=$4

	case $competitor in
		floor)
			cat <<-SQL
				WITH v AS (INSERT INTO counter.violation (account_id, scheme, rule) $query)
				UPDATE counter.counter c SET points = c.points - $points;
			SQL
			;;
		bare) echo "INSERT INTO bare.violation (account_id, scheme, rule) $query;" ;;
		*) echo "INSERT INTO $competitor.violation (account_id, scheme, rule) $query;" ;;
	esac >>"$file"
}

# One row a statement.  Few accounts have many violations: the account is
# number n * u * u, spread over the table.
singles=
for entry in "${BENCH_RULES[@]}"; do
	read -r code share points <<<"$entry"
	for competitor in "${competitors[@]}"; do
		file=$BENCH_DIR/one.$competitor.$code
		cat >"$file" <<-SQL
			\set u random(1, 1000000) / 1000001.0
			\set k int($BENCH_ACCOUNTS * :u * :u)
			\set account 1 + :k * 48271 % $BENCH_ACCOUNTS
		SQL
		write_insert "$competitor" "VALUES (:account, '$BENCH_SCHEME', '$code')" \
			"$points WHERE c.account_id = :account" "$file"
	done
	singles="$singles $BENCH_DIR/one.COMPETITOR.$code@$share"
done
sanctions_before=$(sql -c "SELECT count(*) FROM governance.sanction")
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		bench_run one "$competitor" "$round" 1 "${singles//COMPETITOR/$competitor}" "$BENCH_SINGLES" \
			--random-seed=$((1000 + round))
	done
done

share=$(sql -c "SELECT round(100.0 * (count(*) - $sanctions_before) / ((1 + $BENCH_ROUNDS) * $BENCH_SINGLES)) FROM governance.sanction")

# 100 rows a statement.
for competitor in "${competitors[@]}"; do
	file=$BENCH_DIR/hundred.$competitor
	echo '\set batch :batch + 1' >"$file"
	write_insert "$competitor" \
		"SELECT account_id, '$BENCH_SCHEME', rule FROM bench.hundred WHERE batch = :batch" \
		"d.points FROM (SELECT account_id, sum(points) AS points FROM bench.hundred WHERE batch = :batch GROUP BY 1) d
			WHERE c.account_id = d.account_id" "$file"
done
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		bench_run hundred "$competitor" "$round" 100 "$BENCH_DIR/hundred.$competitor" "$BENCH_HUNDREDS" \
			-D batch=$((round * BENCH_HUNDREDS))
	done
done

# 200,000 rows a statement.
for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		file=$BENCH_DIR/bulk.$competitor.$round
		write_insert "$competitor" "SELECT account_id, '$BENCH_SCHEME', rule FROM bench.bulk_$round" \
			"d.points FROM (SELECT account_id, sum(points) AS points FROM bench.bulk_$round GROUP BY 1) d
				WHERE c.account_id = d.account_id" "$file"
		bench_run bulk "$competitor" "$round" "$BENCH_BULK" "$file" 1
	done
done

bench_report one "One violation a statement, prepared, one client; $share of 100 open a sanction" \
	bare floor row_trigger -- "governance/floor<=1.30(1.10)" "row_trigger/governance>=1.4"
bench_report hundred "100 violations a statement, by violation" \
	bare floor row_trigger -- "governance/bare<=1.60" "row_trigger/governance>=4"
bench_report bulk "$BENCH_BULK violations a statement, by violation" \
	bare floor row_trigger -- "governance/bare<=2.50(1.80)" "row_trigger/governance>=4(5)" \
	"statement_trigger/governance>=1.5"

# Did all of them do the same?
echo
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/violation_check.sql" | sed 's/^/  /'
bench_end
