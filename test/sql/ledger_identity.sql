-- A sanction is the same one as long as a sanction of its rung runs: an entry that
-- comes late may move its cause and its start, and leaves its id alone.
\set ECHO none
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
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

-- What time brings has its identity before it has a record: account, scheme, rung,
-- and which time it is that the rung opens.
SELECT governance.publish('{"scheme": "n", "score": {"direction": "deduct", "cap": 100}, "rules": {"spam": {"title": "spam", "points": 50}},
	"observe": {"open": {"count": "sanctions", "rungs": ["notice"], "in_force": true}, "fresh": {"count": "sanctions", "rungs": ["notice"], "within": "72 hours"}},
	"ladder": [{"rung": "notice", "when": "score < 100", "tier": "warned", "until": ["answered"]},
		{"rung": "deactivated", "when": "open >= 1 and fresh = 0", "tier": "banned", "withhold": ["sell"], "for": "ever"}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(11, 14), '2020-01-01';
SELECT count(pg_temp.violate(a, 'n', '2026-01-01')) FROM generate_series(11, 14) a;
SELECT capability, since, scheme, rung, tier, sanction_id, opening FROM governance.restrictions(11);
SELECT what, rung, opening, sanction_id IS NOT NULL AS recorded FROM governance.timeline(11, 'n') WHERE opening IS NOT NULL;
SELECT e - 'text' - 'policy' AS explained FROM governance.restrictions(11) r, governance.explain(11, r.scheme, r.rung, r.opening) e;
SELECT governance.explain_text(11, 'n', 'deactivated', 1);
SELECT governance.explain(11, 'n', 'notice', 1) ->> 'sanction_id' = s.sanction_id::text AS recorded FROM governance.sanction s WHERE account_id = 11;
SELECT governance.notice(11, 'n', 'deactivated', 1);
SELECT split_part(governance.notice(11, 'n', 'deactivated', 1, 'zh'), E'\n', 1) AS notice;
SELECT count(*) AS records FROM governance.sanction WHERE account_id = 11;
-- Lifted by it, and as a row that somebody writes.
SELECT governance.release(11, scheme, rung, opening, 'served long enough') > 0 AS released FROM governance.restrictions(11);
INSERT INTO governance.revision (account_id, action, scheme, rung, since, reason)
	SELECT 12, 'release', scheme, rung, since, 'lifted' FROM governance.restrictions(12);
SELECT account_id, rung, opening, lower(during), release_reason FROM governance.sanction WHERE account_id IN (11, 12) ORDER BY account_id, opening, rung;
SELECT a, governance.tier(a), governance.permits(a, 'sell') FROM unnest('{11,12,13}'::int[]) a;
SELECT governance.explain(11, 'n', 'deactivated', 1) -> 'released' ->> 'why' AS why;
SELECT sanction_id IS NOT NULL AS named, count(*) FROM governance.revision WHERE action = 'release' GROUP BY 1;
SELECT * FROM governance.verify();
-- What is not there, and what is not named.
\set VERBOSITY terse
SELECT governance.release(sanction_id, 'served long enough') FROM governance.restrictions(13);
SELECT governance.release(13, 'n', 'deactivated', 2, 'x');
SELECT governance.release(13, 'n', 'no.such', 1, 'x');
SELECT governance.explain(13, 'n', 'deactivated', 2);
SELECT governance.explain(13, 'no.such', 'deactivated', 1);
SELECT governance.notice(13, 'n', 'deactivated', 2);
INSERT INTO governance.revision (account_id, action, scheme, rung, since, reason) VALUES (13, 'release', 'n', 'deactivated', '2026-01-05', 'lifted');
INSERT INTO governance.revision (account_id, action, scheme, rung, reason) VALUES (13, 'release', 'n', 'deactivated', 'lifted');
SELECT count(*) AS records FROM governance.sanction WHERE account_id = 13;
\set VERBOSITY default

-- What is in force, recorded or not; what time has ended is not.
SELECT account_id, rung, tier, since, until, sanction_id IS NOT NULL AS recorded, opening FROM governance.sanction_in_force WHERE account_id IN (12, 13) ORDER BY 1, 2;
SELECT scheme, rung, accounts, sanctions FROM governance.report_in_force() WHERE scheme = 'n';
SELECT scheme, rung, accounts, sanctions FROM governance.report_in_force('2026-01-03') WHERE scheme = 'n';
SELECT governance.publish('{"scheme": "w", "score": {"direction": "accumulate", "limit": 15}, "rules": {"spam": {"title": "spam", "points": [1, 15]}},
	"relief": [{"sanction": "end", "rungs": ["suspended"], "set": 7}],
	"ladder": [{"rung": "letter", "tier": "limited", "when": "score >= 6 and score < 15", "withhold": ["x"]},
		{"rung": "suspended", "tier": "suspended", "when": "score >= 15", "withhold": ["drive"], "for": "30 days"}]}') > 0 AS published;
SELECT pg_temp.violate(14, 'w', now() - interval '60 days', 15) > 0 AS violated;
SELECT rung, since < now() - interval '29 days' AS since_then, sanction_id, opening FROM governance.sanction_in_force WHERE account_id = 14 AND scheme = 'w';

-- Facts alone put an account under a sanction that has no entry behind it, and no
-- standing: it is recorded and lifted all the same.
SELECT governance.publish('{"scheme": "facts", "attributes": {"age": {"type": "number"}}, "score": {"direction": "deduct", "cap": 100}, "rules": {"spam": {"title": "spam", "points": 8}},
	"ladder": [{"rung": "minor", "tier": "limited", "when": "age < 18", "withhold": ["tip"]}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT generate_series(21, 23), '2020-01-01';
SELECT count(governance.set_attribute(a, 'age', '16', '2020-01-01')) FROM generate_series(21, 22) a;
SELECT governance.explain(21, 'facts', 'minor', 1) -> 'starts' AS starts;
SELECT governance.release(21, 'facts', 'minor', 1, 'adult by paper') > 0 AS released;
INSERT INTO governance.revision (account_id, action, scheme, rung, since, reason) VALUES (22, 'release', 'facts', 'minor', '2020-01-01', 'adult by paper');
SELECT governance.release(23, 'facts', 'minor', 1, 'x');
SELECT account_id, rung, opening, lower(during), release_reason FROM governance.sanction WHERE account_id IN (21, 22) ORDER BY 1;
SELECT a, governance.tier(a, 'facts') FROM generate_series(21, 22) a;
SELECT pg_temp.violate(21, 'facts', '2026-01-01') > 0 AS violated;
SELECT * FROM governance.verify();
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT account_id, rung, opening, lower(during), release_reason FROM governance.sanction WHERE account_id IN (21, 22) ORDER BY 1;
