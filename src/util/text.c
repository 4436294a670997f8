// SPDX-License-Identifier: Apache-2.0
#include "util/text.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The length of the well-formed UTF-8 sequence at s, or 0. Table 3-7 of the Unicode Standard.
 */
static size_t utf8_len(const unsigned char *s, size_t n, uint32_t *ret_cp)
{
	static const struct {
		unsigned char lo, hi, second_lo, second_hi, len;
	} rows[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 }, { 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (!n)
		return 0;
	if (s[0] < 0x80) {
		*ret_cp = s[0];
		return 1;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t cp;

		if (s[0] < rows[i].lo || s[0] > rows[i].hi)
			continue;
		if (n < rows[i].len || s[1] < rows[i].second_lo || s[1] > rows[i].second_hi)
			return 0;
		cp = s[0] & (0x7f >> rows[i].len);
		for (size_t k = 1; k < rows[i].len; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
			cp = cp << 6 | (s[k] & 0x3f);
		}
		*ret_cp = cp;
		return rows[i].len;
	}
	return 0;
}

unsigned text_kernel_version(const char *release)
{
	unsigned major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2 || major > UINT16_MAX ||
	    minor > UINT16_MAX)
		return 0;
	return major << 16 | minor;
}

/* Code points that move the cursor, end a line, reorder what is around them, or are none. */
static bool reorders(uint32_t cp)
{
	return (cp & 0xfffe) == 0xfffe || cp == 0x061c || cp == 0x200e || cp == 0x200f ||
	       (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff;
}

/*
 * CI systems take commands from what is printed: GitHub a line that begins with "::", after any space, and,
 * as Azure and TeamCity do, "##" and a word anywhere. s is what is left of the text from start on.
 */
static bool commands(const unsigned char *start, const unsigned char *s, size_t len)
{
	if (len < 2 || s[0] != s[1])
		return false;
	return s[0] == '#' || (s[0] == ':' && (s == start || s[-1] == ' ' || s[-1] >= 0x80));
}

void text_escape(struct strbuf *sb, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s, *start = p;

	while (len) {
		uint32_t cp = 0;
		size_t n = utf8_len(p, len, &cp);

		if (commands(start, p, len)) {
			strbuf_addf(sb, "\\x%02x", *p);
		} else if (n == 1 && cp == '\\') {
			strbuf_adds(sb, "\\\\");
		} else if (n && cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0) &&
			   !reorders(cp)) {
			strbuf_add(sb, p, n);
		} else {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				strbuf_addf(sb, "\\x%02x", p[i]);
		}
		p += n;
		len -= n;
	}
}

char *text_escaped(const char *s)
{
	struct strbuf sb = STRBUF_INIT;

	text_escape(&sb, s, strlen(s));
	return strbuf_detach(&sb);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

char *text_unescape(const char *s)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	while (*s) {
		int hi, lo;

		if (*s != '\\') {
			strbuf_addc(&sb, *s++);
			continue;
		}
		if (s[1] == '\\') {
			strbuf_addc(&sb, '\\');
			s += 2;
			continue;
		}
		if (s[1] != 'x' || (hi = hex_digit(s[2])) < 0 || (lo = hex_digit(s[3])) < 0 ||
		    (hi | lo) == 0)
			return NULL;
		strbuf_addc(&sb, (char)(hi << 4 | lo));
		s += 4;
	}
	return strbuf_detach(&sb);
}

void text_shell_quote(struct strbuf *sb, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%+=:,./_-";

	if (*s && strspn(s, plain) == strlen(s)) {
		strbuf_adds(sb, s);
		return;
	}
	strbuf_addc(sb, '\'');
	for (; *s; s++) {
		if (*s == '\'')
			strbuf_adds(sb, "'\\''");
		else
			strbuf_addc(sb, *s);
	}
	strbuf_addc(sb, '\'');
}

bool text_is_utf8(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t cp;

	while (len) {
		size_t n = utf8_len(p, len, &cp);

		if (!n)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

bool text_list_has(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = list; p; p = strchr(p, ',')) {
		if (*p == ',')
			p++;
		if (!strncmp(p, word, n) && (p[n] == '\0' || p[n] == ','))
			return true;
	}
	return false;
}

int text_parse_duration(const char *s, long long *ret_ms)
{
	double v, unit = 1000;
	char *end;

	v = strtod(s, &end);
	if (end == s || !isfinite(v) || v < 0)
		return -1;
	if (*end && !end[1]) {
		switch (*end) {
		case 's':
			break;
		case 'm':
			unit *= 60;
			break;
		case 'h':
			unit *= 3600;
			break;
		case 'd':
			unit *= 86400;
			break;
		default:
			return -1;
		}
	} else if (*end) {
		return -1;
	}
	if (v * unit > 1e15)
		return -1;
	*ret_ms = (long long)(v * unit);
	return 0;
}
