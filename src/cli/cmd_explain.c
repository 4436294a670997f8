// SPDX-License-Identifier: Apache-2.0
/* trammel explain: why is it in the profile, and what would fail without it? */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/explain_apparmor.h"
#include "cli/cmd.h"
#include "cli/emit_opts.h"
#include "cli/explain.h"
#include "trammel/trace.h"
#include "trammel/tune.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

struct explain_opts {
	const char *tune_file, *trace;
	struct explaining e;
	json_object *out; /* array, with --json */
	size_t n_printed, n_missing;
};

/* Everything that one word can mean. Something of it must be known. */
static int explain_each(struct explain_opts *o, const struct explain_whats *whats,
			struct tr_err *err)
{
	bool found = false;
	tr_cleanup_free struct explain *x = tr_xcalloc(whats->n + 1, sizeof(*x));
	size_t n = 0;
	int r = 0;

	for (; n < whats->n && r == 0; n += r == 0) {
		r = explain(&x[n], &whats->v[n], &o->e.facts, o->e.profile, err);
		found |= r == 0 && explain_found(&x[n]);
	}
	for (size_t i = 0; i < n && r == 0; i++) {
		/* Of two meanings the one that is there, and where neither is the first. */
		if (found ? !explain_found(&x[i]) : i > 0)
			continue;
		if (cli.json)
			json_object_array_add(o->out, explain_json(&o->e, &x[i]));
		else
			printf("%s", o->n_printed ? "\n" : "");
		if (!cli.json)
			explain_print_text(&o->e, &x[i]);
		o->n_printed++;
	}
	for (size_t i = 0; i < n; i++)
		explain_release(&x[i]);
	o->n_missing += !found;
	return r;
}

static int explain_words(struct explain_opts *o, char **words, size_t n, struct tr_err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct explain_whats whats;
		int r;

		if (explain_parse(&whats, words[i], &o->e.facts, err) < 0)
			return -1;
		r = explain_each(o, &whats, err);
		explain_whats_release(&whats);
		if (r < 0)
			return -1;
	}
	return 0;
}

/* Facts that make no profile can still be explained. */
static int with_profile(struct explain_opts *o, const struct tr_policy_opts *opts, char **words,
			size_t n, struct tr_err *err)
{
	struct tr_err why_not tr_cleanup_err = { 0 };
	struct explain_profile profile;
	struct explain_aa_profile apparmor;
	int r;

	if (explain_profile_make(&profile, &o->e.facts, opts, &why_not) == 0) {
		o->e.profile = &profile;
	} else {
		tr_cleanup_free char *safe = text_escaped(tr_err_msg(&why_not));

		cli_warn(
			"no seccomp profile can be made of it, so that no rules of one are known: %s",
			safe);
	}
	/* Traces without acts on files make no AppArmor profile: of those there is nothing to say. */
	tr_err_clear(&why_not);
	if (explain_aa_profile_make(&apparmor, &o->e.facts, &why_not) == 0)
		o->e.apparmor = &apparmor;
	r = explain_words(o, words, n, err);
	if (o->e.apparmor)
		explain_aa_profile_release(&apparmor);
	if (o->e.profile)
		explain_profile_release(&profile);
	return r;
}

/* The options that a bundle was made with, and the decisions in it. */
static int read_bundle(struct explain_opts *o, struct tr_bundle *b, struct tr_tune *tune,
		       struct tr_err *err)
{
	tr_cleanup_free char *path = tr_bundle_path(o->trace, TR_BUNDLE_TUNE);

	if (tr_bundle_read(b, o->trace, err) < 0)
		return -1;
	if (o->tune_file || (access(path, F_OK) < 0 && errno == ENOENT))
		return 0;
	return tr_tune_read(tune, path, err);
}

static int with_options(struct explain_opts *o, char **words, size_t n, struct tr_err *err)
{
	struct tr_bundle old = { 0 }, now = { 0 };
	struct emit_opts emit = { 0 };
	struct tr_tune tune = { 0 };
	int r = 0;

	if (tr_bundle_is(o->trace))
		r = read_bundle(o, &old, &tune, err);
	if (r == 0 && o->tune_file)
		r = tr_tune_read(&tune, o->tune_file, err);
	if (r == 0)
		r = emit_opts_of_bundle(&emit, &old, &tune, &now, err);
	if (r == 0)
		r = tr_tune_apply(&emit.policy, &tune, 0, err);
	emit.policy.accepts = tune.accepts;
	emit.policy.n_accepts = tune.n_accepts;
	if (r == 0)
		r = with_profile(o, &emit.policy, words, n, err);
	tr_bundle_release(&now);
	tr_bundle_release(&old);
	emit_opts_release(&emit);
	tr_tune_release(&tune);
	return r;
}

static int run(struct explain_opts *o, char **words, size_t n)
{
	struct tr_err err tr_cleanup_err = { 0 };
	int r;

	tr_facts_init(&o->e.facts);
	o->out = json_object_new_array();
	r = tr_trace_read_all(&o->e.facts, &(char *){ (char *)(uintptr_t)o->trace }, 1, NULL, &err);
	if (r == 0)
		r = with_options(o, words, n, &err);
	if (r == 0 && cli.json)
		printf("%s\n", json_object_to_json_string_ext(o->out, JSON_PRETTY));
	json_object_put(o->out);
	tr_facts_release(&o->e.facts);
	if (r < 0)
		return cli_fail(&err);
	return o->n_missing ? EXIT_NO : EXIT_YES;
}

static int explain_main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "tune", required_argument, NULL, 't' },
		{ "all", no_argument, NULL, 'A' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct explain_opts o = { 0 };
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", longopts, NULL)) != -1) {
		switch (c) {
		case 't':
			if (o.tune_file)
				return cli_usage(&cmd_explain, "--tune is given twice");
			o.tune_file = optarg;
			break;
		case 'A':
			o.e.all = true;
			break;
		case 'h':
			return cli_help(&cmd_explain);
		default:
			return cli_bad_option(&cmd_explain, c, argv);
		}
	}
	if (optind == argc)
		return cli_usage(&cmd_explain, "a trace or a bundle is missing");
	if (optind + 1 == argc)
		return cli_usage(&cmd_explain,
				 "what to explain is missing: a syscall, a path, ...");
	o.trace = argv[optind];
	if (o.tune_file && !strcmp(o.tune_file, "-") && !strcmp(o.trace, "-"))
		return cli_usage(&cmd_explain, "only one of the files can be '-'");
	return run(&o, argv + optind + 1, (size_t)(argc - optind - 1));
}

const struct cmd cmd_explain = {
	.name = "explain",
	.group = "Look",
	.summary = "Say why something is in a profile, and what fails without it",
	.usage = "explain [--tune FILE] [--all] TRACE|BUNDLE WHAT...",
	.options =
		"      --tune=FILE       decisions kept in a file, as for emit; those in a bundle\n"
		"                        are found there\n"
		"      --all             whole lists\n"
		"  -h, --help            this help\n"
		"\n"
		"WHAT is a syscall (name or number), a path, a capability or an address family. A\n"
		"prefix says which: syscall:NAME, i386:NAME, arg:NAME:INDEX:VALUE, file:PATH,\n"
		"exec:PATH, cap:NAME, socket:FAMILY, signal:NAME, ptrace:ACCESS, mount:PATH,\n"
		"userns:, io_uring:OP. With trammel --json as an array of objects.\n"
		"\n"
		"Exit status: 0 explained; 1 not recorded, and no rule for it; 2 wrong usage or bad\n"
		"input.\n",
	.run = explain_main,
};
