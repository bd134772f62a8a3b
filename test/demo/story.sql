-- The demo, for a person at a terminal: from an empty database to a million
-- violations.  test/demo/run plays it; every statement shown is a real one.
\set QUIET on
\set VERBOSITY default
\set SHOW_CONTEXT never
\pset footer off
\pset pager off
\pset null ''
\pset linestyle ascii
SET client_min_messages = warning;

\echo
\echo '== 1. An empty database =============================================================='
\echo
\echo 'One statement brings the code, one the ledger: ordinary tables in schema governance.'
\echo
\set ECHO queries
CREATE EXTENSION governance;
SELECT count(*) AS objects_created FROM governance.create_ledger();
\set ECHO none

\echo '== 2. The rules are documents ========================================================'
\echo
\echo 'Published schemes come along as JSON documents; writing one is a matter of minutes.'
\echo
\set ECHO queries
SELECT pack, rules, title FROM governance.packs() WHERE kind = 'scheme';
\set ECHO none
\echo 'Four of them are put in force: two for a video platform''s anchors and sellers, two'
\echo 'for another platform, which never influence each other.'
\echo
\set ECHO queries
SELECT scheme, governance.publish(governance.pack(scheme)) AS policy_id
FROM unnest('{douyin.health,douyin.commerce,channels.live,channels.account}'::text[]) AS scheme;

SELECT rule, severity, min_points AS least, max_points AS most, title
FROM governance.rule
WHERE scheme = 'douyin.health' AND rule IN ('minor', 'vulgar', 'severe', 'accosting', 'surrogacy')
ORDER BY min_points;
\set ECHO none

\echo '== 3. Three anchors =================================================================='
\echo
\echo 'Mei has a small room, Chen a large one, Long a very large one and an approval that'
\echo 'lifts the cap to 120.  These are facts, and the policy looks at them.'
\echo
\set ECHO queries
INSERT INTO governance.account (account_id, external_id)
VALUES (1, 'mei'), (2, 'chen'), (3, 'long');
INSERT INTO governance.attribute (account_id, name, value) VALUES
    (1, 'followers', '8000'),
    (2, 'followers', '300000'),
    (3, 'followers', '2400000'), (3, 'professional_anchor', 'true');

CREATE VIEW anchors AS
SELECT a.external_id AS anchor,
       governance.score(a.account_id, 'douyin.health') AS health,
       governance.tier(a.account_id) AS tier,
       (SELECT string_agg(DISTINCT r.capability, ', ' ORDER BY r.capability)
        FROM governance.restrictions(a.account_id) r) AS may_not
FROM governance.account a ORDER BY a.account_id;

SELECT * FROM anchors;
\set ECHO none

\echo '== 4. The same deed, three prices ===================================================='
\echo
\echo 'A higher level is watched more strictly: it pays a surcharge.'
\echo
\set ECHO queries
INSERT INTO governance.violation (account_id, scheme, rule, source)
VALUES (1, 'douyin.health', 'vulgar', 'patrol'),
       (2, 'douyin.health', 'vulgar', 'patrol'),
       (3, 'douyin.health', 'vulgar', 'patrol');

SELECT * FROM anchors;
\set ECHO none

\echo '== 5. Down the ladder ================================================================'
\echo
\echo 'Long goes on.  Four severe violations at 8 points and 5 more for the level:'
\echo
\set ECHO queries
INSERT INTO governance.violation (account_id, scheme, rule, points)
SELECT 3, 'douyin.health', 'severe', 8 FROM generate_series(1, 4);

SELECT * FROM anchors WHERE anchor = 'long';
\set ECHO none
\echo 'Two more, and then three more:'
\echo
\set ECHO queries
INSERT INTO governance.violation (account_id, scheme, rule, points)
SELECT 3, 'douyin.health', 'severe', 8 FROM generate_series(1, 2);
SELECT anchor, health, tier FROM anchors WHERE anchor = 'long';
SELECT capability, until, tier, rung FROM governance.restrictions(3) ORDER BY capability;

INSERT INTO governance.violation (account_id, scheme, rule, points)
SELECT 3, 'douyin.health', 'severe', 8 FROM generate_series(1, 3);
SELECT anchor, health, tier FROM anchors WHERE anchor = 'long';

SELECT what, rule, delta, score, tier, rung
FROM governance.timeline(3, 'douyin.health') WHERE NOT expected;
\set ECHO none
\echo 'A price that the rule does not allow is refused:'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
INSERT INTO governance.violation (account_id, scheme, rule, points)
VALUES (1, 'douyin.health', 'severe', 3);
\set ECHO none
\set ON_ERROR_STOP on
\echo

\echo '== 6. The application is told no ====================================================='
\echo
\echo 'The platform has a table of its own.  One trigger ties it to the ledger.'
\echo
\set ECHO queries
CREATE TABLE live_session (anchor_id bigint, title text);
CREATE TRIGGER may_go_live BEFORE INSERT ON live_session
    FOR EACH ROW EXECUTE FUNCTION governance.require_capability('anchor_id', 'live');

INSERT INTO live_session VALUES (2, 'Chen walks through the night market');
\set ECHO none
\echo
\echo 'Chen is live.  On the way he accosts passers-by: no warning, a ban at once.'
\echo
\set ECHO queries
INSERT INTO governance.campaign (campaign, title) VALUES ('outdoor', 'outdoor live rooms');
INSERT INTO governance.violation (account_id, scheme, rule, source, campaign, evidence)
VALUES (2, 'douyin.health', 'accosting', 'campaign', 'outdoor', '{"clip": "00:14:07"}');
\set ECHO none
\set ON_ERROR_STOP off
\set ECHO queries
INSERT INTO live_session VALUES (2, 'Chen is back');
\set ECHO none
\set ON_ERROR_STOP on
\echo

\echo '== 7. Why? ==========================================================================='
\echo
\echo 'Every sanction has its reasons, as JSON for programs and in words for people.'
\echo
\pset tuples_only on
\pset format unaligned
\set ECHO queries
SELECT governance.explain_text(sanction_id) FROM governance.sanction WHERE account_id = 2 \g | fold -s -w 86
\set ECHO none
\pset format aligned
\pset tuples_only off
\echo

\echo '== 8. Time needs no job =============================================================='
\echo
\echo 'The ban ends at its instant because whoever asks looks at the clock.  Nothing runs in'
\echo 'the background, and tomorrow can be asked about today.'
\echo
\set ECHO queries
SELECT governance.permits(2, 'live') AS now,
       governance.permits(2, 'live', now() + interval '6 days') AS in_6_days,
       governance.permits(2, 'live', now() + interval '7 days') AS in_7_days;
\set ECHO none
\echo 'Mei sells, and stalls her viewers: 4 of 12 points.  Clean days bring them back.'
\echo
\set ECHO queries
INSERT INTO governance.violation (account_id, scheme, rule, points)
VALUES (1, 'douyin.commerce', 'stalling', 4);

SELECT days_later,
       governance.score(1, 'douyin.commerce', now() + days_later * interval '1 day') AS credit,
       governance.permits(1, 'share', now() + days_later * interval '1 day') AS may_share
FROM unnest('{0,1,7,14,44,74}'::int[]) AS days_later;
\set ECHO none

\echo '== 9. An appeal ======================================================================'
\echo
\echo 'It was not Chen.  The account stands as if it had never been; the record stays.'
\echo
\set ECHO queries
SELECT governance.overturn(violation_id, 'mistaken identity') IS NOT NULL AS overturned
FROM governance.violation WHERE account_id = 2 AND rule = 'accosting';

SELECT * FROM anchors WHERE anchor = 'chen';
SELECT rung, tier, release_reason FROM governance.sanction WHERE account_id = 2;
INSERT INTO live_session VALUES (2, 'Chen is really back');
\set ECHO none
\echo

\echo '== 10. Who may do what, when and how much ============================================'
\echo
\echo 'A second kind of document says it: forty minutes a day for teenagers, and nothing from'
\echo 'ten at night.  At ten to ten Lin still has fifteen minutes, and ten of them are open.'
\echo
\set ECHO queries
SELECT governance.publish(governance.pack('channels.teen')) IS NOT NULL AS teen_mode,
       governance.publish(governance.pack('live.graded')) IS NOT NULL AS tips;
INSERT INTO governance.account (account_id, opened_at) VALUES (31, '2026-01-01'), (32, '2026-01-01');
SELECT governance.set_attribute(31, 'teen_mode', 'true', '2026-01-01') IS NOT NULL AS lin_is_fourteen,
       governance.set_attribute(32, 'born', '1990-05-01', '2026-01-01') IS NOT NULL AS wu_is_grown_up;
SELECT governance.use(31, 'watch', 25, at => '2026-03-02 18:00+08') IS NOT NULL AS watched;
SELECT allowed, remaining, until AT TIME ZONE 'Asia/Shanghai' AS until, because
FROM governance.begin_session(31, 'watch', at => '2026-03-02 21:50+08');
\set ECHO none
\echo 'The session ends at ten, with nobody doing anything.'
\echo
\set ECHO queries
SELECT governance.permits(31, 'watch', '2026-03-02 21:59:59+08') AS before_ten,
       governance.permits(31, 'watch', '2026-03-02 22:00+08') AS at_ten,
       (SELECT again_at AT TIME ZONE 'Asia/Shanghai' FROM governance.allowance(31, 'watch', at => '2026-03-02 22:00+08')
        WHERE rule IS NULL) AS again;
\set ECHO none
\echo 'A tip may be a thousand yuan, and not a yuan more.'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SELECT governance.use(32, 'tip', 1000, counterpart => 2) IS NOT NULL AS tipped;
SELECT governance.use(32, 'tip', 1001, counterpart => 2);
\set ECHO none
\set ON_ERROR_STOP on
\echo

\i test/demo/large.sql
