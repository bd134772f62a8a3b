-- What the four schemes of the two video platforms do, case by case.  Every
-- case says what it expects; what is printed is only what differs.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';

CREATE TEMPORARY TABLE scenario (id text PRIMARY KEY, pack text, events jsonb NOT NULL DEFAULT '[]');
CREATE TEMPORARY TABLE expected (id text, at timestamptz, score text, rungs text);

CREATE PROCEDURE pg_temp.scenario(id text, pack text)
	LANGUAGE sql AS $$ INSERT INTO scenario VALUES (id, pack) $$;
-- facts that hold from the start, or from an instant
CREATE PROCEDURE pg_temp.fact(id text, attribute text, value jsonb, at text DEFAULT NULL)
	LANGUAGE sql AS $$ UPDATE scenario s SET events = events ||
		jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('at', at, 'attribute', attribute)) || jsonb_build_object('value', value))
		WHERE s.id = fact.id $$;
-- what happens, and how the account stands then: score, rungs in force
CREATE PROCEDURE pg_temp.happens(id text, at text, event jsonb, score text, rungs text DEFAULT '')
	LANGUAGE sql AS $$
		UPDATE scenario s SET events = events || jsonb_build_array(event || jsonb_build_object('at', at)) WHERE s.id = happens.id;
		INSERT INTO expected VALUES (id, at::timestamptz, score, rungs) $$;
CREATE PROCEDURE pg_temp.stands(id text, at text, score text, rungs text DEFAULT '')
	LANGUAGE sql AS $$ INSERT INTO expected VALUES (id, at::timestamptz, score, rungs) $$;
CREATE FUNCTION pg_temp.v(rule text, points numeric DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_strip_nulls(jsonb_build_object('rule', rule, 'points', points)) || more $$;
CREATE FUNCTION pg_temp.a(activity text, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_object('activity', activity) || more $$;

-- ------------------------------------------------------------ live health score
-- approvals raise the cap and lower it again
CALL pg_temp.scenario('caps', 'douyin.health');
CALL pg_temp.fact('caps', 'professional_anchor', 'true');
CALL pg_temp.happens('caps', '2024-01-10', pg_temp.v('severe', 8), '112/120');
CALL pg_temp.fact('caps', 'professional_anchor', 'false', '2024-02-01');
CALL pg_temp.stands('caps', '2024-02-01', '100/100');
CALL pg_temp.happens('caps', '2024-02-10', pg_temp.v('medium', 4), '96/100');
CALL pg_temp.fact('caps', 'quality_anchor', 'true', '2024-03-01');
CALL pg_temp.stands('caps', '2024-03-01', '106/110');
CALL pg_temp.fact('caps', 'professional_anchor', 'true', '2024-04-01');
CALL pg_temp.stands('caps', '2024-04-01', '116/120');

-- the level is the higher of the two tests, unless it is given
DO $$
DECLARE
	c record;
BEGIN
	FOR c IN SELECT * FROM (VALUES
		(1, '99999', '19999', NULL, 97), (2, '100000', '0', NULL, 94), (3, '0', '20000', NULL, 94),
		(4, '999999', '49999', NULL, 94), (5, '1000000', '0', NULL, 92), (6, '0', '50000', NULL, 92),
		(7, '150000', '60000', NULL, 92), (8, '5000000', '90000', '1', 97), (9, '0', '0', '3', 92),
		(10, '0', '0', '2', 94), (11, NULL, NULL, NULL, 97)) AS v(n, followers, viewers, level, score)
	LOOP
		CALL pg_temp.scenario('level ' || c.n, 'douyin.health');
		IF c.followers IS NOT NULL THEN
			CALL pg_temp.fact('level ' || c.n, 'followers', c.followers::jsonb);
			CALL pg_temp.fact('level ' || c.n, 'peak_viewers', c.viewers::jsonb);
		END IF;
		IF c.level IS NOT NULL THEN
			CALL pg_temp.fact('level ' || c.n, 'level', c.level::jsonb);
		END IF;
		CALL pg_temp.happens('level ' || c.n, '2024-01-01', pg_temp.v('medium', 3), c.score || '/100');
	END LOOP;
END $$;

-- the moderator may choose the surcharge; level 1 pays none
CALL pg_temp.scenario('surcharge', 'douyin.health');
CALL pg_temp.fact('surcharge', 'level', '2');
CALL pg_temp.happens('surcharge', '2024-01-01', pg_temp.v('minor', 1, '{"surcharge": 0}'), '99/100');
CALL pg_temp.happens('surcharge', '2024-01-02', pg_temp.v('minor', 1, '{"surcharge": 5}'), '93/100');
CALL pg_temp.happens('surcharge', '2024-01-03', pg_temp.v('severe'), '86/100');

-- the ladder, at each line and one point away from it
CALL pg_temp.scenario('ladder', 'douyin.health');
DO $$
DECLARE
	step record;
	score int := 100;
BEGIN
	FOR step IN SELECT * FROM (VALUES
		(1, 'severe', 8, ''), (2, 'severe', 8, ''), (3, 'severe', 8, ''), (4, 'severe', 6, ''),
		(5, 'minor', 1, 'watched'), (6, 'severe', 8, 'watched'), (7, 'severe', 8, 'watched'),
		(8, 'severe', 8, 'watched'), (9, 'severe', 5, 'watched'), (10, 'minor', 1, 'unlisted'),
		(11, 'severe', 8, 'unlisted'), (12, 'severe', 8, 'unlisted'), (13, 'medium', 3, 'unlisted'),
		(14, 'minor', 1, 'no_income'), (15, 'severe', 8, 'no_income'), (16, 'severe', 8, 'no_income'),
		(17, 'minor', 2, 'no_income'), (18, 'minor', 1, 'live_ban'), (19, 'severe', 8, 'live_ban')) AS v(day, rule, points, rungs)
	LOOP
		score := greatest(score - step.points, 0);
		CALL pg_temp.happens('ladder', '2024-01-' || lpad(step.day::text, 2, '0'), pg_temp.v(step.rule, step.points), score || '/100', step.rungs);
	END LOOP;
	ASSERT score = 0;
END $$;
CALL pg_temp.happens('ladder', '2024-02-01', pg_temp.a('good_day', '{"quantity": 5}'), '5/100', 'no_income');
CALL pg_temp.happens('ladder', '2024-02-02', pg_temp.a('good_day', '{"quantity": 200}'), '100/100');

-- no warning step: a short ban for accosting, a length that the moderator chose
CALL pg_temp.scenario('outdoor', 'douyin.health');
CALL pg_temp.happens('outdoor', '2024-01-01', pg_temp.v('accosting'), '96/100', 'short_live_ban');
CALL pg_temp.stands('outdoor', '2024-01-07 23:59', '96/100', 'short_live_ban');
CALL pg_temp.stands('outdoor', '2024-01-08', '96/100');
CALL pg_temp.happens('outdoor', '2024-02-01', pg_temp.v('hype', 4, '{"length": "15 days"}'), '92/100', 'short_live_ban');
CALL pg_temp.stands('outdoor', '2024-02-15 23:59', '92/100', 'short_live_ban');
CALL pg_temp.stands('outdoor', '2024-02-16', '92/100');
CALL pg_temp.happens('outdoor', '2024-03-01', pg_temp.v('accosting.grave'), '84/100', 'long_live_ban');

-- ------------------------------------------------------------ sellers
CALL pg_temp.scenario('nodes', 'douyin.commerce');
CALL pg_temp.happens('nodes', '2024-01-01 12:00', pg_temp.v('stalling', 3), '9/12');
CALL pg_temp.happens('nodes', '2024-01-02 12:00', pg_temp.v('flash_sale.fake'), '7/12', 'node_8');
CALL pg_temp.stands('nodes', '2024-01-03 11:59', '7/12', 'node_8');
CALL pg_temp.stands('nodes', '2024-01-03 12:00', '7/12');
CALL pg_temp.happens('nodes', '2024-01-04', pg_temp.v('vulgar.talk', 1), '6/12', 'node_6');
CALL pg_temp.stands('nodes', '2024-01-07', '6/12');
CALL pg_temp.happens('nodes', '2024-01-08', pg_temp.v('gift.fake', 2), '4/12', 'node_4');
CALL pg_temp.stands('nodes', '2024-01-14 23:59', '4/12', 'node_4');
-- 7 clean days give a point back; falling to 4 again closes the node again
CALL pg_temp.stands('nodes', '2024-01-15', '5/12');
CALL pg_temp.happens('nodes', '2024-01-16', pg_temp.v('vulgar.talk', 1), '4/12', 'node_4');
CALL pg_temp.happens('nodes', '2024-01-17', pg_temp.v('bait.price', 2), '2/12', 'node_2 node_4');
CALL pg_temp.happens('nodes', '2024-01-18', pg_temp.v('bait.price', 2), '0/12', 'closed node_2 node_4');
CALL pg_temp.stands('nodes', '2026-01-01', '12/12', 'closed');
-- all at once: only the heaviest node
CALL pg_temp.scenario('jump', 'douyin.commerce');
CALL pg_temp.happens('jump', '2024-01-01', pg_temp.v('cheating.fake_orders', 9), '3/12', 'node_4');
CALL pg_temp.scenario('counterfeit', 'douyin.commerce');
CALL pg_temp.happens('counterfeit', '2024-01-01', pg_temp.v('infringement.counterfeit'), '0/12', 'closed');
-- the exam: full marks only, once in 30 days, not beyond 12
CALL pg_temp.scenario('exam', 'douyin.commerce');
CALL pg_temp.happens('exam', '2024-01-01', pg_temp.v('stalling', 2), '10/12');
CALL pg_temp.happens('exam', '2024-01-02', pg_temp.a('exam', '{"quantity": 99}'), '10/12');
CALL pg_temp.happens('exam', '2024-01-03', pg_temp.a('exam', '{"quantity": 100}'), '11/12');
CALL pg_temp.happens('exam', '2024-01-04', pg_temp.a('exam', '{"quantity": 100}'), '11/12');
CALL pg_temp.stands('exam', '2024-01-31', '12/12');
CALL pg_temp.happens('exam', '2024-02-10', pg_temp.a('exam', '{"quantity": 100}'), '12/12');

-- ------------------------------------------------------------ Channels, live
-- the worst of a session counts
CALL pg_temp.scenario('session', 'channels.live');
CALL pg_temp.happens('session', '2024-01-01 20:00', pg_temp.v('minor', NULL, '{"incident": "a"}'), '99/100');
CALL pg_temp.happens('session', '2024-01-01 20:10', pg_temp.v('idle_room', NULL, '{"incident": "a"}'), '99/100');
CALL pg_temp.happens('session', '2024-01-01 20:20', pg_temp.v('vulgar', NULL, '{"incident": "a"}'), '95/100');
CALL pg_temp.happens('session', '2024-01-02 20:00', pg_temp.v('minor', NULL, '{"incident": "b"}'), '94/100', 'rate_limited');
CALL pg_temp.happens('session', '2024-01-03', pg_temp.a('compliant_creation'), '95/100');
CALL pg_temp.happens('session', '2024-01-03 12:00', pg_temp.a('compliant_creation'), '95/100');
CALL pg_temp.happens('session', '2024-01-04', pg_temp.a('compliant_creation'), '96/100');
-- live bans
CALL pg_temp.scenario('live bans', 'channels.live');
CALL pg_temp.happens('live bans', '2024-01-01', pg_temp.v('fraud'), '50/100', 'live_ban rate_limited');
CALL pg_temp.stands('live bans', '2024-01-08', '50/100', 'rate_limited');
CALL pg_temp.happens('live bans', '2024-02-01', pg_temp.v('minor'), '49/100', 'live_ban_30 rate_limited');
CALL pg_temp.stands('live bans', '2024-03-01 23:59', '49/100', 'live_ban_30 rate_limited');
CALL pg_temp.stands('live bans', '2024-03-02', '49/100', 'rate_limited');
CALL pg_temp.happens('live bans', '2024-03-10', pg_temp.v('minor'), '48/100', 'live_ban_30 rate_limited');
CALL pg_temp.stands('live bans', '2024-04-09', '48/100', 'rate_limited');
CALL pg_temp.happens('live bans', '2024-05-01', pg_temp.v('severe'), '0/100', 'live_ban_for_ever rate_limited');
CALL pg_temp.happens('live bans', '2024-05-02', pg_temp.a('compliant_creation'), '1/100', 'live_ban_for_ever rate_limited');
CALL pg_temp.stands('live bans', '2034-01-01', '1/100', 'live_ban_for_ever rate_limited');
-- without the certification: by degree
CALL pg_temp.scenario('unqualified', 'channels.live');
CALL pg_temp.happens('unqualified', '2024-01-01', pg_temp.v('unqualified.health'), '95/100');
CALL pg_temp.happens('unqualified', '2024-01-02', pg_temp.v('unqualified.law', 30), '65/100', 'rate_limited');
CALL pg_temp.happens('unqualified', '2024-01-03', pg_temp.v('unqualified.grave'), '15/100', 'live_ban_30 rate_limited');
-- until the age is proved
CALL pg_temp.scenario('minor', 'channels.live');
CALL pg_temp.happens('minor', '2024-01-01', pg_temp.v('suspected_minor'), '100/100', 'minor_protection');
CALL pg_temp.stands('minor', '2024-06-01', '100/100', 'minor_protection');
CALL pg_temp.happens('minor', '2024-06-02', pg_temp.a('age_proved'), '100/100');

-- ------------------------------------------------------------ Channels, account
-- red at once: severe, or repeated within 90 days
CALL pg_temp.scenario('red, severe', 'channels.account');
CALL pg_temp.happens('red, severe', '2024-01-01', pg_temp.v('rumour'), '90/100', 'muted');
CALL pg_temp.stands('red, severe', '2024-03-30 23:59', '90/100', 'muted');
CALL pg_temp.stands('red, severe', '2024-03-31', '100/100');
CALL pg_temp.scenario('red, extreme', 'channels.account');
CALL pg_temp.happens('red, extreme', '2024-01-01', pg_temp.v('extreme'), '50/100', 'silenced');
CALL pg_temp.scenario('red, repeated', 'channels.account');
CALL pg_temp.happens('red, repeated', '2024-01-01', pg_temp.v('copied'), '98/100');
CALL pg_temp.happens('red, repeated', '2024-01-10', pg_temp.v('vulgar'), '96/100');
CALL pg_temp.happens('red, repeated', '2024-01-20', pg_temp.v('copied'), '94/100', 'red');
CALL pg_temp.scenario('red, repeated at once', 'channels.account');
CALL pg_temp.happens('red, repeated at once', '2024-01-01', pg_temp.v('copied'), '98/100');
CALL pg_temp.happens('red, repeated at once', '2024-01-02', pg_temp.v('copied'), '95/100', 'red');
CALL pg_temp.scenario('not repeated', 'channels.account');
CALL pg_temp.happens('not repeated', '2024-01-01', pg_temp.v('copied'), '98/100');
CALL pg_temp.happens('not repeated', '2024-03-31', pg_temp.v('copied'), '98/100');
-- step by step: several minor ones
CALL pg_temp.scenario('steps', 'channels.account');
DO $$
BEGIN
	FOR n IN 1..20 LOOP
		CALL pg_temp.happens('steps', '2024-01-' || lpad(n::text, 2, '0'), pg_temp.v('minor'), 100 - n || '/100',
			CASE WHEN n >= 20 THEN 'silenced' WHEN n >= 10 THEN 'muted' WHEN n >= 5 THEN 'red' ELSE '' END);
	END LOOP;
END $$;
CALL pg_temp.stands('steps', '2024-03-31', '81/100', 'muted');
CALL pg_temp.stands('steps', '2024-04-10', '91/100', 'red');
CALL pg_temp.stands('steps', '2024-04-15', '96/100');
CALL pg_temp.stands('steps', '2024-04-19', '100/100');

CREATE FUNCTION pg_temp.accepted(pack text, rule text, points numeric) RETURNS boolean
	LANGUAGE plpgsql AS $$
BEGIN
	PERFORM governance.dry_run(governance.pack(pack), jsonb_build_array(jsonb_build_object('at', '2024-01-01', 'rule', rule, 'points', points)));
	RETURN true;
EXCEPTION WHEN SQLSTATE 'GV201' THEN
	RETURN false;
END $$;

-- ------------------------------------------------------------ run and compare
CREATE TEMPORARY TABLE outcome AS
	SELECT s.id, r.ordinality AS n, r.at, r.what, r.score, r.tier, r.rung, r.starts, r.ends
	FROM scenario s, governance.dry_run(governance.pack(s.pack), s.events, '2035-01-01', true) WITH ORDINALITY AS r;
\set ECHO queries

SELECT e.id, e.at, e.score AS expected, o.score AS got, e.rungs AS expected_rungs, o.rungs AS got_rungs
	FROM expected e
	LEFT JOIN LATERAL (
		SELECT (SELECT o.score::text FROM outcome o WHERE o.id = e.id AND o.at <= e.at ORDER BY o.n DESC LIMIT 1) AS score,
			(SELECT coalesce(string_agg(s.rung, ' ' ORDER BY s.rung), '') FROM (
				SELECT DISTINCT ON (o.rung, o.starts) o.* FROM outcome o
					WHERE o.id = e.id AND o.at <= e.at AND o.what IN ('sanction', 'change', 'end', 'release')
					ORDER BY o.rung, o.starts, o.n DESC) s
				WHERE s.starts <= e.at AND s.ends > e.at) AS rungs) o ON true
	WHERE e.score IS DISTINCT FROM o.score OR e.rungs IS DISTINCT FROM o.rungs
	ORDER BY e.id, e.at;
SELECT (SELECT count(*) FROM scenario) AS scenarios, (SELECT count(*) FROM expected) AS instants;

-- zero tolerance and the like: every rule that names a rung opens it at once
SELECT p.pack, r.key AS rule, r.value ->> 'direct' AS rung
	FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p, jsonb_each(governance.pack(p.pack) -> 'rules') r
	WHERE r.value ? 'direct' AND NOT EXISTS (
		SELECT FROM governance.dry_run(governance.pack(p.pack), jsonb_build_array(jsonb_build_object('at', '2024-01-01', 'rule', r.key)), '2024-01-02') d
		WHERE d.what = 'sanction' AND d.rung = r.value ->> 'direct');

-- an account ban leaves nothing that the platform's other rungs know
SELECT p.pack, c.capability
	FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p, governance.pack(p.pack) d, jsonb_array_elements(d -> 'ladder') r,
		LATERAL (SELECT DISTINCT w AS capability FROM jsonb_array_elements(d -> 'ladder') o, jsonb_array_elements_text(o -> 'withhold') w) c
	WHERE r ->> 'rung' IN ('account_ban', 'banned') AND NOT (r -> 'withhold') ? c.capability
	ORDER BY 1, 2;

-- of two rungs that hold by the score, the heavier withholds what the lighter does
SELECT p.pack, a ->> 'rung' AS heavier, b ->> 'rung' AS lighter
	FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p, governance.pack(p.pack) d,
		jsonb_array_elements(d -> 'ladder') WITH ORDINALITY AS x(a, i),
		jsonb_array_elements(d -> 'ladder') WITH ORDINALITY AS y(b, j)
	WHERE i > j AND a ? 'when' AND b ? 'when' AND NOT b ? 'for' AND NOT b ? 'until' AND NOT a ? 'for' AND NOT a ? 'until'
		AND NOT coalesce(a -> 'withhold', '[]') @> coalesce(b -> 'withhold', '[]');

-- prices that the moderator may and may not choose
SELECT r.pack, r.rule, r.points, r.wanted
	FROM (VALUES
		('douyin.health', 'minor', 0, false), ('douyin.health', 'minor', 1, true), ('douyin.health', 'minor', 2, true), ('douyin.health', 'minor', 3, false),
		('douyin.health', 'medium', 1, false), ('douyin.health', 'medium', 2, true), ('douyin.health', 'medium', 4, true), ('douyin.health', 'medium', 5, false),
		('douyin.health', 'severe', 3, false), ('douyin.health', 'severe', 4, true), ('douyin.health', 'severe', 8, true), ('douyin.health', 'severe', 9, false),
		('douyin.health', 'surrogacy', 8, true), ('douyin.health', 'surrogacy', 1, false),
		('douyin.commerce', 'stalling', 0, false), ('douyin.commerce', 'stalling', 1, true), ('douyin.commerce', 'stalling', 12, true), ('douyin.commerce', 'stalling', 13, false),
		('channels.live', 'minor', 1, true), ('channels.live', 'minor', 2, false), ('channels.live', 'medium', 5, true),
		('channels.live', 'severe', 50, true), ('channels.live', 'severe', 49, false)) AS r(pack, rule, points, wanted)
	WHERE r.wanted <> pg_temp.accepted(r.pack, r.rule, r.points);
