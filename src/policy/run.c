// SPDX-License-Identifier: Apache-2.0
/* Facts to the options of a run: the whole, the profiles, and what was used at most. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "policy/refuse.h"
#include "policy/run.h"
#include "util/mem.h"

bool run_was_done(const struct tr_fact *fact)
{
	return fact->ev.phases != TR_PHASE_RUNTIME && fact->ev.flags & TR_EV_DONE;
}

static size_t count_with(const struct tr_facts *facts, const char *key, const char *value)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_recordings; i++) {
		const struct tr_strset *all = tr_context_all(&facts->recordings[i], key);

		n += all && tr_strset_has(all, value);
	}
	return n;
}

bool run_all_have(const struct tr_facts *facts, const char *key, const char *value)
{
	return count_with(facts, key, value) == facts->n_recordings;
}

bool run_any_has(const struct tr_facts *facts, const char *key, const char *value)
{
	return count_with(facts, key, value) > 0;
}

struct tr_run_option *run_leave_out(struct tr_run_options *o, enum tr_run_kind kind,
				    const char *value, char *why)
{
	struct tr_run_option *new = tr_run_options_add(o, kind, value, why);

	new->left_out = true;
	return new;
}

static int is_act_on_file(const struct tr_fact *fact, void *arg)
{
	(void)arg;
	return fact->kind == TR_FACT_FILE;
}

static void add_profiles(struct tr_run_options *o, const struct tr_facts *facts,
			 const struct tr_policy_run_opts *opts)
{
	tr_run_options_add(o, TR_RUN_SECCOMP, opts->seccomp,
			   tr_xstrdup("only the syscalls that were recorded, and what runtimes "
				      "need: trammel emit seccomp makes the file"));
	if (opts->apparmor && tr_facts_each(facts, is_act_on_file, NULL))
		tr_run_options_add(
			o, TR_RUN_APPARMOR, opts->apparmor,
			tr_xstrdup("only the files, capabilities and sockets that were recorded: "
				   "trammel emit apparmor makes it, trammel load loads it; an "
				   "engine without AppArmor passes over it in silence"));
	else
		run_leave_out(o, TR_RUN_APPARMOR, NULL,
			      tr_xasprintf("%s: there is no profile",
					   opts->no_apparmor ? opts->no_apparmor :
							       "no acts on files were recorded"));
}

/* The most of all recordings; 0 unless each has one. */
static uint64_t peak_of(const struct tr_facts *facts, const char *key, size_t *ret_without)
{
	uint64_t peak = 0;

	*ret_without = 0;
	for (size_t i = 0; i < facts->n_recordings; i++) {
		const char *s = tr_context_get(&facts->recordings[i], key);
		uint64_t v = s ? strtoull(s, NULL, 10) : 0;

		*ret_without += !v;
		if (v > peak)
			peak = v;
	}
	return *ret_without ? 0 : peak;
}

static uint64_t roomy(uint64_t peak, uint64_t times, uint64_t least)
{
	uint64_t v = peak > UINT64_MAX / times ? UINT64_MAX : peak * times;

	return v < least ? least : v;
}

static char *no_peak(const struct tr_facts *facts, size_t without)
{
	return tr_xasprintf("how much it used at most was not recorded in %zu of %zu recording%s",
			    without, facts->n_recordings, facts->n_recordings == 1 ? "" : "s");
}

#define MIB ((uint64_t)1 << 20)

static void add_memory(struct tr_run_options *o, const struct tr_facts *facts)
{
	size_t without;
	uint64_t peak = peak_of(facts, "memory.peak", &without), limit;
	tr_cleanup_free char *value = NULL;

	/* More than any machine has is no measure of anything. */
	if (!without && peak >> 50)
		without = facts->n_recordings;
	if (without) {
		run_leave_out(o, TR_RUN_MEMORY, NULL, no_peak(facts, without));
		return;
	}
	limit = roomy(peak, TR_RUN_MEMORY_TIMES, TR_RUN_MEMORY_LEAST);
	limit = (limit + MIB - 1) / MIB * MIB;
	value = tr_xasprintf("%" PRIu64, limit);
	tr_run_options_add(
		o, TR_RUN_MEMORY, value,
		tr_xasprintf("at most %" PRIu64 " MiB were used, files in the page cache "
			     "included: %d times that, and no less than %llu MiB, in bytes",
			     (peak + MIB - 1) / MIB, TR_RUN_MEMORY_TIMES,
			     TR_RUN_MEMORY_LEAST / MIB));
}

static void add_pids(struct tr_run_options *o, const struct tr_facts *facts)
{
	size_t without;
	uint64_t peak = peak_of(facts, "pids.peak", &without);
	tr_cleanup_free char *value = NULL;

	/* PID_MAX_LIMIT of the kernel. */
	if (!without && peak > 4194304)
		without = facts->n_recordings;
	if (without) {
		run_leave_out(o, TR_RUN_PIDS, NULL, no_peak(facts, without));
		return;
	}
	value = tr_xasprintf("%" PRIu64, roomy(peak, TR_RUN_PIDS_TIMES, TR_RUN_PIDS_LEAST));
	tr_run_options_add(o, TR_RUN_PIDS, value,
			   tr_xasprintf("at most %" PRIu64 " processes and threads were seen at a "
					"time: %d times that, and no less than %d",
					peak, TR_RUN_PIDS_TIMES, TR_RUN_PIDS_LEAST));
}

/* A name in a compose file: compose-spec's schema has ^[a-zA-Z0-9._-]+$. */
static char *service_name(const struct tr_facts *facts)
{
	const struct tr_recording *rec = &facts->recordings[0];
	const char *name = tr_context_get(rec, "compose.service");
	char *s;

	if (!name || !*name)
		name = rec->subject && *rec->subject ? rec->subject : "service";
	s = tr_xstrdup(name);
	for (char *p = s; *p; p++)
		if (!strchr("._-", *p) && !(*p >= '0' && *p <= '9') &&
		    !((*p | 32) >= 'a' && (*p | 32) <= 'z'))
			*p = '_';
	return s;
}

static void drop_unwanted(struct tr_run_options *o, unsigned without)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++) {
		struct tr_run_option *v = &o->v[i];

		if (without & 1U << v->kind) {
			free(v->value);
			free(v->more);
			free(v->why);
		} else {
			o->v[n++] = *v;
		}
	}
	o->n = n;
}

int tr_policy_run(struct tr_run_options *ret, const struct tr_facts *facts,
		  const struct tr_policy_run_opts *opts, struct tr_err *err)
{
	const struct tr_policy_opts same = { .allow_incomplete = opts->allow_incomplete,
					     .allow_no_start = opts->allow_no_start };
	const char *image;

	if (policy_refuse(facts, &same, err) < 0)
		return -1;
	tr_run_options_init(ret);
	image = tr_context_get(&facts->recordings[0], "image");
	ret->image = image ? tr_xstrdup(image) : NULL;
	if (facts->recordings[0].subject)
		ret->subject = tr_xstrdup(facts->recordings[0].subject);
	ret->service = service_name(facts);
	ret->recordings = facts->n_recordings;
	add_profiles(ret, facts, opts);
	run_caps(ret, facts);
	run_no_new_privileges(ret, facts, opts->image);
	run_places(ret, facts, opts->image);
	run_user(ret, facts);
	run_network(ret, facts);
	add_pids(ret, facts);
	add_memory(ret, facts);
	drop_unwanted(ret, opts->without);
	tr_run_options_sort(ret);
	return 0;
}
