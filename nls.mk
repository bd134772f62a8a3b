# The messages of the C code and of the SQL code in other languages, by the rules that come with the
# server (nls-global.mk).  Without msgfmt, or with a server that was built without
# translations, they stay in English and nothing else changes.
CATALOG_NAME = governance
# From 16 on the rules read po/LINGUAS by themselves, msgfmt or not: hence the
# override.
override AVAIL_LANGUAGES := $(if $(shell command -v $(MSGFMT) 2>/dev/null),$(shell cat $(srcdir)/po/LINGUAS))
# po/sql.c has those of the SQL code, for xgettext, which does not read SQL.
GETTEXT_FILES = $(sort $(wildcard src/*.c src/*/*.c)) po/sql.c
GETTEXT_TRIGGERS = $(BACKEND_COMMON_GETTEXT_TRIGGERS) doc_fail:4 put_problem:3 word_list:3
GETTEXT_FLAGS = $(BACKEND_COMMON_GETTEXT_FLAGS) doc_fail:4:c-format put_problem:3:c-format
