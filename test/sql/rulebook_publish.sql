--
-- Publishing: which version is in force when, what may still change, and that
-- each backend knows at once.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset tuples_only on
SET timezone = 'UTC';
SET datestyle = 'ISO, YMD';
SELECT count(*) > 0 FROM governance.create_ledger();

-- a document of few rules; n tells versions apart
CREATE FUNCTION pg_temp.doc(scheme text, n numeric DEFAULT 1) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', scheme, 'title', jsonb_build_object('en', 'test scheme', 'zh', '测试'),
		'score', jsonb_build_object('cap', 100),
		'rules', jsonb_build_object('spam', jsonb_build_object('title', 'spam', 'points', n)),
		'ladder', '[{"rung": "limited", "when": "score < 90", "tier": "limited", "withhold": ["t.publish.sing"]}]'::jsonb)
$$;
CREATE FUNCTION pg_temp.versions(which text) RETURNS TABLE (version int, status text, state text, in_force text, points numeric) LANGUAGE sql AS $$
	SELECT p.version, p.status, p.state,
		   CASE WHEN isempty(p.in_force) THEN 'empty'
				ELSE coalesce(CASE WHEN lower(p.in_force) BETWEEN now() - interval '1 hour' AND clock_timestamp() THEN 'now' ELSE lower(p.in_force)::date::text END, 'ever')
					 || ' to ' || coalesce(CASE WHEN upper(p.in_force) BETWEEN now() - interval '1 hour' AND clock_timestamp() THEN 'now' ELSE upper(p.in_force)::date::text END, 'ever') END,
		   (SELECT r.max_points FROM governance.policy_rule r WHERE r.policy_id = p.policy_id)
	FROM governance.policies p WHERE p.scheme = which ORDER BY p.version
$$;
CREATE FUNCTION pg_temp.id(which text, number int) RETURNS bigint LANGUAGE sql AS $$
	SELECT policy_id FROM governance.policy WHERE scheme = which AND version = number
$$;
CREATE FUNCTION pg_temp.try(command text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text; hint text;
BEGIN
	EXECUTE command;
	RETURN NEXT 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT state || ' ' || regexp_replace(regexp_replace(message, 'policy \d+', 'policy N'), '"20[^"]*"', 'T', 'g');
	IF detail <> '' AND detail !~ 'Failing row|conflicts with existing' THEN RETURN NEXT '    ' || regexp_replace(detail, '"20[^"]*"', 'T', 'g'); END IF;
	IF hint <> '' THEN RETURN NEXT '    -> ' || regexp_replace(hint, 'retire\(\d+\)', 'retire(N)'); END IF;
END $$;
\set ECHO queries

-- The first version is in force since ever, later ones from now on.
SELECT governance.publish(pg_temp.doc('t.publish.a', 1)) = pg_temp.id('t.publish.a', 1);
SELECT * FROM pg_temp.versions('t.publish.a');
SELECT governance.publish(pg_temp.doc('t.publish.a', 2), note => 'second') = pg_temp.id('t.publish.a', 2);
SELECT governance.publish(pg_temp.doc('t.publish.a', 3)) = pg_temp.id('t.publish.a', 3);
SELECT * FROM pg_temp.versions('t.publish.a');
SELECT upper(a.in_force) = lower(b.in_force) AND upper(b.in_force) = lower(c.in_force) AND upper_inf(c.in_force)
	FROM governance.policy a, governance.policy b, governance.policy c
	WHERE (a.policy_id, b.policy_id, c.policy_id) = (pg_temp.id('t.publish.a', 1), pg_temp.id('t.publish.a', 2), pg_temp.id('t.publish.a', 3));
SELECT scheme, title, titles, direction, last_version FROM governance.scheme WHERE scheme = 't.publish.a';
SELECT rule, severity, min_points, max_points, version FROM governance.rule WHERE scheme = 't.publish.a';
SELECT rung, tier, mode, condition, withholds, version FROM governance.rung WHERE scheme = 't.publish.a';
SELECT capability FROM governance.capability WHERE capability LIKE 't.publish.%';

-- The same document back, of any instant.
SELECT governance.policy_document('t.publish.a') = pg_temp.doc('t.publish.a', 3);
SELECT governance.policy_document('t.publish.a', '2001-01-01') = pg_temp.doc('t.publish.a', 1);
SELECT governance.policy_document('t.publish.a', '-infinity') = pg_temp.doc('t.publish.a', 1);
SELECT pg_temp.try($$SELECT governance.policy_document('t.publish.none')$$);

-- The very document that is in force changes nothing.
\set VERBOSITY sqlstate
SELECT governance.publish(pg_temp.doc('t.publish.a', 3)) = pg_temp.id('t.publish.a', 3);
\set VERBOSITY default
SELECT count(*) FROM governance.policy WHERE scheme = 't.publish.a';
-- An older one does.
SELECT governance.publish(pg_temp.doc('t.publish.a', 1)) = pg_temp.id('t.publish.a', 4);

-- Ahead of time; and what is published meanwhile ends where it begins.
SELECT governance.publish(pg_temp.doc('t.publish.b', 1)) > 0;
SELECT governance.publish(pg_temp.doc('t.publish.b', 2), 'active', '[2999-01-01,)') > 0;
SELECT governance.publish(pg_temp.doc('t.publish.b', 3)) > 0;
SELECT * FROM pg_temp.versions('t.publish.b');
SELECT governance.policy_document('t.publish.b', '2999-01-01') -> 'rules' -> 'spam' -> 'points', governance.policy_document('t.publish.b', '2998-12-31 23:59:59.999999') -> 'rules' -> 'spam' -> 'points';
-- In the way of each other.
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.b', 4), 'active', '[2998-01-01,)')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.b', 4), 'active', '[2998-01-01,2998-02-01)')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.b', 4), 'active', '(,)')$$);
-- At the same instant, before it has come: the new one takes its place.
SELECT governance.publish(pg_temp.doc('t.publish.b', 5), 'active', '[2999-01-01,)') > 0;
SELECT * FROM pg_temp.versions('t.publish.b');
-- Withdrawn: the one before goes on.
SELECT governance.retire(pg_temp.id('t.publish.b', 4));
SELECT * FROM pg_temp.versions('t.publish.b');

-- History, version by version; what has been in force stays so.
SELECT governance.publish(pg_temp.doc('t.publish.c', 1), 'active', '(,2013-01-01)') > 0;
SELECT governance.publish(pg_temp.doc('t.publish.c', 2), 'active', '[2013-01-01,2020-01-01)') > 0;
SELECT governance.publish(pg_temp.doc('t.publish.c', 3), 'active', '[2020-01-01,)') > 0;
SELECT * FROM pg_temp.versions('t.publish.c');
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4), 'active', '[2022-01-01,)')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4), 'active', '[2015-01-01,2016-01-01)')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4), 'active', '[2000-01-01,2030-01-01)')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4), 'active', 'empty')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4), 'active', '(2030-01-01,)')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4), 'active', '[2030-01-01,2031-01-01]')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4), 'retired')$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4), NULL)$$);
SELECT pg_temp.try($$SELECT governance.publish(NULL)$$);
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.c', 4) || '{"score": {"direction": "accumulate", "limit": 12}, "ladder": []}')$$);
-- An end with nothing behind it, then a gap.
SELECT lower(governance.retire(pg_temp.id('t.publish.c', 3)));
SELECT * FROM pg_temp.versions('t.publish.c');
SELECT pg_temp.try($$SELECT governance.policy_document('t.publish.c', '3000-01-01')$$);
SELECT pg_temp.try($$SELECT governance.retire(pg_temp.id('t.publish.c', 3))$$);
SELECT pg_temp.try($$SELECT governance.retire(pg_temp.id('t.publish.c', 1))$$);
SELECT pg_temp.try($$SELECT governance.retire(0)$$);
SELECT governance.publish(pg_temp.doc('t.publish.c', 5)) > 0;
SELECT version, status, state FROM pg_temp.versions('t.publish.c');

-- Drafts and trials stand beside what is in force.
SELECT governance.publish(pg_temp.doc('t.publish.d', 1)) > 0;
SELECT governance.publish(pg_temp.doc('t.publish.d', 2), 'draft') > 0;
SELECT governance.publish(pg_temp.doc('t.publish.d', 3), 'trial') > 0;
SELECT governance.publish(pg_temp.doc('t.publish.d', 4), 'trial', '[2001-01-01,)') > 0;
SELECT version, status, state, points FROM pg_temp.versions('t.publish.d');
SELECT max_points FROM governance.rule WHERE scheme = 't.publish.d';
SELECT lower(governance.activate(pg_temp.id('t.publish.d', 4))) <= clock_timestamp();
SELECT version, status, state, points FROM pg_temp.versions('t.publish.d');
SELECT lower(tried), upper(tried) = lower(in_force) FROM governance.policy WHERE policy_id = pg_temp.id('t.publish.d', 4);
SELECT governance.activate(pg_temp.id('t.publish.d', 2), '[2999-01-01,)');
SELECT governance.retire(pg_temp.id('t.publish.d', 3));
SELECT version, status, state, points FROM pg_temp.versions('t.publish.d');
SELECT pg_temp.try($$SELECT governance.activate(pg_temp.id('t.publish.d', 1))$$);
SELECT pg_temp.try($$SELECT governance.activate(pg_temp.id('t.publish.d', 3))$$);
SELECT pg_temp.try($$SELECT governance.activate(0)$$);

-- Within one transaction: what never was in force leaves no trace in time.
BEGIN;
SELECT governance.publish(pg_temp.doc('t.publish.e', 1)) > 0;
SELECT governance.publish(pg_temp.doc('t.publish.e', 2)) > 0;
SELECT governance.publish(pg_temp.doc('t.publish.e', 3)) > 0;
SELECT version, status, state, points FROM pg_temp.versions('t.publish.e');
SELECT lower(in_force) = now() FROM governance.policy WHERE policy_id = pg_temp.id('t.publish.e', 3);
COMMIT;

-- What is stored stays as it was.
SELECT pg_temp.try($$UPDATE governance.policy SET document = document || '{"note": "x"}' WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET policy_id = -1 WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET scheme = 't.publish.b', version = 99 WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET status = 'draft' WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET status = 'trial' WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET status = 'active' WHERE scheme = 't.publish.c' AND version = 3$$);
SELECT pg_temp.try($$UPDATE governance.policy SET in_force = '[2000-01-01,2001-01-01)' WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET in_force = 'empty' WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET in_force = NULL WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET published_by = 'somebody else' WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$UPDATE governance.policy SET note = 'a remark' WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$DELETE FROM governance.policy WHERE scheme = 't.publish.a' AND version = 1$$);
SELECT pg_temp.try($$TRUNCATE governance.policy CASCADE$$);
SELECT pg_temp.try($$UPDATE governance.policy_rule SET max_points = 5 WHERE policy_id = pg_temp.id('t.publish.a', 1)$$);
SELECT pg_temp.try($$DELETE FROM governance.policy_rung WHERE policy_id = pg_temp.id('t.publish.a', 1)$$);
SELECT pg_temp.try($$TRUNCATE governance.policy_rule$$);
-- What the constraints say where no function is in between.
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, version, status, in_force, document, published_at) VALUES ('t.publish.a', 99, 'active', '(,)', pg_temp.doc('t.publish.a', 9), now())$$);
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, version, status, document, published_at) VALUES ('t.publish.a', 99, 'active', pg_temp.doc('t.publish.a', 9), now())$$);
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, version, document) VALUES ('t.publish.a', 99, pg_temp.doc('t.publish.b', 9))$$);
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, version, document) VALUES ('t.publish.a', 99, '{"scheme": "t.publish.a"}')$$);
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, version, status, in_force, document, published_at) VALUES ('t.publish.a', 99, 'retired', '[1999-01-01,1999-02-01)', pg_temp.doc('t.publish.a', 9), now())$$);
SELECT pg_temp.try($$INSERT INTO governance.policy (scheme, version, document) VALUES ('t.publish.a', 1, pg_temp.doc('t.publish.a', 9))$$);
-- A draft may go, with its rules.
SELECT governance.publish(pg_temp.doc('t.publish.f', 1), 'draft') > 0;
SELECT pg_temp.try($$UPDATE governance.policy SET document = document || '{"note": "x"}' WHERE scheme = 't.publish.f'$$);
SELECT governance.publish(pg_temp.doc('t.publish.f', 1) || '{"score": {"direction": "accumulate", "limit": 12}, "ladder": []}', 'draft') > 0;
SELECT count(*) FROM governance.policy_rule WHERE policy_id = pg_temp.id('t.publish.f', 1);
DELETE FROM governance.policy WHERE scheme = 't.publish.f';
SELECT count(*) FROM governance.policy_rule r WHERE NOT EXISTS (SELECT FROM governance.policy p WHERE p.policy_id = r.policy_id);

-- A failed publication leaves nothing behind.
SELECT pg_temp.try($$SELECT governance.publish(pg_temp.doc('t.publish.g', -1))$$);
SELECT count(*) FROM governance.scheme WHERE scheme = 't.publish.g';

-- Rules over time.
SELECT governance.publish(pg_temp.doc('t.publish.h', 1) || '{"rules": {"a": {"title": "a", "points": 1}, "b": {"title": "b", "points": 1}}}', 'active', '(,2013-01-01)') > 0;
SELECT governance.publish(pg_temp.doc('t.publish.h', 1) || '{"rules": {"a": {"title": "a", "points": 2}, "c": {"title": "c", "points": 1}}}', 'active', '[2013-01-01,2014-01-01)') > 0;
SELECT governance.publish(pg_temp.doc('t.publish.h', 1) || '{"rules": {"a": {"title": "a", "points": 2}, "b": {"title": "b", "points": 1}}}', 'active', '[2014-01-01,)') > 0;
SELECT rule, version, change, max_points FROM governance.rule_history WHERE scheme = 't.publish.h' ORDER BY rule, version;
