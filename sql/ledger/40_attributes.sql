-- ---------------------------------------------------------------------------
-- ledger: facts about accounts
-- ---------------------------------------------------------------------------

-- Level: moderator
CREATE FUNCTION governance.hold_account(account_id bigint) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_hold_account';
COMMENT ON FUNCTION governance.hold_account(bigint) IS
	'part of set_attribute(): locks an account until the end of the transaction, for those who may insert facts';

-- Level: moderator
CREATE FUNCTION governance.settle_facts(account_id bigint, name text, since timestamptz) RETURNS void
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_settle_facts';
COMMENT ON FUNCTION governance.settle_facts(bigint, text, timestamptz) IS
	'part of set_attribute(): puts what still follows from certifications beside what was set';

-- One account's facts are set one after the other. What was to hold later is
-- replaced, too: from the instant on nothing else is known. A session whose
-- snapshot is too old to see what another one has set gets a serialization
-- error and may try again.
-- Level: moderator
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
