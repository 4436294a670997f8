/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A battery of acts, each a program of its own in a container: what the kernel's AppArmor says it was
 * asked for is held against what was recorded. See main.c.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

struct oracle_case {
	const char *name;
	void (*run)(void);
	bool nothing; /* the kernel asks AppArmor for nothing that a rule would have to grant */
	char pad[15]; /* 32 bytes: an array that the linker puts together */
};

/* clang-format off */
#define CASE_(fn, title, none)                                                                     \
	static void fn(void);                                                                      \
	__extension__ static const struct oracle_case case_##fn                                    \
		__attribute__((used, aligned(32), section("oracle_cases"))) = {                    \
			.name = (title), .run = (fn), .nothing = (none) };                         \
	static void fn(void)
/* clang-format on */
#define CASE(fn, title)	   CASE_(fn, title, false)
#define NOTHING(fn, title) CASE_(fn, title, true)

/* The case's own directory in the image (overlayfs), and on a volume (tmpfs); good for 16 calls. */
const char *at(const char *name);
const char *vol(const char *name);
/* The name of the case. */
const char *title(void);

__attribute__((noreturn, format(printf, 1, 2))) void skip(const char *format, ...);
__attribute__((noreturn, format(printf, 1, 2))) void broken(const char *format, ...);
/* What AppArmor of this kernel may not mediate, but has to be recorded all the same. */
__attribute__((format(printf, 1, 2))) void declare(const char *format, ...);
/* What another kernel would ask for, as a pattern: recorded or not, it is right. */
__attribute__((format(printf, 1, 2))) void optional(const char *format, ...);

int must_(long value, const char *what, int line);
int need_(long value, const char *what, int line);
void fails_(long value, int error, const char *what, int line);
void mapped_(const void *map, const char *what, int line);
#define must(call) must_((long)(call), #call, __LINE__)
#define need(call) \
	need_((long)(call), #call, __LINE__) /* skips where the kernel has no such thing */
#define fails(call, error) fails_((long)(call), error, #call, __LINE__)
#define mapped(call)	   mapped_(call, #call, __LINE__)
#define want(condition)                                                      \
	do {                                                                 \
		if (!(condition))                                            \
			broken("line %d: not so: %s", __LINE__, #condition); \
	} while (0)

/* A child that does it and exits; then one that stays until end(). */
void in_child(void (*act)(void));
pid_t stay(void);
void end(pid_t pid);
/* Replaces the process by a program that exits with 42, if that is what execve makes of it. */
char **nothing_argv(const char *path);
void in_child_exits(void (*act)(void), int status);

#define ORACLE_HELPER_STATUS 42

#endif
