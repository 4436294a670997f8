// SPDX-License-Identifier: Apache-2.0
/* trammel record */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/engines.h"
#include "cli/progress.h"
#include "cli/why.h"
#include "record/run.h"
#include "util/mem.h"
#include "util/text.h"

/* Any failure of our own, as docker has it: the command's statuses are below. */
#define EXIT_OURS 125

struct record_args {
	struct run_opts run;
	bool containers, all, as_root;
	struct tr_redact *redact;
};

static const char usage[] =
	"record (-o FILE | -d DIR) [OPTIONS] [--] docker|podman|nerdctl run|start|compose ...\n"
	"record (-o FILE | -d DIR) [OPTIONS] [--] docker-compose|podman-compose ...\n"
	"record (-o FILE | -d DIR) [OPTIONS] --containers [--] CMD...\n"
	"record (-o FILE | -d DIR) [OPTIONS] --container NAME|--cgroup PATH [[--] CMD...]\n"
	"record (-o FILE | -d DIR) [OPTIONS] --all\n"
	"record (-o FILE | -d DIR) [OPTIONS] -- CMD...";

static const char options[] =
	"What to write\n"
	"  -o, --output=FILE       one trace of one subject (- is stdout)\n"
	"  -d, --directory=DIR     a trace for each subject, DIR/SUBJECT.trace\n"
	"      --subject=NAME      name the subject (default: compose service, image, command)\n"
	"      --level=LEVEL       syscalls, or files (default): syscalls and files\n"
	"      --backend=B         where acts on files come from: hooks, tracepoints, or auto\n"
	"                          (default): hooks where the kernel takes them\n"
	"      --redact=PATTERN    replace what matches in paths and commands (extended regular\n"
	"                          expression; can be given again)\n"
	"\nWhom to watch\n"
	"      --container=NAME    this container, by name or id: running, or waited for\n"
	"      --containers        every container created while CMD runs\n"
	"      --all               every container that is created, until told to end\n"
	"      --image=REF         of those, only containers of this image\n"
	"      --service=NAME      of those, only this compose service\n"
	"      --cgroup=PATH       the processes below this cgroup\n"
	"      --as-root           under sudo, run CMD as root rather than as the caller\n"
	"\nWhen to end\n"
	"      --exercise=SHELL    run this once the container is up (or healthy), then stop it;\n"
	"                          TRAMMEL_CONTAINER, _NAME and _IP are in its environment\n"
	"      --duration=T        after T (90, 1.5m, 2h)\n"
	"      --until-quiet=T     after T without anything new\n"
	"      --checkpoint=T      write a finished trace every T, and go on\n"
	"      --wait-timeout=T    give up if no container came within T\n"
	"  -h, --help              this help\n"
	"\nReturns CMD's status; 125 for a failure of trammel's own or a loss, 126 and 127 as docker\n"
	"does. SIGINT and SIGTERM end the recording and finish the trace.\n";

enum {
	OPT_SUBJECT = 256,
	OPT_LEVEL,
	OPT_CONTAINER,
	OPT_CONTAINERS,
	OPT_ALL,
	OPT_IMAGE,
	OPT_SERVICE,
	OPT_CGROUP,
	OPT_AS_ROOT,
	OPT_EXERCISE,
	OPT_DURATION,
	OPT_QUIET,
	OPT_CHECKPOINT,
	OPT_WAIT,
	OPT_REDACT,
	OPT_BACKEND,
};

static const struct option longopts[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "directory", required_argument, NULL, 'd' },
	{ "subject", required_argument, NULL, OPT_SUBJECT },
	{ "level", required_argument, NULL, OPT_LEVEL },
	{ "backend", required_argument, NULL, OPT_BACKEND },
	{ "container", required_argument, NULL, OPT_CONTAINER },
	{ "containers", no_argument, NULL, OPT_CONTAINERS },
	{ "all", no_argument, NULL, OPT_ALL },
	{ "image", required_argument, NULL, OPT_IMAGE },
	{ "service", required_argument, NULL, OPT_SERVICE },
	{ "cgroup", required_argument, NULL, OPT_CGROUP },
	{ "as-root", no_argument, NULL, OPT_AS_ROOT },
	{ "exercise", required_argument, NULL, OPT_EXERCISE },
	{ "duration", required_argument, NULL, OPT_DURATION },
	{ "until-quiet", required_argument, NULL, OPT_QUIET },
	{ "checkpoint", required_argument, NULL, OPT_CHECKPOINT },
	{ "wait-timeout", required_argument, NULL, OPT_WAIT },
	{ "redact", required_argument, NULL, OPT_REDACT },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* Wrong usage is a failure of ours too, as it is docker's. */
#define bad_usage(...) (cli_usage(&cmd_record, __VA_ARGS__), EXIT_OURS)

/* A time that must be above zero. Returns -1 or the exit status. */
static int take_time(const char *name, const char *text, long long *ret)
{
	if (text_parse_duration(text, ret) == 0 && *ret > 0)
		return -1;
	cli_usage(&cmd_record, "%s: expected a time such as 90, 1.5m or 2h, found '%s'", name,
		  text);
	return EXIT_OURS;
}

static int take_level(struct record_args *a, const char *text)
{
	if (!strcmp(text, "syscalls"))
		a->run.level = TR_RECORD_SYSCALLS;
	else if (!strcmp(text, "files"))
		a->run.level = TR_RECORD_FILES;
	else
		return bad_usage("--level: expected syscalls or files, found '%s'", text);
	return -1;
}

static int take_backend(struct record_args *a, const char *text)
{
	if (!strcmp(text, "auto"))
		a->run.backend = TR_BACKEND_AUTO;
	else if (!strcmp(text, "hooks"))
		a->run.backend = TR_BACKEND_HOOKS;
	else if (!strcmp(text, "tracepoints"))
		a->run.backend = TR_BACKEND_TRACEPOINTS;
	else
		return bad_usage("--backend: expected auto, hooks or tracepoints, found '%s'",
				 text);
	return -1;
}

static int take_pattern(struct record_args *a, const char *text)
{
	tr_cleanup_err struct tr_err err = { 0 };

	if (tr_redact_add(&a->redact, text, &err) < 0)
		return bad_usage("--redact: %s", tr_err_msg(&err));
	a->run.redact = a->redact;
	return -1;
}

/* One option. Returns -1 to go on, else the exit status. */
static int take_option(struct record_args *a, int c, char **argv)
{
	struct run_opts *o = &a->run;

	switch (c) {
	case 'o':
		o->out = optarg;
		return -1;
	case 'd':
		o->dir = optarg;
		return -1;
	case OPT_SUBJECT:
		o->subject = optarg;
		return -1;
	case OPT_LEVEL:
		return take_level(a, optarg);
	case OPT_BACKEND:
		return take_backend(a, optarg);
	case OPT_CONTAINER:
		o->container = optarg;
		return -1;
	case OPT_CONTAINERS:
		a->containers = true;
		return -1;
	case OPT_ALL:
		a->all = true;
		return -1;
	case OPT_IMAGE:
		o->image = optarg;
		return -1;
	case OPT_SERVICE:
		o->service = optarg;
		return -1;
	case OPT_CGROUP:
		o->cgroup = optarg;
		return -1;
	case OPT_AS_ROOT:
		a->as_root = true;
		return -1;
	case OPT_EXERCISE:
		o->exercise = optarg;
		return -1;
	case OPT_DURATION:
		return take_time("--duration", optarg, &o->duration_ms);
	case OPT_QUIET:
		return take_time("--until-quiet", optarg, &o->quiet_ms);
	case OPT_CHECKPOINT:
		return take_time("--checkpoint", optarg, &o->checkpoint_ms);
	case OPT_WAIT:
		return take_time("--wait-timeout", optarg, &o->wait_ms);
	case OPT_REDACT:
		return take_pattern(a, optarg);
	case 'h':
		return cli_help(&cmd_record);
	}
	cli_bad_option(&cmd_record, c, argv);
	return EXIT_OURS;
}

static int parse(struct record_args *a, int argc, char **argv)
{
	int c, status = -1;

	opterr = 0;
	while (status < 0 && (c = getopt_long(argc, argv, "+:o:d:h", longopts, NULL)) != -1)
		status = take_option(a, c, argv);
	if (status >= 0)
		return status;
	if (argv[optind])
		a->run.argv = argv + optind;
	if (!a->run.out == !a->run.dir)
		return bad_usage("say where to write: -o FILE, or -d DIR");
	if (a->run.checkpoint_ms && a->run.out && !strcmp(a->run.out, "-"))
		return bad_usage("--checkpoint: standard output takes one trace, at the end");
	if (a->run.container && a->run.cgroup)
		return bad_usage("--container and --cgroup exclude each other");
	if ((a->run.container || a->run.cgroup) && a->containers)
		return bad_usage("--containers goes with neither --container nor --cgroup");
	if (a->all && (a->run.argv || a->containers || a->run.container || a->run.cgroup))
		return bad_usage(
			"--all goes with no command, --containers, --container or --cgroup");
	if (a->run.subject && !*a->run.subject)
		return bad_usage("--subject: the name is empty");
	return -1;
}

/* What is followed, from the options and the command. */
static int choose_target(struct record_args *a, const struct engine_cmdline *c)
{
	struct run_opts *o = &a->run;
	bool makes_containers = c->program != PROGRAM_NONE && c->verb != VERB_OTHER;

	if (o->container) {
		o->target = RUN_CONTAINER;
	} else if (o->cgroup) {
		o->target = RUN_CGROUP;
	} else if (a->containers || a->all || makes_containers || o->image || o->service) {
		o->target = RUN_CONTAINERS;
		o->compose = c->verb == VERB_COMPOSE && !a->containers;
		o->project = c->project ? c->project : getenv("COMPOSE_PROJECT_NAME");
	} else if (o->argv) {
		o->target = RUN_PROCESS;
		if (c->program != PROGRAM_NONE)
			cli_say("this command of the engine's makes no container: it is recorded itself");
	} else {
		return bad_usage("say what to record: a command, --container, --cgroup, "
				 "--all, --image or --service");
	}
	return -1;
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int check_directory(const char *dir, struct tr_err *err)
{
	struct fs_owner who = fs_owner();

	if (mkdir(dir, 0777) == 0) {
		if (who.is_sudo && chown(dir, who.uid, who.gid) < 0)
			return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", dir);
		return 0;
	}
	if (errno != EEXIST)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s", dir);
	if (!is_directory(dir))
		return tr_err_errno(err, TR_ERR_INPUT, ENOTDIR, "%s: cannot write here", dir);
	if (access(dir, W_OK) < 0)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s: cannot write here", dir);
	return 0;
}

/* A place that cannot be written: said now, not when the first container makes us write. */
static int check_output(const char *out, struct tr_err *err)
{
	const char *slash = strrchr(out, '/');
	tr_cleanup_free char *dir =
		slash ? tr_xstrndup(out, (size_t)(slash - out) + 1) : tr_xstrdup(".");

	if (is_directory(out))
		return tr_err_errno(err, TR_ERR_INPUT, EISDIR, "%s: cannot write here", out);
	if (strcmp(out, "-") && access(dir, W_OK | X_OK) < 0)
		return tr_err_errno(err, TR_ERR_INPUT, errno, "%s: cannot write here", out);
	return 0;
}

static void warn_lost(const char *reason, void *arg)
{
	cli_warn("%s: %s", (const char *)arg, reason);
}

static void say_subject(const struct subject *s)
{
	tr_cleanup_free char *name = text_escaped(s->name);
	tr_cleanup_free char *path = text_escaped(s->path ? s->path : "");
	struct fact_counts c;

	count_facts(&s->facts, &c);
	cli_say("%s: %zu syscall%s, %zu act%s on files, %zu program%s run; %zu refused%s%s", name,
		c.syscalls, cli_plural(c.syscalls), c.acts, cli_plural(c.acts), c.programs,
		cli_plural(c.programs), c.denied, *path ? "; written to " : "", path);
	for (size_t i = 0; i < s->facts.n_recordings; i++)
		why_incomplete(&s->facts.recordings[i], warn_lost, name);
}

/* The exit status once the recording has ended well. */
static int conclude(const struct record_args *a, const struct run_result *result)
{
	const struct session *s = &result->session;

	for (size_t i = 0; i < s->n_subjects; i++)
		say_subject(s->subjects[i]);
	if (s->redact)
		cli_say("%zu string%s redacted", s->n_redacted, cli_plural(s->n_redacted));
	if (!result->n_recordings) {
		struct tr_err err = { 0 };

		if (result->status)
			return result->status;
		if (a->all) {
			cli_say("no container came: nothing was recorded");
			return 0;
		}
		tr_err_set(&err, TR_ERR_CANNOT, "no container %s: nothing was recorded",
			   a->run.argv ? "was started by the command" : "came");
		cli_fail(&err);
		tr_err_clear(&err);
		return EXIT_OURS;
	}
	if (result->n_incomplete) {
		cli_warn("the recording is incomplete: emit will refuse it");
		return EXIT_OURS;
	}
	if (result->unhealthy) {
		cli_warn("the container became unhealthy, and was not exercised");
		return EXIT_OURS;
	}
	if (result->exercised && result->exercise_status)
		cli_warn("the exercise failed with status %d", result->exercise_status);
	return result->status;
}

static int record(struct record_args *a, const struct engine_cmdline *c)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct progress progress = { 0 };
	struct prepared prepared = { 0 };
	struct run_result result;
	struct engines engines;
	int r;

	if ((a->run.dir && check_directory(a->run.dir, &err) < 0) ||
	    (a->run.out && check_output(a->run.out, &err) < 0))
		return cli_fail(&err), EXIT_OURS;
	if (a->run.target != RUN_PROCESS && a->run.target != RUN_CGROUP) {
		if (engines_open(&engines, c->program ? c : NULL, &err) < 0)
			return cli_fail(&err), EXIT_OURS;
		a->run.engines = engines.e;
		a->run.n_engines = engines.n;
	}
	if (a->run.argv) {
		if (prepare_command(&prepared, a->run.argv, c, &err) < 0)
			return cli_fail(&err), EXIT_OURS;
		a->run.argv = prepared.argv;
		if (a->run.target == RUN_CONTAINERS && !a->containers)
			a->run.cidfile = prepared.cidfile;
	}
	a->run.out_to_err = a->run.out && !strcmp(a->run.out, "-");
	a->run.drop_privileges = true;
	a->run.progress = progress_show;
	a->run.note = progress_note;
	a->run.arg = &progress;
	r = run_recording(&a->run, &result, &err);
	progress_end(&progress);
	prepared_release(&prepared);
	if (r < 0) {
		cli_fail(&err);
		return result.status >= 126 ? result.status : EXIT_OURS;
	}
	r = conclude(a, &result);
	run_result_release(&result);
	return r;
}

static int run_args(struct record_args *a, int argc, char **argv)
{
	char *nothing[] = { NULL };
	struct engine_cmdline c;
	int status = parse(a, argc, argv);

	if (status >= 0)
		return status;
	engine_cmdline_parse(a->run.argv ? a->run.argv : nothing, &c);
	status = choose_target(a, &c);
	if (status >= 0)
		return status;
	a->run.who = fs_owner();
	if (a->as_root)
		a->run.who = (struct fs_owner){ geteuid(), getegid(), 0 };
	return record(a, &c);
}

static int run(int argc, char **argv)
{
	struct record_args a = { 0 };
	int status = run_args(&a, argc, argv);

	tr_redact_free(a.redact);
	return status;
}

const struct cmd cmd_record = {
	.name = "record",
	.group = "Record",
	.summary = "Watch a container or a command work, and write a trace",
	.usage = usage,
	.options = options,
	.run = run,
};
