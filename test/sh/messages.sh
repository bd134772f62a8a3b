#!/bin/bash
# What errors say: each of our own SQLSTATEs comes with a hint; po/zh_CN.po has
# every message of the C and the SQL code in Chinese, with the same places for
# values; and a server shows them when asked to.
set -euo pipefail

status=0
po=po/zh_CN.po
make -s PG_CONFIG="$PG_CONFIG" po/sql.c

# Of class GV there is none without a hint, and SQL code says nothing that
# cannot be translated.
if ! perl -0777 -e '
	my $bad = 0;
	for my $file (@ARGV) {
		open my $in, "<", $file or die "$file: $!";
		my $text = <$in>;
		my @raised;
		if ($file =~ /\.sql$/) {
			$text =~ s/^\s*--.*$//mg;
			@raised = $text =~ /\bRAISE\s+(?!;)((?:[^\x27;]|\x27(?:[^\x27]|\x27\x27)*\x27)*);/g;
			for (@raised) {
				next if /\A(?:EXCEPTION|WARNING|NOTICE) USING/;
				print "$file: RAISE without USING, so not translated: $_\n"; $bad = 1;
			}
			for my $part (map { /\b((?:MESSAGE|DETAIL|HINT) = (?:\x27|format\().*)/g } @raised) {
				print "$file: without governance.message(), so not translated: $part\n"; $bad = 1;
			}
			@raised = grep { /ERRCODE = \x27GV/ && !/\bHINT = / } @raised;
		}
		else {
			@raised = grep { /ERRCODE_GV_/ && !/\berrhint\(/ } $text =~ /\b(?:ereport|ereturn)\(((?:[^";]|"(?:[^"\\]|\\.)*")*);/g;
		}
		for (@raised) {
			print "$file: no hint: $_\n"; $bad = 1;
		}
	}
	exit $bad' src/*.c src/*/*.c sql/messages.sql sql/*/*.sql; then
	status=1
fi

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
	xgettext --from-code=UTF-8 $words -o "$SCRATCH/sources.pot" src/*.c src/*/*.c po/sql.c
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

# A server of its own, which finds the locale where we make it, if the machine
# does not have it.
server=$SCRATCH/messages
clean_up()
{
	"$BINDIR/pg_ctl" -D "$server/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$server"
}
trap clean_up EXIT
mkdir -p "$server/locale"
if ! locale -a | grep -q -i '^zh_CN\.utf-\?8$'; then
	if ! command -v localedef >/dev/null ||
		! localedef -i zh_CN -f UTF-8 "$server/locale/zh_CN.UTF-8" >"$server/localedef.out" 2>&1; then
		echo "the locale zh_CN.UTF-8 is not installed and cannot be made (package locales): nothing read in Chinese"
		exit 77
	fi
	export LOCPATH=$server/locale
fi
"$BINDIR/initdb" -D "$server/data" -U postgres -A trust -N --no-instructions -E UTF8 --locale=C >/dev/null
cat >>"$server/data/postgresql.conf" <<-CONF
	listen_addresses = ''
	unix_socket_directories = '$server'
	fsync = off
CONF
"$BINDIR/pg_ctl" -D "$server/data" -l "$server/log" -w start >/dev/null
export PGHOST=$server
db=messages
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
says "DELETE FROM governance.violation" '不能从表 "violation" 中删除' '台账只能追加。' \
	'请用 governance.overturn() 或 governance.change() 更正决定。'

# Functions in PL/pgSQL: message, detail and hint, with and without values.
says "SELECT governance.overturn(7, 'no')" '违规 7 不存在' '各账号的违规见 governance.violation。'
says "SELECT governance.overturn(7, '')" '更正违规 7 必须说明理由' '请说明原因：理由会留存备查。'
says "SELECT governance.publish(governance.pack('channels.live'), 'done')" "策略不能发布为 'done'" \
	"可以发布为 'draft'、'trial' 或 'active'。"
says "SELECT governance.poll('nobody')" '事件消费者 "nobody" 不存在' '请用 governance.create_consumer() 登记。'
says "SELECT governance.check_qualification('occupation:healthcare/physicist')" \
	'分类体系中没有 "occupation:healthcare/physicist"' '其中有 "occupation:healthcare"'

# Rows that say what is wrong.
says "SELECT * FROM governance.check_statement('{\"puid\": \"a b\", \"content_type\": [], \"zzz\": 1, \"decision_account\": \"x\"}')" '只能包含字母、数字、"-" 和 "_"' \
	'不能为空' '没有这个字段' '不是该字段允许的值' '缺失'
"$BINDIR/psql" -X -q -v ON_ERROR_STOP=1 -d "$db" >/dev/null <<'SQL'
SELECT governance.publish('{"scheme": "plain", "score": {"cap": 10}, "rules": {"a": {"title": "a", "points": 5}},
	"ladder": [{"rung": "mute", "tier": "muted", "when": "score <= 5", "withhold": ["post"], "for": "1 day"}]}');
INSERT INTO governance.account (account_id) VALUES (1);
INSERT INTO governance.violation (account_id, scheme, rule) VALUES (1, 'plain', 'a');
SQL
says "SELECT problems FROM governance.statements_missing(now() - interval '1 day', 'infinity')" '第 1 版（计分体系 \"plain\"）没有 \"dsa\"'

# In a session that asks for English nothing is Chinese, and a session may
# change its mind.
said=$("$BINDIR/psql" -X -q -d "$db" -c "SELECT '85'::governance.credit_score" \
	-c "SET lc_messages = 'zh_CN.UTF-8'" -c "SELECT governance.overturn(7, '')" -c "RESET lc_messages" \
	-c "SELECT governance.overturn(8, '')" 2>&1) || true
for text in 'invalid input syntax for type credit_score: "85"' '更正违规 7' 'a revision of violation 8 needs a reason'; do
	if [[ $said != *"$text"* ]]; then
		echo "$said"
		status=1
	fi
done
exit "$status"
