--
-- The tables that we derive may be other than create_ledger() made them: what
-- follows from the same violations is the same, and the triggers, rules,
-- columns and constraints of the user's own are honoured.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "t.direct", "score": {"direction": "deduct", "start": 100, "cap": 100}, "time_zone": "UTC",
	"rules": {"x": {"title": "x", "points": 10}, "y": {"title": "y", "points": [1, 50]}, "z": {"title": "z", "points": 5, "direct": "blocked"}},
	"relief": [{"every": "10 days", "add": 2}],
	"ladder": [
		{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"], "for": "30 days", "overlap": "extend"},
		{"rung": "lower", "when": "score <= 50", "tier": "muted", "withhold": ["post", "comment"]},
		{"rung": "blocked", "tier": "suspended", "withhold": ["trade"], "for": "3 days", "overlap": "max", "terms": {"fee": "100 - score"}}]}',
	'active', tstzrange('2020-01-01 00:00+00', NULL)) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 2000) i;

-- One by one, in batches, late, twice in a statement, with a revision.
CREATE FUNCTION pg_temp.feed(base bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. 12 LOOP
		INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at)
			VALUES (base + i % 3 + 1, 1000000 + base * 1000 + i, 't.direct', (ARRAY['x', 'y', 'z'])[i % 3 + 1],
					CASE i % 3 WHEN 1 THEN i * 3 END, '2024-01-01 00:00+00'::timestamptz + i * interval '50 hours',
					'2024-01-01 00:00+00'::timestamptz + i * interval '51 hours');
	END LOOP;
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
		SELECT base + n % 90 + 1, 1000000 + base * 1000 + 100 + n, 't.direct', (ARRAY['x', 'z', 'x', 'x'])[n % 4 + 1],
			'2024-03-01 00:00+00'::timestamptz + n * interval '5 hours', '2024-03-01 00:00+00'::timestamptz + n * interval '6 hours'
		FROM generate_series(1, 300) n;
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
		VALUES (base + 2, 1000000 + base * 1000 + 500, 't.direct', 'x', '2024-01-15 00:00+00', '2024-06-01 00:00+00');
	PERFORM governance.overturn(1000000 + base * 1000 + 3, 'feed', '2024-06-02 00:00+00');
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
		SELECT base + n % 95 + 1, 1000000 + base * 1000 + 600 + n, 't.direct', (ARRAY['z', 'x', 'z', 'x', 'x'])[n % 5 + 1],
			'2024-07-01 00:00+00', '2024-07-01 00:00+00'
		FROM generate_series(1, 200) n;
END
$$;
CREATE FUNCTION pg_temp.more(base bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
		VALUES (base + 1, 1000000 + base * 1000 + 901, 't.direct', 'x', '2024-08-01 00:00+00', '2024-08-01 00:00+00');
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
		SELECT base + n, 1000000 + base * 1000 + 901 + n, 't.direct', 'x', '2024-08-02 00:00+00', '2024-08-02 00:00+00'
		FROM unnest(ARRAY[2, 1, 3, 98]) n;
END
$$;

-- How the accounts after base differ from the first ones: no rows.
CREATE FUNCTION pg_temp.differences(base bigint) RETURNS TABLE (what text, detail text) LANGUAGE sql AS $$
	WITH outcome AS (
		SELECT account_id, 'standing' AS what, concat_ws(' ', score, tier, as_of, known_at, withholds, next_due) AS detail FROM governance.standing
		UNION ALL SELECT account_id, 'sanction', concat_ws(' ', rung, tier, withholds, during, enforced, terms, released_at, release_reason,
			violation_id - 1000000 - account_id / 100 * 100000) FROM governance.sanction)
	(SELECT what, detail || ' ' || account_id % 100 FROM outcome WHERE account_id / 100 = 0
		EXCEPT ALL SELECT what, detail || ' ' || account_id % 100 FROM outcome WHERE account_id / 100 = base / 100)
	UNION ALL
	(SELECT what, detail || ' ' || account_id % 100 FROM outcome WHERE account_id / 100 = base / 100
		EXCEPT ALL SELECT what, detail || ' ' || account_id % 100 FROM outcome WHERE account_id / 100 = 0)
$$;
SELECT pg_temp.feed(0);
SELECT pg_temp.more(0);
SELECT what, count(*) FROM (SELECT 'standing' AS what FROM governance.standing UNION ALL SELECT 'sanction' FROM governance.sanction) w GROUP BY 1 ORDER BY 1;

-- Statement triggers with transition tables see every row.
CREATE TABLE public.seen (relation text, op text, rows bigint);
CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen SELECT TG_TABLE_NAME, TG_OP, count(*) FROM new_rows;
	RETURN NULL;
END
$$;
CREATE TRIGGER see_insert AFTER INSERT ON governance.standing REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.see();
CREATE TRIGGER see_update AFTER UPDATE ON governance.standing REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.see();
CREATE TRIGGER see_insert AFTER INSERT ON governance.sanction REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION public.see();
SELECT pg_temp.feed(100);
SELECT pg_temp.more(100);
SELECT relation, op, sum(rows) FROM public.seen GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM pg_temp.differences(100);
DROP TRIGGER see_insert ON governance.standing;
DROP TRIGGER see_update ON governance.standing;
DROP TRIGGER see_insert ON governance.sanction;

-- So do row triggers, before and after.
TRUNCATE public.seen;
CREATE FUNCTION public.see_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.seen VALUES (TG_TABLE_NAME, TG_WHEN || ' ' || TG_OP, 1);
	RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER see_row BEFORE INSERT OR UPDATE ON governance.sanction FOR EACH ROW EXECUTE FUNCTION public.see_row();
CREATE TRIGGER see_row AFTER INSERT OR UPDATE ON governance.standing FOR EACH ROW EXECUTE FUNCTION public.see_row();
SELECT pg_temp.feed(200);
SELECT pg_temp.more(200);
SELECT relation, op, sum(rows) > 0 AS seen FROM public.seen GROUP BY 1, 2 ORDER BY 1, 2;
SELECT (SELECT sum(rows) FROM public.seen WHERE relation = 'sanction' AND op = 'BEFORE INSERT')
	= (SELECT count(*) FROM governance.sanction WHERE account_id / 100 = 2) AS every_sanction;
SELECT * FROM pg_temp.differences(200);
DROP TRIGGER see_row ON governance.sanction;
DROP TRIGGER see_row ON governance.standing;

-- A rule.
TRUNCATE public.seen;
CREATE RULE note AS ON INSERT TO governance.sanction DO ALSO INSERT INTO public.seen VALUES ('sanction', 'rule', 1);
SELECT pg_temp.feed(300);
SELECT pg_temp.more(300);
SELECT count(*) > 0 AS noted FROM public.seen;
SELECT * FROM pg_temp.differences(300);
DROP RULE note ON governance.sanction;

-- Columns of the user's own: with defaults, generated, of a domain, dropped.
CREATE DOMAIN public.word AS text DEFAULT 'none' NOT NULL;
ALTER TABLE governance.sanction ADD COLUMN gone int DEFAULT 1;
ALTER TABLE governance.sanction DROP COLUMN gone;
ALTER TABLE governance.sanction ADD COLUMN serial bigint GENERATED ALWAYS AS IDENTITY, ADD COLUMN note text DEFAULT 'new';
ALTER TABLE governance.sanction ADD COLUMN word public.word, ADD COLUMN days numeric GENERATED ALWAYS AS (sanction_id * 2) STORED;
ALTER TABLE governance.standing ADD COLUMN twice bigint GENERATED ALWAYS AS (policy_id * 2) STORED, ADD COLUMN remark text,
	ADD COLUMN share numeric GENERATED ALWAYS AS (governance.points(score) / governance.cap(score)) STORED;
SELECT pg_temp.feed(400);
SET session_replication_role = replica;
UPDATE governance.standing SET remark = 'kept' WHERE account_id IN (401, 402);
RESET session_replication_role;
SELECT pg_temp.more(400);
SELECT account_id % 100 AS account, remark, twice = policy_id * 2 AS twice, share = governance.points(score) / 100 AS share
	FROM governance.standing WHERE account_id BETWEEN 401 AND 403 ORDER BY 1;
SELECT count(*) AS wrong FROM governance.standing WHERE twice IS DISTINCT FROM policy_id * 2 OR share IS DISTINCT FROM governance.points(score) / governance.cap(score);
SELECT count(*) AS wrong FROM governance.sanction WHERE account_id / 100 = 4 AND (note <> 'new' OR note IS NULL OR serial IS NULL);
SELECT count(*) AS wrong FROM governance.sanction WHERE days IS DISTINCT FROM sanction_id * 2 OR word <> 'none';
SELECT * FROM pg_temp.differences(400);
ALTER TABLE governance.sanction DROP COLUMN serial, DROP COLUMN note, DROP COLUMN days, DROP COLUMN word;
ALTER TABLE governance.standing DROP COLUMN twice, DROP COLUMN remark, DROP COLUMN share;

-- With the dropped columns still there; indexes and keys of the user's own.
CREATE INDEX ON governance.standing (tier, as_of);
CREATE INDEX ON governance.standing (governance.points(score)) WHERE tier > 'clear';
CREATE UNIQUE INDEX ON governance.sanction (account_id, rung, lower(during), sanction_id);
CREATE INDEX ON governance.sanction USING brin (recorded_at);
ALTER TABLE governance.standing ADD CONSTRAINT known_policy FOREIGN KEY (policy_id) REFERENCES governance.policy (policy_id);
CREATE TABLE public.note (account_id bigint, scheme text, FOREIGN KEY (account_id, scheme) REFERENCES governance.standing);
CREATE FUNCTION public.acceptable(tier governance.sanction_tier) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT tier < 'banned' $$;
ALTER TABLE governance.sanction ADD CONSTRAINT acceptable CHECK (public.acceptable(tier));
SELECT pg_temp.feed(500);
SELECT pg_temp.more(500);
SELECT * FROM pg_temp.differences(500);
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1801, 't.direct', 'y', '2024-08-01', '2024-08-01');
INSERT INTO public.note VALUES (1801, 't.direct');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1801, 't.direct', 'y', '2024-08-02', '2024-08-02');
SET enable_seqscan = off;
SELECT count(*) = (SELECT count(*) FROM (SELECT * FROM governance.standing OFFSET 0) s WHERE s.tier = 'suspended') AS indexed FROM governance.standing WHERE tier = 'suspended';
RESET enable_seqscan;

-- Constraints are checked, and the row that breaks one leaves nothing.
CREATE OR REPLACE FUNCTION public.acceptable(tier governance.sanction_tier) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT tier < 'suspended' $$;
\set VERBOSITY terse
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1950, 't.direct', 'z');
ALTER TABLE governance.sanction DROP CONSTRAINT acceptable;
ALTER TABLE governance.standing ADD CONSTRAINT short CHECK (NOT withholds @> '{trade}') NOT VALID;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1950, 't.direct', 'z');
ALTER TABLE governance.standing DROP CONSTRAINT short;
ALTER TABLE governance.standing ADD CONSTRAINT never CHECK (account_id <> 1950);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1950, 't.direct', 'z');
ALTER TABLE governance.standing DROP CONSTRAINT never;
ALTER TABLE governance.standing DROP CONSTRAINT known_policy;
SELECT count(*) AS nothing FROM governance.violation WHERE account_id = 1950;

-- Row-level security that is forced, and rights that the owner has given up.
ALTER TABLE governance.sanction ENABLE ROW LEVEL SECURITY;
ALTER TABLE governance.sanction FORCE ROW LEVEL SECURITY;
SELECT pg_temp.feed(600);
SELECT pg_temp.more(600);
SELECT * FROM pg_temp.differences(600);
ALTER TABLE governance.sanction DISABLE ROW LEVEL SECURITY;
ALTER TABLE governance.sanction NO FORCE ROW LEVEL SECURITY;

-- A capability that another trigger of ours listens to, beside one that it does not.
SELECT governance.publish('{"scheme": "t.both", "score": {"cap": 100}, "rules": {"x": {"title": "x", "points": 10}},
	"ladder": [{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["certification", "post"]}]}') > 0 AS published;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) SELECT 1900 + n % 3, 't.both', 'x', now() FROM generate_series(1, 9) n;
SELECT account_id, capability FROM governance.restriction WHERE scheme = 't.both' ORDER BY 1, 2;

-- Standings in partitions, and a table that others inherit from.
CREATE TABLE governance.heap (LIKE governance.standing INCLUDING ALL) PARTITION BY HASH (account_id);
CREATE TABLE governance.heap_0 PARTITION OF governance.heap FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE governance.heap_1 PARTITION OF governance.heap FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO governance.heap SELECT * FROM governance.standing;
DROP TABLE public.note;
ALTER TABLE governance.standing RENAME TO plain;
ALTER TABLE governance.heap RENAME TO standing;
CREATE TABLE governance.child () INHERITS (governance.sanction);
SELECT pg_temp.feed(700);
SELECT pg_temp.more(700);
SELECT * FROM pg_temp.differences(700);
SELECT count(*) FILTER (WHERE tableoid = 'governance.heap_0'::regclass) > 0 AS one, count(*) FILTER (WHERE tableoid = 'governance.heap_1'::regclass) > 0 AS other
	FROM governance.standing WHERE account_id / 100 = 7;
DROP TABLE governance.child;
SELECT * FROM governance.verify();

-- Violations in partitions: the trigger sits on the parent.
SELECT count(governance.overturn(violation_id, 'end')) > 0 AS overturned FROM governance.violation WHERE account_id = 1901;
ALTER TABLE governance.revision DROP CONSTRAINT revision_violation_fkey;
ALTER TABLE governance.appeal DROP CONSTRAINT appeal_violation_fkey;
CREATE TABLE governance.facts (LIKE governance.violation INCLUDING ALL) PARTITION BY HASH (account_id);
CREATE TABLE governance.facts_0 PARTITION OF governance.facts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE governance.facts_1 PARTITION OF governance.facts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO governance.facts SELECT * FROM governance.violation;
ALTER TABLE governance.violation RENAME TO plain_violation;
ALTER TABLE governance.facts RENAME TO violation;
SELECT count(*) > 0 AS triggers FROM governance.create_ledger();
SELECT pg_temp.feed(800);
SELECT pg_temp.more(800);
SELECT * FROM pg_temp.differences(800);

-- As made again, from one statement to the next in the same session.
DELETE FROM governance.plain;
INSERT INTO governance.plain SELECT * FROM governance.standing;
ALTER TABLE governance.standing RENAME TO heap;
ALTER TABLE governance.plain RENAME TO standing;
SELECT pg_temp.feed(900);
SELECT pg_temp.more(900);
SELECT * FROM pg_temp.differences(900);
SELECT * FROM governance.verify();
