/*
 * refuse.c
 *		Errors that say why something may not be used.
 */
#include "postgres.h"

#include "compat.h"
#include "entitlement/amount.h"
#include "entitlement/refuse.h"
#include "errors.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

/* The code of a rule. */
static int
code_of(RuleKind kind)
{
	switch (kind)
	{
		case RULE_GATE:
		case RULE_SWITCH:
			return ERRCODE_GV_NOT_ENTITLED;
		case RULE_HOURS:
		case RULE_APART:
			return ERRCODE_GV_NOT_OPEN;
		case RULE_LOCK:
			return ERRCODE_GV_LOCKED;
		case RULE_SESSION:
			return ERRCODE_GV_SESSION;
		default:
			return ERRCODE_GV_LIMIT_REACHED;
	}
}

/* An amount in units, as text. */
static const char *
units(const Question *question, int64 amount)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, amount_numeric(amount, question->unit_size)));
}

/* The same in the unit of the place that a rule stands in. */
static const char *
row_units(const MeterRow *row, int64 amount)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out,
											   amount_numeric(amount, row->place != NULL ? row->place->unit_size : AMOUNT_SCALE)));
}

/* The first that refuses, in the order of codes. */
static const MeterRow *
first_refusal(const MeterAnswer *answer)
{
	const MeterRow *first = NULL;

	for (int i = 0; answer != NULL && i < answer->nrows; i++)
		if (!answer->rows[i].allowed && !answer->rows[i].shadow &&
			(first == NULL || answer->rows[i].kind < first->kind))
			first = &answer->rows[i];
	return first;
}

/* A line of detail. */
static void
add_line(StringInfo lines, const char *line)
{
	if (lines->len > 0)
		appendStringInfoChar(lines, '\n');
	appendStringInfoString(lines, line);
}

/* What one rule says. */
static const char *
row_line(const MeterRow *row)
{
	if (row->missing != NULL)
		return psprintf(_("Entitlement \"%s\", %s: \"%s\" is not known."), row->document, row->rule, row->missing);
	switch (row->kind)
	{
		case RULE_GATE:
			return psprintf(_("Entitlement \"%s\", %s does not hold."), row->document, row->rule);
		case RULE_SWITCH:
			return psprintf(_("Entitlement \"%s\", %s is switched off."), row->document, row->rule);
		case RULE_HOURS:
			return psprintf(_("Entitlement \"%s\", %s is not open."), row->document, row->rule);
		case RULE_APART:
			return psprintf(_("Entitlement \"%s\", %s: too soon after the last use."), row->document, row->rule);
		case RULE_LOCK:
			return psprintf(_("Entitlement \"%s\", limit %s was reached, and it is locked."), row->document, row->rule);
		case RULE_SESSION:
			return psprintf(_("Entitlement \"%s\", %s: there is another session, or it was not long ago."), row->document, row->rule);
		default:
			break;
	}
	if (row->limit_amount == AMOUNT_NONE)
		return psprintf(_("Entitlement \"%s\", %s does not let it pass."), row->document, row->rule);
	if (row->resets_at == DT_NOEND)
		return psprintf(_("Entitlement \"%s\", limit %s: %s used of %s."), row->document, row->rule,
						row_units(row, row->used), row_units(row, row->limit_amount));
	return psprintf(_("Entitlement \"%s\", limit %s: %s used of %s; it resets at %s."), row->document, row->rule,
					row_units(row, row->used), row_units(row, row->limit_amount), timestamptz_to_str(row->resets_at));
}

/* All that refuses, a line for each. */
static const char *
detail_of(const Question *question)
{
	StringInfoData lines;

	initStringInfo(&lines);
	if (question->withheld)
		add_line(&lines, psprintf(_("It is withheld: see governance.restrictions(%lld)."), (long long) question->account_id));
	for (int i = 0; question->answer != NULL && i < question->answer->nrows; i++)
		if (!question->answer->rows[i].allowed && !question->answer->rows[i].shadow)
			add_line(&lines, row_line(&question->answer->rows[i]));
	return lines.data;
}

/* Who may agree, or when again. */
static const char *
hint_of(const Question *question)
{
	const MeterAnswer *answer = question->answer;

	if (answer != NULL && answer->nconsents > 0)
		return psprintf(_("It may be agreed to (%s): governance.grant_allowance() or governance.consent()."), answer->consents[0]);
	if (!question->withheld && answer != NULL && answer->again != DT_NOEND && answer->again > question->at)
		return psprintf(_("Again from %s."), timestamptz_to_str(answer->again));
	return psprintf(_("See governance.allowance(%lld, '%s')."), (long long) question->account_id, question->name);
}

/* The message of a rule; set by the first that refuses. */
static int
refusal_message(const Question *question, const MeterRow *row, bool tell)
{
	long long	account_id = question->account_id;
	const char *name = question->name;
	const char *rule = row == NULL ? NULL : strrchr(row->rule, '.');

	rule = row == NULL ? NULL : rule == NULL ? row->rule : rule + 1;
	if (row == NULL || !tell)
		return errmsg("account %lld may not \"%s\"", account_id, name);
	if (code_of(row->kind) == ERRCODE_GV_NOT_ENTITLED)
		return errmsg("account %lld may not \"%s\": %s", account_id, name, rule);
	if (code_of(row->kind) == ERRCODE_GV_NOT_OPEN && row->again != DT_NOEND)
		return errmsg("\"%s\" is closed for account %lld until %s", name, account_id, timestamptz_to_str(row->again));
	if (code_of(row->kind) == ERRCODE_GV_NOT_OPEN)
		return errmsg("\"%s\" is closed for account %lld", name, account_id);
	if (row->kind == RULE_LOCK && row->again != DT_NOEND)
		return errmsg("\"%s\" is locked for account %lld until %s", name, account_id, timestamptz_to_str(row->again));
	if (row->kind == RULE_LOCK)
		return errmsg("\"%s\" is locked for account %lld", name, account_id);
	if (row->kind == RULE_SESSION)
		return errmsg("account %lld cannot begin a session of \"%s\" now", account_id, name);
	if (row->kind == RULE_USE || row->limit_amount == AMOUNT_NONE || row->remaining == AMOUNT_NONE)
		return errmsg("account %lld cannot use %s %s of \"%s\" at once", account_id, units(question, question->wanted), question->unit, name);
	return errmsg("account %lld has %s of %s %s left for \"%s\"", account_id, row_units(row, row->remaining),
			   row_units(row, row->limit_amount), row->place != NULL ? row->place->unit : question->unit, name);
}

/* What a sanction withholds comes before what documents say. */
void
refuse_use(const Question *question, bool tell, Relation relation)
{
	const MeterRow *row = first_refusal(question->answer);
	int			code = row == NULL || question->withheld ? ERRCODE_GV_NOT_ENTITLED : code_of(row->kind);

	ereport(ERROR,
			(errcode(code),
			 refusal_message(question, question->withheld && row != NULL && row->kind != RULE_SWITCH ? NULL : row, tell),
			 !tell ? 0 : errdetail("%s", detail_of(question)),
			 errhint("%s", tell ? hint_of(question) : _("The documents in force say what may be used.")),
			 relation == NULL ? 0 : errtable(relation)));
	pg_unreachable();
}
