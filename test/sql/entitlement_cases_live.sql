-- Worked examples of entitlements: live streams, drivers, gambling.  Each is an
-- example of a document, tried without a ledger and played by calls
-- (test/lib/entitlement_play.sql).
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set play :abs_srcdir '/lib/entitlement_play.sql'
\i :play

INSERT INTO play.document VALUES
('live.received', jsonb_set(governance.pack('live.graded') #- '{examples}', '{capabilities,tip,at_most}',
	jsonb_build_array(governance.pack('live.graded') #> '{capabilities,tip,at_most,4}'))),
('incentives.three', jsonb_set(governance.pack('channels.incentives') #- '{examples}', '{observe,muted_to,stretch}', '3')),
-- the source counts 34 hours over the change to summer time as if there were none
('hours.phoenix', jsonb_set(governance.pack('us.hours_of_service') #- '{examples}', '{time_zone}', '"America/Phoenix"')),
('de.gambling', '{"entitlement": "de.gambling", "time_zone": "Europe/Berlin",
 "context": {"operator": "text"},
 "pools": {"all_play": {"switch": {"by": ["self"], "off_for": "24 hours"}}},
 "capabilities": {
   "deposit": {"unit": "euro", "set_by": {"self": ["own"]}, "at_most": [
      {"name": "law", "amount": 1000, "per": "month", "of": "subject"},
      {"name": "own", "per": "month", "of": "subject", "raise_after": "7 days"}]},
   "play": {"unit": "minutes", "pool": "all_play",
            "session": {"at_once": 1, "of": "subject", "by": "context.operator", "apart": "5 minutes", "lease": "30 minutes"}},
   "slot_round": {"unit": "euro", "pool": "all_play", "at_most": ["1 per use"], "apart": "5 seconds"}}}'),
('uk.slots', '{"entitlement": "uk.slots", "time_zone": "Europe/London", "attributes": {"born": "date"},
 "capabilities": {"slot_round": {"unit": "pounds", "apart": {"seconds": "2.5"}, "require": {"of_age": "age(born) >= 18"},
   "at_most": [{"name": "stake", "per": "use",
                "amount": [{"when": "now >= date(''2025-05-21'') and age(born) < 25", "use": 2}, {"use": 5}]}]}}}');

-- ------------------------------------------------------------ live streams
INSERT INTO play.example (id, document, facts, accounts, events, expect)
SELECT id, document, facts::jsonb, accounts::jsonb, events::jsonb, expect::jsonb
FROM (VALUES
('LV-1', 'live.graded', '{"born": "1990-01-01"}', '{}',
	'[{"at": "2024-06-03 20:05", "use": "pk"}, {"at": "2024-06-03 20:40", "use": "pk"}]',
	'[{"at": "2024-06-03 21:59", "ask": "pk", "permits": false, "remaining": 0, "again": "2024-06-03 22:00"},
	  {"at": "2024-06-03 22:00", "ask": "pk", "permits": true}]'),
('LV-2', 'live.graded', '{"born": "1990-01-01"}', '{}',
	'[{"at": "2024-06-03 20:05", "use": "pk"}, {"at": "2024-06-03 20:40", "use": "pk"}, {"at": "2024-06-04 20:00", "use": "pk"}]',
	'[{"at": "2024-06-04 19:59", "ask": "pk", "permits": true}, {"at": "2024-06-04 20:00", "ask": "pk", "permits": true, "remaining": 1}]'),
('LV-3', 'live.graded', '{"born": "2010-01-01"}', '{}', '[]',
	'[{"at": "2024-06-03 12:00", "ask": "tip", "amount": 1, "permits": false, "because": "of_age", "again": "2028-01-01 00:00"},
	  {"at": "2024-06-03 12:00", "ask": "tip", "amount": 0.01, "permits": false, "because": "of_age"}]'),
('LV-4', 'live.graded', '{"born": "1990-01-01"}', '{"2": {"facts": {"level": 1}}}',
	'[{"at": "2024-06-03 10:00", "use": "tip", "amount": 1000, "counterpart": 2, "times": 3, "every": "1 minute"},
	  {"at": "2024-06-03 11:00", "use": "tip", "amount": 1000, "counterpart": 2, "times": 7, "every": "1 minute"}]',
	'[{"at": "2024-06-03 10:00:30", "ask": "tip", "amount": 1000, "counterpart": 2, "permits": true, "warnings": []},
	  {"at": "2024-06-03 10:01:30", "ask": "tip", "amount": 1000, "counterpart": 2, "permits": true, "warnings": ["reminder"]},
	  {"at": "2024-06-03 10:03", "ask": "tip", "amount": 1001, "counterpart": 2, "permits": false, "because": "single"},
	  {"at": "2024-06-03 11:05:30", "ask": "tip", "amount": 1000, "counterpart": 2, "permits": true},
	  {"at": "2024-06-03 11:06", "ask": "tip", "amount": 1, "counterpart": 2, "permits": false, "because": "day", "again": "2024-06-04 00:00"}]'),
('LV-5', 'live.graded', '{"born": "1990-01-01", "cooling_off": true}', '{"2": {"facts": {"level": 1}}}',
	'[{"at": "2024-06-03 10:00", "use": "tip", "amount": 1000, "counterpart": 2, "times": 3, "every": "1 second"},
	  {"at": "2024-06-03 10:40", "use": "tip", "amount": 1000, "counterpart": 2},
	  {"at": "2024-06-03 10:40", "use": "tip", "amount": 1000, "counterpart": 2}]',
	'[{"at": "2024-06-03 10:39", "ask": "tip", "amount": 100, "counterpart": 2, "permits": true},
	  {"at": "2024-06-03 10:50", "ask": "tip", "amount": 100, "counterpart": 2, "permits": false, "because": "cooling", "again": "2024-06-03 11:10"},
	  {"at": "2024-06-03 11:10", "ask": "tip", "amount": 100, "counterpart": 2, "permits": true}]'),
('LV-6', 'live.graded', '{"born": "1990-01-01"}', '{"2": {"facts": {"level": 1}}}',
	'[{"at": "2024-06-03 10:00", "use": "tip", "amount": 500, "counterpart": 2, "ref": "t"},
	  {"at": "2024-06-03 12:00", "use": "tip", "amount": 300, "counterpart": 2, "ref": "u"},
	  {"at": "2024-06-03 13:00", "refund": "u", "amount": 300}]',
	'[{"at": "2024-06-03 12:30", "ask": "tip", "amount": 1, "counterpart": 2, "rules": {"day": {"used": 800}}},
	  {"at": "2024-06-03 13:00", "ask": "tip", "amount": 1, "counterpart": 2, "rules": {"day": {"used": 500}}}]'),
('LV-7', 'live.received', '{"born": "1990-01-01"}', '{"2": {"facts": {"level": 1, "born": "1990-01-01"}}}',
	'[{"at": "2024-06-03 20:00", "begin": "go_live", "account": 2},
	  {"at": "2024-06-03 20:10", "use": "tip", "amount": 49500, "counterpart": 2},
	  {"at": "2024-06-03 21:00", "end": "go_live", "account": 2},
	  {"at": "2024-06-03 21:30", "begin": "go_live", "account": 2}, {"at": "2024-06-03 22:00", "end": "go_live", "account": 2}]',
	'[{"at": "2024-06-03 20:20", "ask": "tip", "amount": 600, "counterpart": 2, "permits": false, "because": "received", "remaining": 500},
	  {"at": "2024-06-03 20:20", "ask": "tip", "amount": 500, "counterpart": 2, "permits": true},
	  {"at": "2024-06-03 21:31", "ask": "tip", "amount": 600, "counterpart": 2, "permits": true, "rules": {"received": {"used": 0}}}]'),
('LV-8', 'channels.incentives', '{}', '{}',
	'[{"at": "2025-06-01 00:00", "sanction": "mute_7d", "scheme": "channels.play", "until": "2025-06-08 00:00"}]',
	'[{"at": "2025-06-14 23:59", "ask": "earn_by_tips", "permits": false, "because": ["mute", "record"]},
	  {"at": "2025-06-15 00:00", "ask": "earn_by_tips", "permits": false, "because": ["record"]}]'),
('LV-8', 'incentives.three', '{}', '{}',
	'[{"at": "2025-06-01 00:00", "sanction": "mute_7d", "scheme": "channels.play", "until": "2025-06-08 00:00"}]',
	'[{"at": "2025-06-21 23:59", "ask": "earn_by_tips", "permits": false, "because": ["mute", "record"]},
	  {"at": "2025-06-22 00:00", "ask": "earn_by_tips", "permits": false, "because": ["record"]}]'),
('LV-9', 'channels.incentives', '{}', '{}',
	'[{"at": "2025-06-01 00:00", "sanction": "warn_7d", "scheme": "channels.play", "until": "2025-06-08 00:00"}]',
	'[{"at": "2025-09-07 12:00", "ask": "earn_by_tips", "permits": false, "because": "record", "again": "2025-09-08 00:00"},
	  {"at": "2025-09-08 00:00", "ask": "earn_by_tips", "permits": true}]'),
('LV-10', 'channels.incentives', '{}', '{}',
	'[{"at": "2025-11-23 00:00", "sanction": "warn_7d", "scheme": "channels.play", "until": "2025-11-30 00:00"}]',
	'[{"at": "2026-02-27 23:59", "ask": "earn_by_tips", "permits": false, "because": "record", "again": "2026-02-28 00:00"},
	  {"at": "2026-02-28 00:00", "ask": "earn_by_tips", "permits": true}]')
) v(id, document, facts, accounts, events, expect);

-- what settles is taken back in the present alone: entitlement_taken_back
UPDATE play.example SET played = false WHERE id = 'LV-6';
UPDATE play.example SET beside = '{channels.account,channels.live}' WHERE document ~ 'incentives';

-- ------------------------------------------------------------ hours of service
INSERT INTO play.example (id, document, facts, events, expect)
SELECT id, document, facts::jsonb, events::jsonb, expect::jsonb
FROM (VALUES
('US-1', 'us.hours_of_service', '{}',
	'[{"at": "2024-03-04 06:00", "begin": "work"}, {"at": "2024-03-04 07:00", "end": "work"},
	  {"at": "2024-03-04 07:00", "begin": "drive"}, {"at": "2024-03-04 14:00", "end": "drive"}]',
	'[{"at": "2024-03-04 14:30", "ask": "drive", "permits": true, "until": "2024-03-04 18:30", "because": "driving",
	   "rules": {"driving": {"remaining": 4}, "window": {"until": "2024-03-04 20:00"}}}]'),
('US-1', 'us.hours_of_service', '{}',
	'[{"at": "2024-03-04 06:00", "begin": "work"}, {"at": "2024-03-04 07:00", "end": "work"},
	  {"at": "2024-03-04 07:00", "begin": "drive"}, {"at": "2024-03-04 14:00", "end": "drive"},
	  {"at": "2024-03-04 14:30", "begin": "drive"}, {"at": "2024-03-04 18:30", "end": "drive"}]',
	'[{"at": "2024-03-04 18:30", "ask": "drive", "permits": false, "because": "driving", "again": "2024-03-05 04:30"},
	  {"at": "2024-03-04 18:30", "ask": "work", "permits": true}]'),
('US-2', 'us.hours_of_service', '{}',
	'[{"at": "2024-03-04 06:00", "begin": "work"}, {"at": "2024-03-04 07:00", "end": "work"},
	  {"at": "2024-03-04 07:00", "begin": "drive"}, {"at": "2024-03-04 10:00", "end": "drive"},
	  {"at": "2024-03-04 10:00", "begin": "work"}, {"at": "2024-03-04 11:00", "end": "work"},
	  {"at": "2024-03-04 13:00", "begin": "drive"}, {"at": "2024-03-04 16:00", "end": "drive"},
	  {"at": "2024-03-04 16:00", "begin": "work"}, {"at": "2024-03-04 17:00", "end": "work"}]',
	'[{"at": "2024-03-04 17:00", "ask": "drive", "permits": true, "until": "2024-03-04 20:00", "because": "window", "rules": {"driving": {"remaining": 5}}},
	  {"at": "2024-03-04 20:00", "ask": "drive", "permits": false, "because": "window"}]'),
('US-3', 'us.hours_of_service', '{}',
	'[{"at": "2024-03-04 06:00", "begin": "drive"}, {"at": "2024-03-04 14:00", "end": "drive"}]',
	'[{"at": "2024-03-04 14:00", "ask": "drive", "permits": false, "because": "pause", "again": "2024-03-04 14:30"},
	  {"at": "2024-03-04 14:30", "ask": "drive", "permits": true, "until": "2024-03-04 17:30", "because": "driving"}]'),
('US-6', 'us.hours_of_service', '{}',
	'[{"at": "2024-03-05 06:00", "begin": "drive"}, {"at": "2024-03-05 12:00", "end": "drive"},
	  {"at": "2024-03-05 12:00", "begin": "sleeper"}, {"at": "2024-03-05 19:00", "end": "sleeper"},
	  {"at": "2024-03-05 19:00", "begin": "drive"}, {"at": "2024-03-05 23:00", "end": "drive"}]',
	'[{"at": "2024-03-06 02:00", "ask": "drive", "permits": true, "until": "2024-03-06 09:00", "because": "driving",
	   "rules": {"driving": {"remaining": 7}, "window": {"until": "2024-03-06 12:00"}, "pause": {"until": "2024-03-06 10:00"}}}]'),
-- the first half counts provisionally
('US-7', 'us.hours_of_service', '{}',
	'[{"at": "2024-03-05 06:00", "begin": "drive"}, {"at": "2024-03-05 12:00", "end": "drive"},
	  {"at": "2024-03-05 12:00", "begin": "sleeper"}, {"at": "2024-03-05 19:00", "end": "sleeper"}]',
	'[{"at": "2024-03-05 19:00", "ask": "drive", "permits": true, "until": "2024-03-06 00:00", "because": "driving",
	   "rules": {"window": {"until": "2024-03-06 03:00"}}}]'),
('US-7', 'us.hours_of_service', '{}',
	'[{"at": "2024-03-05 06:00", "begin": "drive"}, {"at": "2024-03-05 12:00", "end": "drive"},
	  {"at": "2024-03-05 12:00", "begin": "sleeper"}, {"at": "2024-03-05 19:00", "end": "sleeper"},
	  {"at": "2024-03-05 19:00", "begin": "drive"}, {"at": "2024-03-05 23:00", "end": "drive"}]',
	'[{"at": "2024-03-06 01:00", "ask": "drive", "permits": false, "because": "window", "again": "2024-03-06 02:00"}]'),
('US-8', 'us.hours_of_service', '{"adverse": true}',
	'[{"at": "2024-03-04 06:00", "begin": "work"}, {"at": "2024-03-04 07:00", "end": "work"},
	  {"at": "2024-03-04 07:00", "begin": "drive"}, {"at": "2024-03-04 14:00", "end": "drive"}]',
	'[{"at": "2024-03-04 14:30", "ask": "drive", "permits": true, "until": "2024-03-04 20:30", "because": "driving",
	   "rules": {"window": {"until": "2024-03-04 22:00"}}}]')
) v(id, document, facts, events, expect);

-- ten hours on each of six days
INSERT INTO play.example (id, document, events, expect)
SELECT v.id, v.document,
	(SELECT jsonb_agg(jsonb_build_object('at', to_char(d + e.at, 'YYYY-MM-DD HH24:MI'), e.what, e.capability) ORDER BY d, e.n)
		FROM generate_series(date '2024-03-04', date '2024-03-09', '1 day') d,
			(VALUES (1, time '08:00', 'begin', 'drive'), (2, time '16:00', 'end', 'drive'),
				(3, time '16:00', 'begin', 'work'), (4, time '18:00', 'end', 'work')) e(n, at, what, capability)),
	v.expect::jsonb
FROM (VALUES
('US-4', 'us.hours_of_service',
	'[{"at": "2024-03-10 12:00", "ask": "drive", "permits": false, "because": "60_in_7_days", "rules": {"60_in_7_days": {"remaining": 0}}},
	  {"at": "2024-03-11 00:00", "ask": "drive", "permits": true, "rules": {"60_in_7_days": {"remaining": 10}}}]'),
('US-5', 'hours.phoenix',
	'[{"at": "2024-03-11 03:59", "ask": "drive", "permits": true, "rules": {"60_in_7_days": {"remaining": 10}}},
	  {"at": "2024-03-11 04:00", "ask": "drive", "permits": true, "rules": {"60_in_7_days": {"remaining": 60}}}]'),
-- 34 hours are exact: where the clocks go forward in them, they end an hour later
('US-5', 'us.hours_of_service',
	'[{"at": "2024-03-11 04:59", "ask": "drive", "permits": true, "rules": {"60_in_7_days": {"remaining": 10}}},
	  {"at": "2024-03-11 05:00", "ask": "drive", "permits": true, "rules": {"60_in_7_days": {"remaining": 60}}}]')
) v(id, document, expect);

-- ------------------------------------------------------------ gambling
INSERT INTO play.example (id, document, facts, accounts, events, expect)
SELECT id, document, facts::jsonb, accounts::jsonb, events::jsonb, expect::jsonb
FROM (VALUES
('DE-1', 'de.gambling', '{}', '{"2": {"subject": true}, "3": {"subject": true}}',
	'[{"at": "2026-05-04 12:00", "use": "deposit", "amount": 600, "account": 2}, {"at": "2026-05-11 12:00", "use": "deposit", "amount": 300, "account": 3}]',
	'[{"at": "2026-05-20 12:00", "ask": "deposit", "amount": 150, "permits": false, "because": "law", "remaining": 100, "again": "2026-06-01 00:00"},
	  {"at": "2026-05-20 12:00", "ask": "deposit", "amount": 100, "permits": true}]'),
('DE-2', 'de.gambling', '{}', '{}',
	'[{"at": "2026-05-04 12:00", "use": "slot_round", "amount": 1, "times": 40, "every": "10 seconds"}]',
	'[{"at": "2026-05-20 12:00", "ask": "deposit", "amount": 1000, "permits": true, "rules": {"law": {"used": 0, "remaining": 1000}}}]'),
('DE-3', 'de.gambling', '{}', '{"2": {"subject": true}}',
	'[{"at": "2026-05-04 19:40", "begin": "play", "account": 2, "context": {"operator": "A"}}, {"at": "2026-05-04 20:00", "end": "play", "account": 2}]',
	'[{"at": "2026-05-04 20:04:59", "ask": "play", "context": {"operator": "B"}, "permits": false, "because": "session", "again": "2026-05-04 20:05"},
	  {"at": "2026-05-04 20:05", "ask": "play", "context": {"operator": "B"}, "permits": true}]'),
('DE-4', 'de.gambling', '{}', '{"2": {"subject": true}}',
	'[{"at": "2026-05-04 19:40", "begin": "play", "account": 2, "context": {"operator": "A"}}, {"at": "2026-05-04 20:00", "touch": "play", "account": 2}]',
	'[{"at": "2026-05-04 19:50", "ask": "play", "context": {"operator": "B"}, "permits": false, "because": "session"},
	  {"at": "2026-05-04 19:50", "ask": "play", "context": {"operator": "A"}, "permits": true},
	  {"at": "2026-05-04 20:34:59", "ask": "play", "context": {"operator": "B"}, "permits": false, "because": "session", "again": "2026-05-04 20:35"},
	  {"at": "2026-05-04 20:35", "ask": "play", "context": {"operator": "B"}, "permits": true}]'),
('DE-5', 'de.gambling', '{}', '{}',
	'[{"at": "2026-05-04 12:00:00.0", "use": "slot_round", "amount": 1}]',
	'[{"at": "2026-05-04 12:00:04.9", "ask": "slot_round", "amount": 1, "permits": false, "because": "apart", "again": "2026-05-04 12:00:05"},
	  {"at": "2026-05-04 12:00:05.0", "ask": "slot_round", "amount": 1, "permits": true},
	  {"at": "2026-05-04 12:00:05.0", "ask": "slot_round", "amount": 1.01, "permits": false, "because": "use", "again": null}]'),
('DE-6', 'de.gambling', '{}', '{}',
	'[{"at": "2026-05-01 10:00", "set": "deposit", "rule": "own", "amount": 800, "by": "self"},
	  {"at": "2026-05-04 12:00", "use": "deposit", "amount": 600},
	  {"at": "2026-05-09 10:00", "set": "deposit", "rule": "own", "amount": 500, "by": "self"},
	  {"at": "2026-05-10 10:00", "set": "deposit", "rule": "own", "amount": 900, "by": "self"}]',
	'[{"at": "2026-05-08 10:00", "ask": "deposit", "permits": true, "rules": {"own": {"remaining": 200}}},
	  {"at": "2026-05-09 10:00", "ask": "deposit", "permits": false, "because": "own", "rules": {"own": {"remaining": 0}}},
	  {"at": "2026-05-16 10:00", "ask": "deposit", "permits": false, "because": "own", "rules": {"own": {"remaining": 0}}, "again": "2026-05-17 10:00"},
	  {"at": "2026-05-17 10:00", "ask": "deposit", "permits": true, "rules": {"own": {"remaining": 300}}}]'),
('DE-7', 'de.gambling', '{}', '{}',
	'[{"at": "2026-03-28 21:15", "switch": "all_play", "allowed": false, "by": "self"}]',
	'[{"at": "2026-03-28 21:14", "ask": "slot_round", "amount": 1, "permits": true},
	  {"at": "2026-03-28 21:15", "ask": "slot_round", "amount": 1, "permits": false, "because": "switch", "again": "2026-03-29 22:15"},
	  {"at": "2026-03-29 21:15", "ask": "play", "context": {"operator": "A"}, "permits": false, "because": "switch", "again": "2026-03-29 22:15"},
	  {"at": "2026-03-29 22:15", "ask": "slot_round", "amount": 1, "permits": true}]'),
('UK-1', 'uk.slots', '{"born": "2001-02-01"}', '{}', '[]',
	'[{"at": "2025-05-20 23:59", "ask": "slot_round", "amount": 5, "permits": true},
	  {"at": "2025-05-21 00:00", "ask": "slot_round", "amount": 2.01, "permits": false, "because": "stake", "again": "2026-02-01 00:00"},
	  {"at": "2025-05-21 00:00", "ask": "slot_round", "amount": 2, "permits": true}]'),
('UK-2', 'uk.slots', '{"born": "2001-02-01"}', '{}', '[]',
	'[{"at": "2026-01-31 23:59", "ask": "slot_round", "amount": 5, "permits": false, "because": "stake", "again": "2026-02-01 00:00"},
	  {"at": "2026-02-01 00:00", "ask": "slot_round", "amount": 5, "permits": true}]')
) v(id, document, facts, accounts, events, expect);

\i :play_end
