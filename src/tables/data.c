// SPDX-License-Identifier: Apache-2.0
#include "tables/data.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *key, const void *file)
{
	return strcmp(key, ((const struct data_file *)file)->name);
}

const struct data_file *data_find(const char *name)
{
	return bsearch(name, data_files, data_n_files, sizeof(data_files[0]), by_name);
}
