// SPDX-License-Identifier: Apache-2.0
/*
 * What a call costs: the instructions that the kernel walks for it, each time it is made. Filters
 * have no loops and few branches on arguments, so every case is tried and the longest one counts.
 */
#include "check/seccomp.h"
#include "eval/cases.h"
#include "policy/args.h"
#include "tables/syscalls.h"

struct cost {
	const struct checker *k;
	const struct tr_check_syscall *s;
	const char *name;
	const struct tr_filter *f;
	uint32_t arch;
	int32_t nr;
	unsigned most;
};

static bool take_case(const struct filter_case *c, void *arg)
{
	struct cost *cost = arg;
	struct tr_seccomp_data data = { .nr = cost->nr, .arch = cost->arch };
	unsigned steps;

	for (unsigned i = 0; i < 6; i++)
		data.args[i] = c->args[i];
	tr_filter_run(cost->f, &data, &steps);
	if (steps > cost->most)
		cost->most = steps;
	return true;
}

/* args NULL: whatever they are. */
static void walk(struct cost *cost, const struct tr_known_args *args)
{
	struct case_question q = { .arch = cost->arch, .nr = cost->nr };

	q.set[0] = (struct filter_set){ cost->f, 1 };
	for (unsigned i = 0; args && i < 6; i++) {
		q.mask[i] = ~args->unknown[i];
		q.want[i] = args->value[i] & ~args->unknown[i];
	}
	filter_cases(&q, take_case, cost);
}

static int take_value(const struct tr_fact *value, void *arg)
{
	struct cost *cost = arg;
	struct tr_known_args args;

	if ((value->kind != TR_FACT_ARG && value->kind != TR_FACT_SOCKET) ||
	    !(value->ev.flags & TR_EV_DONE) ||
	    !policy_args_is_of(value, (enum tr_abi)cost->s->fact->abi, cost->name))
		return 0;
	args = check_known_args(value);
	walk(cost, &args);
	return 0;
}

static void walk_variant(struct cost *cost)
{
	unsigned before = cost->most;

	cost->most = 0;
	if (cost->name && policy_args_covered(cost->k->facts, cost->s->fact))
		tr_facts_each(cost->k->facts, take_value, cost);
	if (cost->most == 0)
		walk(cost, NULL);
	if (cost->most < before)
		cost->most = before;
}

void check_cost(const struct checker *k, struct tr_check_syscall *s)
{
	enum tr_abi abi = (enum tr_abi)s->fact->abi;
	struct cost cost = { .k = k, .s = s, .name = syscall_name(abi, s->fact->nr) };

	cost.arch = tr_audit_arch(abi);
	cost.nr = tr_filter_nr(abi, s->fact->nr);
	/* x32's numbers are beyond the kernel's table of kept answers. */
	s->kept = abi != TR_ABI_X32;
	for (size_t i = 0; i < k->n_variants; i++) {
		if (!check_seen_under(k, s->fact, i))
			continue;
		cost.f = &k->variants[i].f;
		s->kept &= tr_filter_kept(cost.f, cost.arch, cost.nr);
		walk_variant(&cost);
	}
	s->steps = cost.most;
}
