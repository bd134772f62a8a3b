-- ---------------------------------------------------------------------------
-- certification: the steps.  Inserting into governance.certification_step is
-- how a step is taken; the functions at the end are for convenience.
-- ---------------------------------------------------------------------------

-- Months are counted on the local calendar and always from the grant: granted
-- on 31 January, half-yearly, a certification is due on 31 July and again on 31
-- January. Counting from the deadline before would lose the day at the first
-- short month. Gives infinity where there is nothing to count from.
-- Level: reader
CREATE FUNCTION governance.review_deadline(granted_at timestamptz, review_every interval, time_zone text, after timestamptz)
	RETURNS timestamptz
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $review$
DECLARE
	n		bigint;
	due		timestamptz;
	longest	numeric;
BEGIN
	IF review_every <= '0'::interval THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = governance.message('a certification cannot be reviewed every "%s"', review_every),
			HINT = governance.message('Give a positive interval.');
	END IF;
	IF NOT isfinite(granted_at) OR NOT isfinite(after) THEN
		RETURN 'infinity';
	END IF;
	-- As many as have passed for certain, whatever the months and the clock.
	longest := (extract(year FROM review_every) * 12 + extract(month FROM review_every)) * 31 * 86400
		+ extract(day FROM review_every) * 25 * 3600
		+ extract(hour FROM review_every) * 3600 + extract(minute FROM review_every) * 60 + extract(second FROM review_every);
	n := greatest(1, floor(extract(epoch FROM after - granted_at) / longest) - 1);
	-- Counted from the grant each time, so that the end of a short month does
	-- not move the ones after it.
	LOOP
		due := ((granted_at AT TIME ZONE time_zone) + review_every * n) AT TIME ZONE time_zone;
		IF due > after THEN
			RETURN due;
		END IF;
		n := n + 1;
	END LOOP;
END
$review$;
COMMENT ON FUNCTION governance.review_deadline(timestamptz, interval, text, timestamptz) IS
	'the first review deadline after an instant of a certification granted at another';

-- The steps are what is known; that a review was missed is a fact of the clock,
-- so "lapsed" is computed here and stands nowhere.
-- Level: reader
CREATE FUNCTION governance.certification_status(account_id bigint, certification_id bigint, at timestamptz DEFAULT now())
	RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $status$
DECLARE
	last	record;
BEGIN
	SELECT s.status, s.review_due INTO last
		FROM governance.certification_step s
		WHERE s.account_id = certification_status.account_id
			AND s.certification_id = certification_status.certification_id
			AND s.at <= certification_status.at
		ORDER BY s.step DESC
		LIMIT 1;
	IF NOT FOUND THEN
		IF NOT EXISTS (SELECT FROM governance.certification c
					   WHERE c.account_id = certification_status.account_id
						   AND c.certification_id = certification_status.certification_id) THEN
			PERFORM governance.report_missing('certification', certification_id::text, account_id::text);
		END IF;
		RETURN NULL;
	END IF;
	RETURN CASE WHEN last.status IN ('granted', 'suspended') AND last.review_due <= at
		THEN 'lapsed' ELSE last.status END;
END
$status$;
COMMENT ON FUNCTION governance.certification_status(bigint, bigint, timestamptz) IS
	'how a certification stood, stands or will stand at an instant: applied, examining, granted, refused, suspended, lapsed or cancelled; null before it was applied for';

-- Level: owner
CREATE FUNCTION governance.certification_turn(account_id bigint) RETURNS bigint
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_certification_turn';
COMMENT ON FUNCTION governance.certification_turn(bigint) IS
	'part of certification_step(): takes the account''s turn, and locks what may follow from the step, in the order in which everybody does; gives the number of the step';
REVOKE ALL ON FUNCTION governance.certification_turn(bigint) FROM PUBLIC;

-- The states and what leads from one to the other. The trigger in C calls this
-- as the owner of the table, before the row is inserted: it fills in what the
-- step did (from_status, status, review_due) and brings
-- governance.certification, and all that follows from it, to the same state. A
-- step that the present state does not allow is refused (GV401), and nothing is
-- half done.
CREATE FUNCTION governance.certification_step_row() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $step$
<<local>>
DECLARE
	cert		record;
	taxon		record;
	status		text;
	suspensions	tstzmultirange;
	review_due	timestamptz;
	ended_at	timestamptz;
	hint		text;
	restored	record;
BEGIN
	PERFORM FROM governance.account a WHERE a.account_id = NEW.account_id FOR KEY SHARE;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('account', NEW.account_id::text, relation => 'certification_step', field => 'account_id');
	END IF;
	NEW.step := governance.certification_turn(NEW.account_id);

	IF NEW.action = 'apply' THEN
		NEW.at := COALESCE(NEW.at, now());
		PERFORM governance.certification_apply_check(NEW);
		SELECT * INTO taxon
			FROM governance.review_terms(governance.kind(NEW.qualification), governance.path(NEW.qualification));
		NEW.certification_id := COALESCE(NEW.certification_id, nextval('governance.certification_seq'));
		NEW.from_status := NULL;
		NEW.status := 'applied';
		NEW.review_due := NULL;
		INSERT INTO governance.certification
				(account_id, certification_id, qualification, status, applied_at, review_every, time_zone,
				 auxiliary_account_id, last_step, last_at)
			VALUES (NEW.account_id, NEW.certification_id, NEW.qualification, 'applied', NEW.at, taxon.review_every,
					taxon.time_zone, NEW.auxiliary_account_id, NEW.step, NEW.at);
		RETURN NEW;
	END IF;

	SELECT * INTO cert FROM governance.certification c
		WHERE c.account_id = NEW.account_id AND c.certification_id = NEW.certification_id
		FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('certification', NEW.certification_id::text, NEW.account_id::text, relation => 'certification_step', field => 'certification_id');
	END IF;

	IF NEW.at IS NULL THEN
		NEW.at := GREATEST(now(), cert.last_at);
	ELSE
		PERFORM governance.certification_time_check(NEW, cert.last_at);
	END IF;

	NEW.from_status := CASE WHEN cert.status IN ('granted', 'suspended') AND cert.review_due <= NEW.at
		THEN 'lapsed' ELSE cert.status END;
	status := NEW.from_status;
	suspensions := cert.suspensions;
	review_due := cert.review_due;
	ended_at := cert.ended_at;

	IF NEW.from_status = 'lapsed' AND NEW.action <> 'restore' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV403',
			MESSAGE = governance.message('certification %s lapsed at %s', NEW.certification_id, cert.review_due),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'action',
			DETAIL = governance.message('The review that was due before then was missed; the step "%s" at %s comes too late.', NEW.action, NEW.at),
			HINT = governance.message('Apply anew with governance.apply_for_certification().');
	END IF;

	CASE NEW.action
		WHEN 'examine' THEN
			IF status IN ('applied', 'examining') THEN
				PERFORM governance.certification_part_check(NEW, cert.kind);
				status := 'examining';
			ELSE
				hint := governance.message('Only what was applied for is examined.');
			END IF;

		WHEN 'grant' THEN
			IF status = 'examining' THEN
				PERFORM governance.certification_grant_check(NEW, cert);
				status := 'granted';
				review_due := governance.review_deadline(NEW.at, cert.review_every, cert.time_zone, NEW.at);
				cert.granted_at := NEW.at;
				PERFORM governance.certification_place_check(cert, tstzrange(NEW.at, review_due));
			ELSE
				hint := CASE status WHEN 'applied' THEN governance.message('Examine it first, with governance.examine_certification().')
					ELSE governance.message('Only what is under examination is granted.') END;
			END IF;

		WHEN 'refuse' THEN
			IF status IN ('applied', 'examining') THEN
				status := 'refused';
			ELSE
				hint := governance.message('What was granted is cancelled instead.');
			END IF;

		WHEN 'review' THEN
			IF status NOT IN ('granted', 'suspended') THEN
				hint := governance.message('Only what was granted is reviewed.');
			ELSIF COALESCE(NEW.passed, true) THEN
				NEW.passed := true;
				-- A review counts for the period in which it is held.
				IF cert.review_every IS NOT NULL THEN
					review_due := GREATEST(review_due, governance.review_deadline(cert.granted_at, cert.review_every, cert.time_zone,
						governance.review_deadline(cert.granted_at, cert.review_every, cert.time_zone, NEW.at)));
				END IF;
			ELSE
				status := 'cancelled';
			END IF;

		WHEN 'suspend' THEN
			IF status IN ('granted', 'suspended') THEN
				status := 'suspended';
			ELSE
				hint := governance.message('Only what was granted is suspended.');
			END IF;

		WHEN 'reinstate' THEN
			IF status = 'suspended' THEN
				PERFORM governance.certification_reinstate_check(NEW);
				status := 'granted';
			ELSE
				hint := governance.message('Only what is suspended is reinstated.');
			END IF;

		WHEN 'cancel' THEN
			IF status = 'cancelled' AND NEW.violation_id IS NULL OR status = 'refused' THEN
				hint := governance.message('It has ended already.');
			ELSE
				status := 'cancelled';
			END IF;

		WHEN 'restore' THEN
			SELECT * INTO restored FROM governance.certification_restored(NEW, cert);
			IF restored.status IS NULL THEN
				hint := governance.message('Only what a violation cost is brought back, when that violation is overturned.');
			END IF;
			status := restored.status;
			NEW.reason := restored.reason;
			review_due := restored.review_due;
			suspensions := restored.suspensions;
			ended_at := restored.ended_at;

		ELSE
			RAISE EXCEPTION USING ERRCODE = 'GV401',
				MESSAGE = governance.message('unknown step "%s" of a certification', NEW.action),
				SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'action',
				HINT = governance.message('The steps are apply, examine, grant, refuse, review, suspend, reinstate, cancel and restore.');
	END CASE;

	IF hint IS NOT NULL OR status IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV401',
			MESSAGE = governance.message('certification %s is %s; the step "%s" is not possible', NEW.certification_id, NEW.from_status, NEW.action),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'action',
			HINT = COALESCE(hint, governance.message('governance.certification_history() says how it came to be so.'));
	END IF;

	IF status = 'cancelled' AND cert.granted_at IS NOT NULL AND ended_at IS NULL THEN
		ended_at := GREATEST(NEW.at, cert.granted_at);
	END IF;
	IF status = 'suspended' THEN
		suspensions := suspensions + tstzmultirange(tstzrange(NEW.at, NULL));
	ELSIF cert.status = 'suspended' THEN
		suspensions := suspensions - tstzmultirange(tstzrange(NEW.at, NULL));
	END IF;

	NEW.status := status;
	NEW.review_due := review_due;
	UPDATE governance.certification c
		SET status = NEW.status, granted_at = cert.granted_at, review_due = NEW.review_due,
			ended_at = local.ended_at, suspensions = local.suspensions,
			last_step = NEW.step, last_at = NEW.at
		WHERE c.account_id = NEW.account_id AND c.certification_id = NEW.certification_id;

	IF cert.granted_at IS NOT NULL THEN
		PERFORM governance.certification_derive(ARRAY[NEW.account_id]);
	END IF;
	RETURN NEW;
END
$step$;
COMMENT ON FUNCTION governance.certification_step_row() IS
	'part of certification_step(): takes one step';

-- Steps are in the order of their instants, so that the last one says how it stands.
-- Level: owner
CREATE FUNCTION governance.certification_time_check(step record, last_at timestamptz) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
BEGIN
	IF step.at < last_at OR step.at > clock_timestamp() THEN
		RAISE EXCEPTION USING ERRCODE = 'GV401',
			MESSAGE = governance.message('a step of certification %s cannot be taken at %s', step.certification_id, step.at),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'at',
			DETAIL = CASE WHEN governance.may_tell('certification')
				THEN governance.message('Its last step was at %s; no step lies before that or in the future.', last_at)
				ELSE governance.message('No step lies before the last one or in the future.') END,
			HINT = governance.message('Leave "at" null for now; governance.certification_history() lists the steps.');
	END IF;
END
$check$;
COMMENT ON FUNCTION governance.certification_time_check(record, timestamptz) IS
	'part of certification_step(): can a step be taken at its instant?';

-- What the exclusion constraint would refuse, with the certification that is in the
-- way.
-- Level: owner
CREATE FUNCTION governance.certification_place_check(cert record, during tstzrange) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
DECLARE
	other	record;
BEGIN
	SELECT c.certification_id, c.validity INTO other FROM governance.certification c
		WHERE c.account_id = cert.account_id AND c.kind = cert.kind AND c.path = cert.path AND c.validity && during
		LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'exclusion_violation',
			MESSAGE = governance.message('account %s is certified as %s:%s already', cert.account_id, cert.kind, cert.path),
			SCHEMA = 'governance', TABLE = 'certification',
			CONSTRAINT = 'certification_validity_excl',
			DETAIL = CASE WHEN governance.may_tell('certification')
				THEN governance.message('Certification %s holds %s.', other.certification_id, other.validity)
				ELSE governance.message('Nobody is certified twice as the same.') END,
			HINT = governance.message('Cancel that one first when this one takes its place.');
	END IF;
END
$check$;
COMMENT ON FUNCTION governance.certification_place_check(record, tstzrange) IS
	'part of certification_step(): does the account hold another certification of the same place then?';

-- What remains of the grounds on which it was suspended or cancelled?  One that has
-- been replaced meanwhile stays cancelled, and the reason says so.
-- Level: owner
CREATE FUNCTION governance.certification_restored(step record, cert record, OUT status text, OUT reason text, OUT review_due timestamptz,
		OUT suspensions tstzmultirange, OUT ended_at timestamptz)
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $restored$
DECLARE
	other	bigint;
BEGIN
	status := governance.certification_remaining(step.account_id, step.certification_id, step.violation_id);
	reason := step.reason;
	review_due := cert.review_due;
	suspensions := cert.suspensions;
	ended_at := cert.ended_at;
	IF status <> 'cancelled' AND cert.granted_at IS NULL THEN
		status := CASE WHEN step.from_status = 'cancelled' THEN 'applied' ELSE step.from_status END;
	ELSIF cert.status = 'cancelled' AND status <> 'cancelled' THEN
		SELECT c.certification_id INTO other FROM governance.certification c
			WHERE c.account_id = step.account_id AND c.kind = cert.kind AND c.path = cert.path
				AND c.certification_id <> cert.certification_id AND c.validity && tstzrange(step.at, NULL)
			LIMIT 1;
		IF FOUND THEN
			reason := format('%s; stays cancelled, as certification %s has taken its place', COALESCE(step.reason, 'violation overturned'), other);
			status := 'cancelled';
		ELSE
			-- A review that could not be held was not missed.
			IF review_due <= step.at AND review_due > cert.ended_at THEN
				review_due := governance.review_deadline(cert.granted_at, cert.review_every, cert.time_zone, step.at);
			END IF;
			suspensions := suspensions + tstzmultirange(tstzrange(cert.ended_at, step.at));
			ended_at := NULL;
		END IF;
	END IF;
END
$restored$;
COMMENT ON FUNCTION governance.certification_restored(record, record) IS
	'part of certification_step(): how a certification stands once a violation that cost it is overturned; status null: it cost nothing';

-- An auxiliary certification rests on that of another account of the same
-- administrator; a person's own certification cannot.
-- Level: owner
CREATE FUNCTION governance.certification_apply_check(step record) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
DECLARE
	kind	record;
BEGIN
	IF step.qualification IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'not_null_violation',
			MESSAGE = governance.message('an application names the qualification that is applied for'),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'qualification',
			HINT = governance.message('Write it as in governance.apply_for_certification(42, ''occupation:healthcare/physician'').');
	END IF;
	PERFORM governance.check_qualification(step.qualification, true);
	IF step.at > clock_timestamp() THEN
		RAISE EXCEPTION USING ERRCODE = 'GV401',
			MESSAGE = governance.message('nothing is applied for in the future, at %s', step.at),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'at',
			HINT = governance.message('Leave "at" null for now.');
	END IF;
	IF step.auxiliary_account_id IS NOT NULL THEN
		SELECT k.* INTO kind FROM governance.qualification_kind k WHERE k.kind = governance.kind(step.qualification);
		IF kind.personal OR step.auxiliary_account_id = step.account_id THEN
			RAISE EXCEPTION USING ERRCODE = 'GV401',
				MESSAGE = governance.message('account %s cannot be certified through account %s', step.account_id, step.auxiliary_account_id),
				SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'auxiliary_account_id',
				DETAIL = CASE WHEN kind.personal THEN governance.message('Certifications of the kind "%s" are of a person.', kind.kind)
					ELSE governance.message('It is the same account.') END,
				HINT = governance.message('Leave auxiliary_account_id null, and have the parts of the certification examined.');
		END IF;
		PERFORM FROM governance.account a WHERE a.account_id = step.auxiliary_account_id FOR KEY SHARE;
		IF NOT FOUND THEN
			PERFORM governance.report_missing('account', step.auxiliary_account_id::text, relation => 'certification_step', field => 'auxiliary_account_id');
		END IF;
	END IF;
END
$check$;
COMMENT ON FUNCTION governance.certification_apply_check(record) IS
	'part of certification_step(): may this be applied for?';

-- A step without a part examines the certification as a whole.
-- Level: owner
CREATE FUNCTION governance.certification_part_check(step record, kind text) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
DECLARE
	parts	text[];
BEGIN
	IF step.part IS NULL THEN
		RETURN;
	END IF;
	SELECT k.examined_parts INTO parts FROM governance.qualification_kind k WHERE k.kind = certification_part_check.kind;
	IF step.part <> ALL (parts) THEN
		RAISE EXCEPTION USING ERRCODE = 'GV401',
			MESSAGE = governance.message('a certification of the kind "%s" has no part "%s"', kind, step.part),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'part',
			DETAIL = CASE WHEN NOT governance.may_tell('qualification_kind') THEN governance.message('Its kind has no such part.')
				WHEN parts = '{}' THEN governance.message('It is examined as a whole.')
				ELSE governance.message('Its parts are %s.', array_to_string(parts, ', ')) END,
			HINT = governance.message('governance.qualification_kind lists the parts of each kind; leave the part null for all of it.');
	END IF;
	IF step.passed IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'not_null_violation',
			MESSAGE = governance.message('was part "%s" passed?', step.part),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'passed',
			HINT = governance.message('Say so in the column passed, or call governance.examine_part().');
	END IF;
END
$check$;
COMMENT ON FUNCTION governance.certification_part_check(record, text) IS
	'part of certification_step(): does the kind of certification have such a part?';

-- Each part of the kind must have been passed when it was examined last; or,
-- for an auxiliary certification, the other account must be certified for as
-- much, under the same administrator.
-- Level: owner
CREATE FUNCTION governance.certification_grant_check(step record, cert record) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
DECLARE
	kind	record;
	missing	text;
	people	text[];
BEGIN
	PERFORM governance.check_qualification(cert.qualification, true);
	SELECT k.* INTO kind FROM governance.qualification_kind k WHERE k.kind = cert.kind;

	IF cert.auxiliary_account_id IS NOT NULL THEN
		-- The same administrator, and a certification of this kind in force: both
		-- are locked, so that neither goes away before the grant is there.
		SELECT array_agg(p.administrator) INTO people FROM (
			SELECT a.administrator FROM governance.account_administrator a
				WHERE a.account_id IN (step.account_id, cert.auxiliary_account_id)
				ORDER BY a.account_id FOR SHARE) p;
		IF cardinality(people) IS DISTINCT FROM 2 OR people[1] <> people[2] THEN
			RAISE EXCEPTION USING ERRCODE = 'GV402',
				MESSAGE = governance.message('accounts %s and %s do not have the same administrator', step.account_id, cert.auxiliary_account_id),
				SCHEMA = 'governance', TABLE = 'account_administrator',
				HINT = governance.message('Have the parts of the certification examined instead, in a new application.');
		END IF;
		PERFORM FROM governance.certification c
			WHERE c.account_id = cert.auxiliary_account_id AND c.kind = cert.kind AND c.effective @> step.at
				AND c.qualification OPERATOR(pg_catalog.@>) cert.qualification
			FOR SHARE;
		IF NOT FOUND THEN
			RAISE EXCEPTION USING ERRCODE = 'GV402',
				MESSAGE = governance.message('account %s is not certified as %s', cert.auxiliary_account_id, cert.qualification),
				SCHEMA = 'governance', TABLE = 'certification',
				DETAIL = governance.message('An auxiliary certification rests on a certification in force that says as much.'),
				HINT = governance.message('Have the parts of the certification examined instead, in a new application.');
		END IF;
		RETURN;
	END IF;

	SELECT string_agg(p.part, ', ' ORDER BY p.n) INTO missing
		FROM unnest(kind.examined_parts) WITH ORDINALITY p (part, n)
		WHERE (SELECT s.passed FROM governance.certification_step s
			   WHERE s.account_id = step.account_id AND s.certification_id = step.certification_id
				   AND s.action = 'examine' AND s.part = p.part
			   ORDER BY s.step DESC LIMIT 1) IS NOT TRUE;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV402',
			MESSAGE = governance.message('certification %s has not passed its examination', step.certification_id),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'action',
			DETAIL = CASE WHEN governance.may_tell('certification_step') THEN governance.message('Not passed: %s.', missing)
				ELSE governance.message('Each part must have been passed.') END,
			HINT = governance.message('Record each part with governance.examine_part().');
	END IF;
END
$check$;
COMMENT ON FUNCTION governance.certification_grant_check(record, record) IS
	'part of certification_step(): has everything been examined?';

-- Grounds that a person put forward can be taken back by a person. A face that
-- did not match can only be followed by one that does.
-- Level: owner
CREATE FUNCTION governance.certification_reinstate_check(step record) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
DECLARE
	failed	record;
BEGIN
	-- After a failed face check, only a later one that matches clears it.
	SELECT f.check_id, f.certification_id, f.at INTO failed
		FROM governance.certification_step s
			JOIN governance.face_check f ON f.account_id = s.account_id AND f.check_id = s.check_id
		WHERE s.account_id = step.account_id AND s.certification_id = step.certification_id AND s.action = 'suspend'
			AND s.step > COALESCE((SELECT max(r.step) FROM governance.certification_step r
								   WHERE r.account_id = step.account_id AND r.certification_id = step.certification_id
									   AND r.action = 'reinstate'), 0)
		ORDER BY s.step DESC LIMIT 1;
	IF FOUND AND NOT EXISTS (
		SELECT FROM governance.face_check f
			WHERE f.account_id = step.account_id AND f.matched AND f.check_id > failed.check_id AND f.at >= failed.at
				AND (f.certification_id IS NULL OR f.certification_id = step.certification_id)) THEN
		RAISE EXCEPTION USING ERRCODE = 'GV402',
			MESSAGE = governance.message('certification %s was suspended by face check %s', step.certification_id, failed.check_id),
			SCHEMA = 'governance', TABLE = 'certification_step', COLUMN = 'action',
			DETAIL = governance.message('No later check has matched.'),
			HINT = governance.message('Record one with governance.check_face() first.');
	END IF;
END
$check$;
COMMENT ON FUNCTION governance.certification_reinstate_check(record) IS
	'part of certification_step(): has what suspended it been cleared?';

-- Several violations may have cost the same certification: overturning one of
-- them brings back no more than that one had taken.
-- Level: reader
CREATE FUNCTION governance.certification_remaining(account_id bigint, certification_id bigint, violation_id bigint)
	RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $remaining$
DECLARE
	mine	bigint;
	answer	text;
BEGIN
	SELECT max(s.step) INTO mine FROM governance.certification_step s
		WHERE s.account_id = certification_remaining.account_id
			AND s.certification_id = certification_remaining.certification_id
			AND s.violation_id = certification_remaining.violation_id AND s.action IN ('suspend', 'cancel');
	IF mine IS NULL THEN
		RETURN NULL;
	END IF;

	-- A ground stands until its violation is overturned; a suspension also
	-- until somebody reinstates the certification.
	SELECT CASE WHEN bool_or(s.action IN ('cancel', 'review')) THEN 'cancelled'
			WHEN bool_or(s.action = 'suspend') THEN 'suspended'
			ELSE 'granted' END INTO answer
		FROM governance.certification_step s
		WHERE s.account_id = certification_remaining.account_id
			AND s.certification_id = certification_remaining.certification_id
			AND (s.action IN ('suspend', 'cancel') OR s.action = 'review' AND NOT s.passed)
			AND (s.violation_id IS NULL
				 OR s.violation_id <> certification_remaining.violation_id
				 AND NOT EXISTS (SELECT FROM governance.certification_step r
								 WHERE r.account_id = s.account_id AND r.certification_id = s.certification_id
									 AND r.action = 'restore' AND r.violation_id = s.violation_id AND r.step > s.step))
			AND (s.action <> 'suspend'
				 OR NOT EXISTS (SELECT FROM governance.certification_step r
								WHERE r.account_id = s.account_id AND r.certification_id = s.certification_id
									AND r.action = 'reinstate' AND r.step > s.step));
	RETURN answer;
END
$remaining$;
COMMENT ON FUNCTION governance.certification_remaining(bigint, bigint, bigint) IS
	'part of certification_step(): the status of a certification once a violation that cost it is overturned; null when it cost nothing';

CREATE FUNCTION governance.certification_step() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_certification_step'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.certification_step() IS
	'row trigger on governance.certification_step: takes the step as the owner of the table; who inserts needs no right on anything that follows from it';
REVOKE ALL ON FUNCTION governance.certification_step() FROM PUBLIC;

CREATE FUNCTION governance.certification_guard() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_certification_guard'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.certification_guard() IS
	'statement trigger on governance.certification: refuses every change that is no step';
REVOKE ALL ON FUNCTION governance.certification_guard() FROM PUBLIC;

-- ---------------------------------------------------------------------------
-- face checks
-- ---------------------------------------------------------------------------

-- Before the insert only the account is looked at; the suspension follows after
-- it, so that the step can name the check.
CREATE FUNCTION governance.face_check_row() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $face$
DECLARE
	cert	record;
BEGIN
	IF TG_WHEN = 'BEFORE' THEN
		PERFORM FROM governance.account a WHERE a.account_id = NEW.account_id FOR KEY SHARE;
		IF NOT FOUND THEN
			PERFORM governance.report_missing('account', NEW.account_id::text, relation => 'face_check', field => 'account_id');
		END IF;
		RETURN NEW;
	END IF;
	IF NEW.matched THEN
		RETURN NULL;
	END IF;
	FOR cert IN
		SELECT c.certification_id, c.last_at FROM governance.certification c
			JOIN governance.qualification_kind k USING (kind)
			WHERE c.account_id = NEW.account_id AND c.status IN ('granted', 'suspended')
				AND c.validity @> GREATEST(NEW.at, c.last_at)
				AND (NEW.certification_id = c.certification_id OR NEW.certification_id IS NULL AND k.personal)
			ORDER BY c.certification_id
	LOOP
		INSERT INTO governance.certification_step (account_id, certification_id, action, at, check_id, reason, evidence)
			VALUES (NEW.account_id, cert.certification_id, 'suspend', GREATEST(NEW.at, cert.last_at), NEW.check_id,
					'the face on camera did not match', NEW.evidence);
	END LOOP;
	RETURN NULL;
END
$face$;
COMMENT ON FUNCTION governance.face_check_row() IS
	'part of face_check(): suspends what a failed check concerns';

CREATE FUNCTION governance.face_check() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_face_check'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.face_check() IS
	'row trigger on governance.face_check: a failed check suspends certifications in the same transaction';
REVOKE ALL ON FUNCTION governance.face_check() FROM PUBLIC;
