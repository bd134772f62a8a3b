#!/bin/bash
# The pages in a real browser: in both languages, as wide as a desk and as a
# telephone, light, dark and printed.  Facts of the layout and of accessibility
# are asked of the browser itself; the escaping is in test/sql/pages.sql too.
set -euo pipefail

# shellcheck source=test/lib/browser.sh
. "$TREE/test/lib/browser.sh"
if [ -z "$BROWSER" ]; then
	echo "Chromium is not installed (apt-get install chromium): the pages were not looked at"
	exit 77
fi

db=pages
status=0
trap '"$BINDIR/dropdb" --if-exists "$db"' EXIT
"$BINDIR/createdb" "$db"
run()
{
	PGOPTIONS='-c client_min_messages=warning' psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$db" "$@"
}
fail()
{
	echo "$*"
	status=1
}

run -c 'CREATE EXTENSION governance CASCADE' -c 'SELECT governance.create_ledger()' >/dev/null
run -f test/lib/pages.sql
# Somebody who tries to get into the page, by every way that names can take.
run >/dev/null <<'SQL'
SELECT governance.publish(jsonb_build_object('scheme', 'hostile', 'title', x, 'score', '{"cap": 10}'::jsonb,
		'rules', jsonb_build_object('r', jsonb_build_object('title', x, 'points', 5)),
		'ladder', jsonb_build_array(jsonb_build_object('rung', 'g', 'title', x, 'tier', 'muted', 'when', 'score <= 5', 'for', '9 days'))))
	FROM (SELECT '</title></style><script>parent.attacked = 1</script><img src=x onerror="parent.attacked = 1">&quot;''' AS x) t;
UPDATE governance.account SET external_id = '"><script>parent.attacked = 1</script>' WHERE account_id = 42;
UPDATE governance.campaign SET title = '<svg onload="parent.attacked = 1">' WHERE campaign = 'fake-2025';
INSERT INTO governance.violation (account_id, violation_id, scheme, rule, occurred_at, decided_at)
	VALUES (42, 900000001, 'hostile', 'r', '2025-06-01', '2025-06-01');
INSERT INTO governance.appeal (violation_id, filed_at, grounds) VALUES (900000001, '2025-06-02', '<script>parent.attacked = 1</script>');
SQL

# What the browser is asked, in a page that has ours in a frame of some width.
IFS= read -r -d '' probe <<'JS' || true
const frame = document.querySelector("iframe");
function luminance(c) {
	const [r, g, b] = c.match(/[\d.]+/g).slice(0, 3).map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function look() {
	const w = frame.contentWindow, d = frame.contentDocument, all = s => [...d.querySelectorAll(s)], bad = [];
	const root = d.documentElement;
	if (window.attacked || all("script, img, iframe, object, link, [onload], [onerror], [onclick]").length) bad.push("something got in");
	if (!/^(en|zh-Hans)$/.test(root.lang)) bad.push("language " + root.lang);
	if (!d.title) bad.push("no title");
	if (all("h1").length !== 1) bad.push("h1: " + all("h1").length);
	if (all("header").length !== 1 || all("main").length !== 1 || all("footer").length !== 1) bad.push("landmarks");
	let level = 1;
	for (const h of all("h1, h2, h3, h4")) { const n = +h.tagName[1]; if (n > level + 1) bad.push("heading jumps: " + h.textContent); level = n; }
	if (root.scrollWidth > root.clientWidth) bad.push("wider than the page: " + root.scrollWidth + " of " + root.clientWidth);
	const ids = all("[id]").map(e => e.id);
	if (new Set(ids).size !== ids.length) bad.push("an id twice");
	for (const e of all("[aria-labelledby]")) for (const id of e.getAttribute("aria-labelledby").split(" "))
		if (!d.getElementById(id) || !d.getElementById(id).textContent.trim()) bad.push("no label " + id);
	const charts = all("svg[role=img]");
	for (const c of charts) if (!c.querySelector(":scope > title") || !c.querySelector(":scope > desc") || c.getBoundingClientRect().width < 200) bad.push("a chart without words or room");
	for (const s of all("svg:not([role=img])")) if (!s.closest("[aria-hidden=true]")) bad.push("a drawing that is read out");
	for (const t of all("table")) {
		if (!t.caption || !t.caption.textContent.trim()) bad.push("a table without a caption");
		if (![...t.querySelectorAll("thead th")].every(h => h.scope === "col" && h.textContent.trim())) bad.push("a column without a header");
		for (const r of t.tBodies[0].rows) if (!r.querySelector("th[scope=row]")) bad.push("a row without a header");
		const widths = new Set([...t.rows].map(r => r.cells.length));
		if (widths.size !== 1) bad.push("ragged table " + t.caption.textContent);
		const box = t.closest(".scroll");
		if (!box || box.tabIndex !== 0 || !box.getAttribute("aria-label")) bad.push("a table that the keyboard cannot scroll");
	}
	for (const e of all("dl.figures dd")) {
		const kept = e.textContent, line = 1.5 * parseFloat(w.getComputedStyle(e).lineHeight);
		for (const text of [kept, "88,888,888", "Deprived of a feature"]) {
			e.textContent = text;
			if (e.scrollWidth > e.clientWidth || (text === "88,888,888" && e.getBoundingClientRect().height > line)) bad.push("no room for " + text);
		}
		e.textContent = kept;
	}
	const paper = luminance(w.getComputedStyle(d.body).backgroundColor);
	for (const e of all("p, h1, h2, h3, dt, dd, th, td, caption, figcaption, li, span, svg text")) {
		if (!e.textContent.trim()) continue;
		const style = w.getComputedStyle(e), ink = luminance(e instanceof w.SVGElement ? style.fill : style.color);
		const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
		if (contrast < 4.5) bad.push("contrast " + contrast.toFixed(2) + " of " + e.textContent.slice(0, 20));
		if (parseFloat(style.fontSize) < 12) bad.push("small letters: " + e.textContent.slice(0, 20));
	}
	for (const c of charts) {
		const shown = [...c.querySelectorAll("text")].filter(t => w.getComputedStyle(t).display !== "none").map(t => t.getBoundingClientRect());
		for (const t of shown) if (t.left < -1 || t.right > root.clientWidth + 1) bad.push("letters beyond the edge");
		for (let i = 0; i < shown.length; i++) for (let j = i + 1; j < shown.length; j++) {
			const a = shown[i], b = shown[j];
			if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4)
				bad.push("letters over letters in " + c.id + ": " + [...c.querySelectorAll("text")].filter(t => w.getComputedStyle(t).display !== "none").filter((t, k) => k === i || k === j).map(t => t.textContent).join(" / "));
		}
	}
	document.getElementById("found").textContent = JSON.stringify({bad: [...new Set(bad)].slice(0, 12), lang: root.lang, charts: charts.length, tables: all("table").length,
		scheme: w.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light", height: root.scrollHeight});
}
if (frame.contentDocument && frame.contentDocument.readyState === "complete" && frame.contentDocument.body.children.length) look(); else frame.onload = look;
JS

# look NAME PAGE WIDTH LANG CHARTS [OPTION...]
look()
{
	local name=$1 page=$2 width=$3 lang=$4 charts=$5 found

	shift 5
	framed "$page" "$width" 1500 "$probe" >"$SCRATCH/framed.html"
	found=$(browse --window-size=1300,1600 "$@" --dump-dom "file://$SCRATCH/framed.html" | sed -n 's/.*<pre id="found">\(.*\)<\/pre>.*/\1/p')
	case $found in
		'{"bad":[],"lang":"'"$lang"'","charts":'"$charts"',"tables":'[1-9]*) ;;
		*) fail "$name, $width wide: ${found:-no answer from the browser: $(tail -n 3 "$SCRATCH/chromium.log")}" ;;
	esac
	LAST=$found
}

for language in en zh; do
	lang=$language
	[ "$language" = en ] || lang=zh-Hans
	run -c "SET timezone = 'Asia/Shanghai'" -c "SELECT governance.transparency_page(tstzrange('2025-01-01', '2026-01-01'), '$language')" >"$SCRATCH/year.$language.html"
	run -c "SET timezone = 'Asia/Shanghai'" -c "SELECT governance.transparency_page(governance.report_period('quarter', '2025-05-01'), '$language', 'Report of the platform', 'douyin.health')" >"$SCRATCH/quarter.$language.html"
	run -c "SET timezone = 'Asia/Shanghai'" -c "SELECT governance.account_page(42, NULL, tstzrange('2025-01-01', '2026-01-01'), '$language')" >"$SCRATCH/account.$language.html"
	run -c "SET timezone = 'Asia/Shanghai'" -c "SELECT governance.account_page(1, 'douyin.health', NULL, '$language')" >"$SCRATCH/busy.$language.html"
	look "year $language" "$SCRATCH/year.$language.html" 768 "$lang" 2
	look "account $language" "$SCRATCH/account.$language.html" 768 "$lang" 4
	for width in 1200 360; do
		look "year $language" "$SCRATCH/year.$language.html" "$width" "$lang" 2
		look "quarter $language" "$SCRATCH/quarter.$language.html" "$width" "$lang" 2
		look "account $language" "$SCRATCH/account.$language.html" "$width" "$lang" 4
		look "busy account $language" "$SCRATCH/busy.$language.html" "$width" "$lang" 1
	done
	look "dark year $language" "$SCRATCH/year.$language.html" 1200 "$lang" 2 --blink-settings=preferredColorScheme=0
	[[ $LAST == *'"scheme":"dark"'* ]] || fail "the browser was not in the dark: $LAST"
	look "dark account $language" "$SCRATCH/account.$language.html" 360 "$lang" 4 --blink-settings=preferredColorScheme=0

	for page in year account; do
		rm -f "$SCRATCH/page.pdf" "$SCRATCH/page.png"
		browse --no-pdf-header-footer --print-to-pdf="$SCRATCH/page.pdf" "file://$SCRATCH/$page.$language.html"
		grep -a -q '/Type */Page\b' "$SCRATCH/page.pdf" || fail "$page $language is not printed"
		picture "$SCRATCH/$page.$language.html" 390 1200 "$SCRATCH/page.png"
		[ "$(stat -c %s "$SCRATCH/page.png")" -gt 20000 ] || fail "$page $language: an empty picture"
	done
done
exit "$status"
