#!/bin/bash
# examples/clients/client.py does what it says, directly and behind PgBouncer.
set -euo pipefail

for python in python3 /usr/bin/python3 none; do
	if command -v "$python" >/dev/null && "$python" -c 'import psycopg' 2>/dev/null; then
		break
	fi
done
if [ "$python" = none ]; then
	echo "psycopg is not installed (python3-psycopg)"
	exit 77
fi
# shellcheck source=test/lib/client.sh
. test/lib/client.sh
begin_clients
both_ways "$python" examples/clients/client.py
