/*
 * statement_fields.h
 *		The fields of a European statement of reasons: what the compiler of
 *		policy documents and check_statement() share.
 */
#ifndef GOVERNANCE_RULEBOOK_STATEMENT_FIELDS_H
#define GOVERNANCE_RULEBOOK_STATEMENT_FIELDS_H

typedef enum StatementFieldKind
{
	FIELD_TEXT,
	FIELD_WORD,					/* one of the words */
	FIELD_WORDS,				/* a list of them */
	FIELD_DATE,
	FIELD_URL,
	FIELD_PUID,
	FIELD_EAN,					/* thirteen digits */
	FIELD_IDS					/* an object with such a number */
} StatementFieldKind;

/* Who says what a field is. */
typedef enum StatementFieldPart
{
	PART_CONTENT,				/* the policy or the rule */
	PART_DECISION,				/* the capability, the tier or the rung */
	PART_RECORD					/* the sanction itself */
} StatementFieldPart;

typedef struct StatementField
{
	const char *name;
	StatementFieldPart part;
	StatementFieldKind kind;
	int			max;			/* characters; 0: no limit */
	const char *const *words;
	int			nwords;
	bool		required;		/* always; see the conditions below too */
	const char *with;			/* only, and for required_with always, when
								 * this field ... */
	const char *value;			/* ... is or has this */
	bool		required_with;
	bool		looked_at;		/* the database drops it where it does not go,
								 * but looks at it before */
	bool		nullable;		/* null, nothing or an empty list is as if it were not there */
	const char *from;			/* FIELD_DATE: the first (null: any) and the
								 * last one */
	const char *to;
	bool		by_source;		/* may differ with the source of the violation */
	bool		by_account_kind;	/* ... or with the kind of the account */
	bool		template;		/* a text that facts of the ledger are written into */
	const char *describes;		/* for who writes documents */
} StatementField;

extern const StatementField statement_fields[];
extern const int statement_nfields;

extern const StatementField *statement_field(const char *name);

/* The last of a list is the strictest, where only one can be filed. */
extern int	statement_word(const StatementField *field, const char *word);

/* The number that content_id is known to hold. */
#define STATEMENT_EAN_KEY "EAN-13"

#endif							/* GOVERNANCE_RULEBOOK_STATEMENT_FIELDS_H */
