#!/bin/bash
#
# live.sh
#	Does a violation cost more for an account that has many live entries?
#
# One account has ten entries that count, another sixteen thousand, under four
# schemes: a rung that holds as long as its condition, one for a length, no relief
# at all, entries collapsed by incident.  Each violation is kept, so that what is
# put off until later is paid for; the account with ten is a new one each time.
#
# BENCH_LIVE (entries of the larger account), BENCH_SINGLES.
set -euo pipefail

# shellcheck source=test/bench/lib/bench.sh
. "$(dirname "$0")/lib/bench.sh"

: "${BENCH_LIVE:=16000}"
: "${BENCH_SINGLES:=300}"

bench_begin live
bench_ledger

sql -o /dev/null <<SQL
SELECT governance.publish(jsonb_build_object('scheme', v.scheme,
	'score', '{"direction": "accumulate", "limit": 6}'::jsonb,
	'rules', '{"r": {"title": "r", "points": 1}}'::jsonb,
	'relief', CASE WHEN v.scheme = 'bench.kept' THEN '[]' ELSE '[{"age": "365 days", "void": "entry"}]' END::jsonb,
	'collapse', CASE WHEN v.scheme = 'bench.incident' THEN '[{"group": "incident", "keep": "first"}]' ELSE '[]' END::jsonb,
	'ladder', CASE WHEN v.scheme = 'bench.while' THEN '[{"rung": "notice", "tier": "warned", "when": "score >= 1"}]'
		ELSE '[{"rung": "ban", "tier": "banned", "when": "score >= 6", "for": "ever"}]' END::jsonb))
	FROM (VALUES ('bench.while'), ('bench.for'), ('bench.kept'), ('bench.incident')) v (scheme);
CREATE TABLE taken (entries text, scheme text, us float8);
CREATE PROCEDURE fill(account bigint, entries int) LANGUAGE sql AS \$\$
	INSERT INTO governance.account (account_id) VALUES (account);
	INSERT INTO governance.violation (account_id, scheme, rule, occurred_at, decided_at, incident)
		SELECT account, 'bench.' || s, 'r', t, t, 'i' || i
		FROM unnest('{while,for,kept,incident}'::text[]) s, generate_series(1, entries) i,
			 LATERAL (SELECT now() - interval '300 days' + i * interval '10 s' AS t) t;
\$\$;
CREATE PROCEDURE one(account bigint, of text) LANGUAGE plpgsql AS \$\$
DECLARE
	s text; began timestamptz;
BEGIN
	FOREACH s IN ARRAY '{while,for,kept,incident}'::text[] LOOP
		began := clock_timestamp();
		INSERT INTO governance.violation (account_id, scheme, rule, incident) VALUES (account, 'bench.' || s, 'r', 'z' || random());
		INSERT INTO taken VALUES (of, s, extract(epoch FROM clock_timestamp() - began) * 1e6);
		COMMIT;
	END LOOP;
END
\$\$;
CALL fill(1, $BENCH_LIVE);
DO \$\$
BEGIN
	FOR i IN 1..$BENCH_SINGLES LOOP
		CALL fill(1000 + i, 10);
		COMMIT;
		CALL one(1000 + i, 'few');
		CALL one(1, 'many');
	END LOOP;
END
\$\$;
SQL
echo "One violation, by the live entries that its account has (microseconds, medians of $BENCH_SINGLES)"
psql -X -q -d "$PGDATABASE" <<SQL
SELECT scheme, round(few) AS "10", round(many) AS "$BENCH_LIVE", round((many / few)::numeric, 2) AS ratio, many / few <= 1.5 AS "<= 1.5"
FROM (SELECT scheme, percentile_cont(0.5) WITHIN GROUP (ORDER BY us) FILTER (WHERE entries = 'few') AS few,
			 percentile_cont(0.5) WITHIN GROUP (ORDER BY us) FILTER (WHERE entries = 'many') AS many
	  FROM taken GROUP BY scheme) t ORDER BY scheme
SQL
: >"$BENCH_DIR/figures"
bench_end
