-- ---------------------------------------------------------------------------
-- certification: functions that take steps.  Each inserts one row into
-- governance.certification_step (or governance.face_check) with the rights of
-- its caller.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.apply_for_certification(account_id bigint, qualification governance.qualification,
		evidence jsonb DEFAULT NULL, reason text DEFAULT NULL, auxiliary_account_id bigint DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	bigint;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, action, qualification, evidence, reason, auxiliary_account_id, at)
		VALUES (apply_for_certification.account_id, 'apply', apply_for_certification.qualification,
				apply_for_certification.evidence, apply_for_certification.reason,
				apply_for_certification.auxiliary_account_id, apply_for_certification.at)
		RETURNING s.certification_id INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.apply_for_certification(bigint, governance.qualification, jsonb, text, bigint, timestamptz) IS
	'an account applies to be certified; gives the certification_id';

CREATE FUNCTION governance.examine_part(account_id bigint, certification_id bigint, part text, passed boolean,
		reason text DEFAULT NULL, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	text;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, certification_id, action, part, passed, reason, evidence, at)
		VALUES (examine_part.account_id, examine_part.certification_id, 'examine', examine_part.part, examine_part.passed,
				examine_part.reason, examine_part.evidence, examine_part.at)
		RETURNING s.status INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.examine_part(bigint, bigint, text, boolean, text, jsonb, timestamptz) IS
	'a part of an application has been examined: naming, documents or letter for an institution; gives the status';

CREATE FUNCTION governance.review_certification(account_id bigint, certification_id bigint, passed boolean DEFAULT true,
		reason text DEFAULT NULL, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS timestamptz
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	timestamptz;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, certification_id, action, passed, reason, evidence, at)
		VALUES (review_certification.account_id, review_certification.certification_id, 'review', review_certification.passed,
				review_certification.reason, review_certification.evidence, review_certification.at)
		RETURNING s.review_due INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.review_certification(bigint, bigint, boolean, text, jsonb, timestamptz) IS
	'a certification has been reviewed; gives when the next review is due; one that is not passed cancels it';

CREATE FUNCTION governance.check_face(account_id bigint, matched boolean, certification_id bigint DEFAULT NULL,
		score numeric DEFAULT NULL, method text DEFAULT NULL, content_ref text DEFAULT NULL, evidence jsonb DEFAULT NULL,
		at timestamptz DEFAULT now())
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
DECLARE
	answer	bigint;
BEGIN
	INSERT INTO governance.face_check AS f (account_id, matched, certification_id, score, method, content_ref, evidence, at)
		VALUES (check_face.account_id, check_face.matched, check_face.certification_id, check_face.score, check_face.method,
				check_face.content_ref, check_face.evidence, check_face.at)
		RETURNING f.check_id INTO answer;
	RETURN answer;
END
$check$;
COMMENT ON FUNCTION governance.check_face(bigint, boolean, bigint, numeric, text, text, jsonb, timestamptz) IS
	'the person on camera was compared with the certified one; a failed check suspends; gives the check_id';

CREATE FUNCTION governance.examine_certification(account_id bigint, certification_id bigint,
		reason text DEFAULT NULL, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	text;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, certification_id, action, reason, evidence, at)
		VALUES (examine_certification.account_id, examine_certification.certification_id, 'examine',
				examine_certification.reason, examine_certification.evidence, examine_certification.at)
		RETURNING s.status INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.examine_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'an application is under examination; gives the status';

CREATE FUNCTION governance.grant_certification(account_id bigint, certification_id bigint,
		reason text DEFAULT NULL, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	text;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, certification_id, action, reason, evidence, at)
		VALUES (grant_certification.account_id, grant_certification.certification_id, 'grant',
				grant_certification.reason, grant_certification.evidence, grant_certification.at)
		RETURNING s.status INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.grant_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'an application is granted; gives the status';

CREATE FUNCTION governance.refuse_certification(account_id bigint, certification_id bigint,
		reason text, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	text;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, certification_id, action, reason, evidence, at)
		VALUES (refuse_certification.account_id, refuse_certification.certification_id, 'refuse',
				refuse_certification.reason, refuse_certification.evidence, refuse_certification.at)
		RETURNING s.status INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.refuse_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'an application is refused; gives the status';

CREATE FUNCTION governance.suspend_certification(account_id bigint, certification_id bigint,
		reason text, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	text;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, certification_id, action, reason, evidence, at)
		VALUES (suspend_certification.account_id, suspend_certification.certification_id, 'suspend',
				suspend_certification.reason, suspend_certification.evidence, suspend_certification.at)
		RETURNING s.status INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.suspend_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'a certification no longer counts until it is reinstated; gives the status';

CREATE FUNCTION governance.reinstate_certification(account_id bigint, certification_id bigint,
		reason text, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	text;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, certification_id, action, reason, evidence, at)
		VALUES (reinstate_certification.account_id, reinstate_certification.certification_id, 'reinstate',
				reinstate_certification.reason, reinstate_certification.evidence, reinstate_certification.at)
		RETURNING s.status INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.reinstate_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'a suspended certification counts again; gives the status';

CREATE FUNCTION governance.cancel_certification(account_id bigint, certification_id bigint,
		reason text, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
DECLARE
	answer	text;
BEGIN
	INSERT INTO governance.certification_step AS s (account_id, certification_id, action, reason, evidence, at)
		VALUES (cancel_certification.account_id, cancel_certification.certification_id, 'cancel',
				cancel_certification.reason, cancel_certification.evidence, cancel_certification.at)
		RETURNING s.status INTO answer;
	RETURN answer;
END
$step$;
COMMENT ON FUNCTION governance.cancel_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'a certification, or an application, ends; gives the status';
