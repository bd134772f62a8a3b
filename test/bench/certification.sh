#!/bin/bash
#
# certification.sh
#	What it costs to ask who is qualified, against a look-up by primary key; and
#	who holds what among a million certifications, with the index and without.
#
# BENCH_ROUNDS, BENCH_HELD (certifications), BENCH_LOOKUPS (a round, by a
# client), BENCH_INNER (a round, inside the server).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_HELD:=1000000}"
: "${BENCH_LOOKUPS:=20000}"
: "${BENCH_INNER:=200000}"

bench_begin certification
sql -o /dev/null -c "SELECT FROM governance.create_ledger()"
bench_accounts 1 "$BENCH_HELD"

# Each account is certified as one of the entries of the taxonomy, with some
# grade of each attribute that the place has; every other one as a physician,
# of whom a part is qualified for health.
sql -o /dev/null <<-SQL
	SET session_replication_role = replica;
	CREATE TEMP TABLE place AS
		SELECT row_number() OVER (ORDER BY path) AS n, path,
			(SELECT '[' || string_agg(DISTINCT a.attribute || '=1', ',') || ']' FROM governance.taxonomy_attribute a
			 WHERE a.kind = t.kind AND (t.path = a.path OR starts_with(t.path, a.path || '/'))) AS grades
		FROM governance.taxonomy t WHERE kind = 'occupation' AND depth = 3;
	CREATE UNIQUE INDEX ON place (n);
	ANALYZE place;
	INSERT INTO governance.certification (account_id, qualification, status, applied_at, granted_at, review_due, review_every, time_zone, last_step, last_at)
		SELECT i, (CASE WHEN i % 2 = 0
				THEN format('occupation:healthcare/physician[hospital=%s,title=%s]', 1 + i % 10, 1 + i / 10 % 4)
				ELSE 'occupation:' || p.path || coalesce(p.grades, '') END)::governance.qualification,
			'granted', now(), now(), now() + interval '6 months', '6 months', 'Asia/Shanghai', 1, now()
		FROM generate_series(1, $BENCH_HELD) i JOIN place p ON p.n = 1 + i % (SELECT count(*) FROM place);
	INSERT INTO governance.certified_account SELECT account_id, 1 FROM governance.certification;
	RESET session_replication_role;
	\timing on
	\o
	\echo who is qualified for what, from $BENCH_HELD certifications:
	SELECT governance.certification_derive(NULL, '{domain}');
	\timing off
	VACUUM ANALYZE governance.certification, governance.qualified_domain, governance.account;
SQL

# Asked by a client, one account a statement.  Of the accounts asked for, all
# are qualified, or none.
sql -o /dev/null <<-SQL
	CREATE TABLE bench_yes AS SELECT row_number() OVER () AS n, account_id FROM governance.qualified_domain WHERE domain = 'health';
	CREATE TABLE bench_no AS SELECT row_number() OVER () AS n, account_id FROM governance.account a
		WHERE NOT EXISTS (SELECT FROM governance.qualified_domain q WHERE q.account_id = a.account_id AND q.domain = 'health');
SQL
competitors=(lookup qualified not_qualified)
cat >"$BENCH_DIR/lookup" <<-SQL
	\set id random(1, $BENCH_HELD)
	SELECT kind FROM governance.account WHERE account_id = :id;
SQL
# Even numbers whose rest by 10 is 8 are physicians at a hospital of grade 9.
cat >"$BENCH_DIR/qualified" <<-SQL
	\set id 38 + 40 * random(0, ($BENCH_HELD - 38) / 40)
	SELECT governance.qualified(:id, 'health');
SQL
cat >"$BENCH_DIR/not_qualified" <<-SQL
	\set id 1 + 10 * random(0, ($BENCH_HELD - 1) / 10)
	SELECT governance.qualified(:id, 'health');
SQL
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		bench_run client "$competitor" "$round" 1 "$BENCH_DIR/$competitor" "$BENCH_LOOKUPS" \
			--random-seed=$((1000 + round))
	done
done

# inner COMPETITOR ROUND SQL: the time of one statement inside the server.
inner()
{
	local ms

	ms=$(sql -c "SELECT governance.qualified(1, 'health')" -c '\timing on' -c "$3" |
		sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1)
	bench_note server "$1" "$2" "$BENCH_INNER" "$ms"
}

# Asked inside the server, row by row: by PL/pgSQL, as triggers do.
loop()
{
	echo "DO \$\$ DECLARE r record; BEGIN
		FOR r IN SELECT account_id AS id FROM $2 WHERE n <= $BENCH_INNER LOOP
			PERFORM $1; END LOOP; END \$\$"
}
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" "${competitors[@]}"); do
		case $competitor in
			lookup) inner lookup "$round" "$(loop 'kind FROM governance.account WHERE account_id = r.id' bench_no)" ;;
			qualified) inner qualified "$round" "$(loop "governance.qualified(r.id, 'health')" bench_yes)" ;;
			not_qualified) inner not_qualified "$round" "$(loop "governance.qualified(r.id, 'health')" bench_no)" ;;
		esac
	done
done

# Who holds at least this?  A class with few holders, and one with many.
for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" index scan); do
		setting=$([ "$competitor" = index ] && echo enable_seqscan || echo enable_bitmapscan)
		for what in few:occupation:law/notary many:occupation:healthcare/physician'[hospital=9,title=2]'; do
			ms=$(sql -c "SET $setting = off" -c '\timing on' \
				-c "SELECT count(*) FROM governance.certification WHERE qualification @> '${what#*:}'" |
				sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1)
			bench_note "${what%%:*}" "$competitor" "$round" 1 "$ms"
		done
	done
done

bench_report client "Is one account qualified, prepared, one client, by statement" \
	lookup -- "qualified/lookup<=1.50" "not_qualified/lookup<=1.50"
bench_report server "The same inside the server, in PL/pgSQL, by question" \
	lookup -- "qualified/lookup<=1.50" "not_qualified/lookup<=1.50"
bench_report few "Who holds a class that few hold, among $BENCH_HELD certifications" scan
bench_report many "Who holds at least a grade of what half of them hold" scan

echo
echo "  The plan of the former:"
sql -c "EXPLAIN (COSTS OFF) SELECT count(*) FROM governance.certification WHERE qualification @> 'occupation:law/notary'" | sed 's/^/    /'
bench_end
