// SPDX-License-Identifier: Apache-2.0
/* Events of the ring buffer: any bytes, as if a program of ours had a bug. */
#include <stdlib.h>
#include <string.h>

#include "record/decode.h"
#include "record/named.h"

static void decode(const struct tr_event *e, const void *data, size_t len)
{
	struct mount_names names;
	struct named named;
	struct tr_fact f;
	char *binary = NULL;

	if (decode_file(data, len, &f)) {
		if (f.path[0] != '/')
			abort();
		tr_fact_release(&f);
	}
	if (decode_exec(data, len, &f, &binary)) {
		if (f.path[0] != '/' || !binary)
			abort();
		tr_fact_release(&f);
	}
	free(binary);
	if (decode_call(e, data, len, &f))
		tr_fact_release(&f);
	if (decode_arg(data, len, &f))
		tr_fact_release(&f);
	if (decode_asked(data, len, &f))
		tr_fact_release(&f);
	if (decode_network(data, len, &f))
		tr_fact_release(&f);
	if (decode_mount(data, len, &f, &names)) {
		if ((names.cwd && names.cwd[0] != '/') || names.root[0] != '/')
			abort();
		mount_names_release(&names);
		tr_fact_release(&f);
	}
	if (named_decode(data, len, &named)) {
		if (named.dir[0] != '/' || named.root[0] != '/')
			abort();
		named_release(&named);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
	/* The ring buffer aligns what it gives; so do we, and exactly, for the sanitizer to see. */
	void *copy = malloc(size ? size : 1);
	const struct tr_event *e;
	const void *data;
	size_t len;

	if (!copy)
		return 0;
	memcpy(copy, bytes, size);
	e = decode_event(copy, size, &data, &len);
	if (e)
		decode(e, data, len);
	free(copy);
	return 0;
}
