# report.awk
#	Medians and ratios of one scenario, from lines
#	"scenario,competitor,round,microseconds".
#
# A target is written "a/b<=1.3(1.10)": the ratio of a to b is to be at most
# 1.3, and later 1.10; or "a/b>=4".

function sort_values(v, n,    i, j, t)
{
	for (i = 2; i <= n; i++) {
		t = v[i]
		for (j = i - 1; j >= 1 && v[j] > t; j--)
			v[j + 1] = v[j]
		v[j + 1] = t
	}
}

function median(v, n)
{
	sort_values(v, n)
	return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}

# The median over the rounds of how many times longer a took than b.
function ratio(a, b,    r, n, v)
{
	n = 0
	for (r = 1; r <= rounds; r++)
		if ((a, r) in us && (b, r) in us)
			v[++n] = us[a, r] / us[b, r]
	return n ? median(v, n) : 0
}

function show(x)
{
	return x >= 10000 ? sprintf("%.0f", x) : x >= 100 ? sprintf("%.1f", x) : sprintf("%.2f", x)
}

BEGIN {
	ncompetitors = split(order, name, " ")
	for (i = 1; i <= ncompetitors; i++)
		seen[name[i]] = i
}

$1 == scenario && $3 > 0 {
	if (!($2 in seen)) {
		seen[$2] = ++ncompetitors
		name[ncompetitors] = $2
	}
	us[$2, $3] = $4
	if ($3 > rounds)
		rounds = $3
}

END {
	nagainst = split(against, base, " ")
	width = 24
	for (i = 1; i <= ncompetitors; i++)
		if (length(name[i]) + 2 > width)
			width = length(name[i]) + 2
	printf "\n%s\n\n", title
	printf "  %-" width "s %12s %12s %12s", "", "median us", "least", "most"
	for (j = 1; j <= nagainst; j++)
		printf "  %16s", "x " base[j]
	printf "\n"
	for (i = 1; i <= ncompetitors; i++) {
		c = name[i]
		n = 0
		for (r = 1; r <= rounds; r++)
			if ((c, r) in us)
				v[++n] = us[c, r]
		if (n == 0)
			continue
		m = median(v, n)
		printf "  %-" width "s %12s %12s %12s", c, show(m), show(v[1]), show(v[n])
		for (j = 1; j <= nagainst; j++) {
			x = ratio(c, base[j])
			printf "  %16.2f", x
			printf "%s,%s,%d,%.3f,%.3f,%.3f,%s,%.3f\n", scenario, c, n, m, v[1], v[n], base[j], x >>csv
		}
		printf "\n"
		if (nagainst == 0)
			printf "%s,%s,%d,%.3f,%.3f,%.3f,,\n", scenario, c, n, m, v[1], v[n] >>csv
	}
	ntargets = split(targets, target, ";")
	if (ntargets)
		printf "\n"
	for (i = 1; i <= ntargets; i++) {
		match(target[i], /[<>]=/)
		bound = substr(target[i], RSTART, 2)
		split(substr(target[i], 1, RSTART - 1), pair, "/")
		rest = substr(target[i], RSTART + 2)
		later = ""
		if (match(rest, /\(.*\)/)) {
			later = substr(rest, RSTART + 1, RLENGTH - 2)
			rest = substr(rest, 1, RSTART - 1)
		}
		x = ratio(pair[1], pair[2])
		wanted = rest + 0
		verdict = (bound == "<=" ? x <= wanted : x >= wanted) ? "reached" : "missed"
		printf "  %s is %.2f times %s; at %s %s is wanted%s: %s\n", pair[1], x, pair[2],
			bound == "<=" ? "most" : "least", rest, later == "" ? "" : ", later " later, verdict
		printf "%s,%s,%s,%.3f,%s,%s,%s,%s\n", scenario, pair[1], pair[2], x, bound, rest, later, verdict >>csv_targets
	}
}
