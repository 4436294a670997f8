// SPDX-License-Identifier: Apache-2.0
/*
 * ustar, as POSIX.1-2001 has it (pax), with GNU's long names and large numbers: what Go's archive/tar, and so
 * docker and podman, and GNU tar write. The archive is made of what is in a container: names are of any byte.
 * Libraries for archives take pax names for UTF-8 and convert them to the locale's characters: what is no
 * UTF-8 would be another name, and none of these files.
 */
#include "trace/tar.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

#define MAX_ABOUT ((size_t)1 << 20) /* pax records of one member: attributes are among them */
#define MAX_NAME  4096

/* Where a header has what. */
#define AT_MODE	  100
#define AT_SIZE	  124
#define AT_SUM	  148
#define AT_TYPE	  156
#define AT_MAGIC  257
#define AT_PREFIX 345

/* A list of names can have the word there, by a container's doing too, but no NUL, and no header is without. */
bool tar_is(const char *block, size_t len)
{
	return len >= TAR_BLOCK && !memcmp(block + AT_MAGIC, "ustar", 5) &&
	       memchr(block, '\0', TAR_BLOCK);
}

/* Octal digits between blanks, or, with the first bit set, the bytes of a number. */
static int number(const char *s, size_t len, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i = 0;

	if ((unsigned char)*s == 0x80) {
		for (i = 1; i < len; i++) {
			if (n >> 55)
				return -1;
			n = n << 8 | (unsigned char)s[i];
		}
		*ret = n;
		return 0;
	}
	while (i < len && s[i] == ' ')
		i++;
	for (; i < len && s[i] >= '0' && s[i] <= '7'; i++)
		n = n << 3 | (uint64_t)(s[i] - '0');
	*ret = n;
	/* Twelve digits are 36 bits. */
	return i == len || s[i] == ' ' || s[i] == '\0' ? 0 : -1;
}

/* The sum of a header's bytes, its own field taken for blanks. */
static bool sum_holds(const char *block)
{
	uint64_t sum = 0, said;

	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= AT_SUM && i < AT_SUM + 8 ? ' ' : (unsigned char)block[i];
	return number(block + AT_SUM, 8, &said) == 0 && said == sum;
}

static char *header_name(const char *block)
{
	tr_cleanup_free char *name = tr_xstrndup(block, 100);
	tr_cleanup_free char *prefix = NULL;

	/* GNU's older format ends its magic with blanks, and has times where the prefix would be. */
	if (block[AT_MAGIC + 5] == '\0')
		prefix = tr_xstrndup(block + AT_PREFIX, 155);
	return prefix && *prefix ? tr_xasprintf("%s/%s", prefix, name) : tr_take(name);
}

static int bad(struct tr_err *err, const char *what)
{
	return tr_err_set(err, TR_ERR_INPUT, "not a whole tar archive: %s", what);
}

static int set_name(struct tar *t, const char *s, size_t len, struct tr_err *err)
{
	if (!len || len > MAX_NAME || memchr(s, '\0', len))
		return bad(err, "a name that no file can have");
	free(t->name);
	t->name = tr_xstrndup(s, len);
	return 0;
}

/* key=value, without what stands before and behind. */
static int take_record(struct tar *t, const char *s, size_t len, struct tr_err *err)
{
	uint64_t n = 0;

	if (len > 5 && !memcmp(s, "path=", 5))
		return set_name(t, s + 5, len - 5, err);
	if (len <= 5 || memcmp(s, "size=", 5) != 0)
		return 0;
	for (size_t i = 5; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' || n >> 59)
			return bad(err, "a size that is no number");
		n = n * 10 + (uint64_t)(s[i] - '0');
	}
	t->size = n;
	t->has_size = true;
	return 0;
}

/* "LENGTH key=value\n", LENGTH being that of the whole record. */
static int take_pax(struct tar *t, struct tr_err *err)
{
	const char *s = strbuf_str(&t->about), *end = s + t->about.len;

	while (s < end) {
		size_t len = 0, digits = 0;

		while (s + digits < end && s[digits] >= '0' && s[digits] <= '9' && digits < 8)
			len = len * 10 + (size_t)(s[digits++] - '0');
		if (!digits || len < digits + 2 || len > (size_t)(end - s) || s[digits] != ' ' ||
		    s[len - 1] != '\n')
			return bad(err, "a pax record is damaged");
		if (take_record(t, s + digits + 1, len - digits - 2, err) < 0)
			return -1;
		s += len;
	}
	return 0;
}

/* What was said of the next member is whole. */
static int take_about(struct tar *t, struct tr_err *err)
{
	char type = t->about_type;
	int r = 0;

	t->about_type = 0;
	if (type == 'x')
		r = take_pax(t, err);
	else if (type == 'L')
		r = set_name(t, strbuf_str(&t->about), strlen(strbuf_str(&t->about)), err);
	strbuf_clear(&t->about);
	return r;
}

static int begin_about(struct tar *t, char type, uint64_t size, struct tr_err *err)
{
	if (size > MAX_ABOUT)
		return bad(err, "more is said of a member than can be");
	t->about_type = type;
	t->more = size;
	return size ? 0 : take_about(t, err);
}

/* A member that is itself: only regular files have contents, whatever a size may say of others. */
static void take_member(struct tar *t, char type, uint64_t mode)
{
	tr_cleanup_free char *name = t->name ? tr_take(t->name) : header_name(t->block);

	t->has_size = false;
	t->member(name, type, (unsigned)(mode & 07777), t->arg);
}

static bool is_zero(const char *block)
{
	for (size_t i = 0; i < TAR_BLOCK; i++)
		if (block[i])
			return false;
	return true;
}

static int take_header(struct tar *t, struct tr_err *err)
{
	char type = t->block[AT_TYPE];
	uint64_t size, mode;

	if (is_zero(t->block)) {
		t->done = true;
		return 0;
	}
	if (!tar_is(t->block, TAR_BLOCK) || !sum_holds(t->block) ||
	    number(t->block + AT_SIZE, 12, &size) < 0 || number(t->block + AT_MODE, 8, &mode) < 0)
		return bad(err, "a header is damaged");
	if (size >> 60)
		return bad(err, "a member larger than files are");
	if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
		t->left = (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
		return begin_about(t, type, size, err);
	}
	if (type == 'S')
		return bad(err, "it has sparse files, which this trammel does not follow");
	/* Links say the size of what they lead to, and nothing of it follows. */
	if (strchr("123456", type) && type)
		size = 0;
	else if (t->has_size)
		size = t->size;
	t->left = (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	take_member(t, type, mode);
	return 0;
}

/* What a member holds: gone over, but for what is said of the next one. */
static int skip(struct tar *t, const char *data, size_t len, struct tr_err *err)
{
	size_t mine = t->more < len ? (size_t)t->more : len;

	t->left -= len;
	if (!t->about_type)
		return 0;
	strbuf_add(&t->about, data, mine);
	t->more -= mine;
	return t->left ? 0 : take_about(t, err);
}

int tar_feed(struct tar *t, const char *data, size_t len, struct tr_err *err)
{
	while (len && !t->done) {
		size_t n = t->left		     ? (t->left < len ? (size_t)t->left : len) :
			   TAR_BLOCK - t->have < len ? TAR_BLOCK - t->have :
						       len;

		if (t->left) {
			if (skip(t, data, n, err) < 0)
				return -1;
		} else {
			memcpy(t->block + t->have, data, n);
			t->have += n;
			if (t->have == TAR_BLOCK) {
				t->have = 0;
				if (take_header(t, err) < 0)
					return -1;
			}
		}
		data += n;
		len -= n;
	}
	return 0;
}

int tar_end(const struct tar *t, struct tr_err *err)
{
	return t->done ? 0 : bad(err, "it is cut off");
}

void tar_release(struct tar *t)
{
	strbuf_release(&t->about);
	free(t->name);
	memset(t, 0, sizeof(*t));
}
