--
-- What publish() refuses of entitlement documents, and what it says: one case for
-- each thing that can be wrong.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on

-- A document that is right, with parts replaced (null: left out).
CREATE FUNCTION pg_temp.doc(patch jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_strip_nulls('{"entitlement": "t.invalid", "calendar": {"holidays": "cn"},
		"attributes": {"born": "date", "level": {"type": "number", "default": 1}, "zone": "text", "verified": "boolean"},
		"context": {"item": "text", "recipients": "number"},
		"facets": {"years": "age(born)"},
		"observe": {"uploads": {"count": "activities", "kind": "upload", "within": "90 days"}},
		"rests": {"pause": {"without": ["app.*"], "length": "30 minutes"}},
		"achievements": {"first": {"reach": {"uploads": "uploads >= 3"}, "keep": "ever"}},
		"pools": {"screen": {"unit": "minutes", "hours": ["06:00-22:00"], "at_most": ["40 per day"],
							 "consent": {"guardian": ["at_most", "hours"]}}},
		"capabilities": {"watch": {"pool": "screen"}, "app.*": {"unit": "minutes"}, "tip": false, "read": true}}'::jsonb
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
		|| regexp_replace(message, '^entitlement document: ', '');
	IF detail <> '' THEN RETURN NEXT '    ' || detail; END IF;
	IF hint <> '' THEN RETURN NEXT '    -> ' || hint; END IF;
END $$;

CREATE FUNCTION pg_temp.bad(patch jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.try(pg_temp.doc(patch)) $$;
-- a capability x beside the others, a limit of it, a pool, a rest, an observable, an achievement
CREATE FUNCTION pg_temp.cap(c jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('capabilities', pg_temp.doc('{}') -> 'capabilities' || jsonb_build_object('x', c))) $$;
CREATE FUNCTION pg_temp.lim(l jsonb, more jsonb DEFAULT '{}') RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.try(jsonb_set(pg_temp.doc('{}'), '{capabilities,x}', jsonb_build_object('at_most', jsonb_build_array(l)) || more)) $$;
CREATE FUNCTION pg_temp.pool(p jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('pools', jsonb_build_object('screen', p))) $$;
CREATE FUNCTION pg_temp.rest(r jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('rests', jsonb_build_object('pause', r))) $$;
CREATE FUNCTION pg_temp.observe(o jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('observe', (pg_temp.doc('{}') -> 'observe') || jsonb_build_object('x', o))) $$;
CREATE FUNCTION pg_temp.won(a jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.bad(jsonb_build_object('achievements', a)) $$;
CREATE FUNCTION pg_temp.hours(h jsonb) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.cap(jsonb_build_object('hours', h)) $$;

\set ECHO queries
\echo '-- the document itself'
SELECT pg_temp.bad('{}');
SELECT pg_temp.try('{"entitlement": "t.x"}');
SELECT pg_temp.bad('{"entitlement": 1}');
SELECT pg_temp.bad('{"entitlement": ""}');
SELECT pg_temp.bad('{"entitlement": "Big"}');
SELECT pg_temp.bad('{"scheme": "t.x"}');
SELECT pg_temp.bad('{"capabilites": {}}');
SELECT pg_temp.bad('{"// comment": 1}');
SELECT pg_temp.bad('{"title": ""}');
SELECT pg_temp.bad('{"title": {"en": 1}}');
SELECT pg_temp.bad('{"source": [1]}');
SELECT pg_temp.bad('{"source": {}}');
SELECT pg_temp.bad('{"time_zone": "Asia/Shangai"}');
SELECT pg_temp.bad('{"time_zone": {"attribute": "zone"}}');
SELECT pg_temp.bad('{"time_zone": {"attribute": "level", "else": "UTC"}}');
SELECT pg_temp.bad('{"time_zone": {"attribute": "zome", "else": "UTC"}}');
SELECT pg_temp.bad('{"time_zone": {"attribute": "zone", "else": "Asia/Shanghai"}}');
SELECT pg_temp.bad('{"calendar": {"holidays": "cn", "roll": ["sanctions"]}}');
SELECT pg_temp.bad('{"ladder": []}');
SELECT pg_temp.bad('{"applies": "level"}');
SELECT pg_temp.bad('{"applies": "false"}');
SELECT pg_temp.bad('{"applies": "yeers < 18"}');
SELECT pg_temp.bad('{"applies": "context.item = ''x''"}');
SELECT pg_temp.bad('{"applies": "other.level > 1"}');
SELECT pg_temp.bad('{"applies": "amount > 1"}');
SELECT pg_temp.bad('{"applies": "used(''day'') > 1"}');
SELECT pg_temp.bad('{"instead_of": []}');
SELECT pg_temp.bad('{"instead_of": "a.b"}');
SELECT pg_temp.bad('{"instead_of": ["A b"]}');
SELECT pg_temp.bad('{"instead_of": ["t.invalid"]}');
SELECT pg_temp.bad('{"enforcement": {"form": "2024-01-01"}}');

\echo '-- facts, context, facets'
SELECT pg_temp.bad('{"attributes": {"born": "date", "level": {"type": "number", "default": 1, "of": "platform"}, "zone": "text", "verified": "boolean"}}');
SELECT pg_temp.bad('{"attributes": {"born": {"type": "date", "of": "household"}}}');
SELECT pg_temp.bad('{"attributes": {"born": "day"}}');
SELECT pg_temp.bad('{"context": {"item": "string"}}');
SELECT pg_temp.bad('{"context": {"item": {"type": "text", "default": 1}}}');
SELECT pg_temp.bad('{"context": {"item": {"default": 1}}}');
SELECT pg_temp.bad('{"context": {"an item": "text"}}');
SELECT pg_temp.bad('{"context": []}');
SELECT pg_temp.bad('{"facets": {"years": "years + 1"}}');
SELECT pg_temp.bad('{"facets": {"years": "age(born)", "bulk": "context.recipients > 10"}}');
SELECT pg_temp.bad('{"facets": {"years": "age(born)", "rich": "other.level"}}');
SELECT pg_temp.bad('{"facets": {"years": "age(born)", "good": "tier(''shop'') < ''limited''"}}');
SELECT pg_temp.bad('{"facets": {"years": "age(born)", "good": "tier(''shop'') < ''limitid''"}}');
SELECT pg_temp.bad('{"facets": {"years": "age(born)", "uploads": "1"}}');
SELECT pg_temp.bad('{"facets": {"years": "age(level)"}}');

\echo '-- observe'
SELECT pg_temp.observe('{}');
SELECT pg_temp.observe('{"count": "violations"}');
SELECT pg_temp.observe('{"count": "activities"}');
SELECT pg_temp.observe('{"count": "activities", "kind": "a b"}');
SELECT pg_temp.observe('{"count": "days"}');
SELECT pg_temp.observe('{"count": "days", "kind": "post", "capability": "watch"}');
SELECT pg_temp.observe('{"count": "uses"}');
SELECT pg_temp.observe('{"count": "uses", "capability": "wotch"}');
SELECT pg_temp.observe('{"count": "uses", "capability": "watch", "kind": "upload"}');
SELECT pg_temp.observe('{"sum": "points", "kind": "upload"}');
SELECT pg_temp.observe('{"sum": "amount", "count": "uses", "capability": "watch"}');
SELECT pg_temp.observe('{"latest": "sanctions", "by": "middle"}');
SELECT pg_temp.observe('{"latest": "sanctions", "stretch": 0}');
SELECT pg_temp.observe('{"count": "sanctions", "stretch": 2}');
SELECT pg_temp.observe('{"latest": "sanctions", "in_force": true}');
SELECT pg_temp.observe('{"latest": "sanctions", "schemes": []}');
SELECT pg_temp.observe('{"count": "uses", "capability": "watch", "within": "0 days"}');
SELECT pg_temp.observe('{"count": "uses", "capability": "watch", "within": "ever"}');
SELECT pg_temp.observe('{"count": "uses", "capability": "app.*", "within": "7 days"}');
SELECT pg_temp.bad('{"observe": {"level": {"count": "uses", "capability": "watch"}}}');

\echo '-- capabilities'
SELECT pg_temp.bad('{"capabilities": {}}');
SELECT pg_temp.bad('{"capabilities": ["watch"]}');
SELECT pg_temp.cap('"yes"');
SELECT pg_temp.cap('1');
SELECT pg_temp.cap('{}');
SELECT pg_temp.bad('{"capabilities": {"a b": true}, "pools": null, "rests": null}');
SELECT pg_temp.bad('{"capabilities": {"": true}, "pools": null, "rests": null}');
SELECT pg_temp.cap('{"units": "minutes"}');
SELECT pg_temp.cap('{"limit": ["40 per day"]}');
SELECT pg_temp.cap('{"unit": ""}');
SELECT pg_temp.cap('{"unit": "minute"}');
SELECT pg_temp.cap('{"unit": "h"}');
SELECT pg_temp.cap('{"at_least": 0}');
SELECT pg_temp.cap('{"at_least": -1}');
SELECT pg_temp.cap('{"step": "1"}');
SELECT pg_temp.cap('{"apart": "soon"}');
SELECT pg_temp.cap('{"apart": {"seconds": "context.recipients"}}');
SELECT pg_temp.cap('{"counting": ["watch"]}');
SELECT pg_temp.cap('{"settles_after": 24}');
SELECT pg_temp.cap('{"ours": "yes"}');
SELECT pg_temp.cap('{"age_turns": "day_after"}');
SELECT pg_temp.cap('{"source": 1}');

\echo '-- require'
SELECT pg_temp.cap('{"require": "years"}');
SELECT pg_temp.cap('{"require": "false"}');
SELECT pg_temp.cap('{"require": {}}');
SELECT pg_temp.cap('{"require": {"of age": "years >= 18"}}');
SELECT pg_temp.cap('{"require": {"hours": "years >= 18"}}');
SELECT pg_temp.cap('{"require": {"of_age": "years >= 18 and"}}');
SELECT pg_temp.cap('{"require": {"of_age": {"title": "grown up"}}}');
SELECT pg_temp.cap('{"require": {"of_age": {"is": "years >= 18", "text": "grown up"}}}');
SELECT pg_temp.cap('{"require": "achieved(''frist'')"}');
SELECT pg_temp.cap('{"require": "achieved(first)"}');
SELECT pg_temp.cap('{"require": "score > 10"}');
SELECT pg_temp.cap('{"require": "score() > 10"}');
SELECT pg_temp.cap('{"require": "score(''shop'') > 10"}');
SELECT pg_temp.cap('{"require": "running(''shop'', ''ban*'', ''x'')"}');
SELECT pg_temp.cap('{"require": "tier(''shop'') < 1"}');
SELECT pg_temp.cap('{"require": "qualifed(''law'')"}');
SELECT pg_temp.cap('{"require": "context.itm = ''x''"}');
SELECT pg_temp.cap('{"require": "item = ''x''"}');
SELECT pg_temp.cap('{"require": "other.levl > 1"}');
SELECT pg_temp.cap('{"require": "used(''day'') > 1"}');
SELECT pg_temp.cap('{"require": "used(''day'') > 1", "at_most": ["5 per day"]}');
SELECT pg_temp.cap('{"require": "remaining(''week'') > 1", "at_most": ["5 per day"]}');
SELECT pg_temp.cap('{"require": "amount <= 5 and now >= plus(opened, ''4 days'')"}');
SELECT pg_temp.cap('{"require": "now >= plus(opened, 4)"}');
SELECT pg_temp.cap('{"require": {"day": "verified"}, "at_most": ["5 per day"]}');

\echo '-- hours'
SELECT pg_temp.hours('"06:00-22:00"');
SELECT pg_temp.hours('[]');
SELECT pg_temp.hours('["6:00-22:00"]');
SELECT pg_temp.hours('["6-22"]');
SELECT pg_temp.hours('["06:00-25:00"]');
SELECT pg_temp.hours('["06:60-22:00"]');
SELECT pg_temp.hours('["08:00-08:00"]');
SELECT pg_temp.hours('["06:00 to 22:00"]');
SELECT pg_temp.hours('[6]');
SELECT pg_temp.hours('["24:00-06:00"]');
SELECT pg_temp.hours('["22:00-06:00", "20:00-24:00"]');
SELECT pg_temp.hours('[{"on": ["friday"]}]');
SELECT pg_temp.hours('[{"on": ["fryday"], "at": "20:00-21:00"}]');
SELECT pg_temp.hours('[{"on": [], "at": "20:00-21:00"}]');
SELECT pg_temp.hours('[{"on": "friday", "at": "20:00-21:00"}]');
SELECT pg_temp.hours('[{"at": []}]');
SELECT pg_temp.hours('[{"at": "20:00-21:00", "when": "context.item = ''x''"}]');
SELECT pg_temp.hours('[{"at": "20:00-21:00", "when": "amount > 1"}]');
SELECT pg_temp.hours('[{"at": "20:00-21:00", "when": "used(''day'') > 1"}]');
SELECT pg_temp.hours('[{"use": ["20:00-21:00"]}, {"use": ["20:00-22:00"]}]');
SELECT pg_temp.hours('[{"when": "verified", "use": ["20:00-21:00"]}, "20:00-22:00"]');
SELECT pg_temp.hours('[{"when": "verified", "use": "20:00-21:00"}]');
SELECT pg_temp.bad('{"calendar": null, "capabilities": {"x": {"hours": [{"on": ["holiday"], "at": "20:00-21:00"}]}}, "pools": null, "rests": null}');
SELECT pg_temp.bad('{"calendar": null, "capabilities": {"x": {"require": "holiday"}}, "pools": null, "rests": null}');
SELECT pg_temp.cap('{"closed": ["0:00-6:00"]}');

\echo '-- limits in a line'
SELECT pg_temp.lim('"40 per day"');
SELECT pg_temp.lim('" 40  per  day "');
SELECT pg_temp.lim('"2.5 per hour"');
SELECT pg_temp.lim('"0 per day"');
SELECT pg_temp.lim('"1 per 30 days"');
SELECT pg_temp.lim('"1 per 1 day"');
SELECT pg_temp.lim('"1 per 7 hours"');
SELECT pg_temp.lim('"1 per 12 months"');
SELECT pg_temp.lim('"1 per 8 hours"');
SELECT pg_temp.lim('"1 per dya"');
SELECT pg_temp.lim('"1 per cycle"');
SELECT pg_temp.lim('"1 pre day"');
SELECT pg_temp.lim('"1 a day"');
SELECT pg_temp.lim('"per day"');
SELECT pg_temp.lim('"-1 per day"');
SELECT pg_temp.lim('"1e3 per day"');
SELECT pg_temp.lim('"0x10 per day"');
SELECT pg_temp.lim('"nan per day"');
SELECT pg_temp.lim('"40"');
SELECT pg_temp.lim('40');
SELECT pg_temp.lim('""');
SELECT pg_temp.lim('"5 within"');
SELECT pg_temp.lim('"5 within day"');
SELECT pg_temp.lim('"5 within 24h"');
SELECT pg_temp.lim('"5 within ever"');
SELECT pg_temp.lim('"5 within 24 hours"');
SELECT pg_temp.lim('"2 during 20-22"');
SELECT pg_temp.lim('"2 during 20:00-22:00"');
SELECT pg_temp.lim('"8 since paus"');
SELECT pg_temp.lim('"8 since pause"');
SELECT pg_temp.lim('"8 hold"');
SELECT pg_temp.lim('"8 held now"');
SELECT pg_temp.cap('{"at_most": "40 per day"}');
SELECT pg_temp.cap('{"at_most": []}');
SELECT pg_temp.cap('{"at_most": ["40 per day", "50 per day"]}');
SELECT pg_temp.cap('{"at_most": ["40 per day", {"amount": 50, "per": "day"}]}');

\echo '-- limits as objects'
SELECT pg_temp.lim('{}');
SELECT pg_temp.lim('{"amount": 5}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "within": "1 day"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "since": "pause"}');
SELECT pg_temp.lim('{"amount": 5, "within": "1 day", "since": "pause"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "name": "a  b"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "name": "60 in 7 days"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "name": "hours"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "name": ""}');
SELECT pg_temp.lim('{"amount": -5, "per": "day"}');
SELECT pg_temp.lim('{"amount": "many", "per": "day"}');
SELECT pg_temp.lim('{"amount": true, "per": "day"}');
SELECT pg_temp.lim('{"amount": "context.recipients", "per": "day"}');
SELECT pg_temp.lim('{"amount": "context.recipients", "per": "use"}');
SELECT pg_temp.lim('{"amount": "other.level", "per": "day", "of": "counterpart"}');
SELECT pg_temp.lim('{"amount": "used(''x'')", "per": "day"}');
SELECT pg_temp.try(jsonb_set(pg_temp.doc('{}'), '{capabilities,x}', '{"at_most": [{"per": "day", "amount": [{"when": "verified", "use": null}, {"use": 5}]}]}'));
SELECT pg_temp.lim('{"amount": [{"use": 4}, {"use": 5}], "per": "day"}');
SELECT pg_temp.lim('{"amount": [], "per": "day"}');
SELECT pg_temp.lim('{"amount": 5, "per": "30 days"}');
SELECT pg_temp.lim('{"amount": 5, "per": "fortnight"}');
SELECT pg_temp.lim('{"amount": 5, "per": "cycle"}');
SELECT pg_temp.lim('{"amount": 5, "per": 30}');
SELECT pg_temp.lim('{"amount": 5, "per": {"session": "go_live"}}');
SELECT pg_temp.lim('{"amount": 5, "per": {"every": "5 hours"}}');
SELECT pg_temp.lim('{"amount": 5, "per": {"every": "5 hours", "from": "first_use"}}');
SELECT pg_temp.lim('{"amount": 5, "per": {"every": "0 hours", "from": "first_use"}}');
SELECT pg_temp.lim('{"amount": 5, "per": {"every": "5 hours", "from": "last_use"}}');
SELECT pg_temp.lim('{"amount": 5, "per": {"every": "1 year", "from": "level"}}');
SELECT pg_temp.lim('{"amount": 5, "per": {"every": "1 year", "from": "born"}}');
SELECT pg_temp.lim('{"amount": 5, "within": "1 day", "by": "hour"}');
SELECT pg_temp.lim('{"amount": 5, "within": "1 day", "by": "share"}');
SELECT pg_temp.lim('{"amount": 5, "within": "1 day", "by": "share"}', '{"unit": "minutes"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "by": "day"}');
SELECT pg_temp.lim('{"amount": 5, "during": []}');
SELECT pg_temp.lim('{"amount": 5, "during": "20:00-22:00"}');
SELECT pg_temp.lim('{"only_for": "14 hours", "per": "day"}');
SELECT pg_temp.lim('{"only_for": "14 hours", "since": "pause", "amount": 4}');
SELECT pg_temp.lim('{"only_for": "14 hours", "since": "pause"}');
SELECT pg_temp.lim('{"amount": 5, "held": false}');
SELECT pg_temp.lim('{"amount": 5, "held": "level"}');
SELECT pg_temp.lim('{"amount": 5, "held": "verified"}');
SELECT pg_temp.lim('{"amount": 5, "refill": "1 each second"}');
SELECT pg_temp.lim('{"amount": 5, "refill": "1 per month"}');
SELECT pg_temp.lim('{"amount": 5, "refill": "0 per 2 seconds"}');
SELECT pg_temp.lim('{"refill": "1 per 2 seconds"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "of": "household"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "of": {"link": "household"}}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "of": {"kind": "household"}}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "of": "context.device"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "of": ["context.item", "context.recipients"]}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "of": []}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "counting": []}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "counting": ["wach"]}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "counting": ["x", "app.*"]}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "counting": ["x", "watch"], "measure": "uses"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "measure": "people"}');
SELECT pg_temp.lim('{"amount": 5, "per": "use", "measure": "context.item"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "when": "level"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "when": "false"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "when": "used(''weak'') > 3"}');
SELECT pg_temp.lim('{"per": "day"}');
SELECT pg_temp.lim('{"per": "day"}', '{"set_by": {"self": ["day"]}}');
SELECT pg_temp.lim('{"per": "day", "raise_after": "7 days", "amount": 5}');
SELECT pg_temp.lim('{"per": "day", "raise_after": "a while"}', '{"set_by": {"self": ["day"]}}');
SELECT pg_temp.lim('{"within": "1 day", "raise_after": ["72 hours", "period"]}', '{"set_by": {"self": ["within 1 day"]}}');
SELECT pg_temp.lim('{"per": "day", "unset": "refuse", "amount": 5}');
SELECT pg_temp.lim('{"per": "day", "unset": "never"}');

\echo '-- what happens'
SELECT pg_temp.lim('{"amount": 5, "per": "day", "on_reaching": "stop"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "on_reaching": {}}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "on_reaching": {"lock": "1 day", "grace": "1 day"}}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "on_reaching": {"grace": "1 day", "reset": true}}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "on_reaching": {"lock": "soon"}}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "on_reaching": {"lock": "1 day", "passing": "maybe"}}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "on_reaching": 1}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "carry": true}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "carry": {"at_most": 3}}');
SELECT pg_temp.lim('{"amount": 5, "within": "1 day", "carry": "first"}');

\echo '-- conventions'
SELECT pg_temp.bad('{"conventions": {"week_start": "sunday"}}');
SELECT pg_temp.bad('{"conventions": {"week_starts": "caturday"}}');
SELECT pg_temp.bad('{"conventions": {"day_starts": "3:00"}}');
SELECT pg_temp.bad('{"conventions": {"day_starts": "24:00"}}');
SELECT pg_temp.bad('{"conventions": {"run_on": "no"}}');
SELECT pg_temp.bad('{"conventions": {"refunds": "later"}}');
SELECT pg_temp.bad('{"conventions": {"refunds": "30 days"}}');
SELECT pg_temp.bad('{"conventions": {"missing": "guess"}}');
SELECT pg_temp.bad('{"conventions": {"grants": "hours"}}');
SELECT pg_temp.bad('{"conventions": {"grants": ["anything"]}}');
SELECT pg_temp.bad('{"conventions": {"reservation": "0 minutes"}}');
SELECT pg_temp.bad('{"conventions": {"repeat_of_ref": "ever"}}');
SELECT pg_temp.bad('{"conventions": {"documents": "strictest"}}');
SELECT pg_temp.bad('{"conventions": []}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "day_starts": "03:00"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "rolling_end": "included"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "week_starts": "sunday"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "refunds": "never"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "repeat": "each"}');
SELECT pg_temp.lim('{"amount": 5, "per": "day", "run_on": false}');

\echo '-- pools'
SELECT pg_temp.bad('{"pools": []}');
SELECT pg_temp.pool('{"pool": "other", "at_most": ["5 per day"]}');
SELECT pg_temp.pool('{"unit": "minutes", "counting": ["wach"]}');
SELECT pg_temp.bad('{"pools": {"screen": {}, "idle": {"at_most": ["5 per day"]}}}');
SELECT pg_temp.cap('{"pool": "scren"}');
SELECT pg_temp.cap('{"pool": []}');
SELECT pg_temp.cap('{"pool": ["screen", "screen"]}');
SELECT pg_temp.cap('{"pool": {"order": ["screen"]}}');
SELECT pg_temp.cap('{"pool": "screen", "unit": "yuan"}');
SELECT pg_temp.bad('{"pools": null}');

\echo '-- sessions'
SELECT pg_temp.cap('{"session": {"at_once": 0}}');
SELECT pg_temp.cap('{"session": {"at_once": 1.5}}');
SELECT pg_temp.cap('{"session": {"once": 1}}');
SELECT pg_temp.cap('{"session": {"at_once": 1, "by": "operator"}}');
SELECT pg_temp.cap('{"session": {"by": "context.item"}}');
SELECT pg_temp.cap('{"session": {"at_once": 1, "of": "family"}}');
SELECT pg_temp.cap('{"session": {"lease": "0 minutes"}}');
SELECT pg_temp.cap('{"session": {"lease": "ever"}}');
SELECT pg_temp.cap('{"session": true}');

\echo '-- consent, set_by, switch'
SELECT pg_temp.pool('{"unit": "minutes", "hours": ["06:00-22:00"], "at_most": ["40 per day"], "consent": {"guardian": ["at_most", "hour"]}}');
SELECT pg_temp.pool('{"unit": "minutes", "at_most": ["40 per day"], "consent": {"guardian": ["hours"]}}');
SELECT pg_temp.pool('{"unit": "minutes", "hours": ["06:00-22:00"], "consent": {"guardian": ["at_most"]}}');
SELECT pg_temp.cap('{"at_most": ["5 per use"], "consent": {"guardian": ["at_most"]}}');
SELECT pg_temp.cap('{"at_most": ["5 per use"], "consent": {"guardian": ["use"]}}');
SELECT pg_temp.cap('{"at_most": ["5 within 24 hours"], "consent": {"guardian": ["within 24 hours"]}}');
SELECT pg_temp.cap('{"pool": "screen", "consent": {"guardian": ["day"]}}');
SELECT pg_temp.cap('{"consent": "guardian"}');
SELECT pg_temp.cap('{"consent": {}}');
SELECT pg_temp.cap('{"consent": ["guardian"]}');
SELECT pg_temp.cap('{"consent": {"the guardian": ["hours"]}}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "consent": [{"by": "guardian"}]}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "consent": [{"by": "guardian", "may": []}]}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "consent": [{"by": "guardian", "may": ["day"], "each": 0}]}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "consent": [{"by": "guardian", "may": ["day"], "at_most": "twice"}]}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "consent": [{"by": "guardian", "may": ["day"], "at_most": "2 per day or so"}]}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "consent": [{"by": "guardian", "may": ["day"], "longest": "0 days"}]}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "consent": [{"by": "guardian", "may": ["day"], "only": "item"}]}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "consent": [{"by": "guardian", "may": ["day"], "when": "context.item = ''x''"}]}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "set_by": {"guardian": ["at_most"]}}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "require": {"of_age": "years >= 18"}, "set_by": {"guardian": ["of_age"]}}');
SELECT pg_temp.cap('{"at_most": ["5 per day"], "set_by": {"guardian": ["day", "hours"]}}');
SELECT pg_temp.cap('{"switch": true}');
SELECT pg_temp.cap('{"switch": []}');
SELECT pg_temp.cap('{"switch": "self"}');
SELECT pg_temp.cap('{"switch": {"by": ["self"], "off_for": 24}}');
SELECT pg_temp.cap('{"switch": {"start": "maybe"}}');
SELECT pg_temp.cap('{"switch": false}');

\echo '-- rests'
SELECT pg_temp.rest('{}');
SELECT pg_temp.rest('{"without": ["app.*"]}');
SELECT pg_temp.rest('{"without": [], "length": "30 minutes"}');
SELECT pg_temp.rest('{"without": ["drive"], "length": "30 minutes"}');
SELECT pg_temp.rest('{"without": ["app.*"], "length": "0 minutes"}');
SELECT pg_temp.rest('{"without": ["app.*"], "length": "ever"}');
SELECT pg_temp.rest('{"without": ["app.*"], "length": "10 hours", "in": "bed"}');
SELECT pg_temp.rest('{"without": ["app.*"], "length": "10 hours", "split": {"parts": ["7 hours"]}}');
SELECT pg_temp.rest('{"without": ["app.*"], "length": "10 hours", "split": {"parts": ["7 hours", {"in": "watch"}]}}');
SELECT pg_temp.rest('{"without": ["app.*"], "length": "10 hours", "split": {"parts": ["7 hours", "2 hours"], "order": "none"}}');
SELECT pg_temp.rest('{"without": ["app.*"], "length": "10 hours", "split": {"parts": ["7 hours", "2 hours"], "from": "middle"}}');

\echo '-- achievements'
SELECT pg_temp.won('{"first": {}}');
SELECT pg_temp.won('{"first": {"reach": {"a": "uploads >= 3"}}}');
SELECT pg_temp.won('{"first": {"reach": {"a": "uploads >= 3"}, "keep": "always"}}');
SELECT pg_temp.won('{"first": {"reach": {}, "keep": "ever"}}');
SELECT pg_temp.won('{"first": {"reach": {"a": "context.item = ''x''"}, "keep": "ever"}}');
SELECT pg_temp.won('{"first": {"reach": {"a": "achieved(''first'')"}, "keep": "ever"}}');
SELECT pg_temp.won('{"a": {"reach": {"a": "achieved(''b'')"}, "keep": "ever"}, "b": {"reach": {"a": "achieved(''a'')"}, "keep": "ever"}}');
SELECT pg_temp.won('{"a": {"reach": {"a": "achieved(''b'')"}, "keep": "ever"}, "b": {"reach": {"a": "verified"}, "keep": {"a": "achieved(''a'')"}}}');
SELECT pg_temp.bad('{"facets": {"years": "age(born)", "won": "achieved(''first'')"}, "achievements": {"first": {"reach": {"a": "won"}, "keep": "ever"}}}');
SELECT pg_temp.won('{"a": {"reach": {"a": "achieved(''b'')"}, "keep": "ever"}, "b": {"reach": "verified", "keep": "reach"}}');

\echo '-- examples'
SELECT pg_temp.bad('{"examples": {}}');
SELECT pg_temp.bad('{"examples": [{}]}');
SELECT pg_temp.bad('{"examples": [{"name": "one", "facts": {"levle": 1}, "expect": [{"at": "2024-01-01 12:00", "ask": "watch"}]}]}');
SELECT pg_temp.bad('{"examples": [{"name": "one", "events": [{"at": "2024-01-01 12:00", "use": "wach"}], "expect": [{"at": "2024-01-01 12:00", "ask": "watch"}]}]}');
SELECT pg_temp.bad('{"examples": [{"name": "one", "expect": [{"at": "2024-01-01 12:00", "ask": "watch", "permits": false}]}]}');
SELECT pg_temp.bad('{"examples": [{"name": "one", "expect": [{"at": "2024-01-01 12:00", "ask": "watch", "permits": true, "until": "2024-01-01 12:40"}]}]}');
