-- sanction_tier: a position on the ladder.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance CASCADE;
RESET client_min_messages;
SET search_path = governance, public;

-- What an expression gives: its value, or SQLSTATE, message and detail.
CREATE FUNCTION pg_temp.attempt(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
	detail text;
BEGIN
	EXECUTE 'SELECT (' || expression || ')::text' INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || SQLERRM || coalesce(' / ' || nullif(detail, ''), '');
END
$$;

-- The ladder, its numbers, one byte each.
CREATE TEMP TABLE ladder (id int, t sanction_tier);
INSERT INTO ladder
SELECT ordinality - 1, name::sanction_tier
FROM unnest('{clear,warned,limited,muted,suspended,revoked,banned}'::text[]) WITH ORDINALITY AS u (name, ordinality);
SELECT t, t::int, pg_column_size(t), sanction_tier_send(t) FROM ladder ORDER BY id;

-- Refused: names stand alone, in lower case.
SELECT input, pg_temp.attempt(format('%L::sanction_tier', input))
FROM (VALUES (''), (' '), ('Clear'), ('BANNED'), (' muted'), ('muted '), (E'muted\n'), ('mute'), ('mutedx'),
	('0'), ('6'), ('clear,banned'), ('null')) AS v (input);
SELECT pg_temp.attempt('3::sanction_tier') LIKE '42846%' AS no_cast_from_int;

-- Every operator agrees with the ladder.
SELECT count(*) AS wrong
FROM ladder a, ladder b
WHERE (a.t < b.t) <> (a.id < b.id) OR (a.t <= b.t) <> (a.id <= b.id) OR (a.t = b.t) <> (a.id = b.id)
	OR (a.t <> b.t) <> (a.id <> b.id) OR (a.t >= b.t) <> (a.id >= b.id) OR (a.t > b.t) <> (a.id > b.id)
	OR sign(sanction_tier_cmp(a.t, b.t)) <> sign(a.id - b.id)
	OR sanction_tier_larger(a.t, b.t)::int <> greatest(a.id, b.id)
	OR sanction_tier_smaller(a.t, b.t)::int <> least(a.id, b.id)
	OR greatest(a.t, b.t)::int <> greatest(a.id, b.id);
SELECT min(t), max(t), count(DISTINCT t) FROM ladder;
SELECT min(t), max(t) FROM ladder WHERE false;
SELECT t FROM ladder WHERE t >= 'suspended' ORDER BY t DESC;
SELECT t FROM ladder WHERE t < 'warned';

-- A btree finds the end of the ladder; hash and merge joins, hash partitions.
CREATE INDEX ladder_t ON ladder (t);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT t FROM ladder WHERE t >= 'suspended';
SELECT max(t) FROM ladder;
RESET enable_seqscan;
RESET enable_bitmapscan;
DROP INDEX ladder_t;
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS off) SELECT count(*) FROM ladder a JOIN ladder b USING (t);
SELECT count(*) FROM ladder a JOIN ladder b USING (t);
SET enable_mergejoin = on;
SET enable_hashjoin = off;
EXPLAIN (COSTS off) SELECT count(*) FROM ladder a JOIN ladder b USING (t);
SELECT count(*) FROM ladder a JOIN ladder b USING (t);
RESET enable_nestloop;
RESET enable_mergejoin;
RESET enable_hashjoin;
CREATE TEMP TABLE ladder_part (t sanction_tier) PARTITION BY HASH (t);
CREATE TEMP TABLE ladder_part_0 PARTITION OF ladder_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE ladder_part_1 PARTITION OF ladder_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO ladder_part SELECT t FROM ladder;
SELECT count(*) FROM ladder_part;

DROP TABLE ladder_part, ladder;
