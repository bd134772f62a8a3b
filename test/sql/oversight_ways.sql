--
-- Every way in which a moderator may bring a sanction about or put an end to it,
-- tried by one whose limits do not go so far.  A way that is not in the list
-- fails the test.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "t.way", "score": {"direction": "accumulate", "limit": 100},
	"attributes": {"minor": {"type": "boolean", "default": false}},
	"rules": {"noise": {"title": "noise", "points": [1, 50], "usual": 1}},
	"relief": [{"on": "course", "void": "all"}, {"age": "6 months", "void": "entry"}],
	"ladder": [
		{"rung": "mute", "when": "score >= 2", "tier": "muted", "withhold": ["post"], "for": "3 days"},
		{"rung": "ban", "when": "score >= 10 or minor", "tier": "banned", "withhold": ["post", "comment"]}],
	"links": [{"kind": "same_subject", "rungs": ["ban"], "confidence": 0.9}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 20) i;
CREATE ROLE way_limited LOGIN;
CREATE ROLE way_other LOGIN;
CREATE ROLE way_free LOGIN;
CREATE ROLE way_team;
SELECT governance.grant_level('way_limited', 'moderator'), governance.grant_level('way_other', 'moderator'),
	governance.grant_level('way_free', 'moderator'), governance.grant_level('way_team', 'moderator');
-- 1, 2 and 6 are banned, 3 by a fact; 4 was, and that was overturned; 5 is by a link with 1, and 18 would be;
-- 9 is muted; 7 and 8 are nothing, and somebody has proposed that 8 is banned
ALTER SEQUENCE governance.entry_seq RESTART 1000;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points) SELECT i, i, 't.way', 'noise', 50 FROM unnest('{1,2,4,6}'::int[]) i;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points) VALUES (3, 3, 't.way', 'noise', 1), (7, 7, 't.way', 'noise', 1), (9, 9, 't.way', 'noise', 2);
SET ROLE way_free;
SELECT governance.overturn(4, 'wrong') > 0 AS overturned;
INSERT INTO governance.attribute (account_id, name, value) VALUES (3, 'minor', 'true');
SELECT governance.link_accounts(5, 1, 'same_subject', 1, mutual => false);
SELECT governance.link_accounts(18, 1, 'same_subject', 1, mutual => false);
SELECT governance.exempt_account(18, sanction_id, 'another owner') > 0 AS exempt FROM governance.sanction WHERE account_id = 1 AND rung = 'ban';
RESET ROLE;
INSERT INTO governance.appeal (appeal_id, violation_id) VALUES (60, 6), (70, 7);
SET SESSION AUTHORIZATION way_limited;
SELECT governance.propose_violation(8, 't.way', 'noise', 'again and again', 50) AS proposed;
RESET SESSION AUTHORIZATION;
INSERT INTO governance.moderator_limit (role, max_points, max_length, max_tier) VALUES ('way_limited', 2, '8 days', 'muted');
-- one without a limit of points, so that what follows is what is looked at
CREATE ROLE way_gentle;
SELECT governance.grant_level('way_gentle', 'moderator');
INSERT INTO governance.moderator_limit (role, max_tier) VALUES ('way_gentle', 'muted');

CREATE VIEW public.stand AS
	SELECT a.account_id, governance.tier(a.account_id) AS tier, governance.permits(a.account_id, 'post') AS post,
		governance.permits(a.account_id, 'comment') AS comment
	FROM governance.account a;
GRANT SELECT ON public.stand TO PUBLIC;
-- What a role gets for a statement, and whom that concerned, which is undone.
CREATE FUNCTION public.attempt(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; before public.stand[]; changed text;
BEGIN
	before := ARRAY(SELECT s FROM public.stand s ORDER BY s.account_id);
	BEGIN
		EXECUTE format('SET LOCAL ROLE %I', role);
		EXECUTE statement;
		RESET ROLE;
		changed := (SELECT string_agg(format('%s %s', s.account_id, s.tier), ', ' ORDER BY s.account_id)
					FROM public.stand s WHERE s <> ALL (before));
		RAISE EXCEPTION USING ERRCODE = 'XX999';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
		RETURN CASE WHEN state = 'XX999' THEN coalesce('done: ' || changed, 'done, to no effect') ELSE state END;
	END;
END
$$;
CREATE TABLE public.way (n serial, object text, privilege text, statement text);
INSERT INTO public.way (object, privilege, statement) VALUES
	('violation', 'INSERT', $$INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (7, 't.way', 'noise', 50)$$),
	('violation', 'INSERT', $$INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at) VALUES (7, 't.way', 'noise', 50, '2024-01-01', '2024-01-01')$$),
	('violation', 'INSERT', $$INSERT INTO governance.violation (account_id, scheme, rule, points) SELECT 7, 't.way', 'noise', 1 FROM generate_series(1, 10)$$),
	('violation', 'INSERT', $$INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at) SELECT 7, 't.way', 'noise', 1, now() + '1 day', now() + '1 day' FROM generate_series(1, 10)$$),
	('violation', 'INSERT', $$INSERT INTO governance.violation (account_id, scheme, rule, points, held) VALUES (7, 't.way', 'noise', 1, true)$$),
	('revision', 'INSERT', $$INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (1, 1, 'overturn', 'x')$$),
	('revision', 'INSERT', $$INSERT INTO governance.revision (account_id, violation_id, action, points, reason) VALUES (1, 1, 'change', 1, 'x')$$),
	('revision', 'INSERT', $$INSERT INTO governance.revision (account_id, violation_id, action, points, reason) VALUES (7, 7, 'change', 50, 'x')$$),
	('revision', 'INSERT', $$INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (4, 4, 'reinstate', 'x')$$),
	('revision', 'INSERT', $$INSERT INTO governance.revision (account_id, violation_id, action, sanction_id, scheme, rung, since, reason) SELECT account_id, NULL, 'release', sanction_id, scheme, rung, lower(during), 'x' FROM governance.sanction WHERE account_id = 1 AND rung = 'ban'$$),
	('revision', 'INSERT', $$INSERT INTO governance.revision (account_id, violation_id, action, sanction_id, scheme, rung, since, reason) SELECT account_id, violation_id, 'release', sanction_id, scheme, rung, lower(during), 'x' FROM governance.sanction WHERE account_id = 1 AND rung = 'ban'$$),
	('revision', 'INSERT', $$INSERT INTO governance.revision (account_id, action, scheme, points, reason) VALUES (1, 'opening', 't.way', 0, 'x')$$),
	('revision', 'INSERT', $$INSERT INTO governance.revision (account_id, action, scheme, points, reason) VALUES (10, 'opening', 't.way', 50, 'x')$$),
	('activity', 'INSERT', $$INSERT INTO governance.activity (account_id, kind) VALUES (1, 'course')$$),
	('attribute', 'INSERT', $$INSERT INTO governance.attribute (account_id, name, value) VALUES (7, 'minor', 'true')$$),
	('attribute', 'INSERT', $$INSERT INTO governance.attribute (account_id, name, value, during) VALUES (7, 'minor', 'true', tstzrange(now() + '1 day', NULL))$$),
	('attribute', 'UPDATE', $$UPDATE governance.attribute SET value = 'false' WHERE account_id = 3$$),
	('attribute', 'UPDATE', $$UPDATE governance.attribute SET account_id = 7 WHERE account_id = 3$$),
	('attribute', 'DELETE', $$DELETE FROM governance.attribute WHERE account_id = 3$$),
	('account_link', 'INSERT', $$INSERT INTO governance.account_link (account_id, other_id, kind, confidence) VALUES (7, 1, 'same_subject', 1)$$),
	('account_link', 'INSERT', $$INSERT INTO governance.account_link (account_id, other_id, kind, confidence, during) VALUES (7, 1, 'same_subject', 1, tstzrange(now() + '1 day', NULL))$$),
	('account_link', 'UPDATE', $$UPDATE governance.account_link SET during = tstzrange(lower(during), now() + '1 minute') WHERE account_id = 5$$),
	('account_link', 'UPDATE', $$UPDATE governance.account_link SET confidence = 0.1 WHERE account_id = 5$$),
	('account_link', 'UPDATE', $$UPDATE governance.account_link SET decided_by = 'way_free', evidence = '{"seen": true}' WHERE account_id = 5$$),
	('exemption', 'INSERT', $$INSERT INTO governance.exemption (account_id, other_id, sanction_id, reason) SELECT 5, 1, sanction_id, 'x' FROM governance.sanction WHERE account_id = 1 AND rung = 'ban'$$),
	('exemption', 'INSERT', $$INSERT INTO governance.exemption (account_id, other_id, sanction_id, exempt, reason) SELECT 18, 1, sanction_id, false, 'x' FROM governance.sanction WHERE account_id = 1 AND rung = 'ban'$$),
	('appeal', 'INSERT', $$INSERT INTO governance.appeal (violation_id, outcome, decided_at, reason) VALUES (1, 'overturned', now(), 'x')$$),
	('appeal', 'UPDATE', $$UPDATE governance.appeal SET outcome = 'overturned', decided_at = now(), reason = 'x' WHERE appeal_id = 60$$),
	('appeal', 'UPDATE', $$UPDATE governance.appeal SET outcome = 'changed', points = 50, decided_at = now(), reason = 'x' WHERE appeal_id = 70$$),
	('proposal', 'INSERT', $$INSERT INTO governance.proposal (account_id, scheme, rule, reason, points, status) VALUES (7, 't.way', 'noise', 'x', 50, 'confirmed')$$),
	('proposal', 'UPDATE', $$UPDATE governance.proposal SET status = 'confirmed'$$),
	('account', 'INSERT', $$INSERT INTO governance.account (account_id) VALUES (100)$$),
	('face_check', 'INSERT', $$INSERT INTO governance.face_check (account_id, matched) VALUES (1, true)$$),
	('propose_violation', 'EXECUTE', $$SELECT governance.propose_violation(7, 't.way', 'noise', 'x', 50)$$),
	('confirm', 'EXECUTE', $$SELECT governance.confirm(1)$$),
	('reject', 'EXECUTE', $$SELECT governance.reject(1, 'x')$$),
	('decide_proposal', 'EXECUTE', $$SELECT governance.decide_proposal(1, 'confirmed', 'x')$$),
	('overturn', 'EXECUTE', $$SELECT governance.overturn(1, 'x')$$),
	('change', 'EXECUTE', $$SELECT governance.change(7, 50, 'x')$$),
	('change', 'EXECUTE', $$SELECT governance.change(1, 1, 'x')$$),
	('reinstate', 'EXECUTE', $$SELECT governance.reinstate(4, 'x')$$),
	('revise', 'EXECUTE', $$SELECT governance.revise(1, 'overturn', NULL, 'x', now())$$),
	('release', 'EXECUTE', $$SELECT governance.release(sanction_id, 'x', account_id => account_id) FROM governance.sanction WHERE account_id = 1$$),
	('record_sanction', 'EXECUTE', $$SELECT governance.record_sanction(1, 't.way', 'ban', 1)$$),
	('record_sanction_since', 'EXECUTE', $$SELECT governance.record_sanction_since(1, 't.way', 'ban', '2020-01-01')$$),
	('opening_balance', 'EXECUTE', $$SELECT governance.opening_balance(10, 't.way', 50)$$),
	('opening_balance', 'EXECUTE', $$SELECT governance.opening_balance(1, 't.way', 0)$$),
	('link_accounts', 'EXECUTE', $$SELECT governance.link_accounts(7, 1, 'same_subject', 1)$$),
	('unlink_accounts', 'EXECUTE', $$SELECT governance.unlink_accounts(5, 1, 'same_subject')$$),
	('exempt_account', 'EXECUTE', $$SELECT governance.exempt_account(5, sanction_id, 'x') FROM governance.sanction WHERE account_id = 1 AND rung = 'ban'$$),
	('end_exemption', 'EXECUTE', $$SELECT governance.end_exemption(18, sanction_id, 'x') FROM governance.sanction WHERE account_id = 1 AND rung = 'ban'$$),
	('decide_exemption', 'EXECUTE', $$SELECT governance.decide_exemption(5, sanction_id, true, 'x', now()) FROM governance.sanction WHERE account_id = 1 AND rung = 'ban'$$),
	('decide_appeal', 'EXECUTE', $$SELECT governance.decide_appeal(60, 'overturned', 'x')$$),
	('set_attribute', 'EXECUTE', $$SELECT governance.set_attribute(7, 'minor', 'true')$$),
	('set_attribute', 'EXECUTE', $$SELECT governance.set_attribute(3, 'minor', 'false')$$),
	('check_face', 'EXECUTE', $$SELECT governance.check_face(1, true)$$),
	('hold_account', 'EXECUTE', $$SELECT governance.hold_account(1)$$),
	('settle_facts', 'EXECUTE', $$SELECT governance.settle_facts(3, 'minor', now())$$),
	('hold_standing', 'EXECUTE', $$SELECT governance.hold_standing(1, 't.way')$$),
	('hold_standings', 'EXECUTE', $$SELECT governance.hold_standings('{1,2}', '{t.way,t.way}')$$),
	('entry_id_given', 'EXECUTE', $$SELECT governance.entry_id_given('governance.violation', 'violation_id', 2000)$$),
	('revise_check', 'EXECUTE', $$SELECT governance.revise_check(1, 'overturn', NULL, 'x')$$),
	('revise_all', 'EXECUTE', $$SELECT governance.revise_all('{2,1}', '{overturn,overturn}', '{NULL,NULL}', '{x,x}', ARRAY[now(), now()])$$),
	('decide_appeals', 'EXECUTE', $$SELECT governance.decide_appeals('[{"account_id": 1, "appeal_id": 90, "violation_id": 1, "outcome": "overturned", "decided_at": "2024-01-01"}]', '[]')$$),
	('settle_appeals', 'EXECUTE', $$SELECT governance.settle_appeals('[{"account_id": 6, "revision_id": 90, "violation_id": 6, "action": "overturn", "reason": "x", "decided_at": "2024-01-01", "decided_by": "way_free"}]', '[]')$$),
	('appeal_settled', 'EXECUTE', $$SELECT governance.appeal_settled(6, 6, 'overturned', NULL)$$),
	('confirm_proposals', 'EXECUTE', $$SELECT governance.confirm_proposals('[{"account_id": 8, "violation_id": 9000, "scheme": "t.way", "rule": "noise", "points": 50, "occurred_at": "2024-01-01", "source": "report", "status": "confirmed"}]', '[]')$$),
	('use', 'EXECUTE', $$SELECT governance.use(7, 'post')$$),
	('try_use', 'EXECUTE', $$SELECT governance.try_use(7, 'post')$$),
	('use_many', 'EXECUTE', $$SELECT governance.use_many('{7}', '{post}')$$),
	('reserve', 'EXECUTE', $$SELECT governance.reserve(7, 'post')$$),
	('commit_use', 'EXECUTE', $$SELECT governance.commit_use(1)$$),
	('release_use', 'EXECUTE', $$SELECT governance.release_use(1)$$),
	('refund', 'EXECUTE', $$SELECT governance.refund(1)$$),
	('begin_session', 'EXECUTE', $$SELECT governance.begin_session(7, 'post')$$),
	('touch_session', 'EXECUTE', $$SELECT governance.touch_session(1)$$),
	('end_session', 'EXECUTE', $$SELECT governance.end_session(1)$$),
	('grant_allowance', 'EXECUTE', $$SELECT governance.grant_allowance(7, 'post', 1, reason => 'x')$$),
	('consent', 'EXECUTE', $$SELECT governance.consent(7, 'post', 'hours', reason => 'x')$$),
	('set_limit', 'EXECUTE', $$SELECT governance.set_limit(7, 'post', 'day', 1, reason => 'x')$$),
	('end_grant', 'EXECUTE', $$SELECT governance.end_grant(1, reason => 'x')$$),
	('set_switch', 'EXECUTE', $$SELECT governance.set_switch(7, 'post', false)$$);
\set ECHO queries

-- Nothing that a moderator may write or call is left out.
SELECT o.object, p.privilege AS "not tried" FROM governance.object_level() o, unnest(o.privileges) AS p (privilege)
	WHERE o.level = 'moderator' AND o.kind <> 'sequence'
		AND NOT EXISTS (SELECT FROM public.way w WHERE w.object = o.object AND w.privilege = p.privilege)
	ORDER BY 1, 2;
-- Nobody's standing changes, but that somebody else confirms what was proposed.
SELECT w.n, w.object, r.role, public.attempt('way_' || r.role, w.statement) AS gets
	FROM public.way w, (VALUES (1, 'limited'), (2, 'gentle'), (3, 'free')) AS r (n, role) ORDER BY w.n, r.n;
-- Within the limits all goes on.
SELECT w.statement, public.attempt('way_gentle', w.statement) AS gets FROM (VALUES
	($$INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (7, 't.way', 'noise', 2)$$),
	($$INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (7, 't.way', 'noise', 2); SELECT governance.release(max(sanction_id), 'x') FROM governance.sanction WHERE account_id = 7$$),
	($$SELECT governance.overturn(9, 'x')$$),
	($$SELECT governance.opening_balance(10, 't.way', 3)$$),
	($$SELECT governance.link_accounts(7, 9, 'same_subject', 1)$$)) AS w (statement);

-- What functions refuse is refused by hand as well.
SELECT w.statement, public.attempt('way_free', w.statement) AS gets FROM (VALUES
	($$INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (4, 4, 'overturn', 'again')$$),
	($$INSERT INTO governance.revision (account_id, violation_id, action, points, reason) VALUES (4, 4, 'change', 1, 'again')$$),
	($$INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (1, 1, 'reinstate', 'not needed')$$),
	($$INSERT INTO governance.revision (account_id, violation_id, action, points, reason) VALUES (1, 1, 'change', 51, 'more')$$),
	($$INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (1, 1, 'overturn', ' ')$$),
	($$INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_by) VALUES (1, 1, 'overturn', 'x', 'way_other')$$),
	($$INSERT INTO governance.revision (account_id, action, scheme, points, reason, decided_at) VALUES (10, 'opening', 't.way', 3, 'x', now() + '1 day')$$),
	($$INSERT INTO governance.revision (account_id, violation_id, action, sanction_id, scheme, rung, since, reason) SELECT account_id, violation_id, 'release', sanction_id, scheme, 'mute', lower(during), 'x' FROM governance.sanction WHERE account_id = 1$$),
	($$INSERT INTO governance.revision (account_id, violation_id, action, sanction_id, scheme, rung, since, reason) SELECT account_id, violation_id, 'release', 4711, scheme, rung, lower(during), 'x' FROM governance.sanction WHERE account_id = 1$$),
	($$INSERT INTO governance.activity (account_id, kind, recorded_by) VALUES (12, 'course', 'way_other')$$),
	($$INSERT INTO governance.appeal (violation_id, outcome, decided_at, reason, decided_by) VALUES (2, 'upheld', now(), 'x', 'way_other')$$)) AS w (statement);

-- ---------------------------------------------------------------------------
-- Whoever's hat is on
-- ---------------------------------------------------------------------------
GRANT way_team TO way_limited, way_other;
CREATE FUNCTION public.ban(account bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
	AS $$ INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (account, 't.way', 'noise', 50) $$;
ALTER FUNCTION public.ban(bigint) OWNER TO way_team;
SET SESSION AUTHORIZATION way_limited;
SET ROLE way_team;
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (7, 't.way', 'noise', 50);
RESET ROLE;
SELECT public.ban(7);
RESET SESSION AUTHORIZATION;
-- a limit of the group holds for whoever is in it, and the narrowest counts
INSERT INTO governance.moderator_limit (role, max_points) VALUES ('way_team', 20), ('way_other', 40);
SET SESSION AUTHORIZATION way_other;
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (7, 't.way', 'noise', 30);
RESET SESSION AUTHORIZATION;
-- of a level as well, and of the scheme in the place of one for all
DELETE FROM governance.moderator_limit WHERE role IN ('way_team', 'way_other');
INSERT INTO governance.moderator_limit (level, max_points) VALUES ('moderator', 5);
SET ROLE way_free;
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (11, 't.way', 'noise', 6);
RESET ROLE;
INSERT INTO governance.moderator_limit (level, scheme, max_points) VALUES ('moderator', 't.way', 8);
SET ROLE way_free;
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (11, 't.way', 'noise', 6);
RESET ROLE;
SELECT governance.revoke_level('way_free');
GRANT INSERT ON governance.violation TO way_free;
GRANT USAGE ON SCHEMA governance TO way_free;
GRANT USAGE ON SEQUENCE governance.entry_seq TO way_free;
SET ROLE way_free;
INSERT INTO governance.violation (account_id, scheme, rule, points) VALUES (12, 't.way', 'noise', 9);
RESET ROLE;
DELETE FROM governance.moderator_limit WHERE level IS NOT NULL;

-- ---------------------------------------------------------------------------
-- What two have decided one does not change alone
-- ---------------------------------------------------------------------------
UPDATE governance.moderator_limit SET max_points = NULL, max_length = NULL WHERE role = 'way_limited';
INSERT INTO governance.moderator_limit (role, max_tier) VALUES ('way_other', 'muted');
SET SESSION AUTHORIZATION way_other;
SELECT governance.confirm(1) > 0 AS confirmed;
SELECT governance.tier(8);
SELECT governance.change(violation_id, 40, 'less') > 0 AS changed FROM governance.violation WHERE account_id = 8;
SELECT governance.change(violation_id, 1, 'much less') FROM governance.violation WHERE account_id = 8;
SELECT governance.overturn(violation_id, 'never was') FROM governance.violation WHERE account_id = 8;
SELECT governance.tier(8);
-- nor makes more of what was confirmed for less
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION way_limited;
SELECT governance.propose_violation(13, 't.way', 'noise', 'small', 1) > 0 AS proposed;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION way_other;
SELECT governance.confirm(max(proposal_id)) > 0 AS confirmed FROM governance.proposal;
SELECT governance.change(violation_id, 50, 'alone') FROM governance.violation WHERE account_id = 13;
SELECT governance.tier(13);
RESET SESSION AUTHORIZATION;
-- many at once
SET SESSION AUTHORIZATION way_limited;
SELECT governance.propose_violation(account_id, 't.way', 'noise', 'a ring', 50) > 0 AS proposed FROM generate_series(16, 17) account_id;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION way_other;
UPDATE governance.proposal SET status = 'confirmed' WHERE account_id IN (16, 17);
SELECT governance.tier(16), governance.tier(17);
RESET SESSION AUTHORIZATION;

-- ---------------------------------------------------------------------------
-- What is left behind
-- ---------------------------------------------------------------------------
SET SESSION AUTHORIZATION way_limited;
SELECT governance.set_attribute(14, 'minor', 'false');
SELECT governance.link_accounts(14, 15, 'same_device', 0.5, mutual => false);
SELECT governance.unlink_accounts(14, 15, 'same_device');
INSERT INTO governance.account_link (account_id, other_id, kind, confidence, decided_by) VALUES (14, 15, 'same_device', 0.5, 'way_other');
INSERT INTO governance.account_link (account_id, other_id, kind, confidence, decided_by) VALUES (14, 15, 'same_device', 0.5, 'way_limited: the night shift');
RESET SESSION AUTHORIZATION;
DELETE FROM governance.account_link WHERE account_id = 14;
SELECT a.session_role, a.role, a.action, a.relation, a.key ->> 'account_id' AS account, a.content ->> 'value' AS value
	FROM governance.audit a WHERE a.relation IN ('account_link', 'attribute') AND a.key ->> 'account_id' = '14' ORDER BY a.audit_id;
SELECT item FROM governance.verify();

\set ECHO none
DROP FUNCTION public.ban(bigint), public.attempt(text, text);
DROP VIEW public.stand;
DROP TABLE public.way;
DROP OWNED BY way_limited, way_other, way_free, way_team, way_gentle CASCADE;
DROP ROLE way_limited, way_other, way_free, way_team, way_gentle;
