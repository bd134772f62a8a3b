-- What loosens limits, by whose word, and what is switched off.
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"entitlement": "t.grants", "context": {"item": "text"},
	"attributes": {"adult": {"type": "boolean", "default": false}},
	"pools": {"screen": {"unit": "minutes", "hours": ["06:00-22:00"], "at_most": ["40 per day"],
		"consent": {"guardian": ["at_most", "hours"]}, "set_by": {"guardian": ["day"]}}},
	"capabilities": {
		"watch": {"pool": "screen"}, "live": {"pool": "screen"},
		"shorts": {"unit": "minutes", "at_most": ["60 per day"], "consent": [{"by": "guardian", "may": ["day"], "each": 30, "longest": "1 day"}]},
		"open_item": {"require": {"item": "adult"}, "consent": [{"by": "guardian", "may": ["item"], "only": "context.item"}]},
		"play": {"switch": {"by": ["self"], "off_for": "24 hours"}}, "fixed": {"switch": false}}}', 'active', '[2020-01-01,)') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2020-01-01' FROM generate_series(1, 9) n;
SELECT governance.link_accounts(7, 3, 'guardian', 1), governance.link_accounts(7, 4, 'same_device', 1);
CREATE FUNCTION pg_temp.says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text; message text; detail text; hint text; state text;
BEGIN
	EXECUTE statement INTO result;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(E'\n  ', state || ' ' || message, nullif(detail, ''), nullif(hint, ''));
END
$$;
CREATE FUNCTION pg_temp.left_of(account bigint, capability text, at timestamptz, OUT allowed boolean, OUT remaining numeric, OUT until timestamptz, OUT because text[])
	LANGUAGE sql AS 'SELECT allowed, remaining, until, because FROM governance.allowance(account, capability, at => at) WHERE rule IS NULL';
\set ECHO queries

-- A guardian gives more time, and longer hours: the two are apart.
SELECT governance.use(7, 'watch', 25, at => '2024-03-04 08:00') > 0 AS watched;
SELECT * FROM pg_temp.left_of(7, 'watch', '2024-03-04 21:50');
SELECT governance.grant_allowance(7, 'screen', 30, '[2024-03-04,2024-03-05)', 'a film', by => 3) > 0 AS given;
SELECT * FROM pg_temp.left_of(7, 'watch', '2024-03-04 21:50');
SELECT governance.consent(7, 'screen', 'hours', 3, '[2024-03-04 22:00,2024-03-04 23:00)') > 0 AS agreed;
SELECT * FROM pg_temp.left_of(7, 'watch', '2024-03-04 21:50');
-- What is taken from a grant is used up.
SELECT allowed, remaining FROM governance.try_use(7, 'live', 40, at => '2024-03-04 21:00');
SELECT amount, granted FROM governance.usage WHERE account_id = 7 ORDER BY use_id;
SELECT * FROM pg_temp.left_of(7, 'watch', '2024-03-04 21:50');
SELECT * FROM pg_temp.left_of(7, 'watch', '2024-03-05 10:00');

-- Nobody else, and nothing else.
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'screen', 30, by => 7)$$);
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'screen', 30, by => 4)$$);
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'screen', 30, by => 5)$$);
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'screen', 30)$$);
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'screen', 30, reason => 'support')$$);
SELECT pg_temp.says($$SELECT governance.consent(7, 'screen', 'hours', reason => 'support')$$);
SELECT pg_temp.says($$SELECT governance.consent(7, 'screen', 'hour', 3)$$);
SELECT pg_temp.says($$SELECT governance.consent(7, 'scren', 'hours', 3)$$);
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'screen', 30, 'empty', by => 3)$$);
-- Steps, and how long.
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'shorts', 20, '[2024-03-04,2024-03-05)', by => 3)$$);
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'shorts', 30, '[2024-03-04,2024-03-06)', by => 3)$$);
SELECT pg_temp.says($$SELECT governance.grant_allowance(7, 'shorts', 30, '[2024-03-04,2024-03-05)', by => 3)$$);
SELECT kind, rule, amount, party FROM governance.allowance_grant WHERE capability = 'shorts';
-- For one thing alone.
SELECT pg_temp.says($$SELECT governance.consent(7, 'open_item', 'item', 3)$$);
SELECT governance.consent(7, 'open_item', 'item', 3, only_for => 'v1') > 0 AS agreed;
SELECT i, (governance.try_use(7, 'open_item', context => jsonb_build_object('item', i))).allowed FROM unnest(ARRAY['v1', 'v2']) i;

-- Lasting limits, and their end.
SELECT governance.set_limit(7, 'screen', 'day', 90, 3, '[2024-04-01,)') AS grant \gset
SELECT * FROM pg_temp.left_of(7, 'watch', '2024-04-02 10:00');
SELECT governance.set_limit(7, 'screen', 'day', 120, 3, '[2024-04-01,)', days => '{saturday,sunday}') > 0 AS set;
SELECT at, "limit" FROM (VALUES ('2024-04-05 10:00'::timestamptz), ('2024-04-06 10:00')) v (at), governance.allowance(7, 'watch', at => at) WHERE rule = 'screen.day';
SELECT pg_temp.says($$SELECT governance.set_limit(7, 'screen', 'day', 90, 3, days => '{someday}')$$);
SELECT replace(pg_temp.says(format('SELECT governance.end_grant(%s, 4)', :grant)), :'grant', 'N');
SELECT governance.end_grant(:grant, 3) > 0 AS ended;
SELECT left(pg_temp.says(format('SELECT governance.end_grant(%s, 3)', :grant)), 5);
SELECT pg_temp.says('SELECT governance.end_grant(0, 3)');
SELECT kind, rule, party, about IS NOT NULL AS about FROM governance.allowance_grant WHERE account_id = 7 ORDER BY grant_id;
SELECT action, count(*) FROM governance.audit WHERE relation = 'allowance_grant' GROUP BY 1 ORDER BY 1;

-- Switches: the last word of each counts, and all must be on.
SELECT governance.set_switch(7, 'watch', false) > 0, governance.set_switch(7, 'watch', false, 3) > 0;
SELECT account_id, capability, scheme, until FROM governance.restriction;
SELECT governance.permits(7, 'watch');
SELECT left(pg_temp.says($$SELECT governance.use(7, 'watch')$$), 40);
SELECT governance.set_switch(7, 'watch', true) > 0;
SELECT governance.permits(7, 'watch') OR NOT EXISTS (SELECT FROM governance.restriction) AS on;
SELECT governance.set_switch(7, 'watch', true, 3) > 0;
SELECT count(*) FROM governance.restriction;
SELECT pg_temp.says($$SELECT governance.set_switch(7, 'watch', false, 4)$$);
SELECT pg_temp.says($$SELECT governance.set_switch(7, 'fixed', false)$$);
SELECT pg_temp.says($$SELECT governance.set_switch(7, 'watch', false, until => '2020-01-01')$$);
-- Off for exactly so long.
SELECT governance.set_switch(7, 'play', false) > 0;
SELECT until - since BETWEEN '24 hours' AND '24 hours 1 second' AS a_day FROM governance.restriction WHERE capability = 'play';
SELECT left(pg_temp.says($$SELECT governance.set_switch(7, 'play', true)$$), 40);
SELECT governance.permits(7, 'play'), governance.permits(7, 'play', now() + interval '25 hours');
-- What no document names may be switched, too.
SELECT governance.set_switch(1, 'comment', false) > 0;
SELECT governance.permits(1, 'comment'), governance.permits(2, 'comment');
SELECT action, count(*) FROM governance.audit WHERE relation = 'switch_setting' GROUP BY 1 ORDER BY 1;

SELECT * FROM governance.verify_usage();
SELECT * FROM governance.verify_certification();
SET session_replication_role = replica;
UPDATE governance.withholding SET until = 'infinity', capability = 'watch' WHERE capability = 'play';
RESET session_replication_role;
SELECT relation, account_id, name, stored IS NULL AS missing, computed IS NULL AS too_much FROM governance.verify_usage();
SELECT governance.rebuild_usage();
SELECT * FROM governance.verify_usage();
