-- What a group of violations costs (collapse) is what those of them cost that are
-- live: the worst, or the bounded sum.  Neither the order of rows nor the way in
-- matters, and what relief has given back stays given back.
--
-- Random entries, in groups or alone, with prices and lives by rule, are written
-- to one account in one statement and to another row by row in another order.
-- Both must show at every instant of a change what SQL finds by itself.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT setseed(0.27);
SELECT count(*) > 0 AS created FROM governance.create_ledger();

CREATE TEMPORARY TABLE rule (rule text, points numeric, life interval);
INSERT INTO rule VALUES ('a', 1, '10 days'), ('b', 2, '40 days'), ('c', 2, '7 days'), ('d', 3, '25 days'),
	('e', 5, '3 days'), ('f', 5, '60 days'), ('g', 4, NULL);

CREATE FUNCTION pg_temp.document(scheme text, collapse text, more text DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', scheme, 'score', '{"direction": "accumulate", "limit": 1000}'::jsonb,
		'rules', jsonb_object_agg(rule, jsonb_build_object('title', rule, 'points', points)),
		'collapse', collapse::jsonb,
		'relief', jsonb_agg(jsonb_build_object('age', life::text, 'rules', jsonb_build_array(rule), 'void', 'entry'))
			FILTER (WHERE life IS NOT NULL)) || more::jsonb
	FROM rule $$;

SELECT count(governance.publish(d)) AS published FROM (VALUES
	(pg_temp.document('worst', '[{"group": "incident", "keep": "max"}]')),
	(pg_temp.document('bounded', '[{"group": "incident", "at_most": 6}]')),
	(pg_temp.document('month', '[{"group": "all", "each": "month", "keep": "max"}]')),
	(pg_temp.document('refund', '[{"group": "incident", "keep": "max"}]', '{"revision": {"overturn": "refund"}}'))) AS v (d);

-- Entries of 20 pairs of accounts, some with very many; instants that coincide.
CREATE TEMPORARY TABLE entry AS
	SELECT s AS scheme, p AS pair, n, (SELECT rule FROM rule ORDER BY random() + 0 * n LIMIT 1) AS rule,
		timestamptz '2024-01-01' + floor(random() * (CASE WHEN p % 5 = 0 THEN 90 ELSE 40 END)) * interval '1 day' AS at,
		CASE WHEN random() < 0.9 THEN 'i' || floor(random() * (CASE WHEN p % 5 = 0 THEN 90 ELSE 5 END)) END AS incident,
		NULL::timestamptz AS ended
	FROM unnest(ARRAY['worst', 'bounded', 'month', 'refund']) AS s, generate_series(1, 20) AS p,
		 generate_series(1, CASE WHEN p % 5 = 0 THEN 220 ELSE 9 END) AS n;

INSERT INTO governance.account (account_id, opened_at)
	SELECT 2 * p + side, '2020-01-01' FROM generate_series(1, 20) AS p, generate_series(0, 1) AS side;

INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident, content_ref)
	SELECT 2 * pair, scheme, rule, at, at, incident, n::text FROM entry ORDER BY random();
DO $$
DECLARE e record;
BEGIN
	FOR e IN SELECT * FROM entry ORDER BY pair % 5 = 0, CASE WHEN pair % 5 = 0 THEN at END, random() LOOP
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident, content_ref)
			VALUES (2 * e.pair + 1, e.scheme, e.rule, e.at, e.at, e.incident, e.n::text);
	END LOOP;
END $$;

-- Some are given back from a day on; others are overturned as if they had never been.
UPDATE entry SET ended = CASE WHEN scheme = 'refund' THEN at + (1 + floor(random() * 20)) * interval '1 day' ELSE at END
	WHERE scheme IN ('refund', 'worst') AND random() < CASE WHEN pair % 5 = 0 THEN 0.05 ELSE 0.15 END;
INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at)
	SELECT v.account_id, v.violation_id, 'overturn', 'no', e.ended
	FROM entry AS e JOIN governance.violation AS v
		ON v.account_id / 2 = e.pair AND v.scheme = e.scheme AND v.content_ref = e.n::text
	WHERE e.ended IS NOT NULL;

CREATE FUNCTION pg_temp.live(e entry, x timestamptz) RETURNS boolean LANGUAGE sql AS $$
	SELECT e.at <= x AND (e.ended IS NULL OR e.ended > x) AND
		(SELECT life IS NULL OR e.at + life > x FROM rule WHERE rule = e.rule) $$;
CREATE FUNCTION pg_temp.right_score(in_scheme text, in_pair int, x timestamptz) RETURNS numeric LANGUAGE sql AS $$
	SELECT coalesce(sum(cost), 0) FROM (
		SELECT CASE WHEN in_scheme = 'bounded' AND min(incident) IS NOT NULL THEN least(sum(points), 6)
			ELSE max(points) END AS cost
		FROM entry AS e JOIN rule USING (rule)
		WHERE scheme = in_scheme AND pair = in_pair AND pg_temp.live(e, x)
		GROUP BY CASE WHEN in_scheme = 'month' THEN date_trunc('month', at)::text ELSE coalesce(incident, 'alone ' || n) END) AS g $$;

\echo What each account shows is what its live entries cost, whatever their order
WITH instant AS (
	SELECT DISTINCT scheme, pair, x FROM entry JOIN rule USING (rule), unnest(ARRAY[at, at + life, ended]) AS x
	WHERE x IS NOT NULL AND (pair % 5 > 0 OR extract(day FROM x) IN (1, 17)))
SELECT scheme, count(*) AS instants, count(*) FILTER (WHERE one <> should) AS statement_differs,
	count(*) FILTER (WHERE other <> should) AS rows_differ
FROM (SELECT *, governance.points(governance.score(2 * pair, scheme, x)) AS one,
		governance.points(governance.score(2 * pair + 1, scheme, x)) AS other,
		pg_temp.right_score(scheme, pair, x) AS should FROM instant) AS i
GROUP BY scheme ORDER BY scheme;
SELECT * FROM governance.verify();

-- With relief besides: both accounts show the same.  What is at one instant
-- belongs to one group, since relief takes from the oldest entries first.
SELECT count(governance.publish(pg_temp.document(scheme, collapse, more))) AS published FROM (VALUES
	('r.exam', '[{"group": "incident", "keep": "max"}]', '{"relief": [{"age": "20 days", "void": "entry"}, {"on": "exam", "subtract": 1}],
		"observe": {"a": {"sum": "points", "rules": ["a", "e"]}, "b": {"sum": "points", "rules": ["b", "f"], "within": "25 days"}, "now": {"count": "violations", "live": true}},
		"ladder": [{"rung": "r", "when": "a >= 6 or b >= 10 or now = 4", "tier": "muted", "for": "2 days"}]}'),
	('r.mixed', '[{"group": "incident", "at_most": 7}]', '{"relief": [{"age": "20 days", "rules": ["a", "b", "e"], "void": "entry"}, {"age": "9 days", "rules": ["c", "d"], "subtract": 2},
		{"every": "6 days", "subtract": 1}, {"on": "exam", "void": "all", "rules": ["b"], "at_most": "1 per 5 days"}], "observe": {"now": {"sum": "points", "live": true}, "cost": {"sum": "points", "within": "30 days"}},
		"ladder": [{"rung": "r", "when": "now >= 9 or cost >= 6", "tier": "muted", "for": "2 days"}]}'),
	('r.many', '[{"group": "incident", "keep": "max"}, {"group": "all", "each": "week", "at_most": 9}]', '{"relief": [{"age": "20 days", "rules": ["a", "b", "e"], "void": "entry"}, {"age": "9 days", "rules": ["c", "d"], "subtract": 2},
		{"at": "month", "rules": ["f"], "void": "all"}, {"on": "exam", "subtract": "floor(now / 4)"}], "observe": {"now": {"sum": "points", "live": true}, "ever": {"sum": "points", "rules": ["a", "f"]}},
		"ladder": [{"rung": "r", "when": "ever >= 30", "tier": "muted", "for": "2 days"}]}')) AS v (scheme, collapse, more);
CREATE TEMPORARY TABLE relieved AS
	SELECT s AS scheme, p AS pair, i, (SELECT rule FROM rule ORDER BY random() + 0 * m LIMIT 1) AS rule,
		timestamptz '2024-01-01' + d * interval '1 day' + i * interval '1 minute' AS at
	FROM unnest(ARRAY['r.exam', 'r.mixed', 'r.many']) AS s, generate_series(1, 20) AS p,
		 generate_series(1, CASE WHEN p % 5 = 0 THEN 60 ELSE 3 END) AS i, generate_series(1, 3) AS m,
		 LATERAL (SELECT floor(random() * 30 + 0 * m) AS d) AS o;
INSERT INTO governance.activity (account_id, kind, occurred_at)
	SELECT 2 * p + side, 'exam', timestamptz '2024-01-05 12:00' + n * interval '4 days'
	FROM generate_series(1, 20) AS p, generate_series(0, 1) AS side, generate_series(1, p % 10) AS n;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident)
	SELECT 2 * pair, scheme, rule, at, at, i::text FROM relieved ORDER BY random();
DO $$
DECLARE e record;
BEGIN
	FOR e IN SELECT * FROM relieved ORDER BY pair % 5 = 0, CASE WHEN pair % 5 = 0 THEN at END, random() LOOP
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident)
			VALUES (2 * e.pair + 1, e.scheme, e.rule, e.at, e.at, e.i::text);
	END LOOP;
END $$;
SELECT r.scheme, count(*) AS instants,
	count(*) FILTER (WHERE governance.score(2 * pair, r.scheme, x) IS DISTINCT FROM governance.score(2 * pair + 1, r.scheme, x)) AS differ,
	(SELECT count(*) > 0 FROM governance.sanction AS s WHERE s.scheme = r.scheme AND NOT isempty(during)) AS sanctions,
	(SELECT count(*) FROM (SELECT account_id / 2, rung, during FROM governance.sanction AS s WHERE s.scheme = r.scheme AND NOT isempty(during)
		GROUP BY 1, 2, 3 HAVING count(*) % 2 = 1) AS odd) AS odd_sanctions
FROM (SELECT DISTINCT scheme, pair FROM relieved) AS r,
	 generate_series(timestamptz '2024-01-01', '2024-04-01', '37 hours') AS x
GROUP BY r.scheme ORDER BY r.scheme;
SELECT * FROM governance.verify();

\echo What passes on when the worst goes, and what has been given back
CREATE FUNCTION pg_temp.after(reliefs text, rows text, VARIADIC days int[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	s text := 'h' || (SELECT count(*) FROM governance.scheme);
	r text[];
	a bigint := 1000 + (SELECT count(*) FROM governance.account);
BEGIN
	PERFORM governance.publish(jsonb_build_object('scheme', s, 'score', '{"direction": "accumulate", "limit": 20}'::jsonb,
		'rules', '{"small": {"title": "s", "points": 1}, "big": {"title": "b", "points": 3}, "huge": {"title": "h", "points": 5}}'::jsonb,
		'collapse', '[{"group": "incident", "keep": "max"}]'::jsonb, 'relief', reliefs::jsonb));
	INSERT INTO governance.account (account_id, opened_at) VALUES (a, '2020-01-01');
	FOREACH r SLICE 1 IN ARRAY rows::text[] LOOP
		IF r[1] = 'exam' THEN
			INSERT INTO governance.activity (account_id, kind, occurred_at)
				VALUES (a, 'exam', timestamptz '2024-01-01' + r[2]::int * interval '1 day');
		ELSE
			INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident)
				SELECT a, s, r[1], at, at, 'i' FROM (SELECT timestamptz '2024-01-01' + r[2]::int * interval '1 day') AS t (at);
		END IF;
	END LOOP;
	RETURN (SELECT string_agg(trim_scale(governance.points(governance.score(a, s, timestamptz '2024-01-01 12:00' + d * interval '1 day')))::text, ' ' ORDER BY n)
		FROM unnest(days) WITH ORDINALITY AS u (d, n));
END $$;
CREATE FUNCTION pg_temp.lives(small text, big text, more text DEFAULT '') RETURNS text LANGUAGE sql AS $$
	SELECT format('[{"age": %s, "rules": ["small"], "void": "entry"}, {"age": %s, "rules": ["big"], "void": "entry"},
		{"age": "5 days", "rules": ["huge"], "void": "entry"}%s]', to_json(small), to_json(big), more) $$;
SELECT pg_temp.after(pg_temp.lives('10 days', '30 days'), '{{small,0},{big,0}}', 0, 10, 30) AS small_lapses,
	pg_temp.after(pg_temp.lives('30 days', '10 days'), '{{small,0},{big,0}}', 0, 10, 30) AS big_lapses,
	pg_temp.after(pg_temp.lives('30 days', '10 days'), '{{big,0},{small,0}}', 0, 10, 30) AS other_order,
	pg_temp.after(pg_temp.lives('30 days', '10 days'), '{{small,0},{big,0},{big,12}}', 11, 12, 22, 30) AS again_later,
	pg_temp.after(pg_temp.lives('30 days', '20 days'), '{{small,0},{huge,1},{big,2}}', 0, 1, 2, 6, 22, 30) AS three;
SELECT pg_temp.after(pg_temp.lives('30 days', '10 days', ', {"on": "exam", "subtract": 1}'), '{{small,0},{big,0},{exam,1}}', 0, 1, 10, 30) AS one_back,
	pg_temp.after(pg_temp.lives('30 days', '10 days', ', {"on": "exam", "subtract": 3}'), '{{small,0},{big,0},{exam,1},{small,2},{huge,3}}', 0, 1, 2, 3, 8, 10) AS all_back,
	pg_temp.after('[{"age": "10 days", "rules": ["big"], "subtract": 1}, {"age": "20 days", "rules": ["big"], "subtract": 2}]', '{{small,0},{big,0}}', 0, 10, 20) AS step_by_step;

\echo A standing in the form of before is folded anew by the next entry
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE governance.standing SET state = set_byte(state, 0, get_byte(state, 0) - 2), score = '77/1000'
	WHERE scheme = 'worst' AND account_id IN (2, 10);
COMMIT;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, 'worst', 'a', '2024-06-01', '2024-06-01' FROM unnest(ARRAY[2, 10]) AS a;
SELECT * FROM governance.verify();
