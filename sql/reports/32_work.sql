-- ---------------------------------------------------------------------------
-- reports: where violations come from, who decides them, what becomes of it
-- ---------------------------------------------------------------------------

-- A violation led to a sanction when one that was not overturned names it as
-- its cause.
-- Level: reader
CREATE FUNCTION governance.report_sources(period tstzrange DEFAULT NULL, in_scheme text DEFAULT NULL,
	OUT source text, OUT violations bigint, OUT accounts bigint, OUT share numeric, OUT sanctioning bigint,
	OUT overturned bigint, OUT overturned_share numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $sources$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	RETURN QUERY
		WITH found AS (
			SELECT v.source, count(*) AS violations, governance.distinct_count(v.account_id) AS accounts,
				   count(*) FILTER (WHERE v.overturned) AS overturned
			FROM governance.report_violation v
			WHERE v.decided_at >= bounds.since AND v.decided_at < bounds.until
				AND (in_scheme IS NULL OR v.scheme = in_scheme)
			GROUP BY v.source
		), caused AS (
			SELECT v.source, count(*) AS violations
			FROM governance.violation v
			WHERE v.decided_at >= bounds.since AND v.decided_at < bounds.until
				AND (in_scheme IS NULL OR v.scheme = in_scheme)
				AND EXISTS (SELECT FROM governance.report_sanction s
							WHERE s.account_id = v.account_id AND s.violation_id = v.violation_id AND NOT s.overturned)
			GROUP BY v.source
		)
		SELECT f.source, f.violations, f.accounts, round(f.violations / sum(f.violations) OVER (), 4),
			   coalesce(c.violations, 0), f.overturned, round(f.overturned::numeric / f.violations, 4)
		FROM found f LEFT JOIN caused c ON c.source = f.source
		ORDER BY f.violations DESC, f.source;
END
$sources$;
COMMENT ON FUNCTION governance.report_sources(tstzrange, text) IS
	'what each source has found in a period: violations, accounts, violations that led to a sanction, those overturned since';

-- Violations a day are counted over the part of the period in which the
-- campaign ran.
-- Level: reader
CREATE FUNCTION governance.report_campaigns(period tstzrange DEFAULT NULL, in_scheme text DEFAULT NULL,
	OUT campaign text, OUT title text, OUT violations bigint, OUT accounts bigint, OUT sanctioning bigint,
	OUT overturned bigint, OUT overturned_share numeric, OUT violations_a_day numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $campaigns$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	-- Those that ran in the period, whatever they found, and those that found
	-- something in it.
	RETURN QUERY
		WITH found AS (
			SELECT v.campaign, count(*) AS violations, governance.distinct_count(v.account_id) AS accounts,
				   count(*) FILTER (WHERE v.overturned) AS overturned
			FROM governance.report_violation v
			WHERE v.campaign IS NOT NULL AND v.decided_at >= bounds.since AND v.decided_at < bounds.until
				AND (in_scheme IS NULL OR v.scheme = in_scheme)
			GROUP BY v.campaign
		), caused AS (
			SELECT v.campaign, count(*) AS violations
			FROM governance.violation v
			WHERE v.campaign IS NOT NULL AND v.linked_violation_id IS NULL AND v.decided_at >= bounds.since AND v.decided_at < bounds.until
				AND (in_scheme IS NULL OR v.scheme = in_scheme)
				AND EXISTS (SELECT FROM governance.report_sanction s
							WHERE s.account_id = v.account_id AND s.violation_id = v.violation_id AND NOT s.overturned)
			GROUP BY v.campaign
		)
		SELECT c.campaign, c.title, coalesce(f.violations, 0), coalesce(f.accounts, 0), coalesce(s.violations, 0),
			   coalesce(f.overturned, 0), round(f.overturned::numeric / f.violations, 4),
			   CASE WHEN NOT isempty(d.during) AND isfinite(lower(d.during)) AND isfinite(upper(d.during)) THEN
				   round((coalesce(f.violations, 0) / GREATEST(extract(epoch FROM upper(d.during) - lower(d.during)) / 86400, 1))::numeric, 1) END
		FROM governance.campaign c
			LEFT JOIN found f ON f.campaign = c.campaign
			LEFT JOIN caused s ON s.campaign = c.campaign,
			LATERAL (SELECT c.during * tstzrange(bounds.since, LEAST(bounds.until, GREATEST(now(), bounds.since))) AS during) d
		WHERE f.campaign IS NOT NULL OR NOT isempty(d.during)
		ORDER BY coalesce(f.violations, 0) DESC, c.campaign;
END
$campaigns$;
COMMENT ON FUNCTION governance.report_campaigns(tstzrange, text) IS
	'what each campaign that ran in a period found in it';

-- Shares are of what each one decided in the period, whenever it was
-- overturned: the figures of a past period still move.
-- Level: reader
CREATE FUNCTION governance.report_moderators(period tstzrange DEFAULT NULL, in_scheme text DEFAULT NULL,
	OUT moderator text, OUT violations bigint, OUT accounts bigint, OUT days bigint, OUT appealed bigint,
	OUT overturned bigint, OUT changed bigint, OUT overturned_share numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $moderators$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	RETURN QUERY
		WITH work AS (
			SELECT v.decided_by, count(*) AS violations, governance.distinct_count(v.account_id) AS accounts,
				   governance.distinct_count(v.decided_at::date - date '2000-01-01') AS days,
				   count(*) FILTER (WHERE v.overturned) AS overturned, count(*) FILTER (WHERE v.changed) AS changed
			FROM governance.report_violation v
			WHERE v.decided_at >= bounds.since AND v.decided_at < bounds.until
				AND (in_scheme IS NULL OR v.scheme = in_scheme)
			GROUP BY v.decided_by
		), appealed AS (
			SELECT v.decided_by, count(*) AS violations
			FROM (SELECT DISTINCT a.account_id, a.violation_id FROM governance.appeal a) a
				JOIN governance.violation v ON v.account_id = a.account_id AND v.violation_id = a.violation_id
			WHERE v.decided_at >= bounds.since AND v.decided_at < bounds.until
				AND (in_scheme IS NULL OR v.scheme = in_scheme)
			GROUP BY v.decided_by
		)
		SELECT w.decided_by, w.violations, w.accounts, w.days, coalesce(a.violations, 0), w.overturned, w.changed,
			   round(w.overturned::numeric / w.violations, 4)
		FROM work w LEFT JOIN appealed a ON a.decided_by = w.decided_by
		ORDER BY w.violations DESC, w.decided_by;
END
$moderators$;
COMMENT ON FUNCTION governance.report_moderators(tstzrange, text) IS
	'what each moderator decided in a period, on how many days, and what has been appealed against, overturned and changed of it';

-- Filed counts what was filed in the period, decided what was decided in it, so
-- these need not be the same appeals. Late is what went past its deadline
-- undecided by the end of the period.
-- Level: reader
CREATE FUNCTION governance.report_appeals(period tstzrange DEFAULT NULL, by text DEFAULT 'all', in_scheme text DEFAULT NULL,
	OUT scheme text, OUT name text, OUT filed bigint, OUT decided bigint, OUT upheld bigint,
	OUT overturned bigint, OUT changed bigint, OUT overturn_rate numeric, OUT median_days numeric,
	OUT p90_days numeric, OUT late bigint, OUT open bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $appeals$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	IF by IS NULL OR by NOT IN ('all', 'scheme', 'rule', 'moderator', 'decider') THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('appeals cannot be counted by "%s"', coalesce(by, 'null')),
			HINT = governance.message('Say all, scheme, rule, moderator (who decided on the violation) or decider (who decided on the appeal).');
	END IF;
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	RETURN QUERY
		WITH a AS (
			SELECT CASE WHEN report_appeals.by IN ('scheme', 'rule') THEN v.scheme END AS scheme,
				   CASE report_appeals.by WHEN 'rule' THEN v.rule WHEN 'moderator' THEN v.decided_by
						WHEN 'decider' THEN a.decided_by END AS what,
				   a.filed_at >= bounds.since AND a.filed_at < bounds.until AS filed,
				   coalesce(a.decided_at >= bounds.since AND a.decided_at < bounds.until, false) AS decided,
				   a.outcome, a.decided_at - a.filed_at AS took, 
				   a.deadline < LEAST(coalesce(a.decided_at, 'infinity'), bounds.until, now()) AS late,
				   a.filed_at < bounds.until AND coalesce(a.decided_at >= bounds.until, true) AS open
			FROM governance.appeal a
				JOIN governance.violation v ON v.account_id = a.account_id AND v.violation_id = a.violation_id
			WHERE a.filed_at < bounds.until AND coalesce(a.decided_at, 'infinity') >= bounds.since
				AND (in_scheme IS NULL OR v.scheme = in_scheme)
		)
		SELECT a.scheme, a.what, count(*) FILTER (WHERE a.filed), count(*) FILTER (WHERE a.decided),
			   count(*) FILTER (WHERE a.decided AND a.outcome = 'upheld'),
			   count(*) FILTER (WHERE a.decided AND a.outcome = 'overturned'),
			   count(*) FILTER (WHERE a.decided AND a.outcome = 'changed'),
			   round(count(*) FILTER (WHERE a.decided AND a.outcome = 'overturned')::numeric
					 / nullif(count(*) FILTER (WHERE a.decided), 0), 4),
			   round((extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY a.took) FILTER (WHERE a.decided)) / 86400)::numeric, 1),
			   round((extract(epoch FROM percentile_cont(0.9) WITHIN GROUP (ORDER BY a.took) FILTER (WHERE a.decided)) / 86400)::numeric, 1),
			   count(*) FILTER (WHERE (a.decided OR a.open) AND a.late), count(*) FILTER (WHERE a.open)
		-- In all there is one row, whether there are appeals or not.
		FROM a GROUP BY GROUPING SETS ((a.scheme, a.what), ())
		HAVING (report_appeals.by = 'all') = (grouping(a.scheme) = 1)
		ORDER BY count(*) FILTER (WHERE a.decided) DESC, a.scheme, a.what;
END
$appeals$;
COMMENT ON FUNCTION governance.report_appeals(tstzrange, text, text) IS
	'appeals filed and decided in a period: outcomes, share overturned, days to decide, late ones, open at its end; in all, or by scheme, rule, moderator or decider';
