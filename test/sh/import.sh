#!/bin/bash
#
# import.sh
#	The statements of doc/import.md, over tables in the shape of two kinds of
#	forums; where everybody stands afterwards, worked out by hand: points that
#	count, and the heaviest action that runs.
set -euo pipefail

database=import_page

createdb "$database"
trap 'dropdb "$database"' EXIT

cat >"$SCRATCH/import_tables.sql" <<'SQL'
SET client_min_messages = warning;
SET timezone = 'UTC';
CREATE EXTENSION governance;
SELECT count(*) > 0 AS created FROM governance.create_ledger();
CREATE TABLE mybb_users (uid int PRIMARY KEY, username text, regdate int NOT NULL);
CREATE TABLE mybb_warningtypes (tid int PRIMARY KEY, title varchar(120) NOT NULL, points smallint NOT NULL, expirationtime int NOT NULL);
CREATE TABLE mybb_warninglevels (lid int PRIMARY KEY, percentage smallint NOT NULL, action text NOT NULL);
CREATE TABLE mybb_warnings (wid int PRIMARY KEY, uid int NOT NULL, tid int NOT NULL, pid int NOT NULL, title varchar(120) NOT NULL, points smallint NOT NULL,
	dateline int NOT NULL, issuedby int NOT NULL, expires int NOT NULL, expired smallint NOT NULL, daterevoked int NOT NULL, revokedby int NOT NULL,
	revokereason text NOT NULL, notes text NOT NULL);
CREATE FUNCTION s(t timestamptz) RETURNS int LANGUAGE sql AS 'SELECT extract(epoch FROM t)::int';
INSERT INTO mybb_users SELECT i, 'user' || i, s('2020-01-01') FROM generate_series(1, 6) i;
INSERT INTO mybb_warningtypes VALUES (1, 'Spam', 4, 30 * 86400), (2, 'Abuse', 6, 0);
INSERT INTO mybb_warninglevels VALUES
	(1, 40, 'a:2:{s:4:"type";i:3;s:6:"length";i:86400;}'),
	(2, 80, 'a:2:{s:4:"type";s:1:"2";s:6:"length";s:6:"604800";}'),
	(3, 100, 'a:3:{s:4:"type";i:1;s:9:"usergroup";i:7;s:6:"length";i:0;}');
INSERT INTO mybb_warnings VALUES
	-- 1: spam and spam within 30 days: 8, no posting for a week; then both expire
	(1, 1, 1, 11, 'Spam', 4, s('2023-01-01'), 9, s('2023-01-31'), 1, 0, 0, '', ''),
	(2, 1, 1, 12, 'Spam', 4, s('2023-01-10'), 9, s('2023-02-09'), 1, 0, 0, '', 'again'),
	-- 2: abuse and spam: 10, banned; the abuse never expires
	(3, 2, 2, 13, 'Abuse', 6, s('2023-01-01'), 9, 0, 0, 0, 0, '', ''),
	(4, 2, 1, 14, 'Spam', 4, s('2023-01-05'), 9, s('2023-02-04'), 1, 0, 0, '', ''),
	-- 3: abuse, revoked ten days later
	(5, 3, 2, 15, 'Abuse', 6, s('2023-03-01'), 9, 0, 0, s('2023-03-11'), 8, 'not abuse', ''),
	-- 4: a free one of 5 points that expires after ten days; spam whose type was longer then
	(6, 4, 0, 0, 'Rude signature', 5, s('2023-04-01'), 9, s('2023-04-11'), 1, 0, 0, '', 'see profile'),
	(7, 4, 1, 16, 'Spam', 4, s('2023-05-01'), 9, s('2023-07-01'), 1, 0, 0, '', ''),
	-- 5: a free one that lasts for ever
	(8, 5, 0, 17, 'Other', 3, s('2023-06-01'), 9, 0, 0, 0, 0, '', ''),
	-- 7, deleted since: the same level twice, more points than the settings allow now, of a type that is gone
	(9, 7, 2, 18, 'Abuse', 6, s('2023-01-01'), 9, 0, 0, 0, 0, '', ''),
	(10, 7, 0, 19, 'Nothing', 0, s('2023-01-05'), 9, 0, 0, 0, 0, '', ''),
	(11, 7, 77, 20, 'Old type', 25, s('2023-02-01'), 9, s('2023-02-01') - 5, 1, 0, 0, '', ''),
	-- 8: twice the same, the second revoked in the same second and a minute too early
	(12, 8, 1, 21, 'Spam', 4, s('2023-01-01'), 9, s('2023-01-31'), 1, 0, 0, '', ''),
	(13, 8, 1, 21, 'Spam', 4, s('2023-01-01'), 9, s('2023-01-31'), 1, s('2023-01-01'), 9, 'twice', ''),
	(14, 8, 1, 21, 'Spam', 4, s('2023-01-01'), 9, s('2023-01-31'), 1, s('2023-01-01') - 60, 9, 'thrice', '');

CREATE TABLE xf_user (user_id int PRIMARY KEY, username text, register_date int NOT NULL);
CREATE TABLE xf_warning_definition (warning_definition_id int PRIMARY KEY, points_default smallint NOT NULL, expiry_type text NOT NULL, expiry_default smallint NOT NULL,
	extra_user_group_ids bytea, is_editable smallint);
CREATE TABLE xf_warning_action (warning_action_id int PRIMARY KEY, points smallint NOT NULL, action text NOT NULL, action_length_type text NOT NULL,
	action_length smallint NOT NULL, extra_user_group_ids bytea);
CREATE TABLE xf_warning (warning_id int PRIMARY KEY, content_type text NOT NULL, content_id int NOT NULL, content_title text, user_id int NOT NULL, warning_date int NOT NULL,
	warning_user_id int NOT NULL, warning_definition_id int NOT NULL, title text NOT NULL, notes text NOT NULL, points smallint NOT NULL, expiry_date int NOT NULL,
	is_expired smallint NOT NULL, extra_user_group_ids bytea);
INSERT INTO xf_user SELECT i, 'member' || i, s('2020-01-01') FROM generate_series(101, 104) i;
INSERT INTO xf_warning_definition VALUES (1, 10, 'months', 1, NULL, 1), (2, 25, 'never', 0, NULL, 1);
INSERT INTO xf_warning_action VALUES (1, 10, 'discourage', 'points', 0, NULL), (2, 20, 'groups', 'days', 7, NULL), (3, 50, 'ban', 'permanent', 0, NULL);
INSERT INTO xf_warning VALUES
	-- 101: one of a month
	(1, 'post', 501, 'A thread', 101, s('2023-01-31'), 1, 1, 'Inappropriate content', '', 10, s('2023-02-28'), 1, NULL),
	-- 102: two within the month: 20, groups for a week
	(2, 'post', 502, '', 102, s('2023-03-01'), 1, 1, 'Inappropriate content', '', 10, s('2023-04-01'), 1, NULL),
	(3, 'post', 503, '', 102, s('2023-03-10'), 1, 1, 'Inappropriate content', 'twice', 10, s('2023-04-10'), 1, NULL),
	-- 103: two that stay: 50, banned
	(4, 'profile_post', 504, '', 103, s('2023-05-01'), 1, 2, 'Harassment', '', 25, 0, 0, NULL),
	(5, 'profile_post', 505, '', 103, s('2023-05-02'), 1, 2, 'Harassment', '', 25, 0, 0, NULL),
	-- 104: one that was ended by hand after two days
	(6, 'post', 506, '', 104, s('2023-06-01'), 1, 2, 'Harassment', '', 25, s('2023-06-03'), 1, NULL),
	-- 105, deleted since: more points than any action asks for, and one that ended in the second in which it began
	(7, 'post', 507, '', 105, s('2023-06-01'), 1, 99, 'Gone', '', 2000, s('2023-06-03'), 1, NULL),
	(8, 'post', 508, '', 105, s('2023-07-01'), 1, 0, 'Nothing', '', 3, s('2023-07-01'), 1, NULL);
SQL
awk '/^```sql/ { inside = 1; next } /^```/ { inside = 0 } inside' doc/import.md >"$SCRATCH/import_page.sql"
[ "$(grep -c 'INSERT INTO governance' "$SCRATCH/import_page.sql")" -ge 7 ] || { echo "doc/import.md has no statements"; exit 1; }

cat >"$SCRATCH/import_check.sql" <<'SQL'
SET timezone = 'UTC';
SELECT account_id, at::date, governance.score(account_id, scheme, at) AS score, governance.tier(account_id, scheme, at) AS tier
	FROM (VALUES
		(1, 'mybb.warnings', timestamptz '2023-01-09'), (1, 'mybb.warnings', '2023-01-10 12:00'), (1, 'mybb.warnings', '2023-01-20'),
		(1, 'mybb.warnings', '2023-01-31'), (1, 'mybb.warnings', '2023-02-08'), (1, 'mybb.warnings', '2023-02-09'),
		(2, 'mybb.warnings', '2023-01-05 12:00'), (2, 'mybb.warnings', '2023-02-04'), (2, 'mybb.warnings', '2025-01-01'),
		(3, 'mybb.warnings', '2023-03-10'), (3, 'mybb.warnings', '2023-03-11'),
		(4, 'mybb.warnings', '2023-04-10'), (4, 'mybb.warnings', '2023-04-11'), (4, 'mybb.warnings', '2023-06-30'), (4, 'mybb.warnings', '2023-07-01'),
		(7, 'mybb.warnings', '2023-01-01 12:00'), (7, 'mybb.warnings', '2023-01-03'), (7, 'mybb.warnings', '2023-01-05 12:00'), (7, 'mybb.warnings', '2023-02-02'),
		(8, 'mybb.warnings', '2023-01-03'), (8, 'mybb.warnings', '2023-02-01'),
		(5, 'mybb.warnings', '2025-01-01'), (6, 'mybb.warnings', '2025-01-01'),
		(101, 'xenforo.warnings', '2023-02-27'), (101, 'xenforo.warnings', '2023-02-28'),
		(102, 'xenforo.warnings', '2023-03-10 12:00'), (102, 'xenforo.warnings', '2023-03-20'), (102, 'xenforo.warnings', '2023-04-09'), (102, 'xenforo.warnings', '2023-04-10'),
		(103, 'xenforo.warnings', '2025-01-01'), (104, 'xenforo.warnings', '2023-06-02'), (104, 'xenforo.warnings', '2023-06-04'),
		(105, 'xenforo.warnings', '2023-06-02'), (105, 'xenforo.warnings', '2023-06-30'), (105, 'xenforo.warnings', '2023-07-02')
	) AS v (account_id, scheme, at);
SELECT count(*) AS differences FROM governance.verify();
SELECT count(*) AS again FROM governance.activity;
SELECT evidence, content_ref, decided_by FROM governance.violation WHERE account_id = 4 ORDER BY occurred_at;
SELECT reason, decided_by, decided_at FROM governance.revision ORDER BY reason;
SELECT governance.permits(2, 'account', '2024-01-01'), governance.permits(102, 'post', '2023-03-11');
-- Every action that was passed, not the heaviest alone.
SELECT rung, during FROM governance.sanction WHERE account_id IN (104, 105) ORDER BY account_id, rung;
SELECT rung, during FROM governance.sanction WHERE account_id = 7 ORDER BY during;
SQL

psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" -f "$SCRATCH/import_tables.sql" -f "$SCRATCH/import_page.sql" >/dev/null
psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" -f "$SCRATCH/import_check.sql" >"$SCRATCH/import.out"
diff -u - "$SCRATCH/import.out" <<'OUT'
1|2023-01-09|4/10|clear
1|2023-01-10|8/10|muted
1|2023-01-20|8/10|clear
1|2023-01-31|4/10|clear
1|2023-02-08|4/10|clear
1|2023-02-09|0/10|clear
2|2023-01-05|10/10|banned
2|2023-02-04|6/10|banned
2|2025-01-01|6/10|banned
3|2023-03-10|6/10|clear
3|2023-03-11|0/10|clear
4|2023-04-10|5/10|clear
4|2023-04-11|0/10|clear
4|2023-06-30|4/10|clear
4|2023-07-01|0/10|clear
7|2023-01-01|6/10|limited
7|2023-01-03|6/10|clear
7|2023-01-05|6/10|limited
7|2023-02-02|6/10|banned
8|2023-01-03|4/10|clear
8|2023-02-01|0/10|clear
5|2025-01-01|3/10|clear
6|2025-01-01|0/10|clear
101|2023-02-27|10/50|limited
101|2023-02-28|0/50|clear
102|2023-03-10|20/50|muted
102|2023-03-20|20/50|limited
102|2023-04-09|10/50|limited
102|2023-04-10|0/50|clear
103|2025-01-01|50/50|banned
104|2023-06-02|25/50|muted
104|2023-06-04|0/50|muted
105|2023-06-02|2000/50|banned
105|2023-06-30|0/50|banned
105|2023-07-02|0/50|banned
0
6
{"notes": "see profile", "title": "Rude signature", "mybb_warning": 6}||user/9
{"title": "Spam", "mybb_warning": 7}|post/16|user/9
not abuse|user/8|2023-03-11 00:00:00+00
thrice|user/9|2023-01-01 00:00:00+00
twice|user/9|2023-01-01 00:00:00+00
f|f
action-1|["2023-06-01 00:00:00+00","2023-06-03 00:00:00+00")
action-2|["2023-06-01 00:00:00+00","2023-06-08 00:00:00+00")
action-1|["2023-06-01 00:00:00+00","2023-06-03 00:00:00+00")
action-2|["2023-06-01 00:00:00+00","2023-06-08 00:00:00+00")
action-3|["2023-06-01 00:00:00+00",)
level-1|["2023-01-01 00:00:00+00","2023-01-02 00:00:00+00")
level-1|["2023-01-05 00:00:00+00","2023-01-06 00:00:00+00")
level-3|["2023-02-01 00:00:00+00",)
OUT
