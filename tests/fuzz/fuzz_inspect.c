// SPDX-License-Identifier: Apache-2.0
/* Every reader of an engine's JSON on the same bytes, and what is made of a container behind it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/inspect.h"
#include "trammel/engine.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A subject names files: whatever the labels say, it is one word that is no path and no option. */
static void check_subject(const struct tr_container *c)
{
	char *s = tr_container_subject(c);

	if (!*s || strchr("_.-", *s) || strpbrk(s, "/\\ \t\n'\"$;&|") || strlen(s) > 200)
		abort();
	free(s);
}

/* As in the seed of events. */
#define ID "f5ec497aa3cfbb300c0d3ce14b07b3192cba589867616066130ba016da626e4e"

static void use_container(struct tr_container *c)
{
	struct tr_recording rec = { 0 };

	if (!inspect_is_id(c->id))
		abort();
	check_subject(c);
	tr_container_to_context(c, &rec);
	tr_container_unsupported(c);
	tr_recording_release(&rec);
	tr_container_release(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Whoever collects an answer puts a NUL behind it. */
	char *text = tr_xmalloc(size + 1);
	struct engine_desc d = { 0 };
	struct tr_container c;
	char **ids;
	size_t n;

	memcpy(text, data, size);
	text[size] = '\0';
	if (inspect_container(text, size, &c, NULL) == 0)
		use_container(&c);
	if (inspect_events(text, size, ID, &c, NULL) == 0)
		use_container(&c);
	if (inspect_list(text, size, &ids, &n, NULL) == 0)
		tr_engine_list_free(ids, n);
	free(inspect_message(text, size));
	inspect_info(text, size, &d, NULL);
	inspect_version(text, size, &d, NULL);
	inspect_podman_info(text, size, &d, NULL);
	engine_desc_release(&d);
	free(text);
	return 0;
}
