-- ---------------------------------------------------------------------------
-- oversight: what create_ledger() makes of it (sql/create_ledger.sql says how).
-- ---------------------------------------------------------------------------

-- Level: owner
CREATE FUNCTION governance.oversight_objects(OUT number integer, OUT kind text, OUT object text, OUT says text, OUT ddl text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 80
	SET search_path = pg_catalog, pg_temp
AS $steps$
VALUES

-- Level: reader
(3000, 'table', 'role_level', 'the roles that have been given a level; written by grant_level() and revoke_level()', $$
CREATE TABLE governance.role_level (
	role text NOT NULL,  -- name of the role
	level text NOT NULL,  -- reader, moderator or administrator
	granted_at timestamptz NOT NULL DEFAULT now(),  -- when
	granted_by text NOT NULL DEFAULT current_user,  -- by whom
	CONSTRAINT role_level_pkey PRIMARY KEY (role),
	CONSTRAINT role_level_level_check CHECK (level IN ('reader', 'moderator', 'administrator'))
)$$),

-- Level: reader
(3010, 'view', 'access_level', 'which role has which level, and where its rights are others than the level''s; roles without a level that have rights of their own too', $$
CREATE VIEW governance.access_level (
	role,  -- name of the role
	level,  -- reader, moderator or administrator; null: it was granted rights one by one
	granted_at,  -- when it was given the level
	granted_by,  -- by whom
	missing,  -- what goes with the level and the role does not have
	beyond  -- what the role has and does not go with the level
) AS
WITH held AS (
	SELECT h.role, h.kind, h.object, h.privilege FROM governance.held_privilege() h
), wanted AS (
	SELECT l.role, p.kind, p.object, p.privilege
	FROM governance.role_level l JOIN governance.level_privilege() p ON p.level = l.level
)
SELECT coalesce(w.role, h.role) AS role, l.level, l.granted_at, l.granted_by,
	   coalesce(array_agg(format('%s on %s', w.privilege, w.object) ORDER BY w.object, w.privilege)
				FILTER (WHERE h.role IS NULL), '{}') AS missing,
	   coalesce(array_agg(format('%s on %s', h.privilege, h.object) ORDER BY h.object, h.privilege)
				FILTER (WHERE w.role IS NULL), '{}') AS beyond
FROM wanted w FULL JOIN held h USING (role, kind, object, privilege)
	LEFT JOIN governance.role_level l ON l.role = coalesce(w.role, h.role)
GROUP BY coalesce(w.role, h.role), l.level, l.granted_at, l.granted_by$$),

-- Which roles have a level is known to every session.
(3020, 'always trigger', 'role_level.role_level_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.role_level FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()$$),

(3030, 'always trigger', 'role_level.role_level_truncated', NULL,
	$$AFTER TRUNCATE ON governance.role_level FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()$$),

-- Level: administrator USAGE
(3100, 'sequence', 'moderator_limit_seq', 'ids of limits',
	$$CREATE SEQUENCE governance.moderator_limit_seq AS bigint$$),

-- Level: moderator USAGE
(3110, 'sequence', 'proposal_seq', 'ids of proposals',
	$$CREATE SEQUENCE governance.proposal_seq AS bigint$$),

-- Level: administrator INSERT UPDATE DELETE
(3120, 'table', 'moderator_limit', 'how far those who decide may go; empty: as far as the rules do', $$
CREATE TABLE governance.moderator_limit (
	limit_id bigint NOT NULL DEFAULT nextval('governance.moderator_limit_seq'),  -- identifies the limit
	role text,  -- who: this role and its members
	level text,  -- or: whoever has this level
	scheme text,  -- under which scheme; null: under those for which there is no limit of their own
	max_points numeric,  -- the most that a violation may cost, before modifiers; null: any
	max_length interval,  -- the longest sanction that may follow; null: any
	max_tier governance.sanction_tier,  -- the strictest sanction that may follow without a second person; null: any
	second_person boolean NOT NULL DEFAULT true,  -- sanctions for ever need a second person
	note text,  -- why
	CONSTRAINT moderator_limit_pkey PRIMARY KEY (limit_id),
	CONSTRAINT moderator_limit_scheme_fkey FOREIGN KEY (scheme) REFERENCES governance.scheme,
	CONSTRAINT moderator_limit_of_check CHECK (num_nonnulls(role, level) = 1),
	CONSTRAINT moderator_limit_level_check CHECK (level IN ('reader', 'moderator', 'administrator')),
	CONSTRAINT moderator_limit_max_points_check CHECK (max_points >= 0),
	CONSTRAINT moderator_limit_max_length_check CHECK (max_length >= '0'::interval)
)$$),

-- Level: moderator INSERT UPDATE
(3130, 'table', 'proposal', 'violations that one person proposes and another confirms', $$
CREATE TABLE governance.proposal (
	proposal_id bigint NOT NULL DEFAULT nextval('governance.proposal_seq'),  -- identifies the proposal
	account_id bigint NOT NULL,  -- who is to have broken the rule
	scheme text NOT NULL,  -- as in violation
	rule text NOT NULL,  -- as in violation
	reason text NOT NULL,  -- why it is proposed
	points numeric,  -- as in violation
	occurred_at timestamptz NOT NULL DEFAULT now(),  -- as in violation
	source text NOT NULL DEFAULT 'report',  -- as in violation
	campaign text,  -- as in violation
	incident text,  -- as in violation
	content_ref text,  -- as in violation
	surcharge numeric,  -- as in violation
	sanction_length interval,  -- as in violation
	evidence jsonb,  -- as in violation
	proposed_at timestamptz NOT NULL,  -- when it was proposed
	proposed_by text NOT NULL,  -- who proposed it: the current user
	proposer text NOT NULL,  -- who had logged in then
	expires_at timestamptz NOT NULL DEFAULT now() + interval '7 days',  -- until when it can be confirmed
	status text NOT NULL,  -- open, confirmed or rejected
	decided_at timestamptz,  -- when it was confirmed or rejected
	decided_by text,  -- who did so: the current user
	decider text,  -- who had logged in then
	note text,  -- a remark of the second person
	violation_id bigint,  -- the violation that it became
	CONSTRAINT proposal_pkey PRIMARY KEY (account_id, proposal_id),
	CONSTRAINT proposal_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT proposal_status_check CHECK (status IN ('open', 'confirmed', 'rejected')),
	CONSTRAINT proposal_decided_check CHECK ((status = 'open') = (decided_at IS NULL)),
	CONSTRAINT proposal_violation_id_key UNIQUE (account_id, violation_id)
)$$),

(3131, 'index', 'proposal.proposal_proposal_id_idx', NULL,
	$$CREATE INDEX proposal_proposal_id_idx ON governance.proposal (proposal_id)$$),

-- Backends must hear of replicated changes too: hence row triggers, always.
(3140, 'always trigger', 'moderator_limit.moderator_limit_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.moderator_limit FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()$$),

(3145, 'trigger', 'moderator_limit.moderator_limit_scheme_known', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.moderator_limit FOR EACH ROW EXECUTE FUNCTION governance.scheme_known()$$),

(3150, 'always trigger', 'moderator_limit.moderator_limit_truncated', NULL,
	$$AFTER TRUNCATE ON governance.moderator_limit FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()$$),

(3160, 'trigger', 'proposal.proposal_guard', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.proposal FOR EACH ROW EXECUTE FUNCTION governance.proposal_guard()$$),

(3170, 'trigger', 'proposal.proposal_decide', NULL,
	$$AFTER UPDATE ON governance.proposal REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.pass_rows('confirm_proposals')$$),

-- Level: administrator USAGE
(3200, 'sequence', 'brake_seq', 'ids of brakes and of parkings',
	$$CREATE SEQUENCE governance.brake_seq AS bigint$$),

-- Level: administrator INSERT UPDATE DELETE
(3210, 'table', 'brake', 'which schemes, or rules, are parked when they begin to sanction too many accounts; empty: none', $$
CREATE TABLE governance.brake (
	brake_id bigint NOT NULL DEFAULT nextval('governance.brake_seq'),  -- identifies the brake
	scheme text NOT NULL,  -- what is watched: violations of this scheme
	rule text,  -- of this rule; null: of every rule, counted together
	max_accounts bigint,  -- so many accounts may be sanctioned within the window
	max_share numeric,  -- this share of all accounts, from 0 to 1, may be; the lesser of both counts
	within interval NOT NULL,  -- the window, back from each violation, by the clock
	note text,  -- why
	CONSTRAINT brake_pkey PRIMARY KEY (brake_id),
	CONSTRAINT brake_scheme_fkey FOREIGN KEY (scheme) REFERENCES governance.scheme,
	CONSTRAINT brake_max_check CHECK (num_nonnulls(max_accounts, max_share) > 0),
	CONSTRAINT brake_max_accounts_check CHECK (max_accounts >= 0),
	CONSTRAINT brake_max_share_check CHECK (max_share BETWEEN 0 AND 1),
	CONSTRAINT brake_within_check CHECK (within > '0'::interval)
)$$),

-- Level: reader
(3220, 'table', 'brake_count', 'the accounts that each brake has seen sanctioned; what is older than the window goes', $$
CREATE TABLE governance.brake_count (
	account_id bigint NOT NULL,  -- who was sanctioned
	brake_id bigint NOT NULL,  -- under the eyes of which brake
	at timestamptz NOT NULL,  -- when, by the clock
	CONSTRAINT brake_count_pkey PRIMARY KEY (account_id, brake_id, at)
)$$),

(3221, 'index', 'brake_count.brake_count_at_idx', NULL,
	$$CREATE INDEX brake_count_at_idx ON governance.brake_count (brake_id, at)$$),

-- Level: reader
(3225, 'table', 'brake_sum', 'how many accounts each brake has counted in which part of its window, in as many rows as transactions counted at the same time', $$
CREATE TABLE governance.brake_sum (
	brake_id bigint NOT NULL,  -- of which brake
	slot bigint NOT NULL,  -- which of its rows: a transaction writes to one that no other one writes to
	width bigint NOT NULL,  -- a bucket lasts so many microseconds: a 64th of the window
	since timestamptz NOT NULL,  -- when the first account was counted in such buckets
	buckets timestamptz[] NOT NULL,  -- when each bucket begins; those that have left the window are dropped
	accounts bigint[] NOT NULL,  -- so many accounts were sanctioned last in it; the sum over all rows counts
	CONSTRAINT brake_sum_pkey PRIMARY KEY (brake_id, slot)
) WITH (fillfactor = 10)$$),

-- Level: reader
(3230, 'table', 'parked', 'the schemes and rules that a brake has parked, and when they were released', $$
CREATE TABLE governance.parked (
	parked_id bigint NOT NULL DEFAULT nextval('governance.brake_seq'),  -- identifies the parking
	brake_id bigint NOT NULL,  -- by which brake
	scheme text NOT NULL,  -- what is parked: this scheme
	rule text,  -- or this rule of it
	parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- when, by the clock
	counted bigint NOT NULL,  -- how many accounts would have been sanctioned within the window
	allowed bigint NOT NULL,  -- how many were allowed
	released_at timestamptz,  -- when it was released; null: parked
	released_by text,  -- by whom
	reason text,  -- and why
	CONSTRAINT parked_pkey PRIMARY KEY (parked_id),
	CONSTRAINT parked_released_check CHECK (num_nulls(released_at, released_by, reason) IN (0, 3))
)$$),

-- Level: reader
(3240, 'view', 'brake_status', 'every brake, how many accounts it has counted, and whether it is on', $$
CREATE VIEW governance.brake_status (
	brake_id,  -- the brake
	scheme,  -- what it watches: this scheme
	rule,  -- or this rule of it
	max_accounts,  -- so many accounts may be sanctioned within the window
	max_share,  -- this share of all accounts may be
	within,  -- the window
	counted,  -- accounts sanctioned within the window, and since the last release
	parked_since  -- since when it is on; null: it is not
) AS
SELECT b.brake_id, b.scheme, b.rule, b.max_accounts, b.max_share, b.within,
	   (SELECT count(DISTINCT c.account_id) FROM governance.brake_count c
		WHERE c.brake_id = b.brake_id AND c.at > clock_timestamp() - b.within
			AND c.at > coalesce((SELECT max(p.released_at) FROM governance.parked p WHERE p.brake_id = b.brake_id), '-infinity')) AS counted,
	   (SELECT min(p.parked_at) FROM governance.parked p
		WHERE p.brake_id = b.brake_id AND p.released_at IS NULL) AS parked_since
FROM governance.brake b$$),

(3245, 'trigger', 'brake.brake_scheme_known', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.brake FOR EACH ROW EXECUTE FUNCTION governance.scheme_known()$$),

(3250, 'trigger', 'brake.brake_known', NULL,
	$$BEFORE INSERT OR DELETE OR UPDATE ON governance.brake FOR EACH ROW EXECUTE FUNCTION governance.brake_known()$$),

(3260, 'always trigger', 'brake.brake_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.brake FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()$$),

(3270, 'always trigger', 'brake.brake_truncated', NULL,
	$$AFTER TRUNCATE ON governance.brake FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()$$),

(3280, 'always trigger', 'parked.parked_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.parked FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()$$),

(3290, 'always trigger', 'parked.parked_truncated', NULL,
	$$AFTER TRUNCATE ON governance.parked FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()$$),

-- Level: reader
(3300, 'sequence', 'seal_seq', 'ids of seals',
	$$CREATE SEQUENCE governance.seal_seq AS bigint$$),

-- Level: reader
(3310, 'table', 'seal', 'digests of entries of the ledger, up to a thousand in a row; append-only', $$
CREATE TABLE governance.seal (
	seal_id bigint NOT NULL DEFAULT nextval('governance.seal_seq'),  -- identifies the seal
	relation text NOT NULL,  -- violation, activity or usage
	ids int8multirange NOT NULL,  -- which entries
	columns text[] NOT NULL,  -- which of their columns are covered
	rows bigint NOT NULL,  -- how many they are
	digests bytea NOT NULL,  -- sixteen bytes for each, in the order of their ids: row_digest()
	digest bytea NOT NULL,  -- SHA-256 of these, which the audit covers
	reason text,  -- on what occasion
	sealed_at timestamptz NOT NULL DEFAULT now(),  -- when
	sealed_by text NOT NULL DEFAULT current_user,  -- by whom
	CONSTRAINT seal_pkey PRIMARY KEY (seal_id)
)$$),

(3311, 'comment', 'seal.relation', 'violation or activity', NULL),

-- Level: reader
(3400, 'sequence', 'audit_seq', 'ids of entries of the audit',
	$$CREATE SEQUENCE governance.audit_seq AS bigint$$),

-- Level: reader
(3410, 'table', 'audit', 'every decision: who, when, what and why; append-only, written by triggers', $$
CREATE TABLE governance.audit (
	audit_id bigint NOT NULL DEFAULT nextval('governance.audit_seq'),  -- identifies the entry
	at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- when, by the clock
	session_role text NOT NULL,  -- who had logged in
	role text NOT NULL,  -- who acted: the current user
	application text,  -- application_name of the session
	client text,  -- address of the client; null: a local socket
	action text NOT NULL,  -- publish, activate, retire, overturn, change, release, upheld, grant, ...; adopt: it was there before the audit
	relation text,  -- the table of the decision; null: rebuild
	key jsonb,  -- which row of it
	content jsonb,  -- the row as it was then, documents and evidence as digests; null: it was deleted
	reason text,  -- why
	CONSTRAINT audit_pkey PRIMARY KEY (audit_id)
)$$),

(3411, 'index', 'audit.audit_key_idx', NULL,
	$$CREATE INDEX audit_key_idx ON governance.audit (relation, key)$$),

-- Level: reader
(3420, 'table', 'audit_chain', 'the entries of the audit in the order in which they were committed, each with a digest over itself and the one before it; append-only', $$
CREATE TABLE governance.audit_chain (
	position bigint NOT NULL,  -- from 1, without gaps
	audit_id bigint NOT NULL,  -- the entry
	digest bytea NOT NULL,  -- SHA-256 of the digest before it and the entry: audit_digest()
	CONSTRAINT audit_chain_pkey PRIMARY KEY (position),
	CONSTRAINT audit_chain_audit_id_key UNIQUE (audit_id)
)$$),

(3430, 'constraint trigger', 'audit.audit_append', NULL,
	$$CREATE CONSTRAINT TRIGGER audit_append AFTER INSERT ON governance.audit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION governance.audit_append()$$),

-- The triggers of the audit, and entries for rows that were there before them.
(9100, 'call', 'audited', NULL,
	$$SELECT s.* FROM governance.audited() a, governance.audit_adopt(a.relation) s$$),

(9900, 'call', 'levels', NULL,
	$$SELECT * FROM governance.grant_levels_again()$$)

-- What keeps tables append-only.
UNION ALL
SELECT 9000 + (3 * guard.n + action.n)::integer, 'trigger', format('%s.append_only_%s', guard.relation, lower(action.name)), NULL,
		format('BEFORE %s ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.refuse_rewrite(%s)',
			   action.name, guard.relation, concat_ws(', ', quote_literal(guard.hint), quote_literal(guard.detail)))
	FROM (VALUES
		(1, 'violation', '{UPDATE,DELETE,TRUNCATE}'::text[], /* message */ 'Use governance.overturn() or governance.change() to revise a decision.', NULL),
		(2, 'activity', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Record a further activity that makes up for it.', NULL),
		(3, 'revision', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Insert a further revision: the last one counts.', NULL),
		(4, 'exemption', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'End it with governance.end_exemption(), or exempt the account again: the last row counts.', NULL),
		(5, 'sanction', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Sanctions follow from violations: overturn or change the violation behind it, or lift the sanction with governance.release().', NULL),
		(6, 'certification_step', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Take a further step: it says why.', NULL),
		(7, 'face_check', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Record a further check: the last one counts.', NULL),
		(8, 'account_binding', '{DELETE,TRUNCATE}', /* message */ 'End the binding with governance.unbind_account().', NULL),
		(9, 'statement', '{DELETE,TRUNCATE}', /* message */ 'A statement is filed once and never amended.', NULL),
		(10, 'proposal', '{DELETE,TRUNCATE}', /* message */ 'Turn it down with governance.reject().', NULL),
		(11, 'audit', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'It stays as it was written.', /* message */ 'The audit is append-only.'),
		(12, 'audit_chain', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'It stays as it was written.', /* message */ 'The audit is append-only.'),
		(13, 'seal', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'It stays as it was written.', /* message */ 'Seals are append-only.'),
		(14, 'edition', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'It stays as it was written.', /* message */ 'The rulebook is append-only.')
	) AS guard (n, relation, actions, hint, detail), unnest(guard.actions) WITH ORDINALITY AS action (name, n)

-- What keeps tables that follow from the ledger as they are.
UNION ALL
SELECT 9060 + (4 * guard.n + action.n)::integer, 'trigger', format('%s.derived_%s', guard.relation, lower(action.name)), NULL,
		format('BEFORE %s ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.refuse_rewrite(%L, %L, %L)', action.name, guard.relation,
			   /* message */ 'Record, overturn, change or reinstate violations, lift sanctions with governance.release(), or take steps of certifications; governance.rebuild() derives the rows anew.',
			   /* message */ 'Its rows follow from the ledger.', guard.relation)
	FROM (VALUES
		(0, 'standing', '{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]),
		(1, 'sanction', '{INSERT}'),
		(2, 'withholding', '{INSERT,UPDATE,DELETE,TRUNCATE}')
	) AS guard (n, relation, actions), unnest(guard.actions) WITH ORDINALITY AS action (name, n)

-- What is used and granted is written by calls alone.
UNION ALL
SELECT 9076 + (4 * guard.n + action.n)::integer, 'trigger', format('%s.written_by_calls_%s', guard.relation, lower(action.name)), NULL,
		format('BEFORE %s ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.refuse_rewrite(%L, %L, %L)', action.name, guard.relation,
			   guard.hint, /* message */ 'Its rows are written by calls, which look at what they say first.', guard.relation)
	FROM (VALUES
		(0, 'usage', /* message */ 'Record a use with governance.use(), and take one back with governance.refund().'),
		(1, 'session', /* message */ 'Use governance.begin_session(), touch_session() and end_session().'),
		(2, 'counter', /* message */ 'Record a use with governance.use(), and take one back with governance.refund().'),
		(3, 'allowance_grant', /* message */ 'Use governance.grant_allowance(), consent(), set_limit() and end_grant().'),
		(4, 'switch_setting', /* message */ 'Use governance.set_switch().')
	) AS guard (n, relation, hint), unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) WITH ORDINALITY AS action (name, n)
$steps$;
COMMENT ON FUNCTION governance.oversight_objects() IS
	'part of create_ledger(): tables, triggers and views of levels, limits, brakes, seals and the audit, and the guards of every table';
