--
-- Many entries of a later date, beside long histories: the answers are those of
-- the fold, one entry of now costs no reading of the history, and a batch is no
-- square of what waits.
--
\set ECHO none
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 FROM governance.create_ledger();
CREATE FUNCTION pg_temp.put(scheme text, more jsonb) RETURNS bigint LANGUAGE sql AS $$
	SELECT governance.publish('{
		"score": {"cap": 60}, "activities": ["amends"],
		"rules": {"spam": {"title": "spam", "points": 4}, "bit": {"title": "a bit", "points": 1}, "exile": {"title": "e", "points": 0, "direct": "exile"}},
		"relief": [{"on": "amends", "add": 4}, {"age": "90 days", "void": "entry"}],
		"ladder": [
			{"rung": "mute", "when": "score <= 20", "rearm": "always", "tier": "muted", "withhold": ["post"], "for": "7 days"},
			{"rung": "low", "when": "score <= 10", "tier": "muted", "withhold": ["post"]},
			{"rung": "exile", "tier": "banned", "withhold": ["post", "enter"], "for": "20 days"}]}'::jsonb || jsonb_build_object('scheme', scheme) || more,
		'active', '[2020-01-01,)')
$$;
SELECT count(pg_temp.put(s, m)) FROM (VALUES ('a.plain', '{}'::jsonb), ('a.decided', '{"clock": "decided"}'), ('a.keep', '{"revision": {"late": "keep"}}'), ('a.two', '{}')) v(s, m);
SELECT governance.publish((SELECT document FROM governance.policy WHERE scheme = 'a.two') || '{"note": "the second"}'::jsonb, 'active', tstzrange(now() + interval '10 days', NULL)) > 0;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 20) i;
-- a history each
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, s, (ARRAY['spam', 'bit'])[1 + i % 2], t, t FROM generate_series(1, 5) a, unnest('{a.plain,a.decided,a.keep,a.two}'::text[]) s,
		generate_series(1, 60) i, LATERAL (SELECT now() - interval '80 days' + i * interval '1 day' AS t) x;
SELECT setseed(0.25);
CREATE TEMPORARY TABLE entry AS
	SELECT n, 1 + n % 5 AS account, (ARRAY['spam', 'bit', 'bit', 'exile', 'amends', 'amends'])[1 + floor(random() * 6)::int] AS what,
		   CASE WHEN random() < 0.5 THEN random() * 40 WHEN random() < 0.2 THEN random() * -30 ELSE 0 END * interval '1 day' AS happened,
		   greatest(random() * 40 - 35, 0) * interval '1 day' AS later
	FROM generate_series(1, 250) n;
-- Where permits() says another thing than the fold.
CREATE FUNCTION pg_temp.wrong() RETURNS TABLE (scheme text, account bigint, day int, tier governance.sanction_tier) LANGUAGE sql AS $$
	SELECT s, a, d, t FROM unnest('{a.plain,a.decided,a.keep,a.two}'::text[]) s, generate_series(1, 5) a, generate_series(0, 60, 4) d,
		LATERAL (SELECT governance.tier(a, s, now() + d * interval '1 day') AS t) x
	WHERE (t >= 'muted') <> EXISTS (SELECT FROM governance.restrictions(a, now() + d * interval '1 day') r WHERE r.scheme = s AND r.capability = 'post')
		OR (t >= 'banned') <> EXISTS (SELECT FROM governance.restrictions(a, now() + d * interval '1 day') r WHERE r.scheme = s AND r.capability = 'enter')
$$;
CREATE PROCEDURE pg_temp.walk(first int, last int) LANGUAGE plpgsql AS $$
DECLARE
	e		record;
	number	bigint;
BEGIN
	FOR e IN SELECT * FROM entry, unnest('{a.plain,a.decided,a.keep,a.two}'::text[]) s WHERE n BETWEEN first AND last ORDER BY n LOOP
		IF e.what = 'amends' THEN
			INSERT INTO governance.activity (account_id, kind, occurred_at) SELECT e.account, e.what, now() + e.happened WHERE e.s = 'a.plain';
		ELSE
			INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
				VALUES (e.account, e.s, e.what, now() + e.happened, greatest(now(), now() + e.happened) + e.later) RETURNING violation_id INTO number;
			IF e.n % 31 = 0 THEN
				PERFORM governance.overturn(number, 'no', now());
			END IF;
		END IF;
		COMMIT;
	END LOOP;
END $$;
\set ECHO queries

CALL pg_temp.walk(1, 90);
SELECT * FROM pg_temp.wrong();
SELECT * FROM governance.verify();
CALL pg_temp.walk(91, 170);
SELECT * FROM pg_temp.wrong();
SELECT * FROM governance.verify();
CALL pg_temp.walk(171, 250);
SELECT * FROM pg_temp.wrong();
SELECT * FROM governance.verify();
SELECT scheme, count(*), count(recent) > 0 AS recent FROM governance.standing GROUP BY 1 ORDER BY 1;

-- With a long history and some entries ahead, one of now reads little of either.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 11, 'a.plain', 'bit', t, t FROM (SELECT now() - i * interval '1 hour' AS t FROM generate_series(1, 2000) i) x;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) SELECT 11, 'a.plain', 'bit', now() + i * interval '1 hour' FROM generate_series(1, 50) i;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (11, 'a.plain', 'bit');
CREATE PROCEDURE pg_temp.more(rows int) LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1..rows LOOP
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES (11, 'a.plain', 'bit');
	END LOOP;
END $$;
BEGIN;
CREATE TEMPORARY TABLE read AS SELECT pg_stat_get_xact_tuples_fetched('governance.violation'::regclass) + pg_stat_get_xact_tuples_returned('governance.violation'::regclass) AS rows;
CALL pg_temp.more(20);
SELECT pg_stat_get_xact_tuples_fetched('governance.violation'::regclass) + pg_stat_get_xact_tuples_returned('governance.violation'::regclass) - rows < 2000 AS twenty_read_less_than_one_history FROM read;
COMMIT;

-- Thousands ahead: each of them is not the end of a fold of its own.
SET statement_timeout = '30s';
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 12, 'a.plain', 'bit', now() + i * interval '1 hour', now() FROM generate_series(1, 4000) i;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (12, 'a.plain', 'spam');
RESET statement_timeout;
SELECT * FROM governance.verify();
