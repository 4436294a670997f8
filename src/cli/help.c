// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "tables/data.h"
#include "util/mem.h"

extern char **environ;

/* Topics beside the commands: a page, or a section of one. */
static const struct topic {
	const char *name, *page, *section, *about;
} topics[] = {
	{ "trammel", "trammel.8", NULL, "the whole of it" },
	{ "traces", "trammel-trace.5", NULL, "what a recording holds, line by line" },
	{ "journals", "trammel-trace.5", "JOURNALS", "a trace while it is being recorded" },
	{ "tune-file", "trammel-tune.5", NULL, "decisions kept by hand" },
	{ "bundles", "trammel-bundle.5", NULL, "what is kept beside an image" },
	{ "ceiling", "trammel-emit.8", "THE CEILING", "what no profile goes beyond unasked" },
	{ "trial", "trammel-emit.8", "A TRIAL IN PRODUCTION",
	  "a profile that refuses nothing yet" },
	{ "exit-status", "trammel.8", "EXIT STATUS", "what commands return" },
	{ "environment", "trammel.8", "ENVIRONMENT", "variables that are looked at" },
	{ "limits", "trammel.8", "LIMITS", "what it cannot do" },
};

void help_each(void (*fn)(const char *topic, const char *about, void *arg), void *arg)
{
	for (const struct cmd *const *cmd = cli_commands; *cmd; cmd++)
		fn((*cmd)->name, (*cmd)->summary, arg);
	for (size_t i = 0; i < TR_ARRAY_SIZE(topics); i++)
		fn(topics[i].name, topics[i].about, arg);
}

/* Rendering: of Markdown what our pages use. */

#define TEXT   7
#define DETAIL 11

/* Whether the text goes on with an asterisk or two that are not printed, and how many. */
static size_t emphasis(const char *s)
{
	return s[0] != '*' ? 0 : s[1] == '*' ? 2 : 1;
}

static void print_line(const char *s, size_t len, int indent)
{
	if (len)
		printf("%*s", indent, "");
	for (size_t i = 0; i < len; i++) {
		size_t skip = emphasis(s + i);

		if (skip) {
			i += skip - 1;
			continue;
		}
		if (s[i] == '`')
			continue;
		i += s[i] == '\\' && i + 1 < len;
		putchar(s[i]);
	}
	putchar('\n');
}

static void print_heading(const char *s, size_t len, int indent)
{
	printf("%*s%s%.*s%s\n", indent, "", c_bold(), (int)len, s, c_reset());
}

struct rendering {
	bool detail; /* in a definition */
	bool code; /* a line of four blanks is code: none of text came before it */
};

static void print_markdown(const char *s, size_t len, struct rendering *r)
{
	bool code = r->code && !strncmp(s, "    ", 4);

	r->code = code || !len;
	if (!strncmp(s, "# ", 2)) {
		print_heading(s + 2, len - 2, 0);
	} else if (!strncmp(s, "## ", 3)) {
		print_heading(s + 3, len - 3, 0);
		r->detail = false;
	} else if (!strncmp(s, "### ", 4)) {
		print_heading(s + 4, len - 4, 3);
	} else if (!strncmp(s, ": ", 2)) {
		r->detail = true;
		print_line(s + 2, len - 2, DETAIL);
	} else if (code) {
		printf("%*s%.*s\n", TEXT, "", (int)len, s);
	} else if (r->detail && !strncmp(s, "  ", 2)) {
		print_line(s + 2, len - 2, DETAIL);
	} else {
		r->detail &= !len;
		print_line(s, len, TEXT);
	}
}

/* Whether a line is "## SECTION". */
static bool is_section(const char *line, size_t len, const char *section)
{
	return len > 3 && !strncmp(line, "## ", 3) &&
	       (!section || (strlen(section) == len - 3 && !strncmp(line + 3, section, len - 3)));
}

/* The whole page, or one section of it. */
static void print_page(const char *text, const char *section)
{
	bool on = !section;
	struct rendering r = { 0 };

	while (*text) {
		size_t len = strcspn(text, "\n");

		if (section && is_section(text, len, NULL))
			on = is_section(text, len, section);
		if (on)
			print_markdown(text, len, &r);
		text += len + (text[len] == '\n');
	}
}

static const char *find_page(const char *page)
{
	tr_cleanup_free char *name = tr_xasprintf("%s.md", page);

	for (size_t i = 0; i < doc_n_files; i++)
		if (!strcmp(doc_files[i].name, name))
			return doc_files[i].text;
	return NULL;
}

/* man */

/* Its exit status; -1: it cannot be run. */
static int run_man(char *const argv[], bool silent)
{
	posix_spawn_file_actions_t actions;
	int status = -1, rc;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	if (silent) {
		posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
		posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	}
	fflush(stdout);
	rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		return -1;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* On a terminal man pages and looks better; elsewhere what this very program has is right. */
static bool show_man(const char *page)
{
	tr_cleanup_free char *name = tr_xstrdup(page);
	char man[] = "man", where[] = "-w";
	char *dot = strrchr(name, '.');
	char *look[] = { man, where, dot + 1, name, NULL };
	char *show[] = { man, dot + 1, name, NULL };

	*dot = '\0';
	return isatty(STDOUT_FILENO) && run_man(look, true) == 0 && run_man(show, false) == 0;
}

/* Topics */

static void print_topic(const char *topic, const char *about, void *arg)
{
	(void)arg;
	printf("  %-12s %s\n", topic, about);
}

static const struct topic *find_topic(const char *name)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(topics); i++) {
		const char *each = topics[i].name;
		size_t len = strlen(each);

		/* "trace" is as good as "traces". */
		if (!strcmp(name, each) || (each[len - 1] == 's' && strlen(name) == len - 1 &&
					    !strncmp(name, each, len - 1)))
			return &topics[i];
	}
	return NULL;
}

int help_topic(const char *topic)
{
	tr_cleanup_free char *page = NULL;
	const struct topic *t = find_topic(topic);
	const char *text;

	if (!strcmp(topic, "topics")) {
		help_each(print_topic, NULL);
		return EXIT_YES;
	}
	if (cli_find_command(topic))
		page = tr_xasprintf("trammel-%s.8", topic);
	else if (t)
		page = tr_xstrdup(t->page);
	else
		return -1;
	if (!(t && t->section) && show_man(page))
		return EXIT_YES;
	text = find_page(page);
	if (!text)
		return -1;
	print_page(text, t ? t->section : NULL);
	return EXIT_YES;
}
