-- ---------------------------------------------------------------------------
-- certification: what violations cost
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.certification_consequences(account_id bigint, violation_id bigint, scheme text, rule text,
		decided_at timestamptz DEFAULT now())
	RETURNS SETOF bigint
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $consequences$
<<local>>
DECLARE
	ranks		CONSTANT text[] := ARRAY['minor', 'medium', 'severe', 'extreme'];
	severity	text;
	cert		record;
BEGIN
	IF NOT EXISTS (SELECT FROM governance.certified_account a WHERE a.account_id = certification_consequences.account_id) THEN
		RETURN;
	END IF;
	SELECT r.severity INTO severity FROM governance.rule r
		WHERE r.scheme = certification_consequences.scheme AND r.rule = certification_consequences.rule
		LIMIT 1;

	FOR cert IN
		SELECT c.certification_id, GREATEST(LEAST(certification_consequences.decided_at, now()), c.last_at) AS at,
				min(q.effect) AS effect		-- cancel outweighs suspend
			FROM governance.certification c
				JOIN governance.certification_consequence q
					ON (q.qualification IS NULL OR c.qualification OPERATOR(governance.@>) q.qualification)
			WHERE c.account_id = certification_consequences.account_id
				AND q.scheme = certification_consequences.scheme
				AND (q.rule IS NULL OR q.rule = certification_consequences.rule)
				AND (q.severity IS NULL
					 OR array_position(ranks, local.severity) >= array_position(ranks, q.severity))
				AND c.status IN ('granted', 'suspended', 'cancelled')
				AND c.granted_at <= certification_consequences.decided_at
				AND (c.status <> 'cancelled'
					 OR EXISTS (SELECT FROM governance.certification_step s
								WHERE s.account_id = c.account_id AND s.certification_id = c.certification_id
									AND s.action = 'cancel' AND s.violation_id IS NOT NULL))
				AND (c.review_due IS NULL
					 OR c.review_due > GREATEST(LEAST(certification_consequences.decided_at, now()), c.last_at))
			GROUP BY c.certification_id, c.last_at, c.status
			HAVING c.status <> 'cancelled' OR min(q.effect) = 'cancel'
			ORDER BY c.certification_id
	LOOP
		INSERT INTO governance.certification_step (account_id, certification_id, action, at, violation_id, reason)
			VALUES (certification_consequences.account_id, cert.certification_id, cert.effect, cert.at,
					certification_consequences.violation_id,
					format('violation %s of rule %s of scheme %s', violation_id, rule, scheme));
		RETURN NEXT cert.certification_id;
	END LOOP;
END
$consequences$;
COMMENT ON FUNCTION governance.certification_consequences(bigint, bigint, text, text, timestamptz) IS
	'part of certification_violation(): cancels or suspends what a violation costs; gives the certifications that it hits';

CREATE FUNCTION governance.certification_violation_rows() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $rows$
BEGIN
	PERFORM governance.certification_consequences(v.account_id, v.violation_id, v.scheme, v.rule, v.decided_at)
		FROM (SELECT n.* FROM new_rows n
			  WHERE EXISTS (SELECT FROM governance.certification_consequence q
							WHERE q.scheme = n.scheme AND (q.rule IS NULL OR q.rule = n.rule))
			  ORDER BY n.account_id, n.violation_id) v;
	RETURN NULL;
END
$rows$;
COMMENT ON FUNCTION governance.certification_violation_rows() IS
	'part of certification_violation()';

CREATE FUNCTION governance.certification_revision_rows() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $rows$
DECLARE
	revision	record;
	cert		record;
	violation	record;
BEGIN
	FOR revision IN
		SELECT n.account_id, n.violation_id, n.action, n.reason, n.decided_at FROM new_rows n
			WHERE n.action IN ('overturn', 'reinstate')
				AND EXISTS (SELECT FROM governance.certified_account a WHERE a.account_id = n.account_id)
			ORDER BY n.account_id, n.revision_id
	LOOP
		IF revision.action = 'overturn' THEN
			FOR cert IN
				SELECT DISTINCT s.certification_id FROM governance.certification_step s
					WHERE s.account_id = revision.account_id AND s.violation_id = revision.violation_id
						AND s.action IN ('suspend', 'cancel')
						AND NOT EXISTS (SELECT FROM governance.certification_step r
										WHERE r.account_id = s.account_id AND r.certification_id = s.certification_id
											AND r.action = 'restore' AND r.violation_id = s.violation_id AND r.step > s.step)
					ORDER BY s.certification_id
			LOOP
				INSERT INTO governance.certification_step (account_id, certification_id, action, violation_id, reason)
					VALUES (revision.account_id, cert.certification_id, 'restore', revision.violation_id,
							format('violation %s was overturned: %s', revision.violation_id, revision.reason));
			END LOOP;
		ELSE
			SELECT v.* INTO violation FROM governance.violation v
				WHERE v.account_id = revision.account_id AND v.violation_id = revision.violation_id;
			PERFORM governance.certification_consequences(violation.account_id, violation.violation_id, violation.scheme,
														  violation.rule, revision.decided_at);
		END IF;
	END LOOP;
	RETURN NULL;
END
$rows$;
COMMENT ON FUNCTION governance.certification_revision_rows() IS
	'part of certification_revision()';

CREATE FUNCTION governance.certification_violation() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_certification_violation'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.certification_violation() IS
	'statement trigger on governance.violation: violations that governance.certification_consequence names cancel or suspend certifications in the same transaction';
REVOKE ALL ON FUNCTION governance.certification_violation() FROM PUBLIC;

CREATE FUNCTION governance.certification_revision() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_certification_revision'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.certification_revision() IS
	'statement trigger on governance.revision: what a violation cost comes back when it is overturned';
REVOKE ALL ON FUNCTION governance.certification_revision() FROM PUBLIC;

CREATE FUNCTION governance.certification_consequence_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_certification_consequence_changed'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.certification_consequence_changed() IS
	'statement trigger on governance.certification_consequence: every session looks at it anew';
REVOKE ALL ON FUNCTION governance.certification_consequence_changed() FROM PUBLIC;
