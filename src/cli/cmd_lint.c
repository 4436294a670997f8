// SPDX-License-Identifier: Apache-2.0
/* trammel lint: what is dangerous or useless in a profile. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/sarif.h"
#include "formats/seccomp_names.h"
#include "trammel/lint.h"
#include "trammel/seccomp.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

/* No level is as high. */
#define FAIL_NEVER TR_LINT_LEVELS

struct lint_opts {
	int fail_on; /* enum tr_lint_level, or FAIL_NEVER */
	const char *against;
	bool sarif, all;
	char **files;
	size_t n_files;
	struct tr_lint *lint; /* by file */
};

static int lint_file(struct tr_lint *ret, const char *path, const struct tr_seccomp *engine,
		     struct tr_err *err)
{
	struct tr_seccomp p;
	int rc;

	if (tr_seccomp_read(&p, path, err) < 0)
		return -1;
	rc = tr_lint_seccomp(ret, &p, engine, err);
	tr_seccomp_release(&p);
	return rc;
}

static int lint_all(struct lint_opts *o, struct tr_err *err)
{
	struct tr_seccomp engine;
	int rc = tr_seccomp_read(&engine, o->against, err);

	if (rc < 0)
		return -1;
	for (size_t i = 0; i < o->n_files && rc == 0; i++)
		rc = lint_file(&o->lint[i], o->files[i], &engine, err);
	tr_seccomp_release(&engine);
	return rc;
}

/* Text */

static const char *level_color(enum tr_lint_level level)
{
	if (level == TR_LINT_HIGH)
		return c_red();
	return level == TR_LINT_MEDIUM ? c_yellow() : c_dim();
}

/* FILE:LINE: LEVEL: TEXT [RULE], as compilers do, so that editors find the place. */
static void print_finding(const char *file, const struct tr_finding *f)
{
	tr_cleanup_free char *text = text_escaped(f->text);

	printf("%s", file);
	if (f->line)
		printf(":%u", f->line);
	printf(": %s%s%s: %s [%s]\n", level_color(f->level), tr_lint_level_name(f->level),
	       c_reset(), text, tr_lint_rules[f->rule].id);
}

static void print_file(const struct lint_opts *o, size_t i)
{
	tr_cleanup_free char *file = text_escaped(o->files[i]);
	const struct tr_lint *l = &o->lint[i];
	size_t n[TR_LINT_LEVELS] = { 0 };

	for (size_t j = 0; j < l->n; j++) {
		n[l->v[j].level]++;
		if (o->all || l->v[j].level > TR_LINT_LOW)
			print_finding(file, &l->v[j]);
	}
	printf("%s%s%s: %zu high, %zu medium, %zu low%s\n", c_bold(), file, c_reset(),
	       n[TR_LINT_HIGH], n[TR_LINT_MEDIUM], n[TR_LINT_LOW],
	       n[TR_LINT_LOW] && !o->all ? " (--all shows those)" : "");
}

/* JSON and SARIF */

static json_object *json_of_finding(const struct tr_finding *f)
{
	json_object *o = json_object_new_object();
	tr_cleanup_free char *subject = text_escaped(f->subject), *text = text_escaped(f->text);

	json_add_string(o, "rule", tr_lint_rules[f->rule].id);
	json_add_string(o, "level", tr_lint_level_name(f->level));
	if (f->line)
		json_object_object_add(o, "line", json_object_new_int64(f->line));
	json_add_string(o, "subject", subject);
	json_add_string(o, "text", text);
	return o;
}

static void print_json(const struct lint_opts *o, bool failed)
{
	json_object *top = json_object_new_object(), *files = json_object_new_array();

	for (size_t i = 0; i < o->n_files; i++) {
		json_object *file = json_object_new_object(), *list = json_object_new_array();
		tr_cleanup_free char *name = text_escaped(o->files[i]);

		for (size_t j = 0; j < o->lint[i].n; j++)
			json_object_array_add(list, json_of_finding(&o->lint[i].v[j]));
		json_add_string(file, "file", name);
		json_object_object_add(file, "findings", list);
		json_object_array_add(files, file);
	}
	json_add_string(top, "against", o->against);
	json_object_object_add(top, "failed", json_object_new_boolean(failed));
	json_object_object_add(top, "files", files);
	printf("%s\n", json_object_to_json_string_ext(top, JSON_PRETTY));
	json_object_put(top);
}

static enum sarif_level sarif_level_of(enum tr_lint_level level)
{
	static const enum sarif_level levels[] = { SARIF_NOTE, SARIF_WARNING, SARIF_ERROR };

	return levels[level];
}

static void print_sarif(const struct lint_opts *o)
{
	struct sarif s;

	sarif_init(&s);
	for (size_t i = 0; i < TR_LINT_RULES; i++)
		sarif_add_rule(&s, tr_lint_rules[i].id, tr_lint_rules[i].summary,
			       sarif_level_of(tr_lint_rules[i].level));
	for (size_t i = 0; i < o->n_files; i++) {
		bool is_file = strcmp(o->files[i], "-") && !seccomp_builtin(o->files[i]);

		for (size_t j = 0; j < o->lint[i].n; j++) {
			const struct tr_finding *f = &o->lint[i].v[j];

			sarif_add_result(&s, f->rule, tr_lint_rules[f->rule].id,
					 sarif_level_of(f->level), is_file ? o->files[i] : NULL,
					 f->line, f->text, f->subject);
		}
	}
	sarif_print(&s);
}

static int answer(const struct lint_opts *o)
{
	bool failed = false;

	/* The gravest comes first. */
	for (size_t i = 0; i < o->n_files; i++)
		failed |= o->lint[i].n && (int)o->lint[i].v[0].level >= o->fail_on;
	if (o->sarif)
		print_sarif(o);
	else if (cli.json)
		print_json(o, failed);
	for (size_t i = 0; i < o->n_files && !o->sarif && !cli.json; i++)
		print_file(o, i);
	return failed ? EXIT_NO : EXIT_YES;
}

static int parse_level(const char *word, int *ret)
{
	*ret = strcmp(word, "never") ? tr_lint_level_from_name(word) : (int)FAIL_NEVER;
	if (*ret >= 0)
		return -1;
	return cli_usage(&cmd_lint, "--fail-on: expected low, medium, high or never, found '%s'",
			 word);
}

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct lint_opts *o)
{
	static const struct option longopts[] = {
		{ "fail-on", required_argument, NULL, 'f' },
		{ "against", required_argument, NULL, 'g' },
		{ "all", no_argument, NULL, 'A' },
		{ "sarif", no_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, status = -1;
	size_t from_stdin = 0;

	opterr = 0;
	while (status < 0 && (c = getopt_long(argc, argv, ":h", longopts, NULL)) != -1) {
		switch (c) {
		case 'f':
			status = parse_level(optarg, &o->fail_on);
			break;
		case 'g':
			o->against = optarg;
			break;
		case 'A':
			o->all = true;
			break;
		case 's':
			o->sarif = true;
			break;
		case 'h':
			return cli_help(&cmd_lint);
		default:
			return cli_bad_option(&cmd_lint, c, argv);
		}
	}
	if (status >= 0)
		return status;
	if (o->sarif && cli.json)
		return cli_usage(&cmd_lint, "only one of --sarif and --json can be");
	if (optind == argc)
		return cli_usage(&cmd_lint, "a profile is missing");
	for (int i = optind; i < argc; i++)
		from_stdin += !strcmp(argv[i], "-");
	if (from_stdin > 1)
		return cli_usage(&cmd_lint, "only one of the files can be '-'");
	o->files = argv + optind;
	o->n_files = (size_t)(argc - optind);
	return -1;
}

static int lint_main(int argc, char **argv)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct lint_opts o = { .fail_on = TR_LINT_HIGH, .against = "docker-default" };
	int status = parse(argc, argv, &o);

	if (status >= 0)
		return status;
	o.lint = tr_xcalloc(o.n_files, sizeof(*o.lint));
	status = lint_all(&o, &err) < 0 ? cli_fail(&err) : answer(&o);
	for (size_t i = 0; i < o.n_files; i++)
		tr_lint_release(&o.lint[i]);
	free(o.lint);
	return status;
}

const struct cmd cmd_lint = {
	.name = "lint",
	.group = "Prove",
	.summary = "Say what is dangerous or useless in a profile",
	.usage = "lint [--fail-on LEVEL] [--against PROFILE] [--all] [--sarif] FILE...",
	.options =
		"      --fail-on=LEVEL    exit 1 from this level on: low, medium, high (the\n"
		"                         default), or never\n"
		"      --against=PROFILE  the engine's default to hold it against: a built-in name\n"
		"                         or a file (default: docker-default)\n"
		"      --all              findings of level low, too\n"
		"      --sarif            SARIF 2.1.0, for a code host\n"
		"  -h, --help             this help\n"
		"\nFILE is a profile, '-', or a built-in name.\n"
		"\nExit status: 0 nothing of that level; 1 something; 2 wrong usage or bad input.\n",
	.run = lint_main,
};
