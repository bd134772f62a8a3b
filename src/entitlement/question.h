/*
 * question.h
 *		A request to use something, and what all documents say to it.
 *
 * permits(), allowance(), use() and sessions go the same way: begin, then those
 * that write lock, then ask.
 */
#ifndef GOVERNANCE_ENTITLEMENT_QUESTION_H
#define GOVERNANCE_ENTITLEMENT_QUESTION_H

#include "postgres.h"

#include "entitlement/counter.h"
#include "entitlement/ledger_view.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

typedef struct Question
{
	int64		account_id;
	text	   *capability;
	Numeric		amount;			/* in units; null: one, of time a moment */
	TimestampTz at;
	int64		counterpart;	/* 0: none */
	Jsonb	   *context;		/* null: none */
	bool		session;
	const char *place;
	bool		reserve;
	int64		over_session;	/* as in LedgerView */
	PlanMode	mode;

	/* filled by question_begin() */
	const char *name;			/* the capability */
	bool		is_time;
	int64		unit_size;
	const char *unit;			/* "uses", where no document says */
	int64		wanted;			/* the amount: microseconds of time, else millionths */
	LedgerView	view;

	/* filled by question_ask() */
	bool		withheld;		/* by a sanction, a certification or a switch */
	bool		allowed;		/* by all together */
	MeterAnswer *answer;		/* null: no document says anything */
	const char **would_refuse;	/* rules of documents on trial, and shadows */
	int			nwould_refuse;
} Question;

/*
 * Which documents, whose counters; what has to be locked is added to keys (null:
 * nothing will be).  Raises ERRCODE_GV_UNKNOWN_ACCOUNT and
 * ERRCODE_GV_UNKNOWN_CAPABILITY.
 */
extern void question_begin(Question *question, CounterKeys *keys);

/* Reads, and asks the meter. */
extern void question_ask(Question *question);

/* The grants that a session takes from which lasted as long as is wanted. */
extern void question_take(Question *question, MeterAnswer *taken);

/*
 * Locks what was added to keys; from then on, until question_unlock(), reads what is
 * committed by now.  now: the instant is that of the clock, once it is locked.
 */
extern void question_lock(Question *question, CounterKeys *keys, bool now);
extern void question_unlock(void);

#endif							/* GOVERNANCE_ENTITLEMENT_QUESTION_H */
