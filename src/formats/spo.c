// SPDX-License-Identifier: Apache-2.0
#include "formats/spo.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "util/json.h"
#include "util/mem.h"
#include "util/yaml.h"

/* A file of manifests with more documents is not looked through. */
#define MAX_DOCUMENTS 64

bool spo_is_manifest(const char *text, size_t len)
{
	const char *end = text + len;

	/* JSON is YAML, too; what is read as JSON has the better messages. */
	if (len && text[strspn(text, " \t\r\n")] == '{')
		return false;
	for (const char *line = text; line && line < end; line = line ? line + 1 : NULL) {
		if (!strncmp(line, "kind:", 5))
			return true;
		line = memchr(line, '\n', (size_t)(end - line));
	}
	return false;
}

static int is_profile(const char *json, size_t len, const char *name, struct tr_err *err)
{
	json_object *o = NULL, *kind = NULL;
	bool is;

	if (json_parse(json, len, name, 1, &o, err) < 0)
		return -1;
	is = json_object_is_type(o, json_type_object) &&
	     json_object_object_get_ex(o, "kind", &kind) &&
	     json_object_is_type(kind, json_type_string) &&
	     !strcmp(json_object_get_string(kind), "SeccompProfile");
	json_object_put(o);
	return is;
}

int spo_to_json(const char *text, size_t len, const char *name, char **ret, size_t *ret_len,
		struct tr_err *err)
{
	tr_cleanup_free char *found = NULL;
	size_t found_len = 0;

	for (size_t i = 0; i < MAX_DOCUMENTS; i++) {
		tr_cleanup_free char *json = NULL;
		size_t json_len;
		int r = yaml_to_json(text, len, name, i, &json, &json_len, err);

		if (r < 0)
			return -1;
		if (r == 0)
			break;
		r = is_profile(json, json_len, name, err);
		if (r < 0)
			return -1;
		if (r && found)
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s:1: expected one SeccompProfile, found more", name);
		if (!r)
			continue;
		found = tr_take(json);
		found_len = json_len;
	}
	if (!found)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s:1: expected a SeccompProfile, found none%s", name,
				  strstr(text, "localhostProfile") ?
					  ": what a localhostProfile names is a file of its own" :
					  "");
	*ret = tr_take(found);
	*ret_len = found_len;
	return 0;
}
