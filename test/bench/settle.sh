#!/bin/bash
#
# settle.sh
#	settle() over what is due, by standing: sanctions that have ended, a version
#	that has been replaced; and where nothing is due, against counting the standings.
#
# Each round has sanctions of three seconds for all accounts, so that all standings
# are due after four; then a new version of the rules.
#
# BENCH_ROUNDS, BENCH_DUE (standings).
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_DUE:=50000}"

if [ "$(sql -c "SELECT count(*) FROM pg_proc WHERE proname = 'settle' AND pronamespace = 'governance'::regnamespace")" -eq 0 ]; then
	echo "  left out: there is no settle()"
	exit 0
fi
bench_begin settle
BENCH_SCHEME=bench.short
version()
{
	echo "'{\"scheme\": \"bench.short\", \"score\": {\"cap\": 100},
		\"rules\": {\"talk\": {\"title\": \"talk\", \"points\": $1, \"direct\": \"pause\"}},
		\"ladder\": [{\"rung\": \"pause\", \"tier\": \"muted\", \"withhold\": [\"post\"], \"for\": \"3 seconds\"}]}'::jsonb"
}
BENCH_DOCUMENT=$(version 1)
bench_ledger
bench_accounts 1 "$BENCH_DUE"

for ((round = 1; round <= BENCH_ROUNDS; round++)); do
	sql -c "INSERT INTO governance.violation (account_id, scheme, rule)
		SELECT account_id, 'bench.short', 'talk' FROM governance.account ORDER BY account_id"
	sleep 4
	bench_statement all ended "$round" "$BENCH_DUE" "CALL governance.settle()"
	sql -o /dev/null -c "SELECT governance.publish($(version $((1 + round % 2 + 1))), 'active')"
	bench_statement all replaced "$round" "$BENCH_DUE" "CALL governance.settle()"
	sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
	for competitor in $(bench_round "$round" nothing_due count); do
		case $competitor in
			nothing_due) statement="CALL governance.settle()" ;;
			count) statement="SELECT count(*) FROM governance.standing" ;;
		esac
		bench_statement all "$competitor" "$round" "$BENCH_DUE" "$statement"
	done
done

BENCH_ORDER="ended replaced nothing_due count"
bench_report all "settle() over $BENCH_DUE standings, by standing" count -- "nothing_due/count<=1.50"
echo
printf '  verify() finds %s differences\n' "$(sql -c 'SELECT count(*) FROM governance.verify()')"
bench_end
