--
-- The brake: a scheme or a rule that begins to sanction too many accounts is
-- parked, and what it brings from then on is computed and not enforced.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SET IntervalStyle = 'postgres';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish(format('{
	"scheme": "t.%s", "score": {"direction": "deduct", "cap": 100},
	"rules": {"noise": {"title": "noise", "points": [1, 20], "usual": 5}, "scam": {"title": "scam", "points": 40},
		"fraud": {"title": "fraud", "points": 1, "direct": "out"}},
	"ladder": [
		{"rung": "quiet", "when": "score <= 70", "tier": "limited", "withhold": ["comment"]},
		{"rung": "mute", "when": "score <= 30", "tier": "muted", "withhold": ["comment", "post"]},
		{"rung": "out", "tier": "banned", "withhold": ["live"], "for": "30 days", "overlap": "extend"}]}', s)::jsonb) > 0 AS published FROM unnest('{brake,other}'::text[]) s;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 100) i;
CREATE ROLE brake_moderator;
CREATE ROLE brake_administrator;
SELECT governance.grant_level('brake_moderator', 'moderator'), governance.grant_level('brake_administrator', 'administrator');
CREATE VIEW public.sanctioned AS SELECT account_id, scheme, rung, enforced, upper(during) - lower(during) AS length FROM governance.sanction WHERE released_at IS NULL ORDER BY account_id, sanction_id;
\set ECHO queries

SET ROLE brake_administrator;
INSERT INTO governance.brake (scheme, max_accounts, within, note) VALUES ('t.brake', 3, '1 hour', 'a first version');
SET ROLE brake_moderator;
-- three may be sanctioned; what sanctions nobody, and the same account again, does not count
INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.brake', 'noise' FROM generate_series(1, 50) i;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.brake', 'scam'), (2, 't.brake', 'fraud');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.brake', 'fraud');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.brake', 'fraud');
SELECT scheme, rule, counted, parked_since IS NOT NULL AS parked FROM governance.brake_status;
-- the fourth parks the scheme, and is held itself
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (4, 't.brake', 'fraud');
SELECT scheme, rule, counted, parked_since IS NOT NULL AS parked FROM governance.brake_status;
SELECT scheme, rule, counted, allowed, released_at FROM governance.parked;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (5, 't.brake', 'fraud'), (1, 't.brake', 'scam'), (2, 't.brake', 'fraud'), (6, 't.brake', 'noise'), (6, 't.other', 'fraud');
RESET ROLE;
-- what is enforced goes on as it was: it is neither made longer nor replaced
SELECT * FROM public.sanctioned;
SELECT account_id, governance.tier(account_id, 't.brake'), governance.permits(account_id, 'live') AS live, governance.permits(account_id, 'post') AS post, governance.score(account_id, 't.brake') FROM governance.account WHERE account_id <= 6 ORDER BY 1;
SELECT account_id, rule, held FROM governance.violation WHERE held ORDER BY violation_id;
SELECT * FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
SELECT * FROM public.sanctioned WHERE account_id IN (1, 2, 4);
-- a revision folds it anew, and it stays held
SELECT governance.overturn(violation_id, 'x') > 0 AS revised FROM governance.violation WHERE account_id = 5 AND rule = 'fraud';
SELECT governance.reinstate(violation_id, 'x') > 0 AS revised FROM governance.violation WHERE account_id = 5 AND rule = 'fraud';
SELECT * FROM public.sanctioned WHERE account_id = 5;

-- released, with a reason, by an administrator
SET ROLE brake_moderator;
SELECT governance.release_brake(1, 'fine');
SET ROLE brake_administrator;
SELECT governance.release_brake(1, ' ');
SELECT governance.release_brake(99, 'fine');
SELECT governance.release_brake(1, 'the rule was meant so');
SELECT governance.release_brake(1, 'again');
SELECT scheme, counted, parked_since FROM governance.brake_status;
SET ROLE brake_moderator;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (7, 't.brake', 'fraud'), (4, 't.brake', 'fraud');
RESET ROLE;
SELECT * FROM public.sanctioned WHERE account_id IN (4, 7);

-- one statement that goes too far is held as a whole, and only what is watched of it
DELETE FROM governance.brake;
INSERT INTO governance.brake (scheme, rule, max_accounts, max_share, within) VALUES ('t.other', 'scam', 1000, 0.1, '1 day');
INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.other', CASE WHEN i > 90 THEN 'fraud' ELSE 'scam' END FROM generate_series(11, 100) i;
SELECT rung, enforced, count(*) FROM public.sanctioned WHERE scheme = 't.other' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT scheme, rule, counted, allowed FROM governance.parked WHERE released_at IS NULL;
SELECT * FROM governance.verify();
DELETE FROM governance.brake;

-- the window slides: an account is counted once, as of its last sanction
SELECT format('UPDATE governance.brake_count SET at = at - %L::interval', '45 minutes') AS later,
	format('UPDATE governance.brake_sum SET since = since - %1$L::interval, buckets = ARRAY(SELECT u.b - %1$L::interval FROM unnest(buckets) WITH ORDINALITY u (b, n) ORDER BY u.n)', '45 minutes') AS later_sums \gset
SELECT governance.publish(jsonb_set(p.document, '{scheme}', '"t.slide"')) > 0 AS published FROM governance.policy p WHERE p.scheme = 't.brake';
INSERT INTO governance.brake (scheme, max_accounts, within) VALUES ('t.slide', 3, '1 hour');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (11, 't.slide', 'fraud'), (12, 't.slide', 'fraud');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (11, 't.slide', 'scam');
SELECT sum(a) AS accounts FROM governance.brake_sum, unnest(accounts) a JOIN governance.brake b ON b.scheme = 't.slide' WHERE brake_sum.brake_id = b.brake_id;
:later; :later_sums;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT 11, 't.slide', 'scam' FROM generate_series(1, 2);
SELECT counted FROM governance.brake_status WHERE scheme = 't.slide';
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (13, 't.slide', 'fraud');
:later; :later_sums;
-- one of them has left, two are there
SELECT counted FROM governance.brake_status WHERE scheme = 't.slide';
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (14, 't.slide', 'fraud');
SELECT counted, parked_since IS NOT NULL AS parked FROM governance.brake_status WHERE scheme = 't.slide';
-- a transaction that is rolled back, or a part of one, has counted nobody
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (14, 't.slide', 'scam');
SAVEPOINT s;
UPDATE governance.brake SET max_accounts = 4 WHERE scheme = 't.slide';
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (15, 't.slide', 'fraud');
ROLLBACK TO s;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (14, 't.slide', 'scam'), (13, 't.slide', 'scam');
COMMIT;
SELECT counted, parked_since IS NOT NULL AS parked FROM governance.brake_status WHERE scheme = 't.slide';
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (12, 't.slide', 'scam');
SELECT counted, allowed FROM governance.parked WHERE scheme = 't.slide';
-- with another window it counts anew
SELECT governance.release_brake(brake_id, 'go on') FROM governance.brake WHERE scheme = 't.slide';
UPDATE governance.brake SET within = '2 hours' WHERE scheme = 't.slide';
INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.slide', 'fraud' FROM generate_series(16, 18) i;
SELECT sum(a) AS accounts FROM governance.brake_sum, unnest(accounts) a JOIN governance.brake b ON b.scheme = 't.slide' WHERE brake_sum.brake_id = b.brake_id;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (19, 't.slide', 'fraud');
SELECT counted, allowed FROM governance.parked WHERE scheme = 't.slide' AND released_at IS NULL;
-- old counts go
SELECT governance.brake_clean(brake_id, clock_timestamp(), 2) AS gone FROM governance.brake WHERE scheme = 't.slide';
SELECT governance.release_brake(brake_id, 'go on') FROM governance.brake WHERE scheme = 't.slide';
DELETE FROM governance.brake WHERE scheme = 't.slide';
SELECT * FROM governance.verify();

-- the audit has it
SELECT a.action, a.relation, a.role = current_user AS me, a.role, a.reason FROM governance.audit a WHERE a.relation IN ('brake', 'parked') ORDER BY a.audit_id;
-- mistakes
INSERT INTO governance.brake (scheme, max_accounts, within) VALUES ('t.nothing', 1, '1 day');
INSERT INTO governance.brake (scheme, rule, max_accounts, within) VALUES ('t.other', 'spma', 1, '1 day');
\set VERBOSITY terse
INSERT INTO governance.brake (scheme, within) VALUES ('t.other', '1 day');
INSERT INTO governance.brake (scheme, max_share, within) VALUES ('t.other', 10, '1 day');
INSERT INTO governance.brake (scheme, max_accounts, within) VALUES ('t.other', 1, '0 days');

\set ECHO none
DROP VIEW public.sanctioned;
DROP OWNED BY brake_moderator, brake_administrator CASCADE;
DROP ROLE brake_moderator, brake_administrator;
