// SPDX-License-Identifier: Apache-2.0
#include "eval/apparmor_stream.h"

#include <string.h>

static bool room(const struct aa_stream *s, size_t n)
{
	return n <= (size_t)(s->end - s->pos);
}

static uint32_t le(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	for (unsigned i = bytes; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* A u16 length and so many bytes. */
static bool chunk(struct aa_stream *s, const uint8_t **ret, size_t *ret_len)
{
	const uint8_t *was = s->pos;
	size_t n;

	if (!room(s, 2))
		return false;
	n = le(s->pos, 2);
	s->pos += 2;
	if (!room(s, n)) {
		s->pos = was;
		return false;
	}
	*ret = s->pos;
	*ret_len = n;
	s->pos += n;
	return true;
}

static bool code_is(struct aa_stream *s, enum aa_code code)
{
	if (!room(s, 1) || *s->pos != code)
		return false;
	s->pos++;
	return true;
}

bool aa_take(struct aa_stream *s, enum aa_code code, const char *name)
{
	const uint8_t *was = s->pos, *tag;
	size_t n;

	if (code_is(s, AA_NAME)) {
		if (!chunk(s, &tag, &n) ||
		    (name && (n != strlen(name) + 1 || memcmp(tag, name, n) != 0)))
			goto not ;
	} else if (name) {
		goto not ;
	}
	if (code_is(s, code))
		return true;
	not : s->pos = was;
	return false;
}

/* Takes the item, and the bytes of its value. */
static bool value(struct aa_stream *s, enum aa_code code, const char *name, size_t bytes,
		  const uint8_t **ret)
{
	const uint8_t *was = s->pos;

	if (!aa_take(s, code, name))
		return false;
	if (!room(s, bytes)) {
		s->pos = was;
		return false;
	}
	*ret = s->pos;
	s->pos += bytes;
	return true;
}

bool aa_take_u8(struct aa_stream *s, const char *name, uint8_t *ret)
{
	const uint8_t *p;

	if (!value(s, AA_U8, name, 1, &p))
		return false;
	*ret = *p;
	return true;
}

bool aa_take_u32(struct aa_stream *s, const char *name, uint32_t *ret)
{
	const uint8_t *p;

	if (!value(s, AA_U32, name, 4, &p))
		return false;
	*ret = le(p, 4);
	return true;
}

bool aa_take_u64(struct aa_stream *s, const char *name, uint64_t *ret)
{
	const uint8_t *p;

	if (!value(s, AA_U64, name, 8, &p))
		return false;
	*ret = (uint64_t)le(p + 4, 4) << 32 | le(p, 4);
	return true;
}

bool aa_take_array(struct aa_stream *s, const char *name, uint16_t *ret)
{
	const uint8_t *p;

	if (!value(s, AA_ARRAY, name, 2, &p))
		return false;
	*ret = (uint16_t)le(p, 2);
	return true;
}

bool aa_take_string(struct aa_stream *s, const char *name, const char **ret, size_t *ret_len)
{
	const uint8_t *was = s->pos, *p;
	size_t n;

	if (!aa_take(s, AA_STRING, name))
		return false;
	if (!chunk(s, &p, &n) || n == 0 || p[n - 1] != '\0') {
		s->pos = was;
		return false;
	}
	*ret = (const char *)p;
	*ret_len = n;
	return true;
}

bool aa_take_blob(struct aa_stream *s, const char *name, const uint8_t **ret, size_t *ret_len)
{
	const uint8_t *was = s->pos, *p;
	size_t n;

	if (!value(s, AA_BLOB, name, 4, &p))
		return false;
	n = le(p, 4);
	if (!room(s, n)) {
		s->pos = was;
		return false;
	}
	*ret = s->pos;
	*ret_len = n;
	s->pos += n;
	return true;
}
