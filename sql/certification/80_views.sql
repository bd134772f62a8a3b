-- ---------------------------------------------------------------------------
-- certification: for people
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.create_certification_views() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
BEGIN
	IF to_regclass('governance.certification_overview') IS NULL THEN
		RETURN NEXT 'created view governance.certification_overview';
	END IF;
	CREATE OR REPLACE VIEW governance.certification_overview AS
		SELECT c.account_id, c.certification_id, c.qualification,
				governance.qualification_name(c.qualification) AS name,
				CASE WHEN c.status IN ('granted', 'suspended') AND c.review_due <= now() THEN 'lapsed' ELSE c.status END AS status,
				c.applied_at, c.granted_at, c.review_due, c.ended_at, c.last_at
			FROM governance.certification c;
	COMMENT ON VIEW governance.certification_overview IS 'every certification as it stands now, in words';
	COMMENT ON COLUMN governance.certification_overview.account_id IS 'who';
	COMMENT ON COLUMN governance.certification_overview.certification_id IS 'which certification';
	COMMENT ON COLUMN governance.certification_overview.qualification IS 'what is certified';
	COMMENT ON COLUMN governance.certification_overview.name IS 'in words';
	COMMENT ON COLUMN governance.certification_overview.status IS 'applied, examining, granted, refused, suspended, lapsed or cancelled';
	COMMENT ON COLUMN governance.certification_overview.applied_at IS 'when it was applied for';
	COMMENT ON COLUMN governance.certification_overview.granted_at IS 'when it was granted';
	COMMENT ON COLUMN governance.certification_overview.review_due IS 'when it lapses, or lapsed, without a review';
	COMMENT ON COLUMN governance.certification_overview.ended_at IS 'when it was cancelled';
	COMMENT ON COLUMN governance.certification_overview.last_at IS 'when it took its last step';

	IF to_regclass('governance.certification_due') IS NULL THEN
		RETURN NEXT 'created view governance.certification_due';
	END IF;
	CREATE OR REPLACE VIEW governance.certification_due AS
		SELECT d.* FROM governance.certifications_due('30 days'::interval) d;
	COMMENT ON VIEW governance.certification_due IS 'certifications whose review is due within 30 days';
	COMMENT ON COLUMN governance.certification_due.account_id IS 'who';
	COMMENT ON COLUMN governance.certification_due.certification_id IS 'which certification';
	COMMENT ON COLUMN governance.certification_due.qualification IS 'what is certified';
	COMMENT ON COLUMN governance.certification_due.name IS 'in words';
	COMMENT ON COLUMN governance.certification_due.status IS 'granted or suspended';
	COMMENT ON COLUMN governance.certification_due.review_due IS 'at this instant it lapses';
	COMMENT ON COLUMN governance.certification_due.remaining IS 'how long that is from now';

	IF to_regclass('governance.certification_lost') IS NULL THEN
		RETURN NEXT 'created view governance.certification_lost';
	END IF;
	CREATE OR REPLACE VIEW governance.certification_lost AS
		SELECT o.account_id, o.certification_id, o.qualification, o.name, o.status,
				CASE o.status WHEN 'lapsed' THEN o.review_due ELSE s.at END AS lost_at,
				CASE o.status WHEN 'lapsed' THEN 'the review was missed' ELSE s.reason END AS reason,
				CASE WHEN o.status <> 'lapsed' THEN s.violation_id END AS violation_id,
				CASE WHEN o.status <> 'lapsed' THEN s.check_id END AS check_id,
				CASE WHEN o.status <> 'lapsed' THEN s.recorded_by END AS recorded_by
			FROM governance.certification_overview o
				LEFT JOIN LATERAL (
					SELECT t.at, t.reason, t.violation_id, t.check_id, t.recorded_by FROM governance.certification_step t
						WHERE t.account_id = o.account_id AND t.certification_id = o.certification_id
							AND t.status = o.status AND t.from_status <> t.status
						ORDER BY t.step DESC LIMIT 1) s ON true
			WHERE o.granted_at IS NOT NULL AND o.status IN ('suspended', 'lapsed', 'cancelled');
	COMMENT ON VIEW governance.certification_lost IS 'who lost which certification, when and why';
	COMMENT ON COLUMN governance.certification_lost.account_id IS 'who';
	COMMENT ON COLUMN governance.certification_lost.certification_id IS 'which certification';
	COMMENT ON COLUMN governance.certification_lost.qualification IS 'what was certified';
	COMMENT ON COLUMN governance.certification_lost.name IS 'in words';
	COMMENT ON COLUMN governance.certification_lost.status IS 'suspended, lapsed or cancelled';
	COMMENT ON COLUMN governance.certification_lost.lost_at IS 'since when';
	COMMENT ON COLUMN governance.certification_lost.reason IS 'why';
	COMMENT ON COLUMN governance.certification_lost.violation_id IS 'the violation that cost it';
	COMMENT ON COLUMN governance.certification_lost.check_id IS 'the face check that failed';
	COMMENT ON COLUMN governance.certification_lost.recorded_by IS 'who took the step';
END
$create$;
COMMENT ON FUNCTION governance.create_certification_views() IS
	'part of create_ledger(): the views of certifications';

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
