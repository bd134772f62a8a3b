-- Every object has a comment: what the extension has, and what create_ledger()
-- makes.  What is printed is what has none.
\set ECHO none
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries

-- Objects of the extension.
SELECT i.type, i.identity
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e',
		 LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i
	WHERE e.extname = 'governance'
		AND i.type IN ('function', 'aggregate', 'procedure', 'type', 'operator', 'operator class', 'operator family', 'view', 'table', 'sequence')
		-- Array types follow from their elements.
		AND NOT (i.type = 'type' AND i.identity LIKE '%[]')
		AND obj_description(d.objid, d.classid::regclass::name) IS NULL
	ORDER BY 1, 2;

SELECT count(*) > 150 AS functions FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
	WHERE e.extname = 'governance' AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass;

-- Tables, views and sequences of the ledger, and their columns.
SELECT c.relkind, c.relname
	FROM pg_class c WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
		AND obj_description(c.oid, 'pg_class') IS NULL ORDER BY 1, 2;
SELECT c.relname, a.attname
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND col_description(c.oid, a.attnum) IS NULL
	ORDER BY 1, 2;
-- The extension itself owns no table.
SELECT i.identity FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e',
		 LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i
	WHERE e.extname = 'governance' AND d.classid = 'pg_class'::regclass;

-- Every function says whether it may run in parallel workers: those that write
-- may not, those that are immutable may.
SELECT p.oid::regprocedure AS function, p.provolatile, p.proparallel
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
	WHERE e.extname = 'governance' AND (p.provolatile = 'i' AND p.proparallel <> 's' OR p.provolatile = 's' AND p.proparallel = 'u'
		OR p.provolatile = 'v' AND p.proparallel = 's')
	ORDER BY 1;
-- Functions in a procedural language look nothing up in the caller's search_path.
SELECT p.oid::regprocedure AS function
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid JOIN pg_language l ON l.oid = p.prolang
	WHERE e.extname = 'governance' AND (l.lanname = 'plpgsql' OR l.lanname = 'sql' AND p.prosqlbody IS NULL)
		AND NOT EXISTS (SELECT FROM unnest(p.proconfig) c WHERE c LIKE 'search_path=%')
	ORDER BY 1;
