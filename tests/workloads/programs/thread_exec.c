// SPDX-License-Identifier: Apache-2.0
/*
 * Executes itself from a thread that is not the leader: the thread takes over the leader's number in
 * the middle of its call. What comes then: a call and a file that nothing before had. The kernel says
 * when the leader is in that call: else it would be made by chance.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* /proc/self is the leader. Its file has the number of the call it sleeps in, or a word. */
static void wait_for_leader(void)
{
	int fd = open("/proc/self/syscall", O_RDONLY);
	char text[32];
	ssize_t n;

	do {
		n = pread(fd, text, sizeof(text) - 1, 0);
		if (n <= 0)
			_exit(1);
		text[n] = 0;
	} while (atoi(text) != SYS_rt_sigsuspend);
}

static void *exec_again(void *arg)
{
	char *argv[] = { "again", "again", NULL };

	getpgid(0);
	wait_for_leader();
	execv("/proc/self/exe", argv);
	perror("execv");
	return arg;
}

int main(int argc, char **argv)
{
	sigset_t none;
	pthread_t t;

	(void)argv;
	if (argc > 1) {
		getsid(0);
		return open("/etc/hostname", O_RDONLY) < 0;
	}
	if (pthread_create(&t, NULL, exec_again, NULL))
		return 1;
	sigemptyset(&none);
	for (;;)
		sigsuspend(&none);
}
