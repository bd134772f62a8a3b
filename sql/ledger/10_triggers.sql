-- ---------------------------------------------------------------------------
-- ledger: trigger functions.  create_ledger() attaches them.
-- ---------------------------------------------------------------------------

-- One call instead of six expressions: the server reads them anew in each
-- statement.
CREATE FUNCTION governance.violation_fits(points numeric, surcharge numeric, source text, campaign text, occurred_at timestamptz, decided_at timestamptz) RETURNS boolean
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_violation_fits';
COMMENT ON FUNCTION governance.violation_fits(numeric, numeric, text, text, timestamptz, timestamptz) IS
	'part of governance.violation, its check constraint: complains (23514) about points or a surcharge below zero, a source that there is not, source campaign without one, and instants that are not finite';

CREATE FUNCTION governance.violation_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_violation_apply';
COMMENT ON FUNCTION governance.violation_apply() IS
	'statement trigger on governance.violation: validates the new rows and brings standings and sanctions up to date';

CREATE FUNCTION governance.activity_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_activity_apply';
COMMENT ON FUNCTION governance.activity_apply() IS
	'statement trigger on governance.activity: lets the policies that listen to the new rows act on them';

CREATE FUNCTION governance.attribute_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_attribute_apply';
COMMENT ON FUNCTION governance.attribute_apply() IS
	'statement trigger on governance.attribute: brings the standings of the accounts whose facts change up to date';

CREATE FUNCTION governance.account_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_account_apply';
COMMENT ON FUNCTION governance.account_apply() IS
	'statement trigger on governance.account: folds the standings of accounts anew that were opened at another time than was thought';

CREATE FUNCTION governance.revision_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_revision_apply';
COMMENT ON FUNCTION governance.revision_apply() IS
	'statement trigger on governance.revision: the accounts stand as if the decision had been right from the start';

CREATE FUNCTION governance.policy_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_policy_apply';
COMMENT ON FUNCTION governance.policy_apply() IS
	'statement trigger on governance.policy: writes an edition of the rulebook for what comes into force, ends, or goes on trial';

CREATE FUNCTION governance.holiday_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_holiday_apply';
COMMENT ON FUNCTION governance.holiday_apply() IS
	'statement trigger on governance.holiday: writes an edition of the rulebook for the schemes that go by the calendar';

CREATE FUNCTION governance.link_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_link_apply';
COMMENT ON FUNCTION governance.link_apply() IS
	'row trigger on governance.account_link: what a link hands on, or no longer does, is within the limits of whoever says so';

CREATE FUNCTION governance.exemption_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_exemption_apply';
COMMENT ON FUNCTION governance.exemption_apply() IS
	'row trigger on governance.exemption: an account is exempt from what it inherits alone, and within the limits of whoever says so';

-- The last row counts, so a row that repeats the one before it would only look
-- as if something had been decided.
CREATE FUNCTION governance.exemption_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
DECLARE
	previous	boolean;
BEGIN
	PERFORM governance.check_name_given(TG_RELID, 'decided_by', NEW.decided_by);
	IF NOT isfinite(NEW.decided_at) OR NEW.decided_at > clock_timestamp() THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('an exemption cannot be decided at %s', NEW.decided_at),
			HINT = governance.message('Name now, or an instant of the past.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'decided_at';
	END IF;
	SELECT e.exempt INTO previous FROM governance.exemption e
		WHERE e.account_id = NEW.account_id AND e.other_id = NEW.other_id AND e.sanction_id = NEW.sanction_id
			AND e.decided_at <= NEW.decided_at
		ORDER BY e.decided_at DESC, e.exemption_id DESC LIMIT 1;
	IF coalesce(previous, false) = NEW.exempt THEN
		RAISE EXCEPTION USING ERRCODE = 'GV204',
			MESSAGE = CASE WHEN NEW.exempt
				THEN governance.message('account %s is exempt from sanction %s already', NEW.account_id, NEW.sanction_id)
				ELSE governance.message('account %s is not exempt from sanction %s', NEW.account_id, NEW.sanction_id) END,
			HINT = governance.message('governance.exemption lists who is exempt from what.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
	END IF;
	RETURN NEW;
END
$guard$;
COMMENT ON FUNCTION governance.exemption_guard() IS
	'row trigger on governance.exemption: refuses what would say nothing new, an instant that lies ahead, and a name that is not one''s own';

CREATE FUNCTION governance.link_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
BEGIN
	IF TG_OP = 'INSERT' THEN
		PERFORM governance.check_name_given(TG_RELID, 'decided_by', NEW.decided_by);
	ELSIF to_jsonb(NEW) - 'during' <> to_jsonb(OLD) - 'during'
		OR NOT NEW.during <@ OLD.during
		OR NOT isempty(NEW.during) AND (lower(NEW.during) IS DISTINCT FROM lower(OLD.during)
										OR lower_inc(NEW.during) <> lower_inc(OLD.during)) THEN
		RAISE EXCEPTION USING ERRCODE = 'GV203',
			MESSAGE = governance.message('link %s can be ended, and not changed', OLD.link_id),
			DETAIL = governance.message('What a link says stays as it was written; only the end of "during" comes nearer.'),
			HINT = governance.message('End it with governance.unlink_accounts() and link the accounts anew.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
	END IF;
	RETURN NEW;
END
$guard$;
COMMENT ON FUNCTION governance.link_guard() IS
	'row trigger on governance.account_link: a link ends, and does not change otherwise';

CREATE FUNCTION governance.refuse_rewrite() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_refuse_rewrite';
COMMENT ON FUNCTION governance.refuse_rewrite() IS
	'statement trigger that keeps a table append-only, or all of a derived one as it is; its arguments are the hint, another reason than that, and the name of a derived table';

-- Level: moderator
CREATE FUNCTION governance.entry_id_given(relation regclass, "column" text, id bigint) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_entry_id_given';
COMMENT ON FUNCTION governance.entry_id_given(regclass, text, bigint) IS
	'part of the row triggers on entries: refuses an id that nobody may give, and moves governance.entry_seq on past one that was given by hand';

-- Triggers of an earlier version call these, and a dump of it names them.
CREATE FUNCTION governance.appeal_decide() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $decide$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
		MESSAGE = governance.message('the governance ledger of this database is of an earlier version'),
		HINT = governance.message('Call governance.create_ledger() to bring it to this one.');
END
$decide$;
COMMENT ON FUNCTION governance.appeal_decide() IS
	'of earlier versions: decided appeals before the ledger was brought to this one';

CREATE FUNCTION governance.proposal_decide() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $decide$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
		MESSAGE = governance.message('the governance ledger of this database is of an earlier version'),
		HINT = governance.message('Call governance.create_ledger() to bring it to this one.');
END
$decide$;
COMMENT ON FUNCTION governance.proposal_decide() IS
	'of earlier versions: decided proposals before the ledger was brought to this one';

CREATE FUNCTION governance.pass_rows() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_pass_rows';
COMMENT ON FUNCTION governance.pass_rows() IS
	'statement trigger that hands the rows of a statement to the function that its argument names';

REVOKE ALL ON FUNCTION
	governance.pass_rows(), governance.appeal_decide(), governance.proposal_decide(),
	governance.violation_apply(), governance.activity_apply(),
	governance.attribute_apply(), governance.account_apply(), governance.revision_apply(),
	governance.policy_apply(), governance.holiday_apply(), governance.refuse_rewrite(),
	governance.link_apply(), governance.link_guard(), governance.exemption_apply(), governance.exemption_guard()
	FROM PUBLIC;

