/*
 * document_type.h
 *		The kinds of documents that the rulebook carries, and what the room of each
 *		gives for it.
 *
 * Names, versions, drafts, trials and the memory of a session are the same for
 * all of them.  What a document says is a matter of its room, which stands above
 * this one and registers its functions when the library is loaded; to the
 * rulebook the compiled form is a pointer.
 */
#ifndef GOVERNANCE_RULEBOOK_DOCUMENT_TYPE_H
#define GOVERNANCE_RULEBOOK_DOCUMENT_TYPE_H

#include "postgres.h"

#include "engine/policy.h"
#include "utils/jsonb.h"

typedef enum DocumentKind
{
	DOCUMENT_SCHEME,			/* a policy: what standings follow */
	DOCUMENT_ENTITLEMENT,		/* who may do what, when and how much */
	DOCUMENT_KINDS
} DocumentKind;

typedef struct DocumentType
{
	/*
	 * The key that holds the document's name and so tells its kind; the same
	 * word stands in the columns "kind".
	 */
	const char *key;
	const char *noun;			/* "policy document", in front of errors */
	int			missing;		/* what is not there where a name is not known: Missing */

	/*
	 * Compiles a document that is stored under an id.  The result is allocated,
	 * with all that belongs to it, in a memory context of its own below parent.
	 * Raises ERRCODE_GV_INVALID_POLICY.
	 */
	void	   *(*compile) (Jsonb *document, int64 policy_id, MemoryContext parent);

	/*
	 * Compiles one for its errors, and gives what publish() stores of it: an
	 * object as JSON text, with "kind", the name under the key of the kind,
	 * "title" and "titles".  stored: it was accepted by an earlier version.
	 */
	char	   *(*check) (Jsonb *document, bool stored);

	/*
	 * The calendar that a compiled document was made with, so that it is made
	 * anew when holidays change.
	 */
	const WorkCalendar *(*calendar) (const void *compiled);
} DocumentType;

/* Once for each kind, from _PG_init(); the struct stays. */
extern void document_type_register(DocumentKind kind, const DocumentType *type);

extern const DocumentType *document_type(DocumentKind kind);

/* The kind of that word, as it stands in a table; false: there is none. */
extern bool document_kind_of_word(const char *word, DocumentKind *kind);

/*
 * What a document is, by its keys; one that has the key of no kind passes for a
 * policy, which says what is missing.  Raises ERRCODE_GV_INVALID_POLICY where it has
 * two of them, or that of a kind that is not known here.
 */
extern DocumentKind document_kind(Jsonb *document);

/* Raises ERRCODE_GV_INVALID_POLICY where it is of another kind. */
extern void document_check_kind(Jsonb *document, DocumentKind wanted);

#endif							/* GOVERNANCE_RULEBOOK_DOCUMENT_TYPE_H */
