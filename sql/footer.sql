-- ---------------------------------------------------------------------------
-- Whoever owns the extension, superuser or not, may do everything with it and
-- let others: create the ledger, attach its triggers, rebuild it.
-- ---------------------------------------------------------------------------

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA governance TO @extowner@ WITH GRANT OPTION;

-- A ledger that is here already is of another version, or has lost its triggers
-- with an extension that was dropped.
DO $remind$
BEGIN
	IF to_regclass('governance.standing') IS NOT NULL THEN
		RAISE WARNING USING
			MESSAGE = governance.message('the ledger in this database is not of version %s yet', governance.library_version()),
			HINT = governance.message('Call SELECT governance.create_ledger(); now.');
	END IF;
END
$remind$;
