-- ---------------------------------------------------------------------------
-- reports: the notice to the account itself
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.report_language(language text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $language$
BEGIN
	IF language IS NULL OR lower(language) !~ '^(en|zh)(-|$)' THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('no words in language %s', coalesce(quote_literal(language), 'null')),
			DETAIL = governance.message('There are words in ''en'' and ''zh''.');
	END IF;
	RETURN left(lower(language), 2);
END
$language$;
COMMENT ON FUNCTION governance.report_language(text) IS
	'part of notice() and the pages: the language, if there are words in it';

-- What happened, what follows and until when, why, and what can be done about
-- it: each in a paragraph of its own. English and Chinese stand beside each
-- other in the code, so that whoever changes one sees the other.
-- Level: reader
CREATE FUNCTION governance.notice_of(sanction jsonb, language text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $notice$
#variable_conflict use_column
DECLARE
	zh			boolean := governance.report_language(language) = 'zh';
	tongue		text := governance.report_language(language);
	this		governance.sanction := jsonb_populate_record(NULL::governance.sanction, sanction);
	cause		governance.violation;
	version		record;
	rule		record;
	reasons		jsonb;
	draft		record;
	said		jsonb;
	mapping		jsonb;
	zone		text;
	appealed	governance.appeal;
	gap			text := E'\n\n';
	comma		text;
	withheld	text;
	title		text;
	from_text	text;
	until_text	text;
	lasts_text	text;
	held		boolean;
	deadline	timestamptz;
	how			text;
	lines		text[] := '{}';
BEGIN
	SELECT * INTO cause FROM governance.violation v
		WHERE v.account_id = this.account_id AND v.violation_id = this.violation_id;
	SELECT p.scheme AS name, p.version, p.document, coalesce(governance.title_in(s.titles, s.title, tongue), s.scheme) AS scheme,
		   coalesce(governance.title_in(r.titles, r.title, tongue), this.rung) AS rung, r.length, r.until, r.mode
		INTO version
		FROM governance.policy p
			JOIN governance.scheme s ON s.scheme = p.scheme
			LEFT JOIN governance.policy_rung r ON r.policy_id = p.policy_id AND r.rung = this.rung
		WHERE p.policy_id = this.policy_id;
	SELECT coalesce(governance.title_in(r.titles, r.title, tongue), r.rule) AS title, r.statement INTO rule
		FROM governance.policy p JOIN governance.policy_rule r ON r.policy_id = p.policy_id
		WHERE r.rule = cause.rule AND p.scheme = version.name
			AND (p.policy_id = this.policy_id
				 OR p.status IN ('active', 'retired') AND p.in_force @> cause.occurred_at)
		ORDER BY p.policy_id = this.policy_id DESC LIMIT 1;
	reasons := CASE WHEN this.sanction_id IS NULL
		THEN governance.explain(this.account_id, this.scheme, this.rung, this.opening)
		ELSE governance.explain(this.sanction_id) END;
	SELECT * INTO draft FROM governance.draft_statement_of(sanction, tongue);
	-- Its texts, also where the form would not take it.
	said := draft.said;
	mapping := version.document -> 'dsa';
	zone := coalesce(version.document ->> 'time_zone', 'UTC');
	comma := CASE WHEN zh THEN '、' ELSE ', ' END;
	-- Withdrawn or on trial, it keeps nobody from anything.
	held := this.enforced AND NOT isempty(this.during);
	withheld := governance.withheld_text(this.withholds, version.document, tongue);
	from_text := to_char(lower(this.during) AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI');
	until_text := to_char(upper(this.during) AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI');
	-- Without an end that is known; those of a number of events say what it is.
	lasts_text := CASE
		WHEN version.until IS NOT NULL AND zh THEN '至完成以下条件为止：' || version.until || coalesce('，且不少于 ' || version.length, '')
		WHEN version.until IS NOT NULL THEN 'until this has been done: ' || version.until || coalesce(', and for ' || version.length || ' at least', '')
		WHEN version.mode = 'while' AND zh THEN '至触发条件消除为止'
		WHEN version.mode = 'while' THEN 'for as long as the condition below holds'
		WHEN version.length LIKE '% x %' AND zh THEN '至以下事项发生为止：' || version.length
		WHEN version.length LIKE '% x %' THEN 'until this has taken place: ' || version.length
		WHEN version.length <> 'ever' AND NOT isfinite(lower(this.during)) AND zh THEN '时长 ' || version.length
		WHEN version.length <> 'ever' AND NOT isfinite(lower(this.during)) THEN 'for ' || version.length
		WHEN zh THEN '无限期'
		ELSE 'without an end' END;
	title := coalesce(rule.title, cause.rule);

	-- What, from when until when.
	lines := lines || CASE WHEN zh
		THEN format('处理决定通知（编号 %s）', coalesce(this.sanction_id::text, concat_ws('/', this.account_id, this.scheme, this.rung, this.opening)))
		ELSE format('Notice of a decision, number %s', coalesce(this.sanction_id::text, concat_ws('/', this.account_id, this.scheme, this.rung, this.opening))) END;
	lines := lines || CASE
		WHEN isempty(this.during) AND zh THEN format('账号 %s：处理决定“%s”已撤销，视为从未作出。', this.account_id, version.rung)
		WHEN isempty(this.during) THEN format('Account %s: the decision "%s" has been withdrawn, as if it had never been made.', this.account_id, version.rung)
		WHEN NOT this.enforced AND zh THEN format('账号 %s：按规则试算的处理“%s”未予执行。', this.account_id, version.rung)
		WHEN NOT this.enforced THEN format('Account %s: the measure "%s" was computed under rules on trial and is not carried out.', this.account_id, version.rung)
		WHEN zh THEN format('账号 %s：决定采取措施“%s”。', this.account_id, version.rung)
		ELSE format('Account %s: the measure "%s" has been decided.', this.account_id, version.rung) END;
	IF NOT isempty(this.during) THEN
		lines := lines || CASE
			WHEN withheld IS NULL AND zh THEN '处理内容：仅为提醒，不限制任何功能。'
			WHEN withheld IS NULL THEN 'What it means: it is a warning; nothing is withheld.'
			WHEN NOT held AND zh THEN '处理内容：若予执行，将不能' || withheld || '；目前不限制任何功能。'
			WHEN NOT held THEN 'What it means: if it were carried out you might not ' || withheld || '; as it is, nothing is withheld.'
			WHEN zh THEN '处理内容：在此期间不能' || withheld || '。'
			ELSE 'What it means: meanwhile you may not ' || withheld || '.' END;
		lines := lines || CASE
			WHEN from_text IS NULL AND zh THEN format('期限：自前一项措施结束时起，%s。', lasts_text)
			WHEN from_text IS NULL THEN format('How long: from the end of the measure that runs before it, %s.', lasts_text)
			WHEN until_text IS NULL AND zh THEN format('期限：自 %s 起（时区 %s），%s。', from_text, zone, lasts_text)
			WHEN until_text IS NULL THEN format('How long: from %s (%s time), %s.', from_text, zone, lasts_text)
			-- When the condition will be over is a forecast.
			WHEN version.mode = 'while' AND upper(this.during) > now() AND zh THEN
				format('期限：自 %s 起，%s；如无其他变化，至 %s（时区 %s）。', from_text, lasts_text, until_text, zone)
			WHEN version.mode = 'while' AND upper(this.during) > now() THEN
				format('How long: from %s, %s; if nothing else happens, until %s (%s time).', from_text, lasts_text, until_text, zone)
			WHEN zh THEN format('期限：自 %s 至 %s（时区 %s）。', from_text, until_text, zone)
			ELSE format('How long: from %s until %s (%s time).', from_text, until_text, zone) END;
		lines := lines || (CASE WHEN reasons ? 'chosen_length' THEN
			CASE WHEN zh THEN format('该时长由作出决定的人员在规则允许的范围（%s）内选定。', version.length)
				ELSE format('The length was chosen by whoever decided, where the rules say %s.', version.length) END END);
		lines := lines || (CASE WHEN said -> 'territorial_scope' IS NOT NULL THEN
			CASE WHEN zh THEN '适用地域：' ELSE 'Where: ' END
			|| CASE jsonb_array_length(said -> 'territorial_scope')
				WHEN 27 THEN CASE WHEN zh THEN '欧盟' ELSE 'the European Union' END
				WHEN 30 THEN CASE WHEN zh THEN '欧洲经济区' ELSE 'the European Economic Area' END
				ELSE (SELECT string_agg(t.code, comma) FROM jsonb_array_elements_text(said -> 'territorial_scope') t(code)) END
			|| CASE WHEN zh THEN '。' ELSE '.' END END);
	END IF;
	IF this.released_at <= now() AND NOT isempty(this.during) THEN
		lines := lines || CASE WHEN zh
			THEN format('该措施已于 %s 解除。', to_char(this.released_at AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'))
			ELSE format('It was lifted on %s.', to_char(this.released_at AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI')) END;
	END IF;

	-- On which facts.
	IF cause.violation_id IS NOT NULL THEN
		lines := lines || (CASE WHEN zh
			THEN format('事实：%s 发生违规“%s”，%s 认定。', to_char(cause.occurred_at AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'),
						title, to_char(cause.decided_at AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'))
				|| coalesce('涉及内容：' || cause.content_ref || '。', '')
			ELSE format('The facts: "%s" on %s, decided on %s.', title,
						to_char(cause.occurred_at AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'),
						to_char(cause.decided_at AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI'))
				|| coalesce(' The content in question: ' || cause.content_ref || '.', '') END);
		IF reasons #>> '{violation,charged}' IS NOT NULL AND reasons #>> '{score,after}' IS NOT NULL THEN
			lines := lines || CASE WHEN zh
				THEN format('该违规计 %s 分，积分由 %s 变为 %s（共 %s）。', reasons #>> '{violation,charged}',
							reasons #>> '{score,before}', reasons #>> '{score,after}', reasons #>> '{score,cap}')
				ELSE format('It cost %s points; the score went from %s to %s of %s.', reasons #>> '{violation,charged}',
							reasons #>> '{score,before}', reasons #>> '{score,after}', reasons #>> '{score,cap}') END;
		END IF;
		lines := lines || (CASE WHEN cause.linked_violation_id IS NOT NULL THEN
			CASE WHEN zh THEN '该违规发生在与本账号关联的另一账号，按规则同样计入本账号。'
				ELSE 'It happened in another account that is linked to this one, and by the rules counts here, too.' END END);
	ELSIF reasons ? 'opening_balance' THEN
		lines := lines || CASE WHEN zh THEN format('事实：账号的积分由原系统转入，为 %s。', reasons #>> '{opening_balance,score}')
			ELSE format('The facts: the account came with a score of %s from an earlier system.', reasons #>> '{opening_balance,score}') END;
	ELSE
		lines := lines || CASE WHEN zh THEN '事实：该措施由积分或账号情况的变化触发，并非某一次违规直接导致。'
			ELSE 'The facts: no single violation is behind it; the score, or a fact about the account, has changed.' END;
	END IF;
	lines := lines || (CASE WHEN said ->> 'decision_facts' IS NOT NULL THEN said ->> 'decision_facts' END);

	-- On which ground.
	lines := lines || (CASE WHEN zh THEN '依据：' ELSE 'The ground: ' END || rtrim(CASE
		WHEN said ->> 'decision_ground' = 'DECISION_GROUND_ILLEGAL_CONTENT' AND zh THEN
			format('违法内容，%s。%s', said ->> 'illegal_content_legal_ground', said ->> 'illegal_content_explanation')
		WHEN said ->> 'decision_ground' = 'DECISION_GROUND_ILLEGAL_CONTENT' THEN
			format('illegal content, %s. %s', said ->> 'illegal_content_legal_ground', said ->> 'illegal_content_explanation')
		WHEN said ->> 'decision_ground' IS NOT NULL AND zh THEN
			format('违反平台规则，%s。%s', said ->> 'incompatible_content_ground', said ->> 'incompatible_content_explanation')
		WHEN said ->> 'decision_ground' IS NOT NULL THEN
			format('incompatible with the terms of the service, %s. %s', said ->> 'incompatible_content_ground',
				   said ->> 'incompatible_content_explanation')
		WHEN zh THEN format('“%s”第 %s 版。', version.scheme, version.version)
		ELSE format('"%s", version %s.', version.scheme, version.version) END));
	lines := lines || (CASE WHEN cause.rule IS NOT NULL THEN
		CASE WHEN zh THEN format('规则：%s（%s，“%s”第 %s 版）。', title, cause.rule, version.scheme, version.version)
			 ELSE format('The rule: %s (%s of "%s", version %s).', title, cause.rule, version.scheme, version.version) END END);
	lines := lines || (CASE WHEN reasons ->> 'condition' IS NOT NULL THEN
		CASE WHEN zh THEN format('触发条件：%s。', reasons ->> 'condition')
			 ELSE format('The measure follows when %s.', reasons ->> 'condition') END END);
	lines := lines || (CASE WHEN said ->> 'decision_ground_reference_url' IS NOT NULL THEN
		CASE WHEN zh THEN '规则全文：' ELSE 'The rules: ' END || (said ->> 'decision_ground_reference_url') END);

	-- How it was found and decided.
	lines := lines || CASE WHEN zh THEN '发现途径：' || CASE coalesce(cause.source, 'system')
				WHEN 'report' THEN '用户举报。' WHEN 'patrol' THEN '日常巡查。' WHEN 'model' THEN '自动识别模型。'
				WHEN 'campaign' THEN '专项行动。' ELSE '系统。' END
		ELSE 'How it was found: ' || CASE coalesce(cause.source, 'system')
				WHEN 'report' THEN 'by a notice that somebody sent.' WHEN 'patrol' THEN 'by the platform''s own patrol.'
				WHEN 'model' THEN 'by an automated model.' WHEN 'campaign' THEN 'in a campaign of the platform.'
				ELSE 'by the system.' END END;
	IF said IS NOT NULL THEN
		lines := lines || CASE WHEN zh THEN '自动化手段：' || CASE said ->> 'automated_detection' WHEN 'Yes' THEN '发现使用了自动化手段，' ELSE '发现未使用自动化手段，' END
				|| CASE said ->> 'automated_decision' WHEN 'AUTOMATED_DECISION_FULLY' THEN '决定完全自动作出。'
					WHEN 'AUTOMATED_DECISION_PARTIALLY' THEN '决定部分自动作出。' ELSE '决定由人工作出。' END
			ELSE 'Automation: ' || CASE said ->> 'automated_detection' WHEN 'Yes' THEN 'it was found by automated means, ' ELSE 'it was not found by automated means, ' END
				|| CASE said ->> 'automated_decision' WHEN 'AUTOMATED_DECISION_FULLY' THEN 'and the decision was fully automated.'
					WHEN 'AUTOMATED_DECISION_PARTIALLY' THEN 'and the decision was partially automated.'
					ELSE 'and the decision was made by people.' END END;
	END IF;

	-- What the account can do about it.
	IF cause.violation_id IS NOT NULL THEN
		SELECT * INTO appealed FROM governance.appeal a
			WHERE a.account_id = this.account_id AND a.violation_id = this.violation_id
			ORDER BY a.filed_at DESC, a.appeal_id DESC LIMIT 1;
	END IF;
	IF cause.violation_id IS NOT NULL THEN
		deadline := (governance.appeal_times(cause.scheme, cause.occurred_at, cause.decided_at, cause.decided_at)).file_by;
	END IF;
	how := CASE jsonb_typeof(mapping -> 'appeal')
		WHEN 'string' THEN mapping ->> 'appeal'
		WHEN 'object' THEN governance.title_in(mapping -> 'appeal',
			coalesce(mapping #>> '{appeal,en}', (SELECT t.value FROM jsonb_each_text(mapping -> 'appeal') t LIMIT 1)), tongue) END;
	lines := lines || CASE
		WHEN appealed.outcome IS NOT NULL AND zh THEN
			format('申诉：您于 %s 提出的申诉已于 %s 处理，结果：%s。', to_char(appealed.filed_at AT TIME ZONE zone, 'YYYY-MM-DD'),
				   to_char(appealed.decided_at AT TIME ZONE zone, 'YYYY-MM-DD'),
				   CASE appealed.outcome WHEN 'upheld' THEN '维持' WHEN 'overturned' THEN '撤销' ELSE '变更' END)
		WHEN appealed.outcome IS NOT NULL THEN
			format('Appeal: the one filed on %s was decided on %s: %s.', to_char(appealed.filed_at AT TIME ZONE zone, 'YYYY-MM-DD'),
				   to_char(appealed.decided_at AT TIME ZONE zone, 'YYYY-MM-DD'), appealed.outcome)
		WHEN appealed.appeal_id IS NOT NULL AND zh THEN
			format('申诉：您于 %s 提出的申诉正在处理中', to_char(appealed.filed_at AT TIME ZONE zone, 'YYYY-MM-DD'))
			|| coalesce('，将于 ' || to_char(appealed.deadline AT TIME ZONE zone, 'YYYY-MM-DD') || ' 前作出决定', '') || '。'
		WHEN appealed.appeal_id IS NOT NULL THEN
			format('Appeal: the one filed on %s is being examined', to_char(appealed.filed_at AT TIME ZONE zone, 'YYYY-MM-DD'))
			|| coalesce(', and will be decided by ' || to_char(appealed.deadline AT TIME ZONE zone, 'YYYY-MM-DD'), '') || '.'
		-- Against what keeps nobody from anything there is nothing to do.
		WHEN NOT held THEN NULL
		WHEN zh THEN '申诉：您可以对本决定提出申诉'
			|| coalesce('，截止时间为 ' || to_char(deadline AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI') || '（时区 ' || zone || '）', '')
			|| '。' || coalesce(how, '')
		ELSE 'Appeal: you may appeal against this decision'
			|| coalesce(' until ' || to_char(deadline AT TIME ZONE zone, 'YYYY-MM-DD HH24:MI') || ' (' || zone || ' time)', '')
			|| '.' || coalesce(' ' || how, '') END;
	lines := lines || (CASE WHEN held AND version.document ? 'dsa' THEN
		CASE WHEN zh THEN '其他救济途径：您也可以将争议提交依照欧盟《数字服务法》（第 2022/2065 号条例）第二十一条认证的庭外争议解决机构，或向法院起诉。'
			ELSE 'Other redress: you may also take the dispute to an out-of-court dispute settlement body certified under Article 21 of Regulation (EU) 2022/2065, or to a court.' END END);
	RETURN array_to_string(lines, gap);
END
$notice$;
COMMENT ON FUNCTION governance.notice_of(jsonb, text) IS
	'part of notice(): what an account is told about a sanction, given its columns';

-- Level: reader
CREATE FUNCTION governance.notice(sanction_id bigint, language text DEFAULT 'en') RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
	SET search_path = pg_catalog, pg_temp
AS $notice$
#variable_conflict use_column
DECLARE
	this	jsonb;
BEGIN
	language := governance.report_language(language);
	SELECT to_jsonb(s) INTO this FROM governance.sanction s WHERE s.sanction_id = notice.sanction_id;
	IF NOT FOUND THEN
		PERFORM governance.report_missing('sanction', notice.sanction_id::text);
	END IF;
	RETURN governance.notice_of(this, language);
END
$notice$;
COMMENT ON FUNCTION governance.notice(bigint, text) IS
	'what an account is told about a sanction, in English or Chinese: what is withheld, how long, facts, ground, rule, automation, how to appeal until when, and other redress';

CREATE FUNCTION governance.notice(account_id bigint, scheme text, rung text, opening integer, language text DEFAULT 'en') RETURNS text
	LANGUAGE sql STABLE PARALLEL RESTRICTED
	RETURN governance.notice_of(governance.sanction_opened(account_id, scheme, rung, opening), language);
COMMENT ON FUNCTION governance.notice(bigint, text, text, integer, text) IS
	'the same of a sanction that may have no id yet, by which time it was that its rung opened';
