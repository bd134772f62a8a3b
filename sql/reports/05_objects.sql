-- ---------------------------------------------------------------------------
-- reports: what create_ledger() makes for them (sql/create_ledger.sql says how).
-- ---------------------------------------------------------------------------

-- Level: owner
CREATE FUNCTION governance.report_objects(OUT number integer, OUT kind text, OUT object text, OUT says text, OUT ddl text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $steps$
VALUES

-- Level: administrator INSERT UPDATE
(5000, 'table', 'statement', 'statements of reasons that were handed out for filing; each once, and never amended', $$
CREATE TABLE governance.statement (
	account_id bigint NOT NULL,  -- whose sanction
	sanction_id bigint NOT NULL,  -- the sanction that it is about
	puid text NOT NULL,  -- what identifies it for the database it is filed with
	starts timestamptz NOT NULL,  -- when the sanction started, as it stood then
	statement jsonb NOT NULL,  -- as it was handed out
	exported_at timestamptz NOT NULL DEFAULT now(),  -- when it was handed out
	filed_at timestamptz,  -- when it was filed; null: not yet, as far as is known
	CONSTRAINT statement_pkey PRIMARY KEY (account_id, sanction_id),
	CONSTRAINT statement_sanction_fkey FOREIGN KEY (account_id, sanction_id) REFERENCES governance.sanction
)$$),

-- The puid ends in the sanction's id, and so is unique without a constraint that
-- would have to look at every account.
(5001, 'index', 'statement.statement_puid_idx', NULL,
	$$CREATE INDEX statement_puid_idx ON governance.statement (puid)$$),

(5002, 'index', 'statement.statement_sanction_id_idx', NULL,
	$$CREATE INDEX statement_sanction_id_idx ON governance.statement (sanction_id)$$),

(5003, 'index', 'statement.statement_unfiled_idx', NULL,
	$$CREATE INDEX statement_unfiled_idx ON governance.statement (starts) WHERE filed_at IS NULL$$),

(5010, 'trigger', 'statement.statement_guard', NULL,
	$$BEFORE INSERT OR UPDATE ON governance.statement FOR EACH ROW EXECUTE FUNCTION governance.statement_guard()$$),

-- Level: reader
(5100, 'view', 'report_sanction', 'the sanctions that reports count: enforced, started (or overturned), none of a version on trial', $$
CREATE VIEW governance.report_sanction (
	account_id,  -- who
	sanction_id,  -- for governance.explain()
	scheme,  -- under which scheme
	tier,  -- how severe
	rung,  -- the rung of the scheme's ladder
	violation_id,  -- the violation that caused it; null: time or a changed fact did
	starts,  -- the instant by which it belongs to a period: when it started, or, overturned before that, was recorded
	ends,  -- when it ends if nothing more happens, or ended
	overturned,  -- it should never have been
	released  -- it was lifted before its time, for another reason
) AS
SELECT s.account_id, s.sanction_id, s.scheme, s.tier, s.rung, s.violation_id,
	   coalesce(lower(s.during), CASE WHEN s.release_reason = 'overturned' THEN s.recorded_at END) AS starts, upper(s.during) AS ends,
	   coalesce(s.release_reason = 'overturned', false) AS overturned,
	   coalesce(s.released_at <= now() AND s.release_reason <> 'overturned', false) AS released
FROM governance.sanction s
WHERE s.enforced AND coalesce(lower(s.during), CASE WHEN s.release_reason = 'overturned' THEN s.recorded_at END) <= now()$$),

-- Level: reader
(5110, 'view', 'report_violation', 'the violations with what has become of them: whether one is overturned is what its last revision says, whenever that was', $$
CREATE VIEW governance.report_violation (
	account_id,  -- who
	violation_id,  -- identifies the violation
	scheme,  -- under which scheme
	rule,  -- the rule that was broken
	source,  -- how it was found
	campaign,  -- the campaign that found it; of a copy: null
	decided_at,  -- the instant by which it belongs to a period
	decided_by,  -- who decided
	overturned,  -- it does not count
	changed,  -- it counts, for other points than were decided first
	content_ref  -- the content in question
) AS
SELECT v.account_id, v.violation_id, v.scheme, v.rule, v.source,
	   -- No campaign found what was copied from another account.
	   CASE WHEN v.linked_violation_id IS NULL THEN v.campaign END AS campaign, v.decided_at, v.decided_by,
	   coalesce(r.action = 'overturn', false) AS overturned,
	   coalesce(r.action <> 'overturn' AND r.changed, false) AS changed, v.content_ref
FROM governance.violation v
	LEFT JOIN (SELECT r.account_id, r.violation_id,
					  (array_agg(r.action ORDER BY r.decided_at DESC, r.revision_id DESC))[1] AS action,
					  bool_or(r.action = 'change') AS changed
			   FROM governance.revision r GROUP BY r.account_id, r.violation_id) r
		ON r.account_id = v.account_id AND r.violation_id = v.violation_id$$),

-- What the planner must know of the sanctions of a period.
(5120, 'statistics', 'sanction_starts_stat', 'how many sanctions started when', $$
CREATE STATISTICS governance.sanction_starts_stat
	ON (coalesce(lower(during), CASE WHEN release_reason = 'overturned' THEN recorded_at END)) FROM governance.sanction$$)
$steps$;
COMMENT ON FUNCTION governance.report_objects() IS
	'part of create_ledger(): tables and views of reports and statements';
