// SPDX-License-Identifier: Apache-2.0
/* The baseline of tests/bench/merge: reads the lines of files with json-c, and does nothing else. */
#include "bench.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long read_file(const char *path, struct json_tokener *t)
{
	FILE *in = fopen(path, "re");
	unsigned long lines = 0;
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	if (!in)
		die("%s: %s", path, strerror(errno));
	while ((len = getline(&line, &cap, in)) > 0) {
		json_object *o;

		json_tokener_reset(t);
		o = json_tokener_parse_ex(t, line, (int)len);
		if (!o)
			die("%s: a line is no JSON", path);
		json_object_put(o);
		lines++;
	}
	free(line);
	fclose(in);
	return lines;
}

int json_main(char *const *paths, int n)
{
	struct json_tokener *t = json_tokener_new();
	unsigned long lines = 0;

	for (int i = 0; i < n; i++)
		lines += read_file(paths[i], t);
	json_tokener_free(t);
	printf("%lu\n", lines);
	return 0;
}
