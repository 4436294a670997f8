// SPDX-License-Identifier: Apache-2.0
#include "policy/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/builder.h"
#include "policy/siblings.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "util/mem.h"

bool builder_has(const struct builder *b, size_t call, unsigned abis)
{
	(void)b;
	for (int abi = 0; abi < TR_ABI_MAX; abi++)
		if (abis & (1U << abi) && syscall_number((enum tr_abi)abi, syscall_at(call)) >= 0)
			return true;
	return false;
}

struct name_state *builder_name(const struct builder *b, const char *name, unsigned abis)
{
	int i = syscall_index(name);

	return i >= 0 && builder_has(b, (size_t)i, abis) ? &b->names[i] : NULL;
}

bool builder_wanted(const struct name_state *s)
{
	for (enum reason r = REASON_MAIN; r < REASON_MAX; r++)
		if (!conds_never(&s->want[r]))
			return true;
	return false;
}

void builder_give(struct builder *b, enum reason reason, size_t call, const struct conds *for_args)
{
	struct conds below = ceiling_of(&b->ceiling, call, NULL);
	struct conds left = b->trial ? conds_copy(&below) : conds_both(for_args, &below);
	const struct risk *risk;
	size_t n;

	if (conds_never(for_args)) {
		conds_release(&below);
		conds_release(&left);
		return;
	}
	risk = risks_of(&b->risks, call, &n);
	for (size_t i = 0; i < n && reason != REASON_LOGGED; i++)
		conds_without(&left, &risk[i].when);
	conds_add_all(&b->names[call].want[reason], &left);
	conds_release(&below);
	conds_release(&left);
}

/*
 * The architectures, the machine's own first: 32-bit programs run beside a 64-bit runtime, and
 * a profile that leaves the native architecture out means something else to every runtime.
 */
static void add_arches(struct builder *b)
{
	static const struct {
		enum tr_abi native;
		unsigned family;
	} machines[] = {
		{ TR_ABI_X86_64, 1U << TR_ABI_X86_64 | 1U << TR_ABI_I386 | 1U << TR_ABI_X32 },
		{ TR_ABI_AARCH64, 1U << TR_ABI_AARCH64 },
	};
	unsigned named = b->report->abis | b->opts->arches;

	b->abis = named;
	for (size_t m = 0; m < TR_ARRAY_SIZE(machines); m++) {
		unsigned native = 1U << machines[m].native;

		if (!(named & machines[m].family))
			continue;
		b->machines |= native;
		tr_seccomp_add_arch(b->p, tr_arch_of_abi(machines[m].native));
		for (int abi = 0; abi < TR_ABI_MAX; abi++)
			if (abi != (int)machines[m].native &&
			    named & machines[m].family & (1U << abi))
				tr_seccomp_add_arch(b->p, tr_arch_of_abi((enum tr_abi)abi));
		b->report->killed |= machines[m].family & ~(named | native);
	}
	b->abis |= b->machines;
	b->report->guessed = b->opts->arches & ~b->report->abis;
}

static struct conds set_conds(const struct tr_rule *set)
{
	struct conds c = { 0 };
	struct conds_alt alt = { 0 };
	bool possible = true;

	for (size_t i = 0; i < set->n_conds; i++)
		possible &= conds_alt_and(&alt, &set->conds[i]) == 0;
	if (possible)
		conds_add(&c, &alt);
	return c;
}

static void want_runtime(struct builder *b, const struct policy_runtime *rt)
{
	for (size_t i = 0; i < rt->sets.n_rules; i++) {
		const struct tr_rule *set = &rt->sets.rules[i];
		struct conds c = set_conds(set);

		for (size_t k = 0; k < set->n_names; k++) {
			struct name_state *s = builder_name(b, set->names[k], b->machines);

			if (s)
				builder_give(b,
					     rt->sometimes[i] ? REASON_SOMETIMES : REASON_RUNTIME,
					     (size_t)(s - b->names), &c);
		}
		conds_release(&c);
	}
}

/* Opens profiles/NAME; -1 is a broken build. */
static int open_data(struct csv *csv, const char *name, struct tr_err *err)
{
	const struct data_file *file = data_find(name);

	if (!file)
		return tr_err_set(err, TR_ERR_CANNOT, "profiles/%s was not built in", name);
	csv_init(csv, file->text);
	return 0;
}

static int want_always(struct builder *b, struct tr_err *err)
{
	const struct conds any = conds_any();
	struct csv csv;

	if (open_data(&csv, "always.csv", err) < 0)
		return -1;
	while (csv_next(&csv)) {
		struct name_state *s = builder_name(b, csv.field[0], b->abis);

		if (s)
			builder_give(b, REASON_ALWAYS, (size_t)(s - b->names), &any);
	}
	csv_release(&csv);
	return 0;
}

/* For which arguments training and its acceptances have the call. */
static struct conds seen_conds(const struct name_state *s)
{
	struct conds c = { 0 };

	for (enum reason r = REASON_MAIN; r <= REASON_ACCEPTED; r++)
		conds_add_all(&c, &s->want[r]);
	return c;
}

static int want_siblings(struct builder *b, struct tr_err *err)
{
	struct siblings all;

	if (siblings_load(&all, err) < 0)
		return -1;
	for (size_t i = 0; i < all.n; i++) {
		const struct sibling *each = &all.v[i];
		const struct name_state *s = &b->names[each->call];
		struct conds seen, form;

		if (!builder_has(b, each->form, b->abis) || (b->opts->no_siblings && !s->answered))
			continue;
		/* Who is told that the call does not exist goes on with a form of it. */
		seen = s->answered ? conds_any() : seen_conds(s);
		form = sibling_conds(each, &seen);
		builder_give(b, REASON_SIBLING, each->form, &form);
		conds_release(&seen);
		conds_release(&form);
	}
	siblings_release(&all);
	return 0;
}

/* In a trial, everything else that the ceiling allows. */
static void want_trial(struct builder *b)
{
	const struct conds any = conds_any();

	if (!b->trial || !b->ceiling.name)
		return;
	for (size_t i = 0; i < b->n; i++) {
		const struct name_state *s = &b->names[i];

		if (!builder_wanted(s) && (s->done || !s->denied) && !s->answered &&
		    builder_has(b, i, b->abis))
			builder_give(b, REASON_LOGGED, i, &any);
	}
}

static int read_errno_plan(struct builder *b, struct tr_err *err)
{
	struct csv csv;
	int r = open_data(&csv, "errno.csv", err);

	while (!r && csv_next(&csv)) {
		struct name_state *s = builder_name(b, csv.field[0], b->abis);
		int e = csv.n > 1 ? errno_from_name(csv.field[1]) : -1;

		if (e < 0)
			r = tr_err_set(err, TR_ERR_CANNOT, "profiles/errno.csv:%u: no errno",
				       csv.line);
		else if (s)
			s->plan_errno = e;
	}
	if (!r)
		csv_release(&csv);
	return r;
}

/* A trial refuses by default what the ceiling does, and is none where there is no ceiling. */
static void set_default(struct builder *b)
{
	enum tr_action action = b->opts->default_action;

	b->trial = action == TR_ACTION_LOG;
	if (action == TR_ACTION_ALLOW || action == TR_ACTION_ERRNO || (b->trial && b->ceiling.name))
		return;
	/* crun refuses a profile that gives an errno with an action that has none. */
	b->p->default_action = action;
	b->p->default_errno = -1;
}

static int refuse_needs(const struct builder *b, struct tr_err *err)
{
	cleanup_strbuf struct strbuf facts = STRBUF_INIT;

	for (size_t i = 0; i < b->report->n_needs; i++)
		strbuf_addf(&facts, "%s%s", i ? "," : "", b->report->needs[i].fact);
	return tr_err_set(err, TR_ERR_NO,
			  "no profile: %zu recorded act%s must be accepted first: --accept %s",
			  b->report->n_needs, b->report->n_needs == 1 ? "" : "s",
			  strbuf_str(&facts));
}

static int build(struct builder *b, const struct policy_runtime *rt, struct tr_err *err)
{
	add_arches(b);
	if (read_errno_plan(b, err) < 0 || risks_load(&b->risks, err) < 0 ||
	    accepts_parse(&b->accepts, b->opts->accepts, b->opts->n_accepts, err) < 0 ||
	    hands_parse(&b->hands, &b->opts->hands, err) < 0 ||
	    ceiling_load(&b->ceiling, b->opts->ceiling, b->facts, b->machines, err) < 0)
		return -1;
	set_default(b);
	observe_want(b);
	if (b->report->n_needs)
		return refuse_needs(b, err);
	want_runtime(b, rt);
	if (want_always(b, err) < 0 || want_siblings(b, err) < 0)
		return -1;
	by_hand_allow(b);
	if (by_hand_limit(b, err) < 0)
		return -1;
	want_trial(b);
	rules_of_wants(b, rt);
	rules_of_refusals(b);
	return 0;
}

static void builder_release(struct builder *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct name_state *s = &b->names[i];

		for (enum reason r = REASON_MAIN; r < REASON_MAX; r++)
			conds_release(&s->want[r]);
		conds_release(&s->made);
		tr_u32set_release(&s->done_in);
		tr_u32set_release(&s->errnos);
		strbuf_release(&s->why);
		strbuf_release(&s->hand_why);
		strbuf_release(&s->limits);
	}
	free(b->names);
	ceiling_release(&b->ceiling);
	risks_release(&b->risks);
	accepts_release(&b->accepts);
	hands_release(&b->hands);
}

int policy_build(struct tr_seccomp *p, struct tr_policy_report *report,
		 const struct tr_facts *facts, const struct tr_policy_opts *opts,
		 const struct policy_runtime *rt, struct tr_err *err)
{
	struct builder b = {
		.p = p,
		.report = report,
		.facts = facts,
		.opts = opts,
		.n = syscall_count(),
	};
	int r;

	b.names = tr_xcalloc(b.n, sizeof(*b.names));
	observe_facts(&b);
	if (report->abis)
		r = build(&b, rt, err);
	else
		r = tr_err_set(err, TR_ERR_INPUT,
			       "no syscalls were recorded: there is nothing to make a profile of");
	builder_release(&b);
	return r;
}
