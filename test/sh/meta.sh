#!/bin/bash
# META.json keeps to the meta specification 1.0.0 of the PostgreSQL Extension
# Network, and what it names is there.
set -euo pipefail

# JSON as the specification reads it: each row that comes out is a complaint.
psql -XAtq -v ON_ERROR_STOP=1 -v meta="$(cat META.json)" >meta.out <<'SQL'
CREATE TEMP TABLE meta AS SELECT :'meta'::jsonb AS m;
CREATE TEMP TABLE complaint (what text);

-- A term, a version and a range of versions.
CREATE FUNCTION pg_temp.is_term(t jsonb) RETURNS boolean LANGUAGE sql AS $$
	SELECT jsonb_typeof(t) = 'string' AND length(t #>> '{}') >= 2 AND t #>> '{}' !~ '[[:space:][:cntrl:]/\\]'
$$;
CREATE FUNCTION pg_temp.is_version(v jsonb) RETURNS boolean LANGUAGE sql AS $$
	SELECT jsonb_typeof(v) = 'string' AND v #>> '{}' ~
		'^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z.-]+)?$'
$$;
CREATE FUNCTION pg_temp.is_range(v jsonb) RETURNS boolean LANGUAGE sql AS $$
	SELECT v = '0' OR jsonb_typeof(v) = 'string' AND NOT EXISTS (
		SELECT FROM regexp_split_to_table(v #>> '{}', ' *, *') r
			WHERE r <> '0' AND NOT pg_temp.is_version(to_jsonb(regexp_replace(r, '^(==|!=|<=|>=|<|>) *', ''))))
$$;
CREATE FUNCTION pg_temp.is_text(t jsonb) RETURNS boolean LANGUAGE sql AS
	$$SELECT jsonb_typeof(t) = 'string' AND t #>> '{}' <> ''$$;

-- What must be there, and what may be.
INSERT INTO complaint SELECT key || ' is missing'
	FROM meta, unnest('{abstract,maintainer,license,provides,name,version,meta-spec}'::text[]) key WHERE NOT m ? key;
INSERT INTO complaint SELECT 'unknown key ' || key FROM meta, jsonb_object_keys(m) key
	WHERE key NOT LIKE 'x\_%' AND key <> ALL ('{abstract,maintainer,license,provides,name,version,meta-spec,
		description,generated_by,no_index,prereqs,release_status,resources,tags}'::text[]);
INSERT INTO complaint SELECT key || ' is not a text' FROM meta, unnest('{abstract,description,generated_by}'::text[]) key
	WHERE m ? key AND NOT pg_temp.is_text(m -> key);
INSERT INTO complaint SELECT 'name is no term' FROM meta WHERE NOT pg_temp.is_term(m -> 'name');
INSERT INTO complaint SELECT 'version is not semantic' FROM meta WHERE NOT pg_temp.is_version(m -> 'version');
INSERT INTO complaint SELECT 'maintainer is neither a text nor a list of them' FROM meta
	WHERE NOT pg_temp.is_text(m -> 'maintainer') AND NOT (jsonb_typeof(m -> 'maintainer') = 'array'
		AND jsonb_array_length(m -> 'maintainer') > 0
		AND NOT EXISTS (SELECT FROM jsonb_array_elements(m -> 'maintainer') e WHERE NOT pg_temp.is_text(e)));
-- Of licences, the names that the specification lists, or a map to URLs.
INSERT INTO complaint SELECT 'license is unknown' FROM meta
	WHERE CASE jsonb_typeof(m -> 'license')
		WHEN 'object' THEN EXISTS (SELECT FROM jsonb_each_text(m -> 'license') l WHERE l.value !~ '^https?://[^ ]+$')
		ELSE EXISTS (SELECT FROM jsonb_array_elements_text(CASE jsonb_typeof(m -> 'license') WHEN 'array' THEN m -> 'license'
				ELSE jsonb_build_array(m -> 'license') END) l
			WHERE l <> ALL ('{agpl_3,apache_1_1,apache_2_0,artistic_1,artistic_2,bsd,freebsd,gfdl_1_2,gfdl_1_3,gpl_1,gpl_2,gpl_3,
				lgpl_2_1,lgpl_3_0,mit,mozilla_1_0,mozilla_1_1,openssl,perl_5,postgresql,qpl_1_0,ssleay,sun,zlib,open_source,
				restricted,unrestricted,unknown}'::text[])) END;
INSERT INTO complaint SELECT 'release_status is unknown' FROM meta
	WHERE m ? 'release_status' AND m ->> 'release_status' <> ALL ('{stable,testing,unstable}'::text[]);
INSERT INTO complaint SELECT 'meta-spec: wrong version or url' FROM meta
	WHERE m #>> '{meta-spec,version}' IS DISTINCT FROM '1.0.0' OR m #>> '{meta-spec,url}' !~ '^https?://pgxn.org/meta/spec.txt$';
INSERT INTO complaint SELECT 'a tag is not a text of 1 to 255 characters' FROM meta, jsonb_array_elements(m -> 'tags') t
	WHERE NOT pg_temp.is_text(t) OR length(t #>> '{}') > 255 OR t #>> '{}' ~ '[/\\[:cntrl:]]';

-- What it provides.
INSERT INTO complaint SELECT 'provides nothing' FROM meta WHERE jsonb_typeof(m -> 'provides') <> 'object' OR m -> 'provides' = '{}';
INSERT INTO complaint SELECT 'provides.' || key || ': ' || what
	FROM meta, jsonb_each(m -> 'provides') p,
		LATERAL (VALUES
			('the name is no term', pg_temp.is_term(to_jsonb(key))),
			('file is missing', pg_temp.is_text(value -> 'file')),
			('version is not semantic', pg_temp.is_version(value -> 'version')),
			('abstract is not a text', NOT value ? 'abstract' OR pg_temp.is_text(value -> 'abstract')),
			('docfile is not a text', NOT value ? 'docfile' OR pg_temp.is_text(value -> 'docfile')),
			('unknown key', NOT EXISTS (SELECT FROM jsonb_object_keys(value) k
				WHERE k NOT LIKE 'x\_%' AND k <> ALL ('{file,version,abstract,docfile}'::text[])))) AS v(what, fine)
	WHERE fine IS NOT TRUE;

-- What it needs.
INSERT INTO complaint SELECT format('prereqs.%s.%s.%s', phase.key, relation.key, need.key)
	FROM meta, jsonb_each(m -> 'prereqs') phase, jsonb_each(phase.value) relation, jsonb_each(relation.value) need
	WHERE phase.key <> ALL ('{configure,build,test,runtime,develop}'::text[])
		OR relation.key <> ALL ('{requires,recommends,suggests,conflicts}'::text[])
		OR pg_temp.is_range(need.value) IS NOT TRUE;
INSERT INTO complaint SELECT 'resources.' || key FROM meta, jsonb_each(m -> 'resources')
	WHERE key NOT LIKE 'x\_%' AND key <> ALL ('{homepage,bugtracker,repository}'::text[]);
SELECT what FROM complaint;
SQL
if [ -s meta.out ]; then
	cat meta.out
	exit 1
fi

# The files that it names are in the tree, or are built into it.
psql -XAtq -v meta="$(cat META.json)" <<<"SELECT DISTINCT f FROM jsonb_each(:'meta'::jsonb -> 'provides') p,
	LATERAL (VALUES (value ->> 'file'), (value ->> 'docfile')) v(f) WHERE f IS NOT NULL" >files.out
while IFS= read -r file; do
	if [ ! -s "$file" ]; then
		echo "META.json names $file, which is not there"
		exit 1
	fi
done <files.out
