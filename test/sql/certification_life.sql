-- The life of a certification: steps, reviews, faces, institutions, and what is kept of it.
\set ECHO none
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries

INSERT INTO governance.account (account_id, kind, subject) VALUES
	(1, 'personal', 'Li'), (2, 'personal', 'Wang'), (3, 'public', 'Hospital A'), (4, 'channel', 'Hospital A'), (5, 'public', 'Clinic'), (6, 'personal', 'Zhao');

-- Apply, examine, grant; each step keeps who, when, why and evidence.
SELECT governance.apply_for_certification(1, 'occupation:healthcare/physician[hospital=9,title=4]', '{"licence": "110"}', 'wishes to teach', at => '2023-01-30 09:00+08');
SELECT governance.certification_status(1, 1), governance.certification_status(1, 1, '2023-01-30 08:59+08') IS NULL AS before;
SELECT governance.grant_certification(1, 1);
SELECT governance.examine_certification(1, 1, 'licence looked up', at => '2023-02-01 09:00+08');
SELECT governance.suspend_certification(1, 1, 'why not');
SELECT governance.review_certification(1, 1);
SELECT governance.grant_certification(1, 1, 'licence is valid', '{"register": "NHC"}', '2023-08-31 10:00+08');
SELECT status, granted_at, review_due, validity FROM governance.certification;

-- The review is due every half year, counted from the grant: the end of
-- February does not move the ones that follow.
SELECT n, governance.review_deadline('2023-08-31 10:00+08', '6 months', 'Asia/Shanghai', '2023-08-31 10:00+08'::timestamptz + n * interval '6 months') FROM generate_series(0, 4) n;
SELECT governance.qualified(1, 'health', t) FROM (VALUES ('2023-08-31 09:59:59.999999+08'::timestamptz), ('2023-08-31 10:00+08'),
	('2024-02-29 09:59:59.999999+08'), ('2024-02-29 10:00+08')) v (t);
BEGIN;
SELECT governance.review_certification(1, 1, at => '2024-02-29 10:00+08');
ROLLBACK;
SELECT governance.review_certification(1, 1, reason => 'seen at the hospital', at => '2024-02-29 09:59:59.999999+08');
SELECT governance.review_certification(1, 1, reason => 'twice in one period gives nothing more', at => '2024-02-29 09:59:59.999999+08');
SELECT governance.qualified(1, 'health', '2024-08-31 09:59:59.999999+08'), governance.qualified(1, 'health', '2024-08-31 10:00+08');
SELECT governance.certification_status(1, 1, t) FROM (VALUES ('2023-01-31'::timestamptz), ('2023-02-02'), ('2023-09-01'), ('2024-08-31 09:59:59.999999+08'), ('2024-08-31 10:00+08'), ('2030-01-01')) v (t);
SELECT * FROM governance.certifications_due('30 days', '2024-08-15 10:00+08');
SELECT count(*) FROM governance.certifications_due('30 days', '2024-08-31 10:00+08');
SELECT count(*) FROM governance.certifications_due('15 days', '2024-08-15 10:00+08');
SELECT account_id, certification_id, name, status, lost_at, reason FROM governance.certification_lost;

-- Time only moves forward, and not into the future.
SELECT governance.suspend_certification(1, 1, 'late', at => '2024-01-01');
\set VERBOSITY sqlstate
SELECT governance.apply_for_certification(2, 'interest:food', at => now() + interval '1 day');
\set VERBOSITY default
-- What has lapsed takes no further step.
SELECT governance.suspend_certification(1, 1, 'late', at => '2024-08-31 10:00+08');
SELECT governance.cancel_certification(1, 1, 'late', at => '2025-01-01');

-- The same place twice at a time is refused; a new one after the lapse is not,
-- nor is another place side by side.
SELECT governance.apply_for_certification(1, 'occupation:healthcare/physician[hospital=9,title=3]', at => '2024-09-01') AS again \gset
SELECT governance.examine_certification(1, :again, at => '2024-09-01');
SELECT governance.grant_certification(1, :again, at => '2024-09-01');
SELECT governance.apply_for_certification(1, 'occupation:healthcare/physician[hospital=9,title=4]', at => '2024-09-02') AS twice \gset
SELECT governance.examine_certification(1, :twice, at => '2024-09-02');
SELECT governance.grant_certification(1, :twice, at => '2024-09-02');
SELECT governance.cancel_certification(1, :again, 'promoted', at => '2024-09-02');
SELECT governance.grant_certification(1, :twice, at => '2024-09-02');
SELECT governance.apply_for_certification(1, 'interest:photography', at => '2024-09-02') AS side \gset
SELECT governance.examine_certification(1, :side, at => '2024-09-02');
SELECT governance.grant_certification(1, :side, at => '2024-09-02');
SELECT certification_id, qualification, status, validity FROM governance.certification WHERE account_id = 1 ORDER BY 1;
SELECT * FROM governance.qualified_domain WHERE account_id = 1 ORDER BY since;

-- Refused, and failed reviews.
SELECT governance.apply_for_certification(2, 'occupation:law/lawyer[experience=1]', at => '2024-01-01') AS law \gset
SELECT governance.refuse_certification(2, :law, 'the licence is not his', at => '2024-01-02');
SELECT governance.grant_certification(2, :law);
SELECT governance.apply_for_certification(2, 'occupation:law/lawyer[experience=3]', at => '2024-01-03') AS law \gset
SELECT governance.examine_certification(2, :law, at => '2024-01-04');
SELECT governance.grant_certification(2, :law, at => '2024-01-05');
SELECT governance.qualified(2, 'law', '2024-06-01');
SELECT governance.review_certification(2, :law, false, 'struck off', at => '2024-06-01');
SELECT governance.qualified(2, 'law', '2024-05-31'), governance.qualified(2, 'law', '2024-06-01');

-- Unknown things are named.
SELECT governance.apply_for_certification(99, 'interest:food');
SELECT governance.apply_for_certification(2, 'interest:unicorns');
SELECT governance.apply_for_certification(2, NULL);
SELECT governance.grant_certification(1, 99);
SELECT governance.certification_status(1, 99);
SELECT governance.certification_status(99, 1);
SELECT * FROM governance.certification_history(99);
INSERT INTO governance.certification_step (account_id, certification_id, action, at) VALUES (1, :side, 'crown', '2025-01-01');
SELECT governance.check_face(99, true);

-- Faces: a failed check suspends, only a check that matches brings it back.
SELECT governance.apply_for_certification(6, 'occupation:healthcare/physician[hospital=9,title=2]') AS cert \gset
SELECT governance.examine_certification(6, :cert);
SELECT governance.grant_certification(6, :cert);
SELECT governance.check_face(6, true, score => 0.98, method => 'model') > 0 AS checked;
SELECT governance.qualified(6, 'health');
SELECT governance.check_face(6, false, :cert, 0.41, 'model', 'live/77') > 0 AS checked;
SELECT governance.qualified(6, 'health'), governance.certification_status(6, :cert);
SELECT governance.reinstate_certification(6, :cert, 'he says that it was him');
SELECT governance.check_face(6, true, score => 0.97) > 0 AS checked;
SELECT governance.qualified(6, 'health');
SELECT governance.reinstate_certification(6, :cert, 'matched again');
SELECT governance.qualified(6, 'health');
SELECT matched, certification_id IS NULL AS all, score, method, content_ref FROM governance.face_check ORDER BY check_id;

-- Institutions: three parts, each examined.
SELECT governance.apply_for_certification(3, 'institution:medical/hospital[level=2,public=1]') AS cert \gset
SELECT governance.examine_part(3, :cert, 'naming', true);
SELECT governance.examine_part(3, :cert, 'documents', false, 'the seal is missing');
SELECT governance.grant_certification(3, :cert);
SELECT governance.examine_part(3, :cert, 'documents', true, 'sealed');
SELECT governance.grant_certification(3, :cert);
SELECT governance.examine_part(3, :cert, 'handshake', true);
SELECT governance.examine_part(3, :cert, 'letter', NULL);
SELECT governance.examine_part(3, :cert, 'letter', true);
SELECT governance.grant_certification(3, :cert);
SELECT governance.qualified(3, 'health');
SELECT governance.examine_part(2, :law, 'letter', true);

-- Or through an account of the same administrator that is certified already.
INSERT INTO governance.account_administrator (account_id, administrator) VALUES (3, 'Sun'), (4, 'Sun'), (5, 'Zhou');
SELECT governance.apply_for_certification(4, 'institution:medical/hospital[level=2,public=1]', auxiliary_account_id => 3) AS cert \gset
SELECT governance.examine_certification(4, :cert);
SELECT governance.grant_certification(4, :cert);
SELECT governance.qualified(4, 'health');
SELECT governance.apply_for_certification(5, 'institution:medical/hospital[level=2,public=1]', auxiliary_account_id => 3) AS cert \gset
SELECT governance.examine_certification(5, :cert);
SELECT governance.grant_certification(5, :cert);
UPDATE governance.account_administrator SET administrator = 'Sun' WHERE account_id = 5;
SELECT governance.cancel_certification(5, :cert, 'applies for more');
SELECT governance.apply_for_certification(5, 'institution:medical/hospital[level=3,public=1]', auxiliary_account_id => 3) AS cert \gset
SELECT governance.examine_certification(5, :cert);
SELECT governance.grant_certification(5, :cert);
SELECT governance.apply_for_certification(1, 'interest:food', auxiliary_account_id => 3);
SELECT governance.apply_for_certification(3, 'institution:medical/clinic[public=1]', auxiliary_account_id => 3);
SELECT governance.apply_for_certification(3, 'institution:medical/clinic[public=1]', auxiliary_account_id => 99);

-- What is kept.
SELECT at, action, part, passed, from_status, status, review_due, reason, evidence, recorded_by = current_user AS by, session_role = session_user AS session
FROM governance.certification_history(1) WHERE certification_id = 1;
SELECT action, part, passed, status, reason FROM governance.certification_history(3);
UPDATE governance.certification_step SET reason = 'better';
DELETE FROM governance.face_check;
TRUNCATE governance.certification_step;
UPDATE governance.certification SET status = 'granted';
INSERT INTO governance.certification (account_id, qualification, applied_at, time_zone, last_step, last_at) VALUES (2, 'interest:food', now(), 'UTC', 1, now());
DELETE FROM governance.certification;
-- Nobody acts in another's name.
INSERT INTO governance.certification_step (account_id, action, qualification, recorded_by, session_role, step, recorded_at)
	VALUES (2, 'apply', 'interest:food', 'the king', 'the queen', 1, '1999-01-01')
	RETURNING recorded_by = current_user AS by, session_role = session_user AS session, recorded_at > '2000-01-01' AS at;
SELECT * FROM governance.verify_certification();
