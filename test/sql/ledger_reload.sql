--
-- Triggers of the user's own on what the ledger writes: they may publish,
-- record and revise in the middle of a statement of ours, and the rulebook
-- that the statement looks at is loaded anew meanwhile.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION pg_temp.document(scheme text, note text) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', scheme, 'note', note, 'score', '{"cap": 100}'::jsonb,
		'rules', '{"x": {"title": "x", "points": 10}, "y": {"title": "y", "points": 1}}'::jsonb,
		'relief', '[{"on": "course", "add": 1}]'::jsonb,
		'ladder', '[{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"]}]'::jsonb)
$$;
SELECT count(governance.publish(pg_temp.document('t.reload.' || i, 'first'))) AS published FROM generate_series(1, 5) i;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 3000) i;
CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() > 3 THEN
		RETURN NULL;
	END IF;
	-- a version of another scheme, a word of the vocabulary, an entry for somebody else
	INSERT INTO governance.capability (capability) VALUES ('t.reload.' || TG_RELID || '.' || nextval('governance.account_seq'));
	PERFORM governance.publish(jsonb_build_object('scheme', 't.meddle.' || nextval('governance.account_seq'),
		'score', '{"cap": 100}'::jsonb, 'rules', '{"x": {"title": "x", "points": 10}}'::jsonb), 'draft');
	INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2999, 't.reload.1', 'y');
	IF TG_TABLE_NAME = 'sanction' THEN
		PERFORM governance.publish(jsonb_build_object('scheme', 't.meddle.' || nextval('governance.account_seq'),
			'score', '{"cap": 100}'::jsonb, 'rules', '{"x": {"title": "x", "points": 10}}'::jsonb));
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER meddle AFTER INSERT OR UPDATE ON governance.standing FOR EACH STATEMENT EXECUTE FUNCTION public.meddle();
CREATE TRIGGER meddle AFTER INSERT ON governance.sanction FOR EACH STATEMENT EXECUTE FUNCTION public.meddle();
\set ECHO queries

INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.reload.3', 'x');
INSERT INTO governance.violation (account_id, scheme, rule)
	SELECT 1 + i % 2900, 't.reload.' || 1 + i % 5, CASE WHEN i % 3 = 0 THEN 'x' ELSE 'y' END FROM generate_series(1, 6000) i;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at)
	SELECT 1 + i % 100, 't.reload.' || 1 + i % 5, 'x', now() - interval '1 day' FROM generate_series(1, 600) i;
INSERT INTO governance.activity (account_id, kind) SELECT i, 'course' FROM generate_series(1, 100) i;
SELECT count(governance.overturn(violation_id, 'test')) AS overturned FROM
	(SELECT violation_id FROM governance.violation WHERE account_id <= 10 ORDER BY violation_id LIMIT 10) v;
SELECT governance.publish(pg_temp.document('t.reload.2', 'second')) > 0 AS published;
-- all are being written, so that none can take an entry
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';
DELETE FROM governance.sanction;
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
ALTER TABLE governance.standing DISABLE TRIGGER meddle;
ALTER TABLE governance.sanction DISABLE TRIGGER meddle;
SELECT governance.rebuild() > 0 AS rebuilt;
ALTER TABLE governance.standing ENABLE TRIGGER meddle;
ALTER TABLE governance.sanction ENABLE TRIGGER meddle;
SELECT * FROM governance.verify();
SELECT count(*) > 10 AS meddled FROM governance.capability WHERE capability LIKE 't.reload.%';

-- an entry for the same account in the middle of its own statement
CREATE OR REPLACE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF pg_trigger_depth() <= 3 THEN
		INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2950, 't.reload.4', 'x');
	END IF;
	RETURN NULL;
END
$$;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2950, 't.reload.4', 'y');
DROP TRIGGER meddle ON governance.standing;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT 2950, 't.reload.4', 'x' FROM generate_series(1, 4);
DROP TRIGGER meddle ON governance.sanction;
CREATE TRIGGER zz_meddle AFTER INSERT ON governance.violation FOR EACH STATEMENT EXECUTE FUNCTION public.meddle();
INSERT INTO governance.violation (account_id, scheme, rule) SELECT 2950, 't.reload.4', 'x' FROM generate_series(1, 4);
SELECT score, (SELECT count(*) FROM governance.violation v WHERE v.account_id = s.account_id) AS violations
	FROM governance.standing s WHERE account_id = 2950;
SELECT * FROM governance.verify();
