--
-- competitors.sql
--	What one would write instead, each in a schema of its own, over tables of
--	the same shape as governance.violation, with the same defaults, constraints
--	and indexes.
--
--	bare               the insert alone: the limit
--	counter            the insert, and one counter row that the same statement
--	                   updates: the floor of anything that keeps a figure
--	row_trigger        PL/pgSQL, once for each row
--	statement_trigger  PL/pgSQL, once for each statement, in sets
--
-- The two triggers do what the policy says when a violation comes in: look up
-- the rule, take its price or check the one given, lock the standing, give back
-- what clean time has earned, take the points, find the heaviest rung that is
-- newly reached, open or prolong its sanction, withhold what it withholds.
-- Neither knows versions, late or revised entries, attributes, modifiers, other
-- relief, time travel, or any other policy than this one.
--
-- Needs a ledger with the policy :scheme in force.
--
\set ON_ERROR_STOP on

CREATE SCHEMA bare;
CREATE TABLE bare.violation (LIKE governance.violation INCLUDING ALL);

CREATE SCHEMA counter;
CREATE TABLE counter.violation (LIKE governance.violation INCLUDING ALL);
CREATE TABLE counter.counter (
	account_id	bigint PRIMARY KEY,
	points		int NOT NULL
) WITH (fillfactor = 60);

--
-- The policy as tables
--

CREATE TYPE bench.tier AS ENUM ('clear', 'warned', 'limited', 'muted', 'suspended', 'revoked', 'banned');

CREATE TABLE bench.rule AS
	SELECT :'scheme'::text AS scheme, r.key AS rule,
		coalesce(p.points -> 0, p.points)::numeric AS min_points,
		coalesce(p.points -> 1, p.points)::numeric AS max_points,
		coalesce(r.value -> 'usual', p.points -> 0, p.points)::numeric AS usual
	FROM (SELECT governance.pack(:'scheme') AS document) d,
		jsonb_each(document -> 'rules') r,
		LATERAL (SELECT coalesce(r.value -> 'points',
			document -> 'severities' -> (r.value ->> 'severity') -> 'points') AS points) p;
ALTER TABLE bench.rule ADD PRIMARY KEY (scheme, rule);

CREATE TABLE bench.rung AS
	SELECT :'scheme'::text AS scheme, r.value ->> 'rung' AS rung,
		substring(r.value ->> 'when' FROM '^score <= (\d+)$')::numeric AS at_most,
		(r.value ->> 'tier')::bench.tier AS tier,
		ARRAY(SELECT jsonb_array_elements_text(r.value -> 'withhold')) AS withholds,
		nullif(r.value ->> 'for', 'ever')::interval AS lasts
	FROM jsonb_array_elements(governance.pack(:'scheme') -> 'ladder') r;
ALTER TABLE bench.rung ADD PRIMARY KEY (scheme, at_most);

-- The score after clean time: a point for every 7 days below 10, for every 30
-- days from there on.
CREATE FUNCTION bench.recovered(score numeric, days numeric) RETURNS numeric
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE
		WHEN days < 7 OR score >= 12 THEN score
		WHEN score >= 10 THEN least(12, score + floor(days / 30))
		WHEN floor(days / 7) < ceil(10 - score) THEN score + floor(days / 7)
		ELSE least(12, score + ceil(10 - score) + floor((days - 7 * ceil(10 - score)) / 30))
	END;

--
-- Row trigger
--

CREATE SCHEMA row_trigger;
CREATE TABLE row_trigger.violation (LIKE governance.violation INCLUDING ALL);
CREATE TABLE row_trigger.standing (
	account_id	bigint NOT NULL REFERENCES governance.account,
	scheme		text NOT NULL,
	score		numeric NOT NULL,
	as_of		timestamptz NOT NULL,
	tier		bench.tier NOT NULL,
	tier_until	timestamptz NOT NULL,
	PRIMARY KEY (account_id, scheme)
) WITH (fillfactor = 60);
CREATE SEQUENCE row_trigger.sanction_seq;
CREATE TABLE row_trigger.sanction (
	account_id	bigint NOT NULL,
	sanction_id	bigint NOT NULL DEFAULT nextval('row_trigger.sanction_seq'),
	scheme		text NOT NULL,
	rung		text NOT NULL,
	tier		bench.tier NOT NULL,
	withholds	text[] NOT NULL,
	during		tstzrange NOT NULL,
	violation_id bigint,
	recorded_at	timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (account_id, sanction_id)
) WITH (fillfactor = 80);
CREATE INDEX ON row_trigger.sanction (account_id, scheme);
CREATE TABLE row_trigger.restriction (
	account_id	bigint NOT NULL,
	capability	text NOT NULL,
	scheme		text NOT NULL,
	until		timestamptz NOT NULL,
	sanction_id	bigint NOT NULL,
	PRIMARY KEY (account_id, capability, scheme)
) WITH (fillfactor = 80);

CREATE FUNCTION row_trigger.apply() RETURNS trigger
	LANGUAGE plpgsql
AS $$
DECLARE
	price		bench.rule;
	now_at		row_trigger.standing;
	reached		bench.rung;
	taken		numeric;
	before		numeric;
	lasts_until	timestamptz;
	sanction	bigint;
BEGIN
	SELECT * INTO price FROM bench.rule r WHERE r.scheme = NEW.scheme AND r.rule = NEW.rule;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'scheme % has no rule %', NEW.scheme, NEW.rule;
	END IF;
	taken := coalesce(NEW.points, price.usual);
	IF taken < price.min_points OR taken > price.max_points THEN
		RAISE EXCEPTION '% points are outside the range of rule %', taken, NEW.rule;
	END IF;

	SELECT * INTO now_at FROM row_trigger.standing s
		WHERE s.account_id = NEW.account_id AND s.scheme = NEW.scheme
		FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		INSERT INTO row_trigger.standing
			VALUES (NEW.account_id, NEW.scheme, 12, NEW.occurred_at, 'clear', NEW.occurred_at)
			ON CONFLICT DO NOTHING;
		SELECT * INTO now_at FROM row_trigger.standing s
			WHERE s.account_id = NEW.account_id AND s.scheme = NEW.scheme
			FOR NO KEY UPDATE;
	END IF;
	IF NEW.occurred_at < now_at.as_of THEN
		RAISE EXCEPTION 'violation % comes late', NEW.violation_id;
	END IF;

	before := now_at.score;
	IF before < 12 AND NEW.occurred_at >= now_at.as_of + interval '7 days' THEN
		before := bench.recovered(before, extract(epoch FROM NEW.occurred_at - now_at.as_of) / 86400);
	END IF;
	now_at.score := greatest(0, before - taken);
	IF now_at.tier_until <= NEW.occurred_at THEN
		now_at.tier := 'clear';
	END IF;

	IF now_at.score < before THEN
		SELECT * INTO reached FROM bench.rung r
			WHERE r.scheme = NEW.scheme AND r.at_most >= now_at.score AND r.at_most < before
			ORDER BY r.at_most LIMIT 1;
		IF FOUND THEN
			lasts_until := coalesce(NEW.decided_at + reached.lasts, 'infinity');
			UPDATE row_trigger.sanction s
				SET during = tstzrange(lower(s.during), nullif(greatest(upper(s.during), lasts_until), 'infinity'))
				WHERE s.account_id = NEW.account_id AND s.scheme = NEW.scheme
					AND s.rung = reached.rung AND s.during @> NEW.decided_at
				RETURNING s.sanction_id INTO sanction;
			IF NOT FOUND THEN
				INSERT INTO row_trigger.sanction (account_id, scheme, rung, tier, withholds, during, violation_id)
					VALUES (NEW.account_id, NEW.scheme, reached.rung, reached.tier, reached.withholds,
							tstzrange(NEW.decided_at, nullif(lasts_until, 'infinity')), NEW.violation_id)
					RETURNING sanction_id INTO sanction;
			END IF;
			INSERT INTO row_trigger.restriction AS r
				SELECT NEW.account_id, c, NEW.scheme, lasts_until, sanction FROM unnest(reached.withholds) c
				ON CONFLICT (account_id, capability, scheme) DO UPDATE
					SET until = excluded.until, sanction_id = excluded.sanction_id
					WHERE r.until < excluded.until;
			IF reached.tier >= now_at.tier THEN
				now_at.tier := reached.tier;
				now_at.tier_until := greatest(now_at.tier_until, lasts_until);
			END IF;
		END IF;
	END IF;

	UPDATE row_trigger.standing s
		SET score = now_at.score, as_of = NEW.occurred_at,
			tier = now_at.tier, tier_until = now_at.tier_until
		WHERE s.account_id = NEW.account_id AND s.scheme = NEW.scheme;
	RETURN NULL;
END
$$;
CREATE TRIGGER apply AFTER INSERT ON row_trigger.violation
	FOR EACH ROW EXECUTE FUNCTION row_trigger.apply();

--
-- Statement trigger.  It takes the rows of one account in one statement to lie
-- close together in time, and refuses them when they do not.
--

CREATE SCHEMA statement_trigger;
CREATE TABLE statement_trigger.violation (LIKE governance.violation INCLUDING ALL);
CREATE TABLE statement_trigger.standing (LIKE row_trigger.standing INCLUDING ALL);
ALTER TABLE statement_trigger.standing ADD FOREIGN KEY (account_id) REFERENCES governance.account;
CREATE TABLE statement_trigger.sanction (LIKE row_trigger.sanction INCLUDING ALL);
CREATE SEQUENCE statement_trigger.sanction_seq;
ALTER TABLE statement_trigger.sanction ALTER sanction_id SET DEFAULT nextval('statement_trigger.sanction_seq');
CREATE TABLE statement_trigger.restriction (LIKE row_trigger.restriction INCLUDING ALL);

CREATE FUNCTION statement_trigger.apply() RETURNS trigger
	LANGUAGE plpgsql
AS $$
DECLARE
	wrong	bigint;
BEGIN
	SELECT n.violation_id INTO wrong
		FROM new_rows n LEFT JOIN bench.rule r ON r.scheme = n.scheme AND r.rule = n.rule
		WHERE r.rule IS NULL OR n.points < r.min_points OR n.points > r.max_points
		LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION 'violation % has no such rule or price', wrong;
	END IF;

	INSERT INTO statement_trigger.standing
		SELECT n.account_id, n.scheme, 12, min(n.occurred_at), 'clear', min(n.occurred_at)
		FROM new_rows n
		WHERE NOT EXISTS (SELECT FROM statement_trigger.standing s
			WHERE s.account_id = n.account_id AND s.scheme = n.scheme)
		GROUP BY n.account_id, n.scheme
		ORDER BY n.account_id, n.scheme
		ON CONFLICT DO NOTHING;
	-- Locked first, in key order; then read.
	SELECT count(*) INTO wrong
		FROM (SELECT s.as_of, n.first_at, n.last_at
			FROM statement_trigger.standing s
				JOIN (SELECT n.account_id, n.scheme, min(n.occurred_at) AS first_at, max(n.occurred_at) AS last_at
					FROM new_rows n GROUP BY n.account_id, n.scheme) n
					ON s.account_id = n.account_id AND s.scheme = n.scheme
			ORDER BY s.account_id, s.scheme
			FOR NO KEY UPDATE OF s) l
		WHERE l.first_at < l.as_of OR l.last_at > l.first_at + interval '7 days';
	IF wrong > 0 THEN
		RAISE EXCEPTION 'violations of % accounts come late, or lie far apart', wrong;
	END IF;

	-- Outer joins where inner ones would do: the planner knows nothing of the
	-- transition table, and an outer join keeps it from expecting a single row.
	-- The sanction's id is drawn before it is written, so that no step has to be
	-- joined to what another one returns.
	WITH priced AS (
		SELECT n.account_id, n.scheme, n.violation_id, n.occurred_at, n.decided_at,
			coalesce(n.points, r.usual) AS taken,
			sum(coalesce(n.points, r.usual)) OVER w AS taken_so_far,
			first_value(n.occurred_at) OVER w AS first_at,
			lead(n.violation_id) OVER w IS NULL AS is_last
		FROM new_rows n LEFT JOIN bench.rule r ON r.scheme = n.scheme AND r.rule = n.rule
		WINDOW w AS (PARTITION BY n.account_id, n.scheme ORDER BY n.occurred_at, n.violation_id)
	), scored AS (
		SELECT p.account_id, p.scheme, p.violation_id, p.occurred_at, p.decided_at, p.is_last,
			greatest(0, b.score - p.taken_so_far + p.taken) AS before,
			greatest(0, b.score - p.taken_so_far) AS after,
			CASE WHEN s.tier_until > p.first_at THEN s.tier ELSE 'clear' END AS tier,
			s.tier_until
		FROM priced p
			LEFT JOIN statement_trigger.standing s ON s.account_id = p.account_id AND s.scheme = p.scheme
			CROSS JOIN LATERAL (SELECT CASE
				WHEN s.score < 12 AND p.first_at >= s.as_of + interval '7 days'
				THEN bench.recovered(s.score, extract(epoch FROM p.first_at - s.as_of) / 86400)
				ELSE s.score END AS score) b
	), step AS MATERIALIZED (
		SELECT c.*, CASE WHEN c.after < c.before AND c.after <= highest.at_most THEN
				(SELECT r FROM bench.rung r
				WHERE r.scheme = c.scheme AND r.at_most >= c.after AND r.at_most < c.before
				ORDER BY r.at_most LIMIT 1) END AS rung
		FROM scored c, (SELECT max(r.at_most) AS at_most FROM bench.rung r) highest
	), reached AS MATERIALIZED (
		SELECT t.account_id, t.scheme, t.violation_id, t.decided_at,
			(t.rung).rung, (t.rung).tier, (t.rung).withholds,
			coalesce(t.decided_at + (t.rung).lasts, 'infinity') AS until,
			s.sanction_id AS running,
			coalesce(s.sanction_id, nextval('statement_trigger.sanction_seq')) AS sanction_id
		FROM step t
			LEFT JOIN LATERAL (SELECT s.sanction_id FROM statement_trigger.sanction s
				WHERE s.account_id = t.account_id AND s.scheme = t.scheme
					AND s.rung = (t.rung).rung AND s.during @> t.decided_at LIMIT 1) s ON true
		WHERE (t.rung).rung IS NOT NULL
	), prolonged AS (
		UPDATE statement_trigger.sanction s
			SET during = tstzrange(lower(s.during), nullif(greatest(upper(s.during), r.until), 'infinity'))
			FROM reached r
			WHERE s.account_id = r.account_id AND s.sanction_id = r.running
	), opened AS (
		INSERT INTO statement_trigger.sanction (account_id, sanction_id, scheme, rung, tier, withholds, during, violation_id)
			SELECT r.account_id, r.sanction_id, r.scheme, r.rung, r.tier, r.withholds,
				tstzrange(r.decided_at, nullif(r.until, 'infinity')), r.violation_id
			FROM reached r
			WHERE r.running IS NULL
	), withheld AS (
		INSERT INTO statement_trigger.restriction AS kept
			SELECT DISTINCT ON (r.account_id, c.c, r.scheme) r.account_id, c.c, r.scheme, r.until, r.sanction_id
			FROM reached r CROSS JOIN LATERAL unnest(r.withholds) c (c)
			ORDER BY r.account_id, c.c, r.scheme, r.until DESC
			ON CONFLICT (account_id, capability, scheme) DO UPDATE
				SET until = excluded.until, sanction_id = excluded.sanction_id
				WHERE kept.until < excluded.until
	)
	UPDATE statement_trigger.standing s
		SET score = t.after, as_of = t.occurred_at, tier = greatest(t.tier, t.highest),
			tier_until = greatest(t.tier_until, CASE WHEN t.highest >= t.tier THEN t.until END)
		FROM (SELECT t.*, max((t.rung).tier) OVER w AS highest,
				max(CASE WHEN (t.rung).rung IS NOT NULL
					THEN coalesce(t.decided_at + (t.rung).lasts, 'infinity') END) OVER w AS until
			FROM step t WINDOW w AS (PARTITION BY t.account_id, t.scheme)) t
		WHERE t.is_last AND s.account_id = t.account_id AND s.scheme = t.scheme;
	RETURN NULL;
END
$$;
CREATE TRIGGER apply AFTER INSERT ON statement_trigger.violation
	REFERENCING NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION statement_trigger.apply();
