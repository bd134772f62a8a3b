-- Bringing an existing platform over: opening balances, history by COPY, and the
-- warnings of two kinds of forums.  The tables of the forums are made here in
-- the shape that their products give them, as far as the statements of the page
-- on import look at them.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "i.deduct", "time_zone": "UTC",
	"score": {"direction": "deduct", "cap": 100},
	"rules": {"noise": {"title": "noise", "points": [5, 50], "usual": 10}},
	"relief": [{"name": "calm", "every": "10 days", "add": 5}],
	"ladder": [
		{"rung": "warned", "when": "score < 90", "tier": "warned"},
		{"rung": "mute", "when": "score <= 60", "tier": "muted", "withhold": ["comment"], "for": "3 days"},
		{"rung": "stop", "when": "score <= 40", "tier": "suspended", "withhold": ["post"], "for": "30 days"}]}') > 0 AS published;
SELECT governance.publish('{
	"scheme": "i.strikes", "time_zone": "UTC",
	"score": {"direction": "accumulate", "limit": 12},
	"rules": {"spam": {"title": "spam", "points": 3}},
	"relief": [{"age": "90 days", "void": "entry"}],
	"ladder": [{"rung": "mute", "when": "score >= 6", "tier": "muted", "withhold": ["post"], "for": "7 days"}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 8) i;
\set ECHO queries

-- A balance is an entry: from its instant on the score is that.
SELECT governance.opening_balance(1, 'i.deduct', 55, '2024-01-01', 'as of the old system') > 0 AS done;
SELECT at, what, delta, score, tier, rung FROM governance.timeline(1, 'i.deduct') WHERE at < '2024-02-01';
-- What was reached before is not reached anew: the mute is served, the warning
-- goes on.  What comes after goes on from there, what comes late lies before.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	VALUES (1, 'i.deduct', 'noise', '2024-01-05', '2024-01-05'), (1, 'i.deduct', 'noise', '2024-01-06', '2024-01-06');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 'i.deduct', 'noise', '2023-06-01', '2023-06-01');
SELECT at, what, delta, score, tier, rung FROM governance.timeline(1, 'i.deduct') WHERE at < '2024-02-06';
SELECT governance.score(1, 'i.deduct', '2023-12-31'), governance.score(1, 'i.deduct', '2024-01-01'), governance.score(1, 'i.deduct', '2024-01-06');
SELECT governance.explain_text(sanction_id) FROM governance.sanction WHERE account_id = 1 AND rung = 'warned' AND lower(during) = '2024-01-01';
SELECT governance.explain(sanction_id) -> 'opening_balance' ->> 'score' AS score FROM governance.sanction WHERE account_id = 1 AND rung = 'warned' AND lower(during) = '2024-01-01';
-- A later one counts from its own instant on; an accumulating score can come too.
SELECT governance.opening_balance(1, 'i.deduct', 100, '2024-03-01') > 0 AS done, governance.opening_balance(2, 'i.strikes', 5, '2024-01-01') > 0 AS done;
SELECT governance.score(1, 'i.deduct', '2024-03-01'), governance.score(2, 'i.strikes', '2025-01-01');
-- Many at once.
INSERT INTO governance.revision (account_id, action, scheme, points, reason, decided_at)
	SELECT i, 'opening', 'i.deduct', 20 * i, 'opening balance', '2024-01-01' FROM generate_series(3, 5) i;
SELECT account_id, governance.score(account_id, 'i.deduct', '2024-01-01') FROM generate_series(3, 6) account_id;
-- A draft sees them, too; and a dry run.
SELECT account_id, draft_score, governance.score(account_id, 'i.deduct') AS score FROM governance.simulate(governance.policy_document('i.deduct')) WHERE draft_score <> governance.score(account_id, 'i.deduct');
SELECT at, what, delta, score, tier, rung FROM governance.dry_run(governance.policy_document('i.deduct'), '[{"at": "2024-01-01", "opening": 55}, {"at": "2024-01-05", "rule": "noise"}]', '2024-01-20');
SELECT * FROM governance.verify();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
DO $$
DECLARE
	statement text;
	state text; message text; detail text;
BEGIN
	FOREACH statement IN ARRAY ARRAY[
		$q$SELECT governance.opening_balance(99, 'i.deduct', 5)$q$, $q$SELECT governance.opening_balance(1, 'i.none', 5)$q$,
		$q$SELECT governance.opening_balance(NULL, 'i.deduct', 5)$q$, $q$SELECT governance.opening_balance(6, 'i.deduct', 101, '2024-01-01')$q$,
		$q$SELECT governance.opening_balance(6, 'i.deduct', NULL)$q$, $q$SELECT governance.opening_balance(6, 'i.deduct', -1)$q$,
		$q$SELECT governance.opening_balance(6, 'i.deduct', 5, 'infinity')$q$, $q$SELECT governance.opening_balance(6, 'i.deduct', 5, now() + interval '1 day')$q$,
		$q$SELECT governance.opening_balance(6, 'i.deduct', 5.123, '2024-01-01')$q$,
		$q$INSERT INTO governance.revision (account_id, action, points, reason) VALUES (6, 'opening', 5, 'x')$q$,
		$q$INSERT INTO governance.revision (account_id, action, scheme, reason) VALUES (6, 'opening', 'i.deduct', 'x')$q$,
		$q$INSERT INTO governance.revision (account_id, action, scheme, points, reason) VALUES (99, 'opening', 'i.deduct', 5, 'x')$q$,
		$q$INSERT INTO governance.revision (account_id, action, scheme, points, reason, violation_id) SELECT 1, 'opening', 'i.deduct', 5, 'x', min(violation_id) FROM governance.violation WHERE account_id = 1$q$]
	LOOP
		BEGIN
			EXECUTE statement;
			RAISE WARNING '%: no error', statement;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
			RAISE WARNING '%: % %', statement, state, regexp_replace(message, 'balance of .*\d.*', 'balance of ...');
		END;
	END LOOP;
END $$;
SELECT count(*) FROM governance.standing WHERE account_id = 6;

-- History by COPY, with its instants.
COPY governance.violation (account_id, scheme, rule, points, occurred_at, decided_at, source, decided_by) FROM stdin;
7	i.deduct	noise	30	2022-01-01 10:00	2022-01-02 11:00	report	ann
7	i.deduct	noise	\N	2022-01-03 10:00	2022-01-03 11:00	patrol	bob
8	i.strikes	spam	\N	2022-05-01 10:00	2022-05-01 10:00	model	robot
\.
SELECT governance.score(7, 'i.deduct', '2022-01-01 12:00'), governance.score(7, 'i.deduct', '2022-01-01 12:00', 'infinity'), governance.score(7, 'i.deduct', '2022-01-04');
SELECT rung, during FROM governance.sanction WHERE account_id = 7 ORDER BY lower(during);
SELECT * FROM governance.verify();
