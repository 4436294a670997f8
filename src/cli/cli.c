// SPDX-License-Identifier: Apache-2.0
/* What the commands share: how they talk, fail and help. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

static const int status_of_kind[] = {
	[TR_ERR_NONE] = EXIT_CANNOT,   [TR_ERR_INPUT] = EXIT_INPUT,
	[TR_ERR_CANNOT] = EXIT_CANNOT, [TR_ERR_INCOMPLETE] = EXIT_INCOMPLETE,
	[TR_ERR_NO] = EXIT_NO,
};

/* A message may quote a path or a name from anywhere: it is escaped as a whole, once, here. */
static void print_error(const char *msg)
{
	tr_cleanup_free char *safe = text_escaped(msg);

	if (cli.json) {
		json_object *o = json_object_new_object();

		json_add_string(o, "error", safe);
		fprintf(stderr, "%s\n", json_object_to_json_string_ext(o, JSON_PLAIN));
		json_object_put(o);
	} else if (cli.color_err) {
		fprintf(stderr, "\033[31mtrammel:\033[0m %s\n", safe);
	} else {
		fprintf(stderr, "trammel: %s\n", safe);
	}
}

int cli_fail(struct tr_err *err)
{
	fflush(stdout);
	print_error(tr_err_msg(err));
	return status_of_kind[err->kind];
}

int cli_usage(const struct cmd *cmd, const char *fmt, ...)
{
	tr_cleanup_free char *what = NULL, *msg = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	msg = tr_xasprintf("%s: %s (see trammel %s --help)", cmd->name, what, cmd->name);
	print_error(msg);
	return EXIT_INPUT;
}

/*
 * In a cluster of short options getopt has not moved on yet, and optopt alone knows the letter; a
 * long option that was given a value it does not take sets optopt too.
 */
const char *cli_option_word(int c, char **argv)
{
	static char letter[3];
	const char *word = argv[optind - 1];

	if (optopt <= 0 || optopt >= 256 || (c == '?' ? !!strchr(word, '=') : word[1] == '-'))
		return word;
	letter[0] = '-';
	letter[1] = (char)optopt;
	return letter;
}

/* Whether it is one of main.c's, which people write behind the command. */
static bool is_global(const char *word)
{
	static const char *const globals[] = { "-j",	  "--json",	"-q",
					       "--quiet", "-v",		"--verbose",
					       "--color", "--progress", "--version" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(globals); i++)
		if (strlen(globals[i]) == strcspn(word, "=") &&
		    !strncmp(word, globals[i], strlen(globals[i])))
			return true;
	return false;
}

int cli_bad_option(const struct cmd *cmd, int c, char **argv)
{
	const char *word = cli_option_word(c, argv);

	if (c != ':' && is_global(word))
		return cli_usage(cmd, "'%s' stands before the command: trammel %s %s ...", word,
				 word, cmd->name);
	return cli_usage(cmd, c == ':' ? "option '%s' needs a value" : "unknown option '%s'", word);
}

static void talk(const char *prefix, const char *fmt, va_list ap)
{
	fputs(prefix, stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void cli_say(const char *fmt, ...)
{
	va_list ap;

	if (cli.verbosity < 0)
		return;
	va_start(ap, fmt);
	talk("", fmt, ap);
	va_end(ap);
}

void cli_note(const char *fmt, ...)
{
	va_list ap;

	if (cli.verbosity < 1)
		return;
	va_start(ap, fmt);
	talk("", fmt, ap);
	va_end(ap);
}

void cli_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	talk(cli.color_err ? "\033[33mwarning:\033[0m " : "warning: ", fmt, ap);
	va_end(ap);
}

int cli_help(const struct cmd *cmd)
{
	const char *line = cmd->usage;
	bool first = true;

	while (*line) {
		size_t n = strcspn(line, "\n");
		const char *name = *line == ' ' ? "       " : "trammel";

		printf("%s %s %.*s\n", first ? "Usage:" : "      ", name, (int)n, line);
		line += n + (line[n] == '\n');
		first = false;
	}
	printf("\n%s.\n", cmd->summary);
	if (cmd->options)
		printf("\n%s", cmd->options);
	printf("\nThe manual: man trammel-%s\n", cmd->name);
	return EXIT_YES;
}

const char *cli_plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static const char *color(const char *seq)
{
	return cli.color ? seq : "";
}

const char *c_bold(void)
{
	return color("\033[1m");
}

const char *c_dim(void)
{
	return color("\033[2m");
}

const char *c_red(void)
{
	return color("\033[31m");
}

const char *c_green(void)
{
	return color("\033[32m");
}

const char *c_yellow(void)
{
	return color("\033[33m");
}

const char *c_reset(void)
{
	return color("\033[0m");
}
