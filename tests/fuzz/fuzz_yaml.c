// SPDX-License-Identifier: Apache-2.0
/* YAML from anywhere: what is taken is JSON, and no longer by lines than the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/spo.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t lines(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += s[i] == '\n' || s[i] == '\r';
	return n;
}

static void check_error(struct tr_err *err)
{
	if (err->kind != TR_ERR_INPUT || !err->msg || strncmp(err->msg, "fuzz:", 5) != 0)
		abort();
	tr_err_clear(err);
}

/* Breaks that only YAML knows (U+0085, U+2028, U+2029) make lines, too. */
static size_t other_breaks(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += (unsigned char)s[i] == 0x85 || (unsigned char)s[i] == 0xa8 ||
		     (unsigned char)s[i] == 0xa9;
	return n;
}

static void check_json(const char *json, size_t len, const char *text, size_t size)
{
	struct tr_err err = { 0 };
	json_object *o = NULL;

	/* What is behind an unfinished last line is on the next one, for libyaml. */
	if (strlen(json) != len ||
	    lines(json, len) > lines(text, size) + other_breaks(text, size) + 1)
		abort();
	if (json_parse(json, len, "fuzz", 1, &o, &err) < 0) {
		if (!strstr(tr_err_msg(&err), "nesting"))
			abort();
		check_error(&err);
	}
	json_object_put(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tr_cleanup_free char *text = tr_xmalloc(size + 1), *one = NULL;
	struct tr_err err = { 0 };
	size_t len;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (size_t document = 0; document < 3; document++) {
		tr_cleanup_free char *json = NULL;
		int r = yaml_to_json(text, size, "fuzz", document, &json, &len, &err);

		if (r < 0)
			check_error(&err);
		else if (r > 0)
			check_json(json, len, text, size);
	}
	spo_is_manifest(text, size);
	if (spo_to_json(text, size, "fuzz", &one, &len, &err) < 0)
		check_error(&err);
	return 0;
}
