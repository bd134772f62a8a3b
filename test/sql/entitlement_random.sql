-- Random documents and uses: what is allowed, what remains and when again, against a
-- replay that counts rows; once as examples of the document, once by calls.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';

CREATE SCHEMA naive;
CREATE TABLE naive.used (capability text, at timestamptz, amount numeric);

-- ------------------------------------------------------------ the replay
-- Is the clock inside hours?
CREATE FUNCTION naive.inside(hours text, clock time) RETURNS boolean
	LANGUAGE sql IMMUTABLE
	RETURN CASE WHEN split_part(hours, '-', 2) = '24:00' THEN clock >= split_part(hours, '-', 1)::time
		WHEN split_part(hours, '-', 1)::time < split_part(hours, '-', 2)::time
		THEN clock >= split_part(hours, '-', 1)::time AND clock < split_part(hours, '-', 2)::time
		ELSE clock >= split_part(hours, '-', 1)::time OR clock < split_part(hours, '-', 2)::time END;

-- From when on uses count in a limit at an instant; null: it is silent.
CREATE FUNCTION naive.since(frame text, span text, zone text, t timestamptz) RETURNS timestamptz
	LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
	clock timestamp := t AT TIME ZONE zone;
	first timestamp;
BEGIN
	CASE
		WHEN frame = 'within' THEN RETURN t - span::interval;
		WHEN frame = 'per' AND span IN ('day', 'week', 'month', 'quarter', 'year') THEN RETURN date_trunc(span, clock) AT TIME ZONE zone;
		WHEN frame = 'per' AND span IN ('minute', 'hour') THEN RETURN date_trunc(span, clock) AT TIME ZONE zone;
		WHEN frame = 'per' THEN RETURN date_bin(span::interval, clock, date_trunc('day', clock)) AT TIME ZONE zone;
		WHEN frame = 'during' AND NOT naive.inside(span, clock::time) THEN RETURN NULL;
		WHEN frame = 'during' THEN
			first := date_trunc('day', clock) + split_part(span, '-', 1)::time;
			RETURN (CASE WHEN first > clock THEN first - interval '1 day' ELSE first END) AT TIME ZONE zone;
	END CASE;
END $$;

-- The places that a capability obeys, with whose uses count in each.
CREATE FUNCTION naive.places(document jsonb, capability text)
	RETURNS TABLE (name text, place jsonb, members text[])
	LANGUAGE sql STABLE
AS $$
	SELECT capability, document -> 'capabilities' -> capability, ARRAY[capability]
	UNION ALL
	SELECT p.key, p.value, ARRAY(SELECT c.key FROM jsonb_each(document -> 'capabilities') c WHERE c.value ->> 'pool' = p.key)
		FROM jsonb_each(document -> 'pools') p WHERE p.key = document -> 'capabilities' -> capability ->> 'pool'
$$;

-- Every rule, whether it lets pass, and what remains.
CREATE FUNCTION naive.rules(document jsonb, capability text, x numeric, t timestamptz)
	RETURNS TABLE (rule text, passes boolean, remaining numeric)
	LANGUAGE plpgsql STABLE
AS $$
DECLARE
	zone text := coalesce(document ->> 'time_zone', 'UTC');
	p record;
	l text;
	parts text[];
	since timestamptz;
	sum numeric;
BEGIN
	FOR p IN SELECT * FROM naive.places(document, capability) LOOP
		IF p.place ? 'hours' THEN
			rule := p.name || '.hours'; remaining := NULL;
			passes := EXISTS (SELECT FROM jsonb_array_elements_text(p.place -> 'hours') h WHERE naive.inside(h, (t AT TIME ZONE zone)::time));
			RETURN NEXT;
		END IF;
		IF p.place ? 'closed' THEN
			rule := p.name || '.closed'; remaining := NULL;
			passes := NOT EXISTS (SELECT FROM jsonb_array_elements_text(p.place -> 'closed') h WHERE naive.inside(h, (t AT TIME ZONE zone)::time));
			RETURN NEXT;
		END IF;
		IF p.place ? 'at_least' THEN
			rule := p.name || '.at_least'; passes := x >= (p.place ->> 'at_least')::numeric; remaining := NULL;
			RETURN NEXT;
		END IF;
		IF p.place ? 'step' THEN
			rule := p.name || '.step'; passes := mod(x, (p.place ->> 'step')::numeric) = 0; remaining := NULL;
			RETURN NEXT;
		END IF;
		IF p.place ? 'apart' THEN
			rule := p.name || '.apart'; remaining := NULL;
			passes := NOT EXISTS (SELECT FROM naive.used u WHERE u.capability = ANY (p.members) AND u.at > t - (p.place ->> 'apart')::interval AND u.at <= t);
			RETURN NEXT;
		END IF;
		FOR l IN SELECT jsonb_array_elements_text(p.place -> 'at_most') LOOP
			parts := regexp_match(l, '^(\S+) (\S+) (.*)$');
			rule := p.name || '.' || CASE WHEN parts[2] = 'per' THEN parts[3] ELSE parts[2] || ' ' || parts[3] END;
			IF parts[3] = 'use' THEN
				passes := x <= parts[1]::numeric; remaining := NULL;
			ELSE
				since := naive.since(parts[2], parts[3], zone, t);
				SELECT coalesce(sum(u.amount), 0) INTO sum FROM naive.used u
					WHERE u.capability = ANY (p.members) AND u.at <= t
						AND CASE WHEN parts[2] = 'within' THEN u.at > since ELSE u.at >= since END;
				remaining := greatest(parts[1]::numeric - sum, 0);
				passes := since IS NULL OR sum + x <= parts[1]::numeric;
				IF since IS NULL THEN
					remaining := NULL;
				END IF;
			END IF;
			RETURN NEXT;
		END LOOP;
	END LOOP;
END $$;

-- The first instant from t on at which it would pass, of all at which anything can
-- change; null: none.  Nothing is used after t.
CREATE FUNCTION naive.again(document jsonb, capability text, x numeric, t timestamptz) RETURNS timestamptz
	LANGUAGE plpgsql STABLE
AS $$
DECLARE
	zone text := coalesce(document ->> 'time_zone', 'UTC');
	day timestamp := date_trunc('day', t AT TIME ZONE zone);
	c timestamptz;
BEGIN
	FOR c IN
		SELECT DISTINCT v.at FROM naive.places(document, capability) p, LATERAL (
			SELECT t
			UNION ALL SELECT (day + i * interval '1 day') AT TIME ZONE zone FROM generate_series(1, 35) i
			UNION ALL SELECT (day + i * interval '1 day' + b::time) AT TIME ZONE zone FROM generate_series(-1, 35) i,
				jsonb_array_elements_text(coalesce(p.place -> 'hours', '[]') || coalesce(p.place -> 'closed', '[]')
					|| (SELECT coalesce(jsonb_agg(split_part(l, ' during ', 2)), '[]') FROM jsonb_array_elements_text(coalesce(p.place -> 'at_most', '[]')) l WHERE l LIKE '% during %')) h,
				regexp_split_to_table(replace(h, '24:00', '00:00'), '-') b
			UNION ALL SELECT (day + i * interval '15 minutes') AT TIME ZONE zone FROM generate_series(1, 250) i
			UNION ALL SELECT u.at + split_part(l, ' within ', 2)::interval FROM naive.used u, jsonb_array_elements_text(coalesce(p.place -> 'at_most', '[]')) l WHERE l LIKE '% within %'
			UNION ALL SELECT u.at + (p.place ->> 'apart')::interval FROM naive.used u
		) v(at) WHERE v.at >= t ORDER BY 1
	LOOP
		IF NOT EXISTS (SELECT FROM naive.rules(document, capability, x, c) r WHERE NOT r.passes) THEN
			RETURN c;
		END IF;
	END LOOP;
	RETURN NULL;
END $$;

-- ------------------------------------------------------------ random documents
CREATE FUNCTION naive.pick(VARIADIC choices text[]) RETURNS text
	LANGUAGE sql VOLATILE RETURN choices[1 + floor(random() * cardinality(choices))::int];

-- Slices of a day go by the local clock, so where they stand there is no summer time.
CREATE FUNCTION naive.limits(most int) RETURNS jsonb
	LANGUAGE sql VOLATILE
AS $$
	SELECT jsonb_agg(v.l) FROM (
		SELECT DISTINCT ON (substring(w.l FROM ' .*')) w.l FROM (SELECT CASE naive.pick('per', 'per', 'within', 'within', 'during', 'use')
			WHEN 'per' THEN (2 + floor(random() * most))::int || ' per ' || naive.pick('day', 'day', 'week', 'month', 'hour', '30 minutes', '6 hours')
			WHEN 'within' THEN (2 + floor(random() * most))::int || ' within ' || naive.pick('20 minutes', '3 hours', '24 hours', '40 hours')
			WHEN 'during' THEN (1 + floor(random() * most))::int || ' during ' || naive.pick('08:00-12:00', '20:00-22:00', '22:00-06:00')
			ELSE (1 + floor(random() * 4))::int || ' per use' END
			FROM generate_series(1, 1 + floor(random() * 3)::int)) w(l)) v(l)
$$;

CREATE FUNCTION naive.document(n int) RETURNS jsonb
	LANGUAGE sql VOLATILE
AS $$
	WITH p AS (SELECT name, jsonb_strip_nulls(jsonb_build_object(
			'at_most', CASE WHEN random() < 0.85 THEN naive.limits(8) END,
			'hours', CASE WHEN random() < 0.3 THEN jsonb_build_array(naive.pick('06:00-22:00', '22:00-06:00', '09:00-24:00')) END,
			'closed', CASE WHEN random() < 0.2 THEN jsonb_build_array(naive.pick('12:00-13:00', '23:00-01:00')) END,
			'apart', CASE WHEN random() < 0.2 THEN naive.pick('5 minutes', '45 seconds', '2 hours') END,
			'at_least', CASE WHEN random() < 0.1 THEN 2 END,
			'step', CASE WHEN random() < 0.1 THEN 2 END,
			'pool', CASE WHEN name <> 'shared' AND random() < 0.5 THEN 'shared' END)) AS says
		FROM unnest('{a,b,c,shared}'::text[]) name)
	SELECT jsonb_build_object('entitlement', 'random.n' || n, 'time_zone', naive.pick('Asia/Shanghai', 'UTC', 'America/Phoenix'),
		'pools', coalesce((SELECT jsonb_build_object(name, says) FROM p WHERE name = 'shared' AND EXISTS (SELECT FROM p q WHERE q.says ? 'pool')), '{}'),
		'capabilities', (SELECT jsonb_object_agg(name, says) FROM p WHERE name <> 'shared'))
$$;

-- A use is somewhere in ten days, more often close to the one before it.
CREATE FUNCTION naive.next(t timestamptz) RETURNS timestamptz
	LANGUAGE sql VOLATILE
	RETURN date_trunc('second', t + CASE naive.pick('near', 'near', 'near', 'hour', 'night')
		WHEN 'near' THEN random() * interval '4 minutes' WHEN 'hour' THEN random() * interval '3 hours' ELSE random() * interval '12 hours' END) + interval '1 second';

-- ------------------------------------------------------------ as examples of the document
-- Each use is asked for, and happens a millisecond later if the replay lets it pass.
CREATE FUNCTION naive.by_document(n int, uses int, OUT allowed int, OUT refused int, OUT difference text)
	LANGUAGE plpgsql
AS $$
DECLARE
	document jsonb := naive.document(n);
	zone text := document ->> 'time_zone';
	t timestamptz := timestamptz '2024-06-03 00:00+00' + random() * interval '1 day';
	capability text;
	x numeric;
	passes boolean;
	events jsonb := '[]';
	expect jsonb := '[]';
BEGIN
	allowed := 0; refused := 0;
	TRUNCATE naive.used;
	FOR i IN 1 .. uses LOOP
		t := naive.next(t);
		capability := naive.pick('a', 'b', 'c');
		x := 1 + floor(random() * 3);
		passes := NOT EXISTS (SELECT FROM naive.rules(document, capability, x, t) r WHERE NOT r.passes);
		expect := expect || (jsonb_build_object('at', to_char(t AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI:SS'), 'ask', capability, 'amount', x, 'permits', passes)
			|| CASE WHEN NOT passes THEN jsonb_build_object('because', (SELECT jsonb_agg(r.rule) FROM naive.rules(document, capability, x, t) r WHERE NOT r.passes)) ELSE '{}' END
			|| CASE WHEN NOT passes AND i % 5 = 0 THEN jsonb_build_object('again', to_char(naive.again(document, capability, x, t) AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI:SS.MS')) ELSE '{}' END
			|| coalesce((SELECT jsonb_build_object('rules', jsonb_object_agg(r.rule, jsonb_build_object('remaining', r.remaining)))
				FROM naive.rules(document, capability, x, t) r WHERE r.remaining IS NOT NULL HAVING count(*) > 0), '{}'));
		IF passes THEN
			allowed := allowed + 1;
			INSERT INTO naive.used VALUES (capability, t + interval '1 millisecond', x);
			events := events || jsonb_build_object('at', to_char((t + interval '1 millisecond') AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI:SS.MS'), 'use', capability, 'amount', x);
		ELSE
			refused := refused + 1;
		END IF;
	END LOOP;
	BEGIN
		PERFORM governance.check_policy(document || jsonb_build_object('examples', jsonb_build_array(jsonb_build_object('name', 'random', 'events', events, 'expect', expect))));
	EXCEPTION WHEN OTHERS THEN
		difference := SQLERRM || ' in ' || document;
	END;
END $$;

-- ------------------------------------------------------------ as calls
CREATE FUNCTION naive.by_calls(n int, uses int, OUT allowed int, OUT refused int, OUT difference text)
	LANGUAGE plpgsql
AS $$
DECLARE
	document jsonb := naive.document(n);
	t timestamptz := timestamptz '2024-06-03 00:00+00' + random() * interval '1 day';
	capability text;
	x numeric;
	passes boolean;
	found_ record;
BEGIN
	allowed := 0; refused := 0;
	TRUNCATE naive.used;
	BEGIN
		PERFORM governance.publish(document);
		INSERT INTO governance.account (account_id, opened_at) VALUES (1, '2020-01-01');
		FOR i IN 1 .. uses LOOP
			t := naive.next(t);
			capability := naive.pick('a', 'b', 'c');
			x := 1 + floor(random() * 3);
			passes := NOT EXISTS (SELECT FROM naive.rules(document, capability, x, t) r WHERE NOT r.passes);
			SELECT * INTO found_ FROM governance.try_use(1, capability, x, at => t);
			IF found_.allowed <> passes THEN
				difference := format('%s of "%s" at %s: expected %s, found %s because %s', x, capability, t, passes, found_.allowed, found_.because);
				EXIT;
			END IF;
			IF passes THEN
				allowed := allowed + 1;
				INSERT INTO naive.used VALUES (capability, t, x);
				IF (SELECT min(r.remaining) FROM naive.rules(document, capability, 0, t) r) IS DISTINCT FROM found_.remaining THEN
					difference := format('%s of "%s" at %s: expected %s to be left, found %s', x, capability, t,
						(SELECT min(r.remaining) FROM naive.rules(document, capability, 0, t) r), found_.remaining);
					EXIT;
				END IF;
			ELSE
				refused := refused + 1;
				IF i % 5 = 0 AND naive.again(document, capability, x, t) IS DISTINCT FROM nullif(found_.again_at, 'infinity') THEN
					difference := format('%s of "%s" at %s: expected again %s, found %s', x, capability, t, naive.again(document, capability, x, t), found_.again_at);
					EXIT;
				END IF;
			END IF;
		END LOOP;
		IF difference IS NULL AND EXISTS (SELECT FROM governance.verify()) THEN
			difference := (SELECT string_agg(v::text, '; ') FROM governance.verify() v);
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'PLAY1';
	EXCEPTION WHEN SQLSTATE 'PLAY1' THEN
	END;
	difference := difference || ' in ' || document;
END $$;

SELECT count(*) AS complete FROM governance.create_ledger() \g /dev/null
SELECT setseed(0.25) \g /dev/null
\set ECHO queries
SELECT sum(r.allowed) > 100 AS allowed, sum(r.refused) > 100 AS refused, string_agg(r.difference, E'\n') AS difference
	FROM generate_series(1, 12) n, LATERAL naive.by_document(n, 100) r;
SELECT sum(r.allowed) > 100 AS allowed, sum(r.refused) > 100 AS refused, string_agg(r.difference, E'\n') AS difference
	FROM generate_series(1, 6) n, LATERAL naive.by_calls(n, 100) r;
