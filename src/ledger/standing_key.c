/*
 * standing_key.c
 *		Which standings a statement concerns, and how.
 */
#include "postgres.h"

#include "compat.h"
#include "ledger/standing_key.h"
#include "rulebook/cache.h"
#include "util.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

/*
 * The order in which standings are locked, by everybody: account, then scheme
 * as "C" compares.
 */
int
standing_key_cmp(const void *a, const void *b)
{
	const StandingKey *ka = a;
	const StandingKey *kb = b;

	if (ka->account_id != kb->account_id)
		return cmp_int64(ka->account_id, kb->account_id);
	return strcmp(ka->scheme->name, kb->scheme->name);
}

/*
 * Rows of a statement mostly concern one of the last few standings: looking at
 * those is cheaper than a table, and standing_keys_merge() finds what is left.
 */
StandingKey *
key_list_add(KeyList *list, int64 account_id, Scheme *scheme)
{
	StandingKey *key;

	for (int i = list->n - 1; i >= 0 && i >= list->n - 32; i--)
		if (list->keys[i].account_id == account_id && list->keys[i].scheme == scheme)
			return &list->keys[i];
	array_reserve(list->keys, list->max, list->n + 1);
	key = &list->keys[list->n++];
	memset(key, 0, sizeof(StandingKey));
	key->account_id = account_id;
	key->scheme = scheme;
	key->decided = key->advance_to = DT_NOBEGIN;
	key->changed_from = DT_NOEND;
	return key;
}

/*
 * Of two keys for one standing, what either asks for is done; what only holds
 * for both stays only if both say so.
 */
int
standing_keys_merge(StandingKey *keys, int nkeys)
{
	int			n = 0;

	qsort(keys, nkeys, sizeof(StandingKey), standing_key_cmp);
	for (int i = 0; i < nkeys; i++)
		if (n == 0 || standing_key_cmp(&keys[n - 1], &keys[i]) != 0)
			keys[n++] = keys[i];
		else
		{
			keys[n - 1].replay |= keys[i].replay;
			keys[n - 1].refresh |= keys[i].refresh;
			keys[n - 1].settle &= keys[i].settle;
			keys[n - 1].lock_only &= keys[i].lock_only;
			keys[n - 1].unlimited &= keys[i].unlimited;
			keys[n - 1].confirmed &= keys[i].confirmed;
			keys[n - 1].opening |= keys[i].opening;
			keys[n - 1].decided = Max(keys[n - 1].decided, keys[i].decided);
			keys[n - 1].advance_to = Max(keys[n - 1].advance_to, keys[i].advance_to);
			keys[n - 1].changed_from = Min(keys[n - 1].changed_from, keys[i].changed_from);
		}
	return n;
}
