/*
 * entry_bytes.c
 *		Entries and groups as bytes.
 */
#include "postgres.h"

#include "engine/entry_bytes.h"
#include "utils/timestamp.h"

#define OTHER_OCCURRED	0x01
#define OTHER_DECIDED	0x02
#define HAS_INCIDENT	0x04
#define HAS_CONTENT		0x08
#define OTHER_REMAINING	0x10
#define HAS_HISTORY		0x20
#define OTHER_CHARGED	0x40
#define OTHER_RULE		0x80

/* The difference of two numbers, which may wrap around. */
static inline int64
apart(int64 x, int64 from)
{
	return (int64) ((uint64) x - (uint64) from);
}

/* See entry_bytes.h. */
void
put_settled(Writer *w, LiveEntry *base, const LiveEntry *entry)
{
	put_byte(w, (entry->occurred != entry->at ? OTHER_OCCURRED : 0) |
			 (entry->decided != entry->occurred ? OTHER_DECIDED : 0) |
			 (entry->incident != 0 ? HAS_INCIDENT : 0) |
			 (entry->content != 0 ? HAS_CONTENT : 0) |
			 (entry->remaining != entry->charged ? OTHER_REMAINING : 0) |
			 (entry_has_history(entry) ? HAS_HISTORY : 0) |
			 (entry->charged != base->charged ? OTHER_CHARGED : 0) |
			 (entry->rule != base->rule ? OTHER_RULE : 0));
	put_signed(w, apart(entry->id, base->id));
	put_signed(w, apart(entry->at, base->at));
	if (entry->occurred != entry->at)
		put_signed(w, apart(entry->occurred, entry->at));
	if (entry->decided != entry->occurred)
		put_signed(w, apart(entry->decided, entry->occurred));
	if (entry->incident != 0)
		put_raw(w, entry->incident);
	if (entry->content != 0)
		put_raw(w, entry->content);
	if (entry->charged != base->charged)
		put_signed(w, entry->charged);
	if (entry->remaining != entry->charged)
		put_signed(w, entry->remaining);
	if (entry->rule != base->rule)
		put_signed(w, entry->rule);
	if (entry_has_history(entry))
	{
		put_unsigned(w, entry->marks);
		put_unsigned(w, entry->flags);
		put_unsigned(w, entry->done);
		put_signed(w, entry->price);
		if (entry->flags & ENTRY_GROUPED)
			put_signed(w, apart(entry->since, entry->at));
	}
	*base = *entry;
}

/* Reads an instant that is told from another one. */
static inline TimestampTz
get_later(Reader *r, TimestampTz from)
{
	TimestampTz at = (TimestampTz) ((uint64) from + (uint64) get_signed(r));

	if (!TIMESTAMP_NOT_FINITE(at) && !IS_VALID_TIMESTAMP(at))
		state_damaged("An instant is out of range.");
	return at;
}

/* See entry_bytes.h. */
void
get_settled(Reader *r, const Policy *policy, LiveEntry *base, LiveEntry *entry)
{
	uint8		given = get_byte(r);

	memset(entry, 0, sizeof(LiveEntry));
	entry->id = (int64) ((uint64) base->id + (uint64) get_signed(r));
	entry->at = get_later(r, base->at);
	entry->occurred = given & OTHER_OCCURRED ? get_later(r, entry->at) : entry->at;
	entry->decided = given & OTHER_DECIDED ? get_later(r, entry->occurred) : entry->occurred;
	if (given & HAS_INCIDENT)
		entry->incident = get_raw(r);
	if (given & HAS_CONTENT)
		entry->content = get_raw(r);
	entry->charged = given & OTHER_CHARGED ? get_int(r) : base->charged;
	entry->remaining = given & OTHER_REMAINING ? get_int(r) : entry->charged;
	entry->rule = given & OTHER_RULE ? get_index(r, policy->nrules, true) : base->rule;
	if (given & HAS_HISTORY)
	{
		entry->marks = (uint32) get_unsigned(r);
		entry->flags = (uint32) get_unsigned(r);
		entry->done = (uint32) get_unsigned(r);
		entry->price = get_int(r);
		if (entry->flags & ENTRY_GROUPED)
			entry->since = get_later(r, entry->at);
	}
	else
		entry->price = entry->charged;
	*base = *entry;
}

/* See entry_bytes.h. */
void
put_group(Writer *w, const CollapseState *c)
{
	put_unsigned(w, c->collapse);
	put_raw(w, c->group);
	put_instant(w, c->since);
	put_instant(w, c->until);
	put_signed(w, c->charged);
	put_unsigned(w, c->count);
}

/* See entry_bytes.h. */
void
get_group(Reader *r, const Policy *policy, CollapseState *c)
{
	c->collapse = get_index(r, policy->ncollapses, false);
	c->group = get_raw(r);
	c->since = get_instant(r);
	c->until = get_instant(r);
	c->charged = get_int(r);
	c->count = (int32) get_unsigned(r);
}
