// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A few milliseconds each: short enough that most slices are not interrupted. */
static const uint32_t turns[LOOPS] = {
	[LOOP_GETPPID] = 20000,
	[LOOP_OPEN] = 4000,
	[LOOP_FILTERED] = 20000,
};

#define MAX_SLICES 1000

struct request {
	uint32_t loop, slices;
};

static double cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double slice(enum loop loop, const char *file)
{
	uint32_t n = turns[loop];
	double begin = cpu_ns();

	if (loop != LOOP_OPEN) {
		for (uint32_t i = 0; i < n; i++)
			syscall(SYS_getppid);
	} else {
		for (uint32_t i = 0; i < n; i++) {
			int fd = open(file, O_RDONLY);

			if (fd < 0)
				die("%s: %s", file, strerror(errno));
			close(fd);
		}
	}
	return (cpu_ns() - begin) / n;
}

/* A filter that allows all, as a container's does with most calls. */
static void load_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &allow };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		die("cannot load a filter: %s", strerror(errno));
}

int worker_main(const char *file)
{
	static double ns[MAX_SLICES];
	struct request r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (read(STDIN_FILENO, &r, sizeof(r)) == sizeof(r)) {
		double result;

		if (r.loop >= LOOPS || r.slices == 0 || r.slices > MAX_SLICES)
			die("worker: bad request");
		if (r.loop == LOOP_FILTERED)
			load_filter();
		slice(r.loop, file); /* caches, and what the recorder keeps of a first time */
		for (uint32_t i = 0; i < r.slices; i++)
			ns[i] = slice(r.loop, file);
		qsort(ns, r.slices, sizeof(ns[0]), compare_doubles);
		result = ns[r.slices / 4];
		if (write(STDOUT_FILENO, &result, sizeof(result)) != sizeof(result))
			return 1;
	}
	return 0;
}

static void child(int in, int out, int hold, int cpu, const char *file)
{
	cpu_set_t set;
	char go;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		die("cannot use CPU %d: %s", cpu, strerror(errno));
	if (read(hold, &go, 1) != 1)
		_exit(1);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	execl("/proc/self/exe", "bench", "worker", file, NULL);
	die("exec: %s", strerror(errno));
}

void worker_fork(struct worker *w, int cpu, const char *file)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0)
		die("pipe: %s", strerror(errno));
	w->pid = fork();
	if (w->pid < 0)
		die("fork: %s", strerror(errno));
	if (w->pid == 0) {
		close(to[1]);
		close(from[0]);
		child(to[0], from[1], to[0], cpu, file);
	}
	close(to[0]);
	close(from[1]);
	w->in = to[1];
	w->out = from[0];
}

void worker_release(struct worker *w)
{
	if (write(w->in, "g", 1) != 1)
		die("worker: %s", strerror(errno));
}

double worker_measure(struct worker *w, enum loop loop, uint32_t slices)
{
	struct request r = { loop, slices };
	double ns;

	if (write(w->in, &r, sizeof(r)) != sizeof(r) || read(w->out, &ns, sizeof(ns)) != sizeof(ns))
		die("the worker ended");
	return ns;
}

void worker_end(struct worker *w)
{
	close(w->in);
	close(w->out);
	waitpid(w->pid, NULL, 0);
}
