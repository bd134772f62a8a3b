/*
 * entry_bytes.h
 *		Entries and groups as bytes.
 *
 * An entry is told from the one before it: ids and instants as differences, and
 * what is the same or usual not at all (delta encoding).
 */
#ifndef GOVERNANCE_ENGINE_ENTRY_BYTES_H
#define GOVERNANCE_ENGINE_ENTRY_BYTES_H

#include "engine/bytes.h"
#include "engine/engine.h"

/* No entry takes more bytes. */
#define MAX_ENTRY_SIZE 128

/* Has anything ever been done about the entry? */
static inline bool
entry_has_history(const LiveEntry *entry)
{
	return entry->marks != 0 || entry->flags != 0 || entry->done != 0 ||
		entry->price != entry->charged;
}

/*
 * Writes and reads an entry, told from *base, which then is that entry.  Lives
 * of its own are not written.
 */
extern void put_settled(Writer *w, LiveEntry *base, const LiveEntry *entry);
extern void get_settled(Reader *r, const Policy *policy, LiveEntry *base, LiveEntry *entry);

/* Writes and reads a group of a collapse. */
extern void put_group(Writer *w, const CollapseState *c);
extern void get_group(Reader *r, const Policy *policy, CollapseState *c);

#endif							/* GOVERNANCE_ENGINE_ENTRY_BYTES_H */
