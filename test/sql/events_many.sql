-- Many events that wait, none of them known to statistics: what poll() and
-- acknowledge() read is in proportion to what they give, whether the events are
-- those of many accounts, of some, or of one.
\set ECHO none
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.create_consumer('app');
SELECT governance.create_consumer('one', kinds => ARRAY['near_rung']);
-- Nothing of it is looked at behind the scenes meanwhile.
ALTER TABLE governance.event SET (autovacuum_enabled = off);
ALTER TABLE governance.event_delivery SET (autovacuum_enabled = off);
ALTER TABLE governance.event_queue SET (autovacuum_enabled = off);

CREATE PROCEDURE pg_temp.fill(accounts int) LANGUAGE sql AS $$
	INSERT INTO governance.event (account_id, kind, at, scheme) SELECT 1 + i % accounts, 'sanction_started', now(), 's' FROM generate_series(0, 11999) i;
$$;
-- Rows of these tables that are read by a poll and an acknowledgement of 100.
CREATE FUNCTION pg_temp.turn(OUT given bigint, OUT acknowledged bigint, OUT many_read text) LANGUAGE plpgsql AS $$
DECLARE
	before	bigint;
	got		bigint[];
	read	CONSTANT text := 'SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables
		WHERE schemaname = ''governance'' AND relname LIKE ''event%''';
BEGIN
	EXECUTE read INTO before;
	SELECT array_agg(event_id) INTO got FROM governance.poll('app', 100, '1 hour');
	given := cardinality(got);
	acknowledged := governance.acknowledge('app', got);
	EXECUTE read INTO many_read;
	many_read := CASE WHEN many_read::bigint - before > 3000 THEN many_read::bigint - before END;
END $$;
CREATE TABLE outcome (accounts int, given bigint, acknowledged bigint, many_read text);
CREATE PROCEDURE pg_temp.try(accounts int) LANGUAGE plpgsql AS $$
BEGIN
	CALL pg_temp.fill(accounts);
	COMMIT;
	PERFORM governance.poll('app', 1, '0');
	COMMIT;
	FOR i IN 1..5 LOOP
		INSERT INTO outcome SELECT accounts, t.* FROM pg_temp.turn() t;
		COMMIT;
	END LOOP;
	PERFORM governance.acknowledge('app', array_agg(event_id)) FROM governance.event;
	PERFORM governance.poll('one');
	COMMIT;
END $$;
\set ECHO queries
CALL pg_temp.try(12000);
CALL pg_temp.try(300);
CALL pg_temp.try(1);
SELECT accounts, sum(given) AS given, sum(acknowledged) AS acknowledged, max(many_read) AS many_read FROM outcome GROUP BY 1 ORDER BY 1;
SELECT (SELECT count(*) FROM governance.event) AS events, (SELECT count(*) FROM governance.event_delivery) AS deliveries, (SELECT count(*) FROM governance.event_queue) AS queued;

-- All at once, and in the order of each account.
CALL pg_temp.fill(70);
SELECT count(*) AS given, count(*) FILTER (WHERE event_id < before) AS out_of_order
	FROM (SELECT event_id, lag(event_id) OVER (PARTITION BY account_id ORDER BY n) AS before
		  FROM governance.poll('app', 2147483647) WITH ORDINALITY AS p (event_id, kind, at, account_id, scheme, sanction_id, certification_id, policy_id, detail, recorded_at, attempt, n)) g;
SELECT governance.acknowledge('app', array_agg(event_id)) AS acknowledged FROM governance.event;

-- Limits however large are limits, and not an error of tick().
SELECT governance.create_consumer('large', max_pending => 9223372036854775807);
SELECT governance.create_consumer('old', max_age => '178000000 years');
SELECT governance.create_consumer('young', max_age => '1 microsecond');
SELECT governance.create_consumer('small', max_pending => 11999);
CALL pg_temp.fill(70);
SELECT * FROM governance.tick();
SELECT consumer, pending, lost_at IS NOT NULL AS lost FROM governance.consumer_lag ORDER BY 1;
