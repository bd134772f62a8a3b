-- What holds for every type: catalog, binary and text I/O under mutation,
-- hashing, soft errors, aggregates in parallel and by index.  GOVERNANCE_FUZZ
-- multiplies the number of mutants.
\set fuzz 1
\getenv fuzz GOVERNANCE_FUZZ
SELECT set_config('test.fuzz', :'fuzz', false) IS NOT NULL AS set;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance CASCADE;
RESET client_min_messages;
SET search_path = governance, public;

-- Every operator class of the extension is valid.
SELECT count(*) FILTER (WHERE opcintype IN ('credit_score'::regtype, 'sanction_tier'::regtype, 'qualification'::regtype)) AS of_types,
	count(*) FILTER (WHERE NOT amvalidate(c.oid)) AS invalid
FROM pg_opclass c
JOIN pg_depend d ON d.classid = 'pg_opclass'::regclass AND d.objid = c.oid AND d.deptype = 'e'
	AND d.refclassid = 'pg_extension'::regclass
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'governance';
SELECT amname, opcname, opcdefault, amvalidate(c.oid)
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
WHERE opcintype IN ('credit_score'::regtype, 'sanction_tier'::regtype, 'qualification'::regtype)
ORDER BY opcname COLLATE "C", amname COLLATE "C";

-- Everything that speaks of the types has a comment; functions are immutable,
-- strict and parallel safe.
CREATE TEMP TABLE type_oid AS SELECT unnest('{credit_score,sanction_tier,qualification}'::regtype[])::oid AS oid;
CREATE TEMP TABLE type_function AS
SELECT p.* FROM pg_proc p
WHERE pronamespace = 'governance'::regnamespace
	AND (prorettype IN (SELECT oid FROM type_oid) OR EXISTS (SELECT FROM type_oid t WHERE t.oid = ANY (proargtypes))
		 OR proname ~ '^(credit_score|sanction_tier|qualification)_')
	AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')
	AND proname ~ '^(numeric_)?(credit_score|sanction_tier|qualification)(_|$)|^(points|cap|kind|path|grade|min|max)$';
SELECT count(*) > 70 AS many FROM type_function;
SELECT oid::regprocedure FROM type_function
WHERE obj_description(oid, 'pg_proc') IS NULL
	OR prokind = 'f' AND (provolatile <> 'i' OR NOT proisstrict) OR proparallel <> 's';
SELECT oid::regoperator FROM pg_operator
WHERE (oprleft IN (SELECT oid FROM type_oid) OR oprright IN (SELECT oid FROM type_oid))
	AND oprnamespace = 'pg_catalog'::regnamespace
	AND (obj_description(oid, 'pg_operator') IS NULL
		 OR oprresult = 'bool'::regtype AND (oprrest = 0 OR oprjoin = 0 OR oprcom = 0)
		 OR oprname NOT IN ('+', '-', '@>', '<@') AND oprnegate = 0);
-- Commutators and negators are mutual and exist.
SELECT o.oid::regoperator
FROM pg_operator o
LEFT JOIN pg_operator c ON c.oid = o.oprcom AND c.oprcom = o.oid AND c.oprleft = o.oprright AND c.oprright = o.oprleft
LEFT JOIN pg_operator n ON n.oid = o.oprnegate AND n.oprnegate = o.oid AND n.oprleft = o.oprleft AND n.oprright = o.oprright
WHERE (o.oprleft IN (SELECT oid FROM type_oid) OR o.oprright IN (SELECT oid FROM type_oid))
	AND o.oprnamespace = 'pg_catalog'::regnamespace
	AND (o.oprcom <> 0 AND (c.oid IS NULL OR c.oprcode = 0) OR o.oprnegate <> 0 AND (n.oid IS NULL OR n.oprcode = 0));
SELECT oid::regtype FROM type_oid WHERE obj_description(oid, 'pg_type') IS NULL;
SELECT c.castsource::regtype, c.casttarget::regtype, c.castcontext, obj_description(c.oid, 'pg_cast') IS NOT NULL AS comment
FROM pg_cast c WHERE castsource IN (SELECT oid FROM type_oid) OR casttarget IN (SELECT oid FROM type_oid)
ORDER BY castsource::regtype::text COLLATE "C";
SELECT opcname, amname FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
WHERE opcintype IN (SELECT oid FROM type_oid) AND obj_description(c.oid, 'pg_opclass') IS NULL;

-- Binary COPY there and back.
CREATE TABLE types_io (id int, s credit_score, t sanction_tier, q qualification);
INSERT INTO types_io
SELECT n, credit_score(n * 0.37, 0.01 + n % 7 * 10), (enum.names[1 + n % 7])::sanction_tier,
	format('kind%s:a/b%s%s', n % 3, n % 50, repeat('/deeper-label_' || n, n % 3)
		|| CASE WHEN n % 4 > 0 THEN format('[z=%s,a=%s]', n % 32768, n % 10) ELSE '' END)::qualification
FROM generate_series(0, 4999) AS n, (VALUES ('{clear,warned,limited,muted,suspended,revoked,banned}'::text[])) AS enum (names);
INSERT INTO types_io VALUES (5000, NULL, NULL, NULL);
CREATE TABLE types_io_back (LIKE types_io);
CREATE FUNCTION pg_temp.file() RETURNS text LANGUAGE sql AS
$$SELECT current_setting('data_directory') || '/types_io.' || pg_backend_pid()$$;
DO $$
BEGIN
	EXECUTE format('COPY types_io TO %L (FORMAT binary)', pg_temp.file());
	EXECUTE format('COPY types_io_back FROM %L (FORMAT binary)', pg_temp.file());
END
$$;
SELECT count(*), count(s), count(t), count(q) FROM types_io_back;
SELECT count(*) AS differ
FROM types_io a JOIN types_io_back b USING (id)
WHERE (a.s, a.t, a.q)::text <> (b.s, b.t, b.q)::text OR a.s <> b.s OR a.t <> b.t OR a.q <> b.q;
-- On the wire.
SELECT credit_score_send('85/100'), sanction_tier_send('muted'), qualification_send('a:bc/d[x=258,y=3]');

-- Bytes that are given to recv: a bytea on the wire is its bytes.
CREATE FUNCTION pg_temp.receive(type text, image bytea) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
	detail text;
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', image, pg_temp.file());
	DROP TABLE IF EXISTS pg_temp.received;
	EXECUTE format('CREATE TEMP TABLE received (v %s)', type);
	EXECUTE format('COPY pg_temp.received FROM %L (FORMAT binary)', pg_temp.file());
	EXECUTE 'SELECT v::text FROM pg_temp.received' INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
	RETURN SQLSTATE || ' ' || SQLERRM || coalesce(' / ' || nullif(detail, ''), '');
END
$$;
SET client_min_messages = warning;
SELECT type, image, pg_temp.receive(type, image)
FROM (VALUES
	('credit_score', '\x0000213400002710'::bytea), ('credit_score', '\x7fffffff00000001'), ('credit_score', '\x0000000000000001'),
	('credit_score', '\x0000213400000000'), ('credit_score', '\xffffffff00002710'), ('credit_score', '\x0000213480000000'),
	('credit_score', '\x00002134000027'), ('credit_score', '\x000021340000271000'), ('credit_score', '\x'),
	('sanction_tier', '\x00'), ('sanction_tier', '\x06'), ('sanction_tier', '\x07'), ('sanction_tier', '\xff'),
	('sanction_tier', '\x'), ('sanction_tier', '\x0000'),
	('qualification', '\000\001\000\001\000a:b'), ('qualification', '\000\001\000\001\001a:b\001\177\377x'),
	('qualification', '\000\001\000\001\002a:b\001\000\002y\001\000\001x'),
	('qualification', '\001\001\000\001\000a:b'), ('qualification', '\000\000\000\001\000:b'),
	('qualification', '\000\001\000\000\000a:'), ('qualification', '\000\001\000\001\000a/b'),
	('qualification', '\000\001\000\001\000A:b'), ('qualification', '\000\001\000\001\000a:\000'),
	('qualification', '\000\001\000\003\000a:b//'), ('qualification', '\000\001\000\001\000a:'),
	('qualification', '\000\001\377\377\000a:b'), ('qualification', '\000\377\000\001\000a:b'),
	('qualification', '\000\001\000\001\001a:b'), ('qualification', '\000\001\000\001\377a:b'),
	('qualification', '\000\001\000\001\021a:b'), ('qualification', '\000\001\000\001\001a:b\001\200\000x'),
	('qualification', '\000\001\000\001\001a:b\000\000\001'), ('qualification', '\000\001\000\001\001a:b\001\000\001X'),
	('qualification', '\000\001\000\001\002a:b\001\000\001x\001\000\001x'),
	('qualification', '\000\001\000\001\000a:bc'), ('qualification', '')
) AS v (type, image);

-- Mutated bytes: received and sent back canonically, or refused as what they are.
CREATE FUNCTION pg_temp.mutate(image bytea) RETURNS bytea
LANGUAGE plpgsql AS $$
DECLARE
	at int;
BEGIN
	FOR i IN 0 .. floor(random() * 3)::int LOOP
		at := floor(random() * (length(image) + 1))::int;
		image := CASE floor(random() * 5)::int
			WHEN 0 THEN substr(image, 1, at) || substr(image, at + 2)
			WHEN 1 THEN substr(image, 1, at) || set_byte('\x00', 0, floor(random() * 256)::int) || substr(image, at + 1)
			WHEN 2 THEN substr(image, 1, at) || set_byte('\x00', 0, floor(random() * 8)::int) || substr(image, at + 2)
			WHEN 3 THEN substr(image, 1, at) || convert_to(substr('a-z_0/:[=,]1.9', 1 + floor(random() * 14)::int, 1), 'SQL_ASCII') || substr(image, at + 2)
			ELSE substr(image, 1, at) || substr(image, greatest(1, at - 4))
		END;
	END LOOP;
	RETURN image;
END
$$;
SELECT setseed(0.42);
DO $$
DECLARE
	source record;
	image bytea;
	result text;
	again text;
	taken int := 0;
	refused int := 0;
BEGIN
	FOR source IN
		SELECT type, start
		FROM (VALUES ('credit_score', credit_score_send('85/100')), ('credit_score', credit_score_send('11.5/12')),
			('sanction_tier', sanction_tier_send('muted')), ('qualification', qualification_send('a:b')),
			('qualification', qualification_send('occupation:healthcare/physician[hospital=9,title=2]'))) AS v (type, start),
			generate_series(1, 300 * current_setting('test.fuzz')::int)
	LOOP
		image := pg_temp.mutate(source.start);
		result := pg_temp.receive(source.type, image);
		IF result ~ '^(22P03|08P01) ' THEN
			refused := refused + 1;
		ELSE
			taken := taken + 1;
			BEGIN
				EXECUTE format('SELECT $1::%s::text', source.type) INTO again USING result;
				IF again <> result THEN
					RAISE WARNING '% %: % prints as %', source.type, image, result, again;
				END IF;
			EXCEPTION WHEN OTHERS THEN
				RAISE WARNING '% %: %', source.type, image, result;
			END;
		END IF;
	END LOOP;
	IF taken = 0 OR refused = 0 THEN
		RAISE WARNING '% taken, % refused', taken, refused;
	END IF;
END
$$;
RESET client_min_messages;

-- Mutated text: accepted and printed canonically, or refused with the right SQLSTATE.
SELECT setseed(0.42);
DO $$
DECLARE
	alphabet text := '0123456789./-+eEx abAZ:/[]=,_''"\é' || chr(9);
	source record;
	input text;
	output text;
	again text;
	at int;
	len int;
	taken int := 0;
	refused int := 0;
BEGIN
	FOR source IN
		SELECT type, start
		FROM (VALUES ('credit_score', '85/100'), ('credit_score', '11.5/12'), ('credit_score', '21474836.47/21474836.47'),
			('sanction_tier', 'clear'), ('sanction_tier', 'suspended'),
			('qualification', 'a:b'), ('qualification', 'occupation:healthcare/physician'),
			('qualification', 'occupation:healthcare/physician[hospital=9,title=2]')) AS v (type, start),
			generate_series(1, 750 * current_setting('test.fuzz')::int)
	LOOP
		input := source.start;
		FOR i IN 0 .. floor(random() * 4)::int LOOP
			len := length(input);
			at := floor(random() * (len + 1))::int;
			input := CASE floor(random() * 5)::int
				WHEN 0 THEN left(input, at) || substr(input, at + 2)
				WHEN 1 THEN left(input, at) || substr(alphabet, 1 + floor(random() * length(alphabet))::int, 1) || substr(input, at + 1)
				WHEN 2 THEN left(input, at) || substr(alphabet, 1 + floor(random() * length(alphabet))::int, 1) || substr(input, at + 2)
				WHEN 3 THEN left(input, at) || substr(input, greatest(1, at - 6))
				ELSE reverse(left(input, at)) || substr(input, at + 1)
			END;
		END LOOP;
		BEGIN
			EXECUTE format('SELECT $1::%s::text', source.type) INTO output USING input;
			EXECUTE format('SELECT $1::%s::text', source.type) INTO again USING output;
			IF again <> output THEN
				RAISE WARNING '%: % prints as %, and that as %', source.type, input, output, again;
			END IF;
			taken := taken + 1;
		EXCEPTION
			WHEN invalid_text_representation OR numeric_value_out_of_range OR program_limit_exceeded THEN
				refused := refused + 1;
			WHEN OTHERS THEN
				RAISE WARNING '%: %: % %', source.type, input, SQLSTATE, SQLERRM;
		END;
	END LOOP;
	IF taken < 500 OR refused < 2000 THEN
		RAISE WARNING '% taken, % refused', taken, refused;
	END IF;
END
$$;

-- Where the server has soft errors, bad input is one, with the SQLSTATE of the hard one.
DO $$
DECLARE
	source record;
	state text;
	soft text;
BEGIN
	IF current_setting('server_version_num')::int < 160000 THEN
		RETURN;
	END IF;
	FOR source IN
		SELECT type, input
		FROM (VALUES ('credit_score', '85/100'), ('credit_score', 'x'), ('credit_score', '1.005/2'), ('credit_score', '1/0'),
			('credit_score', '99999999999/1'), ('sanction_tier', 'muted'), ('sanction_tier', 'Muted'), ('sanction_tier', ''),
			('qualification', 'a:b[x=1]'), ('qualification', 'a'), ('qualification', 'a:B'), ('qualification', 'a:b[x=1,x=2]'),
			('qualification', 'a:b[x=32768]'), ('qualification', repeat('a', 64) || ':b'),
			('qualification', 'a:b' || repeat('/b', 16))) AS v (type, input)
	LOOP
		state := NULL;
		BEGIN
			EXECUTE format('SELECT $1::%s', source.type) USING source.input;
		EXCEPTION WHEN OTHERS THEN
			state := SQLSTATE;
		END;
		EXECUTE 'SELECT sql_error_code FROM pg_catalog.pg_input_error_info($1, $2)' INTO soft
			USING source.input, source.type;
		IF soft IS DISTINCT FROM state THEN
			RAISE WARNING '%: %: soft %, hard %', source.type, source.input, soft, state;
		END IF;
	END LOOP;
END
$$;

-- Hashing: the same for equal values, however they were made; the seeded hash
-- with seed 0 begins with the plain one, and the seed matters.
SELECT count(*) AS differ
FROM types_io a JOIN types_io_back b USING (id)
WHERE credit_score_hash(a.s) <> credit_score_hash(b.s) OR credit_score_hash_extended(a.s, 7) <> credit_score_hash_extended(b.s, 7)
	OR sanction_tier_hash(a.t) <> sanction_tier_hash(b.t) OR sanction_tier_hash_extended(a.t, 7) <> sanction_tier_hash_extended(b.t, 7)
	OR qualification_hash(a.q) <> qualification_hash((a.q::text)::qualification)
	OR qualification_hash_extended(a.q, 7) <> qualification_hash_extended((a.q::text)::qualification, 7);
SELECT count(*) AS differ
FROM types_io
WHERE credit_score_hash(s)::bit(32) <> credit_score_hash_extended(s, 0)::bit(32)
	OR sanction_tier_hash(t)::bit(32) <> sanction_tier_hash_extended(t, 0)::bit(32)
	OR qualification_hash(q)::bit(32) <> qualification_hash_extended(q, 0)::bit(32);
SELECT count(*) AS same
FROM types_io
WHERE credit_score_hash_extended(s, 0) = credit_score_hash_extended(s, 1)
	OR sanction_tier_hash_extended(t, 0) = sanction_tier_hash_extended(t, 1)
	OR qualification_hash_extended(q, 0) = qualification_hash_extended(q, 1);
SELECT count(DISTINCT credit_score_hash(s)) > 0.95 * count(DISTINCT s) AS scores, count(DISTINCT sanction_tier_hash(t)) AS tiers,
	count(DISTINCT qualification_hash(q)) > 0.99 * count(DISTINCT q) AS qualifications
FROM types_io;

-- A value that is compressed or stored out of line is the same value.
CREATE TABLE types_io_wide (q qualification);
CREATE FUNCTION pg_temp.wide(kind text) RETURNS qualification LANGUAGE sql AS $$
SELECT (kind || ':' || repeat(repeat('p', 63) || '/', 15) || repeat('q', 63) ||
		'[' || string_agg(chr(96 + n) || repeat('n', 62) || '=1', ',') || ']')::governance.qualification
FROM generate_series(1, 16) AS n
$$;
INSERT INTO types_io_wide SELECT pg_temp.wide(kind) FROM unnest('{a,b}'::text[]) AS kind;
ALTER TABLE types_io_wide ALTER q SET STORAGE external;
INSERT INTO types_io_wide SELECT pg_temp.wide(kind) FROM unnest('{a,b}'::text[]) AS kind;
CREATE INDEX ON types_io_wide USING gin (q);
CREATE INDEX ON types_io_wide (q);
SELECT pg_column_size(q) < 1000 AS compressed, count(*), count(DISTINCT q) AS values, min(q) < max(q) AS ordered,
	count(*) FILTER (WHERE q @> ('a:' || repeat('p', 63))::qualification) AS under,
	count(*) FILTER (WHERE q = pg_temp.wide(kind(q)) AND q >= q AND q <@ q) AS equal,
	count(*) FILTER (WHERE qualification_hash(q) = qualification_hash(pg_temp.wide(kind(q)))) AS same_hash,
	count(*) FILTER (WHERE grade(q, 'p' || repeat('n', 62)) = 1) AS graded,
	count(*) FILTER (WHERE qualification_send(q) = qualification_send(pg_temp.wide(kind(q)))) AS same_sent
FROM types_io_wide
GROUP BY 1 ORDER BY 1;
SELECT count(*), count(DISTINCT q) FROM types_io_wide;

-- The aggregates run in parallel ...
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE types_io SET (parallel_workers = 2);
EXPLAIN (COSTS off) SELECT min(s), max(s), min(t), max(t), min(q), max(q) FROM types_io;
SELECT min(s), max(s), min(t), max(t), min(q), max(q) FROM types_io;
SET max_parallel_workers_per_gather = 0;
SELECT min(s), max(s), min(t), max(t), min(q), max(q) FROM types_io;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
-- ... and take the end of an index where there is one.
CREATE INDEX types_io_s ON types_io (s);
CREATE INDEX types_io_t ON types_io (t);
CREATE INDEX types_io_q ON types_io (q);
VACUUM ANALYZE types_io;
DO $$
DECLARE
	wanted text;
	plan text;
BEGIN
	FOREACH wanted IN ARRAY '{min(s),max(s),min(t),max(t),min(q),max(q)}'::text[] LOOP
		EXECUTE format('EXPLAIN (FORMAT json) SELECT %s FROM types_io', wanted) INTO plan;
		IF plan !~ 'types_io_[stq]"' THEN
			RAISE WARNING '%: no index', wanted;
		END IF;
	END LOOP;
END
$$;
SELECT min(s), max(s), min(t), max(t), min(q), max(q) FROM types_io;

DO $$
BEGIN
	EXECUTE format('COPY (SELECT) TO PROGRAM %L', format('rm -f %L', pg_temp.file()));
END
$$;
DROP TABLE types_io, types_io_back, types_io_wide, type_oid, type_function;
DROP TABLE IF EXISTS pg_temp.received;
