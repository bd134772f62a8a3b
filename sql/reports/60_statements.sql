-- ---------------------------------------------------------------------------
-- reports: statements of reasons.  What a sanction decides, on which ground and
-- how it was found, in the form that the European database takes, and in words
-- for the account itself.
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.check_statement(statement jsonb, OUT field text, OUT problem text)
	RETURNS SETOF record
	LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 5
	AS 'MODULE_PATHNAME', 'governance_check_statement';
COMMENT ON FUNCTION governance.check_statement(jsonb) IS
	'what the European database would refuse in a statement of reasons, in the language of lc_messages; no rows: nothing';

-- A title in a language, or in one that is close to it, or as it comes.
CREATE FUNCTION governance.title_in(titles jsonb, title text, language text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN coalesce(titles ->> language,
					(SELECT t.value FROM jsonb_each_text(titles) t
					 WHERE starts_with(lower(t.key), lower(language) || '-') ORDER BY t.key LIMIT 1),
					title);
COMMENT ON FUNCTION governance.title_in(jsonb, text, text) IS
	'part of notice() and the pages: a title in a language, if it has one in that language';

-- As the sanction's own document calls it; the vocabulary has the words of the
-- first document that named it.
-- Level: reader
CREATE FUNCTION governance.withheld_text(withholds text[], document jsonb, language text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $withheld$
BEGIN
	RETURN (SELECT string_agg(coalesce(CASE jsonb_typeof(said.title)
										   WHEN 'string' THEN said.title #>> '{}'
										   WHEN 'object' THEN governance.title_in(said.title, NULL, language) END,
									   governance.title_in(c.titles, c.title, language), w.name),
							  CASE WHEN language = 'zh' THEN '、' ELSE ', ' END ORDER BY w.position)
			FROM unnest(withholds) WITH ORDINALITY AS w(name, position)
				CROSS JOIN LATERAL (SELECT document -> 'capabilities' -> w.name AS title) said
				LEFT JOIN governance.capability c ON c.capability = w.name);
END
$withheld$;
COMMENT ON FUNCTION governance.withheld_text(text[], jsonb, text) IS
	'part of notice() and statement_of_reasons(): what is withheld, in words';

-- Each fact is put in once, so that nothing that a fact says is taken for a
-- place where another belongs.
CREATE FUNCTION governance.fill_text(template text, facts jsonb) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN (SELECT string_agg(CASE
								  WHEN m.part[1] = '{{' THEN '{'
								  WHEN m.part[1] = '}}' THEN '}'
								  WHEN starts_with(m.part[1], '{') THEN
									  left(coalesce(facts ->> substr(m.part[1], 2, length(m.part[1]) - 2), ''), 200)
								  ELSE m.part[1]
							  END, '' ORDER BY m.position)
			FROM regexp_matches(template, '\{\{|\}\}|\{[^{}]*\}|[^{}]+|[{}]', 'g') WITH ORDINALITY AS m(part, position));
COMMENT ON FUNCTION governance.fill_text(text, jsonb) IS
	'part of statement_of_reasons(): a text with the facts that it names in braces, each at most 200 characters long';

-- In three parts: what stands in the way of a statement at all, the facts that
-- texts may name in braces, and the fields one after the other, as the mapping
-- ("dsa") of the policy document says. The result is checked as the database of
-- the Commission checks it (check_statement()); problems are collected and not
-- raised, because reports list them.
-- Level: reader
CREATE FUNCTION governance.draft_statement_of(sanction jsonb, language text,
	OUT account_id bigint, OUT puid text, OUT starts timestamptz, OUT statement jsonb, OUT problems text[], OUT needed boolean,
	OUT said jsonb)
	RETURNS record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $draft$
#variable_conflict use_column
DECLARE
	this		governance.sanction := jsonb_populate_record(NULL::governance.sanction, sanction);
	cause		governance.violation;
	version		record;
	rule		record;
	mapping		jsonb;
	decisions	jsonb;
	kind		text;
	unknown		text;
	source		text;
	zone		text;
	facts		jsonb;
	ends		date;
	field		text;
	value		jsonb;
BEGIN
	draft_statement_of.account_id := this.account_id;
	draft_statement_of.starts := lower(this.during);
	needed := true;
	SELECT * INTO cause FROM governance.violation v
		WHERE v.account_id = this.account_id AND v.violation_id = this.violation_id;
	SELECT p.version, p.document, coalesce(governance.title_in(s.titles, s.title, language), s.scheme) AS scheme_title,
		   coalesce(governance.title_in(r.titles, r.title, language), this.rung) AS title, r.withholds, r.statement
		INTO version
		FROM governance.policy p
			JOIN governance.scheme s ON s.scheme = p.scheme
			LEFT JOIN governance.policy_rung r ON r.policy_id = p.policy_id AND r.rung = this.rung
		WHERE p.policy_id = this.policy_id;
	decisions := version.statement;
	SELECT governance.title_in(r.titles, r.title, language) AS title, r.class, r.severity, r.statement, true AS known
		INTO rule
		FROM governance.policy_rule r WHERE r.policy_id = this.policy_id AND r.rule = cause.rule;
	IF this.violation_id IS NULL THEN
		mapping := governance.check_stored_policy(version.document) -> 'statement';
	ELSE
		mapping := rule.statement;
	END IF;

	-- What stands in the way before anything is put together.
	IF isempty(this.during) THEN
		problems := ARRAY[governance.message('the sanction never was in force')];
		needed := false;
	ELSIF NOT this.enforced THEN
		problems := ARRAY[governance.message('the sanction is computed and not enforced')];
		needed := false;
	ELSIF NOT version.document ? 'dsa' THEN
		problems := ARRAY[governance.message('version %s of scheme "%s" has no "dsa"', version.version, this.scheme)];
		needed := cardinality(this.withholds) > 0;
	ELSIF this.violation_id IS NOT NULL AND rule.known IS NULL THEN
		problems := ARRAY[governance.message('version %s of scheme "%s" has no rule "%s"', version.version, this.scheme, cause.rule)];
	ELSIF mapping IS NULL THEN
		problems := ARRAY[CASE WHEN this.violation_id IS NULL
							   THEN governance.message('version %s of scheme "%s" says that sanctions without a violation need no statement', version.version, this.scheme)
							   ELSE governance.message('rule "%s" says that it needs no statement', cause.rule) END];
		needed := false;
	ELSIF decisions IS NULL THEN
		problems := ARRAY[CASE WHEN cardinality(version.withholds) > 0
							   THEN governance.message('rung "%s" says that it needs no statement', this.rung)
							   ELSE governance.message('rung "%s" withholds nothing', this.rung) END];
		needed := false;
	END IF;
	IF problems IS NOT NULL THEN
		RETURN;
	END IF;

	zone := coalesce(version.document ->> 'time_zone', 'UTC');
	source := coalesce(cause.source, 'system');
	SELECT a.kind INTO kind FROM governance.account a WHERE a.account_id = this.account_id;
	facts := jsonb_build_object(
		'rule', cause.rule,
		'title', rule.title, 'class', rule.class, 'severity', rule.severity,
		'scheme', this.scheme, 'scheme_title', version.scheme_title, 'version', version.version,
		'source', source, 'campaign', cause.campaign, 'content', cause.content_ref, 'incident', cause.incident,
		'occurred', to_char(coalesce(cause.occurred_at, lower(this.during)) AT TIME ZONE zone, 'YYYY-MM-DD'),
		'decided', to_char(coalesce(cause.decided_at, lower(this.during)) AT TIME ZONE zone, 'YYYY-MM-DD'),
		'rung', this.rung, 'rung_title', version.title, 'tier', this.tier,
		'withheld', governance.withheld_text(this.withholds, version.document, language),
		'starts', to_char(lower(this.during) AT TIME ZONE zone, 'YYYY-MM-DD'),
		'ends', coalesce(to_char(upper(this.during) AT TIME ZONE zone, 'YYYY-MM-DD'), 'indefinite'));
	-- The price is found by folding the account's history anew: only when asked for.
	IF mapping::text LIKE '%{points}%' THEN
		facts := facts || jsonb_build_object('points', CASE WHEN this.sanction_id IS NULL
			THEN governance.explain(this.account_id, this.scheme, this.rung, this.opening)
			ELSE governance.explain(this.sanction_id) END #> '{violation,charged}');
	END IF;

	statement := decisions;
	FOR field, value IN SELECT m.key, m.value FROM jsonb_each(mapping) m WHERE m.key NOT IN ('puid_prefix', 'appeal') LOOP
		IF jsonb_typeof(value) = 'object' THEN
			value := CASE
				WHEN field = 'account_type' THEN coalesce(value -> kind, value -> 'otherwise')
				WHEN field IN ('source_type', 'source_identity', 'automated_detection', 'automated_decision')
					THEN coalesce(value -> source, value -> 'otherwise')
				-- A number that the content is known by; what is none is not filed.
				WHEN field = 'content_id' THEN (
					SELECT jsonb_object_agg(n.name, n.number)
					FROM (SELECT t.key, btrim(governance.fill_text(t.value, facts)) FROM jsonb_each_text(value) t) AS n(name, number)
					WHERE n.number ~ '^[0-9]{13}$')
				ELSE to_jsonb(governance.title_in(value,
							coalesce(value ->> 'en', (SELECT t.value FROM jsonb_each_text(value) t LIMIT 1)), language)) END;
		END IF;
		IF field IN ('decision_facts', 'illegal_content_explanation', 'incompatible_content_explanation') THEN
			-- Without a violation these would be holes in what is said.
			unknown := CASE WHEN this.violation_id IS NULL THEN
				substring(value #>> '{}' FROM '\{(rule|title|class|severity|campaign|content|incident|points)\}') END;
			IF unknown IS NOT NULL THEN
				problems := problems || format('%s: %s', field, governance.message('"{%s}" is a fact of a violation', unknown));
				value := NULL;
			END IF;
			value := to_jsonb(btrim(governance.fill_text(value #>> '{}', facts)));
		END IF;
		IF value IS NOT NULL THEN
			statement := statement || jsonb_build_object(field, value);
		END IF;
	END LOOP;
	IF statement ->> 'source_type' = 'SOURCE_VOLUNTARY' THEN
		statement := statement - 'source_identity';
	END IF;

	puid := coalesce(mapping ->> 'puid_prefix', replace(this.scheme, '.', '_')) || '-' || this.sanction_id;
	statement := statement || jsonb_build_object(
		'puid', puid,
		'content_date', to_char(coalesce(cause.occurred_at, lower(this.during)) AT TIME ZONE zone, 'YYYY-MM-DD'));
	IF isfinite(lower(this.during)) THEN
		statement := statement || jsonb_build_object(
			'application_date', to_char(lower(this.during) AT TIME ZONE zone, 'YYYY-MM-DD'));
	END IF;
	IF isfinite(upper(this.during)) THEN
		ends := (upper(this.during) AT TIME ZONE zone)::date;
		statement := statement || (
			SELECT coalesce(jsonb_object_agg(e.field, to_char(ends, 'YYYY-MM-DD')), '{}')
			FROM (VALUES ('decision_visibility', 'end_date_visibility_restriction'),
						 ('decision_monetary', 'end_date_monetary_restriction'),
						 ('decision_provision', 'end_date_service_restriction'),
						 ('decision_account', 'end_date_account_restriction')) AS e(decision, field)
			WHERE statement ? e.decision);
	END IF;

	problems := coalesce(problems, '{}')
		|| ARRAY(SELECT concat_ws(': ', c.field, c.problem) FROM governance.check_statement(statement) c
				 WHERE NOT EXISTS (SELECT FROM unnest(problems) p WHERE starts_with(p, c.field || ': ')));
	said := statement;
	IF cardinality(problems) > 0 THEN
		statement := NULL;
	END IF;
END
$draft$;
COMMENT ON FUNCTION governance.draft_statement_of(jsonb, text) IS
	'part of draft_statement() and notice(): puts a statement together, given the columns of the sanction';

-- Level: reader
CREATE FUNCTION governance.draft_statement(sanction_id bigint, language text DEFAULT 'en',
	OUT account_id bigint, OUT puid text, OUT starts timestamptz, OUT statement jsonb, OUT problems text[], OUT needed boolean,
	OUT said jsonb)
	RETURNS record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $draft$
#variable_conflict use_column
DECLARE
	this	jsonb;
BEGIN
	SELECT to_jsonb(s) INTO this FROM governance.sanction s WHERE s.sanction_id = draft_statement.sanction_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('sanction', draft_statement.sanction_id::text);
	END IF;
	SELECT d.account_id, d.puid, d.starts, d.statement, d.problems, d.needed, d.said
		INTO draft_statement.account_id, draft_statement.puid, draft_statement.starts, draft_statement.statement,
			 draft_statement.problems, draft_statement.needed, draft_statement.said
		FROM governance.draft_statement_of(this, language) d;
END
$draft$;
COMMENT ON FUNCTION governance.draft_statement(bigint, text) IS
	'part of statement_of_reasons() and statements_of_reasons(): puts a statement together; null with the problems when it could not be filed; needed: the policy wants one; said: what it would say, all the same';

-- Asking for one statement hands nothing out; statements_of_reasons() does.
-- Level: reader
CREATE FUNCTION governance.statement_of_reasons(sanction_id bigint) RETURNS jsonb
	LANGUAGE plpgsql STABLE STRICT PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $statement$
#variable_conflict use_column
DECLARE
	draft	record;
	sent	jsonb;
BEGIN
	-- What has been handed out is not amended.
	SELECT t.statement INTO sent FROM governance.statement t WHERE t.sanction_id = statement_of_reasons.sanction_id;
	IF FOUND THEN
		RETURN sent;
	END IF;
	SELECT * INTO draft FROM governance.draft_statement(statement_of_reasons.sanction_id);
	IF draft.statement IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV501',
			MESSAGE = governance.message('no statement of reasons can be made of sanction %s', statement_of_reasons.sanction_id),
			DETAIL = array_to_string(draft.problems, E'\n'),
			HINT = CASE WHEN draft.needed
						THEN governance.message('Publish a version of the policy whose "dsa" says what is missing; doc/statements.md has a complete example.')
						ELSE governance.message('None has to be filed for it.') END,
			SCHEMA = 'governance', TABLE = 'sanction';
	END IF;
	RETURN draft.statement;
END
$statement$;
COMMENT ON FUNCTION governance.statement_of_reasons(bigint) IS
	'the statement of reasons for a sanction as the European database takes it, from the mapping in the policy document; as it was handed out, once statements_of_reasons() has done so';

-- Handing out writes the statement down, and from then on it is what was
-- written: filing it twice would file two. Batches of 100 are what the European
-- database takes in one call.
-- Level: administrator
CREATE FUNCTION governance.statements_of_reasons(since timestamptz DEFAULT date_trunc('day', now()) - interval '1 day',
	until timestamptz DEFAULT NULL,
	OUT batch integer, OUT sanction_id bigint, OUT puid text, OUT statement jsonb)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1000
	SET search_path = pg_catalog, pg_temp
AS $statements$
#variable_conflict use_column
BEGIN
	until := coalesce(until, since + interval '1 day');
	INSERT INTO governance.statement (account_id, sanction_id, puid, starts, statement)
		SELECT d.account_id, s.sanction_id, d.puid, d.starts, d.statement
		FROM (
			SELECT s.sanction_id FROM governance.sanction s
			WHERE s.enforced AND lower(s.during) >= statements_of_reasons.since AND lower(s.during) < until
				-- What is yet to start may still come to nothing.
				AND lower(s.during) <= now()
				AND NOT EXISTS (SELECT FROM governance.statement t
								WHERE t.account_id = s.account_id AND t.sanction_id = s.sanction_id)
			OFFSET 0	-- first which, then what: putting one together is what costs
		) s, LATERAL governance.draft_statement(s.sanction_id) d
		WHERE d.statement IS NOT NULL
		ORDER BY s.sanction_id
		ON CONFLICT DO NOTHING;
	RETURN QUERY
		SELECT ((row_number() OVER (ORDER BY t.sanction_id) - 1) / 100 + 1)::integer, t.sanction_id, t.puid, t.statement
		FROM governance.statement t
		WHERE t.filed_at IS NULL AND t.starts >= statements_of_reasons.since AND t.starts < until
		ORDER BY t.sanction_id;
END
$statements$;
COMMENT ON FUNCTION governance.statements_of_reasons(timestamptz, timestamptz) IS
	'the statements of the sanctions that started on a day, or between two instants, and have not been filed yet, in batches of at most 100; what is handed out is kept as it is, and comes again until file_statements() says that it was filed';

-- The other half of statements_of_reasons(), over the same sanctions.
-- Level: reader
CREATE FUNCTION governance.statements_missing(since timestamptz DEFAULT date_trunc('day', now()) - interval '1 day',
	until timestamptz DEFAULT NULL,
	OUT sanction_id bigint, OUT account_id bigint, OUT scheme text, OUT rung text, OUT starts timestamptz, OUT problems text[])
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $missing$
#variable_conflict use_column
BEGIN
	until := coalesce(until, since + interval '1 day');
	RETURN QUERY
		SELECT s.sanction_id, s.account_id, s.scheme, s.rung, d.starts, d.problems
		FROM (
			SELECT s.sanction_id, s.account_id, s.scheme, s.rung FROM governance.sanction s
			WHERE s.enforced AND lower(s.during) >= statements_missing.since AND lower(s.during) < until
				AND lower(s.during) <= now()
				AND NOT EXISTS (SELECT FROM governance.statement t
								WHERE t.account_id = s.account_id AND t.sanction_id = s.sanction_id)
			OFFSET 0
		) s, LATERAL governance.draft_statement(s.sanction_id) d
		WHERE d.statement IS NULL AND d.needed
		ORDER BY s.sanction_id;
END
$missing$;
COMMENT ON FUNCTION governance.statements_missing(timestamptz, timestamptz) IS
	'the sanctions of a day, or between two instants, of which no statement can be made though one is needed, and why';

-- A name that was never handed out is an error (GV502), so that a slip in a
-- list does not pass for success. What is filed already keeps its time.
-- Level: administrator
CREATE FUNCTION governance.file_statements(puids text[], filed_at timestamptz DEFAULT now()) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $file$
#variable_conflict use_column
DECLARE
	unknown	text;
	result	bigint;
BEGIN
	SELECT p INTO unknown FROM unnest(puids) p
		WHERE NOT EXISTS (SELECT FROM governance.statement t WHERE t.puid = p) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'GV502',
			MESSAGE = governance.message('no statement "%s" has been handed out', coalesce(unknown, 'null')),
			HINT = governance.message('governance.statements_of_reasons() hands them out.'),
			SCHEMA = 'governance', TABLE = 'statement', COLUMN = 'puid';
	END IF;
	UPDATE governance.statement t SET filed_at = coalesce(file_statements.filed_at, now())
		WHERE t.puid = ANY (puids) AND t.filed_at IS NULL;
	GET DIAGNOSTICS result = ROW_COUNT;
	RETURN result;
END
$file$;
COMMENT ON FUNCTION governance.file_statements(text[], timestamptz) IS
	'records that statements have been filed, so that they are not handed out again; gives how many had not been yet';

-- Only filed_at may change, once.
CREATE FUNCTION governance.statement_guard() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $guard$
DECLARE
	problems	text;
BEGIN
	IF TG_OP = 'INSERT' THEN
		SELECT string_agg(concat_ws(': ', c.field, c.problem), E'\n') INTO problems
			FROM governance.check_statement(NEW.statement) c;
		IF problems IS NOT NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'GV501',
				MESSAGE = governance.message('the statement of sanction %s could not be filed', NEW.sanction_id),
				DETAIL = problems, SCHEMA = 'governance', TABLE = 'statement', COLUMN = 'statement',
				HINT = governance.message('governance.check_statement() says what is wrong; statements come from governance.statements_of_reasons().');
		ELSIF NEW.puid IS DISTINCT FROM NEW.statement ->> 'puid'
			OR right(NEW.puid, length(NEW.sanction_id::text) + 1) <> '-' || NEW.sanction_id THEN
			-- It ends in the sanction's id: so no two have the same.
			RAISE EXCEPTION USING ERRCODE = 'GV501',
				MESSAGE = governance.message('the statement of sanction %s has another puid', NEW.sanction_id),
				SCHEMA = 'governance', TABLE = 'statement', COLUMN = 'puid',
				HINT = governance.message('Let governance.statements_of_reasons() write statements.');
		END IF;
	ELSIF OLD.filed_at IS NOT NULL
		OR (OLD.account_id, OLD.sanction_id, OLD.puid, OLD.starts, OLD.statement, OLD.exported_at)
			IS DISTINCT FROM (NEW.account_id, NEW.sanction_id, NEW.puid, NEW.starts, NEW.statement, NEW.exported_at) THEN
		RAISE EXCEPTION USING ERRCODE = 'GV203',
			MESSAGE = governance.message('a statement of reasons that has been handed out stays as it is'),
			HINT = governance.message('governance.file_statements() records that it was filed.'),
			SCHEMA = 'governance', TABLE = 'statement';
	END IF;
	RETURN NEW;
END
$guard$;
COMMENT ON FUNCTION governance.statement_guard() IS
	'row trigger on governance.statement: nothing that could not be filed goes in, and what is in is not amended';
