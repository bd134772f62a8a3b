-- ---------------------------------------------------------------------------
-- reports: what the pages are made of.  A page is one text: HTML with its style
-- and its charts in it, no script, nothing that is loaded.  Charts are SVG with
-- positions in percent, so that they grow and shrink with the page while their
-- letters stay as large as the text; whatever they show is in a table too.
--
-- Everything that comes from the ledger goes through html_text().
-- ---------------------------------------------------------------------------

CREATE FUNCTION governance.html_text(content text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	-- Control characters have no business in a page; those that turn the
	-- direction of writing are kept within their element by <bdi>.
	RETURN replace(replace(replace(replace(replace(
		regexp_replace(content, '[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]', chr(65533), 'g'),
		'&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
COMMENT ON FUNCTION governance.html_text(text) IS
	'part of the pages: a text as it can stand in HTML, in an element or in a quoted attribute';

CREATE FUNCTION governance.page_name(content text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN '<bdi>' || governance.html_text(content) || '</bdi>';
COMMENT ON FUNCTION governance.page_name(text) IS
	'part of the pages: a name from the ledger, whatever its direction of writing';

-- In a chart there is room for so many letters; Chinese ones are twice as wide.
-- Names of one kind differ at their beginning or at their end: both are kept, the
-- end from the beginning of a word or number on.
CREATE FUNCTION governance.page_clipped(content text, width integer) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN CASE WHEN char_length(content) + octet_length(content) <= 2 * width THEN content
				ELSE (SELECT rtrim(left(content, r.room - char_length(t.tail))) || '…' || t.tail
					  FROM (SELECT GREATEST(2 * width * char_length(content) / (char_length(content) + octet_length(content)) - 1, 1) AS room) r,
						   LATERAL (SELECT substring(right(content, r.room * 3 / 5 + 1) FROM '^(?:[A-Za-z0-9]+|.)\s*(.*)$') AS tail) t) END;
COMMENT ON FUNCTION governance.page_clipped(text, integer) IS
	'part of the pages: a name that is to fit into a chart';

CREATE FUNCTION governance.page_number(n numeric) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN (SELECT CASE WHEN n < 0 AND r > 0 THEN '−' ELSE '' END || to_char(trunc(r), 'FM999,999,999,999,990')
				   || CASE WHEN r <> trunc(r) THEN '.' || split_part(trim_scale(r)::text, '.', 2) ELSE '' END
			FROM round(abs(n), 2) AS r);
COMMENT ON FUNCTION governance.page_number(numeric) IS
	'part of the pages: a number with thousands separators and at most two decimals';

CREATE FUNCTION governance.page_percent(share numeric) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN coalesce(to_char(round(share * 100, 1), 'FM990.0') || '%', '–');
COMMENT ON FUNCTION governance.page_percent(numeric) IS
	'part of the pages: a share in percent; null: a dash';

-- Level: reader
CREATE FUNCTION governance.page_date(at timestamptz, language text, time_zone text, with_time boolean DEFAULT false) RETURNS text
	LANGUAGE sql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN CASE WHEN isfinite(at) THEN
		to_char(at AT TIME ZONE time_zone, CASE WHEN language <> 'zh' THEN 'FMDD Mon YYYY' || CASE WHEN with_time THEN ' HH24:MI' ELSE '' END
												WHEN with_time THEN 'YYYY-MM-DD HH24:MI' ELSE 'FMYYYY"年"FMMM"月"FMDD"日"' END) ELSE '–' END;
COMMENT ON FUNCTION governance.page_date(timestamptz, text, text, boolean) IS
	'part of the pages: a day, or an instant, as people write it';

-- The ends of the marks of an axis from 0 to at least n: 1, 2 or 5 times a
-- power of ten, about four of them.
CREATE FUNCTION governance.page_ticks(n numeric) RETURNS numeric[]
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN (SELECT array_agg(trim_scale(i * s.step) ORDER BY i)
			FROM (SELECT min(m * p) AS step
				  FROM (SELECT power(10::numeric, e) AS p FROM generate_series(0, 15) e) powers,
					   unnest('{1,2,5}'::numeric[]) m
				  WHERE m * p * 4 >= n) s, generate_series(0, GREATEST(ceil(n / s.step), 1)::int) i);
COMMENT ON FUNCTION governance.page_ticks(numeric) IS
	'part of the pages: where an axis from 0 to n has its marks';

-- All words of the pages in both languages, so that the functions below need no
-- text of their own.
CREATE FUNCTION governance.page_word(word text, language text) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $word$
DECLARE
	result	text;
BEGIN
	SELECT CASE WHEN page_word.language = 'zh' THEN w.zh ELSE w.en END INTO result
	FROM (VALUES
		-- tiers
		('clear', 'Clear', '正常'), ('warned', 'Warned', '警告'), ('limited', 'Limited', '限制'), ('muted', 'Muted', '禁言'),
		('suspended', 'Suspended', '暂停'), ('revoked', 'Deprived of a feature', '取消权限'), ('banned', 'Banned', '封禁'),
		-- sources
		('report', 'Notices by users', '用户举报'), ('patrol', 'Patrol', '日常巡查'), ('model', 'Automated model', '模型识别'),
		('campaign', 'Campaigns', '专项行动'), ('system', 'System', '系统'),
		-- the transparency report
		('transparency', 'Transparency report', '透明度报告'), ('scheme', 'Scheme', '计分体系'), ('all', 'In all', '合计'),
		('at a glance', 'At a glance', '概览'), ('violations', 'Violations', '违规'), ('violations decided', 'violations decided', '违规认定'),
		('accounts sanctioned', 'accounts sanctioned', '受处罚账号'), ('sanctions imposed', 'sanctions imposed', '处罚'),
		('sanctions overturned', 'sanctions overturned', '已撤销的处罚'), ('appeals decided', 'appeals decided', '已办结申诉'),
		('of them overturned', 'of them overturned', '其中改判撤销'), ('median days', 'median days to decide', '办理天数中位数'),
		('over time', 'Over time', '时间趋势'), ('over time desc', 'Sanctions that started, by tier', '各等级处罚数量（按开始时间）'),
		('from', 'From', '起始日期'), ('what', 'What was imposed', '处罚措施'),
		('what desc', 'An account is counted once in each row, and once in the sum; in the sentence at the top, once under its severest tier.', '每行及合计中，同一账号只计一次；页首摘要中，同一账号只按其最重等级计一次。'),
		('tier', 'Tier', '等级'), ('accounts', 'Accounts', '账号'), ('sanctions', 'Sanctions', '处罚'), ('lifted', 'Lifted early', '提前解除'),
		('overturned', 'Overturned', '撤销'), ('why', 'For which reasons', '处罚原因'), ('rule', 'Rule', '规则'),
		('other rules', 'All other rules', '其他规则'), ('no rule', 'No single violation', '非单次违规'),
		('how', 'How violations were found', '违规发现途径'), ('source', 'Source', '途径'), ('share', 'Share', '占比'),
		('sanctioning', 'Led to a sanction', '导致处罚'), ('campaigns', 'Campaigns', '专项行动'),
		('appeals', 'Appeals', '申诉'), ('outcomes', 'How appeals were decided', '申诉处理结果'), ('filed', 'Filed', '提出'), ('decided', 'Decided', '办结'),
		('upheld', 'Upheld', '维持'), ('changed', 'Changed', '变更'), ('rate', 'Overturn rate', '撤销率'), ('days', 'Median days', '天数中位数'),
		('days90', '90% within (days)', '九成办结天数'), ('late', 'Late', '逾期'), ('open', 'Open', '未办结'),
		('again', 'Again', '再次处罚'), ('repeat', 'The first time, and again', '首次与再次'), ('first', 'First time', '首次'),
		('third', 'Third time or more', '三次及以上'), ('between', 'Median days between', '间隔天数中位数'),
		('in force', 'In force at the end', '期末有效处罚'), ('rung', 'Measure', '措施'), ('no end', 'No known end', '无确定期限'),
		('method', 'How to read this', '统计说明'),
		('method text', 'A sanction counts on the day on which it started, a violation or an appeal on the day on which it was decided. A sanction whose violation was overturned since is counted as overturned and not among the sanctions. Measures that were only computed, and not enforced, are counted nowhere. Every figure follows from the ledger of decisions and can be recomputed from it.',
			'处罚按开始日期统计，违规与申诉按认定或办结日期统计。事后撤销的处罚单列，不计入处罚数。仅试算而未执行的措施不计入。全部数字均由决定台账得出，可据此复算。'),
		('as known', 'As known on', '数据截至'), ('nothing', 'Nothing in this period.', '本期无记录。'), ('to', 'to', '至'),
		('in this chart', 'Chart', '图表'), ('table', 'Figures', '数据表'),
		-- the page of an account
		('account', 'Account', '账号'), ('account record', 'Account record', '账号处罚记录'), ('score', 'Score', '积分'), ('score now', 'score at the end', '期末积分'),
		('score today', 'score now', '当前积分'), ('tier today', 'tier now', '当前等级'), ('in force today', 'In force now', '当前有效处罚'),
		('tier now', 'tier at the end', '期末等级'), ('points lost', 'points lost', '扣分'), ('points back', 'points back', '恢复'),
		('points given', 'points given', '记分'), ('points off', 'points taken off', '消除记分'),
		('chart of', 'Score and sanctions', '积分与处罚'), ('entries', 'Entries', '明细'), ('when', 'When', '时间'), ('event', 'What', '事项'),
		('change', 'Points', '分值'), ('detail', 'Detail', '说明'), ('none', 'Nothing is on record.', '无记录。'),
		('opened on', 'opened on', '开户于'), ('expected', 'expected, if nothing more happens', '预计（如无新情况）'), ('expected short', 'expected', '预计'),
		('until', 'Until', '截止'), ('for ever', 'Without an end', '无限期'), ('until lifted', 'Until lifted', '至解除为止'), ('sanction', 'Sanction', '处罚'), ('appeal filed', 'Appeal filed', '提出申诉'),
		('appeal upheld', 'Appeal: upheld', '申诉：维持'), ('appeal overturned', 'Appeal: overturned', '申诉：撤销'),
		('appeal changed', 'Appeal: changed', '申诉：变更'),
		('cleared', 'cleared', '条件消除'), ('conditions', 'conditions met', '条件已满足'), ('counted', 'served', '已执行完毕'),
		('replaced', 'replaced', '被替换'), ('elected', 'another was chosen', '另选措施'), ('manual', 'by hand', '人工解除'), ('policy', 'new rules', '规则变更'),
		('violation', 'Violation', '违规'), ('activity', 'Activity', '活动'), ('attribute', 'Fact about the account', '账号情况变化'),
		('refund', 'Points given back', '返还积分'), ('expiry', 'Expired', '到期失效'), ('recovery', 'Recovery', '积分恢复'),
		('boundary', 'New period', '周期更新'), ('relief', 'Relief', '减免'), ('sanction opened', 'Sanction decided', '处罚决定'),
		('sanction starts', 'Sanction starts', '处罚开始'), ('sanction changes', 'Sanction changes', '处罚变更'), ('sanction ends', 'Sanction ends', '处罚结束'),
		('sanction released', 'Sanction lifted', '处罚解除'), ('new version', 'New version of the rules', '规则更新'), ('opening balance', 'Opening balance', '期初分值')
	) AS w(word, en, zh)
	WHERE w.word = page_word.word;
	RETURN coalesce(result, word);
END
$word$;
COMMENT ON FUNCTION governance.page_word(text, text) IS
	'part of the pages: what stands on them, in English (en) or Chinese (zh); what has no translation stays as it is';

-- One style sheet, inside the page: a page is one file that needs nothing else,
-- and prints as it looks.
CREATE FUNCTION governance.page_style() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN $css$
:root {
	color-scheme: light dark;
	--paper: #ffffff; --ink: #1b2430; --soft: #556070; --rule: #d5dae1; --faint: #f4f6f9; --accent: #1f5790; --alarm: #b5460f;
	--clear: #eef1f5; --warned: #c9dcef; --limited: #9fc1e0; --muted: #6d9fcb; --suspended: #3f7bb0; --revoked: #1f5790; --banned: #0c2b55;
	--edge: #1f5790;
}
@media (prefers-color-scheme: dark) {
	:root {
		--paper: #12171e; --ink: #e8ecf1; --soft: #a5b0bd; --rule: #343d49; --faint: #1a212a; --accent: #8bbdf0; --alarm: #f0945c;
		--clear: #1f2731; --warned: #24405f; --limited: #31587f; --muted: #4478ab; --suspended: #6a9fd3; --revoked: #9cc4ea; --banned: #d9e9fa;
		--edge: #8bbdf0;
	}
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
	margin: 0; background: var(--paper); color: var(--ink);
	font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
	font-variant-numeric: tabular-nums; overflow-wrap: break-word;
}
:lang(zh) body, body:lang(zh) {
	font-family: "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", system-ui, sans-serif;
	line-height: 1.7;
}
header, main, footer { max-width: 56rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 3rem; }
.kicker { margin: 0; color: var(--accent); font-weight: 600; font-size: .875rem; letter-spacing: .04em; }
h1 { margin: .25rem 0 .25rem; font-size: clamp(1.6rem, 1.2rem + 2vw, 2.35rem); line-height: 1.2; font-weight: 700; letter-spacing: -.01em; }
:lang(zh) h1 { letter-spacing: 0; }
.period { margin: 0; color: var(--soft); }
.lede { margin: 1.5rem 0 0; padding-left: 1rem; border-left: 3px solid var(--accent); font-size: 1.0625rem; max-width: 42rem; }
h2 { margin: 3rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--rule); font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 2rem 0 .25rem; font-size: 1.0625rem; }
p.note { margin: 0 0 1rem; color: var(--soft); font-size: .9375rem; max-width: 42rem; }
dl.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 1.25rem; margin: 1.25rem 0 0; }
dl.figures div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
dl.figures dt { color: var(--soft); font-size: .875rem; line-height: 1.35; }
dl.figures dd { margin: 0; font-size: 1.375rem; line-height: 1.25; font-weight: 650; overflow-wrap: normal; }
figure { margin: 1rem 0 0; }
figcaption { color: var(--soft); font-size: .875rem; }
ul.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 0; padding: 0; list-style: none; font-size: .875rem; }
ul.legend i { display: inline-block; width: .8em; height: .8em; margin-right: .45em; border: 1px solid var(--edge); vertical-align: -.05em; }
svg { display: block; overflow: visible; font-family: inherit; }
svg text { fill: var(--soft); font-size: 12px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round; }
svg.plot { width: calc(100% - 3.25rem); margin: 1rem 0 .25rem 3.25rem; }
svg .grid { stroke: var(--rule); stroke-width: 1; }
svg .base { stroke: var(--soft); stroke-width: 1; }
svg rect { stroke: var(--edge); stroke-width: .75; }
.clear { fill: var(--clear); } .warned { fill: var(--warned); } .limited { fill: var(--limited); } .muted { fill: var(--muted); }
.suspended { fill: var(--suspended); } .revoked { fill: var(--revoked); } .banned { fill: var(--banned); }
i.clear { background: var(--clear); } i.warned { background: var(--warned); } i.limited { background: var(--limited); } i.muted { background: var(--muted); }
i.suspended { background: var(--suspended); } i.revoked { background: var(--revoked); } i.banned { background: var(--banned); }
.alarm { fill: var(--alarm); } i.alarm { background: var(--alarm); }
.scroll { overflow-x: auto; margin: 1rem 0 0; }
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
caption { text-align: left; color: var(--soft); font-size: .875rem; padding-bottom: .35rem; }
th, td { padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: baseline; border-bottom: 1px solid var(--rule); font-weight: 400; }
thead th, thead td { color: var(--soft); font-size: .8125rem; line-height: 1.3; vertical-align: bottom; border-bottom-color: var(--soft); }
caption.said { position: absolute; width: 1px; height: 1px; padding: 0; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th.n, td.n { text-align: right; padding-right: 0; padding-left: .75rem; white-space: nowrap; }
.n + th:not(.n), .n + td:not(.n) { padding-left: 1.25rem; }
tbody th { min-width: 5.5em; }
td { min-width: 2.75em; }
tr.sum > * { font-weight: 650; border-bottom-color: var(--soft); }
th + td.bar { width: 36%; }
td.bar { width: 34%; min-width: 5rem; padding-right: 0; }
td.bar svg { display: inline-block; width: 100%; height: .8em; vertical-align: baseline; }
td.bar rect { stroke: none; fill: var(--accent); }
td.when { white-space: nowrap; }
.code { color: var(--soft); font-size: .8125rem; }
.expected { color: var(--soft); font-style: italic; }
:lang(zh) .expected { font-style: normal; }
footer { margin-top: 3rem; padding-top: 1rem; padding-bottom: 3rem; color: var(--soft); font-size: .875rem; }
svg .score { stroke: var(--ink); stroke-width: 2; stroke-linecap: square; }
svg .ahead { stroke-dasharray: 3 4; }
svg .rung { stroke: var(--soft); stroke-dasharray: 1 3; }
svg .now { stroke: var(--soft); stroke-dasharray: 4 3; }
svg .band { stroke: none; opacity: .16; }
svg .dot { fill: var(--alarm); stroke: var(--paper); stroke-width: 1.5; }
svg .up { fill: var(--accent); stroke: var(--paper); stroke-width: 1; }
svg .mark { font-size: 13px; fill: var(--ink); }
svg .lane { fill: var(--ink); }
svg .step { fill: var(--ink); stroke-opacity: .8; }
svg .thin { display: none; }
@media (max-width: 48rem) {
	svg .thin { display: inline; }
	svg .ample { display: none; }
}
@media (max-width: 40rem) {
	header { padding-top: 2rem; }
	svg .wide { display: none; }
	td.bar { display: none; } th.bar { display: none; }
	svg.plot { width: calc(100% - 2.5rem); margin-left: 2.5rem; }
	td.when { white-space: normal; }
	th, td { padding-right: .5rem; } th.n, td.n { padding-left: .5rem; }
	table { font-size: .875rem; }
}
@media print {
	:root {
		color-scheme: light;
		--paper: #fff; --ink: #000; --soft: #444; --rule: #bbb; --faint: #fff; --accent: #1f5790; --alarm: #b5460f;
		--clear: #eef1f5; --warned: #c9dcef; --limited: #9fc1e0; --muted: #6d9fcb; --suspended: #3f7bb0; --revoked: #1f5790; --banned: #0c2b55; --edge: #1f5790;
	}
	@page { margin: 18mm 16mm; }
	body { font-size: 10pt; line-height: 1.4; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
	table { font-size: 9pt; } th, td { padding-top: .2rem; padding-bottom: .2rem; } td.bar, th + td.bar { width: 22%; }
	h2 { margin-top: 1.75rem; padding-top: .6rem; }
	header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
	header { padding-top: 0; }
	h2, h3, caption, figcaption { break-after: avoid; }
	figure, tr, dl.figures { break-inside: avoid; }
	.scroll { overflow: visible; }
}
$css$;
COMMENT ON FUNCTION governance.page_style() IS 'part of the pages: how they look, on screens and in print';

CREATE FUNCTION governance.page_frame(title text, kicker text, heading text, period text, lede text, content text, foot text, language text) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN concat('<!DOCTYPE html>', E'\n', '<html lang="', CASE WHEN language = 'zh' THEN 'zh-Hans' ELSE 'en' END, '">', E'\n<head>\n<meta charset="utf-8">\n',
		'<meta name="viewport" content="width=device-width, initial-scale=1">', E'\n',
		-- Nothing may be loaded and nothing may run, even if something got in.
		'<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''">', E'\n',
		'<meta name="referrer" content="no-referrer">', E'\n',
		'<title>', governance.html_text(title), '</title>', E'\n<style>', governance.page_style(), E'</style>\n</head>\n<body>\n',
		'<header>', E'\n<p class="kicker">', kicker, E'</p>\n<h1>', heading, E'</h1>\n<p class="period">', period, E'</p>\n',
		'<p class="lede">' || lede || E'</p>\n', '</header>', E'\n<main>\n', content, E'</main>\n<footer>\n<p>', foot, E'</p>\n</footer>\n</body>\n</html>\n');
COMMENT ON FUNCTION governance.page_frame(text, text, text, text, text, text, text, text) IS
	'part of the pages: the document around what is on it; all but the title are HTML already';

-- A bar within a row of a table; the row says the number.
CREATE FUNCTION governance.page_bar(n numeric, of numeric) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	RETURN concat('<td class="bar" aria-hidden="true"><svg height="14" focusable="false"><rect x="0" y="0" height="100%" width="',
		CASE WHEN of > 0 THEN round(n * 100 / of, 2) ELSE 0 END, '%"/></svg></td>');
COMMENT ON FUNCTION governance.page_bar(numeric, numeric) IS 'part of the pages: a bar in a table, as long as n is of the largest';

CREATE FUNCTION governance.page_table(caption text, heads text[], numeric_from integer, bar_at integer, content text, said boolean DEFAULT true) RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
	-- A caption that repeats the heading above is only for those who hear it.
	RETURN concat('<div class="scroll" role="region" tabindex="0" aria-label="', regexp_replace(caption, '</?bdi>', '', 'g'), '"><table>', E'\n<caption', CASE WHEN said THEN ' class="said"' END, '>', caption, E'</caption>\n<thead><tr>',
		(SELECT string_agg(concat(CASE WHEN h.n = bar_at THEN '<td class="bar" aria-hidden="true"></td>' END,
								  '<th scope="col"', CASE WHEN h.n >= numeric_from THEN ' class="n"' END, '>', h.head, '</th>'), '' ORDER BY h.n)
		 FROM unnest(heads) WITH ORDINALITY AS h(head, n)),
		E'</tr></thead>\n<tbody>\n', content, E'</tbody>\n</table></div>\n');
COMMENT ON FUNCTION governance.page_table(text, text[], integer, integer, text, boolean) IS
	'part of the pages: a table; columns from numeric_from on are numbers, a bar stands before column bar_at';
