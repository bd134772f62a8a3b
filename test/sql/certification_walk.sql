--
-- A walk through what can happen to certifications and what follows from them,
-- in a random order by a seed: steps, face checks, violations that cost a
-- certification and their revisions, sanctions that withhold it, facts that
-- follow from it and policies that look at these, changed requirements.  After
-- each step both proofs are empty, and what is asked equals what the definition
-- says.  GOVERNANCE_FUZZ multiplies the number of steps, GOVERNANCE_SEED begins
-- another walk.
--
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\i :abs_srcdir/lib/walk.sql
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2023-01-01' FROM generate_series(1, 5) i;
INSERT INTO governance.account_administrator (account_id, administrator) SELECT i, 'one' FROM generate_series(1, 5) i;

CREATE FUNCTION pg_temp.document(scheme text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_build_object('scheme', scheme, 'note', random()::text,
		'attributes', '{"doctor": {"type": "boolean", "default": false}}'::jsonb,
		'score', pg_temp.one_of('{"cap": 100}', '{"cap": "if(doctor, 120, 100)"}')::jsonb,
		'rules', '{"spam": {"title": "spam", "severity": "minor", "points": 4}, "fraud": {"title": "fraud", "severity": "severe", "points": 15}}'::jsonb,
		'links', CASE WHEN random() < 0.5 THEN '[{"kind": "same_subject", "confidence": 0.5, "entries": ["*"]}]' ELSE '[]' END::jsonb,
		'ladder', pg_temp.one_of('[{"rung": "low", "when": "score <= 90", "tier": "limited", "withhold": ["certification"], "for": "20 days"}]',
			'[{"rung": "low", "when": "score < 70 or doctor and score < 100", "tier": "limited", "withhold": ["post", "certification"]}]', '[]')::jsonb)
$$;
SELECT count(governance.publish(pg_temp.document(s))) FROM unnest(ARRAY['w.a', 'w.b']) s;
CREATE FUNCTION pg_temp.some_step() RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	account int := 1 + floor(random() * 5)::int;
	cert CONSTANT text := format('SELECT governance.%s_certification(account_id, certification_id%s) FROM governance.certification ORDER BY random() LIMIT 1', '%s', '%s');
BEGIN
	CASE floor(random() * 26)::int
		WHEN 0, 1, 2 THEN RETURN format('SELECT governance.apply_for_certification(%s, %L)', account,
			pg_temp.one_of('occupation:healthcare/physician[hospital=9,title=2]', 'occupation:healthcare/physician[hospital=6,title=1]', 'interest:photography'));
		WHEN 3, 4 THEN RETURN format(cert, 'examine', '');
		WHEN 5, 6, 7 THEN RETURN format(cert, 'grant', '');
		WHEN 8 THEN RETURN format(cert, pg_temp.one_of('refuse', 'cancel'), ', reason => ''walk''');
		WHEN 9 THEN RETURN format(cert, 'suspend', ', reason => ''walk''');
		WHEN 10, 11 THEN RETURN format(cert, pg_temp.one_of('reinstate', 'review'), ', reason => ''walk''');
		WHEN 12 THEN RETURN format('INSERT INTO governance.face_check (account_id, matched) VALUES (%s, %L)', account, random() < 0.5);
		WHEN 13, 14, 15, 16 THEN RETURN format('INSERT INTO governance.violation (account_id, scheme, rule) VALUES (%s, %L, %L)', account, pg_temp.one_of('w.a', 'w.b'), pg_temp.one_of('spam', 'fraud'));
		WHEN 17 THEN RETURN 'INSERT INTO governance.violation (account_id, scheme, rule) SELECT a, s, r FROM generate_series(1, 5) a, unnest(ARRAY[''w.b'', ''w.a'']) s, unnest(ARRAY[''spam'', ''fraud'']) r WHERE random() < 0.3';
		WHEN 18, 19 THEN RETURN format('SELECT governance.%s(violation_id, ''walk'') FROM governance.violation ORDER BY random() LIMIT 1', pg_temp.one_of('overturn', 'overturn', 'reinstate'));
		WHEN 20 THEN RETURN 'SELECT governance.release(sanction_id, ''walk'') FROM governance.sanction ORDER BY random() LIMIT 1';
		WHEN 21 THEN RETURN format('INSERT INTO governance.certification_consequence (scheme, rule, effect) VALUES (%L, %L, %L)', pg_temp.one_of('w.a', 'w.b'), pg_temp.one_of('spam', 'fraud'), pg_temp.one_of('suspend', 'suspend', 'cancel'));
		WHEN 22 THEN RETURN pg_temp.one_of('INSERT INTO governance.certification_attribute (qualification, name, value) VALUES (''occupation:healthcare/physician'', ''doctor'', ''true'')',
			'DELETE FROM governance.certification_attribute', 'INSERT INTO governance.requirement (domain, qualification) VALUES (''health'', ''occupation:healthcare'')',
			'DELETE FROM governance.requirement', 'DELETE FROM governance.certification_consequence', 'DELETE FROM governance.certification_withholding',
			'INSERT INTO governance.certification_withholding (qualification, capability) VALUES (''occupation:healthcare'', ''showcase'')');
		WHEN 23 THEN RETURN format('SELECT governance.set_attribute(%s, ''doctor'', %L, now() - random() * interval ''5 s'')', account, pg_temp.one_of('true', 'false', NULL));
		WHEN 24 THEN RETURN format('SELECT governance.publish(%L)', pg_temp.document(pg_temp.one_of('w.a', 'w.b')));
		ELSE RETURN format('SELECT governance.link_accounts(%s, %s, ''same_subject'', 0.9)', 1 + floor(random() * 2)::int, 3 + floor(random() * 3)::int);
	END CASE;
END
$$;

CREATE FUNCTION pg_temp.differences() RETURNS SETOF text LANGUAGE sql VOLATILE AS $$
	SELECT v::text FROM governance.verify() v
	UNION ALL
	SELECT v::text FROM governance.verify_certification() v
	UNION ALL
	-- Qualified: some certification in force meets a requirement, and no sanction withholds it.
	SELECT format('account %s is%s qualified', a.account_id, CASE WHEN a.said THEN '' ELSE ' not' END)
		FROM (SELECT account_id, governance.qualified(account_id, 'health') AS said,
				EXISTS (SELECT FROM governance.certification c JOIN governance.requirement r ON c.qualification OPERATOR(pg_catalog.@>) r.qualification
						WHERE c.account_id = o.account_id AND r.domain = 'health' AND governance.certification_status(c.account_id, c.certification_id, now()) = 'granted')
					AND governance.permits(account_id, 'certification', now()) AS is
			FROM governance.account o) a
		WHERE said <> "is"
$$;
CALL pg_temp.walk(150 * :fuzz);
SELECT outcome, min(step) FROM walked WHERE outcome NOT IN ('done', 'taken back') AND outcome !~ '^(GV...|2....)$' GROUP BY 1 LIMIT 10;
SELECT count(*) FILTER (WHERE outcome = 'done') > 40 FROM walked;
