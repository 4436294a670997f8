// SPDX-License-Identifier: Apache-2.0
#include "policy/caps.h"

#include <string.h>

#include "trammel/seccomp.h"
#include "util/mem.h"

/* podman gives fewer; containers/common pkg/config/default.go: DefaultCapabilities. */
static const char *const podman_lacks[] = { "CAP_AUDIT_WRITE", "CAP_MKNOD", "CAP_NET_RAW" };

void caps_asked(struct tr_strset *ret, const struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *r = &p->rules[i];

		for (size_t j = 0; j < r->n_inc_caps; j++)
			tr_strset_add(ret, r->inc_caps[j]);
		for (size_t j = 0; j < r->n_exc_caps; j++)
			tr_strset_add(ret, r->exc_caps[j]);
	}
}

static bool list_has(const char *const *v, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i], s))
			return true;
	return false;
}

static bool context_has(const struct tr_recording *rec, const char *key, const char *value)
{
	const struct tr_strset *values = rec ? tr_context_all(rec, key) : NULL;

	return values && tr_strset_has(values, value);
}

static bool by_default(const struct tr_recording *rec, const char *cap)
{
	const char *engine = rec ? tr_context_get(rec, "engine") : NULL;

	if (engine && !strncmp(engine, "podman", 6) &&
	    list_has(podman_lacks, TR_ARRAY_SIZE(podman_lacks), cap))
		return false;
	return list_has(tr_docker_default_caps, tr_docker_n_default_caps, cap);
}

/* moby daemon/pkg/oci/caps/utils.go: TweakCapabilities. */
static bool has_cap(const struct tr_recording *rec, const char *cap)
{
	if (context_has(rec, "privileged", "true"))
		return true;
	if (context_has(rec, "caps.add", "ALL"))
		return !context_has(rec, "caps.drop", cap);
	if (context_has(rec, "caps.add", cap))
		return true;
	if (context_has(rec, "caps.drop", "ALL") || context_has(rec, "caps.drop", cap))
		return false;
	return by_default(rec, cap);
}

void caps_of_recording(struct tr_strset *ret, const struct tr_recording *rec,
		       const struct tr_strset *asked)
{
	for (size_t i = 0; i < asked->n; i++)
		if (has_cap(rec, asked->v[i]))
			tr_strset_add(ret, asked->v[i]);
}
