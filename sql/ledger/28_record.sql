-- ---------------------------------------------------------------------------
-- ledger: records of sanctions that time or a fact has brought, for those who
-- decide on them
-- ---------------------------------------------------------------------------

-- Level: moderator
CREATE FUNCTION governance.record_sanction(account_id bigint, scheme text, rung text, opening integer) RETURNS bigint
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_record_sanction';
COMMENT ON FUNCTION governance.record_sanction(bigint, text, text, integer) IS
	'part of release() and its like: gives a sanction that time or a fact has brought its record, if it has none yet; gives its id';

-- Level: moderator
CREATE FUNCTION governance.record_sanction_since(account_id bigint, scheme text, rung text, since timestamptz) RETURNS bigint
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_record_sanction_since';
COMMENT ON FUNCTION governance.record_sanction_since(bigint, text, text, timestamptz) IS
	'part of revision_names_sanction(): the same, named by its start';

CREATE FUNCTION governance.revision_names_sanction() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $names$
BEGIN
	NEW.sanction_id := governance.record_sanction_since(NEW.account_id, NEW.scheme, NEW.rung, NEW.since);
	RETURN NEW;
END
$names$;
COMMENT ON FUNCTION governance.revision_names_sanction() IS
	'row trigger on governance.revision: finds, or records, the sanction of a release that says scheme, rung and start, and no sanction_id';
REVOKE ALL ON FUNCTION governance.revision_names_sanction() FROM PUBLIC;
