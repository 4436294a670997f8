// SPDX-License-Identifier: Apache-2.0
/* What a trace keeps of a container, and the name it is recorded under. */
#include <stdlib.h>
#include <string.h>

#include "engine/inspect.h"
#include "trammel/engine.h"
#include "util/mem.h"

#define SUBJECT_MAX 128

static void add(struct tr_recording *rec, const char *key, const char *value)
{
	if (value && *value)
		tr_context_add(rec, key, value);
}

/* "A,B" as two values, so that recordings merge by capability. */
static void add_list(struct tr_recording *rec, const char *key, const char *list)
{
	while (list && *list) {
		size_t n = strcspn(list, ",");
		tr_cleanup_free char *word = tr_xstrndup(list, n);

		add(rec, key, word);
		list += n + (list[n] == ',');
	}
}

static void add_bool(struct tr_recording *rec, const char *key, bool value)
{
	tr_context_add(rec, key, value ? "true" : "false");
}

void tr_container_to_context(const struct tr_container *c, struct tr_recording *rec)
{
	add(rec, "container", c->name);
	add(rec, "container.id", c->id);
	add(rec, "image", c->image);
	add(rec, "image.digest", c->image_digest);
	add(rec, "compose.service", c->service);
	add(rec, "compose.project", c->project);
	add(rec, "command", c->command);
	add(rec, "user", c->user);
	add(rec, "engine", c->engine);
	add(rec, "runtime", c->runtime);
	add(rec, "runtime.version", c->runtime_version);
	add(rec, "seccomp", c->seccomp);
	add(rec, "apparmor", c->apparmor);
	add_list(rec, "caps.add", c->cap_add);
	add_list(rec, "caps.drop", c->cap_drop);
	add_bool(rec, "privileged", c->privileged);
	add_bool(rec, "no-new-privileges", c->no_new_privileges);
	add_bool(rec, "host.pid", c->host_pid);
	add_bool(rec, "host.network", c->host_network);
	for (size_t i = 0; i < c->n_mounts; i++)
		add(rec, "mounts", c->mounts[i]);
	for (size_t i = 0; i < c->n_sources; i++)
		add(rec, "mounts.source", c->sources[i]);
}

const char *tr_container_unsupported(const struct tr_container *c)
{
	static const struct {
		const char *prefix, *why;
	} runtimes[] = {
		{ "runsc", "gVisor (runsc) answers its system calls itself" },
		{ "gvisor", "gVisor answers its system calls itself" },
		{ "kata", "Kata runs it on a kernel of its own" },
		{ "krun", "krun runs it on a kernel of its own" },
		{ "sysbox", "sysbox answers some of its system calls itself" },
	};

	for (size_t i = 0; c->runtime && i < TR_ARRAY_SIZE(runtimes); i++)
		if (!strncmp(c->runtime, runtimes[i].prefix, strlen(runtimes[i].prefix)))
			return runtimes[i].why;
	return NULL;
}

/* Whether the reference is but (a beginning of) the image's id, as in `docker run 12ada34b4707`. */
static bool is_image_id(const struct tr_container *c)
{
	const char *ref = c->image, *id = c->image_digest;

	if (!strncmp(ref, "sha256:", 7))
		return true;
	return id && !strncmp(id, "sha256:", 7) && strlen(ref) >= 4 &&
	       !strncmp(id + 7, ref, strlen(ref));
}

/* "registry:5000/team/web:1.2@sha256:..." -> "web" */
static char *image_name(const char *ref)
{
	size_t end = strcspn(ref, "@"), start = end;

	while (start && ref[start - 1] != '/')
		start--;
	end = start + strcspn(ref + start, ":@");
	return tr_xstrndup(ref + start, end - start);
}

/*
 * A subject names files and profiles, and a label may hold any byte: letters, digits and "_.-" stay, and the
 * first is a letter or digit. Names that engines allow for images and services come through
 * unchanged.
 */
static char *clean(char *s)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-";

	if (strlen(s) > SUBJECT_MAX)
		s[SUBJECT_MAX] = '\0';
	for (char *p = s; *p; p++)
		if (!strchr(allowed, *p))
			*p = '_';
	if (*s && strchr("_.-", *s))
		*s = 'x';
	return s;
}

char *tr_container_subject(const struct tr_container *c)
{
	if (c->service && *c->service)
		return clean(tr_xstrdup(c->service));
	if (c->image && *c->image && !is_image_id(c)) {
		char *name = clean(image_name(c->image));

		if (*name)
			return name;
		free(name);
	}
	if (c->name && *c->name)
		return clean(tr_xstrdup(c->name));
	return tr_xasprintf("container-%.12s", c->id ? c->id : "unknown");
}
