// SPDX-License-Identifier: Apache-2.0
#include "tables/args.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "tables/csv.h"
#include "tables/data.h"
#include "util/mem.h"

static struct arg_spec *specs;
static size_t n_specs, cap_specs;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static enum arg_form form_of(const char *word)
{
	if (!strcmp(word, "bits"))
		return ARG_BITS;
	return !strcmp(word, "socket") ? ARG_SOCKET : ARG_EQUAL;
}

/* tests/unit/test_args.c holds the file to its form: what it says is not checked again here. */
static void parse(void)
{
	const struct data_file *file = data_find("args.csv");
	struct csv c;

	if (!file)
		return;
	csv_init(&c, file->text);
	while (csv_next(&c)) {
		struct arg_spec s = { 0 };

		if (c.n < 6)
			continue;
		s.name = tr_xstrdup(c.field[0]);
		s.index = !strcmp(c.field[1], "tuple") ? -1 : atoi(c.field[1]);
		s.form = form_of(c.field[2]);
		s.mask = (uint32_t)strtoul(c.field[3], NULL, 16);
		s.class = !strcmp(c.field[4], "risky") ? ARG_RISKY : ARG_ALL;
		s.why = tr_xstrdup(c.field[5]);
		specs = tr_grow(specs, &cap_specs, n_specs, sizeof(*specs));
		specs[n_specs++] = s;
	}
	csv_release(&c);
}

size_t arg_specs(const struct arg_spec **ret)
{
	pthread_once(&once, parse);
	*ret = specs;
	return n_specs;
}

static int by_name(const void *key, const void *spec)
{
	return strcmp(key, ((const struct arg_spec *)spec)->name);
}

const struct arg_spec *arg_spec_of(const char *name)
{
	const struct arg_spec *all;
	size_t n = arg_specs(&all);

	return n ? bsearch(name, all, n, sizeof(*all), by_name) : NULL;
}
