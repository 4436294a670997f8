// SPDX-License-Identifier: Apache-2.0
/* Which programs and maps this kernel takes, one row each. */
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "record/hooks.h"
#include "record/probe.h"
#include "record/trial.h"
#include "util/mem.h"

struct program {
	struct probe_row row;
	struct trial trial;
};

static const struct program programs[] = {
	{ { "bpf.sys-enter", "a program on every system call", "5.5", "no system call is seen",
	    true },
	  { BPF_TRACE_RAW_TP, "sys_enter" } },
	{ { "bpf.sys-exit", "a program behind every system call", "5.5",
	    "neither files nor refusals are seen", true },
	  { BPF_TRACE_RAW_TP, "sys_exit" } },
	{ { "bpf.task-newtask", "a program at every fork", "5.5",
	    "a container's children cannot be told from others", true },
	  { BPF_TRACE_RAW_TP, "task_newtask" } },
	{ { "bpf.process-exec", "a program at every exec", "5.5",
	    "a container's start cannot be told from its runtime's", true },
	  { BPF_TRACE_RAW_TP, "sched_process_exec" } },
	{ { "bpf.process-exit", "a program at every exit", "5.5", "a container's end is not seen",
	    true },
	  { BPF_TRACE_RAW_TP, "sched_process_exit" } },
	{ { "bpf.cgroup-attach", "a program where a task enters a cgroup", "5.5",
	    "containers are not recognized", true },
	  { BPF_TRACE_RAW_TP, "cgroup_attach_task" } },
	{ { "bpf.iter-task", "going through all tasks", "5.8",
	    "a container that runs already cannot be recorded", true },
	  { BPF_TRACE_ITER, "task" } },
	{ { "bpf.fentry", "programs on the kernel's functions (fentry)", "5.5",
	    "none of the hooks below can be used: acts on files come from system calls alone",
	    false },
	  { BPF_TRACE_FENTRY, "security_file_open" } },
};

static const struct {
	struct probe_row row;
	enum bpf_map_type type;
} maps[] = {
	{ { "bpf.task-storage", "marks on tasks", "5.11",
	    "a container's processes cannot be told from others", true },
	  BPF_MAP_TYPE_TASK_STORAGE },
	{ { "bpf.ringbuf", "the ring buffer", "5.8", "events cannot be handed over", true },
	  BPF_MAP_TYPE_RINGBUF },
};

static char *refusal(const char *what, int errnum)
{
	if (errnum == ENOENT || errnum == ESRCH)
		return tr_xstrdup("this kernel has none");
	return tr_xasprintf("%s: %s", what, strerror(errnum));
}

static void try_program(struct tr_features *f, const struct probe_row *row,
			const struct trial *trial, const struct btf *kernel)
{
	int r = trial_run(trial, kernel);

	if (r < 0)
		probe_add(f, row, TR_FEATURE_NO, refusal("refused", -r));
	else
		probe_add(f, row, TR_FEATURE_YES, NULL);
}

static void try_map(struct tr_features *f, const struct probe_row *row, enum bpf_map_type type)
{
	int r = libbpf_probe_bpf_map_type(type, NULL);

	if (r == 1)
		probe_add(f, row, TR_FEATURE_YES, NULL);
	else
		probe_add(f, row, r == 0 ? TR_FEATURE_NO : TR_FEATURE_UNKNOWN,
			  r == 0 ? NULL : refusal("not tried", -r));
}

static void skip(struct tr_features *f, const struct probe_row *row)
{
	probe_add(f, row, TR_FEATURE_UNKNOWN, tr_xstrdup("no privilege"));
}

/* The rows of hooks.c: what AppArmor is asked through, one by one. */
static void try_hooks(struct tr_features *f, bool privileged, const struct btf *kernel)
{
	const struct hook *hooks;
	size_t n = hooks_all(&hooks);

	for (size_t i = 0; i < n; i++) {
		struct probe_row row = { hooks[i].id, hooks[i].what, hooks[i].since, hooks[i].lost,
					 false };

		if (privileged)
			try_program(f, &row, &hooks[i].trial, kernel);
		else
			skip(f, &row);
	}
}

void probe_bpf(struct tr_features *f, bool privileged)
{
	/* It talks on stderr otherwise. */
	libbpf_print_fn_t before = libbpf_set_print(NULL);
	struct btf *kernel = btf__load_vmlinux_btf();

	for (size_t i = 0; i < TR_ARRAY_SIZE(programs); i++) {
		if (privileged)
			try_program(f, &programs[i].row, &programs[i].trial, kernel);
		else
			skip(f, &programs[i].row);
	}
	for (size_t i = 0; i < TR_ARRAY_SIZE(maps); i++) {
		if (privileged)
			try_map(f, &maps[i].row, maps[i].type);
		else
			skip(f, &maps[i].row);
	}
	try_hooks(f, privileged, kernel);
	btf__free(kernel);
	libbpf_set_print(before);
}
