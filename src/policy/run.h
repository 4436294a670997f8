/* SPDX-License-Identifier: Apache-2.0 */
/* What the files share that make the options of a run. */
#ifndef POLICY_RUN_H
#define POLICY_RUN_H

#include "trammel/facts.h"
#include "trammel/policy_run.h"
#include "util/strbuf.h"

/* An act that was made by the container itself (not by the runtime) and went through. */
bool run_was_done(const struct tr_fact *fact);
/* Every recording has this value of the key. */
bool run_all_have(const struct tr_facts *facts, const char *key, const char *value);
/* Any has. */
bool run_any_has(const struct tr_facts *facts, const char *key, const char *value);
/* Says what is left out, with `why` (heap). */
struct tr_run_option *run_leave_out(struct tr_run_options *o, enum tr_run_kind kind,
				    const char *value, char *why);

/* run_caps.c */
void run_caps(struct tr_run_options *o, const struct tr_facts *facts);
void run_no_new_privileges(struct tr_run_options *o, const struct tr_facts *facts,
			   const struct tr_image_files *image);
void run_user(struct tr_run_options *o, const struct tr_facts *facts);

/* run_places.c: --read-only, and what is to be writable all the same. */
void run_places(struct tr_run_options *o, const struct tr_facts *facts,
		const struct tr_image_files *image);

/* run_network.c */
void run_network(struct tr_run_options *o, const struct tr_facts *facts);

#endif
