// SPDX-License-Identifier: Apache-2.0
#include "trammel/run_options.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

static const char *const names[TR_RUN_KINDS] = {
	[TR_RUN_SECCOMP] = "seccomp",	  [TR_RUN_APPARMOR] = "apparmor",
	[TR_RUN_CAPS] = "caps",		  [TR_RUN_CAP_DROP] = "cap-drop",
	[TR_RUN_CAP_ADD] = "cap-add",	  [TR_RUN_NO_NEW_PRIVILEGES] = "no-new-privileges",
	[TR_RUN_READ_ONLY] = "read-only", [TR_RUN_TMPFS] = "tmpfs",
	[TR_RUN_VOLUME] = "volume",	  [TR_RUN_USER] = "user",
	[TR_RUN_NETWORK] = "network",	  [TR_RUN_PORT] = "publish",
	[TR_RUN_PIDS] = "pids-limit",	  [TR_RUN_MEMORY] = "memory",
};

const char *tr_run_kind_name(enum tr_run_kind kind)
{
	return names[kind];
}

int tr_run_kind_from_name(const char *name)
{
	for (int i = 0; i < TR_RUN_KINDS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

void tr_run_options_init(struct tr_run_options *o)
{
	memset(o, 0, sizeof(*o));
}

void tr_run_options_release(struct tr_run_options *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->v[i].value);
		free(o->v[i].more);
		free(o->v[i].why);
	}
	free(o->v);
	free(o->subject);
	free(o->service);
	free(o->image);
	memset(o, 0, sizeof(*o));
}

struct tr_run_option *tr_run_options_add(struct tr_run_options *o, enum tr_run_kind kind,
					 const char *value, char *why)
{
	struct tr_run_option *new;

	o->v = tr_grow(o->v, &o->cap, o->n, sizeof(*o->v));
	new = &o->v[o->n++];
	*new = (struct tr_run_option){
		.kind = kind,
		.value = value ? tr_xstrdup(value) : NULL,
		.why = why,
	};
	return new;
}

static int cmp(const void *a, const void *b)
{
	const struct tr_run_option *x = a, *y = b;
	const char *xv = x->value ? x->value : "", *yv = y->value ? y->value : "";

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->left_out != y->left_out)
		return x->left_out ? 1 : -1;
	return strcmp(xv, yv) ? strcmp(xv, yv) : strcmp(x->why, y->why);
}

void tr_run_options_sort(struct tr_run_options *o)
{
	if (o->n)
		qsort(o->v, o->n, sizeof(*o->v), cmp);
}

const struct tr_run_option *tr_run_options_find(const struct tr_run_options *o,
						enum tr_run_kind kind)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->v[i].kind == kind && !o->v[i].left_out)
			return &o->v[i];
	return NULL;
}
