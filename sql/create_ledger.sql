-- ---------------------------------------------------------------------------
-- create_ledger(): the ledger's tables, views and triggers.  The extension owns
-- none of them: they are ordinary objects of whoever calls it, so that they
-- dump, restore, replicate and partition like any other.
--
-- Every room lists its objects as numbered steps, in a function of its own:
-- rulebook_objects() from 1000, ledger_objects() from 2000, oversight_objects() from
-- 3000, certification_objects() from 4000, report_objects() from 5000,
-- event_objects() from 6000 and entitlement_objects() from 7000; what comes last in oversight has numbers from 9000.
-- One loop takes the steps in the order of their numbers.  Each looks at what
-- is there, so that the same list makes a new ledger and brings one of an
-- earlier version to this one; a second call does nothing.
--
-- A step has a number, a kind, an object, what the comment of the object says,
-- and DDL:
--
--	sequence            entry_seq: made when it is not there
--	table               account: made when it is not there; of one that is
--	                    there the columns that it lacks are added
--	before              revision.sanction_id: what an older table needs before that
--	                    column is added
--	after               capability, standing.settled: what follows once, when
--	                    the table, or the column, has been made
--	constraint, index   revision.revision_action_check: made when it is not there
--	statistics          sanction_starts_stat: likewise
--	comment             sanction.during: what an earlier version said of the
--	                    column, and is replaced by what this one says
--	drop                sanction_scheme_idx, violation.violation_points_check: an
--	                    index, or a constraint, that an earlier version had
--	drop table          restriction: likewise, a table
--	view                rule: made, or brought to the definition of this version
--	trigger             account.account_apply: the same, by ensure_trigger(); the
--	                    DDL is what follows the name in CREATE TRIGGER, as the
--	                    server prints it
--	always trigger      likewise; it fires for what is replicated too
--	constraint trigger  audit.audit_append: made when it is not there
--	call                a query that does more, and gives what it did
--
-- A column stands on one line of CREATE TABLE, or of the list of names in
-- CREATE VIEW, and behind "--" what its comment says.  So whoever adds a column
-- to a table adds one line.  Above the step of a table, view or sequence stands
-- what levels may do to it (sql/oversight/levels.awk).
-- ---------------------------------------------------------------------------

-- Level: owner
CREATE FUNCTION governance.create_steps(OUT number integer, OUT kind text, OUT object text, OUT says text, OUT ddl text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 250
	SET search_path = pg_catalog, pg_temp
AS $steps$
	SELECT * FROM governance.rulebook_objects()
	UNION ALL SELECT * FROM governance.ledger_objects()
	UNION ALL SELECT * FROM governance.oversight_objects()
	UNION ALL SELECT * FROM governance.certification_objects()
	UNION ALL SELECT * FROM governance.report_objects()
	UNION ALL SELECT * FROM governance.event_objects()
	UNION ALL SELECT * FROM governance.entitlement_objects()
	ORDER BY 1
$steps$;
COMMENT ON FUNCTION governance.create_steps() IS
	'part of create_ledger(): the steps of all parts of the ledger, in order';

-- The lines of columns are those that begin with a small letter and have a
-- comment.
-- Level: owner
CREATE FUNCTION governance.step_columns(ddl text, OUT "position" bigint, OUT name text, OUT definition text, OUT says text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $columns$
	SELECT l.n, l.line[1], btrim(l.line[2]), l.line[3]
		FROM regexp_matches(ddl, '^\t([a-z][a-z0-9_]*)\y([^\n]*?),?  -- ([^\n]*)$', 'gn') WITH ORDINALITY AS l (line, n)
$columns$;
COMMENT ON FUNCTION governance.step_columns(text) IS
	'part of create_ledger(): the columns in the DDL of a table or view, with their definitions and what their comments say';

-- Comments of a table or view and of its columns.
-- Level: owner
CREATE FUNCTION governance.comment_relation(kind text, name text, says text, ddl text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $comment$
DECLARE
	field	record;
BEGIN
	EXECUTE format('COMMENT ON %s governance.%I IS %L', upper(kind), name, says);
	FOR field IN SELECT c.name, c.says FROM governance.step_columns(ddl) c LOOP
		EXECUTE format('COMMENT ON COLUMN governance.%I.%I IS %L', name, field.name, field.says);
	END LOOP;
END
$comment$;
COMMENT ON FUNCTION governance.comment_relation(text, text, text, text) IS
	'part of create_ledger(): writes the comments of a table or view and of its columns';

-- Columns are added at the end, in the order of the definition. Constraints are
-- steps of their own where an older table may lack them.
-- Level: owner
CREATE FUNCTION governance.ensure_table(name text, says text, ddl text) RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $ensure$
DECLARE
	existing	regclass := to_regclass(format('governance.%I', name));
	field		record;
	changed		boolean := existing IS NULL;
BEGIN
	IF existing IS NULL THEN
		EXECUTE ddl;
		RETURN NEXT format('created table governance.%s', name);
	END IF;
	FOR field IN
		SELECT c.name, c.definition FROM governance.step_columns(ddl) c
			WHERE existing IS NOT NULL
				AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = existing AND a.attname = c.name AND NOT a.attisdropped)
			ORDER BY c.position
	LOOP
		EXECUTE format('ALTER TABLE %s ADD COLUMN %I %s', existing, field.name, field.definition);
		changed := true;
		RETURN NEXT format('added column governance.%s.%s', name, field.name);
	END LOOP;
	-- Comments that somebody has changed in a table that is as it should be stay.
	IF changed THEN
		PERFORM governance.comment_relation('table', name, says, ddl);
	END IF;
END
$ensure$;
COMMENT ON FUNCTION governance.ensure_table(text, text, text) IS
	'part of create_ledger(): creates a table unless it is there, and adds the columns that it lacks';

-- A view whose columns cannot be changed in place makes way under another name:
-- those that read it are replaced by the steps that follow, and what still reads
-- it in the end is not ours to drop (drop_replaced_views()).
-- Level: owner
CREATE FUNCTION governance.ensure_view(name text, says text, ddl text) RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $ensure$
DECLARE
	definition	text := regexp_replace(ddl, '^\s*CREATE VIEW governance\.\w+', '');
	existing	record;
	same		boolean;
	statement	text;
BEGIN
	SELECT c.oid, c.relkind, c.relowner, c.relacl, array_to_string(c.reloptions, ', ') AS options INTO existing
		FROM pg_class c WHERE c.oid = to_regclass(format('governance.%I', name));
	IF NOT FOUND THEN
		EXECUTE ddl;
		PERFORM governance.comment_relation('view', name, says, ddl);
		RETURN NEXT format('created view governance.%s', name);
		RETURN;
	END IF;

	-- The server prints what is the same in the same way.
	EXECUTE 'CREATE VIEW governance.governance_ensured' || definition;
	same := pg_get_viewdef(existing.oid) = pg_get_viewdef('governance.governance_ensured'::regclass);
	DROP VIEW governance.governance_ensured;
	IF same THEN
		RETURN;
	END IF;

	BEGIN
		EXECUTE format('CREATE OR REPLACE VIEW governance.%I', name) || definition;
	EXCEPTION WHEN invalid_table_definition THEN
		-- Columns are gone, or are others than they were.
		EXECUTE format('ALTER VIEW governance.%I RENAME TO %I', name, name || ' (replaced)');
		EXECUTE ddl;
		FOR statement IN
			-- What default privileges have granted goes, what was granted comes.
			SELECT format('REVOKE ALL ON governance.%I FROM %s', name, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END)
				FROM pg_class c, aclexplode(c.relacl) a
				WHERE c.oid = to_regclass(format('governance.%I', name)) AND a.grantee <> c.relowner
			UNION ALL
			SELECT format('GRANT %s ON governance.%I TO %s%s', g.privilege, name, CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END,
						  CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
				FROM (SELECT a.privilege_type AS privilege, a.grantee, a.is_grantable FROM aclexplode(existing.relacl) a
					  UNION ALL
					  SELECT format('%s (%I)', a.privilege_type, o.attname), a.grantee, a.is_grantable
						FROM pg_attribute o JOIN pg_attribute n ON n.attrelid = to_regclass(format('governance.%I', name)) AND n.attname = o.attname,
							 aclexplode(o.attacl) a
						WHERE o.attrelid = existing.oid) g
				WHERE g.grantee <> existing.relowner
			UNION ALL
			SELECT format('ALTER VIEW governance.%I OWNER TO %s', name, existing.relowner::regrole)
				FROM pg_class c WHERE c.oid = to_regclass(format('governance.%I', name)) AND c.relowner <> existing.relowner
		LOOP
			EXECUTE statement;
		END LOOP;
	END;
	-- CREATE OR REPLACE VIEW takes them away.
	IF existing.options IS NOT NULL THEN
		EXECUTE format('ALTER VIEW governance.%I SET (%s)', name, existing.options);
	END IF;
	PERFORM governance.comment_relation('view', name, says, ddl);
	RETURN NEXT format('brought view governance.%s up to date', name);
END
$ensure$;
COMMENT ON FUNCTION governance.ensure_view(text, text, text) IS
	'part of create_ledger(): creates a view, or brings one that is there to its definition; its rights and options stay';

-- Called when every view is there in its new form: whatever still hangs on an
-- old one is somebody else's. Triggers and rules of a view would go with it
-- without a word, so they are named as well.
-- Level: owner
CREATE FUNCTION governance.drop_replaced_views() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $drop$
DECLARE
	replaced	text;
	dependents	text;
BEGIN
	SELECT string_agg(c.oid::regclass::text, ', '),
		   (SELECT string_agg(pg_describe_object(o.classid, o.oid, 0), E'\n' ORDER BY o.name)
			FROM (SELECT 'pg_trigger'::regclass AS classid, t.oid, t.tgname AS name, t.tgrelid AS relid FROM pg_trigger t
				  UNION ALL
				  SELECT 'pg_rewrite'::regclass, r.oid, r.rulename, r.ev_class FROM pg_rewrite r WHERE r.rulename <> '_RETURN') o
			WHERE o.relid = ANY (array_agg(c.oid)))
		INTO replaced, dependents
		FROM pg_class c
		WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'v' AND c.relname LIKE '% (replaced)';
	IF replaced IS NULL THEN
		RETURN;
	END IF;
	BEGIN
		EXECUTE format('DROP VIEW %s', replaced);
	EXCEPTION WHEN dependent_objects_still_exist THEN
		GET STACKED DIAGNOSTICS dependents = PG_EXCEPTION_DETAIL;
	END;
	IF dependents IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist',
			MESSAGE = governance.message('cannot bring the views of the ledger to this version because other objects depend on them'),
			DETAIL = regexp_replace(dependents, '"(\w+) \(replaced\)"', '\1', 'g'),
			HINT = governance.message('Drop these objects, call governance.create_ledger() again, and create them anew with the columns that there are then; pg_get_viewdef() gives the text of a view.');
	END IF;
END
$drop$;
COMMENT ON FUNCTION governance.drop_replaced_views() IS
	'part of create_ledger(): drops the views that have been replaced; complains about what still depends on them';

-- The server prints a trigger in one form, so a definition in that form can be
-- compared as text. One that differs may only be printed in another way: it is
-- created beside the old one under another name, both are compared as the
-- server prints them, and one of the two goes.
-- Level: owner
CREATE FUNCTION governance.ensure_trigger(relation regclass, name text, definition text) RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $ensure$
DECLARE
	target	regclass;
	home	text := format(' ON %s ', relation);
	command	text;
	existing	record;
BEGIN
	IF strpos(definition, home) = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = governance.message('trigger "%s" is not on %s: %s', name, relation, definition);
	END IF;
	-- Of a partitioned table each partition gets one of its own: a trigger for
	-- each statement fires on the table that the statement names, and those for
	-- each row are there already.
	FOR target IN
		SELECT relation
		UNION ALL SELECT t.relid FROM pg_partition_tree(relation) t WHERE t.level > 0
	LOOP
		command := format('CREATE TRIGGER %I %s', name, replace(definition, home, format(' ON %s ', target)));
		SELECT t.tgenabled, t.tgparentid, pg_get_triggerdef(t.oid) AS command INTO existing
			FROM pg_trigger t WHERE t.tgrelid = target AND t.tgname = name;
		IF NOT FOUND THEN
			EXECUTE command;
			RETURN NEXT format('created trigger %s on %s', name, target);
		ELSIF existing.command <> command AND existing.tgparentid = 0 THEN
			-- Of an earlier version, or only printed in another way.
			EXECUTE format('CREATE TRIGGER governance_ensured %s', replace(definition, home, format(' ON %s ', target)));
			IF (SELECT replace(pg_get_triggerdef(t.oid), 'TRIGGER governance_ensured', format('TRIGGER %I', name))
				FROM pg_trigger t WHERE t.tgrelid = target AND t.tgname = 'governance_ensured') = existing.command THEN
				EXECUTE format('DROP TRIGGER governance_ensured ON %s', target);
			ELSE
				EXECUTE format('DROP TRIGGER %I ON %s', name, target);
				EXECUTE format('ALTER TRIGGER governance_ensured ON %s RENAME TO %I', target, name);
				-- One that was disabled stays so.
				IF existing.tgenabled <> 'O' THEN
					EXECUTE format('ALTER TABLE %s %s TRIGGER %I', target,
						CASE existing.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, name);
				END IF;
				RETURN NEXT format('brought trigger %s on %s up to date', name, target);
			END IF;
		END IF;
	END LOOP;
END
$ensure$;
COMMENT ON FUNCTION governance.ensure_trigger(regclass, text, text) IS
	'part of create_ledger(): creates a trigger unless it is there as it should be, on a table and on each of its partitions; definition is what follows its name, as the server prints it';
REVOKE ALL ON FUNCTION governance.ensure_trigger(regclass, text, text) FROM PUBLIC;

-- One step; said is what the steps before it have given.
-- Level: owner
CREATE FUNCTION governance.create_step(kind text, object text, says text, ddl text, said text[]) RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	relation	text := split_part(object, '.', 1);
	part		text := split_part(object, '.', 2);
	home		regclass := to_regclass(format('governance.%I', relation));
	is_new		boolean := format('created table governance.%s', relation) = ANY (said);
	line		text;
BEGIN
	CASE kind
	WHEN 'table' THEN
		RETURN QUERY SELECT governance.ensure_table(object, says, ddl);
	WHEN 'view' THEN
		RETURN QUERY SELECT governance.ensure_view(object, says, ddl);
	WHEN 'trigger', 'always trigger' THEN
		FOR line IN SELECT governance.ensure_trigger(home, part, ddl) LOOP
			IF kind = 'always trigger' AND line LIKE 'created %' THEN
				EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', home, part);
			END IF;
			RETURN NEXT line;
		END LOOP;
	WHEN 'constraint trigger' THEN
		IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = home AND t.tgname = part) THEN
			EXECUTE ddl;
			RETURN NEXT format('created trigger %s on governance.%s', part, relation);
		END IF;
	WHEN 'sequence' THEN
		IF home IS NULL THEN
			EXECUTE ddl;
			EXECUTE format('COMMENT ON SEQUENCE governance.%I IS %L', object, says);
			RETURN NEXT format('created sequence governance.%s', object);
		END IF;
	WHEN 'index' THEN
		IF to_regclass(format('governance.%I', part)) IS NULL THEN
			EXECUTE ddl;
			IF NOT is_new THEN
				RETURN NEXT format('created index governance.%s', part);
			END IF;
		END IF;
	WHEN 'constraint' THEN
		IF NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = home AND c.conname = part) THEN
			EXECUTE ddl;
			EXECUTE format('COMMENT ON CONSTRAINT %I ON %s IS %L', part, home, says);
			IF NOT is_new THEN
				RETURN NEXT format('created constraint %s on governance.%s', part, relation);
			END IF;
		END IF;
	WHEN 'statistics' THEN
		IF NOT EXISTS (SELECT FROM pg_statistic_ext x WHERE x.stxnamespace = 'governance'::regnamespace AND x.stxname = object) THEN
			EXECUTE ddl;
			EXECUTE format('COMMENT ON STATISTICS governance.%I IS %L', object, says);
			RETURN NEXT format('created statistics governance.%s', object);
		END IF;
	WHEN 'before' THEN
		IF home IS NOT NULL AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = home AND a.attname = part) THEN
			EXECUTE ddl;
			RETURN NEXT format('brought table governance.%s up to date', relation);
		END IF;
	WHEN 'after' THEN
		IF is_new OR format('added column governance.%s', object) = ANY (said) THEN
			EXECUTE ddl;
		END IF;
	WHEN 'comment' THEN
		SELECT format('COMMENT ON COLUMN %s.%I IS %L', home, part, c.says) INTO line
			FROM governance.create_steps() t, governance.step_columns(t.ddl) c
				JOIN pg_attribute a ON a.attrelid = home AND a.attname = c.name
			WHERE t.kind = 'table' AND t.object = relation AND c.name = part AND col_description(home, a.attnum) = create_step.says;
		IF FOUND THEN
			EXECUTE line;
		END IF;
	WHEN 'drop' THEN
		IF part = '' AND home IS NOT NULL THEN
			EXECUTE ddl;
			RETURN NEXT format('dropped index governance.%s', object);
		ELSIF EXISTS (SELECT FROM pg_constraint c WHERE c.conrelid = home AND c.conname = part) THEN
			EXECUTE ddl;
			RETURN NEXT format('dropped constraint %s on governance.%s', part, relation);
		END IF;
	WHEN 'drop table' THEN
		IF (SELECT c.relkind IN ('r', 'p') FROM pg_class c WHERE c.oid = home) THEN
			EXECUTE ddl;
			RETURN NEXT format('dropped table governance.%s', object);
		END IF;
	WHEN 'call' THEN
		RETURN QUERY EXECUTE ddl;
	END CASE;
END
$step$;
COMMENT ON FUNCTION governance.create_step(text, text, text, text, text[]) IS
	'part of create_ledger(): takes one step';

-- What is entered in a ledger outlives the extension; columns of its types do
-- not.  A column of such a type that a later version adds to a table is told
-- from a lost one by a step "before" it.
-- Level: owner
CREATE FUNCTION governance.lost_columns() RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $lost$
BEGIN
	RETURN (
		SELECT string_agg(format('%s.%s', s.object, c.name), ', ' ORDER BY s.number, c.position)
			FROM governance.create_steps() s, governance.step_columns(s.ddl) c, to_regclass(format('governance.%I', s.object)) AS home
			WHERE s.kind = 'table' AND home IS NOT NULL AND c.definition LIKE 'governance.%'
				AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = home AND a.attname = c.name AND NOT a.attisdropped)
				AND NOT EXISTS (SELECT FROM governance.create_steps() b
								WHERE b.kind = 'before' AND b.object = format('%s.%s', s.object, c.name)));
END
$lost$;
COMMENT ON FUNCTION governance.lost_columns() IS
	'part of create_ledger(): the columns that the ledger has lost with an extension that was dropped; null: none';

-- Everything happens in one transaction. A ledger that has lost columns is
-- guarded, and not repaired: what was in them is gone.
-- Level: owner
CREATE FUNCTION governance.create_ledger() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning
AS $create$
DECLARE
	version	text := (SELECT extversion FROM pg_extension WHERE extname = 'governance');
	earlier	boolean;
	lost	text;
	step	record;
	line	text;
	said	text[] := '{}';
	anew	bigint;
BEGIN
	IF version <> governance.library_version() THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = governance.message('extension governance is of version %s in this database, and its library of version %s', version, governance.library_version()),
			HINT = governance.message('Call ALTER EXTENSION governance UPDATE first.');
	END IF;

	-- Two sessions that create the same ledger take turns.
	PERFORM pg_advisory_xact_lock(hashtextextended('governance.create_ledger', 0));

	-- Before 0.3.0 some documents were judged otherwise, and nothing followed an
	-- account's opening.
	earlier := to_regclass('governance.standing') IS NOT NULL
		AND NOT EXISTS (SELECT FROM pg_trigger t
						WHERE t.tgrelid = to_regclass('governance.account') AND t.tgname = 'account_apply');

	IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist') THEN
		IF to_regnamespace('public') IS NOT NULL THEN
			CREATE EXTENSION btree_gist SCHEMA public;
		ELSE
			CREATE EXTENSION btree_gist SCHEMA governance;
		END IF;
		said := said || 'installed extension btree_gist'::text;
		RETURN NEXT 'installed extension btree_gist';
	END IF;

	lost := governance.lost_columns();
	FOR step IN SELECT s.* FROM governance.create_steps() s ORDER BY s.number LOOP
		-- Of a ledger that is not whole entries are guarded, and no more.
		CONTINUE WHEN lost IS NOT NULL
			AND (step.kind NOT LIKE '%trigger' OR to_regclass(format('governance.%I', split_part(step.object, '.', 1))) IS NULL);
		FOR line IN SELECT governance.create_step(step.kind, step.object, step.says, step.ddl, said) LOOP
			said := said || line;
			RETURN NEXT line;
		END LOOP;
	END LOOP;
	IF lost IS NOT NULL THEN
		RAISE WARNING USING
			MESSAGE = governance.message('these tables are what DROP EXTENSION ... CASCADE left of a ledger: columns are gone'),
			DETAIL = governance.message('Gone are %s. Entries are guarded again, and nothing further is recorded.', lost),
			HINT = governance.message('Restore a dump, or let a new ledger follow from the entries: rename the schema, create the extension and the ledger anew, and copy. The page install.md shows it.');
		RETURN;
	END IF;
	PERFORM governance.drop_replaced_views();

	IF earlier THEN
		anew := governance.fold_anew(format('version %s', version));
		IF anew > 0 THEN
			RETURN NEXT format('standings under %s schemes are folded anew when somebody comes to them, or by CALL governance.settle()', anew);
		END IF;
	ELSIF said = '{}' THEN
		RETURN NEXT format('the ledger is complete for version %s; nothing to do', version);
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_ledger() IS
	'creates the ledger''s tables, views and triggers in schema governance as objects of the caller, or brings them to this version; says what it did';
