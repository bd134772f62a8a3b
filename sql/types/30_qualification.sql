--
-- qualification: kind, path in a taxonomy, graded attributes
--

CREATE TYPE governance.qualification;

CREATE FUNCTION governance.qualification_in(pg_catalog.cstring) RETURNS governance.qualification
	AS 'MODULE_PATHNAME', 'qualification_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_in(pg_catalog.cstring) IS 'I/O';

CREATE FUNCTION governance.qualification_out(governance.qualification) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'qualification_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_out(governance.qualification) IS 'I/O';

CREATE FUNCTION governance.qualification_recv(pg_catalog.internal) RETURNS governance.qualification
	AS 'MODULE_PATHNAME', 'qualification_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_recv(pg_catalog.internal) IS 'I/O';

CREATE FUNCTION governance.qualification_send(governance.qualification) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'qualification_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_send(governance.qualification) IS 'I/O';

CREATE TYPE governance.qualification (
	INPUT = governance.qualification_in,
	OUTPUT = governance.qualification_out,
	RECEIVE = governance.qualification_recv,
	SEND = governance.qualification_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE governance.qualification IS 'kind, path and grades, as ''occupation:healthcare/physician[hospital=9,title=2]''';

--
-- Accessors
--

CREATE FUNCTION governance.kind(governance.qualification) RETURNS pg_catalog.text
	AS 'MODULE_PATHNAME', 'qualification_get_kind'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.kind(governance.qualification) IS 'kind of a qualification';

CREATE FUNCTION governance.path(governance.qualification) RETURNS pg_catalog.text
	AS 'MODULE_PATHNAME', 'qualification_get_path'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.path(governance.qualification) IS 'path of a qualification in its taxonomy';

CREATE FUNCTION governance.grade(governance.qualification, name pg_catalog.text) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'qualification_get_grade'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.grade(governance.qualification, name pg_catalog.text) IS 'grade of one attribute of a qualification, null without it';

--
-- Does what is held satisfy what is required?  Same kind, the required path is
-- the held one or above it, every required grade is met or exceeded.
--

CREATE FUNCTION governance.qualification_contain(governance.qualification, governance.qualification) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_contain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_contain(governance.qualification, governance.qualification) IS 'implementation of @> operator';

CREATE FUNCTION governance.qualification_contained(governance.qualification, governance.qualification) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_contained'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_contained(governance.qualification, governance.qualification) IS 'implementation of <@ operator';

CREATE OPERATOR pg_catalog.@> (
	FUNCTION = governance.qualification_contain, LEFTARG = governance.qualification, RIGHTARG = governance.qualification,
	COMMUTATOR = OPERATOR(pg_catalog.<@),
	RESTRICT = pg_catalog.contsel, JOIN = pg_catalog.contjoinsel
);
COMMENT ON OPERATOR pg_catalog.@> (governance.qualification, governance.qualification) IS 'satisfies';

CREATE OPERATOR pg_catalog.<@ (
	FUNCTION = governance.qualification_contained, LEFTARG = governance.qualification, RIGHTARG = governance.qualification,
	COMMUTATOR = OPERATOR(pg_catalog.@>),
	RESTRICT = pg_catalog.contsel, JOIN = pg_catalog.contjoinsel
);
COMMENT ON OPERATOR pg_catalog.<@ (governance.qualification, governance.qualification) IS 'is satisfied by';

--
-- Comparison, for sorting only: kind, path label by label, attributes.
--

CREATE FUNCTION governance.qualification_lt(governance.qualification, governance.qualification) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_lt(governance.qualification, governance.qualification) IS 'implementation of < operator';

CREATE FUNCTION governance.qualification_le(governance.qualification, governance.qualification) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_le(governance.qualification, governance.qualification) IS 'implementation of <= operator';

CREATE FUNCTION governance.qualification_eq(governance.qualification, governance.qualification) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_eq(governance.qualification, governance.qualification) IS 'implementation of = operator';

CREATE FUNCTION governance.qualification_ne(governance.qualification, governance.qualification) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_ne(governance.qualification, governance.qualification) IS 'implementation of <> operator';

CREATE FUNCTION governance.qualification_ge(governance.qualification, governance.qualification) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_ge(governance.qualification, governance.qualification) IS 'implementation of >= operator';

CREATE FUNCTION governance.qualification_gt(governance.qualification, governance.qualification) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_gt(governance.qualification, governance.qualification) IS 'implementation of > operator';

CREATE FUNCTION governance.qualification_cmp(governance.qualification, governance.qualification) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'qualification_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_cmp(governance.qualification, governance.qualification) IS 'less-equal-greater';

CREATE FUNCTION governance.qualification_hash(governance.qualification) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'qualification_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_hash(governance.qualification) IS 'hash';

CREATE FUNCTION governance.qualification_hash_extended(governance.qualification, pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'MODULE_PATHNAME', 'qualification_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_hash_extended(governance.qualification, pg_catalog.int8) IS 'seeded hash';

CREATE OPERATOR pg_catalog.< (
	FUNCTION = governance.qualification_lt, LEFTARG = governance.qualification, RIGHTARG = governance.qualification,
	COMMUTATOR = OPERATOR(pg_catalog.>),
	NEGATOR = OPERATOR(pg_catalog.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR pg_catalog.< (governance.qualification, governance.qualification) IS 'less than';

CREATE OPERATOR pg_catalog.<= (
	FUNCTION = governance.qualification_le, LEFTARG = governance.qualification, RIGHTARG = governance.qualification,
	COMMUTATOR = OPERATOR(pg_catalog.>=),
	NEGATOR = OPERATOR(pg_catalog.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR pg_catalog.<= (governance.qualification, governance.qualification) IS 'less than or equal';

CREATE OPERATOR pg_catalog.= (
	FUNCTION = governance.qualification_eq, LEFTARG = governance.qualification, RIGHTARG = governance.qualification,
	COMMUTATOR = OPERATOR(pg_catalog.=),
	NEGATOR = OPERATOR(pg_catalog.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR pg_catalog.= (governance.qualification, governance.qualification) IS 'equal';

CREATE OPERATOR pg_catalog.<> (
	FUNCTION = governance.qualification_ne, LEFTARG = governance.qualification, RIGHTARG = governance.qualification,
	COMMUTATOR = OPERATOR(pg_catalog.<>),
	NEGATOR = OPERATOR(pg_catalog.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR pg_catalog.<> (governance.qualification, governance.qualification) IS 'not equal';

CREATE OPERATOR pg_catalog.>= (
	FUNCTION = governance.qualification_ge, LEFTARG = governance.qualification, RIGHTARG = governance.qualification,
	COMMUTATOR = OPERATOR(pg_catalog.<=),
	NEGATOR = OPERATOR(pg_catalog.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR pg_catalog.>= (governance.qualification, governance.qualification) IS 'greater than or equal';

CREATE OPERATOR pg_catalog.> (
	FUNCTION = governance.qualification_gt, LEFTARG = governance.qualification, RIGHTARG = governance.qualification,
	COMMUTATOR = OPERATOR(pg_catalog.<),
	NEGATOR = OPERATOR(pg_catalog.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR pg_catalog.> (governance.qualification, governance.qualification) IS 'greater than';

CREATE OPERATOR CLASS governance.qualification_ops
	DEFAULT FOR TYPE governance.qualification USING btree AS
	OPERATOR 1 pg_catalog.<,
	OPERATOR 2 pg_catalog.<=,
	OPERATOR 3 pg_catalog.=,
	OPERATOR 4 pg_catalog.>=,
	OPERATOR 5 pg_catalog.>,
	FUNCTION 1 governance.qualification_cmp(governance.qualification, governance.qualification),
	FUNCTION 4 (governance.qualification, governance.qualification) pg_catalog.btequalimage(pg_catalog.oid);
COMMENT ON OPERATOR CLASS governance.qualification_ops USING btree IS 'order of qualification';
COMMENT ON OPERATOR FAMILY governance.qualification_ops USING btree IS 'order of qualification';

CREATE OPERATOR CLASS governance.qualification_ops
	DEFAULT FOR TYPE governance.qualification USING hash AS
	OPERATOR 1 pg_catalog.=,
	FUNCTION 1 governance.qualification_hash(governance.qualification),
	FUNCTION 2 governance.qualification_hash_extended(governance.qualification, pg_catalog.int8);
COMMENT ON OPERATOR CLASS governance.qualification_ops USING hash IS 'equality of qualification';
COMMENT ON OPERATOR FAMILY governance.qualification_ops USING hash IS 'equality of qualification';

--
-- GIN: @> and <@ by location in the taxonomy
--

CREATE FUNCTION governance.qualification_gin_extract_value(governance.qualification, pg_catalog.internal, pg_catalog.internal) RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'qualification_gin_extract_value'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_gin_extract_value(governance.qualification, pg_catalog.internal, pg_catalog.internal) IS 'GIN support';

CREATE FUNCTION governance.qualification_gin_extract_query(governance.qualification, pg_catalog.internal, pg_catalog.int2, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal) RETURNS pg_catalog.internal
	AS 'MODULE_PATHNAME', 'qualification_gin_extract_query'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_gin_extract_query(governance.qualification, pg_catalog.internal, pg_catalog.int2, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal) IS 'GIN support';

CREATE FUNCTION governance.qualification_gin_consistent(pg_catalog.internal, pg_catalog.int2, governance.qualification, pg_catalog.int4, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal) RETURNS pg_catalog.bool
	AS 'MODULE_PATHNAME', 'qualification_gin_consistent'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_gin_consistent(pg_catalog.internal, pg_catalog.int2, governance.qualification, pg_catalog.int4, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal) IS 'GIN support';

CREATE FUNCTION governance.qualification_gin_triconsistent(pg_catalog.internal, pg_catalog.int2, governance.qualification, pg_catalog.int4, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal) RETURNS pg_catalog."char"
	AS 'MODULE_PATHNAME', 'qualification_gin_triconsistent'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_gin_triconsistent(pg_catalog.internal, pg_catalog.int2, governance.qualification, pg_catalog.int4, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal) IS 'GIN support';

CREATE OPERATOR CLASS governance.qualification_ops
	DEFAULT FOR TYPE governance.qualification USING gin AS
	OPERATOR 7 pg_catalog.@>,
	OPERATOR 8 pg_catalog.<@,
	FUNCTION 1 pg_catalog.byteacmp(pg_catalog.bytea, pg_catalog.bytea),
	FUNCTION 2 governance.qualification_gin_extract_value(governance.qualification, pg_catalog.internal, pg_catalog.internal),
	FUNCTION 3 governance.qualification_gin_extract_query(governance.qualification, pg_catalog.internal, pg_catalog.int2, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal),
	FUNCTION 4 governance.qualification_gin_consistent(pg_catalog.internal, pg_catalog.int2, governance.qualification, pg_catalog.int4, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal),
	FUNCTION 6 governance.qualification_gin_triconsistent(pg_catalog.internal, pg_catalog.int2, governance.qualification, pg_catalog.int4, pg_catalog.internal, pg_catalog.internal, pg_catalog.internal),
	STORAGE pg_catalog.bytea;
COMMENT ON OPERATOR CLASS governance.qualification_ops USING gin IS 'location of qualification in its taxonomy';
COMMENT ON OPERATOR FAMILY governance.qualification_ops USING gin IS 'location of qualification in its taxonomy';

--
-- Aggregates
--

CREATE FUNCTION governance.qualification_smaller(governance.qualification, governance.qualification) RETURNS governance.qualification
	AS 'MODULE_PATHNAME', 'qualification_smaller'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_smaller(governance.qualification, governance.qualification) IS 'smaller of two';

CREATE FUNCTION governance.qualification_larger(governance.qualification, governance.qualification) RETURNS governance.qualification
	AS 'MODULE_PATHNAME', 'qualification_larger'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.qualification_larger(governance.qualification, governance.qualification) IS 'larger of two';

CREATE AGGREGATE pg_catalog.min(governance.qualification) (
	SFUNC = governance.qualification_smaller,
	STYPE = governance.qualification,
	COMBINEFUNC = governance.qualification_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.min(governance.qualification) IS 'first in sort order';

CREATE AGGREGATE pg_catalog.max(governance.qualification) (
	SFUNC = governance.qualification_larger,
	STYPE = governance.qualification,
	COMBINEFUNC = governance.qualification_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.max(governance.qualification) IS 'last in sort order';
