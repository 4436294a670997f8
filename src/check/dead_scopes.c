// SPDX-License-Identifier: Apache-2.0
/*
 * Includes and excludes ask for the machine, the kernel and the capabilities. Of kernels only those
 * beside a version that is asked for differ, of capabilities only those that are.
 */
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "check/dead.h"
#include "formats/seccomp_names.h"
#include "formats/seccomp_resolve.h"
#include "tables/syscalls.h"
#include "util/mem.h"

#define MAX_CAPS 8

struct place {
	const struct dead_entry *entries;
	size_t n;
	struct tr_seccomp_host host;
	const char *asked[MAX_CAPS],
		*caps[MAX_CAPS]; /* that the container has, of those asked for */
	size_t n_asked;
};

static void add_scope(struct dead_scopes *s, const struct place *at)
{
	uint64_t scope = 0;

	for (size_t i = 0; i < at->n; i++)
		scope |= (uint64_t)seccomp_rule_holds(at->entries[i].rule, &at->host) << i;
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i] == scope)
			return;
	s->v = tr_grow(s->v, &s->cap, s->n, sizeof(*s->v));
	s->v[s->n++] = scope;
}

/* Every set of capabilities. */
static void add_caps(struct dead_scopes *s, struct place *at)
{
	for (unsigned has = 0; has < 1U << at->n_asked; has++) {
		at->host.caps = at->caps;
		at->host.n_caps = 0;
		for (size_t i = 0; i < at->n_asked; i++)
			if (has >> i & 1)
				at->caps[at->host.n_caps++] = at->asked[i];
		add_scope(s, at);
	}
}

/* Every kernel that some rule takes for another than the one before it. */
static void add_kernels(struct dead_scopes *s, struct place *at)
{
	at->host.kernel = 1;
	add_caps(s, at);
	for (size_t i = 0; i < at->n; i++) {
		const struct tr_rule *r = at->entries[i].rule;

		for (unsigned k = 0; k < 2; k++) {
			at->host.kernel = k ? r->exc_min_kernel : r->inc_min_kernel;
			if (at->host.kernel)
				add_caps(s, at);
		}
	}
}

static void ask_cap(struct dead_scopes *s, struct place *at, const char *cap)
{
	for (size_t i = 0; i < at->n_asked; i++)
		if (!strcmp(at->asked[i], cap))
			return;
	if (at->n_asked == MAX_CAPS)
		s->open = true;
	else
		at->asked[at->n_asked++] = cap;
}

static void ask_caps(struct dead_scopes *s, struct place *at)
{
	for (size_t i = 0; i < at->n; i++) {
		const struct tr_rule *r = at->entries[i].rule;

		for (size_t k = 0; k < r->n_inc_caps; k++)
			ask_cap(s, at, r->inc_caps[k]);
		for (size_t k = 0; k < r->n_exc_caps; k++)
			ask_cap(s, at, r->exc_caps[k]);
	}
}

/*
 * libseccomp gives numbers of its own below -1 to calls that an architecture has not, and to those
 * that go through socketcall or ipc there (-101 to -220), which it translates.
 */
static bool arch_has(const char *arch, const char *name)
{
	char lower[32] = { 0 };
	int abi = tr_abi_of_arch(arch), nr;
	uint32_t token;

	if (strncmp(arch, "SCMP_ARCH_", 10) != 0)
		return false;
	for (size_t i = 0; i < sizeof(lower) - 1 && arch[10 + i]; i++)
		lower[i] = (char)(arch[10 + i] >= 'A' && arch[10 + i] <= 'Z' ? arch[10 + i] | 32 :
									       arch[10 + i]);
	token = seccomp_arch_resolve_name(lower);
	if (!token) /* newer than libseccomp here */
		return true;
	nr = seccomp_syscall_resolve_name_arch(token, name);
	return nr >= 0 || (nr <= -101 && nr >= -299) ||
	       (abi >= 0 && syscall_number((enum tr_abi)abi, name) >= 0);
}

static bool any_has(char *const *arches, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (arch_has(arches[i], name))
			return true;
	return false;
}

/* The machine's entry of archMap is the first one. */
static const struct tr_arch_map *map_of(const struct tr_seccomp *p, const char *arch)
{
	for (size_t i = 0; i < p->n_arch_map; i++)
		if (!strcmp(p->arch_map[i].arch, arch))
			return &p->arch_map[i];
	return NULL;
}

/* Whether the profile is for machines of this kind, and whether its filter there has the call. */
static bool is_for(const struct tr_seccomp *p, const char *native, const char *name, bool *ret_has)
{
	const char *arch = seccomp_arch_of_native(native);
	const struct tr_arch_map *map = map_of(p, arch);

	*ret_has = arch_has(arch, name) || any_has(p->arches, p->n_arches, name) ||
		   (map && any_has(map->sub, map->n_sub, name));
	if (p->n_arches)
		return tr_strings_has(p->arches, p->n_arches, arch);
	return map || !p->n_arch_map;
}

/* An architecture list of companions only, like x32: machines of all kinds are looked at. */
static bool for_none(const struct tr_seccomp *p)
{
	const char *native;
	bool ignored;

	for (size_t i = 0; (native = seccomp_native_at(i)); i++)
		if (is_for(p, native, "", &ignored))
			return false;
	return true;
}

void dead_scopes_of(struct dead_scopes *ret, const struct tr_seccomp *p, const char *name,
		    const struct dead_entry *entries, size_t n)
{
	struct place at = { .entries = entries, .n = n };
	bool everywhere = for_none(p), has_call;

	memset(ret, 0, sizeof(*ret));
	ask_caps(ret, &at);
	for (size_t i = 0; (at.host.arch = seccomp_native_at(i)) && !ret->open; i++) {
		if ((!is_for(p, at.host.arch, name, &has_call) && !everywhere) || !has_call)
			continue;
		ret->known = true;
		add_kernels(ret, &at);
	}
}
