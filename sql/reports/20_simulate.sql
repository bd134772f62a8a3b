-- ---------------------------------------------------------------------------
-- reports: back-testing
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.simulate_account(document jsonb, account_id bigint, over tstzrange DEFAULT NULL,
	OUT score governance.credit_score, OUT tier governance.sanction_tier,
	OUT draft_score governance.credit_score, OUT draft_tier governance.sanction_tier,
	OUT sanctions integer, OUT draft_sanctions integer, OUT gained integer, OUT spared integer)
	RETURNS record
	LANGUAGE C STABLE PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_simulate_account';
COMMENT ON FUNCTION governance.simulate_account(jsonb, bigint, tstzrange) IS
	'one account''s history under the versions in force and under a draft: scores, tiers and sanctions; gained: sanctions that only the draft gives for a violation, spared: those that it does not give';

CREATE FUNCTION governance.simulate(document jsonb, over tstzrange DEFAULT NULL,
	OUT account_id bigint, OUT score governance.credit_score, OUT tier governance.sanction_tier,
	OUT draft_score governance.credit_score, OUT draft_tier governance.sanction_tier,
	OUT sanctions integer, OUT draft_sanctions integer, OUT gained integer, OUT spared integer)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100000
	SET search_path = pg_catalog, pg_temp
AS $simulate$
#variable_conflict use_column
BEGIN
	IF document IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV101', MESSAGE = 'policy document: must not be null';
	END IF;
	-- Complains about the document once, and not from a worker.
	PERFORM governance.check_policy(document);
	RETURN QUERY
		SELECT s.account_id, (r.s).score, (r.s).tier, (r.s).draft_score, (r.s).draft_tier,
			   (r.s).sanctions, (r.s).draft_sanctions, (r.s).gained, (r.s).spared
		FROM (SELECT DISTINCT v.account_id FROM governance.standing v
			  WHERE v.scheme = document ->> 'scheme') s,
			 LATERAL (SELECT governance.simulate_account(document, s.account_id, over) AS s OFFSET 0) r;
END
$simulate$;
COMMENT ON FUNCTION governance.simulate(jsonb, tstzrange) IS
	'a draft over history, written nowhere: every account with a standing, how it stands and how it would';

CREATE FUNCTION governance.simulate_summary(document jsonb, over tstzrange DEFAULT NULL,
	OUT accounts bigint, OUT sanctioned bigint, OUT draft_sanctioned bigint, OUT newly_sanctioned bigint,
	OUT spared bigint, OUT sanctions bigint, OUT draft_sanctions bigint,
	OUT mean_score numeric, OUT draft_mean_score numeric)
	RETURNS record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $summary$
BEGIN
	SELECT count(*), count(*) FILTER (WHERE s.sanctions > 0), count(*) FILTER (WHERE s.draft_sanctions > 0),
		   count(*) FILTER (WHERE s.draft_sanctions > 0 AND s.sanctions = 0),
		   count(*) FILTER (WHERE s.draft_sanctions = 0 AND s.sanctions > 0),
		   coalesce(sum(s.sanctions), 0), coalesce(sum(s.draft_sanctions), 0),
		   round(avg(governance.points(s.score)), 2), round(avg(governance.points(s.draft_score)), 2)
		INTO accounts, sanctioned, draft_sanctioned, newly_sanctioned, spared, sanctions, draft_sanctions,
			 mean_score, draft_mean_score
		FROM governance.simulate(document, over) s;
END
$summary$;
COMMENT ON FUNCTION governance.simulate_summary(jsonb, tstzrange) IS
	'simulate() in one row: how many accounts would be sanctioned, newly sanctioned and spared';

