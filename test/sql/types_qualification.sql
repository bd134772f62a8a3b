-- qualification: kind, path in a taxonomy, graded attributes.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance CASCADE;
RESET client_min_messages;
SET search_path = governance, public;

-- What an expression gives: its value, or SQLSTATE and detail.
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
	RETURN SQLSTATE || ' ' || detail;
END
$$;

-- Text accepted, and printed canonically.
SELECT input, input::qualification
FROM (VALUES
	('occupation:healthcare/physician[hospital=9,title=2]'),
	('occupation:healthcare/physician[title=2,hospital=9]'),
	('interest:food'), ('a:b'), ('a1:b_2/c-3/d'), ('a:b[x=0]'), ('a:b[x=007]'), ('a:b[x=32767]'),
	('a:b[zz=1,z=2,y=3]'), ('a:b/b/b/b')
) AS v (input);
-- At the limits.
SELECT length(q::text), pg_column_size(q) AS bytes
FROM (SELECT (repeat('k', 63) || ':' || repeat(repeat('p', 63) || '/', 15) || repeat('p', 63) || '[' ||
			  (SELECT string_agg(chr(96 + n) || repeat('a', 62) || '=32767', ',') FROM generate_series(1, 16) AS n) ||
			  ']')::qualification) AS v (q);

-- Text refused.
SELECT input, pg_temp.attempt(format('%L::qualification', input))
FROM (VALUES
	(''), (' '), ('occupation'), ('occupation:'), (':healthcare'), (':'), ('a:b:c'), ('a/b:c'),
	('a:/b'), ('a:b/'), ('a:b//c'), (' a:b'), ('a:b '), ('a :b'), ('a: b'), (E'a:b\n'),
	('A:b'), ('a:B'), ('1a:b'), ('a:1b'), ('_a:b'), ('a:-b'), ('a:b.c'),
	('a:b['), ('a:b]'), ('a:b[]'), ('a:b[x]'), ('a:b[x=]'), ('a:b[=1]'), ('a:b[x=1'), ('a:b[x=1]]'),
	('a:b[x=1]y'), ('a:b[x=1],'), ('a:b[x=1,]'), ('a:b[,x=1]'), ('a:b[x=1,,y=2]'), ('a:b[x=-1]'), ('a:b[x=+1]'),
	('a:b[x=1.5]'), ('a:b[x= 1]'), ('a:b[x =1]'), ('a:b[x=1, y=2]'), ('a:b[X=1]'), ('a:b[x/y=1]'), ('a:b[x=y]'),
	('a:b[x=1,x=1]'), ('a:b[y=1,x=1,y=2]'),
	('a:b[x=32768]'), ('a:b[x=99999999999999999999]')
) AS v (input);
SELECT left(pg_temp.attempt($$'a:bé'::qualification$$), 5) AS not_ascii;
-- Past the limits.
SELECT what, pg_temp.attempt(format('%L::qualification', input))
FROM (VALUES
	('kind', repeat('k', 64) || ':b'),
	('label', 'a:' || repeat('p', 64)),
	('depth', 'a:' || repeat('p/', 16) || 'p'),
	('name', 'a:b[' || repeat('n', 64) || '=1]'),
	('attributes', 'a:b[' || (SELECT string_agg('a' || n || '=1', ',') FROM generate_series(1, 17) AS n) || ']'),
	('very long', repeat('k', 100000)),
	('very deep', 'a:' || repeat('p/', 100000) || 'p'),
	('very many', 'a:b[' || (SELECT string_agg('a' || n || '=1', ',') FROM generate_series(1, 10000) AS n) || ']')
) AS v (what, input);

-- Accessors.
SELECT kind(q), path(q), grade(q, 'hospital') AS hospital, grade(q, 'title') AS title, grade(q, 'tit') AS tit,
	grade(q, '') AS nameless, grade(q, NULL) AS unknown
FROM (VALUES ('occupation:healthcare/physician[hospital=9,title=2]'::qualification), ('interest:food')) AS v (q);

-- Held against required.
SELECT held, required, held::qualification @> required::qualification AS satisfies
FROM (VALUES
	('occupation:healthcare/physician[hospital=9,title=3]', 'occupation:healthcare/physician[hospital=9,title=2]'),
	('occupation:healthcare/physician[hospital=9,title=2]', 'occupation:healthcare/physician[hospital=9,title=2]'),
	('occupation:healthcare/physician[hospital=9,title=2]', 'occupation:healthcare'),
	('occupation:healthcare/physician[hospital=9,title=2]', 'occupation:healthcare[title=1]'),
	('occupation:healthcare/physician[hospital=9,title=2]', 'occupation:healthcare/physician'),
	('occupation:healthcare/physician[hospital=9,title=1]', 'occupation:healthcare/physician[hospital=9,title=2]'),
	('occupation:healthcare/physician[hospital=9]', 'occupation:healthcare/physician[hospital=9,title=2]'),
	('occupation:healthcare/physician[title=9]', 'occupation:healthcare/physician[hospital=9]'),
	('occupation:healthcare/physician', 'occupation:healthcare/physician[a=0]'),
	('occupation:healthcare', 'occupation:healthcare/physician'),
	('occupation:healthcare/physician', 'occupation:healthcare/nurse'),
	('occupation:healthcare/physician', 'occupation:health'),
	('occupation:healthcare/physician', 'occupation:healthcare/phys'),
	('occupation:healthcare/physician', 'interest:healthcare/physician'),
	('occupation:healthcare', 'occ:healthcare'),
	('institution:hospital[level=3,public=1]', 'institution:hospital[level=2,public=1]'),
	('institution:hospital[level=3]', 'institution:hospital[level=2,public=1]')
) AS v (held, required);

-- A partial order, and a total order consistent with equality, over all of a small world.
CREATE TEMP TABLE world AS
SELECT (kind || ':' || path || attrs)::qualification AS q
FROM (VALUES ('a'), ('ab')) AS k (kind),
	(VALUES ('a'), ('a/b'), ('a/b/c'), ('a-b'), ('a0'), ('ab'), ('b'), ('b/a')) AS p (path),
	(VALUES (''), ('[x=0]'), ('[x=1]'), ('[x=2]'), ('[y=1]'), ('[x=1,y=1]'), ('[x=2,y=1]'), ('[x=1,y=1,z=1]'),
		('[xx=1]')) AS a (attrs);
SELECT count(*), count(DISTINCT q), count(DISTINCT q::text) FROM world;
SELECT count(*) AS not_reflexive FROM world WHERE NOT q @> q OR NOT q <@ q;
SELECT count(*) AS not_antisymmetric FROM world a, world b WHERE a.q @> b.q AND b.q @> a.q AND a.q <> b.q;
SELECT count(*) AS not_commuted FROM world a, world b WHERE (a.q @> b.q) <> (b.q <@ a.q);
SELECT count(*) AS not_transitive
FROM world a, world b, world c
WHERE a.q @> b.q AND b.q @> c.q AND NOT a.q @> c.q;
SELECT count(*) AS not_as_defined
FROM world held, world required
WHERE (held.q @> required.q) <>
	(kind(held.q) = kind(required.q)
	 AND (path(held.q) = path(required.q) OR starts_with(path(held.q), path(required.q) || '/'))
	 AND NOT EXISTS (SELECT FROM unnest('{x,y,z,xx}'::text[]) AS n
					 WHERE grade(required.q, n) IS NOT NULL
						AND coalesce(grade(held.q, n) < grade(required.q, n), true)));
SELECT count(*) AS not_total
FROM world a, world b
WHERE (a.q < b.q)::int + (a.q = b.q)::int + (a.q > b.q)::int <> 1
	OR (a.q = b.q) <> (a.q::text = b.q::text)
	OR (a.q <> b.q) = (a.q = b.q) OR (a.q <= b.q) = (a.q > b.q) OR (a.q >= b.q) = (a.q < b.q)
	OR qualification_cmp(a.q, b.q) <> (a.q > b.q)::int - (a.q < b.q)::int
	OR (a.q < b.q) <> (b.q > a.q);
SELECT count(*) AS not_transitive FROM world a, world b, world c WHERE a.q < b.q AND b.q < c.q AND NOT a.q < c.q;
SELECT min(q), max(q) FROM world;
SELECT min(q), max(q) FROM world WHERE false;
-- A path sorts right before what is under it.
SELECT q FROM world WHERE kind(q) = 'a' AND (grade(q, 'x') IS NULL AND grade(q, 'y') IS NULL) ORDER BY q;
SELECT q FROM world WHERE kind(q) = 'ab' AND path(q) = 'b' ORDER BY q;

-- Joins and hash partitions.
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS off) SELECT count(*) FROM world a JOIN world b USING (q);
SELECT count(*) FROM world a JOIN world b USING (q);
SET enable_mergejoin = on;
SET enable_hashjoin = off;
EXPLAIN (COSTS off) SELECT count(*) FROM world a JOIN world b USING (q);
SELECT count(*) FROM world a JOIN world b USING (q);
RESET enable_nestloop;
RESET enable_mergejoin;
RESET enable_hashjoin;
CREATE TEMP TABLE world_part (q qualification) PARTITION BY HASH (q);
CREATE TEMP TABLE world_part_0 PARTITION OF world_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE world_part_1 PARTITION OF world_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO world_part SELECT q FROM world;
SELECT count(*) FROM world_part;

-- The planner takes the index of its own accord for @> and <@, either way round.
CREATE TABLE types_held (id int, q qualification);
INSERT INTO types_held
SELECT n, format('occupation:industry%s/class%s/entry%s[hospital=%s,title=%s]',
				 n % 20, n % 160, n % 640, n % 10, n % 4)::qualification
FROM generate_series(1, 60000) AS n;
INSERT INTO types_held
VALUES (0, 'occupation:industry1'), (0, 'occupation:industry1/class1[hospital=3]'),
	(0, 'occupation:industry1/class1[hospital=9]'), (0, 'interest:industry1'), (0, NULL);
CREATE INDEX types_held_q ON types_held USING gin (q);
VACUUM ANALYZE types_held;
EXPLAIN (COSTS off) SELECT count(*) FROM types_held WHERE q @> 'occupation:industry1/class1';
EXPLAIN (COSTS off) SELECT count(*) FROM types_held WHERE 'occupation:industry1/class1[title=2]' <@ q;
EXPLAIN (COSTS off) SELECT count(*) FROM types_held WHERE q <@ 'occupation:industry1/class1/entry1[hospital=5,title=1]';
EXPLAIN (COSTS off) SELECT count(*) FROM types_held WHERE 'occupation:industry1/class1[hospital=5]' @> q;
-- By index and by sequential scan the answer is the same.
DO $$
DECLARE
	asked qualification;
	op text;
	by_index int[];
	by_scan int[];
	found bigint := 0;
	command text;
BEGIN
	FOREACH asked IN ARRAY '{occupation:industry1,occupation:industry1/class1,occupation:industry1/class1/entry1,
		"occupation:industry1[title=2]","occupation:industry1/class1[hospital=5]",
		"occupation:industry1/class1/entry1[hospital=1,title=1]","occupation:industry1/class1/entry1[hospital=9,title=9]",
		"occupation:industry1/class1/entry1/more[hospital=1,title=1]",occupation:industry,interest:industry1,
		"occupation:industry1/class1[none=0]",occupation:none,none:industry1}'::qualification[]
	LOOP
		FOREACH op IN ARRAY '{@>,<@}'::text[] LOOP
			command := format('SELECT array_agg(id ORDER BY id) FROM types_held WHERE q %s %L', op, asked);
			PERFORM set_config('enable_seqscan', 'off', true);
			EXECUTE command INTO by_index;
			PERFORM set_config('enable_seqscan', 'on', true);
			PERFORM set_config('enable_bitmapscan', 'off', true);
			EXECUTE command INTO by_scan;
			PERFORM set_config('enable_bitmapscan', 'on', true);
			IF by_index IS DISTINCT FROM by_scan THEN
				RAISE WARNING '%: the index differs', command;
			END IF;
			found := found + coalesce(cardinality(by_scan), 0);
		END LOOP;
	END LOOP;
	RAISE NOTICE '% rows found', found;
END
$$;
-- Without grades to check, no row is looked at again.
SET enable_seqscan = off;
DO $$
DECLARE
	plan json;
BEGIN
	SET LOCAL work_mem = '64MB';
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT json) SELECT q FROM types_held WHERE q @> ''occupation:industry1/class1''' INTO plan;
	RAISE NOTICE 'removed by recheck: %', plan -> 0 -> 'Plan' ->> 'Rows Removed by Index Recheck';
END
$$;
RESET enable_seqscan;
-- Rows that arrive later, through the pending list.
INSERT INTO types_held VALUES (-1, 'occupation:industry1/class1[hospital=9,title=9]');
SET enable_seqscan = off;
SELECT id, q FROM types_held WHERE q @> 'occupation:industry1/class1[title=9]';
RESET enable_seqscan;
-- A btree and a hash index as well.
CREATE INDEX types_held_btree ON types_held (q);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT id FROM types_held WHERE q = 'occupation:industry1';
SELECT id FROM types_held WHERE q = 'occupation:industry1';
EXPLAIN (COSTS off) SELECT q FROM types_held ORDER BY q LIMIT 2;
SELECT q FROM types_held ORDER BY q LIMIT 2;
DROP INDEX types_held_btree;
CREATE INDEX types_held_hash ON types_held USING hash (q);
EXPLAIN (COSTS off) SELECT id FROM types_held WHERE q = 'occupation:industry1';
SELECT id FROM types_held WHERE q = 'occupation:industry1';
RESET enable_seqscan;
RESET enable_bitmapscan;

DROP TABLE types_held;
DROP TABLE world_part, world;
