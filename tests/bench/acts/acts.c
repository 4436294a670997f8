// SPDX-License-Identifier: Apache-2.0
/*
 * acts [ROUNDS]: does each of some acts again and again, and prints its name and what one took, by the clock.
 * In a virtual machine whose clock counts instructions, that is how many were executed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int pair[2], file;

static int act_getppid(void)
{
	return getppid() < 0;
}

static int act_open(void)
{
	int fd = open("file", O_RDONLY);

	return fd < 0 || close(fd);
}

static int act_mkdir(void)
{
	return mkdir("dir", 0700) || rmdir("dir");
}

static int act_rename(void)
{
	return rename("file", "other") || rename("other", "file");
}

static int act_link(void)
{
	return link("file", "link") || unlink("link");
}

static int act_chmod(void)
{
	return chmod("file", 0600);
}

static int act_lock(void)
{
	return flock(file, LOCK_SH) || flock(file, LOCK_UN);
}

static int act_mmap(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);

	return p == MAP_FAILED || munmap(p, 4096);
}

static int act_send(void)
{
	char c = 0;

	return send(pair[0], &c, 1, 0) != 1 || recv(pair[1], &c, 1, 0) != 1;
}

static int act_kill(void)
{
	return kill(getpid(), 0);
}

/* The size of the kernel's log: for CAP_SYSLOG alone, where dmesg is restricted. */
static int act_capability(void)
{
	return klogctl(10, NULL, 0) < 0;
}

static const struct {
	const char *name;
	int (*act)(void);
} acts[] = {
	{ "getppid", act_getppid },	    { "open+close", act_open },
	{ "mkdir+rmdir", act_mkdir },	    { "rename, twice", act_rename },
	{ "link+unlink", act_link },	    { "chmod", act_chmod },
	{ "flock, twice", act_lock },	    { "mmap+munmap, executable", act_mmap },
	{ "send+recv", act_send },	    { "kill(0)", act_kill },
	{ "a capability", act_capability },
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of single acts: an interrupt is in few of them. */
static int measure(const char *name, int (*act)(void), int rounds)
{
	double *took = calloc((size_t)rounds, sizeof(*took));

	if (!took)
		return 1;
	for (int i = 0; i < rounds; i++) {
		double start = now();

		if (act()) {
			perror(name);
			return 1;
		}
		took[i] = now() - start;
	}
	qsort(took, (size_t)rounds, sizeof(*took), by_value);
	printf("%s\t%.0f\n", name, took[rounds / 2]);
	free(took);
	return 0;
}

int main(int argc, char **argv)
{
	char dir[] = "/dev/shm/acts.XXXXXX";
	int failed = 0;

	file = -1;
	if (!mkdtemp(dir) || chdir(dir) || (file = open("file", O_RDWR | O_CREAT, 0700)) < 0 ||
	    ftruncate(file, 4096) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
		perror(dir);
		return 1;
	}
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		failed |= measure(acts[i].name, acts[i].act, argc > 1 ? atoi(argv[1]) : 1000);
	unlink("file");
	return failed || rmdir(dir);
}
