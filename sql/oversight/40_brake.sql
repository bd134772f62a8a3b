-- ---------------------------------------------------------------------------
-- oversight: the brake.  A scheme, or a rule of it, that begins to sanction too
-- many accounts is parked: what its violations bring from then on is computed
-- and not enforced, until an administrator releases it.
--
-- What is held is written into the violation itself, so that every replay gives
-- the same.  Counts and parkings are rows that are inserted and never changed
-- on the way of a violation: nobody waits for anybody.
-- ---------------------------------------------------------------------------

-- Called by the trigger on violations after the sanctions have been written.
-- Counting inserts and never updates, so statements do not wait for each other;
-- two at once may each see less than both together, and the brake may go on by
-- as many accounts late. An estimate of all accounts decides first, and the
-- exact number is counted only where it could matter.
-- Level: owner
CREATE FUNCTION governance.brake_check(accounts bigint[], violations bigint[]) RETURNS SETOF bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $check$
DECLARE
	this	record;
	hit		bigint[];
	known	bigint;
	allowed	bigint;
	total	bigint;
BEGIN
	FOR this IN
		SELECT b.*, coalesce((SELECT max(p.released_at) FROM governance.parked p WHERE p.brake_id = b.brake_id), '-infinity') AS since
		FROM governance.brake b
		WHERE NOT EXISTS (SELECT FROM governance.parked p WHERE p.brake_id = b.brake_id AND p.released_at IS NULL)
		ORDER BY b.brake_id
	LOOP
		-- Accounts that these violations have brought a sanction, and that have
		-- not been counted within the window.
		SELECT array_agg(DISTINCT s.account_id) INTO hit
			FROM unnest(accounts, violations) AS u (account_id, violation_id)
				JOIN governance.sanction s ON s.account_id = u.account_id AND s.violation_id = u.violation_id
				JOIN governance.violation v ON v.account_id = u.account_id AND v.violation_id = u.violation_id
			WHERE s.scheme = this.scheme AND s.enforced AND (this.rule IS NULL OR v.rule = this.rule)
				AND NOT EXISTS (SELECT FROM governance.brake_count c
								WHERE c.brake_id = this.brake_id AND c.account_id = s.account_id
									AND c.at > clock_timestamp() - this.within AND c.at > this.since);
		CONTINUE WHEN hit IS NULL;
		SELECT count(*) INTO known FROM governance.brake_count c
			WHERE c.brake_id = this.brake_id AND c.at > clock_timestamp() - this.within AND c.at > this.since;
		allowed := this.max_accounts;
		IF this.max_share IS NOT NULL THEN
			-- The exact number only when the estimate says that it matters.
			SELECT greatest(c.reltuples, 0) INTO total FROM pg_class c WHERE c.oid = 'governance.account'::regclass;
			IF known + cardinality(hit) > this.max_share * total THEN
				SELECT count(*) INTO total FROM governance.account;
			END IF;
			allowed := least(allowed, floor(this.max_share * total)::bigint);
		END IF;
		IF known + cardinality(hit) <= allowed THEN
			INSERT INTO governance.brake_count (brake_id, account_id, at)
				SELECT this.brake_id, h, clock_timestamp() FROM unnest(hit) h;
			-- Old counts go little by little, where that can fail nobody.
			IF current_setting('transaction_isolation') = 'read committed' THEN
				DELETE FROM governance.brake_count d WHERE d.ctid = ANY (ARRAY(
					SELECT c.ctid FROM governance.brake_count c
					WHERE c.brake_id = this.brake_id AND c.at < clock_timestamp() - 2 * this.within
					ORDER BY c.at LIMIT 10 FOR UPDATE SKIP LOCKED));
			END IF;
			CONTINUE;
		END IF;
		INSERT INTO governance.parked (brake_id, scheme, rule, counted, allowed)
			VALUES (this.brake_id, this.scheme, this.rule, known + cardinality(hit), allowed);
		-- A transaction that is to be prepared cannot notify.
		IF coalesce(current_setting('governance.notify', true), '') <> 'off' THEN
			PERFORM pg_notify('governance_brake', jsonb_build_object('brake_id', this.brake_id, 'scheme', this.scheme, 'rule', this.rule,
				'counted', known + cardinality(hit), 'allowed', allowed)::text);
		END IF;
		RETURN QUERY
			SELECT v.violation_id FROM unnest(accounts, violations) AS u (account_id, violation_id)
				JOIN governance.violation v ON v.account_id = u.account_id AND v.violation_id = u.violation_id
			WHERE v.scheme = this.scheme AND (this.rule IS NULL OR v.rule = this.rule) AND NOT v.held;
	END LOOP;
END
$check$;
COMMENT ON FUNCTION governance.brake_check(bigint[], bigint[]) IS
	'part of the trigger on violations: counts the accounts that a statement has sanctioned, parks what goes too far, and gives the violations that are to be held';

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
