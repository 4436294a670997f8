// SPDX-License-Identifier: Apache-2.0
/*
 * A profile can mean different things on different machines and to containers with different
 * capabilities, so there is a filter for each combination that was recorded.
 */
#include <stdlib.h>
#include <string.h>

#include "check/seccomp.h"
#include "policy/caps.h"
#include "util/mem.h"
#include "util/text.h"

static int compile(struct checker *k, struct variant *v, const struct tr_seccomp *p,
		   struct tr_err *err)
{
	/* NULL would stand for Docker's default ones. */
	static const char *const none[] = { "" };
	const struct tr_seccomp_host host = {
		.caps = v->caps.n ? (const char *const *)v->caps.v : none,
		.n_caps = v->caps.n,
		.kernel = v->kernel,
	};
	char **unknown;

	if (machine_compile(&v->f, v->machine, p, &host, k->runtime, &unknown, err) < 0)
		return -1;
	for (char **name = unknown; *name; name++)
		tr_strset_add(&k->unknown, *name);
	tr_strv_free(unknown);
	if (v->f.n > k->c.filter_len)
		k->c.filter_len = v->f.n;
	return 0;
}

static bool asks_for_kernel(const struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].inc_min_kernel || p->rules[i].exc_min_kernel)
			return true;
	return false;
}

/* The recorded kernel, where the profile asks. 0: this one. */
static unsigned kernel_of(const struct tr_recording *rec, const struct tr_seccomp *p)
{
	const char *release = rec ? tr_context_get(rec, "kernel") : NULL;

	return release && asks_for_kernel(p) ? text_kernel_version(release) : 0;
}

struct sought {
	uint32_t recording;
	const struct machine *machine;
};

static int take_machine(const struct tr_fact *fact, void *arg)
{
	struct sought *s = arg;

	if (fact->kind != TR_FACT_SYSCALL || fact->abi >= TR_ABI_MAX ||
	    !tr_u32set_has(&fact->ev.recordings, s->recording))
		return 0;
	s->machine = machine_with((enum tr_abi)fact->abi);
	return s->machine != NULL;
}

/* uname's word for it, or else what was called there; this machine where nothing says. */
static const struct machine *machine_of(const struct tr_facts *facts, uint32_t recording)
{
	const char *arch = tr_context_get(&facts->recordings[recording], "arch");
	struct sought s = { .recording = recording };

	for (int abi = 0; arch && abi < TR_ABI_MAX && !s.machine; abi++)
		if (!strcmp(arch, tr_abi_name((enum tr_abi)abi)))
			s.machine = machine_with((enum tr_abi)abi);
	if (!s.machine)
		tr_facts_each(facts, take_machine, &s);
	return s.machine ? s.machine : machine_here();
}

/* The variant like v, compiled if it is the first of its kind. v's members are taken. */
static int find_variant(struct checker *k, const struct tr_seccomp *p, struct variant *v,
			size_t *ret, struct tr_err *err)
{
	for (size_t i = 0; i < k->n_variants; i++) {
		const struct variant *o = &k->variants[i];

		if (o->machine == v->machine && o->kernel == v->kernel &&
		    tr_strset_equal(&o->caps, &v->caps)) {
			tr_strset_release(&v->caps);
			*ret = i;
			return 0;
		}
	}
	if (compile(k, v, p, err) < 0) {
		tr_strset_release(&v->caps);
		return -1;
	}
	k->variants = tr_grow(k->variants, &k->cap_variants, k->n_variants, sizeof(*k->variants));
	*ret = k->n_variants;
	k->variants[k->n_variants++] = *v;
	return 0;
}

int check_variants(struct checker *k, const struct tr_seccomp *p, struct tr_err *err)
{
	struct tr_strset asked = { 0 };
	size_t n = k->facts->n_recordings;
	int rc = 0;

	caps_asked(&asked, p);
	k->of_recording = tr_xcalloc(n + 1, sizeof(*k->of_recording));
	for (size_t i = 0; i < (n ? n : 1) && rc == 0; i++) {
		const struct tr_recording *rec = n ? &k->facts->recordings[i] : NULL;
		struct variant v = {
			.machine = rec ? machine_of(k->facts, (uint32_t)i) : machine_here(),
			.kernel = kernel_of(rec, p),
		};

		caps_of_recording(&v.caps, rec, &asked);
		rc = find_variant(k, p, &v, &k->of_recording[i], err);
	}
	tr_strset_release(&asked);
	if (rc == 0)
		k->c.native = k->variants[0].machine->native;
	return rc;
}

bool check_seen_under(const struct checker *k, const struct tr_fact *fact, size_t variant)
{
	const struct tr_u32set *recordings = &fact->ev.recordings;

	for (size_t i = 0; i < recordings->n; i++)
		if (k->of_recording[recordings->v[i]] == variant)
			return true;
	/* A fact of no known recording is asked of all: it must not pass unasked. */
	return recordings->n == 0;
}
