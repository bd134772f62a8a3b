-- Accounts that belong together: one certifies one, and only the same legal subject is bound.
\set ECHO none
\pset format unaligned
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET timezone = 'Asia/Shanghai';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
\set ECHO queries

INSERT INTO governance.account (account_id, kind, subject) VALUES
	(1, 'channel', 'Acme Ltd'), (2, 'channel', 'Acme Ltd'), (3, 'public', 'Acme Ltd'), (4, 'public', 'Fake Acme'), (5, 'personal', 'Li'),
	(6, 'channel', NULL), (7, 'public', 'Acme Ltd'), (8, 'institution', 'Acme Ltd'), (9, 'channel', 'Li');

-- A counterfeit binding is refused.
SELECT governance.bind_account(1, 4);
SELECT governance.bind_account(1, 3, reason => 'same company') > 0 AS bound;
SELECT governance.bind_account(1, 7) > 0 AS bound;
SELECT governance.bind_account(1, 3);
SELECT governance.bind_account(1, 5);
SELECT governance.bind_account(3, 7);
SELECT governance.bind_account(6, 3);
SELECT governance.bind_account(1, 99);
SELECT governance.bind_account(99, 3);
SELECT governance.bind_account(1, 3, 'marry');

-- One personal or one public account certifies one channel.
SELECT governance.bind_account(9, 5, 'certify') > 0 AS certified;
SELECT governance.bind_account(1, 5, 'certify');
SELECT governance.bind_account(9, 3, 'certify');
SELECT governance.bind_account(1, 3, 'certify') > 0 AS certified;
SELECT governance.bind_account(2, 8, 'certify');

-- Nothing gets around it by writing rows.
\set VERBOSITY terse
INSERT INTO governance.account_binding (channel_id, account_id, purpose, account_kind, channel_subject, account_subject) VALUES (2, 4, 'bind', 'public', 'Acme Ltd', 'Fake Acme');
INSERT INTO governance.account_binding (channel_id, account_id, purpose, account_kind, channel_subject, account_subject) VALUES (2, 4, 'bind', 'public', 'Acme Ltd', 'Acme Ltd');
INSERT INTO governance.account_binding (channel_id, account_id, purpose, account_kind, channel_subject, account_subject) VALUES (2, 5, 'bind', 'personal', 'Acme Ltd', 'Acme Ltd');
INSERT INTO governance.account_binding (channel_id, account_id, purpose, account_kind, channel_subject, account_subject) VALUES (2, 3, 'certify', 'public', 'Acme Ltd', 'Acme Ltd');
UPDATE governance.account SET subject = 'Sold Ltd' WHERE account_id = 3;
UPDATE governance.account SET kind = 'personal' WHERE account_id = 3;
UPDATE governance.account SET subject = 'Sold Ltd' WHERE account_id = 2;
DELETE FROM governance.account_binding;
\set VERBOSITY default

-- Ended: free again, with the record kept.
SELECT governance.unbind_account(1, 4);
SELECT governance.unbind_account(1, 3, reason => 'sold') > 0 AS unbound;
SELECT governance.unbind_account(1, 3, 'certify', 'sold') > 0 AS unbound;
UPDATE governance.account SET subject = 'Sold Ltd' WHERE account_id = 3;
SELECT governance.bind_account(1, 3);
SELECT governance.bind_account(1, 7, 'certify') > 0 AS certified;
SELECT channel_id, account_id, purpose, account_subject, upper_inf(during) AS live, reason, end_reason FROM governance.account_binding ORDER BY binding_id;
