-- Tables that were known to be empty when the plans were made, and grow in the
-- same session while nothing analyses them: what looks up a few rows by their
-- keys goes on doing so.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "g.one", "time_zone": "UTC", "score": {"direction": "deduct", "cap": 100},
	"rules": {"a": {"title": "A", "points": [1, 9], "usual": 5}},
	"ladder": [{"rung": "limit", "when": "score <= 95", "tier": "limited", "withhold": ["post"], "for": "10 days"}]}') > 0 AS published;
DO $$
DECLARE
	r record;
BEGIN
	FOR r IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r' LOOP
		EXECUTE format('ALTER TABLE governance.%I SET (autovacuum_enabled = off)', r.relname);
	END LOOP;
END $$;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 1900) i;
ANALYZE;
\set ECHO queries

-- A step looks up its certification, and so does the foreign key behind it.
BEGIN;
SELECT count(governance.grant_certification(c.account_id, c.certification_id)) AS granted
	FROM (SELECT c.account_id, c.certification_id, governance.examine_certification(c.account_id, c.certification_id)
		  FROM (SELECT i AS account_id, governance.apply_for_certification(i, 'interest:food') AS certification_id
				FROM generate_series(1, 600) i OFFSET 0) c OFFSET 0) c;
CREATE TEMP TABLE before AS SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE schemaname = 'governance';
SELECT governance.apply_for_certification(700, 'interest:food') AS cert \gset
SELECT governance.examine_certification(700, :cert) \g /dev/null
SELECT governance.grant_certification(700, :cert);
SELECT s.relname, s.seq_tup_read - b.seq_tup_read AS read FROM pg_stat_xact_user_tables s JOIN before b USING (relname)
	WHERE s.seq_tup_read > b.seq_tup_read + 100 AND s.relname <> 'taxonomy' ORDER BY 1;
ROLLBACK;

-- So do appeals, and what follows from them.
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) SELECT i, 1000 + i, 'g.one', 'a' FROM generate_series(1, 1900) i;
CREATE FUNCTION pg_temp.appeal(violation bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	appeal bigint;
BEGIN
	INSERT INTO governance.appeal (violation_id) VALUES (violation) RETURNING appeal_id INTO appeal;
	PERFORM governance.decide_appeal(appeal, 'overturned', 'a mistake');
END $$;
BEGIN;
SELECT count(pg_temp.appeal(1000 + i)) AS decided FROM generate_series(1, 1800) i;
CREATE TEMP TABLE before AS SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE schemaname = 'governance';
SELECT count(pg_temp.appeal(2900)) AS decided;
SELECT s.relname, s.seq_tup_read - b.seq_tup_read AS read FROM pg_stat_xact_user_tables s JOIN before b USING (relname)
	WHERE s.seq_tup_read > b.seq_tup_read + 100 AND s.relname <> 'taxonomy' ORDER BY 1;
ROLLBACK;
