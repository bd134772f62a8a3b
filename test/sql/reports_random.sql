-- The reports over a random ledger, each against another way to count: loops
-- over the rows one by one instead of grouping.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT setseed(0.7) \g /dev/null
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish(jsonb_build_object('scheme', s, 'time_zone', 'UTC',
	'score', jsonb_build_object('direction', 'deduct', 'cap', 100),
	'rules', '{"a": {"title": "A", "points": [1, 9], "usual": 5}, "b": {"title": "B", "points": 25}, "c": {"title": "C", "points": 0, "direct": "gone"}}'::jsonb,
	'relief', '[{"name": "calm", "every": "7 days", "add": 2}]'::jsonb,
	'ladder', '[{"rung": "limit", "when": "score <= 80", "tier": "limited", "withhold": ["post"]},
				{"rung": "mute", "when": "score <= 50", "tier": "muted", "withhold": ["comment"], "for": "14 days"},
				{"rung": "gone", "tier": "banned", "withhold": ["account"], "for": "60 days"}]'::jsonb)) > 0 AS published
	FROM unnest(ARRAY['n.one', 'n.two']) s;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 120) i;
INSERT INTO governance.campaign (campaign, during) SELECT 'c' || i, tstzrange('2022-01-01'::timestamptz + i * interval '50 days', '2022-01-01'::timestamptz + i * interval '70 days') FROM generate_series(1, 6) i;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, source, campaign, decided_by, content_ref)
	SELECT 1 + floor(random() * 120), (ARRAY['n.one', 'n.two'])[1 + floor(random() * 2)], (ARRAY['a', 'a', 'b', 'a', 'b', 'a', 'a', 'c'])[1 + floor(random() * 8)],
		   t, t, s, CASE WHEN s = 'campaign' OR random() < 0.1 THEN 'c' || 1 + floor(random() * 6) END, 'm' || floor(random() * 5),
		   CASE WHEN extract(milliseconds FROM t)::int % 10 > 0 THEN 'video/' || extract(milliseconds FROM t)::int % 700 END
	FROM (SELECT '2022-01-01'::timestamptz + random() * interval '400 days' AS t,
				 (ARRAY['report', 'patrol', 'model', 'campaign', 'system'])[1 + floor(random() * 5)] AS s FROM generate_series(1, 1500)) v;
INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at)
	SELECT account_id, violation_id, 'overturn', 'x', decided_at + random() * interval '30 days' FROM governance.violation WHERE random() < 0.1;
INSERT INTO governance.revision (account_id, violation_id, action, points, reason, decided_at)
	SELECT account_id, violation_id, 'change', 1, 'x', decided_at + random() * interval '30 days' FROM governance.violation v
	WHERE rule = 'a' AND random() < 0.1 AND NOT EXISTS (SELECT FROM governance.revision r WHERE r.account_id = v.account_id AND r.violation_id = v.violation_id);
INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at)
	SELECT account_id, violation_id, 'reinstate', 'x', decided_at + interval '1 day' FROM governance.revision WHERE action = 'overturn' AND random() < 0.3;
INSERT INTO governance.appeal (violation_id, filed_at, deadline, decided_at, outcome, decided_by)
	SELECT violation_id, filed, filed + interval '10 days', CASE WHEN d THEN filed + took END, CASE WHEN d THEN 'upheld' END, CASE WHEN d THEN 'judge' || floor(random() * 3) END
	FROM (SELECT violation_id, decided_at + random() * interval '20 days' AS filed, random() * interval '25 days' AS took,
				 -- what is overturned can have been appealed against, and is not any more
				 random() < 0.8 OR EXISTS (SELECT FROM governance.revision r WHERE r.account_id = v.account_id AND r.violation_id = v.violation_id
										   AND r.action = 'overturn') AS d
		  FROM governance.violation v WHERE random() < 0.2) a;
CREATE TABLE period AS SELECT tstzrange('2022-03-01', '2022-09-15') AS period UNION ALL SELECT '[2022-01-01, 2022-01-31)' UNION ALL SELECT '(,)' UNION ALL SELECT '[2023-06-01, 2023-07-01)';
\set ECHO queries

-- Announcement: accounts and sanctions by walking through the sanctions.
CREATE FUNCTION pg_temp.walk(over tstzrange) RETURNS TABLE (counted text, scheme text, tier text, rule text, accounts bigint, sanctions bigint, overturned bigint)
	LANGUAGE plpgsql AS $$
DECLARE
	s record; k text; seen jsonb := '{}'; people jsonb := '{}'; undone jsonb := '{}'; r text;
BEGIN
	FOR s IN SELECT * FROM governance.sanction LOOP
		CONTINUE WHEN NOT over @> coalesce(lower(s.during), s.recorded_at);
		SELECT v.rule INTO r FROM governance.violation v WHERE v.violation_id = s.violation_id;
		FOREACH k IN ARRAY ARRAY['all|||', 'tier||' || s.tier || '|', 'scheme|' || s.scheme || '||', 'scheme and tier|' || s.scheme || '|' || s.tier || '|', 'scheme and rule|' || s.scheme || '||' || coalesce(r, '')] LOOP
			seen := jsonb_set(seen, ARRAY[k], to_jsonb(coalesce((seen ->> k)::int, 0) + CASE s.release_reason WHEN 'overturned' THEN 0 ELSE 1 END));
			undone := jsonb_set(undone, ARRAY[k], to_jsonb(coalesce((undone ->> k)::int, 0) + CASE s.release_reason WHEN 'overturned' THEN 1 ELSE 0 END));
			people := jsonb_set(people, ARRAY[k], coalesce(people -> k, '{}') || CASE WHEN s.release_reason = 'overturned' THEN '{}' ELSE jsonb_build_object(s.account_id, 1) END);
		END LOOP;
	END LOOP;
	FOR k IN SELECT jsonb_object_keys(seen) LOOP
		counted := split_part(k, '|', 1); scheme := split_part(k, '|', 2); tier := split_part(k, '|', 3); rule := split_part(k, '|', 4);
		accounts := (SELECT count(*) FROM jsonb_object_keys(people -> k)); sanctions := seen ->> k; overturned := undone ->> k;
		RETURN NEXT;
	END LOOP;
END $$;
SELECT p.period, (SELECT count(*) FROM pg_temp.walk(p.period)) AS walked, (
	SELECT count(*) FROM (
		(SELECT * FROM pg_temp.walk(p.period) EXCEPT ALL
		 SELECT a.by, coalesce(a.scheme, ''), coalesce(a.tier::text, ''), coalesce(a.rule, ''), a.accounts, a.sanctions, a.overturned FROM governance.report_announcement(p.period) a)
		UNION ALL
		(SELECT a.by, coalesce(a.scheme, ''), coalesce(a.tier::text, ''), coalesce(a.rule, ''), a.accounts, a.sanctions, a.overturned FROM governance.report_announcement(p.period) a WHERE a.sanctions + a.overturned > 0
		 EXCEPT ALL SELECT * FROM pg_temp.walk(p.period))) d) AS wrong FROM period p;
-- The sentence: every account once, in its strictest tier.
SELECT p.period, coalesce((SELECT string_agg(m[1] || ' ' || m[2], ', ') FROM regexp_matches(governance.announcement_text(p.period), '(\d+) accounts? (\w+)', 'g') m), '') = coalesce(
	(SELECT string_agg(n || ' ' || tier, ', ' ORDER BY tier DESC) FROM (
		SELECT m.tier, count(*) AS n FROM (
			SELECT (SELECT s.tier FROM governance.sanction s WHERE s.account_id = a.account_id AND coalesce(s.release_reason, '') <> 'overturned' AND p.period @> lower(s.during) ORDER BY s.tier DESC LIMIT 1) AS tier
			FROM governance.account a) m WHERE m.tier IS NOT NULL GROUP BY 1) t), '') AS same FROM period p;

-- Sources, campaigns, moderators: one look at each violation.
CREATE FUNCTION pg_temp.undone(v bigint) RETURNS boolean LANGUAGE sql AS $$ SELECT coalesce((SELECT r.action = 'overturn' FROM governance.revision r WHERE r.violation_id = v ORDER BY r.decided_at DESC, r.revision_id DESC LIMIT 1), false) $$;
SELECT p.period, count(*) AS rows, count(*) FILTER (WHERE
	   s.violations <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.source = s.source)
	OR s.accounts <> (SELECT count(*) FROM governance.account a WHERE EXISTS (SELECT FROM governance.violation v WHERE v.account_id = a.account_id AND p.period @> v.decided_at AND v.source = s.source))
	OR s.overturned <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.source = s.source AND pg_temp.undone(v.violation_id))
	OR s.sanctioning <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.source = s.source
						 AND EXISTS (SELECT FROM governance.sanction x WHERE x.violation_id = v.violation_id AND coalesce(x.release_reason, '') <> 'overturned'))) AS wrong
	FROM period p LEFT JOIN LATERAL governance.report_sources(p.period) s ON true GROUP BY 1 ORDER BY 1;
SELECT p.period, count(*) AS rows, count(*) FILTER (WHERE
	   c.violations <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.campaign = c.campaign)
	OR c.overturned <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.campaign = c.campaign AND pg_temp.undone(v.violation_id))) AS wrong
	FROM period p LEFT JOIN LATERAL governance.report_campaigns(p.period) c ON true GROUP BY 1 ORDER BY 1;
-- Over all of time they agree with the view of campaigns.
SELECT campaign, violations, accounts, overturned FROM governance.report_campaigns('(,)') EXCEPT ALL SELECT campaign, violations, accounts, overturned FROM governance.campaign_yield;
SELECT p.period, count(*) AS rows, count(*) FILTER (WHERE
	   m.violations <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.decided_by = m.moderator)
	OR m.days <> (SELECT count(*) FROM generate_series(date '2022-01-01', date '2023-12-31', '1 day') d WHERE EXISTS (SELECT FROM governance.violation v WHERE p.period @> v.decided_at AND v.decided_at::date = d::date AND v.decided_by = m.moderator))
	OR m.appealed <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.decided_by = m.moderator AND v.violation_id IN (SELECT a.violation_id FROM governance.appeal a))
	OR m.changed <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.decided_by = m.moderator AND NOT pg_temp.undone(v.violation_id) AND EXISTS (SELECT FROM governance.revision r WHERE r.violation_id = v.violation_id AND r.action = 'change'))
	OR m.overturned <> (SELECT count(*) FROM governance.violation v WHERE p.period @> v.decided_at AND v.decided_by = m.moderator AND pg_temp.undone(v.violation_id))) AS wrong
	FROM period p LEFT JOIN LATERAL governance.report_moderators(p.period) m ON true GROUP BY 1 ORDER BY 1;

-- Appeals: figures add up over every way to divide them.
SELECT p.period, by, sum(a.filed) - (SELECT count(*) FROM governance.appeal x WHERE p.period @> x.filed_at) AS filed,
	   sum(a.decided) - (SELECT count(*) FROM governance.appeal x WHERE p.period @> x.decided_at) AS decided,
	   sum(a.open) - (SELECT count(*) FROM governance.appeal x WHERE x.filed_at < coalesce(upper(p.period), 'infinity') AND (x.decided_at IS NULL OR x.decided_at >= upper(p.period))) AS open,
	   sum(a.late) - (SELECT count(*) FROM governance.appeal x WHERE p.period @> x.decided_at AND x.decided_at > x.deadline
					  OR x.filed_at < coalesce(upper(p.period), 'infinity') AND (x.decided_at IS NULL OR x.decided_at >= upper(p.period)) AND x.deadline < coalesce(upper(p.period), now())) AS late
	FROM period p, unnest(ARRAY['all', 'scheme', 'rule', 'moderator', 'decider']) AS by, governance.report_appeals(p.period, by) a GROUP BY 1, 2 ORDER BY 1, 2;

-- Content: the items one after the other, at every level.
SELECT p.period, count(*) AS rows, count(*) FILTER (WHERE
	   c.items <> (SELECT count(*) FROM (SELECT DISTINCT v.content_ref FROM governance.violation v) i
				   WHERE EXISTS (SELECT FROM governance.violation v WHERE v.content_ref = i.content_ref AND p.period @> v.decided_at AND NOT pg_temp.undone(v.violation_id)
								 AND v.scheme = coalesce(c.scheme, v.scheme) AND v.rule = coalesce(c.rule, v.rule)))
	OR c.violations <> (SELECT count(*) FROM governance.violation v WHERE v.content_ref IS NOT NULL AND p.period @> v.decided_at AND NOT pg_temp.undone(v.violation_id)
						AND v.scheme = coalesce(c.scheme, v.scheme) AND v.rule = coalesce(c.rule, v.rule))
	OR c.overturned <> (SELECT count(*) FROM governance.violation v WHERE v.content_ref IS NOT NULL AND p.period @> v.decided_at AND pg_temp.undone(v.violation_id)
						AND v.scheme = coalesce(c.scheme, v.scheme) AND v.rule = coalesce(c.rule, v.rule))) AS wrong
	FROM period p LEFT JOIN LATERAL governance.report_content(p.period) c ON true GROUP BY 1 ORDER BY 1;

-- Recidivism, one account after the other.
SELECT p.period, r.scheme, r.accounts - count(*) AS accounts, r.repeated - count(*) FILTER (WHERE a.before > 1) AS repeated, r.third_or_more - count(*) FILTER (WHERE a.before > 2) AS third
	FROM period p, governance.report_recidivism(p.period) r,
		 LATERAL (SELECT s.account_id, (SELECT count(*) FROM governance.sanction o WHERE o.account_id = s.account_id AND o.scheme = r.scheme
										AND coalesce(o.release_reason, '') <> 'overturned' AND lower(o.during) < coalesce(upper(p.period), 'infinity')) AS before
				  FROM governance.sanction s WHERE s.scheme = r.scheme AND coalesce(s.release_reason, '') <> 'overturned' AND p.period @> lower(s.during) GROUP BY 1) a
	GROUP BY 1, 2, r.accounts, r.repeated, r.third_or_more ORDER BY 1, 2;

-- The page counts them together: each as the report of its own.
CREATE TABLE figures AS
	SELECT p.period, b.since, b.until, x.in_scheme, governance.transparency_figures(b.since, b.until, x.in_scheme, ARRAY[b.since]) AS f
	FROM (SELECT period FROM period UNION SELECT tstzrange('2022-03-01', '2022-03-02 12:00')) p, governance.report_bounds(p.period) b, unnest('{NULL,n.two}'::text[]) x(in_scheme);
SELECT period, in_scheme, (SELECT count(*) FROM (
		SELECT a.by, a.scheme, a.tier, a.rule, a.accounts, a.sanctions, a.released, a.overturned FROM governance.report_announcement(period, in_scheme) a WHERE a.by IN ('all', 'tier', 'scheme and rule')
		EXCEPT ALL SELECT * FROM jsonb_to_recordset(nullif(f -> 'announced', 'null')) AS a(by text, scheme text, tier governance.sanction_tier, rule text, accounts bigint, sanctions bigint, released bigint, overturned bigint)) d) AS announced,
	   governance.announcement_words(period, 'en', 'UTC', in_scheme, nullif(f -> 'strictest', 'null')) = governance.announcement_text(period, 'en', 'UTC', in_scheme) AS sentence,
	   (SELECT count(*) FROM (
		SELECT s.source, s.violations, s.share, s.sanctioning, s.overturned_share FROM governance.report_sources(period, in_scheme) s
		EXCEPT ALL SELECT * FROM jsonb_to_recordset(nullif(f -> 'found', 'null')) AS s(source text, violations bigint, share numeric, sanctioning bigint, overturned_share numeric)) d) AS found,
	   (SELECT count(*) FROM (
		SELECT s.campaign, s.violations, s.accounts, s.sanctioning, s.overturned_share FROM governance.report_campaigns(period, in_scheme) s
		EXCEPT ALL SELECT * FROM jsonb_to_recordset(nullif(f -> 'campaigns', 'null')) AS s(campaign text, violations bigint, accounts bigint, sanctioning bigint, overturned_share numeric)) d) AS campaigns,
	   jsonb_array_length(nullif(f -> 'campaigns', 'null')) - (SELECT count(*) FROM governance.report_campaigns(period, in_scheme)) AS more_campaigns,
	   (SELECT count(*) FROM (
		SELECT s.scheme, s.first_time, s.repeated, s.repeated_share, s.third_or_more, s.median_days FROM governance.report_recidivism(period, in_scheme) s
		EXCEPT ALL SELECT * FROM jsonb_to_recordset(nullif(f -> 'again', 'null')) AS s(scheme text, first_time bigint, repeated bigint, repeated_share numeric, third_or_more bigint, median_days numeric)) d) AS again,
	   (SELECT coalesce(sum(t.n), 0) FROM jsonb_to_recordset(nullif(f -> 'trend', 'null')) AS t(n bigint)) - (SELECT a.sanctions FROM governance.report_announcement(period, in_scheme) a WHERE a.by = 'all') AS trend
	FROM figures ORDER BY since, until, in_scheme NULLS FIRST;

-- Scores: band by band from score(), and what came less what went.
SELECT p.period, count(*) AS bands, sum(b.before) - (SELECT count(*) FROM governance.standing WHERE scheme = 'n.one') AS all, count(*) FILTER (WHERE b.after <> b.before + b.came - b.went) AS wrong,
	   count(*) FILTER (WHERE b.after <> (SELECT count(*) FROM governance.standing s, governance.points(governance.score(s.account_id, s.scheme, LEAST(coalesce(upper(p.period), 'infinity'), now()))) x
										 WHERE s.scheme = 'n.one' AND x >= b.score_from AND (x < b.score_below OR x = 100 AND b.score_below = 100))) AS wrong_after,
	   count(*) FILTER (WHERE b.before <> (SELECT count(*) FROM governance.standing s, governance.points(governance.score(s.account_id, s.scheme, coalesce(lower(p.period), '2000-01-01'))) x
										  WHERE s.scheme = 'n.one' AND x >= b.score_from AND (x < b.score_below OR x = 100 AND b.score_below = 100))) AS wrong_before
	FROM period p, governance.report_scores('n.one', p.period, 20) b GROUP BY 1 ORDER BY 1;

-- Where many accounts have had entries since, their histories come from one scan.
CREATE VIEW past AS
	SELECT b.since, b.until, s.scheme, array_agg(governance.stored_scores(s.account_id, s.scheme, s.state, s.policy_id, s.known_at, s.edition, b.since, b.until)::text ORDER BY 1) AS by_key
	FROM (VALUES (timestamptz '2021-01-01', timestamptz '2022-05-01'), ('2022-03-01', '2022-09-15'), ('2022-12-24', '2023-01-20'), ('2023-02-04', now()), (now(), now())) b(since, until), governance.standing s
	WHERE s.as_of > b.since OR s.known_at > b.since GROUP BY 1, 2, 3;
SELECT p.since, p.scheme, cardinality(p.by_key) > 1 AS several,
	   (SELECT array_agg(s) FROM (SELECT s::text FROM governance.past_scores(p.scheme, p.since, p.until) s ORDER BY 1) t(s))
		 = (SELECT array_agg(s ORDER BY s) FROM unnest(p.by_key) s) AS same FROM past p ORDER BY 1, 2;
SELECT count(*) AS none FROM governance.past_scores('n.one', 'infinity', 'infinity');

-- In force, upcoming, near: against tier() and a violation that would do it.
SELECT at, sum(f.accounts) - (SELECT count(DISTINCT (s.account_id, s.scheme, s.rung)) FROM governance.sanction s WHERE s.during @> at) AS accounts,
	   sum(f.ends_in_7_days) - (SELECT count(*) FROM governance.report_upcoming('7 days', at) WHERE what = 'sanction ends' AND due < at + interval '7 days') AS ending
	FROM (VALUES (timestamptz '2022-05-05'), ('2022-12-24')) v(at), governance.report_in_force(at) f GROUP BY 1 ORDER BY 1;
SELECT count(*) AS rows, count(*) FILTER (WHERE governance.points(n.score) - n.points NOT IN (80, 50)) AS wrong, count(*) FILTER (WHERE n.points > 30) AS far
	FROM governance.report_near(within => 30) n;
-- Near: the same accounts in the same order as by asking each of them, once
-- some have something recent.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 1 + i % 90, (ARRAY['n.one', 'n.two'])[1 + i % 2], (ARRAY['a', 'b', 'a', 'a'])[1 + i % 4], now() - i * interval '3 hours', now() - i * interval '3 hours'
	FROM generate_series(300, 1, -1) i;
SELECT w.within, count(*) AS rows, count(*) FILTER (WHERE n IS DISTINCT FROM o) AS wrong
	FROM (VALUES (NULL::numeric), (0), (1), (12.5), (30), (1000)) w(within),
		 LATERAL (SELECT row_number() OVER () AS i, n FROM governance.report_near(NULL, w.within, 1000) n) n
		 FULL JOIN LATERAL (
			SELECT row_number() OVER (ORDER BY r.points / governance.cap(r.score), r.tier DESC, s.account_id, s.scheme) AS i,
				   (s.account_id, s.scheme, r.score, r.points, r.rung, r.tier) AS o
			FROM governance.standing s, LATERAL governance.next_rung(s.account_id, s.scheme) r
			WHERE CASE WHEN w.within IS NULL THEN r.near ELSE r.points <= w.within END) o USING (i)
	GROUP BY 1 ORDER BY 1;
SELECT (SELECT array_agg(n) FROM governance.report_near('n.two', 30, 5) n) = (SELECT array_agg(n) FROM (SELECT n FROM governance.report_near('n.two', 30, 1000) n LIMIT 5) n) AS first_five;

-- The same answers from a parallel plan, and where the rows are read by SQL.
CREATE TABLE answers AS
	SELECT (SELECT array_agg(n) FROM governance.report_near(NULL, 40, 1000) n)::text AS near,
		   (SELECT array_agg(s) FROM period p, governance.report_scores('n.one', p.period, 20) s)::text AS scores;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT (SELECT array_agg(n) FROM governance.report_near(NULL, 40, 1000) n)::text = near AS near,
	   (SELECT array_agg(s) FROM period p, governance.report_scores('n.one', p.period, 20) s)::text = scores AS scores FROM answers;
SELECT p.period, (SELECT array_agg(a) FROM governance.report_moderators(p.period) a)::text = (SELECT array_agg(b) FROM (
		SELECT v.decided_by, count(*), count(DISTINCT v.account_id), count(DISTINCT v.decided_at::date),
			   count(*) FILTER (WHERE EXISTS (SELECT FROM governance.appeal x WHERE x.violation_id = v.violation_id)),
			   count(*) FILTER (WHERE pg_temp.undone(v.violation_id)),
			   count(*) FILTER (WHERE NOT pg_temp.undone(v.violation_id) AND EXISTS (SELECT FROM governance.revision r WHERE r.violation_id = v.violation_id AND r.action = 'change')),
			   round(count(*) FILTER (WHERE pg_temp.undone(v.violation_id))::numeric / count(*), 4)
		FROM governance.violation v WHERE p.period @> v.decided_at GROUP BY 1 ORDER BY 2 DESC, 1) b)::text AS same FROM period p;
SELECT bool_and(d.ours = d.theirs) AS same FROM (
	SELECT g.k, governance.distinct_count(g.n) AS ours, count(DISTINCT g.n) AS theirs
	FROM (SELECT a.account_id % 7 AS k, CASE WHEN v.account_id % 11 > 0 THEN (v.violation_id * 2654435761 * (CASE WHEN v.account_id % 2 = 0 THEN -1 ELSE 1 END)) % (100 * (1 + a.account_id)) END AS n
		  FROM governance.violation v JOIN governance.account a ON a.account_id % 40 = v.account_id % 40) g GROUP BY 1) d;
SELECT governance.distinct_count(n), governance.distinct_count(NULL) AS of_null FROM (VALUES (-9223372036854775808), (9223372036854775807), (0), (-1), (63), (64), (-1), (NULL)) v(n);
SELECT governance.distinct_count(n) AS of_nothing FROM (SELECT 1::bigint) v(n) WHERE false;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size;
CREATE TABLE governance.violation_part () INHERITS (governance.violation);
CREATE TABLE governance.standing_part () INHERITS (governance.standing);
SELECT (SELECT array_agg(n) FROM governance.report_near(NULL, 40, 1000) n)::text = near AS near,
	   (SELECT array_agg(s) FROM period p, governance.report_scores('n.one', p.period, 20) s)::text = scores AS scores FROM answers;
DROP TABLE governance.violation_part, governance.standing_part;
SELECT * FROM governance.verify();
