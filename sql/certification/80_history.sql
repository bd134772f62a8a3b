-- ---------------------------------------------------------------------------
-- certification: what is due, and what has been
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.certifications_due(within interval DEFAULT '30 days', at timestamptz DEFAULT now())
	RETURNS TABLE (account_id bigint, certification_id bigint, qualification governance.qualification, name text, status text,
				   review_due timestamptz, remaining interval)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $due$
BEGIN
	RETURN QUERY
		SELECT c.account_id, c.certification_id, c.qualification, governance.qualification_name(c.qualification), c.status,
				c.review_due, c.review_due - certifications_due.at
			FROM governance.certification c
			WHERE c.status IN ('granted', 'suspended')
				AND c.review_due > certifications_due.at AND c.review_due <= certifications_due.at + within
			ORDER BY c.review_due, c.account_id, c.certification_id;
END
$due$;
COMMENT ON FUNCTION governance.certifications_due(interval, timestamptz) IS
	'the certifications whose review is due within a time, the most urgent first';

-- Lapses have no step; they are put in where they happened.
-- Level: reader
CREATE FUNCTION governance.certification_history(account_id bigint)
	RETURNS TABLE (at timestamptz, certification_id bigint, qualification governance.qualification, action text, part text,
				   passed boolean, from_status text, status text, review_due timestamptz, reason text, evidence jsonb,
				   violation_id bigint, check_id bigint, recorded_by text, session_role text, recorded_at timestamptz)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $history$
BEGIN
	IF NOT EXISTS (SELECT FROM governance.account a WHERE a.account_id = certification_history.account_id) THEN
		PERFORM governance.report_missing('account', account_id::text);
	END IF;
	RETURN QUERY
		SELECT h.* FROM (
			SELECT s.at, s.certification_id, c.qualification, s.action, s.part, s.passed, s.from_status, s.status, s.review_due,
					s.reason, s.evidence, s.violation_id, s.check_id, s.recorded_by, s.session_role, s.recorded_at
				FROM governance.certification_step s JOIN governance.certification c USING (account_id, certification_id)
				WHERE s.account_id = certification_history.account_id
			UNION ALL
			-- A lapse is a fact of the clock: nobody took a step.
			SELECT c.review_due, c.certification_id, c.qualification, 'lapse', NULL, NULL, c.status, 'lapsed', c.review_due,
					'the review was missed', NULL, NULL, NULL, NULL, NULL, NULL
				FROM governance.certification c
				WHERE c.account_id = certification_history.account_id AND c.status IN ('granted', 'suspended')
					AND c.review_due <= now()) h
		ORDER BY h.at, h.certification_id, h.recorded_at;
END
$history$;
COMMENT ON FUNCTION governance.certification_history(bigint) IS
	'every step of an account''s certifications: when, what, why, on what evidence and by whom; lapses included';
