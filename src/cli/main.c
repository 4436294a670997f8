// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/complete.h"
#include "cli/help.h"

struct cli cli;

const struct cmd *const cli_commands[] = {
	&cmd_record, &cmd_features, &cmd_show,	 &cmd_explain,	&cmd_merge,
	&cmd_emit,   &cmd_tune,	    &cmd_verify, &cmd_rehearse, &cmd_diff,
	&cmd_lint,   &cmd_load,	    &cmd_unload, &cmd_loaded,	NULL,
};

const char cli_global_options[] =
	"  -j, --json            results as JSON on stdout\n"
	"  -q, --quiet           say nothing but warnings and errors\n"
	"  -v, --verbose         say more\n"
	"      --color=WHEN      auto, always or never (NO_COLOR is honoured)\n"
	"      --progress=HOW    auto, plain or none\n"
	"      --version         print the version\n"
	"  -h, --help            this help; COMMAND --help for a command's own\n";

static int print_help(void)
{
	const char *group = "";

	printf("Usage: trammel [OPTIONS] COMMAND [ARGS]\n\n"
	       "Watches a container work, and writes the smallest profiles that let it do that "
	       "again.\n");
	for (const struct cmd *const *cmd = cli_commands; *cmd; cmd++) {
		if (strcmp((*cmd)->group, group)) {
			group = (*cmd)->group;
			printf("\n%s\n", group);
		}
		printf("  %-10s %s\n", (*cmd)->name, (*cmd)->summary);
	}
	printf("\ntrammel help TOPIC shows the manual; trammel help topics lists what it has.\n");
	printf("\nOptions\n%s", cli_global_options);
	printf("\nExit status: 0 yes or done; 1 the answer is no; 2 wrong usage or bad input; 3 this\n"
	       "kernel, engine or privilege cannot; 4 the recording is incomplete.\n");
	return EXIT_YES;
}

/* Colour and progress are decided once, here. Returns false for a word that is none of them. */
static bool decide_color(const char *when)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool able = !(no_color && *no_color) && term && strcmp(term, "dumb");

	if (!strcmp(when, "always")) {
		cli.color = cli.color_err = true;
	} else if (!strcmp(when, "never")) {
		cli.color = cli.color_err = false;
	} else if (!strcmp(when, "auto")) {
		cli.color = able && isatty(STDOUT_FILENO);
		cli.color_err = able && isatty(STDERR_FILENO);
	} else {
		return false;
	}
	return true;
}

static bool decide_progress(const char *how)
{
	if (!strcmp(how, "none"))
		cli.progress = PROGRESS_NONE;
	else if (!strcmp(how, "plain"))
		cli.progress = PROGRESS_PLAIN;
	else if (!strcmp(how, "auto"))
		cli.progress = isatty(STDERR_FILENO) ? PROGRESS_LIVE : PROGRESS_PLAIN;
	else
		return false;
	return true;
}

static int usage_error(const char *fmt, const char *what)
{
	struct tr_err err = { 0 };
	int status;

	/* fmt is one of ours, with one %s. */
	char msg[512];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(msg, sizeof(msg), fmt, what);
#pragma GCC diagnostic pop
	tr_err_set(&err, TR_ERR_INPUT, "%s (see trammel --help)", msg);
	status = cli_fail(&err);
	tr_err_clear(&err);
	return status;
}

/* Returns -1 to go on, else the exit status. */
static int parse_globals(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "color", required_argument, NULL, 'C' },
		{ "progress", required_argument, NULL, 'P' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	opterr = 0;
	/* '+': options behind the command are the command's. */
	while ((c = getopt_long(argc, argv, "+:jqvh", longopts, NULL)) != -1) {
		switch (c) {
		case 'j':
			cli.json = true;
			break;
		case 'q':
			cli.verbosity = -1;
			break;
		case 'v':
			cli.verbosity = 1;
			break;
		case 'C':
			if (!decide_color(optarg))
				return usage_error(
					"--color: expected auto, always or never, found '%s'",
					optarg);
			break;
		case 'P':
			if (!decide_progress(optarg))
				return usage_error(
					"--progress: expected auto, plain or none, found '%s'",
					optarg);
			break;
		case 'V':
			printf("trammel %s\n", TRAMMEL_VERSION);
			return EXIT_YES;
		case 'h':
			return print_help();
		case ':':
			return usage_error("option '%s' needs a value", cli_option_word(c, argv));
		default:
			return usage_error("unknown option '%s'", cli_option_word(c, argv));
		}
	}
	return -1;
}

const struct cmd *cli_find_command(const char *name)
{
	for (const struct cmd *const *cmd = cli_commands; *cmd; cmd++)
		if (!strcmp((*cmd)->name, name))
			return *cmd;
	return NULL;
}

/* `trammel help [TOPIC]`. */
static int help_command(int argc, char **argv)
{
	int status;

	if (argc < 2 || !strcmp(argv[1], "-h") || !strcmp(argv[1], "--help"))
		return print_help();
	if (argc > 2)
		return usage_error("help: one topic at a time, found '%s', too", argv[2]);
	status = help_topic(argv[1]);
	return status < 0 ? usage_error("no help on '%s': trammel help topics lists what there is",
					argv[1]) :
			    status;
}

/*
 * Who closes one of the three has its number given to the next file that is opened: what is said would
 * go into a trace. Opened the wrong way round they stay as useless as they were.
 */
static void hold_closed_streams(void)
{
	static const int flags[] = { O_WRONLY, O_RDONLY, O_RDONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", flags[fd]) != fd)
			_exit(EXIT_CANNOT);
}

static int run(int argc, char **argv)
{
	const struct cmd *cmd;
	int first, status;

	decide_color("auto");
	decide_progress("auto");
	status = parse_globals(argc, argv);
	if (status >= 0)
		return status;
	if (optind == argc)
		return usage_error("%s", "a command is missing");
	first = optind;
	/* Each command parses its own options, from a getopt that starts anew. */
	optind = 0;
	if (!strcmp(argv[first], "help"))
		return help_command(argc - first, argv + first);
	if (!strcmp(argv[first], "complete"))
		return complete(argc - first, argv + first);
	cmd = cli_find_command(argv[first]);
	if (!cmd)
		return usage_error("unknown command '%s'", argv[first]);
	return cmd->run(argc - first, argv + first);
}

/* An answer that nobody can read is none: whoever asked must not go on as if it had been given. */
static int with_output(int status)
{
	tr_cleanup_err struct tr_err err = { 0 };

	if ((fflush(stdout) == 0 && !ferror(stdout)) || status == EXIT_INPUT ||
	    status == EXIT_CANNOT)
		return status;
	tr_err_set(&err, TR_ERR_CANNOT, "standard output cannot be written");
	return cli_fail(&err);
}

int main(int argc, char **argv)
{
	hold_closed_streams();
	return with_output(run(argc, argv));
}
