/* SPDX-License-Identifier: Apache-2.0 */
/* What `trammel emit` was asked for. */
#ifndef CLI_EMIT_OPTS_H
#define CLI_EMIT_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/emit_write.h"
#include "trammel/bundle.h"
#include "trammel/err.h"
#include "trammel/policy.h"
#include "trammel/policy_apparmor.h"
#include "trammel/redact.h"
#include "trammel/tune.h"

struct emit_opts {
	bool bundle; /* output.dir is where it is */
	bool apparmor; /* a profile of the other kind */
	enum tr_paths paths;
	enum tr_floor floor;
	bool floor_given;
	const char *with_apparmor; /* bundle: "on" or "off"; NULL: not given, which is on */
	const char *files; /* a list of the image's; NULL: none */
	const struct tr_image_files *image; /* what is in it, once it was read */
	const char *reach_word; /* as it was given */
	struct tr_policy_reach reach;
	bool tolerate_upgrades;
	struct emit_output output;
	const char *tune;
	const char *why; /* of all accepts */
	bool force;
	unsigned given; /* 1 << enum tr_policy_option: on the command line, which wins */
	const char *words[TR_POLICY_OPTIONS]; /* what was given */
	struct tr_policy_opts policy;
	struct tr_policy_accept *accepts; /* of --accept; they point into lists */
	char **lists; /* owned copies, cut up */
	size_t n_lists, cap_lists, n_accepts, cap_accepts;
	struct tr_strset patterns; /* of --redact */
	struct tr_redact *redact;
	char **traces;
	size_t n_traces;
};

/* Sets an option of the policy; the message says what was expected, not where. */
int emit_opts_set(struct emit_opts *o, enum tr_policy_option option, const char *word,
		  struct tr_err *err);
int emit_opts_redact(struct emit_opts *o, const char *pattern, struct tr_err *err);
/* A list of facts; what they are worth is for the policy to say. */
void emit_opts_accept(struct emit_opts *o, const char *list);
/* Both ways to accept, in one list on the heap; it points into o and tune. */
struct tr_policy_accept *emit_opts_accepts(const struct emit_opts *o, const struct tr_tune *tune,
					   size_t *ret_n);
void emit_opts_release(struct emit_opts *o);

/*
 * For a bundle: what it says itself (old) holds where nothing else was given, and patterns to redact are
 * added to. What the tune file sets is for the tune file alone: giving it as an option, too, is an
 * error. now gets all that stays, in one order.
 */
int emit_opts_of_bundle(struct emit_opts *o, const struct tr_bundle *old,
			const struct tr_tune *tune, struct tr_bundle *now, struct tr_err *err);

#endif
