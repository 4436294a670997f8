// SPDX-License-Identifier: Apache-2.0
/* Filters are put on a child, and read back from it. */
#include <check.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/suite.h"
#include "record/installed.h"

static struct sock_filter deny_acct[] = {
	{ BPF_LD | BPF_W | BPF_ABS, 0, 0, 0 },
	{ BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_acct },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | 38 },
	{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
};
static struct sock_filter allow[] = { { BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW } };

static pid_t child_under(int n_filters)
{
	struct sock_fprog progs[] = { { 4, deny_acct }, { 1, allow } };
	int ready[2];
	char c;
	pid_t pid;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		for (int i = 0; i < n_filters; i++)
			if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &progs[i]) < 0)
				_exit(1);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

/* Still there, and not left stopped. */
static void end(pid_t pid)
{
	char path[64], state = '?';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 100 && state != 'S'; i++) {
		f = fopen(path, "re");
		ck_assert_ptr_nonnull(f);
		ck_assert_int_eq(fscanf(f, "%*d %*[^)]) %c", &state), 1);
		fclose(f);
		usleep(10000);
	}
	ck_assert_int_eq(state, 'S');
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int read_back(pid_t pid, struct tr_filter **f, size_t *n)
{
	struct tr_err err = { 0 };
	int r = installed_filters(f, n, pid, &err);

	if (r < 0) {
		ck_assert_int_eq(err.kind, TR_ERR_CANNOT);
		printf("cannot be tested here: %s\n", tr_err_msg(&err));
	}
	tr_err_clear(&err);
	return r;
}

START_TEST(two_filters)
{
	pid_t pid = child_under(2);
	struct tr_filter *f;
	size_t n;

	if (read_back(pid, &f, &n) == 0) {
		ck_assert_uint_eq(n, 2);
		ck_assert_uint_eq(f[0].n, 4);
		ck_assert_int_eq(memcmp(f[0].insns, deny_acct, sizeof(deny_acct)), 0);
		ck_assert_uint_eq(f[1].n, 1);
		installed_filters_free(f, n);
	}
	end(pid);
}
END_TEST

START_TEST(none)
{
	pid_t pid = child_under(0);
	struct tr_filter *f = NULL;
	size_t n = 1;

	/* Of a test that runs in a container the child is under that one's filter. */
	if (prctl(PR_GET_SECCOMP) == 0) {
		ck_assert_int_eq(read_back(pid, &f, &n), 0);
		ck_assert_uint_eq(n, 0);
	}
	end(pid);
}
END_TEST

START_TEST(nobody)
{
	struct tr_filter *f = NULL;
	size_t n;
	pid_t pid = child_under(0);

	end(pid);
	ck_assert_int_eq(read_back(pid, &f, &n), -1);
	ck_assert_ptr_null(f);
}
END_TEST

TR_SUITE("installed", two_filters, none, nobody)
