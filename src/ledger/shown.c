/*
 * shown.c
 *		What a row of governance.standing shows: what holds, and until when.
 *
 * The columns beside the state are there so that whoever asks about now reads a
 * row and folds nothing.  They follow from the state, and hold until something
 * is due in it or another version takes it over; whoever asks later than that
 * folds the state to his instant.  So nothing is written ahead, and nothing is
 * ever wrong because nobody wrote it anew.
 */
#include "postgres.h"

#include "compat.h"
#include "db/plan.h"
#include "engine/engine.h"
#include "ledger/shown.h"
#include "rulebook/cache.h"
#include "util.h"

#include "access/tupmacs.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

/* Is a sanction of a state in force at the state's instant?  See engine_tier(). */
static bool
in_force(const EngineState *state, const SanctionState *s)
{
	return (s->flags & SANCTION_ENFORCED) != 0 && s->rung >= 0 &&
		s->starts <= state->as_of && state->as_of < s->ends;
}

/* What has no order of its own is compared as strcmp() does. */
static int
name_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* The names that are withheld at the state's instant, each once; 0: none. */
static Datum
withheld_names(Scheme *scheme, const Policy *policy, const EngineState *state)
{
	const char **names;
	Datum	   *values;
	int			max = 0;
	int			n = 0;
	int			distinct = 0;

	if (scheme->trial_of != NULL)
		return (Datum) 0;
	for (int i = 0; i < state->nsanctions; i++)
		if (in_force(state, &state->sanctions[i]))
			max += policy->rungs[state->sanctions[i].rung].ncapabilities;
	if (max == 0)
		return (Datum) 0;
	names = palloc(sizeof(char *) * max);
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		for (int c = 0; in_force(state, s) && c < policy->rungs[s->rung].ncapabilities; c++)
			names[n++] = policy->rungs[s->rung].capabilities[c];
	}
	qsort(names, n, sizeof(char *), name_cmp);
	values = palloc(sizeof(Datum) * n);
	for (int i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			values[distinct++] = CStringGetTextDatum(names[i]);
	return datum_array(values, NULL, distinct, TEXTOID);
}

/* As the state is at its instant. */
static void
show(Scheme *scheme, const Policy *policy, EngineState *state, Shown *shown)
{
	shown->score = state->score;
	shown->cap = state->cap;
	shown->tier = engine_tier(policy, state, state->as_of);
	shown->withholds = withheld_names(scheme, policy, state);
	shown->next_due = engine_next_due(policy, state);
}

/* A copy of a state, moved to an instant by the version that it stands under. */
static EngineState *
moved_to(const Policy *policy, const EngineState *state, TimestampTz at)
{
	EngineState *moved = engine_copy(policy, state);

	engine_advance(policy, moved, at, NULL);
	return moved;
}

/*
 * Mostly nothing is due between the last entry and the moment when it was
 * decided, and the state shows what holds at both.  Where something is, a copy
 * is moved, by the version of the state alone: when another one has taken over
 * meanwhile, nobody goes by the row.
 */
void
state_shown(Scheme *scheme, EngineState *state, TimestampTz known_at, Shown *shown)
{
	const Policy *policy = rulebook_policy(state->policy_id);
	TimestampTz from = shown_from(state->as_of, known_at);

	if (from > state->as_of && engine_next_due(policy, state) <= from)
		state = moved_to(policy, state, from);
	show(scheme, policy, state, shown);
}

/*
 * How early an instant is found at which something may be due depends on where
 * the state stood when it was looked for, so that two rows of the same state may
 * name different ones.  Both are right if nothing changes before.
 */
bool
shown_until(const EngineState *state, TimestampTz known_at, TimestampTz until)
{
	const Policy *policy = rulebook_policy(state->policy_id);

	return engine_next_change(policy, moved_to(policy, state, shown_from(state->as_of, known_at))) >= until;
}

/* The sanctions that run are few: each is looked at. */
bool
state_withholds(Scheme *scheme, const EngineState *state, const char *name, Size length)
{
	const Policy *policy;

	if (scheme->trial_of != NULL || state->nsanctions == 0)
		return false;
	policy = rulebook_policy(state->policy_id);
	for (int i = 0; i < state->nsanctions; i++)
	{
		const SanctionState *s = &state->sanctions[i];

		for (int c = 0; in_force(state, s) && c < policy->rungs[s->rung].ncapabilities; c++)
		{
			const char *other = policy->rungs[s->rung].capabilities[c];

			if (strncmp(other, name, length) == 0 && other[length] == '\0')
				return true;
		}
	}
	return false;
}

/*
 * The elements are texts one after the other, as in every array of a type of
 * variable length.
 */
bool
shown_withholds(Datum withholds, const char *name, Size length)
{
	ArrayType  *array = DatumGetArrayTypeP(withholds);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	char	   *element;

	if (ARR_HASNULL(array))
		return false;			/* no row that is written here */
	element = (char *) array + ARR_OVERHEAD_NONULLS(ARR_NDIM(array));
	for (int i = 0; i < n; i++)
	{
		if ((Size) VARSIZE_ANY_EXHDR(element) == length &&
			memcmp(VARDATA_ANY(element), name, length) == 0)
			return true;
		element = (char *) att_addlength_pointer(element, -1, element);
		element = (char *) att_align_nominal(element, TYPALIGN_INT);
	}
	return false;
}
