/*
 * bytes.h
 *		Numbers and instants as bytes and back, for states and what is settled of
 *		them.
 *
 * Numbers are little-endian groups of seven bits, signed ones folded so that
 * small ones are short; an instant is one byte when it is infinite or the same
 * as the one before it, else nine.
 */
#ifndef GOVERNANCE_ENGINE_BYTES_H
#define GOVERNANCE_ENGINE_BYTES_H

#include "compat.h"
#include "utils/timestamp.h"

#define TAG_BEGIN	0
#define TAG_END		1
#define TAG_SAME	2
#define TAG_RAW		3

/* ---------- writing ---------- */

typedef struct Writer
{
	char	   *data;
	Size		used;
	Size		size;
	TimestampTz last;
} Writer;

/* Makes room for n more bytes. */
static inline void
reserve(Writer *w, Size n)
{
	if (unlikely(w->used + n > w->size))
	{
		while (w->used + n > w->size)
			w->size *= 2;
		w->data = repalloc_huge(w->data, w->size);
	}
}

/* Writes one byte. */
static inline void
put_byte(Writer *w, uint8 byte)
{
	reserve(w, 1);
	w->data[w->used++] = (char) byte;
}

/* Writes bytes as they are. */
static inline void
put_bytes(Writer *w, const void *bytes, Size n)
{
	reserve(w, n);
	memcpy(w->data + w->used, bytes, n);
	w->used += n;
}

/* Writes a number that is not negative, in groups of seven bits (LEB128). */
static inline void
put_unsigned(Writer *w, uint64 x)
{
	reserve(w, 10);
	while (x >= 0x80)
	{
		w->data[w->used++] = (char) (x | 0x80);
		x >>= 7;
	}
	w->data[w->used++] = (char) x;
}

/* Writes a number of either sign, folded so that small ones are short (zigzag). */
static inline void
put_signed(Writer *w, int64 x)
{
	put_unsigned(w, ((uint64) x << 1) ^ (uint64) (x >> 63));
}

/* Writes a number as eight bytes. */
static inline void
put_raw(Writer *w, uint64 x)
{
	uint8		bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8) (x >> (8 * i));
	put_bytes(w, bytes, 8);
}

/* Four bytes, to be set later. */
static inline void
put_fixed(Writer *w, uint32 x)
{
	uint8		bytes[4];

	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8) (x >> (8 * i));
	put_bytes(w, bytes, 4);
}

/* Overwrites four bytes at a place with a number. */
static inline void
set_fixed(Writer *w, Size at, uint32 x)
{
	for (int i = 0; i < 4; i++)
		w->data[at + i] = (char) (x >> (8 * i));
}

/* Overwrites eight bytes at a place with a number. */
static inline void
set_raw(Writer *w, Size at, uint64 x)
{
	for (int i = 0; i < 8; i++)
		w->data[at + i] = (char) (x >> (8 * i));
}

/* Writes an instant; one that equals the last one that was written is one byte. */
static inline void
put_instant(Writer *w, TimestampTz at)
{
	if (at == DT_NOBEGIN)
		put_byte(w, TAG_BEGIN);
	else if (at == DT_NOEND)
		put_byte(w, TAG_END);
	else if (at == w->last)
		put_byte(w, TAG_SAME);
	else
	{
		put_byte(w, TAG_RAW);
		put_raw(w, (uint64) at);
		w->last = at;
	}
}

/* Writes a double, bit for bit. */
static inline void
put_double(Writer *w, double x)
{
	uint64		bits;

	memcpy(&bits, &x, sizeof(bits));
	put_raw(w, bits);
}

/* ---------- reading ---------- */

typedef struct Reader
{
	const uint8 *at;
	const uint8 *end;
	TimestampTz last;
} Reader;

/* Raises ERRCODE_DATA_CORRUPTED; what: a sentence that says what is wrong. */
pg_noreturn
extern void state_damaged(const char *what);

/* Reads one byte. */
static inline uint8
get_byte(Reader *r)
{
	if (r->at >= r->end)
		state_damaged("It ends too early.");
	return *r->at++;
}

/* Reads what put_unsigned() wrote. */
static inline uint64
get_unsigned(Reader *r)
{
	uint64		x = 0;

	for (int shift = 0; shift < 64; shift += 7)
	{
		uint8		byte = get_byte(r);

		x |= (uint64) (byte & 0x7F) << shift;
		if ((byte & 0x80) == 0)
			return x;
	}
	state_damaged("A number is too long.");
}

/* Reads what put_signed() wrote. */
static inline int64
get_signed(Reader *r)
{
	uint64		x = get_unsigned(r);

	return (int64) (x >> 1) ^ -(int64) (x & 1);
}

/* Reads a number of 32 bits that put_signed() wrote. */
static inline int32
get_int(Reader *r)
{
	int64		x = get_signed(r);

	if (x < PG_INT32_MIN || x > PG_INT32_MAX)
		state_damaged("A number is too large.");
	return (int32) x;
}

/* An index below a limit, or -1 where that is allowed. */
static inline int32
get_index(Reader *r, int limit, bool none)
{
	int64		x = none ? get_signed(r) : (int64) get_unsigned(r);

	if (x < (none ? -1 : 0) || x >= limit)
		state_damaged("An index is out of range.");
	return (int32) x;
}

/* The number of elements to come; each takes at least a byte. */
static inline int
get_count(Reader *r)
{
	uint64		n = get_unsigned(r);

	if (n > (uint64) (r->end - r->at))
		state_damaged("A list is too long.");
	return (int) n;
}

/* Reads eight bytes as a number. */
static inline uint64
get_raw(Reader *r)
{
	uint64		x = 0;

	if (r->end - r->at < 8)
		state_damaged("It ends too early.");
	for (int i = 0; i < 8; i++)
		x |= (uint64) r->at[i] << (8 * i);
	r->at += 8;
	return x;
}

/* Reads four bytes as a number. */
static inline uint32
get_fixed(Reader *r)
{
	uint32		x = 0;

	if (r->end - r->at < 4)
		state_damaged("It ends too early.");
	for (int i = 0; i < 4; i++)
		x |= (uint32) r->at[i] << (8 * i);
	r->at += 4;
	return x;
}

/* Reads an instant. */
static inline TimestampTz
get_instant(Reader *r)
{
	switch (get_byte(r))
	{
		case TAG_BEGIN:
			return DT_NOBEGIN;
		case TAG_END:
			return DT_NOEND;
		case TAG_SAME:
			return r->last;
		case TAG_RAW:
			r->last = (TimestampTz) get_raw(r);
			if (!IS_VALID_TIMESTAMP(r->last))
				state_damaged("An instant is out of range.");
			return r->last;
	}
	state_damaged("An instant is malformed.");
}

/* Reads a double. */
static inline double
get_double(Reader *r)
{
	uint64		bits = get_raw(r);
	double		x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

#endif							/* GOVERNANCE_ENGINE_BYTES_H */
