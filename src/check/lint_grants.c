// SPDX-License-Identifier: Apache-2.0
/* What the compiled profile allows, beside the engine's default. Of this machine. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check/answer.h"
#include "check/lint.h"
#include "eval/cases.h"
#include "policy/risk.h"
#include "tables/syscalls.h"
#include "trammel/diff.h"
#include "util/mem.h"
#include "util/strbuf.h"

/* Whether a filter can allow what a question asks about. */

static bool stop_at_allowed(const struct filter_case *c, void *arg)
{
	bool *allowed = arg;

	*allowed = answer_of(c->ret[0]) == ANSWER_YES;
	return !*allowed;
}

static bool can(const struct filter_set *set, struct case_question *q)
{
	bool allowed = false;

	q->set[0] = q->set[1] = *set;
	filter_cases(q, stop_at_allowed, &allowed);
	return allowed;
}

/* Through any ABI of this machine. */
static bool can_call(const struct filter_set *set, const char *name, struct case_question *q)
{
	const struct machine *m = machine_here();

	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		int nr = syscall_number((enum tr_abi)abi, name);

		if (!(m->abis >> abi & 1) || nr < 0)
			continue;
		q->arch = tr_audit_arch((enum tr_abi)abi);
		q->nr = tr_filter_nr((enum tr_abi)abi, (uint32_t)nr);
		if (can(set, q))
			return true;
	}
	return false;
}

/* Risks: profiles/risk.csv */

/* "ioctl 1=0x5412", as the table spells it. */
static char *risk_subject(const struct risk *r)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, syscall_at(r->call));
	for (unsigned i = 0; i < CONDS_ARGS && !r->always; i++) {
		if (!r->when.mask[i])
			continue;
		strbuf_addf(&sb, " %u", i);
		if (r->when.mask[i] != UINT32_MAX)
			strbuf_addf(&sb, "&%#" PRIx64, r->when.mask[i]);
		strbuf_addf(&sb, "=%#" PRIx64, r->when.want[i]);
	}
	return strbuf_detach(&sb);
}

static void check_risk(struct linter *k, const struct risk *r)
{
	const char *name = syscall_at(r->call);
	int own = tr_lint_level_from_name(r->level);
	enum tr_lint_level level = own < 0 ? TR_LINT_HIGH : (enum tr_lint_level)own;
	tr_cleanup_free char *subject = NULL;
	struct case_question q = { 0 };
	bool usual;

	for (unsigned i = 0; i < CONDS_ARGS && !r->always; i++) {
		q.mask[i] = r->when.mask[i];
		q.want[i] = r->when.want[i];
	}
	if (!can_call(&k->set, name, &q))
		return;
	usual = can_call(&k->engine_set, name, &q);
	subject = risk_subject(r);
	lint_add(k, TR_LINT_RISKY, usual ? TR_LINT_LOW : level,
		 lint_line_of(k->p, name, TR_ACTION_ALLOW), subject, "%s is allowed%s: %s", subject,
		 usual ? ", as the engine's default allows it" : "", r->why);
}

/* Whether the table speaks of a call: it is then not said twice. */
static bool is_risky(const struct linter *k, const char *name)
{
	for (size_t i = 0; i < k->l.n; i++)
		if (k->l.v[i].rule == TR_LINT_RISKY &&
		    !strncmp(k->l.v[i].subject, name, strlen(name)) &&
		    strchr(" ", k->l.v[i].subject[strlen(name)]) && k->l.v[i].level != TR_LINT_LOW)
			return true;
	return false;
}

static int check_risks(struct linter *k, struct tr_err *err)
{
	struct risks risks;

	if (risks_load(&risks, err) < 0)
		return -1;
	for (size_t i = 0; i < risks.n; i++)
		check_risk(k, &risks.v[i]);
	risks_release(&risks);
	return 0;
}

/* Beyond the engine's default */

static void check_call(struct linter *k, const struct tr_diff_call *c)
{
	const struct tr_diff_example *e = &c->example[0][0];
	unsigned line;

	if (!c->more || !c->name || is_risky(k, c->name))
		return;
	line = lint_line_of(k->p, c->name, TR_ACTION_ALLOW);
	if (c->verdict[0] == TR_VERDICT_DENIED || !e->matter) {
		lint_add(k, TR_LINT_BEYOND, TR_LINT_MEDIUM, line, c->name,
			 "%s is allowed, and not by the engine's default", c->name);
		return;
	}
	for (unsigned i = 0; i < 6; i++) {
		if (!(e->matter >> i & 1))
			continue;
		lint_add(k, TR_LINT_BEYOND, TR_LINT_MEDIUM, line, c->name,
			 "%s is allowed with more arguments than by the engine's default, such as "
			 "argument %u being %#" PRIx64,
			 c->name, i, e->args[i]);
		return;
	}
}

static int check_beyond(struct linter *k, struct tr_err *err)
{
	const struct tr_diff_side a = { .kind = TR_DIFF_PROFILE, .profile = k->engine };
	const struct tr_diff_side b = { .kind = k->p ? TR_DIFF_PROFILE : TR_DIFF_FILTERS,
					.profile = k->p,
					.filters = k->set.f,
					.n_filters = k->set.n };
	struct tr_diff d;

	if (tr_diff_seccomp(&d, &a, &b, NULL, err) < 0)
		return -1;
	for (size_t i = 0; i < d.n; i++)
		check_call(k, &d.v[i]);
	tr_diff_release(&d);
	return 0;
}

/* What the kernel does not look at */

struct high_bits {
	struct linter *k;
	const struct filter_set *set;
	const char *name;
	unsigned ints; /* 1 << index: arguments of 32 bits */
	uint32_t arch;
	int32_t nr;
	bool found;
	unsigned index;
	uint64_t refused, allowed;
};

/* A refused case, and what else the kernel takes for the same. */
static bool try_high_bits(const struct filter_case *c, void *arg)
{
	static const uint64_t highs[] = { UINT64_C(1) << 32, UINT64_C(0xffffffff) << 32 };
	struct high_bits *h = arg;

	for (unsigned i = 0; i < 6 && answer_of(c->ret[0]) != ANSWER_YES; i++) {
		if (!(h->ints >> i & 1) || !(c->matter >> i & 1) || c->args[i] >> 32)
			continue;
		for (size_t j = 0; j < TR_ARRAY_SIZE(highs) && !h->found; j++) {
			struct tr_seccomp_data d = { .nr = h->nr, .arch = h->arch };

			memcpy(d.args, c->args, sizeof(d.args));
			d.args[i] |= highs[j];
			if (answer_of(filter_set_run(h->set, &d)) != ANSWER_YES)
				continue;
			h->found = true;
			h->index = i;
			h->refused = c->args[i];
			h->allowed = d.args[i];
		}
	}
	return !h->found;
}

static bool find_high_bits(struct high_bits *h, const struct filter_set *set)
{
	struct case_question q = { .set = { *set, *set }, .arch = h->arch, .nr = h->nr };

	h->set = set;
	h->found = false;
	filter_cases(&q, try_high_bits, h);
	return h->found;
}

static void check_high_bits(struct linter *k, const char *name)
{
	const struct machine *m = machine_here();
	int nr = syscall_number(m->native, name);
	struct high_bits h = { .k = k, .name = name, .arch = tr_audit_arch(m->native), .nr = nr };
	struct high_bits usual;

	if (nr < 0)
		return;
	h.ints = lint_ints(name);
	if (!h.ints || !find_high_bits(&h, &k->set))
		return;
	usual = h;
	lint_add(k, TR_LINT_HIGH_BITS,
		 find_high_bits(&usual, &k->engine_set) ? TR_LINT_LOW : TR_LINT_HIGH,
		 lint_line_of(k->p, name, TR_ACTION_ALLOW), name,
		 "%s: argument %u being %#" PRIx64 " is refused, and %#" PRIx64
		 ", which is the same for the kernel, is allowed",
		 name, h.index, h.refused, h.allowed);
}

/* Of a profile only calls that some rule has conditions for: there can be many names. */
static void check_all_high_bits(struct linter *k)
{
	for (size_t i = 0; !k->p && i < syscall_count() && !lint_full(k); i++)
		check_high_bits(k, syscall_at(i));
	for (size_t i = 0; k->p && i < k->p->n_rules && !lint_full(k); i++)
		for (size_t j = 0; k->p->rules[i].n_conds && j < k->p->rules[i].n_names; j++)
			check_high_bits(k, k->p->rules[i].names[j]);
}

/* Threads */

static uint32_t answer_to(const struct filter_set *set, int nr)
{
	const struct machine *m = machine_here();
	struct tr_seccomp_data d = { .arch = tr_audit_arch(m->native) };

	d.nr = tr_filter_nr(m->native, (uint32_t)nr);
	return nr < 0 ? SECCOMP_RET_ALLOW : filter_set_run(set, &d);
}

static bool breaks_threads(const struct filter_set *set)
{
	struct case_question q = { 0 };
	uint32_t clone3 = answer_to(set, syscall_number(machine_here()->native, "clone3"));

	/* A profile that allows no thread at all means it. */
	return can_call(set, "clone", &q) && answer_of(clone3) == ANSWER_NO &&
	       clone3 != (SECCOMP_RET_ERRNO | ENOSYS);
}

/* glibc 2.34 and later: sysdeps/unix/sysv/linux/clone-internal.c falls back on ENOSYS only. */
static void check_clone3(struct linter *k)
{
	bool runc = breaks_threads(&k->set),
	     crun = k->crun_compiles && breaks_threads(&k->crun_set);

	if (!runc && !crun)
		return;
	lint_add(
		k, TR_LINT_CLONE3, runc ? TR_LINT_HIGH : TR_LINT_MEDIUM,
		lint_line_of(k->p, "clone3", TR_ACTION_ERRNO), "clone3",
		"clone3 is refused with something else than ENOSYS%s: glibc 2.34 and later then start "
		"no threads; a rule with errnoRet 38 lets them use clone",
		runc ? "" : " by crun, which lacks runc's answer to new syscalls");
}

/* Above all numbers that a profile could name. */
#define NO_NUMBER 4095

/* What becomes of calls that nobody named: the profile says it, filters are asked. */
static enum tr_action default_action(const struct linter *k)
{
	uint32_t ret;

	if (k->p)
		return k->p->default_action;
	ret = answer_to(&k->set, NO_NUMBER);
	if (answer_of(ret) != ANSWER_YES)
		return TR_ACTION_ERRNO;
	return ret == SECCOMP_RET_LOG ? TR_ACTION_LOG : TR_ACTION_ALLOW;
}

static void check_default_action(struct linter *k, enum tr_action action)
{
	if (action == TR_ACTION_ALLOW && !k->p && !k->set.n)
		lint_add(k, TR_LINT_DEFAULT_ALLOWS, TR_LINT_HIGH, 0, "defaultAction",
			 "no filter is in force: every call is allowed");
	else if (action == TR_ACTION_ALLOW && !k->p)
		lint_add(k, TR_LINT_DEFAULT_ALLOWS, TR_LINT_HIGH, 0, "defaultAction",
			 "what the filters do not refuse by number is allowed, new syscalls too");
	else if (action == TR_ACTION_ALLOW)
		lint_add(
			k, TR_LINT_DEFAULT_ALLOWS, TR_LINT_HIGH, 0, "defaultAction",
			"the default action is SCMP_ACT_ALLOW: what the profile does not name, new "
			"syscalls and numbers without a name too, is allowed");
	if (action == TR_ACTION_LOG)
		lint_add(
			k, TR_LINT_DEFAULT_ALLOWS, TR_LINT_MEDIUM, 0, "defaultAction",
			"the default action is SCMP_ACT_LOG: nothing is refused for want of a rule, "
			"which is for trials");
}

int lint_grants(struct linter *k, struct tr_err *err)
{
	enum tr_action action = default_action(k);

	check_default_action(k, action);
	check_clone3(k);
	check_all_high_bits(k);
	/* Of a list of refusals that one finding says it all. */
	if (action == TR_ACTION_ALLOW || action == TR_ACTION_LOG)
		return 0;
	if (check_risks(k, err) < 0)
		return -1;
	return check_beyond(k, err);
}
