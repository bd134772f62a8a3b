-- What breaks a naive engine, and what went wrong in other moderation systems:
-- small documents, each with the one thing that matters.  What is printed is
-- only what differs from what each case expects.
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


-- a document from parts
CREATE FUNCTION pg_temp.d(score jsonb, more jsonb) RETURNS jsonb LANGUAGE sql AS $$
	SELECT jsonb_build_object('scheme', 'trap', 'score', score,
		'rules', '{"one": {"title": "1", "points": 1}, "two": {"title": "2", "points": 2, "severity": "medium"}, "three": {"title": "3", "points": 3, "severity": "severe"},
			"any": {"title": "any", "points": [0, 100]}}'::jsonb) || more $$;
CREATE FUNCTION pg_temp.pile(cap numeric, more jsonb) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT pg_temp.d(jsonb_build_object('direction', 'accumulate', 'limit', cap), more) $$;
CREATE FUNCTION pg_temp.full(cap numeric, more jsonb) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT pg_temp.d(jsonb_build_object('direction', 'deduct', 'cap', cap), more) $$;

-- ---------------------------------------------------------------- two clocks in one rule
INSERT INTO scenario VALUES
-- points expire from the decision, the ladder looks at the offences
('clocks', pg_temp.pile(8, '{"relief": [{"age": "30 months", "from": "decided", "void": "entry"}],
	"ladder": [{"rung": "revoked", "when": "score >= 8", "tier": "revoked", "for": "6 months"}]}'), NULL,
	'{revoked 2022-09-01 00:00 .. 2023-03-01 00:00}',
	pg_temp.v('2020-01-01', 'any', 4, '{"decided": "2020-06-01"}') || pg_temp.v('2022-07-01', 'any', 4, '{"decided": "2022-09-01"}')),
-- the decision came late: the violation expired before the next one, but not its sanction
('late', pg_temp.pile(8, '{"relief": [{"age": "30 days", "void": "entry"}],
	"ladder": [{"rung": "held", "when": "score >= 2", "tier": "limited"}, {"rung": "timed", "when": "score >= 2", "tier": "muted", "for": "5 days"}]}'), NULL,
	'{timed 2024-03-01 00:00 .. 2024-03-06 00:00}', pg_temp.v('2024-01-01', 'two', NULL, '{"decided": "2024-03-01"}'));
INSERT INTO expected_score VALUES
('clocks', '2022-07-01', '8/8', NULL), ('clocks', '2022-11-30', '8/8', NULL), ('clocks', '2022-12-01', '4/8', NULL), ('clocks', '2025-03-01', '0/8', NULL),
('late', '2024-01-31', '0/8', 'clear'), ('late', '2024-03-01', '0/8', 'muted');

-- ---------------------------------------------------------------- in sequence, with a clamp
INSERT INTO scenario VALUES
('sequence', pg_temp.pile(8, '{"ladder_sequence": true, "relief": [{"sanction": "start", "rungs": ["first"], "lower_to": 5}, {"sanction": "start", "rungs": ["second"], "lower_to": 7}],
	"ladder": [{"rung": "first", "when": "score >= 4", "tier": "warned", "for": "ever"}, {"rung": "second", "when": "score >= 6", "tier": "limited", "for": "ever"},
		{"rung": "third", "when": "score >= 8", "tier": "revoked", "for": "ever"}]}'), NULL,
	'{first 2024-01-01 00:00 .. open,second 2024-02-01 00:00 .. open,third 2024-03-01 00:00 .. open}',
	pg_temp.v('2024-01-01', 'any', 9) || pg_temp.v('2024-02-01', 'three') || pg_temp.v('2024-03-01', 'one')),
('after', pg_temp.pile(8, '{"ladder": [{"rung": "warning", "when": "score >= 1", "tier": "warned", "for": "ever"},
		{"rung": "ban", "when": "score >= 2", "tier": "banned", "for": "ever", "after": "warning"}]}'), NULL,
	'{warning 2024-01-01 00:00 .. open,ban 2024-01-02 00:00 .. open}', pg_temp.v('2024-01-01', 'three') || pg_temp.v('2024-01-02', 'any', 0));
INSERT INTO expected_score VALUES
('sequence', '2024-01-01', '5/8', 'warned'), ('sequence', '2024-02-01', '7/8', 'limited'), ('sequence', '2024-03-01', '8/8', 'revoked');

-- ---------------------------------------------------------------- thresholds by earlier sanctions, which lapse
INSERT INTO scenario VALUES
('priors', pg_temp.pile(15, '{"observe": {"priors": {"count": "sanctions", "within": "3 years", "by": "end"}},
	"relief": [{"age": "1 year", "clean": true, "void": "entry"}, {"sanction": "end", "void": "all"}],
	"ladder": [{"rung": "suspended", "when": "score >= if(priors >= 1, 4, 6)", "tier": "suspended", "for": {"days": "30 * (1 + priors)"}}]}'), NULL,
	'{suspended 2020-01-02 00:00 .. 2020-02-01 00:00,suspended 2021-01-02 00:00 .. 2021-03-03 00:00,suspended 2025-01-03 00:00 .. 2025-02-02 00:00}',
	pg_temp.v('2020-01-01', 'three') || pg_temp.v('2020-01-02', 'three') || pg_temp.v('2021-01-01', 'two') || pg_temp.v('2021-01-02', 'two') ||
	pg_temp.v('2025-01-01', 'two') || pg_temp.v('2025-01-02', 'two') || pg_temp.v('2025-01-03', 'two')),
-- one violation-free year takes all away; a violation starts it anew for all
('clean age', pg_temp.pile(15, '{"relief": [{"age": "1 year", "clean": true, "void": "entry"}]}'), NULL, NULL,
	pg_temp.v('2020-01-01', 'three') || pg_temp.v('2020-07-01', 'one'));
INSERT INTO expected_score VALUES
('clean age', '2021-01-01', '4/15', NULL), ('clean age', '2021-06-30', '4/15', NULL), ('clean age', '2021-07-01', '0/15', NULL);

-- ---------------------------------------------------------------- balance operations tied to sanctions
INSERT INTO scenario VALUES
('set at end', pg_temp.full(15, '{"relief": [{"sanction": "end", "rungs": ["ban"], "set": 7}],
	"ladder": [{"rung": "ban", "when": "score <= 0", "tier": "suspended", "for": "60 days"}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'any', 15)),
('contributing', pg_temp.pile(15, '{"relief": [{"sanction": "end", "rungs": ["ban"], "void": "contributing"}],
	"ladder": [{"rung": "ban", "when": "score >= 15", "tier": "suspended", "for": "90 days"}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'any', 10) || pg_temp.v('2024-01-10', 'any', 5) || pg_temp.v('2024-02-01', 'three'));
INSERT INTO expected_score VALUES
('set at end', '2024-02-29', '0/15', 'suspended'), ('set at end', '2024-03-01', '7/15', 'clear'),
('contributing', '2024-02-01', '18/15', NULL), ('contributing', '2024-04-09', '3/15', 'clear');

-- ---------------------------------------------------------------- clean time
INSERT INTO scenario VALUES
('pause', pg_temp.full(20, '{"relief": [{"every": "10 days", "pause_during": ["ban"], "add": 1}],
	"ladder": [{"rung": "ban", "when": "score <= 15", "tier": "suspended", "for": "30 days"}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'two') || pg_temp.v('2024-01-06', 'three') || pg_temp.v('2024-01-08', 'any', 0)),
('pause midway', pg_temp.full(20, '{"relief": [{"every": "10 days", "on_violation": "keep", "pause_during": true, "add": 1}],
	"ladder": [{"rung": "ban", "when": "score <= 15", "tier": "suspended", "for": "30 days"}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'two') || pg_temp.v('2024-01-06', 'three')),
('off at floor', pg_temp.full(10, '{"relief": [{"every": "1 day", "off_at_floor": true, "add": 1}, {"on": "amnesty", "raise_to": 3}]}'), '2024-03-10', NULL,
	pg_temp.v('2024-01-01', 'any', 10) || pg_temp.a('2024-03-01 12:00', 'amnesty')),
('extend', pg_temp.full(20, '{"relief": [{"every": "7 days", "on_violation": "extend", "extend_by": {"days": "7 * points"}, "add": 1}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'two') || pg_temp.v('2024-01-03', 'two')),
('first after', pg_temp.full(20, '{"relief": [{"every": "1 day", "first_after": "30 days", "add": 1}]}'), NULL, NULL, pg_temp.v('2024-01-01', 'three')),
-- the wait depends on what is outstanding, and one point alone comes back by itself
('outstanding', pg_temp.full(12, '{"observe": {"grave": {"count": "violations", "severities": ["severe"], "live": true}},
	"relief": [{"every": [{"when": "grave > 0", "use": "3 years"}, {"use": "2 years"}], "restore": true},
		{"age": "6 months", "where": "entry.points = 1", "void": "entry"}]}'), NULL, NULL,
	pg_temp.v('2020-01-01', 'one') || pg_temp.v('2020-03-01', 'two') || pg_temp.v('2024-01-01', 'three')),
-- months are counted from the violation: 31 January, 29 February, 31 March
('months', pg_temp.full(12, '{"relief": [{"every": "1 month", "add": 1}]}'), NULL, NULL, pg_temp.v('2024-01-31', 'three')),
-- two kinds of clean time that do not exclude each other go on side by side
('side by side', pg_temp.full(20, '{"relief": [{"every": "30 days", "add": 1}, {"every": "70 days", "restore": true}]}'), NULL, NULL, pg_temp.v('2024-01-01', 'any', 10)),
-- an account that starts below its cap earns from its opening
('merit', pg_temp.d('{"direction": "deduct", "start": 20, "cap": 30}', '{"relief": [{"every": "2 years", "add": 2}]}'), '2031-01-01', NULL,
	'[{"opened": "2020-01-01"}]' || pg_temp.v('2023-06-01', 'three'));
INSERT INTO expected_score VALUES
('pause', '2024-01-06', '15/20', 'suspended'), ('pause', '2024-02-05', '15/20', 'clear'), ('pause', '2024-02-14', '15/20', NULL), ('pause', '2024-02-15', '16/20', NULL),
('pause midway', '2024-02-09', '15/20', NULL), ('pause midway', '2024-02-10', '16/20', NULL), ('pause midway', '2024-02-20', '17/20', NULL),
('off at floor', '2024-03-01', '0/10', NULL), ('off at floor', '2024-03-01 12:00', '3/10', NULL), ('off at floor', '2024-03-02 11:59', '3/10', NULL), ('off at floor', '2024-03-02 12:00', '4/10', NULL),
('extend', '2024-01-03', '16/20', NULL), ('extend', '2024-01-21', '16/20', NULL), ('extend', '2024-01-22', '17/20', NULL), ('extend', '2024-01-29', '18/20', NULL), ('extend', '2024-02-12', '20/20', NULL),
('first after', '2024-01-30', '17/20', NULL), ('first after', '2024-01-31', '18/20', NULL), ('first after', '2024-02-02', '20/20', NULL),
('outstanding', '2020-06-30', '9/12', NULL), ('outstanding', '2020-07-01', '10/12', NULL), ('outstanding', '2022-02-28', '10/12', NULL), ('outstanding', '2022-03-01', '12/12', NULL),
('outstanding', '2026-12-31', '9/12', NULL), ('outstanding', '2027-01-01', '12/12', NULL),
('months', '2024-02-28', '9/12', NULL), ('months', '2024-02-29', '10/12', NULL), ('months', '2024-03-30', '10/12', NULL), ('months', '2024-03-31', '11/12', NULL), ('months', '2024-04-30', '12/12', NULL),
('side by side', '2024-01-31', '11/20', NULL), ('side by side', '2024-03-01', '12/20', NULL), ('side by side', '2024-03-10', '12/20', NULL), ('side by side', '2024-03-11', '20/20', NULL),
('merit', '2023-06-01', '19/30', NULL), ('merit', '2025-05-31', '19/30', NULL), ('merit', '2025-06-01', '21/30', NULL), ('merit', '2029-06-01', '25/30', NULL);

-- ---------------------------------------------------------------- reset and sanction are separate lives; carry-over
INSERT INTO scenario VALUES
('quarter', pg_temp.pile(12, '{"relief": [{"at": "quarter", "void": "all"}], "ladder": [{"rung": "ban", "when": "score >= 3", "tier": "suspended", "for": "28 days"}]}'), NULL,
	'{ban 2024-03-20 00:00 .. 2024-04-17 00:00}', pg_temp.v('2024-03-20', 'three')),
('carry over', pg_temp.pile(48, '{"relief": [{"at": "year", "except_rules": ["three"], "when": "score < 48", "void": "all"}]}'), NULL, NULL,
	pg_temp.v('2024-03-20', 'three') || pg_temp.v('2024-03-21', 'two')),
('limit stays', pg_temp.pile(5, '{"relief": [{"at": "year", "when": "score < 5", "void": "all"}]}'), '2027-01-01', NULL,
	pg_temp.v('2024-03-20', 'three') || pg_temp.v('2024-03-21', 'two')),
-- a boundary that comes long after: nothing in between is looked at
('april', pg_temp.full(12, '{"relief": [{"at": "month", "when": "month = 4", "restore": true}]}'), NULL, NULL, pg_temp.v('2024-05-01', 'three'));
INSERT INTO expected_score VALUES
('quarter', '2024-03-31 23:59', '3/12', 'suspended'), ('quarter', '2024-04-01', '0/12', 'suspended'), ('quarter', '2024-04-17', '0/12', 'clear'),
('carry over', '2024-12-31', '5/48', NULL), ('carry over', '2025-01-01', '3/48', NULL), ('limit stays', '2027-01-01', '5/5', NULL),
('april', '2025-03-31', '9/12', NULL), ('april', '2025-04-01', '12/12', NULL);

-- ---------------------------------------------------------------- lengths, overlaps, conditions, elections
INSERT INTO scenario VALUES
('length by points', pg_temp.pile(100, '{"ladder": [{"rung": "mute", "each": 5, "tier": "muted", "for": {"hours": "12 * floor(score / 5)"}}]}'), NULL,
	'{mute 2024-01-01 00:00 .. 2024-01-02 18:00}', pg_temp.v('2024-01-01', 'any', 10) || pg_temp.v('2024-01-01 06:00', 'any', 5)),
('length by count', pg_temp.pile(100, '{"observe": {"before": {"count": "sanctions"}},
	"ladder": [{"rung": "ban", "when": "score >= 1", "rearm": "always", "tier": "suspended", "for": {"days": "min(60, 7 * (before + 1))"}}]}'), NULL,
	'{ban 2024-01-01 00:00 .. 2024-01-08 00:00,ban 2024-02-01 00:00 .. 2024-02-15 00:00,ban 2024-03-01 00:00 .. 2024-03-22 00:00}',
	pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-02-01', 'one') || pg_temp.v('2024-03-01', 'one')),
('overlap max', pg_temp.pile(100, '{"ladder": [{"rung": "b", "each": 1, "tier": "muted", "for": "10 days"}]}'), NULL,
	'{b 2024-01-01 00:00 .. 2024-01-15 00:00}', pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-05', 'one')),
('overlap extend', pg_temp.pile(100, '{"ladder": [{"rung": "b", "each": 1, "tier": "muted", "for": "10 days", "overlap": "extend"}]}'), NULL,
	'{b 2024-01-01 00:00 .. 2024-01-21 00:00}', pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-05', 'one')),
('overlap queue', pg_temp.pile(100, '{"ladder": [{"rung": "b", "each": 1, "tier": "muted", "for": "10 days", "overlap": "queue"}]}'), NULL,
	'{b 2024-01-01 00:00 .. 2024-01-11 00:00,b 2024-01-11 00:00 .. 2024-01-21 00:00,b 2024-01-21 00:00 .. 2024-01-31 00:00}',
	pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-05', 'one') || pg_temp.v('2024-01-06', 'one')),
-- behind one whose end is not known: each starts when the one before it has ended
('queue behind conditions', pg_temp.pile(100, '{"ladder": [{"rung": "b", "each": 1, "tier": "muted", "for": "10 days", "until": ["exam"], "overlap": "queue"}]}'), '2024-04-01',
	'{b 2024-01-01 00:00 .. 2024-01-20 00:00,b 2024-01-20 00:00 .. 2024-01-30 00:00,b 2024-01-30 00:00 .. 2024-03-01 00:00}',
	pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-05', 'one') || pg_temp.v('2024-01-06', 'one') ||
	pg_temp.a('2024-01-20', 'exam') || pg_temp.a('2024-01-21', 'exam') || pg_temp.a('2024-03-01', 'exam')),
('queue behind matches', pg_temp.pile(100, '{"ladder": [{"rung": "b", "each": 1, "tier": "muted", "for": {"count": 2, "of": "match"}, "overlap": "queue"}]}'), '2024-04-01',
	'{b 2024-01-01 00:00 .. 2024-01-12 00:00,b 2024-01-12 00:00 .. 2024-01-14 00:00}',
	pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-05', 'one') || pg_temp.a('2024-01-11', 'match') || pg_temp.a('2024-01-12', 'match') ||
	pg_temp.a('2024-01-13', 'match') || pg_temp.a('2024-01-14', 'match')),
('queue behind ever', pg_temp.pile(100, '{"ladder": [{"rung": "b", "each": 1, "tier": "muted", "for": "ever", "overlap": "queue"}]}'), NULL,
	'{b 2024-01-01 00:00 .. open}', pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-05', 'one')),
('queue behind the released', pg_temp.pile(100, '{"revision": {"overturn": "refund"}, "ladder": [{"rung": "b", "each": 1, "tier": "muted", "until": ["exam"], "overlap": "queue"}]}'), '2024-04-01',
	'{b 2024-01-01 00:00 .. 2024-02-01 00:00,b 2024-02-01 00:00 .. 2024-02-05 00:00}',
	pg_temp.v('2024-01-01', 'one', NULL, '{"id": 7}') || pg_temp.v('2024-01-05', 'one', NULL, '{"id": 8}') || pg_temp.v('2024-01-06', 'one', NULL, '{"id": 9}') ||
	'[{"at": "2024-01-20", "overturn": 8}, {"at": "2024-02-01", "overturn": 7}]' || pg_temp.a('2024-02-05', 'exam')),
('overlap replace', pg_temp.pile(100, '{"ladder": [{"rung": "b", "each": 1, "tier": "muted", "for": "10 days", "overlap": "replace"}]}'), NULL,
	'{b 2024-01-01 00:00 .. 2024-01-05 00:00,b 2024-01-05 00:00 .. 2024-01-15 00:00}', pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-05', 'one')),
('overlap parallel', pg_temp.pile(100, '{"ladder": [{"rung": "b", "each": 1, "tier": "muted", "for": "10 days", "overlap": "parallel"}]}'), NULL,
	'{b 2024-01-01 00:00 .. 2024-01-11 00:00,b 2024-01-05 00:00 .. 2024-01-15 00:00}', pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-05', 'one')),
-- ten days at least and the exam with at least 80
('conditions late', pg_temp.pile(100, '{"ladder": [{"rung": "b", "when": "score >= 1", "tier": "muted", "for": "10 days", "until": [{"on": "exam", "where": "quantity >= 80"}, "paid"]}]}'), '2024-03-01',
	'{b 2024-01-01 00:00 .. 2024-01-20 00:00}', pg_temp.v('2024-01-01', 'one') || pg_temp.a('2024-01-05', 'paid') || pg_temp.a('2024-01-06', 'exam', '{"quantity": 79}') || pg_temp.a('2024-01-20', 'exam', '{"quantity": 80}')),
('conditions early', pg_temp.pile(100, '{"ladder": [{"rung": "b", "when": "score >= 1", "tier": "muted", "for": "10 days", "until": ["exam"]}]}'), '2024-03-01',
	'{b 2024-01-01 00:00 .. 2024-01-11 00:00}', pg_temp.v('2024-01-01', 'one') || pg_temp.a('2024-01-05', 'exam')),
('election', pg_temp.pile(100, '{"ladder": [{"rung": "ban", "when": "score >= 3", "tier": "suspended", "for": "90 days", "elect": {"on": "choose", "rung": "probation"}},
		{"rung": "probation", "tier": "warned", "for": "12 months"}]}'), NULL,
	'{ban 2024-01-01 00:00 .. 2024-01-05 00:00,probation 2024-01-05 00:00 .. 2025-01-05 00:00}', pg_temp.v('2024-01-01', 'three') || pg_temp.a('2024-01-05', 'choose'));

-- ---------------------------------------------------------------- crossing: jumps, memory, re-crossing, heaviest or all
INSERT INTO scenario VALUES
('jump', pg_temp.pile(100, '{"ladder": [{"rung": "a", "when": "score >= 2", "tier": "warned", "for": "1 day"}, {"rung": "b", "when": "score >= 4", "tier": "muted", "for": "1 day"},
		{"rung": "c", "when": "score >= 6", "tier": "suspended", "for": "1 day"}]}'), NULL,
	'{c 2024-01-01 00:00 .. 2024-01-02 00:00}', pg_temp.v('2024-01-01', 'any', 7) || pg_temp.v('2024-01-05', 'one')),
('jump all', pg_temp.pile(100, '{"ladder_apply": "all", "ladder": [{"rung": "a", "when": "score >= 2", "tier": "warned", "for": "1 day"}, {"rung": "b", "when": "score >= 4", "tier": "muted", "for": "1 day"},
		{"rung": "c", "when": "score >= 6", "tier": "suspended", "for": "1 day"}]}'), NULL,
	'{a 2024-01-01 00:00 .. 2024-01-02 00:00,b 2024-01-01 00:00 .. 2024-01-02 00:00,c 2024-01-01 00:00 .. 2024-01-02 00:00}', pg_temp.v('2024-01-01', 'any', 7)),
('recross', pg_temp.pile(100, '{"relief": [{"age": "10 days", "void": "entry"}], "ladder": [{"rung": "a", "when": "score >= 2", "tier": "warned", "for": "1 day"}]}'), NULL,
	'{a 2024-01-01 00:00 .. 2024-01-02 00:00,a 2024-01-20 00:00 .. 2024-01-21 00:00}',
	pg_temp.v('2024-01-01', 'two') || pg_temp.v('2024-01-03', 'one') || pg_temp.v('2024-01-20', 'two')),
('never again', pg_temp.pile(100, '{"relief": [{"age": "10 days", "void": "entry"}], "ladder": [{"rung": "a", "when": "score >= 2", "tier": "warned", "for": "1 day", "rearm": "never"}]}'), NULL,
	'{a 2024-01-01 00:00 .. 2024-01-02 00:00}', pg_temp.v('2024-01-01', 'two') || pg_temp.v('2024-01-20', 'two')),
-- timed by its own length, or as long as the score is in its band
('timed and held', pg_temp.pile(100, '{"relief": [{"age": "5 days", "void": "entry"}], "ladder": [{"rung": "timed", "when": "score >= 2", "tier": "warned", "for": "30 days"},
		{"rung": "held", "when": "score >= 2", "tier": "limited"}]}'), NULL,
	'{held 2024-01-01 00:00 .. 2024-01-06 00:00}', pg_temp.v('2024-01-01', 'two')),
('timed and held, all', pg_temp.pile(100, '{"ladder_apply": "all", "relief": [{"age": "5 days", "void": "entry"}], "ladder": [{"rung": "timed", "when": "score >= 2", "tier": "warned", "for": "30 days"},
		{"rung": "held", "when": "score >= 2", "tier": "limited"}]}'), NULL,
	'{held 2024-01-01 00:00 .. 2024-01-06 00:00,timed 2024-01-01 00:00 .. 2024-01-31 00:00}', pg_temp.v('2024-01-01', 'two')),
-- three within ten days; the first leaves the window at the tenth, sharp
('window', pg_temp.pile(100, '{"observe": {"recent": {"count": "violations", "within": "10 days"}}, "ladder": [{"rung": "held", "when": "recent >= 3", "tier": "limited"}]}'), NULL,
	'{held 2024-01-05 00:00 .. 2024-01-11 00:00}', pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-03', 'one') || pg_temp.v('2024-01-05', 'one')),
-- a month before 29 February is 29 January: what is of the 30th and 31st leaves with the month's end
('month window', pg_temp.pile(100, '{"observe": {"recent": {"count": "violations", "within": "1 month"}}, "ladder": [{"rung": "held", "when": "recent >= 1", "tier": "limited"}]}'), NULL,
	'{held 2024-01-31 00:00 .. 2024-03-01 00:00}', pg_temp.v('2024-01-31', 'one')),
-- zero points still count as the first
('zero', pg_temp.pile(100, '{"observe": {"before": {"count": "violations"}}, "modifiers": [{"when": "before = 0", "replace": 0}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'three') || pg_temp.v('2024-01-02', 'three') || pg_temp.v('2024-01-03', 'any', 0.5)),
-- what counts no longer is still seen by a measure that looks further back
('visible', pg_temp.pile(12, '{"observe": {"seen": {"count": "violations", "within": "4 years"}}, "relief": [{"age": "3 years", "void": "entry"}],
	"ladder": [{"rung": "listed", "when": "seen >= 1", "tier": "warned"}]}'), NULL, '{listed 2020-01-01 00:00 .. 2024-01-01 00:00}', pg_temp.v('2020-01-01', 'three'));
UPDATE scenario SET sanctions = '{held 2024-01-01 00:00 .. 2024-01-06 00:00}' WHERE id = 'timed and held';
INSERT INTO expected_score VALUES
('zero', '2024-01-01', '0/100', NULL), ('zero', '2024-01-02', '3/100', NULL), ('zero', '2024-01-03', '3.5/100', NULL),
('visible', '2023-01-01', '0/12', 'warned'), ('visible', '2024-01-01', '0/12', 'clear');

-- ---------------------------------------------------------------- revision
INSERT INTO scenario VALUES
-- a reversal voids its entry: the balance is not lower than nothing when the entry would have expired
('reversal', pg_temp.pile(12, '{"revision": {"overturn": "refund"}, "relief": [{"age": "30 days", "void": "entry"}],
	"ladder": [{"rung": "ban", "when": "score >= 3", "tier": "suspended", "for": "60 days"}]}'), NULL,
	'{ban 2024-01-03 00:00 .. 2024-01-10 00:00}',
	pg_temp.v('2024-01-01', 'two') || pg_temp.v('2024-01-03', 'two', NULL, '{"id": 9}') || '[{"at": "2024-01-10", "overturn": 9}]'),
-- what has come back already is not given back again
('refund the rest', pg_temp.full(20, '{"revision": {"overturn": "refund"}, "relief": [{"every": "1 day", "add": 1}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'any', 5, '{"id": 9}') || '[{"at": "2024-01-03 12:00", "overturn": 9}]'),
-- points returned stop at the cap, and what an entry costs is what it took
('clipped', pg_temp.full(5, '{"relief": [{"age": "10 days", "void": "entry"}]}'), NULL, NULL, pg_temp.v('2024-01-01', 'three') || pg_temp.v('2024-01-05', 'any', 10)),
('partial', pg_temp.full(10, '{"relief": [{"on": "course", "add": 5, "partial": "refuse"}, {"on": "lesson", "add": 5}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'three') || pg_temp.a('2024-01-02', 'course') || pg_temp.a('2024-01-03', 'lesson'));
INSERT INTO expected_score VALUES
('reversal', '2024-01-03', '4/12', 'suspended'), ('reversal', '2024-01-10', '2/12', 'clear'), ('reversal', '2024-01-31', '0/12', NULL), ('reversal', '2024-02-28', '0/12', NULL),
('refund the rest', '2024-01-03', '17/20', NULL), ('refund the rest', '2024-01-03 12:00', '20/20', NULL),
('clipped', '2024-01-05', '0/5', NULL), ('clipped', '2024-01-11', '3/5', NULL), ('clipped', '2024-01-15', '5/5', NULL),
('partial', '2024-01-02', '7/10', NULL), ('partial', '2024-01-03', '10/10', NULL);

-- ---------------------------------------------------------------- enforcement, ties, ends
INSERT INTO scenario VALUES
-- what happened in the trial is computed; only what starts later is enforced
('trial', pg_temp.pile(10, '{"enforcement": {"from": "2024-02-01"}, "ladder": [{"rung": "a", "when": "score >= 1", "tier": "warned"}, {"rung": "b", "when": "score >= 3", "tier": "banned", "for": "ever"}]}'), NULL,
	'{a 2024-01-01 00:00 .. open,b 2024-02-02 00:00 .. open}', pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-02-02', 'two')),
-- at one instant the lower id comes first, whatever the order in which it is written
('ties', pg_temp.pile(10, '{"collapse": [{"group": "content", "keep": "first"}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'three', NULL, '{"id": 2, "content": "x"}') || pg_temp.v('2024-01-01', 'one', NULL, '{"id": 1, "content": "x"}')),
-- worst of an incident, whatever the order
('incident', pg_temp.pile(10, '{"collapse": [{"group": "incident", "keep": "max"}]}'), NULL, NULL,
	pg_temp.v('2024-01-01', 'one', NULL, '{"incident": 1}') || pg_temp.v('2024-01-02', 'three', NULL, '{"incident": 1}') || pg_temp.v('2024-01-03', 'two', NULL, '{"incident": 1}')),
-- expiry, then the violation of the same instant
('same instant', pg_temp.pile(10, '{"relief": [{"age": "10 days", "void": "entry"}], "ladder": [{"rung": "a", "when": "score >= 4", "tier": "banned", "for": "ever"}]}'), NULL, '{}',
	pg_temp.v('2024-01-01', 'two') || pg_temp.v('2024-01-11', 'two'));
INSERT INTO expected_score VALUES
('trial', '2024-01-01', '1/10', 'clear'), ('trial', '2024-02-02', '3/10', 'banned'), ('ties', '2024-01-01', '1/10', NULL), ('incident', '2024-01-03', '3/10', NULL),
('same instant', '2024-01-11', '2/10', 'clear');

-- ---------------------------------------------------------------- days on the local calendar, hours by the clock
INSERT INTO scenario VALUES
('spring', pg_temp.pile(10, '{"time_zone": "Europe/London", "relief": [{"age": "1 day", "rules": ["one"], "void": "entry"}, {"age": "24 hours", "rules": ["two"], "void": "entry"}],
	"ladder": [{"rung": "a", "when": "score >= 1", "tier": "muted", "for": "2 days"}]}'), NULL, '{a 2024-03-30 12:00 .. 2024-04-01 12:00}',
	pg_temp.v('2024-03-30 12:00', 'one') || pg_temp.v('2024-03-30 12:00', 'two')),
('day end', pg_temp.pile(10, '{"time_zone": "America/New_York", "relief": [{"age": "30 days", "round": "day_end", "void": "entry"}]}'), NULL, NULL,
	pg_temp.v('2024-10-20 15:30', 'one'));
INSERT INTO expected_score VALUES
('spring', '2024-03-31 11:59', '3/10', NULL), ('spring', '2024-03-31 12:00', '2/10', NULL), ('spring', '2024-03-31 12:59', '2/10', NULL), ('spring', '2024-03-31 13:00', '0/10', NULL),
('day end', '2024-11-19 23:59', '1/10', NULL), ('day end', '2024-11-20', '0/10', NULL);

-- ---------------------------------------------------------------- what is chosen, what is passed over
INSERT INTO scenario VALUES
-- for ever until something is done is until that is done
('ever until', pg_temp.full(10, '{"ladder": [{"rung": "ban", "when": "score <= 5", "tier": "banned", "for": "ever", "until": ["exam"]},
	{"rung": "case", "when": "score <= 0", "tier": "banned", "for": [{"when": "lost > 9", "use": "ever"}, {"use": "1 day"}], "until": ["exam"]}]}'), NULL,
	'{ban 2024-01-01 00:00 .. 2024-02-01 00:00,case 2024-03-01 00:00 .. 2024-04-01 00:00}',
	pg_temp.v('2024-01-01', 'any', 5) || pg_temp.a('2024-02-01', 'exam') || pg_temp.v('2024-03-01', 'any', 5) || pg_temp.a('2024-04-01', 'exam')),
-- a length is chosen on every way to a rung that leaves it open: by the score, by a rule, by a count; usual otherwise
('chosen', pg_temp.pile(12, '{"rules": {"one": {"title": "1", "points": 1}, "nine": {"title": "9", "points": 9}, "deed": {"title": "deed", "points": 0, "direct": "open"}},
	"relief": [{"age": "1 day", "void": "entry"}], "observe": {"ones": {"count": "violations", "rules": ["one"]}},
	"ladder": [{"rung": "often", "each": 2, "measure": "ones", "tier": "muted", "for": {"range": ["1 day", "3 days"]}},
		{"rung": "open", "when": "score >= 9", "tier": "suspended", "for": {"range": ["1 month", "6 months"], "usual": "2 months"}, "overlap": "replace"}]}'), NULL,
	'{open 2023-01-01 00:00 .. 2023-07-01 00:00,open 2024-01-01 00:00 .. 2024-03-01 00:00,open 2024-06-01 00:00 .. 2024-09-01 00:00,often 2025-01-02 00:00 .. 2025-01-05 00:00,often 2025-02-02 00:00 .. 2025-02-03 00:00}',
	pg_temp.v('2023-01-01', 'nine', NULL, '{"length": "6 months"}') || pg_temp.v('2024-01-01', 'nine') || pg_temp.v('2024-06-01', 'deed', NULL, '{"length": "3 months"}') ||
	pg_temp.v('2025-01-01', 'one') || pg_temp.v('2025-01-02', 'one', NULL, '{"length": "3 days"}') || pg_temp.v('2025-02-01', 'one') || pg_temp.v('2025-02-02', 'one')),
-- the usual length may depend on the account, and stays in the range
('usual', pg_temp.pile(12, '{"observe": {"before": {"count": "sanctions", "rungs": ["r"]}},
	"ladder": [{"rung": "r", "when": "score >= 1", "rearm": "always", "tier": "muted", "for": {"range": ["2 days", "5 days"], "usual": {"days": "4 * before"}}}]}'), NULL,
	'{r 2024-01-01 00:00 .. 2024-01-03 00:00,r 2024-02-01 00:00 .. 2024-02-05 00:00,r 2024-03-01 00:00 .. 2024-03-06 00:00}',
	pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-02-01', 'one') || pg_temp.v('2024-03-01', 'one')),
-- what a violation costs is known where it opens a rung
('by price', pg_temp.pile(50, '{"ladder": [{"rung": "grave", "when": "points >= 6", "rearm": "always", "overlap": "parallel", "tier": "muted", "for": {"days": "points"}, "terms": {"fine": "10 * points"}}]}'), NULL,
	'{grave 2024-01-02 00:00 .. 2024-01-08 00:00,grave 2024-02-01 00:00 .. 2024-02-10 00:00}',
	pg_temp.v('2024-01-01', 'any', 5) || pg_temp.v('2024-01-02', 'any', 6) || pg_temp.v('2024-02-01', 'any', 9)),
-- who chooses what does not concern the account keeps the sanction
('nothing to choose', pg_temp.pile(9, '{"attributes": {"young": {"type": "boolean", "default": false}},
	"ladder": [{"rung": "ban", "when": "score >= 2", "tier": "suspended", "for": "30 days", "elect": {"on": "course", "rung": "course"}},
		{"rung": "course", "tier": "limited", "for": [{"when": "young", "use": "10 days"}]}]}'), NULL,
	'{ban 2024-01-01 00:00 .. 2024-01-31 00:00}', pg_temp.v('2024-01-01', 'two') || pg_temp.a('2024-01-05', 'course')),
('something to choose', pg_temp.pile(9, '{"attributes": {"young": {"type": "boolean", "default": true}},
	"ladder": [{"rung": "ban", "when": "score >= 2", "tier": "suspended", "for": "30 days", "elect": {"on": "course", "rung": "course"}},
		{"rung": "course", "tier": "limited", "for": [{"when": "young", "use": "10 days"}]}]}'), NULL,
	'{ban 2024-01-01 00:00 .. 2024-01-05 00:00,course 2024-01-05 00:00 .. 2024-01-15 00:00}', pg_temp.v('2024-01-01', 'two') || pg_temp.a('2024-01-05', 'course')),
-- a rung that is reached together with a heavier one is told of
('passed', pg_temp.full(100, '{"ladder": [{"rung": "course", "when": "score < 60", "tier": "warned", "until": ["course_done"]}, {"rung": "week", "when": "score < 50", "tier": "suspended", "for": "7 days"}]}'), NULL,
	'{week 2024-01-01 00:00 .. 2024-01-08 00:00}', pg_temp.v('2024-01-01', 'any', 60)),
-- from one day on and before another, without anything that happens
('season', pg_temp.pile(9, '{"attributes": {"joined": "date"},
	"ladder": [{"rung": "new", "when": "score >= 1 and joined >= date(''2020-06-17'') and within(max(joined, ''2024-01-01''), ''100 days'')", "tier": "warned"},
		{"rung": "old", "when": "score >= 1 and joined < ''2020-06-17'' and during(date(''2024-05-01''), joined)", "tier": "limited"},
		{"rung": "season", "when": "score >= 1 and during(''2024-02-01'', ''2024-03-01'')", "tier": "muted"}]}'), NULL,
	'{new 2024-01-01 00:00 .. 2024-02-01 00:00,season 2024-02-01 00:00 .. 2024-03-01 00:00,new 2024-03-01 00:00 .. 2024-04-10 00:00}',
	pg_temp.f('joined', '"2021-01-01"') || pg_temp.v('2024-01-01', 'one')),
-- a sanction that starts ends others, at the instant of its own start
('ends', pg_temp.pile(9, '{"ladder": [{"rung": "mute", "when": "score >= 1", "tier": "muted", "for": "30 days"}, {"rung": "queue", "when": "score >= 2", "tier": "muted", "for": "ever"},
	{"rung": "ban", "when": "score >= 6", "tier": "banned", "for": "10 days", "ends": ["m*", "queue"]}]}'), NULL,
	'{mute 2024-01-01 00:00 .. 2024-01-08 00:00,queue 2024-01-02 00:00 .. 2024-01-08 00:00,ban 2024-01-08 00:00 .. 2024-01-18 00:00}',
	pg_temp.v('2024-01-01', 'one') || pg_temp.v('2024-01-02', 'one') || pg_temp.v('2024-01-05', 'any', 4, '{"decided": "2024-01-08"}')),
-- each reporter once, and who is nobody not at all
('distinct', pg_temp.pile(9, '{"observe": {"people": {"count": "violations", "distinct": "content", "within": "10 days"}, "kinds": {"count": "violations", "distinct": "rule"}},
	"ladder": [{"rung": "three", "when": "people >= 3", "tier": "muted"}, {"rung": "two", "when": "kinds >= 2", "tier": "limited", "for": "1 day"}], "ladder_apply": "all"}'), NULL,
	'{three 2024-01-05 00:00 .. 2024-01-11 00:00,two 2024-01-05 00:00 .. 2024-01-06 00:00}',
	pg_temp.v('2024-01-01', 'one', NULL, '{"content": "a"}') || pg_temp.v('2024-01-02', 'one', NULL, '{"content": "b"}') || pg_temp.v('2024-01-03', 'one', NULL, '{"content": "b"}') ||
	pg_temp.v('2024-01-04', 'one') || pg_temp.v('2024-01-05', 'two', NULL, '{"content": "c"}')),
-- a weight that grows more and more slowly
('logarithm', pg_temp.d('{"direction": "deduct", "cap": 100}', '{"attributes": {"followers": "number"}, "modifiers": [{"multiply": "1 + ln(followers) / ln(10)"}, {"when": "is_null(ln(followers - 1000))", "add": 1}]}'), NULL, NULL,
	pg_temp.f('followers', '1000') || pg_temp.v('2024-01-01', 'two'));
INSERT INTO expected_score VALUES ('logarithm', '2024-01-01', '91/100', NULL);
INSERT INTO expected_row VALUES
('passed', '2024-01-01', 'rung', 'not opened: a heavier rung'), ('by price', '2024-02-01', 'sanction', 'fine 90'),
('chosen', '2023-01-01', 'sanction', 'length chosen');

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

