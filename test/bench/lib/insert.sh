# shellcheck shell=bash
#
# insert.sh
#	The three ways in which violations come, for the cases that let competitors
#	insert the same ones: one a statement, 100 a statement, very many a statement.
#	After bench.sh and a ledger with the tables of violation_input.sql.
#
#	insert_input AGE                    accounts, history, the rows to insert
#	insert_scripts COMPETITOR...        the scripts of "one" and "hundred"
#	insert_one COMPETITOR ROUND [PGBENCH OPTION...]
#	insert_hundred COMPETITOR ROUND [PGBENCH OPTION...]
#	insert_bulk COMPETITOR ROUND [PGBENCH OPTION...]
#
# A competitor is the name of the schema whose violation it inserts into; "floor"
# is in schema counter, "bare_logical" is "bare" on another server, and what has
# no schema of its own is a ledger.
#
# BENCH_ACCOUNTS (of the small statements), BENCH_SINGLES and BENCH_HUNDREDS
# (statements a round), BENCH_BULK (rows), BENCH_BULK_ACCOUNTS are set by the case.

# Accounts, a history AGE old, and the rows.  The accounts of the large statements
# are others in each round, so that each round finds the same situation: one half
# have a history, one half have none.
insert_input()
{
	local last=$((BENCH_ACCOUNTS + BENCH_ROUNDS * BENCH_BULK_ACCOUNTS))

	bench_accounts 1 "$last"
	sql -v accounts="$BENCH_ACCOUNTS" -v last="$last" -v scheme="$BENCH_SCHEME" -v age="$1" \
		-v bulk="$BENCH_BULK" -v bulk_accounts="$BENCH_BULK_ACCOUNTS" -v rounds="$BENCH_ROUNDS" \
		-v batches="$(((BENCH_ROUNDS + 1) * BENCH_HUNDREDS))" -o /dev/null \
		-f "$BENCH_LIB/violation_input.sql"
}

# insert_statement COMPETITOR HEAD POINTS TAIL TAKEN: the statement that inserts
# what the query HEAD TAIL gives (account_id, scheme, rule).  The lean floor stores
# the POINTS too; TAKEN says, for the floors, what is counted of whom: the points,
# and after a blank the rest of the update of "c".
insert_statement()
{
	local competitor=$1 head=$2 points=$3 tail=$4 taken=$5

	case $competitor in
		floor*)
			echo "WITH v AS (INSERT INTO counter.violation (account_id, scheme, rule) $head$tail)
				UPDATE counter.counter c SET points = c.points - $taken;"
			;;
		lean_floor*)
			echo "WITH v AS (INSERT INTO lean_floor.violation (account_id, scheme, rule, points) $head, $points$tail)
				UPDATE lean_floor.score c SET points = c.points + $taken;"
			;;
		bare* | lean_trigger | row_trigger | statement_trigger)
			echo "INSERT INTO ${competitor%_logical}.violation (account_id, scheme, rule) $head$tail;"
			;;
		*)
			echo "INSERT INTO governance.violation (account_id, scheme, rule) $head$tail;"
			;;
	esac
}

insert_scripts()
{
	local competitor entry code share points

	for competitor; do
		# Few accounts have many violations: the account is number n * u * u,
		# spread over the table.
		for entry in "${BENCH_RULES[@]}"; do
			read -r code share points <<<"$entry"
			{
				cat <<-SQL
					\set u random(1, 1000000) / 1000001.0
					\set k int($BENCH_ACCOUNTS * :u * :u)
					\set account 1 + :k * 48271 % $BENCH_ACCOUNTS
				SQL
				insert_statement "$competitor" "VALUES (:account, '$BENCH_SCHEME', '$code'" "$points" ")" \
					"$points WHERE c.account_id = :account"
			} >"$BENCH_DIR/one.$competitor.$code"
		done
		{
			echo '\set batch :batch + 1'
			insert_statement "$competitor" "SELECT account_id, '$BENCH_SCHEME', rule" points \
				" FROM bench.hundred WHERE batch = :batch" \
				"d.points FROM (SELECT account_id, sum(points) AS points FROM bench.hundred WHERE batch = :batch GROUP BY 1) d
					WHERE c.account_id = d.account_id"
		} >"$BENCH_DIR/hundred.$competitor"
	done
}

insert_one()
{
	local competitor=$1 round=$2 entry code share scripts=

	shift 2
	for entry in "${BENCH_RULES[@]}"; do
		read -r code share _ <<<"$entry"
		scripts="$scripts $BENCH_DIR/one.$competitor.$code@$share"
	done
	bench_run one "$competitor" "$round" 1 "$scripts" "$BENCH_SINGLES" --random-seed=$((1000 + round)) "$@"
}

insert_hundred()
{
	local competitor=$1 round=$2

	shift 2
	bench_run hundred "$competitor" "$round" 100 "$BENCH_DIR/hundred.$competitor" "$BENCH_HUNDREDS" \
		-D batch=$((round * BENCH_HUNDREDS)) "$@"
}

insert_bulk()
{
	local competitor=$1 round=$2

	shift 2
	insert_statement "$competitor" "SELECT account_id, '$BENCH_SCHEME', rule" points " FROM bench.bulk_$round" \
		"d.points FROM (SELECT account_id, sum(points) AS points FROM bench.bulk_$round GROUP BY 1) d
			WHERE c.account_id = d.account_id" >"$BENCH_DIR/bulk.$competitor"
	bench_run bulk "$competitor" "$round" "$BENCH_BULK" "$BENCH_DIR/bulk.$competitor" 1 "$@"
}
