-- A version on trial is computed and stored beside the one in force, and
-- enforces nothing; a scheme may begin with a trial alone.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
INSERT INTO governance.account (account_id) VALUES (1), (2), (3);
CREATE FUNCTION pg_temp.document(price int) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', 't.trial', 'score', '{"cap": 100}'::jsonb,
		'rules', jsonb_build_object('spam', jsonb_build_object('title', 'spam', 'points', price)),
		'ladder', '[{"rung": "limited", "when": "score <= 70", "tier": "limited", "withhold": ["post"]}]'::jsonb)
$$;
SELECT governance.publish(pg_temp.document(10)) AS active \gset
SELECT governance.publish(pg_temp.document(30), 'trial') AS trial \gset
\set ECHO queries

INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.trial', 'spam'), (1, 't.trial', 'spam'), (2, 't.trial', 'spam');
SELECT account_id, split_part(scheme, '@', 1) AS scheme, scheme LIKE '%@%' AS trial, score, tier FROM governance.standing ORDER BY 1, 3;
-- Written down, not enforced.
SELECT account_id, split_part(scheme, '@', 1) AS scheme, rung, enforced FROM governance.sanction ORDER BY account_id, sanction_id;
SELECT governance.tier(1), governance.permits(1, 'post'), governance.score(1, 't.trial');
SELECT governance.score(1, 't.trial@' || :trial), governance.tier(1, 't.trial@' || :trial);
SELECT * FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();

-- Overturned: both follow.
SELECT governance.overturn(min(violation_id), 'mistaken') > 0 AS overturned FROM governance.violation WHERE account_id = 1;
SELECT account_id, scheme LIKE '%@%' AS trial, score, tier FROM governance.standing ORDER BY 1, 2;
SELECT * FROM governance.verify();

-- The trial ends: what it gave stays on record, its standings go; what is in
-- force takes the standings as they are, and punishes nobody for the past.
SELECT governance.activate(:trial) IS NOT NULL AS activated;
CALL governance.settle();
SELECT account_id, scheme, score, tier FROM governance.standing ORDER BY 1;
SELECT governance.score(1, 't.trial'), governance.permits(1, 'post');
SELECT * FROM governance.verify();
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.trial', 'spam');
SELECT governance.score(1, 't.trial'), governance.permits(1, 'post');
SELECT * FROM governance.verify();

-- A trial over the past, of a scheme that has nothing in force.
SELECT governance.publish(pg_temp.document(5) || '{"scheme": "t.alone"}', 'trial', '(,)') AS alone \gset
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.alone', 'spam');
SELECT account_id, split_part(scheme, '@', 1) AS scheme, score, tier FROM governance.standing WHERE scheme LIKE 't.alone%';
SELECT governance.publish(pg_temp.document(40), 'trial', '(,)') AS again \gset
SELECT account_id, governance.score(account_id, 't.trial@' || :again), governance.tier(account_id, 't.trial@' || :again) FROM generate_series(1, 2) account_id;
CALL governance.settle();
SELECT account_id, score, tier FROM governance.standing WHERE scheme = 't.trial@' || :again ORDER BY 1;
SELECT account_id, rung, enforced, upper_inf(during) AS open FROM governance.sanction WHERE scheme = 't.trial@' || :again ORDER BY 1;
SELECT * FROM governance.verify();
