# shellcheck shell=bash
#
# source_server.sh
#	A server of our own from Debian's source archive, with assertions on and
#	with what Valgrind needs to see the server's own memory: for test/assertions
#	and test/upgrade.  Needs cluster.sh.
#
# Servers are kept in $XDG_CACHE_HOME or /var/tmp below governance-servers.

server_cache()
{
	echo "${XDG_CACHE_HOME:-/var/tmp}/governance-servers"
}

# source_server_packages: what the build needs from Debian.
source_server_packages()
{
	local need=() package log

	for package in gcc make bison flex perl libicu-dev libxml2-dev zlib1g-dev pkg-config dpkg-dev \
		valgrind libipc-run-perl; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' ||
			need+=("$package")
	done
	[ "${#need[@]}" -eq 0 ] && return
	log=$(mktemp)
	install_packages "$log" "${need[@]}"
	rm -f "$log"
}

# source_server MAJOR: builds it unless it is there, and sets SOURCE_PG_CONFIG.
source_server()
{
	local major=$1 cache release work apt log

	cache=$(server_cache)
	release=$(release_of "$major")
	SOURCE_PG_CONFIG=$cache/$major/bin/pg_config
	[ -x "$SOURCE_PG_CONFIG" ] && return

	source_server_packages
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/build.XXXXXX")
	log=$work/log
	# Package lists of that release alone, apart from those of the machine.
	apt=$work/apt
	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $MIRROR $release main" \
		>"$apt/sources.list"
	say "PostgreSQL $major: fetching the source from Debian's archive"
	# "errexit" is off on the left of "||".
	(
		cd "$work" || exit
		options=(-q -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
			-o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache"
			-o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root)
		apt-get "${options[@]}" update || exit
		# As PostgreSQL releases it: with Debian's patches it would install
		# itself over the machine's own server.
		apt-get "${options[@]}" --download-only source "postgresql-$major" || exit
		tar -xf "postgresql-${major}_"*.orig.tar.*
	) >"$log" 2>&1 || {
		show_tail "$log" 30
		die "could not fetch the source of PostgreSQL $major"
	}
	say "PostgreSQL $major: building it with assertions (some minutes)"
	(
		cd "$work/postgresql-$major"*/ || exit
		# Below another make, its own would leave out the generated headers.
		unset MAKEFLAGS MAKELEVEL MAKEOVERRIDES MFLAGS
		./configure --prefix="$cache/$major" --enable-cassert --enable-debug \
			--enable-tap-tests --with-icu --with-libxml --without-readline \
			CFLAGS="-O1 -g -fno-omit-frame-pointer" CPPFLAGS=-DUSE_VALGRIND || exit
		make -s -j2 DESTDIR="$work/root" install || exit
		for module in btree_gist amcheck; do
			make -s -j2 DESTDIR="$work/root" -C "contrib/$module" install || exit
		done
		# What Valgrind is not to say of the server itself.
		cp src/tools/valgrind.supp "$work/root$cache/$major/"
	) >>"$log" 2>&1 || {
		show_tail "$log" 40
		die "could not build PostgreSQL $major; its log is $log"
	}
	rm -rf "${cache:?}/$major"
	mv "$work/root$cache/$major" "$cache/$major"
	rm -rf "$work"
}
