#!/bin/bash
#
# features.sh
#	What a violation costs with everything on that a platform runs with, and what
#	each of it costs alone: a partitioned violation, a consumer of events, a brake,
#	a moderator with limits, links in the policy, violations that cost
#	certifications, an application's trigger on sanction, wal_level = logical with
#	a publication.
#
# Each feature is in a database of its own, made from the same ledger; what needs
# wal_level = logical is on a second server, with a floor of its own.  All insert
# the same rows, and accounts that no link concerns must arrive at the same.
#
#	governance      nothing on
#	three           partitioned, consumer and brake
#	all             everything
#
# BENCH_ROUNDS, BENCH_ACCOUNTS (of the small statements), BENCH_SINGLES and
# BENCH_HUNDREDS (statements a round), BENCH_BULK (rows), BENCH_BULK_ACCOUNTS.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"
# shellcheck source=test/bench/lib/insert.sh
. "$(dirname "$0")/lib/insert.sh"

: "${BENCH_ACCOUNTS:=20000}"
: "${BENCH_SINGLES:=3000}"
: "${BENCH_HUNDREDS:=30}"
: "${BENCH_BULK:=20000}"
: "${BENCH_BULK_ACCOUNTS:=5000}"

alone=(partitioned consumer brake limit links certification trigger)
competitors=(bare floor lean_floor lean_trigger row_trigger governance "${alone[@]}" three floor_logical logical all)
base=$PGDATABASE
host=$PGHOST
linking="$BENCH_DOCUMENT || '{\"links\": [{\"kind\": \"same_subject\", \"confidence\": 0.9,
	\"rungs\": [\"*\"], \"entries\": [\"cheating.*\", \"infringement.*\"]}]}'"

bench_begin features
BENCH_ORDER=${competitors[*]}
logical_host=$BENCH_DIR/server-logical

# add FEATURE...: to the database in use.
add()
{
	local feature

	for feature; do
		if [ "$feature" = partitioned ]; then
			awk '/^## / { inside = /^## Partitions of/ } inside && /^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' \
				"$BENCH_LIB/../../../doc/scaling.md" >"$BENCH_DIR/partitioned.sql"
			PGOPTIONS='-c client_min_messages=warning' sql -o /dev/null -f "$BENCH_DIR/partitioned.sql"
		else
			sql -v feature="$feature" -v scheme="$BENCH_SCHEME" -o /dev/null -f "$BENCH_LIB/features.sql"
		fi
	done
}

# copy FROM FEATURE...: a copy named after the first word, with the others added.
copy()
{
	local from=$1 name=$2

	shift 2
	createdb -T "$from" "${base}_$name"
	PGDATABASE=${base}_$name add "$@"
	PGDATABASE=${base}_$name sql -c 'VACUUM ANALYZE'
}

# The ledgers: under the pack, and under the pack with links.  30 hours is too
# young for anything to recover, and between the lengths of sanctions.
ledgers()
{
	bench_ledger
	insert_input '30 hours'
	createdb "${base}_links"
	(
		export PGDATABASE=${base}_links
		sql -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION governance CASCADE'
		BENCH_DOCUMENT=$linking
		bench_ledger
		insert_input '30 hours'
		add links
		sql -c 'VACUUM ANALYZE'
	)
}

competitors_tables()
{
	sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/competitors.sql"
	sql -v scheme="$BENCH_SCHEME" -o /dev/null -f "$BENCH_LIB/competitors_history.sql" -f "$BENCH_LIB/lean.sql"
}

sql -c 'SET client_min_messages = warning' -c 'DROP ROLE IF EXISTS bench_moderator' -c 'CREATE ROLE bench_moderator LOGIN'
BENCH_ROLES=(bench_moderator)
ledgers
for feature in "${alone[@]}"; do
	[ "$feature" = links ] || copy "$base" "$feature" "$feature"
done
copy "$base" three partitioned brake consumer
competitors_tables

bench_server logical "wal_level = logical"
(
	export PGHOST=$logical_host
	sql -c 'CREATE ROLE bench_moderator LOGIN'
	ledgers
	copy "$base" logical publication
	copy "${base}_links" all partitioned brake limit certification trigger publication consumer
	competitors_tables
)

# on COMPETITOR COMMAND...: where its ledger or its tables are.
on()
{
	local competitor=$1 database=$base server=$host

	shift
	case $competitor in
		*logical | all) server=$logical_host ;;
	esac
	case $competitor in
		logical | all | three) database=${base}_$competitor ;;
		*) [[ " ${alone[*]} " != *" $competitor "* ]] || database=${base}_$competitor ;;
	esac
	PGHOST=$server PGDATABASE=$database "$@"
}

# measure WAY COMPETITOR ROUND
measure()
{
	case $2 in
		limit | all) on "$2" "insert_$1" "$2" "$3" -U bench_moderator ;;
		*) on "$2" "insert_$1" "$2" "$3" ;;
	esac
}

insert_scripts "${competitors[@]}"
for way in one hundred bulk; do
	for ((round = 0; round <= BENCH_ROUNDS; round++)); do
		[ "$way.$round" != bulk.0 ] || continue
		for competitor in $(bench_round "$round" "${competitors[@]}"); do
			measure "$way" "$competitor" "$round"
		done
	done
done

targets=("three/floor<=1.30" "all/floor_logical<=1.30")
bench_report one "One violation a statement, prepared, one client" bare floor row_trigger governance -- \
	"${targets[@]}" "governance/floor<=1.05" "governance/lean_floor<=1.25"
bench_report hundred "100 violations a statement, by violation" bare floor row_trigger governance
bench_report bulk "$BENCH_BULK violations a statement, by violation" bare floor row_trigger governance

# Accounts with a link aside, all must have arrived at the same.
outcome()
{
	sql -c "COPY (
		SELECT 'score', account_id, score::text, tier::text FROM governance.standing
		WHERE (account_id - 1) % 100 > 1
		UNION ALL SELECT 'sanction', account_id, rung, (upper(during) - lower(during))::text FROM governance.sanction
		WHERE (account_id - 1) % 100 > 1
		ORDER BY 1, 2, 3, 4) TO STDOUT"
}
echo
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/lean_check.sql" | sed 's/^/  /'
on governance outcome >"$BENCH_DIR/plain"
for competitor in "${alone[@]}" three logical all; do
	on "$competitor" outcome >"$BENCH_DIR/other"
	printf '  %s scores and sanctions: %s of %s are different; verify() finds %s differences\n' "$(wc -l <"$BENCH_DIR/plain")" \
		"$(diff "$BENCH_DIR/plain" "$BENCH_DIR/other" | grep -c '^[<>]' || true)" "$competitor" \
		"$(on "$competitor" sql -c 'SELECT count(*) FROM governance.verify()')"
done
bench_end
