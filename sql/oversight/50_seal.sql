-- ---------------------------------------------------------------------------
-- oversight: seals over entries of the ledger.  Violations and activities leave
-- no entries in the audit; a seal takes the digests of those that are there and
-- is itself an entry, so that a later change of any of them is found.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.sealed(OUT relation text, OUT key text, OUT columns text[])
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 3
BEGIN ATOMIC
	VALUES
		('violation', 'violation_id',
			'{account_id,violation_id,scheme,rule,points,occurred_at,decided_at,source,campaign,incident,content_ref,surcharge,sanction_length,decided_by,evidence,held,linked_account_id,linked_violation_id,link_id}'::text[]),
		('activity', 'activity_id',
			'{account_id,activity_id,kind,occurred_at,quantity,violation_id,recorded_by,evidence}'),
		('usage', 'use_id',
			'{account_id,use_id,entry,about,capability,amount,unit,used_at,during,recorded_at,ref,counterpart,session_id,place,context,lapses_at,settles_at,grant_ids,granted,would_refuse,reason,recorded_by}');
END;
COMMENT ON FUNCTION governance.sealed() IS
	'the tables whose rows are sealed, what numbers them, and which columns a seal covers';

CREATE FUNCTION governance.row_digest("row" jsonb, columns text[]) RETURNS bytea
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN substring(sha256(convert_to(governance.audit_content("row", columns)::text, 'UTF8')) FROM 1 FOR 16);
COMMENT ON FUNCTION governance.row_digest(jsonb, text[]) IS
	'the first sixteen bytes of the SHA-256 of these columns of a row, as jsonb prints them in UTF-8';

-- Level: reader
CREATE FUNCTION governance.rows_digest(digests bytea[]) RETURNS bytea
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN cardinality(digests) = 1 THEN digests[1]
			ELSE (SELECT substring(sha256(string_agg(d.digest, '' ORDER BY d.n)) FROM 1 FOR 16)
				  FROM unnest(digests) WITH ORDINALITY AS d (digest, n)) END;
COMMENT ON FUNCTION governance.rows_digest(bytea[]) IS
	'part of seal() and verify_seals(): one digest for the rows that have an id, from their digests in the order of their accounts; of a single row, which is the rule, its own';

-- What is not in a seal yet is sealed, up to a thousand ids in a row of
-- governance.seal, whatever the order in which transactions have committed.
-- Where a partitioned ledger has one id twice, both rows are under one digest.
-- Level: owner
CREATE FUNCTION governance.seal_as_owner(reason text) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres'
	SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $seal$
DECLARE
	this	record;
	done	int8multirange;
	added	bigint;
	answer	bigint := 0;
BEGIN
	-- One at a time; those who record go on.
	LOCK TABLE governance.seal IN SHARE ROW EXCLUSIVE MODE;
	FOR this IN SELECT s.* FROM governance.sealed() s LOOP
		SELECT coalesce(range_agg(s.ids), '{}') INTO done FROM governance.seal s WHERE s.relation = this.relation;
		EXECUTE format(
			'INSERT INTO governance.seal (relation, ids, columns, rows, digests, digest, reason, sealed_by)
				SELECT $1, p.ids, $2, p.rows, p.digests, sha256(p.digests), $4, governance.acting_role()
				FROM (SELECT range_agg(int8range(r.id, CASE WHEN r.id < 9223372036854775807 THEN r.id + 1 END)) AS ids,
							 sum(r.rows) AS rows, string_agg(r.digest, '''' ORDER BY r.id) AS digests
					  FROM (SELECT t.%1$I AS id, count(*) AS rows,
								   governance.rows_digest(array_agg(governance.row_digest(to_jsonb(t), $2) ORDER BY t.account_id)) AS digest,
								   (row_number() OVER (ORDER BY t.%1$I) - 1) / 1000 AS part
							FROM governance.%2$I t WHERE NOT t.%1$I <@ $3 GROUP BY t.%1$I) r
					  GROUP BY r.part ORDER BY r.part) p', this.key, this.relation)
			USING this.relation, this.columns, done, reason;
		SELECT sum(s.rows) INTO added FROM governance.seal s WHERE s.relation = this.relation AND NOT s.ids <@ done;
		answer := answer + coalesce(added, 0);
	END LOOP;
	RETURN answer;
END
$seal$;
COMMENT ON FUNCTION governance.seal_as_owner(text) IS
	'part of seal(): what it does, as the owner of the ledger';

-- Level: administrator
CREATE FUNCTION governance.seal(reason text DEFAULT NULL) RETURNS bigint
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_as_owner';
REVOKE ALL ON FUNCTION governance.seal(text), governance.seal_as_owner(text) FROM PUBLIC;
COMMENT ON FUNCTION governance.seal(text) IS
	'seals the violations and activities that are there and are not sealed yet; gives how many';

-- A digest of sixteen bytes for each entry tells which entry was changed; the
-- digest over all of them, which the audit covers, keeps these from being
-- changed as well.
-- Level: reader
CREATE FUNCTION governance.verify_seals(
	OUT account_id bigint, OUT scheme text, OUT item text, OUT stored text, OUT replayed text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres'
	SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $verify$
DECLARE
	this	record;
BEGIN
	RETURN QUERY
		SELECT NULL::bigint, NULL::text, format('seal %s', s.seal_id), 'other digests', format('digest %s', s.digest)
		FROM governance.seal s WHERE sha256(s.digests) <> s.digest ORDER BY s.seal_id;
	FOR this IN SELECT s.* FROM governance.sealed() s LOOP
		RETURN QUERY EXECUTE format(
			'WITH wrong AS MATERIALIZED (
			 SELECT n.id, n.columns, n.digest
			 FROM (SELECT s.seal_id, s.columns, g.id,
						  substring(s.digests FROM (16 * (row_number() OVER (PARTITION BY s.seal_id ORDER BY g.id) - 1) + 1)::int FOR 16) AS digest
				   FROM governance.seal s, unnest(s.ids) AS r (ids), generate_series(lower(r.ids), coalesce(upper(r.ids) - 1, 9223372036854775807)) AS g (id)
				   WHERE s.relation = $1) AS n
				LEFT JOIN governance.%2$I t ON t.%1$I = n.id
			 GROUP BY n.seal_id, n.id, n.columns, n.digest
			 HAVING governance.rows_digest(array_agg(governance.row_digest(to_jsonb(t), n.columns) ORDER BY t.account_id)
										   FILTER (WHERE t.account_id IS NOT NULL)) IS DISTINCT FROM n.digest)
			 SELECT t.account_id, to_jsonb(t) ->> ''scheme'', format(''sealed %%s %%s'', $1, w.id),
					CASE WHEN t.account_id IS NOT NULL THEN governance.audit_content(to_jsonb(t), w.columns)::text END,
					format(''digest %%s'', w.digest)
			 FROM wrong w LEFT JOIN governance.%2$I t ON t.%1$I = w.id
			 ORDER BY w.id, t.account_id', this.key, this.relation)
			USING this.relation;
	END LOOP;
END
$verify$;
COMMENT ON FUNCTION governance.verify_seals() IS
	'part of verify(): sealed entries that are gone or have changed';
