#!/bin/bash
# What doc/scaling.md says to do is done as it stands there, and the ledger goes
# on: partitions of violation by time.
set -euo pipefail

db=scaling
trap '"$BINDIR/dropdb" --if-exists "$db"' EXIT
"$BINDIR/createdb" "$db"

run()
{
	PGOPTIONS='-c client_min_messages=warning' psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$db" "$@"
}

# section NAME: the SQL of a section of the page.
section()
{
	awk -v heading="## $1" '
		/^## / { inside = $0 == heading }
		inside && /^```sql$/ { on = 1; next }
		/^```$/ { on = 0 }
		on' doc/scaling.md
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

# refused WHAT SQLSTATE STATEMENT
refused()
{
	local got

	got=$(PGOPTIONS='-c client_min_messages=warning' psql -X -q -d "$db" -v VERBOSITY=verbose -c "$3" 2>&1 >/dev/null || true)
	case $got in
		*"$2:"*) ;;
		*)
			echo "$1: not refused with $2: $got"
			exit 1
			;;
	esac
}

# A ledger with some history.
run -o /dev/null <<'SQL'
CREATE EXTENSION governance;
SELECT governance.create_ledger();
SELECT governance.publish(governance.pack('douyin.commerce'), 'active', tstzrange('2015-01-01 00:00+00', NULL));
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2018-01-01' FROM generate_series(1, 40) i;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 1 + i % 30, 'douyin.commerce', (ARRAY['vulgar.talk', 'stalling', 'bait.price'])[1 + i % 3], at, at
	FROM generate_series(1, 300) i, LATERAL (SELECT timestamptz '2022-01-01 00:00+00' + i * interval '2 days' AS at) t;
SELECT governance.overturn(violation_id, 'mistaken') FROM governance.violation WHERE account_id = 3 ORDER BY violation_id LIMIT 2;
SQL

section "Partitions of \`violation\` by time" >"$SCRATCH/scaling.sql"
run -o /dev/null -f "$SCRATCH/scaling.sql"
same 'it is partitioned' p "SELECT relkind FROM pg_class WHERE oid = 'governance.violation'::regclass"
same 'rows' 300 'SELECT count(*) FROM governance.violation'
same 'rows that stay where they are' 300 'SELECT count(*) FROM governance.violation_before_2027'
same 'nothing left to create' 1 "SELECT count(*) FROM governance.create_ledger()"
same 'views read the parent' 0 "SELECT count(*) FROM pg_depend d WHERE classid = 'pg_rewrite'::regclass AND refobjid = 'governance.violation_before_2027'::regclass"
same 'triggers of each partition' 1 "SELECT count(DISTINCT names) FROM (SELECT c.oid, array_agg(t.tgname ORDER BY t.tgname) AS names
	FROM pg_class c JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal
	WHERE c.oid = 'governance.violation'::regclass OR c.relispartition GROUP BY 1) x"
same 'it follows from the ledger' 0 'SELECT count(*) FROM governance.verify()'

# One statement over several partitions, in and out of order.
run -o /dev/null -c "INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, 'douyin.commerce', 'stalling', at, at FROM generate_series(1, 40) a,
		unnest('{2021-05-05,2027-02-03,2028-04-05,2029-06-07}'::timestamptz[]) at"
same 'each year' '340|40|40|40' "SELECT (SELECT count(*) FROM governance.violation_before_2027), (SELECT count(*) FROM governance.violation_2027),
	(SELECT count(*) FROM governance.violation_2028), (SELECT count(*) FROM governance.violation_later)"
same 'it follows from the ledger, after a statement over all of them' 0 'SELECT count(*) FROM governance.verify()'
run -c "COPY governance.violation (account_id, scheme, rule, occurred_at, decided_at) FROM STDIN" <<'ROWS'
31	douyin.commerce	vulgar.talk	2026-01-01 00:00+00	2026-01-01 00:00+00
32	douyin.commerce	vulgar.talk	2028-01-01 00:00+00	2028-01-01 00:00+00
ROWS
same 'after COPY' 0 'SELECT count(*) FROM governance.verify()'

# Straight into a partition: judged all the same; rewriting one is refused.
before=$(run -c "SELECT count(*) FROM governance.sanction WHERE account_id = 33")
run -o /dev/null -c "INSERT INTO governance.violation_2027 (account_id, scheme, rule, occurred_at, decided_at)
	VALUES (33, 'douyin.commerce', 'infringement.counterfeit', '2027-07-07', '2027-07-07')"
same 'a partition judges' t "SELECT count(*) > $before FROM governance.sanction WHERE account_id = 33"
same 'after inserting into a partition' 0 'SELECT count(*) FROM governance.verify()'
refused 'an unknown rule' GV003 "INSERT INTO governance.violation_2027 (account_id, scheme, rule, occurred_at, decided_at)
	VALUES (33, 'douyin.commerce', 'no such rule', '2027-07-07', '2027-07-07')"
refused 'an update' GV203 "UPDATE governance.violation_2027 SET points = 1"
refused 'a deletion' GV203 "DELETE FROM governance.violation_before_2027"
refused 'truncation' GV203 "TRUNCATE governance.violation_later"
refused 'an update of the parent' GV203 "UPDATE governance.violation SET points = 1"

# Revisions and appeals, without the foreign keys.
run -o /dev/null <<'SQL'
SELECT governance.overturn((SELECT max(violation_id) FROM governance.violation_2028), 'mistaken');
SELECT governance.change((SELECT min(violation_id) FROM governance.violation_later), 3, 'too much');
INSERT INTO governance.appeal (violation_id, grounds) SELECT min(violation_id), 'no' FROM governance.violation_2027;
SELECT governance.decide_appeal(appeal_id, 'overturned') FROM governance.appeal;
SQL
refused 'an appeal of another' GV006 "INSERT INTO governance.appeal (account_id, violation_id)
	SELECT 39, violation_id FROM governance.violation WHERE account_id = 38 LIMIT 1"
refused 'a revision of nothing' GV006 "INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (1, -1, 'overturn', 'x')"
same 'after revisions' 0 'SELECT count(*) FROM governance.verify()'
run -o /dev/null -c 'SELECT governance.rebuild()'
same 'rebuilt' 0 'SELECT count(*) FROM governance.verify()'
same 'simulated' t "SELECT count(*) > 0 FROM governance.simulate(governance.policy_document('douyin.commerce'))"

# It dumps and restores.
checksum="SELECT md5(string_agg(s::text, ' ' ORDER BY s.account_id)) FROM governance.standing s"
wanted=$(run -c "$checksum")
"$BINDIR/pg_dump" -d "$db" -f "$SCRATCH/scaling.dump"
"$BINDIR/dropdb" "$db"
"$BINDIR/createdb" "$db"
run -o /dev/null -f "$SCRATCH/scaling.dump"
same 'restored' "$wanted" "$checksum"
same 'restored and proven' 0 'SELECT count(*) FROM governance.verify()'
