#!/bin/bash
# The archive that "make dist" makes has what META.json names and nothing that
# was built; unpacked, without git, it builds, installs, works and uninstalls,
# and leaves no file of its own.
set -euo pipefail

for program in git unzip; do
	if ! command -v "$program" >/dev/null; then
		echo "needs $program"
		exit 77
	fi
done

work=$SCRATCH/dist
db=dist
# Whatever happens, the tests that follow find the extension installed.
clean_up()
{
	"$BINDIR/dropdb" --if-exists "$db" || true
	make -s -C "$TREE" PG_CONFIG="$PG_CONFIG" with_llvm=no install >/dev/null
	rm -rf "$work"
}
trap clean_up EXIT

# A repository of what is in this copy of the tree.
mkdir -p "$work/repository"
tar -C "$TREE" --exclude='*.o' --exclude='*.so' -cf - . | tar -C "$work/repository" -xf -
cd "$work/repository"
git init -q
git add -A
git -c user.name=test -c user.email=test@example.org commit -q -m 'What is tested'
make -s PG_CONFIG="$PG_CONFIG" dist
cd "$work"
unzip -q "repository/governance-$VERSION.zip"
rm -rf "$work/repository"
cd "governance-$VERSION"

for file in META.json README.md LICENSE Makefile governance.control doc/governance.md \
	doc/schema/policy.schema.json doc/schema/entitlement.schema.json "sql/governance--$VERSION.sql"; do
	if [ ! -s "$file" ]; then
		echo "the archive has no $file"
		exit 1
	fi
done
built=$(find . -name '*.o' -o -name '*.so' -o -name '*.bc' -o -name '.git' -o -name '*.zip')
if [ -n "$built" ]; then
	echo "the archive has $built"
	exit 1
fi

installed()
{
	psql -XAtq -d postgres -c "SELECT count(*) FROM pg_available_extensions WHERE name = 'governance'"
}

# An archive is packed from a repository, and this is none: said, and no other
# repository around it is taken for it.
for around in none other; do
	[ "$around" = none ] || git init -q "$work"
	if GIT_CEILING_DIRECTORIES=$([ "$around" = none ] && echo "$work") make -s PG_CONFIG="$PG_CONFIG" dist >dist.log 2>&1; then
		echo "an archive was made from no repository"
		exit 1
	fi
	grep -q 'make dist packs what is committed' dist.log
done
rm -rf "$work/.git"

make -s -C "$TREE" PG_CONFIG="$PG_CONFIG" with_llvm=no uninstall
[ "$(installed)" = 0 ]
make -s -j2 PG_CONFIG="$PG_CONFIG" with_llvm=no COPT=-Werror

# Whatever is installed goes again, with its folders.
make -s PG_CONFIG="$PG_CONFIG" with_llvm=no DESTDIR="$work/staged" install
folder=$work/staged$("$PG_CONFIG" --docdir)/extension/governance
for file in policy.md schema/policy.schema.json schema/entitlement.schema.json; do
	cmp "doc/$file" "$folder/$file"
done
make -s PG_CONFIG="$PG_CONFIG" with_llvm=no DESTDIR="$work/staged" uninstall
left=$(find "$work/staged$SCRATCH" -mindepth 1 \( ! -type d -o -name 'governance*' \))
if [ -n "$left" ]; then
	echo "make uninstall leaves $left"
	exit 1
fi

make -s PG_CONFIG="$PG_CONFIG" with_llvm=no install
[ "$(installed)" = 1 ]
"$BINDIR/createdb" "$db"
psql -X -q -v ON_ERROR_STOP=1 -d "$db" <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION governance;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish(governance.pack('channels.live')) > 0 AS published;
INSERT INTO governance.account (account_id) VALUES (1);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'channels.live', 'severe');
SELECT 1 / (count(*) = 1)::int AS judged FROM governance.standing;
SQL
make -s PG_CONFIG="$PG_CONFIG" with_llvm=no uninstall
[ "$(installed)" = 0 ]
