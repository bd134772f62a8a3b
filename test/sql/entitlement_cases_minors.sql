-- Worked examples of entitlements: minors.  Each is an example of a document, tried
-- without a ledger and played by calls (test/lib/entitlement_play.sql).
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set play :abs_srcdir '/lib/entitlement_play.sql'
\i :play

-- statutory holidays and weekend days that are worked on
SELECT governance.holiday('cn', '2020-10-01', '2020-10-08'), governance.holiday('cn', '2021-09-19', '2021-09-21'),
	governance.holiday('cn', '2021-10-01', '2021-10-07'), governance.holiday('cn', '2023-01-21', '2023-01-27'),
	governance.holiday('cn', '2024-09-15', '2024-09-17'), governance.holiday('cn', '2024-10-01', '2024-10-07');
SELECT governance.holiday('cn', d, working => true)
	FROM unnest('{2021-09-18,2021-09-26,2021-10-09,2023-01-28,2023-01-29,2024-09-14,2024-09-29,2024-10-12}'::date[]) d;

INSERT INTO play.document VALUES
('minor_mode.counted', jsonb_set(governance.pack('cn.minor_mode_2024'), '{pools,device,counting}', '["app.*", "app.homework"]')),
('minor_mode.time_only', jsonb_set(governance.pack('cn.minor_mode_2024'), '{pools,device,at_most,1}',
	'{"name": "rest", "amount": 30, "per": "day", "on_reaching": "warn", "repeat": "each"}')),
('minor_mode.open', governance.pack('cn.minor_mode_2024') #- '{pools,device,closed}' #- '{examples}'),
('kr.shutdown', '{"entitlement": "kr.shutdown", "time_zone": "Asia/Seoul", "attributes": {"born": "date"}, "applies": "age(born) < 16",
 "capabilities": {"play": {"unit": "minutes", "closed": ["00:00-06:00"], "consent": {"guardian": ["hours"]}}}}'),
('tiktok.teens', '{"entitlement": "tiktok.teens", "time_zone": {"attribute": "zone", "else": "UTC"},
 "attributes": {"born": "date", "zone": "text", "no_limit": {"type": "boolean", "default": false}},
 "facets": {"years": "age(born)"}, "applies": "years < 18",
 "capabilities": {
   "watch": {"unit": "minutes", "at_most": [
      {"name": "day", "amount": 60, "per": "day", "when": "not no_limit"},
      {"name": "reminder", "amount": 100, "per": "day", "when": "no_limit", "on_reaching": "warn"}],
     "set_by": {"guardian": ["day"]},
     "consent": [{"by": "guardian", "may": ["day"], "each": 30}, {"by": "self", "may": ["day"], "when": "years >= 13"}]},
   "push": {"hours": [{"when": "years >= 16", "use": ["00:00-22:00"]}, {"use": ["00:00-21:00"]}]},
   "message": {"require": "years >= 16"},
   "gift": false}}'),
('instagram.teen', '{"entitlement": "instagram.teen", "attributes": {"born": "date", "followed": {"type": "number", "default": 0}},
 "facets": {"years": "age(born)"},
 "pools": {"quiet": {"closed": [{"at": "22:00-07:00", "when": "years < 18"}],
   "consent": [{"by": "guardian", "may": ["hours"]}, {"by": "self", "may": ["hours"], "when": "years >= 16"}]}},
 "capabilities": {"notify": {"pool": "quiet"},
   "use_app": {"unit": "minutes", "at_most": [{"name": "reminder", "amount": 60, "per": "day", "on_reaching": "warn"}]},
   "follow": {"at_most": ["7500 held"]}}}'),
('youtube.shorts', '{"entitlement": "youtube.shorts", "capabilities": {"watch_long": true,
   "shorts": {"unit": "minutes", "at_most": [{"name": "day", "per": "day"}], "set_by": {"guardian": ["day"]}, "consent": {"guardian": ["day"]}}}}');

-- ------------------------------------------------------------ teen mode
INSERT INTO play.example (id, document, facts, events, expect)
SELECT id, 'channels.teen', '{"teen_mode": true, "born": "2010-03-05", "real_name": true}', events::jsonb, expect::jsonb
FROM (VALUES
('TM-1', '[]',
	'[{"at": "2024-03-04 07:00", "ask": "watch", "permits": true, "until": "2024-03-04 07:40", "because": "day", "remaining": 40}]'),
('TM-2', '[{"at": "2024-03-04 08:00", "use": "watch", "amount": 25}]',
	'[{"at": "2024-03-04 21:40", "ask": "watch", "permits": true, "until": "2024-03-04 21:55", "because": "day"},
	  {"at": "2024-03-04 21:50", "ask": "watch", "permits": true, "until": "2024-03-04 22:00", "because": "hours", "remaining": 15},
	  {"at": "2024-03-05 06:00", "ask": "watch", "permits": true, "until": "2024-03-05 06:40", "remaining": 40}]'),
('TM-3', '[{"at": "2024-03-04 08:00", "use": "watch", "amount": 40}]',
	'[{"at": "2024-03-04 12:00", "ask": "watch", "permits": false, "because": "day", "remaining": 0, "again": "2024-03-05 06:00",
	   "rules": {"day": {"used": 40, "limit": 40, "remaining": 0, "resets_at": "2024-03-05 00:00"}}}]'),
('TM-4', '[]',
	'[{"at": "2024-03-05 00:30", "ask": "watch", "permits": false, "because": "hours", "remaining": 40, "again": "2024-03-05 06:00"}]'),
('TM-5', '[{"at": "2024-03-04 08:00", "use": "watch", "amount": 40},
	  {"at": "2024-03-04 12:00", "grant": "watch", "amount": 30, "until": "2024-03-05 00:00", "by": "guardian"},
	  {"at": "2024-03-04 12:05", "begin": "watch"}, {"at": "2024-03-04 12:15", "end": "watch"}]',
	'[{"at": "2024-03-04 12:00", "ask": "watch", "permits": true, "until": "2024-03-04 12:30"},
	  {"at": "2024-03-04 21:50", "ask": "watch", "permits": true, "until": "2024-03-04 22:00", "because": "hours", "remaining": 20}]'),
('TM-6', '[{"at": "2024-03-04 08:00", "use": "watch", "amount": 40},
	  {"at": "2024-03-04 12:00", "grant": "watch", "amount": 30, "until": "2024-03-05 00:00", "by": "guardian"},
	  {"at": "2024-03-04 12:05", "begin": "watch"}, {"at": "2024-03-04 12:15", "end": "watch"},
	  {"at": "2024-03-04 22:30", "consent": "watch", "may": "hours", "until": "2024-03-04 23:00", "by": "guardian"}]',
	'[{"at": "2024-03-04 22:29", "ask": "watch", "permits": false, "because": "hours", "remaining": 20, "consent": ["guardian:hours"]},
	  {"at": "2024-03-04 22:30", "ask": "watch", "permits": true, "until": "2024-03-04 22:50", "because": "day", "remaining": 20}]'),
('TM-7', '[{"at": "2024-03-04 08:00", "use": "watch", "amount": 25}, {"at": "2024-03-04 09:00", "use": "live", "amount": 15}]',
	'[{"at": "2024-03-04 10:00", "ask": "watch", "permits": false, "because": "day", "remaining": 0},
	  {"at": "2024-03-04 10:00", "ask": "live", "permits": false, "because": "day", "remaining": 0}]'),
('TM-8', '[]',
	'[{"at": "2024-03-04 12:00", "ask": "leave_mode", "permits": false, "because": "of_age", "again": "2024-03-05 00:00"},
	  {"at": "2024-03-05 00:00", "ask": "leave_mode", "permits": true}]'),
('TM-9', '[{"at": "2024-03-04 08:00", "begin": "watch", "place": "phone A"}, {"at": "2024-03-04 08:40", "end": "watch", "place": "phone A"}]',
	'[{"at": "2024-03-04 12:00", "ask": "watch", "place": "phone B", "permits": false, "because": "day", "remaining": 0}]')
) v(id, events, expect);

-- ------------------------------------------------------------ minor mode of devices
INSERT INTO play.example (id, document, facts, events, expect)
SELECT id, document, facts::jsonb, events::jsonb, expect::jsonb
FROM (VALUES
('MM-1', 'cn.minor_mode_2024', '{"born": "2012-06-01"}',
	'[{"at": "2024-10-14 10:00", "use": "app.a", "amount": 30}, {"at": "2024-10-14 11:00", "use": "app.b", "amount": 30}]',
	'[{"at": "2024-10-14 12:00", "ask": "app.a", "permits": false, "because": "day", "remaining": 0, "again": "2024-10-15 06:00"},
	  {"at": "2024-10-14 12:00", "ask": "app.c", "permits": false, "because": "day", "remaining": 0},
	  {"at": "2024-10-14 12:00", "ask": "app.emergency", "permits": true}]'),
('MM-2', 'cn.minor_mode_2024', '{"born": "2012-06-01"}',
	'[{"at": "2024-10-14 10:00", "use": "app.a", "amount": 50}, {"at": "2024-10-14 12:00", "use": "app.homework", "amount": 40}]',
	'[{"at": "2024-10-14 14:00", "ask": "app.a", "permits": true, "remaining": 10, "rules": {"day": {"used": 50}}}]'),
('MM-2', 'minor_mode.counted', '{"born": "2012-06-01"}',
	'[{"at": "2024-10-14 10:00", "use": "app.a", "amount": 50}, {"at": "2024-10-14 12:00", "use": "app.homework", "amount": 40}]',
	'[{"at": "2024-10-14 14:00", "ask": "app.a", "permits": false, "because": "day", "remaining": 0},
	  {"at": "2024-10-14 14:00", "ask": "app.homework", "permits": true}]'),
('MM-3', 'cn.minor_mode_2024', '{"born": "2007-06-01"}',
	'[{"at": "2024-10-14 10:00", "begin": "app.a"}, {"at": "2024-10-14 10:20", "end": "app.a"},
	  {"at": "2024-10-14 10:25", "begin": "app.a"}, {"at": "2024-10-14 11:10", "end": "app.a"}]',
	'[{"at": "2024-10-14 10:35", "ask": "app.a", "permits": true, "warnings": []},
	  {"at": "2024-10-14 10:54", "ask": "app.a", "permits": true, "warnings": []},
	  {"at": "2024-10-14 10:55", "ask": "app.a", "permits": true, "warnings": ["rest"]}]'),
('MM-3', 'minor_mode.time_only', '{"born": "2007-06-01"}',
	'[{"at": "2024-10-14 10:00", "begin": "app.a"}, {"at": "2024-10-14 10:20", "end": "app.a"},
	  {"at": "2024-10-14 10:25", "begin": "app.a"}, {"at": "2024-10-14 11:10", "end": "app.a"}]',
	'[{"at": "2024-10-14 10:34", "ask": "app.a", "permits": true, "warnings": []},
	  {"at": "2024-10-14 10:35", "ask": "app.a", "permits": true, "warnings": ["rest"]},
	  {"at": "2024-10-14 11:05", "ask": "app.a", "permits": true, "warnings": ["rest"]}]'),
('MM-4', 'minor_mode.open', '{"born": "2016-12-01"}',
	'[{"at": "2024-11-30 20:00", "use": "app.a", "amount": 38}]',
	'[{"at": "2024-11-30 23:58", "ask": "app.a", "permits": true, "until": "2024-12-01 00:00", "remaining": 2},
	  {"at": "2024-12-01 00:00", "ask": "app.a", "permits": true, "remaining": 60, "until": "2024-12-01 01:00"}]'),
('MM-5', 'minor_mode.open', '{"born": "2008-12-01"}', '[]',
	'[{"at": "2024-11-30 23:59", "ask": "app.a", "permits": true, "rules": {"day": {"limit": 60}}},
	  {"at": "2024-12-01 00:00", "ask": "app.a", "permits": true, "remaining": 120, "rules": {"day": {"limit": 120}}}]'),
('MM-6', 'cn.minor_mode_2024', '{"born": "2012-06-01"}',
	'[{"at": "2024-10-14 09:00", "set": "app.a", "rule": "day", "amount": 90, "until": "2024-10-15 00:00", "by": "guardian"},
	  {"at": "2024-10-14 10:00", "use": "app.a", "amount": 75}]',
	'[{"at": "2024-10-14 12:00", "ask": "app.a", "permits": true, "remaining": 15, "until": "2024-10-14 12:15"},
	  {"at": "2024-10-15 06:00", "ask": "app.a", "permits": true, "remaining": 60}]')
) v(id, document, facts, events, expect);

-- ------------------------------------------------------------ games, 2019
INSERT INTO play.example (id, document, facts, events, expect)
SELECT id, 'cn.games_2019', facts::jsonb, events::jsonb, expect::jsonb
FROM (VALUES
('G9-1', '{"born": "2006-01-01", "real_name": true}', '[]',
	'[{"at": "2020-03-10 18:00", "ask": "play", "permits": true, "until": "2020-03-10 19:30", "because": "day"}]'),
('G9-2', '{"born": "2006-01-01", "real_name": true}', '[{"at": "2020-03-10 18:00", "use": "play", "amount": 30}]',
	'[{"at": "2020-03-10 21:00", "ask": "play", "permits": true, "until": "2020-03-10 22:00"},
	  {"at": "2020-03-10 21:30", "ask": "play", "permits": true, "until": "2020-03-10 22:00", "because": "closed", "remaining": 60},
	  {"at": "2020-03-11 08:00", "ask": "play", "permits": true, "remaining": 90}]'),
('G9-3', '{"born": "2006-01-01", "real_name": true}', '[]',
	'[{"at": "2020-10-01 08:00", "ask": "play", "permits": true, "until": "2020-10-01 11:00", "because": "day", "remaining": 180}]'),
('G9-4', '{"born": "2006-01-01", "real_name": true}', '[]',
	'[{"at": "2020-03-14 09:00", "ask": "play", "permits": true, "until": "2020-03-14 10:30", "remaining": 90}]'),
('G9-5', '{"born": "2008-01-01", "real_name": true}',
	'[{"at": "2020-03-02 10:00", "use": "spend", "amount": 50}, {"at": "2020-03-09 10:00", "use": "spend", "amount": 50},
	  {"at": "2020-03-16 10:00", "use": "spend", "amount": 50}, {"at": "2020-03-23 10:00", "use": "spend", "amount": 30},
	  {"at": "2020-03-28 11:00", "use": "spend", "amount": 20}]',
	'[{"at": "2020-03-28 10:00", "ask": "spend", "amount": 30, "permits": false, "because": "month", "remaining": 20, "again": "2020-04-01 00:00",
	   "rules": {"month": {"used": 180, "remaining": 20}}},
	  {"at": "2020-03-28 10:00", "ask": "spend", "amount": 20, "permits": true},
	  {"at": "2020-03-28 11:00", "ask": "spend", "amount": 1, "permits": false, "remaining": 0, "rules": {"month": {"used": 200}}},
	  {"at": "2020-04-01 00:00", "ask": "spend", "amount": 50, "permits": true}]'),
('G9-6', '{"born": "2008-01-01", "real_name": true}', '[]',
	'[{"at": "2020-03-02 10:00", "ask": "spend", "amount": 51, "permits": false, "because": "single", "again": "2024-01-01 00:00",
	   "rules": {"month": {"remaining": 200}}}]'),
-- 101 is also more than what is left of the month: every rule that refuses is named
('G9-7', '{"born": "2004-03-15", "real_name": true}',
	'[{"at": "2020-03-02 10:00", "use": "spend", "amount": 50}, {"at": "2020-03-04 10:00", "use": "spend", "amount": 50},
	  {"at": "2020-03-06 10:00", "use": "spend", "amount": 50}, {"at": "2020-03-10 10:00", "use": "spend", "amount": 50},
	  {"at": "2020-03-15 12:00", "use": "spend", "amount": 100}]',
	'[{"at": "2020-03-14 12:00", "ask": "spend", "amount": 10, "permits": false, "because": "month", "again": "2020-03-15 00:00"},
	  {"at": "2020-03-15 10:00", "ask": "spend", "amount": 100, "permits": true},
	  {"at": "2020-03-15 12:00", "ask": "spend", "amount": 100, "permits": true, "rules": {"month": {"used": 300, "limit": 400}}},
	  {"at": "2020-03-15 12:00", "ask": "spend", "amount": 101, "permits": false, "because": ["single", "month"]}]'),
('G9-8', '{"born": "2013-05-01", "real_name": true}', '[]',
	'[{"at": "2020-05-01 12:00", "ask": "spend", "amount": 1, "permits": false, "because": "from_8", "again": "2021-05-01 00:00"}]')
) v(id, facts, events, expect);

-- ------------------------------------------------------------ games, 2021
INSERT INTO play.example (id, document, facts, expect)
SELECT id, document, facts::jsonb, expect::jsonb
FROM (VALUES
('GN-1', 'cn.games_2021', '{"born": "2006-01-01"}',
	'[{"at": "2021-10-09 20:30", "ask": "play", "permits": false, "because": "hours", "again": "2021-10-10 20:00"}]'),
('GN-2', 'cn.games_2021', '{"born": "2006-01-01"}',
	'[{"at": "2021-10-05 20:15", "ask": "play", "permits": true, "until": "2021-10-05 21:00", "because": "hours"}]'),
('GN-3', 'cn.games_2021', '{"born": "2006-01-01"}',
	'[{"at": "2021-10-08 20:00", "ask": "play", "permits": true, "until": "2021-10-08 21:00"},
	  {"at": "2021-10-08 21:00", "ask": "play", "permits": false, "again": "2021-10-10 20:00"}]'),
('GN-4', 'cn.games_2021', '{"born": "2006-01-01"}',
	'[{"at": "2021-09-26 20:10", "ask": "play", "permits": false, "again": "2021-10-01 20:00"}]'),
('GN-6', 'cn.games_2021', '{"born": "2008-01-01"}',
	'[{"at": "2024-09-29 20:10", "ask": "play", "permits": false, "again": "2024-10-01 20:00"}]'),
('GN-8', 'cn.games_2019 cn.games_2021', '{"born": "2006-01-01", "real_name": true}',
	'[{"at": "2021-09-07 18:00", "ask": "play", "permits": false, "because": "cn.games_2021.play.hours", "remaining": 90, "again": "2021-09-10 20:00"}]'),
('GN-9', 'cn.games_2019 cn.games_2021', '{"real_name": true}',
	'[{"at": "2021-09-07 18:00", "ask": "spend", "amount": 1, "permits": false, "because": "from_8"},
	  {"at": "2021-09-07 18:00", "ask": "play", "permits": false, "because": "hours"},
	  {"at": "2021-09-10 20:15", "ask": "play", "permits": true, "until": "2021-09-10 21:00"}]')
) v(id, document, facts, expect);

-- every hour that is open, and none besides: 14 and 11
INSERT INTO play.example (id, document, facts, expect)
SELECT v.id, 'cn.games_2021', '{"born": "2008-01-01"}',
	(SELECT jsonb_agg(jsonb_build_object('at', to_char(t, 'YYYY-MM-DD HH24:MI'), 'ask', 'play',
			'permits', t::date = ANY (v.open) AND extract(hour FROM t) = 20) ORDER BY t)
		FROM generate_series(v.since, v.till + time '23:30', '30 minutes') t
		WHERE extract(hour FROM t) IN (0, 8, 19, 20, 21))
FROM (VALUES
('GN-5', date '2023-01-13', date '2023-02-05', '{2023-01-13,2023-01-14,2023-01-15,2023-01-20,2023-01-21,2023-01-22,2023-01-23,2023-01-24,
	2023-01-25,2023-01-26,2023-01-27,2023-02-03,2023-02-04,2023-02-05}'::date[]),
('GN-7', date '2021-09-24', date '2021-10-10', '{2021-09-24,2021-09-25,2021-10-01,2021-10-02,2021-10-03,2021-10-04,2021-10-05,2021-10-06,
	2021-10-07,2021-10-08,2021-10-10}'::date[])
) v(id, since, till, open);

-- ------------------------------------------------------------ Korea, Virginia, TikTok, Instagram, YouTube
INSERT INTO play.example (id, document, facts, events, expect)
SELECT id, document, facts::jsonb, events::jsonb, expect::jsonb
FROM (VALUES
('KR-1', 'kr.shutdown', '{"born": "1998-01-01"}', '[]',
	'[{"at": "2013-05-01 23:50", "ask": "play", "permits": true, "until": "2013-05-02 00:00"},
	  {"at": "2013-05-02 00:30", "ask": "play", "permits": false, "again": "2013-05-02 06:00"}]'),
('KR-2', 'kr.shutdown', '{"born": "1999-12-01"}',
	'[{"at": "2014-10-01 00:00", "consent": "play", "may": "hours", "by": "guardian"}]',
	'[{"at": "2014-10-02 00:30", "ask": "play", "permits": true}]'),
('KR-3', 'kr.shutdown', '{"born": "1997-05-02"}',
	'[{"at": "2013-05-01 23:00", "begin": "play"}, {"at": "2013-05-01 23:30", "touch": "play"}]',
	'[{"at": "2013-05-01 23:00", "ask": "play", "permits": true, "until": null},
	  {"at": "2013-05-01 23:30", "ask": "play", "permits": true, "until": null}]'),
-- without a look at what comes after it; entitlement_versions has the version that ends
('KR-4', 'kr.shutdown', '{"born": "2006-06-01"}', '[]',
	'[{"at": "2021-12-31 23:59", "ask": "play", "permits": true, "until": "2022-01-01 00:00"}]'),
('VA-1', 'us.virginia_minors', '{"born": "2011-01-01"}', '[{"at": "2026-02-03 10:00", "use": "service.a", "amount": 60}]',
	'[{"at": "2026-02-03 12:00", "ask": "service.a", "permits": false, "remaining": 0, "because": "day"},
	  {"at": "2026-02-03 12:00", "ask": "service.b", "permits": true, "remaining": 60}]'),
('VA-2', 'us.virginia_minors', '{"born": "2011-01-01"}', '[]',
	'[{"at": "2026-03-08 01:30-05", "ask": "service.a", "permits": true, "until": "2026-03-08 03:30-04", "remaining": 60},
	  {"at": "2026-11-01 01:30-04", "ask": "service.a", "permits": true, "until": "2026-11-01 01:30-05", "remaining": 60}]'),
('VA-3', 'us.virginia_minors', '{"born": "2011-01-01"}', '[]',
	'[{"at": "2026-03-07 12:00", "ask": "service.a", "rules": {"day": {"limit": 60, "resets_at": "2026-03-08 00:00-05"}}},
	  {"at": "2026-03-08 12:00", "ask": "service.a", "rules": {"day": {"limit": 60, "resets_at": "2026-03-09 00:00-04"}}},
	  {"at": "2026-10-31 12:00", "ask": "service.a", "rules": {"day": {"limit": 60, "resets_at": "2026-11-01 00:00-04"}}},
	  {"at": "2026-11-01 12:00", "ask": "service.a", "rules": {"day": {"limit": 60, "resets_at": "2026-11-02 00:00-05"}}}]'),
('VA-4', 'us.virginia_minors', '{"born": "2011-01-01"}',
	'[{"at": "2026-02-03 09:00", "set": "service.a", "rule": "day", "amount": 90, "by": "guardian"},
	  {"at": "2026-02-03 10:00", "use": "service.a", "amount": 45},
	  {"at": "2026-02-03 12:00", "set": "service.a", "rule": "day", "amount": 30, "by": "guardian"}]',
	'[{"at": "2026-02-03 11:00", "ask": "service.a", "permits": true, "remaining": 45},
	  {"at": "2026-02-03 12:00", "ask": "service.a", "permits": false, "remaining": 0}]'),
('TT-1', 'tiktok.teens', '{"born": "2012-01-01"}',
	'[{"at": "2024-06-03 15:00", "use": "watch", "amount": 60},
	  {"at": "2024-06-03 17:00", "grant": "watch", "amount": 30, "until": "2024-06-04 00:00", "by": "guardian"},
	  {"at": "2024-06-03 17:10", "use": "watch", "amount": 30},
	  {"at": "2024-06-03 18:00", "grant": "watch", "amount": 30, "until": "2024-06-04 00:00", "by": "guardian"}]',
	'[{"at": "2024-06-03 16:59", "ask": "watch", "permits": false, "consent": ["guardian:day"]},
	  {"at": "2024-06-03 17:00", "ask": "watch", "permits": true, "until": "2024-06-03 17:30"},
	  {"at": "2024-06-03 17:30", "ask": "watch", "permits": false},
	  {"at": "2024-06-03 18:00", "ask": "watch", "permits": true, "until": "2024-06-03 18:30", "remaining": 30}]'),
('TT-2', 'tiktok.teens', '{"born": "2009-01-01"}',
	'[{"at": "2024-06-03 15:00", "use": "watch", "amount": 60},
	  {"at": "2024-06-03 17:00", "consent": "watch", "may": "day", "until": "2024-06-04 00:00", "by": "self"}]',
	'[{"at": "2024-06-03 16:59", "ask": "watch", "permits": false, "because": "day", "consent": ["guardian:day", "self:day"]},
	  {"at": "2024-06-03 17:00", "ask": "watch", "permits": true}]'),
('TT-3', 'tiktok.teens', '{"born": "2010-01-01"}', '[]',
	'[{"at": "2024-06-03 20:59", "ask": "push", "permits": true},
	  {"at": "2024-06-03 21:00", "ask": "push", "permits": false, "because": "hours", "again": "2024-06-04 00:00"}]'),
('TT-3', 'tiktok.teens', '{"born": "2008-01-01"}', '[]',
	'[{"at": "2024-06-03 21:59", "ask": "push", "permits": true},
	  {"at": "2024-06-03 22:00", "ask": "push", "permits": false, "because": "hours", "again": "2024-06-04 00:00"}]'),
('TT-4', 'tiktok.teens', '{"born": "2009-01-01"}',
	'[{"at": "2024-06-01 10:00", "set": "watch", "rule": "day", "amount": 120, "on": ["saturday", "sunday"], "by": "guardian"},
	  {"at": "2024-06-07 16:00", "use": "watch", "amount": 55},
	  {"at": "2024-06-07 23:50", "begin": "watch"}, {"at": "2024-06-07 23:55", "end": "watch"}]',
	'[{"at": "2024-06-07 23:49", "ask": "watch", "permits": true, "until": "2024-06-07 23:54", "because": "day"},
	  {"at": "2024-06-07 23:50", "ask": "watch", "permits": true, "until": "2024-06-07 23:55", "because": "day"},
	  {"at": "2024-06-07 23:55", "ask": "watch", "permits": false, "again": "2024-06-08 00:00"},
	  {"at": "2024-06-08 00:00", "ask": "watch", "permits": true, "remaining": 120},
	  {"at": "2024-06-10 00:00", "ask": "watch", "permits": true, "remaining": 60}]'),
('IG-1', 'instagram.teen', '{"born": "2009-01-01"}', '[]',
	'[{"at": "2024-10-01 23:00", "ask": "notify", "permits": false, "because": "closed", "consent": ["guardian:hours"], "again": "2024-10-02 07:00"}]'),
('IG-1', 'instagram.teen', '{"born": "2008-01-01"}',
	'[{"at": "2024-10-02 00:00", "consent": "notify", "may": "hours", "by": "self"}]',
	'[{"at": "2024-10-01 23:00", "ask": "notify", "permits": false, "because": "closed", "consent": ["guardian:hours", "self:hours"]},
	  {"at": "2024-10-02 00:00", "ask": "notify", "permits": true}]'),
('IG-2', 'instagram.teen', '{"born": "2009-01-01"}',
	'[{"at": "2024-10-01 12:00", "use": "use_app", "amount": 30}, {"at": "2024-10-01 14:00", "use": "use_app", "amount": 30}]',
	'[{"at": "2024-10-01 13:00", "ask": "use_app", "amount": 29, "permits": true, "warnings": []},
	  {"at": "2024-10-01 13:00", "ask": "use_app", "amount": 30, "permits": true, "warnings": ["reminder"]},
	  {"at": "2024-10-01 15:00", "ask": "use_app", "amount": 10, "permits": true, "warnings": []}]'),
('YS-1', 'youtube.shorts', '{}',
	'[{"at": "2026-02-01 00:00", "set": "shorts", "rule": "day", "amount": 30, "by": "guardian"}, {"at": "2026-02-03 10:00", "use": "shorts", "amount": 30}]',
	'[{"at": "2026-02-03 12:00", "ask": "shorts", "permits": false, "because": "day", "again": "2026-02-04 00:00", "consent": ["guardian:day"]},
	  {"at": "2026-02-03 12:00", "ask": "watch_long", "permits": true}]'),
('YS-2', 'youtube.shorts', '{}',
	'[{"at": "2026-02-01 00:00", "set": "shorts", "rule": "day", "amount": 30, "by": "guardian"}, {"at": "2026-02-03 09:00", "use": "shorts", "amount": 20},
	  {"at": "2026-02-03 10:00", "set": "shorts", "rule": "day", "amount": 0, "by": "guardian"}]',
	'[{"at": "2026-02-03 09:59", "ask": "shorts", "permits": true, "remaining": 10},
	  {"at": "2026-02-03 10:00", "ask": "shorts", "permits": false, "remaining": 0, "again": null, "consent": ["guardian:day"]}]')
) v(id, document, facts, events, expect);

\i :play_end
