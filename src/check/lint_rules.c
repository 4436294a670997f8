// SPDX-License-Identifier: Apache-2.0
/* What a profile's rules say, each by itself. */
#include <inttypes.h>
#include <string.h>

#include "check/lint.h"
#include "tables/syscalls.h"

static const char *rule_subject(const struct tr_rule *r)
{
	return r->n_names ? r->names[0] : "";
}

/*
 * libseccomp takes an argument once in a rule; runc (libcontainer/seccomp/seccomp_linux.go:
 * matchCall) and crun (src/libcrun/seccomp.c) then add a rule for each condition.
 */
static void check_split(struct linter *k, const struct tr_rule *r)
{
	unsigned seen = 0, twice = 0;

	for (size_t i = 0; i < r->n_conds; i++) {
		twice |= seen & 1u << r->conds[i].index;
		seen |= 1u << r->conds[i].index;
	}
	for (unsigned i = 0; i < 6; i++)
		if (twice >> i & 1)
			lint_add(
				k, TR_LINT_SPLIT, TR_LINT_HIGH, r->line, rule_subject(r),
				"%s: argument %u has more than one condition in a rule: runtimes take "
				"all conditions of the rule for alternatives",
				rule_subject(r), i);
}

static bool is_order(enum tr_cmp op)
{
	return op != TR_CMP_EQ && op != TR_CMP_MASKED_EQ;
}

/* How many rules compare this argument of the call for more than equality. */
static size_t count_order(const struct linter *k, const char *name, uint32_t index)
{
	size_t n = 0;

	for (size_t i = 0; i < k->p->n_rules; i++) {
		const struct tr_rule *r = &k->p->rules[i];
		bool named = false, order = false;

		for (size_t j = 0; j < r->n_names && !named; j++)
			named = !strcmp(r->names[j], name);
		for (size_t j = 0; j < r->n_conds; j++)
			order |= r->conds[j].index == index && is_order(r->conds[j].op);
		n += named && order;
	}
	return n;
}

/* Such a condition looks as if it never held. libseccomp (src/db.c) takes the bits away. */
static void check_mask(struct linter *k, const struct tr_rule *r, const struct tr_cond *c)
{
	if (c->op == TR_CMP_MASKED_EQ && c->value2 & ~c->value)
		lint_add(k, TR_LINT_STRAY_BITS, TR_LINT_HIGH, r->line, rule_subject(r),
			 "%s: argument %u is to be 0x%" PRIx64 " under the mask 0x%" PRIx64
			 ", which has not all of these bits: libseccomp drops the others, and the "
			 "rule matches 0x%" PRIx64,
			 rule_subject(r), c->index, c->value2, c->value, c->value2 & c->value);
}

static void check_conds(struct linter *k, const struct tr_rule *r)
{
	for (size_t i = 0; i < r->n_conds && r->n_names; i++) {
		const struct tr_cond *c = &r->conds[i];

		check_mask(k, r, c);
		if (is_order(c->op)) {
			bool more = count_order(k, r->names[0], c->index) > 1;

			lint_add(k, TR_LINT_ORDER, more ? TR_LINT_MEDIUM : TR_LINT_LOW, r->line,
				 rule_subject(r),
				 "%s: %s on argument %u%s: libseccomp before 2.6.1 can merge such "
				 "comparisons into a weaker one (GHSA-4q85-33p6-j5g6); EQ and "
				 "MASKED_EQ are safe",
				 rule_subject(r), tr_cmp_name(c->op), c->index,
				 more ? ", in more than one rule" : "");
		} else if (c->op == TR_CMP_EQ && lint_ints(r->names[0]) >> c->index & 1) {
			lint_add(k, TR_LINT_WIDE, TR_LINT_LOW, r->line, rule_subject(r),
				 "%s: argument %u is 32 bits wide for the kernel and 64 for "
				 "SCMP_CMP_EQ: a caller that leaves something above (a negative "
				 "int, extended) does not match; MASKED_EQ with 0xffffffff does",
				 rule_subject(r), c->index);
		}
	}
}

static void check_flags(struct linter *k)
{
	if (tr_strings_has(k->p->flags, k->p->n_flags, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"))
		lint_add(
			k, TR_LINT_FLAGS, TR_LINT_LOW, 0, "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
			"SECCOMP_FILTER_FLAG_SPEC_ALLOW leaves the mitigation of Speculative Store "
			"Bypass off");
}

static bool names_arch(const struct linter *k, const char *arch)
{
	return tr_strings_has(k->p->arches, k->p->n_arches, arch);
}

/*
 * Runtimes add the machine's own architecture to the filter, but runc's stub for new syscalls
 * (libcontainer/seccomp/patchbpf) looks at the named ones only.
 */
static void check_native(struct linter *k)
{
	static const char *const families[][3] = {
		{ "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32" },
		{ "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", NULL },
	};

	if (!k->p->n_arches && !k->p->n_arch_map)
		lint_add(k, TR_LINT_NATIVE, TR_LINT_MEDIUM, 0, "architectures",
			 "no architectures are named: runtimes let the machine's own in, and runc, "
			 "which answers ENOSYS to new syscalls of those that are named, does not");
	for (size_t f = 0; f < sizeof(families) / sizeof(families[0]); f++)
		for (size_t i = 1; i < 3; i++)
			if (families[f][i] && names_arch(k, families[f][i]) &&
			    !names_arch(k, families[f][0]))
				lint_add(k, TR_LINT_NATIVE, TR_LINT_MEDIUM, 0, families[f][0],
					 "%s is named and %s, which such machines run with, is not",
					 families[f][i], families[f][0]);
}

static unsigned line_of_any(const struct tr_seccomp *p, const char *name)
{
	return lint_line_of(p, name, TR_ACTION_MAX);
}

static void check_names(struct linter *k)
{
	for (char **name = k->unknown; name && *name && !lint_full(k); name++) {
		/* An engine's default has names of architectures that we have no table of. */
		bool known = syscall_index(*name) >= 0 || line_of_any(k->engine, *name);

		lint_add(
			k, TR_LINT_UNKNOWN_NAME, known ? TR_LINT_LOW : TR_LINT_MEDIUM,
			line_of_any(k->p, *name), *name,
			known ? "'%s' is newer than libseccomp here: runtimes leave it out in silence" :
				"'%s' is no syscall that is known: runtimes leave it out in silence",
			*name);
	}
}

void lint_rules(struct linter *k)
{
	for (size_t i = 0; i < k->p->n_rules && !lint_full(k); i++) {
		check_split(k, &k->p->rules[i]);
		check_conds(k, &k->p->rules[i]);
	}
	check_flags(k);
	check_native(k);
	check_names(k);
}
