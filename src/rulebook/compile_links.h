/*
 * compile_links.h
 *		What a sanction and an entry mean for linked accounts.
 */
#ifndef GOVERNANCE_RULEBOOK_COMPILE_LINKS_H
#define GOVERNANCE_RULEBOOK_COMPILE_LINKS_H

#include "postgres.h"

#include "rulebook/compiler.h"

/* "links" */
extern void compile_links(Compiler *c);

#endif							/* GOVERNANCE_RULEBOOK_COMPILE_LINKS_H */
