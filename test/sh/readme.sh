# The statements of README.md run as they stand there, and give what they say.
set -euo pipefail

psql -XAtq -c "CREATE DATABASE readme"
awk '/^```sql$/ { on = 1; next } /^```$/ { on = 0 } on' README.md |
	PGOPTIONS='-c client_min_messages=warning' psql -XAt -d readme >readme.out 2>&1

# The one error is the one that the page shows.
grep '^ERROR' readme.out >errors.out || true
if [ "$(cat errors.out)" != "$(sed -n 's/^-- ERROR:/ERROR:/p' README.md)" ]; then
	echo "other errors than README.md says:"
	cat readme.out
	exit 1
fi

# A figure behind a statement is what it gave.
while IFS= read -r wanted; do
	if ! grep -q -x -F "$wanted" readme.out; then
		echo "README.md says $wanted, which nothing gave"
		cat readme.out
		exit 1
	fi
done < <(sed -n 's|^SELECT.*; *-- \([0-9]*/[0-9]*\).*|\1|p' README.md)

overturned=$(psql -XAt -d readme -c "SELECT governance.score(42, 'douyin.health'), count(*) FROM governance.verify()")
if [ "$overturned" != "74/100|0" ]; then
	echo "in the end: $overturned"
	exit 1
fi

# The examples of help() get on with what README.md has left, one after the other.
psql -XAtq -d readme -c "DO \$\$ BEGIN IF to_regrole('analysts') IS NULL THEN CREATE ROLE analysts; END IF; END \$\$"
psql -XAtq -d readme -c "SELECT example FROM governance.help()" -o help.sql
psql -XAtq -d readme -v ON_ERROR_STOP=1 -f help.sql >help.out 2>&1 || { cat help.out; exit 1; }
differences=$(psql -XAt -d readme -c "SELECT count(*) FROM governance.verify()")
if [ "$differences" != 0 ]; then
	echo "after the examples of help(): $differences differences"
	exit 1
fi
psql -XAtq -c "DROP DATABASE readme"
