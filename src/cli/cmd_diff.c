// SPDX-License-Identifier: Apache-2.0
/* trammel diff: what does the second grant, or do, that the first does not? */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/accept_line.h"
#include "cli/cmd.h"
#include "cli/diff.h"
#include "cli/diff_apparmor.h"
#include "trammel/bundle.h"
#include "util/mem.h"

enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_MARKDOWN,
	FORMAT_SARIF
};

struct diff_opts {
	enum format format;
	const char *a, *b;
	bool apparmor; /* as what may be a profile of either kind */
	const char *files; /* of an image; NULL: none */
};

static void release(struct diff_report *r)
{
	for (int kind = 0; kind < ROW_KINDS; kind++)
		free(r->rows[kind].v);
	tr_diff_release(&r->d);
	aa_diff_release(&r->aa);
	free(r->no_aa);
	capset_release(&r->caps);
	strbuf_release(&r->accept);
	operand_release(&r->a);
	operand_release(&r->b);
}

static int compare(struct diff_report *r, const struct diff_opts *o, struct tr_err *err)
{
	struct tr_diff_side a, b;
	struct tr_diff_opts opts;
	char *trace;

	if (operand_open(&r->a, o->a, err) < 0 || operand_open(&r->b, o->b, err) < 0)
		return -1;
	capset_resolve(&r->caps);
	opts = (struct tr_diff_opts){ .caps = r->caps.v, .n_caps = r->caps.n };
	a = operand_side(&r->a);
	b = operand_side(&r->b);
	if (tr_diff_seccomp(&r->d, &a, &b, &opts, err) < 0)
		return -1;
	/* Of what is no recording, this is true. */
	r->complete = tr_facts_complete(&r->a.facts) && tr_facts_complete(&r->b.facts);
	diff_make_rows(r);
	if (diff_bundle_apparmor(r, &r->a, &r->b, o->files, err) < 0)
		return -1;
	if (!r->a.bundle || r->b.kind != TR_DIFF_FACTS || !(r->d.n_more || r->aa.d.more.n))
		return 0;
	trace = (char *)(uintptr_t)r->b.word;
	if (accept_find(&r->accept, r->a.bundle, &r->b.facts, &trace, 1, err) < 0)
		return -1;
	strbuf_adds(&r->aa.accept, strbuf_str(&r->accept));
	r->aa.accept_said = r->rows[ROW_MORE].n;
	return 0;
}

static int answer(const struct diff_report *r, enum format format)
{
	static void (*const print[])(const struct diff_report *) = {
		[FORMAT_TEXT] = diff_print_text,
		[FORMAT_JSON] = diff_print_json,
		[FORMAT_MARKDOWN] = diff_print_markdown,
		[FORMAT_SARIF] = diff_print_sarif,
	};

	print[format](r);
	fflush(stdout);
	diff_tell_ci(r);
	if (!r->complete)
		cli_warn("a recording is incomplete: what is missing in it was not compared%s",
			 r->allow_incomplete ? "" : " (--allow-incomplete to accept that)");
	if (r->d.n_more || r->aa.d.more.n || (r->any_change && (r->d.n || r->aa.d.less.n)))
		return EXIT_NO;
	if (r->cannot)
		return EXIT_CANNOT;
	return r->complete || r->allow_incomplete ? EXIT_YES : EXIT_INCOMPLETE;
}

static int set_format(struct diff_opts *o, enum format format)
{
	if (o->format != FORMAT_TEXT)
		return cli_usage(&cmd_diff, "only one of --markdown, --sarif and --json can be");
	o->format = format;
	return -1;
}

static int set_caps(uint64_t *set, const char *list)
{
	const char *bad = NULL;

	if (capset_parse(set, list, &bad))
		return -1;
	return cli_usage(&cmd_diff, "expected names of capabilities, found '%.*s'",
			 (int)strcspn(bad, ","), bad);
}

static int check_operands(const struct diff_report *r, struct diff_opts *o)
{
	int from_stdin =
		!strcmp(o->a, "-") + !strcmp(o->b, "-") + (o->files && !strcmp(o->files, "-"));

	if (from_stdin > 1)
		return cli_usage(&cmd_diff, "only one of the files can be '-'");
	o->apparmor = o->apparmor || aa_operand_is(o->a) || aa_operand_is(o->b);
	if (o->files && !o->apparmor && !tr_bundle_is(o->a) && !tr_bundle_is(o->b))
		return cli_usage(&cmd_diff, "--files is of AppArmor profiles");
	if (o->apparmor && (r->caps.add || r->caps.drop))
		return cli_usage(&cmd_diff, "--cap-add and --cap-drop are of seccomp profiles");
	return -1;
}

static int diff_apparmor(const struct diff_report *r, const struct diff_opts *o, struct tr_err *err)
{
	static int (*const print[])(const struct aa_report *) = {
		[FORMAT_TEXT] = aa_diff_print_text,
		[FORMAT_JSON] = aa_diff_print_json,
		[FORMAT_MARKDOWN] = aa_diff_print_markdown,
		[FORMAT_SARIF] = aa_diff_print_sarif,
	};
	struct aa_report aa = { .all = r->all,
				.any_change = r->any_change,
				.allow_incomplete = r->allow_incomplete };
	int status = aa_diff_compare(&aa, o->a, o->b, o->files, err) < 0 ? cli_fail(err) :
									   print[o->format](&aa);

	aa_diff_release(&aa);
	return status;
}

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct diff_report *r, struct diff_opts *o)
{
	static const struct option longopts[] = {
		{ "all", no_argument, NULL, 'A' },
		{ "apparmor", no_argument, NULL, 'a' },
		{ "files", required_argument, NULL, 'F' },
		{ "any-change", no_argument, NULL, 'c' },
		{ "allow-incomplete", no_argument, NULL, 'I' },
		{ "markdown", no_argument, NULL, 'm' },
		{ "sarif", no_argument, NULL, 's' },
		{ "cap-add", required_argument, NULL, '+' },
		{ "cap-drop", required_argument, NULL, '-' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, status = -1;

	o->format = cli.json ? FORMAT_JSON : FORMAT_TEXT;
	opterr = 0;
	while (status < 0 && (c = getopt_long(argc, argv, ":h", longopts, NULL)) != -1) {
		switch (c) {
		case 'A':
			r->all = true;
			break;
		case 'a':
			o->apparmor = true;
			break;
		case 'F':
			o->files = optarg;
			break;
		case 'c':
			r->any_change = true;
			break;
		case 'I':
			r->allow_incomplete = true;
			break;
		case 'm':
		case 's':
			status = set_format(o, c == 'm' ? FORMAT_MARKDOWN : FORMAT_SARIF);
			break;
		case '+':
		case '-':
			status = set_caps(c == '+' ? &r->caps.add : &r->caps.drop, optarg);
			break;
		case 'h':
			return cli_help(&cmd_diff);
		default:
			return cli_bad_option(&cmd_diff, c, argv);
		}
	}
	if (status >= 0)
		return status;
	if (argc - optind != 2)
		return cli_usage(&cmd_diff, "expected two profiles or traces, found %d",
				 argc - optind);
	o->a = argv[optind];
	o->b = argv[optind + 1];
	return check_operands(r, o);
}

static int diff_main(int argc, char **argv)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct diff_report r = { 0 };
	struct diff_opts o = { 0 };
	int status = parse(argc, argv, &r, &o);

	if (status >= 0)
		return status;
	if (o.apparmor)
		return diff_apparmor(&r, &o, &err);
	status = compare(&r, &o, &err) < 0 ? cli_fail(&err) : answer(&r, o.format);
	release(&r);
	return status;
}

const struct cmd cmd_diff = {
	.name = "diff",
	.group = "Prove",
	.summary = "Compare two profiles or recordings by what they mean",
	.usage =
		"diff [--any-change] [--all] [--markdown|--sarif] [--cap-add LIST]\n"
		"             [--cap-drop LIST] [--apparmor] [--files LIST] [--allow-incomplete] A B",
	.options =
		"A and B are each a profile (a file, '-', or a built-in name: docker-default,\n"
		"docker-default@20.10, podman-default), a trace, or container:NAME or pid:NUMBER for\n"
		"what is in force in a running container or process. A bundle is its profiles, of seccomp and\n"
		"AppArmor. Where one is the text of an AppArmor profile, AppArmor profiles are compared.\n\n"
		"      --any-change        exit 1 for any difference, not only if B grants more\n"
		"      --all               whole lists\n"
		"      --markdown          for a pull request; fits one comment\n"
		"      --sarif             SARIF 2.1.0, for a code host\n"
		"      --cap-add=LIST      compare for a container started with these\n"
		"      --cap-drop=LIST     capabilities, without those\n"
		"      --apparmor          names, bundles, traces and '-' stand for AppArmor profiles alone\n"
		"      --files=LIST        ask both for the files of an image, too (see verify)\n"
		"      --allow-incomplete  take a recording with losses, or cut off, for whole\n"
		"  -h, --help              this help\n"
		"\nExit status: 0 B grants nothing that A does not; 1 it does; 2 bad input; 3 a\n"
		"container's filter cannot be read, or there is no apparmor_parser for a bundle; 4 nothing more, but a recording is incomplete.\n",
	.run = diff_main,
};
