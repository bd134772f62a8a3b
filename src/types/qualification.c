/*
 * qualification.c
 *		The type qualification: kind, path in a taxonomy, graded attributes.
 *
 * In the order: values (parse, check, image, order, containment; no server
 * state), I/O, accessors, operators and hashing.  The GIN operator class is in
 * qualification_gin.c.
 *
 * Every way to make one (input, receive) takes it apart into QualificationParts
 * and asks qualification_check(), which is the one place that knows what a
 * qualification may be.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "compat.h"
#include "errors.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "types/qualification.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(qualification_in);
PG_FUNCTION_INFO_V1(qualification_out);
PG_FUNCTION_INFO_V1(qualification_recv);
PG_FUNCTION_INFO_V1(qualification_send);
PG_FUNCTION_INFO_V1(qualification_get_kind);
PG_FUNCTION_INFO_V1(qualification_get_path);
PG_FUNCTION_INFO_V1(qualification_get_grade);
PG_FUNCTION_INFO_V1(qualification_larger);
PG_FUNCTION_INFO_V1(qualification_smaller);
PG_FUNCTION_INFO_V1(qualification_hash);
PG_FUNCTION_INFO_V1(qualification_hash_extended);

/* ----------
 * Values
 * ----------
 */

/*
 * Compare two runs of bytes; when one is the start of the other, the shorter is
 * first.  Gives -1, 0 or 1.
 */
static int
compare_bytes(const char *a, int a_len, const char *b, int b_len)
{
	int			cmp = memcmp(a, b, Min(a_len, b_len));

	if (cmp != 0)
		return cmp < 0 ? -1 : 1;
	return (a_len > b_len) - (a_len < b_len);
}

/*
 * Is this a label?  That is a lower-case letter, then letters, digits, '_' and
 * '-'.  ASCII only, so that no locale has a say.
 */
static QualificationError
check_label(const char *label, int len)
{
	if (len < 1)
		return QUALIFICATION_SYNTAX;
	for (int i = 0; i < len; i++)
	{
		char		c = label[i];

		if (c >= 'a' && c <= 'z')
			continue;
		if (i > 0 && ((c >= '0' && c <= '9') || c == '_' || c == '-'))
			continue;
		return QUALIFICATION_LABEL;
	}
	if (len > QUALIFICATION_LABEL_MAX)
		return QUALIFICATION_LONG;
	return QUALIFICATION_OK;
}

/*
 * Is this a qualification?  Puts the attributes in order of name.  Gives what is
 * wrong first.
 */
QualificationError
qualification_check(QualificationParts *parts)
{
	QualificationError error;
	int			start = 0;
	int			depth = 0;

	error = check_label(parts->kind, parts->kind_len);
	if (error != QUALIFICATION_OK)
		return error;

	for (int i = 0; i <= parts->path_len; i++)
	{
		if (i < parts->path_len && parts->path[i] != '/')
			continue;
		error = check_label(parts->path + start, i - start);
		if (error != QUALIFICATION_OK)
			return error;
		if (++depth > QUALIFICATION_DEPTH_MAX)
			return QUALIFICATION_DEEP;
		start = i + 1;
	}

	if (parts->attr_count > QUALIFICATION_ATTRS_MAX)
		return QUALIFICATION_MANY;

	/* Few attributes, mostly in order already: insertion sort. */
	for (int i = 0; i < parts->attr_count; i++)
	{
		QualificationAttr attr = parts->attrs[i];
		int			j;

		error = check_label(attr.name, attr.name_len);
		if (error != QUALIFICATION_OK)
			return error;
		if (attr.grade < 0 || attr.grade > QUALIFICATION_GRADE_MAX)
			return QUALIFICATION_GRADE;

		for (j = i; j > 0; j--)
		{
			int			cmp = compare_bytes(parts->attrs[j - 1].name,
											parts->attrs[j - 1].name_len,
											attr.name, attr.name_len);

			if (cmp == 0)
				return QUALIFICATION_DUPLICATE;
			if (cmp < 0)
				break;
			parts->attrs[j] = parts->attrs[j - 1];
		}
		parts->attrs[j] = attr;
	}

	return QUALIFICATION_OK;
}

/*
 * Take a text apart and check it.  The parts point into the text, and are of use
 * when the answer is QUALIFICATION_OK.
 */
QualificationError
qualification_parse(const char *text, QualificationParts *parts)
{
	const char *p = text;

	parts->kind = p;
	parts->kind_len = (int) strcspn(p, ":/[=,]");
	p += parts->kind_len;
	if (*p++ != ':')
		return QUALIFICATION_SYNTAX;

	parts->path = p;
	parts->path_len = (int) strcspn(p, ":[=,]");
	p += parts->path_len;
	parts->attr_count = 0;

	if (*p == '[')
	{
		do
		{
			QualificationAttr attr;
			bool		overflow = false;

			p++;
			attr.name = p;
			attr.name_len = (int) strcspn(p, ":/[=,]");
			attr.grade = 0;
			p += attr.name_len;
			if (*p++ != '=' || *p < '0' || *p > '9')
				return QUALIFICATION_SYNTAX;
			for (; *p >= '0' && *p <= '9'; p++)
			{
				if (!overflow)
					attr.grade = attr.grade * 10 + (*p - '0');
				if (attr.grade > QUALIFICATION_GRADE_MAX)
					overflow = true;
			}

			/* Beyond the limit only count, for the check to complain of. */
			if (parts->attr_count < QUALIFICATION_ATTRS_MAX)
				parts->attrs[parts->attr_count] = attr;
			if (parts->attr_count <= QUALIFICATION_ATTRS_MAX)
				parts->attr_count++;
		} while (*p == ',');

		if (*p++ != ']')
			return QUALIFICATION_SYNTAX;
	}

	if (*p != '\0')
		return QUALIFICATION_SYNTAX;

	return qualification_check(parts);
}

/*
 * The size in bytes of the image of checked parts, without a length word.
 */
Size
qualification_image_size(const QualificationParts *parts)
{
	Size		size = QUALIFICATION_HEADER_SIZE + parts->kind_len + 1 + parts->path_len;

	for (int i = 0; i < parts->attr_count; i++)
		size += 3 + parts->attrs[i].name_len;
	return size;
}

/*
 * Write the image of checked parts (see qualification.h), as many bytes as
 * qualification_image_size() says.
 */
void
qualification_image(const QualificationParts *parts, unsigned char *image)
{
	*image++ = 0;
	*image++ = (unsigned char) parts->kind_len;
	*image++ = (unsigned char) (parts->path_len >> 8);
	*image++ = (unsigned char) (parts->path_len & 0xFF);
	*image++ = (unsigned char) parts->attr_count;

	memcpy(image, parts->kind, parts->kind_len);
	image += parts->kind_len;
	*image++ = ':';
	memcpy(image, parts->path, parts->path_len);
	image += parts->path_len;

	for (int i = 0; i < parts->attr_count; i++)
	{
		const QualificationAttr *attr = &parts->attrs[i];

		*image++ = (unsigned char) attr->name_len;
		*image++ = (unsigned char) (attr->grade >> 8);
		*image++ = (unsigned char) (attr->grade & 0xFF);
		memcpy(image, attr->name, attr->name_len);
		image += attr->name_len;
	}
}

/*
 * Compare paths label by label: a path sorts right before everything under
 * it.  For that '/' counts as lower than any character of a label.  Gives -1, 0
 * or 1.
 */
static int
compare_paths(const char *a, int a_len, const char *b, int b_len)
{
	for (int i = 0; i < a_len && i < b_len; i++)
	{
		if (a[i] == b[i])
			continue;
		if (a[i] == '/')
			return -1;
		if (b[i] == '/')
			return 1;
		return (unsigned char) a[i] < (unsigned char) b[i] ? -1 : 1;
	}
	return (a_len > b_len) - (a_len < b_len);
}

/*
 * The total order, for sorting: kind, path, then the attributes one by one
 * (name, grade), fewer first.  It says nothing about who satisfies what.
 */
int
qualification_order(const Qualification *a, const Qualification *b)
{
	QualificationView av = qualification_view(a);
	QualificationView bv = qualification_view(b);
	int			cmp;

	cmp = compare_bytes(av.kind, av.kind_len, bv.kind, bv.kind_len);
	if (cmp != 0)
		return cmp;
	cmp = compare_paths(av.path, av.path_len, bv.path, bv.path_len);
	if (cmp != 0)
		return cmp;

	for (int i = 0; i < av.attr_count && i < bv.attr_count; i++)
	{
		QualificationAttr aa = qualification_next_attr(&av.attrs);
		QualificationAttr ba = qualification_next_attr(&bv.attrs);

		cmp = compare_bytes(aa.name, aa.name_len, ba.name, ba.name_len);
		if (cmp != 0)
			return cmp;
		if (aa.grade != ba.grade)
			return aa.grade < ba.grade ? -1 : 1;
	}
	return (av.attr_count > bv.attr_count) - (av.attr_count < bv.attr_count);
}

/*
 * Equal values are equal bytes.
 */
static bool
qualification_equal(const Qualification *a, const Qualification *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/*
 * Does the one who holds this satisfy what is required?  The kind is the same,
 * the path is the required one or lies under it, and every attribute that is
 * required is there with at least that grade.
 */
bool
qualification_contains(const Qualification *held, const Qualification *required)
{
	QualificationView hv = qualification_view(held);
	QualificationView rv = qualification_view(required);
	int			seen = 0;

	/* Same kind, and the required path is the held one or above it. */
	if (hv.kind_len != rv.kind_len || hv.path_len < rv.path_len ||
		memcmp(hv.kind, rv.kind, rv.kind_len + 1 + rv.path_len) != 0)
		return false;
	if (hv.path_len > rv.path_len && hv.path[rv.path_len] != '/')
		return false;

	/* Both lists are in order of name: one pass over each. */
	for (int i = 0; i < rv.attr_count; i++)
	{
		QualificationAttr want = qualification_next_attr(&rv.attrs);
		int			cmp = 1;

		while (cmp > 0)
		{
			QualificationAttr have;

			if (seen++ == hv.attr_count)
				return false;
			have = qualification_next_attr(&hv.attrs);
			cmp = compare_bytes(want.name, want.name_len,
								have.name, have.name_len);
			if (cmp == 0 && have.grade < want.grade)
				return false;
		}
		if (cmp < 0)
			return false;
	}

	return true;
}

/*
 * The grade of one attribute, -1 if there is none of that name.
 */
int
qualification_grade_of(const Qualification *value, const char *name, int name_len)
{
	QualificationView view = qualification_view(value);

	for (int i = 0; i < view.attr_count; i++)
	{
		QualificationAttr attr = qualification_next_attr(&view.attrs);

		if (compare_bytes(attr.name, attr.name_len, name, name_len) == 0)
			return attr.grade;
	}
	return -1;
}


/* ----------
 * Input and output
 * ----------
 */

/*
 * What is wrong, as a sentence in the language of the session.
 */
static const char *
error_detail(QualificationError error)
{
	switch (error)
	{
		case QUALIFICATION_OK:
			break;
		case QUALIFICATION_SYNTAX:
			return _("A qualification is written as a kind, a colon, a path and perhaps grades, as in \"occupation:healthcare/physician[hospital=9,title=2]\".");
		case QUALIFICATION_LABEL:
			return _("Labels consist of lower-case letters, digits, underscores and hyphens, and start with a letter.");
		case QUALIFICATION_DUPLICATE:
			return _("An attribute is given more than once.");
		case QUALIFICATION_GRADE:
			return _("Grades must be between 0 and 32767.");
		case QUALIFICATION_LONG:
			return _("A label has at most 63 characters.");
		case QUALIFICATION_DEEP:
			return _("A path has at most 16 labels.");
		case QUALIFICATION_MANY:
			return _("A qualification has at most 16 attributes.");
	}
	return "";
}

/*
 * The value of checked parts, palloc'd.
 */
static Qualification *
qualification_make(const QualificationParts *parts)
{
	Size		size = VARHDRSZ + qualification_image_size(parts);
	Qualification *value = palloc(size);

	SET_VARSIZE(value, size);
	qualification_image(parts, (unsigned char *) VARDATA(value));
	return value;
}

/*
 * Input function.  What is wrong with the text is said by an error whose SQLSTATE
 * tells what is no qualification from what is one beyond the limits; soft where the
 * caller asks for that.
 */
Datum
qualification_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	QualificationParts parts;
	QualificationError error = qualification_parse(text, &parts);

	switch (error)
	{
		case QUALIFICATION_OK:
			break;
		case QUALIFICATION_SYNTAX:
		case QUALIFICATION_LABEL:
		case QUALIFICATION_DUPLICATE:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input syntax for type %s: \"%s\"",
							"qualification", text),
					 errdetail("%s", error_detail(error))));
		case QUALIFICATION_GRADE:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("value \"%s\" is out of range for type %s",
							text, "qualification"),
					 errdetail("%s", error_detail(error))));
		case QUALIFICATION_LONG:
		case QUALIFICATION_DEEP:
		case QUALIFICATION_MANY:
			ereturn(fcinfo->context, (Datum) 0,
					(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
					 errmsg("value \"%s\" is too large for type %s",
							text, "qualification"),
					 errdetail("%s", error_detail(error))));
	}

	PG_RETURN_QUALIFICATION(qualification_make(&parts));
}

/*
 * Output function: the canonical text, with the attributes in order of name.
 */
Datum
qualification_out(PG_FUNCTION_ARGS)
{
	QualificationView view = qualification_view(PG_GETARG_QUALIFICATION(0));
	StringInfoData buf;

	initStringInfo(&buf);
	appendBinaryStringInfo(&buf, view.kind, view.kind_len + 1 + view.path_len);
	for (int i = 0; i < view.attr_count; i++)
	{
		QualificationAttr attr = qualification_next_attr(&view.attrs);

		appendStringInfo(&buf, "%c%.*s=%d", i == 0 ? '[' : ',',
						 attr.name_len, attr.name, attr.grade);
	}
	if (view.attr_count > 0)
		appendStringInfoChar(&buf, ']');
	PG_RETURN_CSTRING(buf.data);
}

/*
 * Receive function.  On the wire: the image (see qualification.h).  Attributes
 * may come in any order; everything else must be as it would be stored.
 */
Datum
qualification_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	QualificationParts parts;
	QualificationError error = QUALIFICATION_OK;
	int			reserved;

	reserved = pq_getmsgbyte(buf);
	if (reserved != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", "qualification"),
				 errdetail("The reserved byte is %d and must be 0.", reserved)));

	parts.kind_len = pq_getmsgbyte(buf);
	parts.path_len = (int) pq_getmsgint(buf, 2);
	parts.attr_count = pq_getmsgbyte(buf);
	parts.kind = pq_getmsgbytes(buf, parts.kind_len);
	if (pq_getmsgbyte(buf) != ':')
		error = QUALIFICATION_SYNTAX;
	parts.path = pq_getmsgbytes(buf, parts.path_len);

	if (parts.attr_count > QUALIFICATION_ATTRS_MAX)
		error = QUALIFICATION_MANY;

	for (int i = 0; i < parts.attr_count && error == QUALIFICATION_OK; i++)
	{
		QualificationAttr *attr = &parts.attrs[i];

		attr->name_len = pq_getmsgbyte(buf);
		attr->grade = (int) pq_getmsgint(buf, 2);
		attr->name = pq_getmsgbytes(buf, attr->name_len);
	}

	if (error == QUALIFICATION_OK)
		error = qualification_check(&parts);
	if (error != QUALIFICATION_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid external \"%s\" value", "qualification"),
				 errdetail("%s", error_detail(error))));

	PG_RETURN_QUALIFICATION(qualification_make(&parts));
}

/* Send function: what qualification_recv() reads. */
Datum
qualification_send(PG_FUNCTION_ARGS)
{
	Qualification *value = PG_GETARG_QUALIFICATION(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}


/* ----------
 * Accessors
 * ----------
 */

/* kind(qualification) */
Datum
qualification_get_kind(PG_FUNCTION_ARGS)
{
	QualificationView view = qualification_view(PG_GETARG_QUALIFICATION(0));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(view.kind, view.kind_len));
}

/* path(qualification) */
Datum
qualification_get_path(PG_FUNCTION_ARGS)
{
	QualificationView view = qualification_view(PG_GETARG_QUALIFICATION(0));

	PG_RETURN_TEXT_P(cstring_to_text_with_len(view.path, view.path_len));
}

/*
 * grade(qualification, name text): null if there is no attribute of that name.
 */
Datum
qualification_get_grade(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(1);
	int			grade = qualification_grade_of(PG_GETARG_QUALIFICATION(0),
											   VARDATA_ANY(name),
											   VARSIZE_ANY_EXHDR(name));

	if (grade < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT32(grade);
}


/* ----------
 * Operators, btree and hash support
 *
 * These run in long-lived contexts when an index calls them, so they free
 * what detoasting copied.
 * ----------
 */

/*
 * A function of two qualifications: its name, the C type of its result, and the
 * expression that gives it from a and b.
 */
#define QUALIFICATION_BINARY(name, result, expression) \
PG_FUNCTION_INFO_V1(qualification_##name); \
Datum \
qualification_##name(PG_FUNCTION_ARGS) \
{ \
	Qualification *a = PG_GETARG_QUALIFICATION(0); \
	Qualification *b = PG_GETARG_QUALIFICATION(1); \
	result		ret = (expression); \
	PG_FREE_IF_COPY(a, 0); \
	PG_FREE_IF_COPY(b, 1); \
	RETURN_##result(ret); \
} \
extern Datum qualification_##name(PG_FUNCTION_ARGS)

#define RETURN_bool(x)		PG_RETURN_BOOL(x)
#define RETURN_int32(x)		PG_RETURN_INT32(x)

QUALIFICATION_BINARY(lt, bool, qualification_order(a, b) < 0);
QUALIFICATION_BINARY(le, bool, qualification_order(a, b) <= 0);
QUALIFICATION_BINARY(eq, bool, qualification_equal(a, b));
QUALIFICATION_BINARY(ne, bool, !qualification_equal(a, b));
QUALIFICATION_BINARY(ge, bool, qualification_order(a, b) >= 0);
QUALIFICATION_BINARY(gt, bool, qualification_order(a, b) > 0);
QUALIFICATION_BINARY(cmp, int32, qualification_order(a, b));
QUALIFICATION_BINARY(contain, bool, qualification_contains(a, b));
QUALIFICATION_BINARY(contained, bool, qualification_contains(b, a));

/* For the aggregate max(), in the order for sorting. */
Datum
qualification_larger(PG_FUNCTION_ARGS)
{
	Qualification *a = PG_GETARG_QUALIFICATION(0);
	Qualification *b = PG_GETARG_QUALIFICATION(1);

	PG_RETURN_QUALIFICATION(qualification_order(a, b) > 0 ? a : b);
}

/* For the aggregate min(), in the order for sorting. */
Datum
qualification_smaller(PG_FUNCTION_ARGS)
{
	Qualification *a = PG_GETARG_QUALIFICATION(0);
	Qualification *b = PG_GETARG_QUALIFICATION(1);

	PG_RETURN_QUALIFICATION(qualification_order(a, b) < 0 ? a : b);
}

/*
 * For hash joins and hash aggregates.  It is that of the bytes, since equal values
 * are equal bytes.
 */
Datum
qualification_hash(PG_FUNCTION_ARGS)
{
	Qualification *value = PG_GETARG_QUALIFICATION(0);
	Datum		hash = hash_any((unsigned char *) VARDATA_ANY(value),
								VARSIZE_ANY_EXHDR(value));

	PG_FREE_IF_COPY(value, 0);
	return hash;
}

/* The same with a seed, for hash partitions. */
Datum
qualification_hash_extended(PG_FUNCTION_ARGS)
{
	Qualification *value = PG_GETARG_QUALIFICATION(0);
	Datum		hash = hash_any_extended((unsigned char *) VARDATA_ANY(value),
										 VARSIZE_ANY_EXHDR(value),
										 (uint64) PG_GETARG_INT64(1));

	PG_FREE_IF_COPY(value, 0);
	return hash;
}
