/*
 * statement_check.c
 *		What a value of a statement of reasons may look like, as the Commission's
 *		Transparency Database judges it.
 */
#include "postgres.h"

#include <ctype.h>

#include "mb/pg_wchar.h"
#include "rulebook/statement_check.h"
#include "utils/datetime.h"

/* As the form counts them: characters and not bytes. */
int
statement_length(const char *text)
{
	return pg_mbstrlen(text);
}

/*
 * Characters that nobody sees, as the form takes them away at both ends before
 * it looks whether anything is there.  Code points; of other encodings than
 * UTF-8 those that are ASCII.
 */
static bool
is_blank(pg_wchar c)
{
	return (c >= '\t' && c <= '\r') || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
		c == 0x180e || (c >= 0x2000 && c <= 0x200f) || c == 0x2028 || c == 0x2029 ||
		c == 0x202f || c == 0x205f || c == 0x2060 || c == 0x3000 || c == 0xfeff;
}

/* In the encoding of the database, character by character. */
bool
statement_blank(const char *text)
{
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (; *text; text += pg_mblen(text))
	{
		if (utf8 && IS_HIGHBIT_SET(*text))
		{
			if (!is_blank(utf8_to_unicode((const unsigned char *) text)))
				return false;
		}
		else if (!is_blank((unsigned char) *text) || IS_HIGHBIT_SET(*text))
			return false;
	}
	return true;
}

/*
 * Of the address of a page, the letters that may stand in any part as they are.
 */
static bool
is_url_char(const char *s)
{
	if (*s == '%')
		return isxdigit((unsigned char) s[1]) && isxdigit((unsigned char) s[2]);
	return ((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z') || (*s >= '0' && *s <= '9') ||
		strchr("-._~!$&'()*+,;=:@/", *s) != NULL;
}

/*
 * A host of two names at least, a port, a path, a query, a fragment; nobody
 * signs in to read rules.
 */
bool
statement_url(const char *text)
{
	const char *s;
	const char *name;
	int			names = 0;

	if (pg_strncasecmp(text, "http://", 7) == 0)
		s = text + 7;
	else if (pg_strncasecmp(text, "https://", 8) == 0)
		s = text + 8;
	else
		return false;
	for (;; s++)
	{
		name = s;
		while (((*s | 0x20) >= 'a' && (*s | 0x20) <= 'z') || (*s >= '0' && *s <= '9') || *s == '-')
			s++;
		if (s == name || *name == '-' || s[-1] == '-' || s - name > 63)
			return false;
		names++;
		if (*s != '.')
			break;
	}
	if (names < 2)
		return false;
	if (*s == ':')
	{
		name = ++s;
		while (*s >= '0' && *s <= '9')
			s++;
		if (s == name || s - name > 5 || atoi(name) > 65535)
			return false;
	}
	if (*s == '/')
		while (*s && is_url_char(s))
			s++;
	if (*s == '?')
		for (s++; *s && (*s == '?' || is_url_char(s));)
			s++;
	if (*s == '#')
		for (s++; *s && (*s == '?' || is_url_char(s));)
			s++;
	return *s == '\0';
}

/* The check digit is not looked at. */
bool
statement_ean(const char *text)
{
	return strlen(text) == 13 && strspn(text, "0123456789") == 13;
}

/* Without a limit of its length, which the field has. */
bool
statement_puid(const char *text)
{
	return *text != '\0' &&
		text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] == '\0';
}

/* A day that the calendar has. */
bool
statement_date(const char *text)
{
	int			year,
				month,
				day;

	if (strlen(text) != 10 || strspn(text, "0123456789") != 4 || text[4] != '-' ||
		strspn(text + 5, "0123456789") != 2 || text[7] != '-' ||
		strspn(text + 8, "0123456789") != 2)
		return false;
	year = atoi(text);
	month = atoi(text + 5);
	day = atoi(text + 8);
	return year >= 1 && month >= 1 && month <= 12 && day >= 1 &&
		day <= day_tab[isleap(year)][month - 1];
}
