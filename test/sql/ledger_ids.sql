--
-- Ids of entries that are given by hand, and calls that take an id alone.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "t.ids", "score": {"direction": "accumulate", "limit": 100},
	"rules": {"spam": {"title": "spam", "points": [1, 50], "usual": 5}},
	"relief": [{"on": "course", "subtract": 1}],
	"ladder": [{"rung": "mute", "when": "score >= 5", "tier": "muted", "withhold": ["post"], "for": "30 days"}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 60) i;
CREATE ROLE ids_clerk;
SELECT governance.grant_level('ids_clerk', 'moderator');
\set ECHO queries

-- what nobody gives
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (1, 0, 't.ids', 'spam');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) SELECT i, -i, 't.ids', 'spam' FROM generate_series(1, 3) i;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (1, 9223372036854775807, 't.ids', 'spam');
INSERT INTO governance.activity (account_id, activity_id, kind) VALUES (1, 0, 'course');
INSERT INTO governance.revision (account_id, revision_id, action, scheme, points, reason) VALUES (1, -1, 'opening', 't.ids', 3, 'x');
SELECT count(*) FROM governance.violation;
-- the sequence never comes upon one that was given
SET ROLE ids_clerk;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (1, 500, 't.ids', 'spam');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.ids', 'spam') RETURNING violation_id > 500 AS passed;
INSERT INTO governance.activity (account_id, activity_id, kind) VALUES (1, 10500, 'course');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.ids', 'spam') RETURNING violation_id > 10500 AS passed;
-- so far ahead goes nobody who may not set it
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (1, 4000000000, 't.ids', 'spam');
SELECT governance.entry_id_given('governance.account', 'account_id', 100000);
RESET ROLE;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (2, 4000000000, 't.ids', 'spam');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.ids', 'spam') RETURNING violation_id > 4000000000 AS passed;
-- one of a single account, also within a statement
SET ROLE ids_clerk;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (3, 4000000000, 't.ids', 'spam');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) SELECT i, 4000000100, 't.ids', 'spam' FROM generate_series(4, 6) i;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (3, 500, 't.ids', 'spam');
RESET ROLE;
SELECT governance.overturn(4000000000, 'mistaken') > 0 AS overturned;
SELECT account_id, governance.tier(account_id) FROM generate_series(2, 3) account_id;

-- where that cannot be ruled out, an id alone names nothing
\set ECHO none
SET session_replication_role = replica;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points) VALUES (11, 77, 't.ids', 'spam', 1), (12, 77, 't.ids', 'spam', 1);
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points) VALUES (13, 9223372036854775807, 't.ids', 'spam', 1);
RESET session_replication_role;
SELECT count(*) > 0 AS rebuilt FROM governance.rebuild();
\set ECHO queries
SELECT governance.overturn(77, 'which');
INSERT INTO governance.appeal (violation_id, grounds) VALUES (77, 'not me');
INSERT INTO governance.appeal (account_id, appeal_id, violation_id, grounds) VALUES (11, 78, 77, 'not me'), (12, 78, 77, 'nor me') RETURNING account_id;
INSERT INTO governance.appeal (account_id, violation_id, grounds) VALUES (14, 77, 'who');
SELECT governance.decide_appeal(78, 'upheld', 'it was');
INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (12, 77, 'overturn', 'it was 11');
SELECT account_id, governance.score(account_id, 't.ids') FROM generate_series(11, 12) account_id;
-- and a seal still tells each row
SELECT governance.seal('all') > 0 AS sealed;
SELECT item FROM governance.verify() WHERE item LIKE 'seal%';
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE governance.violation SET decided_by = 'nobody' WHERE account_id = 12 AND violation_id = 77;
UPDATE governance.violation SET decided_by = 'nobody' WHERE account_id = 13;
DELETE FROM governance.violation WHERE violation_id = 500;
SELECT account_id, item FROM governance.verify() WHERE item LIKE 'seal%';
ROLLBACK;
SELECT governance.seal('again') AS sealed;

-- no decision lies ahead
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (20, 't.ids', 'spam') RETURNING violation_id \gset
SELECT governance.overturn(:violation_id, 'x', '2999-01-01');
SELECT governance.change(:violation_id, 2, 'x', 'infinity');
SELECT governance.overturn(:violation_id, 'now') > 0 AS overturned;
SELECT governance.reinstate(:violation_id, 'x', '2999-01-01');
SELECT governance.tier(20);

-- a brake inside a transaction that is to be prepared
INSERT INTO governance.brake (scheme, max_accounts, within) VALUES ('t.ids', 0, '1 hour');
BEGIN;
SET LOCAL governance.notify = off;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (30, 't.ids', 'spam');
PREPARE TRANSACTION 'ids_brake';
COMMIT PREPARED 'ids_brake';
SELECT parked_since IS NOT NULL AS parked, governance.tier(30) FROM governance.brake_status;
SELECT item FROM governance.verify();
DROP OWNED BY ids_clerk;
DROP ROLE ids_clerk;
