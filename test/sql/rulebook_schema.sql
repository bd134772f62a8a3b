--
-- The JSON Schema names the very keys that the compiler accepts.
--
\set ECHO none
\pset format unaligned
\pset tuples_only on
\set schema `cat "$PG_ABS_SRCDIR/../doc/schema/policy.schema.json"`
CREATE TEMP TABLE schema AS SELECT :'schema'::jsonb AS document;
\set pages `cat "$PG_ABS_SRCDIR/../doc/policy.md" "$PG_ABS_SRCDIR/../doc/statements.md"`
CREATE TEMP TABLE pages AS SELECT :'pages' AS text;

-- what the compiler says is allowed in a place where there is a key too many
CREATE FUNCTION pg_temp.allowed(patch jsonb) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	detail text;
BEGIN
	PERFORM governance.check_policy('{"scheme": "t.schema", "score": {"cap": 100}, "rules": {"x": {"title": "x", "points": 1}}}'::jsonb || patch);
	RETURN NULL;
EXCEPTION WHEN SQLSTATE 'GV101' THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN ARRAY(SELECT m[1] FROM regexp_matches(detail, '"([a-z_]+)"', 'g') m ORDER BY m[1] COLLATE "C");
END $$;
CREATE FUNCTION pg_temp.in_schema(path text[]) RETURNS text[] LANGUAGE sql AS $$
	SELECT ARRAY(SELECT k FROM schema, jsonb_object_keys(document #> (path || '{properties}')) k ORDER BY k COLLATE "C")
$$;

\set ECHO queries
SELECT place, pg_temp.allowed(patch) = pg_temp.in_schema(path) AS same,
	   ARRAY(SELECT unnest(pg_temp.allowed(patch)) EXCEPT SELECT unnest(pg_temp.in_schema(path))) AS only_compiler,
	   ARRAY(SELECT unnest(pg_temp.in_schema(path)) EXCEPT SELECT unnest(pg_temp.allowed(patch))) AS only_schema
FROM (VALUES
	('document', '{"zzz": 1}'::jsonb, '{}'::text[]),
	('score', '{"score": {"zzz": 1}}', '{properties,score}'),
	('attribute', '{"attributes": {"a": {"zzz": 1}}}', '{$defs,attribute,anyOf,1}'),
	('severities', '{"severities": {"zzz": 1}}', '{properties,severities}'),
	('severity', '{"severities": {"minor": {"zzz": 1}}}', '{properties,severities,properties,minor,anyOf,1}'),
	('rule', '{"rules": {"x": {"zzz": 1}}}', '{$defs,rule}'),
	('rule modifier', '{"rules": {"x": {"title": "x", "points": 1, "modifiers": [{"zzz": 1}]}}}', '{$defs,ruleModifier}'),
	('modifier', '{"modifiers": [{"zzz": 1}]}', '{$defs,modifier}'),
	('range', '{"modifiers": [{"add": {"zzz": 1}}]}', '{$defs,modifier,properties,add,anyOf,1}'),
	('collapse', '{"collapse": [{"zzz": 1}]}', '{$defs,collapse}'),
	('observe', '{"observe": {"o": {"zzz": 1}}}', '{$defs,observable}'),
	('relief', '{"relief": [{"zzz": 1}]}', '{$defs,relief}'),
	('cycle', '{"cycle": {"zzz": 1}}', '{$defs,anchored}'),
	('link', '{"links": [{"zzz": 1}]}', '{$defs,link}'),
	('rung', '{"ladder": [{"rung": "r", "zzz": 1}]}', '{$defs,rung}'),
	('formula', '{"ladder": [{"rung": "r", "tier": "warned", "when": "score < 1", "for": {"zzz": 1}}]}', '{$defs,formula}'),
	('range of lengths', '{"ladder": [{"rung": "r", "tier": "warned", "when": "score < 1", "for": {"range": 1, "zzz": 1}}]}', '{$defs,lengthRange}'),
	('count', '{"ladder": [{"rung": "r", "tier": "warned", "when": "score < 1", "for": {"count": 1, "zzz": 1}}]}', '{$defs,rung,properties,for,anyOf,1}'),
	('until', '{"ladder": [{"rung": "r", "tier": "warned", "when": "score < 1", "until": [{"zzz": 1}]}]}', '{$defs,release,anyOf,1}'),
	('elect', '{"ladder": [{"rung": "r", "tier": "warned", "when": "score < 1", "elect": {"zzz": 1}}]}', '{$defs,rung,properties,elect}'),
	('case', '{"score": {"cap": [{"zzz": 1}]}}', '{$defs,numberCases,items}'),
	('calendar', '{"calendar": {"zzz": 1}}', '{properties,calendar}'),
	('revision', '{"revision": {"zzz": 1}}', '{properties,revision}'),
	('enforcement', '{"enforcement": {"zzz": 1}}', '{properties,enforcement}'),
	('rollout', '{"enforcement": {"rollout": {"zzz": 1}}}', '{properties,enforcement,properties,rollout}'),
	('statements', '{"dsa": {"zzz": 1}}', '{properties,dsa}'),
	('statement of a rule', '{"dsa": {}, "rules": {"x": {"title": "x", "points": 1, "dsa": {"zzz": 1}}}}', '{$defs,statement}'),
	('statement without a violation', '{"dsa": {"without_violation": {"zzz": 1}}}', '{$defs,statement}'),
	('decision', '{"dsa": {"tiers": {"banned": {"zzz": 1}}}}', '{$defs,decision}'),
	('tiers', '{"dsa": {"tiers": {"zzz": 1}}}', '{properties,dsa,properties,tiers}'),
	('by source', '{"dsa": {"source_type": {"zzz": 1}}}', '{$defs,statement,properties,source_type,anyOf,1}')
) AS v(place, patch, path);

-- and says something about each of them
SELECT jsonb_path_query_array(document, '$.**.properties.* ? (@.type() == "object" && !exists(@.description) && !exists(@."$ref") && !exists(@.anyOf))') FROM schema;

-- and the pages do, too
SELECT DISTINCT key FROM schema, pages, jsonb_path_query(document, '$.**.properties') AS properties,
	jsonb_object_keys(properties) AS key
	WHERE text !~ ('[`"]' || key || '[`"]');
