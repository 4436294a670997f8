// SPDX-License-Identifier: Apache-2.0
#include "trammel/redact.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "facts/context.h"
#include "util/mem.h"
#include "util/sha256.h"
#include "util/strbuf.h"

#define MARK	    "redacted-"
#define MARK_LEN    (sizeof(MARK) - 1)
#define MARK_DIGITS 8
#define TOKEN_LEN   (MARK_LEN + MARK_DIGITS)

struct tr_redact {
	regex_t *v;
	size_t n, cap;
};

int tr_redact_add(struct tr_redact **r, const char *pattern, struct tr_err *err)
{
	regex_t re;
	int e = regcomp(&re, pattern, REG_EXTENDED);

	if (e) {
		char why[128];

		regerror(e, &re, why, sizeof(why));
		return tr_err_set(err, TR_ERR_INPUT, "'%.200s' is no regular expression: %s",
				  pattern, why);
	}
	if (!*r)
		*r = tr_xcalloc(1, sizeof(**r));
	(*r)->v = tr_grow((*r)->v, &(*r)->cap, (*r)->n, sizeof(*(*r)->v));
	(*r)->v[(*r)->n++] = re;
	return 0;
}

void tr_redact_free(struct tr_redact *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		regfree(&r->v[i]);
	free(r->v);
	free(r);
}

static bool is_token(const char *s)
{
	return !strncmp(s, MARK, MARK_LEN) &&
	       strspn(s + MARK_LEN, "0123456789abcdef") >= MARK_DIGITS;
}

bool tr_redacted(const char *s)
{
	for (; *s; s++)
		if (is_token(s))
			return true;
	return false;
}

/* The end of the text that stands before the next replacement of an earlier time. */
static size_t plain_length(const char *s, size_t from, size_t len)
{
	while (from < len && !is_token(s + from))
		from++;
	return from;
}

static void add_token(struct strbuf *sb, const char *s, size_t len)
{
	char hex[65];

	sha256_hex(s, len, hex);
	strbuf_addf(sb, MARK "%.*s", MARK_DIGITS, hex);
}

/* Appends s[from, to) with every match replaced; whether there was one. */
static bool replace_between(const regex_t *re, const char *s, size_t from, size_t to, size_t len,
			    struct strbuf *sb)
{
	bool any = false;
	size_t done = from;

	while (from < to) {
		regmatch_t m = { .rm_so = (regoff_t)from, .rm_eo = (regoff_t)to };
		int flags = REG_STARTEND | (from ? REG_NOTBOL : 0) | (to < len ? REG_NOTEOL : 0);

		if (regexec(re, s, 1, &m, flags))
			break;
		if (m.rm_eo == m.rm_so) { /* nothing is no secret */
			from = (size_t)m.rm_eo + 1;
			continue;
		}
		strbuf_add(sb, s + done, (size_t)m.rm_so - done);
		add_token(sb, s + m.rm_so, (size_t)(m.rm_eo - m.rm_so));
		from = done = (size_t)m.rm_eo;
		any = true;
	}
	strbuf_add(sb, s + done, to - done);
	return any;
}

static bool replace_one(const regex_t *re, char **s)
{
	size_t len = strlen(*s), at = 0;
	struct strbuf sb = STRBUF_INIT;
	bool any = false;

	while (at < len) {
		size_t to = plain_length(*s, at, len);

		any |= replace_between(re, *s, at, to, len, &sb);
		at = to < len ? to + TOKEN_LEN : to;
		strbuf_add(&sb, *s + to, at - to);
	}
	if (any) {
		free(*s);
		*s = strbuf_detach(&sb);
	}
	strbuf_release(&sb);
	return any;
}

static size_t replace(const struct tr_redact *r, char **s)
{
	bool any = false;

	for (size_t i = 0; *s && i < r->n; i++)
		any |= replace_one(&r->v[i], s);
	return any;
}

static size_t replace_set(const struct tr_redact *r, struct tr_strset *set)
{
	struct tr_strset out = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < set->n; i++) {
		n += replace(r, &set->v[i]);
		tr_strset_add(&out, set->v[i]);
	}
	tr_strset_release(set);
	*set = out;
	return n;
}

size_t tr_redact_fact(const struct tr_redact *r, struct tr_fact *fact)
{
	if (!r)
		return 0;
	return replace(r, &fact->path) + replace(r, &fact->interp) + replace(r, &fact->source) +
	       replace(r, &fact->fstype) + replace_set(r, &fact->ev.exes);
}

/* What rules are made of, and holds nothing that a person chose but capabilities. */
static bool is_fixed(const char *key)
{
	static const char *const keys[] = {
		"arch",	 "arguments",	  "backend", "backend.misses", "caps.add",  "caps.drop",
		"gains", "hooks.missing", "kernel",  "memory.peak",    "pids.peak", "privileged",
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(keys); i++)
		if (!strcmp(key, keys[i]))
			return true;
	return false;
}

size_t tr_redact_recording(const struct tr_redact *r, struct tr_recording *rec)
{
	size_t n = 0;

	for (size_t i = 0; r && rec->context && i < rec->context->n; i++)
		if (!is_fixed(rec->context->v[i].key))
			n += replace_set(r, &rec->context->v[i].values);
	return n;
}

struct redacting {
	const struct tr_redact *r;
	struct tr_facts out;
	size_t n;
};

static int redact_each(const struct tr_fact *fact, void *arg)
{
	struct redacting *k = arg;
	struct tr_fact copy = tr_fact_copy(fact);

	k->n += tr_redact_fact(k->r, &copy);
	tr_facts_add(&k->out, &copy, NULL);
	return 0;
}

size_t tr_facts_redact(const struct tr_redact *r, struct tr_facts *f)
{
	struct redacting k = { .r = r };

	if (!r)
		return 0;
	tr_facts_init(&k.out);
	for (size_t i = 0; i < f->n_recordings; i++) {
		k.n += tr_redact_recording(r, &f->recordings[i]);
		tr_facts_add_recording(&k.out, &f->recordings[i]);
	}
	tr_facts_each(f, redact_each, &k);
	tr_facts_release(f);
	*f = k.out;
	return k.n;
}
