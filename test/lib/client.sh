# shellcheck shell=bash
#
# client.sh
#	For the tests of examples/clients: a cluster of their own that listens on
#	127.0.0.1 (not every driver knows sockets), and PgBouncer in transaction mode
#	in front of it, where that is installed.
#
#	begin_clients             the cluster, with what schema.sql makes
#	both_ways COMMAND...      runs a client directly, and then behind the pooler

free_port()
{
	local port

	for port in $(shuf -i 20000-40000 -n 50); do
		if ! (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
	echo "no free port" >&2
	exit 1
}

end_clients()
{
	if [ -f "$CLIENT_DIR/bouncer.pid" ]; then
		kill "$(cat "$CLIENT_DIR/bouncer.pid")" 2>/dev/null || true
	fi
	"$BINDIR/pg_ctl" -D "$CLIENT_DIR/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$CLIENT_DIR"
}

begin_clients()
{
	CLIENT_DIR=$(mktemp -d)
	trap end_clients EXIT
	export PGHOST=127.0.0.1 PGUSER=postgres PGDATABASE=clients PGPORT
	PGPORT=$(free_port)
	"$BINDIR/initdb" -D "$CLIENT_DIR/data" -U postgres -A trust -N --no-instructions -E UTF8 --locale=C >/dev/null
	cat >>"$CLIENT_DIR/data/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		port = $PGPORT
		unix_socket_directories = ''
		fsync = off
		timezone = 'UTC'
	CONF
	"$BINDIR/pg_ctl" -D "$CLIENT_DIR/data" -l "$CLIENT_DIR/log" -w start >/dev/null
	"$BINDIR/createdb" clients
	PGOPTIONS='-c client_min_messages=warning' "$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -o /dev/null \
		-f examples/clients/schema.sql
}

# A pool of one connection, so that every transaction of every client meets the
# session that others have used.
both_ways()
{
	local bouncer

	ACCOUNT=42 timeout 60 "$@"
	bouncer=$(command -v pgbouncer || command -v /usr/sbin/pgbouncer) || {
		echo "pgbouncer is not installed: only tried directly"
		return
	}
	local port

	port=$(free_port)
	cat >"$CLIENT_DIR/bouncer.ini" <<-CONF
		[databases]
		clients = host=127.0.0.1 port=$PGPORT dbname=clients user=postgres
		[pgbouncer]
		listen_addr = 127.0.0.1
		listen_port = $port
		unix_socket_dir =
		auth_type = any
		pool_mode = transaction
		default_pool_size = 1
		ignore_startup_parameters = extra_float_digits
		logfile = $CLIENT_DIR/bouncer.log
		pidfile = $CLIENT_DIR/bouncer.pid
	CONF
	"$bouncer" -q -d "$CLIENT_DIR/bouncer.ini"
	for _ in $(seq 50); do
		if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			break
		fi
		sleep 0.1
	done
	ACCOUNT=43 POOLED=1 PGPORT=$port timeout 60 "$@"
}
