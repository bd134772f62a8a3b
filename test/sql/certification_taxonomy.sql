-- The taxonomy: its size, its shape, what it refuses, CSV in and out.
\set ECHO none
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries

-- The published size.
SELECT kind, depth, count(*) FROM governance.taxonomy GROUP BY 1, 2 ORDER BY 1, 2;

-- The four professional domains, complete.
SELECT split_part(path, '/', 1) AS industry, count(*) FILTER (WHERE depth = 2) AS classes, count(*) FILTER (WHERE depth = 3) AS entries
FROM governance.taxonomy
WHERE kind = 'occupation' AND split_part(path, '/', 1) IN (SELECT CASE domain WHEN 'health' THEN 'healthcare' ELSE domain END FROM governance.domain)
GROUP BY 1 ORDER BY 1;
SELECT scale, grade, code, name, name_zh FROM governance.qualification_grade WHERE scale IN ('hospital_grade', 'physician_title') ORDER BY 1, 2;

-- No class without entries, no name missing, every label a label of the type.
SELECT c.path FROM governance.taxonomy c
WHERE kind = 'occupation' AND depth = 2 AND NOT EXISTS (SELECT FROM governance.taxonomy e WHERE e.kind = c.kind AND e.parent = c.path);
SELECT count(*) FROM governance.taxonomy WHERE name = '' OR name_zh IS NULL OR (kind || ':' || path)::governance.qualification IS NULL;

-- In words.
SELECT q, governance.qualification_name(q::governance.qualification), governance.qualification_name(q::governance.qualification, 'zh')
FROM (VALUES ('occupation:healthcare/physician[hospital=9,title=4]'), ('occupation:healthcare/physician/cardiologist[hospital=6,title=1]'),
	('institution:medical/hospital[level=2,public=1]'), ('interest:photography'), ('occupation:law/lawyer[experience=2]'), ('interest:nothing[x=1]')) v (q);

-- What it knows, and what it does not.
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'ok';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', SQLSTATE || ' ' || SQLERRM, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT q, held, pg_temp.attempt(format('SELECT governance.check_qualification(%L, %L)', q, held))
FROM (VALUES
	('occupation:healthcare/physician[hospital=9,title=2]', true),
	('occupation:healthcare/physician/cardiologist[hospital=9,title=2]', true),
	('occupation:healthcare', false),
	('occupation:healthcare', true),
	('occupation:healthcare/physician', false),
	('occupation:healthcare/physician', true),
	('occupation:healthcare/physician[title=2]', true),
	('occupation:healthcare/physician[hospital=9,title=5]', true),
	('occupation:healthcare/physician[hospital=9,title=2,fame=1]', true),
	('occupation:healthcare/healer', true),
	('occupation:magic', true),
	('hobby:food', true),
	('interest:food', true),
	('institution:medical/hospital[level=2]', true)) v (q, held);
INSERT INTO governance.requirement (domain, qualification) VALUES ('health', 'occupation:healthcare/shaman');
INSERT INTO governance.requirement (domain, qualification) VALUES ('cooking', 'interest:food');
INSERT INTO governance.requirement (qualification) VALUES ('interest:food');
INSERT INTO governance.certification_withholding VALUES ('occupation:healthcare/physician[wand=1]', 'share');
INSERT INTO governance.certification_withholding VALUES ('interest:food', 'levitation');
DELETE FROM governance.taxonomy WHERE path = 'design/stage';

-- CSV.
SELECT r FROM governance.csv_rows(E'a,"b ""c""",,""\r\n"x\ny",z,\n\n,\nlast') AS r;
SELECT r FROM governance.csv_rows('') AS r;
SELECT r FROM governance.csv_rows('a,') AS r;
SELECT governance.csv_rows('a,"b');
SELECT governance.csv_rows(E'a,"b" c');
SELECT governance.csv_rows(E'a\nb"c"');
SELECT governance.import_taxonomy('taxonomy', E'kind,path,name,name_zh\noccupation,healthcare/healer,"healer, ""folk""",\ninterest,kites,kites,风筝\n');
SELECT kind, path, name, name_zh, certifiable, parent FROM governance.taxonomy WHERE path IN ('healthcare/healer', 'kites') ORDER BY 1;
SELECT governance.import_taxonomy('taxonomy', E'path,kind,name,certifiable\nhealthcare/healer,occupation,healer,f');
SELECT kind, path, name, name_zh, certifiable FROM governance.taxonomy WHERE path IN ('healthcare/healer');
SELECT pg_temp.attempt(format('SELECT governance.import_taxonomy(%L, %L)', part, csv))
FROM (VALUES
	('taxonomy', E'kind,path,name\noccupation,magic/wizard,wizard'),
	('taxonomy', E'kind,path,name\nhobby,kites,kites'),
	('taxonomy', E'kind,path,name\ninterest,Kites,kites'),
	('taxonomy', E'kind,path,name\ninterest,kites'),
	('taxonomy', E'kind,name\ninterest,kites'),
	('taxonomy', E'kind,path,name,colour\ninterest,kites,kites,red'),
	('taxonomy', ''),
	('taxonomy', 'kind,path,name'),
	('colours', 'red'),
	('grades', E'scale,grade,name\nhospital_grade,ten,ten')) v (part, csv);

-- Everything that is exported comes back the same.
DELETE FROM governance.taxonomy WHERE path IN ('healthcare/healer', 'kites');
CREATE TEMP TABLE exported AS
	SELECT p AS part, governance.export_taxonomy(p) AS csv
	FROM unnest('{kinds,scales,grades,taxonomy,attributes,domains,requirements,withholdings,facts}'::text[]) p;
SELECT part, split_part(csv, E'\n', 1) AS header FROM exported;
SELECT part, governance.import_taxonomy(part, csv) AS rows, governance.export_taxonomy(part) = csv AS same FROM exported;
SELECT count(*) FROM governance.taxonomy;
SELECT governance.load_taxonomy() > 800 AS loaded, count(*) FROM governance.taxonomy;
SELECT count(*) FROM governance.requirement;
SELECT governance.export_taxonomy('domains');
