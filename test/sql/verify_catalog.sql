--
-- What verify() and its siblings prove, by the catalog: every column of every
-- table of the ledger is in one class of the list below.  What is derived, or
-- covered by the audit or by seals, is damaged here value by value, row by row,
-- with triggers off: changed, deleted, and invented; each must be named.  A
-- column in no class is named, too.
--
--	derived		follows from other tables: verify(), verify_certification()
--	audited		a decision: the audit covers it
--	sealed		an entry: covered once seal() has been called
--	noted		beside a derived or audited value, and nothing follows from it; it
--				is not known otherwise
--	written		facts of accounts and people, which may be changed
--	settings	of the platform: names, words for people
--	passing		what is still to be told or counted; it proves nothing
--	computed	by the server, from other columns
--
\set ECHO none
\set SHOW_CONTEXT never
\set VERBOSITY terse
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();

CREATE TEMPORARY TABLE class (relation text, class text, columns text[]);
INSERT INTO class VALUES
	('account', 'written', '{account_id,external_id,kind,subject,opened_at}'),
	('account_administrator', 'audited', '{account_id,administrator,since}'),
	('account_binding', 'audited', '{channel_id,binding_id,account_id,purpose,channel_kind,account_kind,channel_subject,account_subject,during,reason,bound_by,ended_by,end_reason}'),
	('account_binding', 'computed', '{live_channel_kind,live_account_kind}'),
	('account_link', 'audited', '{account_id,link_id,other_id,kind,confidence,during,evidence,decided_by}'),
	('activity', 'sealed', '{account_id,activity_id,kind,occurred_at,quantity,violation_id,recorded_by,evidence}'),
	('activity_kind', 'settings', '{kind,title,titles}'),
	('allowance_grant', 'audited', '{account_id,grant_id,kind,capability,rule,amount,days,only_for,during,by_account,party,about,reason,recorded_at,recorded_by}'),
	('appeal', 'audited', '{account_id,appeal_id,violation_id,filed_at,grounds,deadline,decided_at,outcome,points,reason,decided_by}'),
	('attribute', 'written', '{account_id,name,value,during}'),
	('audit', 'derived', '{audit_id,at,session_role,role,application,client,action,relation,key,content,reason}'),
	('audit_chain', 'derived', '{position,audit_id,digest}'),
	('brake', 'audited', '{brake_id,scheme,rule,max_accounts,max_share,within,note}'),
	('brake_count', 'passing', '{account_id,brake_id,at}'),
	('brake_sum', 'passing', '{brake_id,slot,width,since,buckets,accounts}'),
	('campaign', 'audited', '{campaign,title,during,note}'),
	('capability', 'settings', '{capability,title,titles}'),
	('certification', 'derived', '{account_id,certification_id,qualification,status,applied_at,granted_at,review_due,ended_at,suspensions,review_every,time_zone,auxiliary_account_id,last_step,last_at}'),
	('certification', 'computed', '{kind,path,validity,effective}'),
	('certification_attribute', 'audited', '{qualification,name,value}'),
	('certification_attribute', 'computed', '{kind,path}'),
	('certification_config', 'passing', '{one_row,version}'),
	('certification_consequence', 'audited', '{consequence_id,scheme,rule,severity,qualification,effect}'),
	('certification_step', 'audited', '{account_id,step,certification_id,action,at,from_status,status,review_due,qualification,auxiliary_account_id,part,passed,violation_id,check_id,reason,evidence,recorded_at,recorded_by,session_role}'),
	('certification_withholding', 'audited', '{qualification,capability}'),
	('certification_withholding', 'computed', '{kind,path}'),
	('certified_account', 'derived', '{account_id,steps}'),
	('certified_attribute', 'derived', '{account_id,name,value,since,until}'),
	('counter', 'passing', '{account_id,counter,key,uses,last_use_at}'),
	('domain', 'audited', '{domain,name,name_zh,gated_from,gated_until}'),
	('edition', 'noted', '{scheme,edition,reaches,unseen,policy_id,why,changed_at}'),
	('event', 'passing', '{account_id,event_id,kind,at,scheme,sanction_id,certification_id,policy_id,detail,recorded_at,xid}'),
	('event_consumer', 'passing', '{consumer,kinds,max_pending,max_age,created_at,created_by,seen,seen_by,lost_at}'),
	('event_delivery', 'passing', '{account_id,consumer,position,event_id,attempts}'),
	('event_queue', 'passing', '{account_id,consumer,head,leased_until,leased_to}'),
	('event_server', 'passing', '{one_row,server}'),
	('event_watch', 'passing', '{account_id,subject,scheme,id,announced,rung,seen,told,near_at,next_at}'),
	('exemption', 'audited', '{account_id,exemption_id,other_id,sanction_id,exempt,reason,decided_at,decided_by}'),
	('face_check', 'written', '{account_id,check_id,certification_id,at,matched,score,method,content_ref,evidence,recorded_at,recorded_by,session_role}'),
	('holiday', 'audited', '{calendar,day,working,name}'),
	('moderator_limit', 'audited', '{limit_id,role,level,scheme,max_points,max_length,max_tier,second_person,note}'),
	('parked', 'audited', '{parked_id,brake_id,scheme,rule,parked_at,counted,allowed,released_at,released_by,reason}'),
	('platform_attribute', 'audited', '{name,value,during}'),
	('policy', 'audited', '{policy_id,scheme,version,status,in_force,tried,document,created_at,published_at,published_by,note}'),
	('policy', 'derived', '{kind}'),
	('policy_rule', 'derived', '{policy_id,rule,position,title,titles,class,severity,min_points,max_points,usual_points,modifiers,direct,tags,note,source,ours,statement,words}'),
	('policy_rule', 'computed', '{search}'),
	('policy_rung', 'derived', '{policy_id,rung,position,title,titles,tier,mode,condition,withholds,length,until,note,statement}'),
	('proposal', 'audited', '{proposal_id,account_id,scheme,rule,reason,points,occurred_at,source,campaign,incident,content_ref,surcharge,sanction_length,evidence,proposed_at,proposed_by,proposer,expires_at,status,decided_at,decided_by,decider,note,violation_id}'),
	('qualification_grade', 'settings', '{scale,grade,code,name,name_zh}'),
	('qualification_kind', 'settings', '{kind,name,name_zh,personal,examined_parts,review_every,time_zone}'),
	('qualification_scale', 'settings', '{scale,name,name_zh}'),
	('qualified_capability', 'derived', '{account_id,capability,since,until}'),
	('qualified_domain', 'derived', '{account_id,domain,since,until}'),
	('requirement', 'audited', '{requirement_id,domain,capability,qualification,during,note}'),
	('requirement', 'computed', '{kind,path}'),
	('withholding', 'derived', '{account_id,capability,ground,since,until}'),
	('revision', 'audited', '{account_id,revision_id,violation_id,action,points,sanction_id,scheme,rung,since,reason,decided_at,decided_by,linked_revision_id}'),
	('role_level', 'audited', '{role,level,granted_at,granted_by}'),
	('sanction', 'derived', '{account_id,sanction_id,scheme,rung,tier,withholds,during,violation_id,policy_id,enforced,terms,released_at,release_reason,opening}'),
	('sanction', 'noted', '{recorded_at}'),
	('scheme', 'derived', '{scheme,title,titles,direction,last_version,kind}'),
	('scheme', 'noted', '{created_at}'),
	('seal', 'audited', '{seal_id,relation,ids,columns,rows,digests,digest,reason,sealed_at,sealed_by}'),
	('session', 'passing', '{account_id,session_id,capability,opened_at,until,because,last_sign_at,lease,place,counterpart,context,ref,closed_at,use_id}'),
	('standing', 'derived', '{account_id,scheme,score,tier,as_of,known_at,policy_id,withholds,next_due,state,recent,settled,settling}'),
	('standing', 'noted', '{edition}'),
	('statement', 'passing', '{account_id,sanction_id,puid,starts,statement,exported_at,filed_at}'),
	('switch_setting', 'audited', '{account_id,setting_id,capability,party,allowed,during,by_account,recorded_at,recorded_by}'),
	('taxonomy', 'settings', '{kind,path,name,name_zh,certifiable,review_every}'),
	('taxonomy', 'computed', '{parent,depth}'),
	('taxonomy_attribute', 'settings', '{kind,path,attribute,scale,required}'),
	('usage', 'sealed', '{account_id,use_id,entry,about,capability,amount,unit,used_at,during,recorded_at,ref,counterpart,session_id,place,context,lapses_at,settles_at,grant_ids,granted,would_refuse,reason,recorded_by}'),
	('violation', 'sealed', '{account_id,violation_id,scheme,rule,points,occurred_at,decided_at,source,campaign,incident,content_ref,surcharge,sanction_length,decided_by,evidence,held,linked_account_id,linked_violation_id,link_id}');
\set ECHO queries

-- The list against the catalog: both must have the same columns.
SELECT coalesce(c.relation, k.relation) AS relation, coalesce(c.name, k.name) AS name,
	CASE WHEN k.name IS NULL THEN 'in no class' WHEN c.name IS NULL THEN 'there is none' WHEN k.n > 1 THEN 'in several classes' ELSE 'computed, or not?' END AS wrong
FROM (SELECT r.relname::text AS relation, a.attname::text AS name, a.attgenerated <> '' AS computed
	  FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
	  WHERE r.relnamespace = 'governance'::regnamespace AND r.relkind IN ('r', 'p')) c
	FULL JOIN (SELECT relation, name, count(*) AS n, bool_or(class = 'computed') AS computed FROM class, unnest(columns) name GROUP BY 1, 2) k
		ON k.relation = c.relation AND k.name = c.name
WHERE c.name IS NULL OR k.name IS NULL OR k.n > 1 OR c.computed <> k.computed
ORDER BY 1, 2;
-- What is said to be audited or sealed is; of seals the digest covers the digests.
SELECT k.relation, name, class FROM class k, unnest(k.columns) name WHERE class IN ('audited', 'sealed')
EXCEPT SELECT relation, name, 'audited' FROM governance.audited(), unnest(columns) name
EXCEPT SELECT relation, name, 'sealed' FROM governance.sealed(), unnest(columns) name
ORDER BY 1, 2;
\set ECHO none

-- ---------------------------------------------------------------------------
-- A ledger in which every such column has something to say.
-- ---------------------------------------------------------------------------

SELECT governance.publish('{"scheme": "v.a", "title": {"en": "A", "zh": "甲"}, "score": {"cap": 100},
	"attributes": {"doctor": {"type": "boolean", "default": false}, "evading": "boolean"},
	"rules": {
		"spam": {"title": {"en": "spam", "zh": "广告"}, "class": "ads", "severity": "minor", "points": [1, 9], "usual": 4, "tags": ["text", "video"], "note": "a note", "source": "§ 1"},
		"fraud": {"title": "fraud", "severity": "severe", "points": 30, "direct": "shut", "ours": true}},
	"modifiers": [{"name": "evasion", "when": "evading", "multiply": 2}],
	"links": [{"kind": "same_subject", "confidence": 0.9, "entries": ["spam"], "points": 1}, {"kind": "same_subject", "confidence": 0.9, "rungs": ["shut"]}],
	"ladder": [
		{"rung": "brief", "title": {"en": "brief", "zh": "短"}, "when": "score <= 96", "tier": "warned", "withhold": ["share"], "for": "3 days", "terms": {"fee": "100 - score"}, "note": "a note"},
		{"rung": "low", "when": "score <= 92", "tier": "limited", "withhold": ["post", "certification"], "for": "ever"},
		{"rung": "shut", "tier": "suspended", "withhold": ["trade", "post"], "for": "10 days", "until": ["course", "exam"]}]}', 'active', '[2024-01-01,)') AS a \gset
SELECT governance.publish('{"scheme": "v.b", "score": {"direction": "accumulate", "limit": 50}, "rules": {"x": {"title": "x", "points": 2}},
	"relief": [{"age": "4000 days", "void": "entry"}], "collapse": [{"group": "incident", "keep": "first"}],
	"ladder": [{"rung": "held", "when": "score >= 6", "tier": "muted", "withhold": ["share"]}]}', 'active', '[2024-01-01,2026-01-01)') AS b \gset
SELECT governance.publish('{"scheme": "v.b", "score": {"direction": "accumulate", "limit": 60}, "rules": {"x": {"title": "x", "points": 2}},
	"relief": [{"age": "4000 days", "void": "entry"}], "collapse": [{"group": "incident", "keep": "first"}],
	"ladder": [{"rung": "held", "when": "score >= 6", "tier": "muted", "withhold": ["share"]}]}', 'active', '[2026-01-01,)') AS b2 \gset
SELECT governance.publish('{"scheme": "v.b", "score": {"direction": "accumulate", "limit": 70}, "rules": {"x": {"title": "x", "points": 1}}, "ladder": []}', 'trial', '[2024-01-01,)') AS trial \gset
INSERT INTO governance.account (account_id, opened_at, kind, subject) SELECT n, '2024-01-01', (ARRAY['personal', 'public', 'channel'])[1 + n % 3], 'one' FROM generate_series(1, 9) n;
INSERT INTO governance.campaign (campaign, title, during, note) VALUES ('spring', 'Spring', '[2024-01-01,2024-06-01)', 'note');
INSERT INTO governance.holiday (calendar, day, working, name) VALUES ('cn', '2024-05-01', false, 'May');
SELECT governance.link_accounts(1, 2, 'same_subject', 0.95, since => '2024-01-01') IS NOT NULL AS linked;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at, source, campaign, incident, content_ref, evidence) VALUES
	(1, 101, 'v.a', 'spam', 5, '2024-02-01', '2024-02-02', 'campaign', 'spring', 'i', 'c', '{"page": 1}'),
	(1, 102, 'v.a', 'spam', NULL, '2024-03-01', '2024-03-01', 'report', NULL, NULL, NULL, NULL),
	(1, 103, 'v.a', 'fraud', NULL, '2024-04-01', '2024-04-01', 'patrol', NULL, NULL, NULL, NULL),
	(3, 104, 'v.a', 'fraud', NULL, '2024-04-01', '2024-04-01', 'model', NULL, NULL, NULL, NULL),
	(3, 105, 'v.a', 'spam', 6, '2024-04-05', '2024-04-06', 'patrol', NULL, NULL, NULL, NULL),
	(5, 106, 'v.a', 'fraud', NULL, '2024-05-01', '2024-05-01', 'report', NULL, NULL, NULL, NULL),
	(8, 107, 'v.a', 'spam', 9, '2024-05-01', '2024-05-01', 'report', NULL, NULL, NULL, NULL),
	(1, 108, 'v.a', 'fraud', NULL, '2024-05-01', '2024-05-01', 'report', NULL, NULL, NULL, NULL);
SELECT governance.overturn(103, 'no', '2024-04-20') > 0 AS overturned, governance.overturn(105, 'not he', '2024-05-20') > 0 AS overturned, governance.change(102, 3, 'less', '2024-05-01') > 0 AS changed;
INSERT INTO governance.activity (account_id, activity_id, kind, occurred_at, quantity, violation_id, evidence) VALUES (5, 201, 'course', '2024-05-20', 3, 106, '{"mark": 3}'), (5, 202, 'exam', '2024-05-21', 90, NULL, NULL);
SELECT governance.release(sanction_id, 'enough', '2024-06-01') > 0 AS released FROM governance.sanction WHERE account_id = 8 AND rung = 'low';
SELECT governance.exempt_account(2, sanction_id, 'another owner') > 0 AS exempted FROM governance.sanction WHERE account_id = 1 AND violation_id = 108 AND rung = 'shut';
-- One with many entries, and some that come late.
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, incident, occurred_at, decided_at)
	SELECT 4, 1000 + n, 'v.b', 'x', 'i' || n % 90, d, d FROM generate_series(1, 100) n, LATERAL (SELECT timestamptz '2024-03-01' + n * interval '1 hour') t (d);
DO $$ BEGIN FOR n IN 1 .. 120 LOOP
	INSERT INTO governance.violation (account_id, violation_id, scheme, rule, incident, occurred_at, decided_at)
		VALUES (4, 2000 + n, 'v.b', 'x', 'j' || n, timestamptz '2024-06-01' + n * interval '1 hour' - CASE WHEN n % 20 = 0 THEN interval '90 minutes' ELSE '0' END,
				timestamptz '2024-06-01' + n * interval '1 hour');
END LOOP; END $$;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at) VALUES (6, 3001, 'v.b', 'x', '2024-03-01', '2024-03-01'), (6, 3002, 'v.b', 'x', '2024-03-05', '2024-03-05'), (6, 3003, 'v.b', 'x', '2024-03-06', '2024-03-06');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at) VALUES (6, 3004, 'v.b', 'x', '2024-03-05 12:00', '2024-03-08');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at) VALUES (6, 3005, 'v.b', 'x', '2024-03-05 13:00', '2024-03-09');
SELECT count(recent) > 0 AS recent, count(settling) > 0 AS settling FROM governance.standing;
-- Certifications: granted, suspended and back, cancelled by a violation and restored, refused.
INSERT INTO governance.account_administrator (account_id, administrator, since) SELECT n, 'she', '2024-01-01' FROM generate_series(1, 9) n;
INSERT INTO governance.requirement (domain, qualification, during, note) VALUES ('health', 'occupation:healthcare', '[2024-01-01,)', 'note');
INSERT INTO governance.capability (capability) VALUES ('clinic');
INSERT INTO governance.requirement (capability, qualification) VALUES ('clinic', 'occupation:healthcare/physician');
INSERT INTO governance.certification_withholding (qualification, capability) VALUES ('occupation:healthcare', 'clinic');
INSERT INTO governance.certification_attribute (qualification, name, value) VALUES ('occupation:healthcare/physician', 'doctor', 'true');
INSERT INTO governance.certification_consequence (scheme, rule, effect) VALUES ('v.a', 'fraud', 'cancel');
DO $$
DECLARE
	cert bigint;
BEGIN
	FOREACH cert IN ARRAY '{3,6,9}'::bigint[] LOOP
		PERFORM governance.apply_for_certification(cert, 'occupation:healthcare/physician[hospital=9,title=2]', at => '2024-06-01');
	END LOOP;
	PERFORM governance.apply_for_certification(9, 'interest:photography', at => '2024-06-02'), governance.apply_for_certification(6, 'interest:photography', at => '2024-06-02'),
		governance.apply_for_certification(7, 'interest:photography', at => '2024-06-02');
	FOR cert IN SELECT certification_id FROM governance.certification WHERE kind = 'occupation' ORDER BY 1 LOOP
		PERFORM governance.examine_certification(account_id, cert, at => '2024-06-03'), governance.grant_certification(account_id, cert, at => '2024-06-04')
			FROM governance.certification WHERE certification_id = cert;
	END LOOP;
	SELECT certification_id INTO cert FROM governance.certification WHERE account_id = 3;
	PERFORM governance.suspend_certification(3, cert, 'looked at', at => '2024-07-01');
	PERFORM governance.reinstate_certification(3, cert, 'seen', at => '2024-07-03');
	SELECT certification_id INTO cert FROM governance.certification WHERE account_id = 9 AND kind = 'interest';
	PERFORM governance.refuse_certification(9, cert, 'no', at => '2024-06-05');
	SELECT certification_id INTO cert FROM governance.certification WHERE account_id = 6 AND kind = 'interest';
	PERFORM governance.examine_certification(6, cert, at => '2024-06-05'), governance.grant_certification(6, cert, at => '2024-06-06');
	PERFORM governance.cancel_certification(6, cert, 'no more', at => '2024-06-20');
END $$;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at) VALUES (9, 4001, 'v.a', 'fraud', '2024-08-01', '2024-08-01');
SELECT governance.overturn(4001, 'not he', '2024-08-05') > 0 AS restored;
SELECT kind, status, count(*), count(granted_at) AS granted, count(ended_at) AS ended FROM governance.certification GROUP BY 1, 2 ORDER BY 1, 2;
INSERT INTO governance.face_check (account_id, matched, at) VALUES (3, false, '2024-07-10');
-- Oversight.
INSERT INTO governance.brake (scheme, rule, max_accounts, max_share, within, note) VALUES ('v.b', 'x', 1, 0.5, '1 day', 'note');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) SELECT a, 5000 + 10 * a + n, 'v.b', 'x' FROM generate_series(1, 3) a, generate_series(1, 3) n;
INSERT INTO governance.moderator_limit (role, scheme, max_points, max_length, max_tier, second_person, note) VALUES ('postgres', 'v.a', 5, '1 day', 'muted', true, 'note');
INSERT INTO governance.role_level (role, level) VALUES ('postgres', 'reader') ON CONFLICT DO NOTHING;
INSERT INTO governance.appeal (violation_id, grounds) VALUES (107, 'not I');
UPDATE governance.appeal SET outcome = 'upheld', reason = 'it was', decided_at = filed_at + '1 hour' WHERE violation_id = 107;
SELECT governance.propose_violation(7, 'v.a', 'spam', 'seen', 5, evidence => '{"a": 1}') > 0 AS proposed;
SELECT governance.bind_account(n, m, 'bind', 'one') > 0 AS bound FROM (SELECT min(account_id) FILTER (WHERE kind = 'channel') AS n, min(account_id) FILTER (WHERE kind = 'public') AS m FROM governance.account) a;
-- Uses, grants and switches.
SELECT governance.publish('{"entitlement": "v.e", "context": {"item": "text"}, "capabilities": {
	"lend": {"at_most": [{"name": "day", "amount": 3, "per": "day"}, {"name": "soft", "amount": 1, "per": "day", "on_reaching": "shadow"}], "settles_after": "1 day",
		"consent": [{"by": "self", "may": ["day"], "only": "context.item"}], "set_by": {"self": ["day"]}},
	"sit": {"unit": "minutes"}}}', 'active', '[2024-01-01,)') > 0 AS published;
SELECT governance.grant_allowance(2, 'lend', 5, '[2024-01-01,)', 'a test') > 0 AS given, governance.consent(1, 'lend', 'day', 1, only_for => 'i', reason => 'it is') > 0 AS agreed,
	governance.end_grant(governance.set_limit(1, 'lend', 'day', 9, 1, days => '{monday}', reason => 'why'), 1, 'no') > 0 AS ended;
SELECT governance.use(2, 'lend', 2, ref => 'r', at => '2024-09-01', counterpart => 3, context => '{"item": "a"}') > 0 AS used, governance.use(2, 'lend', 4, at => '2024-09-02') > 0 AS granted,
	governance.refund(governance.use(1, 'lend'), reason => 'a mistake') > 0 AS refunded, governance.commit_use(governance.reserve(1, 'lend')) > 0 AS committed;
SELECT governance.end_session(session_id, '2024-09-01 00:01') > 0 AS ended FROM governance.begin_session(3, 'sit', 'here', at => '2024-09-01');
SELECT governance.set_switch(3, 'sit', false) > 0 AS off, governance.set_switch(1, 'sit', false, until => now() + interval '1 day') > 0 AS off;
INSERT INTO governance.platform_attribute (name, value, during) VALUES ('load', '0.5', '[2024-01-01,2026-01-01)');
SELECT governance.seal('the end') > 0 AS sealed;
SELECT * FROM governance.verify();
SELECT * FROM governance.verify_certification();
SELECT * FROM governance.verify_usage();

-- ---------------------------------------------------------------------------
-- Damage.
-- ---------------------------------------------------------------------------

-- Whoever owns a table may take its constraints away first; that what begins
-- ends later is taken for granted.
SELECT string_agg(format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname), '; ') AS dropped
	FROM pg_constraint WHERE connamespace = 'governance'::regnamespace AND contype IN ('c', 'x') AND conrelid <> 0 AND conname NOT LIKE '%\_order\_check' \gset
:dropped;

-- What else a column of a type might say.
CREATE TEMPORARY TABLE another (type regtype, expression text, n int GENERATED ALWAYS AS IDENTITY);
INSERT INTO another (type, expression) VALUES
	('bigint', '% + 1000000'), ('bigint', '% + 1'), ('integer', '% + 1000000'), ('smallint', '% + 1'), ('numeric', '% + 1'), ('boolean', 'NOT %'), ('date', '% + 1000'),
	('text', '% || ''x'''), ('text', '(SELECT min(o.scheme) FROM governance.scheme o WHERE o.scheme <> %)'), ('text', '''overturned'''),
	('timestamptz', '% + interval ''1 hour'''), ('timestamptz', '% - interval ''1 microsecond'''), ('timestamptz', 'timestamptz ''2030-01-01'''), ('timestamptz', 'timestamptz ''infinity'''),
	('interval', '% + interval ''1 day'''), ('interval', '% * 2'),
	('text[]', '% || ''x''::text'), ('text[]', '%[2:]'), ('text[]', '(SELECT array_agg(e ORDER BY e DESC) FROM unnest(%) e)'),
	('jsonb', 'CASE jsonb_typeof(%) WHEN ''object'' THEN % || ''{"x": 1}'' ELSE ''"x"''::jsonb END'), ('jsonb', '''{"account_id": "x"}''::jsonb'),
	('jsonb', 'CASE WHEN jsonb_typeof(%) <> ''null'' THEN ''null''::jsonb ELSE % END'),
	('tstzrange', 'tstzrange(lower(%) + interval ''1 hour'', upper(%))'), ('tstzrange', 'tstzrange(lower(%), lower(%) + interval ''1 minute'')'), ('tstzrange', '''empty''::tstzrange'),
	('tstzrange', 'tstzrange(lower(%), upper(%), ''[]'')'), ('tstzrange', 'tstzrange(lower(%), NULL)'),
	('tstzmultirange', '% + ''{[2001-01-01,2001-01-02)}'''), ('tstzmultirange', '''{}''::tstzmultirange'),
	('int8multirange', '% + ''{[90000,90001)}'''), ('int8multirange', '''{}''::int8multirange'),
	('bytea', '''''::bytea'), ('bytea', '% || ''\x00'''), ('bytea', 'substring(% FROM 1 FOR length(%) - 1)'),
	('bytea', 'set_byte(%, length(%) / 2, get_byte(%, length(%) / 2) # 1)'), ('bytea', 'set_byte(%, length(%) - 1, get_byte(%, length(%) - 1) # 128)'),
	('governance.sanction_tier', '''warned''::governance.sanction_tier'), ('governance.sanction_tier', '''banned''::governance.sanction_tier'),
	('governance.credit_score', '''7/100''::governance.credit_score'), ('governance.credit_score', '''7/101''::governance.credit_score'),
	('governance.qualification', '''occupation:healthcare/physician[hospital=1,title=1]''::governance.qualification'), ('governance.qualification', '''interest:sports''::governance.qualification');

-- A column that may be null may say nothing, or something where it says nothing.
CREATE FUNCTION pg_temp.others(relation text, name text) RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT expression FROM (
		SELECT replace(o.expression, '%', quote_ident(name)), o.n FROM another o, pg_attribute a
			WHERE a.attrelid = format('governance.%I', relation)::regclass AND a.attname = name AND o.type = a.atttypid
		UNION ALL
		SELECT v.expression, 1000 FROM pg_attribute a, LATERAL (VALUES ('NULL'), (CASE a.atttypid::regtype::text
				WHEN 'bigint' THEN '1' WHEN 'integer' THEN '1' WHEN 'numeric' THEN '1' WHEN 'text' THEN '''x''' WHEN 'boolean' THEN 'true' WHEN 'interval' THEN '''1 day''' WHEN 'bytea' THEN '''\x01'''
				WHEN 'timestamp with time zone' THEN '''2024-09-01''' WHEN 'text[]' THEN '''{x}''' WHEN 'jsonb' THEN '''{"x": 1}''' WHEN 'tstzrange' THEN '''[2024-01-01,2024-02-01)''' END)) v (expression)
			WHERE a.attrelid = format('governance.%I', relation)::regclass AND a.attname = name AND NOT a.attnotnull AND v.expression IS NOT NULL) o (expression, n)
	ORDER BY n
$$;

-- Which of the calls has to name it: all that verify() is made of, but for what
-- says nothing of the table.
CREATE FUNCTION pg_temp.named(relation text, class text, accounts bigint[]) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	IF class = 'sealed' THEN
		RETURN EXISTS (SELECT FROM governance.verify_seals() v WHERE v.item LIKE 'sealed ' || relation || ' %');
	ELSIF class = 'audited' THEN
		RETURN EXISTS (SELECT FROM governance.verify_audit() v WHERE v.item LIKE 'audit of ' || relation || ' %')
			OR relation = 'seal' AND EXISTS (SELECT FROM governance.verify_seals() v WHERE v.item LIKE 'seal%');
	ELSIF relation LIKE 'audit%' THEN
		RETURN EXISTS (SELECT FROM governance.verify_audit() v WHERE v.item LIKE 'audit %');
	ELSIF relation IN ('policy', 'policy_rule', 'policy_rung', 'scheme') THEN
		RETURN EXISTS (SELECT FROM governance.verify_rulebook())
			OR relation = 'policy' AND EXISTS (SELECT FROM governance.verify_audit() v WHERE v.item LIKE 'audit of policy %');
	ELSIF relation LIKE 'certif%' OR relation LIKE 'qualified%' THEN
		RETURN EXISTS (SELECT FROM governance.verify_certification() v WHERE v.account_id = ANY (accounts));
	ELSE
		RETURN EXISTS (SELECT FROM unnest(accounts) a, governance.verify_range(a, a, false, 0))
			OR relation = 'sanction' AND EXISTS (SELECT FROM governance.verify_rulebook() v WHERE v.account_id = ANY (accounts))
			OR relation = 'withholding' AND (EXISTS (SELECT FROM governance.verify_certification() v WHERE v.account_id = ANY (accounts))
				OR EXISTS (SELECT FROM governance.verify_usage() v WHERE v.account_id = ANY (accounts)));
	END IF;
END
$$;

-- Does what is wrong after a command have a name?  null: the command cannot be
-- carried out, or changes nothing.
CREATE FUNCTION pg_temp.found(relation text, class text, accounts bigint[], command text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	answer	boolean;
	n		bigint;
BEGIN
	BEGIN
		SET LOCAL session_replication_role = replica;
		BEGIN
			EXECUTE command;
			GET DIAGNOSTICS n = ROW_COUNT;
		EXCEPTION WHEN integrity_constraint_violation OR data_exception OR object_not_in_prerequisite_state THEN
			n := 0;
		END;
		SET LOCAL session_replication_role = origin;
		IF n > 0 THEN
			BEGIN
				answer := pg_temp.named(relation, class, accounts);
			EXCEPTION WHEN OTHERS THEN
				RAISE WARNING 'after %: %', command, SQLERRM;
				answer := false;
			END;
		END IF;
		RAISE EXCEPTION USING ERRCODE = 'ZZ000';
	EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
		RETURN answer;
	END;
END
$$;

CREATE TEMPORARY TABLE damage (relation text, class text, kind text, name text, expression text, content text, found boolean);
CREATE PROCEDURE pg_temp.damage(relation text, class text, columns text[], most int) LANGUAGE plpgsql AS $$
DECLARE
	this		record;
	name		text;
	expression	text;
	answer		boolean;
	has_account	CONSTANT boolean := EXISTS (SELECT FROM pg_attribute WHERE attrelid = format('governance.%I', relation)::regclass AND attname = 'account_id');
	target		CONSTANT text := format('governance.%I', relation);
	key			text[] := ARRAY(SELECT a.attname::text FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, n), pg_attribute a
					WHERE i.indrelid = format('governance.%I', relation)::regclass AND i.indisprimary AND a.attrelid = i.indrelid AND a.attnum = k.attnum ORDER BY k.n);
	listed		CONSTANT text[] := ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a
					WHERE a.attrelid = format('governance.%I', relation)::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '');
BEGIN
	FOR this IN EXECUTE format('SELECT t.ctid AS place, %s AS accounts, left(t::text, 200) AS content FROM %s t ORDER BY t.ctid LIMIT %s',
							   CASE WHEN has_account THEN 'ARRAY[account_id, account_id + 1, account_id + 1000000, 1]' ELSE 'NULL::bigint[]' END, target, most) LOOP
		INSERT INTO damage VALUES (relation, class, 'deleted', NULL, NULL, this.content,
			pg_temp.found(relation, class, this.accounts, format('DELETE FROM %s WHERE ctid = %L', target, this.place)));
		FOREACH name IN ARRAY columns LOOP
			FOR expression IN SELECT * FROM pg_temp.others(relation, name) LOOP
				answer := pg_temp.found(relation, class, this.accounts, format('UPDATE %s SET %I = %s WHERE ctid = %L AND %I IS DISTINCT FROM %s', target, name, expression, this.place, name, expression));
				INSERT INTO damage VALUES (relation, class, 'changed', name, expression, this.content, answer);
				-- Digests and the audit have all of a value or nothing.
				EXIT WHEN class <> 'derived' AND answer;
				CONTINUE WHEN name <> ALL (key) OR class = 'sealed';
				INSERT INTO damage VALUES (relation, class, 'invented', name, expression, this.content,
					pg_temp.found(relation, class, this.accounts, format('INSERT INTO %s (%s) SELECT %s FROM %s WHERE ctid = %L', target, array_to_string(listed, ', '),
						array_to_string(array_replace(listed, quote_ident(name), expression), ', '), target, this.place)));
			END LOOP;
		END LOOP;
	END LOOP;
END
$$;
DO $$
DECLARE
	this record;
BEGIN
	FOR this IN SELECT * FROM class WHERE class IN ('derived', 'audited', 'sealed') ORDER BY 1 LOOP
		CALL pg_temp.damage(this.relation, this.class, this.columns,
			CASE WHEN this.class <> 'derived' THEN 1 WHEN this.relation IN ('sanction', 'standing', 'certification') THEN 20 ELSE 5 END);
	END LOOP;
END $$;
-- What verify() cannot know, and why.
CREATE TEMPORARY TABLE unproven (relation text, kind text, name text, expression text, content text, why text);
INSERT INTO unproven
	SELECT v.relation, v.kind, name, v.expression, v.content, v.why FROM (VALUES
		('sanction', 'deleted', NULL::text[], NULL, '%,overturned,%', 'nothing that is left leads to it: what was known when it was recorded, facts and versions of then, is not kept'),
		('sanction', 'changed', '{during,enforced,released_at,terms,violation_id,sanction_id,opening}', NULL, '%,overturned,%', 'likewise; it must only be possible'),
		('sanction', 'invented', '{sanction_id}', NULL, '%,overturned,%', 'likewise'),
		('sanction', 'changed', '{sanction_id}', NULL, '%', 'of one that has ended the standing keeps no id'),
		('standing', 'deleted', NULL, NULL, '%,100/100,clear,%', 'all its entries were overturned: without a standing the answers are the same, and a ledger that is rebuilt has none'),
		('standing', 'changed', '{next_due}', NULL, '%', 'an instant before which nothing changes is as true as a later one; whoever asks after it folds the state'),
		('standing', 'changed', '{recent}', NULL, '%', 'in no format that is known: nobody reads it, as if there were none'),
		('certified_attribute', 'deleted', NULL, NULL, '%', 'a fact without it is one that somebody has stated'),
		('certification', 'changed', '{review_every}', NULL, '%,applied,%', 'copied of the taxonomy, and no deadline follows from it yet'),
		('certification', 'changed', '{review_every}', NULL, '%,refused,%', 'likewise'),
		('scheme', 'changed', '{last_version}', '%+%', '%', 'drafts that were deleted had numbers, too'),
		('scheme', 'invented', '{scheme}', NULL, '%', 'all its drafts may have been deleted'),
		('audit', 'invented', '{audit_id}', NULL, '%', 'entries of this very transaction are chained when it commits')) v (relation, kind, names, expression, content, why),
		LATERAL unnest(coalesce(v.names, '{NULL}')) name;
\set ECHO queries
-- Columns that no damage reached.
SELECT k.relation, name FROM class k, unnest(k.columns) name WHERE class IN ('derived', 'audited', 'sealed')
EXCEPT SELECT relation, name FROM damage WHERE found IS NOT NULL
ORDER BY 1, 2;
-- Damage that nobody names, but for what is known to have no proof.
SELECT d.relation, d.kind, d.name, d.expression, count(*), min(d.content) AS for_example
	FROM damage d WHERE NOT d.found AND NOT EXISTS (SELECT FROM unproven u WHERE (u.relation, u.kind) = (d.relation, d.kind)
		AND u.name IS NOT DISTINCT FROM d.name AND d.content LIKE u.content AND (u.expression IS NULL OR d.expression LIKE u.expression))
	GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
-- What of this list is proven by now.
SELECT u.* FROM unproven u WHERE NOT EXISTS (SELECT FROM damage d WHERE NOT d.found AND (u.relation, u.kind) = (d.relation, d.kind)
	AND u.name IS NOT DISTINCT FROM d.name AND d.content LIKE u.content AND (u.expression IS NULL OR d.expression LIKE u.expression));
SELECT class, kind, count(*) >= 2 AS several FROM damage WHERE found GROUP BY 1, 2 ORDER BY 1, 2;
