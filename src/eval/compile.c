// SPDX-License-Identifier: Apache-2.0
/*
 * runc: libcontainer/specconv/spec_linux.go: SetupSeccomp, libcontainer/seccomp/seccomp_linux.go:
 * InitSeccomp and matchCall. crun: src/libcrun/seccomp.c: libcrun_generate_seccomp. Both leave the
 * compiling to libseccomp; what they do before and after it is here.
 */
#include "eval/compile.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "eval/enosys.h"
#include "util/mem.h"

struct compiler {
	const struct tr_seccomp *p;
	enum tr_runtime_kind runtime;
	scmp_filter_ctx ctx;
	uint32_t default_action;
	uint32_t native; /* SCMP_ARCH_* of the machine */
	uint32_t *tokens; /* of p->arches; room for one more */
	char **unknown;
	size_t n_unknown, cap_unknown;
	struct tr_err *err;
};

/* Numbers in a profile from which on runc 1.2 has a tree made of them (seccomp_linux.go: InitSeccomp). */
#define TREE_FROM 33

static bool is_runc(const struct compiler *c)
{
	return c->runtime != TR_RUNTIME_CRUN;
}

static const char *runtime_name(const struct compiler *c)
{
	return is_runc(c) ? "runc" : "crun";
}

void tr_strv_free(char **v)
{
	if (!v)
		return;
	for (size_t i = 0; v[i]; i++)
		free(v[i]);
	free(v);
}

uint32_t tr_audit_arch(enum tr_abi abi)
{
	switch (abi) {
	case TR_ABI_X86_64:
	case TR_ABI_X32:
		return AUDIT_ARCH_X86_64;
	case TR_ABI_I386:
		return AUDIT_ARCH_I386;
	case TR_ABI_AARCH64:
		return AUDIT_ARCH_AARCH64;
	case TR_ABI_MAX:
		break;
	}
	return 0;
}

int32_t tr_filter_nr(enum tr_abi abi, uint32_t nr)
{
	return (int32_t)(abi == TR_ABI_X32 ? nr | 0x40000000u : nr);
}

/* runc's own list (libcontainer/seccomp/config.go); crun takes any that libseccomp has. */
static uint32_t arch_token(const struct compiler *c, const char *name)
{
	static const char *const runc[] = { "x86",     "x86_64",   "x32",	  "arm",
					    "aarch64", "mips",	   "mips64",	  "mips64n32",
					    "mipsel",  "mipsel64", "mipsel64n32", "ppc",
					    "ppc64",   "ppc64le",  "s390",	  "s390x",
					    "riscv64" };
	static const char prefix[] = "SCMP_ARCH_";
	char lower[32];
	size_t n = 0;

	if (strncmp(name, prefix, sizeof(prefix) - 1) != 0)
		return 0;
	for (name += sizeof(prefix) - 1; name[n]; n++) {
		if (n == sizeof(lower) - 1)
			return 0;
		lower[n] = name[n] >= 'A' && name[n] <= 'Z' ? (char)(name[n] + 32) : name[n];
	}
	lower[n] = '\0';
	if (c->runtime == TR_RUNTIME_CRUN)
		return seccomp_arch_resolve_name(lower);
	/* The last one came with 1.2. */
	for (size_t i = 0; i < TR_ARRAY_SIZE(runc) - (c->runtime == TR_RUNTIME_RUNC); i++)
		if (!strcmp(runc[i], lower))
			return seccomp_arch_resolve_name(lower);
	return 0;
}

static uint32_t action_word(enum tr_action action, int errno_ret)
{
	uint32_t data = errno_ret < 0 ? EPERM : (uint32_t)errno_ret;

	switch (action) {
	case TR_ACTION_ALLOW:
		return SCMP_ACT_ALLOW;
	case TR_ACTION_LOG:
		return SCMP_ACT_LOG;
	case TR_ACTION_NOTIFY:
		return SCMP_ACT_NOTIFY;
	case TR_ACTION_TRACE:
		return SCMP_ACT_TRACE(data);
	case TR_ACTION_ERRNO:
		return SCMP_ACT_ERRNO(data);
	case TR_ACTION_TRAP:
		return SCMP_ACT_TRAP;
	case TR_ACTION_KILL_THREAD:
		return SCMP_ACT_KILL_THREAD;
	case TR_ACTION_KILL_PROCESS:
	case TR_ACTION_MAX:
		break;
	}
	return SCMP_ACT_KILL_PROCESS;
}

/* crun refuses an errno on an action that has none; runc takes no notice of it. */
static int check_errno(const struct compiler *c, enum tr_action action, int errno_ret)
{
	if (c->runtime != TR_RUNTIME_CRUN || errno_ret < 0 || tr_action_has_errno(action))
		return 0;
	return tr_err_set(c->err, TR_ERR_INPUT, "crun refuses an errno with %s",
			  tr_action_name(action));
}

/* A new filter is for this machine's own architecture; for another machine it changes places. */
static int choose_native(struct compiler *c)
{
	int rc = 0;

	if (c->native == seccomp_arch_native())
		return 0;
	rc = seccomp_arch_add(c->ctx, c->native);
	if (rc == 0)
		rc = seccomp_arch_remove(c->ctx, SCMP_ARCH_NATIVE);
	if (rc < 0)
		return tr_err_errno(c->err, TR_ERR_INPUT, -rc,
				    "libseccomp cannot compile for another machine");
	return 0;
}

static size_t count_names(const struct tr_seccomp *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n_rules; i++)
		n += p->rules[i].n_names;
	return n;
}

static int add_arches(struct compiler *c)
{
	if (choose_native(c) < 0)
		return -1;
	for (size_t i = 0; i < c->p->n_arches; i++) {
		const char *name = c->p->arches[i];
		uint32_t token = arch_token(c, name);
		int rc;

		if (token == 0)
			return tr_err_set(c->err, TR_ERR_INPUT, "%s knows no architecture '%s'",
					  runtime_name(c), name);
		c->tokens[i] = token;
		rc = seccomp_arch_add(c->ctx, token);
		if (rc < 0 && rc != -EEXIST)
			return tr_err_errno(c->err, TR_ERR_INPUT, -rc,
					    "libseccomp refuses architecture '%s' here", name);
	}
	return 0;
}

/* May come more than once: sorting them shows it. */
static void add_unknown(struct compiler *c, const char *name)
{
	c->unknown = tr_grow(c->unknown, &c->cap_unknown, c->n_unknown, sizeof(*c->unknown));
	c->unknown[c->n_unknown++] = tr_xstrdup(name);
}

static int rule_error(const struct compiler *c, const char *name, int rc)
{
	if (rc == -EEXIST)
		return tr_err_set(c->err, TR_ERR_INPUT,
				  "syscall %s: two rules give the same calls different actions, "
				  "and libseccomp refuses that",
				  name);
	return tr_err_errno(c->err, TR_ERR_INPUT, -rc, "syscall %s: libseccomp refuses the rule",
			    name);
}

/* scmp_arg_cmp's op in libseccomp's words. */
static enum scmp_compare compare_op(enum tr_cmp op)
{
	static const enum scmp_compare ops[] = {
		[TR_CMP_EQ] = SCMP_CMP_EQ,
		[TR_CMP_NE] = SCMP_CMP_NE,
		[TR_CMP_LT] = SCMP_CMP_LT,
		[TR_CMP_LE] = SCMP_CMP_LE,
		[TR_CMP_GT] = SCMP_CMP_GT,
		[TR_CMP_GE] = SCMP_CMP_GE,
		[TR_CMP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
	};

	return ops[op];
}

/*
 * All conditions at once, unless two of them ask the same argument, which libseccomp cannot take:
 * then both runtimes add each one as a rule of its own, and what was "and" becomes "or".
 */
static int add_conditional(struct compiler *c, const struct tr_rule *r, const char *name, int nr,
			   uint32_t action)
{
	/* crun looks at the first six only; with more than six in runc two must be the same. */
	size_t n = c->runtime == TR_RUNTIME_CRUN && r->n_conds > 6 ? 6 : r->n_conds;
	tr_cleanup_free struct scmp_arg_cmp *cmp = tr_xcalloc(n + 1, sizeof(*cmp));
	unsigned seen = 0;
	bool split = false;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		const struct tr_cond *cond = &r->conds[i];

		if (cond->index > 5)
			return tr_err_set(c->err, TR_ERR_INPUT,
					  "syscall %s: no argument has the index %u", name,
					  cond->index);
		cmp[i] = (struct scmp_arg_cmp){ cond->index, compare_op(cond->op), cond->value,
						cond->value2 };
		split |= seen >> cond->index & 1;
		seen |= 1u << cond->index;
	}
	if (!split)
		rc = seccomp_rule_add_array(c->ctx, action, nr, (unsigned)n, cmp);
	for (size_t i = 0; split && i < n && rc >= 0; i++)
		rc = seccomp_rule_add_array(c->ctx, action, nr, 1, &cmp[i]);
	return rc < 0 ? rule_error(c, name, rc) : 0;
}

static int add_name(struct compiler *c, const struct tr_rule *r, const char *name)
{
	uint32_t action = action_word(r->action, r->errno_ret);
	int nr;

	if (is_runc(c) && !*name)
		return tr_err_set(c->err, TR_ERR_INPUT, "an empty string is no syscall's name");
	if (is_runc(c) && r->action == TR_ACTION_NOTIFY && !strcmp(name, "write"))
		return tr_err_set(c->err, TR_ERR_INPUT, "runc refuses SCMP_ACT_NOTIFY for write");
	nr = seccomp_syscall_resolve_name(name);
	if (nr == __NR_SCMP_ERROR)
		add_unknown(c, name);
	if (nr == __NR_SCMP_ERROR || action == c->default_action)
		return 0;
	return add_conditional(c, r, name, nr, action);
}

static int add_rules(struct compiler *c)
{
	for (size_t i = 0; i < c->p->n_rules; i++) {
		const struct tr_rule *r = &c->p->rules[i];
		int rc = check_errno(c, r->action, r->errno_ret);

		for (size_t j = 0; j < r->n_names && rc == 0; j++)
			rc = add_name(c, r, r->names[j]);
		if (rc < 0 && r->line)
			return tr_err_wrap(c->err, "line %u", r->line);
		if (rc < 0)
			return -1;
	}
	return 0;
}

static int check_profile(const struct compiler *c)
{
	/* TSYNC is runc's own affair: it is taken and left alone. */
	static const char *const known[] = {
		"SECCOMP_FILTER_FLAG_TSYNC",
		"SECCOMP_FILTER_FLAG_LOG",
		"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
	};

	if (is_runc(c) && c->p->default_action == TR_ACTION_NOTIFY)
		return tr_err_set(c->err, TR_ERR_INPUT,
				  "runc refuses SCMP_ACT_NOTIFY as the default action");
	for (size_t i = 0; i < c->p->n_flags; i++) {
		size_t j = 0;

		while (j < TR_ARRAY_SIZE(known) && strcmp(known[j], c->p->flags[i]) != 0)
			j++;
		if (j == TR_ARRAY_SIZE(known))
			return tr_err_set(c->err, TR_ERR_INPUT, "%s knows no seccomp flag '%s'",
					  runtime_name(c), c->p->flags[i]);
	}
	return check_errno(c, c->p->default_action, c->p->default_errno);
}

/* libseccomp 2.5 exports to a descriptor only. Reads it back behind room for the stub. */
static int export(struct compiler *c, struct sock_filter **ret, size_t *ret_n)
{
	tr_cleanup_close int fd = memfd_create("trammel-filter", MFD_CLOEXEC);
	tr_cleanup_free struct sock_filter *insns = NULL;
	struct stat st;
	int rc;

	if (fd < 0)
		return tr_err_errno(c->err, TR_ERR_CANNOT, errno, "memfd_create");
	rc = seccomp_export_bpf(c->ctx, fd);
	if (rc < 0)
		return tr_err_errno(c->err, TR_ERR_INPUT, -rc, "libseccomp cannot compile it");
	if (fstat(fd, &st) < 0)
		return tr_err_errno(c->err, TR_ERR_CANNOT, errno, "fstat");
	insns = tr_xmalloc((size_t)st.st_size + ENOSYS_MAX * sizeof(*insns));
	if (pread(fd, insns, (size_t)st.st_size, 0) != st.st_size)
		return tr_err_set(c->err, TR_ERR_CANNOT, "cannot read the compiled filter back");
	*ret_n = (size_t)st.st_size / sizeof(*insns);
	*ret = tr_take(insns);
	return 0;
}

/* The architectures that the stub is for: those that are named, and since 1.2 the machine's own. */
static size_t stub_arches(struct compiler *c)
{
	size_t n = c->p->n_arches;

	for (size_t i = 0; i < n; i++)
		if (c->tokens[i] == c->native)
			return n;
	if (c->runtime == TR_RUNTIME_RUNC)
		return n;
	c->tokens[n] = c->native;
	return n + 1;
}

static int finish(struct compiler *c, struct tr_filter *ret)
{
	struct sock_filter stub[ENOSYS_MAX], *insns = NULL;
	size_t n = 0, n_stub = 0;

	if (export(c, &insns, &n) < 0)
		return -1;
	if (is_runc(c))
		n_stub = enosys_stub(stub, c->p, c->tokens, stub_arches(c));
	memmove(insns + n_stub, insns, n * sizeof(*insns));
	memcpy(insns, stub, n_stub * sizeof(*insns));
	if (tr_filter_check(insns, n_stub + n, c->err) < 0) {
		free(insns);
		return tr_err_wrap(c->err, "the kernel would refuse the compiled filter");
	}
	ret->insns = insns;
	ret->n = n_stub + n;
	return 0;
}

static int compile(struct compiler *c, struct tr_filter *ret)
{
	if (check_profile(c) < 0)
		return -1;
	/*
	 * What libseccomp accepts would else depend on the kernel here, or on the seccomp profile
	 * of the container that this runs in. An older library knows no level 6: then it asks.
	 */
	seccomp_api_set(6);
	c->default_action = action_word(c->p->default_action, c->p->default_errno);
	c->ctx = seccomp_init(c->default_action);
	if (!c->ctx)
		return tr_err_set(c->err, TR_ERR_INPUT,
				  "libseccomp refuses %s with errno %d as the default action",
				  tr_action_name(c->p->default_action), c->p->default_errno);
	if (add_arches(c) < 0)
		return -1;
	/* An older libseccomp has no trees, and runc goes on without. */
	if (c->runtime == TR_RUNTIME_RUNC_12 && count_names(c->p) >= TREE_FROM)
		seccomp_attr_set(c->ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (add_rules(c) < 0)
		return -1;
	return finish(c, ret);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unknown(struct compiler *c)
{
	size_t kept = 0;

	if (c->n_unknown)
		qsort(c->unknown, c->n_unknown, sizeof(*c->unknown), by_bytes);
	for (size_t i = 0; i < c->n_unknown; i++) {
		if (kept && !strcmp(c->unknown[kept - 1], c->unknown[i]))
			free(c->unknown[i]);
		else
			c->unknown[kept++] = c->unknown[i];
	}
	c->n_unknown = kept;
}

int tr_compile(struct tr_filter *ret, const struct tr_seccomp *p, enum tr_runtime_kind runtime,
	       char ***ret_unknown, struct tr_err *err)
{
	return tr_compile_for(ret, p, runtime, NULL, ret_unknown, err);
}

int tr_compile_for(struct tr_filter *ret, const struct tr_seccomp *p, enum tr_runtime_kind runtime,
		   const char *native, char ***ret_unknown, struct tr_err *err)
{
	struct compiler c = { .p = p, .runtime = runtime, .err = err };
	int rc;

	c.native = native ? arch_token(&c, native) : seccomp_arch_native();
	c.tokens = tr_xcalloc(p->n_arches + 1, sizeof(*c.tokens));
	rc = compile(&c, ret);
	if (c.ctx)
		seccomp_release(c.ctx);
	free(c.tokens);
	sort_unknown(&c);
	c.unknown = tr_grow(c.unknown, &c.cap_unknown, c.n_unknown, sizeof(*c.unknown));
	c.unknown[c.n_unknown] = NULL;
	if (rc == 0 && ret_unknown)
		*ret_unknown = c.unknown;
	else
		tr_strv_free(c.unknown);
	return rc;
}
