-- How long a sanction lasts is chosen where the rung leaves a range, and nowhere
-- else; and points are stored as they are written.
\set ECHO none
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries

SELECT governance.publish('{
	"scheme": "t.length", "score": {"direction": "accumulate", "limit": 12},
	"rules": {"slip": {"title": "slip", "points": [1, 12]}, "deed": {"title": "deed", "points": 1, "direct": "chosen"},
			  "end": {"title": "the end", "points": 1, "direct": "closed"}},
	"ladder": [
		{"rung": "short", "when": "score >= 4", "tier": "muted", "withhold": ["post"], "for": {"range": ["1 day", "3 days"]}},
		{"rung": "chosen", "when": "score >= 9", "tier": "suspended", "withhold": ["post"], "for": {"range": ["1 month", "6 months"], "usual": "2 months"}},
		{"rung": "closed", "tier": "banned", "withhold": ["post"], "for": "ever"}]
}') > 0 AS published;
SELECT governance.publish('{"scheme": "t.fixed", "score": {"cap": 12}, "rules": {"slip": {"title": "slip", "points": [1, 12], "direct": "week"}},
	"ladder": [{"rung": "week", "tier": "muted", "for": "7 days"}]}') > 0 AS published;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 9);

-- by the score, by a rule, and the usual one
INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at, sanction_length) VALUES
	(1, 't.length', 'slip', 9, '2024-01-01', '2024-01-01', '6 months'),
	(2, 't.length', 'deed', NULL, '2024-01-01', '2024-01-01', '45 days'),
	(3, 't.length', 'slip', 9, '2024-01-01', '2024-01-01', NULL);
SELECT account_id, rung, during FROM governance.sanction ORDER BY account_id;
SELECT s.account_id, x ->> 'length' AS length, x ->> 'chosen_length' AS chosen, x ->> 'text' LIKE '%was chosen%' AS said
	FROM governance.sanction s, governance.explain(s.sanction_id) x ORDER BY 1;
SELECT s.account_id, regexp_substr(governance.notice(s.sanction_id), 'The length was chosen[^.]*') AS en, regexp_substr(governance.notice(s.sanction_id, 'zh'), '该时长[^。]*') AS zh
	FROM governance.sanction s ORDER BY 1;
SELECT account_id, detail LIKE 'length chosen;%' AS chosen FROM generate_series(1, 3) a (account_id), governance.timeline(account_id, 't.length') WHERE what LIKE 'sanction start%' ORDER BY 1;

-- what is not in any range that the violation could open
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.length', 'slip', 9, '7 months');
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.length', 'slip', 9, '100 years');
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.length', 'deed', NULL, '1 second');
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.length', 'deed', NULL, '0');
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.length', 'deed', NULL, '-1 month');
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.fixed', 'slip', 1, '8 days');
-- nor what the rung does not leave that it opens now
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.length', 'slip', 4, '2 months');
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.length', 'slip', 9, '2 days');
INSERT INTO governance.violation (account_id, scheme, rule, sanction_length) VALUES (4, 't.length', 'end', '2 months');
SELECT count(*) FROM governance.violation WHERE account_id = 4;
-- one that opens nothing has nothing to last
INSERT INTO governance.violation (account_id, scheme, rule, points, sanction_length) VALUES (4, 't.length', 'slip', 1, '2 months');
SELECT count(*) FROM governance.sanction WHERE account_id = 4;
-- history is brought into the range, in whatever order it comes
INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at, sanction_length)
	VALUES (5, 't.length', 'slip', 9, '2024-01-01', '2024-01-01', '2 days'), (6, 't.length', 'slip', 4, '2024-01-01', '2024-01-01', '2 months');
SELECT account_id, rung, during FROM governance.sanction WHERE account_id IN (5, 6) ORDER BY account_id;
-- so is what was decided under another version
SELECT governance.publish('{"scheme": "t.length", "score": {"direction": "accumulate", "limit": 12}, "rules": {"slip": {"title": "slip", "points": [1, 12]}, "deed": {"title": "deed", "points": 1}},
	"ladder": [{"rung": "chosen", "when": "score >= 9", "tier": "suspended", "for": {"range": ["1 month", "3 months"], "usual": "2 months"}}]}', 'trial') > 0 AS published;
SELECT account_id, rung, during FROM governance.sanction WHERE scheme = 't.length' AND NOT enforced ORDER BY account_id;

-- points have two decimals, exactly
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (7, 't.length', 'slip', 5.00000000001);
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (7, 't.length', 'slip', 5.000000000000000000000000000001);
INSERT INTO governance.violation (violation_id, account_id, scheme, rule, points) VALUES (77, 7, 't.length', 'slip', 5.5000);
SELECT governance.change(77, 2.000000001, 'less');
SELECT governance.opening_balance(7, 't.length', 2.00000001, reason => 'from before');
SELECT * FROM governance.dry_run(governance.policy_document('t.length', now()), '[{"at": "2024-01-01", "rule": "slip", "points": 5.00000000001}]');
SELECT * FROM governance.dry_run(governance.policy_document('t.length', now()), '[{"at": "2024-01-01", "opening": 5.00000000001}]');
SELECT score FROM governance.standing WHERE account_id = 7 AND scheme = 't.length';
SELECT * FROM governance.verify();
