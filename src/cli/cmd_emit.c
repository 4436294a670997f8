// SPDX-License-Identifier: Apache-2.0
#include <getopt.h>
#include <string.h>

#include "cli/cmd.h"
#include "trammel/abi.h"
#include "trammel/policy.h"
#include "trammel/seccomp.h"
#include "trammel/trace.h"
#include "util/fs.h"
#include "util/strbuf.h"

struct emit_opts {
	const char *output;
	enum tr_action default_action;
	struct tr_policy_opts policy;
	char **traces;
	size_t n_traces;
};

/* What a call that no rule has gets. ERRNO is EPERM, said in the profile. */
static int parse_default_action(const char *word, enum tr_action *ret)
{
	static const struct {
		const char *word;
		enum tr_action action;
	} rows[] = {
		{ "errno", TR_ACTION_ERRNO },
		{ "log", TR_ACTION_LOG },
		{ "kill", TR_ACTION_KILL_PROCESS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(word, rows[i].word) != 0)
			continue;
		*ret = rows[i].action;
		return 0;
	}
	return cli_usage(&cmd_emit, "--default-action: expected errno, log or kill, found '%s'",
			 word);
}

static int parse_args(const char *word, enum tr_policy_args *ret)
{
	if (!strcmp(word, "none"))
		*ret = TR_POLICY_ARGS_NONE;
	else if (!strcmp(word, "risky"))
		*ret = TR_POLICY_ARGS_RISKY;
	else if (!strcmp(word, "all"))
		*ret = TR_POLICY_ARGS_ALL;
	else
		return cli_usage(&cmd_emit, "--args: expected none, risky or all, found '%s'",
				 word);
	return 0;
}

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct emit_opts *o)
{
	enum {
		ALLOW_INCOMPLETE = 256,
		ALLOW_NO_START,
		DEFAULT_ACTION,
		ARGS
	};
	static const struct option longopts[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "runtime", required_argument, NULL, 'r' },
		{ "allow-incomplete", no_argument, NULL, ALLOW_INCOMPLETE },
		{ "allow-no-start", no_argument, NULL, ALLOW_NO_START },
		{ "default-action", required_argument, NULL, DEFAULT_ACTION },
		{ "args", required_argument, NULL, ARGS },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*o = (struct emit_opts){ .output = "-", .default_action = TR_ACTION_ERRNO };
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", longopts, NULL)) != -1) {
		switch (c) {
		case 'o':
			o->output = optarg;
			break;
		case 'r':
			o->policy.runtime = optarg;
			break;
		case ALLOW_INCOMPLETE:
			o->policy.allow_incomplete = true;
			break;
		case ALLOW_NO_START:
			o->policy.allow_no_start = true;
			break;
		case DEFAULT_ACTION:
			if ((c = parse_default_action(optarg, &o->default_action)) != 0)
				return c;
			break;
		case ARGS:
			if ((c = parse_args(optarg, &o->policy.args)) != 0)
				return c;
			break;
		case 'h':
			return cli_help(&cmd_emit);
		default:
			return cli_bad_option(&cmd_emit, c, argv);
		}
	}
	o->traces = argv + optind;
	o->n_traces = (size_t)(argc - optind);
	return -1;
}

static void say_abis(unsigned abis)
{
	cleanup_strbuf struct strbuf names = STRBUF_INIT;

	if (!(abis & (abis - 1)))
		return;
	for (int abi = 0; abi < TR_ABI_MAX; abi++)
		if (abis & (1U << abi))
			strbuf_addf(&names, "%s%s", names.len ? ", " : "",
				    tr_abi_name((enum tr_abi)abi));
	cli_warn("syscalls were made through %s: Docker's format has one list of names, so each "
		 "is allowed for all of these",
		 strbuf_str(&names));
}

/* What calls get that are not allowed. */
static void say_rest(const struct tr_policy_report *r, enum tr_action action)
{
	const char *others = action == TR_ACTION_LOG	      ? "are allowed and logged" :
			     action == TR_ACTION_KILL_PROCESS ? "kill the process" :
								"answer EPERM";

	cli_say("all others %s, but for %zu that answer ENOSYS: their callers then go another way",
		others, r->n_errno);
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
	say_names("allowed with any arguments, as too many were seen", r->open, r->n_open);
	say_names("allowed with any arguments, as a recording did not look at them", r->unseen,
		  r->n_unseen);
}

static void say(const struct tr_policy_report *r, enum tr_action action)
{
	for (size_t i = 0; i < r->n_unnamed; i++)
		cli_warn("syscall %u of %s has no name we know: the profile cannot allow it",
			 r->unnamed[i].nr, tr_abi_name(r->unnamed[i].abi));
	say_abis(r->abis);
	cli_say("%zu syscalls allowed: %zu observed, %zu more that runtimes make, %zu more that any "
		"program may make",
		r->n_observed + r->n_runtime + r->n_always, r->n_observed, r->n_runtime,
		r->n_always);
	say_arguments(r);
	say_rest(r, action);
	if (r->n_denied)
		cli_say("%zu %s refused while recording, and stay%s so", r->n_denied,
			r->n_denied == 1 ? "was" : "were", r->n_denied == 1 ? "s" : "");
}

/* LOG and KILL take no errno: crun refuses a profile that gives one. */
static void set_default(struct tr_seccomp *p, enum tr_action action)
{
	p->default_action = action;
	if (action != TR_ACTION_ERRNO)
		p->default_errno = -1;
}

static int write_profile(const struct tr_seccomp *p, const char *path, struct tr_err *err)
{
	struct fs_out out;
	int r;

	if (fs_out_open(&out, path, 0644, err) < 0)
		return -1;
	tr_seccomp_write(p, out.f);
	r = fs_out_commit(&out, err);
	fs_out_release(&out);
	return r;
}

static int emit_seccomp(const struct emit_opts *o, struct tr_err *err)
{
	struct tr_policy_report report = { 0 };
	struct tr_seccomp p = { 0 };
	struct tr_facts facts;
	int r;

	tr_facts_init(&facts);
	r = tr_trace_read_all(&facts, o->traces, o->n_traces, NULL, err);
	if (r == 0)
		r = tr_policy_seccomp(&p, &facts, &o->policy, &report, err);
	if (r == 0) {
		set_default(&p, o->default_action);
		r = write_profile(&p, o->output, err);
		tr_seccomp_release(&p);
	}
	if (r == 0)
		say(&report, o->default_action);
	tr_policy_report_release(&report);
	tr_facts_release(&facts);
	return r;
}

static int run_emit(int argc, char **argv)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct emit_opts o;
	int status;

	if (argc < 2)
		return cli_usage(&cmd_emit, "what to emit is missing: expected seccomp");
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return cli_help(&cmd_emit);
	if (strcmp(argv[1], "seccomp") != 0)
		return cli_usage(&cmd_emit, "cannot emit '%s': expected seccomp", argv[1]);
	status = parse(argc - 1, argv + 1, &o);
	if (status >= 0)
		return status;
	if (!o.n_traces)
		return cli_usage(&cmd_emit, "a trace is missing");
	return emit_seccomp(&o, &err) < 0 ? cli_fail(&err) : EXIT_YES;
}

const struct cmd cmd_emit = {
	.name = "emit",
	.group = "Emit",
	.summary = "Make a profile from traces",
	.usage = "emit seccomp [-o FILE] [--runtime LIST] [--default-action ACTION]\n"
		 "             [--args LEVEL] [--allow-incomplete] [--allow-no-start] TRACE...",
	.options =
		"  -o, --output=FILE            write there (default: -, standard output)\n"
		"      --runtime=LIST           whose own calls are allowed: all, none, or names like\n"
		"                               runc, crun, runc-1.1 (default: all)\n"
		"      --args=LEVEL             allow calls with the arguments they were made with only:\n"
		"                               none, risky (socket, clone, ioctl, ...; the default) or\n"
		"                               all that are recorded\n"
		"      --default-action=ACTION  for every other call: errno (EPERM, the default),\n"
		"                               log or kill\n"
		"      --allow-incomplete       take recordings that lost something\n"
		"      --allow-no-start         take recordings none of which saw a container start\n"
		"  -h, --help                   this help\n"
		"\nExit status: 0 written; 2 wrong usage or bad input; 3 the output cannot be "
		"written;\n4 a recording is incomplete.\n",
	.run = run_emit,
};
