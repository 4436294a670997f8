// SPDX-License-Identifier: Apache-2.0
/* trammel rehearse: run a container under its profile, again and again, and watch the kernel. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/compare.h"
#include "cli/engines.h"
#include "cli/progress.h"
#include "cli/why.h"
#include "record/run.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

#define MAX_RUNS 10000

struct rehearsal {
	const char *seccomp; /* as given */
	char *profile; /* the file that the engine is given: absolute */
	const char *exercise, *out;
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
	double seconds;
	struct tr_facts facts; /* what was refused is in here */
	char *error; /* the run could not be made; NULL if it could */
};

static const char usage[] = "rehearse [-n N] --seccomp FILE [OPTIONS] [--] docker|podman run ...";

static const char options[] =
	"  -n, --runs=N            how often (default 10)\n"
	"      --seccomp=FILE      the profile: what docker run takes as --security-opt seccomp=FILE\n"
	"      --exercise=SHELL    run this once the container is up (or healthy), then stop it\n"
	"      --trace=TRACE       what the profile was made from: statuses are compared with those\n"
	"                          recorded, and the machines are too\n"
	"  -o, --output=TRACE      keep what was seen and refused, for the next emit\n"
	"      --wait-timeout=T    a container that has not started after T has failed (default 60)\n"
	"      --as-root           under sudo, run the command as root rather than as the caller\n"
	"  -h, --help              this help\n"
	"\nA run comes through if nothing was refused but what the profile plans for, the profile was\n"
	"in force, the container stopped in its grace period, and the command and the exercise ended\n"
	"with status 0 (or as recorded, with --trace). Yes (0) only if all did.\n";

/* ---- one run ---- */

static void quiet_note(void *arg, const char *line)
{
	(void)arg;
	cli_note("  %s", line);
}

static void fill_outcome(struct outcome *o, struct run_result *result)
{
	struct session *s = &result->session;

	o->status = result->status;
	o->command_status = result->command_status;
	o->interrupted = result->interrupted;
	o->exercised = result->exercised;
	o->exercise_status = result->exercise_status;
	o->unhealthy = result->unhealthy;
	o->started = result->n_recordings > 0;
	o->incomplete = result->n_incomplete > 0;
	o->unfiltered = result->n_unfiltered > 0;
	for (size_t i = 0; i < s->n_subjects; i++)
		tr_facts_merge(&o->facts, &s->subjects[i]->facts);
}

/* The command with our options in: the profile, and a file that tells the container's id. */
static int confined_command(const struct rehearsal *h, struct prepared *ret, struct tr_err *err)
{
	tr_cleanup_free char *option = tr_xasprintf("--security-opt=seccomp=%s", h->profile);
	tr_cleanup_free char **with_profile =
		engine_cmdline_insert(h->argv, h->cmdline.after_verb, &option, 1);

	if (prepare_command(ret, with_profile, &h->cmdline, err) < 0)
		return -1;
	/* The option must live as long as argv does. */
	ret->extra = tr_take(option);
	return 0;
}

static int run_once(const struct rehearsal *h, struct outcome *o, struct tr_err *err)
{
	struct run_opts opts = { 0 };
	struct prepared prepared;
	struct engines engines;
	struct run_result result;
	struct timespec a, b;
	int r;

	tr_facts_init(&o->facts);
	if (engines_open(&engines, &h->cmdline, err) < 0)
		return -1;
	if (confined_command(h, &prepared, err) < 0) {
		engines_close(&engines);
		return -1;
	}
	opts.target = RUN_CONTAINERS;
	opts.argv = prepared.argv;
	opts.cidfile = prepared.cidfile;
	opts.exercise = h->exercise;
	opts.level = TR_RECORD_SYSCALLS;
	opts.wait_ms = h->wait_ms;
	opts.who = h->as_root ? (struct fs_owner){ geteuid(), getegid(), 0 } : fs_owner();
	opts.engines = engines.e;
	opts.n_engines = engines.n;
	opts.out_to_err = true;
	opts.note = quiet_note;
	clock_gettime(CLOCK_MONOTONIC, &a);
	r = run_recording(&opts, &result, err);
	clock_gettime(CLOCK_MONOTONIC, &b);
	o->seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	prepared_release(&prepared);
	if (r < 0)
		return -1;
	fill_outcome(o, &result);
	run_result_release(&result);
	return 0;
}

/* ---- what counts as a refusal ---- */

/*
 * Whether the profile names this call in a rule that answers with an errno: then its refusal is
 * what the profile wants (clone3 with ENOSYS), and the caller has a way round.
 */
static bool is_planned(const struct tr_seccomp *p, const struct tr_fact *f)
{
	const char *name = syscall_name((enum tr_abi)f->abi, f->nr);

	if (!name || (f->ev.flags & TR_EV_SIGNALLED))
		return false;
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *rule = &p->rules[i];

		if (rule->action != TR_ACTION_ERRNO)
			continue;
		for (size_t k = 0; k < rule->n_names; k++)
			if (!strcmp(rule->names[k], name))
				return true;
	}
	return false;
}

static bool is_refusal(const struct rehearsal *h, const struct tr_fact *f)
{
	return f->kind == TR_FACT_SYSCALL && (f->ev.flags & TR_EV_DENIED) &&
	       !is_planned(&h->rules, f);
}

struct each_refusal {
	const struct rehearsal *h;
	size_t n;
	json_object *list; /* NULL: print */
};

static void print_refusal(const struct tr_fact *f)
{
	char label[64];
	tr_cleanup_free char *exe = text_escaped(f->ev.exes.n ? f->ev.exes.v[0] : "the runtime");
	const char *how = f->ev.flags & TR_EV_SIGNALLED ? "a signal" :
			  f->ev.errnos.n		? errno_name((int)f->ev.errnos.v[0]) :
							  "an error";

	syscall_label((enum tr_abi)f->abi, f->nr, label, sizeof(label));
	printf("    refused: %s%s%s (%s) with %s, asked by %s\n", c_bold(), label, c_reset(),
	       tr_abi_name((enum tr_abi)f->abi), how ? how : "an error", exe);
	printf("      missing: \"%s\" in a rule with SCMP_ACT_ALLOW\n", label);
}

static json_object *refusal_json(const struct tr_fact *f)
{
	json_object *o = json_object_new_object(), *exes = json_object_new_array();
	char label[64];

	json_add_string(o, "syscall",
			syscall_label((enum tr_abi)f->abi, f->nr, label, sizeof(label)));
	json_add_string(o, "abi", tr_abi_name((enum tr_abi)f->abi));
	json_object_object_add(o, "nr", json_object_new_int64(f->nr));
	if (f->ev.errnos.n)
		json_add_string(o, "errno", errno_name((int)f->ev.errnos.v[0]));
	json_object_object_add(o, "signalled",
			       json_object_new_boolean(!!(f->ev.flags & TR_EV_SIGNALLED)));
	for (size_t i = 0; i < f->ev.exes.n; i++) {
		tr_cleanup_free char *exe = text_escaped(f->ev.exes.v[i]);

		json_object_array_add(exes, json_object_new_string(exe));
	}
	json_object_object_add(o, "exes", exes);
	return o;
}

static int on_refusal(const struct tr_fact *f, void *arg)
{
	struct each_refusal *e = arg;

	if (!is_refusal(e->h, f))
		return 0;
	e->n++;
	if (e->list)
		json_object_array_add(e->list, refusal_json(f));
	else if (!cli.json)
		print_refusal(f);
	return 0;
}

static int count_refusal(const struct tr_fact *f, void *arg)
{
	struct each_refusal *e = arg;

	e->n += is_refusal(e->h, f);
	return 0;
}

/*
 * A container that we stopped may end as it likes, but for one way: 137 is SIGKILL, after a grace
 * period in which it did not stop.
 */
#define KILLED 137

static bool command_is_fine(const struct rehearsal *h, const struct outcome *o)
{
	if (o->exercised && o->command_status != KILLED)
		return o->status < 125 || o->status > 127;
	return compare_status(&h->recorded, "status.command",
			      o->exercised ? o->command_status : o->status);
}

static bool exercise_is_fine(const struct rehearsal *h, const struct outcome *o)
{
	return compare_status(&h->recorded, "status.exercise", o->exercise_status);
}

static void judge(const struct rehearsal *h, struct outcome *o)
{
	struct each_refusal e = { h, 0, NULL };

	tr_facts_each(&o->facts, count_refusal, &e);
	o->passed = !o->error && o->started && !o->unfiltered && !o->incomplete && e.n == 0 &&
		    command_is_fine(h, o) &&
		    (!h->exercise || (o->exercised && exercise_is_fine(h, o)));
}

/* ---- saying it ---- */

/* Everything that was wrong with it, in the order a person would ask. */
static void reasons(const struct rehearsal *h, const struct outcome *o, struct strbuf *sb)
{
	if (o->error)
		strbuf_addf(sb, ", %s", o->error);
	else if (!o->started)
		strbuf_adds(sb, ", no container started");
	if (o->unfiltered)
		strbuf_adds(sb, ", the profile was not in force");
	if (o->incomplete)
		strbuf_adds(sb, ", not all of it could be watched");
	if (o->unhealthy)
		strbuf_adds(sb, ", it became unhealthy and was not exercised");
	else if (h->exercise && !o->exercised && o->started)
		strbuf_adds(sb, ", the exercise did not come to its end");
	else if (o->exercised && !exercise_is_fine(h, o))
		strbuf_addf(sb, ", the exercise ended with status %d", o->exercise_status);
	if (command_is_fine(h, o))
		return;
	if (o->exercised && o->command_status == KILLED)
		strbuf_adds(sb, ", it did not stop in its grace period and was killed");
	else
		strbuf_addf(sb, ", the command ended with status %d", o->status);
}

static void print_lost(const char *reason, void *arg)
{
	(void)arg;
	printf("    lost: %s\n", reason);
}

static void print_outcome(const struct rehearsal *h, const struct outcome *o, unsigned i)
{
	struct each_refusal e = { h, 0, NULL };
	cleanup_strbuf struct strbuf why = STRBUF_INIT;

	if (cli.json)
		return;
	reasons(h, o, &why);
	if (o->passed) {
		printf("run %u of %u: %scame through%s (%.1f s)\n", i, h->n, c_green(), c_reset(),
		       o->seconds);
	} else {
		tr_cleanup_free char *safe = text_escaped(why.len ? strbuf_str(&why) + 2 : "");

		printf("run %u of %u: %sfailed%s%s%s (%.1f s)\n", i, h->n, c_red(), c_reset(),
		       *safe ? ": " : "", safe, o->seconds);
	}
	tr_facts_each(&o->facts, on_refusal, &e);
	for (size_t k = 0; k < o->facts.n_recordings; k++)
		why_incomplete(&o->facts.recordings[k], print_lost, NULL);
	fflush(stdout);
}

static json_object *outcome_json(const struct rehearsal *h, const struct outcome *o)
{
	json_object *j = json_object_new_object(), *refused = json_object_new_array();
	struct each_refusal e = { h, 0, refused };
	cleanup_strbuf struct strbuf why = STRBUF_INIT;

	reasons(h, o, &why);
	json_object_object_add(j, "passed", json_object_new_boolean(o->passed));
	json_object_object_add(j, "status", json_object_new_int(o->status));
	if (h->exercise)
		json_object_object_add(j, "exercise_status",
				       json_object_new_int(o->exercise_status));
	json_object_object_add(j, "in_force",
			       json_object_new_boolean(o->started && !o->unfiltered));
	json_object_object_add(j, "seconds", json_object_new_double(round(o->seconds * 10) / 10));
	tr_facts_each(&o->facts, on_refusal, &e);
	json_object_object_add(j, "refused", refused);
	if (why.len) {
		tr_cleanup_free char *safe = text_escaped(strbuf_str(&why) + 2);

		json_add_string(j, "why", safe);
	}
	return j;
}

/*
 * What N runs without a failure promise: the failure rate p at which they would still happen one
 * time in twenty, (1 - p)^N = 0.05. With failures in them they promise nothing.
 */
static double bound95(unsigned n)
{
	return 1 - pow(0.05, 1.0 / n);
}

static void print_difference(const char *key, const char *then, const char *now, void *arg)
{
	tr_cleanup_free char *a = text_escaped(then), *b = text_escaped(now);

	(void)arg;
	printf("  %s: recorded with %s, rehearsed with %s\n", key, a, b);
}

static void add_difference(const char *key, const char *then, const char *now, void *arg)
{
	json_object *o = json_object_new_object();
	tr_cleanup_free char *a = text_escaped(then), *b = text_escaped(now);

	json_add_string(o, "recorded", a);
	json_add_string(o, "rehearsed", b);
	json_object_object_add(arg, key, o);
}

static void conclude(const struct rehearsal *h, unsigned passed, unsigned runs, bool refused,
		     json_object *all)
{
	if (cli.json) {
		json_object *o = json_object_new_object(), *machines = json_object_new_object();

		json_object_object_add(o, "passed", json_object_new_int64(passed));
		json_object_object_add(o, "runs", json_object_new_int64(runs));
		if (passed == runs && runs)
			json_object_object_add(
				o, "failure_rate_below_95",
				json_object_new_double(round(bound95(runs) * 1000) / 1000));
		json_object_object_add(o, "each", all);
		compare_machines(&h->recorded, &h->seen, add_difference, machines);
		json_object_object_add(o, "machines", machines);
		printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
		json_object_put(o);
		return;
	}
	printf("%s%u of %u came through.%s\n", passed == runs ? c_green() : c_red(), passed, runs,
	       c_reset());
	if (passed == runs && runs)
		printf("The failure rate is below %.0f %% (at 95 %% confidence), for this exercise on "
		       "this machine:\nits kernel, engine, clock source and CPUs.\n",
		       ceil(bound95(runs) * 100));
	/* Another machine is no failure: what came through there holds for more. */
	compare_machines(&h->recorded, &h->seen, print_difference, NULL);
	if (refused)
		printf("If the container is meant to do this, record it once more with this "
		       "exercise, and emit\nfrom both traces.\n");
}

static int rehearse(struct rehearsal *h, struct tr_err *err)
{
	json_object *all = cli.json ? json_object_new_array() : NULL;
	unsigned passed = 0, done = 0;
	bool stop = false, incomplete = false;
	struct each_refusal refusals = { h, 0, NULL };

	for (unsigned i = 1; i <= h->n && !stop; i++) {
		struct outcome o = { 0 };

		if (run_once(h, &o, err) < 0) {
			/* An engine or a kernel that cannot is no answer about the profile. */
			if (done == 0 && err->kind == TR_ERR_CANNOT &&
			    !strstr(tr_err_msg(err), "did not start"))
				return -1;
			o.error = tr_xstrdup(tr_err_msg(err));
			tr_err_clear(err);
		}
		judge(h, &o);
		done++;
		passed += o.passed;
		stop = o.interrupted;
		incomplete |= o.incomplete;
		print_outcome(h, &o, i);
		if (all)
			json_object_array_add(all, outcome_json(h, &o));
		tr_facts_merge(&h->seen, &o.facts);
		tr_facts_release(&o.facts);
		free(o.error);
	}
	tr_facts_each(&h->seen, count_refusal, &refusals);
	conclude(h, passed, done, refusals.n > 0, all);
	if (h->out && h->seen.n_recordings && tr_trace_write(&h->seen, h->out, err) < 0)
		return -1;
	if (passed == h->n)
		return EXIT_YES;
	return incomplete && passed + 1 >= done ? EXIT_INCOMPLETE : EXIT_NO;
}

/* ---- the command line ---- */

enum {
	OPT_SECCOMP = 256,
	OPT_APPARMOR,
	OPT_EXERCISE,
	OPT_WAIT,
	OPT_AS_ROOT,
	OPT_TRACE,
};

static const struct option longopts[] = {
	{ "runs", required_argument, NULL, 'n' },
	{ "seccomp", required_argument, NULL, OPT_SECCOMP },
	{ "apparmor", required_argument, NULL, OPT_APPARMOR },
	{ "exercise", required_argument, NULL, OPT_EXERCISE },
	{ "output", required_argument, NULL, 'o' },
	{ "wait-timeout", required_argument, NULL, OPT_WAIT },
	{ "as-root", no_argument, NULL, OPT_AS_ROOT },
	{ "trace", required_argument, NULL, OPT_TRACE },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int take_runs(struct rehearsal *h, const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || *end || end == text || n < 1 || n > MAX_RUNS || *text == '-')
		return cli_usage(&cmd_rehearse, "-n: expected a number from 1 to %d, found '%s'",
				 MAX_RUNS, text);
	h->n = (unsigned)n;
	return -1;
}

static int take_option(struct rehearsal *h, int c, char **argv)
{
	switch (c) {
	case 'n':
		return take_runs(h, optarg);
	case OPT_SECCOMP:
		h->seccomp = optarg;
		return -1;
	case OPT_APPARMOR:
		return cli_usage(&cmd_rehearse, "--apparmor is not there yet");
	case OPT_EXERCISE:
		h->exercise = optarg;
		return -1;
	case 'o':
		h->out = optarg;
		return -1;
	case OPT_WAIT:
		if (text_parse_duration(optarg, &h->wait_ms) < 0 || h->wait_ms <= 0)
			return cli_usage(&cmd_rehearse,
					 "--wait-timeout: expected a time, found '%s'", optarg);
		return -1;
	case OPT_AS_ROOT:
		h->as_root = true;
		return -1;
	case OPT_TRACE:
		h->trace = optarg;
		return -1;
	case 'h':
		return cli_help(&cmd_rehearse);
	}
	return cli_bad_option(&cmd_rehearse, c, argv);
}

static int check_command(struct rehearsal *h)
{
	if (!h->seccomp)
		return cli_usage(&cmd_rehearse, "say which profile: --seccomp FILE");
	if (!h->argv[0])
		return cli_usage(&cmd_rehearse, "the command is missing: -- docker run ...");
	engine_cmdline_parse(h->argv, &h->cmdline);
	if ((h->cmdline.program != PROGRAM_DOCKER && h->cmdline.program != PROGRAM_PODMAN) ||
	    h->cmdline.verb != VERB_RUN)
		return cli_usage(&cmd_rehearse, "expected a docker run or podman run command");
	if (h->cmdline.has_seccomp)
		return cli_usage(
			&cmd_rehearse,
			"the command has a --security-opt seccomp of its own: leave it out");
	return -1;
}

static int run(int argc, char **argv)
{
	struct rehearsal h = { .n = 10, .wait_ms = 60000 };
	tr_cleanup_err struct tr_err err = { 0 };
	int c, status = -1;

	opterr = 0;
	while (status < 0 && (c = getopt_long(argc, argv, "+:n:o:h", longopts, NULL)) != -1)
		status = take_option(&h, c, argv);
	if (status >= 0)
		return status;
	h.argv = argv + optind;
	status = check_command(&h);
	if (status >= 0)
		return status;
	/* Read before anything runs: the engine's own message about a bad profile is a poor one. */
	if (tr_seccomp_read(&h.rules, h.seccomp, &err) < 0)
		return cli_fail(&err);
	h.profile = realpath(h.seccomp, NULL);
	if (!h.profile) {
		tr_err_errno(&err, TR_ERR_INPUT, errno, "%s", h.seccomp);
		tr_seccomp_release(&h.rules);
		return cli_fail(&err);
	}
	tr_facts_init(&h.seen);
	tr_facts_init(&h.recorded);
	status = h.trace ? tr_trace_read(&h.recorded, h.trace, &err) : 0;
	if (status == 0)
		status = rehearse(&h, &err);
	if (status < 0)
		status = cli_fail(&err);
	tr_facts_release(&h.recorded);
	tr_facts_release(&h.seen);
	tr_seccomp_release(&h.rules);
	free(h.profile);
	return status;
}

const struct cmd cmd_rehearse = {
	.name = "rehearse",
	.group = "Prove",
	.summary = "Run a container under its profile again and again, and watch for refusals",
	.usage = usage,
	.options = options,
	.run = run,
};
