/*
 * json.c
 *		Writing JSON as text, with the server's own functions for strings and
 *		instants.
 */
#include "postgres.h"

#include "compat.h"
#include "json.h"

#include "catalog/pg_type.h"
#include "utils/datetime.h"
#include "utils/json.h"
#include "utils/jsonb.h"

/*
 * What stands before a value: a comma unless it is the first one, and its key.
 * The last character tells: no value ends with an opening bracket or with a
 * colon outside of its quotes.
 */
static void
begin_value(StringInfo out, const char *key)
{
	char		last = out->len > 0 ? out->data[out->len - 1] : '[';

	if (last != '{' && last != '[')
		appendStringInfoChar(out, ',');
	if (key != NULL)
	{
		escape_json(out, key);
		appendStringInfoChar(out, ':');
	}
}

/* Opens the bracket, after which begin_value() writes no comma. */
void
json_begin_object(StringInfo out, const char *key)
{
	begin_value(out, key);
	appendStringInfoChar(out, '{');
}

/* Closes it. */
void
json_end_object(StringInfo out)
{
	appendStringInfoChar(out, '}');
}

/* Opens the bracket, after which begin_value() writes no comma. */
void
json_begin_array(StringInfo out, const char *key)
{
	begin_value(out, key);
	appendStringInfoChar(out, '[');
}

/* Closes it. */
void
json_end_array(StringInfo out)
{
	appendStringInfoChar(out, ']');
}

/* JSON's own word for nothing. */
void
json_null(StringInfo out, const char *key)
{
	begin_value(out, key);
	appendStringInfoString(out, "null");
}

/* JSON's own words for true and false. */
void
json_boolean(StringInfo out, const char *key, bool value)
{
	begin_value(out, key);
	appendStringInfoString(out, value ? "true" : "false");
}

/* All digits: jsonb keeps numbers as numeric, so none is too large for it. */
void
json_int64(StringInfo out, const char *key, int64 value)
{
	begin_value(out, key);
	appendStringInfo(out, INT64_FORMAT, value);
}

/* Must be finite: JSON has no words for what is not. */
void
json_double(StringInfo out, const char *key, double value)
{
	begin_value(out, key);
	appendStringInfo(out, "%.15g", value);
}

/* Points as they are written everywhere are a number of JSON, too. */
void
json_points(StringInfo out, const char *key, Points points)
{
	char		text[POINTS_TEXT_SIZE];

	points_format(points, text);
	begin_value(out, key);
	appendStringInfoString(out, text);
}

/* The server puts what needs it behind a backslash. */
void
json_text(StringInfo out, const char *key, const char *text)
{
	if (text == NULL)
	{
		json_null(out, key);
		return;
	}
	begin_value(out, key);
	escape_json(out, text);
}

/* In the order given; none of them is null. */
void
json_texts(StringInfo out, const char *key, const char *const *texts, int n)
{
	json_begin_array(out, key);
	for (int i = 0; i < n; i++)
		json_text(out, NULL, texts[i]);
	json_end_array(out);
}

/* As to_jsonb() writes an instant. */
void
json_instant(StringInfo out, const char *key, TimestampTz at)
{
	char		buffer[MAXDATELEN + 1];

	if (TIMESTAMP_NOT_FINITE(at))
	{
		json_null(out, key);
		return;
	}
	JsonEncodeDateTime(buffer, TimestampTzGetDatum(at), TIMESTAMPTZOID, NULL);
	json_text(out, key, buffer);
}

/* Not looked at: whoever calls knows that it is one value of JSON. */
void
json_raw(StringInfo out, const char *key, const char *json)
{
	if (json == NULL)
	{
		json_null(out, key);
		return;
	}
	begin_value(out, key);
	appendStringInfoString(out, json);
}
