# Makes the part of the install script that holds the packs, from the policies in
# sql/rulebook/packs and the entitlements in sql/entitlement/packs: awk -f packs.awk
# packs/*.json

function start_of_file(	name)
{
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.json$/, "", name)
	if (name !~ /^[a-z][a-z0-9_.]*$/) {
		print "packs.awk: \"" name "\" cannot be the name of a pack" > "/dev/stderr"
		failed = 1
		exit 1
	}
	if (count > 0)
		print "$pack$;"
	names[++count] = name
	print "\t\tWHEN '" name "' THEN"
	print "\t\t\tRETURN $pack$"
}

BEGIN {
	print "-- ---------------------------------------------------------------------------"
	print "-- rulebook: the documents shipped with the extension.  Made from"
	print "-- sql/rulebook/packs/*.json and sql/entitlement/packs/*.json: change those instead."
	print "-- ---------------------------------------------------------------------------"
	print ""
	print "CREATE FUNCTION governance.pack(name text) RETURNS jsonb"
	print "\tLANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE"
	print "\tSET search_path = pg_catalog, pg_temp"
	print "AS $function$"
	print "BEGIN"
	print "\tCASE name"
}

FNR == 1 { start_of_file() }

/\$pack\$|\$function\$/ {
	print "packs.awk: " FILENAME ":" FNR ": this text cannot be quoted" > "/dev/stderr"
	failed = 1
	exit 1
}

{ print }

END {
	if (failed || count == 0)
		exit 1
	print "$pack$;"
	print "\t\tELSE"
	print "\t\t\tPERFORM governance.report_missing('pack', name);"
	print "\tEND CASE;"
	print "END"
	print "$function$;"
	print "COMMENT ON FUNCTION governance.pack(text) IS"
	print "\t'a document shipped with the extension, ready for publish()';"
	print ""
	print "CREATE FUNCTION governance.packs(OUT pack text, OUT kind text, OUT title text, OUT rules int, OUT source text)"
	print "\tRETURNS SETOF record"
	print "\tLANGUAGE sql IMMUTABLE PARALLEL SAFE"
	print "\tROWS " count
	print "\tSET search_path = pg_catalog, pg_temp"
	print "AS $function$"
	print "\tSELECT p.name,"
	print "\t\tCASE WHEN d.document ? 'entitlement' THEN 'entitlement' ELSE 'scheme' END,"
	print "\t\tcoalesce(d.document->'title'->>'en', d.document->>'title'),"
	print "\t\tCASE WHEN d.document ? 'rules' THEN (SELECT count(*)::int FROM jsonb_object_keys(d.document->'rules') AS k WHERE k NOT LIKE '//%') END,"
	print "\t\tCASE jsonb_typeof(d.document->'source')"
	print "\t\t\tWHEN 'array' THEN (SELECT string_agg(s, '; ') FROM jsonb_array_elements_text(d.document->'source') AS s)"
	print "\t\t\tELSE d.document->>'source'"
	print "\t\tEND"
	print "\tFROM unnest(ARRAY["
	for (i = 1; i <= count; i++)
		print "\t\t\t'" names[i] "'" (i < count ? "," : "")
	print "\t\t]) WITH ORDINALITY AS p(name, n),"
	print "\t\tgovernance.pack(p.name) AS d(document)"
	print "\tORDER BY p.n"
	print "$function$;"
	print "COMMENT ON FUNCTION governance.packs() IS"
	print "\t'the documents shipped with the extension: name, kind (scheme or entitlement), title, number of rules of a scheme, where the figures come from';"
}
