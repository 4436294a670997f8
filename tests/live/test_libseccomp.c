// SPDX-License-Identifier: Apache-2.0
/*
 * What other releases' libseccomp makes of our profiles, and of the engines': the same, by meaning, for
 * every call that both know and for all arguments. The program runs itself with each library, from
 * packages that are unpacked and not installed, to get the filters.
 *
 * Where runc's stub begins depends on the names that its libseccomp knows: there the two may refuse a
 * call that the profile does not mention with different errnos.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/machine.h"
#include "eval/cases.h"
#include "lib/random_facts.h"
#include "policy/args.h"
#include "tables/args.h"
#include "tables/syscalls.h"
#include "trammel/policy.h"
#include "trammel/seccomp.h"
#include "util/mem.h"

#define SKIP	 77
#define EMITTED	 60
#define MAX_ARGS 36

static const char *const engines[] = { "docker-default", "docker-default@20.10", "podman-default",
				       "podman-default@4.3" };
#define PROFILES (TR_ARRAY_SIZE(engines) + EMITTED)

static const enum tr_runtime_kind kinds[] = { TR_RUNTIME_RUNC, TR_RUNTIME_RUNC_12,
					      TR_RUNTIME_CRUN };

static struct rng chance;

static uint32_t rng(uint32_t below)
{
	return rng_below(&chance, below);
}

/* Profiles: the same in each run of the program */

static void add_fact(struct tr_facts *f, struct tr_fact fact)
{
	fact.ev.flags = TR_EV_DONE;
	fact.ev.phases = 1 + rng(7);
	tr_u32set_add(&fact.ev.recordings, 0);
	tr_facts_add(f, &fact, NULL);
}

static void add_socket(struct tr_facts *f)
{
	static const uint16_t families[] = { 1, 2, 10, 16, 17, 38, 40 };
	struct tr_fact fact = { .kind = TR_FACT_SOCKET };

	fact.sock.family = families[rng(TR_ARRAY_SIZE(families))];
	fact.sock.type = (uint16_t)(1 + rng(5));
	fact.sock.protocol = rng(20);
	add_fact(f, fact);
}

static void add_arguments(struct tr_facts *f, const struct arg_spec *spec, enum tr_abi abi)
{
	static const uint32_t values[] = { 0,	   1,	   2,	       8,	   0x11,
					   0x80,   0x5401, 0x5413,     0x3d0f00,   0x10000000,
					   0x1002, 0x4200, 0x7e020000, 0xfffffff6, 0xffffffff };
	int nr = syscall_number(abi, spec->name);

	if (nr < 0)
		return;
	add_fact(f, (struct tr_fact){ .kind = TR_FACT_SYSCALL, .abi = abi, .nr = (uint32_t)nr });
	for (uint32_t i = 1 + rng(rng(4) ? 6 : MAX_ARGS); i; i--) {
		struct tr_fact fact = { .kind = TR_FACT_ARG, .abi = abi, .nr = (uint32_t)nr };

		if (spec->form == ARG_SOCKET) {
			add_socket(f);
			continue;
		}
		fact.arg.index = (uint8_t)spec->index;
		fact.arg.value = rng(2) ? values[rng(TR_ARRAY_SIZE(values))] : rng(100000);
		add_fact(f, fact);
	}
}

static void seen_facts(struct tr_facts *f, enum tr_abi native)
{
	struct tr_recording rec = { .id = tr_xstrdup("0123456789abcdef0123456789abcdef"),
				    .ended = TR_ENDED_EXITED,
				    .start_seen = true };
	const struct arg_spec *specs;
	size_t n_specs = arg_specs(&specs);

	tr_facts_init(f);
	for (size_t i = 0; i < n_specs; i++)
		tr_context_add(&rec, "arguments", specs[i].name);
	tr_facts_add_recording(f, &rec);
	for (uint32_t i = 5 + rng(120); i; i--) {
		enum tr_abi abi = native == TR_ABI_X86_64 && !rng(6) ? TR_ABI_I386 : native;
		uint32_t nr = rng(462);

		if (syscall_name(abi, nr))
			add_fact(f,
				 (struct tr_fact){ .kind = TR_FACT_SYSCALL, .abi = abi, .nr = nr });
	}
	for (size_t i = 0; i < n_specs; i++)
		if (rng(2))
			add_arguments(f, &specs[i], native);
}

/* Everything is accepted where something has to be. */
static void emit(struct tr_seccomp *p, const struct tr_facts *f)
{
	static const enum tr_action actions[] = { TR_ACTION_ERRNO, TR_ACTION_ERRNO, TR_ACTION_LOG,
						  TR_ACTION_KILL_PROCESS, TR_ACTION_TRAP };
	struct tr_policy_opts opts = { .args = (enum tr_policy_args)rng(3),
				       .default_action = actions[rng(5)],
				       .no_siblings = !rng(3),
				       .runtime = rng(2) ? NULL : "none" };
	struct tr_policy_accept *accepts;

	if (tr_policy_seccomp(p, f, &opts, NULL, NULL) == 0)
		return;
	accepts = tr_xcalloc(syscall_count(), sizeof(*accepts));
	for (size_t i = 0; i < syscall_count(); i++)
		accepts[i].fact = tr_xasprintf("syscall:%s", syscall_at(i));
	opts.accepts = accepts;
	opts.n_accepts = syscall_count();
	if (tr_policy_seccomp(p, f, &opts, NULL, NULL) < 0)
		abort();
	for (size_t i = 0; i < opts.n_accepts; i++)
		free((void *)(uintptr_t)accepts[i].fact);
	free(accepts);
}

static void make_profile(struct tr_seccomp *p, size_t i)
{
	struct tr_facts f;

	if (i < TR_ARRAY_SIZE(engines)) {
		if (tr_seccomp_read(p, engines[i], NULL) < 0)
			abort();
		return;
	}
	chance = (struct rng){ i };
	seen_facts(&f, i % 3 ? TR_ABI_X86_64 : TR_ABI_AARCH64);
	emit(p, &f);
	tr_facts_release(&f);
}

/* Filters, and the names that the library knows: what one library says */

struct library {
	unsigned major, minor, micro;
	bool *known; /* by TR_ABI_MAX * name + abi */
	struct tr_filter *f; /* by profile, machine and runtime */
};

static size_t n_filters(void)
{
	return PROFILES * n_machines * TR_ARRAY_SIZE(kinds);
}

static void library_init(struct library *l)
{
	l->known = tr_xcalloc(syscall_count() * TR_ABI_MAX, sizeof(*l->known));
	l->f = tr_xcalloc(n_filters(), sizeof(*l->f));
}

static bool knows(const char *name, enum tr_abi abi)
{
	static const uint32_t tokens[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32,
					   SCMP_ARCH_AARCH64 };

	return seccomp_syscall_resolve_name_arch(tokens[abi], name) >= 0;
}

static void library_fill(struct library *l)
{
	const struct scmp_version *v = seccomp_version();
	struct tr_filter *f = l->f;

	l->major = v->major;
	l->minor = v->minor;
	l->micro = v->micro;
	for (size_t i = 0; i < syscall_count(); i++)
		for (int abi = 0; abi < TR_ABI_MAX; abi++)
			l->known[TR_ABI_MAX * i + abi] = knows(syscall_at(i), (enum tr_abi)abi);
	for (size_t i = 0; i < PROFILES; i++) {
		const struct tr_seccomp_host host = { .kernel = 6 << 16 | 1 };
		struct tr_seccomp p;

		make_profile(&p, i);
		for (size_t m = 0; m < n_machines; m++)
			for (size_t k = 0; k < TR_ARRAY_SIZE(kinds); k++, f++)
				if (machine_compile(f, &machines[m], &p, &host, kinds[k], NULL,
						    NULL) < 0)
					abort();
		tr_seccomp_release(&p);
	}
}

static void put(const void *data, size_t size)
{
	if (fwrite(data, size, 1, stdout) != 1)
		exit(1);
}

static int dump(void)
{
	struct library l;

	library_init(&l);
	library_fill(&l);
	put(&l.major, sizeof(l.major));
	put(&l.minor, sizeof(l.minor));
	put(&l.micro, sizeof(l.micro));
	put(l.known, syscall_count() * TR_ABI_MAX * sizeof(*l.known));
	for (size_t i = 0; i < n_filters(); i++) {
		put(&l.f[i].n, sizeof(l.f[i].n));
		put(l.f[i].insns, l.f[i].n * sizeof(*l.f[i].insns));
	}
	return fflush(stdout) ? 1 : 0;
}

static bool get(FILE *in, void *data, size_t size)
{
	return fread(data, size, 1, in) == 1;
}

static bool load(FILE *in, struct library *l)
{
	library_init(l);
	if (!get(in, &l->major, sizeof(l->major)) || !get(in, &l->minor, sizeof(l->minor)) ||
	    !get(in, &l->micro, sizeof(l->micro)) ||
	    !get(in, l->known, syscall_count() * TR_ABI_MAX * sizeof(*l->known)))
		return false;
	for (size_t i = 0; i < n_filters(); i++) {
		struct tr_filter *f = &l->f[i];

		if (!get(in, &f->n, sizeof(f->n)) || !f->n || f->n > 4096)
			return false;
		f->insns = tr_xcalloc(f->n, sizeof(*f->insns));
		if (!get(in, f->insns, f->n * sizeof(*f->insns)) ||
		    tr_filter_check(f->insns, f->n, NULL) < 0)
			return false;
	}
	return true;
}

/* Comparing */

struct comparison {
	const struct library *old, *new;
	const struct tr_seccomp *p;
	bool *named; /* by name: some rule of p has it */
	size_t profile;
	bool stub; /* both filters have one */
	enum tr_abi abi;
	size_t name;
	size_t n_calls, n_cases, n_stub, n_failed;
};

static bool is_errno(uint32_t ret)
{
	return (ret & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
}

static bool compare_case(const struct filter_case *c, void *arg)
{
	struct comparison *k = arg;
	bool enosys = c->ret[0] == (SECCOMP_RET_ERRNO | ENOSYS) ||
		      c->ret[1] == (SECCOMP_RET_ERRNO | ENOSYS);

	k->n_cases++;
	if (c->ret[0] == c->ret[1])
		return true;
	if (k->stub && !k->named[k->name] && enosys && c->ret[0] != SECCOMP_RET_ALLOW &&
	    c->ret[1] != SECCOMP_RET_ALLOW && (is_errno(c->ret[0]) || is_errno(c->ret[1]))) {
		k->n_stub++;
		return true;
	}
	printf("FAIL: profile %zu, %s of %s: arguments %llx %llx %llx: %x by libseccomp "
	       "%u.%u.%u, %x by %u.%u.%u\n",
	       k->profile, syscall_at(k->name), tr_abi_name(k->abi), (unsigned long long)c->args[0],
	       (unsigned long long)c->args[1], (unsigned long long)c->args[2], c->ret[0],
	       k->old->major, k->old->minor, k->old->micro, c->ret[1], k->new->major, k->new->minor,
	       k->new->micro);
	k->n_failed++;
	return false;
}

static void compare_filters(struct comparison *k, size_t at, const struct machine *m)
{
	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		k->abi = (enum tr_abi)abi;
		for (k->name = 0; k->name < syscall_count(); k->name++) {
			int nr = syscall_number(k->abi, syscall_at(k->name));
			size_t at_name = TR_ABI_MAX * k->name + (size_t)abi;
			const struct case_question q = {
				.set = { { &k->old->f[at], 1 }, { &k->new->f[at], 1 } },
				.arch = tr_audit_arch(k->abi),
				.nr = tr_filter_nr(k->abi, (uint32_t)nr),
			};

			if (!(m->abis >> abi & 1) || nr < 0 || !k->old->known[at_name] ||
			    !k->new->known[at_name])
				continue;
			k->n_calls++;
			if (!filter_cases(&q, compare_case, k)) {
				printf("FAIL: profile %zu, %s: cannot be compared\n", k->profile,
				       syscall_at(k->name));
				k->n_failed++;
			}
		}
	}
}

static void mark_named(struct comparison *k)
{
	memset(k->named, 0, syscall_count() * sizeof(*k->named));
	for (size_t i = 0; i < k->p->n_rules; i++) {
		for (size_t j = 0; j < k->p->rules[i].n_names; j++) {
			int name = syscall_index(k->p->rules[i].names[j]);

			if (name >= 0)
				k->named[name] = true;
		}
	}
}

static size_t compare(const struct library *old, const struct library *new)
{
	struct comparison k = { .old = old, .new = new };
	size_t at = 0, only = 0;

	k.named = tr_xcalloc(syscall_count(), sizeof(*k.named));
	for (k.profile = 0; k.profile < PROFILES; k.profile++) {
		struct tr_seccomp p;

		make_profile(&p, k.profile);
		k.p = &p;
		mark_named(&k);
		for (size_t m = 0; m < n_machines; m++) {
			for (size_t i = 0; i < TR_ARRAY_SIZE(kinds); i++, at++) {
				k.stub = kinds[i] != TR_RUNTIME_CRUN;
				compare_filters(&k, at, &machines[m]);
			}
		}
		tr_seccomp_release(&p);
	}
	for (size_t i = 0; i < syscall_count() * TR_ABI_MAX; i++)
		only += old->known[i] != new->known[i];
	printf("libseccomp %u.%u.%u and %u.%u.%u: %zu profiles, %zu filters each, %zu calls, %zu cases "
	       "compared; %zu names that one of them alone knows; %zu refusals that differ by "
	       "runc's stub; %zu failures\n",
	       old->major, old->minor, old->micro, new->major, new->minor, new->micro,
	       (size_t)PROFILES, n_filters(), k.n_calls, k.n_cases, only, k.n_stub, k.n_failed);
	free(k.named);
	return k.n_failed;
}

/* Another release's */

static FILE *other_library(const char *self, const char *suite)
{
	tr_cleanup_free char *command = tr_xasprintf(
		"exec 3>&1 >&2; SOURCE=$TRAMMEL_SOURCE LAB=${TRAMMEL_LAB:-$TRAMMEL_SOURCE/build/lab}; "
		"mkdir -p \"$LAB\" && . \"$SOURCE/tests/lib/steps.sh\" && "
		". \"$SOURCE/tests/lib/images.sh\" && . \"$SOURCE/tests/lib/releases.sh\" && "
		"release_unpack %s \"$LAB/releases/%s/root\" libseccomp2 && "
		"lib=$(dirname \"$(find \"$LAB/releases/%s/root\" -name libseccomp.so.2)\") && "
		"exec env LD_LIBRARY_PATH=\"$lib\" \"%s\" dump >&3",
		suite, suite, suite, self);
	tr_cleanup_free char *quoted = NULL;

	setenv("TRAMMEL_LIBSECCOMP_COMMAND", command, 1);
	quoted = tr_xstrdup("exec bash -c \"$TRAMMEL_LIBSECCOMP_COMMAND\"");
	return popen(quoted, "re");
}

static int against(const struct library *here, const char *self, const char *suite,
		   bool *ret_differs)
{
	FILE *in = other_library(self, suite);
	struct library other = { 0 };
	size_t failed = 0;
	bool loaded = in && load(in, &other);

	if (in && pclose(in) != 0)
		loaded = false;
	if (!loaded) {
		printf("%s: its libseccomp cannot be had or run here\n", suite);
		return -1;
	}
	*ret_differs |= other.major != here->major || other.minor != here->minor;
	failed = compare(here, &other);
	for (size_t i = 0; i < n_filters(); i++)
		tr_filter_release(&other.f[i]);
	free(other.f);
	free(other.known);
	return failed != 0;
}

int main(int argc, char **argv)
{
	static const char *const suites[] = { "trixie", "bullseye", "sid" };
	char self[4096] = { 0 };
	struct library here;
	bool differs = false;
	int failed = 0;

	if (argc > 1 && !strcmp(argv[1], "dump"))
		return dump();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!getenv("TRAMMEL_LONG")) {
		puts("skipped: the long form only (./bootstrap test --long): fetches other releases' "
		     "libseccomp");
		return SKIP;
	}
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0) {
		perror("/proc/self/exe");
		return 1;
	}
	library_init(&here);
	library_fill(&here);
	for (size_t i = 0; i < TR_ARRAY_SIZE(suites); i++) {
		int r = against(&here, self, suites[i], &differs);

		if (r < 0 && i == 0) {
			puts("skipped: trixie's libseccomp is not to be had");
			return SKIP;
		}
		failed |= r > 0;
	}
	if (!differs)
		puts("FAIL: they are all of one version");
	return failed || !differs;
}
