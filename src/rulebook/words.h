/*
 * words.h
 *		Words for people: what may have been meant, and lists of words.
 */
#ifndef GOVERNANCE_RULEBOOK_WORDS_H
#define GOVERNANCE_RULEBOOK_WORDS_H

#include "postgres.h"

/* 'Perhaps you meant "x".', or null when nothing is near enough. */
extern const char *closest_hint(const char *name, const char *const *candidates,
								int ncandidates);

/* Likewise, of slips of the pen alone: what else the word is may be meant. */
extern const char *misspelt_hint(const char *name, const char *const *candidates,
								 int ncandidates);

/*
 * Likewise, of what is called by another word elsewhere: "duration" for "for".
 */
extern const char *other_word_hint(const char *key, const char *const *keys, int nkeys);

/* "\"a\", \"b\" or \"c\""; `last` is "and" or "or", translated here */
extern char *word_list(const char *const *words, int nwords, const char *last);

#endif							/* GOVERNANCE_RULEBOOK_WORDS_H */
