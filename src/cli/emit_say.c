// SPDX-License-Identifier: Apache-2.0
#include <json-c/json.h>

#include "cli/cmd.h"
#include "cli/emit.h"
#include "trammel/abi.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

static void add_abis(struct strbuf *sb, unsigned abis)
{
	for (int abi = 0; abi < TR_ABI_MAX; abi++)
		if (abis & (1U << abi))
			strbuf_addf(sb, "%s%s", sb->len ? ", " : "", tr_abi_name((enum tr_abi)abi));
}

static void say_abis(const struct tr_policy_report *r)
{
	cleanup_strbuf struct strbuf seen = STRBUF_INIT, guessed = STRBUF_INIT,
				     killed = STRBUF_INIT;

	add_abis(&seen, r->abis);
	add_abis(&guessed, r->guessed);
	add_abis(&killed, r->killed);
	if (r->abis & (r->abis - 1))
		cli_warn("syscalls were made through %s: Docker's format has one list of names, so "
			 "each is allowed for all of these",
			 strbuf_str(&seen));
	if (r->guessed)
		cli_warn("%s: never recorded; what it is allowed is a guess from what %s was seen "
			 "to make",
			 strbuf_str(&guessed), strbuf_str(&seen));
	if (r->killed)
		cli_say("programs of another ABI (%s) were not seen: the kernel kills them "
			"(--arch names one)",
			strbuf_str(&killed));
}

static void add_list(struct strbuf *sb, char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *safe = text_escaped(v[i]);

		strbuf_addf(sb, "%s%s", i ? ", " : "", safe);
	}
}

static void say_exceptions(const struct tr_policy_report *r)
{
	cleanup_strbuf struct strbuf list = STRBUF_INIT;

	for (size_t i = 0; i < r->n_unnamed; i++)
		cli_warn("syscall %u of %s has no name we know: the profile cannot allow it",
			 r->unnamed[i].nr, tr_abi_name(r->unnamed[i].abi));
	if (r->n_needless) {
		add_list(&list, r->needless, r->n_needless);
		cli_warn("accepted, and not needed by anything that was recorded: %s",
			 strbuf_str(&list));
		strbuf_clear(&list);
	}
	if (r->n_answered) {
		add_list(&list, r->answered, r->n_answered);
		cli_say("%s: made, and answered ENOSYS as Docker's default does; callers go on with "
			"an older call (--accept syscall:NAME allows it)",
			strbuf_str(&list));
		strbuf_clear(&list);
	}
}

/* Names on one line: they come from our table and need no care. */
static void say_names(const char *what, const char *const *names, size_t n)
{
	cleanup_strbuf struct strbuf list = STRBUF_INIT;

	for (size_t i = 0; i < n; i++)
		strbuf_addf(&list, " %s", names[i]);
	if (n)
		cli_say("%s:%s", what, strbuf_str(&list));
}

static void say_arguments(const struct tr_policy_report *r)
{
	if (r->n_narrowed)
		cli_say("%zu of the observed are allowed with the arguments they were made with only",
			r->n_narrowed);
	say_names("allowed with whatever arguments need no accepting, as too many were seen",
		  r->open, r->n_open);
	say_names("allowed with whatever arguments need no accepting, as a recording did not look "
		  "at them",
		  r->unseen, r->n_unseen);
}

/* What calls get that are not allowed. */
static void say_rest(const struct tr_policy_report *r, enum tr_action action)
{
	const char *others = action == TR_ACTION_KILL_PROCESS	     ? "kill the process" :
			     action == TR_ACTION_TRAP		     ? "end in a SIGSYS" :
			     action == TR_ACTION_LOG && !r->n_logged ? "are allowed and logged" :
								       "answer EPERM";

	if (action == TR_ACTION_LOG && r->n_logged)
		cli_say("%zu more are allowed and logged: as a trial, nothing is refused that "
			"Docker's default allows",
			r->n_logged);
	cli_say("all others %s, but for %zu that answer ENOSYS: their callers then go another way",
		others, r->n_errno);
}

static const char *phases_text(uint32_t phases)
{
	if (phases & TR_PHASE_MAIN)
		return "by the workload";
	return phases & TR_PHASE_EXEC ? "in docker exec or a health check" :
					"while the runtime started the workload";
}

/* What the tune file denies although it was recorded: it will fail, and somebody wanted that. */
static void say_by_hand(const struct tr_policy_report *r, size_t n_recordings)
{
	cleanup_strbuf struct strbuf list = STRBUF_INIT;

	for (size_t i = 0; i < r->n_broken; i++) {
		const struct tr_policy_broken *b = &r->broken[i];
		tr_cleanup_free char *exe = b->exe ? text_escaped(b->exe) : NULL,
				     *why = text_escaped(b->why);

		cli_warn(
			"%s: denied by hand (%s), and made in %zu of %zu recording%s %s%s%s: there "
			"it will fail",
			b->fact, why, b->recordings.n, n_recordings, cli_plural(n_recordings),
			phases_text(b->phases), exe ? ", by " : "", exe ? exe : "");
	}
	for (size_t i = 0; i < r->n_unstarted; i++)
		cli_warn(
			"syscall:%s: denied or pinned by hand, and known to be made by runtimes that start a "
			"container: it may not start",
			r->unstarted[i]);
	if (!r->n_idle)
		return;
	add_list(&list, r->idle, r->n_idle);
	cli_warn("decided by hand, and changes nothing: %s", strbuf_str(&list));
}

void emit_say(const struct tr_policy_report *r, const struct tr_policy_opts *opts,
	      size_t n_recordings)
{
	cleanup_strbuf struct strbuf more = STRBUF_INIT;

	say_exceptions(r);
	say_by_hand(r, n_recordings);
	say_abis(r);
	if (r->n_accepted)
		strbuf_addf(&more, ", %zu accepted", r->n_accepted);
	if (r->n_by_hand)
		strbuf_addf(&more, ", %zu by hand", r->n_by_hand);
	strbuf_addf(&more, ", %zu more that runtimes make, %zu more that any program may make",
		    r->n_runtime, r->n_always);
	if (r->n_siblings)
		strbuf_addf(&more, ", %zu other forms of these", r->n_siblings);
	cli_say("%zu syscalls allowed: %zu observed%s",
		r->n_observed + r->n_accepted + r->n_by_hand + r->n_runtime + r->n_always +
			r->n_siblings,
		r->n_observed, strbuf_str(&more));
	say_arguments(r);
	say_rest(r, opts->default_action);
	if (r->n_denied)
		cli_say("%zu %s refused while recording, and stay%s so", r->n_denied,
			r->n_denied == 1 ? "was" : "were", r->n_denied == 1 ? "s" : "");
}

/* The same as an entry of a tune file, with the reason left to fill in. */
static void say_tune(const struct tr_policy_report *r, const char *tune)
{
	json_object *o = json_object_new_object(), *list = json_object_new_array();
	tr_cleanup_free char *safe = tune ? text_escaped(tune) : NULL;

	for (size_t i = 0; i < r->n_needs; i++) {
		json_object *each = json_object_new_object();

		json_add_string(each, "fact", r->needs[i].fact);
		json_add_string(each, "why", "...");
		json_object_array_add(list, each);
	}
	json_object_object_add(o, "accept", list);
	cli_say("or, with the reason, in %s: %s", safe ? safe : "a file for --tune",
		json_object_to_json_string_ext(o, JSON_PLAIN));
	json_object_put(o);
}

void emit_say_needs(const struct tr_policy_report *r, const char *tune)
{
	for (size_t i = 0; i < r->n_needs; i++) {
		const struct tr_policy_need *need = &r->needs[i];
		tr_cleanup_free char *exe = need->exe ? text_escaped(need->exe) : NULL;

		cli_say("%s: %s%s%s", need->fact, need->why, exe ? "; made by " : "",
			exe ? exe : "");
	}
	say_tune(r, tune);
	cli_say("or record again under Docker's default profile: what gets along without needs no "
		"accepting");
}
