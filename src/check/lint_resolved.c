// SPDX-License-Identifier: Apache-2.0
/*
 * What rules of one name do to each other, once it is known which of them there are: for a container
 * with the default capabilities, with every one that the profile asks about and with none, on each
 * kind of machine.
 */
#include <stdlib.h>
#include <string.h>

#include "check/lint.h"
#include "policy/caps.h"
#include "util/mem.h"

/* One name of one rule. */
struct entry {
	const char *name;
	const struct tr_rule *rule;
	size_t order;
};

static int by_conds(const struct tr_rule *a, const struct tr_rule *b)
{
	if (a->n_conds != b->n_conds)
		return a->n_conds < b->n_conds ? -1 : 1;
	for (size_t i = 0; i < a->n_conds; i++) {
		const struct tr_cond *x = &a->conds[i], *y = &b->conds[i];

		if (x->index != y->index)
			return x->index < y->index ? -1 : 1;
		if (x->op != y->op)
			return x->op < y->op ? -1 : 1;
		if (x->value != y->value)
			return x->value < y->value ? -1 : 1;
		if (x->value2 != y->value2)
			return x->value2 < y->value2 ? -1 : 1;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	if (!c)
		c = by_conds(x->rule, y->rule);
	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static struct entry *sorted_entries(const struct tr_seccomp *p, size_t *ret_n)
{
	struct entry *v = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		for (size_t j = 0; j < p->rules[i].n_names; j++) {
			v = tr_grow(v, &cap, n, sizeof(*v));
			v[n] = (struct entry){ p->rules[i].names[j], &p->rules[i], n };
			n++;
		}
	}
	if (n)
		qsort(v, n, sizeof(*v), by_name);
	*ret_n = n;
	return v;
}

/* A rule that runtimes leave out, where another one speaks of the call for all arguments. */
static void check_default(struct linter *k, const struct entry *e, const struct tr_rule *plain)
{
	if (plain && !tr_rule_is_default(k->p, plain))
		lint_add(
			k, TR_LINT_SWALLOWED, TR_LINT_HIGH, e->rule->line, e->name,
			"%s: this rule has no effect: runtimes leave out what is the default action, "
			"and the rule on line %u gives the call %s",
			e->name, plain->line, tr_action_name(plain->action));
	else if (!e->rule->comment) /* one with a reason has an effect on who reads it */
		lint_add(k, TR_LINT_NO_EFFECT, TR_LINT_LOW, e->rule->line, e->name,
			 "%s: the default action says the same, and runtimes leave the rule out",
			 e->name);
}

static void check_swallowed(struct linter *k, const struct entry *e, const struct tr_rule *plain)
{
	bool same = tr_rule_same_action(plain, e->rule);

	lint_add(
		k, TR_LINT_SWALLOWED, same ? TR_LINT_MEDIUM : TR_LINT_HIGH, e->rule->line, e->name,
		"%s: the conditions have no effect: the rule on line %u gives the call %s whatever its "
		"arguments are, and libseccomp drops this one (%s)",
		e->name, plain->line, tr_action_name(plain->action),
		tr_action_name(e->rule->action));
}

/* Where only a capability brings the second in, it is there for containers without the first. */
static void check_duplicate(struct linter *k, const struct entry *e, bool usual)
{
	if (usual)
		lint_add(k, TR_LINT_DUPLICATE, TR_LINT_LOW, e->rule->line, e->name,
			 "%s: the same is on line %u already", e->name, e[-1].rule->line);
}

/* All entries of one name: those without conditions come first. */
static void check_name(struct linter *k, const struct entry *v, size_t n, bool usual)
{
	const struct tr_rule *plain = NULL;

	for (size_t i = 0; i < n && !v[i].rule->n_conds; i++)
		if (!plain || tr_rule_is_default(k->p, plain))
			plain = v[i].rule;
	for (size_t i = 0; i < n; i++) {
		const struct tr_rule *r = v[i].rule;

		if (i && !by_conds(v[i - 1].rule, r) && tr_rule_same_action(v[i - 1].rule, r))
			check_duplicate(k, &v[i], usual);
		else if (tr_rule_is_default(k->p, r))
			check_default(k, &v[i], plain);
		else if (plain && r->n_conds && !tr_rule_is_default(k->p, plain))
			check_swallowed(k, &v[i], plain);
	}
}

static void check_variant(struct linter *k, const struct tr_seccomp_host *host, bool usual)
{
	struct tr_seccomp resolved;
	struct entry *v;
	size_t n;

	/* Where it fails, compiling says so. */
	if (tr_seccomp_resolve(&resolved, k->p, host, NULL) < 0)
		return;
	v = sorted_entries(&resolved, &n);
	for (size_t i = 0; i < n && !lint_full(k);) {
		size_t end = i + 1;

		while (end < n && !strcmp(v[i].name, v[end].name))
			end++;
		check_name(k, &v[i], end - i, usual);
		i = end;
	}
	free(v);
	tr_seccomp_release(&resolved);
}

void lint_resolved(struct linter *k)
{
	static const char *const none[] = { "" };
	struct tr_strset asked = { 0 };

	caps_asked(&asked, k->p);
	for (size_t i = 0; i < n_machines; i++) {
		struct tr_seccomp_host host = { .arch = machines[i].arch };

		check_variant(k, &host, true);
		host.caps = none;
		check_variant(k, &host, false);
		if (!asked.n)
			continue;
		host.caps = (const char *const *)asked.v;
		host.n_caps = asked.n;
		check_variant(k, &host, false);
	}
	tr_strset_release(&asked);
}
