// SPDX-License-Identifier: Apache-2.0
/* What rules come to beside each other, and in other versions of the runtimes. */
#include <string.h>

#include "check/lint.h"
#include "tables/syscalls.h"
#include "trammel/check.h"
#include "trammel/dead.h"
#include "util/mem.h"

/* Sentences that nobody reads to their end say nothing. */
#define SHOWN 60

/* "read, write, ...", cut behind a name. */
static char *few(const char *names)
{
	size_t n = strlen(names);

	if (n <= SHOWN)
		return tr_xstrdup(names);
	for (n = SHOWN; n && names[n] != ','; n--)
		;
	return n ? tr_xasprintf("%.*s, ...", (int)n, names) : tr_xasprintf("%.*s...", SHOWN, names);
}

static void check_dead_rule(struct linter *k, const struct tr_dead *d)
{
	tr_cleanup_free char *names = few(d->names);

	switch (d->kind) {
	case TR_DEAD_NEVER:
		lint_add(k, TR_LINT_NEVER, TR_LINT_MEDIUM, d->line, names,
			 "%s (%s) can never match: %s", d->path, names, d->why);
		break;
	case TR_DEAD_NO_CALL:
		/* Of what is no syscall's name it is said elsewhere. */
		if (syscall_index(d->names) >= 0 || strchr(d->names, ','))
			lint_add(k, TR_LINT_NO_EFFECT, TR_LINT_LOW, d->line, names, "%s: %s", names,
				 d->why);
		break;
	case TR_DEAD_TWICE:
		lint_add(k, TR_LINT_DUPLICATE, TR_LINT_LOW, d->line, names, "%s: %s", names,
			 d->why);
		break;
	case TR_DEAD_COVERED:
		lint_add(k, TR_LINT_SWALLOWED, d->otherwise ? TR_LINT_HIGH : TR_LINT_MEDIUM,
			 d->line, names, "%s: this rule has no effect: %s", names, d->why);
		break;
	}
}

/* A rule with the default action, where no other one contradicts it. */
static void check_default_rule(struct linter *k, const struct tr_rule *r)
{
	if (!r->n_names || !tr_rule_is_default(k->p, r))
		return;
	for (size_t i = 0; i < k->l.n; i++)
		if (k->l.v[i].rule == TR_LINT_SWALLOWED && k->l.v[i].line == r->line)
			return;
	lint_add(k, TR_LINT_NO_EFFECT, TR_LINT_LOW, r->line, r->names[0],
		 "%s%s: the default action says the same, and runtimes leave the rule out",
		 r->names[0], r->n_names > 1 ? " and the others" : "");
}

static enum tr_lint_level level_of(const struct tr_check_version *v)
{
	return strcmp(v->effect, "stale") ? TR_LINT_MEDIUM : TR_LINT_LOW;
}

static void check_versions(struct linter *k)
{
	struct tr_check_versions l;

	/* Unknown names are a finding of their own, and so is what crun refuses here. */
	tr_check_versions(&l, k->p, false);
	for (size_t i = 0; i < l.n; i++) {
		const struct tr_check_version *v = &l.v[i];
		tr_cleanup_free char *subject = tr_xasprintf("%s %s", v->uses, v->who);

		if (k->compiles && !k->crun_compiles && !strcmp(v->uses, "misplaced-errno"))
			continue;
		lint_add(k, TR_LINT_VERSIONS, level_of(v), 0, subject, "%s, %s: %s", v->who,
			 v->versions, v->what);
	}
	tr_check_versions_release(&l);
}

void lint_effect(struct linter *k)
{
	struct tr_dead_list l;

	tr_dead_rules(&l, k->p);
	for (size_t i = 0; i < l.n && !lint_full(k); i++)
		check_dead_rule(k, &l.v[i]);
	tr_dead_release(&l);
	for (size_t i = 0; i < k->p->n_rules && !lint_full(k); i++)
		check_default_rule(k, &k->p->rules[i]);
	check_versions(k);
}
