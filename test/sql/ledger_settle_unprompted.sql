-- settle() records what facts alone have brought to accounts without a standing;
-- the answers are the same before and after.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries
SELECT governance.publish('{"scheme": "young", "score": {"direction": "accumulate", "limit": 3},
	"attributes": {"minor": {"type": "boolean", "default": false}},
	"rules": {"x": {"title": "x", "points": 0}},
	"ladder": [{"rung": "young", "when": "minor", "tier": "limited", "withhold": ["gift"]}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2025-01-01' FROM generate_series(1, 5) n;
SELECT governance.set_attribute(n, 'minor', 'true', '2025-06-01') FROM generate_series(1, 3) n;
SELECT governance.set_attribute(3, 'minor', 'false', '2025-07-01');
CREATE TEMPORARY VIEW answer AS SELECT a.account_id, governance.tier(a.account_id, 'young') AS one, governance.tier(a.account_id) AS every,
	governance.permits(a.account_id, 'gift') AS may, r.scheme, r.since = '2025-06-01' AS since, r.until
	FROM governance.account a LEFT JOIN governance.restriction r ON r.account_id = a.account_id ORDER BY 1;
CREATE TEMPORARY TABLE before AS SELECT * FROM answer;
TABLE before;
SELECT count(*) AS records FROM governance.sanction;
SELECT account_id, scheme, rung, since, until, sanction_id, opening FROM governance.sanction_in_force ORDER BY 1;
CALL governance.settle();
SELECT count(*) AS different FROM (TABLE before EXCEPT TABLE answer) d;
SELECT account_id, rung, opening, during = tstzrange('2025-06-01', NULL) AS during FROM governance.sanction ORDER BY 1;
SELECT account_id, score, tier, withholds, next_due FROM governance.standing ORDER BY 1;
SELECT account_id, scheme, rung, since, until, sanction_id IS NOT NULL AS record, opening FROM governance.sanction_in_force ORDER BY 1;
SELECT * FROM governance.verify();
CALL governance.settle();
SELECT count(*) AS records FROM governance.sanction;
