// SPDX-License-Identifier: Apache-2.0
#include "check/retune.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/accept.h"
#include "policy/ceiling.h"
#include "policy/conds.h"
#include "policy/risk.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "trammel/diff.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

/* What one profile says of one call. */
struct said {
	struct conds allowed;
	int errnum; /* what it answers where it is not; 0: the default */
	const char *comment; /* of a rule that names it; NULL: none has one */
};

struct retuning {
	struct tr_tune tune;
	struct tr_strset *unsaid;
	struct tr_seccomp made; /* emitted, with the decisions in it: what they come to */
	const struct tr_seccomp *emitted, *edited;
	const char *name;
	struct ceiling ceiling;
	struct risks risks;
};

static bool names(const struct tr_rule *r, const char *call)
{
	for (size_t i = 0; i < r->n_names; i++)
		if (!strcmp(r->names[i], call))
			return true;
	return false;
}

static bool allows(const struct tr_rule *r)
{
	return r->action == TR_ACTION_ALLOW || r->action == TR_ACTION_LOG;
}

static struct said what_of(const struct tr_seccomp *p, const char *call)
{
	tr_cleanup_free const struct tr_rule **rules = tr_xcalloc(p->n_rules + 1, sizeof(*rules));
	struct said s = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *r = &p->rules[i];

		if (!names(r, call))
			continue;
		if (r->comment)
			s.comment = r->comment;
		if (allows(r))
			rules[n++] = r;
		else if (r->action == TR_ACTION_ERRNO)
			s.errnum = r->errno_ret < 0 ? EPERM : r->errno_ret;
	}
	s.allowed = ceiling_conds(rules, n);
	return s;
}

static bool within(const struct conds *a, const struct conds *b)
{
	if (a->any)
		return b->any;
	for (size_t i = 0; i < a->n; i++)
		if (!conds_within(&a->alts[i], b))
			return false;
	return true;
}

static bool same(const struct conds *a, const struct conds *b)
{
	return within(a, b) && within(b, a);
}

/* What the errno plan has for a call that is denied: profiles/errno.csv. */
static int planned(const char *call)
{
	const struct data_file *file = data_find("errno.csv");
	struct csv csv;
	int e = 0;

	csv_init(&csv, file ? file->text : "");
	while (csv_next(&csv))
		if (csv.n > 1 && !strcmp(csv.field[0], call))
			e = errno_from_name(csv.field[1]);
	csv_release(&csv);
	return e;
}

/* Whether trammel writes comments that begin so; what a tune file allowed has its reason behind it. */
static bool is_ours(const char **comment)
{
	static const char *const begin[] = { "observed: ", "accepted: ", "runtime: ",	"always: ",
					     "siblings: ", "trial: ",	 "errno plan: " };
	static const char by_hand[] = "allowed by hand: ";

	for (size_t i = 0; i < TR_ARRAY_SIZE(begin); i++)
		if (!strncmp(*comment, begin[i], strlen(begin[i])))
			return true;
	if (!strncmp(*comment, by_hand, strlen(by_hand)))
		*comment += strlen(by_hand);
	return false;
}

/* The reason: what whoever edited it wrote there, if it is not what was there before. */
static char *why_of(const struct retuning *k, const struct said *edited, const struct said *before)
{
	const char *comment = edited->comment;

	if (comment && *comment && (!before->comment || strcmp(comment, before->comment) != 0) &&
	    !is_ours(&comment) && *comment)
		return tr_xstrdup(comment);
	return tr_xasprintf("edited by hand in %s", k->name);
}

static void decide(struct retuning *k, enum tr_hand_kind kind, const char *fact, uint64_t mask,
		   int errnum, const char *why)
{
	tr_tune_add_hand(&k->tune, &(struct tr_policy_hand){ kind, fact, why, mask, errnum });
}

/* The argument that an alternative asks, if it is one; -1. */
static int only_index(const struct conds_alt *alt)
{
	int found = -1;

	for (int i = 0; i < CONDS_ARGS; i++) {
		if (!alt->mask[i])
			continue;
		if (found >= 0)
			return -1;
		found = i;
	}
	return found;
}

static void decide_alt(struct retuning *k, enum tr_hand_kind kind, size_t call,
		       const struct conds_alt *alt, const char *why)
{
	unsigned index = (unsigned)only_index(alt);
	tr_cleanup_free char *fact = accept_fact_arg(call, index, alt->want[index]);

	/* The mask is always said: what goes without differs from call to call. */
	decide(k, kind, fact, alt->mask[index], 0, why);
}

static bool all_of_one(const struct conds *c, int *ret_index)
{
	*ret_index = c->n ? only_index(&c->alts[0]) : -1;
	for (size_t i = 0; i < c->n; i++)
		if (only_index(&c->alts[i]) != *ret_index)
			return false;
	return *ret_index >= 0;
}

static bool each_of_one(const struct conds *c)
{
	for (size_t i = 0; i < c->n; i++)
		if (only_index(&c->alts[i]) < 0)
			return false;
	return !c->any;
}

static void minus(struct conds *c, const struct conds *gone)
{
	for (size_t i = 0; i < gone->n; i++)
		conds_without(c, &gone->alts[i]);
	if (gone->any)
		conds_release(c);
}

/* What "allow syscall:NAME" comes to: see by_hand.c. */
static bool name_is_whole(const struct retuning *k, size_t call)
{
	struct conds c = ceiling_of(&k->ceiling, call, NULL);
	size_t n;
	const struct risk *risk = risks_of(&k->risks, call, &n);
	bool whole;

	for (size_t i = 0; i < n; i++)
		if (!risk[i].always)
			conds_without(&c, &risk[i].when);
	whole = c.any || conds_never(&c);
	conds_release(&c);
	return whole;
}

static bool say_more(struct retuning *k, size_t call, const struct conds *before,
		     const struct conds *after, const char *why)
{
	tr_cleanup_free char *fact = accept_fact_call(call);
	struct conds more = conds_copy(after);
	bool said = true;

	minus(&more, before);
	if (after->any && !before->any) {
		said = name_is_whole(k, call);
		if (said)
			decide(k, TR_HAND_ALLOW, fact, 0, 0, why);
	} else if (each_of_one(&more)) {
		for (size_t i = 0; i < more.n; i++)
			decide_alt(k, TR_HAND_ALLOW, call, &more.alts[i], why);
	} else {
		said = false;
	}
	conds_release(&more);
	return said;
}

/* With pins where what is left asks one argument, else by denying what is gone. */
static bool say_less(struct retuning *k, size_t call, const struct conds *before,
		     const struct conds *after, const char *why)
{
	struct conds less = conds_copy(before), both = conds_both(before, after);
	bool said = true;
	int index;

	minus(&less, after);
	if (conds_never(&less)) {
		said = true;
	} else if (each_of_one(&less) && less.n <= after->n) {
		for (size_t i = 0; i < less.n; i++)
			decide_alt(k, TR_HAND_DENY, call, &less.alts[i], why);
	} else if (all_of_one(after, &index) && (before->any || within(&both, after))) {
		for (size_t i = 0; i < after->n; i++)
			decide_alt(k, TR_HAND_PIN, call, &after->alts[i], why);
	} else {
		said = false;
	}
	conds_release(&less);
	conds_release(&both);
	return said;
}

static int default_errno(const struct tr_seccomp *p)
{
	return p->default_action == TR_ACTION_ERRNO && p->default_errno > 0 ? p->default_errno :
									      EPERM;
}

static void say_denied(struct retuning *k, size_t call, const struct said *edited, const char *why)
{
	tr_cleanup_free char *fact = accept_fact_call(call);
	int plan = planned(syscall_at(call)), usual = default_errno(k->edited);
	int answer = edited->errnum ? edited->errnum : usual;

	decide(k, TR_HAND_DENY, fact, 0, answer == (plan ? plan : usual) ? 0 : answer, why);
}

/* Takes the call out of all rules of what is made, and puts in what the edit says of it. */
static void put(struct retuning *k, size_t call, const struct said *edited)
{
	const char *name = syscall_at(call);

	for (size_t i = 0; i < k->made.n_rules; i++) {
		struct tr_rule *r = &k->made.rules[i];

		for (size_t n = 0; n < r->n_names; n++) {
			if (strcmp(r->names[n], name) != 0)
				continue;
			free(r->names[n]);
			memmove(&r->names[n], &r->names[n + 1],
				(r->n_names - n - 1) * sizeof(*r->names));
			r->n_names--;
			n--;
		}
	}
	if (edited->allowed.any)
		tr_rule_add_name(tr_seccomp_add_rule(&k->made), name);
	for (size_t i = 0; i < edited->allowed.n; i++) {
		struct tr_rule *r = tr_seccomp_add_rule(&k->made);

		tr_rule_add_name(r, name);
		conds_to_rule(r, &edited->allowed.alts[i]);
	}
	if (conds_never(&edited->allowed) && edited->errnum) {
		struct tr_rule *r = tr_seccomp_add_rule(&k->made);

		tr_rule_add_name(r, name);
		r->action = TR_ACTION_ERRNO;
		r->errno_ret = edited->errnum;
	}
}

static void compare_call(struct retuning *k, size_t call)
{
	struct said before = what_of(k->emitted, syscall_at(call));
	struct said after = what_of(k->edited, syscall_at(call));
	tr_cleanup_free char *why = why_of(k, &after, &before);
	bool never = conds_never(&after.allowed), said = true;
	int was = before.errnum ? before.errnum : default_errno(k->emitted);
	int is = after.errnum ? after.errnum : default_errno(k->edited);

	if (same(&before.allowed, &after.allowed) && (!never || was == is))
		goto out;
	if (never)
		say_denied(k, call, &after, why);
	else
		said = say_more(k, call, &before.allowed, &after.allowed, why) &&
		       say_less(k, call, &before.allowed, &after.allowed, why);
	if (said)
		put(k, call, &after);
	else
		tr_strset_add(k->unsaid, syscall_at(call));
out:
	conds_release(&before.allowed);
	conds_release(&after.allowed);
}

static void compare_default(struct retuning *k)
{
	static const char *const words[TR_ACTION_MAX] = {
		[TR_ACTION_ERRNO] = "errno",	[TR_ACTION_LOG] = "log",
		[TR_ACTION_TRAP] = "trap",	[TR_ACTION_KILL_PROCESS] = "kill",
		[TR_ACTION_KILL_THREAD] = NULL,
	};
	enum tr_action action = k->edited->default_action;

	if (action == k->emitted->default_action)
		return;
	if (!words[action]) {
		tr_strset_add(k->unsaid, "the default action");
		return;
	}
	k->tune.options[TR_POLICY_DEFAULT_ACTION] =
		(struct tr_tune_option){ tr_xstrdup(words[action]),
					 tr_xasprintf("edited by hand in %s", k->name) };
	k->made.default_action = action;
	k->made.default_errno = k->edited->default_errno;
}

/* What the decisions come to, held against the edit: whatever differs was not said. */
static int prove(struct retuning *k, struct tr_err *err)
{
	const struct tr_diff_side a = { .kind = TR_DIFF_PROFILE, .profile = &k->made };
	const struct tr_diff_side b = { .kind = TR_DIFF_PROFILE, .profile = k->edited };
	const struct tr_diff_opts opts = { .caps = tr_docker_default_caps,
					   .n_caps = tr_docker_n_default_caps };
	struct tr_diff d;

	if (tr_diff_seccomp(&d, &a, &b, &opts, err) < 0)
		return -1;
	for (size_t i = 0; i < d.n; i++)
		tr_strset_add(k->unsaid, d.v[i].name ? d.v[i].name : "numbers without a name");
	tr_diff_release(&d);
	return 0;
}

static int resolve(struct tr_seccomp *ret, const struct tr_seccomp *p, struct tr_err *err)
{
	const struct tr_seccomp_host host = { .caps = tr_docker_default_caps,
					      .n_caps = tr_docker_n_default_caps };

	return tr_seccomp_resolve(ret, p, &host, err);
}

static int compare(struct retuning *k, struct tr_err *err)
{
	struct tr_recording rec = { 0 };
	struct tr_facts none;
	int r;

	/* A container with the default capabilities, on a machine like this. */
	tr_facts_init(&none);
	tr_recording_new_id(&rec);
	tr_context_add(&rec, "arch", tr_abi_name(syscall_native_abi()));
	tr_facts_add_recording(&none, &rec);
	r = ceiling_load(&k->ceiling, NULL, &none, 1U << syscall_native_abi(), err);
	if (r == 0)
		r = risks_load(&k->risks, err);
	if (r == 0) {
		tr_seccomp_copy(&k->made, k->emitted);
		compare_default(k);
		for (size_t i = 0; i < syscall_count(); i++)
			compare_call(k, i);
		r = prove(k, err);
		tr_seccomp_release(&k->made);
	}
	ceiling_release(&k->ceiling);
	risks_release(&k->risks);
	tr_facts_release(&none);
	return r;
}

int retune(struct tr_tune *ret, struct tr_strset *ret_unsaid, const struct tr_seccomp *edited,
	   const struct tr_seccomp *emitted, const char *name, struct tr_err *err)
{
	struct tr_strset unsaid = { 0 };
	struct tr_seccomp from, to;
	struct retuning k = { .unsaid = &unsaid, .emitted = &from, .edited = &to, .name = name };
	int r;

	if (resolve(&from, emitted, err) < 0)
		return -1;
	r = resolve(&to, edited, err);
	if (r == 0) {
		r = compare(&k, err);
		tr_seccomp_release(&to);
	}
	tr_seccomp_release(&from);
	if (r < 0) {
		tr_tune_release(&k.tune);
		tr_strset_release(&unsaid);
		return -1;
	}
	*ret = k.tune;
	*ret_unsaid = unsaid;
	return 0;
}
