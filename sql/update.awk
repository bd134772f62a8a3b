# What an update brings, from the parts of the install script: each object anew.
#
#	awk -f sql/update.awk sql/*.sql sql/*/*.sql
#
# Functions and aggregates are replaced.  Types, operators, operator classes and
# casts cannot be: those that are there stay, those that are not are created.  So
# whatever is added to sql/ reaches a database of an earlier version by itself.
# What changes in an operator, say, or goes, is written in sql/updates; the test
# t/005_update names it.

/^CREATE (FUNCTION|AGGREGATE|PROCEDURE)/ { sub(/^CREATE/, "CREATE OR REPLACE") }
/^CREATE (TYPE|OPERATOR|CAST)/ { print "DO $unless_there$ BEGIN"; inside = 1 }
{ print }
inside && /;$/ { print "EXCEPTION WHEN duplicate_object OR duplicate_function THEN NULL; END $unless_there$;"; inside = 0 }
