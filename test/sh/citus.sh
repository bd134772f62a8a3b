#!/bin/bash
# The ledger distributed by account on Citus, as doc/scaling.md says: what it
# says works does, and what it says is refused is.  A coordinator and two
# workers of our own, reached through their sockets.
set -euo pipefail

if [ ! -e "$("$PG_CONFIG" --sharedir)/extension/citus.control" ]; then
	echo "citus is not installed for this server"
	exit 77
fi

work=$SCRATCH/citus
mkdir -p "$work/sock"
stop()
{
	local node

	for node in 0 1 2; do
		"$BINDIR/pg_ctl" -D "$work/$node" -m immediate stop >/dev/null 2>&1 || true
	done
	rm -rf "$work"
}
trap stop EXIT

export PGHOST=$work/sock PGPORT=6550 PGDATABASE=postgres
export PGOPTIONS='-c client_min_messages=error'
for node in 0 1 2; do
	"$BINDIR/initdb" -D "$work/$node" -U postgres -A trust -N --no-instructions -E UTF8 --locale=C >/dev/null
	cat >>"$work/$node/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$work/sock'
		port = $((6550 + node))
		fsync = off
		max_prepared_transactions = 50
		shared_preload_libraries = 'citus'
		citus.node_conninfo = 'sslmode=disable'
	CONF
	"$BINDIR/pg_ctl" -D "$work/$node" -l "$work/$node.log" -w start >/dev/null
	psql -X -q -p $((6550 + node)) -c 'CREATE EXTENSION citus'
done

run()
{
	psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"
}

# same WHAT WANTED QUERY
same()
{
	local got

	got=$(run -c "$3")
	if [ "$got" != "$2" ]; then
		echo "$1: $got instead of $2"
		exit 1
	fi
}

# refused WHAT PATTERN STATEMENT
refused()
{
	local got

	got=$(psql -X -q -v VERBOSITY=verbose -c "$3" 2>&1 >/dev/null || true)
	if ! grep -q -E "$2" <<<"$got"; then
		echo "$1: not refused with $2: $got"
		exit 1
	fi
}

run -o /dev/null <<SQL
SELECT citus_set_coordinator_host('$work/sock', 6550);
SELECT citus_add_node('$work/sock', 6551), citus_add_node('$work/sock', 6552);
CREATE EXTENSION governance;
SELECT governance.create_ledger();
SQL
awk '/^## / { inside = $0 == "## Distribution by account on Citus" }
	inside && /^```sql$/ { on = 1; next }
	/^```$/ { on = 0 }
	on' doc/scaling.md | run -o /dev/null

same 'every table of an account is distributed' 0 "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r' AND c.oid NOT IN (SELECT logicalrelid FROM pg_dist_partition)"
run -o /dev/null <<'SQL'
SELECT governance.publish(governance.pack('douyin.commerce'), 'active', tstzrange('2015-01-01 00:00+00', NULL));
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2018-01-01' FROM generate_series(1, 60) i;
SELECT format('INSERT INTO governance.violation (account_id, scheme, rule) VALUES (%s, ''douyin.commerce'', ''stalling'')', i)
	FROM generate_series(1, 40) i
\gexec
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'douyin.commerce', 'vulgar.talk'), (1, 'douyin.commerce', 'bait.price');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 'douyin.commerce', 'stalling');
COMMIT;
SELECT governance.set_attribute(50, 'followers', '10');
INSERT INTO governance.activity (account_id, kind) VALUES (1, 'exam');
SQL
same 'on both workers' t "SELECT count(DISTINCT nodeport) = 2 FROM citus_shards WHERE table_name = 'governance.violation'::regclass AND shard_size > 8192"
same 'standings' 40 'SELECT count(*) FROM governance.standing'
same 'a score' 4/12 "SELECT governance.score(2, 'douyin.commerce')"
same 'who may not share' 40 "SELECT count(*) FROM (SELECT governance.permits(a.account_id, 'share') AS may FROM governance.account a) p WHERE NOT may"
same 'it follows from the ledger' 0 "SELECT count(*) FROM governance.verify() WHERE item NOT LIKE 'audit %'"

run -o /dev/null <<'SQL'
CREATE TABLE live_session (anchor bigint, title text);
SELECT create_distributed_table('live_session', 'anchor', colocate_with => 'governance.violation');
SET citus.enable_unsafe_triggers = on;
CREATE TRIGGER may_share BEFORE INSERT ON live_session FOR EACH ROW EXECUTE FUNCTION governance.require_capability('anchor', 'share');
INSERT INTO live_session VALUES (60, 'fine');
SQL
refused 'a capability' 'GV301' "INSERT INTO live_session VALUES (1, 'no')"
refused 'an unknown account' 'GV001' "INSERT INTO governance.violation (account_id, scheme, rule) VALUES (999, 'douyin.commerce', 'stalling')"
refused 'an unknown rule' 'GV003' "INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'douyin.commerce', 'nonsense')"
refused 'an update' 'GV203' "UPDATE governance.violation SET points = 1 WHERE account_id = 1"

# What the page says does not work leaves nothing half-done.
many="INSERT INTO governance.violation (account_id, scheme, rule) SELECT account_id, 'douyin.commerce', 'vulgar.talk' FROM governance.account"
if psql -X -q -c "$many" >/dev/null 2>&1; then
	echo "many accounts in a statement work: doc/scaling.md says they do not"
	exit 1
fi
first=$(run -c "SELECT min(violation_id) FROM governance.violation WHERE account_id = 2")
if psql -X -q -c "SELECT governance.overturn($first, 'mistaken')" >/dev/null 2>&1; then
	echo "revisions work: doc/scaling.md says they do not"
	exit 1
fi
same 'nothing half-done' '43|40' 'SELECT (SELECT count(*) FROM governance.violation), (SELECT count(*) FROM governance.standing)'
same 'and it follows from the ledger' 0 "SELECT count(*) FROM governance.verify() WHERE item NOT LIKE 'audit %'"
