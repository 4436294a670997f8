// SPDX-License-Identifier: Apache-2.0
/* Facts to seccomp rules. */
#include <stdlib.h>
#include <string.h>

#include "policy/build.h"
#include "policy/refuse.h"
#include "trammel/policy.h"

static void free_names(char **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

void tr_policy_report_release(struct tr_policy_report *r)
{
	for (size_t i = 0; i < r->n_needs; i++) {
		free(r->needs[i].fact);
		free(r->needs[i].why);
		free(r->needs[i].exe);
	}
	free(r->needs);
	for (size_t i = 0; i < r->n_broken; i++) {
		free(r->broken[i].fact);
		free(r->broken[i].why);
		free(r->broken[i].exe);
		tr_u32set_release(&r->broken[i].recordings);
	}
	free(r->broken);
	free(r->unstarted);
	free_names(r->idle, r->n_idle);
	free(r->unnamed);
	free_names(r->needless, r->n_needless);
	free_names(r->answered, r->n_answered);
	free(r->open);
	free(r->unseen);
	memset(r, 0, sizeof(*r));
}

int tr_policy_seccomp(struct tr_seccomp *ret, const struct tr_facts *facts,
		      const struct tr_policy_opts *opts, struct tr_policy_report *ret_report,
		      struct tr_err *err)
{
	struct tr_policy_report report = { 0 };
	struct policy_runtime rt;
	struct tr_seccomp p;
	int r;

	if (policy_refuse(facts, opts, err) < 0 || policy_runtime_load(&rt, opts->runtime, err) < 0)
		return -1;
	tr_seccomp_init(&p);
	r = policy_build(&p, &report, facts, opts, &rt, err);
	policy_runtime_release(&rt);
	if (r < 0)
		tr_seccomp_release(&p);
	else
		*ret = p;
	if (ret_report && (r == 0 || report.n_needs))
		*ret_report = report;
	else
		tr_policy_report_release(&report);
	return r;
}
