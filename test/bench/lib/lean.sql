--
-- lean.sql
--	What a platform would write that needs nothing but this one policy: a narrow
--	table of violations, with a key, one index and no checks.
--
--	lean_floor     the insert, and one counter that the same statement updates;
--	               the price comes with the statement
--	lean_trigger   PL/pgSQL, once for each row: look up the price, add it to what
--	               the account has been charged, open a sanction when a threshold
--	               is crossed
--
-- No time: nothing recovers, no sanction is prolonged or ends early, the tier and
-- what is withheld are for whoever reads to find out.  Over a history so young
-- that nothing recovers, the scores and the sanctions are those of governance
-- (lean_check.sql).
--
-- Needs bench.history (violation_input.sql) and the policy's tables
-- (competitors.sql).
--
\set ON_ERROR_STOP on

CREATE SCHEMA lean_floor;
CREATE TABLE lean_floor.violation (
	violation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account_id	bigint NOT NULL,
	scheme		text NOT NULL,
	rule		text NOT NULL,
	points		int,
	occurred_at	timestamptz NOT NULL DEFAULT now(),
	decided_by	text NOT NULL DEFAULT current_user
);
CREATE INDEX ON lean_floor.violation (account_id);
CREATE TABLE lean_floor.score (
	account_id	bigint PRIMARY KEY,
	points		int NOT NULL
) WITH (fillfactor = 60);

CREATE SCHEMA lean_trigger;
CREATE TABLE lean_trigger.violation (LIKE lean_floor.violation INCLUDING ALL);
CREATE TABLE lean_trigger.score (LIKE lean_floor.score INCLUDING ALL) WITH (fillfactor = 60);
CREATE TABLE lean_trigger.rule (
	rule		text PRIMARY KEY,
	points		int NOT NULL
);
INSERT INTO lean_trigger.rule SELECT rule, usual FROM bench.rule WHERE usual IS NOT NULL;
CREATE TABLE lean_trigger.rung (
	at_least	int PRIMARY KEY,		-- points charged
	rung		text NOT NULL,
	lasts		interval				-- null: for ever
);
INSERT INTO lean_trigger.rung SELECT 12 - at_most, rung, lasts FROM bench.rung;
CREATE TABLE lean_trigger.sanction (
	sanction_id	bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	account_id	bigint NOT NULL,
	rung		text NOT NULL,
	violation_id bigint NOT NULL,
	since		timestamptz NOT NULL,
	until		timestamptz				-- null: for ever
);
CREATE INDEX ON lean_trigger.sanction (account_id);

CREATE FUNCTION lean_trigger.apply() RETURNS trigger
	LANGUAGE plpgsql
AS $$
DECLARE
	price	int;
	charged	int;
	crossed	lean_trigger.rung;
BEGIN
	price := NEW.points;
	IF price IS NULL THEN
		SELECT r.points INTO price FROM lean_trigger.rule r WHERE r.rule = NEW.rule;
		IF NOT FOUND THEN
			RAISE EXCEPTION 'there is no rule %', NEW.rule;
		END IF;
	END IF;
	UPDATE lean_trigger.score s SET points = s.points + price
		WHERE s.account_id = NEW.account_id
		RETURNING s.points INTO charged;
	IF NOT FOUND THEN
		INSERT INTO lean_trigger.score AS s VALUES (NEW.account_id, price)
			ON CONFLICT (account_id) DO UPDATE SET points = s.points + price
			RETURNING s.points INTO charged;
	END IF;
	SELECT * INTO crossed FROM lean_trigger.rung r
		WHERE r.at_least <= charged AND r.at_least > charged - price
		ORDER BY r.at_least DESC LIMIT 1;
	IF FOUND THEN
		INSERT INTO lean_trigger.sanction (account_id, rung, violation_id, since, until)
			VALUES (NEW.account_id, crossed.rung, NEW.violation_id, NEW.occurred_at, NEW.occurred_at + crossed.lasts);
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER apply AFTER INSERT ON lean_trigger.violation
	FOR EACH ROW EXECUTE FUNCTION lean_trigger.apply();

INSERT INTO lean_trigger.violation (account_id, scheme, rule, occurred_at)
	SELECT account_id, :'scheme', rule, at FROM bench.history ORDER BY account_id;
INSERT INTO lean_floor.violation (account_id, scheme, rule, points, occurred_at)
	SELECT account_id, :'scheme', rule, points, at FROM bench.history ORDER BY account_id;
INSERT INTO lean_floor.score
	SELECT a.account_id, coalesce(h.points, 0)
	FROM governance.account a
		LEFT JOIN (SELECT account_id, sum(points) AS points FROM bench.history GROUP BY account_id) h USING (account_id)
	ORDER BY a.account_id;
VACUUM ANALYZE;
CHECKPOINT;
