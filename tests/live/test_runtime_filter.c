// SPDX-License-Identifier: Apache-2.0
/*
 * Our compiler against the real runtimes: a container is created with a profile, the filter that
 * the kernel holds for it is read back (PTRACE_SECCOMP_GET_FILTER) and held against the one that
 * tr_compile makes, byte for byte. Where runc's own order is random (more than one kernel
 * architecture: Go maps) the stub is compared by what it answers.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eval/compile.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "util/mem.h"
#include "util/strbuf.h"

#define SKIP	     77
#define RANDOM_CASES 30

static char dir[] = "/tmp/trammel-runtime.XXXXXX";
static unsigned n_failed, n_compared, n_containers;
static uint64_t rnd_state = 77;

static uint32_t rnd(uint32_t n)
{
	rnd_state = rnd_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rnd_state >> 33) % n;
}

__attribute__((format(printf, 1, 2))) static int shell(const char *fmt, ...)
{
	tr_cleanup_free char *cmd = NULL;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	if (vasprintf(&cmd, fmt, ap) < 0)
		abort();
	va_end(ap);
	rc = system(cmd);
	return WIFEXITED(rc) ? WEXITSTATUS(rc) : -1;
}

/* $TRAMMEL_RUNC is another runc than the machine's. */
static const char *runc(void)
{
	const char *path = getenv("TRAMMEL_RUNC");

	return path ? path : "runc";
}

/*
 * 1.1.15 and later write the stub otherwise, and for the machine's own architecture always, 1.2 and later
 * have libseccomp make a tree: theirs is compared by what it answers.
 */
static enum tr_runtime_kind runc_kind = TR_RUNTIME_RUNC;

static void find_version(void)
{
	if (shell("%s --version | awk 'NR == 1 { split($NF, v, /[.+~-]/); "
		  "exit !(v[1] > 1 || v[2] > 1 || v[2] == 1 && v[3] >= 15) }'",
		  runc()) == 0)
		runc_kind = TR_RUNTIME_RUNC_12;
}

/* crun takes no hybrid cgroup hierarchy: it gets a mount namespace with a pure one. */
static int runtime(enum tr_runtime_kind kind, const char *args)
{
	if (kind != TR_RUNTIME_CRUN)
		return shell("%s --root %s/state %s </dev/null >%s/log 2>&1", runc(), dir, args,
			     dir);
	return shell("unshare -m --propagation private sh -c 'umount -R /sys/fs/cgroup; "
		     "mount -t cgroup2 none /sys/fs/cgroup; exec crun --cgroup-manager=disabled "
		     "--root %s/state %s' </dev/null >%s/log 2>&1",
		     dir, args, dir);
}

static void make_bundle(void)
{
	shell("mkdir -p %s/b/rootfs/proc %s/state && printf '#!/x\\n' >%s/b/rootfs/x && "
	      "chmod 755 %s/b/rootfs/x",
	      dir, dir, dir, dir);
}

/* p NULL: no seccomp at all. What a resolved profile is written as, is OCI's form too. */
static void write_config(const struct tr_seccomp *p)
{
	tr_cleanup_free char *path = tr_xasprintf("%s/b/config.json", dir);
	FILE *out = fopen(path, "w");

	if (!out)
		abort();
	fputs("{\"ociVersion\":\"1.0.2\",\"process\":{\"terminal\":false,\"user\":{\"uid\":0,"
	      "\"gid\":0},\"args\":[\"/x\"],\"env\":[\"PATH=/\"],\"cwd\":\"/\"},"
	      "\"root\":{\"path\":\"rootfs\"},\"hostname\":\"t\","
	      "\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
	      "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\"}],"
	      "\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"mount\"},"
	      "{\"type\":\"ipc\"},{\"type\":\"uts\"}]",
	      out);
	if (p) {
		fputs(",\"seccomp\":", out);
		tr_seccomp_write(p, out);
	}
	fputs("}}", out);
	fclose(out);
}

/* The filter of a stopped thread; *ret_errno tells why there is none. */
static struct tr_filter get_filter(pid_t pid, int *ret_errno)
{
	struct tr_filter f = { 0 };
	long n;

	*ret_errno = 0;
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0 || ptrace(PTRACE_INTERRUPT, pid, 0, 0) < 0) {
		*ret_errno = errno;
		return f;
	}
	waitpid(pid, NULL, __WALL);
	n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, NULL);
	if (n > 0) {
		f.insns = tr_xcalloc((size_t)n, sizeof(*f.insns));
		f.n = (size_t)n;
		n = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, f.insns);
	}
	if (n < 0)
		*ret_errno = errno;
	ptrace(PTRACE_DETACH, pid, 0, 0);
	return f;
}

static pid_t read_pid(void)
{
	tr_cleanup_free char *path = tr_xasprintf("%s/pid", dir);
	FILE *in = fopen(path, "r");
	int pid = -1;

	if (in) {
		if (fscanf(in, "%d", &pid) != 1)
			pid = -1;
		fclose(in);
	}
	return pid;
}

static void print_log(void)
{
	shell("sed 's/^/  | /' %s/log", dir);
}

/* Creates a container (it stops before its program, filter loaded) and reads its filter. */
static int installed(enum tr_runtime_kind kind, const struct tr_seccomp *p, struct tr_filter *ret)
{
	tr_cleanup_free char *create = NULL, *delete = NULL;
	int error = 0;

	write_config(p);
	n_containers++;
	create = tr_xasprintf("create --pid-file %s/pid --bundle %s/b trammel-%d-%u", dir, dir,
			      getpid(), n_containers);
	delete = tr_xasprintf("delete -f trammel-%d-%u", getpid(), n_containers);
	if (runtime(kind, create) != 0) {
		print_log();
		runtime(kind, delete);
		return -1;
	}
	*ret = get_filter(read_pid(), &error);
	runtime(kind, delete);
	if (error && p) {
		printf("  | PTRACE_SECCOMP_GET_FILTER: %s\n", strerror(error));
		return -1;
	}
	return 0;
}

static bool same_insns(const struct sock_filter *a, const struct sock_filter *b, size_t n)
{
	return memcmp(a, b, n * sizeof(*a)) == 0;
}

static bool same_answer(const struct tr_filter *a, const struct tr_filter *b, enum tr_abi abi,
			uint32_t nr)
{
	struct tr_seccomp_data d = { .nr = tr_filter_nr(abi, nr), .arch = tr_audit_arch(abi) };

	for (int i = 0; i < 6; i++)
		d.args[i] = rnd(3) ? rnd(64) : (uint64_t)rnd(UINT32_MAX) << rnd(32);
	return tr_filter_run(a, &d, NULL) == tr_filter_run(b, &d, NULL);
}

static bool same_answers(const struct tr_filter *a, const struct tr_filter *b)
{
	static const uint32_t edges[] = { 0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff,
					  0x80000000, 0xfffffffe, 0xffffffff };

	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		for (uint32_t nr = 0; nr < 1100; nr++)
			if (!same_answer(a, b, (enum tr_abi)abi, nr))
				return false;
		for (size_t i = 0; i < TR_ARRAY_SIZE(edges); i++)
			if (!same_answer(a, b, (enum tr_abi)abi, edges[i]))
				return false;
	}
	return true;
}

/* Where the first difference may be: runc orders the sections of its stub at random. */
static bool same_but_for_the_stub(const struct tr_filter *a, const struct tr_filter *b)
{
	size_t first = 0, last = a->n;

	if (a->n != b->n)
		return false;
	while (first < a->n && same_insns(&a->insns[first], &b->insns[first], 1))
		first++;
	if (first == a->n)
		return true;
	while (last > first && same_insns(&a->insns[last - 1], &b->insns[last - 1], 1))
		last--;
	/* load, two jumps, two sections of five, what leads on and ENOSYS: 16 at the most */
	return last <= 16 && same_answers(a, b);
}

static bool has_arch(const struct tr_seccomp *p, const char *arch)
{
	for (size_t i = 0; i < p->n_arches; i++)
		if (!strcmp(p->arches[i], arch))
			return true;
	return false;
}

static void fail(enum tr_runtime_kind kind, const char *name, const char *what)
{
	printf("FAIL: %s: %s: %s\n", kind == TR_RUNTIME_CRUN ? "crun" : "runc", name, what);
	n_failed++;
}

static void compare(enum tr_runtime_kind kind, const char *name, const struct tr_seccomp *p)
{
	bool random_order = kind == TR_RUNTIME_RUNC && has_arch(p, "SCMP_ARCH_X86") &&
			    (has_arch(p, "SCMP_ARCH_X86_64") || has_arch(p, "SCMP_ARCH_X32"));
	struct tr_filter ours = { 0 }, theirs = { 0 };
	struct tr_err err = { 0 };

	if (tr_compile(&ours, p, kind, NULL, &err) < 0) {
		fail(kind, name, tr_err_msg(&err));
		tr_err_clear(&err);
	} else if (installed(kind, p, &theirs) < 0) {
		fail(kind, name, "no container, or no filter");
	} else if (tr_filter_check(theirs.insns, theirs.n, &err) < 0) {
		fail(kind, name, "the kernel holds a filter that our checker refuses");
		tr_err_clear(&err);
	} else if (kind == TR_RUNTIME_RUNC_12) {
		if (!same_answers(&ours, &theirs))
			fail(kind, name, "the filter that is installed answers otherwise");
	} else if (random_order ?
			   !same_but_for_the_stub(&ours, &theirs) :
			   ours.n != theirs.n || !same_insns(ours.insns, theirs.insns, ours.n)) {
		printf("  | ours has %zu instructions, theirs %zu\n", ours.n, theirs.n);
		fail(kind, name, "another filter than ours is installed");
	}
	n_compared++;
	tr_filter_release(&ours);
	tr_filter_release(&theirs);
}

static void both(const char *name, const struct tr_seccomp *p, bool with_crun)
{
	compare(runc_kind, name, p);
	if (with_crun)
		compare(TR_RUNTIME_CRUN, name, p);
}

/* A profile, resolved for this host. */
static void load(struct tr_seccomp *ret, const char *name)
{
	const struct tr_seccomp_host here = { 0 };
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	if (tr_seccomp_read(&p, name, &err) < 0 || tr_seccomp_resolve(ret, &p, &here, &err) < 0) {
		printf("%s\n", tr_err_msg(&err));
		exit(1);
	}
	tr_seccomp_release(&p);
}

static void set_arches(struct tr_seccomp *p, const char *const *arches)
{
	for (size_t i = 0; i < p->n_arches; i++)
		free(p->arches[i]);
	p->n_arches = 0;
	for (; *arches; arches++)
		tr_seccomp_add_arch(p, *arches);
}

static void architectures(bool with_crun)
{
	static const char *const sets[][4] = {
		{ NULL },
		{ "SCMP_ARCH_X86_64", NULL },
		{ "SCMP_ARCH_X86_64", "SCMP_ARCH_X32", NULL },
		{ "SCMP_ARCH_X32", "SCMP_ARCH_X86_64", NULL },
		{ "SCMP_ARCH_X32", NULL },
		{ "SCMP_ARCH_X86", NULL },
		{ "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", NULL },
		{ "SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", NULL },
		{ "SCMP_ARCH_AARCH64", NULL },
		{ "SCMP_ARCH_X86_64", "SCMP_ARCH_X86_64", NULL },
	};
	struct tr_seccomp p;

	for (size_t i = 0; i < TR_ARRAY_SIZE(sets); i++) {
		load(&p, "docker-default@20.10");
		set_arches(&p, sets[i]);
		both(sets[i][0] ? sets[i][0] : "no architecture", &p, with_crun);
		tr_seccomp_release(&p);
	}
}

/* Calls that no runtime makes between the filter and the program; the last one runc 1.2 does. */
static const char *const spare[] = {
	"lseek",      "dup2",		"sysinfo",	"socket",      "personality",	  "ptrace",
	"ioprio_set", "kcmp",		"memfd_create", "clone3",      "process_madvise", "mount",
	"umount",     "not_a_call_yet", "socketcall",	"futex_waitv", "semop",		  "openat2",
};

static size_t n_spare(void)
{
	return TR_ARRAY_SIZE(spare) - (runc_kind == TR_RUNTIME_RUNC_12);
}

static void drop_spare(struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++) {
		struct tr_rule *r = &p->rules[i];
		size_t kept = 0;

		for (size_t j = 0; j < r->n_names; j++) {
			bool drop = false;

			for (size_t k = 0; k < n_spare(); k++)
				drop |= !strcmp(r->names[j], spare[k]);
			if (drop)
				free(r->names[j]);
			else
				r->names[kept++] = r->names[j];
		}
		r->n_names = kept;
	}
}

static void add_random_rule(struct tr_seccomp *p)
{
	static const enum tr_action actions[] = { TR_ACTION_ALLOW,	 TR_ACTION_ALLOW,
						  TR_ACTION_LOG,	 TR_ACTION_TRACE,
						  TR_ACTION_ERRNO,	 TR_ACTION_TRAP,
						  TR_ACTION_KILL_THREAD, TR_ACTION_KILL_PROCESS };
	struct tr_rule *r = tr_seccomp_add_rule(p);
	uint32_t n = rnd(4);

	tr_rule_add_name(r, spare[rnd((uint32_t)n_spare())]);
	r->action = actions[rnd(TR_ARRAY_SIZE(actions))];
	if (r->action == TR_ACTION_ERRNO || r->action == TR_ACTION_TRACE)
		r->errno_ret = rnd(2) ? -1 : (int)rnd(134);
	for (uint32_t i = 0; i < n; i++)
		tr_rule_add_cond(r, (struct tr_cond){ rnd(6), (enum tr_cmp)rnd(7),
						      rnd(2) ? rnd(50) : (uint64_t)rnd(9) << 30,
						      rnd(2) ? 0 : rnd(50) });
}

/* Random rules behind what the runtimes need. What libseccomp refuses is drawn again. */
static void random_profiles(bool with_crun)
{
	for (int i = 0; i < RANDOM_CASES; i++) {
		tr_cleanup_free char *name = tr_xasprintf("random profile %d", i);
		struct tr_filter f = { 0 };
		struct tr_seccomp p;

		load(&p, "docker-default@20.10");
		drop_spare(&p);
		if (rnd(2))
			set_arches(&p, (const char *const[]){ "SCMP_ARCH_X86_64", NULL });
		p.default_action = rnd(3) ? TR_ACTION_ERRNO : TR_ACTION_TRACE;
		p.default_errno = rnd(2) ? -1 : 38;
		for (uint32_t n = 1 + rnd(8); n; n--)
			add_random_rule(&p);
		if (tr_compile(&f, &p, runc_kind, NULL, NULL) < 0) {
			i--;
		} else {
			tr_filter_release(&f);
			both(name, &p, with_crun);
		}
		tr_seccomp_release(&p);
	}
}

/* More conditions than arguments: crun looks at the first six. */
static void many_conditions(bool with_crun)
{
	struct tr_seccomp p;
	struct tr_rule *r;

	load(&p, "docker-default@20.10");
	drop_spare(&p);
	set_arches(&p, (const char *const[]){ "SCMP_ARCH_X86_64", NULL });
	r = tr_seccomp_add_rule(&p);
	tr_rule_add_name(r, "lseek");
	for (uint64_t v = 1; v <= 8; v++)
		tr_rule_add_cond(r, (struct tr_cond){ 2, TR_CMP_EQ, v, 0 });
	both("eight conditions", &p, with_crun);
	tr_seccomp_release(&p);
}

static void named_profiles(bool with_crun)
{
	static const char *const names[] = { "docker-default", "docker-default@20.10",
					     "podman-default@4.3", "podman-default",
					     "golden/denylist.json" };
	struct tr_seccomp p;

	for (size_t i = 0; i < TR_ARRAY_SIZE(names); i++) {
		load(&p, names[i]);
		both(names[i], &p, with_crun);
		tr_seccomp_release(&p);
	}
	load(&p, "docker-default@20.10");
	p.default_errno = 38;
	both("a default of ENOSYS", &p, with_crun);
	p.default_errno = 0x50026;
	compare(runc_kind, "the errno that runc takes for a whole return word", &p);
	tr_seccomp_release(&p);
}

/* Both refuse it, or both take it. */
static void same_refusal(const char *name, enum tr_runtime_kind kind, const struct tr_seccomp *p)
{
	struct tr_filter ours = { 0 }, theirs = { 0 };
	bool we = tr_compile(&ours, p, kind, NULL, NULL) == 0, they;

	write_config(p);
	n_containers++;
	they = installed(kind, p, &theirs) == 0;
	if (we != they)
		fail(kind, name, we ? "we take what it refuses" : "we refuse what it takes");
	n_compared++;
	tr_filter_release(&ours);
	tr_filter_release(&theirs);
}

static void refusals(bool with_crun)
{
	static const struct {
		const char *name, *syscall, *arch;
		enum tr_action action;
		int errno_ret;
		struct tr_cond cond;
		bool has_cond;
	} cases[] = {
		{ .name = "an unknown name", .syscall = "nosuchcall", .errno_ret = -1 },
		{ .name = "an empty name", .syscall = "", .errno_ret = -1 },
		{ .name = "an errno above 4095",
		  .syscall = "mount",
		  .action = TR_ACTION_ERRNO,
		  .errno_ret = 5000 },
		{ .name = "an errno with allow", .syscall = "mount", .errno_ret = 5 },
		{ .name = "the other byte order",
		  .syscall = "mount",
		  .arch = "SCMP_ARCH_S390X",
		  .errno_ret = -1 },
		{ .name = "an unknown architecture",
		  .syscall = "mount",
		  .arch = "SCMP_ARCH_ARM64",
		  .errno_ret = -1 },
		{ .name = "riscv64",
		  .syscall = "mount",
		  .arch = "SCMP_ARCH_RISCV64",
		  .errno_ret = -1 },
		{ .name = "the same call twice with different actions",
		  .syscall = "read",
		  .action = TR_ACTION_KILL_PROCESS,
		  .errno_ret = -1 },
	};

	puts("(the messages that follow are the runtimes')");
	for (size_t i = 0; i < TR_ARRAY_SIZE(cases); i++) {
		struct tr_seccomp p;
		struct tr_rule *r;

		load(&p, "docker-default@20.10");
		r = tr_seccomp_add_rule(&p);
		tr_rule_add_name(r, cases[i].syscall);
		r->action = cases[i].action;
		r->errno_ret = cases[i].errno_ret;
		if (cases[i].arch)
			tr_seccomp_add_arch(&p, cases[i].arch);
		same_refusal(cases[i].name, runc_kind, &p);
		if (with_crun)
			same_refusal(cases[i].name, TR_RUNTIME_CRUN, &p);
		tr_seccomp_release(&p);
	}
}

static int skip(const char *why)
{
	printf("skipped: %s\n", why);
	return SKIP;
}

static bool works(enum tr_runtime_kind kind)
{
	struct tr_seccomp p;
	struct tr_filter f = { 0 };
	bool ok;

	load(&p, "golden/denylist.json");
	ok = installed(kind, &p, &f) == 0;
	tr_filter_release(&f);
	tr_seccomp_release(&p);
	return ok;
}

static int run(void)
{
	bool with_crun;

	make_bundle();
	if (!works(runc_kind))
		return skip("runc cannot create a container here, or its filter cannot be read");
	with_crun = shell("command -v crun >/dev/null") == 0 && works(TR_RUNTIME_CRUN);
	if (!with_crun)
		puts("crun is not there, or cannot create a container here: runc alone");
	named_profiles(with_crun);
	architectures(with_crun);
	many_conditions(with_crun);
	random_profiles(with_crun);
	refusals(with_crun);
	printf("%s: ",
	       runc_kind == TR_RUNTIME_RUNC ? "by instructions" : "runc's by their answers");
	printf("%u filters compared, %u containers, %u failures\n", n_compared, n_containers,
	       n_failed);
	return n_failed ? 1 : 0;
}

int main(void)
{
	int status;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (syscall_native_abi() != TR_ABI_X86_64)
		return skip("the cases are for x86_64");
	if (geteuid() != 0)
		return skip("needs root");
	if (shell("command -v %s >/dev/null", runc()) != 0)
		return skip("runc is not installed");
	find_version();
	if (!mkdtemp(dir))
		return skip("no temporary directory");
	status = run();
	shell("rm -rf %s", dir);
	return status;
}
