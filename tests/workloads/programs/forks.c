// SPDX-License-Identifier: Apache-2.0
/*
 * forks N: 4 processes make N children each, with 4 threads each. Every thread calls getpgid, and a number
 * that nobody else calls, nor has any kernel it: 200000 and as many more as there are threads, 20 N.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *thread(void *number)
{
	if (getpgid(0) < 0)
		abort();
	syscall((long)number);
	return number;
}

static void child(long number)
{
	pthread_t t[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&t[i], NULL, thread, (void *)(number + i)))
			abort();
	thread((void *)(number + 4));
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	_exit(0);
}

static void parent(int n, long number)
{
	for (int i = 0; i < n; i++) {
		if (fork() == 0)
			child(number + i * 5);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	while (wait(NULL) > 0)
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1;

	for (int i = 0; i < 4; i++)
		if (fork() == 0)
			parent(n, 200000 + (long)i * n * 5);
	while (wait(NULL) > 0)
		;
	return 0;
}
