-- ---------------------------------------------------------------------------
-- oversight: how far moderators may go, and what takes two of them.  Where
-- standings are written they are compared before and after; while
-- governance.moderator_limit is empty, nothing looks at it.
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.limits_of(actor text)
	RETURNS TABLE (limit_id bigint, role text, level text, scheme text, max_points numeric, max_length interval,
				   max_tier governance.sanction_tier, second_person boolean)
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 2
	SET search_path = pg_catalog, pg_temp
AS $limits$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		SELECT l.limit_id, l.role, l.level, l.scheme, l.max_points, l.max_length, l.max_tier, l.second_person
		FROM governance.moderator_limit l
		WHERE EXISTS (SELECT FROM pg_roles r
					  WHERE pg_has_role(actor, r.oid, 'MEMBER')
						  AND (r.rolname = l.role
							   OR l.level = (SELECT n.level FROM governance.role_level n WHERE n.role = r.rolname)));
END
$limits$;
COMMENT ON FUNCTION governance.limits_of(text) IS
	'the limits that hold for a role: its own, those of roles that it is a member of, and those of their levels';

-- Level: everyone
CREATE FUNCTION governance.check_name_given(relation regclass, field text, name text) RETURNS void
	LANGUAGE C STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_check_name_given';
COMMENT ON FUNCTION governance.check_name_given(regclass, text, text) IS
	'part of triggers: below the level of an administrator nobody says that somebody else has decided';

-- ---------------------------------------------------------------------------
-- Two people.  Inserting a proposal proposes, changing its status confirms or
-- rejects; who did it is written by the trigger.
-- ---------------------------------------------------------------------------

-- Who acts is taken from the session and never from the statement. The second
-- person must differ as the current user and as the session user, so that SET
-- ROLE does not make two people of one.
CREATE FUNCTION governance.proposal_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
BEGIN
	IF TG_OP = 'INSERT' THEN
		NEW.proposed_at := now();
		NEW.proposed_by := current_user;
		NEW.proposer := session_user;
		NEW.status := 'open';
		NEW.decided_at := NULL;
		NEW.decided_by := NULL;
		NEW.decider := NULL;
		NEW.violation_id := NULL;
		RETURN NEW;
	END IF;

	IF OLD.status <> 'open' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV206',
			MESSAGE = governance.message('proposal %s was %s already', OLD.proposal_id, OLD.status),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
			HINT = governance.message('Propose anew with governance.propose_violation().');
	ELSIF NEW.status NOT IN ('confirmed', 'rejected')
		OR to_jsonb(NEW) - '{status,note,violation_id,decided_at,decided_by,decider}'::text[]
			<> to_jsonb(OLD) - '{status,note,violation_id,decided_at,decided_by,decider}'::text[] THEN
		RAISE EXCEPTION USING ERRCODE = 'GV206',
			MESSAGE = governance.message('proposal %s can be confirmed or rejected, and not changed', OLD.proposal_id),
			HINT = governance.message('Reject it and propose anew.'), SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
	ELSIF NEW.status = 'confirmed' AND OLD.expires_at <= clock_timestamp() THEN
		RAISE EXCEPTION USING ERRCODE = 'GV206',
			MESSAGE = governance.message('proposal %s expired at %s', OLD.proposal_id, OLD.expires_at),
			HINT = governance.message('Propose anew.'), SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
	ELSIF NEW.status = 'confirmed' AND ARRAY[current_user::text, session_user::text] && ARRAY[OLD.proposed_by, OLD.proposer] THEN
		RAISE EXCEPTION USING ERRCODE = 'GV206',
			MESSAGE = governance.message('proposal %s is confirmed by somebody else', OLD.proposal_id),
			DETAIL = governance.message('"%s" proposed it.', OLD.proposed_by),
			HINT = governance.message('Both the current and the session user must be others.'),
			SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
	END IF;
	NEW.decided_at := now();
	NEW.decided_by := current_user;
	NEW.decider := session_user;
	NEW.violation_id := CASE NEW.status WHEN 'confirmed' THEN nextval('governance.entry_seq') END;
	RETURN NEW;
END
$guard$;
COMMENT ON FUNCTION governance.proposal_guard() IS
	'row trigger on governance.proposal: writes down who proposes and who decides, and that they are two';

-- Level: moderator
CREATE FUNCTION governance.confirm_proposals(new_rows json, old_rows json) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $decide$
BEGIN
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, source, campaign, incident,
									  content_ref, surcharge, sanction_length, evidence)
		SELECT n.account_id, n.violation_id, n.scheme, n.rule, n.points, n.occurred_at, n.source, n.campaign,
			   n.incident, n.content_ref, n.surcharge, n.sanction_length, n.evidence
		FROM json_to_recordset(new_rows)
				 AS n(account_id bigint, violation_id bigint, scheme text, rule text, points numeric, occurred_at timestamptz, source text, campaign text,
					  incident text, content_ref text, surcharge numeric, sanction_length interval, evidence jsonb, status text)
		WHERE n.status = 'confirmed' ORDER BY n.violation_id;
END
$decide$;
COMMENT ON FUNCTION governance.confirm_proposals(json, json) IS
	'part of the trigger on governance.proposal: confirmed proposals become violations in the same statement';

REVOKE ALL ON FUNCTION governance.proposal_guard() FROM PUBLIC;

-- Looks at what the entry itself would be refused for, so that the proposer
-- hears of it and not the one who confirms.
-- Level: moderator
CREATE FUNCTION governance.propose_violation(account_id bigint, scheme text, rule text, reason text, points numeric DEFAULT NULL,
		occurred_at timestamptz DEFAULT now(), source text DEFAULT 'report', campaign text DEFAULT NULL,
		incident text DEFAULT NULL, content_ref text DEFAULT NULL, surcharge numeric DEFAULT NULL,
		sanction_length interval DEFAULT NULL, evidence jsonb DEFAULT NULL, expires_at timestamptz DEFAULT now() + interval '7 days')
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $propose$
#variable_conflict use_variable
DECLARE
	price	record;
	answer	bigint;
BEGIN
	IF reason IS NULL OR btrim(reason) = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202', MESSAGE = governance.message('a proposal needs a reason'),
			HINT = governance.message('Say why: the reason stays on record.');
	ELSIF NOT EXISTS (SELECT FROM governance.account a WHERE a.account_id = propose_violation.account_id) THEN
		PERFORM governance.report_missing('account', account_id::text);
	ELSIF NOT EXISTS (SELECT FROM governance.scheme s WHERE s.scheme = propose_violation.scheme AND s.kind = 'scheme') THEN
		PERFORM governance.report_missing('scheme', scheme);
	END IF;
	SELECT r.min_points, r.max_points INTO price
		FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
		WHERE p.scheme = propose_violation.scheme AND p.status IN ('active', 'retired', 'trial')
			AND p.in_force @> occurred_at AND r.rule = propose_violation.rule
		ORDER BY p.status = 'trial', lower(p.in_force) NULLS FIRST, p.policy_id LIMIT 1;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('rule', rule, scheme, governance.message('No version in force at %s has it.', occurred_at));
	ELSIF points NOT BETWEEN price.min_points AND price.max_points THEN
		RAISE EXCEPTION USING ERRCODE = 'GV201',
			MESSAGE = governance.message('%s points are outside the range of rule "%s" of scheme "%s"', points, rule, scheme),
			DETAIL = governance.message('The rule costs %s to %s.', price.min_points, price.max_points),
			HINT = governance.message('governance.rule lists what each rule costs.');
	END IF;
	INSERT INTO governance.proposal AS n (account_id, scheme, rule, reason, points, occurred_at, source, campaign, incident, content_ref,
										  surcharge, sanction_length, evidence, expires_at)
		VALUES (account_id, scheme, rule, reason, points, occurred_at, source, campaign, incident, content_ref,
				surcharge, sanction_length, evidence, expires_at)
		RETURNING n.proposal_id INTO answer;
	RETURN answer;
END
$propose$;
COMMENT ON FUNCTION governance.propose_violation(bigint, text, text, text, numeric, timestamptz, text, text, text, text, numeric, interval, jsonb, timestamptz) IS
	'proposes a violation, which counts once somebody else confirms it; gives the proposal_id';

-- Level: moderator
CREATE FUNCTION governance.decide_proposal(proposal bigint, decision text, remark text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $decide$
DECLARE
	answer	bigint;
BEGIN
	UPDATE governance.proposal p SET status = decision, note = remark
		WHERE p.account_id = governance.entry_account('proposal', proposal) AND p.proposal_id = proposal
		RETURNING p.violation_id INTO answer;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'GV206',
			MESSAGE = governance.message('proposal %s does not exist', coalesce(proposal::text, 'null')),
			HINT = governance.message('governance.proposal lists the proposals; those with the status ''open'' can be decided.');
	END IF;
	RETURN answer;
END
$decide$;
COMMENT ON FUNCTION governance.decide_proposal(bigint, text, text) IS
	'the common part of confirm() and reject()';

-- Level: moderator
CREATE FUNCTION governance.confirm(proposal_id bigint, note text DEFAULT NULL) RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN governance.decide_proposal(proposal_id, 'confirmed', note);
COMMENT ON FUNCTION governance.confirm(bigint, text) IS
	'the second person agrees: the proposal becomes a violation; gives its violation_id';

-- Level: moderator
CREATE FUNCTION governance.reject(proposal_id bigint, note text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $reject$
BEGIN
	PERFORM governance.decide_proposal(proposal_id, 'rejected', note);
END
$reject$;
COMMENT ON FUNCTION governance.reject(bigint, text) IS
	'a proposal is turned down, or taken back';
