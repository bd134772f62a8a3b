/*
 * points.c
 *		Points as text and as numeric.
 */
#include "postgres.h"

#include "compat.h"
#include "points.h"

#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

/*
 * Without zeros at the end.  The sign is written on its own: minus a half has no
 * whole points that could carry it.
 */
int
points_format(Points points, char *buffer)
{
	const char *sign = points < 0 ? "-" : "";
	int64		hundredths = points < 0 ? -(int64) points : points;
	int			whole = (int) (hundredths / POINTS_UNIT);
	int			fraction = (int) (hundredths % POINTS_UNIT);

	if (fraction == 0)
		return sprintf(buffer, "%s%d", sign, whole);
	if (fraction % 10 == 0)
		return sprintf(buffer, "%s%d.%d", sign, whole, fraction / 10);
	return sprintf(buffer, "%s%d.%02d", sign, whole, fraction);
}

/* Palloc'd in the current memory context. */
char *
points_text(Points points)
{
	char	   *text = palloc(POINTS_TEXT_SIZE);

	points_format(points, text);
	return text;
}

/* The scale of what the division gives is two always: zeros are cut off. */
Datum
points_numeric(Points points)
{
	return DirectFunctionCall1(numeric_trim_scale,
							   NumericGetDatum(int64_div_fast_to_numeric(points, POINTS_DIGITS)));
}
