--
-- Entries dated ahead, and versions that come and go before their time: what is
-- judged by a version goes with it, what a version listens to comes with it.
--
\set ECHO none
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
INSERT INTO governance.account (account_id) SELECT generate_series(1, 4);
INSERT INTO governance.activity_kind (kind) VALUES ('lecture');
CREATE FUNCTION pg_temp.rules(scheme text, price int, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', scheme, 'score', '{"cap": 100, "start": 90}'::jsonb, 'rules', jsonb_build_object('x', jsonb_build_object('title', 'x', 'points', price))) || more
$$;
CREATE FUNCTION pg_temp.standings() RETURNS TABLE (scheme text, account_id bigint, score text) LANGUAGE sql AS $$
	SELECT split_part(s.scheme, '@', 1) || CASE WHEN s.scheme LIKE '%@%' THEN ' on trial' ELSE '' END, s.account_id, s.score::text FROM governance.standing s ORDER BY 1, 2
$$;
\set later 'date_trunc(''day'', now()) + interval ''40 days'''
\set latest 'date_trunc(''day'', now()) + interval ''50 days'''

-- A version that is withdrawn before it begins.
SELECT governance.publish(pg_temp.rules('t.gone', 5)) > 0 AS first;
SELECT governance.publish(pg_temp.rules('t.gone', 20), in_force => tstzrange(:later, NULL)) AS second \gset
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (1, 't.gone', 'x', :latest);
SELECT * FROM pg_temp.standings();
SELECT governance.retire(:second);
CALL governance.settle();
SELECT * FROM pg_temp.standings();
SELECT * FROM governance.verify();

-- One that ends: nothing judges what was dated after.
SELECT governance.publish(pg_temp.rules('t.ends', 5, '{"clock": "decided"}')) AS ends \gset
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (2, 't.ends', 'x', :latest);
SELECT * FROM pg_temp.standings();
SELECT governance.retire(:ends) IS NOT NULL AS retired;
CALL governance.settle();
SELECT * FROM pg_temp.standings();
SELECT * FROM governance.verify();

-- One that listens to what has been recorded already, of a later date.
SELECT governance.publish(pg_temp.rules('t.hears', 5)) > 0 AS deaf;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.hears', 'x');
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (3, 'lecture', :later), (4, 'lecture', :later);
SELECT governance.publish(pg_temp.rules('t.hears', 5, '{"relief": [{"on": "lecture", "add": 2}]}')) > 0 AS listens;
SELECT account_id, governance.score(account_id, 't.hears'), governance.score(account_id, 't.hears', :latest) AS later FROM generate_series(3, 4) account_id;
SELECT * FROM governance.verify();

-- A trial without bounds, and one of a time to come.
SELECT governance.publish(pg_temp.rules('t.tried', 5), 'trial', '(,)') AS tried \gset
SELECT governance.publish(pg_temp.rules('t.comes', 5), 'trial', tstzrange(:later, NULL)) AS comes \gset
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (1, 't.tried', 'x', '2024-01-01'), (1, 't.comes', 'x', :latest);
SELECT * FROM pg_temp.standings() WHERE scheme LIKE '%trial';
SELECT lower(governance.activate(:tried)) >= now() - interval '1 minute' AS from_now;
SELECT lower(governance.activate(:comes)) >= now() - interval '1 minute' AS from_now;
SELECT scheme, isempty(tried) FROM governance.policy WHERE tried IS NOT NULL ORDER BY 1;
CALL governance.settle();
SELECT * FROM pg_temp.standings() WHERE scheme ~ 'tried|comes';
SELECT * FROM governance.verify();

-- The only version, with entries of its time: another one has to be there first.
SELECT governance.publish(pg_temp.rules('t.only', 5), in_force => tstzrange(:later, NULL)) AS only \gset
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (1, 't.only', 'x', :latest);
SELECT governance.retire(:only);
SELECT governance.publish(pg_temp.rules('t.only', 10)) > 0 AS earlier;
SELECT governance.retire(:only);
CALL governance.settle();
SELECT * FROM pg_temp.standings() WHERE scheme = 't.only';
SELECT * FROM governance.verify();
