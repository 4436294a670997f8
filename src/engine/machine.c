// SPDX-License-Identifier: Apache-2.0
#include "engine/machine.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "util/mem.h"

void machine_this(struct machine *ret)
{
	struct utsname u;
	struct sysinfo si;

	memset(ret, 0, sizeof(*ret));
	if (uname(&u) == 0) {
		snprintf(ret->kernel, sizeof(ret->kernel), "%.64s", u.release);
		snprintf(ret->host, sizeof(ret->host), "%.64s", u.nodename);
	}
	if (sysinfo(&si) == 0)
		ret->memory = (uint64_t)si.totalram * si.mem_unit;
}

/* moby pkg/parsers/kernel reads the release into numbers and prints "6.1-rc3" as "6.1.0-rc3". */
static void as_moby_prints(const char *release, char *buf, size_t size)
{
	int major, minor, n = 0;

	if (sscanf(release, "%d.%d%n", &major, &minor, &n) == 2 && n && release[n] != '.')
		snprintf(buf, size, "%d.%d.0%s", major, minor, release + n);
	else
		snprintf(buf, size, "%s", release);
}

static bool same_kernel(const char *ours, const char *theirs)
{
	char printed[80];

	as_moby_prints(ours, printed, sizeof(printed));
	return !strcmp(ours, theirs) || !strcmp(printed, theirs);
}

/*
 * A socket may lead anywhere: through ssh -L, into a virtual machine. One sign alone proves little
 * (the machines of a fleet have one kernel, a container with the socket in it another host name),
 * so the kernel and one of host name and memory must be ours. What still gets through is found out
 * when the engine says that a container runs and this kernel has no such cgroup.
 */
char *machine_why_not(const struct machine *m, const struct engine_desc *d)
{
	if (d->os && strstr(d->os, "Docker Desktop"))
		return tr_xstrdup(
			"it is Docker Desktop, whose containers run in a virtual machine");
	if (d->is_remote)
		return tr_xstrdup("it passes everything on to podman on another machine");
	if (!d->kernel)
		return tr_xstrdup("it does not say on which kernel it runs");
	if (!same_kernel(m->kernel, d->kernel))
		return tr_xasprintf("its kernel is %s and this machine's is %s: it runs in a "
				    "virtual machine or elsewhere",
				    d->kernel, m->kernel);
	if ((d->host && !strcmp(d->host, m->host)) || d->memory == m->memory)
		return NULL;
	return tr_xasprintf("its machine is called %s and has %llu MiB, this one is called %s and "
			    "has %llu MiB",
			    d->host ? d->host : "nothing", (unsigned long long)d->memory >> 20,
			    m->host, (unsigned long long)m->memory >> 20);
}
