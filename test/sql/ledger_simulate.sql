-- Back-testing: a draft over history, written nowhere.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION pg_temp.document(price numeric, line numeric, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', 't.sim', 'title', 'sim', 'time_zone', 'Asia/Shanghai',
		'score', '{"direction": "deduct", "cap": 100}'::jsonb,
		'attributes', '{"big": {"type": "boolean", "default": false}}'::jsonb,
		'rules', jsonb_build_object(
			'a', jsonb_build_object('title', 'a', 'points', price),
			'b', '{"title": "b", "severity": "severe", "points": [5, 60], "usual": 20}'::jsonb),
		'modifiers', '[{"name": "big accounts", "when": "big", "add": 5}]'::jsonb,
		'relief', '[{"name": "exam", "on": "exam", "add": 5}]'::jsonb,
		'ladder', jsonb_build_array(
			jsonb_build_object('rung', 'quiet', 'when', format('score < %s', line), 'tier', 'limited', 'withhold', '["comment"]'::jsonb, 'for', '30 days'),
			jsonb_build_object('rung', 'mute', 'when', 'score <= 40', 'tier', 'muted', 'withhold', '["comment", "post"]'::jsonb))) || more
$$;
SELECT governance.publish(pg_temp.document(10, 70)) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(1, 300), '2023-01-01';
INSERT INTO governance.attribute (account_id, name, value, during) SELECT a, 'big', 'true', '[2024-02-01,)' FROM generate_series(4, 300, 4) AS a;

-- Accounts 1 to 5 by hand, the others by a pattern; some overturned.
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at) VALUES
	(1, 101, 't.sim', 'a', NULL, '2024-01-01', '2024-01-01'),
	(2, 201, 't.sim', 'b', 35, '2024-01-01', '2024-01-01'),
	(3, 301, 't.sim', 'b', 35, '2024-01-01', '2024-01-01'), (3, 302, 't.sim', 'a', NULL, '2024-01-02', '2024-01-02'),
	(4, 401, 't.sim', 'b', 58, '2024-03-01', '2024-03-01'),
	(5, 501, 't.sim', 'b', 60, '2024-01-01', '2024-01-01');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
	SELECT 6 + n % 195, 1000 + n, 't.sim', CASE n % 3 WHEN 0 THEN 'b' ELSE 'a' END, CASE n % 6 WHEN 0 THEN 5 + n % 50 END,
		   timestamptz '2024-01-01' + n * 7919 % 500 * interval '1 day' + n % 24 * interval '1 hour',
		   timestamptz '2024-01-01' + n * 7919 % 500 * interval '1 day' + n % 24 * interval '1 hour'
	FROM generate_series(1, 2000) AS n;
INSERT INTO governance.activity (account_id, kind, occurred_at)
	SELECT 6 + n % 195, 'exam', timestamptz '2024-02-01' + n * interval '3 days' FROM generate_series(1, 100) AS n;
INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at)
	SELECT account_id, violation_id, 'overturn', 'no', '2025-08-01' FROM governance.violation WHERE violation_id = 501 OR violation_id % 37 = 0;
CREATE TEMPORARY TABLE ledger AS SELECT account_id, scheme, score::text, tier, as_of, state FROM governance.standing;
CREATE TEMPORARY TABLE sanctions AS SELECT * FROM governance.sanction;
\set SHOW_CONTEXT never
\set ECHO queries

-- The very document that is in force: nobody fares differently.
SELECT accounts, sanctioned = draft_sanctioned AS same_accounts, newly_sanctioned, spared, sanctions = draft_sanctions AS same_sanctions,
	   mean_score = draft_mean_score AS same_score
	FROM governance.simulate_summary(governance.policy_document('t.sim'));
SELECT s.account_id, s.score, governance.score(s.account_id, 't.sim') AS score_now, s.tier, governance.tier(s.account_id, 't.sim') AS tier_now, s.sanctions, r.n
	FROM governance.simulate(governance.policy_document('t.sim')) s,
		 LATERAL (SELECT count(*) AS n FROM governance.sanction x WHERE x.account_id = s.account_id AND release_reason IS DISTINCT FROM 'overturned') r
	WHERE s.score <> s.draft_score OR s.tier <> s.draft_tier OR s.sanctions <> s.draft_sanctions OR s.gained <> 0 OR s.spared <> 0
		OR s.score <> governance.score(s.account_id, 't.sim') OR s.tier <> governance.tier(s.account_id, 't.sim') OR s.sanctions <> r.n;

-- A draft that is milder at one line and stricter in a price.
SELECT * FROM governance.simulate(pg_temp.document(70, 60)) WHERE account_id <= 5 ORDER BY account_id;
SELECT * FROM governance.simulate_account(pg_temp.document(70, 60), 3);
SELECT * FROM governance.simulate(pg_temp.document(70, 60), '[2024-01-02,2024-02-01)') WHERE account_id <= 5 ORDER BY account_id;
SELECT count(*), count(*) FILTER (WHERE score = '100/100' AND draft_score = '100/100' AND sanctions = 0 AND draft_sanctions = 0) AS untouched
	FROM governance.simulate(pg_temp.document(70, 60), 'empty');

-- Beside each other, alone, or one account at a time: the same.
SET max_parallel_workers_per_gather = 0;
CREATE TEMPORARY TABLE by_itself AS SELECT * FROM governance.simulate(pg_temp.document(70, 60), '[2024-01-02,2024-12-01)');
SET max_parallel_workers_per_gather = 3;
CREATE TEMPORARY TABLE together AS SELECT * FROM governance.simulate(pg_temp.document(70, 60), '[2024-01-02,2024-12-01)');
SELECT count(*), count(*) FILTER (WHERE t IS DISTINCT FROM a) AS different FROM by_itself a FULL JOIN together t USING (account_id);
SELECT a.*, x.* FROM by_itself a, LATERAL (SELECT * FROM governance.simulate_account(pg_temp.document(70, 60), a.account_id, '[2024-01-02,2024-12-01)') OFFSET 0) x
	WHERE (a.score, a.tier, a.draft_score, a.draft_tier, a.sanctions, a.draft_sanctions, a.gained, a.spared) IS DISTINCT FROM
		  (x.score, x.tier, x.draft_score, x.draft_tier, x.sanctions, x.draft_sanctions, x.gained, x.spared);
-- it says how far it has come, and how the scores lie before and after
SET max_parallel_workers_per_gather = 0;
SET client_min_messages = notice;
SELECT count(*) FROM governance.simulate(pg_temp.document(70, 60), progress => 80);
SET client_min_messages = warning;
RESET max_parallel_workers_per_gather;
SELECT * FROM governance.simulate_distribution(pg_temp.document(70, 60), 25);
SELECT d.n = s.n AS all_there FROM (SELECT sum(accounts) AS n, sum(draft_accounts) AS draft FROM governance.simulate_distribution(pg_temp.document(70, 60), 1)) d,
	 (SELECT count(*) AS n FROM governance.simulate(pg_temp.document(70, 60))) s WHERE d.n = d.draft;
SELECT * FROM governance.simulate_distribution(pg_temp.document(70, 60), 0);

-- The draft put in force from the start gives just what was simulated.
SELECT * FROM governance.simulate_summary(pg_temp.document(15, 80));
BEGIN;
CREATE TEMPORARY TABLE simulated ON COMMIT DROP AS SELECT * FROM governance.simulate(pg_temp.document(15, 80));
SELECT governance.publish(pg_temp.document(15, 80, '{"scheme": "t.real"}')) > 0 AS published;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
	SELECT account_id, violation_id + 100000, 't.real', rule, points, occurred_at, decided_at FROM governance.violation ORDER BY violation_id;
INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at)
	SELECT account_id, violation_id + 100000, action, reason, decided_at FROM governance.revision;
SELECT s.account_id, s.draft_score, governance.score(account_id, 't.real'), s.draft_tier, governance.tier(account_id, 't.real'), s.draft_sanctions, r.n
	FROM simulated s, LATERAL (SELECT count(*) AS n FROM governance.sanction x
							   WHERE x.account_id = s.account_id AND x.scheme = 't.real' AND release_reason IS DISTINCT FROM 'overturned') r
	WHERE draft_score <> governance.score(account_id, 't.real') OR draft_tier <> governance.tier(account_id, 't.real') OR draft_sanctions <> n;
ROLLBACK;

-- The summary is the sum.
SELECT count(*) AS accounts, count(*) FILTER (WHERE sanctions > 0) AS sanctioned, count(*) FILTER (WHERE draft_sanctions > 0) AS draft_sanctioned,
	   count(*) FILTER (WHERE sanctions = 0 AND draft_sanctions > 0) AS newly_sanctioned, count(*) FILTER (WHERE sanctions > 0 AND draft_sanctions = 0) AS spared,
	   sum(sanctions) AS sanctions, sum(draft_sanctions) AS draft_sanctions, round(avg(governance.points(score)), 2) AS mean_score, round(avg(governance.points(draft_score)), 2) AS draft_mean_score
	FROM governance.simulate(pg_temp.document(15, 80));

-- A draft may drop rules, know others, listen to nothing and begin elsewhere.
SELECT * FROM governance.simulate('{"scheme": "t.sim", "title": "other", "score": {"direction": "deduct", "start": 50, "cap": 60},
	"rules": {"b": {"title": "b", "points": 7}, "c": {"title": "c", "points": 1}}}') WHERE account_id <= 5 ORDER BY 1;

-- A scheme that nobody has an entry under, and documents that are refused.
SELECT count(*) FROM governance.simulate(pg_temp.document(10, 70, '{"scheme": "t.unheard"}'));
SELECT * FROM governance.simulate_summary(pg_temp.document(10, 70, '{"scheme": "t.unheard"}'));
\set VERBOSITY sqlstate
SELECT * FROM governance.simulate('{"scheme": "t.sim"}');
SELECT * FROM governance.simulate(NULL);
SELECT * FROM governance.simulate_account(pg_temp.document(10, 70), 4711);
\set VERBOSITY default
SELECT * FROM governance.simulate_account(pg_temp.document(10, 70), NULL);

-- In parallel workers, or not, with the same outcome.
CREATE TEMPORARY TABLE alone AS SELECT * FROM governance.simulate(pg_temp.document(15, 80));
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT count(*) FROM alone FULL JOIN governance.simulate(pg_temp.document(15, 80)) s USING (account_id)
	WHERE alone.draft_score IS DISTINCT FROM s.draft_score OR alone.gained IS DISTINCT FROM s.gained OR alone.spared IS DISTINCT FROM s.spared;

-- Nothing was written.
SELECT count(*) FROM ledger FULL JOIN governance.standing s USING (account_id, scheme)
	WHERE (ledger.score, ledger.tier, ledger.as_of, ledger.state) IS DISTINCT FROM (s.score::text, s.tier, s.as_of, s.state);
SELECT count(*) FROM ((TABLE sanctions EXCEPT TABLE governance.sanction) UNION ALL (TABLE governance.sanction EXCEPT TABLE sanctions)) AS differ;
SELECT scheme, version, status FROM governance.policy ORDER BY policy_id;
SELECT * FROM governance.verify();
