// SPDX-License-Identifier: Apache-2.0
/* One act a word: acts WORD... does each in turn and fails only if it could not be tried. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int do_fork(void)
{
	pid_t pid = (pid_t)syscall(SYS_fork);

	if (pid == 0)
		_exit(0);
	return wait_for(pid);
}

static int do_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0)
		_exit(0);
	return wait_for(pid);
}

static void *nothing(void *arg)
{
	syscall(SYS_gettid);
	return arg;
}

static int do_thread(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, nothing, NULL) || pthread_join(t, NULL);
}

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

/* rt_sigreturn: it has no exit of its own number. */
static int do_signal(void)
{
	caught = 0;
	if (signal(SIGUSR1, on_signal) == SIG_ERR || raise(SIGUSR1))
		return -1;
	return caught != SIGUSR1;
}

/* A read that a signal interrupts and restarts. */
static int do_read(void)
{
	struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int fds[2];
	char c;
	pid_t pid;

	if (sigaction(SIGUSR2, &act, NULL) || pipe(fds))
		return -1;
	pid = fork();
	if (pid == 0) {
		usleep(20000);
		kill(getppid(), SIGUSR2);
		usleep(20000);
		_exit(write(fds[1], "x", 1) != 1);
	}
	return read(fds[0], &c, 1) != 1 || wait_for(pid);
}

/* execveat enters as one number and leaves as another. */
static int do_execveat(void)
{
	static char *argv[] = { "acts", NULL }, *env[] = { NULL };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	pid_t pid = fork();

	if (pid == 0) {
		syscall(SYS_execveat, fd, "", argv, env, 0x1000 /* AT_EMPTY_PATH */);
		_exit(1);
	}
	close(fd);
	return wait_for(pid);
}

static int do_exec(void)
{
	static char *argv[] = { "acts", NULL }, *env[] = { NULL };
	pid_t pid = fork();

	if (pid == 0) {
		execve("/proc/self/exe", argv, env);
		_exit(1);
	}
	return wait_for(pid);
}

static int do_mount(void)
{
	syscall(SYS_mount, "none", "/nowhere", "tmpfs", 0, NULL);
	return 0;
}

static int do_keyctl(void)
{
	syscall(SYS_keyctl, 0, -3, 0, 0, 0);
	return 0;
}

static int do_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	if (fd >= 0)
		close(fd);
	return 0;
}

static int do_unix(void)
{
	return do_socket(AF_UNIX, SOCK_STREAM);
}

/* Two families that Docker's default keeps out, from some version on. */
static int do_vsock(void)
{
	return do_socket(AF_VSOCK, SOCK_STREAM);
}

static int do_alg(void)
{
	return do_socket(AF_ALG, SOCK_SEQPACKET);
}

/* Stopped in the middle of a call, which the kernel takes up again. */
static int do_stop(void)
{
	struct timespec t = { 0, 150000000 };
	pid_t pid = fork();

	if (pid == 0)
		_exit((int)syscall(SYS_nanosleep, &t, NULL) != 0);
	/* kill(-1) is everybody. */
	if (pid < 0)
		return -1;
	usleep(30000);
	kill(pid, SIGSTOP);
	usleep(30000);
	kill(pid, SIGCONT);
	return wait_for(pid);
}

static int do_getpriority(void)
{
	return syscall(SYS_getpriority, 0, 0) < 0 && errno == EINVAL;
}

/* A filter of the program's own: getpriority answers EDOM. */
static int do_inner(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpriority, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EDOM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof(insns) / sizeof(insns[0]), insns };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

/* In a child, because it may be killed for it; in a thread, where only the thread may be. */
static int do_child(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(do_getpriority());
	return waitpid(pid, &status, 0) != pid;
}

static void *one_getpriority(void *arg)
{
	do_getpriority();
	return arg;
}

static int do_doomed_thread(void)
{
	pid_t pid = fork();
	pthread_t t;

	if (pid == 0) {
		if (pthread_create(&t, NULL, one_getpriority, NULL))
			_exit(1);
		pthread_join(t, NULL);
		_exit(0);
	}
	return waitpid(pid, NULL, 0) != pid;
}

static int do_poll(void)
{
	return poll(NULL, 0, 1500) != 0;
}

static int do_sleep(void)
{
	sleep(1);
	return 0;
}

static int do_pause(void)
{
	/* PID 1 has no defaults for these. */
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	pause();
	return 0;
}

static const struct {
	const char *word;
	int (*act)(void);
} acts[] = {
	{ "fork", do_fork },
	{ "vfork", do_vfork },
	{ "thread", do_thread },
	{ "signal", do_signal },
	{ "read", do_read },
	{ "exec", do_exec },
	{ "execveat", do_execveat },
	{ "mount", do_mount },
	{ "keyctl", do_keyctl },
	{ "stop", do_stop },
	{ "unix", do_unix },
	{ "vsock", do_vsock },
	{ "alg", do_alg },
	{ "getpriority", do_getpriority },
	{ "inner", do_inner },
	{ "child", do_child },
	{ "doomed-thread", do_doomed_thread },
	{ "poll", do_poll },
	{ "sleep", do_sleep },
	{ "pause", do_pause },
};

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		size_t k = 0, n = sizeof(acts) / sizeof(acts[0]);

		while (k < n && strcmp(acts[k].word, argv[i]))
			k++;
		if (k == n || acts[k].act()) {
			fprintf(stderr, "acts: %s did not go as it should\n", argv[i]);
			return 2;
		}
	}
	return 0;
}
