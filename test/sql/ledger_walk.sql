--
-- A walk through everything that can happen to a ledger, in a random order by
-- a seed: versions that begin, end, reach back and go on trial; entries of now,
-- late and ahead of their time, alone and in batches; facts, revisions,
-- releases, links.  After each step the ledger is what a replay makes of it, and
-- what is asked of now is what the timeline ends with.  GOVERNANCE_FUZZ
-- multiplies the number of steps, GOVERNANCE_SEED begins another walk.
--
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/lib/walk.sql
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2023-01-01' FROM generate_series(1, 6) i;
INSERT INTO governance.activity_kind (kind) VALUES ('course'), ('exam');

CREATE FUNCTION pg_temp.document(scheme text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('scheme', scheme, 'note', random()::text) || d)
	FROM (SELECT jsonb_build_object(
		'attributes', '{"trusted": {"type": "boolean", "default": false}}'::jsonb,
		'score', pg_temp.one_of('{"cap": 100}', '{"cap": 100, "start": 90}', '{"cap": "if(trusted, 120, 80)"}', '{"cap": 60}')::jsonb,
		'cycle', CASE WHEN random() < 0.3 THEN pg_temp.one_of('"month"', '"quarter"')::jsonb END,
		'clock', CASE WHEN random() < 0.2 THEN 'decided' END,
		'sanctions_from', CASE WHEN random() < 0.3 THEN 'occurred' END,
		'time_zone', CASE WHEN random() < 0.3 THEN pg_temp.one_of('Asia/Shanghai', 'America/New_York') END,
		'observe', '{"strikes": {"count": "violations", "within": "90 days", "live": true}}'::jsonb,
		'modifiers', CASE WHEN random() < 0.3 THEN '[{"when": "strikes >= 2", "add": 4}]'::jsonb END,
		'collapse', CASE WHEN random() < 0.2 THEN '[{"group": "rule", "within": "1 day", "keep": "max"}]'::jsonb END,
		'rules', jsonb_build_object(
			'spam', jsonb_build_object('title', 'spam', 'points', (ARRAY[2, 5, 11])[1 + floor(random() * 3)::int]),
			'fraud', jsonb_build_object('title', 'fraud', 'points', 30),
			pg_temp.one_of('hype', 'bait'), jsonb_build_object('title', 'more', 'points', 7)),
		'relief', pg_temp.one_of('[{"on": "course", "add": 3}]', '[{"every": "30 days", "add": 5}]', 
			'[{"on": "exam", "add": 1, "at_most": "1 per 30 days"}, {"every": "10 days", "add": 1}]',
			'[{"age": "60 days", "void": "entry"}]', '[{"at": "month", "restore": true}]', '[{"sanction": "end", "add": 5}, {"age": "20 days", "clean": true, "add": 2}]', '[]')::jsonb,
		'ladder', pg_temp.one_of(
			'[{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"]}, {"rung": "ban", "when": "score <= 0", "tier": "banned", "withhold": ["account"], "for": "ever"}]',
			'[{"rung": "low", "when": "score <= 85", "tier": "limited", "withhold": ["post"], "for": "20 days"}, {"rung": "mute", "when": "score < 50", "tier": "muted", "withhold": ["comment"], "for": "60 days"}]',
			'[{"rung": "warned", "when": "score < 90", "tier": "warned"}, {"rung": "low", "when": "score < 70", "tier": "limited", "withhold": ["post", "comment"], "for": "10 days", "overlap": "queue"}]',
			'[{"rung": "low", "when": "strikes >= 2", "tier": "limited", "withhold": ["post"], "for": "15 days", "overlap": "parallel"}, {"rung": "mute", "when": "not trusted and score < 70", "tier": "muted", "withhold": ["comment"]}]',
			'[]')::jsonb,
		'links', CASE WHEN random() < 0.3 THEN '[{"kind": "same_subject", "confidence": 0.5, "entries": ["*"]}]'::jsonb END,
		'enforcement', CASE WHEN random() < 0.2 THEN jsonb_build_object('from', date_trunc('day', pg_temp.some_time())) END) AS d) d
$$;
CREATE FUNCTION pg_temp.some_entry() RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT format('(%s, %L, %L, %L)', 1 + floor(random() * 6)::int, pg_temp.one_of('w.a', 'w.a', 'w.b'), pg_temp.one_of('spam', 'spam', 'fraud', 'hype', 'bait'), pg_temp.some_time())
$$;
CREATE FUNCTION pg_temp.some_step() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
	CASE floor(random() * 24)::int
		WHEN 0 THEN RETURN format('SELECT governance.publish(%L, %L, %L)', pg_temp.document(pg_temp.one_of('w.a', 'w.b')), pg_temp.one_of('active', 'active', 'draft'), pg_temp.some_range());
		WHEN 1 THEN RETURN format('SELECT governance.publish(%L, %L, %L)', pg_temp.document(pg_temp.one_of('w.a', 'w.b')), 'trial', pg_temp.some_range());
		WHEN 2 THEN RETURN format('SELECT governance.activate(policy_id, %L) FROM governance.policy WHERE status IN (%L, %L) ORDER BY random() LIMIT 1', pg_temp.some_range(), 'draft', 'trial');
		WHEN 3 THEN RETURN 'SELECT governance.retire(policy_id) FROM governance.policy ORDER BY random() LIMIT 1';
		WHEN 4, 5, 6, 7, 8 THEN RETURN 'INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES ' || pg_temp.some_entry();
		WHEN 9, 10 THEN RETURN 'INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES ' || (SELECT string_agg(pg_temp.some_entry(), ', ') FROM generate_series(1, 5));
		WHEN 11, 12 THEN RETURN format('INSERT INTO governance.activity (account_id, kind, occurred_at) VALUES (%s, %L, %L)', 1 + floor(random() * 6)::int, pg_temp.one_of('course', 'exam'), pg_temp.some_time());
		WHEN 13 THEN RETURN format('SELECT governance.set_attribute(%s, %L, %L, %L)', 1 + floor(random() * 6)::int, 'trusted', pg_temp.one_of('true', 'false', NULL), pg_temp.some_time());
		WHEN 14, 15 THEN RETURN 'SELECT governance.overturn(violation_id, ''walk'') FROM governance.violation ORDER BY random() LIMIT 1';
		WHEN 16 THEN RETURN 'SELECT governance.reinstate(violation_id, ''walk'') FROM governance.violation ORDER BY random() LIMIT 1';
		WHEN 17 THEN RETURN 'SELECT governance.change(violation_id, 2, ''walk'') FROM governance.violation ORDER BY random() LIMIT 1';
		WHEN 18, 19 THEN RETURN 'SELECT governance.release(sanction_id, ''walk'') FROM governance.sanction ORDER BY random() LIMIT 1';
		WHEN 20 THEN RETURN format('SELECT governance.link_accounts(%s, %s, ''same_subject'', 0.9)', 1 + floor(random() * 3)::int, 4 + floor(random() * 3)::int);
		WHEN 21 THEN RETURN format('SELECT governance.opening_balance(%s, %L, %s, %L)', 1 + floor(random() * 6)::int, pg_temp.one_of('w.a', 'w.b'), floor(random() * 60)::int, pg_temp.some_time());
		WHEN 22 THEN RETURN format('INSERT INTO governance.appeal (violation_id, grounds) SELECT violation_id, ''walk'' FROM governance.violation ORDER BY random() LIMIT 1');
		ELSE RETURN 'SELECT governance.decide_appeal(appeal_id, pg_temp.one_of(''upheld'', ''overturned''), ''walk'') FROM governance.appeal WHERE decided_at IS NULL ORDER BY random() LIMIT 1';
	END CASE;
END
$$;

CREATE FUNCTION pg_temp.differences() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
	SELECT v::text FROM governance.verify() v
	UNION ALL
	SELECT format('score of %s under %s at %s is %s, in its timeline %s', s.account_id, s.scheme, s.at, s.asked, s.last)
		FROM (SELECT a.account_id, c.scheme, w.at, governance.score(a.account_id, c.scheme, w.at, CASE WHEN w.at < now() THEN now() END) AS asked,
				(SELECT t.score FROM governance.timeline(a.account_id, c.scheme) WITH ORDINALITY t
					WHERE t.at <= w.at AND t.score IS NOT NULL ORDER BY t.ordinality DESC LIMIT 1) AS last
			FROM governance.account a CROSS JOIN (SELECT DISTINCT scheme FROM governance.policy) c
				CROSS JOIN (SELECT now() AS at UNION ALL SELECT now() + random() * interval '200 days' UNION ALL SELECT now() - random() * interval '200 days') w
			WHERE EXISTS (SELECT FROM governance.policy p WHERE p.scheme = c.scheme AND p.status IN ('active', 'retired') AND p.in_force @> w.at)) s
		WHERE s.asked <> s.last
$$;
CALL pg_temp.walk(150 * :fuzz);
-- Most steps are possible, and no error is one of another class.
SELECT outcome FROM walked WHERE outcome NOT IN ('done', 'taken back') AND outcome !~ '^(GV...|2....)$' LIMIT 10;
SELECT count(*) FILTER (WHERE outcome = 'done') > 50 FROM walked;
