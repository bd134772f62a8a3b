--
-- credit_score: points out of a cap
--
-- The operators of all three types, and min and max, live in pg_catalog beside
-- those of the built-in types.  A comparison is then found whatever the
-- search_path is, and one that prints without an operator's schema (IS DISTINCT
-- FROM, NULLIF, simple CASE) survives a dump, which is restored with an empty
-- path.
--

CREATE TYPE governance.credit_score;

CREATE FUNCTION governance.credit_score_in(pg_catalog.cstring) RETURNS governance.credit_score
	AS 'MODULE_PATHNAME', 'credit_score_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_in(pg_catalog.cstring) IS 'I/O';

CREATE FUNCTION governance.credit_score_out(governance.credit_score) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'credit_score_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_out(governance.credit_score) IS 'I/O';

CREATE FUNCTION governance.credit_score_recv(pg_catalog.internal) RETURNS governance.credit_score
	AS 'MODULE_PATHNAME', 'credit_score_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_recv(pg_catalog.internal) IS 'I/O';

CREATE FUNCTION governance.credit_score_send(governance.credit_score) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'credit_score_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_send(governance.credit_score) IS 'I/O';

CREATE TYPE governance.credit_score (
	INPUT = governance.credit_score_in,
	OUTPUT = governance.credit_score_out,
	RECEIVE = governance.credit_score_recv,
	SEND = governance.credit_score_send,
	LIKE = pg_catalog.int8
);
COMMENT ON TYPE governance.credit_score IS 'points out of a cap, as ''85/100''';

--
-- Numbers in and out
--

CREATE FUNCTION governance.credit_score(points pg_catalog.numeric, cap pg_catalog.numeric) RETURNS governance.credit_score
	AS 'MODULE_PATHNAME', 'credit_score_from_numeric'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score(points pg_catalog.numeric, cap pg_catalog.numeric) IS 'score of so many points out of a cap';

CREATE FUNCTION governance.points(governance.credit_score) RETURNS pg_catalog.numeric
	AS 'MODULE_PATHNAME', 'credit_score_get_points'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.points(governance.credit_score) IS 'points of a score';

CREATE FUNCTION governance.cap(governance.credit_score) RETURNS pg_catalog.numeric
	AS 'MODULE_PATHNAME', 'credit_score_get_cap'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.cap(governance.credit_score) IS 'cap of a score';

-- On assignment only: an implicit cast would let a score meet any operator of
-- numeric, and the two sides would mean different things.
CREATE CAST (governance.credit_score AS pg_catalog.numeric)
	WITH FUNCTION governance.points(governance.credit_score) AS ASSIGNMENT;
COMMENT ON CAST (governance.credit_score AS pg_catalog.numeric) IS 'points of a score';

--
-- Points off and points back
--

CREATE FUNCTION governance.credit_score_minus(governance.credit_score, pg_catalog.numeric) RETURNS governance.credit_score
	AS 'MODULE_PATHNAME', 'credit_score_minus'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_minus(governance.credit_score, pg_catalog.numeric) IS 'implementation of - operator';

CREATE FUNCTION governance.credit_score_plus(governance.credit_score, pg_catalog.numeric) RETURNS governance.credit_score
	AS 'MODULE_PATHNAME', 'credit_score_plus'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_plus(governance.credit_score, pg_catalog.numeric) IS 'implementation of + operator';

CREATE OPERATOR pg_catalog.- (
	FUNCTION = governance.credit_score_minus, LEFTARG = governance.credit_score, RIGHTARG = pg_catalog.numeric
);
COMMENT ON OPERATOR pg_catalog.- (governance.credit_score, pg_catalog.numeric) IS 'take points away, down to 0';

CREATE OPERATOR pg_catalog.+ (
	FUNCTION = governance.credit_score_plus, LEFTARG = governance.credit_score, RIGHTARG = pg_catalog.numeric
);
COMMENT ON OPERATOR pg_catalog.+ (governance.credit_score, pg_catalog.numeric) IS 'give points back, up to the cap';

--
-- Comparison: points first, then cap.  The word orders and hashes as an int8
-- does, so these are the functions of int8.
--

CREATE FUNCTION governance.credit_score_lt(governance.credit_score, governance.credit_score) RETURNS pg_catalog.bool
	AS 'int8lt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_lt(governance.credit_score, governance.credit_score) IS 'implementation of < operator';

CREATE FUNCTION governance.credit_score_le(governance.credit_score, governance.credit_score) RETURNS pg_catalog.bool
	AS 'int8le'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_le(governance.credit_score, governance.credit_score) IS 'implementation of <= operator';

CREATE FUNCTION governance.credit_score_eq(governance.credit_score, governance.credit_score) RETURNS pg_catalog.bool
	AS 'int8eq'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_eq(governance.credit_score, governance.credit_score) IS 'implementation of = operator';

CREATE FUNCTION governance.credit_score_ne(governance.credit_score, governance.credit_score) RETURNS pg_catalog.bool
	AS 'int8ne'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_ne(governance.credit_score, governance.credit_score) IS 'implementation of <> operator';

CREATE FUNCTION governance.credit_score_ge(governance.credit_score, governance.credit_score) RETURNS pg_catalog.bool
	AS 'int8ge'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_ge(governance.credit_score, governance.credit_score) IS 'implementation of >= operator';

CREATE FUNCTION governance.credit_score_gt(governance.credit_score, governance.credit_score) RETURNS pg_catalog.bool
	AS 'int8gt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_gt(governance.credit_score, governance.credit_score) IS 'implementation of > operator';

CREATE FUNCTION governance.credit_score_cmp(governance.credit_score, governance.credit_score) RETURNS pg_catalog.int4
	AS 'btint8cmp'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_cmp(governance.credit_score, governance.credit_score) IS 'less-equal-greater';

CREATE FUNCTION governance.credit_score_hash(governance.credit_score) RETURNS pg_catalog.int4
	AS 'hashint8'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_hash(governance.credit_score) IS 'hash';

CREATE FUNCTION governance.credit_score_hash_extended(governance.credit_score, pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'hashint8extended'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_hash_extended(governance.credit_score, pg_catalog.int8) IS 'seeded hash';

CREATE OPERATOR pg_catalog.< (
	FUNCTION = governance.credit_score_lt, LEFTARG = governance.credit_score, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.>),
	NEGATOR = OPERATOR(pg_catalog.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR pg_catalog.< (governance.credit_score, governance.credit_score) IS 'less than';

CREATE OPERATOR pg_catalog.<= (
	FUNCTION = governance.credit_score_le, LEFTARG = governance.credit_score, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.>=),
	NEGATOR = OPERATOR(pg_catalog.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR pg_catalog.<= (governance.credit_score, governance.credit_score) IS 'less than or equal';

CREATE OPERATOR pg_catalog.= (
	FUNCTION = governance.credit_score_eq, LEFTARG = governance.credit_score, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.=),
	NEGATOR = OPERATOR(pg_catalog.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR pg_catalog.= (governance.credit_score, governance.credit_score) IS 'equal';

CREATE OPERATOR pg_catalog.<> (
	FUNCTION = governance.credit_score_ne, LEFTARG = governance.credit_score, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.<>),
	NEGATOR = OPERATOR(pg_catalog.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR pg_catalog.<> (governance.credit_score, governance.credit_score) IS 'not equal';

CREATE OPERATOR pg_catalog.>= (
	FUNCTION = governance.credit_score_ge, LEFTARG = governance.credit_score, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.<=),
	NEGATOR = OPERATOR(pg_catalog.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR pg_catalog.>= (governance.credit_score, governance.credit_score) IS 'greater than or equal';

CREATE OPERATOR pg_catalog.> (
	FUNCTION = governance.credit_score_gt, LEFTARG = governance.credit_score, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.<),
	NEGATOR = OPERATOR(pg_catalog.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR pg_catalog.> (governance.credit_score, governance.credit_score) IS 'greater than';

CREATE OPERATOR CLASS governance.credit_score_ops
	DEFAULT FOR TYPE governance.credit_score USING btree AS
	OPERATOR 1 pg_catalog.<,
	OPERATOR 2 pg_catalog.<=,
	OPERATOR 3 pg_catalog.=,
	OPERATOR 4 pg_catalog.>=,
	OPERATOR 5 pg_catalog.>,
	FUNCTION 1 governance.credit_score_cmp(governance.credit_score, governance.credit_score),
	FUNCTION 2 (governance.credit_score, governance.credit_score) pg_catalog.btint8sortsupport(pg_catalog.internal),
	FUNCTION 4 (governance.credit_score, governance.credit_score) pg_catalog.btequalimage(pg_catalog.oid);
COMMENT ON OPERATOR CLASS governance.credit_score_ops USING btree IS 'order of credit_score';
COMMENT ON OPERATOR FAMILY governance.credit_score_ops USING btree IS 'order of credit_score';

CREATE OPERATOR CLASS governance.credit_score_ops
	DEFAULT FOR TYPE governance.credit_score USING hash AS
	OPERATOR 1 pg_catalog.=,
	FUNCTION 1 governance.credit_score_hash(governance.credit_score),
	FUNCTION 2 governance.credit_score_hash_extended(governance.credit_score, pg_catalog.int8);
COMMENT ON OPERATOR CLASS governance.credit_score_ops USING hash IS 'equality of credit_score';
COMMENT ON OPERATOR FAMILY governance.credit_score_ops USING hash IS 'equality of credit_score';

--
-- Aggregates
--

CREATE FUNCTION governance.credit_score_smaller(governance.credit_score, governance.credit_score) RETURNS governance.credit_score
	AS 'int8smaller'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_smaller(governance.credit_score, governance.credit_score) IS 'smaller of two';

CREATE FUNCTION governance.credit_score_larger(governance.credit_score, governance.credit_score) RETURNS governance.credit_score
	AS 'int8larger'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_larger(governance.credit_score, governance.credit_score) IS 'larger of two';

CREATE AGGREGATE pg_catalog.min(governance.credit_score) (
	SFUNC = governance.credit_score_smaller,
	STYPE = governance.credit_score,
	COMBINEFUNC = governance.credit_score_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.min(governance.credit_score) IS 'lowest score';

CREATE AGGREGATE pg_catalog.max(governance.credit_score) (
	SFUNC = governance.credit_score_larger,
	STYPE = governance.credit_score,
	COMBINEFUNC = governance.credit_score_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.max(governance.credit_score) IS 'highest score';

--
-- Comparison of the points with a bare number.  These operators are in no
-- operator family, because 85/100 = 85 and 85 = 85/90 must not imply that
-- 85/100 = 85/90; the support functions turn them into conditions on an index
-- of the score.
--

CREATE FUNCTION governance.credit_score_lt_support(pg_catalog.internal) RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'credit_score_lt_support'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_lt_support(pg_catalog.internal) IS 'planner support for comparison of a score with a number';

CREATE FUNCTION governance.credit_score_le_support(pg_catalog.internal) RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'credit_score_le_support'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_le_support(pg_catalog.internal) IS 'planner support for comparison of a score with a number';

CREATE FUNCTION governance.credit_score_eq_support(pg_catalog.internal) RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'credit_score_eq_support'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_eq_support(pg_catalog.internal) IS 'planner support for comparison of a score with a number';

CREATE FUNCTION governance.credit_score_ge_support(pg_catalog.internal) RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'credit_score_ge_support'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_ge_support(pg_catalog.internal) IS 'planner support for comparison of a score with a number';

CREATE FUNCTION governance.credit_score_gt_support(pg_catalog.internal) RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'credit_score_gt_support'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_gt_support(pg_catalog.internal) IS 'planner support for comparison of a score with a number';

CREATE FUNCTION governance.credit_score_numeric_lt(governance.credit_score, pg_catalog.numeric) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'credit_score_numeric_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_lt_support;
COMMENT ON FUNCTION governance.credit_score_numeric_lt(governance.credit_score, pg_catalog.numeric) IS 'implementation of < operator';

CREATE FUNCTION governance.numeric_credit_score_lt(pg_catalog.numeric, governance.credit_score) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'numeric_credit_score_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_lt_support;
COMMENT ON FUNCTION governance.numeric_credit_score_lt(pg_catalog.numeric, governance.credit_score) IS 'implementation of < operator';

CREATE FUNCTION governance.credit_score_numeric_le(governance.credit_score, pg_catalog.numeric) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'credit_score_numeric_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_le_support;
COMMENT ON FUNCTION governance.credit_score_numeric_le(governance.credit_score, pg_catalog.numeric) IS 'implementation of <= operator';

CREATE FUNCTION governance.numeric_credit_score_le(pg_catalog.numeric, governance.credit_score) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'numeric_credit_score_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_le_support;
COMMENT ON FUNCTION governance.numeric_credit_score_le(pg_catalog.numeric, governance.credit_score) IS 'implementation of <= operator';

CREATE FUNCTION governance.credit_score_numeric_eq(governance.credit_score, pg_catalog.numeric) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'credit_score_numeric_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_eq_support;
COMMENT ON FUNCTION governance.credit_score_numeric_eq(governance.credit_score, pg_catalog.numeric) IS 'implementation of = operator';

CREATE FUNCTION governance.numeric_credit_score_eq(pg_catalog.numeric, governance.credit_score) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'numeric_credit_score_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_eq_support;
COMMENT ON FUNCTION governance.numeric_credit_score_eq(pg_catalog.numeric, governance.credit_score) IS 'implementation of = operator';

CREATE FUNCTION governance.credit_score_numeric_ne(governance.credit_score, pg_catalog.numeric) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'credit_score_numeric_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.credit_score_numeric_ne(governance.credit_score, pg_catalog.numeric) IS 'implementation of <> operator';

CREATE FUNCTION governance.numeric_credit_score_ne(pg_catalog.numeric, governance.credit_score) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'numeric_credit_score_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.numeric_credit_score_ne(pg_catalog.numeric, governance.credit_score) IS 'implementation of <> operator';

CREATE FUNCTION governance.credit_score_numeric_ge(governance.credit_score, pg_catalog.numeric) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'credit_score_numeric_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_ge_support;
COMMENT ON FUNCTION governance.credit_score_numeric_ge(governance.credit_score, pg_catalog.numeric) IS 'implementation of >= operator';

CREATE FUNCTION governance.numeric_credit_score_ge(pg_catalog.numeric, governance.credit_score) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'numeric_credit_score_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_ge_support;
COMMENT ON FUNCTION governance.numeric_credit_score_ge(pg_catalog.numeric, governance.credit_score) IS 'implementation of >= operator';

CREATE FUNCTION governance.credit_score_numeric_gt(governance.credit_score, pg_catalog.numeric) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'credit_score_numeric_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_gt_support;
COMMENT ON FUNCTION governance.credit_score_numeric_gt(governance.credit_score, pg_catalog.numeric) IS 'implementation of > operator';

CREATE FUNCTION governance.numeric_credit_score_gt(pg_catalog.numeric, governance.credit_score) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'numeric_credit_score_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	SUPPORT governance.credit_score_gt_support;
COMMENT ON FUNCTION governance.numeric_credit_score_gt(pg_catalog.numeric, governance.credit_score) IS 'implementation of > operator';

CREATE OPERATOR pg_catalog.< (
	FUNCTION = governance.credit_score_numeric_lt, LEFTARG = governance.credit_score, RIGHTARG = pg_catalog.numeric,
	COMMUTATOR = OPERATOR(pg_catalog.>),
	NEGATOR = OPERATOR(pg_catalog.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR pg_catalog.< (governance.credit_score, pg_catalog.numeric) IS 'points less than number';

CREATE OPERATOR pg_catalog.< (
	FUNCTION = governance.numeric_credit_score_lt, LEFTARG = pg_catalog.numeric, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.>),
	NEGATOR = OPERATOR(pg_catalog.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR pg_catalog.< (pg_catalog.numeric, governance.credit_score) IS 'number less than points';

CREATE OPERATOR pg_catalog.<= (
	FUNCTION = governance.credit_score_numeric_le, LEFTARG = governance.credit_score, RIGHTARG = pg_catalog.numeric,
	COMMUTATOR = OPERATOR(pg_catalog.>=),
	NEGATOR = OPERATOR(pg_catalog.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR pg_catalog.<= (governance.credit_score, pg_catalog.numeric) IS 'points less than or equal to number';

CREATE OPERATOR pg_catalog.<= (
	FUNCTION = governance.numeric_credit_score_le, LEFTARG = pg_catalog.numeric, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.>=),
	NEGATOR = OPERATOR(pg_catalog.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR pg_catalog.<= (pg_catalog.numeric, governance.credit_score) IS 'number less than or equal to points';

CREATE OPERATOR pg_catalog.= (
	FUNCTION = governance.credit_score_numeric_eq, LEFTARG = governance.credit_score, RIGHTARG = pg_catalog.numeric,
	COMMUTATOR = OPERATOR(pg_catalog.=),
	NEGATOR = OPERATOR(pg_catalog.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel
);
COMMENT ON OPERATOR pg_catalog.= (governance.credit_score, pg_catalog.numeric) IS 'points equal to number';

CREATE OPERATOR pg_catalog.= (
	FUNCTION = governance.numeric_credit_score_eq, LEFTARG = pg_catalog.numeric, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.=),
	NEGATOR = OPERATOR(pg_catalog.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel
);
COMMENT ON OPERATOR pg_catalog.= (pg_catalog.numeric, governance.credit_score) IS 'number equal to points';

CREATE OPERATOR pg_catalog.<> (
	FUNCTION = governance.credit_score_numeric_ne, LEFTARG = governance.credit_score, RIGHTARG = pg_catalog.numeric,
	COMMUTATOR = OPERATOR(pg_catalog.<>),
	NEGATOR = OPERATOR(pg_catalog.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR pg_catalog.<> (governance.credit_score, pg_catalog.numeric) IS 'points not equal to number';

CREATE OPERATOR pg_catalog.<> (
	FUNCTION = governance.numeric_credit_score_ne, LEFTARG = pg_catalog.numeric, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.<>),
	NEGATOR = OPERATOR(pg_catalog.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR pg_catalog.<> (pg_catalog.numeric, governance.credit_score) IS 'number not equal to points';

CREATE OPERATOR pg_catalog.>= (
	FUNCTION = governance.credit_score_numeric_ge, LEFTARG = governance.credit_score, RIGHTARG = pg_catalog.numeric,
	COMMUTATOR = OPERATOR(pg_catalog.<=),
	NEGATOR = OPERATOR(pg_catalog.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR pg_catalog.>= (governance.credit_score, pg_catalog.numeric) IS 'points greater than or equal to number';

CREATE OPERATOR pg_catalog.>= (
	FUNCTION = governance.numeric_credit_score_ge, LEFTARG = pg_catalog.numeric, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.<=),
	NEGATOR = OPERATOR(pg_catalog.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR pg_catalog.>= (pg_catalog.numeric, governance.credit_score) IS 'number greater than or equal to points';

CREATE OPERATOR pg_catalog.> (
	FUNCTION = governance.credit_score_numeric_gt, LEFTARG = governance.credit_score, RIGHTARG = pg_catalog.numeric,
	COMMUTATOR = OPERATOR(pg_catalog.<),
	NEGATOR = OPERATOR(pg_catalog.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR pg_catalog.> (governance.credit_score, pg_catalog.numeric) IS 'points greater than number';

CREATE OPERATOR pg_catalog.> (
	FUNCTION = governance.numeric_credit_score_gt, LEFTARG = pg_catalog.numeric, RIGHTARG = governance.credit_score,
	COMMUTATOR = OPERATOR(pg_catalog.<),
	NEGATOR = OPERATOR(pg_catalog.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR pg_catalog.> (pg_catalog.numeric, governance.credit_score) IS 'number greater than points';
