// SPDX-License-Identifier: Apache-2.0
/* bundle.json's reader, on any bytes: an error says where, and what it takes is complete. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/bundle.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* text in memory has a NUL behind it, and nothing behind that */
	tr_cleanup_free char *text = tr_xmalloc(size + 1);
	struct tr_err err = { 0 };
	struct tr_bundle b;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (tr_bundle_parse(&b, "fuzz", text, size, &err) < 0) {
		if (err.kind != TR_ERR_INPUT || !err.msg ||
		    strncmp(err.msg, "fuzz/bundle.json", 16))
			abort();
		tr_err_clear(&err);
		return 0;
	}
	if (!b.subject || !b.tool || strcmp(b.dir, "fuzz") != 0)
		abort();
	for (size_t i = 0; i < b.n_files; i++)
		if (strlen(b.files[i].sha256) != 64 || !b.files[i].name)
			abort();
	for (size_t i = 0; i < b.n_options; i++)
		if (!b.options[i].name || !b.options[i].value)
			abort();
	tr_bundle_release(&b);
	return 0;
}
