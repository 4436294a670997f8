// SPDX-License-Identifier: Apache-2.0
/* Engines and runtimes. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "record/probe.h"
#include "trammel/engine.h"
#include "util/mem.h"
#include "util/process.h"
#include "util/strbuf.h"

static char *describe(struct tr_engine *e)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	const char *socket = tr_engine_socket(e);
	struct tr_engine_info i;

	strbuf_addf(&sb, "%s, %s", tr_engine_version(e), socket ? socket : "by its command");
	if (tr_engine_info(e, &i, NULL) < 0)
		return strbuf_detach(&sb);
	strbuf_addf(&sb, "; seccomp %s, AppArmor %s", i.seccomp ? "yes" : "no",
		    i.apparmor ? "yes" : "no");
	if (i.cgroup_version)
		strbuf_addf(&sb, ", cgroup %s (%s)", i.cgroup_version,
			    i.cgroup_driver ? i.cgroup_driver : "?");
	if (i.storage_driver)
		strbuf_addf(&sb, ", %s", i.storage_driver);
	if (i.runtime)
		strbuf_addf(&sb, ", %s%s%s", i.runtime, i.runtime_version ? " " : "",
			    i.runtime_version ? i.runtime_version : "");
	tr_engine_info_release(&i);
	return strbuf_detach(&sb);
}

static void try_engine(struct tr_features *f, const struct probe_row *row, enum tr_engine_kind kind)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct tr_engine *e = NULL;

	if (tr_engine_open(&e, kind, NULL, NULL, NULL, &err) < 0) {
		probe_add(f, row, TR_FEATURE_NO, tr_xstrdup(tr_err_msg(&err)));
		return;
	}
	probe_add(f, row, TR_FEATURE_YES, describe(e));
	tr_engine_close(e);
}

/* The first line of `NAME --version`, "runc version 1.1.5+ds1". */
static void try_runtime(struct tr_features *f, const struct probe_row *row, const char *name)
{
	tr_cleanup_err struct tr_err err = { 0 };
	tr_cleanup_free char *path = process_find(name);
	const char *argv[] = { path, "--version", NULL };
	struct process_output o = { 0 };

	if (!path) {
		probe_add(f, row, TR_FEATURE_NO, tr_xstrdup("not in PATH"));
	} else if (process_run(argv, NULL, 5000, 1 << 16, &o, &err) < 0) {
		probe_add(f, row, TR_FEATURE_UNKNOWN, tr_xstrdup(tr_err_msg(&err)));
	} else {
		o.out[strcspn(o.out, "\n")] = '\0';
		probe_add(f, row, TR_FEATURE_YES, tr_xasprintf("%s, %s", o.out, path));
		process_output_release(&o);
	}
}

void probe_engines(struct tr_features *f)
{
	static const struct probe_row docker = {
		"engine.docker", "Docker on this machine", NULL,
		"a container is known by its cgroup's id alone: no "
		"name, no image, no digest",
		false
	};
	static const struct probe_row podman = {
		"engine.podman", "podman on this machine", NULL,
		"podman's containers are known by their cgroup's id "
		"alone",
		false
	};
	static const struct probe_row runc = { "runtime.runc", "runc", NULL,
					       "containers cannot be run with it", false };
	static const struct probe_row crun = { "runtime.crun", "crun", NULL,
					       "containers cannot be run with it", false };

	try_engine(f, &docker, TR_ENGINE_DOCKER);
	try_engine(f, &podman, TR_ENGINE_PODMAN);
	try_runtime(f, &runc, "runc");
	try_runtime(f, &crun, "crun");
}
