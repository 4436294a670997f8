// SPDX-License-Identifier: Apache-2.0
#include "record/trial.h"

#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <unistd.h>

#include "util/mem.h"

/* r0 = 0; exit */
static const struct bpf_insn nothing[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
	{ .code = BPF_JMP | BPF_EXIT },
};

/* Under which name the kernel's types have a target. */
static int type_of(const struct trial *t, const struct btf *kernel)
{
	char name[128];

	switch (t->type) {
	case BPF_TRACE_RAW_TP:
		snprintf(name, sizeof(name), "btf_trace_%s", t->target);
		return btf__find_by_name_kind(kernel, name, BTF_KIND_TYPEDEF);
	case BPF_TRACE_ITER:
		snprintf(name, sizeof(name), "bpf_iter_%s", t->target);
		return btf__find_by_name_kind(kernel, name, BTF_KIND_FUNC);
	default:
		return btf__find_by_name_kind(kernel, t->target, BTF_KIND_FUNC);
	}
}

/* Returns a descriptor or -errno. */
static int load(const struct trial *t, const struct btf *kernel)
{
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = t->type);
	int id = kernel ? type_of(t, kernel) : -ENOENT;

	if (id < 0)
		return id;
	opts.attach_btf_id = (__u32)id;
	return bpf_prog_load(BPF_PROG_TYPE_TRACING, "trammel_probe", "GPL", nothing,
			     TR_ARRAY_SIZE(nothing), &opts);
}

int trial_run(const struct trial *t, const struct btf *kernel)
{
	int program = load(t, kernel), link = 0;

	if (program < 0)
		return program;
	/* An iterator is not attached before somebody reads it. The descriptor closed, it is detached. */
	if (t->type != BPF_TRACE_ITER)
		link = bpf_raw_tracepoint_open(NULL, program);
	close(program);
	if (link > 0)
		close(link);
	return link < 0 ? link : 0;
}
