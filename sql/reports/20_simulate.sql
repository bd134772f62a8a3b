-- ---------------------------------------------------------------------------
-- reports: back-testing
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.simulate_account(document jsonb, account_id bigint, over tstzrange DEFAULT NULL,
	in_force tstzrange DEFAULT NULL,
	OUT score governance.credit_score, OUT tier governance.sanction_tier,
	OUT draft_score governance.credit_score, OUT draft_tier governance.sanction_tier,
	OUT sanctions integer, OUT draft_sanctions integer, OUT gained integer, OUT spared integer)
	RETURNS record
	LANGUAGE C STABLE PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_simulate_account';
COMMENT ON FUNCTION governance.simulate_account(jsonb, bigint, tstzrange, tstzrange) IS
	'one account''s history under the versions in force and under a draft, which stands in for all of them or, with in_force, joins them as publish() would have it: scores, tiers and sanctions; gained: sanctions that only the draft gives for a violation, spared: those that it does not give';

-- Level: reader
CREATE FUNCTION governance.simulate_range(document jsonb, over tstzrange, first_account bigint, last_account bigint,
	progress integer, in_force tstzrange,
	OUT account_id bigint, OUT score governance.credit_score, OUT tier governance.sanction_tier,
	OUT draft_score governance.credit_score, OUT draft_tier governance.sanction_tier,
	OUT sanctions integer, OUT draft_sanctions integer, OUT gained integer, OUT spared integer)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL SAFE COST 10000000 ROWS 10000
	AS 'MODULE_PATHNAME', 'governance_simulate_range';
COMMENT ON FUNCTION governance.simulate_range(jsonb, tstzrange, bigint, bigint, integer, tstzrange) IS
	'part of simulate(): the accounts from one id to another';

-- Parts of the accounts are put together by UNION ALL, so that the planner can
-- give each worker one.
-- Level: reader
CREATE FUNCTION governance.simulate(document jsonb, over tstzrange DEFAULT NULL, progress integer DEFAULT NULL,
	in_force tstzrange DEFAULT NULL,
	OUT account_id bigint, OUT score governance.credit_score, OUT tier governance.sanction_tier,
	OUT draft_score governance.credit_score, OUT draft_tier governance.sanction_tier,
	OUT sanctions integer, OUT draft_sanctions integer, OUT gained integer, OUT spared integer)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100000
	SET search_path = pg_catalog, pg_temp
AS $simulate$
#variable_conflict use_column
DECLARE
	parts	text;
BEGIN
	IF document IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV101', MESSAGE = governance.message('policy document: must not be null'),
			HINT = governance.message('Give one, for example governance.pack(''douyin.health'').');
	END IF;
	-- Complains about the document once, and not from a worker.
	PERFORM governance.check_policy(document);

	-- One part for each worker, and for the leader: an append whose members may
	-- run beside each other.
	SELECT string_agg(format('SELECT * FROM governance.simulate_range($1, $2, %L, %L, $3, $4)', p.first_account, p.last_account),
					  ' UNION ALL ') INTO parts
		FROM governance.account_parts() p;
	RETURN QUERY EXECUTE parts USING document, over, progress, in_force;
END
$simulate$;
COMMENT ON FUNCTION governance.simulate(jsonb, tstzrange, integer, tstzrange) IS
	'a draft over history, written nowhere: every account with a standing, how it stands and how it would, had the draft always been in force or, with in_force, once it is published so; progress: says so after every so many accounts';

-- Level: reader
CREATE FUNCTION governance.simulate_summary(document jsonb, over tstzrange DEFAULT NULL, in_force tstzrange DEFAULT NULL,
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
		FROM governance.simulate(document, over, in_force => in_force) s;
END
$summary$;
COMMENT ON FUNCTION governance.simulate_summary(jsonb, tstzrange, tstzrange) IS
	'simulate() in one row: how many accounts would be sanctioned, newly sanctioned and spared';

-- Bands are as wide as step, from nought; both sides are counted in the same
-- bands.
-- Level: reader
CREATE FUNCTION governance.simulate_distribution(document jsonb, step numeric DEFAULT 10, over tstzrange DEFAULT NULL,
	in_force tstzrange DEFAULT NULL,
	OUT from_points numeric, OUT below numeric, OUT accounts bigint, OUT draft_accounts bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 20
	SET search_path = pg_catalog, pg_temp
AS $distribution$
BEGIN
	IF step IS NULL OR NOT step > 0 OR step = 'NaN' OR step = 'Infinity' THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('a step of %s points is none', coalesce(step::text, 'null')),
			DETAIL = governance.message('It must be more than 0.'),
			HINT = governance.message('Leave it out for steps of ten points.');
	END IF;
	RETURN QUERY
		SELECT b.number * step, (b.number + 1) * step,
			   count(*) FILTER (WHERE NOT b.draft), count(*) FILTER (WHERE b.draft)
		FROM governance.simulate(document, over, in_force => in_force) s,
			 LATERAL (VALUES (false, floor(governance.points(s.score) / step)),
							 (true, floor(governance.points(s.draft_score) / step))) AS b(draft, number)
		WHERE b.number IS NOT NULL
		GROUP BY b.number
		ORDER BY b.number;
END
$distribution$;
COMMENT ON FUNCTION governance.simulate_distribution(jsonb, numeric, tstzrange, tstzrange) IS
	'simulate() as a distribution: how many accounts have how many points, and would have';
