-- ---------------------------------------------------------------------------
-- reports: how far it is to the next sanction
-- ---------------------------------------------------------------------------

-- Level: reader
CREATE FUNCTION governance.next_rung(account_id bigint, scheme text, at timestamptz DEFAULT now(),
	OUT rung text, OUT tier governance.sanction_tier, OUT points numeric,
	OUT score governance.credit_score, OUT near boolean)
	RETURNS record
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_next_rung';
COMMENT ON FUNCTION governance.next_rung(bigint, text, timestamptz) IS
	'the rung that the fewest further points would reach, and how many; near: at most a tenth of the scale, or a single point; nulls: none looks at the score';
