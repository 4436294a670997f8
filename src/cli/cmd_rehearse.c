// SPDX-License-Identifier: Apache-2.0
/* trammel rehearse: run a container under its profile, again and again, and watch the kernel. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/bundle.h"
#include "cli/cmd.h"
#include "cli/engines.h"
#include "cli/rehearse.h"
#include "record/run.h"
#include "trammel/seccomp.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

#define MAX_RUNS	 10000
#define STATUS_OF_ENGINE 125 /* of docker run: it was not the container */

static const char usage[] =
	"rehearse [-n N] [--seccomp FILE] [--apparmor FILE] [OPTIONS] [--] docker|podman run\n"
	"         ...\n"
	"rehearse [-n N] [--seccomp FILE] [--apparmor FILE] [OPTIONS] --cgroup PATH [--]\n"
	"         CMD...\n"
	"rehearse BUNDLE [-n N] [OPTIONS] [--] docker|podman run ...";

static const char options[] =
	"  -n, --runs=N            how often (default 10)\n"
	"      --seccomp=FILE      the profile: what docker run takes as --security-opt seccomp=FILE\n"
	"                          a bundle (BUNDLE) has both profiles, and its recordings, as with\n"
	"                          --trace; where nothing can put its AppArmor profile in force, it\n"
	"                          is rehearsed without that one, and this is said\n"
	"      --apparmor=FILE     the AppArmor profile, as text: it is loaded, and unloaded at the end\n"
	"                          unless it was loaded before\n"
	"      --exercise=SHELL    run this once the container is up (or healthy), then stop it\n"
	"      --trace=TRACE       what the profile was made from: statuses are compared with those\n"
	"                          recorded, and the machines are too\n"
	"  -o, --output=TRACE      keep what was seen and refused, for the next emit\n"
	"      --cgroup=PATH       CMD runs a container below this cgroup, with the profile in force:\n"
	"                          runc run or crun run, say, on a bundle whose config.json has it\n"
	"      --wait-timeout=T    a container that has not started after T has failed (default 60)\n"
	"      --as-root           under sudo, run the command as root rather than as the caller\n"
	"  -h, --help              this help\n"
	"\nA run comes through if nothing was refused but what the profile plans for, the profile was\n"
	"in force, the container stopped in its grace period, and the command and the exercise ended\n"
	"with status 0 (or as recorded, with --trace). Yes (0) only if all did.\n";

static void quiet_note(void *arg, const char *line)
{
	(void)arg;
	cli_note("  %s", line);
}

static void fill_outcome(const struct rehearsal *h, struct outcome *o, struct run_result *result)
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
	o->unfiltered = h->seccomp && result->n_unfiltered > 0;
	o->confined = result->n_confined > 0;
	o->unconfined = result->n_unconfined > 0;
	for (size_t i = 0; i < s->n_subjects; i++)
		tr_facts_merge(&o->facts, &s->subjects[i]->facts);
}

/* The command with our options in: the profiles, and a file that tells the container's id. */
static int confined_command(const struct rehearsal *h, struct prepared *ret, struct tr_err *err)
{
	tr_cleanup_free char **with_profiles = NULL;
	char *words[2];
	size_t n = 0;

	for (size_t i = 0; i < TR_ARRAY_SIZE(h->options); i++)
		if (h->options[i])
			words[n++] = h->options[i];
	with_profiles = engine_cmdline_insert(h->argv, h->cmdline.after_verb, words, n);
	return prepare_command(ret, with_profiles, &h->cmdline, err);
}

/* docker run, or what --cgroup is about. What it opens, run_recording() closes. */
static int set_target(const struct rehearsal *h, struct run_opts *opts, struct prepared *prepared,
		      struct engines *engines, struct tr_err *err)
{
	if (h->cgroup) {
		opts->target = RUN_CGROUP;
		opts->cgroup = h->cgroup;
		opts->argv = h->argv;
		/* So that -o is of what it may be merged with. */
		if (h->recorded.n_recordings)
			opts->subject = h->recorded.recordings[0].subject;
		return 0;
	}
	if (engines_open(engines, &h->cmdline, err) < 0)
		return -1;
	if ((engines->n && rehearse_engine_confines(h, engines->e[0], err) < 0) ||
	    confined_command(h, prepared, err) < 0) {
		engines_close(engines);
		return -1;
	}
	opts->target = RUN_CONTAINERS;
	opts->argv = prepared->argv;
	opts->cidfile = prepared->cidfile;
	opts->engines = engines->e;
	opts->n_engines = engines->n;
	return 0;
}

/* No engine was found before, and the command found none either: nothing about the profile. */
static bool had_no_engine(const struct engines *engines, const struct outcome *o)
{
	return !engines->n && !o->started && o->command_status == STATUS_OF_ENGINE;
}

static int run_once(const struct rehearsal *h, struct outcome *o, struct tr_err *err)
{
	struct run_opts opts = { 0 };
	struct prepared prepared = { 0 };
	struct engines engines = { 0 };
	struct run_result result;
	struct timespec a, b;
	int r;

	tr_facts_init(&o->facts);
	if (set_target(h, &opts, &prepared, &engines, err) < 0)
		return -1;
	opts.exercise = h->exercise;
	opts.apparmor = h->apparmor_name;
	opts.level = TR_RECORD_SYSCALLS;
	opts.wait_ms = h->wait_ms;
	opts.who = h->as_root ? (struct fs_owner){ geteuid(), getegid(), 0 } : fs_owner();
	opts.out_to_err = true;
	opts.note = quiet_note;
	clock_gettime(CLOCK_MONOTONIC, &a);
	r = run_recording(&opts, &result, err);
	clock_gettime(CLOCK_MONOTONIC, &b);
	o->seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	prepared_release(&prepared);
	if (r < 0)
		return -1;
	fill_outcome(h, o, &result);
	run_result_release(&result);
	if (!h->cgroup && had_no_engine(&engines, o))
		return tr_err_set(
			err, TR_ERR_CANNOT,
			"no engine answers, and %s ended with status %d: nothing was rehearsed",
			h->argv[0], STATUS_OF_ENGINE);
	return 0;
}

/* Of a run that failed altogether, too: the profile may be why. */
static void hear(const struct rehearsal *h, struct outcome *o)
{
	if (h->heard)
		denials_collect(h->heard, &o->denied, &o->unheard);
}

static int rehearse(struct rehearsal *h, struct tr_err *err)
{
	json_object *all = cli.json ? json_object_new_array() : NULL;
	unsigned passed = 0, done = 0;
	bool stop = false, incomplete = false;

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
		hear(h, &o);
		rehearse_judge(h, &o);
		h->confined += o.confined;
		done++;
		passed += o.passed;
		stop = o.interrupted;
		incomplete |= o.incomplete;
		rehearse_say_run(h, &o, i);
		if (all)
			json_object_array_add(all, rehearse_json_run(h, &o));
		tr_facts_merge(&h->seen, &o.facts);
		tr_facts_release(&o.facts);
		denial_list_release(&o.denied);
		free(o.error);
	}
	rehearse_say_sum(h, passed, done, all);
	if (h->out && h->seen.n_recordings && tr_trace_write(&h->seen, h->out, err) < 0)
		return -1;
	if (passed == h->n)
		return h->apparmor && !h->confined ? EXIT_NO : EXIT_YES;
	return incomplete && passed + 1 >= done ? EXIT_INCOMPLETE : EXIT_NO;
}

enum {
	OPT_SECCOMP = 256,
	OPT_APPARMOR,
	OPT_EXERCISE,
	OPT_WAIT,
	OPT_AS_ROOT,
	OPT_TRACE,
	OPT_CGROUP,
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
	{ "cgroup", required_argument, NULL, OPT_CGROUP },
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
		h->apparmor = optarg;
		return -1;
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
	case OPT_CGROUP:
		h->cgroup = optarg;
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
	if (!h->seccomp && !h->apparmor)
		return cli_usage(&cmd_rehearse,
				 "say which profile: --seccomp FILE, --apparmor FILE, "
				 "or a bundle");
	if (!h->argv[0])
		return cli_usage(&cmd_rehearse, "the command is missing: -- docker run ...");
	if (h->cgroup)
		return -1;
	engine_cmdline_parse(h->argv, &h->cmdline);
	if ((h->cmdline.program != PROGRAM_DOCKER && h->cmdline.program != PROGRAM_PODMAN) ||
	    h->cmdline.verb != VERB_RUN)
		return cli_usage(&cmd_rehearse, "expected a docker run or podman run command, "
						"or --cgroup");
	if (h->seccomp && h->cmdline.has_seccomp)
		return cli_usage(
			&cmd_rehearse,
			"the command has a --security-opt seccomp of its own: leave it out");
	if (h->apparmor && h->cmdline.has_apparmor)
		return cli_usage(
			&cmd_rehearse,
			"the command has a --security-opt apparmor of its own: leave it out");
	return -1;
}

/* In what is no profile of theirs the engines find no rules, and run the container without. */
static int read_profile(struct rehearsal *h, struct tr_err *err)
{
	tr_cleanup_free char *in_bundle = NULL;
	const char *path = h->seccomp;

	if (!path)
		return 0;
	if (tr_bundle_is(h->seccomp)) {
		if (bundle_profile(h->seccomp, &in_bundle, err) < 0)
			return -1;
		path = in_bundle;
		h->trace = h->trace ? h->trace : h->seccomp;
		if (rehearse_of_bundle(h, h->seccomp, err) < 0)
			return -1;
	}
	if (tr_seccomp_read(&h->rules, path, err) < 0)
		return -1;
	if (h->rules.inside)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: the profile stands at %s in it, where docker and podman do "
				  "not look: give them a file of its own",
				  path, h->rules.inside);
	h->profile = realpath(path, NULL);
	if (!h->profile)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", path);
	h->options[0] = tr_xasprintf("--security-opt=seccomp=%s", h->profile);
	return 0;
}

/* The first word can be a bundle; options may stand behind it, too. */
static int parse(struct rehearsal *h, int argc, char **argv)
{
	int c, status = -1;

	opterr = 0;
	for (;;) {
		while (status < 0 && (c = getopt_long(argc, argv, "+:n:o:h", longopts, NULL)) != -1)
			status = take_option(h, c, argv);
		if (status >= 0 || h->seccomp || optind >= argc ||
		    !strcmp(argv[optind - 1], "--") || !tr_bundle_is(argv[optind]))
			return status;
		h->seccomp = argv[optind++];
	}
}

static void release(struct rehearsal *h)
{
	tr_facts_release(&h->recorded);
	tr_facts_release(&h->seen);
	tr_seccomp_release(&h->rules);
	free(h->profile);
	free(h->apparmor_name);
	free(h->apparmor_of_bundle);
	free(h->left_out);
	for (size_t i = 0; i < TR_ARRAY_SIZE(h->options); i++)
		free(h->options[i]);
}

static int run(int argc, char **argv)
{
	struct rehearsal h = { .n = 10, .wait_ms = 60000 };
	tr_cleanup_err struct tr_err err = { 0 };
	int status = parse(&h, argc, argv);

	if (status >= 0)
		return status;
	h.argv = argv + optind;
	status = check_command(&h);
	if (status >= 0)
		return status;
	tr_facts_init(&h.seen);
	tr_facts_init(&h.recorded);
	/* Read before anything runs: the engine's own message about a bad profile is a poor one. */
	if (read_profile(&h, &err) < 0) {
		release(&h);
		return cli_fail(&err);
	}
	status = h.trace ? tr_trace_read(&h.recorded, h.trace, &err) : 0;
	if (status == 0)
		status = rehearse_load(&h, &err);
	if (status == 0 && h.apparmor)
		h.options[1] = tr_xasprintf("--security-opt=apparmor=%s", h.apparmor_name);
	if (status == 0)
		status = rehearse(&h, &err);
	if (status < 0)
		status = cli_fail(&err);
	rehearse_unload(&h);
	release(&h);
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
