-- ---------------------------------------------------------------------------
-- reports: help.  The examples can be run one after the other, from nothing or
-- after those of README.md, in a database in which roles analysts and support
-- exist; tests do so.
-- ---------------------------------------------------------------------------

-- One list, in an order in which all of it can be tried: the test of help()
-- runs every example, one after the other. What a call does is its COMMENT; its
-- arguments come from the catalog.
-- Level: everyone
CREATE FUNCTION governance.help(topic text DEFAULT NULL,
	OUT subject text, OUT call text, OUT example text, OUT does text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 120
	SET search_path = pg_catalog, pg_temp
AS $help$
DECLARE
	topics	CONSTANT text[] := ARRAY['start', 'rules', 'record', 'ask', 'use', 'revise', 'certify', 'report', 'statements', 'events', 'prove', 'types'];
BEGIN
	RETURN QUERY
		WITH entry (subject, name, example) AS (VALUES
			('start', 'help', $$SELECT call, example FROM governance.help('ask')$$),
			('start', 'create_ledger', $$SELECT * FROM governance.create_ledger()$$),
			('start', 'grant_level', $$SELECT governance.grant_level('analysts', 'reader')$$),
			('start', 'revoke_level', $$SELECT governance.revoke_level('analysts')$$),
			('start', 'object_level', $$SELECT * FROM governance.object_level() WHERE level = 'moderator'$$),
			('rules', 'packs', $$SELECT * FROM governance.packs()$$),
			('rules', 'pack', $$SELECT jsonb_pretty(governance.pack('douyin.health'))$$),
			('rules', 'check_policy', $$SELECT governance.check_policy(governance.pack('douyin.health')) -> 'rungs'$$),
			('rules', 'dry_run', $$SELECT * FROM governance.dry_run(governance.pack('douyin.health'), '[{"at": "2024-01-10", "rule": "severe"}]')$$),
			('rules', 'publish', $$SELECT governance.publish(governance.pack('douyin.health'))$$),
			('rules', 'publish', $$SELECT governance.publish(governance.pack('douyin.commerce'), 'draft')$$),
			('rules', 'activate', $$SELECT governance.activate(max(policy_id)) FROM governance.policy WHERE status = 'draft'$$),
			('rules', 'policy_document', $$SELECT governance.policy_document('douyin.commerce')$$),
			('rules', 'search_rules', $$SELECT * FROM governance.search_rules('minor')$$),
			('rules', 'holiday', $$SELECT governance.holiday('cn', '2027-02-06', '2027-02-12', 'Spring Festival')$$),
			('record', NULL, $$INSERT INTO governance.account (account_id, kind, subject) VALUES (4711, 'channel', 'Li'), (4712, 'public', 'Li')$$),
			('record', 'set_attribute', $$SELECT governance.set_attribute(4711, 'followers', '2000000')$$),
			('record', 'link_accounts', $$SELECT governance.link_accounts(4711, 4712, 'same_owner', 0.9)$$),
			('record', NULL, $$INSERT INTO governance.violation (account_id, scheme, rule, points, content_ref) VALUES (4711, 'douyin.health', 'severe', 8, 'live/815')$$),
			('record', NULL, $$INSERT INTO governance.violation (account_id, scheme, rule, source) SELECT 4711, 'douyin.health', 'severe', 'patrol' FROM generate_series(1, 3)$$),
			('record', NULL, $$INSERT INTO governance.activity (account_id, kind, quantity) VALUES (4711, 'exam', 100)$$),
			('record', 'limits_of', $$SELECT * FROM governance.limits_of(current_user)$$),
			('record', 'propose_violation', $$SELECT governance.propose_violation(4711, 'douyin.health', 'severe', 'the third time', 6)$$),
			('record', 'confirm', $$SELECT governance.confirm(proposal_id, 'I agree') FROM governance.proposal WHERE proposed_by <> current_user$$),
			('record', 'reject', $$SELECT governance.reject(proposal_id, 'not enough') FROM governance.proposal WHERE proposed_by <> current_user$$),
			('record', 'opening_balance', $$SELECT governance.opening_balance(4712, 'douyin.health', 90)$$),
			('record', 'unlink_accounts', $$SELECT governance.unlink_accounts(4711, 4712, 'same_owner')$$),
			('ask', 'score', $$SELECT governance.score(4711, 'douyin.health')$$),
			('ask', 'score', $$SELECT governance.score(4711, 'douyin.health', now() - interval '1 day')$$),
			('ask', 'tier', $$SELECT governance.tier(4711)$$),
			('ask', 'permits', $$SELECT governance.permits(4711, 'live')$$),
			('ask', 'restrictions', $$SELECT * FROM governance.restrictions(4711)$$),
			('ask', 'next_change', $$SELECT * FROM governance.next_change(4711, 'douyin.health')$$),
			('ask', 'next_rung', $$SELECT * FROM governance.next_rung(4711, 'douyin.health')$$),
			('ask', 'timeline', $$SELECT at, what, delta, score, tier, rung FROM governance.timeline(4711, 'douyin.health')$$),
			('ask', 'explain_text', $$SELECT governance.explain_text(sanction_id) FROM governance.sanction WHERE account_id = 4711$$),
			('ask', 'explain', $$SELECT governance.explain(sanction_id) FROM governance.sanction WHERE account_id = 4711$$),
			('ask', 'linked_sanctions', $$SELECT * FROM governance.linked_sanctions(4712)$$),
			('ask', NULL, $$CREATE TABLE live_show (anchor_id bigint, title text)$$),
			('ask', 'require_capability', $$CREATE TRIGGER may_go_live BEFORE INSERT ON live_show FOR EACH ROW EXECUTE FUNCTION governance.require_capability('anchor_id', 'live')$$),
			('use', 'publish', $$SELECT governance.publish('{"entitlement": "shop.offers", "capabilities": {"post_offer": {"at_most": ["5 per day"]}, "watch_offers": {"unit": "minutes", "at_most": ["40 per day"], "set_by": {"self": ["day"]}}}}')$$),
			('use', 'dry_allowance', $$SELECT * FROM governance.dry_allowance(governance.pack('channels.teen'), '{"name": "at night", "facts": {"teen_mode": true}, "expect": [{"at": "2024-03-04 21:50", "ask": "watch"}]}')$$),
			('use', 'allowance', $$SELECT * FROM governance.allowance(4711, 'post_offer')$$),
			('use', 'use', $$SELECT governance.use(4711, 'post_offer', ref => 'offer 1')$$),
			('use', 'try_use', $$SELECT * FROM governance.try_use(4711, 'post_offer')$$),
			('use', 'use_many', $$SELECT governance.use_many('{4711,4712}', '{post_offer,post_offer}')$$),
			('use', 'refund', $$SELECT governance.refund(use_id, reason => 'it was withdrawn') FROM governance.usage WHERE ref = 'offer 1'$$),
			('use', 'reserve', $$SELECT governance.reserve(4712, 'post_offer')$$),
			('use', 'commit_use', $$SELECT governance.commit_use(max(use_id)) FROM governance.usage WHERE entry = 'reserve'$$),
			('use', 'release_use', $$SELECT governance.release_use(governance.reserve(4712, 'post_offer'))$$),
			('use', 'begin_session', $$SELECT * FROM governance.begin_session(4711, 'watch_offers')$$),
			('use', 'touch_session', $$SELECT t.* FROM governance.session s, governance.touch_session(s.session_id) t WHERE s.closed_at IS NULL$$),
			('use', 'end_session', $$SELECT governance.end_session(session_id) FROM governance.session WHERE closed_at IS NULL$$),
			('use', 'grant_allowance', $$SELECT governance.grant_allowance(4711, 'post_offer', 2, reason => 'a festival')$$),
			('use', 'end_grant', $$SELECT governance.end_grant(max(grant_id), reason => 'it is over') FROM governance.allowance_grant WHERE kind = 'more'$$),
			('use', 'consent', $$SELECT governance.consent(4711, 'post_offer', 'day', reason => 'a test')$$),
			('use', 'set_limit', $$SELECT governance.set_limit(4711, 'watch_offers', 'day', 20, by => 4711)$$),
			('use', 'set_switch', $$SELECT governance.set_switch(4711, 'watch_offers', false)$$),
			('revise', 'overturn', $$SELECT governance.overturn(max(violation_id), 'a quotation') FROM governance.violation WHERE account_id = 4711$$),
			('revise', 'reinstate', $$SELECT governance.reinstate(max(violation_id), 'it was none') FROM governance.violation WHERE account_id = 4711$$),
			('revise', 'change', $$SELECT governance.change(max(violation_id), 4, 'half as bad') FROM governance.violation WHERE account_id = 4711$$),
			('revise', 'exempt_account', $$SELECT governance.exempt_account(4712, sanction_id, 'another owner by now') FROM governance.linked_sanctions(4712) WHERE withholds <> '{}'$$),
			('revise', 'end_exemption', $$SELECT governance.end_exemption(account_id, sanction_id, 'a mistake') FROM governance.exemption$$),
			('revise', 'release', $$SELECT governance.release(max(sanction_id), 'goodwill') FROM governance.sanction_in_force WHERE account_id = 4711$$),
			('revise', 'release_brake', $$SELECT governance.release_brake(brake_id, 'the rule was meant so') FROM governance.parked WHERE released_at IS NULL$$),
			('revise', NULL, $$INSERT INTO governance.appeal (violation_id, grounds) SELECT min(violation_id), 'it was satire' FROM governance.violation WHERE account_id = 4711$$),
			('revise', 'decide_appeal', $$SELECT governance.decide_appeal(appeal_id, 'upheld', 'it was not') FROM governance.appeal WHERE outcome IS NULL$$),
			('rules', 'simulate_summary', $$SELECT * FROM governance.simulate_summary(governance.policy_document('douyin.health'))$$),
			('rules', 'simulate', $$SELECT * FROM governance.simulate(governance.policy_document('douyin.health')) WHERE gained > 0$$),
			('rules', 'simulate_account', $$SELECT * FROM governance.simulate_account(governance.policy_document('douyin.health'), 4711)$$),
			('rules', 'simulate_distribution', $$SELECT * FROM governance.simulate_distribution(governance.policy_document('douyin.health'), 25)$$),
			('rules', 'retire', $$SELECT governance.retire(policy_id) FROM governance.policy WHERE scheme = 'douyin.commerce' AND status = 'active'$$),
			('certify', 'apply_for_certification', $$SELECT governance.apply_for_certification(4711, 'interest:food')$$),
			('certify', 'check_qualification', $$SELECT governance.check_qualification('interest:food')$$),
			('certify', 'examine_certification', $$SELECT governance.examine_certification(account_id, certification_id) FROM governance.certification WHERE status = 'applied'$$),
			('certify', 'grant_certification', $$SELECT governance.grant_certification(account_id, certification_id, 'examined') FROM governance.certification WHERE status = 'examining'$$),
			('certify', 'qualified', $$SELECT governance.qualified(4711, 'health')$$),
			('certify', 'qualified_for', $$SELECT governance.qualified_for(4711, 'live')$$),
			('certify', 'why_not', $$SELECT * FROM governance.why_not(4711, 'health')$$),
			('certify', 'why_not_text', $$SELECT governance.why_not_text(4711, 'health')$$),
			('certify', 'require_qualification', $$CREATE TRIGGER is_qualified BEFORE INSERT ON live_show FOR EACH ROW EXECUTE FUNCTION governance.require_qualification('anchor_id', 'title')$$),
			('certify', 'review_certification', $$SELECT governance.review_certification(account_id, certification_id, true) FROM governance.certification WHERE status = 'granted'$$),
			('certify', 'check_face', $$SELECT governance.check_face(4711, true)$$),
			('certify', 'suspend_certification', $$SELECT governance.suspend_certification(account_id, certification_id, 'doubts') FROM governance.certification WHERE status = 'granted'$$),
			('certify', 'reinstate_certification', $$SELECT governance.reinstate_certification(account_id, certification_id, 'settled') FROM governance.certification WHERE status = 'suspended'$$),
			('certify', 'certification_status', $$SELECT governance.certification_status(account_id, certification_id) FROM governance.certification$$),
			('certify', 'certification_history', $$SELECT * FROM governance.certification_history(4711)$$),
			('certify', 'certifications_due', $$SELECT * FROM governance.certifications_due('1 year')$$),
			('certify', 'cancel_certification', $$SELECT governance.cancel_certification(account_id, certification_id, 'left') FROM governance.certification WHERE status = 'granted'$$),
			('certify', 'apply_for_certification', $$SELECT governance.apply_for_certification(4712, 'institution:medical/hospital[level=2,public=1]')$$),
			('certify', 'examine_part', $$SELECT governance.examine_part(account_id, certification_id, 'naming', true) FROM governance.certification WHERE status = 'applied'$$),
			('certify', 'refuse_certification', $$SELECT governance.refuse_certification(account_id, certification_id, 'no letter') FROM governance.certification WHERE status = 'examining'$$),
			('certify', 'bind_account', $$SELECT governance.bind_account(4711, 4712, 'bind', 'same subject')$$),
			('certify', 'unbind_account', $$SELECT governance.unbind_account(4711, 4712, 'bind', 'no longer')$$),
			('certify', 'export_taxonomy', $$SELECT governance.export_taxonomy('taxonomy')$$),
			('certify', 'import_taxonomy', $$SELECT governance.import_taxonomy('taxonomy', governance.export_taxonomy('taxonomy'))$$),
			('certify', 'load_taxonomy', $$SELECT governance.load_taxonomy()$$),
			('report', 'report_period', $$SELECT governance.report_period('month', '2021-02-01', 'Asia/Shanghai')$$),
			('report', 'report_announcement', $$SELECT * FROM governance.report_announcement(governance.report_period('quarter'))$$),
			('report', 'announcement_text', $$SELECT governance.announcement_text(governance.report_period('quarter')), governance.announcement_text(language => 'zh')$$),
			('report', 'report_in_force', $$SELECT * FROM governance.report_in_force()$$),
			('report', 'report_recidivism', $$SELECT * FROM governance.report_recidivism()$$),
			('report', 'report_sources', $$SELECT * FROM governance.report_sources()$$),
			('report', 'report_content', $$SELECT * FROM governance.report_content()$$),
			('report', 'report_campaigns', $$SELECT * FROM governance.report_campaigns(governance.report_period('year'))$$),
			('report', 'report_moderators', $$SELECT * FROM governance.report_moderators()$$),
			('report', 'report_appeals', $$SELECT * FROM governance.report_appeals(by => 'rule')$$),
			('report', 'report_scores', $$SELECT * FROM governance.report_scores('douyin.health')$$),
			('report', 'report_near', $$SELECT * FROM governance.report_near(within => 20)$$),
			('report', 'report_upcoming', $$SELECT * FROM governance.report_upcoming('30 days')$$),
			('report', 'transparency_page', $$SELECT governance.transparency_page(governance.report_period('quarter'), 'zh')$$),
			('report', 'account_page', $$SELECT governance.account_page(4711)$$),
			('statements', 'notice', $$SELECT governance.notice(sanction_id, 'zh') FROM governance.sanction WHERE account_id = 4711$$),
			('statements', 'statements_missing', $$SELECT * FROM governance.statements_missing(date_trunc('day', now()))$$),
			('statements', 'statements_of_reasons', $$SELECT * FROM governance.statements_of_reasons(date_trunc('day', now()))$$),
			('statements', 'statement_of_reasons', $$SELECT governance.statement_of_reasons(sanction_id) FROM governance.statements_of_reasons(date_trunc('day', now()))$$),
			('statements', 'check_statement', $$SELECT * FROM governance.check_statement('{"puid": "1"}')$$),
			('statements', 'file_statements', $$SELECT governance.file_statements(array_agg(puid)) FROM governance.statements_of_reasons(date_trunc('day', now())) HAVING count(*) > 0$$),
			('events', 'create_consumer', $$SELECT governance.create_consumer('app')$$),
			('events', NULL, $$INSERT INTO governance.violation (account_id, scheme, rule, points) SELECT 4712, 'douyin.health', 'severe', 8 FROM generate_series(1, 5)$$),
			('events', 'poll', $$SELECT event_id, kind, account_id, detail FROM governance.poll('app', 100, '1 minute')$$),
			('events', 'acknowledge', $$SELECT governance.acknowledge('app', array_agg(event_id)) FROM governance.event$$),
			('events', 'tick', $$SELECT * FROM governance.tick()$$),
			('events', NULL, $$SELECT * FROM governance.consumer_lag$$),
			('events', 'drop_consumer', $$SELECT governance.drop_consumer('app')$$),
			('prove', 'verify', $$SELECT * FROM governance.verify()$$),
			('prove', 'seal', $$SELECT governance.seal('end of the month')$$),
			('prove', 'audit_head', $$SELECT * FROM governance.audit_head()$$),
			('prove', 'verify_certification', $$SELECT * FROM governance.verify_certification()$$),
			('prove', 'verify_usage', $$SELECT * FROM governance.verify_usage()$$),
			('prove', 'settle', $$CALL governance.settle()$$),
			('prove', 'rebuild', $$SELECT governance.rebuild()$$),
			('prove', 'rebuild_certification', $$SELECT governance.rebuild_certification()$$),
			('prove', 'rebuild_usage', $$SELECT governance.rebuild_usage()$$),
			('types', 'credit_score', $$SELECT governance.credit_score(85, 100) - 8$$),
			('types', 'points', $$SELECT governance.points(score) FROM governance.standing$$),
			('types', 'cap', $$SELECT governance.cap('11.5/12')$$),
			('types', NULL, $$SELECT max(tier) FROM governance.sanction$$),
			('types', 'kind', $$SELECT governance.kind('interest:food')$$),
			('types', 'path', $$SELECT governance.path('occupation:healthcare/physician[title=2]')$$),
			('types', 'grade', $$SELECT governance.grade('occupation:healthcare/physician[title=2]', 'title')$$),
			('types', 'qualification_grades', $$SELECT * FROM governance.qualification_grades('occupation:healthcare/physician[title=2]')$$),
			('types', 'qualification_name', $$SELECT governance.qualification_name('occupation:healthcare/physician', 'zh')$$)
		), numbered AS (
			SELECT e.*, row_number() OVER () AS number FROM entry e
		)
		SELECT e.subject,
			   CASE WHEN e.name IS NULL THEN split_part(e.example, ' (', 1) ELSE
				   coalesce((SELECT format('%s(%s)', p.proname, (
							SELECT string_agg(CASE WHEN a.number > p.pronargs - p.pronargdefaults THEN '[' || a.name || ']' ELSE coalesce(nullif(a.name, ''), '...') END, ', ' ORDER BY a.number)
							FROM unnest(coalesce(p.proargnames, array_fill(''::text, ARRAY[p.pronargs]))) WITH ORDINALITY AS a (name, number) WHERE a.number <= p.pronargs))
						FROM pg_proc p WHERE p.pronamespace = 'governance'::regnamespace AND p.proname = e.name
						ORDER BY p.oid LIMIT 1), e.name) END,
			   e.example || ';',
			   (SELECT obj_description(p.oid, 'pg_proc') FROM pg_proc p
				WHERE p.pronamespace = 'governance'::regnamespace AND p.proname = e.name ORDER BY p.oid LIMIT 1)
		FROM numbered e
		WHERE topic IS NULL OR e.subject = lower(topic) OR NOT lower(topic) = ANY (topics)
			AND (strpos(lower(concat(e.name, ' ', e.example)), lower(topic)) > 0)
		ORDER BY CASE WHEN topic IS NOT NULL THEN array_position(topics, e.subject) END, e.number;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = '22023',
			MESSAGE = governance.message('there is no help on "%s"', topic),
			HINT = governance.message('The subjects are %s; or give a part of a name, or nothing for all.', array_to_string(topics, ', '));
	END IF;
END
$help$;
COMMENT ON FUNCTION governance.help(text) IS
	'the calls by task, each with an example: all of them in an order in which they can be tried, those on a subject (start, rules, record, ask, revise, certify, report, statements, events, prove, types), or those in which a word occurs';
