--
-- Code that runs with the rights of the ledger's owner: who acted stays known,
-- and what others' triggers do meanwhile is not taken for the ledger's own.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "t.owner", "score": {"direction": "deduct", "cap": 100},
	"rules": {"unqualified.law": {"title": "legal advice without the certification", "points": 10},
		"late": {"title": "late", "points": 20}},
	"links": [{"kind": "same_subject", "confidence": 0.5, "entries": ["late"]}],
	"ladder": [{"rung": "mute", "when": "score < 90", "tier": "muted", "withhold": ["post"], "for": "3 days"}]}') > 0 AS published;
INSERT INTO governance.certification_consequence (scheme, rule, effect) VALUES ('t.owner', 'unqualified.law', 'suspend');
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 20) i;
CREATE ROLE owner_author;
CREATE ROLE owner_clerk;
GRANT owner_author TO owner_clerk;
CREATE TABLE article (author bigint, topic text, broke bigint);
CREATE TRIGGER qualified BEFORE INSERT ON article FOR EACH ROW
	EXECUTE FUNCTION governance.require_qualification('author', 'topic', 'record', 't.owner', 'unqualified.%', 'broke');
CREATE FUNCTION write_article(author bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
	AS $$ INSERT INTO article VALUES (author, 'law') $$;
ALTER FUNCTION write_article OWNER TO owner_clerk;
GRANT INSERT ON article TO owner_author, owner_clerk;
SELECT governance.apply_for_certification(i, 'occupation:healthcare/physician[hospital=9,title=4]') AS cert FROM generate_series(1, 4) i;
SELECT count(governance.grant_certification(account_id, certification_id)) AS granted
FROM (SELECT c.*, governance.examine_certification(c.account_id, c.certification_id) FROM governance.certification c) c;
CREATE VIEW who AS
	SELECT v.account_id, v.decided_by, s.recorded_by, a.role AS audited
	FROM governance.violation v
		LEFT JOIN governance.certification_step s ON s.account_id = v.account_id AND s.action IN ('suspend', 'restore')
		LEFT JOIN governance.audit a ON a.relation = 'certification_step' AND (a.key ->> 'account_id')::bigint = s.account_id AND (a.key ->> 'step')::bigint = s.step
	ORDER BY v.account_id, s.step;
\set ECHO queries

-- who acted: a role, a function that runs as another one, a role after an error of its own
SET ROLE owner_author;
INSERT INTO article VALUES (1, 'law');
SELECT write_article(2);
BEGIN;
SAVEPOINT s;
INSERT INTO article VALUES (99, 'law');
ROLLBACK TO s;
INSERT INTO article VALUES (3, 'law');
COMMIT;
RESET ROLE;
SELECT * FROM who;
-- and of what comes back by a revision, inside somebody else's trigger
CREATE ROLE owner_judge;
SELECT governance.grant_level('owner_judge', 'moderator');
CREATE TABLE verdict (violation_id bigint);
GRANT INSERT ON verdict TO owner_judge;
CREATE FUNCTION judged() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM governance.overturn(NEW.violation_id, 'a mistake'); RETURN NULL; END $$;
CREATE TRIGGER judged AFTER INSERT ON verdict FOR EACH ROW EXECUTE FUNCTION judged();
SELECT violation_id FROM governance.violation WHERE account_id = 3 \gset
SET ROLE owner_judge;
INSERT INTO verdict VALUES (:violation_id);
RESET ROLE;
SELECT * FROM who WHERE account_id = 3;
SELECT decided_by FROM governance.revision;

-- what is append-only stays so for triggers that fire while the ledger writes
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	BEGIN
		EXECUTE TG_ARGV[0];
		RAISE WARNING 'on %: went through: %', TG_RELNAME, TG_ARGV[0];
	EXCEPTION WHEN OTHERS THEN
		RAISE WARNING 'on %: % % for %', TG_RELNAME, SQLSTATE, SQLERRM, TG_ARGV[0];
	END;
	RETURN NULL;
END $$;
CREATE FUNCTION meddle_on(relation regclass, statement text, event text DEFAULT 'INSERT OR UPDATE') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER zz_meddle AFTER %s ON %s FOR EACH STATEMENT EXECUTE FUNCTION meddle(%L)', event, relation, statement);
END $$;
SELECT meddle_on('governance.sanction', 'UPDATE governance.violation SET points = 0');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (5, 't.owner', 'late');
DROP TRIGGER zz_meddle ON governance.sanction;
SELECT meddle_on('governance.standing', 'UPDATE governance.sanction SET withholds = ''{}''');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (5, 't.owner', 'late');
DROP TRIGGER zz_meddle ON governance.standing;
SELECT meddle_on('governance.standing', 'DELETE FROM governance.revision');
SELECT governance.overturn(violation_id, 'x') > 0 AS overturned FROM governance.violation WHERE account_id = 5 LIMIT 1;
DROP TRIGGER zz_meddle ON governance.standing;
SELECT meddle_on('governance.certification_step', 'UPDATE governance.certification SET status = ''granted''');
SELECT governance.suspend_certification(4, certification_id, 'x') IS NOT NULL AS suspended FROM governance.certification WHERE account_id = 4;
DROP TRIGGER zz_meddle ON governance.certification_step;
-- what marks a copy is the ledger's to write
SELECT governance.link_accounts(7, 6, 'same_subject', 0.9);
CREATE TRIGGER zz_meddle AFTER INSERT ON governance.sanction FOR EACH STATEMENT WHEN (pg_trigger_depth() < 4)
	EXECUTE FUNCTION meddle('INSERT INTO governance.violation (account_id, scheme, rule, linked_account_id, linked_violation_id, link_id) VALUES (8, ''t.owner'', ''late'', 6, 1, 1)');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (6, 't.owner', 'late');
DROP TRIGGER zz_meddle ON governance.sanction;
SELECT account_id, linked_account_id FROM governance.violation WHERE account_id IN (6, 7, 8) ORDER BY account_id;
SELECT count(*) AS differences FROM governance.verify();
SELECT count(*) AS differences FROM governance.verify_certification();

DROP OWNED BY owner_author, owner_clerk, owner_judge CASCADE;
DROP ROLE owner_author, owner_clerk, owner_judge;
