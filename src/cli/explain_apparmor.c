// SPDX-License-Identifier: Apache-2.0
/* What `trammel explain` says in AppArmor's terms. */
#include <stdio.h>
#include <stdlib.h>

#include "check/explain_apparmor.h"
#include "cli/cmd.h"
#include "cli/explain.h"
#include "util/json.h"
#include "util/mem.h"

#define LABEL 16 /* as in the rest of the text */
#define SHOWN 8

/* Rules are as the writer makes them: safe to show, and to be copied. */
static void line(const char *label, const char *text)
{
	printf("  %s%-*s%s%s\n", c_dim(), LABEL, label, c_reset(), text);
}

/* What is only perhaps asked for is no failure. */
static size_t count_denied(const struct explain_aa *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->without.n_refusals; i++)
		n += !a->without.refusals[i].perhaps;
	return n;
}

static void print_without(const struct explaining *e, const struct explain_aa *a)
{
	size_t shown = 0, n = count_denied(a);

	if (a->without.n_facts && !n)
		line("without it", "nothing that was recorded is denied");
	for (size_t i = 0; i < a->without.n_refusals; i++) {
		const struct tr_check_refusal *r = &a->without.refusals[i];
		tr_cleanup_free char *act = NULL, *text = NULL;

		if (r->perhaps || (!e->all && shown == SHOWN))
			continue;
		act = explain_fact_text(r->fact);
		printf("  %s%-*s%s%s is denied\n", c_dim(), LABEL, shown++ ? "" : "without it",
		       c_reset(), act);
	}
	if (shown < n)
		printf("  %*s%s... and %zu more: --all%s\n", LABEL, "", c_dim(), n - shown,
		       c_reset());
}

void explain_print_apparmor(const struct explaining *e, const struct explain *x)
{
	struct explain_aa a;

	if (!e->apparmor)
		return;
	explain_aa(&a, x, e->apparmor);
	for (size_t i = 0; i < a.n_rules; i++)
		line(i ? "" : "apparmor", a.rules[i].text);
	if (!a.n_rules)
		for (size_t i = 0; i < a.needs.n; i++)
			line(i ? "" : "apparmor", a.needs.v[i]);
	if (!a.asked && x->facts.n && x->what->kind >= TR_FACT_FILE)
		line("apparmor", "no rule: it is not asked for this");
	if (a.n_rules)
		print_without(e, &a);
	explain_aa_release(&a);
}

json_object *explain_apparmor_json(const struct explaining *e, const struct explain *x)
{
	json_object *o, *rules = json_object_new_array(), *denied = json_object_new_array();
	struct explain_aa a;

	explain_aa(&a, x, e->apparmor);
	o = json_object_new_object();
	json_object_object_add(o, "asked", json_object_new_boolean(a.asked));
	for (size_t i = 0; i < a.n_rules; i++)
		json_object_array_add(rules, json_object_new_string(a.rules[i].text));
	for (size_t i = 0; i < a.without.n_refusals; i++) {
		tr_cleanup_free char *act = explain_fact_text(a.without.refusals[i].fact);

		if (!a.without.refusals[i].perhaps)
			json_object_array_add(denied, json_object_new_string(act));
	}
	json_object_object_add(o, "rules", rules);
	json_object_object_add(o, "without", denied);
	explain_aa_release(&a);
	return o;
}
