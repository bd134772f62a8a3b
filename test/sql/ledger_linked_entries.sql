-- Links between accounts: violations that count against others, too.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION pg_temp.document(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"scheme": "shop", "score": {"direction": "accumulate", "limit": 100},
		"attributes": {"evading": "boolean"},
		"rules": {"fraud.goods": {"title": "a", "points": [1, 48], "usual": 12}, "fraud.price": {"title": "b", "points": 6},
			"spam": {"title": "c", "points": [0, 10], "usual": 2}, "late": {"title": "d", "points": 1}},
		"modifiers": [{"name": "evasion", "when": "evading", "multiply": 2}],
		"ladder": [
			{"rung": "blocked", "when": "score >= 6", "tier": "limited", "withhold": ["list"], "for": "3 days"},
			{"rung": "closed", "when": "score >= 24", "tier": "banned", "withhold": ["list", "sell"], "for": "ever"}],
		"links": [
			{"kind": "same_subject", "confidence": 0.9, "entries": ["fraud.*"]},
			{"kind": "same_subject", "confidence": 0.9, "entries": ["spam"], "points": 1},
			{"kind": "same_device", "confidence": 0.6, "entries": ["*"], "multiply": 0.5},
			{"kind": "same_subject", "confidence": 0.9, "rungs": ["closed"]}]}'::jsonb || more $$;
SELECT governance.publish(pg_temp.document()) > 0 AS published;
SELECT governance.publish('{"scheme": "tried", "score": {"cap": 12}, "rules": {"a": {"title": "a", "points": 3}},
	"links": [{"kind": "same_subject", "confidence": 0.1, "entries": ["*"]}]}', 'trial') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2024-01-01' FROM generate_series(1, 40) n;
CREATE VIEW pg_temp.entries AS
	SELECT v.account_id, v.rule, v.points, v.occurred_at::date AS occurred, v.decided_at::date AS decided, v.source, v.incident, v.held,
		o.account_id AS original, o.rule AS original_rule, l.kind
	FROM governance.violation v
		LEFT JOIN governance.violation o ON o.account_id = v.linked_account_id AND o.violation_id = v.linked_violation_id
		LEFT JOIN governance.account_link l ON l.account_id = v.account_id AND l.link_id = v.link_id
	ORDER BY v.account_id, v.violation_id;
CREATE VIEW pg_temp.scores AS SELECT account_id, scheme, score, tier FROM governance.standing ORDER BY 1, 2;
\set SHOW_CONTEXT never
\set ECHO queries

-- 1 and 2 are stores of one owner since February; 3 was seen on the device of 1, 4 perhaps
SELECT governance.link_accounts(1, 2, 'same_subject', 0.95, since => '2024-02-01'),
	   governance.link_accounts(3, 1, 'same_device', 0.7, mutual => false, since => '2024-01-01'),
	   governance.link_accounts(4, 1, 'same_device', 0.5, since => '2024-01-01');
-- before, at and after the link began; a rule that is not copied; the price that a moderator chose, the usual one, a price for copies
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at, source, incident, evidence) VALUES
	(1, 101, 'shop', 'fraud.price', NULL, '2024-01-31 23:59:59', '2024-02-01', 'patrol', 'x', '{"page": 1}'),
	(1, 102, 'shop', 'fraud.price', NULL, '2024-02-01', '2024-02-02', 'patrol', 'x', '{"page": 2}'),
	(1, 103, 'shop', 'fraud.goods', 9, '2024-02-03', '2024-02-04', 'report', NULL, NULL),
	(1, 104, 'shop', 'spam', 7, '2024-02-05', '2024-02-05', 'report', NULL, NULL),
	(1, 105, 'shop', 'late', NULL, '2024-02-06', '2024-02-06', 'report', NULL, NULL);
SELECT * FROM pg_temp.entries;
SELECT * FROM pg_temp.scores;
SELECT account_id, rung, during FROM governance.sanction ORDER BY account_id, sanction_id;
SELECT governance.permits(2, 'list', '2024-02-05') AS two, governance.permits(3, 'list', '2024-02-05') AS three;
SELECT * FROM governance.verify();
-- decided by whom, with what evidence: the original says so
SELECT count(*) FROM governance.violation WHERE linked_violation_id IS NOT NULL AND (evidence IS NOT NULL OR decided_by <> (SELECT tableowner FROM pg_tables WHERE tablename = 'standing'));

-- overturned, changed, reinstated: the copies follow
SELECT governance.overturn(103, 'not fraud', '2024-03-01') > 0;
SELECT * FROM pg_temp.scores;
SELECT governance.reinstate(103, 'it was', '2024-03-02') > 0;
SELECT governance.change(103, 20, 'more of it', '2024-03-03') > 0;
SELECT governance.change(104, 3, 'less of it', '2024-03-03') > 0;
SELECT * FROM pg_temp.scores;
SELECT r.account_id, v.rule, r.action, r.points, r.reason, r.decided_at::date AS decided, o.account_id AS followed
	FROM governance.revision r JOIN governance.violation v USING (account_id, violation_id)
	LEFT JOIN governance.revision o ON o.revision_id = r.linked_revision_id ORDER BY r.account_id, r.revision_id;
SELECT * FROM governance.verify();
-- a copy by itself: the original stays, and neither a change nor a reinstatement of it brings the copy back
SELECT governance.overturn(violation_id, 'another owner by then', '2024-03-10') > 0 FROM governance.violation WHERE account_id = 2 AND linked_violation_id = 103;
SELECT governance.change(103, 24, 'still more', '2024-03-11') > 0;
SELECT governance.overturn(103, 'no', '2024-03-12') > 0;
SELECT governance.reinstate(103, 'yes', '2024-03-13') > 0;
SELECT * FROM pg_temp.scores;
-- but one that was changed by itself goes with its original
SELECT governance.change(violation_id, 5, 'less there', '2024-03-14') > 0 FROM governance.violation WHERE account_id = 3 AND linked_violation_id = 103;
SELECT governance.change(103, 30, 'still more', '2024-03-15') > 0;
SELECT * FROM pg_temp.scores;
SELECT governance.overturn(103, 'no', '2024-03-16') > 0;
SELECT * FROM pg_temp.scores;
SELECT * FROM governance.verify();

-- one statement for accounts that are linked to each other and to themselves in a ring: nothing is copied twice
SELECT governance.link_accounts(11, 12, 'same_subject', 1, since => '2024-01-01'), governance.link_accounts(12, 13, 'same_subject', 1, since => '2024-01-01'),
	   governance.link_accounts(12, 11, 'same_device', 1, since => '2024-01-01');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
	SELECT a, 1100 + a, 'shop', 'fraud.goods', a, '2024-02-01', '2024-02-01' FROM unnest('{13,11,12}'::bigint[]) a;
SELECT account_id, rule, points, original, kind FROM pg_temp.entries WHERE account_id BETWEEN 11 AND 13;
SELECT * FROM pg_temp.scores WHERE account_id BETWEEN 11 AND 13;
-- ended: no more copies, those that are there stay
SELECT governance.unlink_accounts(11, 12, 'same_subject', '2024-03-01'), governance.unlink_accounts(11, 12, 'same_device', '2024-03-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (11, 'shop', 'fraud.price', '2024-03-01', '2024-03-01'), (11, 'shop', 'fraud.price', '2024-02-29', '2024-03-01');
SELECT account_id, score FROM pg_temp.scores WHERE account_id BETWEEN 11 AND 13;
-- an account that evades pays more for the copy as well; a scheme on trial writes nothing
SELECT governance.link_accounts(14, 15, 'same_subject', 1, since => '2024-01-01');
SELECT governance.set_attribute(15, 'evading', 'true', '2024-01-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (14, 'shop', 'fraud.goods', '2024-02-01', '2024-02-01');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (14, 'tried', 'a');
SELECT * FROM pg_temp.scores WHERE account_id IN (14, 15);
-- late: folded anew
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (14, 'shop', 'fraud.price', '2024-01-15', '2024-02-10');
SELECT account_id, score FROM pg_temp.scores WHERE account_id IN (14, 15);
-- parked: the copies are held as well
INSERT INTO governance.brake (brake_id, scheme, max_accounts, within) VALUES (1000, 'shop', 1000, '1 day');
INSERT INTO governance.parked (brake_id, scheme, rule, counted, allowed) VALUES (1000, 'shop', 'fraud.price', 1, 1);
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (14, 'shop', 'fraud.price', '2024-02-11', '2024-02-11');
SELECT account_id, rule, held, original FROM pg_temp.entries WHERE held;
SELECT * FROM governance.verify();
-- rolled back with it
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (14, 'shop', 'fraud.goods');
ROLLBACK;
SELECT count(*) FROM governance.violation WHERE account_id = 15;

-- at random: entries and revisions of linked accounts
SELECT setseed(0.5);
SELECT count(governance.link_accounts(a, b, kind, 1, since => '2024-01-01'::timestamptz + random() * interval '30 days')) > 10 AS linked
	FROM (SELECT a, b, (ARRAY['same_subject', 'same_device', 'other'])[1 + (a + b) % 3] AS kind FROM generate_series(21, 40) a, generate_series(21, 40) b WHERE a < b AND random() < 0.15) l;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	SELECT 21 + floor(random() * 20), 5000 + i, 'shop', (ARRAY['fraud.goods', 'fraud.price', 'spam', 'late'])[1 + floor(random() * 4)], t, t + random() * interval '3 days'
	FROM (SELECT i, '2024-01-01'::timestamptz + random() * interval '60 days' AS t FROM generate_series(1, 120) i) x;
INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at)
	SELECT account_id, violation_id, 'overturn', 'at random', '2024-04-01' FROM governance.violation WHERE violation_id BETWEEN 5000 AND 5120 AND random() < 0.5;
SELECT count(governance.reinstate(violation_id, 'at random', '2024-04-02')) > 0 FROM governance.revision WHERE reason = 'at random' AND linked_revision_id IS NULL AND violation_id % 3 = 0;
SELECT count(*) > 100 AS many, bool_and((SELECT r.action FROM governance.revision r WHERE r.account_id = v.account_id AND r.violation_id = v.violation_id ORDER BY r.revision_id DESC LIMIT 1)
	IS NOT DISTINCT FROM (SELECT r.action FROM governance.revision r WHERE r.account_id = v.linked_account_id AND r.violation_id = v.linked_violation_id ORDER BY r.revision_id DESC LIMIT 1)) AS follow
	FROM governance.violation v WHERE linked_account_id BETWEEN 21 AND 40;
SELECT * FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT count(*) > 0 FROM governance.rebuild();
SELECT * FROM governance.verify();

-- whoever may record a violation needs no right on links and on other accounts' entries
CREATE ROLE governance_linked_clerk;
GRANT USAGE ON SCHEMA governance TO governance_linked_clerk;
GRANT INSERT ON governance.violation TO governance_linked_clerk;
GRANT USAGE ON SEQUENCE governance.entry_seq TO governance_linked_clerk;
SET ROLE governance_linked_clerk;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 'shop', 'fraud.goods', '2024-06-01', '2024-06-01');
RESET ROLE;
SELECT account_id, rule, points, original FROM pg_temp.entries WHERE occurred = '2024-06-01';
DROP OWNED BY governance_linked_clerk;
DROP ROLE governance_linked_clerk;
-- a copy costs a certification as an entry of the account's own does
CREATE FUNCTION pg_temp.certify(account bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE id bigint := governance.apply_for_certification(account, 'occupation:healthcare/physician[hospital=9,title=2]');
BEGIN
	PERFORM governance.examine_certification(account, id);
	PERFORM governance.grant_certification(account, id);
	RETURN id;
END $$;
SELECT count(pg_temp.certify(a)) FROM unnest('{16,17,18}'::bigint[]) a;
INSERT INTO governance.certification_consequence (scheme, rule, effect) VALUES ('shop', 'fraud.goods', 'cancel');
SELECT governance.link_accounts(16, 17, 'same_subject', 1, since => '2024-01-01');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (17, 1700, 'shop', 'fraud.goods');
SELECT a, governance.qualified(a, 'health') FROM unnest('{16,17,18}'::bigint[]) a;
SELECT governance.overturn(1700, 'mistaken') > 0;
SELECT a, governance.qualified(a, 'health') FROM unnest('{16,17,18}'::bigint[]) a;
SELECT governance.reinstate(1700, 'not so') > 0;
SELECT a, governance.qualified(a, 'health') FROM unnest('{16,17,18}'::bigint[]) a;
SELECT * FROM governance.verify();

-- mistakes
\set VERBOSITY terse
INSERT INTO governance.violation (account_id, scheme, rule, linked_account_id, linked_violation_id, link_id) VALUES (2, 'shop', 'spam', 1, 101, 1);
INSERT INTO governance.violation (account_id, scheme, rule, link_id) VALUES (2, 'shop', 'spam', 1);
INSERT INTO governance.revision (account_id, violation_id, action, reason, linked_revision_id) VALUES (1, 101, 'overturn', 'x', 1);
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "entries": ["frod.*"]}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "entries": []}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "entries": ["*"], "points": 1, "multiply": 2}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "entries": ["*"], "multiply": -1}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "entries": ["*"], "points": -1}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "rungs": ["*"], "points": 1}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "entries": ["*"], "outlast": true}]}'));
