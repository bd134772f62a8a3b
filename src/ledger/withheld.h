/*
 * withheld.h
 *		What is withheld from an account, and until when.
 */
#ifndef GOVERNANCE_LEDGER_WITHHELD_H
#define GOVERNANCE_LEDGER_WITHHELD_H

#include "ledger/history.h"
#include "ledger/project.h"
#include "ledger/recent.h"
#include "rulebook/cache.h"

/* A span of time during which something is withheld. */
typedef struct Withheld
{
	const char *capability;
	TimestampTz since;
	TimestampTz until;
	int64		sanction_id;	/* the one that lasts longest; 0: not stored yet */
} Withheld;

/*
 * What projected sanctions withhold after an instant, sorted by capability and
 * time, what overlaps or touches merged.
 */
extern Withheld *withheld_by(const ProjectedSanction *sanctions, int nsanctions,
							 TimestampTz after, int *nwithheld);

/* Sorts spans like that and merges them; gives how many are left. */
extern int	withheld_merge(Withheld *spans, int n);

/*
 * What a scheme withholds from `now` on when entries of the account's history
 * are dated later: until each of these comes, what is known without it holds.
 * The entries are those of the history or, when given, the recent ones, which
 * recent_reaches() down to now.  The ids of sanctions are left out where
 * `sanctions` does not have them.
 */
extern Withheld *withheld_ahead(Scheme *scheme, int64 account_id, const AccountHistory *history,
								const Recent *recent, TimestampTz now,
								const ProjectedSanction *sanctions, int nsanctions,
								int *nwithheld);

/*
 * Do stored spans (which are spoilt) agree with what follows?  Rows written
 * while entries of a later date waited also say what held until then, as of a
 * moment that nobody remembers: they agree when they do so from the last of
 * those dates on or, while that lies ahead, from now on.
 */
extern bool withheld_alike(Scheme *scheme, const AccountHistory *history,
						   const ProjectedSanction *sanctions, int nsanctions,
						   TimestampTz last, Withheld *stored, int nstored);

/* Is an instant later than now, by more than clocks differ? */
extern bool is_ahead(TimestampTz at);

#endif							/* GOVERNANCE_LEDGER_WITHHELD_H */
