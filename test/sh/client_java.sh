#!/bin/bash
# examples/clients/Client.java does what it says, directly and behind PgBouncer.
set -euo pipefail

driver=/usr/share/java/postgresql.jar
if ! command -v javac >/dev/null || [ ! -e "$driver" ]; then
	echo "javac or the JDBC driver is not installed (default-jdk-headless, libpostgresql-jdbc-java)"
	exit 77
fi
# shellcheck source=test/lib/client.sh
. test/lib/client.sh
begin_clients
javac -Xlint:all -Werror -d "$CLIENT_DIR" -cp "$driver" examples/clients/Client.java
both_ways java -cp "$CLIENT_DIR:$driver" Client examples/clients/policy.json
