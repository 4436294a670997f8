// SPDX-License-Identifier: Apache-2.0
/*
 * Reading Docker's seccomp JSON, by itself and inside of other files. Strict where Docker, runc or
 * libseccomp would refuse the profile when the container starts: better said here, with a line. A
 * member that is null is not there, as in Go.
 */
#include <stdlib.h>
#include <string.h>

#include "formats/json_reader.h"
#include "formats/json_shape.h"
#include "formats/json_syntax.h"
#include "formats/seccomp_names.h"
#include "formats/seccomp_read.h"
#include "formats/spo.h"
#include "tables/syscalls.h"
#include "trammel/seccomp.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"

#define MAX_PROFILE ((size_t)4 << 20) /* Docker's own is 14 kB */
#define MAX_ERRNO   4095 /* libseccomp _errno in SCMP_ACT_ERRNO; the kernel's MAX_ERRNO */
#define MAX_ARG	    5

static const char *const known_members[] = {
	"linux",
	"seccomp",
	"spec",
	"defaultAction",
	"defaultErrnoRet",
	"defaultErrno",
	"architectures",
	"archMap",
	"architecture",
	"subArchitectures",
	"flags",
	"listenerPath",
	"listenerMetadata",
	"syscalls",
	"name",
	"names",
	"action",
	"errnoRet",
	"errno",
	"args",
	"index",
	"value",
	"valueTwo",
	"op",
	"comment",
	"includes",
	"excludes",
	"caps",
	"arches",
	"minKernel",
	NULL,
};

/*
 * The number (Docker, runc) and podman's name beside it. podman takes the name, Docker never looks
 * at it: a profile in which the two contradict means two things.
 */
static int member_errno(const struct json_reader *rd, const struct json_place *at, json_object *o,
			const char *number_key, const char *name_key, int *ret)
{
	struct json_place here = json_below(at, name_key);
	const char *name = NULL;
	uint64_t number = 0;
	int has_number, has_name, e;

	has_number = json_opt_number(rd, at, o, number_key, MAX_ERRNO, &number);
	if (has_number < 0)
		return -1;
	has_name = json_opt_text(rd, at, o, name_key, &name);
	if (has_name < 0)
		return -1;
	if (has_number)
		*ret = (int)number;
	if (!has_name)
		return 0;
	e = errno_from_name(name);
	if (e < 0)
		return json_bad(rd, &here, "expected the name of an errno, found '%s'", name);
	if (has_number && e != (int)number)
		return json_bad(rd, &here, "'%s' contradicts %s %d", name, number_key, (int)number);
	*ret = e;
	return 0;
}

static int member_action(const struct json_reader *rd, const struct json_place *at, json_object *o,
			 const char *key, enum tr_action *ret)
{
	struct json_place here = json_below(at, key);
	const char *name = NULL;
	int r = json_opt_text(rd, at, o, key, &name), action;

	if (r < 0)
		return -1;
	if (!r)
		return json_bad(rd, at, "expected '%s'", key);
	action = tr_action_from_name(name);
	if (action < 0)
		return json_bad(rd, &here, "expected an action like SCMP_ACT_ALLOW, found '%s'",
				name);
	*ret = (enum tr_action)action;
	return 0;
}

/* One whole decimal number up to 255, as Go's ParseUint(s, 10, 8) takes it. */
static const char *version_part(const char *s, unsigned *ret)
{
	unsigned v = 0;
	const char *p = s;

	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (unsigned)(*p - '0');
		if (v > 255)
			return NULL;
	}
	*ret = v;
	return p == s ? NULL : p;
}

static int member_kernel(const struct json_reader *rd, const struct json_place *at, json_object *o,
			 unsigned *ret)
{
	struct json_place here = json_below(at, "minKernel");
	const char *s = NULL, *p;
	unsigned major, minor;
	int r = json_opt_text(rd, at, o, "minKernel", &s);

	if (r <= 0)
		return r;
	p = version_part(s, &major);
	if (!p || *p != '.' || !(p = version_part(p + 1, &minor)) || *p || !(major | minor))
		return json_bad(rd, &here, "expected a kernel version like \"4.8\", found '%s'", s);
	*ret = major << 16 | minor;
	return 1;
}

static int read_filters(const struct json_reader *rd, const struct json_place *at, json_object *o,
			struct tr_rule *rule)
{
	struct json_place inc = json_below(at, "includes"), exc = json_below(at, "excludes");
	json_object *m = NULL;
	int r = json_opt(rd, at, o, "includes", json_type_object, &m);

	if (r < 0)
		return -1;
	if (r &&
	    (json_opt_strings(rd, &inc, m, "caps", &rule->inc_caps, &rule->n_inc_caps) < 0 ||
	     json_opt_strings(rd, &inc, m, "arches", &rule->inc_arches, &rule->n_inc_arches) < 0 ||
	     member_kernel(rd, &inc, m, &rule->inc_min_kernel) < 0))
		return -1;
	r = json_opt(rd, at, o, "excludes", json_type_object, &m);
	if (r < 0)
		return -1;
	if (r &&
	    (json_opt_strings(rd, &exc, m, "caps", &rule->exc_caps, &rule->n_exc_caps) < 0 ||
	     json_opt_strings(rd, &exc, m, "arches", &rule->exc_arches, &rule->n_exc_arches) < 0 ||
	     member_kernel(rd, &exc, m, &rule->exc_min_kernel) < 0))
		return -1;
	return 0;
}

static int read_cond(const struct json_reader *rd, const struct json_place *at, json_object *o,
		     struct tr_rule *rule)
{
	struct json_place here = json_below(at, "op");
	struct tr_cond c = { 0 };
	uint64_t index = 0;
	const char *op = NULL;
	int r;

	if (json_want(rd, at, o, json_type_object) < 0 ||
	    json_opt_number(rd, at, o, "index", MAX_ARG, &index) < 0 ||
	    json_opt_number(rd, at, o, "value", UINT64_MAX, &c.value) < 0 ||
	    json_opt_number(rd, at, o, "valueTwo", UINT64_MAX, &c.value2) < 0)
		return -1;
	r = json_opt_text(rd, at, o, "op", &op);
	if (r < 0)
		return -1;
	if (!r)
		return json_bad(rd, at, "expected 'op'");
	r = tr_cmp_from_name(op);
	if (r < 0)
		return json_bad(rd, &here, "expected an operator like SCMP_CMP_EQ, found '%s'", op);
	c.index = (uint32_t)index;
	c.op = (enum tr_cmp)r;
	tr_rule_add_cond(rule, c);
	return 0;
}

int seccomp_read_conds(const struct json_reader *rd, const struct json_place *at, json_object *o,
		       struct tr_rule *rule)
{
	struct json_place here = json_below(at, "args");
	json_object *m = NULL;
	int r = json_opt(rd, at, o, "args", json_type_array, &m);

	for (size_t i = 0; r > 0 && i < json_object_array_length(m); i++) {
		struct json_place each = json_element(&here, i);

		if (read_cond(rd, &each, json_object_array_get_idx(m, i), rule) < 0)
			return -1;
	}
	return r < 0 ? -1 : 0;
}

static int read_names(const struct json_reader *rd, const struct json_place *at, json_object *o,
		      struct tr_rule *rule)
{
	const char *name = NULL;
	int r = json_opt_text(rd, at, o, "name", &name);

	if (r < 0 || json_opt_strings(rd, at, o, "names", &rule->names, &rule->n_names) < 0)
		return -1;
	if (r && rule->n_names)
		return json_bad(rd, at, "expected either 'name' or 'names', found both");
	if (r)
		tr_rule_add_name(rule, name);
	return 0;
}

/* runc sends the notifier's descriptor with write(2) while the filter is in force already. */
static int check_notify(const struct json_reader *rd, const struct json_place *at,
			const struct tr_rule *rule)
{
	for (size_t i = 0; rule->action == TR_ACTION_NOTIFY && i < rule->n_names; i++)
		if (!strcmp(rule->names[i], "write"))
			return json_bad(rd, at, "SCMP_ACT_NOTIFY cannot be used for write");
	return 0;
}

static int read_rule(const struct json_reader *rd, const struct json_place *at, json_object *o,
		     struct tr_rule *rule)
{
	const char *comment = NULL;

	if (json_want(rd, at, o, json_type_object) < 0 || read_names(rd, at, o, rule) < 0 ||
	    member_action(rd, at, o, "action", &rule->action) < 0 ||
	    member_errno(rd, at, o, "errnoRet", "errno", &rule->errno_ret) < 0 ||
	    seccomp_read_conds(rd, at, o, rule) < 0 ||
	    json_opt_text(rd, at, o, "comment", &comment) < 0 || read_filters(rd, at, o, rule) < 0)
		return -1;
	rule->comment = comment ? tr_xstrdup(comment) : NULL;
	return check_notify(rd, at, rule);
}

static int read_rules(const struct json_reader *rd, json_object *o, struct tr_seccomp *p)
{
	const struct json_place here = json_below(&rd->top, "syscalls");
	tr_cleanup_free unsigned *lines = NULL;
	json_object *m = NULL;
	int r = json_opt(rd, &rd->top, o, "syscalls", json_type_array, &m);
	size_t n, n_lines;

	if (r <= 0)
		return r;
	n = json_object_array_length(m);
	lines = tr_xcalloc(n, sizeof(*lines));
	n_lines = json_element_lines(rd->text, rd->len, here.s, lines, n);
	for (size_t i = 0; i < n; i++) {
		struct json_place each = json_element(&here, i);
		struct tr_rule *rule = tr_seccomp_add_rule(p);

		rule->line = i < n_lines ? lines[i] : 0;
		if (read_rule(rd, &each, json_object_array_get_idx(m, i), rule) < 0)
			return -1;
	}
	return 0;
}

static int read_arch_map(const struct json_reader *rd, json_object *m, struct tr_seccomp *p)
{
	const struct json_place here = json_below(&rd->top, "archMap");

	for (size_t i = 0; i < json_object_array_length(m); i++) {
		struct json_place each = json_element(&here, i);
		json_object *o = json_object_array_get_idx(m, i);
		const char *arch = NULL;
		int r;

		if (json_want(rd, &each, o, json_type_object) < 0)
			return -1;
		r = json_opt_text(rd, &each, o, "architecture", &arch);
		if (r < 0)
			return -1;
		if (!r)
			return json_bad(rd, &each, "expected 'architecture'");
		tr_arch_map_add(p, arch, NULL, 0);
		if (json_opt_strings(rd, &each, o, "subArchitectures", &p->arch_map[i].sub,
				     &p->arch_map[i].n_sub) < 0)
			return -1;
	}
	return 0;
}

/*
 * Docker passes on only its own machine's entry of archMap, so a name in another entry may be of an
 * architecture that we have never heard of; in architectures it passes on all.
 */
static int read_arches(const struct json_reader *rd, json_object *o, struct tr_seccomp *p)
{
	const struct json_place here = json_below(&rd->top, "architectures"),
				map_here = json_below(&rd->top, "archMap");
	json_object *m = NULL;
	int r;

	if (json_opt_strings(rd, &rd->top, o, "architectures", &p->arches, &p->n_arches) < 0)
		return -1;
	for (size_t i = 0; i < p->n_arches; i++) {
		struct json_place each = json_element(&here, i);

		if (!seccomp_is_arch(p->arches[i]))
			return json_bad(
				rd, &each,
				"expected an architecture like SCMP_ARCH_X86_64, found '%s'",
				p->arches[i]);
	}
	r = json_opt(rd, &rd->top, o, "archMap", json_type_array, &m);
	if (r < 0 || (r && read_arch_map(rd, m, p) < 0))
		return -1;
	if (p->n_arches && p->n_arch_map)
		return json_bad(rd, &map_here,
				"expected either 'architectures' or 'archMap', found both");
	return 0;
}

static int read_flags(const struct json_reader *rd, json_object *o, struct tr_seccomp *p)
{
	const struct json_place here = json_below(&rd->top, "flags");
	int r = json_opt_strings(rd, &rd->top, o, "flags", &p->flags, &p->n_flags);

	if (r < 0)
		return -1;
	p->has_flags = r > 0;
	for (size_t i = 0; i < p->n_flags; i++) {
		struct json_place each = json_element(&here, i);

		if (!seccomp_is_flag(p->flags[i]))
			return json_bad(rd, &each,
					"expected a flag like SECCOMP_FILTER_FLAG_LOG, found '%s'",
					p->flags[i]);
	}
	return 0;
}

static int read_listener(const struct json_reader *rd, json_object *o, struct tr_seccomp *p)
{
	const char *path = NULL, *metadata = NULL;

	if (json_opt_text(rd, &rd->top, o, "listenerPath", &path) < 0 ||
	    json_opt_text(rd, &rd->top, o, "listenerMetadata", &metadata) < 0)
		return -1;
	p->listener_path = path ? tr_xstrdup(path) : NULL;
	p->listener_metadata = metadata ? tr_xstrdup(metadata) : NULL;
	return 0;
}

static int read_profile(const struct json_reader *rd, json_object *o, struct tr_seccomp *p)
{
	const struct json_place action = json_below(&rd->top, "defaultAction");

	tr_seccomp_init(p);
	p->default_errno = -1;
	if (json_want(rd, &rd->top, o, json_type_object) < 0)
		return -1;
	if (member_action(rd, &rd->top, o, "defaultAction", &p->default_action) < 0 ||
	    member_errno(rd, &rd->top, o, "defaultErrnoRet", "defaultErrno", &p->default_errno) < 0)
		return -1;
	if (p->default_action == TR_ACTION_NOTIFY)
		return json_bad(rd, &action, "SCMP_ACT_NOTIFY cannot be the default");
	if (read_arches(rd, o, p) < 0 || read_flags(rd, o, p) < 0 || read_listener(rd, o, p) < 0)
		return -1;
	return read_rules(rd, o, p);
}

/*
 * An OCI runtime's configuration has the profile at linux.seccomp (runtime-spec config-linux.md), a
 * manifest of the Security Profiles Operator at spec. Docker, which takes no notice of members that
 * it does not know, would read another profile than we in a file that is both.
 */
static const char *where_inside(json_object *o)
{
	const char *inside = NULL;

	if (json_object_object_get_ex(o, "linux", NULL))
		inside = "linux.seccomp";
	else if (json_object_object_get_ex(o, "kind", NULL))
		inside = "spec";
	return inside;
}

static int find_linux(struct json_reader *rd, json_object **o)
{
	const struct json_place here = { "linux" };
	json_object *m = json_object_object_get(*o, "linux");

	if (json_want(rd, &here, m, json_type_object) < 0)
		return -1;
	*o = json_object_object_get(m, "seccomp");
	return *o ? 0 : json_bad(rd, &here, "expected 'seccomp'");
}

static int find_spec(struct json_reader *rd, json_object **o)
{
	static const struct json_place none = { "" }, at = { "kind" };
	json_object *kind = json_object_object_get(*o, "kind"), *base;

	if (!json_object_is_type(kind, json_type_string) ||
	    strcmp(json_object_get_string(kind), "SeccompProfile") != 0)
		return json_bad(rd, &at, "expected the kind SeccompProfile");
	*o = json_object_object_get(*o, "spec");
	if (!*o)
		return json_bad(rd, &none, "expected 'spec'");
	if (json_object_object_get_ex(*o, "baseProfileName", &base) && base)
		return json_bad(rd, &rd->top,
				"it is added to its baseProfileName, which is not in this file");
	return 0;
}

static int find_root(struct json_reader *rd, json_object **o, const char **ret_inside)
{
	static const struct json_place none = { "" };
	const char *inside = where_inside(*o);

	*ret_inside = inside;
	if (!inside)
		return 0;
	if (json_object_object_get_ex(*o, "defaultAction", NULL) ||
	    json_object_object_get_ex(*o, "syscalls", NULL))
		return json_bad(rd, &none,
				"it is a profile, and has another one at %s: expected one", inside);
	snprintf(rd->top.s, sizeof(rd->top.s), "%s", inside);
	return *inside == 'l' ? find_linux(rd, o) : find_spec(rd, o);
}

static int parse_json(struct tr_seccomp *ret, const char *text, size_t len, const char *name,
		      struct tr_err *err)
{
	struct json_reader rd = { .name = name, .text = text, .len = len, .err = err };
	struct tr_seccomp p;
	json_object *o = NULL, *root;
	const char *inside;
	int r;

	/* json-c takes control characters in strings, which Go does not, and says of no error where. */
	if (json_syntax_check(text, len, name, err) < 0 ||
	    json_parse(text, len, name, 1, &o, err) < 0)
		return -1;
	root = o;
	if (json_shape_check(text, len, name, known_members, err) < 0 ||
	    find_root(&rd, &root, &inside) < 0) {
		json_object_put(o);
		return -1;
	}
	r = read_profile(&rd, root, &p);
	p.inside = inside;
	json_object_put(o);
	if (r < 0)
		tr_seccomp_release(&p);
	else
		*ret = p;
	return r < 0 ? -1 : 0;
}

int tr_seccomp_parse(struct tr_seccomp *ret, const char *text, size_t len, const char *name,
		     struct tr_err *err)
{
	tr_cleanup_free char *json = NULL;
	size_t json_len;

	if (!spo_is_manifest(text, len))
		return parse_json(ret, text, len, name, err);
	if (spo_to_json(text, len, name, &json, &json_len, err) < 0)
		return -1;
	return parse_json(ret, json, json_len, name, err);
}

int tr_seccomp_read(struct tr_seccomp *ret, const char *path, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	const char *builtin = seccomp_builtin(path);
	size_t len;

	if (builtin)
		return tr_seccomp_parse(ret, builtin, strlen(builtin), path, err);
	if (fs_read(path, MAX_PROFILE, &text, &len, err) < 0)
		return -1;
	return tr_seccomp_parse(ret, text, len, strcmp(path, "-") ? path : "standard input", err);
}
