// SPDX-License-Identifier: Apache-2.0
/*
 * The engines' events: what is left of a container that is gone. `docker run --rm` of something quick
 * has taken its container away before anybody could ask who it was.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/inspect.h"
#include "util/json.h"
#include "util/mem.h"

/* Docker has the names in Actor.Attributes, among the labels; the podman command beside them. */
static int parse_event(json_object *o, const char *id, struct tr_container *c, struct tr_err *err)
{
	json_object *actor = NULL, *attributes = NULL;
	tr_cleanup_free char *of = NULL;

	if (json_member_object(o, "Actor", "event", &actor, err) < 0 ||
	    json_member_object(actor ? actor : o, "Attributes", "event", &attributes, err) < 0 ||
	    inspect_take_string(actor ? actor : o, "ID", "event", &of, err) < 0)
		return -1;
	if (!of || strcmp(of, id) != 0)
		return 1;
	if (inspect_take_string(o, "Image", "event", &c->image, err) < 0 ||
	    inspect_take_string(o, "Name", "event", &c->name, err) < 0)
		return -1;
	if (attributes &&
	    ((!c->image && inspect_take_string(attributes, "image", "event", &c->image, err) < 0) ||
	     (!c->name && inspect_take_string(attributes, "name", "event", &c->name, err) < 0) ||
	     inspect_take_string(attributes, "com.docker.compose.service", "event", &c->service,
				 err) < 0 ||
	     inspect_take_string(attributes, "com.docker.compose.project", "event", &c->project,
				 err) < 0))
		return -1;
	c->id = tr_xstrdup(id);
	return 0;
}

static int parse_line(const char *line, size_t len, const char *id, struct tr_container *ret,
		      struct tr_err *err)
{
	struct tr_container c = { 0 };
	json_object *o = NULL;
	int r;

	if (json_parse(line, len, "the engine's events", 1, &o, err) < 0)
		return -1;
	if (json_object_get_type(o) == json_type_object)
		r = parse_event(o, id, &c, err);
	else
		r = tr_err_set(err, TR_ERR_INPUT, "event: expected an object, found %s",
			       json_kind(o));
	json_object_put(o);
	if (r == 0)
		*ret = c;
	else
		tr_container_release(&c);
	return r;
}

int inspect_events(const char *text, size_t len, const char *id, struct tr_container *ret,
		   struct tr_err *err)
{
	const char *end = text + len;
	int r = 1;

	memset(ret, 0, sizeof(*ret));
	while (text < end && r == 1) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = newline ? (size_t)(newline - text) : (size_t)(end - text);

		if (n)
			r = parse_line(text, n, id, ret, err);
		text += n + 1;
	}
	return r;
}
