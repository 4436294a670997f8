// SPDX-License-Identifier: Apache-2.0
/* The filters that runtimes make of a profile: how long they are, and how much of them is walked. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/verify.h"
#include "cli/wrap.h"
#include "tables/syscalls.h"
#include "util/mem.h"
#include "util/text.h"

#define SHOWN_COSTLIEST 5
#define SHOWN_OTHERWISE 8

static int by_number(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct verify_walk verify_walk_of(const struct tr_check_seccomp *c)
{
	tr_cleanup_free unsigned *steps = tr_xcalloc(c->n_syscalls + 1, sizeof(*steps));
	size_t n = c->n_syscalls;

	for (size_t i = 0; i < n; i++)
		steps[i] = c->syscalls[i].steps;
	if (!n)
		return (struct verify_walk){ 0, 0, 0 };
	qsort(steps, n, sizeof(*steps), by_number);
	return (struct verify_walk){ steps[0], steps[n / 2], steps[n - 1] };
}

size_t verify_first_runtime(const struct verify *v)
{
	size_t i = 0;

	while (i < v->r.n && v->r.v[i].refused)
		i++;
	return i;
}

bool verify_refused(const struct verify *v)
{
	for (size_t i = 0; i < v->r.n; i++)
		if (v->r.v[i].refused)
			return true;
	return false;
}

const char **verify_refused_otherwise(const struct verify *v, size_t i)
{
	size_t first = verify_first_runtime(v), n = 0;
	const struct tr_check_seccomp *a, *b;
	const char **names;

	if (v->r.v[i].refused || first == i)
		return NULL;
	a = &v->r.v[first].c;
	b = &v->r.v[i].c;
	names = tr_xcalloc(a->n_names + 1, sizeof(*names));
	for (size_t k = 0; k < a->n_names; k++)
		if (a->refusal[k] != b->refusal[k] && a->refusal[k] != SECCOMP_RET_ALLOW &&
		    b->refusal[k] != SECCOMP_RET_ALLOW)
			names[n++] = syscall_at(k);
	if (n)
		return names;
	free(names);
	return NULL;
}

static bool by_workload(const struct tr_check_syscall *s)
{
	return s->fact->ev.phases & TR_PHASE_MAIN && s->verdict != TR_VERDICT_DENIED && !s->kept;
}

static bool by_anybody(const struct tr_check_syscall *s)
{
	return s->verdict != TR_VERDICT_DENIED && !s->kept;
}

static size_t insert(const struct verify *v, size_t *ret, size_t n, size_t max, size_t at)
{
	const struct tr_check_syscall *s = v->c->syscalls;
	size_t i = n < max ? n : max;

	while (i && s[ret[i - 1]].steps < s[at].steps) {
		if (i < max)
			ret[i] = ret[i - 1];
		i--;
	}
	if (i < max)
		ret[i] = at;
	return n < max ? n + 1 : max;
}

size_t verify_costliest(const struct verify *v, size_t *ret, size_t max)
{
	bool (*const wanted[])(const struct tr_check_syscall *) = { by_workload, by_anybody };
	size_t n = 0;

	for (size_t w = 0; w < TR_ARRAY_SIZE(wanted) && !n; w++)
		for (size_t i = 0; i < v->c->n_syscalls; i++)
			if (wanted[w](&v->c->syscalls[i]))
				n = insert(v, ret, n, max, i);
	return n;
}

/* A sentence that may be long. */
static void print_words(size_t indent, const char *text)
{
	struct wrap w = { .indent = indent };
	tr_cleanup_free char *copy = tr_xstrdup(text);
	char *save = NULL;

	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		wrap_word(&w, word);
	wrap_end(&w);
}

static void print_otherwise(const struct verify *v, size_t i)
{
	tr_cleanup_free const char **names = verify_refused_otherwise(v, i);
	struct strbuf sb cleanup_strbuf = STRBUF_INIT;
	size_t n = 0, first = verify_first_runtime(v);

	for (; names && names[n]; n++)
		;
	if (!n)
		return;
	strbuf_addf(&sb, "refuses %zu call%s with another errno than %s does:", n, cli_plural(n),
		    v->r.v[first].name);
	for (size_t k = 0; k < n && k < SHOWN_OTHERWISE; k++)
		strbuf_addf(&sb, " %s", names[k]);
	strbuf_adds(&sb, n > SHOWN_OTHERWISE ? " ..." : "");
	print_words(4, strbuf_str(&sb));
}

static void print_runtime(const struct verify *v, size_t i)
{
	const struct tr_check_runtime *r = &v->r.v[i];
	struct verify_walk walk;

	if (r->refused) {
		tr_cleanup_free char *why = text_escaped(r->refused);

		printf("  %-20s %srefuses to start a container with it%s\n", r->name, c_red(),
		       c_reset());
		print_words(4, why);
		return;
	}
	walk = verify_walk_of(&r->c);
	printf("  %-20s %12zu %8u %8u %8u\n", r->name, r->c.filter_len, walk.least, walk.median,
	       walk.most);
	print_otherwise(v, i);
}

static void print_kept(const struct verify *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->c->n_syscalls; i++)
		n += v->c->syscalls[i].kept;
	printf("  Linux 5.11 and later walks nothing for %zu of the %zu: their arguments do not "
	       "matter\n",
	       n, v->c->n_syscalls);
}

static void print_costliest(const struct verify *v)
{
	size_t at[SHOWN_COSTLIEST], n = verify_costliest(v, at, SHOWN_COSTLIEST);
	char buf[32];

	if (!n)
		return;
	printf("  The longest of the others:");
	for (size_t i = 0; i < n; i++) {
		const struct tr_check_syscall *s = &v->c->syscalls[at[i]];
		const char *sep = "";

		printf("%s %s ", i ? "," : "",
		       syscall_label((enum tr_abi)s->fact->abi, s->fact->nr, buf, sizeof(buf)));
		for (size_t k = 0; k < v->r.n; k++) {
			if (v->r.v[k].refused)
				continue;
			printf("%s%u", sep, v->r.v[k].c.syscalls[at[i]].steps);
			sep = "/";
		}
	}
	putchar('\n');
}

static void print_versions(const struct verify *v)
{
	if (!v->versions.n)
		return;
	printf("\n%sVersions%s that make something else of it\n", c_bold(), c_reset());
	for (size_t i = 0; i < v->versions.n; i++) {
		const struct tr_check_version *d = &v->versions.v[i];
		tr_cleanup_free char *text =
			tr_xasprintf("%s %s: %s: %s", d->who, d->versions, d->effect, d->what);

		print_words(2, text);
	}
}

void verify_print_filter(const struct verify *v)
{
	printf("\n%sFilter%s: instructions, of %d that the kernel takes, and those walked for a "
	       "recorded call\n",
	       c_bold(), c_reset(), BPF_MAXINSNS);
	printf("  %s%-20s %12s %8s %8s %8s%s\n", c_dim(), "", "all", "least", "median", "most",
	       c_reset());
	for (size_t i = 0; i < v->r.n; i++)
		print_runtime(v, i);
	print_kept(v);
	print_costliest(v);
	print_versions(v);
}
