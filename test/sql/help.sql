-- help() has every call that is for others, and each of its examples can be run,
-- one after the other, from nothing.
\set ECHO none
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT 'CREATE ROLE analysts' WHERE to_regrole('analysts') IS NULL \gexec
\set ECHO queries

-- Errors are all that is printed of it.
\set ECHO none
\o /dev/null
SELECT example FROM governance.help() \gexec
\o
\set ECHO queries
SELECT count(*) > 0 AS sanctions FROM governance.sanction;
SELECT * FROM governance.verify();

-- Calls that help() leaves out: there must be none.  Parts of others say so in
-- their comments; what serves operators and types is not called by name.  These
-- are parts as well, described with what they belong to.
SELECT DISTINCT p.proname
	FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
	WHERE e.extname = 'governance' AND p.prokind = 'f' AND (p.prorettype <> 'trigger'::regtype OR p.proname LIKE 'require%')
		AND obj_description(p.oid, 'pg_proc') NOT LIKE 'part of%'
		AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid OR o.oprrest = p.oid OR o.oprjoin = p.oid)
		AND NOT EXISTS (SELECT FROM pg_amproc a WHERE a.amproc = p.oid)
		AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid)
		AND NOT EXISTS (SELECT FROM pg_aggregate a WHERE p.oid IN (a.aggtransfn, a.aggcombinefn))
		AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
		AND p.prosupport = 0 AND NOT EXISTS (SELECT FROM pg_proc s WHERE s.prosupport = p.oid)
		AND p.proname NOT IN ('acting_role', 'audit_action', 'audit_content', 'audit_digest', 'audited', 'certification_derive', 'certification_periods', 'decide_proposal', 'csv_field', 'csv_rows', 'grade_scale', 'held_privilege',
							  'level_privilege', 'may_tell', 'review_deadline', 'review_terms', 'revise', 'revise_all', 'decide_appeals', 'settle_appeals', 'confirm_proposals', 'check_stored_policy', 'rows_digest', 'verify_rulebook', 'revise_check', 'row_digest', 'sealed', 'shipped_taxonomy', 'taxonomy_part', 'unmet_grades')
		AND NOT EXISTS (SELECT FROM governance.help() h WHERE split_part(h.call, '(', 1) = p.proname)
	ORDER BY 1;
-- And it names none that is not there, and says what each does.
SELECT h.call FROM governance.help() h WHERE strpos(h.call, ' ') = 0 AND h.does IS NULL;
SELECT count(*) > 90 AS many, count(DISTINCT subject) FROM governance.help();
SELECT call FROM governance.help('revise');
SELECT DISTINCT call FROM governance.help('Overturn');
\set SHOW_CONTEXT never
SELECT governance.help('cooking');
