// SPDX-License-Identifier: Apache-2.0
/*
 * The files of an image, from any bytes: what is taken is sorted, every name is one from the root, and what
 * is written of it is read back as the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trammel/image_files.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *written(const struct tr_image_files *f)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	tr_image_files_write(f, out);
	fclose(out);
	return text;
}

static void check(const struct tr_image_files *f)
{
	tr_cleanup_free char *once = written(f), *twice = NULL;
	struct tr_image_files again;

	for (size_t i = 0; i < f->n; i++)
		if (*f->v[i].path != '/' || (i && strcmp(f->v[i - 1].path, f->v[i].path) >= 0))
			abort();
	if (tr_image_files_parse(&again, once, strlen(once), "again", NULL) < 0 || again.n != f->n)
		abort();
	twice = written(&again);
	if (strcmp(once, twice) != 0)
		abort();
	tr_image_files_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* text in memory has a NUL behind it, and nothing behind that */
	tr_cleanup_free char *text = tr_xmalloc(size + 1);
	struct tr_err err = { 0 };
	struct tr_image_files f;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (tr_image_files_parse(&f, text, size, "fuzz", &err) < 0) {
		if (err.kind != TR_ERR_INPUT || !err.msg || strncmp(err.msg, "fuzz:", 5))
			abort();
		tr_err_clear(&err);
		return 0;
	}
	check(&f);
	tr_image_files_release(&f);
	return 0;
}
