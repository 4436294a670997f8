// SPDX-License-Identifier: Apache-2.0
#include "record/settings.h"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Types of what record.skel.h has. */
#include "trammel/event.h"

/* bpftool's code, not ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#include "record.skel.h"
#pragma GCC diagnostic pop

#include "record/kernel_names.h"
#include "tables/args.h"
#include "tables/syscalls.h"

/* Whether a tracepoint can be had by way of perf: its number is in tracefs. */
static bool can_perf(const char *path)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	unsigned long long id;
	FILE *f = fopen(path, "re");
	int fd;

	if (!f)
		return false;
	id = fscanf(f, "%llu", &id) == 1 ? id : 0;
	fclose(f);
	attr.config = id;
	fd = id ? (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC) : -1;
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/*
 * Whether programs on tracepoints may be preempted, and then are skipped for others: since Linux 7
 * (a46023d5616e, "tracing: Guard __DECLARE_TRACE() use of __DO_TRACE_CALL() with SRCU-fast"), which nothing but
 * its number tells. Those that come by way of perf need tracefs.
 */
static bool needs_steady(void)
{
	const char *forced = getenv("TRAMMEL_FAULT_STEADY");
	struct utsname name;

	if (!forced && (uname(&name) < 0 || strtoul(name.release, NULL, 10) < 7))
		return false;
	return can_perf("/sys/kernel/tracing/events/raw_syscalls/sys_exit/id") ||
	       can_perf("/sys/kernel/debug/tracing/events/raw_syscalls/sys_exit/id");
}

/* Programs of which there are several, by what the kernel has. */
void settings_programs(struct record_bpf *skel)
{
	bool can_cast = kernel_has_name("bpf_rdonly_cast");
	bool steady = can_cast && needs_steady();

	bpf_program__set_autoload(skel->progs.on_sys_enter, !steady);
	bpf_program__set_autoload(skel->progs.on_sys_enter_steady, steady);
	bpf_program__set_autoload(skel->progs.on_sys_exit, can_cast && !steady);
	bpf_program__set_autoload(skel->progs.on_sys_exit_steady, steady);
	bpf_program__set_autoload(skel->progs.on_sys_exit_uncast, !can_cast);
	skel->rodata->cfg_names = can_cast;
	/* What the helper is called for those that may find it busy, since it can do so without a lock. */
	skel->rodata->cfg_storage_refuses =
		!kernel_has_name("bpf_task_storage_get_recur") || getenv("TRAMMEL_FAULT_STORAGE");
}

static void set_arg(struct record_bpf *skel, int cell, uint8_t bits)
{
	skel->rodata->cfg_args[cell] |= bits;
	skel->rodata->cfg_calls[cell] |= TR_CALL_ARGS;
}

/* Tells the programs which arguments to look at, by the number each ABI has for the call. */
void settings_args(struct record_bpf *skel)
{
	const struct arg_spec *specs;
	size_t n = arg_specs(&specs);

	for (size_t i = 0; i < n; i++) {
		uint8_t bits = specs[i].index < 0 ? TR_ARGS_TUPLE : (uint8_t)(1 << specs[i].index);

		for (int abi = 0; abi < TR_ROW_ABIS; abi++) {
			int nr = syscall_number((enum tr_abi)abi, specs[i].name);

			if (nr >= 0 && nr < TR_ROW_NRS)
				set_arg(skel, abi * TR_ROW_NRS + nr, bits);
		}
	}
}

/* The number in the environment; 0 if there is none. */
static uint32_t fault(const char *name)
{
	const char *value = getenv(name);

	return value ? (uint32_t)strtoul(value, NULL, 10) : 0;
}

/* Fault injection, for tests: what the kernel may refuse, and room that runs out. */
void settings_faults(struct record_bpf *skel)
{
	skel->rodata->cfg_fail_marks = fault("TRAMMEL_FAULT_MARKS");
	skel->rodata->cfg_fail_seats = fault("TRAMMEL_FAULT_SEATS") != 0;
	skel->rodata->cfg_fail_late = fault("TRAMMEL_FAULT_LATE") != 0;
	skel->rodata->cfg_fail_scratch = fault("TRAMMEL_FAULT_SCRATCH");
	skel->rodata->cfg_fail_storage = fault("TRAMMEL_FAULT_STORAGE");
	skel->rodata->cfg_fail_mappings = fault("TRAMMEL_FAULT_MAPPINGS") != 0;
	skel->bss->n_recordings = fault("TRAMMEL_FAULT_RECORDINGS");
	if (fault("TRAMMEL_FAULT_EVENTS"))
		skel->rodata->cfg_max_events = fault("TRAMMEL_FAULT_EVENTS");
	if (fault("TRAMMEL_FAULT_RING"))
		bpf_map__set_max_entries(skel->maps.events, fault("TRAMMEL_FAULT_RING"));
}

void settings_tables(struct record_bpf *skel)
{
	struct bpf_map *const tables[TR_TABLES] = {
		[TR_TABLE_FILES] = skel->maps.files_seen,
		[TR_TABLE_CALLS] = skel->maps.calls_seen,
		[TR_TABLE_ARGS] = skel->maps.args_seen,
		[TR_TABLE_ASKED] = skel->maps.asked_seen_before,
	};

	for (size_t i = 0; i < TR_TABLES; i++) {
		if (fault("TRAMMEL_FAULT_TABLES"))
			bpf_map__set_max_entries(tables[i], fault("TRAMMEL_FAULT_TABLES"));
		skel->rodata->cfg_table_sizes[i] = bpf_map__max_entries(tables[i]);
	}
}
