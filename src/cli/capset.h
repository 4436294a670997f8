/* SPDX-License-Identifier: Apache-2.0 */
/* --cap-add and --cap-drop: the capabilities of the container that profiles are resolved for. */
#ifndef CLI_CAPSET_H
#define CLI_CAPSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/strbuf.h"

struct capset {
	uint64_t add, drop;
	const char **v; /* what comes of it: "CAP_CHOWN", ...; NULL until capset_resolve */
	size_t n;
	char *names; /* the memory of those */
};

/* A comma-separated list of names as Docker takes them, or ALL. false: *ret_bad is none. */
bool capset_parse(uint64_t *set, const char *list, const char **ret_bad);
/* Docker's default ones, without `drop` and with `add`, as Docker reckons. */
void capset_resolve(struct capset *c);
void capset_release(struct capset *c);
/* " and CAP_SYS_ADMIN", " without CAP_NET_RAW": the difference to Docker's default; "" if none. */
void capset_text(const struct capset *c, struct strbuf *sb);

#endif
