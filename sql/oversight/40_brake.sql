-- ---------------------------------------------------------------------------
-- oversight: the brake.  A scheme, or a rule of it, that begins to sanction too
-- many accounts is parked: what its violations bring from then on is computed
-- and not enforced, until an administrator releases it.
--
-- What is held is written into the violation itself, so that every replay gives
-- the same.  Counts and parkings are rows that are inserted and never changed
-- on the way of a violation: nobody waits for anybody.
-- ---------------------------------------------------------------------------

-- Called by the trigger on violations when a brake goes on.
-- Level: owner
CREATE FUNCTION governance.park(brake_id bigint, scheme text, rule text, counted bigint, allowed bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $park$
BEGIN
	INSERT INTO governance.parked (brake_id, scheme, rule, counted, allowed)
		VALUES (park.brake_id, park.scheme, park.rule, park.counted, park.allowed);
	-- A transaction that is to be prepared cannot notify.
	IF coalesce(current_setting('governance.notify', true), '') <> 'off' THEN
		PERFORM pg_notify('governance_brake', jsonb_build_object('brake_id', park.brake_id, 'scheme', park.scheme,
			'rule', park.rule, 'counted', park.counted, 'allowed', park.allowed)::text);
	END IF;
END
$park$;
COMMENT ON FUNCTION governance.park(bigint, text, text, bigint, bigint) IS
	'part of the trigger on violations: parks what has gone too far, and tells those who listen';

-- Called by the trigger on violations now and then. Counts that somebody else is
-- just deleting are left to him. The index leads to them however many there are.
-- Level: owner
CREATE FUNCTION governance.brake_clean(brake_id bigint, before timestamptz, most bigint) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off
AS $clean$
DECLARE
	gone bigint;
BEGIN
	DELETE FROM governance.brake_count d WHERE d.ctid = ANY (ARRAY(
		SELECT c.ctid FROM governance.brake_count c
		WHERE c.brake_id = brake_clean.brake_id AND c.at < brake_clean.before
		ORDER BY c.at LIMIT brake_clean.most FOR UPDATE SKIP LOCKED));
	GET DIAGNOSTICS gone = ROW_COUNT;
	-- Rows of a single transaction have numbers beyond those that are given again.
	DELETE FROM governance.brake_sum d WHERE d.ctid = ANY (ARRAY(
		SELECT s.ctid FROM governance.brake_sum s
		WHERE s.brake_id = brake_clean.brake_id AND s.slot > 4294967295 AND s.since < brake_clean.before
		LIMIT brake_clean.most FOR UPDATE SKIP LOCKED));
	RETURN gone;
END
$clean$;
COMMENT ON FUNCTION governance.brake_clean(bigint, timestamptz, bigint) IS
	'part of the trigger on violations: deletes counts that the window of a brake left long ago, so many at most; gives how many';

-- Level: owner
CREATE FUNCTION governance.release_brake_as_owner(brake_id bigint, reason text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $release$
#variable_conflict use_column
BEGIN
	IF release_brake_as_owner.reason IS NULL OR btrim(release_brake_as_owner.reason) = '' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV202', MESSAGE = governance.message('the release of a brake needs a reason'),
			HINT = governance.message('Say why: the reason stays on record.');
	END IF;
	UPDATE governance.parked p
		SET released_at = clock_timestamp(), released_by = governance.acting_role(), reason = release_brake_as_owner.reason
		WHERE p.brake_id = release_brake_as_owner.brake_id AND p.released_at IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'GV207',
			MESSAGE = governance.message('brake %s is not on', coalesce(release_brake_as_owner.brake_id::text, 'null')),
			HINT = governance.message('The view governance.brake_status lists what is parked.');
	END IF;
END
$release$;
COMMENT ON FUNCTION governance.release_brake_as_owner(bigint, text) IS
	'part of release_brake(): what it does, as the owner of the ledger';

-- Level: administrator
CREATE FUNCTION governance.release_brake(brake_id bigint, reason text) RETURNS void
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_as_owner';
REVOKE ALL ON FUNCTION governance.release_brake(bigint, text), governance.release_brake_as_owner(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION governance.release_brake(bigint, text) IS
	'what was parked is enforced again, for violations to come';

CREATE FUNCTION governance.brake_known() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $known$
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF EXISTS (SELECT FROM governance.parked p WHERE p.brake_id = OLD.brake_id AND p.released_at IS NULL) THEN
			RAISE EXCEPTION USING ERRCODE = 'GV207',
				MESSAGE = governance.message('brake %s is on', OLD.brake_id),
				HINT = governance.message('Release it with governance.release_brake() first.'),
				SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
		END IF;
		RETURN OLD;
	END IF;
	IF NEW.rule IS NOT NULL AND NOT EXISTS (
		SELECT FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
		WHERE p.scheme = NEW.scheme AND r.rule = NEW.rule) THEN
		PERFORM governance.report_missing('rule', NEW.rule, NEW.scheme, relation => TG_TABLE_NAME, field => 'rule');
	END IF;
	RETURN NEW;
END
$known$;
COMMENT ON FUNCTION governance.brake_known() IS
	'row trigger on governance.brake: refuses a rule that the scheme never had, and to delete a brake that is on';
