// SPDX-License-Identifier: Apache-2.0
/*
 * Asks for the time in every way that the vDSO serves without entering the kernel, until the clock is
 * one that only the kernel can read. Fails if one of them does.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

int main(void)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME };
	struct timespec t;
	struct timeval v;
	unsigned cpu;

	for (int i = 0; i < 3; i++) {
		if (clock_gettime(clocks[i], &t) || clock_getres(clocks[i], &t)) {
			perror("clock_gettime");
			return 1;
		}
	}
	if (gettimeofday(&v, NULL) || time(NULL) <= 0 || getcpu(&cpu, NULL)) {
		perror("gettimeofday");
		return 1;
	}
	return 0;
}
