/* SPDX-License-Identifier: Apache-2.0 */
/* The files of profiles/, carried inside the program: found wherever it is run from. */
#ifndef TABLES_DATA_H
#define TABLES_DATA_H

#include <stddef.h>

struct data_file {
	const char *name; /* relative to profiles/, e.g. "engine/docker-20.10.json" */
	const char *text; /* NUL-terminated behind size */
	size_t size;
};

/* NULL if there is none of that name. */
const struct data_file *data_find(const char *name);
/* All of them, sorted by name. */
extern const struct data_file data_files[];
extern const size_t data_n_files;

/* The manual pages, docs/NAME.SECTION.md: of the command line alone, which is linked with them. */
extern const struct data_file doc_files[];
extern const size_t doc_n_files;

#endif
