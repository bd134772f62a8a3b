-- Windows from the first use, buckets and pauses that time changes: figures worked out
-- by hand.
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';

CREATE FUNCTION pg_temp.ask(capability jsonb, events jsonb, expect jsonb)
	RETURNS TABLE (at timestamptz, amount numeric, allowed boolean, remaining numeric, until timestamptz, again_at timestamptz)
	LANGUAGE sql STABLE
AS $$
	SELECT d.at, d.amount, d.allowed, d.remaining, d.until, d.again_at
		FROM governance.dry_allowance(jsonb_build_object('entitlement', 'frames', 'capabilities', jsonb_build_object('a', capability)),
			jsonb_build_object('name', 'x', 'events', events, 'expect', expect)) d
$$;

-- five hours from the first use; a session opens the window, too, and the next one
-- where it runs past its end: 10 minutes to 14:00, then 30
\set limit '{"unit": "minutes", "at_most": [{"name": "w", "amount": 30, "per": {"every": "5 hours", "from": "first_use"}}]}'
SELECT * FROM pg_temp.ask(:'limit', '[]', '[{"at": "2026-01-01 09:00", "ask": "a"}]');
SELECT * FROM pg_temp.ask(:'limit', '[{"at": "2026-01-01 09:00", "begin": "a"}, {"at": "2026-01-01 09:10", "end": "a"}]',
	'[{"at": "2026-01-01 13:50", "ask": "a"}, {"at": "2026-01-01 13:50", "ask": "a", "amount": 25}]');
-- 20 minutes of what crossed lie in the window that began at 14:00 and ends at 19:00
SELECT * FROM pg_temp.ask(:'limit', '[{"at": "2026-01-01 09:00", "begin": "a"}, {"at": "2026-01-01 09:10", "end": "a"},
		{"at": "2026-01-01 13:50", "begin": "a"}, {"at": "2026-01-01 14:20", "end": "a"}]',
	'[{"at": "2026-01-01 14:25", "ask": "a"}, {"at": "2026-01-01 14:25", "ask": "a", "amount": 11}]');

-- a bucket of 30 minutes that fills by one in two: 10 left last 20 minutes, and 15 are
-- there again after 10
SELECT * FROM pg_temp.ask('{"unit": "minutes", "at_most": [{"name": "b", "amount": 30, "refill": "1 per 2 minutes"}]}',
	'[{"at": "2026-01-01 09:00", "use": "a", "amount": 20}]',
	'[{"at": "2026-01-01 09:00", "ask": "a"}, {"at": "2026-01-01 09:00", "ask": "a", "amount": 15}]');
-- one that fills as fast as it is used lasts for ever
SELECT * FROM pg_temp.ask('{"unit": "minutes", "at_most": [{"name": "b", "amount": 30, "refill": "2 per 2 minutes"}]}',
	'[{"at": "2026-01-01 09:00", "use": "a", "amount": 20}]', '[{"at": "2026-01-01 09:00", "ask": "a"}]');
-- however slowly it fills, not an instant too early
SELECT * FROM pg_temp.ask('{"at_most": [{"name": "b", "amount": 3, "refill": "1 per 7 hours"}]}',
	'[{"at": "2026-01-01 09:00", "use": "a", "amount": 3}]',
	'[{"at": "2026-01-01 09:00", "ask": "a"}, {"at": "2026-01-01 15:59:59.999999", "ask": "a"}, {"at": "2026-01-01 16:00", "ask": "a"}]');

-- a pause that becomes shorter at an instant
SELECT * FROM pg_temp.ask('{"apart": {"seconds": "if(now >= date(''2026-01-02''), 5, 86400)"}}',
	'[{"at": "2026-01-01 09:00", "use": "a"}]', '[{"at": "2026-01-01 09:01", "ask": "a"}]');
-- what is not known makes a pause longer, and the time from a rest shorter
SELECT d.allowed, d.again_at, d.because FROM governance.dry_allowance('{"entitlement": "x", "attributes": {"calm": "number"},
	"capabilities": {"a": {"apart": [{"when": "calm > 3", "use": "1 minute"}, {"use": "5 minutes"}]},
		"b": {"apart": [{"when": "calm > 3", "use": "9 minutes"}, {"use": "5 minutes"}]},
		"c": {"apart": {"minutes": "calm"}}, "d": {"apart": {"minutes": "calm"}, "missing": "ignore"}}}',
	'{"name": "x", "events": [{"at": "2026-01-01 09:00", "use": "a"}, {"at": "2026-01-01 09:00", "use": "b"},
		{"at": "2026-01-01 09:00", "use": "c"}, {"at": "2026-01-01 09:00", "use": "d"}],
	"expect": [{"at": "2026-01-01 09:01", "ask": "a"}, {"at": "2026-01-01 09:01", "ask": "b"},
		{"at": "2026-01-01 09:01", "ask": "c"}, {"at": "2026-01-01 09:01", "ask": "d"}]}') d;
