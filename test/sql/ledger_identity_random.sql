-- Entries of random lives that arrive in order, and in another order: the sanctions
-- that follow are the same, with the same openings; and at each step what goes and
-- what comes never are the same sanction.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
\pset format unaligned
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT count(governance.publish(document)) AS published FROM (VALUES
	('{"scheme": "i.fixed", "score": {"direction": "accumulate", "limit": 20}, "rules": {"x": {"title": "x", "points": [1, 6]}},
		"relief": [{"every": "2 days", "subtract": 2}],
		"ladder": [{"rung": "low", "when": "score >= 3", "tier": "limited", "withhold": ["post"], "for": "3 days"},
			{"rung": "high", "when": "score >= 8", "tier": "muted", "withhold": ["comment"], "for": "1 day", "overlap": "extend"}]}'::jsonb),
	('{"scheme": "i.while", "score": {"direction": "deduct", "cap": 20}, "rules": {"x": {"title": "x", "points": [1, 6]}},
		"relief": [{"age": "4 days", "void": "entry"}],
		"ladder_apply": "all",
		"ladder": [{"rung": "low", "when": "score <= 17", "tier": "limited", "withhold": ["post"]},
			{"rung": "high", "when": "score <= 12", "tier": "muted", "withhold": ["comment"]}]}'),
	('{"scheme": "i.time", "score": {"direction": "accumulate", "limit": 20}, "rules": {"x": {"title": "x", "points": [1, 6]}},
		"observe": {"open": {"count": "sanctions", "rungs": ["notice"], "in_force": true}, "fresh": {"count": "sanctions", "rungs": ["notice"], "within": "20 hours"}},
		"ladder": [{"rung": "notice", "when": "score >= 4", "tier": "warned", "for": "2 days"},
			{"rung": "out", "when": "open >= 1 and fresh = 0", "tier": "muted", "withhold": ["post"], "for": "6 hours"}],
		"relief": [{"age": "3 days", "void": "entry"}]}')) d (document);
SELECT setseed(0.414);
CREATE TEMPORARY TABLE entry AS
	SELECT a, s.scheme, n, timestamptz '2026-01-01' + random() * interval '20 days' AS at, (1 + floor(random() * 6))::numeric AS points, random() AS late
	FROM (SELECT scheme, (row_number() OVER (ORDER BY scheme) - 1) * 10 AS first FROM governance.scheme WHERE scheme LIKE 'i.%') s,
		generate_series(1, 6) i, LATERAL (SELECT s.first + i AS a) a, generate_series(1, 14) n;
INSERT INTO governance.account (account_id, opened_at) SELECT DISTINCT a + 1000 * k, timestamptz '2025-12-01' FROM entry, generate_series(0, 1) k;

CREATE TEMPORARY TABLE step (account_id bigint, wrong text);
CREATE FUNCTION pg_temp.record(account bigint, scheme text, id bigint, points numeric, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	before	governance.sanction[] := ARRAY(SELECT s FROM governance.sanction s WHERE s.account_id = account);
BEGIN
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
		VALUES (account, id, scheme, 'x', points, at, at);
	-- What went and what came in this step.
	INSERT INTO step
		SELECT account, format('%s %s and %s', b.rung, b.during, s.during)
		FROM unnest(before) b JOIN governance.sanction g ON g.account_id = b.account_id AND g.sanction_id = b.sanction_id
			JOIN governance.sanction s ON s.account_id = account AND s.rung = b.rung AND s.during && b.during
		WHERE b.release_reason IS DISTINCT FROM 'overturned' AND g.release_reason = 'overturned'
			AND s.sanction_id NOT IN (SELECT x.sanction_id FROM unnest(before) x);
END
$$;
\set ECHO queries
SELECT count(pg_temp.record(e.a, e.scheme, e.a * 100 + e.n, e.points, e.at)) AS in_order FROM (SELECT * FROM entry ORDER BY a, at OFFSET 0) e;
SELECT count(pg_temp.record(1000 + e.a, e.scheme, 100000 + e.a * 100 + e.n, e.points, e.at)) AS as_they_come FROM (SELECT * FROM entry ORDER BY a, late OFFSET 0) e;
SELECT * FROM step LIMIT 10;
SELECT * FROM governance.verify();
-- A last entry for both, so that both have seen the same.
SELECT count(pg_temp.record(k * 1000 + a, scheme, k * 100000 + a * 100 + 99, 1, '2026-02-01')) AS last FROM (SELECT DISTINCT a, scheme FROM entry) e, generate_series(0, 1) k;
SELECT x.account_id, x.scheme, x.rung, x.opening, x.during FROM (
	SELECT s.account_id % 1000 AS account_id, s.account_id >= 1000 AS shuffled, s.scheme, s.rung, s.opening, s.violation_id % 100000 AS cause, s.during
		FROM governance.sanction s WHERE s.release_reason IS DISTINCT FROM 'overturned') x
	GROUP BY x.account_id, x.scheme, x.rung, x.opening, x.cause, x.during HAVING count(*) <> 2 LIMIT 10;
SELECT count(*) > 50 AS enough, count(*) FILTER (WHERE rung = 'out') > 5 AS brought_by_time, count(*) FILTER (WHERE release_reason = 'overturned') > 0 AS some_gone,
	count(DISTINCT (account_id, scheme, rung, opening)) FILTER (WHERE opening IS NOT NULL) = count(*) FILTER (WHERE release_reason IS DISTINCT FROM 'overturned') AS told_apart
	FROM governance.sanction;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
