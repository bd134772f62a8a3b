-- ---------------------------------------------------------------------------
-- rulebook: what publish() stores of a document, and the document, compared.
-- ---------------------------------------------------------------------------

-- A document that is damaged is a row and not an error, so that the rest is
-- looked at too; catching it needs a subtransaction, hence VOLATILE. What
-- cannot be computed again, when sanctions were recorded, is only compared with
-- what is possible.
-- Level: reader
CREATE FUNCTION governance.verify_rulebook(
	OUT account_id bigint, OUT scheme text, OUT item text, OUT stored text, OUT replayed text)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $verify$
#variable_conflict use_column
DECLARE
	this		record;
	summary		jsonb;
	directions	jsonb := '{}';
	known		jsonb := '{}';
BEGIN
	FOR this IN SELECT p.* FROM governance.policy p ORDER BY p.scheme, p.policy_id LOOP
		BEGIN
			summary := governance.check_stored_policy(this.document);
		EXCEPTION WHEN data_corrupted OR data_exception OR SQLSTATE 'GV101' THEN
			RETURN QUERY SELECT NULL::bigint, this.scheme, format('policy %s', this.policy_id), format('damaged: %s', SQLERRM), NULL::text;
			CONTINUE;
		END;
		IF this.kind <> summary ->> 'kind' THEN
			RETURN QUERY SELECT NULL::bigint, this.scheme, format('policy %s, kind', this.policy_id), this.kind, summary ->> 'kind';
		END IF;
		-- A draft may say something else, until it is published.
		IF this.status <> 'draft' THEN
			directions := directions || jsonb_build_object(this.scheme, summary -> 'direction');
		END IF;
		known := known || jsonb_build_object(this.scheme, coalesce(known -> this.scheme, '[]')
			|| jsonb_build_array(jsonb_build_object('title', summary -> 'title', 'titles', summary -> 'titles', 'kind', summary -> 'kind')));
		CONTINUE WHEN this.kind <> 'scheme';
		RETURN QUERY
			SELECT NULL::bigint, this.scheme, format('policy %s, rule %s', this.policy_id, coalesce(s.rule, d.rule)),
				   (SELECT jsonb_object_agg(v.key, v.value) FROM jsonb_each(s.content) v WHERE d.content IS NULL OR v.value IS DISTINCT FROM d.content -> v.key)::text,
				   (SELECT jsonb_object_agg(v.key, v.value) FROM jsonb_each(d.content) v WHERE s.content IS NULL OR v.value IS DISTINCT FROM s.content -> v.key)::text
			FROM (SELECT r.rule, to_jsonb(r) - '{policy_id,search}'::text[] AS content FROM governance.policy_rule r WHERE r.policy_id = this.policy_id) AS s
				FULL JOIN (SELECT r.rule, to_jsonb(r) AS content FROM governance.rules_of(summary) r) AS d ON d.rule = s.rule
			-- Columns that somebody has added to the table are no concern of the document.
			WHERE s.content IS NULL OR d.content IS NULL
				OR EXISTS (SELECT FROM jsonb_each(d.content) v WHERE s.content -> v.key IS DISTINCT FROM v.value)
			ORDER BY coalesce(s.rule, d.rule) COLLATE "C";
		RETURN QUERY
			SELECT NULL::bigint, this.scheme, format('policy %s, rung %s', this.policy_id, coalesce(s.rung, d.rung)),
				   (SELECT jsonb_object_agg(v.key, v.value) FROM jsonb_each(s.content) v WHERE d.content IS NULL OR v.value IS DISTINCT FROM d.content -> v.key)::text,
				   (SELECT jsonb_object_agg(v.key, v.value) FROM jsonb_each(d.content) v WHERE s.content IS NULL OR v.value IS DISTINCT FROM s.content -> v.key)::text
			FROM (SELECT r.rung, to_jsonb(r) - 'policy_id' AS content FROM governance.policy_rung r WHERE r.policy_id = this.policy_id) AS s
				FULL JOIN (SELECT r.rung, to_jsonb(r) AS content FROM governance.rungs_of(summary) r) AS d ON d.rung = s.rung
			-- Columns that somebody has added to the table are no concern of the document.
			WHERE s.content IS NULL OR d.content IS NULL
				OR EXISTS (SELECT FROM jsonb_each(d.content) v WHERE s.content -> v.key IS DISTINCT FROM v.value)
			ORDER BY coalesce(s.rung, d.rung) COLLATE "C";
	END LOOP;
	RETURN QUERY
		SELECT NULL::bigint, NULL::text, format('policy %s', o.policy_id), o.name, NULL::text
		FROM (SELECT r.policy_id, 'rule ' || r.rule AS name FROM governance.policy_rule r
			  UNION ALL SELECT g.policy_id, 'rung ' || g.rung FROM governance.policy_rung g) AS o
		WHERE NOT EXISTS (SELECT FROM governance.policy p WHERE p.policy_id = o.policy_id AND p.kind = 'scheme')
		ORDER BY o.policy_id, o.name COLLATE "C";
	RETURN QUERY
		SELECT DISTINCT NULL::bigint, p.scheme, 'scheme', NULL::text, p.scheme
		FROM governance.policy p WHERE NOT EXISTS (SELECT FROM governance.scheme s WHERE s.scheme = p.scheme) ORDER BY 2;
	RETURN QUERY
		SELECT NULL::bigint, s.scheme, 'kind', s.kind, known #>> ARRAY[s.scheme, '-1', 'kind']
		FROM governance.scheme s WHERE s.kind <> known #>> ARRAY[s.scheme, '-1', 'kind'] ORDER BY 2;
	RETURN QUERY
		SELECT NULL::bigint, s.scheme, 'direction', s.direction, directions ->> s.scheme
		FROM governance.scheme s WHERE directions ? s.scheme AND s.direction IS DISTINCT FROM directions ->> s.scheme ORDER BY 2;
	RETURN QUERY
		SELECT NULL::bigint, s.scheme, 'last_version', s.last_version::text, max(p.version)::text
		FROM governance.scheme s JOIN governance.policy p ON p.scheme = s.scheme
		GROUP BY s.scheme, s.last_version HAVING s.last_version < max(p.version) ORDER BY 2;
	-- Of which document depends on drafts that may have gone.
	RETURN QUERY
		SELECT NULL::bigint, s.scheme, 'title', concat_ws(' ', s.title, s.titles), known #>> ARRAY[s.scheme, '-1', 'title']
		FROM governance.scheme s
		WHERE known ? s.scheme AND NOT EXISTS (SELECT FROM jsonb_array_elements(known -> s.scheme) t
			WHERE t ->> 'title' IS NOT DISTINCT FROM s.title AND nullif(t -> 'titles', 'null') IS NOT DISTINCT FROM s.titles)
		ORDER BY 2;
	-- What no replay gives again is only known to be possible: a transaction may
	-- have begun before the version was published, though not days before.
	RETURN QUERY
		SELECT s.account_id, s.scheme, 'record',
			   concat_ws(' ', 'sanction', s.sanction_id, s.rung, s.tier, s.during, s.withholds, 'policy', s.policy_id, 'recorded', s.recorded_at),
			   CASE WHEN p.policy_id IS NULL THEN NULL
					ELSE concat_ws(' ', g.rung, g.tier, g.withholds, 'policy', p.policy_id, 'recorded after', p.created_at) END
		FROM governance.sanction s
			LEFT JOIN governance.policy p ON p.policy_id = s.policy_id
			LEFT JOIN governance.policy_rung g ON g.policy_id = s.policy_id AND g.rung = s.rung
		WHERE p.policy_id IS NULL
			OR s.recorded_at < p.created_at - interval '1 day' OR s.recorded_at > clock_timestamp() + interval '1 day'
			OR s.release_reason = 'overturned'
				-- One that went on under another version shows the rung of that one.
				AND (g.rung IS NULL OR NOT EXISTS (SELECT FROM governance.policy o JOIN governance.policy_rung h ON h.policy_id = o.policy_id
												   WHERE o.scheme = p.scheme AND o.status <> 'draft' AND h.rung = s.rung AND h.tier = s.tier
													   AND h.withholds = s.withholds))
			OR (s.released_at IS NULL) <> (s.release_reason IS NULL)
			-- It should never have been: nothing of it is left after that was known.
			OR s.release_reason = 'overturned' AND NOT isempty(s.during) AND coalesce(upper(s.during) > s.released_at, true)
		ORDER BY s.account_id, s.sanction_id;
END
$verify$;
COMMENT ON FUNCTION governance.verify_rulebook() IS
	'the part of verify() that looks at the rulebook: documents that are damaged, and rules, rungs and schemes that are not as their documents say, and records of sanctions that cannot have come about under their version';
