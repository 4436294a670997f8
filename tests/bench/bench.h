/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the benchmark's driver. Each measurement is a line of text; report.py makes tables. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int compare_doubles(const void *a, const void *b);

/* worker.c: a process of its own that runs the loops. */
enum loop {
	LOOP_GETPPID,
	LOOP_OPEN,
	LOOP_FILTERED, /* getppid again, under a seccomp filter that the worker keeps from then on */
	LOOPS,
};
struct worker {
	pid_t pid;
	int in, out;
};
/* Forked, on its CPU, and held before its exec. */
void worker_fork(struct worker *w, int cpu, const char *file);
void worker_release(struct worker *w);
/*
 * Nanoseconds of CPU time a turn of the loop takes: the first quartile of the slices, as what else
 * happens on the machine only ever adds.
 */
double worker_measure(struct worker *w, enum loop loop, uint32_t slices);
void worker_end(struct worker *w);
int worker_main(const char *file);

/* programs.c */
struct empty_bpf;
struct empty_bpf *empty_attach(void);
void empty_detach(struct empty_bpf *e);
/*
 * The programs in this kernel that can slow a syscall down: how many, and a sum over their numbers,
 * which are not given out twice. Two equal states with nothing between them are of one set.
 */
struct programs {
	unsigned n;
	uint64_t sum;
};
struct programs programs_now(void);

/* loops.c */
struct loop_opts {
	unsigned rounds, slices;
	int cpu;
	bool any; /* rounds count even if somebody else is tracing */
	const char *file; /* to open and close */
};
int loops_main(const struct loop_opts *o);

/* json.c */
int json_main(char *const *paths, int n);

/* walk.c */
int walk_main(const char *paths, const char *profile);

#endif
