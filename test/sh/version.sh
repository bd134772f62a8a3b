#!/bin/bash
# The version is the same wherever it is told: META.json, the control file,
# the change logs and the installed extension.
set -euo pipefail

status=0

same()
{
	if [ "$2" != "$VERSION" ]; then
		echo "META.json says $VERSION, $1 says ${2:-nothing}"
		status=1
	fi
}

second=$(sed -n 's/^\t\t\t"version": "\([^"]*\)".*/\1/p' META.json)
same "META.json, provides" "$second"
same "META.json, file" "$(sed -n 's/^\t\t\t"file": "sql\/governance--\(.*\)\.sql".*/\1/p' META.json)"
same governance.control "$(sed -n "s/^default_version = '\(.*\)'/\1/p" governance.control)"
same CHANGELOG.md "$(sed -n 's/^## \([0-9][0-9.]*\).*/\1/p' CHANGELOG.md | head -n 1)"
same debian/changelog "$(sed -n '1s/^governance (\(.*\)-[^-]*) .*/\1/p' debian/changelog)"
same pg_available_extensions "$(psql -XAtq -c \
	"SELECT default_version FROM pg_available_extensions WHERE name = 'governance'")"
exit "$status"
