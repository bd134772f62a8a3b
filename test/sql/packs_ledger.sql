-- Every rule of every pack through the ledger: in any order of arrival, with
-- late decisions, activities and overturned decisions, what is kept equals what
-- a replay gives.
\set ECHO none
SET client_min_messages = warning;
SELECT setseed(0.5) AS seeded \gset
\set ECHO queries
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT count(governance.publish(governance.pack(pack))) AS published FROM governance.packs() WHERE kind = 'scheme';

INSERT INTO governance.account (account_id, opened_at)
	SELECT n, '2020-01-01' FROM generate_series(1, 30) n;
INSERT INTO governance.attribute (account_id, name, value, during)
	SELECT n, a, v, tstzrange('2020-01-01', NULL)
	FROM generate_series(1, 30) n,
		(VALUES ('first_issue', '2019-05-06'), ('test_passed', '2023-02-03'), ('followers', '150000'), ('partner', 'true')) AS f(a, v)
	WHERE n % 2 = 0;

-- 20 of every rule within 900 days, three in ten decided at once
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident)
	SELECT account_id, scheme, rule, at, at + CASE WHEN x < 0.3 THEN interval '0' ELSE y * interval '60 days' END,
		   CASE WHEN y < 0.1 THEN 'incident ' || floor(x * 10) END
	FROM (SELECT 1 + floor(random() * 30)::int AS account_id, scheme, rule,
				 timestamptz '2023-01-01' + random() * interval '900 days' AS at, random() AS x, random() AS y
		  FROM (SELECT scheme, rule FROM governance.rule ORDER BY 1, 2) r, generate_series(1, 20)) v
	ORDER BY random();
INSERT INTO governance.activity (account_id, kind, occurred_at, quantity)
	SELECT 1 + floor(random() * 30)::int, kind, timestamptz '2023-01-01' + random() * interval '900 days', 1 + floor(random() * 100)
	FROM (SELECT DISTINCT kind FROM governance.activity_kind ORDER BY 1) k, generate_series(1, 60);
INSERT INTO governance.activity (account_id, kind, occurred_at, violation_id)
	SELECT account_id, 'fine_paid', decided_at + random() * interval '50 days', violation_id
	FROM governance.violation WHERE scheme = 'cn.licence' AND violation_id % 5 > 0 ORDER BY violation_id;
SELECT count(DISTINCT scheme) AS schemes, count(*) AS violations FROM governance.violation;
SELECT * FROM governance.verify();

SELECT count(governance.overturn(violation_id, 'for the test')) > 0 AS overturned
	FROM governance.violation WHERE violation_id % 20 = 0;
SELECT * FROM governance.verify();
SELECT count(DISTINCT scheme) > 10 AS most_schemes_have_sanctions FROM governance.sanction;

-- one score never moves another
SELECT count(*) AS moved FROM governance.account a
	WHERE EXISTS (SELECT FROM governance.standing s WHERE s.account_id = a.account_id
		AND NOT EXISTS (SELECT FROM governance.violation v WHERE v.account_id = a.account_id AND v.scheme = s.scheme)
		AND governance.points(s.score) <> CASE WHEN s.scheme ~ '^(douyin|channels|weibo|toutiao)' THEN governance.cap(s.score) ELSE 0 END);
