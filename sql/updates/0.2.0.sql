-- What is taken away from version 0.2.0; every object follows anew.
\echo Use "ALTER EXTENSION governance UPDATE" to load this file. \quit

-- Limits look at what a statement does to standings, where these are written.
DROP FUNCTION governance.check_limits(text, bigint[], bigint[]);

-- It asks whose sanction is meant, where others inherit it.
DROP FUNCTION governance.release(bigint, text, timestamptz);

-- What create_ledger() makes is a list of steps.
DROP FUNCTION governance.create_rulebook_tables(), governance.create_rulebook_views(),
	governance.create_ledger_tables(), governance.create_ledger_triggers(), governance.create_ledger_views(),
	governance.create_taxonomy_tables(), governance.create_certification_tables(), governance.create_certification_views(),
	governance.create_binding_tables(), governance.create_event_tables(), governance.create_report_views(),
	governance.create_statement_tables(), governance.create_oversight_tables(), governance.create_audit_tables(),
	governance.create_limit_tables(), governance.create_brake_tables(), governance.create_seal_tables(),
	governance.audit_adopt(text);

-- They are told under which edition of the rulebook a standing was written.
DROP FUNCTION governance.stored_scores(bigint, text, bytea, bigint, timestamptz, timestamptz, timestamptz);
DROP FUNCTION governance.stored_nearness(bigint, text, bytea, bigint, timestamptz, bigint);

-- Events of standings and sanctions are written with these; the triggers go with
-- their functions.
DROP FUNCTION governance.event_sanction() CASCADE;
DROP FUNCTION governance.event_standing() CASCADE;
DROP FUNCTION governance.event_sanction_steps(text, tstzrange, boolean, timestamptz, boolean, boolean, timestamptz);

-- They try a draft beside the versions that there are.
DROP FUNCTION governance.simulate(jsonb, tstzrange, integer), governance.simulate_range(jsonb, tstzrange, bigint, bigint, integer),
	governance.simulate_account(jsonb, bigint, tstzrange), governance.simulate_summary(jsonb, tstzrange),
	governance.simulate_distribution(jsonb, numeric, tstzrange);

-- Brakes count without SQL.
DROP FUNCTION governance.brake_check(bigint[], bigint[]);

-- They say which time it is that a rung opens.
DROP FUNCTION governance.timeline(bigint, text), governance.restrictions(bigint, timestamptz);

-- Nobody waits for a publication any more.
DROP FUNCTION governance.hold_scheme(text);

-- They say of which kind a document is.
DROP FUNCTION governance.packs(), governance.search_rules(text);

-- Whether a sanction takes the weight from certifications is asked, not written.
DROP FUNCTION governance.certification_withheld_row();
