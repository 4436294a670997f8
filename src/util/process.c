// SPDX-License-Identifier: Apache-2.0
#include "util/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/strbuf.h"

#define STDERR_LIMIT 4096
#define MAX_GROUPS   1024

extern char **environ;

/* Everything the child needs, made before the fork: after it only async-signal-safe calls are. */
struct launch {
	const char *const *argv;
	char **envp;
	const struct process_user *user;
	gid_t groups[MAX_GROUPS];
	int n_groups;
	int out[2], err[2]; /* pipes */
	int timeout_ms;
	size_t limit; /* of what is kept of its output */
	const struct process_sink *sink; /* NULL: it is kept */
};

char *process_find(const char *name)
{
	const char *path = getenv("PATH");

	for (const char *p = path ? path : "/usr/sbin:/usr/bin:/sbin:/bin"; *p;) {
		size_t n = strcspn(p, ":");
		char *full = tr_xasprintf("%.*s/%s", (int)n, p, name);
		struct stat st;

		/* A relative directory in PATH would run what the working directory holds. */
		if (*full == '/' && n && !stat(full, &st) && S_ISREG(st.st_mode) &&
		    !access(full, X_OK))
			return full;
		free(full);
		p += n + (p[n] == ':');
	}
	return NULL;
}

static void env_add(char ***envp, size_t *n, size_t *cap, char *entry)
{
	*envp = tr_grow(*envp, cap, *n, sizeof(**envp));
	(*envp)[(*n)++] = entry;
}

/* Another user's command gets an environment of that user's, nothing of ours but PATH. */
static char **make_env(const struct process_user *user)
{
	const char *path = getenv("PATH");
	char **envp = NULL;
	size_t n = 0, cap = 0;

	env_add(&envp, &n, &cap, tr_xstrdup("LC_ALL=C"));
	if (user) {
		env_add(&envp, &n, &cap, tr_xasprintf("PATH=%s", path ? path : "/usr/bin:/bin"));
		env_add(&envp, &n, &cap, tr_xasprintf("HOME=%s", user->home ? user->home : "/"));
		env_add(&envp, &n, &cap, tr_xasprintf("XDG_RUNTIME_DIR=/run/user/%u", user->uid));
	} else {
		for (char **e = environ; *e; e++)
			if (strncmp(*e, "LC_ALL=", 7))
				env_add(&envp, &n, &cap, tr_xstrdup(*e));
	}
	env_add(&envp, &n, &cap, NULL);
	return envp;
}

static void free_env(char **envp)
{
	for (char **e = envp; *e; e++)
		free(*e);
	free(envp);
}

static int find_groups(struct launch *l, struct tr_err *err)
{
	struct passwd pw, *found = NULL;
	char buf[16384];

	if (!l->user)
		return 0;
	l->n_groups = MAX_GROUPS;
	if (getpwuid_r(l->user->uid, &pw, buf, sizeof(buf), &found) != 0 || !found) {
		l->groups[0] = l->user->gid;
		l->n_groups = 1;
		return 0;
	}
	if (getgrouplist(found->pw_name, l->user->gid, l->groups, &l->n_groups) < 0)
		return tr_err_set(err, TR_ERR_CANNOT, "user %u is in too many groups",
				  l->user->uid);
	return 0;
}

static _Noreturn void run_child(const struct launch *l)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	setpgid(0, 0);
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(l->out[1], STDOUT_FILENO) < 0 ||
	    dup2(l->err[1], STDERR_FILENO) < 0)
		_exit(126);
	if (l->user && (setgroups((size_t)l->n_groups, l->groups) < 0 ||
			setresgid(l->user->gid, l->user->gid, l->user->gid) < 0 ||
			setresuid(l->user->uid, l->user->uid, l->user->uid) < 0 || chdir("/") < 0))
		_exit(126);
	/* execve does not write to its arguments; its type is older than const. */
	execve(l->argv[0], (char *const *)(uintptr_t)l->argv, l->envp);
	_exit(127);
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/* Reads what is there. Returns false at the end. Beyond keep bytes, it reads and forgets. */
static bool drain(int fd, struct strbuf *sb, size_t keep)
{
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (n > 0 && sb->len < keep)
		strbuf_add(sb, buf, (size_t)n < keep - sb->len ? (size_t)n : keep - sb->len);
	return n > 0;
}

/* Until both pipes end. *err of TR_ERR_CANNOT if it takes too long or prints too much. */
static int collect(const struct launch *l, struct strbuf *out, struct strbuf *errs,
		   struct tr_err *err)
{
	struct pollfd p[2] = { { .fd = l->out[0], .events = POLLIN },
			       { .fd = l->err[0], .events = POLLIN } };
	long long end = now_ms() + l->timeout_ms;

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		long long left = end - now_ms();
		int n = left > 0 ? poll(p, 2, (int)left) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return tr_err_set(err, TR_ERR_CANNOT, "%s: not done within %d s",
					  l->argv[0], l->timeout_ms / 1000);
		if (p[0].revents && !drain(p[0].fd, out, l->limit + 1))
			p[0].fd = -1;
		if (p[1].revents && !drain(p[1].fd, errs, STDERR_LIMIT))
			p[1].fd = -1;
		if (out->len > l->limit)
			return tr_err_set(err, TR_ERR_CANNOT, "%s: prints more than %zu bytes",
					  l->argv[0], l->limit);
	}
	return 0;
}

/* 1, 0 at the end, -1 */
static int pass_on(const struct launch *l, char *buf, size_t size, struct tr_err *err)
{
	ssize_t n = read(l->out[0], buf, size);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0)
		return 0;
	return l->sink->take(buf, (size_t)n, l->sink->arg, err) < 0 ? -1 : 1;
}

static int pass_all_on(const struct launch *l, struct strbuf *errs, struct tr_err *err)
{
	struct pollfd p[2] = { { .fd = l->out[0], .events = POLLIN },
			       { .fd = l->err[0], .events = POLLIN } };
	long long end = now_ms() + l->timeout_ms;
	char buf[65536];

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		int n = poll(p, 2, 200), r = 1;

		if (l->sink->stop && l->sink->stop(l->sink->arg))
			return tr_err_set(err, TR_ERR_CANNOT, "interrupted");
		if (n <= 0 && now_ms() > end)
			return tr_err_set(err, TR_ERR_CANNOT, "%s: nothing came for %d s",
					  l->argv[0], l->timeout_ms / 1000);
		if (n <= 0)
			continue;
		end = now_ms() + l->timeout_ms;
		if (p[0].revents && (r = pass_on(l, buf, sizeof(buf), err)) <= 0)
			p[0].fd = -1;
		if (r < 0)
			return -1;
		if (p[1].revents && !drain(p[1].fd, errs, STDERR_LIMIT))
			p[1].fd = -1;
	}
	return 0;
}

/* Both ends of its pipes may be closed and it still run: the time limit holds for that too. */
static int wait_for(pid_t pid, const char *name, bool kill_now, int *ret_status, struct tr_err *err)
{
	long long end = now_ms() + 2000;

	for (;;) {
		pid_t r;

		if (kill_now)
			kill(-pid, SIGKILL);
		r = waitpid(pid, ret_status, kill_now ? 0 : WNOHANG);
		if (r == pid)
			return 0;
		if (r < 0 && errno != EINTR)
			return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s: wait for it", name);
		if (r == 0)
			poll(NULL, 0, 5);
		kill_now = kill_now || now_ms() > end;
	}
}

static void close_pipes(struct launch *l)
{
	for (int i = 0; i < 2; i++) {
		if (l->out[i] >= 0)
			close(l->out[i]);
		if (l->err[i] >= 0)
			close(l->err[i]);
	}
}

static int launch(struct launch *l, struct process_output *ret, struct tr_err *err)
{
	cleanup_strbuf struct strbuf out = STRBUF_INIT, errs = STRBUF_INIT;
	int status = 0, r;
	pid_t pid = fork();

	if (pid < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s: start it", l->argv[0]);
	if (pid == 0)
		run_child(l);
	/* Both sides do it, so that it is done whoever runs first. */
	setpgid(pid, pid);
	close(l->out[1]);
	close(l->err[1]);
	l->out[1] = l->err[1] = -1;
	r = l->sink ? pass_all_on(l, &errs, err) : collect(l, &out, &errs, err);
	if (wait_for(pid, l->argv[0], r < 0, &status, err) < 0 || r < 0)
		return -1;
	ret->status = status;
	ret->out_len = out.len;
	ret->out = strbuf_detach(&out);
	ret->err = strbuf_detach(&errs);
	return 0;
}

static int prepare_and_launch(struct launch *l, struct process_output *ret, struct tr_err *err)
{
	int r;

	l->out[0] = l->out[1] = l->err[0] = l->err[1] = -1;
	if (find_groups(l, err) < 0)
		return -1;
	if (pipe2(l->out, O_CLOEXEC) < 0 || pipe2(l->err, O_CLOEXEC) < 0) {
		r = tr_err_errno(err, TR_ERR_CANNOT, errno, "%s: make a pipe", l->argv[0]);
	} else {
		l->envp = make_env(l->user);
		r = launch(l, ret, err);
		free_env(l->envp);
	}
	close_pipes(l);
	return r;
}

int process_run(const char *const argv[], const struct process_user *user, int timeout_ms,
		size_t limit, struct process_output *ret, struct tr_err *err)
{
	struct launch l = { .argv = argv, .user = user, .timeout_ms = timeout_ms, .limit = limit };

	return prepare_and_launch(&l, ret, err);
}

int process_stream(const char *const argv[], const struct process_user *user, int idle_ms,
		   const struct process_sink *sink, struct process_output *ret, struct tr_err *err)
{
	struct launch l = { .argv = argv, .user = user, .timeout_ms = idle_ms, .sink = sink };

	return prepare_and_launch(&l, ret, err);
}

void process_output_release(struct process_output *o)
{
	free(o->out);
	free(o->err);
	memset(o, 0, sizeof(*o));
}
