// SPDX-License-Identifier: Apache-2.0
#include "cli/confine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "eval/apparmor_compile.h"
#include "trammel/apparmor_policy.h"
#include "util/fs.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

/* Gone with the next start of the machine, as the profiles in the kernel are. */
#define OURS_DIR   "/run/trammel"
#define OURS_FILE  OURS_DIR "/apparmor"
#define OURS_LIMIT (1 << 20)
#define OUR_PREFIX "trammel-"
#define MAX_SHOWN  5

int compiled_open(struct compiled *ret, const char *path, struct tr_err *err)
{
	struct compiled c = { 0 };
	struct tr_aa_policy policy;

	if (apparmor_compile(path, APPARMOR_FOR_THIS_KERNEL, &c.blob, &c.len, err) < 0)
		return -1;
	if (tr_aa_policy_read(&policy, c.blob, c.len, err) < 0) {
		free(c.blob);
		return tr_err_wrap(err, "%s: compiled", path);
	}
	for (size_t i = 0; i < policy.n; i++)
		if (!strstr(policy.profiles[i].name, "//"))
			tr_strset_add(&c.names, policy.profiles[i].name);
	tr_aa_policy_release(&policy);
	*ret = c;
	return 0;
}

void compiled_release(struct compiled *c)
{
	free(c->blob);
	tr_strset_release(&c->names);
	memset(c, 0, sizeof(*c));
}

bool is_ours(const struct tr_strset *noted, const char *name)
{
	return !strncmp(name, OUR_PREFIX, strlen(OUR_PREFIX)) || tr_strset_has(noted, name);
}

int ours_to_replace(const struct apparmor_list *kernel, const struct tr_strset *noted,
		    const char *name, const char *more, struct tr_err *err)
{
	if (!apparmor_list_find(kernel, name) || is_ours(noted, name))
		return 0;
	return tr_err_set(err, TR_ERR_NO,
			  "%s: this kernel has a profile of that name that trammel did not load%s",
			  name, more);
}

int ours_read(struct tr_strset *ret, struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	struct tr_strset names = { 0 };
	char *save = NULL;
	size_t len;

	if (access(OURS_FILE, F_OK) < 0 && errno == ENOENT) {
		*ret = names;
		return 0;
	}
	if (fs_read(OURS_FILE, OURS_LIMIT, &text, &len, err) < 0)
		return -1;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		tr_cleanup_free char *name = text_unescape(line);

		if (name)
			tr_strset_add(&names, name);
	}
	*ret = names;
	return 0;
}

static int ours_write(const struct tr_strset *names, struct tr_err *err)
{
	struct fs_out out;
	int r;

	if (mkdir(OURS_DIR, 0755) < 0 && errno != EEXIST)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, OURS_DIR);
	if (fs_out_open(&out, OURS_FILE, 0644, err) < 0)
		return -1;
	for (size_t i = 0; i < names->n; i++) {
		tr_cleanup_free char *line = text_escaped(names->v[i]);

		fprintf(out.f, "%s\n", line);
	}
	r = fs_out_commit(&out, err);
	fs_out_release(&out);
	return r;
}

int ours_note(const struct tr_strset *names, bool loaded, struct tr_err *err)
{
	struct tr_strset before = { 0 }, after = { 0 };
	int r = ours_read(&before, err);

	for (size_t i = 0; i < before.n; i++)
		if (!tr_strset_has(names, before.v[i]))
			tr_strset_add(&after, before.v[i]);
	for (size_t i = 0; loaded && i < names->n; i++)
		tr_strset_add(&after, names->v[i]);
	if (r == 0)
		r = ours_write(&after, err);
	tr_strset_release(&before);
	tr_strset_release(&after);
	return r;
}

char *users_text(const struct apparmor_users *u)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "%zu process%s", u->n, u->n == 1 ? "" : "es");
	for (size_t i = 0; i < u->n && i < MAX_SHOWN; i++) {
		tr_cleanup_free char *comm = text_escaped(u->v[i].comm);

		strbuf_addf(&sb, "%s%d %s", i ? ", " : " (", (int)u->v[i].pid, comm);
	}
	if (u->n)
		strbuf_adds(&sb, u->n > MAX_SHOWN ? ", ...)" : ")");
	return strbuf_detach(&sb);
}

json_object *users_json(const struct apparmor_users *u)
{
	json_object *a = json_object_new_array();

	for (size_t i = 0; i < u->n; i++) {
		tr_cleanup_free char *comm = text_escaped(u->v[i].comm);
		json_object *o = json_object_new_object();

		json_object_object_add(o, "pid", json_object_new_int(u->v[i].pid));
		json_add_string(o, "comm", comm);
		json_object_array_add(a, o);
	}
	return a;
}
