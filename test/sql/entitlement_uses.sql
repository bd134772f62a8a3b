-- Uses: what is let in, what is refused and with which error; references,
-- reservations, what is given up and taken back.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"entitlement": "t.uses", "context": {"recipients": "number", "item": "text"},
	"attributes": {"of_age": {"type": "boolean", "default": true}},
	"capabilities": {
		"post": {"at_most": ["3 per day"]},
		"gift": {"unit": "yuan", "at_most": ["50 per use", "120 per month"], "settles_after": "24 hours"},
		"watch": {"unit": "minutes", "hours": ["06:00-22:00"], "at_most": ["40 per day"]},
		"send": {"at_most": [{"name": "recipients", "amount": 100, "per": "day", "measure": "context.recipients"}]},
		"seat": {"at_most": ["2 held"]},
		"receive": {"at_most": [{"name": "received", "amount": 5, "per": "day", "of": "counterpart"}]},
		"drink": {"require": {"of_age": "of_age"}},
		"tip": false, "read": true}}', 'active', '[2020-01-01,)') > 0 AS published;
SELECT governance.publish('{"entitlement": "t.trial", "capabilities": {"read": {"at_most": ["1 per day"]}}}', 'trial', '[2020-01-01,)') > 0 AS tried;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2020-01-01' FROM generate_series(1, 9) n;
-- What a statement gives, or the error with all that it says.
CREATE FUNCTION pg_temp.says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text; message text; detail text; hint text; state text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n  ', state || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;
\set ECHO queries

-- A limit of three lets three in.
SELECT count(governance.use(1, 'post', at => '2024-03-04 10:00')) FROM generate_series(1, 3);
SELECT pg_temp.says($$SELECT governance.use(1, 'post', at => '2024-03-04 11:00')$$);
SELECT allowed, remaining, because, again_at FROM governance.try_use(1, 'post', at => '2024-03-04 11:00');
SELECT allowed, remaining FROM governance.try_use(1, 'post', at => '2024-03-05 11:00');
SELECT allowed, remaining FROM governance.try_use(2, 'post', 2, at => '2024-03-04 11:00');
SELECT pg_temp.says($$SELECT governance.use(2, 'post', 2, at => '2024-03-04 12:00')$$);
-- A refusal writes nothing.
SELECT account_id, count(*), sum(amount) FROM governance.usage GROUP BY 1 ORDER BY 1;

-- Every rule that refuses is named.
SELECT pg_temp.says($$SELECT governance.use(3, 'gift', 60, at => '2024-03-04 11:00')$$);
SELECT governance.use(3, 'gift', 50, at => '2024-03-04 11:00') > 0 AS gift FROM generate_series(1, 2);
SELECT pg_temp.says($$SELECT governance.use(3, 'gift', 51, at => '2024-03-04 11:00')$$);
SELECT rule, kind, unit, "limit", per, used, remaining, resets_at, allowed, again_at, because FROM governance.allowance(3, 'gift', 30, '2024-03-04 12:00');
SELECT pg_temp.says($$SELECT governance.use(3, 'tip')$$);
SELECT pg_temp.says($$SELECT governance.use(3, 'watch', 5, at => '2024-03-04 23:00')$$);
SELECT governance.set_attribute(4, 'of_age', 'false', '2020-01-01');
SELECT pg_temp.says($$SELECT governance.use(4, 'drink')$$);
SELECT governance.use(5, 'drink') > 0 AS drinks;

-- Nobody and nothing that is not known.
SELECT pg_temp.says($$SELECT governance.use(99, 'post')$$);
SELECT pg_temp.says($$SELECT governance.use(1, 'psot')$$);
SELECT pg_temp.says($$SELECT governance.use(1, 'post', -1)$$);
SELECT pg_temp.says($$SELECT governance.use(1, 'post', 'NaN')$$);
SELECT pg_temp.says($$SELECT governance.use(1, 'post', at => 'infinity')$$);
SELECT pg_temp.says($$SELECT governance.use(NULL, 'post')$$);
SELECT pg_temp.says($$SELECT governance.use(1, 'send', context => '{"receivers": 3}')$$);
SELECT pg_temp.says($$SELECT governance.use(1, 'send', context => '{"recipients": "many"}')$$);
SELECT pg_temp.says($$SELECT governance.use(1, 'send', context => '[3]')$$);

-- What the context comes to is counted.
SELECT allowed, remaining FROM governance.try_use(5, 'send', at => '2024-03-04 10:00', context => '{"recipients": 60}');
SELECT allowed, because FROM governance.try_use(5, 'send', at => '2024-03-04 10:00', context => '{"recipients": 41}');
SELECT allowed FROM governance.try_use(5, 'send', at => '2024-03-04 10:00', context => '{"recipients": 40}');

-- One reference is one use, and the same answer.
SELECT governance.use(6, 'post', ref => 'a', at => '2024-03-04 10:00') AS first \gset
SELECT governance.use(6, 'post', ref => 'a', at => '2024-03-04 10:00') = :first AS same;
SELECT t.use_id = :first AS same, t.allowed FROM governance.try_use(6, 'post', ref => 'a', at => '2024-03-04 10:00') t;
SELECT count(*) FROM governance.usage WHERE account_id = 6;
SELECT pg_temp.says($$SELECT governance.use(6, 'post', 2, ref => 'a')$$);
SELECT pg_temp.says($$SELECT governance.use(6, 'gift', ref => 'a')$$);
SELECT governance.use(7, 'post', ref => 'a', at => '2024-03-04 10:00') <> :first AS of_another_account;

-- Reservations.
SELECT governance.reserve(8, 'post', 2) AS held \gset
SELECT used, reserved, remaining FROM governance.allowance(8, 'post') WHERE rule = 'post.day';
SELECT (governance.try_use(8, 'post', 2)).because;
SELECT governance.commit_use(:held, 1) > 0 AS committed;
SELECT used, reserved, remaining FROM governance.allowance(8, 'post') WHERE rule = 'post.day';
SELECT governance.reserve(8, 'post', 2) AS again \gset
SELECT governance.release_use(:again) > 0 AS undone;
SELECT used, reserved, remaining FROM governance.allowance(8, 'post') WHERE rule = 'post.day';
SELECT governance.reserve(8, 'post', at => now() - interval '1 hour') AS lapsed \gset
SELECT left(pg_temp.says(format('SELECT governance.commit_use(%s)', id)), 5) AS state FROM unnest(ARRAY[:held, :again, :lapsed]) id;
SELECT used, reserved, remaining FROM governance.allowance(8, 'post') WHERE rule = 'post.day';

-- What is held is given up; what was used is not.
SELECT governance.use(2, 'seat') AS seat \gset
SELECT allowed FROM governance.try_use(2, 'seat');
SELECT allowed, because, again_at FROM governance.try_use(2, 'seat');
SELECT governance.release_use(:seat) > 0 AS given_up;
SELECT allowed FROM governance.try_use(2, 'seat');
SELECT left(pg_temp.says(format('SELECT governance.release_use(%s)', :seat)), 5) AS state;

-- Taking back.
SELECT governance.use(9, 'gift', 30) AS gift \gset
SELECT governance.refund(:gift, 10, 'a mistake') > 0 AS refunded;
SELECT used, remaining FROM governance.allowance(9, 'gift') WHERE rule = 'gift.month';
SELECT replace(pg_temp.says(format('SELECT governance.refund(%s, 21)', :gift)), :'gift', 'N');
SELECT governance.refund(:gift) > 0 AS refunded;
SELECT used, remaining FROM governance.allowance(9, 'gift') WHERE rule = 'gift.month';
SELECT left(pg_temp.says(format('SELECT governance.refund(%s)', use_id)), 5) AS settled FROM governance.usage WHERE account_id = 3 AND about IS NULL ORDER BY use_id LIMIT 1;
SELECT pg_temp.says($$SELECT governance.refund(0)$$);

-- Of the one on the other side, whoever gives.
SELECT allowed, remaining FROM governance.try_use(1, 'receive', 3, counterpart => 9, at => '2024-03-04 10:00');
SELECT allowed, because FROM governance.try_use(2, 'receive', 3, counterpart => 9, at => '2024-03-04 10:00');
SELECT allowed, remaining FROM governance.try_use(2, 'receive', 2, counterpart => 9, at => '2024-03-04 10:00');
SELECT allowed, remaining FROM governance.try_use(2, 'receive', 3, counterpart => 8, at => '2024-03-04 10:00');

-- Many, all or none, in the order of the arrays.
SELECT governance.use_many('{4,3,4}', '{post,post,read}', at => '2024-03-04 10:00') AS ids \gset
SELECT u.account_id, u.capability FROM unnest(:'ids'::bigint[]) WITH ORDINALITY AS i (id, n), governance.usage u WHERE u.use_id = i.id ORDER BY i.n;
SELECT left(pg_temp.says($$SELECT governance.use_many('{4,3}', '{post,tip}', at => '2024-03-04 10:00')$$), 5);
SELECT account_id, count(*) FROM governance.usage WHERE account_id IN (3, 4) AND capability = 'post' GROUP BY 1 ORDER BY 1;
SELECT pg_temp.says($$SELECT governance.use_many('{4,3}', '{post}')$$);

-- What is on trial only notes.
SELECT governance.use(5, 'read', at => '2024-03-04 10:00') > 0 AS reads FROM generate_series(1, 2);
SELECT would_refuse FROM governance.usage WHERE account_id = 5 AND capability = 'read' ORDER BY use_id;

-- The tables are written by nobody else.
INSERT INTO governance.usage (account_id, entry, capability, amount, used_at) VALUES (1, 'use', 'post', 1, now());
UPDATE governance.usage SET amount = 0;
DELETE FROM governance.session;
TRUNCATE governance.allowance_grant;
DELETE FROM governance.counter;
SELECT * FROM governance.verify_usage();
