-- Random ledgers over every shipped document, over the gallery of doc/policy.md
-- and over some documents made to be awkward.
--
-- An account lives through random events in the order in which they become
-- known, and what the platform shows is written down as it goes; the same rows
-- are then given to a second account in a shuffled order, one by one and in
-- batches.  What was shown must be what score(), tier() and restrictions() say
-- of that instant later on; both accounts must end up the same; verify() must
-- find nothing at any time, and rebuild() must change nothing.
--
-- Only what differs is printed.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT setseed(0.1);
SELECT count(*) > 0 AS created FROM governance.create_ledger();

CREATE TEMPORARY TABLE document (scheme text, document jsonb, in_force tstzrange);
INSERT INTO document SELECT p.pack, governance.pack(p.pack) FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p;

-- The documents of the gallery, each after a comment with its name.
\set gallery `cat :abs_srcdir/../doc/policy.md`
INSERT INTO document
	SELECT d ->> 'scheme', d
	FROM regexp_matches(:'gallery', '<!-- gallery: [a-z.]+? -->\s+?```json\s(.*?)```', 'g') AS m,
		 LATERAL (SELECT m[1]::jsonb AS d) AS j;

INSERT INTO document SELECT d ->> 'scheme', d FROM (VALUES
	-- Several clocks, sanctions by condition, by count and by choice, all rungs
	-- at once, a ladder in sequence.
	('{"scheme": "t.all", "title": "all rungs at once", "time_zone": "Asia/Tokyo", "clock": "decided",
	  "score": {"direction": "deduct", "start": 60, "cap": 80},
	  "rules": {
		"a": {"title": "a", "points": [0, 9], "usual": 3},
		"b": {"title": "b", "severity": "medium", "points": 12.5},
		"c": {"title": "c", "severity": "severe", "points": 7, "direct": "locked"}},
	  "observe": {
		"recent": {"count": "violations", "within": "10 days", "live": true},
		"locks": {"count": "sanctions", "rungs": ["locked"], "within": "1 year"},
		"shifts": {"count": "activities", "kind": "shift", "within": "20 days"}},
	  "modifiers": [
		{"name": "again", "when": "recent >= 2", "multiply": 1.5},
		{"name": "hard worker", "when": "shifts >= 2", "add": -1},
		{"name": "at most", "at_most": 20}],
	  "relief": [
		{"name": "slow", "every": "20 days", "wait": "5 days", "add": 2, "when": "score >= 30", "pause_during": true},
		{"name": "fast", "every": "3 days", "add": 1, "when": "score < 30", "on_violation": "extend", "extend_by": "2 days"},
		{"name": "old", "age": "6 months", "from": "decided", "void": "entry", "round": "day_end"},
		{"name": "half", "at": "month", "add": "floor(lost / 2)", "when": "lost >= 40"},
		{"name": "after the lock", "sanction": "end", "rungs": ["locked"], "raise_to": 20}],
	  "ladder_apply": "all", "ladder_sequence": true,
	  "ladder": [
		{"rung": "note", "when": "score < 55", "tier": "warned", "for": {"range": ["5 days", "20 days"], "usual": "10 days"}, "rearm": "always", "overlap": "extend"},
		{"rung": "slow", "when": "score < 40", "tier": "limited", "withhold": ["post"]},
		{"rung": "counted", "when": "score < 30", "tier": "muted", "withhold": ["post", "comment"],
		 "for": {"count": "1 + locks", "of": "shift"}, "overlap": "queue"},
		{"rung": "locked", "when": "score < 15", "tier": "suspended", "withhold": ["post", "comment", "read"],
		 "for": {"days": "5 * (1 + locks)"}, "until": ["apology"], "terms": {"fee": "10 * locks + lost"},
		 "elect": {"on": "choice", "rung": "work"}},
		{"rung": "work", "tier": "limited", "withhold": ["read"], "for": {"count": 3, "of": "shift"}},
		{"rung": "end", "when": "score <= 0", "tier": "banned", "withhold": ["post", "comment", "read"], "for": "ever"}]}'::jsonb),
	-- Points that pile up; refunds; collapse; lengths by the moderator; clean age.
	('{"scheme": "t.pile", "title": "piles up", "time_zone": "America/Sao_Paulo",
	  "score": {"direction": "accumulate", "limit": 20},
	  "attributes": {"grade": "number", "since": "date"},
	  "facets": {"young": "within(since, ''100 days'')"},
	  "rules": {
		"a": {"title": "a", "class": "x", "points": [1, 4]},
		"b": {"title": "b", "class": "x", "severity": "medium", "points": 5, "tags": ["t"]},
		"c": {"title": "c", "class": "y", "severity": "severe", "points": [6, 20]}},
	  "observe": {
		"same": {"count": "violations", "same": ["rule"], "within": "1 month"},
		"total": {"sum": "points", "classes": ["x"], "within": "30 days", "live": true},
		"bans": {"count": "sanctions", "tier": "suspended", "by": "end", "within": "200 days"}},
	  "modifiers": [
		{"name": "repeated", "when": "same >= 1", "add": {"range": [0, 3], "usual": 1}},
		{"name": "low grade", "when": "coalesce(grade, 0) < 3", "multiply": 0.5}],
	  "collapse": [
		{"group": "incident", "keep": "max"},
		{"group": "content", "within": "5 days", "keep": "first"},
		{"group": "class", "each": "week", "at_most": 15}],
	  "relief": [
		{"name": "clean year", "age": "60 days", "clean": true, "void": "entry", "classes": ["x"]},
		{"name": "paid", "age": "30 days", "from": "paid", "void": "entry", "classes": ["y"]},
		{"name": "lesson", "on": "lesson", "subtract": 2, "at_most": ["1 per 10 days", "6 points per year"], "cooldown": "3 days", "partial": "refuse"},
		{"name": "taken off", "sanction": "start", "rungs": ["out"], "subtract": 8},
		{"name": "contributing", "sanction": "end", "rungs": ["ban"], "void": "contributing"}],
	  "ladder": [
		{"rung": "each", "each": 6, "tier": "limited", "withhold": ["post"], "for": "36 hours", "overlap": "max"},
		{"rung": "ban", "when": "score >= if(young, 8, 12) or total >= 10", "tier": "suspended", "withhold": ["post", "read"],
		 "for": [{"when": "bans >= 1", "use": "1 month"}, {"use": {"range": ["2 days", "20 days"], "usual": "7 days"}}], "rearm": "cleared", "overlap": "replace"},
		{"rung": "out", "when": "score >= 20", "tier": "revoked", "withhold": ["post", "read"], "until": ["course"]}],
	  "revision": {"overturn": "refund"}}'::jsonb),
	-- What is known of the moment: hours, weekdays, sources; decided sanctions.
	('{"scheme": "t.hours", "title": "hours", "time_zone": "Australia/Lord_Howe", "sanctions_from": "occurred",
	  "score": {"direction": "deduct", "start": 10, "cap": "if(coalesce(gold, false), 14, 10)", "on_cap_raise": "keep", "on_cap_lower": "shift"},
	  "attributes": {"gold": "boolean"},
	  "rules": {"a": {"title": "a", "points": 1}, "b": {"title": "b", "severity": "severe", "points": [0, 10], "usual": 4}},
	  "modifiers": [
		{"when": "hour < 6", "multiply": 2}, {"when": "weekday >= 6", "add": 0.25},
		{"when": "source = ''model''", "multiply": 0.5},
		{"when": "severity = ''severe'' and score < 3", "to_floor": true}],
	  "relief": [
		{"name": "clean week", "every": "1 week", "restore": true, "off_at_floor": true, "round": "day_end"},
		{"name": "sport", "every": "4 days", "active": "sport", "on_violation": "keep", "add": 0.5},
		{"name": "cycle", "at": {"every": "45 days", "from": "opened"}, "raise_to": 5}],
	  "ladder": [
		{"rung": "low", "when": "score < 8 and hour >= 0", "tier": "warned", "withhold": ["promote"]},
		{"rung": "mid", "when": "score <= 5", "tier": "limited", "withhold": ["promote", "post"], "for": {"range": ["1 day", "20 days"], "usual": "2 days 12 hours"}, "rearm": "always", "overlap": "parallel"},
		{"rung": "bad", "when": "score <= 2", "tier": "muted", "withhold": ["promote", "post"], "for": {"hours": "12 * floor(lost / 2)"}, "after": "mid"},
		{"rung": "gone", "when": "score <= 0", "tier": "banned", "withhold": ["promote", "post", "read"], "for": "ever", "rearm": "never"}]}'::jsonb)
	) AS v(d);

-- What arrives late leaves sanctions alone.
INSERT INTO document
	SELECT scheme || '.keep', document || jsonb_build_object('scheme', scheme || '.keep', 'revision', coalesce(document -> 'revision', '{}') || '{"late": "keep"}')
	FROM document WHERE scheme IN ('t.all', 't.pile', 't.hours', 'market.sellers');

-- Schemes of several versions, which share few rules and rungs and take over in
-- different ways.
INSERT INTO document
	SELECT 't.versions.' || how, d.document || jsonb_build_object('scheme', 't.versions.' || how, 'revision', jsonb_build_object('handover', how)), v.in_force
	FROM unnest('{carry,convert,fresh}'::text[]) AS how,
		 (VALUES ('t.all', tstzrange(NULL, '2019-06-01')), ('t.hours', '[2019-06-01,2019-11-01)'), ('t.all', '[2019-11-01,2020-04-01)'),
				 ('market.sellers', '[2020-04-01,)')) AS v(scheme, in_force)
		 JOIN document d USING (scheme);
SELECT count(governance.publish(document, 'active', in_force)) = count(*) AS published
	FROM (SELECT * FROM document ORDER BY scheme COLLATE "C", lower(in_force) NULLS FIRST) d;

-- Two accounts for each life: the one that lives it, and its shuffled twin.
\set lives 3
\set twin 100000
\set events 30
CREATE TEMPORARY TABLE life (account_id bigint PRIMARY KEY, scheme text, changing boolean);
INSERT INTO life
	SELECT n * 100 + i, scheme, i % 2 = 0
	FROM (SELECT scheme, row_number() OVER (ORDER BY scheme COLLATE "C") AS n FROM document GROUP BY scheme) d,
		 generate_series(1, :lives) AS i;
INSERT INTO governance.account (account_id, opened_at)
	SELECT account_id + twin, timestamptz '2018-05-01 10:00' + account_id * interval '7 hours'
	FROM life, unnest(ARRAY[0, :twin]) AS twin;

-- What was shown, when.
CREATE TEMPORARY TABLE shown (
	account_id bigint, at timestamptz, score text, tier text, withheld text, untils text,
	PRIMARY KEY (account_id, at));

CREATE FUNCTION pg_temp.withheld(account bigint, at timestamptz, OUT withheld text, OUT untils text)
	LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', capability, tier, since), ', ' ORDER BY capability, tier, since),
		   string_agg(concat_ws(' ', capability, rung, until), ', ' ORDER BY capability, tier, since)
	FROM governance.restrictions(account, at)
$$;

CREATE FUNCTION pg_temp.show(account bigint, scheme text, at timestamptz) RETURNS void
	LANGUAGE sql AS $$
	INSERT INTO shown
		SELECT account, at, governance.score(account, scheme, at), governance.tier(account, scheme, at), w.withheld, w.untils
		FROM pg_temp.withheld(account, at) w
		ON CONFLICT (account_id, at) DO UPDATE
			SET score = excluded.score, tier = excluded.tier, withheld = excluded.withheld, untils = excluded.untils
$$;

CREATE FUNCTION pg_temp.pick(VARIADIC choices text[]) RETURNS text
	LANGUAGE sql VOLATILE AS $$ SELECT choices[1 + floor(random() * cardinality(choices))::int] $$;

CREATE FUNCTION pg_temp.live(account bigint, the_scheme text, changing boolean, events int) RETURNS void
	LANGUAGE plpgsql AS $live$
DECLARE
	kinds		text[] := (SELECT array_agg(DISTINCT k ->> 'kind') FROM document d, jsonb_array_elements(governance.check_policy(d.document) -> 'activities') k
						   WHERE d.scheme = the_scheme);
	types		jsonb := (SELECT jsonb_object_agg(key, value) FROM document d, jsonb_each(d.document -> 'attributes') WHERE d.scheme = the_scheme);
	attributes	text[] := (SELECT array_agg(key) FROM jsonb_object_keys(types) key);
	-- Some live fast.
	pace		interval := interval '1 hour' * power(10, random() * 3);
	t			timestamptz := timestamptz '2019-01-01' + random() * interval '300 days';
	gap			interval;
	occurred	timestamptz;
	dice		float8;
	rule		record;
	earlier		record;
	lifted		bigint;
	name		text;
	kind		text;
BEGIN
	IF attributes IS NOT NULL THEN
		FOREACH name IN ARRAY attributes LOOP
			IF random() < 0.7 THEN
				PERFORM pg_temp.fact(account, name, types -> name, timestamptz '2018-06-01');
			END IF;
		END LOOP;
	END IF;
	FOR i IN 1 .. events LOOP
		dice := random();
		IF i = 1 OR dice < 0.55 THEN
			occurred := CASE WHEN random() < 0.75 THEN t ELSE t - pace * random() * 6 END;
			SELECT r.* INTO rule FROM governance.policy p JOIN governance.policy_rule r USING (policy_id)
				WHERE p.scheme = the_scheme AND p.in_force @> occurred ORDER BY random() LIMIT 1;
			INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at, source,
											  incident, content_ref, sanction_length)
				VALUES (account, the_scheme, rule.rule,
						CASE WHEN random() < 0.6
							 THEN rule.min_points + floor((rule.max_points - rule.min_points) * random()::numeric * 2) / 2 END,
						occurred, t,
						pg_temp.pick('report', 'patrol', 'model', 'system'),
						CASE WHEN random() < 0.5 THEN pg_temp.pick('i1', 'i2', 'i3') END,
						CASE WHEN random() < 0.5 THEN pg_temp.pick('c1', 'c2', 'c3') END,
						CASE WHEN random() < 0.3 AND EXISTS (SELECT FROM governance.policy_rung g WHERE g.policy_id = rule.policy_id AND g.length LIKE '% to 20 days%')
							 THEN interval '5 days' + random() * interval '15 days' END);
		ELSIF dice < 0.8 AND kinds IS NOT NULL THEN
			kind := pg_temp.pick(VARIADIC kinds);
			INSERT INTO governance.activity (account_id, kind, occurred_at, quantity, violation_id)
				VALUES (account, kind, t, pg_temp.pick('1', '2', '60', '80', '100')::numeric,
						(SELECT v.violation_id FROM governance.violation v
						 WHERE v.account_id = account AND random() < 0.7 ORDER BY random() LIMIT 1));
		ELSIF dice < 0.88 AND changing AND attributes IS NOT NULL THEN
			name := pg_temp.pick(VARIADIC attributes);
			PERFORM pg_temp.fact(account, name, types -> name, t);
		ELSE
			SELECT v.violation_id, r.min_points, r.max_points, x.action INTO earlier
				FROM governance.violation v
					JOIN governance.policy p ON p.scheme = v.scheme AND p.in_force @> v.occurred_at
					JOIN governance.policy_rule r ON r.policy_id = p.policy_id AND r.rule = v.rule
					LEFT JOIN LATERAL (SELECT action FROM governance.revision x
									   WHERE x.account_id = v.account_id AND x.violation_id = v.violation_id AND x.action <> 'release'
									   ORDER BY decided_at DESC, revision_id DESC LIMIT 1) x ON true
				WHERE v.account_id = account ORDER BY random() LIMIT 1;
			lifted := (SELECT sanction_id FROM governance.sanction s
					   WHERE s.account_id = account AND s.during @> t AND s.released_at IS DISTINCT FROM lower(s.during)
						   -- A record says what the version of its standing says: a later one may have ended it.
						   AND EXISTS (SELECT FROM governance.standing x JOIN governance.policy p ON p.policy_id = x.policy_id
									   WHERE x.account_id = account AND x.scheme = s.scheme AND p.in_force @> t)
					   ORDER BY random() LIMIT 1);
			IF lifted IS NOT NULL AND random() < 0.4 THEN
				PERFORM governance.release(lifted, 'mercy', t);
			ELSIF earlier.action = 'overturn' THEN
				PERFORM governance.reinstate(earlier.violation_id, 'after all', t);
			ELSIF random() < 0.6 THEN
				PERFORM governance.overturn(earlier.violation_id, 'a mistake', t);
			ELSE
				PERFORM governance.change(earlier.violation_id,
					earlier.min_points + floor((earlier.max_points - earlier.min_points) * random()::numeric), 'less', t);
			END IF;
		END IF;
		PERFORM pg_temp.show(account, the_scheme, t);
		-- At the same instant, soon, or after years.
		gap := CASE WHEN random() < 0.1 THEN interval '0' WHEN random() < 0.02 THEN interval '400 days' * random()
					ELSE date_trunc('second', pace * -ln(1 - random())) END;
		IF t + gap > timestamptz '2024-01-01' THEN
			EXIT;
		END IF;
		IF gap > interval '2 seconds' THEN
			PERFORM pg_temp.show(account, the_scheme, t + date_trunc('second', gap * random()));
		END IF;
		t := t + gap;
	END LOOP;
END
$live$;

CREATE FUNCTION pg_temp.fact(account bigint, name text, attribute jsonb, since timestamptz) RETURNS void
	LANGUAGE plpgsql AS $fact$
BEGIN
	PERFORM governance.set_attribute(account, name,
		CASE coalesce(attribute ->> 'type', attribute #>> '{}')
			WHEN 'number' THEN pg_temp.pick('0', '1', '2', '3', '20000', '150000', '1500000')
			WHEN 'boolean' THEN pg_temp.pick('true', 'false')
			WHEN 'date' THEN (date '2018-03-01' + (random() * 700)::int)::text
			ELSE pg_temp.pick('bicycle', 'scooter', 'car') END, since);
END
$fact$;

SELECT count(pg_temp.live(account_id, scheme, changing, :events)) = count(*) AS lived FROM life;
SELECT count(*) > 1000 AS enough FROM governance.violation;
\set ECHO queries

SELECT count(*) > 20 AS lifted FROM governance.sanction WHERE release_reason = 'manual';
SELECT * FROM governance.verify();

-- What is said of an instant later is what was shown then.
SELECT l.scheme, s.*, now.*
	FROM shown s JOIN life l USING (account_id),
		 LATERAL (SELECT governance.score(account_id, scheme, at)::text AS score_now,
						 governance.tier(account_id, scheme, at)::text AS tier_now,
						 w.withheld AS withheld_now, CASE WHEN l.changing THEN s.untils ELSE w.untils END AS untils_now
				  FROM pg_temp.withheld(account_id, at) w OFFSET 0) now
	WHERE (s.score, s.tier, s.withheld, s.untils) IS DISTINCT FROM (score_now, tier_now, withheld_now, untils_now)
	ORDER BY account_id, at LIMIT 20;

-- A capability that is withheld is not permitted, and no other.
SELECT account_id, at, c.capability
	FROM (SELECT DISTINCT ON (account_id) * FROM shown ORDER BY account_id, md5(at::text)) s,
		 governance.capability c
	WHERE governance.permits(account_id, c.capability, at)
		= EXISTS (SELECT FROM governance.restrictions(account_id, at) r WHERE r.capability = c.capability)
	LIMIT 20;

-- The twins: the same rows under the same ids, in six rounds, shuffled.  In
-- the even rounds all rows of a table come in one statement.
\set ECHO none
INSERT INTO governance.attribute SELECT account_id + :twin, name, value, during FROM governance.attribute;
CREATE TEMPORARY TABLE v AS
	SELECT v.*, random() AS place FROM governance.violation v;
CREATE TEMPORARY TABLE r AS
	SELECT r.*, coalesce(v.place, 0) + (1 - coalesce(v.place, 0)) * random() AS place
		FROM governance.revision r LEFT JOIN v USING (account_id, violation_id);
CREATE TEMPORARY TABLE a AS
	SELECT a.*, random() AS place FROM governance.activity a;
UPDATE v SET account_id = account_id + :twin;
UPDATE r SET account_id = account_id + :twin;
UPDATE a SET account_id = account_id + :twin;
CREATE TEMPORARY TABLE difference (round int, account_id bigint, scheme text, item text, stored text, replayed text);
DO $$
DECLARE
	i	record;
BEGIN
	FOR round IN 0 .. 5 LOOP
		IF round % 2 = 0 THEN
			INSERT INTO governance.violation
				SELECT account_id, violation_id, scheme, rule, points, occurred_at, decided_at, source, campaign,
					   incident, content_ref, surcharge, sanction_length, decided_by, evidence
				FROM v WHERE floor(place * 6) = round ORDER BY place;
			INSERT INTO governance.activity
				SELECT account_id, activity_id, kind, occurred_at, quantity, violation_id, recorded_by, evidence
				FROM a WHERE floor(place * 6) = round ORDER BY place;
			INSERT INTO governance.revision
				SELECT account_id, revision_id, violation_id, action, points, sanction_id, scheme, rung, since,
					   reason, decided_at, decided_by
				FROM r WHERE floor(place * 6) = round ORDER BY place;
		ELSE
			FOR i IN SELECT 'v' AS kind, account_id, violation_id AS id, place FROM v
				UNION ALL SELECT 'a', account_id, activity_id, place FROM a
				UNION ALL SELECT 'r', account_id, revision_id, place FROM r
				ORDER BY place
			LOOP
				CONTINUE WHEN floor(i.place * 6) <> round;
				IF i.kind = 'v' THEN
					INSERT INTO governance.violation
						SELECT account_id, violation_id, scheme, rule, points, occurred_at, decided_at, source, campaign,
							   incident, content_ref, surcharge, sanction_length, decided_by, evidence
						FROM v WHERE violation_id = i.id;
				ELSIF i.kind = 'a' THEN
					INSERT INTO governance.activity
						SELECT account_id, activity_id, kind, occurred_at, quantity, violation_id, recorded_by, evidence
						FROM a WHERE activity_id = i.id;
				ELSE
					INSERT INTO governance.revision
						SELECT account_id, revision_id, violation_id, action, points, sanction_id, scheme, rung, since,
							   reason, decided_at, decided_by
						FROM r WHERE revision_id = i.id;
				END IF;
			END LOOP;
		END IF;
		INSERT INTO difference SELECT round, d.* FROM governance.verify() AS d;
	END LOOP;
END
$$;
SELECT (SELECT count(*) FROM governance.violation) = 2 * (SELECT count(*) FROM v)
	AND (SELECT count(*) FROM governance.revision) = 2 * (SELECT count(*) FROM r)
	AND (SELECT count(*) FROM governance.activity) = 2 * (SELECT count(*) FROM a) AS all_there;
\set ECHO queries
SELECT * FROM difference ORDER BY round, account_id LIMIT 20;

-- The twins stand as those who lived it: now, later, and at the instants that
-- were shown.
SELECT a.scheme, a.account_id, a.score, b.score, a.tier, b.tier, a.as_of, b.as_of
	FROM governance.standing a JOIN governance.standing b ON b.account_id = a.account_id + :twin AND b.scheme = a.scheme
	WHERE a.as_of = b.as_of AND (a.score::text, a.tier::text) IS DISTINCT FROM (b.score::text, b.tier::text)
	ORDER BY 1, 2 LIMIT 20;
SELECT account_id, scheme, at
	FROM life, unnest(ARRAY[now(), now() + interval '30 days', now() + interval '2 years']) AS at
	WHERE (governance.score(account_id, scheme, at)::text, governance.tier(account_id, scheme, at))
		IS DISTINCT FROM (governance.score(account_id + :twin, scheme, at)::text, governance.tier(account_id + :twin, scheme, at))
	ORDER BY 1, 3 LIMIT 20;
SELECT l.scheme, s.*, now.*
	FROM shown s JOIN life l USING (account_id),
		 LATERAL (SELECT governance.score(account_id + :twin, scheme, at)::text AS score_now,
						 governance.tier(account_id + :twin, scheme, at)::text AS tier_now,
						 w.withheld AS withheld_now
				  FROM pg_temp.withheld(account_id + :twin, at) w OFFSET 0) now
	WHERE account_id % 3 = 0 AND (s.score, s.tier, s.withheld) IS DISTINCT FROM (score_now, tier_now, withheld_now)
	ORDER BY account_id, at LIMIT 20;
-- One more violation for each brings both to the same instant: every sanction
-- that began by itself meanwhile has a record then.
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	SELECT account_id + twin, 1000000 + account_id, scheme,
		   (SELECT min(rule) FROM governance.rule r WHERE r.scheme = life.scheme), '2024-02-01', '2024-02-01'
	FROM life, unnest(ARRAY[0, :twin]) AS twin;
SELECT * FROM governance.verify() LIMIT 20;
WITH sanction AS (
	SELECT s.account_id % :twin AS account_id, s.account_id > :twin AS twin,
		   concat_ws(' ', scheme, rung, tier, withholds, during, 'cause', violation_id, enforced, terms,
					 CASE WHEN release_reason IS NOT NULL THEN concat_ws(' ', 'released', released_at, release_reason) END) AS what
	FROM governance.sanction s
	WHERE release_reason IS DISTINCT FROM 'overturned' AND (s.account_id % :twin, scheme) IN (SELECT account_id, scheme FROM life))
SELECT account_id, CASE WHEN count(*) FILTER (WHERE twin) > 0 THEN 'twin' ELSE 'lived' END AS only_in, what
	FROM sanction GROUP BY account_id, what
	HAVING count(*) FILTER (WHERE twin) <> count(*) FILTER (WHERE NOT twin) ORDER BY 1, 3 LIMIT 20;
SELECT account_id % :twin AS account_id, capability, scheme, until, count(*)
	FROM governance.restriction WHERE until > now()
	GROUP BY 1, 2, 3, 4 HAVING count(*) <> 2 ORDER BY 1, 2, 3, 4 LIMIT 20;

-- The timeline agrees with score() and tier() at every instant of it, with all
-- that is known now.
SELECT account_id, scheme, t.at, t.score, t.tier, again.*
	FROM life l,
		 LATERAL (SELECT DISTINCT ON (t.at) t.at, t.score::text AS score, t.tier
				  FROM governance.timeline(l.account_id, l.scheme) WITH ORDINALITY AS t
				  ORDER BY t.at, t.ordinality DESC) t,
		 LATERAL (SELECT governance.score(l.account_id, l.scheme, t.at, greatest(t.at, now()))::text AS score_again,
						 governance.tier(l.account_id, l.scheme, t.at, greatest(t.at, now())) AS tier_again OFFSET 0) again
	WHERE account_id % 3 = 1 AND (t.score <> score_again OR t.tier <> tier_again)
	ORDER BY account_id, t.at LIMIT 20;

-- next_change() is the first change: just before it nothing is different.
SELECT account_id, scheme, n.*
	FROM life, LATERAL (SELECT * FROM governance.next_change(account_id, scheme) OFFSET 0) n
	WHERE n.at IS NOT NULL AND (
		n.at <= now()
		OR n.score::text <> governance.score(account_id, scheme, n.at)::text
		OR n.tier <> governance.tier(account_id, scheme, n.at)
		OR governance.score(account_id, scheme)::text <> governance.score(account_id, scheme, n.at - interval '1 microsecond')::text
		OR governance.tier(account_id, scheme) <> governance.tier(account_id, scheme, n.at - interval '1 microsecond'))
	ORDER BY 1 LIMIT 20;

-- Made anew from the ledger, everything derived is what it was.
\set ECHO none
CREATE TEMPORARY TABLE old_standing AS SELECT * FROM governance.standing;
CREATE TEMPORARY TABLE old_sanction AS SELECT * FROM governance.sanction;
CREATE TEMPORARY TABLE old_restriction AS SELECT * FROM governance.restriction WHERE until > now();
\set ECHO queries
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() = (SELECT count(*) FROM governance.standing) AS rebuilt;
SELECT * FROM governance.verify() LIMIT 20;
SELECT count(*) FROM ((TABLE old_sanction EXCEPT TABLE governance.sanction)
	UNION ALL (TABLE governance.sanction EXCEPT TABLE old_sanction)) AS differ;
SELECT count(*) FROM ((TABLE old_restriction EXCEPT TABLE governance.restriction)
	UNION ALL (SELECT * FROM governance.restriction WHERE until > now() EXCEPT TABLE old_restriction)) AS differ;
SELECT count(*) FROM old_standing o FULL JOIN governance.standing s USING (account_id, scheme)
	WHERE o.as_of = s.as_of AND (o.score::text, o.tier, o.known_at, o.policy_id, o.state)
		IS DISTINCT FROM (s.score::text, s.tier, s.known_at, s.policy_id, s.state);

-- A state of which a few bytes are other ones is damaged, or is another state;
-- it leads nobody astray.
\set ECHO none
CREATE FUNCTION pg_temp.damage(rounds int) RETURNS TABLE (outcome text, often bigint) LANGUAGE plpgsql AS $$
DECLARE
	standing	record;
	bytes		bytea;
	place		int;
BEGIN
	CREATE TEMPORARY TABLE outcome (outcome text);
	FOR standing IN SELECT s.* FROM governance.standing s, generate_series(1, rounds) ORDER BY s.account_id, s.scheme LOOP
		bytes := standing.state;
		FOR i IN 0 .. floor(random() * 3)::int LOOP
			place := floor(random() * length(bytes))::int;
			bytes := CASE
				WHEN random() < 0.7 THEN
					set_byte(bytes, place, (ARRAY[0, 1, 2, 3, 4, 127, 128, 255, floor(random() * 256)::int])[1 + floor(random() * 9)::int])
				WHEN random() < 0.5 THEN overlay(bytes PLACING set_byte('\x00', 0, floor(random() * 256)::int) FROM place + 1 FOR 0)
				ELSE overlay(bytes PLACING '' FROM place + 1 FOR 1) END;
		END LOOP;
		BEGIN
			PERFORM governance.stored_scores(standing.account_id, standing.scheme, bytes, standing.policy_id, standing.known_at, standing.edition, now(), now() + interval '1 month');
			PERFORM governance.stored_nearness(standing.account_id, standing.scheme, bytes, standing.policy_id, standing.known_at, standing.edition, NULL);
			INSERT INTO outcome VALUES ('read');
		EXCEPTION WHEN OTHERS THEN
			INSERT INTO outcome VALUES (CASE SQLSTATE WHEN 'XX001' THEN 'damaged' ELSE SQLSTATE || ' ' || SQLERRM END);
		END;
	END LOOP;
	RETURN QUERY SELECT o.outcome, count(*) FROM outcome o GROUP BY 1 ORDER BY 1;
END $$;
\set ECHO queries
SELECT outcome, CASE WHEN often > 20 THEN 'often' ELSE often::text END AS often FROM pg_temp.damage(1);
