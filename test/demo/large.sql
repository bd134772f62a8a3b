-- The demo's second half: a platform of 100,000 accounts and a year of it.
\set accounts 100000
\set violations 1000000
\set batches 10

\echo '== 11. A million violations =========================================================='
\echo
\echo '100,000 accounts and a year of their violations, made by a seeded generator: a few'
\echo 'accounts do most of it, most of it is minor, and it is found by patrols, models and'
\echo 'reports.  Each batch is one INSERT of 100,000 rows; scores, sanctions and restrictions'
\echo 'are right when it returns.  (Seconds from the start.)'
\echo

SELECT setseed(0.618) AS seeded \gset
SELECT clock_timestamp() AS began \gset

INSERT INTO governance.account (account_id, opened_at)
SELECT i, now() - interval '2 years' FROM generate_series(1001, 1000 + :accounts) i;

-- Followers: one account in twenty has 100,000 or more, one in eighty a million.
INSERT INTO governance.attribute (account_id, name, value, during)
SELECT i, 'followers', floor(500 / power(1 - u, 1.75))::bigint, tstzrange(now() - interval '2 years', NULL)
FROM (SELECT i, random() AS u FROM generate_series(1001, 1000 + :accounts) i) f;

\pset tuples_only on
\pset format unaligned
SELECT format('    100,000 accounts     %s s',
              lpad(to_char(extract(epoch FROM clock_timestamp() - :'began'::timestamptz), 'FM990.0'), 5));

-- What is broken how often: weights out of 1,000.
CREATE TEMPORARY TABLE pick AS
SELECT scheme, rule, n FROM (VALUES
    ('douyin.health', 'minor', 330), ('douyin.health', 'idle_room', 120), ('douyin.health', 'smoking_drinking', 90),
    ('douyin.health', 'vulgar', 90), ('douyin.health', 'abuse', 50), ('douyin.health', 'soliciting', 40),
    ('douyin.health', 'unqualified.health', 10), ('douyin.health', 'off_platform', 8), ('douyin.health', 'accosting', 6),
    ('douyin.health', 'hype', 3), ('douyin.health', 'health_rumour', 2), ('douyin.health', 'medical_grey_market', 1),
    ('douyin.commerce', 'service.promise', 80), ('douyin.commerce', 'stalling.interaction', 60),
    ('douyin.commerce', 'vulgar.talk', 40), ('douyin.commerce', 'low_quality.picture', 30),
    ('douyin.commerce', 'flash_sale.fake', 20), ('douyin.commerce', 'stalling', 15),
    ('douyin.commerce', 'cheating.fake_orders', 4), ('douyin.commerce', 'infringement.counterfeit', 1)
) AS weights(scheme, rule, weight), generate_series(1, weight) n;
CREATE TEMPORARY TABLE numbered AS
SELECT row_number() OVER (ORDER BY scheme, rule, n) AS number, scheme, rule FROM pick;
CREATE UNIQUE INDEX ON numbered (number);
ANALYZE numbered;

-- The square of a random number puts half of it on a quarter of the accounts.
SELECT format($insert$
    WITH batch AS MATERIALIZED (
        SELECT 1001 + floor(%1$s * power(random(), 2))::bigint * 48271 %% %1$s AS account_id,
               1 + floor(1000 * random())::int AS number,
               random() AS which,
               now() - interval '360 days' + (%2$s + random()) * interval '360 days' / %3$s AS at
        FROM generate_series(1, %4$s))
    INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, source)
    SELECT b.account_id, n.scheme, n.rule, b.at, b.at,
           CASE WHEN which < 0.6 THEN 'model' WHEN which < 0.85 THEN 'patrol' ELSE 'report' END
    FROM batch b JOIN numbered n USING (number) ORDER BY b.at$insert$,
    :accounts, batch, :batches, :violations / :batches),
    format($progress$
    SELECT format('  %%s violations   %%s s', lpad(to_char(%s, 'FM9,999,999'), 9),
                  lpad(to_char(extract(epoch FROM clock_timestamp() - %L::timestamptz), 'FM990.0'), 5)) $progress$,
    (batch + 1) * :violations / :batches, :'began')
FROM generate_series(0, :batches - 1) AS batch
\gexec
\pset format aligned
\pset tuples_only off
ANALYZE governance.standing, governance.sanction, governance.restriction, governance.violation;
\echo

\echo '== 12. What has become of them ======================================================='
\echo
\echo 'The live health score of every account that ever violated the rules of live streaming:'
\echo
SELECT clock_timestamp() AS began \gset
\set ECHO queries
WITH band AS (
    SELECT least(floor(governance.points(governance.score(account_id, scheme)) / 10), 9) AS b
    FROM governance.standing WHERE scheme = 'douyin.health')
SELECT format('%s to %s', b * 10, CASE b WHEN 9 THEN 100 ELSE b * 10 + 9 END) AS score,
       to_char(count(band.b), '99,999') AS accounts,
       repeat('#', ceil(count(band.b) * 50.0 / max(count(band.b)) OVER ())::int) AS histogram
FROM generate_series(0, 9) AS b LEFT JOIN band USING (b) GROUP BY b ORDER BY b DESC;
\set ECHO none
\echo 'The sanctions, the heaviest first:'
\echo
\set ECHO queries
SELECT tier, scheme, rung, to_char(count(*), '999,999') AS ever,
       to_char(count(*) FILTER (WHERE during @> now()), '999,999') AS in_force
FROM governance.sanction
GROUP BY tier, scheme, rung ORDER BY tier DESC, scheme, count(*);
\set ECHO none
\echo 'Who has the most of them:'
\echo
\set ECHO queries
SELECT account_id, count(*) AS sanctions, max(tier) AS heaviest,
       governance.score(account_id, 'douyin.health') AS health
FROM governance.sanction
GROUP BY account_id ORDER BY count(*) DESC, account_id LIMIT 5;
\set ECHO none
\pset tuples_only on
SELECT format('Answered in %s s.', round(extract(epoch FROM clock_timestamp() - :'began'::timestamptz), 1));
\pset tuples_only off

\echo '== 13. The proof ====================================================================='
\echo
\echo 'verify() computes every standing, sanction and restriction anew from the ledger and'
\echo 'lists each difference to what is stored.  No row means: none.'
\echo
SELECT clock_timestamp() AS began \gset
\set ECHO queries
SELECT * FROM governance.verify();
\set ECHO none
\pset tuples_only on
SELECT format('%s violations replayed and compared in %s s.', to_char(count(*), 'FM9,999,999'),
              round(extract(epoch FROM clock_timestamp() - :'began'::timestamptz), 1)) FROM governance.violation;
\pset tuples_only off

\echo '== 14. Before the next version ======================================================='
\echo
\echo 'What if sanctions began at 80 and not at 69?  A draft is run over the whole year, and'
\echo 'nothing is written.'
\echo
SELECT clock_timestamp() AS began \gset
\set ECHO queries
SELECT accounts, sanctioned, draft_sanctioned, newly_sanctioned, spared
FROM governance.simulate_summary(
    jsonb_set(governance.pack('douyin.health'), '{ladder,0,when}', '"score <= 80"'));
\set ECHO none
\pset tuples_only on
SELECT format('Simulated in %s s.', round(extract(epoch FROM clock_timestamp() - :'began'::timestamptz), 1));
\pset tuples_only off
\echo 'This is the end.  doc/policy.md shows how to write a scheme of your own.'
\echo
