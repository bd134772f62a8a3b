-- The worked examples of published schemes, exact to the instant, through the
-- shipped documents.  Every case says what it expects; what is printed is only
-- what differs.  Times are local to the scheme.
--
-- "checked" makes dry_run verify the laws of the fold at every event as well:
-- a state survives being written and read, time can be crossed in any number
-- of strides, next_change is the first change, a traced fold equals a plain one.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';

CREATE TEMPORARY TABLE scenario (
	id			text PRIMARY KEY,
	document	jsonb NOT NULL,
	until		text,				-- null: as far as anything happens
	sanctions	text[],				-- all of them; null: not looked at
	events		jsonb NOT NULL
);
CREATE TEMPORARY TABLE expected_score (
	id text, at text, score text, tier text
);
CREATE TEMPORARY TABLE expected_row (
	id text, at text, what text, detail text
);

-- e(at, rule, points, decided, incident...): events, shortly
CREATE FUNCTION pg_temp.v(at text, rule text, points numeric DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('at', at, 'rule', rule, 'points', points)) || more) $$;
CREATE FUNCTION pg_temp.a(at text, activity text, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_build_object('at', at, 'activity', activity) || more) $$;
CREATE FUNCTION pg_temp.f(attribute text, value jsonb) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_build_object('attribute', attribute, 'value', value)) $$;
CREATE FUNCTION pg_temp.days(activity text, from_day date, to_day date) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_agg(jsonb_build_object('at', to_char(d, 'YYYY-MM-DD') || ' 12:00', 'activity', activity) ORDER BY d)
		FROM generate_series(from_day, to_day, interval '1 day') d $$;

-- ---------------------------------------------------------------- China: driving licence
INSERT INTO scenario VALUES
('CN-1', governance.pack('cn.licence'), '2024-12-31', '{}',
	pg_temp.f('first_issue', '"2023-03-15"') ||
	pg_temp.v('2023-05-01', 'p6', NULL, '{"id": 1}') || pg_temp.a('2023-05-10', 'fine_paid', '{"violation": 1}') ||
	pg_temp.v('2023-09-10', 'p3', NULL, '{"id": 2}') || pg_temp.a('2023-09-20', 'fine_paid', '{"violation": 2}') ||
	pg_temp.v('2024-03-10', 'p1', NULL, '{"id": 3}') || pg_temp.a('2024-03-11', 'fine_paid', '{"violation": 3}')),
('CN-2', governance.pack('cn.licence'), '2024-12-31', '{held 2024-04-01 00:00 .. 2024-04-20 00:00}',
	pg_temp.f('first_issue', '"2023-03-15"') ||
	pg_temp.v('2023-05-01', 'p6', NULL, '{"id": 1}') || pg_temp.a('2023-05-10', 'fine_paid', '{"violation": 1}') ||
	pg_temp.v('2023-09-10', 'p3', NULL, '{"id": 2}') ||
	pg_temp.v('2024-03-10', 'p1', NULL, '{"id": 3}') || pg_temp.a('2024-03-11', 'fine_paid', '{"violation": 3}') ||
	pg_temp.v('2024-04-01', 'p9', NULL, '{"id": 4}') ||
	pg_temp.a('2024-04-20', 'full_exam') || pg_temp.a('2024-04-20', 'fine_paid', '{"violation": 2}') ||
	pg_temp.a('2024-04-20', 'fine_paid', '{"violation": 4}')),
('CN-3', governance.pack('cn.licence'), '2024-05-31', '{held 2024-05-05 00:00 .. open}',
	pg_temp.f('first_issue', '"2024-01-01"') || pg_temp.v('2024-02-01', 'p9') ||
	pg_temp.a('2024-02-10', 'online_lesson') || pg_temp.a('2024-02-20', 'classroom') ||
	pg_temp.a('2024-03-01', 'classroom') || pg_temp.a('2024-03-10', 'volunteering') ||
	pg_temp.a('2024-03-20', 'online_lesson') || pg_temp.v('2024-05-05', 'p9')),
('CN-4', governance.pack('cn.licence'), '2024-12-01',
	'{held 2024-02-01 00:00 .. 2024-03-01 00:00,held 2024-06-01 00:00 .. 2024-07-15 00:00,held 2024-10-01 00:00 .. open}',
	pg_temp.f('first_issue', '"2024-01-01"') ||
	pg_temp.v('2024-02-01', 'p12', NULL, '{"id": 1}') || pg_temp.a('2024-02-02', 'fine_paid', '{"violation": 1}') || pg_temp.a('2024-03-01', 'full_exam') ||
	pg_temp.v('2024-06-01', 'p12', NULL, '{"id": 2}') || pg_temp.a('2024-06-02', 'fine_paid', '{"violation": 2}') || pg_temp.a('2024-07-15', 'full_exam') ||
	pg_temp.v('2024-10-01', 'p12', NULL, '{"id": 3}')),
('CN-4 large', governance.pack('cn.licence'), '2024-12-01', NULL,
	pg_temp.f('first_issue', '"2024-01-01"') || pg_temp.f('large_vehicle', 'true') ||
	pg_temp.v('2024-02-01', 'p12', NULL, '{"id": 1}') || pg_temp.a('2024-02-02', 'fine_paid', '{"violation": 1}') || pg_temp.a('2024-03-01', 'full_exam') ||
	pg_temp.v('2024-06-01', 'p12', NULL, '{"id": 2}') || pg_temp.a('2024-06-02', 'fine_paid', '{"violation": 2}') || pg_temp.a('2024-07-15', 'full_exam') ||
	pg_temp.v('2024-10-01', 'p12', NULL, '{"id": 3}')),
('CN-5', governance.pack('cn.licence'), '2024-12-01', NULL,
	pg_temp.f('first_issue', '"2024-01-01"') || pg_temp.v('2024-02-01', 'p9') || pg_temp.v('2024-02-01', 'p9') || pg_temp.v('2024-02-01', 'p9')),
('CN-5 large', governance.pack('cn.licence'), '2024-12-01', NULL,
	pg_temp.f('first_issue', '"2024-01-01"') || pg_temp.f('large_vehicle', 'true') ||
	pg_temp.v('2024-02-01', 'p9') || pg_temp.v('2024-02-01', 'p9') || pg_temp.v('2024-02-01', 'p9')),
('CN-6 before', governance.pack('cn.licence'), '2024-03-19', '{held 2024-03-01 00:00 .. open}',
	pg_temp.f('first_issue', '"2024-01-01"') || pg_temp.v('2024-02-01', 'p6', NULL, '{"id": 1}') || pg_temp.v('2024-03-01', 'p6')),
('CN-6 after', governance.pack('cn.licence'), '2024-03-20', '{}',
	pg_temp.f('first_issue', '"2024-01-01"') || pg_temp.v('2024-02-01', 'p6', NULL, '{"id": 1}') || pg_temp.v('2024-03-01', 'p6') ||
	'[{"at": "2024-03-20", "overturn": 1}]');
INSERT INTO expected_score VALUES
('CN-1', '2023-05-01', '6/12', NULL), ('CN-1', '2023-09-10', '9/12', NULL), ('CN-1', '2024-03-14 23:59', '10/12', NULL), ('CN-1', '2024-03-15', '0/12', NULL),
('CN-2', '2024-03-14', '10/12', NULL), ('CN-2', '2024-03-15', '3/12', NULL), ('CN-2', '2024-04-01', '12/12', NULL), ('CN-2', '2024-04-19', '12/12', NULL), ('CN-2', '2024-04-20', '0/12', NULL),
('CN-3', '2024-02-01', '9/12', NULL), ('CN-3', '2024-02-10', '8/12', NULL), ('CN-3', '2024-02-20', '6/12', NULL), ('CN-3', '2024-03-01', '4/12', NULL),
('CN-3', '2024-03-10', '3/12', NULL), ('CN-3', '2024-03-20', '3/12', NULL), ('CN-3', '2024-05-05', '12/12', NULL),
('CN-4', '2024-02-01', '12/12', NULL), ('CN-4', '2024-03-01', '0/12', NULL), ('CN-4', '2024-06-01', '12/12', NULL), ('CN-4', '2024-07-15', '0/12', NULL), ('CN-4', '2024-10-01', '12/12', NULL),
('CN-5', '2024-02-01', '27/12', NULL), ('CN-6 before', '2024-03-01', '12/12', NULL), ('CN-6 after', '2024-03-20', '6/12', NULL);
INSERT INTO expected_row VALUES
('CN-2', '2024-04-01', 'sanction', 'road_test 0; field_test 0; study_days 7'),
('CN-3', '2024-03-20', 'activity', 'online_lesson; credit; quota used'),
('CN-4', '2024-02-01', 'sanction', 'road_test 0; field_test 0; study_days 7'),
('CN-4', '2024-06-01', 'sanction', 'road_test 1; field_test 0; study_days 14'),
('CN-4', '2024-10-01', 'sanction', 'road_test 1; field_test 1; study_days 21'),
('CN-4 large', '2024-02-01', 'sanction', 'road_test 0; field_test 0; study_days 30'),
('CN-4 large', '2024-06-01', 'sanction', 'road_test 1; field_test 0; study_days 60'),
('CN-4 large', '2024-10-01', 'sanction', 'road_test 1; field_test 1; study_days 90'),
('CN-5', '2024-02-01', 'sanction', 'road_test 1; field_test 0; study_days 14'),
('CN-5 large', '2024-02-01', 'sanction', 'road_test 1; field_test 0; study_days 60');

-- ---------------------------------------------------------------- United Kingdom
INSERT INTO scenario VALUES
('UK-A', governance.pack('uk.totting_up'), NULL, '{totting 2024-06-30 00:00 .. 2024-12-30 00:00}',
	pg_temp.v('2021-01-10', 'SP30', 3, '{"decided": "2021-04-01"}') || pg_temp.v('2021-12-01', 'SP30', 3, '{"decided": "2022-02-01"}') ||
	pg_temp.v('2022-08-15', 'SP30', 3, '{"decided": "2022-11-01"}') || pg_temp.v('2023-12-20', 'SP30', 3, '{"decided": "2024-06-30"}')),
('UK-B', governance.pack('uk.totting_up'), NULL, '{}',
	pg_temp.v('2021-01-10', 'SP30', 3, '{"decided": "2021-04-01"}') || pg_temp.v('2021-12-01', 'SP30', 3, '{"decided": "2022-02-01"}') ||
	pg_temp.v('2022-08-15', 'SP30', 3, '{"decided": "2022-11-01"}') || pg_temp.v('2024-01-11', 'SP30', 3, '{"decided": "2024-06-30"}')),
('UK-C', governance.pack('uk.totting_up'), NULL,
	'{disqualified 2024-02-01 00:00 .. 2024-08-01 00:00,totting 2025-09-01 00:00 .. 2026-09-01 00:00}',
	pg_temp.v('2024-02-01', 'disqualified_by_court', 0, '{"length": "6 months"}') ||
	pg_temp.v('2025-03-01', 'IN10', 6) || pg_temp.v('2025-09-01', 'IN10', 6)),
('UK-D', governance.pack('uk.totting_up'), '2030-01-01', '{new_driver 2025-05-01 00:00 .. open}',
	pg_temp.f('test_passed', '"2024-01-01"') || pg_temp.v('2024-06-01', 'SP30', 3) || pg_temp.v('2025-05-01', 'SP30', 3)),
('UK-D later', governance.pack('uk.totting_up'), '2030-01-01', '{}',
	pg_temp.f('test_passed', '"2024-01-01"') || pg_temp.v('2024-06-01', 'SP30', 3) || pg_temp.v('2026-02-01', 'SP30', 3));
INSERT INTO expected_score VALUES
('UK-A', '2023-12-20', '12/12', NULL), ('UK-A', '2024-01-10', '9/12', NULL), ('UK-A', '2024-06-29', '9/12', NULL), ('UK-A', '2024-06-30', '0/12', NULL),
('UK-B', '2024-01-09', '9/12', NULL), ('UK-B', '2024-01-10', '6/12', NULL), ('UK-B', '2024-01-11', '9/12', NULL), ('UK-C', '2025-09-01', '0/12', NULL);

-- ---------------------------------------------------------------- Douyin commerce
INSERT INTO scenario VALUES
('DYE-A', governance.pack('douyin.commerce'), NULL, NULL, pg_temp.v('2024-01-01', 'stalling', 4)),
('DYE-B', governance.pack('douyin.commerce'), NULL, NULL, pg_temp.v('2024-01-01', 'stalling', 4) || pg_temp.v('2024-01-12', 'two', 2)),
('DYE-C', governance.pack('douyin.commerce'), NULL, NULL, pg_temp.v('2024-01-01', 'stalling', 4) || pg_temp.v('2024-01-12', 'two', 2) ||
	pg_temp.a('2024-02-05', 'exam', '{"quantity": 100}') || pg_temp.a('2024-02-20', 'exam', '{"quantity": 100}')),
('DYE-D refund', governance.pack('douyin.commerce'), NULL, NULL, pg_temp.v('2024-01-01', 'stalling', 4) ||
	pg_temp.v('2024-01-12', 'two', 2, '{"id": 7}') || '[{"at": "2024-02-01", "overturn": 7}]'),
('DYE-D replay', governance.pack('douyin.commerce') || '{"revision": {"overturn": "replay"}}', NULL, NULL, pg_temp.v('2024-01-01', 'stalling', 4) ||
	pg_temp.v('2024-01-12', 'two', 2, '{"id": 7}') || '[{"at": "2024-02-01", "overturn": 7}]'),
('DYE-E', governance.pack('douyin.commerce'), '2024-01-01 00:00', '{closed 2024-01-01 00:00 .. open}', pg_temp.v('2024-01-01', 'stalling', 12));
-- any rule that may cost 2
UPDATE scenario s SET events = replace(events::text, '"two"', to_json((SELECT min(key) FROM jsonb_each(document -> 'rules')
		WHERE value ->> 'severity' = 'minor' AND NOT value ? 'points' AND NOT value ? 'direct'))::text)::jsonb WHERE id LIKE 'DYE%';
INSERT INTO expected_score VALUES
('DYE-A', '2024-01-01', '8/12', NULL), ('DYE-A', '2024-01-07 23:59', '8/12', NULL), ('DYE-A', '2024-01-08', '9/12', NULL), ('DYE-A', '2024-01-15', '10/12', NULL),
('DYE-A', '2024-02-13', '10/12', NULL), ('DYE-A', '2024-02-14', '11/12', NULL), ('DYE-A', '2024-03-14', '11/12', NULL), ('DYE-A', '2024-03-15', '12/12', NULL), ('DYE-A', '2025-01-01', '12/12', NULL),
('DYE-B', '2024-01-08', '9/12', NULL), ('DYE-B', '2024-01-12', '7/12', NULL), ('DYE-B', '2024-01-18', '7/12', NULL), ('DYE-B', '2024-01-19', '8/12', NULL),
('DYE-B', '2024-01-26', '9/12', NULL), ('DYE-B', '2024-02-02', '10/12', NULL), ('DYE-B', '2024-03-02', '10/12', NULL), ('DYE-B', '2024-03-03', '11/12', NULL),
('DYE-B', '2024-04-01', '11/12', NULL), ('DYE-B', '2024-04-02', '12/12', NULL),
('DYE-C', '2024-02-02', '10/12', NULL), ('DYE-C', '2024-02-05', '11/12', NULL), ('DYE-C', '2024-02-20', '11/12', NULL), ('DYE-C', '2024-03-02', '11/12', NULL), ('DYE-C', '2024-03-03', '12/12', NULL),
('DYE-D refund', '2024-01-31', '9/12', NULL), ('DYE-D refund', '2024-02-01', '11/12', NULL), ('DYE-D refund', '2024-02-24', '11/12', NULL), ('DYE-D refund', '2024-02-25', '12/12', NULL),
('DYE-D replay', '2024-02-01', '10/12', NULL), ('DYE-D replay', '2024-02-13', '10/12', NULL), ('DYE-D replay', '2024-02-14', '11/12', NULL), ('DYE-D replay', '2024-03-14', '11/12', NULL), ('DYE-D replay', '2024-03-15', '12/12', NULL),
('DYE-E', '2024-01-01', '0/12', 'revoked');
INSERT INTO expected_row VALUES
('DYE-C', '2024-02-20', 'activity', 'exam; rule exam; quota used');

-- ---------------------------------------------------------------- Douyin health
INSERT INTO scenario VALUES
('DYH-A', governance.pack('douyin.health'), NULL, '{}', pg_temp.v('2024-01-01', 'medium', 3)),
('DYH-B', governance.pack('douyin.health'), NULL, '{}', pg_temp.f('followers', '1000000') || pg_temp.v('2024-01-01', 'severe', 8, '{"surcharge": 5}')),
('DYH-C', governance.pack('douyin.health'), NULL, '{}', pg_temp.f('peak_viewers', '50000') || pg_temp.f('professional_anchor', 'true') ||
	pg_temp.v('2024-01-01', 'severe', 8, '{"surcharge": 5}')),
('DYH-D', governance.pack('douyin.health'), '2024-01-31',
	'{watched 2024-01-03 00:00 .. 2024-01-05 00:00,unlisted 2024-01-05 00:00 .. 2024-01-07 00:00,no_income 2024-01-07 00:00 .. 2024-01-08 00:00,live_ban 2024-01-08 00:00 .. open}',
	pg_temp.f('followers', '2500000') ||
	(SELECT jsonb_agg(jsonb_build_object('at', '2024-01-0' || d, 'rule', 'severe', 'points', 8, 'surcharge', 5)) FROM generate_series(1, 8) d)),
-- the approval is lost: the cap falls and clips, and comes back without lifting what was lost
('DYH cap', governance.pack('douyin.health'), NULL, '{}', pg_temp.f('quality_anchor', 'true') || pg_temp.v('2024-01-01', 'minor', 1) ||
	'[{"at": "2024-02-01", "attribute": "quality_anchor", "value": false}, {"at": "2024-03-01", "attribute": "professional_anchor", "value": true}]');
INSERT INTO expected_score VALUES
('DYH-A', '2024-01-01', '97/100', 'clear'), ('DYH-B', '2024-01-01', '87/100', NULL), ('DYH-C', '2024-01-01', '107/120', NULL),
('DYH-D', '2024-01-01', '87/100', 'clear'), ('DYH-D', '2024-01-02', '74/100', 'clear'), ('DYH-D', '2024-01-03', '61/100', 'limited'), ('DYH-D', '2024-01-04', '48/100', 'limited'),
('DYH-D', '2024-01-05', '35/100', 'limited'), ('DYH-D', '2024-01-06', '22/100', 'limited'), ('DYH-D', '2024-01-07', '9/100', 'limited'), ('DYH-D', '2024-01-08', '0/100', 'revoked'),
('DYH cap', '2024-01-01', '109/110', NULL), ('DYH cap', '2024-02-01', '100/100', NULL), ('DYH cap', '2024-03-01', '120/120', NULL);

-- ---------------------------------------------------------------- WeChat Channels live
INSERT INTO scenario
SELECT 'WX-A', governance.pack('channels.live'), NULL, '{rate_limited 2024-01-06 00:00 .. open}',
	jsonb_agg(jsonb_build_object('at', '2024-01-0' || d, 'rule', 'minor', 'incident', d)) FROM generate_series(1, 6) d;
INSERT INTO scenario VALUES
-- below 65 the ban of the shipped document has 7 days; at 49 the one of 30 days follows
('WX-B', governance.pack('channels.live'), NULL,
	'{live_ban 2024-01-01 00:00 .. 2024-01-08 00:00,rate_limited 2024-01-01 00:00 .. open,live_ban_30 2024-01-02 00:00 .. 2024-02-01 00:00}',
	pg_temp.v('2024-01-01', 'severe') || pg_temp.v('2024-01-02', 'minor')),
('WX-C', governance.pack('channels.live'), NULL,
	'{live_ban 2024-01-01 00:00 .. 2024-01-08 00:00,rate_limited 2024-01-01 00:00 .. open,live_ban_for_ever 2024-01-02 00:00 .. open}',
	pg_temp.v('2024-01-01', 'severe') || pg_temp.v('2024-01-02', 'severe'));
INSERT INTO expected_score VALUES
('WX-A', '2024-01-05', '95/100', 'clear'), ('WX-A', '2024-01-06', '94/100', 'limited'),
('WX-B', '2024-01-01', '50/100', 'suspended'), ('WX-B', '2024-01-02', '49/100', 'suspended'),
('WX-C', '2024-01-02', '0/100', 'revoked');

-- ---------------------------------------------------------------- Weibo
INSERT INTO scenario VALUES
('WB-A', governance.pack('weibo.credit'), NULL, '{}',
	pg_temp.v('2024-03-01', 'rumour') || pg_temp.days('public_post', '2024-03-02', '2024-05-31')),
('WB-B', governance.pack('weibo.credit'), NULL, '{}',
	pg_temp.v('2024-03-01', 'rumour') || pg_temp.v('2024-03-22', 'minor', 2) || pg_temp.days('public_post', '2024-03-02', '2024-05-31')),
('WB-C', governance.pack('weibo.credit'), NULL, '{}',
	pg_temp.v('2024-03-01', 'rumour') || pg_temp.days('public_post', '2024-03-02', '2024-03-09') || pg_temp.days('public_post', '2024-03-20', '2024-05-31')),
('WB-D', governance.pack('weibo.credit'), NULL, '{level_1 2024-03-02 00:00 .. open}',
	pg_temp.v('2024-03-01', 'severe', 10) || pg_temp.v('2024-03-02', 'minor', 1));
INSERT INTO expected_score VALUES
('WB-A', '2024-03-01', '115/120', NULL), ('WB-A', '2024-03-08 23:59', '115/120', NULL), ('WB-A', '2024-03-09', '116/120', NULL), ('WB-A', '2024-03-16', '117/120', NULL),
('WB-A', '2024-03-23', '118/120', NULL), ('WB-A', '2024-03-30', '119/120', NULL), ('WB-A', '2024-04-05 23:59', '119/120', NULL), ('WB-A', '2024-04-06', '120/120', NULL), ('WB-A', '2024-06-30', '120/120', NULL),
('WB-B', '2024-03-21 23:59', '117/120', NULL), ('WB-B', '2024-03-22', '115/120', NULL), ('WB-B', '2024-03-23', '116/120', NULL), ('WB-B', '2024-03-30', '117/120', NULL),
('WB-B', '2024-04-06', '118/120', NULL), ('WB-B', '2024-04-13', '119/120', NULL), ('WB-B', '2024-04-19 23:59', '119/120', NULL), ('WB-B', '2024-04-20', '120/120', NULL),
('WB-C', '2024-04-15 23:59', '119/120', NULL), ('WB-C', '2024-04-16', '120/120', NULL),
('WB-D', '2024-03-01', '110/120', 'clear'), ('WB-D', '2024-03-02', '109/120', 'limited');

-- ---------------------------------------------------------------- AliExpress
INSERT INTO scenario VALUES
('AE-A', governance.pack('aliexpress.ip'), NULL,
	'{warning 2025-01-10 10:00 .. 2026-03-01 08:00,listing_blocked 2025-02-01 09:00 .. 2025-02-04 09:00,frozen_7 2025-03-01 08:00 .. 2025-03-08 08:00}',
	pg_temp.v('2025-01-10 10:00', 'prohibited.two') || pg_temp.v('2025-02-01 09:00', 'prohibited.six') || pg_temp.v('2025-03-01 08:00', 'prohibited.six')),
('AE-B', governance.pack('aliexpress.ip'), NULL, NULL,
	pg_temp.v('2025-05-01 10:00', 'prohibited.six') || pg_temp.v('2025-05-01 15:00', 'prohibited.six') ||
	pg_temp.v('2025-05-02 09:00', 'prohibited.two') || pg_temp.v('2025-05-02 11:00', 'prohibited.two')),
('AE-C', governance.pack('aliexpress.ip'), NULL, NULL,
	pg_temp.v('2025-01-05', 'trademark') || pg_temp.v('2025-01-20 09:00', 'patent') || pg_temp.v('2025-01-20 12:00', 'copyright')),
('AE-D', governance.pack('aliexpress.information'), NULL,
	'{frozen_7 2025-02-01 00:00 .. 2025-02-08 00:00,frozen_7 2025-03-01 00:00 .. 2025-03-08 00:00}',
	pg_temp.v('2025-02-01', 'mass_abuse') || pg_temp.v('2025-03-01', 'mass_abuse')),
('AE-E', governance.pack('aliexpress.severe_ip'), '2025-09-01', NULL,
	pg_temp.v('2025-01-01', 'severe') || pg_temp.v('2025-01-03', 'severe') || pg_temp.v('2025-04-01', 'severe') || pg_temp.v('2025-08-01', 'severe')),
('AE-F ip', governance.pack('aliexpress.ip'), NULL, '{frozen_30 2025-01-01 00:00 .. 2025-01-31 00:00,warning 2025-01-01 00:00 .. 2026-01-01 00:00}',
	pg_temp.v('2025-01-01', 'prohibited.serious', 36)),
('AE-F transaction', governance.pack('aliexpress.transaction'), NULL,
	'{frozen_14 2025-01-01 00:00 .. 2025-01-15 00:00,frozen_30 2025-01-02 00:00 .. 2025-02-01 00:00}',
	pg_temp.v('2025-01-01', 'fake_sales.serious') || pg_temp.v('2025-01-02', 'not_shipped', 12));
INSERT INTO expected_score VALUES
('AE-A', '2025-01-10 10:00', '2/48', 'warned'), ('AE-A', '2025-02-01 09:00', '8/48', 'limited'), ('AE-A', '2025-03-01 08:00', '14/48', 'suspended'),
('AE-A', '2025-03-08 08:00', '14/48', 'warned'),
('AE-A', '2026-01-10 09:59', '14/48', NULL), ('AE-A', '2026-01-10 10:00', '12/48', NULL), ('AE-A', '2026-02-01 09:00', '6/48', NULL), ('AE-A', '2026-03-01 07:59', '6/48', NULL), ('AE-A', '2026-03-01 08:00', '0/48', 'clear'),
('AE-B', '2025-05-01 10:00', '6/48', NULL), ('AE-B', '2025-05-01 15:00', '12/48', NULL), ('AE-B', '2025-05-02 09:00', '12/48', NULL), ('AE-B', '2025-05-02 11:00', '14/48', NULL),
('AE-C', '2025-01-05', '0/48', NULL), ('AE-C', '2025-01-20 09:00', '6/48', NULL), ('AE-C', '2025-01-20 12:00', '6/48', NULL),
('AE-D', '2025-02-01', '12/48', NULL), ('AE-D', '2025-03-01', '24/48', NULL),
('AE-E', '2025-01-01', '1/3', NULL), ('AE-E', '2025-01-03', '1/3', NULL), ('AE-E', '2025-04-01', '2/3', NULL), ('AE-E', '2025-08-01', '3/3', 'banned'),
('AE-F ip', '2025-01-01', '36/48', 'suspended'), ('AE-F transaction', '2025-01-02', '36/48', 'suspended');

-- ---------------------------------------------------------------- Toutiao
INSERT INTO scenario VALUES
('TT-A', governance.pack('toutiao.credit'), NULL, NULL, pg_temp.v('2023-10-01', 'other', 20)),
('TT-A evening', governance.pack('toutiao.credit'), NULL, NULL, pg_temp.v('2023-10-01 20:15', 'other', 20)),
('TT-B', governance.pack('toutiao.credit'), NULL, NULL, pg_temp.v('2023-10-01', 'other', 20) || pg_temp.v('2023-10-05', 'other', 20)),
('TT-C', governance.pack('toutiao.credit'), NULL, NULL, pg_temp.v('2023-10-01', 'other', 20) || pg_temp.v('2023-10-14', 'other', 20));
INSERT INTO expected_score VALUES
('TT-A', '2023-10-10 23:59', '80/100', NULL), ('TT-A', '2023-10-11', '81/100', NULL), ('TT-A', '2023-10-12 23:59', '81/100', NULL), ('TT-A', '2023-10-13', '82/100', NULL),
('TT-A evening', '2023-10-10 23:59', '80/100', NULL), ('TT-A evening', '2023-10-11', '81/100', NULL), ('TT-A evening', '2023-10-13', '82/100', NULL),
('TT-B', '2023-10-14 23:59', '60/100', NULL), ('TT-B', '2023-10-15', '61/100', NULL), ('TT-B', '2023-10-16 23:59', '61/100', NULL), ('TT-B', '2023-10-17', '62/100', NULL),
('TT-C', '2023-10-11', '81/100', NULL), ('TT-C', '2023-10-13', '82/100', NULL), ('TT-C', '2023-10-14', '62/100', NULL),
('TT-C', '2023-10-23 23:59', '62/100', NULL), ('TT-C', '2023-10-24', '63/100', NULL), ('TT-C', '2023-10-25 23:59', '63/100', NULL), ('TT-C', '2023-10-26', '64/100', NULL);

-- ---------------------------------------------------------------- FIA
INSERT INTO scenario VALUES
('FIA-A', governance.pack('fia.superlicence'), '2026-01-01', '{ban 2024-09-01 00:00 .. 2024-09-15 00:00}',
	pg_temp.v('2024-03-02', 'other', 3) || pg_temp.v('2024-05-05', 'other', 3) || pg_temp.v('2024-07-07', 'other', 4) || pg_temp.v('2024-09-01', 'other', 2) ||
	pg_temp.a('2024-08-25', 'event') || pg_temp.a('2024-09-15', 'event')),
('FIA-B', governance.pack('fia.superlicence'), '2026-01-01', '{}',
	pg_temp.v('2024-03-02', 'other', 3) || pg_temp.v('2024-05-05', 'other', 3) || pg_temp.v('2024-07-07', 'other', 4) || pg_temp.v('2025-03-16', 'other', 2)),
('FIA-C', governance.pack('fia.superlicence'), '2026-01-01', '{ban 2024-09-01 00:00 .. 2024-09-15 00:00}',
	pg_temp.v('2024-03-02', 'other', 3) || pg_temp.v('2024-05-05', 'other', 3) || pg_temp.v('2024-07-07', 'other', 4) || pg_temp.v('2024-09-01', 'other', 3) ||
	pg_temp.a('2024-09-15', 'event'));
INSERT INTO expected_score VALUES
('FIA-A', '2024-09-01', '12/12', 'suspended'), ('FIA-A', '2024-09-14', '12/12', 'suspended'), ('FIA-A', '2024-09-15', '0/12', 'clear'), ('FIA-A', '2025-12-01', '0/12', 'clear'),
('FIA-B', '2024-07-07', '10/12', NULL), ('FIA-B', '2025-03-01', '10/12', NULL), ('FIA-B', '2025-03-02', '7/12', NULL), ('FIA-B', '2025-03-16', '9/12', NULL),
('FIA-C', '2024-09-01', '13/12', 'suspended'), ('FIA-C', '2024-09-15', '1/12', 'clear'), ('FIA-C', '2025-08-31', '1/12', NULL), ('FIA-C', '2025-09-01', '0/12', NULL);

-- ---------------------------------------------------------------- YouTube
INSERT INTO scenario VALUES
('YT-A', governance.pack('youtube.community'), '2024-04-21', NULL,
	pg_temp.v('2024-01-10', 'spam') || pg_temp.v('2024-02-01', 'spam') || pg_temp.v('2024-03-15', 'spam') || pg_temp.v('2024-04-20', 'spam')),
('YT-B', governance.pack('youtube.community'), '2024-05-21', NULL,
	pg_temp.v('2024-01-10', 'spam') || pg_temp.v('2024-02-01', 'spam') || pg_temp.v('2024-03-15', 'spam') || pg_temp.v('2024-05-05', 'spam')),
('YT-C alone', governance.pack('youtube.community'), '2024-12-31', '{warning 2024-01-10 00:00 .. 2024-04-19 00:00}',
	pg_temp.v('2024-01-10', 'spam') || pg_temp.a('2024-01-20', 'training')),
('YT-C same', governance.pack('youtube.community'), '2024-03-31', NULL,
	pg_temp.v('2024-01-10', 'spam') || pg_temp.a('2024-01-20', 'training') || pg_temp.v('2024-03-01', 'spam')),
('YT-C other', governance.pack('youtube.community'), '2024-12-31', '{warning 2024-01-10 00:00 .. open}',
	pg_temp.v('2024-01-10', 'spam') || pg_temp.a('2024-01-20', 'training') || pg_temp.v('2024-03-01', 'hate')),
('YT-D', governance.pack('youtube.copyright'), '2024-04-30', '{strikes 2024-02-01 00:00 .. open,courtesy 2024-04-01 00:00 .. 2024-04-08 00:00}',
	pg_temp.f('partner', 'true') || pg_temp.v('2024-02-01', 'takedown') || pg_temp.v('2024-03-01', 'takedown') ||
	pg_temp.v('2024-04-01', 'takedown', NULL, '{"id": 3}') || pg_temp.a('2024-04-05', 'retraction', '{"violation": 3}')),
('YT-D lost', governance.pack('youtube.copyright'), '2024-04-30',
	'{strikes 2024-02-01 00:00 .. open,courtesy 2024-04-01 00:00 .. 2024-04-08 00:00,terminated 2024-04-08 00:00 .. open}',
	pg_temp.f('partner', 'true') || pg_temp.v('2024-02-01', 'takedown') || pg_temp.v('2024-03-01', 'takedown') || pg_temp.v('2024-04-01', 'takedown'));
UPDATE scenario SET sanctions = '{warning 2024-01-10 00:00 .. open,first_strike 2024-02-01 00:00 .. 2024-02-08 00:00,second_strike 2024-03-15 00:00 .. 2024-03-29 00:00,terminated 2024-04-20 00:00 .. open}' WHERE id = 'YT-A';
UPDATE scenario SET sanctions = '{warning 2024-01-10 00:00 .. open,first_strike 2024-02-01 00:00 .. 2024-02-08 00:00,second_strike 2024-03-15 00:00 .. 2024-03-29 00:00,second_strike 2024-05-05 00:00 .. 2024-05-19 00:00}' WHERE id = 'YT-B';
UPDATE scenario SET sanctions = '{warning 2024-01-10 00:00 .. open,first_strike 2024-03-01 00:00 .. 2024-03-08 00:00}' WHERE id = 'YT-C same';
INSERT INTO expected_score VALUES
('YT-A', '2024-01-10', '0/3', 'warned'), ('YT-A', '2024-02-01', '1/3', 'suspended'), ('YT-A', '2024-02-08', '1/3', 'warned'), ('YT-A', '2024-03-15', '2/3', 'suspended'), ('YT-A', '2024-04-20', '3/3', 'banned'),
('YT-B', '2024-04-30 23:59', '2/3', NULL), ('YT-B', '2024-05-01', '1/3', NULL), ('YT-B', '2024-05-05', '2/3', 'suspended'),
('YT-C alone', '2024-04-18 23:59', '0/3', 'warned'), ('YT-C alone', '2024-04-19', '0/3', 'clear'),
('YT-C same', '2024-03-01', '1/3', 'suspended'), ('YT-C other', '2024-03-01', '0/3', 'warned'),
('YT-D', '2024-04-01', '3/3', 'suspended'), ('YT-D', '2024-04-05', '2/3', NULL), ('YT-D', '2024-04-08', '2/3', 'warned'), ('YT-D lost', '2024-04-08', '3/3', 'banned');

-- ---------------------------------------------------------------- run and compare
CREATE TEMPORARY TABLE outcome AS
	SELECT s.id, r.ordinality AS n, r.at AT TIME ZONE z.zone AS local, r.what, r.entry, r.delta, r.score, r.tier, r.rung,
		   r.starts AT TIME ZONE z.zone AS starts, r.ends AT TIME ZONE z.zone AS ends, r.detail
	FROM scenario s
	CROSS JOIN LATERAL (SELECT coalesce(s.document ->> 'time_zone', 'UTC') AS zone) z
	CROSS JOIN LATERAL governance.dry_run(s.document, s.events, s.until::timestamp AT TIME ZONE z.zone, true) WITH ORDINALITY AS r;

\set ECHO queries
-- scores and tiers that differ
SELECT e.id, e.at, e.score AS expected, o.score AS got, e.tier AS expected_tier, o.tier AS got_tier
	FROM expected_score e
	LEFT JOIN LATERAL (SELECT * FROM outcome o WHERE o.id = e.id AND o.local <= e.at::timestamp ORDER BY n DESC LIMIT 1) o ON true
	WHERE o.score::text IS DISTINCT FROM e.score OR o.tier::text <> e.tier
	ORDER BY e.id, e.at;

-- rows that are missing
SELECT e.* FROM expected_row e
	WHERE NOT EXISTS (SELECT FROM outcome o WHERE o.id = e.id AND o.local = e.at::timestamp AND o.what = e.what AND o.detail = e.detail)
	ORDER BY e.id, e.at;

-- sanctions that differ: each as it stands at the end, those of no length left out
WITH last AS (
	SELECT DISTINCT ON (id, rung, starts) id, rung, starts, ends FROM outcome
		WHERE what IN ('sanction', 'change', 'end', 'release') ORDER BY id, rung, starts, n DESC),
got AS (
	SELECT s.id, s.sanctions, coalesce(array_agg(
			l.rung || ' ' || to_char(l.starts, 'YYYY-MM-DD HH24:MI') || ' .. ' ||
			CASE WHEN l.ends = 'infinity' THEN 'open' ELSE to_char(l.ends, 'YYYY-MM-DD HH24:MI') END
			ORDER BY l.starts, l.rung) FILTER (WHERE l.rung IS NOT NULL), '{}') AS got
	FROM scenario s LEFT JOIN last l ON l.id = s.id AND l.ends > l.starts GROUP BY s.id)
SELECT id, sanctions AS expected, got FROM got WHERE sanctions IS NOT NULL AND got <> sanctions ORDER BY id;

SELECT (SELECT count(*) FROM scenario) AS scenarios, (SELECT count(*) FROM expected_score) AS scores,
	   (SELECT count(*) FROM scenario WHERE sanctions IS NOT NULL) AS ladders, (SELECT count(*) FROM expected_row) AS rows;

-- DYH-E: outside the range
SELECT * FROM governance.dry_run(governance.pack('douyin.health'), '[{"at": "2024-01-01", "rule": "medium", "points": 5}]');
SELECT * FROM governance.dry_run(governance.pack('douyin.health'), '[{"at": "2024-01-01", "rule": "severe", "points": 3}]');

-- What an event says wrongly is named, with what would be right.  A fact opens a
-- rung before any entry, but not one that holds at the opening.
CREATE TEMP TABLE stars AS SELECT '{
	"scheme": "t.stars", "score": {"cap": 100}, "activities": ["registered"],
	"attributes": {"stars": "number", "since": "date", "vip": "boolean"},
	"rules": {"rude": {"title": "rude", "points": 5}},
	"relief": [{"on": "excused", "void": "entry"}],
	"ladder": [{"rung": "off", "tier": "suspended", "when": "stars < 4", "for": "7 days"}]}'::jsonb AS document;
SELECT d.* FROM stars, governance.dry_run(document, '[{"at": "2024-01-01", "attribute": "stars", "value": "four"}]') AS d;
SELECT d.* FROM stars, governance.dry_run(document, '[{"attribute": "since", "value": "soon"}]') AS d;
SELECT d.* FROM stars, governance.dry_run(document, '[{"attribute": "vip", "value": 7}]') AS d;
SELECT d.* FROM stars, governance.dry_run(document, '[{"attribute": "followers", "value": 7}]') AS d;
SELECT d.* FROM stars, governance.dry_run(document, '[{"at": "2024-01-01", "release": "on"}]') AS d;
SELECT d.* FROM stars, governance.dry_run(document, '[{"at": "2024-01-01", "rule": "rude", "points": 6}]') AS d;
SELECT d.* FROM stars, governance.dry_run(document, '[{"at": "2024-01-01", "rule": "rude"}, {"at": "2024-01-02", "overturn": 2}]') AS d;
SELECT d.at, d.what, d.tier FROM stars, governance.dry_run(document, '[{"opened": "2023-12-31"},
	{"at": "2024-01-01", "attribute": "stars", "value": 3}, {"at": "2024-02-01", "rule": "rude"}]', '2024-01-02') AS d;
SELECT d.at, d.what, d.tier FROM stars, governance.dry_run(document, '[{"opened": "2024-01-01"},
	{"at": "2024-01-01", "attribute": "stars", "value": 3}, {"at": "2024-02-01", "rule": "rude"}]', '2024-02-02') AS d;
SELECT d.at, d.what, d.tier FROM stars, governance.dry_run(document, '[{"at": "2024-01-01", "activity": "registered"},
	{"at": "2024-01-02", "attribute": "stars", "value": 3}]', '2024-01-03') AS d;
