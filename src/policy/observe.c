// SPDX-License-Identifier: Apache-2.0
/* What training saw: how much of it is allowed without asking, and what somebody must accept. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/args.h"
#include "policy/builder.h"
#include "tables/syscalls.h"
#include "util/mem.h"

static void add_unnamed(struct tr_policy_report *r, enum tr_abi abi, uint32_t nr)
{
	r->unnamed = tr_xrealloc(r->unnamed, r->n_unnamed + 1, sizeof(*r->unnamed));
	r->unnamed[r->n_unnamed++] = (struct tr_policy_unnamed){ abi, nr };
}

static void add_all(struct tr_u32set *dst, const struct tr_u32set *src)
{
	for (size_t i = 0; i < src->n; i++)
		tr_u32set_add(dst, src->v[i]);
}

static void note_done(struct name_state *s, const struct tr_fact *fact)
{
	s->done = true;
	s->phases |= fact->ev.phases;
	add_all(&s->done_in, &fact->ev.recordings);
	if (!s->exe && fact->ev.exes.n)
		s->exe = fact->ev.exes.v[0];
}

/* Facts come in key order, so that what is noted here is sorted. */
static int take_syscall(const struct tr_fact *fact, void *arg)
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
	if (fact->ev.flags & TR_EV_DONE)
		note_done(s, fact);
	if (fact->ev.flags & (TR_EV_DENIED | TR_EV_INNER_DENIED)) {
		s->denied = true;
		add_all(&s->errnos, &fact->ev.errnos);
	}
	return 0;
}

void observe_facts(struct builder *b)
{
	tr_facts_each(b->facts, take_syscall, b);
}

/* beyond: more than the ceiling. */
static char *why_asked(const struct builder *b, bool beyond, const struct risk *risk)
{
	if (!risk)
		return tr_xasprintf("beyond %s", b->ceiling.name);
	return tr_xasprintf("%s%s%son the risk list (%s): %s", beyond ? "beyond " : "",
			    beyond ? b->ceiling.name : "", beyond ? ", " : "", risk->level,
			    risk->why);
}

static void note_acceptance(struct name_state *s, char *asked, const struct accept *a)
{
	strbuf_addf(&s->why, "%s%s%s%s", s->why.len ? "; " : "", asked, a->from->why ? ": " : "",
		    a->from->why ? a->from->why : "");
	free(asked);
}

static enum reason reason_of(const struct name_state *s)
{
	if (s->phases & TR_PHASE_MAIN)
		return REASON_MAIN;
	return s->phases & TR_PHASE_EXEC ? REASON_EXEC : REASON_START;
}

static void add_static_name(const char ***names, size_t *n, const char *name)
{
	*names = tr_xrealloc(*names, *n + 1, sizeof(**names));
	(*names)[(*n)++] = name;
}

static struct conds_alt of_alternative(const struct policy_alternative *from)
{
	struct conds_alt alt = { 0 };

	for (size_t i = 0; i < from->n_conds; i++)
		conds_alt_and(&alt, &from->conds[i]);
	return alt;
}

/* With which arguments training saw the call. What is not known is not narrowed. */
static void look_at_arguments(struct builder *b, size_t call)
{
	struct policy_alternative alternatives[POLICY_MAX_ALTERNATIVES];
	struct tr_policy_report *r = b->report;
	struct name_state *s = &b->names[call];
	const char *name = syscall_at(call);
	size_t n = 0;

	switch (policy_args(b->facts, name, b->opts->args, alternatives, &n)) {
	case POLICY_ARGS_NARROWED:
		s->narrowed = !b->trial;
		break;
	case POLICY_ARGS_OPEN:
		add_static_name(&r->open, &r->n_open, name);
		break;
	case POLICY_ARGS_UNSEEN:
		add_static_name(&r->unseen, &r->n_unseen, name);
		break;
	case POLICY_ARGS_PLAIN:
	case POLICY_ARGS_WHOLE:
		break;
	}
	if (!s->narrowed)
		s->made = conds_any();
	for (size_t i = 0; s->narrowed && i < n; i++) {
		struct conds_alt alt = of_alternative(&alternatives[i]);

		conds_add(&s->made, &alt);
	}
}

static void add_name(char ***v, size_t *n, const char *name)
{
	tr_strings_add(v, n, name);
}

/* The part of a call's arguments that nobody has to accept. */
static struct conds unasked(const struct builder *b, size_t call, const struct conds *below)
{
	struct conds left = conds_both(&b->names[call].made, below);
	const struct risk *risk;
	size_t n;

	risk = risks_of(&b->risks, call, &n);
	for (size_t i = 0; i < n && !b->trial; i++)
		if (!risk[i].always)
			conds_without(&left, &risk[i].when);
	return left;
}

/*
 * Where the ceiling itself answers ENOSYS, as Docker's does to clone3, callers are known to go on with
 * something older: allowing the call would be wider than Docker for nothing.
 */
static bool is_answered(const struct builder *b, size_t call)
{
	const struct name_state *s = &b->names[call];

	return s->plan_errno == ENOSYS && ceiling_answers_enosys(&b->ceiling, call, &s->done_in);
}

static void want_call(struct builder *b, size_t call)
{
	struct name_state *s = &b->names[call];
	struct conds below;
	const struct risk *risk = risks_always(&b->risks, call);
	const struct accept *accepted = NULL;
	bool denied = hands_deny_call(&b->hands, call) != NULL;
	size_t n_risks;

	below = ceiling_of(&b->ceiling, call, &s->done_in);
	s->answered = conds_never(&below) && is_answered(b, call);
	if (!denied && (risks_of(&b->risks, call, &n_risks) || !below.any))
		accepted = accepts_call(&b->accepts, call);
	s->accepted = accepted != NULL;
	s->answered &= !accepted;
	if (accepted) {
		conds_add_all(&s->want[REASON_ACCEPTED], &s->made);
		note_acceptance(s, why_asked(b, conds_never(&below), risk), accepted);
	} else if (s->answered) {
		add_name(&b->report->answered, &b->report->n_answered, syscall_at(call));
	} else if (denied && (risk || conds_never(&below))) {
		/* Nobody has to accept what is not allowed anyway. */
	} else if (risk || conds_never(&below)) {
		accept_need(&b->report->needs, &b->report->n_needs, accept_fact_call(call),
			    why_asked(b, conds_never(&below), risk), s->exe);
	} else {
		struct conds left = unasked(b, call, &below);

		s->bounded = !s->narrowed && !left.any;
		conds_add_all(&s->want[reason_of(s)], &left);
		conds_release(&left);
	}
	conds_release(&below);
}

static void want_accepted_value(struct builder *b, size_t call, unsigned index, uint64_t value)
{
	struct conds one = { 0 }, both;
	struct conds_alt alt = { 0 };

	alt.mask[index] = value > UINT32_MAX ? UINT64_MAX : UINT32_MAX;
	alt.want[index] = value;
	conds_add(&one, &alt);
	both = conds_both(&b->names[call].made, &one);
	conds_add_all(&b->names[call].want[REASON_ACCEPTED], &both);
	conds_release(&one);
	conds_release(&both);
}

/*
 * What to call a value by: without what a caller left above the 32 bits that the kernel looks at, so
 * that it is accepted once and for all; but with it where the ceiling tells the two apart.
 */
static uint64_t plain_value(const struct conds *below, unsigned index, uint64_t value)
{
	if (conds_can_be(below, index, value) != conds_can_be(below, index, (uint32_t)value))
		return value;
	return (uint32_t)value;
}

static void check_value(struct builder *b, const struct tr_fact *fact, size_t call, unsigned index,
			uint64_t value)
{
	struct name_state *s = &b->names[call];
	struct conds below = ceiling_of(&b->ceiling, call, &fact->ev.recordings);
	bool beyond = !conds_never(&below) && !conds_can_be(&below, index, value);
	const struct risk *risk = risks_value(&b->risks, call, index, value);
	const struct accept *accepted;

	value = plain_value(&below, index, value);
	conds_release(&below);
	/* A call that is refused or accepted as a whole has no values to ask about. */
	if (!s->done || s->answered || s->accepted || (!beyond && !risk))
		return;
	accepted = accepts_arg(&b->accepts, call, index, value);
	if (accepted) {
		want_accepted_value(b, call, index, value);
		note_acceptance(s, why_asked(b, beyond, risk), accepted);
		return;
	}
	accept_need(&b->report->needs, &b->report->n_needs, accept_fact_arg(call, index, value),
		    why_asked(b, beyond, risk), fact->ev.exes.n ? fact->ev.exes.v[0] : NULL);
}

/* A value that is denied by hand fails, and is not asked about. */
static bool value_by_hand(struct builder *b, const struct tr_fact *fact, size_t call)
{
	const struct name_state *s = &b->names[call];
	const struct hand *hand = hands_deny_fact(&b->hands, call, fact);
	unsigned index;

	if (!hand || !s->done || s->answered || hands_deny_call(&b->hands, call))
		return hand != NULL;
	index = hand->index;
	by_hand_broke(b, fact,
		      accept_fact_arg(call, index,
				      fact->kind == TR_FACT_ARG ? fact->arg.value :
				      index == 0		? fact->sock.family :
				      index == 1		? fact->sock.type :
								  fact->sock.protocol),
		      hand);
	return true;
}

static void take_socket(struct builder *b, const struct tr_fact *fact)
{
	size_t call = (size_t)syscall_index("socket");

	/* The pair's are recorded as what they could be of either. */
	if (policy_args_is_of(fact, (enum tr_abi)fact->abi, "socketpair"))
		value_by_hand(b, fact, (size_t)syscall_index("socketpair"));
	if (!value_by_hand(b, fact, call))
		check_value(b, fact, call, 0, fact->sock.family);
}

static int take_argument(const struct tr_fact *fact, void *arg)
{
	struct builder *b = arg;
	const char *name;

	if (!(fact->ev.flags & TR_EV_DONE))
		return 0;
	if (fact->kind == TR_FACT_SOCKET)
		take_socket(b, fact);
	if (fact->kind != TR_FACT_ARG || fact->arg.overflow || fact->abi >= TR_ABI_MAX ||
	    fact->arg.index >= CONDS_ARGS)
		return 0;
	name = syscall_name((enum tr_abi)fact->abi, fact->nr);
	if (name && !value_by_hand(b, fact, (size_t)syscall_index(name)))
		check_value(b, fact, (size_t)syscall_index(name), fact->arg.index, fact->arg.value);
	return 0;
}

static int take_denied(const struct tr_fact *fact, void *arg)
{
	struct builder *b = arg;
	const struct hand *hand;
	const char *name;
	size_t call;

	if (fact->kind != TR_FACT_SYSCALL || !(fact->ev.flags & TR_EV_DONE) ||
	    fact->abi >= TR_ABI_MAX)
		return 0;
	name = syscall_name((enum tr_abi)fact->abi, fact->nr);
	call = name ? (size_t)syscall_index(name) : 0;
	hand = name && !b->names[call].answered ? hands_deny_call(&b->hands, call) : NULL;
	if (hand)
		by_hand_broke(b, fact, accept_fact_call(call), hand);
	return 0;
}

/* Every value that was seen was asked about, but what all of them come to is nothing. */
static bool unexplained(const struct builder *b, size_t call)
{
	const struct name_state *s = &b->names[call];
	tr_cleanup_free char *prefix = tr_xasprintf("arg:%s:", syscall_at(call));
	tr_cleanup_free char *fact = accept_fact_call(call);

	if (!s->done || s->answered || s->by_hand || builder_wanted(s))
		return false;
	for (size_t i = 0; i < b->report->n_needs; i++)
		if (!strncmp(b->report->needs[i].fact, prefix, strlen(prefix)) ||
		    !strcmp(b->report->needs[i].fact, fact))
			return false;
	return true;
}

void observe_want(struct builder *b)
{
	for (size_t i = 0; i < b->n; i++) {
		if (!b->names[i].done)
			continue;
		look_at_arguments(b, i);
		want_call(b, i);
	}
	tr_facts_each(b->facts, take_denied, b);
	tr_facts_each(b->facts, take_argument, b);
	for (size_t i = 0; i < b->n; i++)
		if (unexplained(b, i))
			accept_need(&b->report->needs, &b->report->n_needs, accept_fact_call(i),
				    why_asked(b, true, NULL), b->names[i].exe);
	for (size_t i = 0; i < b->accepts.n; i++)
		if (!b->accepts.v[i].used)
			add_name(&b->report->needless, &b->report->n_needless,
				 b->accepts.v[i].from->fact);
}
