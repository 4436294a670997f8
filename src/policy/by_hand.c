// SPDX-License-Identifier: Apache-2.0
/* What the tune file allows, denies and pins, applied to what everybody else wants. */
#include <stdlib.h>
#include <string.h>

#include "policy/builder.h"
#include "tables/syscalls.h"
#include "util/mem.h"

/* "Not this value" is an alternative for each bit; a few of them are as many as a filter should hold. */
#define MAX_ALTERNATIVES 128

static struct tr_policy_broken *find_broken(struct tr_policy_report *r, const char *fact)
{
	size_t at = 0;

	while (at < r->n_broken && strcmp(r->broken[at].fact, fact) < 0)
		at++;
	if (at < r->n_broken && !strcmp(r->broken[at].fact, fact))
		return &r->broken[at];
	r->broken = tr_xrealloc(r->broken, r->n_broken + 1, sizeof(*r->broken));
	memmove(&r->broken[at + 1], &r->broken[at], (r->n_broken - at) * sizeof(*r->broken));
	r->broken[at] = (struct tr_policy_broken){ .fact = tr_xstrdup(fact) };
	r->n_broken++;
	return &r->broken[at];
}

/* Takes ownership of what. */
void by_hand_broke(struct builder *b, const struct tr_fact *fact, char *what,
		   const struct hand *hand)
{
	struct tr_policy_broken *broken = find_broken(b->report, what);

	free(what);
	b->hands.v[hand - b->hands.v].used = true;
	b->names[hand->call].by_hand = true;
	if (!broken->why)
		broken->why = tr_xstrdup(hand->from->why);
	if (!broken->exe && fact->ev.exes.n)
		broken->exe = tr_xstrdup(fact->ev.exes.v[0]);
	broken->phases |= fact->ev.phases;
	for (size_t i = 0; i < fact->ev.recordings.n; i++)
		tr_u32set_add(&broken->recordings, fact->ev.recordings.v[i]);
}

static bool allowed_already(const struct name_state *s, const struct conds_alt *when)
{
	for (enum reason r = REASON_MAIN; r < REASON_MAX; r++)
		if (conds_within(when, &s->want[r]))
			return true;
	return false;
}

/*
 * A call is allowed with what needs no accepting, or, where all of it would, as a whole: that somebody
 * wrote its name is an acceptance. A value is allowed whatever it is.
 */
static struct conds allowance(const struct builder *b, const struct hand *h)
{
	struct conds left;
	const struct risk *risk;
	size_t n;

	if (h->arg) {
		left = (struct conds){ 0 };
		conds_add(&left, &h->when);
		return left;
	}
	left = ceiling_of(&b->ceiling, h->call, NULL);
	risk = risks_of(&b->risks, h->call, &n);
	for (size_t i = 0; i < n; i++)
		if (!risk[i].always)
			conds_without(&left, &risk[i].when);
	if (conds_never(&left))
		left = conds_any();
	return left;
}

void by_hand_allow(struct builder *b)
{
	for (size_t i = 0; i < b->hands.n; i++) {
		struct hand *h = &b->hands.v[i];
		struct name_state *s = &b->names[h->call];
		struct conds more;

		if (h->from->kind != TR_HAND_ALLOW || !builder_has(b, h->call, b->abis))
			continue;
		more = allowance(b, h);
		for (size_t k = 0; k < more.n; k++)
			h->used |= !allowed_already(s, &more.alts[k]);
		h->used |= more.any && !allowed_already(s, &(struct conds_alt){ 0 });
		if (h->used) {
			conds_add_all(&s->want[REASON_BY_HAND], &more);
			strbuf_addf(&s->hand_why, "%s%s", s->hand_why.len ? "; " : "",
				    h->from->why);
		}
		conds_release(&more);
	}
}

static void note_limit(struct name_state *s, const struct hand *h)
{
	if (strstr(strbuf_str(&s->limits), h->from->why))
		return;
	strbuf_addf(&s->limits, "%s%s", s->limits.len ? "; " : "", h->from->why);
}

/* A runtime makes the call to start a container, and not all of what it makes is left. */
static void note_unstarted(struct builder *b, const struct name_state *s)
{
	const char *name = syscall_at((size_t)(s - b->names));
	struct tr_policy_report *r = b->report;

	if (r->n_unstarted && r->unstarted[r->n_unstarted - 1] == name)
		return;
	r->unstarted = tr_xrealloc(r->unstarted, r->n_unstarted + 1, sizeof(*r->unstarted));
	r->unstarted[r->n_unstarted++] = name;
}

static bool meets(const struct conds *c, const struct conds_alt *alt)
{
	struct conds one = { 0 }, both;
	bool does;

	conds_add(&one, alt);
	both = conds_both(c, &one);
	does = !conds_never(&both);
	conds_release(&one);
	conds_release(&both);
	return does;
}

/* The values that hands leave to one argument of a call; false: nothing is said of it. */
static bool pins_of(const struct builder *b, size_t call, unsigned index, struct conds *ret)
{
	bool any = false;

	*ret = (struct conds){ 0 };
	for (size_t i = 0; i < b->hands.n; i++) {
		const struct hand *h = &b->hands.v[i];

		if (h->from->kind != TR_HAND_PIN || h->call != call || h->index != index)
			continue;
		conds_add(ret, &h->when);
		any = true;
	}
	return any;
}

/* Marks the pins of an argument that have a part in what is left of the call. */
static void use_pins(struct builder *b, struct name_state *s, unsigned index)
{
	size_t call = (size_t)(s - b->names);
	struct hand *first = NULL;
	bool used = false;

	for (size_t i = 0; i < b->hands.n; i++) {
		struct hand *h = &b->hands.v[i];

		if (h->from->kind != TR_HAND_PIN || h->call != call || h->index != index)
			continue;
		first = first ? first : h;
		for (enum reason r = REASON_MAIN; r < REASON_MAX && !h->used; r++)
			h->used = meets(&s->want[r], &h->when);
		used |= h->used;
		if (h->used)
			note_limit(s, h);
	}
	/* What no pin meets is denied: one of them does it. */
	if (first && !used) {
		first->used = true;
		note_limit(s, first);
	}
}

static void pin(struct builder *b, struct name_state *s, unsigned index)
{
	struct conds pins;
	bool changes = false;

	if (!pins_of(b, (size_t)(s - b->names), index, &pins))
		return;
	for (enum reason r = REASON_MAIN; r < REASON_MAX; r++) {
		bool outside = s->want[r].any;

		for (size_t i = 0; i < s->want[r].n; i++)
			outside |= !conds_within(&s->want[r].alts[i], &pins);
		if (outside && (r == REASON_RUNTIME || r == REASON_SOMETIMES))
			note_unstarted(b, s);
		changes |= outside;
	}
	if (changes)
		use_pins(b, s, index);
	for (enum reason r = REASON_MAIN; changes && r < REASON_MAX; r++) {
		struct conds both = conds_both(&s->want[r], &pins);

		conds_release(&s->want[r]);
		s->want[r] = both;
	}
	conds_release(&pins);
}

static int deny_value(struct builder *b, struct name_state *s, struct hand *h, struct tr_err *err)
{
	bool met = false;

	for (enum reason r = REASON_MAIN; r < REASON_MAX; r++) {
		if (!meets(&s->want[r], &h->when))
			continue;
		met = true;
		/* One that is wanted with any arguments is not known to be made with this. */
		if (!s->want[r].any && (r == REASON_RUNTIME || r == REASON_SOMETIMES))
			note_unstarted(b, s);
		conds_without(&s->want[r], &h->when);
		if (s->want[r].n > MAX_ALTERNATIVES)
			return tr_err_set(
				err, TR_ERR_INPUT,
				"%s: too many values of %s are denied to tell them from the "
				"others: pin those that shall be allowed",
				h->from->fact, syscall_at(h->call));
	}
	if (met)
		note_limit(s, h);
	h->used |= met;
	return 0;
}

static bool wants(const struct name_state *s, enum reason reason)
{
	return !conds_never(&s->want[reason]);
}

static void deny_call(struct builder *b, struct name_state *s, struct hand *h)
{
	h->used |= builder_wanted(s);
	if (wants(s, REASON_RUNTIME) || wants(s, REASON_SOMETIMES))
		note_unstarted(b, s);
	for (enum reason reason = REASON_MAIN; reason < REASON_MAX; reason++)
		conds_release(&s->want[reason]);
}

static void list_idle(struct builder *b)
{
	struct tr_policy_report *r = b->report;

	for (size_t i = 0; i < b->hands.n; i++) {
		const struct tr_policy_hand *from = b->hands.v[i].from;
		tr_cleanup_free char *text = NULL;

		if (b->hands.v[i].used)
			continue;
		text = tr_xasprintf("%s %s", tr_hand_name(from->kind), from->fact);
		tr_strings_add(&r->idle, &r->n_idle, text);
	}
}

int by_hand_limit(struct builder *b, struct tr_err *err)
{
	for (size_t i = 0; i < b->n; i++) {
		struct name_state *s = &b->names[i];
		struct hand *whole = hands_deny_call(&b->hands, i);

		if (whole)
			deny_call(b, s, whole);
		/* In a trial arguments are not tried. */
		if (whole || b->trial || !hands_limit_call(&b->hands, i))
			continue;
		for (unsigned index = 0; index < CONDS_ARGS; index++)
			pin(b, s, index);
		for (size_t k = 0; k < b->hands.n; k++)
			if (b->hands.v[k].from->kind == TR_HAND_DENY && b->hands.v[k].call == i &&
			    deny_value(b, s, &b->hands.v[k], err) < 0)
				return -1;
	}
	list_idle(b);
	return 0;
}
