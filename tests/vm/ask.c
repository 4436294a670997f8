// SPDX-License-Identifier: Apache-2.0
/*
 *   ask load PROFILE BLOB   compiles a profile for this kernel, loads it and keeps the very bytes that were loaded
 *   ask answer BLOB NAME    what the evaluator says to each line of standard input, a line each: the permissions
 *                           that are allowed, in hexadecimal, for
 *
 *      file OWNER PATH            exec, open and all else of paths; OWNER: 1 if the file is the process's own
 *      link OWNER PATH TARGET     1: it may be made
 *      capability NUMBER          1: it may be used
 *      network FAMILY TYPE
 *      signal NUMBER PEER
 *      ptrace PEER
 *      mount PATH SOURCE FSTYPE FLAGS OPTIONS    1: it may be
 *      umount PATH
 *      pivot_root PATH SOURCE
 *
 * with tabs between words, which are escaped as trammel escapes them, and "-" for none. For a virtual machine: what is
 * loaded stays.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eval/apparmor_compile.h"
#include "trammel/apparmor_policy.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/text.h"

#define REPLACE "/sys/kernel/security/apparmor/.replace"
#define WORDS	8

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("ask: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

static void put(const char *path, int flags, const char *data, size_t len)
{
	int fd = open(path, flags | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		die("%s: %s", path, strerror(errno));
	close(fd);
}

static int load(const char *profile, const char *kept)
{
	struct tr_err err = { 0 };
	tr_cleanup_free char *blob = NULL;
	size_t len;

	if (apparmor_compile(profile, APPARMOR_FOR_THIS_KERNEL, &blob, &len, &err) < 0)
		die("%s", tr_err_msg(&err));
	put(REPLACE, 0, blob, len);
	put(kept, O_CREAT | O_TRUNC, blob, len);
	return 0;
}

/* The words behind the first; NULL for "-". */
static size_t split(char *line, char **words)
{
	size_t n = 0;

	for (char *save = NULL, *w = strtok_r(line, "\t\n", &save); w;
	     w = strtok_r(NULL, "\t\n", &save)) {
		if (n == WORDS)
			die("too many words");
		words[n] = strcmp(w, "-") ? text_unescape(w) : NULL;
		if (!words[n] && strcmp(w, "-"))
			die("not a word: %s", w);
		n++;
	}
	return n;
}

static unsigned long number(const char *word)
{
	return strtoul(word, NULL, 0);
}

static uint32_t ask_mount(const struct tr_aa_profile *p, char **w)
{
	return tr_aa_mount(p, w[1], w[2], w[3], number(w[4]), w[5]);
}

static uint32_t ask_perms(const struct tr_aa_profile *p, char **w)
{
	struct tr_aa_perms perms = { 0 };

	if (!strcmp(w[0], "file"))
		tr_aa_file(p, w[2], strlen(w[2]), number(w[1]), &perms);
	else if (!strcmp(w[0], "network"))
		tr_aa_network(p, (unsigned)number(w[1]), (unsigned)number(w[2]), &perms);
	else if (!strcmp(w[0], "signal"))
		tr_aa_signal(p, (unsigned)number(w[1]), w[2], &perms);
	else if (!strcmp(w[0], "ptrace"))
		tr_aa_ptrace(p, w[1], &perms);
	else
		die("what is %s?", w[0]);
	return perms.allow;
}

static uint32_t answer(const struct tr_aa_profile *p, char **w)
{
	if (!strcmp(w[0], "link"))
		return tr_aa_link(p, w[2], w[3], number(w[1]));
	if (!strcmp(w[0], "capability"))
		return tr_aa_capable(p, (unsigned)number(w[1]));
	if (!strcmp(w[0], "mount"))
		return ask_mount(p, w);
	if (!strcmp(w[0], "umount"))
		return tr_aa_umount(p, w[1]);
	if (!strcmp(w[0], "pivot_root"))
		return tr_aa_pivot_root(p, w[1], w[2]);
	return ask_perms(p, w);
}

static int answers(const char *kept, const char *name)
{
	struct tr_err err = { 0 };
	struct tr_aa_policy policy;
	const struct tr_aa_profile *p;
	tr_cleanup_free char *blob = NULL, *line = NULL;
	size_t len, room = 0;

	if (fs_read(kept, 1 << 28, &blob, &len, &err) < 0 ||
	    tr_aa_policy_read(&policy, blob, len, &err) < 0)
		die("%s", tr_err_msg(&err));
	p = tr_aa_policy_find(&policy, name);
	if (!p)
		die("there is no %s", name);
	while (getline(&line, &room, stdin) > 0) {
		char *words[WORDS] = { NULL };
		size_t n = split(line, words);

		if (n < 2)
			die("a question of %zu words", n);
		printf("%x\n", answer(p, words));
		for (size_t i = 0; i < n; i++)
			free(words[i]);
	}
	tr_aa_policy_release(&policy);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "load"))
		return load(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "answer"))
		return answers(argv[2], argv[3]);
	die("see ask.c");
}
