--
-- application_check.sql
--	The application must have arrived at what governance arrived at; the view of
--	pg_ivm at the sums of what was inserted.
--
\set ON_ERROR_STOP on

CREATE TEMP VIEW outcome AS
	SELECT 'governance' AS competitor, 'standing' AS what,
		concat_ws(' ', account_id, governance.points(score)::float8, tier) AS detail
	FROM governance.standing WHERE scheme = :'scheme'
	UNION ALL SELECT 'application', 'standing', concat_ws(' ', account_id, score::float8, tier) FROM application.standing
	UNION ALL SELECT 'governance', 'sanction', concat_ws(' ', account_id, rung, tier) FROM governance.sanction
	UNION ALL SELECT 'application', 'sanction', concat_ws(' ', account_id, rung, tier) FROM application.sanction
	UNION ALL SELECT 'governance', 'restriction', concat_ws(' ', account_id, capability) FROM governance.restriction
	UNION ALL SELECT 'application', 'restriction', concat_ws(' ', account_id, capability) FROM application.restriction WHERE until > now();

SELECT format('%s rows of %ss: %s of application are different', count(*) FILTER (WHERE competitor = 'governance'), what,
	(SELECT count(*) FROM (
		(SELECT detail FROM outcome r WHERE r.competitor = 'application' AND r.what = o.what
			EXCEPT ALL SELECT detail FROM outcome g WHERE g.competitor = 'governance' AND g.what = o.what)
		UNION ALL
		(SELECT detail FROM outcome r WHERE r.competitor = 'governance' AND r.what = o.what
			EXCEPT ALL SELECT detail FROM outcome g WHERE g.competitor = 'application' AND g.what = o.what)) d))
FROM outcome o
GROUP BY what ORDER BY what DESC;

SELECT :ivm > 0 AS ivm
\gset
\if :ivm
SELECT format('%s rows of the view of pg_ivm: %s are different', count(*),
	count(*) FILTER (WHERE v.points IS DISTINCT FROM s.points OR v.violations IS DISTINCT FROM s.violations))
FROM ivm.standing s FULL JOIN (SELECT account_id, count(*) AS violations, sum(points) AS points
	FROM ivm.violation GROUP BY account_id) v USING (account_id);
\endif
