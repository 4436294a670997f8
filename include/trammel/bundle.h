/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bundle: the directory that belongs in an image's repository. What was recorded, what was decided
 * by hand, the profiles made of both, and bundle.json, which says with which options, and what each
 * file was when it was made. docs/trammel-bundle.5.md has every member.
 */
#ifndef TRAMMEL_BUNDLE_H
#define TRAMMEL_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "trammel/err.h"
#include "trammel/facts.h"
#include "trammel/trace.h"

#define TR_BUNDLE_VERSION 1

#define TR_BUNDLE_JSON	   "bundle.json"
#define TR_BUNDLE_TRACE	   TR_TRACE_OF_BUNDLE
#define TR_BUNDLE_TUNE	   "tune.json"
#define TR_BUNDLE_SECCOMP  "seccomp.json"
#define TR_BUNDLE_APPARMOR "apparmor"
#define TR_BUNDLE_IMAGE	   "image.files"
#define TR_BUNDLE_DOCKER   "docker-run.sh"
#define TR_BUNDLE_COMPOSE  "compose.confined.yaml"

/* An option of emit that the bundle was made with, as the command line spells it. */
struct tr_bundle_option {
	char *name, *value;
};

/* A file, and what it was when the bundle was made. */
struct tr_bundle_file {
	char *name;
	char sha256[65];
};

struct tr_bundle {
	char *dir;
	char *subject; /* any byte */
	char *tool; /* the version that made it */
	char *no_apparmor; /* why it has no AppArmor profile; NULL: it has, or is of before there were any */
	struct tr_bundle_option *options; /* by name; one may come several times */
	size_t n_options, cap_options;
	struct tr_strset images; /* digests */
	struct tr_bundle_file *files; /* by name */
	size_t n_files, cap_files;
};

/* Whether the path is a directory with a bundle.json in it. */
bool tr_bundle_is(const char *path);

/* Reads bundle.json; nothing else is opened. Errors name file and member, kind TR_ERR_INPUT. */
int tr_bundle_read(struct tr_bundle *ret, const char *dir, struct tr_err *err);
/* The same from bundle.json's text; nothing is opened. */
int tr_bundle_parse(struct tr_bundle *ret, const char *dir, const char *text, size_t len,
		    struct tr_err *err);
void tr_bundle_release(struct tr_bundle *b);

/* DIR/NAME, on the heap. */
char *tr_bundle_path(const char *dir, const char *name);

void tr_bundle_add_option(struct tr_bundle *b, const char *name, const char *value);

/* What has become of a file since the bundle was made. */
enum tr_bundle_state {
	TR_BUNDLE_SAME,
	TR_BUNDLE_EDITED,
	TR_BUNDLE_GONE, /* it was there */
	TR_BUNDLE_NEW, /* it was not there */
	TR_BUNDLE_NEVER, /* nor is it now */
};
/* Only a file that cannot be read is an error. */
int tr_bundle_check(const struct tr_bundle *b, const char *name, enum tr_bundle_state *ret,
		    struct tr_err *err);

/*
 * Takes out of the facts what says when and on which machine they were recorded: times, ids of
 * containers, names of cgroups and projects. What can stay of the times, stays as `seconds`,
 * `after` and `order`. Doing it twice, or again with what it was made of merged in, changes nothing.
 */
void tr_bundle_settle_facts(struct tr_facts *f);

/* A file to be written: its bytes are owned. */
struct tr_bundle_part {
	const char *name;
	char *text;
	size_t len;
	mode_t mode;
	bool forced; /* may replace what somebody edited */
};

/*
 * Writes the parts and, behind them, a bundle.json that names them: all of them, each by rename, or
 * none. b gives all of bundle.json but the files, which are set here. What is the same already is not touched.
 * A part that would replace something that trammel did not write is refused (TR_ERR_INPUT) unless
 * it is forced. Makes the directory (0700) if there is none.
 */
int tr_bundle_write(struct tr_bundle *b, struct tr_bundle_part *parts, size_t n,
		    struct tr_err *err);

/*
 * Holds the directory for one writer at a time. *ret_fd is to be closed. A directory that is not
 * there yet is made.
 */
int tr_bundle_lock(const char *dir, int *ret_fd, bool *ret_made, struct tr_err *err);

#endif
