-- The laws of the fold on random policies and random events: see dry_run()'s
-- argument "checked".  What fails is printed with its document and its events.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';

-- A random one, and a random subset.
CREATE FUNCTION pg_temp.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
	$$ SELECT choices[1 + floor(random() * array_length(choices, 1))::int] $$;
CREATE FUNCTION pg_temp.some(choices jsonb, share float) RETURNS jsonb LANGUAGE sql VOLATILE AS
	$$ SELECT coalesce(jsonb_agg(c ORDER BY random()), '[]') FROM jsonb_array_elements(choices) c WHERE random() < share $$;

-- Every key of the engine appears; "give" and "take" fit either direction.
CREATE FUNCTION pg_temp.random_document() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	deduct	boolean := random() < 0.5;
	give	text := CASE WHEN deduct THEN 'add' ELSE 'subtract' END;
	take	text := CASE WHEN deduct THEN 'subtract' ELSE 'add' END;
	cap		text := pg_temp.pick('12', '12', '20', '"if(level >= 2, 20, 12)"', '"if(within(joined, ''100 days''), 10, 14)"', '"if(age(joined) >= 1, 10, 14)"');
	every	text := pg_temp.pick('7 days', '10 days', '1 month', '36 hours');
	reliefs	jsonb;
	rungs	jsonb;
	document jsonb;
BEGIN
	reliefs := replace(replace(pg_temp.some(jsonb_build_array(
		jsonb_build_object('age', pg_temp.pick('90 days', '1 month', '3 months', '720 hours'), 'void', 'entry',
			'round', pg_temp.pick('none', 'day_end', 'day_start'), 'clean', random() < 0.2),
		jsonb_build_object('age', '40 days', 'rules', '["a"]'::jsonb, 'GIVE', 1),
		'{"age": "20 days", "from": "paid", "void": "entry", "rules": ["b*"]}'::jsonb,
		'{"age": [{"when": "recent >= 3", "use": "60 days"}, {"use": "30 days"}], "void": "entry"}'::jsonb,
		'{"age": "25 days", "marked": ["paid"], "void": "entry"}'::jsonb,
		jsonb_build_object('every', every, 'GIVE', pg_temp.pick('1', '2', '0.5')::numeric,
			'on_violation', pg_temp.pick('restart', 'keep', 'restart'), 'round', pg_temp.pick('none', 'day_end'),
			'off_at_floor', random() < 0.2, 'pause_during', random() < 0.3),
		jsonb_build_object('every', '3 days', 'when', 'lost < 5', 'GIVE', 1),
		jsonb_build_object('every', '9 days', 'when', 'lost >= 5', 'GIVE', 1, 'wait', '4 days'),
		'{"every": "5 days", "on_violation": "extend", "extend_by": {"days": "2 * points"}, "GIVE": 1, "first_after": "8 days"}'::jsonb,
		'{"every": "4 days", "active": "day", "on_violation": "keep", "GIVE": 1}'::jsonb,
		'{"every": "60 days", "when": "recent = 0", "restore": true}'::jsonb,
		jsonb_build_object('at', pg_temp.pick('week', 'month', 'quarter', 'day'), 'when', pg_temp.pick('lost >= 3', 'month in (3, 9)', 'recent = 0', 'true'),
			pg_temp.pick('GIVE', 'GIVE', 'TAKE'), 1),
		'{"at": "cycle", "void": "all", "marked": ["paid"]}'::jsonb,
		jsonb_build_object('every', '6 days', 'when', pg_temp.pick('now > plus(opened, ''50 days'') and weekday < 6', 'not holiday', 'age(joined) < 1'), 'GIVE', 1),
		'{"at": "week", "when": "not holiday and age(joined) < 1", "GIVE": 1}'::jsonb,
		'{"at": {"every": "2 months", "from": "joined"}, "restore": true}'::jsonb,
		'{"on": "exam", "where": "quantity >= 60", "GIVE": 1, "at_most": ["1 per 30 days", "3 points per cycle"]}'::jsonb,
		'{"on": "exam", "GIVE": "quantity / 50", "cooldown": "3 days", "partial": "refuse"}'::jsonb,
		'{"on": "pardon", "void": "entry"}'::jsonb,
		'{"sanction": "end", "rungs": ["c"], "set": 6}'::jsonb,
		'{"sanction": "start", "rungs": ["a"], "GIVE": 2}'::jsonb,
		'{"sanction": "start", "rungs": ["e"], "void": "contributing"}'::jsonb,
		'{"sanction": "end", "void": "all", "when": "banned_now = 0", "rungs": ["b"]}'::jsonb
		), 0.15)::text, '"GIVE"', to_json(give)::text), '"TAKE"', to_json(take)::text)::jsonb;

	rungs := pg_temp.some(jsonb_build_array(
		jsonb_build_object('rung', 'a', 'when', 'lost >= 3', 'tier', 'warned', 'for', '5 days', 'rearm', pg_temp.pick('cleared', 'always', 'never'),
			'overlap', pg_temp.pick('max', 'extend', 'queue', 'replace', 'parallel')),
		'{"rung": "b", "when": "lost >= 5", "tier": "limited", "for": {"days": "3 * lost"}, "terms": {"lost": "lost", "sanctions": "sanctions60"}}'::jsonb,
		jsonb_build_object('rung', 'c', 'each', 4, 'tier', 'muted', 'until', '["exam", {"on": "paid", "where": "quantity >= 1"}]'::jsonb, 'for', '2 days',
			'overlap', pg_temp.pick('max', 'extend', 'replace')),
		'{"rung": "d", "tier": "suspended", "for": "10 days"}'::jsonb,
		'{"rung": "e", "when": "lost >= 8", "tier": "suspended", "for": {"count": 2, "of": "day"}}'::jsonb,
		'{"rung": "f", "when": "recent >= 3", "tier": "limited"}'::jsonb,
		'{"rung": "g", "when": "lost >= 6", "tier": "muted"}'::jsonb,
		'{"rung": "h", "when": "lost >= 9 and not within(joined, ''60 days'')", "tier": "suspended"}'::jsonb,
		'{"rung": "i", "when": "lost >= 11", "tier": "banned", "for": "ever"}'::jsonb,
		'{"rung": "j", "when": "livesum >= 4 and hour >= 6", "tier": "warned"}'::jsonb,
		'{"rung": "k", "when": "sanctions60 >= 2", "tier": "revoked", "for": "30 days"}'::jsonb,
		'{"rung": "l", "when": "samerule >= 3", "tier": "limited", "for": "1 day"}'::jsonb,
		'{"rung": "n", "when": "lost >= 3 and now >= plus(joined, if(level >= 2, ''100 days'', ''3 months''))", "tier": "limited"}'::jsonb,
		'{"rung": "o", "when": "(lost >= 2 or holiday) and years >= 1", "tier": "warned"}'::jsonb,
		jsonb_build_object('rung', 'm', 'when', 'lost >= 4', 'tier', 'suspended', 'for', '6 days', 'elect', '{"on": "choose", "rung": "d"}'::jsonb)
		), 0.3);
	-- the ones that others speak of
	rungs := rungs || (SELECT coalesce(jsonb_agg(r), '[]') FROM unnest(ARRAY[
			'{"rung": "a", "when": "lost >= 2", "tier": "warned", "for": "1 day"}', '{"rung": "b", "when": "lost >= 4", "tier": "limited", "for": "4 days"}',
			'{"rung": "c", "when": "lost >= 6", "tier": "muted", "until": ["exam"]}', '{"rung": "d", "tier": "suspended", "for": "7 days"}',
			'{"rung": "e", "when": "lost >= 10", "tier": "banned", "for": "20 days"}']::jsonb[]) r
		WHERE NOT rungs @> jsonb_build_array(jsonb_build_object('rung', r -> 'rung')));

	document := jsonb_build_object(
		'scheme', 'random', 'time_zone', pg_temp.pick('UTC', 'Asia/Shanghai', 'Europe/London', 'America/New_York'),
		'score', CASE WHEN deduct THEN jsonb_build_object('direction', 'deduct', 'cap', cap::jsonb,
				'on_cap_raise', pg_temp.pick('shift', 'keep'), 'on_cap_lower', pg_temp.pick('shift', 'keep'))
			ELSE jsonb_build_object('direction', 'accumulate', 'limit', cap::jsonb, 'stop_at_limit', random() < 0.3) END,
		'attributes', '{"level": {"type": "number", "default": 1}, "joined": {"type": "date", "default": "2023-11-05"}}'::jsonb,
		'facets', '{"years": "age(joined)"}'::jsonb,
		'calendar', '{"holidays": ["2024-02-10", "2024-02-12", "2024-02-13", "2024-05-01", "2024-12-25"], "working": ["2024-02-04", "2024-04-28"], "roll": []}'::jsonb,
		'cycle', pg_temp.pick('"quarter"', '"year"', '{"every": "6 months", "from": "joined"}', '{"every": "45 days", "from": "opened"}')::jsonb,
		'clock', pg_temp.pick('occurred', 'decided'), 'sanctions_from', pg_temp.pick('decided', 'occurred'),
		'ladder_apply', pg_temp.pick('heaviest', 'heaviest', 'all'), 'ladder_sequence', random() < 0.15,
		'rules', '{"a": {"title": "a", "class": "x", "points": [1, 3]}, "b": {"title": "b", "class": "x", "points": 2}, "ba": {"title": "ba", "points": 0},
			"c": {"title": "c", "points": 4, "severity": "severe"}, "d": {"title": "d", "points": 1, "direct": "d", "severity": "extreme"}}'::jsonb,
		'observe', '{"recent": {"count": "violations", "within": "30 days"}, "livesum": {"sum": "points", "live": true},
			"samerule": {"count": "violations", "same": ["rule"], "within": "50 days"}, "ever": {"count": "violations", "rules": ["a"]},
			"sanctions60": {"count": "sanctions", "within": "60 days"}, "banned_now": {"count": "sanctions", "in_force": true},
			"exams": {"count": "activities", "kind": "exam", "within": "cycle"}, "days": {"sum": "quantity", "kind": "day"},
			"late": {"count": "violations", "clock": "decided", "within": "1 month"}}'::jsonb,
		'modifiers', pg_temp.some('[{"when": "samerule >= 2", "multiply": 1.5}, {"when": "ever = 0", "rules": ["a"], "replace": 0},
			{"when": "level >= 2", "add": {"range": [0, 2], "usual": 1}}, {"when": "late >= 4", "to_floor": true}, {"at_most": 6}]', 0.2),
		'collapse', pg_temp.some('[{"group": "incident", "keep": "max"}, {"group": "content", "keep": "first", "within": "3 days"},
			{"group": "all", "each": "day", "at_most": 5}, {"group": "class", "within": "36 hours", "at_most": 4}]', 0.2),
		'relief', reliefs, 'ladder', rungs,
		'revision', jsonb_build_object('overturn', pg_temp.pick('replay', 'refund')));
	RETURN document;
END $$;

CREATE FUNCTION pg_temp.random_events(document jsonb) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	n		int := 3 + floor(random() * 25)::int;
	events	jsonb := '[]';
	kinds	text[] := ARRAY(SELECT DISTINCT k FROM (
		SELECT e ->> 'on' AS k FROM jsonb_array_elements(document -> 'relief') e
		UNION ALL SELECT e ->> 'active' FROM jsonb_array_elements(document -> 'relief') e
		UNION ALL SELECT 'exam' UNION ALL SELECT 'day') x WHERE k IS NOT NULL ORDER BY 1);
	at		timestamptz := '2024-01-01';
	stamp	text;
BEGIN
	FOR i IN 1 .. n LOOP
		IF random() < 0.85 THEN
			at := at + floor(random() * random() * 30 * 24) * interval '1 hour';
		END IF;
		stamp := to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || '+00:00';
		events := events || CASE
			WHEN random() < 0.6 THEN jsonb_strip_nulls(jsonb_build_object('at', stamp, 'rule', pg_temp.pick('a', 'a', 'b', 'ba', 'c', 'd'), 'id', i,
				'incident', CASE WHEN random() < 0.5 THEN floor(random() * 3) END, 'content', CASE WHEN random() < 0.5 THEN floor(random() * 3) END,
				'decided', CASE WHEN random() < 0.4 THEN to_char(at + floor(random() * 100) * interval '6 hours', 'YYYY-MM-DD HH24:MI') || '+00:00' END))
			WHEN random() < 0.7 THEN jsonb_strip_nulls(jsonb_build_object('at', stamp, 'activity', pg_temp.pick(VARIADIC kinds),
				'quantity', floor(random() * 120), 'violation', CASE WHEN random() < 0.5 THEN 1 + floor(random() * i) END))
			WHEN random() < 0.5 THEN jsonb_build_object('at', stamp, 'attribute', 'level', 'value', 1 + floor(random() * 3))
			WHEN random() < 0.5 AND i > 2 AND events @> '[{"id": 1}]' THEN jsonb_build_object('at', stamp, 'overturn', 1)
			ELSE jsonb_build_object('at', stamp) END;
	END LOOP;
	RETURN events;
END $$;

CREATE FUNCTION pg_temp.try_laws(tries int) RETURNS TABLE (passed boolean) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	document	jsonb;
	events		jsonb;
	refused		int := 0;
	message		text;
	zone		text;
	rows		bigint := 0;
	n			bigint;
BEGIN
	FOR i IN 1 .. tries LOOP
		document := pg_temp.random_document();
		events := pg_temp.random_events(document);
		BEGIN
			SELECT count(*) INTO n FROM governance.dry_run(document, events, '2025-06-01', true);
			rows := rows + n;
		EXCEPTION
			WHEN SQLSTATE 'GV101' THEN
				refused := refused + 1;
				GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
				IF refused = tries / 2 THEN
					RAISE WARNING '%: %', message, document;
				END IF;
			WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
				RAISE WARNING E'%\n%\n%', message, document, events;
				RETURN QUERY SELECT false;
				RETURN;
		END;
	END LOOP;
	RETURN QUERY SELECT refused < tries / 2 AND rows > tries;
END $$;

SELECT setseed(0.42);
\set ECHO queries
SELECT * FROM pg_temp.try_laws(250);
