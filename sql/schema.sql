-- ---------------------------------------------------------------------------
-- The schema may be there already: restored from a dump, or with the tables of a
-- ledger that outlived DROP EXTENSION.  Whoever owns it, or something in it, has
-- his code run by everybody who calls the extension: that may be whoever installs
-- it, a superuser or the owner of the database, and nobody else.
-- ---------------------------------------------------------------------------

DO $schema$
DECLARE
	installer	oid := '@extowner@'::regrole;
	home		oid := '@extschema@'::regnamespace;
	is_super	boolean := (SELECT r.rolsuper FROM pg_roles r WHERE r.oid = installer);
	trusted		oid[];
	offending	record;
BEGIN
	-- A member of a role trusts it; a superuser is a member of every role.
	trusted := ARRAY(
		SELECT r.oid FROM pg_roles r
			WHERE r.rolsuper OR r.oid = installer OR r.rolname = 'pg_database_owner'
				OR r.oid = (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())
				OR (NOT is_super AND pg_has_role(installer, r.oid, 'MEMBER')));

	SELECT pg_get_userbyid(n.nspowner) AS owner INTO offending
		FROM pg_namespace n WHERE n.oid = home AND n.nspowner <> ALL (trusted);
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('schema "governance" belongs to role "%s", who could replace what the extension puts into it', offending.owner),
			HINT = format('Give it to whoever installs the extension, a superuser or the owner of the database, with ALTER SCHEMA governance OWNER TO; drop it when it is empty; or install the extension as "%s".', offending.owner);
	END IF;

	SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END AS grantee INTO offending
		FROM pg_namespace n, aclexplode(n.nspacl) a
		WHERE n.oid = home AND a.privilege_type = 'CREATE' AND a.grantee <> ALL (trusted)
		ORDER BY 1 LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('%s may create objects in schema "governance", beside those of the extension', offending.grantee),
			HINT = format('Take it back: REVOKE CREATE ON SCHEMA governance FROM %s.', offending.grantee);
	END IF;

	-- Everything that lives in a schema depends on it; owners that are not
	-- recorded are the bootstrap superuser.
	SELECT pg_describe_object(d.classid, d.objid, 0) AS object, pg_get_userbyid(s.refobjid) AS owner INTO offending
		FROM pg_depend d
			JOIN pg_shdepend s ON s.classid = d.classid AND s.objid = d.objid AND s.objsubid = 0 AND s.deptype = 'o'
				AND s.dbid = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
		WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = home AND s.refobjid <> ALL (trusted)
		ORDER BY d.classid <> 'pg_proc'::regclass, pg_describe_object(d.classid, d.objid, 0) COLLATE "C" LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = format('schema "governance" holds an object of role "%s" already: %s', offending.owner, offending.object),
			HINT = 'Drop it; or give it, where it belongs to a ledger, to whoever installs the extension, or install the extension as its owner.';
	END IF;
END
$schema$;

