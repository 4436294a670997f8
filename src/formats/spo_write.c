// SPDX-License-Identifier: Apache-2.0
/*
 * A SeccompProfile for the Security Profiles Operator. Everything but the keys is written as JSON
 * would be, which is YAML: no name can become anything but a name.
 */
#include <inttypes.h>
#include <string.h>

#include "formats/seccomp_write.h"
#include "util/mem.h"
#include "util/text.h"

/* Written by hand, so that reasons can be comments. */
static void put_string(FILE *out, const char *s)
{
	json_object *o = json_object_new_string(s);

	fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							JSON_C_TO_STRING_NOSLASHESCAPE),
	      out);
	json_object_put(o);
}

static void put_list(FILE *out, const char *indent, const char *key, char *const *v, size_t n)
{
	fprintf(out, "%s%s:\n", indent, key);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%s- ", indent);
		put_string(out, v[i]);
		fputc('\n', out);
	}
}

static void put_conds(FILE *out, const struct tr_rule *r)
{
	fputs("    args:\n", out);
	for (size_t i = 0; i < r->n_conds; i++) {
		const struct tr_cond *c = &r->conds[i];

		fprintf(out, "    - index: %" PRIu32 "\n      value: %" PRIu64 "\n", c->index,
			c->value);
		if (c->value2)
			fprintf(out, "      valueTwo: %" PRIu64 "\n", c->value2);
		fprintf(out, "      op: %s\n", tr_cmp_name(c->op));
	}
}

static void put_rule(FILE *out, const struct tr_rule *r)
{
	if (!r->n_names)
		return;
	if (r->comment) {
		tr_cleanup_free char *safe = text_escaped(r->comment);

		fprintf(out, "  # %s\n", safe);
	}
	fprintf(out, "  - action: %s\n", tr_action_name(r->action));
	if (r->errno_ret >= 0 && tr_action_has_errno(r->action))
		fprintf(out, "    errnoRet: %d\n", r->errno_ret);
	put_list(out, "    ", "names", r->names, r->n_names);
	if (r->n_conds)
		put_conds(out, r);
}

/* The API server takes numbers for int64. */
static int check_rules(const struct tr_seccomp *p, struct tr_err *err)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *r = &p->rules[i];

		for (size_t j = 0; j < r->n_names; j++)
			if (!spelled_name(r->names[j], "a SeccompProfile", err))
				return -1;
		for (size_t j = 0; j < r->n_conds; j++)
			if (r->conds[j].value > INT64_MAX || r->conds[j].value2 > INT64_MAX)
				return tr_err_set(
					err, TR_ERR_INPUT,
					"a SeccompProfile holds numbers below 2^63, and a "
					"rule for %s compares with a larger one",
					r->n_names ? r->names[0] : "nothing");
	}
	return 0;
}

int seccomp_write_spo(const struct tr_seccomp *p, const char *name, FILE *out,
		      const struct losses *l, struct tr_err *err)
{
	if (check_rules(p, err) < 0)
		return -1;
	fputs("apiVersion: security-profiles-operator.x-k8s.io/v1beta1\n"
	      "kind: SeccompProfile\n"
	      "metadata:\n"
	      "  name: ",
	      out);
	put_string(out, name);
	fprintf(out, "\nspec:\n  defaultAction: %s\n", tr_action_name(p->default_action));
	if (p->n_arches)
		put_list(out, "  ", "architectures", p->arches, p->n_arches);
	if (p->n_flags)
		put_list(out, "  ", "flags", p->flags, p->n_flags);
	fputs("  syscalls:\n", out);
	for (size_t i = 0; i < p->n_rules; i++)
		put_rule(out, &p->rules[i]);
	if (p->default_action == TR_ACTION_ERRNO && p->default_errno >= 0 && p->default_errno != 1)
		lose(l, "the default errno: a SeccompProfile has none, and its refusals are EPERM");
	if (p->listener_path)
		lose(l, "listenerPath: the operator takes only its own");
	return 0;
}
