-- A platform for the reports: :accounts accounts and :violations violations of
-- four schemes in the 700 days before now, in the order in which they were
-- decided, a day a statement; twenty campaigns, two hundred moderators, one
-- appeal for a hundred violations, one certification for fifty accounts.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT setseed(0.618) IS NULL AS seeded \gset
SELECT count(governance.publish(governance.pack(p), 'active', tstzrange('2015-01-01 00:00+00', NULL))) AS published
	FROM unnest('{douyin.health,douyin.commerce,channels.live,youtube.community}'::text[]) p \gset
SELECT date_trunc('hour', now()) - interval '700 days' AS begin \gset

INSERT INTO governance.account (account_id, kind, opened_at)
	SELECT i, CASE WHEN i % 9 = 0 THEN 'institution' ELSE 'personal' END, :'begin'::timestamptz - random() * interval '700 days'
	FROM generate_series(1, :accounts) i;
-- One account in twenty has 100,000 followers or more.
INSERT INTO governance.attribute (account_id, name, value, during)
	SELECT i, 'followers', floor(500 / power(1 - random(), 1.75))::bigint, tstzrange(:'begin', NULL)
	FROM generate_series(1, :accounts, 2) i;
INSERT INTO governance.campaign (campaign, title, during)
	SELECT 'campaign-' || i, 'Campaign ' || i, tstzrange(:'begin'::timestamptz + (i - 1) * interval '35 days', :'begin'::timestamptz + (i - 1) * interval '35 days' + interval '60 days')
	FROM generate_series(1, 20) i;

CREATE SCHEMA IF NOT EXISTS bench;
CREATE TABLE bench.broken AS
	SELECT row_number() OVER () - 1 AS number, scheme, rule, weight < 12 AS severe FROM (VALUES
		('douyin.health', 'minor', 120), ('douyin.health', 'idle_room', 60), ('douyin.health', 'smoking_drinking', 50),
		('douyin.health', 'vulgar', 100), ('douyin.health', 'abuse', 50), ('douyin.health', 'soliciting', 40), ('douyin.health', 'severe', 25),
		('douyin.health', 'unqualified.health', 10), ('douyin.health', 'off_platform', 8), ('douyin.health', 'accosting', 14),
		('douyin.health', 'hype', 6), ('douyin.health', 'health_rumour', 5), ('douyin.health', 'medical_grey_market', 2),
		('douyin.commerce', 'service.promise', 100), ('douyin.commerce', 'stalling.interaction', 80), ('douyin.commerce', 'vulgar.talk', 60),
		('douyin.commerce', 'low_quality.picture', 50), ('douyin.commerce', 'flash_sale.fake', 50), ('douyin.commerce', 'stalling', 40),
		('douyin.commerce', 'cheating.fake_orders', 20), ('douyin.commerce', 'infringement.counterfeit', 3),
		('channels.live', 'minor', 90), ('channels.live', 'vulgar', 60), ('channels.live', 'false_advertising', 50), ('channels.live', 'fraud', 10),
		('youtube.community', 'spam', 150), ('youtube.community', 'links', 100), ('youtube.community', 'harassment', 80),
		('youtube.community', 'misinformation', 60), ('youtube.community', 'nudity', 60), ('youtube.community', 'vulgar', 50)
	) AS weights(scheme, rule, weight), generate_series(1, weight);
CREATE UNIQUE INDEX ON bench.broken (number);
ANALYZE bench.broken;
SELECT count(*) AS ways FROM bench.broken \gset

-- Half of the violations are those of an eighth of the accounts, spread over the
-- table; the worst account has some thirty times as many as the mean.
SELECT format($insert$
	INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, source, campaign, decided_by, content_ref)
	SELECT 1 + floor(%1$s * power((0.1 + v.u) / 1.1, 3))::bigint * 48271 %% %1$s, b.scheme, b.rule, v.at, v.at + interval '1 minute' * floor(600 * v.late),
		   CASE WHEN v.which < 0.05 THEN 'campaign' WHEN v.which < 0.55 THEN 'model' WHEN v.which < 0.8 THEN 'patrol' WHEN v.which < 0.985 THEN 'report' ELSE 'system' END,
		   CASE WHEN v.which < 0.05 THEN 'campaign-' || LEAST(20, 1 + %2$s / 35) END,
		   CASE WHEN v.which >= 0.05 AND v.which < 0.55 THEN 'model ' || 1 + floor(5 * v.who) ELSE 'moderator ' || 1 + floor(200 * v.who) END,
		   'video/' || v.n - floor(3 * v.late)
	FROM (SELECT n, random() AS u, floor(%3$s * random())::int AS number, %4$L::timestamptz + (%2$s + random()) * interval '1 day' AS at,
				 random() AS late, random() AS which, random() AS who
		  FROM generate_series(1 + %2$s::bigint * %5$s / 700, (%2$s + 1)::bigint * %5$s / 700) n) v
		JOIN bench.broken b USING (number)
	ORDER BY v.at$insert$, :accounts, day, :ways, :'begin', :violations)
FROM generate_series(0, 699) AS day
\gexec
ANALYZE;

INSERT INTO governance.appeal (account_id, violation_id, filed_at, grounds, deadline)
	SELECT v.account_id, v.violation_id, LEAST(v.decided_at + interval '1 day' * 6 * random(), now()), 'it was not so', v.decided_at + interval '15 days'
	FROM governance.violation v WHERE random() < CASE WHEN v.source = 'model' THEN 0.013 ELSE 0.007 END;
ANALYZE governance.appeal;
SELECT count(governance.decide_appeal(a.appeal_id, a.outcome, 'examined again',
		CASE WHEN a.outcome = 'changed' THEN a.min_points END, a.filed_at + interval '1 day' * (1 + 11 * power(a.took, 2)))) AS decided
	FROM (SELECT a.appeal_id, a.filed_at, random() AS took, r.min_points,
				 CASE WHEN random() < 0.74 THEN 'upheld' WHEN random() < 0.35 AND r.min_points < r.max_points THEN 'changed' ELSE 'overturned' END AS outcome
		  FROM governance.appeal a JOIN governance.violation v USING (account_id, violation_id)
			  JOIN governance.rule r ON r.scheme = v.scheme AND r.rule = v.rule
		  WHERE a.filed_at < now() - interval '13 days' ORDER BY a.appeal_id) a WHERE a.took < 0.97 \gset

SELECT count(governance.grant_certification(c.account_id, c.certification_id, at => c.at)) AS granted
	FROM (SELECT c.account_id, c.certification_id, c.at, governance.examine_certification(c.account_id, c.certification_id, at => c.at)
		  FROM (SELECT i AS account_id, a.at, governance.apply_for_certification(i, 'interest:food', at => a.at) AS certification_id
				FROM generate_series(1, :accounts, 50) i, LATERAL (SELECT now() - random() * interval '250 days' + i * interval '0' AS at) a OFFSET 0) c OFFSET 0) c \gset
ANALYZE;
