// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "facts/evidence.h"
#include "trammel/facts.h"
#include "util/mem.h"

#define RETURN_UNLESS_EQUAL(a, b)                  \
	do {                                       \
		if ((a) != (b))                    \
			return (a) < (b) ? -1 : 1; \
	} while (0)

/* NULL (a fact that has no such string) stands before every string. */
static int bytes_cmp(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int numbers_cmp(const struct tr_fact *a, const struct tr_fact *b)
{
	RETURN_UNLESS_EQUAL(a->kind, b->kind);
	RETURN_UNLESS_EQUAL(a->abi, b->abi);
	RETURN_UNLESS_EQUAL(a->nr, b->nr);
	RETURN_UNLESS_EQUAL(a->arg.index, b->arg.index);
	RETURN_UNLESS_EQUAL(a->arg.overflow, b->arg.overflow);
	RETURN_UNLESS_EQUAL(a->arg.value, b->arg.value);
	RETURN_UNLESS_EQUAL(a->act, b->act);
	RETURN_UNLESS_EQUAL(a->perms, b->perms);
	RETURN_UNLESS_EQUAL(a->cap, b->cap);
	RETURN_UNLESS_EQUAL(a->need, b->need);
	RETURN_UNLESS_EQUAL(a->sock.family, b->sock.family);
	RETURN_UNLESS_EQUAL(a->sock.type, b->sock.type);
	RETURN_UNLESS_EQUAL(a->sock.protocol, b->sock.protocol);
	RETURN_UNLESS_EQUAL(a->sock.port, b->sock.port);
	RETURN_UNLESS_EQUAL(a->op, b->op);
	RETURN_UNLESS_EQUAL(a->peer, b->peer);
	RETURN_UNLESS_EQUAL(a->mount_flags, b->mount_flags);
	return 0;
}

int tr_fact_cmp(const struct tr_fact *a, const struct tr_fact *b)
{
	int c = numbers_cmp(a, b);

	if (!c)
		c = bytes_cmp(a->path, b->path);
	if (!c)
		c = bytes_cmp(a->interp, b->interp);
	if (!c)
		c = bytes_cmp(a->source, b->source);
	return c ? c : bytes_cmp(a->fstype, b->fstype);
}

void tr_fact_release(struct tr_fact *fact)
{
	free(fact->path);
	free(fact->interp);
	free(fact->source);
	free(fact->fstype);
	evidence_release(&fact->ev);
	memset(fact, 0, sizeof(*fact));
}

static char *copy_of(const char *s)
{
	return s ? tr_xstrdup(s) : NULL;
}

struct tr_fact tr_fact_copy(const struct tr_fact *fact)
{
	struct tr_fact c = *fact;

	c.path = copy_of(fact->path);
	c.interp = copy_of(fact->interp);
	c.source = copy_of(fact->source);
	c.fstype = copy_of(fact->fstype);
	c.ev = evidence_copy(&fact->ev);
	return c;
}
