-- Nothing that create_ledger() makes stands in the way of distributing the
-- ledger by account_id: what is printed between the headings is in the way.
\set ECHO none
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE TEMP VIEW ledger_table AS
	SELECT c.oid, c.relname, a.attnum AS account
	FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p');
-- Two tables have an account and are kept whole on every node: the accounts,
-- whose platform ids are unique over all, and what binds two accounts.
CREATE TEMP VIEW distributed AS
	SELECT * FROM ledger_table WHERE account IS NOT NULL AND relname NOT IN ('account', 'account_binding');
\set ECHO queries

SELECT count(*) >= 10 AS distributed FROM distributed;

-- Identity columns, and sequences whose numbers do not fit into a shard's share.
SELECT t.relname, a.attname FROM ledger_table t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attidentity <> '';
SELECT c.relname FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
	WHERE c.relnamespace = 'governance'::regnamespace AND s.seqtypid <> 'bigint'::regtype;

-- account_id is a bigint that is never null, and first in the primary key.
SELECT t.relname FROM distributed t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = t.account
	WHERE a.atttypid <> 'bigint'::regtype OR NOT a.attnotnull;
SELECT t.relname FROM distributed t LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary
	WHERE i.indkey[0] IS DISTINCT FROM t.account;

-- It is in every unique index, and in every exclusion constraint with "=".
SELECT i.indexrelid::regclass FROM distributed t JOIN pg_index i ON i.indrelid = t.oid AND i.indisunique
	WHERE t.account <> ALL (i.indkey::int2[]);
SELECT k.conname FROM distributed t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'x'
	WHERE NOT EXISTS (SELECT FROM unnest(k.conkey, k.conexclop) AS e(attribute, operator) JOIN pg_operator o ON o.oid = e.operator
		WHERE e.attribute = t.account AND o.oprname = '=');

-- Foreign keys go along account_id, or to a table that every node has whole;
-- such a table refers to no distributed one.
SELECT k.conname FROM distributed t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
	JOIN distributed r ON r.oid = k.confrelid
	WHERE NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS f(mine, theirs) WHERE f.mine = t.account AND f.theirs = r.account);
SELECT k.conname FROM ledger_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
	WHERE t.oid NOT IN (SELECT oid FROM distributed) AND k.confrelid IN (SELECT oid FROM distributed);

-- No trigger of create_ledger() has rows read by the name of a transition table.
-- (Those of the outbox do; create_consumer() attaches them.)
SELECT DISTINCT p.oid::regprocedure FROM pg_trigger t CROSS JOIN pg_proc p
	WHERE t.tgrelid IN (SELECT oid FROM ledger_table) AND (t.tgnewtable IS NOT NULL OR t.tgoldtable IS NOT NULL)
		AND p.pronamespace = 'governance'::regnamespace AND p.proname NOT LIKE 'event\_%'
		AND p.prosrc ~ ('\m(FROM|JOIN)\s+(' || concat_ws('|', t.tgnewtable, t.tgoldtable) || ')\M');
SELECT DISTINCT p.oid::regprocedure FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
		JOIN pg_language l ON l.oid = p.prolang
	WHERE t.tgrelid IN (SELECT oid FROM ledger_table) AND (t.tgnewtable IS NOT NULL OR t.tgoldtable IS NOT NULL) AND l.lanname <> 'c';
