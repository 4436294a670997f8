// SPDX-License-Identifier: Apache-2.0
#include "policy/hand.h"

#include <stdlib.h>
#include <string.h>

#include "policy/accept.h"
#include "policy/args.h"
#include "tables/syscalls.h"
#include "util/mem.h"

const char *tr_hand_name(enum tr_hand_kind kind)
{
	static const char *const names[TR_HAND_MAX] = {
		[TR_HAND_ALLOW] = "allow",
		[TR_HAND_DENY] = "deny",
		[TR_HAND_PIN] = "pin",
	};

	return names[kind];
}

/*
 * An int passed by a 64-bit caller may have anything in the upper half; a socket's type has flags
 * above it, which must not carry it past a denial.
 */
static uint64_t mask_of(const struct tr_policy_hand *from, const struct accept *fact)
{
	const char *name = syscall_at(fact->call);
	uint64_t value = fact->value;

	if (from->mask)
		return from->mask;
	if (fact->index == 1 && value <= POLICY_SOCK_TYPE_BITS &&
	    (!strcmp(name, "socket") || !strcmp(name, "socketpair")))
		return POLICY_SOCK_TYPE_BITS;
	return value > UINT32_MAX ? UINT64_MAX : UINT32_MAX;
}

static int parse(struct hand *ret, const struct tr_policy_hand *from, struct tr_err *err)
{
	struct accept fact = { 0 };

	if (accept_parse(&fact, from->fact, err) < 0)
		return -1;
	if (from->kind == TR_HAND_PIN && !fact.arg)
		return tr_err_set(err, TR_ERR_INPUT, "'%s': expected arg:NAME:INDEX:VALUE",
				  from->fact);
	*ret = (struct hand){ .from = from, .call = fact.call, .arg = fact.arg };
	if (!fact.arg)
		return 0;
	ret->index = fact.index;
	ret->when.mask[fact.index] = mask_of(from, &fact);
	ret->when.want[fact.index] = fact.value;
	if (fact.value & ~ret->when.mask[fact.index])
		return tr_err_set(err, TR_ERR_INPUT,
				  "'%s': the value has bits that the mask has not", from->fact);
	return 0;
}

int hand_check(const struct tr_policy_hand *hand, struct tr_err *err)
{
	struct hand h;

	return parse(&h, hand, err);
}

int hands_parse(struct hands *ret, const struct tr_policy_hands *from, struct tr_err *err)
{
	struct hands all = { .v = tr_xcalloc(from->n + 1, sizeof(*all.v)) };

	for (; all.n < from->n; all.n++) {
		if (parse(&all.v[all.n], &from->v[all.n], err) < 0) {
			hands_release(&all);
			return -1;
		}
	}
	*ret = all;
	return 0;
}

void hands_release(struct hands *h)
{
	free(h->v);
	memset(h, 0, sizeof(*h));
}

struct hand *hands_deny_call(const struct hands *h, size_t call)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].call == call && !h->v[i].arg && h->v[i].from->kind == TR_HAND_DENY)
			return &h->v[i];
	return NULL;
}

struct hand *hands_deny_value(const struct hands *h, size_t call, unsigned index, uint64_t value)
{
	struct hand *pin = NULL;
	bool pinned = false;

	for (size_t i = 0; i < h->n; i++) {
		struct hand *each = &h->v[i];
		bool is = conds_alt_can_be(&each->when, index, value);

		if (each->call != call || !each->arg || each->index != index)
			continue;
		if (each->from->kind == TR_HAND_DENY && is)
			return each;
		if (each->from->kind == TR_HAND_PIN) {
			pin = pin ? pin : each;
			pinned |= is;
		}
	}
	return pinned ? NULL : pin;
}

struct hand *hands_deny_fact(const struct hands *h, size_t call, const struct tr_fact *value)
{
	struct hand *found;

	if (value->kind != TR_FACT_SOCKET)
		return value->arg.overflow ?
			       NULL :
			       hands_deny_value(h, call, value->arg.index, value->arg.value);
	found = hands_deny_value(h, call, 0, value->sock.family);
	if (!found)
		found = hands_deny_value(h, call, 1, value->sock.type);
	return found ? found : hands_deny_value(h, call, 2, value->sock.protocol);
}

bool hands_limit_call(const struct hands *h, size_t call)
{
	for (size_t i = 0; i < h->n; i++)
		if (h->v[i].call == call && h->v[i].arg && h->v[i].from->kind != TR_HAND_ALLOW)
			return true;
	return false;
}
