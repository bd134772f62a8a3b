/*
 * report.c
 *		Errors that are reported from more than one place, so that each has one
 *		wording and one hint; and what gives messages of SQL code their
 *		translation.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/identity.h"
#include "db/report.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#ifndef GOVERNANCE_VERSION
#define GOVERNANCE_VERSION "unknown"
#endif

PG_FUNCTION_INFO_V1(governance_library_version);
PG_FUNCTION_INFO_V1(governance_message);
PG_FUNCTION_INFO_V1(governance_report_missing);

OtherKind	report_other_kind = NULL;

typedef struct MissingKind
{
	const char *what;
	int			state;
	const char *message;		/* of the name */
	const char *message_of;		/* of owner and name; null: it has no owner */
	const char *hint;
	const char *table;			/* where it should have been found */
	const char *column;
} MissingKind;

static const MissingKind missing_kinds[] = {
	[MISSING_ACCOUNT] = {"account", ERRCODE_GV_UNKNOWN_ACCOUNT,
		gettext_noop("account %s does not exist"), NULL,
		gettext_noop("Insert it into governance.account first."),
		"account", "account_id"},
	[MISSING_EXTERNAL_ID] = {"external_id", ERRCODE_GV_UNKNOWN_ACCOUNT,
		gettext_noop("no account has the external_id \"%s\""), NULL,
		gettext_noop("Insert the account into governance.account first."),
		"account", "external_id"},
	[MISSING_SCHEME] = {"scheme", ERRCODE_GV_UNKNOWN_SCHEME,
		gettext_noop("scheme \"%s\" does not exist"), NULL,
		gettext_noop("The view governance.policies lists what there is."),
		"scheme", "scheme"},
	[MISSING_ENTITLEMENT] = {"entitlement", ERRCODE_GV_UNKNOWN_SCHEME,
		gettext_noop("entitlement \"%s\" does not exist"), NULL,
		gettext_noop("The view governance.policies lists what there is."),
		"scheme", "scheme"},
	[MISSING_POLICY] = {"policy", ERRCODE_GV_UNKNOWN_SCHEME,
		gettext_noop("policy %s does not exist"), NULL,
		gettext_noop("The view governance.policies lists the versions of every scheme."),
		"policy", "policy_id"},
	[MISSING_RULE] = {"rule", ERRCODE_GV_UNKNOWN_RULE,
		NULL, gettext_noop("scheme \"%s\" has no rule \"%s\""),
		gettext_noop("governance.rule lists the rules of every scheme."),
		"policy_rule", "rule"},
	[MISSING_CAPABILITY] = {"capability", ERRCODE_GV_UNKNOWN_CAPABILITY,
		gettext_noop("capability \"%s\" is not known"), NULL,
		gettext_noop("governance.capability lists those that are."),
		"capability", "capability"},
	[MISSING_DOMAIN] = {"domain", ERRCODE_GV_UNKNOWN_DOMAIN,
		gettext_noop("domain \"%s\" does not exist"), NULL,
		gettext_noop("The domains are in governance.domain; add one that is never gated for what needs no qualification."),
		"domain", "domain"},
	[MISSING_VIOLATION] = {"violation", ERRCODE_GV_UNKNOWN_VIOLATION,
		gettext_noop("violation %s does not exist"), gettext_noop("account %s has no violation %s"),
		gettext_noop("governance.violation lists the violations of every account."),
		"violation", "violation_id"},
	[MISSING_SANCTION] = {"sanction", ERRCODE_GV_UNKNOWN_SANCTION,
		gettext_noop("sanction %s does not exist"), NULL,
		gettext_noop("governance.sanction lists the sanctions of every account."),
		"sanction", "sanction_id"},
	[MISSING_CERTIFICATION] = {"certification", ERRCODE_GV_UNKNOWN_CERTIFICATION,
		NULL, gettext_noop("account %s has no certification %s"),
		gettext_noop("governance.certification lists those of every account; apply for one with governance.apply_for_certification()."),
		"certification", "certification_id"},
	[MISSING_PACK] = {"pack", ERRCODE_GV_UNKNOWN_PACK,
		gettext_noop("pack \"%s\" does not exist"), NULL,
		gettext_noop("governance.packs() lists the packs."),
		NULL, NULL},
	[MISSING_LEDGER] = {"ledger", ERRCODE_GV_NO_LEDGER,
		gettext_noop("this database has no governance ledger"), NULL,
		gettext_noop("Call governance.create_ledger() first."),
		NULL, NULL}
};

/*
 * The error itself.  owner is null where the kind has none; schema, table and
 * column, which may be null, become fields of the error that programs can read.
 * detail is in the language of the reader already, and may be null.
 */
pg_noreturn static void
report(const MissingKind *kind, const char *owner, const char *name, const char *detail,
	   const char *schema, const char *table, const char *column)
{
	const char *other = kind == &missing_kinds[MISSING_SCHEME] && report_other_kind != NULL ?
		report_other_kind(name) : NULL;

	if (other != NULL && detail == NULL)
		detail = psprintf(_("\"%s\" is the name of a document of the kind \"%s\"."), name, other);
	ereport(ERROR,
			(errcode(kind->state),
			 kind->message == NULL || (owner != NULL && kind->message_of != NULL)
			 ? errmsg(kind->message_of, owner != NULL ? owner : "null", name) : errmsg(kind->message, name),
			 detail != NULL ? errdetail_internal("%s", detail) : 0,
			 errhint("%s", _(kind->hint)),
			 table == NULL ? 0 : err_generic_string(PG_DIAG_SCHEMA_NAME, schema),
			 table == NULL ? 0 : err_generic_string(PG_DIAG_TABLE_NAME, table),
			 column == NULL ? 0 : err_generic_string(PG_DIAG_COLUMN_NAME, column)));
}

/*
 * The same where the name was given in a row, by the number of its column; 0 or
 * less says none.  Without relation the error names the table of ours that does not
 * have what is missing.
 */
pg_noreturn static void
report_in_row(Missing what, const char *owner, const char *name, const char *detail,
			  Relation relation, int column)
{
	const MissingKind *kind = &missing_kinds[what];

	if (relation == NULL)
		report(kind, owner, name, detail, "governance", kind->table, kind->column);
	else
		report(kind, owner, name, detail, get_namespace_name(RelationGetNamespace(relation)),
			   RelationGetRelationName(relation),
			   column > 0 ? NameStr(TupleDescAttr(RelationGetDescr(relation), column - 1)->attname) : NULL);
}

/* What has no owner, by its name. */
void
report_missing(Missing what, const char *name, Relation relation, int column)
{
	report_in_row(what, NULL, name, NULL, relation, column);
}

/* What belongs to somebody: owner and name are both in the message. */
void
report_missing_of(Missing what, const char *owner, const char *name, const char *detail,
				  Relation relation, int column)
{
	report_in_row(what, owner, name, detail, relation, column);
}

/* What has no owner, by its number. */
void
report_missing_id(Missing what, int64 id, Relation relation, int column)
{
	report_in_row(what, NULL, psprintf("%lld", (long long) id), NULL, relation, column);
}

/*
 * The right on the whole table or on some column of it will do.  A table that is not
 * there is left to whoever reads it.
 */
void
require_select(const char *table)
{
	Oid			nsp = get_namespace_oid("governance", true);
	Oid			relid = OidIsValid(nsp) ? get_relname_relid(table, nsp) : InvalidOid;

	if (OidIsValid(relid) && pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) != ACLCHECK_OK &&
		pg_attribute_aclcheck_all(relid, GetUserId(), ACL_SELECT, ACLMASK_ANY) != ACLCHECK_OK)
		aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, table);
}

/*
 * detail is in the language of the reader already, and may be null; so may relation,
 * which is the one whose row names the scheme.
 */
void
report_not_in_force(const char *scheme, TimestampTz at, const char *detail, Relation relation)
{
	ereport(ERROR,
			(errcode(ERRCODE_GV_NO_POLICY_IN_FORCE),
			 errmsg("no policy of scheme \"%s\" was in force at %s", scheme, timestamptz_to_str(at)),
			 detail != NULL ? errdetail_internal("%s", detail) : 0,
			 errhint("See governance.policies for the versions and when they are in force."),
			 relation != NULL ? errtable(relation) : 0));
}

/*
 * function: whose argument names the column.  Without one it is a column of our
 * own, which an earlier version did not have.
 */
void
report_no_column(Relation relation, const char *column, const char *function)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of relation \"%s\" does not exist",
					column, RelationGetRelationName(relation)),
			 function != NULL
			 ? errdetail("An argument of a trigger that calls %s() names it.", function) : errdetail_version(),
			 function != NULL ? 0 : errhint_version(),
			 errtable(relation)));
}

/* ---------- a library and a database of different versions ---------- */

/*
 * Within ereport(), as errhint().  It is translated here: errhint() looks in the
 * catalogue of whoever reports the error, and that can be the server, whose errors
 * hint_at_version() adds to.
 */
int
errhint_version(void)
{
	return errhint("%s", psprintf(_("The library is of version %s. Bring what this database has of the extension to it: ALTER EXTENSION governance UPDATE; SELECT governance.create_ledger();"),
								  GOVERNANCE_VERSION));
}

/* What pg_extension says; null: nothing. */
static char *
extension_version(void)
{
	Relation	rel = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	char	   *version = NULL;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum("governance"));
	scan = systable_beginscan(rel, ExtensionNameIndexId, true, NULL, 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
	{
		bool		isnull;
		Datum		value = heap_getattr(tuple, Anum_pg_extension_extversion, RelationGetDescr(rel), &isnull);

		if (!isnull)
			version = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(rel, AccessShareLock);
	return version;
}

/* Within ereport(), as errdetail(); nothing where the versions agree. */
int
errdetail_version(void)
{
	const char *version = extension_version();

	if (version == NULL || strcmp(version, GOVERNANCE_VERSION) == 0)
		return 0;
	return errdetail("The extension in this database is of version %s, its library of version %s.",
					 version, GOVERNANCE_VERSION);
}

/*
 * Called while an error is reported: nothing is looked up here.  What a trigger
 * misses that the statement fires is no business of ours.
 */
static void
hint_at_version(void *arg)
{
	int			state = geterrcode();

	if (trigger_depth() == ((OwnStatement *) arg)->depth &&
		(state == ERRCODE_UNDEFINED_COLUMN || state == ERRCODE_UNDEFINED_TABLE ||
		 state == ERRCODE_UNDEFINED_FUNCTION))
		errhint_version();
}

/*
 * The hint is added by a callback on the stack of those that give errors their
 * context, which a longjmp unwinds by itself.
 */
void
own_statement_begin(OwnStatement *own)
{
	own->depth = trigger_depth();
	own->callback.callback = hint_at_version;
	own->callback.arg = own;
	own->callback.previous = error_context_stack;
	error_context_stack = &own->callback;
}

/* Takes the callback off again. */
void
own_statement_end(OwnStatement *own)
{
	error_context_stack = own->callback.previous;
}

/* library_version() */
Datum
governance_library_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(GOVERNANCE_VERSION));
}

/*
 * message(format text, VARIADIC "any"): format() with the text in the language
 * of lc_messages.  An empty text stays one: the catalogue has its own head under
 * the empty message.
 */
Datum
governance_message(PG_FUNCTION_ARGS)
{
	LOCAL_FCINFO(inner, FUNC_MAX_ARGS);
	char	   *message;
	Datum		result;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	message = text_to_cstring(PG_GETARG_TEXT_PP(0));

	/* A constant argument is not set anew for each call: leave it as it is. */
	memcpy(inner, fcinfo, SizeForFunctionCallInfo(fcinfo->nargs));
	inner->args[0].value = CStringGetTextDatum(*message != '\0' ? _(message) : message);
	result = text_format(inner);
	fcinfo->isnull = inner->isnull;
	return result;
}

/*
 * What is stored is to blame for errors of class XX (it cannot be read), 22 (it
 * says what is no value) and GV (a policy does not compile).  The text is allocated
 * in context; where something is corrupted the detail says more than the message.
 */
char *
caught_damage(MemoryContext context)
{
	MemoryContext old = MemoryContextSwitchTo(context);
	ErrorData  *error = CopyErrorData();
	int			class = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	if (class != ERRCODE_TO_CATEGORY(ERRCODE_DATA_CORRUPTED) &&
		class != ERRCODE_TO_CATEGORY(ERRCODE_DATA_EXCEPTION) &&
		class != ERRCODE_TO_CATEGORY(ERRCODE_GV_INVALID_POLICY))
	{
		MemoryContextSwitchTo(old);
		PG_RE_THROW();
	}
	FlushErrorState();
	return error->detail != NULL && class == ERRCODE_TO_CATEGORY(ERRCODE_DATA_CORRUPTED) ?
		error->detail : error->message;
}

/* An argument of type text as a string; null for null. */
static char *
text_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

/*
 * report_missing(what, name, owner, detail, relation, field): the same errors for
 * SQL code.  what is a word of missing_kinds; relation and field say where the name
 * was given, and may be null.
 */
Datum
governance_report_missing(PG_FUNCTION_ARGS)
{
	char	   *what = text_argument(fcinfo, 0);
	char	   *name = text_argument(fcinfo, 1);
	char	   *table = text_argument(fcinfo, 4);
	char	   *column = text_argument(fcinfo, 5);

	for (size_t i = 0; what != NULL && i < lengthof(missing_kinds); i++)
	{
		const MissingKind *kind = &missing_kinds[i];

		if (strcmp(kind->what, what) != 0)
			continue;
		report(kind, text_argument(fcinfo, 2), name != NULL ? name : "null", text_argument(fcinfo, 3),
			   "governance", table != NULL ? table : kind->table,
			   table != NULL ? column : kind->column);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("nothing is missing of the kind \"%s\"", what != NULL ? what : "null")));
}
