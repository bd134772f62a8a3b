--
-- Expressions in policy documents: what they say about mistakes, and that the
-- names and types are those of the place where they stand.  Their arithmetic is
-- tested without a server.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

CREATE FUNCTION pg_temp.try(document jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text; hint text;
BEGIN
	PERFORM governance.check_policy(document);
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN state || ' ' || regexp_replace(message, '^policy document: ', '')
		|| coalesce(' | ' || nullif(detail, ''), '') || coalesce(' | ' || nullif(hint, ''), '');
END $$;

CREATE FUNCTION pg_temp.doc(patch jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"scheme": "t.expressions", "score": {"cap": 100},
		"attributes": {"followers": "number", "city": "text", "born": "date", "adult": "boolean"},
		"facets": {"level": "if(followers >= 1000000, 3, if(followers >= 100000, 2, 1))"},
		"rules": {"spam": {"title": "spam", "class": "ads", "points": 1}},
		"observe": {"strikes": {"count": "violations", "within": "90 days", "live": true}},
		"ladder": [{"rung": "warn", "when": "score < 90", "tier": "warned"}]}'::jsonb || patch
$$;

-- places where an expression may stand
CREATE FUNCTION pg_temp.facet(e text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.try(pg_temp.doc(jsonb_build_object('facets', jsonb_build_object('level', 1, 'f', e)))) $$;
CREATE FUNCTION pg_temp.cap(e text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.try(pg_temp.doc(jsonb_build_object('score', jsonb_build_object('cap', e)))) $$;
CREATE FUNCTION pg_temp.rung(e text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.try(pg_temp.doc(jsonb_build_object('ladder', jsonb_build_array(jsonb_build_object('rung', 'r', 'tier', 'limited', 'when', e))))) $$;
CREATE FUNCTION pg_temp.modifier(e text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.try(pg_temp.doc(jsonb_build_object('modifiers', jsonb_build_array(jsonb_build_object('add', e))))) $$;
CREATE FUNCTION pg_temp.entry(e text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.try(pg_temp.doc(jsonb_build_object('observe', jsonb_build_object('strikes', jsonb_build_object('count', 'violations', 'where', e))))) $$;
CREATE FUNCTION pg_temp.activity(e text) RETURNS text LANGUAGE sql AS $$ SELECT pg_temp.try(pg_temp.doc(jsonb_build_object('relief', jsonb_build_array(jsonb_build_object('on', 'exam', 'where', e, 'add', 1))))) $$;

\set ECHO queries
-- which names are known where
SELECT n, pg_temp.facet(n || ' = 1'), pg_temp.cap(n || ' + 1'), pg_temp.rung(n || ' > 1'), pg_temp.modifier(n), pg_temp.entry(n || ' > 1'), pg_temp.activity(n || ' > 1')
	FROM unnest('{followers,level,score,cap,limit,start,floor,lost,strikes,points,entry.points,entry.remaining,quantity,hour,weekday,day,month}'::text[]) n;
SELECT n, pg_temp.facet(n || ' = ''spam'''), pg_temp.rung(n || ' = ''spam'''), pg_temp.modifier('if(' || n || ' = ''spam'', 1, 2)'), pg_temp.entry(n || ' = ''spam''')
	FROM unnest('{city,rule,entry.rule}'::text[]) n;

-- mistakes
SELECT e, pg_temp.rung(e) FROM unnest(ARRAY[
	'', ' ', 'score', '69', 'score <=', '<= 69', 'score <= 69 and', 'score =< 69', 'score <= 69)',
	'(score <= 69', 'score <= 69 70', 'scor <= 69', 'Score <= 69', 'score <= "69"', 'score <= ''69',
	'score <= 69,5', 'score <= 69k', 'score <= 6.9.9', 'score & 1', 'score ≤ 69', 'score <= 69 AND score >= 3',
	'40 < score <= 69', 'not score', 'score and true', 'score in (1, 2', 'score in 1', 'score in (lost)', 'score in (''a'')',
	'if(score <= 69, true)', 'if(score, true, false)', 'if(adult, 1, 2)', 'min() > 1', 'min(city) > 1', 'abs(1, 2) > 1',
	'least(score, 1) = 1', 'city = 1', 'city < ''a''', 'adult = 1', 'adult < true', 'born = 1', 'within(born, 18)', 'within(born, ''18 yeers'')',
	'within(score, ''1 day'')', 'is_null()', 'severity = ''sever''', 'severity >= ''severe''', 'rule = ''spma''', 'class <> ''add''',
	'source in (''report'', ''robot'')', 'entry.pionts > 1', 'score.x > 1', 'a.b.c > 1', 'true', 'adult', 'not adult', 'score <= 69 or null']) e;

-- constants are worked out, and never-true conditions found
SELECT e, pg_temp.rung(e) FROM unnest(ARRAY[
	'1 = 2', 'not true', 'null', 'null = null', '1 / 0 > 1', 'score < 5 and score > 5', 'score < 5 and score >= 5', 'score <= 5 and score >= 5',
	'score = 5 and score = 6', 'score < -1', 'score > 100', 'score >= 100', 'lost < 0', 'score <> score']) e;

-- what is where
SELECT pg_temp.rung('score <= 69 and level in (2, 3) and city <> ''Beijing'' and within(born, ''18 years'') and not coalesce(adult, false) and hour >= 22 and strikes > 2 or severity = ''extreme''');
SELECT pg_temp.cap('if(level = 3, 120, if(adult, 110, 100))');
SELECT pg_temp.modifier('if(rule = ''spam'' and source = ''patrol'', 2 * points, round(points / 2))');
SELECT pg_temp.entry('entry.severity in (''severe'', ''extreme'') and entry.points > 1 and entry.remaining > 0 and entry.class = ''ads''');
SELECT pg_temp.activity('quantity >= 100 and score < cap');

-- dates, and periods between them
SELECT e, pg_temp.rung(e) FROM unnest(ARRAY[
	'born < date(''2025-06-17'')', 'born < ''2025-06-17''', '''2025-06-17 12:00'' > born', 'born in (''2025-06-17'', ''2025-06-18'')', 'born = ''17.6.2025''', 'born <> ''''',
	'date(''2025-02-30'') > born', 'date(score) > born', 'date() > born', 'coalesce(born, ''2025-01-01'') < ''2025-06-17''', 'if(adult, born, ''2025-01-01'') < ''2025-06-17''',
	'max(born, ''2025-01-01'') < min(''2026-01-01'', born)', 'max(''a'', ''b'') > 1', 'during(''2025-01-01'', ''2026-01-01'')', 'during(born, ''2026-01-01 08:00'')',
	'during(''2025-01-01'', born) and not during(born, born)', 'during(''2025-01-01'')', 'during(1, 2)', 'during(''2025-01-01'', ''2025-01-01'')', 'within(''2025-01-01'', ''1 year'')',
	'within(''soon'', ''1 year'')', 'ln(score) > 1', 'ln(0) > 1', 'ln(city) > 1', 'city = ''2025-01-01''']) e;

-- functions are told by their parenthesis, so that facts may have their names
SELECT pg_temp.try(pg_temp.doc('{"attributes": {"ln": "number", "date": "date", "during": "boolean"}, "facets": {"f": "ln(ln) > 1 and date < date(''2025-01-01'') and during"}, "observe": {}, "ladder": []}'));

-- what looks at the instant, on the ladder and in a condition on entries
SELECT e, pg_temp.rung(e), pg_temp.entry(e) FROM unnest(ARRAY[
	'now > born', 'age(born) >= 14', 'now >= plus(born, ''4 days'')', 'opened < born', 'holiday', 'now', 'plus(now, ''1 day'') > born',
	'plus(born, 4) > born', 'plus(born, city) > born', 'age(city) > 3', 'nwo > born', 'level > 1', 'within(born, ''4 days'')']) e;
