// SPDX-License-Identifier: Apache-2.0
/*
 * The engine as the rest sees it. It is one backend, or two: podman keeps the containers of each
 * user apart, so that under sudo both the caller's and root's are looked at, in this order.
 */
#include "trammel/engine.h"

#include <stdlib.h>
#include <string.h>

#include "engine/backend.h"
#include "engine/endpoint.h"
#include "engine/engine.h"
#include "engine/machine.h"
#include "util/fs.h"
#include "util/mem.h"

void backend_release(struct backend *b)
{
	http_close(b->http);
	free(b->socket);
	free(b->libpod);
	free(b->command);
	free(b->home);
	free(b->title);
	engine_desc_release(&b->desc);
	memset(b, 0, sizeof(*b));
}

static int check_ours(struct backend *b, bool *foreign, struct tr_err *err)
{
	struct machine m;
	tr_cleanup_free char *why = NULL;

	machine_this(&m);
	why = machine_why_not(&m, &b->desc);
	if (!why)
		return 0;
	*foreign = true;
	return tr_err_set(err, TR_ERR_CANNOT, "this engine cannot be recorded: %s", why);
}

static void finish_open(struct tr_engine *e)
{
	struct backend *b = &e->backends[e->n++];

	b->title = tr_xasprintf("%s %s", b->desc.is_podman ? "podman" : "Docker",
				b->desc.version ? b->desc.version : "(no version)");
}

static int open_socket(struct tr_engine *e, const struct endpoint *ep, bool *foreign,
		       struct tr_err *err)
{
	struct backend *b = &e->backends[e->n];

	if (backend_api_open(b, ep->socket, err) < 0 || check_ours(b, foreign, err) < 0) {
		backend_release(b);
		return tr_err_wrap(err, "%s", ep->origin);
	}
	finish_open(e);
	return 0;
}

/* Not as ourselves only where we are root and the caller is not. */
static void be_user(struct backend *b, const struct endpoint_env *env, uid_t uid)
{
	if (!env->is_sudo || uid != env->uid)
		return;
	b->has_user = true;
	b->home = env->home ? tr_xstrdup(env->home) : NULL;
	b->user = (struct process_user){ .uid = uid, .gid = fs_owner().gid, .home = b->home };
}

/* One user's podman: its service if it listens, else the command. */
static int open_podman_of(struct tr_engine *e, const struct endpoint_env *env, uid_t uid,
			  bool *foreign, struct tr_err *err)
{
	struct endpoint ep = { .socket = endpoint_podman_default(env, uid),
			       .origin = tr_xstrdup("podman's service") };
	struct backend *b = &e->backends[e->n];
	int r = open_socket(e, &ep, foreign, NULL);

	endpoint_release(&ep);
	if (r == 0)
		return 0;
	be_user(b, env, uid);
	if (backend_command_open(b, err) < 0 || check_ours(b, foreign, err) < 0) {
		backend_release(b);
		return -1;
	}
	finish_open(e);
	return 0;
}

static int open_podman_default(struct tr_engine *e, const struct endpoint_env *env, bool *foreign,
			       struct tr_err *err)
{
	tr_cleanup_err struct tr_err second = { 0 };
	int r = open_podman_of(e, env, env->uid, foreign, err);

	if (env->is_sudo && open_podman_of(e, env, 0, foreign, &second) == 0)
		r = 0;
	if (r == 0) {
		*foreign = false;
		tr_err_clear(err);
	}
	return r;
}

static int open_engine(struct tr_engine *e, enum tr_engine_kind kind, const char *host,
		       const char *context, bool *foreign, struct tr_err *err)
{
	struct endpoint_env env;
	struct endpoint ep = { 0 };
	int r;

	endpoint_env_now(&env);
	if (kind == TR_ENGINE_DOCKER)
		r = endpoint_docker(&env, host, context, &ep, foreign, err) < 0 ? -1 : 1;
	else
		r = endpoint_podman(&env, host, context, &ep, foreign, err);
	if (r > 0)
		r = open_socket(e, &ep, foreign, err);
	else if (r == 0)
		r = open_podman_default(e, &env, foreign, err);
	endpoint_release(&ep);
	endpoint_env_release(&env);
	return r;
}

int tr_engine_open(struct tr_engine **ret, enum tr_engine_kind kind, const char *host,
		   const char *context, bool *ret_foreign, struct tr_err *err)
{
	struct tr_engine *e = tr_xcalloc(1, sizeof(*e));
	bool foreign = false;

	if (open_engine(e, kind, host, context, &foreign, err) < 0) {
		if (ret_foreign)
			*ret_foreign = foreign;
		tr_engine_close(e);
		return -1;
	}
	*ret = e;
	return 0;
}

void tr_engine_close(struct tr_engine *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->n; i++)
		backend_release(&e->backends[i]);
	free(e);
}

enum tr_engine_kind tr_engine_kind(const struct tr_engine *e)
{
	return e->backends[0].desc.is_podman ? TR_ENGINE_PODMAN : TR_ENGINE_DOCKER;
}

const char *tr_engine_version(const struct tr_engine *e)
{
	return e->backends[0].title;
}

const char *tr_engine_socket(const struct tr_engine *e)
{
	return e->backends[0].socket;
}

static char *copy(const char *s)
{
	return s ? tr_xstrdup(s) : NULL;
}

int tr_engine_info(struct tr_engine *e, struct tr_engine_info *ret, struct tr_err *err)
{
	const struct tr_engine_info *i = &e->backends[0].desc.info;

	(void)err;
	*ret = (struct tr_engine_info){
		.seccomp = i->seccomp,
		.apparmor = i->apparmor,
		.cgroup_driver = copy(i->cgroup_driver),
		.cgroup_version = copy(i->cgroup_version),
		.storage_driver = copy(i->storage_driver),
		.runtime = copy(i->runtime),
		.runtime_version = copy(i->runtime_version),
	};
	return 0;
}

/* What both engines allow in a name; an id is one too. Nothing else goes into a path or an argv. */
static int check_name(const char *name, struct tr_err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.-";

	if (*name && !strchr("_.-", *name) && strspn(name, allowed) == strlen(name))
		return 0;
	return tr_err_set(err, TR_ERR_INPUT, "'%s' is no name of a container", name);
}

/* What the engine adds for all its containers. */
static void apply_defaults(const struct backend *b, struct tr_container *c)
{
	const struct engine_desc *d = &b->desc;

	c->engine = tr_xstrdup(b->title);
	if (c->seccomp && !strcmp(c->seccomp, "default") && d->seccomp_profile) {
		free(c->seccomp);
		c->seccomp = tr_xstrdup(d->seccomp_profile);
	}
	/* Asked for is not in force: an engine without AppArmor drops the option silently. */
	if (!d->info.apparmor) {
		free(c->apparmor);
		c->apparmor = NULL;
	}
	c->no_new_privileges = c->no_new_privileges || d->no_new_privileges;
	if (!c->runtime)
		c->runtime = copy(d->info.runtime);
	if (c->runtime && d->info.runtime && !strcmp(c->runtime, d->info.runtime))
		c->runtime_version = copy(d->info.runtime_version);
}

static int inspect_one(struct backend *b, const char *name, struct tr_container *ret,
		       struct tr_err *err)
{
	int r = b->http ? backend_api_inspect(b, name, ret, err) :
			  backend_command_inspect(b, name, ret, err);

	if (r == 0)
		apply_defaults(b, ret);
	return r;
}

static int no_such_container(const char *name, struct tr_err *err)
{
	return tr_err_set(err, TR_ERR_INPUT, "there is no container '%s'", name);
}

int tr_engine_inspect(struct tr_engine *e, const char *name, struct tr_container *ret,
		      struct tr_err *err)
{
	struct tr_container c = { 0 };
	int r = 1;

	if (check_name(name, err) < 0)
		return -1;
	for (size_t i = 0; i < e->n && r == 1; i++)
		r = inspect_one(&e->backends[i], name, &c, err);
	if (r == 0)
		*ret = c;
	return r == 1 ? no_such_container(name, err) : r;
}

int tr_engine_recall(struct tr_engine *e, const char *id, struct tr_container *ret,
		     struct tr_err *err)
{
	struct tr_container c = { 0 };
	int r = 1;

	if (!inspect_is_id(id))
		return tr_err_set(err, TR_ERR_INPUT, "'%s' is no id of a container", id);
	for (size_t i = 0; i < e->n && r == 1; i++) {
		struct backend *b = &e->backends[i];

		r = b->http ? backend_api_recall(b, id, &c, err) :
			      backend_command_recall(b, id, &c, err);
		if (r == 0)
			c.engine = tr_xstrdup(b->title);
	}
	if (r == 0)
		*ret = c;
	return r == 1 ? no_such_container(id, err) : r;
}

int tr_engine_stop(struct tr_engine *e, const char *id, int timeout, struct tr_err *err)
{
	int r = 1;

	if (check_name(id, err) < 0)
		return -1;
	for (size_t i = 0; i < e->n && r == 1; i++) {
		struct backend *b = &e->backends[i];

		r = b->http ? backend_api_stop(b, id, timeout, err) :
			      backend_command_stop(b, id, timeout, err);
	}
	return r == 1 ? no_such_container(id, err) : r;
}

int tr_engine_list(struct tr_engine *e, char ***ret_ids, size_t *ret_n, struct tr_err *err)
{
	char **all = NULL;
	size_t n_all = 0;

	for (size_t i = 0; i < e->n; i++) {
		struct backend *b = &e->backends[i];
		char **ids = NULL;
		size_t n = 0;
		int r = b->http ? backend_api_list(b, &ids, &n, err) :
				  backend_command_list(b, &ids, &n, err);

		if (r < 0) {
			tr_engine_list_free(all, n_all);
			return -1;
		}
		all = tr_xrealloc(all, n_all + n, sizeof(*all));
		if (n)
			memcpy(all + n_all, ids, n * sizeof(*ids));
		n_all += n;
		free(ids);
	}
	*ret_ids = all;
	*ret_n = n_all;
	return 0;
}
