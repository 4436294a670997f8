// SPDX-License-Identifier: Apache-2.0
/* The JSON of one container. */
#include "engine/inspect.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "util/json.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

static int cmp_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int take_int(json_object *o, const char *key, const char *where, int *ret,
		    struct tr_err *err)
{
	int64_t v = 0;

	if (json_member_i64(o, key, where, &v, err) < 0)
		return -1;
	if (v < INT_MIN || v > INT_MAX)
		return tr_err_set(err, TR_ERR_INPUT, "%s.%s: out of range", where, key);
	*ret = (int)v;
	return 0;
}

/* The i-th string of an array, NULL where it is none or has a NUL in it. */
static const char *string_at(json_object *array, size_t i)
{
	json_object *s = json_object_array_get_idx(array, i);

	if (json_object_get_type(s) != json_type_string ||
	    strlen(json_object_get_string(s)) != (size_t)json_object_get_string_len(s))
		return NULL;
	return json_object_get_string(s);
}

static int need_string_at(json_object *array, size_t i, const char *where, const char **ret,
			  struct tr_err *err)
{
	*ret = string_at(array, i);
	if (*ret)
		return 0;
	return tr_err_set(err, TR_ERR_INPUT, "%s[%zu]: expected a string", where, i);
}

static int parse_command(json_object *o, struct tr_container *c, struct tr_err *err)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	json_object *args = NULL;
	const char *s = NULL;

	if (json_member_string(o, "Path", "container", &s, err) < 0 ||
	    json_member_array(o, "Args", "container", &args, err) < 0)
		return -1;
	if (s && *s)
		text_shell_quote(&sb, s);
	for (size_t i = 0; args && i < json_object_array_length(args); i++) {
		if (need_string_at(args, i, "container.Args", &s, err) < 0)
			return -1;
		if (sb.len)
			strbuf_addc(&sb, ' ');
		text_shell_quote(&sb, s);
	}
	c->command = sb.len ? strbuf_detach(&sb) : NULL;
	return 0;
}

/* "NET_ADMIN", "cap_net_admin" and "CAP_NET_ADMIN" are one; "ALL" is "ALL". */
static char *cap_spelling(const char *s)
{
	const char *prefix = !strcasecmp(s, "all") || !strncasecmp(s, "cap_", 4) ? "" : "CAP_";
	char *name = tr_xasprintf("%s%s", prefix, s);

	for (char *p = name; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	return name;
}

static int parse_caps(json_object *host, const char *key, char **ret, struct tr_err *err)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	json_object *array = NULL;
	const char *s;
	char **names;
	size_t n;
	int r = 0;

	if (json_member_array(host, key, "container.HostConfig", &array, err) < 0)
		return -1;
	n = array ? json_object_array_length(array) : 0;
	names = tr_xcalloc(n, sizeof(*names));
	for (size_t i = 0; i < n && r == 0; i++) {
		r = need_string_at(array, i, key, &s, err);
		names[i] = r == 0 ? cap_spelling(s) : NULL;
	}
	if (r == 0)
		qsort(names, n, sizeof(*names), cmp_strings);
	for (size_t i = 0; i < n; i++) {
		if (r == 0)
			strbuf_addf(&sb, "%s%s", i ? "," : "", names[i]);
		free(names[i]);
	}
	free(names);
	if (r == 0 && n)
		*ret = strbuf_detach(&sb);
	return r;
}

/* Both separators are read by moby (daemon/daemon_unix.go, parseSecurityOpt): "a=b" and "a:b". */
static const char *security_opt_value(const char *opt, const char *key)
{
	size_t n = strlen(key);

	if (strncmp(opt, key, n) || !(opt[n] == '=' || opt[n] == ':'))
		return NULL;
	return opt + n + 1;
}

static void read_security_opt(const char *opt, struct tr_container *c, const char **seccomp)
{
	const char *v = security_opt_value(opt, "seccomp");

	if (v && !strcmp(v, "unconfined"))
		*seccomp = "unconfined";
	else if (v && strcmp(v, "builtin"))
		*seccomp = "custom";
	else if (v)
		*seccomp = "default";
	v = security_opt_value(opt, "no-new-privileges");
	if (v || !strcmp(opt, "no-new-privileges"))
		c->no_new_privileges = !v || strcmp(v, "false");
	v = security_opt_value(opt, "apparmor");
	if (v && *v && !c->apparmor)
		c->apparmor = tr_xstrdup(v);
}

static int parse_security(json_object *host, struct tr_container *c, struct tr_err *err)
{
	static const char where[] = "container.HostConfig";
	const char *seccomp, *opt;
	json_object *opts = NULL;

	if (json_member_bool(host, "Privileged", where, &c->privileged, err) < 0 ||
	    json_member_array(host, "SecurityOpt", where, &opts, err) < 0)
		return -1;
	/* A privileged container has no filter, unless one was asked for. */
	seccomp = c->privileged ? "unconfined" : "default";
	for (size_t i = 0; opts && i < json_object_array_length(opts); i++) {
		if (need_string_at(opts, i, "container.HostConfig.SecurityOpt", &opt, err) < 0)
			return -1;
		read_security_opt(opt, c, &seccomp);
	}
	c->seccomp = tr_xstrdup(seccomp);
	return 0;
}

static void add_mount(struct tr_container *c, size_t *cap, const char *type, const char *where,
		      bool writable)
{
	c->mounts = tr_grow(c->mounts, cap, c->n_mounts, sizeof(*c->mounts));
	c->mounts[c->n_mounts++] = tr_xasprintf("%s:%s:%s", type, where, writable ? "rw" : "ro");
}

/* A volume has a name; what it is kept in is the engine's. */
static int add_source(json_object *m, struct tr_container *c, size_t *cap, const char *type,
		      const char *where, struct tr_err *err)
{
	const char *key = !strcmp(type, "volume") ? "Name" : "Source", *from = NULL;

	if (strcmp(type, "volume") != 0 && strcmp(type, "bind") != 0)
		return 0;
	if (json_member_string(m, key, "container.Mounts", &from, err) < 0)
		return -1;
	if (!from || !*from)
		return 0;
	c->sources = tr_grow(c->sources, cap, c->n_sources, sizeof(*c->sources));
	c->sources[c->n_sources++] = tr_xasprintf("%s:%s", where, from);
	return 0;
}

struct mount_caps {
	size_t mounts, sources;
};

static int parse_mount(json_object *m, struct tr_container *c, struct mount_caps *cap,
		       struct tr_err *err)
{
	const char *type = "bind", *where = NULL;
	bool rw = true;

	if (json_object_get_type(m) != json_type_object)
		return tr_err_set(err, TR_ERR_INPUT, "container.Mounts: expected objects, found %s",
				  json_kind(m));
	if (json_member_string(m, "Type", "container.Mounts", &type, err) < 0 ||
	    json_member_string(m, "Destination", "container.Mounts", &where, err) < 0 ||
	    json_member_bool(m, "RW", "container.Mounts", &rw, err) < 0)
		return -1;
	if (!where)
		return 0;
	add_mount(c, &cap->mounts, type, where, rw);
	return add_source(m, c, &cap->sources, type, where, err);
}

/* What --tmpfs made stands in HostConfig.Tmpfs alone, {"/run": "rw,size=1m"}. */
static int parse_tmpfs(json_object *host, struct tr_container *c, size_t *cap, struct tr_err *err)
{
	json_object *tmpfs = NULL;

	if (json_member_object(host, "Tmpfs", "container.HostConfig", &tmpfs, err) < 0)
		return -1;
	if (!tmpfs)
		return 0;
	json_object_object_foreach(tmpfs, where, options) {
		const char *s = json_object_get_type(options) == json_type_string ?
					json_object_get_string(options) :
					"";

		add_mount(c, cap, "tmpfs", where, !text_list_has(s, "ro"));
	}
	return 0;
}

static int parse_mounts(json_object *o, json_object *host, struct tr_container *c,
			struct tr_err *err)
{
	json_object *mounts = NULL;
	struct mount_caps cap = { 0 };

	if (json_member_array(o, "Mounts", "container", &mounts, err) < 0)
		return -1;
	for (size_t i = 0; mounts && i < json_object_array_length(mounts); i++)
		if (parse_mount(json_object_array_get_idx(mounts, i), c, &cap, err) < 0)
			return -1;
	if (host && parse_tmpfs(host, c, &cap.mounts, err) < 0)
		return -1;
	if (c->n_mounts)
		qsort(c->mounts, c->n_mounts, sizeof(*c->mounts), cmp_strings);
	if (c->n_sources)
		qsort(c->sources, c->n_sources, sizeof(*c->sources), cmp_strings);
	return 0;
}

static int is_mode(json_object *host, const char *key, bool *ret, struct tr_err *err)
{
	const char *s = "";

	if (json_member_string(host, key, "container.HostConfig", &s, err) < 0)
		return -1;
	*ret = !strcmp(s, "host");
	return 0;
}

static int parse_host_config(json_object *o, struct tr_container *c, struct tr_err *err)
{
	static const char where[] = "container.HostConfig";
	json_object *host = NULL;

	if (json_member_object(o, "HostConfig", "container", &host, err) < 0)
		return -1;
	if (!host)
		return tr_err_set(err, TR_ERR_INPUT, "container: HostConfig is missing");
	if (parse_security(host, c, err) < 0 || parse_caps(host, "CapAdd", &c->cap_add, err) < 0 ||
	    parse_caps(host, "CapDrop", &c->cap_drop, err) < 0 ||
	    is_mode(host, "PidMode", &c->host_pid, err) < 0 ||
	    is_mode(host, "NetworkMode", &c->host_network, err) < 0 ||
	    inspect_take_string(host, "Runtime", where, &c->runtime, err) < 0)
		return -1;
	return parse_mounts(o, host, c, err);
}

/*
 * A RUN instruction of the classic builder: of an image by its id, without logs, with health checks off (moby
 * builder/dockerfile/internals.go hostConfigFromOptions, dispatchers.go withoutHealthcheck). Together nobody
 * else asks for these; one that is missed is recorded under its own name, and seen there.
 */
static bool is_build_step(json_object *o, const struct tr_container *c)
{
	json_object *host = NULL, *log = NULL, *config = NULL, *health = NULL, *test = NULL;
	const char *type = NULL, *what;

	if (!c->image || strncmp(c->image, "sha256:", 7) ||
	    json_member_object(o, "HostConfig", "", &host, NULL) <= 0 ||
	    json_member_object(host, "LogConfig", "", &log, NULL) <= 0 ||
	    json_member_string(log, "Type", "", &type, NULL) <= 0 ||
	    json_member_object(o, "Config", "", &config, NULL) <= 0 ||
	    json_member_object(config, "Healthcheck", "", &health, NULL) <= 0 ||
	    json_member_array(health, "Test", "", &test, NULL) <= 0 ||
	    json_object_array_length(test) != 1)
		return false;
	what = string_at(test, 0);
	return !strcmp(type, "none") && what && !strcmp(what, "NONE");
}

/* BuildKit's steps have no ids that an engine knows; the container that buildx runs it in has. */
static bool runs_builds(const struct tr_container *c)
{
	static const char prefix[] = "buildx_buildkit_";

	return c->name && !strncmp(c->name, prefix, sizeof(prefix) - 1);
}

static int parse_config(json_object *o, struct tr_container *c, struct tr_err *err)
{
	static const char where[] = "container.Config", lwhere[] = "container.Config.Labels";
	json_object *config = NULL, *labels = NULL;

	if (json_member_object(o, "Config", "container", &config, err) < 0)
		return -1;
	if (!config)
		return tr_err_set(err, TR_ERR_INPUT, "container: Config is missing");
	if (inspect_take_string(config, "Image", where, &c->image, err) < 0 ||
	    inspect_take_string(config, "User", where, &c->user, err) < 0 ||
	    json_member_object(config, "Labels", where, &labels, err) < 0)
		return -1;
	if (labels && (inspect_take_string(labels, "com.docker.compose.service", lwhere,
					   &c->service, err) < 0 ||
		       inspect_take_string(labels, "com.docker.compose.project", lwhere,
					   &c->project, err) < 0))
		return -1;
	return 0;
}

/* podman before 4 calls it Healthcheck; "" and "none" are a container without one. */
static int parse_health(json_object *state, struct tr_container *c, struct tr_err *err)
{
	static const char *const keys[] = { "Health", "Healthcheck" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(keys); i++) {
		json_object *health = NULL;

		if (json_member_object(state, keys[i], "container.State", &health, err) < 0 ||
		    (health && inspect_take_string(health, "Status", "container.State.Health",
						   &c->health, err) < 0))
			return -1;
	}
	if (c->health && !strcmp(c->health, "none")) {
		free(c->health);
		c->health = NULL;
	}
	return 0;
}

static int parse_state(json_object *o, struct tr_container *c, struct tr_err *err)
{
	json_object *state = NULL;

	if (json_member_object(o, "State", "container", &state, err) < 0)
		return -1;
	if (!state)
		return tr_err_set(err, TR_ERR_INPUT, "container: State is missing");
	if (inspect_take_string(state, "Status", "container.State", &c->status, err) < 0 ||
	    take_int(state, "Pid", "container.State", &c->pid, err) < 0 ||
	    take_int(state, "ExitCode", "container.State", &c->exit_code, err) < 0)
		return -1;
	return parse_health(state, c, err);
}

static int take_address(json_object *o, struct tr_container *c, struct tr_err *err)
{
	static const char where[] = "container.NetworkSettings";

	if (!c->ip && inspect_take_string(o, "IPAddress", where, &c->ip, err) < 0)
		return -1;
	if (!c->ip && inspect_take_string(o, "GlobalIPv6Address", where, &c->ip, err) < 0)
		return -1;
	return 0;
}

/* API 1.52 drops the addresses beside Networks; before, they are those of the default bridge. */
static int parse_network(json_object *o, struct tr_container *c, struct tr_err *err)
{
	static const char where[] = "container.NetworkSettings";
	json_object *settings = NULL, *networks = NULL;

	if (json_member_object(o, "NetworkSettings", "container", &settings, err) < 0)
		return -1;
	if (!settings)
		return 0;
	if (take_address(settings, c, err) < 0 ||
	    json_member_object(settings, "Networks", where, &networks, err) < 0)
		return -1;
	if (!networks)
		return 0;
	json_object_object_foreach(networks, name, network) {
		(void)name;
		if (json_object_get_type(network) == json_type_object &&
		    take_address(network, c, err) < 0)
			return -1;
	}
	return 0;
}

static void use_instead(char **dst, char *src)
{
	free(*dst);
	*dst = src;
}

/* Where podman says it differently: through its own API and its command, not the compatible API. */
static int parse_podman(json_object *o, struct tr_container *c, struct tr_err *err)
{
	tr_cleanup_free char *runtime = NULL, *image = NULL;
	const char *slash;

	if (inspect_take_string(o, "OCIRuntime", "container", &runtime, err) < 0 ||
	    inspect_take_string(o, "ImageName", "container", &image, err) < 0)
		return -1;
	if (image && !c->image)
		c->image = tr_take(image);
	slash = runtime ? strrchr(runtime, '/') : NULL;
	if (runtime)
		use_instead(&c->runtime, tr_xstrdup(slash ? slash + 1 : runtime));
	else if (c->runtime && !strcmp(c->runtime, "oci"))
		use_instead(&c->runtime, NULL);
	if (c->image_digest && inspect_is_id(c->image_digest))
		use_instead(&c->image_digest, tr_xasprintf("sha256:%s", c->image_digest));
	return 0;
}

static int parse_container(json_object *o, struct tr_container *c, struct tr_err *err)
{
	if (inspect_take_string(o, "Id", "container", &c->id, err) < 0 ||
	    inspect_take_string(o, "Name", "container", &c->name, err) < 0 ||
	    inspect_take_string(o, "Image", "container", &c->image_digest, err) < 0 ||
	    inspect_take_string(o, "AppArmorProfile", "container", &c->apparmor, err) < 0)
		return -1;
	if (!c->id || !inspect_is_id(c->id))
		return tr_err_set(err, TR_ERR_INPUT, "container.Id: expected 64 hex digits");
	if (c->name && *c->name == '/')
		memmove(c->name, c->name + 1, strlen(c->name));
	if (parse_command(o, c, err) < 0 || parse_config(o, c, err) < 0 ||
	    parse_host_config(o, c, err) < 0 || parse_state(o, c, err) < 0 ||
	    parse_network(o, c, err) < 0)
		return -1;
	if (parse_podman(o, c, err) < 0)
		return -1;
	c->builds = is_build_step(o, c) || runs_builds(c);
	inspect_plain_runtime(c->runtime);
	return 0;
}

int inspect_container(const char *text, size_t len, struct tr_container *ret, struct tr_err *err)
{
	json_object *root = NULL, *o;
	int r;

	memset(ret, 0, sizeof(*ret));
	if (json_parse(text, len, "the engine's answer", 1, &root, err) < 0)
		return -1;
	o = inspect_the_one(root);
	if (json_object_get_type(o) == json_type_object)
		r = parse_container(o, ret, err);
	else
		r = tr_err_set(err, TR_ERR_INPUT, "container: expected an object, found %s",
			       json_kind(o));
	json_object_put(root);
	if (r < 0)
		tr_container_release(ret);
	return r;
}

void tr_container_release(struct tr_container *c)
{
	char *const owned[] = {
		c->id,		 c->name,     c->image,
		c->image_digest, c->service,  c->project,
		c->command,	 c->user,     c->runtime,
		c->seccomp,	 c->apparmor, c->cap_add,
		c->cap_drop,	 c->status,   c->health,
		c->ip,		 c->engine,   c->runtime_version,
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(owned); i++)
		free(owned[i]);
	for (size_t i = 0; i < c->n_mounts; i++)
		free(c->mounts[i]);
	free(c->mounts);
	for (size_t i = 0; i < c->n_sources; i++)
		free(c->sources[i]);
	free(c->sources);
	memset(c, 0, sizeof(*c));
}
