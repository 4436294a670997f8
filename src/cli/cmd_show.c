// SPDX-License-Identifier: Apache-2.0
/* trammel show: what was recorded, and how complete it is. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/show.h"
#include "trammel/trace.h"

static int show(struct show *s, char **traces, size_t n)
{
	struct tr_err err tr_cleanup_err = { 0 };

	if (tr_trace_read_all(&s->facts, traces, n, NULL, &err) < 0)
		return cli_fail(&err);
	tr_facts_sort_recordings(&s->facts);
	show_sum(s);
	if (cli.json)
		show_print_json(s);
	else
		show_print_text(s);
	return show_complete(s) ? EXIT_YES : EXIT_INCOMPLETE;
}

/* Returns -1 to go on, else the exit status. */
static int parse(int argc, char **argv, struct show *s)
{
	static const struct option longopts[] = {
		{ "files", no_argument, NULL, 'f' },
		{ "by-exe", no_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	size_t from_stdin = 0;
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, ":h", longopts, NULL)) != -1) {
		switch (c) {
		case 'f':
			s->list_files = true;
			break;
		case 'e':
			s->list_exes = true;
			break;
		case 'h':
			return cli_help(&cmd_show);
		default:
			return cli_bad_option(&cmd_show, c, argv);
		}
	}
	if (optind == argc)
		return cli_usage(&cmd_show, "a trace is missing");
	for (int i = optind; i < argc; i++)
		from_stdin += !strcmp(argv[i], "-");
	if (from_stdin > 1)
		return cli_usage(&cmd_show, "only one of the traces can be '-'");
	return -1;
}

static int show_main(int argc, char **argv)
{
	struct show s = { 0 };
	int status = parse(argc, argv, &s);

	if (status >= 0)
		return status;
	tr_facts_init(&s.facts);
	status = show(&s, argv + optind, (size_t)(argc - optind));
	show_release(&s);
	return status;
}

const struct cmd cmd_show = {
	.name = "show",
	.group = "Look",
	.summary = "Show what was recorded, and how complete it is",
	.usage = "show [--files] [--by-exe] TRACE...",
	.options =
		"      --files           every file, as a tree: what was done with it, whose it was, and\n"
		"                        where it was (image, volume, tmpfs, ...)\n"
		"      --by-exe          list what each executable did\n"
		"  -h, --help            this help\n"
		"\n"
		"Several traces of one subject are shown as if they were merged. TRACE '-' is\n"
		"standard input. Names from a container are shown escaped: \\xNN, and \\\\ for a\n"
		"backslash. With trammel --json the same as one JSON object.\n"
		"\n"
		"Exit status: 0 shown, and complete; 2 wrong usage, or a file that is no trace or\n"
		"of another subject; 4 shown, but a recording is incomplete.\n",
	.run = show_main,
};
