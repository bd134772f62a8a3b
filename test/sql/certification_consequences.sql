-- What violations cost: certifications are cancelled or suspended in the same transaction, and come back.
\set ECHO none
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries

SELECT governance.publish('{"scheme": "t.channel", "title": "channel", "score": {"cap": 100},
	"rules": {
		"rumour": {"title": "health rumour", "severity": "medium", "points": 3},
		"fraud": {"title": "medical fraud", "severity": "severe", "points": 8},
		"quack": {"title": "prescribing unlicensed drugs", "severity": "extreme", "points": 20},
		"face": {"title": "somebody else on camera", "severity": "medium", "points": 2}}}') > 0 AS published;
SELECT governance.publish('{"scheme": "t.other", "title": "other", "score": {"cap": 100},
	"rules": {"fraud": {"title": "fraud", "severity": "extreme", "points": 8}}}') > 0 AS published;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 9);
CREATE FUNCTION pg_temp.certify(account bigint, q governance.qualification) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE id bigint := governance.apply_for_certification(account, q);
BEGIN
	PERFORM governance.examine_certification(account, id);
	PERFORM governance.grant_certification(account, id);
	RETURN id;
END $$;
SELECT a, pg_temp.certify(a, 'occupation:healthcare/physician[hospital=9,title=2]') FROM generate_series(1, 6) a;
SELECT pg_temp.certify(1, 'interest:photography') AS photography;

-- Nothing is marked yet: nothing follows.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (6, 't.channel', 'quack');
SELECT governance.qualified(6, 'health');

-- A severe violation, or worse, cancels what is certified in health care; this
-- rule suspends.
INSERT INTO governance.certification_consequence (scheme, severity, qualification, effect) VALUES ('t.channel', 'severe', 'occupation:healthcare', 'cancel');
INSERT INTO governance.certification_consequence (scheme, rule, effect) VALUES ('t.channel', 'face', 'suspend');
INSERT INTO governance.certification_consequence (scheme, severity, effect) VALUES ('t.nothing', 'severe', 'cancel');
INSERT INTO governance.certification_consequence (scheme, rule, effect) VALUES ('t.channel', 'nothing', 'cancel');
INSERT INTO governance.certification_consequence (scheme, severity, effect) VALUES ('t.channel', 'dire', 'cancel');
INSERT INTO governance.certification_consequence (scheme, effect) VALUES ('t.channel', 'cancel');
INSERT INTO governance.certification_consequence (scheme, rule, qualification, effect) VALUES ('t.channel', 'face', 'interest:unicorns', 'cancel');

INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.channel', 'rumour'), (1, 't.other', 'fraud');
SELECT governance.qualified(1, 'health');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.channel', 'fraud'), (9, 't.channel', 'fraud') RETURNING account_id;
SELECT governance.qualified(1, 'health'), governance.permits(1, 'showcase');
SELECT certification_id, name, status, reason = format('violation %s of rule fraud of scheme t.channel', violation_id) AS reason FROM governance.certification_lost;
SELECT certification_id, qualification, status FROM governance.certification WHERE account_id = 1 ORDER BY 1;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.channel', 'face');
SELECT governance.qualified(2, 'health'), governance.permits(2, 'showcase'), governance.certification_status(2, 2);

-- In the same transaction, and undone with it.
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.channel', 'quack');
SELECT governance.qualified(3, 'health');
ROLLBACK;
SELECT governance.qualified(3, 'health');

-- Overturned: it comes back, for what is not another's.
CREATE FUNCTION pg_temp.overturn(account bigint, what text) RETURNS void LANGUAGE sql AS $$
	INSERT INTO governance.revision (account_id, violation_id, action, reason)
		SELECT account_id, max(violation_id), 'overturn', 'mistaken' FROM governance.violation v WHERE account_id = account AND rule = what
			AND NOT EXISTS (SELECT FROM governance.revision r WHERE r.account_id = v.account_id AND r.violation_id = v.violation_id) GROUP BY 1 $$;
SELECT pg_temp.overturn(1, 'fraud');
SELECT governance.qualified(1, 'health'), governance.permits(1, 'showcase'), governance.certification_status(1, 1);
SELECT action, from_status, status, violation_id IS NOT NULL AS violation, recorded_by = current_user AS by FROM governance.certification_history(1) WHERE certification_id = 1;
-- It was not there meanwhile.
SELECT count(*) AS periods FROM governance.qualified_domain WHERE account_id = 1;
SELECT pg_temp.overturn(2, 'face');
SELECT governance.qualified(2, 'health'), governance.certification_status(2, 2);
-- Reinstated: the violation counts again.
INSERT INTO governance.revision (account_id, violation_id, action, reason)
	SELECT account_id, violation_id, 'reinstate', 'it was so after all' FROM governance.revision WHERE account_id = 1;
SELECT governance.qualified(1, 'health'), governance.certification_status(1, 1);

-- Two violations: one overturned is not enough.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.channel', 'fraud');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.channel', 'quack');
SELECT pg_temp.overturn(3, 'fraud');
SELECT governance.qualified(3, 'health'), governance.certification_status(3, 3);
SELECT pg_temp.overturn(3, 'quack');
SELECT governance.qualified(3, 'health'), governance.certification_status(3, 3);
-- In one statement.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (4, 't.channel', 'face'), (4, 't.channel', 'fraud'), (4, 't.channel', 'rumour');
SELECT governance.certification_status(4, 4);
SELECT pg_temp.overturn(4, 'fraud');
SELECT governance.certification_status(4, 4);
SELECT pg_temp.overturn(4, 'face');
SELECT governance.certification_status(4, 4), governance.qualified(4, 'health');
-- Suspended for another reason too: that one stays.
SELECT governance.suspend_certification(4, 4, 'a complaint');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (4, 't.channel', 'quack');
SELECT pg_temp.overturn(4, 'quack');
SELECT governance.certification_status(4, 4);
SELECT governance.reinstate_certification(4, 4, 'unfounded');
-- Another certification has taken its place: it stays cancelled.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (5, 't.channel', 'fraud');
SELECT pg_temp.certify(5, 'occupation:healthcare/physician[hospital=9,title=3]') AS anew;
SELECT pg_temp.overturn(5, 'fraud');
SELECT certification_id, status FROM governance.certification WHERE account_id = 5 ORDER BY 1;
SELECT reason LIKE '%stays cancelled, as certification % has taken its place' AS why FROM governance.certification_step WHERE account_id = 5 AND action = 'restore';
-- Only what was in force is hit: history that is loaded later harms nothing newer.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (6, 't.channel', 'fraud', now() - interval '1 hour', now() - interval '1 hour');
SELECT governance.qualified(6, 'health');

-- Without the mark, nothing follows any more, in a session that has seen it.
DELETE FROM governance.certification_consequence;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (6, 't.channel', 'quack');
SELECT governance.qualified(6, 'health');

-- A rung of a ladder that withholds certifications: none counts until it ends.
SELECT governance.publish('{"scheme": "t.ladder", "title": "ladder", "score": {"cap": 12},
	"rules": {"lie": {"title": "lie", "severity": "medium", "points": 6}},
	"ladder": [{"rung": "uncertified", "when": "score <= 6", "tier": "suspended", "withhold": ["certification"], "for": "30 days"}]}') > 0 AS published;
SELECT governance.qualified(6, 'health');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (6, 't.ladder', 'lie'), (9, 't.ladder', 'lie');
SELECT governance.qualified(6, 'health', v.occurred_at), governance.qualified(6, 'health', v.occurred_at + interval '30 days' - interval '1 microsecond'),
	governance.qualified(6, 'health', v.occurred_at + interval '30 days'), governance.certification_status(6, 6)
FROM governance.violation v WHERE account_id = 6 AND scheme = 't.ladder';
SELECT reason LIKE 'a sanction withholds certifications until %' AS why, remedy FROM governance.why_not(6, 'health') WHERE held IS NOT NULL;
SELECT pg_temp.overturn(6, 'lie');
SELECT governance.qualified(6, 'health');
SELECT * FROM governance.verify_certification();
SELECT * FROM governance.verify();

-- A fact that follows from a certification, one that was set instead, and back.
INSERT INTO governance.certification_attribute (qualification, name, value) VALUES ('occupation:healthcare', 'doctor', 'yes');
CREATE FUNCTION pg_temp.facts() RETURNS TABLE (value text, past boolean, open boolean) LANGUAGE sql AS $$
	SELECT a.value, lower(a.during) < now(), upper_inf(a.during) OR upper(a.during) > now() FROM governance.attribute a WHERE a.account_id = 6 AND a.name = 'doctor' ORDER BY lower(a.during)
$$;
SELECT * FROM pg_temp.facts();
SELECT governance.set_attribute(6, 'doctor', 'retired');
SELECT * FROM pg_temp.facts();
SELECT * FROM governance.verify_certification();
SELECT governance.set_attribute(6, 'doctor', NULL, now() - interval '1 day');
SELECT * FROM pg_temp.facts();
SELECT * FROM governance.verify_certification();
SELECT governance.set_attribute(6, 'doctor', 'never', '2020-01-01');
SELECT * FROM pg_temp.facts();
SELECT * FROM governance.verify_certification();
SELECT governance.set_attribute(6, 'doctor', NULL, '2020-01-01');
SELECT * FROM pg_temp.facts();
SELECT * FROM governance.verify_certification();
