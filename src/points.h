/*
 * points.h
 *		Points, which are counted in hundredths, and how they are written.
 */
#ifndef GOVERNANCE_POINTS_H
#define GOVERNANCE_POINTS_H

#include "postgres.h"

typedef int32 Points;			/* hundredths of a point */

/* The largest number of points, 21474836.47. */
#define POINTS_MAX		PG_INT32_MAX

/* "Not given": a number that no points have, below all of them. */
#define POINTS_NONE		PG_INT32_MIN

/* Of one point, and how many digits after the point that makes. */
#define POINTS_UNIT		100
#define POINTS_DIGITS	2

/* "-21474836.47" and its terminator. */
#define POINTS_TEXT_SIZE	13

/*
 * Writes points into POINTS_TEXT_SIZE bytes with as many decimals as they need:
 * 1250 is "12.5".  This is the form in which points are a number in JSON, too.
 * Gives the length.
 */
extern int	points_format(Points points, char *buffer);

/* The same in memory of its own, for messages. */
extern char *points_text(Points points);

/* A Datum of type numeric, with as many decimals as it needs. */
extern Datum points_numeric(Points points);

#endif							/* GOVERNANCE_POINTS_H */
