#!/bin/bash
#
# security.sh
#	permits(), qualified() and score() in policies of row-level security: what they
#	add to reading a table, against no policy and against ones that ask the tables
#	of restrictions and of periods themselves.
#
# BENCH_ROUNDS, BENCH_POSTS (rows), BENCH_READ_ACCOUNTS (authors).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_POSTS:=1000000}"
: "${BENCH_READ_ACCOUNTS:=100000}"

bench_begin security
BENCH_ROLES=(bench_reader)
bench_ledger
bench_accounts 1 "$BENCH_READ_ACCOUNTS"
sql -o /dev/null <<SQL
SET client_min_messages = warning;
SELECT setseed(0.42);
INSERT INTO governance.violation (account_id, scheme, rule)
	SELECT account_id, '$BENCH_SCHEME', 'infringement.counterfeit'
	FROM generate_series(1, $BENCH_READ_ACCOUNTS) account_id WHERE account_id % 20 = 0;
SET session_replication_role = replica;
INSERT INTO governance.qualified_domain (account_id, domain, since, until)
	SELECT account_id, 'health', now() - interval '1 year', now() + interval '1 year'
	FROM generate_series(1, $BENCH_READ_ACCOUNTS) account_id WHERE account_id % 20 <> 0;
RESET session_replication_role;
CREATE TABLE bench.none (post bigint, author bigint, body text);
INSERT INTO bench.none SELECT i, 1 + floor($BENCH_READ_ACCOUNTS * random())::bigint, repeat('x', 100)
	FROM generate_series(1, $BENCH_POSTS) i;
CREATE TABLE bench.permits AS SELECT * FROM bench.none;
CREATE TABLE bench.subquery_permits AS SELECT * FROM bench.none;
CREATE TABLE bench.qualified AS SELECT * FROM bench.none;
CREATE TABLE bench.subquery_qualified AS SELECT * FROM bench.none;
CREATE TABLE bench.score AS SELECT * FROM bench.none;
ALTER TABLE bench.permits ENABLE ROW LEVEL SECURITY;
CREATE POLICY sharing ON bench.permits USING (governance.permits(author, 'share'));
ALTER TABLE bench.subquery_permits ENABLE ROW LEVEL SECURITY;
CREATE POLICY sharing ON bench.subquery_permits USING (NOT EXISTS (SELECT FROM governance.restriction r
	WHERE r.account_id = author AND r.capability = 'share' AND r.since <= now() AND now() < r.until));
ALTER TABLE bench.qualified ENABLE ROW LEVEL SECURITY;
CREATE POLICY health ON bench.qualified USING (governance.qualified(author, 'health'));
ALTER TABLE bench.subquery_qualified ENABLE ROW LEVEL SECURITY;
CREATE POLICY health ON bench.subquery_qualified USING (EXISTS (SELECT FROM governance.qualified_domain q
	WHERE q.account_id = author AND q.domain = 'health' AND q.since <= now() AND now() < q.until));
ALTER TABLE bench.score ENABLE ROW LEVEL SECURITY;
CREATE POLICY standing ON bench.score USING (governance.score(author, '$BENCH_SCHEME') > 3);
DROP ROLE IF EXISTS bench_reader;
CREATE ROLE bench_reader;
GRANT USAGE ON SCHEMA bench, governance TO bench_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA bench TO bench_reader;
SELECT governance.grant_level('bench_reader', 'reader');
VACUUM ANALYZE;
CHECKPOINT;
SQL

for ((round = 0; round <= BENCH_ROUNDS; round++)); do
	for competitor in $(bench_round "$round" none permits subquery_permits qualified subquery_qualified score); do
		bench_statement all "$competitor" "$round" "$BENCH_POSTS" \
			"SET ROLE bench_reader; SELECT count(*), sum(length(body)) FROM bench.$competitor"
	done
done

bench_report all "Reading $BENCH_POSTS rows of $BENCH_READ_ACCOUNTS authors, by row" none -- \
	"permits/none<=2.00" "permits/subquery_permits<=1.30" "qualified/none<=2.00" "qualified/subquery_qualified<=1.30"
echo
sql <<SQL | sed 's/^/  /'
SET ROLE bench_reader;
SELECT format('%s rows are seen by permits(), %s by the subquery; %s by qualified(), %s by the subquery',
	(SELECT count(*) FROM bench.permits), (SELECT count(*) FROM bench.subquery_permits),
	(SELECT count(*) FROM bench.qualified), (SELECT count(*) FROM bench.subquery_qualified));
SQL
bench_end
