-- ---------------------------------------------------------------------------
-- certification: accounts that belong together.  The rules are constraints:
-- unique keys say that one certifies one, foreign keys hold the kind and the
-- legal subject of both accounts still while they are bound.
-- ---------------------------------------------------------------------------

-- The foreign keys of the table hold the kinds and subjects of both accounts
-- while the binding lasts. What they would refuse is looked for first, so that
-- the error says in words what does not fit.
-- Level: administrator
CREATE FUNCTION governance.bind_account(channel_id bigint, account_id bigint, purpose text DEFAULT 'bind', reason text DEFAULT NULL)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $bind$
DECLARE
	channel	record;
	account	record;
	other	record;
	answer	bigint;
	wrong	text;
BEGIN
	IF COALESCE(purpose, '') NOT IN ('certify', 'bind') THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = governance.message('accounts are bound to "certify" or to "bind", not to "%s"', purpose),
			HINT = governance.message('Say certify, for an account that certifies the channel, or bind.');
	END IF;
	SELECT a.account_id, a.kind, a.subject INTO channel FROM governance.account a WHERE a.account_id = bind_account.channel_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('account', channel_id::text, relation => 'account_binding', field => 'channel_id');
	END IF;
	SELECT a.account_id, a.kind, a.subject INTO account FROM governance.account a WHERE a.account_id = bind_account.account_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('account', account_id::text, relation => 'account_binding', field => 'account_id');
	END IF;

	SELECT b.* INTO other FROM governance.account_binding b
		WHERE b.purpose = bind_account.purpose AND upper_inf(b.during)
			AND (b.channel_id = bind_account.channel_id AND b.account_id = bind_account.account_id
				 OR b.purpose = 'certify' AND (b.channel_id = bind_account.channel_id OR b.account_id = bind_account.account_id))
		LIMIT 1;
	wrong := CASE
		WHEN channel.kind <> 'channel' THEN governance.message('Account %s is of the kind "%s" and not a channel.', channel_id, channel.kind)
		WHEN purpose = 'bind' AND account.kind <> 'public'
			THEN governance.message('Account %s is of the kind "%s"; a channel is bound to a public account.', account_id, account.kind)
		WHEN account.kind NOT IN ('public', 'personal')
			THEN governance.message('Account %s is of the kind "%s"; a personal or a public account certifies a channel.', account_id, account.kind)
		WHEN channel.subject IS NULL THEN governance.message('The legal subject of account %s is not known.', channel_id)
		WHEN account.subject IS NULL THEN governance.message('The legal subject of account %s is not known.', account_id)
		WHEN purpose = 'bind' AND channel.subject <> account.subject THEN governance.message('They do not have the same legal subject.')
		WHEN other.channel_id = bind_account.channel_id AND other.account_id = bind_account.account_id THEN governance.message('They belong together already.')
		WHEN other.channel_id = bind_account.channel_id THEN governance.message('Account %s certifies the channel already.', other.account_id)
		WHEN other.channel_id IS NOT NULL THEN governance.message('The account certifies channel %s already.', other.channel_id)
		END;
	IF wrong IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'GV404',
			MESSAGE = governance.message('account %s cannot be bound to channel %s', account_id, channel_id),
			SCHEMA = 'governance', TABLE = 'account_binding', DETAIL = wrong,
			HINT = governance.message('governance.account has the kind and the legal subject of each account; governance.account_binding lists the bindings.');
	END IF;

	INSERT INTO governance.account_binding AS b
			(channel_id, account_id, purpose, channel_kind, account_kind, channel_subject, account_subject, reason)
		VALUES (channel.account_id, account.account_id, bind_account.purpose, channel.kind, account.kind, channel.subject,
				account.subject, bind_account.reason)
		RETURNING b.binding_id INTO answer;
	RETURN answer;
END
$bind$;
COMMENT ON FUNCTION governance.bind_account(bigint, bigint, text, text) IS
	'binds an account to a channel of the same legal subject, or lets it certify the channel; gives the binding_id';

-- Level: administrator
CREATE FUNCTION governance.unbind_account(channel_id bigint, account_id bigint, purpose text DEFAULT 'bind', reason text DEFAULT NULL)
	RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $unbind$
DECLARE
	answer	bigint;
BEGIN
	UPDATE governance.account_binding b
		SET during = tstzrange(lower(b.during), GREATEST(now(), lower(b.during))), ended_by = current_user, end_reason = unbind_account.reason
		WHERE b.channel_id = unbind_account.channel_id AND b.account_id = unbind_account.account_id
			AND b.purpose = unbind_account.purpose AND upper_inf(b.during)
		RETURNING b.binding_id INTO answer;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'GV404',
			MESSAGE = governance.message('account %s is not bound to channel %s', COALESCE(account_id::text, 'null'), COALESCE(channel_id::text, 'null')),
			SCHEMA = 'governance', TABLE = 'account_binding',
			HINT = governance.message('governance.account_binding lists the bindings, with their purpose.');
	END IF;
	RETURN answer;
END
$unbind$;
COMMENT ON FUNCTION governance.unbind_account(bigint, bigint, text, text) IS
	'ends a binding; gives the binding_id';
