// SPDX-License-Identifier: Apache-2.0
/* `trammel diff` of bundles: beside their seccomp profiles, those of AppArmor. */
#include <string.h>

#include "cli/bundle.h"
#include "cli/cmd.h"
#include "cli/diff.h"
#include "trammel/apparmor_text.h"
#include "util/mem.h"

/* Whether one side has, or stands for, an AppArmor profile: 1, 0 and why not, or -1. */
static int has_profile(const struct operand *o, char **ret_why, struct tr_err *err)
{
	tr_cleanup_free char *why = NULL;
	enum tr_bundle_state state;
	size_t len;
	int r = 0;

	if (o->bundle) {
		r = bundle_has_apparmor(o->bundle, &state, &why, err);
		if (r == 0)
			*ret_why = tr_xasprintf("%s has no AppArmor profile: %s", o->label, why);
	} else if (o->kind != TR_DIFF_PROFILE || tr_apparmor_builtin(o->word, &len)) {
		r = 1;
	} else {
		*ret_why = tr_xasprintf("%s is of seccomp alone", o->label);
	}
	return r;
}

static int open_side(struct aa_operand *ret, const struct operand *o, struct tr_err *err)
{
	if (o->kind == TR_DIFF_FACTS)
		return aa_operand_of_facts(ret, o->word, &o->facts, err);
	return aa_operand_open(ret, o->bundle ? o->bundle : o->word, err);
}

/* That a bundle was made without, and what was asked for, is known; all else comes as a surprise. */
static int left_out(struct diff_report *r, const struct operand *sides[2], struct tr_err *err)
{
	bool of_trace = sides[0]->kind == TR_DIFF_FACTS || sides[1]->kind == TR_DIFF_FACTS;
	bool in_force = sides[0]->kind == TR_DIFF_FILTERS || sides[1]->kind == TR_DIFF_FILTERS;

	/* A container without AppArmor is none that cannot be looked at. */
	r->cannot = err->kind == TR_ERR_CANNOT && !in_force;
	if (!r->cannot && !in_force && !(of_trace && err->kind == TR_ERR_INPUT))
		return -1;
	r->no_aa = tr_xstrdup(tr_err_msg(err));
	tr_err_clear(err);
	cli_warn("AppArmor: not compared: %s", r->no_aa);
	return 0;
}

static int is_file(const struct tr_fact *fact, void *arg)
{
	(void)arg;
	return fact->kind == TR_FACT_FILE;
}

static bool has_files(const struct operand *o)
{
	return o->kind == TR_DIFF_FACTS && tr_facts_each(&o->facts, is_file, NULL);
}

int diff_bundle_apparmor(struct diff_report *r, const struct operand *a, const struct operand *b,
			 const char *files, struct tr_err *err)
{
	const struct operand *sides[2] = { a, b };
	struct aa_operand *to[2] = { &r->aa.a, &r->aa.b };

	if (!a->bundle && !b->bundle) {
		/* Of two recordings no one should think that files were the same. */
		if (has_files(a) && has_files(b))
			r->no_aa = tr_xstrdup("files and the like of recordings (--apparmor does)");
		return 0;
	}
	for (int i = 0; i < 2; i++) {
		int has = has_profile(sides[i], &r->no_aa, err);

		if (has <= 0)
			return has;
	}
	r->aa.all = r->all;
	r->aa.any_change = r->any_change;
	/* A bundle first: what is wrong with it is not taken for what a trace lacks. */
	for (int i = 0; i < 2; i++)
		if (sides[i]->bundle && open_side(to[i], sides[i], err) < 0)
			return err->kind == TR_ERR_CANNOT ? left_out(r, sides, err) : -1;
	for (int i = 0; i < 2; i++)
		if (!sides[i]->bundle && open_side(to[i], sides[i], err) < 0)
			return left_out(r, sides, err);
	r->has_aa = true;
	return aa_diff_operands(&r->aa, files, err);
}
