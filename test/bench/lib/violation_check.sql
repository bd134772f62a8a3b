--
-- violation_check.sql
--	The PL/pgSQL triggers must have arrived at what governance arrived at.
--
\set ON_ERROR_STOP on

CREATE TEMP VIEW outcome AS
	SELECT 'governance' AS competitor, 'standing' AS what,
		concat_ws(' ', account_id, governance.points(score)::float8, tier) AS detail
	FROM governance.standing WHERE scheme = :'scheme'
	UNION ALL SELECT 'row_trigger', 'standing', concat_ws(' ', account_id, score::float8, tier) FROM row_trigger.standing
	UNION ALL SELECT 'statement_trigger', 'standing', concat_ws(' ', account_id, score::float8, tier) FROM statement_trigger.standing
	UNION ALL SELECT 'governance', 'sanction', concat_ws(' ', account_id, rung, tier, upper(during) - lower(during)) FROM governance.sanction
	UNION ALL SELECT 'row_trigger', 'sanction', concat_ws(' ', account_id, rung, tier, upper(during) - lower(during)) FROM row_trigger.sanction
	UNION ALL SELECT 'statement_trigger', 'sanction', concat_ws(' ', account_id, rung, tier, upper(during) - lower(during)) FROM statement_trigger.sanction;

SELECT format('%s rows of %ss: %s of row_trigger and %s of statement_trigger are different',
	count(*) FILTER (WHERE competitor = 'governance'), what,
	(SELECT count(*) FROM (SELECT detail FROM outcome r WHERE r.competitor = 'row_trigger' AND r.what = o.what
		EXCEPT ALL SELECT detail FROM outcome g WHERE g.competitor = 'governance' AND g.what = o.what) d),
	(SELECT count(*) FROM (SELECT detail FROM outcome r WHERE r.competitor = 'statement_trigger' AND r.what = o.what
		EXCEPT ALL SELECT detail FROM outcome g WHERE g.competitor = 'governance' AND g.what = o.what) d))
FROM outcome o
GROUP BY what ORDER BY what DESC;
