-- ---------------------------------------------------------------------------
-- rulebook: the rule centre.  What is in force now, what was, and what each
-- rule costs.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.create_rulebook_views() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
BEGIN
	IF to_regclass('governance.policies') IS NULL THEN
		CREATE VIEW governance.policies AS
			SELECT p.policy_id, p.scheme, s.title, p.version, p.status,
				   CASE
					   WHEN p.status IN ('draft', 'trial') THEN p.status
					   WHEN isempty(p.in_force) THEN 'withdrawn'
					   WHEN p.in_force @> now() THEN 'in force'
					   WHEN p.in_force << tstzrange(now(), now(), '[]') THEN 'past'
					   ELSE 'scheduled'
				   END AS state,
				   p.in_force, p.tried,
				   (SELECT count(*) FROM governance.policy_rule r WHERE r.policy_id = p.policy_id) AS rules,
				   (SELECT count(*) FROM governance.policy_rung r WHERE r.policy_id = p.policy_id) AS rungs,
				   p.published_at, p.published_by, p.note
			FROM governance.policy p JOIN governance.scheme s ON s.scheme = p.scheme;
		COMMENT ON VIEW governance.policies IS 'every version of every scheme and where it stands';
		COMMENT ON COLUMN governance.policies.policy_id IS 'identifies the version';
		COMMENT ON COLUMN governance.policies.scheme IS 'whose rules they are';
		COMMENT ON COLUMN governance.policies.title IS 'the scheme''s title';
		COMMENT ON COLUMN governance.policies.version IS 'counts from 1 in each scheme';
		COMMENT ON COLUMN governance.policies.status IS 'draft, trial, active or retired';
		COMMENT ON COLUMN governance.policies.state IS 'draft, trial, scheduled, in force, past, or withdrawn: never came into force';
		COMMENT ON COLUMN governance.policies.in_force IS 'from when until when';
		COMMENT ON COLUMN governance.policies.tried IS 'when it was on trial, once that has ended';
		COMMENT ON COLUMN governance.policies.rules IS 'how many rules it has';
		COMMENT ON COLUMN governance.policies.rungs IS 'how many rungs its ladder has';
		COMMENT ON COLUMN governance.policies.published_at IS 'when it was published';
		COMMENT ON COLUMN governance.policies.published_by IS 'who published it';
		COMMENT ON COLUMN governance.policies.note IS 'why';
		RETURN NEXT 'created view governance.policies';
	END IF;

	IF to_regclass('governance.rule') IS NULL THEN
		CREATE VIEW governance.rule AS
			SELECT p.scheme, r.rule, r.title, r.titles, r.class, r.severity,
				   r.min_points, r.max_points, r.usual_points, r.modifiers, r.direct,
				   r.tags, r.note, r.source, r.ours, r.position, p.policy_id, p.version
			FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
			WHERE p.status IN ('active', 'retired') AND p.in_force @> now();
		COMMENT ON VIEW governance.rule IS 'the rules in force now';
		COMMENT ON COLUMN governance.rule.scheme IS 'the scheme that it belongs to';
		COMMENT ON COLUMN governance.rule.rule IS 'code of the rule, as in violation.rule';
		COMMENT ON COLUMN governance.rule.title IS 'what is forbidden';
		COMMENT ON COLUMN governance.rule.titles IS 'the title in all its languages, when it has several';
		COMMENT ON COLUMN governance.rule.class IS 'the group of rules that it belongs to';
		COMMENT ON COLUMN governance.rule.severity IS 'minor, medium, severe or extreme';
		COMMENT ON COLUMN governance.rule.min_points IS 'the least that it costs before modifiers';
		COMMENT ON COLUMN governance.rule.max_points IS 'the most that it costs before modifiers';
		COMMENT ON COLUMN governance.rule.usual_points IS 'what it costs when the moderator chooses nothing';
		COMMENT ON COLUMN governance.rule.modifiers IS 'what changes the price, in words, in order';
		COMMENT ON COLUMN governance.rule.direct IS 'the rung that it opens at once, skipping the ladder';
		COMMENT ON COLUMN governance.rule.tags IS 'its tags';
		COMMENT ON COLUMN governance.rule.note IS 'a remark';
		COMMENT ON COLUMN governance.rule.source IS 'where the figure comes from';
		COMMENT ON COLUMN governance.rule.ours IS 'the figure is the document''s own and not a published one';
		COMMENT ON COLUMN governance.rule.position IS 'order by code';
		COMMENT ON COLUMN governance.rule.policy_id IS 'the version in force';
		COMMENT ON COLUMN governance.rule.version IS 'its number';
		RETURN NEXT 'created view governance.rule';
	END IF;

	IF to_regclass('governance.rung') IS NULL THEN
		CREATE VIEW governance.rung AS
			SELECT p.scheme, r.rung, r.position, r.title, r.titles, r.tier, r.mode,
				   r.condition, r.withholds, r.length, r.until, r.note, p.policy_id, p.version
			FROM governance.policy p JOIN governance.policy_rung r ON r.policy_id = p.policy_id
			WHERE p.status IN ('active', 'retired') AND p.in_force @> now();
		COMMENT ON VIEW governance.rung IS 'the ladders in force now';
		COMMENT ON COLUMN governance.rung.scheme IS 'the scheme that it belongs to';
		COMMENT ON COLUMN governance.rung.rung IS 'its name, as in sanction.rung';
		COMMENT ON COLUMN governance.rung.position IS 'order on the ladder: among equal tiers the later is heavier';
		COMMENT ON COLUMN governance.rung.title IS 'for people';
		COMMENT ON COLUMN governance.rung.titles IS 'the title in all its languages, when it has several';
		COMMENT ON COLUMN governance.rung.tier IS 'how heavy it is';
		COMMENT ON COLUMN governance.rung.mode IS 'while: holds as long as its condition; crossing: starts when it becomes true; multiple: starts at each further multiple; direct: opened by rules only';
		COMMENT ON COLUMN governance.rung.condition IS 'the condition as written; null: direct';
		COMMENT ON COLUMN governance.rung.withholds IS 'what the account may not do';
		COMMENT ON COLUMN governance.rung.length IS 'how long, as written; null: as long as the condition holds, or until the conditions are met';
		COMMENT ON COLUMN governance.rung.until IS 'the activities that must have been done before it ends';
		COMMENT ON COLUMN governance.rung.note IS 'a remark';
		COMMENT ON COLUMN governance.rung.policy_id IS 'the version in force';
		COMMENT ON COLUMN governance.rung.version IS 'its number';
		RETURN NEXT 'created view governance.rung';
	END IF;

	IF to_regclass('governance.rule_centre') IS NULL THEN
		CREATE VIEW governance.rule_centre AS
			SELECT p.scheme, coalesce(s.title, p.scheme) AS scheme_title, s.titles AS scheme_titles, r.class, r.rule, r.title, r.titles, r.severity,
				   s.direction, r.min_points, r.max_points,
				   CASE
					   WHEN r.min_points = r.max_points THEN r.min_points::text
					   ELSE r.min_points::text || ' to ' || r.max_points::text
				   END AS price,
				   r.modifiers AS surcharges,
				   r.direct, d.tier AS direct_tier,
				   CASE WHEN d.rung IS NOT NULL THEN
					   coalesce(d.title, d.rung) || coalesce(', for ' || d.length, '')
						   || coalesce(', until ' || d.until, '')
				   END AS direct_sanction,
				   r.tags, r.note, r.source, r.ours, p.version, p.policy_id,
				   lower(p.in_force) AS since, r.words, r.search
			FROM governance.policy p
				JOIN governance.scheme s ON s.scheme = p.scheme
				JOIN governance.policy_rule r ON r.policy_id = p.policy_id
				LEFT JOIN governance.policy_rung d ON d.policy_id = r.policy_id AND d.rung = r.direct
			WHERE p.status IN ('active', 'retired') AND p.in_force @> now();
		COMMENT ON VIEW governance.rule_centre IS 'every rule of every scheme in force now, with what it costs and what it leads to; see search_rules()';
		COMMENT ON COLUMN governance.rule_centre.scheme IS 'the scheme that it belongs to';
		COMMENT ON COLUMN governance.rule_centre.scheme_title IS 'the scheme''s title';
		COMMENT ON COLUMN governance.rule_centre.scheme_titles IS 'the scheme''s title in all its languages, when it has several';
		COMMENT ON COLUMN governance.rule_centre.class IS 'the group of rules that it belongs to';
		COMMENT ON COLUMN governance.rule_centre.rule IS 'code of the rule';
		COMMENT ON COLUMN governance.rule_centre.title IS 'what is forbidden';
		COMMENT ON COLUMN governance.rule_centre.titles IS 'the title in all its languages, when it has several';
		COMMENT ON COLUMN governance.rule_centre.severity IS 'minor, medium, severe or extreme';
		COMMENT ON COLUMN governance.rule_centre.direction IS 'deduct: the points are taken from the score; accumulate: they are added to it';
		COMMENT ON COLUMN governance.rule_centre.min_points IS 'the least that it costs before surcharges';
		COMMENT ON COLUMN governance.rule_centre.max_points IS 'the most that it costs before surcharges';
		COMMENT ON COLUMN governance.rule_centre.price IS 'both as text';
		COMMENT ON COLUMN governance.rule_centre.surcharges IS 'what changes the price, in words, in order';
		COMMENT ON COLUMN governance.rule_centre.direct IS 'the rung that it opens at once, skipping the ladder';
		COMMENT ON COLUMN governance.rule_centre.direct_tier IS 'how heavy that rung is';
		COMMENT ON COLUMN governance.rule_centre.direct_sanction IS 'that rung in words';
		COMMENT ON COLUMN governance.rule_centre.tags IS 'its tags';
		COMMENT ON COLUMN governance.rule_centre.note IS 'a remark';
		COMMENT ON COLUMN governance.rule_centre.source IS 'where the figure comes from';
		COMMENT ON COLUMN governance.rule_centre.ours IS 'the figure is the document''s own and not a published one';
		COMMENT ON COLUMN governance.rule_centre.version IS 'number of the version in force';
		COMMENT ON COLUMN governance.rule_centre.policy_id IS 'the version in force';
		COMMENT ON COLUMN governance.rule_centre.since IS 'since when that version has been in force; null: since ever';
		COMMENT ON COLUMN governance.rule_centre.words IS 'all that a search looks at, in every language';
		COMMENT ON COLUMN governance.rule_centre.search IS 'the same as a text search vector';
		RETURN NEXT 'created view governance.rule_centre';
	END IF;

	IF to_regclass('governance.rule_history') IS NULL THEN
		CREATE VIEW governance.rule_history AS
			SELECT h.scheme, h.rule, h.version, h.policy_id, h.in_force,
				   CASE
					   WHEN h.previous IS NULL OR h.previous_rank < h.rank - 1 THEN 'new'
					   WHEN h.previous IS DISTINCT FROM h.content THEN 'changed'
					   ELSE 'unchanged'
				   END AS change,
				   h.title, h.class, h.severity, h.min_points, h.max_points, h.usual_points, h.modifiers, h.direct
			FROM (
				SELECT v.*, lag(v.content) OVER w AS previous, lag(v.rank) OVER w AS previous_rank
				FROM (
					SELECT p.scheme, r.rule, p.version, p.policy_id, p.in_force, p.rank,
						   r.title, r.class, r.severity, r.min_points, r.max_points, r.usual_points, r.modifiers, r.direct,
						   ROW(r.title, r.class, r.severity, r.min_points, r.max_points, r.usual_points,
							   r.modifiers, r.direct)::text AS content
					FROM (
						SELECT q.*, dense_rank() OVER (PARTITION BY q.scheme ORDER BY lower(q.in_force) NULLS FIRST) AS rank
						FROM governance.policy q
						WHERE q.status IN ('active', 'retired') AND NOT isempty(q.in_force)
					) p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
				) v
				WINDOW w AS (PARTITION BY v.scheme, v.rule ORDER BY v.rank)
			) h;
		COMMENT ON VIEW governance.rule_history IS 'every rule in every version that was, is or will be in force, and whether it changed';
		COMMENT ON COLUMN governance.rule_history.scheme IS 'the scheme that it belongs to';
		COMMENT ON COLUMN governance.rule_history.rule IS 'code of the rule';
		COMMENT ON COLUMN governance.rule_history.version IS 'number of the version';
		COMMENT ON COLUMN governance.rule_history.policy_id IS 'the version';
		COMMENT ON COLUMN governance.rule_history.in_force IS 'from when until when the version is in force';
		COMMENT ON COLUMN governance.rule_history.change IS 'new, changed or unchanged against the version that was in force before';
		COMMENT ON COLUMN governance.rule_history.title IS 'what is forbidden';
		COMMENT ON COLUMN governance.rule_history.class IS 'the group of rules that it belongs to';
		COMMENT ON COLUMN governance.rule_history.severity IS 'minor, medium, severe or extreme';
		COMMENT ON COLUMN governance.rule_history.min_points IS 'the least that it costs before modifiers';
		COMMENT ON COLUMN governance.rule_history.max_points IS 'the most that it costs before modifiers';
		COMMENT ON COLUMN governance.rule_history.usual_points IS 'what it costs when the moderator chooses nothing';
		COMMENT ON COLUMN governance.rule_history.modifiers IS 'what changes the price, in words, in order';
		COMMENT ON COLUMN governance.rule_history.direct IS 'the rung that it opens at once';
		RETURN NEXT 'created view governance.rule_history';
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_rulebook_views() IS
	'part of create_ledger(): views over the rulebook''s tables';

CREATE FUNCTION governance.search_rules(query text DEFAULT '')
	RETURNS TABLE (scheme text, scheme_title text, class text, rule text, title text, severity text, price text,
				   surcharges text[], direct_sanction text, rank real)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning
AS $search$
#variable_conflict use_column
DECLARE
	-- Chinese is written without blanks, so that its words are no lexemes of a
	-- text search vector: each part of the query may also just occur in the text.
	parts	text[] := regexp_split_to_array(lower(btrim(query)), '[[:space:]]+');
	wanted	tsquery;
BEGIN
	IF btrim(query) <> '' THEN
		wanted := websearch_to_tsquery('pg_catalog.simple', translate(query, '._/:', '    '));
	END IF;
	RETURN QUERY
		SELECT c.scheme, c.scheme_title, c.class, c.rule, c.title, c.severity, c.price,
			   c.surcharges, c.direct_sanction,
			   (coalesce(ts_rank(c.search, wanted), 0)
				+ CASE WHEN position(lower(btrim(query)) IN lower(concat_ws(' ', c.rule, c.title, c.titles::text))) > 0
					   THEN 1 ELSE 0 END)::real AS rank
		FROM governance.rule_centre c,
			 lower(concat_ws(' ', c.words, c.scheme, c.scheme_title, c.scheme_titles::text)) AS haystack
		WHERE c.search @@ wanted
			OR (SELECT bool_and(position(part IN haystack) > 0) FROM unnest(parts) AS part)
		ORDER BY rank DESC, c.scheme, c.class NULLS LAST, c.rule;
END
$search$;
COMMENT ON FUNCTION governance.search_rules(text) IS
	'rules in force that contain every word of the query in their code, titles in any language, class, tags, notes or scheme; best first';

