-- Answers that are looked up without a query: with the rights of the caller, and
-- as a query would see it.
\set ECHO none
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "s",
	"score": {"cap": 12},
	"rules": {"spam": {"title": "spam", "points": 4}},
	"ladder": [{"rung": "mute", "when": "score <= 8", "tier": "muted", "withhold": ["post"], "for": "7 days"}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) VALUES (1, '2020-01-01'), (2, '2020-01-01');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 's', 'spam');
CREATE ROLE regress_reader;
GRANT USAGE ON SCHEMA governance TO regress_reader;
GRANT SELECT ON governance.policy, governance.capability, governance.holiday, governance.attribute TO regress_reader;
CREATE FUNCTION pg_temp.ask(q text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer text;
BEGIN
	SET LOCAL ROLE regress_reader;
	EXECUTE 'SELECT ' || q INTO answer;
	RESET ROLE;
	RETURN answer;
EXCEPTION WHEN OTHERS THEN
	RETURN format('%s %s', SQLSTATE, SQLERRM);
END $$;
CREATE FUNCTION pg_temp.answers() RETURNS TABLE (score text, fresh text, unknown text, post text, other text, nobody text, capability text) LANGUAGE sql AS $$
	SELECT pg_temp.ask($q$governance.score(1, 's')$q$), pg_temp.ask($q$governance.score(2, 's')$q$), pg_temp.ask($q$governance.score(3, 's')$q$),
		pg_temp.ask($q$governance.permits(1, 'post')$q$), pg_temp.ask($q$governance.permits(2, 'post')$q$),
		pg_temp.ask($q$governance.permits(3, 'post')$q$), pg_temp.ask($q$governance.permits(2, 'fly')$q$) $$;
\x on
\set ECHO queries

-- no right, a right to the tables, a right to what is needed of them
SELECT * FROM pg_temp.answers();
GRANT SELECT ON governance.standing, governance.withholding, governance.account TO regress_reader;
SELECT * FROM pg_temp.answers();
REVOKE SELECT ON governance.standing, governance.withholding, governance.account FROM regress_reader;
SELECT * FROM pg_temp.answers();
GRANT SELECT (account_id, scheme, state, settled, settling, as_of, known_at, policy_id, edition) ON governance.standing TO regress_reader;
GRANT SELECT (account_id, capability, since, until) ON governance.withholding TO regress_reader;
GRANT SELECT (account_id, opened_at) ON governance.account TO regress_reader;
SELECT * FROM pg_temp.answers();
GRANT SELECT ON governance.standing, governance.withholding, governance.account TO regress_reader;

-- row-level security hides rows from an answer, too
ALTER TABLE governance.standing ENABLE ROW LEVEL SECURITY;
ALTER TABLE governance.withholding ENABLE ROW LEVEL SECURITY;
ALTER TABLE governance.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY all_but_one ON governance.account FOR SELECT USING (account_id <> 2);
SELECT * FROM pg_temp.answers();
SELECT governance.score(1, 's'), governance.permits(1, 'post'), governance.permits(2, 'post');
ALTER TABLE governance.standing DISABLE ROW LEVEL SECURITY;
ALTER TABLE governance.withholding DISABLE ROW LEVEL SECURITY;
ALTER TABLE governance.account DISABLE ROW LEVEL SECURITY;
SELECT * FROM pg_temp.answers();

-- the snapshot is that of the query: what it changes itself it does not see
WITH violated AS (INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 's', 'spam') RETURNING account_id)
	SELECT governance.score(account_id, 's'), governance.permits(account_id, 'post') FROM violated;
SELECT governance.score(2, 's'), governance.permits(2, 'post');

-- a table with children is read as a query reads it
CREATE TABLE public.more () INHERITS (governance.withholding);
INSERT INTO public.more (account_id, capability, ground, since, until) VALUES (2, 'post', 'other', '2020-01-01', 'infinity');
SELECT pg_temp.ask($q$governance.permits(2, 'post', now() + interval '8 days')$q$) AS by_child;
DROP TABLE public.more;
SELECT pg_temp.ask($q$governance.permits(2, 'post', now() + interval '8 days')$q$) AS without;
\set ECHO none
DROP OWNED BY regress_reader;
DROP ROLE regress_reader;
