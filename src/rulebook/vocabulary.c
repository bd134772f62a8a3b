/*
 * vocabulary.c
 *		Words that documents and the ledger have in common.
 */
#include "postgres.h"

#include "rulebook/vocabulary.h"

const char *const severity_words[NUM_SEVERITIES] = {
	"minor", "medium", "severe", "extreme"
};

const char *const source_words[NUM_SOURCES] = {
	"report", "patrol", "model", "campaign", "system"
};
