-- ---------------------------------------------------------------------------
-- reports: how accounts stand, and what is to come
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.stored_scores(account_id bigint, scheme text, state bytea, policy_id bigint, known_at timestamptz, edition bigint,
										 since timestamptz, until timestamptz)
	RETURNS governance.credit_score[]
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 2000
	AS 'MODULE_PATHNAME', 'governance_stored_scores';
COMMENT ON FUNCTION governance.stored_scores(bigint, text, bytea, bigint, timestamptz, bigint, timestamptz, timestamptz) IS
	'part of report_scores(): score() at two instants, the earlier one first, from the columns of a standing';

-- Level: reader
CREATE FUNCTION governance.past_scores(scheme text, since timestamptz, until timestamptz)
	RETURNS SETOF governance.credit_score[]
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED COST 100000 ROWS 100000
	AS 'MODULE_PATHNAME', 'governance_past_scores';
COMMENT ON FUNCTION governance.past_scores(text, timestamptz, timestamptz) IS
	'part of report_scores(): stored_scores() of all accounts whose standing has seen something since, from one scan of each table';

-- Level: reader
CREATE FUNCTION governance.stored_nearness(account_id bigint, scheme text, state bytea, policy_id bigint, known_at timestamptz, edition bigint,
										   hundredths bigint)
	RETURNS bigint
	LANGUAGE C STABLE PARALLEL SAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_stored_nearness';
COMMENT ON FUNCTION governance.stored_nearness(bigint, text, bytea, bigint, timestamptz, bigint, bigint) IS
	'part of report_near(): a number by which accounts that are closer to their next rung are first, from the columns of a standing; null: it is further than so many hundredths of a point, or, without these, than a tenth of the scale';

-- The bands are equal parts of the highest cap, or of the highest score where
-- there is no cap. For few accounts the score at the start is found from the
-- stored state; for many it is cheaper to read the period's entries once
-- (past_scores()).
-- Level: reader
CREATE FUNCTION governance.report_scores(scheme text, period tstzrange DEFAULT NULL, bands integer DEFAULT 10,
	OUT score_from numeric, OUT score_below numeric, OUT before bigint, OUT after bigint, OUT came bigint, OUT went bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 20
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $scores$
#variable_conflict use_column
DECLARE
	bounds	record;
	known	CONSTANT timestamptz := now();
	few		bigint;
	many	boolean;
BEGIN
	IF coalesce(bands, 0) NOT BETWEEN 1 AND 1000 THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('scores cannot be put into %s bands', coalesce(bands::text, 'null')),
			HINT = governance.message('Ask for 1 to 1000.');
	END IF;
	PERFORM governance.report_scheme(coalesce(scheme, 'null'));
	-- There is no score before the scheme's first version, nor one of what is to come.
	SELECT GREATEST(LEAST(CASE WHEN b.since > '-infinity' THEN b.since ELSE '2000-01-01' END, known), p.first) AS since,
		   GREATEST(LEAST(b.until, known), p.first) AS until
		INTO bounds
		FROM governance.report_bounds(period) b,
			 (SELECT CASE WHEN bool_or(lower_inf(p.in_force)) THEN NULL ELSE min(lower(p.in_force)) END AS first
			  FROM governance.policy p
			  WHERE p.scheme = report_scores.scheme AND p.status IN ('active', 'retired') AND NOT isempty(p.in_force)) p;
	-- Where more than a few accounts have had entries since, their histories come
	-- from one scan and not by the key.
	SELECT GREATEST(1000, coalesce(sum(c.reltuples) FILTER (WHERE c.relkind <> 'p' AND c.reltuples > 0), 0) / 100)::bigint INTO few
		FROM pg_class c
		WHERE c.oid = to_regclass('governance.violation') OR c.oid IN (SELECT t.relid FROM pg_partition_tree('governance.violation') t);
	SELECT count(*) = few INTO many
		FROM (SELECT FROM governance.standing s
			  WHERE s.scheme = report_scores.scheme AND (s.as_of > bounds.since OR s.known_at > bounds.since) LIMIT few) s;
	RETURN QUERY
		WITH moved AS MATERIALIZED (
			SELECT m.scores[1] AS before, m.scores[2] AS after, m.accounts
			FROM (SELECT governance.stored_scores(s.account_id, s.scheme, s.state, s.policy_id, s.known_at, s.edition, bounds.since, bounds.until) AS scores,
						 count(*) AS accounts
				  FROM governance.standing s
				  WHERE s.scheme = report_scores.scheme AND (NOT many OR s.as_of <= bounds.since AND s.known_at <= bounds.since)
				  GROUP BY 1
				  UNION ALL
				  SELECT p.scores, count(*) FROM governance.past_scores(report_scores.scheme, bounds.since, bounds.until) AS p(scores) WHERE many GROUP BY 1) m
		), top AS (
			SELECT GREATEST(max(governance.cap(m.before)), max(governance.cap(m.after)),
							max(governance.points(m.before)), max(governance.points(m.after))) / bands AS width FROM moved m
		), banded AS (
			-- The full score belongs to the highest band.
			SELECT LEAST(floor(governance.points(m.before) / t.width), bands - 1)::int AS before,
				   LEAST(floor(governance.points(m.after) / t.width), bands - 1)::int AS after, sum(m.accounts) AS accounts
			FROM moved m, top t GROUP BY 1, 2
		)
		SELECT trim_scale(b.band * t.width), trim_scale((b.band + 1) * t.width),
			   coalesce(sum(d.accounts) FILTER (WHERE d.before = b.band), 0)::bigint,
			   coalesce(sum(d.accounts) FILTER (WHERE d.after = b.band), 0)::bigint,
			   coalesce(sum(d.accounts) FILTER (WHERE d.after = b.band AND d.before <> b.band), 0)::bigint,
			   coalesce(sum(d.accounts) FILTER (WHERE d.before = b.band AND d.after <> b.band), 0)::bigint
		FROM generate_series(0, bands - 1) AS b(band) CROSS JOIN top t
			LEFT JOIN banded d ON d.before = b.band OR d.after = b.band
		WHERE t.width IS NOT NULL
		GROUP BY b.band, t.width ORDER BY b.band DESC;
END
$scores$;
COMMENT ON FUNCTION governance.report_scores(text, tstzrange, integer) IS
	'how the scores of all accounts with a standing were distributed at the start and at the end of a period, and how many moved from band to band';

-- The order comes from a number that stored_nearness() takes from the stored
-- state, without folding; next_rung() is asked for the rows that are shown
-- only.
-- Level: reader
CREATE FUNCTION governance.report_near(in_scheme text DEFAULT NULL, within numeric DEFAULT NULL, max_rows integer DEFAULT 100,
	OUT account_id bigint, OUT scheme text, OUT score governance.credit_score, OUT points numeric, OUT rung text,
	OUT tier governance.sanction_tier)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $near$
#variable_conflict use_column
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	RETURN QUERY
		SELECT s.account_id, s.scheme, n.score, n.points, n.rung, n.tier
		FROM (SELECT s.account_id, s.scheme,
					 governance.stored_nearness(s.account_id, s.scheme, s.state, s.policy_id, s.known_at, s.edition,
												CASE WHEN within IS NOT NULL THEN LEAST(floor(within * 100), 2147483647)::bigint END) AS nearness
			  FROM governance.standing s
			  WHERE (in_scheme IS NULL OR s.scheme = in_scheme) AND strpos(s.scheme, '@') = 0
			  ORDER BY nearness, s.account_id, s.scheme LIMIT max_rows) s,
			LATERAL governance.next_rung(s.account_id, s.scheme) n
		WHERE s.nearness IS NOT NULL
		ORDER BY s.nearness, s.account_id, s.scheme;
END
$near$;
COMMENT ON FUNCTION governance.report_near(text, numeric, integer) IS
	'accounts with a standing that are close to their next rung, the closest first: within so many points, or a tenth of the scale';

-- Both kinds of ends are stored, so nothing is computed for it. What time will
-- do to a score is not among them: next_change() tells it of one account.
-- Level: reader
CREATE FUNCTION governance.report_upcoming(within interval DEFAULT '7 days', at timestamptz DEFAULT now(),
	OUT due timestamptz, OUT what text, OUT account_id bigint, OUT scheme text, OUT tier governance.sanction_tier,
	OUT name text, OUT sanction_id bigint, OUT certification_id bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1000
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $upcoming$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		SELECT u.* FROM (
			SELECT upper(s.during), 'sanction ends', s.account_id, s.scheme, s.tier, s.rung, s.sanction_id, NULL::bigint
				FROM governance.sanction s
				WHERE s.enforced AND strpos(s.scheme, '@') = 0 AND s.during @> report_upcoming.at
					AND upper(s.during) <= report_upcoming.at + within
			UNION ALL
			SELECT c.review_due, 'certification due', c.account_id, NULL, NULL, governance.qualification_name(c.qualification),
				   NULL, c.certification_id
				FROM governance.certification c
				WHERE c.status IN ('granted', 'suspended') AND c.review_due > report_upcoming.at
					AND c.review_due <= report_upcoming.at + within) AS u
		ORDER BY 1, 3, 2, 7, 8;
END
$upcoming$;
COMMENT ON FUNCTION governance.report_upcoming(interval, timestamptz) IS
	'the sanctions that end and the certifications that fall due within a time, the earliest first';
