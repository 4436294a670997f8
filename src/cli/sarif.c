// SPDX-License-Identifier: Apache-2.0
#include "cli/sarif.h"

#include <stdio.h>
#include <string.h>

#include "util/json.h"
#include "util/mem.h"
#include "util/sha256.h"
#include "util/strbuf.h"
#include "util/text.h"

static const char *const levels[] = {
	[SARIF_NOTE] = "note",
	[SARIF_WARNING] = "warning",
	[SARIF_ERROR] = "error",
};

void sarif_init(struct sarif *s)
{
	s->rules = json_object_new_array();
	s->results = json_object_new_array();
}

static json_object *safe_object(const char *safe)
{
	json_object *o = json_object_new_object();

	json_add_string(o, "text", safe);
	return o;
}

static json_object *text_object(const char *text)
{
	tr_cleanup_free char *safe = text_escaped(text);

	return safe_object(safe);
}

void sarif_add_rule(struct sarif *s, const char *id, const char *summary, enum sarif_level level)
{
	json_object *o = json_object_new_object(), *c = json_object_new_object();

	json_add_string(o, "id", id);
	json_object_object_add(o, "shortDescription", text_object(summary));
	json_add_string(c, "level", levels[level]);
	json_object_object_add(o, "defaultConfiguration", c);
	json_object_array_add(s->rules, o);
}

/* A path as an URI reference: RFC 3986, what is not unreserved or '/' in percents. */
static void add_uri(json_object *o, const char *path)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, *path == '/' ? "file://" : "");
	while (!strncmp(path, "./", 2))
		path += 2;
	for (; *path; path++) {
		if (strchr(plain, *path))
			strbuf_addc(&sb, *path);
		else
			strbuf_addf(&sb, "%%%02X", (unsigned char)*path);
	}
	json_add_string(o, "uri", strbuf_str(&sb));
}

static json_object *location(const char *path, unsigned line)
{
	json_object *o = json_object_new_object(), *physical = json_object_new_object(),
		    *artifact = json_object_new_object(), *list = json_object_new_array();

	add_uri(artifact, path);
	json_object_object_add(physical, "artifactLocation", artifact);
	if (line) {
		json_object *region = json_object_new_object();

		json_object_object_add(region, "startLine", json_object_new_int64(line));
		json_object_object_add(physical, "region", region);
	}
	json_object_object_add(o, "physicalLocation", physical);
	json_object_array_add(list, o);
	return list;
}

void sarif_add_safe_result(struct sarif *s, size_t rule, const char *id, enum sarif_level level,
			   const char *path, unsigned line, const char *text, const char *what)
{
	json_object *o = json_object_new_object(), *prints = json_object_new_object();
	tr_cleanup_free char *identity = tr_xasprintf("%s\n%s", id, what);
	char digest[65];

	json_add_string(o, "ruleId", id);
	json_object_object_add(o, "ruleIndex", json_object_new_int64((int64_t)rule));
	json_add_string(o, "level", levels[level]);
	json_object_object_add(o, "message", safe_object(text));
	if (path)
		json_object_object_add(o, "locations", location(path, line));
	sha256_hex(identity, strlen(identity), digest);
	json_add_string(prints, "trammel/v1", digest);
	json_object_object_add(o, "partialFingerprints", prints);
	json_object_array_add(s->results, o);
}

void sarif_add_result(struct sarif *s, size_t rule, const char *id, enum sarif_level level,
		      const char *path, unsigned line, const char *text, const char *what)
{
	tr_cleanup_free char *safe = text_escaped(text);

	sarif_add_safe_result(s, rule, id, level, path, line, safe, what);
}

void sarif_print(struct sarif *s)
{
	json_object *o = json_object_new_object(), *run = json_object_new_object(),
		    *tool = json_object_new_object(), *driver = json_object_new_object(),
		    *runs = json_object_new_array();

	json_add_string(driver, "name", "trammel");
	json_add_string(driver, "version", TRAMMEL_VERSION);
	json_object_object_add(driver, "rules", s->rules);
	json_object_object_add(tool, "driver", driver);
	json_object_object_add(run, "tool", tool);
	json_object_object_add(run, "results", s->results);
	json_object_array_add(runs, run);
	json_add_string(o, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	json_add_string(o, "version", "2.1.0");
	json_object_object_add(o, "runs", runs);
	printf("%s\n", json_object_to_json_string_ext(o, JSON_PRETTY));
	json_object_put(o);
	*s = (struct sarif){ 0 };
}
