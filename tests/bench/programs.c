// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* bpftool's code, not ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#include "empty.skel.h"
#pragma GCC diagnostic pop

struct empty_bpf *empty_attach(void)
{
	struct empty_bpf *e = empty_bpf__open_and_load();

	if (!e || empty_bpf__attach(e) < 0)
		die("cannot attach the empty programs: %s", strerror(errno));
	return e;
}

void empty_detach(struct empty_bpf *e)
{
	empty_bpf__destroy(e);
}

static bool is_tracing(enum bpf_prog_type type)
{
	return type == BPF_PROG_TYPE_TRACING || type == BPF_PROG_TYPE_RAW_TRACEPOINT ||
	       type == BPF_PROG_TYPE_TRACEPOINT || type == BPF_PROG_TYPE_KPROBE ||
	       type == BPF_PROG_TYPE_PERF_EVENT || type == BPF_PROG_TYPE_LSM;
}

struct programs programs_now(void)
{
	struct programs p = { 0 };
	uint32_t id = 0;

	while (bpf_prog_get_next_id(id, &id) == 0) {
		struct bpf_prog_info info = { 0 };
		uint32_t len = sizeof(info);
		int fd = bpf_prog_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (bpf_obj_get_info_by_fd(fd, &info, &len) == 0 &&
		    is_tracing((enum bpf_prog_type)info.type)) {
			p.n++;
			p.sum += id;
		}
		close(fd);
	}
	return p;
}
