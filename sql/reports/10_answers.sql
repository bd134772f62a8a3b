-- ---------------------------------------------------------------------------
-- reports: what callers ask.  With the rights of the caller, who needs SELECT
-- on the tables of the ledger.
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.score(account_id bigint, scheme text, at timestamptz DEFAULT now(),
								 known_at timestamptz DEFAULT NULL)
	RETURNS governance.credit_score
	LANGUAGE C STABLE PARALLEL RESTRICTED COST 100
	AS 'MODULE_PATHNAME', 'governance_score';
COMMENT ON FUNCTION governance.score(bigint, text, timestamptz, timestamptz) IS
	'the score at an instant: past ones as the platform showed it then (or as known at known_at), future ones if nothing more happens';

-- Level: reader
CREATE FUNCTION governance.tier(account_id bigint, scheme text DEFAULT NULL, at timestamptz DEFAULT now(),
								known_at timestamptz DEFAULT NULL)
	RETURNS governance.sanction_tier
	LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000
	AS 'MODULE_PATHNAME', 'governance_tier';
COMMENT ON FUNCTION governance.tier(bigint, text, timestamptz, timestamptz) IS
	'the strictest sanction in force at an instant, under one scheme or under all of them';

-- Level: everyone
CREATE FUNCTION governance.permits_support(internal) RETURNS internal
	LANGUAGE C STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_permits_support';
COMMENT ON FUNCTION governance.permits_support(internal) IS
	'part of permits(): tells the planner how many rows to expect';

-- Level: reader
CREATE FUNCTION governance.permits(account_id bigint, capability text, at timestamptz DEFAULT now())
	RETURNS boolean
	LANGUAGE C STABLE PARALLEL RESTRICTED COST 10 SUPPORT governance.permits_support
	AS 'MODULE_PATHNAME', 'governance_permits';
COMMENT ON FUNCTION governance.permits(bigint, text, timestamptz) IS
	'may the account do that at an instant?';

-- Level: reader
CREATE FUNCTION governance.restrictions(account_id bigint, at timestamptz DEFAULT now(),
	OUT capability text, OUT since timestamptz, OUT until timestamptz, OUT scheme text,
	OUT rung text, OUT tier governance.sanction_tier, OUT sanction_id bigint, OUT linked_account bigint,
	OUT opening integer)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 10
	AS 'MODULE_PATHNAME', 'governance_restrictions';
COMMENT ON FUNCTION governance.restrictions(bigint, timestamptz) IS
	'what is withheld from an account at an instant, until when, and by which sanction, its own or a linked account''s';

-- Level: reader
CREATE FUNCTION governance.standing_moves(scheme text, policy_id bigint, as_of timestamptz, known_at timestamptz, next_due timestamptz, edition bigint)
	RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 5
	AS 'MODULE_PATHNAME', 'governance_standing_moves';
COMMENT ON FUNCTION governance.standing_moves(text, bigint, timestamptz, timestamptz, timestamptz, bigint) IS
	'part of the view governance.sanction_in_force: may time, facts or the rulebook have changed what the records of a standing say, from its columns?';

-- Level: reader
CREATE FUNCTION governance.sanctions_running(account_id bigint, scheme text,
	OUT tier governance.sanction_tier, OUT rung text, OUT withholds text[], OUT since timestamptz, OUT until timestamptz,
	OUT violation_id bigint, OUT sanction_id bigint, OUT opening integer)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL RESTRICTED COST 1000 ROWS 2
	AS 'MODULE_PATHNAME', 'governance_sanctions_running';
COMMENT ON FUNCTION governance.sanctions_running(bigint, text) IS
	'part of the view governance.sanction_in_force: the sanctions that an account is under now, from the fold';

-- Level: reader
CREATE FUNCTION governance.standing_restrictions(account_id bigint, scheme text,
	OUT capability text, OUT since timestamptz, OUT until timestamptz, OUT sanction_id bigint)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 3 COST 20
	AS 'MODULE_PATHNAME', 'governance_standing_restrictions';
COMMENT ON FUNCTION governance.standing_restrictions(bigint, text) IS
	'part of the view governance.restriction: what one scheme withholds from an account now';

-- Level: reader
CREATE FUNCTION governance.standing_shows(scheme text, policy_id bigint, edition bigint, as_of timestamptz,
	known_at timestamptz, next_due timestamptz) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_standing_shows';
COMMENT ON FUNCTION governance.standing_shows(text, bigint, bigint, timestamptz, timestamptz, timestamptz) IS
	'part of the view governance.restriction: does such a row of governance.standing show what holds now, or is its state to be asked?';

-- Level: reader
CREATE FUNCTION governance.unprompted_schemes() RETURNS SETOF text
	LANGUAGE C STABLE PARALLEL SAFE ROWS 1
	AS 'MODULE_PATHNAME', 'governance_unprompted_schemes';
COMMENT ON FUNCTION governance.unprompted_schemes() IS
	'part of the view governance.restriction: the schemes that may sanction an account without any entry, by facts or by the clock alone';

-- Level: reader
CREATE FUNCTION governance.linked_sanctions(account_id bigint, at timestamptz DEFAULT now(),
	OUT linked_account bigint, OUT kind text, OUT confidence float8, OUT scheme text,
	OUT rung text, OUT tier governance.sanction_tier, OUT since timestamptz, OUT until timestamptz,
	OUT withholds text[], OUT sanction_id bigint)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 5
	AS 'MODULE_PATHNAME', 'governance_linked_sanctions';
COMMENT ON FUNCTION governance.linked_sanctions(bigint, timestamptz) IS
	'the sanctions that accounts linked to this one stand under at an instant, and what of them is withheld from it too';

-- Level: reader
CREATE FUNCTION governance.next_change(account_id bigint, scheme text,
	OUT at timestamptz, OUT score governance.credit_score, OUT tier governance.sanction_tier)
	RETURNS record
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_next_change';
COMMENT ON FUNCTION governance.next_change(bigint, text) IS
	'when the standing will next change by itself, and to what; null: never';

-- Level: reader
CREATE FUNCTION governance.timeline(account_id bigint, scheme text,
	OUT at timestamptz, OUT what text, OUT delta numeric, OUT score governance.credit_score,
	OUT tier governance.sanction_tier, OUT rung text, OUT sanction_id bigint, OUT policy_id bigint,
	OUT entry_id bigint, OUT rule text, OUT detail text, OUT expected boolean, OUT opening integer)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL RESTRICTED ROWS 50
	AS 'MODULE_PATHNAME', 'governance_timeline';
COMMENT ON FUNCTION governance.timeline(bigint, text) IS
	'one row for every entry and every change that time brought or will bring (expected), in order';

-- Level: reader
CREATE FUNCTION governance.explain(sanction_id bigint)
	RETURNS jsonb
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_explain';
COMMENT ON FUNCTION governance.explain(bigint) IS
	'the reasons for one sanction, complete: version, rung, violation, price, score, duration, release; key text has them in words';

CREATE FUNCTION governance.explain(account_id bigint, scheme text, rung text, opening integer)
	RETURNS jsonb
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_explain_opening';
COMMENT ON FUNCTION governance.explain(bigint, text, text, integer) IS
	'the same of a sanction that may have no id yet, by which time it was that its rung opened, as restrictions() gives it';

-- Level: reader
CREATE FUNCTION governance.sanction_opened(account_id bigint, scheme text, rung text, opening integer)
	RETURNS jsonb
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_sanction_opened';
COMMENT ON FUNCTION governance.sanction_opened(bigint, text, text, integer) IS
	'part of notice() and statement_of_reasons(): the columns of governance.sanction that a sanction has, or will have once it is recorded';

-- Level: reader
CREATE FUNCTION governance.explain_text(sanction_id bigint)
	RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED
	RETURN governance.explain(sanction_id) OPERATOR(pg_catalog.->>) 'text';
COMMENT ON FUNCTION governance.explain_text(bigint) IS
	'the reasons for one sanction in words';

CREATE FUNCTION governance.explain_text(account_id bigint, scheme text, rung text, opening integer)
	RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL RESTRICTED
	RETURN governance.explain(account_id, scheme, rung, opening) OPERATOR(pg_catalog.->>) 'text';
COMMENT ON FUNCTION governance.explain_text(bigint, text, text, integer) IS
	'the same of a sanction that may have no id yet, by which time it was that its rung opened';

-- ---------------------------------------------------------------------------
-- reports: proof
-- ---------------------------------------------------------------------------

-- The accounts in as many parts as there may be workers and a leader, each with
-- about as many.  One worker is none: the planner does not see that the leader
-- takes a part, and runs both itself.
-- Level: reader
CREATE FUNCTION governance.account_parts(OUT first_account bigint, OUT last_account bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 3
	SET search_path = pg_catalog, pg_temp
AS $parts$
DECLARE
	parts	integer := current_setting('max_parallel_workers_per_gather')::integer + 1;
	bounds	bigint[];
BEGIN
	IF parts > 2 AND pg_relation_size('governance.violation')
			+ (SELECT coalesce(sum(pg_relation_size(t.relid)), 0) FROM pg_partition_tree('governance.violation') t)
			>= pg_size_bytes(current_setting('min_parallel_table_scan_size')) THEN
		SELECT percentile_disc((SELECT array_agg(i::double precision / parts) FROM generate_series(1, parts - 1) i))
				WITHIN GROUP (ORDER BY a.account_id) INTO bounds
			FROM governance.account a TABLESAMPLE BERNOULLI (1) REPEATABLE (1)
			HAVING count(*) >= 100;
		IF bounds IS NULL THEN
			SELECT percentile_disc((SELECT array_agg(i::double precision / parts) FROM generate_series(1, parts - 1) i))
					WITHIN GROUP (ORDER BY a.account_id) INTO bounds
				FROM governance.account a;
		END IF;
	END IF;
	RETURN QUERY
		SELECT lag(b.bound) OVER (ORDER BY b.bound NULLS LAST) + 1, b.bound
			FROM (SELECT DISTINCT u.bound FROM unnest(bounds) AS u(bound) WHERE u.bound IS NOT NULL
				  UNION ALL VALUES (NULL::bigint)) b
			ORDER BY b.bound NULLS LAST;
END
$parts$;
COMMENT ON FUNCTION governance.account_parts() IS
	'part of verify(), rebuild() and simulate(): spans of accounts for parallel workers; null: without a bound';

-- Level: reader
CREATE FUNCTION governance.verify_range(first_account bigint, last_account bigint, only_whether boolean,
	progress integer,
	OUT account_id bigint, OUT scheme text, OUT item text, OUT stored text, OUT replayed text)
	RETURNS SETOF record
	LANGUAGE C STABLE PARALLEL SAFE COST 10000000 ROWS 10
	AS 'MODULE_PATHNAME', 'governance_verify_range';
COMMENT ON FUNCTION governance.verify_range(bigint, bigint, boolean, integer) IS
	'part of verify() and rebuild(): the accounts from one id to another';

-- Level: reader
CREATE FUNCTION governance.verify(
	OUT account_id bigint, OUT scheme text, OUT item text, OUT stored text, OUT replayed text)
	RETURNS SETOF record
	LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 10
	AS 'MODULE_PATHNAME', 'governance_verify';
COMMENT ON FUNCTION governance.verify() IS
	'recomputes everything from the ledger and gives every difference to what is stored; no rows: proven';

CREATE FUNCTION governance.verify(progress integer,
	OUT account_id bigint, OUT scheme text, OUT item text, OUT stored text, OUT replayed text)
	RETURNS SETOF record
	LANGUAGE C VOLATILE PARALLEL UNSAFE ROWS 10
	AS 'MODULE_PATHNAME', 'governance_verify';
COMMENT ON FUNCTION governance.verify(integer) IS
	'the same, and says so after every so many accounts';

-- Level: reader
CREATE FUNCTION governance.standing_is_due(scheme text, edition bigint, as_of timestamptz, policy_id bigint, next_due timestamptz) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'governance_standing_is_due';
COMMENT ON FUNCTION governance.standing_is_due(text, bigint, timestamptz, bigint, timestamptz) IS
	'part of settle() and tick(): does a standing wait for it? From its columns: it was written under an edition of the rulebook that is no longer so, another version has begun since, something is due in it, or its trial is over';

-- Level: administrator
CREATE FUNCTION governance.settle_some(batch integer DEFAULT 1000) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_settle_some';
COMMENT ON FUNCTION governance.settle_some(integer) IS
	'part of tick(): the first standings that wait for settle(), so many at most, in the transaction of the caller; gives how many there were';

-- Level: administrator
CREATE PROCEDURE governance.settle(batch integer DEFAULT 1000, progress integer DEFAULT 0)
	LANGUAGE C
	AS 'MODULE_PATHNAME', 'governance_settle';
COMMENT ON PROCEDURE governance.settle(integer, integer) IS
	'takes over what publications, calendars and the end of trials have left as it was: standings are folded anew, begun or deleted, and the records written that follow; a batch in each transaction, and a notice after every so many standings';

-- Level: administrator
CREATE FUNCTION governance.rebuild()
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_rebuild';
COMMENT ON FUNCTION governance.rebuild() IS
	'brings standings and sanctions in line with the ledger; gives the number of standings';
REVOKE ALL ON FUNCTION governance.rebuild() FROM PUBLIC;

CREATE FUNCTION governance.rebuild(progress integer)
	RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_rebuild';
COMMENT ON FUNCTION governance.rebuild(integer) IS
	'the same, and says so after every so many accounts';
REVOKE ALL ON FUNCTION governance.rebuild(integer) FROM PUBLIC;

