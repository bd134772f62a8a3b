-- Statements of reasons over random mappings and random ledgers.
--
-- Whatever the mapping that publish() lets in, and whatever the ledger: what
-- leaves has no objection by check_statement() nor by rules written here a
-- second time; every sanction has a statement, is listed apart, or needs none;
-- puids are unique; what has been handed out comes again unchanged.  And
-- check_statement() agrees with the rules written here on damaged statements.
--
-- Only what differs is printed.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT setseed(0.17) IS NULL AS seeded;
SELECT count(*) > 0 AS created FROM governance.create_ledger();

-- The words of each field, as the form has them.
CREATE TEMPORARY TABLE word (field text, word text);
INSERT INTO word SELECT f.field, f.prefix || w
FROM (VALUES
	('account_type', 'ACCOUNT_TYPE_', 'BUSINESS PRIVATE'),
	('source_type', 'SOURCE_', 'ARTICLE_16 TRUSTED_FLAGGER VOLUNTARY TYPE_OTHER_NOTIFICATION'),
	('content_type', 'CONTENT_TYPE_', 'APP AUDIO PRODUCT SYNTHETIC_MEDIA TEXT VIDEO IMAGE OTHER'),
	('automated_decision', 'AUTOMATED_DECISION_', 'FULLY PARTIALLY NOT_AUTOMATED'),
	('automated_detection', '', 'Yes No'),
	('incompatible_content_illegal', '', 'Yes No'),
	('decision_ground', 'DECISION_GROUND_', 'ILLEGAL_CONTENT INCOMPATIBLE_CONTENT'),
	('decision_visibility', 'DECISION_VISIBILITY_', 'CONTENT_REMOVED CONTENT_DISABLED CONTENT_DEMOTED CONTENT_AGE_RESTRICTED CONTENT_INTERACTION_RESTRICTED CONTENT_LABELLED OTHER'),
	('decision_monetary', 'DECISION_MONETARY_', 'SUSPENSION TERMINATION OTHER'),
	('decision_provision', 'DECISION_PROVISION_', 'PARTIAL_SUSPENSION TOTAL_SUSPENSION PARTIAL_TERMINATION TOTAL_TERMINATION'),
	('decision_account', 'DECISION_ACCOUNT_', 'SUSPENDED TERMINATED'),
	('category', 'STATEMENT_CATEGORY_', 'ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN DATA_PROTECTION_AND_PRIVACY_VIOLATIONS ILLEGAL_OR_HARMFUL_SPEECH INTELLECTUAL_PROPERTY_INFRINGEMENTS NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC PROTECTION_OF_MINORS RISK_FOR_PUBLIC_SECURITY SCAMS_AND_FRAUD SELF_HARM UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE'),
	('category_specification', 'KEYWORD_', 'ANIMAL_HARM ADULT_SEXUAL_MATERIAL AGE_SPECIFIC_RESTRICTIONS_MINORS AGE_SPECIFIC_RESTRICTIONS BIOMETRIC_DATA_BREACH BULLYING_AGAINST_GIRLS CHILD_SEXUAL_ABUSE_MATERIAL CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE CONTENT_PROMOTING_EATING_DISORDERS COORDINATED_HARM COPYRIGHT_INFRINGEMENT CYBER_BULLYING_INTIMIDATION CYBER_HARASSMENT CYBER_HARASSMENT_AGAINST_WOMEN CYBER_INCITEMENT CYBER_STALKING CYBER_STALKING_AGAINST_WOMEN DANGEROUS_TOYS DATA_FALSIFICATION DEFAMATION DESIGN_INFRINGEMENT DISCRIMINATION FEMALE_GENDERED_DISINFORMATION GEOGRAPHIC_INDICATIONS_INFRINGEMENT GEOGRAPHICAL_REQUIREMENTS GOODS_SERVICES_NOT_PERMITTED GROOMING_SEXUAL_ENTICEMENT_MINORS HATE_SPEECH HIDDEN_ADVERTISEMENT HUMAN_EXPLOITATION HUMAN_TRAFFICKING ILLEGAL_ORGANIZATIONS IMPERSONATION_ACCOUNT_HIJACKING INAUTHENTIC_ACCOUNTS INAUTHENTIC_LISTINGS INAUTHENTIC_USER_REVIEWS INCITEMENT_AGAINST_WOMEN INCITEMENT_VIOLENCE_HATRED INSUFFICIENT_INFORMATION_ON_TRADERS LANGUAGE_REQUIREMENTS MISINFORMATION_DISINFORMATION MISLEADING_INFO_CONSUMER_RIGHTS MISLEADING_INFO_GOODS_SERVICES MISSING_PROCESSING_GROUND NON_CONSENSUAL_IMAGE_SHARING NON_CONSENSUAL_IMAGE_SHARING_AGAINST_WOMEN NON_CONSENSUAL_MATERIAL_DEEPFAKE NON_CONSENSUAL_MATERIAL_DEEPFAKE_AGAINST_WOMEN NONCOMPLIANCE_PRICING NUDITY PATENT_INFRINGEMENT PHISHING PROHIBITED_PRODUCTS PYRAMID_SCHEMES RIGHT_TO_BE_FORGOTTEN RISK_ENVIRONMENTAL_DAMAGE RISK_PUBLIC_HEALTH SELF_MUTILATION STALKING SUICIDE TRADE_SECRET_INFRINGEMENT TRADEMARK_INFRINGEMENT TRAFFICKING_WOMEN_GIRLS TERRORIST_CONTENT UNLAWFUL_SALE_ANIMALS UNSAFE_CHALLENGES UNSAFE_PRODUCTS VIOLATION_EU_LAW VIOLATION_NATIONAL_LAW OTHER'),
	('territorial_scope', '', 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'),
	('content_language', '', 'AA AB AE AF AK AM AN AR AS AV AY AZ BA BE BG BH BI BM BN BO BR BS CA CE CH CO CR CS CU CV CY DA DE DV DZ EE EL EN EO ES ET EU FA FF FI FJ FO FR FY GA GD GL GN GU GV HA HE HI HO HR HT HU HY HZ IA ID IE IG II IK IO IS IT IU JA JV KA KG KI KJ KK KL KM KN KO KR KS KU KV KW KY LA LB LG LI LN LO LT LU LV MG MH MI MK ML MN MR MS MT MY NA NB ND NE NG NL NN NO NR NV NY OC OJ OM OR OS PA PI PL PS PT QU RM RN RO RU RW SA SC SD SE SG SI SK SL SM SN SO SQ SR SS ST SU SV SW TA TE TG TH TI TK TL TN TO TR TS TT TW TY UG UK UR UZ VE VI VO WA WO XH YI YO ZA ZH ZU')
) AS f(field, prefix, words), string_to_table(f.words, ' ') w;
INSERT INTO word SELECT 'category_addition', word FROM word WHERE field = 'category';

-- The rules, written a second time.
CREATE FUNCTION pg_temp.bad(s jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	k	text;
	v	jsonb;
	t	text;
	most	int;
BEGIN
	-- Nothing, where a field is optional, is as if it were not there.
	FOR k, v IN SELECT * FROM jsonb_each(s) LOOP
		IF v = 'null' AND k = 'zzz' OR (v IN ('null', '[]') OR jsonb_typeof(v) = 'string' AND translate(v #>> '{}', E'\u00a0\u3000\u200b\ufeff', '') !~ '\S')
				AND k IN ('decision_visibility', 'decision_monetary', 'decision_provision', 'decision_account', 'account_type', 'category_specification', 'category_specification_other',
					'content_language', 'territorial_scope', 'decision_ground_reference_url', 'source_identity', 'end_date_account_restriction', 'end_date_monetary_restriction',
					'end_date_service_restriction', 'end_date_visibility_restriction', 'content_id', 'content_id_ean') THEN
			s := s - k;
		END IF;
	END LOOP;
	-- What does not go with the rest is dropped; of some of it the form is looked at before.
	IF NOT coalesce(jsonb_typeof(s -> 'decision_visibility') = 'array' AND s -> 'decision_visibility' @> '"DECISION_VISIBILITY_OTHER"' OR s ->> 'decision_visibility' = 'DECISION_VISIBILITY_OTHER', false)
			AND (jsonb_typeof(s -> 'decision_visibility_other') <> 'string' OR char_length(s ->> 'decision_visibility_other') <= 500) THEN
		s := s - 'decision_visibility_other';
	END IF;
	IF NOT coalesce(jsonb_typeof(s -> 'content_type') = 'array' AND s -> 'content_type' @> '"CONTENT_TYPE_OTHER"' OR s ->> 'content_type' = 'CONTENT_TYPE_OTHER', false)
			AND (jsonb_typeof(s -> 'content_type_other') <> 'string' OR char_length(s ->> 'content_type_other') <= 500) THEN
		s := s - 'content_type_other';
	END IF;
	IF s ->> 'decision_monetary' IS DISTINCT FROM 'DECISION_MONETARY_OTHER' THEN
		s := s - 'decision_monetary_other';
	END IF;
	IF s ->> 'decision_ground' IS DISTINCT FROM 'DECISION_GROUND_ILLEGAL_CONTENT' THEN
		s := s - '{illegal_content_legal_ground,illegal_content_explanation}'::text[];
	END IF;
	IF s ->> 'decision_ground' IS DISTINCT FROM 'DECISION_GROUND_INCOMPATIBLE_CONTENT' THEN
		s := s - '{incompatible_content_ground,incompatible_content_explanation}'::text[];
	END IF;
	IF NOT s ?| '{decision_visibility,decision_monetary,decision_provision,decision_account}'
		OR NOT s ?& '{decision_ground,content_type,category,content_date,application_date,decision_facts,source_type,automated_detection,automated_decision,puid}' THEN
		RETURN true;
	END IF;
	IF coalesce(s -> 'decision_visibility' @> '"DECISION_VISIBILITY_OTHER"', false) AND NOT s ? 'decision_visibility_other'
		OR coalesce(s ->> 'decision_monetary' = 'DECISION_MONETARY_OTHER', false) AND NOT s ? 'decision_monetary_other'
		OR coalesce(s -> 'content_type' @> '"CONTENT_TYPE_OTHER"', false) AND NOT s ? 'content_type_other'
		OR s ->> 'decision_ground' = 'DECISION_GROUND_ILLEGAL_CONTENT' AND NOT s ?& '{illegal_content_legal_ground,illegal_content_explanation}'
		OR s ->> 'decision_ground' = 'DECISION_GROUND_INCOMPATIBLE_CONTENT' AND NOT s ?& '{incompatible_content_ground,incompatible_content_explanation}' THEN
		RETURN true;
	END IF;
	FOR k, v IN SELECT * FROM jsonb_each(s) LOOP
		t := v #>> '{}';
		IF k IN ('decision_visibility', 'content_type', 'category_addition', 'category_specification', 'territorial_scope') THEN
			IF jsonb_typeof(v) <> 'array' OR v = '[]' AND k = 'content_type'
				OR EXISTS (SELECT FROM jsonb_array_elements(v) e WHERE jsonb_typeof(e) <> 'string'
						   OR NOT EXISTS (SELECT FROM word w WHERE w.field = k AND w.word = e #>> '{}')) THEN
				RETURN true;
			END IF;
			CONTINUE;
		END IF;
		IF k = 'content_id' THEN
			IF jsonb_typeof(v) NOT IN ('object', 'array') OR jsonb_typeof(v) = 'object' AND v ? 'EAN-13' AND (jsonb_typeof(v -> 'EAN-13') <> 'string' OR v ->> 'EAN-13' !~ '^\d{13}$') THEN
				RETURN true;
			END IF;
			CONTINUE;
		END IF;
		IF jsonb_typeof(v) <> 'string' OR translate(t, E'\u00a0\u3000\u200b\ufeff', '') !~ '\S' THEN
			RETURN true;
		END IF;
		IF EXISTS (SELECT FROM word w WHERE w.field = k) THEN
			IF NOT EXISTS (SELECT FROM word w WHERE w.field = k AND w.word = t) THEN
				RETURN true;
			END IF;
		ELSIF k ~ '_date$|^end_date_(account|monetary|service|visibility)_restriction$' AND k IN (
				'content_date', 'application_date', 'end_date_account_restriction', 'end_date_monetary_restriction',
				'end_date_service_restriction', 'end_date_visibility_restriction') THEN
			IF t !~ '^\d{4}-\d\d-\d\d$' THEN
				RETURN true;
			END IF;
			BEGIN
				IF t::date > '2038-01-01' OR k = 'content_date' AND t::date < '2000-01-01'
					OR k = 'application_date' AND t::date < '2020-01-01' THEN
					RETURN true;
				END IF;
			EXCEPTION WHEN datetime_field_overflow THEN
				RETURN true;
			END;
		ELSE
			most := CASE
				WHEN k = 'decision_facts' THEN 5000
				WHEN k IN ('illegal_content_explanation', 'incompatible_content_explanation') THEN 2000
				WHEN k IN ('decision_visibility_other', 'decision_monetary_other', 'content_type_other', 'illegal_content_legal_ground',
						   'incompatible_content_ground', 'decision_ground_reference_url', 'category_specification_other',
						   'source_identity', 'puid', 'content_id_ean') THEN 500 END;
			IF most IS NULL OR char_length(t) > most
				OR k = 'content_id_ean' AND t !~ '^\d{13}$'
				OR k = 'puid' AND t !~ '^[A-Za-z0-9_-]+$'
				OR k = 'decision_ground_reference_url' AND t !~ '^https?://[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+(:\d{1,4})?(/([\w.~!$&()*+,;=:@/-]|%[0-9A-Fa-f]{2})*)?$' THEN
				RETURN true;
			END IF;
		END IF;
	END LOOP;
	RETURN false;
END $$;

CREATE FUNCTION pg_temp.one(f text) RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT word FROM word WHERE field = f ORDER BY random() LIMIT 1 $$;
CREATE FUNCTION pg_temp.some(f text) RETURNS jsonb LANGUAGE sql VOLATILE AS
$$ SELECT jsonb_agg(word) FROM (SELECT word FROM word WHERE field = f ORDER BY random() LIMIT 1 + floor(3 * random())) w $$;
CREATE FUNCTION pg_temp.words(most int) RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT left(string_agg((ARRAY['spam', '违规', '{title}', '{content}', '{{', '}}', '"', '<script>', E'\n', '{ends}', '{source}', '{withheld}', '{points}', '界'])[1 + floor(14 * random())], ' '),
			   CASE WHEN random() < 0.05 THEN most + 1 ELSE most - 20 END)
   FROM generate_series(1, CASE WHEN random() < 0.02 THEN most ELSE 8 END) $$;
CREATE FUNCTION pg_temp.plain(most int) RETURNS text LANGUAGE sql VOLATILE AS
$$ SELECT translate(pg_temp.words(most), '{}', '()') $$;
CREATE FUNCTION pg_temp.decision() RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	d	jsonb := '{}';
BEGIN
	IF random() < 0.5 THEN d := d || jsonb_build_object('decision_visibility', pg_temp.some('decision_visibility')); END IF;
	IF random() < 0.3 THEN d := d || jsonb_build_object('decision_monetary', pg_temp.one('decision_monetary')); END IF;
	IF random() < 0.4 THEN d := d || jsonb_build_object('decision_provision', pg_temp.one('decision_provision')); END IF;
	IF random() < 0.3 THEN d := d || jsonb_build_object('decision_account', pg_temp.one('decision_account')); END IF;
	IF d -> 'decision_visibility' @> '"DECISION_VISIBILITY_OTHER"' AND random() < 0.97 THEN
		d := d || jsonb_build_object('decision_visibility_other', pg_temp.plain(500));
	END IF;
	IF d ->> 'decision_monetary' = 'DECISION_MONETARY_OTHER' AND random() < 0.97 THEN
		d := d || jsonb_build_object('decision_monetary_other', pg_temp.plain(500));
	END IF;
	RETURN d;
END $$;
CREATE FUNCTION pg_temp.sourced(f text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT CASE WHEN random() < 0.4 THEN to_jsonb(pg_temp.one(f))
		ELSE jsonb_build_object((ARRAY['report', 'patrol', 'model', 'campaign', 'system'])[1 + floor(5 * random())], pg_temp.one(f))
			|| CASE WHEN random() < 0.95 THEN jsonb_build_object('otherwise', pg_temp.one(f)) ELSE '{}' END END $$;
-- share: how likely a field is there
CREATE FUNCTION pg_temp.content(share float8) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
DECLARE
	c	jsonb := '{}';
BEGIN
	IF random() < share THEN c := c || jsonb_build_object('decision_ground', pg_temp.one('decision_ground')); END IF;
	IF random() < share THEN c := c || jsonb_build_object('illegal_content_legal_ground', pg_temp.plain(500)); END IF;
	IF random() < share THEN c := c || jsonb_build_object('illegal_content_explanation', pg_temp.words(2000)); END IF;
	IF random() < share THEN c := c || jsonb_build_object('incompatible_content_ground', pg_temp.plain(500)); END IF;
	IF random() < share THEN c := c || jsonb_build_object('incompatible_content_explanation', pg_temp.words(2000)); END IF;
	IF random() < share / 2 THEN c := c || jsonb_build_object('incompatible_content_illegal', pg_temp.one('incompatible_content_illegal')); END IF;
	IF random() < share / 2 THEN c := c || jsonb_build_object('decision_ground_reference_url', 'https://forum.example/' || floor(1000 * random())); END IF;
	IF random() < share THEN
		c := c || jsonb_build_object('content_type', pg_temp.some('content_type'));
		IF c -> 'content_type' @> '"CONTENT_TYPE_OTHER"' THEN c := c || jsonb_build_object('content_type_other', pg_temp.plain(500)); END IF;
	END IF;
	IF random() < share THEN c := c || jsonb_build_object('category', pg_temp.one('category')); END IF;
	IF random() < share / 3 THEN c := c || jsonb_build_object('category_addition', pg_temp.some('category')); END IF;
	IF random() < share / 2 THEN c := c || jsonb_build_object('category_specification', pg_temp.some('category_specification')); END IF;
	IF random() < share / 5 THEN c := c || jsonb_build_object('category_specification_other', pg_temp.plain(500)); END IF;
	IF random() < share / 2 THEN c := c || jsonb_build_object('territorial_scope', CASE WHEN random() < 0.5 THEN to_jsonb((ARRAY['EU', 'EEA'])[1 + floor(2 * random())]) ELSE pg_temp.some('territorial_scope') END); END IF;
	IF random() < share / 2 THEN c := c || jsonb_build_object('content_language', pg_temp.one('content_language')); END IF;
	IF random() < share THEN c := c || jsonb_build_object('decision_facts', CASE WHEN random() < 0.1 THEN '{content}' ELSE pg_temp.words(5000) END); END IF;
	IF random() < share THEN c := c || jsonb_build_object('source_type', pg_temp.sourced('source_type')); END IF;
	IF random() < share / 3 THEN c := c || jsonb_build_object('source_identity', pg_temp.plain(500)); END IF;
	IF random() < share THEN c := c || jsonb_build_object('automated_detection', pg_temp.sourced('automated_detection')); END IF;
	IF random() < share THEN c := c || jsonb_build_object('automated_decision', pg_temp.sourced('automated_decision')); END IF;
	IF random() < share / 2 THEN
		c := c || jsonb_build_object('account_type', CASE WHEN random() < 0.5 THEN to_jsonb(pg_temp.one('account_type'))
			ELSE jsonb_build_object('personal', pg_temp.one('account_type')) END);
	END IF;
	RETURN c;
END $$;

-- Random schemes.
CREATE TEMPORARY TABLE scheme AS
	SELECT i, jsonb_build_object(
		'scheme', 'r.' || i, 'time_zone', (ARRAY['UTC', 'Asia/Shanghai', 'America/New_York'])[1 + floor(3 * random())],
		'score', '{"cap": 30}'::jsonb,
		'rules', jsonb_build_object(
			'a', jsonb_build_object('title', 'a "title" {rule}', 'points', 5) || CASE WHEN random() < 0.7 THEN jsonb_build_object('dsa', pg_temp.content(0.2)) ELSE '{}' END,
			'b', jsonb_build_object('title', 'b', 'points', 9) || CASE WHEN random() < 0.2 THEN '{"dsa": false}' ELSE '{}'::jsonb END,
			'c', jsonb_build_object('title', '丙', 'points', 13, 'direct', 'd') || jsonb_build_object('dsa', pg_temp.content(0.1))),
		'relief', '[{"every": "5 days", "add": 3}]'::jsonb,
		'ladder', jsonb_build_array(
			'{"rung": "w", "tier": "warned", "when": "score < 28", "for": "2 days"}'::jsonb,
			'{"rung": "l", "tier": "limited", "when": "score < 25", "withhold": ["x", "y"]}'::jsonb,
			'{"rung": "m", "tier": "muted", "when": "score < 20", "withhold": ["x", "z"], "for": "9 days", "rearm": "always"}'::jsonb,
			'{"rung": "d", "tier": "suspended", "withhold": ["z"], "for": "3000 days"}'::jsonb || CASE WHEN random() < 0.3 THEN jsonb_build_object('dsa', pg_temp.decision()) ELSE '{}' END,
			'{"rung": "b", "tier": "banned", "when": "score <= 0", "withhold": ["x", "y", "z"], "for": "ever"}'::jsonb || CASE WHEN random() < 0.1 THEN '{"dsa": false}' ELSE '{}'::jsonb END),
		'dsa', pg_temp.content(0.98) || jsonb_build_object(
			'capabilities', jsonb_build_object('x', pg_temp.decision(), 'y', pg_temp.decision()) || CASE WHEN random() < 0.9 THEN jsonb_build_object('z', pg_temp.decision()) ELSE '{}' END,
			'tiers', jsonb_build_object('banned', pg_temp.decision(), 'suspended', pg_temp.decision()))
			|| CASE WHEN random() < 0.3 THEN jsonb_build_object('puid_prefix', 'p-' || i) ELSE '{}' END) AS document,
		false AS good
	FROM generate_series(1, 800) i;
UPDATE scheme SET document = jsonb_set(document, '{dsa,without_violation}', CASE i % 3 WHEN 0 THEN 'false' ELSE
		jsonb_build_object('category', pg_temp.one('category'), 'decision_facts', '{rung} since {starts}',
			CASE document #>> '{dsa,decision_ground}' WHEN 'DECISION_GROUND_ILLEGAL_CONTENT' THEN 'illegal' ELSE 'incompatible' END || '_content_explanation', '{{{withheld}}}') END)
	WHERE i % 3 < 2;
DO $$
DECLARE
	s	record;
BEGIN
	FOR s IN SELECT * FROM scheme ORDER BY i LOOP
		BEGIN
			PERFORM governance.publish(s.document);
			UPDATE scheme SET good = true WHERE i = s.i;
		EXCEPTION WHEN SQLSTATE 'GV101' THEN
			IF SQLERRM !~ '^policy document: (dsa|rules|ladder)' THEN
				RAISE;
			END IF;
		END;
	END LOOP;
	-- Some without any.
	FOR s IN SELECT * FROM scheme WHERE NOT good ORDER BY i LIMIT 10 LOOP
		PERFORM governance.publish(s.document #- '{dsa}' #- '{rules,a,dsa}' #- '{rules,b,dsa}' #- '{rules,c,dsa}' #- '{ladder,3,dsa}' #- '{ladder,4,dsa}');
	END LOOP;
END $$;
SELECT count(*) FILTER (WHERE good) BETWEEN 100 AND 700 AS enough FROM scheme;

-- A random ledger.
INSERT INTO governance.account (account_id, kind, opened_at)
	SELECT i, (ARRAY['personal', 'institution'])[1 + floor(2 * random())], '2019-01-01' FROM generate_series(1, 300) i;
INSERT INTO governance.campaign (campaign, during) VALUES ('spring', '[2018-01-01,)');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, source, campaign, content_ref)
	SELECT 1 + floor(300 * random()), s.scheme, (ARRAY['a', 'b', 'c'])[1 + floor(3 * power(random(), 1.5))], v.at, v.at + interval '1 hour' * floor(50 * random()),
		   v.source, CASE WHEN v.source = 'campaign' THEN 'spring' END,
		   CASE floor(5 * random()) WHEN 0 THEN NULL WHEN 1 THEN repeat('内容', 500) WHEN 2 THEN '{points}' ELSE 'post/' || v.n END
	FROM (SELECT n, '2019-06-01'::timestamptz + interval '1 hour' * floor(60000 * random()) AS at,
				 (ARRAY['report', 'patrol', 'model', 'campaign', 'system'])[1 + floor(5 * random())] AS source,
				 1 + floor(random() * (SELECT count(*) FROM governance.scheme))::int AS k
		  FROM generate_series(1, 5000) n) v
		JOIN (SELECT scheme, row_number() OVER (ORDER BY scheme) AS k FROM governance.scheme) s USING (k);
SELECT count(governance.overturn(violation_id, 'mistaken', decided_at + interval '3 days'))  > 100 AS overturned
	FROM governance.violation WHERE violation_id % 10 = 0;
-- Sanctions without a violation.
INSERT INTO governance.revision (account_id, action, scheme, points, reason, decided_at)
	SELECT 1 + floor(300 * random()), 'opening', s.scheme, floor(30 * random()), 'as it was', '2026-01-01' FROM governance.scheme s, generate_series(1, 5);

CREATE TEMPORARY TABLE handed AS SELECT * FROM governance.statements_of_reasons('2019-01-01', '2040-01-01');
CREATE TEMPORARY TABLE missing AS SELECT * FROM governance.statements_missing('2019-01-01', '2040-01-01');
SELECT count(*) > 2000 AS handed, max(batch) > 20 AS batches FROM handed;
SELECT count(*) > 100 AS missing FROM missing;
SELECT count(h) > 20 AS handed, count(m) > 100 AS missing
	FROM governance.sanction s LEFT JOIN handed h USING (sanction_id) LEFT JOIN missing m USING (sanction_id) WHERE s.violation_id IS NULL;
SELECT DISTINCT regexp_replace(p, '(version \d+ of scheme )".*"|"\{.*?\}"', '\1...') AS problem
	FROM missing, unnest(problems) p WHERE p !~ '^decision_facts|_explanation: has' ORDER BY 1;
\echo 'what differs:'
SELECT 'refused', h.puid, c.* FROM handed h, governance.check_statement(h.statement) c;
SELECT 'bad', h.puid, h.statement FROM handed h WHERE pg_temp.bad(h.statement);
SELECT 'batch', batch, count(*) FROM handed GROUP BY batch HAVING count(*) > 100;
SELECT 'puid', statement ->> 'puid' FROM handed GROUP BY statement ->> 'puid' HAVING count(*) > 1;
SELECT 'again', h.puid FROM handed h WHERE governance.statement_of_reasons(h.sanction_id) <> h.statement;
SELECT 'both', h.sanction_id FROM handed h JOIN missing m USING (sanction_id);
SELECT 'neither', s.sanction_id, d.problems
	FROM governance.sanction s, governance.draft_statement(s.sanction_id) d
	WHERE NOT EXISTS (SELECT FROM handed h WHERE h.sanction_id = s.sanction_id)
		AND NOT EXISTS (SELECT FROM missing m WHERE m.sanction_id = s.sanction_id)
		AND (d.needed OR d.problems IS NULL) AND NOT isempty(s.during);
SELECT 'draft', s.sanction_id FROM governance.sanction s, governance.draft_statement(s.sanction_id) d
	WHERE (d.statement IS NULL) = (coalesce(cardinality(d.problems), 0) = 0);
SELECT 'notice', s.sanction_id FROM governance.sanction s
	WHERE s.sanction_id % 5 = 0 AND NOT (length(governance.notice(s.sanction_id)) > 200 AND length(governance.notice(s.sanction_id, 'zh')) > 80);
-- What happens afterwards does not change what was handed out.
SELECT count(governance.overturn(violation_id, 'mistaken', decided_at + interval '9 days')) > 100 AS overturned
	FROM governance.violation WHERE violation_id % 10 = 1;
SELECT 'later', h.puid FROM handed h LEFT JOIN governance.statements_of_reasons('2019-01-01', '2040-01-01') n USING (sanction_id)
	WHERE n.statement IS DISTINCT FROM h.statement;
SELECT governance.file_statements(array_agg(puid)) = count(*) AS filed FROM handed;
SELECT 'filed', n.puid FROM handed h JOIN governance.statements_of_reasons('2019-01-01', '2040-01-01') n USING (sanction_id);

-- Damaged statements: check_statement() and the rules above agree.
CREATE TEMPORARY TABLE damaged AS
	SELECT h.statement, d.statement - (CASE WHEN random() < 0.3 THEN (SELECT k FROM jsonb_object_keys(h.statement) k ORDER BY random() + 0 * h.sanction_id LIMIT 1) ELSE '' END) AS damaged
	FROM handed h, LATERAL (
		SELECT h.statement || CASE WHEN random() < 0.85 THEN jsonb_build_object(f.field,
			CASE floor(8 * random() + 0 * h.sanction_id)
				WHEN 0 THEN to_jsonb(w.word)
				WHEN 1 THEN jsonb_build_array(w.word)
				WHEN 2 THEN '[]'
				WHEN 3 THEN to_jsonb((ARRAY['', ' ', 'x', '2024-02-30', '2038-01-01', '2038-01-02', '2020-01-01', '1999-12-31', 'https://a.b/c', 'ftp://a.b', 'a_b-C9',
					E'\u3000', E'\u00a0\u200b ', 'https://a.b:x/', 'https://a.b/%zz', 'https://a.b:80/%4a', 'https://a..b', 'https://a-.b'])[1 + floor(18 * random())])
				WHEN 4 THEN to_jsonb(repeat('界', (ARRAY[500, 501, 2000, 2001, 5000, 5001])[1 + floor(6 * random())]))
				WHEN 5 THEN (ARRAY['null', '1', 'true', '{}', '[null]', '["x"]', '{"EAN-13": "4006381333931"}', '"4006381333931"', '{"EAN-13": "40063813339"}', '{"EAN-13": 4006381333931}']::jsonb[])[1 + floor(10 * random())]
				WHEN 6 THEN jsonb_build_array(w.word, w.word)
				ELSE coalesce(h.statement -> f.field, to_jsonb(w.word)) END) ELSE '{}' END AS statement
		FROM (SELECT (ARRAY['decision_visibility', 'decision_visibility_other', 'decision_monetary', 'decision_monetary_other', 'decision_provision',
				'decision_account', 'decision_ground', 'decision_ground_reference_url', 'illegal_content_legal_ground', 'illegal_content_explanation',
				'incompatible_content_ground', 'incompatible_content_explanation', 'incompatible_content_illegal', 'content_type', 'content_type_other',
				'category', 'category_addition', 'category_specification', 'category_specification_other', 'territorial_scope', 'content_language',
				'content_date', 'application_date', 'end_date_visibility_restriction', 'end_date_account_restriction', 'decision_facts', 'source_type',
				'source_identity', 'automated_detection', 'automated_decision', 'account_type', 'puid', 'content_id', 'content_id_ean', 'zzz'])[1 + floor(35 * random() + 0 * h.sanction_id)] AS field) f,
			 LATERAL (SELECT word FROM word WHERE field = f.field OR random() < 0.01 ORDER BY random() + 0 * h.sanction_id LIMIT 1) w) d;
SELECT count(*) > 2000 AS damaged, count(*) FILTER (WHERE pg_temp.bad(damaged)) > 1000 AS bad,
	   count(*) FILTER (WHERE NOT pg_temp.bad(damaged)) > 200 AS good FROM damaged;
SELECT 'disagree', pg_temp.bad(damaged), ARRAY(SELECT c FROM governance.check_statement(damaged) c), damaged FROM damaged
	WHERE pg_temp.bad(damaged) <> EXISTS (SELECT FROM governance.check_statement(damaged)) LIMIT 10;
