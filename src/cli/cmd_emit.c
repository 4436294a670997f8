// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/emit.h"
#include "cli/emit_opts.h"
#include "trammel/policy.h"
#include "trammel/seccomp.h"
#include "trammel/trace.h"
#include "trammel/tune.h"
#include "util/fs.h"
#include "util/mem.h"

#define SPELLINGS "seccomp, podman, oci, k8s, spo, systemd, apparmor, docker, compose or bundle"

enum {
	ALLOW_INCOMPLETE = 256,
	ALLOW_NO_START,
	FORCE,
	RUNTIME,
	REDACT,
	WHY,
	DEFAULT_ACTION,
	ARGS,
	SIBLINGS,
	ARCH,
	CEILING,
	ACCEPT,
	TUNE,
	NAME,
	INTO,
	PATHS,
	FLOOR,
	APPARMOR,
	FILES,
	REACH,
	UPGRADES,
};

static int set_option(struct emit_opts *o, enum tr_policy_option option)
{
	tr_cleanup_err struct tr_err err = { 0 };

	if (emit_opts_set(o, option, optarg, &err) < 0)
		return cli_usage(&cmd_emit, "--%s: %s", tr_policy_option_name(option),
				 tr_err_msg(&err));
	return -1;
}

static int set_paths(struct emit_opts *o)
{
	int paths = tr_paths_from_name(optarg);

	if (!o->apparmor && !o->bundle)
		return cli_usage(&cmd_emit, "--paths is for emit apparmor and bundle");
	if (paths < 0)
		return cli_usage(&cmd_emit, "--paths: expected exact or evidence, found '%s'",
				 optarg);
	o->paths = (enum tr_paths)paths;
	return -1;
}

static int set_floor(struct emit_opts *o)
{
	int floor = tr_floor_from_name(optarg);

	if (!o->apparmor && !o->bundle)
		return cli_usage(&cmd_emit, "--floor is for emit apparmor and bundle");
	if (floor < 0)
		return cli_usage(&cmd_emit, "--floor: expected docker-default or none, found '%s'",
				 optarg);
	o->floor = (enum tr_floor)floor;
	o->floor_given = true;
	return -1;
}

static int set_apparmor(struct emit_opts *o)
{
	if (!o->bundle)
		return cli_usage(&cmd_emit, "--apparmor is for emit bundle");
	if (strcmp(optarg, "on") != 0 && strcmp(optarg, "off") != 0)
		return cli_usage(&cmd_emit, "--apparmor: expected on or off, found '%s'", optarg);
	o->with_apparmor = optarg;
	return -1;
}

static int set_reach(struct emit_opts *o)
{
	tr_cleanup_err struct tr_err err = { 0 };

	if (tr_policy_reach_set(&o->reach, optarg, &err) < 0)
		return cli_usage(&cmd_emit, "--reach-budget: %s", tr_err_msg(&err));
	o->reach_word = optarg;
	return -1;
}

/* Those of one kind of profile alone. */
static int take_apparmor(int c, struct emit_opts *o)
{
	if (c == PATHS)
		return set_paths(o);
	if (c == FLOOR)
		return set_floor(o);
	if (c == UPGRADES && !o->apparmor)
		return cli_usage(&cmd_emit, "--tolerate-upgrades is for emit apparmor");
	if (!o->apparmor && !o->bundle)
		return cli_usage(&cmd_emit, "--%s is for emit apparmor and bundle",
				 c == FILES ? "files" : "reach-budget");
	if (c == REACH)
		return set_reach(o);
	if (c == FILES)
		o->files = optarg;
	else
		o->tolerate_upgrades = true;
	return -1;
}

static int add_pattern(struct emit_opts *o)
{
	tr_cleanup_err struct tr_err err = { 0 };

	if (emit_opts_redact(o, optarg, &err) < 0)
		return cli_usage(&cmd_emit, "--redact: %s", tr_err_msg(&err));
	return -1;
}

/* Options that are about what is emitted, not about the profile. */
static int take_other(int c, char **argv, struct emit_opts *o)
{
	switch (c) {
	case 'o':
		o->output.file = optarg;
		return -1;
	case ALLOW_INCOMPLETE:
		o->policy.allow_incomplete = true;
		return -1;
	case ALLOW_NO_START:
		o->policy.allow_no_start = true;
		return -1;
	case FORCE:
		o->force = true;
		return -1;
	case 'd':
		o->output.dir = optarg;
		return -1;
	case NAME:
		o->output.name = optarg;
		return -1;
	case INTO:
		o->output.into = optarg;
		return -1;
	case PATHS:
	case FLOOR:
	case FILES:
	case REACH:
	case UPGRADES:
		return take_apparmor(c, o);
	case APPARMOR:
		return set_apparmor(o);
	case 'h':
		return cli_help(&cmd_emit);
	default:
		return cli_bad_option(&cmd_emit, c, argv);
	}
}

/* Returns -1 to go on, else the exit status. */
static int take_option(int c, char **argv, struct emit_opts *o)
{
	switch (c) {
	case RUNTIME:
		return set_option(o, TR_POLICY_RUNTIME);
	case DEFAULT_ACTION:
		return set_option(o, TR_POLICY_DEFAULT_ACTION);
	case ARGS:
		return set_option(o, TR_POLICY_ARGS);
	case SIBLINGS:
		return set_option(o, TR_POLICY_SIBLINGS);
	case ARCH:
		return set_option(o, TR_POLICY_ARCH);
	case CEILING:
		return set_option(o, TR_POLICY_CEILING);
	case REDACT:
		return add_pattern(o);
	case ACCEPT:
		emit_opts_accept(o, optarg);
		return -1;
	case WHY:
		if (!*optarg)
			return cli_usage(&cmd_emit, "--why: expected a reason");
		o->why = optarg;
		return -1;
	case TUNE:
		if (o->tune)
			return cli_usage(&cmd_emit, "--tune is given twice");
		o->tune = optarg;
		return -1;
	default:
		return take_other(c, argv, o);
	}
}

int emit_check_name(const char *name)
{
	if (!name || tr_apparmor_is_name(name))
		return -1;
	return cli_usage(&cmd_emit,
			 "--name: expected letters, digits, '.', '_' and '-', found '%s'", name);
}

int emit_check_json(const char *file, const char *what)
{
	if (!cli.json || (file && strcmp(file, "-") != 0))
		return -1;
	return cli_usage(&cmd_emit, "with --json standard output is JSON, and the %s -o FILE",
			 what);
}

int emit_check_stdin(const char *files, char *const *traces, size_t n_traces)
{
	for (size_t i = 0; i < n_traces && files; i++)
		if (!strcmp(files, "-") && !strcmp(traces[i], "-"))
			return cli_usage(&cmd_emit, "only one of the files can be '-'");
	return -1;
}

/* A bundle has every spelling that makes sense as a file. */
static int check_bundle(const struct emit_opts *o)
{
	int status;

	if (!o->output.dir)
		return cli_usage(&cmd_emit, "emit bundle: -d DIR is missing");
	if (o->output.file || o->output.into)
		return cli_usage(&cmd_emit, "emit bundle: -o and --into are for one file");
	if ((status = emit_check_name(o->output.name)) >= 0)
		return status;
	if ((status = emit_check_stdin(o->files, o->traces, o->n_traces)) >= 0)
		return status;
	if (!o->n_traces && !tr_bundle_is(o->output.dir))
		return cli_usage(&cmd_emit, "a trace is missing: %s is no bundle yet",
				 o->output.dir);
	if (o->n_accepts && !o->why)
		return cli_usage(&cmd_emit, "emit bundle: --accept needs --why: the reason is kept "
					    "with it in " TR_BUNDLE_TUNE);
	return -1;
}

static int check_output(const struct emit_output *o)
{
	int status;

	if (o->dir && o->spelling != TR_SPELLING_K8S)
		return cli_usage(&cmd_emit, "-d is for emit bundle and k8s: %s is one file",
				 tr_spelling_name(o->spelling));
	if (o->dir && o->file)
		return cli_usage(&cmd_emit, "only one of -o and -d can be");
	if (o->into && o->spelling != TR_SPELLING_OCI)
		return cli_usage(&cmd_emit, "--into: %s is no part of a config.json",
				 tr_spelling_name(o->spelling));
	if ((o->spelling == TR_SPELLING_SPO || o->spelling == TR_SPELLING_SYSTEMD) &&
	    (status = emit_check_json(o->file, "profile is no JSON: it needs")) >= 0)
		return status;
	/* The others have no name in them, and one name can be given to all. */
	if (o->spelling != TR_SPELLING_K8S && o->spelling != TR_SPELLING_SPO)
		return emit_check_name(o->name);
	if (o->name && !emit_is_k8s_name(o->name))
		return cli_usage(&cmd_emit,
				 "--name: expected lower-case letters, digits, '-' and "
				 "'.', found '%s'",
				 o->name);
	return -1;
}

/* Of a seccomp profile nothing holds here. */
static int check_apparmor(const struct emit_opts *o)
{
	int status;

	if (o->given || o->force || o->redact || o->output.dir || o->output.into)
		return cli_usage(&cmd_emit, "emit apparmor takes -o, --name, --paths, --floor, "
					    "--files, --reach-budget, --tolerate-upgrades, "
					    "--accept, --why, --tune, --allow-incomplete and "
					    "--allow-no-start");
	if (!o->n_traces)
		return cli_usage(&cmd_emit, "a trace is missing");
	if ((status = emit_check_stdin(o->files, o->traces, o->n_traces)) >= 0)
		return status;
	if ((status = emit_check_name(o->output.name)) >= 0)
		return status;
	return emit_check_json(o->output.file, "profile needs");
}

static int parse(int argc, char **argv, struct emit_opts *o)
{
	static const struct option longopts[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, FORCE },
		{ "redact", required_argument, NULL, REDACT },
		{ "why", required_argument, NULL, WHY },
		{ "runtime", required_argument, NULL, RUNTIME },
		{ "allow-incomplete", no_argument, NULL, ALLOW_INCOMPLETE },
		{ "allow-no-start", no_argument, NULL, ALLOW_NO_START },
		{ "default-action", required_argument, NULL, DEFAULT_ACTION },
		{ "args", required_argument, NULL, ARGS },
		{ "siblings", required_argument, NULL, SIBLINGS },
		{ "arch", required_argument, NULL, ARCH },
		{ "ceiling", required_argument, NULL, CEILING },
		{ "accept", required_argument, NULL, ACCEPT },
		{ "tune", required_argument, NULL, TUNE },
		{ "dir", required_argument, NULL, 'd' },
		{ "name", required_argument, NULL, NAME },
		{ "into", required_argument, NULL, INTO },
		{ "paths", required_argument, NULL, PATHS },
		{ "floor", required_argument, NULL, FLOOR },
		{ "apparmor", required_argument, NULL, APPARMOR },
		{ "files", required_argument, NULL, FILES },
		{ "reach-budget", required_argument, NULL, REACH },
		{ "tolerate-upgrades", no_argument, NULL, UPGRADES },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, status;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:d:h", longopts, NULL)) != -1)
		if ((status = take_option(c, argv, o)) >= 0)
			return status;
	o->traces = argv + optind;
	o->n_traces = (size_t)(argc - optind);
	if (o->bundle)
		return check_bundle(o);
	if (o->apparmor)
		return check_apparmor(o);
	if ((status = check_output(&o->output)) >= 0)
		return status;
	for (size_t i = 0; i < o->n_traces && o->output.into; i++)
		if (!strcmp(o->output.into, "-") && !strcmp(o->traces[i], "-"))
			return cli_usage(&cmd_emit, "only one of the files can be '-'");
	o->output.file = o->output.file ? o->output.file : "-";
	/* No container runtime starts a unit. */
	if (o->output.spelling == TR_SPELLING_SYSTEMD && !o->policy.runtime)
		o->policy.runtime = "systemd";
	return -1;
}

static int make_profile(struct emit_opts *o, const struct tr_tune *tune,
			const struct tr_facts *facts, struct tr_err *err)
{
	struct tr_policy_report report = { 0 };
	struct tr_seccomp p = { 0 };
	tr_cleanup_free struct tr_policy_accept *accepts = NULL;
	int r;

	accepts = emit_opts_accepts(o, tune, &o->policy.n_accepts);
	o->policy.accepts = accepts;
	if (tr_tune_apply(&o->policy, tune, o->given, err) < 0)
		return -1;
	r = tr_policy_seccomp(&p, facts, &o->policy, &report, err);
	if (r == 0) {
		r = emit_write(&p, facts, &o->output, err);
		tr_seccomp_release(&p);
		if (r == 0)
			emit_say(&report, &o->policy, facts->n_recordings);
	} else if (report.n_needs) {
		emit_say_needs(&report, NULL);
	}
	tr_policy_report_release(&report);
	return r;
}

static int emit_seccomp(struct emit_opts *o, struct tr_err *err)
{
	struct tr_tune tune = { 0 };
	struct tr_facts facts;
	int r;

	if (o->tune && tr_tune_read(&tune, o->tune, err) < 0)
		return -1;
	tr_facts_init(&facts);
	r = tr_trace_read_all(&facts, o->traces, o->n_traces, NULL, err);
	if (r == 0)
		r = make_profile(o, &tune, &facts, err);
	tr_facts_release(&facts);
	tr_tune_release(&tune);
	return r;
}

static int run_seccomp(struct emit_opts *o)
{
	tr_cleanup_err struct tr_err err = { 0 };

	if (!o->n_traces)
		return cli_usage(&cmd_emit, "a trace is missing");
	if (o->force || o->redact)
		return cli_usage(&cmd_emit, "--force and --redact are for emit bundle");
	return emit_seccomp(o, &err) < 0 ? cli_fail(&err) : EXIT_YES;
}

static int run_emit(int argc, char **argv)
{
	struct emit_opts o = { 0 };
	int status, spelling;

	if (argc < 2)
		return cli_usage(&cmd_emit, "what to emit is missing: expected " SPELLINGS);
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return cli_help(&cmd_emit);
	if (!strcmp(argv[1], "docker") || !strcmp(argv[1], "compose"))
		return emit_run(argc - 1, argv + 1, *argv[1] == 'c');
	o.bundle = !strcmp(argv[1], "bundle");
	o.apparmor = !strcmp(argv[1], "apparmor");
	spelling = o.bundle || o.apparmor ? TR_SPELLING_SECCOMP : tr_spelling_from_name(argv[1]);
	if (spelling < 0)
		return cli_usage(&cmd_emit, "cannot emit '%s': expected " SPELLINGS, argv[1]);
	o.output.spelling = (enum tr_spelling)spelling;
	status = parse(argc - 1, argv + 1, &o);
	if (status < 0)
		status = o.bundle   ? emit_bundle(&o) :
			 o.apparmor ? emit_apparmor(&o) :
				      run_seccomp(&o);
	emit_opts_release(&o);
	return status;
}

const struct cmd cmd_emit = {
	.name = "emit",
	.group = "Emit",
	.summary = "Make a profile from traces",
	.usage = "emit FORMAT [-o FILE] [--runtime LIST] [--args LEVEL] [--siblings on|off]\n"
		 "             [--arch LIST] [--ceiling NAME] [--accept FACT] [--tune FILE]\n"
		 "             [--default-action ACTION] [--allow-incomplete] [--allow-no-start]\n"
		 "             [--name NAME] [-d DIR] [--into CONFIG] [--why TEXT] TRACE...\n"
		 "emit apparmor [-o FILE] [--name NAME] [--paths exact|evidence] [--floor NAME]\n"
		 "             [--files LIST] [--reach-budget LIST] [--tolerate-upgrades]\n"
		 "             [--accept FACT] [--why TEXT] [--tune FILE] [--allow-incomplete]\n"
		 "             [--allow-no-start] TRACE...\n"
		 "emit docker|compose [-o FILE] [--name NAME] [--seccomp FILE] [--files LIST]\n"
		 "             [--without LIST] [--allow-incomplete] [--allow-no-start] TRACE...\n"
		 "emit bundle -d DIR [--redact PATTERN] [--accept FACT --why TEXT] [--force]\n"
		 "             [--apparmor on|off] [OPTION...] [TRACE...]",
	.options =
		"FORMAT is the spelling of the profile: seccomp (Docker's), podman, oci (a runtime's\n"
		"config.json), k8s (a pod's localhostProfile), spo (a manifest for the Security\n"
		"Profiles Operator) or systemd (a unit's SystemCallFilter=). apparmor is a profile of the\n"
		"other kind, of files, capabilities and sockets. docker (a script) and compose (a compose\n"
		"file) are what to run the container with. A bundle keeps traces, decisions and the\n"
		"profiles of both kinds together.\n\n"
		"  -o, --output=FILE            write there (default: -, standard output)\n"
		"  -d, --dir=DIR                k8s: write the profile, the lines of a pod's manifest and\n"
		"                               the operator's manifest there; bundle: it is there, or\n"
		"                               made there, and keeps the options that stand below\n"
		"      --into=CONFIG            oci: write this config.json, with the profile in it\n"
		"      --name=NAME              the profile's name (default: trammel-SUBJECT)\n"
		"      --paths=HOW              apparmor, bundle: exact, the names that were used; evidence,\n"
		"                               patterns where several recordings show that a name is\n"
		"                               another each time (the default where there are several)\n"
		"      --floor=NAME             apparmor, bundle: whose denies hold whatever is added, and need\n"
		"                               accepting where something recorded is against them:\n"
		"                               docker-default (the default), none\n"
		"      --apparmor=on|off        bundle: with an AppArmor profile (default: on)\n"
		"      --seccomp=FILE           docker, compose: where the seccomp profile will be\n"
		"                               (default: trammel-SUBJECT.json)\n"
		"      --without=LIST           docker, compose: say nothing of these: seccomp, apparmor,\n"
		"                               caps, no-new-privileges, read-only, tmpfs, volume,\n"
		"                               user, network, pids-limit, memory\n"
		"      --files=LIST             the image's files, as docker export NAME prints them, or\n"
		"                               tar -t; image:REF and container:NAME ask the engine:\n"
		"                               apparmor, bundle: which patterns newly reach; docker,\n"
		"                               compose: which a tmpfs would hide\n"
		"      --reach-budget=LIST      apparmor, bundle: how many of them may be, as in\n"
		"                               r=2,w=0 (default: r=0,m=0,x=0, w: all there are)\n"
		"      --tolerate-upgrades      apparmor: other versions of the image's libraries, too\n"
		"      --redact=PATTERN         bundle: replace what matches in paths and commands\n"
		"      --force                  bundle: replace a profile that was edited by hand\n"
		"      --runtime=LIST           whose own calls are allowed: all, none, or names like\n"
		"                               runc, crun, runc-1.1 (default: all; for systemd:\n"
		"                               systemd)\n"
		"      --args=LEVEL             allow calls with the arguments they were made with only:\n"
		"                               none, risky (socket, clone, ioctl, ...; the default) or\n"
		"                               all that are recorded\n"
		"      --siblings=on|off        older and newer forms of observed calls (default: on)\n"
		"      --arch=LIST              architectures to name beside those recorded: amd64,\n"
		"                               arm64, x86, x32\n"
		"      --ceiling=NAME           what to stay below unasked: docker-default (the\n"
		"                               default), docker-default@VERSION, none\n"
		"      --accept=FACT            allow it although it is beyond the ceiling or on the\n"
		"                               risk list: syscall:NAME, arg:NAME:INDEX:VALUE; of an\n"
		"                               AppArmor profile file:PATH, mount:PATH, network:alg\n"
		"      --why=TEXT               the reason for what is accepted; a bundle keeps both in\n"
		"                               its tune.json\n"
		"      --tune=FILE              decisions kept in a file, with their reasons\n"
		"      --default-action=ACTION  for every other call: errno (EPERM, the default),\n"
		"                               log (a trial), kill or trap\n"
		"      --allow-incomplete       take recordings that lost something\n"
		"      --allow-no-start         take recordings none of which saw a container start\n"
		"  -h, --help                   this help\n"
		"\nExit status: 0 written; 1 an act must be accepted first; 2 wrong usage or bad "
		"input;\n3 the output cannot be written; 4 a recording is incomplete.\n",
	.run = run_emit,
};
