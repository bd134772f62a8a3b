#!/bin/bash
#
# batch.sh
#	The nightly batch: all standings and sanctions from all violations with
#	window functions, against recording each violation as it comes, and against
#	rebuild() from nothing and verify().
#
# At the end the batch is held against governance.
#
# BENCH_ROUNDS, BENCH_BATCH (violations; a tenth as many accounts).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_BATCH:=200000}"

accounts=$((BENCH_BATCH / 10))
bench_begin batch
bench_ledger
sql -v scheme="$BENCH_SCHEME" -f "$BENCH_LIB/competitors.sql"
sql -f "$BENCH_LIB/batch.sql"
bench_accounts 1 "$accounts"
# Violations of two years in the order of time, each decided when it occurred.
sql -o /dev/null <<SQL
SELECT setseed(0.42);
CREATE TABLE bench.input AS
	SELECT 1 + floor($accounts * i.u * i.u)::bigint * 48271 % $accounts AS account_id, p.rule,
		now() - interval '1 day' - ($BENCH_BATCH - i.i) * (interval '2 years' / $BENCH_BATCH) AS at
	FROM (SELECT i, random() AS u, floor(random() * 100)::int AS x FROM generate_series(1, $BENCH_BATCH) i) i
		JOIN bench.pick p ON p.number = i.x
	ORDER BY i.i;
SQL
bench_statement all recorded 1 "$BENCH_BATCH" \
	"INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
		SELECT account_id, '$BENCH_SCHEME', rule, at, at FROM bench.input"
sql -o /dev/null -c 'INSERT INTO bare.violation SELECT * FROM governance.violation' -c 'VACUUM ANALYZE' -c 'CHECKPOINT'

for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" batch rebuild verify); do
		case $competitor in
			batch) statement='SELECT batch.run()' ;;
			rebuild)
				bench_underive
				statement='SELECT governance.rebuild()'
				;;
			verify) statement='SELECT count(*) FROM governance.verify()' ;;
		esac
		bench_statement all "$competitor" "$round" "$BENCH_BATCH" "$statement"
	done
done

bench_report all "$BENCH_BATCH violations of $accounts accounts anew, by violation" batch rebuild -- "batch/rebuild>=1"
echo
sql <<SQL | sed 's/^/  /'
SELECT format('%s standings: %s of the batch are different', count(*),
	count(*) FILTER (WHERE b.score IS DISTINCT FROM governance.points(s.score)))
	FROM governance.standing s FULL JOIN batch.standing b USING (account_id, scheme);
SELECT format('%s sanctions: %s of the batch are different', count(*) FILTER (WHERE g),
	count(*) FILTER (WHERE ours <> theirs))
	FROM (SELECT bool_or(g) AS g, count(*) FILTER (WHERE g) AS ours, count(*) FILTER (WHERE NOT g) AS theirs
		FROM (SELECT true AS g, account_id, rung, during FROM governance.sanction
			UNION ALL SELECT false, account_id, rung, during FROM batch.sanction) s
		GROUP BY account_id, rung, during) s;
SQL
bench_end
