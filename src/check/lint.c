// SPDX-License-Identifier: Apache-2.0
#include "check/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tables/csv.h"
#include "tables/data.h"
#include "util/mem.h"

#define MAX_FINDINGS 5000

const struct tr_lint_rule_info tr_lint_rules[TR_LINT_RULES] = {
	[TR_LINT_REFUSED] = { "seccomp-refused", "A runtime refuses to start a container with it",
			      TR_LINT_HIGH },
	[TR_LINT_DEFAULT_ALLOWS] = { "seccomp-default-allows",
				     "What the profile does not name is allowed", TR_LINT_HIGH },
	[TR_LINT_RISKY] = { "seccomp-risky", "Allows a call that gives an attacker something",
			    TR_LINT_HIGH },
	[TR_LINT_BEYOND] = { "seccomp-beyond-default",
			     "Allows what the engine's default profile does not", TR_LINT_MEDIUM },
	[TR_LINT_HIGH_BITS] = { "seccomp-high-bits",
				"A refusal is avoided by bits that the kernel does not look at",
				TR_LINT_HIGH },
	[TR_LINT_SPLIT] = { "seccomp-split-conditions",
			    "Conditions that stand together are taken one by one", TR_LINT_HIGH },
	[TR_LINT_SWALLOWED] = { "seccomp-swallowed",
				"A rule with conditions beside one without has no effect",
				TR_LINT_MEDIUM },
	[TR_LINT_CLONE3] = { "seccomp-clone3",
			     "No thread can be started where clone3 is refused so", TR_LINT_HIGH },
	[TR_LINT_ORDER] = { "seccomp-order-comparison",
			    "Comparisons that libseccomp can merge wrongly", TR_LINT_MEDIUM },
	[TR_LINT_WIDE] = { "seccomp-wide-comparison",
			   "64 bits are compared where the kernel looks at 32", TR_LINT_LOW },
	[TR_LINT_STRAY_BITS] = { "seccomp-stray-bits",
				 "A masked comparison with bits that its mask has not",
				 TR_LINT_HIGH },
	[TR_LINT_VERSIONS] = { "seccomp-versions",
			       "Some versions of runtimes or engines refuse it, or leave something out",
			       TR_LINT_MEDIUM },
	[TR_LINT_FLAGS] = { "seccomp-flags", "Flags that weaken the filter", TR_LINT_LOW },
	[TR_LINT_NATIVE] = { "seccomp-native-arch", "The machine's own architecture is not named",
			     TR_LINT_MEDIUM },
	[TR_LINT_UNKNOWN_NAME] = { "seccomp-unknown-name",
				   "A name that the runtimes leave out in silence",
				   TR_LINT_MEDIUM },
	[TR_LINT_NEVER] = { "seccomp-never-matches", "A rule that no call can match",
			    TR_LINT_MEDIUM },
	[TR_LINT_NO_EFFECT] = { "seccomp-no-effect", "A rule that says what is so without it",
				TR_LINT_LOW },
	[TR_LINT_DUPLICATE] = { "seccomp-duplicate", "The same twice", TR_LINT_LOW },
	[TR_LINT_AA_MODE] = { "apparmor-mode", "The profile refuses nothing", TR_LINT_HIGH },
	[TR_LINT_AA_EXEC_UNCONFINED] = { "apparmor-exec-unconfined",
					 "A program goes on without a profile", TR_LINT_HIGH },
	[TR_LINT_AA_EXEC_PROFILE] = { "apparmor-exec-profile",
				      "A program goes on under another profile", TR_LINT_MEDIUM },
	[TR_LINT_AA_CHANGE_PROFILE] = { "apparmor-change-profile",
					"A process may leave the profile", TR_LINT_HIGH },
	[TR_LINT_AA_CAPABILITY] = { "apparmor-capability",
				    "Allows a capability that gives an attacker something",
				    TR_LINT_HIGH },
	[TR_LINT_AA_ALL_CAPABILITIES] = { "apparmor-all-capabilities", "Allows every capability",
					  TR_LINT_MEDIUM },
	[TR_LINT_AA_MOUNT] = { "apparmor-mount", "Allows mounts at places that nobody named",
			       TR_LINT_HIGH },
	[TR_LINT_AA_NETWORK] = { "apparmor-network",
				 "Allows sockets that give an attacker something", TR_LINT_HIGH },
	[TR_LINT_AA_PTRACE] = { "apparmor-ptrace", "Allows to trace processes under any profile",
				TR_LINT_HIGH },
	[TR_LINT_AA_SIGNAL] = { "apparmor-signal", "Allows signals to processes under any profile",
				TR_LINT_MEDIUM },
	[TR_LINT_AA_FLOOR] = { "apparmor-floor",
			       "Lets through what Docker's default is there to keep away",
			       TR_LINT_HIGH },
	[TR_LINT_AA_WRITABLE_CODE] = { "apparmor-writable-code",
				       "The same file may be written, and run or mapped",
				       TR_LINT_MEDIUM },
	[TR_LINT_AA_DENIED] = { "apparmor-denied",
				"A rule has no effect, as what it allows is denied",
				TR_LINT_MEDIUM },
	[TR_LINT_AA_SWALLOWED] = { "apparmor-swallowed",
				   "A rule has no effect, as another says as much", TR_LINT_LOW },
	[TR_LINT_AA_NO_ABI] = { "apparmor-no-abi",
				"What is mediated depends on the machine it is loaded on",
				TR_LINT_MEDIUM },
	[TR_LINT_AA_LEFT] = { "apparmor-left", "Was left to the compiler", TR_LINT_LOW },
};

static const char *const level_names[TR_LINT_LEVELS] = { "low", "medium", "high" };

const char *tr_lint_level_name(enum tr_lint_level level)
{
	return level_names[level];
}

int tr_lint_level_from_name(const char *name)
{
	for (int i = 0; i < TR_LINT_LEVELS; i++)
		if (!strcmp(level_names[i], name))
			return i;
	return -1;
}

void tr_lint_release(struct tr_lint *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].subject);
		free(l->v[i].text);
	}
	free(l->v);
	memset(l, 0, sizeof(*l));
}

bool lint_full(const struct linter *k)
{
	return k->l.n >= MAX_FINDINGS;
}

void lint_add(struct linter *k, enum tr_lint_rule rule, enum tr_lint_level level, unsigned line,
	      const char *subject, const char *fmt, ...)
{
	struct tr_finding f = { .rule = rule, .level = level, .line = line };
	va_list ap;

	if (lint_full(k))
		return;
	for (size_t i = 0; i < k->l.n; i++) {
		const struct tr_finding *o = &k->l.v[i];

		if (o->rule == rule && o->line == line && !strcmp(o->subject, subject))
			return;
	}
	va_start(ap, fmt);
	if (vasprintf(&f.text, fmt, ap) < 0)
		abort();
	va_end(ap);
	f.subject = tr_xstrdup(subject);
	k->l.v = tr_grow(k->l.v, &k->l.cap, k->l.n, sizeof(*k->l.v));
	k->l.v[k->l.n++] = f;
}

unsigned lint_line_of(const struct tr_seccomp *p, const char *name, enum tr_action action)
{
	unsigned line = 0;

	for (size_t i = 0; p && i < p->n_rules; i++) {
		const struct tr_rule *r = &p->rules[i];

		for (size_t j = 0; j < r->n_names; j++) {
			if (strcmp(r->names[j], name) != 0)
				continue;
			if (r->action == action)
				return r->line;
			line = line ? line : r->line;
		}
	}
	return line;
}

unsigned lint_ints(const char *name)
{
	const struct data_file *file = data_find("int-args.csv");
	bool found = false;
	unsigned ints = 0;
	struct csv csv;

	if (!file)
		return 0;
	csv_init(&csv, file->text);
	while (!found && csv_next(&csv)) {
		found = csv.n > 1 && !strcmp(csv.field[0], name);
		/* "0 2": indices are single digits. */
		for (const char *c = found ? csv.field[1] : ""; *c; c++)
			ints |= *c >= '0' && *c < '6' ? 1u << (*c - '0') : 0;
	}
	csv_release(&csv);
	return ints;
}

static int by_gravity(const void *a, const void *b)
{
	const struct tr_finding *x = a, *y = b;

	if (x->level != y->level)
		return (int)y->level - (int)x->level;
	if (x->rule != y->rule)
		return (int)x->rule - (int)y->rule;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return strcmp(x->subject, y->subject);
}

/* A profile that no runtime takes is a finding, and the rest is said all the same. */
static void compile_both(struct linter *k)
{
	struct tr_err err = { 0 };

	if (machine_compile(&k->filter, machine_here(), k->p, NULL, TR_RUNTIME_RUNC, &k->unknown,
			    &err) == 0)
		k->compiles = true;
	else
		lint_add(k, TR_LINT_REFUSED, TR_LINT_HIGH, 0, "runc", "refused: %s",
			 tr_err_msg(&err));
	tr_err_clear(&err);
	if (machine_compile(&k->crun, machine_here(), k->p, NULL, TR_RUNTIME_CRUN, NULL, &err) == 0)
		k->crun_compiles = true;
	else if (k->compiles)
		lint_add(k, TR_LINT_REFUSED, TR_LINT_HIGH, 0, "crun",
			 "accepted by runc and not by crun: %s", tr_err_msg(&err));
	tr_err_clear(&err);
}

int lint_finish(struct linter *k, int rc, struct tr_lint *ret)
{
	tr_filter_release(&k->filter);
	tr_filter_release(&k->crun);
	tr_filter_release(&k->engine_filter);
	tr_strv_free(k->unknown);
	if (rc < 0) {
		tr_lint_release(&k->l);
		return -1;
	}
	if (k->l.n)
		qsort(k->l.v, k->l.n, sizeof(*k->l.v), by_gravity);
	*ret = k->l;
	return 0;
}

static int compile_engine(struct linter *k, struct tr_err *err)
{
	k->engine_set = (struct filter_set){ &k->engine_filter, 1 };
	return machine_compile(&k->engine_filter, machine_here(), k->engine, NULL, TR_RUNTIME_RUNC,
			       NULL, err);
}

int tr_lint_seccomp(struct tr_lint *ret, const struct tr_seccomp *p,
		    const struct tr_seccomp *engine, struct tr_err *err)
{
	struct linter k = { .p = p, .engine = engine };
	int rc = compile_engine(&k, err);

	if (rc == 0) {
		compile_both(&k);
		k.set = (struct filter_set){ &k.filter, 1 };
		k.crun_set = (struct filter_set){ &k.crun, 1 };
		lint_rules(&k);
		lint_effect(&k);
		if (k.compiles)
			rc = lint_grants(&k, err);
	}
	return lint_finish(&k, rc, ret);
}

int tr_lint_filters(struct tr_lint *ret, const struct tr_filter *f, size_t n,
		    const struct tr_seccomp *engine, struct tr_err *err)
{
	struct linter k = { .engine = engine, .set = { f, n } };
	int rc = compile_engine(&k, err);

	if (rc == 0)
		rc = lint_grants(&k, err);
	return lint_finish(&k, rc, ret);
}
