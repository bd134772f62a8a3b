--
-- sanction_tier: a position on the ladder of sanctions
--

CREATE TYPE governance.sanction_tier;

CREATE FUNCTION governance.sanction_tier_in(pg_catalog.cstring) RETURNS governance.sanction_tier
	AS 'MODULE_PATHNAME', 'sanction_tier_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_in(pg_catalog.cstring) IS 'I/O';

CREATE FUNCTION governance.sanction_tier_out(governance.sanction_tier) RETURNS pg_catalog.cstring
	AS 'MODULE_PATHNAME', 'sanction_tier_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_out(governance.sanction_tier) IS 'I/O';

CREATE FUNCTION governance.sanction_tier_recv(pg_catalog.internal) RETURNS governance.sanction_tier
	AS 'MODULE_PATHNAME', 'sanction_tier_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_recv(pg_catalog.internal) IS 'I/O';

CREATE FUNCTION governance.sanction_tier_send(governance.sanction_tier) RETURNS pg_catalog.bytea
	AS 'MODULE_PATHNAME', 'sanction_tier_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_send(governance.sanction_tier) IS 'I/O';

CREATE TYPE governance.sanction_tier (
	INPUT = governance.sanction_tier_in,
	OUTPUT = governance.sanction_tier_out,
	RECEIVE = governance.sanction_tier_recv,
	SEND = governance.sanction_tier_send,
	LIKE = pg_catalog."char"
);
COMMENT ON TYPE governance.sanction_tier IS 'position on the ladder: clear, warned, limited, muted, suspended, revoked, banned';

--
-- Casts
--

CREATE FUNCTION governance.sanction_tier_to_int(governance.sanction_tier) RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'sanction_tier_to_int'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_to_int(governance.sanction_tier) IS 'position on the ladder, 0 (clear) to 6 (banned)';

CREATE CAST (governance.sanction_tier AS pg_catalog.int4)
	WITH FUNCTION governance.sanction_tier_to_int(governance.sanction_tier);
COMMENT ON CAST (governance.sanction_tier AS pg_catalog.int4) IS 'position on the ladder, 0 (clear) to 6 (banned)';

--
-- Comparison: the stricter tier is the greater.  The byte orders and hashes as
-- a "char" does, so these are the functions of "char".
--

CREATE FUNCTION governance.sanction_tier_lt(governance.sanction_tier, governance.sanction_tier) RETURNS pg_catalog.bool
	AS 'charlt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_lt(governance.sanction_tier, governance.sanction_tier) IS 'implementation of < operator';

CREATE FUNCTION governance.sanction_tier_le(governance.sanction_tier, governance.sanction_tier) RETURNS pg_catalog.bool
	AS 'charle'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_le(governance.sanction_tier, governance.sanction_tier) IS 'implementation of <= operator';

CREATE FUNCTION governance.sanction_tier_eq(governance.sanction_tier, governance.sanction_tier) RETURNS pg_catalog.bool
	AS 'chareq'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_eq(governance.sanction_tier, governance.sanction_tier) IS 'implementation of = operator';

CREATE FUNCTION governance.sanction_tier_ne(governance.sanction_tier, governance.sanction_tier) RETURNS pg_catalog.bool
	AS 'charne'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_ne(governance.sanction_tier, governance.sanction_tier) IS 'implementation of <> operator';

CREATE FUNCTION governance.sanction_tier_ge(governance.sanction_tier, governance.sanction_tier) RETURNS pg_catalog.bool
	AS 'charge'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_ge(governance.sanction_tier, governance.sanction_tier) IS 'implementation of >= operator';

CREATE FUNCTION governance.sanction_tier_gt(governance.sanction_tier, governance.sanction_tier) RETURNS pg_catalog.bool
	AS 'chargt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_gt(governance.sanction_tier, governance.sanction_tier) IS 'implementation of > operator';

CREATE FUNCTION governance.sanction_tier_cmp(governance.sanction_tier, governance.sanction_tier) RETURNS pg_catalog.int4
	AS 'btcharcmp'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_cmp(governance.sanction_tier, governance.sanction_tier) IS 'less-equal-greater';

CREATE FUNCTION governance.sanction_tier_hash(governance.sanction_tier) RETURNS pg_catalog.int4
	AS 'hashchar'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_hash(governance.sanction_tier) IS 'hash';

CREATE FUNCTION governance.sanction_tier_hash_extended(governance.sanction_tier, pg_catalog.int8) RETURNS pg_catalog.int8
	AS 'hashcharextended'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_hash_extended(governance.sanction_tier, pg_catalog.int8) IS 'seeded hash';

CREATE OPERATOR pg_catalog.< (
	FUNCTION = governance.sanction_tier_lt, LEFTARG = governance.sanction_tier, RIGHTARG = governance.sanction_tier,
	COMMUTATOR = OPERATOR(pg_catalog.>),
	NEGATOR = OPERATOR(pg_catalog.>=),
	RESTRICT = pg_catalog.scalarltsel, JOIN = pg_catalog.scalarltjoinsel
);
COMMENT ON OPERATOR pg_catalog.< (governance.sanction_tier, governance.sanction_tier) IS 'less than';

CREATE OPERATOR pg_catalog.<= (
	FUNCTION = governance.sanction_tier_le, LEFTARG = governance.sanction_tier, RIGHTARG = governance.sanction_tier,
	COMMUTATOR = OPERATOR(pg_catalog.>=),
	NEGATOR = OPERATOR(pg_catalog.>),
	RESTRICT = pg_catalog.scalarlesel, JOIN = pg_catalog.scalarlejoinsel
);
COMMENT ON OPERATOR pg_catalog.<= (governance.sanction_tier, governance.sanction_tier) IS 'less than or equal';

CREATE OPERATOR pg_catalog.= (
	FUNCTION = governance.sanction_tier_eq, LEFTARG = governance.sanction_tier, RIGHTARG = governance.sanction_tier,
	COMMUTATOR = OPERATOR(pg_catalog.=),
	NEGATOR = OPERATOR(pg_catalog.<>),
	RESTRICT = pg_catalog.eqsel, JOIN = pg_catalog.eqjoinsel,
	HASHES, MERGES
);
COMMENT ON OPERATOR pg_catalog.= (governance.sanction_tier, governance.sanction_tier) IS 'equal';

CREATE OPERATOR pg_catalog.<> (
	FUNCTION = governance.sanction_tier_ne, LEFTARG = governance.sanction_tier, RIGHTARG = governance.sanction_tier,
	COMMUTATOR = OPERATOR(pg_catalog.<>),
	NEGATOR = OPERATOR(pg_catalog.=),
	RESTRICT = pg_catalog.neqsel, JOIN = pg_catalog.neqjoinsel
);
COMMENT ON OPERATOR pg_catalog.<> (governance.sanction_tier, governance.sanction_tier) IS 'not equal';

CREATE OPERATOR pg_catalog.>= (
	FUNCTION = governance.sanction_tier_ge, LEFTARG = governance.sanction_tier, RIGHTARG = governance.sanction_tier,
	COMMUTATOR = OPERATOR(pg_catalog.<=),
	NEGATOR = OPERATOR(pg_catalog.<),
	RESTRICT = pg_catalog.scalargesel, JOIN = pg_catalog.scalargejoinsel
);
COMMENT ON OPERATOR pg_catalog.>= (governance.sanction_tier, governance.sanction_tier) IS 'greater than or equal';

CREATE OPERATOR pg_catalog.> (
	FUNCTION = governance.sanction_tier_gt, LEFTARG = governance.sanction_tier, RIGHTARG = governance.sanction_tier,
	COMMUTATOR = OPERATOR(pg_catalog.<),
	NEGATOR = OPERATOR(pg_catalog.<=),
	RESTRICT = pg_catalog.scalargtsel, JOIN = pg_catalog.scalargtjoinsel
);
COMMENT ON OPERATOR pg_catalog.> (governance.sanction_tier, governance.sanction_tier) IS 'greater than';

CREATE OPERATOR CLASS governance.sanction_tier_ops
	DEFAULT FOR TYPE governance.sanction_tier USING btree AS
	OPERATOR 1 pg_catalog.<,
	OPERATOR 2 pg_catalog.<=,
	OPERATOR 3 pg_catalog.=,
	OPERATOR 4 pg_catalog.>=,
	OPERATOR 5 pg_catalog.>,
	FUNCTION 1 governance.sanction_tier_cmp(governance.sanction_tier, governance.sanction_tier),
	FUNCTION 4 (governance.sanction_tier, governance.sanction_tier) pg_catalog.btequalimage(pg_catalog.oid);
COMMENT ON OPERATOR CLASS governance.sanction_tier_ops USING btree IS 'order of sanction_tier';
COMMENT ON OPERATOR FAMILY governance.sanction_tier_ops USING btree IS 'order of sanction_tier';

CREATE OPERATOR CLASS governance.sanction_tier_ops
	DEFAULT FOR TYPE governance.sanction_tier USING hash AS
	OPERATOR 1 pg_catalog.=,
	FUNCTION 1 governance.sanction_tier_hash(governance.sanction_tier),
	FUNCTION 2 governance.sanction_tier_hash_extended(governance.sanction_tier, pg_catalog.int8);
COMMENT ON OPERATOR CLASS governance.sanction_tier_ops USING hash IS 'equality of sanction_tier';
COMMENT ON OPERATOR FAMILY governance.sanction_tier_ops USING hash IS 'equality of sanction_tier';

--
-- Aggregates
--

CREATE FUNCTION governance.sanction_tier_smaller(governance.sanction_tier, governance.sanction_tier) RETURNS governance.sanction_tier
	AS 'MODULE_PATHNAME', 'sanction_tier_smaller'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_smaller(governance.sanction_tier, governance.sanction_tier) IS 'smaller of two';

CREATE FUNCTION governance.sanction_tier_larger(governance.sanction_tier, governance.sanction_tier) RETURNS governance.sanction_tier
	AS 'MODULE_PATHNAME', 'sanction_tier_larger'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sanction_tier_larger(governance.sanction_tier, governance.sanction_tier) IS 'larger of two';

CREATE AGGREGATE pg_catalog.min(governance.sanction_tier) (
	SFUNC = governance.sanction_tier_smaller,
	STYPE = governance.sanction_tier,
	COMBINEFUNC = governance.sanction_tier_smaller,
	SORTOP = OPERATOR(pg_catalog.<),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.min(governance.sanction_tier) IS 'mildest tier';

CREATE AGGREGATE pg_catalog.max(governance.sanction_tier) (
	SFUNC = governance.sanction_tier_larger,
	STYPE = governance.sanction_tier,
	COMBINEFUNC = governance.sanction_tier_larger,
	SORTOP = OPERATOR(pg_catalog.>),
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE pg_catalog.max(governance.sanction_tier) IS 'strictest tier';
