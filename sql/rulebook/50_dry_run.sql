-- ---------------------------------------------------------------------------
-- rulebook: trying a document out.
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.dry_run(
	document jsonb,
	events jsonb,
	until timestamptz DEFAULT NULL,
	checked boolean DEFAULT false,
	OUT at timestamptz,
	OUT what text,
	OUT entry bigint,
	OUT delta numeric,
	OUT score governance.credit_score,
	OUT tier governance.sanction_tier,
	OUT rung text,
	OUT starts timestamptz,
	OUT ends timestamptz,
	OUT detail text
) RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL SAFE ROWS 100
	AS 'MODULE_PATHNAME', 'governance_dry_run';
COMMENT ON FUNCTION governance.dry_run(jsonb, jsonb, timestamptz, boolean) IS
	'what a policy document does with events that never happened, step by step; to an instant, or as far as anything still happens by itself';
