// SPDX-License-Identifier: Apache-2.0
/* Signals: by every call that sends one. */
#include <pthread.h>
#include <sys/prctl.h>

#include "oracle.h"

static void ignore(int sig)
{
	want(signal(sig, SIG_IGN) != SIG_ERR);
}

CASE(kill_self, "kill-self")
{
	ignore(SIGUSR1);
	must(kill(getpid(), SIGUSR1));
}

CASE(kill_exists, "kill-exists")
{
	must(kill(getpid(), 0));
}

CASE(kill_raise, "kill-raise")
{
	ignore(SIGUSR2);
	must(raise(SIGUSR2));
}

static pid_t waits(void)
{
	pid_t pid = must(fork());

	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static void ended_by(pid_t pid, int sig)
{
	int status;

	must(waitpid(pid, &status, 0));
	want(WIFSIGNALED(status) && WTERMSIG(status) == sig);
}

CASE(kill_child, "kill-child")
{
	pid_t pid = waits();

	must(kill(pid, SIGTERM));
	ended_by(pid, SIGTERM);
}

CASE(kill_parent, "kill-parent")
{
	must(kill(getppid(), SIGWINCH));
}

CASE(kill_zombie, "kill-zombie")
{
	siginfo_t info;
	pid_t pid = must(fork());

	if (pid == 0)
		_exit(0);
	must(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	must(kill(pid, SIGHUP));
	must(waitpid(pid, NULL, 0));
}

NOTHING(kill_nobody, "kill-nobody")
{
	fails(kill(4194000, SIGINT), ESRCH);
}

CASE(kill_group, "kill-group")
{
	ignore(SIGPROF);
	must(setpgid(0, 0));
	must(kill(0, SIGPROF));
}

CASE(kill_group_by_number, "kill-group-by-number")
{
	ignore(SIGVTALRM);
	must(setpgid(0, 0));
	must(kill(-getpid(), SIGVTALRM));
}

CASE(kill_everybody, "kill-everybody")
{
	pid_t pid = waits();

	must(kill(-1, SIGXCPU));
	ended_by(pid, SIGXCPU);
}

CASE(kill_stop, "kill-stop")
{
	pid_t pid = waits();
	int status;

	must(kill(pid, SIGSTOP));
	must(waitpid(pid, &status, WUNTRACED));
	must(kill(pid, SIGCONT));
	must(kill(pid, SIGKILL));
	ended_by(pid, SIGKILL);
}

CASE(kill_realtime, "kill-realtime")
{
	ignore(SIGRTMIN + 3);
	must(kill(getpid(), SIGRTMIN + 3));
}

CASE(sigqueue_plain, "sigqueue")
{
	union sigval value = { .sival_int = 1 };

	ignore(SIGXFSZ);
	must(sigqueue(getpid(), SIGXFSZ, value));
}

CASE(tgkill_plain, "tgkill")
{
	ignore(SIGQUIT);
	must((int)syscall(SYS_tgkill, getpid(), gettid(), SIGQUIT));
}

CASE(tkill_plain, "tkill")
{
	ignore(SIGILL);
	must((int)syscall(SYS_tkill, gettid(), SIGILL));
}

static void *sleeps(void *arg)
{
	pause();
	return arg;
}

CASE(kill_thread, "kill-thread")
{
	pthread_t thread;

	ignore(SIGPWR);
	want(pthread_create(&thread, NULL, sleeps, NULL) == 0);
	want(pthread_kill(thread, SIGPWR) == 0);
}

CASE(rt_tgsigqueueinfo_plain, "rt-tgsigqueueinfo")
{
	siginfo_t info = { .si_code = SI_QUEUE };

	ignore(SIGTRAP);
	must((int)syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), SIGTRAP, &info));
}

CASE(pidfd_send_signal_plain, "pidfd-send-signal")
{
	pid_t pid = waits();
	int fd = must((int)syscall(SYS_pidfd_open, pid, 0));

	must((int)syscall(SYS_pidfd_send_signal, fd, SIGABRT, NULL, 0));
	ended_by(pid, SIGABRT);
}

NOTHING(alarm_fires, "alarm-fires")
{
	struct timespec nap = { .tv_sec = 3 };

	ignore(SIGALRM);
	alarm(1);
	nanosleep(&nap, NULL);
	alarm(0);
}

NOTHING(pipe_breaks, "pipe-breaks")
{
	int ends[2];

	ignore(SIGPIPE);
	must(pipe(ends));
	close(ends[0]);
	fails(write(ends[1], "x", 1), EPIPE);
}

static void dies_before_its_child(void)
{
	int ends[2];
	char byte;

	must(pipe(ends));
	if (must(fork()) != 0) {
		close(ends[1]);
		must((int)read(ends[0], &byte, 1));
		_exit(0);
	}
	must(prctl(PR_SET_PDEATHSIG, SIGIO));
	must((int)write(ends[1], "x", 1));
	pause();
	_exit(0);
}

/* The kernel sends it on behalf of the parent that ends. */
CASE(parent_death, "parent-death")
{
	in_child(dies_before_its_child);
}

static void kill_with_capability(void)
{
	pid_t pid = must(fork());

	if (pid == 0) {
		must(setuid(65534));
		pause();
		_exit(0);
	}
	usleep(100000);
	must(kill(pid, SIGBUS));
	ended_by(pid, SIGBUS);
}

CASE(kill_other_user, "kill-other-user")
{
	kill_with_capability();
}

static void refused(void)
{
	must(setuid(65534));
	fails(kill(1, SIGFPE), EPERM);
}

/* A refusal by user comes first. */
CASE(kill_refused, "kill-refused")
{
	in_child(refused);
}
