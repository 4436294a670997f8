/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests of the Security Profiles Operator (github.com/kubernetes-sigs/security-profiles-operator,
 * deploy/base-crds/crds/seccompprofile.yaml): what is in `spec` is spelled as an OCI profile.
 */
#ifndef FORMATS_SPO_H
#define FORMATS_SPO_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"

/* Whether a text is YAML that names a kind, as every Kubernetes manifest does. */
bool spo_is_manifest(const char *text, size_t len);

/* The one document of kind SeccompProfile as JSON, on the same lines; kind TR_ERR_INPUT if none. */
int spo_to_json(const char *text, size_t len, const char *name, char **ret, size_t *ret_len,
		struct tr_err *err);

#endif
