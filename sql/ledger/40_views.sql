-- ---------------------------------------------------------------------------
-- ledger: views and small functions over its tables
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.create_ledger_views() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
BEGIN
	IF coalesce(pg_get_viewdef(to_regclass('governance.campaign_yield')), '') NOT LIKE '%linked_violation_id%' THEN
		CREATE OR REPLACE VIEW governance.campaign_yield AS
			SELECT c.campaign, c.title, c.during,
				   count(v.violation_id) AS violations,
				   count(DISTINCT v.account_id) AS accounts,
				   count(*) FILTER (WHERE r.action = 'overturn') AS overturned
			FROM governance.campaign c
				LEFT JOIN governance.violation v ON v.campaign = c.campaign AND v.linked_violation_id IS NULL
				LEFT JOIN LATERAL (
					SELECT r.action FROM governance.revision r
					WHERE r.account_id = v.account_id AND r.violation_id = v.violation_id
						AND r.action <> 'release'
					ORDER BY r.decided_at DESC, r.revision_id DESC
					LIMIT 1) r ON true
			GROUP BY c.campaign;
		COMMENT ON VIEW governance.campaign_yield IS 'what each campaign has found';
		COMMENT ON COLUMN governance.campaign_yield.campaign IS 'short name';
		COMMENT ON COLUMN governance.campaign_yield.title IS 'for people';
		COMMENT ON COLUMN governance.campaign_yield.during IS 'from when until when it runs';
		COMMENT ON COLUMN governance.campaign_yield.violations IS 'violations that it found; copies in linked accounts are none of these';
		COMMENT ON COLUMN governance.campaign_yield.accounts IS 'accounts that they belong to';
		COMMENT ON COLUMN governance.campaign_yield.overturned IS 'violations among them that are overturned';
		RETURN NEXT 'created view governance.campaign_yield';
	END IF;
	IF to_regclass('governance.sanction_in_force') IS NULL THEN
		CREATE VIEW governance.sanction_in_force AS
			SELECT s.account_id, s.scheme, s.tier, s.rung, s.withholds, lower(s.during) AS since,
				   upper(s.during) AS until, s.violation_id, s.sanction_id
			FROM governance.sanction s
			WHERE s.during @> now() AND s.enforced;
		COMMENT ON VIEW governance.sanction_in_force IS 'the sanctions that are running now';
		COMMENT ON COLUMN governance.sanction_in_force.account_id IS 'who';
		COMMENT ON COLUMN governance.sanction_in_force.scheme IS 'under which scheme';
		COMMENT ON COLUMN governance.sanction_in_force.tier IS 'how severe';
		COMMENT ON COLUMN governance.sanction_in_force.rung IS 'the rung of the scheme''s ladder';
		COMMENT ON COLUMN governance.sanction_in_force.withholds IS 'what the account may not do meanwhile';
		COMMENT ON COLUMN governance.sanction_in_force.since IS 'from when';
		COMMENT ON COLUMN governance.sanction_in_force.until IS 'until when, if nothing more happens; null: until released, or for ever';
		COMMENT ON COLUMN governance.sanction_in_force.violation_id IS 'the violation that caused it';
		COMMENT ON COLUMN governance.sanction_in_force.sanction_id IS 'for governance.explain()';
		RETURN NEXT 'created view governance.sanction_in_force';
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_ledger_views() IS
	'part of create_ledger(): views over the ledger''s tables';

CREATE FUNCTION governance.hold_account(account_id bigint) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_hold_account';
COMMENT ON FUNCTION governance.hold_account(bigint) IS
	'part of set_attribute(): locks an account until the end of the transaction, for those who may insert facts';

CREATE FUNCTION governance.settle_facts(account_id bigint, name text, since timestamptz) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_settle_facts';
COMMENT ON FUNCTION governance.settle_facts(bigint, text, timestamptz) IS
	'part of set_attribute(): puts what still follows from certifications beside what was set';

CREATE FUNCTION governance.set_attribute(account_id bigint, name text, value text, since timestamptz DEFAULT now())
	RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $set$
#variable_conflict use_column
BEGIN
	IF NOT EXISTS (SELECT FROM governance.account a WHERE a.account_id = set_attribute.account_id) THEN
		PERFORM governance.report_missing('account', set_attribute.account_id::text);
	END IF;
	-- Two sessions that set the same fact take turns.
	PERFORM governance.hold_account(account_id);
	-- What was to come is replaced; what holds ends where the new value begins.
	DELETE FROM governance.attribute a
		WHERE a.account_id = set_attribute.account_id AND a.name = set_attribute.name
			AND lower(a.during) >= set_attribute.since;
	UPDATE governance.attribute a
		SET during = a.during * tstzrange(NULL, set_attribute.since)
		WHERE a.account_id = set_attribute.account_id AND a.name = set_attribute.name
			AND a.during @> set_attribute.since;
	IF set_attribute.value IS NOT NULL THEN
		BEGIN
			INSERT INTO governance.attribute (account_id, name, value, during)
				VALUES (set_attribute.account_id, set_attribute.name, set_attribute.value,
						tstzrange(set_attribute.since, NULL));
		EXCEPTION WHEN exclusion_violation OR unique_violation THEN
			-- What stands in the way came after this transaction's snapshot.
			IF current_setting('transaction_isolation') IN ('repeatable read', 'serializable') THEN
				RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
					MESSAGE = governance.message('could not serialize access due to concurrent update'),
					
					DETAIL = governance.message('Fact "%s" of account %s was set meanwhile.', set_attribute.name, set_attribute.account_id),
					HINT = governance.message('The transaction might succeed if retried.');
			END IF;
			RAISE;
		END;
	END IF;
	PERFORM governance.settle_facts(account_id, name, since);
END
$set$;
COMMENT ON FUNCTION governance.set_attribute(bigint, text, text, timestamptz) IS
	'from then on the fact has this value (null: none but what follows from certifications), whatever it was before';

