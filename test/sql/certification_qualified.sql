-- Who is qualified for what: the documents' own cases, at every instant, and why not.
\set ECHO none
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries

-- Somebody certified as something from one instant on.
CREATE FUNCTION pg_temp.certify(account bigint, q governance.qualification, since timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE id bigint := governance.apply_for_certification(account, q, at => since); part text;
BEGIN
	FOREACH part IN ARRAY CASE WHEN governance.kind(q) = 'institution' THEN '{naming,documents,letter}'::text[] ELSE '{}' END LOOP
		PERFORM governance.examine_part(account, id, part, true, at => since);
	END LOOP;
	PERFORM governance.examine_certification(account, id, at => since);
	PERFORM governance.grant_certification(account, id, at => since);
	RETURN id;
END $$;

INSERT INTO governance.account (account_id, subject) SELECT n, 'subject ' || n FROM generate_series(1, 12) n;
SELECT account, q, pg_temp.certify(account, q, now() - interval '1 day') AS id
FROM (VALUES
	(1, 'occupation:healthcare/physician[hospital=9,title=4]'::governance.qualification),
	(2, 'occupation:healthcare/physician[hospital=9,title=2]'),
	(3, 'occupation:healthcare/physician/cardiologist[hospital=9,title=3]'),
	(4, 'occupation:healthcare/physician[hospital=9,title=1]'),
	(5, 'occupation:healthcare/physician[hospital=6,title=4]'),
	(6, 'institution:medical/hospital[level=2,public=1]'),
	(7, 'institution:medical/hospital[level=3,public=0]'),
	(8, 'institution:medical/hospital[level=1,public=1]'),
	(9, 'interest:wellness')) v (account, q);

-- "Attending physician or above at a grade 3A hospital" and "public, level 2
-- or above".
SELECT account_id, qualification, governance.qualified(account_id, 'health') FROM governance.certification ORDER BY 1;
SELECT account_id, requirement, held, status, reason, remedy FROM governance.account a, governance.why_not(a.account_id, 'health') w
WHERE requirement_id <> 3 ORDER BY 1, w.requirement_id;
SELECT governance.why_not_text(4, 'health');
SELECT governance.why_not_text(1, 'health') IS NULL AS qualified;

-- The words for each way to fall short in time.
SELECT pg_temp.certify(10, 'occupation:law/lawyer[experience=2]', '2020-01-01') AS lapsed \gset
SELECT reason, remedy FROM governance.why_not(10, 'law') WHERE certification_id IS NOT NULL LIMIT 1;
SELECT reason, remedy FROM governance.why_not(10, 'law', '2019-01-01') LIMIT 1;
SELECT governance.qualified(10, 'law', '2020-06-01'), governance.qualified(10, 'law');
SELECT governance.apply_for_certification(11, 'occupation:law/lawyer[experience=2]', at => '2024-01-01') AS law \gset
SELECT reason, remedy FROM governance.why_not(11, 'law') LIMIT 1;
SELECT governance.examine_certification(11, :law, at => '2024-01-02');
SELECT reason, remedy FROM governance.why_not(11, 'law') LIMIT 1;
SELECT governance.grant_certification(11, :law, at => '2024-01-03');
SELECT governance.suspend_certification(11, :law, 'a complaint', at => '2024-02-01');
SELECT reason, remedy FROM governance.why_not(11, 'law', '2024-03-01') LIMIT 1;
SELECT governance.reinstate_certification(11, :law, 'unfounded', at => '2024-04-01');
SELECT governance.cancel_certification(11, :law, 'retires', at => '2024-05-01');
SELECT reason, remedy FROM governance.why_not(11, 'law', '2024-06-01') LIMIT 1;
SELECT at, governance.qualified(11, 'law', at) FROM (VALUES ('2024-01-02'::timestamptz), ('2024-01-03'), ('2024-01-31 23:59:59.999999'), ('2024-02-01'),
	('2024-03-31 23:59:59.999999'), ('2024-04-01'), ('2024-04-30 23:59:59.999999'), ('2024-05-01')) v (at);

-- Nothing unknown is silently false; null asks nothing.
SELECT governance.qualified(99, 'health');
SELECT governance.qualified(1, 'astrology');
SELECT governance.qualified(99, 'health', '2020-01-01');
SELECT * FROM governance.why_not(99, 'health');
SELECT * FROM governance.why_not(1, 'astrology');
SELECT governance.qualified(NULL, 'health') IS NULL AS a, governance.qualified(1, NULL) IS NULL AS b, governance.qualified(1, 'health', NULL) IS NULL AS c;
SELECT governance.qualified(1, 'health', '-infinity'), governance.qualified(1, 'health', 'infinity');

-- Requirements have their time.  A physician at a 2A hospital suffices for a
-- month; then no more.
INSERT INTO governance.requirement (domain, qualification, during, note)
	VALUES ('health', 'occupation:healthcare/physician[hospital=6,title=4]', tstzrange(now() - interval '1 hour', now() + interval '30 days'), 'emergency');
SELECT governance.qualified(5, 'health', at) FROM (VALUES (now() - interval '2 hours'), (now()), (now() + interval '29 days'), (now() + interval '30 days')) v (at);
UPDATE governance.requirement SET during = tstzrange(lower(during), now()) WHERE note = 'emergency';
SELECT governance.qualified(5, 'health', upper(during) - interval '1 microsecond'), governance.qualified(5, 'health', upper(during))
FROM governance.requirement WHERE note = 'emergency';
SELECT * FROM governance.verify_certification();

-- A domain without a requirement in force is closed, one that is not gated open.
INSERT INTO governance.domain (domain, name) VALUES ('aviation', 'aviation');
INSERT INTO governance.domain (domain, name, gated_until) VALUES ('cooking', 'cooking', '-infinity');
INSERT INTO governance.domain (domain, name, gated_from) VALUES ('veterinary', 'veterinary', '2024-01-01');
SELECT governance.qualified(1, 'aviation'), governance.qualified(1, 'cooking'), governance.qualified(1, 'veterinary', '2023-12-31'), governance.qualified(1, 'veterinary', '2024-01-01');
SELECT reason, remedy FROM governance.why_not(1, 'aviation');
SELECT count(*) FROM governance.why_not(1, 'cooking');

-- Capabilities demand qualifications too; without a requirement they demand nothing.
SELECT governance.qualified_for(1, 'live');
INSERT INTO governance.requirement (capability, qualification) VALUES ('live', 'occupation:healthcare/physician[title=3]');
SELECT account_id, governance.qualified_for(account_id, 'live') FROM governance.account WHERE account_id < 6 ORDER BY 1;
SELECT governance.qualified_for(99, 'live');
SELECT governance.qualified_for(1, 'levitate');
INSERT INTO governance.requirement (capability, qualification) VALUES ('levitate', 'interest:food');
DELETE FROM governance.requirement WHERE capability = 'live';
SELECT governance.qualified_for(4, 'live');

-- Certification takes rights away: medical staff sell nothing, suspended or not.
SELECT account_id, governance.permits(account_id, 'showcase') AS showcase, governance.permits(account_id, 'live_selling') AS live,
	governance.permits(account_id, 'video_selling') AS video FROM governance.account WHERE account_id IN (1, 4, 6, 9, 10) ORDER BY 1;
SELECT capability, scheme, sanction_id, until = c.review_due AS until_review FROM governance.restriction r JOIN governance.certification c USING (account_id)
WHERE account_id = 1 ORDER BY 1;
SELECT governance.suspend_certification(1, 1, 'a complaint');
SELECT governance.permits(1, 'showcase'), governance.qualified(1, 'health');
SELECT governance.cancel_certification(1, 1, 'leaves the profession');
SELECT governance.permits(1, 'showcase'), count(*) FROM governance.restriction WHERE account_id = 1 AND until > now();
DELETE FROM governance.certification_withholding WHERE capability = 'video_selling';
SELECT governance.permits(4, 'showcase'), governance.permits(4, 'video_selling');

-- And raises caps: facts that policies see, for as long as it is in force.
SELECT account_id, name, value, lower(during) = c.granted_at AS since, upper(during) = LEAST(c.review_due, c.ended_at) AS until
FROM governance.attribute a JOIN governance.certification c USING (account_id) WHERE account_id IN (2, 10) ORDER BY 1;
SELECT count(*) FROM governance.attribute WHERE account_id IN (6, 9);
-- A fact that somebody else wrote stays, and counts instead.
INSERT INTO governance.attribute (account_id, name, value, during) VALUES (12, 'professional_anchor', 'true', '[2023-01-01,2023-06-01)');
SELECT pg_temp.certify(12, 'occupation:finance/securities', '2023-03-01') > 0 AS certified;
SELECT name, value, during FROM governance.attribute WHERE account_id = 12 ORDER BY during;
DELETE FROM governance.certification_attribute WHERE qualification = 'occupation:finance';
SELECT name, value, during FROM governance.attribute WHERE account_id = 12 ORDER BY during;
INSERT INTO governance.certification_attribute VALUES ('occupation:finance', 'professional_anchor', 'maybe');
SELECT * FROM governance.verify_certification();

-- As the health score sees it: the cap is 120 while certified, and 100 again.
SELECT governance.publish(governance.pack('douyin.health')) > 0 AS published;
SELECT governance.score(2, 'douyin.health', now()), governance.score(9, 'douyin.health', now());
SELECT governance.score(2, 'douyin.health', review_due - interval '1 microsecond') AS before, governance.score(2, 'douyin.health', review_due) AS lapsed
FROM governance.certification WHERE account_id = 2;
SELECT governance.cancel_certification(2, 2, 'leaves the profession');
SELECT governance.score(2, 'douyin.health');
SELECT * FROM governance.verify();

-- What is derived can be proven, and made anew.
DELETE FROM governance.qualified_domain WHERE account_id = 3;
SET session_replication_role = replica;
UPDATE governance.withholding SET until = 'infinity' WHERE account_id = 4 AND capability = 'share';
RESET session_replication_role;
INSERT INTO governance.qualified_capability VALUES (3, 'live', '2020-01-01', '2021-01-01');
SELECT relation, account_id, name, stored IS NULL AS missing, computed IS NULL AS wrong FROM governance.verify_certification();
SELECT governance.rebuild_certification();
SELECT * FROM governance.verify_certification();

-- By plain queries the answer is the same.
SELECT account_id, domain, t FROM governance.account, governance.domain, (VALUES (now()), ('2020-06-01'), ('2024-03-01'), ('infinity')) v (t)
WHERE governance.qualified(account_id, domain, t) <> governance.qualified_slowly('domain', account_id, domain, t);
