/*
 * audit.c
 *		What decisions leave behind, and the chain that shows when somebody has
 *		changed it.
 *
 * Row triggers write an entry into governance.audit with every decision;
 * who acted is known only then.  A deferred constraint trigger appends it to
 * governance.audit_chain when the transaction commits: the one lock that all
 * decisions share is taken last and held for as long as a commit takes, so that
 * it is in nobody's circle.
 */
#include "postgres.h"

#include "compat.h"
#include "errors.h"
#include "db/as_owner.h"
#include "db/identity.h"
#include "db/owner.h"
#include "db/plan.h"
#include "db/slot.h"
#include "db/trigger.h"
#include "oversight/audit.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "common/cryptohash.h"
#include "common/sha2.h"
#include "miscadmin.h"
#include "mb/pg_wchar.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/rel.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(governance_acting_role);
PG_FUNCTION_INFO_V1(governance_written_here);
PG_FUNCTION_INFO_V1(governance_audit_content);
PG_FUNCTION_INFO_V1(governance_audit_digest);
PG_FUNCTION_INFO_V1(governance_audit_row);
PG_FUNCTION_INFO_V1(governance_audit_append);

static KeptPlan head_plan = {
	"SELECT c.position, c.digest FROM governance.audit_chain c ORDER BY c.position DESC LIMIT 1",
	0
};

static KeptPlan append_plan = {
	"INSERT INTO governance.audit_chain (position, audit_id, digest) VALUES ($1, $2, $3)",
	3, {INT8OID, INT8OID, BYTEAOID}
};

static KeptPlan event_plan = {
	"INSERT INTO governance.audit (session_role, role, application, client, action, reason)"
	" VALUES (session_user, $1, pg_catalog.current_setting('application_name'),"
	" pg_catalog.host(pg_catalog.inet_client_addr()), $2, $3)",
	3, {TEXTOID, TEXTOID, TEXTOID}
};

/* acting_role(): the role on whose behalf the code works that is running. */
Datum
governance_acting_role(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(GetUserNameFromId(acting_role(), false)));
}

/*
 * written_here(xid): was a row, whose xmin this is, written by the
 * transaction that asks?
 */
Datum
governance_written_here(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(TransactionIdIsCurrentTransactionId(PG_GETARG_TRANSACTIONID(0)));
}

/* ---------- digests ---------- */

/* SHA-256 of bytes and of a document as jsonb prints it, in UTF-8. */
static void
sha256_json(const bytea *before, JsonbContainer *document, uint8 *digest)
{
	char	   *text = JsonbToCString(NULL, document, 64);
	char	   *json = pg_server_to_any(text, strlen(text), PG_UTF8);
	pg_cryptohash_ctx *sha256 = pg_cryptohash_create(PG_SHA256);

	if (pg_cryptohash_init(sha256) < 0 ||
		(before != NULL &&
		 pg_cryptohash_update(sha256, (const uint8 *) VARDATA_ANY(before), VARSIZE_ANY_EXHDR(before)) < 0) ||
		pg_cryptohash_update(sha256, (const uint8 *) json, strlen(json)) < 0 ||
		pg_cryptohash_final(sha256, digest, PG_SHA256_DIGEST_LENGTH) < 0)
		elog(ERROR, "could not compute a digest: %s", pg_cryptohash_error(sha256));
	pg_cryptohash_free(sha256);
}

/* "sha256:..." of a document. */
static char *
document_digest(JsonbContainer *document)
{
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	char	   *result = palloc(sizeof("sha256:") + 2 * PG_SHA256_DIGEST_LENGTH);
	char	   *end = result + strlen(strcpy(result, "sha256:"));

	sha256_json(NULL, document, digest);
	end[hex_encode((char *) digest, sizeof(digest), end)] = '\0';
	return result;
}

/* The name of the next member of a JSON object. */
static void
push_name(JsonbParseState **state, const char *name)
{
	JsonbValue	key;

	key.type = jbvString;
	key.val.string.val = unconstify(char *, name);
	key.val.string.len = strlen(name);
	pushJsonbValue(state, WJB_KEY, &key);
}

/*
 * What is covered of an entry, whatever else a table of the name may have.  No
 * setting has a say in how its values are printed.
 */
static const ColumnSpec entry_columns[] = {
	{"audit_id", INT8OID}, {"at", TIMESTAMPTZOID}, {"session_role", TEXTOID}, {"role", TEXTOID},
	{"application", TEXTOID}, {"client", TEXTOID}, {"action", TEXTOID}, {"relation", TEXTOID},
	{"key", JSONBOID}, {"content", JSONBOID}, {"reason", TEXTOID}
};

/*
 * SHA-256 of the digest before (null: there is none) and of the columns of
 * an entry as one JSON object, whose members jsonb sorts.  Raises
 * ERRCODE_UNDEFINED_COLUMN when a column is not there with its type.
 */
static bytea *
entry_digest(const bytea *before, HeapTuple entry, TupleDesc desc)
{
	bytea	   *result = palloc(VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	JsonbParseState *state = NULL;
	JsonbValue *object;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < (int) lengthof(entry_columns); i++)
	{
		int			number = SPI_fnumber(desc, entry_columns[i].name);
		int			utc = 0;
		bool		isnull;
		JsonbValue	value;
		Datum		datum;

		if (number <= 0 || TupleDescAttr(desc, number - 1)->atttypid != entry_columns[i].type)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("a row of governance.audit has a column \"%s\" of type %s",
							entry_columns[i].name, format_type_be(entry_columns[i].type))));
		datum = SPI_getbinval(entry, desc, number, &isnull);
		push_name(&state, entry_columns[i].name);
		if (isnull)
			value.type = jbvNull;
		else if (entry_columns[i].type == INT8OID)
		{
			value.type = jbvNumeric;
			value.val.numeric = int64_to_numeric(DatumGetInt64(datum));
		}
		else if (entry_columns[i].type == TIMESTAMPTZOID)
		{
			/* Read only when the whole object is put together. */
			value.type = jbvString;
			value.val.string.val = palloc(MAXDATELEN + 1);
			JsonEncodeDateTime(value.val.string.val, datum, TIMESTAMPTZOID, &utc);
			value.val.string.len = strlen(value.val.string.val);
		}
		else if (entry_columns[i].type == JSONBOID)
		{
			/* as it is, whatever is in it */
			Jsonb	   *json = DatumGetJsonbP(datum);

			value.type = jbvBinary;
			value.val.binary.data = &json->root;
			value.val.binary.len = VARSIZE_ANY_EXHDR(json);
		}
		else
		{
			text	   *string = DatumGetTextPP(datum);

			value.type = jbvString;
			value.val.string.val = VARDATA_ANY(string);
			value.val.string.len = VARSIZE_ANY_EXHDR(string);
		}
		pushJsonbValue(&state, WJB_VALUE, &value);
	}
	object = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	sha256_json(before, &JsonbValueToJsonb(object)->root, (uint8 *) VARDATA(result));
	SET_VARSIZE(result, VARHDRSZ + PG_SHA256_DIGEST_LENGTH);
	return result;
}

/*
 * audit_digest(before, entry): what the chain has to say after an entry; for
 * verify_audit().
 */
Datum
governance_audit_digest(PG_FUNCTION_ARGS)
{
	bytea	   *before = PG_ARGISNULL(0) ? NULL : PG_GETARG_BYTEA_PP(0);
	HeapTupleHeader header;
	HeapTupleData entry = {0};
	TupleDesc	desc;
	bytea	   *result;

	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	header = PG_GETARG_HEAPTUPLEHEADER(1);
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	entry.t_len = HeapTupleHeaderGetDatumLength(header);
	ItemPointerSetInvalid(&entry.t_self);
	entry.t_data = header;
	result = entry_digest(before, &entry, desc);
	ReleaseTupleDesc(desc);
	PG_RETURN_BYTEA_P(result);
}

/*
 * audit_content(row, columns): the columns of a row that an entry keeps, a
 * document among them by its digest, for it is kept elsewhere and may be
 * long.
 */
Datum
governance_audit_content(PG_FUNCTION_ARGS)
{
	Jsonb	   *row = PG_GETARG_JSONB_P(0);
	JsonbParseState *state = NULL;
	JsonbValue *result;
	Datum	   *columns;
	bool	   *nulls;
	int			ncolumns;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT,
					  &columns, &nulls, &ncolumns);
	if (!JB_ROOT_IS_OBJECT(row))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a row must be a JSON object")));
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < ncolumns; i++)
	{
		JsonbValue	name;
		JsonbValue *value;

		if (nulls[i])
			continue;
		name.type = jbvString;
		name.val.string.val = VARDATA_ANY(DatumGetPointer(columns[i]));
		name.val.string.len = VARSIZE_ANY_EXHDR(DatumGetPointer(columns[i]));
		value = findJsonbValueFromContainer(&row->root, JB_FOBJECT, &name);
		if (value == NULL)
			continue;
		if (value->type == jbvBinary)
		{
			char	   *digest = document_digest(value->val.binary.data);

			value->type = jbvString;
			value->val.string.val = digest;
			value->val.string.len = strlen(digest);
		}
		pushJsonbValue(&state, WJB_KEY, &name);
		pushJsonbValue(&state, WJB_VALUE, value);
	}
	result = pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(result));
}

/* audit_row(), a row trigger on every table whose changes are decisions. */
Datum
governance_audit_row(PG_FUNCTION_ARGS)
{
	return trigger_as_owner(fcinfo, "audit_row_entry");
}

/*
 * A table of the audit; InvalidOid where a ledger of an earlier version has
 * none.
 */
static Oid
audit_relation(const char *name)
{
	return get_relname_relid(name, get_namespace_oid("governance", false));
}

/*
 * audit_append(), a deferred row trigger on governance.audit: appends the
 * entry to the chain.  The head is read with the latest snapshot, under the
 * lock that keeps all others out until the commit.
 */
Datum
governance_audit_append(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = check_trigger(fcinfo, "audit_append", FIRED_AFTER | FIRED_FOR_ROW);
	Identity	identity;
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	bytea	   *before = NULL;
	int64		position = 1;
	Datum		values[3];
	bool		isnull;

	ledger_enter(&identity);
	LockRelationOid(audit_relation("audit_chain"), ExclusiveLock);
	if (plan_execute(&head_plan, NULL, NULL, PLAN_LATEST) > 0)
	{
		HeapTuple	head = SPI_tuptable->vals[0];

		position += DatumGetInt64(SPI_getbinval(head, SPI_tuptable->tupdesc, 1, &isnull));
		before = DatumGetByteaPP(SPI_getbinval(head, SPI_tuptable->tupdesc, 2, &isnull));
	}
	values[0] = Int64GetDatum(position);
	values[1] = SPI_getbinval(trigger->tg_trigtuple, desc, SPI_fnumber(desc, "audit_id"), &isnull);
	values[2] = PointerGetDatum(entry_digest(before, trigger->tg_trigtuple, desc));
	plan_execute(&append_plan, values, NULL, PLAN_WRITE);
	ledger_leave(&identity);
	return PointerGetDatum(NULL);
}

/* The entry fires the trigger above, as every other does. */
void
audit_event(Oid userid, const char *action, const char *reason)
{
	Datum		values[3];

	/* A ledger of an earlier version has none. */
	if (!OidIsValid(audit_relation("audit")))
		return;
	values[0] = CStringGetTextDatum(GetUserNameFromId(userid, false));
	values[1] = CStringGetTextDatum(action);
	values[2] = reason == NULL ? (Datum) 0 : CStringGetTextDatum(reason);
	plan_execute(&event_plan, values, reason == NULL ? "  n" : NULL, PLAN_WRITE);
}
