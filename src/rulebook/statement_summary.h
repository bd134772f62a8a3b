/*
 * statement_summary.h
 *		What statements of reasons say of rules and rungs.
 */
#ifndef GOVERNANCE_RULEBOOK_STATEMENT_SUMMARY_H
#define GOVERNANCE_RULEBOOK_STATEMENT_SUMMARY_H

#include "postgres.h"

#include "rulebook/compiler.h"
#include "rulebook/statement_fields.h"

/* Of a part of the document: false stands for "no statement". */
extern bool statement_is_false(const Doc *doc);

/* Has a field this word: as its text, or in its list or its object? */
extern bool statement_has_word(const Doc *doc, const char *word);

/*
 * What a rule (own; may be null) says of a field, or else the document; null:
 * nothing.
 */
extern const Doc *statement_written(const Doc *dsa, const Doc *own, const char *name);

/* Likewise, but nothing where the field does not go with what else holds. */
extern const Doc *statement_effective(const Doc *dsa, const Doc *own,
									  const StatementField *field);

/* The code of a language in capitals. */
extern const char *statement_language(const Doc *doc);

/*
 * What the statement of a sanction says that a rule caused (rule < 0: that
 * none did), and what it says that a rung decides, as JSON text; null: there
 * is to be none.
 */
extern char *statement_of_rule(const Compiler *c, int rule);
extern char *statement_of_rung(const Compiler *c, int rung);

#endif							/* GOVERNANCE_RULEBOOK_STATEMENT_SUMMARY_H */
