// SPDX-License-Identifier: Apache-2.0
/* What tests/bench/apparmor asks: how long the evaluator takes for a list of paths under a profile. */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "trammel/check_apparmor.h"

struct paths {
	char **v;
	size_t n, cap;
};

static void read_paths(struct paths *p, const char *file)
{
	FILE *in = fopen(file, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (!in)
		die("%s: %s", file, strerror(errno));
	while ((len = getline(&line, &cap, in)) > 0) {
		line[len - (line[len - 1] == '\n')] = '\0';
		if (p->n == p->cap) {
			p->cap = p->cap ? 2 * p->cap : 1024;
			p->v = realloc(p->v, p->cap * sizeof(*p->v));
		}
		if (!p->v || !(p->v[p->n++] = strdup(line)))
			die("out of memory");
	}
	free(line);
	fclose(in);
}

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* How many may be read by the one that owns nothing. */
static size_t walk(const struct tr_aa_profile *profile, const struct paths *p)
{
	struct tr_aa_perms perms;
	size_t readable = 0;

	for (size_t i = 0; i < p->n; i++) {
		tr_aa_file(profile, p->v[i], strlen(p->v[i]), false, &perms);
		readable += (perms.allow & TR_AA_READ) != 0;
	}
	return readable;
}

int walk_main(const char *paths, const char *profile)
{
	const struct tr_aa_profile *chosen;
	struct tr_aa_policy policy;
	struct paths p = { 0 };
	struct tr_err err = { 0 };
	double started, took;
	size_t readable;

	read_paths(&p, paths);
	if (tr_apparmor_compile(&policy, profile, &err) < 0 ||
	    tr_apparmor_choose(&chosen, &policy, NULL, &err) < 0)
		die("%s", tr_err_msg(&err));
	started = cpu_now();
	readable = walk(chosen, &p);
	took = cpu_now() - started;
	printf("%zu %zu %zu %.4f\n", tr_aa_file_states(chosen), p.n, readable, took);
	for (size_t i = 0; i < p.n; i++)
		free(p.v[i]);
	free(p.v);
	tr_aa_policy_release(&policy);
	return 0;
}
