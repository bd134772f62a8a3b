-- ---------------------------------------------------------------------------
-- entitlement: what create_ledger() makes of it (sql/create_ledger.sql says how).
-- ---------------------------------------------------------------------------

-- Level: owner
CREATE FUNCTION governance.entitlement_objects(OUT number integer, OUT kind text, OUT object text, OUT says text, OUT ddl text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 30
	SET search_path = pg_catalog, pg_temp
AS $steps$
VALUES

-- Level: reader
(7000, 'sequence', 'use_seq', 'ids of uses, sessions, grants and settings of switches',
	$$CREATE SEQUENCE governance.use_seq AS bigint CACHE 32$$),

-- Level: reader
(7010, 'table', 'usage', 'what accounts have used of what entitlements limit; append-only, written by use() and its like', $$
CREATE TABLE governance.usage (
	account_id bigint NOT NULL,  -- who used
	use_id bigint NOT NULL DEFAULT nextval('governance.use_seq'),  -- identifies the row
	entry text NOT NULL,  -- use; reserve: held until it lapses; commit: a reservation is used; release: a reservation, or what a use holds, is given up; refund: taken back
	about bigint,  -- of a commit, release and refund: the use that it is about
	capability text NOT NULL,  -- what was used
	amount numeric NOT NULL,  -- how much; of time in seconds
	unit text,  -- seconds, where it is an amount of time; null: what the documents name
	used_at timestamptz NOT NULL,  -- when; of a session: when it ended; of what is about a use: when that was
	during tstzrange,  -- of a session: from when until when
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- when it was written down
	ref text,  -- the platform's own name of the use: the same one twice is one use
	counterpart bigint,  -- the account on the other side, as of a tip the one who gets it
	session_id bigint,  -- of a session: which
	place text,  -- of a session: where
	context jsonb,  -- what the request brought with it
	lapses_at timestamptz,  -- of a reservation: until when it is held
	settles_at timestamptz,  -- from when on it is final
	grant_ids bigint[],  -- the grants that it took from
	granted numeric[],  -- how much of each
	would_refuse text[],  -- the rules on trial that would have refused it
	reason text,  -- of a refund: why
	recorded_by text NOT NULL DEFAULT current_user,  -- which role
	CONSTRAINT usage_pkey PRIMARY KEY (account_id, use_id),
	CONSTRAINT usage_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT usage_check CHECK (entry IN ('use', 'reserve', 'commit', 'release', 'refund') AND (about IS NULL) = (entry IN ('use', 'reserve'))
		AND amount >= 0 AND isfinite(used_at) AND unit = 'seconds' AND (lapses_at IS NULL) = (entry <> 'reserve'))
)$$),

-- Level: reader
(7020, 'table', 'session', 'sessions that have begun: each says until when it may last', $$
CREATE TABLE governance.session (
	account_id bigint NOT NULL,  -- whose
	session_id bigint NOT NULL DEFAULT nextval('governance.use_seq'),  -- identifies the session
	capability text NOT NULL,  -- what for
	opened_at timestamptz NOT NULL,  -- when it began
	until timestamptz NOT NULL DEFAULT 'infinity',  -- when it ends at the latest, by what was known at the last sign of life
	because text[],  -- the rules that end it then
	last_sign_at timestamptz NOT NULL,  -- the last sign of life: touch_session()
	lease interval NOT NULL,  -- for so long it lives without one
	place text,  -- where
	counterpart bigint,  -- the account on the other side
	context jsonb,  -- what the request brought with it
	ref text,  -- the platform's own name of the session: the same one twice is one session
	closed_at timestamptz,  -- when it ended; null: nobody has said so
	use_id bigint,  -- the use that it came to
	CONSTRAINT session_pkey PRIMARY KEY (account_id, session_id),
	CONSTRAINT session_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT session_order_check CHECK (isfinite(opened_at) AND last_sign_at >= opened_at AND closed_at >= opened_at)
) WITH (fillfactor = 80)$$),

-- Level: reader
(7030, 'table', 'counter', 'what uses lock that may get into each other''s way; one row for each account whose limits they are', $$
CREATE TABLE governance.counter (
	account_id bigint NOT NULL,  -- whose limits; 0: of nobody, as of a device
	counter text NOT NULL,  -- account: its own; counterpart: what it gets from others; subject; link:KIND; context: of what requests bring with them
	key text NOT NULL DEFAULT '',  -- of context: the values
	uses bigint NOT NULL DEFAULT 0,  -- how often it has been used
	last_use_at timestamptz,  -- when last, by the clock
	CONSTRAINT counter_pkey PRIMARY KEY (account_id, counter, key)
) WITH (fillfactor = 80)$$),

-- Level: reader
(7040, 'table', 'allowance_grant', 'what accounts may use beyond a document, or were given as their own limits; append-only, written by grant_allowance(), consent() and set_limit()', $$
CREATE TABLE governance.allowance_grant (
	account_id bigint NOT NULL,  -- to whom
	grant_id bigint NOT NULL DEFAULT nextval('governance.use_seq'),  -- identifies the grant
	kind text NOT NULL,  -- more: an amount that is used up; consent: what stands in the way does not; value: the amount of a limit; end: the grant in about ends
	capability text NOT NULL,  -- capability or pool
	rule text,  -- limit, clause, hours or at_most; null: any limit
	amount numeric,  -- how much, in the unit of the capability; of a value null: no limit
	days text[],  -- of a value: on which days; null: on all
	only_for text,  -- of a consent: for this one thing
	during tstzrange NOT NULL,  -- from when until when
	by_account bigint,  -- the account whose word it is; null: support's
	party text,  -- as what: self, or the kind of link, as guardian; null: support
	about bigint,  -- of an end: the grant that ends
	reason text,  -- why
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- when it was written down
	recorded_by text NOT NULL DEFAULT current_user,  -- which role
	CONSTRAINT allowance_grant_pkey PRIMARY KEY (account_id, grant_id),
	CONSTRAINT allowance_grant_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT allowance_grant_kind_check CHECK (kind IN ('more', 'consent', 'value', 'end')),
	CONSTRAINT allowance_grant_amount_check CHECK (amount >= 0 AND (kind <> 'more' OR amount IS NOT NULL)),
	CONSTRAINT allowance_grant_about_check CHECK ((kind = 'end') = (about IS NOT NULL)),
	CONSTRAINT allowance_grant_during_check CHECK (NOT isempty(during)),
	CONSTRAINT allowance_grant_party_check CHECK ((by_account IS NULL) = (party IS NULL))
)$$),

-- Level: reader
(7050, 'table', 'switch_setting', 'what accounts, and those who may for them, have switched off and on; append-only, written by set_switch()', $$
CREATE TABLE governance.switch_setting (
	account_id bigint NOT NULL,  -- whose
	setting_id bigint NOT NULL DEFAULT nextval('governance.use_seq'),  -- identifies the setting
	capability text NOT NULL,  -- capability or pool
	party text NOT NULL,  -- who: self, or the kind of link, as guardian; the last setting of each counts, and all must be on
	allowed boolean NOT NULL,  -- false: off
	during tstzrange NOT NULL,  -- from when until when
	by_account bigint NOT NULL,  -- the account whose word it is
	recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),  -- when it was written down
	recorded_by text NOT NULL DEFAULT current_user,  -- which role
	CONSTRAINT switch_setting_pkey PRIMARY KEY (account_id, setting_id),
	CONSTRAINT switch_setting_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
	CONSTRAINT switch_setting_during_check CHECK (NOT isempty(during))
)$$),

-- Level: administrator INSERT UPDATE DELETE
(7060, 'table', 'platform_attribute', 'facts of the platform that entitlements may look at, as its load: the same for everybody', $$
CREATE TABLE governance.platform_attribute (
	name text NOT NULL,  -- the name that documents use
	value text,  -- as text: a number, true or false, a word, a date
	during tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),  -- from when until when it holds; by default from now on
	CONSTRAINT platform_attribute_pkey PRIMARY KEY (name, during),
	CONSTRAINT platform_attribute_during_check CHECK (NOT isempty(during)),
	CONSTRAINT platform_attribute_excl EXCLUDE USING gist (name WITH =, during WITH &&)
)$$),

(7100, 'index', 'usage.usage_capability_idx', NULL,
	$$CREATE INDEX usage_capability_idx ON governance.usage (account_id, capability, used_at)$$),

(7101, 'index', 'usage.usage_use_id_idx', NULL,
	$$CREATE INDEX usage_use_id_idx ON governance.usage (use_id)$$),

(7102, 'index', 'usage.usage_ref_idx', NULL,
	$$CREATE INDEX usage_ref_idx ON governance.usage (account_id, ref) WHERE ref IS NOT NULL$$),

(7103, 'index', 'usage.usage_counterpart_idx', NULL,
	$$CREATE INDEX usage_counterpart_idx ON governance.usage (counterpart, capability, used_at) WHERE counterpart IS NOT NULL$$),

(7110, 'index', 'session.session_session_id_idx', NULL,
	$$CREATE INDEX session_session_id_idx ON governance.session (session_id)$$),

(7111, 'index', 'session.session_open_idx', NULL,
	$$CREATE INDEX session_open_idx ON governance.session (account_id) WHERE closed_at IS NULL$$),

(7112, 'index', 'session.session_counterpart_idx', NULL,
	$$CREATE INDEX session_counterpart_idx ON governance.session (counterpart) WHERE closed_at IS NULL AND counterpart IS NOT NULL$$),

(7113, 'index', 'session.session_ref_idx', NULL,
	$$CREATE INDEX session_ref_idx ON governance.session (account_id, ref) WHERE ref IS NOT NULL$$),

(7120, 'index', 'account.account_subject_idx', NULL,
	$$CREATE INDEX account_subject_idx ON governance.account (subject) WHERE subject IS NOT NULL$$)
$steps$;
COMMENT ON FUNCTION governance.entitlement_objects() IS
	'part of create_ledger(): tables of what accounts use and of what they were granted';
