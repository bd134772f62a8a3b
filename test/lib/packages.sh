# shellcheck shell=bash
#
# packages.sh
#	What must be installed before anything can be built and run, and how it
#	comes in.  Part of cluster.sh.
#
# Nothing is asked of apt when nothing is missing.  What comes in starts
# nothing: no service, and no cluster of its own.

SUPPORTED_MAJORS="18 17 16 15"

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

# ---------------------------------------------------------------------------
# Root, and apt
# ---------------------------------------------------------------------------

# Sudo asks on the terminal, wherever our standard input comes from.
has_terminal()
{
	{ : </dev/tty; } 2>/dev/null
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif has_terminal; then
		sudo "$@"
	else
		sudo -n "$@"
	fi
}

# need_root WHAT: can something be done as root?  Asked before anything begins.
need_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		return
	fi
	command -v sudo >/dev/null || die "please do as root: $1"
	if ! sudo -n true 2>/dev/null; then
		has_terminal || die "sudo wants a password, and there is no terminal to ask on; please do as root: $1"
		say "sudo for: $1"
		sudo true || die "please do as root: $1"
	fi
}

# The root's part: apt_step LOG COMMAND...  One of ours at a time, and what
# other programs hold is waited for.  Once begun it comes to its end: apt has a
# session of its own and hears no signals, because packages that came in
# halfway leave the whole machine in need of repair.
# shellcheck disable=SC2016
APT_STEP='
	umask 022
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	LC_ALL=C.UTF-8
	DEBIAN_FRONTEND=noninteractive
	export PATH LC_ALL DEBIAN_FRONTEND
	exec 9</var/lib/dpkg
	if ! flock -n 9; then
		echo "== waiting for another installation to end"
		flock 9
	fi
	trap "" INT QUIT TERM HUP
	exec setsid --wait sh -c "$1" apt "$@"'
# shellcheck disable=SC2016
APT_COMMAND='
	log=$2
	policy=/usr/sbin/policy-rc.d
	folder=/etc/postgresql-common/createcluster.d
	conf=$folder/governance-check.conf
	mark="made by governance while packages come in"
	shift 2

	# Nothing is started; a server that comes in makes no cluster: nobody asked
	# for one.  What a machine has to say of it already stays as it is.
	put()
	{
		if [ ! -e "$1" ] || grep -q "$mark" "$1"; then
			printf "$3" >"$1"
			chmod "$2" "$1"
		fi
	}
	take_back()
	{
		for file in "$policy" "$conf"; do
			if [ -e "$file" ] && grep -q "$mark" "$file"; then
				rm -f "$file"
			fi
		done
		for dir in $made; do
			dpkg-query -S "$dir" >/dev/null 2>&1 || rmdir "$dir" 2>/dev/null
		done
	}
	made=
	case " $* " in
		*" install "*)
			[ -e "$folder" ] || made=$folder
			[ -e "${folder%/*}" ] || made="$made ${folder%/*}"
			mkdir -p "$folder"
			put "$policy" 755 "#!/bin/sh\n# $mark\nexit 101\n"
			put "$conf" 644 "# $mark\ncreate_main_cluster = false\n"
			;;
	esac

	tries=0
	while :; do
		"$@" </dev/null >"$log" 2>&1 9<&- && status=0 || status=$?
		# Of some of its locks apt does not wait itself.
		[ "$status" -ne 0 ] && [ "$tries" -lt 120 ] &&
			grep -q -E "(Could not get|Unable to) lock|Unable to acquire" "$log" || break
		[ "$tries" -gt 0 ] || echo "== waiting for another program that holds the locks of apt"
		tries=$((tries + 1))
		sleep 5
	done
	take_back
	exit "$status"'

apt_step()
{
	as_root sh -c "$APT_STEP" apt "$APT_COMMAND" "$@"
}

# apt_update LOG: lists that are old, or one archive of several that does not
# answer, may still do.
apt_update()
{
	[ -z "${APT_UPDATED:-}" ] || return 0
	say "reading the package lists"
	if ! apt_step "$1" apt-get -q update; then
		show_tail "$1" 5
		say "the package lists could not be read anew"
	fi
	APT_UPDATED=yes
}

# apt_install LOG PACKAGE...
apt_install()
{
	local log=$1

	shift
	apt_step "$log" apt-get -q -y --no-install-recommends \
		-o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 install "$@"
}

# install_packages LOG PACKAGE...: or the script ends here.
install_packages()
{
	local log=$1

	shift
	command -v apt-get >/dev/null || die "please install these (named as in Debian): $*"
	need_root "apt-get install $*"
	apt_update "$log"
	say "installing $* (once begun, this is not interrupted)"
	apt_install "$log" "$@" || {
		show_tail "$log" 30 >&2
		die "could not install: $*"
	}
}

is_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Has apt a version of it to offer?
can_be_had()
{
	[ -n "$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^  Candidate: \([^(].*\)/\1/p')" ]
}

# ---------------------------------------------------------------------------
# The server
# ---------------------------------------------------------------------------

# The packages of Debian's server that are missing for a purpose.  The headers
# tell whether the development files are here: pgxs.mk comes with the client.
server_packages()
{
	local purpose=$1 major=$2

	[ -x "/usr/lib/postgresql/$major/bin/postgres" ] &&
		[ -x "/usr/lib/postgresql/$major/bin/pg_config" ] || echo "postgresql-$major"
	[ -f "/usr/include/postgresql/$major/server/postgres.h" ] || echo "postgresql-server-dev-$major"
	if [ "$purpose" = check ]; then
		[ -f "/usr/share/postgresql/$major/extension/pgtap.control" ] ||
			echo "postgresql-$major-pgtap"
	fi
}

# The major that a pg_config says, or nothing if it is none.
major_of()
{
	{ "$1" --version 2>/dev/null || true; } | sed -n 's/^PostgreSQL \([0-9][0-9]*\).*/\1/p'
}

# The major whose server in Debian's layout a pg_config belongs to, or nothing.
debian_major()
{
	{ "$1" --bindir 2>/dev/null || true; } | sed -n 's|^/usr/lib/postgresql/\([0-9]*\)/bin$|\1|p'
}

# What a server that is not Debian's lacks, or nothing.
lacking()
{
	local config=$1

	if [ ! -x "$("$config" --bindir)/postgres" ]; then
		echo "there is no server in $("$config" --bindir)"
	elif [ ! -f "$("$config" --includedir-server)/postgres.h" ]; then
		echo "its development files are not installed (no $("$config" --includedir-server)/postgres.h)"
	elif [ ! -f "$("$config" --pgxs)" ]; then
		echo "its development files are not installed (no $("$config" --pgxs))"
	fi
}

# Those of Debian's layout of which a part is here, the newest first.
majors_here()
{
	local major

	for major in $SUPPORTED_MAJORS; do
		if [ -x "/usr/lib/postgresql/$major/bin/postgres" ] ||
			[ -f "/usr/include/postgresql/$major/server/postgres.h" ]; then
			echo "$major"
		fi
	done
}

# choose_server PURPOSE LOG: sets CHOSEN_MAJOR to one of Debian's servers, which
# may have to be installed, or CHOSEN_CONFIG to the pg_config of another.
# PG_CONFIG says which; else it is the newest supported one that is whole, else
# one of which a part is here and the rest can be had, else the release's.
choose_server()
{
	local purpose=$1 log=$2 config major wrong package tried=''

	CHOSEN_MAJOR=
	CHOSEN_CONFIG=
	if [ -n "${PG_CONFIG:-}" ]; then
		config=$(command -v "$PG_CONFIG") || die "PG_CONFIG=$PG_CONFIG: no such program"
		major=$(major_of "$config")
		[ -n "$major" ] || die "PG_CONFIG=$PG_CONFIG does not answer as pg_config does"
		[ "$major" -ge 15 ] || die "PostgreSQL $major is too old: governance needs 15 or newer"
		CHOSEN_MAJOR=$(debian_major "$config")
		if [ -z "$CHOSEN_MAJOR" ]; then
			wrong=$(lacking "$config")
			[ -z "$wrong" ] || die "PG_CONFIG=$PG_CONFIG: $wrong"
			CHOSEN_CONFIG=$config
		fi
		return
	fi

	for major in $(majors_here); do
		if [ -z "$(server_packages "$purpose" "$major")" ]; then
			CHOSEN_MAJOR=$major
			return
		fi
	done
	config=$(command -v pg_config) || config=
	if [ -n "$config" ] && [ -z "$(debian_major "$config")" ] && [ -z "$(lacking "$config")" ]; then
		major=$(major_of "$config")
		if [ "${major:-0}" -ge 15 ]; then
			CHOSEN_CONFIG=$config
			return
		fi
	fi

	command -v apt-get >/dev/null ||
		die "no PostgreSQL found: install it with its development files, or set PG_CONFIG"
	need_root "apt-get install postgresql and what belongs to it"
	apt_update "$log"
	for major in $(majors_here) $(apt-cache depends postgresql 2>/dev/null |
		sed -n 's/^ *Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1); do
		[ "$major" -ge 15 ] || die "PostgreSQL $major is too old: governance needs 15 or newer"
		wrong=
		for package in $(server_packages "$purpose" "$major"); do
			can_be_had "$package" || wrong="$wrong $package"
		done
		if [ -z "$wrong" ]; then
			[ -z "$tried" ] || say "apt does not offer$tried"
			CHOSEN_MAJOR=$major
			return
		fi
		tried="$tried$wrong"
	done
	if [ -n "$tried" ]; then
		die "apt does not offer$tried"
	fi
	die "apt offers no PostgreSQL server"
}

# ---------------------------------------------------------------------------
# Everything
# ---------------------------------------------------------------------------

# The packages that are missing for the given purpose beside the server:
# "check", "run" or "deb".
tool_packages()
{
	local purpose=$1

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
	if [ -n "$major" ]; then
		[ -e "$lib/pg_cron.so" ] || echo "postgresql-$major-cron"
		[ -e "$lib/wal2json.so" ] || echo "postgresql-$major-wal2json"
	fi
}

# Whatever of it can be had is installed; the tests of the rest say that they
# are skipped.
ensure_extra_packages()
{
	local major=$1 log=$2 missing package

	missing=$(extra_packages "$major" | tr '\n' ' ')
	missing=${missing% }
	[ -n "$missing" ] || return 0
	if ! command -v apt-get >/dev/null || { [ "$(id -u)" -ne 0 ] && ! as_root true 2>/dev/null; }; then
		say "not installed, so the tests that need them are skipped: $missing"
		return 0
	fi
	apt_update "$log"
	say "installing $missing (once begun, this is not interrupted)"
	# shellcheck disable=SC2086
	if ! apt_install "$log" $missing; then
		for package in $missing; do
			apt_install "$log" "$package" ||
				say "$package cannot be installed, so the tests that need it are skipped: $(tail -n 1 "$log")"
		done
	fi
}

# ensure_packages PURPOSE LOG: make sure that everything is there, and set
# PG_CONFIG.
ensure_packages()
{
	local purpose=$1 log=$2 missing

	choose_server "$purpose" "$log"
	missing=$(
		tool_packages "$purpose"
		[ -z "$CHOSEN_MAJOR" ] || server_packages "$purpose" "$CHOSEN_MAJOR"
	)
	if [ -n "$missing" ]; then
		# shellcheck disable=SC2086
		install_packages "$log" $missing
	fi
	if [ "$purpose" = check ] && [ -n "${EXTRA:-}" ]; then
		ensure_extra_packages "$CHOSEN_MAJOR" "$log"
	fi

	PG_CONFIG=${CHOSEN_CONFIG:-/usr/lib/postgresql/$CHOSEN_MAJOR/bin/pg_config}
	[ -x "$PG_CONFIG" ] || die "$PG_CONFIG is missing after the installation"
	export PG_CONFIG
}
