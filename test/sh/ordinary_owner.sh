#!/bin/bash
#
# ordinary_owner.sh
#	Whoever owns a database needs no superuser: installs the extension, creates
#	the ledger, publishes, records, revises, certifies, verifies and rebuilds.
set -euo pipefail

db=ordinary_owner
role=ordinary_owner
admin=("$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -d postgres)
clean_up()
{
	"$BINDIR/dropdb" --if-exists "$db"
	"${admin[@]}" -c "DROP ROLE IF EXISTS $role"
}
trap clean_up EXIT

"${admin[@]}" -c "CREATE ROLE $role LOGIN NOSUPERUSER"
"$BINDIR/createdb" -O "$role" "$db"
"$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -d "$db" <<SQL
SET SESSION AUTHORIZATION $role;
CREATE EXTENSION governance;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish(governance.pack('channels.live')) > 0 AS published;
INSERT INTO governance.account (account_id) VALUES (1), (2);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'channels.live', 'severe'), (2, 'channels.live', 'minor');
SELECT governance.overturn(violation_id, 'mistaken') > 0 AS overturned FROM governance.violation WHERE account_id = 1;
INSERT INTO governance.attribute (account_id, name, value) VALUES (1, 'followers', '10');
CREATE TABLE live_session (anchor bigint);
CREATE TRIGGER may_go_live BEFORE INSERT ON live_session
	FOR EACH ROW EXECUTE FUNCTION governance.require_capability('anchor', 'live');
INSERT INTO live_session VALUES (1);
SELECT governance.rebuild() AS standings;
DO \$\$
BEGIN
	IF EXISTS (SELECT FROM governance.verify()) THEN
		RAISE EXCEPTION 'the ledger does not verify';
	END IF;
END
\$\$;
SQL
