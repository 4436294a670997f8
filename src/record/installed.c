// SPDX-License-Identifier: Apache-2.0
#include "record/installed.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/fs.h"
#include "util/mem.h"

/* The kernel allows 32768 instructions in all of a task's filters (MAX_INSNS_PER_PATH). */
#define MAX_FILTERS 4096
#define STOP_MS	    5000

static long request(int what, pid_t pid, unsigned long addr, void *data)
{
	return ptrace((enum __ptrace_request)what, pid, addr, data);
}

/* The mode in /proc/PID/status: SECCOMP_MODE_*; -1 where it does not say. */
static int seccomp_mode(pid_t pid)
{
	tr_cleanup_free char *path = tr_xasprintf("/proc/%d/status", (int)pid), *text = NULL;
	const char *line;
	size_t len;
	int mode;

	if (fs_read(path, 1 << 16, &text, &len, NULL) < 0)
		return -1;
	line = strstr(text, "\nSeccomp:");
	return line && sscanf(line, "\nSeccomp: %d", &mode) == 1 ? mode : -1;
}

/* *ret_signal is what the process was just about to get, and must get when it goes on. */
static int wait_stopped(pid_t pid, int *ret_signal, struct tr_err *err)
{
	const struct timespec pause = { .tv_nsec = 2 * 1000 * 1000 };

	for (int waited = 0; waited < STOP_MS; waited += 2) {
		int status;
		pid_t got = waitpid(pid, &status, WNOHANG | __WALL);

		if (got < 0)
			return tr_err_errno(err, TR_ERR_CANNOT, errno, "wait for process %d",
					    (int)pid);
		if (got > 0 && !WIFSTOPPED(status))
			return tr_err_set(err, TR_ERR_CANNOT, "process %d has ended", (int)pid);
		if (got > 0) {
			*ret_signal = status >> 16 ? 0 : WSTOPSIG(status);
			return 0;
		}
		nanosleep(&pause, NULL);
	}
	return tr_err_set(err, TR_ERR_CANNOT, "process %d does not stop: it waits in the kernel",
			  (int)pid);
}

/* kernel/seccomp.c: seccomp_get_filter, get_nth_filter. */
static int cannot_read(struct tr_err *err)
{
	switch (errno) {
	case EACCES:
		return tr_err_set(
			err, TR_ERR_CANNOT,
			"the kernel shows filters only to CAP_SYS_ADMIN, and to a process "
			"that is under no filter itself");
	case EINVAL:
	case EIO:
		return tr_err_set(err, TR_ERR_CANNOT,
				  "this kernel cannot show filters "
				  "(it has no CONFIG_CHECKPOINT_RESTORE)");
	case EMEDIUMTYPE:
		return tr_err_set(err, TR_ERR_CANNOT,
				  "the kernel did not keep the filter's instructions");
	default:
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "PTRACE_SECCOMP_GET_FILTER");
	}
}

/* 1 with the filter of this index, 0 behind the last. */
static int get_filter(struct tr_filter *ret, pid_t pid, unsigned long index, struct tr_err *err)
{
	long n = request(PTRACE_SECCOMP_GET_FILTER, pid, index, NULL);
	struct sock_filter *insns;

	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0)
		return cannot_read(err);
	if (n == 0 || n > BPF_MAXINSNS)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "the kernel shows a filter of %ld instructions", n);
	insns = tr_xcalloc((size_t)n, sizeof(*insns));
	if (request(PTRACE_SECCOMP_GET_FILTER, pid, index, insns) != n) {
		free(insns);
		return cannot_read(err);
	}
	*ret = (struct tr_filter){ insns, (size_t)n };
	if (tr_filter_check(ret->insns, ret->n, err) == 0)
		return 1;
	tr_filter_release(ret);
	return tr_err_wrap(err, "the filter that the kernel shows");
}

void installed_filters_free(struct tr_filter *f, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tr_filter_release(&f[i]);
	free(f);
}

static int get_all(struct tr_filter **ret, size_t *ret_n, pid_t pid, struct tr_err *err)
{
	struct tr_filter *v = NULL;
	size_t n = 0, cap = 0;
	int r = 1;

	while (r > 0 && n < MAX_FILTERS) {
		v = tr_grow(v, &cap, n, sizeof(*v));
		r = get_filter(&v[n], pid, n, err);
		n += r > 0;
	}
	/* Filtered, and yet none: nothing may be concluded from that. */
	if (r == 0 && n == 0)
		r = tr_err_set(err, TR_ERR_CANNOT,
			       "the kernel shows no filter of a filtered process");
	if (r < 0) {
		installed_filters_free(v, n);
		return -1;
	}
	*ret = v;
	*ret_n = n;
	return 0;
}

int installed_filters(struct tr_filter **ret, size_t *ret_n, pid_t pid, struct tr_err *err)
{
	int mode = seccomp_mode(pid), signal = 0, r;

	if (mode == SECCOMP_MODE_DISABLED) {
		*ret = NULL;
		*ret_n = 0;
		return 0;
	}
	if (mode != SECCOMP_MODE_FILTER)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "/proc/%d/status does not say that the process is under a filter",
				  (int)pid);
	if (request(PTRACE_SEIZE, pid, 0, NULL) < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "trace process %d", (int)pid);
	r = request(PTRACE_INTERRUPT, pid, 0, NULL) < 0 ?
		    tr_err_errno(err, TR_ERR_CANNOT, errno, "stop process %d", (int)pid) :
		    wait_stopped(pid, &signal, err);
	if (r == 0)
		r = get_all(ret, ret_n, pid, err);
	/* Where it fails, our end detaches it. */
	ptrace(PTRACE_DETACH, pid, NULL, (void *)(long)signal);
	return r;
}
