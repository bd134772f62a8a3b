--
-- The three levels: every object of the schema has its place, every right of
-- every level is tried on every table, and what the levels can do with it.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE ROLE level_none;
CREATE ROLE level_reader;
CREATE ROLE level_moderator;
CREATE ROLE level_administrator;
CREATE ROLE "Level ""Odd""";
GRANT USAGE ON SCHEMA governance TO level_none;

-- What a role gets for a statement, which is undone.
CREATE FUNCTION public.attempt(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'XX999';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
	RETURN CASE state WHEN 'XX999' THEN 'done' ELSE state || ' ' || message END;
END
$$;
\set ECHO queries

-- Every object is classified, and every classified object is there.
SELECT c.relname AS unclassified FROM pg_class c
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
		AND NOT EXISTS (SELECT FROM governance.object_level() o
			WHERE o.object = c.relname AND o.kind = CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END)
UNION SELECT p.oid::regprocedure::text FROM pg_proc p
	-- btree_gist may have been put here
	WHERE p.pronamespace = 'governance'::regnamespace
		AND NOT EXISTS (SELECT FROM governance.object_level() o WHERE o.object = p.proname AND o.kind = 'function')
ORDER BY 1;
SELECT o.kind, o.object AS gone FROM governance.object_level() o
	WHERE CASE o.kind WHEN 'function' THEN NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'governance'::regnamespace AND p.proname = o.object)
		ELSE to_regclass('governance.' || o.object) IS NULL END
	ORDER BY 1, 2;
-- What is granted to a level is not for PUBLIC, and trigger functions that act as the owner are for nobody.
SELECT p.oid::regprocedure AS left_to_public FROM pg_proc p JOIN governance.object_level() o ON o.kind = 'function' AND o.object = p.proname
	WHERE p.pronamespace = 'governance'::regnamespace AND has_function_privilege('level_none', p.oid, 'EXECUTE')
		AND (o.object IN ('rebuild', 'require_capability', 'require_qualification', 'grant_level', 'revoke_level') OR p.prosecdef)
	ORDER BY 1;

SELECT governance.grant_level('level_reader', 'reader'), governance.grant_level('level_moderator', 'moderator'),
	governance.grant_level('level_administrator', 'administrator'), governance.grant_level('"Level ""Odd"""', 'moderator');
SELECT role, level, granted_by = current_user AS by_me, missing, beyond FROM governance.access_level ORDER BY role COLLATE "C";

\pset footer off
-- Every privilege on every table, tried; N none, R reader, M moderator, A administrator.
SELECT t.relname AS "table",
	string_agg(left(r.role, 1) || ':' || tried.done, ' ' ORDER BY r.n) AS can
	FROM pg_class t
		JOIN LATERAL (SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a
					  WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum LIMIT 1) c ON true,
		(VALUES (1, 'None'), (2, 'Reader'), (3, 'Moderator'), (4, 'Administrator')) AS r (n, role),
		LATERAL (SELECT coalesce(nullif(string_agg(v.letter, '' ORDER BY v.n), ''), '-') AS done
				 FROM (VALUES
					(1, 'S', format('SELECT %I FROM governance.%I WHERE false', c.attname, t.relname)),
					(2, 'I', format('INSERT INTO governance.%I (%I) SELECT NULL::%s WHERE false', t.relname, c.attname, c.type)),
					(3, 'U', format('UPDATE governance.%I SET %I = NULL WHERE false', t.relname, c.attname)),
					(4, 'D', format('DELETE FROM governance.%I WHERE false', t.relname)),
					(5, 'T', format('TRUNCATE governance.%I CASCADE', t.relname))) AS v (n, letter, statement)
				 WHERE public.attempt('level_' || lower(r.role), v.statement) !~ '^42501') AS tried
	WHERE t.relnamespace = 'governance'::regnamespace AND t.relkind IN ('r', 'p')
	GROUP BY t.relname ORDER BY t.relname COLLATE "C";
-- Views show, and do nothing else.
SELECT r.role, count(*) FILTER (WHERE has_table_privilege('level_' || r.role, c.oid, 'SELECT')) = count(*) AS can_select,
	count(*) FILTER (WHERE has_table_privilege('level_' || r.role, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')) AS more
	FROM pg_class c, (VALUES (1, 'none'), (2, 'reader'), (3, 'moderator'), (4, 'administrator')) AS r (n, role)
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'v' GROUP BY r.n, r.role ORDER BY r.n;
-- Nothing has rights that lead further.
SELECT c.relname, r.role FROM pg_class c, (VALUES ('none'), ('reader'), ('moderator'), ('administrator')) AS r (role)
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p')
		AND has_table_privilege('level_' || r.role, c.oid, 'TRUNCATE, REFERENCES, TRIGGER');
SELECT c.relname AS sequence, string_agg(r.role, ' ' ORDER BY r.n) FILTER (WHERE public.attempt('level_' || r.role, format('SELECT nextval(%L)', 'governance.' || c.relname)) = 'done') AS can
	FROM pg_class c, (VALUES (1, 'none'), (2, 'reader'), (3, 'moderator'), (4, 'administrator')) AS r (n, role)
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'S' GROUP BY c.relname ORDER BY c.relname COLLATE "C";

\pset footer on
-- Every function, called with nothing but nulls: who is refused before it begins.
SELECT r.role, p.proname AS refused FROM pg_proc p, (VALUES (1, 'none'), (2, 'reader'), (3, 'moderator'), (4, 'administrator')) AS r (n, role)
	WHERE p.pronamespace = 'governance'::regnamespace AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
		AND public.attempt('level_' || r.role, format('SELECT governance.%I(%s)', p.proname,
			(SELECT string_agg('NULL::' || format_type(a.t, NULL), ', ' ORDER BY a.n)
			 FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (t, n)))) LIKE '% for function ' || p.proname
	ORDER BY r.n, p.proname COLLATE "C";

-- ---------------------------------------------------------------------------
-- At work
-- ---------------------------------------------------------------------------
\set ECHO none
SET ROLE level_administrator;
SELECT governance.publish('{
	"scheme": "t.level", "score": {"direction": "deduct", "cap": 12},
	"rules": {"noise": {"title": "noise", "points": [1, 5]}, "scam": {"title": "scam", "points": 9}},
	"relief": [{"on": "course", "add": 1}],
	"ladder": [{"rung": "mute", "when": "score <= 6", "tier": "muted", "withhold": ["post"], "for": "30 days"}]}') > 0 AS published;
SET ROLE level_moderator;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 9) i;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) SELECT i, i, 't.level', 'noise' FROM generate_series(1, 9) i;
INSERT INTO governance.appeal (appeal_id, violation_id, grounds) VALUES (100, 1, 'no');
RESET ROLE;
\set ECHO queries
SELECT s.what, r.role, public.attempt('level_' || r.role, s.statement) AS gets
	FROM (VALUES (1, 'none'), (2, 'reader'), (3, 'moderator'), (4, 'administrator')) AS r (n, role),
	(VALUES
		(1, 'ask', $$SELECT governance.score(1, 't.level'), governance.tier(1), governance.permits(1, 'post'), governance.score(1, 't.level', '2024-01-01')$$),
		(2, 'look back', $$SELECT * FROM governance.timeline(1, 't.level')$$),
		(3, 'prove', $$SELECT * FROM governance.verify()$$),
		(4, 'search', $$SELECT * FROM governance.search_rules('noise')$$),
		(5, 'record', $$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.level', 'scam')$$),
		(6, 'record what was done', $$INSERT INTO governance.activity (account_id, kind) VALUES (1, 'course')$$),
		(7, 'register', $$INSERT INTO governance.account (kind) VALUES ('personal') ON CONFLICT DO NOTHING$$),
		(8, 'state a fact', $$SELECT governance.set_attribute(1, 'followers', '1')$$),
		(9, 'overturn', $$SELECT governance.overturn(1, 'wrong')$$),
		(10, 'change', $$SELECT governance.change(1, 2, 'less')$$),
		(11, 'file', $$INSERT INTO governance.appeal (violation_id) VALUES (2)$$),
		(12, 'decide', $$SELECT governance.decide_appeal(100, 'changed', 'half', 2)$$),
		(13, 'check a face', $$SELECT governance.check_face(1, true)$$),
		(14, 'run a campaign', $$INSERT INTO governance.campaign (campaign) VALUES ('spring')$$),
		(15, 'publish', $$SELECT governance.publish(jsonb_set(governance.pack('douyin.health'), '{scheme}', '"t.other"'))$$),
		(16, 'activate', $$SELECT governance.activate(governance.publish('{"scheme": "t.draft", "score": {"cap": 1}, "rules": {}}', 'draft'))$$),
		(17, 'retire', $$SELECT governance.retire(policy_id) FROM governance.policies WHERE scheme = 't.level'$$),
		(18, 'rebuild', $$SELECT governance.rebuild()$$),
		(19, 'certify', $$SELECT governance.apply_for_certification(1, 'interest:science'), governance.examine_certification(1, currval('governance.certification_seq')), governance.grant_certification(1, currval('governance.certification_seq'))$$),
		(20, 'demand', $$INSERT INTO governance.requirement (domain, qualification) VALUES ('health', 'occupation:law')$$),
		(21, 'bind', $$UPDATE governance.account SET kind = 'channel', subject = 's' WHERE account_id = 1; UPDATE governance.account SET kind = 'public', subject = 's' WHERE account_id = 2; SELECT governance.bind_account(1, 2)$$),
		(22, 'name a capability', $$INSERT INTO governance.capability VALUES ('sing')$$),
		(23, 'attach', $$SELECT 1 WHERE has_function_privilege('governance.require_capability()', 'EXECUTE') OR 1 / (SELECT count(*) FROM governance.campaign) > 0$$),
		(24, 'derive by hand', $$UPDATE governance.standing SET tier = 'clear'$$),
		(25, 'rewrite', $$UPDATE governance.violation SET points = 0$$),
		(26, 'rise', $$SELECT governance.grant_level(current_user::regrole, 'administrator')$$),
		(27, 'rise by hand', $$UPDATE governance.role_level SET level = 'administrator'$$),
		(28, 'seal', $$SELECT governance.seal('the end of a month')$$),
		(29, 'seal nothing', $$INSERT INTO governance.seal (relation, ids, columns, rows, digests, digest) VALUES ('violation', '{[1,9]}', '{}', 0, '', '')$$),
		(30, 'release a brake', $$SELECT governance.release_brake(1, 'it was meant so')$$),
		(31, 'release a brake by hand', $$UPDATE governance.parked SET released_at = now(), released_by = 'x', reason = 'x'$$),
		(32, 'make rules', $$INSERT INTO governance.policy_rule (policy_id, rule, position, title, severity, min_points, max_points, usual_points, words) SELECT policy_id, 'talk', 9, 'talk', 'minor', 0, 9, 9, 'talk' FROM governance.policy$$),
		(33, 'make rungs', $$INSERT INTO governance.policy_rung SELECT (r).* FROM (SELECT r FROM governance.policy_rung r) r$$),
		(34, 'make a version', $$INSERT INTO governance.policy (scheme, version, status, document) SELECT scheme, 99, 'draft', document FROM governance.policy; SELECT 1 / (count(*) / 4)::int FROM governance.policy_rule$$)
	) AS s (n, what, statement)
	ORDER BY s.n, r.n;

-- ---------------------------------------------------------------------------
-- Row-level security of an application, with a role that only reads
-- ---------------------------------------------------------------------------
\set ECHO none
CREATE TABLE public.level_post (id int, author bigint, domain text DEFAULT 'health');
INSERT INTO public.level_post (id, author) SELECT i, i FROM generate_series(1, 5) i;
INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.level', 'scam' FROM generate_series(3, 4) i;
ALTER TABLE public.level_post ENABLE ROW LEVEL SECURITY;
CREATE POLICY may_post ON public.level_post TO level_reader USING (governance.permits(author, 'post')) WITH CHECK (governance.permits(author, 'post'));
GRANT SELECT, INSERT, UPDATE, DELETE ON public.level_post TO level_reader;
\set ECHO queries
SET ROLE level_reader;
SELECT id FROM public.level_post ORDER BY id;
INSERT INTO public.level_post (id, author) VALUES (6, 6);
INSERT INTO public.level_post (id, author) VALUES (7, 3);
UPDATE public.level_post SET author = 4 WHERE id = 1;
RESET ROLE;
-- and by qualification
DROP POLICY may_post ON public.level_post;
CREATE POLICY may_post ON public.level_post TO level_reader USING (governance.qualified(author, domain));
SELECT governance.apply_for_certification(2, 'occupation:healthcare/physician[hospital=9,title=3]') AS applied \gset
SELECT governance.examine_certification(2, :applied), governance.grant_certification(2, :applied);
UPDATE governance.domain SET gated_from = '-infinity', gated_until = 'infinity' WHERE domain = 'health';
SET ROLE level_reader;
SELECT id, governance.qualified(author, domain) AS qualified FROM public.level_post ORDER BY id;
RESET ROLE;

-- ---------------------------------------------------------------------------
-- Levels that change, and what an upgrade adds
-- ---------------------------------------------------------------------------
REVOKE SELECT ON governance.violation FROM level_reader;
REVOKE EXECUTE ON FUNCTION governance.rebuild() FROM level_administrator;
GRANT UPDATE ON governance.standing TO level_moderator;
GRANT SELECT ON governance.account TO level_none;
SELECT role, level, missing, beyond FROM governance.access_level ORDER BY role COLLATE "C";
SELECT governance.create_ledger();
SELECT role, level, missing, beyond FROM governance.access_level WHERE cardinality(missing) + cardinality(beyond) > 0 ORDER BY role COLLATE "C";
-- whatever the right is of, and however it came
REVOKE ALL ON governance.standing FROM level_moderator;
GRANT SELECT ON governance.standing TO level_moderator;
CREATE ROLE level_friend;
GRANT DELETE ON governance.sanction TO PUBLIC;
GRANT EXECUTE ON FUNCTION governance.rebuild() TO PUBLIC;
GRANT EXECUTE ON FUNCTION governance.may_tell(text) TO PUBLIC;
GRANT UPDATE (score, tier) ON governance.standing TO level_moderator;
GRANT SELECT ON governance.account TO level_reader WITH GRANT OPTION;
GRANT INSERT ON governance.withholding TO level_friend;
GRANT level_friend, pg_write_all_data TO level_reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA governance GRANT TRUNCATE ON TABLES TO level_moderator;
ALTER VIEW governance.rung OWNER TO level_none;
SELECT role, level, missing, beyond FROM governance.access_level WHERE cardinality(missing) + cardinality(beyond) > 0 ORDER BY role COLLATE "C";
ALTER VIEW governance.rung OWNER TO CURRENT_USER;
ALTER DEFAULT PRIVILEGES IN SCHEMA governance REVOKE TRUNCATE ON TABLES FROM level_moderator;
REVOKE DELETE ON governance.sanction FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION governance.rebuild() FROM PUBLIC;
REVOKE UPDATE (score, tier) ON governance.standing FROM level_moderator;
REVOKE level_friend, pg_write_all_data FROM level_reader;
REVOKE GRANT OPTION FOR SELECT ON governance.account FROM level_reader;
REVOKE INSERT ON governance.withholding FROM level_friend;
DROP ROLE level_friend;
SELECT role, level, missing, beyond FROM governance.access_level WHERE cardinality(missing) + cardinality(beyond) > 0 ORDER BY role COLLATE "C";
-- down a level, and out
SELECT governance.grant_level('level_administrator', 'reader');
SELECT public.attempt('level_administrator', 'SELECT governance.rebuild()'), public.attempt('level_administrator', 'SELECT * FROM governance.verify()');
SELECT governance.revoke_level('level_administrator'), governance.revoke_level('"Level ""Odd"""');
SELECT role, level FROM governance.access_level ORDER BY role COLLATE "C";
SELECT governance.grant_level('level_reader', 'king');
SELECT governance.grant_level('level_reader', NULL);
SELECT governance.grant_level('level_nobody', 'reader');
SELECT governance.grant_level(4294967295::oid::regrole, 'reader');

\set ECHO none
DROP TABLE public.level_post;
DROP FUNCTION public.attempt(text, text);
DROP OWNED BY level_none, level_reader, level_moderator, level_administrator, "Level ""Odd""" CASCADE;
DROP ROLE level_none, level_reader, level_moderator, level_administrator, "Level ""Odd""";
