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
