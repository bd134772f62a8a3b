/*
 * compile_clause.c
 *		Conditions that have names, so that each one that fails can be told, and
 *		the rights that are won by them.
 */
#include "postgres.h"

#include "errors.h"
#include "entitlement/compiler.h"
#include "entitlement/entitlement_keys.h"
#include "rulebook/check_keys.h"
#include "rulebook/compile_expr.h"
#include "rulebook/values.h"

/*
 * A condition that is always true is kept: its name may be asked for.  One that is
 * never true is a slip; a capability that nobody has is false.
 */
static Expr *
compile_is(EntitlementCompiler *e, const Doc *doc, int may)
{
	Expr	   *expr = compile_expr(&e->c, doc, EXPR_BOOLEAN, may);
	double		constant;

	if (expr_is_null(expr) || (expr_is_constant(expr, &constant) && constant == 0))
		doc_fail(doc, NULL, _("A capability that nobody has is written false."),
				 "the condition is never true");
	return expr;
}

/* One clause by its name. */
static void
compile_clause(EntitlementCompiler *e, const Doc *doc, int may, Clause *clause)
{
	doc_check_name(doc, doc->key);
	check_rule_name(doc, doc->key);
	clause->name = pstrdup(doc->key);
	if (doc->kind != DOC_OBJECT)
	{
		clause->is = compile_is(e, doc, may);
		return;
	}
	check_keys(doc, &clause_object);
	clause->is = compile_is(e, doc_required(doc, "is"), may);
	if (doc_get(doc, "title") != NULL)
		clause->title = pstrdup(doc_title(doc_get(doc, "title")));
}

/* Gives how many there are. */
int
compile_clauses(EntitlementCompiler *e, const Doc *doc, int may, Clause **clauses)
{
	if (doc->kind != DOC_OBJECT)
	{
		*clauses = palloc0(sizeof(Clause));
		(*clauses)->is = compile_is(e, doc, may);
		return 1;
	}
	if (doc->nchildren == 0)
		doc_fail(doc, NULL, NULL, "must not be empty");
	doc_check_size(doc, 64);
	*clauses = palloc0(sizeof(Clause) * doc->nchildren);
	for (int i = 0; i < doc->nchildren; i++)
		compile_clause(e, &doc->children[i], may, &(*clauses)[i]);
	return doc->nchildren;
}

/* What is reached must be kept somehow: for ever, or as long as something holds. */
static void
compile_keep(EntitlementCompiler *e, const Doc *doc, Achievement *achievement)
{
	static const char *const words[] = {"ever", "reach"};

	if (doc->kind == DOC_TEXT && (strcmp(doc->text, "ever") == 0 || strcmp(doc->text, "reach") == 0))
	{
		achievement->mode = (KeepMode) doc_word(doc, words, lengthof(words));
		return;
	}
	if (doc->kind != DOC_OBJECT)
		doc_fail(doc, _("\"ever\": once reached it is kept; \"reach\": only while it is reached; or clauses that must hold."),
				 NULL, "must be \"ever\", \"reach\" or named conditions");
	achievement->mode = KEEP_CLAUSES;
	achievement->nkeep = compile_clauses(e, doc, EXPR_MAY_EXTERNAL, &achievement->keep);
}

/*
 * "achievements": their names stand in the document already, so that one can ask
 * for another; which must come before it in the order of names or ask for none
 * itself, so that there is no circle (compile_names.c looks).
 */
void
compile_achievements(EntitlementCompiler *e)
{
	Entitlement *document = e->document;

	for (int i = 0; i < document->nachievements; i++)
	{
		const Doc  *doc = &e->achievements->children[i];
		Achievement *achievement = &document->achievements[i];

		check_keys(doc, &achievement_object);
		if (doc_get(doc, "title") != NULL)
			achievement->title = pstrdup(doc_title(doc_get(doc, "title")));
		achievement->nreach = compile_clauses(e, doc_required(doc, "reach"), EXPR_MAY_EXTERNAL,
											  &achievement->reach);
		compile_keep(e, doc_required(doc, "keep"), achievement);
	}
}
