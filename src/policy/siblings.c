// SPDX-License-Identifier: Apache-2.0
#include "policy/siblings.h"

#include <stdlib.h>
#include <string.h>

#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "util/mem.h"

#define FILE_NAME "siblings.csv"

void siblings_release(struct siblings *s)
{
	free(s->v);
	memset(s, 0, sizeof(*s));
}

static int parse_args(struct sibling *s, const char *word)
{
	static const char *const words[] = {
		[SIBLING_SAME] = "same",
		[SIBLING_LESS] = "less",
		[SIBLING_PLAIN] = "plain",
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(words); i++) {
		s->args = (enum sibling_args)i;
		if (!strcmp(word, words[i]))
			return 0;
	}
	s->args = SIBLING_WITH;
	return *word ? conds_alt_parse(&s->with, word) : -1;
}

static int parse_row(struct siblings *all, const struct csv *csv, const char *name,
		     struct tr_err *err)
{
	struct sibling s = { 0 };
	int call = csv->n == 4 ? syscall_index(csv->field[0]) : -1;
	int form = csv->n == 4 ? syscall_index(csv->field[1]) : -1;

	if (call < 0 || form < 0 || parse_args(&s, csv->field[2]) < 0)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "profiles/%s:%u: expected a syscall, its form, same, less, plain "
				  "or conditions, and a source",
				  name, csv->line);
	s.call = (size_t)call;
	s.form = (size_t)form;
	all->v = tr_grow(all->v, &all->cap, all->n, sizeof(*all->v));
	all->v[all->n++] = s;
	return 0;
}

int siblings_parse(struct siblings *ret, const char *text, const char *name, struct tr_err *err)
{
	struct siblings all = { 0 };
	struct csv csv;
	int r = 0;

	csv_init(&csv, text);
	while (r == 0 && csv_next(&csv))
		r = parse_row(&all, &csv, name, err);
	csv_release(&csv);
	if (r < 0)
		siblings_release(&all);
	else
		*ret = all;
	return r;
}

int siblings_load(struct siblings *ret, struct tr_err *err)
{
	const struct data_file *file = data_find(FILE_NAME);

	if (!file)
		return tr_err_set(err, TR_ERR_CANNOT, "profiles/" FILE_NAME " was not built in");
	return siblings_parse(ret, file->text, FILE_NAME, err);
}

struct conds sibling_conds(const struct sibling *s, const struct conds *call)
{
	struct conds ret = { 0 };

	if (conds_never(call))
		return ret;
	switch (s->args) {
	case SIBLING_SAME:
		return conds_copy(call);
	case SIBLING_LESS:
		return conds_any();
	case SIBLING_PLAIN:
		return call->any ? conds_any() : ret;
	case SIBLING_WITH:
		conds_add(&ret, &s->with);
		break;
	}
	return ret;
}
