-- ---------------------------------------------------------------------------
-- certification: what violations cost
-- ---------------------------------------------------------------------------

-- The severity of the rule is that of the version in force when the violation
-- occurred; a rule that only a version on trial knows costs nobody anything. A
-- cancellation by a second violation is written down as well, so that
-- overturning the first one does not bring the certification back.
-- Level: owner
CREATE FUNCTION governance.certification_consequences(account_id bigint, violation_id bigint, at timestamptz DEFAULT NULL)
	RETURNS SETOF bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $consequences$
<<local>>
DECLARE
	ranks		CONSTANT text[] := ARRAY['minor', 'medium', 'severe', 'extreme'];
	violation	record;
	severity	text;
	cert		record;
BEGIN
	IF NOT EXISTS (SELECT FROM governance.certified_account a WHERE a.account_id = certification_consequences.account_id) THEN
		RETURN;
	END IF;
	SELECT v.scheme, v.rule, v.occurred_at, LEAST(COALESCE(certification_consequences.at, v.decided_at), now()) AS decided_at
		INTO violation
		FROM governance.violation v
		WHERE v.account_id = certification_consequences.account_id
			AND v.violation_id = certification_consequences.violation_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('violation', violation_id::text, account_id::text);
	END IF;
	SELECT r.severity INTO severity
		FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
		WHERE p.scheme = violation.scheme AND r.rule = violation.rule AND p.status IN ('active', 'retired')
			AND p.in_force @> violation.occurred_at
		LIMIT 1;
	IF NOT FOUND THEN
		RETURN;					-- only a version on trial knows of it, which acts on nobody
	END IF;

	FOR cert IN
		SELECT c.certification_id, GREATEST(violation.decided_at, c.last_at) AS at,
				min(q.effect) AS effect		-- "cancel" outweighs "suspend"
			FROM governance.certification c
				JOIN governance.certification_consequence q
					ON (q.qualification IS NULL OR c.qualification OPERATOR(pg_catalog.@>) q.qualification)
			WHERE c.account_id = certification_consequences.account_id
				AND q.scheme = violation.scheme
				AND (q.rule IS NULL OR q.rule = violation.rule)
				AND (q.severity IS NULL OR array_position(ranks, local.severity) >= array_position(ranks, q.severity))
				AND c.granted_at <= violation.decided_at
				AND (c.review_due IS NULL OR c.review_due > GREATEST(violation.decided_at, c.last_at))
				-- What another violation has cancelled gets a further ground.
				AND (c.status IN ('granted', 'suspended')
					 OR c.status = 'cancelled' AND q.effect = 'cancel'
						AND EXISTS (SELECT FROM governance.certification_step s
									WHERE s.account_id = c.account_id AND s.certification_id = c.certification_id
										AND s.action = 'cancel' AND s.violation_id IS NOT NULL))
			GROUP BY c.certification_id, c.last_at
			ORDER BY c.certification_id
	LOOP
		INSERT INTO governance.certification_step (account_id, certification_id, action, at, violation_id, reason)
			VALUES (certification_consequences.account_id, cert.certification_id, cert.effect, cert.at,
					certification_consequences.violation_id,
					format('violation %s of rule %s of scheme %s', violation_id, violation.rule, violation.scheme));
		RETURN NEXT cert.certification_id;
	END LOOP;
END
$consequences$;
COMMENT ON FUNCTION governance.certification_consequences(bigint, bigint, timestamptz) IS
	'part of certification_violation(): cancels or suspends what a violation costs; gives the certifications that it hits';

-- Level: owner
CREATE FUNCTION governance.certification_violations(account_ids bigint[], violation_ids bigint[]) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $violations$
BEGIN
	-- One by one, whatever the planner knows of the table (OFFSET 0); most accounts
	-- have never applied for a certification.
	PERFORM governance.certification_consequences(v.account_id, v.violation_id)
		FROM (SELECT e.account_id, e.violation_id
			  FROM (SELECT n.account_id, n.violation_id FROM unnest(account_ids, violation_ids) n(account_id, violation_id)
					UNION ALL
					SELECT c.account_id, c.violation_id FROM unnest(account_ids, violation_ids) n(account_id, violation_id),
						LATERAL (SELECT c.account_id, c.violation_id FROM governance.violation c
								 WHERE c.linked_account_id = n.account_id AND c.linked_violation_id = n.violation_id OFFSET 0) c) e,
				LATERAL (SELECT FROM governance.certified_account a WHERE a.account_id = e.account_id OFFSET 0) a
			  ORDER BY 1, 2) v;
END
$violations$;
COMMENT ON FUNCTION governance.certification_violations(bigint[], bigint[]) IS
	'part of certification_violation(): the violations of a statement that may cost a certification, and their copies';

-- An overturned violation gives back what it cost; one that is reinstated costs
-- it again, as of the decision.
-- Level: owner
CREATE FUNCTION governance.certification_revisions(account_ids bigint[], revision_ids bigint[]) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $revisions$
DECLARE
	revision	record;
	cert		record;
BEGIN
	FOR revision IN
		SELECT n.account_id, n.violation_id, n.action, n.reason, n.decided_at
			-- One by one, whatever the planner knows of the table (OFFSET 0).
			FROM (SELECT u.account_id, u.revision_id FROM unnest(account_ids, revision_ids) u(account_id, revision_id)
				  UNION ALL
				  SELECT c.account_id, c.revision_id FROM unnest(revision_ids) u(revision_id),
					LATERAL (SELECT c.account_id, c.revision_id FROM governance.revision c
							 WHERE c.linked_revision_id = u.revision_id OFFSET 0) c) i,
				LATERAL (SELECT a.account_id FROM governance.certified_account a WHERE a.account_id = i.account_id OFFSET 0) a,
				LATERAL (SELECT n.* FROM governance.revision n
						 WHERE n.account_id = i.account_id AND n.revision_id = i.revision_id OFFSET 0) n
			WHERE n.action IN ('overturn', 'reinstate')
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
			PERFORM governance.certification_consequences(revision.account_id, revision.violation_id, revision.decided_at);
		END IF;
	END LOOP;
END
$revisions$;
COMMENT ON FUNCTION governance.certification_revisions(bigint[], bigint[]) IS
	'part of certification_revision(): the revisions of a statement, and what followed for copies';

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

CREATE FUNCTION governance.small_table_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_small_table_changed'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.small_table_changed() IS
	'trigger on small tables of the configuration: makes every session read the table anew';
REVOKE ALL ON FUNCTION governance.small_table_changed() FROM PUBLIC;

CREATE FUNCTION governance.certification_consequence_known() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $known$
BEGIN
	IF NOT EXISTS (SELECT FROM governance.scheme s WHERE s.scheme = NEW.scheme AND s.kind = 'scheme') THEN
		PERFORM governance.report_missing('scheme', NEW.scheme, relation => TG_TABLE_NAME, field => 'scheme');
	END IF;
	IF NEW.rule IS NOT NULL
		AND NOT EXISTS (SELECT FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
						WHERE p.scheme = NEW.scheme AND r.rule = NEW.rule) THEN
		PERFORM governance.report_missing('rule', NEW.rule, NEW.scheme, relation => TG_TABLE_NAME, field => 'rule');
	END IF;
	PERFORM governance.check_qualification(NEW.qualification);
	RETURN NEW;
END
$known$;
COMMENT ON FUNCTION governance.certification_consequence_known() IS
	'row trigger on governance.certification_consequence: refuses schemes, rules and qualifications that are not known';
