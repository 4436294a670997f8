// SPDX-License-Identifier: Apache-2.0
#include "trammel/record.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Types of what record.skel.h has. */
#include "trammel/event.h"

/* bpftool's code, not ours. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#include "record.skel.h"
#pragma GCC diagnostic pop

#include "record/decode.h"
#include "record/hooks.h"
#include "record/kernel_names.h"
#include "record/mounting.h"
#include "record/named.h"
#include "record/ring.h"
#include "record/rows.h"
#include "record/settings.h"
#include "tables/misses.h"
#include "util/mem.h"

#define DEFAULT_RING	   (8u << 20)
#define DEFAULT_MAX_EVENTS 400000u

_Static_assert((int)TR_RECORD_SYSCALLS == (int)TR_LEVEL_SYSCALLS, "levels");
_Static_assert((int)TR_RECORD_FILES == (int)TR_LEVEL_FILES, "levels");

struct tr_recorder {
	struct record_bpf *skel;
	struct ring *ring;
	bool cut_off; /* what was written last could not be read */
	const struct tr_row *kernel_rows; /* mapped */
	const struct tr_recording_state *states; /* mapped */
	size_t rows_bytes, states_bytes;
	struct rows rows;
	struct roots roots;
	struct tr_recorder_calls calls;
	int64_t now;
	bool hooks; /* the backend */
	struct tr_strset missing; /* of the hooks, those that this kernel does not take */
	struct tr_strset
		misses; /* what the tracepoints do not see here: profiles/backend-misses.csv */
};

static uint32_t ns_inum(const char *name)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/1/ns/%s", name);
	if (stat(path, &st) < 0) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
		if (stat(path, &st) < 0)
			return 0;
	}
	return (uint32_t)st.st_ino;
}

static void send_fact(struct tr_recorder *r, const struct tr_event *e, struct tr_fact *f)
{
	const struct row_info *row = rows_get(&r->rows, e->row);

	f->ev.first = f->ev.last = r->now;
	f->ev.phases = e->phase;
	if (row && row->exe)
		tr_strset_add(&f->ev.exes, row->exe);
	r->calls.fact(r->calls.arg, e->recording, f);
	tr_fact_release(f);
}

/* The program that #! named, which the kernel opened; ld.so comes as an event. No permission is asked for it. */
static void send_interpreter(struct tr_recorder *r, const struct tr_event *e, const char *path)
{
	struct tr_fact f = { .kind = TR_FACT_FILE, .act = TR_ACT_INTERPRETER };

	f.path = tr_xstrdup(path);
	f.ev.flags = TR_EV_DONE;
	send_fact(r, e, &f);
}

static void on_exec(struct tr_recorder *r, const struct tr_event *e, const void *data, size_t len)
{
	tr_cleanup_free char *binary = NULL;
	struct tr_fact f;

	if (!decode_exec(data, len, &f, &binary))
		return;
	if (f.interp)
		send_interpreter(r, e, f.interp);
	/* Started by a descriptor, a script has no other name left; the hooks had its real one. */
	if (r->hooks && f.interp && !strncmp(f.path, "/dev/fd/", strlen("/dev/fd/")))
		tr_fact_release(&f);
	else
		send_fact(r, e, &f);
}

/* A mount, whose source, and by tracepoints all, may be names that only the container can follow. */
static void on_mount(struct tr_recorder *r, const struct tr_event *e, const void *data, size_t len)
{
	struct tr_fact facts[MOUNTING_FACTS];
	size_t n = mounting_facts(data, len, &r->roots, e->recording, facts);

	for (size_t i = 0; i < n; i++)
		send_fact(r, e, &facts[i]);
}

static void on_named(struct tr_recorder *r, const struct tr_event *e, const void *data, size_t len)
{
	struct tr_fact facts[NAMED_FACTS];
	struct named named;
	size_t n;

	if (!named_decode(data, len, &named))
		return;
	n = named_facts(&named, &r->roots, e->recording, facts);
	for (size_t i = 0; i < n; i++)
		send_fact(r, e, &facts[i]);
	named_release(&named);
}

static struct tr_moment moment_of(const struct tr_recorder *r, const struct tr_event *e)
{
	return (struct tr_moment){
		.recording = e->recording,
		.pid = (pid_t)e->tgid,
		.phase = e->phase,
		.filtered = e->flags & TR_MARK_FILTERED,
		.now = r->now,
	};
}

static void on_met(struct tr_recorder *r, const struct tr_event *e, const void *data, size_t len)
{
	char name[TR_CGROUP_NAME_MAX + 1] = "";

	rows_learn_phases(&r->rows, e->recording);
	memcpy(name, data, len < TR_CGROUP_NAME_MAX ? len : TR_CGROUP_NAME_MAX);
	r->calls.met(r->calls.arg, e->recording, name);
}

/* Runs the iterator over all tasks once. Returns how many it marked, or -1. */
static int seed_pass(struct tr_recorder *r)
{
	struct tr_seeded told[64];
	ssize_t n;
	int fd = bpf_iter_create(bpf_link__fd(r->skel->links.seed_tasks));

	if (fd < 0)
		return -1;
	__atomic_store_n(&r->skel->bss->seeded, 0, __ATOMIC_SEQ_CST);
	while ((n = read(fd, told, sizeof(told))) > 0 || (n < 0 && errno == EAGAIN))
		for (ssize_t i = 0; i < n / (ssize_t)sizeof(*told); i++)
			roots_keep(&r->roots, told[i].recording, (pid_t)told[i].tgid);
	close(fd);
	return n < 0 ? -1 : (int)r->skel->bss->seeded;
}

/* Passes until one marks nothing. Children born during a pass inherit, so this ends; the bound is for a bug of ours. */
static int seed(struct tr_recorder *r, uint32_t what, unsigned *ret_marked, struct tr_err *err)
{
	unsigned total = 0;
	int n = 1;

	__atomic_store_n(&r->skel->bss->seeding, what, __ATOMIC_SEQ_CST);
	for (int pass = 0; pass < 100 && n > 0; pass++) {
		n = seed_pass(r);
		total += n > 0 ? (unsigned)n : 0;
	}
	if (n < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "look through the tasks");
	if (ret_marked)
		*ret_marked = total;
	return 0;
}

static void on_event(void *arg, const void *bytes, size_t size)
{
	struct tr_recorder *r = arg;
	const void *data;
	size_t len;
	const struct tr_event *e = decode_event(bytes, size, &data, &len);
	struct tr_moment m;
	struct tr_fact f;

	if (!e)
		return;
	switch (e->type) {
	case TR_EVENT_RECORDING:
		on_met(r, e, data, len);
		break;
	case TR_EVENT_ROW:
		rows_learn(&r->rows, e->row, e->recording, e->phase, data, len);
		break;
	case TR_EVENT_ENTRY:
		roots_keep(&r->roots, e->recording, (pid_t)e->tgid);
		m = moment_of(r, e);
		r->calls.entered(r->calls.arg, &m);
		break;
	case TR_EVENT_EXEC:
		on_exec(r, e, data, len);
		break;
	case TR_EVENT_FILE:
		if (decode_file(data, len, &f))
			send_fact(r, e, &f);
		break;
	case TR_EVENT_DENIED:
	case TR_EVENT_ODD_CALL:
		if (decode_call(e, data, len, &f))
			send_fact(r, e, &f);
		break;
	case TR_EVENT_ARG:
		if (decode_arg(data, len, &f))
			send_fact(r, e, &f);
		break;
	case TR_EVENT_ASKED:
		if (decode_asked(data, len, &f))
			send_fact(r, e, &f);
		break;
	case TR_EVENT_NETWORK:
		if (decode_network(data, len, &f))
			send_fact(r, e, &f);
		break;
	case TR_EVENT_MOUNT:
		on_mount(r, e, data, len);
		break;
	case TR_EVENT_NAMED:
		on_named(r, e, data, len);
		break;
	case TR_EVENT_ENDED:
		roots_drop(&r->roots, e->recording);
		r->calls.ended(r->calls.arg, e->recording);
		break;
	case TR_EVENT_THREADS:
		seed(r, TR_SEED_THREADS, NULL, NULL);
		break;
	}
}

/* A read-only view of an array map. */
static void *map_view(const struct bpf_map *map, size_t value, size_t *ret_bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = (size_t)bpf_map__max_entries(map) * value;
	void *p;

	bytes = (bytes + page - 1) / page * page;
	p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	if (p == MAP_FAILED)
		return NULL;
	*ret_bytes = bytes;
	return p;
}

static int map_views(struct tr_recorder *r, struct tr_err *err)
{
	r->kernel_rows = map_view(r->skel->maps.rows, sizeof(struct tr_row), &r->rows_bytes);
	r->states = map_view(r->skel->maps.recordings, sizeof(struct tr_recording_state),
			     &r->states_bytes);
	if (!r->kernel_rows || !r->states)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "map the recorder's tables");
	return 0;
}

/* What a refusal to load most likely means, the likeliest first. */
static int load_error(int errnum, struct tr_err *err)
{
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "this kernel has no BTF (/sys/kernel/btf/vmlinux): it was built "
				  "without CONFIG_DEBUG_INFO_BTF; see trammel features");
	if ((errnum == EPERM || errnum == EACCES) && geteuid() != 0)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "recording needs root (or CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE "
				  "and CAP_DAC_READ_SEARCH); see trammel features");
	return tr_err_errno(err, TR_ERR_CANNOT, errnum,
			    "the kernel refuses the BPF programs; see trammel features");
}

static int quiet(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

/* The tracepoints besides those at system calls, each where the kernel has it. */
static void choose_points(struct tr_recorder *r)
{
	static const char *const points[] = { "signal_generate", "fcntl_setlk", "flock_lock_inode",
					      "generic_add_lease", "cap_capable" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(points); i++) {
		tr_cleanup_free char *type = tr_xasprintf("btf_trace_%s", points[i]);
		tr_cleanup_free char *program = tr_xasprintf("point_%s", points[i]);

		bpf_program__set_autoload(bpf_object__find_program_by_name(r->skel->obj, program),
					  kernel_has_name(type));
	}
}

/* A miss that goes where the kernel has a tracepoint, is one where it has not. */
static void note_misses(struct tr_recorder *r)
{
	const struct miss *misses;
	size_t n = misses_all(&misses);

	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *type =
			tr_xasprintf("btf_trace_%s", misses[i].unless ? misses[i].unless : "");

		if (!misses[i].unless || !kernel_has_name(type))
			tr_strset_add(&r->misses, misses[i].id);
	}
}

/*
 * The hooks, those that the kernel takes, or the tracepoints. What only tells of syscalls needs neither.
 */
static int choose_backend(struct tr_recorder *r, const struct tr_recorder_opts *opts,
			  enum tr_backend backend, struct tr_err *err)
{
	const struct hook *hooks;
	size_t n = hooks_all(&hooks);

	if (opts->level == TR_RECORD_SYSCALLS)
		return 0;
	r->hooks = backend != TR_BACKEND_TRACEPOINTS && hooks_try(&r->missing);
	if (!r->hooks && backend == TR_BACKEND_HOOKS)
		return tr_err_set(err, TR_ERR_CANNOT,
				  "this kernel does not take programs on its security hooks (%s): "
				  "--backend tracepoints does without; see trammel features",
				  r->missing.v[0]);
	if (!r->hooks) {
		tr_strset_release(&r->missing);
		choose_points(r);
		note_misses(r);
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(r->skel->obj, hooks[i].program);

		if (program)
			bpf_program__set_autoload(program,
						  !tr_strset_has(&r->missing, hooks[i].id));
	}
	/* The hooks tell what the end of a call would. */
	memset(r->skel->rodata->cfg_calls, 0, sizeof(r->skel->rodata->cfg_calls));
	r->skel->rodata->cfg_names = false;
	r->skel->rodata->cfg_apparmor_blob_sizes = kernel_symbol("apparmor_blob_sizes");
	return 0;
}

static int load(struct tr_recorder *r, const struct tr_recorder_opts *opts, enum tr_backend backend,
		struct tr_err *err)
{
	int e;

	/* libbpf talks on stderr: a library of ours does not. */
	if (!getenv("TRAMMEL_LIBBPF_LOG"))
		libbpf_set_print(quiet);
	r->skel = record_bpf__open();
	if (!r->skel)
		return load_error(errno, err);
	settings_programs(r->skel);
	if (choose_backend(r, opts, backend, err) < 0)
		return -1;
	r->skel->rodata->cfg_host_mnt_ns = ns_inum("mnt");
	r->skel->rodata->cfg_host_pid_ns = ns_inum("pid");
	r->skel->rodata->cfg_auto = opts->auto_containers;
	r->skel->rodata->cfg_level = (uint8_t)(opts->level ? opts->level : TR_RECORD_FILES);
	r->skel->rodata->cfg_max_events = opts->max_events ? opts->max_events : DEFAULT_MAX_EVENTS;
	settings_args(r->skel);
	bpf_map__set_max_entries(r->skel->maps.events,
				 opts->ring_bytes ? (uint32_t)opts->ring_bytes : DEFAULT_RING);
	settings_faults(r->skel);
	settings_tables(r->skel);
	e = record_bpf__load(r->skel);
	if (e < 0)
		return load_error(-e, err);
	return 0;
}

/*
 * A kernel that takes every program that was tried may still refuse one of ours, which are longer: then the
 * tracepoints do, unless the hooks were asked for.
 */
static int load_any(struct tr_recorder *r, const struct tr_recorder_opts *opts, struct tr_err *err)
{
	if (load(r, opts, opts->backend, err) == 0)
		return 0;
	if (!r->hooks || opts->backend != TR_BACKEND_AUTO)
		return -1;
	record_bpf__destroy(r->skel);
	r->skel = NULL;
	r->hooks = false;
	tr_strset_release(&r->missing);
	tr_err_clear(err);
	return load(r, opts, TR_BACKEND_TRACEPOINTS, err);
}

int tr_recorder_open(struct tr_recorder **ret, const struct tr_recorder_opts *opts,
		     const struct tr_recorder_calls *calls, struct tr_err *err)
{
	struct tr_recorder *r = tr_xcalloc(1, sizeof(*r));
	int e;

	r->calls = *calls;
	r->now = time(NULL);
	if (load_any(r, opts, err) < 0 || map_views(r, err) < 0)
		goto fail;
	if (ring_open(&r->ring, bpf_map__fd(r->skel->maps.events),
		      bpf_map__max_entries(r->skel->maps.events), on_event, r, err) < 0)
		goto fail;
	e = record_bpf__attach(r->skel);
	if (e < 0) {
		load_error(-e, err);
		goto fail;
	}
	*ret = r;
	return 0;
fail:
	tr_recorder_close(r);
	return -1;
}

void tr_recorder_close(struct tr_recorder *r)
{
	if (!r)
		return;
	ring_close(r->ring);
	if (r->kernel_rows)
		munmap((void *)(uintptr_t)r->kernel_rows, r->rows_bytes);
	if (r->states)
		munmap((void *)(uintptr_t)r->states, r->states_bytes);
	record_bpf__destroy(r->skel);
	rows_release(&r->rows);
	tr_strset_release(&r->missing);
	tr_strset_release(&r->misses);
	roots_release(&r->roots);
	free(r);
}

const char *tr_recorder_backend(const struct tr_recorder *r)
{
	return r->hooks ? "hooks" : "tracepoints";
}

void tr_recorder_to_context(const struct tr_recorder *r, struct tr_recording *rec)
{
	/* Syscalls alone tell of no capability and no act on files, and who names a backend says they do. */
	if (r->skel->rodata->cfg_level < TR_LEVEL_FILES)
		return;
	tr_context_add(rec, "backend", tr_recorder_backend(r));
	for (size_t i = 0; i < r->missing.n; i++)
		tr_context_add(rec, "hooks.missing", r->missing.v[i]);
	for (size_t i = 0; i < r->misses.n; i++)
		tr_context_add(rec, "backend.misses", r->misses.v[i]);
}

const struct tr_strset *tr_recorder_misses(const struct tr_recorder *r)
{
	return &r->misses;
}

/*
 * Enters what a name means. The kernel side may have met it just now: then *value is what it means already,
 * and stays.
 */
static int add_name(struct tr_recorder *r, const char *name, uint16_t *value, struct tr_err *err)
{
	int fd = bpf_map__fd(r->skel->maps.names);
	char key[TR_CGROUP_NAME_MAX] = "";

	if (!*name || strlen(name) >= sizeof(key) || strchr(name, '/'))
		return tr_err_set(err, TR_ERR_INPUT, "'%s' is no name of a cgroup", name);
	memcpy(key, name, strlen(name));
	if (bpf_map_update_elem(fd, key, value, BPF_NOEXIST) < 0 &&
	    (errno != EEXIST || bpf_map_lookup_elem(fd, key, value) < 0))
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "follow the cgroup '%s'", name);
	return 0;
}

/* Takes the next recording, as the kernel side does when it meets a container. */
static int reserve(struct tr_recorder *r, const char *name, uint16_t *ret, struct tr_err *err)
{
	uint32_t index = __atomic_fetch_add(&r->skel->bss->n_recordings, 1, __ATOMIC_SEQ_CST);
	struct tr_recording_state state = { 0 };

	if (index >= TR_MAX_RECORDINGS)
		return tr_err_set(err, TR_ERR_CANNOT, "more than %d containers at a time",
				  TR_MAX_RECORDINGS);
	state.level = r->skel->rodata->cfg_level;
	snprintf(state.name, sizeof(state.name), "%s", name);
	if (bpf_map_update_elem(bpf_map__fd(r->skel->maps.recordings), &index, &state, BPF_ANY) < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "reserve a recording");
	rows_learn_phases(&r->rows, (uint16_t)index);
	*ret = (uint16_t)index;
	return 0;
}

int tr_recorder_follow(struct tr_recorder *r, const char *component, uint16_t *ret,
		       struct tr_err *err)
{
	uint16_t index;

	if (reserve(r, component, &index, err) < 0 || add_name(r, component, &index, err) < 0)
		return -1;
	*ret = index;
	return 0;
}

int tr_recorder_ignore(struct tr_recorder *r, const char *id, struct tr_err *err)
{
	uint16_t value = TR_IGNORE_RECORDING;

	return add_name(r, id, &value, err);
}

int tr_recorder_follow_process(struct tr_recorder *r, pid_t pid, uint16_t *ret, struct tr_err *err)
{
	struct tr_mark mark = { 0 };
	struct tr_recording_state state;
	uint16_t index;
	uint32_t key;
	int fd, e;

	if (reserve(r, "", &index, err) < 0)
		return -1;
	mark.recording = index;
	mark.level = r->skel->rodata->cfg_level;
	mark.flags = TR_MARK_COMMAND;
	mark.phase = TR_PHASE_RUNTIME;
	mark.in_call = 1;
	mark.life = TR_LIFE_IN;
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "open process %d", (int)pid);
	/* Counted before it is marked: its end must not come first. */
	key = index;
	state = r->states[index];
	state.live = 1;
	e = bpf_map_update_elem(bpf_map__fd(r->skel->maps.recordings), &key, &state, BPF_ANY);
	if (e == 0)
		e = bpf_map_update_elem(bpf_map__fd(r->skel->maps.marks), &fd, &mark, BPF_ANY);
	e = e < 0 ? errno : 0;
	close(fd);
	if (e)
		return tr_err_errno(err, TR_ERR_CANNOT, e, "mark process %d", (int)pid);
	*ret = index;
	return 0;
}

int tr_recorder_seed(struct tr_recorder *r, unsigned *ret_marked, struct tr_err *err)
{
	return seed(r, TR_SEED_ALL, ret_marked, err);
}

int tr_recorder_ignore_running(struct tr_recorder *r, struct tr_err *err)
{
	return seed(r, TR_SEED_IGNORE, NULL, err);
}

int tr_recorder_fd(const struct tr_recorder *r)
{
	return ring_fd(r->ring);
}

int tr_recorder_poll(struct tr_recorder *r, struct tr_err *err)
{
	int e;

	r->now = time(NULL);
	e = ring_take(r->ring, err);
	roots_settle(&r->roots);
	return e;
}

void tr_recorder_drain(struct tr_recorder *r)
{
	r->now = time(NULL);
	r->cut_off = !ring_drain(r->ring);
	roots_settle(&r->roots);
}

void tr_recorder_harvest(struct tr_recorder *r, bool tick)
{
	uint8_t epoch = r->skel->data->now_epoch;

	r->now = time(NULL);
	rows_harvest(&r->rows, r->kernel_rows, epoch, r->now, r->calls.fact, r->calls.arg);
	if (tick)
		r->skel->data->now_epoch = epoch == 255 ? 1 : epoch + 1;
}

bool tr_recorder_works(const struct tr_recorder *r)
{
	char key[TR_CGROUP_NAME_MAX] = "";
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	uint16_t value;
	int fd;

	if (bpf_map_lookup_elem(bpf_map__fd(r->skel->maps.names), key, &value) < 0 &&
	    errno != ENOENT)
		return false;
	if (bpf_obj_get_info_by_fd(bpf_program__fd(r->skel->progs.seed_tasks), &info, &len) < 0)
		return false;
	fd = bpf_iter_create(bpf_link__fd(r->skel->links.seed_tasks));
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

uint32_t tr_recorder_live(const struct tr_recorder *r, uint16_t recording)
{
	return __atomic_load_n(&r->states[recording].live, __ATOMIC_RELAXED);
}

/* Programs that the kernel did not run because they were running on that CPU already. */
static uint64_t recursion_misses(const struct tr_recorder *r)
{
	struct bpf_program *prog;
	uint64_t sum = 0;

	bpf_object__for_each_program(prog, r->skel->obj)
	{
		struct bpf_prog_info info = { 0 };
		uint32_t len = sizeof(info);

		if (bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &len) == 0)
			sum += info.recursion_misses;
	}
	return sum;
}

void tr_recorder_losses(const struct tr_recorder *r, uint16_t recording, struct tr_recording *rec)
{
	for (int i = 0; i < TR_LOSS_MAX; i++)
		rec->losses[i] += r->states[recording].losses[i];
	rec->losses[TR_LOSS_RING] += r->cut_off;
	rec->losses[TR_LOSS_MISSED] += recursion_misses(r);
}

uint64_t tr_recorder_lost_containers(const struct tr_recorder *r)
{
	return r->skel->bss->lost_recordings;
}

/* The kernel says of each map what it holds, in the descriptor's fdinfo. */
static size_t map_bytes(int fd)
{
	char path[64], line[128];
	unsigned long bytes = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "memlock: %lu", &bytes) == 1)
			break;
	fclose(f);
	return bytes;
}

size_t tr_recorder_map_bytes(const struct tr_recorder *r)
{
	struct bpf_map *map;
	size_t sum = 0;

	bpf_object__for_each_map(map, r->skel->obj) sum += map_bytes(bpf_map__fd(map));
	return sum;
}
