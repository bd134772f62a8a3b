-- ---------------------------------------------------------------------------
-- ledger: the tables.  The extension owns none of them: they are ordinary
-- tables of whoever calls create_ledger(), so that they dump, restore,
-- replicate and partition like any other.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.create_ledger_tables() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
BEGIN
	IF to_regclass('governance.entry_seq') IS NULL THEN
		CREATE SEQUENCE governance.entry_seq AS bigint CACHE 32;
		COMMENT ON SEQUENCE governance.entry_seq IS
			'ids of violations, activities, revisions and appeals: one sequence, so that ids of an account never tie';
		RETURN NEXT 'created sequence governance.entry_seq';
	END IF;
	IF to_regclass('governance.sanction_seq') IS NULL THEN
		CREATE SEQUENCE governance.sanction_seq AS bigint CACHE 32;
		COMMENT ON SEQUENCE governance.sanction_seq IS 'ids of sanctions';
		RETURN NEXT 'created sequence governance.sanction_seq';
	END IF;
	IF to_regclass('governance.account_seq') IS NULL THEN
		CREATE SEQUENCE governance.account_seq AS bigint;
		COMMENT ON SEQUENCE governance.account_seq IS 'ids of accounts that are registered without one';
		RETURN NEXT 'created sequence governance.account_seq';
	END IF;

	IF to_regclass('governance.account') IS NULL THEN
		CREATE TABLE governance.account (
			account_id	bigint NOT NULL DEFAULT nextval('governance.account_seq'),
			external_id	text,
			kind		text NOT NULL DEFAULT 'personal',
			subject		text,
			opened_at	timestamptz NOT NULL DEFAULT now(),
			CONSTRAINT account_pkey PRIMARY KEY (account_id),
			CONSTRAINT account_external_id_key UNIQUE (external_id)
		);
		COMMENT ON TABLE governance.account IS 'everyone whose conduct is governed';
		COMMENT ON COLUMN governance.account.account_id IS 'the platform''s own id where it is an integer';
		COMMENT ON COLUMN governance.account.external_id IS 'the platform''s own id where it is not an integer';
		COMMENT ON COLUMN governance.account.kind IS 'personal, public, institution, ...: free for the platform to use';
		COMMENT ON COLUMN governance.account.subject IS 'the legal person behind the account, when it is known';
		COMMENT ON COLUMN governance.account.opened_at IS 'when the account was opened; anniversaries may count from here';
		RETURN NEXT 'created table governance.account';
	END IF;

	IF to_regclass('governance.account_link') IS NULL THEN
		CREATE TABLE governance.account_link (
			account_id	bigint NOT NULL,
			link_id		bigint NOT NULL DEFAULT nextval('governance.entry_seq'),
			other_id	bigint NOT NULL,
			kind		text NOT NULL,
			confidence	numeric NOT NULL,
			during		tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
			evidence	jsonb,
			decided_by	text NOT NULL DEFAULT current_user,
			CONSTRAINT account_link_pkey PRIMARY KEY (account_id, link_id),
			CONSTRAINT account_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
			CONSTRAINT account_link_other_id_fkey FOREIGN KEY (other_id) REFERENCES governance.account,
			CONSTRAINT account_link_other_check CHECK (other_id <> account_id),
			CONSTRAINT account_link_confidence_check CHECK (confidence > 0 AND confidence <= 1),
			CONSTRAINT account_link_kind_check CHECK (kind <> ''),
			CONSTRAINT account_link_overlap_excl EXCLUDE USING gist (account_id WITH =, other_id WITH =, kind WITH =, during WITH &&)
		);
		CREATE INDEX account_link_other_id_idx ON governance.account_link (other_id);
		COMMENT ON TABLE governance.account_link IS 'which accounts belong together: the one inherits what policies hand on of the other''s sanctions';
		COMMENT ON COLUMN governance.account_link.account_id IS 'who inherits';
		COMMENT ON COLUMN governance.account_link.link_id IS 'identifies the link';
		COMMENT ON COLUMN governance.account_link.other_id IS 'from whom';
		COMMENT ON COLUMN governance.account_link.kind IS 'what links them, as policies name it: same_subject, same_device, ...';
		COMMENT ON COLUMN governance.account_link.confidence IS 'how sure that is, more than 0 and at most 1';
		COMMENT ON COLUMN governance.account_link.during IS 'from when until when they are linked; by default from now on';
		COMMENT ON COLUMN governance.account_link.evidence IS 'what it rests on';
		COMMENT ON COLUMN governance.account_link.decided_by IS 'who said so';
		RETURN NEXT 'created table governance.account_link';
	END IF;

	IF to_regclass('governance.exemption') IS NULL THEN
		CREATE TABLE governance.exemption (
			account_id		bigint NOT NULL,
			exemption_id	bigint NOT NULL DEFAULT nextval('governance.entry_seq'),
			other_id		bigint NOT NULL,
			sanction_id		bigint NOT NULL,
			exempt			boolean NOT NULL DEFAULT true,
			reason			text NOT NULL,
			decided_at		timestamptz NOT NULL DEFAULT now(),
			decided_by		text NOT NULL DEFAULT current_user,
			CONSTRAINT exemption_pkey PRIMARY KEY (account_id, exemption_id),
			CONSTRAINT exemption_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
			CONSTRAINT exemption_other_id_fkey FOREIGN KEY (other_id) REFERENCES governance.account,
			CONSTRAINT exemption_other_check CHECK (other_id <> account_id),
			CONSTRAINT exemption_reason_check CHECK (btrim(reason) <> '')
		);
		COMMENT ON TABLE governance.exemption IS 'accounts that do not inherit one sanction of a linked account; append-only: the last row counts';
		COMMENT ON COLUMN governance.exemption.account_id IS 'who is exempt';
		COMMENT ON COLUMN governance.exemption.exemption_id IS 'identifies the decision';
		COMMENT ON COLUMN governance.exemption.other_id IS 'whose sanction it is';
		COMMENT ON COLUMN governance.exemption.sanction_id IS 'which sanction';
		COMMENT ON COLUMN governance.exemption.exempt IS 'true: exempt from it; false: no longer';
		COMMENT ON COLUMN governance.exemption.reason IS 'why';
		COMMENT ON COLUMN governance.exemption.decided_at IS 'from when on';
		COMMENT ON COLUMN governance.exemption.decided_by IS 'who decided';
		RETURN NEXT 'created table governance.exemption';
	END IF;

	IF to_regclass('governance.attribute') IS NULL THEN
		CREATE TABLE governance.attribute (
			account_id	bigint NOT NULL,
			name		text NOT NULL,
			value		text,
			during		tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
			CONSTRAINT attribute_pkey PRIMARY KEY (account_id, name, during),
			CONSTRAINT attribute_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
			CONSTRAINT attribute_during_check CHECK (NOT isempty(during)),
			CONSTRAINT attribute_excl EXCLUDE USING gist (account_id WITH =, name WITH =, during WITH &&)
		);
		COMMENT ON TABLE governance.attribute IS 'facts about an account that policies may look at, each with the time during which it holds';
		COMMENT ON COLUMN governance.attribute.account_id IS 'whose fact it is';
		COMMENT ON COLUMN governance.attribute.name IS 'followers, peak_viewers, professional_anchor, ...: the name that policies use';
		COMMENT ON COLUMN governance.attribute.value IS 'as text: a number, true or false, a word, a date';
		COMMENT ON COLUMN governance.attribute.during IS 'from when until when it holds; by default from now on';
		RETURN NEXT 'created table governance.attribute';
	END IF;

	IF to_regclass('governance.campaign') IS NULL THEN
		CREATE TABLE governance.campaign (
			campaign	text NOT NULL,
			title		text,
			during		tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
			note		text,
			CONSTRAINT campaign_pkey PRIMARY KEY (campaign),
			CONSTRAINT campaign_during_check CHECK (NOT isempty(during))
		);
		COMMENT ON TABLE governance.campaign IS 'dedicated campaigns in which violations are looked for';
		COMMENT ON COLUMN governance.campaign.campaign IS 'short name, as in violation.campaign';
		COMMENT ON COLUMN governance.campaign.title IS 'for people';
		COMMENT ON COLUMN governance.campaign.during IS 'from when until when it runs';
		COMMENT ON COLUMN governance.campaign.note IS 'what it looks for';
		RETURN NEXT 'created table governance.campaign';
	END IF;

	IF to_regclass('governance.violation') IS NULL THEN
		CREATE TABLE governance.violation (
			account_id		bigint NOT NULL,
			violation_id	bigint NOT NULL DEFAULT nextval('governance.entry_seq'),
			scheme			text NOT NULL,
			rule			text NOT NULL,
			points			numeric,
			occurred_at		timestamptz NOT NULL DEFAULT now(),
			decided_at		timestamptz NOT NULL DEFAULT now(),
			source			text NOT NULL DEFAULT 'report',
			campaign		text,
			incident		text,
			content_ref		text,
			surcharge		numeric,
			sanction_length	interval,
			decided_by		text NOT NULL DEFAULT current_user,
			evidence		jsonb,
			held			boolean NOT NULL DEFAULT false,
			linked_account_id	bigint,
			linked_violation_id	bigint,
			link_id			bigint,
			CONSTRAINT violation_pkey PRIMARY KEY (account_id, violation_id),
			CONSTRAINT violation_points_check CHECK (points >= 0),
			CONSTRAINT violation_surcharge_check CHECK (surcharge >= 0),
			CONSTRAINT violation_source_check CHECK (source IN ('report', 'patrol', 'model', 'campaign', 'system')),
			CONSTRAINT violation_campaign_check CHECK (source <> 'campaign' OR campaign IS NOT NULL),
			CONSTRAINT violation_occurred_at_check CHECK (isfinite(occurred_at)),
			CONSTRAINT violation_decided_at_check CHECK (isfinite(decided_at))
		);
		CREATE INDEX violation_violation_id_idx ON governance.violation (violation_id);
		CREATE INDEX violation_linked_idx ON governance.violation (linked_account_id, linked_violation_id)
			WHERE linked_account_id IS NOT NULL;
		CREATE INDEX violation_decided_at_idx ON governance.violation USING brin (decided_at);
		COMMENT ON TABLE governance.violation IS 'the ledger: every violation that was decided; append-only';
		COMMENT ON COLUMN governance.violation.account_id IS 'who; the account must exist (governance.standing, which has the foreign key, gets its row in the same statement)';
		COMMENT ON COLUMN governance.violation.violation_id IS 'identifies the violation; ties in time break by it';
		COMMENT ON COLUMN governance.violation.scheme IS 'under which scheme';
		COMMENT ON COLUMN governance.violation.rule IS 'code of the rule that was broken, in the version in force when it occurred';
		COMMENT ON COLUMN governance.violation.points IS 'the moderator''s choice inside the rule''s range; null: the rule''s own price';
		COMMENT ON COLUMN governance.violation.occurred_at IS 'when it happened';
		COMMENT ON COLUMN governance.violation.decided_at IS 'when it was decided, and so known; give it together with occurred_at when history is loaded';
		COMMENT ON COLUMN governance.violation.source IS 'how it was found: report, patrol, model, campaign, system';
		COMMENT ON COLUMN governance.violation.campaign IS 'the campaign that found it';
		COMMENT ON COLUMN governance.violation.incident IS 'violations of one incident share this';
		COMMENT ON COLUMN governance.violation.content_ref IS 'the content in question';
		COMMENT ON COLUMN governance.violation.surcharge IS 'the moderator''s choice inside a surcharge''s range; null: the policy''s own';
		COMMENT ON COLUMN governance.violation.sanction_length IS 'the moderator''s choice where a rung leaves the length open';
		COMMENT ON COLUMN governance.violation.decided_by IS 'who decided';
		COMMENT ON COLUMN governance.violation.evidence IS 'what it rests on';
		COMMENT ON COLUMN governance.violation.held IS 'a brake was on: it counts, and the sanctions that it brings are not enforced';
		COMMENT ON COLUMN governance.violation.linked_account_id IS 'of a copy: whose violation it was; written by the ledger only';
		COMMENT ON COLUMN governance.violation.linked_violation_id IS 'of a copy: the violation that it was copied from';
		COMMENT ON COLUMN governance.violation.link_id IS 'of a copy: the link along which it was copied';
		RETURN NEXT 'created table governance.violation';
	ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('governance.violation') AND attname = 'held') THEN
		-- Version 0.1.0 had no brake.
		ALTER TABLE governance.violation ADD COLUMN held boolean NOT NULL DEFAULT false;
		COMMENT ON COLUMN governance.violation.held IS 'a brake was on: it counts, and the sanctions that it brings are not enforced';
		RETURN NEXT 'brought table governance.violation up to date';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'governance.violation'::regclass AND attname = 'linked_account_id') THEN
		ALTER TABLE governance.violation
			ADD COLUMN linked_account_id bigint,
			ADD COLUMN linked_violation_id bigint,
			ADD COLUMN link_id bigint;
		CREATE INDEX violation_linked_idx ON governance.violation (linked_account_id, linked_violation_id)
			WHERE linked_account_id IS NOT NULL;
		COMMENT ON COLUMN governance.violation.linked_account_id IS 'of a copy: whose violation it was; written by the ledger only';
		COMMENT ON COLUMN governance.violation.linked_violation_id IS 'of a copy: the violation that it was copied from';
		COMMENT ON COLUMN governance.violation.link_id IS 'of a copy: the link along which it was copied';
		RETURN NEXT 'added the columns of copies to governance.violation';
	END IF;

	IF to_regclass('governance.activity') IS NULL THEN
		CREATE TABLE governance.activity (
			account_id		bigint NOT NULL,
			activity_id		bigint NOT NULL DEFAULT nextval('governance.entry_seq'),
			kind			text NOT NULL,
			occurred_at		timestamptz NOT NULL DEFAULT now(),
			quantity		numeric NOT NULL DEFAULT 1,
			violation_id	bigint,
			recorded_by		text NOT NULL DEFAULT current_user,
			evidence		jsonb,
			CONSTRAINT activity_pkey PRIMARY KEY (account_id, activity_id),
			CONSTRAINT activity_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
			CONSTRAINT activity_occurred_at_check CHECK (isfinite(occurred_at))
		);
		COMMENT ON TABLE governance.activity IS 'everything other than violations that policies listen to; append-only';
		COMMENT ON COLUMN governance.activity.account_id IS 'who';
		COMMENT ON COLUMN governance.activity.activity_id IS 'identifies the activity; ties in time break by it';
		COMMENT ON COLUMN governance.activity.kind IS 'course, exam, fine_paid, active_day, match, ...: the name that policies use';
		COMMENT ON COLUMN governance.activity.occurred_at IS 'when it happened';
		COMMENT ON COLUMN governance.activity.quantity IS 'how much of it: a mark, an amount, a number';
		COMMENT ON COLUMN governance.activity.violation_id IS 'the violation that it concerns, as a fine that is paid does';
		COMMENT ON COLUMN governance.activity.recorded_by IS 'who wrote it down';
		COMMENT ON COLUMN governance.activity.evidence IS 'what it rests on';
		RETURN NEXT 'created table governance.activity';
	END IF;

	IF to_regclass('governance.revision') IS NULL THEN
		CREATE TABLE governance.revision (
			account_id		bigint NOT NULL,
			revision_id		bigint NOT NULL DEFAULT nextval('governance.entry_seq'),
			violation_id	bigint,
			action			text NOT NULL,
			points			numeric,
			sanction_id		bigint,
			scheme			text,
			rung			text,
			since			timestamptz,
			reason			text NOT NULL,
			decided_at		timestamptz NOT NULL DEFAULT now(),
			decided_by		text NOT NULL DEFAULT current_user,
			linked_revision_id	bigint,
			CONSTRAINT revision_pkey PRIMARY KEY (account_id, revision_id),
			CONSTRAINT revision_violation_fkey FOREIGN KEY (account_id, violation_id) REFERENCES governance.violation,
			CONSTRAINT revision_action_check CHECK (action IN ('overturn', 'change', 'reinstate', 'release', 'opening')),
			CONSTRAINT revision_violation_check CHECK (violation_id IS NOT NULL OR action IN ('release', 'opening')),
			CONSTRAINT revision_opening_check CHECK (action <> 'opening' OR violation_id IS NULL AND scheme IS NOT NULL),
			CONSTRAINT revision_sanction_check CHECK (num_nulls(sanction_id, scheme, rung, since) = CASE action WHEN 'release' THEN 0 WHEN 'opening' THEN 3 ELSE 4 END),
			CONSTRAINT revision_points_check CHECK ((action IN ('change', 'opening')) = (points IS NOT NULL) AND points >= 0),
			CONSTRAINT revision_decided_at_check CHECK (isfinite(decided_at))
		);
		CREATE INDEX revision_violation_id_idx ON governance.revision (account_id, violation_id);
		CREATE INDEX revision_linked_idx ON governance.revision (linked_revision_id) WHERE linked_revision_id IS NOT NULL;
		COMMENT ON TABLE governance.revision IS 'decisions that were overturned, changed or reinstated, sanctions that were lifted, and balances with which accounts came; append-only';
		COMMENT ON COLUMN governance.revision.account_id IS 'whose violation or sanction it was';
		COMMENT ON COLUMN governance.revision.revision_id IS 'identifies the revision; the last one counts';
		COMMENT ON COLUMN governance.revision.violation_id IS 'the violation that is revised; of a release: what caused the sanction, null: time or a changed fact did';
		COMMENT ON COLUMN governance.revision.action IS 'overturn: it never was; change: it costs points instead; reinstate: it counts again; release: a sanction is lifted; opening: what a score was when what led to it is not known';
		COMMENT ON COLUMN governance.revision.points IS 'what it costs after a change; of an opening balance: the score';
		COMMENT ON COLUMN governance.revision.sanction_id IS 'of a release: the sanction that is lifted';
		COMMENT ON COLUMN governance.revision.scheme IS 'of an opening balance: whose score it is; of a release: the scheme of the sanction; with rung, since and violation_id it tells a replay which one it is';
		COMMENT ON COLUMN governance.revision.rung IS 'of a release: the rung of the sanction';
		COMMENT ON COLUMN governance.revision.since IS 'of a release: when the sanction started; infinity: it waited for another one';
		COMMENT ON COLUMN governance.revision.reason IS 'why';
		COMMENT ON COLUMN governance.revision.decided_at IS 'when, and so known';
		COMMENT ON COLUMN governance.revision.decided_by IS 'who';
		COMMENT ON COLUMN governance.revision.linked_revision_id IS 'of a copy: the revision of its original that it followed; written by the ledger only';
		RETURN NEXT 'created table governance.revision';
	ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('governance.revision') AND attname = 'sanction_id') THEN
		-- Version 0.1.0 knew no release().
		ALTER TABLE governance.revision
			ALTER COLUMN violation_id DROP NOT NULL,
			ADD COLUMN sanction_id bigint,
			ADD COLUMN scheme text,
			ADD COLUMN rung text,
			ADD COLUMN since timestamptz,
			DROP CONSTRAINT revision_action_check,
			DROP CONSTRAINT revision_points_check,
			ADD CONSTRAINT revision_points_check CHECK ((action IN ('change', 'opening')) = (points IS NOT NULL) AND points >= 0),
			ADD CONSTRAINT revision_opening_check CHECK (action <> 'opening' OR violation_id IS NULL AND scheme IS NOT NULL),
			ADD CONSTRAINT revision_action_check CHECK (action IN ('overturn', 'change', 'reinstate', 'release', 'opening')),
			ADD CONSTRAINT revision_violation_check CHECK (violation_id IS NOT NULL OR action IN ('release', 'opening')),
			ADD CONSTRAINT revision_sanction_check CHECK (num_nulls(sanction_id, scheme, rung, since) = CASE action WHEN 'release' THEN 0 WHEN 'opening' THEN 3 ELSE 4 END);
		COMMENT ON TABLE governance.revision IS 'decisions that were overturned, changed or reinstated, sanctions that were lifted, and balances with which accounts came; append-only';
		COMMENT ON COLUMN governance.revision.account_id IS 'whose violation or sanction it was';
		COMMENT ON COLUMN governance.revision.violation_id IS 'the violation that is revised; of a release: what caused the sanction, null: time or a changed fact did';
		COMMENT ON COLUMN governance.revision.action IS 'overturn: it never was; change: it costs points instead; reinstate: it counts again; release: a sanction is lifted; opening: what a score was when what led to it is not known';
		COMMENT ON COLUMN governance.revision.points IS 'what it costs after a change; of an opening balance: the score';
		COMMENT ON COLUMN governance.revision.sanction_id IS 'of a release: the sanction that is lifted';
		COMMENT ON COLUMN governance.revision.scheme IS 'of an opening balance: whose score it is; of a release: the scheme of the sanction; with rung, since and violation_id it tells a replay which one it is';
		COMMENT ON COLUMN governance.revision.rung IS 'of a release: the rung of the sanction';
		COMMENT ON COLUMN governance.revision.since IS 'of a release: when the sanction started; infinity: it waited for another one';
		COMMENT ON COLUMN governance.sanction.during IS 'from when until when, if nothing more happens; no upper end: until released, or for ever; from infinity: once another one has ended';
		RETURN NEXT 'brought table governance.revision up to date';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'governance.revision'::regclass AND attname = 'linked_revision_id') THEN
		ALTER TABLE governance.revision ADD COLUMN linked_revision_id bigint;
		CREATE INDEX revision_linked_idx ON governance.revision (linked_revision_id) WHERE linked_revision_id IS NOT NULL;
		COMMENT ON COLUMN governance.revision.linked_revision_id IS 'of a copy: the revision of its original that it followed; written by the ledger only';
		RETURN NEXT 'added column governance.revision.linked_revision_id';
	END IF;

	IF to_regclass('governance.appeal') IS NULL THEN
		CREATE TABLE governance.appeal (
			account_id		bigint NOT NULL,
			appeal_id		bigint NOT NULL DEFAULT nextval('governance.entry_seq'),
			violation_id	bigint NOT NULL,
			filed_at		timestamptz NOT NULL DEFAULT now(),
			grounds			text,
			deadline		timestamptz,
			decided_at		timestamptz,
			outcome			text,
			points			numeric,
			reason			text,
			decided_by		text,
			CONSTRAINT appeal_pkey PRIMARY KEY (account_id, appeal_id),
			CONSTRAINT appeal_violation_fkey FOREIGN KEY (account_id, violation_id) REFERENCES governance.violation,
			CONSTRAINT appeal_outcome_check CHECK (outcome IN ('upheld', 'overturned', 'changed')),
			CONSTRAINT appeal_decided_check CHECK ((decided_at IS NULL) = (outcome IS NULL)),
			CONSTRAINT appeal_points_check CHECK ((outcome = 'changed') = (points IS NOT NULL) OR outcome IS NULL AND points IS NULL),
			CONSTRAINT appeal_order_check CHECK (decided_at >= filed_at)
		);
		CREATE UNIQUE INDEX appeal_open_key ON governance.appeal (account_id, violation_id) WHERE decided_at IS NULL;
		CREATE INDEX appeal_violation_id_idx ON governance.appeal (account_id, violation_id);
		CREATE INDEX appeal_appeal_id_idx ON governance.appeal (appeal_id);
		COMMENT ON TABLE governance.appeal IS 'appeals against violations; one open at a time for each';
		COMMENT ON COLUMN governance.appeal.account_id IS 'who appeals; filled in from the violation';
		COMMENT ON COLUMN governance.appeal.appeal_id IS 'identifies the appeal';
		COMMENT ON COLUMN governance.appeal.violation_id IS 'the decision appealed against';
		COMMENT ON COLUMN governance.appeal.filed_at IS 'when';
		COMMENT ON COLUMN governance.appeal.grounds IS 'what the account says';
		COMMENT ON COLUMN governance.appeal.deadline IS 'by when it is to be decided';
		COMMENT ON COLUMN governance.appeal.decided_at IS 'when it was decided; null: open';
		COMMENT ON COLUMN governance.appeal.outcome IS 'upheld: the violation stays; overturned; changed';
		COMMENT ON COLUMN governance.appeal.points IS 'what the violation costs after a change';
		COMMENT ON COLUMN governance.appeal.reason IS 'why it was decided so';
		COMMENT ON COLUMN governance.appeal.decided_by IS 'who decided';
		RETURN NEXT 'created table governance.appeal';
	END IF;

	-- Appeals are decided by their number.
	IF to_regclass('governance.appeal_appeal_id_idx') IS NULL
		AND (SELECT c.relkind FROM pg_class c WHERE c.oid = to_regclass('governance.appeal')) IN ('r', 'p') THEN
		CREATE INDEX appeal_appeal_id_idx ON governance.appeal (appeal_id);
		RETURN NEXT 'created index governance.appeal_appeal_id_idx';
	END IF;

	IF to_regclass('governance.standing') IS NULL THEN
		CREATE TABLE governance.standing (
			account_id	bigint NOT NULL,
			scheme		text NOT NULL,
			score		governance.credit_score NOT NULL,
			tier		governance.sanction_tier NOT NULL,
			as_of		timestamptz NOT NULL,
			known_at	timestamptz NOT NULL,
			policy_id	bigint NOT NULL,
			state		bytea NOT NULL,
			recent		bytea,
			settled		bytea,
			settling	bytea,
			CONSTRAINT standing_pkey PRIMARY KEY (account_id, scheme),
			CONSTRAINT standing_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account
		) WITH (fillfactor = 60);
		COMMENT ON TABLE governance.standing IS 'derived: how each account stands under each scheme as of its last entry; score() and tier() move it to any instant';
		COMMENT ON COLUMN governance.standing.account_id IS 'who';
		COMMENT ON COLUMN governance.standing.scheme IS 'under which scheme';
		COMMENT ON COLUMN governance.standing.score IS 'the score at as_of';
		COMMENT ON COLUMN governance.standing.tier IS 'the strictest sanction in force at the later of as_of and known_at';
		COMMENT ON COLUMN governance.standing.as_of IS 'everything up to this instant has been taken into account';
		COMMENT ON COLUMN governance.standing.known_at IS 'the latest decision that has been taken into account';
		COMMENT ON COLUMN governance.standing.policy_id IS 'the version of the scheme''s policy that it stands under';
		COMMENT ON COLUMN governance.standing.state IS 'what the engine needs to go on from here';
		COMMENT ON COLUMN governance.standing.recent IS 'the state a few entries back and these entries, once one has come late';
		COMMENT ON COLUMN governance.standing.settled IS 'most of what the state of an account with many entries holds of them, written seldom';
		COMMENT ON COLUMN governance.standing.settling IS 'what is going to be part of settled next';
		ALTER TABLE governance.standing ALTER COLUMN settled SET STORAGE EXTERNAL, ALTER COLUMN settling SET STORAGE EXTERNAL;
		RETURN NEXT 'created table governance.standing';
	ELSE
		IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'governance.standing'::regclass AND attname = 'recent' AND NOT attisdropped) THEN
			ALTER TABLE governance.standing ADD COLUMN recent bytea;
			COMMENT ON COLUMN governance.standing.recent IS 'the state a few entries back and these entries, once one has come late';
			RETURN NEXT 'added column governance.standing.recent';
		END IF;
		IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'governance.standing'::regclass AND attname = 'settled' AND NOT attisdropped) THEN
			ALTER TABLE governance.standing ADD COLUMN settled bytea, ADD COLUMN settling bytea;
			ALTER TABLE governance.standing ALTER COLUMN settled SET STORAGE EXTERNAL, ALTER COLUMN settling SET STORAGE EXTERNAL;
			COMMENT ON COLUMN governance.standing.settled IS 'most of what the state of an account with many entries holds of them, written seldom';
			COMMENT ON COLUMN governance.standing.settling IS 'what is going to be part of settled next';
			RETURN NEXT 'added columns governance.standing.settled, governance.standing.settling';
		END IF;
	END IF;

	IF to_regclass('governance.sanction') IS NULL THEN
		CREATE TABLE governance.sanction (
			account_id		bigint NOT NULL,
			sanction_id		bigint NOT NULL DEFAULT nextval('governance.sanction_seq'),
			scheme			text NOT NULL,
			rung			text NOT NULL,
			tier			governance.sanction_tier NOT NULL,
			withholds		text[] NOT NULL,
			during			tstzrange NOT NULL,
			violation_id	bigint,
			policy_id		bigint NOT NULL,
			enforced		boolean NOT NULL DEFAULT true,
			terms			jsonb,
			recorded_at		timestamptz NOT NULL DEFAULT now(),
			released_at		timestamptz,
			release_reason	text,
			CONSTRAINT sanction_pkey PRIMARY KEY (account_id, sanction_id),
			CONSTRAINT sanction_release_check CHECK ((released_at IS NULL) = (release_reason IS NULL))
		) WITH (fillfactor = 80);
		CREATE INDEX sanction_sanction_id_idx ON governance.sanction (sanction_id);
		COMMENT ON TABLE governance.sanction IS 'derived: every sanction that ever followed; rows are never deleted';
		COMMENT ON COLUMN governance.sanction.account_id IS 'who';
		COMMENT ON COLUMN governance.sanction.sanction_id IS 'identifies the sanction';
		COMMENT ON COLUMN governance.sanction.scheme IS 'under which scheme';
		COMMENT ON COLUMN governance.sanction.rung IS 'the rung of the scheme''s ladder';
		COMMENT ON COLUMN governance.sanction.tier IS 'how severe';
		COMMENT ON COLUMN governance.sanction.withholds IS 'what the account may not do meanwhile';
		COMMENT ON COLUMN governance.sanction.during IS 'from when until when, if nothing more happens; no upper end: until released, or for ever; from infinity: once another one has ended';
		COMMENT ON COLUMN governance.sanction.violation_id IS 'the violation that caused it; null: time or a changed fact did';
		COMMENT ON COLUMN governance.sanction.policy_id IS 'the version of the policy that it follows from';
		COMMENT ON COLUMN governance.sanction.enforced IS 'false: computed in a trial period, or before the account''s turn in a rollout';
		COMMENT ON COLUMN governance.sanction.terms IS 'figures that the rung puts on it';
		COMMENT ON COLUMN governance.sanction.recorded_at IS 'when it was written down';
		COMMENT ON COLUMN governance.sanction.released_at IS 'when it was lifted before its time';
		COMMENT ON COLUMN governance.sanction.release_reason IS 'cleared, conditions, counted, replaced, elected, overturned, manual or policy';
		RETURN NEXT 'created table governance.sanction';
	END IF;

	-- The primary key serves as well: an account's sanctions are few.
	IF to_regclass('governance.sanction_scheme_idx') IS NOT NULL THEN
		DROP INDEX governance.sanction_scheme_idx;
		RETURN NEXT 'dropped index governance.sanction_scheme_idx';
	END IF;

	IF to_regclass('governance.restriction') IS NULL THEN
		CREATE TABLE governance.restriction (
			account_id	bigint NOT NULL,
			capability	text NOT NULL,
			scheme		text NOT NULL,
			since		timestamptz NOT NULL,
			until		timestamptz NOT NULL,
			sanction_id	bigint,
			CONSTRAINT restriction_pkey PRIMARY KEY (account_id, capability, scheme, since),
			CONSTRAINT restriction_order_check CHECK (since < until)
		) WITH (fillfactor = 80);
		COMMENT ON TABLE governance.restriction IS 'derived: what each account may not do, now and later if nothing more happens';
		COMMENT ON COLUMN governance.restriction.account_id IS 'who';
		COMMENT ON COLUMN governance.restriction.capability IS 'what it may not do';
		COMMENT ON COLUMN governance.restriction.scheme IS 'by which scheme; certification: by a certification';
		COMMENT ON COLUMN governance.restriction.since IS 'from when';
		COMMENT ON COLUMN governance.restriction.until IS 'until when; infinity: until released, or for ever';
		COMMENT ON COLUMN governance.restriction.sanction_id IS 'the sanction that withholds it the longest';
		RETURN NEXT 'created table governance.restriction';
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_ledger_tables() IS
	'part of create_ledger(): the tables of accounts, entries and what is derived from them';

CREATE FUNCTION governance.ensure_trigger(relation regclass, name text, definition text) RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $ensure$
DECLARE
	target	regclass;
	home	text := format(' ON %s ', relation);
	command	text;
	existing	record;
BEGIN
	IF strpos(definition, home) = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = governance.message('trigger "%s" is not on %s: %s', name, relation, definition);
	END IF;
	-- Of a partitioned table each partition gets one of its own: a trigger for
	-- each statement fires on the table that the statement names, and those for
	-- each row are there already.
	FOR target IN
		SELECT relation
		UNION ALL SELECT t.relid FROM pg_partition_tree(relation) t WHERE t.level > 0
	LOOP
		command := format('CREATE TRIGGER %I %s', name, replace(definition, home, format(' ON %s ', target)));
		SELECT t.tgenabled, t.tgparentid, pg_get_triggerdef(t.oid) AS command INTO existing
			FROM pg_trigger t WHERE t.tgrelid = target AND t.tgname = name;
		IF NOT FOUND THEN
			EXECUTE command;
			RETURN NEXT format('created trigger %s on %s', name, target);
		ELSIF existing.command <> command AND existing.tgparentid = 0 THEN
			-- Of an earlier version, or only printed in another way.
			EXECUTE format('CREATE TRIGGER governance_ensured %s', replace(definition, home, format(' ON %s ', target)));
			IF (SELECT replace(pg_get_triggerdef(t.oid), 'TRIGGER governance_ensured', format('TRIGGER %I', name))
				FROM pg_trigger t WHERE t.tgrelid = target AND t.tgname = 'governance_ensured') = existing.command THEN
				EXECUTE format('DROP TRIGGER governance_ensured ON %s', target);
			ELSE
				EXECUTE format('DROP TRIGGER %I ON %s', name, target);
				EXECUTE format('ALTER TRIGGER governance_ensured ON %s RENAME TO %I', target, name);
				-- One that was disabled stays so.
				IF existing.tgenabled <> 'O' THEN
					EXECUTE format('ALTER TABLE %s %s TRIGGER %I', target,
						CASE existing.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END, name);
				END IF;
				RETURN NEXT format('brought trigger %s on %s up to date', name, target);
			END IF;
		END IF;
	END LOOP;
END
$ensure$;
COMMENT ON FUNCTION governance.ensure_trigger(regclass, text, text) IS
	'part of create_ledger(): creates a trigger unless it is there as it should be, on a table and on each of its partitions; definition is what follows its name, as the server prints it';
REVOKE ALL ON FUNCTION governance.ensure_trigger(regclass, text, text) FROM PUBLIC;

CREATE FUNCTION governance.create_ledger_triggers() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
DECLARE
	named	record;
BEGIN
	RETURN QUERY SELECT governance.ensure_trigger('governance.violation', 'violation_apply',
		'AFTER INSERT ON governance.violation REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.violation_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.activity', 'activity_apply',
		'AFTER INSERT ON governance.activity REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.activity_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.account', 'account_apply',
		'AFTER UPDATE ON governance.account REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.account_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.attribute', 'attribute_insert_apply',
		'AFTER INSERT ON governance.attribute REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.attribute_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.attribute', 'attribute_update_apply',
		'AFTER UPDATE ON governance.attribute REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.attribute_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.attribute', 'attribute_delete_apply',
		'AFTER DELETE ON governance.attribute REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.attribute_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.attribute', 'attribute_truncate_guard',
		format('BEFORE TRUNCATE ON governance.attribute FOR EACH STATEMENT EXECUTE FUNCTION governance.refuse_rewrite(%L, %L)',
			   /* message */ 'Delete the rows instead.', /* message */ 'Standings would not follow.'));
	RETURN QUERY SELECT governance.ensure_trigger('governance.revision', 'revision_apply',
		'AFTER INSERT ON governance.revision REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.revision_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.revision', 'revision_settle',
		'AFTER INSERT ON governance.revision REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.pass_rows(''settle_appeals'')');
	RETURN QUERY SELECT governance.ensure_trigger('governance.policy', 'policy_insert_apply',
		'AFTER INSERT ON governance.policy REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.policy', 'policy_update_apply',
		'AFTER UPDATE ON governance.policy REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.holiday', 'holiday_insert_apply',
		'AFTER INSERT ON governance.holiday REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.holiday_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.holiday', 'holiday_update_apply',
		'AFTER UPDATE ON governance.holiday REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.holiday_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.holiday', 'holiday_delete_apply',
		'AFTER DELETE ON governance.holiday REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.holiday_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.holiday', 'holiday_truncate_guard',
		format('BEFORE TRUNCATE ON governance.holiday FOR EACH STATEMENT EXECUTE FUNCTION governance.refuse_rewrite(%L, %L)',
			   /* message */ 'Delete the rows instead.', /* message */ 'Standings would not follow.'));

	-- What rows name without a foreign key, which would lock it at each entry.
	FOR named IN
		SELECT * FROM (VALUES
			('campaign', 'campaign', '{campaign,violation,campaign,proposal,campaign}'::text[]),
			('scheme', 'scheme', '{scheme,certification_consequence,scheme,proposal,scheme}'),
			('activity_kind', 'kind', '{kind,activity,kind}'),
			('capability', 'capability',
				'{capability,policy_rung,withholds,policy,$.links[*].withhold[*] ? (@ == $capability),policy,$.capabilities[*] ? (@ == $capability),policy,$.capabilities.keyvalue().key ? (@ == $capability)}'),
			('account_link', 'link', '{"account_id,link_id",violation,"account_id,link_id"}')
		) AS v(relation, name, arguments)
	LOOP
		RETURN QUERY SELECT governance.ensure_trigger(format('governance.%I', named.relation)::regclass, named.name || '_' || a.suffix,
				format('AFTER %s ON governance.%I FOR EACH %s EXECUTE FUNCTION governance.name_guard(%s)', a.event, named.relation, a.level,
					   (SELECT string_agg(quote_literal(u.argument), ', ' ORDER BY u.n) FROM unnest(named.arguments) WITH ORDINALITY u (argument, n))))
			FROM (VALUES ('named', 'DELETE OR UPDATE', 'ROW'), ('named_truncate', 'TRUNCATE', 'STATEMENT')) AS a(suffix, event, level);
	END LOOP;
	RETURN QUERY SELECT governance.ensure_trigger('governance.appeal', 'appeal_file',
		'BEFORE INSERT ON governance.appeal FOR EACH ROW EXECUTE FUNCTION governance.appeal_file()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.appeal', 'appeal_decide',
		'AFTER INSERT ON governance.appeal REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.pass_rows(''decide_appeals'')');
	RETURN QUERY SELECT governance.ensure_trigger('governance.appeal', 'appeal_update_decide',
		'AFTER UPDATE ON governance.appeal REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION governance.pass_rows(''decide_appeals'')');
	RETURN QUERY SELECT governance.ensure_trigger('governance.appeal', 'appeal_guard',
		'AFTER INSERT OR UPDATE ON governance.appeal FOR EACH ROW EXECUTE FUNCTION governance.appeal_guard()');

	RETURN QUERY SELECT governance.ensure_trigger('governance.account_link', 'link_guard',
		'BEFORE INSERT OR UPDATE ON governance.account_link FOR EACH ROW EXECUTE FUNCTION governance.link_guard()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.account_link', 'link_apply',
		'AFTER INSERT OR DELETE OR UPDATE ON governance.account_link FOR EACH ROW EXECUTE FUNCTION governance.link_apply()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.exemption', 'exemption_guard',
		'BEFORE INSERT ON governance.exemption FOR EACH ROW EXECUTE FUNCTION governance.exemption_guard()');
	RETURN QUERY SELECT governance.ensure_trigger('governance.exemption', 'exemption_apply',
		'AFTER INSERT ON governance.exemption FOR EACH ROW EXECUTE FUNCTION governance.exemption_apply()');
END
$create$;
COMMENT ON FUNCTION governance.create_ledger_triggers() IS
	'part of create_ledger(): the triggers on the ledger''s tables';

CREATE FUNCTION governance.create_guards() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
DECLARE
	guard	record;
	action	text;
BEGIN
	FOR guard IN
		SELECT to_regclass('governance.' || v.relation) AS relid, v.* FROM (VALUES
			('violation', '{UPDATE,DELETE,TRUNCATE}'::text[], /* message */ 'Use governance.overturn() or governance.change() to revise a decision.', NULL),
			('activity', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Record a further activity that makes up for it.', NULL),
			('revision', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Insert a further revision: the last one counts.', NULL),
			('exemption', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'End it with governance.end_exemption(), or exempt the account again: the last row counts.', NULL),
			('sanction', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Sanctions follow from violations: overturn or change the violation behind it, or lift the sanction with governance.release().', NULL),
			('certification_step', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Take a further step: it says why.', NULL),
			('face_check', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'Record a further check: the last one counts.', NULL),
			('account_binding', '{DELETE,TRUNCATE}', /* message */ 'End the binding with governance.unbind_account().', NULL),
			('statement', '{DELETE,TRUNCATE}', /* message */ 'A statement is filed once and never amended.', NULL),
			('proposal', '{DELETE,TRUNCATE}', /* message */ 'Turn it down with governance.reject().', NULL),
			('audit', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'It stays as it was written.', /* message */ 'The audit is append-only.'),
			('audit_chain', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'It stays as it was written.', /* message */ 'The audit is append-only.'),
			('seal', '{UPDATE,DELETE,TRUNCATE}', /* message */ 'It stays as it was written.', /* message */ 'Seals are append-only.')
		) AS v(relation, actions, hint, detail)
	LOOP
		CONTINUE WHEN guard.relid IS NULL;
		FOREACH action IN ARRAY guard.actions LOOP
			RETURN QUERY SELECT governance.ensure_trigger(guard.relid, 'append_only_' || lower(action),
				format('BEFORE %s ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.refuse_rewrite(%s)',
					   action, guard.relation, concat_ws(', ', quote_literal(guard.hint), quote_literal(guard.detail))));
		END LOOP;
	END LOOP;
END
$create$;
COMMENT ON FUNCTION governance.create_guards() IS
	'part of create_ledger(): the triggers that keep tables append-only, on those that there are';

CREATE FUNCTION governance.create_ledger() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning
AS $create$
DECLARE
	version	text := (SELECT extversion FROM pg_extension WHERE extname = 'governance');
	step	text;
	done	bigint := 0;
	earlier	boolean;
	lost	text;
BEGIN
	IF version <> governance.library_version() THEN
		RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = governance.message('extension governance is of version %s in this database, and its library of version %s', version, governance.library_version()),
			HINT = governance.message('Call ALTER EXTENSION governance UPDATE first.');
	END IF;

	-- Two sessions that create the same ledger take turns.
	PERFORM pg_advisory_xact_lock(hashtextextended('governance.create_ledger', 0));

	-- Before 0.3.0 some documents were judged otherwise, and nothing followed an
	-- account's opening.
	earlier := to_regclass('governance.standing') IS NOT NULL
		AND NOT EXISTS (SELECT FROM pg_trigger t
						WHERE t.tgrelid = to_regclass('governance.account') AND t.tgname = 'account_apply');

	IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist') THEN
		IF to_regnamespace('public') IS NOT NULL THEN
			CREATE EXTENSION btree_gist SCHEMA public;
		ELSE
			CREATE EXTENSION btree_gist SCHEMA governance;
		END IF;
		RETURN NEXT 'installed extension btree_gist';
		done := done + 1;
	END IF;

	-- What is entered in a ledger outlives the extension; columns of its types do not.
	SELECT string_agg(format('%s.%s', v.relation, v.field), ', ' ORDER BY v.n) INTO lost
		FROM (VALUES
			(1, 'policy_rung', 'tier'), (2, 'standing', 'score'), (3, 'standing', 'tier'), (4, 'sanction', 'tier'),
			(5, 'moderator_limit', 'max_tier'), (6, 'certification', 'qualification'), (7, 'certification_step', 'qualification'),
			(8, 'requirement', 'qualification'), (9, 'certification_withholding', 'qualification'),
			(10, 'certification_attribute', 'qualification'), (11, 'certification_consequence', 'qualification')
		) v(n, relation, field)
		WHERE to_regclass('governance.' || v.relation) IS NOT NULL
			AND NOT EXISTS (SELECT FROM pg_attribute a
							WHERE a.attrelid = to_regclass('governance.' || v.relation) AND a.attname = v.field AND NOT a.attisdropped);
	IF lost IS NOT NULL THEN
		RETURN QUERY SELECT governance.create_guards();
		IF to_regclass('governance.account_link') IS NOT NULL THEN
			RETURN QUERY SELECT governance.create_ledger_triggers();
		END IF;
		RAISE WARNING USING
			MESSAGE = governance.message('these tables are what DROP EXTENSION ... CASCADE left of a ledger: columns are gone'),
			DETAIL = governance.message('Gone are %s. Entries are guarded again, and nothing further is recorded.', lost),
			HINT = governance.message('Restore a dump, or let a new ledger follow from the entries: rename the schema, create the extension and the ledger anew, and copy. The page install.md shows it.');
		RETURN;
	END IF;

	FOR step IN
		SELECT governance.create_rulebook_tables()
		UNION ALL SELECT governance.create_ledger_tables()
		UNION ALL SELECT governance.create_ledger_triggers()
		UNION ALL SELECT governance.create_ledger_views()
		UNION ALL SELECT governance.create_certification_tables()
		UNION ALL SELECT governance.create_statement_tables()
		UNION ALL SELECT governance.create_event_tables()
		UNION ALL SELECT governance.create_report_views()
		UNION ALL SELECT governance.create_oversight_tables()
		UNION ALL SELECT governance.create_guards()
	LOOP
		RETURN NEXT step;
		done := done + 1;
	END LOOP;

	IF earlier THEN
		done := governance.rebuild();
		IF done > 0 THEN
			RETURN NEXT format('folded %s standings anew', done);
		END IF;
		done := 1;
	END IF;

	IF done = 0 THEN
		RETURN NEXT format('the ledger is complete for version %s; nothing to do',
						   version);
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_ledger() IS
	'creates the ledger''s tables, views and triggers in schema governance as objects of the caller, or brings them to this version; says what it did';

