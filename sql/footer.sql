-- ---------------------------------------------------------------------------
-- Whoever owns the extension, superuser or not, may do everything with it and
-- let others: create the ledger, attach its triggers, rebuild it.
-- ---------------------------------------------------------------------------

GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA governance TO @extowner@ WITH GRANT OPTION;

