--
-- The audit: every decision leaves who, what and why, and a superuser who
-- changes what was decided, or what is written about it, is found out.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SET application_name = 'audit test';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE ROLE audit_moderator;
CREATE ROLE audit_administrator;
SELECT governance.grant_level('audit_moderator', 'moderator'), governance.grant_level('audit_administrator', 'administrator');
\set ECHO queries

-- what the ledger came with
SELECT action, relation, count(*) > 0 AS some FROM governance.audit GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM governance.verify();

-- ---------------------------------------------------------------------------
-- Decisions of all kinds
-- ---------------------------------------------------------------------------
\set ECHO none
CREATE TEMPORARY TABLE before AS SELECT max(audit_id) AS id FROM governance.audit;
\set ECHO queries
SET ROLE audit_administrator;
SELECT governance.publish('{
	"scheme": "t.audit", "score": {"direction": "deduct", "cap": 12},
	"rules": {"noise": {"title": "noise", "severity": "minor", "points": [1, 5]}, "scam": {"title": "scam", "severity": "severe", "points": 9}},
	"ladder": [{"rung": "mute", "when": "score <= 6", "tier": "muted", "withhold": ["post"], "for": "30 days"}]}', note => 'first') > 0 AS published;
SELECT governance.publish(jsonb_set(governance.policy_document('t.audit'), '{title}', '"second"'), 'draft') AS draft \gset
SELECT governance.activate(:draft) IS NOT NULL AS active;
UPDATE governance.policy SET note = 'explained later' WHERE policy_id = :draft;
INSERT INTO governance.campaign (campaign, note) VALUES ('spring', 'clean');
UPDATE governance.campaign SET note = 'cleaner';
UPDATE governance.campaign SET note = 'cleaner';
DELETE FROM governance.campaign;
SET ROLE audit_moderator;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 9) i;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) SELECT i, 100 + i, 't.audit', 'noise' FROM generate_series(1, 9) i;
SELECT governance.overturn(101, 'mistaken') > 0 AS revised;
SELECT governance.change(102, 2, 'half') > 0 AS revised;
SELECT governance.reinstate(101, 'not mistaken') > 0 AS revised;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (9, 110, 't.audit', 'scam');
SELECT governance.release(sanction_id, 'mercy') > 0 AS revised FROM governance.sanction WHERE account_id = 9;
INSERT INTO governance.appeal (appeal_id, violation_id, grounds) VALUES (201, 103, 'no'), (202, 104, 'no');
SELECT governance.decide_appeal(201, 'upheld', 'it was'), governance.decide_appeal(202, 'overturned', 'it was not');
-- many in a statement, one that is undone, and one that is refused
INSERT INTO governance.revision (account_id, violation_id, action, reason) SELECT i, 100 + i, 'overturn', 'in bulk' FROM generate_series(5, 6) i;
BEGIN;
SAVEPOINT s;
SELECT governance.overturn(107, 'never happened') > 0 AS revised;
ROLLBACK TO s;
SELECT governance.overturn(108, 'happened') > 0 AS revised;
-- in the middle of it there is nothing wrong either
SELECT * FROM governance.verify();
COMMIT;
\set VERBOSITY terse
SELECT governance.overturn(108, 'again') > 0 AS revised;
\set VERBOSITY default
SET ROLE audit_administrator;
SELECT governance.apply_for_certification(1, 'occupation:healthcare/physician[hospital=9,title=3]', '{"licence": "secret"}') AS applied \gset
SELECT governance.examine_certification(1, :applied), governance.grant_certification(1, :applied, 'fine'), governance.suspend_certification(1, :applied, 'doubt'), governance.cancel_certification(1, :applied, 'certain');
INSERT INTO governance.certification_consequence (scheme, rule, effect) VALUES ('t.audit', 'scam', 'cancel');
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT governance.retire(:draft) IS NOT NULL AS retired;
RESET ROLE;
SELECT governance.revoke_level('audit_administrator');
-- what follows from a violation is done on its recorder's behalf
SELECT a.action, a.relation, a.key - 'revision_id' - 'policy_id' - 'consequence_id' - 'role' AS key, a.role, a.reason
	FROM governance.audit a WHERE a.audit_id > (SELECT id FROM before) ORDER BY a.audit_id;
SELECT DISTINCT session_role = session_user AS me, application, client IS NOT DISTINCT FROM host(inet_client_addr()) AS from_here FROM governance.audit WHERE audit_id > (SELECT id FROM before);
SELECT content ->> 'evidence' AS evidence FROM governance.audit WHERE relation = 'certification_step' AND action = 'apply';
SELECT 'sha256:' || encode(sha256(convert_to(evidence::text, 'UTF8')), 'hex') AS evidence FROM governance.certification_step WHERE action = 'apply';
SELECT count(*) > 50 AS entries, bool_and(n = c.position) AS in_place
	FROM (SELECT c.*, row_number() OVER (ORDER BY position) AS n FROM governance.audit_chain c) c;
SELECT * FROM governance.verify();
-- Anybody can compute the chain, and no setting changes it.
SELECT count(*) AS differ
	FROM (SELECT c.digest, c.audit_id, lag(c.digest) OVER (ORDER BY c.position) AS before FROM governance.audit_chain c) c
		JOIN governance.audit a USING (audit_id)
	WHERE c.digest <> sha256(coalesce(c.before, '') || convert_to(to_jsonb(a)::text, 'UTF8'));
SET TimeZone = 'Asia/Kathmandu';
SET DateStyle = 'SQL, DMY';
SET IntervalStyle = 'sql_standard';
SET extra_float_digits = -10;
SET bytea_output = 'escape';
SET quote_all_identifiers = on;
SELECT count(*) FROM governance.verify();
INSERT INTO governance.campaign (campaign, during, note) VALUES ('autumn', '[25/12/2024,26/12/2024)', 'under odd settings');
RESET ALL;
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT content FROM governance.audit WHERE key ->> 'campaign' = 'autumn';
SELECT * FROM governance.verify();

-- ---------------------------------------------------------------------------
-- Nobody writes it by hand
-- ---------------------------------------------------------------------------
SET ROLE audit_moderator;
INSERT INTO governance.audit (session_role, role, action) VALUES ('x', 'x', 'x');
RESET ROLE;
UPDATE governance.audit SET reason = 'x';
DELETE FROM governance.audit;
TRUNCATE governance.audit, governance.audit_chain;
UPDATE governance.audit_chain SET position = position + 1;

-- ---------------------------------------------------------------------------
-- A superuser does
-- ---------------------------------------------------------------------------
\set ECHO none
CREATE PROCEDURE public.tamper(what text, VARIADIC statements text[] DEFAULT '{}') LANGUAGE plpgsql AS $$
DECLARE
	statement	text;
	found		record;
	n			int := 0;
BEGIN
	RAISE NOTICE '--- %', what;
	BEGIN
		SET LOCAL session_replication_role = replica;
		FOREACH statement IN ARRAY statements LOOP
			EXECUTE statement;
		END LOOP;
		SET LOCAL session_replication_role = origin;
		-- what it does to standings is shown elsewhere
		FOR found IN SELECT * FROM governance.verify() v WHERE v.item ~ 'audit' LOOP
			n := n + 1;
			IF n <= 3 THEN
				RAISE NOTICE '%', regexp_replace(regexp_replace(concat_ws(' | ', coalesce(found.account_id::text, '-'), found.item,
					coalesce(found.stored, 'nothing'), coalesce(found.replayed, 'nothing')), '[\\]x[0-9a-f]{64}', '(digest)', 'g'),
					'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]*[+]00:00|(?<=entry |chained at )[0-9]+', '(...)', 'g');
			END IF;
		END LOOP;
		RAISE NOTICE '% found', n;
		RAISE EXCEPTION USING ERRCODE = 'XX999';
	EXCEPTION WHEN SQLSTATE 'XX999' THEN
		NULL;
	END;
END
$$;
SET client_min_messages = notice;
\set ECHO queries
CALL public.tamper('nothing');
CALL public.tamper('a decision has another reason', $$UPDATE governance.revision SET reason = 'bribed' WHERE violation_id = 102$$);
CALL public.tamper('was taken at another time', $$UPDATE governance.appeal SET decided_at = decided_at + interval '1 microsecond' WHERE appeal_id = 201$$);
CALL public.tamper('by somebody else', $$UPDATE governance.certification_step SET recorded_by = 'nobody' WHERE action = 'grant'$$);
CALL public.tamper('on other evidence', $$UPDATE governance.certification_step SET evidence = '{"licence": "forged"}' WHERE action = 'apply'$$);
CALL public.tamper('is gone', $$DELETE FROM governance.certification_consequence$$);
CALL public.tamper('never was', $$INSERT INTO governance.revision (account_id, revision_id, violation_id, action, reason, decided_by) VALUES (7, 999, 107, 'overturn', 'x', 'x')$$);
CALL public.tamper('a policy allows more', $$UPDATE governance.policy SET document = jsonb_set(document, '{rules,noise,points}', '[0, 5]') WHERE note = 'first'$$);
CALL public.tamper('a role has a level', $$INSERT INTO governance.role_level (role, level) VALUES ('x', 'administrator')$$);
CALL public.tamper('the entry has another reason', $$UPDATE governance.audit SET reason = 'bribed' WHERE action = 'change' AND relation = 'revision'$$);
CALL public.tamper('decision and entry have', $$UPDATE governance.revision SET reason = 'bribed' WHERE violation_id = 102$$, $$UPDATE governance.audit SET reason = 'bribed', content = content || '{"reason": "bribed"}' WHERE action = 'change' AND relation = 'revision'$$);
CALL public.tamper('the entry has another author', $$UPDATE governance.audit SET role = 'nobody' WHERE action = 'change' AND relation = 'revision'$$);
CALL public.tamper('the entry is gone', $$DELETE FROM governance.audit WHERE action = 'change' AND relation = 'revision'$$);
CALL public.tamper('entry and link are gone', $$DELETE FROM governance.audit_chain WHERE audit_id = (SELECT audit_id FROM governance.audit WHERE action = 'change' AND relation = 'revision')$$, $$DELETE FROM governance.audit WHERE action = 'change' AND relation = 'revision'$$, $$DELETE FROM governance.revision WHERE violation_id = 102$$);
CALL public.tamper('and the rest moves up', $$DELETE FROM governance.audit_chain WHERE audit_id = (SELECT audit_id FROM governance.audit WHERE action = 'change' AND relation = 'revision')$$, $$DELETE FROM governance.audit WHERE action = 'change' AND relation = 'revision'$$, $$DELETE FROM governance.revision WHERE violation_id = 102$$,
	$$WITH n AS (SELECT audit_id, row_number() OVER (ORDER BY position) AS n FROM governance.audit_chain) UPDATE governance.audit_chain c SET position = -n.n FROM n WHERE n.audit_id = c.audit_id$$, $$UPDATE governance.audit_chain SET position = -position$$);
CALL public.tamper('two change places', $$UPDATE governance.audit_chain SET position = -position WHERE position IN (11, 12)$$, $$UPDATE governance.audit_chain SET position = 23 + position WHERE position < 0$$);
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO governance.audit (audit_id, session_role, role, action) VALUES (99999, 'x', 'x', 'x');
COMMIT;
CALL public.tamper('an entry was added');
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM governance.audit WHERE audit_id = 99999;
COMMIT;
-- a chain that is cut short, or written anew from the change on, is consistent in itself: that is what the head is for
CREATE TEMPORARY TABLE noted AS SELECT * FROM governance.audit_head();
CALL public.tamper('the end is cut off', $$DELETE FROM governance.campaign WHERE campaign = 'autumn'$$, $$DELETE FROM governance.audit a USING governance.audit_chain c WHERE c.audit_id = a.audit_id AND c.position = (SELECT max(position) FROM governance.audit_chain)$$, $$DELETE FROM governance.audit_chain WHERE position = (SELECT max(position) FROM governance.audit_chain)$$);
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM governance.audit_chain c USING noted WHERE c.position = noted.position;
SELECT EXISTS (SELECT FROM governance.audit_chain JOIN noted USING (position, digest)) AS as_noted;
ROLLBACK;
SELECT EXISTS (SELECT FROM governance.audit_chain JOIN noted USING (position, digest)) AS as_noted;
SELECT * FROM governance.verify();

-- ---------------------------------------------------------------------------
-- Seals over the ledger itself
-- ---------------------------------------------------------------------------
INSERT INTO governance.activity_kind (kind) VALUES ('course');
INSERT INTO governance.activity (account_id, activity_id, kind) SELECT 1, 300 + i, 'course' FROM generate_series(1, 3) i;
SET ROLE audit_moderator;
SELECT governance.seal();
RESET ROLE;
SELECT governance.seal('end of the month') AS sealed;
SELECT governance.seal('nothing new') AS sealed;
-- one that comes later with an id that lies before is sealed by the next
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, evidence, occurred_at, decided_at) VALUES (2, 50, 't.audit', 'noise', '{"seen": true}', '2024-01-01', '2024-01-01');
SELECT * FROM governance.verify();
SELECT governance.seal('late') AS sealed;
SELECT relation, ids, rows, reason FROM governance.seal ORDER BY seal_id;
SELECT * FROM governance.verify();
CALL public.tamper('nothing');
\set tampered 'BEGIN; SET LOCAL session_replication_role = replica;'
:tampered
UPDATE governance.violation SET decided_by = 'nobody' WHERE violation_id = 103;
DELETE FROM governance.violation WHERE violation_id = 50;
UPDATE governance.activity SET quantity = 7 WHERE activity_id = 302;
SELECT v.account_id, v.scheme, v.item, v.stored::jsonb - '{occurred_at,decided_at}'::text[] AS stored FROM governance.verify() v WHERE v.item LIKE 'sealed%';
ROLLBACK;
-- the digests themselves, and the seal, too
:tampered
UPDATE governance.seal SET digests = set_byte(digests, 0, 255 - get_byte(digests, 0)) WHERE seal_id = 1;
SELECT v.item, v.stored FROM governance.verify() v WHERE v.item ~ 'seal [0-9]';
UPDATE governance.seal SET digest = sha256(digests) WHERE seal_id = 1;
SELECT v.item FROM governance.verify() v WHERE v.item LIKE '%of seal%';
ROLLBACK;
UPDATE governance.seal SET ids = '{}';
SELECT * FROM governance.verify();

\set ECHO none
DROP PROCEDURE public.tamper(text, text[]);
DROP OWNED BY audit_moderator, audit_administrator CASCADE;
DROP ROLE audit_moderator, audit_administrator;
