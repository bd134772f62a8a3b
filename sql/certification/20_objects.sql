-- ---------------------------------------------------------------------------
-- certification: what create_ledger() makes of it (sql/create_ledger.sql says
-- how).
-- ---------------------------------------------------------------------------

-- Level: owner
CREATE FUNCTION governance.certification_objects(OUT number integer, OUT kind text, OUT object text, OUT says text, OUT ddl text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 70
	SET search_path = pg_catalog, pg_temp
AS $steps$
VALUES

-- Level: administrator INSERT UPDATE DELETE
(4000, 'table', 'qualification_kind', 'the kinds of certification', $$
CREATE TABLE governance.qualification_kind (
	kind text NOT NULL,  -- what stands before the colon of a qualification
	name text NOT NULL,  -- in English
	name_zh text,  -- in Chinese
	personal boolean NOT NULL DEFAULT true,  -- a person is certified, so that faces can be matched
	examined_parts text[] NOT NULL DEFAULT '{}',  -- what must each be examined and passed before a grant
	review_every interval,  -- how often a certification is reviewed where the taxonomy says nothing else; null: never
	time_zone text NOT NULL DEFAULT 'UTC',  -- in which the months between reviews are counted
	CONSTRAINT qualification_kind_pkey PRIMARY KEY (kind),
	CONSTRAINT qualification_kind_review_every_check CHECK (review_every > '0'::interval)
)$$),

-- Level: administrator INSERT UPDATE DELETE
(4010, 'table', 'taxonomy', 'what can be certified: fields of interest; industries, their classes and entries; kinds of institutions', $$
CREATE TABLE governance.taxonomy (
	kind text NOT NULL,  -- interest, occupation, institution
	path text NOT NULL,  -- where it stands, as healthcare/physician/cardiologist
	name text NOT NULL,  -- in English
	name_zh text,  -- in Chinese
	certifiable boolean NOT NULL DEFAULT true,  -- somebody can be certified at this very place
	review_every interval,  -- how often such a certification is reviewed; null: as above it
	parent text GENERATED ALWAYS AS (CASE WHEN position('/' IN path) > 0 THEN regexp_replace(path, '/[^/]*$', '') END) STORED,  -- the path right above
	depth int NOT NULL GENERATED ALWAYS AS (length(path) - length(replace(path, '/', '')) + 1) STORED,  -- 1 field or industry, 2 class, 3 entry
	CONSTRAINT taxonomy_pkey PRIMARY KEY (kind, path),
	CONSTRAINT taxonomy_kind_fkey FOREIGN KEY (kind) REFERENCES governance.qualification_kind,
	CONSTRAINT taxonomy_parent_fkey FOREIGN KEY (kind, parent) REFERENCES governance.taxonomy (kind, path),
	CONSTRAINT taxonomy_path_check CHECK (path ~ '^[a-z][a-z0-9_-]*(/[a-z][a-z0-9_-]*)*$'),
	CONSTRAINT taxonomy_review_every_check CHECK (review_every > '0'::interval)
)$$),

-- Level: administrator INSERT UPDATE DELETE
(4020, 'table', 'qualification_scale', 'scales of grades: hospital grades, titles of physicians, ...', $$
CREATE TABLE governance.qualification_scale (
	scale text NOT NULL,  -- short name
	name text NOT NULL,  -- in English
	name_zh text,  -- in Chinese
	CONSTRAINT qualification_scale_pkey PRIMARY KEY (scale)
)$$),

-- Level: administrator INSERT UPDATE DELETE
(4030, 'table', 'qualification_grade', 'the grades of each scale; a higher one satisfies a lower one', $$
CREATE TABLE governance.qualification_grade (
	scale text NOT NULL,  -- the scale
	grade int NOT NULL,  -- the number in a qualification
	code text,  -- short form, as 3A
	name text NOT NULL,  -- in English
	name_zh text,  -- in Chinese
	CONSTRAINT qualification_grade_pkey PRIMARY KEY (scale, grade),
	CONSTRAINT qualification_grade_scale_fkey FOREIGN KEY (scale) REFERENCES governance.qualification_scale,
	CONSTRAINT qualification_grade_code_key UNIQUE (scale, code),
	CONSTRAINT qualification_grade_grade_check CHECK (grade BETWEEN 0 AND 32767)
)$$),

-- Level: administrator INSERT UPDATE DELETE
(4040, 'table', 'taxonomy_attribute', 'which graded attributes a place in the taxonomy, and all below it, has', $$
CREATE TABLE governance.taxonomy_attribute (
	kind text NOT NULL,  -- kind of the place
	path text NOT NULL,  -- path of the place; the nearest one above counts
	attribute text NOT NULL,  -- name of the attribute, as title
	scale text NOT NULL,  -- the scale of its grades
	required boolean NOT NULL DEFAULT false,  -- a certification must state it
	CONSTRAINT taxonomy_attribute_pkey PRIMARY KEY (kind, path, attribute),
	CONSTRAINT taxonomy_attribute_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy,
	CONSTRAINT taxonomy_attribute_scale_fkey FOREIGN KEY (scale) REFERENCES governance.qualification_scale,
	CONSTRAINT taxonomy_attribute_attribute_check CHECK (attribute ~ '^[a-z][a-z0-9_-]*$')
)$$),

-- Level: administrator INSERT UPDATE DELETE
(4050, 'table', 'domain', 'domains of content; while a domain is gated, only who meets one of its requirements is qualified for it', $$
CREATE TABLE governance.domain (
	domain text NOT NULL,  -- short name, as health
	name text NOT NULL,  -- in English
	name_zh text,  -- in Chinese
	gated_from timestamptz NOT NULL DEFAULT '-infinity',  -- from when on it is gated; before, everybody is qualified
	gated_until timestamptz NOT NULL DEFAULT 'infinity',  -- until when it is gated; equal to gated_from: never
	CONSTRAINT domain_pkey PRIMARY KEY (domain),
	CONSTRAINT domain_gated_check CHECK (gated_from <= gated_until)
)$$),

-- Level: reader
(4060, 'table', 'certification_config', 'one row, which a change of requirements updates and a step of a certification locks, so that they take turns', $$
CREATE TABLE governance.certification_config (
	one_row boolean NOT NULL DEFAULT true,  -- true: there is one row
	version bigint NOT NULL DEFAULT 1,  -- how often the configuration has changed
	CONSTRAINT certification_config_pkey PRIMARY KEY (one_row),
	CONSTRAINT certification_config_one_row_check CHECK (one_row)
)$$),

(4061, 'after', 'certification_config', NULL,
	$$INSERT INTO governance.certification_config DEFAULT VALUES$$),

-- Level: reader
(4070, 'table', 'certified_account', 'one row for each account that ever applied: steps of an account take turns by it', $$
CREATE TABLE governance.certified_account (
	account_id bigint NOT NULL,  -- who
	steps bigint NOT NULL,  -- how many steps its certifications have taken
	CONSTRAINT certified_account_pkey PRIMARY KEY (account_id),
	CONSTRAINT certified_account_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account
) WITH (fillfactor = 80)$$),

-- Level: moderator USAGE
(4080, 'sequence', 'certification_seq', 'ids of certifications and of face checks',
	$$CREATE SEQUENCE governance.certification_seq AS bigint$$),

-- Level: reader
(4090, 'table', 'certification', 'derived from governance.certification_step: how each certification stands', $$
CREATE TABLE governance.certification (
	account_id bigint NOT NULL,  -- who
	certification_id bigint NOT NULL DEFAULT nextval('governance.certification_seq'),  -- identifies the certification
	qualification governance.qualification NOT NULL,  -- what is certified
	status text NOT NULL DEFAULT 'applied',  -- applied, examining, granted, refused, suspended or cancelled; a missed review needs no step: certification_status() says lapsed by the clock
	applied_at timestamptz NOT NULL,  -- when it was applied for
	granted_at timestamptz,  -- when it was granted
	review_due timestamptz,  -- at this instant it lapses unless a review is passed before; null: never
	ended_at timestamptz,  -- when it was cancelled
	suspensions tstzmultirange NOT NULL DEFAULT '{}',  -- when it was, or is, suspended
	review_every interval,  -- how often it is reviewed, as of the grant
	time_zone text NOT NULL,  -- in which the months between reviews are counted
	auxiliary_account_id bigint,  -- the certified account of the same administrator that stands in for examined parts
	last_step bigint NOT NULL,  -- the last step it took
	last_at timestamptz NOT NULL,  -- when that was
	kind text NOT NULL GENERATED ALWAYS AS (governance.kind(qualification)) STORED,  -- kind of the qualification
	path text NOT NULL GENERATED ALWAYS AS (governance.path(qualification)) STORED,  -- path of the qualification
	validity tstzrange GENERATED ALWAYS AS (CASE WHEN granted_at IS NOT NULL THEN tstzrange(granted_at, LEAST(review_due, ended_at)) END) STORED,  -- from the grant to the end or to the next review; an account holds one place in the taxonomy once at a time
	effective tstzmultirange GENERATED ALWAYS AS (CASE WHEN granted_at IS NOT NULL THEN tstzmultirange(tstzrange(granted_at, LEAST(review_due, ended_at))) - suspensions END) STORED,  -- validity without suspensions
	CONSTRAINT certification_pkey PRIMARY KEY (account_id, certification_id),
	CONSTRAINT certification_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT certification_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy,
	CONSTRAINT certification_status_check CHECK (status IN ('applied', 'examining', 'granted', 'refused', 'suspended', 'cancelled')),
	CONSTRAINT certification_granted_check CHECK (granted_at IS NOT NULL OR status NOT IN ('granted', 'suspended')),
	CONSTRAINT certification_review_due_check CHECK (review_due > granted_at),
	CONSTRAINT certification_ended_at_check CHECK (ended_at >= granted_at),
	CONSTRAINT certification_suspended_check CHECK ((status = 'suspended') = (upper_inf(suspensions) AND suspensions <> '{}')),
	CONSTRAINT certification_validity_excl EXCLUDE USING gist (account_id WITH =, kind WITH =, path WITH =, validity WITH &&)
) WITH (fillfactor = 80)$$),

(4091, 'index', 'certification.certification_qualification_idx', NULL,
	$$CREATE INDEX certification_qualification_idx ON governance.certification USING gin (qualification)$$),

(4092, 'index', 'certification.certification_review_due_idx', NULL,
	$$CREATE INDEX certification_review_due_idx ON governance.certification (review_due) WHERE status IN ('granted', 'suspended')$$),

-- Level: administrator INSERT
(4100, 'table', 'certification_step', 'every step of every certification: inserting a row is how a step is taken; append-only', $$
CREATE TABLE governance.certification_step (
	account_id bigint NOT NULL,  -- whose certification
	step bigint NOT NULL,  -- the account's steps, numbered
	certification_id bigint NOT NULL,  -- which certification; apply makes it
	action text NOT NULL,  -- apply, examine, grant, refuse, review, suspend, reinstate, cancel or restore
	at timestamptz NOT NULL,  -- when it takes effect; by default now
	from_status text,  -- the status before
	status text NOT NULL,  -- the status after
	review_due timestamptz,  -- when the next review is due after it
	qualification governance.qualification,  -- apply: what is applied for
	auxiliary_account_id bigint,  -- apply: the certified account of the same administrator that stands in for examined parts
	part text,  -- examine: which part was examined
	passed boolean,  -- examine, review: whether it was passed
	violation_id bigint,  -- suspend, cancel: the violation that cost it; restore: the one that was overturned
	check_id bigint,  -- suspend: the face check that failed
	reason text,  -- why
	evidence jsonb,  -- what it rests on
	recorded_at timestamptz NOT NULL,  -- when it was written down
	recorded_by text NOT NULL,  -- who took it: the current user
	session_role text NOT NULL,  -- who had logged in
	CONSTRAINT certification_step_pkey PRIMARY KEY (account_id, step),
	CONSTRAINT certification_step_certification_fkey FOREIGN KEY (account_id, certification_id) REFERENCES governance.certification
)$$),

(4101, 'index', 'certification_step.certification_step_certification_id_idx', NULL,
	$$CREATE INDEX certification_step_certification_id_idx ON governance.certification_step (account_id, certification_id, step)$$),

-- Level: moderator INSERT
(4110, 'table', 'face_check', 'whether the certified person and the person on camera are the same; a failed check suspends; append-only', $$
CREATE TABLE governance.face_check (
	account_id bigint NOT NULL,  -- whose face
	check_id bigint NOT NULL DEFAULT nextval('governance.certification_seq'),  -- identifies the check
	certification_id bigint,  -- which certification was checked; null: every personal one of the account
	at timestamptz NOT NULL DEFAULT now(),  -- when
	matched boolean NOT NULL,  -- the same person
	score numeric,  -- how alike, as the method says
	method text,  -- how it was found out
	content_ref text,  -- on which content
	evidence jsonb,  -- what it rests on
	recorded_at timestamptz NOT NULL,  -- when it was written down
	recorded_by text NOT NULL,  -- who recorded it: the current user
	session_role text NOT NULL,  -- who had logged in
	CONSTRAINT face_check_pkey PRIMARY KEY (account_id, check_id),
	CONSTRAINT face_check_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT face_check_certification_fkey FOREIGN KEY (account_id, certification_id) REFERENCES governance.certification
)$$),

-- Level: administrator USAGE
(4120, 'sequence', 'requirement_seq', 'ids of requirements',
	$$CREATE SEQUENCE governance.requirement_seq AS bigint$$),

-- Level: administrator INSERT UPDATE DELETE
(4130, 'table', 'requirement', 'what a domain or a capability demands: any one of its requirements in force suffices', $$
CREATE TABLE governance.requirement (
	requirement_id bigint NOT NULL DEFAULT nextval('governance.requirement_seq'),  -- identifies the requirement
	domain text,  -- the domain that demands it
	capability text,  -- or the capability that demands it
	qualification governance.qualification NOT NULL,  -- what must be held, at least
	during tstzrange NOT NULL DEFAULT tstzrange(NULL, NULL),  -- from when until when it suffices; end it rather than delete it, so that the past stays as it was
	note text,  -- for people
	kind text NOT NULL GENERATED ALWAYS AS (governance.kind(qualification)) STORED,  -- kind of the qualification
	path text NOT NULL GENERATED ALWAYS AS (governance.path(qualification)) STORED,  -- path of the qualification
	CONSTRAINT requirement_pkey PRIMARY KEY (requirement_id),
	CONSTRAINT requirement_domain_fkey FOREIGN KEY (domain) REFERENCES governance.domain,
	CONSTRAINT requirement_capability_fkey FOREIGN KEY (capability) REFERENCES governance.capability,
	CONSTRAINT requirement_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy,
	CONSTRAINT requirement_of_check CHECK (num_nonnulls(domain, capability) = 1),
	CONSTRAINT requirement_during_check CHECK (NOT isempty(during)),
	CONSTRAINT requirement_key UNIQUE NULLS NOT DISTINCT (domain, capability, qualification, during)
)$$),

-- Level: administrator INSERT UPDATE DELETE
(4140, 'table', 'certification_withholding', 'what somebody may not do while certified, suspended or not: a row of governance.restriction with scheme certification follows', $$
CREATE TABLE governance.certification_withholding (
	qualification governance.qualification NOT NULL,  -- who is certified so, or higher, or below it in the taxonomy
	capability text NOT NULL,  -- may not do this
	kind text NOT NULL GENERATED ALWAYS AS (governance.kind(qualification)) STORED,  -- kind of the qualification
	path text NOT NULL GENERATED ALWAYS AS (governance.path(qualification)) STORED,  -- path of the qualification
	CONSTRAINT certification_withholding_pkey PRIMARY KEY (qualification, capability),
	CONSTRAINT certification_withholding_capability_fkey FOREIGN KEY (capability) REFERENCES governance.capability,
	CONSTRAINT certification_withholding_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy
)$$),

-- Level: administrator INSERT UPDATE DELETE
(4150, 'table', 'certification_attribute', 'facts that hold of an account while it is certified and not suspended: a row of governance.attribute follows, so that policies see them', $$
CREATE TABLE governance.certification_attribute (
	qualification governance.qualification NOT NULL,  -- of whom who is certified so, or higher, or below it in the taxonomy
	name text NOT NULL,  -- name of the fact
	value text NOT NULL,  -- its value, one for each name
	kind text NOT NULL GENERATED ALWAYS AS (governance.kind(qualification)) STORED,  -- kind of the qualification
	path text NOT NULL GENERATED ALWAYS AS (governance.path(qualification)) STORED,  -- path of the qualification
	CONSTRAINT certification_attribute_pkey PRIMARY KEY (qualification, name),
	CONSTRAINT certification_attribute_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy,
	CONSTRAINT certification_attribute_excl EXCLUDE USING gist (name WITH =, value WITH <>)
)$$),

-- Level: administrator USAGE
(4160, 'sequence', 'certification_consequence_seq', 'ids of consequences',
	$$CREATE SEQUENCE governance.certification_consequence_seq AS bigint$$),

-- Level: administrator INSERT UPDATE DELETE
(4170, 'table', 'certification_consequence', 'which violations cost a certification', $$
CREATE TABLE governance.certification_consequence (
	consequence_id bigint NOT NULL DEFAULT nextval('governance.certification_consequence_seq'),  -- identifies the consequence
	scheme text NOT NULL,  -- violations of this scheme
	rule text,  -- of this rule; null: of any rule of the severity
	severity text,  -- of this severity or a worse one; null: of any
	qualification governance.qualification,  -- hit certifications of this kind; null: every one
	effect text NOT NULL,  -- cancel or suspend
	CONSTRAINT certification_consequence_pkey PRIMARY KEY (consequence_id),
	CONSTRAINT certification_consequence_severity_check CHECK (severity IN ('minor', 'medium', 'severe', 'extreme')),
	CONSTRAINT certification_consequence_of_check CHECK (num_nonnulls(rule, severity) > 0),
	CONSTRAINT certification_consequence_effect_check CHECK (effect IN ('cancel', 'suspend'))
)$$),

-- Level: reader
(4180, 'table', 'qualified_domain', 'derived: when each account meets a requirement of a domain; the periods of one account and domain do not touch', $$
CREATE TABLE governance.qualified_domain (
	account_id bigint NOT NULL,  -- who
	domain text NOT NULL,  -- for which domain
	since timestamptz NOT NULL,  -- from when
	until timestamptz NOT NULL,  -- until when, if nothing more happens; infinity: no end is known
	CONSTRAINT qualified_domain_pkey PRIMARY KEY (account_id, domain, since),
	CONSTRAINT qualified_domain_order_check CHECK (since < until)
) WITH (fillfactor = 80)$$),

-- Level: reader
(4190, 'table', 'qualified_capability', 'derived: when each account meets a requirement of a capability; the periods of one account and capability do not touch', $$
CREATE TABLE governance.qualified_capability (
	account_id bigint NOT NULL,  -- who
	capability text NOT NULL,  -- for which capability
	since timestamptz NOT NULL,  -- from when
	until timestamptz NOT NULL,  -- until when, if nothing more happens; infinity: no end is known
	CONSTRAINT qualified_capability_pkey PRIMARY KEY (account_id, capability, since),
	CONSTRAINT qualified_capability_order_check CHECK (since < until)
) WITH (fillfactor = 80)$$),

-- Level: reader
(4200, 'table', 'certified_attribute', 'derived: which rows of governance.attribute follow from certifications', $$
CREATE TABLE governance.certified_attribute (
	account_id bigint NOT NULL,  -- of whom it holds
	name text NOT NULL,  -- name of the fact
	value text NOT NULL,  -- its value
	since timestamptz NOT NULL,  -- from when
	until timestamptz NOT NULL,  -- until when, if nothing more happens; infinity: no end is known
	CONSTRAINT certified_attribute_pkey PRIMARY KEY (account_id, name, since),
	CONSTRAINT certified_attribute_order_check CHECK (since < until)
) WITH (fillfactor = 80)$$),

-- Level: administrator INSERT UPDATE DELETE
(4300, 'table', 'account_administrator', 'the person who runs an account of an institution', $$
CREATE TABLE governance.account_administrator (
	account_id bigint NOT NULL,  -- which account
	administrator text NOT NULL,  -- who runs it, as the platform identifies people
	since timestamptz NOT NULL DEFAULT now(),  -- from when on
	CONSTRAINT account_administrator_pkey PRIMARY KEY (account_id),
	CONSTRAINT account_administrator_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account
)$$),

(4310, 'constraint', 'account.account_binding_key', 'for the foreign keys of governance.account_binding',
	$$ALTER TABLE governance.account ADD CONSTRAINT account_binding_key UNIQUE (account_id, kind, subject)$$),

-- Level: administrator USAGE
(4320, 'sequence', 'account_binding_seq', 'ids of bindings',
	$$CREATE SEQUENCE governance.account_binding_seq AS bigint$$),

-- Level: administrator INSERT UPDATE
(4330, 'table', 'account_binding', 'which account certifies which channel, and which public account a channel is bound to', $$
CREATE TABLE governance.account_binding (
	channel_id bigint NOT NULL,  -- the channel
	binding_id bigint NOT NULL DEFAULT nextval('governance.account_binding_seq'),  -- identifies the binding
	account_id bigint NOT NULL,  -- the personal or public account
	purpose text NOT NULL,  -- certify: the account certifies the channel, one another; bind: they belong to the same legal subject
	channel_kind text NOT NULL DEFAULT 'channel',  -- kind of the channel: channel
	account_kind text NOT NULL,  -- kind of the account: personal or public; to bind: public
	channel_subject text NOT NULL,  -- the legal subject of the channel
	account_subject text NOT NULL,  -- the legal subject of the account; to bind: the same
	during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),  -- from when until when
	reason text,  -- why
	bound_by text NOT NULL DEFAULT current_user,  -- who bound them
	ended_by text,  -- who ended it
	end_reason text,  -- why it ended
	-- What the foreign keys hold: nothing once the binding has ended.
	live_channel_kind text GENERATED ALWAYS AS (CASE WHEN upper_inf(during) THEN channel_kind END) STORED,  -- channel_kind while the binding lasts
	live_account_kind text GENERATED ALWAYS AS (CASE WHEN upper_inf(during) THEN account_kind END) STORED,  -- account_kind while the binding lasts
	CONSTRAINT account_binding_pkey PRIMARY KEY (channel_id, binding_id),
	CONSTRAINT account_binding_purpose_check CHECK (purpose IN ('certify', 'bind')),
	CONSTRAINT account_binding_during_check CHECK (lower(during) IS NOT NULL),
	CONSTRAINT account_binding_channel_check CHECK (channel_kind = 'channel'),
	CONSTRAINT account_binding_account_check CHECK (account_kind = 'public' OR purpose = 'certify' AND account_kind = 'personal'),
	CONSTRAINT account_binding_subject_check CHECK (purpose <> 'bind' OR channel_subject = account_subject),
	CONSTRAINT account_binding_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES governance.account,
	CONSTRAINT account_binding_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT account_binding_channel_fkey FOREIGN KEY (channel_id, live_channel_kind, channel_subject)
		REFERENCES governance.account (account_id, kind, subject),
	CONSTRAINT account_binding_account_fkey FOREIGN KEY (account_id, live_account_kind, account_subject)
		REFERENCES governance.account (account_id, kind, subject),
	CONSTRAINT account_binding_channel_excl EXCLUDE USING gist (channel_id WITH =, during WITH &&) WHERE (purpose = 'certify'),
	CONSTRAINT account_binding_account_excl EXCLUDE USING gist (account_id WITH =, during WITH &&) WHERE (purpose = 'certify'),
	CONSTRAINT account_binding_pair_excl EXCLUDE USING gist (channel_id WITH =, account_id WITH =, during WITH &&) WHERE (purpose = 'bind')
)$$),

(4331, 'index', 'account_binding.account_binding_account_id_idx', NULL,
	$$CREATE INDEX account_binding_account_id_idx ON governance.account_binding (account_id)$$),

(4500, 'trigger', 'certification_step.certification_step_take', NULL,
	$$BEFORE INSERT ON governance.certification_step FOR EACH ROW EXECUTE FUNCTION governance.certification_step()$$),

(4510, 'trigger', 'face_check.face_check_stamp', NULL,
	$$BEFORE INSERT ON governance.face_check FOR EACH ROW EXECUTE FUNCTION governance.face_check()$$),

(4520, 'trigger', 'face_check.face_check_suspend', NULL,
	$$AFTER INSERT ON governance.face_check FOR EACH ROW EXECUTE FUNCTION governance.face_check()$$),

(4530, 'trigger', 'violation.violation_certification', NULL,
	$$AFTER INSERT ON governance.violation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_violation()$$),

(4540, 'trigger', 'revision.revision_certification', NULL,
	$$AFTER INSERT ON governance.revision REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_revision()$$),

-- Backends must hear of replicated changes too: hence row triggers, always.
(4570, 'always trigger', 'domain.domain_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.domain FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()$$),

(4580, 'always trigger', 'domain.domain_truncated', NULL,
	$$AFTER TRUNCATE ON governance.domain FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()$$),

(4590, 'always trigger', 'certification_consequence.certification_consequence_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.certification_consequence FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()$$),

(4600, 'always trigger', 'certification_consequence.certification_consequence_truncated', NULL,
	$$AFTER TRUNCATE ON governance.certification_consequence FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()$$),

(4610, 'trigger', 'requirement.requirement_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON governance.requirement FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_config_changed()$$),

(4620, 'trigger', 'requirement.requirement_check', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.requirement FOR EACH ROW EXECUTE FUNCTION governance.qualification_known()$$),

(4630, 'trigger', 'certification_withholding.certification_withholding_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON governance.certification_withholding FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_config_changed()$$),

(4640, 'trigger', 'certification_withholding.certification_withholding_check', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.certification_withholding FOR EACH ROW EXECUTE FUNCTION governance.qualification_known()$$),

(4650, 'trigger', 'certification_attribute.certification_attribute_changed', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON governance.certification_attribute FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_config_changed()$$),

(4660, 'trigger', 'certification_attribute.certification_attribute_check', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.certification_attribute FOR EACH ROW EXECUTE FUNCTION governance.qualification_known()$$),

(4670, 'trigger', 'certification_consequence.certification_consequence_check', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.certification_consequence FOR EACH ROW EXECUTE FUNCTION governance.certification_consequence_known()$$),

(4680, 'trigger', 'certification.certification_guard', NULL,
	$$BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON governance.certification FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_guard()$$),

-- Level: reader
(4800, 'view', 'certification_overview', 'every certification as it stands now, in words', $$
CREATE VIEW governance.certification_overview (
	account_id,  -- who
	certification_id,  -- which certification
	qualification,  -- what is certified
	name,  -- in words
	status,  -- applied, examining, granted, refused, suspended, lapsed or cancelled
	applied_at,  -- when it was applied for
	granted_at,  -- when it was granted
	review_due,  -- when it lapses, or lapsed, without a review
	ended_at,  -- when it was cancelled
	last_at  -- when it took its last step
) AS
SELECT c.account_id, c.certification_id, c.qualification,
		governance.qualification_name(c.qualification) AS name,
		CASE WHEN c.status IN ('granted', 'suspended') AND c.review_due <= now() THEN 'lapsed' ELSE c.status END AS status,
		c.applied_at, c.granted_at, c.review_due, c.ended_at, c.last_at
	FROM governance.certification c$$),

-- Level: reader
(4810, 'view', 'certification_due', 'certifications whose review is due within 30 days', $$
CREATE VIEW governance.certification_due (
	account_id,  -- who
	certification_id,  -- which certification
	qualification,  -- what is certified
	name,  -- in words
	status,  -- granted or suspended
	review_due,  -- at this instant it lapses
	remaining  -- how long that is from now
) AS
SELECT d.* FROM governance.certifications_due('30 days'::interval) d$$),

-- Level: reader
(4820, 'view', 'certification_lost', 'who lost which certification, when and why', $$
CREATE VIEW governance.certification_lost (
	account_id,  -- who
	certification_id,  -- which certification
	qualification,  -- what was certified
	name,  -- in words
	status,  -- suspended, lapsed or cancelled
	lost_at,  -- since when
	reason,  -- why
	violation_id,  -- the violation that cost it
	check_id,  -- the face check that failed
	recorded_by  -- who took the step
) AS
SELECT o.account_id, o.certification_id, o.qualification, o.name, o.status,
		CASE o.status WHEN 'lapsed' THEN o.review_due ELSE s.at END AS lost_at,
		CASE o.status WHEN 'lapsed' THEN 'the review was missed' ELSE s.reason END AS reason,
		CASE WHEN o.status <> 'lapsed' THEN s.violation_id END AS violation_id,
		CASE WHEN o.status <> 'lapsed' THEN s.check_id END AS check_id,
		CASE WHEN o.status <> 'lapsed' THEN s.recorded_by END AS recorded_by
	FROM governance.certification_overview o
		LEFT JOIN LATERAL (
			SELECT t.at, t.reason, t.violation_id, t.check_id, t.recorded_by FROM governance.certification_step t
				WHERE t.account_id = o.account_id AND t.certification_id = o.certification_id
					AND t.status = o.status AND t.from_status <> t.status
				ORDER BY t.step DESC LIMIT 1) s ON true
	WHERE o.granted_at IS NOT NULL AND o.status IN ('suspended', 'lapsed', 'cancelled')$$),

-- The shipped taxonomy, when there is none.
(4900, 'call', 'taxonomy', NULL,
	$$SELECT format('loaded %s rows of the taxonomy', governance.load_taxonomy()) WHERE NOT EXISTS (SELECT FROM governance.qualification_kind)$$)
$steps$;
COMMENT ON FUNCTION governance.certification_objects() IS
	'part of create_ledger(): tables, triggers and views of what can be certified, and of certifications';
