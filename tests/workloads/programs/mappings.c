// SPDX-License-Identifier: Apache-2.0
/*
 * mappings DIR N: maps N files of DIR, with holes and memory of its own between them, and makes each of
 * both executable, while two other threads change the mappings all the time.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

static atomic_bool done;

static void *map(size_t size, int prot, int fd)
{
	void *p = mmap(NULL, size, prot, MAP_PRIVATE | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return p;
}

static void *change(void *arg)
{
	size_t size = 256 * PAGE;

	while (!done) {
		char *p = map(size, PROT_READ | PROT_WRITE, -1);

		for (size_t i = 0; i < size; i += PAGE)
			p[i] = 1;
		munmap(p, size);
	}
	return arg;
}

static void run(void *p)
{
	if (mprotect(p, PAGE, PROT_READ | PROT_EXEC)) {
		perror("mprotect");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[2]) : 0;
	pthread_t t[2];
	char path[4096];

	for (int i = 0; i < 2; i++)
		if (pthread_create(&t[i], NULL, change, NULL))
			return 1;
	for (int i = 0; i < n; i++) {
		int fd;

		snprintf(path, sizeof(path), "%s/%d", argv[1], i);
		fd = open(path, O_RDWR | O_CREAT, 0600);
		if (fd < 0 || ftruncate(fd, PAGE))
			return 1;
		run(map(PAGE, PROT_READ, fd));
		map(PAGE, PROT_NONE, -1);
		/* Memory that is not like its neighbour is a mapping of its own. */
		run(map(PAGE, i % 2 ? PROT_READ : PROT_WRITE, -1));
		close(fd);
	}
	done = true;
	return pthread_join(t[0], NULL) || pthread_join(t[1], NULL);
}
