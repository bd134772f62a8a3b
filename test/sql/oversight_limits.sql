--
-- How far those who decide may go, and what takes two of them.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish(format('{
	"scheme": "t.%s", "score": {"direction": "deduct", "cap": 100},
	"rules": {"noise": {"title": "noise", "points": [1, 20], "usual": 15}, "scam": {"title": "scam", "points": 40},
		"fraud": {"title": "fraud", "points": 1, "direct": "out"}},
	"ladder": [
		{"rung": "quiet", "when": "score <= 90", "tier": "limited", "withhold": ["comment"], "for": "3 days"},
		{"rung": "mute", "when": "score <= 60", "tier": "muted", "withhold": ["post"], "for": "30 days"},
		{"rung": "slow", "when": "score <= 50", "tier": "limited", "withhold": ["share"]},
		{"rung": "out", "tier": "banned", "withhold": ["post"], "for": "ever"}]}', s)::jsonb) > 0 AS published FROM unnest('{limit,other}'::text[]) s;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 30) i;
CREATE ROLE limit_junior LOGIN;
CREATE ROLE limit_senior LOGIN;
CREATE ROLE limit_team;
CREATE ROLE limit_free LOGIN;
GRANT limit_team TO limit_junior, limit_senior;
SELECT governance.grant_level('limit_team', 'moderator'), governance.grant_level('limit_free', 'moderator');
\set ECHO queries

-- no limits: as far as the rules go
SET ROLE limit_junior;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.limit', 'fraud');
RESET ROLE;

INSERT INTO governance.moderator_limit (role, max_points, max_length, max_tier, note) VALUES ('limit_team', 20, '10 days', 'limited', 'juniors');
SET ROLE limit_junior;
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (2, 't.limit', 'noise', 12);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.limit', 'noise');
-- too many points, too long, too strict, for ever
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (3, 't.limit', 'scam');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.limit', 'noise');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (4, 't.limit', 'fraud');
-- one in a batch, and all of it is refused
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (5, 't.limit', 'noise', 1), (6, 't.limit', 'scam', NULL);
SELECT count(*) FROM governance.violation WHERE account_id BETWEEN 3 AND 6;
-- nor by revision: what is decided by somebody else is not undone
SELECT governance.overturn(violation_id, 'x') FROM governance.violation WHERE account_id = 1;
SELECT governance.release(sanction_id, 'x') FROM governance.sanction WHERE account_id = 1;
SELECT governance.overturn(violation_id, 'fine') > 0 AS revised FROM governance.violation WHERE account_id = 2 ORDER BY violation_id LIMIT 1;
RESET ROLE;
-- those who have none go on, and so do superusers
SET ROLE limit_free;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (7, 't.limit', 'scam');
RESET ROLE;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (8, 't.limit', 'fraud');

-- a limit of the scheme stands in for the general one of the same role; of several, all hold
INSERT INTO governance.moderator_limit (role, scheme, max_points) VALUES ('limit_team', 't.other', 1);
INSERT INTO governance.moderator_limit (role, max_points) VALUES ('limit_senior', 50);
SET ROLE limit_senior;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (9, 't.limit', 'scam');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (9, 't.limit', 'fraud');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (9, 't.other', 'noise');
SELECT role, level, scheme, max_points, max_length, max_tier, second_person FROM governance.limits_of('limit_senior') ORDER BY limit_id;
RESET ROLE;
-- by level
INSERT INTO governance.moderator_limit (level, scheme, max_points, second_person) VALUES ('moderator', 't.other', 5, false);
SET ROLE limit_free;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (10, 't.other', 'noise');
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (10, 't.other', 'fraud');
RESET ROLE;
DELETE FROM governance.moderator_limit WHERE scheme = 't.other';

-- ---------------------------------------------------------------------------
-- Two people
-- ---------------------------------------------------------------------------
SET SESSION AUTHORIZATION limit_junior;
SELECT governance.propose_violation(11, 't.limit', 'fraud', 'sold fakes', evidence => '{"order": 7}') AS proposed;
SELECT account_id, rule, reason, status, proposed_by, proposer, expires_at - proposed_at AS open_for FROM governance.proposal;
SELECT count(*) FROM governance.violation WHERE account_id = 11;
-- not by the same person
SELECT governance.confirm(1);
RESET SESSION AUTHORIZATION;
SET ROLE limit_junior;
SELECT governance.confirm(1);
RESET ROLE;
SET SESSION AUTHORIZATION limit_senior;
-- and not by changing it
UPDATE governance.proposal SET rule = 'noise', status = 'confirmed';
UPDATE governance.proposal SET proposed_by = 'x';
INSERT INTO governance.proposal (account_id, scheme, rule, reason, proposed_by, proposer, status, violation_id, proposed_at) VALUES (12, 't.limit', 'fraud', 'x', 'somebody', 'somebody', 'confirmed', 1, now());
SELECT proposed_by, proposer, status, violation_id FROM governance.proposal WHERE account_id = 12;
SELECT governance.confirm(1, 'I saw it, too') > 0 AS confirmed;
SELECT governance.confirm(1);
SELECT governance.reject(2, 'by mistake');
SELECT governance.confirm(99);
RESET SESSION AUTHORIZATION;
SELECT p.status, p.decided_by, p.decider, p.note, v.rule, v.decided_by, v.evidence FROM governance.proposal p LEFT JOIN governance.violation v USING (violation_id) ORDER BY p.proposal_id;
SELECT governance.tier(11);
-- points and lengths stay those of whoever confirms
SET SESSION AUTHORIZATION limit_senior;
SELECT governance.propose_violation(13, 't.limit', 'scam', 'big') AS proposed;
SET SESSION AUTHORIZATION limit_junior;
SELECT governance.confirm(3);
RESET SESSION AUTHORIZATION;
-- it expires, and must be one that can be
SET SESSION AUTHORIZATION limit_junior;
SELECT governance.propose_violation(14, 't.limit', 'fraud', 'late', expires_at => '2024-01-01') AS proposed;
SELECT governance.propose_violation(14, 't.limit', 'fraud', ' ');
SELECT governance.propose_violation(99, 't.limit', 'fraud', 'x');
SELECT governance.propose_violation(14, 't.nothing', 'fraud', 'x');
SELECT governance.propose_violation(14, 't.limit', 'noise', 'x', 21);
DELETE FROM governance.proposal;
SET SESSION AUTHORIZATION limit_senior;
SELECT governance.confirm(4);
-- another violation under a confirmed id does not pass
RESET SESSION AUTHORIZATION;
SELECT a.action, a.role, a.reason, a.key ->> 'proposal_id' AS proposal FROM governance.audit a WHERE a.relation = 'proposal' ORDER BY a.audit_id;
SELECT * FROM governance.verify();
-- off again
DELETE FROM governance.moderator_limit;
SET ROLE limit_junior;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (15, 't.limit', 'fraud');
RESET ROLE;
INSERT INTO governance.moderator_limit (role, level) VALUES ('x', 'reader');
INSERT INTO governance.moderator_limit (level) VALUES ('king');

\set ECHO none
DROP OWNED BY limit_team, limit_free CASCADE;
DROP ROLE limit_junior, limit_senior, limit_team, limit_free;
