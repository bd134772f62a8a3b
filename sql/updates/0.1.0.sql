-- What is taken away from version 0.1.0; every object follows anew.
\echo Use "ALTER EXTENSION governance UPDATE" to load this file. \quit

DROP FUNCTION governance.certification_violation_rows();
DROP FUNCTION governance.certification_revision_rows();

-- It says whose sanction it is, where that is a linked account's, and both say which
-- time it is that a rung opens.
DROP FUNCTION governance.restrictions(bigint, timestamptz), governance.timeline(bigint, text);

-- It also tells of its progress, and they try a draft beside the versions that there are.
DROP FUNCTION governance.simulate(jsonb, tstzrange), governance.simulate_account(jsonb, bigint, tstzrange),
	governance.simulate_summary(jsonb, tstzrange);

-- What create_ledger() makes is a list of steps.
DROP FUNCTION governance.create_rulebook_tables(), governance.create_rulebook_views(),
	governance.create_ledger_tables(), governance.create_ledger_triggers(), governance.create_ledger_views(),
	governance.create_taxonomy_tables(), governance.create_certification_tables(), governance.create_certification_views(),
	governance.create_binding_tables();

-- Nobody waits for a publication any more.
DROP FUNCTION governance.hold_scheme(text);

-- They say of which kind a document is.
DROP FUNCTION governance.packs(), governance.search_rules(text);

-- Whether a sanction takes the weight from certifications is asked, not written.
DROP FUNCTION governance.certification_withheld_row();
