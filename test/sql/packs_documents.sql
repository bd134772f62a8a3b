-- The documents shipped with the extension: complete, readable, valid, and the
-- same after they were stored.
\set ECHO none
SET client_min_messages = warning;
\set ECHO queries

SELECT pack, kind, rules FROM governance.packs() ORDER BY pack;

-- a name that is not there
\set VERBOSITY terse
SELECT governance.pack('douyin.helth');
DO $$
DECLARE
	hint text;
BEGIN
	PERFORM governance.pack('no.such.pack');
EXCEPTION WHEN SQLSTATE 'GV008' THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	ASSERT hint LIKE '%packs()%';
END $$;
SELECT governance.pack(NULL) IS NULL AS strict;

-- each is valid
SELECT p.pack FROM governance.packs() p WHERE governance.check_policy(governance.pack(p.pack)) IS NULL;

-- each has the name that it is kept under, has a title, a source and a
-- note that says what is not from the source
SELECT p.pack FROM governance.packs() p, governance.pack(p.pack) d
	WHERE d ->> p.kind <> p.pack OR p.title IS NULL OR p.source IS NULL
	   OR coalesce(d -> 'note' ->> 'en', d ->> 'note') NOT LIKE '%Ours: %';

-- documents of Chinese platforms and laws name everything in both languages
SELECT p.pack, t.path, t.title
	FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p, governance.pack(p.pack) d,
		LATERAL (
			SELECT 'title', d -> 'title'
			UNION ALL SELECT 'rules.' || key, value -> 'title' FROM jsonb_each(d -> 'rules')
			UNION ALL SELECT 'ladder.' || (r ->> 'rung'), r -> 'title' FROM jsonb_array_elements(d -> 'ladder') r
			UNION ALL SELECT 'capabilities.' || key, value FROM jsonb_each(d -> 'capabilities')
		) t(path, title)
	WHERE p.pack ~ '^(douyin|channels|weibo|toutiao|aliexpress|cn)\.'
		AND NOT coalesce(t.title ?& '{en,zh}', false);

SELECT p.pack, c.key AS capability
	FROM (SELECT * FROM governance.packs() WHERE kind = 'entitlement') p, governance.pack(p.pack) d, jsonb_each(d -> 'capabilities') c
	WHERE p.pack ~ '^(channels|cn|live)\.' AND NOT (coalesce(d -> 'title' ?& '{en,zh}', false)
		AND (jsonb_typeof(c.value) = 'boolean' OR coalesce(c.value -> 'title' ?& '{en,zh}', false)));

-- every entitlement has examples, and each of its capabilities a title
SELECT p.pack FROM (SELECT * FROM governance.packs() WHERE kind = 'entitlement') p
	WHERE jsonb_array_length(governance.pack(p.pack) -> 'examples') < 2;
SELECT p.pack, c.key AS capability
	FROM (SELECT * FROM governance.packs() WHERE kind = 'entitlement') p, jsonb_each(governance.pack(p.pack) -> 'capabilities') c
	WHERE jsonb_typeof(c.value) = 'object' AND NOT c.value ? 'title';

-- every rule has a severity of its own, every rung a title, every capability one
SELECT p.pack, r.key FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p, jsonb_each(governance.pack(p.pack) -> 'rules') r WHERE NOT r.value ? 'severity';
SELECT p.pack, r ->> 'rung' AS rung FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p, jsonb_array_elements(governance.pack(p.pack) -> 'ladder') r WHERE NOT r ? 'title';
SELECT p.pack, c AS capability
	FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p, governance.pack(p.pack) d, jsonb_array_elements(d -> 'ladder') r,
		jsonb_array_elements_text(r -> 'withhold') c
	WHERE NOT (d -> 'capabilities') ? c;

-- zero tolerance: these open a sanction whatever the score is
SELECT p.pack, r.key AS rule, r.value ->> 'direct' AS opens
	FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p, jsonb_each(governance.pack(p.pack) -> 'rules') r
	WHERE p.pack ~ '^(douyin|channels)\.' AND r.value ? 'direct'
	ORDER BY 1, 2;

-- sellers: about twenty scenes, each with several violations
SELECT count(*) AS scenes, min(violations) AS fewest, sum(violations) AS violations
	FROM (SELECT r.value ->> 'class' AS scene, count(*) AS violations
		  FROM jsonb_each(governance.pack('douyin.commerce') -> 'rules') r GROUP BY 1) s;

-- stored, put in force, and given back as they were
SELECT count(*) > 0 AS created FROM governance.create_ledger();
SELECT governance.holiday('cn', '2026-10-01', '2026-10-07') AS holidays;
SELECT count(DISTINCT governance.publish(governance.pack(p.pack))) AS published FROM governance.packs() p;
SELECT p.pack FROM governance.packs() p
	WHERE governance.policy_document(p.pack) IS DISTINCT FROM governance.pack(p.pack);
SELECT p.pack, p.rules, count(r.rule) AS stored
	FROM (SELECT * FROM governance.packs() WHERE kind = 'scheme') p LEFT JOIN governance.rule r ON r.scheme = p.pack
	GROUP BY 1, 2 HAVING count(r.rule) <> p.rules;
SELECT scheme, rule, severity, min_points, max_points FROM governance.rule
	WHERE scheme = 'douyin.health' AND rule IN ('minor', 'medium', 'severe', 'surrogacy')
	   OR scheme = 'douyin.commerce' AND rule = 'stalling'
	   OR scheme = 'channels.live' AND rule IN ('minor', 'medium', 'severe')
	ORDER BY 1, 4, 2;
