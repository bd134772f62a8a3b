--
-- Rows that are written without SQL meet the same constraints, and are refused
-- with the same words, as rows that are written by statements: under each shape
-- of table the same entries are made twice, the second time with row-level
-- security that binds nobody, which leaves everything to SQL.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
\pset null '-'
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "t.checks", "score": {"direction": "deduct", "start": 100, "cap": 100}, "time_zone": "UTC",
	"rules": {"x": {"title": "x", "points": [1, 100], "usual": 30}},
	"ladder": [
		{"rung": "low", "when": "score <= 80", "tier": "limited", "withhold": ["post"]},
		{"rung": "lower", "when": "score <= 30", "tier": "muted", "withhold": ["comment", "message"], "for": "30 days"}]}',
	'active', tstzrange('2020-01-01 00:00+00', NULL)) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 20) i;
CREATE TABLE public.known_account (id bigint PRIMARY KEY);
CREATE TABLE public.known_scheme (scheme text PRIMARY KEY);
CREATE TABLE public.known_score (score governance.credit_score PRIMARY KEY);
CREATE TABLE public.written (relation text, op text);
CREATE FUNCTION public.write_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO public.written VALUES (TG_TABLE_NAME, TG_WHEN || ' ' || TG_OP);
	RETURN coalesce(NEW, OLD);
END
$$;
CREATE FUNCTION public.close() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('transaction_read_only', 'on', true);
	RETURN NULL;
END
$$;

CREATE TABLE public.shape (n int GENERATED ALWAYS AS IDENTITY, name text, command text);
INSERT INTO public.shape (name, command) VALUES
	('as it is', ''),
	('account of a standing', 'ALTER TABLE governance.standing ADD FOREIGN KEY (account_id) REFERENCES public.known_account'),
	('scheme of a standing', 'ALTER TABLE governance.standing ADD FOREIGN KEY (scheme) REFERENCES public.known_scheme'),
	('score of a standing', 'ALTER TABLE governance.standing ADD FOREIGN KEY (score) REFERENCES public.known_score'),
	('version of a standing, known', 'ALTER TABLE governance.standing ADD FOREIGN KEY (policy_id) REFERENCES governance.policy'),
	('account of a sanction', 'ALTER TABLE governance.sanction ADD FOREIGN KEY (account_id) REFERENCES public.known_account'),
	('scheme of a sanction', 'ALTER TABLE governance.sanction ADD FOREIGN KEY (scheme) REFERENCES public.known_scheme'),
	('cause of a sanction, known', 'ALTER TABLE governance.sanction ADD FOREIGN KEY (account_id, violation_id) REFERENCES governance.violation'),
	('account of a standing, deferred', 'ALTER TABLE governance.standing ADD FOREIGN KEY (account_id) REFERENCES public.known_account DEFERRABLE INITIALLY DEFERRED'),
	('key that is switched off', 'ALTER TABLE governance.standing ADD CONSTRAINT off FOREIGN KEY (account_id) REFERENCES public.known_account; ALTER TABLE governance.standing DISABLE TRIGGER ALL'),
	('all published, no identity of standings', 'ALTER TABLE governance.standing REPLICA IDENTITY NOTHING; CREATE PUBLICATION checked FOR TABLE governance.standing'),
	('updates published, no identity of standings', 'ALTER TABLE governance.standing REPLICA IDENTITY NOTHING; CREATE PUBLICATION checked FOR TABLE governance.standing WITH (publish = ''update'')'),
	('deletions published, no identity of standings', 'ALTER TABLE governance.standing REPLICA IDENTITY NOTHING; CREATE PUBLICATION checked FOR TABLE governance.standing WITH (publish = ''delete'')'),
	('updates published, no identity of sanctions', 'ALTER TABLE governance.sanction REPLICA IDENTITY NOTHING; CREATE PUBLICATION checked FOR TABLE governance.sanction WITH (publish = ''update'')'),
	('insertions published, no identity of sanctions', 'ALTER TABLE governance.sanction REPLICA IDENTITY NOTHING; CREATE PUBLICATION checked FOR TABLE governance.sanction WITH (publish = ''insert'')'),
	('some sanctions published', 'CREATE PUBLICATION checked FOR TABLE governance.sanction WHERE (recorded_at < ''2050-01-01'')'),
	('full identity', 'ALTER TABLE governance.sanction REPLICA IDENTITY FULL; CREATE PUBLICATION checked FOR TABLE governance.sanction'),
	('one sanction at a time', 'ALTER TABLE governance.sanction ADD EXCLUDE USING gist (account_id WITH =, during WITH &&)'),
	('one sanction at a time, deferred', 'ALTER TABLE governance.sanction ADD EXCLUDE USING gist (account_id WITH =, during WITH &&) DEFERRABLE INITIALLY DEFERRED'),
	('one sanction of a cause', 'ALTER TABLE governance.sanction ADD UNIQUE (account_id, violation_id)'),
	('one sanction of a cause, deferred', 'ALTER TABLE governance.sanction ADD UNIQUE (account_id, violation_id) DEFERRABLE INITIALLY DEFERRED'),
	('check of standings', 'ALTER TABLE governance.standing ADD CONSTRAINT checked CHECK (governance.points(score) > 30)'),
	('check of sanctions', 'ALTER TABLE governance.sanction ADD CONSTRAINT checked CHECK (rung <> ''lower'')'),
	('check of what is withheld, old rows as they are', 'ALTER TABLE governance.standing ADD CONSTRAINT checked CHECK (NOT withholds @> ''{message}'') NOT VALID'),
	('column that may not be null', 'ALTER TABLE governance.sanction ADD COLUMN more text NOT NULL'),
	('released sanctions only', 'ALTER TABLE governance.sanction ALTER COLUMN released_at SET NOT NULL'),
	('generated column', 'ALTER TABLE governance.sanction ADD COLUMN lasts interval NOT NULL GENERATED ALWAYS AS (upper(during) - lower(during)) STORED'),
	('generated column, checked', 'ALTER TABLE governance.standing ADD COLUMN half numeric GENERATED ALWAYS AS (governance.points(score) / 2) STORED CHECK (half > 20)'),
	('numbers of its own', 'ALTER TABLE governance.sanction ALTER COLUMN sanction_id DROP DEFAULT, ALTER COLUMN sanction_id ADD GENERATED ALWAYS AS IDENTITY'),
	('unlogged', 'ALTER TABLE governance.standing SET UNLOGGED'),
	('trigger of replicas', 'CREATE TRIGGER w AFTER INSERT OR UPDATE OR DELETE ON governance.sanction FOR EACH ROW EXECUTE FUNCTION public.write_down(); ALTER TABLE governance.sanction ENABLE REPLICA TRIGGER w'),
	('trigger at all times', 'CREATE TRIGGER w BEFORE INSERT OR UPDATE OR DELETE ON governance.sanction FOR EACH ROW EXECUTE FUNCTION public.write_down(); ALTER TABLE governance.sanction ENABLE ALWAYS TRIGGER w'),
	('trigger that waits', 'CREATE CONSTRAINT TRIGGER w AFTER INSERT OR UPDATE ON governance.standing DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.write_down()'),
	('trigger that is off', 'CREATE TRIGGER w BEFORE INSERT OR UPDATE OR DELETE ON governance.sanction FOR EACH ROW EXECUTE FUNCTION public.write_down(); ALTER TABLE governance.sanction DISABLE TRIGGER w'),
	('transaction that becomes read-only', 'CREATE TRIGGER a BEFORE INSERT ON governance.violation FOR EACH STATEMENT EXECUTE FUNCTION public.close()'),
	('children', 'CREATE TABLE public.child () INHERITS (governance.sanction)');

-- What a few entries lead to: what is derived, or what is said against it.
CREATE FUNCTION public.entries() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said	text := '';
	detail	text;
	message	text;
	command	text;
BEGIN
	FOREACH command IN ARRAY ARRAY[
		'INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at) VALUES (1, 1001, ''t.checks'', ''x'', ''2024-01-01'', ''2024-01-01'')',
		'INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at) VALUES (1, 1002, ''t.checks'', ''x'', ''2024-01-05'', ''2024-01-05'')',
		'INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at) SELECT 2 + n % 3, 2000 + n, ''t.checks'', ''x'', 5 * n, ''2024-02-01'', ''2024-02-01'' FROM generate_series(1, 12) n',
		'INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at) VALUES (1, 1003, ''t.checks'', ''x'', 40, ''2024-01-10'', ''2024-01-10'')',
		'INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at) VALUES (1, 1001, ''overturn'', ''o'', ''2024-01-12'')',
		'INSERT INTO governance.revision (account_id, violation_id, action, reason, decided_at) VALUES (1, 1002, ''overturn'', ''o'', ''2024-01-12''), (1, 1003, ''overturn'', ''o'', ''2024-01-12'')',
		'SET CONSTRAINTS ALL IMMEDIATE'] LOOP
		BEGIN
			EXECUTE command;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
			said := said || concat_ws(' ', E'\n ', SQLSTATE, message, CASE WHEN SQLSTATE NOT IN ('23514', '23502') THEN detail END);
		END;
	END LOOP;
	RETURN said || (SELECT md5(coalesce(string_agg(row, ',' ORDER BY row), '')) FROM (
			SELECT concat_ws(' ', account_id, scheme, score, tier, as_of, known_at, withholds, next_due) FROM governance.standing
			UNION ALL SELECT concat_ws(' ', account_id, rung, tier, during, violation_id, released_at, release_reason) FROM governance.sanction
			UNION ALL SELECT concat_ws(' ', relation, op, count(*)) FROM public.written GROUP BY relation, op) AS r (row));
END
$$;
CREATE FUNCTION public.try(command text, by_sql boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	relation	text;
	outcome		text;
BEGIN
	BEGIN
		EXECUTE command;
		IF by_sql THEN
			FOREACH relation IN ARRAY ARRAY['standing', 'sanction'] LOOP
				EXECUTE format('ALTER TABLE governance.%I ENABLE ROW LEVEL SECURITY', relation);
			END LOOP;
		END IF;
		outcome := public.entries();
		RAISE EXCEPTION USING ERRCODE = 'ZZ000';
	EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
		RETURN outcome;
	END;
END
$$;
SET client_min_messages = error;
SELECT s.name, d.outcome = q.outcome AS alike, (SELECT string_agg(m[1], ' ') FROM regexp_matches(q.outcome, '\n  (\w{5}) ', 'g') m) AS refused,
	CASE WHEN d.outcome <> q.outcome THEN d.outcome END AS but
	FROM public.shape s, LATERAL (SELECT public.try(s.command, false)) AS d (outcome), LATERAL (SELECT public.try(s.command, true)) AS q (outcome)
	ORDER BY s.n;
SELECT * FROM governance.verify();
