// SPDX-License-Identifier: Apache-2.0
/* What `trammel verify` says of an AppArmor profile. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/explain.h"
#include "cli/markdown.h"
#include "cli/verify.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

static const char *const modes[] = {
	[TR_AA_ENFORCE] = "enforce",	   [TR_AA_COMPLAIN] = "complain", [TR_AA_KILL] = "kill",
	[TR_AA_UNCONFINED] = "unconfined", [TR_AA_USER] = "prompt",
};

static int ask(struct verify *v, struct tr_err *err)
{
	if (tr_apparmor_compile(&v->policy, v->apparmor, err) < 0)
		return -1;
	if (tr_apparmor_choose(&v->aa, &v->policy, v->name, err) < 0)
		return tr_err_wrap(err, "%s", v->apparmor);
	return tr_check_apparmor_by_hand(
		&v->asked, v->aa, &v->facts,
		&(struct tr_policy_rules){ v->tune.rules, v->tune.n_rules }, err);
}

int verify_apparmor(struct verify *v, struct tr_err *err)
{
	if (ask(v, err) < 0)
		return -1;
	/* A yes to no question at all would be taken for a proof. */
	if (v->asked.n_facts == 0)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: nothing is recorded there that AppArmor is asked about: "
				  "nothing to verify",
				  v->traces[0]);
	return verify_beyond(v, err);
}

int verify_apparmor_of_bundle(struct verify *v, struct tr_err *err)
{
	if (ask(v, err) == 0 && v->asked.n_facts)
		return verify_beyond(v, err);
	if (err->kind && err->kind != TR_ERR_CANNOT)
		return -1;
	v->cannot = err->kind == TR_ERR_CANNOT;
	v->unproved = tr_xstrdup(v->cannot ? tr_err_msg(err) :
					     "nothing is recorded that AppArmor is asked about");
	v->apparmor = NULL;
	tr_err_clear(err);
	return 0;
}

void verify_apparmor_release(struct verify *v)
{
	verify_beyond_release(v);
	tr_check_apparmor_release(&v->asked);
	tr_aa_policy_release(&v->policy);
}

static void add_sentence(const struct verify *v, const struct tr_check_refusal *r,
			 struct strbuf *sb)
{
	tr_cleanup_free char *act = explain_fact_text(r->fact);

	strbuf_addf(sb, "%s; by ", act);
	verify_add_evidence(v, &r->fact->ev, sb);
	strbuf_adds(sb, r->by_rule ? ". A deny rule is in the way of: " : ". Missing: ");
	strbuf_adds(sb, r->rule);
	if (v->accept.len && !r->by_rule)
		strbuf_addf(sb, ". To accept it: %s", strbuf_str(&v->accept));
}

void verify_apparmor_each(const struct verify *v,
			  void (*fn)(const struct verify *v, const char *text, const char *what,
				     void *arg),
			  void *arg)
{
	for (size_t i = 0; i < v->asked.n_refusals; i++) {
		cleanup_strbuf struct strbuf text = STRBUF_INIT;

		if (v->asked.refusals[i].perhaps || v->asked.refusals[i].by_hand)
			continue;
		add_sentence(v, &v->asked.refusals[i], &text);
		fn(v, strbuf_str(&text), v->asked.refusals[i].rule, arg);
	}
}

void verify_apparmor_limits(const struct verify *v, void (*fn)(const char *text, void *arg),
			    void *arg)
{
	if (v->asked.n_elsewhere)
		fn("programs that leave the profile when they are run (px, cx, ux and their like): what "
		   "they may do then was not looked at, and Docker's no-new-privileges forbids them",
		   arg);
	fn("what the container inherits from its engine (descriptors that are open, the first program): "
	   "no rule is asked for it",
	   arg);
	fn("kernels and policies that mediate more than the features of abi 3.0", arg);
}

/* Text */

static void print_refusal(const struct verify *v, const struct tr_check_refusal *r)
{
	cleanup_strbuf struct strbuf who = STRBUF_INIT;
	tr_cleanup_free char *act = explain_fact_text(r->fact);

	verify_add_evidence(v, &r->fact->ev, &who);
	printf("  %s%s%s\n", r->perhaps ? c_yellow() : c_red(), act, c_reset());
	printf("    %sby %s%s\n", c_dim(), strbuf_str(&who), c_reset());
	if (r->by_hand) {
		tr_cleanup_free char *why = text_escaped(r->by_hand);

		printf("    decided by hand: %s\n", why);
	} else if (r->by_rule)
		printf("    a deny rule is in the way of: %s\n", r->rule);
	else
		printf("    missing: %s\n", r->rule);
}

/* How it is taken: what is denied by hand is no failure, whatever else it is. */
enum taken {
	REFUSED,
	PERHAPS,
	BY_HAND,
};

static enum taken taken(const struct tr_check_refusal *r)
{
	return r->by_hand ? BY_HAND : r->perhaps ? PERHAPS : REFUSED;
}

static void print_refusals(const struct verify *v, enum taken how)
{
	for (size_t i = 0; i < v->asked.n_refusals; i++)
		if (taken(&v->asked.refusals[i]) == how)
			print_refusal(v, &v->asked.refusals[i]);
}

static bool has(const struct verify *v, enum taken how)
{
	for (size_t i = 0; i < v->asked.n_refusals; i++)
		if (taken(&v->asked.refusals[i]) == how)
			return true;
	return false;
}

void verify_apparmor_text(const struct verify *v)
{
	tr_cleanup_free char *file = text_escaped(v->apparmor), *name = text_escaped(v->aa->name);

	if (v->asked.n_refused)
		printf("%sNo%s: the AppArmor profile %s of %s denies %zu of %zu recorded acts\n",
		       c_red(), c_reset(), name, file, v->asked.n_refused, v->asked.n_facts);
	else if (v->asked.n_by_hand)
		printf("%sYes%s: the AppArmor profile %s of %s denies none of %zu recorded acts but for "
		       "%zu that are denied by hand\n",
		       c_green(), c_reset(), name, file, v->asked.n_facts, v->asked.n_by_hand);
	else
		printf("%sYes%s: the AppArmor profile %s of %s allows all %zu recorded acts\n",
		       c_green(), c_reset(), name, file, v->asked.n_facts);
	if (v->aa->mode != TR_AA_ENFORCE)
		printf("  It is in %s mode: the answer is as if it were enforced.\n",
		       modes[v->aa->mode]);
	if (v->asked.n_refused) {
		printf("\n%sDenied by AppArmor%s\n", c_bold(), c_reset());
		print_refusals(v, REFUSED);
		if (!v->c || !v->c->n_denied)
			verify_print_accept(v);
	}
	if (has(v, BY_HAND)) {
		printf("\n%sDenied by hand%s (no failure: the tune file has the reasons)\n",
		       c_bold(), c_reset());
		print_refusals(v, BY_HAND);
	}
	if (has(v, PERHAPS)) {
		printf("\n%sDenied in some surroundings%s (no failure: whether it is asked depends on what "
		       "is not recorded)\n",
		       c_bold(), c_reset());
		print_refusals(v, PERHAPS);
	}
	verify_beyond_text(v);
	printf("\n%sStates%s: %zu of paths, %zu of other rules (parsers before 4.1 give up above "
	       "65535)\n",
	       c_bold(), c_reset(), tr_aa_file_states(v->aa), tr_aa_rule_states(v->aa));
}

/* JSON */

static void add_escaped(json_object *o, const char *key, const char *s)
{
	tr_cleanup_free char *safe = text_escaped(s);

	json_add_string(o, key, safe);
}

static json_object *json_of_refusals(const struct verify *v, enum taken how)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->asked.n_refusals; i++) {
		const struct tr_check_refusal *r = &v->asked.refusals[i];
		tr_cleanup_free char *act = NULL;
		json_object *o;

		if (taken(r) != how)
			continue;
		act = explain_fact_text(r->fact);
		o = json_object_new_object();
		json_add_string(o, "act", act);
		json_add_string(o, "fact", tr_fact_kind_name(r->fact->kind));
		json_add_string(o, "rule", r->rule);
		if (r->by_hand)
			add_escaped(o, "why", r->by_hand);
		json_object_object_add(o, "by_rule", json_object_new_boolean(r->by_rule));
		verify_json_evidence(o, &v->facts, &r->fact->ev);
		json_object_array_add(list, o);
	}
	return list;
}

static void add_number(json_object *o, const char *key, size_t n)
{
	json_object_object_add(o, key, json_object_new_int64((int64_t)n));
}

json_object *verify_apparmor_json(const struct verify *v)
{
	json_object *o = json_object_new_object();

	add_escaped(o, "file", v->apparmor);
	add_escaped(o, "name", v->aa->name);
	json_add_string(o, "mode", modes[v->aa->mode]);
	json_object_object_add(o, "allowed", json_object_new_boolean(!v->asked.n_refused));
	add_number(o, "recorded", v->asked.n_facts);
	json_object_object_add(o, "denied", json_of_refusals(v, REFUSED));
	json_object_object_add(o, "denied_by_hand", json_of_refusals(v, BY_HAND));
	json_object_object_add(o, "perhaps_denied", json_of_refusals(v, PERHAPS));
	verify_beyond_json(v, o);
	add_number(o, "path_states", tr_aa_file_states(v->aa));
	add_number(o, "rule_states", tr_aa_rule_states(v->aa));
	return o;
}

/* Markdown */

#define ROOM (MARKDOWN_ROOM / 2) /* the other half is seccomp's */

static void add_rows(const struct verify *v, struct strbuf *sb)
{
	size_t left = 0, start = sb->len;

	strbuf_adds(sb, "\n| Act | By whom | Missing rule |\n| --- | --- | --- |\n");
	for (size_t i = 0; i < v->asked.n_refusals; i++) {
		const struct tr_check_refusal *r = &v->asked.refusals[i];
		cleanup_strbuf struct strbuf who = STRBUF_INIT;
		tr_cleanup_free char *act = NULL;

		if (taken(r) != REFUSED)
			continue;
		/* Two names of 4096 bytes, each byte four characters, are the longest row. */
		if (sb->len - start > ROOM || sb->len > MARKDOWN_ROOM) {
			left++;
			continue;
		}
		act = explain_fact_text(r->fact);
		verify_add_evidence(v, &r->fact->ev, &who);
		strbuf_adds(sb, "| ");
		markdown_code(sb, act);
		strbuf_adds(sb, " | ");
		markdown_code(sb, strbuf_str(&who));
		strbuf_adds(sb, " | ");
		markdown_code(sb, r->rule);
		strbuf_adds(sb, r->by_rule ? " (a deny rule is in its way) |\n" : " |\n");
	}
	if (left)
		strbuf_addf(sb, "\n... and %zu more.\n", left);
}

void verify_apparmor_markdown(const struct verify *v, struct strbuf *sb)
{
	tr_cleanup_free char *file = text_escaped(v->apparmor);

	strbuf_adds(sb, "### AppArmor: ");
	markdown_code(sb, file);
	if (!v->asked.n_refused) {
		strbuf_addf(sb, "\n\nAllows all of %zu recorded acts%s.\n", v->asked.n_facts,
			    v->asked.n_by_hand ? " but those denied by hand" : "");
		verify_beyond_markdown(v, sb);
		return;
	}
	strbuf_addf(sb, "\n\n**%zu recorded act%s %s denied**, of %zu.\n", v->asked.n_refused,
		    cli_plural(v->asked.n_refused), v->asked.n_refused == 1 ? "is" : "are",
		    v->asked.n_facts);
	add_rows(v, sb);
	if (!v->c || !v->c->n_denied)
		markdown_accept(sb, strbuf_str(&v->accept));
	verify_beyond_markdown(v, sb);
}
