/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Which container a cgroup belongs to. Engines name a cgroup after the container, in many ways
 * (docker/ID, docker-ID.scope, libpod-ID.scope/container, a child that the container made): so
 * every component up to the root is looked at. Numbers of namespaces are reused within minutes
 * and are no identity.
 */
#ifndef BPF_SCOPE_H
#define BPF_SCOPE_H

#include "output.h"

#define MAX_CGROUP_LEVELS 8

/*
 * Two names under construction. A CPU has one for each program that needs them: one may interrupt another,
 * and none itself.
 */
struct name_scratch {
	struct cgroup_name component;
	struct cgroup_name id;
};
enum {
	NAMES_OF_ATTACH,
	NAMES_OF_NEWTASK,
	NAMES_OF_SEED,
	NAMES_OF_MAX,
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, NAMES_OF_MAX);
	__type(key, __u32);
	__type(value, struct name_scratch);
} name_scratches SEC(".maps") __weak;

static __always_inline bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The byte of n->component `back` before `at`; the mask is for the verifier. */
static __always_inline char byte_before(struct name_scratch *n, __u32 at, __u32 back)
{
	return n->component.s[(at - back) & (TR_CGROUP_NAME_MAX - 1)];
}

static __always_inline bool ends_in_scope(struct name_scratch *n, __u32 at)
{
	return byte_before(n, at, 6) == '.' && byte_before(n, at, 5) == 's' &&
	       byte_before(n, at, 4) == 'c' && byte_before(n, at, 3) == 'o' &&
	       byte_before(n, at, 2) == 'p' && byte_before(n, at, 1) == 'e';
}

static __always_inline bool ends_in_conmon(struct name_scratch *n, __u32 at)
{
	return byte_before(n, at, 7) == 'c' && byte_before(n, at, 6) == 'o' &&
	       byte_before(n, at, 5) == 'n' && byte_before(n, at, 4) == 'm' &&
	       byte_before(n, at, 3) == 'o' && byte_before(n, at, 2) == 'n' &&
	       byte_before(n, at, 1) == '-';
}

/*
 * Finds a container's id in n->component, which has `len` bytes: 64 hex digits at its end, or in
 * front of ".scope". Copies it to n->id. podman's conmon has a cgroup with the container's id
 * too (libpod-conmon-ID.scope), and is none of it.
 *
 * Not static, here and below: the verifier takes a global function apart once, and not anew on
 * each way that leads to it.
 */
__noinline int find_id(struct name_scratch *n, __u32 len)
{
	__u32 end = len, start;

	if (!n || len > TR_CGROUP_NAME_MAX)
		return false;
	if (len > TR_CONTAINER_ID_LEN + 6 && ends_in_scope(n, len))
		end -= 6;
	if (end < TR_CONTAINER_ID_LEN || end >= TR_CGROUP_NAME_MAX)
		return false;
	start = end - TR_CONTAINER_ID_LEN;
	__builtin_memset(&n->id, 0, sizeof(n->id));
	for (__u32 i = 0; i < TR_CONTAINER_ID_LEN; i++) {
		char c = n->component.s[(start + i) & (TR_CGROUP_NAME_MAX - 1)];

		if (!is_hex(c))
			return false;
		n->id.s[i] = c;
	}
	if (start && is_hex(byte_before(n, start, 1)))
		return false;
	return start < 7 || !ends_in_conmon(n, start);
}

/*
 * A slot for a container that was never met. TR_NO_RECORDING if there is none left: that is counted once,
 * and the container ignored from then on.
 *
 * Who finds the name finds all that belongs to it: it is entered last. Two processes of one container may
 * get here at once: the second takes the first's slot, and its own is the next container's.
 */
static __always_inline __u16 new_recording(struct cgroup_name *name)
{
	__u32 index = number_take(&n_recordings, spare_recordings, TR_MAX_RECORDINGS);
	struct tr_recording_state *r = recording_state(index);
	__u16 value = r ? (__u16)index : TR_IGNORE_RECORDING, *other;
	long err;

	if (r) {
		r->level = cfg_level;
		__builtin_memcpy(r->name, name->s, sizeof(r->name));
	}
	err = bpf_map_update_elem(&names, name, &value, BPF_NOEXIST);
	if (r && !err)
		return value;
	if (r)
		number_give_back(spare_recordings, index);
	other = err == -EEXIST ? bpf_map_lookup_elem(&names, name) : NULL;
	if (other)
		return *other;
	__sync_fetch_and_add(&lost_recordings, 1);
	return TR_NO_RECORDING;
}

/* What to make of a container that is not known. */
enum {
	UNKNOWN_IS_NONE,
	UNKNOWN_IS_NEW, /* follow it, if we follow all that appear */
	UNKNOWN_IS_IGNORED, /* from now on */
};

static __always_inline void ignore_name(struct cgroup_name *name)
{
	__u16 value = TR_IGNORE_RECORDING;

	/* Unless the map is full, which the names of the containers that run here cannot do. */
	bpf_map_update_elem(&names, name, &value, BPF_NOEXIST);
}

static __always_inline __u16 recording_of_component(struct name_scratch *n, const char *kname,
						    __u32 unknown)
{
	__u16 *known;
	long len;

	__builtin_memset(&n->component, 0, sizeof(n->component));
	len = bpf_probe_read_kernel_str(n->component.s, sizeof(n->component.s), kname);
	if (len <= 1)
		return TR_NO_RECORDING;
	known = bpf_map_lookup_elem(&names, &n->component);
	if (known)
		return *known;
	if (!find_id(n, (__u32)len - 1))
		return TR_NO_RECORDING;
	known = bpf_map_lookup_elem(&names, &n->id);
	if (known)
		return *known;
	if (unknown == UNKNOWN_IS_IGNORED)
		ignore_name(&n->id);
	return cfg_auto && unknown == UNKNOWN_IS_NEW ? new_recording(&n->id) : TR_NO_RECORDING;
}

/* The recording whose container this cgroup is, or is below; else TR_NO_RECORDING. `names_of`: NAMES_OF_*. */
__noinline int recording_of_cgroup(__u64 address, __u32 unknown, __u32 names_of)
{
	struct cgroup *cgrp = (struct cgroup *)address;
	struct name_scratch *n = bpf_map_lookup_elem(&name_scratches, &names_of);

	if (!n)
		return TR_NO_RECORDING;
	for (int i = 0; i < MAX_CGROUP_LEVELS && cgrp; i++) {
		struct cgroup_subsys_state *parent;
		__u16 found = recording_of_component(n, BPF_CORE_READ(cgrp, kn, name), unknown);

		if (found != TR_NO_RECORDING)
			return found;
		parent = BPF_CORE_READ(cgrp, self.parent);
		cgrp = parent ? BPF_CORE_READ(parent, cgroup) : NULL;
	}
	return TR_NO_RECORDING;
}

/* The same for a task: by its place in the v2 tree, then in each v1 hierarchy. */
__noinline int recording_of_task(__u64 address, __u32 unknown, __u32 names_of)
{
	struct css_set *set = BPF_CORE_READ((struct task_struct *)address, cgroups);
	int found = recording_of_cgroup((__u64)BPF_CORE_READ(set, dfl_cgrp), unknown, names_of);

	for (__u32 i = 0; i < 16 && found == TR_NO_RECORDING; i++) {
		struct cgroup_subsys_state *css = NULL;

		if (i >= bpf_core_enum_value(enum cgroup_subsys_id, CGROUP_SUBSYS_COUNT))
			break;
		bpf_core_read(&css, sizeof(css), &set->subsys[i]);
		if (!css)
			continue;
		found = recording_of_cgroup((__u64)BPF_CORE_READ(css, cgroup), unknown, names_of);
	}
	return found;
}

#endif
