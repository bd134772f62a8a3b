-- ---------------------------------------------------------------------------
-- ledger: what create_ledger() makes of it (sql/create_ledger.sql says how).
-- ---------------------------------------------------------------------------

-- Level: owner
CREATE FUNCTION governance.ledger_objects(OUT number integer, OUT kind text, OUT object text, OUT says text, OUT ddl text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 60
	SET search_path = pg_catalog, pg_temp
AS $steps$
VALUES

-- Level: moderator USAGE
(2000, 'sequence', 'entry_seq', 'ids of violations, activities, revisions and appeals: one sequence, so that ids of an account never tie',
	$$CREATE SEQUENCE governance.entry_seq AS bigint CACHE 32$$),

-- Level: reader
(2010, 'sequence', 'sanction_seq', 'ids of sanctions',
	$$CREATE SEQUENCE governance.sanction_seq AS bigint CACHE 32$$),

-- Level: moderator USAGE
(2020, 'sequence', 'account_seq', 'ids of accounts that are registered without one',
	$$CREATE SEQUENCE governance.account_seq AS bigint$$),

-- Level: moderator INSERT, administrator UPDATE DELETE
(2030, 'table', 'account', 'everyone whose conduct is governed', $$
CREATE TABLE governance.account (
	account_id bigint NOT NULL DEFAULT nextval('governance.account_seq'),  -- the platform's own id where it is an integer
	external_id text,  -- the platform's own id where it is not an integer
	kind text NOT NULL DEFAULT 'personal',  -- personal, public, institution, ...: free for the platform to use
	subject text,  -- the legal person behind the account, when it is known
	opened_at timestamptz NOT NULL DEFAULT now(),  -- when the account was opened; anniversaries may count from here
	CONSTRAINT account_pkey PRIMARY KEY (account_id),
	CONSTRAINT account_external_id_key UNIQUE (external_id)
)$$),

-- Level: moderator INSERT UPDATE
(2040, 'table', 'account_link', 'which accounts belong together: the one inherits what policies hand on of the other''s sanctions', $$
CREATE TABLE governance.account_link (
	account_id bigint NOT NULL,  -- who inherits
	link_id bigint NOT NULL DEFAULT nextval('governance.entry_seq'),  -- identifies the link
	other_id bigint NOT NULL,  -- from whom
	kind text NOT NULL,  -- what links them, as policies name it: same_subject, same_device, ...
	confidence numeric NOT NULL,  -- how sure that is, more than 0 and at most 1
	during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),  -- from when until when they are linked; by default from now on
	evidence jsonb,  -- what it rests on
	decided_by text NOT NULL DEFAULT current_user,  -- who said so
	CONSTRAINT account_link_pkey PRIMARY KEY (account_id, link_id),
	CONSTRAINT account_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT account_link_other_id_fkey FOREIGN KEY (other_id) REFERENCES governance.account,
	CONSTRAINT account_link_other_check CHECK (other_id <> account_id),
	CONSTRAINT account_link_confidence_check CHECK (confidence > 0 AND confidence <= 1),
	CONSTRAINT account_link_kind_check CHECK (kind <> ''),
	CONSTRAINT account_link_overlap_excl EXCLUDE USING gist (account_id WITH =, other_id WITH =, kind WITH =, during WITH &&)
)$$),

(2041, 'index', 'account_link.account_link_other_id_idx', NULL,
	$$CREATE INDEX account_link_other_id_idx ON governance.account_link (other_id)$$),

-- Level: moderator INSERT
(2050, 'table', 'exemption', 'accounts that do not inherit one sanction of a linked account; append-only: the last row counts', $$
CREATE TABLE governance.exemption (
	account_id bigint NOT NULL,  -- who is exempt
	exemption_id bigint NOT NULL DEFAULT nextval('governance.entry_seq'),  -- identifies the decision
	other_id bigint NOT NULL,  -- whose sanction it is
	sanction_id bigint NOT NULL,  -- which sanction
	exempt boolean NOT NULL DEFAULT true,  -- true: exempt from it; false: no longer
	reason text NOT NULL,  -- why
	decided_at timestamptz NOT NULL DEFAULT now(),  -- from when on
	decided_by text NOT NULL DEFAULT current_user,  -- who decided
	CONSTRAINT exemption_pkey PRIMARY KEY (account_id, exemption_id),
	CONSTRAINT exemption_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT exemption_other_id_fkey FOREIGN KEY (other_id) REFERENCES governance.account,
	CONSTRAINT exemption_other_check CHECK (other_id <> account_id),
	CONSTRAINT exemption_reason_check CHECK (btrim(reason) <> '')
)$$),

-- Level: moderator INSERT UPDATE DELETE
(2060, 'table', 'attribute', 'facts about an account that policies may look at, each with the time during which it holds', $$
CREATE TABLE governance.attribute (
	account_id bigint NOT NULL,  -- whose fact it is
	name text NOT NULL,  -- followers, peak_viewers, professional_anchor, ...: the name that policies use
	value text,  -- as text: a number, true or false, a word, a date
	during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),  -- from when until when it holds; by default from now on
	CONSTRAINT attribute_pkey PRIMARY KEY (account_id, name, during),
	CONSTRAINT attribute_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT attribute_during_check CHECK (NOT isempty(during)),
	CONSTRAINT attribute_excl EXCLUDE USING gist (account_id WITH =, name WITH =, during WITH &&)
)$$),

-- Level: administrator INSERT UPDATE DELETE
(2070, 'table', 'campaign', 'dedicated campaigns in which violations are looked for', $$
CREATE TABLE governance.campaign (
	campaign text NOT NULL,  -- short name, as in violation.campaign
	title text,  -- for people
	during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),  -- from when until when it runs
	note text,  -- what it looks for
	CONSTRAINT campaign_pkey PRIMARY KEY (campaign),
	CONSTRAINT campaign_during_check CHECK (NOT isempty(during))
)$$),

-- Level: moderator INSERT
(2080, 'table', 'violation', 'the ledger: every violation that was decided; append-only', $$
CREATE TABLE governance.violation (
	account_id bigint NOT NULL,  -- who; the account must exist (governance.standing, which has the foreign key, gets its row in the same statement)
	violation_id bigint NOT NULL DEFAULT nextval('governance.entry_seq'),  -- identifies the violation; ties in time break by it
	scheme text NOT NULL,  -- under which scheme
	rule text NOT NULL,  -- code of the rule that was broken, in the version in force when it occurred
	points numeric,  -- the moderator's choice inside the rule's range; null: the rule's own price
	occurred_at timestamptz NOT NULL DEFAULT now(),  -- when it happened
	decided_at timestamptz NOT NULL DEFAULT now(),  -- when it was decided, and so known; give it together with occurred_at when history is loaded
	source text NOT NULL DEFAULT 'report',  -- how it was found: report, patrol, model, campaign, system
	campaign text,  -- the campaign that found it
	incident text,  -- violations of one incident share this
	content_ref text,  -- the content in question
	surcharge numeric,  -- the moderator's choice inside a surcharge's range; null: the policy's own
	sanction_length interval,  -- the moderator's choice where a rung leaves the length open
	decided_by text NOT NULL DEFAULT current_user,  -- who decided
	evidence jsonb,  -- what it rests on
	held boolean NOT NULL DEFAULT false,  -- a brake was on: it counts, and the sanctions that it brings are not enforced
	linked_account_id bigint,  -- of a copy: whose violation it was; written by the ledger only
	linked_violation_id bigint,  -- of a copy: the violation that it was copied from
	link_id bigint,  -- of a copy: the link along which it was copied
	CONSTRAINT violation_pkey PRIMARY KEY (account_id, violation_id)
)$$),

(2081, 'index', 'violation.violation_violation_id_idx', NULL,
	$$CREATE INDEX violation_violation_id_idx ON governance.violation (violation_id)$$),

(2082, 'index', 'violation.violation_linked_idx', NULL,
	$$CREATE INDEX violation_linked_idx ON governance.violation (linked_account_id, linked_violation_id) WHERE linked_account_id IS NOT NULL$$),

(2083, 'index', 'violation.violation_decided_at_idx', NULL,
	$$CREATE INDEX violation_decided_at_idx ON governance.violation USING brin (decided_at)$$),

-- Earlier versions had a constraint for each.
(2084, 'drop', 'violation.violation_points_check', NULL, $$
DO $do$
DECLARE
	this	record;
BEGIN
	-- A partition that was a table by itself has them itself.
	FOR this IN
		SELECT r.relid, c.name FROM (SELECT 'governance.violation'::regclass AS relid, 0 AS level
				UNION ALL SELECT t.relid, t.level FROM pg_partition_tree('governance.violation') t WHERE t.level > 0) r,
			unnest('{violation_points_check,violation_surcharge_check,violation_source_check,violation_campaign_check,violation_occurred_at_check,violation_decided_at_check}'::text[]) AS c (name)
		ORDER BY r.level
	LOOP
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', this.relid, this.name);
	END LOOP;
END
$do$
$$),

(2085, 'constraint', 'violation.violation_check', NULL,
	$$ALTER TABLE governance.violation ADD CONSTRAINT violation_check CHECK (governance.violation_fits(points, surcharge, source, campaign, occurred_at, decided_at))$$),

-- Level: moderator INSERT
(2090, 'table', 'activity', 'everything other than violations that policies listen to; append-only', $$
CREATE TABLE governance.activity (
	account_id bigint NOT NULL,  -- who
	activity_id bigint NOT NULL DEFAULT nextval('governance.entry_seq'),  -- identifies the activity; ties in time break by it
	kind text NOT NULL,  -- course, exam, fine_paid, active_day, match, ...: the name that policies use
	occurred_at timestamptz NOT NULL DEFAULT now(),  -- when it happened
	quantity numeric NOT NULL DEFAULT 1,  -- how much of it: a mark, an amount, a number
	violation_id bigint,  -- the violation that it concerns, as a fine that is paid does
	recorded_by text NOT NULL DEFAULT current_user,  -- who wrote it down
	evidence jsonb,  -- what it rests on
	CONSTRAINT activity_pkey PRIMARY KEY (account_id, activity_id),
	CONSTRAINT activity_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT activity_occurred_at_check CHECK (isfinite(occurred_at))
)$$),

-- Version 0.1.0 knew no release().
(2100, 'before', 'revision.sanction_id', NULL, $$
ALTER TABLE governance.revision ALTER COLUMN violation_id DROP NOT NULL,
	DROP CONSTRAINT revision_action_check, DROP CONSTRAINT revision_points_check$$),

-- Level: moderator INSERT
(2110, 'table', 'revision', 'decisions that were overturned, changed or reinstated, sanctions that were lifted, and balances with which accounts came; append-only', $$
CREATE TABLE governance.revision (
	account_id bigint NOT NULL,  -- whose violation or sanction it was
	revision_id bigint NOT NULL DEFAULT nextval('governance.entry_seq'),  -- identifies the revision; the last one counts
	violation_id bigint,  -- the violation that is revised; of a release: what caused the sanction, null: time or a changed fact did
	action text NOT NULL,  -- overturn: it never was; change: it costs points instead; reinstate: it counts again; release: a sanction is lifted; opening: what a score was when what led to it is not known
	points numeric,  -- what it costs after a change; of an opening balance: the score
	sanction_id bigint,  -- of a release: the sanction that is lifted
	scheme text,  -- of an opening balance: whose score it is; of a release: the scheme of the sanction; with rung, since and violation_id it tells a replay which one it is
	rung text,  -- of a release: the rung of the sanction
	since timestamptz,  -- of a release: when the sanction started; infinity: it waited for another one
	reason text NOT NULL,  -- why
	decided_at timestamptz NOT NULL DEFAULT now(),  -- when, and so known
	decided_by text NOT NULL DEFAULT current_user,  -- who
	linked_revision_id bigint,  -- of a copy: the revision of its original that it followed; written by the ledger only
	CONSTRAINT revision_pkey PRIMARY KEY (account_id, revision_id),
	CONSTRAINT revision_violation_fkey FOREIGN KEY (account_id, violation_id) REFERENCES governance.violation,
	CONSTRAINT revision_decided_at_check CHECK (isfinite(decided_at))
)$$),

(2111, 'constraint', 'revision.revision_action_check', NULL,
	$$ALTER TABLE governance.revision ADD CONSTRAINT revision_action_check CHECK (action IN ('overturn', 'change', 'reinstate', 'release', 'opening'))$$),

(2112, 'constraint', 'revision.revision_violation_check', NULL,
	$$ALTER TABLE governance.revision ADD CONSTRAINT revision_violation_check CHECK (violation_id IS NOT NULL OR action IN ('release', 'opening'))$$),

(2113, 'constraint', 'revision.revision_opening_check', NULL,
	$$ALTER TABLE governance.revision ADD CONSTRAINT revision_opening_check CHECK (action <> 'opening' OR violation_id IS NULL AND scheme IS NOT NULL)$$),

(2114, 'constraint', 'revision.revision_sanction_check', NULL,
	$$ALTER TABLE governance.revision ADD CONSTRAINT revision_sanction_check CHECK (num_nulls(sanction_id, scheme, rung, since) = CASE action WHEN 'release' THEN 0 WHEN 'opening' THEN 3 ELSE 4 END)$$),

(2115, 'constraint', 'revision.revision_points_check', NULL,
	$$ALTER TABLE governance.revision ADD CONSTRAINT revision_points_check CHECK ((action IN ('change', 'opening')) = (points IS NOT NULL) AND points >= 0)$$),

(2116, 'index', 'revision.revision_violation_id_idx', NULL,
	$$CREATE INDEX revision_violation_id_idx ON governance.revision (account_id, violation_id)$$),

(2117, 'index', 'revision.revision_linked_idx', NULL,
	$$CREATE INDEX revision_linked_idx ON governance.revision (linked_revision_id) WHERE linked_revision_id IS NOT NULL$$),

-- Level: moderator INSERT UPDATE
(2120, 'table', 'appeal', 'appeals against violations; one open at a time for each', $$
CREATE TABLE governance.appeal (
	account_id bigint NOT NULL,  -- who appeals; filled in from the violation
	appeal_id bigint NOT NULL DEFAULT nextval('governance.entry_seq'),  -- identifies the appeal
	violation_id bigint NOT NULL,  -- the decision appealed against
	filed_at timestamptz NOT NULL DEFAULT now(),  -- when
	grounds text,  -- what the account says
	deadline timestamptz,  -- by when it is to be decided
	decided_at timestamptz,  -- when it was decided; null: open
	outcome text,  -- upheld: the violation stays; overturned; changed
	points numeric,  -- what the violation costs after a change
	reason text,  -- why it was decided so
	decided_by text,  -- who decided
	CONSTRAINT appeal_pkey PRIMARY KEY (account_id, appeal_id),
	CONSTRAINT appeal_violation_fkey FOREIGN KEY (account_id, violation_id) REFERENCES governance.violation,
	CONSTRAINT appeal_outcome_check CHECK (outcome IN ('upheld', 'overturned', 'changed')),
	CONSTRAINT appeal_decided_check CHECK ((decided_at IS NULL) = (outcome IS NULL)),
	CONSTRAINT appeal_points_check CHECK ((outcome = 'changed') = (points IS NOT NULL) OR outcome IS NULL AND points IS NULL),
	CONSTRAINT appeal_order_check CHECK (decided_at >= filed_at)
)$$),

(2121, 'index', 'appeal.appeal_open_key', NULL,
	$$CREATE UNIQUE INDEX appeal_open_key ON governance.appeal (account_id, violation_id) WHERE decided_at IS NULL$$),

(2122, 'index', 'appeal.appeal_violation_id_idx', NULL,
	$$CREATE INDEX appeal_violation_id_idx ON governance.appeal (account_id, violation_id)$$),

(2123, 'index', 'appeal.appeal_appeal_id_idx', NULL,
	$$CREATE INDEX appeal_appeal_id_idx ON governance.appeal (appeal_id)$$),

-- Level: reader
(2130, 'table', 'standing', 'derived: how each account stands under each scheme as of its last entry; score() and tier() move it to any instant', $$
CREATE TABLE governance.standing (
	account_id bigint NOT NULL,  -- who
	scheme text NOT NULL,  -- under which scheme
	score governance.credit_score NOT NULL,  -- the score from the later of as_of and known_at on
	tier governance.sanction_tier NOT NULL,  -- the strictest sanction in force from then on
	as_of timestamptz NOT NULL,  -- everything up to this instant has been taken into account
	known_at timestamptz NOT NULL,  -- the latest decision that has been taken into account
	policy_id bigint NOT NULL,  -- the version of the scheme's policy that it stands under
	withholds text[],  -- what the account may not do from then on; null: nothing is withheld
	next_due timestamptz NOT NULL DEFAULT '-infinity',  -- score, tier and withholds hold until then, unless an entry or another version comes; infinity: for ever
	state bytea NOT NULL,  -- what the engine needs to go on from here
	recent bytea,  -- the state a few entries back and these entries, once one has come late
	settled bytea,  -- most of what the state of an account with many entries holds of them, written seldom
	settling bytea,  -- what is going to be part of settled next
	edition bigint NOT NULL DEFAULT 0,  -- the edition of the rulebook that it was written under
	CONSTRAINT standing_pkey PRIMARY KEY (account_id, scheme),
	CONSTRAINT standing_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account
) WITH (fillfactor = 60)$$),

(2131, 'after', 'standing.settled', NULL,
	$$ALTER TABLE governance.standing ALTER COLUMN settled SET STORAGE EXTERNAL, ALTER COLUMN settling SET STORAGE EXTERNAL$$),

-- An earlier version began the life of an account with its first entry, also where facts
-- and time alone may do something before that: these standings are folded anew.
(2132, 'after', 'standing.edition', NULL, $$
DO $begins$
DECLARE
	version	record;
BEGIN
	FOR version IN SELECT p.policy_id, p.status, p.scheme, p.document FROM governance.policy p WHERE p.kind = 'scheme' AND p.status <> 'draft' LOOP
		BEGIN
			CONTINUE WHEN governance.check_stored_policy(version.document) ->> 'unprompted' = 'nothing';
			INSERT INTO governance.edition (scheme, edition, reaches, why)
				VALUES (CASE WHEN version.status = 'trial' THEN concat(version.scheme, '@', version.policy_id) ELSE version.scheme END, 1, '-infinity', 'update')
				ON CONFLICT DO NOTHING;
		EXCEPTION WHEN invalid_parameter_value OR SQLSTATE 'GV101' THEN
			NULL;	-- a damaged document: verify() names it
		END;
	END LOOP;
END
$begins$;
$$),

-- Level: reader
(2140, 'table', 'sanction', 'derived: every sanction that ever followed; rows are never deleted', $$
CREATE TABLE governance.sanction (
	account_id bigint NOT NULL,  -- who
	sanction_id bigint NOT NULL DEFAULT nextval('governance.sanction_seq'),  -- identifies the sanction
	scheme text NOT NULL,  -- under which scheme
	rung text NOT NULL,  -- the rung of the scheme's ladder
	tier governance.sanction_tier NOT NULL,  -- how severe
	withholds text[] NOT NULL,  -- what the account may not do meanwhile
	during tstzrange NOT NULL,  -- from when until when, if nothing more happens; no upper end: until released, or for ever; from infinity: once another one has ended
	violation_id bigint,  -- the violation that caused it; null: time or a changed fact did
	policy_id bigint NOT NULL,  -- the version of the policy that it follows from
	enforced boolean NOT NULL DEFAULT true,  -- false: computed in a trial period, or before the account's turn in a rollout
	terms jsonb,  -- figures that the rung puts on it
	recorded_at timestamptz NOT NULL DEFAULT now(),  -- when it was written down
	released_at timestamptz,  -- when it was lifted before its time
	release_reason text,  -- cleared, conditions, counted, replaced, elected, overturned, manual or policy
	opening integer,  -- which time it was that the rung opened, from 1; null: overturned, so that it was none, or written by an earlier version and not counted yet
	CONSTRAINT sanction_pkey PRIMARY KEY (account_id, sanction_id),
	CONSTRAINT sanction_release_check CHECK ((released_at IS NULL) = (release_reason IS NULL))
) WITH (fillfactor = 80)$$),

(2141, 'index', 'sanction.sanction_sanction_id_idx', NULL,
	$$CREATE INDEX sanction_sanction_id_idx ON governance.sanction (sanction_id)$$),

(2142, 'comment', 'sanction.during', 'from when until when, if nothing more happens; no upper end: until released, or for ever', NULL),

-- The primary key serves as well: an account's sanctions are few.
(2150, 'drop', 'sanction_scheme_idx', NULL,
	$$DROP INDEX governance.sanction_scheme_idx$$),

-- Level: reader
(2160, 'table', 'withholding', 'derived: what each account may not do for other reasons than a score', $$
CREATE TABLE governance.withholding (
	account_id bigint NOT NULL,  -- who
	capability text NOT NULL,  -- what it may not do
	ground text NOT NULL,  -- why; certification: because of how it is certified
	since timestamptz NOT NULL,  -- from when
	until timestamptz NOT NULL,  -- until when; infinity: no end is known
	CONSTRAINT withholding_pkey PRIMARY KEY (account_id, capability, ground, since),
	CONSTRAINT withholding_order_check CHECK (since < until)
) WITH (fillfactor = 80)$$),

-- Earlier versions wrote down what each standing withheld and would withhold.
(2161, 'drop table', 'restriction', NULL, $$
INSERT INTO governance.withholding (account_id, capability, ground, since, until)
	SELECT r.account_id, r.capability, r.scheme, r.since, r.until FROM governance.restriction r WHERE r.scheme = 'certification'
	ON CONFLICT DO NOTHING;
DROP TABLE governance.restriction$$),

(2500, 'trigger', 'violation.violation_apply', NULL,
	$$AFTER INSERT ON governance.violation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.violation_apply()$$),

(2510, 'trigger', 'activity.activity_apply', NULL,
	$$AFTER INSERT ON governance.activity REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.activity_apply()$$),

(2520, 'trigger', 'account.account_apply', NULL,
	$$AFTER UPDATE ON governance.account REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.account_apply()$$),

(2530, 'trigger', 'attribute.attribute_insert_apply', NULL,
	$$AFTER INSERT ON governance.attribute REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.attribute_apply()$$),

(2540, 'trigger', 'attribute.attribute_update_apply', NULL,
	$$AFTER UPDATE ON governance.attribute REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.attribute_apply()$$),

(2550, 'trigger', 'attribute.attribute_delete_apply', NULL,
	$$AFTER DELETE ON governance.attribute REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.attribute_apply()$$),

(2560, 'trigger', 'attribute.attribute_truncate_guard', NULL,
	format('BEFORE TRUNCATE ON governance.attribute FOR EACH STATEMENT EXECUTE FUNCTION governance.refuse_rewrite(%L, %L)',
		   /* message */ 'Delete the rows instead.', /* message */ 'Standings would not follow.')),

(2565, 'trigger', 'revision.revision_names_sanction', NULL,
	$$BEFORE INSERT ON governance.revision FOR EACH ROW WHEN (((new.sanction_id IS NULL) AND (new.action = 'release'::text))) EXECUTE FUNCTION governance.revision_names_sanction()$$),

(2570, 'trigger', 'revision.revision_apply', NULL,
	$$AFTER INSERT ON governance.revision REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.revision_apply()$$),

(2580, 'trigger', 'revision.revision_settle', NULL,
	$$AFTER INSERT ON governance.revision REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.pass_rows('settle_appeals')$$),

(2590, 'trigger', 'policy.policy_insert_apply', NULL,
	$$AFTER INSERT ON governance.policy REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_apply()$$),

(2600, 'trigger', 'policy.policy_update_apply', NULL,
	$$AFTER UPDATE ON governance.policy REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_apply()$$),

(2610, 'trigger', 'holiday.holiday_insert_apply', NULL,
	$$AFTER INSERT ON governance.holiday REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.holiday_apply()$$),

(2620, 'trigger', 'holiday.holiday_update_apply', NULL,
	$$AFTER UPDATE ON governance.holiday REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.holiday_apply()$$),

(2630, 'trigger', 'holiday.holiday_delete_apply', NULL,
	$$AFTER DELETE ON governance.holiday REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.holiday_apply()$$),

(2640, 'trigger', 'holiday.holiday_truncate_guard', NULL,
	format('BEFORE TRUNCATE ON governance.holiday FOR EACH STATEMENT EXECUTE FUNCTION governance.refuse_rewrite(%L, %L)',
		   /* message */ 'Delete the rows instead.', /* message */ 'Standings would not follow.')),

(2650, 'trigger', 'appeal.appeal_file', NULL,
	$$BEFORE INSERT ON governance.appeal FOR EACH ROW EXECUTE FUNCTION governance.appeal_file()$$),

(2660, 'trigger', 'appeal.appeal_decide', NULL,
	$$AFTER INSERT ON governance.appeal REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.pass_rows('decide_appeals')$$),

(2670, 'trigger', 'appeal.appeal_update_decide', NULL,
	$$AFTER UPDATE ON governance.appeal REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.pass_rows('decide_appeals')$$),

(2680, 'trigger', 'appeal.appeal_guard', NULL,
	$$AFTER INSERT OR UPDATE ON governance.appeal FOR EACH ROW EXECUTE FUNCTION governance.appeal_guard()$$),

(2690, 'trigger', 'account_link.link_guard', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.account_link FOR EACH ROW EXECUTE FUNCTION governance.link_guard()$$),

(2700, 'trigger', 'account_link.link_apply', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.account_link FOR EACH ROW EXECUTE FUNCTION governance.link_apply()$$),

(2710, 'trigger', 'exemption.exemption_guard', NULL,
	$$BEFORE INSERT ON governance.exemption FOR EACH ROW EXECUTE FUNCTION governance.exemption_guard()$$),

(2720, 'trigger', 'exemption.exemption_apply', NULL,
	$$AFTER INSERT ON governance.exemption FOR EACH ROW EXECUTE FUNCTION governance.exemption_apply()$$),

-- Level: reader
(2890, 'view', 'restriction', 'what each account may not do now, until when if nothing more happens, and by which sanction', $$
CREATE VIEW governance.restriction (
	account_id,  -- who
	capability,  -- what it may not do
	scheme,  -- by which scheme; of what does not follow from a score, the ground
	since,  -- from when
	until,  -- until when; infinity: until released, or for ever
	sanction_id  -- the sanction that withholds it the longest; null: it has no record, or there is none
) AS
SELECT s.account_id, r.capability, s.scheme, r.since, r.until, r.sanction_id
FROM governance.standing s
	CROSS JOIN LATERAL governance.standing_restrictions(s.account_id, s.scheme) r
WHERE s.withholds IS NOT NULL
	OR NOT governance.standing_shows(s.scheme, s.policy_id, s.edition, s.as_of, s.known_at, s.next_due)
UNION ALL
SELECT w.account_id, w.capability, w.ground, w.since, w.until, NULL::bigint
FROM governance.withholding w
WHERE w.since <= now() AND w.until > now()
UNION ALL
SELECT a.account_id, r.capability, u.scheme, r.since, r.until, r.sanction_id
FROM governance.unprompted_schemes() u (scheme)
	CROSS JOIN governance.account a
	CROSS JOIN LATERAL governance.standing_restrictions(a.account_id, u.scheme) r
WHERE NOT EXISTS (SELECT FROM governance.standing s WHERE s.account_id = a.account_id AND s.scheme = u.scheme)$$),

-- Level: reader
(2900, 'view', 'campaign_yield', 'what each campaign has found', $$
CREATE VIEW governance.campaign_yield (
	campaign,  -- short name
	title,  -- for people
	during,  -- from when until when it runs
	violations,  -- violations that it found; copies in linked accounts are none of these
	accounts,  -- accounts that they belong to
	overturned  -- violations among them that are overturned
) AS
SELECT c.campaign, c.title, c.during,
	   count(v.violation_id) AS violations,
	   count(DISTINCT v.account_id) AS accounts,
	   count(*) FILTER (WHERE r.action = 'overturn') AS overturned
FROM governance.campaign c
	LEFT JOIN governance.violation v ON v.campaign = c.campaign AND v.linked_violation_id IS NULL
	LEFT JOIN LATERAL (
		SELECT r.action FROM governance.revision r
		WHERE r.account_id = v.account_id AND r.violation_id = v.violation_id
			AND r.action <> 'release'
		ORDER BY r.decided_at DESC, r.revision_id DESC
		LIMIT 1) r ON true
GROUP BY c.campaign$$),

-- Level: reader
(2910, 'view', 'sanction_in_force', 'the sanctions that are running now, those that time or a fact has brought included', $$
CREATE VIEW governance.sanction_in_force (
	account_id,  -- who
	scheme,  -- under which scheme
	tier,  -- how severe
	rung,  -- the rung of the scheme's ladder
	withholds,  -- what the account may not do meanwhile
	since,  -- from when
	until,  -- until when, if nothing more happens; null: until released, or for ever
	violation_id,  -- the violation that caused it
	sanction_id,  -- for governance.explain(); null: time or a fact has brought it, and it has no record yet
	opening  -- which time it is that the rung opens, for governance.explain(), notice() and release() where there is no id
) AS
SELECT s.account_id, s.scheme, s.tier, s.rung, s.withholds, lower(s.during) AS since,
	   upper(s.during) AS until, s.violation_id, s.sanction_id, s.opening
FROM governance.sanction s
WHERE s.during @> now() AND s.enforced
	AND NOT EXISTS (SELECT FROM governance.standing t WHERE t.account_id = s.account_id AND t.scheme = s.scheme
					AND governance.standing_moves(t.scheme, t.policy_id, t.as_of, t.known_at, t.next_due, t.edition))
UNION ALL
SELECT t.account_id, t.scheme, r.tier, r.rung, r.withholds, r.since, r.until, r.violation_id, r.sanction_id, r.opening
FROM governance.standing t, LATERAL governance.sanctions_running(t.account_id, t.scheme) r
WHERE governance.standing_moves(t.scheme, t.policy_id, t.as_of, t.known_at, t.next_due, t.edition)
UNION ALL
SELECT a.account_id, u.scheme, r.tier, r.rung, r.withholds, r.since, r.until, r.violation_id, r.sanction_id, r.opening
FROM governance.unprompted_schemes() u (scheme)
	CROSS JOIN governance.account a
	CROSS JOIN LATERAL governance.sanctions_running(a.account_id, u.scheme) r
WHERE NOT EXISTS (SELECT FROM governance.standing s WHERE s.account_id = a.account_id AND s.scheme = u.scheme)$$)

-- What rows name without a foreign key, which would lock it at each entry.
UNION ALL
SELECT 2800 + (2 * named.n + guard.n)::integer, 'trigger', format('%s.%s_%s', named.relation, named.name, guard.suffix), NULL,
		format('AFTER %s ON governance.%I FOR EACH %s EXECUTE FUNCTION governance.name_guard(%s)', guard.event, named.relation, guard.level,
			   (SELECT string_agg(quote_literal(u.argument), ', ' ORDER BY u.n) FROM unnest(named.arguments) WITH ORDINALITY u (argument, n)))
	FROM (VALUES
		(1, 'campaign', 'campaign', '{campaign,violation,campaign,proposal,campaign}'::text[]),
		(2, 'scheme', 'scheme', '{scheme,certification_consequence,scheme,proposal,scheme}'),
		(3, 'activity_kind', 'kind', '{kind,activity,kind}'),
		(4, 'capability', 'capability',
			'{capability,policy_rung,withholds,policy,$.links[*].withhold[*] ? (@ == $capability),policy,$.capabilities[*] ? (@ == $capability),policy,$.capabilities.keyvalue().key ? (@ == $capability)}'),
		(5, 'account_link', 'link', '{"account_id,link_id",violation,"account_id,link_id"}')
	) AS named (n, relation, name, arguments),
	(VALUES (0, 'named', 'DELETE OR UPDATE', 'ROW'), (1, 'named_truncate', 'TRUNCATE', 'STATEMENT')) AS guard (n, suffix, event, level)
$steps$;
COMMENT ON FUNCTION governance.ledger_objects() IS
	'part of create_ledger(): tables, triggers and views of accounts, entries and what is derived from them';
