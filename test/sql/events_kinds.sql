-- Every kind of event that a consumer can ask for is announced when what it
-- says has happened; none is only a name in the list.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "k.long", "time_zone": "UTC", "score": {"direction": "deduct", "cap": 100},
	"rules": {"noise": {"title": "noise", "points": 12}, "scam": {"title": "scam", "points": 45},
			  "spam": {"title": "spam", "points": 0, "direct": "pause"}},
	"relief": [{"every": "5 days", "add": 5}],
	"ladder": [
		{"rung": "slow", "when": "score < 75", "tier": "limited", "withhold": ["share"]},
		{"rung": "mute", "when": "score <= 60", "tier": "muted", "withhold": ["comment"], "for": "3 days", "rearm": "always", "overlap": "queue"},
		{"rung": "pause", "tier": "suspended", "withhold": ["post"], "for": "1 hour"}]}', 'active', '[2024-01-01,)') > 0 AS published;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 5);
SELECT governance.create_consumer('app');

CREATE FUNCTION pg_temp.new_events() RETURNS TABLE (account bigint, kind text, what text, before text)
	LANGUAGE sql AS $$
	WITH given AS MATERIALIZED (SELECT * FROM governance.poll('app', 1000)),
		 done AS (SELECT governance.acknowledge('app', array_agg(event_id)) FROM given)
	SELECT g.account_id, g.kind, coalesce(g.detail ->> 'rung', g.detail ->> 'status', g.detail ->> 'by', g.detail ->> 'qualification'),
		   CASE WHEN g.detail ? 'before' AND jsonb_typeof(g.detail -> 'before') = 'string' THEN g.detail ->> 'before'
				WHEN (g.detail -> 'before' ->> 'until')::timestamptz < (g.detail ->> 'until')::timestamptz THEN 'shorter' END
		FROM given g, done ORDER BY g.event_id $$;
CREATE TABLE seen (kind text);
CREATE PROCEDURE pg_temp.note() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen SELECT e.kind FROM governance.event e; END $$;
\set ECHO queries

-- Near a rung; started; a second one that waits for the first: scheduled; what
-- lasts as long as its condition now lasts longer: changed; lifted: released.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'k.long', 'noise'), (1, 'k.long', 'noise');
CALL pg_temp.note(); SELECT * FROM pg_temp.new_events();
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'k.long', 'noise');
CALL pg_temp.note(); SELECT * FROM pg_temp.new_events();
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'k.long', 'noise'), (1, 'k.long', 'noise');
CALL pg_temp.note(); SELECT * FROM pg_temp.new_events();
SELECT governance.release(sanction_id, 'enough') > 0 AS released FROM governance.sanction_in_force WHERE account_id = 1 AND rung = 'mute' ORDER BY sanction_id LIMIT 1;
CALL pg_temp.note(); SELECT * FROM pg_temp.new_events();
-- Time ends one, and gives points back.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	VALUES (2, 'k.long', 'spam', now() - interval '59 minutes 59.9 seconds', now() - interval '59 minutes 59.9 seconds'), (3, 'k.long', 'noise', now() - interval '4 days 23:59:59.9', now());
CALL pg_temp.note(); SELECT * FROM pg_temp.new_events();
SELECT pg_sleep(0.2);
SELECT complete FROM governance.tick();
CALL pg_temp.note(); SELECT * FROM pg_temp.new_events();
-- A version that takes over at an instant, under which scores are others.
SELECT governance.publish(jsonb_set(jsonb_set(governance.policy_document('k.long'), '{score,cap}', '50'), '{revision}', '{"handover": "convert"}'),
						  'active', tstzrange(now() + interval '0.1 seconds', NULL)) > 0 AS published;
SELECT pg_sleep(0.2);
SELECT complete FROM governance.tick();
CALL pg_temp.note(); SELECT account, kind, what FROM pg_temp.new_events() ORDER BY account NULLS FIRST, kind;
SELECT upper(governance.retire(policy_id)) IS NOT NULL AS ended FROM governance.policy WHERE scheme = 'k.long' ORDER BY policy_id DESC LIMIT 1;
CALL pg_temp.note(); SELECT * FROM pg_temp.new_events();
-- A certification, from its grant to its end; and one whose review is missed.
INSERT INTO governance.certification_step (account_id, certification_id, action, qualification, at)
	VALUES (4, 100, 'apply', 'interest:food', now() - interval '170 days'), (5, 101, 'apply', 'interest:food', now() - interval '1 year');
INSERT INTO governance.certification_step (account_id, certification_id, action, at)
	SELECT a, c, s, t FROM (VALUES (4, 100, now() - interval '170 days'), (5, 101, now() - interval '1 year')) v (a, c, t), unnest(ARRAY['examine', 'grant']) s;
SELECT complete FROM governance.tick();
SELECT governance.suspend_certification(4, 100, 'doubts') AS status;
SELECT governance.reinstate_certification(4, 100, 'none') AS status;
SELECT governance.review_certification(4, 100, true) > now() AS renewed;
SELECT governance.cancel_certification(4, 100, 'left') AS status;
CALL pg_temp.note(); SELECT * FROM pg_temp.new_events();
-- On trial, and then in force: each at its own instant.
SELECT governance.publish(jsonb_set(governance.policy_document('k.long', '2024-06-01'), '{scheme}', '"k.trial"'), 'trial') AS trial \gset
SELECT governance.activate(:trial) \g /dev/null
SELECT kind, detail ->> 'status' AS status, at > lag(at) OVER (ORDER BY event_id) AS later FROM governance.event WHERE policy_id = :trial ORDER BY event_id;
-- All that there are.
SELECT k AS never_announced FROM unnest(ARRAY[
	'sanction_scheduled', 'sanction_started', 'sanction_changed', 'sanction_ended', 'sanction_released',
	'near_rung', 'standing_recovered', 'standing_changed', 'policy_published', 'policy_retired',
	'certification_granted', 'certification_renewed', 'certification_suspended', 'certification_reinstated',
	'certification_due', 'certification_lapsed', 'certification_cancelled']) k
	WHERE k NOT IN (SELECT s.kind FROM seen s);
SELECT DISTINCT kind AS announced FROM seen ORDER BY 1;
SELECT * FROM governance.verify();
