-- The worked examples of engine_examples again, through the tables of the
-- ledger: each scenario is an account under a scheme of its own, with its rows
-- inserted in the order in which they became known.  What is printed is only
-- what differs.
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();

-- The scenarios and what is expected of them, up to where they are tried.
\set examples `sed -e '/^\\/d' -e '/^SET /d' -e '/^CREATE TEMPORARY TABLE outcome/,$d' :abs_srcdir/sql/engine_examples.sql`
:examples

CREATE TEMPORARY TABLE life AS
	SELECT row_number() OVER (ORDER BY id COLLATE "C") AS account, id, 's.' || row_number() OVER (ORDER BY id COLLATE "C") AS scheme,
		   coalesce(document ->> 'time_zone', 'UTC') AS zone, document, sanctions, events,
		   coalesce(until::timestamp AT TIME ZONE coalesce(document ->> 'time_zone', 'UTC'), 'infinity') AS ended
	FROM scenario;
SELECT count(governance.publish(document || jsonb_build_object('scheme', scheme))) = count(*) AS published FROM life;
INSERT INTO governance.account (account_id, opened_at) SELECT account, '2019-01-01' FROM life;

CREATE TEMPORARY TABLE entry AS
	SELECT account, id, scheme, n, e, (coalesce(e ->> 'at', '2019-01-01'))::timestamp AT TIME ZONE zone AS at,
		   coalesce((e ->> 'decided')::timestamp AT TIME ZONE zone, (e ->> 'at')::timestamp AT TIME ZONE zone) AS decided,
		   account * 1000 + coalesce((e ->> 'id')::bigint, 500 + n) AS violation_id
	FROM life, jsonb_array_elements(events) WITH ORDINALITY AS j(e, n);
INSERT INTO governance.attribute (account_id, name, value, during)
	SELECT account, e ->> 'attribute', e ->> 'value', tstzrange(at, lead(at) OVER (PARTITION BY account, e ->> 'attribute' ORDER BY at, n))
	FROM entry WHERE e ? 'attribute';
DO $$
DECLARE
	i	record;
BEGIN
	FOR i IN SELECT * FROM entry WHERE NOT e ? 'attribute' ORDER BY decided, account, n LOOP
		IF i.e ? 'rule' THEN
			INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, surcharge, occurred_at, decided_at,
											  incident, content_ref, source, sanction_length)
				VALUES (i.account, i.violation_id, i.scheme, i.e ->> 'rule', (i.e ->> 'points')::numeric, (i.e ->> 'surcharge')::numeric,
						i.at, i.decided, i.e ->> 'incident', i.e ->> 'content', coalesce(i.e ->> 'source', 'report'), (i.e ->> 'length')::interval);
		ELSIF i.e ? 'activity' THEN
			INSERT INTO governance.activity (account_id, kind, occurred_at, quantity, violation_id)
				VALUES (i.account, i.e ->> 'activity', i.at, coalesce((i.e ->> 'quantity')::numeric, 1), i.account * 1000 + (i.e ->> 'violation')::bigint);
		ELSIF i.e ? 'overturn' THEN
			PERFORM governance.overturn(i.account * 1000 + (i.e ->> 'overturn')::bigint, 'a mistake', i.at);
		ELSE
			RAISE WARNING 'not an event: %', i.e;
		END IF;
	END LOOP;
END
$$;
CREATE TEMPORARY TABLE question AS
	SELECT l.id, l.account, l.scheme, e.at::timestamp AT TIME ZONE l.zone AS at, e.score, e.tier,
		   NOT EXISTS (SELECT FROM entry x WHERE x.account = l.account AND (x.e ? 'decided' OR x.e ? 'overturn')) AS known_at_once
	FROM expected_score e JOIN life l USING (id);
\set ECHO queries

SELECT count(*) > 150 AS enough FROM question;
SELECT * FROM governance.verify();

-- With all that is known, and as it was shown then.
SELECT id, at, score, s.got, tier, s.got_tier
	FROM question, LATERAL (SELECT governance.score(account, scheme, at, 'infinity')::text AS got,
								   governance.tier(account, scheme, at, 'infinity')::text AS got_tier) s
	WHERE score <> got OR tier <> got_tier ORDER BY id, at;
SELECT id, at, score, s.got, tier, s.got_tier
	FROM question, LATERAL (SELECT governance.score(account, scheme, at)::text AS got,
								   governance.tier(account, scheme, at)::text AS got_tier) s
	WHERE known_at_once AND (score <> got OR tier <> got_tier) ORDER BY id, at;

-- The timeline says the same, of these instants and of its own.
SELECT id, q.at, q.score, t.score
	FROM question q LEFT JOIN LATERAL (SELECT t.score FROM governance.timeline(account, scheme) WITH ORDINALITY AS t
									   WHERE t.at <= q.at ORDER BY ordinality DESC LIMIT 1) t ON true
	WHERE t.score::text IS DISTINCT FROM q.score ORDER BY id, q.at;
SELECT id, t.at, t.score, t.tier, s.got, s.got_tier
	FROM life, LATERAL (SELECT DISTINCT ON (at) at, score::text AS score, tier FROM governance.timeline(account, scheme) WITH ORDINALITY AS t
						ORDER BY at, ordinality DESC) t,
		 LATERAL (SELECT governance.score(account, scheme, t.at, 'infinity')::text AS got,
						 governance.tier(account, scheme, t.at, 'infinity') AS got_tier OFFSET 0) s
	WHERE (t.score, t.tier) <> (got, got_tier) ORDER BY id, t.at;

-- The sanctions on record, and one that time has opened since the last entry;
-- what goes on after the end of the scenario is open.
SELECT id, sanctions AS expected, got
	FROM life, LATERAL (
		SELECT coalesce(array_agg(rung || ' ' || to_char(starts AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI') || ' .. ' ||
								  CASE WHEN ends <= ended THEN to_char(ends AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI') ELSE 'open' END ORDER BY starts, rung), '{}') AS got
		FROM (SELECT rung, lower(during) AS starts, upper(during) AS ends
			  FROM governance.sanction s
			  WHERE account_id = account AND s.scheme = life.scheme AND NOT isempty(during) AND release_reason IS DISTINCT FROM 'overturned'
			  UNION ALL SELECT rung, at, NULL
			  FROM governance.timeline(account, scheme) WHERE what = 'sanction starts' AND sanction_id IS NULL AND at <= ended) s) s
	WHERE sanctions IS NOT NULL AND sanctions <> got ORDER BY id;

SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM governance.verify();
