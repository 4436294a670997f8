/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles in memory. */
#ifndef TESTS_LIB_SECCOMP_TEXT_H
#define TESTS_LIB_SECCOMP_TEXT_H

#include <stdio.h>

#include "trammel/seccomp.h"

/* What tr_seccomp_write makes of p; heap. */
static inline char *written(const struct tr_seccomp *p)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	tr_seccomp_write(p, f);
	fclose(f);
	return text;
}

#endif
