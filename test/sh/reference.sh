#!/bin/bash
#
# reference.sh
#	The reference pages name every function and type of the extension, every
#	table, view and sequence that create_ledger() makes, every column of those
#	that doc/governance.md describes, and every SQLSTATE; what they link to is
#	there; and the examples of doc/governance.md can be run.
set -euo pipefail

database=reference_pages
status=0

fail()
{
	echo "$*"
	status=1
}

createdb "$database"
trap 'dropdb "$database"' EXIT
psql_q()
{
	psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" "$@"
}
psql_q -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION governance CASCADE' \
	-c 'SELECT governance.create_ledger()' >/dev/null

cat doc/*.md >"$SCRATCH/pages"

# Functions that serve operators, operator classes, casts and types are named
# by their prefix.
psql_q -c "SELECT DISTINCT p.proname
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
	WHERE e.extname = 'governance'
		AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid OR o.oprrest = p.oid OR o.oprjoin = p.oid)
		AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
		AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid)
		AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE p.oid IN (a.aggtransfn, a.aggcombinefn))
		AND NOT EXISTS (SELECT FROM pg_proc s JOIN pg_operator o ON o.oprcode = s.oid WHERE s.prosupport = p.oid)
		AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
	UNION SELECT typname FROM pg_type
		WHERE typnamespace = 'governance'::regnamespace AND typtype IN ('b', 'd', 'e') AND typcategory <> 'A'
	UNION SELECT relname FROM pg_class
		WHERE relnamespace = 'governance'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
	ORDER BY 1" >"$SCRATCH/names"
[ "$(wc -l <"$SCRATCH/names")" -gt 100 ] || fail "only $(wc -l <"$SCRATCH/names") names found"
while read -r name; do
	grep -q -w -F -- "$name" "$SCRATCH/pages" || fail "no page names $name"
done <"$SCRATCH/names"

# A table with a heading of its own has all its columns below it.
psql_q -F ' ' -c "SELECT c.relname, a.attname
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p', 'v') ORDER BY 1, a.attnum" |
	while read -r relation column; do
		awk -v heading="### $relation" -v column="| \`$column\` |" '
			/^##/ { inside = $0 == heading; if (inside) described = 1 }
			inside && index($0, column) == 1 { found = 1 }
			END { exit described && !found }' doc/governance.md || echo "$relation.$column"
	done >"$SCRATCH/columns"
[ ! -s "$SCRATCH/columns" ] || fail "doc/governance.md lacks columns: $(tr '\n' ' ' <"$SCRATCH/columns")"

# The SQLSTATEs of the header, each in the table of the reference.
sed -n "s/^#define ERRCODE_GV_[A-Z_]*[[:space:]]*MAKE_SQLSTATE('G','V','\(.\)','\(.\)','\(.\)').*/GV\1\2\3/p" src/errors.h >"$SCRATCH/states"
[ -s "$SCRATCH/states" ] || fail "src/errors.h has no SQLSTATE"
while read -r state; do
	grep -q "^| \`$state\` |" doc/governance.md || fail "the table of errors lacks $state"
done <"$SCRATCH/states"
sed -n 's/^| `\(GV[0-9]*\)` |.*/\1/p' doc/governance.md | sort | uniq -d | while read -r state; do
	echo "the table of errors has $state twice"
done >"$SCRATCH/twice"
[ ! -s "$SCRATCH/twice" ] || fail "$(cat "$SCRATCH/twice")"

# Links: to pages that are there, and to headings that are there.
for page in README.md doc/*.md; do
	# A page may have no links.
	{ grep -o '](\([^)]*\))' "$page" || true; } | sed 's/^](//; s/)$//' | sort -u | while read -r link; do
		case $link in
			http:* | https:* | mailto:*) continue ;;
		esac
		file=${link%%#*}
		anchor=
		[ "$link" = "$file" ] || anchor=${link#*#}
		if [ -z "$file" ]; then
			target=$page
		else
			target=$(dirname "$page")/$file
		fi
		if [ ! -e "$target" ]; then
			echo "$page: no $link"
		elif [ -n "$anchor" ]; then
			# As headings are turned into anchors.
			sed -n 's/^##* //p' "$target" | tr '[:upper:]' '[:lower:]' |
				sed 's/[^a-z0-9 _-]//g; s/ /-/g' | grep -q -x -F -- "$anchor" || echo "$page: no heading for $link"
		fi
	done
done >"$SCRATCH/links"
[ ! -s "$SCRATCH/links" ] || fail "$(cat "$SCRATCH/links")"

# The examples, one after the other.  Errors of ours tell that an id is not
# there; any other one is a mistake of the page.
{
	cat <<-'SQL'
		\set VERBOSITY verbose
		SET client_min_messages = error;
		CREATE TABLE post (id bigint, author bigint, body text);
	SQL
	awk '/^```sql/ { inside = 1; next } /^```/ { inside = 0 } inside
		/^## Time/ {
			print "CREATE TABLE my_rules AS SELECT governance.policy_document(\047forum\047) AS document;"
		}' doc/governance.md
} >"$SCRATCH/examples.sql"
[ "$(grep -c governance "$SCRATCH/examples.sql")" -gt 30 ] || fail "doc/governance.md has no examples"
psql -X -q -d "$database" -f "$SCRATCH/examples.sql" >"$SCRATCH/examples.out" 2>&1 || true
if grep -E 'ERROR:|FATAL:|invalid command' "$SCRATCH/examples.out" | grep -v 'ERROR:  GV'; then
	fail "an example of doc/governance.md cannot be run"
fi

exit "$status"
