-- Time-driven events: what has become so since the last tick, with its own
-- instant, however many ticks were missed.  A random ledger whose history is
-- there already; the consumer is made to have been there from the start, and
-- the ticks run through all of it, often, seldom and once.
\set ECHO none
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT setseed(0.42) \g /dev/null
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "k.deduct", "time_zone": "UTC",
	"score": {"direction": "deduct", "cap": 100},
	"rules": {"noise": {"title": "noise", "points": 4}, "fraud": {"title": "fraud", "points": 20}},
	"relief": [{"name": "calm", "every": "5 days", "add": 3}],
	"ladder": [
		{"rung": "warned", "when": "score < 90", "tier": "warned"},
		{"rung": "mute", "when": "score <= 60", "tier": "muted", "withhold": ["comment"], "for": "3 days"},
		{"rung": "stop", "when": "score <= 20", "tier": "suspended", "withhold": ["post"], "for": "30 days"}]}') > 0 AS published;
SELECT governance.publish('{
	"scheme": "k.strikes", "time_zone": "Asia/Shanghai",
	"score": {"direction": "accumulate", "limit": 12},
	"rules": {"noise": {"title": "noise", "points": 1}, "fraud": {"title": "fraud", "points": 3}},
	"relief": [{"age": "20 days", "void": "entry"}],
	"ladder": [
		{"rung": "mute", "when": "score >= 3", "tier": "muted", "withhold": ["comment"], "for": "2 days"},
		{"rung": "ban", "when": "score >= 9", "tier": "banned", "withhold": ["post"], "for": "10 days"}]}') > 0 AS published;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 60);
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 1 + (random() * 59)::int, (ARRAY['k.deduct', 'k.strikes'])[1 + i % 2], (ARRAY['noise', 'fraud'])[1 + (random() * 1)::int], t, t
	FROM (SELECT i, timestamptz '2025-01-01' + i * interval '5 hours' AS t FROM generate_series(1, 900) i) v;
-- Certifications whose reviews came and went.
INSERT INTO governance.certification_step (account_id, certification_id, action, qualification, at)
	SELECT i, 1000 + i, 'apply', 'interest:food', timestamptz '2025-01-01' + i * interval '1 day' FROM generate_series(1, 10) i;
INSERT INTO governance.certification_step (account_id, certification_id, action, at)
	SELECT i, 1000 + i, a, timestamptz '2025-01-01' + i * interval '1 day' FROM generate_series(1, 10) i, unnest(ARRAY['examine', 'grant']) a;
SELECT governance.create_consumer('app');

-- As if the consumer had been there since then and no tick had ever run.
CREATE FUNCTION pg_temp.from_the_start() RETURNS void LANGUAGE sql AS $$
	DELETE FROM governance.event;
	DELETE FROM governance.event_watch;
	INSERT INTO governance.event_watch (account_id, subject, scheme, announced, seen, told, next_at)
		SELECT s.account_id, 'standing', s.scheme, 'known', '2025-01-01', '2025-01-01', '2025-01-01' FROM governance.standing s;
	INSERT INTO governance.event_watch (account_id, subject, id, announced, next_at)
		SELECT c.account_id, 'certification', c.certification_id, 'granted', c.granted_at FROM governance.certification c;
$$;
CREATE PROCEDURE pg_temp.tick_all(until timestamptz, batch int) LANGUAGE plpgsql AS $$
BEGIN
	WHILE NOT (SELECT complete FROM governance.tick(until, batch)) LOOP
	END LOOP;
END $$;
CREATE FUNCTION pg_temp.outbox() RETURNS TABLE (account_id bigint, kind text, at timestamptz, scheme text, sanction_id bigint, certification_id bigint, detail jsonb)
	LANGUAGE sql AS $$
	SELECT e.account_id, e.kind, e.at, e.scheme, e.sanction_id, e.certification_id, e.detail FROM governance.event e $$;
\set ECHO queries

-- One tick for all of it, in one batch.
SELECT pg_temp.from_the_start();
CALL pg_temp.tick_all(now(), 100000);
CREATE TABLE once AS SELECT * FROM pg_temp.outbox();
SELECT count(*) > 1000 AS many, count(DISTINCT kind) AS kinds, count(*) - count(DISTINCT (account_id, kind, at, scheme, sanction_id, certification_id, detail)) AS twice FROM once;
SELECT DISTINCT kind FROM once ORDER BY 1;

-- Again brings nothing.
CALL pg_temp.tick_all(now(), 10);
SELECT count(*) FROM pg_temp.outbox() EXCEPT SELECT count(*) FROM once;

-- Small batches, and a tick a week with some that were missed: the same events.
SELECT pg_temp.from_the_start();
CALL pg_temp.tick_all(now(), 7);
CREATE TABLE batches AS SELECT * FROM pg_temp.outbox();
SELECT pg_temp.from_the_start();
DO $$
BEGIN
	FOR week IN 0..60 LOOP
		CONTINUE WHEN week % 5 = 2 OR week % 7 = 3;
		CALL pg_temp.tick_all('2025-01-01'::timestamptz + week * interval '7 days 1 hour 1 second', 25);
	END LOOP;
	CALL pg_temp.tick_all(now(), 25);
END $$;
CREATE TABLE weekly AS SELECT * FROM pg_temp.outbox();
(TABLE batches EXCEPT ALL TABLE once) UNION ALL (TABLE once EXCEPT ALL TABLE batches);
(TABLE weekly EXCEPT ALL TABLE once) UNION ALL (TABLE once EXCEPT ALL TABLE weekly);

-- Another way to say what there is to announce: from the sanctions and from the
-- difference of the score from one instant to the next.
WITH expected AS (
	SELECT account_id, 'sanction_started' AS kind, lower(during) AS at, scheme, sanction_id FROM governance.sanction
		WHERE NOT isempty(during) AND lower(during) <= now()
	UNION ALL
	SELECT account_id, CASE WHEN released_at IS NULL THEN 'sanction_ended' ELSE 'sanction_released' END, upper(during), scheme, sanction_id
		FROM governance.sanction WHERE NOT isempty(during) AND upper(during) <= now()
	UNION ALL
	SELECT account_id, 'certification_due', review_due - interval '30 days', NULL, NULL FROM governance.certification
	UNION ALL
	SELECT account_id, 'certification_lapsed', review_due, NULL, NULL FROM governance.certification
), announced AS (
	SELECT account_id, kind, at, scheme, sanction_id FROM once WHERE kind NOT LIKE 'standing%' AND kind <> 'near_rung'
)
(TABLE expected EXCEPT ALL TABLE announced) UNION ALL (TABLE announced EXCEPT ALL TABLE expected);

SELECT count(*) > 300 AS some, count(*) FILTER (WHERE governance.score(account_id, scheme, at, 'infinity')::text <> detail ->> 'score') AS wrong_after,
	   count(*) FILTER (WHERE governance.points(governance.score(account_id, scheme, at - interval '1 microsecond', 'infinity'))
							  = governance.points(governance.score(account_id, scheme, at, 'infinity'))) AS unchanged
	FROM (SELECT DISTINCT ON (account_id, scheme, at) * FROM once WHERE kind = 'standing_recovered'
		  ORDER BY account_id, scheme, at, (detail ->> 'score')) e
	WHERE NOT EXISTS (SELECT FROM governance.violation v WHERE v.account_id = e.account_id AND v.scheme = e.scheme AND v.occurred_at = e.at)
		AND (SELECT count(*) FROM once o WHERE o.account_id = e.account_id AND o.scheme = e.scheme AND o.at = e.at AND o.kind = e.kind) = 1;
-- Points that came back are all there: what violations cost less what stands.
SELECT count(*) AS accounts, count(*) FILTER (WHERE lost - back <> 100 - governance.points(governance.score(account_id, 'k.deduct'))) AS wrong
	FROM (SELECT v.account_id, sum(-t.delta) FILTER (WHERE t.what = 'violation') AS lost,
				 coalesce((SELECT sum((o.detail ->> 'delta')::numeric) FROM once o
						   WHERE o.account_id = v.account_id AND o.scheme = 'k.deduct' AND o.kind = 'standing_recovered'), 0) AS back
		  FROM governance.standing v, LATERAL governance.timeline(v.account_id, v.scheme) t
		  WHERE v.scheme = 'k.deduct' GROUP BY v.account_id) s;

-- What is due is found by an index.
SET enable_seqscan = off; SET enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT w.account_id FROM governance.event_watch w WHERE w.next_at <= now() AND w.next_at < 'infinity' ORDER BY w.next_at LIMIT 1000 FOR UPDATE SKIP LOCKED;
RESET enable_seqscan; RESET enable_bitmapscan;

-- A sanction that time alone brings gets its record from tick(), which is
-- announced up to now; not again when an entry comes.
SELECT governance.publish('{
	"scheme": "k.time", "time_zone": "UTC",
	"score": {"direction": "deduct", "cap": 10},
	"attributes": {"vip": {"type": "boolean", "default": false}},
	"rules": {"noise": {"title": "noise", "points": 4}},
	"ladder": [{"rung": "mute", "when": "score <= 6 and not vip", "tier": "muted", "withhold": ["comment"]}]}') > 0 AS published;
INSERT INTO governance.attribute (account_id, name, value, during) VALUES (1, 'vip', 'true', '[2025-01-01, 2025-02-01)');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 'k.time', 'noise', '2025-01-01', '2025-01-01');
SELECT count(*) AS recorded FROM governance.sanction WHERE scheme = 'k.time';
SELECT max(event_id) AS last FROM governance.event \gset
UPDATE governance.event_watch SET seen = '2025-01-15', next_at = '2025-02-01' WHERE scheme = 'k.time';
SELECT * FROM governance.tick('2025-01-31');
SELECT * FROM governance.tick('2025-02-02');
SELECT * FROM governance.tick();
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'k.time', 'noise');
SELECT count(*) AS recorded FROM governance.sanction WHERE scheme = 'k.time' AND violation_id IS NULL;
SELECT kind, account_id, CASE WHEN at < '2026-01-01' THEN at END AS at, sanction_id IS NOT NULL AS recorded, detail ->> 'rung' AS rung, detail -> 'withholds' AS withholds
	FROM governance.event WHERE event_id > :last AND kind <> 'near_rung' ORDER BY event_id;
-- It ends as any other does.
INSERT INTO governance.attribute (account_id, name, value) VALUES (1, 'vip', 'true');
SELECT kind, account_id, sanction_id IS NOT NULL AS recorded, detail ->> 'reason' AS reason
	FROM governance.event WHERE event_id > :last AND kind NOT IN ('near_rung', 'sanction_started') ORDER BY event_id;
SELECT count(*) FROM governance.event_watch WHERE subject = 'unrecorded';

-- One that begins and ends between two ticks, and one that is taken back by what
-- is known later.
INSERT INTO governance.attribute (account_id, name, value, during)
	SELECT a, 'vip', 'true', d::tstzrange FROM unnest(ARRAY[2, 3]) a, unnest(ARRAY['[2025-01-01, 2025-02-01)', '[2025-03-01, 2025-04-01)']) d;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, 'k.time', 'noise', '2025-01-01', '2025-01-01' FROM unnest(ARRAY[2, 3]) a;
SELECT max(event_id) AS last FROM governance.event \gset
UPDATE governance.event_watch SET seen = '2025-01-15', next_at = '2025-02-01' WHERE scheme = 'k.time' AND account_id = 3;
SELECT complete FROM governance.tick('2025-02-02');
SELECT governance.overturn(violation_id, 'mistaken') > 0 AS undone FROM governance.violation WHERE account_id = 3 AND scheme = 'k.time';
UPDATE governance.event_watch SET seen = '2025-01-15', next_at = '2025-02-01' WHERE scheme = 'k.time' AND account_id = 2;
SELECT complete FROM governance.tick('2025-03-02');
SELECT complete FROM governance.tick();
SELECT kind, account_id, CASE WHEN at < '2026-01-01' THEN at END AS at, sanction_id IS NOT NULL AS recorded, detail - ARRAY['rung', 'tier', 'withholds']
		- CASE WHEN detail ->> 'until' > '2026' THEN 'until' ELSE '' END AS detail
	FROM governance.event WHERE event_id > :last AND kind LIKE 'sanction%' ORDER BY event_id;
SELECT account_id, announced FROM governance.event_watch WHERE subject = 'unrecorded' ORDER BY 1, next_at, seen;
SELECT * FROM governance.verify();
