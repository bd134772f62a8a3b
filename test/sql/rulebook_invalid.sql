--
-- What publish() refuses, and what it says: one case for each thing that can
-- be wrong with a document.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

-- A document that is right, with a part replaced (null: left out) and merged.
CREATE FUNCTION pg_temp.doc(patch jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls('{"scheme": "t.invalid", "score": {"cap": 100},
		"attributes": {"followers": "number", "city": "text", "born": "date", "adult": "boolean"},
		"severities": {"minor": 1, "severe": [4, 8]},
		"rules": {"spam": {"title": "spam", "class": "ads"},
				  "fraud.fake": {"title": "fake goods", "severity": "severe", "tags": ["goods"]}},
		"observe": {"strikes": {"count": "violations", "within": "90 days"}},
		"ladder": [{"rung": "warn", "when": "score < 90", "tier": "warned"},
				   {"rung": "ban", "when": "score <= 0", "tier": "banned", "withhold": ["live"], "for": "ever"}]}'::jsonb
		|| patch)
$$;

-- One line of what comes of it.
CREATE FUNCTION pg_temp.try(document jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text; hint text;
BEGIN
	PERFORM governance.check_policy(document);
	RETURN NEXT 'accepted';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT CASE WHEN state = 'GV101' THEN '' ELSE state || ' ' END
		|| regexp_replace(message, '^policy document: ', '');
	IF detail <> '' THEN RETURN NEXT '    ' || detail; END IF;
	IF hint <> '' THEN RETURN NEXT '    -> ' || hint; END IF;
END $$;

CREATE FUNCTION pg_temp.bad(patch jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.try(pg_temp.doc(patch)) $$;
-- a part of a list or an object, put into the right place
CREATE FUNCTION pg_temp.rule(r jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('rules', jsonb_build_object('x', r))) $$;
CREATE FUNCTION pg_temp.rung(r jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('ladder', jsonb_build_array('{"rung": "first", "when": "score < 99", "tier": "warned"}'::jsonb, '{"rung": "x", "tier": "limited"}'::jsonb || r))) $$;
CREATE FUNCTION pg_temp.relief(r jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('relief', jsonb_build_array(r))) $$;
CREATE FUNCTION pg_temp.observe(r jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('observe', jsonb_build_object('x', r))) $$;
CREATE FUNCTION pg_temp.modifier(r jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('modifiers', jsonb_build_array(r))) $$;
CREATE FUNCTION pg_temp.collapse(r jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('collapse', jsonb_build_array(r))) $$;

\set ECHO queries
\echo '-- the document itself'
SELECT pg_temp.bad('{}');
SELECT pg_temp.try('[]');
SELECT pg_temp.try('"text"');
SELECT pg_temp.try('null');
SELECT pg_temp.try('{}');
SELECT pg_temp.bad('{"scheme": 1}');
SELECT pg_temp.bad('{"scheme": ""}');
SELECT pg_temp.bad('{"scheme": "Big"}');
SELECT pg_temp.bad(jsonb_build_object('scheme', repeat('a', 64)));
SELECT pg_temp.bad('{"ruels": {}}');
SELECT pg_temp.bad('{"//": "a comment", "// another": 1}');
SELECT pg_temp.bad('{"title": ""}');
SELECT pg_temp.bad('{"title": {"english language": "x"}}');
SELECT pg_temp.bad('{"title": {"en": 1}}');
SELECT pg_temp.bad('{"title": {"zh": "标题", "en": "title"}}');
SELECT pg_temp.bad('{"source": [1]}');
SELECT pg_temp.bad('{"source": {}}');
SELECT pg_temp.bad('{"time_zone": "Asia/Shangai"}');
SELECT pg_temp.bad('{"time_zone": "+8"}');
SELECT pg_temp.bad('{"time_zone": "Asia/Shanghai"}');
SELECT pg_temp.bad('{"clock": "decide"}');
SELECT pg_temp.bad('{"ladder_apply": "both"}');
SELECT pg_temp.bad('{"ladder_sequence": "yes"}');
SELECT pg_temp.bad('{"sanctions_from": 1}');
SELECT pg_temp.bad('{"activities": 1}');
SELECT pg_temp.bad('{"activities": ["exam 1"]}');
SELECT pg_temp.bad('{"activities": {"exam": 1}}');
SELECT pg_temp.bad('{"capabilities": {"": "x"}}');

\echo '-- score'
SELECT pg_temp.bad('{"score": 100}');
SELECT pg_temp.bad('{"score": {}}');
SELECT pg_temp.bad('{"score": {"cap": 0}}');
SELECT pg_temp.bad('{"score": {"cap": -1}}');
SELECT pg_temp.bad('{"score": {"cap": 10.123}}');
SELECT pg_temp.bad('{"score": {"cap": 10.120}}');
SELECT pg_temp.bad('{"score": {"cap": 21474836.48}}');
SELECT pg_temp.bad('{"score": {"cap": 1e400}}');
SELECT pg_temp.bad('{"score": {"cap": "followers +"}}');
SELECT pg_temp.bad('{"score": {"cap": "score"}}');
SELECT pg_temp.bad('{"score": {"cap": "strikes"}}');
SELECT pg_temp.bad('{"score": {"cap": "city"}}');
SELECT pg_temp.bad('{"score": {"cap": "0 - 5"}}');
SELECT pg_temp.bad('{"score": {"cap": "10000 * 10000"}}');
SELECT pg_temp.bad('{"score": {"cap": 100, "start": 101}}');
SELECT pg_temp.bad('{"score": {"cap": 100, "floor": 101}}');
SELECT pg_temp.bad('{"score": {"cap": 100, "limit": 12}}');
SELECT pg_temp.bad('{"score": {"direction": "accumulate", "cap": 12}}');
SELECT pg_temp.bad('{"score": {"direction": "accumulate"}}');
SELECT pg_temp.bad('{"score": {"direction": "up", "cap": 1}}');
SELECT pg_temp.bad('{"score": {"cap": 100, "stop_at_limit": true}}');
SELECT pg_temp.bad('{"score": {"cap": 100, "on_cap_raise": "lift"}}');

\echo '-- attributes and facets'
SELECT pg_temp.bad('{"attributes": []}');
SELECT pg_temp.bad('{"attributes": {"x": "numeric"}}');
SELECT pg_temp.bad('{"attributes": {"x": 1}}');
SELECT pg_temp.bad('{"attributes": {"x": {}}}');
SELECT pg_temp.bad('{"attributes": {"x": {"type": "number", "default": "1"}}}');
SELECT pg_temp.bad('{"attributes": {"x": {"type": "boolean", "default": 1}}}');
SELECT pg_temp.bad('{"attributes": {"x": {"type": "date", "default": "31.01.2024"}}}');
SELECT pg_temp.bad('{"attributes": {"x": {"type": "date", "default": "2024-02-30"}}}');
SELECT pg_temp.bad('{"attributes": {"x-y": "number"}}');
SELECT pg_temp.bad('{"attributes": {"score": "number"}}');
SELECT pg_temp.bad('{"attributes": {"and": "number"}}');
SELECT pg_temp.bad('{"facets": {"level": "if(followers > 1, 2, 1)", "high": "level >= 2"}}');
SELECT pg_temp.bad('{"facets": {"followers": "1"}}');
SELECT pg_temp.bad('{"facets": {"level": "level + 1"}}');
SELECT pg_temp.bad('{"facets": {"a": "b + 1", "b": "a + 1"}}');
SELECT pg_temp.bad('{"facets": {"level": "strikes"}}');
SELECT pg_temp.bad('{"facets": {"level": "null"}}');
SELECT pg_temp.bad('{"facets": {"level": {}}}');
SELECT pg_temp.bad('{"facets": {"level": "foolowers"}}');
SELECT pg_temp.bad((SELECT jsonb_build_object('facets', jsonb_object_agg('f' || i, CASE WHEN i = 0 THEN '1' ELSE format('f%s + 1', i - 1) END)) FROM generate_series(0, 40) i));
SELECT pg_temp.bad((SELECT jsonb_build_object('facets', jsonb_object_agg('f' || i, CASE WHEN i = 40 THEN '1' ELSE format('f%s + 1', i + 1) END)) FROM generate_series(0, 40) i));
SELECT pg_temp.bad((SELECT jsonb_build_object('facets', jsonb_object_agg('f' || i, CASE WHEN i = 0 THEN 'followers' ELSE format('f%1$s + f%1$s', i - 1) END)) FROM generate_series(0, 14) i));
SELECT pg_temp.bad((SELECT jsonb_build_object('facets', jsonb_object_agg('f' || i, i)) FROM generate_series(0, 300) i));

\echo '-- lists of cases'
SELECT pg_temp.bad('{"score": {"cap": []}}');
SELECT pg_temp.bad('{"score": {"cap": [{"when": "adult", "use": 110}, {"use": 100}]}}');
SELECT pg_temp.bad('{"score": {"cap": [{"use": 110}, {"use": 100}]}}');
SELECT pg_temp.bad('{"score": {"cap": [{"when": "adult"}]}}');
SELECT pg_temp.bad('{"score": {"cap": [{"when": "followers", "use": 1}]}}');
SELECT pg_temp.bad('{"score": {"cap": [{"if": "adult", "use": 1}]}}');
SELECT pg_temp.bad('{"score": {"cap": [{"when": "adult", "use": [{"use": 1}]}]}}');
SELECT pg_temp.bad('{"facets": {"f": [{"when": "adult", "use": 1}, {"use": "''x''"}]}}');

\echo '-- severities and rules'
SELECT pg_temp.bad('{"severities": {"mild": 1}}');
SELECT pg_temp.bad('{"severities": {"minor": "1"}}');
SELECT pg_temp.bad('{"severities": {"minor": [2, 1]}}');
SELECT pg_temp.bad('{"severities": {"minor": [1]}}');
SELECT pg_temp.bad('{"severities": {"minor": {"title": "x"}}}');
SELECT pg_temp.bad('{"rules": []}');
SELECT pg_temp.bad('{"rules": null}');
SELECT pg_temp.bad('{"rules": {"a b": {"title": "x"}}}');
SELECT pg_temp.bad('{"rules": {"*": {"title": "x"}}}');
SELECT pg_temp.rule('1');
SELECT pg_temp.rule('{}');
SELECT pg_temp.rule('{"title": "x", "severity": "medium"}');
SELECT pg_temp.rule('{"title": "x", "severity": "sever"}');
SELECT pg_temp.rule('{"title": "x", "points": -1}');
SELECT pg_temp.rule('{"title": "x", "points": [1, 2, 3]}');
SELECT pg_temp.rule('{"title": "x", "points": "1"}');
SELECT pg_temp.rule('{"title": "x", "points": 0.005}');
SELECT pg_temp.rule('{"title": "x", "points": [1, 2], "usual": 3}');
SELECT pg_temp.rule('{"title": "x", "points": 5, "usual": 4}');
SELECT pg_temp.rule('{"title": "x", "point": 5}');
SELECT pg_temp.rule('{"title": "x", "direct": "bann"}');
SELECT pg_temp.rule('{"title": "x", "direct": "ban", "class": "a", "tags": ["b"], "note": "c", "source": "d", "ours": true}');
SELECT pg_temp.rule('{"title": "x", "tags": "b"}');
SELECT pg_temp.rule('{"title": "x", "tags": ["b", "b"]}');
SELECT pg_temp.rule('{"title": "x", "ours": "yes"}');
SELECT pg_temp.rule('{"title": "x", "modifiers": [{"add": 1, "rules": ["x"]}]}');

\echo '-- modifiers'
SELECT pg_temp.bad('{"modifiers": {}}');
SELECT pg_temp.modifier('{}');
SELECT pg_temp.modifier('{"add": 1, "multiply": 2}');
SELECT pg_temp.modifier('{"add": -1}');
SELECT pg_temp.modifier('{"multiply": -1}');
SELECT pg_temp.modifier('{"replace": "city"}');
SELECT pg_temp.modifier('{"to_floor": false}');
SELECT pg_temp.modifier('{"at_most": {"range": [0, 5]}}');
SELECT pg_temp.modifier('{"add": {"range": [0, 5], "usual": 6}}');
SELECT pg_temp.modifier('{"add": {"range": 5}}');
SELECT pg_temp.modifier('{"add": {"usual": 5}}');
SELECT pg_temp.modifier('{"add": 1, "when": "quantity > 1"}');
SELECT pg_temp.modifier('{"add": 1, "when": "entry.points > 1"}');
SELECT pg_temp.modifier('{"add": 1, "when": "points > 1 and source = ''report'' and strikes > 1"}');
SELECT pg_temp.modifier('{"add": 1, "when": "source = ''reprot''"}');
SELECT pg_temp.modifier('{"add": 1, "when": "rule = ''fraud.fak''"}');
SELECT pg_temp.modifier('{"add": 1, "when": "class in (''ads'', ''adds'')"}');
SELECT pg_temp.modifier('{"add": 1, "when": "severity >= ''bad''"}');
SELECT pg_temp.modifier('{"add": 1, "when": "false"}');
SELECT pg_temp.modifier('{"add": 1, "rules": []}');
SELECT pg_temp.modifier('{"add": 1, "rules": "spam"}');
SELECT pg_temp.modifier('{"add": 1, "rules": ["spma"]}');
SELECT pg_temp.modifier('{"add": 1, "rules": ["fraud.*"], "classes": ["ads"]}');
SELECT pg_temp.modifier('{"add": 1, "except_rules": ["fruad.*"]}');
SELECT pg_temp.modifier('{"add": 1, "classes": ["adds"]}');
SELECT pg_temp.modifier('{"add": 1, "tags": ["good"]}');
SELECT pg_temp.modifier('{"add": 1, "severities": ["hard"]}');
SELECT pg_temp.modifier('{"add": 1, "marked": ["paid"]}');

\echo '-- collapse'
SELECT pg_temp.collapse('{}');
SELECT pg_temp.collapse('{"group": "incident"}');
SELECT pg_temp.collapse('{"group": "incident", "keep": "max"}');
SELECT pg_temp.collapse('{"group": "event", "keep": "max"}');
SELECT pg_temp.collapse('{"group": "incident", "keep": "max", "at_most": 5}');
SELECT pg_temp.collapse('{"group": "rule", "keep": "max"}');
SELECT pg_temp.collapse('{"group": "rule", "keep": "max", "within": "1 day", "each": "day"}');
SELECT pg_temp.collapse('{"group": "rule", "keep": "max", "within": "ever"}');
SELECT pg_temp.collapse('{"group": "rule", "keep": "max", "each": "hour"}');
SELECT pg_temp.collapse('{"group": "rule", "at_most": -6, "each": "day"}');
SELECT pg_temp.collapse('{"group": "all", "at_most": 6, "each": "day", "rules": ["span"]}');
SELECT pg_temp.collapse('{"group": "all", "at_most": 6, "each": "day", "where": "entry.points > 1"}');

\echo '-- observe'
SELECT pg_temp.observe('{}');
SELECT pg_temp.observe('{"count": "violations", "sum": "points"}');
SELECT pg_temp.observe('{"count": "violation"}');
SELECT pg_temp.observe('{"sum": "violations"}');
SELECT pg_temp.observe('{"count": "violations", "within": "90"}');
SELECT pg_temp.observe('{"count": "violations", "within": "0 days"}');
SELECT pg_temp.observe('{"count": "violations", "within": "cycle"}');
SELECT pg_temp.observe('{"count": "violations", "rungs": ["ban"]}');
SELECT pg_temp.observe('{"count": "violations", "same": ["title"]}');
SELECT pg_temp.observe('{"count": "violations", "same": "rule"}');
SELECT pg_temp.observe('{"count": "violations", "marked": ["paid"], "unmarked": ["paid"]}');
SELECT pg_temp.observe('{"count": "violations", "where": "score < 1"}');
SELECT pg_temp.observe('{"count": "violations", "where": "entry.points > 1"}');
SELECT pg_temp.observe('{"count": "sanctions", "live": true}');
SELECT pg_temp.observe('{"count": "sanctions", "rungs": ["bans"]}');
SELECT pg_temp.observe('{"count": "sanctions", "tier": "clear"}');
SELECT pg_temp.observe('{"count": "sanctions", "by": "middle"}');
SELECT pg_temp.observe('{"count": "activities"}');
SELECT pg_temp.observe('{"sum": "quantity", "kind": "exam", "within": "30 days"}');
SELECT pg_temp.bad('{"observe": {"followers": {"count": "violations"}}}');
SELECT pg_temp.bad('{"facets": {"f": 1}, "observe": {"f": {"count": "violations"}}}');
SELECT pg_temp.bad('{"observe": {"max": {"count": "violations"}}}');

\echo '-- ladder'
SELECT pg_temp.bad('{"ladder": {}}');
SELECT pg_temp.bad('{"ladder": [1]}');
SELECT pg_temp.bad('{"ladder": [{"tier": "warned", "when": "score < 1"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "a", "tier": "warned", "when": "score < 1"}, {"rung": "a", "tier": "banned", "when": "score < 1"}]}');
SELECT pg_temp.rung('{}');
SELECT pg_temp.rung('{"tier": "clear", "when": "score < 50"}');
SELECT pg_temp.rung('{"tier": "bannd", "when": "score < 50"}');
SELECT pg_temp.rung('{"when": "scor < 50"}');
SELECT pg_temp.rung('{"when": "score < 50 and"}');
SELECT pg_temp.rung('{"when": "score"}');
SELECT pg_temp.rung('{"when": 50}');
SELECT pg_temp.rung('{"when": "points > 5"}');
SELECT pg_temp.rung('{"when": "score < 50 and rule = ''spam''"}');
SELECT pg_temp.rung('{"when": "false"}');
SELECT pg_temp.rung('{"when": "1 > 2"}');
SELECT pg_temp.rung('{"when": "score < 10 and score > 20"}');
SELECT pg_temp.rung('{"when": "score < 0"}');
SELECT pg_temp.rung('{"when": "score > 100"}');
SELECT pg_temp.rung('{"when": "score < 50", "withhold": "live"}');
SELECT pg_temp.rung('{"when": "score < 50", "withhold": ["live", "live"]}');
SELECT pg_temp.rung('{"when": "score < 50", "withhold": ["go live"]}');
SELECT pg_temp.rung('{"when": "score < 50", "each": 12, "for": "1 day"}');
SELECT pg_temp.rung('{"each": 12}');
SELECT pg_temp.rung('{"each": 0, "for": "1 day"}');
SELECT pg_temp.rung('{"each": 12, "measure": "city", "for": "1 day"}');
SELECT pg_temp.rung('{"when": "score < 50", "measure": "lost"}');
SELECT pg_temp.rung('{"for": "1 day"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": 7}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "7 dyas"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "-7 days"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"days": "7 * strikes"}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"days": "7 * strike"}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"days": -7}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"day": 7}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"days": 7, "hours": 1}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": [{"when": "strikes > 2", "use": "30 days"}, {"use": "7 days"}]}');
SELECT pg_temp.rung('{"when": "score < 50", "for": [{"use": "30 days"}, {"use": "7 days"}]}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"count": 0, "of": "match"}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"count": 2}}');
SELECT pg_temp.rung('{"when": "score < 50", "until": []}');
SELECT pg_temp.rung('{"when": "score < 50", "until": [{"where": "quantity > 1"}]}');
SELECT pg_temp.rung('{"when": "score < 50", "until": ["exam", {"on": "fine", "where": "quantity >= 1"}]}');
SELECT pg_temp.rung('{"when": "score < 50", "rearm": "always"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "1 day", "rearm": "ever"}');
SELECT pg_temp.rung('{"when": "score < 50", "overlap": "max"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "1 day", "overlap": "min"}');
SELECT pg_temp.rung('{"when": "score < 50", "after": "frist"}');
SELECT pg_temp.rung('{"when": "score < 50", "after": "x"}');
SELECT pg_temp.bad('{"ladder": [{"rung": "a", "tier": "warned", "when": "score < 9", "after": "b"}, {"rung": "b", "tier": "banned", "when": "score < 8", "after": "a"}]}');
SELECT pg_temp.rung('{"when": "score < 50", "elect": {"on": "choice", "rung": "x"}}');
SELECT pg_temp.rung('{"when": "score < 50", "elect": {"rung": "first"}}');
SELECT pg_temp.rung('{"when": "score < 50", "terms": {"study_days": "city"}}');
SELECT pg_temp.rung('{"when": "score < 50", "terms": {"study_days": "min(60, 7 * strikes)"}}');
SELECT pg_temp.bad('{"ladder": [{"rung": "a", "tier": "limited", "when": "score < 50"}, {"rung": "b", "tier": "muted", "when": "score < 50"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "a", "tier": "muted", "when": "score < 50"}, {"rung": "b", "tier": "limited", "when": "score < 40"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "a", "tier": "limited", "when": "score < 50", "for": "1 day"}, {"rung": "b", "tier": "muted", "when": "50 > score", "for": "1 day"}]}');
SELECT pg_temp.bad('{"ladder_apply": "all", "ladder": [{"rung": "a", "tier": "limited", "when": "score < 50"}, {"rung": "b", "tier": "muted", "when": "score < 50"}]}');

\echo '-- relief'
SELECT pg_temp.bad('{"relief": {"every": "30 days", "add": 1}}');
SELECT pg_temp.relief('{}');
SELECT pg_temp.relief('{"add": 1}');
SELECT pg_temp.relief('{"every": "30 days"}');
SELECT pg_temp.relief('{"every": "30 days", "on": "exam", "add": 1}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "set": 1}');
SELECT pg_temp.relief('{"every": "30 days", "add": 0}');
SELECT pg_temp.relief('{"every": "30 days", "add": -1}');
SELECT pg_temp.relief('{"every": "30 days", "add": "city"}');
SELECT pg_temp.relief('{"every": "0 days", "add": 1}');
SELECT pg_temp.relief('{"every": "1 second", "add": 1}');
SELECT pg_temp.relief('{"every": "ever", "add": 1}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "cooldown": "1 day"}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "wait": "1 day", "first_after": "2 days"}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "on_violation": "extend"}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "extend_by": "1 day"}');
SELECT pg_temp.relief('{"every": "7 days", "add": 1, "active": "post", "on_violation": "extend", "extend_by": {"days": "7 * points"}}');
SELECT pg_temp.relief('{"every": "36 hours", "add": 1, "active": "post"}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "pause_during": ["no*"]}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "round": "up"}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "rules": ["spam"]}');
SELECT pg_temp.relief('{"every": "30 days", "add": 1, "when": "score > 200 and score < 100"}');
SELECT pg_temp.relief('{"age": "365 days", "void": "entry"}');
SELECT pg_temp.relief('{"age": "365 days", "void": "sanction"}');
SELECT pg_temp.relief('{"age": "365 days", "void": "contributing"}');
SELECT pg_temp.relief('{"age": "ever", "void": "entry"}');
SELECT pg_temp.relief('{"age": "365 days", "from": "fine_paid", "void": "entry", "where": "entry.remaining > 1"}');
SELECT pg_temp.relief('{"age": "365 days", "restore": false}');
SELECT pg_temp.relief('{"at": "year", "restore": true, "when": "score > 0"}');
SELECT pg_temp.relief('{"at": "decade", "restore": true}');
SELECT pg_temp.relief('{"at": "cycle", "restore": true}');
SELECT pg_temp.relief('{"at": {"every": "12 months"}, "restore": true}');
SELECT pg_temp.relief('{"at": {"every": "12 months", "from": "birn"}, "restore": true}');
SELECT pg_temp.relief('{"at": {"every": "12 months", "from": "city"}, "restore": true}');
SELECT pg_temp.relief('{"at": {"every": "12 months", "from": "born"}, "void": "all", "unmarked": ["unpaid"]}');
SELECT pg_temp.relief('{"at": {"every": "12 months", "from": "2024-13-01"}, "restore": true}');
SELECT pg_temp.relief('{"at": {"every": "0 months", "from": "opened"}, "restore": true}');
SELECT pg_temp.relief('{"at": {"every": "1 second", "from": "opened"}, "restore": true}');
SELECT pg_temp.relief('{"at": "year", "void": "entry"}');
SELECT pg_temp.relief('{"on": "exam", "where": "quantity >= 100", "add": 1, "at_most": ["1 per 30 days", "6 points per year"], "cooldown": "1 day", "partial": "refuse"}');
SELECT pg_temp.relief('{"on": "exam", "add": "quantity", "at_most": "one per day"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "at_most": "1"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "at_most": "1 per fortnight"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "at_most": "1.5 per day"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "at_most": "1.555 points per day"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "at_most": "0 per day"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "at_most": "6 point per cycle"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "at_most": "6 apples per day"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "where": "entry.points > 1"}');
SELECT pg_temp.relief('{"on": "", "add": 1}');
SELECT pg_temp.relief('{"sanction": "middle", "set": 7}');
SELECT pg_temp.relief('{"sanction": "end", "rungs": ["ban"], "set": 7}');
SELECT pg_temp.relief('{"sanction": "start", "void": "contributing"}');
SELECT pg_temp.relief('{"sanction": "start", "rungs": ["b"], "subtract": 12}');
SELECT pg_temp.bad((SELECT jsonb_build_object('relief', jsonb_agg(jsonb_build_object('age', i || ' days', 'void', 'entry'))) FROM generate_series(1, 33) i));

\echo '-- cycle, revision, enforcement'
SELECT pg_temp.bad('{"cycle": "cycle"}');
SELECT pg_temp.bad('{"cycle": "yaer"}');
SELECT pg_temp.bad('{"cycle": {"every": "12 months", "from": "born"}, "relief": [{"at": "cycle", "restore": true}]}');
SELECT pg_temp.bad('{"revision": {"overturn": "undo"}}');
SELECT pg_temp.bad('{"revision": {"late": "recompute", "handover": "convert", "when": 1}}');
SELECT pg_temp.bad('{"enforcement": {"from": "tomorrow"}}');
SELECT pg_temp.bad('{"enforcement": {"from": "2024-01-01", "rollout": {"from": "2024-01-01 00:00+08", "to": "2024-01-01T00:00:00Z"}}}');
SELECT pg_temp.bad('{"enforcement": {"rollout": {"from": "2024-01-02", "to": "2024-01-01"}}}');
SELECT pg_temp.bad('{"enforcement": {"rollout": {"from": "2024-01-02"}}}');
SELECT pg_temp.bad('{"enforcement": {"from": "2024-01-01T24:00"}}');
SELECT pg_temp.bad('{"enforcement": {"from": "2024-01-01 25:00"}}');
SELECT pg_temp.bad('{"enforcement": {"from": "2024-01-01T23:59:59.999999+08:00"}}');
SELECT pg_temp.bad('{"enforcement": {"from": "2024-01-01T23:59:59.9999999"}}');
SELECT pg_temp.bad('{"enforcement": {"from": "2024-01-01T23:59:59.1 PST"}}');

\echo '-- size and depth'
SELECT pg_temp.bad((SELECT jsonb_build_object('rules', jsonb_object_agg('r' || i, '{"title": "x", "points": 1}'::jsonb)) FROM generate_series(1, 10001) i));
SELECT pg_temp.bad((SELECT jsonb_build_object('ladder', jsonb_agg(jsonb_build_object('rung', 'r' || i, 'tier', 'warned', 'when', 'score < 50'))) FROM generate_series(1, 257) i));
SELECT pg_temp.bad((SELECT jsonb_build_object('score', jsonb_build_object('cap', jsonb_agg(jsonb_build_object('when', 'followers > ' || i, 'use', i)))) FROM generate_series(1, 65) i));
SELECT pg_temp.bad((SELECT jsonb_build_object('score', jsonb_build_object('cap', jsonb_agg(jsonb_build_object('when', 'followers > ' || i, 'use', i)))) FROM generate_series(1, 64) i));
SELECT pg_temp.try((repeat('[', 100) || repeat(']', 100))::jsonb);
SELECT pg_temp.try(jsonb_build_object('scheme', 'x', repeat('k', 200), 1));
SELECT pg_temp.bad(jsonb_build_object('facets', jsonb_build_object('f', repeat('(', 200) || '1' || repeat(')', 200))));
SELECT pg_temp.bad(jsonb_build_object('facets', jsonb_build_object('f', repeat('1 + ', 200) || '1')));
SELECT pg_temp.bad(jsonb_build_object('facets', jsonb_build_object('f', repeat('adult or ', 500) || 'adult')));
SELECT pg_temp.bad(jsonb_build_object('facets', jsonb_build_object('f', repeat(' ', 9000))));
SELECT pg_temp.bad(jsonb_build_object('rules', jsonb_build_object(repeat('规', 22), '{"title": "x"}'::jsonb)));
SELECT pg_temp.bad(jsonb_build_object('rules', jsonb_build_object(repeat('规', 21), '{"title": "x"}'::jsonb)));
SELECT length(governance.check_policy(pg_temp.doc((SELECT jsonb_build_object('rules',
	jsonb_object_agg('r' || i, '{"title": "x", "modifiers": [{"add": 1}]}'::jsonb)) FROM generate_series(1, 1000) i)))::text) > 100000;

-- what people write who know other languages
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "score => 3", "tier": "muted", "for": "7 days"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "score >= 3 && hour > 2", "tier": "muted", "for": "7 days"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "score >= 3 || hour > 2", "tier": "muted", "for": "7 days"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "score between 3 and 5", "tier": "muted", "for": "7 days"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "points >= 3", "tier": "muted", "for": "7 days"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "novice", "tier": "muted", "for": "7 days"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "score < 3", "tier": "muted", "for": "permanent"}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "score < 3", "tier": "muted", "for": 7}]}');
SELECT pg_temp.bad('{"ladder": [{"rung": "r", "when": "score < 3", "tier": "muted", "for": "2 matches"}]}');
SELECT pg_temp.bad('{"relief": [{"age": "1 year", "from": "decision", "void": "entry"}]}');
SELECT pg_temp.bad('{"relief": [{"age": "1 year", "from": "occured", "void": "entry"}]}');
SELECT pg_temp.bad('{"relief": [{"age": "1 year", "from": "fine_paid", "void": "entry"}]}');

-- what a document says and cannot mean
SELECT pg_temp.bad('{"capabilities": {"live": "go live", "post": "post"}, "ladder": [{"rung": "r", "when": "score < 3", "tier": "banned", "withhold": ["psot"], "for": "ever"}]}');
SELECT pg_temp.bad('{"capabilities": ["post"], "ladder": [{"rung": "r", "when": "score < 3", "tier": "banned", "withhold": ["walk"], "for": "ever"}]}');
SELECT pg_temp.bad('{"capabilities": ["live"], "links": [{"kind": "k", "confidence": 1, "rungs": ["ban"], "withhold": ["lvie"]}]}');
SELECT pg_temp.bad('{"capabilities": ["live"]}');
SELECT pg_temp.bad('{"score": {"direction": "accumulate", "limit": 9}, "ladder": [], "relief": [{"every": "30 days", "add": 1}]}');
SELECT pg_temp.bad('{"score": {"direction": "accumulate", "limit": 9}, "ladder": [], "relief": [{"on": "course", "add": 1}]}');
SELECT pg_temp.bad('{"score": {"direction": "accumulate", "limit": 9}, "ladder": [], "relief": [{"at": "year", "raise_to": 1}]}');
SELECT pg_temp.bad('{"score": {"direction": "accumulate", "limit": 9}, "ladder": [], "relief": [{"on": "no_show", "add": 1, "penalty": true}, {"sanction": "end", "add": 1}]}');
SELECT pg_temp.relief('{"on": "course", "subtract": 1}');
SELECT pg_temp.relief('{"age": "1 year", "lower_to": 1}');
SELECT pg_temp.relief('{"on": "no_show", "subtract": 1, "penalty": true}');
SELECT pg_temp.relief('{"on": "course", "add": 1, "penalty": true}');
SELECT pg_temp.relief('{"age": "1 year", "from": "born", "void": "entry"}');
SELECT pg_temp.bad('{"activities": ["born"], "relief": [{"age": "1 year", "from": "born", "void": "entry"}]}');
SELECT pg_temp.bad('{"facets": {"old": "followers > 3"}, "relief": [{"on": "old", "add": 1}]}');
SELECT pg_temp.bad('{"observe": {"again": {"count": "violations", "same": ["rule"]}}, "relief": [{"every": "30 days", "when": "again > 1", "add": 1}]}');
SELECT pg_temp.bad('{"observe": {"again": {"count": "violations", "same": ["rule"]}}, "relief": [{"every": "30 days", "on_violation": "extend", "extend_by": {"days": "again"}, "add": 1}]}');

-- lengths that are chosen
SELECT pg_temp.rung('{"when": "score < 50", "for": {"range": ["1 month", "6 months"]}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"range": ["1 month", "6 months"], "usual": {"months": "1 + strikes"}}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": [{"when": "strikes > 3", "use": "ever"}, {"use": {"range": ["1 month", "6 months"], "usual": "2 months"}}]}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"range": ["1 month", "6 months"], "usual": "7 months"}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"range": ["6 months", "1 month"]}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"range": ["1 month", "ever"]}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"range": ["0 days", "1 month"]}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"range": "1 month"}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"usual": "1 month"}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"range": ["1 month", "6 months"], "usual": {"range": ["2 months", "3 months"]}}}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"months": [1, 6]}}');
SELECT pg_temp.relief('{"age": {"range": ["1 month", "6 months"]}, "void": "entry"}');

-- what leads on from there
SELECT pg_temp.relief('{"age": "2.5 years", "void": "entry"}');
SELECT pg_temp.relief('{"age": "1.5 weeks", "void": "entry"}');
SELECT pg_temp.relief('{"age": "0.1234567 minutes", "void": "entry"}');
SELECT pg_temp.relief('{"age": "30 seconds", "void": "entry"}');
SELECT pg_temp.relief('{"on": "exam", "add": 1, "at_most": 10}');
SELECT pg_temp.observe('{"count": "violations", "within": "week"}');
SELECT pg_temp.rung('{"when": "count(violations) > 3"}');
SELECT pg_temp.rung('{"when": "followres > 3"}');
SELECT pg_temp.rung('{"when": "year = 2025"}');
SELECT pg_temp.rung('{"when": "floro(score) > 3"}');
SELECT pg_temp.rung('{"when": "born < ''yesterday''"}');
SELECT pg_temp.rung('{"when": "during(''2025-02-01'', ''2025-01-01'')"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": {"days": "entry.points"}}');
SELECT pg_temp.observe('{"count": "violations", "where": "points > 3"}');
SELECT pg_temp.rung('{"when": "score < 50", "tier": "warning"}');
SELECT pg_temp.rung('{"when": "score < 50", "tier": "mute"}');
SELECT pg_temp.modifier('{"add": 1, "when": "severity = ''extreem''"}');

-- what ends, and what is different
SELECT pg_temp.rung('{"when": "score < 50", "for": "1 day", "ends": ["warn"]}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "1 day", "ends": ["first"]}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "1 day", "ends": ["x"]}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "1 day", "ends": "x"}');
SELECT pg_temp.observe('{"count": "violations", "distinct": "content"}');
SELECT pg_temp.observe('{"count": "violations", "distinct": "reporter"}');
SELECT pg_temp.observe('{"sum": "points", "distinct": "content"}');
SELECT pg_temp.observe('{"count": "activities", "kind": "exam", "distinct": "content"}');

-- what other languages, and other documents, write
SELECT pg_temp.rung('{"when": "score < 50", "for": "7"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "7d"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "PT36H"}');
SELECT pg_temp.rung('{"when": "score < 50", "for": "2 fortnights"}');
SELECT pg_temp.observe('{"count": "violations", "within": "90"}');
SELECT pg_temp.rung('{"when": "score < ''60''"}');
SELECT pg_temp.rung('{"when": "score in (1, ''60'')"}');
SELECT pg_temp.rung('{"when": "score < ''low''"}');
SELECT pg_temp.rung('{"when": "born < 2025"}');
SELECT pg_temp.rung('{"when": "score < 50", "duration": "7 days"}');
SELECT pg_temp.relief('{"after": "1 year", "void": "entry"}');
SELECT pg_temp.bad('{"score": {"max": 100}}');
SELECT pg_temp.bad('{"score": {"colour": 100}}');
