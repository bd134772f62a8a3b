-- What rows of the ledger name without a foreign key is neither deleted, renamed
-- nor truncated; what nobody names may go.
\set ECHO none
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "n", "score": {"cap": 10}, "rules": {"r": {"title": "r", "points": 1}},
	"capabilities": {"n.sing": "sing", "n.dance": "dance", "n.hum": "hum"},
	"relief": [{"on": "n.lesson", "add": 1}],
	"links": [{"kind": "band", "confidence": 0.5, "rungs": ["mute"], "withhold": ["n.dance"]}, {"kind": "band", "confidence": 0.5, "entries": ["*"]}],
	"ladder": [{"rung": "mute", "when": "score < 9", "tier": "muted", "withhold": ["n.sing"], "for": "3 days"}]}') > 0 AS published;
SELECT governance.publish('{"scheme": "n.listed", "score": {"cap": 10}, "rules": {"r": {"title": "r", "points": 1}}, "capabilities": ["n.whistle"]}', 'draft') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2024-01-01' FROM generate_series(1, 4) n;
INSERT INTO governance.campaign (campaign) VALUES ('n.search'), ('n.proposed'), ('n.idle');
INSERT INTO governance.activity_kind (kind) VALUES ('n.walk'), ('n.rest');
INSERT INTO governance.capability (capability) VALUES ('n.idle');
INSERT INTO governance.certification_consequence (scheme, severity, effect) VALUES ('n.listed', 'severe', 'suspend');
SELECT governance.link_accounts(2, 1, 'band', 1, mutual => false, since => '2024-01-01'), governance.link_accounts(4, 3, 'band', 1, mutual => false, since => '2024-01-01');
INSERT INTO governance.violation (account_id, scheme, rule, source, campaign) VALUES (1, 'n', 'r', 'campaign', 'n.search');
INSERT INTO governance.activity (account_id, kind) VALUES (1, 'n.walk'), (1, 'n.lesson');
SELECT governance.propose_violation(3, 'n', 'r', 'x') > 0 AS proposed;
INSERT INTO governance.proposal (account_id, scheme, rule, reason, source, campaign) VALUES (3, 'n', 'r', 'x', 'campaign', 'n.proposed');
CREATE FUNCTION pg_temp.says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message	text;
BEGIN
	BEGIN
		EXECUTE statement;
		RAISE EXCEPTION USING ERRCODE = 'XX999';
	EXCEPTION WHEN SQLSTATE 'XX999' THEN
		RETURN 'goes';
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
		RETURN SQLSTATE || ' ' || regexp_replace(message, '\m\d+, \d+', 'N');
	END;
END $$;
\set ECHO queries

SELECT t.relation, t.named, pg_temp.says(format('DELETE FROM governance.%I WHERE %s', t.relation, t.named)) AS deleted,
	pg_temp.says(format('UPDATE governance.%I SET %s WHERE %s', t.relation, t.renamed, t.named)) AS renamed,
	pg_temp.says(format('UPDATE governance.%I SET %s WHERE %s', t.relation, t.otherwise, t.named)) AS otherwise
FROM (VALUES
	(1, 'campaign', $$campaign = 'n.search'$$, $$campaign = 'n.other'$$, $$title = 'other'$$),
	(2, 'campaign', $$campaign = 'n.proposed'$$, $$campaign = 'n.other'$$, $$note = 'other'$$),
	(3, 'campaign', $$campaign = 'n.idle'$$, $$campaign = 'n.other'$$, $$title = 'other'$$),
	(4, 'activity_kind', $$kind = 'n.walk'$$, $$kind = 'n.other'$$, $$title = 'other'$$),
	(5, 'activity_kind', $$kind = 'n.lesson'$$, $$kind = 'n.other'$$, $$title = 'other'$$),
	(6, 'activity_kind', $$kind = 'n.rest'$$, $$kind = 'n.other'$$, $$title = 'other'$$),
	(7, 'capability', $$capability = 'n.sing'$$, $$capability = 'n.other'$$, $$title = 'other'$$),
	(8, 'capability', $$capability = 'n.dance'$$, $$capability = 'n.other'$$, $$title = 'other'$$),
	(9, 'capability', $$capability = 'n.hum'$$, $$capability = 'n.other'$$, $$title = 'other'$$),
	(10, 'capability', $$capability = 'n.whistle'$$, $$capability = 'n.other'$$, $$title = 'other'$$),
	(11, 'capability', $$capability = 'n.idle'$$, $$capability = 'n.other'$$, $$title = 'other'$$),
	(12, 'account_link', 'account_id = 2', 'link_id = 4711', 'during = tstzrange(lower(during), now())'),
	(13, 'account_link', 'account_id = 4', 'link_id = 4711', 'during = tstzrange(lower(during), now())'),
	(14, 'scheme', $$scheme = 'n'$$, $$scheme = 'n.other'$$, $$title = 'other'$$)
) AS t(n, relation, named, renamed, otherwise) ORDER BY t.n;
-- a scheme with a draft alone
SELECT pg_temp.says($$DELETE FROM governance.policy WHERE scheme = 'n.listed'; DELETE FROM governance.scheme WHERE scheme = 'n.listed'$$);
SELECT t, pg_temp.says(format('TRUNCATE governance.%I', t)) FROM unnest('{campaign,activity_kind,account_link}'::text[]) t;
SELECT pg_temp.says('TRUNCATE governance.capability'), pg_temp.says('TRUNCATE governance.scheme');
SELECT * FROM governance.verify();
