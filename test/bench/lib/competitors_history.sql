--
-- competitors_history.sql
--	The history of violation_input.sql for the competitors of competitors.sql.
--
\set ON_ERROR_STOP on

INSERT INTO statement_trigger.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT account_id, :'scheme', rule, at, at FROM bench.history ORDER BY account_id;

INSERT INTO bare.violation SELECT * FROM statement_trigger.violation ORDER BY account_id;
INSERT INTO counter.violation SELECT * FROM statement_trigger.violation ORDER BY account_id;
INSERT INTO counter.counter
	SELECT a.account_id, 12 - coalesce(h.points, 0)
	FROM governance.account a LEFT JOIN bench.history h USING (account_id)
	ORDER BY a.account_id;

ALTER TABLE row_trigger.violation DISABLE TRIGGER ALL;
INSERT INTO row_trigger.violation SELECT * FROM statement_trigger.violation ORDER BY account_id;
ALTER TABLE row_trigger.violation ENABLE TRIGGER ALL;
INSERT INTO row_trigger.standing SELECT * FROM statement_trigger.standing ORDER BY account_id;
INSERT INTO row_trigger.sanction SELECT * FROM statement_trigger.sanction ORDER BY sanction_id;
INSERT INTO row_trigger.restriction SELECT * FROM statement_trigger.restriction ORDER BY account_id;
SELECT setval('row_trigger.sanction_seq', nextval('statement_trigger.sanction_seq'));

VACUUM ANALYZE;
CHECKPOINT;
