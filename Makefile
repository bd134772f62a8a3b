# governance: platform governance inside PostgreSQL.
#
#   make && make install     build and install with any PG_CONFIG
#   make demo                the main job on a real story, on a bare Debian machine
#   make check               every test, on a bare Debian machine; ONLY=name for some
#   make bench               figures against the bare statement, PL/pgSQL and the floor
#   make check-versions      the tests with each supported server that Debian has
#   make check-long          crashes, many sessions, random input: for longer
#   make check-assertions    the tests with servers built with assertions
#   make check-sanitizers    the SQL tests with the compiler's address checker
#   make check-valgrind      the SQL tests under Valgrind
#   make check-executor      the SQL tests of the ledger without the direct path to its tables
#   make check-analysis      clang's warnings and analyser, cppcheck
#   make check-upgrade       pg_upgrade from one major version to another
#   make check-fresh         demo and check in a fresh chroot, as continuous integration
#   make check-machines      both on machines of many kinds, in chroots
#   make check-world         all of the above checks, and check-deb
#   make installcheck        the SQL tests against an installed, running server
#   make reference           the generated parts of the pages, and the schemas
#   make pictures            the pictures of doc/pages.md
#   make dist                the archive for PGXN
#   make plots               pictures of the last figures, into doc/plots/
#   make tables              tables of the last figures, into doc/benchmarks.md
#   make deb                 the Debian packages, in deb/
#   make check-deb           the same, and the tests against what was packed

EXTENSION = governance
# META.json is the one source of the version; the first "version" in it counts.
EXTVERSION := $(shell sed -n 's/^\t"version": "\([^"]*\)".*/\1/p' META.json)

MODULE_big = governance
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))

# The documents shipped with the extension become one of the parts.
PACKS = $(sort $(wildcard sql/rulebook/packs/*.json)) $(sort $(wildcard sql/entitlement/packs/*.json))
PACKS_SQL = sql/rulebook/90_packs.sql

# So does the taxonomy of qualifications.
TAXONOMY = $(sort $(wildcard sql/certification/taxonomy/*.csv))
TAXONOMY_SQL = sql/certification/90_taxonomy.sql

# And so does what the other parts say about who has use of each object.
LEVELS_SQL = sql/oversight/05_object_level.sql

# The install script is the concatenation of these parts, in this order.
SQL_PARTS = sql/header.sql sql/path.sql sql/schema.sql sql/messages.sql \
	$(sort $(wildcard sql/types/*.sql)) \
	$(sort $(wildcard sql/rulebook/*.sql) $(PACKS_SQL)) \
	$(sort $(wildcard sql/ledger/*.sql)) \
	$(sort $(wildcard sql/certification/*.sql) $(TAXONOMY_SQL)) \
	$(sort $(wildcard sql/entitlement/*.sql)) \
	$(sort $(wildcard sql/enforcement/*.sql)) \
	$(sort $(wildcard sql/events/*.sql)) \
	$(sort $(wildcard sql/reports/*.sql)) \
	$(sort $(wildcard sql/oversight/*.sql) $(LEVELS_SQL)) \
	sql/create_ledger.sql sql/footer.sql
EXTENSION_SQL = sql/governance--$(EXTVERSION).sql

# From each earlier version there is one step to this one: what the file of that
# version in sql/updates takes away or changes, and then every object anew, as
# sql/update.awk makes it.
UPDATE_PARTS = $(filter-out sql/header.sql sql/schema.sql,$(SQL_PARTS))
UPDATES_SQL = $(patsubst sql/updates/%.sql,sql/governance--%--$(EXTVERSION).sql,$(wildcard sql/updates/*.sql))

DATA_built = $(EXTENSION_SQL) $(UPDATES_SQL)
DOCS = $(wildcard doc/*.md)
SCHEMA = $(sort $(wildcard doc/schema/*.schema.json))

PG_CPPFLAGS = -I$(srcdir)/src -DGOVERNANCE_VERSION='"$(EXTVERSION)"'
# The server loads every module and its libraries into one space of names; ours
# are to be found here first.  (Before 16 the server does not hide them itself.)
comma := ,
SHLIB_LINK = $(if $(filter linux,$(PORTNAME)),-Wl$(comma)-Bsymbolic)
PG_CFLAGS = -std=gnu17 -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Wno-declaration-after-statement

# PGXS would run all tests in one database; a ledger is one to a database.
NO_INSTALLCHECK = 1
EXTRA_CLEAN = $(EXTENSION_SQL) $(UPDATES_SQL) $(PACKS_SQL) $(TAXONOMY_SQL) $(LEVELS_SQL) results regression.diffs regression.out \
	tmp_check log test/bench/out deb governance-*.zip po/sql.c $(wildcard po/*.mo) $(wildcard src/*.bc src/*/*.bc)

# Goals that need no server, or find one themselves.  PGXS has a "check" too,
# so it is left out when one of these is asked for; a mixed list of goals is
# made one by one.
OWN_GOALS = check check-fresh check-machines check-long check-versions check-assertions \
	check-sanitizers check-valgrind check-executor check-analysis check-upgrade check-deb check-world demo bench reference pictures plots tables dist deb
.PHONY: $(OWN_GOALS)

ifneq ($(filter $(OWN_GOALS),$(MAKECMDGOALS)),)
ifneq ($(filter-out $(OWN_GOALS),$(MAKECMDGOALS)),)

.NOTPARALLEL:
.PHONY: $(MAKECMDGOALS)
$(MAKECMDGOALS):
	+@$(MAKE) --no-print-directory $@

else

.NOTPARALLEL:
check:
	@test/run

demo:
	@test/demo/run

bench:
	@test/bench/run

reference:
	@test/reference

pictures:
	@test/pictures

plots:
	@test/bench/plots

tables:
	@test/bench/tables

check-versions:
	@test/versions

check-fresh:
	@test/fresh

check-machines:
	@test/machines

check-long:
	@GOVERNANCE_CRASH_ROUNDS=50 GOVERNANCE_CONCURRENCY_SECONDS=60 \
		GOVERNANCE_OUTBOX_SECONDS=60 GOVERNANCE_FUZZ=12 GOVERNANCE_STATEMENTS=1000000 TEST_TIMEOUT=3600 \
		ONLY="t/001_crash t/002_concurrency t/007_outbox t/008_settle_crash types_io rulebook_fuzz calls_fuzz ledger_fuzz ledger_walk certification_walk memory" test/run

check-assertions:
	@test/assertions

check-sanitizers:
	@SANITIZE=1 VERSIONS=15 TEST_TIMEOUT=1800 ONLY="$(or $(ONLY),unit sql specs)" test/assertions

# Twenty times slower than without, so only what touches memory in its own way.
check-valgrind:
	@VALGRIND=1 VERSIONS=15 TEST_TIMEOUT=3600 \
		ONLY="$(or $(ONLY),types_qualification certification_life events_outbox ledger_direct ledger_late ledger_revision ledger_violation oversight_audit)" \
		test/assertions

# But for the one that counts the scans of the direct path.
EXECUTOR_TESTS = $(patsubst test/sql/%.sql,sql/%,$(filter-out test/sql/ledger_periods.sql,$(wildcard \
	test/sql/ledger_*.sql test/sql/certification_*.sql test/sql/entitlement_*.sql test/sql/reports_*.sql))) specs/ledger_*
check-executor:
	@DIRECT=0 ONLY="$(or $(ONLY),$(EXECUTOR_TESTS))" test/run

check-analysis:
	@test/analysis

check-upgrade:
	@test/upgrade

check-world: check check-fresh check-machines check-long check-versions check-assertions \
	check-sanitizers check-valgrind check-executor check-analysis check-upgrade check-deb

deb:
	@test/deb

check-deb:
	@test/deb check

# What is committed, and the assembled install script that META.json names.
dist: $(EXTENSION_SQL)
	@prefix=$$(git rev-parse --show-prefix) && test -z "$$prefix" || { \
		echo "make dist packs what is committed: it needs git, and the repository of the project." >&2; \
		echo "(An unpacked archive is what it makes.)" >&2; exit 1; }
	git archive --format=zip -o governance-$(EXTVERSION).zip \
		--prefix=governance-$(EXTVERSION)/sql/ --add-file=$(EXTENSION_SQL) \
		--prefix=governance-$(EXTVERSION)/ HEAD
	@echo governance-$(EXTVERSION).zip

endif
else

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
# The headers tell: some distributions pack the makefiles with the client.
DEVELOPMENT := $(shell test -f "`$(PG_CONFIG) --includedir-server 2>/dev/null`/postgres.h" && echo here)
ifneq ($(and $(DEVELOPMENT),$(wildcard $(PGXS))),)

include $(PGXS)

# The pages have names that other extensions' may have too.
docmoduledir := extension/governance
docfolder = $(DESTDIR)$(docdir)/$(docmoduledir)

# The pages point to the schema in a folder beside them.
install: install-schema
install-schema:
	$(MKDIR_P) '$(docfolder)/schema'
	$(INSTALL_DATA) $(addprefix $(srcdir)/,$(SCHEMA)) '$(docfolder)/schema/'

# PGXS looks for pages under the names that they have here.
uninstall: uninstall-pages
uninstall-pages:
	rm -f $(foreach page,$(notdir $(DOCS)) $(addprefix schema/,$(notdir $(SCHEMA))),'$(docfolder)/$(page)')
	for folder in '$(docfolder)/schema' '$(docfolder)' '$(DESTDIR)$(docdir)/extension' '$(DESTDIR)$(docdir)'; do \
		if test -d "$$folder"; then rmdir "$$folder" 2>/dev/null || :; fi; \
	done

.PHONY: install-schema uninstall-pages

installcheck:
	@PG_CONFIG='$(PG_CONFIG)' ONLY='$(ONLY)' test/installcheck

# Debian's servers do not track what includes what.
$(OBJS) $(OBJS:.o=.bc): $(wildcard src/*.h src/*/*.h) META.json

else

# No server to build against: only cleaning makes sense.
clean distclean:
	rm -rf $(OBJS) $(OBJS:.o=.bc) governance.so $(EXTRA_CLEAN)

all install installcheck uninstall:
	@echo "$(PG_CONFIG) knows no PostgreSQL server with development files." >&2
	@echo "On Debian: apt-get install postgresql-server-dev-NN, with the NN of the server;" >&2
	@echo "or set PG_CONFIG." >&2
	@echo "\"make check\" and \"make demo\" install what they need by themselves." >&2
	@exit 1

.PHONY: all clean distclean install installcheck uninstall
.DEFAULT_GOAL := all

endif

endif

$(PACKS_SQL): $(PACKS) sql/rulebook/packs.awk
	awk -f sql/rulebook/packs.awk $(PACKS) > $@.tmp
	mv $@.tmp $@

$(TAXONOMY_SQL): $(TAXONOMY) sql/certification/taxonomy.awk
	awk -f sql/certification/taxonomy.awk $(TAXONOMY) > $@.tmp
	mv $@.tmp $@

$(LEVELS_SQL): $(filter-out $(LEVELS_SQL),$(SQL_PARTS)) sql/oversight/levels.awk
	awk -f sql/oversight/levels.awk $(filter-out $(LEVELS_SQL),$(SQL_PARTS)) > $@.tmp
	mv $@.tmp $@

po/sql.c: $(SQL_PARTS) po/sql.awk
	awk -f po/sql.awk $(filter-out $(PACKS_SQL) $(TAXONOMY_SQL) $(LEVELS_SQL),$(SQL_PARTS)) > $@.tmp
	mv $@.tmp $@

$(EXTENSION_SQL): $(SQL_PARTS) META.json Makefile
	cat $(SQL_PARTS) > $@

$(UPDATES_SQL): sql/governance--%--$(EXTVERSION).sql: sql/updates/%.sql $(UPDATE_PARTS) sql/update.awk META.json Makefile
	{ cat $<; awk -f sql/update.awk $(UPDATE_PARTS); } > $@
