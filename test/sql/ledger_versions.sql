-- Versions: which one judges, how a new one takes over, trial periods and
-- rollouts, and what publishing alone changes.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SELECT count(*) > 0 AS created FROM governance.create_ledger();

-- A document with a cap, a price and a way of taking over.
CREATE FUNCTION pg_temp.document(scheme text, cap numeric, price numeric, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', scheme, 'title', scheme,
		'score', jsonb_build_object('direction', 'deduct', 'cap', cap),
		'rules', jsonb_build_object('a', jsonb_build_object('title', 'a', 'points', price)),
		'relief', '[{"name": "conduct", "every": "10 days", "add": 1}]'::jsonb,
		'ladder', '[{"rung": "quiet", "when": "score < 0.7 * cap", "tier": "limited", "withhold": ["comment"]},
			{"rung": "mute", "when": "score <= 0.4 * cap", "tier": "muted", "withhold": ["comment", "post"], "for": "30 days"}]'::jsonb) || more
$$;
CREATE FUNCTION pg_temp.violate(account bigint, id bigint, scheme text, occurred timestamptz, decided timestamptz DEFAULT NULL, rule text DEFAULT 'a') RETURNS void
	LANGUAGE sql AS $$
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
		VALUES (account, id, scheme, rule, occurred, coalesce(decided, occurred))
$$;
INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(1, 3000), '2023-01-01';

-- Three schemes, each of two versions, that differ in how the second one takes
-- over on 1 March 2024: 100 points before, 50 since.
SELECT count(governance.publish(pg_temp.document('t.' || how, 100, 35), 'active', '[2023-01-01,2024-03-01)')) AS published
	FROM unnest('{carry,convert,fresh}'::text[]) AS how;
SELECT count(governance.publish(pg_temp.document('t.' || how, 50, 10, jsonb_build_object('revision', jsonb_build_object('handover', how))),
								'active', '[2024-03-01,)')) AS published
	FROM unnest('{carry,convert,fresh}'::text[]) AS how;
\set ECHO queries

-- A violation is judged by the version in force when it occurred, whenever it
-- is decided; one that occurred before any version is in force is refused.
SELECT pg_temp.violate(1, 10 + n, 't.' || how, '2024-02-20')
	FROM unnest('{carry,convert,fresh}'::text[]) WITH ORDINALITY AS h(how, n);
SELECT count(*) AS violations FROM (VALUES (2, 20, '2024-02-20', '2024-02-20'), (2, 21, '2024-03-05', '2024-03-05'),
	(3, 30, '2024-03-05', '2024-03-05'), (3, 31, '2024-02-20', '2024-03-10')) AS v(account, id, occurred, decided),
	LATERAL pg_temp.violate(account, id, 't.carry', occurred::timestamptz, decided::timestamptz);
WITH e(account, scheme, at, score, tier) AS (VALUES
	(1, 't.carry', timestamptz '2024-02-29 23:59', '65/100', 'limited'),
	-- carry: the points that are there, as far as the new cap lets them
	(1, 't.carry', '2024-03-01 00:00', '50/50', 'clear'),
	-- convert: as much lost of the whole
	(1, 't.convert', '2024-02-29 23:59', '65/100', 'limited'),
	(1, 't.convert', '2024-03-01 00:00', '33/50', 'limited'),
	(1, 't.convert', '2024-03-11 00:00', '34/50', 'limited'),
	(1, 't.convert', '2024-03-21 00:00', '35/50', 'clear'),
	-- fresh: everybody anew
	(1, 't.fresh', '2024-02-29 23:59', '65/100', 'limited'),
	(1, 't.fresh', '2024-03-01 00:00', '50/50', 'clear'),
	(2, 't.carry', '2024-03-05 00:00', '40/50', 'clear'),
	-- known late, judged by the first version: 35 points of 100
	(3, 't.carry', '2024-03-05 00:00', '40/50', 'clear'),
	(3, 't.carry', '2024-03-10 00:00', '40/50', 'clear'))
SELECT e.*, governance.score(account, scheme, at) AS got_score, governance.tier(account, scheme, at) AS got_tier FROM e
	WHERE (score, tier) <> (governance.score(account, scheme, at)::text, governance.tier(account, scheme, at)::text);

-- The new version takes the standing as it is at its start: clean time goes on,
-- and so does a sanction that runs; what the new ladder does not know is let go.
SELECT what, at, delta, score, tier, rung, entry_id, (SELECT version FROM governance.policy p WHERE p.policy_id = t.policy_id) AS version
	FROM governance.timeline(1, 't.convert') WITH ORDINALITY AS t WHERE NOT expected ORDER BY ordinality LIMIT 7;
SELECT governance.publish(pg_temp.document('t.ladder', 100, 60), 'active', '[2023-01-01,2024-03-01)') > 0 AS published;
SELECT pg_temp.violate(4, 40, 't.ladder', '2024-02-20');
SELECT rung, during, release_reason FROM governance.sanction WHERE scheme = 't.ladder' ORDER BY 1;
SELECT governance.publish(pg_temp.document('t.ladder', 100, 60) - 'ladder' || '{"ladder": [
	{"rung": "mute", "when": "score <= 40", "tier": "suspended", "withhold": ["live"], "for": "3 days"},
	{"rung": "new", "when": "score < 90", "tier": "warned", "withhold": ["promote"]}]}', 'active', '[2024-03-01,)') > 0 AS published;
-- Publishing alone has changed what the account may do from the start on, and
-- the standing itself is as it was.
SELECT DISTINCT r.capability, r.since, r.until FROM generate_series('2024-02-20'::timestamptz, '2024-12-10', '1 day') at, governance.restrictions(4, at) r WHERE r.scheme = 't.ladder' ORDER BY 1, 2, 3;
SELECT score, tier, as_of, known_at FROM governance.standing WHERE scheme = 't.ladder';
SELECT at, governance.tier(4, 't.ladder', at), (SELECT string_agg(concat_ws(' by ', capability, rung), ', ' ORDER BY capability) FROM governance.restrictions(4, at))
	FROM unnest('{2024-02-20,2024-02-29 23:59,2024-03-01,2024-03-20 23:59,2024-03-21,2024-12-05 23:59,2024-12-06}'::timestamptz[]) AS at;
SELECT * FROM governance.verify();
-- With the next entry the records follow.
SELECT pg_temp.violate(4, 41, 't.ladder', '2024-03-10');
SELECT rung, tier, withholds, during, violation_id, release_reason, (SELECT version FROM governance.policy p WHERE p.policy_id = s.policy_id) AS version
	FROM governance.sanction s WHERE scheme = 't.ladder' ORDER BY lower(during), rung;
SELECT * FROM governance.verify();
-- Overturned, it stays on record as it was last, under the version that opened it.
SELECT governance.overturn(40, 'mistaken') > 0 AS overturned;
SELECT rung, tier, withholds, release_reason, (SELECT version FROM governance.policy p WHERE p.policy_id = s.policy_id) AS version
	FROM governance.sanction s WHERE scheme = 't.ladder' AND violation_id = 40 ORDER BY rung;
SELECT * FROM governance.verify();

-- A new version may call the same thing something else, and put other figures on
-- it.
SELECT governance.publish(pg_temp.document('t.terms', 100, 60) - 'ladder' || '{"ladder": [
	{"rung": "mute", "when": "score <= 40", "tier": "muted", "withhold": ["post"], "for": "30 days", "terms": {"fee": "lost"}}]}', 'active', '[2023-01-01,2024-03-01)') > 0 AS published;
SELECT governance.publish(pg_temp.document('t.terms', 100, 60) - 'ladder' || '{"ladder": [
	{"rung": "mute", "when": "score <= 40", "tier": "suspended", "withhold": ["post"], "for": "30 days", "terms": {"lessons": "floor(lost / 10)"}}]}', 'active', '[2024-03-01,)') > 0 AS published;
SELECT pg_temp.violate(9, 90, 't.terms', '2024-01-01'), pg_temp.violate(10, 91, 't.terms', '2024-02-20');
SELECT account_id, rung, tier, during, terms FROM governance.sanction WHERE scheme = 't.terms' ORDER BY 1;
SELECT pg_temp.violate(9, 92, 't.terms', '2024-03-05'), pg_temp.violate(10, 93, 't.terms', '2024-03-05');
SELECT account_id, rung, tier, during, terms FROM governance.sanction WHERE scheme = 't.terms' ORDER BY 1, lower(during);
SELECT * FROM governance.verify();

-- A version that is to come: known, and what it will bring with it.
BEGIN;
SELECT governance.publish(pg_temp.document('t.coming', 100, 35)) > 0 AS published;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (5, 50, 't.coming', 'a');
SELECT at - now() AS after, score, tier FROM governance.next_change(5, 't.coming');
SELECT governance.publish(pg_temp.document('t.coming', 200, 35, '{"revision": {"handover": "convert"}}'), 'active',
						  tstzrange(now() + interval '5 days', NULL)) > 0 AS published;
SELECT at - now() AS after, score, tier FROM governance.next_change(5, 't.coming');
SELECT d AS days, governance.score(5, 't.coming', now() + d * interval '1 day'), governance.tier(5, 't.coming', now() + d * interval '1 day'),
	   governance.score(6, 't.coming', now() + d * interval '1 day') AS other
	FROM unnest('{0,4,5,10,20}'::int[]) AS d;
SELECT DISTINCT r.capability, r.since - now() AS since, nullif(r.until, 'infinity') - now() AS until FROM generate_series(0, 60) d, governance.restrictions(5, now() + d * interval '1 day') r ORDER BY 1, 2, 3;
SELECT * FROM governance.verify();
-- Withdrawn before its start: it never was.
SELECT governance.retire(policy_id) FROM governance.policy WHERE scheme = 't.coming' AND version = 2;
SELECT at - now() AS after, score, tier FROM governance.next_change(5, 't.coming');
SELECT DISTINCT r.capability, r.since - now() AS since, nullif(r.until, 'infinity') - now() AS until FROM generate_series(0, 60) d, governance.restrictions(5, now() + d * interval '1 day') r ORDER BY 1, 2, 3;
SELECT * FROM governance.verify();
COMMIT;

-- A version that begins before what is on record already.
BEGIN;
SELECT governance.publish(pg_temp.document('t.before', 100, 35)) > 0 AS published;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	SELECT 7, 70 + n, 't.before', 'a', now() + n * interval '10 days', now() + n * interval '10 days' FROM generate_series(0, 2) AS n;
SELECT governance.publish(pg_temp.document('t.before', 100, 5), 'active', tstzrange(now() + interval '5 days', NULL)) > 0 AS published;
SELECT d AS days, governance.score(7, 't.before', now() + d * interval '1 day') FROM unnest('{0,4,5,9,10,20,29,30}'::int[]) AS d;
CALL governance.settle();
SELECT score, as_of - now() AS as_of FROM governance.standing WHERE scheme = 't.before';
SELECT * FROM governance.verify();
COMMIT;

-- Enforcement from its own start: computed before, with nothing withheld.
SELECT governance.publish(pg_temp.document('t.enforced', 100, 35, '{"enforcement": {"from": "2024-03-01"}, "ladder": [
	{"rung": "quiet", "when": "score < 70", "tier": "limited", "withhold": ["comment"]},
	{"rung": "mute", "when": "score <= 40", "tier": "muted", "withhold": ["comment", "post"], "for": "30 days", "rearm": "always"}]}')) > 0 AS published;
SELECT pg_temp.violate(8, 80 + n, 't.enforced', timestamptz '2024-02-01' + n * interval '20 days') FROM generate_series(0, 2) AS n;
SELECT rung, during, violation_id, enforced FROM governance.sanction WHERE account_id = 8 ORDER BY lower(during), rung;
SELECT at, governance.score(8, 't.enforced', at), governance.tier(8, 't.enforced', at), governance.permits(8, 'comment', at), governance.permits(8, 'post', at)
	FROM unnest('{2024-02-01,2024-02-21,2024-02-29,2024-03-01,2024-03-12}'::timestamptz[]) AS at;
SELECT explain -> 'enforced' AS enforced FROM governance.sanction s, governance.explain(s.sanction_id)
	WHERE account_id = 8 ORDER BY lower(during), rung;
SELECT * FROM governance.verify();

-- A rollout: a growing share of accounts, each one consistently.
SELECT governance.publish(pg_temp.document('t.rollout', 100, 70,
	'{"enforcement": {"from": "2024-01-01", "rollout": {"from": "2024-03-01", "to": "2024-03-31"}}, "relief": [{"name": "anew", "at": "day", "restore": true}],
	"ladder": [{"rung": "mute", "when": "score <= 40", "tier": "muted", "withhold": ["comment", "post"], "for": "2 days"}]}')) > 0 AS published;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, 't.rollout', 'a', at, at
	FROM generate_series(1001, 3000) AS a, generate_series(timestamptz '2024-02-25 01:00', '2024-04-05 01:00', '5 days') AS at;
WITH day AS (
	SELECT lower(during) AS at, account_id, bool_and(enforced) AS enforced, bool_or(enforced) AS any_enforced
	FROM governance.sanction WHERE scheme = 't.rollout' AND rung = 'mute' GROUP BY 1, 2)
SELECT at, count(*) AS accounts,
	   abs(avg(enforced::int) - least(1, greatest(0, extract(epoch FROM at - '2024-03-01') / extract(epoch FROM interval '30 days')))) < 0.05 AS as_stated,
	   count(*) FILTER (WHERE enforced <> any_enforced) AS half
	FROM day GROUP BY at ORDER BY at;
-- Once in, always in.
SELECT count(*) FROM governance.sanction a JOIN governance.sanction b USING (account_id, scheme)
	WHERE a.scheme = 't.rollout' AND a.enforced AND NOT b.enforced AND lower(a.during) <= lower(b.during);
SELECT count(*) FROM governance.sanction s WHERE scheme = 't.rollout' AND rung = 'mute'
	AND enforced = governance.permits(account_id, 'post', lower(during)) AND account_id % 20 = 0;
SELECT * FROM governance.verify();

SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
