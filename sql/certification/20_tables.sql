-- ---------------------------------------------------------------------------
-- certification: the tables.  Like the ledger's, they are ordinary tables of
-- whoever calls create_ledger().
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.create_taxonomy_tables() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
BEGIN
	IF to_regclass('governance.qualification_kind') IS NULL THEN
		CREATE TABLE governance.qualification_kind (
			kind			text NOT NULL,
			name			text NOT NULL,
			name_zh			text,
			personal		boolean NOT NULL DEFAULT true,
			examined_parts	text[] NOT NULL DEFAULT '{}',
			review_every	interval,
			time_zone		text NOT NULL DEFAULT 'UTC',
			CONSTRAINT qualification_kind_pkey PRIMARY KEY (kind),
			CONSTRAINT qualification_kind_review_every_check CHECK (review_every > '0'::interval)
		);
		COMMENT ON TABLE governance.qualification_kind IS 'the kinds of certification';
		COMMENT ON COLUMN governance.qualification_kind.kind IS 'what stands before the colon of a qualification';
		COMMENT ON COLUMN governance.qualification_kind.name IS 'in English';
		COMMENT ON COLUMN governance.qualification_kind.name_zh IS 'in Chinese';
		COMMENT ON COLUMN governance.qualification_kind.personal IS 'a person is certified, so that faces can be matched';
		COMMENT ON COLUMN governance.qualification_kind.examined_parts IS 'what must each be examined and passed before a grant';
		COMMENT ON COLUMN governance.qualification_kind.review_every IS 'how often a certification is reviewed where the taxonomy says nothing else; null: never';
		COMMENT ON COLUMN governance.qualification_kind.time_zone IS 'in which the months between reviews are counted';
		RETURN NEXT 'created table governance.qualification_kind';
	END IF;

	IF to_regclass('governance.taxonomy') IS NULL THEN
		CREATE TABLE governance.taxonomy (
			kind			text NOT NULL,
			path			text NOT NULL,
			name			text NOT NULL,
			name_zh			text,
			certifiable		boolean NOT NULL DEFAULT true,
			review_every	interval,
			parent			text GENERATED ALWAYS AS (CASE WHEN position('/' IN path) > 0 THEN regexp_replace(path, '/[^/]*$', '') END) STORED,
			depth			int NOT NULL GENERATED ALWAYS AS (length(path) - length(replace(path, '/', '')) + 1) STORED,
			CONSTRAINT taxonomy_pkey PRIMARY KEY (kind, path),
			CONSTRAINT taxonomy_kind_fkey FOREIGN KEY (kind) REFERENCES governance.qualification_kind,
			CONSTRAINT taxonomy_parent_fkey FOREIGN KEY (kind, parent) REFERENCES governance.taxonomy (kind, path),
			CONSTRAINT taxonomy_path_check CHECK (path ~ '^[a-z][a-z0-9_-]*(/[a-z][a-z0-9_-]*)*$'),
			CONSTRAINT taxonomy_review_every_check CHECK (review_every > '0'::interval)
		);
		COMMENT ON TABLE governance.taxonomy IS 'what can be certified: fields of interest; industries, their classes and entries; kinds of institutions';
		COMMENT ON COLUMN governance.taxonomy.kind IS 'interest, occupation, institution';
		COMMENT ON COLUMN governance.taxonomy.path IS 'where it stands, as healthcare/physician/cardiologist';
		COMMENT ON COLUMN governance.taxonomy.name IS 'in English';
		COMMENT ON COLUMN governance.taxonomy.name_zh IS 'in Chinese';
		COMMENT ON COLUMN governance.taxonomy.certifiable IS 'somebody can be certified at this very place';
		COMMENT ON COLUMN governance.taxonomy.review_every IS 'how often such a certification is reviewed; null: as above it';
		COMMENT ON COLUMN governance.taxonomy.parent IS 'the path right above';
		COMMENT ON COLUMN governance.taxonomy.depth IS '1 field or industry, 2 class, 3 entry';
		RETURN NEXT 'created table governance.taxonomy';
	END IF;

	IF to_regclass('governance.qualification_scale') IS NULL THEN
		CREATE TABLE governance.qualification_scale (
			scale	text NOT NULL,
			name	text NOT NULL,
			name_zh	text,
			CONSTRAINT qualification_scale_pkey PRIMARY KEY (scale)
		);
		COMMENT ON TABLE governance.qualification_scale IS 'scales of grades: hospital grades, titles of physicians, ...';
		COMMENT ON COLUMN governance.qualification_scale.scale IS 'short name';
		COMMENT ON COLUMN governance.qualification_scale.name IS 'in English';
		COMMENT ON COLUMN governance.qualification_scale.name_zh IS 'in Chinese';
		RETURN NEXT 'created table governance.qualification_scale';
	END IF;

	IF to_regclass('governance.qualification_grade') IS NULL THEN
		CREATE TABLE governance.qualification_grade (
			scale	text NOT NULL,
			grade	int NOT NULL,
			code	text,
			name	text NOT NULL,
			name_zh	text,
			CONSTRAINT qualification_grade_pkey PRIMARY KEY (scale, grade),
			CONSTRAINT qualification_grade_scale_fkey FOREIGN KEY (scale) REFERENCES governance.qualification_scale,
			CONSTRAINT qualification_grade_code_key UNIQUE (scale, code),
			CONSTRAINT qualification_grade_grade_check CHECK (grade BETWEEN 0 AND 32767)
		);
		COMMENT ON TABLE governance.qualification_grade IS 'the grades of each scale; a higher one satisfies a lower one';
		COMMENT ON COLUMN governance.qualification_grade.scale IS 'the scale';
		COMMENT ON COLUMN governance.qualification_grade.grade IS 'the number in a qualification';
		COMMENT ON COLUMN governance.qualification_grade.code IS 'short form, as 3A';
		COMMENT ON COLUMN governance.qualification_grade.name IS 'in English';
		COMMENT ON COLUMN governance.qualification_grade.name_zh IS 'in Chinese';
		RETURN NEXT 'created table governance.qualification_grade';
	END IF;

	IF to_regclass('governance.taxonomy_attribute') IS NULL THEN
		CREATE TABLE governance.taxonomy_attribute (
			kind		text NOT NULL,
			path		text NOT NULL,
			attribute	text NOT NULL,
			scale		text NOT NULL,
			required	boolean NOT NULL DEFAULT false,
			CONSTRAINT taxonomy_attribute_pkey PRIMARY KEY (kind, path, attribute),
			CONSTRAINT taxonomy_attribute_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy,
			CONSTRAINT taxonomy_attribute_scale_fkey FOREIGN KEY (scale) REFERENCES governance.qualification_scale,
			CONSTRAINT taxonomy_attribute_attribute_check CHECK (attribute ~ '^[a-z][a-z0-9_-]*$')
		);
		COMMENT ON TABLE governance.taxonomy_attribute IS 'which graded attributes a place in the taxonomy, and all below it, has';
		COMMENT ON COLUMN governance.taxonomy_attribute.kind IS 'kind of the place';
		COMMENT ON COLUMN governance.taxonomy_attribute.path IS 'path of the place; the nearest one above counts';
		COMMENT ON COLUMN governance.taxonomy_attribute.attribute IS 'name of the attribute, as title';
		COMMENT ON COLUMN governance.taxonomy_attribute.scale IS 'the scale of its grades';
		COMMENT ON COLUMN governance.taxonomy_attribute.required IS 'a certification must state it';
		RETURN NEXT 'created table governance.taxonomy_attribute';
	END IF;

	IF to_regclass('governance.domain') IS NULL THEN
		CREATE TABLE governance.domain (
			domain		text NOT NULL,
			name		text NOT NULL,
			name_zh		text,
			gated_from	timestamptz NOT NULL DEFAULT '-infinity',
			gated_until	timestamptz NOT NULL DEFAULT 'infinity',
			CONSTRAINT domain_pkey PRIMARY KEY (domain),
			CONSTRAINT domain_gated_check CHECK (gated_from <= gated_until)
		);
		COMMENT ON TABLE governance.domain IS 'domains of content; while a domain is gated, only who meets one of its requirements is qualified for it';
		COMMENT ON COLUMN governance.domain.domain IS 'short name, as health';
		COMMENT ON COLUMN governance.domain.name IS 'in English';
		COMMENT ON COLUMN governance.domain.name_zh IS 'in Chinese';
		COMMENT ON COLUMN governance.domain.gated_from IS 'from when on it is gated; before, everybody is qualified';
		COMMENT ON COLUMN governance.domain.gated_until IS 'until when it is gated; equal to gated_from: never';
		RETURN NEXT 'created table governance.domain';
	END IF;

	IF to_regclass('governance.requirement_seq') IS NULL THEN
		CREATE SEQUENCE governance.requirement_seq AS bigint;
		COMMENT ON SEQUENCE governance.requirement_seq IS 'ids of requirements';
		RETURN NEXT 'created sequence governance.requirement_seq';
	END IF;
	IF to_regclass('governance.requirement') IS NULL THEN
		CREATE TABLE governance.requirement (
			requirement_id	bigint NOT NULL DEFAULT nextval('governance.requirement_seq'),
			domain			text,
			capability		text,
			qualification	governance.qualification NOT NULL,
			during			tstzrange NOT NULL DEFAULT tstzrange(NULL, NULL),
			note			text,
			kind			text NOT NULL GENERATED ALWAYS AS (governance.kind(qualification)) STORED,
			path			text NOT NULL GENERATED ALWAYS AS (governance.path(qualification)) STORED,
			CONSTRAINT requirement_pkey PRIMARY KEY (requirement_id),
			CONSTRAINT requirement_domain_fkey FOREIGN KEY (domain) REFERENCES governance.domain,
			CONSTRAINT requirement_capability_fkey FOREIGN KEY (capability) REFERENCES governance.capability,
			CONSTRAINT requirement_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy,
			CONSTRAINT requirement_of_check CHECK (num_nonnulls(domain, capability) = 1),
			CONSTRAINT requirement_during_check CHECK (NOT isempty(during)),
			CONSTRAINT requirement_key UNIQUE NULLS NOT DISTINCT (domain, capability, qualification, during)
		);
		COMMENT ON TABLE governance.requirement IS 'what a domain or a capability demands: any one of its requirements in force suffices';
		COMMENT ON COLUMN governance.requirement.requirement_id IS 'identifies the requirement';
		COMMENT ON COLUMN governance.requirement.domain IS 'the domain that demands it';
		COMMENT ON COLUMN governance.requirement.capability IS 'or the capability that demands it';
		COMMENT ON COLUMN governance.requirement.qualification IS 'what must be held, at least';
		COMMENT ON COLUMN governance.requirement.during IS 'from when until when it suffices; end it rather than delete it, so that the past stays as it was';
		COMMENT ON COLUMN governance.requirement.note IS 'for people';
		COMMENT ON COLUMN governance.requirement.kind IS 'kind of the qualification';
		COMMENT ON COLUMN governance.requirement.path IS 'path of the qualification';
		RETURN NEXT 'created table governance.requirement';
	END IF;

	IF to_regclass('governance.certification_withholding') IS NULL THEN
		CREATE TABLE governance.certification_withholding (
			qualification	governance.qualification NOT NULL,
			capability		text NOT NULL,
			kind			text NOT NULL GENERATED ALWAYS AS (governance.kind(qualification)) STORED,
			path			text NOT NULL GENERATED ALWAYS AS (governance.path(qualification)) STORED,
			CONSTRAINT certification_withholding_pkey PRIMARY KEY (qualification, capability),
			CONSTRAINT certification_withholding_capability_fkey FOREIGN KEY (capability) REFERENCES governance.capability,
			CONSTRAINT certification_withholding_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy
		);
		COMMENT ON TABLE governance.certification_withholding IS 'what somebody may not do while certified, suspended or not: a row of governance.restriction with scheme certification follows';
		COMMENT ON COLUMN governance.certification_withholding.qualification IS 'who is certified so, or higher, or below it in the taxonomy';
		COMMENT ON COLUMN governance.certification_withholding.capability IS 'may not do this';
		COMMENT ON COLUMN governance.certification_withholding.kind IS 'kind of the qualification';
		COMMENT ON COLUMN governance.certification_withholding.path IS 'path of the qualification';
		RETURN NEXT 'created table governance.certification_withholding';
	END IF;

	IF to_regclass('governance.certification_attribute') IS NULL THEN
		CREATE TABLE governance.certification_attribute (
			qualification	governance.qualification NOT NULL,
			name			text NOT NULL,
			value			text NOT NULL,
			kind			text NOT NULL GENERATED ALWAYS AS (governance.kind(qualification)) STORED,
			path			text NOT NULL GENERATED ALWAYS AS (governance.path(qualification)) STORED,
			CONSTRAINT certification_attribute_pkey PRIMARY KEY (qualification, name),
			CONSTRAINT certification_attribute_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy,
			CONSTRAINT certification_attribute_excl EXCLUDE USING gist (name WITH =, value WITH <>)
		);
		COMMENT ON TABLE governance.certification_attribute IS 'facts that hold of an account while it is certified and not suspended: a row of governance.attribute follows, so that policies see them';
		COMMENT ON COLUMN governance.certification_attribute.qualification IS 'of whom who is certified so, or higher, or below it in the taxonomy';
		COMMENT ON COLUMN governance.certification_attribute.name IS 'name of the fact';
		COMMENT ON COLUMN governance.certification_attribute.value IS 'its value, one for each name';
		COMMENT ON COLUMN governance.certification_attribute.kind IS 'kind of the qualification';
		COMMENT ON COLUMN governance.certification_attribute.path IS 'path of the qualification';
		RETURN NEXT 'created table governance.certification_attribute';
	END IF;

	IF to_regclass('governance.certification_consequence_seq') IS NULL THEN
		CREATE SEQUENCE governance.certification_consequence_seq AS bigint;
		COMMENT ON SEQUENCE governance.certification_consequence_seq IS 'ids of consequences';
		RETURN NEXT 'created sequence governance.certification_consequence_seq';
	END IF;
	IF to_regclass('governance.certification_consequence') IS NULL THEN
		CREATE TABLE governance.certification_consequence (
			consequence_id	bigint NOT NULL DEFAULT nextval('governance.certification_consequence_seq'),
			scheme			text NOT NULL,
			rule			text,
			severity		text,
			qualification	governance.qualification,
			effect			text NOT NULL,
			CONSTRAINT certification_consequence_pkey PRIMARY KEY (consequence_id),
			CONSTRAINT certification_consequence_severity_check CHECK (severity IN ('minor', 'medium', 'severe', 'extreme')),
			CONSTRAINT certification_consequence_of_check CHECK (num_nonnulls(rule, severity) > 0),
			CONSTRAINT certification_consequence_effect_check CHECK (effect IN ('cancel', 'suspend'))
		);
		COMMENT ON TABLE governance.certification_consequence IS 'which violations cost a certification';
		COMMENT ON COLUMN governance.certification_consequence.consequence_id IS 'identifies the consequence';
		COMMENT ON COLUMN governance.certification_consequence.scheme IS 'violations of this scheme';
		COMMENT ON COLUMN governance.certification_consequence.rule IS 'of this rule; null: of any rule of the severity';
		COMMENT ON COLUMN governance.certification_consequence.severity IS 'of this severity or a worse one; null: of any';
		COMMENT ON COLUMN governance.certification_consequence.qualification IS 'hit certifications of this kind; null: every one';
		COMMENT ON COLUMN governance.certification_consequence.effect IS 'cancel or suspend';
		RETURN NEXT 'created table governance.certification_consequence';
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_taxonomy_tables() IS
	'part of create_ledger(): the tables that say what can be certified, what it is needed for and what follows from it';

CREATE FUNCTION governance.create_certification_tables() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
DECLARE
	relation	text;
BEGIN
	RETURN QUERY SELECT governance.create_taxonomy_tables();

	IF to_regclass('governance.certification_config') IS NULL THEN
		CREATE TABLE governance.certification_config (
			one_row	boolean NOT NULL DEFAULT true,
			version	bigint NOT NULL DEFAULT 1,
			CONSTRAINT certification_config_pkey PRIMARY KEY (one_row),
			CONSTRAINT certification_config_one_row_check CHECK (one_row)
		);
		INSERT INTO governance.certification_config DEFAULT VALUES;
		COMMENT ON TABLE governance.certification_config IS 'one row, which a change of requirements updates and a step of a certification locks, so that they take turns';
		COMMENT ON COLUMN governance.certification_config.one_row IS 'true: there is one row';
		COMMENT ON COLUMN governance.certification_config.version IS 'how often the configuration has changed';
		RETURN NEXT 'created table governance.certification_config';
	END IF;

	IF to_regclass('governance.certified_account') IS NULL THEN
		CREATE TABLE governance.certified_account (
			account_id	bigint NOT NULL,
			steps		bigint NOT NULL,
			CONSTRAINT certified_account_pkey PRIMARY KEY (account_id),
			CONSTRAINT certified_account_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account
		) WITH (fillfactor = 80);
		COMMENT ON TABLE governance.certified_account IS 'one row for each account that ever applied: steps of an account take turns by it';
		COMMENT ON COLUMN governance.certified_account.account_id IS 'who';
		COMMENT ON COLUMN governance.certified_account.steps IS 'how many steps its certifications have taken';
		RETURN NEXT 'created table governance.certified_account';
	END IF;

	IF to_regclass('governance.certification_seq') IS NULL THEN
		CREATE SEQUENCE governance.certification_seq AS bigint;
		COMMENT ON SEQUENCE governance.certification_seq IS 'ids of certifications and of face checks';
		RETURN NEXT 'created sequence governance.certification_seq';
	END IF;
	IF to_regclass('governance.certification') IS NULL THEN
		CREATE TABLE governance.certification (
			account_id				bigint NOT NULL,
			certification_id		bigint NOT NULL DEFAULT nextval('governance.certification_seq'),
			qualification			governance.qualification NOT NULL,
			status					text NOT NULL DEFAULT 'applied',
			applied_at				timestamptz NOT NULL,
			granted_at				timestamptz,
			review_due				timestamptz,
			ended_at				timestamptz,
			suspensions				tstzmultirange NOT NULL DEFAULT '{}',
			review_every			interval,
			time_zone				text NOT NULL,
			auxiliary_account_id	bigint,
			last_step				bigint NOT NULL,
			last_at					timestamptz NOT NULL,
			kind					text NOT NULL GENERATED ALWAYS AS (governance.kind(qualification)) STORED,
			path					text NOT NULL GENERATED ALWAYS AS (governance.path(qualification)) STORED,
			validity				tstzrange GENERATED ALWAYS AS (CASE WHEN granted_at IS NOT NULL
				THEN tstzrange(granted_at, LEAST(review_due, ended_at)) END) STORED,
			effective				tstzmultirange GENERATED ALWAYS AS (CASE WHEN granted_at IS NOT NULL
				THEN tstzmultirange(tstzrange(granted_at, LEAST(review_due, ended_at))) - suspensions END) STORED,
			CONSTRAINT certification_pkey PRIMARY KEY (account_id, certification_id),
			CONSTRAINT certification_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
			CONSTRAINT certification_path_fkey FOREIGN KEY (kind, path) REFERENCES governance.taxonomy,
			CONSTRAINT certification_status_check CHECK (status IN ('applied', 'examining', 'granted', 'refused', 'suspended', 'cancelled')),
			CONSTRAINT certification_granted_check CHECK (granted_at IS NOT NULL OR status NOT IN ('granted', 'suspended')),
			CONSTRAINT certification_review_due_check CHECK (review_due > granted_at),
			CONSTRAINT certification_ended_at_check CHECK (ended_at >= granted_at),
			CONSTRAINT certification_suspended_check CHECK ((status = 'suspended') = (upper_inf(suspensions) AND suspensions <> '{}')),
			CONSTRAINT certification_validity_excl EXCLUDE USING gist (account_id WITH =, kind WITH =, path WITH =, validity WITH &&)
		) WITH (fillfactor = 80);
		CREATE INDEX certification_qualification_idx ON governance.certification USING gin (qualification);
		CREATE INDEX certification_review_due_idx ON governance.certification (review_due) WHERE status IN ('granted', 'suspended');
		COMMENT ON TABLE governance.certification IS 'derived from governance.certification_step: how each certification stands';
		COMMENT ON COLUMN governance.certification.account_id IS 'who';
		COMMENT ON COLUMN governance.certification.certification_id IS 'identifies the certification';
		COMMENT ON COLUMN governance.certification.qualification IS 'what is certified';
		COMMENT ON COLUMN governance.certification.status IS 'applied, examining, granted, refused, suspended or cancelled; a missed review needs no step: certification_status() says lapsed by the clock';
		COMMENT ON COLUMN governance.certification.applied_at IS 'when it was applied for';
		COMMENT ON COLUMN governance.certification.granted_at IS 'when it was granted';
		COMMENT ON COLUMN governance.certification.review_due IS 'at this instant it lapses unless a review is passed before; null: never';
		COMMENT ON COLUMN governance.certification.ended_at IS 'when it was cancelled';
		COMMENT ON COLUMN governance.certification.suspensions IS 'when it was, or is, suspended';
		COMMENT ON COLUMN governance.certification.review_every IS 'how often it is reviewed, as of the grant';
		COMMENT ON COLUMN governance.certification.time_zone IS 'in which the months between reviews are counted';
		COMMENT ON COLUMN governance.certification.auxiliary_account_id IS 'the certified account of the same administrator that stands in for examined parts';
		COMMENT ON COLUMN governance.certification.last_step IS 'the last step it took';
		COMMENT ON COLUMN governance.certification.last_at IS 'when that was';
		COMMENT ON COLUMN governance.certification.kind IS 'kind of the qualification';
		COMMENT ON COLUMN governance.certification.path IS 'path of the qualification';
		COMMENT ON COLUMN governance.certification.validity IS 'from the grant to the end or to the next review; an account holds one place in the taxonomy once at a time';
		COMMENT ON COLUMN governance.certification.effective IS 'validity without suspensions';
		RETURN NEXT 'created table governance.certification';
	END IF;

	IF to_regclass('governance.certification_step') IS NULL THEN
		CREATE TABLE governance.certification_step (
			account_id				bigint NOT NULL,
			step					bigint NOT NULL,
			certification_id		bigint NOT NULL,
			action					text NOT NULL,
			at						timestamptz NOT NULL,
			from_status				text,
			status					text NOT NULL,
			review_due				timestamptz,
			qualification			governance.qualification,
			auxiliary_account_id	bigint,
			part					text,
			passed					boolean,
			violation_id			bigint,
			check_id				bigint,
			reason					text,
			evidence				jsonb,
			recorded_at				timestamptz NOT NULL,
			recorded_by				text NOT NULL,
			session_role			text NOT NULL,
			CONSTRAINT certification_step_pkey PRIMARY KEY (account_id, step),
			CONSTRAINT certification_step_certification_fkey FOREIGN KEY (account_id, certification_id) REFERENCES governance.certification
		);
		CREATE INDEX certification_step_certification_id_idx ON governance.certification_step (account_id, certification_id, step);
		COMMENT ON TABLE governance.certification_step IS 'every step of every certification: inserting a row is how a step is taken; append-only';
		COMMENT ON COLUMN governance.certification_step.account_id IS 'whose certification';
		COMMENT ON COLUMN governance.certification_step.step IS 'the account''s steps, numbered';
		COMMENT ON COLUMN governance.certification_step.certification_id IS 'which certification; apply makes it';
		COMMENT ON COLUMN governance.certification_step.action IS 'apply, examine, grant, refuse, review, suspend, reinstate, cancel or restore';
		COMMENT ON COLUMN governance.certification_step.at IS 'when it takes effect; by default now';
		COMMENT ON COLUMN governance.certification_step.from_status IS 'the status before';
		COMMENT ON COLUMN governance.certification_step.status IS 'the status after';
		COMMENT ON COLUMN governance.certification_step.review_due IS 'when the next review is due after it';
		COMMENT ON COLUMN governance.certification_step.qualification IS 'apply: what is applied for';
		COMMENT ON COLUMN governance.certification_step.auxiliary_account_id IS 'apply: the certified account of the same administrator that stands in for examined parts';
		COMMENT ON COLUMN governance.certification_step.part IS 'examine: which part was examined';
		COMMENT ON COLUMN governance.certification_step.passed IS 'examine, review: whether it was passed';
		COMMENT ON COLUMN governance.certification_step.violation_id IS 'suspend, cancel: the violation that cost it; restore: the one that was overturned';
		COMMENT ON COLUMN governance.certification_step.check_id IS 'suspend: the face check that failed';
		COMMENT ON COLUMN governance.certification_step.reason IS 'why';
		COMMENT ON COLUMN governance.certification_step.evidence IS 'what it rests on';
		COMMENT ON COLUMN governance.certification_step.recorded_at IS 'when it was written down';
		COMMENT ON COLUMN governance.certification_step.recorded_by IS 'who took it: the current user';
		COMMENT ON COLUMN governance.certification_step.session_role IS 'who had logged in';
		RETURN NEXT 'created table governance.certification_step';
	END IF;

	IF to_regclass('governance.face_check') IS NULL THEN
		CREATE TABLE governance.face_check (
			account_id			bigint NOT NULL,
			check_id			bigint NOT NULL DEFAULT nextval('governance.certification_seq'),
			certification_id	bigint,
			at					timestamptz NOT NULL DEFAULT now(),
			matched				boolean NOT NULL,
			score				numeric,
			method				text,
			content_ref			text,
			evidence			jsonb,
			recorded_at			timestamptz NOT NULL,
			recorded_by			text NOT NULL,
			session_role		text NOT NULL,
			CONSTRAINT face_check_pkey PRIMARY KEY (account_id, check_id),
			CONSTRAINT face_check_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
			CONSTRAINT face_check_certification_fkey FOREIGN KEY (account_id, certification_id) REFERENCES governance.certification
		);
		COMMENT ON TABLE governance.face_check IS 'whether the certified person and the person on camera are the same; a failed check suspends; append-only';
		COMMENT ON COLUMN governance.face_check.account_id IS 'whose face';
		COMMENT ON COLUMN governance.face_check.check_id IS 'identifies the check';
		COMMENT ON COLUMN governance.face_check.certification_id IS 'which certification was checked; null: every personal one of the account';
		COMMENT ON COLUMN governance.face_check.at IS 'when';
		COMMENT ON COLUMN governance.face_check.matched IS 'the same person';
		COMMENT ON COLUMN governance.face_check.score IS 'how alike, as the method says';
		COMMENT ON COLUMN governance.face_check.method IS 'how it was found out';
		COMMENT ON COLUMN governance.face_check.content_ref IS 'on which content';
		COMMENT ON COLUMN governance.face_check.evidence IS 'what it rests on';
		COMMENT ON COLUMN governance.face_check.recorded_at IS 'when it was written down';
		COMMENT ON COLUMN governance.face_check.recorded_by IS 'who recorded it: the current user';
		COMMENT ON COLUMN governance.face_check.session_role IS 'who had logged in';
		RETURN NEXT 'created table governance.face_check';
	END IF;

	IF to_regclass('governance.qualified_domain') IS NULL THEN
		CREATE TABLE governance.qualified_domain (
			account_id	bigint NOT NULL,
			domain		text NOT NULL,
			since		timestamptz NOT NULL,
			until		timestamptz NOT NULL,
			CONSTRAINT qualified_domain_pkey PRIMARY KEY (account_id, domain, since),
			CONSTRAINT qualified_domain_order_check CHECK (since < until)
		) WITH (fillfactor = 80);
		COMMENT ON TABLE governance.qualified_domain IS 'derived: when each account meets a requirement of a domain; the periods of one account and domain do not touch';
		COMMENT ON COLUMN governance.qualified_domain.account_id IS 'who';
		COMMENT ON COLUMN governance.qualified_domain.domain IS 'for which domain';
		COMMENT ON COLUMN governance.qualified_domain.since IS 'from when';
		COMMENT ON COLUMN governance.qualified_domain.until IS 'until when, if nothing more happens; infinity: no end is known';
		RETURN NEXT 'created table governance.qualified_domain';
	END IF;

	IF to_regclass('governance.qualified_capability') IS NULL THEN
		CREATE TABLE governance.qualified_capability (
			account_id	bigint NOT NULL,
			capability	text NOT NULL,
			since		timestamptz NOT NULL,
			until		timestamptz NOT NULL,
			CONSTRAINT qualified_capability_pkey PRIMARY KEY (account_id, capability, since),
			CONSTRAINT qualified_capability_order_check CHECK (since < until)
		) WITH (fillfactor = 80);
		COMMENT ON TABLE governance.qualified_capability IS 'derived: when each account meets a requirement of a capability; the periods of one account and capability do not touch';
		COMMENT ON COLUMN governance.qualified_capability.account_id IS 'who';
		COMMENT ON COLUMN governance.qualified_capability.capability IS 'for which capability';
		COMMENT ON COLUMN governance.qualified_capability.since IS 'from when';
		COMMENT ON COLUMN governance.qualified_capability.until IS 'until when, if nothing more happens; infinity: no end is known';
		RETURN NEXT 'created table governance.qualified_capability';
	END IF;

	IF to_regclass('governance.certified_attribute') IS NULL THEN
		CREATE TABLE governance.certified_attribute (
			account_id	bigint NOT NULL,
			name		text NOT NULL,
			value		text NOT NULL,
			since		timestamptz NOT NULL,
			until		timestamptz NOT NULL,
			CONSTRAINT certified_attribute_pkey PRIMARY KEY (account_id, name, since),
			CONSTRAINT certified_attribute_order_check CHECK (since < until)
		) WITH (fillfactor = 80);
		COMMENT ON TABLE governance.certified_attribute IS 'derived: which rows of governance.attribute follow from certifications';
		COMMENT ON COLUMN governance.certified_attribute.account_id IS 'of whom it holds';
		COMMENT ON COLUMN governance.certified_attribute.name IS 'name of the fact';
		COMMENT ON COLUMN governance.certified_attribute.value IS 'its value';
		COMMENT ON COLUMN governance.certified_attribute.since IS 'from when';
		COMMENT ON COLUMN governance.certified_attribute.until IS 'until when, if nothing more happens; infinity: no end is known';
		RETURN NEXT 'created table governance.certified_attribute';
	END IF;

	RETURN QUERY SELECT governance.create_binding_tables();

	RETURN QUERY SELECT governance.ensure_trigger('governance.certification_step', 'certification_step_take',
		'BEFORE INSERT ON governance.certification_step FOR EACH ROW EXECUTE FUNCTION governance.certification_step()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.face_check', 'face_check_stamp',
		'BEFORE INSERT ON governance.face_check FOR EACH ROW EXECUTE FUNCTION governance.face_check()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.face_check', 'face_check_suspend',
		'AFTER INSERT ON governance.face_check FOR EACH ROW EXECUTE FUNCTION governance.face_check()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.violation', 'violation_certification',
		'AFTER INSERT ON governance.violation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_violation()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.revision', 'revision_certification',
		'AFTER INSERT ON governance.revision REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_revision()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.restriction', 'restriction_certification_given',
		'AFTER INSERT OR UPDATE ON governance.restriction FOR EACH ROW WHEN ((new.capability = ''certification''::text)) EXECUTE FUNCTION governance.certification_withheld()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.restriction', 'restriction_certification_lifted',
		'AFTER DELETE ON governance.restriction FOR EACH ROW WHEN ((old.capability = ''certification''::text)) EXECUTE FUNCTION governance.certification_withheld()');

	-- Backends must hear of replicated changes too: hence row triggers, always.
	FOREACH relation IN ARRAY ARRAY['domain', 'certification_consequence'] LOOP
		IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = format('governance.%I', relation)::regclass AND tgname = relation || '_changed') THEN
			EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON governance.%I FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()',
						   relation || '_changed', relation);
			EXECUTE format('CREATE TRIGGER %I AFTER TRUNCATE ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()',
						   relation || '_truncated', relation);
			EXECUTE format('ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER %I', relation, relation || '_changed');
			EXECUTE format('ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER %I', relation, relation || '_truncated');
			RETURN NEXT format('created triggers %1$s_changed, %1$s_truncated on governance.%1$s', relation);
		END IF;
	END LOOP;

	FOREACH relation IN ARRAY ARRAY['requirement', 'certification_withholding', 'certification_attribute'] LOOP
		RETURN QUERY SELECT governance.ensure_trigger(format('governance.%I', relation)::regclass, relation || '_changed',
			format('AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_config_changed()', relation));
		RETURN QUERY SELECT governance.ensure_trigger(format('governance.%I', relation)::regclass, relation || '_check',
			format('BEFORE INSERT OR UPDATE ON governance.%I FOR EACH ROW EXECUTE FUNCTION governance.qualification_known()', relation));
	END LOOP;
	RETURN QUERY SELECT governance.ensure_trigger('governance.certification_consequence', 'certification_consequence_check',
		'BEFORE INSERT OR UPDATE ON governance.certification_consequence FOR EACH ROW EXECUTE FUNCTION governance.certification_consequence_known()');

	RETURN QUERY SELECT governance.ensure_trigger('governance.certification', 'certification_guard',
		'BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON governance.certification FOR EACH STATEMENT EXECUTE FUNCTION governance.certification_guard()');

	RETURN QUERY SELECT governance.create_certification_views();

	IF NOT EXISTS (SELECT FROM governance.qualification_kind) THEN
		RETURN NEXT format('loaded %s rows of the taxonomy', governance.load_taxonomy());
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_certification_tables() IS
	'part of create_ledger(): the tables, triggers and views of certification, and the shipped taxonomy when there is none';
