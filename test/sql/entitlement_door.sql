-- One door: permits(), row-level security and require_capability() ask
-- standings, switches and documents.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
INSERT INTO governance.account (account_id, external_id, opened_at) SELECT n, 'u' || n, '2020-01-01' FROM generate_series(1, 9) n;
SELECT governance.publish('{"scheme": "t.score", "score": {"cap": 100}, "rules": {"fraud": {"title": "fraud", "points": 60}},
	"ladder": [{"rung": "mute", "when": "score <= 50", "tier": "muted", "withhold": ["post", "comment"], "for": "ever"}]}') > 0 AS published;
CREATE TABLE door_post (post_id integer, author bigint, words text);
CREATE TABLE door_gift (giver bigint, yuan numeric, receiver text);
\set ECHO queries

-- Without documents.
SELECT governance.permits(1, 'post');
SELECT governance.publish('{"entitlement": "t.door", "attributes": {"adult": {"type": "boolean", "default": true}},
	"facets": {"good": "tier(''t.score'') < ''muted''"},
	"capabilities": {
		"post": {"at_most": ["3 per day"]},
		"gift": {"unit": "yuan", "require": {"adult": "adult"}, "at_most": ["100 per day", {"name": "received", "amount": 150, "per": "day", "of": "counterpart"}]},
		"earn": {"require": {"good": "good", "score": "score(''t.score'') >= 80"}}}}') > 0 AS published;
SELECT governance.permits(1, 'post'), governance.permits(1, 'gift'), governance.permits(1, 'earn');
SELECT governance.set_attribute(2, 'adult', 'false');
SELECT governance.permits(2, 'gift');
-- Standings are behind it, and in it.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.score', 'fraud');
SELECT governance.permits(3, 'post'), governance.permits(3, 'earn'), governance.permits(3, 'gift');
SELECT rule, kind, allowed, because FROM governance.allowance(3, 'post');
SELECT rule, kind, allowed, because FROM governance.allowance(3, 'earn');
SELECT governance.use(3, 'post');
SELECT governance.permits(1, 'psot');
SELECT governance.permits(99, 'gift');

-- An application's rows.
CREATE TRIGGER may_post AFTER INSERT ON door_post FOR EACH ROW EXECUTE FUNCTION governance.require_capability('author', 'post');
CREATE TRIGGER may_give AFTER INSERT ON door_gift FOR EACH ROW EXECUTE FUNCTION governance.require_capability('giver', 'gift', 'yuan', 'receiver');
INSERT INTO door_post SELECT n, 1, 'w' FROM generate_series(1, 5) n;
-- With two arguments nothing is counted.
SELECT count(*) FROM governance.usage;
INSERT INTO door_gift VALUES (1, 60, 'u5'), (4, 60, 'u5');
\set VERBOSITY terse
INSERT INTO door_gift VALUES (1, 50, 'u6');
INSERT INTO door_gift VALUES (4, 40, 'u5');
\set VERBOSITY default
INSERT INTO door_gift VALUES (2, 1, 'u6');
INSERT INTO door_gift VALUES (3, NULL, NULL), (NULL, 10, 'u6');
SELECT account_id, amount, counterpart FROM governance.usage ORDER BY use_id;
CREATE TRIGGER no_update AFTER UPDATE ON door_gift FOR EACH ROW EXECUTE FUNCTION governance.require_capability('giver', 'gift', 'yuan');
UPDATE door_gift SET yuan = 1 WHERE giver = 1;
DROP TRIGGER no_update ON door_gift;
CREATE TRIGGER no_column AFTER INSERT ON door_gift FOR EACH ROW EXECUTE FUNCTION governance.require_capability('giver', 'gift', 'euro');
INSERT INTO door_gift VALUES (7, 1, NULL);
DROP TRIGGER no_column ON door_gift;

-- Row-level security, and roles: one that only uses has no right on the tables.
SELECT governance.use(7, 'post') > 0 FROM generate_series(1, 3);
CREATE ROLE door_reader;
CREATE ROLE door_service;
SELECT governance.grant_level('door_reader', 'reader');
GRANT USAGE ON SCHEMA governance TO door_service;
GRANT EXECUTE ON FUNCTION governance.use TO door_service;
ALTER TABLE door_post DISABLE TRIGGER may_post;
INSERT INTO door_post VALUES (6, 3, 'w'), (7, 7, 'w'), (8, 8, 'w');
ALTER TABLE door_post ENABLE ROW LEVEL SECURITY;
CREATE POLICY those ON door_post USING (governance.permits(author, 'post'));
GRANT SELECT ON door_post TO door_reader;
SET ROLE door_reader;
SELECT post_id, author FROM door_post ORDER BY 1;
SELECT governance.use(8, 'post');
SELECT allowed, remaining FROM governance.allowance(8, 'post') WHERE rule IS NULL;
SET ROLE door_service;
SELECT governance.use(8, 'post') > 0 AS used FROM generate_series(1, 3);
SELECT governance.use(8, 'post');
SELECT governance.permits(8, 'post');
SELECT * FROM governance.usage;
RESET ROLE;
SELECT recorded_by, count(*) FROM governance.usage WHERE account_id = 8 GROUP BY 1;
\set ECHO none
DROP TABLE door_post, door_gift;
SELECT governance.revoke_level('door_reader');
DROP OWNED BY door_reader, door_service;
DROP ROLE door_reader, door_service;
