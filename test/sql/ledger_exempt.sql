-- One account is exempt from one sanction that it inherits; and a release says
-- whose sanction is meant, where it holds others as well.
\set ECHO none
SET client_min_messages = warning;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "port", "score": {"direction": "accumulate", "limit": 100},
	"rules": {"a": {"title": "a", "points": [0, 100]}},
	"ladder": [
		{"rung": "docked", "when": "score >= 10", "tier": "suspended", "withhold": ["sail"], "for": "30 days"},
		{"rung": "sunk", "when": "score >= 50", "tier": "banned", "withhold": ["sail", "trade"], "for": "ever"}],
	"links": [
		{"kind": "fleet", "confidence": 0.5, "rungs": ["*"]},
		{"kind": "crew", "confidence": 0.5, "rungs": ["sunk"], "withhold": ["trade"], "outlast": true}]}') > 0 AS published;
INSERT INTO governance.account (account_id, opened_at) SELECT n, '2024-01-01' FROM generate_series(1, 20) n;
CREATE FUNCTION pg_temp.violate(account bigint, points numeric, at timestamptz) RETURNS bigint LANGUAGE sql AS $$
	INSERT INTO governance.violation (account_id, scheme, rule, points, occurred_at, decided_at)
		VALUES (account, 'port', 'a', points, at, at) RETURNING violation_id $$;
CREATE FUNCTION pg_temp.of(account bigint, of_rung text) RETURNS bigint
	LANGUAGE sql AS $$ SELECT max(sanction_id) FROM governance.sanction WHERE account_id = account AND rung = of_rung $$;
CREATE FUNCTION pg_temp.may(at timestamptz, accounts bigint[] DEFAULT '{1,2,3}') RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format('%s: %s', a, (SELECT string_agg(c, ' ') FROM unnest('{sail,trade}'::text[]) c WHERE governance.permits(a, c, at))), ', ' ORDER BY a)
	FROM unnest(accounts) a $$;
CREATE FUNCTION pg_temp.says(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	state text; message text; detail text; hint text;
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' | ', state, message, CASE WHEN state LIKE 'GV%' THEN nullif(detail, '') END, nullif(hint, ''));
END $$;
\set ECHO queries

-- 2 and 3 inherit from 1; all of them are linked until further notice
SELECT governance.link_accounts(2, 1, 'fleet', 1, mutual => false, since => '2024-01-01'),
	governance.link_accounts(3, 1, 'fleet', 1, mutual => false, since => '2024-01-01'),
	governance.link_accounts(3, 1, 'crew', 1, mutual => false, since => '2024-01-01');
SELECT pg_temp.violate(1, 50, '2024-03-01') > 0 AS violated;
SELECT pg_temp.may('2024-03-02');

-- to lift it without a word of whose it is could be meant for any of the three
SELECT pg_temp.says(format('SELECT governance.release(%s, ''no''::text, ''2024-03-05'')', pg_temp.of(1, 'sunk')));
SELECT pg_temp.says(format('SELECT governance.release(%s, ''no''::text, ''2024-03-05'', account_id => 2)', pg_temp.of(1, 'sunk')));
SELECT pg_temp.says(format('SELECT governance.release(%s, ''no''::text)', sanction_id)) FROM governance.restrictions(2) WHERE capability = 'sail';
SELECT pg_temp.may(now());

-- 3 is exempt: along every link, from then on, and nothing else changes
SELECT governance.exempt_account(3, pg_temp.of(1, 'sunk'), 'sold in february', '2024-03-10') > 0 AS exempt;
SELECT pg_temp.may('2024-03-09') AS before, pg_temp.may('2024-03-10') AS since, pg_temp.may(now()) AS now;
SELECT capability, linked_account FROM governance.restrictions(3);
SELECT capability, linked_account FROM governance.restrictions(3, '2024-03-09') ORDER BY 1;
SELECT linked_account, kind, rung, withholds FROM governance.linked_sanctions(3);
SELECT linked_account, kind, rung, withholds FROM governance.linked_sanctions(2);
CREATE TABLE voyage (ship bigint);
CREATE TRIGGER may_sail BEFORE INSERT ON voyage FOR EACH ROW EXECUTE FUNCTION governance.require_capability('ship', 'sail');
INSERT INTO voyage VALUES (3);
SELECT left(pg_temp.says('INSERT INTO voyage VALUES (2)'), 5);

-- the link stays, and hands on what comes later
SELECT pg_temp.violate(4, 10, '2024-03-01') > 0, governance.link_accounts(3, 4, 'fleet', 1, mutual => false, since => '2024-01-01');
SELECT pg_temp.may('2024-03-12', '{3,4}');
-- with the one exempt and the other linked no more, a release concerns 1 alone
SELECT governance.unlink_accounts(2, 1, 'fleet', '2024-04-01');
SELECT governance.inherited_by(1, pg_temp.of(1, 'sunk'), '2024-03-31'), governance.inherited_by(1, pg_temp.of(1, 'sunk'), '2024-04-01');
BEGIN;
SELECT governance.release(pg_temp.of(1, 'sunk'), 'raised', '2024-04-02') > 0 AS released;
SELECT pg_temp.may(now());
ROLLBACK;

-- the exemption is taken back, and given again
SELECT governance.end_exemption(3, pg_temp.of(1, 'sunk'), 'not sold', '2024-05-01') > 0 AS ended;
SELECT pg_temp.may('2024-04-30') AS before, pg_temp.may('2024-05-01') AS since;
SELECT governance.exempt_account(3, pg_temp.of(1, 'sunk'), 'sold', '2024-06-01') > 0 AS exempt;
SELECT pg_temp.may('2024-05-31') AS before, pg_temp.may('2024-06-01') AS since;
-- whose it is is said: all of them are free; who inherits it since the instant named counts, too
SELECT governance.link_accounts(2, 1, 'fleet', 1, mutual => false, since => '2024-06-01');
SELECT left(pg_temp.says(format('SELECT governance.release(%s, ''no''::text, ''2024-05-31'')', pg_temp.of(1, 'sunk'))), 5);
SELECT pg_temp.may('2024-06-15');
SELECT governance.release(pg_temp.of(1, 'sunk'), 'raised', '2024-07-01', account_id => 1) > 0 AS released;
SELECT pg_temp.may('2024-06-30') AS before, pg_temp.may(now()) AS now;
SELECT other_id, exempt, reason, decided_at FROM governance.exemption ORDER BY exemption_id;
SELECT action, content ->> 'account_id' AS account, reason FROM governance.audit WHERE relation = 'exemption' ORDER BY audit_id;
SELECT * FROM governance.verify();

-- refused
SELECT pg_temp.violate(5, 50, '2024-03-01') > 0 AS violated;
SELECT governance.link_accounts(6, 5, 'fleet', 1, since => '2024-03-05');
SELECT pg_temp.says(replace(w.call, '$5', pg_temp.of(5, 'sunk')::text)) FROM (VALUES
	('SELECT governance.exempt_account(7, $5, ''x'', ''2024-03-10'')'),
	('SELECT governance.exempt_account(6, $5, ''x'', ''2024-03-04'')'),
	('SELECT governance.exempt_account(5, $5, ''x'')'),
	('SELECT governance.exempt_account(99, $5, ''x'')'),
	('SELECT governance.exempt_account(6, 4711, ''x'')'),
	('SELECT governance.exempt_account(6, NULL, ''x'')'),
	('SELECT governance.exempt_account(6, $5, '' '')'),
	('SELECT governance.exempt_account(6, $5, ''x'', ''infinity'')'),
	('SELECT governance.exempt_account(6, $5, ''x'', ''2999-01-01'')'),
	('SELECT governance.end_exemption(6, $5, ''x'')'),
	('INSERT INTO governance.exemption (account_id, other_id, sanction_id, reason, decided_at) VALUES (7, 5, $5, ''x'', ''2024-03-10'')'),
	('INSERT INTO governance.exemption (account_id, other_id, sanction_id, reason, decided_at) VALUES (6, 1, $5, ''x'', ''2024-03-10'')'),
	('INSERT INTO governance.exemption (account_id, other_id, sanction_id, reason, decided_at) VALUES (6, 5, $5, '' '', ''2024-03-10'')'),
	('SELECT governance.exempt_account(6, $5, ''x'')'),
	('SELECT governance.exempt_account(6, $5, ''x'')'),
	('UPDATE governance.exemption SET reason = ''y'''),
	('DELETE FROM governance.exemption')) AS w (call);
SELECT * FROM governance.verify();
