--
-- batch.sql
--	The nightly batch that one would write instead: all standings and sanctions
--	from all violations, in sets, with window functions.
--
--	An aggregate over a window carries the score from violation to violation,
--	because what clean time gives back depends on where the score is.  Violations
--	that reach the same rung while its sanction runs prolong it: islands.
--
--	What is wrong with it is not its speed: until it has run, every score is
--	yesterday's.
--
\set ON_ERROR_STOP on

CREATE SCHEMA batch;
CREATE TYPE batch.state AS (score numeric, before numeric, as_of timestamptz);
CREATE FUNCTION batch.take(state batch.state, taken numeric, at timestamptz) RETURNS batch.state
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN (state).as_of IS NULL THEN row(greatest(0, 12 - taken), 12, at)::batch.state
		WHEN (state).score >= 12 OR at < (state).as_of + interval '7 days'
		THEN row(greatest(0, (state).score - taken), (state).score, at)::batch.state
		ELSE row(greatest(0, bench.recovered((state).score, extract(epoch FROM at - (state).as_of) / 86400) - taken),
			bench.recovered((state).score, extract(epoch FROM at - (state).as_of) / 86400), at)::batch.state END;
CREATE AGGREGATE batch.fold(numeric, timestamptz) (SFUNC = batch.take, STYPE = batch.state, INITCOND = '(,,)');

CREATE TABLE batch.standing (account_id bigint NOT NULL, scheme text NOT NULL, score numeric NOT NULL,
	as_of timestamptz NOT NULL, PRIMARY KEY (account_id, scheme));
CREATE TABLE batch.sanction (account_id bigint NOT NULL, scheme text NOT NULL, rung text NOT NULL,
	tier bench.tier NOT NULL, withholds text[] NOT NULL, during tstzrange NOT NULL, violation_id bigint NOT NULL);
CREATE INDEX ON batch.sanction (account_id, scheme);

CREATE FUNCTION batch.run() RETURNS void
	LANGUAGE plpgsql
AS $$
BEGIN
	TRUNCATE batch.standing, batch.sanction;
	CREATE TEMP TABLE step ON COMMIT DROP AS
		SELECT v.account_id, v.scheme, v.violation_id, v.occurred_at, v.decided_at,
			batch.fold(coalesce(v.points, r.usual), v.occurred_at) OVER w AS state,
			lead(v.violation_id) OVER w IS NULL AS is_last
		FROM bare.violation v JOIN bench.rule r ON r.scheme = v.scheme AND r.rule = v.rule
		WINDOW w AS (PARTITION BY v.account_id, v.scheme ORDER BY v.occurred_at, v.violation_id);
	INSERT INTO batch.standing
		SELECT account_id, scheme, (state).score, occurred_at FROM step WHERE is_last ORDER BY account_id;
	INSERT INTO batch.sanction
		WITH reached AS (
			SELECT s.account_id, s.scheme, s.violation_id, s.decided_at, r.rung, r.tier, r.withholds,
				coalesce(s.decided_at + r.lasts, 'infinity') AS until
			FROM step s CROSS JOIN LATERAL (SELECT * FROM bench.rung r
				WHERE r.scheme = s.scheme AND r.at_most >= (s.state).score AND r.at_most < (s.state).before
				ORDER BY r.at_most LIMIT 1) r
		), opened AS (
			SELECT r.*, coalesce(r.decided_at >= max(r.until) OVER (
				PARTITION BY r.account_id, r.scheme, r.rung ORDER BY r.decided_at, r.violation_id
				ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS opens
			FROM reached r
		), island AS (
			SELECT o.*, count(*) FILTER (WHERE o.opens) OVER (
				PARTITION BY o.account_id, o.scheme, o.rung ORDER BY o.decided_at, o.violation_id) AS number
			FROM opened o
		)
		SELECT account_id, scheme, rung, min(tier), min(withholds),
			tstzrange(min(decided_at), nullif(max(until), 'infinity')), min(violation_id)
		FROM island GROUP BY account_id, scheme, rung, number;
	DROP TABLE step;
END
$$;
