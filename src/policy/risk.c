// SPDX-License-Identifier: Apache-2.0
#include "policy/risk.h"

#include <stdlib.h>
#include <string.h>

#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "util/mem.h"

#define FILE_NAME "risk.csv"

void risks_release(struct risks *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->v[i].level);
		free(r->v[i].why);
	}
	free(r->v);
	memset(r, 0, sizeof(*r));
}

static int parse_row(struct risks *r, const struct csv *csv, const char *name, struct tr_err *err)
{
	struct risk row = { 0 };
	int call = csv->n == 5 ? syscall_index(csv->field[0]) : -1;

	if (call < 0 || conds_alt_parse(&row.when, csv->field[1]) < 0)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "profiles/%s:%u: expected a syscall, conditions, a level, a "
				  "reason and a source",
				  name, csv->line);
	row.call = (size_t)call;
	row.always = !*csv->field[1];
	if (r->n && r->v[r->n - 1].call > row.call)
		return tr_err_set(err, TR_ERR_CANNOT, "profiles/%s:%u: out of order", name,
				  csv->line);
	row.level = tr_xstrdup(csv->field[2]);
	row.why = tr_xstrdup(csv->field[3]);
	r->v = tr_grow(r->v, &r->cap, r->n, sizeof(*r->v));
	r->v[r->n++] = row;
	return 0;
}

int risks_parse(struct risks *ret, const char *text, const char *name, struct tr_err *err)
{
	struct risks risks = { 0 };
	struct csv csv;
	int r = 0;

	csv_init(&csv, text);
	while (r == 0 && csv_next(&csv))
		r = parse_row(&risks, &csv, name, err);
	csv_release(&csv);
	if (r < 0)
		risks_release(&risks);
	else
		*ret = risks;
	return r;
}

int risks_load(struct risks *ret, struct tr_err *err)
{
	const struct data_file *file = data_find(FILE_NAME);

	if (!file)
		return tr_err_set(err, TR_ERR_CANNOT, "profiles/" FILE_NAME " was not built in");
	return risks_parse(ret, file->text, FILE_NAME, err);
}

const struct risk *risks_of(const struct risks *r, size_t call, size_t *ret_n)
{
	size_t first = 0;

	while (first < r->n && r->v[first].call < call)
		first++;
	*ret_n = 0;
	while (first + *ret_n < r->n && r->v[first + *ret_n].call == call)
		++*ret_n;
	return *ret_n ? &r->v[first] : NULL;
}

const struct risk *risks_always(const struct risks *r, size_t call)
{
	size_t n;
	const struct risk *risk = risks_of(r, call, &n);

	for (size_t i = 0; i < n; i++)
		if (risk[i].always)
			return &risk[i];
	return NULL;
}

const struct risk *risks_value(const struct risks *r, size_t call, unsigned index, uint64_t value)
{
	size_t n;
	const struct risk *risk = risks_of(r, call, &n);

	for (size_t i = 0; i < n; i++)
		if (!risk[i].always && risk[i].when.mask[index] &&
		    conds_alt_can_be(&risk[i].when, index, value))
			return &risk[i];
	return NULL;
}
