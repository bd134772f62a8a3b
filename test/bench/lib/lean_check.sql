--
-- lean_check.sql
--	The lean floor must have charged what governance has taken, and the lean
--	triggers must have opened the same sanctions besides.
--
\set ON_ERROR_STOP on

CREATE TEMP VIEW outcome AS
	SELECT 'governance' AS competitor, 'score' AS what, concat_ws(' ', account_id, governance.points(score)::float8) AS detail
	FROM governance.standing WHERE scheme = :'scheme'
	UNION ALL SELECT 'lean_floor', 'score', concat_ws(' ', account_id, greatest(0, 12 - points)::float8)
	FROM lean_floor.score WHERE account_id IN (SELECT account_id FROM lean_floor.violation)
	UNION ALL SELECT 'lean_trigger', 'score', concat_ws(' ', account_id, greatest(0, 12 - points)::float8) FROM lean_trigger.score
	UNION ALL SELECT 'governance', 'sanction', concat_ws(' ', account_id, rung, upper(during) - lower(during)) FROM governance.sanction
	UNION ALL SELECT 'lean_trigger', 'sanction', concat_ws(' ', account_id, rung, until - since) FROM lean_trigger.sanction;

-- A row that one of the two has not, or has more often, is a difference.
CREATE TEMP VIEW difference AS
	SELECT c.competitor, o.what, o.detail,
		abs(count(*) FILTER (WHERE o.competitor = 'governance') - count(*) FILTER (WHERE o.competitor = c.competitor)) AS rows
	FROM (VALUES ('lean_floor'), ('lean_trigger')) c (competitor)
		JOIN outcome o ON o.competitor IN ('governance', c.competitor)
	WHERE NOT (c.competitor = 'lean_floor' AND o.what = 'sanction')
	GROUP BY 1, 2, 3;

SELECT format('%s %ss of governance: %s of %s are different',
	(SELECT count(*) FROM outcome o WHERE o.competitor = 'governance' AND o.what = d.what), what, sum(rows), competitor)
FROM difference d
GROUP BY competitor, what ORDER BY competitor, what;
