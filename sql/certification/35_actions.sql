-- ---------------------------------------------------------------------------
-- certification: functions that take steps.  Each inserts one row into
-- governance.certification_step (or governance.face_check) with the rights of
-- its caller; the trigger on the table decides whether the step can be taken.
-- ---------------------------------------------------------------------------

-- Level: administrator
CREATE FUNCTION governance.take_step(account_id bigint, certification_id bigint, action text, reason text, evidence jsonb, at timestamptz,
		part text DEFAULT NULL, passed boolean DEFAULT NULL, qualification governance.qualification DEFAULT NULL,
		auxiliary_account_id bigint DEFAULT NULL, OUT certification bigint, OUT status text, OUT review_due timestamptz)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
BEGIN
	INSERT INTO governance.certification_step AS s
			(account_id, certification_id, action, reason, evidence, at, part, passed, qualification, auxiliary_account_id)
		VALUES (take_step.account_id, take_step.certification_id, take_step.action, take_step.reason, take_step.evidence, take_step.at,
				take_step.part, take_step.passed, take_step.qualification, take_step.auxiliary_account_id)
		RETURNING s.certification_id, s.status, s.review_due INTO certification, status, review_due;
END
$step$;
COMMENT ON FUNCTION governance.take_step(bigint, bigint, text, text, jsonb, timestamptz, text, boolean, governance.qualification, bigint) IS
	'part of apply_for_certification(), examine_certification() and the other steps: takes one; gives the certification, its status and when its next review is due';

-- Level: administrator
CREATE FUNCTION governance.apply_for_certification(account_id bigint, qualification governance.qualification,
		evidence jsonb DEFAULT NULL, reason text DEFAULT NULL, auxiliary_account_id bigint DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, NULL, 'apply', reason, evidence, at, qualification => qualification,
								 auxiliary_account_id => auxiliary_account_id)).certification;
COMMENT ON FUNCTION governance.apply_for_certification(bigint, governance.qualification, jsonb, text, bigint, timestamptz) IS
	'an account applies to be certified; gives the certification_id';

-- Level: administrator
CREATE FUNCTION governance.examine_part(account_id bigint, certification_id bigint, part text, passed boolean,
		reason text DEFAULT NULL, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, certification_id, 'examine', reason, evidence, at, part, passed)).status;
COMMENT ON FUNCTION governance.examine_part(bigint, bigint, text, boolean, text, jsonb, timestamptz) IS
	'a part of an application has been examined: naming, documents or letter for an institution; gives the status';

-- Level: administrator
CREATE FUNCTION governance.review_certification(account_id bigint, certification_id bigint, passed boolean DEFAULT true,
		reason text DEFAULT NULL, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS timestamptz
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, certification_id, 'review', reason, evidence, at, passed => passed)).review_due;
COMMENT ON FUNCTION governance.review_certification(bigint, bigint, boolean, text, jsonb, timestamptz) IS
	'a certification has been reviewed; gives when the next review is due; one that is not passed cancels it';

-- Level: administrator
CREATE FUNCTION governance.examine_certification(account_id bigint, certification_id bigint,
		reason text DEFAULT NULL, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, certification_id, 'examine', reason, evidence, at)).status;
COMMENT ON FUNCTION governance.examine_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'an application is under examination; gives the status';

-- Level: administrator
CREATE FUNCTION governance.grant_certification(account_id bigint, certification_id bigint,
		reason text DEFAULT NULL, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, certification_id, 'grant', reason, evidence, at)).status;
COMMENT ON FUNCTION governance.grant_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'an application is granted; gives the status';

-- Level: administrator
CREATE FUNCTION governance.refuse_certification(account_id bigint, certification_id bigint,
		reason text, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, certification_id, 'refuse', reason, evidence, at)).status;
COMMENT ON FUNCTION governance.refuse_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'an application is refused; gives the status';

-- Level: administrator
CREATE FUNCTION governance.suspend_certification(account_id bigint, certification_id bigint,
		reason text, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, certification_id, 'suspend', reason, evidence, at)).status;
COMMENT ON FUNCTION governance.suspend_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'a certification no longer counts until it is reinstated; gives the status';

-- Level: administrator
CREATE FUNCTION governance.reinstate_certification(account_id bigint, certification_id bigint,
		reason text, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, certification_id, 'reinstate', reason, evidence, at)).status;
COMMENT ON FUNCTION governance.reinstate_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'a suspended certification counts again; gives the status';

-- Level: administrator
CREATE FUNCTION governance.cancel_certification(account_id bigint, certification_id bigint,
		reason text, evidence jsonb DEFAULT NULL, at timestamptz DEFAULT NULL)
	RETURNS text
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN (governance.take_step(account_id, certification_id, 'cancel', reason, evidence, at)).status;
COMMENT ON FUNCTION governance.cancel_certification(bigint, bigint, text, jsonb, timestamptz) IS
	'a certification, or an application, ends; gives the status';

-- Level: moderator
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
