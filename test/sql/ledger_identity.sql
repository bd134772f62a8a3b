-- A sanction is the same one as long as a sanction of its rung runs: an entry that
-- comes late may move its cause and its start, and leaves its id alone.
\set ECHO none
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION pg_temp.violate(account bigint, scheme text, at timestamptz, points numeric DEFAULT NULL) RETURNS bigint
	LANGUAGE sql AS $$
	INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at)
		VALUES (account, scheme, 'spam', points, at, at) RETURNING violation_id
$$;
\set ECHO queries

SELECT governance.publish('{"scheme": "late", "score": {"direction": "accumulate", "limit": 5}, "rules": {"spam": {"title": "spam", "points": 1}},
	"ladder": [{"rung": "mute", "when": "score >= 2", "tier": "muted", "withhold": ["post"], "for": "7 days"}]}') > 0 AS published;
SELECT governance.create_consumer('mail');
INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(1, 3), now() - interval '1 day';
SELECT pg_temp.violate(1, 'late', now() - interval '10 s') > 0 AS first, pg_temp.violate(1, 'late', now() - interval '5 s') > 0 AS second;
CREATE TEMPORARY TABLE before AS SELECT * FROM governance.sanction;
SELECT pg_temp.violate(1, 'late', now() - interval '7 s') > 0 AS late;
SELECT s.sanction_id = b.sanction_id AS same, s.recorded_at = b.recorded_at AS same_record,
	   s.violation_id - b.violation_id AS cause_moved_by, lower(s.during) < lower(b.during) AS earlier,
	   s.released_at, s.release_reason
	FROM governance.sanction s, before b;
SELECT kind, detail -> 'before' ? 'violation_id' AS tells_cause FROM governance.poll('mail', 100) WHERE sanction_id IS NOT NULL;
SELECT sanctions, overturned FROM governance.report_announcement() WHERE by = 'all';
SELECT * FROM governance.verify();
SELECT governance.drop_consumer('mail');

-- What followed from a violation that was overturned is over all the same, and
-- what another one leads to at the time has reasons of its own.
SELECT pg_temp.violate(2, 'late', now() - interval '3 h') AS first, pg_temp.violate(2, 'late', now() - interval '2 h') AS second,
	   pg_temp.violate(2, 'late', now() - interval '1 h') AS third \gset
SELECT governance.overturn(:second, 'an error') > 0 AS revised;
SELECT violation_id = :second AS by_second, violation_id = :third AS by_third, release_reason
	FROM governance.sanction WHERE account_id = 2 ORDER BY sanction_id;
SELECT * FROM governance.verify();
