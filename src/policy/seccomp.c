// SPDX-License-Identifier: Apache-2.0
/*
 * Facts to seccomp rules. Everything is kept by the name's place in the syscall table, which is
 * sorted: the order of rules and names comes from there and from the data files, never from the
 * order in which facts came.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/args.h"
#include "policy/build.h"
#include "policy/refuse.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "trammel/policy.h"
#include "util/mem.h"
#include "util/strbuf.h"

/* What is known about one name. */
struct name_state {
	bool done; /* someone made it, through any ABI */
	bool denied; /* the profile in force in training refused it */
	bool denied_enosys;
	bool taken; /* a rule without conditions has it */
	bool conditional; /* a rule with conditions has it */
	bool narrowed; /* observed, and its arguments leave something out */
	bool wanted; /* by the group being made */
	uint32_t phases;
	int plan_errno; /* of the errno plan; 0: none */
};

struct builder {
	struct tr_seccomp *p;
	struct tr_policy_report *report;
	const struct tr_facts *facts;
	enum tr_policy_args args;
	struct name_state *names; /* by place in the table */
	size_t n;
	unsigned abis; /* 1 << enum tr_abi: those that made syscalls, and the machines' own */
	unsigned natives; /* the machines' own: what kernels and runtimes there speak */
};

/* A name from our data; kept out of the profile where no ABI of it has such a call. */
static struct name_state *data_name(const struct builder *b, const char *name, unsigned abis)
{
	int i = syscall_index(name);

	for (int abi = 0; i >= 0 && abi < TR_ABI_MAX; abi++)
		if (abis & (1U << abi) && syscall_number((enum tr_abi)abi, name) >= 0)
			return &b->names[i];
	return NULL;
}

static void add_unnamed(struct tr_policy_report *r, enum tr_abi abi, uint32_t nr)
{
	r->unnamed = tr_xrealloc(r->unnamed, r->n_unnamed + 1, sizeof(*r->unnamed));
	r->unnamed[r->n_unnamed++] = (struct tr_policy_unnamed){ abi, nr };
}

/* Facts come in key order, so that what is noted here is sorted. */
static int take_fact(const struct tr_fact *fact, void *arg)
{
	struct builder *b = arg;
	struct name_state *s;
	const char *name;

	if (fact->kind != TR_FACT_SYSCALL || fact->abi >= TR_ABI_MAX)
		return 0;
	name = syscall_name((enum tr_abi)fact->abi, fact->nr);
	if (fact->ev.flags & TR_EV_DONE)
		b->report->abis |= 1U << fact->abi;
	if (!name) {
		if (fact->ev.flags & TR_EV_DONE)
			add_unnamed(b->report, (enum tr_abi)fact->abi, fact->nr);
		return 0;
	}
	s = &b->names[syscall_index(name)];
	if (fact->ev.flags & TR_EV_DONE) {
		s->done = true;
		s->phases |= fact->ev.phases;
	}
	if (fact->ev.flags & (TR_EV_DENIED | TR_EV_INNER_DENIED)) {
		s->denied = true;
		s->denied_enosys |= tr_u32set_has(&fact->ev.errnos, ENOSYS);
	}
	return 0;
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

	b->abis = b->report->abis;
	for (size_t m = 0; m < TR_ARRAY_SIZE(machines); m++) {
		if (!(b->report->abis & machines[m].family))
			continue;
		b->natives |= 1U << machines[m].native;
		tr_seccomp_add_arch(b->p, tr_arch_of_abi(machines[m].native));
		for (int abi = 0; abi < TR_ABI_MAX; abi++)
			if (abi != (int)machines[m].native &&
			    b->report->abis & machines[m].family & (1U << abi))
				tr_seccomp_add_arch(b->p, tr_arch_of_abi((enum tr_abi)abi));
	}
	b->abis |= b->natives;
}

/* A rule of all wanted names that no rule has yet; none if there are none. Returns how many. */
static size_t add_group(struct builder *b, const char *comment, int errnum)
{
	struct tr_rule *r = NULL;

	for (size_t i = 0; i < b->n; i++) {
		struct name_state *s = &b->names[i];
		bool wanted = s->wanted && !s->taken;

		s->wanted = false;
		if (!wanted)
			continue;
		r = r ? r : tr_seccomp_add_rule(b->p);
		s->taken = true;
		tr_rule_add_name(r, syscall_at(i));
	}
	if (!r)
		return 0;
	r->comment = tr_xstrdup(comment);
	if (errnum) {
		r->action = TR_ACTION_ERRNO;
		r->errno_ret = errnum;
	}
	return r->n_names;
}

/* "; made through x86_64 and i386, allowed for both", where there is more than one. */
static void add_abi_note(struct strbuf *sb, unsigned abis)
{
	const char *before = "; made through ";

	if (!(abis & (abis - 1)))
		return;
	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		if (!(abis & (1U << abi)))
			continue;
		strbuf_addf(sb, "%s%s", before, tr_abi_name((enum tr_abi)abi));
		before = ", ";
	}
	strbuf_adds(sb, ": a name is allowed for all of them");
}

static void add_static_name(const char ***names, size_t *n, const char *name)
{
	*names = tr_xrealloc(*names, *n + 1, sizeof(**names));
	(*names)[(*n)++] = name;
}

/* Finds out which observed names have arguments to go by. */
static void look_at_arguments(struct builder *b)
{
	struct policy_alternative alternatives[POLICY_MAX_ALTERNATIVES];
	size_t n;

	for (size_t i = 0; i < b->n; i++) {
		if (!b->names[i].done)
			continue;
		switch (policy_args(b->facts, syscall_at(i), b->args, alternatives, &n)) {
		case POLICY_ARGS_NARROWED:
			b->names[i].narrowed = true;
			break;
		case POLICY_ARGS_OPEN:
			add_static_name(&b->report->open, &b->report->n_open, syscall_at(i));
			break;
		case POLICY_ARGS_UNSEEN:
			add_static_name(&b->report->unseen, &b->report->n_unseen, syscall_at(i));
			break;
		case POLICY_ARGS_PLAIN:
		case POLICY_ARGS_WHOLE:
			break;
		}
	}
}

/* What training saw, by who it was that needed it: the workload, then exec, then the runtime. */
static void add_observed(struct builder *b)
{
	static const struct {
		uint32_t phase; /* 0: any */
		const char *comment;
	} groups[] = {
		{ TR_PHASE_MAIN, "observed: the workload" },
		{ TR_PHASE_EXEC, "observed: only in docker exec and health checks" },
		{ 0, "observed: only while the runtime started the workload" },
	};

	for (size_t g = 0; g < TR_ARRAY_SIZE(groups); g++) {
		cleanup_strbuf struct strbuf comment = STRBUF_INIT;

		for (size_t i = 0; i < b->n; i++)
			b->names[i].wanted =
				b->names[i].done && !b->names[i].narrowed &&
				(!groups[g].phase || b->names[i].phases & groups[g].phase);
		strbuf_adds(&comment, groups[g].comment);
		add_abi_note(&comment, b->report->abis);
		b->report->n_observed += add_group(b, strbuf_str(&comment), 0);
	}
}

static void want_sets(struct builder *b, const struct policy_runtime *rt, bool sometimes)
{
	for (size_t i = 0; i < rt->sets.n_rules; i++) {
		const struct tr_rule *set = &rt->sets.rules[i];

		for (size_t k = 0;
		     rt->sometimes[i] == sometimes && !set->n_conds && k < set->n_names; k++) {
			struct name_state *s = data_name(b, set->names[k], b->natives);

			if (s)
				s->wanted = true;
		}
	}
}

static void add_runtime(struct builder *b, const struct policy_runtime *rt)
{
	cleanup_strbuf struct strbuf used = STRBUF_INIT, comment = STRBUF_INIT;

	for (size_t i = 0; i < rt->n_used; i++)
		strbuf_addf(&used, "%s%s", i ? ", " : "", rt->used[i]);
	strbuf_addf(&comment, "runtime: what starting the workload takes under this filter (%s)",
		    strbuf_str(&used));
	want_sets(b, rt, false);
	b->report->n_runtime += add_group(b, strbuf_str(&comment), 0);
	strbuf_clear(&comment);
	strbuf_addf(&comment, "runtime: made in some starts and not in others (%s)",
		    strbuf_str(&used));
	want_sets(b, rt, true);
	b->report->n_runtime += add_group(b, strbuf_str(&comment), 0);
}

static bool same_conds(const struct tr_rule *a, const struct tr_rule *b)
{
	if (a->n_conds != b->n_conds)
		return false;
	for (size_t i = 0; i < a->n_conds; i++)
		if (a->conds[i].index != b->conds[i].index || a->conds[i].op != b->conds[i].op ||
		    a->conds[i].value != b->conds[i].value ||
		    a->conds[i].value2 != b->conds[i].value2)
			return false;
	return true;
}

/* libseccomp refuses the same rule twice (EEXIST), and the container with it. */
static bool rule_is_there(const struct tr_seccomp *p, const char *name, const struct tr_rule *like)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].n_names == 1 && !strcmp(p->rules[i].names[0], name) &&
		    same_conds(&p->rules[i], like))
			return true;
	return false;
}

static void add_alternative(struct builder *b, const char *name,
			    const struct policy_alternative *alternative)
{
	struct tr_rule *r = tr_seccomp_add_rule(b->p);

	tr_rule_add_name(r, name);
	for (size_t c = 0; c < alternative->n_conds; c++)
		tr_rule_add_cond(r, alternative->conds[c]);
	r->comment = tr_xstrdup("observed: with these arguments only");
}

/*
 * Observed calls by their arguments; a name that some plain rule has is allowed whatever they are,
 * and needs no more.
 */
static void add_narrowed(struct builder *b)
{
	struct policy_alternative alternatives[POLICY_MAX_ALTERNATIVES];
	size_t n;

	for (size_t i = 0; i < b->n; i++) {
		struct name_state *s = &b->names[i];

		if (!s->narrowed || s->taken ||
		    policy_args(b->facts, syscall_at(i), b->args, alternatives, &n) !=
			    POLICY_ARGS_NARROWED)
			continue;
		for (size_t k = 0; k < n; k++)
			add_alternative(b, syscall_at(i), &alternatives[k]);
		s->conditional = true;
		b->report->n_observed++;
		b->report->n_narrowed++;
	}
}

/*
 * Runtime calls that are known with their arguments. They come after everything plain, because a
 * plain rule swallows a conditional one anyway.
 */
static void add_conditional(struct builder *b, const struct policy_runtime *rt)
{
	for (size_t i = 0; i < rt->sets.n_rules; i++) {
		const struct tr_rule *set = &rt->sets.rules[i];

		for (size_t k = 0; set->n_conds && k < set->n_names; k++) {
			struct name_state *s = data_name(b, set->names[k], b->natives);
			struct tr_rule *r;

			if (!s || s->taken || rule_is_there(b->p, set->names[k], set))
				continue;
			b->report->n_runtime += !s->conditional;
			s->conditional = true;
			r = tr_seccomp_add_rule(b->p);
			tr_rule_add_name(r, set->names[k]);
			for (size_t c = 0; c < set->n_conds; c++)
				tr_rule_add_cond(r, set->conds[c]);
			r->comment = tr_xstrdup("runtime: with these arguments only");
		}
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

static int add_always(struct builder *b, struct tr_err *err)
{
	struct csv csv;

	if (open_data(&csv, "always.csv", err) < 0)
		return -1;
	while (csv_next(&csv)) {
		struct name_state *s = data_name(b, csv.field[0], b->abis);

		if (s)
			s->wanted = true;
	}
	csv_release(&csv);
	b->report->n_always +=
		add_group(b,
			  "always: what a training run cannot see coming: the "
			  "vDSO's fallbacks, the ends of threads and signal handlers",
			  0);
	return 0;
}

static int read_errno_plan(struct builder *b, struct tr_err *err)
{
	struct csv csv;
	int r = open_data(&csv, "errno.csv", err);

	while (!r && csv_next(&csv)) {
		struct name_state *s = data_name(b, csv.field[0], b->abis);
		int e = csv.n > 1 ? errno_from_name(csv.field[1]) : -1;

		if (e < 0)
			r = tr_err_set(err, TR_ERR_CANNOT, "profiles/errno.csv:%u: no errno",
				       csv.line);
		else if (s && !s->conditional)
			s->plan_errno = e;
	}
	if (!r)
		csv_release(&csv);
	return r;
}

/* The smallest errno of the plan above `above`; 0: none. */
static int next_plan_errno(const struct builder *b, int above)
{
	int next = 0;

	for (size_t i = 0; i < b->n; i++) {
		int e = b->names[i].plan_errno;

		if (e > above && (!next || e < next))
			next = e;
	}
	return next;
}

/*
 * Never left to defaultErrnoRet (Docker 20.10 drops it) nor to runc's stub, which answers ENOSYS
 * only to numbers above the highest one that the profile mentions, and which crun does not have.
 */
static int add_errno_plan(struct builder *b, struct tr_err *err)
{
	if (read_errno_plan(b, err) < 0)
		return -1;
	for (int e = next_plan_errno(b, 0); e; e = next_plan_errno(b, e)) {
		for (size_t i = 0; i < b->n; i++)
			b->names[i].wanted = b->names[i].plan_errno == e;
		b->report->n_errno += add_group(
			b,
			"errno plan: callers have something older to fall back on, and take it "
			"only where these do not exist",
			e);
	}
	for (size_t i = 0; i < b->n; i++)
		b->names[i].wanted = b->names[i].denied_enosys && !b->names[i].conditional;
	b->report->n_errno += add_group(b, "errno plan: refused like this in training", ENOSYS);
	return 0;
}

static int add_groups(struct builder *b, const struct policy_runtime *rt, struct tr_err *err)
{
	add_arches(b);
	look_at_arguments(b);
	add_observed(b);
	add_runtime(b, rt);
	if (add_always(b, err) < 0)
		return -1;
	add_narrowed(b);
	add_conditional(b, rt);
	if (add_errno_plan(b, err) < 0)
		return -1;
	for (size_t i = 0; i < b->n; i++)
		b->report->n_denied += b->names[i].denied && !b->names[i].done;
	return 0;
}

int policy_build(struct tr_seccomp *p, struct tr_policy_report *report,
		 const struct tr_facts *facts, const struct tr_policy_opts *opts,
		 const struct policy_runtime *rt, struct tr_err *err)
{
	struct builder b = {
		.p = p, .report = report, .facts = facts, .args = opts->args, .n = syscall_count()
	};
	int r;

	b.names = tr_xcalloc(b.n, sizeof(*b.names));
	tr_facts_each(facts, take_fact, &b);
	if (report->abis)
		r = add_groups(&b, rt, err);
	else
		r = tr_err_set(err, TR_ERR_INPUT,
			       "no syscalls were recorded: there is nothing to make a profile of");
	free(b.names);
	return r;
}

void tr_policy_report_release(struct tr_policy_report *r)
{
	free(r->unnamed);
	free(r->open);
	free(r->unseen);
	memset(r, 0, sizeof(*r));
}

int tr_policy_seccomp(struct tr_seccomp *ret, const struct tr_facts *facts,
		      const struct tr_policy_opts *opts, struct tr_policy_report *ret_report,
		      struct tr_err *err)
{
	struct tr_policy_report report = { 0 };
	struct policy_runtime rt;
	struct tr_seccomp p;
	int r;

	if (policy_refuse(facts, opts, err) < 0 || policy_runtime_load(&rt, opts->runtime, err) < 0)
		return -1;
	tr_seccomp_init(&p);
	r = policy_build(&p, &report, facts, opts, &rt, err);
	policy_runtime_release(&rt);
	if (r < 0) {
		tr_seccomp_release(&p);
		tr_policy_report_release(&report);
		return -1;
	}
	*ret = p;
	if (ret_report)
		*ret_report = report;
	else
		tr_policy_report_release(&report);
	return 0;
}
