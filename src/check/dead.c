// SPDX-License-Identifier: Apache-2.0
/*
 * For each syscall by itself: the filter is made with one of its rules and without it, and the two
 * are compared for all arguments. What the call's number is has no part in that, so another call
 * stands in for it that every architecture has.
 */
#include "check/dead.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eval/cases.h"
#include "eval/compile.h"
#include "tables/syscalls.h"
#include "trammel/lint.h"
#include "util/mem.h"
#include "util/strbuf.h"

#define STAND_IN "getppid"
/*
 * How many filters are made at most, and how many calls looked at: some seconds' worth. An engine's
 * default has 430 calls, and takes 300 filters.
 */
#define MAX_FILTERS 20000
#define MAX_CALLS   5000

void tr_dead_release(struct tr_dead_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].path);
		free(l->v[i].names);
		free(l->v[i].why);
	}
	free(l->v);
	memset(l, 0, sizeof(*l));
}

/* Why a name of a rule is dead; text is NULL where it is not. */
struct reason {
	char *text;
	enum tr_dead_kind kind;
	bool otherwise;
};

struct finder {
	const struct tr_seccomp *p;
	struct reason **why; /* by rule, then by name */
	size_t n_filters, n_calls;
};

/* One syscall: its entries, and which of them are dead. */
struct call {
	struct finder *k;
	const char *name;
	struct dead_entry v[DEAD_ENTRIES];
	size_t n;
	struct dead_scopes scopes;
	uint64_t dead;
};

static int compile(const struct call *c, uint64_t scope, struct tr_filter *ret)
{
	struct tr_seccomp p;
	int rc;

	if (c->k->n_filters++ >= MAX_FILTERS)
		return -1;
	tr_seccomp_init(&p);
	p.default_action = c->k->p->default_action;
	p.default_errno = c->k->p->default_errno;
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86_64");
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86");
	for (size_t i = 0; i < c->n; i++) {
		struct tr_rule *r;

		if (!(scope >> i & 1))
			continue;
		r = tr_seccomp_add_rule(&p);
		r->action = c->v[i].rule->action;
		r->errno_ret = c->v[i].rule->errno_ret;
		tr_rule_add_name(r, STAND_IN);
		for (size_t k = 0; k < c->v[i].rule->n_conds; k++)
			tr_rule_add_cond(r, c->v[i].rule->conds[k]);
	}
	rc = tr_compile_for(ret, &p, TR_RUNTIME_RUNC, "SCMP_ARCH_X86_64", NULL, NULL);
	tr_seccomp_release(&p);
	return rc;
}

static bool same_answer(const struct filter_case *c, void *arg)
{
	bool *same = arg;

	*same &= c->ret[0] == c->ret[1];
	return *same;
}

/*
 * libseccomp 2.5.4 can add rules for ever where some have another comparison than for equality
 * beside a second condition: a profile that is good as a whole may then not be taken apart.
 */
static bool is_simple(const struct call *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const struct tr_rule *r = c->v[i].rule;

		for (size_t k = 0; k < r->n_conds; k++)
			if (r->n_conds > 1 && r->conds[k].op != TR_CMP_EQ &&
			    r->conds[k].op != TR_CMP_MASKED_EQ)
				return false;
	}
	return true;
}

/* Whether two sets of rules come to the same; no where that cannot be said. */
static bool same(const struct call *c, uint64_t one, uint64_t other)
{
	static const enum tr_abi abis[] = { TR_ABI_X86_64, TR_ABI_I386 };
	struct tr_filter a = { 0 }, b = { 0 };
	bool answer = is_simple(c) && compile(c, one, &a) == 0 && compile(c, other, &b) == 0;

	for (size_t i = 0; answer && i < TR_ARRAY_SIZE(abis); i++) {
		uint32_t nr = (uint32_t)syscall_number(abis[i], STAND_IN);
		const struct case_question q = { .set = { { &a, 1 }, { &b, 1 } },
						 .arch = tr_audit_arch(abis[i]),
						 .nr = tr_filter_nr(abis[i], nr) };

		answer = filter_cases(&q, same_answer, &answer) && answer;
	}
	tr_filter_release(&a);
	tr_filter_release(&b);
	return answer;
}

/* An unconditional rule that stands beside entry `at` in this scope and is not the default. */
static const struct dead_entry *plain_beside(const struct call *c, uint64_t scope, size_t at)
{
	for (size_t i = 0; i < c->n; i++)
		if (i != at && scope >> i & 1 && !c->v[i].rule->n_conds &&
		    !tr_rule_is_default(c->k->p, c->v[i].rule))
			return &c->v[i];
	return NULL;
}

static bool is_dead(const struct call *c, size_t at)
{
	const uint64_t bit = UINT64_C(1) << at;

	for (size_t i = 0; i < c->scopes.n; i++) {
		uint64_t scope = c->scopes.v[i] & ~c->dead;

		if (!(scope & bit))
			continue;
		if (tr_rule_is_default(c->k->p, c->v[at].rule) ? !plain_beside(c, scope, at) :
								 !same(c, scope, scope & ~bit))
			return false;
	}
	return true;
}

static bool same_conds(const struct tr_rule *a, const struct tr_rule *b)
{
	if (a->n_conds != b->n_conds)
		return false;
	for (size_t i = 0; i < a->n_conds; i++) {
		const struct tr_cond *x = &a->conds[i], *y = &b->conds[i];

		if (x->index != y->index || x->op != y->op || x->value != y->value ||
		    x->value2 != y->value2)
			return false;
	}
	return true;
}

/* The entries that ever stand beside a dead one, and are not dead themselves. */
static uint64_t beside(const struct call *c, size_t at)
{
	uint64_t together = 0;

	for (size_t i = 0; i < c->scopes.n; i++)
		if (c->scopes.v[i] >> at & 1)
			together |= c->scopes.v[i];
	return together & ~c->dead & ~(UINT64_C(1) << at);
}

/* What decides instead of a dead entry; NULL where no single rule does. */
static const struct dead_entry *instead(const struct call *c, size_t at)
{
	uint64_t together = beside(c, at);
	const struct dead_entry *plain = plain_beside(c, together, at);

	for (size_t i = 0; !plain && i < c->n; i++)
		if (together >> i & 1 && same_conds(c->v[i].rule, c->v[at].rule))
			plain = &c->v[i];
	return plain;
}

static struct reason covered(const struct call *c, size_t at)
{
	const struct tr_rule *rule = c->v[at].rule;
	const struct dead_entry *other = instead(c, at);
	struct reason r = { .kind = TR_DEAD_COVERED };

	for (size_t i = 0; !other && i < c->n; i++)
		r.otherwise |= beside(c, at) >> i & 1 && !tr_rule_same_action(c->v[i].rule, rule);
	if (!other) {
		r.text = tr_xstrdup("other rules decide everything that it could");
		return r;
	}
	r.otherwise = !tr_rule_same_action(other->rule, rule);
	if (!r.otherwise && same_conds(other->rule, rule))
		r.kind = TR_DEAD_TWICE;
	if (other->rule == rule)
		r.text = tr_xstrdup("the rule names it before");
	else if (other->rule->n_conds)
		r.text = tr_xasprintf("syscalls[%zu] says it already", other->rule_at);
	else
		r.text = tr_xasprintf("syscalls[%zu] gives the call %s whatever its arguments are",
				      other->rule_at, tr_action_name(other->rule->action));
	return r;
}

static struct reason reason(const struct call *c, size_t at)
{
	const char *never = tr_rule_never(c->v[at].rule);
	bool holds = false;

	if (never)
		return (struct reason){ tr_xstrdup(never), TR_DEAD_NEVER, false };
	if (!c->scopes.known)
		return (struct reason){
			tr_xstrdup(
				"no architecture that the profile names has a call of this name"),
			TR_DEAD_NO_CALL, false
		};
	for (size_t i = 0; i < c->scopes.n; i++)
		holds |= c->scopes.v[i] >> at & 1;
	if (!holds)
		return (struct reason){
			tr_xstrdup("it is for none of the architectures that the profile names"),
			TR_DEAD_NO_CALL, false
		};
	return covered(c, at);
}

/* One entry without conditions, of a call that there is: nothing has to be compiled to know. */
static bool plainly_alive(const struct call *c)
{
	return c->n == 1 && !c->v[0].rule->n_conds && c->scopes.known && c->scopes.n > 0 &&
	       (c->scopes.v[0] & 1 || (c->scopes.n > 1 && c->scopes.v[1] & 1));
}

static void examine(struct call *c)
{
	if (c->n > DEAD_ENTRIES || c->k->n_calls++ >= MAX_CALLS)
		return;
	for (size_t i = 0; i < c->n; i++)
		if (tr_rule_never(c->v[i].rule))
			c->dead |= UINT64_C(1) << i;
	dead_scopes_of(&c->scopes, c->k->p, c->name, c->v, c->n);
	/* The last ones first: of two that say the same the later one is to go. */
	for (size_t i = c->n; i-- && !c->scopes.open && !plainly_alive(c);)
		if (!(c->dead >> i & 1) && is_dead(c, i))
			c->dead |= UINT64_C(1) << i;
	for (size_t i = 0; i < c->n; i++)
		if (c->dead >> i & 1)
			c->k->why[c->v[i].rule_at][c->v[i].name_at] = reason(c, i);
	free(c->scopes.v);
}

/* All entries with a name, sorted by it and then by place. */
struct named {
	const char *name;
	struct dead_entry entry;
};

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int c = strcmp(x->name, y->name);

	if (c)
		return c;
	if (x->entry.rule_at != y->entry.rule_at)
		return x->entry.rule_at < y->entry.rule_at ? -1 : 1;
	return x->entry.name_at < y->entry.name_at ? -1 : 1;
}

static struct named *sorted(const struct tr_seccomp *p, size_t *ret_n)
{
	struct named *v = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < p->n_rules; i++) {
		for (size_t j = 0; j < p->rules[i].n_names; j++) {
			v = tr_grow(v, &cap, n, sizeof(*v));
			v[n++] = (struct named){ p->rules[i].names[j], { &p->rules[i], i, j } };
		}
	}
	if (n)
		qsort(v, n, sizeof(*v), by_name);
	*ret_n = n;
	return v;
}

static void examine_all(struct finder *k)
{
	size_t n;
	struct named *v = sorted(k->p, &n);

	for (size_t i = 0; i < n;) {
		struct call c = { .k = k, .name = v[i].name };

		for (; i < n && !strcmp(v[i].name, c.name); i++, c.n++)
			if (c.n < DEAD_ENTRIES)
				c.v[c.n] = v[i].entry;
		examine(&c);
	}
	free(v);
}

/* Takes ownership of path and names. */
static void add(struct tr_dead_list *l, const struct tr_seccomp *p, char *path, unsigned line,
		char *names, const struct reason *why)
{
	if (p->inside) {
		char *whole = tr_xasprintf("%s.%s", p->inside, path);

		free(path);
		path = whole;
	}
	l->v = tr_grow(l->v, &l->cap, l->n, sizeof(*l->v));
	l->v[l->n++] = (struct tr_dead){ why->kind, why->otherwise, path,
					 line,	    names,	    tr_xstrdup(why->text) };
}

static char *all_names(const struct tr_rule *r)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < r->n_names; i++) {
		strbuf_adds(&sb, i ? ", " : "");
		strbuf_adds(&sb, r->names[i]);
	}
	return strbuf_detach(&sb);
}

static void tell_rule(struct tr_dead_list *l, const struct tr_seccomp *p, size_t at,
		      struct reason *why)
{
	char no_names[] = "it has no names";
	const struct tr_rule *r = &p->rules[at];
	bool whole = r->n_names > 0;

	if (!r->n_names)
		add(l, p, tr_xasprintf("syscalls[%zu]", at), r->line, tr_xstrdup(""),
		    &(struct reason){ no_names, TR_DEAD_NEVER, false });
	for (size_t i = 0; i < r->n_names; i++)
		whole &= why[0].text && why[i].text && !strcmp(why[i].text, why[0].text);
	for (size_t i = 1; whole && i < r->n_names; i++)
		why[0].otherwise |= why[i].otherwise;
	if (whole) {
		add(l, p, tr_xasprintf("syscalls[%zu]", at), r->line, all_names(r), &why[0]);
		return;
	}
	for (size_t i = 0; i < r->n_names; i++)
		if (why[i].text)
			add(l, p, tr_xasprintf("syscalls[%zu].names[%zu]", at, i), r->line,
			    tr_xstrdup(r->names[i]), &why[i]);
}

/* An engine takes the first entry for its machine. */
static void tell_arch_map(struct tr_dead_list *l, const struct tr_seccomp *p)
{
	char earlier[] = "an earlier entry is for the same architecture";

	for (size_t i = 0; i < p->n_arch_map; i++) {
		size_t first = 0;

		while (strcmp(p->arch_map[first].arch, p->arch_map[i].arch) != 0)
			first++;
		if (first == i)
			continue;
		add(l, p, tr_xasprintf("archMap[%zu]", i), 0, tr_xstrdup(p->arch_map[i].arch),
		    &(struct reason){ earlier, TR_DEAD_NEVER, false });
	}
}

void tr_dead_rules(struct tr_dead_list *ret, const struct tr_seccomp *p)
{
	struct finder k = { .p = p };

	memset(ret, 0, sizeof(*ret));
	k.why = tr_xcalloc(p->n_rules + 1, sizeof(*k.why));
	for (size_t i = 0; i < p->n_rules; i++)
		k.why[i] = tr_xcalloc(p->rules[i].n_names + 1, sizeof(**k.why));
	examine_all(&k);
	tell_arch_map(ret, p);
	for (size_t i = 0; i < p->n_rules; i++) {
		tell_rule(ret, p, i, k.why[i]);
		for (size_t j = 0; j < p->rules[i].n_names; j++)
			free(k.why[i][j].text);
		free(k.why[i]);
	}
	free(k.why);
}
