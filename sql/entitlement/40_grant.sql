-- ---------------------------------------------------------------------------
-- entitlement: what loosens a limit, and what is switched off.  by is the account
-- whose word it is: the account itself, or one that it is linked to; without it, it
-- is support's.
-- ---------------------------------------------------------------------------

-- The last setting of each party counts; what any of them has switched off is off.
-- Level: reader
CREATE FUNCTION governance.switched_off(whose bigint DEFAULT NULL)
	RETURNS TABLE (account_id bigint, capability text, since timestamptz, until timestamptz)
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $off$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		SELECT o.account_id, o.capability, coalesce(lower(r.off), '-infinity'), coalesce(upper(r.off), 'infinity')
		FROM (SELECT s.account_id, s.capability, range_agg(tstzrange(s.since, s.until)) AS times
			  FROM (SELECT t.account_id, t.capability, t.allowed, lower(t.during) AS since,
						   least(upper(t.during), lead(lower(t.during)) OVER (PARTITION BY t.account_id, t.capability, t.party ORDER BY t.setting_id)) AS until
					FROM governance.switch_setting t
					WHERE whose IS NULL OR t.account_id = whose) s
			  WHERE NOT s.allowed AND (s.until > s.since OR s.until IS NULL)
			  GROUP BY s.account_id, s.capability) o,
			 unnest(o.times) AS r (off);
END
$off$;
COMMENT ON FUNCTION governance.switched_off(bigint) IS
	'part of set_switch() and verify(): what an account (null: each), or somebody for it, has switched off, and from when until when';

-- Level: moderator
CREATE FUNCTION governance.grant_allowance(account_id bigint, capability text, amount numeric, during tstzrange DEFAULT NULL,
	reason text DEFAULT NULL, by bigint DEFAULT NULL, rule text DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_grant_allowance';
COMMENT ON FUNCTION governance.grant_allowance(bigint, text, numeric, tstzrange, text, bigint, text) IS
	'gives an account so much more of a capability or pool (null: from now on, until it is used up), by a guardian''s word or by support with a reason; gives the grant_id';

-- Level: moderator
CREATE FUNCTION governance.consent(account_id bigint, capability text, what text, by bigint DEFAULT NULL, during tstzrange DEFAULT NULL,
	only_for text DEFAULT NULL, reason text DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_consent';
COMMENT ON FUNCTION governance.consent(bigint, text, text, bigint, tstzrange, text, text) IS
	'agrees that a rule (a clause, hours, a limit) does not stand in the way for a time, for one thing alone where it is named; gives the grant_id';

-- Level: moderator
CREATE FUNCTION governance.set_limit(account_id bigint, capability text, rule text, amount numeric, by bigint DEFAULT NULL,
	during tstzrange DEFAULT NULL, days text[] DEFAULT NULL, reason text DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_set_limit';
COMMENT ON FUNCTION governance.set_limit(bigint, text, text, numeric, bigint, tstzrange, text[], text) IS
	'sets a lasting limit of an account''s own, or its guardian''s, on some kinds of days or all, in the place of the document''s; gives the grant_id';

-- Level: moderator
CREATE FUNCTION governance.end_grant(grant_id bigint, by bigint DEFAULT NULL, reason text DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_end_grant';
COMMENT ON FUNCTION governance.end_grant(bigint, bigint, text) IS
	'ends a grant, a consent or a limit that was set, from now on';

-- Level: moderator
CREATE FUNCTION governance.set_switch(account_id bigint, capability text, allowed boolean, by bigint DEFAULT NULL,
	until timestamptz DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000
	AS 'MODULE_PATHNAME', 'governance_set_switch';
COMMENT ON FUNCTION governance.set_switch(bigint, text, boolean, bigint, timestamptz) IS
	'switches a capability or pool off, or on again, for the account itself (by null) or by a guardian; the last word of each counts, and all must be on';

REVOKE ALL ON FUNCTION
	governance.grant_allowance(bigint, text, numeric, tstzrange, text, bigint, text),
	governance.consent(bigint, text, text, bigint, tstzrange, text, text),
	governance.set_limit(bigint, text, text, numeric, bigint, tstzrange, text[], text),
	governance.end_grant(bigint, bigint, text),
	governance.set_switch(bigint, text, boolean, bigint, timestamptz)
	FROM PUBLIC;
