-- The outbox: what is written in the transaction of a decision, and what
-- consumers get of it.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "e.basic",
	"score": {"direction": "deduct", "cap": 100},
	"rules": {"noise": {"title": "noise", "points": 2}, "fraud": {"title": "fraud", "points": 20},
			  "scam": {"title": "scam", "points": 45}, "abuse": {"title": "abuse", "points": 0, "direct": "gone"}},
	"ladder": [
		{"rung": "mute", "when": "score <= 60", "tier": "muted", "withhold": ["comment"], "for": "3 days"},
		{"rung": "stop", "when": "score <= 20", "tier": "suspended", "withhold": ["post"], "for": "30 days"},
		{"rung": "gone", "when": "score <= 0", "tier": "banned", "withhold": ["live"], "for": "ever"}]}') > 0 AS published;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 9);
\set ECHO queries

-- Without a consumer nothing is written.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (9, 'e.basic', 'scam');
SELECT (SELECT count(*) FROM governance.event), (SELECT count(*) FROM governance.event_watch);
SELECT * FROM governance.tick();

-- From here on everything is, in the transaction of the decision, and by no
-- trigger on what is decided.
SELECT governance.create_consumer('app');
SELECT governance.create_consumer('mailer', kinds => ARRAY['sanction_started', 'sanction_released']);
SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'event%' AND tgrelid IN ('governance.standing'::regclass, 'governance.sanction'::regclass, 'governance.violation'::regclass);
CREATE FUNCTION pg_temp.outbox(since bigint DEFAULT 0) RETURNS TABLE (kind text, account bigint, rung text, tier text, points numeric, reason text, before text, version int)
	LANGUAGE sql AS $$
	SELECT e.kind, e.account_id, e.detail ->> 'rung', e.detail ->> 'tier', (e.detail ->> 'points')::numeric, e.detail ->> 'reason',
		   e.detail -> 'before' ->> 'tier', (e.detail ->> 'version')::int
	FROM governance.event e WHERE e.event_id > since ORDER BY e.event_id $$;
-- What stood before is known: account 9 is not announced again.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'e.basic', 'scam'), (2, 'e.basic', 'noise'), (3, 'e.basic', 'fraud'), (9, 'e.basic', 'noise');
SELECT * FROM pg_temp.outbox();
SELECT max(event_id) AS last FROM governance.event \gset
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 'e.basic', 'noise');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 'e.basic', 'noise');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 'e.basic', 'noise'), (3, 'e.basic', 'noise'), (3, 'e.basic', 'noise');
-- Ten points from the rung: said once.
SELECT * FROM pg_temp.outbox(:last);
SELECT max(event_id) AS last FROM governance.event \gset

-- Overturned, reinstated, changed.
SELECT governance.overturn(violation_id, 'mistaken') > 0 AS done FROM governance.violation WHERE account_id = 1;
SELECT governance.reinstate(violation_id, 'it was right') > 0 AS done FROM governance.violation WHERE account_id = 1;
SELECT * FROM pg_temp.outbox(:last);
SELECT max(event_id) AS last FROM governance.event \gset

-- What is undone is not announced.
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (4, 'e.basic', 'abuse');
ROLLBACK;
BEGIN;
SAVEPOINT s;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (4, 'e.basic', 'abuse');
ROLLBACK TO s;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (5, 'e.basic', 'abuse');
COMMIT;
SELECT * FROM pg_temp.outbox(:last);
SELECT max(event_id) AS last FROM governance.event \gset

-- History: a sanction that is over is announced as started and ended, each
-- with its instant.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (6, 'e.basic', 'scam', '2024-01-01', '2024-01-02');
SELECT kind, at, detail ->> 'rung' AS rung FROM governance.event WHERE event_id > :last ORDER BY event_id;
SELECT max(event_id) AS last FROM governance.event \gset

-- A version on trial is published, its sanctions are nobody's.
SELECT governance.publish(jsonb_set(governance.policy_document('e.basic'), '{rules,noise,points}', '90'), 'trial') > 0 AS published;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (7, 'e.basic', 'noise');
SELECT kind, account_id, scheme, detail ->> 'status' AS status FROM governance.event WHERE event_id > :last ORDER BY event_id;
SELECT count(*) FROM governance.sanction WHERE account_id = 7;
SELECT max(event_id) AS last FROM governance.event \gset

-- Certifications.
SELECT governance.apply_for_certification(8, 'interest:food') AS cert \gset
SELECT governance.examine_certification(8, :cert) \g /dev/null
SELECT governance.grant_certification(8, :cert) \g /dev/null
SELECT governance.suspend_certification(8, :cert, 'doubts') \g /dev/null
SELECT governance.reinstate_certification(8, :cert, 'none') \g /dev/null
SELECT governance.cancel_certification(8, :cert, 'left') \g /dev/null
SELECT kind, account_id, certification_id = :cert AS this, detail ->> 'qualification' AS qualification, detail ->> 'before' AS before
	FROM governance.event WHERE event_id > :last ORDER BY event_id;

-- Two workers' worth of polling: an account is with one at a time, in order.
SELECT consumer, pending, in_flight FROM governance.consumer_lag ORDER BY 1;
SELECT row_number() OVER () AS n, kind, account_id, attempt FROM governance.poll('mailer', 2, '1 hour');
SELECT row_number() OVER () AS n, kind, account_id, attempt FROM governance.poll('mailer', 100, '1 hour');
SELECT count(*) FROM governance.poll('mailer');
SELECT consumer, pending, in_flight FROM governance.consumer_lag ORDER BY 1;
-- Account 1 was given out up to its second event: it is free again with that one acknowledged.
SELECT event_id AS first FROM governance.event WHERE account_id = 1 AND kind = 'sanction_started' ORDER BY 1 LIMIT 1 \gset
SELECT event_id AS second FROM governance.event WHERE account_id = 1 AND kind = 'sanction_released' ORDER BY 1 LIMIT 1 \gset
SELECT governance.acknowledge('mailer', ARRAY[:first]);
SELECT kind, account_id, attempt FROM governance.poll('mailer', 100, '1 hour');
SELECT governance.acknowledge('mailer', ARRAY[:first, :second]);
-- A worker that never came back: with the lease over the event comes again.
SELECT kind, account_id, attempt FROM governance.poll('mailer', 100, '0');
SELECT kind, account_id, attempt FROM governance.poll('mailer', 100, '1 hour');
-- The other consumer has a position of its own; an event stays until both had it.
SELECT count(*) AS kept FROM governance.event WHERE event_id IN (:first, :second);
SELECT governance.acknowledge('mailer', array_agg(event_id)) FROM governance.event;
SELECT event_id AS polled FROM governance.poll('app', 1000) ORDER BY 1 \g /dev/null
SELECT governance.acknowledge('app', array_agg(event_id)) = count(*) AS all FROM governance.event;
SELECT (SELECT count(*) FROM governance.event), (SELECT count(*) FROM governance.event_delivery), (SELECT count(*) FROM governance.event_queue);

-- A transaction that polls and then decides: what it decides comes next time.
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (7, 'e.basic', 'scam');
SELECT count(*) FROM governance.poll('app');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (8, 'e.basic', 'scam');
COMMIT;
SELECT kind, account_id FROM governance.poll('app');
SELECT governance.acknowledge('app', array_agg(event_id)) FROM governance.event;
-- Nobody wants these kinds: they are not written.
SELECT governance.drop_consumer('app');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 'e.basic', 'fraud'), (2, 'e.basic', 'noise'), (2, 'e.basic', 'noise'), (2, 'e.basic', 'noise'), (2, 'e.basic', 'noise');
SELECT kind, account_id FROM governance.event WHERE kind = 'near_rung';
-- What is written all the same does not stay.
SELECT governance.publish(jsonb_set(governance.policy_document('e.basic'), '{rules,noise,points}', '3'), 'trial') > 0 AS published;
SELECT kind FROM governance.event WHERE kind LIKE 'policy%';
SELECT count(*) FROM governance.poll('mailer');
SELECT kind FROM governance.event WHERE kind LIKE 'policy%';
-- Whoever wants them from here on gets them from here on.
SELECT governance.create_consumer('near', kinds => ARRAY['near_rung']);
INSERT INTO governance.violation (account_id, scheme, rule) SELECT 7, 'e.basic', 'noise' FROM generate_series(1, 15);
SELECT kind, account_id FROM governance.poll('near');
SELECT governance.drop_consumer('near');

-- Limits: who is never read is given up, and told so.
SELECT governance.create_consumer('idle', max_pending => 3);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (4, 'e.basic', 'abuse');
SELECT * FROM governance.tick();
SELECT consumer, pending, lost_at IS NOT NULL AS lost FROM governance.consumer_lag ORDER BY 1;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'e.basic', 'abuse'), (2, 'e.basic', 'abuse'), (3, 'e.basic', 'abuse'), (9, 'e.basic', 'abuse');
SELECT complete FROM governance.tick();
SELECT consumer, pending, lost_at IS NOT NULL AS lost FROM governance.consumer_lag ORDER BY 1;
DO $$
DECLARE
	statement text;
	state text; message text; hint text;
BEGIN
	FOREACH statement IN ARRAY ARRAY[
		$q$SELECT governance.poll('idle')$q$, $q$SELECT governance.acknowledge('idle', '{1}')$q$,
		$q$SELECT governance.poll('nobody')$q$, $q$SELECT governance.poll(NULL)$q$,
		$q$SELECT governance.acknowledge('nobody', '{1}')$q$, $q$SELECT governance.drop_consumer('nobody')$q$,
		$q$SELECT governance.create_consumer('mailer')$q$, $q$SELECT governance.create_consumer('x', ARRAY['sanction_gone'])$q$,
		$q$SELECT governance.create_consumer('x', max_pending => 0)$q$, $q$SELECT governance.create_consumer('')$q$,
		$q$SELECT governance.poll('mailer', 0)$q$, $q$SELECT governance.poll('mailer', 1, '-1 s')$q$,
		$q$SELECT governance.tick('infinity')$q$, $q$SELECT governance.tick(batch => 0)$q$]
	LOOP
		BEGIN
			EXECUTE statement;
			RAISE WARNING '%: no error', statement;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
			RAISE WARNING '%: % % [%]', statement, state, message, hint;
		END;
	END LOOP;
END $$;
SELECT governance.drop_consumer('idle');

-- Restored in another cluster, whose transactions have other numbers: what was
-- not acknowledged comes, and what happens there.
INSERT INTO governance.account (account_id) VALUES (21), (22);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (21, 'e.basic', 'abuse');
SELECT count(*) > 0 AS polled FROM governance.poll('mailer');
SELECT governance.acknowledge('mailer', array_agg(event_id)) > 0 AS done FROM governance.event;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (22, 'e.basic', 'abuse');
UPDATE governance.event SET xid = '18000000000000000000';
UPDATE governance.event_consumer SET seen = '17000000000000000000:17000000000000000000:';
UPDATE governance.event_server SET server = 1;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (21, 'e.basic', 'scam');
SELECT governance.overturn(violation_id, 'x') > 0 AS done FROM governance.violation WHERE account_id = 21 AND rule = 'abuse';
SELECT kind, account_id, detail ->> 'rung' AS rung FROM governance.poll('mailer');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (22, 'e.basic', 'scam');
SELECT governance.acknowledge('mailer', array_agg(event_id)) > 0 AS done FROM governance.event;
SELECT kind, account_id, detail ->> 'rung' AS rung FROM governance.poll('mailer');

-- With the last consumer it is over; the ledger is as it would be without.
SELECT governance.drop_consumer('mailer');
SELECT (SELECT count(*) FROM governance.event), (SELECT count(*) FROM governance.event_watch), (SELECT count(*) FROM governance.event_delivery);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (6, 'e.basic', 'abuse');
SELECT count(*) FROM governance.event;
SELECT * FROM governance.verify();
