-- The tables that events are written to may be other than create_ledger() made
-- them: the same events follow from the same entries, and what the user has
-- added sees them.
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "t.events", "score": {"cap": 100}, "time_zone": "UTC",
	"rules": {"x": {"title": "x", "points": 9}, "z": {"title": "z", "points": 5, "direct": "blocked"}},
	"relief": [{"every": "10 days", "add": 2}],
	"ladder": [
		{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"], "for": "30 days", "overlap": "extend"},
		{"rung": "lower", "when": "score <= 50", "tier": "muted", "withhold": ["post", "comment"]},
		{"rung": "blocked", "tier": "suspended", "withhold": ["trade"], "for": "3 days", "overlap": "queue"}]}',
	'active', tstzrange('2020-01-01 00:00+00', NULL)) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 1000) i;
SELECT governance.create_consumer('app');

-- One by one, in batches, late, with a revision, and what time brings.
CREATE FUNCTION pg_temp.feed(base bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 12 LOOP
		INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
			VALUES (base + i % 3 + 1, 1000000 + base * 1000 + i, 't.events', (ARRAY['x', 'z', 'x'])[i % 3 + 1],
					'2023-01-01 00:00+00'::timestamptz + i * interval '50 hours', '2023-01-01 00:00+00'::timestamptz + i * interval '51 hours');
	END LOOP;
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule)
		SELECT base + n % 40 + 1, 1000000 + base * 1000 + 100 + n, 't.events', (ARRAY['x', 'z', 'x', 'x'])[n % 4 + 1] FROM generate_series(1, 120) n;
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
		VALUES (base + 2, 1000000 + base * 1000 + 500, 't.events', 'x', '2023-01-15 00:00+00', '2023-06-01 00:00+00');
	PERFORM governance.overturn(1000000 + base * 1000 + 3, 'feed');
	PERFORM governance.overturn(1000000 + base * 1000 + 104, 'feed');
	UPDATE governance.event_watch SET told = '2022-12-01', seen = '2022-12-01', next_at = '-infinity' WHERE account_id = base + 1;
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (base + 1, 1000000 + base * 1000 + 600, 't.events', 'x');
	PERFORM governance.tick();
END
$$;
-- How the events of the accounts after base differ from those of the first ones.
CREATE FUNCTION pg_temp.differences(base bigint) RETURNS TABLE (account bigint, kind text, detail jsonb) LANGUAGE sql AS $$
	WITH said AS (
		SELECT e.account_id, e.kind, CASE WHEN e.at < e.recorded_at - interval '1 day' THEN e.at END AS at,
			   (e.detail - ARRAY['violation_id', 'before'] || jsonb_build_object('caused', (e.detail ->> 'violation_id')::bigint - 1000000 - e.account_id / 100 * 100000))
				   - CASE WHEN (e.detail ->> 'since')::timestamptz > e.recorded_at - interval '1 day' THEN ARRAY['since', 'until'] ELSE '{}' END AS detail,
			   e.scheme, e.sanction_id IS NULL AS unknown, e.policy_id, e.recorded_at IS NULL AS odd, e.xid IS NULL AS odder
		FROM governance.event e WHERE e.account_id > 0)
	SELECT d.account_id, d.kind, d.detail FROM (
		(SELECT s.account_id % 100 AS account_id, s.kind, s.at, s.detail, s.scheme, s.unknown, s.policy_id, s.odd, s.odder FROM said s WHERE s.account_id / 100 = 0
			EXCEPT ALL SELECT s.account_id % 100, s.kind, s.at, s.detail, s.scheme, s.unknown, s.policy_id, s.odd, s.odder FROM said s WHERE s.account_id / 100 = base / 100)
		UNION ALL
		(SELECT s.account_id % 100, s.kind, s.at, s.detail, s.scheme, s.unknown, s.policy_id, s.odd, s.odder FROM said s WHERE s.account_id / 100 = base / 100
			EXCEPT ALL SELECT s.account_id % 100, s.kind, s.at, s.detail, s.scheme, s.unknown, s.policy_id, s.odd, s.odder FROM said s WHERE s.account_id / 100 = 0)) d
$$;
\set ECHO queries
SELECT pg_temp.feed(0);
SELECT kind, count(*) FROM governance.event WHERE account_id > 0 GROUP BY 1 ORDER BY 1;

-- Triggers see each event.
CREATE TABLE public.seen (relation text, op text, rows bigint);
CREATE FUNCTION public.see_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen VALUES (TG_TABLE_NAME, TG_OP, 1);
	RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER see AFTER INSERT ON governance.event FOR EACH ROW EXECUTE FUNCTION public.see_row();
CREATE TRIGGER see BEFORE INSERT OR UPDATE ON governance.event_watch FOR EACH ROW EXECUTE FUNCTION public.see_row();
SELECT pg_temp.feed(100);
SELECT * FROM pg_temp.differences(100);
SELECT (SELECT sum(rows) FROM public.seen WHERE relation = 'event') = count(*) AS each_event FROM governance.event WHERE account_id / 100 = 1;
SELECT relation, op, count(*) > 0 AS seen FROM public.seen GROUP BY 1, 2 ORDER BY 1, 2;
DROP TRIGGER see ON governance.event;
DROP TRIGGER see ON governance.event_watch;
-- One that keeps rows back is an error, and the entry is not made.
CREATE FUNCTION public.keep_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE INSERT ON governance.event FOR EACH ROW EXECUTE FUNCTION public.keep_back();
\set VERBOSITY terse
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (950, 't.events', 'z');
DROP TRIGGER keep ON governance.event;
CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON governance.event_watch FOR EACH ROW EXECUTE FUNCTION public.keep_back();
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (950, 't.events', 'z');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (40, 't.events', 'z');
DROP TRIGGER keep ON governance.event_watch;
SELECT count(*) FROM governance.violation WHERE account_id = 950;

-- Further columns, row-level security.
ALTER TABLE governance.event ADD COLUMN note text DEFAULT 'new', ADD COLUMN twice bigint GENERATED ALWAYS AS (event_id * 2) STORED;
ALTER TABLE governance.event_watch ADD COLUMN note text;
SELECT pg_temp.feed(200);
SELECT * FROM pg_temp.differences(200);
SELECT count(*) AS wrong FROM governance.event WHERE account_id / 100 = 2 AND (note IS DISTINCT FROM 'new' OR twice IS DISTINCT FROM event_id * 2);
ALTER TABLE governance.event DROP COLUMN note, DROP COLUMN twice;
ALTER TABLE governance.event_watch DROP COLUMN note;
ALTER TABLE governance.event ENABLE ROW LEVEL SECURITY;
ALTER TABLE governance.event_watch ENABLE ROW LEVEL SECURITY;
SELECT pg_temp.feed(300);
SELECT * FROM pg_temp.differences(300);
ALTER TABLE governance.event DISABLE ROW LEVEL SECURITY;
ALTER TABLE governance.event_watch DISABLE ROW LEVEL SECURITY;

-- In partitions.
ALTER TABLE governance.event RENAME TO event_before;
CREATE TABLE governance.event (LIKE governance.event_before INCLUDING ALL) PARTITION BY HASH (account_id);
CREATE TABLE governance.event_0 PARTITION OF governance.event FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE governance.event_1 PARTITION OF governance.event FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO governance.event SELECT * FROM governance.event_before;
ALTER TABLE governance.event_watch RENAME TO watch_before;
CREATE TABLE governance.event_watch (LIKE governance.watch_before INCLUDING ALL) PARTITION BY HASH (account_id);
CREATE TABLE governance.event_watch_0 PARTITION OF governance.event_watch FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE governance.event_watch_1 PARTITION OF governance.event_watch FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO governance.event_watch SELECT * FROM governance.watch_before;
SELECT pg_temp.feed(400);
SELECT * FROM pg_temp.differences(400);
SELECT tableoid::regclass, count(*) > 0 AS some FROM governance.event WHERE account_id / 100 = 4 GROUP BY 1 ORDER BY 1;
SELECT count(*) = count(DISTINCT event_id) AS each_once, count(*) = (SELECT count(*) FROM governance.event) AS everything FROM governance.poll('app', 10000);
SELECT * FROM governance.verify();
