--
-- Every function of the extension is called with odd arguments, by a seed: it
-- answers, or refuses with an error of a class that says what is wrong; never
-- with an internal one.  GOVERNANCE_FUZZ multiplies the number of calls.
--
\set ECHO none
\set fuzz 1
\getenv fuzz GOVERNANCE_FUZZ
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET timezone = 'Europe/Berlin';
SET statement_timeout = '300s';
SET test.fuzz = :'fuzz';
SELECT count(*) > 0 FROM governance.create_ledger();
SELECT governance.publish(governance.pack('douyin.commerce')) > 0;
SELECT governance.publish('{"scheme": "t", "time_zone": "Europe/Berlin", "score": {"cap": 12},
	"rules": {"a": {"title": "a", "points": [1, 12], "usual": 2}},
	"relief": [{"every": "30 days", "add": 1}, {"on": "course", "add": 1}],
	"ladder": [{"rung": "low", "when": "score <= 8", "tier": "limited", "withhold": ["post"], "for": "3 months"},
		{"rung": "out", "when": "score <= 0", "tier": "banned", "withhold": ["post"], "for": "ever"}]}', 'active', '[-infinity,)') > 0;
INSERT INTO governance.account (account_id, external_id) VALUES (1, 'one'), (2, NULL), (-9223372036854775808, ''), (9223372036854775807, 'last');
INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at) VALUES
	(1, 't', 'a', 6, '2024-03-31 01:30', '2024-03-31 03:30'), (1, 't', 'a', 6, '2024-10-27 02:30', '2024-10-27 02:30'), (2, 't', 'a', 12, '2024-01-31', '2024-01-31');

CREATE TEMP TABLE odd (type regtype, n serial, value text);
INSERT INTO odd (type, value)
	SELECT t::regtype, u FROM (VALUES
		('bigint', '{NULL,0,1,2,-1,9223372036854775807,-9223372036854775808,3}'::text[]),
		('integer', '{NULL,0,1,-1,2147483647,-2147483648}'),
		('smallint', '{NULL,0,1,-32768,32767}'),
		('numeric', '{NULL,0,1,-1,0.005,NaN,infinity,-infinity,1e100,21474836.47,12}'),
		('double precision', '{NULL,0,1,-1,NaN,infinity,1e308,0.5}'),
		('boolean', '{NULL,true,false}'),
		('text', ARRAY[NULL, '', ' ', 't', 'douyin.commerce', 'a', 'post', 'share', 'one', 'en', 'zh', 'active', 'low', 'reader', 'health', E'\t', repeat('x', 70000), 'é规😀', '"', '''; SELECT 1; --', '%s%n', 't@1', '..', 'occupation:healthcare']),
		('jsonb', '{NULL,"{}","[]","null","1","\"x\"","{\"scheme\": \"t\"}","[{\"at\": \"2024-01-01\", \"rule\": \"a\"}]","[{\"at\": \"infinity\"}]","{\"scheme\": \"t\", \"score\": {\"cap\": 1}, \"rules\": {\"a\": {\"title\": \"a\", \"points\": 1}}}"}'),
		('json', '{NULL,"{}","[]","1"}'),
		('timestamp with time zone', '{NULL,infinity,-infinity,"4713-01-01 BC","294276-12-31 23:59:59","2024-03-31 02:30","2024-10-27 02:30","2024-02-29","1999-12-31 24:00",2030-01-01}'),
		('date', '{NULL,infinity,-infinity,2024-02-29,"4713-01-01 BC",5874897-12-31}'),
		('interval', '{NULL,0,"-1 day","30 days","1 month","178000000 years","00:00:00.000001"}'),
		('tstzrange', '{NULL,empty,"(,)","[2024-01-01,2024-01-01]","[2024-01-01,)","(,2024-01-01)","[infinity,]","[-infinity,infinity]","[2024-01-01,2025-01-01)"}'),
		('daterange', '{NULL,empty,"(,)","[2024-01-01,2024-02-01)"}'),
		('text[]', '{NULL,"{}","{NULL}","{post,NULL}","{post,share}"}'),
		('bigint[]', '{NULL,"{}","{NULL}","{1,1,2}"}'),
		('bytea', '{NULL,"","\\x00","\\xffffffff"}'),
		('oid', '{NULL,0,1,4294967295}'), ('regclass', '{NULL,governance.violation,pg_class,governance.standing}'),
		('regrole', '{NULL,pg_monitor,0}'), ('name', '{NULL,x}'), ('uuid', '{NULL}'), ('inet', '{NULL}'), ('xid8', '{NULL,0,1}'),
		('governance.credit_score', '{NULL,0/12,12/12,15/12,21474836.47/21474836.47}'),
		('governance.sanction_tier', '{NULL,clear,banned}'),
		('governance.qualification', '{NULL,a:b,"occupation:healthcare/physician[hospital=9,title=2]"}'),
		('governance.qualification[]', '{NULL,"{}","{NULL,a:b}"}')) AS v (t, vs), unnest(vs) u;

CREATE FUNCTION pg_temp.call_all(calls int) RETURNS TABLE (outcome text) LANGUAGE plpgsql AS $$
DECLARE
	function record; arguments text; value text; call text; state text; message text; wanted regtype;
	answered int := 0; refused int := 0;
BEGIN
	FOR function IN
		SELECT p.oid, p.proname, p.pronargs, p.proargtypes::oid[] AS types, p.oid::regprocedure::text AS signature, p.provariadic
		FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
			AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'governance')
		WHERE p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
			AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[]) AND NOT 'cstring'::regtype = ANY (p.proargtypes::oid[])
			AND NOT 'record'::regtype = ANY (p.proargtypes::oid[])
			AND p.proname NOT IN ('create_ledger', 'create_step', 'comment_relation', 'ensure_table', 'ensure_view', 'ensure_trigger', 'grant_again')	-- tested elsewhere, and parts of it
		ORDER BY p.oid::regprocedure::text COLLATE "C"
	LOOP
		FOR i IN 1 .. CASE function.pronargs WHEN 0 THEN 1 ELSE calls END LOOP
			arguments := '';
			FOR j IN 1 .. function.pronargs LOOP
				-- proargtypes begins at 0; a type without odd values gets null
				wanted := function.types[j - 1]::regtype;
				SELECT o.value INTO value FROM odd o WHERE o.type = wanted
					ORDER BY random() LIMIT 1;
				arguments := arguments || CASE WHEN j > 1 THEN ', ' ELSE '' END
					|| CASE WHEN j = function.pronargs AND function.provariadic <> 0 AND wanted <> '"any"'::regtype THEN 'VARIADIC ' ELSE '' END
					|| format('%L::%s', value, wanted);
			END LOOP;
			call := format('SELECT count(x::text) FROM governance.%I(%s) x', function.proname, arguments);
			BEGIN
				EXECUTE call;
				RAISE EXCEPTION USING ERRCODE = 'ZZ000';
			EXCEPTION
				WHEN SQLSTATE 'ZZ000' THEN
					answered := answered + 1;
				WHEN OTHERS THEN
					GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
					IF state ~ '^(GV|22|23|42501|42704|42P01|42883|0A000|54|55000|2BP01|25006|P0002)'
						-- These are given what a row of standing holds, and damage is told as there.
						OR state = 'XX001' AND function.proname IN ('stored_scores', 'stored_nearness') THEN
						refused := refused + 1;
					ELSE
						outcome := state || ' ' || left(message, 200) || ': ' || left(call, 400);
						RETURN NEXT;
					END IF;
			END;
		END LOOP;
	END LOOP;
	outcome := CASE WHEN answered > calls * 20 THEN 'many answer' ELSE answered || ' answered' END; RETURN NEXT;
	outcome := CASE WHEN refused > calls * 20 THEN 'many refuse' ELSE refused || ' refused' END; RETURN NEXT;
END $$;

\set ECHO queries
SELECT setseed(0.20240331) IS NOT NULL;
SELECT * FROM pg_temp.call_all(40 * current_setting('test.fuzz')::int);
SELECT * FROM governance.verify();
