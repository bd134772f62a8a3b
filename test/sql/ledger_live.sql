--
-- Accounts with many entries that still count: what is settled of them is read
-- and written seldom, and nothing is different but the cost.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();

CREATE TEMPORARY TABLE document (scheme text PRIMARY KEY, document jsonb);
INSERT INTO document SELECT d ->> 'scheme', d || '{"rules": {"x": {"title": "x", "points": 2}, "y": {"title": "y", "points": [1, 5]}, "z": {"title": "z", "points": 0}}, "time_zone": "Europe/London"}'
	FROM unnest(ARRAY['
	{"scheme": "n.while", "score": {"direction": "accumulate", "limit": 100}, "relief": [{"age": "40 days", "void": "entry"}],
	 "ladder": [{"rung": "few", "tier": "warned", "when": "score >= 1"}, {"rung": "some", "tier": "limited", "when": "score >= 60"},
				{"rung": "lots", "tier": "muted", "when": "score >= 300"}]}', '
	{"scheme": "n.for", "score": {"direction": "deduct", "start": 1000, "cap": 1000}, "relief": [{"age": "1 month", "void": "entry"}],
	 "ladder": [{"rung": "low", "tier": "muted", "when": "score <= 900", "for": "3 days"}, {"rung": "lower", "tier": "banned", "when": "score <= 500", "for": "ever"}]}', '
	{"scheme": "n.incident", "score": {"direction": "accumulate", "limit": 50}, "relief": [{"age": "40 days", "void": "entry"}],
	 "collapse": [{"group": "incident", "keep": "first"}, {"group": "content", "within": "20 days", "at_most": 3}],
	 "ladder": [{"rung": "a", "tier": "warned", "when": "score >= 20"}]}', '
	{"scheme": "n.groups", "score": {"direction": "accumulate", "limit": 50},
	 "collapse": [{"group": "incident", "keep": "max"}], "ladder": [{"rung": "a", "tier": "warned", "each": 40, "for": "1 day"}]}', '
	{"scheme": "n.lengths", "score": {"direction": "accumulate", "limit": 50},
	 "relief": [{"age": "20 days", "void": "entry", "rules": ["x"]}, {"age": "45 days", "void": "entry", "rules": ["y"]}, {"age": "10 days", "void": "entry", "rules": ["z"]}],
	 "ladder": [{"rung": "a", "tier": "warned", "when": "score >= 200"}]}', '
	{"scheme": "n.clock", "clock": "decided", "score": {"direction": "accumulate", "limit": 50}, "relief": [{"age": "40 days", "from": "occurred", "void": "entry"}],
	 "ladder": [{"rung": "a", "tier": "warned", "when": "score >= 200"}]}', '
	{"scheme": "n.earned", "score": {"direction": "deduct", "start": 1000, "cap": 1000},
	 "relief": [{"age": "40 days", "void": "entry"}, {"every": "1 day", "add": 1}], "ladder": [{"rung": "a", "tier": "warned", "when": "score < 900"}]}', '
	{"scheme": "n.window", "score": {"direction": "accumulate", "limit": 50}, "relief": [{"age": "40 days", "void": "entry"}],
	 "observe": {"lately": {"count": "violations", "within": "5 days"}, "live": {"sum": "points", "live": true}, "monthly": {"count": "violations", "within": "30 days", "rules": ["y"]}},
	 "modifiers": [{"when": "lately >= 30", "add": 1}, {"when": "live > 500", "multiply": 0.5}],
	 "ladder": [{"rung": "a", "tier": "warned", "when": "monthly >= 60"}, {"rung": "b", "tier": "muted", "when": "lately >= 20"}]}', '
	{"scheme": "n.all", "score": {"direction": "accumulate", "limit": 50}, "relief": [{"age": "40 days", "void": "entry"}, {"at": "month", "void": "all", "rules": ["y"]}],
	 "ladder": [{"rung": "a", "tier": "warned", "when": "score >= 20"}]}', '
	{"scheme": "n.refund", "score": {"direction": "accumulate", "limit": 50}, "revision": {"overturn": "refund"}, "relief": [{"age": "40 days", "void": "entry"}],
	 "ladder": [{"rung": "a", "tier": "warned", "when": "score >= 20"}]}']::jsonb[]) d;

SELECT count(governance.publish(document, 'active', tstzrange('2020-01-01 00:00+00', NULL))) AS published FROM document;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 3) i;

-- Single entries at random intervals, up to now, some of them late.
CREATE FUNCTION pg_temp.live(account bigint, entries int, late float8) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	document	record;
	begins		CONSTANT timestamptz := date_trunc('second', now()) - interval '75 days';
	at			timestamptz;
	place		timestamptz;
BEGIN
	FOR document IN SELECT d.scheme FROM document d ORDER BY 1 LOOP
		at := begins;
		FOR i IN 1 .. entries LOOP
			at := LEAST(at + CASE WHEN random() < 0.1 THEN interval '0' ELSE random() * interval '140 days' / entries END, now());
			place := CASE WHEN random() < late THEN GREATEST(at - random() * interval '20 days', begins) ELSE at END;
			INSERT INTO governance.violation (account_id, scheme, rule, incident, content_ref, occurred_at, decided_at)
				VALUES (account, document.scheme, (ARRAY['x', 'x', 'x', 'y', 'y', 'z'])[1 + floor(random() * 6)::int],
						CASE WHEN random() < 0.9 THEN 'i' || floor(random() * 300)::int END,
						CASE WHEN random() < 0.5 THEN 'c' || floor(random() * 40)::int END, place, at);
		END LOOP;
	END LOOP;
END
$$;

-- What dry_run() says of the same entries, at instants to come.
CREATE FUNCTION pg_temp.differences(account bigint) RETURNS TABLE (scheme text, at timestamptz, score text, tried text) LANGUAGE sql AS $$
	SELECT d.scheme, p.at, governance.points(governance.score(account, d.scheme, p.at))::text, o.score::text
	FROM document d, LATERAL (
			SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('at', v.occurred_at, 'id', v.violation_id, 'rule', v.rule, 'decided', v.decided_at,
					'incident', v.incident, 'content', v.content_ref)) ORDER BY v.occurred_at, v.violation_id) AS events
			FROM governance.violation v WHERE v.account_id = account AND v.scheme = d.scheme) e,
		generate_series(now(), now() + interval '50 days', interval '61 hours') AS p (at),
		LATERAL (SELECT governance.points(r.score) AS score FROM governance.dry_run(d.document, '[{"opened": "2020-01-01"}]' || e.events, p.at)
				 WITH ORDINALITY r ORDER BY r.ordinality DESC LIMIT 1) o
	WHERE governance.points(governance.score(account, d.scheme, p.at)) IS DISTINCT FROM o.score
$$;
\set ECHO queries

SELECT setseed(0.5);
SELECT pg_temp.live(1, 400, 0);
SELECT * FROM governance.verify();
-- What is settled is most of it, and the state itself is small.
SELECT scheme, settled IS NOT NULL OR settling IS NOT NULL AS has_parts, length(state) < 3000 AS small FROM governance.standing WHERE account_id = 1 ORDER BY scheme;
SELECT * FROM pg_temp.differences(1);

-- Once some came late, and some are overturned.
SELECT pg_temp.live(2, 250, 0.02);
SELECT * FROM governance.verify();
SELECT count(governance.overturn(v.violation_id, 'no')) AS overturned
	FROM (SELECT violation_id FROM governance.violation WHERE account_id IN (1, 2) ORDER BY random() LIMIT 40) v;
SELECT * FROM governance.verify();

-- The same by statements: rows are not written directly under row security.
ALTER TABLE governance.standing ENABLE ROW LEVEL SECURITY;
SELECT pg_temp.live(3, 250, 0);
SELECT * FROM governance.verify();
INSERT INTO governance.violation (account_id, scheme, rule, incident)
	SELECT account_id, scheme, 'x', 'many' FROM document, generate_series(1, 3) account_id, generate_series(1, 2);
SELECT * FROM governance.verify();
ALTER TABLE governance.standing DISABLE ROW LEVEL SECURITY;

-- A new version takes over what is settled, and a restored ledger has it.
SELECT governance.publish(jsonb_set(document, '{rules,x,title}', '"new"') || '{"observe": {"ever": {"count": "violations", "within": "60 days"}}}',
	'active', tstzrange(now(), NULL)) > 0 AS published FROM document WHERE scheme IN ('n.while', 'n.groups') ORDER BY scheme;
INSERT INTO governance.violation (account_id, scheme, rule, incident) SELECT account_id, scheme, 'x', 'taken over' FROM document, generate_series(1, 3) account_id;
SELECT * FROM governance.verify();
SELECT governance.rebuild() AS rebuilt;
SELECT * FROM governance.verify();

-- An insertion writes about as much with 16,000 live entries as with ten.
SELECT count(governance.publish(document || jsonb_build_object('scheme', 'w' || substr(scheme, 2)), 'active', tstzrange('2020-01-01 00:00+00', NULL))) AS published
	FROM document WHERE scheme IN ('n.while', 'n.for', 'n.incident', 'n.groups');
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(11, 12) i;
INSERT INTO governance.violation (account_id, scheme, rule, incident, occurred_at, decided_at)
	SELECT a, 'w' || substr(d.scheme, 2), 'x', 'i' || i, now() - interval '30 days' + i * interval '10 s', now() - interval '30 days' + i * interval '10 s'
	FROM document d, (VALUES (11, 10), (12, 16000)) AS h (a, n), generate_series(1, n) i
	WHERE scheme IN ('n.while', 'n.for', 'n.incident', 'n.groups');
CREATE TEMPORARY TABLE written (account bigint, scheme text, bytes numeric);
DO $$
DECLARE
	since	pg_lsn;
	d		record;
BEGIN
	FOR i IN 1 .. 60 LOOP
		FOR d IN SELECT account, 'w' || substr(scheme, 2) AS scheme FROM document, generate_series(11, 12) account
				 WHERE scheme IN ('n.while', 'n.for', 'n.incident', 'n.groups') LOOP
			since := pg_current_wal_insert_lsn();
			INSERT INTO governance.violation (account_id, scheme, rule, incident, occurred_at, decided_at) VALUES (d.account, d.scheme, 'x', 'j' || i, clock_timestamp(), clock_timestamp());
			INSERT INTO written VALUES (d.account, d.scheme, pg_current_wal_insert_lsn() - since);
		END LOOP;
	END LOOP;
END
$$;
SELECT scheme, few.bytes * 2 >= lots.bytes AS in_proportion
	FROM (SELECT scheme, percentile_cont(0.5) WITHIN GROUP (ORDER BY bytes) AS bytes FROM written WHERE account = 11 GROUP BY 1) few
	JOIN (SELECT scheme, percentile_cont(0.5) WITHIN GROUP (ORDER BY bytes) AS bytes FROM written WHERE account = 12 GROUP BY 1) lots USING (scheme)
	ORDER BY scheme;
SELECT scheme, length(state) < 2000 AS small FROM governance.standing WHERE account_id = 12 ORDER BY scheme;
SELECT * FROM governance.verify();

-- What is damaged is named.
SET session_replication_role = replica;
UPDATE governance.standing SET settled = set_byte(settled, length(settled) - 1, get_byte(settled, length(settled) - 1) # 1)
	WHERE account_id = 12 AND scheme = 'w.for';
UPDATE governance.standing SET settling = NULL WHERE account_id = 12 AND scheme = 'w.incident';
UPDATE governance.standing s SET settled = o.settled FROM governance.standing o
	WHERE s.account_id = 12 AND s.scheme = 'w.groups' AND o.account_id = 12 AND o.scheme = 'w.incident';
RESET session_replication_role;
SELECT account_id, scheme, item, stored, replayed FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity' WHERE account_id = 12;
RESET session_replication_role;
DO $$ BEGIN PERFORM governance.rebuild(); END $$;
SELECT * FROM governance.verify();
