// SPDX-License-Identifier: Apache-2.0
#include <json-c/json.h>

#include "formats/seccomp_write.h"
#include "tables/syscalls.h"
#include "util/json.h"

static json_object *strings(char *const *v, size_t n)
{
	json_object *a = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(a, json_object_new_string(v[i]));
	return a;
}

static void add_strings(json_object *o, const char *key, char *const *v, size_t n)
{
	if (n)
		json_object_object_add(o, key, strings(v, n));
}

static void add_number(json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

static json_object *arch_map(const struct tr_seccomp *p)
{
	json_object *a = json_object_new_array();

	for (size_t i = 0; i < p->n_arch_map; i++) {
		const struct tr_arch_map *m = &p->arch_map[i];
		json_object *o = json_object_new_object();

		json_add_string(o, "architecture", m->arch);
		json_object_object_add(o, "subArchitectures", strings(m->sub, m->n_sub));
		json_object_array_add(a, o);
	}
	return a;
}

static json_object *conds(const struct tr_rule *r)
{
	json_object *a = json_object_new_array();

	for (size_t i = 0; i < r->n_conds; i++) {
		const struct tr_cond *c = &r->conds[i];
		json_object *o = json_object_new_object();

		add_number(o, "index", c->index);
		add_number(o, "value", c->value);
		/* Docker leaves it out where it has no meaning or is 0 */
		if (c->value2)
			add_number(o, "valueTwo", c->value2);
		json_add_string(o, "op", tr_cmp_name(c->op));
		json_object_array_add(a, o);
	}
	return a;
}

static void add_filter(json_object *o, const char *key, char *const *caps, size_t n_caps,
		       char *const *arches, size_t n_arches, unsigned kernel)
{
	json_object *f;

	if (!n_caps && !n_arches && !kernel)
		return;
	f = json_object_new_object();
	add_strings(f, "caps", caps, n_caps);
	add_strings(f, "arches", arches, n_arches);
	if (kernel) {
		char version[24];

		snprintf(version, sizeof(version), "%u.%u", kernel >> 16, kernel & 0xffff);
		json_add_string(f, "minKernel", version);
	}
	json_object_object_add(o, key, f);
}

json_object *seccomp_rule_json(const struct tr_rule *r)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "names", strings(r->names, r->n_names));
	json_add_string(o, "action", tr_action_name(r->action));
	if (r->errno_ret >= 0)
		add_number(o, "errnoRet", (uint64_t)r->errno_ret);
	if (r->n_conds)
		json_object_object_add(o, "args", conds(r));
	return o;
}

/* podman takes the name where there is one; containers/common pkg/seccomp/types.go. */
static void add_errno_name(json_object *o, const char *key, int e, bool podman)
{
	if (podman && e > 0)
		json_add_string(o, key, errno_name(e));
}

static json_object *rule(const struct tr_rule *r, bool podman)
{
	json_object *o = seccomp_rule_json(r);

	json_add_string(o, "comment", r->comment);
	add_errno_name(o, "errno", r->errno_ret, podman);
	add_filter(o, "includes", r->inc_caps, r->n_inc_caps, r->inc_arches, r->n_inc_arches,
		   r->inc_min_kernel);
	add_filter(o, "excludes", r->exc_caps, r->n_exc_caps, r->exc_arches, r->n_exc_arches,
		   r->exc_min_kernel);
	return o;
}

void seccomp_add_settings(json_object *o, const struct tr_seccomp *p)
{
	json_add_string(o, "defaultAction", tr_action_name(p->default_action));
	if (p->default_errno >= 0)
		add_number(o, "defaultErrnoRet", (uint64_t)p->default_errno);
	add_strings(o, "architectures", p->arches, p->n_arches);
	if (p->n_arch_map)
		json_object_object_add(o, "archMap", arch_map(p));
	if (p->has_flags || p->n_flags)
		json_object_object_add(o, "flags", strings(p->flags, p->n_flags));
	json_add_string(o, "listenerPath", p->listener_path);
	json_add_string(o, "listenerMetadata", p->listener_metadata);
}

void seccomp_print(json_object *o, FILE *out)
{
	fputs(json_object_to_json_string_ext(o, JSON_PRETTY | JSON_C_TO_STRING_SPACED), out);
	fputc('\n', out);
	json_object_put(o);
}

static void write_profile(const struct tr_seccomp *p, bool podman, FILE *out)
{
	json_object *o = json_object_new_object(), *rules = json_object_new_array();

	seccomp_add_settings(o, p);
	add_errno_name(o, "defaultErrno", p->default_errno, podman);
	for (size_t i = 0; i < p->n_rules; i++)
		json_object_array_add(rules, rule(&p->rules[i], podman));
	json_object_object_add(o, "syscalls", rules);
	seccomp_print(o, out);
}

void tr_seccomp_write(const struct tr_seccomp *p, FILE *out)
{
	write_profile(p, false, out);
}

void seccomp_write_podman(const struct tr_seccomp *p, FILE *out)
{
	write_profile(p, true, out);
}
