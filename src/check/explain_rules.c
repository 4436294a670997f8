// SPDX-License-Identifier: Apache-2.0
/* Which rules allow it, and what a profile without them would refuse. */
#include "check/explain_rules.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "policy/accept.h"
#include "policy/conds.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "util/mem.h"

/* The profile */

static const char not_accepted[] = "not accepted yet";

/* Those given, and one for each act that the first attempt asked about. */
static void accept_all(struct explain_profile *e)
{
	size_t n = e->opts.n_accepts, more = e->needs.n_needs;
	struct tr_policy_accept *all = tr_xcalloc(n + more + 1, sizeof(*all));

	for (size_t i = 0; i < n; i++)
		all[i] = e->opts.accepts[i];
	for (size_t i = 0; i < more; i++)
		all[n + i] = (struct tr_policy_accept){ e->needs.needs[i].fact, not_accepted };
	e->accepts = all;
	e->opts.accepts = all;
	e->opts.n_accepts = n + more;
}

int explain_profile_make(struct explain_profile *ret, const struct tr_facts *facts,
			 const struct tr_policy_opts *opts, struct tr_err *err)
{
	struct explain_profile e = { .facts = facts, .opts = *opts };
	struct tr_err first = { 0 };
	int r;

	/* What was recorded is explained, however little of it there is. */
	e.opts.allow_incomplete = e.opts.allow_no_start = true;
	r = tr_policy_seccomp(&e.p, facts, &e.opts, &e.needs, &first);
	if (r < 0 && first.kind == TR_ERR_NO) {
		accept_all(&e);
		tr_err_clear(&first);
		r = tr_policy_seccomp(&e.p, facts, &e.opts, NULL, &first);
	}
	if (r == 0) {
		r = tr_check_seccomp(&e.check, &e.p, facts, &first);
		if (r < 0)
			tr_seccomp_release(&e.p);
	}
	if (r < 0) {
		if (err)
			tr_err_move(err, &first);
		tr_err_clear(&first);
		tr_policy_report_release(&e.needs);
		free(e.accepts);
		return -1;
	}
	*ret = e;
	return 0;
}

void explain_profile_release(struct explain_profile *e)
{
	tr_check_seccomp_release(&e->check);
	tr_seccomp_release(&e->p);
	tr_policy_report_release(&e->needs);
	free(e->accepts);
	memset(e, 0, sizeof(*e));
}

/* Its rules */

/* The call that a rule would have to name; NULL: seccomp knows no such thing. */
static const char *call_of(const struct explain_what *w)
{
	if (w->kind == TR_FACT_SOCKET)
		return "socket";
	return w->kind == TR_FACT_SYSCALL || w->kind == TR_FACT_ARG ? w->name : NULL;
}

static bool names(const struct tr_rule *r, const char *call)
{
	for (size_t i = 0; i < r->n_names; i++)
		if (!strcmp(r->names[i], call))
			return true;
	return false;
}

/* Whether the rule's conditions leave room for what is asked about. Our own are all of this form. */
static bool has_room(const struct explain_what *w, const struct tr_rule *r)
{
	unsigned index = w->kind == TR_FACT_SOCKET ? 0 : w->index;
	uint64_t value = w->kind == TR_FACT_SOCKET ? w->number : w->value;
	struct conds_alt alt = { 0 };

	for (size_t i = 0; i < r->n_conds; i++)
		if (conds_alt_and(&alt, &r->conds[i]) < 0)
			return true;
	return w->kind == TR_FACT_SYSCALL || conds_alt_can_be(&alt, index, value);
}

static void find_rules(struct explain *x, const struct explain_profile *e, const char *call)
{
	x->rules = tr_xcalloc(e->p.n_rules + 1, sizeof(const struct tr_rule *));
	for (size_t i = 0; i < e->p.n_rules; i++) {
		const struct tr_rule *r = &e->p.rules[i];

		if (!names(r, call))
			continue;
		if (r->action == TR_ACTION_ALLOW || r->action == TR_ACTION_LOG) {
			if (has_room(x->what, r))
				x->rules[x->n_rules++] = r;
		} else {
			x->refusal = r;
		}
	}
}

/* What a call gets that has no rule; a call that has some gets it with other arguments. */
static uint32_t refusal(const struct explain_profile *e, const struct tr_check_seccomp *check,
			const char *call)
{
	uint32_t ret = check->refusal[syscall_index(call)];

	if ((ret & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ALLOW)
		return ret;
	switch ((int)e->p.default_action) {
	case TR_ACTION_KILL_PROCESS:
		return SECCOMP_RET_KILL_PROCESS;
	case TR_ACTION_TRAP:
		return SECCOMP_RET_TRAP;
	case TR_ACTION_LOG:
		return SECCOMP_RET_LOG;
	default:
		return SECCOMP_RET_ERRNO | EPERM;
	}
}

/* The word by which it is accepted and decided on by hand. */
static char *fact_of(const struct explain_what *w)
{
	size_t call = (size_t)syscall_index(call_of(w));

	if (w->kind == TR_FACT_SYSCALL)
		return accept_fact_call(call);
	return w->kind == TR_FACT_SOCKET ? accept_fact_arg(call, 0, w->number) :
					   accept_fact_arg(call, w->index, w->value);
}

static void find_need(struct explain *x, const struct explain_profile *e, const char *fact)
{
	for (size_t i = 0; i < e->needs.n_needs; i++)
		if (!strcmp(e->needs.needs[i].fact, fact))
			x->need = &e->needs.needs[i];
}

/* errno.csv: who has another way when the call does not exist. */
static void find_fallback(struct explain *x, const char *call)
{
	const struct data_file *file = data_find("errno.csv");
	struct csv csv;

	csv_init(&csv, file ? file->text : "");
	while (csv_next(&csv))
		if (csv.n > 2 && !x->fallback && !strcmp(csv.field[0], call))
			x->fallback = tr_xstrdup(csv.field[2]);
	csv_release(&csv);
}

/* Without it */

static bool was_refused(const struct tr_check_syscall *s)
{
	return s->verdict == TR_VERDICT_DENIED;
}

/* Both are about the same facts, in the same order. */
static void compare(struct explain *x, const struct tr_check_seccomp *with,
		    const struct tr_check_seccomp *without)
{
	x->breaks = tr_xcalloc(without->n_syscalls + 1, sizeof(*x->breaks));
	for (size_t i = 0; i < without->n_syscalls; i++) {
		const struct tr_check_syscall *s = &without->syscalls[i];

		if (!was_refused(s) || was_refused(&with->syscalls[i]))
			continue;
		x->breaks[x->n_breaks++] = (struct explain_break){ s->fact, s->value, s->ret };
		x->without = s->ret;
	}
}

/* The profile is made again with this denied: by the rules that deny anything by hand. */
static int do_without(struct explain *x, const struct explain_profile *e, const char *fact,
		      const char *call, struct tr_err *err)
{
	size_t n = e->opts.hands.n;
	tr_cleanup_free struct tr_policy_hand *hands = tr_xcalloc(n + 1, sizeof(*hands));
	struct tr_policy_opts opts = e->opts;
	struct tr_policy_report report = { 0 };
	struct tr_check_seccomp check;
	struct tr_seccomp p;
	int r;

	/* In front: the first one that denies says how. */
	hands[0] = (struct tr_policy_hand){ TR_HAND_DENY, fact, "", 0, 0 };
	if (n)
		memcpy(hands + 1, e->opts.hands.v, n * sizeof(*hands));
	opts.hands = (struct tr_policy_hands){ hands, n + 1 };
	if (tr_policy_seccomp(&p, e->facts, &opts, &report, err) < 0)
		return -1;
	r = tr_check_seccomp(&check, &p, e->facts, err);
	tr_seccomp_release(&p);
	if (r == 0) {
		x->without = refusal(e, &check, call);
		compare(x, &e->check, &check);
		for (size_t i = 0; i < report.n_unstarted; i++)
			x->no_start |= !strcmp(report.unstarted[i], call);
		tr_check_seccomp_release(&check);
	}
	tr_policy_report_release(&report);
	return r;
}

int explain_rules(struct explain *x, const struct explain_profile *e, struct tr_err *err)
{
	const char *call = call_of(x->what);
	tr_cleanup_free char *fact = NULL;

	if (!call)
		return 0;
	fact = fact_of(x->what);
	find_rules(x, e, call);
	find_need(x, e, fact);
	find_fallback(x, call);
	if (x->n_rules)
		return do_without(x, e, fact, call, err);
	x->refused = true;
	x->answer = refusal(e, &e->check, call);
	return 0;
}
