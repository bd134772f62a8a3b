-- A sanction that is lifted by hand: an entry of the ledger that every replay
-- honours, and a queue behind a sanction whose end was not known.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();

SELECT governance.publish('{
	"scheme": "s",
	"score": {"direction": "accumulate", "limit": 12},
	"rules": {"a": {"title": "a", "points": [1, 6], "usual": 1}, "exile": {"title": "e", "points": 0, "direct": "exile"}},
	"relief": [{"age": "60 days", "void": "entry"}],
	"ladder": [
		{"rung": "watched", "when": "score >= 1", "tier": "warned", "withhold": ["promote"]},
		{"rung": "mute", "when": "score >= 3", "rearm": "always", "tier": "muted", "withhold": ["post"], "for": "10 days"},
		{"rung": "ban", "when": "score >= 6", "tier": "banned", "withhold": ["post", "read"], "for": "ever"},
		{"rung": "exile", "tier": "suspended", "withhold": ["enter"], "until": ["pardon"], "overlap": "queue"}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2024-01-01' FROM generate_series(1, 20) n;

CREATE FUNCTION pg_temp.sanctions(account bigint) RETURNS TABLE (rung text, during tstzrange, released_at timestamptz, reason text)
	LANGUAGE sql AS $$ SELECT rung, during, released_at, release_reason FROM governance.sanction WHERE account_id = account ORDER BY sanction_id $$;
CREATE FUNCTION pg_temp.of(account bigint, of_rung text) RETURNS bigint
	LANGUAGE sql AS $$ SELECT max(sanction_id) FROM governance.sanction WHERE account_id = account AND rung = of_rung $$;
CREATE FUNCTION pg_temp.violate(account bigint, rule text, at timestamptz, points numeric DEFAULT NULL) RETURNS bigint
	LANGUAGE sql AS $$ INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at)
		VALUES (account, 's', rule, points, at, at) RETURNING violation_id $$;

\set SHOW_CONTEXT never
\set ECHO queries
-- a ban for ever is lifted on the 20th: restrictions follow at once, the past stays
SELECT pg_temp.violate(1, 'a', '2024-03-01', 6) > 0;
SELECT governance.permits(1, 'read'), governance.tier(1);
SELECT governance.release(pg_temp.of(1, 'ban'), 'a pardon', '2024-03-20') > 0 AS released;
SELECT * FROM pg_temp.sanctions(1);
SELECT governance.permits(1, 'read', '2024-03-19') AS before, governance.permits(1, 'read', '2024-03-20') AS at, governance.permits(1, 'read') AS now,
	   governance.tier(1, 's', '2024-03-21') AS tier, governance.tier(1, 's', '2024-03-21', '2024-03-10') AS as_known_before;
SELECT at, what, rung, detail FROM governance.timeline(1, 's') WHERE what LIKE 'sanction%';
SELECT governance.explain(pg_temp.of(1, 'ban')) -> 'released' ->> 'why' AS why,
	   governance.explain(pg_temp.of(1, 'ban')) -> 'released' ->> 'decided_by' = current_user AS by;
SELECT action, points, scheme, rung, since, reason, decided_at, decided_by = current_user AS by, violation_id IS NOT NULL AS cause
	FROM governance.revision WHERE account_id = 1;
SELECT * FROM governance.verify();

-- what followed is undone with its violation, and comes back with it, lifted as it was
SELECT governance.overturn(violation_id, 'wrong', '2024-03-25') > 0 FROM governance.violation WHERE account_id = 1;
SELECT * FROM pg_temp.sanctions(1);
SELECT * FROM governance.verify();
SELECT governance.reinstate(violation_id, 'right', '2024-03-26') > 0 FROM governance.violation WHERE account_id = 1;
SELECT * FROM pg_temp.sanctions(1);
-- after a change to less there is another sanction, which nobody has lifted
SELECT governance.change(violation_id, 3, 'less', '2024-03-27') > 0 FROM governance.violation WHERE account_id = 1;
SELECT * FROM pg_temp.sanctions(1);
SELECT * FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();

-- the violation behind it was another one: what ran then is what was lifted
SELECT pg_temp.violate(2, 'a', '2024-03-01', 3) AS first \gset
SELECT pg_temp.violate(2, 'a', '2024-03-05', 3) > 0;
SELECT governance.release(pg_temp.of(2, 'ban'), 'mercy', '2024-03-08') > 0;
SELECT governance.release(pg_temp.of(2, 'mute'), 'mercy', '2024-03-08') > 0;
SELECT * FROM pg_temp.sanctions(2);
SELECT governance.overturn(:first, 'wrong', '2024-03-09') > 0;
SELECT * FROM pg_temp.sanctions(2);
SELECT * FROM governance.verify();

-- a rung that holds while its condition does, lifted: not again before that has been false
SELECT pg_temp.violate(3, 'a', '2024-03-01') > 0;
SELECT governance.release(pg_temp.of(3, 'watched'), 'known to us', '2024-03-02') > 0;
SELECT pg_temp.violate(3, 'a', '2024-03-03') > 0;
SELECT governance.tier(3, 's', '2024-03-04'), governance.permits(3, 'promote', '2024-03-04');
SELECT pg_temp.violate(3, 'a', '2024-07-01') > 0;
SELECT governance.tier(3, 's', '2024-07-01'), governance.permits(3, 'promote', '2024-07-02');
SELECT * FROM pg_temp.sanctions(3);
SELECT * FROM governance.verify();

-- a queue: the second waits, starts when the first is lifted, the third when that is pardoned
SELECT pg_temp.violate(4, 'exile', '2024-03-01') > 0, pg_temp.violate(4, 'exile', '2024-03-02') > 0, pg_temp.violate(4, 'exile', '2024-03-03') > 0;
SELECT * FROM pg_temp.sanctions(4);
SELECT governance.explain_text(pg_temp.of(4, 'exile'));
SELECT * FROM governance.verify();
SELECT governance.release(min(sanction_id), 'enough', '2024-04-01') > 0 FROM governance.sanction WHERE account_id = 4;
SELECT * FROM pg_temp.sanctions(4);
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (4, 'pardon', '2024-05-01');
SELECT * FROM pg_temp.sanctions(4);
SELECT at, what, detail FROM governance.timeline(4, 's') WHERE what LIKE 'sanction%';
SELECT * FROM governance.verify();
-- one that waits is lifted before it began
SELECT pg_temp.violate(5, 'exile', '2024-03-01') > 0, pg_temp.violate(5, 'exile', '2024-03-02') > 0, pg_temp.violate(5, 'exile', '2024-03-03') > 0;
SELECT governance.release(min(sanction_id) + 1, 'mistake', '2024-03-04') > 0 FROM governance.sanction WHERE account_id = 5;
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (5, 'pardon', '2024-03-05');
SELECT * FROM pg_temp.sanctions(5);
SELECT * FROM governance.verify();

-- a second one, earlier
SELECT pg_temp.violate(6, 'a', '2024-03-01', 6) > 0;
SELECT governance.release(pg_temp.of(6, 'ban'), 'later', '2024-03-20') > 0;
SELECT governance.release(pg_temp.of(6, 'ban'), 'sooner', '2024-03-10') > 0;
SELECT * FROM pg_temp.sanctions(6);
SELECT governance.explain(pg_temp.of(6, 'ban')) -> 'released' ->> 'why' AS why;
-- in the very transaction
BEGIN;
SELECT pg_temp.violate(7, 'a', now(), 6) > 0;
SELECT governance.release(pg_temp.of(7, 'ban'), 'never mind') > 0;
SELECT governance.permits(7, 'read');
COMMIT;
SELECT * FROM governance.verify();

-- refused
SELECT governance.release(-1, 'x');
SELECT governance.release(NULL, 'x');
SELECT governance.release(pg_temp.of(4, 'exile'), ' ');
SELECT governance.release(pg_temp.of(4, 'exile'), 'x', now() + interval '1 day');
DO $$ BEGIN PERFORM governance.release(pg_temp.of(7, 'ban'), 'x'); EXCEPTION WHEN SQLSTATE 'GV204' THEN RAISE WARNING 'already'; END $$;
SELECT pg_temp.violate(8, 'a', '2024-03-01', 3) > 0;
DO $$ BEGIN PERFORM governance.release(pg_temp.of(8, 'mute'), 'x'); EXCEPTION WHEN SQLSTATE 'GV204' THEN RAISE WARNING 'over'; END $$;
DO $$ BEGIN PERFORM governance.release(pg_temp.of(4, 'exile'), 'x', '2024-01-01'); EXCEPTION WHEN SQLSTATE 'GV204' THEN RAISE WARNING 'not yet'; END $$;
SELECT governance.release(pg_temp.of(4, 'exile'), 'x', 'infinity');
SELECT count(*) FROM governance.revision WHERE account_id IN (4, 7, 8);
DO $$ BEGIN INSERT INTO governance.revision (account_id, action, reason) VALUES (8, 'release', 'x'); EXCEPTION WHEN check_violation THEN RAISE WARNING 'incomplete'; END $$;
SELECT * FROM governance.verify();
