// SPDX-License-Identifier: Apache-2.0
/* trammel lint: what is dangerous or useless in a profile. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/lint.h"
#include "trammel/seccomp.h"
#include "util/mem.h"
#include "util/text.h"

/* No level is as high. */
#define FAIL_NEVER TR_LINT_LEVELS

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_MARKDOWN,
	FORMAT_SARIF
};

/* What profiles are held against; each kind is read where there is a profile of it. */
struct engine_default {
	struct tr_seccomp seccomp;
	struct aa_operand apparmor;
	bool has_seccomp, has_apparmor;
};

static int lint_apparmor(struct lint_report *r, struct lint_file *f, const char *word,
			 struct engine_default *engine, struct tr_err *err)
{
	f->o = (struct operand){ .kind = TR_DIFF_FACTS,
				 .word = word,
				 .label = text_escaped(word),
				 .is_file = aa_operand_is_file(word) };
	f->is_apparmor = true;
	if (!engine->has_apparmor) {
		if (aa_operand_open(&engine->apparmor, r->against, err) < 0)
			return tr_err_wrap(err, "--against");
		engine->has_apparmor = true;
		if (aa_operand_choose(&engine->apparmor, err) < 0)
			return tr_err_wrap(err, "--against");
	}
	if (aa_operand_open(&f->aa, word, err) < 0)
		return -1;
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
	if (!of->has_seccomp && tr_seccomp_read(&of->seccomp, r->against, err) < 0)
		return -1;
	of->has_seccomp = true;
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

static int lint_all(struct lint_report *r, char **words, struct tr_err *err)
{
	struct engine_default engine = { 0 };
	int rc = 0;

	for (size_t i = 0; i < r->n_files && rc == 0; i++)
		rc = lint_file(r, &r->files[i], words[i], &engine, err);
	if (engine.has_seccomp)
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
	return r->failed ? EXIT_NO : EXIT_YES;
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
	struct lint_report r = { .fail_on = TR_LINT_HIGH, .against = "docker-default" };
	enum format format;
	int status = parse(argc, argv, &r, &format);

	if (status >= 0)
		return status;
	r.n_files = (size_t)(argc - optind);
	r.files = tr_xcalloc(r.n_files, sizeof(*r.files));
	status = lint_all(&r, argv + optind, &err) < 0 ? cli_fail(&err) : answer(&r, format);
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
		"      --apparmor         names, bundles and '-' are AppArmor profiles; files are told\n"
		"                         by what is in them\n"
		"      --all              findings of level low, too\n"
		"      --markdown         for a pull request; fits one comment\n"
		"      --sarif            SARIF 2.1.0, for a code host\n"
		"  -h, --help             this help\n"
		"\nFILE is a seccomp or AppArmor profile, '-', or a built-in name; or container:NAME or pid:NUMBER for what\n"
		"is in force in a running container or process.\n"
		"\nExit status: 0 nothing of that level; 1 something; 2 wrong usage or bad input; 3 a\n"
		"container's filter cannot be read.\n",
	.run = lint_main,
};
