--
-- What the extension calls is what it means, whatever else is called the same:
-- its code has a fixed search path or was parsed under one, and with a schema
-- ahead of pg_catalog that has a twin of each function, operator, relation and
-- type of pg_catalog and of the ledger, no twin is reached.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = error;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();

-- Code that is parsed when it runs has no names but those of pg_catalog.
SELECT p.oid::regprocedure AS loose FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
	WHERE p.pronamespace = 'governance'::regnamespace AND l.lanname NOT IN ('c', 'internal') AND p.prosqlbody IS NULL
		AND NOT coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false)
	ORDER BY 1;
-- What was parsed beforehand (bodies, views, defaults, checks, policies, the
-- conditions of triggers, indexes) depends on nothing but the server, the
-- extension, the ledger and the operators of btree_gist.
SELECT pg_describe_object(d.classid, d.objid, d.objsubid) AS what, pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) AS on_what
	FROM pg_depend d JOIN pg_depend home ON home.classid = d.refclassid AND home.objid = d.refobjid AND home.refclassid = 'pg_namespace'::regclass
	WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass, 'pg_class'::regclass, 'pg_cast'::regclass)
		AND home.refobjid <> 'governance'::regnamespace AND home.refobjid <> 'pg_catalog'::regnamespace
		AND EXISTS (SELECT FROM pg_depend e WHERE e.classid = d.classid AND e.objid = d.objid
			AND (e.deptype = 'e' AND e.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'governance')
				OR e.refclassid = 'pg_namespace'::regclass AND e.refobjid = 'governance'::regnamespace))
		AND NOT EXISTS (SELECT FROM pg_depend b JOIN pg_extension x ON x.oid = b.refobjid
			WHERE b.classid = d.refclassid AND b.objid = d.refobjid AND b.deptype = 'e' AND x.extname = 'btree_gist')
	ORDER BY 1, 2;
SELECT count(*) AS policies FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'governance'::regnamespace;

-- The twins, which raise an error of their own.
CREATE SCHEMA hostile;
CREATE FUNCTION pg_temp.trap(what text) RETURNS text LANGUAGE sql AS $$
	SELECT format('BEGIN RAISE EXCEPTION USING ERRCODE = ''HS000'', MESSAGE = %L; END', 'reached ' || what)
$$;
SET check_function_bodies = off;
DO $$
DECLARE
	twin	record;
	made	int := 0;
BEGIN
	FOR twin IN
		SELECT p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, p.oid::regprocedure::text AS name,
			CASE WHEN p.proretset THEN 'SETOF ' ELSE '' END || p.prorettype::regtype AS result
		FROM pg_proc p
		WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a', 'w')
	LOOP
		BEGIN
			-- Of what returns several columns only what is said of its arguments counts.
			EXECUTE format('CREATE FUNCTION hostile.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', twin.proname,
				(SELECT string_agg(t::regtype::text, ', ' ORDER BY n) FROM pg_proc p, unnest(p.proargtypes::oid[]) WITH ORDINALITY AS u (t, n)
					WHERE p.oid = twin.name::regprocedure), twin.result, pg_temp.trap(twin.name));
			made := made + 1;
		EXCEPTION WHEN OTHERS THEN
			NULL;		-- with arguments that only C functions may have
		END;
	END LOOP;
	RAISE NOTICE 'functions: %', made;
	FOR twin IN
		SELECT o.oprname, o.oid::regoperator::text AS name, nullif(o.oprleft, 0)::regtype AS l, o.oprright::regtype AS r, o.oprresult::regtype AS result
		FROM pg_operator o
		WHERE o.oprnamespace = 'pg_catalog'::regnamespace
	LOOP
		BEGIN
			EXECUTE format('CREATE FUNCTION hostile.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', 'operator ' || twin.name,
				concat_ws(', ', twin.l, twin.r), twin.result, pg_temp.trap(twin.name));
			EXECUTE format('CREATE OPERATOR hostile.%s (%srightarg = %s, function = hostile.%I)', twin.oprname,
				'leftarg = ' || twin.l || ', ', twin.r, 'operator ' || twin.name);
			made := made + 1;
		EXCEPTION WHEN OTHERS THEN
			NULL;
		END;
	END LOOP;
	FOR twin IN
		SELECT DISTINCT c.relname FROM pg_class c
		WHERE c.relnamespace IN ('pg_catalog'::regnamespace, 'governance'::regnamespace) AND c.relkind IN ('r', 'v', 'p', 'S')
	LOOP
		EXECUTE format('CREATE FUNCTION hostile.%I() RETURNS int LANGUAGE plpgsql AS %L', 'relation ' || twin.relname, pg_temp.trap(twin.relname));
		EXECUTE format('CREATE VIEW hostile.%I AS SELECT hostile.%I() AS oid', twin.relname, 'relation ' || twin.relname);
		made := made + 1;
	END LOOP;
	FOR twin IN
		SELECT t.typname FROM pg_type t
		WHERE t.typtype IN ('b', 'r') AND t.typname !~ '^_' AND t.typcategory <> 'Z'
			AND t.typnamespace IN ('pg_catalog'::regnamespace, 'governance'::regnamespace)
	LOOP
		EXECUTE format('CREATE FUNCTION hostile.%I(text) RETURNS boolean LANGUAGE plpgsql AS %L', 'type ' || twin.typname, pg_temp.trap(twin.typname));
		EXECUTE format('CREATE DOMAIN hostile.%I AS pg_catalog.text CHECK (hostile.%I(VALUE))', twin.typname, 'type ' || twin.typname);
		made := made + 1;
	END LOOP;
	PERFORM set_config('test.made', made::text, false);
END
$$;
SELECT current_setting('test.made')::int > 3000 AS twins;
CREATE FUNCTION public.under_twins(call text) RETURNS void LANGUAGE plpgsql
	SET search_path = hostile, pg_catalog, governance
	AS $$ BEGIN EXECUTE call; END $$;
\set VERBOSITY terse
SELECT public.under_twins('SELECT pg_catalog.length(lower($i$X$i$))');
SELECT public.under_twins('SELECT 1 + 1');

-- A ledger's life.
SET governance.notify = off;
SET search_path = hostile, pg_catalog, governance;
SELECT governance.publish('{"scheme": "t", "title": "t", "time_zone": "UTC", "score": {"cap": 12},
	"attributes": {"fans": "number"},
	"rules": {"a": {"title": "a", "points": [1, 12], "usual": 2}, "b": {"title": "b", "points": 1, "direct": "brief"}},
	"relief": [{"every": "30 days", "add": 1}, {"on": "course", "add": 1}],
	"ladder": [{"rung": "low", "when": "score <= 8", "tier": "limited", "withhold": ["post"], "for": "3 months"},
		{"rung": "brief", "tier": "warned", "withhold": ["share"], "for": "3 days", "terms": {"fee": "fans * 2"}},
		{"rung": "out", "when": "score <= 0", "tier": "banned", "withhold": ["post", "certification"], "for": "ever"}],
	"links": [{"kind": "same_subject", "rungs": ["out"], "confidence": 0.9, "entries": ["*"]}]}', 'active', '[2020-01-01,)');
INSERT INTO governance.account (account_id, subject) VALUES (1, 'S'), (2, 'S'), (3, 'S'), (4, NULL), (5, NULL);
SELECT governance.link_accounts(3, 1, 'same_subject', 1, mutual => false) IS NULL AS linked;
INSERT INTO governance.account_link (account_id, other_id, kind, confidence, during) VALUES (2, 1, 'same_subject', 1, '[2023-01-01,)');
INSERT INTO governance.holiday (calendar, day, working) VALUES ('here', '2024-01-01', false);
INSERT INTO governance.attribute (account_id, name, value, during) VALUES (1, 'fans', '10', '[2023-01-01,)');
INSERT INTO governance.campaign (campaign, during) VALUES ('spring', '[2024-01-01,)');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at) VALUES (1, 1001, 't', 'a', '2024-01-01', '2024-01-01');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at, source, campaign) VALUES
	(1, 1002, 't', 'a', 3, '2024-02-01', '2024-02-01', 'campaign', 'spring'), (1, 1003, 't', 'b', NULL, '2024-02-02', '2024-02-02', 'model', NULL),
	(4, 1004, 't', 'a', 12, '2024-02-02', '2024-02-02', 'report', NULL), (1, 1005, 't', 'a', 12, pg_catalog.now(), pg_catalog.now(), 'report', NULL);
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at) VALUES (1, 1006, 't', 'a', '2024-01-15', '2024-03-15');
INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (1, 'course', '2024-03-20');
UPDATE governance.attribute SET value = '20' WHERE governance.attribute.account_id OPERATOR(pg_catalog.=) 1;
SELECT governance.set_attribute(4, 'fans', '3') IS NULL AS set;
SELECT governance.overturn(1002, 'o', '2024-04-01') IS NULL AS o, governance.change(1001, 4, 'c') IS NULL AS c, governance.overturn(1005, 'o') IS NULL AS o;
SELECT governance.reinstate(1005, 'r') IS NULL AS r;
INSERT INTO governance.revision (account_id, violation_id, action, points, reason) VALUES (1, 1006, 'change', 1, 'r'), (1, 1001, 'overturn', NULL, 'r');
INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (1, 1001, 'reinstate', 'r');
INSERT INTO governance.revision (account_id, action, scheme, points, reason, decided_at) VALUES (5, 'opening', 't', 3, 'r', '2024-01-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) SELECT 5, 't', 'a', pg_catalog.now() FROM pg_catalog.generate_series(1, 3);
DELETE FROM governance.holiday;
DELETE FROM governance.attribute WHERE governance.attribute.account_id OPERATOR(pg_catalog.=) 4;
INSERT INTO governance.appeal (violation_id, grounds, filed_at) VALUES (1004, 'g', '2024-02-03');
UPDATE governance.appeal SET outcome = 'overturned', decided_at = '2024-02-10', reason = 'r' WHERE governance.appeal.violation_id OPERATOR(pg_catalog.=) 1004;
RESET search_path;
SELECT sanction_id AS heavy FROM governance.sanction WHERE rung = 'out' AND released_at IS NULL AND account_id = 1 \gset
SET search_path = hostile, pg_catalog, governance;
SELECT governance.release(:heavy, 'r', account_id => 1) IS NULL AS r;
SELECT governance.tick() IS NULL AS t;
SELECT governance.publish('{"scheme": "t", "score": {"cap": 12}, "rules": {"a": {"title": "a", "points": 2}}}', 'trial') IS NULL AS p;
INSERT INTO governance.account_link (account_id, other_id, kind, confidence) VALUES (5, 4, 'same_device', 0.95);
SELECT governance.grant_level('pg_monitor', 'moderator') IS NULL AS l;
SELECT governance.may_tell('policy'), governance.permits(1, 'post'), governance.score(1, 't') IS NULL AS s, governance.tier(1);
SELECT governance.verify(), governance.verify_certification();
SELECT governance.rebuild();
RESET search_path;

-- Each function that can be called, with nothing and with something.
CREATE TABLE public.sample (type regtype PRIMARY KEY, value text);
INSERT INTO public.sample VALUES ('bigint', '1'), ('integer', '1'), ('numeric', '1'), ('text', 't'), ('jsonb', '{"scheme": "t"}'), ('boolean', 'true'),
	('timestamptz', '2024-06-01'), ('tstzrange', '[2024-01-01,2025-01-01)'), ('daterange', '[2024-01-01,2025-01-01)'), ('date', '2024-01-01'), ('interval', '1 day'), ('text[]', '{post,share}'), ('bigint[]', '{1,4}'),
	('regclass', 'governance.violation'), ('regrole', 'pg_monitor'), ('double precision', '1'), ('name', 'x'), ('bytea', '\x00'),
	('governance.credit_score', '5/12'), ('governance.sanction_tier', 'muted'), ('governance.qualification', 'occupation:healthcare/physician'), ('governance.qualification[]', '{occupation:healthcare/physician}');
CREATE FUNCTION pg_temp.reached() RETURNS TABLE (call text, twin text) LANGUAGE plpgsql AS $$
DECLARE
	function record;
	word text;
BEGIN
	FOR function IN
		SELECT p.oid, p.proname, p.proargtypes::oid[] AS types
		FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
			AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'governance')
		WHERE p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype AND p.provariadic = 0
			AND NOT '{internal,cstring,record}'::regtype[]::oid[] && p.proargtypes::oid[]
		ORDER BY p.oid::regprocedure::text COLLATE "C"
	LOOP
		FOREACH word IN ARRAY '{something,t,post,1,active,health,en}'::text[] LOOP
			SELECT format('SELECT pg_catalog.count(x) FROM governance.%I(%s) x', function.proname,
					string_agg(format('%L::%I.%I', CASE WHEN u.type = 'text'::regtype THEN word ELSE s.value END, n.nspname, t.typname), ', ' ORDER BY u.n))
				INTO call
				FROM unnest(function.types) WITH ORDINALITY AS u (type, n) JOIN pg_type t ON t.oid = u.type JOIN pg_namespace n ON n.oid = t.typnamespace
					LEFT JOIN public.sample s ON s.type = u.type;
			BEGIN
				PERFORM public.under_twins(call);
				RAISE EXCEPTION USING ERRCODE = 'ZZ000';
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS twin = MESSAGE_TEXT;
				IF SQLSTATE = 'HS000' OR twin ~ 'hostile' THEN
					RETURN NEXT;
				END IF;
			END;
		END LOOP;
	END LOOP;
END
$$;
SELECT * FROM pg_temp.reached();
