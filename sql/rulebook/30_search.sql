-- ---------------------------------------------------------------------------
-- rulebook: search in the rules that are in force
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.search_rules(query text DEFAULT '')
	RETURNS TABLE (scheme text, scheme_title text, class text, rule text, title text, severity text, price text,
				   surcharges text[], direct_sanction text, rank real)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning
AS $search$
#variable_conflict use_column
DECLARE
	-- Chinese is written without blanks, so that its words are no lexemes of a
	-- text search vector: each part of the query may also just occur in the text.
	parts	text[] := regexp_split_to_array(lower(btrim(query)), '[[:space:]]+');
	wanted	tsquery;
BEGIN
	IF btrim(query) <> '' THEN
		wanted := websearch_to_tsquery('pg_catalog.simple', translate(query, '._/:', '    '));
	END IF;
	RETURN QUERY
		SELECT c.scheme, c.scheme_title, c.class, c.rule, c.title, c.severity, c.price,
			   c.surcharges, c.direct_sanction,
			   (coalesce(ts_rank(c.search, wanted), 0)
				+ CASE WHEN position(lower(btrim(query)) IN lower(concat_ws(' ', c.rule, c.title, c.titles::text))) > 0
					   THEN 1 ELSE 0 END)::real AS rank
		FROM governance.rule_centre c,
			 lower(concat_ws(' ', c.words, c.scheme, c.scheme_title, c.scheme_titles::text)) AS haystack
		WHERE c.search @@ wanted
			OR (SELECT bool_and(position(part IN haystack) > 0) FROM unnest(parts) AS part)
		ORDER BY rank DESC, c.scheme, c.class NULLS LAST, c.rule;
END
$search$;
COMMENT ON FUNCTION governance.search_rules(text) IS
	'rules in force that contain every word of the query in their code, titles in any language, class, tags, notes or scheme; best first';
