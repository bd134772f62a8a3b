-- Links between accounts: sanctions that extend to others, by kind and confidence.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION pg_temp.document(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT '{"scheme": "shop", "score": {"direction": "accumulate", "limit": 48},
		"attributes": {"evading": "boolean"},
		"rules": {"a": {"title": "a", "points": [0, 48]}},
		"modifiers": [{"name": "evasion", "when": "evading", "multiply": 2}],
		"ladder": [
			{"rung": "blocked", "when": "score >= 6", "tier": "limited", "withhold": ["list"], "for": "3 days"},
			{"rung": "frozen", "when": "score >= 24", "tier": "suspended", "withhold": ["list", "sell"], "for": "14 days"},
			{"rung": "closed", "when": "score >= 48", "tier": "banned", "withhold": ["list", "sell", "withdraw"], "for": "ever"}],
		"links": [
			{"kind": "same_subject", "confidence": 0.9, "rungs": ["frozen"], "withhold": ["list"]},
			{"kind": "same_subject", "confidence": 0.9, "rungs": ["closed"], "outlast": true},
			{"kind": "same_device", "confidence": 0.6, "rungs": ["closed"], "withhold": ["withdraw"]}]}'::jsonb || more $$;
SELECT governance.publish(pg_temp.document()) > 0 AS published;
SELECT governance.publish(pg_temp.document('{"scheme": "tried", "links": [{"kind": "same_subject", "confidence": 0.1, "rungs": ["*"]}]}'), 'trial') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2024-01-01' FROM generate_series(1, 20) n;
CREATE FUNCTION pg_temp.violate(account bigint, id bigint, points numeric, at timestamptz) RETURNS void
	LANGUAGE sql AS $$ INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
		VALUES (account, id, 'shop', 'a', points, at, at) $$;
CREATE FUNCTION pg_temp.may(account bigint, at timestamptz) RETURNS text
	LANGUAGE sql AS $$ SELECT string_agg(c || ' ' || governance.permits(account, c, at), ', ' ORDER BY c) FROM unnest('{list,sell,withdraw}'::text[]) c $$;
\set SHOW_CONTEXT never
\set ECHO queries

-- 1 and 2 are stores of one owner; 3 was seen on the same device as 1, with little confidence; 4 with more
SELECT governance.link_accounts(1, 2, 'same_subject', 1, '{"licence": "91330100"}', since => '2024-01-01');
SELECT governance.link_accounts(3, 1, 'same_device', 0.5, since => '2024-01-01'), governance.link_accounts(4, 1, 'same_device', 0.7, mutual => false, since => '2024-01-01');
-- a block for listing stays where it is, a freeze stops the sister store from listing
SELECT pg_temp.violate(1, 101, 6, '2024-02-01');
SELECT pg_temp.may(1, '2024-02-02') AS one, pg_temp.may(2, '2024-02-02') AS two;
SELECT pg_temp.violate(1, 102, 18, '2024-03-01');
SELECT pg_temp.may(1, '2024-03-02') AS one, pg_temp.may(2, '2024-03-02') AS two, pg_temp.may(3, '2024-03-02') AS three, pg_temp.may(4, '2024-03-02') AS four;
SELECT capability, since, until, scheme, rung, tier, linked_account FROM governance.restrictions(2, '2024-03-02');
SELECT linked_account, kind, confidence, scheme, rung, tier, since, until, withholds, sanction_id IS NOT NULL AS id FROM governance.linked_sanctions(2, '2024-03-02');
SELECT linked_account, kind, confidence, rung, withholds FROM governance.linked_sanctions(3, '2024-03-02');
-- the sister store is not tainted itself, and hands nothing on
SELECT governance.tier(2, 'shop', '2024-03-02'), governance.score(2, 'shop', '2024-03-02'), (SELECT count(*) FROM governance.sanction WHERE account_id = 2) AS sanctions;
-- it ends with the freeze; before it began nothing was withheld
SELECT pg_temp.may(2, '2024-02-29') AS before, pg_temp.may(2, '2024-03-14 23:59:59') AS last, pg_temp.may(2, '2024-03-15') AS after;
-- closed: for ever, for the owner's other store and for the likelier device
SELECT pg_temp.violate(1, 103, 30, '2024-04-01');
SELECT pg_temp.may(1, now()) AS one, pg_temp.may(2, now()) AS two, pg_temp.may(3, now()) AS three, pg_temp.may(4, now()) AS four;
SELECT pg_temp.may(2, '2024-03-31') AS before, pg_temp.may(2, now() + interval '10 years') AS later;
SELECT * FROM governance.verify();

-- on an application's own table
CREATE TABLE offer (store bigint, title text);
CREATE TRIGGER may_list BEFORE INSERT ON offer FOR EACH ROW EXECUTE FUNCTION governance.require_capability('store', 'list');
INSERT INTO offer VALUES (4, 'welcome');
INSERT INTO offer VALUES (2, 'not here');

-- the link ends: the device's part with it, the closure outlasts it
SELECT governance.unlink_accounts(4, 1, 'same_device', '2024-05-01'), governance.unlink_accounts(1, 2, 'same_subject', '2024-05-01');
SELECT pg_temp.may(4, '2024-04-30') AS before, pg_temp.may(4, '2024-05-01') AS four, pg_temp.may(2, '2024-05-01') AS two;
SELECT capability, until, linked_account FROM governance.restrictions(2, '2024-05-02');
SELECT governance.unlink_accounts(1, 2, 'same_subject', '2024-05-02');

-- overturned: gone from everywhere, and back when it is reinstated
SELECT governance.overturn(103, 'wrong store', '2024-06-01') > 0;
SELECT pg_temp.may(2, now()) AS two, pg_temp.may(2, '2024-05-31') AS then;
SELECT governance.reinstate(103, 'the right one', '2024-06-10') > 0;
SELECT pg_temp.may(2, now()) AS two, pg_temp.may(2, '2024-06-05') AS then;
SELECT governance.release(sanction_id, 'sold', '2024-07-01', account_id => account_id) > 0 FROM governance.sanction WHERE account_id = 1 AND rung = 'closed';
SELECT pg_temp.may(2, now()) AS two, pg_temp.may(2, '2024-06-30') AS then;
SELECT * FROM governance.verify();
-- linked after the sanction began: from then on
SELECT pg_temp.violate(5, 501, 48, '2024-03-01');
SELECT governance.link_accounts(6, 5, 'same_subject', 0.95, since => '2024-04-01');
SELECT pg_temp.may(6, '2024-03-31') AS before, pg_temp.may(6, '2024-04-01') AS since, (SELECT min(since) FROM governance.restrictions(6, '2024-04-02')) AS from;

-- an account that evades: what others are under is at hand, and the fact makes it cost more
SELECT pg_temp.violate(7, 701, 1, '2024-05-01');
SELECT governance.set_attribute(6, 'evading', 'true', '2024-04-02') FROM governance.linked_sanctions(6, '2024-04-02') WHERE confidence >= 0.9 AND tier >= 'suspended';
SELECT pg_temp.violate(6, 601, 1, '2024-05-01');
SELECT governance.score(6, 'shop', '2024-05-01'), governance.score(7, 'shop', '2024-05-01');
SELECT * FROM governance.verify();

-- the shipped schemes: stores of one owner; a counterfeit seller's personal account
SELECT count(governance.publish(governance.pack(p))) FROM unnest('{aliexpress.ip,channels.account}'::text[]) p;
SELECT governance.link_accounts(11, 12, 'same_subject', 0.95, since => '2024-01-01'), governance.link_accounts(13, 14, 'same_subject', 0.8, since => '2024-01-01'),
	   governance.link_accounts(16, 15, 'personal_wechat', 1, mutual => false, since => '2024-01-01');
INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at)
	SELECT a, 'aliexpress.ip', 'prohibited.serious', 24, '2025-03-01', '2025-03-01' FROM unnest('{11,13}'::bigint[]) a;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (15, 'channels.account', 'counterfeits', '2025-03-01', '2025-03-01');
SELECT pg_temp.may(12, '2025-03-14') AS sister, pg_temp.may(12, '2025-03-15') AS after, pg_temp.may(14, '2025-03-14') AS perhaps,
	   governance.permits(15, 'share', '2025-03-14') AS channel, governance.permits(16, 'share', '2025-03-14') AS personal, governance.permits(16, 'comment', '2025-03-14') AS comment;
SELECT * FROM governance.verify();

-- mistakes
\set VERBOSITY terse
SELECT governance.link_accounts(1, 1, 'same_subject', 1);
SELECT governance.link_accounts(1, 99, 'same_subject', 1);
SELECT governance.link_accounts(1, 8, 'same_subject', 1.1);
SELECT governance.link_accounts(6, 5, 'same_subject', 1);
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "rungs": ["closed"]}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 0, "rungs": ["closed"]}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "rungs": ["closd"]}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same_subject", "confidence": 1, "rungs": ["closed"], "withhold": []}]}'));
SELECT governance.check_policy(pg_temp.document('{"links": [{"kind": "same subject", "confidence": 1, "rungs": ["closed"]}]}'));
