/* SPDX-License-Identifier: Apache-2.0 */
/* A rehearsal under way: shared by cmd_rehearse.c, which runs it, and the two that judge and say. */
#ifndef CLI_REHEARSE_H
#define CLI_REHEARSE_H

#include <stdbool.h>

#include "engine/cmdline.h"
#include "record/denials.h"
#include "trammel/engine.h"
#include "trammel/facts.h"
#include "trammel/rules.h"
#include "util/json.h"

struct rehearsal {
	const char *seccomp; /* as given; NULL: only AppArmor */
	const char *apparmor; /* the same; one of both is there */
	char *apparmor_name; /* owned: of the profile in it */
	char *apparmor_of_bundle; /* owned: what apparmor then points to */
	char *left_out; /* why the bundle's AppArmor profile is not rehearsed; NULL: it is, or is none */
	bool was_loaded, loaded; /* the kernel had one of that name; it has this one */
	struct denials *heard;
	unsigned confined; /* runs that were seen under it */
	char *options[2]; /* owned: what docker run gets */
	char *profile; /* the file that the engine is given: absolute */
	const char *exercise, *out;
	const char
		*cgroup; /* the command puts the profile in force itself, here; NULL: docker run */
	const char *trace; /* what the profile was made from, to compare with; NULL: none */
	struct tr_facts recorded;
	unsigned n;
	char **argv;
	struct engine_cmdline cmdline;
	struct tr_seccomp rules;
	struct tr_facts seen; /* over all runs, for -o and for the summary */
	bool as_root;
	long long wait_ms;
};

/* How one run went. */
struct outcome {
	bool passed, interrupted, incomplete;
	int status;
	int command_status;
	int exercise_status;
	bool exercised, started, unfiltered, unhealthy;
	bool confined,
		unconfined; /* was seen under the AppArmor profile, and under none or another */
	bool unheard; /* the kernel could not tell all that AppArmor refused */
	struct denial_list denied; /* by AppArmor */
	double seconds;
	struct tr_facts facts; /* what was refused is in here */
	char *error; /* the run could not be made; NULL if it could */
};

/*
 * A container that we stopped may end as it likes, but for one way: 137 is SIGKILL, after a grace
 * period in which it did not stop.
 */
#define REHEARSE_KILLED 137
#define REHEARSE_RUNS	-1 /* its command has not ended at all */

/* rehearse_judge.c: whether a run came through. */
void rehearse_judge(const struct rehearsal *h, struct outcome *o);
/* Whether the command, or the exercise, ended as it should. */
bool rehearse_command_is_fine(const struct rehearsal *h, const struct outcome *o);
bool rehearse_exercise_is_fine(const struct rehearsal *h, const struct outcome *o);
/* Whether a fact, of those of one run or of all, is a refusal that nobody expects. */
bool rehearse_is_refusal(const struct rehearsal *h, const struct tr_facts *facts,
			 const struct tr_fact *f);
size_t rehearse_refusals(const struct rehearsal *h, const struct tr_facts *facts);

/*
 * The AppArmor profile of the bundle dir, where it has one and the command, the kernel and the engine can put it in
 * force; else left_out says why not. Nobody asked for it by name: that is no error, but never a profile in force.
 */
int rehearse_of_bundle(struct rehearsal *h, const char *dir, struct tr_err *err);
/* rehearse_apparmor.c: nothing of it does anything without h->apparmor. The profile into the kernel. */
int rehearse_load(struct rehearsal *h, struct tr_err *err);
/* Out of it again, unless it was there before. */
void rehearse_unload(struct rehearsal *h);
/* Kind TR_ERR_CANNOT where the engine would ignore the profile. */
int rehearse_engine_confines(const struct rehearsal *h, struct tr_engine *e, struct tr_err *err);
void rehearse_print_denials(const struct rehearsal *h, const struct denial_list *l);
void rehearse_add_denials(const struct rehearsal *h, const struct denial_list *l, json_object *a);

/* rehearse_say.c: a run, and the sum of all. Nothing is printed with --json but the sum. */
void rehearse_say_run(const struct rehearsal *h, const struct outcome *o, unsigned i);
json_object *rehearse_json_run(const struct rehearsal *h, const struct outcome *o);
/* all (taken; NULL without --json) is an array of rehearse_json_run. */
void rehearse_say_sum(const struct rehearsal *h, unsigned passed, unsigned runs, json_object *all);

#endif
