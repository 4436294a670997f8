// SPDX-License-Identifier: Apache-2.0
/* Finding the target, and following it. */
#include <string.h>

#include "record/run_state.h"

/*
 * Containers that run already are not ours, and an exec into one must not make it look new. The
 * engines are asked, too: one that waits to be restarted has no processes.
 */
static int ignore_running(struct run *r, struct tr_err *err)
{
	if (tr_recorder_ignore_running(r->rec, err) < 0)
		return -1;
	for (unsigned i = 0; i < r->o->n_engines; i++) {
		char **ids = NULL;
		size_t n = 0;

		if (tr_engine_list(r->o->engines[i], &ids, &n, err) < 0)
			return tr_err_wrap(err, "list the running containers");
		for (size_t k = 0; k < n; k++) {
			if (tr_recorder_ignore(r->rec, ids[k], err) < 0)
				return -1;
		}
		tr_engine_list_free(ids, n);
	}
	return 0;
}

/* The container if an engine has it. 1: found, 0: there is none of that name (yet). */
static int find_container(struct run *r, struct tr_container *ret)
{
	for (unsigned i = 0; i < r->o->n_engines; i++)
		if (tr_engine_inspect(r->o->engines[i], r->o->container, ret, NULL) == 0)
			return 1;
	return 0;
}

/* One that exists is followed by its id; one that does not is recognised when it appears. */
static int follow_container(struct run *r, struct tr_err *err)
{
	struct tr_container c = { 0 };
	unsigned marked = 0;
	int ret = 0;

	if (!find_container(r, &c)) {
		run_note(r, "waiting for container %s", r->o->container);
		return ignore_running(r, err);
	}
	if (tr_recorder_follow(r->rec, c.id, &r->only, err) < 0)
		ret = -1;
	else if (run_is_alive(&c) && tr_recorder_seed(r->rec, &marked, err) < 0)
		ret = -1;
	/* If nothing was left to mark, it has just started, and was met then. */
	r->start_unseen = marked > 0;
	if (ret == 0 && r->start_unseen)
		run_note(r, "container %s was running already: its start is not seen",
			 r->o->container);
	else if (ret == 0)
		run_note(r, "waiting for container %s to start", r->o->container);
	tr_container_release(&c);
	return ret;
}

static int follow_cgroup(struct run *r, struct tr_err *err)
{
	const char *slash = strrchr(r->o->cgroup, '/');
	unsigned marked = 0;

	if (tr_recorder_follow(r->rec, slash ? slash + 1 : r->o->cgroup, &r->only, err) < 0 ||
	    tr_recorder_seed(r->rec, &marked, err) < 0)
		return -1;
	r->start_unseen = marked > 0;
	return 0;
}

int run_follow_target(struct run *r, struct tr_err *err)
{
	switch (r->o->target) {
	case RUN_PROCESS:
		return tr_recorder_follow_process(r->rec, r->cmd.pid, &r->only, err);
	case RUN_CONTAINER:
		return follow_container(r, err);
	case RUN_CGROUP:
		return follow_cgroup(r, err);
	case RUN_CONTAINERS:
		break;
	}
	return ignore_running(r, err);
}
