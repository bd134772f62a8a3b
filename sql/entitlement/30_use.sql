-- ---------------------------------------------------------------------------
-- entitlement: what is asked and used.  Those that write do it with the rights of
-- the ledger's owner: whoever may call them needs none on the tables.
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.allowance(account_id bigint, capability text, amount numeric DEFAULT NULL, at timestamptz DEFAULT now(),
	counterpart bigint DEFAULT NULL, context jsonb DEFAULT NULL,
	OUT entitlement text, OUT rule text, OUT kind text, OUT title text, OUT unit text, OUT "limit" numeric, OUT per text,
	OUT used numeric, OUT reserved numeric, OUT granted numeric, OUT remaining numeric, OUT resets_at timestamptz,
	OUT allowed boolean, OUT warning boolean, OUT until timestamptz, OUT again_at timestamptz, OUT because text[], OUT consent text[])
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 5
	AS 'MODULE_PATHNAME', 'governance_allowance';
COMMENT ON FUNCTION governance.allowance(bigint, text, numeric, timestamptz, bigint, jsonb) IS
	'what an account may still use of a capability at an instant: a row for all rules together, and one for each';

-- Level: moderator
CREATE FUNCTION governance.use(account_id bigint, capability text, amount numeric DEFAULT NULL, ref text DEFAULT NULL,
	at timestamptz DEFAULT NULL, counterpart bigint DEFAULT NULL, context jsonb DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_use';
COMMENT ON FUNCTION governance.use(bigint, text, numeric, text, timestamptz, bigint, jsonb) IS
	'records that an account uses so much (null: one) of a capability, and gives the use_id; what may not be used is an error of class GV7';

-- Level: moderator
CREATE FUNCTION governance.try_use(account_id bigint, capability text, amount numeric DEFAULT NULL, ref text DEFAULT NULL,
	at timestamptz DEFAULT NULL, counterpart bigint DEFAULT NULL, context jsonb DEFAULT NULL,
	OUT use_id bigint, OUT allowed boolean, OUT remaining numeric, OUT until timestamptz, OUT because text[],
	OUT again_at timestamptz, OUT warnings text[], OUT settles_at timestamptz, OUT consent text[]) RETURNS record
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_try_use';
COMMENT ON FUNCTION governance.try_use(bigint, text, numeric, text, timestamptz, bigint, jsonb) IS
	'the same as use(), with an answer in the place of an error';

-- Level: moderator
CREATE FUNCTION governance.use_many(account_ids bigint[], capabilities text[], amounts numeric[] DEFAULT NULL, refs text[] DEFAULT NULL,
	at timestamptz DEFAULT NULL) RETURNS bigint[]
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 10000
	AS 'MODULE_PATHNAME', 'governance_use_many';
COMMENT ON FUNCTION governance.use_many(bigint[], text[], numeric[], text[], timestamptz) IS
	'records several uses, all or none, and gives their ids in the order of the arrays';

-- Level: moderator
CREATE FUNCTION governance.reserve(account_id bigint, capability text, amount numeric DEFAULT NULL, ref text DEFAULT NULL,
	at timestamptz DEFAULT NULL, counterpart bigint DEFAULT NULL, context jsonb DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_reserve';
COMMENT ON FUNCTION governance.reserve(bigint, text, numeric, text, timestamptz, bigint, jsonb) IS
	'holds so much for a use that is to come, until commit_use(), release_use(), or until it lapses; gives the use_id';

-- Level: moderator
CREATE FUNCTION governance.commit_use(use_id bigint, amount numeric DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_commit_use';
COMMENT ON FUNCTION governance.commit_use(bigint, numeric) IS
	'what was reserved is used, or so much of it';

-- Level: moderator
CREATE FUNCTION governance.release_use(use_id bigint, amount numeric DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_release_use';
COMMENT ON FUNCTION governance.release_use(bigint, numeric) IS
	'undoes a reservation; of a use gives back what it holds, as a seat that is free again, and nothing else';

-- Level: moderator
CREATE FUNCTION governance.refund(use_id bigint, amount numeric DEFAULT NULL, reason text DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_refund';
COMMENT ON FUNCTION governance.refund(bigint, numeric, text) IS
	'takes back a use, or so much of it, as if it had not been';

-- Level: moderator
CREATE FUNCTION governance.begin_session(account_id bigint, capability text, place text DEFAULT NULL, ref text DEFAULT NULL,
	at timestamptz DEFAULT NULL, counterpart bigint DEFAULT NULL, context jsonb DEFAULT NULL,
	OUT session_id bigint, OUT allowed boolean, OUT remaining numeric, OUT until timestamptz, OUT because text[],
	OUT again_at timestamptz, OUT warnings text[], OUT settles_at timestamptz, OUT consent text[]) RETURNS record
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_begin_session';
COMMENT ON FUNCTION governance.begin_session(bigint, text, text, text, timestamptz, bigint, jsonb) IS
	'begins a session, if it may begin, and says until when it may last and why';

-- Level: moderator
CREATE FUNCTION governance.touch_session(INOUT session_id bigint, at timestamptz DEFAULT NULL,
	OUT allowed boolean, OUT remaining numeric, OUT until timestamptz, OUT because text[],
	OUT again_at timestamptz, OUT warnings text[], OUT settles_at timestamptz, OUT consent text[]) RETURNS record
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_touch_session';
COMMENT ON FUNCTION governance.touch_session(bigint, timestamptz) IS
	'a sign of life of a session: may it go on, and until when';

-- Level: moderator
CREATE FUNCTION governance.end_session(session_id bigint, at timestamptz DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_end_session';
COMMENT ON FUNCTION governance.end_session(bigint, timestamptz) IS
	'ends a session, where it was not over before, and gives the use_id of what it came to';

REVOKE ALL ON FUNCTION
	governance.use(bigint, text, numeric, text, timestamptz, bigint, jsonb),
	governance.try_use(bigint, text, numeric, text, timestamptz, bigint, jsonb),
	governance.use_many(bigint[], text[], numeric[], text[], timestamptz),
	governance.reserve(bigint, text, numeric, text, timestamptz, bigint, jsonb),
	governance.commit_use(bigint, numeric), governance.release_use(bigint, numeric), governance.refund(bigint, numeric, text),
	governance.begin_session(bigint, text, text, text, timestamptz, bigint, jsonb),
	governance.touch_session(bigint, timestamptz), governance.end_session(bigint, timestamptz)
	FROM PUBLIC;
