// SPDX-License-Identifier: Apache-2.0
/*
 * Executes itself from a thread that is not the leader: the thread takes over the leader's number in
 * the middle of its call. What comes then: a call and a file that nothing before had.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static void *exec_again(void *arg)
{
	char *argv[] = { "again", "again", NULL };

	getpgid(0);
	execv("/proc/self/exe", argv);
	perror("execv");
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t t;

	(void)argv;
	if (argc > 1) {
		getsid(0);
		return open("/etc/hostname", O_RDONLY) < 0;
	}
	if (pthread_create(&t, NULL, exec_again, NULL))
		return 1;
	for (;;)
		pause();
}
