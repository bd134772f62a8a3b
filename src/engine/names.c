/*
 * names.c
 *		The words of the vocabulary in names.h.
 */
#include "postgres.h"

#include "engine/names.h"

const char *const severity_names[NUM_SEVERITIES] = {
	[SEVERITY_MINOR] = "minor",
	[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_SEVERE] = "severe",
	[SEVERITY_EXTREME] = "extreme"
};

/* The order is kept: the state of an account stores places in this list. */
const char *const source_names[NUM_SOURCES] = {
	"report", "patrol", "model", "campaign", "system"
};

static const char *const release_reason_names[] = {
	[RELEASE_NONE] = "none",
	[RELEASE_CLEARED] = "cleared",
	[RELEASE_CONDITIONS] = "conditions",
	[RELEASE_COUNTED] = "counted",
	[RELEASE_REPLACED] = "replaced",
	[RELEASE_ELECTED] = "elected",
	[RELEASE_OVERTURNED] = "overturned",
	[RELEASE_MANUAL] = "manual",
	[RELEASE_POLICY] = "policy"
};

static const struct
{
	const char *word;			/* dry_run() */
	const char *phrase;			/* timeline() */
}			effect_names[] = {
	[EFFECT_VIOLATION] = {"violation", "violation"},
	[EFFECT_ACTIVITY] = {"activity", "activity"},
	[EFFECT_ATTRIBUTE] = {"fact", "attribute"},
	[EFFECT_REFUND] = {"refund", "refund"},
	[EFFECT_EXPIRY] = {"expiry", "expiry"},
	[EFFECT_RECOVERY] = {"recovery", "recovery"},
	[EFFECT_BOUNDARY] = {"boundary", "boundary"},
	[EFFECT_RELIEF_SANCTION] = {"relief", "relief"},
	[EFFECT_SANCTION_START] = {"sanction", "sanction starts"},
	[EFFECT_SANCTION_EXTEND] = {"change", "sanction changes"},
	[EFFECT_SANCTION_END] = {"end", "sanction ends"},
	[EFFECT_SANCTION_RELEASE] = {"release", "sanction released"},
	[EFFECT_HANDOVER] = {"handover", "new version"},
	[EFFECT_SANCTION_BEGIN] = {"start", "sanction starts"},
	[EFFECT_OPENING] = {"opening", "opening balance"},
	[EFFECT_RUNG_PASSED] = {"rung", "rung passed"}
};

/* See names.h; names are compared byte for byte, nothing is folded. */
int
severity_by_name(const char *name)
{
	for (int i = 0; i < NUM_SEVERITIES; i++)
		if (strcmp(name, severity_names[i]) == 0)
			return i;
	return -1;
}

/* See names.h; a text of the server has a length and no end. */
int
source_by_name(const char *name, size_t len)
{
	for (int i = 0; i < NUM_SOURCES; i++)
		if (strlen(source_names[i]) == len && memcmp(source_names[i], name, len) == 0)
			return i;
	return -1;
}

/* A number that is no reason, which only a damaged state can have, counts as none. */
const char *
release_reason_name(int reason)
{
	if (reason < 0 || reason >= (int) lengthof(release_reason_names))
		return release_reason_names[RELEASE_NONE];
	return release_reason_names[reason];
}

/* See names.h; kinds come from the fold alone, so that each has its words. */
const char *
effect_word(int kind)
{
	Assert(kind >= 0 && kind < (int) lengthof(effect_names));
	return effect_names[kind].word;
}

/* See names.h. */
const char *
effect_phrase(int kind)
{
	Assert(kind >= 0 && kind < (int) lengthof(effect_names));
	return effect_names[kind].phrase;
}
