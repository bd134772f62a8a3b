-- ---------------------------------------------------------------------------
-- ledger: revision.  Each call inserts a row of its own; the triggers do the
-- rest in the same statement.
-- ---------------------------------------------------------------------------

-- Level: moderator
CREATE FUNCTION governance.hold_standing(account_id bigint, scheme text) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_hold_standing';
COMMENT ON FUNCTION governance.hold_standing(bigint, text) IS
	'part of revise(): locks a standing until the end of the transaction, for those who may insert revisions';

-- Level: moderator
CREATE FUNCTION governance.hold_standings(accounts bigint[], schemes text[]) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_hold_standings';
COMMENT ON FUNCTION governance.hold_standings(bigint[], text[]) IS
	'part of revise_all(): locks standings, of each account the one under the scheme in the same place, until the end of the transaction, for those who may insert revisions';

-- An id comes from one sequence and belongs to one account, unless rows were
-- inserted with ids of their own; where two accounts have the same one the call
-- is refused (GV202) rather than guess.
-- Level: reader
CREATE FUNCTION governance.entry_account(relation text, id bigint) RETURNS bigint
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $account$
DECLARE
	found	bigint[];
BEGIN
	CASE relation
		WHEN 'violation' THEN found := ARRAY(SELECT v.account_id FROM governance.violation v WHERE v.violation_id = id ORDER BY 1 LIMIT 2);
		WHEN 'appeal' THEN found := ARRAY(SELECT a.account_id FROM governance.appeal a WHERE a.appeal_id = id ORDER BY 1 LIMIT 2);
		WHEN 'proposal' THEN found := ARRAY(SELECT p.account_id FROM governance.proposal p WHERE p.proposal_id = id ORDER BY 1 LIMIT 2);
		ELSE
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = governance.message('entries of table "%s" are not named by an id alone', relation);
	END CASE;
	IF cardinality(found) > 1 THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('%s %s belongs to several accounts', relation, id),
			DETAIL = governance.message('Accounts %s and %s both have one of that id.', found[1], found[2]),
			HINT = CASE relation
				WHEN 'violation' THEN governance.message('Insert into governance.revision or governance.appeal, where account_id tells them apart.')
				ELSE governance.message('Update governance.%s itself, where account_id tells them apart.', relation) END,
			SCHEMA = 'governance', TABLE = relation;
	END IF;
	RETURN found[1];
END
$account$;
COMMENT ON FUNCTION governance.entry_account(text, bigint) IS
	'part of the calls that take an id alone: whose violation, appeal or proposal it is; null: nobody''s; refuses an id that several accounts have, as a partitioned ledger cannot rule out';

-- Holding the standing comes before looking: from then on no other revision of
-- the account under the scheme can come between. A change must stay within the
-- range of the version in force when the violation occurred.
-- Level: moderator
CREATE FUNCTION governance.revise_check(violation bigint, action text, new_points numeric, reason text)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
DECLARE
	decision	governance.violation;
	previous	governance.revision;
	price		record;
BEGIN
	IF reason IS NULL OR btrim(reason) = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('a revision of violation %s needs a reason', violation),
			HINT = governance.message('Say why: the reason stays on record.');
	END IF;
	SELECT * INTO decision FROM governance.violation v
		WHERE v.account_id = governance.entry_account('violation', violation) AND v.violation_id = violation;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('violation', violation::text);
	END IF;

	-- One revision of an account under a scheme at a time.
	PERFORM governance.hold_standing(decision.account_id, decision.scheme);
	SELECT * INTO previous FROM governance.revision r
		WHERE r.account_id = decision.account_id AND r.violation_id = violation AND r.action <> 'release'
		ORDER BY r.decided_at DESC, r.revision_id DESC LIMIT 1;
	IF previous.action = 'overturn' AND action <> 'reinstate' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV204',
			MESSAGE = governance.message('violation %s was overturned already', violation),
			DETAIL = governance.message('%s did so at %s: %s', previous.decided_by, previous.decided_at, previous.reason),
			HINT = governance.message('Use governance.reinstate() to make it count again.');
	ELSIF action = 'reinstate' AND previous.action IS DISTINCT FROM 'overturn' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV204',
			MESSAGE = governance.message('violation %s is not overturned', violation),
			HINT = governance.message('Only what governance.overturn() took away is reinstated; governance.revision lists what became of each violation.');
	END IF;
	IF action = 'change' THEN
		SELECT r.min_points, r.max_points INTO price
			FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
			WHERE p.scheme = decision.scheme AND p.status IN ('active', 'retired', 'trial')
				AND p.in_force @> decision.occurred_at AND r.rule = decision.rule
			ORDER BY p.status = 'trial', lower(p.in_force) NULLS FIRST, p.policy_id LIMIT 1;
		IF new_points IS NULL OR new_points < price.min_points OR new_points > price.max_points THEN
			RAISE EXCEPTION USING ERRCODE = 'GV201',
				MESSAGE = governance.message('%s points are outside the range of rule "%s" of scheme "%s"',
											 coalesce(new_points::text, 'null'), decision.rule, decision.scheme),
				DETAIL = governance.message('The rule costs %s to %s.', price.min_points, price.max_points),
				HINT = governance.message('governance.rule lists what each rule costs.');
		END IF;
	END IF;
	RETURN decision.account_id;
END
$check$;
COMMENT ON FUNCTION governance.revise_check(bigint, text, numeric, text) IS
	'the common part of revise() and revise_all(): takes the turn of the standing and refuses a revision that cannot be; gives the account';

-- Level: moderator
CREATE FUNCTION governance.revise(violation bigint, action text, new_points numeric, reason text, at timestamptz)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $revise$
DECLARE
	account		bigint := governance.revise_check(violation, action, new_points, reason);
	result		bigint;
BEGIN
	INSERT INTO governance.revision (account_id, violation_id, action, points, reason, decided_at)
		VALUES (account, violation, action, new_points, reason, at)
		RETURNING revision_id INTO result;
	RETURN result;
END
$revise$;
COMMENT ON FUNCTION governance.revise(bigint, text, numeric, text, timestamptz) IS
	'the common part of overturn(), change() and reinstate()';

-- All revisions of one turn go in by one statement, so that each account is
-- folded once. A second revision of the same violation waits for the next turn,
-- because it is judged by what the first one left.
-- Level: moderator
CREATE FUNCTION governance.revise_all(violations bigint[], actions text[], new_points numeric[], reasons text[], at timestamptz[])
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $revise$
DECLARE
	turn		bigint := 1;
	places		integer[];
	accounts	bigint[];
BEGIN
	-- All at once, and what concerns one violation one after the other.
	LOOP
		SELECT array_agg(t.place ORDER BY t.place) INTO places
			FROM (SELECT u.place::integer, row_number() OVER (PARTITION BY u.violation ORDER BY u.place) AS nth
				  FROM unnest(violations) WITH ORDINALITY AS u(violation, place)) t
			WHERE t.nth = turn;
		EXIT WHEN places IS NULL;
		PERFORM governance.hold_standings(array_agg(v.account_id), array_agg(v.scheme))
			FROM unnest(places) AS p,
				 LATERAL (SELECT o.account_id, o.scheme FROM governance.violation o WHERE o.violation_id = violations[p] LIMIT 1) v;
		accounts := ARRAY(SELECT governance.revise_check(violations[p], actions[p], new_points[p], reasons[p])
						  FROM unnest(places) AS p);
		INSERT INTO governance.revision (account_id, violation_id, action, points, reason, decided_at)
			SELECT u.account, violations[u.p], actions[u.p], new_points[u.p], reasons[u.p], at[u.p]
			FROM unnest(accounts, places) AS u(account, p);
		turn := turn + 1;
	END LOOP;
END
$revise$;
COMMENT ON FUNCTION governance.revise_all(bigint[], text[], numeric[], text[], timestamptz[]) IS
	'part of decide_appeals(): revises many violations, so that each account is folded once';

-- Level: moderator
CREATE FUNCTION governance.overturn(violation_id bigint, reason text, decided_at timestamptz DEFAULT now())
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN governance.revise(violation_id, 'overturn', NULL, reason, decided_at);
COMMENT ON FUNCTION governance.overturn(bigint, text, timestamptz) IS
	'the violation never was: standing and sanctions follow at once; gives the id of the revision';

-- Level: moderator
CREATE FUNCTION governance.change(violation_id bigint, points numeric, reason text, decided_at timestamptz DEFAULT now())
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN governance.revise(violation_id, 'change', points, reason, decided_at);
COMMENT ON FUNCTION governance.change(bigint, numeric, text, timestamptz) IS
	'the violation costs so many points instead, within its rule''s range; gives the id of the revision';

-- Level: moderator
CREATE FUNCTION governance.reinstate(violation_id bigint, reason text, decided_at timestamptz DEFAULT now())
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN governance.revise(violation_id, 'reinstate', NULL, reason, decided_at);
COMMENT ON FUNCTION governance.reinstate(bigint, text, timestamptz) IS
	'an overturned violation counts again; gives the id of the revision';

-- Level: reader
CREATE FUNCTION governance.inherited_by(account_id bigint, sanction_id bigint, at timestamptz) RETURNS bigint
	LANGUAGE C STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_inherited_by';
COMMENT ON FUNCTION governance.inherited_by(bigint, bigint, timestamptz) IS
	'part of release(): an account that inherits this sanction of another one at an instant; null: none does';

-- A release is an entry like any other: a replay finds the sanction again by
-- its scheme, rung, start and cause, since its id means nothing to a fold.
-- Where linked accounts inherit the sanction, the caller has to say that he
-- means all of them. After the insert the sanction is read once more, because
-- only the fold knows whether there was one at that instant.
-- Level: moderator
CREATE FUNCTION governance.release(sanction_id bigint, reason text, decided_at timestamptz DEFAULT now(),
								   account_id bigint DEFAULT NULL)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $release$
#variable_conflict use_column
DECLARE
	this	governance.sanction;
	heir	bigint;
	result	bigint;
BEGIN
	IF reason IS NULL OR btrim(reason) = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('the release of sanction %s needs a reason', coalesce(sanction_id::text, 'null')),
			HINT = governance.message('Say why: the reason stays on record.');
	END IF;
	IF decided_at IS NULL OR NOT isfinite(decided_at) THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('argument "decided_at" must be a finite instant'),
			HINT = governance.message('Leave it out for now.');
	ELSIF decided_at > clock_timestamp() THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('sanction %s cannot be released in the future', sanction_id),
			HINT = governance.message('Call release() when the time has come.');
	END IF;
	IF sanction_id IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV007',
			MESSAGE = governance.message('no sanction is named: its sanction_id is null'),
			DETAIL = governance.message('One that time or a fact has brought has no sanction_id until it is recorded.'),
			HINT = governance.message('Name it as governance.restrictions() does: governance.release(account_id, scheme, rung, opening, reason).');
	END IF;
	SELECT * INTO this FROM governance.sanction s WHERE s.sanction_id = release.sanction_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('sanction', sanction_id::text);
	END IF;
	IF this.account_id <> account_id THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('sanction %s is not one of account %s', sanction_id, account_id),
			DETAIL = governance.message('It is one of account %s.', this.account_id),
			HINT = governance.message('governance.exempt_account() frees an account from a sanction that it inherits from another one.');
	END IF;

	-- As it is once nobody else can change it.
	PERFORM governance.hold_standing(this.account_id, this.scheme);
	SELECT * INTO this FROM governance.sanction s
		WHERE s.account_id = this.account_id AND s.sanction_id = this.sanction_id;
	IF this.released_at <= decided_at THEN
		RAISE EXCEPTION USING ERRCODE = 'GV204',
			MESSAGE = governance.message('sanction %s was released already', sanction_id),
			DETAIL = governance.message('It was released at %s: %s.', this.released_at, this.release_reason),
			HINT = governance.message('The view governance.sanction_in_force lists those that can be released.');
	ELSIF upper(this.during) <= decided_at OR isempty(this.during) THEN
		RAISE EXCEPTION USING ERRCODE = 'GV204',
			MESSAGE = governance.message('sanction %s is over', sanction_id),
			DETAIL = governance.message('It ended at %s.', upper(this.during)),
			HINT = governance.message('The view governance.sanction_in_force lists those that can be released.');
	END IF;

	-- Whoever comes from an account that inherits it may mean that one alone.
	IF account_id IS NULL THEN
		heir := coalesce(governance.inherited_by(this.account_id, this.sanction_id, decided_at),
						 governance.inherited_by(this.account_id, this.sanction_id, clock_timestamp()));
		IF heir IS NOT NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'GV202',
				MESSAGE = governance.message('sanction %s holds other accounts as well', sanction_id),
				DETAIL = governance.message('It is one of account %s, and account %s, among others perhaps, inherits it.', this.account_id, heir),
				HINT = governance.message('Say whose it is, account_id => %s, to free all of them; governance.exempt_account() frees one that inherits it.', this.account_id);
		END IF;
	END IF;

	INSERT INTO governance.revision (account_id, violation_id, action, sanction_id, scheme, rung, since,
									 reason, decided_at)
		VALUES (this.account_id, this.violation_id, 'release', this.sanction_id, this.scheme, this.rung,
				lower(this.during), reason, decided_at)
		RETURNING revision_id INTO result;

	-- The fold has the last word on what was there at that instant.
	SELECT * INTO this FROM governance.sanction s
		WHERE s.account_id = this.account_id AND s.sanction_id = this.sanction_id;
	IF this.release_reason IS DISTINCT FROM 'manual' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV204',
			MESSAGE = governance.message('there was no sanction %s to release at %s', sanction_id, decided_at),
			DETAIL = governance.message('It lasts %s.', this.during),
			HINT = governance.message('governance.timeline() shows when it starts and ends.');
	END IF;
	RETURN result;
END
$release$;
COMMENT ON FUNCTION governance.release(bigint, text, timestamptz, bigint) IS
	'lifts a sanction before its time: its record stays, and what it withheld is free at once; gives the id of the revision';

CREATE FUNCTION governance.release(account_id bigint, scheme text, rung text, opening integer, reason text,
								   decided_at timestamptz DEFAULT now())
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN governance.release(governance.record_sanction(account_id, scheme, rung, opening), reason, decided_at, account_id);
COMMENT ON FUNCTION governance.release(bigint, text, text, integer, text, timestamptz) IS
	'the same of a sanction that may have no id yet, by which time it was that its rung opened: it is recorded and lifted';

-- ---------------------------------------------------------------------------
-- ledger: appeals
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.appeal_times(scheme text, occurred_at timestamptz, decided_at timestamptz,
										filed_at timestamptz, OUT file_by timestamptz, OUT decide_by timestamptz)
	RETURNS record
	LANGUAGE C STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_appeal_times';
COMMENT ON FUNCTION governance.appeal_times(text, timestamptz, timestamptz, timestamptz) IS
	'part of appeal_file(): until when an appeal may be filed and by when it is to be decided, by the version in force when the violation occurred';

-- The deadlines are those of the version in force when the violation occurred.
-- What the unique index would refuse is looked for first, to name the appeal
-- that is open.
CREATE FUNCTION governance.appeal_file() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $file$
DECLARE
	decision	record;
	previous	record;
	waiting		bigint;
BEGIN
	SELECT v.account_id, t.file_by, t.decide_by INTO decision
		FROM governance.violation v,
			 governance.appeal_times(v.scheme, v.occurred_at, v.decided_at, NEW.filed_at) t
		WHERE v.account_id = coalesce(NEW.account_id, governance.entry_account('violation', NEW.violation_id))
			AND v.violation_id = NEW.violation_id;
	PERFORM governance.entry_id_given(TG_RELID, 'appeal_id', NEW.appeal_id);
	NEW.account_id := coalesce(NEW.account_id, decision.account_id);
	NEW.deadline := coalesce(NEW.deadline, decision.decide_by);
	IF NEW.filed_at >= decision.file_by THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('an appeal against violation %s comes too late', NEW.violation_id),
			DETAIL = governance.message('It had to be filed before %s.', decision.file_by),
			TABLE = 'appeal', SCHEMA = 'governance', COLUMN = 'filed_at',
			HINT = governance.message('What was decided can still be revised with governance.overturn() or governance.change().');
	END IF;
	IF decision.account_id IS NULL THEN
		-- The foreign key says the same, but a partitioned ledger has none.
		PERFORM governance.report_missing('violation', NEW.violation_id::text, NEW.account_id::text, relation => 'appeal', field => 'violation_id');
	END IF;
	-- One at a time; the index says so too, of what others file at this moment.
	IF NEW.decided_at IS NULL THEN
		SELECT a.appeal_id INTO waiting FROM governance.appeal a
			WHERE a.account_id = NEW.account_id AND a.violation_id = NEW.violation_id AND a.decided_at IS NULL;
		IF FOUND THEN
			RAISE EXCEPTION USING ERRCODE = 'GV204',
				MESSAGE = governance.message('violation %s has an open appeal already', NEW.violation_id),
				DETAIL = governance.message('It is appeal %s.', waiting),
				TABLE = 'appeal', SCHEMA = 'governance', COLUMN = 'violation_id', CONSTRAINT = 'appeal_open_key',
				HINT = governance.message('governance.decide_appeal() decides it; another one can be filed after that.');
		END IF;
		SELECT r.action, r.decided_by, r.decided_at, r.reason INTO previous FROM governance.revision r
			WHERE r.account_id = NEW.account_id AND r.violation_id = NEW.violation_id AND r.action <> 'release'
			ORDER BY r.decided_at DESC, r.revision_id DESC LIMIT 1;
		IF previous.action = 'overturn' AND previous.decided_at <= NEW.filed_at THEN
			RAISE EXCEPTION USING ERRCODE = 'GV204',
				MESSAGE = governance.message('violation %s was overturned already', NEW.violation_id),
				DETAIL = governance.message('%s did so at %s: %s', previous.decided_by, previous.decided_at, previous.reason),
				TABLE = 'appeal', SCHEMA = 'governance', COLUMN = 'violation_id',
				HINT = governance.message('There is nothing left to appeal against.');
		END IF;
	END IF;
	RETURN NEW;
END
$file$;
COMMENT ON FUNCTION governance.appeal_file() IS
	'row trigger on governance.appeal: fills in whose appeal it is and by when it is to be decided; refuses one that comes too late, a second one, and one against what is overturned';

CREATE FUNCTION governance.appeal_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
BEGIN
	IF TG_OP = 'INSERT' OR NEW.decided_by IS DISTINCT FROM OLD.decided_by THEN
		PERFORM governance.check_name_given(TG_RELID, 'decided_by', NEW.decided_by);
	END IF;
	-- What was said for it may be added to; the audit notes that.
	IF TG_OP = 'UPDATE' AND OLD.outcome IS NOT NULL
		AND to_jsonb(NEW) - 'grounds' IS DISTINCT FROM to_jsonb(OLD) - 'grounds' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV204',
			MESSAGE = governance.message('appeal %s was decided already', OLD.appeal_id),
			DETAIL = governance.message('It was %s at %s.', OLD.outcome, OLD.decided_at),
			TABLE = 'appeal', SCHEMA = 'governance',
			HINT = governance.message('An outcome is final; governance.overturn(), change() and reinstate() can still revise the violation.');
	END IF;
	RETURN NULL;
END
$guard$;
COMMENT ON FUNCTION governance.appeal_guard() IS
	'row trigger on governance.appeal: refuses to change what was decided, and by whom';

-- Level: moderator
CREATE FUNCTION governance.appeal_settled(account_id bigint, violation_id bigint, outcome text, points numeric) RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $settled$
#variable_conflict use_column
DECLARE
	last	record;
BEGIN
	SELECT r.action, r.points INTO last FROM governance.revision r
		WHERE r.account_id = appeal_settled.account_id AND r.violation_id = appeal_settled.violation_id AND r.action <> 'release'
		ORDER BY r.decided_at DESC, r.revision_id DESC LIMIT 1;
	RETURN coalesce(CASE last.action WHEN 'overturn' THEN appeal_settled.outcome = 'overturned'
						WHEN 'change' THEN appeal_settled.outcome = 'changed' AND last.points = appeal_settled.points END, false);
END
$settled$;
COMMENT ON FUNCTION governance.appeal_settled(bigint, bigint, text, numeric) IS
	'part of decide_appeals(): does the last revision of the violation say already what the appeal is to lead to?';

-- Only what is decided by this statement is looked at, and not what the last
-- revision says already: whoever overturns a violation closes its appeal
-- (settle_appeals()), which must not overturn it again.
-- Level: moderator
CREATE FUNCTION governance.decide_appeals(new_rows json, old_rows json) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $decide$
DECLARE
	decided	record;
BEGIN
	-- In the order of the rows: of several that decide on one violation the last
	-- one counts.
	SELECT array_agg(n.violation_id ORDER BY n.place) AS violations, array_agg(n.outcome ORDER BY n.place) AS outcomes,
		   array_agg(n.points ORDER BY n.place) AS points,
		   array_agg(coalesce(n.reason, format('appeal %s', n.appeal_id)) ORDER BY n.place) AS reasons,
		   array_agg(n.decided_at ORDER BY n.place) AS at
		INTO decided
		FROM ROWS FROM (json_to_recordset(new_rows)
				 AS (account_id bigint, appeal_id bigint, violation_id bigint, outcome text, points numeric, reason text, decided_at timestamptz))
			WITH ORDINALITY AS n(account_id, appeal_id, violation_id, outcome, points, reason, decided_at, place)
		WHERE n.outcome IN ('overturned', 'changed')
			AND NOT EXISTS (SELECT FROM json_to_recordset(old_rows) AS o(account_id bigint, appeal_id bigint, outcome text)
							WHERE o.account_id = n.account_id AND o.appeal_id = n.appeal_id AND o.outcome IS NOT NULL)
			AND NOT governance.appeal_settled(n.account_id, n.violation_id, n.outcome, n.points);
	IF decided.violations IS NOT NULL THEN
		PERFORM governance.revise_all(decided.violations,
									  ARRAY(SELECT CASE u.outcome WHEN 'overturned' THEN 'overturn' ELSE 'change' END
											FROM unnest(decided.outcomes) WITH ORDINALITY AS u(outcome, place) ORDER BY u.place),
									  decided.points, decided.reasons, decided.at);
	END IF;
END
$decide$;
COMMENT ON FUNCTION governance.decide_appeals(json, json) IS
	'part of the triggers on governance.appeal: decided appeals revise their violations in the same statement';

-- The other direction of decide_appeals(). An appeal that somebody is deciding
-- at this moment is left to him.
-- Level: moderator
CREATE FUNCTION governance.settle_appeals(new_rows json, old_rows json) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $settle$
BEGIN
	-- Who may not decide appeals leaves them to those who may, who say the same.
	IF has_table_privilege('governance.appeal', 'SELECT') AND has_table_privilege('governance.appeal', 'UPDATE') THEN
		UPDATE governance.appeal a
			SET outcome = CASE d.action WHEN 'overturn' THEN 'overturned' ELSE 'changed' END, points = d.points,
				reason = d.reason, decided_at = GREATEST(d.decided_at, a.filed_at), decided_by = d.decided_by
			FROM (SELECT DISTINCT ON (n.account_id, n.violation_id) n.*
				  FROM json_to_recordset(new_rows)
						   AS n(account_id bigint, revision_id bigint, violation_id bigint, action text, points numeric, reason text, decided_at timestamptz, decided_by text)
				  WHERE n.action IN ('overturn', 'change')
				  ORDER BY n.account_id, n.violation_id, n.decided_at DESC, n.revision_id DESC) d,
				 LATERAL (SELECT o.account_id, o.appeal_id FROM governance.appeal o
						  WHERE o.account_id = d.account_id AND o.violation_id = d.violation_id AND o.decided_at IS NULL
						  -- Somebody who is deciding it waits for our turn to end.
						  FOR UPDATE SKIP LOCKED) AS open
			WHERE a.account_id = open.account_id AND a.appeal_id = open.appeal_id;
	END IF;
END
$settle$;
COMMENT ON FUNCTION governance.settle_appeals(json, json) IS
	'part of the trigger on governance.revision: an open appeal against what is overturned or changed is closed with that decision';

REVOKE ALL ON FUNCTION governance.appeal_file(), governance.appeal_guard() FROM PUBLIC;

-- The row is locked before it is looked at, so of two who decide the second one
-- is told of the first.
-- Level: moderator
CREATE FUNCTION governance.decide_appeal(appeal_id bigint, outcome text, reason text DEFAULT NULL,
										 points numeric DEFAULT NULL, decided_at timestamptz DEFAULT now())
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $decide$
#variable_conflict use_column
DECLARE
	this	governance.appeal;
BEGIN
	SELECT * INTO this FROM governance.appeal a
		WHERE a.account_id = governance.entry_account('appeal', decide_appeal.appeal_id)
			AND a.appeal_id = decide_appeal.appeal_id FOR UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('appeal %s does not exist', coalesce(decide_appeal.appeal_id::text, 'null')),
			HINT = governance.message('governance.appeal lists the appeals, and those without an outcome are open.');
	ELSIF this.outcome IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV204',
			MESSAGE = governance.message('appeal %s was decided already', this.appeal_id),
			DETAIL = governance.message('It was %s at %s.', this.outcome, this.decided_at),
			HINT = governance.message('An outcome is final; governance.overturn(), change() and reinstate() can still revise the violation.');
	END IF;
	UPDATE governance.appeal a
		SET outcome = decide_appeal.outcome, reason = decide_appeal.reason,
			points = decide_appeal.points, decided_at = decide_appeal.decided_at,
			decided_by = current_user
		WHERE a.account_id = this.account_id AND a.appeal_id = this.appeal_id;
END
$decide$;
COMMENT ON FUNCTION governance.decide_appeal(bigint, text, text, numeric, timestamptz) IS
	'decides an open appeal: upheld, overturned, or changed to so many points';


-- ---------------------------------------------------------------------------
-- ledger: links between accounts
-- ---------------------------------------------------------------------------

-- A mutual link is two rows, one for each direction, in the order of their
-- accounts so that two calls cannot wait for each other.
-- Level: moderator
CREATE FUNCTION governance.link_accounts(account_id bigint, other_id bigint, kind text, confidence numeric,
										 evidence jsonb DEFAULT NULL, mutual boolean DEFAULT true,
										 since timestamptz DEFAULT now())
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $link$
#variable_conflict use_column
DECLARE
	missing	bigint;
BEGIN
	IF NOT isfinite(since) THEN
		RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = governance.message('argument "since" must be a finite instant'),
			HINT = governance.message('Leave it out for now.');
	END IF;
	SELECT x.id INTO missing FROM unnest(ARRAY[link_accounts.account_id, link_accounts.other_id]) AS x(id)
		WHERE NOT EXISTS (SELECT FROM governance.account a WHERE a.account_id = x.id) LIMIT 1;
	IF FOUND THEN
		PERFORM governance.report_missing('account', missing::text);
	END IF;
	INSERT INTO governance.account_link (account_id, other_id, kind, confidence, during, evidence)
		SELECT x.a, x.b, link_accounts.kind, link_accounts.confidence, tstzrange(since, NULL), link_accounts.evidence
		FROM (VALUES (link_accounts.account_id, link_accounts.other_id, true),
					 (link_accounts.other_id, link_accounts.account_id, mutual)) AS x(a, b, wanted)
		WHERE x.wanted ORDER BY 1;
END
$link$;
COMMENT ON FUNCTION governance.link_accounts(bigint, bigint, text, numeric, jsonb, boolean, timestamptz) IS
	'links two accounts by a kind and how sure that is: the first inherits from the other and, when mutual, the other from the first';

-- Ends both directions, those that go on and those that would end later.
-- Level: moderator
CREATE FUNCTION governance.unlink_accounts(account_id bigint, other_id bigint, kind text, at timestamptz DEFAULT now())
	RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $unlink$
#variable_conflict use_column
DECLARE
	result	integer;
BEGIN
	UPDATE governance.account_link l SET during = l.during * tstzrange(NULL, unlink_accounts.at)
		WHERE l.kind = unlink_accounts.kind
			AND (l.account_id, l.other_id) IN ((unlink_accounts.account_id, unlink_accounts.other_id),
											   (unlink_accounts.other_id, unlink_accounts.account_id))
			AND (upper_inf(l.during) OR upper(l.during) > unlink_accounts.at);
	GET DIAGNOSTICS result = ROW_COUNT;
	IF result = 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('accounts %s and %s are not linked by "%s" at %s',
										 coalesce(account_id::text, 'null'), coalesce(other_id::text, 'null'),
										 coalesce(kind, 'null'), coalesce(at::text, 'null')),
			HINT = governance.message('governance.account_link lists the links.');
	END IF;
	RETURN result;
END
$unlink$;
COMMENT ON FUNCTION governance.unlink_accounts(bigint, bigint, text, timestamptz) IS
	'ends the links of a kind between two accounts, in both directions; gives how many';

-- The owner of the sanction is not named by the caller. Where several accounts
-- have a sanction of that id it is the one that the account is linked to.
-- Level: moderator
CREATE FUNCTION governance.decide_exemption(account_id bigint, sanction_id bigint, exempt boolean, reason text, decided_at timestamptz)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $exempt$
#variable_conflict use_column
DECLARE
	owners	bigint[];
	result	bigint;
BEGIN
	IF reason IS NULL OR btrim(reason) = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('an exemption from sanction %s needs a reason', coalesce(sanction_id::text, 'null')),
			HINT = governance.message('Say why: the reason stays on record.');
	END IF;
	IF decided_at IS NULL OR NOT isfinite(decided_at) THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('argument "decided_at" must be a finite instant'),
			HINT = governance.message('Leave it out for now.');
	END IF;
	PERFORM FROM governance.account a WHERE a.account_id = decide_exemption.account_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('account', account_id::text);
	END IF;
	owners := ARRAY(SELECT s.account_id FROM governance.sanction s WHERE s.sanction_id = decide_exemption.sanction_id ORDER BY 1);
	IF cardinality(owners) = 0 THEN
		PERFORM governance.report_missing('sanction', sanction_id::text);
	ELSIF cardinality(owners) > 1 THEN
		-- The one that is linked, where ids are not unique over all accounts.
		owners := ARRAY(SELECT DISTINCT l.other_id FROM governance.account_link l
						WHERE l.account_id = decide_exemption.account_id AND l.other_id = ANY (owners) ORDER BY 1) || owners;
	END IF;
	IF owners[1] = account_id THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('sanction %s is one of account %s itself', sanction_id, account_id),
			HINT = governance.message('governance.release() lifts it.');
	END IF;
	INSERT INTO governance.exemption (account_id, other_id, sanction_id, exempt, reason, decided_at)
		VALUES (decide_exemption.account_id, owners[1], decide_exemption.sanction_id, decide_exemption.exempt,
				decide_exemption.reason, decide_exemption.decided_at)
		RETURNING exemption_id INTO result;
	RETURN result;
END
$exempt$;
COMMENT ON FUNCTION governance.decide_exemption(bigint, bigint, boolean, text, timestamptz) IS
	'part of exempt_account() and end_exemption(): looks at what is named, and inserts the row';

-- Level: moderator
CREATE FUNCTION governance.exempt_account(account_id bigint, sanction_id bigint, reason text, decided_at timestamptz DEFAULT now())
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN governance.decide_exemption(account_id, sanction_id, true, reason, decided_at);
COMMENT ON FUNCTION governance.exempt_account(bigint, bigint, text, timestamptz) IS
	'an account no longer inherits one sanction of a linked account, which stays as it is, as does the link; gives the id of the exemption';

CREATE FUNCTION governance.exempt_account(account_id bigint, linked_account bigint, scheme text, rung text, opening integer,
										  reason text, decided_at timestamptz DEFAULT now())
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN governance.decide_exemption(account_id, governance.record_sanction(linked_account, scheme, rung, opening), true, reason, decided_at);
COMMENT ON FUNCTION governance.exempt_account(bigint, bigint, text, text, integer, text, timestamptz) IS
	'the same of a sanction that may have no id yet, by which time it was that its rung opened: it is recorded';

-- Level: moderator
CREATE FUNCTION governance.end_exemption(account_id bigint, sanction_id bigint, reason text, decided_at timestamptz DEFAULT now())
	RETURNS bigint
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
	RETURN governance.decide_exemption(account_id, sanction_id, false, reason, decided_at);
COMMENT ON FUNCTION governance.end_exemption(bigint, bigint, text, timestamptz) IS
	'an account that was exempt from a sanction inherits it again; gives the id of the exemption''s end';

-- ---------------------------------------------------------------------------
-- ledger: the balance with which an account comes
-- ---------------------------------------------------------------------------

-- The score is read back after the insert: what the scheme cannot have (beyond
-- its cap, with more decimals than it counts) is refused, and the transaction
-- with it.
-- Level: moderator
CREATE FUNCTION governance.opening_balance(account_id bigint, scheme text, score numeric,
										   at timestamptz DEFAULT now(), reason text DEFAULT 'opening balance')
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $opening$
#variable_conflict use_column
DECLARE
	result	bigint;
	became	governance.credit_score;
BEGIN
	IF NOT EXISTS (SELECT FROM governance.account a WHERE a.account_id = opening_balance.account_id) THEN
		PERFORM governance.report_missing('account', opening_balance.account_id::text, relation => 'revision', field => 'account_id');
	END IF;
	IF NOT coalesce(isfinite(at) AND at <= clock_timestamp(), false) THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202',
			MESSAGE = governance.message('account %s cannot come with a balance of %s', opening_balance.account_id, coalesce(at::text, 'null')),
			HINT = governance.message('Name the instant of which the score is known, which does not lie ahead.'),
			SCHEMA = 'governance', TABLE = 'revision', COLUMN = 'decided_at';
	END IF;
	IF score IS NULL OR score < 0 THEN
		RAISE EXCEPTION USING ERRCODE = 'GV201',
			MESSAGE = governance.message('%s is no score of scheme "%s"', coalesce(score::text, 'null'), scheme),
			SCHEMA = 'governance', TABLE = 'revision', COLUMN = 'points',
			HINT = governance.message('Name points between nought and the cap, as governance.score() shows them.');
	END IF;
	INSERT INTO governance.revision (account_id, action, scheme, points, reason, decided_at)
		VALUES (opening_balance.account_id, 'opening', opening_balance.scheme, opening_balance.score,
				opening_balance.reason, opening_balance.at)
		RETURNING revision_id INTO result;
	became := governance.score(opening_balance.account_id, opening_balance.scheme, opening_balance.at, 'infinity');
	IF governance.points(became) <> opening_balance.score THEN
		RAISE EXCEPTION USING ERRCODE = 'GV201',
			MESSAGE = governance.message('%s is no score of scheme "%s"', score, scheme),
			DETAIL = governance.message('At %s the score of account %s can be %s.', at, opening_balance.account_id, became),
			SCHEMA = 'governance', TABLE = 'revision', COLUMN = 'points',
			HINT = governance.message('Name points between nought and the cap, as governance.score() shows them.');
	END IF;
	RETURN result;
END
$opening$;
COMMENT ON FUNCTION governance.opening_balance(bigint, text, numeric, timestamptz, text) IS
	'an account comes with a score, what led to it being unknown: an entry of its own, from its instant on; gives the revision_id';

-- ---------------------------------------------------------------------------
-- ledger: names that rows refer to without a foreign key, which would lock them
-- ---------------------------------------------------------------------------

-- Arguments: the columns of the key, then pairs of a table and of where its
-- rows name that key: columns in the order of the key, or an SQL/JSON path into
-- governance.policy.document. Rows that name something are never locked by it,
-- which a foreign key would do at each entry.
CREATE FUNCTION governance.name_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
DECLARE
	key			text[] := string_to_array(TG_ARGV[0], ',');
	gone		jsonb := '{}';
	relid		regclass;
	place		text;
	condition	text;
	named		boolean;
BEGIN
	IF TG_OP <> 'TRUNCATE' THEN
		gone := to_jsonb(OLD);
		IF TG_OP = 'UPDATE' AND NOT EXISTS (SELECT FROM unnest(key) k WHERE to_jsonb(NEW) -> k <> gone -> k) THEN
			RETURN NULL;
		END IF;
	END IF;

	-- The other arguments come in pairs: a table, and where its rows name the
	-- key: columns, in its order, or a path into a document.
	FOR i IN 1 .. TG_NARGS - 2 BY 2 LOOP
		relid := to_regclass(format('governance.%I', TG_ARGV[i]));
		place := TG_ARGV[i + 1];
		CONTINUE WHEN relid IS NULL OR TG_OP = 'TRUNCATE' AND strpos(place, '$') > 0;
		IF strpos(place, '$') > 0 THEN
			condition := format('jsonb_path_exists(t.document, %L, $1, true)', place);
		ELSE
			SELECT string_agg(CASE
						WHEN TG_OP = 'TRUNCATE' THEN format(CASE WHEN t.typcategory = 'A' THEN 'cardinality(t.%I) > 0' ELSE 't.%I IS NOT NULL' END, c.name)
						WHEN t.typcategory = 'A' THEN format('t.%I @> ARRAY[$1 ->> %L]', c.name, key[c.n])
						ELSE format('t.%I = ($1 ->> %L)::%s', c.name, key[c.n], format_type(a.atttypid, NULL)) END, ' AND ' ORDER BY c.n)
				INTO STRICT condition
				FROM unnest(string_to_array(place, ',')) WITH ORDINALITY AS c(name, n)
					JOIN pg_attribute a ON a.attrelid = relid AND a.attname = c.name
					JOIN pg_type t ON t.oid = a.atttypid;
		END IF;
		EXECUTE format('SELECT EXISTS (SELECT FROM %s t WHERE %s)', relid, condition) INTO named USING gone;
		IF named THEN
			RAISE EXCEPTION USING ERRCODE = '23503',
				MESSAGE = CASE WHEN TG_OP = 'TRUNCATE'
					THEN governance.message('rows of governance.%s are named by rows of governance.%s', TG_TABLE_NAME, TG_ARGV[i])
					ELSE governance.message('"%s" of governance.%s is named by rows of governance.%s',
											(SELECT string_agg(gone ->> k, ', ' ORDER BY n) FROM unnest(key) WITH ORDINALITY u (k, n)),
											TG_TABLE_NAME, TG_ARGV[i]) END,
				SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = key[cardinality(key)],
				HINT = governance.message('Rows of the ledger stay as they are, and so does what they name.');
		END IF;
	END LOOP;
	RETURN NULL;
END
$guard$;
COMMENT ON FUNCTION governance.name_guard() IS
	'trigger on what rows name without a foreign key: refuses to delete or rename what is named';
REVOKE ALL ON FUNCTION governance.name_guard() FROM PUBLIC;
