// SPDX-License-Identifier: Apache-2.0
/* Where libFuzzer is not built in: feeds every file of the corpus to the fuzzer once. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/fs.h"
#include "util/mem.h"

#define FILE_MAX (64u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	tr_cleanup_free char *text = NULL;
	struct tr_err err = { 0 };
	uint8_t *exact;
	size_t len;

	if (fs_read(path, FILE_MAX, &text, &len, &err) < 0) {
		fprintf(stderr, "%s\n", tr_err_msg(&err));
		tr_err_clear(&err);
		return -1;
	}
	/* Without the NUL behind it, so that a sanitizer sees a read past the end. */
	exact = tr_xmalloc(len);
	memcpy(exact, text, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
	return 0;
}

static int visible(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

int main(int argc, char **argv)
{
	int bad = 0, done = 0;

	for (int i = 1; i < argc; i++) {
		struct dirent **names;
		int n = scandir(argv[i], &names, visible, alphasort);

		if (n < 0) {
			perror(argv[i]);
			return EXIT_FAILURE;
		}
		for (int k = 0; k < n; k++, done++) {
			char *path = tr_xasprintf("%s/%s", argv[i], names[k]->d_name);

			bad |= replay_file(path);
			free(path);
			free(names[k]);
		}
		free(names);
	}
	printf("%d inputs\n", done);
	return bad || !done ? EXIT_FAILURE : EXIT_SUCCESS;
}
