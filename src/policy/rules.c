// SPDX-License-Identifier: Apache-2.0
/*
 * From what is wanted to rules. A rule without conditions swallows those with some, whatever their
 * actions (libseccomp), so that a name gets either the one or the others, and never an errno beside.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/builder.h"
#include "tables/syscalls.h"
#include "util/mem.h"

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

static void add_runtimes(struct strbuf *sb, const struct policy_runtime *rt)
{
	for (size_t i = 0; i < rt->n_used; i++)
		strbuf_addf(sb, "%s%s", i ? ", " : " (", rt->used[i]);
	strbuf_adds(sb, rt->n_used ? ")" : "");
}

static void add_comment(struct strbuf *sb, const struct builder *b, enum reason reason,
			const struct policy_runtime *rt)
{
	static const char *const comments[] = {
		[REASON_MAIN] = "observed: the workload",
		[REASON_EXEC] = "observed: only in docker exec and health checks",
		[REASON_START] = "observed: only while the runtime started the workload",
		[REASON_ACCEPTED] = "accepted: ",
		[REASON_BY_HAND] = "allowed by hand: ",
		[REASON_RUNTIME] = "runtime: what starting the workload takes under this filter",
		[REASON_SOMETIMES] = "runtime: made in some starts and not in others",
		[REASON_ALWAYS] = "always: what a training run cannot see coming: the vDSO's "
				  "fallbacks, the ends of threads and signal handlers",
		[REASON_SIBLING] = "siblings: older and newer forms of observed calls, for another "
				   "libc or architecture, or the image's next update",
		[REASON_LOGGED] =
			"trial: would be refused; allowed and logged as long as it is not",
	};

	strbuf_adds(sb, comments[reason]);
	if (reason <= REASON_START)
		add_abi_note(sb, b->report->abis);
	if (reason == REASON_RUNTIME || reason == REASON_SOMETIMES)
		add_runtimes(sb, rt);
}

static struct tr_rule *new_rule(struct builder *b, enum reason reason, const char *comment)
{
	struct tr_rule *r = tr_seccomp_add_rule(b->p);

	r->comment = tr_xstrdup(comment);
	if (reason == REASON_LOGGED)
		r->action = TR_ACTION_LOG;
	return r;
}

/* The first reason that wants the call whatever its arguments are; REASON_MAX: none does. */
static enum reason plain_reason(const struct name_state *s)
{
	enum reason r = REASON_MAIN;

	while (r < REASON_MAX && !s->want[r].any)
		r++;
	return r;
}

static bool wanted_before(const struct name_state *s, enum reason reason)
{
	for (enum reason r = REASON_MAIN; r < reason; r++)
		if (!conds_never(&s->want[r]))
			return true;
	return false;
}

/* Whether another reason's alternative covers this one: an equal one counts where it comes first. */
static bool covered(const struct name_state *s, enum reason reason, const struct conds_alt *alt)
{
	for (enum reason r = REASON_MAIN; r < REASON_MAX; r++) {
		for (size_t i = 0; r != reason && i < s->want[r].n; i++) {
			const struct conds_alt *other = &s->want[r].alts[i];

			if (conds_alt_within(alt, other) &&
			    (r < reason || !conds_alt_within(other, alt)))
				return true;
		}
	}
	return false;
}

static void add_alternatives(struct builder *b, enum reason reason, size_t call,
			     const char *comment)
{
	struct name_state *s = &b->names[call];
	tr_cleanup_free char *full = NULL;

	full = tr_xasprintf("%s; with these arguments only%s%s%s", comment,
			    reason <= REASON_START && s->bounded ? ": no others need no accepting" :
								   "",
			    s->limits.len ? "; by hand: " : "", strbuf_str(&s->limits));
	for (size_t i = 0; i < s->want[reason].n; i++) {
		struct tr_rule *r;

		if (covered(s, reason, &s->want[reason].alts[i]))
			continue;
		r = new_rule(b, reason, full);
		tr_rule_add_name(r, syscall_at(call));
		conds_to_rule(r, &s->want[reason].alts[i]);
	}
}

/* Those that somebody decided on have a reason of their own, which their rules give. */
static const struct strbuf *own_reason(const struct name_state *s, enum reason reason)
{
	if (reason == REASON_ACCEPTED)
		return &s->why;
	return reason == REASON_BY_HAND ? &s->hand_why : NULL;
}

static void add_group(struct builder *b, enum reason reason, const char *comment)
{
	struct tr_rule *r = NULL;

	for (size_t i = 0; i < b->n; i++) {
		struct name_state *s = &b->names[i];
		cleanup_strbuf struct strbuf own = STRBUF_INIT;

		if (plain_reason(s) != reason)
			continue;
		if (own_reason(s, reason))
			strbuf_addf(&own, "%s%s", comment, strbuf_str(own_reason(s, reason)));
		if (!r || own.len)
			r = new_rule(b, reason, own.len ? strbuf_str(&own) : comment);
		tr_rule_add_name(r, syscall_at(i));
	}
	for (size_t i = 0; i < b->n; i++) {
		struct name_state *s = &b->names[i];
		cleanup_strbuf struct strbuf own = STRBUF_INIT;

		strbuf_adds(&own, comment);
		if (own_reason(s, reason))
			strbuf_adds(&own, strbuf_str(own_reason(s, reason)));
		if (plain_reason(s) == REASON_MAX && s->want[reason].n)
			add_alternatives(b, reason, i, strbuf_str(&own));
	}
}

static void count(struct builder *b, enum reason reason)
{
	struct tr_policy_report *r = b->report;
	size_t *counters[] = {
		[REASON_MAIN] = &r->n_observed,	    [REASON_EXEC] = &r->n_observed,
		[REASON_START] = &r->n_observed,    [REASON_ACCEPTED] = &r->n_accepted,
		[REASON_BY_HAND] = &r->n_by_hand,   [REASON_RUNTIME] = &r->n_runtime,
		[REASON_SOMETIMES] = &r->n_runtime, [REASON_ALWAYS] = &r->n_always,
		[REASON_SIBLING] = &r->n_siblings,  [REASON_LOGGED] = &r->n_logged,
	};

	for (size_t i = 0; i < b->n; i++) {
		const struct name_state *s = &b->names[i];

		if (reason <= REASON_ACCEPTED && s->narrowed && s->want[reason].n)
			r->n_narrowed += plain_reason(s) == REASON_MAX && !wanted_before(s, reason);
		*counters[reason] += !conds_never(&s->want[reason]) && !wanted_before(s, reason);
	}
}

void rules_of_wants(struct builder *b, const struct policy_runtime *rt)
{
	for (enum reason r = REASON_MAIN; r < REASON_MAX; r++) {
		cleanup_strbuf struct strbuf comment = STRBUF_INIT;

		add_comment(&comment, b, r, rt);
		add_group(b, r, strbuf_str(&comment));
		count(b, r);
	}
}

/*
 * What a call that nobody wants answers; 0: the default. Never what the default says: runc before 1.0.2
 * starts no container under a profile with such a rule (libseccomp's seccomp_rule_add(3): EACCES).
 */
static int refusal(const struct builder *b, const struct name_state *s)
{
	const struct hand *hand = hands_deny_call(&b->hands, (size_t)(s - b->names));
	bool by_default = b->p->default_action == TR_ACTION_ERRNO;
	int e = s->plan_errno;

	/* One that was refused through an ABI that is not named is killed there. */
	if (builder_wanted(s) || !builder_has(b, (size_t)(s - b->names), b->abis))
		return 0;
	if (hand && hand->from->errno_ret)
		return hand->from->errno_ret == EPERM && by_default ? 0 : hand->from->errno_ret;
	/* It got along with this answer. Of several the kindest. */
	if (s->denied && !s->done && s->errnos.n && s->errnos.v[0])
		e = tr_u32set_has(&s->errnos, ENOSYS) ? ENOSYS : (int)s->errnos.v[0];
	else if (s->denied && !s->done && !e && !by_default)
		e = EPERM;
	else if (b->p->default_action == TR_ACTION_LOG)
		return 0;
	return e == EPERM && by_default ? 0 : e;
}

/* The smallest refusal above `above`; 0: none. */
static int next_refusal(const struct builder *b, int above)
{
	int next = 0;

	for (size_t i = 0; i < b->n; i++) {
		int e = refusal(b, &b->names[i]);

		if (e > above && (!next || e < next))
			next = e;
	}
	return next;
}

static void add_refusals(struct builder *b, int errnum, bool planned, const char *comment)
{
	struct tr_rule *r = NULL;

	for (size_t i = 0; i < b->n; i++) {
		const struct name_state *s = &b->names[i];

		if (refusal(b, s) != errnum || (s->plan_errno == errnum) != planned)
			continue;
		r = r ? r : new_rule(b, REASON_MAX, comment);
		tr_rule_add_name(r, syscall_at(i));
		r->action = TR_ACTION_ERRNO;
		r->errno_ret = errnum;
		b->report->n_errno += errnum == ENOSYS;
	}
}

/*
 * Never left to defaultErrnoRet (Docker 20.10 drops it) nor to runc's stub, which answers ENOSYS
 * only to numbers above the highest one that the profile mentions, and which crun does not have.
 */
void rules_of_refusals(struct builder *b)
{
	for (int e = next_refusal(b, 0); e; e = next_refusal(b, e)) {
		add_refusals(b, e, true,
			     e == EPERM ? "errno plan: callers try, and go on without" :
					  "errno plan: callers have something older to fall "
					  "back on, and take it only where these do not exist");
		add_refusals(b, e, false, "errno plan: refused like this in training, or by hand");
	}
	for (size_t i = 0; i < b->n; i++)
		b->report->n_denied += b->names[i].denied && !b->names[i].done;
}
