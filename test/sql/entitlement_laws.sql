-- Until and again, held against questions minute by minute: until is the first
-- instant at which a session that has run since is refused, again the first at which
-- the same request passes.  Random documents and uses, seeded.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT setseed(0.29) \g /dev/null

CREATE FUNCTION pg_temp.one_of(VARIADIC items text[]) RETURNS text
	LANGUAGE sql VOLATILE RETURN items[1 + floor(random() * cardinality(items))::int];

-- Some rules of one capability, and of the pool that it shares.
CREATE FUNCTION pg_temp.place(minutes boolean) RETURNS jsonb
	LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
	place jsonb := CASE WHEN minutes THEN '{"unit": "minutes"}'::jsonb ELSE '{}' END;
	limits jsonb := '[]';
	n text;
BEGIN
	FOR i IN 0 .. floor(random() * 2)::int LOOP
		n := (5 + floor(random() * 60))::text;
		limits := limits || jsonb_build_array(pg_temp.one_of(n || ' per day', n || ' per hour', n || ' per 30 minutes',
			n || ' within 3 hours', n || ' within 90 minutes', n || ' during 20:00-23:00', n || ' per week'));
	END LOOP;
	limits := (SELECT jsonb_agg(DISTINCT CASE WHEN l.value #>> '{}' LIKE '%within%' AND minutes AND random() < 0.5
			THEN jsonb_build_object('name', replace(l.value #>> '{}', ' ', '_'), 'amount', split_part(l.value #>> '{}', ' ', 1)::int,
				'within', split_part(l.value #>> '{}', 'within ', 2), 'by', 'share')
			ELSE jsonb_build_object('name', replace(l.value #>> '{}', ' ', '_'), 'amount', split_part(l.value #>> '{}', ' ', 1)::int)
				|| CASE WHEN l.value #>> '{}' LIKE '%within%' THEN jsonb_build_object('within', split_part(l.value #>> '{}', 'within ', 2))
					WHEN l.value #>> '{}' LIKE '%during%' THEN jsonb_build_object('during', jsonb_build_array('20:00-23:00'))
					ELSE jsonb_build_object('per', split_part(l.value #>> '{}', 'per ', 2)) END END) FROM jsonb_array_elements(limits) l);
	place := place || jsonb_build_object('at_most', limits);
	IF random() < 0.4 THEN
		place := place || jsonb_build_object('hours', jsonb_build_array(pg_temp.one_of('06:00-22:00', '08:00-12:00', '22:00-02:00')));
	END IF;
	IF random() < 0.3 THEN
		place := place || jsonb_build_object('closed', jsonb_build_array(pg_temp.one_of('12:00-13:00', '23:30-00:30', '01:30-03:30')));
	END IF;
	RETURN place;
END $$;

CREATE FUNCTION pg_temp.uses(start timestamptz) RETURNS jsonb
	LANGUAGE sql VOLATILE
AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('at', to_char(start + (random() * 2800)::int * interval '1 minute', 'YYYY-MM-DD HH24:MI') || 'Z',
			'use', pg_temp.one_of('a', 'b'), 'amount', 1 + floor(random() * 25)::int)), '[]') FROM generate_series(1, (random() * 12)::int)
$$;

CREATE TEMPORARY TABLE tried (n integer, minutes boolean, document jsonb, events jsonb, at timestamptz, zone text);
INSERT INTO tried
	SELECT n, minutes, jsonb_build_object('entitlement', 'random', 'time_zone', zone,
			'pools', jsonb_build_object('p', pg_temp.place(minutes)),
			'capabilities', jsonb_build_object('a', pg_temp.place(minutes) || '{"pool": "p"}', 'b', jsonb_build_object('pool', 'p'))),
		pg_temp.uses(start),
		start + (1440 + (random() * 1400)::int) * interval '1 minute', zone
	FROM (SELECT n, n % 2 = 0 AS minutes, pg_temp.one_of('UTC', 'Asia/Shanghai', 'America/New_York') AS zone,
			timestamptz '2026-03-06 00:00Z' + floor(random() * 3)::int * interval '1 day' AS start FROM generate_series(1, 160) n) g;
-- what comes later has not happened
UPDATE tried SET events = coalesce((SELECT jsonb_agg(e ORDER BY e ->> 'at') FROM jsonb_array_elements(events) e
	WHERE (e ->> 'at')::timestamptz + CASE WHEN minutes THEN (e ->> 'amount')::int ELSE 0 END * interval '1 minute' <= at), '[]');

CREATE FUNCTION pg_temp.written(at timestamptz) RETURNS text
	LANGUAGE sql STABLE RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || 'Z';

CREATE TEMPORARY TABLE answer AS
	SELECT t.*, d.allowed, d.remaining, d.until, d.again_at, d.because,
		CASE WHEN NOT t.minutes THEN 1 + (t.n % 5) END AS amount
	FROM tried t, LATERAL governance.dry_allowance(t.document, jsonb_build_object('name', 'x', 'events', t.events, 'expect',
		jsonb_build_array(jsonb_build_object('at', pg_temp.written(t.at), 'ask', 'a')
			|| CASE WHEN t.minutes THEN '{}' ELSE jsonb_build_object('amount', 1 + (t.n % 5)) END))) d;

-- Before it is allowed again it is not, and then it is.
CREATE TEMPORARY TABLE again AS
	SELECT a.n, a.again_at, d.at, d.allowed
	FROM answer a, LATERAL (SELECT jsonb_agg(jsonb_build_object('at', pg_temp.written(m), 'ask', 'a')
				|| CASE WHEN a.minutes THEN '{}' ELSE jsonb_build_object('amount', a.amount) END) AS asks
			FROM (SELECT m FROM generate_series(a.at, least(a.again_at - interval '1 microsecond', a.at + interval '2 days'), '7 minutes') m
				UNION SELECT a.again_at - interval '1 microsecond' WHERE a.again_at < a.at + interval '2 days' UNION SELECT a.again_at) q(m)) q,
		governance.dry_allowance(a.document, jsonb_build_object('name', 'x', 'events', a.events, 'expect', q.asks)) d
	WHERE NOT a.allowed AND a.again_at IS NOT NULL;

-- A session that runs to the end is refused there, and not before.
CREATE TEMPORARY TABLE until AS
	SELECT a.n, a.until, m.m AS at, d.allowed
	FROM answer a, LATERAL (SELECT m FROM generate_series(a.at + interval '1 minute', least(a.until - interval '1 microsecond', a.at + interval '1 day'), '11 minutes') m
			UNION SELECT a.until WHERE a.until < a.at + interval '1 day') m(m),
		governance.dry_allowance(a.document, jsonb_build_object('name', 'x', 'events',
			a.events || jsonb_build_object('at', pg_temp.written(a.at), 'use', 'a', 'amount', extract(epoch FROM m.m - a.at) / 60),
			'expect', jsonb_build_array(jsonb_build_object('at', pg_temp.written(m.m), 'ask', 'a')))) d
	WHERE a.minutes AND a.allowed AND a.until IS NOT NULL;
\set ECHO queries

SELECT count(*) AS documents, count(*) FILTER (WHERE allowed) > 40 AS allowed, count(*) FILTER (WHERE NOT allowed) > 40 AS refused,
	count(*) FILTER (WHERE NOT allowed AND again_at IS NULL) AS never FROM answer;
SELECT count(DISTINCT n) > 40 AS documents, count(*) > 1000 AS questions FROM again;
SELECT a.n, a.again_at, a.at, a.allowed FROM again a WHERE a.allowed <> (a.at >= a.again_at) ORDER BY 1, 3 LIMIT 10;
SELECT count(DISTINCT n) > 20 AS documents, count(*) > 100 AS questions FROM until;
SELECT u.n, u.until, u.at, u.allowed FROM until u WHERE u.allowed <> (u.at < u.until) ORDER BY 1, 3 LIMIT 10;
-- what is allowed has something left, unless nothing limits it
SELECT count(*) AS wrong FROM answer WHERE allowed AND remaining < coalesce(amount, 0.000001);
