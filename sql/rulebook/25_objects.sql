-- ---------------------------------------------------------------------------
-- rulebook: what create_ledger() makes of it (sql/create_ledger.sql says how).
-- ---------------------------------------------------------------------------

-- Level: owner
CREATE FUNCTION governance.rulebook_objects(OUT number integer, OUT kind text, OUT object text, OUT says text, OUT ddl text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 40
	SET search_path = pg_catalog, pg_temp
AS $steps$
VALUES

-- Level: administrator USAGE
(1000, 'sequence', 'policy_seq', 'ids of policies',
	$$CREATE SEQUENCE governance.policy_seq AS bigint$$),

-- Level: administrator INSERT UPDATE
(1010, 'table', 'scheme', 'the names of documents: each scheme is one score with rules of its own, independent of every other, each entitlement says who may do what; filled by publish()', $$
CREATE TABLE governance.scheme (
	scheme text NOT NULL,  -- its name
	title text,  -- for people: the title in the latest document
	titles jsonb,  -- the title in all its languages, when it has several
	direction text,  -- deduct: points are taken from a full score; accumulate: they pile up; null: it has no score
	last_version integer NOT NULL DEFAULT 0,  -- the highest version number given out
	created_at timestamptz NOT NULL DEFAULT now(),  -- when the first document was stored
	kind text NOT NULL DEFAULT 'scheme',  -- what its documents are, for ever: scheme or entitlement, the key that holds the name
	CONSTRAINT scheme_pkey PRIMARY KEY (scheme),
	CONSTRAINT scheme_direction_check CHECK (direction IN ('deduct', 'accumulate'))
)$$),

-- An earlier version had no documents but policies.
(1011, 'after', 'scheme.kind', NULL,
	$$ALTER TABLE governance.scheme ALTER COLUMN direction DROP NOT NULL$$),

(1012, 'constraint', 'scheme.scheme_kind_key', 'for the foreign key of governance.policy: a version is of the kind of its name',
	$$ALTER TABLE governance.scheme ADD CONSTRAINT scheme_kind_key UNIQUE (scheme, kind)$$),

(1013, 'constraint', 'scheme.scheme_kind_check', 'a scheme has a score, and nothing else has',
	$$ALTER TABLE governance.scheme ADD CONSTRAINT scheme_kind_check CHECK ((kind = 'scheme') = (direction IS NOT NULL))$$),

-- Level: administrator INSERT UPDATE DELETE
(1020, 'table', 'policy', 'versions of policies and of other documents; a version that is not a draft never changes, it only ends', $$
CREATE TABLE governance.policy (
	policy_id bigint NOT NULL DEFAULT nextval('governance.policy_seq'),  -- identifies the version
	scheme text NOT NULL,  -- whose rules they are
	version integer NOT NULL,  -- counts from 1 in each scheme
	status text NOT NULL DEFAULT 'draft',  -- draft: only stored; trial: computed, not enforced; active: in force during in_force; retired: ended before its time
	in_force tstzrange,  -- from when until when it is (or was) in force; empty: it never was
	tried tstzrange,  -- when it was computed without being enforced, once that has ended
	document jsonb NOT NULL,  -- the document, as it was published
	created_at timestamptz NOT NULL DEFAULT now(),  -- when it was stored
	published_at timestamptz,  -- when it left the state of a draft
	published_by text,  -- who published it
	note text,  -- why; free text that may be changed
	kind text NOT NULL DEFAULT 'scheme',  -- what the document is, as in governance.scheme; follows from it
	CONSTRAINT policy_pkey PRIMARY KEY (policy_id),
	CONSTRAINT policy_version_key UNIQUE (scheme, version),
	CONSTRAINT policy_status_check CHECK (status IN ('draft', 'trial', 'active', 'retired')),
	CONSTRAINT policy_in_force_check CHECK (status = 'draft' OR in_force IS NOT NULL),
	CONSTRAINT policy_published_check CHECK (status = 'draft' OR published_at IS NOT NULL),
	CONSTRAINT policy_half_open_check CHECK (NOT upper_inc(in_force) AND
											 (lower_inc(in_force) OR lower_inf(in_force) OR isempty(in_force))),
	CONSTRAINT policy_in_force_excl EXCLUDE USING gist (scheme WITH =, in_force WITH &&)
		WHERE (status IN ('active', 'retired'))
)$$),

-- An earlier version had no documents but policies.
(1021, 'drop', 'policy.policy_document_check', NULL,
	$$ALTER TABLE governance.policy DROP CONSTRAINT policy_document_check$$),

(1022, 'constraint', 'policy.policy_name_check', 'the document has its name under the key that tells its kind',
	$$ALTER TABLE governance.policy ADD CONSTRAINT policy_name_check CHECK (document ->> kind = scheme)$$),

(1023, 'drop', 'policy.policy_scheme_fkey', NULL,
	$$ALTER TABLE governance.policy DROP CONSTRAINT policy_scheme_fkey$$),

(1024, 'constraint', 'policy.policy_kind_fkey', 'the name is known, and of this kind',
	$$ALTER TABLE governance.policy ADD CONSTRAINT policy_kind_fkey FOREIGN KEY (scheme, kind) REFERENCES governance.scheme (scheme, kind)$$),

-- Level: reader
(1030, 'table', 'policy_rule', 'the rules of every version, one row each; follows from its document', $$
CREATE TABLE governance.policy_rule (
	policy_id bigint NOT NULL,  -- the version
	rule text NOT NULL,  -- code of the rule, as in violation.rule
	position integer NOT NULL,  -- order by code
	title text NOT NULL,  -- what is forbidden
	titles jsonb,  -- the title in all its languages, when it has several
	class text,  -- the group of rules that it belongs to
	severity text NOT NULL,  -- minor, medium, severe or extreme
	min_points numeric NOT NULL,  -- the least that it costs before modifiers
	max_points numeric NOT NULL,  -- the most that it costs before modifiers
	usual_points numeric NOT NULL,  -- what it costs when the moderator chooses nothing
	modifiers text[] NOT NULL DEFAULT '{}',  -- what changes the price, in words, in order
	direct text,  -- the rung that it opens at once, skipping the ladder
	tags text[] NOT NULL DEFAULT '{}',  -- its tags
	note text,  -- a remark
	source text,  -- where the figure comes from
	ours boolean NOT NULL DEFAULT false,  -- the figure is the document's own and not a published one
	statement jsonb,  -- what a statement of reasons says of it: "dsa" of the document and of the rule together; null: there is to be none
	words text NOT NULL,  -- all that a search looks at, in every language
	search tsvector GENERATED ALWAYS AS (to_tsvector('pg_catalog.simple', translate(words, '._-/:', '     '))) STORED,  -- the same as a text search vector
	CONSTRAINT policy_rule_pkey PRIMARY KEY (policy_id, rule),
	CONSTRAINT policy_rule_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES governance.policy ON DELETE CASCADE,
	CONSTRAINT policy_rule_severity_check CHECK (severity IN ('minor', 'medium', 'severe', 'extreme')),
	CONSTRAINT policy_rule_points_check CHECK (0 <= min_points AND min_points <= usual_points AND usual_points <= max_points)
)$$),

(1031, 'index', 'policy_rule.policy_rule_search_idx', NULL,
	$$CREATE INDEX policy_rule_search_idx ON governance.policy_rule USING gin (search)$$),

-- Level: reader
(1040, 'table', 'policy_rung', 'the rungs of every version''s ladder, one row each; follows from its document', $$
CREATE TABLE governance.policy_rung (
	policy_id bigint NOT NULL,  -- the version
	rung text NOT NULL,  -- its name, as in sanction.rung
	position integer NOT NULL,  -- order on the ladder: among equal tiers the later is heavier
	title text,  -- for people
	titles jsonb,  -- the title in all its languages, when it has several
	tier governance.sanction_tier NOT NULL,  -- how heavy it is
	mode text NOT NULL,  -- while: holds as long as its condition; crossing: starts when it becomes true; multiple: starts at each further multiple; direct: opened by rules only
	condition text,  -- the condition as written; null: direct
	withholds text[] NOT NULL DEFAULT '{}',  -- what the account may not do
	length text,  -- how long, as written; null: as long as the condition holds, or until the conditions are met
	until text,  -- the activities that must have been done before it ends
	note text,  -- a remark
	statement jsonb,  -- what a statement of reasons says that it decides; null: there is to be none
	CONSTRAINT policy_rung_pkey PRIMARY KEY (policy_id, rung),
	CONSTRAINT policy_rung_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES governance.policy ON DELETE CASCADE,
	CONSTRAINT policy_rung_mode_check CHECK (mode IN ('while', 'crossing', 'multiple', 'direct'))
)$$),

-- Level: administrator INSERT UPDATE DELETE
(1050, 'table', 'capability', 'the vocabulary of what accounts can be kept from doing; publish() adds what documents withhold', $$
CREATE TABLE governance.capability (
	capability text NOT NULL,  -- its name, as in permits() and require_capability()
	title text,  -- for people
	titles jsonb,  -- the title in all its languages, when it has several
	CONSTRAINT capability_pkey PRIMARY KEY (capability),
	CONSTRAINT capability_name_check CHECK (capability <> '' AND octet_length(capability) <= 63)
)$$),

(1051, 'after', 'capability', NULL, $$
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
	) AS v(capability, en, zh)$$),

-- Level: administrator INSERT UPDATE DELETE
(1060, 'table', 'activity_kind', 'kinds of activities that some policy listens to; filled by publish()', $$
CREATE TABLE governance.activity_kind (
	kind text NOT NULL,  -- its name, as in activity.kind
	title text,  -- for people
	titles jsonb,  -- the title in all its languages, when it has several
	CONSTRAINT activity_kind_pkey PRIMARY KEY (kind)
)$$),

-- Level: administrator INSERT UPDATE DELETE
(1070, 'table', 'holiday', 'days that are no working days, and weekend days that are, by calendar; policies name a calendar', $$
CREATE TABLE governance.holiday (
	calendar text NOT NULL,  -- which calendar, as policies name it
	day date NOT NULL,  -- the day, local to the policy
	working boolean NOT NULL DEFAULT false,  -- true: a weekend day that is worked on, false: a holiday
	name text,  -- for people
	CONSTRAINT holiday_pkey PRIMARY KEY (calendar, day),
	CONSTRAINT holiday_day_check CHECK (isfinite(day))
)$$),

-- Level: reader
(1080, 'table', 'edition', 'every change of the rulebook that standings follow, scheme by scheme; append-only, written with the change', $$
CREATE TABLE governance.edition (
	scheme text NOT NULL,  -- whose rules have changed; a version on trial: its scheme, @ and its policy_id
	edition bigint NOT NULL,  -- counts from 1 in each scheme; standing.edition says under which one a row was written
	reaches timestamptz NOT NULL,  -- what has seen this instant under an earlier edition is folded anew; -infinity: everything is
	unseen boolean NOT NULL DEFAULT false,  -- from that instant on there may be entries that no version before it took into account
	policy_id bigint,  -- the version that has changed; null: not a version has
	why text NOT NULL,  -- what has changed
	changed_at timestamptz NOT NULL DEFAULT now(),  -- when
	CONSTRAINT edition_pkey PRIMARY KEY (scheme, edition)
)$$),

-- Guards.
(1300, 'trigger', 'policy.policy_guard', NULL,
	$$BEFORE INSERT OR DELETE OR UPDATE ON governance.policy FOR EACH ROW EXECUTE FUNCTION governance.policy_guard()$$),

(1310, 'trigger', 'policy.policy_truncate_guard', NULL,
	$$BEFORE TRUNCATE ON governance.policy FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_guard()$$),

(1320, 'trigger', 'policy_rule.policy_rule_guard', NULL,
	$$BEFORE DELETE OR UPDATE ON governance.policy_rule FOR EACH ROW EXECUTE FUNCTION governance.policy_part_guard()$$),

(1330, 'trigger', 'policy_rule.policy_rule_truncate_guard', NULL,
	$$BEFORE TRUNCATE ON governance.policy_rule FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_part_guard()$$),

(1340, 'trigger', 'policy_rung.policy_rung_guard', NULL,
	$$BEFORE DELETE OR UPDATE ON governance.policy_rung FOR EACH ROW EXECUTE FUNCTION governance.policy_part_guard()$$),

(1350, 'trigger', 'policy_rung.policy_rung_truncate_guard', NULL,
	$$BEFORE TRUNCATE ON governance.policy_rung FOR EACH STATEMENT EXECUTE FUNCTION governance.policy_part_guard()$$),

(1360, 'trigger', 'policy.policy_derive', NULL,
	$$AFTER INSERT ON governance.policy FOR EACH ROW EXECUTE FUNCTION governance.policy_derive()$$),

-- Backends must hear of replicated changes too: hence row triggers, always.
(1370, 'always trigger', 'policy.invalidate_rulebook', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.policy FOR EACH ROW EXECUTE FUNCTION governance.invalidate_rulebook()$$),

(1380, 'always trigger', 'policy.invalidate_rulebook_truncate', NULL,
	$$AFTER TRUNCATE ON governance.policy FOR EACH STATEMENT EXECUTE FUNCTION governance.invalidate_rulebook()$$),

(1390, 'always trigger', 'capability.invalidate_rulebook', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.capability FOR EACH ROW EXECUTE FUNCTION governance.invalidate_rulebook()$$),

(1400, 'always trigger', 'capability.invalidate_rulebook_truncate', NULL,
	$$AFTER TRUNCATE ON governance.capability FOR EACH STATEMENT EXECUTE FUNCTION governance.invalidate_rulebook()$$),

(1410, 'always trigger', 'holiday.invalidate_rulebook', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.holiday FOR EACH ROW EXECUTE FUNCTION governance.invalidate_rulebook()$$),

(1420, 'always trigger', 'holiday.invalidate_rulebook_truncate', NULL,
	$$AFTER TRUNCATE ON governance.holiday FOR EACH STATEMENT EXECUTE FUNCTION governance.invalidate_rulebook()$$),

(1430, 'always trigger', 'edition.invalidate_rulebook', NULL,
	$$AFTER INSERT OR DELETE OR UPDATE ON governance.edition FOR EACH ROW EXECUTE FUNCTION governance.invalidate_rulebook()$$),

(1440, 'always trigger', 'edition.invalidate_rulebook_truncate', NULL,
	$$AFTER TRUNCATE ON governance.edition FOR EACH STATEMENT EXECUTE FUNCTION governance.invalidate_rulebook()$$),

-- The rule centre: what is in force now, what was, and what each rule costs.
-- Level: reader
(1500, 'view', 'policies', 'every version of every scheme and entitlement, and where it stands', $$
CREATE VIEW governance.policies (
	policy_id,  -- identifies the version
	scheme,  -- the name of the document
	title,  -- its title
	version,  -- counts from 1 for each name
	status,  -- draft, trial, active or retired
	state,  -- draft, trial, scheduled, in force, past, or withdrawn: never came into force
	in_force,  -- from when until when
	tried,  -- when it was on trial, once that has ended
	rules,  -- how many rules it has
	rungs,  -- how many rungs its ladder has
	published_at,  -- when it was published
	published_by,  -- who published it
	note,  -- why
	kind  -- what it is: scheme or entitlement
) AS
SELECT p.policy_id, p.scheme, s.title, p.version, p.status,
	   CASE
		   WHEN p.status IN ('draft', 'trial') THEN p.status
		   WHEN isempty(p.in_force) THEN 'withdrawn'
		   WHEN p.in_force @> now() THEN 'in force'
		   WHEN p.in_force << tstzrange(now(), now(), '[]') THEN 'past'
		   ELSE 'scheduled'
	   END AS state,
	   p.in_force, p.tried,
	   (SELECT count(*) FROM governance.policy_rule r WHERE r.policy_id = p.policy_id) AS rules,
	   (SELECT count(*) FROM governance.policy_rung r WHERE r.policy_id = p.policy_id) AS rungs,
	   p.published_at, p.published_by, p.note, p.kind
FROM governance.policy p JOIN governance.scheme s ON s.scheme = p.scheme$$),

-- Level: reader
(1510, 'view', 'rule', 'the rules in force now', $$
CREATE VIEW governance.rule (
	scheme,  -- the scheme that it belongs to
	rule,  -- code of the rule, as in violation.rule
	title,  -- what is forbidden
	titles,  -- the title in all its languages, when it has several
	class,  -- the group of rules that it belongs to
	severity,  -- minor, medium, severe or extreme
	min_points,  -- the least that it costs before modifiers
	max_points,  -- the most that it costs before modifiers
	usual_points,  -- what it costs when the moderator chooses nothing
	modifiers,  -- what changes the price, in words, in order
	direct,  -- the rung that it opens at once, skipping the ladder
	tags,  -- its tags
	note,  -- a remark
	source,  -- where the figure comes from
	ours,  -- the figure is the document's own and not a published one
	position,  -- order by code
	policy_id,  -- the version in force
	version  -- its number
) AS
SELECT p.scheme, r.rule, r.title, r.titles, r.class, r.severity,
	   r.min_points, r.max_points, r.usual_points, r.modifiers, r.direct,
	   r.tags, r.note, r.source, r.ours, r.position, p.policy_id, p.version
FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
WHERE p.status IN ('active', 'retired') AND p.in_force @> now()$$),

-- Level: reader
(1520, 'view', 'rung', 'the ladders in force now', $$
CREATE VIEW governance.rung (
	scheme,  -- the scheme that it belongs to
	rung,  -- its name, as in sanction.rung
	position,  -- order on the ladder: among equal tiers the later is heavier
	title,  -- for people
	titles,  -- the title in all its languages, when it has several
	tier,  -- how heavy it is
	mode,  -- while: holds as long as its condition; crossing: starts when it becomes true; multiple: starts at each further multiple; direct: opened by rules only
	condition,  -- the condition as written; null: direct
	withholds,  -- what the account may not do
	length,  -- how long, as written; null: as long as the condition holds, or until the conditions are met
	until,  -- the activities that must have been done before it ends
	note,  -- a remark
	policy_id,  -- the version in force
	version  -- its number
) AS
SELECT p.scheme, r.rung, r.position, r.title, r.titles, r.tier, r.mode,
	   r.condition, r.withholds, r.length, r.until, r.note, p.policy_id, p.version
FROM governance.policy p JOIN governance.policy_rung r ON r.policy_id = p.policy_id
WHERE p.status IN ('active', 'retired') AND p.in_force @> now()$$),

-- Level: reader
(1530, 'view', 'rule_centre', 'every rule of every scheme in force now, with what it costs and what it leads to; see search_rules()', $$
CREATE VIEW governance.rule_centre (
	scheme,  -- the scheme that it belongs to
	scheme_title,  -- the scheme's title
	scheme_titles,  -- the scheme's title in all its languages, when it has several
	class,  -- the group of rules that it belongs to
	rule,  -- code of the rule
	title,  -- what is forbidden
	titles,  -- the title in all its languages, when it has several
	severity,  -- minor, medium, severe or extreme
	direction,  -- deduct: the points are taken from the score; accumulate: they are added to it
	min_points,  -- the least that it costs before surcharges
	max_points,  -- the most that it costs before surcharges
	price,  -- both as text
	surcharges,  -- what changes the price, in words, in order
	direct,  -- the rung that it opens at once, skipping the ladder
	direct_tier,  -- how heavy that rung is
	direct_sanction,  -- that rung in words
	tags,  -- its tags
	note,  -- a remark
	source,  -- where the figure comes from
	ours,  -- the figure is the document's own and not a published one
	version,  -- number of the version in force
	policy_id,  -- the version in force
	since,  -- since when that version has been in force; null: since ever
	words,  -- all that a search looks at, in every language
	search  -- the same as a text search vector
) AS
SELECT p.scheme, coalesce(s.title, p.scheme) AS scheme_title, s.titles AS scheme_titles, r.class, r.rule, r.title, r.titles, r.severity,
	   s.direction, r.min_points, r.max_points,
	   CASE
		   WHEN r.min_points = r.max_points THEN r.min_points::text
		   ELSE r.min_points::text || ' to ' || r.max_points::text
	   END AS price,
	   r.modifiers AS surcharges,
	   r.direct, d.tier AS direct_tier,
	   CASE WHEN d.rung IS NOT NULL THEN
		   coalesce(d.title, d.rung) || coalesce(', for ' || d.length, '')
			   || coalesce(', until ' || d.until, '')
	   END AS direct_sanction,
	   r.tags, r.note, r.source, r.ours, p.version, p.policy_id,
	   lower(p.in_force) AS since, r.words, r.search
FROM governance.policy p
	JOIN governance.scheme s ON s.scheme = p.scheme
	JOIN governance.policy_rule r ON r.policy_id = p.policy_id
	LEFT JOIN governance.policy_rung d ON d.policy_id = r.policy_id AND d.rung = r.direct
WHERE p.status IN ('active', 'retired') AND p.in_force @> now()$$),

-- Level: reader
(1540, 'view', 'rule_history', 'every rule in every version that was, is or will be in force, and whether it changed', $$
CREATE VIEW governance.rule_history (
	scheme,  -- the scheme that it belongs to
	rule,  -- code of the rule
	version,  -- number of the version
	policy_id,  -- the version
	in_force,  -- from when until when the version is in force
	change,  -- new, changed or unchanged against the version that was in force before
	title,  -- what is forbidden
	class,  -- the group of rules that it belongs to
	severity,  -- minor, medium, severe or extreme
	min_points,  -- the least that it costs before modifiers
	max_points,  -- the most that it costs before modifiers
	usual_points,  -- what it costs when the moderator chooses nothing
	modifiers,  -- what changes the price, in words, in order
	direct  -- the rung that it opens at once
) AS
SELECT h.scheme, h.rule, h.version, h.policy_id, h.in_force,
	   CASE
		   WHEN h.previous IS NULL OR h.previous_rank < h.rank - 1 THEN 'new'
		   WHEN h.previous IS DISTINCT FROM h.content THEN 'changed'
		   ELSE 'unchanged'
	   END AS change,
	   h.title, h.class, h.severity, h.min_points, h.max_points, h.usual_points, h.modifiers, h.direct
FROM (
	SELECT v.*, lag(v.content) OVER w AS previous, lag(v.rank) OVER w AS previous_rank
	FROM (
		SELECT p.scheme, r.rule, p.version, p.policy_id, p.in_force, p.rank,
			   r.title, r.class, r.severity, r.min_points, r.max_points, r.usual_points, r.modifiers, r.direct,
			   ROW(r.title, r.class, r.severity, r.min_points, r.max_points, r.usual_points,
				   r.modifiers, r.direct)::text AS content
		FROM (
			SELECT q.*, dense_rank() OVER (PARTITION BY q.scheme ORDER BY lower(q.in_force) NULLS FIRST) AS rank
			FROM governance.policy q
			WHERE q.status IN ('active', 'retired') AND NOT isempty(q.in_force)
		) p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
	) v
	WINDOW w AS (PARTITION BY v.scheme, v.rule ORDER BY v.rank)
) h$$)
$steps$;
COMMENT ON FUNCTION governance.rulebook_objects() IS
	'part of create_ledger(): tables, triggers and views of the rulebook';
