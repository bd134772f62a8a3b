-- ---------------------------------------------------------------------------
-- reports: what was sanctioned
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.report_announcement(period tstzrange DEFAULT NULL, in_scheme text DEFAULT NULL,
	OUT by text, OUT scheme text, OUT tier governance.sanction_tier, OUT rule text, OUT title text,
	OUT accounts bigint, OUT sanctions bigint, OUT released bigint, OUT overturned bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
	SET search_path = pg_catalog, pg_temp
AS $announcement$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	RETURN QUERY
		WITH counted AS MATERIALIZED (
			SELECT s.account_id, s.scheme AS scheme, s.tier, coalesce(v.rule, '') AS rule,
				   count(*) FILTER (WHERE NOT s.overturned) AS sanctions,
				   count(*) FILTER (WHERE s.released) AS released,
				   count(*) FILTER (WHERE s.overturned) AS overturned
			FROM governance.report_sanction s
				LEFT JOIN governance.violation v ON v.account_id = s.account_id AND v.violation_id = s.violation_id
			WHERE s.starts >= bounds.since AND s.starts < bounds.until AND (in_scheme IS NULL OR s.scheme = in_scheme)
			GROUP BY 1, 2, 3, 4
		)
		SELECT g.by, g.scheme, g.tier, nullif(g.rule, ''),
			   CASE WHEN g.rule <> '' THEN
				   (SELECT r.title FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
					WHERE p.scheme = g.scheme AND r.rule = g.rule AND p.status IN ('active', 'retired')
					ORDER BY p.version DESC LIMIT 1) END,
			   g.accounts, g.sanctions, g.released, g.overturned
		FROM (SELECT CASE grouping(c.scheme, c.tier, c.rule) WHEN 7 THEN 'all' WHEN 5 THEN 'tier' WHEN 3 THEN 'scheme'
						  WHEN 1 THEN 'scheme and tier' ELSE 'scheme and rule' END AS by,
					 grouping(c.scheme, c.tier, c.rule) AS level, c.scheme, c.tier, c.rule,
					 count(DISTINCT c.account_id) FILTER (WHERE c.sanctions > 0) AS accounts,
					 coalesce(sum(c.sanctions), 0)::bigint AS sanctions, coalesce(sum(c.released), 0)::bigint AS released,
					 coalesce(sum(c.overturned), 0)::bigint AS overturned
			  FROM counted c
			  GROUP BY GROUPING SETS ((), (c.tier), (c.scheme), (c.scheme, c.tier), (c.scheme, c.rule))) g
		ORDER BY array_position(ARRAY[7, 5, 3, 1, 2], g.level), g.scheme, g.tier DESC, g.accounts DESC, g.rule;
END
$announcement$;
COMMENT ON FUNCTION governance.report_announcement(tstzrange, text) IS
	'who was sanctioned in a period: in all, by tier, by scheme, by scheme and tier, by scheme and rule; each account once in each row; what was overturned apart';

CREATE FUNCTION governance.report_period_name(period tstzrange, language text, time_zone text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $name$
DECLARE
	since	CONSTANT timestamp := lower(period) AT TIME ZONE time_zone;
	until	CONSTANT timestamp := upper(period) AT TIME ZONE time_zone;
	zh		CONSTANT boolean := language = 'zh';
	year	CONSTANT text := extract(year FROM since)::int::text;
	n		int;
BEGIN
	IF since = date_trunc('year', since) AND until = since + interval '1 year' THEN
		RETURN CASE WHEN zh THEN year || '年' ELSE year END;
	ELSIF since = date_trunc('quarter', since) AND until = since + interval '3 months' THEN
		n := extract(quarter FROM since);
		RETURN CASE WHEN zh THEN format('%s年第%s季度', year, (ARRAY['一', '二', '三', '四'])[n])
			ELSE format('%s quarter of %s', (ARRAY['first', 'second', 'third', 'fourth'])[n], year) END;
	ELSIF since = date_trunc('month', since) AND until = since + interval '1 month' THEN
		n := extract(month FROM since);
		RETURN CASE WHEN zh THEN format('%s年%s月', year, n)
			ELSE format('%s %s', (ARRAY['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
										'September', 'October', 'November', 'December'])[n], year) END;
	ELSIF since = date_trunc('day', since) AND until = date_trunc('day', until) THEN
		-- The last day that belongs to it.
		RETURN format(CASE WHEN zh THEN '%s至%s' ELSE '%s to %s' END, to_char(since, 'YYYY-MM-DD'),
					  to_char(until - interval '1 day', 'YYYY-MM-DD'));
	END IF;
	RETURN format(CASE WHEN zh THEN '%s至%s' ELSE '%s to %s' END,
				  coalesce(to_char(since, 'YYYY-MM-DD HH24:MI:SS'), '...'), coalesce(to_char(until, 'YYYY-MM-DD HH24:MI:SS'), '...'));
END
$name$;
COMMENT ON FUNCTION governance.report_period_name(tstzrange, text, text) IS
	'part of announcement_text(): a period in words, in English (en) or Chinese (zh)';

CREATE FUNCTION governance.announcement_text(period tstzrange DEFAULT NULL, language text DEFAULT 'en',
											 time_zone text DEFAULT current_setting('TimeZone'), in_scheme text DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $text$
#variable_conflict use_column
DECLARE
	over	CONSTANT tstzrange := coalesce(period, governance.report_period('quarter',
		lower(governance.report_period('quarter', now(), time_zone)) - interval '1 second', time_zone));
	zh		CONSTANT boolean := language = 'zh';
	parts	text;
	total	bigint;
	undone	bigint;
	bounds	record;
BEGIN
	IF language IS NULL OR language NOT IN ('en', 'zh') THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('there is no announcement in the language "%s"', coalesce(language, 'null')),
			HINT = governance.message('The languages are en and zh.');
	END IF;
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(over);
	-- Each account once, by the strictest sanction that it got in the period.
	SELECT string_agg(
			CASE WHEN zh THEN format('%s账号%s个', w.chinese, to_char(g.accounts, 'FM999,999,999,999'))
				ELSE format('%s %s %s', to_char(g.accounts, 'FM999,999,999,999'),
							CASE g.accounts WHEN 1 THEN 'account' ELSE 'accounts' END, w.english) END,
			CASE WHEN zh THEN ',' ELSE ', ' END ORDER BY g.tier DESC) FILTER (WHERE g.tier IS NOT NULL),
		   coalesce(sum(g.accounts), 0), coalesce(max(g.undone), 0)
		INTO parts, total, undone
		FROM (SELECT a.tier, count(*) FILTER (WHERE a.tier IS NOT NULL) AS accounts, sum(sum(a.undone)) OVER () AS undone
			  FROM (SELECT s.account_id, max(s.tier) FILTER (WHERE NOT s.overturned) AS tier,
						   count(*) FILTER (WHERE s.overturned) AS undone
					FROM governance.report_sanction s
					WHERE s.starts >= bounds.since AND s.starts < bounds.until AND (in_scheme IS NULL OR s.scheme = in_scheme)
					GROUP BY s.account_id) a
			  GROUP BY a.tier) g
			LEFT JOIN (VALUES
				('clear', 'noted', '记录'), ('warned', 'warned', '警告'), ('limited', 'limited', '限制'),
				('muted', 'muted', '禁言'), ('suspended', 'suspended', '暂停'), ('revoked', 'deprived of a feature', '取消权限'),
				('banned', 'banned', '封禁')) AS w(tier, english, chinese) ON w.tier = g.tier::text
		WHERE g.tier IS NOT NULL OR g.undone > 0;
	IF total = 0 THEN
		parts := CASE WHEN zh THEN '无账号受到处罚' ELSE 'no account sanctioned' END;
	END IF;
	RETURN governance.report_period_name(over, language, time_zone) || CASE WHEN zh THEN ':' ELSE ': ' END || parts
		|| CASE WHEN total > 0 THEN
			   format(CASE WHEN zh THEN ';共处罚账号%s个' ELSE '; %s in all' END, to_char(total, 'FM999,999,999,999')) ELSE '' END
		|| CASE WHEN undone > 0 THEN
			   format(CASE WHEN zh THEN ';另有%s项处罚被撤销' WHEN undone = 1 THEN '; %s further sanction was overturned'
						   ELSE '; %s further sanctions were overturned' END, to_char(undone, 'FM999,999,999,999')) ELSE '' END
		|| CASE WHEN zh THEN '。' ELSE '' END;
END
$text$;
COMMENT ON FUNCTION governance.announcement_text(tstzrange, text, text, text) IS
	'the announcement of a period in a sentence, in English (en) or Chinese (zh): "first quarter of 2021: 1,278 accounts banned, ..."; by default of the last quarter that is over';

CREATE FUNCTION governance.report_in_force(at timestamptz DEFAULT now(), in_scheme text DEFAULT NULL,
	OUT scheme text, OUT tier governance.sanction_tier, OUT rung text, OUT accounts bigint, OUT sanctions bigint,
	OUT no_end bigint, OUT ends_in_7_days bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
	SET search_path = pg_catalog, pg_temp
AS $in_force$
#variable_conflict use_column
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	RETURN QUERY
		SELECT s.scheme, s.tier, s.rung, count(DISTINCT s.account_id), count(*),
			   count(*) FILTER (WHERE upper(s.during) IS NULL),
			   count(*) FILTER (WHERE upper(s.during) < report_in_force.at + interval '7 days')
		FROM governance.sanction s
		WHERE s.during @> report_in_force.at AND s.enforced AND strpos(s.scheme, '@') = 0
			AND (in_scheme IS NULL OR s.scheme = in_scheme)
		GROUP BY s.scheme, s.tier, s.rung
		ORDER BY s.scheme, s.tier DESC, s.rung;
END
$in_force$;
COMMENT ON FUNCTION governance.report_in_force(timestamptz, text) IS
	'the sanctions in force at an instant, by scheme and rung';

CREATE FUNCTION governance.report_recidivism(period tstzrange DEFAULT NULL, in_scheme text DEFAULT NULL,
	OUT scheme text, OUT accounts bigint, OUT first_time bigint, OUT repeated bigint, OUT repeated_share numeric,
	OUT third_or_more bigint, OUT median_days numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
AS $recidivism$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	RETURN QUERY
		WITH numbered AS (
			SELECT s.account_id, s.scheme, s.starts, row_number() OVER w AS number, lag(s.starts) OVER w AS previous
			FROM governance.report_sanction s
			WHERE NOT s.overturned AND s.starts < bounds.until AND (in_scheme IS NULL OR s.scheme = in_scheme)
			WINDOW w AS (PARTITION BY s.account_id, s.scheme ORDER BY s.starts, s.sanction_id)
		), accounts AS (
			SELECT n.account_id, n.scheme, max(n.number) AS number, min(n.starts - n.previous) AS gap
			FROM numbered n WHERE n.starts >= bounds.since GROUP BY 1, 2
		)
		SELECT a.scheme, count(*), count(*) FILTER (WHERE a.number = 1), count(*) FILTER (WHERE a.number > 1),
			   round(count(*) FILTER (WHERE a.number > 1)::numeric / count(*), 4),
			   count(*) FILTER (WHERE a.number > 2),
			   round((extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY a.gap)) / 86400)::numeric, 1)
		FROM accounts a GROUP BY a.scheme ORDER BY a.scheme;
END
$recidivism$;
COMMENT ON FUNCTION governance.report_recidivism(tstzrange, text) IS
	'of the accounts sanctioned in a period: how many for the first time, how many again, and how soon after the time before; overturned sanctions count nowhere';
