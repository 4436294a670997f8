// SPDX-License-Identifier: Apache-2.0
#include "trammel/apparmor.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

#define NAME_MAX_LEN 200

void tr_apparmor_init(struct tr_apparmor *p)
{
	memset(p, 0, sizeof(*p));
}

static void release_files(struct tr_apparmor *p)
{
	for (size_t i = 0; i < p->n_files; i++) {
		tr_apparmor_pattern_release(&p->files[i].path);
		tr_apparmor_pattern_release(&p->files[i].target);
		free(p->files[i].comment);
	}
	free(p->files);
}

static void release_mounts(struct tr_apparmor *p)
{
	for (size_t i = 0; i < p->n_mounts; i++) {
		free(p->mounts[i].path);
		free(p->mounts[i].source);
		free(p->mounts[i].fstype);
		free(p->mounts[i].comment);
	}
	free(p->mounts);
}

static void release_denies(struct tr_apparmor *p)
{
	for (size_t i = 0; i < p->n_hands; i++) {
		free(p->hands[i].rule);
		free(p->hands[i].comment);
	}
	free(p->hands);
	for (size_t i = 0; i < p->n_denies; i++) {
		free(p->denies[i].rule);
		free(p->denies[i].comment);
	}
	free(p->denies);
}

void tr_apparmor_release(struct tr_apparmor *p)
{
	release_denies(p);
	release_files(p);
	release_mounts(p);
	for (size_t i = 0; i < p->n_caps; i++)
		free(p->caps[i].comment);
	for (size_t i = 0; i < p->n_networks; i++)
		free(p->networks[i].comment);
	for (size_t i = 0; i < p->n_signals; i++) {
		free(p->signals[i].comment);
		free(p->signals[i].name);
	}
	for (size_t i = 0; i < p->n_ptraces; i++) {
		free(p->ptraces[i].comment);
		free(p->ptraces[i].name);
	}
	free(p->caps);
	free(p->networks);
	free(p->signals);
	free(p->ptraces);
	free(p->name);
	free(p->subject);
	memset(p, 0, sizeof(*p));
}

/* One more of the list, all zero. */
#define ADD(list, n, cap)                                               \
	({                                                              \
		(list) = tr_grow((list), &(cap), (n), sizeof(*(list))); \
		memset(&(list)[n], 0, sizeof(*(list)));                 \
		&(list)[(n)++];                                         \
	})

struct tr_apparmor_file *tr_apparmor_add_file(struct tr_apparmor *p)
{
	return ADD(p->files, p->n_files, p->cap_files);
}

struct tr_apparmor_capability *tr_apparmor_add_capability(struct tr_apparmor *p)
{
	return ADD(p->caps, p->n_caps, p->cap_caps);
}

struct tr_apparmor_network *tr_apparmor_add_network(struct tr_apparmor *p)
{
	return ADD(p->networks, p->n_networks, p->cap_networks);
}

struct tr_apparmor_signal *tr_apparmor_add_signal(struct tr_apparmor *p)
{
	return ADD(p->signals, p->n_signals, p->cap_signals);
}

struct tr_apparmor_ptrace *tr_apparmor_add_ptrace(struct tr_apparmor *p)
{
	return ADD(p->ptraces, p->n_ptraces, p->cap_ptraces);
}

struct tr_apparmor_mount *tr_apparmor_add_mount(struct tr_apparmor *p)
{
	return ADD(p->mounts, p->n_mounts, p->cap_mounts);
}

struct tr_apparmor_deny *tr_apparmor_add_deny(struct tr_apparmor *p)
{
	return ADD(p->denies, p->n_denies, p->cap_denies);
}

struct tr_apparmor_hand *tr_apparmor_add_hand(struct tr_apparmor *p)
{
	return ADD(p->hands, p->n_hands, p->cap_hands);
}

bool tr_apparmor_is_name(const char *name)
{
	static const char
		first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
		more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	size_t n = strlen(name);

	/* To an engine and to AppArmor itself it is no profile. */
	if (!strcmp(name, "unconfined"))
		return false;
	return n && n <= NAME_MAX_LEN && strchr(first, name[0]) && strspn(name, more) == n;
}
