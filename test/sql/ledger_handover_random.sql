-- What simulate() says of a draft with in_force is what the standings are once it
-- is published so: for random documents with all that looks back, random histories,
-- and versions that begin now, later, or reach back.  It stays so at later instants,
-- whether somebody has touched a standing since or not, and the ledger is what a
-- replay makes of it.  Only what differs is printed.  GOVERNANCE_FUZZ multiplies the
-- number of schemes, GOVERNANCE_SEED begins with others.
--
\set ECHO none
\set fuzz 1
\set seed 1
\getenv fuzz GOVERNANCE_FUZZ
\getenv seed GOVERNANCE_SEED
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT setseed(:seed / 1000.0) \g /dev/null

CREATE FUNCTION pg_temp.one_of(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT choices[1 + floor(random() * cardinality(choices))::int]
$$;
CREATE FUNCTION pg_temp.now_and_then(share float, choice jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT CASE WHEN random() < share THEN choice END
$$;
-- Some of a list of objects or of strings.
CREATE FUNCTION pg_temp.some_of(share float, VARIADIC choices text[]) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_agg(c::jsonb ORDER BY n) FILTER (WHERE random() < share), '[]') FROM unnest(choices) WITH ORDINALITY AS c(c, n)
$$;
CREATE FUNCTION pg_temp.rules() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT pg_temp.one_of('', '', '', ', "rules": ["spam"]', ', "rules": ["spam", "fraud"]', ', "classes": ["bad"]')
$$;
CREATE FUNCTION pg_temp.span() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT pg_temp.one_of('12 hours', '5 days', '20 days', '1 month', '60 days', '100 days', '6 months', '1 year')
$$;
CREATE FUNCTION pg_temp.back() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT pg_temp.one_of('', '', ', "within": "cycle"', format(', "within": "%s"', pg_temp.span()), format(', "within": "%s"', pg_temp.span()))
$$;
CREATE FUNCTION pg_temp.observables() RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT format('{"n": {"count": "violations"%s%s%s}, "p": {"sum": "points"%s%s%s}, "d": {"count": "violations", "distinct": "%s"%s},
			"s": {"count": "sanctions"%s%s}, "a": {"count": "activities", "kind": "%s"%s}, "q": {"sum": "quantity", "kind": "%s"%s}, "m": {"count": "violations", "%s": ["%s"]%s}}',
		pg_temp.back(), pg_temp.rules(), pg_temp.one_of('', '', ', "live": true', ', "clock": "decided"'),
		pg_temp.back(), pg_temp.rules(), pg_temp.one_of('', '', ', "live": true'),
		pg_temp.one_of('incident', 'rule'), pg_temp.back(),
		pg_temp.back(), pg_temp.one_of('', ', "rungs": ["low"]', ', "tier": "muted"', ', "in_force": true', ', "min_length": "3 days"', ', "by": "end"'),
		pg_temp.one_of('trip', 'shift'), pg_temp.back(), pg_temp.one_of('trip', 'course'), pg_temp.back(),
		pg_temp.one_of('marked', 'unmarked'), pg_temp.one_of('paid', 'seen'), pg_temp.one_of('', ', "within": "100 days"'))::jsonb
$$;
-- A condition over what is observed.
CREATE FUNCTION pg_temp.condition(observed jsonb) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT pg_temp.one_of('trusted', 'score > 3', coalesce(o.o || ' >= ' || (1 + floor(random() * 4))::text, 'lost > 4'), coalesce(o.o || ' = 0', 'lost > 2'), coalesce(o.o || ' >= 2', 'true'))
		FROM (SELECT (SELECT k FROM jsonb_object_keys(observed) AS k WHERE random() < 2 ORDER BY random() LIMIT 1) AS o) AS o
$$;
CREATE FUNCTION pg_temp.reliefs(observed jsonb, better text, worse text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT pg_temp.some_of(0.28,
		format('{"name": "old", "age": "%s"%s%s, "void": "entry"}', pg_temp.span(), pg_temp.rules(), pg_temp.one_of('', '', ', "from": "decided"', ', "clean": true')),
		format('{"name": "cases", "age": [{"when": "%s", "use": "%s"}, {"use": "%s"}], "void": "entry"}', pg_temp.condition(observed - 'd'), pg_temp.span(), pg_temp.span()),
		format('{"name": "paid", "age": "10 days", "from": "%s"%s, "void": "entry"}', pg_temp.one_of('paid', 'seen'), pg_temp.rules()),
		format('{"name": "clean", "every": "%s", "%s": 1%s}', pg_temp.one_of('10 days', '30 days'), better, pg_temp.one_of('', ', "on_violation": "keep"', ', "wait": "5 days"', ', "pause_during": true')),
		format('{"name": "work", "every": "3 days", "active": "%s", "%s": 1}', pg_temp.one_of('shift', 'trip'), better),
		format('{"name": "credit", "on": "%s", "%s": 1%s}', pg_temp.one_of('course', 'trip'), better, pg_temp.one_of('', ', "at_most": "1 per 30 days"', ', "at_most": "2 points per 100 days"', ', "at_most": "1 per quarter"', ', "cooldown": "20 days"')),
		format('{"name": "pardon", "on": "seen", "void": "entry"%s}', pg_temp.one_of('', ', "at_most": "1 per 100 days"')),
		format('{"name": "turn", "at": "%s", "%s": 2, "when": "%s"}', pg_temp.one_of('month', 'quarter', 'cycle'), better, pg_temp.condition(observed - 'd')),
		format('{"name": "served", "sanction": "end", "%s": 1}', better))
$$;
-- A rung that holds while there is no sanction, itself among them, never comes to rest.
CREATE FUNCTION pg_temp.ladder(observed jsonb, piles_up boolean) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT pg_temp.some_of(0.6,
		format('{"rung": "low", "when": "%s", "tier": "limited", "withhold": ["post"]%s}', CASE WHEN piles_up THEN 'score >= 4' ELSE 'score < 16' END,
			pg_temp.one_of('', ', "for": "4 days"', ', "for": {"days": "2 + s"}, "rearm": "always", "overlap": "extend"', ', "for": "10 days", "overlap": "queue", "rearm": "always"')),
		format('{"rung": "again", "when": "%s", "tier": "muted", "withhold": ["comment"]%s}', pg_temp.condition(observed - '{d,s}'::text[]), pg_temp.one_of('', ', "for": "6 days"', ', "for": "30 days", "until": ["course"]')),
		format('{"rung": "high", "when": "%s", "tier": "suspended", "withhold": ["post", "comment"], "for": "%s"%s}', CASE WHEN piles_up THEN 'score >= 12' ELSE 'score <= 8' END,
			pg_temp.span(), pg_temp.one_of('', '', ', "after": "low"')))
$$;
CREATE FUNCTION pg_temp.draw(scheme text, piles_up boolean) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('scheme', scheme, 'note', random()::text,
		'attributes', '{"trusted": {"type": "boolean", "default": false}}'::jsonb,
		'score', CASE WHEN piles_up THEN pg_temp.one_of('{"direction": "accumulate", "limit": 20}', '{"direction": "accumulate", "limit": 20, "capped": true}', '{"direction": "accumulate", "limit": 40}')
			ELSE pg_temp.one_of('{"cap": 20}', '{"cap": 20, "start": 18}', '{"cap": "if(trusted, 30, 20)"}', '{"cap": 40}') END::jsonb,
		'cycle', pg_temp.one_of('"month"', '"quarter"', '{"every": "45 days", "from": "opened"}')::jsonb,
		'clock', CASE WHEN random() < 0.2 THEN 'decided' ELSE 'occurred' END,
		'time_zone', CASE WHEN random() < 0.2 THEN pg_temp.one_of('Asia/Shanghai', 'America/New_York') END,
		'activities', '["trip", "shift", "course", "paid", "seen"]'::jsonb - (ARRAY[]::text[]),
		'rules', jsonb_strip_nulls(jsonb_build_object(
			'spam', jsonb_build_object('title', 'spam', 'class', pg_temp.one_of('bad', 'good'), 'points', 1 + floor(random() * 3)::int),
			'fraud', jsonb_build_object('title', 'fraud', 'class', 'bad', 'points', 5),
			pg_temp.one_of('hype', 'bait'), pg_temp.now_and_then(0.7, '{"title": "more", "points": 2}'))),
		'observe', o.observed,
		'modifiers', pg_temp.some_of(0.35, format('{"when": "%s", "add": 2}', pg_temp.condition(o.observed)), format('{"when": "%s", "replace": 0%s}', pg_temp.condition(o.observed), pg_temp.rules()),
			format('{"when": "%s", "multiply": 2}', pg_temp.condition(o.observed))),
		'collapse', pg_temp.some_of(0.2, format('{"group": "incident", "keep": "%s"}', pg_temp.one_of('max', 'first')), format('{"group": "rule", "within": "%s", "at_most": 6}', pg_temp.one_of('2 days', '30 days')),
			format('{"group": "class", "each": "month", "keep": "max"%s}', pg_temp.rules())),
		'relief', pg_temp.reliefs(o.observed, CASE WHEN piles_up THEN 'subtract' ELSE 'add' END, 'x'),
		'ladder', pg_temp.ladder(o.observed, piles_up),
		'revision', jsonb_strip_nulls(jsonb_build_object('handover', pg_temp.one_of('carry', 'carry', 'convert', 'fresh'),
			'overturn', CASE WHEN random() < 0.2 THEN 'refund' END, 'late', CASE WHEN random() < 0.15 THEN 'keep' END))))
	FROM (SELECT (SELECT jsonb_object_agg(k, v) FILTER (WHERE k = 's' OR random() < 0.6) FROM jsonb_each(pg_temp.observables()) AS o(k, v)) AS observed) AS o
$$;
-- Not every draw is a document; one that follows another may look much like it.
CREATE FUNCTION pg_temp.document(scheme text, piles_up boolean, before jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	drawn	jsonb;
BEGIN
	LOOP
		drawn := pg_temp.draw(scheme, piles_up);
		IF before IS NOT NULL AND random() < 0.4 THEN
			drawn := before || (SELECT jsonb_object_agg(k, v) FROM jsonb_each(drawn) AS d(k, v) WHERE k = 'note' OR random() < 0.25);
		END IF;
		BEGIN
			PERFORM governance.check_policy(drawn);
			RETURN drawn;
		EXCEPTION WHEN SQLSTATE 'GV101' THEN
		END;
	END LOOP;
END
$$;

CREATE TEMP TABLE tried (scheme text, piles_up boolean, how text, draft jsonb, in_force tstzrange);
INSERT INTO governance.account (account_id, opened_at) SELECT i, now() - interval '500 days' FROM generate_series(1, 30) AS i;
INSERT INTO governance.activity_kind (kind) SELECT unnest('{trip,shift,course,paid,seen}'::text[]);
CREATE FUNCTION pg_temp.day(n float) RETURNS timestamptz LANGUAGE sql AS $$ SELECT date_trunc('hour', now()) + n * interval '1 day' $$;

CREATE PROCEDURE pg_temp.prepare(schemes int) LANGUAGE plpgsql AS $$
DECLARE
	piles	boolean;
	scheme	text;
	how		text;
	one		jsonb;
	two		jsonb;
BEGIN
	FOR i IN 1 .. schemes LOOP
		scheme := 'h.' || i;
		piles := random() < 0.5;
		how := pg_temp.one_of('now', 'now', 'second', 'back', 'gap', 'before', 'later', 'instead');
		one := pg_temp.document(scheme, piles, NULL);
		two := pg_temp.document(scheme, piles, one);
		PERFORM governance.publish(one, in_force => CASE how WHEN 'now' THEN '(,)' WHEN 'before' THEN tstzrange(pg_temp.day(-250), NULL) ELSE tstzrange(NULL, pg_temp.day(CASE how WHEN 'instead' THEN 10 ELSE -250 END)) END);
		IF how NOT IN ('now', 'before') THEN
			PERFORM governance.publish(two, in_force => CASE how WHEN 'back' THEN tstzrange(pg_temp.day(-250), pg_temp.day(-60)) WHEN 'gap' THEN tstzrange(pg_temp.day(-250), pg_temp.day(-90))
				WHEN 'instead' THEN tstzrange(pg_temp.day(10), NULL) ELSE tstzrange(pg_temp.day(-250), NULL) END);
			one := two;
		END IF;
		INSERT INTO tried VALUES (scheme, piles, how, pg_temp.document(scheme, piles, one),
			CASE how WHEN 'back' THEN tstzrange(pg_temp.day(-60), NULL) WHEN 'gap' THEN tstzrange(pg_temp.day(-60), NULL) WHEN 'before' THEN tstzrange(NULL, pg_temp.day(-250))
				WHEN 'later' THEN tstzrange(pg_temp.day(20), NULL) WHEN 'instead' THEN tstzrange(pg_temp.day(10), NULL) END);
	END LOOP;
END
$$;
CALL pg_temp.prepare(16 * :fuzz);

-- Histories: at first as time goes by, then in no order; some was decided late,
-- some is dated ahead.
CREATE TEMP TABLE entry AS
	SELECT a AS account_id, t.scheme, pg_temp.one_of('spam', 'spam', 'fraud', 'hype', 'bait') AS rule, o.occurred_at,
		   o.occurred_at + CASE WHEN random() < 0.2 THEN random() * interval '30 days' ELSE '0' END AS decided_at,
		   CASE WHEN random() < 0.4 THEN 'i' || floor(random() * 3) END AS incident, floor(random() * 4)::int AS batch
		FROM tried AS t, generate_series(1, 30) AS a, generate_series(1, 9) AS n,
			 LATERAL (SELECT pg_temp.day(-400 + CASE WHEN random() < 0.06 THEN 440 ELSE 400 END * random() + 0 * n + 0 * length(t.scheme)) AS occurred_at) AS o
		WHERE random() < 0.7;
CREATE TEMP TABLE acted AS
	SELECT a AS account_id, pg_temp.one_of('trip', 'shift', 'shift', 'course', 'paid', 'seen') AS kind, 1 + floor(random() * 5) AS quantity, pg_temp.day(-400 + 410 * random()) AS occurred_at
		FROM generate_series(1, 30) AS a, generate_series(1, 14) AS n;
-- Which of ten stretches of time: the last one lies ahead.
CREATE FUNCTION pg_temp.stretch(at timestamptz) RETURNS int LANGUAGE sql AS $$ SELECT width_bucket(extract(epoch FROM at - pg_temp.day(-400))::float / 86400, 0, 400, 8) $$;
SELECT unnest(ARRAY[
		format('INSERT INTO governance.activity (account_id, kind, quantity, occurred_at)
			SELECT account_id, kind, quantity, occurred_at FROM acted WHERE pg_temp.stretch(occurred_at) = %s ORDER BY occurred_at', n),
		format('INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident)
			SELECT account_id, scheme, rule, occurred_at, decided_at, incident FROM entry WHERE CASE WHEN batch < 2 THEN pg_temp.stretch(occurred_at) ELSE 8 + batch END = %s
				AND EXISTS (SELECT FROM governance.policy AS p WHERE p.scheme = entry.scheme AND p.in_force @> occurred_at AND p.document -> ''rules'' ? rule)
				ORDER BY CASE WHEN batch < 2 THEN decided_at END, random()', n)])
	FROM generate_series(0, 11) AS n \gexec
SELECT count(governance.set_attribute(a, 'trusted', 'true', pg_temp.day(-300 + 310 * random()))) FROM generate_series(1, 30, 3) AS a \g /dev/null
INSERT INTO governance.activity (account_id, kind, occurred_at, violation_id)
	SELECT account_id, pg_temp.one_of('paid', 'seen'), occurred_at + random() * interval '60 days', violation_id FROM governance.violation WHERE random() < 0.1;
SELECT count(governance.overturn(violation_id, 'random')) FROM governance.violation WHERE random() < 0.04 \g /dev/null
SELECT count(governance.release(sanction_id, 'random')) FROM governance.sanction WHERE during @> now() AND random() < 0.1 \g /dev/null

SELECT v, (SELECT how FROM tried AS t WHERE t.scheme = v.scheme) FROM governance.verify() AS v LIMIT 5;

-- now() stands still.
BEGIN;
UPDATE tried SET in_force = tstzrange(now(), NULL) WHERE in_force IS NULL;
CREATE TEMP TABLE said AS SELECT t.scheme, t.how, s.* FROM tried AS t, governance.simulate(t.draft, in_force => t.in_force) AS s;
CREATE TEMP TABLE single AS SELECT d.scheme, d.account_id, one.draft_score, one.draft_tier
	FROM said AS d JOIN tried AS t USING (scheme), LATERAL governance.simulate_account(t.draft, d.account_id, in_force => t.in_force) AS one WHERE random() < 0.05;
SELECT count(*) > 400 * :fuzz AS many, count(*) FILTER (WHERE score <> draft_score) > 30 * :fuzz AS differ FROM said;
SELECT 'one by one', scheme, account_id, s.draft_score, x.draft_score FROM single AS x JOIN said AS s USING (scheme, account_id) WHERE (s.draft_score, s.draft_tier) IS DISTINCT FROM (x.draft_score, x.draft_tier);
SELECT count(governance.publish(draft, 'active', in_force)) > 0 AS published FROM tried;
SELECT s.how, s.scheme, s.account_id, 'said', s.draft_score, s.draft_tier, 'is', n.score, n.tier, 'was', s.score, s.tier
	FROM said AS s, LATERAL (SELECT governance.score(s.account_id, s.scheme), governance.tier(s.account_id, s.scheme)) AS n
	WHERE (s.draft_score, s.draft_tier) IS DISTINCT FROM (n.score, n.tier) ORDER BY 1, 2, 3 LIMIT 20;
SELECT v FROM governance.verify() AS v LIMIT 5;
CREATE TEMP TABLE later AS SELECT s.how, s.scheme, s.account_id, at, governance.score(s.account_id, s.scheme, at), governance.tier(s.account_id, s.scheme, at)
	FROM said AS s, LATERAL (SELECT now() + ahead * interval '1 day' AS at FROM unnest(ARRAY[3, 15, 40]) AS ahead) AS a;
COMMIT;

-- Written, and told by what happens now.
SELECT governance.rebuild() \g /dev/null
SELECT l.how, l.scheme, l.account_id, l.at - now(), l.score, l.tier, n.score, n.tier
	FROM later AS l, LATERAL (SELECT governance.score(l.account_id, l.scheme, l.at), governance.tier(l.account_id, l.scheme, l.at)) AS n
	WHERE (l.score, l.tier) IS DISTINCT FROM (n.score, n.tier) ORDER BY 1, 2, 3, 4 LIMIT 20;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT account_id, scheme, 'spam' FROM said WHERE account_id % 2 = 0;
SELECT count(governance.set_attribute(a, 'trusted', 'false')) FROM generate_series(1, 30, 4) AS a \g /dev/null
SELECT v FROM governance.verify() AS v LIMIT 5;
