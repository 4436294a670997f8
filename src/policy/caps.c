// SPDX-License-Identifier: Apache-2.0
#include "policy/caps.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "formats/apparmor_words.h"
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

static int take(const struct tr_fact *fact, void *arg)
{
	struct caps_seen *seen = arg;

	if (fact->kind != TR_FACT_CAPABILITY || fact->cap >= CAPS ||
	    fact->ev.phases == TR_PHASE_RUNTIME)
		return 0;
	if (fact->need == TR_NEED_NEEDED)
		seen[fact->cap].needed = fact;
	else if (fact->need == TR_NEED_UNKNOWN)
		seen[fact->cap].unknown = fact;
	return 0;
}

void caps_seen(struct caps_seen ret[CAPS], const struct tr_facts *facts)
{
	memset(ret, 0, CAPS * sizeof(*ret));
	tr_facts_each(facts, take, ret);
}

bool caps_unseen(const struct tr_recording *rec)
{
	return !tr_context_get(rec, "backend") ||
	       context_has(rec, "backend.misses", "capability") ||
	       context_has(rec, "hooks.missing", "hook.capable");
}

bool caps_name(unsigned cap, char ret[CAPS_NAME])
{
	const char *word = apparmor_word_capability(cap);

	if (!word)
		return false;
	snprintf(ret, CAPS_NAME, "CAP_%s", word);
	for (char *p = ret; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return true;
}

bool caps_had(const struct tr_recording *rec, unsigned cap)
{
	struct tr_strset asked = { 0 }, ret = { 0 };
	char name[CAPS_NAME];
	bool yes;

	if (!caps_name(cap, name))
		return false;
	tr_strset_add(&asked, name);
	caps_of_recording(&ret, rec, &asked);
	yes = ret.n > 0;
	tr_strset_release(&asked);
	tr_strset_release(&ret);
	return yes;
}

bool caps_any_had(const struct tr_facts *facts, const struct tr_fact *fact, unsigned cap)
{
	for (size_t i = 0; i < fact->ev.recordings.n; i++)
		if (caps_had(&facts->recordings[fact->ev.recordings.v[i]], cap))
			return true;
	return false;
}
