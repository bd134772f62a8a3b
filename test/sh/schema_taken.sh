#!/bin/bash
#
# schema_taken.sh
#	A schema "governance" that is there before the extension: what another role
#	could put into it, or has put into it, is refused by name; what belongs to
#	whoever installs it, a ledger that outlived its extension too, is taken.
set -euo pipefail

db=schema_taken
admin=("$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -d postgres)
clean_up()
{
	"$BINDIR/dropdb" --if-exists "$db"
	"${admin[@]}" -c "DROP ROLE IF EXISTS taken_stranger" -c "DROP ROLE IF EXISTS taken_owner" \
		-c "DROP ROLE IF EXISTS taken_member" -c "DROP ROLE IF EXISTS taken_group"
}
trap clean_up EXIT
in_db()
{
	PGOPTIONS="-c client_min_messages=warning" "$BINDIR/psql" -X -q -A -t -v ON_ERROR_STOP=1 -d "$db" "$@"
}
# What CREATE EXTENSION says: refused <who> <words>
refused()
{
	local said

	if said=$(in_db -v VERBOSITY=verbose -c "SET SESSION AUTHORIZATION $1" -c 'CREATE EXTENSION governance' 2>&1); then
		echo "installed as $1 where it should be refused: $2"
		exit 1
	fi
	if [[ $said != *"42501: $2"* || $said != *HINT:* ]]; then
		echo "refused in other words than: $2"
		echo "$said"
		exit 1
	fi
}
installed()
{
	in_db -c "SET SESSION AUTHORIZATION $1" -c 'CREATE EXTENSION governance' -c 'DROP EXTENSION governance'
}

me=$("${admin[@]}" -A -t -c "SELECT quote_ident(current_user)")
"${admin[@]}" -c "CREATE ROLE taken_stranger" -c "CREATE ROLE taken_owner" -c "CREATE ROLE taken_group" -c "CREATE ROLE taken_member IN ROLE taken_group"
"$BINDIR/createdb" -O taken_owner "$db"
in_db -c "GRANT CREATE ON DATABASE $db TO taken_stranger, taken_group"

# The schema of a stranger, empty or not.
in_db -c 'SET SESSION AUTHORIZATION taken_stranger' -c 'CREATE SCHEMA governance'
for who in "$me" taken_owner taken_member; do
	refused "$who" 'schema "governance" belongs to role "taken_stranger"'
done
installed taken_stranger

# Of each kind of object a stranger's is refused, and named.
in_db -c "ALTER SCHEMA governance OWNER TO $me" -c 'GRANT CREATE ON SCHEMA governance TO taken_stranger'
refused "$me" 'taken_stranger may create objects in schema "governance"'
in_db -c 'GRANT CREATE ON SCHEMA governance TO PUBLIC' -c 'REVOKE CREATE ON SCHEMA governance FROM taken_stranger'
refused "$me" 'PUBLIC may create objects in schema "governance"'
while IFS='|' read -r make object drop; do
	in_db -c 'GRANT CREATE ON SCHEMA governance TO taken_stranger' -c 'SET SESSION AUTHORIZATION taken_stranger' -c "$make"
	in_db -c 'REVOKE CREATE ON SCHEMA governance FROM PUBLIC, taken_stranger'
	refused "$me" "schema \"governance\" holds an object of role \"taken_stranger\" already: $object"
	in_db -c "$drop"
	installed "$me"
done <<'END'
CREATE FUNCTION governance.now(text) RETURNS text LANGUAGE sql AS 'SELECT $1'|function governance.now(text)|DROP FUNCTION governance.now(text)
CREATE PROCEDURE governance.act() LANGUAGE sql AS 'SELECT 1'|function governance.act()|DROP PROCEDURE governance.act()
CREATE AGGREGATE governance.first(text) (sfunc = textcat, stype = text)|function governance.first(text)|DROP AGGREGATE governance.first(text)
CREATE OPERATOR governance.= (leftarg = text, rightarg = name, function = texteqname)|operator governance.=(text,name)|DROP OPERATOR governance.= (text, name)
CREATE TYPE governance.text AS ENUM ('a')|type governance.text|DROP TYPE governance.text
CREATE DOMAIN governance.word AS text|type governance.word|DROP DOMAIN governance.word
CREATE TABLE governance.account (account_id bigint)|table governance.account|DROP TABLE governance.account
CREATE VIEW governance.standing AS SELECT 1 AS one|view governance.standing|DROP VIEW governance.standing
CREATE SEQUENCE governance.entry_seq|sequence governance.entry_seq|DROP SEQUENCE governance.entry_seq
CREATE COLLATION governance."C" FROM "C"|collation governance."C"|DROP COLLATION governance."C"
CREATE TEXT SEARCH CONFIGURATION governance.simple (copy = pg_catalog.simple)|text search configuration governance.simple|DROP TEXT SEARCH CONFIGURATION governance.simple
END

# An own helper, a group's schema, the database owner's: theirs is the word.
in_db -c 'CREATE FUNCTION governance.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$'
installed "$me"
in_db -c 'DROP SCHEMA governance CASCADE' -c 'CREATE SCHEMA governance AUTHORIZATION taken_group'
installed taken_member
refused taken_owner 'schema "governance" belongs to role "taken_group"'
in_db -c 'ALTER SCHEMA governance OWNER TO taken_owner'
installed "$me"
installed taken_owner
in_db -c 'ALTER SCHEMA governance OWNER TO pg_database_owner'
installed taken_owner

# A ledger that outlived its extension.
in_db -c 'DROP SCHEMA governance'
in_db -c 'SET SESSION AUTHORIZATION taken_owner' -c 'CREATE EXTENSION governance' \
	-c 'SELECT count(*) > 0 FROM governance.create_ledger()' -c "INSERT INTO governance.account (account_id) VALUES (1)" \
	-c 'DROP EXTENSION governance CASCADE' -c 'CREATE EXTENSION governance' -c 'SELECT count(*) FROM governance.account'
