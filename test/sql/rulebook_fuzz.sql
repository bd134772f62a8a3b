--
-- Documents that are broken at random, by a seed: each is accepted or refused
-- with GV101, and nothing else ever happens.  GOVERNANCE_FUZZ multiplies the
-- number of documents.
--
\set ECHO none
\set fuzz 1
\getenv fuzz GOVERNANCE_FUZZ
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 FROM governance.create_ledger();

-- Those of packs, entitlements with and without their examples, and one that has
-- what no pack has.
CREATE TEMP TABLE seed_document (n int PRIMARY KEY, kind text NOT NULL, document jsonb NOT NULL);
INSERT INTO seed_document
	SELECT row_number() OVER (ORDER BY kind DESC, pack, document ? 'examples'), kind, document
	FROM governance.packs(), LATERAL (
		SELECT governance.pack(pack) AS document
		UNION ALL SELECT governance.pack(pack) - 'examples' WHERE kind = 'entitlement') d;
INSERT INTO seed_document SELECT max(n) + 1, 'entitlement', $$
	{"entitlement": "t.everything", "time_zone": {"attribute": "zone", "else": "UTC"}, "instead_of": ["t.before"], "cycle": {"every": "6 months", "from": "opened"},
	 "attributes": {"zone": "text", "born": "date", "load": {"type": "number", "default": 1, "of": "platform"}, "level": "number"},
	 "context": {"item": "text", "people": {"type": "number", "default": 1}}, "facets": {"years": "age(born)", "good": "tier('shop') < 'limited'"},
	 "observe": {"posts": {"count": "activities", "kind": "post", "within": "30 days"}, "days": {"count": "days", "capability": "a"},
				 "over": {"latest": "sanctions", "by": "end", "schemes": ["shop*"], "rungs": ["mute*"], "stretch": 2}},
	 "applies": "years < 18 and linked('guardian')",
	 "rests": {"pause": {"without": ["a", "app.*"], "length": "45 minutes", "in": "b", "split": {"parts": ["15 minutes", {"length": "30 minutes", "in": "b"}], "order": "any", "total": "45 minutes", "from": "first"}}},
	 "achievements": {"won": {"reach": {"posts": {"is": "posts >= 1", "title": "one post"}}, "keep": "ever"}, "kept": {"reach": "achieved('won')", "keep": {"good": "good"}}},
	 "pools": {"p": {"unit": "minutes", "hours": [{"when": "years < 8", "use": ["08:00-18:00"]}, {"use": [{"on": ["monday", "sunday"], "at": ["06:00-12:00", "14:00-20:00"], "when": "good"}]}],
					 "at_most": [{"name": "day", "per": "day", "carry": {"use": "first", "at_most": 10}, "raise_after": ["72 hours", "period"], "unset": "refuse"}], "set_by": {"self": ["day", "hours"]}, "counting": ["a", "app.*"]},
			   "q": {"unit": "minutes", "at_most": ["9 since pause"], "switch": {"by": ["self"], "start": "on", "off_for": "24 hours"}}},
	 "capabilities": {"a": {"pool": {"in_order": ["p", "q"]}, "closed": ["22:00-06:00"], "session": {"at_once": 1, "of": "subject", "by": "context.item", "apart": "5 minutes", "lease": "30 minutes"}},
		"app.*": {"unit": "minutes", "pool": ["p"], "at_most": [{"only_for": {"hours": "if(level > 1, 16, 14)"}, "since": "pause"}, {"amount": 60, "within": "7 days", "by": "day", "since": "pause", "counting": ["a"], "when": "level > 0"},
			{"amount": 5, "per": {"session": "a"}, "of": {"link": "household"}}, {"amount": 8, "per": {"every": "5 hours", "from": "first_use"}}]},
		"b": {"unit": "yuan", "require": {"old": "years >= 16", "won": "achieved('won') or other.level > amount", "few": "used('use') < 5"}, "at_least": 1, "step": 0.5, "apart": {"seconds": "floor(level)"}, "settles_after": "1 day",
			"at_most": ["50 per use", "2 during 20:00-22:00", "7 held", {"amount": 3, "refill": "1 per 2 seconds", "of": ["pair", "context.item"]},
				{"name": "people", "amount": [{"when": "good", "use": null}, {"use": "floor(9 * load)"}], "per": "cycle", "measure": "context.people", "on_reaching": {"lock": "1 day", "reset": true, "passing": "allow"}},
				{"name": "hour", "amount": 3, "per": "hour", "on_reaching": "warn", "repeat": "each"}, {"name": "stock", "amount": 3, "held": "level", "on_reaching": {"grace": "7 days"}}],
			"consent": [{"by": "guardian", "may": ["hour", "old"], "when": "years < 18", "each": 5, "at_most": "2 per day", "longest": "1 day", "only": "context.item"}]},
		"c": false, "d": true},
	 "conventions": {"interval_end": "included", "rolling_end": "included", "week_starts": "sunday", "day_starts": "03:00", "missing_hour": "shift", "crossing": "start", "run_on": false, "partial": "clip", "changed_limit": "restart",
		"refunds": "30 days", "missing": "ignore", "grants": ["at_most", "hours", "require"], "concurrent": "sum", "grant_order": "first", "late": "open", "repeat_of_ref": "7 days", "reservation": "1 hour", "age_turns": "day_after"}}$$
	FROM seed_document;
SELECT CASE WHEN n = (SELECT max(n) FROM seed_document) AND governance.check_policy(document) IS NULL THEN n END FROM seed_document OFFSET (SELECT count(*) FROM seed_document);

-- every node of every document
CREATE TEMP TABLE node (i serial PRIMARY KEY, n int, path text[], value jsonb);
WITH RECURSIVE tree (n, path, value) AS (
	SELECT n, '{}'::text[], document FROM seed_document
	UNION ALL
	SELECT t.n, t.path || c.key, c.value
	FROM tree t CROSS JOIN LATERAL (
		SELECT e.key, e.value FROM jsonb_each(CASE WHEN jsonb_typeof(t.value) = 'object' THEN t.value ELSE '{}' END) e
		UNION ALL
		SELECT (e.ordinality - 1)::text, e.value
		FROM jsonb_array_elements(CASE WHEN jsonb_typeof(t.value) = 'array' THEN t.value ELSE '[]' END) WITH ORDINALITY e
	) c
)
INSERT INTO node (n, path, value) SELECT n, path, value FROM tree WHERE path <> '{}' ORDER BY n, path;
CREATE INDEX ON node (n, i);

CREATE TEMP TABLE odd (i serial PRIMARY KEY, value jsonb);
INSERT INTO odd (value) VALUES
	('null'), ('true'), ('false'), ('0'), ('-0'), ('-1'), ('1'), ('0.5'), ('0.001'), ('21474836.47'), ('21474836.48'), ('1e30'),
	('-1e30'), ('1e400'), ('1e-400'), ('12345678901234567890123456789012345678901234567890'), ('""'), ('" "'), ('"a"'), ('"*"'), ('"ever"'),
	('"day"'), ('"cycle"'), ('"1 day"'), ('"0 days"'), ('"-1 days"'), ('"9223372036854775807 hours"'), ('"300000 years"'), ('"1 per day"'),
	('"1 per 300000 years"'), ('"score"'), ('"score <= 1"'), ('"score <= 1 or"'), ('"true"'), ('"null"'), ('"1/0"'), ('"((((("'),
	('"within(opened, ''1 day'')"'), ('"entry.points > 1"'), ('"quantity"'), ('"points * points"'), ('"min(1,2,3,4,5,6,7)"'), ('"''"'),
	('"\"\"\""'), ('"\n\t"'), ('"规则"'), ('"\ud83d\ude00"'), ('"2024-02-30"'), ('"2024-02-29T24:00:00Z"'), ('"infinity"'), ('"now"'),
	('[]'), ('{}'), ('[[]]'), ('[{}]'), ('{"": ""}'), ('[null]'), ('[1, 2]'), ('[2, 1]'), ('[1e9, 1e9]'), ('[{"use": 1}]'), ('[{"when": "true", "use": 1}]'),
	('"40 per day"'), ('"2 within 24 hours"'), ('"3 during 20:00-22:00"'), ('"1 since pause"'), ('"9 held"'), ('"1 per 30 days"'), ('"22:00-06:00"'), ('"24:00"'),
	('"self"'), ('"context.item"'), ('"amount"'), ('"used(''day'')"'), ('"tier(''x'') < ''muted''"'), ('"achieved(''won'')"'), ('"other.level"'), ('"holiday"'),
	('{"per": "day"}'), ('{"use": ["06:00-22:00"]}'), ('{"link": "guardian"}'), ('{"lock": "1 day"}'), ('{"at": "20:00-21:00"}'),
	('[{"when": "score < 1", "use": "1 day"}, {"use": "ever"}]'), ('{"days": 1}'), ('{"days": "score"}'), ('{"days": 1e300}'), ('{"range": [0, 5]}'),
	('{"every": "1 year", "from": "opened"}'), ('{"count": 1, "of": "match"}'), ('{"en": "x"}'), ('{"on": "x", "rung": "y"}');

-- a text with one character more, less or else
CREATE FUNCTION pg_temp.spoil(s text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	alphabet constant text := 'abz019 .,;:<>=!+-*/%()''"_%&|[]{}规';
	at int := floor(random() * (length(s) + 1));
	c text := substr(alphabet, 1 + floor(random() * length(alphabet))::int, 1);
BEGIN
	CASE floor(random() * 4)::int
		WHEN 0 THEN RETURN left(s, at) || c || substr(s, at + 1);
		WHEN 1 THEN RETURN left(s, at) || substr(s, at + 2);
		WHEN 2 THEN RETURN left(s, at) || c || substr(s, at + 2);
		ELSE RETURN left(s, at) || substr(s, at + 1) || substr(s, at + 1);
	END CASE;
END $$;

-- one row by chance; the index is worked out once, not for every row
CREATE FUNCTION pg_temp.chance(lowest int, highest int) RETURNS int LANGUAGE sql AS $$
	SELECT lowest + floor(random() * (highest - lowest + 1))::int
$$;
CREATE FUNCTION pg_temp.any_odd() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	at int := pg_temp.chance(1, (SELECT max(i) FROM odd));
BEGIN
	RETURN (SELECT value FROM odd WHERE i = at);
END $$;
CREATE FUNCTION pg_temp.any_node(lowest int, highest int) RETURNS node LANGUAGE plpgsql AS $$
DECLARE
	at int := pg_temp.chance(lowest, highest);
	result node;
BEGIN
	SELECT * INTO result FROM node WHERE i = at;
	RETURN result;
END $$;

CREATE FUNCTION pg_temp.mutate(document jsonb, number int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	lowest int; highest int; place node; other node; strange jsonb := pg_temp.any_odd();
BEGIN
	SELECT min(i), max(i) INTO lowest, highest FROM node WHERE n = number;
	place := pg_temp.any_node(lowest, highest);
	other := pg_temp.any_node(1, (SELECT max(i) FROM node));
	CASE pg_temp.chance(0, 5)
		WHEN 0 THEN RETURN jsonb_set(document, place.path, strange, false);
		WHEN 1 THEN RETURN document #- place.path;
		WHEN 2 THEN RETURN jsonb_set(document, place.path, other.value, false);
		WHEN 3 THEN
			-- a key from somewhere else
			RETURN jsonb_set(document, place.path || other.path[array_length(other.path, 1)],
							 CASE WHEN random() < 0.5 THEN other.value ELSE strange END, true);
		ELSE
			IF jsonb_typeof(place.value) = 'string' THEN
				RETURN jsonb_set(document, place.path, to_jsonb(pg_temp.spoil(place.value #>> '{}')), false);
			ELSIF jsonb_typeof(place.value) = 'number' THEN
				RETURN jsonb_set(document, place.path, to_jsonb(((place.value #>> '{}')::numeric * (random() * 4 - 1)::numeric)::numeric(20,3)), false);
			END IF;
			RETURN jsonb_set(document, place.path, strange, false);
	END CASE;
EXCEPTION WHEN invalid_text_representation OR invalid_parameter_value OR numeric_value_out_of_range THEN
	RETURN document;			-- no such place in this document any more
END $$;

SET test.fuzz = :'fuzz';
CREATE FUNCTION pg_temp.times(n int) RETURNS int LANGUAGE sql AS $$
	SELECT n * current_setting('test.fuzz')::int
$$;

CREATE FUNCTION pg_temp.fuzz(rounds int, store boolean) RETURNS TABLE (outcome text, documents bigint) LANGUAGE plpgsql AS $$
DECLARE
	number int; named text; mutant jsonb; state text; message text;
	accepted bigint := 0; refused bigint := 0;
BEGIN
	FOR round IN 1 .. rounds LOOP
		number := pg_temp.chance(1, (SELECT max(n) FROM seed_document));
		SELECT kind, document INTO named, mutant FROM seed_document WHERE n = number;
		FOR change IN 1 .. pg_temp.chance(1, 3) LOOP
			mutant := pg_temp.mutate(mutant, number);
		END LOOP;
		BEGIN
			IF store THEN
				PERFORM governance.publish(mutant || jsonb_build_object(named, 't.fuzz'), 'draft');
				RAISE EXCEPTION USING ERRCODE = 'ZZ000';
			ELSE
				PERFORM governance.check_policy(mutant);
			END IF;
			accepted := accepted + 1;
		EXCEPTION
			WHEN SQLSTATE 'ZZ000' THEN
				accepted := accepted + 1;
			WHEN SQLSTATE 'GV101' THEN
				refused := refused + 1;
			WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
				outcome := state || ' ' || message || E'\n' || mutant;
				documents := 1;
				RETURN NEXT;
		END;
	END LOOP;
	outcome := CASE WHEN accepted > rounds / 20 THEN 'some accepted' ELSE accepted || ' accepted' END; documents := NULL; RETURN NEXT;
	outcome := CASE WHEN refused > rounds / 4 THEN 'some refused' ELSE refused || ' refused' END; RETURN NEXT;
END $$;

-- a document out of nothing
CREATE FUNCTION pg_temp.invent(depth int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
BEGIN
	IF depth = 0 OR random() < 0.3 THEN
		RETURN pg_temp.any_odd();
	END IF;
	IF random() < 0.4 THEN
		result := '[]';
		FOR i IN 1 .. floor(random() * 4)::int LOOP
			result := result || jsonb_build_array(pg_temp.invent(depth - 1));
		END LOOP;
	ELSE
		result := '{}';
		FOR i IN 1 .. floor(random() * 6)::int LOOP
			result := result || jsonb_build_object(
				(SELECT p.path[array_length(p.path, 1)] FROM pg_temp.any_node(1, (SELECT max(node.i) FROM node)) p),
				pg_temp.invent(depth - 1));
		END LOOP;
	END IF;
	RETURN result;
END $$;
CREATE FUNCTION pg_temp.fuzz_from_nothing(rounds int) RETURNS TABLE (outcome text) LANGUAGE plpgsql AS $$
DECLARE
	document jsonb; state text; message text;
BEGIN
	FOR round IN 1 .. rounds LOOP
		document := pg_temp.invent(4);
		-- sometimes with all that is required, so that the rest is looked at
		IF random() < 0.7 AND jsonb_typeof(document) = 'object' THEN
			document := '{"scheme": "t.fuzz", "score": {"cap": 100}, "rules": {"a": {"title": "a", "points": 1}}}'
				|| jsonb_build_object((ARRAY['attributes', 'facets', 'severities', 'modifiers', 'collapse', 'observe', 'relief', 'ladder',
											 'cycle', 'revision', 'enforcement', 'score', 'rules'])[1 + floor(random() * 13)::int],
									  CASE WHEN random() < 0.5 THEN jsonb_build_array(document) ELSE jsonb_build_object('x', document) END);
			IF random() < 0.5 THEN
				document := (document - 'scheme' - 'score' - 'rules') || '{"entitlement": "t.fuzz", "capabilities": {"a": {}}}'
					|| jsonb_build_object((ARRAY['attributes', 'context', 'facets', 'observe', 'cycle', 'applies', 'instead_of', 'rests', 'achievements', 'pools',
												 'capabilities', 'conventions', 'enforcement', 'examples'])[1 + floor(random() * 14)::int],
										  CASE WHEN random() < 0.3 THEN jsonb_build_array(pg_temp.invent(3)) ELSE jsonb_build_object('x', pg_temp.invent(3)) END);
			END IF;
		END IF;
		BEGIN
			PERFORM governance.check_policy(document);
		EXCEPTION
			WHEN SQLSTATE 'GV101' THEN NULL;
			WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
				outcome := state || ' ' || message || E'\n' || document;
				RETURN NEXT;
		END;
	END LOOP;
	outcome := 'done';
	RETURN NEXT;
END $$;

\set ECHO queries
SELECT setseed(0.20230907) IS NOT NULL;
SELECT * FROM pg_temp.fuzz(pg_temp.times(8000), false);
SELECT * FROM pg_temp.fuzz(pg_temp.times(300), true);
SELECT * FROM pg_temp.fuzz_from_nothing(pg_temp.times(4000));

-- expressions alone
CREATE FUNCTION pg_temp.fuzz_expressions(rounds int) RETURNS TABLE (outcome text) LANGUAGE plpgsql AS $$
DECLARE
	words constant text[] := '{score,lost,cap,followers,city,born,adult,and,or,not,in,if,min,max,floor,ceil,round,abs,coalesce,within,is_null,true,false,null,hour,severity,rule,points,
		"(",")",",","+","-","*","/","%","=","<>","<","<=",">",">=","==","!=",0,1,0.5,100,"''x''","''severe''","''1 day''","\"","''",".","x","entry.points"}';
	expression text; state text; message text; good int := 0;
BEGIN
	FOR round IN 1 .. rounds LOOP
		SELECT string_agg(words[1 + floor(random() * array_length(words, 1))::int], ' ')
			INTO expression FROM generate_series(1, 1 + floor(random() * 9)::int);
		BEGIN
			PERFORM governance.check_policy(jsonb_build_object('scheme', 't.fuzz', 'score', '{"cap": 100}'::jsonb,
				'attributes', '{"followers": "number", "city": "text", "born": "date", "adult": "boolean"}'::jsonb,
				'rules', '{"x": {"title": "x", "points": 1}}'::jsonb,
				'modifiers', jsonb_build_array(jsonb_build_object('add', expression))));
			good := good + 1;
		EXCEPTION
			WHEN SQLSTATE 'GV101' THEN NULL;
			WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
				outcome := state || ' ' || message || ': ' || expression;
				RETURN NEXT;
		END;
	END LOOP;
	outcome := CASE WHEN good > 100 THEN 'some accepted' ELSE good || ' accepted' END;
	RETURN NEXT;
END $$;
SELECT * FROM pg_temp.fuzz_expressions(pg_temp.times(10000));
