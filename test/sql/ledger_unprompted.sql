--
-- What facts and time alone do to an account, from its opening on: with entries or
-- without, and whatever the order in which facts and entries come to be known.
--
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT setseed(0.14);
SELECT count(*) > 0 AS created FROM governance.create_ledger();

-- Which of the documents that are shipped do anything to an account without entries:
-- one that starts below its cap recovers.  Then those of a kind.
SELECT governance.check_policy(governance.pack(pack)) ->> 'unprompted' AS unprompted, string_agg(pack, ' ' ORDER BY pack) AS packs
	FROM governance.packs() WHERE kind = 'scheme' GROUP BY 1 ORDER BY 1;
SELECT what, governance.check_policy(jsonb_build_object('scheme', 't', 'rules', '{"x": {"title": "x", "points": 1}}'::jsonb,
		'attributes', '{"vip": {"type": "boolean", "default": false}, "stars": "number", "joined": "date"}'::jsonb,
		'observe', '{"n": {"count": "violations", "within": "30 days"}, "off": {"count": "sanctions"}, "seen": {"count": "activities", "kind": "visit"}}'::jsonb) || policy::jsonb)
		->> 'unprompted' AS unprompted
	FROM (VALUES
	('deducts from its cap', '{"score": {"cap": 12}, "relief": [{"every": "30 days", "add": 1}, {"at": "year", "restore": true}], "ladder": [{"rung": "r", "tier": "limited", "when": "score <= 8"}]}'),
	('starts below its cap', '{"score": {"cap": 12, "start": 10}, "relief": [{"every": "30 days", "add": 1}], "ladder": [{"rung": "r", "tier": "limited", "when": "score <= 8"}]}'),
	('starts at a rung', '{"score": {"cap": 12, "start": 8}, "ladder": [{"rung": "r", "tier": "limited", "when": "score <= 8"}]}'),
	('starts beyond a rung with a length', '{"score": {"cap": 12, "start": 8}, "ladder": [{"rung": "r", "tier": "limited", "when": "score <= 8", "for": "1 day"}]}'),
	('accumulates', '{"score": {"direction": "accumulate", "limit": 12}, "relief": [{"every": "30 days", "subtract": 1}, {"age": "1 year", "void": "entry"}], "ladder": [{"rung": "r", "tier": "limited", "each": 4, "for": "1 day"}]}'),
	('gains that ban', '{"score": {"direction": "accumulate", "limit": 12}, "relief": [{"at": "month", "add": 1, "penalty": true}], "ladder": [{"rung": "r", "tier": "limited", "each": 4, "for": "1 day"}]}'),
	('counted violations and a fact', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "n >= 3 and vip"}]}'),
	('a fact or the score', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "vip or score < 5"}]}'),
	('a fact and the score', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "stars < 3 and score < 12"}]}'),
	('a fact and a violation', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "stars < 3 and rule = ''x''"}]}'),
	('a fact that is not there', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "is_null(stars)"}]}'),
	('a cap that depends on a fact', '{"score": {"cap": "if(vip, 15, 12)"}, "ladder": [{"rung": "r", "tier": "limited", "when": "score <= 8"}]}'),
	('a cap that may be low', '{"score": {"cap": "if(vip, 15, 7)"}, "ladder": [{"rung": "r", "tier": "limited", "when": "score <= 8"}]}'),
	('a cap that ratchets', '{"score": {"cap": "if(vip, 15, 12)", "on_cap_raise": "keep", "on_cap_lower": "shift"}, "ladder": [{"rung": "r", "tier": "limited", "when": "score <= 8"}]}'),
	('the clock', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "hour >= 22"}]}'),
	('no month', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "month = 13"}]}'),
	('a date', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "within(joined, ''30 days'')"}]}'),
	('a facet', '{"score": {"cap": 12}, "facets": {"new": "within(joined, ''30 days'')", "calm": "vip"}, "ladder": [{"rung": "r", "tier": "limited", "when": "new and not calm"}]}'),
	('activities', '{"score": {"cap": 12}, "ladder": [{"rung": "r", "tier": "limited", "when": "seen >= 3"}]}'),
	('after a rung that nothing opens', '{"score": {"cap": 12}, "ladder": [{"rung": "a", "tier": "warned", "when": "score < 9", "for": "1 day"}, {"rung": "r", "after": "a", "tier": "limited", "when": "vip", "for": "1 day"}]}'),
	('a count of sanctions', '{"score": {"cap": 12}, "ladder": [{"rung": "a", "tier": "warned", "when": "vip", "for": "1 day"}, {"rung": "r", "tier": "limited", "when": "off >= 3"}]}'),
	('a count of none', '{"score": {"cap": 12}, "ladder": [{"rung": "a", "tier": "warned", "when": "score < 9", "for": "1 day"}, {"rung": "r", "tier": "limited", "when": "off >= 3"}]}')
	) AS v (what, policy);

--
-- Answers about now: who has no standing is asked of the policies that may sanction
-- it, by everybody who asks.
--
SELECT now() AS t0 \gset
SELECT governance.publish('{"scheme": "teen", "score": {"direction": "accumulate", "limit": 3}, "attributes": {"minor": {"type": "boolean", "default": false}},
	"rules": {"x": {"title": "x", "points": 0}}, "ladder": [{"rung": "teen", "when": "minor", "tier": "limited", "withhold": ["gift"]}]}') > 0 AS published;
SELECT governance.publish('{"scheme": "newcomers", "score": {"direction": "accumulate", "limit": 4}, "attributes": {"joined": "date"}, "rules": {"x": {"title": "x", "points": 0}},
	"links": [{"kind": "same_owner", "confidence": 0.5, "rungs": ["probation"]}],
	"ladder": [{"rung": "probation", "when": "within(joined, ''30 days'')", "tier": "muted", "withhold": ["comment"]}]}') > 0 AS published;
SELECT governance.publish('{"scheme": "review", "score": {"cap": 12}, "attributes": {"flagged": {"type": "boolean", "default": false}}, "rules": {"r": {"title": "r", "points": 1}},
	"ladder": [{"rung": "review", "tier": "limited", "when": "flagged", "withhold": ["sell"], "for": "30 days"}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, :'t0'::timestamptz - interval '1 year' FROM generate_series(1001, 1008) n;
SELECT count(governance.set_attribute(n, 'minor', 'true', :'t0'::timestamptz - interval '1 hour')) AS told FROM generate_series(1001, 1002) n;
SELECT count(governance.set_attribute(n, 'flagged', 'true', :'t0'::timestamptz - interval '10 days')) AS told FROM generate_series(1003, 1005) n;
SELECT governance.set_attribute(1006, 'joined', :'t0'::timestamptz::text);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1002, 'teen', 'x');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1003, 'review', 'r', :'t0'::timestamptz - interval '100 days', :'t0'::timestamptz - interval '100 days');
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1005, 'review', 'r', :'t0'::timestamptz - interval '5 days', :'t0'::timestamptz - interval '5 days');
SELECT n, governance.tier(n), governance.tier(n, NULL, :'t0'::timestamptz - interval '1 day') AS yesterday, governance.permits(n, 'gift') AS gift, governance.permits(n, 'comment') AS comment,
		governance.permits(n, 'sell') AS sell, governance.permits(n, 'sell', :'t0'::timestamptz + interval '40 days') AS sell_later,
		(SELECT string_agg(capability || ' ' || scheme, ', ') FROM governance.restrictions(n)) AS restrictions,
		(SELECT string_agg(concat_ws(' ', what, rung, tier), ', ' ORDER BY t.at) FROM governance.timeline(n, CASE WHEN n <= 1002 THEN 'teen' WHEN n <= 1005 THEN 'review' ELSE 'newcomers' END) t) AS timeline
	FROM generate_series(1001, 1007) n;
SELECT count(*) AS reviews, bool_and(lower(during) = :'t0'::timestamptz - interval '10 days') AS began FROM governance.sanction WHERE rung = 'review' AND account_id = 1005;
SELECT governance.link_accounts(1008, 1006, 'same_owner', 1) IS NOT NULL AS linked;
SELECT governance.permits(1008, 'comment'), (SELECT linked_account FROM governance.restrictions(1008) WHERE capability = 'comment'), (SELECT linked_account FROM governance.linked_sanctions(1008)) AS linked;
CREATE TABLE gift (sender bigint);
CREATE TRIGGER may BEFORE INSERT ON gift FOR EACH ROW EXECUTE FUNCTION governance.require_capability('sender', 'gift');
INSERT INTO gift VALUES (1001);
INSERT INTO gift VALUES (1002);
INSERT INTO gift VALUES (1003);
SELECT sender FROM gift;
-- For each row of a query.
SELECT n FROM generate_series(1001, 1007) n WHERE NOT governance.permits(n, 'gift') OR NOT governance.permits(n, 'sell');
-- An opening before the facts are known, at an instant that is none, and after the first entry.
INSERT INTO governance.account (account_id, opened_at) VALUES (1011, '-infinity'), (1012, :'t0'::timestamptz - interval '1 day');
SELECT count(governance.set_attribute(n, 'flagged', 'true', :'t0'::timestamptz - interval '10 days')) AS told FROM generate_series(1011, 1012) n;
SELECT n, governance.tier(n, 'review') FROM generate_series(1011, 1012) n;
UPDATE governance.account SET opened_at = :'t0'::timestamptz - interval '20 days' WHERE account_id IN (1011, 1012);
SELECT n, governance.tier(n, 'review') FROM generate_series(1011, 1012) n;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) SELECT n, 'review', 'r', :'t0'::timestamptz - interval '30 days', :'t0'::timestamptz - interval '30 days' FROM generate_series(1011, 1012) n;
SELECT n, governance.tier(n, 'review'), governance.tier(n, 'review', :'t0'::timestamptz - interval '11 days') FROM generate_series(1011, 1012) n;
SELECT * FROM governance.verify();

-- A dry run and the ledger agree.
SELECT governance.publish('{"scheme": "vip", "score": {"start": 20, "cap": 30}, "attributes": {"vip": {"type": "boolean", "default": false}},
	"rules": {"r": {"title": "r", "points": 1}, "zero": {"title": "z", "points": 0}},
	"relief": [{"name": "a year as vip", "every": "1 year", "when": "vip", "add": 2, "on_violation": "keep"}]}') AS vip \gset
SELECT at, what, score, detail FROM governance.dry_run((SELECT document FROM governance.policy WHERE policy_id = :vip),
	'[{"opened": "2020-01-01"}, {"attribute": "vip", "value": "true", "at": "2023-06-01"}, {"at": "2024-06-01", "rule": "r"}]', '2024-12-31');
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2020-01-01' FROM generate_series(1021, 1022) n;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) VALUES (1022, 'vip', 'zero', '2020-02-01', '2020-02-01');
INSERT INTO governance.attribute SELECT n, 'vip', 'true', '[2023-06-01,)' FROM generate_series(1021, 1022) n;
SELECT n, governance.score(n, 'vip', '2023-05-31') AS before, governance.score(n, 'vip', '2023-06-02') AS after, governance.score(n, 'vip', '2024-06-02') AS later FROM generate_series(1021, 1022) n;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) SELECT n, 'vip', 'r', '2024-06-01', '2024-06-01' FROM generate_series(1021, 1022) n;
SELECT at, what, score, detail FROM governance.timeline(1021, 'vip') WHERE at < '2024-12-31';
SELECT n, governance.score(n, 'vip', '2024-06-02') AS later FROM generate_series(1021, 1022) n;
SELECT * FROM governance.verify();

--
-- Facts and openings at random under random policies: an account without entries
-- stands at every instant as one with an entry that costs nothing at its opening.
--
CREATE FUNCTION pg_temp.pick(VARIADIC choices text[]) RETURNS text LANGUAGE sql VOLATILE AS
	'SELECT choices[1 + floor(random() * array_length(choices, 1))::int]';
CREATE FUNCTION pg_temp.rung(n int) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_build_object('rung', 'r' || n, 'tier', pg_temp.pick('warned', 'limited', 'muted', 'banned'),
			'withhold', jsonb_build_array(pg_temp.pick('post', 'tip', 'live')),
			'when', pg_temp.pick('vip', 'not vip', 'stars >= 3', 'stars < 2', 'score < 11', 'score > 11', 'within(since, ''20 days'')',
								 'vip and score < 12', 'lost > 1', 'off >= 2', 'is_null(stars)')::text)
		|| CASE floor(random() * 3)::int WHEN 0 THEN '{"for": "3 days"}'::jsonb WHEN 1 THEN '{"for": "3 days", "overlap": "extend"}' ELSE '{}' END
$$;
CREATE FUNCTION pg_temp.policy(scheme text) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT jsonb_build_object('scheme', scheme, 'ladder_apply', pg_temp.pick('heaviest', 'all'),
		'attributes', '{"vip": {"type": "boolean", "default": false}, "stars": "number", "since": "date"}'::jsonb,
		'observe', '{"off": {"count": "sanctions"}}'::jsonb,
		'score', pg_temp.pick('{"cap": 12}', '{"cap": 12, "start": 10}', '{"cap": "10 + if(vip, 4, 0)"}', '{"cap": 14, "start": "if(vip, 9, 12)"}',
							  '{"cap": "12 + coalesce(stars, 0)", "on_cap_lower": "shift", "on_cap_raise": "keep"}')::jsonb,
		'rules', '{"free": {"title": "free", "points": 0}, "x": {"title": "x", "points": 2}}'::jsonb,
		'relief', jsonb_build_array(jsonb_build_object('name', 'clean', 'every', pg_temp.pick('5 days', '1 month'), 'when', pg_temp.pick('vip', 'true', 'stars > 1', 'score < 12'),
													   'add', 1, 'on_violation', pg_temp.pick('restart', 'keep')),
									jsonb_build_object('name', 'monthly', 'at', pg_temp.pick('month', 'week'), 'when', pg_temp.pick('vip', 'stars > 2'), 'raise_to', 12)),
		'ladder', jsonb_build_array(pg_temp.rung(1), pg_temp.rung(2), pg_temp.rung(3)))
$$;
-- Where a rung would hide another one, each goes by its own condition.
CREATE FUNCTION pg_temp.valid(document jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	PERFORM governance.check_policy(document);
	RETURN document;
EXCEPTION WHEN SQLSTATE 'GV101' THEN
	RETURN document || '{"ladder_apply": "all"}';
END $$;
CREATE TEMPORARY TABLE scheme AS
	SELECT n, 't.' || n AS scheme, pg_temp.valid(pg_temp.policy('t.' || n)) AS document FROM generate_series(1, 12) n;
SELECT count(DISTINCT governance.publish(document, in_force => CASE WHEN n % 4 = 0 THEN tstzrange(NULL, '2024-02-20') ELSE tstzrange(NULL, NULL) END)) AS published FROM scheme;
-- Some of them follow a version that had other rungs.
SELECT count(governance.publish(pg_temp.valid(s.document || jsonb_build_object('ladder', o.document -> 'ladder', 'relief', o.document -> 'relief')), in_force => tstzrange('2024-02-20', NULL))) AS published
	FROM scheme s, scheme o WHERE s.n % 4 = 0 AND o.n = s.n - 1;
-- Of each five accounts the last is the first with the entry.
CREATE TEMPORARY TABLE pair AS
	SELECT 10 * s.n + i AS a, 10 * s.n + i + 5 AS b, s.scheme, timestamptz '2024-01-01' + floor(random() * 40) * interval '1 day' AS opened
		FROM scheme s, generate_series(0, 2) i;
INSERT INTO governance.account (account_id, opened_at) SELECT a, opened FROM pair UNION ALL SELECT b, opened FROM pair;
CREATE TEMPORARY TABLE fact AS
	SELECT p.a, p.b, f.name, CASE f.name WHEN 'vip' THEN pg_temp.pick('true', 'false') WHEN 'stars' THEN pg_temp.pick('0', '1', '2', '3', '4')
			ELSE (date '2024-01-01' + floor(random() * 90)::int)::text END AS value,
			tstzrange(p.opened + least(f.at, lead(f.at) OVER w - 1) * interval '1 hour', p.opened + lead(f.at) OVER w * interval '1 hour') AS during
		FROM pair p, LATERAL (SELECT DISTINCT ON (name, at) name, at FROM (
				SELECT pg_temp.pick('vip', 'stars', 'since') AS name, floor(random() * 2400)::int - 200 AS at FROM generate_series(1, 1 + (p.a % 7))) r) f
		WINDOW w AS (PARTITION BY p.a, f.name ORDER BY f.at);
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) SELECT b, scheme, 'free', opened, opened FROM pair WHERE b % 2 = 0;
INSERT INTO governance.attribute SELECT a, name, value, during FROM fact UNION ALL SELECT b, name, value, during FROM fact;
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at) SELECT b, scheme, 'free', opened, opened FROM pair WHERE b % 2 = 1;

CREATE FUNCTION pg_temp.answer(account bigint, scheme text, at timestamptz) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(' ', governance.score(account, scheme, at), governance.tier(account, scheme, at), governance.tier(account, NULL, at),
		(SELECT string_agg(concat_ws(' ', capability, since, until, r.scheme, rung, tier), ', ' ORDER BY capability, since, rung) FROM governance.restrictions(account, at) r),
		governance.permits(account, 'post', at))
$$;
-- As each pair's opening, then at instants on which something begins or ends, and between.
CREATE TEMPORARY TABLE asked AS
	SELECT p.*, at FROM pair p, LATERAL (
		SELECT p.opened AS at UNION SELECT p.opened + i * interval '19 days 7 hours' FROM generate_series(1, 4) i
		UNION SELECT lower(during) FROM fact f WHERE f.a = p.a AND lower(during) > p.opened) i;
CREATE FUNCTION pg_temp.differ() RETURNS TABLE (scheme text, a bigint, at timestamptz, without text, with_entry text) LANGUAGE sql AS $$
	SELECT scheme, a, at, x, y FROM asked, LATERAL (SELECT pg_temp.answer(a, scheme, at) AS x, pg_temp.answer(b, scheme, at) AS y) r
		WHERE x <> y ORDER BY a, at LIMIT 5
$$;
SELECT * FROM pg_temp.differ();
SELECT count(*) > 250 AS asked, count(DISTINCT pg_temp.answer(a, scheme, at)) > 60 AS answers FROM asked;

-- What is told of them is the same, but for the entry itself; ids come with records.
CREATE FUNCTION pg_temp.told(account bigint, scheme text) RETURNS SETOF text LANGUAGE sql AS $$
	SELECT to_jsonb(t) - 'sanction_id' - 'violation_id' - 'entry_id' FROM governance.timeline(account, scheme) t WHERE t.what <> 'violation' AND t.at < '2024-12-31'
$$;
SELECT count(*) > 200 AS told FROM pair p, pg_temp.told(p.a, p.scheme);
SELECT p.a, t FROM pair p, LATERAL (SELECT pg_temp.told(p.a, p.scheme) AS t EXCEPT ALL SELECT pg_temp.told(p.b, p.scheme)) t LIMIT 5;
SELECT p.a, t FROM pair p, LATERAL (SELECT pg_temp.told(p.b, p.scheme) AS t EXCEPT ALL SELECT pg_temp.told(p.a, p.scheme)) t LIMIT 5;
SELECT * FROM governance.verify();

-- A violation later on finds both alike.  What facts brought after it is on record where
-- they came when there was a standing.
INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at)
	SELECT u.account, scheme, 'x', opened + interval '50 days', opened + interval '50 days' FROM pair, unnest(ARRAY[a, b]) AS u (account);
SELECT * FROM pg_temp.differ();
SELECT * FROM governance.verify();
CREATE FUNCTION pg_temp.recorded(account bigint) RETURNS SETOF text LANGUAGE sql AS
	'SELECT to_jsonb(s) - ''account_id'' - ''sanction_id'' - ''violation_id'' - ''recorded_at'' FROM governance.sanction s WHERE s.account_id = account';
SELECT count(*) > 20 AS recorded FROM governance.sanction;
SELECT p.a, r FROM pair p, LATERAL (SELECT pg_temp.recorded(p.a) AS r EXCEPT ALL SELECT pg_temp.recorded(p.b)) r LIMIT 5;
SELECT governance.rebuild() > 0 AS rebuilt;
SELECT * FROM pg_temp.differ();
SELECT * FROM governance.verify();
