-- A platform's year, for the pages: 4,000 accounts, 30,000 violations under
-- three published schemes, campaigns, appeals, facts.  The same every time.
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT setseed(0.25) IS NULL AS seeded \gset
SELECT count(governance.publish(governance.pack(p))) AS published FROM unnest('{douyin.health,douyin.commerce,channels.live}'::text[]) p \gset

INSERT INTO governance.account (account_id, external_id, kind, opened_at)
	SELECT i, 'anchor-' || i, CASE WHEN i % 9 = 0 THEN 'institution' ELSE 'personal' END, '2024-01-01'::timestamptz + i * interval '2 hours'
	FROM generate_series(1, 4000) i;
INSERT INTO governance.attribute (account_id, name, value, during)
	SELECT i, 'followers', floor(500 / power(1 - random(), 1.75))::bigint, tstzrange('2024-12-01', NULL) FROM generate_series(1, 4000) i;
INSERT INTO governance.campaign (campaign, title, during) VALUES
	('clear-2025-02', 'Spring clean-up of vulgar content', '[2025-02-01,2025-04-01)'),
	('health-2025', '清朗·网络医疗谣言专项整治', '[2025-05-15,2025-08-01)'),
	('fake-2025', 'Counterfeit goods before the autumn sales', '[2025-09-15,2025-11-20)');

CREATE TEMPORARY TABLE pick AS
	SELECT row_number() OVER () AS number, scheme, rule FROM (VALUES
		('douyin.health', 'minor', 300), ('douyin.health', 'idle_room', 110), ('douyin.health', 'smoking_drinking', 80),
		('douyin.health', 'vulgar', 100), ('douyin.health', 'abuse', 50), ('douyin.health', 'soliciting', 40), ('douyin.health', 'severe', 25),
		('douyin.health', 'unqualified.health', 10), ('douyin.health', 'off_platform', 8), ('douyin.health', 'accosting', 14),
		('douyin.health', 'hype', 6), ('douyin.health', 'health_rumour', 5), ('douyin.health', 'medical_grey_market', 2),
		('douyin.commerce', 'service.promise', 60), ('douyin.commerce', 'stalling.interaction', 50), ('douyin.commerce', 'vulgar.talk', 30),
		('douyin.commerce', 'low_quality.picture', 20), ('douyin.commerce', 'flash_sale.fake', 20), ('douyin.commerce', 'stalling', 15),
		('douyin.commerce', 'cheating.fake_orders', 6), ('douyin.commerce', 'infringement.counterfeit', 3),
		('channels.live', 'minor', 60), ('channels.live', 'vulgar', 25), ('channels.live', 'false_advertising', 20), ('channels.live', 'fraud', 8)
	) AS weights(scheme, rule, weight), generate_series(1, weight);
CREATE UNIQUE INDEX ON pick (number);
ANALYZE pick;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, source, campaign, decided_by, content_ref)
	SELECT v.account_id, p.scheme, p.rule, v.at, v.at + interval '1 minute' * floor(600 * v.late),
		   CASE WHEN v.which < 0.05 AND c.campaign IS NOT NULL THEN 'campaign' WHEN v.which < 0.55 THEN 'model' WHEN v.which < 0.8 THEN 'patrol' WHEN v.which < 0.985 THEN 'report' ELSE 'system' END,
		   CASE WHEN v.which < 0.05 THEN c.campaign END, 'moderator ' || v.moderator, 'live/' || v.n
	FROM (SELECT n, 1 + floor(4000 * power(random(), 3))::bigint AS account_id, 1 + floor(random() * (SELECT count(*) FROM pick))::int AS number,
				 '2025-01-01'::timestamptz + interval '365 days' * power(random(), 0.85) AS at, random() AS late, random() AS which,
				 1 + floor(24 * random())::int AS moderator
		  FROM generate_series(1, 30000) n) v
		JOIN pick p USING (number)
		LEFT JOIN governance.campaign c ON c.during @> v.at
	ORDER BY v.at;
INSERT INTO governance.appeal (account_id, violation_id, filed_at, grounds, deadline)
	SELECT v.account_id, v.violation_id, v.decided_at + interval '1 day' * 6 * random(), 'it was not so', v.decided_at + interval '15 days'
	FROM governance.violation v WHERE random() < CASE WHEN v.source = 'model' THEN 0.05 ELSE 0.025 END AND v.decided_at < '2025-12-20';
SELECT count(governance.decide_appeal(a.appeal_id, a.outcome, 'examined again',
		CASE WHEN a.outcome = 'changed' THEN a.min_points END, a.filed_at + interval '1 day' * (1 + 11 * power(a.took, 2)))) AS decided
	FROM (SELECT a.appeal_id, a.filed_at, random() AS took, r.min_points,
				 CASE WHEN random() < 0.74 THEN 'upheld' WHEN random() < 0.35 AND r.min_points < r.max_points THEN 'changed' ELSE 'overturned' END AS outcome
		  FROM governance.appeal a JOIN governance.violation v USING (account_id, violation_id)
			  JOIN governance.rule r ON r.scheme = v.scheme AND r.rule = v.rule
		  WHERE a.filed_at < '2025-12-28' ORDER BY a.appeal_id) a WHERE a.took < 0.97 \gset
INSERT INTO governance.activity (account_id, kind, quantity, occurred_at)
	SELECT a.account_id, 'exam', 80 + floor(20 * random()), '2025-02-01'::timestamptz + interval '300 days' * random()
	FROM governance.account a WHERE a.account_id % 3 = 0;
ANALYZE governance.violation, governance.sanction, governance.appeal, governance.standing;
