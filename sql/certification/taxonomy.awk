# Makes the part of the install script that holds the shipped taxonomy, from
# the files in sql/certification/taxonomy: awk -f taxonomy.awk taxonomy/*.csv

function start_of_file(	name)
{
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.csv$/, "", name)
	if (name !~ /^[a-z_]+$/) {
		print "taxonomy.awk: \"" name "\" cannot be the name of a part" > "/dev/stderr"
		failed = 1
		exit 1
	}
	if (count++ > 0)
		print "$csv$;"
	print "\t\tWHEN '" name "' THEN"
	printf "\t\t\tRETURN $csv$"
}

BEGIN {
	print "-- ---------------------------------------------------------------------------"
	print "-- certification: the taxonomy shipped with the extension.  Made from"
	print "-- sql/certification/taxonomy/*.csv: change those instead."
	print "-- ---------------------------------------------------------------------------"
	print ""
	print "CREATE FUNCTION governance.shipped_taxonomy(part text) RETURNS text"
	print "\tLANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE"
	print "\tSET search_path = pg_catalog, pg_temp"
	print "AS $function$"
	print "BEGIN"
	print "\tCASE part"
}

FNR == 1 { start_of_file() }

/\$csv\$|\$function\$/ {
	print "taxonomy.awk: " FILENAME ":" FNR ": this text cannot be quoted" > "/dev/stderr"
	failed = 1
	exit 1
}

{ print }

END {
	if (failed || count == 0)
		exit 1
	print "$csv$;"
	print "\t\tELSE"
	print "\t\t\tPERFORM governance.taxonomy_part(part);	-- says what there is"
	print "\tEND CASE;"
	print "END"
	print "$function$;"
	print "COMMENT ON FUNCTION governance.shipped_taxonomy(text) IS"
	print "\t'a part of the taxonomy shipped with the extension, as a CSV text';"
}
