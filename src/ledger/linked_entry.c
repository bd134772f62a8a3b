/*
 * linked_entry.c
 *		Violations that count against linked accounts as well.
 *
 * A copy is an ordinary entry that names its original.  It is inserted by the
 * statement that records the original, whose trigger brings all standings up to
 * date in one go; so a statement that comes to linked accounts locks as one
 * that names them itself does, and two of them never wait in a circle.  Nothing
 * is looked up under a scheme without a policy that copies.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/plan.h"
#include "ledger/entry.h"
#include "ledger/judge.h"
#include "ledger/linked_entry.h"
#include "rulebook/cache.h"
#include "util.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#define EQ " OPERATOR(pg_catalog.=) "

static KeptPlan links_plan = {
	"SELECT l.other_id, l.account_id, l.link_id, l.kind, l.confidence::pg_catalog.float8,"
	" pg_catalog.lower(l.during), pg_catalog.upper(l.during) FROM governance.account_link l"
	" WHERE l.other_id" EQ "ANY ($1) AND NOT pg_catalog.isempty(l.during)"
	" ORDER BY l.other_id, l.account_id, l.link_id",
	1, {INT8ARRAYOID}
};

static KeptPlan ids_plan = {
	"SELECT pg_catalog.nextval('governance.entry_seq') FROM pg_catalog.generate_series(1, $1)",
	1, {INT8OID}
};

/* Points come as hundredths, negative ones stand for those of the original. */
static KeptPlan copy_plan = {
	"INSERT INTO governance.violation (account_id, violation_id, scheme, rule, points, occurred_at,"
	" decided_at, source, campaign, incident, content_ref, surcharge, sanction_length, held,"
	" linked_account_id, linked_violation_id, link_id)"
	" SELECT u.account_id, u.violation_id, v.scheme, v.rule,"
	" CASE WHEN u.points OPERATOR(pg_catalog.<) 0 THEN v.points"
	" ELSE pg_catalog.trim_scale(u.points::pg_catalog.numeric OPERATOR(pg_catalog./) 100) END,"
	" v.occurred_at, v.decided_at, 'system', v.campaign, v.incident, v.content_ref, v.surcharge,"
	" v.sanction_length, v.held, v.account_id, v.violation_id, u.link_id"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3),"
	" pg_catalog.unnest($4), pg_catalog.unnest($5), pg_catalog.unnest($6))"
	" AS u (account_id, violation_id, linked_account_id, linked_violation_id, link_id, points)"
	" JOIN governance.violation v ON v.account_id" EQ "u.linked_account_id"
	" AND v.violation_id" EQ "u.linked_violation_id",
	6, {INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
};

/*
 * The copies that a revision of the original concerns.  One that was revised by
 * itself no longer follows, except that it does not survive its original.
 */
static KeptPlan copies_plan = {
	"SELECT v.account_id, v.violation_id, v.rule, v.occurred_at, l.kind,"
	" l.confidence::pg_catalog.float8, o.action, o.points,"
	" r.action" EQ "'overturn' IS TRUE"
	" FROM governance.revision o"
	" JOIN governance.violation v ON v.linked_account_id" EQ "o.account_id"
	" AND v.linked_violation_id" EQ "o.violation_id"
	" LEFT JOIN governance.account_link l ON l.account_id" EQ "v.account_id"
	" AND l.link_id" EQ "v.link_id"
	" LEFT JOIN LATERAL (SELECT r.action, r.linked_revision_id FROM governance.revision r"
	" WHERE r.account_id" EQ "v.account_id AND r.violation_id" EQ "v.violation_id"
	" AND r.action OPERATOR(pg_catalog.<>) 'release'"
	" ORDER BY r.decided_at DESC, r.revision_id DESC LIMIT 1) r ON true"
	" WHERE o.account_id" EQ "$1 AND o.revision_id" EQ "$2"
	" AND CASE WHEN o.action" EQ "'overturn' THEN (r.action" EQ "'overturn') IS NOT TRUE"
	" WHEN o.action" EQ "'reinstate' THEN r.action" EQ "'overturn' AND r.linked_revision_id IS NOT NULL"
	" WHEN o.action" EQ "'change' THEN r.action IS NULL OR r.linked_revision_id IS NOT NULL END"
	" ORDER BY v.account_id, v.violation_id",
	2, {INT8OID, INT8OID}
};

static KeptPlan revise_plan = {
	"INSERT INTO governance.revision (account_id, violation_id, action, points, reason, decided_at,"
	" linked_revision_id)"
	" SELECT u.account_id, u.violation_id, o.action,"
	" CASE WHEN u.points OPERATOR(pg_catalog.>=) 0"
	" THEN pg_catalog.trim_scale(u.points::pg_catalog.numeric OPERATOR(pg_catalog./) 100) END,"
	" o.reason, o.decided_at, o.revision_id"
	" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5))"
	" AS u (account_id, violation_id, points), governance.revision o"
	" WHERE o.account_id" EQ "$1 AND o.revision_id" EQ "$2",
	5, {INT8OID, INT8OID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
};

typedef struct EntryLink
{
	int64		from_account;
	int64		account_id;		/* who gets the copy */
	int64		link_id;
	char	   *kind;
	double		confidence;
	TimestampTz from;
	TimestampTz to;
} EntryLink;

typedef struct Copy
{
	int64		original;		/* index of its row */
	int64		account_id;
	int64		link_id;
	Points		points;			/* POINTS_NONE: as the original says */
} Copy;

typedef struct CopyList
{
	int64		n;
	int64		max;
	Copy	   *items;
} CopyList;

/*
 * Whether it is the ledger's own statement is known by the table that it
 * writes to (plan.c).
 */
bool
linked_entry_check(Relation relation, const char *column, bool refers)
{
	if (refers && !plan_is_writing(RelationGetRelid(relation)))
		ereport(ERROR,
				(errcode(ERRCODE_GV_INVALID_ENTRY),
				 errmsg("column \"%s\" of table \"%s\" is written by the ledger only",
						column, RelationGetRelationName(relation)),
				 errdetail("It marks what the ledger copied for a linked account."),
				 errhint("Leave out the copies: the originals bring them about anew."),
				 errtable(relation)));
	return refers;
}

/* Of all accounts whose entries may be copied, by account. */
static EntryLink *
load_links(const ViolationRow *rows, int64 nrows, int *nlinks)
{
	MemoryContext context = CurrentMemoryContext;
	int64	   *accounts;
	int64		first = 0;
	int64		n = 0;
	int			ndistinct = 0;
	Datum		value;
	uint64		nfound;
	EntryLink  *links;

	*nlinks = 0;
	while (first < nrows && !rows[first].scheme->copies)
		first++;
	if (first == nrows)
		return NULL;
	accounts = MemoryContextAllocHuge(context, sizeof(int64) * (nrows - first));
	for (int64 i = first; i < nrows; i++)
		if (rows[i].scheme->copies && (n == 0 || accounts[n - 1] != rows[i].account_id))
			accounts[n++] = rows[i].account_id;
	qsort(accounts, n, sizeof(int64), int64_order);
	for (int64 i = 0; i < n; i++)
		if (ndistinct == 0 || accounts[ndistinct - 1] != accounts[i])
			accounts[ndistinct++] = accounts[i];
	value = int8_array(accounts, ndistinct);
	pfree(accounts);

	nfound = plan_execute(&links_plan, &value, NULL, PLAN_FRESH);
	links = MemoryContextAllocHuge(context, sizeof(EntryLink) * (nfound + 1));
	for (uint64 i = 0; i < nfound; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		EntryLink  *link = &links[i];
		bool		isnull;
		Datum		at;

		link->from_account = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		link->account_id = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
		link->link_id = DatumGetInt64(SPI_getbinval(tuple, desc, 3, &isnull));
		link->kind = MemoryContextStrdup(context, SPI_getvalue(tuple, desc, 4));
		link->confidence = DatumGetFloat8(SPI_getbinval(tuple, desc, 5, &isnull));
		at = SPI_getbinval(tuple, desc, 6, &isnull);
		link->from = isnull ? DT_NOBEGIN : DatumGetTimestampTz(at);
		at = SPI_getbinval(tuple, desc, 7, &isnull);
		link->to = isnull ? DT_NOEND : DatumGetTimestampTz(at);
	}
	SPI_freetuptable(SPI_tuptable);
	*nlinks = (int) nfound;
	return links;
}

/*
 * Does an item of the policy copy this rule along a link of that kind?
 * Confidence is compared with some room for rounding.
 */
static bool
link_matches(const PolicyLink *how, int rule, const char *kind, double confidence)
{
	return how->entries != NULL && how->entries[rule] && strcmp(how->kind, kind) == 0 &&
		confidence >= how->confidence - 1e-9;
}

/* What a copy costs, given what the original does. */
static Points
copied_points(const PolicyLink *how, Points points)
{
	if (how->points != POINTS_NONE)
		return how->points;
	return (Points) Min(rint(points * how->multiply), (double) PG_INT32_MAX);
}

/*
 * To one account, along its links: the first item of the policy that one of
 * them satisfies counts.
 */
static void
copy_along(CopyList *list, const ViolationRow *row, int64 original, const Policy *policy,
		   int rule, const EntryLink *links, int nlinks)
{
	for (int i = 0; i < policy->nlinks; i++)
	{
		const PolicyLink *how = &policy->links[i];

		for (int l = 0; l < nlinks; l++)
		{
			Copy	   *copy;

			if (row->occurred < links[l].from || row->occurred >= links[l].to ||
				!link_matches(how, rule, links[l].kind, links[l].confidence))
				continue;
			array_reserve(list->items, list->max, list->n + 1);
			copy = &list->items[list->n++];
			copy->original = original;
			copy->account_id = links[l].account_id;
			copy->link_id = links[l].link_id;
			if (how->points == POINTS_NONE && how->multiply == 1)
				copy->points = POINTS_NONE;
			else
				copy->points = copied_points(how, row->points != POINTS_NONE ? row->points :
											 policy->rules[rule].usual);
			return;
		}
	}
}

/*
 * Finds the links of the row's account, which are sorted by account, and
 * copies along those to each other account.
 */
static void
copy_row(CopyList *list, ViolationRow *row, int64 original, const EntryLink *links, int nlinks)
{
	PolicyVersion *version = rulebook_version_at(row->scheme, row->occurred);
	const Policy *policy;
	int			rule;
	int			low = 0;
	int			high = nlinks;

	/* A version on trial acts on nobody. */
	if (version == NULL || !ledger_judges(row->scheme, row))
		return;
	policy = rulebook_compiled(version);
	if (policy->nlinks == 0)
		return;
	rule = policy_rule_index(policy, row->rule, strlen(row->rule));
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (links[middle].from_account < row->account_id)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < nlinks && links[low].from_account == row->account_id)
	{
		int			end = low + 1;

		while (end < nlinks && links[end].from_account == row->account_id &&
			   links[end].account_id == links[low].account_id)
			end++;
		copy_along(list, row, original, policy, rule, &links[low], end - low);
		low = end;
	}
}

/*
 * All copies of a statement are inserted by one statement of ours, with ids
 * from the ledger's sequence; they follow the given rows in the array, which
 * may move.
 */
void
linked_entries_copy(ViolationRow **rows, int64 *nrows)
{
	MemoryContext context = CurrentMemoryContext;
	CopyList	list = {0};
	EntryLink  *links;
	int			nlinks;
	int64	   *numbers[6];
	Datum		values[6];
	Datum		value;

	links = load_links(*rows, *nrows, &nlinks);
	if (nlinks == 0)
		return;
	for (int64 i = 0; i < *nrows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if ((*rows)[i].scheme->copies)
			copy_row(&list, &(*rows)[i], i, links, nlinks);
	}
	if (list.n == 0)
		return;

	*rows = repalloc_huge(*rows, sizeof(ViolationRow) * (*nrows + list.n));
	for (int i = 0; i < 6; i++)
		numbers[i] = MemoryContextAllocHuge(context, sizeof(int64) * list.n);
	value = Int64GetDatum(list.n);
	plan_execute(&ids_plan, &value, NULL, PLAN_FRESH);
	for (int64 i = 0; i < list.n; i++)
	{
		const Copy *copy = &list.items[i];
		const ViolationRow *original = &(*rows)[copy->original];
		ViolationRow *row = &(*rows)[*nrows + i];
		bool		isnull;

		*row = *original;
		row->account_id = copy->account_id;
		row->violation_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc,
														1, &isnull));
		row->source = "system";
		row->copied = true;
		if (copy->points != POINTS_NONE)
			row->points = copy->points;
		numbers[0][i] = row->account_id;
		numbers[1][i] = row->violation_id;
		numbers[2][i] = original->account_id;
		numbers[3][i] = original->violation_id;
		numbers[4][i] = copy->link_id;
		numbers[5][i] = copy->points == POINTS_NONE ? -1 : copy->points;
	}
	SPI_freetuptable(SPI_tuptable);
	for (int i = 0; i < 6; i++)
	{
		values[i] = int8_array(numbers[i], (int) list.n);
		pfree(numbers[i]);
	}
	plan_execute(&copy_plan, values, NULL, PLAN_WRITE);
	*nrows += list.n;
}

/* What a copy costs when the original is changed; POINTS_NONE: nothing follows. */
static Points
changed_points(const Scheme *scheme, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	TimestampTz occurred = DatumGetTimestampTz(SPI_getbinval(tuple, desc, 4, &isnull));
	PolicyVersion *version = rulebook_version_at((Scheme *) scheme, occurred);
	char	   *code = SPI_getvalue(tuple, desc, 3);
	char	   *kind = SPI_getvalue(tuple, desc, 5);
	double		confidence = DatumGetFloat8(SPI_getbinval(tuple, desc, 6, &isnull));
	Points		points;
	const Policy *policy;
	int			rule;

	if (version == NULL || kind == NULL)
		return POINTS_NONE;
	policy = rulebook_compiled(version);
	rule = policy_rule_index(policy, code, strlen(code));
	points = ledger_points(SPI_getbinval(tuple, desc, 8, &isnull), "points");
	for (int i = 0; i < policy->nlinks && rule >= 0; i++)
	{
		const PolicyLink *how = &policy->links[i];

		if (!link_matches(how, rule, kind, confidence))
			continue;

		/* A price of its own stays, unless the copy has to come back. */
		if (how->points != POINTS_NONE && !DatumGetBool(SPI_getbinval(tuple, desc, 9, &isnull)))
			return POINTS_NONE;
		return copied_points(how, points);
	}
	return POINTS_NONE;
}

/*
 * Copies that a person has revised keep what that person decided; all others
 * follow their original.
 */
int64 *
linked_entries_revise(const Scheme *scheme, int64 account_id, int64 revision_id, int *ncopies)
{
	Datum		values[5];
	uint64		n;
	int64	   *accounts;
	int64	   *violations;
	int64	   *points;
	int			kept = 0;

	*ncopies = 0;
	values[0] = Int64GetDatum(account_id);
	values[1] = Int64GetDatum(revision_id);
	n = plan_execute(&copies_plan, values, NULL, PLAN_FRESH);
	accounts = palloc(sizeof(int64) * (n + 1));
	violations = palloc(sizeof(int64) * (n + 1));
	points = palloc(sizeof(int64) * (n + 1));
	for (uint64 i = 0; i < n; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		change = strcmp(SPI_getvalue(tuple, desc, 7), "change") == 0;
		Points		price = change ? changed_points(scheme, tuple, desc) : POINTS_NONE;
		bool		isnull;

		if (change && price == POINTS_NONE)
			continue;
		accounts[kept] = DatumGetInt64(SPI_getbinval(tuple, desc, 1, &isnull));
		violations[kept] = DatumGetInt64(SPI_getbinval(tuple, desc, 2, &isnull));
		points[kept++] = change ? price : -1;
	}
	SPI_freetuptable(SPI_tuptable);
	if (kept == 0)
		return NULL;
	values[2] = int8_array(accounts, kept);
	values[3] = int8_array(violations, kept);
	values[4] = int8_array(points, kept);
	plan_execute(&revise_plan, values, NULL, PLAN_WRITE);
	*ncopies = kept;
	return accounts;
}
