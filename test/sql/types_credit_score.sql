-- credit_score: points out of a cap.
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

-- Text accepted, and printed canonically.
SELECT input, input::credit_score
FROM (VALUES
	('85/100'), ('11.5/12'), ('11.50/12.00'), ('0/12'), ('0.00/0.01'), ('15/12'),
	('085/0100'), ('99.05/100'), ('99.5/100.1'), ('21474836.47/21474836.47'),
	('0/21474836.47'), ('00000000000000000000000001/1')
) AS v (input);

-- Text refused.
SELECT input, pg_temp.attempt(format('%L::credit_score', input))
FROM (VALUES
	(''), (' '), ('85'), ('85/'), ('/100'), ('/'), ('85/100/'), ('85/100/1'),
	('85 /100'), ('85/ 100'), (' 85/100'), ('85/100 '), (E'85/100\n'),
	('-1/100'), ('+1/100'), ('1/-100'), ('1e2/100'), ('0x10/100'), ('NaN/100'),
	('Infinity/100'), ('.5/12'), ('5./12'), ('5/12.'), ('5/.5'), ('5..5/12'), ('5.5.5/12'),
	('1,5/12'),
	('1.005/12'), ('1.500/12'), ('1/12.001'),
	('5/0'), ('0/0'), ('5/0.00'), ('21474836.48/100'), ('1/21474836.48'), ('21474837/100'),
	('99999999999999999999999999/100'), ('1/99999999999999999999999999'),
	('99999999999999999999999999.99/100'), ('99999999999999999999999999.9/x')
) AS v (input);

-- The constructor goes through the same checks.
SELECT expression, pg_temp.attempt(expression)
FROM (VALUES
	('credit_score(85, 100)'), ('credit_score(11.5, 12)'), ('credit_score(15, 12)'),
	('credit_score(1.500, 12.0000)'), ('credit_score(0, 0.01)'), ('credit_score(NULL, 1)'),
	('credit_score(21474836.47, 21474836.47)'),
	('credit_score(-1, 100)'), ('credit_score(-0.001, 100)'), ('credit_score(1, -100)'),
	('credit_score(1, 0)'), ('credit_score(1.005, 100)'), ('credit_score(1, 0.001)'),
	('credit_score(21474836.48, 100)'), ('credit_score(1, 21474836.48)'), ('credit_score(1e131000, 1)'),
	('credit_score(''NaN'', 1)'), ('credit_score(1, ''Infinity'')'), ('credit_score(''-Infinity'', 1)')
) AS v (expression);

-- Points and cap, and the cast.
SELECT s, points(s), cap(s), s::numeric, pg_typeof(points(s)), pg_typeof(s::numeric)
FROM (VALUES ('85/100'::credit_score), ('11.5/12'), ('0/0.01'), ('15/12'), ('10/1000'),
	('21474836.47/21474836.47')) AS v (s);
CREATE TEMP TABLE number (n numeric(10, 1));
INSERT INTO number SELECT '11.25/12'::credit_score RETURNING n;
SELECT '85/100'::text::credit_score::text;

-- Points off stop at 0, points back stop at the cap and never lower.
SELECT expression, pg_temp.attempt(expression)
FROM (VALUES
	('credit_score ''85/100'' - 5'), ('credit_score ''85/100'' - 0.5'), ('credit_score ''85/100'' - 0'),
	('credit_score ''85/100'' - 85'), ('credit_score ''85/100'' - 85.01'), ('credit_score ''85/100'' - 1e20'),
	('credit_score ''15/12'' - 2'), ('credit_score ''85/100'' - 5::bigint'), ('credit_score ''85/100'' - 5::smallint'),
	('credit_score ''85/100'' + 5'), ('credit_score ''85/100'' + 15'), ('credit_score ''85/100'' + 15.01'),
	('credit_score ''85/100'' + 1e131000'), ('credit_score ''15/12'' + 1'), ('credit_score ''12/12'' + 1'),
	('credit_score ''21474836.46/21474836.47'' + 21474836.47'), ('credit_score ''85/100'' + NULL'),
	('credit_score ''85/100'' - -1'), ('credit_score ''85/100'' + -1'), ('credit_score ''85/100'' - 0.005'),
	('credit_score ''85/100'' - numeric ''NaN'''), ('credit_score ''85/100'' + numeric ''NaN'''),
	('credit_score ''85/100'' - numeric ''Infinity'''), ('credit_score ''85/100'' + numeric ''-Infinity''')
) AS v (expression);

-- Order: points first, then cap; every operator agrees with it.
CREATE TEMP TABLE score (id int GENERATED ALWAYS AS IDENTITY, s credit_score);
INSERT INTO score (s)
VALUES ('0/12'), ('0/100'), ('11.5/12'), ('12/12'), ('15/12'), ('85/100'), ('85/110'), ('100/100'),
	('21474836.47/0.01'), ('21474836.47/21474836.47');
SELECT count(*) AS wrong
FROM score a, score b
WHERE (a.s < b.s) <> (a.id < b.id) OR (a.s <= b.s) <> (a.id <= b.id) OR (a.s = b.s) <> (a.id = b.id)
	OR (a.s <> b.s) <> (a.id <> b.id) OR (a.s >= b.s) <> (a.id >= b.id) OR (a.s > b.s) <> (a.id > b.id)
	OR credit_score_cmp(a.s, b.s) <> sign(a.id - b.id);
SELECT string_agg(s::text, ' ' ORDER BY s DESC) FROM score;
SELECT min(s), max(s), count(DISTINCT s) FROM score;
SELECT min(s), max(s) FROM score WHERE false;

-- Against a bare number the points count, in both directions and for every kind of number.
SELECT count(*) AS wrong
FROM score, (VALUES (-1), (0), (11.5), (11.505), (12), (85), (100), (21474836.47), (1e30),
	('NaN'), ('Infinity'), ('-Infinity')) AS v (n)
WHERE (s < n) <> (points(s) < n) OR (s <= n) <> (points(s) <= n) OR (s = n) <> (points(s) = n)
	OR (s <> n) <> (points(s) <> n) OR (s >= n) <> (points(s) >= n) OR (s > n) <> (points(s) > n)
	OR (n < s) <> (n < points(s)) OR (n <= s) <> (n <= points(s)) OR (n = s) <> (n = points(s))
	OR (n <> s) <> (n <> points(s)) OR (n >= s) <> (n >= points(s)) OR (n > s) <> (n > points(s));
SELECT credit_score '59/100' < 60 AS int4, credit_score '59/100' < 60::int8 AS int8,
	credit_score '59/100' < 59.5 AS numeric, 60 > credit_score '59/100' AS mirrored,
	credit_score '59/100' BETWEEN 50 AND 59 AS "between", credit_score '59/100' IN (58, 59) AS "in";
SELECT pg_temp.attempt('credit_score ''59/100'' < ''60''');

-- A number equals scores that are not equal: nothing may be inferred through it.
SELECT a.s, b.s
FROM score a JOIN score b ON a.s = 85 AND b.s = 85
ORDER BY 1, 2;

-- An ordinary index on the score answers comparisons with a number, exactly.
CREATE TABLE types_score_index (s credit_score);
INSERT INTO types_score_index
SELECT credit_score(n / 100.0, c)
FROM generate_series(0, 10000) AS n, (VALUES (0.01), (100), (21474836.47)) AS v (c);
CREATE INDEX ON types_score_index (s);
VACUUM ANALYZE types_score_index;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS off) SELECT * FROM types_score_index WHERE s < 60;
EXPLAIN (COSTS off) SELECT * FROM types_score_index WHERE 60.005 <= s;
EXPLAIN (COSTS off) SELECT * FROM types_score_index WHERE s = 60;
EXPLAIN (COSTS off) SELECT * FROM types_score_index WHERE s > 59.9 AND s <= 60;
EXPLAIN (COSTS off) SELECT * FROM types_score_index ORDER BY s LIMIT 1;
DO $$
DECLARE
	op text;
	n numeric;
	condition text;
	by_index bigint;
	by_points bigint;
	plan json;
BEGIN
	FOREACH op IN ARRAY '{<,<=,=,>=,>}'::text[] LOOP
		FOREACH n IN ARRAY '{-1,0,0.001,0.01,59.99,59.995,60,100,100.001,21474836.47,21474836.48,1e30,NaN,Infinity,-Infinity}'::numeric[] LOOP
			FOREACH condition IN ARRAY ARRAY[format('s %s %L::numeric', op, n),
											 format('%L::numeric %s s', n, translate(op, '<>', '><'))] LOOP
				EXECUTE 'SELECT count(*) FROM types_score_index WHERE ' || condition INTO by_index;
				EXECUTE format('SELECT count(*) FROM types_score_index WHERE points(s) %s %L::numeric', op, n)
					INTO by_points;
				IF by_index <> by_points THEN
					RAISE WARNING '%: % rows by index, % by points', condition, by_index, by_points;
				END IF;
				EXECUTE 'EXPLAIN (FORMAT json) SELECT * FROM types_score_index WHERE ' || condition INTO plan;
				IF n BETWEEN 0 AND 21474836 AND scale(n) < 3 AND plan -> 0 -> 'Plan' ->> 'Index Cond' IS NULL THEN
					RAISE WARNING '%: no index condition', condition;
				END IF;
			END LOOP;
		END LOOP;
	END LOOP;
END
$$;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- Hash join, merge join, hash partitions.
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS off) SELECT count(*) FROM score a JOIN score b USING (s);
SELECT count(*) FROM score a JOIN score b USING (s);
SET enable_mergejoin = on;
SET enable_hashjoin = off;
EXPLAIN (COSTS off) SELECT count(*) FROM score a JOIN score b USING (s);
SELECT count(*) FROM score a JOIN score b USING (s);
RESET enable_nestloop;
RESET enable_mergejoin;
RESET enable_hashjoin;
CREATE TEMP TABLE score_part (s credit_score) PARTITION BY HASH (s);
CREATE TEMP TABLE score_part_0 PARTITION OF score_part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE score_part_1 PARTITION OF score_part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO score_part SELECT s FROM score;
SELECT count(*) FROM score_part;

DROP TABLE types_score_index;
DROP TABLE score_part, score, number;
