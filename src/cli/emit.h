/* SPDX-License-Identifier: Apache-2.0 */
/* What `trammel emit` says beside the profile. */
#ifndef CLI_EMIT_H
#define CLI_EMIT_H

#include "trammel/policy.h"

/* The summary and the warnings of a profile that was made of so many recordings. */
void emit_say(const struct tr_policy_report *r, const struct tr_policy_opts *opts,
	      size_t n_recordings);
/* Why there is none: the acts that must be accepted, one a line. tune: the file to put it in, or NULL. */
void emit_say_needs(const struct tr_policy_report *r, const char *tune);

/* `emit apparmor`; returns the exit status. */
struct emit_opts;
int emit_apparmor(struct emit_opts *o);

/* `emit bundle`; returns the exit status. */
int emit_bundle(struct emit_opts *o);

#endif
