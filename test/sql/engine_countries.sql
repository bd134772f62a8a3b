-- Schemes of other countries, markets, forums and leagues, written by somebody
-- who had read doc/policy.md and nothing else.  They are recalled, not read: the
-- shape is theirs, not every figure.  Outcomes were computed by hand.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';

CREATE TEMPORARY TABLE scheme (id text PRIMARY KEY, document jsonb NOT NULL);
CREATE TEMPORARY TABLE life (id text PRIMARY KEY, scheme text REFERENCES scheme, until text, sanctions text[], events jsonb NOT NULL);
CREATE TEMPORARY TABLE expected_score (id text REFERENCES life, at text, score text, tier text);
CREATE FUNCTION pg_temp.v(at text, rule text, points numeric DEFAULT NULL, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('at', at, 'rule', rule, 'points', points)) || more) $$;
CREATE FUNCTION pg_temp.a(at text, activity text, more jsonb DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_build_object('at', at, 'activity', activity) || more) $$;
CREATE FUNCTION pg_temp.f(attribute text, value jsonb, at text DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('attribute', attribute, 'value', value, 'at', at))) $$;
CREATE FUNCTION pg_temp.many(activity text, from_day date, n int, step interval DEFAULT '1 day') RETURNS jsonb
	LANGUAGE sql AS $$ SELECT jsonb_agg(jsonb_build_object('at', to_char(from_day + (i - 1) * step, 'YYYY-MM-DD HH24:MI'), 'activity', activity) ORDER BY i) FROM generate_series(1, n) i $$;

-- Germany: points expire from the day a decision is final, measures look at the
-- day of the deed, and none may be skipped: who reaches 6 without the admonition
-- is set back to 5, who reaches 8 without the warning to 7.
INSERT INTO scheme VALUES ('de', '{"scheme": "de.fahreignung", "time_zone": "Europe/Berlin",
	"score": {"direction": "accumulate", "limit": 8},
	"rules": {"speed": {"title": "zu schnell", "points": 1}, "red": {"title": "Rotlicht", "severity": "medium", "points": 2},
			  "drunk": {"title": "Trunkenheit im Verkehr", "severity": "severe", "points": 3}},
	"ladder_sequence": true,
	"relief": [
		{"name": "2.5 years", "age": "30 months", "from": "decided", "where": "entry.points = 1", "void": "entry"},
		{"name": "5 years", "age": "5 years", "from": "decided", "where": "entry.points = 2", "void": "entry"},
		{"name": "10 years", "age": "10 years", "from": "decided", "where": "entry.points = 3", "void": "entry"},
		{"name": "seminar", "on": "seminar", "when": "score <= 5", "subtract": 1, "at_most": "1 per 5 years"},
		{"name": "set back to 5", "sanction": "start", "rungs": ["admonition"], "lower_to": 5},
		{"name": "set back to 7", "sanction": "start", "rungs": ["warning"], "lower_to": 7}],
	"ladder": [
		{"rung": "admonition", "when": "score >= 4", "tier": "warned", "for": "ever"},
		{"rung": "warning", "when": "score >= 6", "tier": "limited", "for": "ever"},
		{"rung": "withdrawn", "when": "score >= 8", "tier": "revoked", "withhold": ["drive"], "until": ["new_licence"]}]}');
INSERT INTO life VALUES
('de expiry', 'de', NULL, '{}', pg_temp.v('2020-01-10', 'speed', NULL, '{"decided": "2020-03-01"}') || pg_temp.v('2020-02-10', 'red', NULL, '{"decided": "2020-05-01"}') || pg_temp.a('2021-01-01', 'seminar') || pg_temp.a('2021-06-01', 'seminar')),
('de clamp', 'de', '2022-01-01', '{admonition 2020-01-01 00:00 .. open,warning 2020-02-01 00:00 .. open,withdrawn 2020-03-01 00:00 .. open}',
	pg_temp.v('2019-12-01', 'drunk') || pg_temp.v('2020-01-01', 'drunk') || pg_temp.v('2020-02-01', 'drunk') || pg_temp.v('2020-03-01', 'speed'));
INSERT INTO expected_score VALUES ('de expiry', '2020-02-10', '3/8', NULL), ('de expiry', '2021-01-01', '2/8', NULL), ('de expiry', '2021-06-01', '2/8', NULL),
('de expiry', '2022-09-01', '2/8', NULL), ('de expiry', '2025-05-01', '0/8', NULL),
('de clamp', '2019-12-01', '3/8', 'clear'), ('de clamp', '2020-01-01', '5/8', 'warned'), ('de clamp', '2020-02-01', '7/8', 'limited'), ('de clamp', '2020-03-01', '8/8', 'revoked');

-- France: 12 points; the whole capital after 2 clean years, after 3 when a grave
-- offence is outstanding; a single point after 6 months; a course gives 4, once a year.
INSERT INTO scheme VALUES ('fr', '{"scheme": "fr.permis", "time_zone": "Europe/Paris",
	"score": {"cap": 12},
	"rules": {"speed20": {"title": "moins de 20 km/h", "points": 1}, "phone": {"title": "téléphone", "severity": "medium", "points": 3},
			  "red": {"title": "feu rouge", "severity": "severe", "points": 4}, "drunk": {"title": "alcool", "severity": "extreme", "points": 6}},
	"observe": {"grave": {"count": "violations", "severities": ["severe", "extreme"], "live": true}},
	"relief": [
		{"name": "one point", "age": "6 months", "clean": true, "rules": ["speed20"], "void": "entry"},
		{"name": "capital", "every": [{"when": "grave >= 1", "use": "3 years"}, {"use": "2 years"}], "restore": true},
		{"name": "stage", "on": "stage", "add": 4, "at_most": "1 per year", "when": "score > 0"}],
	"ladder": [{"rung": "invalid", "when": "score <= 0", "tier": "revoked", "withhold": ["drive"], "for": "6 months", "until": ["medical_exam"]}]}');
INSERT INTO life VALUES
('fr two', 'fr', NULL, '{}', pg_temp.v('2020-01-01', 'phone') || pg_temp.v('2020-03-01', 'speed20')),
('fr three', 'fr', NULL, '{}', pg_temp.v('2020-01-01', 'red') || pg_temp.v('2021-01-01', 'phone')),
('fr course', 'fr', '2021-04-01', '{}', pg_temp.v('2020-01-01', 'red') || pg_temp.v('2021-01-01', 'phone') || pg_temp.a('2021-02-01', 'stage') || pg_temp.a('2021-03-01', 'stage')),
('fr none', 'fr', '2021-06-01', '{invalid 2020-03-01 00:00 .. 2020-10-01 00:00}',
	pg_temp.v('2020-01-01', 'drunk') || pg_temp.v('2020-02-01', 'red') || pg_temp.v('2020-03-01', 'drunk') || pg_temp.a('2020-10-01', 'medical_exam'));
INSERT INTO expected_score VALUES ('fr two', '2020-03-01', '8/12', NULL), ('fr two', '2020-09-01', '9/12', NULL), ('fr two', '2022-02-28 23:59', '9/12', NULL), ('fr two', '2022-03-01', '12/12', NULL),
('fr three', '2021-01-01', '5/12', NULL), ('fr three', '2023-12-31', '5/12', NULL), ('fr three', '2024-01-01', '12/12', NULL), ('fr course', '2021-02-01', '9/12', NULL), ('fr course', '2021-03-01', '9/12', NULL),
('fr none', '2020-02-01', '2/12', NULL), ('fr none', '2020-03-01', '0/12', 'revoked'), ('fr none', '2020-10-01', '0/12', 'clear');

-- Spain: 12, novices 8; 2 more after three clean years, then 1 more, 15 at most.
INSERT INTO scheme VALUES ('es', '{"scheme": "es.permiso", "time_zone": "Europe/Madrid",
	"score": {"start": "if(novice, 8, 12)", "cap": 15}, "attributes": {"novice": {"type": "boolean", "default": false}},
	"rules": {"speed": {"title": "velocidad", "points": [2, 6]}, "phone": {"title": "móvil", "severity": "medium", "points": 6}},
	"relief": [
		{"name": "two clean years", "every": "2 years", "when": "score < 12", "raise_to": 12},
		{"name": "bonus", "every": "3 years", "when": "score >= 12 and score < 14", "add": 2},
		{"name": "last bonus", "every": "3 years", "when": "score >= 14", "add": 1},
		{"name": "course", "on": "course", "add": 6, "at_most": "1 per 2 years", "when": "score > 0 and score < 12"}],
	"ladder": [{"rung": "lost", "when": "score <= 0", "tier": "revoked", "withhold": ["drive"], "for": "6 months", "until": ["course"]}]}');
INSERT INTO life VALUES ('es', 'es', NULL, '{}', pg_temp.v('2010-01-01', 'speed', 4)), ('es novice', 'es', '2012-01-01', NULL, pg_temp.f('novice', 'true') || pg_temp.v('2010-01-01', 'speed', 3));
INSERT INTO expected_score VALUES ('es', '2010-01-01', '8/15', NULL), ('es', '2012-01-01', '12/15', NULL), ('es', '2014-12-31', '12/15', NULL), ('es', '2015-01-01', '14/15', NULL), ('es', '2018-01-01', '15/15', NULL), ('es', '2030-01-01', '15/15', NULL),
('es novice', '2010-01-01', '5/15', NULL), ('es novice', '2012-01-01', '12/15', NULL);

-- Italy: 20; two more every two clean years, 30 at most; back to 20 after two
-- clean years when below; a new exam at 0.
INSERT INTO scheme VALUES ('it', '{"scheme": "it.patente", "time_zone": "Europe/Rome",
	"score": {"start": 20, "cap": 30},
	"rules": {"belt": {"title": "cintura", "severity": "medium", "points": 5}, "speed": {"title": "velocità", "severity": "severe", "points": [3, 10]}},
	"modifiers": [{"name": "new driver pays double", "when": "within(licensed, ''3 years'')", "multiply": 2}],
	"attributes": {"licensed": "date"},
	"relief": [{"name": "clean and below", "every": "2 years", "when": "score < 20", "raise_to": 20},
			   {"name": "clean and above", "every": "2 years", "when": "score >= 20", "add": 2}],
	"ladder": [{"rung": "revision", "when": "score <= 0", "tier": "suspended", "withhold": ["drive"], "until": ["exam"]}]}');
INSERT INTO life VALUES ('it', 'it', '2040-01-01', NULL, '[{"opened": "2000-01-01"}]' || pg_temp.f('licensed', '"2000-01-01"') || pg_temp.v('2005-01-01', 'belt') || pg_temp.v('2005-02-01', 'speed', 10)),
('it new', 'it', NULL, '{revision 2005-06-01 00:00 .. open}', pg_temp.f('licensed', '"2005-01-01"') || '[{"opened": "2005-01-01"}]' || pg_temp.v('2005-06-01', 'speed', 10));
INSERT INTO expected_score VALUES ('it', '2005-01-01', '19/30', NULL), ('it', '2005-02-01', '9/30', NULL), ('it', '2007-02-01', '20/30', NULL), ('it', '2009-02-01', '22/30', NULL), ('it', '2017-02-01', '30/30', NULL), ('it', '2030-01-01', '30/30', NULL);

-- Ontario: 15 suspend for 30 days and leave 7, the next time for six months; two years each.
INSERT INTO scheme VALUES ('on', '{"scheme": "on.demerit", "time_zone": "America/Toronto",
	"score": {"direction": "accumulate", "limit": 15},
	"attributes": {"novice": {"type": "boolean", "default": false}},
	"rules": {"following": {"title": "following too closely", "severity": "medium", "points": 4}, "racing": {"title": "racing", "severity": "severe", "points": 6}, "mirror": {"title": "crowding", "points": 3}},
	"observe": {"before": {"count": "sanctions", "rungs": ["suspended"], "within": "2 years"}},
	"relief": [{"name": "two years", "age": "2 years", "from": "occurred", "void": "entry"},
			   {"name": "left with", "sanction": "end", "rungs": ["suspended"], "set": "if(novice, 4, 7)"}],
	"ladder": [
		{"rung": "letter", "when": "score >= if(novice, 2, 6)", "tier": "warned", "for": "1 day"},
		{"rung": "interview", "when": "score >= if(novice, 6, 9)", "tier": "warned", "until": ["interview"]},
		{"rung": "suspended", "when": "score >= if(novice, 9, 15)", "tier": "suspended", "withhold": ["drive"],
		 "for": [{"when": "before >= 1", "use": "6 months"}, {"when": "novice", "use": "60 days"}, {"use": "30 days"}]}]}');
INSERT INTO life VALUES ('on', 'on', '2024-01-01', '{letter 2020-02-01 00:00 .. 2020-02-02 00:00,interview 2020-03-01 00:00 .. open,suspended 2020-04-01 00:00 .. 2020-05-01 00:00,suspended 2020-08-01 00:00 .. 2021-02-01 00:00}',
	pg_temp.v('2020-01-01', 'following') || pg_temp.v('2020-02-01', 'following') || pg_temp.v('2020-03-01', 'racing') || pg_temp.v('2020-04-01', 'mirror') || pg_temp.v('2020-06-01', 'following') || pg_temp.v('2020-08-01', 'following'));
INSERT INTO expected_score VALUES ('on', '2020-03-01', '14/15', NULL), ('on', '2020-04-01', '17/15', 'suspended'), ('on', '2020-05-01', '7/15', NULL), ('on', '2020-08-01', '15/15', 'suspended'), ('on', '2021-02-01', '7/15', NULL);

-- New South Wales: 13 within three years; who is suspended starts anew; or chooses
-- a year of good behaviour, in which two points suspend for twice as long.
INSERT INTO scheme VALUES ('nsw', '{"scheme": "nsw.demerit", "time_zone": "Australia/Sydney",
	"score": {"direction": "accumulate", "limit": 13},
	"attributes": {"licence": {"type": "text", "default": "full"}},
	"facets": {"allowed": "if(licence = ''P1'', 4, if(licence = ''P2'', 7, 13))"},
	"rules": {"speed": {"title": "speeding", "points": [1, 6]}, "phone": {"title": "mobile phone", "severity": "medium", "points": 5}},
	"observe": {"bond": {"count": "sanctions", "rungs": ["good_behaviour"], "in_force": true},
				"in_bond": {"sum": "points", "within": "12 months", "live": true}},
	"relief": [{"name": "three years", "age": "3 years", "void": "entry"},
			   {"name": "a new start", "sanction": "start", "rungs": ["suspended", "good_behaviour", "doubled"], "void": "all"}],
	"ladder": [
		{"rung": "suspended", "when": "score >= allowed and bond = 0", "tier": "suspended", "withhold": ["drive"],
		 "for": [{"when": "score >= 20", "use": "5 months"}, {"when": "score >= 16", "use": "4 months"}, {"use": "3 months"}],
		 "elect": {"on": "chose_good_behaviour", "rung": "good_behaviour"}},
		{"rung": "good_behaviour", "tier": "warned", "for": "12 months"},
		{"rung": "doubled", "when": "score >= 2 and bond >= 1", "tier": "suspended", "withhold": ["drive"], "for": "6 months", "overlap": "max"}]}');
INSERT INTO life VALUES
('nsw', 'nsw', '2024-01-01', '{suspended 2020-03-01 00:00 .. 2020-07-01 00:00}', pg_temp.v('2020-01-01', 'speed', 6) || pg_temp.v('2020-02-01', 'phone') || pg_temp.v('2020-03-01', 'phone')),
('nsw bond', 'nsw', '2024-01-01', '{suspended 2020-03-01 00:00 .. 2020-03-10 00:00,good_behaviour 2020-03-10 00:00 .. 2021-03-10 00:00,doubled 2020-09-01 00:00 .. 2021-03-01 00:00}',
	pg_temp.v('2020-01-01', 'speed', 6) || pg_temp.v('2020-02-01', 'phone') || pg_temp.v('2020-03-01', 'phone') || pg_temp.a('2020-03-10', 'chose_good_behaviour') || pg_temp.v('2020-06-01', 'speed', 1) || pg_temp.v('2020-09-01', 'speed', 1)),
('nsw P1', 'nsw', '2021-01-01', '{suspended 2020-01-01 00:00 .. 2020-04-01 00:00}', pg_temp.f('licence', '"P1"') || pg_temp.v('2020-01-01', 'phone'));
INSERT INTO expected_score VALUES ('nsw', '2020-02-01', '11/13', NULL), ('nsw', '2020-03-01', '0/13', 'suspended'), ('nsw bond', '2020-06-01', '1/13', 'warned'), ('nsw bond', '2020-09-01', '0/13', 'suspended');

-- Singapore: 24 in 24 months suspend for 12 weeks, later 12 in 12 months for 24,
-- 36 weeks, a year, three; a clean year clears; a new driver with 13 in the first
-- year starts again.
INSERT INTO scheme VALUES ('sg', '{"scheme": "sg.dips", "time_zone": "Asia/Singapore",
	"score": {"direction": "accumulate", "limit": 24},
	"attributes": {"licensed": "date"}, "facets": {"new": "within(licensed, ''12 months'')"},
	"rules": {"speed": {"title": "speeding", "points": [4, 24]}, "red": {"title": "red light", "severity": "severe", "points": 12}},
	"observe": {"priors": {"count": "sanctions", "rungs": ["suspended"]},
				"two_years": {"sum": "points", "within": "24 months", "live": true}, "one_year": {"sum": "points", "within": "12 months", "live": true}},
	"relief": [{"name": "clean year", "every": "12 months", "void": "all"}, {"name": "24 months", "age": "24 months", "void": "entry"},
			   {"name": "suspended", "sanction": "start", "rungs": ["suspended"], "void": "all"}],
	"ladder": [
		{"rung": "suspended", "when": "if(priors = 0, two_years >= 24, one_year >= 12)", "tier": "suspended", "withhold": ["drive"],
		 "for": [{"when": "priors = 0", "use": "12 weeks"}, {"when": "priors = 1", "use": "24 weeks"}, {"when": "priors = 2", "use": "36 weeks"}, {"when": "priors = 3", "use": "1 year"}, {"use": "3 years"}]},
		{"rung": "revoked", "when": "new and score >= 13", "tier": "revoked", "withhold": ["drive"], "until": ["new_test"]}]}');
INSERT INTO life VALUES
('sg', 'sg', '2030-01-01', '{suspended 2020-06-01 00:00 .. 2020-08-24 00:00,suspended 2021-03-01 00:00 .. 2021-08-16 00:00}',
	pg_temp.v('2020-01-01', 'red') || pg_temp.v('2020-06-01', 'red') || pg_temp.v('2020-12-01', 'speed', 8) || pg_temp.v('2021-03-01', 'speed', 4)),
('sg clean', 'sg', '2030-01-01', '{}', pg_temp.v('2020-01-01', 'red') || pg_temp.v('2021-01-02', 'red')),
('sg new', 'sg', '2021-01-01', '{revoked 2020-06-01 00:00 .. open}', pg_temp.f('licensed', '"2020-01-01"') || pg_temp.v('2020-02-01', 'red') || pg_temp.v('2020-06-01', 'speed', 4));
INSERT INTO expected_score VALUES ('sg', '2020-06-01', '0/24', 'suspended'), ('sg', '2021-03-01', '0/24', 'suspended'), ('sg clean', '2020-12-31', '12/24', NULL), ('sg clean', '2021-01-01', '0/24', NULL), ('sg clean', '2021-01-02', '12/24', NULL);

-- Japan: thresholds fall with earlier suspensions within three years; a clean year
-- forgets the points; two clean years and then a minor offence: forgotten after three months.
INSERT INTO scheme VALUES ('jp', '{"scheme": "jp.menkyo", "time_zone": "Asia/Tokyo",
	"score": {"direction": "accumulate", "limit": 15},
	"rules": {"minor": {"title": "軽微な違反", "points": [1, 3]}, "speed": {"title": "速度超過", "severity": "severe", "points": [6, 12]}, "drunk": {"title": "酒酔い", "severity": "extreme", "points": 35}},
	"observe": {"priors": {"count": "sanctions", "rungs": ["suspended"], "by": "end", "within": "3 years"},
				"earlier": {"count": "violations", "within": "2 years"}},
	"relief": [
		{"name": "three months after two clean years", "age": "3 months", "clean": true, "where": "entry.points <= 3", "when": "earlier <= 1", "void": "entry"},
		{"name": "clean year", "age": "1 year", "clean": true, "void": "entry"},
		{"name": "served", "sanction": "end", "rungs": ["suspended", "revoked"], "void": "all"}],
	"ladder": [
		{"rung": "suspended", "when": "score >= if(priors = 0, 6, if(priors = 1, 4, 2))", "tier": "suspended", "withhold": ["drive"],
		 "for": [{"when": "score >= if(priors = 0, 12, if(priors = 1, 8, 4))", "use": "90 days"}, {"when": "score >= if(priors = 0, 9, if(priors = 1, 6, 3))", "use": "60 days"}, {"use": "30 days"}]},
		{"rung": "revoked", "when": "score >= if(priors = 0, 15, if(priors = 1, 10, 5))", "tier": "revoked", "withhold": ["drive"], "for": {"years": "if(score >= 35, 3, 1)"}}]}');
INSERT INTO life VALUES
('jp', 'jp', '2030-01-01', '{suspended 2020-02-01 00:00 .. 2020-03-02 00:00,suspended 2021-02-01 00:00 .. 2021-04-02 00:00,revoked 2022-01-01 00:00 .. 2023-01-01 00:00}',
	pg_temp.v('2020-01-01', 'minor', 3) || pg_temp.v('2020-02-01', 'minor', 3) || pg_temp.v('2021-02-01', 'speed', 6) || pg_temp.v('2022-01-01', 'speed', 6)),
('jp minor', 'jp', '2030-01-01', '{}', pg_temp.v('2020-01-01', 'minor', 2)),
('jp year', 'jp', '2030-01-01', '{}', pg_temp.v('2020-01-01', 'minor', 2) || pg_temp.v('2020-03-01', 'minor', 2));
INSERT INTO expected_score VALUES ('jp minor', '2020-03-31', '2/15', NULL), ('jp minor', '2020-04-01', '0/15', NULL), ('jp year', '2021-02-28', '4/15', NULL), ('jp year', '2021-03-01', '0/15', NULL);

-- Premier League: 5 cautions in the first 19 matches, 10 in 32, 15 in the season;
-- dismissals of one and three matches; the season ends it all.
INSERT INTO scheme VALUES ('pl', '{"scheme": "pl.cautions", "time_zone": "Europe/London",
	"cycle": {"every": "12 months", "from": "2024-08-01"},
	"score": {"direction": "accumulate", "limit": 15},
	"rules": {"caution": {"title": "caution", "points": 1}, "second": {"title": "second caution", "points": 0, "severity": "medium", "direct": "one"}, "violent": {"title": "violent conduct", "points": 0, "severity": "severe", "direct": "three"}},
	"observe": {"matches": {"count": "activities", "kind": "match", "within": "cycle"}},
	"relief": [{"at": "cycle", "void": "all"}],
	"ladder": [
		{"rung": "five", "when": "score >= 5 and matches <= 19", "tier": "suspended", "withhold": ["play"], "for": {"count": 1, "of": "match"}, "rearm": "never"},
		{"rung": "ten", "when": "score >= 10 and matches <= 32", "tier": "suspended", "withhold": ["play"], "for": {"count": 2, "of": "match"}, "rearm": "never"},
		{"rung": "fifteen", "when": "score >= 15", "tier": "suspended", "withhold": ["play"], "for": {"count": 3, "of": "match"}, "rearm": "never"},
		{"rung": "one", "tier": "suspended", "withhold": ["play"], "for": {"count": 1, "of": "match"}, "overlap": "queue"},
		{"rung": "three", "tier": "suspended", "withhold": ["play"], "for": {"count": 3, "of": "match"}, "overlap": "queue"}]}');
INSERT INTO life VALUES
('pl five', 'pl', '2025-08-02', '{five 2024-10-05 16:00 .. 2024-10-12 12:00}',
	pg_temp.many('match', '2024-08-17', 8, '7 days') || (SELECT jsonb_agg(jsonb_build_object('at', d || ' 16:00', 'rule', 'caution')) FROM unnest('{2024-08-17,2024-08-24,2024-08-31,2024-09-07,2024-10-05}'::text[]) d) || pg_temp.a('2024-10-12 12:00', 'match')),
('pl late', 'pl', '2025-08-02', '{}', pg_temp.many('match', '2024-08-17', 20, '7 days') || (SELECT jsonb_agg(jsonb_build_object('at', d || ' 16:00', 'rule', 'caution')) FROM unnest('{2024-08-17,2024-08-24,2024-08-31,2024-09-07,2024-12-29}'::text[]) d)),
('pl red', 'pl', '2025-01-01', '{three 2024-08-17 16:00 .. 2024-09-07 12:00,one 2024-08-17 17:00 .. 2024-08-24 12:00}',
	pg_temp.v('2024-08-17 16:00', 'violent') || pg_temp.v('2024-08-17 17:00', 'second') || pg_temp.a('2024-08-24 12:00', 'match') || pg_temp.a('2024-08-31 12:00', 'match') || pg_temp.a('2024-09-07 12:00', 'match'));
INSERT INTO expected_score VALUES ('pl five', '2024-10-05 16:00', '5/15', 'suspended'), ('pl five', '2024-10-12 12:00', '5/15', 'clear'), ('pl five', '2025-08-01', '0/15', NULL);

-- UEFA: the third caution, then the fifth, seventh...; forgotten after the quarter-finals.
INSERT INTO scheme VALUES ('uefa', '{"scheme": "uefa.cautions", "score": {"direction": "accumulate", "limit": 3},
	"rules": {"caution": {"title": "caution", "points": 1}},
	"relief": [{"name": "after the quarter-finals", "on": "quarter_finals_over", "void": "all"}],
	"ladder": [{"rung": "next_match", "when": "score >= 3 and score % 2 = 1", "tier": "suspended", "withhold": ["play"], "for": {"count": 1, "of": "match"}}]}');
INSERT INTO life VALUES ('uefa', 'uefa', '2025-01-01', '{next_match 2024-03-01 00:00 .. 2024-03-08 00:00,next_match 2024-05-01 00:00 .. 2024-05-08 00:00}',
	pg_temp.v('2024-01-01', 'caution') || pg_temp.v('2024-02-01', 'caution') || pg_temp.v('2024-03-01', 'caution') || pg_temp.a('2024-03-08', 'match') || pg_temp.v('2024-04-01', 'caution') || pg_temp.v('2024-05-01', 'caution') || pg_temp.a('2024-05-08', 'match') || pg_temp.a('2024-06-01', 'quarter_finals_over'));
INSERT INTO expected_score VALUES ('uefa', '2024-05-01', '5/3', 'suspended'), ('uefa', '2024-06-01', '0/3', 'clear');

-- A marketplace like Shopee: points of the quarter, sanctions of four weeks that go
-- on past the quarter, the last one until it is reviewed.
INSERT INTO scheme VALUES ('shopee', '{"scheme": "shopee.points", "time_zone": "Asia/Singapore",
	"score": {"direction": "accumulate", "limit": 15},
	"rules": {"late": {"title": "late shipment", "points": [1, 2]}, "fake": {"title": "counterfeit", "severity": "severe", "points": [3, 15]}},
	"collapse": [{"group": "rule", "rules": ["late"], "each": "week", "at_most": 2}],
	"relief": [{"at": "quarter", "void": "all"}],
	"ladder": [
		{"rung": "tier1", "when": "score >= 3", "tier": "limited", "withhold": ["campaign"], "for": "28 days"},
		{"rung": "tier2", "when": "score >= 6", "tier": "limited", "withhold": ["campaign", "subsidy"], "for": "28 days"},
		{"rung": "tier3", "when": "score >= 9", "tier": "limited", "withhold": ["campaign", "subsidy", "search"], "for": "28 days"},
		{"rung": "tier4", "when": "score >= 12", "tier": "suspended", "withhold": ["campaign", "subsidy", "search", "list"], "for": "28 days"},
		{"rung": "tier5", "when": "score >= 15", "tier": "banned", "withhold": ["campaign", "subsidy", "search", "list", "sell"], "until": ["reviewed"]}]}');
INSERT INTO life VALUES ('shopee', 'shopee', '2024-12-01', '{tier1 2024-03-20 00:00 .. 2024-04-30 00:00}',
	pg_temp.v('2024-03-18', 'late', 1) || pg_temp.v('2024-03-19', 'late', 2) || pg_temp.v('2024-03-20', 'fake', 3) || pg_temp.v('2024-04-02', 'fake', 3));
INSERT INTO expected_score VALUES ('shopee', '2024-03-19', '2/15', NULL), ('shopee', '2024-03-20', '5/15', 'limited'), ('shopee', '2024-04-01', '0/15', 'limited'), ('shopee', '2024-04-02', '3/15', 'limited');

-- An account health like Amazon's: 200 to begin with, 1000 at most, 4 for every
-- 200 orders, which lapse after 180 days with the violations; by severity.
INSERT INTO scheme VALUES ('amazon', '{"scheme": "amazon.health", "score": {"start": 200, "cap": 1000},
	"severities": {"minor": 2, "medium": 4, "severe": 8, "extreme": 200},
	"rules": {"listing": {"title": "listing policy"}, "rights": {"title": "rights owner complaint", "severity": "medium"}, "safety": {"title": "product safety", "severity": "severe"}, "fraud": {"title": "fraud", "severity": "extreme", "points": 200}},
	"relief": [{"age": "180 days", "void": "entry"}, {"name": "orders", "on": "orders", "add": "4 * floor(quantity / 200)"}],
	"ladder": [{"rung": "at_risk", "when": "score < 200 and score >= 100", "tier": "warned"}, {"rung": "unhealthy", "when": "score < 100", "tier": "suspended", "withhold": ["sell"]}]}');
INSERT INTO life VALUES ('amazon', 'amazon', NULL, '{unhealthy 2024-02-01 00:00 .. 2024-07-30 00:00}',
	pg_temp.a('2024-01-01', 'orders', '{"quantity": 950}') || pg_temp.v('2024-01-10', 'safety') || pg_temp.v('2024-02-01', 'fraud'));
INSERT INTO expected_score VALUES ('amazon', '2024-01-01', '216/1000', NULL), ('amazon', '2024-01-10', '208/1000', 'clear'), ('amazon', '2024-02-01', '8/1000', 'suspended'), ('amazon', '2024-07-08', '16/1000', 'suspended'), ('amazon', '2024-07-30', '216/1000', 'clear');

-- A community's escalation, like Reddit's or Wikipedia's: a warning, 3 days, 7 days,
-- for ever; ban evasion doubles; a year of good conduct starts it anew.
INSERT INTO scheme VALUES ('forum', '{"scheme": "forum.escalation", "score": {"direction": "accumulate", "limit": 4},
	"rules": {"harassment": {"title": "harassment", "severity": "medium", "points": 1, "class": "conduct"}, "vandalism": {"title": "vandalism", "points": 1, "class": "conduct"}, "evasion": {"title": "evading a ban", "severity": "severe", "points": 2, "class": "conduct"},
			  "csam": {"title": "sexual abuse of children", "severity": "extreme", "points": 0, "direct": "for_ever"}},
	"collapse": [{"group": "incident", "keep": "max"}],
	"relief": [{"name": "a good year", "every": "1 year", "restore": true, "pause_during": true}],
	"ladder": [
		{"rung": "warned", "when": "score >= 1", "tier": "warned", "for": "1 day"},
		{"rung": "three_days", "when": "score >= 2", "tier": "muted", "withhold": ["post"], "for": "3 days"},
		{"rung": "week", "when": "score >= 3", "tier": "suspended", "withhold": ["post", "message"], "for": "7 days"},
		{"rung": "for_ever", "when": "score >= 4", "tier": "banned", "withhold": ["post", "message", "read"], "for": "ever"}]}');
INSERT INTO life VALUES
('forum', 'forum', '2026-01-01', '{warned 2024-01-01 00:00 .. 2024-01-02 00:00,three_days 2024-01-10 00:00 .. 2024-01-13 00:00,for_ever 2024-01-11 00:00 .. open}',
	pg_temp.v('2024-01-01', 'vandalism') || pg_temp.v('2024-01-10', 'harassment') || pg_temp.v('2024-01-11', 'evasion')),
('forum good', 'forum', '2026-01-01', '{warned 2024-01-01 00:00 .. 2024-01-02 00:00,three_days 2024-01-10 00:00 .. 2024-01-13 00:00,warned 2025-02-01 00:00 .. 2025-02-02 00:00}',
	pg_temp.v('2024-01-01', 'vandalism') || pg_temp.v('2024-01-10', 'vandalism') || pg_temp.v('2025-02-01', 'vandalism'));
INSERT INTO expected_score VALUES ('forum', '2024-01-11', '4/4', 'banned'), ('forum good', '2025-01-12', '2/4', NULL), ('forum good', '2025-01-13', '0/4', NULL), ('forum good', '2025-02-01', '1/4', 'warned');

-- Ice hockey: every third ten-minute misconduct of a season is a match, each time one more.
INSERT INTO scheme VALUES ('hockey', '{"scheme": "hockey.misconducts", "time_zone": "Europe/Stockholm", "cycle": {"every": "12 months", "from": "2024-09-01"},
	"score": {"direction": "accumulate", "limit": 3}, "rules": {"misconduct": {"title": "ten minutes", "points": 1}, "match_penalty": {"title": "match penalty", "severity": "severe", "points": 0, "direct": "reported"}},
	"observe": {"times": {"count": "sanctions", "rungs": ["third"], "within": "cycle"}},
	"relief": [{"at": "cycle", "void": "all"}],
	"ladder": [{"rung": "third", "each": 3, "tier": "suspended", "withhold": ["play"], "for": {"count": "1 + times", "of": "match"}},
			   {"rung": "reported", "tier": "suspended", "withhold": ["play"], "for": {"count": 1, "of": "match"}, "until": ["decided"]}]}');
INSERT INTO life VALUES ('hockey', 'hockey', '2025-12-01', '{third 2024-10-03 00:00 .. 2024-10-04 12:00,third 2024-11-03 00:00 .. 2024-11-06 12:00,reported 2024-12-01 00:00 .. 2024-12-09 00:00}',
	pg_temp.v('2024-10-01', 'misconduct') || pg_temp.v('2024-10-02', 'misconduct') || pg_temp.v('2024-10-03', 'misconduct') || pg_temp.a('2024-10-04 12:00', 'match') ||
	pg_temp.v('2024-11-01', 'misconduct') || pg_temp.v('2024-11-02', 'misconduct') || pg_temp.v('2024-11-03', 'misconduct') || pg_temp.a('2024-11-05 12:00', 'match') || pg_temp.a('2024-11-06 12:00', 'match') ||
	pg_temp.v('2024-12-01', 'match_penalty') || pg_temp.a('2024-12-03', 'match') || pg_temp.a('2024-12-09', 'decided'));
INSERT INTO expected_score VALUES ('hockey', '2024-11-03', '6/3', 'suspended'), ('hockey', '2025-09-01', '0/3', NULL);

-- Taobao: two counts of a year's end; of 24 points for counterfeits a year's end takes nothing.
INSERT INTO scheme VALUES ('taobao', '{"scheme": "taobao.severe", "time_zone": "Asia/Shanghai", "score": {"direction": "accumulate", "limit": 48},
	"rules": {"general": {"title": "一般严重违规", "severity": "medium", "points": [2, 24]}, "counterfeit": {"title": "出售假冒商品", "severity": "severe", "points": [12, 48], "class": "counterfeit"}},
	"observe": {"counterfeits": {"sum": "points", "classes": ["counterfeit"], "live": true}},
	"relief": [{"name": "year end", "at": "year", "classes": ["counterfeit"], "when": "counterfeits < 24", "void": "all"},
			   {"name": "year end, others", "at": "year", "except_rules": ["counterfeit"], "when": "score < 48", "void": "all"}],
	"ladder": [{"rung": "n12", "when": "score >= 12", "tier": "limited", "withhold": ["list"], "for": "7 days"}, {"rung": "n24", "when": "score >= 24", "tier": "suspended", "withhold": ["list", "sell"], "for": "14 days"},
			   {"rung": "n36", "when": "score >= 36", "tier": "suspended", "withhold": ["list", "sell"], "for": "21 days"}, {"rung": "n48", "when": "score >= 48", "tier": "banned", "withhold": ["list", "sell"], "for": "ever"}]}');
INSERT INTO life VALUES ('taobao', 'taobao', '2027-01-01', '{n24 2024-05-01 00:00 .. 2024-05-15 00:00,n36 2025-02-01 00:00 .. 2025-02-22 00:00}',
	pg_temp.v('2024-05-01', 'counterfeit', 24) || pg_temp.v('2024-06-01', 'general', 6) || pg_temp.v('2025-02-01', 'counterfeit', 12)),
('taobao less', 'taobao', '2027-01-01', '{n12 2024-05-01 00:00 .. 2024-05-08 00:00}', pg_temp.v('2024-05-01', 'counterfeit', 12));
INSERT INTO expected_score VALUES ('taobao', '2024-06-01', '30/48', NULL), ('taobao', '2025-01-01', '24/48', NULL), ('taobao', '2025-02-01', '36/48', 'suspended'), ('taobao', '2026-01-01', '36/48', NULL), ('taobao less', '2025-01-01', '0/48', NULL);

-- Poland: 24, novices 20; each lapses a year after its fine was paid, and not before.
INSERT INTO scheme VALUES ('pl.law', '{"scheme": "pl.punkty", "time_zone": "Europe/Warsaw", "score": {"direction": "accumulate", "limit": "if(novice, 20, 24)"},
	"attributes": {"novice": {"type": "boolean", "default": false}},
	"rules": {"speed": {"title": "prędkość", "points": [1, 15]}, "alcohol": {"title": "alkohol", "severity": "severe", "points": 15}},
	"relief": [{"name": "a year after payment", "age": "1 year", "from": "fine_paid", "void": "entry"}, {"name": "course", "on": "course", "subtract": 6, "at_most": "1 per 6 months", "when": "not novice"}],
	"ladder": [{"rung": "exam", "when": "score > cap", "tier": "suspended", "withhold": ["drive"], "until": ["exam"]}]}');
INSERT INTO life VALUES ('pl paid', 'pl.law', NULL, '{}', pg_temp.v('2023-01-01', 'speed', 10, '{"id": 1}') || pg_temp.v('2023-02-01', 'speed', 14, '{"id": 2}') || pg_temp.a('2023-03-01', 'fine_paid', '{"violation": 1}') || pg_temp.a('2024-06-01', 'fine_paid', '{"violation": 2}')),
('pl novice', 'pl.law', '2024-01-01', '{exam 2023-02-01 00:00 .. 2023-04-01 00:00}', pg_temp.f('novice', 'true') || pg_temp.v('2023-01-01', 'speed', 6) || pg_temp.v('2023-02-01', 'alcohol') || pg_temp.a('2023-04-01', 'exam'));
INSERT INTO expected_score VALUES ('pl paid', '2023-02-01', '24/24', 'clear'), ('pl paid', '2024-02-29', '24/24', NULL), ('pl paid', '2024-03-01', '14/24', NULL), ('pl paid', '2025-06-01', '0/24', NULL), ('pl novice', '2023-02-01', '21/20', 'suspended');

-- Hong Kong: 15 within two years, three months, later six; those that led to it are gone.
INSERT INTO scheme VALUES ('hk', '{"scheme": "hk.dop", "time_zone": "Asia/Hong_Kong", "score": {"direction": "accumulate", "limit": 15},
	"rules": {"speed": {"title": "speeding", "points": [3, 10]}, "careless": {"title": "careless driving", "severity": "medium", "points": 5}},
	"observe": {"two_years": {"sum": "points", "within": "2 years", "live": true}, "before": {"count": "sanctions", "rungs": ["disqualified"]}},
	"relief": [{"name": "two years", "age": "2 years", "void": "entry"}, {"name": "contributing", "sanction": "start", "void": "contributing"},
			   {"name": "course", "on": "course", "when": "score < 15", "subtract": 3, "at_most": "1 per 2 years"}],
	"ladder": [{"rung": "disqualified", "when": "two_years >= 15", "tier": "suspended", "withhold": ["drive"], "for": [{"when": "before >= 1", "use": "6 months"}, {"use": "3 months"}]}]}');
INSERT INTO life VALUES ('hk', 'hk', '2025-01-01', '{disqualified 2020-03-01 00:00 .. 2020-06-01 00:00,disqualified 2020-09-01 00:00 .. 2021-03-01 00:00}',
	pg_temp.v('2020-01-01', 'speed', 10) || pg_temp.v('2020-03-01', 'careless') || pg_temp.v('2020-07-01', 'speed', 8) || pg_temp.a('2020-07-10', 'course') || pg_temp.v('2020-09-01', 'speed', 10));
INSERT INTO expected_score VALUES ('hk', '2020-03-01', '0/15', 'suspended'), ('hk', '2020-07-10', '5/15', NULL), ('hk', '2020-09-01', '0/15', 'suspended');

-- A short-video shop: 48 points, 90 days each, a violation of one listing counts once.
INSERT INTO scheme VALUES ('tts', '{"scheme": "shop.violations", "time_zone": "America/Los_Angeles", "score": {"direction": "accumulate", "limit": 48},
	"severities": {"minor": 1, "medium": [2, 4], "severe": [6, 12], "extreme": 48},
	"rules": {"late": {"title": "late dispatch"}, "misleading": {"title": "misleading listing", "severity": "medium"}, "prohibited": {"title": "prohibited goods", "severity": "severe"}, "scam": {"title": "scam", "severity": "extreme"}},
	"collapse": [{"group": "content", "within": "24 hours", "keep": "first"}],
	"relief": [{"name": "90 days", "age": "90 days", "round": "day_end", "void": "entry"}],
	"ladder": [{"rung": "orders", "when": "score >= 12", "tier": "limited", "withhold": ["campaign"], "for": "7 days", "rearm": "always", "overlap": "extend"},
			   {"rung": "closed", "when": "score >= 48", "tier": "banned", "withhold": ["campaign", "sell", "withdraw"], "for": "ever"}],
	"revision": {"overturn": "replay", "appeal_within": "30 days", "decide_within": "7 days"},
	"calendar": {"weekend": ["saturday", "sunday"], "roll": ["appeals"]}}');
INSERT INTO life VALUES ('tts', 'tts', '2025-01-01', '{orders 2024-01-02 00:00 .. 2024-01-16 00:00}',
	pg_temp.v('2024-01-01 10:00', 'misleading', 4, '{"content": "x"}') || pg_temp.v('2024-01-01 11:00', 'prohibited', 12, '{"content": "x"}') || pg_temp.v('2024-01-02', 'prohibited', 8, '{"content": "y"}') || pg_temp.v('2024-01-03', 'late'));
INSERT INTO expected_score VALUES ('tts', '2024-01-01 11:00', '4/48', NULL), ('tts', '2024-01-02', '12/48', 'limited'), ('tts', '2024-01-03', '13/48', 'limited'), ('tts', '2024-03-30 23:59', '13/48', NULL), ('tts', '2024-03-31', '13/48', NULL), ('tts', '2024-04-01', '1/48', NULL), ('tts', '2024-04-02', '0/48', NULL);

CREATE TEMPORARY TABLE outcome AS
	SELECT l.id, r.ordinality AS n, r.at AT TIME ZONE z.zone AS local, r.what, r.score, r.tier, r.rung,
		   r.starts AT TIME ZONE z.zone AS starts, r.ends AT TIME ZONE z.zone AS ends, r.detail, r.delta
	FROM life l JOIN scheme s ON s.id = l.scheme
	CROSS JOIN LATERAL (SELECT coalesce(s.document ->> 'time_zone', 'UTC') AS zone) z
	CROSS JOIN LATERAL governance.dry_run(s.document, l.events, l.until::timestamp AT TIME ZONE z.zone, true) WITH ORDINALITY AS r;

\set ECHO queries
-- scores and tiers that differ
SELECT e.id, e.at, e.score AS expected, o.score AS got, e.tier AS expected_tier, o.tier AS got_tier
	FROM expected_score e
	LEFT JOIN LATERAL (SELECT * FROM outcome o WHERE o.id = e.id AND o.local <= e.at::timestamp ORDER BY n DESC LIMIT 1) o ON true
	WHERE o.score::text IS DISTINCT FROM e.score OR o.tier::text <> e.tier
	ORDER BY e.id, e.at;

-- sanctions that differ
WITH last AS (
	SELECT DISTINCT ON (id, rung, starts) id, rung, starts, ends FROM outcome
		WHERE what IN ('sanction', 'change', 'end', 'release') ORDER BY id, rung, starts, n DESC),
got AS (
	SELECT s.id, s.sanctions, coalesce(array_agg(
			l.rung || ' ' || to_char(l.starts, 'YYYY-MM-DD HH24:MI') || ' .. ' ||
			CASE WHEN l.ends = 'infinity' THEN 'open' ELSE to_char(l.ends, 'YYYY-MM-DD HH24:MI') END
			ORDER BY l.starts, l.rung) FILTER (WHERE l.rung IS NOT NULL), '{}') AS got
	FROM life s LEFT JOIN last l ON l.id = s.id AND l.ends > l.starts GROUP BY s.id)
SELECT id, sanctions AS expected, got FROM got WHERE sanctions IS NOT NULL AND got <> sanctions ORDER BY id;

SELECT (SELECT count(*) FROM scheme) AS schemes, (SELECT count(*) FROM life) AS lives, (SELECT count(*) FROM expected_score) AS scores;
