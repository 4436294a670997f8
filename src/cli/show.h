/* SPDX-License-Identifier: Apache-2.0 */
/* What `trammel show` makes of the facts, between the command and the two ways to print it. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/facts.h"

/* Columns of the counts: all, then one for each phase. */
enum {
	COUNT_ALL,
	COUNT_RUNTIME,
	COUNT_MAIN,
	COUNT_EXEC,
	COUNT_MAX
};

struct fact_list {
	const struct tr_fact **v;
	size_t n, cap;
};

/* Everything that was done to one file. */
struct show_file {
	const char *path;
	uint16_t perms;
	uint32_t acts; /* 1 << TR_ACT_* */
	uint32_t flags, where;
};

/* What one executable did: a stretch of show.by_exe. */
struct show_exe {
	const char *path;
	const struct tr_fact *fact;
};

struct show {
	bool list_files, list_exes; /* options */
	struct tr_facts facts;
	size_t counts[TR_FACT_MAX][COUNT_MAX];
	struct fact_list syscalls; /* made, in key order: by ABI, then number */
	struct fact_list refused; /* by the container's profile */
	struct fact_list execs;
	struct fact_list others; /* arguments, capabilities, sockets */
	struct show_file *files; /* by path */
	size_t n_files, cap_files;
	struct show_exe *by_exe; /* by path, then key order */
	size_t n_by_exe, cap_by_exe;
	int64_t started, stopped, last_new; /* over all recordings; 0 if not known */
};

/* Nothing was lost, and there is a recording: a recorder killed as it began leaves a journal without. */
bool show_complete(const struct show *s);

/* Fills s from s->facts, whose facts it points to. */
void show_sum(struct show *s);
void show_release(struct show *s);

/* Syscalls of one ABI by name, as printed; heap, n of them. */
const struct tr_fact **show_syscalls_by_name(const struct show *s, enum tr_abi abi, size_t *ret_n);

/* How many facts were known by then: at the end of each of SHOW_SPANS spans of the recorded time. */
#define SHOW_SPANS 40
struct show_growth {
	int64_t seconds; /* of all recordings, end to end; 0: not known, and nothing else is set */
	int64_t last_new; /* how far into them the last new fact came */
	size_t known[SHOW_SPANS];
};
void show_growth(const struct show *s, struct show_growth *ret);

/* Whether it was recorded for long enough. */
void show_print_outlook(const struct show *s);

/* Image, command, kernel, ...: what the recordings say of themselves. */
void show_print_contexts(const struct show *s);

/* For the text: a heading, "3 min 20 s", what facts of a kind are called. */
void show_heading(const char *text);
void show_span(int64_t seconds);
const char *show_kind(enum tr_fact_kind kind);

/* What arguments were seen, and what becomes of them in a profile. */
/* What was done that is on the risk list. */
void show_print_risky(const struct show *s);
struct json_object *show_risky_to_json(const struct show *s);
void show_print_args(const struct show *s);
struct json_object *show_args_to_json(const struct show *s);

/* A file nobody ever got at was looked for in vain. */
bool show_file_in_vain(const struct show_file *f);
/* "own", "others", "both", "unknown": whose the file was to those that used it. */
const char *show_owner(const struct show_file *f);
struct json_object *show_places_to_json(const struct show_file *f);
/* All of them, as a tree. */
void show_print_files(const struct show *s);

void show_print_text(const struct show *s);
void show_print_json(const struct show *s);

#endif
