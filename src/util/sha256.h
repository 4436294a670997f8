/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), for the names and digests that engines use. Not for secrets. */
#ifndef UTIL_SHA256_H
#define UTIL_SHA256_H

#include <stddef.h>

/* Writes 64 lower-case hex digits and a NUL. */
void sha256_hex(const void *data, size_t len, char ret_hex[65]);

#endif
