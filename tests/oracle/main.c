// SPDX-License-Identifier: Apache-2.0
/*
 *   oracle list        the cases, one a line, and whether nothing is asked for
 *   oracle run [CASE...]   each by a program of its own: /cases/NAME, which is this one
 *   oracle try [CASE...]   the same where acts are refused, so that a case may never end by itself
 *   oracle nothing     exits with 42: what cases execute; again: executes itself to do so
 *
 * A line for each: "ok CASE", "skip CASE: why", "FAIL CASE: why"; "declared CASE: ITEM" and "optional CASE: ITEM" before it.
 */
#include <stdarg.h>
#include <sys/prctl.h>

#include "oracle.h"

#define TRIES 1500 /* looks at a case that is tried, 2 ms apart */

extern const struct oracle_case __start_oracle_cases[], __stop_oracle_cases[];

static const struct oracle_case *self;
static bool trying;

const char *title(void)
{
	return self->name;
}

static const char *below(const char *root, const char *name)
{
	static char paths[16][512];
	static unsigned int next;
	char *path = paths[next++ % 16];

	snprintf(path, sizeof(paths[0]), "%s/%s/%s", root, self->name, name);
	return path;
}

const char *at(const char *name)
{
	return below("/data", name);
}

const char *vol(const char *name)
{
	return below("/volume", name);
}

__attribute__((format(printf, 2, 0))) static void tell(const char *what, const char *format,
						       va_list args)
{
	char line[1024];
	size_t len;

	len = (size_t)snprintf(line, sizeof(line), "%s %s", what, self->name);
	if (format) {
		len += (size_t)snprintf(line + len, sizeof(line) - len, ": ");
		vsnprintf(line + len, sizeof(line) - len - 1, format, args);
		len = strlen(line);
	}
	line[len++] = '\n';
	if (write(STDOUT_FILENO, line, len) < 0)
		_exit(3);
}

void skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell("skip", format, args);
	va_end(args);
	_exit(77);
}

void broken(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell("FAIL", format, args);
	va_end(args);
	_exit(1);
}

void declare(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell("declared", format, args);
	va_end(args);
}

int must_(long value, const char *what, int line)
{
	if (value < 0)
		broken("line %d: %s: %s", line, what, strerror(errno));
	return (int)value;
}

int need_(long value, const char *what, int line)
{
	if (value >= 0)
		return (int)value;
	switch (errno) {
	case ENOSYS:
	case EOPNOTSUPP:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case ESOCKTNOSUPPORT:
	case ENODEV:
		skip("%s: %s", what, strerror(errno));
	default:
		return must_(value, what, line);
	}
}

void fails_(long value, int error, const char *what, int line)
{
	int got = errno;

	if (value >= 0)
		broken("line %d: %s did not fail", line, what);
	if (got != error)
		broken("line %d: %s: %s, not %s", line, what, strerror(got),
		       strerrorname_np(error));
}

void mapped_(const void *map, const char *what, int line)
{
	must_(map == (const void *)-1 ? -1 : 0, what, line);
}

void in_child_exits(void (*act)(void), int wanted)
{
	int status;
	pid_t pid = must(fork());

	if (pid == 0) {
		act();
		_exit(0);
	}
	must(waitpid(pid, &status, 0));
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 77 || WEXITSTATUS(status) == 1))
		_exit(WEXITSTATUS(status)); /* the child has said why */
	if (!WIFEXITED(status) || WEXITSTATUS(status) != wanted)
		broken("a child ended with status 0x%x", (unsigned int)status);
}

void in_child(void (*act)(void))
{
	in_child_exits(act, 0);
}

/* It waits for the end of a pipe: no signal is sent. */
static int stay_ends[2] = { -1, -1 };

pid_t stay(void)
{
	pid_t pid;
	char byte;

	must(pipe(stay_ends));
	pid = must(fork());
	if (pid != 0) {
		close(stay_ends[0]);
		return pid;
	}
	close(stay_ends[1]);
	while (read(stay_ends[0], &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

void end(pid_t pid)
{
	close(stay_ends[1]);
	must(waitpid(pid, NULL, 0));
}

char **nothing_argv(const char *path)
{
	static char name[512], what[] = "nothing", *argv[] = { name, what, NULL };

	snprintf(name, sizeof(name), "%s", path);
	return argv;
}

void optional(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell("optional", format, args);
	va_end(args);
}

static const struct oracle_case *find(const char *name)
{
	const struct oracle_case *c;

	for (c = __start_oracle_cases; c < __stop_oracle_cases; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

/* Of a case that is tried, and ended if it takes too long; then so is all that it left behind. */
static pid_t wait_for_tried(pid_t pid, int *ret)
{
	pid_t got = 0;

	for (int i = 0; i < TRIES && got == 0; i++) {
		got = waitpid(pid, ret, WNOHANG);
		if (got == 0)
			usleep(2000);
	}
	kill(-1, SIGKILL);
	return got ? got : waitpid(pid, ret, 0);
}

/* 1 if it failed. */
static int run_case(const struct oracle_case *c)
{
	char path[512], *argv[] = { path, NULL }, *envp[] = { NULL };
	int status;
	pid_t pid;

	self = c;
	snprintf(path, sizeof(path), "/cases/%s", c->name);
	pid = fork();
	if (pid == 0) {
		execve(path, argv, envp);
		broken("%s: %s", path, strerror(errno));
	}
	if (pid < 0 || (trying ? wait_for_tried(pid, &status) : waitpid(pid, &status, 0)) != pid)
		return 1;
	/* What the case left running: the container's first process inherits it. */
	while (waitpid(-1, NULL, 0) > 0)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		printf("ok %s\n", c->name);
	else if (WIFSIGNALED(status))
		printf("FAIL %s: ended by signal %d\n", c->name, WTERMSIG(status));
	fflush(stdout);
	return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77) ? 0 : 1;
}

static int run_all(char **names)
{
	const struct oracle_case *c;
	int bad = 0;

	if (*names) {
		for (; *names; names++) {
			c = find(*names);
			if (!c) {
				fprintf(stderr, "oracle: no case %s\n", *names);
				return 2;
			}
			bad |= run_case(c);
		}
		return bad;
	}
	for (c = __start_oracle_cases; c < __stop_oracle_cases; c++)
		bad |= run_case(c);
	return bad;
}

static int be_case(const char *name)
{
	char comm[16];

	self = find(name);
	if (!self)
		return -1;
	/* The kernel's own tracing says whose task it was by this name. */
	snprintf(comm, sizeof(comm), "oracle-%03d", (int)(self - __start_oracle_cases));
	prctl(PR_SET_NAME, comm);
	alarm(30);
	self->run();
	return 0;
}

int main(int argc, char **argv)
{
	const struct oracle_case *c;
	const char *base = strrchr(argv[0], '/');

	if (argc > 1 && !strcmp(argv[1], "nothing"))
		return ORACLE_HELPER_STATUS;
	if (argc > 1 && !strcmp(argv[1], "again"))
		return execve("/proc/self/exe", nothing_argv(argv[0]), argv + argc);
	if (argc > 1 && !strcmp(argv[1], "list")) {
		for (c = __start_oracle_cases; c < __stop_oracle_cases; c++)
			printf("%s\t%s\n", c->name, c->nothing ? "nothing" : "asks");
		return 0;
	}
	if (argc > 1 && (!strcmp(argv[1], "run") || !strcmp(argv[1], "try"))) {
		trying = !strcmp(argv[1], "try");
		return run_all(argv + 2);
	}
	return be_case(base ? base + 1 : argv[0]) ? 2 : 0;
}
