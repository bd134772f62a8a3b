-- ---------------------------------------------------------------------------
-- oversight: what is left behind by every decision.  An entry is written with
-- the decision; at commit it is appended to a chain of digests, each of which
-- covers the one before it.
-- ---------------------------------------------------------------------------

-- Level: everyone
CREATE FUNCTION governance.acting_role() RETURNS text
	LANGUAGE C STABLE PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_acting_role';
COMMENT ON FUNCTION governance.acting_role() IS
	'the current user; inside the ledger''s own triggers, which run as its owner, the one on whose behalf they do';

-- Level: everyone
CREATE FUNCTION governance.may_tell(relation text) RETURNS boolean
	LANGUAGE sql STABLE PARALLEL RESTRICTED
	RETURN has_table_privilege(governance.acting_role(), 'governance.' || quote_ident(relation), 'SELECT');
COMMENT ON FUNCTION governance.may_tell(text) IS
	'may the acting role select from a table of the ledger?  An error says what is there only then';

-- Level: everyone
CREATE FUNCTION governance.written_here(xid) RETURNS boolean
	LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
	AS 'MODULE_PATHNAME', 'governance_written_here';
COMMENT ON FUNCTION governance.written_here(xid) IS
	'part of verify_audit(): was a row with this xmin written by the current transaction?';

-- The columns are named, and not all that there are: a column that comes later
-- changes no entry and no digest of the past.
CREATE FUNCTION governance.audited(OUT relation text, OUT key text[], OUT columns text[], OUT reason text, OUT decided text)
	RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
	VALUES
		('policy', '{policy_id}'::text[],
			'{policy_id,scheme,version,status,in_force,tried,document,created_at,published_at,published_by,note}'::text[], 'note', NULL::text),
		('revision', '{account_id,revision_id}',
			'{account_id,revision_id,violation_id,action,points,sanction_id,scheme,rung,since,reason,decided_at,decided_by,linked_revision_id}', 'reason', NULL),
		-- that one is filed is no decision
		('appeal', '{account_id,appeal_id}',
			'{account_id,appeal_id,violation_id,filed_at,grounds,deadline,decided_at,outcome,points,reason,decided_by}', 'reason', 'outcome'),
		('account_link', '{account_id,link_id}',
			'{account_id,link_id,other_id,kind,confidence,during,evidence,decided_by}', NULL, NULL),
		('exemption', '{account_id,exemption_id}',
			'{account_id,exemption_id,other_id,sanction_id,exempt,reason,decided_at,decided_by}', 'reason', NULL),
		('campaign', '{campaign}', '{campaign,title,during,note}', 'note', NULL),
		('holiday', '{calendar,day}', '{calendar,day,working,name}', NULL, NULL),
		('certification_step', '{account_id,step}',
			'{account_id,step,certification_id,action,at,from_status,status,review_due,qualification,auxiliary_account_id,part,passed,violation_id,check_id,reason,evidence,recorded_at,recorded_by,session_role}', 'reason', NULL),
		('account_binding', '{channel_id,binding_id}',
			'{channel_id,binding_id,account_id,purpose,channel_kind,account_kind,channel_subject,account_subject,during,reason,bound_by,ended_by,end_reason}', 'reason', NULL),
		('account_administrator', '{account_id}', '{account_id,administrator,since}', NULL, NULL),
		('domain', '{domain}', '{domain,name,name_zh,gated_from,gated_until}', NULL, NULL),
		('requirement', '{requirement_id}', '{requirement_id,domain,capability,qualification,during,note}', 'note', NULL),
		('certification_withholding', '{qualification,capability}', '{qualification,capability}', NULL, NULL),
		('certification_attribute', '{qualification,name}', '{qualification,name,value}', NULL, NULL),
		('certification_consequence', '{consequence_id}', '{consequence_id,scheme,rule,severity,qualification,effect}', NULL, NULL),
		('brake', '{brake_id}', '{brake_id,scheme,rule,max_accounts,max_share,within,note}', 'note', NULL),
		('parked', '{parked_id}', '{parked_id,brake_id,scheme,rule,parked_at,counted,allowed,released_at,released_by,reason}', 'reason', NULL),
		('moderator_limit', '{limit_id}', '{limit_id,role,level,scheme,max_points,max_length,max_tier,second_person,note}', 'note', NULL),
		('proposal', '{account_id,proposal_id}',
			'{account_id,proposal_id,scheme,rule,reason,points,occurred_at,source,campaign,incident,content_ref,surcharge,sanction_length,evidence,proposed_at,proposed_by,proposer,expires_at,status,decided_at,decided_by,decider,note,violation_id}', 'reason', NULL),
		('seal', '{seal_id}', '{seal_id,relation,ids,columns,rows,digest,reason,sealed_at,sealed_by}', 'reason', NULL),
		('role_level', '{role}', '{role,level,granted_at,granted_by}', NULL, NULL),
		('allowance_grant', '{account_id,grant_id}',
			'{account_id,grant_id,kind,capability,rule,amount,days,only_for,during,by_account,party,about,reason,recorded_at,recorded_by}', 'reason', NULL),
		('switch_setting', '{account_id,setting_id}',
			'{account_id,setting_id,capability,party,allowed,during,by_account,recorded_at,recorded_by}', NULL, NULL),
		('platform_attribute', '{name,during}', '{name,value,during}', NULL, NULL);
END;
COMMENT ON FUNCTION governance.audited() IS
	'the tables whose rows are decisions: what identifies a row, which columns an entry of the audit covers, which of them says why, and the one that is null as long as nothing is decided';

CREATE FUNCTION governance.audit_content("row" jsonb, columns text[]) RETURNS jsonb
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_audit_content';
COMMENT ON FUNCTION governance.audit_content(jsonb, text[]) IS
	'part of the audit and of seals: these columns of a row, with documents and evidence as their digests';

CREATE FUNCTION governance.audit_action(relation text, before jsonb, after jsonb) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE
		WHEN relation IN ('revision', 'certification_step') AND before IS NULL THEN after ->> 'action'
		WHEN relation = 'appeal' AND before ->> 'outcome' IS NULL AND after ->> 'outcome' IS NOT NULL THEN after ->> 'outcome'
		WHEN relation = 'policy' AND before ->> 'status' IS DISTINCT FROM after ->> 'status' AND after IS NOT NULL THEN
			CASE after ->> 'status' WHEN 'active' THEN CASE WHEN before IS NULL THEN 'publish' ELSE 'activate' END
				WHEN 'retired' THEN 'retire' ELSE after ->> 'status' END
		WHEN relation = 'parked' AND after IS NOT NULL THEN
			CASE WHEN after ->> 'released_at' IS NULL THEN 'park' ELSE 'release' END
		WHEN relation = 'seal' THEN 'seal'
		WHEN relation = 'account_link' AND after IS NOT NULL THEN CASE WHEN before IS NULL THEN 'link' ELSE 'unlink' END
		WHEN relation = 'exemption' AND before IS NULL THEN CASE after ->> 'exempt' WHEN 'true' THEN 'exempt' ELSE 'end_exemption' END
		WHEN relation = 'proposal' AND after IS NOT NULL THEN
			CASE after ->> 'status' WHEN 'open' THEN 'propose' WHEN 'confirmed' THEN 'confirm' ELSE 'reject' END
		WHEN relation = 'allowance_grant' AND before IS NULL THEN after ->> 'kind'
		WHEN relation = 'switch_setting' AND before IS NULL THEN CASE after ->> 'allowed' WHEN 'true' THEN 'switch_on' ELSE 'switch_off' END
		WHEN relation = 'role_level' THEN CASE WHEN after IS NULL THEN 'revoke' ELSE 'grant' END
		WHEN before IS NULL THEN 'create'
		WHEN after IS NULL THEN 'delete'
		ELSE 'change' END;
COMMENT ON FUNCTION governance.audit_action(text, jsonb, jsonb) IS
	'part of audit_row(): the name of the action when a row of an audited table changes so';

-- The settings are those that decide how values are printed.
CREATE FUNCTION governance.audit_row_entry() RETURNS trigger
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres'
	SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $entry$
DECLARE
	before	jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
	after	jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
	this	record;
BEGIN
	SELECT * INTO STRICT this FROM governance.audited() a WHERE a.relation = TG_TABLE_NAME;
	IF TG_OP = 'INSERT' AND after ->> this.decided IS NULL AND this.decided IS NOT NULL
		OR governance.audit_content(before, this.columns) = governance.audit_content(after, this.columns) THEN
		RETURN NULL;
	END IF;
	INSERT INTO governance.audit (session_role, role, application, client, action, relation, key, content, reason)
		VALUES (session_user, governance.acting_role(), current_setting('application_name'), host(inet_client_addr()),
				governance.audit_action(TG_TABLE_NAME, before, after), TG_TABLE_NAME,
				governance.audit_content(coalesce(after, before), this.key),
				governance.audit_content(after, this.columns), after ->> this.reason);
	RETURN NULL;
END
$entry$;
COMMENT ON FUNCTION governance.audit_row_entry() IS
	'part of audit_row(): writes the entry';

CREATE FUNCTION governance.audit_row() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_audit_row';
COMMENT ON FUNCTION governance.audit_row() IS
	'row trigger on tables of decisions: a row that is written, changed or deleted leaves an entry in governance.audit';

-- Level: owner
CREATE FUNCTION governance.audit_fact(role text, action text, account_id bigint, name text, value text, during tstzrange) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres'
	SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $fact$
#variable_conflict use_variable
BEGIN
	INSERT INTO governance.audit (session_role, role, application, client, action, relation, key, content)
		VALUES (session_user, role, current_setting('application_name'), host(inet_client_addr()), action, 'attribute',
				jsonb_build_object('account_id', account_id, 'name', name, 'during', during::text),
				CASE WHEN action <> 'delete' THEN jsonb_build_object('value', value) END);
END
$fact$;
COMMENT ON FUNCTION governance.audit_fact(text, text, bigint, text, text, tstzrange) IS
	'part of the trigger on facts: those that a limited role states, changes or takes away leave an entry in governance.audit';

CREATE FUNCTION governance.audit_append() RETURNS trigger
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	AS 'MODULE_PATHNAME', 'governance_audit_append';
COMMENT ON FUNCTION governance.audit_append() IS
	'constraint trigger on governance.audit: appends the entry to the chain when the transaction commits';

REVOKE ALL ON FUNCTION governance.audit_row(), governance.audit_append(), governance.audit_row_entry(),
	governance.audit_fact(text, text, bigint, text, text, tstzrange) FROM PUBLIC;

-- Level: reader
CREATE FUNCTION governance.audit_digest(previous bytea, entry record) RETURNS bytea
	LANGUAGE C STABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'governance_audit_digest';
COMMENT ON FUNCTION governance.audit_digest(bytea, record) IS
	'the digest of an entry of governance.audit and of the digest before it: SHA-256 over that and the entry as a JSON object in UTF-8, as jsonb prints it, instants in UTC';

-- Adopting goes with the creation of the trigger: what is there by then has no
-- entry, and everything later will have one.
-- Level: owner
CREATE FUNCTION governance.audit_adopt(relation text) RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres'
	SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $adopt$
DECLARE
	home	regclass := format('governance.%I', relation)::regclass;
	this	record;
	adopted	bigint;
BEGIN
	IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = home AND t.tgname = 'audit_row') THEN
		RETURN;
	END IF;
	RETURN QUERY SELECT governance.ensure_trigger(home, 'audit_row',
		format('AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION governance.audit_row()', home));
	SELECT * INTO STRICT this FROM governance.audited() a WHERE a.relation = audit_adopt.relation;
	EXECUTE format(
		'INSERT INTO governance.audit (session_role, role, application, client, action, relation, key, content, reason)
			SELECT session_user, current_user, current_setting(''application_name''), host(inet_client_addr()), ''adopt'', $1,
				   governance.audit_content(to_jsonb(n), $2), governance.audit_content(to_jsonb(n), $3), to_jsonb(n) ->> $4
			FROM governance.%I n WHERE %s', relation, coalesce(quote_ident(this.decided) || ' IS NOT NULL', 'true'))
		USING relation, this.key, this.columns, this.reason;
	GET DIAGNOSTICS adopted = ROW_COUNT;
	IF adopted > 0 THEN
		RETURN NEXT format('wrote %s entries of governance.audit for rows of governance.%s', adopted, relation);
	END IF;
END
$adopt$;
COMMENT ON FUNCTION governance.audit_adopt(text) IS
	'part of create_ledger(): attaches the trigger of the audit to a table, and writes entries for rows that were there before it';
REVOKE ALL ON FUNCTION governance.audit_adopt(text) FROM PUBLIC;

-- Level: reader
CREATE FUNCTION governance.audit_head(OUT "position" bigint, OUT digest bytea) RETURNS record
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $head$
BEGIN
	SELECT c."position", c.digest INTO audit_head."position", audit_head.digest
		FROM governance.audit_chain c ORDER BY c."position" DESC LIMIT 1;
END
$head$;
COMMENT ON FUNCTION governance.audit_head() IS
	'where the chain of the audit has got to; to be noted outside, so that a chain that was cut short or written anew is found out';

-- Three things are looked at: each place of the chain has its entry, as it was;
-- each entry has its place, except those of the current transaction, which get
-- theirs at commit; and each decision is as the last entry about it says.
-- Level: reader
CREATE FUNCTION governance.verify_audit(
	OUT account_id bigint, OUT scheme text, OUT item text, OUT stored text, OUT replayed text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 10
	SET search_path = pg_catalog, pg_temp
	SET TimeZone = 'UTC' SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres'
	SET extra_float_digits = 1 SET bytea_output = 'hex'
AS $verify$
#variable_conflict use_column
DECLARE
	this	record;
BEGIN
	-- The chain: each entry is there, in its place, as it was.
	RETURN QUERY
		SELECT CASE WHEN jsonb_typeof(l.key -> 'account_id') = 'number' THEN (l.key -> 'account_id')::bigint END, NULL::text,
			   CASE WHEN l.gap THEN 'audit chain' ELSE format('audit entry %s', l.audit_id) END,
			   CASE WHEN NOT l.gap AND l.found THEN concat_ws(' ', l.action, l.relation, l.key, l.again) END,
			   CASE WHEN l.gap THEN format('chained at %s', concat_ws(' to ', l.next, nullif(l."position" - 1, l.next)))
					ELSE format('digest %s', l.digest) END
		FROM (SELECT c.*, a.audit_id IS NOT NULL AS found, a.action, a.relation, a.key, c."position" <> c.next AS gap,
					 CASE WHEN a.audit_id IS NOT NULL THEN governance.audit_digest(c.before, a) END AS again
			  FROM (SELECT c.*, lag(c.digest) OVER w AS before, coalesce(lag(c."position") OVER w, 0) + 1 AS next
					FROM governance.audit_chain c WINDOW w AS (ORDER BY c."position")) AS c
				LEFT JOIN governance.audit a ON a.audit_id = c.audit_id) AS l
		WHERE l.gap OR l.again IS DISTINCT FROM l.digest
		ORDER BY l."position";
	-- Those of this very transaction are chained when it commits.
	RETURN QUERY
		SELECT CASE WHEN jsonb_typeof(a.key -> 'account_id') = 'number' THEN (a.key -> 'account_id')::bigint END, NULL::text, format('audit entry %s', a.audit_id),
			   concat_ws(' ', a.action, a.relation, a.key), NULL::text
		FROM governance.audit a
		WHERE NOT EXISTS (SELECT FROM governance.audit_chain c WHERE c.audit_id = a.audit_id)
			AND NOT governance.written_here(a.xmin)
		ORDER BY a.audit_id;

	-- The decisions: as the last entry about each says.
	FOR this IN SELECT a.* FROM governance.audited() a WHERE to_regclass(format('governance.%I', a.relation)) IS NOT NULL LOOP
		RETURN QUERY EXECUTE format(
			'WITH noted AS (
				SELECT DISTINCT ON (a.key) a.key, a.content
				FROM governance.audit a LEFT JOIN governance.audit_chain c ON c.audit_id = a.audit_id
				WHERE a.relation = $1 ORDER BY a.key, c."position" DESC NULLS FIRST, a.audit_id DESC
			), found AS (
				SELECT governance.audit_content(to_jsonb(t), $2) AS key, governance.audit_content(to_jsonb(t), $3) AS content, %s AS decided
				FROM governance.%I t
			)
			SELECT CASE WHEN jsonb_typeof(coalesce(n.key, f.key) -> ''account_id'') = ''number'' THEN (coalesce(n.key, f.key) -> ''account_id'')::bigint END, coalesce(f.content, n.content) ->> ''scheme'',
				   format(''audit of %%s %%s'', $1, coalesce(n.key, f.key)),
				   CASE WHEN f.key IS NULL THEN NULL WHEN n.content IS NULL THEN f.content::text ELSE d.found::text END,
				   CASE WHEN n.content IS NULL THEN NULL WHEN f.key IS NULL THEN n.content::text ELSE d.noted::text END
			FROM noted n FULL JOIN found f ON f.key = n.key,
				LATERAL (SELECT jsonb_object_agg(k, f.content -> k), jsonb_object_agg(k, n.content -> k)
						 FROM jsonb_object_keys(CASE WHEN jsonb_typeof(n.content) = ''object'' THEN n.content END) k
						 WHERE f.content -> k IS DISTINCT FROM n.content -> k) AS d (found, noted)
			WHERE CASE WHEN n.content IS NULL THEN f.decided WHEN f.key IS NULL THEN true ELSE d.noted IS NOT NULL END
			ORDER BY coalesce(n.key, f.key)',
			coalesce(quote_ident(this.decided) || ' IS NOT NULL', 'true'), this.relation)
			USING this.relation, this.key, this.columns;
	END LOOP;
END
$verify$;
COMMENT ON FUNCTION governance.verify_audit() IS
	'part of verify(): entries of the audit that are missing, were changed, or are not in their place, and decisions that are not as the audit says';
