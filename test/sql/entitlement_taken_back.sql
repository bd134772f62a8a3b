-- What the present alone can do: reservations, what is taken back, references, a
-- session that lives on a grant, a version that ends, who may not consent.
\set ECHO none
SET client_min_messages = warning;
SELECT count(*) AS complete FROM governance.create_ledger() \g /dev/null
SELECT governance.publish(governance.pack('live.graded')) \g /dev/null
SELECT governance.publish('{"entitlement": "taken.back", "attributes": {"born": "date"}, "capabilities": {
	"a": {"at_most": ["10 per year"]}, "j": {"at_most": ["40 per year"]},
	"clip": {"partial": "clip", "at_most": ["10 per year"]},
	"times": {"at_most": [{"name": "times", "amount": 3, "per": "year", "measure": "uses"}]},
	"shadow": {"at_most": [{"name": "year", "amount": 1, "per": "year", "on_reaching": "shadow"}]},
	"once": {"refunds": "never", "at_most": ["10 per year"]},
	"m": {"unit": "minutes", "at_most": [{"name": "year", "amount": 40, "within": "400 days"}], "consent": {"guardian": ["year"]}},
	"quiet": {"closed": [{"at": "00:00-24:00", "when": "age(born) < 18"}], "consent": [{"by": "guardian", "may": ["hours"]}, {"by": "self", "may": ["hours"], "when": "age(born) >= 16"}]}}}') \g /dev/null
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2000-01-01' FROM generate_series(1, 20) i;
INSERT INTO governance.account_link (account_id, other_id, kind, confidence, during) SELECT i, 20, 'guardian', 1, tstzrange('2000-01-01', NULL) FROM generate_series(1, 19) i;
-- what is left, of all rules together
CREATE FUNCTION pg_temp.left_of(account bigint, capability text) RETURNS numeric
	LANGUAGE sql RETURN (SELECT round(a.remaining, 2) FROM governance.allowance(account, capability) a WHERE a.rule IS NULL);
\set VERBOSITY sqlstate
\set ECHO queries

-- EN-2: the same reference is one use, with another amount an error
SELECT governance.use(1, 'a', 3, 'k') = governance.use(1, 'a', 3, 'k') AS the_same;
SELECT pg_temp.left_of(1, 'a');
SELECT governance.use(1, 'a', 4, 'k');
SELECT governance.use(1, 'j', 3, 'k');
SELECT governance.use(2, 'a', 4, 'k') > 0 AS of_another;
SELECT governance.use(1, 'a', 1, '');
-- ... also where only a part passed
SELECT governance.use(1, 'clip', 7) > 0 AS used;
SELECT a.use_id = b.use_id AS the_same, a.allowed AND b.allowed AS allowed FROM governance.try_use(1, 'clip', 7, 'c') a, governance.try_use(1, 'clip', 7, 'c') b;

-- EN-3: reserved, then used in part, given up, or neither
SELECT governance.reserve(3, 'j', 30, 'r') AS use_id \gset
SELECT pg_temp.left_of(3, 'j');
SELECT governance.commit_use(:use_id, 31);
SELECT governance.commit_use(:use_id, 12) = :use_id AS the_same;
SELECT pg_temp.left_of(3, 'j');
SELECT governance.commit_use(:use_id, 12);
SELECT governance.reserve(4, 'j', 30, 'r') AS use_id \gset
SELECT governance.release_use(:use_id) > 0 AS given_up;
SELECT pg_temp.left_of(4, 'j');
-- the reference of a reservation is no use
SELECT governance.use(4, 'j', 30, 'r');
SELECT governance.commit_use(:use_id);
SELECT governance.reserve(5, 'j', 30, 'r', now() - interval '11 minutes') AS use_id \gset
SELECT pg_temp.left_of(5, 'j');
SELECT governance.commit_use(:use_id);

-- EN-4, EN-5: taken back, and no more than was used
SELECT governance.use(6, 'a', 3) AS use_id \gset
SELECT governance.refund(:use_id, 5);
SELECT governance.refund(:use_id, -1);
SELECT governance.refund(:use_id, 'NaN');
SELECT governance.refund(:use_id, 1) > 0 AS refunded;
SELECT pg_temp.left_of(6, 'a');
SELECT governance.refund(:use_id) > 0 AS refunded;
SELECT governance.refund(:use_id);
SELECT pg_temp.left_of(6, 'a');
SELECT governance.use(6, 'once') AS use_id \gset
SELECT governance.refund(:use_id);
-- LV-6: until it settles
SELECT governance.set_attribute(7, 'born', '1990-01-01', '2000-01-01');
SELECT governance.use(7, 'tip', 500, at => now() - interval '23 hours 59 minutes', counterpart => 8) AS use_id \gset
SELECT governance.refund(:use_id) > 0 AS refunded;
SELECT governance.use(7, 'tip', 500, at => now() - interval '24 hours 1 minute', counterpart => 8) AS use_id \gset
SELECT governance.refund(:use_id);

-- uses count, whatever they come to; one that was taken back is none
SELECT count(governance.use(9, 'times', 0)) AS uses FROM generate_series(1, 2);
SELECT governance.use(9, 'times', 1) AS use_id \gset
SELECT governance.use(9, 'times', 0);
SELECT governance.refund(:use_id) > 0 AS refunded;
SELECT governance.use(9, 'times', 0) > 0 AS used;
-- amounts that are none
SELECT governance.use(9, 'a', -1);
SELECT governance.use(9, 'a', 'NaN');
SELECT governance.use(9, 'a', 'Infinity');
SELECT governance.use(9, 'a', 1e15);

-- EN-20: let in, and noted
SELECT count(governance.use(10, 'shadow')) AS uses FROM generate_series(1, 2);
SELECT amount, would_refuse FROM governance.usage WHERE capability = 'shadow' ORDER BY use_id;

-- a session ends no earlier than its last sign
SELECT session_id FROM governance.begin_session(11, 'm', at => now() - interval '3 minutes') \gset
SELECT allowed FROM governance.touch_session(:session_id, now() - interval '2 minutes');
SELECT governance.end_session(:session_id, now() - interval '3 minutes') > 0 AS ended;
SELECT pg_temp.left_of(11, 'm');
-- and lives no longer than limit and grant together, however often it gives a sign
SELECT governance.use(12, 'm', 40, at => now() - interval '1 day') > 0 AS used;
SELECT governance.grant_allowance(12, 'm', 3, tstzrange(now() - interval '1 day', NULL), by => 20) > 0 AS granted;
SELECT session_id, date_trunc('second', until - now() + interval '2 minutes 0.5 seconds') AS lasts FROM governance.begin_session(12, 'm', at => now() - interval '2 minutes') \gset
SELECT :'lasts' AS lasts;
SELECT date_trunc('second', until - now() + interval '2 minutes 0.5 seconds') AS lasts FROM governance.touch_session(:session_id, now() - interval '1 minute');
SELECT governance.end_session(:session_id, now() - interval '1 minute') > 0 AS ended;
SELECT pg_temp.left_of(12, 'm');
SELECT round(granted[1]) AS granted FROM governance.usage WHERE account_id = 12 AND session_id IS NOT NULL;

-- IG-1: under 16 somebody else must agree
SELECT governance.set_attribute(i, 'born', to_char(now() - y * interval '1 year', 'YYYY-MM-DD'), '2000-01-01') FROM (VALUES (13, 15), (14, 17)) v(i, y);
SELECT governance.consent(13, 'quiet', 'hours', 13);
SELECT governance.consent(13, 'quiet', 'hours', 15);
SELECT governance.consent(14, 'quiet', 'hours', 14) > 0 AS agreed;
SELECT a.allowed FROM governance.allowance(13, 'quiet') a WHERE a.rule IS NULL;
SELECT a.allowed FROM governance.allowance(14, 'quiet') a WHERE a.rule IS NULL;
-- the document leaves it to nobody
SELECT governance.consent(14, 'a', 'year', 20);
SELECT governance.grant_allowance(14, 'a', 5, by => 20);

-- KR-4: a version that ends ends no session
SELECT governance.publish('{"entitlement": "kr.shutdown", "time_zone": "Asia/Seoul", "capabilities": {"play": {"unit": "minutes", "closed": ["00:00-06:00"]}}}',
	in_force => tstzrange('2011-11-20', '2022-01-01 00:00+09')) > 0 AS published;
SELECT a.until FROM governance.allowance(15, 'play', at => '2021-12-30 23:59+09') a WHERE a.rule IS NULL;
SELECT a.until FROM governance.allowance(15, 'play', at => '2021-12-31 23:59+09') a WHERE a.rule IS NULL;
SELECT a.allowed FROM governance.allowance(15, 'play', at => '2022-01-01 00:30+09') a WHERE a.rule IS NULL;

SELECT * FROM governance.verify();
