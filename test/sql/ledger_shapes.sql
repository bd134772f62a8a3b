-- Answers about more accounts than are looked up one by one, where the tables are
-- not as create_ledger() made them: the same, in a session that has never seen
-- them otherwise and in one that has.
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "s", "score": {"cap": 12}, "rules": {"spam": {"title": "spam", "points": [1, 12]}},
	"ladder": [{"rung": "mute", "when": "score <= 8", "tier": "muted", "withhold": ["post"], "for": "ever"}]}') > 0 AS published;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 300);
INSERT INTO governance.violation (account_id, scheme, rule, points) SELECT n, 's', 'spam', 1 + n % 12 FROM generate_series(1, 200) n;
INSERT INTO governance.domain (domain, name) VALUES ('shapes', 'shapes');
SET session_replication_role = replica;
INSERT INTO governance.qualified_domain (account_id, domain, since, until) SELECT n, 'shapes', '-infinity', 'infinity' FROM generate_series(1, 300, 3) n;
RESET session_replication_role;
CREATE TABLE public.shaped AS SELECT unnest('{account,withholding,standing,qualified_domain}'::text[]) AS name;
CREATE FUNCTION public.shape(command text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	FOR name IN SELECT s.name FROM public.shaped s LOOP
		EXECUTE replace(command, '%', name);
	END LOOP;
END $$;
CREATE TABLE public.asked AS SELECT account_id FROM governance.account;
CREATE VIEW public.answers AS SELECT count(*) FILTER (WHERE governance.permits(account_id, 'post')) AS permitted,
	count(*) FILTER (WHERE governance.qualified(account_id, 'shapes')) AS qualified,
	sum(governance.points(governance.score(account_id, 's'))) AS points,
	count(*) FILTER (WHERE governance.tier(account_id) = 'clear') AS clear FROM public.asked;
\set ECHO queries
SELECT * FROM public.answers;
\set ECHO none
\c -
\set ECHO queries
BEGIN;
SELECT public.shape('ALTER TABLE governance.% ENABLE ROW LEVEL SECURITY');
SELECT * FROM public.answers;
ROLLBACK;
SELECT * FROM public.answers;
\c -
BEGIN;
SELECT public.shape('ALTER TABLE governance.% ADD COLUMN more text DEFAULT ''x'' COLLATE "C"');
SELECT * FROM public.answers;
ROLLBACK;
\c -
BEGIN;
SELECT public.shape('CREATE RULE nothing AS ON DELETE TO governance.% WHERE false DO INSTEAD NOTHING');
SELECT * FROM public.answers;
ROLLBACK;
\c -
BEGIN;
SELECT public.shape('CREATE TABLE public.more_% () INHERITS (governance.%)');
SELECT * FROM public.answers;
ROLLBACK;
\c -
BEGIN;
SELECT public.shape('ALTER TABLE governance.% RENAME TO kept_%; CREATE VIEW governance.% AS SELECT * FROM governance.kept_%');
SELECT * FROM public.answers;
ROLLBACK;
\c -
BEGIN;
SELECT public.shape('ALTER TABLE governance.% RENAME TO kept_%; CREATE TABLE governance.% (LIKE governance.kept_% INCLUDING DEFAULTS) PARTITION BY HASH (account_id);
	CREATE TABLE public.half_% PARTITION OF governance.% FOR VALUES WITH (MODULUS 2, REMAINDER 0); CREATE TABLE public.other_% PARTITION OF governance.% FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO governance.% SELECT * FROM governance.kept_%');
SELECT * FROM public.answers;
ROLLBACK;
\c -
-- without the key that rows are looked up by, and with one that begins otherwise
BEGIN;
ALTER TABLE governance.withholding DROP CONSTRAINT withholding_pkey;
ALTER TABLE governance.qualified_domain DROP CONSTRAINT qualified_domain_pkey;
SELECT * FROM public.answers;
ALTER TABLE governance.withholding ADD PRIMARY KEY (capability, account_id, ground, since);
ALTER TABLE governance.qualified_domain ADD PRIMARY KEY (domain, account_id, since);
SELECT * FROM public.answers;
ROLLBACK;
-- names in another collation
BEGIN;
ALTER TABLE governance.qualified_domain ALTER COLUMN domain TYPE text COLLATE "C";
SELECT * FROM public.answers;
ROLLBACK;
-- What violations name stays, under its name; what they do not name goes.
INSERT INTO governance.campaign (campaign) VALUES ('named'), ('idle');
INSERT INTO governance.violation (account_id, scheme, rule, points, source, campaign) VALUES (1, 's', 'spam', 1, 'campaign', 'named');
DELETE FROM governance.campaign WHERE campaign = 'named';
UPDATE governance.campaign SET campaign = 'other' WHERE campaign = 'named';
UPDATE governance.campaign SET title = 'A title' WHERE campaign = 'named';
DELETE FROM governance.campaign WHERE campaign = 'idle';
SELECT campaign, title FROM governance.campaign;
