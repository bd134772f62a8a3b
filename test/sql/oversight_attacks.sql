--
-- Ways round who may do what: through foreign keys of somebody else's statement,
-- through triggers that swallow rows, through what an error gives away, through
-- functions that are parts of others.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "t.attack", "score": {"direction": "accumulate", "limit": 100},
	"rules": {"spam": {"title": "spam", "points": [1, 50], "usual": 1}},
	"ladder": [{"rung": "mute", "when": "score >= 2", "tier": "muted", "withhold": ["post"]},
		{"rung": "ban", "when": "score >= 30", "tier": "banned", "withhold": ["post", "comment"]}]}') > 0 AS published;
SELECT governance.publish('{"scheme": "t.balance", "score": {"direction": "deduct", "cap": 12}, "rules": {"spam": {"title": "spam", "points": 1}}}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 30) i;
CREATE ROLE attack_nobody;
CREATE ROLE attack_reader;
CREATE ROLE attack_moderator;
CREATE ROLE attack_administrator;
CREATE ROLE attack_registry;
GRANT USAGE ON SCHEMA governance TO attack_nobody;
SELECT governance.grant_level('attack_reader', 'reader'), governance.grant_level('attack_moderator', 'moderator'),
	governance.grant_level('attack_administrator', 'administrator');
INSERT INTO governance.moderator_limit (role, max_points, max_length, max_tier) VALUES ('attack_moderator', 2, '8 days', 'muted');
GRANT CREATE ON SCHEMA public TO attack_moderator, attack_nobody;

CREATE FUNCTION public.attempt(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text;
BEGIN
	EXECUTE format('SET LOCAL ROLE %I', role);
	EXECUTE statement;
	RESET ROLE;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
	RETURN state || ' ' || message;
END
$$;
\set ECHO queries

-- A foreign key runs triggers of the table that refers as the owner of that
-- table, in the statement of whoever deletes: it is the owner who acts there.
CREATE TABLE public.profile (id bigint PRIMARY KEY);
INSERT INTO public.profile SELECT generate_series(1, 10);
GRANT REFERENCES ON public.profile TO attack_moderator;
SET ROLE attack_moderator;
CREATE TABLE public.follows (id bigint REFERENCES public.profile ON DELETE CASCADE, held boolean, points numeric);
CREATE FUNCTION public.followed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO governance.violation (account_id, scheme, rule, points, held) VALUES (OLD.id, 't.attack', 'spam', OLD.points, OLD.held);
	RETURN OLD;
END $$;
CREATE TRIGGER followed BEFORE DELETE ON public.follows FOR EACH ROW EXECUTE FUNCTION public.followed();
INSERT INTO public.follows VALUES (1, false, 50), (2, true, 1), (3, false, 1);
RESET ROLE;
DELETE FROM public.profile WHERE id = 1;
DELETE FROM public.profile WHERE id = 2;
DELETE FROM public.profile WHERE id = 3;
SELECT account_id, points, held, decided_by FROM governance.violation ORDER BY account_id;
-- Where the foreign key is the ledger's own, the audit knows who had logged in.
ALTER TABLE governance.account_administrator ADD CONSTRAINT attack_fkey FOREIGN KEY (account_id) REFERENCES public.profile ON DELETE CASCADE;
INSERT INTO governance.account_administrator (account_id, administrator) VALUES (5, 'somebody');
GRANT SELECT, DELETE ON public.profile TO attack_registry;
GRANT USAGE ON SCHEMA governance TO attack_registry;
SET ROLE attack_registry;
DELETE FROM public.profile WHERE id = 5;
RESET ROLE;
SELECT session_role = session_user AS known, action FROM governance.audit WHERE relation = 'account_administrator' AND action = 'delete';
ALTER TABLE governance.account_administrator DROP CONSTRAINT attack_fkey;

-- A trigger that swallows what is derived is told of, and nothing is half written.
DELETE FROM governance.moderator_limit;
INSERT INTO governance.violation (account_id, scheme, rule, points) SELECT i, 't.attack', 'spam', 2 FROM generate_series(11, 16) i;
CREATE FUNCTION public.swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER swallow BEFORE INSERT ON governance.standing FOR EACH ROW EXECUTE FUNCTION public.swallow();
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (17, 't.attack', 'spam');
INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.attack', 'spam' FROM generate_series(16, 20) i;
DROP TRIGGER swallow ON governance.standing;
CREATE TRIGGER swallow BEFORE UPDATE ON governance.standing FOR EACH ROW EXECUTE FUNCTION public.swallow();
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (11, 't.attack', 'spam');
INSERT INTO governance.violation (account_id, scheme, rule) SELECT i, 't.attack', 'spam' FROM generate_series(11, 16) i;
DROP TRIGGER swallow ON governance.standing;
CREATE TRIGGER swallow BEFORE INSERT OR UPDATE ON governance.sanction FOR EACH ROW EXECUTE FUNCTION public.swallow();
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (17, 't.attack', 'spam', 2);
INSERT INTO governance.violation (account_id, scheme, rule, points) SELECT i, 't.attack', 'spam', 2 FROM generate_series(17, 22) i;
SELECT governance.overturn(violation_id, 'a mistake') FROM governance.violation WHERE account_id = 12;
DROP TRIGGER swallow ON governance.sanction;
SELECT governance.overturn(violation_id, 'a mistake') > 0 AS overturned FROM governance.violation WHERE account_id = 12;
SELECT * FROM governance.verify();

-- Whoever may use the schema and nothing in it does not learn what there is: each
-- answer about a scheme that is there is the answer about one that is not.
SELECT c.call, attempt('attack_nobody', format(c.call, 't.attack')) AS answer,
	   attempt('attack_nobody', format(c.call, 't.attack')) = attempt('attack_nobody', format(c.call, 't.nothing')) AS same
FROM (VALUES ('SELECT governance.score(1, %L)'), ('SELECT governance.tier(1, %L)'), ('SELECT * FROM governance.next_change(1, %L)'),
		('SELECT governance.timeline(1, %L)'), ('SELECT governance.next_rung(1, %L)'), ('SELECT governance.past_scores(%L, now(), now())'),
		('SELECT governance.appeal_times(%L, now(), now(), now())'), ('SELECT governance.policy_document(%L)'),
		('SELECT governance.report_scores(%L)'), ('SELECT governance.hold_standing(1, %L)'), ('SELECT governance.change_instant(%L)'),
		('INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, %L, ''spam'')')) AS c (call)
ORDER BY c.call COLLATE "C";
SELECT attempt('attack_reader', $$SELECT governance.score(1, 't.nothing')$$), attempt('attack_moderator', $$INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.nothing', 'spam')$$);

-- Ids are moved on by entries of the ledger, not by rows of a table of one's own.
SET ROLE attack_nobody;
CREATE TABLE public.my_entries (id bigint);
RESET ROLE;
SELECT attempt('attack_nobody', $$SELECT governance.entry_id_given('public.my_entries', 'id', 500000)$$);
SELECT last_value < 500000 AS untouched FROM governance.entry_seq;

-- A balance by a row is held to what opening_balance() is held to.
SELECT attempt('attack_moderator', $$INSERT INTO governance.revision (account_id, action, scheme, points, reason) VALUES (25, 'opening', 't.balance', 13, 'came so')$$),
	attempt('attack_moderator', $$SELECT governance.opening_balance(25, 't.balance', 13)$$),
	attempt('attack_moderator', $$INSERT INTO governance.revision (account_id, action, scheme, points, reason) VALUES (25, 'opening', 't.balance', 6, 'came so'), (26, 'opening', 't.balance', 0, 'came so')$$);
SELECT governance.score(25, 't.balance');

-- What was decided of an appeal stays; what is said for it may be added to.
INSERT INTO governance.appeal (violation_id) SELECT violation_id FROM governance.violation WHERE account_id = 13;
SET ROLE attack_moderator;
SELECT governance.decide_appeal(appeal_id, 'upheld', 'it was spam') FROM governance.appeal;
\set VERBOSITY terse
UPDATE governance.appeal SET reason = 'never said';
UPDATE governance.appeal SET deadline = 'infinity', filed_at = '2020-01-02';
UPDATE governance.appeal SET grounds = 'said later';
\set VERBOSITY default
RESET ROLE;

-- What was prepared or opened with a right is not answered without it.
PREPARE asked AS SELECT governance.permits(11, 'post'), governance.tier(11);
SET ROLE attack_reader;
EXECUTE asked;
EXECUTE asked;
BEGIN;
DECLARE answers CURSOR FOR SELECT governance.score(11, 't.attack'), governance.permits(11, 'post') FROM generate_series(1, 2);
FETCH 1 FROM answers;
SET LOCAL ROLE attack_nobody;
FETCH 1 FROM answers;
ROLLBACK;
SET ROLE attack_nobody;
EXECUTE asked;
RESET ROLE;

-- Code of one's own that a superuser's maintenance runs acts for its owner, and writes nothing.
SET ROLE attack_moderator;
CREATE FUNCTION public.records(account bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	PERFORM governance.opening_balance(account, 't.balance', 1);
	RETURN account;
EXCEPTION WHEN OTHERS THEN
	RAISE WARNING 'refused to %', current_user;
	RETURN account;
END $$;
CREATE TABLE public.bait (account bigint);
CREATE INDEX ON public.bait (public.records(account));
CREATE MATERIALIZED VIEW public.bait_view AS SELECT public.records(28) WITH NO DATA;
RESET ROLE;
INSERT INTO governance.moderator_limit (role, max_points) VALUES ('attack_moderator', 0);
SET ROLE attack_moderator;
INSERT INTO public.bait VALUES (27);
RESET ROLE;
ANALYZE public.bait;
REINDEX TABLE public.bait;
REFRESH MATERIALIZED VIEW public.bait_view;
SELECT account_id, points, decided_by FROM governance.revision WHERE account_id IN (27, 28);

-- Sequences are read by whoever dumps.
SELECT has_sequence_privilege('attack_reader', 'governance.entry_seq', 'SELECT') AS reads,
	has_sequence_privilege('attack_reader', 'governance.entry_seq', 'USAGE') OR has_sequence_privilege('attack_administrator', 'governance.audit_seq', 'UPDATE') AS moves,
	has_sequence_privilege('attack_nobody', 'governance.entry_seq', 'SELECT') AS nobody;
SELECT * FROM governance.verify();

\set ECHO none
DROP MATERIALIZED VIEW public.bait_view;
DROP TABLE public.bait, public.follows, public.profile, public.my_entries;
DROP FUNCTION public.followed(), public.swallow(), public.records(bigint), public.attempt(text, text);
REVOKE ALL ON SCHEMA public FROM attack_moderator, attack_nobody;
SELECT governance.revoke_level('attack_reader'), governance.revoke_level('attack_moderator'), governance.revoke_level('attack_administrator');
DROP OWNED BY attack_nobody, attack_reader, attack_moderator, attack_administrator, attack_registry CASCADE;
DROP ROLE attack_nobody, attack_reader, attack_moderator, attack_administrator, attack_registry;
