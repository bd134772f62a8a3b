-- ---------------------------------------------------------------------------
-- reports: what the reports over a period share.  Periods are half-open,
-- [since, until); what is on trial, or computed and not enforced, never counts.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.report_period(unit text DEFAULT 'quarter', at timestamptz DEFAULT now(),
										 time_zone text DEFAULT current_setting('TimeZone'))
	RETURNS tstzrange
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $period$
DECLARE
	zone	CONSTANT text := coalesce(time_zone, current_setting('TimeZone'));
	starts	timestamp;
BEGIN
	IF unit IS NULL OR unit NOT IN ('day', 'week', 'month', 'quarter', 'year') THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('there are no periods of a "%s"', coalesce(unit, 'null')),
			HINT = governance.message('Say day, week, month, quarter or year, or give a period of your own as tstzrange(since, until).');
	END IF;
	IF at IS NULL OR NOT isfinite(at) THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('no %s holds the instant %s', unit, coalesce(at::text, 'null')),
			HINT = governance.message('Give an instant that is finite, or leave it out for now.');
	END IF;
	starts := date_trunc(unit, at AT TIME ZONE zone);
	RETURN tstzrange(starts AT TIME ZONE zone,
					 (starts + CASE unit WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || unit)::interval END) AT TIME ZONE zone);
END
$period$;
COMMENT ON FUNCTION governance.report_period(text, timestamptz, text) IS
	'the day, week, month, quarter or year of a time zone that holds an instant, for the reports';

CREATE FUNCTION governance.report_bounds(period tstzrange, OUT since timestamptz, OUT until timestamptz)
	RETURNS record
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $bounds$
BEGIN
	IF period IS NULL THEN
		until := now();
		since := until - interval '90 days';
		RETURN;
	END IF;
	IF isempty(period) OR upper_inc(period) OR NOT (lower_inc(period) OR lower_inf(period))
		OR lower(period) = 'infinity' OR upper(period) = '-infinity' THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('%s is no period for a report', period),
			DETAIL = governance.message('A period includes its start and excludes its end, and is not empty.'),
			HINT = governance.message('Write tstzrange(since, until), or use governance.report_period().');
	END IF;
	since := coalesce(lower(period), '-infinity');
	until := coalesce(upper(period), 'infinity');
END
$bounds$;
COMMENT ON FUNCTION governance.report_bounds(tstzrange) IS
	'part of the reports: start and end of a period; null: the last 90 days';

CREATE FUNCTION governance.report_scheme(scheme text) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $scheme$
#variable_conflict use_column
BEGIN
	IF scheme IS NOT NULL
		AND NOT EXISTS (SELECT FROM governance.scheme s WHERE s.scheme = report_scheme.scheme) THEN
		PERFORM governance.report_missing('scheme', scheme);
	END IF;
END
$scheme$;
COMMENT ON FUNCTION governance.report_scheme(text) IS
	'part of the reports: complains about an unknown scheme';

CREATE FUNCTION governance.create_report_views() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
BEGIN
	IF to_regclass('governance.report_sanction') IS NULL THEN
		CREATE VIEW governance.report_sanction AS
			SELECT s.account_id, s.sanction_id, s.scheme, s.tier, s.rung, s.violation_id,
				   coalesce(lower(s.during), CASE WHEN s.release_reason = 'overturned' THEN s.recorded_at END) AS starts, upper(s.during) AS ends,
				   coalesce(s.release_reason = 'overturned', false) AS overturned,
				   coalesce(s.released_at <= now() AND s.release_reason <> 'overturned', false) AS released
			FROM governance.sanction s
			WHERE s.enforced AND coalesce(lower(s.during), CASE WHEN s.release_reason = 'overturned' THEN s.recorded_at END) <= now();
		COMMENT ON VIEW governance.report_sanction IS 'the sanctions that reports count: enforced, started (or overturned), none of a version on trial';
		COMMENT ON COLUMN governance.report_sanction.account_id IS 'who';
		COMMENT ON COLUMN governance.report_sanction.sanction_id IS 'for governance.explain()';
		COMMENT ON COLUMN governance.report_sanction.scheme IS 'under which scheme';
		COMMENT ON COLUMN governance.report_sanction.tier IS 'how severe';
		COMMENT ON COLUMN governance.report_sanction.rung IS 'the rung of the scheme''s ladder';
		COMMENT ON COLUMN governance.report_sanction.violation_id IS 'the violation that caused it; null: time or a changed fact did';
		COMMENT ON COLUMN governance.report_sanction.starts IS 'the instant by which it belongs to a period: when it started, or, overturned before that, was recorded';
		COMMENT ON COLUMN governance.report_sanction.ends IS 'when it ends if nothing more happens, or ended';
		COMMENT ON COLUMN governance.report_sanction.overturned IS 'it should never have been';
		COMMENT ON COLUMN governance.report_sanction.released IS 'it was lifted before its time, for another reason';
		RETURN NEXT 'created view governance.report_sanction';
	END IF;
	IF to_regclass('governance.report_violation') IS NULL THEN
		CREATE VIEW governance.report_violation AS
			SELECT v.account_id, v.violation_id, v.scheme, v.rule, v.source,
				   -- No campaign found what was copied from another account.
				   CASE WHEN v.linked_violation_id IS NULL THEN v.campaign END AS campaign, v.decided_at, v.decided_by,
				   coalesce(r.action = 'overturn', false) AS overturned,
				   coalesce(r.action <> 'overturn' AND r.changed, false) AS changed, v.content_ref
			FROM governance.violation v
				LEFT JOIN (SELECT r.account_id, r.violation_id,
								  (array_agg(r.action ORDER BY r.decided_at DESC, r.revision_id DESC))[1] AS action,
								  bool_or(r.action = 'change') AS changed
						   FROM governance.revision r GROUP BY r.account_id, r.violation_id) r
					ON r.account_id = v.account_id AND r.violation_id = v.violation_id;
		COMMENT ON VIEW governance.report_violation IS 'the violations with what has become of them: whether one is overturned is what its last revision says, whenever that was';
		COMMENT ON COLUMN governance.report_violation.account_id IS 'who';
		COMMENT ON COLUMN governance.report_violation.violation_id IS 'identifies the violation';
		COMMENT ON COLUMN governance.report_violation.scheme IS 'under which scheme';
		COMMENT ON COLUMN governance.report_violation.rule IS 'the rule that was broken';
		COMMENT ON COLUMN governance.report_violation.source IS 'how it was found';
		COMMENT ON COLUMN governance.report_violation.campaign IS 'the campaign that found it; of a copy: null';
		COMMENT ON COLUMN governance.report_violation.decided_at IS 'the instant by which it belongs to a period';
		COMMENT ON COLUMN governance.report_violation.decided_by IS 'who decided';
		COMMENT ON COLUMN governance.report_violation.overturned IS 'it does not count';
		COMMENT ON COLUMN governance.report_violation.changed IS 'it counts, for other points than were decided first';
		COMMENT ON COLUMN governance.report_violation.content_ref IS 'the content in question';
		RETURN NEXT 'created view governance.report_violation';
	END IF;
	-- What the planner must know of the sanctions of a period.
	IF NOT EXISTS (SELECT FROM pg_statistic_ext x
				   WHERE x.stxnamespace = 'governance'::regnamespace AND x.stxname = 'sanction_starts_stat') THEN
		CREATE STATISTICS governance.sanction_starts_stat
			ON (coalesce(lower(during), CASE WHEN release_reason = 'overturned' THEN recorded_at END)) FROM governance.sanction;
		COMMENT ON STATISTICS governance.sanction_starts_stat IS 'how many sanctions started when';
		RETURN NEXT 'created statistics governance.sanction_starts_stat';
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_report_views() IS
	'part of create_ledger(): what the reports count';
