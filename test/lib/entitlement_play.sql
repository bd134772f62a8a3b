-- Plays worked examples of entitlements: what is in play.example, once as examples
-- of their documents, which need no ledger, and once by calls.  A test includes this,
-- fills both tables, and includes entitlement_play_end.sql.
SET client_min_messages = warning;
SET timezone = 'UTC';
\set play_end :abs_srcdir '/lib/entitlement_play_end.sql'

SELECT count(*) AS complete FROM governance.create_ledger() \g /dev/null

CREATE SCHEMA play;
CREATE TABLE play.document (name text PRIMARY KEY, document jsonb NOT NULL);
CREATE TABLE play.example (
	n integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	id text NOT NULL,  -- as in the list of worked examples; several may share one
	document text NOT NULL,  -- names in play.document, one or more
	facts jsonb NOT NULL DEFAULT '{}',
	accounts jsonb NOT NULL DEFAULT '{}',  -- others, by id: facts, subject, links
	opened text,
	events jsonb DEFAULT '[]',
	expect jsonb NOT NULL,
	beside text[] NOT NULL DEFAULT '{}',  -- policies that are in force as well
	played boolean NOT NULL DEFAULT true  -- by calls, too: not what the present alone can do
);

INSERT INTO play.document
	SELECT p.pack, governance.pack(p.pack) FROM governance.packs() p WHERE governance.pack(p.pack) ? 'entitlement';

-- events that are written once and happen several times
CREATE FUNCTION play.events(events jsonb) RETURNS jsonb
	LANGUAGE sql STABLE
AS $$
	SELECT coalesce(jsonb_agg(CASE WHEN e ? 'times' THEN e - 'times' - 'every' || jsonb_build_object('at',
			to_char((e ->> 'at')::timestamp + i * (e ->> 'every')::interval, 'YYYY-MM-DD HH24:MI:SS')) ELSE e END ORDER BY n, i), '[]')
	FROM jsonb_array_elements(events) WITH ORDINALITY v(e, n), generate_series(0, coalesce((e ->> 'times')::int, 1) - 1) i
$$;

-- ------------------------------------------------------------ as examples of documents
-- What contradicts an example is an error of check_policy().  Events that a document
-- would have refused are what an earlier one let in.
CREATE FUNCTION play.example_of(example play.example) RETURNS jsonb
	LANGUAGE sql STABLE
AS $$
	SELECT jsonb_strip_nulls(jsonb_build_object('name', example.id, 'facts', example.facts, 'accounts', nullif(example.accounts, '{}'),
			'opened', example.opened)) || jsonb_build_object('events', play.events(example.events), 'expect', example.expect)
$$;

CREATE FUNCTION play.by_document(OUT id text, OUT document text, OUT error text) RETURNS SETOF record
	LANGUAGE plpgsql
AS $$
DECLARE
	e play.example;
BEGIN
	FOR e IN SELECT * FROM play.example ORDER BY n LOOP
		CONTINUE WHEN e.document LIKE '% %';
		BEGIN
			PERFORM governance.check_policy(d.document || jsonb_build_object('examples', jsonb_build_array(play.example_of(e))))
				FROM play.document d WHERE d.name = e.document;
			IF NOT FOUND THEN
				id := e.id; document := e.document; error := 'there is no such document';
				RETURN NEXT;
			END IF;
		EXCEPTION WHEN OTHERS THEN
			id := e.id; document := e.document; error := SQLERRM;
			RETURN NEXT;
		END;
	END LOOP;
END $$;

-- ------------------------------------------------------------ comparing
-- Is it the rule that is meant: by its whole name, or by the end of it?
CREATE FUNCTION play.fits(expected text, found text) RETURNS boolean
	LANGUAGE sql IMMUTABLE RETURN found = expected OR right(found, length(expected) + 1) = '.' || expected;

-- One name or several, each fits one that was found, and there are no others.
CREATE FUNCTION play.same_names(expected jsonb, found text[]) RETURNS boolean
	LANGUAGE sql STABLE
AS $$
	SELECT count(*) = cardinality(coalesce(found, '{}'))
			AND coalesce(bool_and(EXISTS (SELECT FROM unnest(found) f WHERE play.fits(e, f))), true)
		FROM jsonb_array_elements_text(CASE jsonb_typeof(expected) WHEN 'array' THEN expected ELSE jsonb_build_array(expected) END) e
$$;

-- As an instant: local to a zone, unless it says its own offset.
CREATE FUNCTION play.instant(t text, zone text) RETURNS timestamptz
	LANGUAGE sql STABLE
	RETURN CASE WHEN t ~ ':\d\d(\.\d+)?[+-]\d\d(:\d\d)?$' THEN t::timestamptz ELSE t::timestamp AT TIME ZONE zone END;

-- What of an expectation is not as it was found; null: nothing.
CREATE FUNCTION play.differs(expected jsonb, found jsonb, zone text) RETURNS text
	LANGUAGE sql STABLE
AS $$
	SELECT string_agg(format('%s: expected %s, found %s', k, v, coalesce(found ->> k, 'none')), '; ' ORDER BY k)
	FROM jsonb_each(expected - 'at' - 'ask' - 'amount' - 'context' - 'counterpart' - 'place' - 'account' - 'known' - 'rules' - 'shadow') x(k, v)
	WHERE NOT CASE
		WHEN k IN ('until', 'again', 'resets_at') AND v = 'null' THEN coalesce(found ->> k, 'infinity') = 'infinity'
		WHEN k IN ('until', 'again', 'resets_at') THEN coalesce((found ->> k)::timestamptz = play.instant(v #>> '{}', zone), false)
		WHEN k IN ('because', 'warnings', 'consent') THEN play.same_names(v, ARRAY(SELECT jsonb_array_elements_text(nullif(found -> k, 'null'))))
		WHEN k IN ('remaining', 'used', 'limit', 'granted', 'reserved') AND v <> 'null' THEN coalesce((found ->> k)::numeric = (v #>> '{}')::numeric, false)
		ELSE coalesce(nullif(found -> k, 'null') = v, v = 'null') END
$$;

-- ------------------------------------------------------------ as calls
CREATE TABLE play.opened (account_id bigint, capability text, place text, session_id bigint);
CREATE TABLE play.named (ref text, use_id bigint);

-- A policy with one rung, for a sanction from one instant to another.
CREATE FUNCTION play.sanction(account bigint, e jsonb, since timestamptz, till timestamptz) RETURNS void
	LANGUAGE plpgsql
AS $$
BEGIN
	PERFORM governance.publish(jsonb_build_object('scheme', e ->> 'scheme', 'score', jsonb_build_object('cap', 100),
		'rules', jsonb_build_object('bad', jsonb_build_object('title', 'bad', 'points', 0, 'direct', e ->> 'sanction')),
		'ladder', jsonb_build_array(jsonb_build_object('rung', e ->> 'sanction', 'tier', coalesce(e ->> 'tier', 'warned'),
			'for', extract(epoch FROM till - since)::bigint || ' seconds'))));
	INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (account, e ->> 'scheme', 'bad', since, since);
END $$;

-- Signs of life up to an instant.
CREATE FUNCTION play.live(session bigint, till timestamptz) RETURNS void
	LANGUAGE plpgsql
AS $$
DECLARE
	s record;
	t timestamptz;
BEGIN
	SELECT * INTO s FROM governance.session x WHERE x.session_id = session;
	t := s.last_sign_at;
	WHILE t < till LOOP
		t := least(till, t + s.lease / 2);
		PERFORM governance.touch_session(session, t);
	END LOOP;
END $$;

-- An account with its facts; it has the account 99 as its guardian.
CREATE FUNCTION play.account(account bigint, says jsonb, opened text, zone text) RETURNS void
	LANGUAGE plpgsql
AS $$
BEGIN
	INSERT INTO governance.account (account_id, opened_at, subject)
		VALUES (account, play.instant(coalesce(opened, '2000-01-01'), zone), CASE WHEN says ? 'subject' THEN 'one' END);
	INSERT INTO governance.account_link (account_id, other_id, kind, confidence, during)
		SELECT account, 99, 'guardian', 1, tstzrange('2000-01-01', NULL)
		UNION ALL SELECT account, o, k, 1, tstzrange('2000-01-01', NULL)
			FROM jsonb_array_elements_text(coalesce(says -> 'links', '[]')) k, generate_series(1, account - 1) o;
	PERFORM governance.set_attribute(account, key, value #>> '{}', '2000-01-01') FROM jsonb_each(coalesce(says -> 'facts', '{}'));
END $$;

-- What an example says has happened.
CREATE FUNCTION play.event(e jsonb, t timestamptz, zone text) RETURNS void
	LANGUAGE plpgsql
AS $$
DECLARE
	account bigint := coalesce((e ->> 'account')::bigint, 1);
	party bigint := CASE e ->> 'by' WHEN 'guardian' THEN 99 WHEN 'self' THEN account END;
	till timestamptz := play.instant(e ->> 'until', zone);
	capability text := coalesce(e ->> 'use', e ->> 'begin', e ->> 'touch', e ->> 'end', e ->> 'reserve');
	id bigint;
BEGIN
	CASE
		WHEN e ? 'unchecked' THEN
			SET session_replication_role = replica;
			INSERT INTO governance.usage (account_id, entry, capability, amount, used_at)
				VALUES (account, 'use', capability, coalesce((e ->> 'amount')::numeric, 1), t) RETURNING use_id INTO id;
			INSERT INTO play.named VALUES (e ->> 'ref', id);
		WHEN e ? 'use' THEN
			id := governance.use(account, capability, coalesce((e ->> 'amount')::numeric, 1), e ->> 'ref', t, (e ->> 'counterpart')::bigint, e -> 'context');
			INSERT INTO play.named VALUES (e ->> 'ref', id);
		WHEN e ? 'reserve' THEN
			id := governance.reserve(account, capability, (e ->> 'amount')::numeric, e ->> 'ref', t);
			INSERT INTO play.named VALUES (e ->> 'ref', id);
		WHEN e ? 'commit' THEN
			PERFORM governance.commit_use(use_id, (e ->> 'amount')::numeric) FROM play.named WHERE ref = e ->> 'commit';
		WHEN e ? 'release' THEN
			PERFORM governance.release_use(use_id) FROM play.named WHERE ref = e ->> 'release';
		WHEN e ? 'refund' THEN
			PERFORM governance.refund(use_id, (e ->> 'amount')::numeric, 'asked for') FROM play.named WHERE ref = e ->> 'refund';
		WHEN e ? 'begin' THEN
			INSERT INTO play.opened SELECT account, capability, coalesce(e ->> 'place', ''), s.session_id
				FROM governance.begin_session(account, capability, at => t, counterpart => (e ->> 'counterpart')::bigint,
					context => e -> 'context', place => e ->> 'place') s;
		WHEN e ? 'touch' OR e ? 'end' THEN
			SELECT o.session_id INTO STRICT id FROM play.opened o
				WHERE o.account_id = account AND o.capability = event.e ->> (CASE WHEN e ? 'touch' THEN 'touch' ELSE 'end' END) AND o.place = coalesce(e ->> 'place', '');
			PERFORM play.live(id, t);
			IF e ? 'end' THEN
				PERFORM governance.end_session(id, t);
				DELETE FROM play.opened o WHERE o.session_id = id;
			END IF;
		WHEN e ? 'grant' THEN
			id := governance.grant_allowance(account, e ->> 'grant', (e ->> 'amount')::numeric, tstzrange(t, till), 'asked for', party, e ->> 'rule');
		WHEN e ? 'consent' THEN
			id := governance.consent(account, e ->> 'consent', e ->> 'may', party, tstzrange(t, till), e ->> 'only');
		WHEN e ? 'set' THEN
			id := governance.set_limit(account, e ->> 'set', e ->> 'rule', (e ->> 'amount')::numeric, party, tstzrange(t, till),
				CASE WHEN e ? 'on' THEN ARRAY(SELECT jsonb_array_elements_text(e -> 'on')) END);
		WHEN e ? 'switch' THEN
			-- set_switch() is of the present
			SET session_replication_role = replica;
			INSERT INTO governance.switch_setting (account_id, capability, party, allowed, during, by_account, recorded_at)
				VALUES (account, e ->> 'switch', e ->> 'by', (e ->> 'allowed')::boolean, tstzrange(t, t + interval '24 hours'), party, t);
		WHEN e ? 'attribute' AND e ->> 'attribute' = 'load' THEN
			UPDATE governance.platform_attribute SET during = tstzrange(lower(during), t) WHERE name = 'load' AND upper_inf(during);
			INSERT INTO governance.platform_attribute VALUES ('load', e ->> 'value', tstzrange(t, NULL));
		WHEN e ? 'attribute' THEN
			PERFORM governance.set_attribute(account, e ->> 'attribute', e ->> 'value', t);
		WHEN e ? 'activity' THEN
			INSERT INTO governance.activity (account_id, kind, occurred_at, quantity) VALUES (account, e ->> 'activity', t, coalesce((e ->> 'quantity')::numeric, 1));
		WHEN e ? 'sanction' THEN
			PERFORM play.sanction(account, e, t, till);
	END CASE;
	IF e ?| '{grant,consent,set}' THEN
		-- as if it had been said then
		SET session_replication_role = replica;
		UPDATE governance.allowance_grant SET recorded_at = t WHERE grant_id = id;
	END IF;
	RESET session_replication_role;
END $$;

-- What allowance() says to a question, in the form of an expectation.
CREATE FUNCTION play.answer(q jsonb, t timestamptz) RETURNS jsonb
	LANGUAGE sql
AS $$
	SELECT jsonb_build_object('rules', jsonb_object_agg(r.rule, r) FILTER (WHERE r.rule IS NOT NULL))
		|| coalesce(jsonb_agg(jsonb_build_object('permits', r.allowed, 'until', r.until, 'again', r.again_at, 'remaining', r.remaining, 'because', r.because,
			'consent', r.consent)) FILTER (WHERE r.rule IS NULL) -> 0, '{}')
		|| jsonb_build_object('warnings', coalesce(jsonb_agg(r.rule) FILTER (WHERE r.rule IS NOT NULL AND r.warning), '[]'))
	FROM governance.allowance(coalesce((q ->> 'account')::bigint, 1), q ->> 'ask', (q ->> 'amount')::numeric, t,
		(q ->> 'counterpart')::bigint, q -> 'context') r
$$;

-- One question: allowance(), then the use itself, which is taken back.
CREATE FUNCTION play.question(q jsonb, t timestamptz, zone text) RETURNS SETOF text
	LANGUAGE plpgsql
AS $$
DECLARE
	found_ jsonb := play.answer(q, t);
	difference text := play.differs(q, found_, zone);
	rule text;
	allowed boolean;
BEGIN
	IF difference IS NOT NULL THEN
		RETURN NEXT difference;
	END IF;
	FOR rule IN SELECT jsonb_object_keys(q -> 'rules') LOOP
		difference := play.differs(q -> 'rules' -> rule, (SELECT value FROM jsonb_each(found_ -> 'rules') WHERE play.fits(rule, key)), zone);
		IF difference IS NOT NULL THEN
			RETURN NEXT format('%s: %s', rule, difference);
		END IF;
	END LOOP;
	IF q ? 'permits' AND NOT q ? 'known'
		AND NOT EXISTS (SELECT FROM play.opened o WHERE o.account_id = 1 AND o.capability = q ->> 'ask') THEN
		BEGIN
			IF q ? 'amount' OR NOT coalesce((SELECT u.unit IN ('seconds', 'minutes', 'hours') FROM governance.allowance(1, q ->> 'ask', at => t) u WHERE u.unit IS NOT NULL LIMIT 1), false) THEN
				SELECT u.allowed INTO allowed FROM governance.try_use(coalesce((q ->> 'account')::bigint, 1), q ->> 'ask', (q ->> 'amount')::numeric, NULL, t,
					(q ->> 'counterpart')::bigint, q -> 'context') u;
			ELSE
				SELECT s.allowed INTO allowed FROM governance.begin_session(coalesce((q ->> 'account')::bigint, 1), q ->> 'ask', at => t,
					counterpart => (q ->> 'counterpart')::bigint, context => q -> 'context', place => q ->> 'place') s;
			END IF;
			RAISE EXCEPTION USING ERRCODE = 'PLAY2';
		EXCEPTION WHEN SQLSTATE 'PLAY2' THEN
		END;
		IF allowed IS DISTINCT FROM (q ->> 'permits')::boolean THEN
			RETURN NEXT format('the call: expected %s, found %s', q ->> 'permits', allowed);
		END IF;
	END IF;
END $$;

-- Each example in a ledger of its own.
CREATE FUNCTION play.by_calls(OUT id text, OUT document text, OUT at text, OUT ask text, OUT difference text) RETURNS SETOF record
	LANGUAGE plpgsql
AS $$
DECLARE
	e play.example;
	s record;
	zone text;
	differences text[][];
	d text;
BEGIN
	FOR e IN SELECT * FROM play.example x WHERE x.played ORDER BY x.n LOOP
		differences := '{}';
		BEGIN
			PERFORM governance.publish(p.document - 'examples') FROM play.document p WHERE p.name = ANY (string_to_array(e.document, ' '));
			PERFORM governance.publish(governance.pack(p)) FROM unnest(e.beside) p;
			SELECT CASE jsonb_typeof(p.document -> 'time_zone') WHEN 'object' THEN p.document -> 'time_zone' ->> 'else' WHEN 'string' THEN p.document ->> 'time_zone' ELSE 'UTC' END
				INTO zone FROM play.document p WHERE p.name = split_part(e.document, ' ', 1);
			INSERT INTO governance.account (account_id, opened_at) VALUES (99, '2000-01-01');
			PERFORM play.account(1, jsonb_build_object('facts', e.facts)
				|| CASE WHEN e.accounts::text LIKE '%subject%' THEN '{"subject": true}' ELSE '{}' END::jsonb, e.opened, zone);
			PERFORM play.account(key::bigint, value, NULL, zone) FROM jsonb_each(e.accounts) ORDER BY key;
			INSERT INTO governance.account_link (account_id, other_id, kind, confidence, during)
				SELECT 1, key::bigint, k, 1, tstzrange('2000-01-01', NULL) FROM jsonb_each(e.accounts), jsonb_array_elements_text(coalesce(value -> 'links', '[]')) k;
			FOR s IN
				SELECT v.what, v.says, play.instant(coalesce(v.says ->> 'known', v.says ->> 'arrives', v.says ->> 'at'), zone) AS turn, play.instant(v.says ->> 'at', zone) AS at
				FROM (SELECT 1, x, n FROM jsonb_array_elements(play.events(e.events)) WITH ORDINALITY u(x, n)
					UNION ALL SELECT 2, x, n FROM jsonb_array_elements(e.expect) WITH ORDINALITY u(x, n)) v(what, says, n)
				ORDER BY 3, v.what, v.n
			LOOP
				BEGIN
					IF s.what = 1 THEN
						PERFORM play.event(s.says, s.at, zone);
					ELSE
						PERFORM play.live(o.session_id, s.at) FROM play.opened o
							WHERE EXISTS (SELECT FROM jsonb_array_elements(e.events) x WHERE x ->> 'end' = o.capability AND play.instant(x ->> 'at', zone) > s.at);
						FOR d IN SELECT * FROM play.question(s.says, s.at, zone) LOOP
							differences := differences || ARRAY[ARRAY[s.says ->> 'at', s.says ->> 'ask', d]];
						END LOOP;
					END IF;
				EXCEPTION WHEN OTHERS THEN
					differences := differences || ARRAY[ARRAY[s.says ->> 'at', s.says::text, SQLSTATE || ' ' || SQLERRM]];
				END;
			END LOOP;
			RAISE EXCEPTION USING ERRCODE = 'PLAY1';
		EXCEPTION WHEN SQLSTATE 'PLAY1' THEN
			NULL;
		WHEN OTHERS THEN
			differences := differences || ARRAY[ARRAY[NULL, NULL, SQLSTATE || ' ' || SQLERRM]];
		END;
		FOR i IN 1 .. coalesce(array_length(differences, 1), 0) LOOP
			id := e.id; document := e.document; at := differences[i][1]; ask := differences[i][2]; difference := differences[i][3];
			RETURN NEXT;
		END LOOP;
	END LOOP;
END $$;
