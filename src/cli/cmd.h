/* SPDX-License-Identifier: Apache-2.0 */
/* A command of `trammel`: one file each, src/cli/cmd_NAME.c, exporting one struct cmd. */
#ifndef CLI_CMD_H
#define CLI_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/err.h"

/* Global options, as given before the command. */
struct cli {
	bool json;
	int verbosity; /* -1 quiet, 0, 1 verbose */
	bool color; /* decided: --color, NO_COLOR, isatty(stdout) */
	bool color_err; /* the same for stderr */
	enum {
		PROGRESS_NONE,
		PROGRESS_PLAIN,
		PROGRESS_LIVE
	} progress; /* decided */
};
extern struct cli cli;

struct cmd {
	const char *name;
	const char *group; /* heading in --help: "Record", "Look", "Emit", "Prove", "Confine" */
	const char *summary; /* one line, imperative, no full stop */
	/* Synopsis lines without "trammel ", newline-separated; a blank in front goes on with the last. */
	const char *usage;
	const char *options; /* the option table of --help, ready to print; may be NULL */
	/* argv[0] is the command's name. Returns the exit status. */
	int (*run)(int argc, char **argv);
};
extern const struct cmd cmd_record, cmd_show, cmd_merge, cmd_emit, cmd_verify, cmd_rehearse,
	cmd_features, cmd_diff, cmd_lint, cmd_explain, cmd_tune, cmd_load, cmd_unload, cmd_loaded;

/* All of them, as --help lists them, and NULL. */
extern const struct cmd *const cli_commands[];
extern const char cli_global_options[]; /* as struct cmd's options */
/* NULL if there is none of that name. */
const struct cmd *cli_find_command(const char *name);

enum {
	EXIT_YES = 0,
	EXIT_NO = 1,
	EXIT_INPUT = 2,
	EXIT_CANNOT = 3,
	EXIT_INCOMPLETE = 4,
};

/* Prints "trammel: MESSAGE" (or {"error": ...} with --json) on stderr, safe for a terminal; returns the exit status for its kind. */
int cli_fail(struct tr_err *err);
/* A usage error: message, a hint to --help; returns EXIT_INPUT. */
int cli_usage(const struct cmd *cmd, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The option that getopt_long's answer c ('?' or ':') is about; static, or a word of argv. */
const char *cli_option_word(int c, char **argv);
/* The same for what getopt_long returned '?' or ':' about. */
int cli_bad_option(const struct cmd *cmd, int c, char **argv);
/* Talk on stderr: unless -q; and only with -v. A newline is added. Escapes nothing: see text.h. */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void cli_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints the command's help on stdout and returns EXIT_YES. */
int cli_help(const struct cmd *cmd);

/* "s" but for one of a thing. */
const char *cli_plural(size_t n);

/* ANSI sequences, or "" where stdout takes no colour. */
const char *c_bold(void);
const char *c_dim(void);
const char *c_red(void);
const char *c_green(void);
const char *c_yellow(void);
const char *c_reset(void);

#endif
