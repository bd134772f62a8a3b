#!/bin/bash
# The house: which room stands on which.  A file includes and calls only what
# stands in its own room or in one below, and no files need each other in a
# circle; a .c file and the .h file of its name are one.  No file is longer than
# 800 lines, and a comment stands above every function.
set -euo pipefail

command -v nm >/dev/null || {
	echo "needs nm (package binutils)"
	exit 77
}

# From the ground up; "ground" is what stands in src/ itself.
rooms="ground db types engine rulebook ledger certification oversight doors entitlement enforcement reports"
longest=800
status=0

for room in src/*/; do
	room=$(basename "$room")
	if [[ " $rooms " != *" $room "* ]]; then
		echo "src/$room: which room does it stand on?  The list of test/sh/structure.sh does not have it."
		status=1
	fi
done

# "FROM TO NAME": what a file includes, and what it calls as the linker sees it.
{
	grep -H -o '^#include "[^"]*"' src/*.[ch] src/*/*.[ch] |
		sed -E 's/^src\/([^:]*)\.[ch]:#include "(.*)"$/\1 \2 \2/' |
		while read -r from file name; do
			[ ! -e "src/$file" ] || echo "$from ${file%.*} $name"
		done
	for object in src/*.o src/*/*.o; do
		file=${object#src/}
		nm --defined-only --extern-only "$object" | awk -v file="${file%.o}" '{ print "D", file, $NF }'
		nm --undefined-only "$object" | awk -v file="${file%.o}" '{ print "U", file, $NF }'
	done | awk '
		$1 == "D" { defined[$3] = $2 }
		$1 == "U" { needs[++n] = $2; names[n] = $3 }
		END { for (i = 1; i <= n; i++) if (names[i] in defined) print needs[i], defined[names[i]], names[i] }'
} | awk '$1 != $2' | sort -u >"$SCRATCH/arrows"
[ -s "$SCRATCH/arrows" ] || {
	echo "no file needs another: the sources were not read"
	exit 1
}

# Arrows that run up.  What is loaded first stands on everything.
awk -v rooms="$rooms" '
	BEGIN { n = split(rooms, list, " "); for (i = 1; i <= n; i++) floor[list[i]] = i }
	function room(file) { return file ~ /\// ? substr(file, 1, index(file, "/") - 1) : "ground" }
	$1 == "governance" { next }
	floor[room($1)] < floor[room($2)] { print "src/" $1 " stands below src/" $2 ", and needs " $3 " of it"; bad = 1 }
	END { exit bad }' "$SCRATCH/arrows" || status=1

# Circles.
awk '{ print $1, $2 }' "$SCRATCH/arrows" | sort -u >"$SCRATCH/pairs"
if ! tsort "$SCRATCH/pairs" >/dev/null 2>"$SCRATCH/circles"; then
	sed -n 's/^tsort: \([^:]*\)$/\1/p' "$SCRATCH/circles" | sort -u >"$SCRATCH/tied"
	echo "files that need each other in a circle:"
	awk 'NR == FNR { tied[$1] = 1; next } $1 in tied && $2 in tied { print "  src/" $1 " -> src/" $2 ": " $3 }' \
		"$SCRATCH/tied" "$SCRATCH/arrows"
	status=1
fi

# Length.
for file in src/*.[ch] src/*/*.[ch] sql/*.sql sql/*/*.sql; do
	lines=$(wc -l <"$file")
	# What is made from other files is read there.
	[[ $file != */9[0-9]_* && $file != */governance--* ]] || continue
	if [ "$lines" -gt "$longest" ]; then
		echo "$file has $lines lines: more than $longest are more than one thing"
		status=1
	fi
done

# Comments.  A definition is "type", a line "name(parameters)" from the margin
# on, and a brace in the margin; an attribute may stand before it.
awk '
	FNR == 1 { before = ""; above = ""; name = "" }
	/^[a-z_][A-Za-z0-9_]*\(/ && !/;$/ {
		name = $0; sub(/\(.*/, "", name); line = FNR; file = FILENAME
		bare = above !~ /\*\/[[:space:]]*$/ && before !~ /\*\/[[:space:]]*$/
	}
	/^{/ { if (name != "" && bare) { print file ":" line ": no comment above " name "()"; bad = 1 } name = "" }
	/^[^ \t{].*[;]$/ { name = "" }
	/^pg_noreturn$/ { next }
	{ above = before; before = $0 }
	END { exit bad }' src/*.c src/*.h src/*/*.c src/*/*.h || status=1

exit "$status"
