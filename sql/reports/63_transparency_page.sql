-- ---------------------------------------------------------------------------
-- reports: the transparency report of a period as a page
-- ---------------------------------------------------------------------------

-- Figures are piled up by tier, as SVG with the scale of page_ticks(). Of many
-- columns only some have their label written, and fewer on a narrow screen.
CREATE FUNCTION governance.page_columns(starts timestamptz[], labels text[], counts jsonb, language text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $columns$
DECLARE
	height	CONSTANT numeric := 220;
	n		CONSTANT integer := cardinality(starts);
	ticks	numeric[];
	top		numeric;
	width	CONSTANT numeric := 100.0 / n;
	every	CONSTANT integer := ceil(n / 14.0);
	narrow	CONSTANT integer := ceil(n / 14.0) * ceil(n / ceil(n / 14.0) / 6.0);
	result	text;
BEGIN
	SELECT governance.page_ticks(coalesce(max(s.total), 0)) INTO ticks
		FROM (SELECT sum(c.n) AS total FROM jsonb_to_recordset(counts) AS c(bucket int, tier text, n numeric) GROUP BY c.bucket) s;
	top := ticks[cardinality(ticks)];
	SELECT string_agg(format('<line class="%s" x1="0" x2="100%%" y1="%s" y2="%s"/><text x="-8" y="%s" text-anchor="end">%s</text>',
							 CASE WHEN t = 0 THEN 'base' ELSE 'grid' END, y, y, y + 4, governance.page_number(t)), E'\n' ORDER BY t)
		INTO result
		FROM unnest(ticks) t, LATERAL (SELECT round(height - t * height / top, 1) AS y) p;
	result := concat(result, E'\n', (
		SELECT string_agg(format('<rect class="%s" x="%s%%" width="%s%%" y="%s" height="%s"><title>%s: %s %s</title></rect>',
								 b.tier, round((b.bucket - 1) * width + width * 0.14, 3), round(width * 0.72, 3),
								 round(height - b.upto * height / top, 2), round(b.n * height / top, 2),
								 labels[b.bucket], governance.page_word(b.tier, language), governance.page_number(b.n)), E'\n'
						  ORDER BY b.bucket, b.tier::governance.sanction_tier)
		FROM (SELECT c.bucket, c.tier, c.n,
					 sum(c.n) OVER (PARTITION BY c.bucket ORDER BY c.tier::governance.sanction_tier) AS upto
			  FROM jsonb_to_recordset(counts) AS c(bucket int, tier text, n numeric)) b), E'\n', (
		SELECT string_agg(format('<text x="%s%%" y="%s" text-anchor="middle"%s>%s</text>', round((i - 0.5) * width, 3), height + 18,
								 CASE WHEN (i - 1) % narrow <> 0 THEN ' class="wide"' END, labels[i]), E'\n' ORDER BY i)
		FROM generate_series(1, n) i WHERE (i - 1) % every = 0));
	RETURN format(E'<svg class="plot" height="%s" role="img" aria-labelledby="trend-title trend-desc" focusable="false">\n<title id="trend-title">%s</title>\n<desc id="trend-desc">%s</desc>\n%s\n</svg>\n',
				  height + 26, governance.page_word('over time', language), governance.page_word('over time desc', language), result);
END
$columns$;
COMMENT ON FUNCTION governance.page_columns(timestamptz[], text[], jsonb, text) IS
	'part of transparency_page(): columns over time, piled up by tier';

-- What the page counts of sanctions and violations.  It is what the reports of the
-- same names count, from one scan of the sanctions of the period where each of
-- them has its own, and one of those before it.
-- Level: reader
CREATE FUNCTION governance.transparency_figures(since timestamptz, until timestamptz, in_scheme text, starts timestamptz[]) RETURNS jsonb
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $figures$
DECLARE
	least_id	bigint;
	most_id		bigint;
	result		jsonb;
BEGIN
	-- Among these are the violations of the period, and few others: numbers are
	-- given in the order in which violations are recorded.
	SELECT min(v.violation_id), max(v.violation_id) INTO least_id, most_id
		FROM (SELECT v.violation_id FROM governance.violation v
			  WHERE v.decided_at >= transparency_figures.since AND v.decided_at < transparency_figures.until OFFSET 0) v;
	WITH ours AS MATERIALIZED (
		SELECT s.account_id, s.scheme, s.tier, s.violation_id, s.starts, s.overturned, s.released,
			   s.starts >= transparency_figures.since AND s.starts < transparency_figures.until AS started
		FROM governance.report_sanction s
		WHERE (transparency_figures.in_scheme IS NULL OR s.scheme = transparency_figures.in_scheme)
			AND (s.starts >= transparency_figures.since AND s.starts < transparency_figures.until
				 OR s.violation_id >= least_id AND s.violation_id <= most_id)
	), found AS (
		SELECT v.account_id, v.violation_id, v.scheme, v.rule, v.source, CASE WHEN v.linked_violation_id IS NULL THEN v.campaign END AS campaign
		FROM governance.violation v
		WHERE v.decided_at >= transparency_figures.since AND v.decided_at < transparency_figures.until
			AND (transparency_figures.in_scheme IS NULL OR v.scheme = transparency_figures.in_scheme)
	), caused AS MATERIALIZED (
		SELECT o.account_id, o.scheme, o.tier, o.starts, o.overturned, o.released, o.started, o.violation_id,
			   v.source, v.campaign,
			   coalesce(v.rule, CASE WHEN o.started THEN
				   (SELECT v.rule FROM governance.violation v WHERE v.account_id = o.account_id AND v.violation_id = o.violation_id) END, '') AS rule
		FROM ours o LEFT JOIN found v ON v.account_id = o.account_id AND v.violation_id = o.violation_id
		WHERE o.started OR v.violation_id IS NOT NULL
	), announced AS (
		SELECT CASE grouping(c.scheme, c.tier, c.rule) WHEN 7 THEN 'all' WHEN 5 THEN 'tier' ELSE 'scheme and rule' END AS by,
			   c.scheme, c.tier, nullif(c.rule, '') AS rule,
			   governance.distinct_count(CASE WHEN NOT c.overturned THEN c.account_id END) AS accounts,
			   count(*) FILTER (WHERE NOT c.overturned) AS sanctions, count(*) FILTER (WHERE c.released) AS released,
			   count(*) FILTER (WHERE c.overturned) AS overturned
		FROM caused c WHERE c.started
		GROUP BY GROUPING SETS ((), (c.tier), (c.scheme, c.rule))
	), strictest AS (
		SELECT a.tier, count(*) AS accounts, sum(a.undone) AS undone
		FROM (SELECT c.account_id, max(c.tier) FILTER (WHERE NOT c.overturned) AS tier, count(*) FILTER (WHERE c.overturned) AS undone
			  FROM caused c WHERE c.started GROUP BY c.account_id) a
		GROUP BY a.tier
	), trend AS (
		SELECT width_bucket(c.starts, transparency_figures.starts) AS bucket, c.tier, count(*) AS n
		FROM caused c WHERE c.started AND NOT c.overturned GROUP BY 1, 2
	), sources AS (
		SELECT v.source, v.campaign, count(*) AS violations, governance.distinct_count(v.account_id) AS accounts,
			   count(*) FILTER (WHERE v.overturned) AS overturned
		FROM governance.report_violation v
		WHERE v.decided_at >= transparency_figures.since AND v.decided_at < transparency_figures.until
			AND (transparency_figures.in_scheme IS NULL OR v.scheme = transparency_figures.in_scheme)
		GROUP BY GROUPING SETS ((v.source), (v.campaign))
	), sanctioning AS (
		SELECT c.source, c.campaign, governance.distinct_count(c.violation_id) AS violations
		FROM caused c WHERE c.source IS NOT NULL AND NOT c.overturned
		GROUP BY GROUPING SETS ((c.source), (c.campaign))
	), periods AS (
		SELECT c.account_id, c.scheme, count(*) AS number, min(c.starts) AS first, min(c.gap) AS gap
		FROM (SELECT c.account_id, c.scheme, c.starts,
					 c.starts - lag(c.starts) OVER (PARTITION BY c.account_id, c.scheme ORDER BY c.starts) AS gap
			  FROM caused c WHERE c.started AND NOT c.overturned) c
		GROUP BY c.account_id, c.scheme
	), again AS (
		SELECT a.scheme, count(*) FILTER (WHERE a.number = 1) AS first_time, count(*) FILTER (WHERE a.number > 1) AS repeated,
			   round(count(*) FILTER (WHERE a.number > 1)::numeric / count(*), 4) AS repeated_share,
			   count(*) FILTER (WHERE a.number > 2) AS third_or_more,
			   round((extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY a.gap)) / 86400)::numeric, 1) AS median_days
		FROM (SELECT p.scheme, p.number + count(s.account_id) AS number, LEAST(p.gap, p.first - max(s.starts)) AS gap
			  FROM periods p LEFT JOIN governance.report_sanction s
					ON s.account_id = p.account_id AND s.scheme = p.scheme AND NOT s.overturned AND s.starts < transparency_figures.since
			  GROUP BY p.account_id, p.scheme, p.number, p.first, p.gap) a
		GROUP BY a.scheme
	)
	SELECT jsonb_build_object(
		'announced', (SELECT jsonb_agg(to_jsonb(a)) FROM announced a),
		'strictest', (SELECT jsonb_agg(to_jsonb(t)) FROM strictest t),
		'trend', (SELECT jsonb_agg(to_jsonb(t)) FROM trend t),
		'again', (SELECT jsonb_agg(to_jsonb(a)) FROM again a),
		'found', (SELECT jsonb_agg(to_jsonb(f))
				  FROM (SELECT v.source, v.violations, round(v.violations / sum(v.violations) OVER (), 4) AS share, coalesce(s.violations, 0) AS sanctioning,
							   round(v.overturned::numeric / v.violations, 4) AS overturned_share
						FROM sources v LEFT JOIN sanctioning s ON s.source = v.source
						WHERE v.source IS NOT NULL) f),
		'campaigns', (SELECT jsonb_agg(to_jsonb(f))
					  FROM (SELECT c.campaign, c.title, coalesce(v.violations, 0) AS violations, coalesce(v.accounts, 0) AS accounts,
								   coalesce(s.violations, 0) AS sanctioning, round(v.overturned::numeric / v.violations, 4) AS overturned_share
							FROM governance.campaign c
								LEFT JOIN sources v ON v.campaign = c.campaign
								LEFT JOIN sanctioning s ON s.campaign = c.campaign
							-- Those that ran in the period, and those that found something in it.
							WHERE v.campaign IS NOT NULL
								OR c.during && tstzrange(transparency_figures.since, LEAST(transparency_figures.until, GREATEST(now(), transparency_figures.since)))) f))
		INTO result;
	RETURN result;
END
$figures$;
COMMENT ON FUNCTION governance.transparency_figures(timestamptz, timestamptz, text, timestamptz[]) IS
	'part of transparency_page(): what it counts of violations and sanctions, starts: where the columns of the chart begin';

-- The columns of the chart are columns of a table as well, for those who cannot see
-- it. Null counts: nothing happened.
-- Level: reader
CREATE FUNCTION governance.transparency_trend(counts jsonb, starts timestamptz[], labels text[], tongue text, time_zone text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $section$
#variable_conflict use_variable
DECLARE
	content	text := '';
	part	text;
BEGIN
	content := concat(content, '<section aria-labelledby="trend">', E'\n<h2 id="trend">', governance.page_word('over time', tongue), E'</h2>\n');
	IF counts IS NULL THEN
		content := concat(content, '<p class="note">', governance.page_word('nothing', tongue), E'</p>\n');
	ELSE
		content := concat(content, '<figure><figcaption>', governance.page_word('over time desc', tongue), E'</figcaption>\n<ul class="legend">',
			(SELECT string_agg(format('<li><i class="%s"></i>%s</li>', t.tier, governance.page_word(t.tier::text, tongue)), '' ORDER BY t.tier)
			 FROM (SELECT DISTINCT (c ->> 'tier')::governance.sanction_tier AS tier FROM jsonb_array_elements(counts) c) t),
			E'</ul>\n', governance.page_columns(starts, labels, counts, tongue), E'</figure>\n');
		SELECT string_agg(concat('<tr><th scope="row">', governance.page_date(starts[b.i], tongue, time_zone), '</th>', b.cells,
								 '<td class="n">', governance.page_number(b.total), '</td></tr>', E'\n'), '' ORDER BY b.i)
			INTO part
			FROM (SELECT i, string_agg(format('<td class="n">%s</td>', governance.page_number(coalesce(c.n, 0))), '' ORDER BY t.tier) AS cells,
						 coalesce(sum(c.n), 0) AS total
				  FROM generate_series(1, cardinality(starts)) i
					  CROSS JOIN (SELECT DISTINCT (c ->> 'tier')::governance.sanction_tier AS tier FROM jsonb_array_elements(counts) c) t
					  LEFT JOIN jsonb_to_recordset(counts) AS c(bucket int, tier text, n numeric)
						  ON c.bucket = i AND c.tier = t.tier::text
				  GROUP BY i) b;
		content := concat(content, governance.page_table(governance.page_word('over time desc', tongue),
			ARRAY[governance.page_word('from', tongue)]
				|| ARRAY(SELECT governance.page_word(t.tier::text, tongue)
						 FROM (SELECT DISTINCT (c ->> 'tier')::governance.sanction_tier AS tier FROM jsonb_array_elements(counts) c) t ORDER BY t.tier)
				|| governance.page_word('all', tongue), 2, NULL, part));
	END IF;
	content := concat(content, E'</section>\n');

	RETURN content;
END
$section$;
COMMENT ON FUNCTION governance.transparency_trend(jsonb, timestamptz[], text[], text, text) IS
	'part of transparency_page(): sanctions over time, by tier';

-- Two sections: what was imposed, by tier, and for which rules; the twenty rules with
-- the most accounts are named, the others are one row. Nothing when nobody was
-- sanctioned.
-- Level: reader
CREATE FUNCTION governance.transparency_imposed(announced jsonb, tongue text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $section$
#variable_conflict use_variable
DECLARE
	content	text := '';
	part	text;
	largest	numeric;
BEGIN
	SELECT max(r.accounts) INTO largest FROM jsonb_to_recordset(announced) AS r(by text, scheme text, tier governance.sanction_tier, rule text, accounts bigint, sanctions bigint, released bigint, overturned bigint) WHERE r.by = 'tier';
	SELECT string_agg(format('<tr%s><th scope="row">%s</th>%s<td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>' || E'\n',
							 CASE WHEN r.by = 'all' THEN ' class="sum"' END, governance.page_word(coalesce(r.tier::text, 'all'), tongue),
							 CASE WHEN r.by = 'all' THEN '<td class="bar" aria-hidden="true"></td>' ELSE governance.page_bar(r.accounts, largest) END,
							 governance.page_number(r.accounts), governance.page_number(r.sanctions),
							 governance.page_number(r.released), governance.page_number(r.overturned)), ''
					  ORDER BY r.by = 'all', r.tier DESC)
		INTO part FROM jsonb_to_recordset(announced) AS r(by text, scheme text, tier governance.sanction_tier, rule text, accounts bigint, sanctions bigint, released bigint, overturned bigint) WHERE r.by IN ('all', 'tier');
	IF largest IS NOT NULL THEN
		content := concat(content, '<section aria-labelledby="imposed">', E'\n<h2 id="imposed">', governance.page_word('what', tongue), E'</h2>\n',
			governance.page_table(governance.page_word('what desc', tongue), ARRAY[governance.page_word('tier', tongue), governance.page_word('accounts', tongue),
				governance.page_word('sanctions', tongue), governance.page_word('lifted', tongue), governance.page_word('overturned', tongue)], 2, 2, part, false),
			E'</section>\n');

		SELECT max(r.accounts) INTO largest FROM jsonb_to_recordset(announced) AS r(by text, scheme text, tier governance.sanction_tier, rule text, accounts bigint, sanctions bigint, released bigint, overturned bigint) WHERE r.by = 'scheme and rule';
		SELECT string_agg(format('<tr><th scope="row">%s<br><span class="code">%s</span></th>%s<td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>' || E'\n',
								 r.what, r.whose, governance.page_bar(r.accounts, largest), governance.page_number(r.accounts),
								 governance.page_number(r.sanctions), governance.page_number(r.overturned)), '' ORDER BY r.n)
			INTO part
			FROM (SELECT row_number() OVER (ORDER BY r.accounts DESC, r.scheme, r.rule) AS n, r.accounts, r.sanctions, r.overturned,
						 CASE WHEN r.rule IS NULL THEN governance.page_word('no rule', tongue)
							  ELSE governance.page_name(coalesce(
								  (SELECT governance.title_in(pr.titles, pr.title, tongue)
								   FROM governance.policy p JOIN governance.policy_rule pr ON pr.policy_id = p.policy_id
								   WHERE p.scheme = r.scheme AND pr.rule = r.rule AND p.status IN ('active', 'retired')
								   ORDER BY p.version DESC LIMIT 1), r.rule)) END AS what,
						 governance.page_name(governance.title_in(s.titles, coalesce(s.title, s.scheme), tongue)) AS whose
				  FROM jsonb_to_recordset(announced) AS r(by text, scheme text, tier governance.sanction_tier, rule text, accounts bigint, sanctions bigint, released bigint, overturned bigint) JOIN governance.scheme s ON s.scheme = r.scheme
				  WHERE r.by = 'scheme and rule') r
			WHERE r.n <= 20;
		SELECT concat(part, format('<tr><th scope="row">%s</th><td class="bar" aria-hidden="true"></td><td class="n">–</td><td class="n">%s</td><td class="n">%s</td></tr>' || E'\n',
							governance.page_word('other rules', tongue), governance.page_number(sum(r.sanctions)), governance.page_number(sum(r.overturned))))
			INTO part
			FROM (SELECT r.*, row_number() OVER (ORDER BY r.accounts DESC, r.scheme, r.rule) AS n
				  FROM jsonb_to_recordset(announced) AS r(by text, scheme text, tier governance.sanction_tier, rule text, accounts bigint, sanctions bigint, released bigint, overturned bigint) WHERE r.by = 'scheme and rule') r
			WHERE r.n > 20 HAVING count(*) > 0
			UNION ALL SELECT part LIMIT 1;
		content := concat(content, '<section aria-labelledby="reasons">', E'\n<h2 id="reasons">', governance.page_word('why', tongue), E'</h2>\n',
			governance.page_table(governance.page_word('why', tongue), ARRAY[governance.page_word('rule', tongue),
				governance.page_word('accounts', tongue), governance.page_word('sanctions', tongue), governance.page_word('overturned', tongue)], 2, 2, part),
			E'</section>\n');
	END IF;

	RETURN content;
END
$section$;
COMMENT ON FUNCTION governance.transparency_imposed(jsonb, text) IS
	'part of transparency_page(): what was imposed, and why';

-- Nothing when no violation was found; campaigns only where there were some.
-- Level: reader
CREATE FUNCTION governance.transparency_found(sources jsonb, campaigns jsonb, tongue text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $section$
#variable_conflict use_variable
DECLARE
	content	text := '';
	part	text;
	largest	numeric;
BEGIN
	SELECT max(r.violations), string_agg(format('<tr><th scope="row">%s</th>%s<td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>' || E'\n',
							 governance.page_word(r.source, tongue), governance.page_bar(r.violations, r.largest), governance.page_number(r.violations),
							 governance.page_percent(r.share), governance.page_number(r.sanctioning), governance.page_percent(r.overturned_share)), ''
							 ORDER BY r.violations DESC, r.source)
		INTO largest, part
		FROM (SELECT r.*, max(r.violations) OVER () AS largest
			  FROM jsonb_to_recordset(sources) AS r(source text, violations bigint, share numeric, sanctioning bigint, overturned_share numeric)) r;
	IF part IS NOT NULL THEN
		content := concat(content, '<section aria-labelledby="found">', E'\n<h2 id="found">', governance.page_word('how', tongue), E'</h2>\n',
			governance.page_table(governance.page_word('how', tongue), ARRAY[governance.page_word('source', tongue), governance.page_word('violations', tongue),
				governance.page_word('share', tongue), governance.page_word('sanctioning', tongue), governance.page_word('overturned', tongue)], 2, 2, part));
		SELECT string_agg(format('<tr><th scope="row">%s</th>%s<td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>' || E'\n',
								 governance.page_name(coalesce(r.title, r.campaign)), governance.page_bar(r.violations, r.largest), governance.page_number(r.violations),
								 governance.page_number(r.accounts), governance.page_number(r.sanctioning), governance.page_percent(r.overturned_share)), ''
								 ORDER BY r.violations DESC, r.campaign)
			INTO part
			FROM (SELECT r.*, max(r.violations) OVER () AS largest
				  FROM jsonb_to_recordset(campaigns)
						AS r(campaign text, title text, violations bigint, accounts bigint, sanctioning bigint, overturned_share numeric)) r;
		IF part IS NOT NULL THEN
			content := concat(content, '<h3>', governance.page_word('campaigns', tongue), E'</h3>\n',
				governance.page_table(governance.page_word('campaigns', tongue), ARRAY[governance.page_word('campaigns', tongue), governance.page_word('violations', tongue),
					governance.page_word('accounts', tongue), governance.page_word('sanctioning', tongue), governance.page_word('overturned', tongue)], 2, 2, part));
		END IF;
		content := concat(content, E'</section>\n');
	END IF;

	RETURN content;
END
$section$;
COMMENT ON FUNCTION governance.transparency_found(jsonb, jsonb, text) IS
	'part of transparency_page(): how violations were found';

-- One bar for what became of appeals, where any were decided, and the schemes below
-- it.
-- Level: reader
CREATE FUNCTION governance.transparency_appeals(over tstzrange, in_scheme text, decided bigint, tongue text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $section$
#variable_conflict use_variable
DECLARE
	content	text := '';
	part	text;
BEGIN
	IF decided > 0 THEN
		SELECT format(E'<figure>\n<ul class="legend"><li><i class="revoked"></i>%s %s</li><li><i class="limited"></i>%s %s</li><li><i class="alarm"></i>%s %s</li></ul>\n'
					  '<svg height="26" width="100%%" role="img" aria-labelledby="appeals-title appeals-desc" style="margin-top:.75rem" focusable="false">\n'
					  '<title id="appeals-title">%s</title>\n<desc id="appeals-desc">%s %s, %s %s, %s %s</desc>\n'
					  '<rect class="revoked" x="0" width="%s%%" height="26"/><rect class="limited" x="%s%%" width="%s%%" height="26"/><rect class="alarm" x="%s%%" width="%s%%" height="26"/>\n</svg></figure>\n',
					  w.upheld, governance.page_percent(a.upheld::numeric / a.decided), w.changed, governance.page_percent(a.changed::numeric / a.decided),
					  w.overturned, governance.page_percent(a.overturned::numeric / a.decided),
					  governance.page_word('outcomes', tongue),
					  w.upheld, governance.page_number(a.upheld), w.changed, governance.page_number(a.changed), w.overturned, governance.page_number(a.overturned),
					  round(a.upheld * 100.0 / a.decided, 3), round(a.upheld * 100.0 / a.decided, 3), round(a.changed * 100.0 / a.decided, 3),
					  round((a.upheld + a.changed) * 100.0 / a.decided, 3), round(a.overturned * 100.0 / a.decided, 3))
			INTO part
			FROM governance.report_appeals(over, 'all', in_scheme) a,
				 (SELECT governance.page_word('upheld', tongue) AS upheld, governance.page_word('changed', tongue) AS changed,
						 governance.page_word('overturned', tongue) AS overturned) w;
	ELSE
		part := '';
	END IF;
	content := concat(content, '<section aria-labelledby="appeals">', E'\n<h2 id="appeals">', governance.page_word('appeals', tongue), E'</h2>\n', part);
	SELECT string_agg(format('<tr%s><th scope="row">%s</th><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>' || E'\n',
							 CASE WHEN a.scheme IS NULL THEN ' class="sum"' END,
							 CASE WHEN a.scheme IS NULL THEN governance.page_word('all', tongue)
								  ELSE governance.page_name(governance.title_in(s.titles, coalesce(s.title, a.scheme), tongue)) END,
							 governance.page_number(a.filed), governance.page_number(a.decided), governance.page_number(a.upheld), governance.page_number(a.changed),
							 governance.page_number(a.overturned), governance.page_percent(a.overturn_rate), coalesce(governance.page_number(a.median_days), '–'),
							 governance.page_number(a.open)), '' ORDER BY a.scheme IS NULL, a.scheme)
		INTO part
		FROM (SELECT * FROM governance.report_appeals(over, 'scheme', in_scheme)
			  UNION ALL SELECT * FROM governance.report_appeals(over, 'all', in_scheme) a WHERE a.filed + a.decided + a.open > 0) a
			LEFT JOIN governance.scheme s ON s.scheme = a.scheme;
	content := concat(content, CASE WHEN part IS NOT NULL THEN governance.page_table(governance.page_word('outcomes', tongue),
		ARRAY(SELECT governance.page_word(w, tongue) FROM unnest('{scheme,filed,decided,upheld,changed,overturned,rate,days,open}'::text[]) WITH ORDINALITY t(w, n) ORDER BY n),
		2, NULL, part) END,
		CASE WHEN part IS NULL THEN concat('<p class="note">', governance.page_word('nothing', tongue), '</p>') END, E'</section>\n');

	RETURN content;
END
$section$;
COMMENT ON FUNCTION governance.transparency_appeals(tstzrange, text, bigint, text) IS
	'part of transparency_page(): appeals filed and decided';

-- Nothing when nobody was sanctioned.
-- Level: reader
CREATE FUNCTION governance.transparency_again(again jsonb, tongue text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $section$
#variable_conflict use_variable
DECLARE
	content	text := '';
	part	text;
BEGIN
	SELECT string_agg(format('<tr><th scope="row">%s</th><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td><td class="n">%s</td></tr>' || E'\n',
							 governance.page_name(governance.title_in(s.titles, coalesce(s.title, r.scheme), tongue)), governance.page_number(r.first_time),
							 governance.page_number(r.repeated), governance.page_percent(r.repeated_share), governance.page_number(r.third_or_more),
							 coalesce(governance.page_number(r.median_days), '–')), '' ORDER BY r.scheme)
		INTO part
		FROM jsonb_to_recordset(again)
				AS r(scheme text, first_time bigint, repeated bigint, repeated_share numeric, third_or_more bigint, median_days numeric)
			JOIN governance.scheme s ON s.scheme = r.scheme;
	IF part IS NOT NULL THEN
		content := concat(content, '<section aria-labelledby="again">', E'\n<h2 id="again">', governance.page_word('repeat', tongue), E'</h2>\n',
			governance.page_table(governance.page_word('accounts sanctioned', tongue),
				ARRAY(SELECT governance.page_word(w, tongue) FROM unnest('{scheme,first,again,share,third,between}'::text[]) WITH ORDINALITY t(w, n) ORDER BY n),
				2, NULL, part), E'</section>\n');
	END IF;

	RETURN content;
END
$section$;
COMMENT ON FUNCTION governance.transparency_again(jsonb, text) IS
	'part of transparency_page(): accounts that were sanctioned again';

-- Of a period that goes on, what is in force today.
-- Level: reader
CREATE FUNCTION governance.transparency_in_force(until timestamptz, in_scheme text, tongue text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $section$
#variable_conflict use_variable
DECLARE
	content	text := '';
	part	text;
BEGIN
	SELECT string_agg(format('<tr><th scope="row">%s</th><td>%s</td><td>%s</td><td class="n">%s</td><td class="n">%s</td></tr>' || E'\n',
							 governance.page_name(coalesce((SELECT governance.title_in(pr.titles, pr.title, tongue)
								FROM governance.policy p JOIN governance.policy_rung pr ON pr.policy_id = p.policy_id
								WHERE p.scheme = r.scheme AND pr.rung = r.rung AND p.status IN ('active', 'retired')
								ORDER BY p.version DESC LIMIT 1), r.rung)),
							 governance.page_word(r.tier::text, tongue), governance.page_name(governance.title_in(s.titles, coalesce(s.title, r.scheme), tongue)),
							 governance.page_number(r.accounts), governance.page_number(r.no_end)), '' ORDER BY r.scheme, r.tier DESC, r.rung)
		INTO part FROM governance.report_in_force(LEAST(until, now()), in_scheme) r JOIN governance.scheme s ON s.scheme = r.scheme;
	IF part IS NOT NULL THEN
		content := concat(content, '<section aria-labelledby="force">', E'\n<h2 id="force">', governance.page_word(CASE WHEN until > now() THEN 'in force today' ELSE 'in force' END, tongue), E'</h2>\n',
			governance.page_table(governance.page_word(CASE WHEN until > now() THEN 'in force today' ELSE 'in force' END, tongue),
				ARRAY(SELECT governance.page_word(w, tongue) FROM unnest('{rung,tier,scheme,accounts,no end}'::text[]) WITH ORDINALITY t(w, n) ORDER BY n),
				4, NULL, part), E'</section>\n');
	END IF;

	RETURN content;
END
$section$;
COMMENT ON FUNCTION governance.transparency_in_force(timestamptz, text, text) IS
	'part of transparency_page(): what is in force at the end';

-- The figures come from transparency_figures() and from the reports; whatever
-- text is not from here is escaped where it is put in (html_text()).
-- Level: reader
CREATE FUNCTION governance.transparency_page(period tstzrange DEFAULT NULL, language text DEFAULT 'en', title text DEFAULT NULL,
											 in_scheme text DEFAULT NULL, time_zone text DEFAULT current_setting('TimeZone'))
	RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $page$
#variable_conflict use_variable
DECLARE
	zh			CONSTANT boolean := governance.report_language(language) = 'zh';
	tongue		CONSTANT text := governance.report_language(language);
	over		tstzrange := coalesce(period, governance.report_period('quarter',
		lower(governance.report_period('quarter', now(), time_zone)) - interval '1 second', time_zone));
	bounds		record;
	heading		text;
	name		text;
	days		numeric;
	unit		interval;
	starts		timestamptz[];
	labels		text[];
	figures		record;
	counted		jsonb;
	announced	jsonb;
	found		jsonb;
	content		text := '';
	months		CONSTANT text := CASE WHEN zh THEN 'FMMM"月"' ELSE 'Mon' END;
BEGIN
	time_zone := coalesce(time_zone, current_setting('TimeZone'));
	PERFORM governance.report_scheme(in_scheme);
	SELECT * INTO bounds FROM governance.report_bounds(over);
	IF NOT isfinite(bounds.since) OR NOT isfinite(bounds.until) THEN
		SELECT CASE WHEN isfinite(bounds.since) THEN bounds.since ELSE coalesce(date_trunc('day', min(v.decided_at)), now() - interval '90 days') END AS since,
			   CASE WHEN isfinite(bounds.until) THEN bounds.until ELSE now() END AS until
			INTO bounds FROM governance.violation v;
		over := tstzrange(bounds.since, GREATEST(bounds.until, bounds.since + interval '1 day'));
		SELECT * INTO bounds FROM governance.report_bounds(over);
	END IF;
	name := governance.report_period_name(over, tongue, time_zone);
	heading := coalesce(title, governance.page_word('transparency', tongue));

	-- Columns are days, weeks, months or years, about a dozen; a rest that is
	-- shorter than half of one goes with the one before.
	days := extract(epoch FROM bounds.until - bounds.since) / 86400;
	unit := CASE WHEN days <= 32 THEN interval '1 day' WHEN days <= 100 THEN interval '7 days'
				 WHEN days <= 1900 THEN interval '1 month' ELSE interval '1 year' END;
	SELECT array_agg(b.at AT TIME ZONE time_zone ORDER BY b.at),
		   array_agg(CASE
			WHEN unit = interval '1 year' THEN to_char(b.at, 'YYYY')
			WHEN unit = interval '1 month' AND extract(month FROM b.at) = 1 AND days > 400 THEN to_char(b.at, CASE WHEN zh THEN 'YYYY"年"' ELSE 'YYYY' END)
			WHEN unit = interval '1 month' THEN to_char(b.at, months)
			WHEN zh THEN to_char(b.at, 'FMMM/FMDD')
			ELSE to_char(b.at, 'FMDD Mon') END ORDER BY b.at)
		INTO starts, labels
		FROM generate_series(bounds.since AT TIME ZONE time_zone, bounds.until AT TIME ZONE time_zone - unit / 2, unit) b(at);
	IF starts IS NULL THEN
		starts := ARRAY[bounds.since];
		labels := ARRAY[governance.page_date(bounds.since, tongue, time_zone)];
	END IF;
	counted := governance.transparency_figures(bounds.since, bounds.until, in_scheme, starts);
	announced := coalesce(nullif(counted -> 'announced', 'null'), '[]');
	found := coalesce(nullif(counted -> 'found', 'null'), '[]');

	-- At a glance.
	SELECT coalesce((SELECT sum(s.violations) FROM jsonb_to_recordset(found) AS s(violations numeric)), 0) AS violations,
		   coalesce(a.accounts, 0) AS accounts, coalesce(a.sanctions, 0) AS sanctions, coalesce(a.overturned, 0) AS overturned,
		   coalesce(p.decided, 0) AS decided, p.overturn_rate, p.median_days
		INTO figures
		FROM (SELECT) one
			LEFT JOIN (SELECT r.accounts, r.sanctions, r.overturned FROM jsonb_to_recordset(announced) AS r(by text, scheme text, tier governance.sanction_tier, rule text, accounts bigint, sanctions bigint, released bigint, overturned bigint) WHERE r.by = 'all') a ON true
			LEFT JOIN governance.report_appeals(over, 'all', in_scheme) p ON true;
	content := concat(content, '<section aria-labelledby="glance">', E'\n<h2 id="glance">', governance.page_word('at a glance', tongue), E'</h2>\n<dl class="figures">\n',
		(SELECT string_agg(format(E'<div><dt>%s</dt><dd>%s</dd></div>\n', governance.page_word(f.word, tongue), f.value), '' ORDER BY f.n)
		 FROM (VALUES
			(1, 'violations decided', governance.page_number(figures.violations)),
			(2, 'accounts sanctioned', governance.page_number(figures.accounts)),
			(3, 'sanctions imposed', governance.page_number(figures.sanctions)),
			(4, 'sanctions overturned', governance.page_number(figures.overturned)),
			(5, 'appeals decided', governance.page_number(figures.decided)),
			(6, 'of them overturned', governance.page_percent(figures.overturn_rate)),
			(7, 'median days', coalesce(governance.page_number(figures.median_days), '–'))) AS f(n, word, value)),
		E'</dl>\n</section>\n');

	content := concat(content,
		governance.transparency_trend(nullif(counted -> 'trend', 'null'), starts, labels, tongue, time_zone),
		governance.transparency_imposed(announced, tongue),
		governance.transparency_found(found, nullif(counted -> 'campaigns', 'null'), tongue),
		governance.transparency_appeals(over, in_scheme, figures.decided, tongue),
		governance.transparency_again(nullif(counted -> 'again', 'null'), tongue),
		governance.transparency_in_force(bounds.until, in_scheme, tongue));

	content := concat(content, '<section aria-labelledby="method">', E'\n<h2 id="method">', governance.page_word('method', tongue), E'</h2>\n<p class="note">',
		governance.page_word('method text', tongue), E'</p>\n</section>\n');

	RETURN governance.page_frame(concat(heading, CASE WHEN zh THEN '：' ELSE ', ' END, name), governance.html_text(upper(left(name, 1)) || substr(name, 2)),
		governance.page_name(heading),
		concat(governance.page_date(bounds.since, tongue, time_zone), ' – ', governance.page_date(bounds.until - interval '1 second', tongue, time_zone),
			   ' · ', governance.html_text(time_zone),
			   (SELECT ' · ' || governance.page_name(governance.title_in(s.titles, coalesce(s.title, s.scheme), tongue)) FROM governance.scheme s WHERE s.scheme = in_scheme)),
		governance.html_text((SELECT CASE WHEN NOT zh THEN upper(left(a.text, 1)) || rtrim(substr(a.text, 2), '.') || '.'
										  ELSE a.text END
							  FROM governance.announcement_words(over, tongue, time_zone, in_scheme, nullif(counted -> 'strictest', 'null')) AS a(text))), content,
		concat(governance.page_word('as known', tongue), ' ', governance.page_date(now(), tongue, time_zone)), tongue);
END
$page$;
COMMENT ON FUNCTION governance.transparency_page(tstzrange, text, text, text, text) IS
	'the transparency report of a period as one HTML page with its charts in it, in English (en) or Chinese (zh); by default of the last quarter that is over';
