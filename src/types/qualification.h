/*
 * qualification.h
 *		What somebody holds, or must hold: a kind, a path in the taxonomy of
 *		that kind, and graded attributes.
 *
 *			occupation:healthcare/physician[hospital=9,title=2]
 *
 * A qualification is a varlena.  What follows the length word, all of it in
 * bytes, so that a short header needs no copy and the image is the same on
 * every machine:
 *
 *		byte 0			reserved, zero
 *		byte 1			length of the kind, 1 .. QUALIFICATION_LABEL_MAX
 *		bytes 2, 3		length of the path, high byte first,
 *						1 .. QUALIFICATION_PATH_MAX
 *		byte 4			number of attributes, 0 .. QUALIFICATION_ATTRS_MAX
 *		then			kind, ':', path
 *		then			for each attribute, in order of name: one byte length
 *						of the name, two bytes grade, high byte first, name
 *
 * There is one image for each value, so equal values are equal bytes.  The
 * same bytes travel in the binary protocol.  The layout is on disk; whoever
 * needs another one gives byte 0 a number.
 */
#ifndef GOVERNANCE_QUALIFICATION_H
#define GOVERNANCE_QUALIFICATION_H

#include "postgres.h"

#include "compat.h"
#include "fmgr.h"

/*
 * The limits are such that the longest value still fits into a btree entry
 * (2,704 bytes): 5 + 63 + 1 + 1023 + 16 * (3 + 63) = 2,148.
 */
#define QUALIFICATION_LABEL_MAX		63
#define QUALIFICATION_DEPTH_MAX		16
#define QUALIFICATION_PATH_MAX \
	(QUALIFICATION_DEPTH_MAX * (QUALIFICATION_LABEL_MAX + 1) - 1)
#define QUALIFICATION_ATTRS_MAX		16
#define QUALIFICATION_GRADE_MAX		PG_INT16_MAX

#define QUALIFICATION_HEADER_SIZE	5

typedef struct varlena Qualification;

/* A detoasted value; its length word may be short. */
#define DatumGetQualification(X)		((Qualification *) PG_DETOAST_DATUM_PACKED(X))
#define QualificationGetDatum(X)		PointerGetDatum(X)
#define PG_GETARG_QUALIFICATION(n)		DatumGetQualification(PG_GETARG_DATUM(n))
#define PG_RETURN_QUALIFICATION(x)		PG_RETURN_POINTER(x)

/* One attribute; the name is not terminated. */
typedef struct QualificationAttr
{
	const char *name;
	int			name_len;
	int			grade;
} QualificationAttr;

/* A value taken apart; nothing in it is terminated. */
typedef struct QualificationParts
{
	const char *kind;
	int			kind_len;
	const char *path;
	int			path_len;
	int			attr_count;
	QualificationAttr attrs[QUALIFICATION_ATTRS_MAX];
} QualificationParts;

/*
 * A stored value seen in place.  Kind, ':' and path lie side by side, so the
 * path_len + 1 + kind_len bytes at kind are the whole location.
 */
typedef struct QualificationView
{
	const char *kind;
	int			kind_len;
	const char *path;
	int			path_len;
	int			attr_count;
	const unsigned char *attrs; /* where the first attribute starts */
} QualificationView;

/* What is wrong with something that is no qualification. */
typedef enum QualificationError
{
	QUALIFICATION_OK,
	QUALIFICATION_SYNTAX,		/* not kind:path[name=grade,...] */
	QUALIFICATION_LABEL,		/* a label with wrong characters */
	QUALIFICATION_DUPLICATE,	/* an attribute given twice */
	QUALIFICATION_GRADE,		/* a grade above the largest */
	QUALIFICATION_LONG,			/* a label too long */
	QUALIFICATION_DEEP,			/* too many labels in the path */
	QUALIFICATION_MANY			/* too many attributes */
} QualificationError;

/*
 * Look at a stored value.
 */
static inline QualificationView
qualification_view(const Qualification *value)
{
	const unsigned char *image = (const unsigned char *) VARDATA_ANY(value);
	QualificationView view;

	view.kind = (const char *) image + QUALIFICATION_HEADER_SIZE;
	view.kind_len = image[1];
	view.path = view.kind + view.kind_len + 1;
	view.path_len = image[2] << 8 | image[3];
	view.attr_count = image[4];
	view.attrs = (const unsigned char *) view.path + view.path_len;
	return view;
}

/*
 * Read the attribute at a cursor that started at view.attrs and move on.
 */
static inline QualificationAttr
qualification_next_attr(const unsigned char **cursor)
{
	const unsigned char *at = *cursor;
	QualificationAttr attr;

	attr.name_len = at[0];
	attr.grade = at[1] << 8 | at[2];
	attr.name = (const char *) at + 3;
	*cursor = at + 3 + attr.name_len;
	return attr;
}

/* Takes a text apart and checks it; the parts point into the text. */
extern QualificationError qualification_parse(const char *text, QualificationParts *parts);

/* Is this a qualification?  Puts the attributes in order of name. */
extern QualificationError qualification_check(QualificationParts *parts);

/* The image of checked parts, and its size in bytes, without a length word. */
extern Size qualification_image_size(const QualificationParts *parts);
extern void qualification_image(const QualificationParts *parts, unsigned char *image);

/* The total order, for sorting: -1, 0 or 1. */
extern int	qualification_order(const Qualification *a, const Qualification *b);

/* Does the one who holds this satisfy what is required? */
extern bool qualification_contains(const Qualification *held, const Qualification *required);

/* The grade of one attribute, -1 if there is none of that name. */
extern int	qualification_grade_of(const Qualification *value, const char *name, int name_len);

#endif							/* GOVERNANCE_QUALIFICATION_H */
