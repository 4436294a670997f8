// SPDX-License-Identifier: Apache-2.0
#include "trammel/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

/*
 * The lists in rules.h carry a count and no capacity: room is made whenever the count reaches a
 * power of two, and doubles it, so that appending stays linear over all.
 */
static void *grow_pow2(void *arr, size_t n, size_t size)
{
	if (n & (n - 1))
		return arr;
	return tr_xrealloc(arr, n ? n * 2 : 1, size);
}

void tr_strings_add(char ***v, size_t *n, const char *s)
{
	*v = grow_pow2(*v, *n, sizeof(**v));
	(*v)[(*n)++] = tr_xstrdup(s);
}

static void strings_release(char **v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

static void strings_copy(char ***dst, size_t *dst_n, char *const *src, size_t n)
{
	for (size_t i = 0; i < n; i++)
		tr_strings_add(dst, dst_n, src[i]);
}

void tr_seccomp_init(struct tr_seccomp *p)
{
	memset(p, 0, sizeof(*p));
	p->default_action = TR_ACTION_ERRNO;
	p->default_errno = EPERM;
}

static void rule_release(struct tr_rule *r)
{
	strings_release(r->names, r->n_names);
	strings_release(r->inc_caps, r->n_inc_caps);
	strings_release(r->inc_arches, r->n_inc_arches);
	strings_release(r->exc_caps, r->n_exc_caps);
	strings_release(r->exc_arches, r->n_exc_arches);
	free(r->conds);
	free(r->comment);
}

void tr_seccomp_release(struct tr_seccomp *p)
{
	for (size_t i = 0; i < p->n_rules; i++)
		rule_release(&p->rules[i]);
	for (size_t i = 0; i < p->n_arch_map; i++) {
		free(p->arch_map[i].arch);
		strings_release(p->arch_map[i].sub, p->arch_map[i].n_sub);
	}
	strings_release(p->arches, p->n_arches);
	strings_release(p->flags, p->n_flags);
	free(p->arch_map);
	free(p->listener_path);
	free(p->listener_metadata);
	free(p->rules);
	memset(p, 0, sizeof(*p));
}

struct tr_rule *tr_seccomp_add_rule(struct tr_seccomp *p)
{
	struct tr_rule *r;

	p->rules = tr_grow(p->rules, &p->cap_rules, p->n_rules, sizeof(*p->rules));
	r = &p->rules[p->n_rules++];
	memset(r, 0, sizeof(*r));
	r->action = TR_ACTION_ALLOW;
	r->errno_ret = -1;
	return r;
}

void tr_rule_add_name(struct tr_rule *r, const char *name)
{
	tr_strings_add(&r->names, &r->n_names, name);
}

void tr_rule_add_cond(struct tr_rule *r, struct tr_cond c)
{
	r->conds = grow_pow2(r->conds, r->n_conds, sizeof(*r->conds));
	r->conds[r->n_conds++] = c;
}

void tr_seccomp_add_arch(struct tr_seccomp *p, const char *arch)
{
	tr_strings_add(&p->arches, &p->n_arches, arch);
}

bool tr_strings_has(char *const *v, size_t n, const char *s)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i], s))
			return true;
	return false;
}

bool tr_action_has_errno(enum tr_action a)
{
	return a == TR_ACTION_ERRNO || a == TR_ACTION_TRACE;
}

/* What goes with an action: EPERM where nothing is said, nothing where it has no meaning. */
static int effective_errno(enum tr_action action, int errno_ret)
{
	if (!tr_action_has_errno(action))
		return 0;
	return errno_ret < 0 ? EPERM : errno_ret;
}

bool tr_rule_is_default(const struct tr_seccomp *p, const struct tr_rule *r)
{
	return r->action == p->default_action &&
	       effective_errno(r->action, r->errno_ret) ==
		       effective_errno(p->default_action, p->default_errno);
}

bool tr_rule_same_action(const struct tr_rule *a, const struct tr_rule *b)
{
	return a->action == b->action &&
	       effective_errno(a->action, a->errno_ret) == effective_errno(b->action, b->errno_ret);
}

struct tr_rule *tr_seccomp_add_rule_copy(struct tr_seccomp *p, const struct tr_rule *src)
{
	struct tr_rule *r = tr_seccomp_add_rule(p);

	strings_copy(&r->names, &r->n_names, src->names, src->n_names);
	strings_copy(&r->inc_caps, &r->n_inc_caps, src->inc_caps, src->n_inc_caps);
	strings_copy(&r->inc_arches, &r->n_inc_arches, src->inc_arches, src->n_inc_arches);
	strings_copy(&r->exc_caps, &r->n_exc_caps, src->exc_caps, src->n_exc_caps);
	strings_copy(&r->exc_arches, &r->n_exc_arches, src->exc_arches, src->n_exc_arches);
	for (size_t i = 0; i < src->n_conds; i++)
		tr_rule_add_cond(r, src->conds[i]);
	r->action = src->action;
	r->errno_ret = src->errno_ret;
	r->comment = src->comment ? tr_xstrdup(src->comment) : NULL;
	r->line = src->line;
	r->inc_min_kernel = src->inc_min_kernel;
	r->exc_min_kernel = src->exc_min_kernel;
	return r;
}

void tr_arch_map_add(struct tr_seccomp *p, const char *arch, char *const *sub, size_t n_sub)
{
	struct tr_arch_map *m;

	p->arch_map = grow_pow2(p->arch_map, p->n_arch_map, sizeof(*p->arch_map));
	m = &p->arch_map[p->n_arch_map++];
	memset(m, 0, sizeof(*m));
	m->arch = tr_xstrdup(arch);
	strings_copy(&m->sub, &m->n_sub, sub, n_sub);
}

void tr_seccomp_copy(struct tr_seccomp *dst, const struct tr_seccomp *src)
{
	memset(dst, 0, sizeof(*dst));
	dst->default_action = src->default_action;
	dst->default_errno = src->default_errno;
	dst->has_flags = src->has_flags;
	strings_copy(&dst->arches, &dst->n_arches, src->arches, src->n_arches);
	strings_copy(&dst->flags, &dst->n_flags, src->flags, src->n_flags);
	for (size_t i = 0; i < src->n_arch_map; i++)
		tr_arch_map_add(dst, src->arch_map[i].arch, src->arch_map[i].sub,
				src->arch_map[i].n_sub);
	dst->listener_path = src->listener_path ? tr_xstrdup(src->listener_path) : NULL;
	dst->listener_metadata = src->listener_metadata ? tr_xstrdup(src->listener_metadata) : NULL;
	dst->inside = src->inside;
	for (size_t i = 0; i < src->n_rules; i++)
		tr_seccomp_add_rule_copy(dst, &src->rules[i]);
}

static const char *const action_names[] = {
	[TR_ACTION_ALLOW] = "SCMP_ACT_ALLOW",
	[TR_ACTION_LOG] = "SCMP_ACT_LOG",
	[TR_ACTION_NOTIFY] = "SCMP_ACT_NOTIFY",
	[TR_ACTION_TRACE] = "SCMP_ACT_TRACE",
	[TR_ACTION_ERRNO] = "SCMP_ACT_ERRNO",
	[TR_ACTION_TRAP] = "SCMP_ACT_TRAP",
	[TR_ACTION_KILL_THREAD] = "SCMP_ACT_KILL_THREAD",
	[TR_ACTION_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS",
};

static const char *const cmp_names[] = {
	[TR_CMP_EQ] = "SCMP_CMP_EQ",
	[TR_CMP_NE] = "SCMP_CMP_NE",
	[TR_CMP_LT] = "SCMP_CMP_LT",
	[TR_CMP_LE] = "SCMP_CMP_LE",
	[TR_CMP_GT] = "SCMP_CMP_GT",
	[TR_CMP_GE] = "SCMP_CMP_GE",
	[TR_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};

static const char *const abi_arches[] = {
	[TR_ABI_X86_64] = "SCMP_ARCH_X86_64",
	[TR_ABI_I386] = "SCMP_ARCH_X86",
	[TR_ABI_X32] = "SCMP_ARCH_X32",
	[TR_ABI_AARCH64] = "SCMP_ARCH_AARCH64",
};

static int find(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -1;
}

const char *tr_action_name(enum tr_action a)
{
	return action_names[a];
}

int tr_action_from_name(const char *name)
{
	/* libseccomp's older spelling, from before there was a way to kill the whole process */
	if (!strcmp(name, "SCMP_ACT_KILL"))
		return TR_ACTION_KILL_THREAD;
	return find(action_names, TR_ARRAY_SIZE(action_names), name);
}

const char *tr_cmp_name(enum tr_cmp c)
{
	return cmp_names[c];
}

int tr_cmp_from_name(const char *name)
{
	return find(cmp_names, TR_ARRAY_SIZE(cmp_names), name);
}

const char *tr_arch_of_abi(enum tr_abi abi)
{
	return abi_arches[abi];
}

int tr_abi_of_arch(const char *arch)
{
	return find(abi_arches, TR_ARRAY_SIZE(abi_arches), arch);
}
