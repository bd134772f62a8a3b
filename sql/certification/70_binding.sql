-- ---------------------------------------------------------------------------
-- certification: accounts that belong together.  The rules are constraints:
-- unique keys say that one certifies one, foreign keys hold the kind and the
-- legal subject of both accounts still while they are bound.
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.create_binding_tables() RETURNS SETOF text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $create$
BEGIN
	IF to_regclass('governance.account_administrator') IS NULL THEN
		CREATE TABLE governance.account_administrator (
			account_id		bigint NOT NULL,
			administrator	text NOT NULL,
			since			timestamptz NOT NULL DEFAULT now(),
			CONSTRAINT account_administrator_pkey PRIMARY KEY (account_id),
			CONSTRAINT account_administrator_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account
		);
		COMMENT ON TABLE governance.account_administrator IS 'the person who runs an account of an institution';
		COMMENT ON COLUMN governance.account_administrator.account_id IS 'which account';
		COMMENT ON COLUMN governance.account_administrator.administrator IS 'who runs it, as the platform identifies people';
		COMMENT ON COLUMN governance.account_administrator.since IS 'from when on';
		RETURN NEXT 'created table governance.account_administrator';
	END IF;

	IF NOT EXISTS (SELECT FROM pg_constraint
				   WHERE conrelid = 'governance.account'::regclass AND conname = 'account_binding_key') THEN
		ALTER TABLE governance.account ADD CONSTRAINT account_binding_key UNIQUE (account_id, kind, subject);
		COMMENT ON CONSTRAINT account_binding_key ON governance.account IS 'for the foreign keys of governance.account_binding';
		RETURN NEXT 'created constraint account_binding_key on governance.account';
	END IF;

	IF to_regclass('governance.account_binding_seq') IS NULL THEN
		CREATE SEQUENCE governance.account_binding_seq AS bigint;
		COMMENT ON SEQUENCE governance.account_binding_seq IS 'ids of bindings';
		RETURN NEXT 'created sequence governance.account_binding_seq';
	END IF;
	IF to_regclass('governance.account_binding') IS NULL THEN
		CREATE TABLE governance.account_binding (
			channel_id			bigint NOT NULL,
			binding_id			bigint NOT NULL DEFAULT nextval('governance.account_binding_seq'),
			account_id			bigint NOT NULL,
			purpose				text NOT NULL,
			channel_kind		text NOT NULL DEFAULT 'channel',
			account_kind		text NOT NULL,
			channel_subject		text NOT NULL,
			account_subject		text NOT NULL,
			during				tstzrange NOT NULL DEFAULT tstzrange(now(), NULL),
			reason				text,
			bound_by			text NOT NULL DEFAULT current_user,
			ended_by			text,
			end_reason			text,
			-- What the foreign keys hold: nothing once the binding has ended.
			live_channel_kind	text GENERATED ALWAYS AS (CASE WHEN upper_inf(during) THEN channel_kind END) STORED,
			live_account_kind	text GENERATED ALWAYS AS (CASE WHEN upper_inf(during) THEN account_kind END) STORED,
			CONSTRAINT account_binding_pkey PRIMARY KEY (channel_id, binding_id),
			CONSTRAINT account_binding_purpose_check CHECK (purpose IN ('certify', 'bind')),
			CONSTRAINT account_binding_during_check CHECK (lower(during) IS NOT NULL),
			CONSTRAINT account_binding_channel_check CHECK (channel_kind = 'channel'),
			CONSTRAINT account_binding_account_check CHECK (account_kind = 'public' OR purpose = 'certify' AND account_kind = 'personal'),
			CONSTRAINT account_binding_subject_check CHECK (purpose <> 'bind' OR channel_subject = account_subject),
			CONSTRAINT account_binding_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES governance.account,
			CONSTRAINT account_binding_account_id_fkey FOREIGN KEY (account_id) REFERENCES governance.account,
			CONSTRAINT account_binding_channel_fkey FOREIGN KEY (channel_id, live_channel_kind, channel_subject)
				REFERENCES governance.account (account_id, kind, subject),
			CONSTRAINT account_binding_account_fkey FOREIGN KEY (account_id, live_account_kind, account_subject)
				REFERENCES governance.account (account_id, kind, subject),
			CONSTRAINT account_binding_channel_excl EXCLUDE USING gist (channel_id WITH =, during WITH &&) WHERE (purpose = 'certify'),
			CONSTRAINT account_binding_account_excl EXCLUDE USING gist (account_id WITH =, during WITH &&) WHERE (purpose = 'certify'),
			CONSTRAINT account_binding_pair_excl EXCLUDE USING gist (channel_id WITH =, account_id WITH =, during WITH &&) WHERE (purpose = 'bind')
		);
		CREATE INDEX account_binding_account_id_idx ON governance.account_binding (account_id);
		COMMENT ON TABLE governance.account_binding IS 'which account certifies which channel, and which public account a channel is bound to';
		COMMENT ON COLUMN governance.account_binding.channel_id IS 'the channel';
		COMMENT ON COLUMN governance.account_binding.binding_id IS 'identifies the binding';
		COMMENT ON COLUMN governance.account_binding.account_id IS 'the personal or public account';
		COMMENT ON COLUMN governance.account_binding.purpose IS 'certify: the account certifies the channel, one another; bind: they belong to the same legal subject';
		COMMENT ON COLUMN governance.account_binding.channel_kind IS 'kind of the channel: channel';
		COMMENT ON COLUMN governance.account_binding.account_kind IS 'kind of the account: personal or public; to bind: public';
		COMMENT ON COLUMN governance.account_binding.channel_subject IS 'the legal subject of the channel';
		COMMENT ON COLUMN governance.account_binding.account_subject IS 'the legal subject of the account; to bind: the same';
		COMMENT ON COLUMN governance.account_binding.during IS 'from when until when';
		COMMENT ON COLUMN governance.account_binding.reason IS 'why';
		COMMENT ON COLUMN governance.account_binding.bound_by IS 'who bound them';
		COMMENT ON COLUMN governance.account_binding.ended_by IS 'who ended it';
		COMMENT ON COLUMN governance.account_binding.end_reason IS 'why it ended';
		COMMENT ON COLUMN governance.account_binding.live_channel_kind IS 'channel_kind while the binding lasts';
		COMMENT ON COLUMN governance.account_binding.live_account_kind IS 'account_kind while the binding lasts';
		RETURN NEXT 'created table governance.account_binding';
	END IF;
END
$create$;
COMMENT ON FUNCTION governance.create_binding_tables() IS
	'part of create_ledger(): the tables of accounts that belong together';

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
