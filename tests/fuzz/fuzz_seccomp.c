// SPDX-License-Identifier: Apache-2.0
/*
 * The profile reader, on any bytes. What it takes must be written, read again and written again to
 * the same bytes; so must what Docker would make of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/seccomp.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *written(const struct tr_seccomp *p)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	tr_seccomp_write(p, f);
	fclose(f);
	return text;
}

static void check_round_trip(const struct tr_seccomp *p)
{
	struct tr_err err = { 0 };
	struct tr_seccomp again;
	char *one = written(p), *two;

	if (tr_seccomp_parse(&again, one, strlen(one), "again", &err) < 0)
		abort();
	two = written(&again);
	if (strcmp(one, two) != 0)
		abort();
	free(one);
	free(two);
	tr_seccomp_release(&again);
}

static void check_resolved(const struct tr_seccomp *p)
{
	static const struct tr_seccomp_host host = { .arch = "amd64", .kernel = 6 << 16 | 1 };
	struct tr_err err = { 0 };
	struct tr_seccomp resolved;

	if (tr_seccomp_resolve(&resolved, p, &host, &err) < 0) {
		if (err.kind != TR_ERR_INPUT)
			abort();
		tr_err_clear(&err);
		return;
	}
	if (resolved.n_arch_map || resolved.n_rules > p->n_rules)
		abort();
	check_round_trip(&resolved);
	tr_seccomp_release(&resolved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* text in memory has a NUL behind it, and nothing behind that */
	tr_cleanup_free char *text = tr_xmalloc(size + 1);
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (tr_seccomp_parse(&p, text, size, "fuzz", &err) < 0) {
		if (err.kind != TR_ERR_INPUT || !err.msg || strncmp(err.msg, "fuzz:", 5))
			abort();
		tr_err_clear(&err);
		return 0;
	}
	check_round_trip(&p);
	check_resolved(&p);
	tr_seccomp_release(&p);
	return 0;
}
