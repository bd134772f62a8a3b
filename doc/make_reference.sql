-- ---------------------------------------------------------------------------
-- What the catalog knows of the extension and of a ledger, as doc/make_reference
-- puts it into the pages.  Every row is
--
--     kind <tab> name <tab> one line of the page
--
-- where kind is that of a place in a page, and name the object that it is
-- about.  The lines of one kind and name come in their order.
-- ---------------------------------------------------------------------------

SET client_min_messages = warning;
SET search_path = pg_catalog, pg_temp;
SET intervalstyle = postgres;
SET datestyle = iso;

-- The triggers of the outbox are there as long as it has a consumer.
BEGIN;
DO $$ BEGIN PERFORM governance.create_consumer('make_reference'); END $$;

-- Names of types as people write them; those of governance without schema.
CREATE FUNCTION pg_temp.type_name(type oid, modifier integer DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT replace(replace(format_type(type, modifier), 'timestamp with time zone', 'timestamptz'), 'governance.', '')
$$;

-- A default without the casts that the server adds.
CREATE FUNCTION pg_temp.value_text(expression text) RETURNS text LANGUAGE sql AS $$
	SELECT replace(regexp_replace(regexp_replace(btrim(expression, E' \n'), '\s+', ' ', 'g'), '::(timestamp with time zone|[a-z0-9_.]+)(\[\])?', '', 'g'), 'NULL', 'null')
$$;

-- A COMMENT with names of functions and columns, and codes of errors, as code.
CREATE FUNCTION pg_temp.with_names(comment text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(comment,
		'\m((?:[a-z]+\.)?[a-z]+(?:_[a-z]+)+(?:\(\))?|[a-z]+\(\)|(?:[a-z]+\.)+[a-z]+(?:\(\))?|GV[0-9]{3})', '`\1`', 'g')
$$;

-- As a sentence: with a capital, unless it begins with such a name, and a full
-- stop.
CREATE FUNCTION pg_temp.sentence(comment text) RETURNS text LANGUAGE sql AS $$
	SELECT upper(left(text, 1)) || substr(text, 2) || CASE WHEN text ~ '[.?!]$' THEN '' ELSE '.' END
	FROM pg_temp.with_names(comment) AS text
$$;

-- As it can stand in a cell.
CREATE FUNCTION pg_temp.cell(comment text) RETURNS text LANGUAGE sql AS $$
	SELECT replace(coalesce(pg_temp.with_names(comment), ''), '|', '\|')
$$;

CREATE FUNCTION pg_temp.code(content text) RETURNS text LANGUAGE sql AS $$
	SELECT '`' || replace(content, '|', '\|') || '`'
$$;

-- The columns of an array of numbers of columns, in that order.
CREATE FUNCTION pg_temp.column_list(relation oid, numbers int2[]) RETURNS text LANGUAGE sql AS $$
	SELECT '`' || string_agg(a.attname, ', ' ORDER BY n.place) || '`'
	FROM unnest(numbers) WITH ORDINALITY AS n (number, place)
		JOIN pg_attribute a ON a.attrelid = relation AND a.attnum = n.number
$$;

-- An exclusion constraint in words.
CREATE FUNCTION pg_temp.exclusion(excluding oid) RETURNS text LANGUAGE sql AS $$
	SELECT concat('No two rows with the same ',
		pg_temp.column_list(c.conrelid, array_agg(e.number ORDER BY e.place) FILTER (WHERE o.oprname = '=')),
		CASE WHEN bool_or(o.oprname = '&&') THEN ' overlap in ' ELSE ' differ in ' END,
		pg_temp.column_list(c.conrelid, array_agg(e.number ORDER BY e.place) FILTER (WHERE o.oprname <> '=')),
		', where ' || pg_temp.code(pg_temp.value_text(substring(pg_get_constraintdef(c.oid) FROM 'WHERE \(\((.*)\)\)$'))))
	FROM pg_constraint c, unnest(c.conkey, c.conexclop) WITH ORDINALITY AS e (number, operator, place)
		JOIN pg_operator o ON o.oid = e.operator
	WHERE c.oid = excluding GROUP BY c.oid, c.conrelid
$$;

-- How a function is called: names, types and defaults of what goes in.
CREATE FUNCTION pg_temp.call_text(function oid) RETURNS text LANGUAGE sql AS $$
	SELECT p.proname || '(' || coalesce(string_agg(concat_ws(' ', CASE WHEN a.mode = 'v' THEN 'VARIADIC' END, quote_ident(nullif(a.name, '')),
			pg_temp.type_name(a.type), 'DEFAULT ' || pg_temp.value_text(pg_get_function_arg_default(p.oid, a.place::integer))),
		', ' ORDER BY a.place) FILTER (WHERE a.type IS NOT NULL), '') || ')'
	FROM pg_proc p LEFT JOIN LATERAL (SELECT name, type, mode, row_number() OVER (ORDER BY place) AS place
		FROM unnest(coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargnames, p.proargmodes)
			WITH ORDINALITY AS u (type, name, mode, place)
		WHERE coalesce(mode, 'i') IN ('i', 'b', 'v')) AS a ON true
	WHERE p.oid = function GROUP BY p.oid, p.proname
$$;

-- What it gives: a type, or a record with its columns.
CREATE FUNCTION pg_temp.result_text(function oid) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN p.proretset THEN 'setof ' ELSE '' END ||
		CASE WHEN count(o.type) > 1 THEN 'record (' || string_agg(concat_ws(' ', o.name, pg_temp.type_name(o.type)), ', ' ORDER BY o.place) || ')'
			ELSE pg_temp.type_name(p.prorettype) END
	FROM pg_proc p LEFT JOIN LATERAL (SELECT *
		FROM unnest(p.proallargtypes, p.proargnames, p.proargmodes) WITH ORDINALITY AS u (type, name, mode, place)
		WHERE mode IN ('o', 'b', 't')) AS o ON true
	WHERE p.oid = function GROUP BY p.oid, p.proretset, p.prorettype
$$;

-- The place of an operator among those that compare; null: it does not.
CREATE FUNCTION pg_temp.operator_place(operator name) RETURNS integer LANGUAGE sql AS $$
	SELECT array_position(ARRAY['<', '<=', '=', '<>', '>=', '>'], operator::text)
$$;

-- Functions of the schema but for those that serve types, operators, operator
-- classes, aggregates and the planner: the server calls these.
CREATE TEMPORARY VIEW called AS
	SELECT p.* FROM pg_proc p
	WHERE p.pronamespace = 'governance'::regnamespace
		AND NOT EXISTS (SELECT FROM pg_operator o WHERE p.oid IN (o.oprcode, o.oprrest, o.oprjoin))
		AND NOT EXISTS (SELECT FROM pg_proc s WHERE s.prosupport = p.oid)
		AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
		AND NOT EXISTS (SELECT FROM pg_aggregate a
			WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn))
		AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend));

CREATE TEMPORARY VIEW relation AS
	SELECT * FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition;

-- Tables: the comment, the columns, the keys.
SELECT 'table', relname, line
FROM (
	SELECT relname, 1 AS part, 0 AS place, pg_temp.sentence(obj_description(oid, 'pg_class')) AS line FROM relation
	UNION ALL
	SELECT relname, 2, n, CASE n WHEN 0 THEN ''
		WHEN 1 THEN CASE relkind WHEN 'v' THEN '| column | type | meaning |' ELSE '| column | type | default | meaning |' END
		ELSE CASE relkind WHEN 'v' THEN '| --- | --- | --- |' ELSE '| --- | --- | --- | --- |' END END
	FROM relation, generate_series(0, 2) AS n
	UNION ALL
	SELECT r.relname, 3, a.attnum, concat('| ', pg_temp.code(a.attname), ' | ', pg_temp.code(pg_temp.type_name(a.atttypid, a.atttypmod)),
		CASE WHEN r.relkind <> 'v' THEN CASE WHEN a.attnotnull THEN '' ELSE ', null' END || ' | ' ||
			coalesce(CASE WHEN a.attgenerated <> '' THEN 'always ' ELSE '' END ||
				pg_temp.code(pg_temp.value_text(pg_get_expr(d.adbin, d.adrelid))), '') END,
		' | ', pg_temp.cell(col_description(r.oid, a.attnum)), ' |')
	FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
	UNION ALL
	SELECT r.relname, 4, n, CASE n WHEN 1 THEN '' ELSE
		concat('Key: ' || (SELECT pg_temp.column_list(conrelid, conkey) FROM pg_constraint WHERE conrelid = r.oid AND contype = 'p') || '.',
			' Unique: ' || (SELECT string_agg(pg_temp.column_list(i.indrelid, i.indkey::int2[]) ||
					coalesce(', where ' || pg_temp.code(btrim(pg_temp.value_text(pg_get_expr(i.indpred, i.indrelid)), '()')), ''), '; '
					ORDER BY i.indkey::text)
				FROM pg_index i WHERE i.indrelid = r.oid AND i.indisunique AND NOT i.indisprimary) || '.',
			' Refers to ' || (SELECT string_agg(concat(f.target, ' (', f.columns, ')'), ', ' ORDER BY f.target)
				FROM (SELECT pg_temp.code(t.relname) AS target,
						string_agg(pg_temp.column_list(c.conrelid, c.conkey), '; ' ORDER BY c.conname) AS columns
					FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid
					WHERE c.conrelid = r.oid AND c.contype = 'f' AND c.conparentid = 0 GROUP BY t.relname) AS f) || '.',
			' ' || (SELECT string_agg(pg_temp.exclusion(oid), '. ' ORDER BY conname)
				FROM pg_constraint WHERE conrelid = r.oid AND contype = 'x') || '.') END
	FROM relation r, generate_series(1, 2) AS n WHERE relkind IN ('r', 'p')
) AS lines
ORDER BY relname, part, place;

-- Functions under a heading of their own: each call with its comment.
SELECT 'function', p.proname, line.line
FROM called p,
	LATERAL (VALUES (1, ''), (2, pg_temp.code(CASE p.prokind WHEN 'p' THEN 'CALL ' || pg_temp.call_text(p.oid) ELSE pg_temp.call_text(p.oid) || ' → ' || pg_temp.result_text(p.oid) END)),
		(3, ''), (4, pg_temp.sentence(obj_description(p.oid, 'pg_proc')))) AS line (place, line)
ORDER BY p.proname, p.pronargs, p.oid, line.place;

-- Functions in a list.
SELECT 'functions', proname, concat('| ', pg_temp.code(pg_temp.call_text(p.oid)), ' | ', pg_temp.code(pg_temp.result_text(p.oid)), ' | ',
	pg_temp.cell(obj_description(oid, 'pg_proc')), ' |')
FROM called p ORDER BY proname, pronargs, oid;

-- Parts of other functions, which nobody calls by themselves.
SELECT 'parts', proname, concat('| ', pg_temp.code(proname || '()'), ' | ', pg_temp.cell(obj_description(oid, 'pg_proc')), ' |')
FROM called p ORDER BY proname, pronargs, oid;

-- Functions of triggers, and the tables that they are on.
SELECT 'triggers', p.proname, concat('| ', pg_temp.code(p.proname), ' | ',
	(SELECT string_agg(pg_temp.code(c.relname), ', ' ORDER BY c.relname) FROM pg_class c
		WHERE c.relnamespace = 'governance'::regnamespace
			AND EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid = p.oid AND NOT t.tgisinternal)),
	' | ', pg_temp.cell(regexp_replace(obj_description(p.oid, 'pg_proc'), '^(|row |statement |constraint )trigger( on [^:]*|): ', '')), ' |')
FROM called p WHERE p.prorettype = 'trigger'::regtype ORDER BY p.proname;

SELECT 'sequences', relname, concat('| ', pg_temp.code(relname), ' | ', pg_temp.cell(obj_description(oid, 'pg_class')), ' |')
FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relkind = 'S' ORDER BY relname;

-- Types, each with what belongs to it.
CREATE TEMPORARY VIEW own_type AS
	SELECT * FROM pg_type WHERE typnamespace = 'governance'::regnamespace AND typtype IN ('b', 'd', 'e') AND typcategory <> 'A';

SELECT 'types', typname, concat('| ', pg_temp.code(typname), ' | ',
	CASE WHEN typlen > 0 THEN typlen || CASE typlen WHEN 1 THEN ' byte' ELSE ' bytes' END ELSE 'variable' END,
	CASE WHEN typbyval THEN ', by value' END, ' | ', pg_temp.cell(obj_description(oid, 'pg_type')), ' |')
FROM own_type ORDER BY oid;

-- Operators that compare the same two types share a line.
SELECT 'operators', typname, line
FROM (
	SELECT typname, oid, 1 AS part, 0 AS place, n::oid AS first, CASE n WHEN 1 THEN '| operators | between | gives | meaning |'
		ELSE '| --- | --- | --- | --- |' END AS line
	FROM own_type, generate_series(1, 2) AS n
	UNION ALL
	SELECT t.typname, t.oid, 2, count(*), min(o.oid),
		concat('| ', string_agg(pg_temp.code(o.oprname), ' ' ORDER BY pg_temp.operator_place(o.oprname), o.oprname), ' | ',
			pg_temp.code(pg_temp.type_name(o.oprleft)), ' and ', pg_temp.code(pg_temp.type_name(o.oprright)), ' | ',
			pg_temp.code(pg_temp.type_name(o.oprresult)), ' | ',
			CASE count(*) WHEN 1 THEN pg_temp.cell(min(obj_description(o.oid, 'pg_operator'))) ELSE 'comparison' END, ' |')
	FROM own_type t JOIN pg_operator o ON t.oid = o.oprleft OR t.oid = o.oprright AND o.oprleft NOT IN (SELECT oid FROM own_type)
	GROUP BY t.typname, t.oid, o.oprleft, o.oprright, o.oprresult,
		CASE WHEN pg_temp.operator_place(o.oprname) IS NULL THEN o.oprname END
) AS lines ORDER BY oid, part, place, first;

SELECT 'classes', typname, line
FROM (
	SELECT typname, oid, 1 AS part, '' AS method, n AS place,
		CASE n WHEN 1 THEN '| operator class | method | operators |' ELSE '| --- | --- | --- |' END AS line
	FROM own_type, generate_series(1, 2) AS n
	UNION ALL
	SELECT t.typname, t.oid, 2, m.amname, c.oid,
		concat('| ', pg_temp.code(c.opcname), ' | ', m.amname, CASE WHEN NOT c.opcdefault THEN ', not the default' END, ' | ',
			(SELECT string_agg(pg_temp.code(o.oprname), ' ' ORDER BY pg_temp.operator_place(o.oprname), o.oprname) FROM pg_amop a JOIN pg_operator o ON o.oid = a.amopopr
				WHERE a.amopfamily = c.opcfamily AND a.amoplefttype = t.oid AND a.amoprighttype = t.oid), ' |')
	FROM own_type t JOIN pg_opclass c ON c.opcintype = t.oid JOIN pg_am m ON m.oid = c.opcmethod
) AS lines ORDER BY oid, part, method, place;

SELECT 'casts', typname, line
FROM (
	SELECT typname, oid, 1 AS part, n AS place,
		CASE n WHEN 1 THEN '| cast | how | gives |' ELSE '| --- | --- | --- |' END AS line
	FROM own_type, generate_series(1, 2) AS n
	UNION ALL
	SELECT t.typname, t.oid, 2, c.oid, concat('| ', pg_temp.code(pg_temp.type_name(c.castsource)), ' → ', pg_temp.code(pg_temp.type_name(c.casttarget)), ' | ',
		CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'in assignments' ELSE 'explicit' END, ' | ',
		pg_temp.cell(obj_description(c.castfunc, 'pg_proc')), ' |')
	FROM own_type t JOIN pg_cast c ON c.castsource = t.oid
) AS lines ORDER BY oid, part, place;

-- Aggregates over a type live in pg_catalog, beside those of other types.
SELECT 'aggregates', typname, line
FROM (
	SELECT typname, oid, 1 AS part, '' AS name, n AS place,
		CASE n WHEN 1 THEN '| aggregate | gives | which |' ELSE '| --- | --- | --- |' END AS line
	FROM own_type, generate_series(1, 2) AS n
	UNION ALL
	SELECT t.typname, t.oid, 2, p.proname, 0, concat('| ', pg_temp.code(pg_temp.call_text(p.oid)), ' | ', pg_temp.code(pg_temp.result_text(p.oid)), ' | ',
		pg_temp.cell(obj_description(p.oid, 'pg_proc')), ' |')
	FROM own_type t JOIN pg_proc p ON p.prokind = 'a' AND p.pronargs = 1 AND p.proargtypes[0] = t.oid
) AS lines ORDER BY oid, part, name, place;

ROLLBACK;
