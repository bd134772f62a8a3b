--
-- Who may do what, and that nobody can steer what is done with the rights of
-- the ledger's owner: not by a search_path, not by operators, functions, types
-- and temporary tables of his own, not by settings, not by a trigger function
-- on a table of his own.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "t.rights", "title": "rights", "note": "first",
	"attributes": {"trusted": {"type": "boolean", "default": false}},
	"score": {"direction": "deduct", "cap": "if(trusted, 120, 100)"},
	"rules": {"noise": {"title": "noise", "points": [1, 5]}, "scam": {"title": "scam", "severity": "severe", "points": 40}},
	"relief": [{"every": "30 days", "add": 5}, {"on": "course", "add": 1}],
	"ladder": [
		{"rung": "quiet", "when": "score <= 70", "tier": "limited", "withhold": ["comment"]},
		{"rung": "mute", "when": "score <= 30", "tier": "muted", "withhold": ["comment", "post"], "for": "30 days", "terms": {"fee": "100 - score"}}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 20) i;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.rights', 'noise' FROM generate_series(1, 20) i;
CREATE ROLE rights_nobody;
CREATE ROLE rights_reader;
CREATE ROLE rights_recorder;
CREATE ROLE rights_moderator;
CREATE ROLE rights_application;
GRANT USAGE ON SCHEMA governance TO rights_reader, rights_recorder, rights_moderator;
GRANT SELECT ON ALL TABLES IN SCHEMA governance TO rights_reader, rights_moderator;
GRANT INSERT ON governance.violation TO rights_recorder;
GRANT USAGE ON SEQUENCE governance.entry_seq TO rights_recorder, rights_moderator;
GRANT INSERT ON governance.violation, governance.activity, governance.attribute, governance.revision, governance.appeal TO rights_moderator;
GRANT UPDATE, DELETE ON governance.attribute TO rights_moderator;
GRANT UPDATE ON governance.appeal TO rights_moderator;
GRANT CREATE ON SCHEMA public TO rights_application, rights_reader;

-- Which of the statements succeed; the error of the others.
CREATE FUNCTION public.attempt(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text; rows bigint;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	EXECUTE statement;
	GET DIAGNOSTICS rows = ROW_COUNT;
	RESET ROLE;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN state || ' ' || message || coalesce(' | ' || nullif(detail, ''), '');
END
$$;
\set ECHO queries

-- What acts with more rights than its caller, and what administers, is not for everybody.
SELECT p.proname AS unsafe FROM pg_proc p
	WHERE p.pronamespace = 'governance'::regnamespace
		AND has_function_privilege('rights_nobody', p.oid, 'EXECUTE')
		AND (p.prosecdef OR p.proname IN ('rebuild', 'ensure_trigger')
			 -- trigger functions in C run as the owner of the ledger
			 OR p.prorettype = 'trigger'::regtype AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')
				AND p.proname <> 'invalidate_rulebook')
	ORDER BY 1;
-- Whatever is parsed when it runs has a path of its own.
SELECT p.oid::regprocedure AS unsafe FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
	WHERE p.pronamespace = 'governance'::regnamespace AND l.lanname IN ('sql', 'plpgsql') AND p.prosqlbody IS NULL
		AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
	ORDER BY 1;
-- Nobody may write to what is derived, and nobody is in the schema uninvited.
SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a
	WHERE c.relnamespace = 'governance'::regnamespace AND a.grantee = 0;
SELECT a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a WHERE n.nspname = 'governance' AND a.grantee = 0;

SELECT r.role, s.n, attempt(r.role, s.statement) FROM
	(VALUES (1, 'rights_nobody'), (2, 'rights_reader'), (3, 'rights_recorder'), (4, 'rights_moderator')) AS r(o, role),
	(VALUES
		(1, $$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.rights', 'noise')$$),
		(2, $$INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.rights', 'scam' FROM generate_series(1, 5) i$$),
		(3, $$SELECT governance.score(1, 't.rights'), governance.tier(1), governance.permits(1, 'post'), count(*) FROM governance.restrictions(1)$$),
		(4, $$SELECT governance.timeline(1, 't.rights')$$),
		(5, $$SELECT * FROM governance.verify()$$),
		(6, $$SELECT governance.overturn(v.violation_id, 'test') FROM governance.violation v LEFT JOIN governance.revision r USING (account_id, violation_id) WHERE r.violation_id IS NULL LIMIT 1$$),
		(7, $$INSERT INTO governance.activity (account_id, kind) VALUES (1, 'course')$$),
		(8, $$SELECT governance.set_attribute(2, 'trusted', 'true')$$),
		(9, $$WITH a AS (SELECT max(violation_id) AS v FROM governance.violation) INSERT INTO governance.appeal (violation_id) SELECT v FROM a$$),
		(10, $$SELECT governance.rebuild()$$),
		(11, $$SELECT governance.publish('{"scheme": "t.other", "score": {"cap": 1}, "rules": {}}')$$),
		(12, $$UPDATE governance.standing SET score = '100/100'$$),
		(13, $$DELETE FROM governance.withholding$$),
		(14, $$DELETE FROM governance.violation$$),
		(15, $$SELECT governance.hold_standing(1, 't.rights')$$),
		(16, $$SELECT governance.hold_account(1)$$),
		(17, $$SELECT governance.change_instant('t.rights')$$),
		(18, $$SELECT governance.hold_standings('{1,2}', '{t.rights,t.rights}')$$)
	) AS s(n, statement)
	ORDER BY r.o, s.n;
SELECT * FROM governance.verify();

-- A right to insert is not a right to see: not in RETURNING, not in an error.
SET ROLE rights_recorder;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.rights', 'noise') RETURNING violation_id;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) VALUES (6, 77, 't.rights', 'noise');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, evidence) VALUES (6, 77, 't.rights', 'noise', '"secret"');
INSERT INTO governance.violation (account_id, scheme, rule, points, evidence) VALUES (6, 't.rights', 'noise', -1, '"secret"');
INSERT INTO governance.violation (account_id, scheme, rule, evidence) VALUES (6, 't.rights', NULL, '"secret"');
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (6, 't.rights', 'noise', 50);
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (6, 't.rights', 'scam', 50);
INSERT INTO governance.violation (account_id, scheme, rule, surcharge) VALUES (6, 't.rights', 'scam', 50);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (6, 't.rights', 'spma');
RESET ROLE;
GRANT INSERT ON governance.certification_step, governance.attribute TO rights_recorder;
SET ROLE rights_recorder;
INSERT INTO governance.attribute (account_id, name, value) VALUES (6, 'trusted', 'perhaps');
INSERT INTO governance.certification_step (account_id, action, qualification) VALUES (6, 'apply', 'occupation:healthcare/physicist');
INSERT INTO governance.certification_step (account_id, action, qualification) VALUES (6, 'apply', 'occupation:healthcare/physician[hospital=99]');
INSERT INTO governance.certification_step (account_id, action, qualification) VALUES (6, 'apply', 'institution:medical/hospital[level=2,public=1]');
RESET ROLE;
SELECT max(certification_id) AS certified FROM governance.certification \gset
SET ROLE rights_recorder;
INSERT INTO governance.certification_step (account_id, action, certification_id, part, passed) VALUES (6, 'examine', :certified, 'mood', true);
INSERT INTO governance.certification_step (account_id, action, certification_id) VALUES (6, 'examine', :certified);
INSERT INTO governance.certification_step (account_id, action, certification_id) VALUES (6, 'grant', :certified);
INSERT INTO governance.certification_step (account_id, action, certification_id, at) VALUES (6, 'grant', :certified, '2020-01-01');
RESET ROLE;
-- who may look is told
SELECT regexp_replace(attempt('rights_moderator', $$INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (6, 't.rights', 'noise', 50)$$), ' in force .*', '') AS told;

-- A refusal tells an application's user why only if he may look.
GRANT EXECUTE ON FUNCTION governance.require_capability() TO rights_application;
GRANT USAGE ON SCHEMA governance TO rights_application;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT 8, 't.rights', 'scam' FROM generate_series(1, 2);
SET ROLE rights_application;
CREATE TABLE public.rights_post (author bigint, body text);
CREATE TRIGGER may_post BEFORE INSERT ON public.rights_post FOR EACH ROW EXECUTE FUNCTION governance.require_capability('author', 'post');
INSERT INTO public.rights_post VALUES (9, 'hello');
INSERT INTO public.rights_post VALUES (8, 'hello');
RESET ROLE;
GRANT SELECT ON governance.standing, governance.sanction TO rights_application;
SELECT regexp_replace(attempt('rights_application', $$INSERT INTO public.rights_post VALUES (8, 'hello')$$), 'until .*', 'until ...') AS refused;
REVOKE ALL ON governance.standing, governance.sanction FROM rights_application;

-- What runs as the owner cannot be attached to a table of one's own.
SET ROLE rights_reader;
CREATE TABLE public.mine (account_id bigint, violation_id bigint);
CREATE TRIGGER mine AFTER INSERT ON public.mine REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION governance.violation_apply();
CREATE TRIGGER mine AFTER INSERT ON public.mine REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION governance.revision_apply();
CREATE TRIGGER mine BEFORE INSERT ON public.mine FOR EACH ROW EXECUTE FUNCTION governance.require_capability('account_id', 'post');
RESET ROLE;
-- And as functions they cannot be called.
SELECT DISTINCT left(attempt(current_user, format('SELECT %s()', p.oid::regproc)), 5) AS refused FROM pg_proc p
	WHERE p.pronamespace = 'governance'::regnamespace AND p.prorettype = 'trigger'::regtype ORDER BY 1;

-- Row-level security of the ledger's owner holds for others and not for what follows.
ALTER TABLE governance.violation ENABLE ROW LEVEL SECURITY;
ALTER TABLE governance.standing ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON governance.violation TO rights_recorder USING (false) WITH CHECK (account_id < 10);
SELECT attempt('rights_recorder', $$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (5, 't.rights', 'noise')$$);
SELECT attempt('rights_recorder', $$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (11, 't.rights', 'noise')$$);
SELECT * FROM governance.verify();
ALTER TABLE governance.standing FORCE ROW LEVEL SECURITY;
SELECT attempt('rights_recorder', $$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (5, 't.rights', 'noise')$$);
ALTER TABLE governance.standing NO FORCE ROW LEVEL SECURITY;
ALTER TABLE governance.standing DISABLE ROW LEVEL SECURITY;
ALTER TABLE governance.violation DISABLE ROW LEVEL SECURITY;
SELECT * FROM governance.verify();

-- ---------------------------------------------------------------------------
-- A schema full of traps, first in the path, and temporary tables.
-- ---------------------------------------------------------------------------
\set ECHO none
CREATE SCHEMA evil;
GRANT ALL ON SCHEMA evil TO PUBLIC;
DO $$
DECLARE
	f record;
	n integer := 0;
BEGIN
	-- every function of pg_catalog that a statement might mean
	FOR f IN SELECT p.proname, pg_get_function_arguments(p.oid) AS arguments, p.proretset,
				pg_get_function_result(p.oid) AS result
			FROM pg_proc p
			WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f'
				AND p.proname IN ('unnest', 'now', 'lower', 'upper', 'isempty', 'lower_inc', 'upper_inc', 'lower_inf', 'upper_inf',
					'tstzrange', 'concat', 'concat_ws', 'format', 'btrim', 'clock_timestamp', 'to_regclass', 'jsonb_build_object',
					'jsonb_array_elements_text', 'jsonb_each_text', 'array_length', 'cardinality', 'nextval', 'current_setting',
					'pg_advisory_xact_lock', 'hashtextextended', 'octet_length', 'generate_series', 'quote_literal', 'to_tsvector',
					'translate', 'replace', 'left', 'length', 'isfinite', 'age', 'date_part')
				AND p.pronargs > 0 AND pg_get_function_arguments(p.oid) !~ 'OUT|internal|DEFAULT|"any"'
	LOOP
		BEGIN
			EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION %L; END $f$',
						   f.proname, f.arguments, f.result, 'evil.' || f.proname);
			n := n + 1;
		EXCEPTION WHEN OTHERS THEN
			RAISE WARNING '%: %', f.proname, SQLERRM;
		END;
	END LOOP;
	EXECUTE $q$CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION 'evil.now'; END $f$ $q$;
	-- every operator on the types that the ledger uses
	FOR f IN SELECT o.oprname, o.oprleft::regtype AS l, o.oprright::regtype AS r, o.oprresult::regtype AS result
			FROM pg_operator o
			WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprkind = 'b'
				AND o.oprname IN ('=', '<>', '<', '<=', '>', '>=', '||', '->', '->>', '@>', '<@', '&&', '*', '+', '-')
				AND o.oprleft::regtype::text IN ('bigint', 'integer', 'text', 'boolean', 'numeric', 'jsonb', 'name', 'anyrange', 'anyarray',
					'timestamp with time zone', 'interval', 'governance.credit_score', 'governance.sanction_tier', 'governance.qualification')
	LOOP
		EXECUTE format('CREATE FUNCTION evil.%I(%s, %s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION %L; END $f$',
					   'op' || n, f.l, f.r, f.result, format('evil %s (%s, %s)', f.oprname, f.l, f.r));
		EXECUTE format('CREATE OPERATOR evil.%s (leftarg = %s, rightarg = %s, function = evil.%I)', f.oprname, f.l, f.r, 'op' || n);
		n := n + 1;
	END LOOP;
	IF n < 150 THEN
		RAISE WARNING 'only % traps', n;
	END IF;
	FOR f IN SELECT relname FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relkind IN ('r', 'v') LOOP
		EXECUTE format('CREATE TEMPORARY TABLE %I (account_id bigint, trap text)', f.relname);
		EXECUTE format('CREATE TABLE evil.%I (account_id bigint, trap text)', f.relname);
	END LOOP;
	FOR f IN SELECT t.typname FROM pg_type t WHERE t.typname IN ('text', 'int8', 'timestamptz', 'numeric', 'jsonb', 'tstzrange', 'bool', 'regclass')
		AND t.typnamespace = 'pg_catalog'::regnamespace
	LOOP
		EXECUTE format('CREATE DOMAIN evil.%I AS pg_catalog.varchar CHECK (VALUE IS NULL)', f.typname);
	END LOOP;
	CREATE DOMAIN evil.credit_score AS pg_catalog.int8;
	CREATE DOMAIN evil.sanction_tier AS pg_catalog.text;
	CREATE FUNCTION evil.violation_apply() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $e$evil trigger$e$; END';
END
$$;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA evil TO PUBLIC;
\set ECHO queries

SET search_path = pg_temp, evil, public, pg_catalog;
-- the traps work
SELECT 'a'::pg_catalog.text OPERATOR(evil.=) 'b'::pg_catalog.text;
SELECT now();
-- and none of them is sprung
SET ROLE rights_recorder;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (12, 't.rights', 'noise');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident, content_ref) VALUES (12, 't.rights', 'scam', '2024-01-29', '2024-01-29', 'i', 'c'), (13, 't.rights', 'scam', '2024-01-29', '2024-01-29', 'i', 'c'), (12, 't.rights', 'scam', '2024-01-30', '2024-01-30', NULL, NULL);
SET ROLE rights_moderator;
INSERT INTO governance.activity (account_id, kind) VALUES (12, 'course'), (14, 'course');
SELECT governance.set_attribute(12, 'trusted', 'true', '2024-06-01');
SELECT governance.overturn(v.violation_id, 'test') OPERATOR(pg_catalog.>) 0 AS overturned FROM governance.violation v WHERE v.account_id OPERATOR(pg_catalog.=) 13;
SELECT governance.change(v.violation_id, 3, 'test') OPERATOR(pg_catalog.>) 0 AS changed FROM governance.violation v WHERE v.account_id OPERATOR(pg_catalog.=) 12 AND v.rule OPERATOR(pg_catalog.=) 'noise';
INSERT INTO governance.appeal (violation_id) SELECT v.violation_id FROM governance.violation v WHERE v.account_id OPERATOR(pg_catalog.=) 12 AND v.rule OPERATOR(pg_catalog.=) 'noise';
SELECT governance.decide_appeal(a.appeal_id, 'upheld', 'test') FROM governance.appeal a WHERE a.outcome IS NULL AND a.account_id OPERATOR(pg_catalog.=) 12;
SET ROLE rights_reader;
SELECT governance.score(12, 't.rights', '2024-02-01'), governance.tier(12, NULL, '2024-02-01'), governance.permits(12, 'post', '2024-02-01');
SELECT capability, rung FROM governance.restrictions(12, '2024-02-01') AS r ORDER BY capability COLLATE "C";
SELECT pg_catalog.count(*) OPERATOR(pg_catalog.>) 2 AS lines FROM governance.timeline(12, 't.rights');
SELECT pg_catalog.count(*) FROM governance.next_change(12, 't.rights');
SELECT pg_catalog.count(governance.explain(s.sanction_id)) FROM governance.sanction s;
SELECT pg_catalog.count(governance.explain_text(s.sanction_id)) FROM governance.sanction s;
SELECT pg_catalog.count(*) FROM governance.simulate(governance.policy_document('t.rights'));
SELECT pg_catalog.count(*) FROM governance.search_rules('scam');
SELECT pg_catalog.count(*) FROM governance.policies;
SELECT pg_catalog.count(*) FROM governance.rule_centre;
SELECT pg_catalog.count(*) FROM governance.sanction_in_force;
SELECT * FROM governance.verify();
RESET ROLE;
SELECT governance.rebuild() OPERATOR(pg_catalog.>) 0 AS rebuilt;
SELECT governance.publish(pg_catalog.jsonb_set(governance.policy_document('t.rights'), '{note}', '"second"')) OPERATOR(pg_catalog.>) 0 AS published;
SELECT governance.publish(governance.pack('channels.live')) OPERATOR(pg_catalog.>) 0 AS published;
SELECT pg_catalog.regexp_replace(c, 'version .*;', 'version ...;') AS complete FROM governance.create_ledger() AS c;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (15, 't.rights', 'scam');
INSERT INTO public.rights_post VALUES (9, 'hello');
SET ROLE rights_application;
INSERT INTO public.rights_post VALUES (8, 'hello');
RESET ROLE;
SELECT * FROM governance.verify();
-- nothing went into the traps either
SELECT pg_catalog.count(*) FROM pg_temp.violation;
SELECT pg_catalog.count(*) FROM evil.standing;
RESET search_path;

-- ---------------------------------------------------------------------------
-- Settings
-- ---------------------------------------------------------------------------

SET DateStyle = 'SQL, DMY';
SET IntervalStyle = 'sql_standard';
SET TimeZone = 'Asia/Kathmandu';
SET extra_float_digits = -10;
SET array_nulls = off;
SET transform_null_equals = on;
SET bytea_output = escape;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET row_security = off;
SET default_transaction_isolation = 'serializable';
SET constraint_exclusion = on;
SET plan_cache_mode = force_generic_plan;
SET enable_seqscan = off;
SELECT count(set_config(name, 'regress', false)) AS parallel FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET default_transaction_deferrable = on;
SET lc_numeric = 'C';
SET work_mem = '64kB';
SET maintenance_work_mem = '1MB';
SET session_replication_role = 'local';
SET quote_all_identifiers = on;
SET bytea_output = 'escape';
SET xmlbinary = 'hex';
INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.rights', 'scam' FROM generate_series(15, 20) i;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (16, 't.rights', 'noise', '25/12/2024 13:00:00');
SELECT count(*) FROM governance.verify();
RESET ALL;
SET client_min_messages = warning;
SELECT * FROM governance.verify();
SELECT count(*) FROM governance.sanction WHERE account_id = 16;

\set ECHO none
DROP TABLE public.rights_post, public.mine;
DROP FUNCTION public.attempt(text, text);
DROP SCHEMA evil CASCADE;
REVOKE ALL ON SCHEMA public FROM rights_application, rights_reader;
DROP OWNED BY rights_nobody, rights_reader, rights_recorder, rights_moderator, rights_application CASCADE;
DROP ROLE rights_nobody, rights_reader, rights_recorder, rights_moderator, rights_application;
