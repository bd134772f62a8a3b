-- What opens a rung and what does not, and what does not depend on the order
-- in which things are said or become known.
SET timezone = 'UTC';
SET client_min_messages = warning;
\pset format unaligned
CREATE FUNCTION pg_temp.pile(more jsonb) RETURNS jsonb LANGUAGE sql AS
	$$ SELECT '{"scheme": "order.pile", "score": {"direction": "accumulate", "limit": 9}, "rules": {"one": {"title": "one", "points": 1},
		"three": {"title": "three", "points": 3}, "free": {"title": "free", "points": 0}}}'::jsonb || more $$;
CREATE FUNCTION pg_temp.run(document jsonb, events jsonb) RETURNS TABLE (day text, what text, score text, rung text, until text, detail text) LANGUAGE sql AS
	$$ SELECT to_char(at, 'MM-DD'), what, score::text, rung, to_char(ends, 'MM-DD'), detail FROM governance.dry_run(document, events, '2026-12-31', true) $$;

-- a second report of a thing fires nothing again, nor does what costs nothing
SELECT pg_temp.pile(jsonb_build_object('collapse', '[{"group": "content", "keep": "first"}]'::jsonb, 'ladder',
	jsonb_build_array('{"rung": "mute", "when": "score >= 1", "tier": "muted", "for": "2 days"}'::jsonb || jsonb_build_object('rearm', 'always')))) AS always \gset
\set twice '[{"at": "2026-01-01", "rule": "one", "content": "a"}, {"at": "2026-01-11", "rule": "one", "content": "a"}, {"at": "2026-01-21", "rule": "free"}, {"at": "2026-01-31", "rule": "one", "content": "b"}]'
SELECT * FROM pg_temp.run(:'always', :'twice') WHERE what IN ('violation', 'sanction');
-- unless the document says so of what costs nothing
SELECT * FROM pg_temp.run(jsonb_set(:'always', '{ladder,0,rearm}', '"any"'), :'twice') WHERE what IN ('violation', 'sanction');
-- a score that stands at its limit is no violation that costs nothing
SELECT * FROM pg_temp.run(:'always'::jsonb || '{"score": {"direction": "accumulate", "limit": 3, "stop_at_limit": true}}',
	'[{"at": "2026-01-01", "rule": "three"}, {"at": "2026-01-11", "rule": "three"}]') WHERE what IN ('violation', 'sanction');
-- neither does a rule's own rung open for what is not counted
SELECT * FROM pg_temp.run(pg_temp.pile('{"collapse": [{"group": "incident", "keep": "first"}], "rules": {"one": {"title": "one", "points": 1, "direct": "mute"}},
	"ladder": [{"rung": "mute", "tier": "muted", "for": "2 days"}]}'), '[{"at": "2026-01-01", "rule": "one", "incident": 1}, {"at": "2026-01-11", "rule": "one", "incident": 1}]');

-- a rung that comes after another opens for a fact, an activity and time too
SELECT * FROM pg_temp.run(pg_temp.pile('{"attributes": {"risky": {"type": "boolean", "default": false}}, "observe": {"alarms": {"count": "activities", "kind": "alarm"}},
	"ladder": [{"rung": "warning", "when": "score >= 1", "tier": "warned", "for": "1 day"},
		{"rung": "by_fact", "after": "warning", "when": "risky", "tier": "limited", "for": "1 day"},
		{"rung": "by_activity", "after": "warning", "when": "alarms >= 1", "tier": "limited", "for": "1 day"},
		{"rung": "by_time", "after": "warning", "when": "month = 3", "tier": "muted"}]}'),
	'[{"attribute": "risky", "value": true, "at": "2025-12-01"}, {"attribute": "risky", "value": false, "at": "2025-12-02"}, {"at": "2026-01-01", "rule": "one"},
	  {"attribute": "risky", "value": true, "at": "2026-01-11"}, {"at": "2026-01-21", "activity": "alarm"}]');
-- and once it was reached too early, for the next violation, not for what merely happens next
SELECT * FROM pg_temp.run(pg_temp.pile('{"ladder_sequence": true, "observe": {"alarms": {"count": "activities", "kind": "alarm"}},
	"ladder": [{"rung": "first", "when": "score >= 1", "tier": "warned", "for": "1 day"}, {"rung": "second", "when": "score >= 2", "tier": "muted", "for": "1 day"}]}'),
	'[{"at": "2026-01-01", "rule": "three"}, {"at": "2026-01-11", "activity": "alarm"}, {"at": "2026-01-21", "rule": "free"}]');
-- what is decided before the first sanction starts leads to that one only
SELECT * FROM pg_temp.run(pg_temp.pile('{"ladder_sequence": true, "ladder": [{"rung": "first", "when": "score >= 1", "tier": "warned", "for": "ever"},
	{"rung": "second", "when": "score >= 2", "tier": "limited", "for": "ever"}, {"rung": "third", "when": "score >= 3", "tier": "muted", "for": "ever"}]}'),
	'[{"at": "2026-01-01", "decided": "2026-02-01", "rule": "one"}, {"at": "2026-01-02", "decided": "2026-02-01", "rule": "one"}, {"at": "2026-01-03", "decided": "2026-02-01", "rule": "one"},
	  {"at": "2026-03-01", "rule": "one"}, {"at": "2026-03-11", "rule": "one"}]');

-- a rung without a length does not open
SELECT * FROM pg_temp.run(pg_temp.pile('{"attributes": {"weeks": "number"}, "ladder": [{"rung": "mute", "when": "score >= 1", "rearm": "always", "tier": "muted", "for": {"weeks": "weeks"}}]}'),
	'[{"at": "2026-01-01", "rule": "one"}, {"at": "2026-01-11", "attribute": "weeks", "value": 0}, {"at": "2026-01-21", "rule": "one"}, {"at": "2026-01-31", "attribute": "weeks", "value": 1}, {"at": "2026-02-10", "rule": "one"}]');

-- under "late": "keep" the ledger and dry_run() agree, and each violation lapses by its own date
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT pg_temp.pile(jsonb_build_object('scheme', 'order.keep', 'revision', '{"late": "keep"}'::jsonb, 'relief', jsonb_build_array(jsonb_build_object('age', '100 days', 'void', 'entry')))) AS keep \gset
SELECT governance.publish(:'keep'::jsonb) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) VALUES (1, '2025-01-01');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES
	(1, 'order.keep', 'three', '2026-01-21', '2026-01-21'), (1, 'order.keep', 'one', '2026-01-11', '2026-02-01'), (1, 'order.keep', 'one', '2025-10-01', '2026-02-11');
SELECT * FROM pg_temp.run(:'keep', '[{"at": "2026-01-21", "rule": "three"}, {"at": "2026-01-11", "decided": "2026-02-01", "rule": "one"}, {"at": "2025-10-01", "decided": "2026-02-11", "rule": "one"}]');
SELECT to_char(at, 'MM-DD') AS day, what, score FROM governance.timeline(1, 'order.keep');

-- the boundary at which a version begins is its own, once
SELECT governance.publish(pg_temp.pile('{"scheme": "order.year"}'), in_force => '[,2026-01-01)') > 0 AS published;
SELECT governance.publish(pg_temp.pile('{"scheme": "order.year", "relief": [{"name": "new year", "at": "year", "subtract": 1}]}'), in_force => '[2026-01-01,2027-01-01)') > 0 AS published;
SELECT governance.publish(pg_temp.pile('{"scheme": "order.year"}'), in_force => '[2027-01-01,)') > 0 AS published;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 'order.year', 'three', '2025-06-01', '2025-06-01');
SELECT governance.score(1, 'order.year', '2025-12-31') AS before, governance.score(1, 'order.year', '2026-01-01') AS new_year, governance.score(1, 'order.year', '2027-02-01') AS later;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1, 'order.year', 'one', '2026-01-01', '2026-01-01'), (1, 'order.year', 'one', '2027-01-01', '2027-01-01');
SELECT to_char(at, 'YYYY-MM-DD') AS day, what, score, detail FROM governance.timeline(1, 'order.year');
SELECT * FROM governance.verify();

-- where an account starts is decided when it begins, and not by what comes later
SELECT '{"scheme": "order.start", "score": {"direction": "deduct", "cap": 12, "start": "if(novice, 6, 12)"}, "attributes": {"novice": {"type": "boolean", "default": false}},
	"rules": {"three": {"title": "three", "points": 3}}}'::jsonb AS start \gset
SELECT at, (SELECT array_agg(score ORDER BY n) FROM (SELECT row_number() OVER () AS n, what, score FROM pg_temp.run(:'start',
		jsonb_build_array('{"opened": "2025-01-01"}'::jsonb, '{"at": "2025-02-01", "rule": "three"}'::jsonb, jsonb_build_object('attribute', 'novice', 'value', true, 'at', at)))) r WHERE what = 'violation') AS scores
	FROM unnest('{2024-12-31,2025-01-01,2025-01-02}'::text[]) AS at;
SELECT governance.publish(:'start'::jsonb) > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT 10 + n, '2025-01-01' FROM generate_series(1, 4) AS n;
SELECT governance.set_attribute(11, 'novice', 'true', '2024-12-31'), governance.set_attribute(12, 'novice', 'true', '2025-01-01'), governance.set_attribute(13, 'novice', 'true', '2025-01-02');
SELECT governance.set_attribute(14, 'novice', 'true', '2024-06-01'), governance.set_attribute(14, 'novice', 'false', '2024-12-31');
SELECT a, governance.score(a, 'order.start', '2025-01-15') FROM generate_series(11, 14) AS a;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) SELECT a, 'order.start', 'three', '2025-02-01', '2025-02-01' FROM generate_series(11, 14) AS a;
SELECT account_id, score FROM governance.standing WHERE scheme = 'order.start' ORDER BY 1;
SELECT * FROM governance.verify();
