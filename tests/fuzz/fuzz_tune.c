// SPDX-License-Identifier: Apache-2.0
/* The tune file's reader, on any bytes: what it takes is complete, and every fact in it is one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/accept.h"
#include "trammel/tune.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* text in memory has a NUL behind it, and nothing behind that */
	tr_cleanup_free char *text = tr_xmalloc(size + 1);
	struct tr_err err = { 0 };
	struct tr_tune t;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (tr_tune_parse(&t, text, size, "fuzz", &err) < 0) {
		if (err.kind != TR_ERR_INPUT || !err.msg || strncmp(err.msg, "fuzz:", 5))
			abort();
		tr_err_clear(&err);
		return 0;
	}
	for (size_t i = 0; i < t.n_accepts; i++)
		if (!*t.accepts[i].why || accept_check(t.accepts[i].fact, NULL) < 0)
			abort();
	tr_tune_release(&t);
	return 0;
}
