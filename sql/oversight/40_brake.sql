-- ---------------------------------------------------------------------------
-- oversight: the brake.  A scheme, or a rule of it, that begins to sanction too
-- many accounts is parked: what its violations bring from then on is computed
-- and not enforced, until an administrator releases it.
--
-- What is held is written into the violation itself, so that every replay gives
-- the same.  Counts and parkings are rows that are inserted and never changed
-- on the way of a violation: nobody waits for anybody.
-- ---------------------------------------------------------------------------

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
	'row trigger on governance.brake: the rule is one that the scheme has or had, and a brake that is on does not go';

CREATE FUNCTION governance.create_brake_tables() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
DECLARE
	relation	text;
BEGIN
	IF to_regclass('governance.brake_seq') IS NULL THEN
		CREATE SEQUENCE governance.brake_seq AS bigint;
		COMMENT ON SEQUENCE governance.brake_seq IS 'ids of brakes and of parkings';
		RETURN NEXT 'created sequence governance.brake_seq';
	END IF;
	IF to_regclass('governance.brake') IS NULL THEN
		CREATE TABLE governance.brake (
			brake_id		bigint NOT NULL DEFAULT nextval('governance.brake_seq'),
			scheme			text NOT NULL,
			rule			text,
			max_accounts	bigint,
			max_share		numeric,
			within			interval NOT NULL,
			note			text,
			CONSTRAINT brake_pkey PRIMARY KEY (brake_id),
			CONSTRAINT brake_scheme_fkey FOREIGN KEY (scheme) REFERENCES governance.scheme,
			CONSTRAINT brake_max_check CHECK (num_nonnulls(max_accounts, max_share) > 0),
			CONSTRAINT brake_max_accounts_check CHECK (max_accounts >= 0),
			CONSTRAINT brake_max_share_check CHECK (max_share BETWEEN 0 AND 1),
			CONSTRAINT brake_within_check CHECK (within > '0'::interval)
		);
		COMMENT ON TABLE governance.brake IS 'which schemes, or rules, are parked when they begin to sanction too many accounts; empty: none';
		COMMENT ON COLUMN governance.brake.brake_id IS 'identifies the brake';
		COMMENT ON COLUMN governance.brake.scheme IS 'what is watched: violations of this scheme';
		COMMENT ON COLUMN governance.brake.rule IS 'of this rule; null: of every rule, counted together';
		COMMENT ON COLUMN governance.brake.max_accounts IS 'so many accounts may be sanctioned within the window';
		COMMENT ON COLUMN governance.brake.max_share IS 'this share of all accounts, from 0 to 1, may be; the lesser of both counts';
		COMMENT ON COLUMN governance.brake.within IS 'the window, back from each violation, by the clock';
		COMMENT ON COLUMN governance.brake.note IS 'why';
		RETURN NEXT 'created table governance.brake';
	END IF;
	IF to_regclass('governance.brake_count') IS NULL THEN
		CREATE TABLE governance.brake_count (
			account_id	bigint NOT NULL,
			brake_id	bigint NOT NULL,
			at			timestamptz NOT NULL,
			CONSTRAINT brake_count_pkey PRIMARY KEY (account_id, brake_id, at)
		);
		CREATE INDEX brake_count_at_idx ON governance.brake_count (brake_id, at);
		COMMENT ON TABLE governance.brake_count IS 'the accounts that each brake has seen sanctioned; what is older than the window goes';
		COMMENT ON COLUMN governance.brake_count.account_id IS 'who was sanctioned';
		COMMENT ON COLUMN governance.brake_count.brake_id IS 'under the eyes of which brake';
		COMMENT ON COLUMN governance.brake_count.at IS 'when, by the clock';
		RETURN NEXT 'created table governance.brake_count';
	END IF;
	IF to_regclass('governance.parked') IS NULL THEN
		CREATE TABLE governance.parked (
			parked_id	bigint NOT NULL DEFAULT nextval('governance.brake_seq'),
			brake_id	bigint NOT NULL,
			scheme		text NOT NULL,
			rule		text,
			parked_at	timestamptz NOT NULL DEFAULT clock_timestamp(),
			counted		bigint NOT NULL,
			allowed		bigint NOT NULL,
			released_at	timestamptz,
			released_by	text,
			reason		text,
			CONSTRAINT parked_pkey PRIMARY KEY (parked_id),
			CONSTRAINT parked_released_check CHECK (num_nulls(released_at, released_by, reason) IN (0, 3))
		);
		COMMENT ON TABLE governance.parked IS 'the schemes and rules that a brake has parked, and when they were released';
		COMMENT ON COLUMN governance.parked.parked_id IS 'identifies the parking';
		COMMENT ON COLUMN governance.parked.brake_id IS 'by which brake';
		COMMENT ON COLUMN governance.parked.scheme IS 'what is parked: this scheme';
		COMMENT ON COLUMN governance.parked.rule IS 'or this rule of it';
		COMMENT ON COLUMN governance.parked.parked_at IS 'when, by the clock';
		COMMENT ON COLUMN governance.parked.counted IS 'how many accounts would have been sanctioned within the window';
		COMMENT ON COLUMN governance.parked.allowed IS 'how many were allowed';
		COMMENT ON COLUMN governance.parked.released_at IS 'when it was released; null: parked';
		COMMENT ON COLUMN governance.parked.released_by IS 'by whom';
		COMMENT ON COLUMN governance.parked.reason IS 'and why';
		RETURN NEXT 'created table governance.parked';
	END IF;
	RETURN QUERY SELECT governance.ensure_trigger('governance.brake', 'brake_known',
		'BEFORE INSERT OR UPDATE OR DELETE ON governance.brake FOR EACH ROW EXECUTE FUNCTION governance.brake_known()');
	-- Backends must hear of replicated changes too: hence row triggers, always.
	FOREACH relation IN ARRAY ARRAY['brake', 'parked'] LOOP
		IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = format('governance.%I', relation)::regclass AND tgname = relation || '_changed') THEN
			EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON governance.%I FOR EACH ROW EXECUTE FUNCTION governance.small_table_changed()',
						   relation || '_changed', relation);
			EXECUTE format('CREATE TRIGGER %I AFTER TRUNCATE ON governance.%I FOR EACH STATEMENT EXECUTE FUNCTION governance.small_table_changed()',
						   relation || '_truncated', relation);
			EXECUTE format('ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER %I', relation, relation || '_changed');
			EXECUTE format('ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER %I', relation, relation || '_truncated');
			RETURN NEXT format('created triggers %1$s_changed, %1$s_truncated on governance.%1$s', relation);
		END IF;
	END LOOP;
	IF to_regclass('governance.brake_status') IS NULL THEN
		CREATE VIEW governance.brake_status AS
			SELECT b.brake_id, b.scheme, b.rule, b.max_accounts, b.max_share, b.within,
				   (SELECT count(*) FROM governance.brake_count c
					WHERE c.brake_id = b.brake_id AND c.at > clock_timestamp() - b.within
						AND c.at > coalesce((SELECT max(p.released_at) FROM governance.parked p WHERE p.brake_id = b.brake_id), '-infinity')) AS counted,
				   (SELECT min(p.parked_at) FROM governance.parked p
					WHERE p.brake_id = b.brake_id AND p.released_at IS NULL) AS parked_since
			FROM governance.brake b;
		COMMENT ON VIEW governance.brake_status IS 'every brake, how many accounts it has counted, and whether it is on';
		COMMENT ON COLUMN governance.brake_status.brake_id IS 'the brake';
		COMMENT ON COLUMN governance.brake_status.scheme IS 'what it watches: this scheme';
		COMMENT ON COLUMN governance.brake_status.rule IS 'or this rule of it';
		COMMENT ON COLUMN governance.brake_status.max_accounts IS 'so many accounts may be sanctioned within the window';
		COMMENT ON COLUMN governance.brake_status.max_share IS 'this share of all accounts may be';
		COMMENT ON COLUMN governance.brake_status.within IS 'the window';
		COMMENT ON COLUMN governance.brake_status.counted IS 'accounts sanctioned within the window, and since the last release';
		COMMENT ON COLUMN governance.brake_status.parked_since IS 'since when it is on; null: it is not';
		RETURN NEXT 'created view governance.brake_status';
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_brake_tables() IS
	'part of create_ledger(): the brakes and what they have parked';
