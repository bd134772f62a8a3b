# Makes the part of the install script that says who has use of what, from the
# lines "-- Level: ..." in the other parts: awk -f levels.awk sql/*.sql sql/*/*.sql
#
# Such a line stands right above CREATE FUNCTION, and gives the level that has
# use of the function; where several functions have one name, above one of them:
#
#	-- Level: everyone | reader | moderator | administrator | owner
#
# or above the step that creates a table, view or sequence, and says what levels
# may do to it; readers may select from each of them:
#
#	-- Level: reader
#	-- Level: moderator INSERT, administrator UPDATE DELETE
#
# Functions that say nothing are for everyone where they answer from their
# arguments alone, and for the owner where they are called by triggers; a test
# names any other.

function fail(text)
{
	print "levels.awk: " FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

function row(kind, object, level, privileges)
{
	rows = rows (rows == "" ? "" : ",\n") "\t\t('" kind "', '" object "', '" level "', '{" privileges "}')"
}

BEGIN {
	split("reader moderator administrator", levels, " ")
	for (i in levels)
		known[levels[i]] = granted[levels[i]] = 1
	known["everyone"] = known["owner"] = 1
	split("SELECT INSERT UPDATE DELETE USAGE", words, " ")
	for (i in words)
		privilege[words[i]] = 1
}

/^-- Level: / {
	if (said != "")
		fail("two levels for one object")
	said = substr($0, 11)
	next
}

/^CREATE (FUNCTION|PROCEDURE) governance\./ {
	name = substr($3, 12)
	sub(/\(.*/, "", name)
	if (said != "") {
		if (!(said in known))
			fail("there is no level \"" said "\"")
		if (name in called)
			fail("function " name " has a level already")
		called[name] = said
		row("function", name, said, "EXECUTE")
		said = ""
	}
}

/^\([0-9]+, '(table|view|sequence)', '/ {
	split($0, part, "'")
	kind = part[2] == "sequence" ? "sequence" : "table"
	name = part[4]
	if (said == "")
		fail(part[2] " " name " has no level: write \"-- Level: reader\", or what moderators and administrators may do to it, above its step")
	row(kind, name, "reader", "SELECT")
	more = 0
	if (said != "reader") {
		n = split(said, grants, ", ")
		for (i = 1; i <= n; i++) {
			m = split(grants[i], words, " ")
			if (!(words[1] in granted) || m < 2)
				fail("not a level with privileges: \"" grants[i] "\"")
			list = words[2]
			for (j = 2; j <= m; j++) {
				if (!(words[j] in privilege))
					fail("there is no privilege \"" words[j] "\"")
				if (j > 2)
					list = list "," words[j]
			}
			row(kind, name, words[1], list)
			more = 1
		}
	}
	if (kind == "sequence" && !more)
		row(kind, name, "owner", "USAGE")
	said = ""
}

# Between the line and its object stands nothing.
said != "" { fail("what is this the level of: " said) }

END {
	if (failed)
		exit 1
	row("function", "object_level", "everyone", "EXECUTE")
	print "-- ---------------------------------------------------------------------------"
	print "-- oversight: who has use of what.  Made from the lines \"-- Level: ...\" above the"
	print "-- objects, in the files where these are: change those instead."
	print "-- ---------------------------------------------------------------------------"
	print ""
	print "CREATE FUNCTION governance.object_level(OUT kind text, OUT object text, OUT level text, OUT privileges text[])"
	print "\tRETURNS SETOF record"
	print "\tLANGUAGE sql STABLE PARALLEL SAFE ROWS 300"
	print "\tSET search_path = pg_catalog, pg_temp"
	print "AS $levels$"
	print "\tWITH said (kind, object, level, privileges) AS (VALUES"
	print rows
	print "\t)"
	print "\tSELECT s.kind, s.object, s.level, s.privileges::text[] FROM said s"
	print "\tUNION ALL"
	print "\tSELECT DISTINCT 'function', p.proname, CASE WHEN p.prorettype = 'trigger'::regtype THEN 'owner' ELSE 'everyone' END,"
	print "\t\t\t'{EXECUTE}'::text[]"
	print "\t\tFROM pg_proc p"
	print "\t\tWHERE p.pronamespace = 'governance'::regnamespace"
	print "\t\t\tAND (p.prorettype = 'trigger'::regtype OR p.provolatile = 'i')"
	print "\t\t\tAND NOT EXISTS (SELECT FROM said s WHERE s.kind = 'function' AND s.object = p.proname)"
	print "$levels$;"
	print "COMMENT ON FUNCTION governance.object_level() IS"
	print "\t'every table, view, sequence and function of the schema with the lowest level that has use of it and what that level may do to it; each level has what the ones below it have';"
}
