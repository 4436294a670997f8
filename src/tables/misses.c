// SPDX-License-Identifier: Apache-2.0
#include "tables/misses.h"

#include <pthread.h>
#include <string.h>

#include "tables/csv.h"
#include "tables/data.h"
#include "util/mem.h"

static struct miss *misses;
static size_t n_misses, cap_misses;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void parse(void)
{
	const struct data_file *file = data_find("backend-misses.csv");
	struct csv c;

	if (!file)
		return;
	csv_init(&c, file->text);
	while (csv_next(&c)) {
		struct miss m = { 0 };

		if (c.n < 5)
			continue;
		m.id = tr_xstrdup(c.field[0]);
		m.unless = *c.field[1] ? tr_xstrdup(c.field[1]) : NULL;
		m.act = tr_xstrdup(c.field[2]);
		m.why = tr_xstrdup(c.field[3]);
		misses = tr_grow(misses, &cap_misses, n_misses, sizeof(*misses));
		misses[n_misses++] = m;
	}
	csv_release(&c);
}

size_t misses_all(const struct miss **ret)
{
	pthread_once(&once, parse);
	*ret = misses;
	return n_misses;
}

const struct miss *miss_find(const char *id)
{
	const struct miss *all;
	size_t n = misses_all(&all);

	for (size_t i = 0; i < n; i++)
		if (!strcmp(all[i].id, id))
			return &all[i];
	return NULL;
}
