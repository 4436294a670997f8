// SPDX-License-Identifier: Apache-2.0
/*
 * Two processes of one program that make the same new call at the same moment, again and again: each
 * waits for the other before each call. Calls with arguments that are recorded by value.
 */
#include <sys/mman.h>
#include <sys/syscall.h>

#include "bare.h"

#define CALLS 40

/* Waits until both were here `times` times. */
static void meet(volatile int *arrived, int times)
{
	__sync_fetch_and_add(arrived, 1);
	while (*arrived < 2 * times)
		;
}

static void on_cpu(long cpu)
{
	unsigned long mask = 1UL << cpu;

	call3(SYS_sched_setaffinity, 0, sizeof(mask), (long)&mask);
}

void _start(void)
{
	long mem =
		call6(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	volatile int *arrived = (volatile int *)mem;
	long child = call3(SYS_fork, 0, 0, 0);
	int times = 0;

	on_cpu(child ? 0 : 1);
	for (long i = 0; i < CALLS; i++) {
		meet(arrived, ++times);
		call3(SYS_prctl, 100000 + i, 0, 0);
		meet(arrived, ++times);
		call3(SYS_fcntl, 99, 5000 + i, 0);
		meet(arrived, ++times);
		call3(SYS_ioctl, 99, 0x7000 + i, 0);
	}
	/* and each its own, more than are kept */
	for (long i = 0; i < CALLS; i++) {
		meet(arrived, ++times);
		call3(SYS_keyctl, 1000 + 2 * i + !child, 0, 0);
	}
	if (child)
		call6(SYS_wait4, child, 0, 0, 0, 0, 0);
	for (;;)
		call3(SYS_exit_group, 0, 0, 0);
}
