-- The violation path: one row, many rows, bad rows, undone rows.
\set ECHO none
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT * FROM governance.create_ledger();
\set ECHO queries

SELECT governance.publish('{
	"scheme": "t.basic", "title": "basic",
	"score": {"direction": "deduct", "cap": 100},
	"severities": {"minor": {"points": [1, 2]}, "medium": {"points": [2, 4]}, "severe": {"points": [4, 8]}},
	"rules": {
		"noise":  {"title": "noise", "severity": "minor"},
		"insult": {"title": "insult", "severity": "medium"},
		"fraud":  {"title": "fraud", "severity": "severe", "usual": 8},
		"scam":   {"title": "scam", "severity": "extreme", "points": 50},
		"abuse":  {"title": "child abuse", "severity": "extreme", "points": 0, "direct": "gone"}},
	"ladder": [
		{"rung": "warned", "when": "score < 100", "tier": "warned"},
		{"rung": "quiet", "when": "score <= 69", "tier": "limited", "withhold": ["comment"]},
		{"rung": "mute", "when": "score < 40", "tier": "muted", "withhold": ["comment", "post"], "for": "30 days"},
		{"rung": "gone", "when": "score <= 0", "tier": "banned", "withhold": ["comment", "post", "live"], "for": "ever"}]
}') > 0 AS published;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 20);

-- One row: score, tier and restriction follow in the same statement.
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (1, 't.basic', 'insult', 3);
SELECT account_id, scheme, score, tier FROM governance.standing;
SELECT governance.score(1, 't.basic'), governance.tier(1), governance.permits(1, 'comment');

-- A price of its own, a null price, and the range.
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.basic', 'fraud'), (1, 't.basic', 'noise');
SELECT governance.score(1, 't.basic');
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (1, 't.basic', 'insult', 5);
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (1, 't.basic', 'fraud', 3.99);
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (1, 't.basic', 'fraud', 4.125);
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (1, 't.basic', 'scam', 49);
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (1, 't.basic', 'insult', 'NaN');
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (1, 't.basic', 'insult', 1e30);

-- Unknown things are named.
DO $$
DECLARE
	statement text;
	state text; message text; detail text; hint text;
BEGIN
	FOREACH statement IN ARRAY ARRAY[
		$q$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (99, 't.basic', 'noise')$q$,
		$q$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.nothing', 'noise')$q$,
		$q$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.basic', 'nose')$q$,
		$q$INSERT INTO governance.violation (account_id, scheme, rule, campaign, source) VALUES (1, 't.basic', 'noise', 'spring', 'campaign')$q$,
		$q$INSERT INTO governance.violation (account_id, scheme, rule, surcharge) VALUES (1, 't.basic', 'noise', 1)$q$,
		$q$INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (1, 't.basic', 'insult', -1)$q$,
		$q$INSERT INTO governance.violation (account_id, scheme, rule, source) VALUES (1, 't.basic', 'noise', 'rumour')$q$,
		$q$INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (1, 't.basic', 'noise', 'infinity')$q$,
		$q$SELECT governance.score(99, 't.basic')$q$,
		$q$SELECT governance.score(1, 't.nothing')$q$,
		$q$SELECT governance.score(1, 't.basic', 'infinity')$q$,
		$q$SELECT governance.tier(99)$q$,
		$q$SELECT governance.permits(99, 'post')$q$,
		$q$SELECT governance.permits(1, 'fly')$q$,
		$q$SELECT governance.explain(99)$q$,
		$q$SELECT governance.overturn(99, 'why not')$q$,
		$q$UPDATE governance.violation SET points = 1$q$,
		$q$DELETE FROM governance.violation$q$,
		$q$TRUNCATE governance.violation CASCADE$q$,
		$q$DELETE FROM governance.sanction$q$,
		$q$UPDATE governance.sanction SET tier = 'clear'$q$,
		$q$DELETE FROM governance.activity$q$,
		$q$TRUNCATE governance.attribute$q$]
	LOOP
		BEGIN
			EXECUTE statement;
			RAISE WARNING 'no error: %', statement;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
				detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
			RAISE WARNING '% % | % | %', state, message, regexp_replace(detail, '(contains|at) .*', '\1 ...'), hint;
		END;
	END LOOP;
END
$$;

-- Nothing of all that is half written.
SELECT governance.score(1, 't.basic'), (SELECT count(*) FROM governance.violation) AS violations;
SELECT * FROM governance.verify();

-- A statement that fails on its last row, and a savepoint that is rolled back.
\set VERBOSITY terse
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.basic', 'scam'), (3, 't.basic', 'scam'), (4, 't.basic', 'oops');
\set VERBOSITY default
BEGIN;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.basic', 'scam');
SAVEPOINT a;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.basic', 'scam'), (3, 't.basic', 'abuse');
SELECT account_id, score, tier FROM governance.standing ORDER BY 1;
ROLLBACK TO a;
SELECT account_id, score, tier FROM governance.standing ORDER BY 1;
COMMIT;
SELECT account_id, score, tier FROM governance.standing ORDER BY 1;
SELECT account_id, tier, rung, withholds, upper_inf(during) AS open FROM governance.sanction ORDER BY sanction_id;
SELECT * FROM governance.verify();

-- The same rows one by one, in one statement and by COPY give the same.
CREATE TEMPORARY TABLE story AS
	SELECT i, (ARRAY['noise', 'insult', 'fraud', 'scam'])[1 + (i * 7919 % 97) % 4] AS rule,
		timestamptz '2024-01-01' + i * interval '1 hour' AS at
	FROM generate_series(1, 12) AS i;
DO $$
DECLARE row record;
BEGIN
	FOR row IN SELECT * FROM story ORDER BY i LOOP
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
			VALUES (10, 't.basic', row.rule, row.at, row.at);
	END LOOP;
END
$$;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 11, 't.basic', rule, at, at FROM story ORDER BY i;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT 12, 't.basic', rule, at, at FROM story ORDER BY i DESC;
DO $$
DECLARE row record;
BEGIN
	FOR row IN SELECT * FROM story ORDER BY i DESC LOOP
		INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
			VALUES (14, 't.basic', row.rule, row.at, row.at);
	END LOOP;
END
$$;
SELECT account_id, score, tier, as_of FROM governance.standing WHERE account_id >= 10 ORDER BY 1;
SELECT account_id, rung, tier, during FROM governance.sanction
	WHERE account_id >= 10 AND release_reason IS DISTINCT FROM 'overturned' ORDER BY account_id, lower(during), rung;
SELECT * FROM governance.verify();

-- Who may insert violations needs no right on what follows from them.
CREATE ROLE governance_inserter;
GRANT USAGE ON SCHEMA governance TO governance_inserter;
GRANT INSERT ON governance.violation TO governance_inserter;
GRANT USAGE ON SEQUENCE governance.entry_seq TO governance_inserter;
SET ROLE governance_inserter;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (15, 't.basic', 'scam'), (16, 't.basic', 'abuse');
SELECT * FROM governance.standing;
RESET ROLE;
SELECT account_id, score, tier FROM governance.standing WHERE account_id IN (15, 16) ORDER BY 1;
SELECT capability, until, rung, tier FROM governance.restrictions(16) ORDER BY capability;
REVOKE ALL ON SCHEMA governance FROM governance_inserter;
REVOKE ALL ON governance.violation FROM governance_inserter;
REVOKE ALL ON SEQUENCE governance.entry_seq FROM governance_inserter;
DROP ROLE governance_inserter;

-- An application's own table.
CREATE TABLE post (id int PRIMARY KEY, author bigint, body text);
CREATE TRIGGER may_post BEFORE INSERT ON post FOR EACH ROW
	EXECUTE FUNCTION governance.require_capability('author', 'post');
INSERT INTO post VALUES (1, 1, 'hello');
INSERT INTO post VALUES (2, 16, 'hello');
INSERT INTO post VALUES (3, 99, 'hello');
INSERT INTO post VALUES (4, NULL, 'hello');
SELECT id, author FROM post ORDER BY id;
DROP TABLE post;

-- What is derived can be thrown away and made again.
CREATE TEMPORARY TABLE before AS SELECT account_id, scheme, score, tier, as_of, known_at, state FROM governance.standing;
SET session_replication_role = replica;
TRUNCATE governance.standing;
RESET session_replication_role;
SELECT count(*) > 0 AS differs FROM governance.verify();
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
SELECT count(*) FROM before b FULL JOIN governance.standing s USING (account_id, scheme)
	WHERE b.score::text IS DISTINCT FROM s.score::text OR b.tier::text IS DISTINCT FROM s.tier::text OR b.as_of IS DISTINCT FROM s.as_of;

-- A superuser who edits what is derived is found out.
SET session_replication_role = replica;
UPDATE governance.standing SET score = '99/100' WHERE account_id = 15;
UPDATE governance.standing SET withholds = array_remove(withholds, 'live') WHERE account_id = 16;
RESET session_replication_role;
SELECT account_id, scheme, item, stored, regexp_replace(replayed, 'from .*', 'from ...') AS replayed FROM governance.verify();
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
