-- ---------------------------------------------------------------------------
-- certification: who is qualified for what, and why not
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.qualified_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'governance_qualified_support'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualified_support(internal) IS
	'part of qualified(): tells the planner how many rows to expect';

-- Level: reader
CREATE FUNCTION governance.qualified(account_id bigint, domain text, at timestamptz DEFAULT now()) RETURNS boolean
	AS 'MODULE_PATHNAME', 'governance_qualified'
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10 SUPPORT governance.qualified_support;
COMMENT ON FUNCTION governance.qualified(bigint, text, timestamptz) IS
	'does the account meet a requirement of the domain at the instant, or is the domain not gated then?';

-- Level: reader
CREATE FUNCTION governance.qualified_for(account_id bigint, capability text, at timestamptz DEFAULT now()) RETURNS boolean
	AS 'MODULE_PATHNAME', 'governance_qualified_for'
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION governance.qualified_for(bigint, text, timestamptz) IS
	'does the account meet a requirement of the capability at the instant, or is nothing required for it then?';

-- Level: reader
CREATE FUNCTION governance.certification_is_withheld(account_id bigint, at timestamptz) RETURNS boolean
	AS 'MODULE_PATHNAME', 'governance_certification_is_withheld'
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION governance.certification_is_withheld(bigint, timestamptz) IS
	'part of qualified() and qualified_for(): does a sanction withhold the capability certification then, so that no certification counts?';

-- qualified() looks into the index of the stored periods itself, and calls this
-- where it finds no period: the account, the domain or the capability may be
-- unknown, which is an error, or nothing may be demanded at that instant.
-- Level: reader
CREATE FUNCTION governance.qualified_slowly(what text, account_id bigint, name text, at timestamptz) RETURNS boolean
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $slowly$
DECLARE
	gate	record;
BEGIN
	IF what = 'domain' THEN
		PERFORM FROM governance.qualified_domain q
			WHERE q.account_id = qualified_slowly.account_id AND q.domain = qualified_slowly.name AND q.since <= at AND (q.until > at OR q.until = 'infinity');
	ELSE
		PERFORM FROM governance.qualified_capability q
			WHERE q.account_id = qualified_slowly.account_id AND q.capability = qualified_slowly.name AND q.since <= at AND (q.until > at OR q.until = 'infinity');
	END IF;
	IF FOUND AND NOT governance.certification_is_withheld(account_id, at) THEN
		RETURN true;
	END IF;

	PERFORM FROM governance.account a WHERE a.account_id = qualified_slowly.account_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('account', account_id::text);
	END IF;

	IF what = 'domain' THEN
		SELECT d.gated_from, d.gated_until INTO gate FROM governance.domain d WHERE d.domain = qualified_slowly.name;
		IF NOT FOUND THEN
			PERFORM governance.report_missing('domain', name);
		END IF;
		RETURN at < gate.gated_from OR at >= gate.gated_until AND gate.gated_until < 'infinity';
	END IF;

	PERFORM FROM governance.capability c WHERE c.capability = qualified_slowly.name;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('capability', name);
	END IF;
	PERFORM FROM governance.requirement r WHERE r.capability = qualified_slowly.name AND r.during @> at;
	RETURN NOT FOUND;
END
$slowly$;
COMMENT ON FUNCTION governance.qualified_slowly(text, bigint, text, timestamptz) IS
	'part of qualified() and qualified_for(): the same by plain queries, for what a look into the index does not answer';

-- Level: administrator
CREATE FUNCTION governance.require_qualification() RETURNS trigger
	AS 'MODULE_PATHNAME', 'governance_require_qualification'
	LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION governance.require_qualification() IS
	'row trigger for an application''s own table: (account column, domain column [, reject | record, scheme, rule [, mark column [, content column]]]); acts as the owner of the ledger, so grant EXECUTE only to who may put it on a table';
REVOKE ALL ON FUNCTION governance.require_qualification() FROM PUBLIC;

-- ---------------------------------------------------------------------------
-- why not
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.unmet_grades(held governance.qualification, required governance.qualification) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $unmet$
DECLARE
	answer	text;
BEGIN
	SELECT string_agg(format('%s is %s, at least %s is required', COALESCE(sc.name, r.attribute),
							 COALESCE(hn.name, governance.grade(held, r.attribute)::text, 'not stated'),
							 COALESCE(rn.name, r.grade::text)), '; ' ORDER BY r.attribute)
		INTO answer
		FROM governance.qualification_grades(required) r
			LEFT JOIN governance.qualification_scale sc
				ON sc.scale = governance.grade_scale(governance.kind(required), governance.path(required), r.attribute)
			LEFT JOIN governance.qualification_grade rn ON rn.scale = sc.scale AND rn.grade = r.grade
			LEFT JOIN governance.qualification_grade hn
				ON hn.scale = governance.grade_scale(governance.kind(held), governance.path(held), r.attribute)
					AND hn.grade = governance.grade(held, r.attribute)
		WHERE COALESCE(governance.grade(held, r.attribute), -1) < r.grade;
	RETURN answer;
END
$unmet$;
COMMENT ON FUNCTION governance.unmet_grades(governance.qualification, governance.qualification) IS
	'the grades that fall short of what is required, in words';

-- For each requirement that is in force then, the nearest certification of the
-- account is looked for: by its place in the taxonomy first, and then by how it
-- stands. The reason and the remedy are about that one.
-- Level: reader
CREATE FUNCTION governance.why_not(account_id bigint, domain text, at timestamptz DEFAULT now())
	RETURNS TABLE (requirement_id bigint, required governance.qualification, requirement text,
				   certification_id bigint, held governance.qualification, status text, reason text, remedy text)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 5
	SET search_path = pg_catalog, pg_temp
AS $why$
DECLARE
	need	record;
	near	record;
	n		int := 0;
BEGIN
	-- Also refuses what is unknown.
	IF governance.qualified_slowly('domain', account_id, domain, at) THEN
		RETURN;
	END IF;

	FOR need IN
		SELECT r.requirement_id, r.qualification, r.kind, r.path, governance.qualification_name(r.qualification) AS words
			FROM governance.requirement r
			WHERE r.domain = why_not.domain AND r.during @> at
			ORDER BY r.requirement_id
	LOOP
		n := n + 1;
		requirement_id := need.requirement_id;
		required := need.qualification;
		requirement := need.words;

		-- The nearest one held: by place in the taxonomy, then by how it stands.
		SELECT c.certification_id, c.qualification, c.path, c.granted_at, c.review_due, c.ended_at, s.now_status,
				governance.qualification_name(c.qualification) AS words,
				c.qualification OPERATOR(pg_catalog.@>) need.qualification AS enough,
				c.path = need.path OR starts_with(c.path, need.path || '/') AS placed,
				(SELECT l.reason FROM governance.certification_step l
				 WHERE l.account_id = c.account_id AND l.certification_id = c.certification_id AND l.at <= why_not.at
				 ORDER BY l.step DESC LIMIT 1) AS last_reason,
				(SELECT l.at FROM governance.certification_step l
				 WHERE l.account_id = c.account_id AND l.certification_id = c.certification_id AND l.at <= why_not.at
				 ORDER BY l.step DESC LIMIT 1) AS last_at
			INTO near
			FROM governance.certification c
				CROSS JOIN LATERAL (SELECT governance.certification_status(c.account_id, c.certification_id, why_not.at) AS now_status) s
			WHERE c.account_id = why_not.account_id AND c.kind = need.kind AND s.now_status IS NOT NULL
			ORDER BY c.qualification OPERATOR(pg_catalog.@>) need.qualification DESC,
				c.path = need.path OR starts_with(c.path, need.path || '/') DESC,
				split_part(c.path, '/', 1) = split_part(need.path, '/', 1) DESC,
				array_position(ARRAY['granted', 'suspended', 'examining', 'applied', 'lapsed', 'cancelled', 'refused'], s.now_status),
				c.certification_id DESC
			LIMIT 1;

		IF NOT FOUND THEN
			certification_id := NULL;
			held := NULL;
			status := NULL;
			reason := format('holds no certification of the kind "%s"', need.kind);
			remedy := format('apply for a certification as %s', need.words);
		ELSE
			certification_id := near.certification_id;
			held := near.qualification;
			status := near.now_status;
			IF NOT near.placed THEN
				reason := format('holds %s, which is something else', near.words);
				remedy := format('apply for a certification as %s', need.words);
			ELSIF NOT near.enough THEN
				reason := governance.unmet_grades(near.qualification, need.qualification);
				remedy := 'apply anew when the grades are reached';
			ELSE
				reason := CASE status
					WHEN 'applied' THEN format('the application of %s has not been examined', near.last_at)
					WHEN 'examining' THEN format('the application is under examination since %s', near.last_at)
					WHEN 'refused' THEN format('the application was refused at %s', near.last_at)
					WHEN 'suspended' THEN format('the certification is suspended since %s', near.last_at)
					WHEN 'lapsed' THEN format('the certification lapsed at %s, as its review was missed', near.review_due)
					WHEN 'cancelled' THEN format('the certification was cancelled at %s', near.last_at)
					ELSE COALESCE((SELECT format('a sanction withholds certifications until %s', max(r.until)) FROM governance.restrictions(why_not.account_id, why_not.at) r
								   WHERE r.capability = 'certification'
								   HAVING count(*) > 0),
								  'the certification does not count at that time') END
					|| CASE WHEN status IN ('refused', 'suspended', 'cancelled') THEN COALESCE(': ' || near.last_reason, '') ELSE '' END;
				remedy := CASE status
					WHEN 'applied' THEN 'wait for the examination'
					WHEN 'examining' THEN 'wait for the examination'
					WHEN 'suspended' THEN 'clear the reason and have the certification reinstated'
					WHEN 'granted' THEN 'wait for the end of the sanction, or appeal'
					ELSE 'apply anew' END;
			END IF;
		END IF;
		RETURN NEXT;
	END LOOP;

	IF n = 0 THEN
		requirement_id := NULL;
		required := NULL;
		requirement := NULL;
		reason := format('no requirement of domain "%s" is in force, so nobody can meet one', domain);
		remedy := 'have one inserted into governance.requirement, or the gate of the domain opened';
		RETURN NEXT;
	END IF;
END
$why$;
COMMENT ON FUNCTION governance.why_not(bigint, text, timestamptz) IS
	'for each requirement of the domain: the nearest certification of the account, and what it lacks; no rows: qualified';

-- Level: reader
CREATE FUNCTION governance.why_not_text(account_id bigint, domain text, at timestamptz DEFAULT now()) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $why$
DECLARE
	answer	text;
BEGIN
	SELECT 'Missing: ' || string_agg(COALESCE(w.requirement || ': ', '') || w.reason, '; or ' ORDER BY w.requirement_id) || '.'
		INTO answer FROM governance.why_not(account_id, domain, at) w;
	RETURN answer;
END
$why$;
COMMENT ON FUNCTION governance.why_not_text(bigint, text, timestamptz) IS
	'why_not() as one sentence; null: qualified';
