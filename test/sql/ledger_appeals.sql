-- Appeals: one at a time, against what counts, and closed with whatever is
-- decided on the violation.
\set ECHO none
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
SET timezone = 'UTC';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "a", "score": {"direction": "accumulate", "limit": 10}, "rules": {"d": {"title": "d", "points": [1, 5], "usual": 3}}}') > 0 AS published;
INSERT INTO governance.account (account_id) SELECT generate_series(1, 9);
INSERT INTO governance.violation (account_id, violation_id, scheme, rule) SELECT n, 100 + n, 'a', 'd' FROM generate_series(1, 9) n;
CREATE VIEW public.appeals AS SELECT violation_id, outcome, points, reason, decided_at IS NOT NULL AS decided, decided_by IS NOT NULL AS by_somebody FROM governance.appeal ORDER BY violation_id, appeal_id;
\set ECHO queries
-- A time without appeals has a row of noughts, as one with appeals has one.
SELECT * FROM governance.report_appeals('[2020-01-01,2020-04-01)');
SELECT * FROM governance.report_appeals('[2020-01-01,2020-04-01)', by => 'rule');

-- Found out by themselves: overturned, and changed; an appeal against a third one waits.
INSERT INTO governance.appeal (violation_id, grounds) VALUES (101, 'not me'), (102, 'too hard'), (103, 'no');
SELECT governance.overturn(101, 'another account') > 0 AS overturned, governance.change(102, 1, 'a first time') > 0 AS changed;
SELECT * FROM public.appeals;
SELECT filed, decided, upheld, overturned, changed, overturn_rate, late, open FROM governance.report_appeals(tstzrange(now() - interval '1 day', now() + interval '1 day'));
-- There is one revision of each, and one entry in the audit for each appeal.
SELECT violation_id, action, points FROM governance.revision ORDER BY revision_id;
\set VERBOSITY terse
-- Decided already; nothing left to appeal against; against a change there is.
SELECT governance.decide_appeal((SELECT appeal_id FROM governance.appeal WHERE violation_id = 101), 'upheld', 'late');
INSERT INTO governance.appeal (violation_id, grounds) VALUES (101, 'again');
INSERT INTO governance.appeal (violation_id, grounds) VALUES (102, 'still too hard');
\set VERBOSITY default
-- One at a time, also in one statement.
INSERT INTO governance.appeal (violation_id, grounds) VALUES (103, 'no, no');
INSERT INTO governance.appeal (violation_id, grounds) VALUES (104, 'no'), (104, 'no');
SELECT count(*) FROM governance.appeal WHERE violation_id = 104;
-- By way of an appeal: decided once, revised once.
SELECT governance.decide_appeal((SELECT appeal_id FROM governance.appeal WHERE violation_id = 103), 'overturned', 'right');
SELECT count(*) FROM governance.revision WHERE violation_id = 103;
-- Reinstated, it can be appealed against again; a row of revision closes it as well.
SELECT governance.reinstate(103, 'it was') > 0 AS reinstated;
INSERT INTO governance.appeal (violation_id, grounds) VALUES (103, 'once more');
INSERT INTO governance.revision (account_id, violation_id, action, reason) VALUES (3, 103, 'overturn', 'by hand');
-- Many of one statement.
INSERT INTO governance.appeal (violation_id, grounds) SELECT n, 'no' FROM generate_series(105, 108) n;
SELECT count(governance.overturn(n, 'all')) FROM generate_series(105, 107) n;
-- What somebody else overturned who may not decide appeals is decided as that.
CREATE ROLE appeals_revises;
GRANT USAGE ON SCHEMA governance TO appeals_revises;
GRANT USAGE ON SEQUENCE governance.entry_seq TO appeals_revises;
GRANT SELECT, INSERT ON governance.revision TO appeals_revises;
GRANT SELECT ON governance.violation, governance.policy, governance.policy_rule TO appeals_revises;
SET ROLE appeals_revises;
SELECT governance.overturn(108, 'seen') > 0 AS overturned;
RESET ROLE;
SELECT governance.decide_appeal((SELECT appeal_id FROM governance.appeal WHERE violation_id = 108), 'overturned', 'it is');
SELECT * FROM public.appeals;
SELECT violation_id, count(*) FROM governance.revision GROUP BY 1 ORDER BY 1;
SELECT filed, decided, upheld, overturned, changed, open FROM governance.report_appeals(tstzrange(now() - interval '1 day', now() + interval '1 day'));
SELECT * FROM governance.verify();
\set ECHO none
DROP OWNED BY appeals_revises;
DROP ROLE appeals_revises;
