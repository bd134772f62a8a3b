-- ---------------------------------------------------------------------------
-- reports: the record of one account as a page
-- ---------------------------------------------------------------------------

-- The marks of a time axis, at local days, weeks, months, quarters or years.
-- Level: reader
CREATE FUNCTION governance.page_dates(since timestamptz, until timestamptz, language text, time_zone text,
	OUT at timestamptz, OUT label text, OUT place numeric, OUT wide boolean)
	RETURNS SETOF record
	LANGUAGE sql STABLE PARALLEL SAFE ROWS 12
	SET search_path = pg_catalog, pg_temp
AS $dates$
	WITH span AS (
		SELECT extract(epoch FROM until - since)::numeric AS length WHERE isfinite(since) AND isfinite(until)
	), unit AS (
		SELECT CASE WHEN s.length <= 10 * 86400 THEN 'day' WHEN s.length <= 80 * 86400 THEN 'week' WHEN s.length <= 400 * 86400 THEN 'month'
					WHEN s.length <= 1500 * 86400 THEN 'quarter' ELSE 'year' END AS unit, s.length FROM span s
	), marks AS (
		SELECT m.local, m.local AT TIME ZONE time_zone AS at, u.unit, u.length,
			   row_number() OVER (ORDER BY m.local) AS n, count(*) OVER () AS marks
		FROM unit u, generate_series(date_trunc(u.unit, since AT TIME ZONE time_zone), until AT TIME ZONE time_zone,
									 CASE u.unit WHEN 'quarter' THEN interval '3 months' ELSE ('1 ' || u.unit)::interval END) AS m(local)
		WHERE m.local AT TIME ZONE time_zone >= since
	)
	SELECT m.at,
		   CASE WHEN m.unit = 'year' THEN to_char(m.local, 'YYYY')
				WHEN m.unit IN ('month', 'quarter') THEN
					to_char(m.local, CASE WHEN extract(month FROM m.local) = 1 THEN CASE WHEN language = 'zh' THEN 'YYYY"年"' ELSE 'YYYY' END
										  WHEN language = 'zh' THEN 'FMMM"月"' ELSE 'Mon' END)
				ELSE to_char(m.local, CASE WHEN language = 'zh' THEN 'FMMM/FMDD' ELSE 'FMDD Mon' END) END,
		   round(100 * extract(epoch FROM m.at - since)::numeric / m.length, 3),
		   (m.n - 1) % ceil(m.marks / 4.0)::int <> 0
	FROM marks m WHERE m.at < until ORDER BY m.local
$dates$;
COMMENT ON FUNCTION governance.page_dates(timestamptz, timestamptz, text, text) IS
	'part of account_page(): the marks of a time axis; wide: only where there is room';

-- The score is drawn as steps: the last one of each instant. Sanctions are bars
-- below, in so many lanes that those at the same time do not cover each other.
-- Level: reader
CREATE FUNCTION governance.account_chart(account_id bigint, scheme text, since timestamptz, until timestamptz, entries jsonb,
										 language text, time_zone text, number integer)
	RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $chart$
#variable_conflict use_variable
DECLARE
	height	CONSTANT numeric := 200;
	lane	numeric := 34;
	named	boolean;
	length	CONSTANT numeric := extract(epoch FROM until - since);
	rising	boolean;
	ticks	numeric[];
	top		numeric;
	result	text := '';
	steps	jsonb;
	rung	record;
	label_y	numeric := -100;
	labels	text := '';
	bar		record;
	busy	numeric[] := '{}';
	taken	numeric;
	named_as text[];
	place	integer;
	lanes	integer := 0;
	ends	numeric;
	starts	numeric;
	bottom	numeric;
	described text;
BEGIN
	SELECT s.direction = 'accumulate' INTO rising FROM governance.scheme s WHERE s.scheme = account_chart.scheme;
	-- The score as steps: the last of each instant, and where it began.
	SELECT jsonb_agg(jsonb_build_object('at', p.at, 'score', p.score, 'expected', p.expected) ORDER BY p.at) INTO steps
		FROM (SELECT DISTINCT ON (GREATEST(e.at, since)) GREATEST(e.at, since) AS at, e.score, e.expected
			  FROM (SELECT e.at, e.n, e.score, e.expected FROM jsonb_to_recordset(entries) AS e(n int, at timestamptz, score numeric, expected boolean)
					UNION ALL
					(SELECT since, 0, e.score - e.delta, false
					 FROM jsonb_to_recordset(entries) AS e(n int, at timestamptz, score numeric, delta numeric) ORDER BY e.n LIMIT 1)) e
			  WHERE e.at < until
			  ORDER BY GREATEST(e.at, since), e.n DESC) p;
	-- Up to the cap, where that can be divided; some scores run past it.
	SELECT CASE WHEN m.score > m.cap OR m.parts IS NULL THEN governance.page_ticks(GREATEST(m.cap, m.score, 1))
				ELSE ARRAY(SELECT m.cap * i / m.parts FROM generate_series(0, m.parts) i) END INTO ticks
		FROM (SELECT max(e.score) AS score, max(e.cap) AS cap,
					 CASE WHEN max(e.cap) % 4 = 0 THEN 4 WHEN max(e.cap) % 5 = 0 THEN 5 WHEN max(e.cap) % 3 = 0 THEN 3 WHEN max(e.cap) = 2 THEN 2 END AS parts
			  FROM jsonb_to_recordset(entries) AS e(score numeric, cap numeric)) m;
	top := ticks[cardinality(ticks)];

	-- Where the ladder begins, as far as it asks for the score alone.
	FOR rung IN
		SELECT r.tier, coalesce(governance.title_in(r.titles, r.title, language), r.rung) AS title, m.part[2]::numeric AS score,
			   m.part[1] IN ('<', '<=') AS below
		FROM governance.policy p JOIN governance.policy_rung r ON r.policy_id = p.policy_id,
			 LATERAL regexp_match(r.condition, '^\s*score\s*(<=|<|>=|>)\s*(\d+(?:\.\d+)?)\s*$') AS m(part)
		WHERE p.scheme = account_chart.scheme AND p.status IN ('active', 'retired') AND p.in_force @> LEAST(until, now()) AND m.part IS NOT NULL
		ORDER BY 3 DESC
	LOOP
		CONTINUE WHEN rung.score > top;
		starts := round(height - rung.score * height / top, 1);
		result := concat(result, format('<rect class="band %s" x="0" width="100%%" y="%s" height="%s"/><line class="rung" x1="0" x2="100%%" y1="%s" y2="%s"/>',
			rung.tier, CASE WHEN rung.below THEN starts ELSE 0 END, CASE WHEN rung.below THEN height - starts ELSE starts END, starts, starts));
		-- In the band, or above the line where that is too low; not too near
		-- to the one before.
		ends := CASE WHEN starts < 16 OR rung.below AND starts <= height - 16 THEN starts + 13 ELSE starts - 4 END;
		IF ends - label_y >= 13 THEN
			labels := concat(labels, format(E'<text class="step" x="0" y="%s" dx="5">%s</text>\n', ends, governance.html_text(governance.page_clipped(rung.title, 28))));
			label_y := ends;
		END IF;
		result := result || E'\n';
	END LOOP;
	result := concat(result, (
		SELECT string_agg(format('<line class="%s" x1="0" x2="100%%" y1="%s" y2="%s"/><text x="-8" y="%s" text-anchor="end">%s</text>',
								 CASE WHEN t = 0 THEN 'base' ELSE 'grid' END, y, y, y + 4, governance.page_number(t)), E'\n' ORDER BY t)
		FROM unnest(ticks) t, LATERAL (SELECT round(height - t * height / top, 1) AS y) p), E'\n');
	result := concat(result, (
		SELECT string_agg(format('<line class="base" x1="%s%%" x2="%s%%" y1="%s" y2="%s"/><text x="%s%%" y="%s" text-anchor="%s"%s>%s</text>',
								 d.place, d.place, height, height + 5, d.place, height + 19, CASE WHEN d.place > 96 THEN 'end' WHEN d.place < 3 THEN 'start' ELSE 'middle' END,
								 CASE WHEN d.wide THEN ' class="wide"' END, d.label), E'\n' ORDER BY d.at)
		FROM governance.page_dates(since, until, language, time_zone) d WHERE d.place < 97), E'\n');

	-- Sanctions: a bar each, in as many rows as they need.
	bottom := height + 34;
	-- With their names, unless there are too many for that.
	SELECT count(*) <= 12 INTO named FROM governance.sanction s
		WHERE s.account_id = account_chart.account_id AND s.scheme = account_chart.scheme AND s.enforced AND s.during && tstzrange(account_chart.since, account_chart.until);
	lane := CASE WHEN named THEN 34 ELSE 17 END;
	FOR bar IN
		SELECT s.tier, coalesce(governance.title_in(r.titles, r.title, language), s.rung) AS title, lower(s.during) AS since, upper(s.during) AS until
		FROM governance.sanction s LEFT JOIN governance.policy_rung r ON r.policy_id = s.policy_id AND r.rung = s.rung
		WHERE s.account_id = account_chart.account_id AND s.scheme = account_chart.scheme AND s.enforced AND s.during && tstzrange(account_chart.since, account_chart.until)
		ORDER BY lower(s.during), s.sanction_id
	LOOP
		starts := GREATEST(0, 100 * extract(epoch FROM coalesce(bar.since, account_chart.since) - account_chart.since) / length);
		ends := GREATEST(LEAST(100, 100 * extract(epoch FROM coalesce(bar.until, account_chart.until) - account_chart.since) / length), starts + 0.4);
		-- A name needs room too, on a telephone as well; near the right edge it
		-- stands to the left.
		-- (15 letters there, twice as many where there is more room).
		named_as := ARRAY[governance.page_clipped(bar.title, 15), governance.page_clipped(bar.title, 32)];
		taken := CASE WHEN named THEN (char_length(named_as[1]) + octet_length(named_as[1])) * 1.15 ELSE 0 END;
		place := 1;
		WHILE busy[place] > CASE WHEN starts > 55 THEN LEAST(starts, ends - taken) ELSE starts END LOOP
			place := place + 1;
		END LOOP;
		busy[place] := CASE WHEN starts > 55 THEN ends ELSE GREATEST(ends, starts + taken) END + 0.6;
		lanes := GREATEST(lanes, place);
		result := concat(result, format(E'<g><title>%s</title><rect class="%s" x="%s%%" width="%s%%" y="%s" height="11"/>',
			governance.html_text(concat(bar.title, ': ', governance.page_date(bar.since, language, time_zone, true), ' – ', governance.page_date(bar.until, language, time_zone, true))),
			bar.tier, round(starts, 3), round(ends - starts, 3), bottom + (place - 1) * lane + CASE WHEN named THEN 14 ELSE 2 END),
			CASE WHEN named THEN (
				SELECT string_agg(format('<text class="lane%s" x="%s%%" y="%s" text-anchor="%s">%s</text>', CASE WHEN named_as[1] <> named_as[2] THEN CASE n WHEN 1 THEN ' thin' ELSE ' ample' END END,
										 CASE WHEN starts > 55 THEN round(ends, 3) ELSE round(starts, 3) END, bottom + (place - 1) * lane + 9,
										 CASE WHEN starts > 55 THEN 'end' ELSE 'start' END, governance.html_text(named_as[n])), '' ORDER BY n)
				FROM generate_series(1, CASE WHEN named_as[1] = named_as[2] THEN 1 ELSE 2 END) n) END, E'</g>\n');
	END LOOP;
	bottom := bottom + lanes * lane;

	-- The score, the names of the bands where it cannot cross them, and what
	-- cost points.
	result := concat(result, (
		SELECT string_agg(concat(
			format('<line class="score%s" x1="%s%%" x2="%s%%" y1="%s" y2="%s"/>', w.ahead, w.x, w.next_x, w.y, w.y),
			CASE WHEN w.next_y <> w.y THEN format('<line class="score%s" x1="%s%%" x2="%s%%" y1="%s" y2="%s"/>', w.ahead, w.next_x, w.next_x, w.y, w.next_y) END), E'\n' ORDER BY w.x)
		FROM (SELECT p.x, p.y, coalesce(lead(p.x) OVER o, 100) AS next_x, lead(p.y) OVER o AS next_y,
					 CASE WHEN p.expected OR p.at >= now() THEN ' ahead' END AS ahead
			  FROM (SELECT s.at, s.expected, round(100 * extract(epoch FROM s.at - since) / length, 3) AS x, round(height - s.score * height / top, 1) AS y
					FROM jsonb_to_recordset(steps) AS s(at timestamptz, score numeric, expected boolean)) p
			  WINDOW o AS (ORDER BY p.at)) w), E'\n', labels, (
		SELECT string_agg(format('<circle class="dot" r="4.5" cx="%s%%" cy="%s"><title>%s</title></circle>', round(100 * extract(epoch FROM e.at - since) / length, 3),
								 round(height - e.score * height / top, 1),
								 governance.html_text(concat(governance.page_date(e.at, language, time_zone, true), ': ', coalesce(e.title, e.rule), ' ', governance.page_number(e.delta)))), E'\n' ORDER BY e.n)
		FROM jsonb_to_recordset(entries) AS e(n int, at timestamptz, what text, score numeric, delta numeric, rule text, title text)
		WHERE e.what = 'violation' AND e.at >= since AND e.at < until), E'\n');
	IF now() > since AND now() < until THEN
		result := concat(result, format(E'<line class="now" x1="%s%%" x2="%s%%" y1="0" y2="%s"/>\n', round(100 * extract(epoch FROM now() - since) / length, 3),
										round(100 * extract(epoch FROM now() - since) / length, 3), bottom));
	END IF;

	-- Appeals: from the filing to the decision.
	SELECT concat(result, string_agg(format(E'<g><title>%s</title><line class="base" x1="%s%%" x2="%s%%" y1="%s" y2="%s"/><circle class="up" r="4" cx="%s%%" cy="%s"/>%s</g>\n',
			governance.html_text(a.title), a.x, a.decided_x, bottom + 22, bottom + 22, a.x, bottom + 22,
			CASE WHEN a.outcome IS NOT NULL THEN format('<circle class="%s" r="4" cx="%s%%" cy="%s"/>', CASE a.outcome WHEN 'upheld' THEN 'up' ELSE 'dot' END, a.decided_x, bottom + 22) END), ''
			ORDER BY a.x), CASE WHEN count(*) > 0 THEN format(E'<text class="lane" x="0" y="%s">%s</text>\n', bottom + 9, governance.page_word('appeals', language)) END),
		   bottom + CASE WHEN count(*) > 0 THEN lane ELSE 0 END
		INTO result, bottom
		FROM (SELECT a.outcome, round(100 * extract(epoch FROM GREATEST(a.filed_at, since) - since) / length, 3) AS x,
					 round(100 * extract(epoch FROM LEAST(coalesce(a.decided_at, now()), until) - since) / length, 3) AS decided_x,
					 concat(governance.page_word('appeal filed', language), ' ', governance.page_date(a.filed_at, language, time_zone),
							CASE WHEN a.outcome IS NOT NULL THEN concat('; ', governance.page_word('appeal ' || a.outcome, language), ' ', governance.page_date(a.decided_at, language, time_zone)) END) AS title
			  FROM governance.appeal a JOIN governance.violation v ON v.account_id = a.account_id AND v.violation_id = a.violation_id
			  WHERE a.account_id = account_chart.account_id AND v.scheme = account_chart.scheme AND a.filed_at < until AND coalesce(a.decided_at, 'infinity') >= since) a;

	SELECT CASE WHEN language = 'zh' THEN format('积分由 %s 至 %s，最低 %s，最高 %s；违规 %s 次。', f.first, f.last, f.least, f.most, f.violations)
				ELSE format('The score begins at %s and ends at %s, between %s and %s; %s violations.', f.first, f.last, f.least, f.most, f.violations) END
		INTO described
		FROM (SELECT governance.page_number((steps #>> '{0,score}')::numeric) AS first, governance.page_number((steps #>> '{-1,score}')::numeric) AS last,
					 governance.page_number(min(s.score)) AS least, governance.page_number(max(s.score)) AS most,
					 (SELECT count(*) FROM jsonb_to_recordset(entries) AS e(at timestamptz, what text) WHERE e.what = 'violation' AND e.at >= since AND e.at < until) AS violations
			  FROM jsonb_to_recordset(steps) AS s(score numeric)) f;
	RETURN format(E'<svg class="plot" height="%s" role="img" aria-labelledby="chart-%s-title chart-%s-desc" focusable="false">\n<title id="chart-%s-title">%s</title>\n<desc id="chart-%s-desc">%s</desc>\n%s</svg>\n',
				  bottom + 4, number, number, number, governance.page_word('chart of', language), number, described, result);
END
$chart$;
COMMENT ON FUNCTION governance.account_chart(bigint, text, timestamptz, timestamptz, jsonb, text, text, integer) IS
	'part of account_page(): the score of an account over time, the ladder behind it, sanctions and appeals below it';

-- Nothing when there were none; those that were overturned before they began are
-- listed, too.
-- Level: reader
CREATE FUNCTION governance.account_sanctions(account_id bigint, scheme text, title text, since timestamptz, until timestamptz, tongue text, time_zone text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $section$
#variable_conflict use_variable
DECLARE
	content	text := '';
	part	text;
BEGIN
	SELECT string_agg(format(E'<tr><th scope="row">%s</th><td>%s</td><td class="when">%s</td><td class="when">%s</td><td>%s</td></tr>\n',
			governance.page_name(coalesce(governance.title_in(r.titles, r.title, tongue), s.rung)), governance.page_word(s.tier::text, tongue),
			governance.page_date(lower(s.during), tongue, time_zone, true),
			CASE WHEN isempty(s.during) THEN '–' WHEN upper(s.during) IS NULL THEN governance.page_word(CASE WHEN r.length IS NULL THEN 'until lifted' ELSE 'for ever' END, tongue)
				 ELSE governance.page_date(upper(s.during), tongue, time_zone, true) END,
			coalesce(governance.page_word(s.release_reason, tongue), '')), '' ORDER BY coalesce(lower(s.during), s.recorded_at), s.sanction_id)
		INTO part
		FROM governance.sanction s LEFT JOIN governance.policy_rung r ON r.policy_id = s.policy_id AND r.rung = s.rung
		WHERE s.account_id = account_sanctions.account_id AND s.scheme = account_sanctions.scheme AND s.enforced
			AND (s.during && tstzrange(since, until) OR isempty(s.during));
	IF part IS NOT NULL THEN
		content := concat(content, '<h3>', governance.page_word('sanctions', tongue), E'</h3>\n',
			governance.page_table(concat(title, ': ', governance.page_word('sanctions', tongue)),
				ARRAY(SELECT governance.page_word(w, tongue) FROM unnest('{rung,tier,from,until,lifted}'::text[]) WITH ORDINALITY t(w, n) ORDER BY n), 9, NULL, part));
	END IF;
	RETURN content;
END
$section$;
COMMENT ON FUNCTION governance.account_sanctions(bigint, text, text, timestamptz, timestamptz, text, text) IS
	'part of account_page(): the table of an account''s sanctions under a scheme';

-- Points that time gives back step by step are one row, from the first to the last of
-- them. Appeals are put in where they were filed and decided.
-- Level: reader
CREATE FUNCTION governance.account_entries(account_id bigint, scheme text, title text, rows jsonb, since timestamptz, until timestamptz, tongue text,
		time_zone text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $section$
#variable_conflict use_variable
DECLARE
	zh		CONSTANT boolean := tongue = 'zh';
	content	text := '';
	part	text;
BEGIN
	SELECT string_agg(format(E'<tr%s><td class="when">%s</td><th scope="row">%s</th><td class="n">%s</td><td class="n">%s</td><td>%s</td></tr>\n',
			CASE WHEN g.expected THEN ' class="expected"' END,
			CASE WHEN g.times > 1 THEN governance.page_date(g.first, tongue, time_zone) || ' –<br>' || governance.page_date(g.last, tongue, time_zone)
				 ELSE governance.page_date(g.first, tongue, time_zone, true) END,
			concat(governance.page_word(g.what, tongue), CASE WHEN g.times > 1 THEN ' × ' || g.times END,
				   CASE WHEN g.title IS NOT NULL THEN CASE WHEN zh THEN '：' ELSE ': ' END || governance.page_name(g.title) END,
				   CASE WHEN g.expected THEN concat(' (', governance.page_word('expected short', tongue), ')') END),
			CASE WHEN g.delta <> 0 THEN CASE WHEN g.delta > 0 THEN '+' ELSE '' END || governance.page_number(g.delta) ELSE '' END,
			coalesce(governance.page_number(g.score), ''),
			governance.html_text(coalesce(CASE WHEN g.what = 'sanction released' THEN governance.page_word(g.detail, tongue)
											   WHEN g.what LIKE 'sanction %' THEN NULL ELSE g.detail END, ''))), '' ORDER BY g.first, g.n)
		INTO part
		FROM (SELECT min(e.at) AS first, max(e.at) AS last, count(*) AS times, e.what, sum(e.delta) AS delta, (array_agg(e.score ORDER BY e.n DESC))[1] AS score,
					 min(e.title) AS title, min(e.detail) AS detail, e.expected, min(e.n) AS n
			  FROM (SELECT e.*, count(*) FILTER (WHERE e.begins) OVER (ORDER BY e.at, e.n) AS island
					FROM (SELECT e.n, e.at, e.what, e.delta, e.score, CASE WHEN e.what LIKE 'sanction %' THEN coalesce(e.rung_title, e.rung) ELSE coalesce(e.title, e.rule) END AS title, e.detail, e.expected,
								 e.what NOT IN ('recovery', 'expiry')
									OR (e.what, e.expected, coalesce(e.detail, '')) IS DISTINCT FROM lag((e.what, e.expected, coalesce(e.detail, ''))) OVER (ORDER BY e.at, e.n) AS begins
						  FROM (SELECT e.n, e.at, e.what, e.delta, e.score, e.title, e.rule, e.rung_title, e.rung, e.detail, e.expected
								FROM jsonb_to_recordset(rows) AS e(n bigint, at timestamptz, what text, delta numeric, score numeric, title text, rule text,
																	rung_title text, rung text, detail text, expected boolean)
								UNION ALL
								SELECT 1000000000 + a.appeal_id, f.at, f.what, 0, NULL, NULL, NULL, NULL, NULL, f.detail, false
								FROM governance.appeal a JOIN governance.violation v ON v.account_id = a.account_id AND v.violation_id = a.violation_id,
									 LATERAL (VALUES (a.filed_at, 'appeal filed', a.grounds), (a.decided_at, 'appeal ' || a.outcome, a.reason)) AS f(at, what, detail)
								WHERE a.account_id = account_entries.account_id AND v.scheme = account_entries.scheme AND f.at IS NOT NULL) e
						  WHERE e.at >= since AND e.at < until) e) e
			  GROUP BY e.island, e.what, e.expected) g;
	content := concat(content, '<h3>', governance.page_word('entries', tongue), E'</h3>\n',
		CASE WHEN part IS NULL THEN concat('<p class="note">', governance.page_word('nothing', tongue), E'</p>\n')
			 ELSE replace(governance.page_table(concat(title, ': ', governance.page_word('entries', tongue)),
				ARRAY(SELECT governance.page_word(w, tongue) FROM unnest('{when,event,change,score,detail}'::text[]) WITH ORDINALITY t(w, n) ORDER BY n), 3, NULL, part),
				'<th scope="col" class="n">' || governance.page_word('detail', tongue), '<th scope="col">' || governance.page_word('detail', tongue)) END);
	RETURN content;
END
$section$;
COMMENT ON FUNCTION governance.account_entries(bigint, text, text, jsonb, timestamptz, timestamptz, text, text) IS
	'part of account_page(): the table of an account''s entries under a scheme';

-- A section for each scheme that the account has a standing under, or for one:
-- a chart and a table of all entries, both from timeline(), which is read once.
-- Level: reader
CREATE FUNCTION governance.account_page(account_id bigint, scheme text DEFAULT NULL, period tstzrange DEFAULT NULL, language text DEFAULT 'en',
										title text DEFAULT NULL, time_zone text DEFAULT current_setting('TimeZone'))
	RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $page$
#variable_conflict use_variable
DECLARE
	zh			CONSTANT boolean := governance.report_language(language) = 'zh';
	tongue		CONSTANT text := governance.report_language(language);
	this		governance.account;
	one			record;
	entries		jsonb := '{}';
	since		timestamptz;
	until		timestamptz;
	bounds		record;
	rows		jsonb;
	part		text;
	content		text := '';
	number		integer := 0;
	heading		text;
BEGIN
	time_zone := coalesce(time_zone, current_setting('TimeZone'));
	SELECT * INTO this FROM governance.account a WHERE a.account_id = account_page.account_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('account', account_page.account_id::text);
	END IF;
	PERFORM governance.report_scheme(scheme);
	heading := coalesce(title, this.external_id, concat(governance.page_word('account', tongue), ' ', this.account_id));

	-- All there is of each scheme, with the titles of rules and rungs.
	SELECT coalesce(jsonb_object_agg(t.scheme, t.rows), '{}') INTO entries
		FROM (SELECT s.scheme, jsonb_agg(jsonb_build_object('n', t.n, 'at', t.at, 'what', t.what, 'delta', t.delta,
					'score', governance.points(t.score), 'cap', governance.cap(t.score), 'tier', t.tier, 'rung', t.rung, 'rule', t.rule, 'detail', t.detail,
					'expected', t.expected,
					'title', (SELECT governance.title_in(r.titles, r.title, tongue) FROM governance.policy_rule r WHERE r.policy_id = t.policy_id AND r.rule = t.rule),
					'rung_title', (SELECT governance.title_in(r.titles, r.title, tongue) FROM governance.policy_rung r WHERE r.policy_id = t.policy_id AND r.rung = t.rung))
					ORDER BY t.n) AS rows
			  FROM governance.standing s, governance.timeline(s.account_id, s.scheme) WITH ORDINALITY
					AS t(at, what, delta, score, tier, rung, sanction_id, policy_id, entry_id, rule, detail, expected, opening, n)
			  WHERE s.account_id = account_page.account_id AND strpos(s.scheme, '@') = 0 AND (account_page.scheme IS NULL OR s.scheme = account_page.scheme)
			  GROUP BY s.scheme) t;

	-- One time axis for all of them; by default from a little before the first
	-- entry to now, and a little of what is expected.
	IF period IS NOT NULL THEN
		SELECT * INTO bounds FROM governance.report_bounds(period);
	ELSE
		SELECT NULL::timestamptz AS since, NULL::timestamptz AS until INTO bounds;
	END IF;
	SELECT min(e.at), max(e.at) FILTER (WHERE NOT e.expected) INTO since, until
		FROM jsonb_each(entries) s, jsonb_to_recordset(s.value) AS e(at timestamptz, expected boolean) WHERE isfinite(e.at);
	until := GREATEST(until, now());
	-- Where all that there is is still to come, it begins before now, too.
	since := coalesce(CASE WHEN since < until THEN since - (until - since) / 25 END, until - interval '90 days');
	IF EXISTS (SELECT FROM jsonb_each(entries) s, jsonb_to_recordset(s.value) AS e(expected boolean) WHERE e.expected) THEN
		until := until + (until - since) / 8;
	END IF;
	IF isfinite(bounds.since) THEN
		since := bounds.since;
	END IF;
	IF isfinite(bounds.until) THEN
		until := bounds.until;
	END IF;
	IF until <= since THEN
		until := since + interval '1 day';
	END IF;

	FOR one IN
		SELECT s.scheme, s.direction, governance.page_name(governance.title_in(s.titles, coalesce(s.title, s.scheme), tongue)) AS title
		FROM governance.scheme s WHERE s.kind = 'scheme' AND (s.scheme = account_page.scheme OR account_page.scheme IS NULL AND entries ? s.scheme)
		ORDER BY s.scheme
	LOOP
		number := number + 1;
		rows := entries -> one.scheme;
		content := concat(content, format(E'<section aria-labelledby="scheme-%s">\n<h2 id="scheme-%s">%s</h2>\n', number, number, one.title));
		IF rows IS NULL THEN
			content := concat(content, '<p class="note">', governance.page_word('none', tongue), E'</p>\n</section>\n');
			CONTINUE;
		END IF;

		SELECT string_agg(format(E'<div><dt>%s</dt><dd>%s</dd></div>\n', governance.page_word(f.word, tongue), f.value), '' ORDER BY f.n) INTO part
			FROM (SELECT (array_agg(e.score ORDER BY e.n DESC))[1] AS score, (array_agg(e.cap ORDER BY e.n DESC))[1] AS cap,
						 (array_agg(e.tier ORDER BY e.n DESC))[1] AS tier
				  FROM jsonb_to_recordset(rows) AS e(n int, at timestamptz, score numeric, cap numeric, tier text, expected boolean)
				  WHERE e.at < LEAST(until, GREATEST(now(), since))) l,
				 (SELECT count(*) FILTER (WHERE e.what = 'violation') AS violations,
						 coalesce(sum(abs(e.delta)) FILTER (WHERE e.what = 'violation'), 0) AS lost,
						 coalesce(sum(abs(e.delta)) FILTER (WHERE e.what NOT IN ('violation', 'attribute', 'new version', 'opening balance')), 0) AS back
				  FROM jsonb_to_recordset(rows) AS e(at timestamptz, what text, delta numeric, expected boolean)
				  WHERE e.at >= since AND e.at < until AND NOT e.expected) c,
				 (SELECT count(*) AS sanctions FROM governance.sanction s
				  WHERE s.account_id = account_page.account_id AND s.scheme = one.scheme AND s.enforced AND s.release_reason IS DISTINCT FROM 'overturned'
					  AND lower(s.during) >= since AND lower(s.during) < until) s,
				 LATERAL (VALUES
					(1, CASE WHEN until > now() THEN 'score today' ELSE 'score now' END, coalesce(governance.page_number(l.score) || ' / ' || governance.page_number(l.cap), '–')),
					(2, CASE WHEN until > now() THEN 'tier today' ELSE 'tier now' END, coalesce(governance.page_word(l.tier, tongue), '–')),
					(3, 'violations decided', governance.page_number(c.violations)), (4, CASE WHEN one.direction = 'accumulate' THEN 'points given' ELSE 'points lost' END, governance.page_number(c.lost)),
					(5, CASE WHEN one.direction = 'accumulate' THEN 'points off' ELSE 'points back' END, governance.page_number(c.back)), (6, 'sanctions imposed', governance.page_number(s.sanctions))) AS f(n, word, value);
		content := concat(content, E'<dl class="figures">\n', part, E'</dl>\n');

		content := concat(content, '<figure><figcaption>', governance.page_word('chart of', tongue), '</figcaption><ul class="legend"><li><svg width="20" height="8" aria-hidden="true" style="display:inline-block;margin-right:.45em"><line class="score" x1="0" x2="20" y1="4" y2="4"/></svg>',
			governance.page_word('score', tongue), '</li><li><svg width="10" height="10" aria-hidden="true" style="display:inline-block;margin-right:.45em"><circle class="dot" cx="5" cy="5" r="4.5"/></svg>',
			governance.page_word('violation', tongue), '</li>',
			(SELECT string_agg(format('<li><i class="%s"></i>%s</li>', t.tier, governance.page_word(t.tier::text, tongue)), '' ORDER BY t.tier)
			 FROM (SELECT DISTINCT s.tier FROM governance.sanction s WHERE s.account_id = account_page.account_id AND s.scheme = one.scheme
					   AND s.enforced AND s.during && tstzrange(since, until)) t),
			CASE WHEN until > now() THEN concat('<li class="expected"><svg width="20" height="8" aria-hidden="true" style="display:inline-block;margin-right:.45em"><line class="score ahead" x1="0" x2="20" y1="4" y2="4"/></svg>',
				governance.page_word('expected', tongue), '</li>') END,
			E'</ul>\n', governance.account_chart(account_id, one.scheme, since, until, rows, tongue, time_zone, number), E'</figure>\n');

		content := concat(content,
			governance.account_sanctions(account_id, one.scheme, one.title, since, until, tongue, time_zone),
			governance.account_entries(account_id, one.scheme, one.title, rows, since, until, tongue, time_zone), E'</section>\n');
	END LOOP;
	IF number = 0 THEN
		content := concat('<p class="note">', governance.page_word('none', tongue), E'</p>\n');
	END IF;

	RETURN governance.page_frame(concat(heading, ' – ', governance.page_word('account record', tongue)), governance.page_word('account record', tongue),
		governance.page_name(heading),
		concat(governance.page_date(since, tongue, time_zone), ' – ', governance.page_date(until - interval '1 second', tongue, time_zone), ' · ', governance.html_text(time_zone),
			   ' · ', governance.page_word('opened on', tongue), CASE WHEN zh THEN '' ELSE ' ' END, governance.page_date(this.opened_at, tongue, time_zone)),
		NULL, content, concat(governance.page_word('as known', tongue), ' ', governance.page_date(now(), tongue, time_zone)), tongue);
END
$page$;
COMMENT ON FUNCTION governance.account_page(bigint, text, tstzrange, text, text, text) IS
	'the record of an account as one HTML page: score over time with ladder, sanctions and appeals as a chart, and every entry as a table, in English (en) or Chinese (zh)';
