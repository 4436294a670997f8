// SPDX-License-Identifier: Apache-2.0
#include "record/host.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tables/args.h"

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

/*
 * The calls whose arguments were looked at. Without its name here, a call without argument facts
 * is one of which nothing is known, and stays unconditional.
 */
static void add_args(struct tr_recording *rec)
{
	const struct arg_spec *specs;
	size_t n = arg_specs(&specs);

	for (size_t i = 0; i < n; i++)
		tr_context_add(rec, "arguments", specs[i].name);
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
	add_args(rec);
	tr_context_add(rec, "gains", "watched");
	tr_context_add(rec, "trammel", TRAMMEL_VERSION);
}
