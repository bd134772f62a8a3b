#!/bin/bash
#
# heavy.sh
#	Very many violations in one statement under a heavy policy (douyin.health, whose
#	sanctions withhold four capabilities and more), its rules drawn evenly; beside
#	it the pack of the other cases.  Both against the bare insert.
#
# The accounts are others in each round; one half have a history, one half have
# none.  At the end verify() looks at all that came of it.
#
# BENCH_ROUNDS, BENCH_BULK (rows), BENCH_BULK_ACCOUNTS.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_BULK:=200000}"
: "${BENCH_BULK_ACCOUNTS:=40000}"

bench_begin heavy
bench_ledger
last_account=$((BENCH_ROUNDS * BENCH_BULK_ACCOUNTS))
bench_accounts 1 "$last_account"
sql -o /dev/null <<SQL
SELECT governance.publish(governance.pack('douyin.health'), 'active', tstzrange('2015-01-01 00:00+00', NULL));
SELECT setseed(0.42);
CREATE TABLE bench.drawn AS
	SELECT 'douyin.commerce' AS scheme, number, rule, 100 AS of FROM bench.pick
	UNION ALL SELECT p.scheme, row_number() OVER (ORDER BY rule) - 1, r.rule, count(*) OVER ()
	FROM governance.policy p JOIN governance.policy_rule r USING (policy_id) WHERE p.scheme = 'douyin.health';
-- One violation ten days ago, of every other account.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT i.account_id, d.scheme, d.rule, i.at, i.at
	FROM (SELECT s.scheme, account_id, random() AS x, now() - interval '10 days' AS at
		FROM (VALUES ('douyin.commerce'), ('douyin.health')) s (scheme), generate_series(2, $last_account, 2) account_id) i
		JOIN bench.drawn d ON d.scheme = i.scheme AND d.number = floor(i.x * d.of)
	ORDER BY i.account_id;
CREATE SCHEMA bare;
CREATE TABLE bare.violation (LIKE governance.violation INCLUDING ALL);
INSERT INTO bare.violation SELECT * FROM governance.violation;
CREATE TABLE bench.bulk AS
	SELECT s.round, s.scheme, (s.round - 1) * $BENCH_BULK_ACCOUNTS + 1
			+ floor($BENCH_BULK_ACCOUNTS * s.u * s.u)::bigint * 48271 % $BENCH_BULK_ACCOUNTS AS account_id, d.rule
	FROM (SELECT round, v.scheme, random() AS u, random() AS x
		FROM (VALUES ('douyin.commerce'), ('douyin.health')) v (scheme), generate_series(1, $BENCH_ROUNDS) round,
			generate_series(1, $BENCH_BULK)) s
		JOIN bench.drawn d ON d.scheme = s.scheme AND d.number = floor(s.x * d.of);
CREATE INDEX ON bench.bulk (round, scheme);
VACUUM ANALYZE;
CHECKPOINT;
SQL

for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" bare.health governance.health bare.commerce governance.commerce); do
		scheme=douyin.${competitor#*.}
		echo "INSERT INTO ${competitor%.*}.violation (account_id, scheme, rule)
			SELECT account_id, scheme, rule FROM bench.bulk WHERE round = $round AND scheme = '$scheme';" >"$BENCH_DIR/bulk"
		bench_run "${scheme#*.}" "${competitor%.*}" "$round" "$BENCH_BULK" "$BENCH_DIR/bulk" 1
	done
done

bench_report health "$BENCH_BULK violations of douyin.health a statement, rules drawn evenly, by violation" bare -- \
	"governance/bare<=2.20"
bench_report commerce "$BENCH_BULK violations of douyin.commerce a statement, by violation" bare -- "governance/bare<=1.60"
echo
sql <<SQL | sed 's/^/  /'
SELECT format('%s: %s violations, %s sanctions that withhold %s capabilities', v.scheme, v.n, s.n, s.withheld)
	FROM (SELECT scheme, count(*) AS n FROM governance.violation GROUP BY 1) v
		JOIN (SELECT scheme, count(*) AS n, sum(cardinality(withholds)) AS withheld FROM governance.sanction GROUP BY 1) s USING (scheme)
	ORDER BY 1;
SELECT format('verify() finds %s differences', count(*)) FROM governance.verify();
SQL
bench_end
