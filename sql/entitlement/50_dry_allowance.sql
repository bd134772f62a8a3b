-- ---------------------------------------------------------------------------
-- entitlement: trying a document
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.dry_allowance(document jsonb, example jsonb,
	OUT at timestamptz, OUT capability text, OUT amount numeric, OUT allowed boolean, OUT remaining numeric, OUT until timestamptz,
	OUT again_at timestamptz, OUT because text[], OUT warnings text[], OUT settles_at timestamptz, OUT consent text[])
	RETURNS SETOF record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000 ROWS 5
	AS 'MODULE_PATHNAME', 'governance_dry_allowance';
COMMENT ON FUNCTION governance.dry_allowance(jsonb, jsonb) IS
	'what an entitlement document would say to the questions of an example, after its events; nothing is stored';
