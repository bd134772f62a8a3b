-- ---------------------------------------------------------------------------
-- rulebook: the triggers that keep versions as they were, and tell every backend
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.invalidate_rulebook() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_invalidate_rulebook';
COMMENT ON FUNCTION governance.invalidate_rulebook() IS
	'row trigger on the rulebook''s tables: makes every session read anew which versions there are';

-- A version moves on only: draft, trial, active, retired. What was in force can
-- be ended and never rewritten, because scores and sanctions of the past are
-- computed from it at any time.
CREATE FUNCTION governance.policy_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV203',
			MESSAGE = governance.message('cannot truncate table "%s"', TG_TABLE_NAME),
			DETAIL = governance.message('Standings and sanctions refer to the versions under which they came about.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = governance.message('Use governance.retire() to end a version; drafts can be deleted.');
	END IF;

	IF TG_OP = 'DELETE' THEN
		IF OLD.status <> 'draft' THEN
			RAISE EXCEPTION USING ERRCODE = 'GV203',
				MESSAGE = governance.message('cannot delete policy %s of "%s", which is not a draft', OLD.policy_id, OLD.scheme),
				HINT = governance.message('Use governance.retire() to end a version.'),
				SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
		END IF;
		RETURN OLD;
	END IF;

	IF TG_OP = 'INSERT' THEN
		IF NEW.status = 'retired' THEN
			RAISE EXCEPTION USING ERRCODE = 'GV102',
				MESSAGE = governance.message('a new policy cannot be retired already'),
				SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'status',
				HINT = governance.message('Publish it with governance.publish(), and end it with governance.retire().');
		END IF;
		-- publish() has checked it; a restored one may be older than the checks.
		NEW.kind := governance.check_stored_policy(NEW.document) ->> 'kind';
		RETURN NEW;
	END IF;

	IF NEW.policy_id <> OLD.policy_id OR NEW.scheme <> OLD.scheme OR NEW.version <> OLD.version OR NEW.kind <> OLD.kind THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('cannot change what policy %s of "%s" is called', OLD.policy_id, OLD.scheme),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = governance.message('Publish its document again, under the other name, for a version of its own.');
	END IF;
	IF NEW.document <> OLD.document THEN
		-- The rules and rungs that were stored with it would not fit any more.
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('cannot change the document of policy %s of "%s"', OLD.policy_id, OLD.scheme),
			HINT = governance.message('Publish the new document with governance.publish(): it becomes a version of its own.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'document';
	END IF;
	IF OLD.status = 'draft' AND NEW.status IN ('draft', 'trial', 'active') THEN
		RETURN NEW;
	END IF;
	IF NEW.published_at IS DISTINCT FROM OLD.published_at OR NEW.published_by IS DISTINCT FROM OLD.published_by
		OR NEW.created_at <> OLD.created_at
	THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('cannot change who published policy %s of "%s", and when', OLD.policy_id, OLD.scheme),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = governance.message('Only what is ahead of a version, and its note, can change.');
	END IF;
	IF NEW.status = 'draft'
		OR (OLD.status = 'active' AND NEW.status = 'trial')
		OR (OLD.status = 'retired' AND NEW.status <> 'retired')
	THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('policy %s of "%s" is %s and cannot become %s', OLD.policy_id, OLD.scheme,
										 OLD.status, NEW.status),
			HINT = governance.message('Publish its document again for a new version.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'status';
	END IF;

	-- What was in force stays so: neither longer nor shorter than it was.
	IF OLD.status IN ('active', 'retired')
		AND NEW.in_force * tstzrange(NULL, now()) <> OLD.in_force * tstzrange(NULL, now())
	THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('cannot change when policy %s of "%s" was in force', OLD.policy_id, OLD.scheme),
			DETAIL = governance.message('It was in force during %s; only what lies ahead can still change.', OLD.in_force),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'in_force',
			HINT = governance.message('Use governance.retire() to end a version now.');
	END IF;
	RETURN NEW;
END
$guard$;
COMMENT ON FUNCTION governance.policy_guard() IS
	'trigger on governance.policy: validates what is inserted and keeps what has been in force as it was';

CREATE FUNCTION governance.policy_part_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
BEGIN
	-- Only what goes together with its draft may go.
	IF TG_OP = 'DELETE' THEN
		IF NOT EXISTS (SELECT FROM governance.policy p WHERE p.policy_id = OLD.policy_id AND p.status <> 'draft') THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'GV203',
		MESSAGE = CASE TG_OP WHEN 'UPDATE' THEN governance.message('cannot update table "%s"', TG_TABLE_NAME)
			WHEN 'DELETE' THEN governance.message('cannot delete from table "%s"', TG_TABLE_NAME)
			WHEN 'TRUNCATE' THEN governance.message('cannot truncate table "%s"', TG_TABLE_NAME)
			ELSE governance.message('cannot insert into table "%s"', TG_TABLE_NAME) END,
		DETAIL = governance.message('Its rows follow from the documents in governance.policy.'),
		HINT = governance.message('Use governance.publish() for a new version.'),
		SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
END
$guard$;
COMMENT ON FUNCTION governance.policy_part_guard() IS
	'trigger on what publish() stores of a document: refuses every change that does not come with the document';

-- A name that is not known at all is left to the foreign key.
CREATE FUNCTION governance.scheme_known() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $known$
BEGIN
	IF EXISTS (SELECT FROM governance.scheme s WHERE s.scheme = NEW.scheme AND s.kind <> 'scheme') THEN
		PERFORM governance.report_missing('scheme', NEW.scheme, relation => TG_TABLE_NAME, field => 'scheme');
	END IF;
	RETURN NEW;
END
$known$;
COMMENT ON FUNCTION governance.scheme_known() IS
	'row trigger on tables that name a scheme: refuses the name of a document that is no scheme';

-- Left to PUBLIC, because whoever creates the ledger must be able to attach
-- them; on any other table they can only refuse or be of no effect.
