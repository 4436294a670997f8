// SPDX-License-Identifier: Apache-2.0
/*
 * bench loops [-a] [-r ROUNDS] [-s SLICES]   the loops' samples, on stdout
 * bench hold                            the empty programs, attached until stdin ends
 * bench programs                        how many tracing programs there are in the kernel
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("bench: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	_exit(1);
}

int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The last CPU is the workers'; the first ones are everybody else's. */
static int choose_cpu(void)
{
	cpu_set_t mine;
	int last = 0, n = 0;

	if (sched_getaffinity(0, sizeof(mine), &mine) < 0)
		die("sched_getaffinity: %s", strerror(errno));
	for (int i = 0; i < CPU_SETSIZE; i++) {
		if (CPU_ISSET(i, &mine)) {
			last = i;
			n++;
		}
	}
	if (n > 1) {
		CPU_CLR(last, &mine);
		sched_setaffinity(0, sizeof(mine), &mine);
	}
	return last;
}

static int hold(void)
{
	struct empty_bpf *e = empty_attach();
	char c;

	/* A shell has its background jobs ignore it, and it is how this is ended. */
	signal(SIGINT, SIG_DFL);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	empty_detach(e);
	return 0;
}

static int loops(int argc, char **argv)
{
	char file[] = "/tmp/bench.XXXXXX";
	struct loop_opts o = { .rounds = 60, .slices = 40, .file = file };
	int c, fd, status;

	while ((c = getopt(argc, argv, "ar:s:")) != -1) {
		if (c == 'a')
			o.any = true;
		else if (c == 'r')
			o.rounds = (unsigned)atoi(optarg);
		else if (c == 's')
			o.slices = (unsigned)atoi(optarg);
		else
			return 2;
	}
	o.cpu = choose_cpu();
	fd = mkstemp(file);
	if (fd < 0)
		die("%s: %s", file, strerror(errno));
	close(fd);
	status = loops_main(&o);
	unlink(file);
	return status;
}

int main(int argc, char **argv)
{
	if (argc >= 2 && !strcmp(argv[1], "loops"))
		return loops(argc - 1, argv + 1);
	if (argc == 3 && !strcmp(argv[1], "worker"))
		return worker_main(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "hold"))
		return hold();
	if (argc == 2 && !strcmp(argv[1], "programs")) {
		printf("%u\n", programs_now().n);
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "json"))
		return json_main(argv + 2, argc - 2);
	if (argc == 4 && !strcmp(argv[1], "walk"))
		return walk_main(argv[2], argv[3]);
	fputs("usage: bench loops [-a] [-r ROUNDS] [-s SLICES] | hold | programs | json FILE... |\n"
	      "             walk PATHS PROFILE\n",
	      stderr);
	return 2;
}
