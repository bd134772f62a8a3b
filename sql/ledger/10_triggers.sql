-- ---------------------------------------------------------------------------
-- ledger: trigger functions.  create_ledger() attaches them.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.violation_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_violation_apply';
COMMENT ON FUNCTION governance.violation_apply() IS
	'statement trigger on governance.violation: validates the new rows and brings standings, sanctions and restrictions up to date';

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

CREATE FUNCTION governance.revision_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_revision_apply';
COMMENT ON FUNCTION governance.revision_apply() IS
	'statement trigger on governance.revision: the accounts stand as if the decision had been right from the start';

CREATE FUNCTION governance.policy_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_policy_apply';
COMMENT ON FUNCTION governance.policy_apply() IS
	'statement trigger on governance.policy: brings restrictions in line with versions that come into force';

CREATE FUNCTION governance.holiday_apply() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_holiday_apply';
COMMENT ON FUNCTION governance.holiday_apply() IS
	'statement trigger on governance.holiday: folds the standings of schemes that go by the calendar anew';

CREATE FUNCTION governance.refuse_rewrite() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_refuse_rewrite';
COMMENT ON FUNCTION governance.refuse_rewrite() IS
	'statement trigger that keeps a table append-only; its arguments are the hint and another reason than that';

REVOKE ALL ON FUNCTION
	governance.violation_apply(), governance.activity_apply(),
	governance.attribute_apply(), governance.revision_apply(),
	governance.policy_apply(), governance.holiday_apply(), governance.refuse_rewrite()
	FROM PUBLIC;

