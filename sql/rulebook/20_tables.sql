-- ---------------------------------------------------------------------------
-- rulebook: the tables.  As with the rest of the ledger the extension owns none
-- of them; create_ledger() calls create_rulebook_tables() first.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.invalidate_rulebook() RETURNS trigger
	LANGUAGE c VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_invalidate_rulebook';
COMMENT ON FUNCTION governance.invalidate_rulebook() IS
	'row trigger on the rulebook''s tables: every backend forgets which versions there are';

CREATE FUNCTION governance.policy_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
BEGIN
	IF TG_OP = 'TRUNCATE' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV203',
			MESSAGE = governance.message('cannot truncate table "%s"', TG_TABLE_NAME),
			DETAIL = governance.message('Standings and sanctions refer to the versions under which they came about.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = governance.message('Use governance.retire() to end a version; drafts can be deleted.');
	END IF;

	IF TG_OP = 'DELETE' THEN
		IF OLD.status <> 'draft' THEN
			RAISE EXCEPTION USING ERRCODE = 'GV203',
				MESSAGE = governance.message('cannot delete policy %s of scheme "%s", which is not a draft', OLD.policy_id, OLD.scheme),
				HINT = governance.message('Use governance.retire() to end a version.'),
				SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
		END IF;
		RETURN OLD;
	END IF;

	IF TG_OP = 'INSERT' THEN
		IF NEW.status = 'retired' THEN
			RAISE EXCEPTION USING ERRCODE = 'GV102',
				MESSAGE = governance.message('a new policy cannot be retired already'),
				SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'status',
				HINT = governance.message('Publish it with governance.publish(), and end it with governance.retire().');
		END IF;
		-- publish() has checked it; a restored one may be older than the checks.
		PERFORM governance.check_stored_policy(NEW.document);
		RETURN NEW;
	END IF;

	IF NEW.policy_id <> OLD.policy_id OR NEW.scheme <> OLD.scheme OR NEW.version <> OLD.version THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('cannot change what policy %s of scheme "%s" is called', OLD.policy_id, OLD.scheme),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = governance.message('Publish its document again, under the other name, for a version of its own.');
	END IF;
	IF NEW.document <> OLD.document THEN
		-- The rules and rungs that were stored with it would not fit any more.
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('cannot change the document of policy %s of scheme "%s"', OLD.policy_id, OLD.scheme),
			HINT = governance.message('Publish the new document with governance.publish(): it becomes a version of its own.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'document';
	END IF;
	IF OLD.status = 'draft' AND NEW.status IN ('draft', 'trial', 'active') THEN
		RETURN NEW;
	END IF;
	IF NEW.published_at IS DISTINCT FROM OLD.published_at OR NEW.published_by IS DISTINCT FROM OLD.published_by
		OR NEW.created_at <> OLD.created_at
	THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('cannot change who published policy %s of scheme "%s", and when', OLD.policy_id, OLD.scheme),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = governance.message('Only what is ahead of a version, and its note, can change.');
	END IF;
	IF NEW.status = 'draft'
		OR (OLD.status = 'active' AND NEW.status = 'trial')
		OR (OLD.status = 'retired' AND NEW.status <> 'retired')
	THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('policy %s of scheme "%s" is %s and cannot become %s', OLD.policy_id, OLD.scheme,
										 OLD.status, NEW.status),
			HINT = governance.message('Publish its document again for a new version.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'status';
	END IF;

	-- What was in force stays so: neither longer nor shorter than it was.
	IF OLD.status IN ('active', 'retired')
		AND NEW.in_force * tstzrange(NULL, now()) <> OLD.in_force * tstzrange(NULL, now())
	THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('cannot change when policy %s of scheme "%s" was in force', OLD.policy_id, OLD.scheme),
			DETAIL = governance.message('It was in force during %s; only what lies ahead can still change.', OLD.in_force),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = 'in_force',
			HINT = governance.message('Use governance.retire() to end a version now.');
	END IF;
	RETURN NEW;
END
$guard$;
COMMENT ON FUNCTION governance.policy_guard() IS
	'trigger on governance.policy: validates what is inserted and keeps what has been in force as it was';

CREATE FUNCTION governance.policy_part_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
BEGIN
	-- Only what goes together with its draft may go.
	IF TG_OP = 'DELETE' THEN
		IF NOT EXISTS (SELECT FROM governance.policy p WHERE p.policy_id = OLD.policy_id AND p.status <> 'draft') THEN
			RETURN OLD;
		END IF;
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'GV203',
		MESSAGE = CASE TG_OP WHEN 'UPDATE' THEN governance.message('cannot update table "%s"', TG_TABLE_NAME)
			WHEN 'DELETE' THEN governance.message('cannot delete from table "%s"', TG_TABLE_NAME)
			WHEN 'TRUNCATE' THEN governance.message('cannot truncate table "%s"', TG_TABLE_NAME)
			ELSE governance.message('cannot insert into table "%s"', TG_TABLE_NAME) END,
		DETAIL = governance.message('Its rows follow from the documents in governance.policy.'),
		HINT = governance.message('Use governance.publish() for a new version.'),
		SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
END
$guard$;
COMMENT ON FUNCTION governance.policy_part_guard() IS
	'trigger on what publish() stores of a document: it changes with the document only';

-- Left to PUBLIC, because whoever creates the ledger must be able to attach
-- them; on any other table they can only refuse or be of no effect.

CREATE FUNCTION governance.create_rulebook_tables() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
DECLARE
	relation	text;
BEGIN
	IF to_regclass('governance.policy_seq') IS NULL THEN
		CREATE SEQUENCE governance.policy_seq AS bigint;
		COMMENT ON SEQUENCE governance.policy_seq IS 'ids of policies';
		RETURN NEXT 'created sequence governance.policy_seq';
	END IF;

	IF to_regclass('governance.scheme') IS NULL THEN
		CREATE TABLE governance.scheme (
			scheme			text NOT NULL,
			title			text,
			titles			jsonb,
			direction		text NOT NULL,
			last_version	integer NOT NULL DEFAULT 0,
			created_at		timestamptz NOT NULL DEFAULT now(),
			CONSTRAINT scheme_pkey PRIMARY KEY (scheme),
			CONSTRAINT scheme_direction_check CHECK (direction IN ('deduct', 'accumulate'))
		);
		COMMENT ON TABLE governance.scheme IS 'the schemes: each is one score with rules of its own, independent of every other; filled by publish()';
		COMMENT ON COLUMN governance.scheme.scheme IS 'its name';
		COMMENT ON COLUMN governance.scheme.title IS 'for people: the title in the latest document';
		COMMENT ON COLUMN governance.scheme.titles IS 'the title in all its languages, when it has several';
		COMMENT ON COLUMN governance.scheme.direction IS 'deduct: points are taken from a full score; accumulate: they pile up';
		COMMENT ON COLUMN governance.scheme.last_version IS 'the highest version number given out';
		COMMENT ON COLUMN governance.scheme.created_at IS 'when the first document was stored';
		RETURN NEXT 'created table governance.scheme';
	END IF;

	IF to_regclass('governance.policy') IS NULL THEN
		CREATE TABLE governance.policy (
			policy_id		bigint NOT NULL DEFAULT nextval('governance.policy_seq'),
			scheme			text NOT NULL,
			version			integer NOT NULL,
			status			text NOT NULL DEFAULT 'draft',
			in_force		tstzrange,
			tried			tstzrange,
			document		jsonb NOT NULL,
			created_at		timestamptz NOT NULL DEFAULT now(),
			published_at	timestamptz,
			published_by	text,
			note			text,
			CONSTRAINT policy_pkey PRIMARY KEY (policy_id),
			CONSTRAINT policy_version_key UNIQUE (scheme, version),
			CONSTRAINT policy_scheme_fkey FOREIGN KEY (scheme) REFERENCES governance.scheme,
			CONSTRAINT policy_document_check CHECK (document ->> 'scheme' = scheme),
			CONSTRAINT policy_status_check CHECK (status IN ('draft', 'trial', 'active', 'retired')),
			CONSTRAINT policy_in_force_check CHECK (status = 'draft' OR in_force IS NOT NULL),
			CONSTRAINT policy_published_check CHECK (status = 'draft' OR published_at IS NOT NULL),
			CONSTRAINT policy_half_open_check CHECK (NOT upper_inc(in_force) AND
													 (lower_inc(in_force) OR lower_inf(in_force) OR isempty(in_force))),
			CONSTRAINT policy_in_force_excl EXCLUDE USING gist (scheme WITH =, in_force WITH &&)
				WHERE (status IN ('active', 'retired'))
		);
		COMMENT ON TABLE governance.policy IS 'versions of the schemes'' rules; a version that is not a draft never changes, it only ends';
		COMMENT ON COLUMN governance.policy.policy_id IS 'identifies the version';
		COMMENT ON COLUMN governance.policy.scheme IS 'whose rules they are';
		COMMENT ON COLUMN governance.policy.version IS 'counts from 1 in each scheme';
		COMMENT ON COLUMN governance.policy.status IS 'draft: only stored; trial: computed, not enforced; active: in force during in_force; retired: ended before its time';
		COMMENT ON COLUMN governance.policy.in_force IS 'from when until when it is (or was) in force; empty: it never was';
		COMMENT ON COLUMN governance.policy.tried IS 'when it was computed without being enforced, once that has ended';
		COMMENT ON COLUMN governance.policy.document IS 'the policy document, as it was published';
		COMMENT ON COLUMN governance.policy.created_at IS 'when it was stored';
		COMMENT ON COLUMN governance.policy.published_at IS 'when it left the state of a draft';
		COMMENT ON COLUMN governance.policy.published_by IS 'who published it';
		COMMENT ON COLUMN governance.policy.note IS 'why; free text that may be changed';
		RETURN NEXT 'created table governance.policy';
	END IF;

	IF to_regclass('governance.policy_rule') IS NULL THEN
		CREATE TABLE governance.policy_rule (
			policy_id		bigint NOT NULL,
			rule			text NOT NULL,
			position		integer NOT NULL,
			title			text NOT NULL,
			titles			jsonb,
			class			text,
			severity		text NOT NULL,
			min_points		numeric NOT NULL,
			max_points		numeric NOT NULL,
			usual_points	numeric NOT NULL,
			modifiers		text[] NOT NULL DEFAULT '{}',
			direct			text,
			tags			text[] NOT NULL DEFAULT '{}',
			note			text,
			source			text,
			ours			boolean NOT NULL DEFAULT false,
			statement		jsonb,
			words			text NOT NULL,
			search			tsvector GENERATED ALWAYS AS
				(to_tsvector('pg_catalog.simple', translate(words, '._-/:', '     '))) STORED,
			CONSTRAINT policy_rule_pkey PRIMARY KEY (policy_id, rule),
			CONSTRAINT policy_rule_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES governance.policy ON DELETE CASCADE,
			CONSTRAINT policy_rule_severity_check CHECK (severity IN ('minor', 'medium', 'severe', 'extreme')),
			CONSTRAINT policy_rule_points_check CHECK (0 <= min_points AND min_points <= usual_points AND usual_points <= max_points)
		);
		CREATE INDEX policy_rule_search_idx ON governance.policy_rule USING gin (search);
		COMMENT ON TABLE governance.policy_rule IS 'the rules of every version, one row each; follows from its document';
		COMMENT ON COLUMN governance.policy_rule.policy_id IS 'the version';
		COMMENT ON COLUMN governance.policy_rule.rule IS 'code of the rule, as in violation.rule';
		COMMENT ON COLUMN governance.policy_rule.position IS 'order by code';
		COMMENT ON COLUMN governance.policy_rule.title IS 'what is forbidden';
		COMMENT ON COLUMN governance.policy_rule.titles IS 'the title in all its languages, when it has several';
		COMMENT ON COLUMN governance.policy_rule.class IS 'the group of rules that it belongs to';
		COMMENT ON COLUMN governance.policy_rule.severity IS 'minor, medium, severe or extreme';
		COMMENT ON COLUMN governance.policy_rule.min_points IS 'the least that it costs before modifiers';
		COMMENT ON COLUMN governance.policy_rule.max_points IS 'the most that it costs before modifiers';
		COMMENT ON COLUMN governance.policy_rule.usual_points IS 'what it costs when the moderator chooses nothing';
		COMMENT ON COLUMN governance.policy_rule.modifiers IS 'what changes the price, in words, in order';
		COMMENT ON COLUMN governance.policy_rule.direct IS 'the rung that it opens at once, skipping the ladder';
		COMMENT ON COLUMN governance.policy_rule.tags IS 'its tags';
		COMMENT ON COLUMN governance.policy_rule.note IS 'a remark';
		COMMENT ON COLUMN governance.policy_rule.source IS 'where the figure comes from';
		COMMENT ON COLUMN governance.policy_rule.ours IS 'the figure is the document''s own and not a published one';
		COMMENT ON COLUMN governance.policy_rule.statement IS 'what a statement of reasons says of it: "dsa" of the document and of the rule together; null: there is to be none';
		COMMENT ON COLUMN governance.policy_rule.words IS 'all that a search looks at, in every language';
		COMMENT ON COLUMN governance.policy_rule.search IS 'the same as a text search vector';
		RETURN NEXT 'created table governance.policy_rule';
	ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('governance.policy_rule') AND attname = 'statement') THEN
		-- Version 0.1.0 knew no statements of reasons.
		ALTER TABLE governance.policy_rule ADD COLUMN statement jsonb;
		COMMENT ON COLUMN governance.policy_rule.statement IS 'what a statement of reasons says of it: "dsa" of the document and of the rule together; null: there is to be none';
		RETURN NEXT 'brought table governance.policy_rule up to date';
	END IF;

	IF to_regclass('governance.policy_rung') IS NULL THEN
		CREATE TABLE governance.policy_rung (
			policy_id		bigint NOT NULL,
			rung			text NOT NULL,
			position		integer NOT NULL,
			title			text,
			titles			jsonb,
			tier			governance.sanction_tier NOT NULL,
			mode			text NOT NULL,
			condition		text,
			withholds		text[] NOT NULL DEFAULT '{}',
			length			text,
			until			text,
			note			text,
			statement		jsonb,
			CONSTRAINT policy_rung_pkey PRIMARY KEY (policy_id, rung),
			CONSTRAINT policy_rung_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES governance.policy ON DELETE CASCADE,
			CONSTRAINT policy_rung_mode_check CHECK (mode IN ('while', 'crossing', 'multiple', 'direct'))
		);
		COMMENT ON TABLE governance.policy_rung IS 'the rungs of every version''s ladder, one row each; follows from its document';
		COMMENT ON COLUMN governance.policy_rung.policy_id IS 'the version';
		COMMENT ON COLUMN governance.policy_rung.rung IS 'its name, as in sanction.rung';
		COMMENT ON COLUMN governance.policy_rung.position IS 'order on the ladder: among equal tiers the later is heavier';
		COMMENT ON COLUMN governance.policy_rung.title IS 'for people';
		COMMENT ON COLUMN governance.policy_rung.titles IS 'the title in all its languages, when it has several';
		COMMENT ON COLUMN governance.policy_rung.tier IS 'how heavy it is';
		COMMENT ON COLUMN governance.policy_rung.mode IS 'while: holds as long as its condition; crossing: starts when it becomes true; multiple: starts at each further multiple; direct: opened by rules only';
		COMMENT ON COLUMN governance.policy_rung.condition IS 'the condition as written; null: direct';
		COMMENT ON COLUMN governance.policy_rung.withholds IS 'what the account may not do';
		COMMENT ON COLUMN governance.policy_rung.length IS 'how long, as written; null: as long as the condition holds, or until the conditions are met';
		COMMENT ON COLUMN governance.policy_rung.until IS 'the activities that must have been done before it ends';
		COMMENT ON COLUMN governance.policy_rung.note IS 'a remark';
		COMMENT ON COLUMN governance.policy_rung.statement IS 'what a statement of reasons says that it decides; null: there is to be none';
		RETURN NEXT 'created table governance.policy_rung';
	ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('governance.policy_rung') AND attname = 'statement') THEN
		-- Version 0.1.0 knew no statements of reasons.
		ALTER TABLE governance.policy_rung ADD COLUMN statement jsonb;
		COMMENT ON COLUMN governance.policy_rung.statement IS 'what a statement of reasons says that it decides; null: there is to be none';
		RETURN NEXT 'brought table governance.policy_rung up to date';
	END IF;

	IF to_regclass('governance.capability') IS NULL THEN
		CREATE TABLE governance.capability (
			capability	text NOT NULL,
			title		text,
			titles		jsonb,
			CONSTRAINT capability_pkey PRIMARY KEY (capability),
			CONSTRAINT capability_name_check CHECK (capability <> '' AND octet_length(capability) <= 63)
		);
		COMMENT ON TABLE governance.capability IS 'the vocabulary of what accounts can be kept from doing; publish() adds what documents withhold';
		COMMENT ON COLUMN governance.capability.capability IS 'its name, as in permits() and require_capability()';
		COMMENT ON COLUMN governance.capability.title IS 'for people';
		COMMENT ON COLUMN governance.capability.titles IS 'the title in all its languages, when it has several';
		INSERT INTO governance.capability (capability, title, titles)
			SELECT v.capability, v.en, jsonb_build_object('en', v.en, 'zh', v.zh)
			FROM (VALUES
				('account', 'use the account', '使用账号'),
				('be_listed', 'be shown in lists and search results', '被展示与搜索'),
				('certification', 'hold a certification', '认证'),
				('channel', 'keep the channel', '保留频道'),
				('comment', 'comment', '评论'),
				('full_recommendation', 'be recommended without limit', '正常推荐'),
				('gifts', 'receive gifts', '礼物收入'),
				('leaderboard', 'appear on leaderboards', '上榜'),
				('live', 'go live', '开播'),
				('live_without_study', 'go live without studying the rules first', '免学习开播'),
				('message', 'send messages', '私信'),
				('pk', 'PK with other rooms', '连麦PK'),
				('post', 'post', '发布作品'),
				('recommendation', 'be recommended', '获得推荐'),
				('room_list', 'appear in lists of live rooms', '直播间列表展示'),
				('sell', 'sell', '经营'),
				('share', 'share products', '商品分享'),
				('showcase', 'keep a product showcase', '商品橱窗'),
				('tip', 'give tips', '打赏'),
				('unlimited_pk', 'PK as often as wished', '不限次数PK'),
				('unlimited_share', 'share products without limit', '不限量商品分享'),
				('unlimited_withdraw', 'withdraw income without limit', '不限额提现'),
				('withdraw', 'withdraw income', '提现')
			) AS v(capability, en, zh);
		RETURN NEXT 'created table governance.capability';
	END IF;

	IF to_regclass('governance.activity_kind') IS NULL THEN
		CREATE TABLE governance.activity_kind (
			kind		text NOT NULL,
			title		text,
			titles		jsonb,
			CONSTRAINT activity_kind_pkey PRIMARY KEY (kind)
		);
		COMMENT ON TABLE governance.activity_kind IS 'kinds of activities that some policy listens to; filled by publish()';
		COMMENT ON COLUMN governance.activity_kind.kind IS 'its name, as in activity.kind';
		COMMENT ON COLUMN governance.activity_kind.title IS 'for people';
		COMMENT ON COLUMN governance.activity_kind.titles IS 'the title in all its languages, when it has several';
		RETURN NEXT 'created table governance.activity_kind';
	END IF;

	IF to_regclass('governance.holiday') IS NULL THEN
		CREATE TABLE governance.holiday (
			calendar	text NOT NULL,
			day			date NOT NULL,
			working		boolean NOT NULL DEFAULT false,
			name		text,
			CONSTRAINT holiday_pkey PRIMARY KEY (calendar, day),
			CONSTRAINT holiday_day_check CHECK (isfinite(day))
		);
		COMMENT ON TABLE governance.holiday IS 'days that are no working days, and weekend days that are, by calendar; policies name a calendar';
		COMMENT ON COLUMN governance.holiday.calendar IS 'which calendar, as policies name it';
		COMMENT ON COLUMN governance.holiday.day IS 'the day, local to the policy';
		COMMENT ON COLUMN governance.holiday.working IS 'true: a weekend day that is worked on, false: a holiday';
		COMMENT ON COLUMN governance.holiday.name IS 'for people';
		RETURN NEXT 'created table governance.holiday';
	END IF;

	-- Guards.  One that exists stays as it is, so that a disabled one stays so.
	IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'governance.policy'::regclass AND tgname = 'policy_guard') THEN
		CREATE TRIGGER policy_guard BEFORE INSERT OR UPDATE OR DELETE ON governance.policy
			FOR EACH ROW EXECUTE FUNCTION governance.policy_guard();
		RETURN NEXT 'created trigger policy_guard on governance.policy';
	END IF;
	IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'governance.policy'::regclass AND tgname = 'policy_truncate_guard') THEN
		CREATE TRIGGER policy_truncate_guard BEFORE TRUNCATE ON governance.policy
			FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_guard();
		RETURN NEXT 'created trigger policy_truncate_guard on governance.policy';
	END IF;
	FOREACH relation IN ARRAY ARRAY['policy_rule', 'policy_rung'] LOOP
		IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ('governance.' || relation)::regclass
					   AND tgname = relation || '_guard') THEN
			EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON governance.%I FOR EACH ROW EXECUTE FUNCTION governance.policy_part_guard()',
						   relation || '_guard', relation);
			EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_part_guard()',
						   relation || '_truncate_guard', relation);
			RETURN NEXT format('created triggers %s_guard, %s_truncate_guard on governance.%s', relation, relation, relation);
		END IF;
	END LOOP;

	IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = 'governance.policy'::regclass AND tgname = 'policy_derive') THEN
		CREATE TRIGGER policy_derive AFTER INSERT ON governance.policy
			FOR EACH ROW EXECUTE FUNCTION governance.policy_derive();
		RETURN NEXT 'created trigger policy_derive on governance.policy';
	END IF;

	-- Backends must hear of replicated changes too: hence row triggers, always.
	FOREACH relation IN ARRAY ARRAY['policy', 'capability', 'holiday'] LOOP
		IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = ('governance.' || relation)::regclass
					   AND tgname = 'invalidate_rulebook') THEN
			EXECUTE format('CREATE TRIGGER invalidate_rulebook AFTER INSERT OR UPDATE OR DELETE ON governance.%I FOR EACH ROW EXECUTE FUNCTION governance.invalidate_rulebook()',
						   relation);
			EXECUTE format('CREATE TRIGGER invalidate_rulebook_truncate AFTER TRUNCATE ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.invalidate_rulebook()',
						   relation);
			EXECUTE format('ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER invalidate_rulebook', relation);
			EXECUTE format('ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER invalidate_rulebook_truncate', relation);
			RETURN NEXT format('created triggers invalidate_rulebook, invalidate_rulebook_truncate on governance.%s', relation);
		END IF;
	END LOOP;

	RETURN QUERY SELECT governance.create_rulebook_views();
END
$create$;
COMMENT ON FUNCTION governance.create_rulebook_tables() IS
	'part of create_ledger(): the tables of schemes, policies, rules and rungs';

