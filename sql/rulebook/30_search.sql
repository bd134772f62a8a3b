-- ---------------------------------------------------------------------------
-- rulebook: search in the rules that are in force
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.search_rules(query text DEFAULT '')
	RETURNS TABLE (scheme text, scheme_title text, class text, rule text, title text, severity text, price text,
				   surcharges text[], direct_sanction text, rank real, kind text)
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
					   THEN 1 ELSE 0 END)::real AS rank, 'scheme'
		FROM governance.rule_centre c,
			 lower(concat_ws(' ', c.words, c.scheme, c.scheme_title, c.scheme_titles::text)) AS haystack
		WHERE c.search @@ wanted
			OR (SELECT bool_and(position(part IN haystack) > 0) FROM unnest(parts) AS part)
		-- An entitlement is found as a whole, by its names and titles.
		UNION ALL
		SELECT p.scheme, coalesce(s.title, p.scheme), NULL, NULL, coalesce(s.title, p.scheme), NULL, NULL, NULL, NULL,
			   (coalesce(ts_rank(found.search, wanted), 0)
				+ CASE WHEN position(lower(btrim(query)) IN lower(concat_ws(' ', p.scheme, s.title, s.titles::text))) > 0
					   THEN 1 ELSE 0 END)::real, p.kind
		FROM governance.policy p
			JOIN governance.scheme s ON s.scheme = p.scheme,
			 LATERAL (SELECT concat_ws(' ', p.scheme, string_agg(t.word, ' ')) AS words
					  FROM (SELECT w #>> '{}' FROM jsonb_path_query(p.document, '$.**.title.** ? (@.type() == "string")') w
							UNION ALL SELECT jsonb_object_keys(p.document -> 'capabilities')
							UNION ALL SELECT jsonb_object_keys(p.document -> 'pools')) AS t (word)) AS said,
			 LATERAL (SELECT to_tsvector('pg_catalog.simple', translate(said.words, '._-/:', '     ')) AS search) AS found
		WHERE p.kind <> 'scheme' AND p.status IN ('active', 'retired') AND p.in_force @> now()
			AND (found.search @@ wanted
				 OR (SELECT bool_and(position(part IN lower(said.words)) > 0) FROM unnest(parts) AS part))
		ORDER BY rank DESC, scheme, class NULLS LAST, rule;
END
$search$;
COMMENT ON FUNCTION governance.search_rules(text) IS
	'rules in force that contain every word of the query in their code, titles in any language, class, tags, notes or scheme, and entitlements whose names and titles contain it, each as one row without a rule; best first';
