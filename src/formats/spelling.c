// SPDX-License-Identifier: Apache-2.0
/* The spellings by name, and the short ones. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "formats/seccomp_write.h"
#include "util/json.h"
#include "util/mem.h"

#define MAX_CONFIG ((size_t)16 << 20)

static const char *const names[TR_SPELLINGS] = {
	[TR_SPELLING_SECCOMP] = "seccomp", [TR_SPELLING_PODMAN] = "podman",
	[TR_SPELLING_OCI] = "oci",	   [TR_SPELLING_K8S] = "k8s",
	[TR_SPELLING_SPO] = "spo",	   [TR_SPELLING_SYSTEMD] = "systemd",
};

const char *tr_spelling_name(enum tr_spelling s)
{
	return names[s];
}

int tr_spelling_from_name(const char *name)
{
	for (int i = 0; i < TR_SPELLINGS; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

void lose(const struct losses *l, const char *fmt, ...)
{
	tr_cleanup_free char *what = NULL;
	va_list ap;

	if (!l->fn)
		return;
	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	l->fn(what, l->arg);
}

bool spelled_name(const char *name, const char *where, struct tr_err *err)
{
	static const char word[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	if (*name && name[strspn(name, word)] == '\0')
		return true;
	tr_err_set(err, TR_ERR_INPUT, "'%s' is no name that %s can have", name, where);
	return false;
}

/* A rule as the runtime gets it: no comment, no name missing, no errno where crun refuses one. */
static void add_rule(json_object *rules, const struct tr_rule *r)
{
	json_object *o;

	if (!r->n_names)
		return;
	o = seccomp_rule_json(r);
	if (!tr_action_has_errno(r->action))
		json_object_object_del(o, "errnoRet");
	json_object_array_add(rules, o);
}

/* opencontainers/runtime-spec, schema/defs-linux.json: Syscall. */
static json_object *oci_of(const struct tr_seccomp *p, const struct losses *l)
{
	json_object *o = json_object_new_object(), *rules = json_object_new_array();
	bool comments = false;

	seccomp_add_settings(o, p);
	if (!tr_action_has_errno(p->default_action))
		json_object_object_del(o, "defaultErrnoRet");
	for (size_t i = 0; i < p->n_rules; i++) {
		add_rule(rules, &p->rules[i]);
		comments |= p->rules[i].comment != NULL;
	}
	json_object_object_add(o, "syscalls", rules);
	if (comments)
		lose(l, "the reasons: the format has no comments");
	return o;
}

/* At linux.seccomp of config, in place of what is there. */
static int put_oci(json_object *config, const struct tr_seccomp *p, const struct losses *l)
{
	json_object *linux_;

	if (!json_object_is_type(config, json_type_object))
		return -1;
	if (!json_object_object_get_ex(config, "linux", &linux_)) {
		linux_ = json_object_new_object();
		json_object_object_add(config, "linux", linux_);
	}
	if (!json_object_is_type(linux_, json_type_object))
		return -1;
	json_object_object_add(linux_, "seccomp", oci_of(p, l));
	return 0;
}

static void write_fragment(const struct tr_seccomp *p, FILE *out, const struct losses *l)
{
	json_object *config = json_object_new_object();

	put_oci(config, p, l);
	seccomp_print(config, out);
}

void tr_seccomp_write_k8s_context(const char *name, FILE *out)
{
	fprintf(out,
		"# The profile is a file below /var/lib/kubelet/seccomp on every node.\n"
		"securityContext:\n"
		"  seccompProfile:\n"
		"    type: Localhost\n"
		"    localhostProfile: %s.json\n",
		name);
}

static bool is_resolved(const struct tr_seccomp *p)
{
	if (p->n_arch_map)
		return false;
	for (size_t i = 0; i < p->n_rules; i++) {
		const struct tr_rule *r = &p->rules[i];

		if (r->n_inc_caps || r->n_inc_arches || r->n_exc_caps || r->n_exc_arches ||
		    r->inc_min_kernel || r->exc_min_kernel)
			return false;
	}
	return true;
}

static int check_resolved(const struct tr_seccomp *p, enum tr_spelling spelling, struct tr_err *err)
{
	if (spelling == TR_SPELLING_SECCOMP || spelling == TR_SPELLING_PODMAN || is_resolved(p))
		return 0;
	return tr_err_set(err, TR_ERR_INPUT,
			  "%s has no rules that depend on the host: it takes a resolved profile",
			  tr_spelling_name(spelling));
}

int tr_seccomp_write_as(const struct tr_seccomp *p, enum tr_spelling spelling, const char *name,
			FILE *out, void (*lost)(const char *what, void *arg), void *arg,
			struct tr_err *err)
{
	const struct losses l = { lost, arg };

	if (check_resolved(p, spelling, err) < 0)
		return -1;
	switch (spelling) {
	case TR_SPELLING_SECCOMP:
		tr_seccomp_write(p, out);
		return 0;
	case TR_SPELLING_PODMAN:
		seccomp_write_podman(p, out);
		return 0;
	case TR_SPELLING_OCI:
		write_fragment(p, out, &l);
		return 0;
	case TR_SPELLING_K8S:
		seccomp_print(oci_of(p, &l), out);
		return 0;
	case TR_SPELLING_SPO:
		return seccomp_write_spo(p, name, out, &l, err);
	case TR_SPELLING_SYSTEMD:
		return seccomp_write_systemd(p, out, &l, err);
	case TR_SPELLINGS:
		break;
	}
	return tr_err_set(err, TR_ERR_INPUT, "no such spelling");
}

int tr_seccomp_write_into(const struct tr_seccomp *p, const char *config, FILE *out,
			  void (*lost)(const char *what, void *arg), void *arg, struct tr_err *err)
{
	const struct losses l = { lost, arg };
	json_object *o = NULL;

	if (check_resolved(p, TR_SPELLING_OCI, err) < 0 ||
	    json_read_file(config, MAX_CONFIG, &o, err) < 0)
		return -1;
	/* The first thing that is given in its place is a profile, as docker takes it. */
	if (json_object_object_get_ex(o, "defaultAction", NULL) || put_oci(o, p, &l) < 0) {
		json_object_put(o);
		return tr_err_set(
			err, TR_ERR_INPUT,
			"%s: expected a runtime's configuration, an object with 'linux' an "
			"object",
			config);
	}
	seccomp_print(o, out);
	return 0;
}
