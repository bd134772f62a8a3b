-- What a consumer was told of a sanction, in order, is the sanction: for random
-- lives under ladders of every kind, with entries that come late, are dated
-- ahead, revised, taken back and restored, with sanctions lifted by hand and
-- facts that change, while ticks come now and then.  In real time, so that the
-- clock has its part.
--
-- Only what differs is printed.
\set ECHO none
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT setseed(0.3);
SELECT count(*) > 0 AS created FROM governance.create_ledger();
INSERT INTO governance.activity_kind (kind, title) VALUES ('course', 'course') ON CONFLICT DO NOTHING;
SELECT count(governance.publish(jsonb_build_object('scheme', 'r.' || d.scheme, 'time_zone', 'UTC',
		'attributes', '{"vip": {"type": "boolean", "default": false}}'::jsonb,
		'rules', '{"a": {"title": "a", "points": 2}, "b": {"title": "b", "points": 5}, "c": {"title": "c", "points": 0, "direct": "pause"}}'::jsonb) || d.rest)) AS published
	FROM (VALUES
		('deduct', '{"score": {"direction": "deduct", "cap": 20}, "relief": [{"every": "1 minute", "add": 1}],
		  "ladder": [
			{"rung": "slow", "when": "score < 17", "tier": "limited", "withhold": ["share"]},
			{"rung": "mute", "when": "score <= 14 and not vip", "tier": "muted", "withhold": ["comment"], "for": "2 seconds", "rearm": "always", "overlap": "queue"},
			{"rung": "pause", "tier": "suspended", "withhold": ["post"], "for": "1 second", "overlap": "extend"},
			{"rung": "gone", "when": "score <= 0", "tier": "banned", "withhold": ["live"], "for": "ever"}]}'::jsonb),
		('pile', '{"score": {"direction": "accumulate", "limit": 20}, "relief": [{"age": "1 minute", "void": "entry"}, {"on": "course", "subtract": 1}],
		  "ladder": [
			{"rung": "each", "each": 3, "tier": "limited", "withhold": ["share"], "for": "1 second", "overlap": "max"},
			{"rung": "mute", "when": "score >= 6", "tier": "muted", "withhold": ["comment"], "for": "2 seconds", "rearm": "cleared", "overlap": "replace"},
			{"rung": "pause", "tier": "suspended", "withhold": ["post"], "for": "1 second", "overlap": "parallel"},
			{"rung": "out", "when": "score >= 12", "tier": "revoked", "withhold": ["live"], "until": ["course"]}]}'),
		('all', '{"score": {"direction": "deduct", "cap": 20}, "relief": [{"every": "1 minute", "add": 2}],
		  "ladder_apply": "all",
		  "ladder": [
			{"rung": "slow", "when": "score < 17 and not vip", "tier": "limited", "withhold": ["share"]},
			{"rung": "mute", "when": "score <= 14", "tier": "muted", "withhold": ["comment"], "for": "2 seconds", "rearm": "always", "overlap": "extend"},
			{"rung": "pause", "tier": "suspended", "withhold": ["post"], "for": "1 second", "overlap": "queue"},
			{"rung": "gone", "when": "score <= 5", "tier": "banned", "withhold": ["live"], "for": "5 seconds"}]}')) AS d (scheme, rest);
INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(1, 12), now() - interval '1 day';
SELECT governance.create_consumer('app');

CREATE PROCEDURE pg_temp.live(until timestamptz) LANGUAGE plpgsql AS $$
DECLARE
	r		float;
	account	bigint;
	which	text;
	rule	text;
	chosen	bigint;
BEGIN
	WHILE clock_timestamp() < until LOOP
		account := 1 + floor(random() * 12);
		which := (ARRAY['r.deduct', 'r.pile', 'r.all'])[1 + floor(random() * 3)];
		rule := (ARRAY['a', 'a', 'b', 'c'])[1 + floor(random() * 4)];
		SELECT v.violation_id INTO chosen FROM governance.violation v
			WHERE v.account_id = account AND v.scheme = which ORDER BY random() LIMIT 1;
		CONTINUE WHEN chosen IS NULL AND random() < 0.5;
		r := CASE WHEN chosen IS NULL THEN 0 ELSE random() END;
		BEGIN
			IF r < 0.4 THEN
				INSERT INTO governance.violation (account_id, scheme, rule) VALUES (account, which, rule);
			ELSIF r < 0.5 THEN
				INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
					VALUES (account, which, rule, now() - random() * interval '6 seconds' - floor(random() * 2) * interval '59 seconds', now());
			ELSIF r < 0.55 THEN
				INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
					SELECT account, which, rule, t, t FROM (SELECT now() + random() * interval '3 seconds') AS d (t);
			ELSIF r < 0.6 THEN
				INSERT INTO governance.violation (account_id, scheme, rule)
					SELECT 1 + floor(random() * 12), which, rule FROM generate_series(1, 5);
			ELSIF r < 0.68 THEN
				PERFORM governance.overturn(chosen, 'x');
			ELSIF r < 0.76 THEN
				PERFORM governance.reinstate(chosen, 'x');
			ELSIF r < 0.8 THEN
				PERFORM governance.change(chosen, (ARRAY[2, 5])[1 + floor(random() * 2)], 'x');
			ELSIF r < 0.85 THEN
				PERFORM governance.release(s.sanction_id, 'x') FROM (
					SELECT s.sanction_id FROM governance.sanction s
					WHERE s.account_id = account AND s.scheme = which AND upper(s.during) > now() ORDER BY random() LIMIT 1) s;
			ELSIF r < 0.93 THEN
				PERFORM governance.set_attribute(account, 'vip', (random() < 0.5)::text, now() + (random() - 0.3) * interval '3 seconds');
			ELSE
				INSERT INTO governance.activity (account_id, kind) VALUES (account, 'course');
			END IF;
		EXCEPTION WHEN OTHERS THEN
			-- Already overturned, not overturned, over: chance asks for it.
			IF SQLSTATE !~ '^GV2|^GV007' THEN
				RAISE;
			END IF;
		END;
		COMMIT;
		PERFORM pg_sleep(0.004);
		IF random() < 0.05 THEN
			PERFORM governance.tick();
			COMMIT;
		END IF;
	END LOOP;
END $$;

-- What a consumer makes of what it is told, one event after the other.  Those of
-- a sanction that has no record yet are recognised by rung and beginning, as the
-- first event with its id gives them.
CREATE FUNCTION pg_temp.heard()
	RETURNS TABLE (sanction_id bigint, state text, since timestamptz, ends timestamptz, tier text, withholds text[], wrong text)
	LANGUAGE plpgsql AS $$
DECLARE
	s	record;
	e	record;
	bad	boolean;
	known	record;
BEGIN
	FOR s IN SELECT * FROM governance.sanction x ORDER BY x.account_id, x.sanction_id LOOP
		sanction_id := s.sanction_id;
		state := 'none'; since := NULL; ends := NULL; tier := NULL; withholds := NULL; wrong := NULL;
		SELECT v.event_id, v.detail ->> 'since' AS since INTO known FROM governance.event v
			WHERE v.account_id = s.account_id AND v.scheme = s.scheme AND v.sanction_id = s.sanction_id
			ORDER BY v.event_id LIMIT 1;
		FOR e IN
			SELECT v.* FROM governance.event v
			WHERE v.account_id = s.account_id AND v.scheme = s.scheme AND v.kind LIKE 'sanction%'
				AND (v.sanction_id = s.sanction_id
					 OR v.sanction_id IS NULL AND v.event_id < known.event_id AND v.detail ->> 'rung' = s.rung
						AND (v.detail ->> 'since')::timestamptz = known.since::timestamptz)
			ORDER BY v.event_id
		LOOP
			bad := CASE e.kind WHEN 'sanction_scheduled' THEN state NOT IN ('none', 'over')
							   WHEN 'sanction_started' THEN state = 'started'
							   WHEN 'sanction_changed' THEN state = 'none'
							   WHEN 'sanction_ended' THEN state <> 'started'
							   ELSE state = 'none' END;
			IF bad THEN
				wrong := concat_ws(', ', wrong, e.kind || ' when it was ' || state);
			END IF;
			since := (e.detail ->> 'since')::timestamptz;
			ends := (e.detail ->> 'until')::timestamptz;
			tier := e.detail ->> 'tier';
			withholds := ARRAY(SELECT jsonb_array_elements_text(e.detail -> 'withholds'));
			state := CASE e.kind WHEN 'sanction_scheduled' THEN 'scheduled' WHEN 'sanction_started' THEN 'started'
								 WHEN 'sanction_changed' THEN
									CASE WHEN since > e.recorded_at THEN 'scheduled' WHEN ends <= e.recorded_at THEN 'over' ELSE 'started' END
								 ELSE 'over' END;
		END LOOP;
		RETURN NEXT;
	END LOOP;
END $$;
CALL pg_temp.live(clock_timestamp() + interval '7 seconds');
\set ECHO queries
BEGIN;
SELECT complete FROM governance.tick();
SELECT count(*) > 200 AS sanctions, count(*) FILTER (WHERE violation_id IS NULL) > 0 AS by_time FROM governance.sanction;
SELECT s.rung, s.during, h.*
	FROM governance.sanction s JOIN pg_temp.heard() h USING (sanction_id),
		 LATERAL (SELECT CASE WHEN NOT s.enforced OR isempty(s.during) THEN 'over' WHEN lower(s.during) > now() THEN 'scheduled'
							  WHEN upper(s.during) <= now() THEN 'over' ELSE 'started' END AS state) a
	WHERE h.wrong IS NOT NULL
		OR h.state <> a.state AND NOT (h.state = 'none' AND (isempty(s.during) OR NOT s.enforced))
		OR h.state <> 'none' AND NOT isempty(s.during)
			AND (h.since, coalesce(h.ends, 'infinity'), h.tier, h.withholds)
				IS DISTINCT FROM (lower(s.during), coalesce(upper(s.during), 'infinity'), s.tier::text, s.withholds)
	ORDER BY s.account_id, s.sanction_id;
COMMIT;
SELECT * FROM governance.verify();
