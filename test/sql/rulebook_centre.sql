--
-- The rule centre: every rule of every scheme, classified, with what it costs,
-- found by words of any language.
--
\set ECHO none
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SELECT count(*) > 0 FROM governance.create_ledger();
SELECT governance.publish('{"scheme": "t.centre.live", "title": {"en": "Live health", "zh": "直播健康分"},
	"score": {"cap": 100}, "attributes": {"followers": {"type": "number", "default": 0}},
	"facets": {"level": "if(followers >= 100000, 2, 1)"},
	"severities": {"minor": [1, 2], "medium": [2, 4], "severe": [4, 8], "extreme": 8},
	"rules": {
		"pk.malicious": {"title": {"en": "malicious PK", "zh": "恶意PK"}, "class": "conduct", "severity": "severe", "direct": "short_ban"},
		"health.rumour": {"title": {"en": "rumours about health", "zh": "散布健康谣言"}, "class": "health", "severity": "medium", "tags": ["medical"],
						  "modifiers": [{"name": "again", "when": "seen >= 1", "multiply": 2}]},
		"health.surrogacy": {"title": {"en": "arranging surrogacy", "zh": "介绍代孕"}, "class": "health", "severity": "extreme", "direct": "ban",
							 "note": "zero tolerance", "source": "platform rules, 2023", "ours": false},
		"dress": {"title": {"en": "improper dress", "zh": "着装不当"}, "severity": "minor", "ours": true}},
	"modifiers": [{"name": "level surcharge", "when": "level >= 2", "add": {"range": [0, 5], "usual": 3}, "except_rules": ["dress"]}],
	"observe": {"seen": {"count": "violations", "within": "30 days", "same": ["rule"]}},
	"ladder": [{"rung": "short_ban", "title": {"en": "short live ban", "zh": "短期禁播"}, "tier": "suspended", "withhold": ["live"], "for": "3 days"},
			   {"rung": "study", "title": "study first", "tier": "limited", "when": "score <= 69", "withhold": ["t.centre.lists"], "until": ["course"]},
			   {"rung": "points", "tier": "limited", "each": 12, "for": {"hours": "12 * lost / 5"}},
			   {"rung": "ban", "title": {"en": "banned", "zh": "封号"}, "tier": "banned", "withhold": ["live", "post"], "for": "ever"}],
	"capabilities": {"t.centre.lists": {"en": "be on lists", "zh": "上榜单"}, "live": "go live", "post": "post"}, "activities": {"course": "a course"}}') > 0;
SELECT governance.publish('{"scheme": "t.centre.shop", "title": "Shop points", "score": {"direction": "accumulate", "limit": 12},
	"rules": {"fake.sales": {"title": {"en": "fake sales", "zh": "虚假交易"}, "points": [0.5, 12], "class": "fraud"},
			  "health.claims": {"title": "claims that goods heal", "points": 6, "class": "fraud", "note": "also of food"}}}') > 0;
\set ECHO queries
SELECT scheme, scheme_title, class, rule, title, severity, direction, price, surcharges, direct, direct_tier, direct_sanction, tags, note, source, ours, version, since
	FROM governance.rule_centre WHERE scheme LIKE 't.centre.%' ORDER BY scheme, class, rule;
SELECT scheme, rung, position, title, tier, mode, condition, withholds, length, until FROM governance.rung WHERE scheme LIKE 't.centre.%' ORDER BY scheme, position;
SELECT capability, title, titles FROM governance.capability WHERE capability LIKE 't.centre.%';
SELECT kind, title FROM governance.activity_kind WHERE kind = 'course';

CREATE FUNCTION pg_temp.found(query text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(s.scheme || ':' || s.rule, ' ' ORDER BY s.n)
	FROM (SELECT scheme, rule, row_number() OVER () AS n FROM governance.search_rules(query)) s
	WHERE s.scheme LIKE 't.centre.%'
$$;
SELECT q, pg_temp.found(q) FROM unnest(ARRAY[
	'surrogacy', 'SURROGACY', 'surrog', 'health', 'health rumour', 'rumour health', 'health -rumours', '"arranging surrogacy"',
	'代孕', '谣言', '健康', '健康 谣言', '恶意pk', '封号', '直播健康分', 'pk.malicious', 'pk malicious', 'medical', 'fraud', 'severe', 'zero tolerance', 'shop', 'food',
	't.centre.shop', 'nothing of the sort', '%', '_', '100%', '''', '"', '&|!()', E'\\', 'dress or surrogacy', '不当', '着 装']) q;
SELECT pg_temp.found('') = pg_temp.found('   '), array_length(regexp_split_to_array(pg_temp.found(''), ' '), 1);
SELECT governance.search_rules(NULL) IS NULL;
-- by a text search of one's own
SELECT rule FROM governance.rule_centre WHERE search @@ to_tsquery('simple', 'surrog:*') AND scheme LIKE 't.centre.%';

-- the packs: more than a hundred rules, each with its class and price
SELECT count(governance.publish(governance.pack(pack))) FROM governance.packs() WHERE pack IN ('douyin.health', 'douyin.commerce', 'channels.live', 'channels.account');
SELECT count(*) > 100, bool_and(severity IS NOT NULL AND price <> '' AND title <> ''), bool_and(rule <> 'surrogacy' OR direct IS NOT NULL) FROM governance.rule_centre WHERE scheme !~ '^t\.';

-- everything has a comment
SELECT c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relname IN ('scheme', 'policy', 'policy_rule', 'policy_rung', 'capability', 'activity_kind', 'policies', 'rule', 'rung', 'rule_centre', 'rule_history')
		AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL);
