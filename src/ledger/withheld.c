/*
 * withheld.c
 *		What is withheld from an account.
 *
 * A standing shows what holds and until when, so that a question about now takes
 * the rows of an account, which lie together, and no fold.  Where something has
 * been due since a row was written, its state is moved to the instant that is
 * asked for; where another version has taken over, or the history is needed, the
 * question goes to whoever can ask for that (permits.c).
 */
#include "postgres.h"

#include "compat.h"
#include "engine/engine.h"
#include "ledger/advance.h"
#include "ledger/project.h"
#include "ledger/shown.h"
#include "ledger/standing.h"
#include "ledger/standing_row.h"
#include "ledger/withheld.h"
#include "rulebook/cache.h"
#include "util.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* ---------- now ---------- */

/*
 * A row of governance.standing for a name.  A trial, also one that is over,
 * withholds nothing.
 */
static bool
read_standing(const DirectReader *reader, const char *name, Size length, TimestampTz at,
			  bool fold, PeriodRow *row)
{
	ShownRow	shown;
	Scheme	   *scheme;
	StoredStanding *standing;
	EngineState *state;

	memset(row, 0, sizeof(PeriodRow));
	row->since = DT_NOBEGIN;
	row->until = row->holds = DT_NOEND;
	standing_row_shown(reader, &shown);
	scheme = rulebook_scheme(VARDATA_ANY(shown.scheme), VARSIZE_ANY_EXHDR(shown.scheme), true);
	if (scheme == NULL || scheme->trial_of != NULL)
		return true;
	if (standing_shows(scheme, &shown, at, &row->holds))
	{
		row->within = shown.withholds != (Datum) 0 && shown_withholds(shown.withholds, name, length);
		row->until = row->holds;
		return true;
	}
	row->holds = DT_NOBEGIN;
	if (!fold)
		return true;
	standing = standing_row_stored(reader, scheme);
	state = standing_moved(scheme, standing, at, DT_NOEND);
	if (state == NULL)
		return false;
	row->within = state_withholds(scheme, state, name, length);
	row->holds = row->until = Min(engine_next_due(rulebook_policy(state->policy_id), state),
								  next_version_from(scheme, state));
	return true;
}

enum
{
	W_ACCOUNT, W_CAPABILITY, W_GROUND, W_SINCE, W_UNTIL, W_COLUMNS
};

static const ColumnSpec withholding_columns[W_COLUMNS] = {
	{"account_id", INT8OID}, {"capability", TEXTOID}, {"ground", TEXTOID},
	{"since", TIMESTAMPTZOID}, {"until", TIMESTAMPTZOID}
};

static Table withholding_table = {
	.name = "withholding", .ncolumns = W_COLUMNS, .columns = withholding_columns, .nkeys = 4
};

const PeriodTable withholding_periods = {
	.table = &withholding_table, .rights = DIRECT_AS_CALLER, .since = W_SINCE, .until = W_UNTIL
};

const PeriodTable withheld_periods = {
	.table = &standing_table, .rights = DIRECT_AS_CALLER, .read = read_standing,
	.also = &withholding_periods
};

/* ---------- from when until when ---------- */

/*
 * By capability and start; of spans that start together the longest comes
 * first, so that the others fall into it.
 */
static int
withheld_cmp(const void *a, const void *b)
{
	const Withheld *wa = a;
	const Withheld *wb = b;
	int			cmp = strcmp(wa->capability, wb->capability);

	if (cmp != 0)
		return cmp;
	if (wa->since != wb->since)
		return cmp_instant(wa->since, wb->since);
	return cmp_instant(wb->until, wa->until);
}

/*
 * Spans that overlap or touch become one, which names the sanction that lasts
 * longest.
 */
static int
withheld_merge(Withheld *spans, int n)
{
	int			merged = 0;

	qsort(spans, n, sizeof(Withheld), withheld_cmp);
	for (int i = 0; i < n; i++)
	{
		Withheld   *last = merged > 0 ? &spans[merged - 1] : NULL;

		if (last != NULL && strcmp(last->capability, spans[i].capability) == 0 &&
			spans[i].since <= last->until)
		{
			if (spans[i].until > last->until)
			{
				last->until = spans[i].until;
				last->sanction_id = spans[i].sanction_id;
			}
		}
		else
			spans[merged++] = spans[i];
	}
	return merged;
}

/*
 * One span for each capability of each sanction that reaches past the instant,
 * merged.
 */
Withheld *
withheld_by(const ProjectedSanction *sanctions, int nsanctions, TimestampTz after, int *nwithheld)
{
	Withheld   *spans;
	int			max = 0;
	int			n = 0;

	for (int i = 0; i < nsanctions; i++)
		max += sanctions[i].rung->ncapabilities;
	spans = palloc(sizeof(Withheld) * Max(max, 1));
	for (int i = 0; i < nsanctions; i++)
	{
		const Rung *rung = sanctions[i].rung;
		TimestampTz since;
		TimestampTz until;

		if (!sanction_reach(&sanctions[i], &since, &until) || until <= after)
			continue;
		for (int j = 0; j < rung->ncapabilities; j++)
		{
			spans[n].capability = rung->capabilities[j];
			spans[n].since = since;
			spans[n].until = until;
			spans[n++].sanction_id = sanctions[i].sanction.sanction_id;
		}
	}
	*nwithheld = withheld_merge(spans, n);
	return spans;
}
