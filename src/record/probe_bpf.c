// SPDX-License-Identifier: Apache-2.0
/*
 * What the kernel lets BPF programs do, tried with programs of two instructions: they are loaded and
 * attached, and gone when their descriptors are closed. Kernels differ by how they were built and
 * locked down, not by version alone: one that has BTF, fentry and BPF LSM may refuse every
 * trampoline with EPERM.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include "record/probe.h"
#include "util/mem.h"

struct program {
	struct probe_row row;
	enum bpf_attach_type type;
	const char *target; /* tracepoint, function or iterator */
};

static const struct program programs[] = {
	{ { "bpf.sys-enter", "a program on every system call", "5.5", "no system call is seen",
	    true },
	  BPF_TRACE_RAW_TP,
	  "sys_enter" },
	{ { "bpf.sys-exit", "a program behind every system call", "5.5",
	    "neither files nor refusals are seen", true },
	  BPF_TRACE_RAW_TP,
	  "sys_exit" },
	{ { "bpf.task-newtask", "a program at every fork", "5.5",
	    "a container's children cannot be told from others", true },
	  BPF_TRACE_RAW_TP,
	  "task_newtask" },
	{ { "bpf.process-exec", "a program at every exec", "5.5",
	    "a container's start cannot be told from its runtime's", true },
	  BPF_TRACE_RAW_TP,
	  "sched_process_exec" },
	{ { "bpf.process-exit", "a program at every exit", "5.5", "a container's end is not seen",
	    true },
	  BPF_TRACE_RAW_TP,
	  "sched_process_exit" },
	{ { "bpf.cgroup-attach", "a program where a task enters a cgroup", "5.5",
	    "containers are not recognized", true },
	  BPF_TRACE_RAW_TP,
	  "cgroup_attach_task" },
	{ { "bpf.iter-task", "going through all tasks", "5.8",
	    "a container that runs already cannot be recorded", true },
	  BPF_TRACE_ITER,
	  "task" },
	{ { "bpf.fentry", "programs on the security hooks (fentry)", "5.5",
	    "file facts come from system calls alone, which miss files opened through io_uring or "
	    "received from another process",
	    false },
	  BPF_TRACE_FENTRY,
	  "security_file_open" },
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

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

/* Returns a descriptor or -errno. */
static int load(const struct program *p)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = p->type);
	int id = libbpf_find_vmlinux_btf_id(p->target, p->type);

	if (id < 0)
		return id;
	opts.attach_btf_id = (__u32)id;
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "trammel_probe", "GPL", nothing,
			     TR_ARRAY_SIZE(nothing), &opts);
}

/* The kernel attaches to what was named at loading; closing the descriptor detaches. */
static int attach(int program)
{
	int fd = bpf_raw_tracepoint_open(NULL, program);

	if (fd >= 0)
		close(fd);
	return fd;
}

static char *refusal(const char *what, int errnum)
{
	if (errnum == ENOENT || errnum == ESRCH)
		return tr_xstrdup("this kernel has none");
	return tr_xasprintf("%s: %s", what, strerror(errnum));
}

static void try_program(struct tr_features *f, const struct program *p)
{
	int program = load(p), r = 0;

	if (program < 0) {
		probe_add(f, &p->row, TR_FEATURE_NO, refusal("refused", -program));
		return;
	}
	/* An iterator is not attached before somebody reads it. */
	if (p->type != BPF_TRACE_ITER)
		r = attach(program);
	close(program);
	if (r < 0)
		probe_add(f, &p->row, TR_FEATURE_NO, refusal("loads but is not attached", -r));
	else
		probe_add(f, &p->row, TR_FEATURE_YES, NULL);
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

void probe_bpf(struct tr_features *f, bool privileged)
{
	/* It talks on stderr otherwise. */
	libbpf_print_fn_t before = libbpf_set_print(NULL);

	for (size_t i = 0; i < TR_ARRAY_SIZE(programs); i++) {
		if (privileged)
			try_program(f, &programs[i]);
		else
			skip(f, &programs[i].row);
	}
	for (size_t i = 0; i < TR_ARRAY_SIZE(maps); i++) {
		if (privileged)
			try_map(f, &maps[i].row, maps[i].type);
		else
			skip(f, &maps[i].row);
	}
	libbpf_set_print(before);
}
