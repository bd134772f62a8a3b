# governance: platform governance inside PostgreSQL.
#
#   make && make install     build and install with any PG_CONFIG
#   make demo                the main job on a real story, on a bare Debian machine
#   make check               every test, on a bare Debian machine
#   make bench               figures against the bare statement, PL/pgSQL and the floor

EXTENSION = governance
# META.json is the one source of the version; the first "version" in it counts.
EXTVERSION := $(shell sed -n 's/^\t"version": "\([^"]*\)".*/\1/p' META.json)

MODULE_big = governance
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))

# The install script is the concatenation of these parts, in this order.
SQL_PARTS = sql/header.sql \
	$(sort $(wildcard sql/types/*.sql)) \
	$(sort $(wildcard sql/rulebook/*.sql)) \
	$(sort $(wildcard sql/ledger/*.sql)) \
	$(sort $(wildcard sql/certification/*.sql)) \
	$(sort $(wildcard sql/enforcement/*.sql)) \
	$(sort $(wildcard sql/reports/*.sql))
EXTENSION_SQL = sql/governance--$(EXTVERSION).sql

DATA_built = $(EXTENSION_SQL)
DATA = $(filter-out $(EXTENSION_SQL),$(wildcard sql/governance--*--*.sql))
DOCS = $(wildcard doc/*.md)

PG_CPPFLAGS = -I$(srcdir)/src
PG_CFLAGS = -std=gnu17 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-declaration-after-statement

REGRESS = $(sort $(patsubst test/sql/%.sql,%,$(wildcard test/sql/*.sql)))
REGRESS_OPTS = --inputdir=test
ISOLATION = $(sort $(patsubst test/specs/%.spec,%,$(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test
EXTRA_CLEAN = $(EXTENSION_SQL)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(PGXS),)
include $(PGXS)
endif

$(EXTENSION_SQL): $(SQL_PARTS) META.json Makefile
	cat $(SQL_PARTS) > $@
