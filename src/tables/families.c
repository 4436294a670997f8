// SPDX-License-Identifier: Apache-2.0
#include "tables/families.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tables/csv.h"
#include "tables/data.h"

/* Goes to the next family; false at the end. */
static bool next(struct csv *csv, unsigned *ret)
{
	if (!csv_next(csv) || csv->n != 2)
		return false;
	*ret = (unsigned)strtoul(csv->field[0], NULL, 10);
	return true;
}

static void open_table(struct csv *csv)
{
	const struct data_file *file = data_find("families.csv");

	csv_init(csv, file ? file->text : "");
}

const char *family_name(unsigned family, char *buf)
{
	struct csv csv;
	unsigned number;

	snprintf(buf, FAMILY_SIZE, "%u", family);
	open_table(&csv);
	while (next(&csv, &number))
		if (number == family)
			snprintf(buf, FAMILY_SIZE, "%s", csv.field[1]);
	csv_release(&csv);
	return buf;
}

int family_from_name(const char *name)
{
	const char *bare = strncasecmp(name, "AF_", 3) ? name : name + 3;
	struct csv csv;
	unsigned number;
	int found = -1;

	if (!strcasecmp(bare, "local"))
		bare = "unix";
	else if (!strcasecmp(bare, "route"))
		bare = "netlink";
	open_table(&csv);
	while (next(&csv, &number))
		if (!strcasecmp(csv.field[1] + 3, bare))
			found = (int)number;
	csv_release(&csv);
	return found;
}

void family_each(void (*fn)(const char *name, void *arg), void *arg)
{
	struct csv csv;
	unsigned number;

	open_table(&csv);
	while (next(&csv, &number))
		fn(csv.field[1], arg);
	csv_release(&csv);
}
