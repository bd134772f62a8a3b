--
-- features.sql
--	One feature that a platform runs with, in a database of its own: :feature is
--	its name.  All of them are written so that the work comes out the same: no
--	brake is reached, no limit refuses, no consumer reads.
--
--	partitioned     is made by the statements of doc/scaling.md, not here
--	consumer        of events, who has not read any yet
--	brake           on the scheme, that is not reached
--	limit           of the moderator who records the violations
--	certification   violations that cost certifications; one account in twenty
--	                holds one
--	trigger         of the application on governance.sanction
--	links           are in the policy, and one account in fifty has one
--	publication     of all tables of the ledger
--
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SELECT :'feature' = 'consumer' AS consumer, :'feature' = 'brake' AS brake, :'feature' = 'limit' AS limit,
	:'feature' = 'certification' AS certification, :'feature' = 'trigger' AS trigger, :'feature' = 'links' AS links,
	:'feature' = 'publication' AS publication
\gset

\if :brake
INSERT INTO governance.brake (scheme, max_accounts, within) VALUES (:'scheme', 100000000, '1 hour');
\endif

\if :limit
SELECT governance.grant_level('bench_moderator', 'moderator');
INSERT INTO governance.moderator_limit (role, max_points, max_tier, second_person)
	VALUES ('bench_moderator', 12, 'banned', false);
GRANT USAGE ON SCHEMA bench TO bench_moderator;
GRANT SELECT ON ALL TABLES IN SCHEMA bench TO bench_moderator;
\endif

\if :certification
INSERT INTO governance.certification_consequence (scheme, severity, qualification, effect)
	VALUES (:'scheme', 'extreme', 'occupation:healthcare', 'cancel');
INSERT INTO governance.certification_consequence (scheme, rule, effect)
	VALUES (:'scheme', 'cheating.fake_orders', 'suspend');
WITH applied AS MATERIALIZED (
	SELECT a.account_id, governance.apply_for_certification(a.account_id,
		'occupation:healthcare/physician[hospital=9,title=2]') AS certification_id
	FROM governance.account a WHERE a.account_id % 20 = 0
), examined AS MATERIALIZED (
	SELECT a.*, governance.examine_certification(account_id, certification_id) FROM applied a
)
SELECT governance.grant_certification(account_id, certification_id) FROM examined;
\endif

\if :trigger
CREATE SCHEMA app;
CREATE TABLE app.mailbox (
	letter		bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account_id	bigint NOT NULL,
	sanction_id	bigint NOT NULL
);
CREATE FUNCTION app.sanctioned() RETURNS trigger
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	INSERT INTO app.mailbox (account_id, sanction_id) VALUES (NEW.account_id, NEW.sanction_id);
	RETURN NULL;
END
$$;
CREATE TRIGGER mailbox AFTER INSERT ON governance.sanction
	FOR EACH ROW EXECUTE FUNCTION app.sanctioned();
\endif

\if :links
SELECT governance.link_accounts(account_id, account_id + 1, 'same_subject', 0.95)
	FROM governance.account WHERE account_id % 100 = 1;
\endif

\if :publication
CREATE PUBLICATION ledger FOR TABLES IN SCHEMA governance;
\endif

\if :consumer
SELECT governance.create_consumer('app');
\endif
