// SPDX-License-Identifier: Apache-2.0
#include "policy/tune.h"

#include <stdlib.h>
#include <string.h>

#include "formats/json_reader.h"
#include "formats/json_shape.h"
#include "formats/json_syntax.h"
#include "policy/accept.h"
#include "policy/hand.h"
#include "policy/hand_rules.h"
#include "tables/syscalls.h"
#include "trammel/tune.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"

#define MAX_TUNE ((size_t)1 << 20)

/* json_shape_check takes these for the members that matter: twice, or in other case, is refused. */
const char *const tune_members[] = {
	"$schema",	  "options", "runtime", "args", "siblings", "arch", "ceiling",
	"default-action", "allow",   "deny",	"pin",	"accept",   "fact", "rule",
	"value",	  "mask",    "errno",	"why",	NULL,
};

static void free_string(const char *s)
{
	free((char *)(uintptr_t)s);
}

void tr_tune_release(struct tr_tune *t)
{
	for (size_t i = 0; i < t->n_accepts; i++) {
		free_string(t->accepts[i].fact);
		free_string(t->accepts[i].why);
	}
	for (size_t i = 0; i < t->n_hands; i++) {
		free_string(t->hands[i].fact);
		free_string(t->hands[i].why);
	}
	for (size_t i = 0; i < t->n_rules; i++) {
		free_string(t->rules[i].rule);
		free_string(t->rules[i].why);
	}
	free(t->rules);
	for (size_t i = 0; i < TR_POLICY_OPTIONS; i++) {
		free(t->options[i].value);
		free(t->options[i].why);
	}
	free(t->accepts);
	free(t->hands);
	memset(t, 0, sizeof(*t));
}

void tr_tune_add_accept(struct tr_tune *t, const char *fact, const char *why)
{
	t->accepts = tr_grow(t->accepts, &t->cap_accepts, t->n_accepts, sizeof(*t->accepts));
	t->accepts[t->n_accepts++] = (struct tr_policy_accept){ tr_xstrdup(fact), tr_xstrdup(why) };
}

void tr_tune_add_hand(struct tr_tune *t, const struct tr_policy_hand *hand)
{
	struct tr_policy_hand copy = *hand;

	copy.fact = tr_xstrdup(hand->fact);
	copy.why = tr_xstrdup(hand->why);
	t->hands = tr_grow(t->hands, &t->cap_hands, t->n_hands, sizeof(*t->hands));
	t->hands[t->n_hands++] = copy;
}

void tr_tune_add_rule(struct tr_tune *t, const struct tr_policy_rule *rule)
{
	t->rules = tr_grow(t->rules, &t->cap_rules, t->n_rules, sizeof(*t->rules));
	t->rules[t->n_rules++] = (struct tr_policy_rule){ rule->kind, tr_xstrdup(rule->rule),
							  tr_xstrdup(rule->why) };
}

/* Whether o has no member but these, NULL-terminated. */
static int only(const struct json_reader *rd, const struct json_place *at, json_object *o,
		const char *const *members)
{
	json_object_object_foreach(o, key, value) {
		size_t i = 0;

		(void)value;
		while (members[i] && strcmp(key, members[i]) != 0)
			i++;
		if (!members[i])
			return json_bad(rd, at, "unknown member '%.64s'", key);
	}
	return 0;
}

/* A text that must be there. */
static int wanted_text(const struct json_reader *rd, const struct json_place *at, json_object *o,
		       const char *key, const char **ret)
{
	int r = json_opt_text(rd, at, o, key, ret);

	if (r == 0)
		return json_bad(rd, at, "expected '%s'", key);
	return r < 0 ? -1 : 0;
}

/* What every decision is: an object with these members, a `what` and the reason for it. */
static int read_decision(const struct json_reader *rd, const struct json_place *at, json_object *o,
			 const char *const *members, const char *what, const char **ret_what,
			 const char **ret_why)
{
	if (json_want(rd, at, o, json_type_object) < 0 || only(rd, at, o, members) < 0 ||
	    wanted_text(rd, at, o, what, ret_what) < 0)
		return -1;
	return wanted_text(rd, at, o, "why", ret_why);
}

static int read_accept(const struct json_reader *rd, const struct json_place *at, json_object *o,
		       struct tr_tune *t)
{
	static const char *const members[] = { "fact", "why", NULL };
	struct json_place here = json_below(at, "fact");
	struct tr_err why_not tr_cleanup_err = { 0 };
	const char *fact = NULL, *why = NULL;

	if (read_decision(rd, at, o, members, "fact", &fact, &why) < 0)
		return -1;
	if (accept_check(fact, &why_not) < 0)
		return json_bad(rd, &here, "%s", tr_err_msg(&why_not));
	tr_tune_add_accept(t, fact, why);
	return 0;
}

/* A mask is text: many programs round large numbers. */
static int read_mask(const struct json_reader *rd, const struct json_place *at, json_object *o,
		     uint64_t *ret)
{
	struct json_place here = json_below(at, "mask");
	const char *text = NULL;
	char *end;
	int r = json_opt_text(rd, at, o, "mask", &text);

	if (r <= 0)
		return r;
	if (strncmp(text, "0x", 2) != 0 || strlen(text) > 18 ||
	    strspn(text + 2, "0123456789abcdefABCDEF") != strlen(text + 2))
		return json_bad(rd, &here, "expected a number like 0xff");
	*ret = strtoull(text, &end, 16);
	return *ret ? 0 : json_bad(rd, &here, "expected a bit that is set");
}

static int read_errno(const struct json_reader *rd, const struct json_place *at, json_object *o,
		      int *ret)
{
	struct json_place here = json_below(at, "errno");
	const char *name = NULL;
	int r = json_opt_text(rd, at, o, "errno", &name);

	if (r <= 0)
		return r;
	*ret = errno_from_name(name);
	return *ret > 0 ? 0 : json_bad(rd, &here, "expected an errno like EPERM");
}

/* A rule of AppArmor's in the place of a fact. */
static int read_rule(const struct json_reader *rd, const struct json_place *at, json_object *o,
		     struct tr_tune *t, enum tr_hand_kind kind)
{
	static const char *const members[] = { "rule", "why", NULL };
	struct json_place here = json_below(at, "rule");
	struct tr_err why_not tr_cleanup_err = { 0 };
	struct tr_policy_rule rule = { .kind = kind };
	struct tr_apparmor_document d;

	if (read_decision(rd, at, o, members, "rule", &rule.rule, &rule.why) < 0)
		return -1;
	if (hand_rule_parse(&d, rule.rule, &why_not) < 0)
		return json_bad(rd, &here, "%s", tr_err_msg(&why_not));
	tr_apparmor_document_release(&d);
	tr_tune_add_rule(t, &rule);
	return 0;
}

static bool is_rule(json_object *o, enum tr_hand_kind kind)
{
	return kind != TR_HAND_PIN && json_object_is_type(o, json_type_object) &&
	       json_object_object_get_ex(o, "rule", NULL);
}

static int read_hand(const struct json_reader *rd, const struct json_place *at, json_object *o,
		     struct tr_tune *t, enum tr_hand_kind kind)
{
	static const char *const members[TR_HAND_MAX][5] = {
		[TR_HAND_ALLOW] = { "fact", "mask", "why" },
		[TR_HAND_DENY] = { "fact", "mask", "errno", "why" },
		[TR_HAND_PIN] = { "fact", "mask", "why" },
	};
	struct tr_policy_hand hand = { .kind = kind };
	struct json_place here = json_below(at, "fact");
	struct tr_err why_not tr_cleanup_err = { 0 };

	if (read_decision(rd, at, o, members[kind], "fact", &hand.fact, &hand.why) < 0 ||
	    read_mask(rd, at, o, &hand.mask) < 0 || read_errno(rd, at, o, &hand.errno_ret) < 0)
		return -1;
	if (hand_check(&hand, &why_not) < 0)
		return json_bad(rd, &here, "%s", tr_err_msg(&why_not));
	if (strncmp(hand.fact, "arg:", 4) != 0 && hand.mask)
		return json_bad(rd, at, "a mask is for an argument: expected arg:NAME:INDEX:VALUE");
	if (!strncmp(hand.fact, "arg:", 4) && hand.errno_ret)
		return json_bad(rd, at, "an errno is for a whole call: expected syscall:NAME");
	tr_tune_add_hand(t, &hand);
	return 0;
}

/* kind: enum tr_hand_kind, or TR_HAND_MAX for acceptances. */
static int read_list(const struct json_reader *rd, json_object *o, struct tr_tune *t,
		     const char *key, enum tr_hand_kind kind)
{
	const struct json_place top = { "" }, here = json_below(&top, key);
	json_object *list = NULL;
	int r = json_opt(rd, &top, o, key, json_type_array, &list);

	for (size_t i = 0; r > 0 && i < json_object_array_length(list); i++) {
		struct json_place each = json_element(&here, i);
		json_object *e = json_object_array_get_idx(list, i);
		int done = kind == TR_HAND_MAX ? read_accept(rd, &each, e, t) :
			   is_rule(e, kind)    ? read_rule(rd, &each, e, t, kind) :
						 read_hand(rd, &each, e, t, kind);

		if (done < 0)
			return -1;
	}
	return r < 0 ? -1 : 0;
}

static int read_option(const struct json_reader *rd, const struct json_place *at, json_object *o,
		       enum tr_policy_option option, struct tr_tune *t)
{
	static const char *const members[] = { "value", "why", NULL };
	const char *key = tr_policy_option_name(option), *value = NULL, *why = NULL;
	struct json_place here = json_below(at, key), place = json_below(&here, "value");
	struct tr_err why_not tr_cleanup_err = { 0 };
	struct tr_policy_opts opts = { 0 };
	json_object *each = NULL;
	int r = json_opt(rd, at, o, key, json_type_object, &each);

	if (r <= 0)
		return r;
	if (read_decision(rd, &here, each, members, "value", &value, &why) < 0)
		return -1;
	if (tr_policy_option_set(&opts, option, value, &why_not) < 0)
		return json_bad(rd, &place, "%s", tr_err_msg(&why_not));
	t->options[option] = (struct tr_tune_option){ tr_xstrdup(value), tr_xstrdup(why) };
	return 0;
}

static int read_options(const struct json_reader *rd, json_object *o, struct tr_tune *t)
{
	const struct json_place top = { "" }, here = { "options" };
	const char *members[TR_POLICY_OPTIONS + 1] = { NULL };
	json_object *options = NULL;
	int r = json_opt(rd, &top, o, "options", json_type_object, &options);

	if (r <= 0)
		return r;
	for (int i = 0; i < TR_POLICY_OPTIONS; i++)
		members[i] = tr_policy_option_name((enum tr_policy_option)i);
	if (only(rd, &here, options, members) < 0)
		return -1;
	for (int i = 0; i < TR_POLICY_OPTIONS; i++)
		if (read_option(rd, &here, options, (enum tr_policy_option)i, t) < 0)
			return -1;
	return 0;
}

/* Where one decision undoes another, one of the two was not meant. */
static int check_contradictions(const struct json_reader *rd, const struct tr_tune *t)
{
	const struct json_place at = { "allow" };
	const struct tr_policy_hands all = { t->hands, t->n_hands };
	struct hands h;
	int r = 0;

	if (hands_parse(&h, &all, rd->err) < 0)
		return -1;
	for (size_t i = 0; i < h.n && r == 0; i++) {
		const struct hand *each = &h.v[i];

		if (each->from->kind != TR_HAND_ALLOW)
			continue;
		if (hands_deny_call(&h, each->call) ||
		    (each->arg &&
		     hands_deny_value(&h, each->call, each->index, each->when.want[each->index])))
			r = json_bad(rd, &at, "%s is denied, too, or not among what is pinned",
				     each->from->fact);
	}
	hands_release(&h);
	return r;
}

static int check_rules(const struct json_reader *rd, const struct tr_tune *t)
{
	const struct json_place at = { "allow" };
	const struct tr_policy_rules all = { t->rules, t->n_rules };
	struct tr_err why_not tr_cleanup_err = { 0 };
	struct hand_rules h;
	int r;

	if (hand_rules_parse(&h, &all, rd->err) < 0)
		return -1;
	r = hand_rules_contradict(&h, &why_not);
	hand_rules_release(&h);
	return r < 0 ? json_bad(rd, &at, "%s", tr_err_msg(&why_not)) : 0;
}

static int read_tune(const struct json_reader *rd, json_object *o, struct tr_tune *t)
{
	static const char *const members[] = { "$schema", "options", "allow", "deny",
					       "pin",	  "accept",  NULL };
	const struct json_place top = { "" };
	const char *schema;

	if (json_want(rd, &top, o, json_type_object) < 0 || only(rd, &top, o, members) < 0 ||
	    json_opt_text(rd, &top, o, "$schema", &schema) < 0 || read_options(rd, o, t) < 0)
		return -1;
	for (enum tr_hand_kind kind = TR_HAND_ALLOW; kind < TR_HAND_MAX; kind++)
		if (read_list(rd, o, t, tr_hand_name(kind), kind) < 0)
			return -1;
	if (read_list(rd, o, t, "accept", TR_HAND_MAX) < 0)
		return -1;
	return check_contradictions(rd, t) < 0 ? -1 : check_rules(rd, t);
}

int tr_tune_parse(struct tr_tune *ret, const char *text, size_t len, const char *name,
		  struct tr_err *err)
{
	struct json_reader rd = { .name = name, .text = text, .len = len, .err = err };
	struct tr_tune t = { 0 };
	json_object *o = NULL;
	int r;

	if (json_syntax_check(text, len, name, err) < 0 ||
	    json_parse(text, len, name, 1, &o, err) < 0)
		return -1;
	r = json_shape_check(text, len, name, tune_members, err);
	if (r == 0)
		r = read_tune(&rd, o, &t);
	json_object_put(o);
	if (r < 0)
		tr_tune_release(&t);
	else
		*ret = t;
	return r;
}

int tr_tune_read(struct tr_tune *ret, const char *path, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	size_t len;

	if (fs_read(path, MAX_TUNE, &text, &len, err) < 0)
		return -1;
	return tr_tune_parse(ret, text, len, strcmp(path, "-") ? path : "standard input", err);
}

int tr_tune_apply(struct tr_policy_opts *opts, const struct tr_tune *t, unsigned given,
		  struct tr_err *err)
{
	for (int i = 0; i < TR_POLICY_OPTIONS; i++)
		if (t->options[i].value && !(given & 1U << i) &&
		    tr_policy_option_set(opts, (enum tr_policy_option)i, t->options[i].value, err) <
			    0)
			return -1;
	opts->hands = (struct tr_policy_hands){ t->hands, t->n_hands };
	return 0;
}
