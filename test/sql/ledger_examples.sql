-- Published worked examples that need no passing of time, through the shipped
-- documents and the ledger's tables.  Each case says what it expects.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT count(governance.publish(governance.pack(pack))) AS published
	FROM unnest('{douyin.health,douyin.commerce,channels.live,channels.account}'::text[]) AS pack;
\set ECHO queries

CREATE TEMPORARY TABLE expected (
	account bigint, step int, scheme text, rule text, points numeric, incident text,
	score text, rung text, withheld text, error text);
INSERT INTO expected VALUES
	-- DYH-A: level 1, medium 3
	(1, 1, 'douyin.health', 'medium', 3, NULL, '97/100', NULL, NULL, NULL),
	-- DYH-B: level 3, severe 8 and surcharge 5
	(2, 1, 'douyin.health', 'severe', 8, NULL, '87/100', NULL, NULL, NULL),
	-- DYH-C: professional anchor, level 3
	(3, 1, 'douyin.health', 'severe', 8, NULL, '107/120', NULL, NULL, NULL),
	-- DYH-D: level 3, eight times
	(4, 1, 'douyin.health', 'severe', 8, NULL, '87/100', NULL, NULL, NULL),
	(4, 2, 'douyin.health', 'severe', 8, NULL, '74/100', NULL, NULL, NULL),
	(4, 3, 'douyin.health', 'severe', 8, NULL, '61/100', NULL, 'leaderboard', NULL),
	(4, 4, 'douyin.health', 'severe', 8, NULL, '48/100', NULL, 'leaderboard', NULL),
	(4, 5, 'douyin.health', 'severe', 8, NULL, '35/100', NULL, 'pk', NULL),
	(4, 6, 'douyin.health', 'severe', 8, NULL, '22/100', NULL, 'pk', NULL),
	(4, 7, 'douyin.health', 'severe', 8, NULL, '9/100', NULL, 'gifts', NULL),
	(4, 8, 'douyin.health', 'severe', 8, NULL, '0/100', NULL, 'live', NULL),
	-- DYH-E: outside the range
	(5, 1, 'douyin.health', 'medium', 5, NULL, '100/100', NULL, NULL, 'GV201'),
	(5, 2, 'douyin.health', 'severe', 3, NULL, '100/100', NULL, NULL, 'GV201'),
	-- quality anchor: cap 110
	(6, 1, 'douyin.health', 'minor', 1, NULL, '109/110', NULL, NULL, NULL),
	-- WX-A: five minor sessions, then one more
	(10, 1, 'channels.live', 'minor', NULL, 'a', '99/100', NULL, NULL, NULL),
	(10, 2, 'channels.live', 'minor', NULL, 'b', '98/100', NULL, NULL, NULL),
	(10, 3, 'channels.live', 'minor', NULL, 'c', '97/100', NULL, NULL, NULL),
	(10, 4, 'channels.live', 'minor', NULL, 'd', '96/100', NULL, NULL, NULL),
	(10, 5, 'channels.live', 'minor', NULL, 'e', '95/100', NULL, NULL, NULL),
	(10, 6, 'channels.live', 'minor', NULL, 'f', '94/100', NULL, 'full_recommendation', NULL),
	-- WX-B: one severe, one minor
	(11, 1, 'channels.live', 'severe', NULL, 'a', '50/100', NULL, 'live', NULL),
	(11, 2, 'channels.live', 'minor', NULL, 'b', '49/100', NULL, 'live', NULL),
	-- WX-C: severe twice
	(12, 1, 'channels.live', 'severe', NULL, 'a', '50/100', NULL, 'live', NULL),
	(12, 2, 'channels.live', 'severe', NULL, 'b', '0/100', NULL, 'live', NULL),
	-- DYE-E: one violation takes all twelve
	(13, 1, 'douyin.commerce', NULL, 12, NULL, '0/12', NULL, 'share', NULL);

-- DYE-E takes any rule that may cost all twelve.
UPDATE expected SET rule = (SELECT rule FROM governance.rule
							WHERE scheme = 'douyin.commerce' AND max_points = 12 ORDER BY rule LIMIT 1)
	WHERE rule IS NULL;

INSERT INTO governance.account (account_id, opened_at) SELECT DISTINCT account, timestamptz '2023-01-01' FROM expected;
INSERT INTO governance.attribute (account_id, name, value, during) VALUES
	(2, 'followers', '1000000', '[2023-01-01,)'), (3, 'peak_viewers', '50000', '[2023-01-01,)'),
	(3, 'professional_anchor', 'true', '[2023-01-01,)'), (4, 'followers', '2500000', '[2023-01-01,)'),
	(6, 'quality_anchor', 'true', '[2023-01-01,)');

CREATE TEMPORARY TABLE got (LIKE expected);
DO $$
DECLARE
	e	record;
	state text;
BEGIN
	FOR e IN SELECT * FROM expected ORDER BY account, step LOOP
		state := NULL;
		BEGIN
			INSERT INTO governance.violation (account_id, scheme, rule, points, incident)
				VALUES (e.account, e.scheme, e.rule, e.points, e.incident);
		EXCEPTION WHEN OTHERS THEN
			state := SQLSTATE;
		END;
		INSERT INTO got SELECT e.account, e.step, e.scheme, e.rule, e.points, e.incident,
			governance.score(e.account, e.scheme)::text, NULL,
			CASE WHEN e.withheld IS NULL THEN
				(SELECT min(capability) FROM governance.restrictions(e.account))
			WHEN governance.permits(e.account, e.withheld) THEN 'permitted' ELSE e.withheld END,
			state;
	END LOOP;
END
$$;
SELECT count(*) AS steps FROM got;
SELECT e.account, e.step, e.score, g.score AS got_score, e.withheld, g.withheld AS got_withheld, e.error, g.error AS got_error
	FROM expected e JOIN got g USING (account, step)
	WHERE (e.score, e.withheld, e.error) IS DISTINCT FROM (g.score, g.withheld, g.error) ORDER BY 1, 2;

-- 0 is for ever; a live ban below 50 lasts 30 days.
SELECT account_id, capability, until FROM governance.restriction
	WHERE account_id IN (4, 12, 13) AND capability IN ('live', 'share') ORDER BY 1, 2;
SELECT upper(during) - lower(during) AS length FROM governance.sanction WHERE account_id = 11 AND tier = 'suspended' AND upper(during) - lower(during) >= '30 days';

-- WX-D: what happens in live streams leaves the account's state alone.
SELECT governance.score(12, 'channels.account'), governance.tier(12, 'channels.account'), governance.tier(12);

-- Losing the approval lowers the cap again.
UPDATE governance.attribute SET during = '[2023-01-01,2024-01-01)' WHERE account_id = 3 AND name = 'professional_anchor';
SELECT governance.score(3, 'douyin.health');
SELECT * FROM governance.verify();
