-- Statements of reasons: the example of doc/statements.md from publication to
-- filing, what publish() refuses of a mapping, what check_statement() objects
-- to, and the notice to the account.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set page `cat "$PG_ABS_SRCDIR/../doc/statements.md"`
CREATE TEMPORARY TABLE example AS
	SELECT (regexp_match(:'page', '<!-- example -->\s+?```json\s(.*?)```'))[1]::jsonb AS document;
\set ECHO queries
\set SHOW_CONTEXT never

SELECT governance.publish(document) FROM example;
SELECT rung, statement FROM governance.policy_rung ORDER BY position;
SELECT rule, statement ->> 'decision_ground' AS ground, statement ->> 'category' AS category,
	   jsonb_array_length(statement -> 'territorial_scope') AS countries
	FROM governance.policy_rule ORDER BY position;

INSERT INTO governance.account (account_id, kind, opened_at)
	VALUES (1, 'personal', '2023-01-01'), (2, 'institution', '2023-01-01'), (3, 'bot', '2023-01-01');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at, decided_at, source, content_ref) VALUES
	(1, 11, 'forum.conduct', 'spam', NULL, '2024-03-01', '2024-03-01 10:00', 'model', 'post/{title}'),
	(1, 12, 'forum.conduct', 'insult', 6, '2024-03-02', '2024-03-02 10:00', 'report', 'post/12'),
	(2, 13, 'forum.conduct', 'hate', NULL, '2024-03-02', '2024-03-02 23:30', 'patrol', NULL),
	(3, 14, 'forum.conduct', 'test', NULL, '2024-03-02', '2024-03-02 12:00', 'patrol', NULL),
	(3, 15, 'forum.conduct', 'insult', 1, '2024-03-02', '2024-03-02 12:00', 'patrol', NULL);
SELECT sanction_id, account_id, rung, withholds, during FROM governance.sanction ORDER BY sanction_id;

SELECT jsonb_pretty(governance.statement_of_reasons(1));
SELECT jsonb_pretty(governance.statement_of_reasons(3) - '{decision_facts,source_type,automated_detection,automated_decision}'::text[]);
-- One that reports, named; a warning; what is not there.
SELECT s ->> 'source_type' AS source_type, s ->> 'source_identity' AS source_identity, s ->> 'automated_detection' AS detection,
	   s -> 'end_date_service_restriction' AS service, s -> 'end_date_monetary_restriction' AS monetary, s -> 'end_date_account_restriction' AS account
	FROM governance.statement_of_reasons(2) s;
SELECT governance.statement_of_reasons(4);
SELECT governance.statement_of_reasons(99);

-- By day.  What has been handed out stays, what has been filed is not handed out again.
SELECT batch, sanction_id, puid, statement = governance.statement_of_reasons(sanction_id) AS same
	FROM governance.statements_of_reasons('2024-03-01');
SELECT batch, sanction_id, puid FROM governance.statements_of_reasons('2024-03-02');
SELECT governance.file_statements(ARRAY['forum-1', 'forum-2'], '2024-03-03'), governance.file_statements(ARRAY['forum-1'], '2024-03-04');
SELECT batch, sanction_id, puid FROM governance.statements_of_reasons('2024-03-01', '2024-03-05');
SELECT governance.overturn(12, 'a quotation', '2024-03-03');
SELECT during, governance.statement_of_reasons(2) ->> 'puid' AS puid FROM governance.sanction WHERE sanction_id = 2;
SELECT governance.file_statements(ARRAY['forum-3', 'forum-9']);
UPDATE governance.statement SET statement = statement || '{"puid": "x"}';
UPDATE governance.statement SET filed_at = NULL WHERE puid = 'forum-1';
DELETE FROM governance.statement;
INSERT INTO governance.statement (account_id, sanction_id, puid, starts, statement) VALUES (3, 4, 'x', '2024-03-02', '{"puid": "x"}');
-- Nor under the puid of another sanction, which the database would take once only.
INSERT INTO governance.statement (account_id, sanction_id, puid, starts, statement)
	SELECT 3, 4, 'forum-1', '2024-03-02', statement FROM governance.statement WHERE sanction_id = 1;
SELECT sanction_id, puid, starts, filed_at FROM governance.statement ORDER BY sanction_id;

-- A scheme without a mapping is listed apart, a rung that needs no statement is not.
SELECT governance.publish('{"scheme": "plain", "score": {"cap": 10}, "rules": {"a": {"title": "a", "points": 5}},
	"ladder": [{"rung": "warn", "tier": "warned", "when": "score <= 5", "for": "1 day"},
			   {"rung": "mute", "tier": "muted", "when": "score <= 0", "withhold": ["post"], "for": "1 day"}]}') > 0 AS published;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	VALUES (1, 21, 'plain', 'a', '2024-04-01', '2024-04-01'), (1, 22, 'plain', 'a', '2024-04-01', '2024-04-01');
SELECT account_id, scheme, rung, starts, problems FROM governance.statements_missing('2024-04-01');
SELECT count(*) FROM governance.statements_of_reasons('2024-04-01');
SELECT governance.statement_of_reasons(sanction_id) FROM governance.sanction WHERE violation_id = 22;
-- A ban that ends when the form can no longer say it.
SELECT governance.publish((SELECT jsonb_set(document, '{ladder,3,for}', '"20 years"') || '{"scheme": "long"}' FROM example)) > 0 AS published;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	VALUES (1, 31, 'long', 'hate', '2024-05-01', '2024-05-01');
SELECT rung, problems FROM governance.statements_missing('2024-05-01');

-- Without a violation: what is said then, or what is missing.
SELECT governance.publish(jsonb_set(document #- '{ladder,2,for}', '{scheme}', to_jsonb('wv.' || n)) || CASE WHEN doing = 'keep' THEN '{}' ELSE
		jsonb_build_object('dsa', CASE doing WHEN 'none' THEN document -> 'dsa' || '{"without_violation": false}' ELSE (document -> 'dsa' || '{"category": "STATEMENT_CATEGORY_VIOLENCE"}') - 'without_violation' END) END) > 0 AS published
	FROM example, unnest(ARRAY['keep', 'drop', 'none']) WITH ORDINALITY AS d(doing, n);
SELECT governance.opening_balance(2, 'wv.' || n, 4, '2024-06-01') > 0 AS balance FROM generate_series(1, 3) n;
INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at) SELECT 2, 'wv.' || n, 'insult', 1, '2024-05-01', '2024-05-01' FROM generate_series(1, 3) n;
SELECT s.scheme, s.rung, d.needed, d.problems, d.statement ->> 'decision_facts' AS facts, d.statement ->> 'category' AS category
	FROM governance.sanction s, governance.draft_statement(s.sanction_id) d WHERE s.scheme LIKE 'wv.%' ORDER BY s.scheme, s.sanction_id;

-- Notices.
\pset format unaligned
\pset tuples_only on
SELECT governance.notice(1);
SELECT governance.notice(2, 'zh');
SELECT governance.notice(3, 'zh-CN');
INSERT INTO governance.appeal (appeal_id, violation_id, filed_at, grounds) VALUES (91, 13, '2024-03-03', 'it was a quotation');
SELECT split_part(governance.notice(3), 'Appeal: ', 2), split_part(governance.notice(3, 'zh'), '申诉：', 2);
SELECT governance.decide_appeal(91, 'upheld', NULL, NULL, '2024-03-09');
SELECT split_part(governance.notice(3), 'Appeal: ', 2), split_part(governance.notice(3, 'zh'), '申诉：', 2);
SELECT governance.notice(sanction_id) FROM governance.sanction WHERE scheme = 'plain' AND rung = 'mute';
SELECT governance.notice(sanction_id) LIKE '%it is a warning; nothing is withheld.%' FROM governance.sanction WHERE scheme = 'plain' AND rung = 'warn';
SELECT governance.notice(1, 'fr');
SELECT governance.notice(99);
\pset format aligned
\pset tuples_only off

-- What publish() refuses.
CREATE FUNCTION pg_temp.refused(path text[], value jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM governance.check_policy(CASE WHEN value IS NULL THEN document #- path ELSE jsonb_set(document, path, value) END) FROM example;
	RETURN NULL;
EXCEPTION WHEN SQLSTATE 'GV101' THEN
	RETURN SQLERRM;
END $$;
\pset format unaligned
SELECT array_to_string(path, '.') AS path, pg_temp.refused(path, value)
FROM (VALUES
	('{dsa}'::text[], NULL::jsonb),
	('{dsa,decision_ground}', '"GROUND"'),
	('{dsa,decision_ground}', NULL),
	('{dsa,incompatible_content_ground}', NULL),
	('{dsa,incompatible_content_illegal}', '"no"'),
	('{dsa,incompatible_content_explanation}', '"{titel}"'),
	('{dsa,incompatible_content_explanation}', '"{title"'),
	('{dsa,incompatible_content_explanation}', '"title}"'),
	('{dsa,incompatible_content_explanation}', '"{{title}}"'),
	('{dsa,incompatible_content_explanation}', '{"en": "", "zh": "x"}'),
	('{dsa,decision_facts}', to_jsonb(repeat('界', 5001))),
	('{dsa,decision_facts}', to_jsonb(repeat('界', 5000))),
	('{dsa,decision_facts}', '"  "'),
	('{dsa,decision_ground_reference_url}', '"javascript:alert(1)"'),
	('{dsa,decision_ground_reference_url}', '"https://forum.example:rules/"'),
	('{dsa,decision_ground_reference_url}', '"https://forum.example/%zz"'),
	('{dsa,decision_ground_reference_url}', '"https://forum..example/"'),
	('{dsa,decision_facts}', '"\u3000\u00a0\u200b"'),
	('{dsa,content_type}', '[]'),
	('{dsa,content_type}', '"CONTENT_TYPE_TEXT"'),
	('{dsa,content_type}', '["CONTENT_TYPE_TEXT", "CONTENT_TYPE_TEXT"]'),
	('{dsa,content_type}', '["CONTENT_TYPE_OTHER"]'),
	('{dsa,content_language}', '"DEU"'),
	('{dsa,content_language}', '"zh"'),
	('{dsa,territorial_scope}', '"EUR"'),
	('{dsa,territorial_scope}', '["US"]'),
	('{dsa,territorial_scope}', '"EEA"'),
	('{dsa,account_type}', '{"personal": "private"}'),
	('{dsa,source_type}', '{"report": "SOURCE_ARTICLE_16"}'),
	('{dsa,source_type}', '{"spy": "SOURCE_ARTICLE_16"}'),
	('{dsa,source_type}', '"SOURCE_VOLUNTARY"'),
	('{dsa,source_identity}', '{"patrol": "somebody"}'),
	('{dsa,source_identity}', '"somebody"'),
	('{dsa,automated_detection}', '{"model": "Yes"}'),
	('{dsa,automated_decision}', '"Yes"'),
	('{dsa,puid_prefix}', '"a b"'),
	('{dsa,appeal}', '{"en": ""}'),
	('{dsa,appeal}', '7'),
	('{dsa,capabilities,fly}', '{"decision_account": "DECISION_ACCOUNT_SUSPENDED"}'),
	('{dsa,capabilities,post}', '{}'),
	('{dsa,capabilities,reach}', 'false'),
	('{dsa,capabilities,reach}', '{"decision_visibility": ["DECISION_VISIBILITY_OTHER"]}'),
	('{dsa,capabilities,reach}', '{"decision_visibility": ["DECISION_VISIBILITY_CONTENT_DEMOTED"], "decision_visibility_other": "x"}'),
	('{dsa,tiers,muted}', '{"decision_account": "SUSPENDED"}'),
	('{dsa,tiers,silent}', '{"decision_account": "DECISION_ACCOUNT_SUSPENDED"}'),
	('{dsa,zzz}', '1'),
	('{rules,spam,dsa}', 'null'),
	('{rules,spam,dsa}', 'true'),
	('{rules,spam,dsa,category}', NULL),
	('{rules,spam,dsa,category}', '"STATEMENT_CATEGORY_SPAM"'),
	('{rules,spam,dsa,puid_prefix}', '"x"'),
	('{rules,spam,dsa,illegal_content_legal_ground}', '"x"'),
	('{rules,spam,dsa,decision_ground}', '"DECISION_GROUND_ILLEGAL_CONTENT"'),
	('{rules,spam,dsa,territorial_scope}', 'null'),
	('{rules,spam,dsa,content_type_other}', '"x"'),
	('{dsa,without_violation}', NULL),
	('{dsa,without_violation}', 'false'),
	('{dsa,without_violation}', 'true'),
	('{dsa,without_violation}', '{}'),
	('{dsa,without_violation,puid_prefix}', '"x"'),
	('{dsa,without_violation,category}', NULL),
	('{dsa,without_violation,decision_facts}', NULL),
	('{dsa,without_violation,decision_facts}', '{"en": "{starts}", "zh": "{content}"}'),
	('{dsa,without_violation,decision_facts}', '"{rung}: {withheld}"'),
	('{dsa,without_violation,decision_ground}', '"DECISION_GROUND_ILLEGAL_CONTENT"'),
	('{ladder,1,dsa}', 'false'),
	('{ladder,3,dsa}', '{}'),
	('{ladder,3,dsa,decision_monetary_other}', NULL),
	('{ladder,3,dsa,category}', '"x"')
) AS v(path, value);
\pset format aligned
SELECT governance.check_policy(jsonb_set(document #- '{dsa}', '{ladder}', '[]') #- '{rules,hate,dsa}' #- '{rules,spam,dsa}' #- '{rules,insult,dsa}' #- '{rules,test,dsa}') ? 'statement' AS mapping FROM example;
SELECT governance.check_policy('{"scheme": "x", "score": {"cap": 1}, "rules": {"a": {"title": "a", "points": 1}}, "ladder": [{"rung": "r", "tier": "muted", "when": "score < 1", "dsa": false}]}');

-- What check_statement() objects to.
SELECT governance.statement_of_reasons(1) AS good \gset
SELECT left(change::text, 60) AS change, c.field, c.problem
FROM (VALUES
	(1, '{}'::jsonb, NULL), (2, '{"puid": "a b"}', NULL), (3, NULL, 'puid'), (4, '{"decision_account": "x"}', NULL), (5, NULL, 'decision_visibility'),
	(6, '{"decision_visibility": []}', NULL), (7, '{"decision_visibility": ["DECISION_VISIBILITY_OTHER"]}', NULL),
	(8, '{"decision_monetary_other": "x"}', NULL), (9, '{"illegal_content_legal_ground": "x"}', NULL),
	(10, '{"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"}', NULL), (11, '{"content_date": "2024-02-30"}', NULL),
	(12, '{"content_date": "1999-12-31"}', NULL), (13, '{"application_date": "2019-12-31"}', NULL),
	(14, '{"end_date_visibility_restriction": "2038-01-02"}', NULL), (15, '{"source_identity": "x"}', NULL),
	(16, '{"territorial_scope": []}', NULL), (17, '{"territorial_scope": ["UK"]}', NULL), (18, '{"content_language": "de"}', NULL),
	(19, '{"decision_facts": ""}', NULL), (20, '{"decision_facts": null}', NULL), (21, '{"//": 1}', NULL), (22, '{"content_type": "CONTENT_TYPE_TEXT"}', NULL),
	(23, '{"category_addition": [[[1]]]}', NULL), (24, jsonb_build_object('puid', repeat('1', 501)), NULL),
	(25, '{"territorial_scope": ["DE", "FR", "DE"]}', NULL), (26, '{"automated_detection": true}', NULL), (27, '{"automated_decision": "Yes"}', NULL),
	(28, '{"source_type": "SOURCE_VOLUNTARY", "source_identity": "x"}', NULL), (29, '{"content_type": ["CONTENT_TYPE_OTHER"]}', NULL),
	(30, '{"decision_monetary": "DECISION_MONETARY_OTHER"}', NULL), (31, '{"incompatible_content_illegal": "yes"}', NULL),
	(32, jsonb_build_object('decision_facts', repeat('界', 5001)), NULL), (33, jsonb_build_object('decision_facts', repeat('😀', 5000)), NULL),
	(34, '{"decision_ground_reference_url": "ftp://forum.example"}', NULL), (35, '{"category": ["STATEMENT_CATEGORY_VIOLENCE"]}', NULL),
	(36, '{"category_specification": ["KEYWORD_SPAM"]}', NULL), (37, '{"account_type": "PRIVATE"}', NULL), (38, '{"application_date": "2024-3-1"}', NULL),
	(39, jsonb_build_object('category_specification_other', repeat('x', 501)), NULL), (40, NULL, 'category'), (41, NULL, 'automated_decision'),
	(42, jsonb_build_object('incompatible_content_explanation', repeat('界', 2001)), NULL), (43, jsonb_build_object('source_identity', repeat('界', 501)), NULL),
	-- A page has an address that can be asked for.
	(50, '{"decision_ground_reference_url": "https://forum.example:rules/"}', NULL), (51, '{"decision_ground_reference_url": "https://forum.example/%zz"}', NULL),
	(52, '{"decision_ground_reference_url": "https://forum..example/"}', NULL), (53, '{"decision_ground_reference_url": "https://me@forum.example/"}', NULL),
	(54, '{"decision_ground_reference_url": "https://forum.example:99999/"}', NULL), (55, '{"decision_ground_reference_url": "https://forum.example/a#b#c"}', NULL),
	(56, '{"decision_ground_reference_url": "https://forum.example/[1]"}', NULL), (57, '{"decision_ground_reference_url": "https://-forum.example/"}', NULL),
	(58, '{"decision_ground_reference_url": "https://forum"}', NULL), (59, '{"decision_ground_reference_url": "https://forum.example/a b"}', NULL),
	(60, '{"decision_ground_reference_url": "https://论坛.example/"}', NULL), (61, '{"decision_ground_reference_url": "https://forum.example./"}', NULL),
	(62, '{"decision_ground_reference_url": "HTTPS://Forum.Example:8443/a/(b),c;d=%E8%A7%84?x=1&y=a/b?c#z?/"}', NULL), (63, '{"decision_ground_reference_url": "http://forum.example"}', NULL),
	(64, '{"decision_ground_reference_url": "https://xn--fiq228c.example?q#"}', NULL), (65, '{"decision_ground_reference_url": "http://192.0.2.7:80"}', NULL)
,
	-- The number of a product, and what the database takes and leaves out.
	(70, '{"content_id": {"EAN-13": "4006381333931", "GTIN": "x"}, "content_id_ean": "4006381333931"}', NULL), (71, '{"content_id": {"EAN-13": "400638133393"}}', NULL),
	(72, '{"content_id": {"EAN-13": 4006381333931}, "content_id_ean": "4006381333931x"}', NULL), (73, '{"content_id": "4006381333931"}', NULL), (74, '{"content_id": null, "content_id_ean": null}', NULL),
	(75, jsonb_build_object('decision_monetary_other', repeat('x', 501), 'illegal_content_explanation', 7), NULL), (76, jsonb_build_object('content_type_other', repeat('x', 501)), NULL),
	(77, '{"content_type_other": "x", "decision_visibility_other": "x"}', NULL), (78, '{"decision_provision": null, "category_specification": [], "account_type": null, "more": null}', NULL),
	(79, '{"more": 1}', NULL), (80, '{"category_addition": null}', NULL), (81, '{"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT", "illegal_content_legal_ground": "x", "illegal_content_explanation": "x", "incompatible_content_illegal": "maybe"}', NULL)
) AS v(n, change, without), governance.check_statement((:'good'::jsonb || coalesce(change, '{}')) - coalesce(without, '')) c
ORDER BY n;
-- What nobody sees is not there.
SELECT n, c.* FROM (VALUES (1, '"\u3000\u00a0\u200b\ufeff"'::jsonb), (2, '"\u0085\u2028\t"'), (3, '"\u3000界"'), (4, '"\u200d"')) AS v(n, facts),
	governance.check_statement(:'good'::jsonb || jsonb_build_object('decision_facts', facts)) c;
SELECT * FROM governance.check_statement('[]');
SELECT * FROM governance.check_statement('null');
-- The number that the content is known by, where it has one.
SELECT governance.publish(document || '{"scheme": "forum.market"}' || jsonb_build_object('dsa', document -> 'dsa' || '{"content_id": {"EAN-13": "{content}"}, "puid_prefix": "market"}')) > 0 AS market FROM example;
INSERT INTO governance.violation (account_id, scheme, rule, source, content_ref) VALUES (1, 'forum.market', 'spam', 'patrol', '4006381333931'), (2, 'forum.market', 'spam', 'patrol', 'offer/17');
SELECT account_id, s ->> 'puid' LIKE 'market-%' AS ours, s -> 'content_id' AS content_id FROM governance.sanction, governance.statement_of_reasons(sanction_id) s
	WHERE scheme = 'forum.market' AND rung = 'hidden' ORDER BY 1;
SELECT governance.check_policy(jsonb_set(document, '{dsa,content_id}', c)) IS NOT NULL FROM example, (VALUES ('{"GTIN": "x"}'::jsonb)) v(c);
SELECT governance.check_policy(jsonb_set(document, '{dsa,content_id}', c)) IS NOT NULL FROM example, (VALUES ('{"EAN-13": "{number}"}'::jsonb)) v(c);
