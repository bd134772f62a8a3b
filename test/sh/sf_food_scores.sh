#!/bin/bash
#
# sf_food_scores.sh
#	Real violations under a real scheme: restaurant inspections of San
#	Francisco, 100 minus 2, 4 or 7 points a violation, anew at each inspection.
#
# The rows are loaded as a platform would load its history, and the recorded
# scores and bands are reproduced from the ledger's own tables.  98.4 % of the
# scores and 99.4 % of the bands can be reproduced from the rows at all.
# Skipped where the data is not at hand.
set -euo pipefail

data=${GOVERNANCE_DATA:-}/sf-food-scores
if [ ! -r "$data/violations.csv.gz" ]; then
	echo "the data set sf-food-scores is not at hand"
	exit 77
fi
db=sf_food_scores
psql=("$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -d "$db")

"$BINDIR/createdb" "$db"
trap '"$BINDIR/dropdb" --if-exists "$db"' EXIT

# A path has no place in a query: the files go through standard input.
"${psql[@]}" <<'SQL'
CREATE EXTENSION governance;
SELECT count(*) AS steps FROM governance.create_ledger() \gset
CREATE TABLE raw_weight (description text, points int, risk text, rows int, single int, agreeing int);
CREATE TABLE raw_violation (business bigint, date text, description text);
CREATE TABLE raw_inspection (business bigint, score text, date text, type text);
CREATE TABLE raw_check (business bigint, date text, score int, band text, violations int, again int, again_band text);
SQL
"${psql[@]}" -c "COPY raw_weight FROM STDIN WITH (FORMAT csv, DELIMITER E'\t', QUOTE E'\b', HEADER)" <"$data/weights.tsv"
zcat "$data/violations.csv.gz" | "${psql[@]}" -c "COPY raw_violation FROM STDIN WITH (FORMAT csv, HEADER)"
zcat "$data/inspections.csv.gz" | "${psql[@]}" -c "COPY raw_inspection FROM STDIN WITH (FORMAT csv, HEADER)"
zcat "$data/score_check.tsv.gz" | "${psql[@]}" -c "COPY raw_check FROM STDIN WITH (FORMAT csv, DELIMITER E'\t', HEADER)"

"${psql[@]}" <<'SQL'
\pset footer off
SET timezone = 'America/Los_Angeles';
CREATE TABLE rule_of AS
	SELECT description, points, risk,
		rtrim(left(regexp_replace(lower(description), '[^a-z0-9]+', '_', 'g'), 50), '_')
			|| '_' || row_number() OVER (ORDER BY description) AS code
	FROM raw_weight;

-- The scheme as a document: three classes of risk, four bands.
SELECT governance.publish(jsonb_build_object(
	'scheme', 'sf.food', 'title', 'San Francisco food safety score',
	'time_zone', 'America/Los_Angeles',
	'score', '{"direction": "deduct", "cap": 100}'::jsonb,
	'severities', '{"minor": {"points": 2}, "medium": {"points": 4}, "severe": {"points": 7}}'::jsonb,
	'rules', (SELECT jsonb_object_agg(code, jsonb_build_object('title', description, 'severity',
				CASE risk WHEN 'low' THEN 'minor' WHEN 'moderate' THEN 'medium' ELSE 'severe' END)) FROM rule_of),
	'relief', '[{"on": "inspection", "restore": true}]'::jsonb,
	'ladder', '[{"rung": "adequate", "title": "Adequate", "when": "score <= 90", "tier": "warned"},
				{"rung": "needs-improvement", "title": "Needs Improvement", "when": "score <= 85", "tier": "limited"},
				{"rung": "poor", "title": "Poor", "when": "score <= 70", "tier": "suspended"}]'::jsonb)) AS policy \gset

INSERT INTO governance.account (account_id, opened_at)
	SELECT business, timestamptz '2015-01-01' FROM
		(SELECT business FROM raw_violation UNION SELECT business FROM raw_inspection) b;
INSERT INTO governance.activity (account_id, kind, occurred_at)
	SELECT business, 'inspection', to_timestamp(date || ' 12', 'YYYYMMDD HH24') FROM
		(SELECT business, date FROM raw_violation UNION SELECT business, date FROM raw_inspection) v;
CREATE TABLE load_violation AS
	SELECT business AS account_id, 'sf.food' AS scheme, code AS rule,
		to_timestamp(date || ' 12', 'YYYYMMDD HH24') AS occurred_at
	FROM raw_violation v
		JOIN rule_of r ON r.description = regexp_replace(v.description, '\s*(\[ date violation corrected.*)?$', '');
SQL
"${psql[@]}" -c "COPY (SELECT account_id, scheme, rule, occurred_at, occurred_at, 'patrol' FROM load_violation) TO STDOUT" |
	"${psql[@]}" -c "COPY governance.violation (account_id, scheme, rule, occurred_at, decided_at, source) FROM STDIN"

"${psql[@]}" <<'SQL'
\pset footer off
SET timezone = 'America/Los_Angeles';
CREATE TABLE got AS
	SELECT c.*, governance.points(governance.score(business, 'sf.food', at)) AS ledger_score,
		CASE governance.tier(business, 'sf.food', at)
			WHEN 'clear' THEN 'Good' WHEN 'warned' THEN 'Adequate'
			WHEN 'limited' THEN 'Needs Improvement' ELSE 'Poor' END AS ledger_band
	FROM raw_check c, LATERAL (SELECT to_timestamp(date || ' 12', 'YYYYMMDD HH24') AS at) a;
SELECT count(*) AS violations FROM governance.violation;
SELECT count(*) AS inspections,
	count(*) FILTER (WHERE ledger_score = score) AS exact,
	round(100.0 * count(*) FILTER (WHERE ledger_score = score) / count(*), 1) AS exact_percent,
	count(*) FILTER (WHERE ledger_band = band) AS bands,
	round(100.0 * count(*) FILTER (WHERE ledger_band = band) / count(*), 1) AS band_percent,
	count(*) FILTER (WHERE ledger_score <> again) AS other_than_recomputed
FROM got;
DO $$
BEGIN
	IF (SELECT count(*) FROM governance.violation) <> 39006 THEN
		RAISE EXCEPTION 'not all violations were loaded';
	END IF;
	IF (SELECT count(*) FILTER (WHERE ledger_score = score) < 13998
			OR count(*) FILTER (WHERE ledger_band = band) < 14137 FROM got) THEN
		RAISE EXCEPTION 'fewer scores or bands reproduced than can be';
	END IF;
	IF EXISTS (SELECT FROM governance.verify()) THEN
		RAISE EXCEPTION 'the ledger does not verify';
	END IF;
END
$$;
SQL
