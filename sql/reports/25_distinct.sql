-- ---------------------------------------------------------------------------
-- reports: counting accounts, in parallel and without a sort
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.distinct_add(internal, bigint) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_distinct_add';
COMMENT ON FUNCTION governance.distinct_add(internal, bigint) IS 'part of distinct_count(): a further number';

CREATE FUNCTION governance.distinct_combine(internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_distinct_combine';
COMMENT ON FUNCTION governance.distinct_combine(internal, internal) IS 'part of distinct_count(): two sets become one';

CREATE FUNCTION governance.distinct_serialize(internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_distinct_serialize';
COMMENT ON FUNCTION governance.distinct_serialize(internal) IS 'part of distinct_count(): from a worker';

CREATE FUNCTION governance.distinct_deserialize(bytea, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_distinct_deserialize';
COMMENT ON FUNCTION governance.distinct_deserialize(bytea, internal) IS 'part of distinct_count(): to the leader';

CREATE FUNCTION governance.distinct_final(internal) RETURNS bigint
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_distinct_count';
COMMENT ON FUNCTION governance.distinct_final(internal) IS 'part of distinct_count(): how many there are';

CREATE AGGREGATE governance.distinct_count(bigint) (
	SFUNC = governance.distinct_add,
	STYPE = internal,
	SSPACE = 4096,
	COMBINEFUNC = governance.distinct_combine,
	SERIALFUNC = governance.distinct_serialize,
	DESERIALFUNC = governance.distinct_deserialize,
	FINALFUNC = governance.distinct_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.distinct_count(bigint) IS
	'how many different numbers there are, as count(DISTINCT ...), in parallel and without a sort; its memory grows with them';
