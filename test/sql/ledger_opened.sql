--
-- When an account was opened is changed afterwards: its standings are those that
-- they would be had it been known from the start, others stay as they are.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "t.year", "score": {"cap": 12}, "time_zone": "UTC", "cycle": {"every": "12 months", "from": "opened"},
	"rules": {"x": {"title": "x", "points": 6}},
	"relief": [{"at": "cycle", "raise_to": 12}],
	"ladder": [{"rung": "out", "when": "score <= 0", "tier": "banned", "withhold": ["post"]}]}', 'active', '[2010-01-01,)') > 0 AS published;
SELECT governance.publish('{"scheme": "t.clean", "score": {"direction": "accumulate", "limit": 50}, "time_zone": "UTC",
	"rules": {"x": {"title": "x", "points": 6}}, "relief": [{"every": "100 days", "subtract": 1}]}', 'active', '[2010-01-01,)') > 0 AS published;
SELECT governance.publish('{"scheme": "t.clean", "score": {"direction": "accumulate", "limit": 50}, "rules": {"x": {"title": "x", "points": 9}}}', 'trial') > 0 AS published;
-- Accounts of the right date, of a wrong one, and nobody's.
INSERT INTO governance.account (account_id, opened_at)
	SELECT n, CASE WHEN n <= 100 THEN timestamptz '2015-03-01' + n * interval '3 days' ELSE '2014-01-01' END FROM generate_series(1, 250) n;
CREATE FUNCTION pg_temp.feed() RETURNS void LANGUAGE sql AS $$
	INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
		SELECT a + 100 * s, (ARRAY['t.year', 't.clean'])[1 + n % 2], 'x', at, at
		FROM generate_series(1, 100) a, generate_series(0, 1) s, generate_series(0, 5) n,
			LATERAL (SELECT timestamptz '2020-01-01' + (n * 37 + a % 7) * interval '1 day') AS t (at)
$$;
SELECT pg_temp.feed();
CREATE FUNCTION pg_temp.outcome(shift int) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT concat_ws(' ', account_id - shift, scheme, score, tier, as_of, known_at) FROM governance.standing WHERE account_id BETWEEN 1 + shift AND 100 + shift
	UNION ALL SELECT concat_ws(' ', account_id - shift, rung, during, released_at, release_reason) FROM governance.sanction
		WHERE account_id BETWEEN 1 + shift AND 100 + shift AND release_reason IS DISTINCT FROM 'overturned'
	UNION ALL SELECT concat_ws(' ', account_id - shift, capability, since, until) FROM governance.restriction WHERE account_id BETWEEN 1 + shift AND 100 + shift
$$;
SELECT count(*) > 20 AS differ FROM (SELECT * FROM pg_temp.outcome(0) EXCEPT SELECT * FROM pg_temp.outcome(100)) d;
UPDATE governance.account SET kind = 'public' WHERE account_id > 100;
SELECT count(*) > 20 AS differ FROM (SELECT * FROM pg_temp.outcome(0) EXCEPT SELECT * FROM pg_temp.outcome(100)) d;
UPDATE governance.account SET opened_at = timestamptz '2015-03-01' + (account_id - 100) * interval '3 days' WHERE account_id BETWEEN 101 AND 180;
UPDATE governance.account SET opened_at = timestamptz '2015-03-01' + 81 * interval '3 days' WHERE account_id = 181;
INSERT INTO governance.account (account_id, opened_at)
	SELECT account_id, '2015-03-01' FROM governance.account WHERE account_id > 181
	ON CONFLICT (account_id) DO UPDATE SET opened_at = timestamptz '2015-03-01' + (account.account_id - 100) * interval '3 days';
SELECT * FROM pg_temp.outcome(0) EXCEPT SELECT * FROM pg_temp.outcome(100);
SELECT * FROM pg_temp.outcome(100) EXCEPT SELECT * FROM pg_temp.outcome(0);
SELECT * FROM governance.verify();
-- To after its first entries, and what comes next goes by it.
UPDATE governance.account SET opened_at = '2020-02-20' WHERE account_id <= 100;
UPDATE governance.account SET opened_at = '2020-02-20' WHERE account_id BETWEEN 101 AND 200;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) SELECT a, 't.year', 'x', '2021-02-19', '2021-02-19' FROM generate_series(1, 200) a;
SELECT * FROM pg_temp.outcome(0) EXCEPT SELECT * FROM pg_temp.outcome(100);
SELECT * FROM governance.verify();
-- Who may do it leaves the rest to the ledger.
CREATE ROLE opened_administrator;
SELECT governance.grant_level('opened_administrator', 'administrator') IS NOT NULL AS granted;
SET ROLE opened_administrator;
UPDATE governance.account SET opened_at = '2013-05-05' WHERE account_id = 1;
RESET ROLE;
SELECT * FROM governance.verify();
SELECT governance.revoke_level('opened_administrator') IS NOT NULL AS revoked;
DROP ROLE opened_administrator;
