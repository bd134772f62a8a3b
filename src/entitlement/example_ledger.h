/*
 * example_ledger.h
 *		The ledger of an example: accounts, and what has happened to them, in memory.
 */
#ifndef GOVERNANCE_ENTITLEMENT_EXAMPLE_LEDGER_H
#define GOVERNANCE_ENTITLEMENT_EXAMPLE_LEDGER_H

#include "postgres.h"

#include "entitlement/meter.h"
#include "rulebook/document.h"
#include "rulebook/names.h"

/* The account that an example is about; others have the ids that it gives them. */
#define EXAMPLE_ACCOUNT 1

/* Something of an account; each has its item in the list of the meter, too. */
typedef struct ExampleAccount
{
	int64		account_id;
	bool		subject;		/* one subject with the first account */
	NameList	links;			/* kinds by which it is linked with the first account */
} ExampleAccount;

/* A fact of an account. */
typedef struct ExampleFact
{
	int64		account_id;
	MeterFact	fact;
} ExampleFact;

/* A session that an event may end later. */
typedef struct ExampleSession
{
	int			use;			/* index of its use */
	TimestampTz sign;			/* the last sign of life */
	bool		ends;			/* a later event ends it: it gives signs up to there */
	Span		lease;
} ExampleSession;

typedef struct ExampleLedger
{
	const Entitlement *document;
	pg_tz	   *zone;
	TimestampTz opened;
	int			naccounts;
	int			max_accounts;
	ExampleAccount *accounts;
	int			nfacts;
	int			max_facts;
	ExampleFact *facts;
	int			nuses;
	int			max_uses;
	MeterUse   *uses;			/* in the order of events */
	const char **refs;			/* by use; null: it has none */
	int			max_refs;
	int			nsessions;
	int			max_sessions;
	ExampleSession *sessions;
	int			ngrants;
	int			max_grants;
	MeterGrant *grants;
	int			nswitches;
	int			max_switches;
	MeterSwitch *switches;
	int			nactivities;
	int			max_activities;
	MeterActivity *activities;
	int			nsanctions;
	int			max_sanctions;
	MeterSanction *sanctions;
} ExampleLedger;

/* ---------- example_ledger.c ---------- */

/* The account of an id, which is made unless it is there. */
extern ExampleAccount *example_account(ExampleLedger *ledger, int64 account_id);

/* Who is asked for, as of an instant; request gives the counterpart. */
extern MeterView *example_view(const ExampleLedger *ledger, int64 account_id, const MeterRequest *request);

/* A fact has a value from an instant on. */
extern void example_fact(ExampleLedger *ledger, int64 account_id, int attribute, TimestampTz from,
						 ExprValue value);

/* The session of an account that is open, by its capability and place; null: none. */
extern ExampleSession *example_session(ExampleLedger *ledger, int64 account_id, const char *capability,
									   const char *place);

/* ---------- example_event.c ---------- */

/* Reads "facts", "accounts" and "opened" of an example. */
extern void example_begin(ExampleLedger *ledger, const Doc *example);

/* When an event comes to be known, by which events and questions stand in order. */
extern TimestampTz example_known(const ExampleLedger *ledger, const Doc *item);

/* What an event does; later: all events, of which some may end what this one begins. */
extern void example_event(ExampleLedger *ledger, const Doc *event, const Doc *events);

/* What events and questions have in common: who, which capability, how much, with whom. */
extern MeterRequest *example_request(const ExampleLedger *ledger, const Doc *item, const char *key,
									 int64 *account_id);

extern TimestampTz example_instant(const ExampleLedger *ledger, const Doc *doc);

/* ---------- example.c ---------- */

/* Told of each question, in the order of instants, and of the answer to it. */
typedef void (*ExampleAnswer) (void *arg, const ExampleLedger *ledger, const Doc *expect,
							   const MeterRequest *request, const MeterAnswer *answer);

/* Plays an example under a document, from its facts on. */
extern void example_play(const Entitlement *document, const Doc *example, ExampleAnswer answered,
						 void *arg);

#endif							/* GOVERNANCE_ENTITLEMENT_EXAMPLE_LEDGER_H */
