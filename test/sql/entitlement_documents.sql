-- The reference page of entitlement documents: every document of its gallery is
-- valid, can be published and given back; every cell of its table "How do I say"
-- and every example of a key compiles where it belongs; the page has every key of
-- the JSON Schema, and the schema the keys of the compiler.
\set ECHO none
SET client_min_messages = warning;
\set page `cat "$PG_ABS_SRCDIR/../doc/entitlements.md"`
\set schema `cat "$PG_ABS_SRCDIR/../doc/schema/entitlement.schema.json"`
SELECT count(*) > 0 AS ledger FROM governance.create_ledger() \gset
SELECT governance.holiday('cn', '2024-10-01') AS days \gset
\set policy_page `cat "$PG_ABS_SRCDIR/../doc/policy.md"`
CREATE TEMPORARY TABLE pages AS SELECT :'page' || :'policy_page' AS text;
CREATE TEMPORARY TABLE schema AS SELECT :'schema'::jsonb AS document;

CREATE TEMPORARY TABLE gallery AS
	SELECT split_part(part, ' -->', 1) AS name,
		   split_part(split_part(part, E'```json\n', 2), E'\n```', 1)::jsonb AS document
	FROM string_to_table(:'page', '<!-- gallery: ') WITH ORDINALITY AS t(part, n) WHERE n > 1;

-- what stands in a table, and a document with something of everything
CREATE TEMPORARY TABLE snippet AS
	SELECT n, m[1]::jsonb AS snippet
	FROM string_to_table(split_part(:'page', '### How do I say', 2), E'\n') WITH ORDINALITY AS line(line, n),
		regexp_matches(line, '`(\{.*\})` \|$') AS m;
CREATE TEMPORARY TABLE example AS
	SELECT n, ('{' || m[1] || '}')::jsonb AS snippet, section
	FROM string_to_table(:'page', E'\n## ') WITH ORDINALITY AS s(section_text, s),
		LATERAL (SELECT split_part(section_text, E'\n', 1)) AS t(section),
		string_to_table(section_text, E'\n') WITH ORDINALITY AS line(line, n),
		regexp_matches(line, '`("[a-z_]+": [^`]*)` \|$') AS m
	WHERE section IN ('The document', 'Capabilities and pools', 'Limits');

CREATE FUNCTION pg_temp.try(document jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; hint text;
BEGIN
	PERFORM governance.check_policy(document);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' -> ', message, hint);
END $$;
CREATE FUNCTION pg_temp.base() RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"entitlement": "page", "calendar": {"holidays": "cn"}, "cycle": "year",
		"attributes": {"born": "date", "zone": "text", "verified": {"type": "boolean", "default": false}, "real_name": "boolean",
			"level": "number", "followers": "number", "load": {"type": "number", "default": 1, "of": "platform"}},
		"context": {"item": "text", "device": "text", "recipients": "number"},
		"facets": {"years": "age(born)"},
		"observe": {"uploads": {"count": "activities", "kind": "upload"}},
		"rests": {"pause": {"without": ["drive"], "length": "30 minutes"}},
		"achievements": {"first": {"reach": "uploads >= 3", "keep": "ever"}},
		"pools": {"screen": {"unit": "minutes", "at_most": ["40 per day"]}},
		"capabilities": {"watch": {"pool": "screen"}, "drive": {"unit": "hours"}, "work": {"unit": "hours"}, "sleeper": {"unit": "hours"},
			"app.*": {"unit": "minutes"}, "app.homework": true, "x": {}}}'::jsonb
$$;
-- Names are added to those of the base, and keys of a place go to a capability.
CREATE FUNCTION pg_temp.complete(snippet jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT CASE WHEN snippet ?| '{applies,time_zone,conventions,instead_of,capabilities,pools,achievements,rests}'
		THEN pg_temp.base() || (SELECT jsonb_object_agg(key, CASE WHEN key IN ('capabilities', 'pools', 'achievements', 'rests') THEN (pg_temp.base() -> key) || value ELSE value END)
								FROM jsonb_each(snippet))
		ELSE jsonb_set(pg_temp.base(), '{capabilities,x}', snippet) END
$$;

\set ECHO queries
SELECT count(*) AS documents FROM gallery;
SELECT name, pg_temp.try(document) FROM gallery
	WHERE name IS DISTINCT FROM document ->> 'entitlement' OR pg_temp.try(document) IS NOT NULL;
SELECT count(governance.publish(document)) AS published FROM gallery;
SELECT name FROM gallery WHERE governance.policy_document(name) IS DISTINCT FROM document;
SELECT jsonb_pretty(governance.check_policy(document) - 'title' - 'titles') AS summary FROM gallery WHERE name = 'youtube.partner';

-- the tables
SELECT count(*) >= 40 AS enough FROM snippet;
SELECT snippet, pg_temp.try(pg_temp.complete(snippet)) FROM snippet WHERE pg_temp.try(pg_temp.complete(snippet)) IS NOT NULL;
SELECT section, count(*) > 8 AS some FROM example GROUP BY 1 ORDER BY 1;
SELECT snippet, pg_temp.try(d) FROM example,
	LATERAL (SELECT CASE section
		WHEN 'The document' THEN pg_temp.base() || (snippet - '{attributes,context,facets,observe,rests,achievements,pools,capabilities}'::text[])
			|| (SELECT coalesce(jsonb_object_agg(key, (pg_temp.base() -> key) || value), '{}') FROM jsonb_each(snippet)
				WHERE key IN ('attributes', 'context', 'facets', 'observe', 'rests', 'achievements', 'pools', 'capabilities'))
		WHEN 'Limits' THEN jsonb_set(pg_temp.base(), '{capabilities,x}', CASE WHEN snippet ? 'name' THEN '{"unit": "hours"}' ELSE '{"unit": "hours", "set_by": {"self": ["it"]}}'::jsonb END || jsonb_build_object('at_most', jsonb_build_array(
			'{"name": "it"}'::jsonb || CASE WHEN snippet ?| '{unset,only_for}' THEN '{}' ELSE '{"amount": 5}'::jsonb END
			|| CASE WHEN snippet ?| '{per,within,during,since,held,refill}' THEN '{}'
				WHEN snippet ? 'by' THEN '{"within": "7 days"}' WHEN snippet ? 'only_for' THEN '{"since": "pause"}'
				WHEN snippet @> '{"measure": "context.recipients"}' THEN '{"per": "use"}' ELSE '{"per": "day"}'::jsonb END || snippet)))
		ELSE CASE WHEN snippet ? 'counting' THEN jsonb_set(pg_temp.base(), '{pools,screen}', (pg_temp.base() #> '{pools,screen}') || snippet)
			ELSE jsonb_set(pg_temp.base(), '{capabilities,x}', CASE WHEN snippet ? 'consent' THEN '{"closed": ["22:00-06:00"]}' ELSE '{}'::jsonb END || snippet) END END) v(d)
	WHERE NOT snippet ? 'entitlement' AND pg_temp.try(d) IS NOT NULL;

-- the page has every key of the schema
SELECT DISTINCT key FROM schema, pages, jsonb_path_query(document, '$.**.properties') AS properties, jsonb_object_keys(properties) AS key
	WHERE text !~ ('[`"]' || key || '[`"]') ORDER BY 1;

-- and the schema those of the compiler
CREATE FUNCTION pg_temp.allowed(patch jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM governance.check_policy(jsonb_strip_nulls(pg_temp.base() || patch));
	RETURN NULL;
EXCEPTION WHEN SQLSTATE 'GV101' THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN ARRAY(SELECT m[1] FROM regexp_matches(detail, '"([a-z_]+)"', 'g') m ORDER BY m[1] COLLATE "C");
END $$;
-- The one object of the schema that has just these keys is there.
SELECT place FROM (VALUES
	('document', '{"zzz": 1}'::jsonb),
	('attribute', '{"attributes": {"a": {"zzz": 1}}}'),
	('context', '{"context": {"a": {"zzz": 1}}}'),
	('zone', '{"time_zone": {"zzz": 1}}'),
	('observation', '{"observe": {"a": {"zzz": 1}}}'),
	('rest', '{"rests": {"a": {"zzz": 1}}}'),
	('split', '{"rests": {"a": {"without": ["watch"], "length": "1 hour", "split": {"zzz": 1}}}}'),
	('part', '{"rests": {"a": {"without": ["watch"], "length": "1 hour", "split": {"parts": [{"zzz": 1}, "1 hour"]}}}}'),
	('achievement', '{"achievements": {"a": {"zzz": 1}}}'),
	('clause', '{"capabilities": {"a": {"require": {"b": {"zzz": 1}}}}, "pools": null, "rests": null}'),
	('pool', '{"pools": {"a": {"zzz": 1}}}'),
	('capability', '{"capabilities": {"a": {"zzz": 1}}, "rests": null, "pools": null}'),
	('pools in order', '{"capabilities": {"a": {"pool": {"zzz": 1}}}, "rests": null, "pools": {"p": {}}}'),
	('session', '{"capabilities": {"a": {"session": {"zzz": 1}}}, "rests": null, "pools": null}'),
	('hours', '{"capabilities": {"a": {"hours": [{"zzz": 1}]}}, "rests": null, "pools": null}'),
	('limit', '{"capabilities": {"a": {"at_most": [{"zzz": 1}]}}, "rests": null, "pools": null}'),
	('case', '{"capabilities": {"a": {"at_most": [{"per": "day", "amount": [{"zzz": 1}]}]}}, "rests": null, "pools": null}'),
	('every', '{"capabilities": {"a": {"at_most": [{"per": {"zzz": 1}, "amount": 1}]}}, "rests": null, "pools": null}'),
	('whose', '{"capabilities": {"a": {"at_most": [{"per": "day", "of": {"zzz": 1}, "amount": 1}]}}, "rests": null, "pools": null}'),
	('on_reaching', '{"capabilities": {"a": {"at_most": [{"per": "day", "amount": 1, "on_reaching": {"zzz": 1}}]}}, "rests": null, "pools": null}'),
	('carry', '{"capabilities": {"a": {"at_most": [{"per": "day", "amount": 1, "carry": {"zzz": 1}}]}}, "rests": null, "pools": null}'),
	('consent', '{"capabilities": {"a": {"consent": [{"zzz": 1}]}}, "rests": null, "pools": null}'),
	('switch', '{"capabilities": {"a": {"switch": {"zzz": 1}}}, "rests": null, "pools": null}'),
	('conventions', '{"conventions": {"zzz": 1}}'),
	('example', '{"examples": [{"zzz": 1}]}')
) AS v(place, patch)
WHERE NOT coalesce(pg_temp.allowed(patch) IN (
	SELECT ARRAY(SELECT k FROM jsonb_object_keys(properties) k ORDER BY k COLLATE "C")
	FROM schema, jsonb_path_query(document, '$.**.properties') AS properties WHERE jsonb_typeof(properties) = 'object'), false);
