// SPDX-License-Identifier: Apache-2.0
#include "policy/shapes.h"

#include <string.h>

#include "util/mem.h"

static bool is_digit(char c)
{
	return tr_apparmor_set_has(TR_APPARMOR_DIGIT, (unsigned char)c);
}

static bool is_word(char c)
{
	return tr_apparmor_set_has(TR_APPARMOR_WORD, (unsigned char)c);
}

static size_t digits_at(struct shape_name name, size_t at)
{
	size_t n = 0;

	while (at + n < name.len && is_digit(name.s[at + n]))
		n++;
	return n;
}

/* The name with one 0 for each number. */
static bool numbers_key(struct shape_name name, struct strbuf *key)
{
	bool any = false;

	for (size_t i = 0; i < name.len;) {
		size_t n = digits_at(name, i);

		strbuf_addc(key, n ? '0' : name.s[i]);
		any |= n > 0;
		i += n ? n : 1;
	}
	return any;
}

/* Less than this, all of the same length, is a number that may get longer. */
#define FIXED_DIGITS 6
/* As many as a count of 32 bits has. */
#define NUMBER_DIGITS 10

/* at: where each stands, on a number; moves them behind it. */
static void add_number(const struct shape_name *v, size_t *at, size_t n,
		       struct tr_apparmor_pattern *ret)
{
	size_t first = digits_at(v[0], at[0]), min = first, max = first;
	bool same = true;

	for (size_t i = 1; i < n; i++) {
		size_t len = digits_at(v[i], at[i]);

		same &= len == first && !memcmp(v[i].s + at[i], v[0].s + at[0], len);
		min = len < min ? len : min;
		max = len > max ? len : max;
	}
	if (same)
		tr_apparmor_pattern_add_bytes(ret, v[0].s + at[0], first);
	else if (min == max && min >= FIXED_DIGITS)
		tr_apparmor_pattern_add(ret,
					(struct tr_apparmor_part){ TR_APPARMOR_DIGIT, 0,
								   (uint16_t)min, (uint16_t)max });
	else
		tr_apparmor_pattern_add(
			ret, (struct tr_apparmor_part){
				     TR_APPARMOR_DIGIT, 0, 1,
				     (uint16_t)(max > NUMBER_DIGITS ? max : NUMBER_DIGITS) });
	for (size_t i = 0; i < n; i++)
		at[i] += digits_at(v[i], at[i]);
}

static bool numbers_pattern(const struct shape_name *v, size_t n, struct tr_apparmor_pattern *ret)
{
	tr_cleanup_free size_t *at = tr_xcalloc(n, sizeof(*at));

	while (at[0] < v[0].len) {
		if (digits_at(v[0], at[0])) {
			add_number(v, at, n, ret);
			continue;
		}
		tr_apparmor_pattern_add_bytes(ret, v[0].s + at[0], 1);
		for (size_t i = 0; i < n; i++)
			at[i]++;
	}
	return true;
}

#define SHORTEST 6 /* of what mkstemp(3) puts in */
#define DIGEST	 16 /* so many hexadecimal digits are one */
#define UUID	 36

/* A run of letters and digits in a name. */
struct run {
	size_t from, to;
	bool uuid, digest; /* it is by chance from its first byte on */
};

static bool is_hex(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!tr_apparmor_set_has(TR_APPARMOR_HEX, (unsigned char)s[i]))
			return false;
	return true;
}

/* 8-4-4-4-12 */
static bool is_uuid(struct shape_name name, size_t at)
{
	if (at + UUID > name.len)
		return false;
	for (size_t i = 0; i < UUID; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? name.s[at + i] != '-' : !is_hex(name.s + at + i, 1))
			return false;
	}
	return at + UUID == name.len || !is_word(name.s[at + UUID]);
}

/* The one behind `at`; false where there is no more. */
static bool next_run(struct shape_name name, size_t at, struct run *r)
{
	*r = (struct run){ 0 };
	while (at < name.len && !is_word(name.s[at]))
		at++;
	r->from = r->to = at;
	if (at == name.len)
		return false;
	r->uuid = is_uuid(name, at);
	if (r->uuid)
		r->to = at + UUID;
	while (!r->uuid && r->to < name.len && is_word(name.s[r->to]))
		r->to++;
	r->digest = r->to - at >= DIGEST && is_hex(name.s + at, r->to - at);
	return true;
}

/* Only of those that are long enough. */
static bool run_number(struct shape_name name, unsigned which, struct run *r)
{
	size_t at = 0;

	while (next_run(name, at, r)) {
		at = r->to;
		if (r->to - r->from >= SHORTEST && which-- == 0)
			return true;
	}
	return false;
}

/*
 * All but the run, how long it is, and, where nothing stands before it, its first two bytes: generators put a
 * word in front.
 */
static bool random_key(struct shape_name name, unsigned which, struct strbuf *key)
{
	struct run r;

	if (!run_number(name, which, &r))
		return false;
	strbuf_add(key, name.s, r.from);
	strbuf_addf(key, "/%c%zu/", r.uuid ? 'u' : r.digest ? 'd' : 'r', r.to - r.from);
	if (!r.from && !r.uuid && !r.digest)
		strbuf_add(key, name.s, 2);
	strbuf_addc(key, '/');
	strbuf_add(key, name.s + r.to, name.len - r.to);
	return true;
}

/* From where to where the names differ. */
static void differing(const struct shape_name *v, size_t n, size_t *ret_from, size_t *ret_to)
{
	size_t from = v[0].len, to = 0;

	for (size_t i = 1; i < n; i++) {
		for (size_t k = 0; k < v[0].len; k++) {
			if (v[i].s[k] == v[0].s[k])
				continue;
			from = k < from ? k : from;
			to = k + 1 > to ? k + 1 : to;
		}
	}
	*ret_from = from;
	*ret_to = to;
}

/*
 * Bytes by chance are sometimes the same: the run goes on to the next separator or the end, and to the
 * front until it has a length that generators make.
 */
static size_t from_where(const char *s, size_t from, size_t to)
{
	static const uint8_t lengths[] = { 6, 8, 10, 12, 16, 20, 22, 24, 26, 28, 32, 36, 40, 64 };
	size_t n = to - from, want = n;

	for (size_t i = from; i < to; i++)
		if (!is_word(s[i]))
			return from;
	for (size_t i = 0; i < TR_ARRAY_SIZE(lengths); i++) {
		if (lengths[i] < n)
			continue;
		want = lengths[i];
		break;
	}
	while (n < want && from && is_word(s[from - 1])) {
		from--;
		n++;
	}
	return from;
}

/* What bytes there are between from and to. */
struct seen {
	size_t words;
	bool digit, other, lower, upper;
	enum tr_apparmor_set set;
};

static void look_at(const struct shape_name *v, size_t n, const struct run *r, struct seen *seen)
{
	bool hex = true, hex_upper = true;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = r->from; k < r->to; k++) {
			unsigned char c = (unsigned char)v[i].s[k];

			if (!is_word((char)c))
				continue;
			seen->words += i == 0;
			seen->digit |= is_digit((char)c);
			seen->other |= !is_digit((char)c);
			seen->lower |= c >= 'a' && c <= 'z';
			seen->upper |= c >= 'A' && c <= 'Z';
			hex &= tr_apparmor_set_has(TR_APPARMOR_HEX, c);
			hex_upper &= tr_apparmor_set_has(TR_APPARMOR_HEX_UPPER, c);
		}
	}
	seen->set = hex ? TR_APPARMOR_HEX : hex_upper ? TR_APPARMOR_HEX_UPPER : TR_APPARMOR_WORD;
}

/* By chance: letters and digits, or letters of both kinds. Words are not, nor are numbers. */
static bool random_pattern(const struct shape_name *v, size_t n, unsigned which,
			   struct tr_apparmor_pattern *ret)
{
	struct seen seen = { 0 };
	struct run r;

	if (!run_number(v[0], which, &r))
		return false;
	if (!r.uuid && !r.digest) {
		size_t from, to;

		differing(v, n, &from, &to);
		r.from = from_where(v[0].s, from, r.to);
	}
	look_at(v, n, &r, &seen);
	if (seen.words < SHORTEST || !seen.other || !(seen.digit || (seen.lower && seen.upper)))
		return false;
	for (size_t k = 0; k < v[0].len; k++) {
		if (k < r.from || k >= r.to || !is_word(v[0].s[k]))
			tr_apparmor_pattern_add_bytes(ret, v[0].s + k, 1);
		else if (k > r.from && ret->v[ret->n - 1].set == seen.set)
			ret->v[ret->n - 1].min++, ret->v[ret->n - 1].max++;
		else
			tr_apparmor_pattern_add(
				ret, (struct tr_apparmor_part){ (uint8_t)seen.set, 0, 1, 1 });
	}
	return true;
}

bool shape_key(enum shape shape, struct shape_name name, unsigned which, struct strbuf *key)
{
	if (shape == SHAPE_NUMBERS)
		return which == 0 && numbers_key(name, key);
	return random_key(name, which, key);
}

bool shape_pattern(enum shape shape, const struct shape_name *v, size_t n, unsigned which,
		   struct tr_apparmor_pattern *ret)
{
	if (shape == SHAPE_NUMBERS)
		return numbers_pattern(v, n, ret);
	return random_pattern(v, n, which, ret);
}

/* What random_key makes of each run, for all of them at once. */
void shape_class(struct shape_name name, struct strbuf *ret)
{
	size_t done = 0;
	struct run r;

	while (next_run(name, done, &r)) {
		struct shape_name run = { name.s + r.from, r.to - r.from };

		strbuf_add(ret, name.s + done, r.from - done);
		done = r.to;
		/* It appends the name with or without a number in it. */
		if (run.len < SHORTEST) {
			numbers_key(run, ret);
			continue;
		}
		strbuf_addf(ret, "/%zu/", run.len);
		if (!r.from && !r.uuid && !r.digest)
			strbuf_add(ret, run.s, 2);
	}
	strbuf_add(ret, name.s + done, name.len - done);
}
