-- What is derived is written by the ledger alone.
\set ECHO none
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "t.derived",
	"score": {"direction": "accumulate", "limit": 12},
	"rules": {"late": {"title": "late", "points": 3}},
	"ladder": [{"rung": "stop", "when": "score >= 3", "tier": "muted", "withhold": ["post"], "for": "7 days"}]}') > 0 AS published;
\pset format unaligned
\set SHOW_CONTEXT never
\set ECHO queries
INSERT INTO governance.account (account_id) VALUES (1), (2);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.derived', 'late');
SELECT (SELECT count(*) FROM governance.standing) AS standings, (SELECT count(*) FROM governance.sanction) AS sanctions,
	(SELECT count(*) FROM governance.withholding) AS withholdings;

-- Its owner and superusers are refused like anybody else, whether there is a row or not.
CREATE FUNCTION tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	detail	text;
	hint	text;
BEGIN
	EXECUTE statement;
	RETURN 'went through';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws('|', SQLSTATE, SQLERRM, detail, hint);
END $$;
SELECT tried('UPDATE governance.standing SET score = ''0/12''') AS said;
SELECT relation, what, split_part(tried(format(statement, relation)), '|', 1) AS said, split_part(tried(format(statement, relation)), '|', 2) AS message
FROM (VALUES ('standing'), ('sanction'), ('withholding')) r (relation),
	(VALUES ('insert', 'INSERT INTO governance.%1$s SELECT * FROM governance.%1$s'), ('update', 'UPDATE governance.%s SET account_id = 2'),
			('update nothing', 'UPDATE governance.%s SET account_id = 2 WHERE false'),
			('delete', 'DELETE FROM governance.%s'), ('truncate', 'TRUNCATE governance.%s CASCADE')) s (what, statement)
ORDER BY relation, what;
SELECT tried('MERGE INTO governance.withholding r USING governance.account a ON false WHEN NOT MATCHED THEN INSERT VALUES (a.account_id, ''post'', ''certification'', ''2020-01-01'', ''infinity'')') LIKE 'GV203%' AS refused;
SELECT count(*) AS differences FROM governance.verify();

-- The ledger goes on by itself, without SQL and, where others watch a table, by statements.
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING '% of %, meanwhile: %', TG_OP, TG_RELNAME, split_part(public.tried('UPDATE governance.withholding SET until = ''infinity'''), '|', 1);
	RETURN NULL;
END $$;
CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON governance.standing FOR EACH ROW EXECUTE FUNCTION watch();
CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON governance.sanction FOR EACH ROW EXECUTE FUNCTION watch();
CREATE TRIGGER watch AFTER INSERT OR UPDATE OR DELETE ON governance.withholding FOR EACH ROW EXECUTE FUNCTION watch();
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.derived', 'late');
SELECT governance.overturn(violation_id, 'mistaken') > 0 AS overturned FROM governance.violation WHERE account_id = 2;
DROP TRIGGER watch ON governance.standing;
DROP TRIGGER watch ON governance.sanction;
DROP TRIGGER watch ON governance.withholding;
SELECT count(*) AS differences FROM governance.verify();

-- Ways of restore and repair.
DO $$
BEGIN
	SET LOCAL session_replication_role = replica;
	DELETE FROM governance.withholding;
	UPDATE governance.standing SET score = '9/12';
END $$;
ALTER TABLE governance.sanction DISABLE TRIGGER append_only_delete;
DELETE FROM governance.sanction WHERE account_id = 2;
ALTER TABLE governance.sanction ENABLE TRIGGER append_only_delete;
SELECT count(*) > 0 AS differs FROM governance.verify();
SELECT governance.rebuild();
SELECT count(*) AS differences FROM governance.verify();

-- An account that has entries stays, and what is derived of it with it.
SELECT split_part(tried('DELETE FROM governance.account WHERE account_id = 1'), '|', 1) AS said;

-- What certifications withhold is derived, too.
INSERT INTO governance.domain (domain, name) VALUES ('t.health', 'health');
SELECT governance.rebuild_certification();
SELECT count(*) AS differences FROM governance.verify_certification();
