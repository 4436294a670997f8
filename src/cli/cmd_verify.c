// SPDX-License-Identifier: Apache-2.0
/* trammel verify: does a profile allow what was recorded, and what else does it allow? */
#include <getopt.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/bundle.h"
#include "cli/cmd.h"
#include "cli/verify.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "trammel/trace.h"
#include "util/mem.h"

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_MARKDOWN,
	FORMAT_SARIF
};

const struct verify_phase verify_phases[] = {
	{ TR_PHASE_RUNTIME, "runtime" },
	{ TR_PHASE_MAIN, "main" },
	{ TR_PHASE_EXEC, "exec" },
};
const size_t verify_n_phases = TR_ARRAY_SIZE(verify_phases);

static void verify_release(struct verify *v)
{
	verify_apparmor_release(v);
	tr_check_runtimes_release(&v->r);
	tr_check_versions_release(&v->versions);
	tr_dead_release(&v->dead);
	tr_facts_release(&v->facts);
	tr_tune_release(&v->tune);
	strbuf_release(&v->where);
	strbuf_release(&v->accept);
	traces_release(&v->expanded);
	free(v->unproved);
	for (size_t i = 0; i < TR_ARRAY_SIZE(v->in_bundle); i++)
		free(v->in_bundle[i]);
}

static bool recorded_abi(const struct verify *v, enum tr_abi abi)
{
	for (size_t i = 0; i < v->c->n_syscalls; i++)
		if (v->c->syscalls[i].fact->abi == abi)
			return true;
	return false;
}

static bool start_seen(const struct tr_facts *f)
{
	for (size_t i = 0; i < f->n_recordings; i++)
		if (f->recordings[i].start_seen)
			return true;
	return false;
}

/* The ABIs that the machine could be called through and that no recording used; "" if none. */
static void unseen_abis(const struct verify *v, struct strbuf *sb)
{
	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		/* aarch64 and the x86 ones are never on one machine */
		if ((abi == TR_ABI_AARCH64) != (v->c->native == TR_ABI_AARCH64) ||
		    recorded_abi(v, (enum tr_abi)abi))
			continue;
		strbuf_addf(sb, "%s%s", sb->len ? ", " : "", tr_abi_name((enum tr_abi)abi));
	}
}

void verify_each_limit(const struct verify *v, void (*fn)(const char *text, void *arg), void *arg)
{
	struct strbuf sb cleanup_strbuf = STRBUF_INIT;
	struct strbuf abis cleanup_strbuf = STRBUF_INIT;

	if (v->apparmor)
		verify_apparmor_limits(v, fn, arg);
	if (v->unproved) {
		strbuf_addf(&sb, "what AppArmor refuses: %s", v->unproved);
		fn(strbuf_str(&sb), arg);
		strbuf_clear(&sb);
	}
	if (v->c && v->c->n_depends)
		fn("arguments that were not recorded: a call that the profile allows with some "
		   "of them only is not proved",
		   arg);
	if (!v->complete)
		fn("what the recording lost, or did before it was cut off", arg);
	if (v->c && !start_seen(&v->facts))
		fn("the container's start: no recording saw it, and the runtime makes calls of its "
		   "own under the profile",
		   arg);
	strbuf_addf(
		&sb,
		"other hosts: compiled by %s; another kernel, clock source, CPU, libc or runtime "
		"may make other calls",
		strbuf_str(&v->where));
	fn(strbuf_str(&sb), arg);
	fn("what the workload can do and did not while it was recorded", arg);
	if (v->c)
		unseen_abis(v, &abis);
	if (abis.len) {
		strbuf_clear(&sb);
		strbuf_addf(&sb, "ABIs that no recording used: %s", strbuf_str(&abis));
		fn(strbuf_str(&sb), arg);
	}
}

static void describe_host(struct verify *v)
{
	const struct scmp_version *lib = seccomp_version();
	struct utsname uts;

	if (v->c)
		strbuf_addf(&v->where, "libseccomp %u.%u.%u", lib->major, lib->minor, lib->micro);
	else
		strbuf_adds(&v->where, "apparmor_parser");
	if (uname(&uts) == 0)
		strbuf_addf(&v->where, " for Linux %s on %s", uts.release, uts.machine);
}

/* On the machine that was recorded on, with the default capabilities. */
static int count_docker_default(struct verify *v, struct tr_err *err)
{
	struct tr_recording rec = { 0 };
	struct tr_check_seccomp c;
	struct tr_seccomp p;
	struct tr_facts none;
	int rc;

	if (tr_seccomp_read(&p, "docker-default", err) < 0)
		return -1;
	tr_facts_init(&none);
	tr_recording_new_id(&rec);
	tr_context_add(&rec, "arch", tr_abi_name(v->c->native));
	tr_facts_add_recording(&none, &rec);
	rc = tr_check_seccomp(&c, &p, &none, err);
	if (rc == 0) {
		v->docker_granted = c.n_granted;
		tr_check_seccomp_release(&c);
	}
	tr_facts_release(&none);
	tr_seccomp_release(&p);
	return rc;
}

static int check_profile(struct verify *v, struct tr_err *err)
{
	const struct tr_policy_hands hands = { v->tune.hands, v->tune.n_hands };
	struct tr_seccomp p;
	int rc;

	if (tr_seccomp_read(&p, v->profile, err) < 0)
		return -1;
	rc = tr_check_runtimes_by_hand(&v->r, &p, &v->facts, v->runtimes, &hands, err);
	v->c = &v->r.all;
	if (rc == 0) {
		tr_dead_rules(&v->dead, &p);
		tr_check_versions(&v->versions, &p, v->c->unknown[0] != NULL);
	}
	tr_seccomp_release(&p);
	return rc < 0 ? tr_err_wrap(err, "%s", v->profile) : 0;
}

/* Its profiles and its decisions; and of a directory of traces, those of its subject. */
static int open_bundle(struct verify *v, char **ret_subject, struct tr_err *err)
{
	tr_cleanup_free char *tune = tr_bundle_path(v->bundle, TR_BUNDLE_TUNE);
	struct tr_bundle b;

	if (bundle_profile(v->bundle, &v->in_bundle[0], err) < 0 ||
	    tr_bundle_read(&b, v->bundle, err) < 0)
		return -1;
	*ret_subject = tr_xstrdup(b.subject);
	tr_bundle_release(&b);
	v->profile = v->in_bundle[0];
	if (!v->apparmor && bundle_apparmor(v->bundle, &v->in_bundle[2], &v->unproved, err) < 0)
		return -1;
	if (v->in_bundle[2])
		v->apparmor = v->in_bundle[2];
	if (v->apparmor && !v->files && bundle_image(v->bundle, &v->in_bundle[3], err) < 0)
		return -1;
	if (v->in_bundle[3])
		v->files = v->in_bundle[3];
	if (v->unproved && (v->name || v->files))
		return tr_err_set(err, TR_ERR_INPUT, "--%s: %s has no AppArmor profile: %s",
				  v->name ? "name" : "files", v->bundle, v->unproved);
	if (!v->tune_file && access(tune, F_OK) == 0)
		v->tune_file = v->in_bundle[1] = tr_take(tune);
	return 0;
}

/* Held against another workload's profile, a recording would say nothing, and be accepted by mistake. */
static int check_subject(const struct verify *v, const char *subject, struct tr_err *err)
{
	for (size_t i = 0; i < v->facts.n_recordings; i++) {
		const char *other = v->facts.recordings[i].subject;

		if (other && strcmp(other, subject) != 0)
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s is of '%s', and there is a recording of '%s': two "
					  "subjects",
					  v->bundle, subject, other);
	}
	return 0;
}

static int read_traces(struct verify *v, struct tr_err *err)
{
	tr_cleanup_free char *subject = NULL;

	if (v->bundle && open_bundle(v, &subject, err) < 0)
		return -1;
	if (traces_expand(&v->expanded, v->traces, v->n_traces, subject, err) < 0)
		return -1;
	v->traces = v->expanded.v;
	v->n_traces = v->expanded.n;
	for (size_t i = 0; i < v->n_traces; i++)
		if (tr_trace_read(&v->facts, v->traces[i], err) < 0)
			return -1;
	return subject ? check_subject(v, subject, err) : 0;
}

static int verify_seccomp(struct verify *v, struct tr_err *err)
{
	if (check_profile(v, err) < 0)
		return -1;
	/* A yes to no question at all would be taken for a proof. */
	if (v->c->n_syscalls == 0)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: no syscall is recorded there: nothing to verify",
				  v->traces[0]);
	return count_docker_default(v, err);
}

static int verify(struct verify *v, struct tr_err *err)
{
	if (read_traces(v, err) < 0)
		return -1;
	if (v->tune_file && tr_tune_read(&v->tune, v->tune_file, err) < 0)
		return -1;
	if (v->profile && verify_seccomp(v, err) < 0)
		return -1;
	if (v->apparmor &&
	    (v->in_bundle[2] ? verify_apparmor_of_bundle(v, err) : verify_apparmor(v, err)) < 0)
		return -1;
	v->complete = tr_facts_complete(&v->facts);
	describe_host(v);
	return verify_find_accept(v, err);
}

static int answer(const struct verify *v, enum format format)
{
	static void (*const print[])(const struct verify *) = {
		[FORMAT_TEXT] = verify_print_text,
		[FORMAT_JSON] = verify_print_json,
		[FORMAT_MARKDOWN] = verify_print_markdown,
		[FORMAT_SARIF] = verify_print_sarif,
	};

	print[format](v);
	fflush(stdout);
	verify_tell_ci(v);
	if (v->c && v->c->n_undenied)
		cli_warn(
			"%zu recorded syscall%s that the tune file denies %s allowed: the profile was "
			"not made with it",
			v->c->n_undenied, cli_plural(v->c->n_undenied),
			v->c->n_undenied == 1 ? "is" : "are");
	if (!v->complete)
		cli_warn("the recording is incomplete: what is missing in it was not verified%s",
			 v->allow_incomplete ? "" : " (--allow-incomplete to accept that)");
	if (v->asked.n_undenied)
		cli_warn("%zu recorded act%s that the tune file denies %s allowed by AppArmor: the "
			 "profile was not made with it",
			 v->asked.n_undenied, cli_plural(v->asked.n_undenied),
			 v->asked.n_undenied == 1 ? "is" : "are");
	/* That a bundle has none was said when it was made; the list of limits has it. */
	if (v->unproved && v->in_bundle[2])
		cli_warn("AppArmor: not proved: %s", v->unproved);
	if ((v->c && v->c->n_denied) || verify_refused(v) || v->asked.n_refused)
		return EXIT_NO;
	if (v->cannot)
		return EXIT_CANNOT;
	return v->complete || v->allow_incomplete ? EXIT_YES : EXIT_INCOMPLETE;
}

static int run_verify(struct verify *v, enum format format)
{
	struct tr_err err tr_cleanup_err = { 0 };
	size_t from_stdin = (v->profile && !strcmp(v->profile, "-")) +
			    (v->apparmor && !strcmp(v->apparmor, "-")) +
			    (v->files && !strcmp(v->files, "-")) +
			    (v->tune_file && !strcmp(v->tune_file, "-"));

	for (size_t i = 0; i < v->n_traces; i++)
		from_stdin += !strcmp(v->traces[i], "-");
	if (from_stdin > 1)
		return cli_usage(&cmd_verify, "only one of the files can be '-'");
	return verify(v, &err) < 0 ? cli_fail(&err) : answer(v, format);
}

/* Of runc, both ways in which its versions make a filter. */
#define RUNC (1U << TR_RUNTIME_RUNC | 1U << TR_RUNTIME_RUNC_12)
#define CRUN (1U << TR_RUNTIME_CRUN)

static int parse_runtime(const char *word, unsigned *ret)
{
	if (!strcmp(word, "all"))
		*ret = RUNC | CRUN;
	else if (!strcmp(word, "runc"))
		*ret = RUNC;
	else if (!strcmp(word, "crun"))
		*ret = CRUN;
	else
		return cli_usage(&cmd_verify, "--runtime: expected runc, crun or all, found '%s'",
				 word);
	return -1;
}

static int set_format(enum format *format, enum format to)
{
	if (*format != FORMAT_TEXT)
		return cli_usage(&cmd_verify, "only one of --markdown, --sarif and --json can be");
	*format = to;
	return -1;
}

static int take_file(const char **where, const char *name)
{
	if (*where)
		return cli_usage(&cmd_verify, "--%s is given twice", name);
	*where = optarg;
	return -1;
}

/* Returns -1 to go on, else the exit status. */
static int take_option(int c, char **argv, struct verify *v, enum format *format)
{
	switch (c) {
	case 's':
		return take_file(&v->profile, "seccomp");
	case 'a':
		return take_file(&v->apparmor, "apparmor");
	case 'n':
		return take_file(&v->name, "name");
	case 'f':
		return take_file(&v->files, "files");
	case 'r':
		return parse_runtime(optarg, &v->runtimes);
	case 't':
		return take_file(&v->tune_file, "tune");
	case 'A':
		v->all = true;
		return -1;
	case 'I':
		v->allow_incomplete = true;
		return -1;
	case 'm':
		return set_format(format, FORMAT_MARKDOWN);
	case 'S':
		return set_format(format, FORMAT_SARIF);
	case 'h':
		return cli_help(&cmd_verify);
	default:
		return cli_bad_option(&cmd_verify, c, argv);
	}
}

/* verify --seccomp FILE TRACE..., or verify BUNDLE [TRACE...] */
static int take_operands(struct verify *v, int argc, char **argv)
{
	v->traces = argv + optind;
	v->n_traces = (size_t)(argc - optind);
	if (!v->profile && v->n_traces && tr_bundle_is(v->traces[0])) {
		v->bundle = v->traces[0];
		if (v->n_traces > 1) {
			v->traces++;
			v->n_traces--;
		}
	}
	if (!v->profile && !v->apparmor && !v->bundle)
		return cli_usage(&cmd_verify,
				 "--seccomp FILE, --apparmor FILE, or a bundle, is missing");
	if ((v->name || v->files) && !v->apparmor && !v->bundle)
		return cli_usage(&cmd_verify, "--%s goes with --apparmor",
				 v->name ? "name" : "files");
	if (!v->n_traces)
		return cli_usage(&cmd_verify, "a trace is missing");
	return -1;
}

static int verify_main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "seccomp", required_argument, NULL, 's' },
		{ "apparmor", required_argument, NULL, 'a' },
		{ "name", required_argument, NULL, 'n' },
		{ "files", required_argument, NULL, 'f' },
		{ "runtime", required_argument, NULL, 'r' },
		{ "tune", required_argument, NULL, 't' },
		{ "all", no_argument, NULL, 'A' },
		{ "allow-incomplete", no_argument, NULL, 'I' },
		{ "markdown", no_argument, NULL, 'm' },
		{ "sarif", no_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	enum format format = cli.json ? FORMAT_JSON : FORMAT_TEXT;
	struct verify v = { .runtimes = RUNC | CRUN };
	int c, status = -1;

	opterr = 0;
	while (status < 0 && (c = getopt_long(argc, argv, ":h", longopts, NULL)) != -1)
		status = take_option(c, argv, &v, &format);
	if (status < 0)
		status = take_operands(&v, argc, argv);
	if (status >= 0)
		return status;
	tr_facts_init(&v.facts);
	status = run_verify(&v, format);
	verify_release(&v);
	return status;
}

const struct cmd cmd_verify = {
	.name = "verify",
	.group = "Prove",
	.summary = "Prove or refute that a profile allows what was recorded",
	.usage =
		"verify [--seccomp FILE|docker-default] [--apparmor FILE|docker-default]\n"
		"              [--name NAME] [--files LIST] [--tune FILE] [--runtime runc|crun|all]\n"
		"              [--all] [--markdown|--sarif] [--allow-incomplete] TRACE...\n"
		"verify [OPTION...] BUNDLE [TRACE...]",
	.options =
		"A bundle brings its profiles and its tune file; without a trace, its own recordings\n"
		"are verified. A directory as record -d makes it stands for the traces in it (those\n"
		"of the bundle's subject).\n\n"
		"      --seccomp=FILE      the profile: a file, '-', or a built-in name "
		"(docker-default,\n"
		"                          podman-default)\n"
		"      --apparmor=FILE     an AppArmor profile, as text: a file, '-', or docker-default\n"
		"      --name=NAME         which of the profiles in it, if there are several\n"
		"      --files=LIST        the image's files, as docker export NAME prints them, or tar -t\n"
		"                          lists those, or image:REF or container:NAME for the engine's:\n"
		"                          what of them the profile allows beyond what was recorded\n"
		"      --runtime=NAME      who makes a filter of it: runc, crun or all (default)\n"
		"      --tune=FILE         decisions kept in a file: what it denies is no failure\n"
		"      --all               the whole lists: what else is allowed, what never matches\n"
		"      --markdown          for a pull request; fits one comment\n"
		"      --sarif             SARIF 2.1.0, for a code host\n"
		"      --allow-incomplete  take a recording with losses, or cut off, for whole\n"
		"  -h, --help              this help\n"
		"\nExit status: 0 all allowed; 1 something is denied, or one of the runtimes refuses the\n"
		"profile; 2 bad input; 3 a bundle's AppArmor profile cannot be proved here (there is no\n"
		"apparmor_parser), and nothing else is denied; 4 nothing is denied, but the recording is\n"
		"incomplete.\n",
	.run = verify_main,
};
