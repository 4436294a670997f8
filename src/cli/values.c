// SPDX-License-Identifier: Apache-2.0
#include "cli/values.h"

#include "policy/args.h"
#include "tables/syscalls.h"

void value_text(struct strbuf *sb, const struct tr_fact *value)
{
	if (value->kind == TR_FACT_SOCKET)
		strbuf_addf(sb, "family %u, type %u, protocol %u", value->sock.family,
			    value->sock.type, value->sock.protocol);
	else if (value->arg.overflow)
		strbuf_addf(sb, "an argument %u of too many values", value->arg.index);
	else
		strbuf_addf(sb, "argument %u = 0x%llx", value->arg.index,
			    (unsigned long long)value->arg.value);
}

struct each_value {
	const struct tr_fact *call;
	const char *name;
	void (*fn)(const struct tr_fact *value, void *arg);
	void *arg;
};

static int take(const struct tr_fact *fact, void *arg)
{
	struct each_value *e = arg;

	if ((fact->kind == TR_FACT_ARG || fact->kind == TR_FACT_SOCKET) &&
	    (fact->ev.flags & TR_EV_DENIED) &&
	    policy_args_is_of(fact, (enum tr_abi)e->call->abi, e->name))
		e->fn(fact, e->arg);
	return 0;
}

void values_refused(const struct tr_facts *facts, const struct tr_fact *call,
		    void (*fn)(const struct tr_fact *value, void *arg), void *arg)
{
	struct each_value e = { call, syscall_name((enum tr_abi)call->abi, call->nr), fn, arg };

	if (e.name)
		tr_facts_each(facts, take, &e);
}
