-- Entries of a later date: until they come, what is known without them holds.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "s",
	"score": {"cap": 12},
	"activities": ["amends"],
	"rules": {"spam": {"title": "spam", "points": 4}, "bit": {"title": "a bit", "points": 1}, "exile": {"title": "e", "points": 0, "direct": "exile"}},
	"relief": [{"on": "amends", "add": 4}],
	"ladder": [
		{"rung": "mute", "when": "score <= 8", "rearm": "always", "tier": "muted", "withhold": ["post"], "for": "7 days"},
		{"rung": "low", "when": "score <= 4", "tier": "muted", "withhold": ["post"]},
		{"rung": "exile", "tier": "banned", "withhold": ["post", "enter"], "for": "20 days"}]}', 'active', '[2020-01-01,)') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2020-01-01' FROM generate_series(1, 300) n;

-- The answers at days from now, and where permits() says another thing than tier().
CREATE FUNCTION pg_temp.days(account bigint) RETURNS TABLE (day int, score text, tier governance.sanction_tier, post boolean, enter boolean)
	LANGUAGE sql AS $$ SELECT d, governance.score(account, 's', now() + d * interval '1 day')::text, governance.tier(account, 's', now() + d * interval '1 day'),
		governance.permits(account, 'post', now() + d * interval '1 day'), governance.permits(account, 'enter', now() + d * interval '1 day')
		FROM unnest('{0,6,8,29,31,36,38,49,51}'::int[]) AS d $$;
\set ECHO queries

-- A mute now, and a violation that is dated in thirty days.
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 's', 'spam');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 's', 'bit', now() + interval '30 days', now() + interval '30 days');
SELECT * FROM pg_temp.days(1);
SELECT DISTINCT r.capability, r.since - now() AS since, r.until - now() AS until, r.sanction_id IS NOT NULL AS known FROM generate_series(0, 60) d, governance.restrictions(1, now() + d * interval '1 day') r ORDER BY 1, 2;
SELECT capability, until - now() AS until, rung FROM governance.restrictions(1);
SELECT * FROM governance.verify();

-- One of now that comes after it, and an activity of a later date.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 's', 'spam');
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (1, 'amends', now() + interval '8 days');
SELECT * FROM pg_temp.days(1);
SELECT DISTINCT r.capability, r.since - now() AS since, nullif(r.until, 'infinity') - now() AS until FROM generate_series(0, 60) d, governance.restrictions(1, now() + d * interval '1 day') r ORDER BY 1, 2;
SELECT * FROM governance.verify();

-- Occurred now, decided later; occurred later, decided now; overturned before it comes.
INSERT INTO governance.violation (account_id, scheme, rule, decided_at) VALUES (2, 's', 'exile', now() + interval '30 days');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (3, 's', 'exile', now() + interval '30 days');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (4, 1000000, 's', 'spam'), (4, 1000001, 's', 'spam');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at) VALUES (4, 1000002, 's', 'exile', now() + interval '30 days');
SELECT governance.overturn(1000002, 'no') > 0 AS overturned;
SELECT * FROM pg_temp.days(2) WHERE NOT post;
SELECT * FROM pg_temp.days(3) WHERE NOT post;
SELECT * FROM pg_temp.days(4);
SELECT * FROM governance.verify();
COMMIT;

-- Many, in any order: permits() and tier() never disagree.
SELECT setseed(0.5);
CREATE TEMPORARY TABLE entry AS
	SELECT n, 100 + n % 40 AS account, (ARRAY['spam', 'bit', 'exile', 'amends'])[1 + floor(random() * 4)::int] AS what,
		   (random() * 90 - 40) * interval '1 day' AS happened, greatest(random() * 40 - 30, 0) * interval '1 day' AS later
	FROM generate_series(1, 240) n;
DO $$
DECLARE
	e	record;
BEGIN
	FOR e IN SELECT * FROM entry ORDER BY n LOOP
		IF e.what = 'amends' THEN
			INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (e.account, e.what, now() + e.happened);
		ELSE
			INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
				VALUES (e.account, 's', e.what, now() + e.happened, now() + e.happened + e.later);
		END IF;
	END LOOP;
END
$$;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 200 + n % 40, 's', what, now() + happened, now() + happened + later FROM entry WHERE what <> 'amends' ORDER BY n;
BEGIN;
CREATE TEMPORARY TABLE answer AS
	SELECT account, d, governance.tier(account, 's', at) AS tier, governance.permits(account, 'post', at) AS post, governance.permits(account, 'enter', at) AS enter
	FROM (SELECT account_id AS account FROM governance.account WHERE account_id BETWEEN 100 AND 239) a,
		 generate_series(0, 90) AS d, LATERAL (SELECT now() + d * interval '1 day' AS at) i;
SELECT count(*), count(*) FILTER (WHERE NOT post) > 500 AS some_muted, count(*) FILTER (WHERE NOT enter) > 200 AS some_banned,
	   count(*) FILTER (WHERE post <> (tier < 'muted')) AS wrong_post, count(*) FILTER (WHERE enter <> (tier < 'banned')) AS wrong_enter
	FROM answer;
COMMIT;
SELECT * FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
