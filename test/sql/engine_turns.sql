-- Conditions that time alone changes, in zones of which the clock changes: birthdays,
-- dates plus spans, kinds of days.  What a rung does by itself is what it does where
-- somebody looks every half an hour.
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET timezone = 'UTC';
SET datestyle = 'ISO';

-- A document with one rung that holds while a condition does.
CREATE FUNCTION pg_temp.document(zone text, condition text, patch jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', 't', 'time_zone', zone, 'score', '{"cap": 100}'::jsonb,
		'rules', '{"spam": {"title": "spam", "points": 0}}'::jsonb,
		'attributes', '{"born": {"type": "date", "default": "2010-03-10 15:30"}, "leap": {"type": "date", "default": "2008-02-29"},
			"child": {"type": "date", "default": "2024-03-31"}, "joined": {"type": "date", "default": "2024-01-31 02:30"}, "unknown": "date",
			"fast": {"type": "boolean", "default": false}}'::jsonb,
		'facets', '{"years": "age(born)"}'::jsonb,
		'calendar', '{"holidays": ["2024-03-01", "2024-03-11", "2024-03-12", "2024-03-29"], "working": ["2024-03-10", "2024-03-16"]}'::jsonb,
		'sanctions_from', 'occurred', 'ladder', jsonb_build_array(jsonb_build_object('rung', 'r', 'tier', 'limited', 'when', condition))) || patch
$$;

-- When the rung holds, from one violation on; with ticks: somebody looks every half an hour.
CREATE FUNCTION pg_temp.holds(document jsonb, ticks boolean, since text DEFAULT '2024-02-25 00:00+00', upto text DEFAULT '2024-04-05 00:00+00')
	RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(what || ' ' || at, ', ' ORDER BY n)
	FROM (SELECT row_number() OVER () AS n, what, at
		FROM governance.dry_run(document,
			jsonb_build_array(jsonb_build_object('at', since, 'violation', 'spam')) ||
			CASE WHEN ticks THEN (SELECT jsonb_agg(jsonb_build_object('at', to_char(t AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || '+00:00', 'violation', 'spam'))
				FROM generate_series(since::timestamptz + interval '30 minutes', upto::timestamptz - interval '1 minute', '30 minutes') t)
			ELSE '[]' END, upto::timestamptz)) d
	WHERE what IN ('sanction', 'release')
$$;

CREATE FUNCTION pg_temp.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
	$$ SELECT choices[1 + floor(random() * array_length(choices, 1))::int] $$;

CREATE FUNCTION pg_temp.span(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	IF depth > 0 AND random() < 0.3 THEN
		RETURN format('if(%s, %s, %s)', pg_temp.condition(depth - 1), pg_temp.span(depth - 1), pg_temp.span(depth - 1));
	END IF;
	RETURN quote_literal(pg_temp.pick('1 month', '1 month 1 day', '35 days', '2 months', '0 days', '30 minutes', '14 years', 'ever'));
END $$;

CREATE FUNCTION pg_temp.date(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	RETURN CASE WHEN depth <= 0 OR random() < 0.5
		THEN pg_temp.pick('born', 'leap', 'child', 'joined', 'joined', 'opened', 'unknown', 'date(''2024-03-10 02:30'')')
		WHEN random() < 0.6 THEN format('plus(%s, %s)', pg_temp.date(depth - 1), pg_temp.span(depth - 1))
		ELSE format('if(%s, %s, %s)', pg_temp.condition(depth - 1), pg_temp.date(depth - 1), pg_temp.date(depth - 1)) END;
END $$;

CREATE FUNCTION pg_temp.condition(depth int) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	operator text := pg_temp.pick('=', '<>', '<', '<=', '>', '>=');
BEGIN
	IF depth > 0 AND random() < 0.4 THEN
		RETURN format(pg_temp.pick('(%s and %s)', '(%s or %s)', '(%s and not %s)', 'if(fast, %s, %s)'), pg_temp.condition(depth - 1), pg_temp.condition(depth - 1));
	END IF;
	RETURN CASE floor(random() * 9)
		WHEN 0 THEN format('hour %s %s', operator, pg_temp.pick('0', '2', '3', '22'))
		WHEN 1 THEN format('%s %s %s', pg_temp.pick('weekday', 'day', 'month'), operator, pg_temp.pick('1', '3', '7', '31'))
		WHEN 2 THEN pg_temp.pick('holiday', 'worked_weekend', 'working_day')
		WHEN 3 THEN format('age(born) %s 14', operator)
		WHEN 4 THEN format('%s %s %s', pg_temp.pick('years', 'age(leap)', 'age(child)'), operator, pg_temp.pick('0', '13', '14', '15', '16', 'years'))
		WHEN 5 THEN format('within(%s, %s)', pg_temp.date(depth), pg_temp.pick('''1 month''', '''14 years''', '''0 days'''))
		WHEN 6 THEN format('%s %s now', pg_temp.date(depth), operator)
		ELSE format('now %s %s', operator, pg_temp.date(depth)) END;
END $$;

-- Of random conditions, those whose rung does something else while somebody looks on.
CREATE FUNCTION pg_temp.compare(tries int) RETURNS TABLE (zone text, condition text, quiet text, watched text) LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	moved int := 0;
BEGIN
	FOR i IN 1 .. tries LOOP
		zone := pg_temp.pick('UTC', 'Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'America/Havana', 'Australia/Lord_Howe');
		condition := pg_temp.condition(2);
		BEGIN
			quiet := pg_temp.holds(pg_temp.document(zone, condition), false);
		EXCEPTION WHEN SQLSTATE 'GV101' THEN	-- never true
			CONTINUE;
		END;
		watched := pg_temp.holds(pg_temp.document(zone, condition), true);
		moved := moved + (quiet IS NOT NULL)::int;
		IF quiet IS DISTINCT FROM watched THEN
			RETURN NEXT;
		END IF;
	END LOOP;
	IF moved < tries / 2 THEN
		RAISE WARNING 'only % of % conditions held at all', moved, tries;
	END IF;
END $$;

\set ECHO queries
SELECT pg_temp.holds(pg_temp.document('Asia/Shanghai', 'age(born) >= 14'), false);
SELECT pg_temp.holds(pg_temp.document('America/New_York', 'age(born) >= 14'), false);
SELECT pg_temp.holds(pg_temp.document('Europe/Berlin', 'age(leap) = 16'), false);
-- of a year without a 29 February, its birthday is the 28th
SELECT pg_temp.holds(pg_temp.document('UTC', 'age(leap) >= 17'), false, '2025-01-01 00:00+00', '2025-04-01 00:00+00');
-- the 14th birthday begins when the clock of Havana jumps from 00:00 to 01:00
SELECT pg_temp.holds(pg_temp.document('America/Havana', 'years >= 14'), false);
SELECT pg_temp.holds(pg_temp.document('UTC', 'years >= 14', '{"attributes": {"born": "date"}}'), false);
-- ages to come are below 0
SELECT pg_temp.holds(pg_temp.document('UTC', 'age(child) < 0'), false);
-- a month after 31 January is 29 February, and it is "more than" a microsecond later
SELECT pg_temp.holds(pg_temp.document('UTC', 'now >= plus(joined, ''1 month'')'), false);
SELECT pg_temp.holds(pg_temp.document('UTC', 'now > plus(joined, ''1 month'')'), false);
SELECT pg_temp.holds(pg_temp.document('UTC', 'now >= plus(joined, if(fast, ''1 month'', ''1 month 10 days'')) and now < ''2024-03-20 12:00'''), false);
SELECT pg_temp.holds(pg_temp.document('UTC', 'now >= plus(opened, ''4 days'') and now < plus(opened, ''5 days'')'), false);
-- kinds of days
SELECT pg_temp.holds(pg_temp.document('America/New_York', 'holiday'), false);
SELECT pg_temp.holds(pg_temp.document('America/New_York', 'worked_weekend'), false);
SELECT pg_temp.holds(pg_temp.document('Asia/Shanghai', 'not working_day and hour >= 20'), false, '2024-02-25 00:00+00', '2024-03-08 00:00+00');

-- a document's own names come first
SELECT pg_temp.holds(pg_temp.document('UTC', 'now >= 3', '{"attributes": {"now": {"type": "number", "default": 3}}, "facets": {}}'), false);
SELECT pg_temp.holds(pg_temp.document('UTC', 'opened and holiday', '{"attributes": {"opened": {"type": "boolean", "default": true}}, "facets": {"holiday": "opened"}, "calendar": {"roll": []}}'), false);

-- what a length, a price and a cap make of them
SELECT at, what, delta, score, starts, ends FROM governance.dry_run(pg_temp.document('UTC', 'score < 90', '{"score": {"cap": "if(years >= 14, 120, 100)"},
	"rules": {"spam": {"title": "spam", "points": 30}}, "modifiers": [{"when": "years < 14", "multiply": 0.5}],
	"ladder": [{"rung": "r", "when": "score < 100", "tier": "limited", "for": [{"when": "now < plus(born, ''14 years'')", "use": "1 day"}, {"use": {"days": "age(born)"}}]}]}'),
	'[{"at": "2024-03-08", "violation": "spam"}, {"at": "2024-03-20", "violation": "spam"}]');

-- at random
SELECT setseed(0.3);
SELECT * FROM pg_temp.compare(60);
