-- ---------------------------------------------------------------------------
-- reports: what the reports over a period share.  Periods are half-open,
-- [since, until); what is on trial, or computed and not enforced, never counts.
-- ---------------------------------------------------------------------------

-- Local midnight is midnight in the time zone given, so a period can be an hour
-- longer or shorter than others.
-- Level: reader
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

-- Level: reader
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

-- Level: reader
CREATE FUNCTION governance.report_scheme(scheme text) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $scheme$
#variable_conflict use_column
BEGIN
	IF scheme IS NOT NULL
		AND NOT EXISTS (SELECT FROM governance.scheme s WHERE s.scheme = report_scheme.scheme AND s.kind = 'scheme') THEN
		PERFORM governance.report_missing('scheme', scheme);
	END IF;
END
$scheme$;
COMMENT ON FUNCTION governance.report_scheme(text) IS
	'part of the reports: complains about an unknown scheme';
