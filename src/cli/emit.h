/* SPDX-License-Identifier: Apache-2.0 */
/* What `trammel emit` says beside the profile. */
#ifndef CLI_EMIT_H
#define CLI_EMIT_H

#include <stdbool.h>

#include "trammel/apparmor.h"
#include "trammel/bundle.h"
#include "trammel/image_files.h"
#include "trammel/policy.h"
#include "trammel/policy_apparmor.h"
#include "trammel/tune.h"

/* The summary and the warnings of a profile that was made of so many recordings. */
void emit_say(const struct tr_policy_report *r, const struct tr_policy_opts *opts,
	      size_t n_recordings);
/* Why there is none: the acts that must be accepted, one a line. tune: the file to put it in, or NULL. */
void emit_say_needs(const struct tr_policy_report *r, const char *tune);

/* `emit apparmor`; returns the exit status. */
struct emit_opts;
int emit_apparmor(struct emit_opts *o);
/* Its rules, as o and tune say. In *report is what must be accepted, too, where that is the error. */
int emit_apparmor_make(struct tr_apparmor *ret, const struct emit_opts *o,
		       const struct tr_tune *tune, const struct tr_facts *facts,
		       struct tr_policy_apparmor_report *report, struct tr_err *err);
/* Whether a name of a file in it was redacted. */
bool emit_redacted(const struct tr_facts *facts);
/* Whether a bundle made with these options, of these facts, has one; else the error says why not. */
int emit_apparmor_can(const struct emit_opts *o, const struct tr_facts *facts, struct tr_err *err);
/* What is said beside them, of the facts that they were made of; from: what `trammel load` would be given. */
void emit_apparmor_say(const struct tr_apparmor *p, const struct tr_policy_apparmor_report *r,
		       const struct tr_facts *facts, const char *from);

/* `emit docker` and `emit compose`, from the word behind `emit` on; returns the exit status. */
int emit_run(int argc, char **argv, bool compose);

/*
 * The list of the image's files for a bundle: that of --files, or the one that is in it (old; dir NULL: none is).
 * 1 with the list and its text, both owned, also by what failed; 0: there is none; -1.
 */
int emit_image(const struct emit_opts *o, const struct tr_bundle *old, const struct tr_facts *facts,
	       struct tr_image_files *ret, char **ret_text, size_t *ret_len, struct tr_err *err);

/* Each the status of wrong usage, else -1. name, file: NULL where it was not given; what: what goes to file. */
int emit_check_name(const char *name);
int emit_check_json(const char *file, const char *what);
/* Of the list of the image's files, NULL if not given, and the traces, one can be standard input. */
int emit_check_stdin(const char *files, char *const *traces, size_t n_traces);

/* `emit bundle`; returns the exit status. */
int emit_bundle(struct emit_opts *o);

#endif
