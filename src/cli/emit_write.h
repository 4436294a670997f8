/* SPDX-License-Identifier: Apache-2.0 */
/* Where a profile that was made goes, in which spelling. */
#ifndef CLI_EMIT_WRITE_H
#define CLI_EMIT_WRITE_H

#include "trammel/facts.h"
#include "trammel/seccomp.h"

struct emit_output {
	enum tr_spelling spelling;
	const char *file; /* "-": standard output */
	const char *dir; /* k8s: all its files; NULL: only the profile, into file */
	const char *into; /* oci: the configuration to put it into; NULL: a fragment */
	const char *name; /* given, or NULL: trammel-SUBJECT */
};

/* Whether it can be a name in Kubernetes: RFC 1123, lower case. */
bool emit_is_k8s_name(const char *name);

/* trammel-SUBJECT, with single dashes for what a name cannot have; heap. */
char *emit_default_name(const struct tr_facts *facts);

/* Writes it, whole or not at all, and says what the spelling cannot. */
int emit_write(const struct tr_seccomp *p, const struct tr_facts *facts,
	       const struct emit_output *o, struct tr_err *err);

#endif
