# shellcheck shell=bash
#
# bench.sh
#	What the cases of "make bench" share.
#
# A case lets competitors do the same work, round after round, and takes the
# time of each.  Every round runs all of them, in an order that moves on by one
# from round to round, so that whatever else the machine does hits all alike.
# Round 0 warms up and does not count.  What is printed is the median over the
# rounds, and the median of the ratios that the rounds gave.
#
#	bench_begin NAME                  the case; its figures go to NAME.csv
#	bench_ledger                      a ledger with the policy BENCH_DOCUMENT in force,
#	                                  after the statements BENCH_PREPARE
#	bench_server NAME SETTING...      a second server, for settings of a whole server
#	bench_round ROUND WHAT...         the competitors in this round's order
#	bench_run SCENARIO COMPETITOR ROUND ROWS SCRIPT COUNT [PGBENCH OPTION...]
#	bench_report SCENARIO UNIT AGAINST... [-- "COMPETITOR/AGAINST<=TARGET(later)"...]
#	bench_at_most SCENARIO COMPETITOR median|most MILLISECONDS
#	bench_end
#
# The figures of each single round are in NAME.rounds.csv, the command with its
# sizes in NAME.command.

: "${BENCH_ROUNDS:=5}"
: "${BENCH_OUT:?run this by \"make bench\"}"
BENCH_LIB=$(dirname "${BASH_SOURCE[0]}")
BENCH_SCHEME=douyin.commerce
BENCH_DOCUMENT="governance.pack('$BENCH_SCHEME')"
BENCH_PREPARE=

# The rules that violations break, how many of 100 break each, and the points
# that the policy takes for it.
BENCH_RULES=(
	"low_quality.picture 25 1"
	"off_putting.disgust 15 1"
	"vulgar.talk 15 1"
	"service.promise 10 1"
	"false_advertising.effect 15 2"
	"bait.price 10 2"
	"cheating.fake_orders 7 4"
	"stalling 2 4"
	"infringement.counterfeit 1 12"
)

sql()
{
	psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

bench_begin()
{
	BENCH_NAME=$1
	BENCH_DIR=$(mktemp -d)
	BENCH_ROLES=()
	trap bench_leave EXIT
	: >"$BENCH_DIR/rounds"
	: >"$BENCH_DIR/targets"
}

# Whatever way a case ends: second servers, databases named after its own and
# roles that it made (BENCH_ROLES) go.
bench_leave()
{
	local server name

	for server in "$BENCH_DIR"/server-*; do
		if [ -f "$server/data/postmaster.pid" ]; then
			pg_ctl -D "$server/data" -m immediate -w stop >/dev/null 2>&1 || true
		fi
	done
	for name in $(psql -X -q -A -t -c "SELECT datname FROM pg_database WHERE starts_with(datname, '${PGDATABASE}_')"); do
		dropdb "$name" || true
	done
	for name in "${BENCH_ROLES[@]}"; do
		psql -X -q -c "DROP OWNED BY $name" -c "DROP ROLE $name" || true
	done
	rm -rf "$BENCH_DIR"
}

# bench_server NAME SETTING...: a server of its own with the settings of the one
# that is measured, and these; its socket is in $BENCH_DIR/server-NAME, and it has
# the database of the case, with the extension.
bench_server()
{
	local folder=$BENCH_DIR/server-$1 setting

	shift
	mkdir -p "$folder"
	initdb -D "$folder/data" -U "$PGUSER" -A trust -N --no-instructions -E UTF8 --locale=C >"$folder/log" 2>&1 || {
		cat "$folder/log" >&2
		return 1
	}
	cp "$(sql -c 'SHOW config_file')" "$folder/data/postgresql.conf"
	{
		echo "unix_socket_directories = '$folder'"
		for setting; do
			echo "$setting"
		done
	} >>"$folder/data/postgresql.conf"
	pg_ctl -D "$folder/data" -l "$folder/log" -w start >/dev/null || {
		cat "$folder/log" >&2
		return 1
	}
	PGHOST=$folder createdb "$PGDATABASE"
	PGHOST=$folder sql -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION governance CASCADE'
}

# A ledger with one policy that has been in force for years, and a table of the
# rules above: bench.pick gives one for each number from 0 to 99.
bench_ledger()
{
	local entry code share points at=0

	{
		echo "CREATE SCHEMA bench;"
		echo "CREATE TABLE bench.pick (number int PRIMARY KEY, rule text NOT NULL, points int NOT NULL);"
		for entry in "${BENCH_RULES[@]}"; do
			read -r code share points <<<"$entry"
			echo "INSERT INTO bench.pick SELECT n, '$code', $points FROM generate_series($at, $((at + share - 1))) n;"
			at=$((at + share))
		done
		cat <<-SQL
			SELECT FROM governance.create_ledger();
			$BENCH_PREPARE
			SELECT FROM governance.publish($BENCH_DOCUMENT, 'active',
				tstzrange('2015-01-01 00:00+00', NULL));
		SQL
	} >"$BENCH_DIR/ledger.sql"
	sql -o /dev/null -f "$BENCH_DIR/ledger.sql"
}

# bench_accounts FROM TO
bench_accounts()
{
	sql -c "INSERT INTO governance.account (account_id, opened_at)
		SELECT i, '2018-01-01 00:00+00' FROM generate_series($1, $2) i"
}

# Nothing derived is left, as after a restore of the ledger alone.
bench_underive()
{
	sql -c "SET client_min_messages = warning" -c "SET session_replication_role = replica" \
		-c "TRUNCATE $(sql -c "SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c
			WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r'
				AND c.relname IN ('standing', 'sanction', 'restriction')") CASCADE"
	sql -c 'VACUUM ANALYZE' -c 'CHECKPOINT'
}

# The competitors of a round, moved on by one each round.
bench_round()
{
	local round=$1 n i

	shift
	n=$#
	for ((i = 0; i < n; i++)); do
		local at=$(((i + round) % n + 1))
		echo "${!at}"
	done
}

# Runs COUNT transactions of a script ("2s": for two seconds), and notes how long
# one of its ROWS rows took.  SCRIPT may be several, each "file@weight",
# separated by blanks.
bench_run()
{
	local scenario=$1 competitor=$2 round=$3 rows=$4 scripts=$5 count=$6
	local script out options=()

	shift 6
	for script in $scripts; do
		options+=(-f "$script")
	done
	case $count in
		*s) options+=(-T "${count%s}") ;;
		*) options+=(-t "$count") ;;
	esac
	if ! out=$(pgbench -n -M prepared "${options[@]}" "$@" 2>&1); then
		printf '%s\n' "$out" >&2
		return 1
	fi
	printf '%s\n' "$out" | awk -v key="$scenario,$competitor,$round" -v rows="$rows" '
		/^number of failed transactions/ && $5 + 0 > 0 { exit 1 }
		/^tps = / { tps = $3 }
		END {
			if (!tps)
				exit 1
			printf "%s,%.6f\n", key, 1000000 / tps / rows
		}' >>"$BENCH_DIR/rounds"
}

# bench_run_step SCENARIO COMPETITOR ROUND WORD SCRIPT COUNT [PGBENCH OPTION...]:
# the same for the one command of the script that begins with the word.
bench_run_step()
{
	local scenario=$1 competitor=$2 round=$3 word=$4 script=$5 count=$6 out

	shift 6
	if ! out=$(pgbench -n -r -M prepared -f "$script" -t "$count" "$@" 2>&1); then
		printf '%s\n' "$out" >&2
		return 1
	fi
	printf '%s\n' "$out" | awk -v key="$scenario,$competitor,$round" -v word="$word" '
		$3 == word && $1 > 0 {
			printf "%s,%.6f\n", key, $1 * 1000
			found = 1
		}
		END { exit !found }' >>"$BENCH_DIR/rounds"
}

# bench_count WORD SCRIPT COUNT: as many transactions as fit into two seconds,
# at least three and at most COUNT; for what may be out of proportion.
bench_count()
{
	local word=$1 script=$2 count=$3

	pgbench -n -r -M prepared -f "$script" -t 3 2>&1 | awk -v word="$word" -v count="$count" '
		$3 == word && $1 > 0 { n = int(2000 / $1) }
		END { print n < 3 ? 3 : n < count ? n : count }'
}

# bench_note SCENARIO COMPETITOR ROUND ROWS MILLISECONDS: a time taken otherwise.
bench_note()
{
	awk -v key="$1,$2,$3" -v rows="$4" -v ms="$5" \
		'BEGIN { printf "%s,%.6f\n", key, ms * 1000 / rows }' >>"$BENCH_DIR/rounds"
}

# bench_statement SCENARIO COMPETITOR ROUND ROWS SQL: the time of one statement
# inside the server, in a session of its own that has compiled the policy.
bench_statement()
{
	local ms

	ms=$(sql -c "SELECT FROM governance.score(1, '$BENCH_SCHEME')" -c '\timing on' -c "$5" |
		sed -n 's/^Time: \([0-9.]*\) ms.*/\1/p' | tail -n 1)
	[ -n "$ms" ] || return 1
	bench_note "$1" "$2" "$3" "$4" "$ms"
}

# Prints the figures of a scenario, each competitor against some of them, and
# holds named ratios against what they are meant to be.  In the order of
# BENCH_ORDER, else in that of the first round.
bench_report()
{
	local scenario=$1 title=$2 against=() targets=()

	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		against+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	targets=("$@")
	awk -F, -v scenario="$scenario" -v title="$title" -v against="${against[*]}" \
		-v targets="$(IFS=';'; echo "${targets[*]}")" \
		-v order="${BENCH_ORDER:-}" -v csv="$BENCH_DIR/figures" -v csv_targets="$BENCH_DIR/targets" \
		-f "$BENCH_LIB/report.awk" "$BENCH_DIR/rounds"
}

# bench_at_most SCENARIO COMPETITOR median|most MILLISECONDS: holds a time itself,
# its median or the most of the rounds, against what is wanted.
bench_at_most()
{
	awk -F, -v scenario="$1" -v competitor="$2" -v which="$3" -v wanted="$4" -v csv_targets="$BENCH_DIR/targets" '
		$1 == scenario && $2 == competitor && $3 > 0 { v[++n] = $4 / 1000 }
		END {
			for (i = 2; i <= n; i++) {
				t = v[i]
				for (j = i - 1; j >= 1 && v[j] > t; j--)
					v[j + 1] = v[j]
				v[j + 1] = t
			}
			x = which == "most" ? v[n] : n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
			verdict = x <= wanted ? "reached" : "missed"
			printf "  %s %s: %s %.1f ms; at most %s ms is wanted: %s\n", scenario, competitor, which, x, wanted, verdict
			printf "%s,%s,%s ms,%.3f,<=,%s,,%s\n", scenario, competitor, which, x, wanted, verdict >>csv_targets
		}' "$BENCH_DIR/rounds"
}

bench_end()
{
	local name value

	{
		echo "scenario,competitor,rounds,median_us,min_us,max_us,against,ratio"
		cat "$BENCH_DIR/figures"
	} >"$BENCH_OUT/$BENCH_NAME.csv"
	{
		echo "scenario,competitor,round,us"
		cat "$BENCH_DIR/rounds"
	} >"$BENCH_OUT/$BENCH_NAME.rounds.csv"
	# How to measure the same again: the sizes that the head of the case names.
	{
		printf 'make bench ONLY=%s' "$BENCH_NAME"
		for name in $(compgen -v BENCH_); do
			value=${!name-}
			grep -q "\b$name\b" "$0" || continue
			case $value in
				'' | *[!0-9\ ]*) ;;
				*\ *) printf ' %s="%s"' "$name" "$value" ;;
				*) printf ' %s=%s' "$name" "$value" ;;
			esac
		done
		echo
	} >"$BENCH_OUT/$BENCH_NAME.command"
	if [ -s "$BENCH_DIR/targets" ]; then
		[ -s "$BENCH_OUT/targets.csv" ] ||
			echo "scenario,competitor,against,ratio,bound,target,later,verdict" >"$BENCH_OUT/targets.csv"
		cat "$BENCH_DIR/targets" >>"$BENCH_OUT/targets.csv"
		cp "$BENCH_DIR/targets" "$BENCH_OUT/$BENCH_NAME.targets"
	fi
}
