-- ---------------------------------------------------------------------------
-- rulebook: documents
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.check_policy(document jsonb) RETURNS jsonb
	LANGUAGE c STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'governance_check_policy';

COMMENT ON FUNCTION governance.check_policy(jsonb) IS
	'validates a document, a policy or an entitlement, without storing it; gives its kind, title, capabilities and activity kinds, and of a policy the rules and rungs, in flat form, or raises GV101 with the JSON path of what is wrong';

-- What was published by an earlier version may have passed what is refused now.
-- Level: everyone
CREATE FUNCTION governance.check_stored_policy(document jsonb) RETURNS jsonb
	LANGUAGE c STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	AS 'MODULE_PATHNAME', 'governance_check_stored_policy';

COMMENT ON FUNCTION governance.check_stored_policy(jsonb) IS
	'internal: as check_policy(), for a document that has been published';

