#!/bin/bash
# The Chinese messages: po/zh_CN.po has every message of the sources, with the
# same places for values, and a server shows them when asked to.
set -euo pipefail

status=0
po=po/zh_CN.po

# Who reports errors looks them up in our catalogue, not in the server's.
while IFS= read -r file; do
	if ! grep -q '^#include "errors.h"' "$file"; then
		echo "$file reports errors without errors.h, so they are not translated"
		status=1
	fi
done < <(grep -l -E '\<(ereport|ereturn|doc_fail|_)\(' src/*/*.c)

# No message without its translation, and each with the directives of the
# original, in their order.
if ! perl -0777 -ne '
	my $bad = 0;
	s/"\n"//g;
	while (/^msgid "(.+)"\nmsgstr "(.*)"$/mg)
	{
		my ($id, $str) = ($1, $2);
		my @d = map { join(" ", /%(?:[-+ 0#]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:ll)?[a-zA-Z]|%)/g) } $id, $str;
		next if $str ne "" && $d[0] eq $d[1];
		print $str eq "" ? "not translated: $id\n" : "other directives: $id: $str\n";
		$bad = 1;
	}
	exit $bad' "$po"; then
	status=1
fi
if grep -n -e '^#~' -e '^#.*fuzzy' "$po"; then
	echo "$po has messages that are no more, or are not sure"
	status=1
fi

if command -v msgfmt >/dev/null; then
	msgfmt -c -o "$SCRATCH/zh_CN.mo" "$po" || status=1
fi

# What the sources say, by the words of nls.mk.
rules=$PGXS_DIR/src/nls-global.mk
if command -v xgettext >/dev/null && command -v msgcmp >/dev/null && [ -e "$rules" ]; then
	words=$(make -s -f <(printf '%s\n' 'srcdir := .' 'all:' "include $rules" \
		'words:' "	@echo \$(addprefix -k,\$(GETTEXT_TRIGGERS))") words)
	# shellcheck disable=SC2086
	xgettext --from-code=UTF-8 $words -o "$SCRATCH/sources.pot" src/*.c src/*/*.c
	sed -i 's/charset=CHARSET/charset=UTF-8/' "$SCRATCH/sources.pot"
	if ! msgcmp "$po" "$SCRATCH/sources.pot" >"$SCRATCH/msgcmp.out" 2>&1 ||
		grep -q 'not used' "$SCRATCH/msgcmp.out"; then
		cat "$SCRATCH/msgcmp.out"
		echo "$po does not fit the sources: make update-po"
		status=1
	fi
fi
[ "$status" -eq 0 ] || exit 1

# The server, where it can.
major=$("$PG_CONFIG" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
if [ ! -e "$("$PG_CONFIG" --localedir)/zh_CN/LC_MESSAGES/governance-$major.mo" ]; then
	echo "built without translations (the server's --enable-nls and msgfmt are needed): nothing read in Chinese"
	exit 77
fi
if ! locale -a | grep -q -i '^zh_CN\.utf-\?8$'; then
	echo "the locale zh_CN.UTF-8 is not installed: nothing read in Chinese"
	exit 77
fi

db=messages
clean_up()
{
	"$BINDIR/dropdb" --if-exists "$db"
}
trap clean_up EXIT
"$BINDIR/createdb" "$db"
"$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -d "$db" -c 'CREATE EXTENSION governance' \
	-c 'SELECT count(*) FROM governance.create_ledger()' >/dev/null

# says STATEMENT TEXT...: the statement fails, and what it says has each text.
says()
{
	local statement=$1 said text

	shift
	said=$("$BINDIR/psql" -X -q -d "$db" -c "SET lc_messages = 'zh_CN.UTF-8'" -c "$statement" 2>&1) || true
	for text in "$@"; do
		if [[ $said != *"$text"* ]]; then
			printf '%s\ndoes not say "%s" but\n%s\n' "$statement" "$text" "$said"
			status=1
		fi
	done
}

says "SELECT '85'::governance.credit_score" '类型 credit_score 的输入语法无效："85"' '积分写作分数、斜线和满分'
says "SELECT 'Occupation:x'::governance.qualification" '标签由小写字母、数字、下划线和连字符组成'
says "SELECT governance.score(7, 'a')" '计分体系 "a" 不存在' '已有的策略见视图 governance.policies'
says "SELECT governance.explain(7)" '处罚 7 不存在' '各账号的处罚见 governance.sanction。'
says "SELECT governance.publish(governance.pack('channels.live') || '{\"laddr\": 1}')" \
	'策略文档：未知的键 "laddr"' '您也许是指 "ladder"。' '此处可用：' ' 和 "'
says "SELECT governance.publish(jsonb_set(governance.pack('channels.live'), '{ladder,0,when}', '\"score <\"'))" \
	'策略文档：ladder[0].when：末尾应有值'
says "DELETE FROM governance.violation" '不能从表 "violation" 中删除' '台账只能追加。'

# In a session that asks for English nothing is Chinese.
said=$("$BINDIR/psql" -X -q -d "$db" -c "SELECT '85'::governance.credit_score" 2>&1) || true
if [[ $said != *'invalid input syntax for type credit_score: "85"'* ]]; then
	echo "$said"
	status=1
fi
exit "$status"
