-- ---------------------------------------------------------------------------
-- reports: what was sanctioned
-- ---------------------------------------------------------------------------

-- One scan of the sanctions of the period gives all five groupings (GROUPING
-- SETS); distinct_count() counts an account once in each row without a sort for
-- each.
-- Level: reader
CREATE FUNCTION governance.report_announcement(period tstzrange DEFAULT NULL, in_scheme text DEFAULT NULL,
	OUT by text, OUT scheme text, OUT tier governance.sanction_tier, OUT rule text, OUT title text,
	OUT accounts bigint, OUT sanctions bigint, OUT released bigint, OUT overturned bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $announcement$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	-- Most of what caused a sanction was decided in the same period and is found
	-- by that, the others one by one.
	RETURN QUERY
		SELECT CASE g.level WHEN 7 THEN 'all' WHEN 5 THEN 'tier' WHEN 3 THEN 'scheme' WHEN 1 THEN 'scheme and tier' ELSE 'scheme and rule' END,
			   g.scheme, g.tier, nullif(g.rule, ''),
			   CASE WHEN g.rule <> '' THEN
				   (SELECT r.title FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
					WHERE p.scheme = g.scheme AND r.rule = g.rule AND p.status IN ('active', 'retired')
					ORDER BY p.version DESC LIMIT 1) END,
			   g.accounts, g.sanctions, g.released, g.overturned
		FROM (SELECT grouping(s.scheme, s.tier, s.rule) AS level, s.scheme, s.tier, s.rule,
					 governance.distinct_count(CASE WHEN NOT s.overturned THEN s.account_id END) AS accounts,
					 count(*) FILTER (WHERE NOT s.overturned) AS sanctions, count(*) FILTER (WHERE s.released) AS released,
					 count(*) FILTER (WHERE s.overturned) AS overturned
			  FROM (SELECT s.account_id, s.scheme, s.tier,
						   coalesce(v.rule, (SELECT v.rule FROM governance.violation v
											 WHERE v.account_id = s.account_id AND v.violation_id = s.violation_id), '') AS rule,
						   s.released, s.overturned
					FROM governance.report_sanction s
						LEFT JOIN governance.violation v ON v.account_id = s.account_id AND v.violation_id = s.violation_id
							AND v.decided_at >= bounds.since AND v.decided_at < bounds.until
					WHERE s.starts >= bounds.since AND s.starts < bounds.until AND (in_scheme IS NULL OR s.scheme = in_scheme)) s
			  GROUP BY GROUPING SETS ((), (s.tier), (s.scheme), (s.scheme, s.tier), (s.scheme, s.rule))) g
		ORDER BY array_position(ARRAY[7, 5, 3, 1, 2], g.level), g.scheme, g.tier DESC, g.accounts DESC, g.rule;
END
$announcement$;
COMMENT ON FUNCTION governance.report_announcement(tstzrange, text) IS
	'who was sanctioned in a period: in all, by tier, by scheme, by scheme and tier, by scheme and rule; each account once in each row; what was overturned apart';

-- As report_announcement(), of pieces of content: several violations may be
-- found in one.
-- Level: reader
CREATE FUNCTION governance.report_content(period tstzrange DEFAULT NULL, in_scheme text DEFAULT NULL,
	OUT by text, OUT scheme text, OUT rule text, OUT title text,
	OUT items bigint, OUT violations bigint, OUT overturned bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $content$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	-- Items are numbered, so that they can be counted as accounts are.  What they
	-- are called is compared, not sorted for people.
	RETURN QUERY
		SELECT CASE g.level WHEN 3 THEN 'all' WHEN 1 THEN 'scheme' ELSE 'scheme and rule' END, g.scheme, g.rule,
			   CASE WHEN g.level = 0 THEN
				   (SELECT r.title FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
					WHERE p.scheme = g.scheme AND r.rule = g.rule AND p.status IN ('active', 'retired')
					ORDER BY p.version DESC LIMIT 1) END,
			   g.items, g.violations, g.overturned
		FROM (SELECT grouping(v.scheme, v.rule) AS level, v.scheme, v.rule,
					 governance.distinct_count(CASE WHEN NOT v.overturned THEN v.item END) AS items,
					 count(*) FILTER (WHERE NOT v.overturned) AS violations, count(*) FILTER (WHERE v.overturned) AS overturned
			  FROM (SELECT v.scheme, v.rule, v.overturned, dense_rank() OVER (ORDER BY v.content_ref COLLATE "C") AS item
					FROM governance.report_violation v
					WHERE v.content_ref IS NOT NULL AND v.decided_at >= bounds.since AND v.decided_at < bounds.until
						AND (in_scheme IS NULL OR v.scheme = in_scheme)) v
			  GROUP BY GROUPING SETS ((), (v.scheme), (v.scheme, v.rule))) g
		ORDER BY g.level DESC, g.scheme, g.items DESC, g.rule;
END
$content$;
COMMENT ON FUNCTION governance.report_content(tstzrange, text) IS
	'the content in which violations were found in a period, each item once in each row: in all, by scheme, by scheme and rule; what was overturned apart';

-- Years, quarters, months and days of the time zone have names; whole days are
-- written as the first and the last of them; anything else as its two ends.
-- Level: reader
CREATE FUNCTION governance.report_period_name(period tstzrange, language text, time_zone text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $name$
DECLARE
	-- Without a start or an end: null.
	since	CONSTANT timestamp := CASE WHEN isfinite(lower(period)) THEN lower(period) AT TIME ZONE time_zone END;
	until	CONSTANT timestamp := CASE WHEN isfinite(upper(period)) THEN upper(period) AT TIME ZONE time_zone END;
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
		IF until = since + interval '1 day' THEN
			RETURN to_char(since, CASE WHEN zh THEN 'FMYYYY"年"FMMM"月"FMDD"日"' ELSE 'YYYY-MM-DD' END);
		END IF;
		RETURN format(CASE WHEN zh THEN '%s至%s' ELSE '%s to %s' END, to_char(since, 'YYYY-MM-DD'),
					  to_char(until - interval '1 day', 'YYYY-MM-DD'));
	END IF;
	RETURN format(CASE WHEN since IS NULL AND until IS NULL THEN CASE WHEN zh THEN '全部时间' ELSE 'all of time' END
					   WHEN since IS NULL THEN CASE WHEN zh THEN '%2$s之前' ELSE 'before %2$s' END
					   WHEN until IS NULL THEN CASE WHEN zh THEN '自%1$s起' ELSE 'since %1$s' END
					   WHEN zh THEN '%1$s至%2$s' ELSE '%1$s to %2$s' END,
				  to_char(since, CASE WHEN until IS NULL AND since = date_trunc('day', since) THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD HH24:MI:SS' END),
				  to_char(until, CASE WHEN since IS NULL AND until = date_trunc('day', until) THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD HH24:MI:SS' END));
END
$name$;
COMMENT ON FUNCTION governance.report_period_name(tstzrange, text, text) IS
	'part of announcement_text(): a period in words, in English (en) or Chinese (zh)';

-- Level: reader
CREATE FUNCTION governance.report_strictest(since timestamptz, until timestamptz, in_scheme text) RETURNS jsonb
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $strictest$
DECLARE
	result	jsonb;
BEGIN
	SELECT jsonb_agg(jsonb_build_object('tier', g.tier, 'accounts', g.accounts, 'undone', g.undone)) INTO result
		FROM (SELECT a.tier, count(*) AS accounts, sum(a.undone) AS undone
			  FROM (SELECT s.account_id, max(s.tier) FILTER (WHERE NOT s.overturned) AS tier,
						   count(*) FILTER (WHERE s.overturned) AS undone
					FROM governance.report_sanction s
					WHERE s.starts >= report_strictest.since AND s.starts < report_strictest.until
						AND (report_strictest.in_scheme IS NULL OR s.scheme = report_strictest.in_scheme)
					GROUP BY s.account_id) a
			  GROUP BY a.tier) g;
	RETURN result;
END
$strictest$;
COMMENT ON FUNCTION governance.report_strictest(timestamptz, timestamptz, text) IS
	'part of announcement_text(): each account once, by the strictest sanction that it got in the period; tier null: all were overturned';

-- Each sentence is written here in both languages, beside each other, so that a
-- change to one is seen in the other.
-- Level: reader
CREATE FUNCTION governance.announcement_words(period tstzrange, language text, time_zone text, in_scheme text, strictest jsonb)
	RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $words$
#variable_conflict use_column
DECLARE
	zh		CONSTANT boolean := language = 'zh';
	parts	text;
	total	bigint;
	undone	bigint;
	content	text;
BEGIN
	SELECT string_agg(
			CASE WHEN zh THEN format('%s账号%s个', w.chinese, to_char(g.accounts, 'FM999,999,999,999'))
				ELSE format('%s %s %s', to_char(g.accounts, 'FM999,999,999,999'),
							CASE g.accounts WHEN 1 THEN 'account' ELSE 'accounts' END, w.english) END,
			CASE WHEN zh THEN '，' ELSE ', ' END ORDER BY g.tier DESC) FILTER (WHERE g.tier IS NOT NULL),
		   coalesce(sum(g.accounts) FILTER (WHERE g.tier IS NOT NULL), 0), coalesce(sum(g.undone), 0)
		INTO parts, total, undone
		FROM jsonb_to_recordset(strictest) AS g(tier governance.sanction_tier, accounts bigint, undone bigint)
			LEFT JOIN (VALUES
				('clear', 'noted', '记录'), ('warned', 'warned', '警告'), ('limited', 'limited', '限制'),
				('muted', 'muted', '禁言'), ('suspended', 'suspended', '暂停'), ('revoked', 'deprived of a feature', '取消权限'),
				('banned', 'banned', '封禁')) AS w(tier, english, chinese) ON w.tier = g.tier::text;
	IF total = 0 THEN
		parts := CASE WHEN zh THEN '无账号受到处罚' ELSE 'no account sanctioned' END;
	END IF;
	-- The content, and the three rules that most of it broke.
	SELECT format(CASE WHEN zh THEN '；违规内容%s项' WHEN sum(c.items) FILTER (WHERE c.by = 'all') = 1 THEN '; %s item of content in violation'
					   ELSE '; %s items of content in violation' END,
				  to_char(sum(c.items) FILTER (WHERE c.by = 'all'), 'FM999,999,999,999'))
			|| coalesce(CASE WHEN zh THEN '，其中' ELSE ', of these ' END
				|| string_agg(CASE WHEN zh THEN format('%s%s项', c.called, to_char(c.items, 'FM999,999,999,999'))
								   ELSE format('%s for %s', to_char(c.items, 'FM999,999,999,999'), c.called) END,
							  CASE WHEN zh THEN '、' ELSE ', ' END ORDER BY c.items DESC, c.called) FILTER (WHERE c.n <= 3), '')
		INTO content
		FROM (SELECT c.by, c.items, coalesce(t.called, c.title, c.rule) AS called,
					 CASE WHEN c.by = 'scheme and rule' THEN row_number() OVER (PARTITION BY c.by ORDER BY c.items DESC, c.scheme, c.rule) END AS n
			  FROM governance.report_content(period, in_scheme) c
				  LEFT JOIN LATERAL (SELECT governance.title_in(r.titles, r.title, language) AS called
									 FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
									 WHERE p.scheme = c.scheme AND r.rule = c.rule AND p.status IN ('active', 'retired')
									 ORDER BY p.version DESC LIMIT 1) t ON true
			  WHERE c.items > 0 AND c.by <> 'scheme') c
		HAVING count(*) > 0;
	RETURN governance.report_period_name(period, language, time_zone) || CASE WHEN zh THEN '：' ELSE ': ' END || parts
		|| CASE WHEN total > 0 THEN
			   format(CASE WHEN zh THEN '；共处罚账号%s个' ELSE '; %s in all' END, to_char(total, 'FM999,999,999,999')) ELSE '' END
		|| coalesce(content, '')
		|| CASE WHEN undone > 0 THEN
			   format(CASE WHEN zh THEN '；另有%s项处罚被撤销' WHEN undone = 1 THEN '; %s further sanction was overturned'
						   ELSE '; %s further sanctions were overturned' END, to_char(undone, 'FM999,999,999,999')) ELSE '' END
		|| CASE WHEN zh THEN '。' ELSE '' END;
END
$words$;
COMMENT ON FUNCTION governance.announcement_words(tstzrange, text, text, text, jsonb) IS
	'part of announcement_text(): the sentence for what report_strictest() gives';

-- The figures are those of report_strictest() and report_content(); words and
-- figures are put together in announcement_words().
-- Level: reader
CREATE FUNCTION governance.announcement_text(period tstzrange DEFAULT NULL, language text DEFAULT 'en',
											 time_zone text DEFAULT current_setting('TimeZone'), in_scheme text DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $text$
#variable_conflict use_column
DECLARE
	zone	CONSTANT text := coalesce(time_zone, current_setting('TimeZone'));
	over	CONSTANT tstzrange := coalesce(period, governance.report_period('quarter',
		lower(governance.report_period('quarter', now(), zone)) - interval '1 second', zone));
	bounds	record;
BEGIN
	IF language IS NULL OR language NOT IN ('en', 'zh') THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('there is no announcement in the language "%s"', coalesce(language, 'null')),
			HINT = governance.message('The languages are en and zh.');
	END IF;
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(over);
	RETURN governance.announcement_words(over, language, zone, in_scheme,
		governance.report_strictest(bounds.since, bounds.until, in_scheme));
END
$text$;
COMMENT ON FUNCTION governance.announcement_text(tstzrange, text, text, text) IS
	'the announcement of a period in a sentence, in English (en) or Chinese (zh): "first quarter of 2021: 1,278 accounts banned, ..."; by default of the last quarter that is over';

-- Of now, what has no record yet counts; of another instant, what is on record.
-- Level: reader
CREATE FUNCTION governance.report_in_force(at timestamptz DEFAULT now(), in_scheme text DEFAULT NULL,
	OUT scheme text, OUT tier governance.sanction_tier, OUT rung text, OUT accounts bigint, OUT sanctions bigint,
	OUT no_end bigint, OUT ends_in_7_days bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 50
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $in_force$
#variable_conflict use_column
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	RETURN QUERY
		SELECT s.scheme, s.tier, s.rung, governance.distinct_count(s.account_id), count(*),
			   count(*) FILTER (WHERE s.until IS NULL),
			   count(*) FILTER (WHERE s.until < report_in_force.at + interval '7 days')
		FROM (SELECT s.account_id, s.scheme, s.tier, s.rung, s.until
			  FROM governance.sanction_in_force s WHERE report_in_force.at = now()
			  UNION ALL
			  SELECT s.account_id, s.scheme, s.tier, s.rung, upper(s.during)
			  FROM governance.sanction s
			  WHERE s.during @> report_in_force.at AND s.enforced AND report_in_force.at <> now()) s
		WHERE in_scheme IS NULL OR s.scheme = in_scheme
		GROUP BY s.scheme, s.tier, s.rung
		ORDER BY s.scheme, s.tier DESC, s.rung;
END
$in_force$;
COMMENT ON FUNCTION governance.report_in_force(timestamptz, text) IS
	'the sanctions in force at an instant, by scheme and rung';

-- An account counts as sanctioned again when it has another sanction of the
-- scheme, in the period or before it. The days are those of the shortest time
-- between two.
-- Level: reader
CREATE FUNCTION governance.report_recidivism(period tstzrange DEFAULT NULL, in_scheme text DEFAULT NULL,
	OUT scheme text, OUT accounts bigint, OUT first_time bigint, OUT repeated bigint, OUT repeated_share numeric,
	OUT third_or_more bigint, OUT median_days numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $recidivism$
#variable_conflict use_column
DECLARE
	bounds	record;
BEGIN
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(period);
	RETURN QUERY
		WITH ours AS MATERIALIZED (
			SELECT s.account_id, s.scheme, s.starts, s.sanction_id
			FROM governance.report_sanction s
			WHERE NOT s.overturned AND s.starts >= bounds.since AND s.starts < bounds.until
				AND (in_scheme IS NULL OR s.scheme = in_scheme)
		), earlier AS (
			-- Those before the period; none in all of time.
			SELECT s.account_id, s.scheme, count(*) AS number, max(s.starts) AS last
			FROM governance.report_sanction s
			WHERE NOT s.overturned AND s.starts < bounds.since AND isfinite(bounds.since)
				AND (in_scheme IS NULL OR s.scheme = in_scheme)
			GROUP BY 1, 2
		), accounts AS (
			SELECT o.account_id, o.scheme, count(*) AS number, min(o.starts) AS first, min(o.gap) AS gap
			FROM (SELECT o.account_id, o.scheme, o.starts,
						 o.starts - lag(o.starts) OVER (PARTITION BY o.account_id, o.scheme ORDER BY o.starts, o.sanction_id) AS gap
				  FROM ours o) o
			GROUP BY 1, 2
		)
		SELECT a.scheme, count(*), count(*) FILTER (WHERE a.number = 1), count(*) FILTER (WHERE a.number > 1),
			   round(count(*) FILTER (WHERE a.number > 1)::numeric / count(*), 4),
			   count(*) FILTER (WHERE a.number > 2),
			   round((extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY a.gap)) / 86400)::numeric, 1)
		FROM (SELECT a.scheme, a.number + coalesce(e.number, 0) AS number, LEAST(a.gap, a.first - e.last) AS gap
			  FROM accounts a LEFT JOIN earlier e ON e.account_id = a.account_id AND e.scheme = a.scheme) a
		GROUP BY a.scheme ORDER BY a.scheme;
END
$recidivism$;
COMMENT ON FUNCTION governance.report_recidivism(tstzrange, text) IS
	'of the accounts sanctioned in a period: how many for the first time, how many again, and how soon after the time before; overturned sanctions count nowhere';
