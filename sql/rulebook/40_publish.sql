-- ---------------------------------------------------------------------------
-- rulebook: publishing.  A scheme's row is what publishers of the same scheme
-- wait for; changing it makes those with an older snapshot fail with a
-- serialization error rather than miss a version.
-- ---------------------------------------------------------------------------

-- Level: administrator
CREATE FUNCTION governance.change_instant(scheme text) RETURNS timestamptz
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_change_instant';
COMMENT ON FUNCTION governance.change_instant(text) IS
	'part of publish(), activate() and retire(): from when on the rules of a scheme may be others: now(), or later where something has been recorded since';

-- Without a range the first version is in force since ever and later ones from
-- now on: what was recorded before stays as it was judged. The version before it ends where the new one begins;
-- a version that would have to be cut out of the past, or from the middle of
-- another, is refused (GV102).
-- Level: administrator
CREATE FUNCTION governance.policy_place(scheme text, wanted tstzrange) RETURNS tstzrange
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $place$
#variable_conflict use_column
DECLARE
	placed	tstzrange := wanted;
	start	timestamptz := governance.change_instant(scheme);
	other	record;
BEGIN
	IF placed IS NOT NULL AND (isempty(placed) OR upper_inc(placed) OR NOT (lower_inc(placed) OR lower_inf(placed))) THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('a policy cannot be in force during %s', placed),
			DETAIL = governance.message('The range must include its start and exclude its end.'),
			HINT = governance.message('Write tstzrange(since, until).');
	END IF;

	IF placed IS NULL THEN
		SELECT max(lower(p.in_force)) AS latest, count(*) AS versions INTO other
			FROM governance.policy p
			WHERE p.scheme = policy_place.scheme AND p.status IN ('active', 'retired') AND NOT isempty(p.in_force)
				AND coalesce(lower(p.in_force), '-infinity') <= clock_timestamp();
		IF other.versions = 0 AND NOT EXISTS (
			SELECT FROM governance.policy p
				WHERE p.scheme = policy_place.scheme AND (p.status = 'trial' OR p.tried IS NOT NULL)) THEN
			-- The first one: since ever, so that history can be loaded.  After a
			-- trial from now on: nobody is punished for what happened in it.
			start := NULL;
		ELSIF other.latest > start THEN
			-- Somebody published while this transaction was under way.
			start := clock_timestamp();
		END IF;
		-- Until the next one that is already scheduled.
		SELECT min(lower(p.in_force)) AS next INTO other
			FROM governance.policy p
			WHERE p.scheme = policy_place.scheme AND p.status IN ('active', 'retired') AND NOT isempty(p.in_force)
				AND lower(p.in_force) > coalesce(start, '-infinity');
		placed := tstzrange(start, other.next);
		IF other.next IS NOT NULL THEN
			RAISE NOTICE USING MESSAGE = governance.message('the version is in force until %s, when the next one begins', other.next);
		END IF;
	END IF;

	FOR other IN
		SELECT p.policy_id, p.version, p.in_force,
			   coalesce(lower(p.in_force), '-infinity') AS begins,
			   coalesce(upper(p.in_force), 'infinity') AS ends,
			   coalesce(lower(placed), '-infinity') AS new_begins,
			   coalesce(upper(placed), 'infinity') AS new_ends
			FROM governance.policy p
			WHERE p.scheme = policy_place.scheme AND p.status IN ('active', 'retired') AND p.in_force && placed
			ORDER BY p.policy_id
	LOOP
		IF other.begins = other.new_begins AND other.begins >= now() AND other.ends <= other.new_ends THEN
			-- It would have begun at the same instant: now it never does.
			UPDATE governance.policy p SET status = 'retired', in_force = 'empty' WHERE p.policy_id = other.policy_id;
		ELSIF other.begins >= other.new_begins THEN
			RAISE EXCEPTION USING ERRCODE = 'GV102',
				MESSAGE = governance.message('version %s of "%s" already covers %s', other.version, scheme,
											 other.in_force * placed),
				DETAIL = governance.message('The new version would be in force during %s.', placed),
				HINT = CASE WHEN other.begins > now()
							THEN governance.message('Withdraw the scheduled version with governance.retire(%s) first, or let the new one end where it begins.', other.policy_id)
							ELSE governance.message('Let the new version begin now or later: what has been in force stays so.') END,
				SCHEMA = 'governance', TABLE = 'policy', COLUMN = 'in_force', CONSTRAINT = 'policy_in_force_excl';
		ELSIF other.new_begins < now() THEN
			RAISE EXCEPTION USING ERRCODE = 'GV102',
				MESSAGE = governance.message('version %s of "%s" was in force at %s', other.version, scheme, other.new_begins),
				DETAIL = governance.message('A new version cannot change what was in force in the past.'),
				HINT = governance.message('Let the new version begin now or later. To load history, publish the versions in order, each with its own in_force.'),
				SCHEMA = 'governance', TABLE = 'policy', COLUMN = 'in_force', CONSTRAINT = 'policy_in_force_excl';
		ELSIF other.ends > other.new_ends THEN
			RAISE EXCEPTION USING ERRCODE = 'GV102',
				MESSAGE = governance.message('the new version would end at %s, while version %s of "%s" goes on',
											 other.new_ends, other.version, scheme),
				HINT = governance.message('Publish the new version without an end, and then the old document again from %s on.', other.new_ends),
				SCHEMA = 'governance', TABLE = 'policy', COLUMN = 'in_force', CONSTRAINT = 'policy_in_force_excl';
		ELSE
			UPDATE governance.policy p SET in_force = tstzrange(lower(other.in_force), lower(placed))
				WHERE p.policy_id = other.policy_id;
		END IF;
	END LOOP;
	RETURN placed;
END
$place$;
COMMENT ON FUNCTION governance.policy_place(text, tstzrange) IS
	'part of publish() and activate(): finds when a new version is in force and ends the one before it there';

-- All that a search looks at is put together here, in every language of the
-- document.
-- Level: reader
CREATE FUNCTION governance.rules_of(summary jsonb)
	RETURNS TABLE (rule text, "position" integer, title text, titles jsonb, class text, severity text, min_points numeric,
				   max_points numeric, usual_points numeric, modifiers text[], direct text, tags text[], note text, source text,
				   ours boolean, statement jsonb, words text)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $rules$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		SELECT r.rule, r.position, r.title, r.titles, r.class, r.severity,
			   r.min_points, r.max_points, r.usual_points,
			   ARRAY(SELECT jsonb_array_elements_text(r.modifiers)), r.direct,
			   ARRAY(SELECT jsonb_array_elements_text(r.tags)),
			   r.note, r.source, r.ours, r.statement,
			   concat_ws(' ', r.rule, r.title,
						 (SELECT string_agg(t.value, ' ' ORDER BY t.key) FROM jsonb_each_text(r.titles) t WHERE t.value <> r.title),
						 r.class, r.severity,
						 (SELECT string_agg(t, ' ') FROM jsonb_array_elements_text(r.tags) t),
						 r.note,
						 (SELECT string_agg(t.value, ' ' ORDER BY t.key) FROM jsonb_each_text(r.notes) t WHERE t.value <> r.note),
						 r.direct,
						 (SELECT concat_ws(' ', d ->> 'title',
										   (SELECT string_agg(t.value, ' ' ORDER BY t.key) FROM jsonb_each_text(d -> 'titles') t
											WHERE t.value <> d ->> 'title'))
						  FROM jsonb_array_elements(summary -> 'rungs') d WHERE d ->> 'rung' = r.direct))
		FROM jsonb_to_recordset(summary -> 'rules') AS r(
			rule text, position integer, title text, titles jsonb, class text, severity text,
			min_points numeric, max_points numeric, usual_points numeric, modifiers jsonb,
			direct text, tags jsonb, note text, notes jsonb, source text, ours boolean,
			statement jsonb);
END
$rules$;
COMMENT ON FUNCTION governance.rules_of(jsonb) IS
	'part of publish() and verify(): what is stored of a document''s rules, from what check_policy() gives';

-- Level: reader
CREATE FUNCTION governance.rungs_of(summary jsonb)
	RETURNS TABLE (rung text, "position" integer, title text, titles jsonb, tier governance.sanction_tier, mode text,
				   condition text, withholds text[], length text, until text, note text, statement jsonb)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $rungs$
#variable_conflict use_column
BEGIN
	RETURN QUERY
		SELECT r.rung, r.position, r.title, r.titles, r.tier::governance.sanction_tier, r.mode, r.condition,
			   ARRAY(SELECT jsonb_array_elements_text(r.withholds)), r.length, r.until, r.note, r.statement
		FROM jsonb_to_recordset(summary -> 'rungs') AS r(
			rung text, position integer, title text, titles jsonb, tier text, mode text,
			condition text, withholds jsonb, length text, until text, note text, statement jsonb);
END
$rungs$;
COMMENT ON FUNCTION governance.rungs_of(jsonb) IS
	'part of publish() and verify(): what is stored of a document''s rungs, from what check_policy() gives';

CREATE FUNCTION governance.policy_derive_row() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $derive$
DECLARE
	summary	jsonb := governance.check_policy(NEW.document);
BEGIN
	IF NEW.kind <> 'scheme' THEN
		RETURN NULL;
	END IF;
	INSERT INTO governance.policy_rule (policy_id, rule, position, title, titles, class, severity,
										min_points, max_points, usual_points, modifiers, direct, tags,
										note, source, ours, statement, words)
		SELECT NEW.policy_id, r.* FROM governance.rules_of(summary) r;

	INSERT INTO governance.policy_rung (policy_id, rung, position, title, titles, tier, mode, condition,
										withholds, length, until, note, statement)
		SELECT NEW.policy_id, r.* FROM governance.rungs_of(summary) r;
	RETURN NULL;
END
$derive$;
COMMENT ON FUNCTION governance.policy_derive_row() IS
	'part of policy_derive(): writes the rules and rungs';

CREATE FUNCTION governance.policy_derive() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_policy_derive';
COMMENT ON FUNCTION governance.policy_derive() IS
	'row trigger on governance.policy: rules and rungs follow from the document, and are written by nobody else';

REVOKE ALL ON FUNCTION governance.policy_derive(), governance.policy_derive_row() FROM PUBLIC;

-- Names are added and never taken away: rows of the ledger may use them.
-- Level: administrator
CREATE FUNCTION governance.publish_names(summary jsonb) RETURNS void
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $names$
BEGIN
	-- The first document to give a title wins.
	INSERT INTO governance.capability (capability, title, titles)
		SELECT c.capability, c.title, c.titles
		FROM jsonb_to_recordset(summary -> 'capabilities') AS c(capability text, title text, titles jsonb)
		ORDER BY c.capability COLLATE "C"
		ON CONFLICT DO NOTHING;
	UPDATE governance.capability known SET title = c.title, titles = c.titles
		FROM jsonb_to_recordset(summary -> 'capabilities') AS c(capability text, title text, titles jsonb)
		WHERE known.capability = c.capability AND known.title IS NULL AND c.title IS NOT NULL;
	INSERT INTO governance.activity_kind (kind, title, titles)
		SELECT k.kind, k.title, k.titles
		FROM jsonb_to_recordset(summary -> 'activities') AS k(kind text, title text, titles jsonb)
		ORDER BY k.kind COLLATE "C"
		ON CONFLICT DO NOTHING;
	UPDATE governance.activity_kind known SET title = k.title, titles = k.titles
		FROM jsonb_to_recordset(summary -> 'activities') AS k(kind text, title text, titles jsonb)
		WHERE known.kind = k.kind AND known.title IS NULL AND k.title IS NOT NULL;
END
$names$;
COMMENT ON FUNCTION governance.publish_names(jsonb) IS
	'part of publish(): the capabilities and kinds of activities that a document names, with their titles';

-- In this order: the document is checked, the scheme's row is locked, the place
-- in time is found, the version is stored. Rules and rungs follow by a trigger
-- (policy_derive()), so nobody can store a version with others. The very
-- document that is in force is not published again.
-- Level: administrator
CREATE FUNCTION governance.publish(document jsonb, status text DEFAULT 'active', in_force tstzrange DEFAULT NULL,
								   note text DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $publish$
#variable_conflict use_column
DECLARE
	summary		jsonb;
	document_kind	text;
	noun		text;
	scheme_name	text;
	known		record;
	same		bigint;
	placed		tstzrange := in_force;
	number		integer;
	result		bigint;
BEGIN
	IF document IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV101', MESSAGE = governance.message('policy document: must not be null'),
			HINT = governance.message('Give one, for example governance.pack(''douyin.health'').');
	END IF;
	IF status IS NULL OR status NOT IN ('draft', 'trial', 'active') THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('a policy cannot be published as %s', coalesce(quote_literal(status), 'null')),
			DETAIL = governance.message('It can be published as ''draft'', ''trial'' or ''active''.');
	END IF;
	summary := governance.check_policy(document);
	document_kind := summary ->> 'kind';
	noun := CASE document_kind WHEN 'scheme' THEN governance.message('policy document') ELSE governance.message('entitlement document') END;
	scheme_name := summary ->> document_kind;

	IF to_regclass('governance.policy') IS NULL THEN
		PERFORM governance.report_missing('ledger');
	ELSIF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('governance.policy') AND attname = 'kind') THEN
		RAISE EXCEPTION USING ERRCODE = 'GV009',
			MESSAGE = governance.message('the governance ledger of this database is of an earlier version'),
			HINT = governance.message('Call governance.create_ledger() to bring it to this one.');
	END IF;

	INSERT INTO governance.scheme (scheme, title, titles, direction, kind)
		VALUES (scheme_name, summary ->> 'title', summary -> 'titles', summary ->> 'direction', document_kind)
		ON CONFLICT DO NOTHING;
	SELECT * INTO STRICT known FROM governance.scheme s WHERE s.scheme = scheme_name FOR UPDATE;
	IF known.kind <> document_kind THEN
		RAISE EXCEPTION USING ERRCODE = 'GV101',
			MESSAGE = governance.message('%s: %s: there is a document "%s" of the kind "%s" already', noun, document_kind, scheme_name, known.kind),
			HINT = governance.message('A name has one kind for ever. Give the document a name of its own.');
	END IF;
	IF known.direction <> summary ->> 'direction' THEN
		IF EXISTS (SELECT FROM governance.policy p WHERE p.scheme = scheme_name AND p.status <> 'draft') THEN
			RAISE EXCEPTION USING ERRCODE = 'GV101',
				MESSAGE = governance.message('policy document: score.direction: scheme "%s" has the direction "%s"', scheme_name, known.direction),
				HINT = governance.message('A scheme keeps its direction for ever. Give the new score a name of its own.');
		END IF;
	END IF;

	IF jsonb_typeof(document #> '{calendar,holidays}') = 'string'
		AND NOT EXISTS (SELECT FROM governance.holiday h WHERE h.calendar = document #>> '{calendar,holidays}') THEN
		RAISE EXCEPTION USING ERRCODE = 'GV101',
			MESSAGE = governance.message('%s: calendar.holidays: there is no calendar "%s"', noun, document #>> '{calendar,holidays}'),
			HINT = governance.message('Write its days into governance.holiday first, with governance.holiday().');
	END IF;

	IF status = 'active' AND in_force IS NULL THEN
		SELECT p.policy_id INTO same FROM governance.policy p
			WHERE p.scheme = scheme_name AND p.status = 'active' AND p.document = publish.document
				AND p.in_force @> now();
		IF FOUND THEN
			RAISE NOTICE USING MESSAGE = governance.message('this very document is in force already, as policy %s', same);
			RETURN same;
		END IF;
	END IF;

	IF status = 'active' THEN
		placed := governance.policy_place(scheme_name, in_force);
	ELSIF status = 'trial' AND in_force IS NULL THEN
		placed := tstzrange(now(), NULL);
	ELSIF in_force IS NOT NULL AND (isempty(in_force) OR upper_inc(in_force) OR NOT (lower_inc(in_force) OR lower_inf(in_force))) THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('a policy cannot be in force during %s', in_force),
			DETAIL = governance.message('The range must include its start and exclude its end.'),
			HINT = governance.message('Write tstzrange(since, until).');
	END IF;

	UPDATE governance.scheme s
		SET title = CASE WHEN publish.status = 'draft' AND s.last_version > 0 THEN s.title ELSE summary ->> 'title' END,
			titles = CASE WHEN publish.status = 'draft' AND s.last_version > 0 THEN s.titles ELSE summary -> 'titles' END,
			direction = summary ->> 'direction',
			last_version = s.last_version + 1
		WHERE s.scheme = scheme_name
		RETURNING s.last_version INTO number;
	INSERT INTO governance.policy (scheme, kind, version, status, in_force, document, published_at, published_by, note)
		VALUES (scheme_name, document_kind, number, publish.status, placed, publish.document,
				CASE WHEN publish.status <> 'draft' THEN clock_timestamp() END,
				CASE WHEN publish.status <> 'draft' THEN current_user END, publish.note)
		RETURNING policy_id INTO result;

	PERFORM governance.publish_names(summary);
	RETURN result;
END
$publish$;
COMMENT ON FUNCTION governance.publish(jsonb, text, tstzrange, text) IS
	'validates a document, a policy or an entitlement, stores it as a new version and, when active, puts it in force: the first version since ever, later ones, and the first one after a trial, from now on unless in_force says otherwise; gives its policy_id. Runs with the rights of its caller, who needs to write the rulebook''s tables';

-- As publish() with a document that is stored already; a trial keeps in "tried"
-- when it was computed without being enforced.
-- Level: administrator
CREATE FUNCTION governance.activate(policy_id bigint, in_force tstzrange DEFAULT NULL) RETURNS tstzrange
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $activate$
#variable_conflict use_column
DECLARE
	target	record;
	placed	tstzrange;
BEGIN
	PERFORM FROM governance.scheme s
		WHERE s.scheme = (SELECT p.scheme FROM governance.policy p WHERE p.policy_id = activate.policy_id)
		FOR UPDATE;
	SELECT p.* INTO target FROM governance.policy p WHERE p.policy_id = activate.policy_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('policy', policy_id::text);
	END IF;
	IF target.status NOT IN ('draft', 'trial') THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('policy %s of "%s" is %s already', target.policy_id, target.scheme, target.status),
			HINT = governance.message('Publish its document again for a new version.');
	END IF;
	IF EXISTS (SELECT FROM governance.scheme s
			   WHERE s.scheme = target.scheme
				   AND s.direction <> governance.check_stored_policy(target.document) ->> 'direction') THEN
		RAISE EXCEPTION USING ERRCODE = 'GV101',
			MESSAGE = governance.message('policy document: score.direction: scheme "%s" has another direction', target.scheme),
			HINT = governance.message('A scheme keeps its direction for ever. Give the new score a name of its own.');
	END IF;

	placed := governance.policy_place(target.scheme,
									  coalesce(activate.in_force, CASE WHEN target.status = 'draft' THEN target.in_force END));
	UPDATE governance.scheme s SET last_version = s.last_version WHERE s.scheme = target.scheme;
	UPDATE governance.policy p
		SET status = 'active', in_force = placed,
			tried = CASE WHEN target.status = 'trial' THEN target.in_force * tstzrange(NULL, now()) END,
			published_at = coalesce(p.published_at, clock_timestamp()),
			published_by = coalesce(p.published_by, current_user)
		WHERE p.policy_id = activate.policy_id;
	RETURN placed;
END
$activate$;
COMMENT ON FUNCTION governance.activate(bigint, tstzrange) IS
	'puts a draft or a trial version in force, as publish() would; gives from when until when';

-- A version that has not begun becomes one that never was, and the one before
-- it goes on. One in force ends now, or, where entries of this very moment
-- exist, just after them.
-- Level: administrator
CREATE FUNCTION governance.retire(policy_id bigint) RETURNS tstzrange
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $retire$
#variable_conflict use_column
DECLARE
	target	record;
	ended	tstzrange;
BEGIN
	PERFORM FROM governance.scheme s
		WHERE s.scheme = (SELECT p.scheme FROM governance.policy p WHERE p.policy_id = retire.policy_id)
		FOR UPDATE;
	SELECT p.* INTO target FROM governance.policy p WHERE p.policy_id = retire.policy_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('policy', policy_id::text);
	END IF;
	IF target.status = 'draft' THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('policy %s of "%s" is a draft', target.policy_id, target.scheme),
			HINT = governance.message('A draft can be deleted from governance.policy.');
	END IF;
	IF target.status = 'retired' OR (target.status = 'active' AND upper(target.in_force) <= now()) THEN
		RAISE EXCEPTION USING ERRCODE = 'GV102',
			MESSAGE = governance.message('policy %s of "%s" is no longer in force', target.policy_id, target.scheme),
			HINT = governance.message('The view governance.policies lists the versions and when they are in force.');
	END IF;
	UPDATE governance.scheme s SET last_version = s.last_version WHERE s.scheme = target.scheme;

	IF target.status = 'trial' THEN
		ended := 'empty';
		UPDATE governance.policy p
			SET status = 'retired', in_force = ended,
				tried = target.in_force * tstzrange(NULL, now())
			WHERE p.policy_id = retire.policy_id;
	ELSIF lower(target.in_force) >= now() THEN
		-- Not begun: the version before it goes on in its place.
		ended := 'empty';
		UPDATE governance.policy p SET status = 'retired', in_force = ended WHERE p.policy_id = retire.policy_id;
		UPDATE governance.policy p SET in_force = tstzrange(lower(p.in_force), upper(target.in_force))
			WHERE p.scheme = target.scheme AND p.status = 'active' AND upper(p.in_force) = lower(target.in_force);
	ELSE
		-- What has been recorded stays judged.
		ended := target.in_force * tstzrange(NULL, governance.change_instant(target.scheme));
		UPDATE governance.policy p SET status = 'retired', in_force = ended WHERE p.policy_id = retire.policy_id;
	END IF;
	RETURN ended;
END
$retire$;
COMMENT ON FUNCTION governance.retire(bigint) IS
	'ends a version now, with none in force after it; withdraws one that has not begun, so that the one before it goes on; gives during what it was in force';

-- Level: reader
CREATE FUNCTION governance.policy_document(scheme text, at timestamptz DEFAULT now()) RETURNS jsonb
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $document$
#variable_conflict use_column
DECLARE
	result	jsonb;
BEGIN
	SELECT p.document INTO result FROM governance.policy p
		WHERE p.scheme = policy_document.scheme AND p.status IN ('active', 'retired') AND p.in_force @> policy_document.at;
	IF FOUND THEN
		RETURN result;
	END IF;
	IF NOT EXISTS (SELECT FROM governance.scheme s WHERE s.scheme = policy_document.scheme) THEN
		PERFORM governance.report_missing('scheme', scheme);
	END IF;
	RAISE EXCEPTION USING ERRCODE = 'GV103',
		MESSAGE = governance.message('no version of "%s" was in force at %s', scheme, at),
		HINT = governance.message('See governance.policies for the versions and when they are in force.');
END
$document$;
COMMENT ON FUNCTION governance.policy_document(text, timestamptz) IS
	'the document of a scheme, or of an entitlement, in force at an instant, as it was published';


-- What a new version of the extension judges otherwise, it judges otherwise when
-- somebody comes to it.
-- Level: owner
CREATE FUNCTION governance.fold_anew(why text, scheme text DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $anew$
#variable_conflict use_column
DECLARE
	this	record;
	result	bigint := 0;
BEGIN
	FOR this IN
		SELECT s.scheme FROM governance.scheme s
			WHERE s.kind = 'scheme' AND (fold_anew.scheme IS NULL OR s.scheme = fold_anew.scheme) ORDER BY s.scheme FOR NO KEY UPDATE
	LOOP
		INSERT INTO governance.edition (scheme, edition, reaches, why)
			SELECT n.scheme, coalesce((SELECT max(e.edition) FROM governance.edition e WHERE e.scheme = n.scheme), 0) + 1, '-infinity', fold_anew.why
				FROM (SELECT this.scheme UNION ALL
					  SELECT concat(p.scheme, '@', p.policy_id) FROM governance.policy p WHERE p.scheme = this.scheme AND p.status = 'trial') AS n (scheme);
		result := result + 1;
	END LOOP;
	IF result = 0 AND scheme IS NOT NULL THEN
		PERFORM governance.report_missing('scheme', scheme);
	END IF;
	RETURN result;
END
$anew$;
COMMENT ON FUNCTION governance.fold_anew(text, text) IS
	'part of create_ledger(): every standing of a scheme, or of all, is folded anew when somebody comes to it, or by settle(); gives how many schemes these are';


-- A span is at most a year and a day, so that a slip in the year does not fill
-- the table.
-- Level: administrator
CREATE FUNCTION governance.holiday(calendar text, first_day date, last_day date DEFAULT NULL,
								   name text DEFAULT NULL, working boolean DEFAULT false)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $holiday$
#variable_conflict use_column
DECLARE
	final	date := coalesce(last_day, first_day);
	result	bigint;
BEGIN
	IF calendar IS NULL OR first_day IS NULL OR working IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = governance.message('a holiday needs a calendar and a day'),
			HINT = governance.message('Write governance.holiday(''CN'', ''2024-10-01'', ''2024-10-07'').');
	ELSIF NOT isfinite(first_day) OR NOT isfinite(final) OR final < first_day OR final > first_day + 366 THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('%s to %s are not days that follow each other', first_day, final),
			DETAIL = governance.message('The last day is not before the first one, and at most a year after it.'),
			HINT = governance.message('Write a longer time as several.');
	END IF;
	INSERT INTO governance.holiday AS h (calendar, day, working, name)
		SELECT holiday.calendar, first_day + n, holiday.working, holiday.name FROM generate_series(0, final - first_day) n
		ON CONFLICT ON CONSTRAINT holiday_pkey DO UPDATE SET working = excluded.working, name = excluded.name
			WHERE (h.working, h.name) IS DISTINCT FROM (excluded.working, excluded.name);
	GET DIAGNOSTICS result = ROW_COUNT;
	RETURN result;
END
$holiday$;
COMMENT ON FUNCTION governance.holiday(text, date, date, text, boolean) IS
	'writes holidays, or weekend days that are worked on, into a calendar; standings that go by it follow; gives how many days changed';
