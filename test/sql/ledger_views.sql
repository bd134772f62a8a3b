-- create_ledger() brings views of an earlier version to this one: in place where
-- that can be done, anew where columns go; rights and options stay, and what is
-- not ours is named and never dropped.
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE ROLE view_reader;
CREATE VIEW kept AS
	SELECT c.relname, pg_get_viewdef(c.oid) AS definition, obj_description(c.oid, 'pg_class') AS says,
		   array_agg(col_description(c.oid, a.attnum) ORDER BY a.attnum) AS columns_say
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'v' GROUP BY c.oid, c.relname;
CREATE TABLE fresh AS SELECT * FROM kept;
\set ECHO queries

-- Numbers of steps are there once; every step has its object.
SELECT number, count(*) FROM governance.create_steps() GROUP BY number HAVING count(*) > 1;
SELECT number FROM governance.create_steps() WHERE object = '' OR ddl = '' OR kind IN ('table', 'view', 'sequence', 'statistics') AND says IS NULL;

-- A column is missing at the end, another condition: in place.
DROP VIEW governance.sanction_in_force;
CREATE VIEW governance.sanction_in_force WITH (security_barrier = true) AS
	SELECT account_id, scheme, tier, rung, withholds, lower(during) AS since FROM governance.sanction WHERE enforced;
GRANT SELECT ON governance.sanction_in_force TO view_reader;
CREATE VIEW mine AS SELECT account_id, since FROM governance.sanction_in_force;
SELECT * FROM governance.create_ledger();
SELECT * FROM governance.create_ledger();
SELECT has_table_privilege('view_reader', 'governance.sanction_in_force', 'SELECT') AS rights,
	reloptions FROM pg_class WHERE oid = 'governance.sanction_in_force'::regclass;

-- A column goes that nobody else reads: anew, with what reads it of ours.
SELECT count(*) FROM governance.certification_lost;
ALTER VIEW governance.certification_overview RENAME COLUMN name TO label;
ALTER VIEW governance.certification_overview SET (security_barrier = true);
GRANT SELECT, INSERT ON governance.certification_overview TO view_reader WITH GRANT OPTION;
GRANT UPDATE (status) ON governance.certification_overview TO view_reader;
GRANT SELECT ON governance.certification_lost TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA governance GRANT DELETE ON TABLES TO view_reader;
SELECT * FROM governance.create_ledger();
ALTER DEFAULT PRIVILEGES IN SCHEMA governance REVOKE DELETE ON TABLES FROM view_reader;
SELECT c.relname, coalesce(g.rolname, 'PUBLIC') AS grantee, a.privilege_type, a.is_grantable
	FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
	WHERE c.relname IN ('certification_overview', 'certification_lost') AND a.grantee <> c.relowner ORDER BY 1, 2, 3;
SELECT attname, attacl::text LIKE '%view_reader=w/%' AS rights FROM pg_attribute WHERE attrelid = 'governance.certification_overview'::regclass AND attacl IS NOT NULL;
SELECT reloptions FROM pg_class WHERE oid = 'governance.certification_overview'::regclass;

-- Somebody's view, rule or trigger depends on what changes: nothing is done.
DROP VIEW mine;
ALTER VIEW governance.sanction_in_force RENAME COLUMN since TO starts;
CREATE VIEW mine AS SELECT account_id, starts FROM governance.sanction_in_force;
SELECT * FROM governance.create_ledger();
SELECT attname FROM pg_attribute WHERE attrelid = 'governance.sanction_in_force'::regclass AND attname IN ('starts', 'since');
DROP VIEW mine;
CREATE RULE nothing AS ON INSERT TO governance.sanction_in_force DO INSTEAD NOTHING;
SELECT * FROM governance.create_ledger();
DROP RULE nothing ON governance.sanction_in_force;
SELECT * FROM governance.create_ledger();

-- All is as in a new ledger, comments too.
SELECT relname FROM (TABLE fresh EXCEPT TABLE kept) x UNION SELECT relname FROM (TABLE kept EXCEPT TABLE fresh) x;
SELECT * FROM governance.create_ledger();

-- Columns and indexes that are missing come back, and nothing is said of what is there.
ALTER TABLE governance.revision DROP COLUMN linked_revision_id;
DROP INDEX governance.statement_unfiled_idx;
ALTER TABLE governance.standing DROP COLUMN settled, DROP COLUMN settling;
COMMENT ON COLUMN governance.account.kind IS 'as our people say';
SELECT * FROM governance.create_ledger();
SELECT attname, attstorage, col_description(attrelid, attnum) FROM pg_attribute
	WHERE attrelid = 'governance.standing'::regclass AND attname LIKE 'settl%' ORDER BY 1;
SELECT col_description('governance.account'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'governance.account'::regclass AND attname = 'kind';

\set ECHO none
DROP OWNED BY view_reader;
DROP ROLE view_reader;
