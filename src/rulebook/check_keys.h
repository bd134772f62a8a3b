/*
 * check_keys.h
 *		Documents held against the tables of keys.
 */
#ifndef GOVERNANCE_RULEBOOK_CHECK_KEYS_H
#define GOVERNANCE_RULEBOOK_CHECK_KEYS_H

#include "postgres.h"

#include "rulebook/document.h"
#include "rulebook/keys.h"

/* It must be an object, and every key one of its shape. */
extern void check_keys(const Doc *object, const DocShape *shape);

/*
 * Likewise, and one that goes with a word: the word is that of a case of the
 * shape.  Call check_keys() before, so that a key that is not known at all is not
 * called one that fits elsewhere.
 */
extern void check_keys_with(const Doc *object, const DocShape *shape, const char *word);

/*
 * Words that a key of a shape may have, itself or as items of its list: which of
 * them a value is, as its index in the table.
 */
extern int	word_of(const Doc *value, const DocShape *shape, const char *key);

/* Likewise of the value of the key; otherwise: what it is when that is missing. */
extern int	get_word(const Doc *object, const DocShape *shape, const char *key, int otherwise);

/* Likewise, where the key must be there. */
extern int	required_word(const Doc *object, const DocShape *shape, const char *key);

#endif							/* GOVERNANCE_RULEBOOK_CHECK_KEYS_H */
