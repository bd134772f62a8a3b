--
-- What is marked PARALLEL SAFE is run in a worker, which begins with nothing in
-- its memory, and says there what it says to a session alone; what is marked
-- PARALLEL RESTRICTED likewise in the leader of a parallel query.  As a
-- superuser, and as somebody with the level of a reader whose rows row-level
-- security picks.  A function without arguments in the table below is told, and
-- so is one whose work did not take place where it should.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = error;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();

-- A ledger in which each of them has something to say.
SELECT count(governance.publish(p.document)) AS published FROM (VALUES
	(governance.pack('douyin.health')),
	('{"scheme": "w", "score": {"cap": 12},
		"rules": {"spam": {"title": {"en": "spam", "zh": "垃圾信息"}, "points": [1, 12], "usual": 4}},
		"relief": [{"every": "10 days", "add": 1}],
		"links": [{"kind": "same_owner", "confidence": 0.5, "rungs": ["out"]}],
		"ladder": [{"rung": "low", "when": "score <= 8", "tier": "limited", "withhold": ["post"], "for": "3 months"},
			{"rung": "out", "when": "score <= 0", "tier": "banned", "withhold": ["post"], "for": "ever"}]}'::jsonb)) p (document);
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2020-01-01' FROM generate_series(1, 40) n;
INSERT INTO governance.campaign (campaign, title) VALUES ('spring', 'Spring cleaning');
INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at, source, campaign, decided_by, content_ref)
	SELECT n, 'w', 'spam', 1 + n % 12, now() - interval '20 days', now() - interval '20 days', 'campaign', 'spring', 'moderator ' || n % 3, 'post/' || n
		FROM generate_series(1, 30) n;
INSERT INTO governance.violation (account_id, scheme, rule, points, source)
	SELECT n, 'douyin.health', 'severe', 8, 'patrol' FROM generate_series(1, 10) n, generate_series(1, 5);
SELECT count(governance.link_accounts(11, n, 'same_owner', 0.9)) FROM generate_series(12, 14) n;
INSERT INTO governance.appeal (violation_id, grounds) SELECT violation_id, 'not me' FROM governance.violation WHERE scheme = 'w' AND account_id IN (5, 6);
SELECT governance.decide_appeal(min(appeal_id), 'overturned', 'right') FROM governance.appeal;
SELECT governance.load_taxonomy();
SELECT governance.apply_for_certification(3, 'occupation:healthcare/physician[hospital=9,title=4]') AS certification \gset
SELECT governance.examine_certification(3, :certification);
SELECT governance.grant_certification(3, :certification);
SELECT governance.seal() IS NOT NULL AS sealed;
CREATE ROLE parallel_reader;
SELECT governance.grant_level('parallel_reader', 'reader');

CREATE SCHEMA w;
GRANT USAGE ON SCHEMA w TO parallel_reader;
-- One row of arguments, so that nothing is worked out while a query is planned.
CREATE TABLE w.q AS SELECT 7::bigint AS account, 'w'::text AS scheme, 'post'::text AS capability, now() AS now, now() - interval '15 days' AS past,
	now() - interval '30 days' AS since, 'spam'::text AS word, 'en'::text AS tongue, 'Europe/Berlin'::text AS zone, 3::bigint AS held, 12::bigint AS linked,
	:certification::bigint AS certification,
	(SELECT sanction_id FROM governance.sanction WHERE account_id = 8 AND scheme = 'w') AS sanction,
	'health'::text AS domain,
	tstzrange(now() - interval '30 days', now()) AS period, interval '30 days' AS length,
	governance.policy_document('w') AS document,
	'[{"at": "2024-01-10", "rule": "spam"}]'::jsonb AS events, '{"puid": "a b", "category": "X"}'::jsonb AS statement,
	'a,"b"'::text AS csv, '{"a": 1, "b": 2, "en": "x"}'::jsonb AS object, ARRAY['a'] AS texts,
	ARRAY[now() - interval '10 days', now()] AS instants, ARRAY[3::bigint] AS accounts, 5::numeric AS number, 7::integer AS n, 77::bigint AS seed,
	'banned'::governance.sanction_tier AS tier, '8/12'::governance.credit_score AS score,
	'occupation:healthcare/physician[hospital=9,title=2]'::governance.qualification AS qualification,
	pg_current_snapshot() AS seen, pg_current_xact_id() AS seen_by, '1'::xid AS xid;
ALTER TABLE w.q SET (parallel_workers = 2);
ANALYZE w.q;
-- What row-level security shows of it is asked in the worker, too.
ALTER TABLE w.q ENABLE ROW LEVEL SECURITY;
CREATE POLICY those ON w.q USING (governance.qualified(held, domain));
GRANT SELECT ON w.q TO parallel_reader;

-- Where an expression is evaluated.
CREATE FUNCTION w.process(integer) RETURNS integer LANGUAGE plpgsql STABLE PARALLEL SAFE COST 1000000 AS
	$$ BEGIN RETURN pg_backend_pid(); END $$;
-- What takes a query of its own.
CREATE FUNCTION w.answer(q w.q, query text) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	answer text;
BEGIN
	EXECUTE format('SELECT (%s)::text FROM (SELECT ($1).*) q', query) INTO answer USING q;
	RETURN answer;
END
$$;

CREATE TABLE w.call (function text, expression text);
-- Operators and the like, by the types of what they take.
INSERT INTO w.call SELECT p.oid::regprocedure::text, format('%s(%s)', p.oid::regproc, string_agg(a.name, ', ' ORDER BY t.n))
	FROM pg_proc p, unnest(p.proargtypes::oid[]) WITH ORDINALITY t (type, n)
		JOIN (VALUES ('governance.credit_score'::regtype, 'score'), ('governance.sanction_tier', 'tier'), ('governance.qualification', 'qualification'),
			('numeric', 'number'), ('bigint', 'seed'), ('text', '''title''')) a (type, name) ON a.type = t.type
	WHERE p.pronamespace = 'governance'::regnamespace AND p.provolatile = 'i' AND p.prokind = 'f'
		AND (SELECT bool_or(x IN ('governance.credit_score'::regtype, 'governance.sanction_tier'::regtype, 'governance.qualification'::regtype)) FROM unnest(p.proargtypes::oid[]) x)
	GROUP BY p.oid HAVING count(*) = max(p.pronargs);
INSERT INTO w.call SELECT format('governance.%s_in(cstring)', type), format('%s::text::governance.%s::text', col, type)
	FROM (VALUES ('credit_score', 'score'), ('sanction_tier', 'tier'), ('qualification', 'qualification')) t (type, col);
INSERT INTO w.call SELECT CASE WHEN v.f ~ '\(' THEN 'governance.' || v.f ELSE (SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'governance'::regnamespace AND p.proname = v.f) END, v.e
	FROM (VALUES
	('account_chart', 'governance.account_chart(account, scheme, since, now, ''[]'', tongue, zone, n)'),
	('account_entries', 'governance.account_entries(account, scheme, word, ''[]'', since, now, tongue, zone)'),
	('account_sanctions', 'governance.account_sanctions(account, scheme, word, since, now, tongue, zone)'),
	('account_page', 'governance.account_page(account, scheme, period, tongue, NULL, zone)'),
	('account_parts', 'w.answer(q, ''(SELECT count(*) > 0 FROM governance.account_parts())'')'),
	('acting_role', 'governance.acting_role()'),
	('announcement_text', 'governance.announcement_text(period, tongue, zone, scheme)'),
	('announcement_words', 'governance.announcement_words(period, tongue, zone, scheme, NULL)'),
	('appeal_settled', 'governance.appeal_settled(account, seed, ''overturned'', NULL)'),
	('certification_is_withheld', 'governance.certification_is_withheld(account, now)'),
	('standing_restrictions', 'governance.standing_restrictions(account, ''w'')'),
	('standing_shows', 'governance.standing_shows(''w'', 1, 1, past, past, now)'),
	('unprompted_schemes', 'w.answer(q, ''(SELECT count(h) FROM governance.unprompted_schemes() h)'')'),
	('violation_fits', 'governance.violation_fits(1, NULL, ''report'', word, past, now)'),
	('certification_objects', 'w.answer(q, ''(SELECT count(h) FROM governance.certification_objects() h)'')'),
	('check_name_given', 'governance.check_name_given(''governance.appeal''::regclass, ''decided_by'', word)'),
	('check_stored_policy', 'governance.check_stored_policy(document)'),
	('create_steps', 'w.answer(q, ''(SELECT count(h) FROM governance.create_steps() h)'')'),
	('entry_account', 'governance.entry_account(''violation'', linked)'),
	('entitlement_objects', 'w.answer(q, ''(SELECT count(h) FROM governance.entitlement_objects() h)'')'),
	('event_objects', 'w.answer(q, ''(SELECT count(h) FROM governance.event_objects() h)'')'),
	('ledger_objects', 'w.answer(q, ''(SELECT count(h) FROM governance.ledger_objects() h)'')'),
	('lost_columns', 'governance.lost_columns()'),
	('oversight_objects', 'w.answer(q, ''(SELECT count(h) FROM governance.oversight_objects() h)'')'),
	('report_objects', 'w.answer(q, ''(SELECT count(h) FROM governance.report_objects() h)'')'),
	('rows_digest', 'governance.rows_digest(ARRAY[word::bytea])'),
	('appeal_times', 'governance.appeal_times(scheme, past, past, now)'),
	('audit_action', 'governance.audit_action(''violation'', NULL, object)'),
	('audit_content', 'governance.audit_content(object, texts)'),
	('audit_digest', 'w.answer(q, ''(SELECT governance.audit_digest(''''x''''::bytea || word::bytea, a) FROM governance.audit a ORDER BY audit_id LIMIT 1)'')'),
	('audit_head', 'governance.audit_head()'),
	('audited', 'governance.audited()'),
	('certification_history', 'governance.certification_history(held)'),
	('certification_part_check', 'w.answer(q, ''(SELECT governance.certification_part_check(s, word) FROM governance.certification_step s WHERE s.action = ''''examine'''' LIMIT 1)'')'),
	('certification_periods', 'governance.certification_periods(accounts)'),
	('certification_place_check', 'w.answer(q, ''(SELECT governance.certification_place_check(c, empty) FROM governance.certification c, (SELECT ''''empty''''::tstzrange) e(empty) LIMIT 1)'')'),
	('certification_reinstate_check', 'w.answer(q, ''(SELECT governance.certification_reinstate_check(s) FROM governance.certification_step s LIMIT 1)'')'),
	('certification_remaining', 'governance.certification_remaining(held, certification, NULL)'),
	('certification_restored', 'w.answer(q, ''(SELECT governance.certification_restored(s, c) FROM governance.certification_step s JOIN governance.certification c USING (certification_id) LIMIT 1)'')'),
	('certification_status', 'governance.certification_status(held, certification, now)'),
	('certification_time_check', 'w.answer(q, ''(SELECT governance.certification_time_check(s, s.at) FROM governance.certification_step s LIMIT 1)'')'),
	('certifications_due', 'governance.certifications_due(length * 400, now)'),
	('check_policy', 'governance.check_policy(document)'),
	('rulebook_objects', 'w.answer(q, ''(SELECT count(h) FROM governance.rulebook_objects() h)'')'),
	('rules_of', '(SELECT count(h) FROM governance.rules_of(governance.check_policy(document)) h)'),
	('rungs_of', '(SELECT count(h) FROM governance.rungs_of(governance.check_policy(document)) h)'),
	('check_qualification', 'governance.check_qualification(qualification, n > 1)'),
	('check_statement', 'governance.check_statement(statement)'),
	('credit_score', 'governance.credit_score(number, number)'),
	('csv_field', 'governance.csv_field(csv)'),
	('csv_rows', 'governance.csv_rows(csv)'),
	('distinct_count', 'w.answer(q, ''(SELECT governance.distinct_count(account_id % n) FROM governance.account)'')'),
	('draft_statement', 'governance.draft_statement(sanction, tongue)'),
	('draft_statement_of', 'w.answer(q, ''(SELECT governance.draft_statement_of(to_jsonb(s), q.tongue) FROM governance.sanction s WHERE s.sanction_id = q.sanction)'')'),
	('dry_allowance', 'governance.dry_allowance(''{"entitlement": "e", "capabilities": {"a": {"at_most": ["2 per day"]}}}'', ''{"name": "x", "expect": [{"at": "2026-01-01", "ask": "a"}]}'')'),
	('dry_run', 'governance.dry_run(document, events, now, n > 1)'),
	('event_fresh', 'w.answer(q, ''(SELECT count(f) FROM governance.event_fresh(seen, seen_by) f)'')'),
	('event_require_consumer', 'governance.event_require_consumer(word)'),
	('event_sanction_steps', 'governance.event_sanction_steps(word, period, n > 1, NULL, false, false, now)'),
	('explain(bigint)', 'governance.explain(sanction)'),
	('explain(bigint,text,text,integer)', 'w.answer(q, ''(SELECT governance.explain(s.account_id, s.scheme, s.rung, s.opening) FROM governance.sanction s WHERE s.sanction_id = q.sanction)'')'),
	('explain_text(bigint)', 'governance.explain_text(sanction)'),
	('explain_text(bigint,text,text,integer)', 'w.answer(q, ''(SELECT governance.explain_text(s.account_id, s.scheme, s.rung, s.opening) FROM governance.sanction s WHERE s.sanction_id = q.sanction)'')'),
	('export_taxonomy', 'md5(governance.export_taxonomy(CASE WHEN n > 1 THEN ''kinds'' END))'),
	('fill_text', 'governance.fill_text(word || ''{a}'', object)'),
	('grade_scale', 'governance.grade_scale(governance.kind(qualification), governance.path(qualification), ''title'')'),
	('held_privilege', 'w.answer(q, ''(SELECT count(h) FROM governance.held_privilege() h)'')'),
	('help', 'w.answer(q, ''(SELECT count(h) FROM governance.help(CASE WHEN n > 1 THEN ''''ask'''' END) h)'')'),
	('help', 'w.answer(q, ''(SELECT count(h) FROM governance.help(''''nothing of that name'''') h)'')'),
	('html_text', 'governance.html_text(csv)'),
	('inherited_by', 'governance.inherited_by(account, sanction, now)'),
	('level_privilege', 'w.answer(q, ''(SELECT count(h) FROM governance.level_privilege() h)'')'),
	('library_version', 'governance.library_version()'),
	('limits_of', 'governance.limits_of(word)'),
	('linked_sanctions', 'governance.linked_sanctions(linked, now)'),
	('may_tell', 'governance.may_tell(''account'')'),
	('message(text)', 'governance.message(word)'),
	('message(text,"any")', 'governance.message(word || '' %s'', n)'),
	('next_change', 'governance.next_change(account, scheme)'),
	('next_rung', 'governance.next_rung(account, scheme, now)'),
	('event_due', 'governance.event_due(account, scheme, now)'),
	('notice(bigint,text)', 'governance.notice(sanction, tongue)'),
	('notice(bigint,text,text,integer,text)', 'w.answer(q, ''(SELECT governance.notice(s.account_id, s.scheme, s.rung, s.opening, q.tongue) FROM governance.sanction s WHERE s.sanction_id = q.sanction)'')'),
	('notice_of', 'w.answer(q, ''(SELECT governance.notice_of(to_jsonb(s), q.tongue) FROM governance.sanction s WHERE s.sanction_id = q.sanction)'')'),
	('object_level', 'w.answer(q, ''(SELECT count(h) FROM governance.object_level() h)'')'),
	('pack', 'md5(governance.pack(CASE WHEN n > 1 THEN ''douyin.health'' END)::text)'),
	('packs', 'w.answer(q, ''(SELECT count(h) FROM governance.packs() h)'')'),
	('page_bar', 'governance.page_bar(number, number)'),
	('page_clipped', 'governance.page_clipped(word, 2)'),
	('page_columns', 'governance.page_columns(instants, texts || texts, ''[]'', tongue)'),
	('page_date', 'governance.page_date(now, tongue, zone, n > 1)'),
	('page_dates', 'governance.page_dates(since, now, tongue, zone)'),
	('page_frame', 'md5(governance.page_frame(word, word, word, word, word, word, word, tongue))'),
	('page_name', 'governance.page_name(word)'),
	('page_number', 'governance.page_number(number)'),
	('page_percent', 'governance.page_percent(number)'),
	('page_style', 'md5(governance.page_style())'),
	('page_table', 'governance.page_table(word, texts, 1, 1, word)'),
	('page_ticks', 'governance.page_ticks(number)'),
	('page_word', 'governance.page_word(''rule'', tongue)'),
	('past_scores', 'w.answer(q, ''(SELECT count(h) FROM governance.past_scores(scheme, since, now) h)'')'),
	('permits', 'governance.permits(account, capability)'),
	('permits', 'governance.permits(linked, capability)'),
	('permits', 'governance.permits(account, capability, past)'),
	('policy_document', 'governance.policy_document(scheme, now)'),
	('qualification_grades', 'governance.qualification_grades(qualification)'),
	('qualification_name', 'governance.qualification_name(qualification, tongue)'),
	('qualified', 'governance.qualified(account, domain)'),
	('qualified', 'governance.qualified(held, domain, past)'),
	('qualified', 'governance.qualified(account, word)'),
	('qualified_for', 'governance.qualified_for(held, capability)'),
	('qualified_slowly', 'governance.qualified_slowly(''domain'', account, domain, now)'),
	('report_announcement', 'governance.report_announcement(period, scheme)'),
	('report_appeals', 'governance.report_appeals(period, ''scheme'', scheme)'),
	('report_bounds', 'governance.report_bounds(period)'),
	('report_campaigns', 'governance.report_campaigns(period, scheme)'),
	('report_content', 'governance.report_content(period, scheme)'),
	('report_in_force', 'governance.report_in_force(now, scheme)'),
	('report_language', 'governance.report_language(tongue)'),
	('report_missing', 'governance.report_missing(''scheme'', word, NULL, NULL, NULL, NULL)'),
	('report_moderators', 'governance.report_moderators(period, scheme)'),
	('report_near', 'w.answer(q, ''(SELECT count(h) FROM governance.report_near(scheme, number, 100) h)'')'),
	('report_period', 'governance.report_period(''month'', past, zone)'),
	('report_period_name', 'governance.report_period_name(period, tongue, zone)'),
	('report_recidivism', 'governance.report_recidivism(period, scheme)'),
	('report_scheme', 'governance.report_scheme(scheme)'),
	('report_scores', 'governance.report_scores(scheme, period, 4)'),
	('report_sources', 'governance.report_sources(period, scheme)'),
	('report_strictest', 'governance.report_strictest(since, now, scheme)'),
	('report_upcoming', 'w.answer(q, ''(SELECT count(h) FROM governance.report_upcoming(length * 10, now) h)'')'),
	('restrictions', 'governance.restrictions(account, now)'),
	('allowance', 'governance.allowance(account, capability)'),
	('switched_off', 'governance.switched_off(account)'),
	('verify_usage', 'w.answer(q, ''(SELECT count(h) FROM governance.verify_usage() h)'')'),
	('restrictions', 'governance.restrictions(account, past)'),
	('review_deadline', 'governance.review_deadline(past, length, zone, now)'),
	('review_terms', 'governance.review_terms(governance.kind(qualification), governance.path(qualification))'),
	('row_digest', 'governance.row_digest(object, texts)'),
	('score', 'governance.score(account, scheme)'),
	('score', 'governance.score(account, scheme, past)'),
	('sealed', 'governance.sealed()'),
	('search_rules', 'governance.search_rules(word)'),
	('shipped_taxonomy', 'md5(governance.shipped_taxonomy(''kinds'' || left(word, 0)))'),
	('simulate', 'w.answer(q, ''(SELECT count(h) FROM governance.simulate(document) h)'')'),
	('simulate_account', 'governance.simulate_account(document, account)'),
	('simulate_distribution', 'governance.simulate_distribution(document, number)'),
	('simulate_range', 'governance.simulate_range(document, NULL, account, account + 5, NULL, NULL)'),
	('simulate_summary', 'governance.simulate_summary(document)'),
	('statement_of_reasons', 'governance.statement_of_reasons(sanction)'),
	('statements_missing', 'w.answer(q, ''(SELECT count(h) FROM governance.statements_missing(since, now) h)'')'),
	('step_columns', 'w.answer(q, ''(SELECT count(h) FROM governance.step_columns(word) h)'')'),
	('sanction_opened', 'w.answer(q, ''(SELECT governance.sanction_opened(s.account_id, s.scheme, s.rung, s.opening) FROM governance.sanction s WHERE s.sanction_id = q.sanction)'')'),
	('sanctions_running', 'w.answer(q, ''(SELECT array_agg(h::text) FROM governance.sanctions_running(q.account, q.scheme) h)'')'),
	('standing_moves', 'w.answer(q, ''(SELECT count(*) FROM governance.standing s WHERE s.scheme = q.scheme AND governance.standing_moves(s.scheme, s.policy_id, s.as_of - interval ''''1 s'''', s.known_at, s.next_due, s.edition - 1))'')'),
	('standing_is_due', 'w.answer(q, ''(SELECT count(*) FROM governance.standing s WHERE s.scheme = q.scheme AND governance.standing_is_due(s.scheme, s.edition - 1, s.as_of, s.policy_id, s.next_due))'')'),
	('stored_nearness', 'w.answer(q, ''(SELECT count(governance.stored_nearness(s.account_id, s.scheme, s.state, s.policy_id, s.known_at, s.edition, seed)) FROM governance.standing s WHERE s.scheme = q.scheme)'')'),
	('stored_scores', 'w.answer(q, ''(SELECT count(governance.stored_scores(s.account_id, s.scheme, s.state, s.policy_id, s.known_at, s.edition, since, now)) FROM governance.standing s WHERE s.scheme = q.scheme)'')'),
	('taxonomy_part', 'governance.taxonomy_part(CASE WHEN n > 1 THEN ''kinds'' END)'),
	('tier', 'governance.tier(account, scheme)'),
	('tier', 'governance.tier(account)'),
	('timeline', 'governance.timeline(account, scheme)'),
	('title_in', 'governance.title_in(object, tongue, tongue)'),
	('transparency_figures', 'governance.transparency_figures(since, now, scheme, instants)'),
	('transparency_again', 'governance.transparency_again(''[]'', tongue)'),
	('transparency_appeals', 'governance.transparency_appeals(period, scheme, n, tongue)'),
	('transparency_found', 'governance.transparency_found(''[]'', ''[]'', tongue)'),
	('transparency_imposed', 'governance.transparency_imposed(''[]'', tongue)'),
	('transparency_in_force', 'governance.transparency_in_force(now, scheme, tongue)'),
	('transparency_trend', 'governance.transparency_trend(''[]'', instants, texts || texts, tongue, zone)'),
	('transparency_page', 'governance.transparency_page(period, tongue, word, scheme, zone)'),
	('unmet_grades', 'governance.unmet_grades(qualification, ''occupation:healthcare/physician[title=3]'')'),
	('verify_audit', 'w.answer(q, ''(SELECT count(h) FROM governance.verify_audit() h)'')'),
	('verify_certification', 'w.answer(q, ''(SELECT count(h) FROM governance.verify_certification() h)'')'),
	('verify_steps', 'w.answer(q, ''(SELECT count(h) FROM governance.verify_steps() h)'')'),
	('verify_range', 'w.answer(q, ''(SELECT count(h) FROM governance.verify_range(1, account, n > 100, NULL) h)'')'),
	('verify_seals', 'w.answer(q, ''(SELECT count(h) FROM governance.verify_seals() h)'')'),
	('why_not', 'governance.why_not(account, domain)'),
	('why_not_text', 'governance.why_not_text(account, domain)'),
	('withheld_text', 'governance.withheld_text(texts, document, tongue)'),
	('written_here', 'governance.written_here(xid)')) v (f, e);
UPDATE w.call c SET expression = format('w.answer(q, %L)', format('(SELECT array_agg(x::text) FROM (SELECT %s AS x) s)', c.expression))
	FROM pg_proc p WHERE p.oid = c.function::regprocedure AND p.proretset AND c.expression NOT LIKE 'w.answer%';

-- What each says alone and in a parallel query; what is wrong about that.
CREATE FUNCTION w.try(expression text, parallel "char", OUT wrong text) LANGUAGE plpgsql AS $$
DECLARE
	query text := format('SELECT array_agg(x ORDER BY x), max(pid), count(*) FROM (SELECT (%s)::text AS x, w.process(n) AS pid FROM w.q WHERE w.process(n) %s %s OFFSET 0) s',
		replace(expression, '%', '%%'), '%s', pg_backend_pid());
	alone text; beside text; pid integer; rows bigint; state text; message text; context text;
BEGIN
	SET LOCAL max_parallel_workers_per_gather = 0;
	BEGIN
		EXECUTE format(query, '=') INTO alone, pid, rows;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
		alone := concat_ws(' ', state, message);
	END;
	SET LOCAL max_parallel_workers_per_gather = 2;
	BEGIN
		EXECUTE format(query, '<>') INTO beside, pid, rows;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, context = PG_EXCEPTION_CONTEXT;
		beside := concat_ws(' ', state, message);
		rows := 1;
		pid := CASE WHEN context LIKE '%parallel worker%' THEN 0 ELSE pg_backend_pid() END;
	END;
	wrong := CASE WHEN alone IS DISTINCT FROM beside THEN concat('alone: ', left(alone, 200), '; beside: ', left(beside, 200))
		WHEN alone ~ '^(XX|42|25|0A)' AND alone !~ '^42(501|704)' THEN alone
		WHEN rows = 0 THEN 'no row'
		WHEN pid = pg_backend_pid() AND parallel = 's' THEN 'not in a worker' END;
END
$$;
CREATE FUNCTION w.try_all() RETURNS TABLE (function text, parallel "char", expression text, wrong text) LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL parallel_setup_cost = 0;
	SET LOCAL parallel_tuple_cost = 0;
	SET LOCAL min_parallel_table_scan_size = 0;
	SET LOCAL parallel_leader_participation = off;
	RETURN QUERY SELECT c.function, p.proparallel, c.expression, t.wrong
		FROM w.call c JOIN pg_proc p ON p.oid = c.function::regprocedure, LATERAL w.try(c.expression, p.proparallel) t ORDER BY c.function, c.expression;
END
$$;
GRANT SELECT ON w.call TO parallel_reader;
\set ECHO queries

-- Each of them is in the table, but for what only the server calls.
SELECT p.oid::regprocedure AS untried FROM pg_proc p
	WHERE p.pronamespace = 'governance'::regnamespace AND p.proparallel <> 'u'
		AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[])
		AND NOT EXISTS (SELECT FROM w.call c WHERE c.function::regprocedure = p.oid) ORDER BY 1;
-- A parallel query has no subtransactions, in the leader either.
SELECT p.oid::regprocedure AS catches FROM pg_proc p
	WHERE p.pronamespace = 'governance'::regnamespace AND p.proparallel <> 'u' AND p.prosrc ~* 'exception\s+when'
		AND p.prolang = (SELECT l.oid FROM pg_language l WHERE l.lanname = 'plpgsql');
CREATE TABLE w.tried AS SELECT * FROM w.try_all();
SELECT count(*) > 150 AS many, bool_or(parallel = 'r') AS restricted_too FROM w.tried;
SELECT * FROM w.tried WHERE wrong IS NOT NULL;
SET ROLE parallel_reader;
SELECT * FROM w.try_all() WHERE wrong IS NOT NULL;
RESET ROLE;
-- In a policy, of many rows.
CREATE TABLE w.post AS SELECT 1 + n % 40 AS author, n AS body FROM generate_series(1, 4000) n;
ALTER TABLE w.post SET (parallel_workers = 2);
ALTER TABLE w.post ENABLE ROW LEVEL SECURITY;
CREATE POLICY those ON w.post USING (governance.qualified(author, (SELECT domain FROM w.q)));
GRANT SELECT ON w.post TO parallel_reader;
SET ROLE parallel_reader;
SET parallel_setup_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT count(*) FROM w.post;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) FROM w.post;
RESET ROLE;
\set ECHO none
DROP SCHEMA w CASCADE;
SELECT governance.revoke_level('parallel_reader');
DROP OWNED BY parallel_reader;
DROP ROLE parallel_reader;
