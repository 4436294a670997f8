/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel lets BPF programs do, tried with programs of two instructions: they are loaded and
 * attached, and gone when their descriptors are closed. Kernels differ by how they were built and
 * locked down, not by version alone: one that has BTF, fentry and BPF LSM may refuse every
 * trampoline with EPERM.
 */
#ifndef RECORD_TRIAL_H
#define RECORD_TRIAL_H

#include <bpf/bpf.h>

struct btf;

struct trial {
	enum bpf_attach_type type;
	const char *target; /* tracepoint, function or iterator */
};

/*
 * kernel: the kernel's types, NULL where it has none. 0: it loads, and is attached where trying that does
 * nothing else; -ENOENT or -ESRCH: this kernel has no such target; else -errno.
 */
int trial_run(const struct trial *t, const struct btf *kernel);

#endif
