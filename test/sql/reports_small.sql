-- Each report over a small ledger, whose figures are worked out by hand.
--
-- Scheme r.main: cap 100; spam 10, fraud 40, gore opens "gone" at once.
-- limit at <= 90 (10 days), mute at <= 60 (30 days).  r.side counts strikes.
-- All in the first half of 2021, decided when they occurred:
--
--	account 1	spam 01-10 (limit), fraud 02-10 (score 50: mute)
--	account 2	spam 01-20 (limit)
--	account 3	gore 03-01 (gone, for ever)
--	account 4	spam 03-05 (limit), overturned 03-06
--	account 5	spam 04-02 (limit): the second quarter
--	account 2	r.side: strike 02-01, strike 02-02 (stop)
--	account 6	spam 2020-12-31 23:59:59.999999 (limit): just before
--	account 7	spam 2021-04-01 00:00 (limit): the first instant after
\set ECHO none
\pset format unaligned
\pset null -
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{
	"scheme": "r.main", "time_zone": "UTC",
	"score": {"direction": "deduct", "cap": 100},
	"rules": {"spam": {"title": "advertising", "points": 10}, "fraud": {"title": "fraud", "points": 40},
			  "gore": {"title": "gore", "points": 0, "direct": "gone"}},
	"ladder": [
		{"rung": "limit", "when": "score <= 90", "tier": "limited", "withhold": ["post"], "for": "10 days"},
		{"rung": "mute", "when": "score <= 60", "tier": "muted", "withhold": ["comment"], "for": "30 days"},
		{"rung": "gone", "tier": "banned", "withhold": ["account"], "for": "ever"}]}') > 0 AS published;
SELECT governance.publish('{
	"scheme": "r.side", "time_zone": "UTC",
	"score": {"direction": "accumulate", "limit": 3},
	"rules": {"strike": {"title": "a strike", "points": 1}},
	"ladder": [{"rung": "stop", "when": "score >= 2", "tier": "suspended", "withhold": ["live"], "for": "7 days"}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT i, '2020-01-01' FROM generate_series(1, 9) i;
INSERT INTO governance.campaign (campaign, title, during) VALUES
	('spring', 'spring cleaning', '[2021-03-01, 2021-04-01)'), ('quiet', 'found nothing', '[2021-02-01, 2021-03-01)'),
	('later', 'not yet', '[2021-05-01, 2021-06-01)');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at, source, campaign, decided_by)
	SELECT account, id, scheme, rule, at, at, source, campaign, who FROM (VALUES
		(1, 1001, 'r.main', 'spam', timestamptz '2021-01-10', 'report', NULL, 'ann'),
		(2, 1002, 'r.main', 'spam', '2021-01-20', 'patrol', NULL, 'ann'),
		(1, 1003, 'r.main', 'fraud', '2021-02-10', 'report', NULL, 'bob'),
		(3, 1004, 'r.main', 'gore', '2021-03-01', 'campaign', 'spring', 'bob'),
		(4, 1005, 'r.main', 'spam', '2021-03-05', 'campaign', 'spring', 'ann'),
		(5, 1006, 'r.main', 'spam', '2021-04-02', 'report', NULL, 'ann'),
		(2, 1007, 'r.side', 'strike', '2021-02-01', 'model', NULL, 'robot'),
		(2, 1008, 'r.side', 'strike', '2021-02-02', 'model', NULL, 'robot'),
		(6, 1009, 'r.main', 'spam', '2020-12-31 23:59:59.999999', 'report', NULL, 'ann'),
		(7, 1010, 'r.main', 'spam', '2021-04-01', 'report', NULL, 'ann')) AS v(account, id, scheme, rule, at, source, campaign, who);
-- Appeals: 1005 overturned after 1 day, 1003 upheld after 4 days and late, 1002
-- decided in the second quarter, 1008 open.
INSERT INTO governance.appeal (violation_id, filed_at, deadline, decided_at, outcome, reason, decided_by) VALUES
	(1005, '2021-03-05', '2021-03-20', '2021-03-06', 'overturned', 'a quotation', 'cleo'),
	(1003, '2021-02-11', '2021-02-14', '2021-02-15', 'upheld', NULL, 'cleo'),
	(1002, '2021-03-30', NULL, '2021-04-03', 'upheld', NULL, 'dora');
INSERT INTO governance.appeal (violation_id, filed_at, deadline) VALUES (1008, '2021-02-03', '2021-02-20');
-- A trial that would punish everybody counts nowhere.
SELECT governance.publish(jsonb_set(governance.policy_document('r.main'), '{rules,spam,points}', '90'), 'trial', '[2020-01-01,)') > 0 AS published;
CALL governance.settle();
SELECT count(*) > 0 AS computed FROM governance.sanction WHERE scheme LIKE 'r.main@%' OR NOT enforced;
\set ECHO queries

-- Periods.
SELECT governance.report_period('quarter', '2021-02-03', 'UTC'), governance.report_period('quarter', '2021-02-03', 'Asia/Shanghai');
SELECT governance.report_period('month', '2021-03-31 20:00Z', 'Asia/Shanghai'), governance.report_period('year', '2021-02-03', 'UTC'),
	   governance.report_period('week', '2021-02-03', 'UTC'), governance.report_period('day', '2021-02-03', 'UTC');
\set q1 'governance.report_period(\'quarter\', \'2021-02-03\', \'UTC\')'

-- Sanctioned in the first quarter: accounts 1, 2 and 3; 1 twice.  4 is overturned.
SELECT * FROM governance.report_announcement(:q1);
SELECT * FROM governance.report_announcement(:q1, 'r.side');
SELECT governance.announcement_text(:q1);
SELECT governance.announcement_text(:q1, 'zh');
SELECT governance.announcement_text(:q1, in_scheme => 'r.side');
SELECT governance.announcement_text('[2021-04-01, 2021-05-01)'), governance.announcement_text('[2021-04-01, 2021-05-01)', 'zh');
SELECT governance.announcement_text('[2019-01-01, 2020-01-01)'), governance.announcement_text('[2019-01-01, 2020-01-01)', 'zh');
SELECT governance.announcement_text('[2021-04-01, 2021-04-03)'), governance.announcement_text('[2021-04-01, 2021-04-02 12:00)'), governance.announcement_text('(,2021-01-01)');
-- The same instants are another quarter elsewhere: account 7 comes in.
SELECT governance.announcement_text('[2021-01-01 +08, 2021-04-01 +08)', 'en', 'Asia/Shanghai');
SELECT governance.announcement_text('[2020-12-31 16:00, 2021-04-01 00:00:00.000001)', 'en', 'UTC');

-- Nothing is a row, too.
SELECT * FROM governance.report_announcement('[2019-01-01, 2020-01-01)');
SELECT * FROM governance.report_content(:q1);

SELECT * FROM governance.report_in_force('2021-02-12');
SELECT * FROM governance.report_in_force('2021-03-10', 'r.main');
-- Of three accounts under r.main one was sanctioned again, 31 days later.
SELECT * FROM governance.report_recidivism(:q1);
SELECT * FROM governance.report_sources(:q1);
SELECT * FROM governance.report_campaigns(:q1);
SELECT * FROM governance.report_moderators(:q1);
SELECT * FROM governance.report_appeals(:q1);
SELECT * FROM governance.report_appeals(:q1, 'rule');
SELECT * FROM governance.report_appeals(:q1, 'moderator');
SELECT * FROM governance.report_appeals(:q1, 'decider', 'r.main');
SELECT * FROM governance.report_appeals(:q1, 'scheme');
-- At the start account 6 is at 90; at the end 1 is at 50, 2 and 6 at 90.
SELECT * FROM governance.report_scores('r.main', :q1, 5);
SELECT * FROM governance.report_scores('r.side', :q1, 3);
SELECT * FROM governance.report_near('r.side');
SELECT * FROM governance.report_near('r.main', 30);
SELECT account_id, points, rung FROM governance.report_near(within => 50, max_rows => 2);
SELECT account_id, * FROM (VALUES (1), (2), (6), (9)) a (account_id), governance.next_rung(a.account_id, 'r.main');
-- Within a week of 02-05 the second stop ends; certifications fall due.
SELECT governance.apply_for_certification(8, 'interest:food', at => '2021-01-01') AS cert \gset
SELECT governance.examine_certification(8, :cert, at => '2021-01-01') \g /dev/null
SELECT governance.grant_certification(8, :cert, at => '2021-01-01') \g /dev/null
SELECT due, what, account_id, scheme, tier, name, sanction_id IS NOT NULL AS sanction, certification_id = :cert AS certification
	FROM governance.report_upcoming('7 days', '2021-02-05');
SELECT review_due AS due FROM governance.certification \gset
SELECT due, what, account_id, scheme, tier, name, certification_id = :cert AS certification
	FROM governance.report_upcoming('1 day', timestamptz :'due' - interval '1 day');

-- Content, in the third quarter: video/1 for two rules, video/2 in two accounts,
-- video/3 overturned, video/4 once overturned and once not; 1014 names none.
\set q3 'governance.report_period(\'quarter\', \'2021-08-03\', \'UTC\')'
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at, content_ref) VALUES
	(1, 1011, 'r.main', 'spam', '2021-07-01', '2021-07-01', 'video/1'), (1, 1012, 'r.main', 'fraud', '2021-07-02', '2021-07-02', 'video/1'),
	(2, 1013, 'r.main', 'spam', '2021-07-03', '2021-07-03', 'video/2'), (3, 1014, 'r.main', 'spam', '2021-07-04', '2021-07-04', NULL),
	(3, 1015, 'r.main', 'spam', '2021-07-05', '2021-07-05', 'video/2'), (4, 1016, 'r.main', 'spam', '2021-07-06', '2021-07-06', 'video/3'),
	(4, 1017, 'r.side', 'strike', '2021-07-07', '2021-07-07', 'video/4'), (5, 1018, 'r.main', 'spam', '2021-09-30 23:59', '2021-09-30 23:59', 'video/4'),
	(5, 1019, 'r.main', 'spam', '2021-10-01', '2021-10-01', 'video/5');
SELECT count(governance.overturn(v, 'a mistake', '2021-09-01')) AS overturned FROM unnest(ARRAY[1016, 1017]) v;
SELECT * FROM governance.report_content(:q3);
SELECT * FROM governance.report_content(:q3, 'r.side');
SELECT governance.announcement_text(:q3);
SELECT governance.announcement_text(:q3, 'zh');
SELECT governance.announcement_text('[2021-10-01, 2021-11-01)'), governance.announcement_text('[2021-10-01, 2021-11-01)', 'zh');

-- What cannot be asked.
DO $$
DECLARE
	statement text;
	state text; message text; hint text;
BEGIN
	FOREACH statement IN ARRAY ARRAY[
		'governance.report_period(''decade'')', 'governance.report_period(NULL)', 'governance.report_period(''day'', NULL)', 'governance.report_period(''day'', ''infinity'')', 'governance.announcement_text(time_zone => ''Mars'')', 'governance.report_announcement(''empty'')', 'governance.report_announcement(''[infinity,)'')', 'governance.transparency_page(''(,-infinity)'')', 'governance.report_announcement(''(2021-01-01,2021-02-01]'')',
		'governance.report_announcement(in_scheme => ''r.none'')', 'governance.announcement_text(language => ''fr'')',
		'governance.announcement_text(in_scheme => ''r.none'')', 'governance.report_sources(in_scheme => ''r.none'')',
		'governance.report_campaigns(in_scheme => ''r.none'')', 'governance.report_content(in_scheme => ''r.none'')', 'governance.report_content(''empty'')', 'governance.report_moderators(in_scheme => ''r.none'')',
		'governance.report_appeals(by => ''colour'')', 'governance.report_appeals(in_scheme => ''r.none'')', 'governance.report_scores(''r.none'')',
		'governance.report_scores(NULL)', 'governance.report_scores(''r.main'', bands => 0)', 'governance.report_near(''r.none'')', 'governance.report_recidivism(in_scheme => ''r.none'')',
		'governance.report_in_force(in_scheme => ''r.none'')', 'governance.next_rung(99, ''r.main'')', 'governance.next_rung(1, ''r.none'')']
	LOOP
		BEGIN
			EXECUTE 'SELECT ' || statement;
			RAISE WARNING '%: no error', statement;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
			RAISE WARNING '%: % % [%]', statement, state, message, hint;
		END;
	END LOOP;
END $$;
-- Defaults: every report answers without arguments.
SELECT (SELECT count(*) FROM governance.report_announcement()), (SELECT count(*) FROM governance.report_content());
SELECT (SELECT count(*) FROM governance.report_in_force()), (SELECT count(*) FROM governance.report_recidivism()), (SELECT count(*) FROM governance.report_sources()),
	   (SELECT count(*) FROM governance.report_campaigns()), (SELECT count(*) FROM governance.report_moderators()), (SELECT open FROM governance.report_appeals()),
	   (SELECT sum(after) FROM governance.report_scores('r.main')), (SELECT count(*) FROM governance.report_upcoming()),
	   governance.announcement_text() LIKE '% quarter of %: no account sanctioned';

-- Periods without a start or an end, however they are written; no time zone is
-- the session's.
SELECT p, governance.announcement_text(p, in_scheme => 'r.side') AS text, governance.announcement_text(p, 'zh', in_scheme => 'r.side') AS zh
	FROM unnest(ARRAY['(,)', '[-infinity,infinity)', '[2021-01-01,)', '[2021-01-01 00:00:01,infinity)', '[-infinity,2021-02-02 12:00)', '(,2021-02-02)']::tstzrange[]) p;
SELECT governance.report_period('day', '2021-02-03 05:00', NULL) = governance.report_period('day', '2021-02-03 05:00', 'UTC') AS of_session,
	   governance.announcement_text(time_zone => NULL) = governance.announcement_text() AS text,
	   governance.transparency_page(:q1, time_zone => NULL) = governance.transparency_page(:q1) AS page,
	   governance.account_page(1, time_zone => NULL) = governance.account_page(1) AS account;
-- A day is one day, wherever it begins.
SELECT governance.announcement_text(governance.report_period('day', '2021-01-10 12:00', 'Asia/Shanghai'), 'en', 'Asia/Shanghai'), governance.announcement_text('[2021-01-10,2021-01-11)', 'zh');
-- The scores of a time to come are those of now.
SELECT sum(before) = sum(after) AND sum(came) = 0 AS same FROM governance.report_scores('r.main', tstzrange(now() + interval '1 year', NULL));

-- A sanction that is lifted while it waits for the one before it never was one.
SELECT governance.publish('{"scheme": "r.wait", "time_zone": "UTC", "score": {"direction": "accumulate", "limit": 9},
	"rules": {"exile": {"title": "exile", "points": 0, "direct": "exile"}},
	"ladder": [{"rung": "exile", "tier": "suspended", "withhold": ["enter"], "until": ["pardon"], "overlap": "queue"}]}') > 0 AS published;
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	SELECT 8, 2000 + i, 'r.wait', 'exile', '2022-03-01'::timestamptz + i * interval '1 day', '2022-03-01'::timestamptz + i * interval '1 day' FROM generate_series(1, 3) i;
SELECT governance.release(min(sanction_id) + 1, 'mistake', '2022-03-05') > 0 AS released FROM governance.sanction WHERE account_id = 8;
SELECT s.violation_id, isempty(s.during) AS never, s.release_reason FROM governance.sanction s WHERE s.account_id = 8 ORDER BY 1;
SELECT sanctions, released, overturned FROM governance.report_announcement('(,)', 'r.wait') WHERE by = 'all';
SELECT source, violations, sanctioning FROM governance.report_sources('(,)', 'r.wait');

-- A copy in a linked account counts there, and no campaign has found it.
SELECT governance.publish('{"scheme": "r.link", "time_zone": "UTC", "score": {"direction": "deduct", "cap": 100},
	"rules": {"spam": {"title": "spam", "points": 10}}, "links": [{"kind": "same_device", "confidence": 0.5, "entries": ["*"]}],
	"ladder": [{"rung": "limit", "when": "score <= 90", "tier": "limited", "withhold": ["post"], "for": "10 days"}]}') > 0 AS published;
SELECT governance.link_accounts(8, 9, 'same_device', 0.9, since => '2022-01-01');
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at, source, campaign, decided_by)
	VALUES (8, 2101, 'r.link', 'spam', '2022-03-10', '2022-03-10', 'campaign', 'quiet', 'ann');
SELECT count(*) AS violations, count(linked_violation_id) AS copies FROM governance.violation WHERE scheme = 'r.link';
SELECT accounts, sanctions FROM governance.report_announcement('(,)', 'r.link') WHERE by = 'all';
SELECT source, violations, sanctioning FROM governance.report_sources('(,)', 'r.link');
SELECT campaign, violations, accounts, sanctioning FROM governance.report_campaigns('[2022-01-01,2023-01-01)');
SELECT violations, accounts FROM governance.campaign_yield WHERE campaign = 'quiet';
SELECT moderator = 'ann' AS ann, violations FROM governance.report_moderators('(,)', 'r.link') ORDER BY 1 DESC;
