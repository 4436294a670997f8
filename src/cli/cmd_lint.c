// SPDX-License-Identifier: Apache-2.0
/* trammel lint: what is dangerous or useless in a profile. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/bundle.h"
#include "cli/cmd.h"
#include "cli/lint.h"
#include "trammel/seccomp.h"
#include "util/mem.h"
#include "util/text.h"

/* No level is as high. */
#define FAIL_NEVER TR_LINT_LEVELS

#define BOTH "docker-default" /* is a profile of either kind */

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_MARKDOWN,
	FORMAT_SARIF
};

/* What profiles are held against; each kind is read where there is a profile of it, and kept for the next. */
struct engine_default {
	struct tr_seccomp seccomp;
	const char *seccomp_name; /* NULL: not read */
	struct aa_operand apparmor;
};

/* Of a bundle's two profiles, what one is held against is seldom anything for the other. */
static const char *against(const struct lint_report *r, const char *word, bool apparmor)
{
	size_t len;
	bool is_apparmor = tr_apparmor_builtin(r->against, &len) || aa_operand_is(r->against);

	if (r->apparmor || !tr_bundle_is(word))
		return r->against;
	if (apparmor)
		return is_apparmor ? r->against : BOTH;
	return aa_operand_is(r->against) ? BOTH : r->against;
}

static int read_seccomp_default(struct engine_default *of, const char *name, struct tr_err *err)
{
	if (of->seccomp_name && !strcmp(of->seccomp_name, name))
		return 0;
	if (of->seccomp_name)
		tr_seccomp_release(&of->seccomp);
	of->seccomp_name = NULL;
	if (tr_seccomp_read(&of->seccomp, name, err) < 0)
		return -1;
	of->seccomp_name = name;
	return 0;
}

static int read_apparmor_default(struct engine_default *of, const char *name, struct tr_err *err)
{
	if (of->apparmor.word && !strcmp(of->apparmor.word, name))
		return 0;
	aa_operand_release(&of->apparmor);
	if (aa_operand_open(&of->apparmor, name, err) == 0 &&
	    aa_operand_choose(&of->apparmor, err) == 0)
		return 0;
	aa_operand_release(&of->apparmor);
	return tr_err_wrap(err, "--against");
}

static int lint_apparmor(struct lint_report *r, struct lint_file *f, const char *word,
			 struct engine_default *engine, struct tr_err *err)
{
	*f = (struct lint_file){ .is_apparmor = true };
	if (read_apparmor_default(engine, against(r, word, true), err) < 0 ||
	    aa_operand_open(&f->aa, word, err) < 0)
		return -1;
	/* Of a bundle, which of its files. */
	f->o = (struct operand){ .kind = TR_DIFF_FACTS,
				 .word = f->aa.word,
				 .label = text_escaped(f->aa.word),
				 .is_file = aa_operand_is_file(f->aa.word) };
	tr_lint_apparmor(&f->lint, &f->aa.d, &f->aa.policy, engine->apparmor.p);
	return 0;
}

static int lint_file(struct lint_report *r, struct lint_file *f, const char *word,
		     struct engine_default *of, struct tr_err *err)
{
	const struct tr_seccomp *engine = &of->seccomp;
	const struct operand *o = &f->o;

	if (r->apparmor || aa_operand_is(word))
		return lint_apparmor(r, f, word, of, err);
	if (read_seccomp_default(of, against(r, word, false), err) < 0)
		return -1;
	if (operand_open(&f->o, word, err) < 0)
		return -1;
	switch (o->kind) {
	case TR_DIFF_PROFILE:
		return tr_lint_seccomp(&f->lint, &o->profile, engine, err);
	case TR_DIFF_FILTERS:
		return tr_lint_filters(&f->lint, o->filters, o->n_filters, engine, err);
	case TR_DIFF_FACTS:
		break;
	}
	return tr_err_set(err, TR_ERR_INPUT, "%s: expected a profile, found a trace", word);
}

/* Beside its seccomp profile, the one of AppArmor. That there is none, or that it cannot be looked at here, is said. */
static int lint_bundle_apparmor(struct lint_report *r, const char *word, struct engine_default *of,
				struct tr_err *err)
{
	tr_cleanup_free char *why = NULL, *safe = text_escaped(word);
	enum tr_bundle_state state;
	int rc = bundle_has_apparmor(word, &state, &why, err);

	if (rc == 0)
		cli_say("%s has no AppArmor profile: %s", safe, why);
	if (rc <= 0)
		return rc;
	if (lint_apparmor(r, &r->files[r->n_files], word, of, err) == 0) {
		r->n_files++;
		return 0;
	}
	if (err->kind != TR_ERR_CANNOT)
		return -1;
	r->cannot = true;
	cli_warn("AppArmor: not looked at: %s", tr_err_msg(err));
	tr_err_clear(err);
	return 0;
}

static int lint_all(struct lint_report *r, char **words, size_t n, struct tr_err *err)
{
	struct engine_default engine = { 0 };
	int rc = 0;

	/* Each may be two. */
	r->files = tr_xcalloc(2 * n, sizeof(*r->files));
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = lint_file(r, &r->files[r->n_files++], words[i], &engine, err);
		if (rc == 0 && !r->apparmor && tr_bundle_is(words[i]))
			rc = lint_bundle_apparmor(r, words[i], &engine, err);
	}
	if (engine.seccomp_name)
		tr_seccomp_release(&engine.seccomp);
	aa_operand_release(&engine.apparmor);
	return rc;
}

static int answer(struct lint_report *r, enum format format)
{
	static void (*const print[])(const struct lint_report *) = {
		[FORMAT_TEXT] = lint_print_text,
		[FORMAT_JSON] = lint_print_json,
		[FORMAT_MARKDOWN] = lint_print_markdown,
		[FORMAT_SARIF] = lint_print_sarif,
	};

	/* The gravest comes first. */
	for (size_t i = 0; i < r->n_files; i++)
		r->failed |= r->files[i].lint.n && (int)r->files[i].lint.v[0].level >= r->fail_on;
	print[format](r);
	if (r->failed)
		return EXIT_NO;
	return r->cannot ? EXIT_CANNOT : EXIT_YES;
}

static int parse_level(const char *word, int *ret)
{
	*ret = strcmp(word, "never") ? tr_lint_level_from_name(word) : (int)FAIL_NEVER;
	if (*ret >= 0)
		return -1;
	return cli_usage(&cmd_lint, "--fail-on: expected low, medium, high or never, found '%s'",
			 word);
}

static int set_format(enum format *ret, enum format format)
{
	if (*ret != FORMAT_TEXT)
		return cli_usage(&cmd_lint, "only one of --markdown, --sarif and --json can be");
	*ret = format;
	return -1;
}

static int check_operands(int argc, char **argv)
{
	size_t from_stdin = 0;

	if (optind == argc)
		return cli_usage(&cmd_lint, "a profile is missing");
	for (int i = optind; i < argc; i++)
		from_stdin += !strcmp(argv[i], "-");
	return from_stdin > 1 ? cli_usage(&cmd_lint, "only one of the files can be '-'") : -1;
}

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct lint_report *r, enum format *ret_format)
{
	static const struct option longopts[] = {
		{ "fail-on", required_argument, NULL, 'f' },
		{ "against", required_argument, NULL, 'g' },
		{ "apparmor", no_argument, NULL, 'a' },
		{ "all", no_argument, NULL, 'A' },
		{ "markdown", no_argument, NULL, 'm' },
		{ "sarif", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, status = -1;

	*ret_format = cli.json ? FORMAT_JSON : FORMAT_TEXT;
	opterr = 0;
	while (status < 0 && (c = getopt_long(argc, argv, ":h", longopts, NULL)) != -1) {
		switch (c) {
		case 'f':
			status = parse_level(optarg, &r->fail_on);
			break;
		case 'g':
			r->against = optarg;
			break;
		case 'a':
			r->apparmor = true;
			break;
		case 'A':
			r->all = true;
			break;
		case 'm':
		case 's':
			status = set_format(ret_format, c == 'm' ? FORMAT_MARKDOWN : FORMAT_SARIF);
			break;
		case 'h':
			return cli_help(&cmd_lint);
		default:
			return cli_bad_option(&cmd_lint, c, argv);
		}
	}
	return status >= 0 ? status : check_operands(argc, argv);
}

static int lint_main(int argc, char **argv)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct lint_report r = { .fail_on = TR_LINT_HIGH, .against = BOTH };
	enum format format;
	int status = parse(argc, argv, &r, &format);

	if (status >= 0)
		return status;
	status = lint_all(&r, argv + optind, (size_t)(argc - optind), &err) < 0 ?
			 cli_fail(&err) :
			 answer(&r, format);
	for (size_t i = 0; i < r.n_files; i++) {
		tr_lint_release(&r.files[i].lint);
		operand_release(&r.files[i].o);
		aa_operand_release(&r.files[i].aa);
	}
	free(r.files);
	return status;
}

const struct cmd cmd_lint = {
	.name = "lint",
	.group = "Prove",
	.summary = "Say what is dangerous or useless in a profile",
	.usage = "lint [--fail-on LEVEL] [--against PROFILE] [--apparmor] [--all]\n"
		 "             [--markdown|--sarif] FILE...",
	.options =
		"      --fail-on=LEVEL    exit 1 from this level on: low, medium, high (the\n"
		"                         default), or never\n"
		"      --against=PROFILE  the engine's default to hold it against: a built-in name\n"
		"                         or a file (default: docker-default)\n"
		"      --apparmor         names and '-' are AppArmor profiles, of bundles only that is\n"
		"                         looked at; files are told by what is in them\n"
		"      --all              findings of level low, too\n"
		"      --markdown         for a pull request; fits one comment\n"
		"      --sarif            SARIF 2.1.0, for a code host\n"
		"  -h, --help             this help\n"
		"\nFILE is a seccomp or AppArmor profile, '-', or a built-in name; or container:NAME or pid:NUMBER for what\n"
		"is in force in a running container or process. A bundle is both its profiles.\n"
		"\nExit status: 0 nothing of that level; 1 something; 2 wrong usage or bad input; 3 a\n"
		"container's filter cannot be read, or there is no apparmor_parser for a bundle.\n",
	.run = lint_main,
};
