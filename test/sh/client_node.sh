#!/bin/bash
# examples/clients/client.mjs does what it says, directly and behind PgBouncer.
# node-postgres is Debian's, or comes from the registry if that answers.
set -euo pipefail

if ! command -v node >/dev/null; then
	echo "node is not installed (nodejs)"
	exit 77
fi
modules=$SCRATCH/node
mkdir -p "$modules"
export NODE_PATH=$modules/node_modules:/usr/share/nodejs
if ! node -e "require('pg')" 2>/dev/null; then
	if ! command -v npm >/dev/null ||
		! (cd "$modules" && timeout 60 npm install --silent --no-audit --no-fund --ignore-scripts pg@8 >/dev/null 2>&1); then
		echo "node-postgres is not installed (node-pg), and npm could not bring it"
		exit 77
	fi
fi
# shellcheck source=test/lib/client.sh
. test/lib/client.sh
begin_clients
both_ways node examples/clients/client.mjs
rm -rf "$modules"
