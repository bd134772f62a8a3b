-- ---------------------------------------------------------------------------
-- entitlement: what follows from uses and settings, and whether it does.
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.verify_usage()
	RETURNS TABLE (relation text, account_id bigint, name text, stored text, computed text)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $verify$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		WITH stored AS (
			SELECT w.account_id, w.capability, w.since, w.until FROM governance.withholding w WHERE w.ground = 'switch'
		)
		SELECT 'withholding', account_id, capability,
			   CASE WHEN s.until IS NOT NULL THEN tstzrange(since, s.until)::text END,
			   CASE WHEN c.until IS NOT NULL THEN tstzrange(since, c.until)::text END
			FROM stored s FULL JOIN governance.switched_off() c USING (account_id, capability, since)
			WHERE s.until IS DISTINCT FROM c.until
			ORDER BY 2, 3, since;

	-- More cannot be taken back of a use than it was.
	RETURN QUERY
		SELECT 'usage', u.account_id, format('use %s', u.use_id), a.taken::text, u.amount::text
			FROM governance.usage u,
				 LATERAL (SELECT sum(t.amount) FROM governance.usage t
						  WHERE t.account_id = u.account_id AND t.capability = u.capability AND t.used_at = u.used_at
							  AND t.about = u.use_id AND t.entry = 'refund') AS a (taken)
			WHERE u.about IS NULL AND a.taken > u.amount
			ORDER BY u.account_id, u.use_id;

	-- What is about a use is about one of the account.
	RETURN QUERY
		SELECT 'usage', u.account_id, format('%s %s', u.entry, u.use_id), format('about %s', u.about), NULL::text
			FROM governance.usage u
			WHERE u.about IS NOT NULL AND NOT EXISTS (
				SELECT FROM governance.usage t
					WHERE t.account_id = u.account_id AND t.use_id = u.about AND t.about IS NULL
						AND t.capability = u.capability AND t.used_at = u.used_at)
			ORDER BY u.account_id, u.use_id;

	-- A session that has ended says what it came to.
	RETURN QUERY
		SELECT 'session', s.account_id, format('session %s', s.session_id), s.closed_at::text, u.used_at::text
			FROM governance.session s LEFT JOIN governance.usage u
				ON u.account_id = s.account_id AND u.use_id = s.use_id AND u.session_id = s.session_id
			WHERE s.closed_at IS DISTINCT FROM u.used_at
			ORDER BY s.account_id, s.session_id;
END
$verify$;
COMMENT ON FUNCTION governance.verify_usage() IS
	'every difference between what is withheld and what was switched off, and everything about uses and sessions that contradicts itself; no rows: proven';

-- Level: owner
CREATE FUNCTION governance.rebuild_usage_as_owner() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $rebuild$
BEGIN
	LOCK TABLE governance.switch_setting IN SHARE ROW EXCLUSIVE MODE;
	DELETE FROM governance.withholding w WHERE w.ground = 'switch';
	INSERT INTO governance.withholding (account_id, capability, ground, since, until)
		SELECT s.account_id, s.capability, 'switch', s.since, s.until FROM governance.switched_off() s;
END
$rebuild$;
COMMENT ON FUNCTION governance.rebuild_usage_as_owner() IS
	'part of rebuild_usage(): what it does, as the owner of the ledger';

-- Level: owner
CREATE FUNCTION governance.rebuild_usage() RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_as_owner';
REVOKE ALL ON FUNCTION governance.rebuild_usage(), governance.rebuild_usage_as_owner() FROM PUBLIC;
COMMENT ON FUNCTION governance.rebuild_usage() IS
	'makes what follows from switches anew';
