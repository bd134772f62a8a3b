-- ---------------------------------------------------------------------------
-- certification: what follows from certifications.  Periods are known in
-- advance, so that a lapse needs nobody to notice it.
-- ---------------------------------------------------------------------------

-- The one definition of what certifications lead to, for
-- certification_derive(), which stores it, and verify_certification(), which
-- compares. Periods of one account and name are merged, so they neither overlap
-- nor touch.
-- Level: reader
CREATE FUNCTION governance.certification_periods(accounts bigint[], wanted text DEFAULT NULL)
	RETURNS TABLE (what text, account_id bigint, name text, value text, since timestamptz, until timestamptz)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $periods$
BEGIN
	RETURN QUERY
		WITH held AS (
			SELECT c.account_id, c.qualification, c.validity, c.effective
				FROM governance.certification c
				WHERE c.granted_at IS NOT NULL AND (accounts IS NULL OR c.account_id = ANY (accounts))
		), given AS (
			SELECT 'domain'::text AS what, h.account_id, r.domain AS name, NULL::text AS value,
					range_agg(h.effective * tstzmultirange(r.during)) AS periods
				FROM held h JOIN governance.requirement r ON h.qualification OPERATOR(pg_catalog.@>) r.qualification
				WHERE r.domain IS NOT NULL AND (wanted IS NULL OR wanted = 'domain')
				GROUP BY h.account_id, r.domain
			UNION ALL
			SELECT 'capability', h.account_id, r.capability, NULL,
					range_agg(h.effective * tstzmultirange(r.during))
				FROM held h JOIN governance.requirement r ON h.qualification OPERATOR(pg_catalog.@>) r.qualification
				WHERE r.capability IS NOT NULL AND (wanted IS NULL OR wanted = 'capability')
				GROUP BY h.account_id, r.capability
			UNION ALL
			SELECT 'withholding', h.account_id, w.capability, NULL, range_agg(h.validity)
				FROM held h JOIN governance.certification_withholding w ON h.qualification OPERATOR(pg_catalog.@>) w.qualification
				WHERE wanted IS NULL OR wanted = 'withholding'
				GROUP BY h.account_id, w.capability
			UNION ALL
			-- Facts that somebody else wrote stay, and count instead.
			SELECT 'attribute', h.account_id, a.name, a.value,
					range_agg(h.effective) - COALESCE((SELECT range_agg(o.during) FROM governance.attribute o
						WHERE o.account_id = h.account_id AND o.name = a.name
							AND NOT EXISTS (SELECT FROM governance.certified_attribute m
											WHERE m.account_id = o.account_id AND m.name = o.name
												AND m.since = lower(o.during))), '{}')
				FROM held h JOIN governance.certification_attribute a ON h.qualification OPERATOR(pg_catalog.@>) a.qualification
				WHERE wanted IS NULL OR wanted = 'attribute'
				GROUP BY h.account_id, a.name, a.value
		)
		SELECT g.what, g.account_id, g.name, g.value, COALESCE(lower(p.period), '-infinity'), COALESCE(upper(p.period), 'infinity')
			FROM given g CROSS JOIN LATERAL unnest(g.periods) AS p (period);
END
$periods$;
COMMENT ON FUNCTION governance.certification_periods(bigint[], text) IS
	'what follows from the certifications of some accounts (null: of all), from when until when; wanted: only domain, capability, withholding or attribute';

-- Rows that stay are not touched: who publishes holds a lock on them.
-- Level: owner
CREATE FUNCTION governance.certification_derive(accounts bigint[], wanted text[] DEFAULT '{domain,capability,withholding,attribute}') RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $derive$
DECLARE
	kept	record;
BEGIN
	FOR kept IN
		-- The table, what its rows name, and the ground of those that are ours.
		SELECT * FROM (VALUES
			('domain', 'qualified_domain', 'domain', NULL),
			('capability', 'qualified_capability', 'capability', NULL),
			('withholding', 'withholding', 'capability', 'certification')
		) AS v (what, relation, name, ground)
		WHERE v.what = ANY (wanted)
	LOOP
		EXECUTE format(
			'WITH needed AS (
				SELECT * FROM governance.certification_periods($1, $2)
			), gone AS (
				DELETE FROM governance.%1$I q
					WHERE ($1 IS NULL OR q.account_id = ANY ($1)) %3$s
						AND NOT EXISTS (SELECT FROM needed w WHERE w.account_id = q.account_id AND w.name = q.%2$I AND w.since = q.since)
			)
			INSERT INTO governance.%1$I AS q (account_id, %2$I, %4$s since, until)
				SELECT w.account_id, w.name, %5$s w.since, w.until FROM needed w
					WHERE NOT EXISTS (SELECT FROM governance.%1$I q
									  WHERE q.account_id = w.account_id AND q.%2$I = w.name %3$s AND q.since = w.since AND q.until = w.until)
					ORDER BY w.account_id, w.name, w.since
				ON CONFLICT (account_id, %2$I, %4$s since) DO UPDATE SET until = EXCLUDED.until',
			kept.relation, kept.name, ' AND q.ground = ' || quote_literal(kept.ground),
			CASE WHEN kept.ground IS NOT NULL THEN 'ground,' END, quote_literal(kept.ground) || ',')
			USING accounts, kept.what;
	END LOOP;

	IF 'attribute' = ANY (wanted) THEN
		PERFORM governance.certification_derive_attributes(accounts);
	END IF;
END
$derive$;
COMMENT ON FUNCTION governance.certification_derive(bigint[], text[]) IS
	'brings what follows from the certifications of some accounts (null: of all) up to date; wanted: what of it';

-- Facts are rows of governance.attribute that others write, too:
-- governance.certified_attribute remembers which ones are from here, and only
-- these are changed.
-- Level: owner
CREATE FUNCTION governance.certification_derive_attributes(accounts bigint[]) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET plan_cache_mode = force_custom_plan
AS $derive$
DECLARE
	wanted	record;
BEGIN
	-- Remove or shorten before anything is added: facts must not overlap.
	FOR wanted IN
		SELECT m.account_id, m.name, m.since, w.until
			FROM governance.certified_attribute m
				LEFT JOIN governance.certification_periods(accounts, 'attribute') w
					ON w.account_id = m.account_id AND w.name = m.name
						AND w.since = m.since AND w.value = m.value
			WHERE (accounts IS NULL OR m.account_id = ANY (accounts)) AND w.until IS DISTINCT FROM m.until
			ORDER BY m.account_id, m.name, m.since DESC
	LOOP
		IF wanted.until IS NULL THEN
			DELETE FROM governance.attribute a
				WHERE a.account_id = wanted.account_id AND a.name = wanted.name AND lower(a.during) = wanted.since;
			DELETE FROM governance.certified_attribute m
				WHERE m.account_id = wanted.account_id AND m.name = wanted.name AND m.since = wanted.since;
		ELSE
			UPDATE governance.attribute a SET during = tstzrange(wanted.since, NULLIF(wanted.until, 'infinity'))
				WHERE a.account_id = wanted.account_id AND a.name = wanted.name AND lower(a.during) = wanted.since;
			UPDATE governance.certified_attribute m SET until = wanted.until
				WHERE m.account_id = wanted.account_id AND m.name = wanted.name AND m.since = wanted.since;
		END IF;
	END LOOP;

	WITH added AS (
		INSERT INTO governance.certified_attribute (account_id, name, value, since, until)
			SELECT w.account_id, w.name, w.value, w.since, w.until
				FROM governance.certification_periods(accounts, 'attribute') w
				WHERE NOT EXISTS (SELECT FROM governance.certified_attribute m
									WHERE m.account_id = w.account_id AND m.name = w.name AND m.since = w.since)
			RETURNING *
	)
	INSERT INTO governance.attribute (account_id, name, value, during)
		SELECT n.account_id, n.name, n.value, tstzrange(n.since, NULLIF(n.until, 'infinity'))
			FROM added n
			ORDER BY n.account_id, n.name, n.since;
END
$derive$;
COMMENT ON FUNCTION governance.certification_derive_attributes(bigint[]) IS
	'part of certification_derive(): the facts that hold of certified accounts';

-- The left side is what is stored, the right one what certification_periods()
-- computes; both are null where the other has nothing.
-- Level: reader
CREATE FUNCTION governance.verify_certification()
	RETURNS TABLE (relation text, account_id bigint, name text, stored tstzrange, computed tstzrange)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $verify$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		WITH stored AS (
			SELECT 'qualified_domain' AS relation, q.account_id, q.domain AS name, NULL::text AS value, q.since, q.until
				FROM governance.qualified_domain q
			UNION ALL
			SELECT 'qualified_capability', q.account_id, q.capability, NULL, q.since, q.until
				FROM governance.qualified_capability q
			UNION ALL
			-- Beside it stands what is switched off: verify_usage().
			SELECT 'withholding', q.account_id, CASE q.ground WHEN 'certification' THEN q.capability ELSE format('%s: ground %s', q.capability, q.ground) END,
					NULL, q.since, q.until
				FROM governance.withholding q WHERE q.ground <> 'switch'
			UNION ALL
			SELECT 'attribute', a.account_id, a.name, a.value, m.since, COALESCE(upper(a.during), 'infinity')
				FROM governance.certified_attribute m
					JOIN governance.attribute a
						ON a.account_id = m.account_id AND a.name = m.name AND lower(a.during) = m.since
		), computed AS (
			SELECT CASE p.what WHEN 'domain' THEN 'qualified_domain' WHEN 'capability' THEN 'qualified_capability'
					ELSE p.what END AS relation,
					p.account_id, p.name, p.value, p.since, p.until
				FROM governance.certification_periods(NULL) p
		)
		SELECT relation, account_id, name,
				CASE WHEN s.until IS NOT NULL THEN tstzrange(since, s.until) END,
				CASE WHEN c.until IS NOT NULL THEN tstzrange(since, c.until) END
			FROM stored s FULL JOIN computed c USING (relation, account_id, name, since)
			WHERE s.until IS NULL OR c.until IS NULL OR s.until <> c.until OR s.value <> c.value
			ORDER BY 1, 2, 3, since;

	-- What it notes of the facts beside them.
	RETURN QUERY
		SELECT 'certified_attribute', m.account_id, m.name, tstzrange(m.since, m.until), a.during
			FROM governance.certified_attribute m
				LEFT JOIN governance.attribute a
					ON a.account_id = m.account_id AND a.name = m.name AND lower(a.during) = m.since
			WHERE a.value IS DISTINCT FROM m.value OR COALESCE(upper(a.during), 'infinity') <> m.until
			ORDER BY 2, 3, m.since;
	RETURN QUERY SELECT v.* FROM governance.verify_steps() v;
END
$verify$;
COMMENT ON FUNCTION governance.verify_certification() IS
	'every difference between what is stored and what follows from the certifications and their steps; where one is not as its steps say, name has the column and both values; no rows: proven';

-- The deadline that the grant has set says what was copied of the taxonomy; of
-- one that was not granted nothing does.
-- Level: reader
CREATE FUNCTION governance.verify_steps()
	RETURNS TABLE (relation text, account_id bigint, name text, stored tstzrange, computed tstzrange)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $verify$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		WITH step AS (
			SELECT s.account_id, s.certification_id, s.step, s.action, s.at, s.status, s.review_due, s.qualification, s.auxiliary_account_id,
					lead(s.at) OVER w AS ends,
					bool_or(s.action = 'grant') OVER w AS granted,
					max(s.step) FILTER (WHERE s.status <> 'cancelled') OVER (PARTITION BY s.account_id, s.certification_id) AS alive
				FROM governance.certification_step s
				WINDOW w AS (PARTITION BY s.account_id, s.certification_id ORDER BY s.step)
		), again AS (
			SELECT s.account_id, s.certification_id, max(s.step) AS last_step,
					(array_agg(s.status ORDER BY s.step DESC))[1] AS status,
					(array_agg(s.at ORDER BY s.step DESC))[1] AS last_at,
					(array_agg(s.review_due ORDER BY s.step DESC))[1] AS review_due,
					(array_agg(s.qualification ORDER BY s.step))[1] AS qualification,
					(array_agg(s.auxiliary_account_id ORDER BY s.step))[1] AS auxiliary_account_id,
					(array_agg(s.at ORDER BY s.step))[1] AS applied_at,
					max(s.at) FILTER (WHERE s.action = 'grant') AS granted_at,
					max(s.review_due) FILTER (WHERE s.action = 'grant') AS first_due,
					-- The last of it that is cancelled is its end; what was cancelled
					-- and restored counts as suspended.
					min(s.at) FILTER (WHERE s.granted AND s.status = 'cancelled' AND (s.step > s.alive OR s.alive IS NULL)) AS ended_at,
					COALESCE(range_agg(tstzrange(s.at, s.ends))
						FILTER (WHERE s.status = 'suspended' OR s.granted AND s.status = 'cancelled' AND s.step < s.alive), '{}') AS suspensions
				FROM step s
				GROUP BY s.account_id, s.certification_id
		)
		SELECT 'certification', account_id,
				CASE WHEN c.last_step IS NULL OR a.last_step IS NULL THEN format('certification %s', certification_id)
					ELSE format('certification %s: %s %s, not %s', certification_id, d.name, COALESCE(d.stored, 'null'), COALESCE(d.again, 'null')) END,
				CASE WHEN c.last_step IS NOT NULL THEN COALESCE(c.validity, tstzrange(c.applied_at, NULL)) END,
				CASE WHEN a.last_step IS NOT NULL THEN tstzrange(COALESCE(a.granted_at, a.applied_at), LEAST(a.review_due, a.ended_at)) END
			FROM governance.certification c FULL JOIN again a USING (account_id, certification_id)
				CROSS JOIN LATERAL (VALUES
					('qualification', c.qualification::text, a.qualification::text),
					('status', c.status, a.status),
					('applied_at', c.applied_at::text, a.applied_at::text),
					('granted_at', c.granted_at::text, a.granted_at::text),
					('review_due', c.review_due::text, a.review_due::text),
					('ended_at', c.ended_at::text, a.ended_at::text),
					('suspensions', c.suspensions::text, a.suspensions::text),
					('auxiliary_account_id', c.auxiliary_account_id::text, a.auxiliary_account_id::text),
					('last_step', c.last_step::text, a.last_step::text),
					('last_at', c.last_at::text, a.last_at::text),
					('time_zone', c.time_zone, CASE WHEN c.time_zone IN (SELECT k.time_zone FROM governance.qualification_kind k)
							OR c.time_zone IN (SELECT z.name FROM pg_timezone_names z) THEN c.time_zone END),
					('review_every', COALESCE(c.review_every::text, 'never'), CASE
						WHEN a.granted_at IS NULL OR (c.review_every IS NULL) = (a.first_due IS NULL)
							AND (c.review_every IS NULL
								 OR (c.time_zone IN (SELECT k.time_zone FROM governance.qualification_kind k)
									 OR c.time_zone IN (SELECT z.name FROM pg_timezone_names z))
									AND c.review_every > '0'::interval
									AND governance.review_deadline(a.granted_at, c.review_every, c.time_zone, a.granted_at) = a.first_due)
							THEN COALESCE(c.review_every::text, 'never') END)) d (name, stored, again)
			WHERE d.stored IS DISTINCT FROM d.again AND (c.last_step IS NOT NULL AND a.last_step IS NOT NULL OR d.name = 'status')
			ORDER BY 2, certification_id, 3;
	RETURN QUERY
		SELECT 'certified_account', account_id, format('steps %s, not %s', COALESCE(c.steps::text, 'null'), COALESCE(s.steps::text, 'null')), NULL::tstzrange, NULL::tstzrange
			FROM governance.certified_account c
				FULL JOIN (SELECT s.account_id, max(s.step) AS steps FROM governance.certification_step s GROUP BY 1) s USING (account_id)
			WHERE c.steps <> COALESCE(s.steps, 0) OR c.steps IS NULL
			ORDER BY 2;
END
$verify$;
COMMENT ON FUNCTION governance.verify_steps() IS
	'part of verify_certification(): certifications that are not as their steps say';

-- Level: owner
CREATE FUNCTION governance.rebuild_certification_as_owner() RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $rebuild$
BEGIN
	LOCK TABLE governance.standing IN ROW EXCLUSIVE MODE;
	UPDATE governance.certification_config SET version = version + 1;
	PERFORM governance.certification_derive(NULL);
END
$rebuild$;
COMMENT ON FUNCTION governance.rebuild_certification_as_owner() IS
	'part of rebuild_certification(): what it does, as the owner of the ledger';

-- Level: owner
CREATE FUNCTION governance.rebuild_certification() RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_as_owner';
REVOKE ALL ON FUNCTION governance.rebuild_certification(), governance.rebuild_certification_as_owner() FROM PUBLIC;
COMMENT ON FUNCTION governance.rebuild_certification() IS
	'makes what follows from certifications anew';

-- A dump of a ledger of an earlier version names it.
CREATE FUNCTION governance.certification_withheld() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_certification_withheld'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.certification_withheld() IS
	'row trigger of earlier versions on governance.restriction, which is a view now: does nothing';
REVOKE ALL ON FUNCTION governance.certification_withheld() FROM PUBLIC;

CREATE FUNCTION governance.certification_config_row() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $config$
BEGIN
	-- Waits for steps under way; those that come later see the change.  The
	-- table of standings goes first, as everywhere: facts may follow.
	LOCK TABLE governance.standing IN ROW EXCLUSIVE MODE;
	UPDATE governance.certification_config SET version = version + 1;
	PERFORM governance.certification_derive(NULL, CASE TG_TABLE_NAME
		WHEN 'requirement' THEN '{domain,capability}'::text[]
		WHEN 'certification_withholding' THEN '{withholding}'
		ELSE '{attribute}' END);
	RETURN NULL;
END
$config$;
COMMENT ON FUNCTION governance.certification_config_row() IS
	'part of certification_config_changed(): does so as the owner of the ledger';

CREATE FUNCTION governance.certification_config_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_certification_config_changed'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.certification_config_changed() IS
	'statement trigger on the tables that say what follows from a certification: brings what follows up to date for every account';
REVOKE ALL ON FUNCTION governance.certification_config_changed() FROM PUBLIC;
