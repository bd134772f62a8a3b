-- Enforcement in an application's own tables: reject, record, row-level security, rights.
\set ECHO none
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries

SELECT governance.publish('{"scheme": "t.channel", "title": "channel", "score": {"cap": 100},
	"rules": {
		"unqualified.health": {"title": "health content without the certification", "severity": "medium", "points": 10},
		"unqualified.law": {"title": "legal content without the certification", "severity": "severe", "points": 30}},
	"ladder": [
		{"rung": "unseen", "when": "score <= 90", "tier": "limited", "withhold": ["full_recommendation"]},
		{"rung": "cut", "when": "score <= 60", "tier": "suspended", "withhold": ["live"], "for": "7 days"},
		{"rung": "ban", "when": "score <= 0", "tier": "banned", "withhold": ["live", "post"], "for": "ever"}]}') > 0 AS published;
INSERT INTO governance.account (account_id, external_id) VALUES (1, 'alice'), (2, 'bob'), (3, 'carol');
SELECT governance.apply_for_certification(1, 'occupation:healthcare/physician[hospital=9,title=4]') AS cert \gset
SELECT governance.examine_certification(1, :cert), governance.grant_certification(1, :cert);

-- Reject: what is missing and how to get it.
CREATE TABLE article (id int PRIMARY KEY, author bigint, topic text, body text);
CREATE TRIGGER qualified BEFORE INSERT OR UPDATE ON article
	FOR EACH ROW EXECUTE FUNCTION governance.require_qualification('author', 'topic');
INSERT INTO article VALUES (1, 1, 'health', 'wash your hands');
INSERT INTO article VALUES (2, 2, 'health', 'drink bleach');
DO $$
DECLARE s text; t text; c text; d text; h text;
BEGIN
	INSERT INTO article VALUES (2, 2, 'health', 'drink bleach');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS s = SCHEMA_NAME, t = TABLE_NAME, c = COLUMN_NAME, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	RAISE INFO '% % %.%.%', SQLSTATE, SQLERRM, s, t, c;
END $$;
INSERT INTO article VALUES (3, 2, NULL, 'what I had for dinner'), (4, NULL, NULL, 'anonymous');
INSERT INTO article VALUES (5, NULL, 'health', 'anonymous advice');
INSERT INTO article VALUES (5, 2, 'gossip', 'x');
INSERT INTO article VALUES (5, 99, 'health', 'x');
-- All or nothing.
INSERT INTO article VALUES (6, 1, 'health', 'sleep well'), (7, 3, 'health', 'x');
COPY article FROM stdin;
8	1	health	walk
9	2	health	bleach
\.
-- An update asks when who or where changes.
UPDATE article SET topic = 'health' WHERE id = 3;
UPDATE article SET author = 2 WHERE id = 1;
UPDATE article SET body = 'wash your hands well' WHERE id = 1;
UPDATE article SET topic = NULL, author = 2 WHERE id = 1;
SELECT * FROM article ORDER BY id;
UPDATE article SET topic = 'health', author = 1 WHERE id = 1;

-- The certification goes: no more of it, and edits of what is there pass.
\set VERBOSITY terse
SELECT governance.suspend_certification(1, :cert, 'a complaint');
INSERT INTO article VALUES (10, 1, 'health', 'x');
UPDATE article SET body = 'corrected' WHERE id = 1;
SELECT governance.reinstate_certification(1, :cert, 'unfounded');
INSERT INTO article VALUES (10, 1, 'health', 'x');
-- Within one transaction as well, and undone with it.
BEGIN;
SELECT governance.cancel_certification(1, :cert, 'leaves');
SAVEPOINT s;
INSERT INTO article VALUES (11, 1, 'health', 'x');
ROLLBACK;
INSERT INTO article VALUES (11, 1, 'health', 'x');

\set VERBOSITY default

-- As a constraint that is checked at the end of the transaction; accounts by
-- external id; a domain column of another type; partitions.
CREATE TYPE topic AS ENUM ('health', 'law', 'cooking');
CREATE TABLE film (id int, author text, topic topic) PARTITION BY RANGE (id);
CREATE TABLE film_1 PARTITION OF film FOR VALUES FROM (1) TO (10);
CREATE CONSTRAINT TRIGGER qualified AFTER INSERT OR UPDATE ON film DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION governance.require_qualification('author', 'topic', 'reject');
INSERT INTO film VALUES (1, 'alice', 'health');
BEGIN;
INSERT INTO film VALUES (2, 'bob', 'health');
DELETE FROM film WHERE id = 2;
INSERT INTO film VALUES (3, 'alice', 'health');
COMMIT;
BEGIN;
INSERT INTO film VALUES (2, 'bob', 'health');
COMMIT;
INSERT INTO film VALUES (4, 'mallory', 'health');
SELECT * FROM film ORDER BY 1;

-- Record: the row goes in marked, a violation is recorded with it, and the
-- ladder answers by degree.
CREATE TABLE video (id text, author int, topic text, title text, flagged boolean, violation_id bigint);
CREATE TRIGGER qualified BEFORE INSERT OR UPDATE ON video
	FOR EACH ROW EXECUTE FUNCTION governance.require_qualification('author', 'topic', 'record', 't.channel', 'unqualified.%', 'flagged', 'id');
INSERT INTO video VALUES ('v1', 1, 'health', 'stretching', true);
INSERT INTO video VALUES ('v2', 2, 'health', 'bleach'), ('v3', 2, NULL, 'dinner'), ('v4', 3, 'law', 'sue them');
SELECT id, author, topic, flagged FROM video ORDER BY 1;
SELECT account_id, scheme, rule, source, content_ref, decided_by = current_user AS by, evidence FROM governance.violation ORDER BY violation_id;
SELECT account_id, score, tier FROM governance.standing ORDER BY 1;
SELECT governance.permits(2, 'full_recommendation'), governance.permits(2, 'live'), governance.permits(2, 'post');
INSERT INTO video SELECT 'w' || n, 2, 'health', 'more bleach' FROM generate_series(1, 3) n;
SELECT governance.score(2, 't.channel'), governance.permits(2, 'full_recommendation'), governance.permits(2, 'live'), governance.permits(2, 'post');
INSERT INTO video SELECT 'x' || n, 2, 'law', 'sue the bleach makers' FROM generate_series(1, 2) n;
SELECT governance.score(2, 't.channel'), governance.permits(2, 'full_recommendation'), governance.permits(2, 'live'), governance.permits(2, 'post');
UPDATE video SET topic = 'health' WHERE id = 'v3';
SELECT id, flagged FROM video WHERE id = 'v3';
-- Marked with the number of the violation.
DROP TRIGGER qualified ON video;
CREATE TRIGGER qualified BEFORE INSERT ON video
	FOR EACH ROW EXECUTE FUNCTION governance.require_qualification('author', 'topic', 'record', 't.channel', 'unqualified.health', 'violation_id');
INSERT INTO video VALUES ('y1', 1, 'health', 'stretching', NULL, 77);
INSERT INTO video VALUES ('y2', 3, 'health', 'bleach');
SELECT v.id, v.violation_id IS NULL AS clean, l.account_id, l.content_ref FROM video v LEFT JOIN governance.violation l USING (violation_id) WHERE id LIKE 'y%' ORDER BY 1;
-- A row that is undone leaves nothing.
BEGIN;
INSERT INTO video VALUES ('z1', 3, 'health', 'bleach');
ROLLBACK;
SELECT governance.score(3, 't.channel'), count(*) FROM governance.violation WHERE account_id = 3;
SELECT * FROM governance.verify();

-- Wrong uses say what is wrong.
CREATE FUNCTION pg_temp.attempt(arguments text, timing text, doing text DEFAULT $$INSERT INTO video VALUES ('a', 2, 'health')$$) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	DROP TRIGGER IF EXISTS qualified ON video;
	EXECUTE format('CREATE TRIGGER qualified %s ON video %s EXECUTE FUNCTION governance.require_qualification(%s)', split_part(timing, '|', 1), split_part(timing, '|', 2), arguments);
	EXECUTE doing;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT arguments, timing, pg_temp.attempt(arguments, timing) FROM (VALUES
	('''author''', 'BEFORE INSERT|FOR EACH ROW'),
	('''author'', ''topic'', ''shout''', 'BEFORE INSERT|FOR EACH ROW'),
	('''author'', ''subject''', 'BEFORE INSERT|FOR EACH ROW'),
	('''author'', ''topic'', ''record''', 'BEFORE INSERT|FOR EACH ROW'),
	('''author'', ''topic'', ''record'', ''t.channel'', ''nothing''', 'BEFORE INSERT|FOR EACH ROW'),
	('''author'', ''topic'', ''record'', ''t.nothing'', ''x''', 'BEFORE INSERT|FOR EACH ROW'),
	('''author'', ''topic'', ''record'', ''t.channel'', ''unqualified.health'', ''title''', 'BEFORE INSERT|FOR EACH ROW'),
	('''author'', ''topic'', ''record'', ''t.channel'', ''unqualified.health'', ''flagged''', 'AFTER INSERT|FOR EACH ROW'),
	('''author'', ''topic''', 'BEFORE INSERT|FOR EACH STATEMENT'),
	('''author'', ''topic'', ''record'', ''t.channel'', ''unqualified.health''', 'AFTER INSERT|FOR EACH ROW'),
	('1, 2, 3, 4, 5, 6, 7, 8', 'BEFORE INSERT|FOR EACH ROW')) v (arguments, timing);
SELECT governance.require_qualification();

-- Row-level security.
DROP TRIGGER qualified ON video;
DELETE FROM video;
CREATE ROLE certification_app;
GRANT USAGE ON SCHEMA governance TO certification_app;
GRANT SELECT, INSERT ON video, article TO certification_app;
ALTER TABLE video ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON video FOR SELECT USING (true);
CREATE POLICY publish ON video FOR INSERT WITH CHECK (topic IS NULL OR governance.qualified(author, topic, statement_timestamp()));

-- The application needs rights on its own tables only.
SET ROLE certification_app;
INSERT INTO video VALUES ('r1', 1, 'health'), ('r2', 2, NULL);
INSERT INTO video VALUES ('r3', 2, 'health');
INSERT INTO video VALUES ('r3', 2, 'gossip');
INSERT INTO article VALUES (20, 1, 'health', 'x');
INSERT INTO article VALUES (21, 2, 'health', 'x');
-- what is missing is told to whoever may look
RESET ROLE;
GRANT SELECT ON governance.certification TO certification_app;
SET ROLE certification_app;
INSERT INTO article VALUES (21, 2, 'health', 'x');
RESET ROLE;
REVOKE SELECT ON governance.certification FROM certification_app;
SET ROLE certification_app;
SELECT count(*) FROM governance.certification;
SELECT count(*) FROM governance.qualified_domain;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.channel', 'unqualified.law');
CREATE TEMP TABLE mine (account_id bigint, domain text);
CREATE TRIGGER forge BEFORE INSERT ON mine FOR EACH ROW
	EXECUTE FUNCTION governance.require_qualification('account_id', 'domain', 'record', 't.channel', 'unqualified.law');
INSERT INTO governance.certification_step (account_id, action, qualification) VALUES (3, 'apply', 'interest:food');
RESET ROLE;

-- An examiner may take steps, and needs no right on what follows from them.
GRANT SELECT, INSERT ON governance.certification_step TO certification_app;
SET ROLE certification_app;
SELECT governance.apply_for_certification(3, 'occupation:law/lawyer[experience=4]') AS law \gset
SELECT governance.examine_certification(3, :law), governance.grant_certification(3, :law, 'seen');
SELECT governance.qualified(3, 'law'), current_user;
SELECT action, recorded_by, session_role = session_user AS session FROM governance.certification_step WHERE account_id = 3 ORDER BY step;
SELECT * FROM governance.certification;
RESET ROLE;
DROP OWNED BY certification_app;
DROP ROLE certification_app;
