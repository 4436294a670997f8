// SPDX-License-Identifier: Apache-2.0
#include "record/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/strbuf.h"

/* In the child: only what is safe between fork and exec of a process that may have threads. */
static int become(const struct fs_owner *who, const struct passwd *pw)
{
	if (!who->is_sudo)
		return 0;
	if (pw ? initgroups(pw->pw_name, who->gid) < 0 : setgroups(0, NULL) < 0)
		return -1;
	if (setgid(who->gid) < 0 || setuid(who->uid) < 0)
		return -1;
	if (pw && (setenv("HOME", pw->pw_dir, 1) < 0 || setenv("USER", pw->pw_name, 1) < 0 ||
		   setenv("LOGNAME", pw->pw_name, 1) < 0))
		return -1;
	return 0;
}

static void default_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
}

#define MAX_ENV 16384

/* What a child needs to become its program. */
struct program {
	char *const *argv;
	const struct fs_owner *who;
	const struct passwd *pw;
	bool out_to_err;
};

static bool read_all(int fd, void *buf, size_t size)
{
	for (size_t len = 0; len < size;) {
		ssize_t n = read(fd, (char *)buf + len, size - len);

		if (n == 0 || (n < 0 && errno != EINTR))
			return false;
		len += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/*
 * The order to go: how many bytes go into the environment, and these. Not until the end of file: a child that
 * is held as well has the other end, too. The end of file is that the recorder is gone, or gave up.
 */
static bool read_order(int fd)
{
	static char env[MAX_ENV];
	uint32_t len;

	if (!read_all(fd, &len, sizeof(len)) || len > sizeof(env) || !read_all(fd, env, len))
		return false;
	close(fd);
	for (char *p = env; p < env + len; p += strlen(p) + 1)
		putenv(p);
	return true;
}

/* Signals wait until it is what they are meant for. */
static _Noreturn void child(int go, int failed, const struct program *p)
{
	int e;

	if (!read_order(go))
		_exit(127);
	default_signals();
	if ((!p->out_to_err || dup2(STDERR_FILENO, STDOUT_FILENO) >= 0) &&
	    become(p->who, p->pw) == 0)
		execvp(p->argv[0], p->argv);
	e = errno;
	if (write(failed, &e, sizeof(e)) < 0)
		_exit(126);
	_exit(e == ENOENT ? 127 : 126);
}

static void close_pair(int fds[2])
{
	close(fds[0]);
	close(fds[1]);
}

int spawn_held(struct spawned *p, char *const argv[], const struct fs_owner *who, bool out_to_err,
	       struct tr_err *err)
{
	struct program program = { argv, who, NULL, out_to_err };
	int go[2], failed[2];
	pid_t pid;

	if (who->is_sudo)
		program.pw = getpwuid(who->uid);
	if (pipe2(go, O_CLOEXEC) < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "start %s", argv[0]);
	if (pipe2(failed, O_CLOEXEC) < 0) {
		close_pair(go);
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "start %s", argv[0]);
	}
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		close(failed[0]);
		child(go[0], failed[1], &program);
	}
	close(go[0]);
	close(failed[1]);
	if (pid < 0) {
		close(go[1]);
		close(failed[0]);
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "start %s", argv[0]);
	}
	*p = (struct spawned)SPAWNED_INIT;
	p->pid = pid;
	p->go = go[1];
	p->failed = failed[0];
	p->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p->pidfd < 0) {
		int e = errno;

		spawn_close(p);
		return tr_err_errno(err, TR_ERR_CANNOT, e, "watch %s", argv[0]);
	}
	fcntl(p->pidfd, F_SETFD, FD_CLOEXEC);
	return 0;
}

static int send_order(int fd, char *const env[])
{
	struct strbuf sb = STRBUF_INIT;
	uint32_t len;
	int r;

	for (size_t i = 0; env && env[i]; i++)
		strbuf_add(&sb, env[i], strlen(env[i]) + 1);
	len = (uint32_t)sb.len;
	r = sb.len > MAX_ENV ? -E2BIG : fs_write_all(fd, &len, sizeof(len));
	if (r == 0 && len)
		r = fs_write_all(fd, sb.s, len);
	strbuf_release(&sb);
	return r;
}

int spawn_release(struct spawned *p, const char *name, char *const env[], struct tr_err *err)
{
	int e = 0, r = send_order(p->go, env);
	ssize_t n;

	if (r < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, -r, "start %s", name);
	close(p->go);
	p->go = -1;
	do
		n = read(p->failed, &e, sizeof(e));
	while (n < 0 && errno == EINTR);
	close(p->failed);
	p->failed = -1;
	if (n != sizeof(e))
		return 0;
	waitpid(p->pid, NULL, 0);
	p->ended = true;
	p->status = e == ENOENT ? 127 : 126;
	return tr_err_errno(err, TR_ERR_CANNOT, e, "cannot run %s", name);
}

void spawn_reap(struct spawned *p)
{
	int st;

	if (!p->pid || p->ended || waitpid(p->pid, &st, WNOHANG) != p->pid)
		return;
	p->ended = true;
	p->status = WIFEXITED(st) ? WEXITSTATUS(st) : 128 + WTERMSIG(st);
}

void spawn_close(struct spawned *p)
{
	if (p->go >= 0) {
		/* Still held: it ends by itself at end of file. */
		close(p->go);
		waitpid(p->pid, NULL, 0);
		p->ended = true;
	}
	if (p->failed >= 0)
		close(p->failed);
	if (p->pidfd >= 0)
		close(p->pidfd);
	p->go = p->failed = p->pidfd = -1;
}
