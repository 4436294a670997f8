// SPDX-License-Identifier: Apache-2.0
#include "cli/complete.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/engines.h"
#include "cli/help.h"
#include "tables/csv.h"
#include "tables/data.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

/* An engine that does not answer must not hold up the terminal. */
#define PATIENCE 3

/* What stands for a kind of word in the tables below. */
#define FILES	   ":files"
#define DIRS	   ":dirs"
#define NONE	   ":none"
#define CONTAINERS "@containers"
#define BUILTINS   "@builtins" /* profiles that are built in */
#define RUNTIMES   "@runtimes" /* sets of profiles/runtime/ */
#define CEILINGS   "@ceilings"
#define SYSCALLS   "@syscalls"
#define SPELLINGS  "@spellings"
#define TOPICS	   "@topics"

/* What an option takes: "" stands for all commands. A test asks for each that --help shows a value of. */
static const struct value {
	const char *cmd, *option, *values;
} values[] = {
	{ "", "color", "auto always never" },
	{ "", "progress", "auto plain none" },
	{ "", "output", FILES },
	{ "", "tune", FILES },
	{ "", "dir", DIRS },
	{ "", "directory", DIRS },
	{ "", "subject", NONE },
	{ "", "level", "syscalls files" },
	{ "", "backend", "auto hooks tracepoints" },
	{ "", "container", CONTAINERS },
	{ "", "image", NONE },
	{ "", "service", NONE },
	{ "", "cgroup", DIRS },
	{ "", "exercise", NONE },
	{ "", "duration", NONE },
	{ "", "until-quiet", NONE },
	{ "", "checkpoint", NONE },
	{ "", "wait-timeout", NONE },
	{ "", "keep", NONE },
	{ "", "since", NONE },
	{ "", "into", FILES },
	{ "", "name", NONE },
	{ "emit", "paths", "exact evidence" },
	{ "emit", "floor", "docker-default none" },
	{ "emit", "apparmor", "on off" },
	{ "emit", "seccomp", FILES },
	{ "emit", "without",
	  "seccomp apparmor caps no-new-privileges read-only tmpfs volume user network pids-limit memory" },
	{ "emit", "files", FILES " image: container:" },
	{ "emit", "reach-budget", NONE },
	{ "", "redact", NONE },
	{ "", "accept", NONE },
	{ "", "why", NONE },
	{ "", "args", "none risky all" },
	{ "", "siblings", "on off" },
	{ "", "arch", "amd64 arm64 x86 x32" },
	{ "", "ceiling", CEILINGS " none" },
	{ "", "default-action", "errno log kill trap" },
	{ "emit", "runtime", "all none " RUNTIMES },
	{ "verify", "runtime", "runc crun all" },
	{ "", "seccomp", FILES " " BUILTINS },
	{ "", "apparmor", FILES " docker-default" },
	{ "verify", "files", FILES " image: container:" },
	{ "diff", "files", FILES " image: container:" },
	{ "", "runs", NONE },
	{ "", "trace", FILES },
	{ "", "cap-add", NONE },
	{ "", "cap-drop", NONE },
	{ "", "fail-on", "low medium high never" },
	{ "", "against", BUILTINS },
	{ "", "from", FILES },
};

/* What stands behind the options: first, and from then on. */
static const struct operands {
	const char *cmd, *first, *others;
} operands[] = {
	{ "show", FILES, FILES },
	{ "explain", FILES,
	  SYSCALLS
	  " syscall: arg: file: exec: cap: socket: signal: ptrace: mount: userns: io_uring:" },
	{ "merge", FILES, FILES },
	{ "emit", SPELLINGS, FILES },
	{ "verify", FILES, FILES },
	{ "diff", FILES " " BUILTINS " " CONTAINERS, FILES " " BUILTINS " " CONTAINERS },
	{ "lint", FILES " " BUILTINS " " CONTAINERS, FILES " " BUILTINS " " CONTAINERS },
	{ "tune", FILES, FILES },
	{ "load", FILES, FILES },
	{ "unload", FILES, FILES },
	{ "loaded", NONE, NONE },
	{ "features", NONE, NONE },
	{ "record", NONE, NONE },
	{ "rehearse", NONE, NONE },
	{ "help", TOPICS, NONE },
};

struct completing {
	const char *word; /* as far as it is written */
	const char *prefix; /* what of it stands before each candidate: "--args=" */
	const char *container; /* before names of containers */
};

static void say(const struct completing *c, const char *candidate, const char *about)
{
	size_t skip = strlen(c->prefix);

	if (strncmp(candidate, c->word + skip, strlen(c->word + skip)) != 0)
		return;
	printf("%s%s", c->prefix, candidate);
	if (about)
		printf("\t%s", about);
	putchar('\n');
}

static void say_topic(const char *topic, const char *about, void *arg)
{
	say(arg, topic, about);
}

/* The names of the rows of engine/index.csv that begin so. */
static void say_builtins(const struct completing *c, const char *begin)
{
	const struct data_file *file = data_find("engine/index.csv");
	struct csv csv;

	csv_init(&csv, file ? file->text : "");
	while (csv_next(&csv))
		if (!strncmp(csv.field[0], begin, strlen(begin)))
			say(c, csv.field[0], NULL);
	csv_release(&csv);
}

static void say_runtimes(const struct completing *c)
{
	say(c, "runc", NULL);
	say(c, "crun", NULL);
	for (size_t i = 0; i < data_n_files; i++) {
		const char *name = data_files[i].name;
		tr_cleanup_free char *set = NULL;

		if (strncmp(name, "runtime/", 8) != 0)
			continue;
		set = tr_xstrndup(name + 8, strlen(name + 8) - strlen(".json"));
		say(c, set, NULL);
	}
}

/* Engines allow no others; what says otherwise is none. */
static bool is_container_name(const char *s)
{
	return *s &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
		       strlen(s);
}

static void say_containers_of(const struct completing *c, struct tr_engine *e)
{
	struct tr_err err tr_cleanup_err = { 0 };
	char **ids = NULL;
	size_t n = 0;

	if (tr_engine_list(e, &ids, &n, &err) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct tr_container one = { 0 };
		tr_cleanup_free char *word = NULL;

		if (tr_engine_inspect(e, ids[i], &one, &err) < 0)
			continue;
		if (one.name && is_container_name(one.name)) {
			word = tr_xasprintf("%s%s", c->container, one.name);
			say(c, word, NULL);
			fflush(stdout);
		}
		tr_container_release(&one);
	}
	tr_engine_list_free(ids, n);
}

static void say_containers(const struct completing *c)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct engines engines;

	fflush(stdout);
	alarm(PATIENCE);
	if (engines_open(&engines, NULL, &err) == 0) {
		for (unsigned i = 0; i < engines.n; i++)
			say_containers_of(c, engines.e[i]);
		engines_close(&engines);
	}
	alarm(0);
}

static void say_source(const struct completing *c, const char *source)
{
	if (!strcmp(source, CONTAINERS)) {
		say_containers(c);
		puts(NONE);
	} else if (!strcmp(source, BUILTINS)) {
		say_builtins(c, "");
	} else if (!strcmp(source, CEILINGS)) {
		say_builtins(c, "docker-default");
	} else if (!strcmp(source, RUNTIMES)) {
		say_runtimes(c);
	} else if (!strcmp(source, TOPICS)) {
		help_each(say_topic, (void *)(uintptr_t)c);
		say(c, "topics", "what there is help on");
	} else if (!strcmp(source, SPELLINGS)) {
		for (int i = 0; i < TR_SPELLINGS; i++)
			say(c, tr_spelling_name((enum tr_spelling)i), NULL);
		say(c, "docker", NULL);
		say(c, "compose", NULL);
		say(c, "bundle", NULL);
	} else {
		for (size_t i = 0; i < syscall_count(); i++)
			say(c, syscall_at(i), NULL);
	}
}

/* A list of words, sources and what the shell knows. */
static void say_values(const struct completing *c, const char *list)
{
	tr_cleanup_free char *copy = tr_xstrdup(list);
	char *save = NULL;

	for (char *w = strtok_r(copy, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		if (*w == ':')
			puts(w);
		else if (*w == '@')
			say_source(c, w);
		else
			say(c, w, NULL);
	}
}

static const char *values_of(const struct cmd *cmd, const char *option, size_t len)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(values); i++)
		if (strlen(values[i].option) == len && !strncmp(values[i].option, option, len) &&
		    (!*values[i].cmd || (cmd && !strcmp(values[i].cmd, cmd->name))))
			return values[i].values;
	return NULL;
}

/* Options */

struct option_line {
	char letter; /* 0: none */
	const char *name; /* without the dashes */
	size_t len;
	bool value;
	const char *about;
	size_t about_len;
};

/* "  -o, --output=FILE     one trace": false where the line is none like this. */
static bool parse_line(const char *line, struct option_line *ret)
{
	const char *s = line + strspn(line, " ");
	struct option_line o = { 0 };

	if (s == line)
		return false;
	if (s[0] == '-' && isalnum((unsigned char)s[1]) && !strncmp(s + 2, ", ", 2)) {
		o.letter = s[1];
		s += 4;
	}
	if (strncmp(s, "--", 2) != 0)
		return false;
	o.name = s + 2;
	o.len = strspn(o.name, "abcdefghijklmnopqrstuvwxyz-");
	s = o.name + o.len;
	o.value = *s == '=';
	s += strcspn(s, " \n");
	o.about = s + strspn(s, " ");
	o.about_len = strcspn(o.about, "\n");
	*ret = o;
	return o.len > 0;
}

/* Goes through a table of --help; false at its end. */
static bool next_option(const char **text, struct option_line *ret)
{
	while (*text && **text) {
		const char *line = *text;
		size_t len = strcspn(line, "\n");

		*text = line + len + (line[len] == '\n');
		if (parse_line(line, ret))
			return true;
	}
	return false;
}

static void say_options(const struct completing *c, const char *text)
{
	struct option_line o;

	while (next_option(&text, &o)) {
		tr_cleanup_free char *word =
			tr_xasprintf("--%.*s%s", (int)o.len, o.name, o.value ? "=" : "");
		tr_cleanup_free char *about = tr_xstrndup(o.about, o.about_len);

		say(c, word, about);
	}
}

/* The option of a word that takes its value from the next one: "-o", "--output"; else false. */
static bool wants_value(const char *text, const char *word, struct option_line *ret)
{
	struct option_line o;

	while (next_option(&text, &o)) {
		bool is_long = !strncmp(word, "--", 2) && strlen(word + 2) == o.len &&
			       !strncmp(word + 2, o.name, o.len);

		if (o.value &&
		    (is_long || (o.letter && word[0] == '-' && word[1] == o.letter && !word[2]))) {
			*ret = o;
			return true;
		}
	}
	return false;
}

/* Words */

static const char *options_of(const struct cmd *cmd)
{
	return cmd ? cmd->options : cli_global_options;
}

static void complete_value(struct completing *c, const struct cmd *cmd, const char *option,
			   size_t len)
{
	const char *list = values_of(cmd, option, len);

	if (list)
		say_values(c, list);
}

/* "--args=ri" */
static void complete_long(struct completing *c, const struct cmd *cmd)
{
	const char *equal = strchr(c->word, '=');
	tr_cleanup_free char *prefix = NULL;

	if (!equal) {
		say_options(c, options_of(cmd));
		return;
	}
	prefix = tr_xstrndup(c->word, (size_t)(equal + 1 - c->word));
	c->prefix = prefix;
	complete_value(c, cmd, c->word + 2, (size_t)(equal - c->word - 2));
	c->prefix = "";
}

static void complete_operand(struct completing *c, const char *cmd, size_t before)
{
	for (size_t i = 0; i < TR_ARRAY_SIZE(operands); i++)
		if (!strcmp(operands[i].cmd, cmd))
			say_values(c, before ? operands[i].others : operands[i].first);
}

static void complete_commands(const struct completing *c)
{
	for (const struct cmd *const *cmd = cli_commands; *cmd; cmd++)
		say(c, (*cmd)->name, (*cmd)->summary);
	say(c, "help", "show the manual");
}

/* What the words before the last one come to. */
struct line {
	const struct cmd *cmd;
	const char *name; /* of the command, or of help; NULL: there is none yet */
	size_t n_operands;
	bool command; /* behind "--": words of another command */
	const char *option; /* whose value comes next */
	size_t option_len;
};

static struct line read_line(char **words, size_t n)
{
	struct line l = { 0 };

	for (size_t i = 0; i < n && !l.command; i++) {
		const char *w = words[i];
		struct option_line o;

		if (l.option) {
			l.option = NULL;
		} else if (wants_value(options_of(l.cmd), w, &o)) {
			l.option = o.name;
			l.option_len = o.len;
		} else if (!strcmp(w, "--")) {
			l.command = true;
		} else if (*w == '-' && w[1]) {
			continue;
		} else if (!l.name) {
			l.name = w;
			l.cmd = cli_find_command(w);
		} else {
			l.n_operands++;
		}
	}
	return l;
}

int complete(int argc, char **argv)
{
	struct completing c = { .word = argc > 2 ? argv[argc - 1] : "",
				.prefix = "",
				.container = "" };
	struct line l;

	if (argc < 3 || strcmp(argv[1], "--") != 0)
		return EXIT_INPUT;
	l = read_line(argv + 2, (size_t)(argc - 3));
	if (l.command)
		puts(":commands");
	else if (l.option)
		complete_value(&c, l.cmd, l.option, l.option_len);
	else if (*c.word == '-' && (l.cmd || !l.name))
		complete_long(&c, l.cmd);
	else if (!l.name)
		complete_commands(&c);
	else {
		c.container = "container:";
		complete_operand(&c, l.name, l.n_operands);
	}
	return EXIT_YES;
}
