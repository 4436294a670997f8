// SPDX-License-Identifier: Apache-2.0
/* forks N: 4 processes make N children each, with 4 threads each; every thread calls getpgid. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *thread(void *arg)
{
	if (getpgid(0) < 0)
		abort();
	return arg;
}

static void child(void)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&t[i], NULL, thread, NULL))
			abort();
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	_exit(0);
}

static void parent(int n)
{
	for (int i = 0; i < n; i++) {
		if (fork() == 0)
			child();
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	while (wait(NULL) > 0)
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			parent(argc > 1 ? atoi(argv[1]) : 1);
	while (wait(NULL) > 0)
		;
	return 0;
}
