// SPDX-License-Identifier: Apache-2.0
/*
 * flood WHAT ARG...: more than a recorder takes, each thing once unless said otherwise.
 *
 *   files DIR N      makes, opens and removes DIR/0 to DIR/N-1
 *   again DIR N M    opens DIR/0 to DIR/N-1 for reading, M times; makes them first
 *   calls N M        makes N calls that the kernel does not have, M times
 *   long DIR N       opens a file below N directories with names of 250 x
 *   unmapped FIFO    openat2, and what its arguments point to is gone when it returns
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void open_close(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0 || close(fd)) {
		perror(path);
		exit(1);
	}
}

static void files(const char *dir, int n)
{
	char path[4096];

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%d", dir, i);
		open_close(path, O_WRONLY | O_CREAT);
		unlink(path);
	}
}

static void again(const char *dir, int n, int m)
{
	char path[4096];

	for (int k = 0; k <= m; k++)
		for (int i = 0; i < n; i++) {
			snprintf(path, sizeof(path), "%s/%d", dir, i);
			open_close(path, k ? O_RDONLY : O_WRONLY | O_CREAT);
		}
}

static void calls(int n, int m)
{
	for (int k = 0; k < m; k++)
		for (int i = 0; i < n; i++)
			syscall(100000 + i);
}

static void below_long(const char *dir, int n)
{
	char name[251];

	memset(name, 'x', 250);
	name[250] = '\0';
	if (chdir(dir))
		exit(1);
	for (int i = 0; i < n; i++)
		if (chdir(name))
			exit(1);
	open_close("f", O_RDONLY);
}

/* A page of its own, so that it can be taken away. */
static struct open_how *how;
static const char *fifo;

/* Once the other sleeps in its call. The number of that is what /proc says first. */
static void *take_away(void *arg)
{
	int fd = open("/proc/self/syscall", O_RDONLY);
	char text[32] = "";

	while (atoi(text) != SYS_openat2)
		if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
			exit(1);
	munmap(how, sizeof(*how));
	open_close(fifo, O_WRONLY);
	return arg;
}

static void unmapped(const char *path)
{
	pthread_t t;

	fifo = path;
	how = mmap(NULL, sizeof(*how), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	how->flags = O_RDONLY;
	if (pthread_create(&t, NULL, take_away, NULL) ||
	    syscall(SYS_openat2, AT_FDCWD, path, how, sizeof(*how)) < 0 || pthread_join(t, NULL))
		exit(1);
}

int main(int argc, char **argv)
{
	int n = argc > 3 ? atoi(argv[3]) : 0;

	if (argc == 4 && !strcmp(argv[1], "files"))
		files(argv[2], n);
	else if (argc == 5 && !strcmp(argv[1], "again"))
		again(argv[2], n, atoi(argv[4]));
	else if (argc == 4 && !strcmp(argv[1], "calls"))
		calls(atoi(argv[2]), n);
	else if (argc == 4 && !strcmp(argv[1], "long"))
		below_long(argv[2], n);
	else if (argc == 3 && !strcmp(argv[1], "unmapped"))
		unmapped(argv[2]);
	else
		return 2;
	return 0;
}
