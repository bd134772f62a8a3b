#!/bin/bash
#
# policies.sh
#	Does a violation cost more under a policy of a thousand rules, or where
#	twenty schemes are in force?  And what does the first call of a session cost,
#	which has to read and compile the policy?
#
# BENCH_ROUNDS, BENCH_SINGLES (a round), BENCH_RULES_MANY, BENCH_SCHEMES.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_SINGLES:=2000}"
: "${BENCH_RULES_MANY:=1000}"
: "${BENCH_SCHEMES:=20}"

bench_begin policies
bench_ledger
bench_accounts 1 10000

# publish SCHEME RULES: the ladder and the relief of the pack, with so many rules.
publish()
{
	sql -o /dev/null -c "SELECT governance.publish(governance.pack('$BENCH_SCHEME') - 'observables' - 'centre'
		|| jsonb_build_object('scheme', '$1', 'title', '$1', 'rules',
			(SELECT jsonb_object_agg('rule_' || i, jsonb_build_object('title', 'rule ' || i, 'points', 1 + i % 4))
			FROM generate_series(1, $2) i)), 'active', tstzrange('2015-01-01 00:00+00', NULL))"
}

# measure SCENARIO COMPETITOR SCHEME RULE
measure()
{
	cat >"$BENCH_DIR/$2" <<-SQL
		\\set account random(1, 10000)
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES (:account, '$3', '$4');
	SQL
	bench_run "$1" "$2" "$round" 1 "$BENCH_DIR/$2" "$BENCH_SINGLES" --random-seed=$((1000 + round))
}

# first COMPETITOR STATEMENT: the time of the first statement of a session.
first()
{
	local ms

	ms=$(sql -c '\timing on' -c "$2" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1)
	bench_note first "$1" "$round" 1 "$ms"
}

publish bench.few 10
publish bench.many "$BENCH_RULES_MANY"
sql -o /dev/null -c "INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT i, s, 'rule_4', now() - interval '10 days', now() - interval '10 days'
	FROM generate_series(1, 10000) i, unnest('{bench.few,bench.many}'::text[]) s"
sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'

for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for rules in $(bench_round "$round" few many); do
		measure rules "rules_$rules" "bench.$rules" rule_8
	done
done
# A statement that has nothing to do with governance shows what the session costs.
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	first nothing "SELECT account_id FROM governance.standing WHERE account_id = 1 AND scheme = 'bench.few'"
	first few "SELECT governance.score(1, 'bench.few')"
	first many "SELECT governance.score(1, 'bench.many')"
done

# The same scheme, one of three and, in a copy of the database, one of many more.
other=${PGDATABASE}_schemes
dropdb --if-exists "$other" 2>/dev/null
createdb -T "$PGDATABASE" "$other"
for ((i = 1; i <= BENCH_SCHEMES; i++)); do
	PGDATABASE=$other publish "bench.other_$i" 50
done
PGDATABASE=$other sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for schemes in $(bench_round "$round" 3 "$((BENCH_SCHEMES + 3))"); do
		(
			[ "$schemes" = 3 ] || export PGDATABASE=$other
			measure schemes "schemes_$schemes" bench.few rule_8
			[ "$schemes" = 3 ] || first "many_among_$schemes" "SELECT governance.score(1, 'bench.many')"
		)
	done
done
dropdb "$other"

bench_report rules "One violation a statement, under a policy of 10 and of $BENCH_RULES_MANY rules" rules_few -- \
	"rules_many/rules_few<=1.10"
bench_report schemes "One violation a statement, by the number of schemes in force" schemes_3 -- \
	"schemes_$((BENCH_SCHEMES + 3))/schemes_3<=1.10"
bench_report first "The first call of a session; at most 5,000 us are wanted for many rules" nothing
bench_end
