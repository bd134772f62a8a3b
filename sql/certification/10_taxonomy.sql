-- ---------------------------------------------------------------------------
-- certification: the taxonomy as data
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.csv_rows(csv text) RETURNS SETOF text[]
	AS 'MODULE_PATHNAME', 'governance_csv_rows'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 100;
COMMENT ON FUNCTION governance.csv_rows(text) IS
	'the records of a CSV text (RFC 4180), each as an array; an empty field without quotes is null';

CREATE FUNCTION governance.csv_field(field text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN field IS NULL THEN ''
		WHEN field = '' OR field ~ '[",\r\n]' THEN '"' || replace(field, '"', '""') || '"'
		ELSE field END;
COMMENT ON FUNCTION governance.csv_field(text) IS 'a value as a field of a CSV text';

-- The names of columns and keys go into statements that import_taxonomy() and
-- export_taxonomy() build, so they come from this list and from nowhere else.
CREATE FUNCTION governance.taxonomy_part(part text, OUT relation text, OUT key text[], OUT columns text[])
	LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $part$
BEGIN
	CASE part
		WHEN 'kinds' THEN
			relation := 'qualification_kind'; key := '{kind}';
			columns := '{kind,name,name_zh,personal,examined_parts,review_every,time_zone}';
		WHEN 'scales' THEN
			relation := 'qualification_scale'; key := '{scale}'; columns := '{scale,name,name_zh}';
		WHEN 'grades' THEN
			relation := 'qualification_grade'; key := '{scale,grade}'; columns := '{scale,grade,code,name,name_zh}';
		WHEN 'taxonomy' THEN
			relation := 'taxonomy'; key := '{kind,path}'; columns := '{kind,path,name,name_zh,certifiable,review_every}';
		WHEN 'attributes' THEN
			relation := 'taxonomy_attribute'; key := '{kind,path,attribute}'; columns := '{kind,path,attribute,scale,required}';
		WHEN 'domains' THEN
			relation := 'domain'; key := '{domain}'; columns := '{domain,name,name_zh,gated_from,gated_until}';
		WHEN 'capabilities' THEN
			relation := 'capability'; key := '{capability}'; columns := '{capability,title}';
		WHEN 'requirements' THEN
			relation := 'requirement'; key := '{domain,capability,qualification,during}';
			columns := '{domain,capability,qualification,during,note}';
		WHEN 'withholdings' THEN
			relation := 'certification_withholding'; key := '{qualification,capability}'; columns := '{qualification,capability}';
		WHEN 'facts' THEN
			relation := 'certification_attribute'; key := '{qualification,name}'; columns := '{qualification,name,value}';
		ELSE
			RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
				MESSAGE = governance.message('the taxonomy has no part "%s"', part),
				
				HINT = governance.message('Its parts are kinds, scales, grades, taxonomy, attributes, domains, capabilities, requirements, withholdings and facts.');
	END CASE;
END
$part$;
COMMENT ON FUNCTION governance.taxonomy_part(text) IS 'the table, key and columns of a part of the taxonomy';

-- The first line of the CSV text says which columns there are. An empty field
-- takes the default of its column, and a row whose key is there already is
-- changed; so the same file can be imported twice.
-- Level: administrator
CREATE FUNCTION governance.import_taxonomy(part text, csv text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $import$
DECLARE
	target	record;
	header	text[];
	bad		text;
	fields	text;
	assign	text;
	rows	jsonb;
	done	bigint;
BEGIN
	target := governance.taxonomy_part(part);

	SELECT r INTO header FROM governance.csv_rows(csv) r LIMIT 1;
	SELECT string_agg(quote_ident(h), ', ') INTO bad FROM unnest(header) h WHERE h <> ALL (target.columns) OR h IS NULL;
	IF header IS NULL OR bad IS NOT NULL OR NOT header @> (SELECT array_agg(k) FROM unnest(target.key) k WHERE part <> 'requirements') THEN
		RAISE EXCEPTION USING ERRCODE = 'bad_copy_file_format',
			MESSAGE = governance.message('the first line of the CSV text does not name the columns of "%s"', part),
			
			DETAIL = CASE WHEN bad IS NOT NULL THEN governance.message('There is no column %s.', bad)
				WHEN header IS NULL THEN governance.message('It is empty.')
				ELSE governance.message('It names %s.', array_to_string(header, ', ')) END,
			HINT = governance.message('Its columns are %s.', array_to_string(target.columns, ', '));
	END IF;

	SELECT n INTO done
		FROM (SELECT row_number() OVER () AS n, r FROM governance.csv_rows(csv) r) l
		WHERE cardinality(r) <> cardinality(header) LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'bad_copy_file_format',
			MESSAGE = governance.message('record %s of the CSV text does not have %s fields', done, cardinality(header)),
			HINT = governance.message('Give each record as many fields as the first line names.');
	END IF;

	-- A field that is left empty takes the column's default.
	SELECT jsonb_agg(jsonb_strip_nulls(jsonb_object(header, r)))
		INTO rows
		FROM (SELECT row_number() OVER () AS n, r FROM governance.csv_rows(csv) r) l
		WHERE n > 1;
	IF rows IS NULL THEN
		RETURN 0;
	END IF;

	SELECT string_agg(format('COALESCE(v.%1$I, %2$s)', c.attname, COALESCE(pg_get_expr(d.adbin, d.adrelid), 'NULL')), ', ' ORDER BY ord),
			string_agg(format('%1$I = EXCLUDED.%1$I', c.attname), ', ' ORDER BY ord) FILTER (WHERE c.attname <> ALL (target.key))
		INTO fields, assign
		FROM unnest(target.columns) WITH ORDINALITY u (col, ord)
			JOIN pg_attribute c ON c.attrelid = format('governance.%I', target.relation)::regclass AND c.attname = u.col
			LEFT JOIN pg_attrdef d ON d.adrelid = c.attrelid AND d.adnum = c.attnum;

	EXECUTE format('INSERT INTO governance.%1$I (%2$s) SELECT %3$s FROM jsonb_populate_recordset(NULL::governance.%1$I, $1) v ON CONFLICT (%4$s) DO %5$s',
				   target.relation, array_to_string(target.columns, ', '), fields, array_to_string(target.key, ', '),
				   COALESCE('UPDATE SET ' || assign, 'NOTHING'))
		USING rows;
	RETURN jsonb_array_length(rows);
END
$import$;
COMMENT ON FUNCTION governance.import_taxonomy(text, text) IS
	'adds or changes rows of a part of the taxonomy from a CSV text whose first line names the columns; gives the number of rows';

-- Level: reader
CREATE FUNCTION governance.export_taxonomy(part text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $export$
DECLARE
	target	record;
	body	text;
BEGIN
	target := governance.taxonomy_part(part);
	EXECUTE (SELECT format('SELECT string_agg(concat_ws('','', %s), E''\n'' ORDER BY %s) FROM governance.%I t',
				string_agg(format('governance.csv_field(t.%I::text)', c), ', ' ORDER BY n),
				(SELECT string_agg(format('t.%I::text COLLATE "C"', k), ', ' ORDER BY m) FROM unnest(target.key) WITH ORDINALITY u (k, m)),
				target.relation)
			 FROM unnest(target.columns) WITH ORDINALITY v (c, n))
		INTO body;
	RETURN array_to_string(target.columns, ',') || E'\n' || COALESCE(body || E'\n', '');
END
$export$;
COMMENT ON FUNCTION governance.export_taxonomy(text) IS
	'a part of the taxonomy as a CSV text that import_taxonomy() takes back';

-- Level: owner
CREATE FUNCTION governance.load_taxonomy() RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $load$
DECLARE
	part	text;
	loaded	bigint := 0;
BEGIN
	FOREACH part IN ARRAY ARRAY['kinds', 'scales', 'grades', 'taxonomy', 'attributes', 'domains', 'capabilities', 'requirements', 'withholdings', 'facts'] LOOP
		loaded := loaded + governance.import_taxonomy(part, governance.shipped_taxonomy(part));
	END LOOP;
	RETURN loaded;
END
$load$;
COMMENT ON FUNCTION governance.load_taxonomy() IS
	'loads the shipped taxonomy with its domains and requirements, over what is there; create_ledger() does so when there is none';

-- ---------------------------------------------------------------------------
-- the taxonomy and the values of type qualification
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.qualification_grades(qualification governance.qualification)
	RETURNS TABLE (attribute text, grade int)
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	SELECT m.m[1], m.m[2]::int
		FROM regexp_matches(qualification::text, '([a-z][a-z0-9_-]*)=([0-9]+)', 'g') AS m (m);
END;
COMMENT ON FUNCTION governance.qualification_grades(governance.qualification) IS 'the graded attributes of a qualification';

-- Level: reader
CREATE FUNCTION governance.grade_scale(kind text, path text, attribute text) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $scale$
DECLARE
	answer	text;
BEGIN
	SELECT a.scale INTO answer FROM governance.taxonomy_attribute a
		WHERE a.kind = grade_scale.kind AND a.attribute = grade_scale.attribute
			AND (a.path = grade_scale.path OR starts_with(grade_scale.path, a.path || '/'))
		ORDER BY length(a.path) DESC LIMIT 1;
	RETURN answer;
END
$scale$;
COMMENT ON FUNCTION governance.grade_scale(text, text, text) IS
	'the scale of an attribute at a place of the taxonomy; null when it has no such attribute';

-- Level: reader
CREATE FUNCTION governance.review_terms(kind text, path text, OUT review_every interval, OUT time_zone text)
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $terms$
BEGIN
	SELECT COALESCE((SELECT t.review_every FROM governance.taxonomy t
					 WHERE t.kind = k.kind AND t.review_every IS NOT NULL
						 AND (t.path = review_terms.path OR starts_with(review_terms.path, t.path || '/'))
					 ORDER BY t.depth DESC LIMIT 1), k.review_every), k.time_zone
		INTO review_every, time_zone
		FROM governance.qualification_kind k WHERE k.kind = review_terms.kind;
END
$terms$;
COMMENT ON FUNCTION governance.review_terms(text, text) IS
	'how often a certification at a place of the taxonomy is reviewed, and in which time zone the months are counted';

-- The errors (GV011) name the nearest place that the taxonomy knows, or the
-- grades that there are, so that a slip can be mended at once; whoever may not
-- read the taxonomy is told less. A qualification that somebody holds must also
-- be certifiable, and state every required attribute.
-- Level: reader
CREATE FUNCTION governance.check_qualification(qualification governance.qualification, held boolean DEFAULT false) RETURNS void
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $check$
<<local>>
DECLARE
	kind	text := governance.kind(qualification);
	path	text := governance.path(qualification);
	taxon	record;
	given	record;
	missing	text;
	scale	text;
BEGIN
	SELECT t.* INTO taxon FROM governance.taxonomy t
		WHERE t.kind = local.kind AND t.path = local.path;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'GV011',
			MESSAGE = governance.message('the taxonomy does not know "%s:%s"', kind, path),
			SCHEMA = 'governance', TABLE = 'taxonomy', COLUMN = 'path',
			DETAIL = COALESCE(CASE WHEN NOT governance.may_tell('taxonomy') THEN governance.message('It has no such place.') END,
							  (SELECT governance.message('It knows "%s:%s" (%s).', t.kind, t.path, t.name) FROM governance.taxonomy t
							   WHERE t.kind = local.kind AND starts_with(local.path, t.path || '/')
							   ORDER BY t.depth DESC LIMIT 1),
							  (SELECT governance.message('It knows the kinds %s.', string_agg(k.kind, ', ' ORDER BY k.kind))
							   FROM governance.qualification_kind k)),
			HINT = governance.message('Look it up in governance.taxonomy, or add it with governance.import_taxonomy().');
	END IF;
	IF held AND NOT taxon.certifiable THEN
		RAISE EXCEPTION USING ERRCODE = 'GV011',
			MESSAGE = governance.message('nobody is certified as "%s:%s" itself', kind, path),
			SCHEMA = 'governance', TABLE = 'taxonomy', COLUMN = 'certifiable',
			HINT = governance.message('Name a class or an entry below it.');
	END IF;

	FOR given IN SELECT g.attribute, g.grade FROM governance.qualification_grades(qualification) g LOOP
		scale := governance.grade_scale(kind, path, given.attribute);
		IF scale IS NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'GV011',
				MESSAGE = governance.message('the taxonomy knows no attribute "%s" of "%s:%s"', given.attribute, kind, path),
				SCHEMA = 'governance', TABLE = 'taxonomy_attribute', COLUMN = 'attribute',
				HINT = governance.message('governance.taxonomy_attribute lists those that there are; governance.import_taxonomy() adds to them.');
		END IF;
		IF NOT EXISTS (SELECT FROM governance.qualification_grade g WHERE g.scale = local.scale AND g.grade = given.grade) THEN
			RAISE EXCEPTION USING ERRCODE = 'GV011',
				MESSAGE = governance.message('the taxonomy knows no grade %s of "%s"', given.grade, given.attribute),
				SCHEMA = 'governance', TABLE = 'qualification_grade', COLUMN = 'grade',
				DETAIL = CASE WHEN NOT governance.may_tell('qualification_grade') THEN governance.message('Its scale has no such grade.') ELSE
						 (SELECT governance.message('The grades of %s are %s.', s.name, string_agg(governance.message('%s (%s)', g.grade, g.name), ', ' ORDER BY g.grade))
						  FROM governance.qualification_scale s JOIN governance.qualification_grade g USING (scale)
						  WHERE s.scale = local.scale GROUP BY s.name) END,
				HINT = governance.message('governance.qualification_grade lists the grades of every scale; governance.import_taxonomy() adds to them.');
		END IF;
	END LOOP;

	IF held THEN
		SELECT string_agg(DISTINCT a.attribute, ', ') INTO missing FROM governance.taxonomy_attribute a
			WHERE a.kind = local.kind AND a.required
				AND (a.path = local.path OR starts_with(local.path, a.path || '/'))
				AND governance.grade(qualification, a.attribute) IS NULL;
		IF missing IS NOT NULL THEN
			RAISE EXCEPTION USING ERRCODE = 'GV011',
				MESSAGE = governance.message('a certification as "%s:%s" states its %s', kind, path, missing),
				SCHEMA = 'governance', TABLE = 'taxonomy_attribute', COLUMN = 'required',
				HINT = governance.message('Write it as "%s:%s[%s=...]"; governance.qualification_grade lists the grades.', kind, path, split_part(missing, ', ', 1));
		END IF;
	END IF;
END
$check$;
COMMENT ON FUNCTION governance.check_qualification(governance.qualification, boolean) IS
	'raises an error when the taxonomy does not know a qualification; held: or when nobody can be certified so';

CREATE FUNCTION governance.qualification_known() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $known$
BEGIN
	PERFORM governance.check_qualification(NEW.qualification);
	RETURN NEW;
END
$known$;
COMMENT ON FUNCTION governance.qualification_known() IS
	'row trigger: refuses a qualification that the taxonomy does not know';

-- A place that the taxonomy does not know is written as it stands in the
-- qualification, and likewise a grade that has no name.
-- Level: reader
CREATE FUNCTION governance.qualification_name(qualification governance.qualification, locale text DEFAULT 'en') RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $name$
<<local>>
DECLARE
	zh		boolean := locale = 'zh';
	kind	text := governance.kind(qualification);
	path	text := governance.path(qualification);
	answer	text;
	grades	text;
BEGIN
	SELECT COALESCE(CASE WHEN zh THEN t.name_zh END, t.name) INTO answer FROM governance.taxonomy t
		WHERE t.kind = local.kind AND t.path = local.path;
	SELECT string_agg(COALESCE(CASE WHEN zh THEN g.name_zh END, g.name, q.attribute || ' ' || q.grade),
					  CASE WHEN zh THEN '、' ELSE ', ' END ORDER BY q.attribute) INTO grades
		FROM governance.qualification_grades(qualification) q
			LEFT JOIN governance.qualification_grade g
				ON g.scale = governance.grade_scale(kind, path, q.attribute) AND g.grade = q.grade;
	RETURN COALESCE(answer, kind || ':' || path)
		|| COALESCE(CASE WHEN zh THEN '（' || grades || '）' ELSE ' (' || grades || ')' END, '');
END
$name$;
COMMENT ON FUNCTION governance.qualification_name(governance.qualification, text) IS
	'a qualification in words; locale: en or zh';
