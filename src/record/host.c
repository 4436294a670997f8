// SPDX-License-Identifier: Apache-2.0
#include "record/host.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/*
 * The clock source decides whether clock_gettime is a syscall: the vDSO serves it from the TSC,
 * and not from hpet or acpi_pm.
 */
static void add_clocksource(struct tr_recording *rec)
{
	char line[64] = "";
	FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/current_clocksource", "re");

	if (!f)
		return;
	if (fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = '\0';
	fclose(f);
	if (*line)
		tr_context_add(rec, "clocksource", line);
}

void host_to_context(struct tr_recording *rec)
{
	struct utsname u;
	char cpus[16];

	if (uname(&u) == 0) {
		tr_context_add(rec, "kernel", u.release);
		tr_context_add(rec, "arch", u.machine);
	}
	snprintf(cpus, sizeof(cpus), "%ld", sysconf(_SC_NPROCESSORS_ONLN));
	tr_context_add(rec, "cpus", cpus);
	add_clocksource(rec);
	tr_context_add(rec, "backend", "tracepoints");
	tr_context_add(rec, "trammel", TRAMMEL_VERSION);
}
