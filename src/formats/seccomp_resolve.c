// SPDX-License-Identifier: Apache-2.0
/*
 * What Docker makes of a profile for one container on one host; moby profiles/seccomp,
 * seccomp_linux.go: setupSeccomp and kernel_linux.go.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "formats/seccomp_names.h"
#include "formats/seccomp_resolve.h"
#include "trammel/seccomp.h"
#include "util/mem.h"
#include "util/text.h"

const char *const tr_docker_default_caps[] = {
	"CAP_AUDIT_WRITE", "CAP_CHOWN",	  "CAP_DAC_OVERRIDE",	  "CAP_FOWNER",	    "CAP_FSETID",
	"CAP_KILL",	   "CAP_MKNOD",	  "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",    "CAP_SETFCAP",
	"CAP_SETGID",	   "CAP_SETPCAP", "CAP_SETUID",		  "CAP_SYS_CHROOT",
};
const size_t tr_docker_n_default_caps = TR_ARRAY_SIZE(tr_docker_default_caps);

static bool has(const char *const *v, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i], s))
			return true;
	return false;
}

/* The host with every blank filled in. */
static int complete(struct tr_seccomp_host *h, const struct tr_seccomp_host *host,
		    struct tr_err *err)
{
	struct utsname uts;

	*h = host ? *host : (struct tr_seccomp_host){ 0 };
	if (!h->arch)
		h->arch = seccomp_native();
	if (!h->caps) {
		h->caps = tr_docker_default_caps;
		h->n_caps = tr_docker_n_default_caps;
	}
	if (h->kernel)
		return 0;
	h->kernel = uname(&uts) < 0 ? 0 : text_kernel_version(uts.release);
	if (!h->kernel)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "the kernel's version is not of the form 6.1");
	return 0;
}

static bool excluded(const struct tr_rule *r, const struct tr_seccomp_host *h)
{
	if (tr_strings_has(r->exc_arches, r->n_exc_arches, h->arch))
		return true;
	for (size_t i = 0; i < r->n_exc_caps; i++)
		if (has(h->caps, h->n_caps, r->exc_caps[i]))
			return true;
	return r->exc_min_kernel && h->kernel >= r->exc_min_kernel;
}

static bool included(const struct tr_rule *r, const struct tr_seccomp_host *h)
{
	if (r->n_inc_arches && !tr_strings_has(r->inc_arches, r->n_inc_arches, h->arch))
		return false;
	for (size_t i = 0; i < r->n_inc_caps; i++)
		if (!has(h->caps, h->n_caps, r->inc_caps[i]))
			return false;
	return h->kernel >= r->inc_min_kernel;
}

bool seccomp_rule_holds(const struct tr_rule *r, const struct tr_seccomp_host *h)
{
	return !excluded(r, h) && included(r, h);
}

static void drop_strings(char ***v, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		free((*v)[i]);
	free(*v);
	*v = NULL;
	*n = 0;
}

static void drop_filters(struct tr_rule *r)
{
	drop_strings(&r->inc_caps, &r->n_inc_caps);
	drop_strings(&r->inc_arches, &r->n_inc_arches);
	drop_strings(&r->exc_caps, &r->n_exc_caps);
	drop_strings(&r->exc_arches, &r->n_exc_arches);
	r->inc_min_kernel = r->exc_min_kernel = 0;
}

/* The first entry for the host's architecture counts, and its companions with it. */
static int pick_arches(struct tr_seccomp *ret, const struct tr_seccomp *p, const char *native,
		       struct tr_err *err)
{
	const char *arch = seccomp_arch_of_native(native);

	for (size_t i = 0; i < p->n_arches; i++)
		tr_seccomp_add_arch(ret, p->arches[i]);
	for (size_t i = 0; arch && i < p->n_arch_map; i++) {
		const struct tr_arch_map *m = &p->arch_map[i];

		if (strcmp(m->arch, arch) != 0)
			continue;
		tr_seccomp_add_arch(ret, m->arch);
		for (size_t k = 0; k < m->n_sub; k++) {
			if (!seccomp_is_arch(m->sub[k]))
				return tr_err_set(err, TR_ERR_INPUT,
						  "archMap: %s: '%s' is no architecture", arch,
						  m->sub[k]);
			tr_seccomp_add_arch(ret, m->sub[k]);
		}
		break;
	}
	return 0;
}

static void copy_settings(struct tr_seccomp *dst, const struct tr_seccomp *src)
{
	tr_seccomp_init(dst);
	dst->default_action = src->default_action;
	dst->default_errno = src->default_errno;
	dst->has_flags = src->has_flags;
	for (size_t i = 0; i < src->n_flags; i++)
		tr_strings_add(&dst->flags, &dst->n_flags, src->flags[i]);
	dst->listener_path = src->listener_path ? tr_xstrdup(src->listener_path) : NULL;
	dst->listener_metadata = src->listener_metadata ? tr_xstrdup(src->listener_metadata) : NULL;
}

int tr_seccomp_resolve(struct tr_seccomp *ret, const struct tr_seccomp *p,
		       const struct tr_seccomp_host *host, struct tr_err *err)
{
	struct tr_seccomp_host h;
	struct tr_seccomp out;

	if (complete(&h, host, err) < 0)
		return -1;
	copy_settings(&out, p);
	if (pick_arches(&out, p, h.arch, err) < 0) {
		tr_seccomp_release(&out);
		return -1;
	}
	for (size_t i = 0; i < p->n_rules; i++)
		if (seccomp_rule_holds(&p->rules[i], &h))
			drop_filters(tr_seccomp_add_rule_copy(&out, &p->rules[i]));
	*ret = out;
	return 0;
}
