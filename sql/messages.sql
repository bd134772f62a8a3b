-- ---------------------------------------------------------------------------
-- What error messages of SQL code are made with
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.message(format text, VARIADIC args "any") RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_message';
COMMENT ON FUNCTION governance.message(text, "any") IS
	'part of every error: format() with the text in the language of lc_messages, where the extension has it in that language';

CREATE FUNCTION governance.message(format text) RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_message';
COMMENT ON FUNCTION governance.message(text) IS
	'part of every error: a text in the language of lc_messages, where the extension has it in that language';

-- Level: everyone
CREATE FUNCTION governance.library_version() RETURNS text
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_library_version';
COMMENT ON FUNCTION governance.library_version() IS
	'part of create_ledger(): the version of the library, which a package upgrade replaces before ALTER EXTENSION governance UPDATE does the rest';

-- Level: everyone
CREATE FUNCTION governance.report_missing(what text, name text DEFAULT NULL, owner text DEFAULT NULL, detail text DEFAULT NULL,
										  relation text DEFAULT NULL, field text DEFAULT NULL)
	RETURNS void
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_report_missing';
COMMENT ON FUNCTION governance.report_missing(text, text, text, text, text, text) IS
	'part of errors: raises the one that an account, external_id, scheme, entitlement, policy, rule, capability, domain, violation, sanction, certification, pack or the ledger does not exist';
