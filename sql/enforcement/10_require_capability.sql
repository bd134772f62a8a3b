-- ---------------------------------------------------------------------------
-- enforcement: trigger functions for an application's own tables.
-- ---------------------------------------------------------------------------

-- Level: administrator
CREATE FUNCTION governance.require_capability() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_require_capability';
COMMENT ON FUNCTION governance.require_capability() IS
	'row trigger (account_column, capability [, amount_column [, counterpart_column]]): lets a row in only when the account may do that now; with an amount it is a use, which counts';
-- Only somebody who may should attach it: a DBA grants EXECUTE to owners of
-- application tables.
REVOKE ALL ON FUNCTION governance.require_capability() FROM PUBLIC;

