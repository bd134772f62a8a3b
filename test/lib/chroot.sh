# shellcheck shell=bash
#
# chroot.sh
#	Debian machines inside this one, as chroots: for test/versions, test/fresh
#	and test/machines.  Needs cluster.sh, and root.
#
# What runs in one has processes, mounts and shared memory of its own, where
# the kernel lets us: whatever happens, nothing of it is left when it ends.

CHROOT_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CHROOT_PID=
CHROOT_MOUNTS=
CHROOT_PART=

# run_apart COMMAND...: a signal to the script ends it at once, with all that it
# began, by leave_chroot in the script's traps.
run_apart()
{
	local status=0 isolate=()

	if unshare --mount --pid --ipc --fork true 2>/dev/null; then
		isolate=(unshare --mount --pid --ipc --fork --kill-child --)
	fi
	# A process group of its own, in which an interrupt is not ignored.
	set -m
	"${isolate[@]}" "$@" </dev/null &
	CHROOT_PID=$!
	set +m
	wait "$CHROOT_PID" || status=$?
	end_apart
	return "$status"
}

chroot_cache()
{
	echo "${XDG_CACHE_HOME:-/var/tmp}/governance-chroots"
}

# make_chroot RELEASE DIR LOG: only the base system and make, as on a fresh
# machine.
make_chroot()
{
	local release=$1 dir=$2 log=$3 script

	if ! command -v debootstrap >/dev/null; then
		[ -n "$(apt-cache show debootstrap 2>/dev/null)" ] || apt_update "$log"
		say "installing debootstrap"
		apt_install "$log" debootstrap || {
			show_tail "$log" 30
			die "could not install debootstrap"
		}
	fi

	# A release that is newer than debootstrap is made as sid is.
	script=/usr/share/debootstrap/scripts/$release
	[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid

	say "making a chroot of $release"
	rm -rf --one-file-system "$dir" "$dir.part"
	CHROOT_PART=$dir.part
	CHROOT_MOUNTS=$dir.part
	run_apart debootstrap --variant=minbase --include=make "$release" "$dir.part" "$MIRROR" "$script" \
		>"$log" 2>&1 || {
		show_tail "$log" 30
		die "debootstrap failed for $release"
	}
	# An archive may be a snapshot whose date has passed.
	echo 'Acquire::Check-Valid-Until "false";' >"$dir.part/etc/apt/apt.conf.d/90governance"
	mv "$dir.part" "$dir"
	CHROOT_PART=
}

# kept_chroot RELEASE LOG [SUFFIX]: the one in the cache, made if it is not
# there or if FRESH is set; sets CHROOT.  It is ours until the script ends, or
# until another one is taken.
kept_chroot()
{
	local release=$1 log=$2

	CHROOT=$(chroot_cache)/$release${3:-}
	mkdir -p "$(chroot_cache)"
	exec 9>"$CHROOT.lock"
	until flock -w 1 9; do
		:
	done
	if [ -n "${FRESH:-}" ] || [ ! -d "$CHROOT" ]; then
		make_chroot "$release" "$CHROOT" "$log"
	fi
}

# copy_into_chroot TREE ROOT: the tree as /governance, and the data sets beside
# it.
copy_into_chroot()
{
	local tree=$1 root=$2 data

	rm -rf "$root/governance" "$root/shared"
	cp -L /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
	copy_tree "$tree" "$root/governance"
	chown -R 0:0 "$root/governance"
	data=$(cd "$tree" && cd "${GOVERNANCE_DATA:-../shared/data}" 2>/dev/null && pwd -P) || return 0
	mkdir -p "$root/shared"
	cp -rL "$data" "$root/shared/data"
}

# The first process inside: it mounts what programs expect, and takes over
# whom others leave behind.  Where something cannot be mounted, the folder that
# is there has to do.
# shellcheck disable=SC2016
CHROOT_INIT='
	root=$1
	shift
	mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc" 2>/dev/null
	mkdir -p "$root/dev/shm" "$root/dev/pts"
	chmod 1777 "$root/dev/shm"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm" 2>/dev/null
	mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts" 2>/dev/null
	chroot "$root" "$@"
	exit $?'

# in_chroot ROOT COMMAND...: with an empty environment and no standard input.
# leave_chroot in the caller's traps ends it.
in_chroot()
{
	local root=$1

	shift
	CHROOT_MOUNTS=$root
	run_apart bash -c "$CHROOT_INIT" chroot "$root" \
		env -i PATH="$CHROOT_PATH" HOME=/root LC_ALL=C.UTF-8 "$@"
}

# End what is left, and unmount what had no space of its own.
end_apart()
{
	local mount try

	if [ -n "$CHROOT_PID" ]; then
		# The first process inside ends when all others have.
		for try in $(seq 100); do
			kill -KILL -- "-$CHROOT_PID" || break
			[ "$try" -eq 1 ] || sleep 0.1
		done 2>/dev/null
		wait "$CHROOT_PID" 2>/dev/null || true
		CHROOT_PID=
	fi
	if [ -n "$CHROOT_MOUNTS" ]; then
		for mount in dev/pts dev/shm proc; do
			! mountpoint -q "$CHROOT_MOUNTS/$mount" || umount -l "$CHROOT_MOUNTS/$mount"
		done
		CHROOT_MOUNTS=
	fi
}

# For the caller's traps: nothing is left, and no chroot that is half made.
leave_chroot()
{
	end_apart
	[ -z "$CHROOT_PART" ] || rm -rf --one-file-system "$CHROOT_PART"
}
