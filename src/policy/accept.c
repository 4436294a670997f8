// SPDX-License-Identifier: Apache-2.0
#include "policy/accept.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tables/syscalls.h"
#include "util/mem.h"

static int bad(const char *fact, struct tr_err *err)
{
	return tr_err_set(err, TR_ERR_INPUT,
			  "'%s' is no fact: expected syscall:NAME or arg:NAME:INDEX:VALUE", fact);
}

/* All of the text, decimal or with 0x, without a sign. */
static int parse_number(const char *s, uint64_t max, uint64_t *ret)
{
	char *end;

	if (*s < '0' || *s > '9')
		return -1;
	errno = 0;
	*ret = strtoull(s, &end, 0);
	return errno || *end || *ret > max ? -1 : 0;
}

static int parse_name(struct accept *a, const char *fact, const char *name, struct tr_err *err)
{
	int call = syscall_index(name);

	if (call < 0)
		return tr_err_set(err, TR_ERR_INPUT, "'%s': there is no syscall '%s'", fact, name);
	a->call = (size_t)call;
	return 0;
}

/* NAME:INDEX:VALUE; cuts its copy into pieces. */
static int parse_arg(struct accept *a, const char *fact, char *s, struct tr_err *err)
{
	char *index = strchr(s, ':'), *value = index ? strchr(index + 1, ':') : NULL;
	uint64_t number;

	if (!value)
		return bad(fact, err);
	*index++ = *value++ = '\0';
	if (parse_number(index, CONDS_ARGS - 1, &number) < 0 ||
	    parse_number(value, UINT64_MAX, &a->value) < 0)
		return bad(fact, err);
	a->arg = true;
	a->index = (unsigned)number;
	return parse_name(a, fact, s, err);
}

int accept_parse(struct accept *a, const char *fact, struct tr_err *err)
{
	tr_cleanup_free char *copy = NULL;

	if (!strncmp(fact, "syscall:", 8))
		return parse_name(a, fact, fact + 8, err);
	if (strncmp(fact, "arg:", 4) != 0)
		return bad(fact, err);
	copy = tr_xstrdup(fact + 4);
	return parse_arg(a, fact, copy, err);
}

bool accept_is_apparmor(const char *fact)
{
	return !strncmp(fact, "file:/", 6) || !strncmp(fact, "mount:/", 7) ||
	       !strcmp(fact, "network:alg");
}

int accept_check(const char *fact, struct tr_err *err)
{
	struct accept a = { 0 };

	if (accept_is_apparmor(fact))
		return 0;
	if (!strncmp(fact, "file:", 5) || !strncmp(fact, "mount:", 6) ||
	    !strncmp(fact, "network:", 8))
		return tr_err_set(err, TR_ERR_INPUT,
				  "'%s' cannot be accepted: expected file:/PATH, mount:/PATH or "
				  "network:alg",
				  fact);
	return accept_parse(&a, fact, err);
}

int accepts_parse(struct accepts *ret, const struct tr_policy_accept *v, size_t n,
		  struct tr_err *err)
{
	struct accepts all = { .v = tr_xcalloc(n + 1, sizeof(*all.v)) };

	for (size_t i = 0; i < n; i++) {
		struct accept *a = &all.v[all.n];

		if (accept_is_apparmor(v[i].fact))
			continue;
		a->from = &v[i];
		all.n++;
		if (accept_parse(a, v[i].fact, err) < 0) {
			accepts_release(&all);
			return -1;
		}
	}
	*ret = all;
	return 0;
}

void accepts_release(struct accepts *a)
{
	free(a->v);
	memset(a, 0, sizeof(*a));
}

const struct accept *accepts_call(struct accepts *a, size_t call)
{
	const struct accept *found = NULL;

	for (size_t i = 0; i < a->n; i++) {
		if (a->v[i].arg || a->v[i].call != call)
			continue;
		a->v[i].used = true;
		found = found ? found : &a->v[i];
	}
	return found;
}

const struct accept *accepts_arg(struct accepts *a, size_t call, unsigned index, uint64_t value)
{
	const struct accept *found = NULL;

	for (size_t i = 0; i < a->n; i++) {
		struct accept *each = &a->v[i];

		if (!each->arg || each->call != call || each->index != index ||
		    each->value != value)
			continue;
		each->used = true;
		found = found ? found : each;
	}
	return found;
}

char *accept_fact_call(size_t call)
{
	return tr_xasprintf("syscall:%s", syscall_at(call));
}

/* Small ones in decimal: families and options have such numbers in headers, flags have not. */
char *accept_fact_arg(size_t call, unsigned index, uint64_t value)
{
	return tr_xasprintf(value < 256 ? "arg:%s:%u:%" PRIu64 : "arg:%s:%u:0x%" PRIx64,
			    syscall_at(call), index, value);
}

void accept_need(struct tr_policy_need **needs, size_t *n, char *fact, char *why, const char *exe)
{
	struct tr_policy_need *v = *needs;
	size_t at = 0;

	while (at < *n && strcmp(v[at].fact, fact) < 0)
		at++;
	if (at < *n && !strcmp(v[at].fact, fact)) {
		free(fact);
		free(why);
		return;
	}
	*needs = v = tr_xrealloc(v, *n + 1, sizeof(*v));
	memmove(&v[at + 1], &v[at], (*n - at) * sizeof(*v));
	v[at] = (struct tr_policy_need){ fact, why, exe ? tr_xstrdup(exe) : NULL };
	++*n;
}
