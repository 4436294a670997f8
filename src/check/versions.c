// SPDX-License-Identifier: Apache-2.0
/* Which differences between versions, of those in profiles/versions.csv, a profile runs into. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tables/csv.h"
#include "tables/data.h"
#include "trammel/check.h"
#include "util/mem.h"

void tr_check_versions_release(struct tr_check_versions *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].uses);
		free(l->v[i].who);
		free(l->v[i].versions);
		free(l->v[i].effect);
		free(l->v[i].what);
	}
	free(l->v);
	memset(l, 0, sizeof(*l));
}

static bool uses_action(const struct tr_seccomp *p, enum tr_action a)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].action == a && p->rules[i].n_names)
			return true;
	return p->default_action == a;
}

static bool uses_notify(const struct tr_seccomp *p)
{
	return uses_action(p, TR_ACTION_NOTIFY);
}

static bool uses_kill_process(const struct tr_seccomp *p)
{
	return uses_action(p, TR_ACTION_KILL_PROCESS);
}

static bool uses_default_errno(const struct tr_seccomp *p)
{
	return tr_action_has_errno(p->default_action) && p->default_errno >= 0 &&
	       p->default_errno != EPERM;
}

static bool uses_default_rule(const struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].n_names && tr_rule_is_default(p, &p->rules[i]))
			return true;
	return false;
}

static bool uses_flags(const struct tr_seccomp *p)
{
	return p->n_flags > 0;
}

static bool uses_wait_killable(const struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_flags; i++)
		if (!strcmp(p->flags[i], "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"))
			return true;
	return false;
}

static bool uses_min_kernel(const struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].inc_min_kernel || p->rules[i].exc_min_kernel)
			return true;
	return false;
}

static bool uses_misplaced_errno(const struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].errno_ret >= 0 && !tr_action_has_errno(p->rules[i].action))
			return true;
	return p->default_errno >= 0 && !tr_action_has_errno(p->default_action);
}

static bool uses_rule_errno(const struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].errno_ret >= 0 && tr_action_has_errno(p->rules[i].action))
			return true;
	return false;
}

static const struct {
	const char *word;
	bool (*uses)(const struct tr_seccomp *p); /* NULL: unknown names */
} features[] = {
	{ "action-kill-process", uses_kill_process },
	{ "action-notify", uses_notify },
	{ "default-errno", uses_default_errno },
	{ "default-rule", uses_default_rule },
	{ "flags", uses_flags },
	{ "flag-wait-killable", uses_wait_killable },
	{ "min-kernel", uses_min_kernel },
	{ "misplaced-errno", uses_misplaced_errno },
	{ "rule-errno", uses_rule_errno },
	{ "unknown-name", NULL },
};

bool tr_check_version_word(const char *word)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(features); i++)
		if (!strcmp(features[i].word, word))
			return true;
	return false;
}

static bool applies(const char *word, const struct tr_seccomp *p, bool has_unknown)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(features); i++)
		if (!strcmp(features[i].word, word))
			return features[i].uses ? features[i].uses(p) : has_unknown;
	return false;
}

static int gravity(const char *effect)
{
	if (!strcmp(effect, "refused"))
		return 0;
	return strcmp(effect, "ignored") ? 1 : 2;
}

static void add(struct tr_check_versions *l, const struct csv *csv)
{
	size_t at = l->n;

	l->v = tr_grow(l->v, &l->cap, l->n, sizeof(*l->v));
	while (at && gravity(l->v[at - 1].effect) > gravity(csv->field[3]))
		at--;
	memmove(&l->v[at + 1], &l->v[at], (l->n - at) * sizeof(*l->v));
	l->v[at] = (struct tr_check_version){ .uses = tr_xstrdup(csv->field[0]),
					      .who = tr_xstrdup(csv->field[1]),
					      .versions = tr_xstrdup(csv->field[2]),
					      .effect = tr_xstrdup(csv->field[3]),
					      .what = tr_xstrdup(csv->field[4]) };
	l->n++;
}

void tr_check_versions(struct tr_check_versions *ret, const struct tr_seccomp *p, bool has_unknown)
{
	const struct data_file *file = data_find("versions.csv");
	struct csv csv;

	memset(ret, 0, sizeof(*ret));
	if (!file)
		return;
	csv_init(&csv, file->text);
	while (csv_next(&csv))
		if (csv.n > 4 && applies(csv.field[0], p, has_unknown))
			add(ret, &csv);
	csv_release(&csv);
}
