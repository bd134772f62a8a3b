-- What DROP EXTENSION ... CASCADE leaves of a ledger is named and guarded, and a
-- new ledger follows from the entries.
\set VERBOSITY terse
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';

SELECT count(*) > 100 AS made FROM governance.create_ledger();

SELECT governance.publish('{"scheme": "hall", "score": {"cap": 10}, "rules": {"noise": {"title": "noise", "points": 4}, "smoke": {"title": "smoke", "points": 9}},
	"ladder": [{"rung": "leave", "when": "score <= 0", "tier": "suspended", "withhold": ["enter"], "for": "10 days"}]}',
	in_force => '[2025-01-01,)');
INSERT INTO governance.account (account_id, opened_at) VALUES (1, '2025-01-01'), (2, '2025-01-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT a, 'hall', r, t, t FROM (VALUES (1, 'noise', timestamptz '2025-02-01'), (1, 'smoke', '2025-02-03'), (2, 'noise', '2025-03-01')) v(a, r, t);
SELECT governance.overturn(violation_id, 'it was the wind', '2025-03-05') IS NOT NULL AS overturned FROM governance.violation WHERE account_id = 2;
CREATE TABLE before AS SELECT account_id, score::text, tier::text, as_of FROM governance.standing;

DROP EXTENSION governance;
SET client_min_messages = error;
DROP EXTENSION governance CASCADE;
SET client_min_messages = warning;
\set VERBOSITY default
CREATE EXTENSION governance;
SELECT count(*) > 20 AS guarded FROM governance.create_ledger();
SELECT governance.create_ledger();
\set VERBOSITY terse
UPDATE governance.violation SET points = 0;
DELETE FROM governance.violation;
TRUNCATE governance.audit;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'hall', 'noise');
SELECT count(*) FROM governance.violation;

-- as doc/install.md has it
SET client_min_messages = error;
DROP EXTENSION governance CASCADE;
SET client_min_messages = warning;
ALTER SCHEMA governance RENAME TO governance_before;
CREATE EXTENSION governance;
SELECT count(*) > 100 AS made FROM governance.create_ledger();
INSERT INTO governance.capability SELECT * FROM governance_before.capability ON CONFLICT DO NOTHING;
INSERT INTO governance.holiday SELECT * FROM governance_before.holiday;
INSERT INTO governance.scheme SELECT * FROM governance_before.scheme;
INSERT INTO governance.policy SELECT * FROM governance_before.policy;
INSERT INTO governance.account SELECT * FROM governance_before.account;
INSERT INTO governance.attribute SELECT * FROM governance_before.attribute;
INSERT INTO governance.account_link SELECT * FROM governance_before.account_link;
INSERT INTO governance.campaign SELECT * FROM governance_before.campaign;
INSERT INTO governance.violation SELECT * FROM governance_before.violation WHERE linked_violation_id IS NULL;
INSERT INTO governance.activity SELECT * FROM governance_before.activity;
INSERT INTO governance.revision SELECT * FROM governance_before.revision WHERE linked_revision_id IS NULL AND sanction_id IS NULL;
SELECT s.account_id, s.score, s.tier, (s.score::text, s.tier::text) = (b.score, b.tier) AS as_before
	FROM governance.standing s LEFT JOIN before b USING (account_id) ORDER BY 1;
SELECT * FROM governance.verify();
