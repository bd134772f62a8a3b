#!/bin/bash
#
# reports.sh
#	The reports over a platform of many years' size: each for a quarter and for
#	all of time, against counting the rows of governance.violation, which reads
#	as much and does nothing with it.
#
# The violations come in by INSERT, a day a statement, through everything that
# the ledger does; a million take about a minute and a half.  Parallel plans are
# allowed, as the server's defaults have them.
#
# BENCH_REPORT_VIOLATIONS (default 300,000; ten for each account), BENCH_ROUNDS.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_REPORT_VIOLATIONS:=300000}"

bench_begin reports
sql -o /dev/null -c "SELECT FROM governance.create_ledger()"
sql -o /dev/null -v accounts="$((BENCH_REPORT_VIOLATIONS / 10))" -v violations="$BENCH_REPORT_VIOLATIONS" \
	-f "$BENCH_LIB/reports.sql"
sql -c 'VACUUM ANALYZE' -c CHECKPOINT
export PGOPTIONS="-c max_parallel_workers_per_gather=2 -c work_mem=4MB -c random_page_cost=4"

quarter="governance.report_period('quarter', now() - interval '91 days')"
month="governance.report_period('month', now() - interval '31 days')"

# SCENARIO COMPETITOR QUERY
queries=("quarter count SELECT count(*) FROM governance.violation" "all count SELECT count(*) FROM governance.violation"
	"standings count SELECT count(*) FROM governance.violation"
	"standings in_force SELECT * FROM governance.report_in_force()"
	"standings upcoming SELECT * FROM governance.report_upcoming()"
	"standings near SELECT * FROM governance.report_near()"
	"standings scores SELECT * FROM governance.report_scores('douyin.health', $month)"
	"quarter transparency_page SELECT length(governance.transparency_page($quarter))")
for report in announcement content recidivism sources campaigns moderators appeals; do
	queries+=("quarter $report SELECT * FROM governance.report_$report($quarter)"
		"all $report SELECT * FROM governance.report_$report('(,)')")
done

for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	for i in $(bench_round "$round" "${!queries[@]}"); do
		read -r scenario competitor query <<<"${queries[i]}"
		ms=$(sql -o /dev/null -c '\timing on' -c "$query" | sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1)
		bench_note "$scenario" "$competitor" "$round" 1 "$ms"
	done
done

bench_report quarter "A report over a quarter of $BENCH_REPORT_VIOLATIONS violations" count
bench_report all "A report over all of $BENCH_REPORT_VIOLATIONS violations" count
bench_report standings "A report over all standings and sanctions of $BENCH_REPORT_VIOLATIONS violations" count
bench_end
