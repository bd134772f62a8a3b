-- ---------------------------------------------------------------------------
-- oversight: who may do what.  The extension owns no role; a DBA gives his own
-- roles one of three levels.  What a level may do to an object is said right
-- above the object, in a line "-- Level: ..." that levels.awk reads: grants are
-- made from it, and a test fails when an object of the schema has none.  Nearly
-- all functions run with the rights of their caller and are left to PUBLIC: what
-- they reach is decided by the tables.  Those that are not are granted to the
-- level; those of the level "owner" are for whoever owns the ledger.
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.level_privilege(OUT level text, OUT kind text, OUT object text, OUT privilege text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 500
	SET search_path = pg_catalog, pg_temp
AS $privileges$
	WITH ranked (level, rank) AS (VALUES ('reader', 1), ('moderator', 2), ('administrator', 3))
	SELECT l.level, 'schema', 'governance', 'USAGE' FROM ranked l
	UNION ALL
	SELECT l.level, o.kind, coalesce(p.oid::regprocedure::text, format('governance.%I', o.object)), a.privilege
		FROM governance.object_level() o
			JOIN ranked n ON n.level = o.level
			JOIN ranked l ON l.rank >= n.rank
			LEFT JOIN pg_proc p ON o.kind = 'function' AND p.proname = o.object AND p.pronamespace = 'governance'::regnamespace,
			unnest(o.privileges) AS a (privilege)
		WHERE CASE o.kind
			WHEN 'function' THEN NOT EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g WHERE g.grantee = 0)
				-- or that the installation closed, whoever has opened it since
				OR EXISTS (SELECT FROM pg_init_privs i
						   WHERE i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid
							   AND NOT EXISTS (SELECT FROM aclexplode(i.initprivs) x WHERE x.grantee = 0))
			ELSE to_regclass(format('governance.%I', o.object)) IS NOT NULL END
$privileges$;
COMMENT ON FUNCTION governance.level_privilege() IS
	'object by object, the privileges that are granted with a level; of functions those that PUBLIC does not have';

-- PL/pgSQL, because it reads tables of the ledger.
-- Level: everyone
CREATE FUNCTION governance.held_privilege(OUT role text, OUT kind text, OUT object text, OUT privilege text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 500
	SET search_path = pg_catalog, pg_temp
AS $held$
BEGIN
	RETURN QUERY
	WITH owners AS MATERIALIZED (
		SELECT c.relowner AS oid FROM pg_class c WHERE c.oid = to_regclass('governance.standing')
		UNION SELECT e.extowner FROM pg_extension e WHERE e.extname = 'governance'
	), things AS MATERIALIZED (
		SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind, format('governance.%I', c.relname) AS object,
			   c.relowner AS owner, c.relacl AS acl, true AS closed
			FROM pg_class c WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
		UNION ALL
		SELECT 'column', format('governance.%I.%I', c.relname, a.attname), c.relowner, a.attacl, true
			FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
			WHERE c.relnamespace = 'governance'::regnamespace AND a.attacl IS NOT NULL AND NOT a.attisdropped
		UNION ALL
		-- Functions are for everybody, but for those that the installation closed.
		SELECT 'function', p.oid::regprocedure::text, p.proowner, p.proacl,
			   EXISTS (SELECT FROM pg_init_privs i
					   WHERE i.classoid = 'pg_proc'::regclass AND i.objoid = p.oid
						   AND NOT EXISTS (SELECT FROM aclexplode(i.initprivs) x WHERE x.grantee = 0))
			FROM pg_proc p WHERE p.pronamespace = 'governance'::regnamespace
		UNION ALL
		SELECT 'schema', n.nspname, n.nspowner, n.nspacl, true FROM pg_namespace n WHERE n.nspname = 'governance'
		UNION ALL
		-- What will be granted of what is yet to be created.
		SELECT 'default', format('%s that %I creates', CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
								 WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' ELSE 'schemas' END, r.rolname),
			   d.defaclrole, d.defaclacl, d.defaclobjtype <> 'f'
			FROM pg_default_acl d JOIN pg_roles r ON r.oid = d.defaclrole
			WHERE d.defaclnamespace = 'governance'::regnamespace
				OR d.defaclnamespace = 0 AND d.defaclrole IN (SELECT o.oid FROM owners o) AND d.defaclobjtype <> 'T'
	), granted AS MATERIALIZED (
		SELECT DISTINCT a.grantee, t.kind, t.object, a.privilege_type || o.suffix AS privilege
			FROM things t, aclexplode(t.acl) a, (VALUES (false, ''), (true, ' WITH GRANT OPTION')) AS o (is_option, suffix)
			WHERE a.grantee <> t.owner AND a.grantee NOT IN (SELECT x.oid FROM owners x)
				AND (a.grantee <> 0 OR t.closed) AND (a.is_grantable OR NOT o.is_option)
		UNION ALL
		SELECT t.owner, t.kind, t.object, 'OWNERSHIP' FROM things t
			WHERE t.kind NOT IN ('column', 'default') AND t.owner NOT IN (SELECT x.oid FROM owners x)
	), known AS MATERIALIZED (
		SELECT r.oid, l.role, l.level, r.rolsuper FROM governance.role_level l JOIN pg_roles r ON r.rolname = l.role
	), wanted AS MATERIALIZED (
		SELECT p.level, p.kind, p.object, p.privilege FROM governance.level_privilege() p
	)
	SELECT coalesce(r.rolname::text, 'PUBLIC'), g.kind, g.object, g.privilege
		FROM granted g LEFT JOIN pg_roles r ON r.oid = g.grantee
		WHERE g.grantee = 0 OR r.oid IS NOT NULL
	UNION ALL
	-- What those who have a level have by other roles that they are members of.
	SELECT k.role, g.kind, format('%s through %I', g.object, m.rolname), g.privilege
		FROM known k JOIN pg_roles m ON m.oid <> k.oid AND NOT k.rolsuper AND pg_has_role(k.oid, m.oid, 'MEMBER')
			JOIN granted g ON g.grantee = m.oid
		WHERE NOT EXISTS (SELECT FROM wanted w
						  WHERE w.level = k.level AND w.kind = g.kind AND w.object = g.object AND w.privilege = g.privilege)
	UNION ALL
	SELECT k.role, 'schema', CASE WHEN k.oid = m.oid THEN 'everything' ELSE format('everything through %I', m.rolname) END,
		   CASE WHEN k.rolsuper THEN 'SUPERUSER' WHEN m.rolname = 'pg_read_all_data' THEN 'SELECT'
			   WHEN m.rolname = 'pg_write_all_data' THEN 'INSERT, UPDATE, DELETE' ELSE 'OWNERSHIP' END
		FROM known k JOIN pg_roles m ON CASE WHEN k.rolsuper THEN m.oid = k.oid ELSE pg_has_role(k.oid, m.oid, 'MEMBER') END
		WHERE k.rolsuper OR m.rolname IN ('pg_read_all_data', 'pg_write_all_data') OR m.oid IN (SELECT x.oid FROM owners x);
END
$held$;
COMMENT ON FUNCTION governance.held_privilege() IS
	'object by object, what roles other than the owners may do in the schema: by grants to them and to PUBLIC, on columns, with the option to grant further, as owners, by default privileges and, where they have a level, by roles that they are members of';

-- Level: owner
CREATE FUNCTION governance.grant_again(role text, level text, reduce boolean) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $grant$
#variable_conflict use_variable
DECLARE
	p	record;
BEGIN
	FOR p IN
		SELECT x.kind, x.object, string_agg(DISTINCT x.privilege, ', ') FILTER (WHERE x.level = level) AS given,
			   string_agg(DISTINCT x.privilege, ', ') FILTER (WHERE x.level = 'administrator') AS known
			FROM governance.level_privilege() x GROUP BY x.kind, x.object
	LOOP
		IF reduce THEN
			EXECUTE format('REVOKE %s ON %s %s FROM %I', p.known, p.kind, p.object, role);
		END IF;
		IF p.given IS NOT NULL THEN
			EXECUTE format('GRANT %s ON %s %s TO %I', p.given, p.kind, p.object, role);
		END IF;
	END LOOP;
END
$grant$;
COMMENT ON FUNCTION governance.grant_again(text, text, boolean) IS
	'part of grant_level(), revoke_level() and create_ledger(): grants what goes with a level (null: none) and, when told to reduce, revokes what goes with any other';

-- Rights that belong to other levels go, rights that were granted apart from
-- levels stay; governance.access_level shows those. Without the grant option a
-- GRANT does nothing but warn, so the outcome is looked at and an error names
-- what is missing.
-- Level: owner
CREATE FUNCTION governance.grant_level(role regrole, level text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $grant$
#variable_conflict use_variable
DECLARE
	name	text := (SELECT r.rolname FROM pg_roles r WHERE r.oid = role);
	missing	text[];
BEGIN
	IF level IS NULL OR level NOT IN ('reader', 'moderator', 'administrator') THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('there is no level %s', coalesce(quote_literal(level), 'null')),
			HINT = governance.message('The levels are ''reader'', ''moderator'' and ''administrator''.');
	END IF;
	IF name IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = governance.message('role %s does not exist', coalesce(role::text, 'null')),
			HINT = governance.message('CREATE ROLE makes one; the extension owns none.');
	END IF;
	INSERT INTO governance.role_level AS l (role, level) VALUES (name, grant_level.level)
		ON CONFLICT ON CONSTRAINT role_level_pkey
		DO UPDATE SET level = excluded.level, granted_at = excluded.granted_at, granted_by = excluded.granted_by;
	PERFORM governance.grant_again(name, level, true);
	SELECT a.missing INTO missing FROM governance.access_level a WHERE a.role = name;
	IF cardinality(missing) > 0 THEN
		RAISE EXCEPTION USING ERRCODE = '42501',
			MESSAGE = governance.message('permission denied to grant the level "%s"', level),
			DETAIL = governance.message('Without effect: %s.', array_to_string(missing[1:5], '; ') || CASE WHEN cardinality(missing) > 5 THEN '; ...' ELSE '' END),
			HINT = governance.message('The owner of the extension and of the ledger may grant it.');
	END IF;
END
$grant$;
COMMENT ON FUNCTION governance.grant_level(regrole, text) IS
	'gives a role what a level needs: reader, moderator or administrator; takes away what it had by a higher one';

-- Level: owner
CREATE FUNCTION governance.revoke_level(role regrole) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $revoke$
#variable_conflict use_variable
DECLARE
	name	text := (SELECT r.rolname FROM pg_roles r WHERE r.oid = role);
BEGIN
	IF name IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = governance.message('role %s does not exist', coalesce(role::text, 'null')),
			HINT = governance.message('CREATE ROLE makes one; the extension owns none.');
	END IF;
	DELETE FROM governance.role_level l WHERE l.role = name;
	PERFORM governance.grant_again(name, NULL, true);
END
$revoke$;
COMMENT ON FUNCTION governance.revoke_level(regrole) IS
	'takes from a role everything that goes with a level';

REVOKE ALL ON FUNCTION governance.grant_level(regrole, text), governance.revoke_level(regrole),
	governance.grant_again(text, text, boolean) FROM PUBLIC;

-- Called by create_ledger() when the objects of this version are there.
-- Level: owner
CREATE FUNCTION governance.grant_levels_again() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $again$
DECLARE
	known	record;
BEGIN
	-- What went with a level before, and is written by functions alone now.
	FOR known IN
		SELECT l.role, w.privilege, w.kind, w.object
		FROM governance.role_level l JOIN pg_roles r ON r.rolname = l.role,
			(VALUES ('INSERT', 'TABLE', 'governance.policy_rule'), ('INSERT', 'TABLE', 'governance.policy_rung'),
					('INSERT', 'TABLE', 'governance.seal'), ('UPDATE', 'TABLE', 'governance.parked'),
					('USAGE', 'SEQUENCE', 'governance.seal_seq')) AS w (privilege, kind, object)
		WHERE EXISTS (SELECT FROM pg_class c, aclexplode(c.relacl) a
					  WHERE c.oid = w.object::regclass AND a.grantee = r.oid AND a.privilege_type = w.privilege)
		ORDER BY 1, 4
	LOOP
		EXECUTE format('REVOKE %s ON %s %s FROM %I', known.privilege, known.kind, known.object, known.role);
		RETURN NEXT format('revoked %s on %s from role %s', known.privilege, known.object, known.role);
	END LOOP;

	-- What has come since a level was given.
	FOR known IN
		SELECT a.role, a.level FROM governance.access_level a JOIN pg_roles r ON r.rolname = a.role
			WHERE a.level IS NOT NULL AND cardinality(a.missing) > 0 ORDER BY a.role
	LOOP
		PERFORM governance.grant_again(known.role, known.level, false);
		RETURN NEXT format('granted level %s to role %s again', known.level, known.role);
	END LOOP;
END
$again$;
COMMENT ON FUNCTION governance.grant_levels_again() IS
	'part of create_ledger(): grants what has come since levels were given, and revokes what is written by functions alone by now';
