-- Sessions: when they must end is known when they begin.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"entitlement": "t.sessions",
	"capabilities": {
		"watch": {"unit": "minutes", "hours": ["06:00-22:00"], "at_most": ["40 per day"]},
		"live": {"unit": "minutes", "session": {"at_once": 1, "lease": "10 minutes"}, "at_most": [{"name": "length", "amount": 60, "per": "session"}]},
		"rest": {"unit": "minutes"}}}', 'active', '[2020-01-01,)') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2020-01-01' FROM generate_series(1, 9) n;
\set ECHO queries

-- Until the limit, or until it closes.
SELECT session_id AS one, allowed, remaining, until, because FROM governance.begin_session(1, 'watch', at => '2024-03-04 08:00') \gset
SELECT :'allowed' AS allowed, :'remaining' AS remaining, :'until' AS until, :'because' AS because;
SELECT allowed, remaining, until, because FROM governance.touch_session(:one, '2024-03-04 08:01');
SELECT last_sign_at, until, closed_at FROM governance.session WHERE session_id = :one;
SELECT used, remaining FROM governance.allowance(1, 'watch', at => '2024-03-04 08:02') WHERE rule = 'watch.day';
SELECT governance.end_session(:one, '2024-03-04 08:02') AS use \gset
SELECT entry, capability, amount, unit, used_at, during FROM governance.usage WHERE use_id = :use;
SELECT governance.end_session(:one, '2024-03-04 09:00') = :use AS once;
SELECT allowed, until, because FROM governance.begin_session(2, 'watch', at => '2024-03-04 21:50');
SELECT session_id, allowed, because, again_at FROM governance.begin_session(3, 'watch', at => '2024-03-04 22:00');

-- No sign of life: it was over with the last.
SELECT session_id AS two FROM governance.begin_session(4, 'watch', at => '2024-03-04 08:00') \gset
SELECT allowed FROM governance.touch_session(:two, '2024-03-04 08:01:30');
SELECT used FROM governance.allowance(4, 'watch', at => '2024-03-04 08:03') WHERE rule = 'watch.day';
SELECT used FROM governance.allowance(4, 'watch', at => '2024-03-04 09:00') WHERE rule = 'watch.day';
SELECT allowed FROM governance.touch_session(:two, '2024-03-04 09:00');
SELECT governance.end_session(:two, '2024-03-04 09:00') > 0 AS ended;
SELECT amount, during FROM governance.usage WHERE session_id = :two;

-- What it may last counts from its beginning.
SELECT session_id AS three, until AS ends FROM governance.begin_session(5, 'live', at => '2024-03-04 08:00') \gset
SELECT :'ends' AS until;
SELECT allowed, until, because FROM governance.touch_session(:three, '2024-03-04 08:09');
-- One at a time.
SELECT session_id, allowed, because FROM governance.begin_session(5, 'live', at => '2024-03-04 08:10');
-- The same reference is the same session.
SELECT session_id AS four FROM governance.begin_session(6, 'live', ref => 'r') \gset
SELECT session_id = :four AS same, allowed FROM governance.begin_session(6, 'live', ref => 'r');
SELECT governance.begin_session(6, 'rest', ref => 'r');
-- Without an end.
SELECT allowed, until, because FROM governance.begin_session(7, 'rest');
SELECT governance.touch_session(0);
SELECT governance.end_session(0);
SELECT * FROM governance.verify_usage();
