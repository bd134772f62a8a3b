/*
 * periods.c
 *		Does a period of an account include an instant?
 *
 * What one expression of a query has learnt is in its fn_extra, and forgotten
 * when it comes back with another view of the tables.  Periods are remembered
 * and not answers, because the clock goes on while a query runs.
 *
 * An account that exists and has no period at all is one bit, in words for 64
 * neighbouring accounts; the others have an entry with their periods.  Both
 * together stay below what a hash table of the executor may take (work_mem and
 * hash_mem_multiplier); what finds no room is looked up each time.
 *
 * When to read the tables whole is decided as by somebody who rents skis: once
 * the looks into the indexes have cost what reading would.  So nothing costs
 * more than about twice what knowing the number of questions ahead would have
 * saved.  In a serializable transaction it never happens: it would be in
 * conflict with every writer.
 */
#include "postgres.h"

#include "compat.h"
#include "db/answers.h"
#include "db/read.h"
#include "db/table.h"
#include "ledger/account_row.h"
#include "ledger/periods.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

/* Names that one expression remembers; of any further one nothing is. */
#define MAX_NAMES 8

/* Reading a page costs about what so many questions that are looked up do. */
#define LOOKS_PER_PAGE 4

/* Whoever asks less often than this never has the tables read. */
#define FEW_LOOKS 64

/* Which of 64 neighbouring accounts exist and have no periods? */
typedef struct FreeWord
{
	uint64		number:58;		/* the account's, but for the last six bits */
	uint64		status:6;
	uint64		accounts;
} FreeWord;

/* An account with periods. */
typedef struct Holder
{
	int64		account_id;
	uint32		first;			/* period, counted from 1; 0: none */
	TimestampTz holds;			/* there are no others before this instant */
	bool		exists;			/* false: that is not known */
	char		status;
} Holder;

typedef struct Period
{
	TimestampTz since;
	TimestampTz until;
	uint32		next;			/* of the same account */
} Period;

#define SH_PREFIX free
#define SH_ELEMENT_TYPE FreeWord
#define SH_KEY_TYPE uint64
#define SH_KEY number
#define SH_HASH_KEY(tb, key) hash_number(key)
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

#define SH_PREFIX holder
#define SH_ELEMENT_TYPE Holder
#define SH_KEY_TYPE int64
#define SH_KEY account_id
#define SH_HASH_KEY(tb, key) hash_number((uint64) (key))
#define SH_EQUAL(tb, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* What is known about one name. */
typedef struct PeriodSet
{
	const char *name;
	Size		length;
	free_hash  *free;
	holder_hash *holders;
	Period	   *periods;
	uint32		nperiods;
	uint32		maxperiods;
	uint64		looks;			/* questions that were looked up */
	uint64		enough;			/* looks after which the tables are read; 0: not
								 * known yet */
	bool		complete;		/* what is not here does not exist */
} PeriodSet;

/* fn_extra of a call. */
typedef struct PeriodMemory
{
	ReadView		view;
	uint64		generation;		/* of the rulebook, where rows go by it */
	MemoryContext context;		/* of the sets */
	Size		limit;
	int			nsets;
	PeriodSet  *sets;			/* for MAX_NAMES of them */
} PeriodMemory;

/* ---------- the sets ---------- */

/* Empties a set, or makes it. */
static void
clear_set(PeriodMemory *memory, PeriodSet *set)
{
	if (set->free != NULL)
		free_destroy(set->free);
	if (set->holders != NULL)
		holder_destroy(set->holders);
	if (set->periods != NULL)
		pfree(set->periods);
	set->free = free_create(memory->context, 64, NULL);
	set->holders = holder_create(memory->context, 16, NULL);
	set->periods = NULL;
	set->nperiods = set->maxperiods = 0;
	set->complete = false;
}

/* The set of a name; null when there are MAX_NAMES others already. */
static PeriodSet *
find_set(PeriodMemory *memory, const char *name, Size length)
{
	PeriodSet  *set;
	char	   *copy;

	for (int i = 0; i < memory->nsets; i++)
		if (memory->sets[i].length == length && memcmp(memory->sets[i].name, name, length) == 0)
			return &memory->sets[i];
	if (memory->nsets == MAX_NAMES)
		return NULL;
	if (memory->nsets == 0)
		memory->sets = MemoryContextAlloc(memory->context, sizeof(PeriodSet) * MAX_NAMES);
	set = &memory->sets[memory->nsets];
	memset(set, 0, sizeof(PeriodSet));
	copy = MemoryContextAlloc(memory->context, length + 1);
	memcpy(copy, name, length);
	set->name = copy;
	set->length = length;
	clear_set(memory, set);
	memory->nsets++;
	return set;
}

/* May another account, with another period, be remembered? */
static bool
has_room(const PeriodMemory *memory, const PeriodSet *set)
{
	Size		more = 0;

	if (set->free->members >= set->free->grow_threshold)
		more += 2 * set->free->size * sizeof(FreeWord);
	if (set->holders->members >= set->holders->grow_threshold)
		more += 2 * set->holders->size * sizeof(Holder);
	if (set->nperiods == set->maxperiods)
		more += 2 * set->maxperiods * sizeof(Period);
	return MemoryContextMemAllocated(memory->context, false) + more <= memory->limit &&
		set->nperiods < PG_UINT32_MAX / 2;
}

/*
 * Periods of an account form a list through the array, which may move as it
 * grows.
 */
static void
add_period(PeriodMemory *memory, PeriodSet *set, Holder *holder, TimestampTz since,
		   TimestampTz until)
{
	Period	   *period;

	if (set->nperiods == set->maxperiods)
	{
		uint32		n = Max(set->maxperiods * 2, 16);

		set->periods = set->periods == NULL ?
			MemoryContextAlloc(memory->context, sizeof(Period) * n) :
			repalloc_huge(set->periods, sizeof(Period) * n);
		set->maxperiods = n;
	}
	period = &set->periods[set->nperiods++];
	period->since = since;
	period->until = until;
	period->next = holder->first;
	holder->first = set->nperiods;
}

/* The account's entry, made if it is not there. */
static Holder *
add_holder(PeriodSet *set, int64 account_id)
{
	bool		found;
	Holder	   *holder = holder_insert(set->holders, account_id, &found);

	if (!found)
	{
		holder->first = 0;
		holder->holds = DT_NOEND;
		holder->exists = false;
	}
	return holder;
}

/* Notes that an account exists and has no period. */
static void
add_free(PeriodSet *set, int64 account_id)
{
	bool		found;
	FreeWord   *word = free_insert(set->free, (uint64) account_id >> 6, &found);

	if (!found)
		word->accounts = 0;
	word->accounts |= UINT64CONST(1) << (account_id & 63);
}

/* ---------- asking ---------- */

/*
 * Periods are half-open: since <= at < until; one that ends at infinity
 * includes infinity.
 */
static inline bool
includes(TimestampTz since, TimestampTz until, TimestampTz at)
{
	return since <= at && (at < until || until == DT_NOEND);
}

/*
 * The instant that is asked about: where that is "now", the clock goes on
 * while a query runs.
 */
static inline TimestampTz
instant(TimestampTz at, bool now)
{
	return now ? Max(at, GetCurrentTimestamp()) : at;
}

/* Nothing includes the instant: does the account exist? */
static PeriodAnswer
look_for_account(const PeriodTable *table, int64 account_id)
{
	DirectReader reader;
	Datum		key = Int64GetDatum(account_id);
	bool		exists;

	if (!direct_read(&reader, &account_table, table->rights, &key, 1))
		return PERIOD_ASK;
	exists = direct_read_next(&reader);
	direct_read_end(&reader);
	return exists ? PERIOD_NONE : PERIOD_NOBODY;
}

/* What the row at hand says: by its columns, or by whoever knows how to read it. */
static bool
read_row(const PeriodTable *table, const DirectReader *reader, const char *name, Size length,
		 TimestampTz at, bool fold, PeriodRow *row)
{
	bool		isnull;

	if (table->read != NULL)
		return table->read(reader, name, length, at, fold, row);
	row->within = true;
	row->since = DatumGetTimestampTz(direct_read_get(reader, table->since, &isnull));
	row->until = DatumGetTimestampTz(direct_read_get(reader, table->until, &isnull));
	row->holds = DT_NOEND;
	return true;
}

/* What looks of an account into the indexes have shown. */
typedef struct Look
{
	PeriodMemory *memory;
	PeriodSet  *set;			/* null: nothing is to be remembered */
	Holder	   *holder;
	TimestampTz at;
	bool		within;
	TimestampTz holds;
} Look;

/* Looks into one table; false when that takes SQL. */
static bool
look_into(const PeriodTable *table, int64 account_id, text *name, Look *look)
{
	DirectReader reader;
	Datum		key[2] = {Int64GetDatum(account_id), PointerGetDatum(name)};
	bool		known = true;

	if (!direct_read(&reader, table->table, table->rights, key, table->read != NULL ? 1 : 2))
		return false;
	while ((!look->within || look->set != NULL) && direct_read_next(&reader))
	{
		PeriodRow	row;

		known = read_row(table, &reader, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), look->at,
						 true, &row);
		if (!known)
			break;
		look->within |= row.within && includes(row.since, row.until, look->at);
		look->holds = Min(look->holds, row.holds);
		if (look->set == NULL || (!row.within && row.holds == DT_NOEND))
			continue;
		if (look->holder == NULL)
			look->holder = add_holder(look->set, account_id);
		if (row.within)
			add_period(look->memory, look->set, look->holder, row.since, row.until);
	}
	direct_read_end(&reader);
	return known;
}

/*
 * By the indexes; what that shows goes into the set, if there is one.  holder: what
 * the set has of the account already, and does not hold any more.
 */
static PeriodAnswer
look_up(const PeriodTable *table, PeriodMemory *memory, PeriodSet *set, Holder *holder,
		int64 account_id, text *name, TimestampTz at, bool now)
{
	Look		look = {.memory = memory, .holds = DT_NOEND, .at = instant(at, now)};
	PeriodAnswer answer;

	if (set != NULL && has_room(memory, set))
	{
		look.set = set;
		look.holder = holder;
		if (holder != NULL)
			holder->first = 0;
	}
	for (const PeriodTable *t = table; t != NULL; t = t->also)
		if ((!look.within || look.set != NULL) && !look_into(t, account_id, name, &look))
		{
			if (look.holder != NULL)
				look.holder->holds = DT_NOBEGIN;
			return PERIOD_ASK;
		}
	if (look.holder != NULL)
		look.holder->holds = look.holds;
	if (look.within)
		return PERIOD_WITHIN;
	answer = look_for_account(table, account_id);
	if (answer != PERIOD_NONE)
		return answer;
	if (look.holder != NULL)
		look.holder->exists = true;
	else if (look.set != NULL)
		add_free(look.set, account_id);
	return PERIOD_NONE;
}

/*
 * What is known already.  False when that does not settle it; then *holder has
 * what is known of the account, if anything is.
 */
static inline bool
recall(const PeriodSet *set, int64 account_id, TimestampTz at, bool now, Holder **holder,
	   PeriodAnswer *answer)
{
	FreeWord   *word = free_lookup(set->free, (uint64) account_id >> 6);

	*answer = PERIOD_NONE;
	if (word != NULL && (word->accounts >> (account_id & 63) & 1) != 0)
		return true;
	*holder = holder_lookup(set->holders, account_id);
	if (*holder == NULL)
		return false;
	at = instant(at, now);
	for (uint32 i = (*holder)->first; i != 0 && set->periods != NULL; i = set->periods[i - 1].next)
		if (includes(set->periods[i - 1].since, set->periods[i - 1].until, at))
		{
			*answer = PERIOD_WITHIN;
			return true;
		}
	return (*holder)->exists && at < (*holder)->holds;
}

/* ---------- reading the tables whole ---------- */

/*
 * After so many single look-ups, reading the tables whole would have cost as
 * much; the largest number: it never pays or is not allowed.
 */
static uint64
looks_worth(const PeriodTable *table)
{
	uint64		pages = 0;
	BlockNumber n;

	if (IsolationIsSerializable() || !direct_pages(&account_table, &n))
		return PG_UINT64_MAX;
	pages += n;
	for (const PeriodTable *t = table; t != NULL; t = t->also)
	{
		/* What the key's collations are is known of a table that can be read so. */
		if (!direct_pages(t->table, &n) ||
			(t->read == NULL && !get_collation_isdeterministic(t->table->key_collations[1])))
			return PG_UINT64_MAX;
		pages += n;
	}
	return Max(FEW_LOOKS, pages * LOOKS_PER_PAGE);
}

/* All periods of one name in one table; false when there is no room for them. */
static bool
read_periods(const PeriodTable *table, PeriodMemory *memory, PeriodSet *set, TimestampTz at)
{
	DirectReader reader;
	bool		fits = true;

	if (!direct_read_all(&reader, table->table, table->rights))
		return false;
	while (direct_read_next(&reader))
	{
		bool		isnull;
		Holder	   *holder;
		PeriodRow	row = {0};

		if (table->read == NULL &&
			!text_is_bytes(DatumGetTextPP(direct_read_get(&reader, 1, &isnull)), set->name, set->length))
			continue;
		if (!read_row(table, &reader, set->name, set->length, at, false, &row))
			row.holds = DT_NOBEGIN;
		if (!row.within && row.holds == DT_NOEND)
			continue;
		fits = has_room(memory, set);
		if (!fits)
			break;
		holder = add_holder(set, DatumGetInt64(direct_read_get(&reader, 0, &isnull)));
		holder->holds = Min(holder->holds, row.holds);
		if (row.within)
			add_period(memory, set, holder, row.since, row.until);
	}
	direct_read_end(&reader);
	return fits;
}

/*
 * All accounts: those without a period become bits.  False when there is no
 * room.
 */
static bool
read_accounts(const PeriodTable *table, PeriodMemory *memory, PeriodSet *set)
{
	DirectReader reader;
	bool		fits = true;

	if (!direct_read_all(&reader, &account_table, table->rights))
		return false;
	while (fits && direct_read_next(&reader))
	{
		bool		isnull;
		int64		account_id = DatumGetInt64(direct_read_get(&reader, 0, &isnull));
		Holder	   *holder = holder_lookup(set->holders, account_id);

		if (holder != NULL)
			holder->exists = true;
		else if ((fits = has_room(memory, set)))
			add_free(set, account_id);
	}
	direct_read_end(&reader);
	return fits;
}

/*
 * An error on the way undoes a part of the transaction at least, and so nobody
 * looks at what was half read.
 */
static void
read_whole(const PeriodTable *table, PeriodMemory *memory, PeriodSet *set, TimestampTz at)
{
	bool		fits = true;

	set->enough = PG_UINT64_MAX;
	clear_set(memory, set);
	for (const PeriodTable *t = table; t != NULL && fits; t = t->also)
		fits = read_periods(t, memory, set, at);
	if (!fits)
		clear_set(memory, set);
	else
		set->complete = read_accounts(table, memory, set);
}

/* ---------- one question ---------- */

/*
 * Null: this question is not to be remembered.  Most expressions are evaluated
 * once, or with another view each time; only what comes again with the same one
 * is worth more than a note of that.
 */
static PeriodMemory *
memory_of(FmgrInfo *caller, const PeriodTable *table)
{
	Table *const tables[READ_VIEW_TABLES] = {
		table->table, table->also != NULL ? table->also->table : table->table, &account_table
	};
	PeriodMemory *memory = caller->fn_extra;
	bool		same;

	if (memory == NULL)
	{
		caller->fn_extra = MemoryContextAllocZero(caller->fn_mcxt, sizeof(PeriodMemory));
		return NULL;
	}
	same = read_view_is_same(&memory->view, tables, caller->fn_mcxt);
	if (table->read != NULL && memory->generation != rulebook_generation())
	{
		memory->generation = rulebook_generation();
		same = false;
	}
	if (!same)
	{
		memory->nsets = 0;
		if (memory->context != NULL)
			MemoryContextReset(memory->context);
		return NULL;
	}
	if (memory->context == NULL)
		memory->context = AllocSetContextCreate(caller->fn_mcxt, "governance periods",
												ALLOCSET_DEFAULT_SIZES);
	if (memory->nsets == 0)
		memory->limit = get_hash_memory_limit();
	return memory;
}

/*
 * PERIOD_ASK: only a query can say, since the tables are not what
 * create_ledger() made, or another module watches who reads what.
 */
PeriodAnswer
periods_ask(FmgrInfo *caller, const PeriodTable *table, int64 account_id, text *name,
			TimestampTz at, bool now)
{
	PeriodMemory *memory = NULL;
	PeriodSet  *set = NULL;
	Holder	   *holder = NULL;
	PeriodAnswer answer;

	if (!ActiveSnapshotSet() ||
		(table->rights == DIRECT_AS_CALLER && ExecutorCheckPerms_hook != NULL))
		return PERIOD_ASK;
	if (caller != NULL)
		memory = memory_of(caller, table);
	if (memory != NULL)
		set = find_set(memory, VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name));
	if (set == NULL)
		return look_up(table, NULL, NULL, NULL, account_id, name, at, now);

	if (recall(set, account_id, at, now, &holder, &answer))
		return answer;
	if (!set->complete && ++set->looks >= FEW_LOOKS)
	{
		if (set->enough == 0)
			set->enough = looks_worth(table);
		if (set->looks >= set->enough)
		{
			read_whole(table, memory, set, instant(at, now));
			if (recall(set, account_id, at, now, &holder, &answer))
				return answer;
		}
	}
	if (set->complete && holder == NULL)
		return PERIOD_NOBODY;
	if (holder == NULL || instant(at, now) >= holder->holds)
		return look_up(table, memory, set, holder, account_id, name, at, now);
	answer = look_for_account(table, account_id);
	holder->exists = answer == PERIOD_NONE;
	return answer;
}
