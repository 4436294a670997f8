// SPDX-License-Identifier: Apache-2.0
/* The JSON of everything else an engine says: itself, its containers' ids, its complaints. */
#include <stdlib.h>
#include <string.h>

#include "engine/inspect.h"
#include "util/json.h"
#include "util/mem.h"

int inspect_take_string(json_object *o, const char *key, const char *where, char **ret,
			struct tr_err *err)
{
	const char *s = NULL;
	int r = json_member_string(o, key, where, &s, err);

	if (r <= 0 || !*s)
		return r < 0 ? -1 : 0;
	free(*ret);
	*ret = tr_xstrdup(s);
	return 1;
}

/* moby daemon/runtime_unix.go: containerd's shims may be named for the runtime they wrap. */
void inspect_plain_runtime(char *runtime)
{
	static const char prefix[] = "io.containerd.";
	size_t n = sizeof(prefix) - 1, len;

	if (!runtime || strncmp(runtime, prefix, n))
		return;
	len = strcspn(runtime + n, ".");
	memmove(runtime, runtime + n, len);
	runtime[len] = '\0';
}

bool inspect_is_id(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64;
}

static int parse_ids(json_object *array, char ***ret_ids, size_t *ret_n, struct tr_err *err)
{
	size_t n = 0, cap = 0, len = json_object_array_length(array);
	char **ids = NULL;

	for (size_t i = 0; i < len; i++) {
		json_object *c = json_object_array_get_idx(array, i);
		const char *id = NULL;

		if (json_object_get_type(c) != json_type_object ||
		    json_member_string(c, "Id", "containers", &id, NULL) <= 0 ||
		    !inspect_is_id(id)) {
			tr_engine_list_free(ids, n);
			return tr_err_set(err, TR_ERR_INPUT,
					  "containers[%zu].Id: expected 64 hex digits", i);
		}
		ids = tr_grow(ids, &cap, n, sizeof(*ids));
		ids[n++] = tr_xstrdup(id);
	}
	*ret_ids = ids;
	*ret_n = n;
	return 0;
}

int inspect_list(const char *text, size_t len, char ***ret_ids, size_t *ret_n, struct tr_err *err)
{
	json_object *root = NULL;
	int r;

	if (json_parse(text, len, "the engine's answer", 1, &root, err) < 0)
		return -1;
	if (json_object_get_type(root) == json_type_array)
		r = parse_ids(root, ret_ids, ret_n, err);
	else
		r = tr_err_set(err, TR_ERR_INPUT, "containers: expected an array, found %s",
			       json_kind(root));
	json_object_put(root);
	return r;
}

char *inspect_message(const char *text, size_t len)
{
	json_object *root = NULL;
	const char *s = NULL;
	char *msg = NULL;

	if (json_parse(text, len, "", 1, &root, NULL) < 0)
		return NULL;
	if (json_object_get_type(root) == json_type_object &&
	    json_member_string(root, "message", "", &s, NULL) > 0)
		msg = tr_xstrdup(s);
	json_object_put(root);
	return msg;
}

void tr_engine_list_free(char **ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(ids[i]);
	free(ids);
}

void engine_desc_release(struct engine_desc *d)
{
	free(d->version);
	free(d->os);
	free(d->kernel);
	free(d->host);
	free(d->seccomp_profile);
	tr_engine_info_release(&d->info);
	memset(d, 0, sizeof(*d));
}

void tr_engine_info_release(struct tr_engine_info *i)
{
	free(i->cgroup_driver);
	free(i->cgroup_version);
	free(i->storage_driver);
	free(i->runtime);
	free(i->runtime_version);
	memset(i, 0, sizeof(*i));
}

static void set(char **dst, const char *value)
{
	free(*dst);
	*dst = tr_xstrdup(value);
}

/* "default" was "builtin" from Docker 23 on; anything else is the path of the daemon's own file. */
static const char *profile_kind(const char *option)
{
	const char *p = strstr(option, "profile=");

	p = p ? p + strlen("profile=") : "default";
	if (!strcmp(p, "unconfined"))
		return "unconfined";
	return !strcmp(p, "default") || !strcmp(p, "builtin") ? "default" : "custom";
}

/* "name=seccomp,profile=default", "name=apparmor", "name=no-new-privileges" */
static void read_security_option(const char *option, struct engine_desc *d)
{
	size_t n;

	if (strncmp(option, "name=", 5))
		return;
	option += 5;
	n = strcspn(option, ",");
	if (n == 7 && !strncmp(option, "seccomp", n)) {
		d->info.seccomp = true;
		set(&d->seccomp_profile, profile_kind(option));
	} else if (n == 8 && !strncmp(option, "apparmor", n)) {
		d->info.apparmor = true;
	} else if (n == 17 && !strncmp(option, "no-new-privileges", n)) {
		d->no_new_privileges = true;
	}
}

static int parse_info(json_object *o, struct engine_desc *d, struct tr_err *err)
{
	json_object *options = NULL;

	if (inspect_take_string(o, "ServerVersion", "info", &d->version, err) < 0 ||
	    inspect_take_string(o, "OperatingSystem", "info", &d->os, err) < 0 ||
	    inspect_take_string(o, "KernelVersion", "info", &d->kernel, err) < 0 ||
	    inspect_take_string(o, "Name", "info", &d->host, err) < 0 ||
	    json_member_u64(o, "MemTotal", "info", &d->memory, err) < 0 ||
	    inspect_take_string(o, "Driver", "info", &d->info.storage_driver, err) < 0 ||
	    inspect_take_string(o, "CgroupDriver", "info", &d->info.cgroup_driver, err) < 0 ||
	    inspect_take_string(o, "CgroupVersion", "info", &d->info.cgroup_version, err) < 0 ||
	    inspect_take_string(o, "DefaultRuntime", "info", &d->info.runtime, err) < 0 ||
	    json_member_array(o, "SecurityOptions", "info", &options, err) < 0)
		return -1;
	inspect_plain_runtime(d->info.runtime);
	/* Without seccomp in the engine, a container that asks for nothing has no filter. */
	set(&d->seccomp_profile, "unconfined");
	for (size_t i = 0; options && i < json_object_array_length(options); i++) {
		json_object *s = json_object_array_get_idx(options, i);

		if (json_object_get_type(s) == json_type_string)
			read_security_option(json_object_get_string(s), d);
	}
	return 0;
}

/* "1.1.5+ds1", or what `runc --version` prints: "runc version 1.1.5+ds1\ncommit: ...". */
static char *version_word(const char *s)
{
	const char *p = strstr(s, "version ");

	p = p ? p + strlen("version ") : s;
	return tr_xstrndup(p, strcspn(p, " ,\n"));
}

/* Whether a component of /version is the runtime: "runc", or "OCI Runtime (runc)". */
static bool is_runtime(const char *component, const char *runtime)
{
	static const char prefix[] = "OCI Runtime (";
	size_t n = strlen(runtime);

	if (!strcmp(component, runtime))
		return true;
	component += sizeof(prefix) - 1 > strlen(component) ? 0 : sizeof(prefix) - 1;
	return !strncmp(component, runtime, n) && !strcmp(component + n, ")");
}

static int parse_version(json_object *o, struct engine_desc *d, struct tr_err *err)
{
	static const char where[] = "version.Components";
	json_object *components = NULL;

	if (json_member_array(o, "Components", "version", &components, err) < 0)
		return -1;
	for (size_t i = 0; components && i < json_object_array_length(components); i++) {
		json_object *c = json_object_array_get_idx(components, i);
		const char *name = "", *version = NULL;

		if (json_object_get_type(c) != json_type_object ||
		    json_member_string(c, "Name", where, &name, NULL) < 0 ||
		    json_member_string(c, "Version", where, &version, NULL) < 0)
			return tr_err_set(err, TR_ERR_INPUT, "%s[%zu]: has no Name and Version",
					  where, i);
		if (!strcmp(name, "Podman Engine"))
			d->is_podman = true;
		if (version && d->info.runtime && is_runtime(name, d->info.runtime)) {
			free(d->info.runtime_version);
			d->info.runtime_version = version_word(version);
		}
	}
	return 0;
}

static int parse_podman_security(json_object *host, struct engine_desc *d, struct tr_err *err)
{
	json_object *security = NULL;

	if (json_member_object(host, "security", "host", &security, err) < 0)
		return -1;
	if (!security)
		return 0;
	if (json_member_bool(security, "seccompEnabled", "host.security", &d->info.seccomp, err) <
		    0 ||
	    json_member_bool(security, "apparmorEnabled", "host.security", &d->info.apparmor, err) <
		    0)
		return -1;
	set(&d->seccomp_profile, d->info.seccomp ? "default" : "unconfined");
	return 0;
}

static int parse_podman_runtime(json_object *host, struct engine_desc *d, struct tr_err *err)
{
	static const char where[] = "host.ociRuntime";
	json_object *runtime = NULL;
	const char *version = NULL;

	if (json_member_object(host, "ociRuntime", "host", &runtime, err) < 0)
		return -1;
	if (!runtime)
		return 0;
	if (inspect_take_string(runtime, "name", where, &d->info.runtime, err) < 0 ||
	    json_member_string(runtime, "version", where, &version, err) < 0)
		return -1;
	if (version)
		d->info.runtime_version = version_word(version);
	return 0;
}

static int parse_podman_host(json_object *host, struct engine_desc *d, struct tr_err *err)
{
	if (inspect_take_string(host, "kernel", "host", &d->kernel, err) < 0 ||
	    inspect_take_string(host, "hostname", "host", &d->host, err) < 0 ||
	    json_member_u64(host, "memTotal", "host", &d->memory, err) < 0 ||
	    json_member_bool(host, "serviceIsRemote", "host", &d->is_remote, err) < 0 ||
	    inspect_take_string(host, "cgroupManager", "host", &d->info.cgroup_driver, err) < 0 ||
	    inspect_take_string(host, "cgroupVersion", "host", &d->info.cgroup_version, err) < 0 ||
	    parse_podman_security(host, d, err) < 0)
		return -1;
	/* "v1" here, "1" in the API. */
	if (d->info.cgroup_version && *d->info.cgroup_version == 'v')
		memmove(d->info.cgroup_version, d->info.cgroup_version + 1,
			strlen(d->info.cgroup_version));
	return parse_podman_runtime(host, d, err);
}

static int parse_podman_info(json_object *o, struct engine_desc *d, struct tr_err *err)
{
	json_object *host = NULL, *store = NULL, *version = NULL;

	if (json_member_object(o, "host", "info", &host, err) < 0 ||
	    json_member_object(o, "store", "info", &store, err) < 0 ||
	    json_member_object(o, "version", "info", &version, err) < 0)
		return -1;
	d->is_podman = true;
	if ((store && inspect_take_string(store, "graphDriverName", "store",
					  &d->info.storage_driver, err) < 0) ||
	    (version && inspect_take_string(version, "Version", "version", &d->version, err) < 0))
		return -1;
	return host ? parse_podman_host(host, d, err) : 0;
}

static int with_object(const char *text, size_t len, struct engine_desc *d,
		       int (*parse)(json_object *, struct engine_desc *, struct tr_err *),
		       struct tr_err *err)
{
	json_object *root = NULL;
	int r;

	if (json_parse(text, len, "the engine's answer", 1, &root, err) < 0)
		return -1;
	if (json_object_get_type(root) == json_type_object)
		r = parse(root, d, err);
	else
		r = tr_err_set(err, TR_ERR_INPUT,
			       "the engine's answer: expected an object, "
			       "found %s",
			       json_kind(root));
	json_object_put(root);
	return r;
}

int inspect_info(const char *text, size_t len, struct engine_desc *ret, struct tr_err *err)
{
	return with_object(text, len, ret, parse_info, err);
}

int inspect_version(const char *text, size_t len, struct engine_desc *ret, struct tr_err *err)
{
	return with_object(text, len, ret, parse_version, err);
}

int inspect_podman_info(const char *text, size_t len, struct engine_desc *ret, struct tr_err *err)
{
	return with_object(text, len, ret, parse_podman_info, err);
}

json_object *inspect_the_one(json_object *root)
{
	if (json_object_get_type(root) == json_type_array && json_object_array_length(root) == 1)
		return json_object_array_get_idx(root, 0);
	return root;
}

int inspect_image(const char *text, size_t len, char **ret_id, struct tr_err *err)
{
	tr_cleanup_free char *id = NULL;
	json_object *root = NULL, *o;
	const char *hex;
	int r = -1;

	if (json_parse(text, len, "the engine's answer", 1, &root, err) < 0)
		return -1;
	o = inspect_the_one(root);
	if (json_object_get_type(o) != json_type_object)
		tr_err_set(err, TR_ERR_INPUT, "image: expected an object, found %s", json_kind(o));
	else
		r = inspect_take_string(o, "Id", "image", &id, err);
	json_object_put(root);
	if (r < 0)
		return -1;
	hex = id && !strncmp(id, "sha256:", strlen("sha256:")) ? id + strlen("sha256:") : id;
	if (!hex || !inspect_is_id(hex))
		return tr_err_set(err, TR_ERR_INPUT, "image.Id: expected 64 hex digits");
	*ret_id = tr_xasprintf("sha256:%s", hex);
	return 0;
}
