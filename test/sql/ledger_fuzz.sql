--
-- Rows with odd values in every column, by a seed: each is recorded or refused
-- with an error of a class that says what is wrong; what was recorded stands
-- as a replay has it, and can be asked for.  GOVERNANCE_FUZZ multiplies the
-- number of rows.
--
\set ECHO none
\set fuzz 1
\getenv fuzz GOVERNANCE_FUZZ
\pset format unaligned
\pset tuples_only on
SET client_min_messages = error;
SET timezone = 'America/New_York';
SET statement_timeout = '600s';
SET test.fuzz = :'fuzz';
SELECT count(*) > 0 FROM governance.create_ledger();
SELECT count(governance.publish(governance.pack(pack), 'active', '[-infinity,)')) > 5 FROM governance.packs() WHERE kind = 'scheme';
INSERT INTO governance.account (account_id, opened_at) SELECT i, (ARRAY['2020-02-29', '-infinity', '2024-10-27 02:30', '4713-01-01 BC', '2030-01-01'])[1 + i % 5]::timestamptz FROM generate_series(1, 40) i;

CREATE TEMP TABLE odd (what text, value text);
INSERT INTO odd
	SELECT w, u FROM (VALUES
		('at', ARRAY['2024-03-31 02:30', '2024-10-27 02:30', '2024-02-29 23:59:59.999999', '2023-12-31 24:00', '2024-11-03 01:30', '2024-03-10 02:30', '2024-01-31', '2025-12-31',
			'infinity', '-infinity', '4713-01-01 BC', '294276-12-30 12:00', '0001-01-01', '1970-01-01', '2038-01-19 03:14:08', '9999-12-31']),
		('points', ARRAY[NULL, NULL, NULL, '0', '1', '2', '3', '6', '12', '-1', '0.005', '0.5', '21474836.47', '21474836.48', 'NaN', 'Infinity', '1e30']),
		('quantity', ARRAY['1', '0', '-1', '0.5', 'NaN', 'Infinity', '1e30', '100000', NULL]),
		('text', ARRAY[NULL, '', ' ', 'x', 'é规😀', repeat('long', 100000), '"', E'\t\n', '%s%n']),
		('source', ARRAY['report', 'patrol', 'model', 'campaign', 'system', '', 'rumour', NULL]),
		('json', ARRAY[NULL, '{}', '[]', '1', 'null', '"x"']),
		('range', ARRAY['empty', '(,)', '[2024-01-01,)', '[2024-01-01,2024-01-01]', '(,2024-03-31 02:30)', '[infinity,]', '[-infinity,infinity]', NULL])) AS v (w, vs), unnest(vs) u;
INSERT INTO odd SELECT 'json', jsonb_build_object('huge', repeat('evidence ', 30000))::text;
CREATE TEMP TABLE listed AS SELECT scheme, rule, row_number() OVER (ORDER BY scheme, rule) AS n FROM governance.rule;
CREATE TEMP TABLE heard AS SELECT kind, row_number() OVER (ORDER BY kind) AS n FROM (
	SELECT 'exam' UNION SELECT 'course' UNION SELECT 'post' UNION SELECT 'active_day' UNION SELECT kind FROM governance.activity_kind) k (kind);
CREATE TEMP TABLE named AS SELECT name, row_number() OVER (ORDER BY name) AS n FROM (
	SELECT DISTINCT jsonb_object_keys(document -> 'attributes') FROM governance.policy WHERE document ? 'attributes') a (name);

CREATE FUNCTION pg_temp.odd(wanted text) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT value FROM odd WHERE what = wanted ORDER BY random() LIMIT 1
$$;
CREATE FUNCTION pg_temp.one_of(n bigint) RETURNS bigint LANGUAGE sql VOLATILE AS $$
	SELECT 1 + floor(random() * n)::bigint
$$;

CREATE FUNCTION pg_temp.record_all(rounds int) RETURNS TABLE (outcome text) LANGUAGE plpgsql AS $$
DECLARE
	statement text; state text; message text; chosen record; recorded int := 0; refused int := 0; kind int;
BEGIN
	FOR i IN 1 .. rounds LOOP
		kind := floor(random() * 10);
		IF kind < 5 THEN
			SELECT l.scheme, l.rule INTO chosen FROM listed l WHERE l.n = pg_temp.one_of((SELECT count(*) FROM listed));
			CONTINUE WHEN NOT FOUND;
			statement := format('INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at, source, incident, content_ref, decided_by, evidence) VALUES (%s, %L, %L, %L, %L, %L, %L, %L, %L, %L, %L)',
				pg_temp.one_of(41), chosen.scheme, chosen.rule, pg_temp.odd('points'), pg_temp.odd('at'), pg_temp.odd('at'),
				CASE WHEN random() < 0.8 THEN 'patrol' ELSE pg_temp.odd('source') END, pg_temp.odd('text'), pg_temp.odd('text'), pg_temp.odd('text'), pg_temp.odd('json'));
		ELSIF kind < 7 THEN
			SELECT h.kind INTO chosen FROM heard h WHERE h.n = pg_temp.one_of((SELECT count(*) FROM heard));
			CONTINUE WHEN NOT FOUND;
			statement := format('INSERT INTO governance.activity (account_id, kind, occurred_at, quantity) VALUES (%s, %L, %L, %L)',
				pg_temp.one_of(41), chosen.kind, pg_temp.odd('at'), pg_temp.odd('quantity'));
		ELSIF kind < 8 THEN
			SELECT a.name INTO chosen FROM named a WHERE a.n = pg_temp.one_of((SELECT count(*) FROM named));
			CONTINUE WHEN NOT FOUND;
			statement := format('INSERT INTO governance.attribute (account_id, name, value, during) VALUES (%s, %L, %L, %L)',
				pg_temp.one_of(41), chosen.name, (ARRAY['true', 'false', '1', '1000000', 'x', 'NaN', '2024-02-29', '', NULL])[pg_temp.one_of(9)], pg_temp.odd('range'));
		ELSIF kind < 9 THEN
			statement := format('SELECT governance.overturn((SELECT violation_id FROM governance.violation ORDER BY random() LIMIT 1), %L)', pg_temp.odd('text'));
		ELSE
			statement := format('SELECT governance.change((SELECT violation_id FROM governance.violation ORDER BY random() LIMIT 1), %L, %L)', pg_temp.odd('points'), pg_temp.odd('text'));
		END IF;
		BEGIN
			EXECUTE statement;
			recorded := recorded + 1;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
			IF state ~ '^(GV|22|23|54)' THEN
				refused := refused + 1;
			ELSE
				outcome := state || ' ' || left(message, 200) || ': ' || left(statement, 400);
				RETURN NEXT;
			END IF;
		END;
	END LOOP;
	outcome := CASE WHEN recorded > rounds / 20 THEN 'many are recorded' ELSE recorded || ' recorded' END; RETURN NEXT;
	outcome := CASE WHEN refused > rounds / 10 THEN 'many are refused' ELSE refused || ' refused' END; RETURN NEXT;
END $$;

-- Whatever was recorded can be asked for, at any instant.
CREATE FUNCTION pg_temp.ask_all() RETURNS TABLE (outcome text) LANGUAGE plpgsql AS $$
DECLARE
	standing record; instant text; state text; message text; asked int := 0;
BEGIN
	FOR standing IN SELECT account_id, scheme FROM governance.standing LOOP
		FOR instant IN SELECT value FROM odd WHERE what = 'at' LOOP
			BEGIN
				PERFORM governance.score(standing.account_id, standing.scheme, instant::timestamptz),
					governance.tier(standing.account_id, standing.scheme, instant::timestamptz, 'infinity'),
					governance.permits(standing.account_id, 'post', instant::timestamptz);
				PERFORM FROM governance.restrictions(standing.account_id, instant::timestamptz);
				asked := asked + 1;
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
				IF message !~ 'must be a finite instant' THEN
					outcome := format('%s %s: account %s, scheme %s at %s', state, left(message, 200), standing.account_id, standing.scheme, instant);
					RETURN NEXT;
				END IF;
			END;
		END LOOP;
		BEGIN
			PERFORM FROM governance.timeline(standing.account_id, standing.scheme);
			PERFORM FROM governance.next_change(standing.account_id, standing.scheme);
		EXCEPTION WHEN OTHERS THEN
			outcome := format('%s: account %s, scheme %s', SQLERRM, standing.account_id, standing.scheme);
			RETURN NEXT;
		END;
	END LOOP;
	PERFORM governance.explain(sanction_id) FROM governance.sanction;
	outcome := CASE WHEN asked > 1000 THEN 'all answer' ELSE asked || ' answer' END;
	RETURN NEXT;
END $$;

\set ECHO queries
SELECT setseed(0.20241103) IS NOT NULL;
SELECT * FROM pg_temp.record_all(1500 * current_setting('test.fuzz')::int);
SELECT * FROM governance.verify() LIMIT 10;
SELECT * FROM pg_temp.ask_all();
SET session_replication_role = replica;
UPDATE governance.standing SET known_at = '-infinity';	-- so that all are to be written
RESET session_replication_role;
SELECT governance.rebuild() > 0;
SELECT * FROM governance.verify() LIMIT 10;
-- Encodings.
SELECT governance.overturn(1, E'\xff\xfe');
INSERT INTO governance.violation (account_id, scheme, rule, content_ref) VALUES (1, 'uk.totting', 'x', E'\x00');
