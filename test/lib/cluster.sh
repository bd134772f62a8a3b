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
#	OUT_STAYS=1        for scripts: what else is in $OUT_DIR stays there
#	GOVERNANCE_DATA    folder of data sets (default: ../shared/data)
#	TMPDIR             where the scratch folder is made (default: /var/tmp, else /tmp)
#	KEEP=1             leave the scratch folder behind

# What is in the caller's environment otherwise is not for us.

unset CDPATH

say()
{
	printf '== %s\n' "$*"
}

die()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
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

# Room that the scratch folder needs, in megabytes.
: "${SCRATCH_ROOM:=1500}"

# shellcheck source=test/lib/packages.sh
. "${BASH_SOURCE[0]%/*}/packages.sh"

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
	chmod -R u+rwX "$to"
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

# clean_environment: settings of the caller that would change what is built or
# what the tests see (libpq's and make's, the compiler's, those of languages)
# are taken away; what is not named here is one.
clean_environment()
{
	local name

	for name in $(compgen -e); do
		case $name in
			PATH | HOME | USER | LOGNAME | SHELL | TERM | PWD | OLDPWD | SHLVL | _) ;;
			TMPDIR | LD_LIBRARY_PATH | CI | XDG_CACHE_HOME | CCACHE_* | SUDO_*) ;;
			http_proxy | https_proxy | ftp_proxy | no_proxy | HTTP_PROXY | HTTPS_PROXY | FTP_PROXY | NO_PROXY) ;;
			ONLY | EXTRA | KEEP | TEST_TIMEOUT | BUILD_ONLY | SANITIZE | VALGRIND | VALGRIND_SUPPRESSIONS) ;;
			PG_CONFIG | OLD_PG_CONFIG | NEW_PG_CONFIG | FROM | TO | VERSIONS | FRESH | MIRROR) ;;
			SYNCHRONOUS_COMMIT | BENCH_* | GOVERNANCE_* | PURPOSE | OUT_DIR | DEB_*) ;;
			*) unset "$name" 2>/dev/null || true ;;
		esac
	done
	for name in $(declare -Fx | sed 's/.* //'); do
		unset -f "$name"
	done
	export LC_ALL=C.UTF-8 LANG=C.UTF-8
	umask 022
}

# unfit FOLDER MEGABYTES: why no scratch folder can be made there, or nothing.
# The user that the server will run as must get there too.
unfit()
{
	local folder=$1 room=$2 probe user free

	case $folder in
		*[!A-Za-z0-9/._@%+-]*)
			echo "make cannot handle its name: only letters, digits and / . _ - + @ % may be in it"
			return
			;;
	esac
	if [ ! -d "$folder" ]; then
		echo "it is no folder"
		return
	fi
	# The rest of a socket's path takes as much again.
	if [ "${#folder}" -gt 60 ]; then
		echo "its name is too long for a socket's path"
		return
	fi
	probe=$folder/governance-probe.$$
	if ! mkdir -m 755 "$probe" 2>/dev/null; then
		echo "it cannot be written"
		return
	fi
	user=
	[ "$(id -u)" -ne 0 ] || user=nobody
	if ! printf '#!/bin/sh\nexit 0\n' 2>/dev/null >"$probe/run" || ! chmod 755 "$probe/run"; then
		echo "it cannot be written"
	elif ! RUN_USER=$user as_user test -r "$probe/run"; then
		echo "other users than root cannot read it"
	elif ! RUN_USER=$user as_user "$probe/run" 2>/dev/null; then
		echo "programs cannot be run there (noexec)"
	else
		free=$(df -P -k "$probe" 2>/dev/null | awk 'NR == 2 { print int($4 / 1024) }')
		if [ -n "$free" ] && [ "$free" -lt "$room" ]; then
			echo "it has $free MB free, and $room MB are needed"
		fi
	fi
	rm -rf "$probe"
}

# choose_folder MEGABYTES: where to work, TMPDIR as the caller says, else the
# first that is fit; sets WORK_FOLDER.
choose_folder()
{
	local folder reason reasons=''

	WORK_FOLDER=
	if [ -n "${TMPDIR:-}" ]; then
		folder=$(cd "$TMPDIR" 2>/dev/null && pwd -P) || folder=$TMPDIR
		reason=$(unfit "$folder" "$1")
		[ -z "$reason" ] || die "TMPDIR=$TMPDIR: $reason"
		WORK_FOLDER=$folder
		return
	fi
	for folder in /var/tmp /tmp; do
		folder=$(cd "$folder" 2>/dev/null && pwd -P) || continue
		reason=$(unfit "$folder" "$1")
		if [ -z "$reason" ]; then
			WORK_FOLDER=$folder
			return
		fi
		reasons="$reasons; $folder: $reason"
	done
	die "no folder to work in: set TMPDIR to one${reasons}"
}

# What runs in the scratch folder and was left behind there.
processes_in_scratch()
{
	local dir link

	for dir in /proc/[0-9]*; do
		for link in cwd exe; do
			case $(readlink "$dir/$link" 2>/dev/null) in
				"$SCRATCH"/*)
					echo "${dir#/proc/}"
					break
					;;
			esac
		done
	done
}

# A server that is told to quit takes its shared memory with it.
end_leftovers()
{
	local signal try left

	for signal in QUIT KILL; do
		for try in 1 2 3 4 5 6 7 8 9 10; do
			left=$(processes_in_scratch)
			[ -n "$left" ] || return 0
			# shellcheck disable=SC2086
			[ "$try" -gt 1 ] || kill -"$signal" $left 2>/dev/null || true
			sleep 0.5
		done
	done
}

# Whatever way the first run ends.
leave_scratch()
{
	trap '' INT TERM HUP PIPE
	if [ -n "$INNER_PID" ]; then
		kill -TERM -- "-$INNER_PID" 2>/dev/null || true
		wait "$INNER_PID" 2>/dev/null || true
	fi
	rm -rf "${TMPDIR:-/var/tmp}/governance-probe.$$" "/tmp/governance-probe.$$"
	[ -d "$SCRATCH" ] || return 0
	end_leftovers
	if [ -n "${KEEP:-}" ]; then
		say "kept $SCRATCH"
	else
		rm -rf "$SCRATCH"
	fi 2>/dev/null || true
}

# enter_scratch SCRIPT [ARGUMENT...]: see the head of this file.
# PURPOSE ("check", "run" or "deb") says what must be installed, OUT_DIR where the
# results go.
enter_scratch()
{
	local script=$1 tree relative status=0 data

	shift
	tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." >/dev/null && pwd -P)
	if [ -n "${GOVERNANCE_SCRATCH:-}" ]; then
		SCRATCH=$GOVERNANCE_SCRATCH
		mkdir -p "$SCRATCH/out"
		cd "$tree" || exit
		trap stop_cluster EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		return
	fi

	clean_environment
	relative=$(cd "$(dirname "$script")" && pwd -P)
	relative=${relative#"$tree"/}/${script##*/}

	# The name is ours before the folder is there: no moment in which it is
	# made and nobody would remove it.
	INNER_PID=
	SCRATCH=
	trap leave_scratch EXIT
	trap 'exit 130' INT
	trap 'exit 141' PIPE
	trap 'exit 143' TERM HUP
	choose_folder "$SCRATCH_ROOM"
	SCRATCH=$WORK_FOLDER/governance.$$.$RANDOM
	mkdir -m 755 "$SCRATCH" || die "$SCRATCH cannot be made"

	ensure_packages "${PURPOSE:-run}" "$SCRATCH/apt.log"

	RUN_USER=
	[ "$(id -u)" -ne 0 ] || RUN_USER=$(pick_user)

	copy_tree "$tree" "$SCRATCH/tree"

	data=$(cd "$tree" && cd "${GOVERNANCE_DATA:-../shared/data}" 2>/dev/null && pwd -P) || data=
	if [ -n "$data" ] && ! user_can_read "$data"; then
		cp -rL "$data" "$SCRATCH/shared-data"
		chmod -R u+rwX "$SCRATCH/shared-data"
		data=$SCRATCH/shared-data
	fi

	if [ -n "$RUN_USER" ]; then
		chown -R "$(id -u "$RUN_USER"):$(id -g "$RUN_USER")" "$SCRATCH"
	fi

	# A process group of its own, so that whatever it runs can be ended.
	set -m
	(
		cd "$SCRATCH" || exit
		export GOVERNANCE_SCRATCH=$SCRATCH GOVERNANCE_DATA=$data HOME=$SCRATCH TMPDIR=$SCRATCH/tmp
		mkdir -p tmp
		[ -z "$RUN_USER" ] || chown "$RUN_USER" tmp
		unset XDG_CACHE_HOME
		export USER=${RUN_USER:-${USER:-}} LOGNAME=${RUN_USER:-${LOGNAME:-}}
		as_user bash "$SCRATCH/tree/$relative" "$@"
	) </dev/null &
	INNER_PID=$!
	set +m
	wait "$INNER_PID" || status=$?
	INNER_PID=

	if [ -n "${OUT_DIR:-}" ]; then
		[ -n "${OUT_STAYS:-}" ] || rm -rf "${tree:?}/$OUT_DIR" 2>/dev/null || true
		if [ -n "$(ls -A "$SCRATCH/out" 2>/dev/null)" ]; then
			if mkdir -p "$tree/$OUT_DIR" 2>/dev/null &&
				cp -r --no-preserve=mode,ownership "$SCRATCH/out/." "$tree/$OUT_DIR" 2>/dev/null; then
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

# link_folder FROM TO: folders are made, links to folders followed; files are
# linked, but for what is ours and for bitcode.
link_folder()
{
	local from=$1 to=$2 dir

	mkdir -p "$to"
	find -L "$from" \( -name 'governance*' -o -name bitcode \) -prune -o -type d -print0 2>/dev/null |
		while IFS= read -r -d '' dir; do
			mkdir -p "$to${dir#"$from"}"
			find -L "$dir" -mindepth 1 -maxdepth 1 ! -type d ! -name 'governance*' -print0 |
				xargs -0 -r ln -sf -t "$to${dir#"$from"}" --
		done
}

# is_inside PATH FOLDER...: is it one of them, or below one?
is_inside()
{
	local path=$1 folder

	shift
	for folder in "$@"; do
		case $path/ in "$folder"/*) return 0 ;; esac
	done
	return 1
}

# A copy of the server tree in which the extension can be installed without
# touching the real one.  The programs find their files relative to where they
# are, so the copy has the same paths below $SCRATCH/server.  Programs are
# copied; folders in which something is installed are folders of ours, in which
# files are links; the others are links, and nothing is ever made below one.
private_server_tree()
{
	local root=$SCRATCH/server dir name linked=()

	say "$("$PG_CONFIG" --version): copying the server to $root"
	REAL_PG_CONFIG=$PG_CONFIG
	dir=$("$REAL_PG_CONFIG" --bindir)
	mkdir -p "$root$dir"
	cp -RL "$dir/." "$root$dir/"
	for name in pkglibdir sharedir; do
		dir=$("$REAL_PG_CONFIG" "--$name")
		link_folder "$dir" "$root$dir"
	done
	for name in includedir pkgincludedir includedir-server libdir; do
		dir=$("$REAL_PG_CONFIG" "--$name")
		if [ -d "$dir" ] && [ ! -e "$root$dir" ] && ! is_inside "$dir" "${linked[@]}"; then
			mkdir -p "$(dirname "$root$dir")"
			ln -s "$dir" "$root$dir"
			linked+=("$dir")
		fi
	done

	BINDIR=$root$("$REAL_PG_CONFIG" --bindir)
	PG_CONFIG=$BINDIR/pg_config
	for name in pkglibdir sharedir includedir-server; do
		dir=$root$("$REAL_PG_CONFIG" "--$name")
		[ "$("$PG_CONFIG" "--$name")" = "$dir" ] ||
			die "the copied server looks for its $name in $("$PG_CONFIG" "--$name"), not in $dir"
	done
	[ -f "$("$PG_CONFIG" --includedir-server)/postgres.h" ] ||
		die "there are no server headers in $("$REAL_PG_CONFIG" --includedir-server)"
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
