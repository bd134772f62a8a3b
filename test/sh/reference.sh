#!/bin/bash
#
# reference.sh
#	The generated parts of the pages are what "make reference" makes: every
#	table, view, sequence, function and type, with its columns, signature and
#	comment, and every SQLSTATE.  Links lead somewhere, README.md links to every
#	page, the files that doc/internals.md names are there, and the examples of
#	doc/governance.md can be run.
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

mkdir "$SCRATCH/pages"
PGDATABASE=$database doc/make_reference "$SCRATCH/pages" || fail "doc/make_reference has complaints"
for page in doc/*.md; do
	diff -u "$page" "$SCRATCH/pages/${page#doc/}" || fail "$page is not what the catalog says: \"make reference\" mends it"
done

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

for page in doc/*.md; do
	grep -q -F "]($page)" README.md || fail "README.md does not list $page"
done

# Files, as `src/db/plan.c` or `sql/reports`, with * for some of them.
grep -o -E '`(src|sql|test|doc|po)/[A-Za-z0-9_./*]+`' doc/internals.md | tr -d '`' | sort -u >"$SCRATCH/named"
[ "$(wc -l <"$SCRATCH/named")" -gt 30 ] || fail "doc/internals.md names hardly any file"
while read -r file; do
	compgen -G "$file" >/dev/null || fail "doc/internals.md: there is no $file"
done <"$SCRATCH/named"

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
