// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The baseline: empty programs on the tracepoints that the recorder attaches to. Having any program
 * on sys_enter and sys_exit takes each syscall of the machine onto the kernel's slow path; what
 * the recorder costs beyond that is what these numbers are about.
 */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sys_enter")
int empty_sys_enter(void *ctx)
{
	return 0;
}

SEC("tp_btf/sys_exit")
int empty_sys_exit(void *ctx)
{
	return 0;
}

SEC("tp_btf/cgroup_attach_task")
int empty_cgroup_attach_task(void *ctx)
{
	return 0;
}

SEC("tp_btf/task_newtask")
int empty_task_newtask(void *ctx)
{
	return 0;
}

SEC("tp_btf/sched_process_exec")
int empty_sched_process_exec(void *ctx)
{
	return 0;
}

SEC("tp_btf/sched_process_exit")
int empty_sched_process_exit(void *ctx)
{
	return 0;
}
