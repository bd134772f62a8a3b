--
-- Entries that come late by a few, as they do when many sessions write to one
-- account: the standing keeps its state of some entries back, and what follows
-- is what follows when they come in order.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION pg_temp.policy(scheme text, more jsonb) RETURNS bigint LANGUAGE sql AS $$
	SELECT governance.publish(jsonb_build_object('scheme', scheme, 'time_zone', 'UTC',
		'score', '{"direction": "deduct", "start": 100, "cap": 100}'::jsonb,
		'rules', '{"x": {"title": "x", "points": 4}, "y": {"title": "y", "points": [1, 30]}, "z": {"title": "z", "points": 2, "direct": "blocked"}}'::jsonb) || more,
		'active', tstzrange('2020-01-01 00:00+00', NULL))
$$;
SELECT count(pg_temp.policy(scheme, more)) AS policies FROM (VALUES
	('t.late.fixed', '{"relief": [{"every": "1 day", "add": 3}, {"on": "course", "add": 5, "at_most": "1 per day"}],
		"ladder": [{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"], "for": "2 days", "overlap": "extend"},
			{"rung": "lower", "when": "score <= 50", "tier": "muted", "withhold": ["comment"], "for": "1 day", "overlap": "replace"},
			{"rung": "blocked", "tier": "suspended", "withhold": ["trade"], "for": "6 hours", "overlap": "queue"}]}'::jsonb),
	('t.late.while', '{"relief": [{"age": "3 days", "void": "entry"}], "revision": {"overturn": "refund"},
		"ladder": [{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"]},
			{"rung": "lower", "when": "score <= 50", "tier": "muted", "withhold": ["post", "comment"]},
			{"rung": "blocked", "tier": "suspended", "withhold": ["trade"], "for": "6 hours", "overlap": "max", "terms": {"fee": "100 - score"}}]}'),
	('t.late.keep', '{"revision": {"late": "keep"}, "relief": [{"every": "1 day", "add": 3}],
		"ladder": [{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"], "for": "2 days"},
			{"rung": "blocked", "tier": "suspended", "withhold": ["trade"], "for": "6 hours"}]}')) v(scheme, more);
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 400) i;

-- The same entries for two accounts: for one in order of time, in one
-- statement, for the other one by one, each up to a few places late.
CREATE TABLE public.entry (seed int, n int, scheme text, rule text, points numeric, at timestamptz, decided timestamptz, arrives double precision);
SELECT setseed(0.25);
INSERT INTO public.entry
	SELECT seed, n, (ARRAY['t.late.fixed', 't.late.while', 't.late.keep'])[seed % 3 + 1], rule, CASE rule WHEN 'y' THEN 1 + floor(random() * 20) END,
		at, at + (CASE WHEN random() < 0.3 THEN interval '1 hour' ELSE interval '0' END),
		n + CASE WHEN seed > 24 AND random() < 0.02 THEN 60 ELSE random() * (seed % 7) END
	FROM (SELECT seed, n, (ARRAY['x', 'x', 'y', 'z', 'course'])[1 + floor(random() * 5)::int] AS rule,
			'2024-01-01 00:00+00'::timestamptz + floor(n + random() * 3) * interval '5 hours' AS at
		FROM generate_series(1, 30) seed, generate_series(1, 120) n) e;
CREATE FUNCTION pg_temp.put(account bigint, e public.entry) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF e.rule = 'course' THEN
		INSERT INTO governance.activity (account_id, activity_id, kind, occurred_at) VALUES (account, account * 1000 + e.n, 'course', e.at);
	ELSE
		INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
			VALUES (account, account * 1000 + e.n, e.scheme, e.rule, e.points, e.at, CASE e.scheme WHEN 't.late.keep' THEN e.at ELSE e.decided END);
	END IF;
END
$$;
DO $$
DECLARE
	s	int;
	e	public.entry;
BEGIN
	FOR s IN 1 .. 30 LOOP
		FOR e IN SELECT * FROM public.entry WHERE seed = s ORDER BY arrives LOOP
			PERFORM pg_temp.put(s, e);
		END LOOP;
	END LOOP;
END
$$;
SELECT count(recent) > 15 AS kept, max(octet_length(recent)) < 3000 AS small FROM governance.standing WHERE scheme <> 't.late.keep';
SELECT count(recent) AS kept FROM governance.standing WHERE scheme = 't.late.keep';
SELECT * FROM governance.verify();

INSERT INTO governance.activity (account_id, activity_id, kind, occurred_at)
	SELECT 200 + seed, (200 + seed) * 1000 + n, 'course', at FROM public.entry WHERE rule = 'course';
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
	SELECT 200 + seed, (200 + seed) * 1000 + n, scheme, rule, points, at, CASE scheme WHEN 't.late.keep' THEN at ELSE decided END
	FROM public.entry WHERE rule <> 'course' ORDER BY at;
SELECT * FROM governance.verify();
CREATE FUNCTION pg_temp.differences() RETURNS TABLE (what text, detail text) LANGUAGE sql AS $$
	WITH outcome AS (
		SELECT account_id, 'standing' AS what, concat_ws(' ', score, tier, as_of, known_at) AS detail FROM governance.standing WHERE scheme <> 't.late.keep'
		UNION ALL SELECT account_id, 'sanction', concat_ws(' ', rung, tier, withholds, during, enforced, terms, released_at, release_reason,
			violation_id - account_id * 1000) FROM governance.sanction WHERE release_reason IS DISTINCT FROM 'overturned' AND scheme <> 't.late.keep'
		UNION ALL SELECT account_id, 'restriction', concat_ws(' ', capability, scheme, since, until) FROM governance.restriction WHERE scheme <> 't.late.keep')
	SELECT what, account_id % 200 || ' ' || detail FROM outcome GROUP BY 1, account_id % 200, detail HAVING count(*) % 2 <> 0
$$;
SELECT * FROM pg_temp.differences();
SELECT count(*) AS twice FROM (SELECT FROM governance.sanction WHERE release_reason IS DISTINCT FROM 'overturned' GROUP BY account_id, scheme, rung, violation_id, during HAVING count(*) > 1 AND max(violation_id) IS NOT NULL) s;

-- What is not simply a further entry takes it away, and late ones go on being right.
SELECT count(governance.overturn(account_id * 1000 + n, 'late', '2024-03-01 00:00+00')) > 0 AS overturned
	FROM public.entry e, LATERAL (VALUES (seed), (200 + seed)) a (account_id) WHERE rule <> 'course' AND n IN (40, 119);
SELECT count(recent) AS kept FROM governance.standing s WHERE EXISTS (SELECT FROM governance.revision r JOIN governance.violation v USING (account_id, violation_id)
	WHERE v.account_id = s.account_id AND v.scheme = s.scheme);
DO $$
DECLARE
	e	public.entry;
BEGIN
	FOR i IN 1 .. 6 LOOP
		FOR e IN SELECT * FROM public.entry WHERE n BETWEEN 100 AND 103 ORDER BY seed, n LOOP
			e.at := '2024-03-10 00:00+00'::timestamptz + (i - e.n % 4) * interval '1 hour';
			e.decided := e.at;
			e.n := 200 + i * 10 + e.n % 4;
			PERFORM pg_temp.put(e.seed, e);
			PERFORM pg_temp.put(200 + e.seed, e);
		END LOOP;
	END LOOP;
END
$$;
SELECT * FROM governance.verify();
SELECT * FROM pg_temp.differences();

-- A damaged one is named, and is no wrong answer; rebuild() makes it go.
SET session_replication_role = replica;
UPDATE governance.standing SET recent = '\x01'::bytea WHERE account_id = 1;
RESET session_replication_role;
\set VERBOSITY terse
SELECT count(*) FROM governance.verify();
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT count(recent) AS kept FROM governance.standing;
SELECT * FROM governance.verify();
