/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Docker's seccomp JSON (github.com/moby/profiles/seccomp, seccomp.go: type Seccomp) and podman's
 * dialect of it (github.com/containers/common/pkg/seccomp), read and written.
 */
#ifndef TRAMMEL_SECCOMP_H
#define TRAMMEL_SECCOMP_H

#include <stdio.h>

#include "trammel/err.h"
#include "trammel/rules.h"

/*
 * Reads a profile: a path, "-", or a built-in name ("docker-default", "docker-default@20.10",
 * "podman-default"; a file of that name in the working directory needs a "./"). Errors say
 * "FILE:LINE: JSON path: what was expected" where a line is known, kind TR_ERR_INPUT. What Docker or runc
 * would refuse (both architectures and archMap, an unknown action or operator, an argument index
 * above 5, an empty name, ...) is refused here; unknown members are ignored, as they do.
 */
int tr_seccomp_read(struct tr_seccomp *ret, const char *path, struct tr_err *err);
/* The same from text in memory, which has a NUL behind its len bytes. */
int tr_seccomp_parse(struct tr_seccomp *ret, const char *text, size_t len, const char *name,
		     struct tr_err *err);

/* Writes Docker's form, two-space indent, members in the order Docker's own profile has them. */
void tr_seccomp_write(const struct tr_seccomp *p, FILE *out);

/* Other spellings of the same rules. */
enum tr_spelling {
	TR_SPELLING_SECCOMP = 0, /* Docker's */
	TR_SPELLING_PODMAN, /* the same, with the errnos' names beside their numbers */
	TR_SPELLING_OCI, /* a fragment of an OCI runtime's config.json: linux.seccomp */
	TR_SPELLING_K8S, /* a file for a pod's localhostProfile: what stands at linux.seccomp */
	TR_SPELLING_SPO, /* a SeccompProfile for the Security Profiles Operator */
	TR_SPELLING_SYSTEMD, /* lines for a unit's [Service] section */
	TR_SPELLINGS
};
/* "seccomp", "podman", ...; -1 for a name that is none. */
const char *tr_spelling_name(enum tr_spelling s);
int tr_spelling_from_name(const char *name);

/*
 * Writes p, which has no includes, excludes or archMap left (as what policy makes, and what
 * tr_seccomp_resolve leaves). `name` is for spellings that have one. What cannot be said in the
 * spelling is left out on the safe side where there is one, and told to `lost` (may be NULL), in
 * sentences without a full stop. Fails, kind TR_ERR_INPUT, where p cannot be written at all.
 */
int tr_seccomp_write_as(const struct tr_seccomp *p, enum tr_spelling spelling, const char *name,
			FILE *out, void (*lost)(const char *what, void *arg), void *arg,
			struct tr_err *err);

/*
 * The same as an OCI runtime's configuration: that in the file `config` ("-": stdin) with p at
 * linux.seccomp, in place of what stood there, and all else as it was.
 */
int tr_seccomp_write_into(const struct tr_seccomp *p, const char *config, FILE *out,
			  void (*lost)(const char *what, void *arg), void *arg, struct tr_err *err);

/* The lines of a pod's or container's manifest that make it run under a localhostProfile. */
void tr_seccomp_write_k8s_context(const char *name, FILE *out);

/* The container and host that a profile is resolved for: what its includes and excludes ask. */
struct tr_seccomp_host {
	const char *arch; /* Docker's short name: "amd64", "arm64", ... NULL: this machine's */
	unsigned kernel; /* major << 16 | minor; 0: this machine's */
	const char *const
		*caps; /* "CAP_CHOWN", ... of the bounding set; NULL: Docker's default 14 */
	size_t n_caps;
};

/*
 * What Docker does with a profile when a container starts (seccomp_linux.go: setupSeccomp):
 * picks the native entry of archMap with its sub-architectures, drops rules whose includes or
 * excludes do not fit the host. The result has arches, and no conditions on rules left. Whether
 * a cap is in the set, include wants all of its list, exclude any.
 */
int tr_seccomp_resolve(struct tr_seccomp *ret, const struct tr_seccomp *p,
		       const struct tr_seccomp_host *host, struct tr_err *err);

/* Docker's default capabilities, "CAP_..." sorted; moby daemon/pkg/oci/caps/defaults.go. */
extern const char *const tr_docker_default_caps[];
extern const size_t tr_docker_n_default_caps;

#endif
