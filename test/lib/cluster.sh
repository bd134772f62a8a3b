# shellcheck shell=bash
#
# cluster.sh
#	What test/run, test/demo/run and test/bench/run share: install what is
#	missing, work in a scratch copy of the tree as an ordinary user, build
#	into a private copy of the server, run a throwaway cluster, clean up.
#
# A script that uses it has this shape:
#
#	. "$(dirname "$0")/lib/cluster.sh"
#	enter_scratch "$0" "$@"
#	private_server_tree
#	build_extension
#	start_cluster
#	... psql_run -c 'SELECT 1' ...
#
# enter_scratch starts the script a second time, inside the scratch folder and
# never as root; only that second run gets past the call.  In it, the current
# folder is the copy of the tree, $SCRATCH the folder around it, and whatever
# is put into $SCRATCH/out is copied to $OUT_DIR of the real tree at the end.
#
# What the caller may set:
#	PG_CONFIG          the server to use (default: the newest supported one)
#	EXTRA=1            for tests: also install what only some of them need
#	GOVERNANCE_DATA    folder of data sets (default: ../shared/data)
#	TMPDIR             where the scratch folder is made (default: /var/tmp)
#	KEEP=1             leave the scratch folder behind

SUPPORTED_MAJORS="18 17 16 15"

say()
{
	printf '== %s\n' "$*"
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# The Debian release that has the given major, and the archive to have it from.
: "${MIRROR:=http://deb.debian.org/debian}"

release_of()
{
	case $1 in
		15) echo bookworm ;;
		17) echo trixie ;;
		18) echo forky ;;
		*) die "no Debian release has PostgreSQL $1" ;;
	esac
}

# The last lines of a file, indented; for showing what went wrong.
show_tail()
{
	local file=$1 lines=${2:-60} total

	[ -s "$file" ] || return 0
	total=$(wc -l <"$file")
	if [ "$total" -gt "$lines" ]; then
		printf '    ... (%s earlier lines left out)\n' "$((total - lines))"
	fi
	tail -n "$lines" "$file" | sed 's/^/    /'
}

# ---------------------------------------------------------------------------
# What must be installed
# ---------------------------------------------------------------------------

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif [ -t 0 ]; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

# The newest supported major of Debian's layout that has the given file.
newest_major_with()
{
	local major

	for major in $SUPPORTED_MAJORS; do
		if [ -e "/usr/lib/postgresql/$major/$1" ]; then
			echo "$major"
			return
		fi
	done
}

# The server to use: PG_CONFIG as given; else the newest supported one of
# Debian's that is here, a whole one before a part of one; else whatever
# pg_config is in the path.  Empty if there is none.
find_pg_config()
{
	local major

	if [ -n "${PG_CONFIG:-}" ]; then
		command -v "$PG_CONFIG" || die "PG_CONFIG=$PG_CONFIG: no such program"
		return
	fi
	major=$(newest_major_with bin/postgres)
	[ -n "$major" ] || major=$(newest_major_with bin/pg_config)
	if [ -n "$major" ]; then
		if [ -x "/usr/lib/postgresql/$major/bin/pg_config" ]; then
			echo "/usr/lib/postgresql/$major/bin/pg_config"
		fi
		return
	fi
	if [ -f "$(pg_config --pgxs 2>/dev/null)" ]; then
		command -v pg_config
	fi
}

is_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The packages that are missing for the given purpose: "check", "run" or "deb".
missing_packages()
{
	local purpose=$1 config=$2 major=$3
	local lib="/usr/lib/postgresql/$major"

	command -v gcc >/dev/null || echo gcc
	[ -e /usr/include/stdio.h ] || echo libc6-dev
	command -v make >/dev/null || echo make
	if [ "$purpose" = deb ]; then
		command -v dpkg-buildpackage >/dev/null || echo dpkg-dev
		command -v dh >/dev/null || echo debhelper
		command -v msgfmt >/dev/null || echo gettext
		is_installed build-essential || echo build-essential
		is_installed postgresql-server-dev-all || echo postgresql-server-dev-all
	fi
	if [ "$purpose" = check ]; then
		command -v prove >/dev/null || echo perl
		perl -MIPC::Run -e 1 2>/dev/null || echo libipc-run-perl
	fi

	# A server that is not Debian's is taken as it is.
	if [ -n "$config" ] && [ "$("$config" --bindir)" != "$lib/bin" ]; then
		return
	fi
	[ -x "$lib/bin/postgres" ] || echo "postgresql-$major"
	[ -f "$lib/lib/pgxs/src/makefiles/pgxs.mk" ] || echo "postgresql-server-dev-$major"
	if [ "$purpose" = check ]; then
		[ -f "/usr/share/postgresql/$major/extension/pgtap.control" ] ||
			echo "postgresql-$major-pgtap"
	fi
}

# What only some tests need, which are skipped without it: those packages that
# are not here.  A client is tried in its own language, directly and behind
# PgBouncer; pages are looked at in Chromium; messages are read in Chinese;
# events are driven by pg_cron and decoded by wal2json; archives are unpacked.
extra_packages()
{
	local major=$1 lib=/usr/lib/postgresql/$1/lib

	command -v git >/dev/null || echo git
	command -v unzip >/dev/null || echo unzip
	command -v msgfmt >/dev/null || echo gettext
	command -v localedef >/dev/null && [ -e /usr/share/i18n/locales/zh_CN ] || echo locales
	[ -x /usr/sbin/pgbouncer ] || command -v pgbouncer >/dev/null || echo pgbouncer
	/usr/bin/python3 -c 'import psycopg' 2>/dev/null || echo python3-psycopg
	NODE_PATH=/usr/share/nodejs node -e "require('pg')" 2>/dev/null || echo nodejs node-pg
	command -v javac >/dev/null || echo default-jdk-headless
	[ -e /usr/share/java/postgresql.jar ] || echo libpostgresql-jdbc-java
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || echo chromium
	# Those of a server that is not Debian's are up to whoever built it.
	if [ -x "/usr/lib/postgresql/$major/bin/postgres" ]; then
		[ -e "$lib/pg_cron.so" ] || echo "postgresql-$major-cron"
		[ -e "$lib/wal2json.so" ] || echo "postgresql-$major-wal2json"
	fi
}

# apt_install LOG PACKAGE...: without anything starting because it came in.
apt_install()
(
	log=$1
	policy=/usr/sbin/policy-rc.d
	shift
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	if [ ! -e "$policy" ]; then
		trap 'as_root rm -f "$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
	fi
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		--no-install-recommends -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
		install "$@" </dev/null >"$log" 2>&1
)

# Whatever of it can be had is installed; the tests of the rest say that they
# are skipped.
ensure_extra_packages()
{
	local major=$1 log=$2 updated=$3 missing package

	missing=$(extra_packages "$major" | tr '\n' ' ')
	missing=${missing% }
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null || { [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; }; then
		say "not installed, so the tests that need them are skipped: $missing"
		return 0
	fi
	if [ -z "$updated" ] && ! as_root apt-get -q update >"$log" 2>&1; then
		show_tail "$log" 5
	fi
	say "installing $missing"
	# shellcheck disable=SC2086
	if ! apt_install "$log" $missing; then
		for package in $missing; do
			apt_install "$log" "$package" ||
				say "$package cannot be installed, so the tests that need it are skipped: $(tail -n 1 "$log")"
		done
	fi
}

apt_update()
{
	say "reading the package lists"
	as_root apt-get -q update >"$1" 2>&1 || {
		show_tail "$1" 20 >&2
		die "apt-get update failed"
	}
}

# Make sure that everything is there for the purpose, and set PG_CONFIG.
# Nothing is asked of apt when nothing is missing.
ensure_packages()
{
	local purpose=$1 config major missing log updated=''
	local dir=/etc/postgresql-common/createcluster.d
	local conf=$dir/governance-check.conf restore

	log=$(mktemp "${TMPDIR:-/var/tmp}/governance-apt.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -f '$log'" EXIT

	config=$(find_pg_config)
	if [ -n "$config" ]; then
		major=$("$config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
	else
		major=$(newest_major_with bin/postgres)
	fi
	if [ -z "$major" ]; then
		command -v apt-get >/dev/null ||
			die "no PostgreSQL found: install it with its development files, or set PG_CONFIG"
		if [ -z "$(apt-cache depends postgresql 2>/dev/null)" ]; then
			apt_update "$log"
			updated=yes
		fi
		major=$(apt-cache depends postgresql |
			sed -n 's/^ *Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
		[ -n "$major" ] || die "apt offers no PostgreSQL server"
	fi
	case " $SUPPORTED_MAJORS " in
		*" $major "*) ;;
		*) [ "$major" -ge 15 ] || die "PostgreSQL $major is too old: governance needs 15 or newer" ;;
	esac

	missing=$(missing_packages "$purpose" "$config" "$major" | tr '\n' ' ')
	missing=${missing% }
	if [ -n "$missing" ]; then
		command -v apt-get >/dev/null ||
			die "please install these (named as in Debian): $missing"
		if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
			die "please install as root: apt-get install $missing"
		fi
		[ -n "$updated" ] || apt_update "$log"
		say "installing $missing"

		# A server package that comes in here must not start a cluster of
		# its own: nobody asked for one.
		restore="as_root rm -f $conf"
		if [ ! -e "$dir" ]; then
			as_root mkdir -p "$dir"
			restore="$restore; as_root rmdir --ignore-fail-on-non-empty $dir"
		fi
		echo "create_main_cluster = false" | as_root tee "$conf" >/dev/null
		# shellcheck disable=SC2064
		trap "rm -f '$log'; $restore" EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP

		# shellcheck disable=SC2086
		apt_install "$log" $missing || {
			show_tail "$log" 30 >&2
			die "could not install: $missing"
		}
		eval "$restore"
		updated=yes
	fi
	if [ "$purpose" = check ] && [ -n "${EXTRA:-}" ]; then
		ensure_extra_packages "$major" "$log" "$updated"
	fi
	rm -f "$log"
	trap - EXIT INT TERM HUP

	PG_CONFIG=${config:-/usr/lib/postgresql/$major/bin/pg_config}
	[ -x "$PG_CONFIG" ] || die "$PG_CONFIG is missing after the installation"
	export PG_CONFIG
}

# ---------------------------------------------------------------------------
# The scratch folder, and the second run of the script inside it
# ---------------------------------------------------------------------------

# Copy the tree without what a build or a test run leaves in it.
copy_tree()
{
	local from=$1 to=$2

	mkdir -p "$to"
	# Status 1 only says that a file changed meanwhile.
	{
		tar -C "$from" --exclude=./.git --exclude='*.o' --exclude='*.bc' --exclude='*.so' \
			--exclude=./results --exclude=./tmp_check --exclude=./output_iso \
			--exclude=./log --exclude='./regression.*' --exclude='./*.zip' \
			--exclude=./deb --exclude=./test/bench/out -cf - . || [ $? -eq 1 ]
	} | tar -C "$to" -xf -
	rm -f "$to"/sql/governance--*.sql
}

# An unprivileged user: the server refuses to run as root.
pick_user()
{
	local user

	for user in postgres nobody; do
		if id -u "$user" >/dev/null 2>&1; then
			echo "$user"
			return
		fi
	done
	die "no user to run the server as: add one named postgres"
}

# As the user that runs the server and the tests.
as_user()
{
	if [ -n "$RUN_USER" ]; then
		setpriv --reuid="$(id -u "$RUN_USER")" --regid="$(id -g "$RUN_USER")" --init-groups "$@"
	else
		"$@"
	fi
}

# Can that user read all of a folder?
user_can_read()
{
	as_user test -r "$1" -a -x "$1" || return 1
	[ -z "$(as_user find "$1/" ! -readable -print -quit 2>&1)" ]
}

end_inner_run()
{
	trap '' INT TERM HUP
	if [ -n "$INNER_PID" ]; then
		kill -TERM -- "-$INNER_PID" 2>/dev/null || true
		wait "$INNER_PID" 2>/dev/null || true
	fi
	exit "$1"
}

remove_scratch()
{
	if [ -n "${KEEP:-}" ]; then
		say "kept $SCRATCH"
	else
		rm -rf "$SCRATCH"
	fi
}

# enter_scratch SCRIPT [ARGUMENT...]: see the head of this file.
# PURPOSE ("check", "run" or "deb") says what must be installed, OUT_DIR where the
# results go.
enter_scratch()
{
	local script=$1 tree relative status=0

	shift
	tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
	if [ -n "${GOVERNANCE_SCRATCH:-}" ]; then
		SCRATCH=$GOVERNANCE_SCRATCH
		mkdir -p "$SCRATCH/out"
		cd "$tree" || exit
		trap stop_cluster EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		return
	fi

	# Settings of the caller that would change what the tests see.
	unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES MFLAGS CDPATH
	unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGPASSFILE PGSERVICE \
		PGSERVICEFILE PGOPTIONS PGTZ PGDATESTYLE PGCLIENTENCODING PGSSLMODE PGAPPNAME \
		PGDATA PSQLRC
	export LC_ALL=C.UTF-8 LANG=C.UTF-8

	ensure_packages "${PURPOSE:-run}"

	RUN_USER=
	[ "$(id -u)" -ne 0 ] || RUN_USER=$(pick_user)

	SCRATCH=$(mktemp -d "${TMPDIR:-/var/tmp}/governance.XXXXXX")
	INNER_PID=
	trap remove_scratch EXIT
	trap 'end_inner_run 130' INT
	trap 'end_inner_run 143' TERM HUP
	chmod 755 "$SCRATCH"
	SCRATCH=$(cd "$SCRATCH" && pwd -P)
	[ "${#SCRATCH}" -le 80 ] || die "$SCRATCH is too long a path for a socket: set TMPDIR"
	relative=$(cd "$(dirname "$script")" && pwd -P)
	relative=${relative#"$tree"/}/${script##*/}

	copy_tree "$tree" "$SCRATCH/tree"

	GOVERNANCE_DATA=$(cd "$tree" && cd "${GOVERNANCE_DATA:-../shared/data}" 2>/dev/null && pwd -P) ||
		GOVERNANCE_DATA=
	if [ -n "$GOVERNANCE_DATA" ] && ! user_can_read "$GOVERNANCE_DATA"; then
		cp -rL "$GOVERNANCE_DATA" "$SCRATCH/shared-data"
		chmod -R u+rwX "$SCRATCH/shared-data"
		GOVERNANCE_DATA=$SCRATCH/shared-data
	fi

	if [ -n "$RUN_USER" ]; then
		chown -R "$(id -u "$RUN_USER"):$(id -g "$RUN_USER")" "$SCRATCH"
	fi

	# A process group of its own, so that whatever it runs can be ended.
	set -m
	(
		cd "$SCRATCH" || exit
		export GOVERNANCE_SCRATCH=$SCRATCH GOVERNANCE_DATA HOME=$SCRATCH TMPDIR=$SCRATCH/tmp
		mkdir -p tmp
		[ -z "$RUN_USER" ] || chown "$RUN_USER" tmp
		unset XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_CACHE_HOME
		export USER=${RUN_USER:-${USER:-}} LOGNAME=${RUN_USER:-${LOGNAME:-}}
		as_user bash "$SCRATCH/tree/$relative" "$@"
	) </dev/null &
	INNER_PID=$!
	set +m
	wait "$INNER_PID" || status=$?
	INNER_PID=

	if [ -n "${OUT_DIR:-}" ]; then
		rm -rf "${tree:?}/$OUT_DIR" 2>/dev/null || true
		if [ -n "$(ls -A "$SCRATCH/out" 2>/dev/null)" ]; then
			if cp -r --no-preserve=mode,ownership "$SCRATCH/out" "$tree/$OUT_DIR" 2>/dev/null; then
				chown -R --reference="$tree" "$tree/$OUT_DIR" 2>/dev/null || true
			else
				echo "$tree/$OUT_DIR cannot be written" >&2
			fi
		fi
	fi
	exit "$status"
}

# ---------------------------------------------------------------------------
# The server
# ---------------------------------------------------------------------------

# A copy of the server tree in which the extension can be installed without
# touching the real one.  The programs find their files relative to where they
# are, so the copy has the same paths below $SCRATCH/server; programs are
# copied, all else is linked.
private_server_tree()
{
	local root=$SCRATCH/server dir name

	say "$("$PG_CONFIG" --version): copying the server to $root"
	REAL_PG_CONFIG=$PG_CONFIG
	dir=$("$PG_CONFIG" --bindir)
	mkdir -p "$root$dir"
	cp -RL "$dir/." "$root$dir/"
	for name in pkglibdir sharedir; do
		dir=$("$REAL_PG_CONFIG" "--$name")
		mkdir -p "$root$dir"
		cp -Rs "$dir/." "$root$dir/"
		rm -rf "$root$dir"/governance.so "$root$dir"/extension/governance* "$root$dir"/bitcode
	done
	for name in includedir pkgincludedir includedir-server libdir; do
		dir=$("$REAL_PG_CONFIG" "--$name")
		if [ ! -e "$root$dir" ]; then
			mkdir -p "$(dirname "$root$dir")"
			ln -s "$dir" "$root$dir"
		fi
	done

	BINDIR=$root$("$REAL_PG_CONFIG" --bindir)
	PG_CONFIG=$BINDIR/pg_config
	for name in pkglibdir sharedir; do
		dir=$root$("$REAL_PG_CONFIG" "--$name")
		[ "$("$PG_CONFIG" "--$name")" = "$dir" ] ||
			die "the copied server looks for its $name in $("$PG_CONFIG" "--$name"), not in $dir"
	done
	PGXS_DIR=$(dirname "$(dirname "$(dirname "$("$PG_CONFIG" --pgxs)")")")
	export PG_CONFIG BINDIR PGXS_DIR PATH="$BINDIR:$PATH"
}

# build_extension [MAKE ARGUMENT...]: without JIT bitcode, so no clang is needed.
# shellcheck disable=SC2120
build_extension()
{
	local log=$SCRATCH/build.log

	say "building and installing the extension"
	if ! {
		make -s -j2 PG_CONFIG="$PG_CONFIG" with_llvm=no "$@" &&
			make -s PG_CONFIG="$PG_CONFIG" with_llvm=no "$@" install
	} >"$log" 2>&1; then
		show_tail "$log" 100
		die "the extension does not build"
	fi
}

# start_cluster [SETTING...]: a throwaway cluster on a socket in $SCRATCH/sock,
# with the given lines in its configuration.
start_cluster()
{
	local setting

	say "starting a throwaway cluster"
	initdb -D "$SCRATCH/data" -U postgres -A trust -N --no-instructions \
		-E UTF8 --locale=C >"$SCRATCH/initdb.log" 2>&1 || {
		show_tail "$SCRATCH/initdb.log"
		die "initdb failed"
	}
	mkdir -p "$SCRATCH/sock"
	{
		echo "listen_addresses = ''"
		echo "unix_socket_directories = '$SCRATCH/sock'"
		echo "max_prepared_transactions = 10"
		echo "log_line_prefix = '%m [%p] %q%a '"
		echo "timezone = 'UTC'"
		echo "jit = off"
		for setting in "$@"; do
			echo "$setting"
		done
	} >>"$SCRATCH/data/postgresql.conf"
	export PGHOST=$SCRATCH/sock PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	pg_ctl -D "$SCRATCH/data" -l "$SCRATCH/server.log" -w -t 120 start >"$SCRATCH/pg_ctl.log" 2>&1 || {
		show_tail "$SCRATCH/pg_ctl.log"
		show_tail "$SCRATCH/server.log"
		die "the server does not start"
	}
}

stop_cluster()
{
	trap '' INT TERM HUP
	if [ -f "$SCRATCH/data/postmaster.pid" ]; then
		pg_ctl -D "$SCRATCH/data" -m immediate -w stop >/dev/null 2>&1 || true
	fi
}

# psql without anybody's start-up file, stopping at the first error.
psql_run()
{
	psql -X -q -v ON_ERROR_STOP=1 "$@"
}
