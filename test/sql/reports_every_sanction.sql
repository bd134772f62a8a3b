-- Every sanction on record is explained, whatever became of the version that it
-- belongs to: on trial, out of a trial, replaced, retired, withdrawn before it
-- began.  First each of these by itself, then a random walk over all of them.
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE FUNCTION public.rules(scheme text, title text, price int, length text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', scheme, 'score', '{"cap": 100}'::jsonb,
		'rules', jsonb_build_object('noise', jsonb_build_object('title', title, 'points', jsonb_build_array(1, 40), 'usual', price)),
		'ladder', jsonb_build_array(jsonb_build_object('rung', 'quiet', 'when', 'score < 95', 'tier', 'muted', 'withhold', '["post"]'::jsonb, 'for', length, 'rearm', 'always'))) || more
$$;
-- What each call that takes a sanction, or a scheme in which there is one, says of all of them: the errors.
CREATE FUNCTION public.errors() RETURNS TABLE (call text, scheme text, error text) LANGUAGE plpgsql AS $$
DECLARE
	one record;
	query text;
BEGIN
	FOR one IN SELECT * FROM governance.sanction s ORDER BY s.sanction_id LOOP
		FOREACH query IN ARRAY ARRAY['SELECT governance.explain($1)', 'SELECT governance.explain_text($1)', 'SELECT governance.notice($1, ''en'')', 'SELECT governance.notice($1, ''zh'')',
			'SELECT d FROM governance.draft_statement($1) d', 'SELECT count(t) FROM governance.timeline($2, $3) t', 'SELECT length(governance.account_page($2, split_part($3, ''@'', 1)))',
			'SELECT count(r) FROM governance.restrictions($2, $4) r'] LOOP
			BEGIN
				EXECUTE query USING one.sanction_id, one.account_id, one.scheme, coalesce(lower(one.during), '2024-01-01');
			EXCEPTION WHEN OTHERS THEN
				call := query; scheme := one.scheme; error := SQLSTATE || ' ' || SQLERRM;
				RETURN NEXT;
			END;
		END LOOP;
	END LOOP;
END $$;
CREATE VIEW public.explained AS SELECT s.account_id, s.rung, s.during, governance.explain(s.sanction_id) AS e FROM governance.sanction s;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2020-01-01' FROM generate_series(1, 40) n;
\set ECHO queries

-- On trial, and then in force with other figures: the trial's sanction is the trial's.
SELECT governance.publish(public.rules('t.a', 'in force', 10, '1 day')) > 0 AS active;
SELECT governance.publish(public.rules('t.a', 'tried', 20, '2 days'), 'trial') AS trial \gset
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 't.a', 'noise');
SELECT governance.activate(:trial) IS NOT NULL AS activated;
SELECT e ->> 'enforced' AS enforced, e #>> '{policy,version}' AS version, e #>> '{violation,title}' AS title, e #>> '{violation,charged}' AS charged, e #>> '{score,after}' AS score, e ->> 'length' AS length
	FROM public.explained WHERE account_id = 1 ORDER BY 1;
SELECT what, delta, rung, sanction_id IS NOT NULL AS known, expected FROM governance.timeline(1, (SELECT scheme FROM governance.sanction WHERE account_id = 1 AND NOT enforced)) WHERE NOT expected;
SELECT substring(governance.notice(sanction_id) FROM 'It cost [^.]*') AS cost, substring(governance.notice(sanction_id) FROM 'The rule: [^.]*') AS rule FROM governance.sanction WHERE account_id = 1 ORDER BY sanction_id;
SELECT count(*) FROM governance.timeline(1, 't.a@999');

-- A trial that is ended and nothing else; one that had not begun, with an entry ahead.
SELECT governance.publish(public.rules('t.b', 'tried', 20, '2 days'), 'trial') AS trial \gset
SELECT governance.publish(public.rules('t.c', 'to come', 30, '3 days'), 'trial', tstzrange(now() + interval '10 days', NULL)) AS ahead \gset
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (2, 't.b', 'noise');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (3, 't.c', 'noise', now() + interval '20 days');
SELECT count(governance.retire(p)) AS retired FROM unnest(ARRAY[:trial, :ahead]) p;
SELECT account_id, e #>> '{violation,title}' AS title, e #>> '{violation,charged}' AS charged FROM public.explained WHERE account_id IN (2, 3) ORDER BY 1;

-- A version that had not begun, which is withdrawn: what it sanctioned follows no more, and is still named.
SELECT governance.publish(public.rules('t.d', 'first', 1, '1 day')) > 0 AS first;
SELECT governance.publish(public.rules('t.d', 'second', 20, '2 days'), in_force => tstzrange(now() + interval '10 days', NULL)) AS second \gset
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at) VALUES (4, 't.d', 'noise', now() + interval '20 days');
SELECT governance.retire(:second);
CALL governance.settle();
SELECT e #>> '{policy,version}' AS version, e ->> 'length' AS length, e #>> '{released,reason}' AS released, e #>> '{violation,title}' AS title FROM public.explained WHERE account_id = 4;

-- A scheme of which no version is left; one whose version no longer has the rung and the rule.
SELECT governance.publish(public.rules('t.e', 'only', 20, '9 days')) AS only \gset
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (5, 't.e', 'noise');
SELECT governance.retire(:only) IS NOT NULL AS retired;
SELECT governance.publish(public.rules('t.f', 'before', 20, '9 days')) > 0 AS before;
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (6, 't.f', 'noise');
SELECT governance.publish('{"scheme": "t.f", "score": {"cap": 100}, "rules": {"other": {"title": "other", "points": 1}}}') > 0 AS after;
SELECT account_id, e #>> '{violation,title}' AS title, e #>> '{violation,charged}' AS charged, e ->> 'length' AS length FROM public.explained WHERE account_id IN (5, 6) ORDER BY 1;

-- One that came before enforcement began, and lasts longer than the one that is enforced: it withholds nothing, and is no reason.
SELECT governance.publish('{"scheme": "t.g", "score": {"cap": 100}, "enforcement": {"from": "2024-03-01"}, "sanctions_from": "occurred",
	"rules": {"big": {"title": "big", "points": 0, "direct": "season"}, "small": {"title": "small", "points": 0, "direct": "brief"}},
	"ladder": [{"rung": "season", "tier": "muted", "withhold": ["post", "vote"], "for": "90 days"}, {"rung": "brief", "tier": "muted", "withhold": ["post"], "for": "3 days"}]}', in_force => '[2024-01-01,)') > 0 AS g;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 't.g', 'big', '2024-02-20', '2024-02-20'), (1, 't.g', 'small', '2024-03-05', '2024-03-05');
SELECT rung, during, enforced FROM governance.sanction WHERE scheme = 't.g' ORDER BY 1;
SELECT at, r.capability, r.since, r.until, r.rung FROM unnest('{2024-02-25,2024-03-04,2024-03-06,2024-03-09}'::timestamptz[]) at, governance.restrictions(1, at) r;
SELECT * FROM public.errors();

-- The walk.
CREATE PROCEDURE public.walk(steps int) LANGUAGE plpgsql AS $$
DECLARE
	a bigint; s text; id bigint; at timestamptz;
BEGIN
	FOR i IN 1..steps LOOP
		a := 7 + floor(random() * 30); s := (ARRAY['w.a', 'w.b', 'w.c'])[1 + floor(random() * 3)::int];
		at := now() - interval '1 hour' * floor(random() * 3000) + CASE WHEN random() < 0.1 THEN interval '4000 hours' ELSE '0' END;
		BEGIN
			CASE floor(random() * 12)::int
			WHEN 0 THEN
				PERFORM governance.publish(public.rules(s, 'step ' || i, 1 + floor(random() * 40)::int, 1 + floor(random() * 20) || ' days',
						CASE WHEN random() < 0.3 THEN '{"relief": [{"every": "3 days", "add": 5}]}' WHEN random() < 0.3 THEN '{"clock": "decided"}' ELSE '{}' END::jsonb),
					(ARRAY['active', 'trial'])[1 + floor(random() * 2)::int], CASE WHEN random() < 0.5 THEN tstzrange(now() + interval '1 hour' * floor(random() * 2000 - 1500), NULL) END);
			WHEN 1 THEN
				PERFORM CASE WHEN random() < 0.6 THEN lower(governance.activate(p.policy_id)) ELSE lower(governance.retire(p.policy_id)) END
					FROM (SELECT policy_id FROM governance.policy WHERE scheme = s AND status IN ('trial', 'active') ORDER BY random() LIMIT 1) p;
			WHEN 2 THEN
				PERFORM governance.overturn(v.violation_id, 'step') FROM (SELECT violation_id FROM governance.violation WHERE account_id > 6 ORDER BY random() LIMIT 1) v;
			WHEN 3 THEN
				PERFORM governance.change(v.violation_id, 1 + floor(random() * 40)::int, 'step') FROM (SELECT violation_id FROM governance.violation WHERE account_id > 6 ORDER BY random() LIMIT 1) v;
			WHEN 4 THEN
				PERFORM governance.release(x.sanction_id, 'step') FROM (SELECT sanction_id FROM governance.sanction_in_force WHERE account_id > 6 ORDER BY random() LIMIT 1) x;
			WHEN 5 THEN
				PERFORM governance.opening_balance(a, s, 10 * floor(random() * 10)::int, at);
			ELSE
				INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (a, s, 'noise', at, at + interval '1 hour' * floor(random() * 20));
			END CASE;
		EXCEPTION WHEN OTHERS THEN
			-- Many a step is refused; an internal error is none.
			IF SQLSTATE !~ '^(GV|23|22)' THEN
				RAISE WARNING '% %', SQLSTATE, SQLERRM;
			END IF;
		END;
		COMMIT;
	END LOOP;
END $$;
SELECT setseed(0.42) IS NOT NULL AS seed;
CALL public.walk(700);
CALL governance.settle();
SELECT count(*) > 100 AS sanctions, count(*) FILTER (WHERE scheme LIKE '%@%') > 5 AS of_trials, count(DISTINCT policy_id) > 10 AS versions,
	count(*) FILTER (WHERE release_reason = 'overturned') > 5 AS overturned FROM governance.sanction WHERE account_id > 6;
SELECT * FROM public.errors();
-- One that still follows has its score and, where a violation is behind it, what that cost.  So do those of
-- trials, but for what was recorded late, after the trial, and what became of a trial that never began.
SELECT e FROM public.explained WHERE account_id > 6 AND e ->> 'text' IS NULL;
SELECT e ->> 'scheme' LIKE '%@%' AS on_trial, count(*) > 20 AS many, count(*) FILTER (WHERE e #> '{score,after}' IS NULL) < CASE WHEN e ->> 'scheme' LIKE '%@%' THEN 10 ELSE 1 END AS with_score,
	count(*) FILTER (WHERE e ? 'violation' AND e #> '{violation,charged}' IS NULL) < CASE WHEN e ->> 'scheme' LIKE '%@%' THEN 10 ELSE 1 END AS with_price FROM public.explained
	WHERE account_id > 6 AND NOT isempty(during) AND coalesce(e #>> '{released,reason}', '') NOT IN ('overturned', 'policy') GROUP BY 1 ORDER BY 1;
-- What is said to withhold a capability at some instant is enforced, and of the rung that is named.
SELECT r.* FROM generate_series(0, 80) n, governance.account a, governance.restrictions(a.account_id, now() - n * interval '35 hours') r JOIN governance.sanction s USING (sanction_id)
	WHERE a.account_id > 6 AND (NOT s.enforced OR s.rung <> r.rung);
SELECT * FROM governance.verify();
