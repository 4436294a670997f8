// SPDX-License-Identifier: Apache-2.0
#include "policy/args.h"

#include <linux/net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tables/args.h"
#include "tables/syscalls.h"

struct collect {
	const struct tr_facts *facts;
	const struct arg_spec *spec;
	struct tr_fact values[POLICY_MAX_ALTERNATIVES]; /* ARG or SOCKET; point into facts */
	size_t n;
	bool overflow, unseen, done;
};

static bool same_value(const struct tr_fact *a, const struct tr_fact *b)
{
	if (a->kind == TR_FACT_SOCKET)
		return a->sock.family == b->sock.family && a->sock.type == b->sock.type &&
		       a->sock.protocol == b->sock.protocol;
	return (uint32_t)a->arg.value == (uint32_t)b->arg.value;
}

static void keep_value(struct collect *c, const struct tr_fact *fact)
{
	for (size_t i = 0; i < c->n; i++)
		if (same_value(&c->values[i], fact))
			return;
	if (c->n == POLICY_MAX_ALTERNATIVES)
		c->overflow = true;
	else
		c->values[c->n++] = *fact;
}

/* A recording that lost something may have lost an argument. */
static bool looked_at(const struct tr_recording *rec, const char *name)
{
	const struct tr_strset *names = tr_context_all(rec, "arguments");

	return names && tr_strset_has(names, name) && tr_recording_complete(rec);
}

static const char *name_of(const struct tr_fact *fact)
{
	return fact->abi < TR_ABI_MAX ? syscall_name((enum tr_abi)fact->abi, fact->nr) : NULL;
}

bool policy_args_covered(const struct tr_facts *facts, const struct tr_fact *syscall)
{
	const struct tr_u32set *in = &syscall->ev.recordings;
	const char *name = name_of(syscall);

	/* i386's old mmap has its arguments behind a pointer (arch/x86/kernel/sys_ia32.c). */
	if (!name || !in->n || (syscall->abi == TR_ABI_I386 && !strcmp(name, "mmap")))
		return false;
	for (size_t i = 0; i < in->n; i++)
		if (!looked_at(&facts->recordings[in->v[i]], name))
			return false;
	return true;
}

/* socketpair knows no other family (net/socket.c: the others' socketpair is sock_no_socketpair). */
static bool is_pair_family(uint16_t family)
{
	return family == AF_UNIX || family == AF_TIPC;
}

bool policy_args_is_of(const struct tr_fact *value, enum tr_abi abi, const char *name)
{
	const char *called;

	if (value->kind == TR_FACT_SOCKET)
		return !strcmp(name, "socket") ||
		       (!strcmp(name, "socketpair") && is_pair_family(value->sock.family));
	if (value->kind != TR_FACT_ARG || value->abi != abi)
		return false;
	called = name_of(value);
	return called && !strcmp(called, name);
}

static bool is_call(const struct collect *c, const struct tr_fact *fact)
{
	const char *name = name_of(fact);

	return name && !strcmp(name, c->spec->name);
}

static int take(const struct tr_fact *fact, void *arg)
{
	struct collect *c = arg;

	if (!(fact->ev.flags & TR_EV_DONE))
		return 0;
	switch (fact->kind) {
	case TR_FACT_SYSCALL:
		if (is_call(c, fact)) {
			c->done = true;
			c->unseen |= !policy_args_covered(c->facts, fact);
		}
		break;
	case TR_FACT_ARG:
	case TR_FACT_SOCKET:
		if (!policy_args_is_of(fact, (enum tr_abi)fact->abi, c->spec->name))
			break;
		if (fact->kind == TR_FACT_ARG && fact->arg.overflow)
			c->overflow = true;
		else if ((fact->kind == TR_FACT_SOCKET) == (c->spec->form == ARG_SOCKET))
			keep_value(c, fact);
		break;
	default:
		break;
	}
	return 0;
}

static void add_cond(struct policy_alternative *a, uint32_t index, uint32_t mask, uint32_t value)
{
	a->conds[a->n_conds++] = (struct tr_cond){
		.index = index,
		.op = TR_CMP_MASKED_EQ,
		.value = mask,
		.value2 = value & mask,
	};
}

/*
 * A family says what a socket is but for these: inet has raw ones beside stream and datagram,
 * netlink and packet have a world behind each protocol.
 */
static struct policy_alternative socket_alternative(const struct tr_fact *f)
{
	struct policy_alternative a = { .n_conds = 0 };
	bool inet = f->sock.family == AF_INET || f->sock.family == AF_INET6;
	bool exact = f->sock.family == AF_NETLINK || f->sock.family == AF_PACKET ||
		     f->sock.type == SOCK_RAW;

	add_cond(&a, 0, UINT32_MAX, f->sock.family);
	if (inet || exact)
		add_cond(&a, 1, POLICY_SOCK_TYPE_BITS, f->sock.type);
	if (exact)
		add_cond(&a, 2, UINT32_MAX, f->sock.protocol);
	return a;
}

static int by_conds(const void *pa, const void *pb)
{
	const struct policy_alternative *a = pa, *b = pb;

	for (size_t i = 0; i < a->n_conds && i < b->n_conds; i++) {
		if (a->conds[i].value2 != b->conds[i].value2)
			return a->conds[i].value2 < b->conds[i].value2 ? -1 : 1;
	}
	return (a->n_conds > b->n_conds) - (a->n_conds < b->n_conds);
}

static size_t add_distinct(struct policy_alternative *ret, size_t n,
			   const struct policy_alternative *a)
{
	for (size_t i = 0; i < n; i++)
		if (ret[i].n_conds == a->n_conds &&
		    !memcmp(ret[i].conds, a->conds, sizeof(a->conds)))
			return n;
	ret[n] = *a;
	return n + 1;
}

static size_t values_to_alternatives(const struct collect *c, struct policy_alternative *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++) {
		struct policy_alternative a = { .n_conds = 0 };

		if (c->spec->form == ARG_SOCKET)
			a = socket_alternative(&c->values[i]);
		else
			add_cond(&a, (uint32_t)c->spec->index, UINT32_MAX,
				 (uint32_t)c->values[i].arg.value);
		n = add_distinct(ret, n, &a);
	}
	qsort(ret, n, sizeof(*ret), by_conds);
	return n;
}

/* One alternative: of the bits that matter, none that was not seen. */
static enum policy_args_outcome bits_to_alternative(const struct collect *c,
						    struct policy_alternative *ret, size_t *ret_n)
{
	uint32_t seen = 0, unseen;

	for (size_t i = 0; i < c->n; i++)
		seen |= (uint32_t)c->values[i].arg.value;
	unseen = c->spec->mask & ~seen;
	if (!unseen)
		return POLICY_ARGS_WHOLE;
	memset(ret, 0, sizeof(*ret));
	add_cond(ret, (uint32_t)c->spec->index, unseen, 0);
	*ret_n = 1;
	return POLICY_ARGS_NARROWED;
}

enum policy_args_outcome policy_args(const struct tr_facts *facts, const char *name,
				     enum tr_policy_args level, struct policy_alternative *ret,
				     size_t *ret_n)
{
	struct collect c = { .facts = facts, .spec = arg_spec_of(name) };

	if (!c.spec || level == TR_POLICY_ARGS_NONE ||
	    (level == TR_POLICY_ARGS_RISKY && c.spec->class != ARG_RISKY))
		return POLICY_ARGS_PLAIN;
	tr_facts_each(facts, take, &c);
	/* No value of a call that was made: nothing can be concluded from that. */
	if (!c.done || c.unseen || (!c.n && !c.overflow))
		return POLICY_ARGS_UNSEEN;
	if (c.overflow)
		return POLICY_ARGS_OPEN;
	if (c.spec->form == ARG_BITS)
		return bits_to_alternative(&c, ret, ret_n);
	*ret_n = values_to_alternatives(&c, ret);
	return POLICY_ARGS_NARROWED;
}
