-- ---------------------------------------------------------------------------
-- oversight: who may do what.  The extension owns no role; a DBA gives his own
-- roles one of three levels.  What a level may do is said here and nowhere
-- else: grants are made from it, and a test fails when an object of the schema
-- is missing.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.object_level(OUT kind text, OUT object text, OUT level text, OUT privileges text[])
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 300
	SET search_path = pg_catalog, pg_temp
AS $levels$
	-- Tables and sequences, and what moderators and administrators may do to
	-- them.  Readers may select from every table, view and sequence.
	WITH written (object, moderator, administrator) AS (VALUES
		('account', 'INSERT', 'UPDATE,DELETE'),
		('account_seq', 'USAGE', NULL),
		('attribute', 'INSERT,UPDATE,DELETE', NULL),
		('violation', 'INSERT', NULL),
		('activity', 'INSERT', NULL),
		('revision', 'INSERT', NULL),
		('appeal', 'INSERT,UPDATE', NULL),
		('account_link', 'INSERT,UPDATE', NULL),
		('exemption', 'INSERT', NULL),
		('entry_seq', 'USAGE', NULL),
		('campaign', NULL, 'INSERT,UPDATE,DELETE'),
		-- derived: written by triggers alone
		('standing', NULL, NULL),
		('sanction', NULL, NULL),
		('sanction_seq', NULL, NULL),
		('restriction', NULL, NULL),
		-- what is handed out for filing
		('statement', NULL, 'INSERT,UPDATE'),
		-- the rulebook; rules and rungs come and go with their version
		('scheme', NULL, 'INSERT,UPDATE'),
		('policy', NULL, 'INSERT,UPDATE,DELETE'),
		('policy_seq', NULL, 'USAGE'),
		('policy_rule', NULL, NULL),
		('policy_rung', NULL, NULL),
		('capability', NULL, 'INSERT,UPDATE,DELETE'),
		('activity_kind', NULL, 'INSERT,UPDATE,DELETE'),
		('holiday', NULL, 'INSERT,UPDATE,DELETE'),
		-- certification
		('face_check', 'INSERT', NULL),
		('certification_seq', 'USAGE', NULL),
		('certification_step', NULL, 'INSERT'),
		('certification', NULL, NULL),
		('certification_config', NULL, NULL),
		('certified_account', NULL, NULL),
		('certified_attribute', NULL, NULL),
		('qualified_domain', NULL, NULL),
		('qualified_capability', NULL, NULL),
		('qualification_kind', NULL, 'INSERT,UPDATE,DELETE'),
		('qualification_scale', NULL, 'INSERT,UPDATE,DELETE'),
		('qualification_grade', NULL, 'INSERT,UPDATE,DELETE'),
		('taxonomy', NULL, 'INSERT,UPDATE,DELETE'),
		('taxonomy_attribute', NULL, 'INSERT,UPDATE,DELETE'),
		('domain', NULL, 'INSERT,UPDATE,DELETE'),
		('requirement', NULL, 'INSERT,UPDATE,DELETE'),
		('requirement_seq', NULL, 'USAGE'),
		('certification_withholding', NULL, 'INSERT,UPDATE,DELETE'),
		('certification_attribute', NULL, 'INSERT,UPDATE,DELETE'),
		('certification_consequence', NULL, 'INSERT,UPDATE,DELETE'),
		('certification_consequence_seq', NULL, 'USAGE'),
		('account_administrator', NULL, 'INSERT,UPDATE,DELETE'),
		('account_binding', NULL, 'INSERT,UPDATE'),
		('account_binding_seq', NULL, 'USAGE'),
		-- events: whoever reads the outbox puts down how far
		('event', NULL, 'INSERT,UPDATE,DELETE'),
		('event_seq', NULL, 'USAGE'),
		('event_consumer', NULL, 'UPDATE'),
		('event_delivery', NULL, 'INSERT,UPDATE,DELETE'),
		('event_delivery_seq', NULL, 'USAGE'),
		('event_queue', NULL, 'INSERT,UPDATE,DELETE'),
		('event_watch', NULL, 'INSERT,UPDATE,DELETE'),
		('event_server', NULL, 'UPDATE'),
		-- oversight: what is written down about those who decide
		('role_level', NULL, NULL),
		('seal', NULL, NULL),
		('seal_seq', NULL, NULL),
		('brake', NULL, 'INSERT,UPDATE,DELETE'),
		('brake_seq', NULL, 'USAGE'),
		('brake_count', NULL, NULL),
		('parked', NULL, NULL),
		('brake_status', NULL, NULL),
		('moderator_limit', NULL, 'INSERT,UPDATE,DELETE'),
		('moderator_limit_seq', NULL, 'USAGE'),
		('proposal', 'INSERT,UPDATE', NULL),
		('proposal_seq', 'USAGE', NULL),
		('audit', NULL, NULL),
		('audit_seq', NULL, NULL),
		('audit_chain', NULL, NULL),
		-- views
		('access_level', NULL, NULL),
		('campaign_yield', NULL, NULL),
		('consumer_lag', NULL, NULL),
		('report_sanction', NULL, NULL),
		('report_violation', NULL, NULL),
		('certification_due', NULL, NULL),
		('certification_lost', NULL, NULL),
		('certification_overview', NULL, NULL),
		('policies', NULL, NULL),
		('rule', NULL, NULL),
		('rule_centre', NULL, NULL),
		('rule_history', NULL, NULL),
		('rung', NULL, NULL),
		('sanction_in_force', NULL, NULL)),
	-- Functions by name: the level that has use of it.  Nearly all of them run
	-- with the rights of their caller and are left to PUBLIC: what they reach
	-- is decided by the tables.  Those that are not are granted to the level.
	-- Whoever owns the ledger uses those of level "owner".
	called (object, level) AS (VALUES
		('score', 'reader'), ('tier', 'reader'), ('permits', 'reader'), ('permits_support', 'everyone'), ('restrictions', 'reader'), ('linked_sanctions', 'reader'),
		('next_change', 'reader'), ('timeline', 'reader'), ('explain', 'reader'), ('explain_text', 'reader'),
		('verify', 'reader'), ('verify_range', 'reader'), ('account_parts', 'reader'), ('simulate', 'reader'), ('simulate_account', 'reader'), ('simulate_summary', 'reader'),
		('simulate_range', 'reader'), ('simulate_distribution', 'reader'),
		('policy_document', 'reader'), ('search_rules', 'reader'),
		('transparency_page', 'reader'), ('account_page', 'reader'), ('account_chart', 'reader'), ('page_date', 'reader'), ('page_dates', 'reader'),
		('notice', 'reader'), ('statement_of_reasons', 'reader'), ('draft_statement', 'reader'), ('withheld_text', 'reader'), ('statements_missing', 'reader'),
		('verify_audit', 'reader'), ('verify_rulebook', 'reader'), ('rules_of', 'reader'), ('rungs_of', 'reader'), ('audit_head', 'reader'), ('audit_digest', 'reader'),
		('limits_of', 'reader'), ('propose_violation', 'moderator'), ('confirm', 'moderator'), ('reject', 'moderator'), ('decide_proposal', 'moderator'),
		('brake_check', 'owner'), ('release_brake', 'administrator'),
		('rows_digest', 'reader'), ('seal', 'administrator'), ('verify_seals', 'reader'), ('seal_as_owner', 'owner'), ('release_brake_as_owner', 'owner'),
		('check_name_given', 'everyone'),('message', 'everyone'), ('library_version', 'everyone'), ('report_missing', 'everyone'), ('check_statement', 'everyone'), ('acting_role', 'everyone'), ('may_tell', 'everyone'), ('written_here', 'everyone'),
		('qualified', 'reader'), ('qualified_support', 'everyone'), ('qualified_for', 'reader'), ('qualified_slowly', 'reader'), ('why_not', 'reader'),
		('why_not_text', 'reader'), ('unmet_grades', 'reader'), ('qualification_name', 'reader'), ('check_qualification', 'reader'),
		('certification_status', 'reader'), ('certification_history', 'reader'), ('certifications_due', 'reader'),
		('certification_periods', 'reader'), ('certification_remaining', 'reader'), ('verify_certification', 'reader'), ('verify_steps', 'reader'),
		('export_taxonomy', 'reader'), ('grade_scale', 'reader'), ('review_terms', 'reader'), ('review_deadline', 'reader'),
		('help', 'everyone'), ('next_rung', 'reader'), ('report_period', 'reader'), ('report_period_name', 'reader'), ('report_strictest', 'reader'), ('announcement_words', 'reader'), ('transparency_figures', 'reader'), ('report_bounds', 'reader'),
		('report_scheme', 'reader'), ('report_announcement', 'reader'), ('announcement_text', 'reader'),
		('report_in_force', 'reader'), ('report_recidivism', 'reader'), ('report_sources', 'reader'),
		('report_campaigns', 'reader'), ('report_moderators', 'reader'), ('report_appeals', 'reader'),
		('report_scores', 'reader'), ('report_near', 'reader'), ('report_content', 'reader'), ('stored_nearness', 'reader'), ('stored_scores', 'reader'), ('past_scores', 'reader'), ('report_upcoming', 'reader'),
		('poll', 'administrator'), ('acknowledge', 'administrator'), ('tick', 'administrator'),
		('event_distribute', 'administrator'), ('event_settle', 'administrator'), ('event_settled', 'administrator'), ('event_fresh', 'administrator'), ('event_sweep', 'administrator'), ('event_prune', 'administrator'),
		('event_limit', 'administrator'), ('event_notify', 'administrator'), ('event_require_consumer', 'administrator'), ('event_sanction_steps', 'administrator'),
		('create_consumer', 'owner'), ('drop_consumer', 'owner'),
		('check_policy', 'everyone'), ('check_stored_policy', 'everyone'), ('dry_run', 'everyone'), ('appeal_times', 'everyone'), ('object_level', 'everyone'), ('level_privilege', 'everyone'), ('held_privilege', 'everyone'),
		('entry_id_given', 'moderator'), ('entry_account', 'reader'), ('overturn', 'moderator'), ('change', 'moderator'), ('reinstate', 'moderator'), ('release', 'moderator'), ('opening_balance', 'moderator'),
		('link_accounts', 'moderator'), ('unlink_accounts', 'moderator'), ('exempt_account', 'moderator'), ('end_exemption', 'moderator'), ('decide_exemption', 'moderator'), ('inherited_by', 'reader'),
		('revise', 'moderator'), ('revise_check', 'moderator'), ('appeal_settled', 'moderator'), ('revise_all', 'moderator'), ('decide_appeals', 'moderator'), ('settle_appeals', 'moderator'), ('confirm_proposals', 'moderator'),
		('decide_appeal', 'moderator'), ('set_attribute', 'moderator'), ('check_face', 'moderator'),
		('hold_account', 'moderator'), ('settle_facts', 'moderator'), ('hold_standing', 'moderator'), ('hold_standings', 'moderator'),
		('statements_of_reasons', 'administrator'), ('file_statements', 'administrator'),
		('publish', 'administrator'), ('activate', 'administrator'), ('retire', 'administrator'),
		('policy_place', 'administrator'), ('hold_scheme', 'administrator'), ('rebuild', 'administrator'),
		('holiday', 'administrator'),
		('require_capability', 'administrator'), ('require_qualification', 'administrator'),
		('take_step', 'administrator'), ('apply_for_certification', 'administrator'), ('examine_certification', 'administrator'), ('examine_part', 'administrator'),
		('grant_certification', 'administrator'), ('refuse_certification', 'administrator'), ('review_certification', 'administrator'),
		('suspend_certification', 'administrator'), ('reinstate_certification', 'administrator'), ('cancel_certification', 'administrator'),
		('bind_account', 'administrator'), ('unbind_account', 'administrator'), ('import_taxonomy', 'administrator'),
		('certification_apply_check', 'owner'), ('certification_part_check', 'owner'), ('certification_grant_check', 'owner'),
		('certification_reinstate_check', 'owner'), ('certification_consequences', 'owner'), ('certification_violations', 'owner'), ('certification_revisions', 'owner'), ('certification_derive', 'owner'),
		('certification_derive_attributes', 'owner'), ('certification_turn', 'owner'), ('rebuild_certification', 'owner'), ('load_taxonomy', 'owner'),
		('grant_level', 'owner'), ('revoke_level', 'owner'), ('grant_again', 'owner'),
		('create_ledger', 'owner'), ('create_steps', 'owner'), ('rulebook_steps', 'owner'), ('ledger_steps', 'owner'), ('oversight_steps', 'owner'), ('certification_steps', 'owner'), ('report_steps', 'owner'), ('event_steps', 'owner'),
		('step_columns', 'owner'), ('comment_relation', 'owner'), ('ensure_table', 'owner'), ('ensure_view', 'owner'), ('drop_replaced_views', 'owner'), ('create_step', 'owner'), ('lost_columns', 'owner'), ('grant_levels_again', 'owner'), ('ensure_trigger', 'owner'),
		('audit_adopt', 'owner'), ('audit_fact', 'owner'),
		('certification_revisions', 'owner'), ('certification_violations', 'owner'))
	-- sequences too: a dump reads where they are
	SELECT CASE WHEN w.object LIKE '%\_seq' THEN 'sequence' ELSE 'table' END, w.object, 'reader', '{SELECT}'::text[] FROM written w
	UNION ALL SELECT CASE WHEN w.object LIKE '%\_seq' THEN 'sequence' ELSE 'table' END, w.object, 'moderator',
			string_to_array(w.moderator, ',') FROM written w WHERE w.moderator IS NOT NULL
	UNION ALL SELECT CASE WHEN w.object LIKE '%\_seq' THEN 'sequence' ELSE 'table' END, w.object, 'administrator',
			string_to_array(w.administrator, ',') FROM written w WHERE w.administrator IS NOT NULL
	UNION ALL SELECT 'sequence', w.object, 'owner', '{USAGE}' FROM written w
		WHERE w.object LIKE '%\_seq' AND w.moderator IS NULL AND w.administrator IS NULL
	UNION ALL SELECT 'function', c.object, c.level, '{EXECUTE}' FROM called c
	-- What answers from its arguments alone is for everyone; what is attached
	-- to tables is for whoever creates the ledger.
	UNION ALL SELECT DISTINCT 'function', p.proname, CASE WHEN p.prorettype = 'trigger'::regtype THEN 'owner' ELSE 'everyone' END,
			'{EXECUTE}'::text[]
		FROM pg_proc p
		WHERE p.pronamespace = 'governance'::regnamespace
			AND (p.prorettype = 'trigger'::regtype OR p.provolatile = 'i')
			AND NOT EXISTS (SELECT FROM called c WHERE c.object = p.proname)
$levels$;
COMMENT ON FUNCTION governance.object_level() IS
	'every table, view, sequence and function of the schema with the lowest level that has use of it and what that level may do to it; each level has what the ones below it have';

CREATE FUNCTION governance.level_privilege(OUT level text, OUT kind text, OUT object text, OUT privilege text)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 500
	SET search_path = pg_catalog, pg_temp
AS $privileges$
	SELECT l.level, 'schema', 'governance', 'USAGE' FROM unnest('{reader,moderator,administrator}'::text[]) AS l (level)
	UNION ALL
	SELECT l.level, o.kind, coalesce(p.oid::regprocedure::text, format('governance.%I', o.object)), a.privilege
		FROM governance.object_level() o
			JOIN (VALUES ('reader', 1), ('moderator', 2), ('administrator', 3)) AS n (level, rank) ON n.level = o.level
			JOIN (VALUES ('reader', 1), ('moderator', 2), ('administrator', 3)) AS l (level, rank) ON l.rank >= n.rank
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
