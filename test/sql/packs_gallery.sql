-- The reference page of policy documents: every document of its gallery is
-- valid, can be published and given back, and does what the page says; every
-- snippet of its tables compiles where it belongs.
\set ECHO none
SET client_min_messages = warning;
\set page `cat "$PG_ABS_SRCDIR/../doc/policy.md"`

CREATE TEMPORARY TABLE gallery AS
	SELECT split_part(part, ' -->', 1) AS name,
		   split_part(split_part(part, E'```json\n', 2), E'\n```', 1)::jsonb AS document
	FROM string_to_table(:'page', '<!-- gallery: ') WITH ORDINALITY AS t(part, n) WHERE n > 1;

-- a document with something of everything, into which a snippet is put
CREATE TEMPORARY TABLE snippet AS
	SELECT n, m[1] AS snippet
	FROM string_to_table(split_part(:'page', '### How do I say', 2), E'\n') WITH ORDINALITY AS line(line, n),
		regexp_matches(line, '`([{"][^`]*:[^`]*)`', 'g') AS m
	WHERE line LIKE '|%';
CREATE FUNCTION pg_temp.complete(snippet jsonb) RETURNS jsonb
	LANGUAGE plpgsql AS $$
DECLARE
	base jsonb := '{
		"scheme": "page", "cycle": "year", "score": {"direction": "deduct", "cap": 100},
		"attributes": {"followers": "number", "first_issue": "date", "joined": "date", "born": "date"},
		"calendar": {"holidays": ["2026-10-01"]},
		"facets": {"probation": "within(joined, ''3 months'')"},
		"rules": {"late": {"title": "late", "severity": "severe", "points": 5}, "deed": {"title": "deed", "points": 1, "direct": "ban"}},
		"observe": {"before": {"count": "violations"}, "again": {"count": "violations"}, "recent": {"count": "violations"}},
		"relief": [], "modifiers": [], "collapse": [],
		"ladder": [{"rung": "training", "tier": "limited", "until": ["trained"], "when": "score < 90"},
				   {"rung": "suspended", "tier": "limited", "when": "score < 80", "for": "1 day"},
				   {"rung": "mute", "tier": "muted", "when": "score < 70", "for": "1 day"},
				   {"rung": "ban", "tier": "banned", "for": "ever"}]}';
	place text := CASE
		WHEN snippet ?| '{age,every,at,on,sanction}' AND NOT snippet ? 'rung' THEN 'relief'
		WHEN snippet ?| '{group}' THEN 'collapse'
		WHEN snippet ?| '{multiply,replace,to_floor,add}' THEN 'modifiers'
		WHEN snippet ?| '{clean_clock,on_violation,active,pause_during,off_at_floor}' THEN 'relief'
		WHEN snippet ?| '{where,severities,marked}' THEN 'relief'
		WHEN snippet ?| '{when,for,until,rearm,overlap,each,after,elect}' THEN 'ladder'
		WHEN snippet ? 'probation' THEN 'facets'
		WHEN snippet ? 'direct' THEN 'rules' END;
	part jsonb := snippet;
BEGIN
	CASE place
		WHEN 'relief' THEN
			IF part ?| '{on_violation,active,pause_during,off_at_floor}' AND NOT part ? 'every' THEN
				part := '{"every": "7 days", "add": 1}' || part;
			ELSIF NOT part ?| '{age,every,at,on,sanction}' THEN
				part := '{"age": "1 year", "void": "entry"}' || part;
			END IF;
		WHEN 'ladder' THEN
			part := '{"rung": "new", "tier": "revoked"}' || part;
			IF NOT part ?| '{when,each}' THEN
				part := part || '{"when": "score < 50"}';
			END IF;
			IF part ?| '{rearm,overlap,each,after,elect}' OR part ->> 'when' LIKE '%recent%' THEN
				part := '{"for": "1 day"}' || part;
			END IF;
		WHEN 'facets' THEN
			RETURN jsonb_set(base, '{facets}', part);
		WHEN 'rules' THEN
			RETURN jsonb_set(base, '{rules,other}', '{"title": "other", "points": 1}' || part);
		ELSE
			IF part ? 'observe' THEN
				part := jsonb_build_object('observe', base -> 'observe' || (part -> 'observe'));
			END IF;
			IF place IS NULL THEN
				RETURN base || part;
			END IF;
	END CASE;
	RETURN jsonb_set(base, ARRAY[place], base -> place || jsonb_build_array(part));
END $$;
CREATE FUNCTION pg_temp.problem(snippet text) RETURNS text
	LANGUAGE plpgsql AS $$
DECLARE
	problem text;
BEGIN
	PERFORM governance.check_policy(pg_temp.complete(
		CASE WHEN snippet LIKE '{%' THEN snippet ELSE '{' || snippet || '}' END::jsonb));
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS problem = MESSAGE_TEXT;
	RETURN problem;
END $$;

-- what the page says happens: events in local time, and how the account stands
CREATE TEMPORARY TABLE story (id text, name text, n int GENERATED ALWAYS AS IDENTITY, event jsonb, score text, tier text, detail text);
INSERT INTO story (id, name, event, score, tier, detail) VALUES
('strikes', 'forum.strikes', '{"at": "2024-01-10", "rule": "spam"}', '1/3', 'warned', NULL),
('strikes', 'forum.strikes', '{"at": "2024-03-01", "rule": "insult"}', '2/3', 'muted', NULL),
('strikes', 'forum.strikes', '{"at": "2024-03-08"}', '2/3', 'warned', NULL),
('strikes', 'forum.strikes', '{"at": "2024-07-10"}', '1/3', 'warned', NULL),
('strikes', 'forum.strikes', '{"at": "2024-08-01", "rule": "spam"}', '2/3', 'muted', NULL),
('strikes', 'forum.strikes', '{"at": "2024-08-08"}', '2/3', 'warned', NULL),
('strikes', 'forum.strikes', '{"at": "2024-08-20", "rule": "doxing"}', '5/3', 'banned', NULL),

('fading', 'forum.fading', '{"attribute": "joined", "value": "2020-01-01"}', NULL, NULL, NULL),
('fading', 'forum.fading', '{"at": "2024-02-01", "rule": "rudeness", "points": 3}', '3/12', 'limited', NULL),
('fading', 'forum.fading', '{"at": "2024-02-10", "rule": "rudeness", "points": 2}', '6/12', 'muted', 'again within 30 days +1'),
('fading', 'forum.fading', '{"at": "2024-02-24"}', '5/12', 'limited', NULL),
('fading', 'forum.fading', '{"at": "2024-03-09"}', '4/12', 'limited', NULL),
('fading', 'forum.fading', '{"at": "2024-03-23"}', '3/12', 'limited', NULL),
('fading', 'forum.fading', '{"at": "2024-04-06"}', '2/12', 'clear', NULL),
('newcomer', 'forum.fading', '{"attribute": "joined", "value": "2024-01-20"}', NULL, NULL, NULL),
('newcomer', 'forum.fading', '{"at": "2024-02-10", "rule": "rudeness", "points": 3}', '3/12', 'muted', NULL),
('newcomer', 'forum.fading', '{"at": "2024-02-18 23:59"}', '3/12', 'muted', NULL),
('newcomer', 'forum.fading', '{"at": "2024-02-19"}', '3/12', 'limited', NULL),
('one post', 'forum.fading', '{"at": "2024-02-10", "rule": "rudeness", "points": 2, "content": "p"}', '2/12', 'clear', NULL),
('one post', 'forum.fading', '{"at": "2024-02-11", "rule": "spam", "points": 3, "content": "p"}', '3/12', 'limited', NULL),

('sellers', 'market.sellers', '{"at": "2024-04-01", "rule": "late"}', '100/100', 'clear', 'first late parcel in 90 days'),
('sellers', 'market.sellers', '{"at": "2024-04-10", "rule": "late", "points": 3}', '97/100', 'clear', NULL),
('sellers', 'market.sellers', '{"at": "2024-04-20", "rule": "reviews.bought", "points": 30}', '67/100', 'limited', NULL),
('sellers', 'market.sellers', '{"at": "2024-04-25", "rule": "reviews.bought", "points": 20}', '27/100', 'suspended', 'fraud again x2'),
('sellers', 'market.sellers', '{"at": "2024-05-09"}', '27/100', 'suspended', NULL),
('sellers', 'market.sellers', '{"at": "2024-05-10", "activity": "plan_accepted"}', '27/100', 'limited', NULL),
('sellers', 'market.sellers', '{"at": "2024-05-26 23:59"}', '27/100', 'limited', NULL),
('sellers', 'market.sellers', '{"at": "2024-05-27"}', '28/100', 'limited', NULL),
('sellers', 'market.sellers', '{"at": "2024-05-30"}', '29/100', 'limited', NULL),

('cards', 'league.cards', '{"at": "2024-08-03", "rule": "caution"}', '1/5', 'clear', NULL),
('cards', 'league.cards', '{"at": "2024-08-10", "rule": "caution"}', '2/5', 'clear', NULL),
('cards', 'league.cards', '{"at": "2024-08-17", "rule": "caution"}', '3/5', 'clear', NULL),
('cards', 'league.cards', '{"at": "2024-08-24", "rule": "caution"}', '4/5', 'clear', NULL),
('cards', 'league.cards', '{"at": "2024-08-31", "rule": "caution"}', '5/5', 'suspended', NULL),
('cards', 'league.cards', '{"at": "2024-09-01", "rule": "violent_conduct"}', '5/5', 'suspended', NULL),
('cards', 'league.cards', '{"at": "2024-09-07", "activity": "match"}', '5/5', 'suspended', NULL),
('cards', 'league.cards', '{"at": "2024-09-14", "activity": "match"}', '5/5', 'suspended', NULL),
('cards', 'league.cards', '{"at": "2024-09-21", "activity": "match"}', '5/5', 'suspended', NULL),
('cards', 'league.cards', '{"at": "2024-09-28", "activity": "match"}', '5/5', 'clear', NULL),
('cards', 'league.cards', '{"at": "2025-06-20", "rule": "last_man"}', '5/5', 'suspended', NULL),
('cards', 'league.cards', '{"at": "2025-07-01"}', '0/5', 'suspended', NULL),
('cards', 'league.cards', '{"at": "2025-08-03", "activity": "match"}', '0/5', 'clear', NULL),

('new driver', 'country.licence', '{"attribute": "licensed", "value": "2023-06-01"}', NULL, NULL, NULL),
('new driver', 'country.licence', '{"at": "2024-01-10 12:00", "rule": "speed.20"}', '3/12', 'clear', NULL),
('new driver', 'country.licence', '{"at": "2024-05-10 23:00", "rule": "speed.20"}', '8/12', 'suspended', 'speeding again within a year +1, at night in the town +1'),
('new driver', 'country.licence', '{"at": "2024-11-11"}', '8/12', 'suspended', NULL),
('new driver', 'country.licence', '{"at": "2024-12-01", "activity": "course"}', '8/12', 'suspended', 'not eligible'),
('new driver', 'country.licence', '{"at": "2024-12-05", "activity": "exam", "quantity": 60}', '0/12', 'clear', NULL),
('not new any more', 'country.licence', '{"attribute": "licensed", "value": "2023-06-01"}', NULL, NULL, NULL),
('not new any more', 'country.licence', '{"at": "2025-06-01", "rule": "alcohol"}', '6/12', 'warned', NULL),
('two lives', 'country.licence', '{"at": "2024-01-01 12:00", "rule": "belt"}', '1/12', 'clear', NULL),
('two lives', 'country.licence', '{"at": "2024-01-02 12:00", "rule": "red_light"}', '5/12', 'warned', NULL),
('two lives', 'country.licence', '{"at": "2026-01-01 12:00"}', '4/12', 'warned', NULL),
('two lives', 'country.licence', '{"at": "2027-01-02 11:59"}', '4/12', 'warned', NULL),
('two lives', 'country.licence', '{"at": "2027-01-02 12:00"}', '0/12', 'clear', NULL),
('twelve', 'country.licence', '{"at": "2024-01-10 12:00", "rule": "alcohol"}', '6/12', 'warned', NULL),
('twelve', 'country.licence', '{"at": "2024-05-10 23:00", "rule": "speed.20"}', '10/12', 'suspended', NULL),
('twelve', 'country.licence', '{"at": "2024-06-10 23:00"}', '10/12', 'warned', NULL),
('twelve', 'country.licence', '{"at": "2024-08-10 10:00", "rule": "phone"}', '13/12', 'suspended', NULL),
('twelve', 'country.licence', '{"at": "2024-11-10 10:00"}', '0/12', 'clear', NULL),
('race', 'country.licence', '{"at": "2024-08-10 10:00", "rule": "racing"}', '6/12', 'revoked', NULL),
('decided late', 'country.licence', '{"at": "2024-01-10 12:00", "rule": "alcohol"}', '6/12', 'warned', NULL),
('decided late', 'country.licence', '{"at": "2024-01-20 12:00", "rule": "red_light", "decided": "2025-01-01"}', '10/12', 'warned', NULL),
('decided late', 'country.licence', '{"at": "2025-01-01"}', '10/12', NULL, NULL),
('decided late', 'country.licence', '{"at": "2025-02-01"}', '10/12', 'warned', NULL),

('courier', 'courier.quality', '{"attribute": "first_shift", "value": "2020-01-01"}', NULL, NULL, NULL),
('courier', 'courier.quality', '{"at": "2024-01-10", "activity": "perfect_week"}', '102/110', 'clear', NULL),
('courier', 'courier.quality', '{"at": "2024-01-12", "attribute": "veteran", "value": true}', '102/120', 'clear', NULL),
('courier', 'courier.quality', '{"at": "2024-01-20", "rule": "cash_missing", "points": 25}', '77/120', 'warned', NULL),
('courier', 'courier.quality', '{"at": "2024-01-25", "rule": "traffic", "points": 20}', '57/120', 'limited', NULL),
('courier', 'courier.quality', '{"at": "2024-01-26", "activity": "talked"}', '57/120', 'limited', NULL),
('courier', 'courier.quality', '{"at": "2024-02-01", "rule": "no_show"}', '52/120', 'limited', NULL),
('courier', 'courier.quality', '{"at": "2024-02-02", "activity": "chose_training"}', '52/120', 'limited', NULL),
('courier', 'courier.quality', '{"at": "2024-02-20", "rule": "false_report"}', '32/120', 'suspended', NULL),
('courier', 'courier.quality', '{"at": "2024-02-27"}', '60/120', 'limited', NULL),
('courier', 'courier.quality', '{"at": "2024-03-20", "activity": "training_passed"}', '60/120', 'clear', NULL),
('courier', 'courier.quality', '{"at": "2024-04-01"}', '82/120', 'clear', NULL),
('no talk yet', 'courier.quality', '{"at": "2024-01-20", "rule": "cash_missing", "points": 40}', '60/110', 'warned', NULL),
('scooter', 'courier.quality', '{"attribute": "vehicle", "value": "scooter"}', NULL, NULL, NULL),
('scooter', 'courier.quality', '{"attribute": "first_shift", "value": "2024-01-01"}', NULL, NULL, NULL),
('scooter', 'courier.quality', '{"at": "2024-01-20", "rule": "traffic", "points": 10}', '84/110', 'clear', 'motor vehicle x1.5, probation +1'),

('in order', 'licence.inorder', '{"at": "2019-12-01", "rule": "drunk"}', '3/8', 'clear', NULL),
('in order', 'licence.inorder', '{"at": "2020-01-01", "rule": "drunk"}', '5/8', 'warned', NULL),
('in order', 'licence.inorder', '{"at": "2020-02-01", "rule": "drunk"}', '7/8', 'limited', NULL),
('in order', 'licence.inorder', '{"at": "2020-03-01", "rule": "speeding"}', '8/8', 'revoked', NULL),

('patience', 'licence.patience', '{"at": "2020-01-01", "rule": "red_light"}', '12/24', 'clear', NULL),
('patience', 'licence.patience', '{"at": "2020-06-01", "rule": "red_light"}', '0/24', 'suspended', NULL),
('patience', 'licence.patience', '{"at": "2020-08-24"}', '0/24', 'clear', NULL),
('patience', 'licence.patience', '{"at": "2020-12-01", "rule": "speeding", "points": 8}', '8/24', 'clear', NULL),
('patience', 'licence.patience', '{"at": "2021-03-01", "rule": "speeding", "points": 4}', '0/24', 'suspended', NULL),
('patience', 'licence.patience', '{"at": "2021-08-15"}', '0/24', 'suspended', NULL),
('patience', 'licence.patience', '{"at": "2021-08-16"}', '0/24', 'clear', NULL),

('hysteresis', 'trick.hysteresis', '{"at": "2024-01-01", "rule": "spam", "points": 45}', '55/100', 'limited', NULL),
('hysteresis', 'trick.hysteresis', '{"at": "2024-01-05"}', '75/100', 'limited', NULL),
('hysteresis', 'trick.hysteresis', '{"at": "2024-01-06"}', '80/100', 'clear', NULL),
('hysteresis', 'trick.hysteresis', '{"at": "2024-01-07", "rule": "spam", "points": 20}', '65/100', 'clear', NULL),
('reporters', 'trick.reporters', '{"at": "2024-01-01", "rule": "reported", "content": "by/7"}', '1/3', 'clear', NULL),
('reporters', 'trick.reporters', '{"at": "2024-01-02", "rule": "reported", "content": "by/7"}', '1/3', 'clear', 'collapsed'),
('reporters', 'trick.reporters', '{"at": "2024-01-03", "rule": "reported", "content": "by/8"}', '2/3', 'clear', NULL),
('reporters', 'trick.reporters', '{"at": "2024-01-04", "rule": "reported", "content": "by/9"}', '3/3', 'limited', NULL),
('reporters', 'trick.reporters', '{"at": "2024-01-31"}', '2/3', 'clear', NULL),
('weight', 'trick.weight', '{"at": "2024-01-01", "rule": "reported", "points": 1}', '1/3', 'clear', NULL),
('weight', 'trick.weight', '{"at": "2024-01-02", "rule": "reported", "points": 0.1}', '1.1/3', 'clear', NULL),
('weight', 'trick.weight', '{"at": "2024-01-03", "rule": "reported"}', '1.6/3', 'clear', NULL),
('weight', 'trick.weight', '{"at": "2024-01-04", "rule": "reported"}', '2.1/3', 'limited', NULL),
('moderator', 'trick.moderator', '{"at": "2024-01-01", "rule": "abuse", "points": 15, "incident": "by ann"}', '85/100', 'clear', NULL),
('moderator', 'trick.moderator', '{"at": "2024-01-02", "rule": "abuse", "points": 15, "incident": "by ann"}', '80/100', 'clear', NULL),
('moderator', 'trick.moderator', '{"at": "2024-01-03", "rule": "abuse", "points": 15, "incident": "by bob"}', '65/100', 'clear', NULL),
('heaviest', 'trick.heaviest', '{"at": "2024-01-01", "rule": "rude"}', '2/12', 'clear', NULL),
('heaviest', 'trick.heaviest', '{"at": "2024-01-02", "rule": "threat"}', '5/12', 'clear', NULL),
('heaviest', 'trick.heaviest', '{"at": "2024-01-03", "rule": "spam"}', '8/12', 'clear', NULL),
('heaviest', 'trick.heaviest', '{"at": "2024-01-04", "rule": "rude"}', '8/12', 'clear', 'collapsed'),
('manual', 'trick.manual', '{"at": "2024-01-01", "rule": "spam", "source": "model", "id": 1}', '90/100', 'clear', NULL),
('manual', 'trick.manual', '{"at": "2024-01-02 09:00", "activity": "reviewed", "violation": 1}', '100/100', 'clear', 'looked at'),
('manual', 'trick.manual', '{"at": "2024-01-02 09:01", "rule": "spam", "points": 3}', '97/100', 'clear', NULL),
('content age', 'trick.content_age', '{"at": "2024-01-01 10:00", "attribute": "content_from", "value": "2020-01-01"}', NULL, NULL, NULL),
('content age', 'trick.content_age', '{"at": "2024-01-01 10:01", "rule": "spam"}', '95/100', 'clear', 'old content x0.5'),
('content age', 'trick.content_age', '{"at": "2024-02-01 10:00", "attribute": "content_from", "value": "2024-01-20"}', NULL, NULL, NULL),
('content age', 'trick.content_age', '{"at": "2024-02-01 10:01", "rule": "spam"}', '85/100', 'clear', NULL),
('gains', 'trick.gains', '{"at": "2024-01-01", "activity": "helped"}', '0/12', 'clear', NULL),
('gains', 'trick.gains', '{"at": "2024-02-01", "rule": "rude"}', '3/12', 'clear', NULL),
('gains', 'trick.gains', '{"at": "2024-06-29"}', '3/12', 'limited', NULL),
('authority', 'trick.authority', '{"at": "2024-01-01", "rule": "drunk"}', '12/12', 'warned', NULL),
('authority', 'trick.authority', '{"at": "2024-03-01", "activity": "withdrawal_ordered"}', '12/12', 'revoked', NULL),
('authority', 'trick.authority', '{"at": "2024-09-01"}', '12/12', 'clear', NULL),
('nth', 'trick.nth', '{"at": "2024-01-01", "rule": "speeding"}', '2/12', 'clear', NULL),
('nth', 'trick.nth', '{"at": "2024-02-01", "rule": "speeding"}', '4.01/12', 'clear', 'again +0.01'),
('nth', 'trick.nth', '{"at": "2025-01-01"}', '2.01/12', 'clear', NULL),
('nth', 'trick.nth', '{"at": "2027-02-01"}', '0/12', 'clear', NULL),
('tumbling', 'trick.tumbling', '{"at": "2024-01-01 00:00", "rule": "message"}', '1/5', 'clear', NULL),
('tumbling', 'trick.tumbling', '{"at": "2024-01-01 00:09", "rule": "message"}', '2/5', 'clear', NULL),
('tumbling', 'trick.tumbling', '{"at": "2024-01-01 00:11", "rule": "message"}', '1/5', 'clear', NULL),
('tumbling', 'trick.tumbling', '{"at": "2024-01-01 00:20", "rule": "message"}', '2/5', 'clear', NULL),
('tumbling', 'trick.tumbling', '{"at": "2024-01-01 00:21"}', '0/5', 'clear', NULL),
('restart', 'trick.restart', '{"at": "2024-01-01", "rule": "rude"}', '1/3', 'clear', NULL),
('restart', 'trick.restart', '{"at": "2024-01-02", "rule": "rude"}', '2/3', 'clear', NULL),
('restart', 'trick.restart', '{"at": "2024-01-03", "rule": "rude"}', '0/3', 'suspended', NULL),
('restart', 'trick.restart', '{"at": "2024-01-04", "rule": "rude"}', '1/3', 'suspended', NULL),
('restart', 'trick.restart', '{"at": "2024-01-05", "rule": "rude"}', '2/3', 'suspended', NULL),
('restart', 'trick.restart', '{"at": "2024-01-06", "rule": "rude"}', '0/3', 'suspended', NULL),
('restart', 'trick.restart', '{"at": "2024-01-12 23:59"}', '0/3', 'suspended', NULL),
('restart', 'trick.restart', '{"at": "2024-01-13"}', '0/3', 'clear', NULL),
('matches', 'trick.matches', '{"at": "2024-01-06 16:00", "rule": "red", "decided": "2024-01-06 18:00"}', NULL, NULL, NULL),
('matches', 'trick.matches', '{"at": "2024-01-06 17:00", "activity": "match"}', '0/3', 'clear', NULL),
('matches', 'trick.matches', '{"at": "2024-01-06 18:00"}', '1/3', 'suspended', NULL),
('matches', 'trick.matches', '{"at": "2024-01-13 17:00", "activity": "match"}', '1/3', 'clear', NULL);
\set ECHO queries

SELECT name FROM gallery ORDER BY name;
SELECT name FROM gallery WHERE document ->> 'scheme' <> name OR governance.check_policy(document) IS NULL;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT count(governance.publish(document)) AS published FROM gallery;
SELECT name FROM gallery WHERE governance.policy_document(name) IS DISTINCT FROM document;

-- what differs from the page
CREATE TEMPORARY TABLE run AS
	SELECT s.id, o.ordinality AS n, o.at, o.score, o.tier, o.rung, o.starts, o.ends, o.detail, s.zone
	FROM (SELECT id, document, coalesce(document ->> 'time_zone', 'UTC') AS zone, jsonb_agg(event ORDER BY s.n) AS events
		  FROM story s JOIN gallery g USING (name) GROUP BY 1, 2, 3) s,
		governance.dry_run(s.document, s.events, '2030-01-01', true) WITH ORDINALITY AS o;
SELECT s.id, s.event, s.score AS page_says, r.score, s.tier AS page_says_tier, r.tier
	FROM story s LEFT JOIN LATERAL (
		SELECT r.* FROM run r WHERE r.id = s.id AND r.at <= (s.event ->> 'at')::timestamp AT TIME ZONE r.zone
		ORDER BY r.n DESC LIMIT 1) r ON true
	WHERE s.score IS NOT NULL AND (r.score::text IS DISTINCT FROM s.score OR r.tier::text <> s.tier)
	ORDER BY s.n;
SELECT s.id, s.event, s.detail FROM story s
	WHERE s.detail IS NOT NULL AND NOT EXISTS (
		SELECT FROM run r WHERE r.id = s.id AND r.at = (s.event ->> 'at')::timestamp AT TIME ZONE r.zone
			AND r.detail LIKE '%' || s.detail || '%')
	ORDER BY s.n;
-- it starts with the decision and not with the offence
SELECT rung, starts AT TIME ZONE zone AS starts, ends AT TIME ZONE zone AS ends
	FROM run WHERE id = 'decided late' AND rung = 'suspended_1' ORDER BY n DESC LIMIT 1;
SELECT count(DISTINCT id) AS stories, count(score) AS instants FROM story;

-- snippets that do not compile
SELECT snippet, pg_temp.problem(snippet) FROM snippet WHERE pg_temp.problem(snippet) IS NOT NULL ORDER BY n;
SELECT count(*) > 60 AS many FROM snippet;
