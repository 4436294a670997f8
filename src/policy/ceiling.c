// SPDX-License-Identifier: Apache-2.0
#include "policy/ceiling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "formats/seccomp_names.h"
#include "policy/caps.h"
#include "tables/machine.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "util/mem.h"
#include "util/text.h"

#define DEFAULT_CEILING "docker-default"
/* Where a recording does not say: the oldest kernel that can be recorded on. */
#define OLDEST_KERNEL (5U << 16 | 15)

struct call {
	struct conds allowed;
	bool enosys;
};

struct ceiling_variant {
	struct tr_strset caps;
	unsigned kernel;
	struct call *calls; /* by place in the syscall table */
};

static void variant_release(struct ceiling_variant *v)
{
	for (size_t i = 0; v->calls && i < syscall_count(); i++)
		conds_release(&v->calls[i].allowed);
	free(v->calls);
	tr_strset_release(&v->caps);
}

void ceiling_release(struct ceiling *c)
{
	for (size_t i = 0; i < c->n_variants; i++)
		variant_release(&c->variants[i]);
	free(c->variants);
	free(c->of_recording);
	memset(c, 0, sizeof(*c));
}

/* One call's rules among those of a resolved profile. */
struct call_rules {
	const struct tr_rule **allow;
	size_t n, cap;
	bool refused, enosys;
};

static void sort_rule(struct call_rules *calls, const struct tr_rule *rule)
{
	for (size_t i = 0; i < rule->n_names; i++) {
		int at = syscall_index(rule->names[i]);
		struct call_rules *c = &calls[at < 0 ? 0 : at];

		if (at < 0)
			continue;
		if (rule->action == TR_ACTION_ALLOW || rule->action == TR_ACTION_LOG) {
			c->allow = tr_grow(c->allow, &c->cap, c->n, sizeof(*c->allow));
			c->allow[c->n++] = rule;
		} else {
			/*
			 * libseccomp lets a rule without conditions swallow the others: where
			 * allowing and refusing meet, nothing is taken to be below.
			 */
			c->refused = true;
			c->enosys |= rule->action == TR_ACTION_ERRNO && rule->errno_ret == ENOSYS;
		}
	}
}

static bool exists_on(size_t call, unsigned family)
{
	for (int abi = 0; abi < TR_ABI_MAX; abi++)
		if (family & 1U << abi && syscall_number((enum tr_abi)abi, syscall_at(call)) >= 0)
			return true;
	return false;
}

/* Takes a machine's resolved profile into the variant: what is below must be so on each machine. */
static void take_machine(struct ceiling_variant *v, const struct tr_seccomp *p, unsigned family)
{
	struct call_rules *calls = tr_xcalloc(syscall_count(), sizeof(*calls));

	for (size_t i = 0; i < p->n_rules; i++)
		sort_rule(calls, &p->rules[i]);
	for (size_t i = 0; i < syscall_count(); i++) {
		struct call *call = &v->calls[i];
		struct conds here = { 0 }, both;

		if (exists_on(i, family)) {
			if (!calls[i].refused)
				here = ceiling_conds(calls[i].allow, calls[i].n);
			both = conds_both(&call->allowed, &here);
			conds_release(&call->allowed);
			conds_release(&here);
			call->allowed = both;
			call->enosys |= calls[i].enosys;
		}
		free(calls[i].allow);
	}
	free(calls);
}

static int fill_variant(struct ceiling_variant *v, const struct tr_seccomp *p, unsigned natives,
			struct tr_err *err)
{
	/* NULL would stand for Docker's default ones. */
	static const char *const none[] = { "" };

	v->calls = tr_xcalloc(syscall_count(), sizeof(*v->calls));
	for (size_t i = 0; i < syscall_count(); i++)
		v->calls[i].allowed = conds_any();
	for (size_t m = 0; m < n_machines; m++) {
		const struct tr_seccomp_host host = {
			.arch = machines[m].arch,
			.kernel = v->kernel,
			.caps = v->caps.n ? (const char *const *)v->caps.v : none,
			.n_caps = v->caps.n,
		};
		struct tr_seccomp resolved;

		if (!(natives & 1U << machines[m].native))
			continue;
		if (tr_seccomp_resolve(&resolved, p, &host, err) < 0)
			return -1;
		take_machine(v, &resolved, machines[m].abis);
		tr_seccomp_release(&resolved);
	}
	return 0;
}

static unsigned kernel_of(const struct tr_recording *rec)
{
	const char *release = tr_context_get(rec, "kernel");
	unsigned kernel = release ? text_kernel_version(release) : 0;

	return kernel ? kernel : OLDEST_KERNEL;
}

static int find_variant(struct ceiling *c, const struct tr_seccomp *p, unsigned natives,
			const struct tr_recording *rec, const struct tr_strset *asked, size_t *ret,
			struct tr_err *err)
{
	struct ceiling_variant v = { .kernel = kernel_of(rec) };

	caps_of_recording(&v.caps, rec, asked);
	for (*ret = 0; *ret < c->n_variants; ++*ret) {
		if (c->variants[*ret].kernel == v.kernel &&
		    tr_strset_equal(&c->variants[*ret].caps, &v.caps)) {
			tr_strset_release(&v.caps);
			return 0;
		}
	}
	c->variants = tr_grow(c->variants, &c->cap_variants, c->n_variants, sizeof(*c->variants));
	c->variants[c->n_variants] = v;
	return fill_variant(&c->variants[c->n_variants++], p, natives, err);
}

static int load(struct ceiling *c, const struct tr_facts *facts, unsigned natives,
		struct tr_err *err)
{
	struct tr_strset asked = { 0 };
	struct tr_seccomp p;
	int r = 0;

	if (tr_seccomp_read(&p, c->name, err) < 0)
		return -1;
	caps_asked(&asked, &p);
	c->of_recording = tr_xcalloc(facts->n_recordings + 1, sizeof(*c->of_recording));
	c->n_recordings = facts->n_recordings;
	for (size_t i = 0; i < facts->n_recordings && r == 0; i++)
		r = find_variant(c, &p, natives, &facts->recordings[i], &asked, &c->of_recording[i],
				 err);
	tr_strset_release(&asked);
	tr_seccomp_release(&p);
	return r;
}

int ceiling_load(struct ceiling *ret, const char *name, const struct tr_facts *facts,
		 unsigned natives, struct tr_err *err)
{
	static const char prefix[] = DEFAULT_CEILING;
	struct ceiling c = { .name = name ? name : DEFAULT_CEILING };

	*ret = (struct ceiling){ 0 };
	if (!strcmp(c.name, "none"))
		return 0;
	/* A name alone, never a file: what is below must not depend on the working directory. */
	if (!seccomp_builtin(c.name) || strncmp(c.name, prefix, sizeof(prefix) - 1) != 0)
		return tr_err_set(
			err, TR_ERR_INPUT,
			"no ceiling '%s': expected docker-default, docker-default@VERSION of a "
			"version that is built in, or none",
			c.name);
	if (load(&c, facts, natives, err) < 0) {
		ceiling_release(&c);
		return -1;
	}
	*ret = c;
	return 0;
}

static const struct call *call_in(const struct ceiling *c, uint32_t recording, size_t call)
{
	return recording < c->n_recordings ? &c->variants[c->of_recording[recording]].calls[call] :
					     NULL;
}

struct conds ceiling_of(const struct ceiling *c, size_t call, const struct tr_u32set *recordings)
{
	struct conds below = { 0 };

	if (!c->name)
		return conds_any();
	if (!recordings || !recordings->n) {
		for (size_t i = 0; i < c->n_variants; i++)
			conds_add_all(&below, &c->variants[i].calls[call].allowed);
		return below;
	}
	for (size_t i = 0; i < recordings->n; i++) {
		const struct call *in = call_in(c, recordings->v[i], call);

		if (in)
			conds_add_all(&below, &in->allowed);
	}
	return below;
}

bool ceiling_answers_enosys(const struct ceiling *c, size_t call,
			    const struct tr_u32set *recordings)
{
	bool answers = c->name && recordings->n;

	for (size_t i = 0; answers && i < recordings->n; i++) {
		const struct call *in = call_in(c, recordings->v[i], call);

		answers = in && in->enosys;
	}
	return answers;
}
