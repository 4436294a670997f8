// SPDX-License-Identifier: Apache-2.0
#include "cli/emit_write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cmd.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define MAX_NAME 200 /* Kubernetes takes 253, and a file of that name has an ending */

static bool is_k8s_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool emit_is_k8s_name(const char *name)
{
	size_t n = strlen(name);

	if (!n || n > MAX_NAME || !is_k8s_char(name[0]) || !is_k8s_char(name[n - 1]))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!is_k8s_char(name[i]) && name[i] != '-' && name[i] != '.')
			return false;
		/* Each part between dots is a name of its own. */
		if (name[i] == '.' && (!is_k8s_char(name[i - 1]) || !is_k8s_char(name[i + 1])))
			return false;
	}
	return true;
}

/* The subject is the container's. */
char *emit_default_name(const struct tr_facts *facts)
{
	const char *subject = facts->n_recordings ? facts->recordings[0].subject : NULL;
	struct strbuf sb = STRBUF_INIT;
	bool dash = true;

	strbuf_adds(&sb, "trammel");
	for (const char *c = subject ? subject : ""; *c && sb.len < MAX_NAME - 1; c++) {
		char lower = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;

		if (!is_k8s_char(lower)) {
			dash = true;
			continue;
		}
		if (dash)
			strbuf_addc(&sb, '-');
		strbuf_addc(&sb, lower);
		dash = false;
	}
	return strbuf_detach(&sb);
}

static void say_lost(const char *what, void *arg)
{
	tr_cleanup_free char *safe = text_escaped(what);

	cli_warn("%s cannot say %s", tr_spelling_name(*(const enum tr_spelling *)arg), safe);
}

static int write_file(const struct tr_seccomp *p, enum tr_spelling spelling, const char *name,
		      const char *into, const char *path, struct tr_err *err)
{
	struct fs_out out;
	int r;

	if (fs_out_open(&out, path, 0644, err) < 0)
		return -1;
	if (into)
		r = tr_seccomp_write_into(p, into, out.f, say_lost, &spelling, err);
	else
		r = tr_seccomp_write_as(p, spelling, name, out.f, say_lost, &spelling, err);
	if (r == 0)
		r = fs_out_commit(&out, err);
	fs_out_release(&out);
	return r;
}

static int write_context(const char *name, const char *path, struct tr_err *err)
{
	struct fs_out out;
	int r;

	if (fs_out_open(&out, path, 0644, err) < 0)
		return -1;
	tr_seccomp_write_k8s_context(name, out.f);
	r = fs_out_commit(&out, err);
	fs_out_release(&out);
	return r;
}

static int write_k8s(const struct tr_seccomp *p, const char *dir, const char *name,
		     struct tr_err *err)
{
	tr_cleanup_free char *json = tr_xasprintf("%s/%s.json", dir, name);
	tr_cleanup_free char *context = tr_xasprintf("%s/%s.securitycontext.yaml", dir, name);
	tr_cleanup_free char *manifest = tr_xasprintf("%s/%s.seccompprofile.yaml", dir, name);

	if (mkdir(dir, 0755) < 0 && errno != EEXIST)
		return tr_err_errno(err, TR_ERR_CANNOT, errno, "%s", dir);
	if (write_file(p, TR_SPELLING_K8S, name, NULL, json, err) < 0 ||
	    write_context(name, context, err) < 0)
		return -1;
	return write_file(p, TR_SPELLING_SPO, name, NULL, manifest, err);
}

/* Who takes the file, and how. */
static void say_use(const struct emit_output *o, const char *name)
{
	static const char *const use[TR_SPELLINGS] = {
		[TR_SPELLING_PODMAN] = "podman run --security-opt seccomp=FILE, or seccomp_profile "
				       "in containers.conf for all containers",
		[TR_SPELLING_OCI] =
			"a bundle's config.json has it at linux.seccomp (--into puts it "
			"there); docker and podman take it for no profile at all",
		[TR_SPELLING_SPO] =
			"the pod's manifest: a localhostProfile, which is .status.localhostProfile "
			"of the SeccompProfile once it is applied",
		[TR_SPELLING_SYSTEMD] =
			"a drop-in of the unit: /etc/systemd/system/UNIT.d/NAME.conf, "
			"then systemctl daemon-reload",
	};

	if (o->name && o->spelling != TR_SPELLING_K8S && o->spelling != TR_SPELLING_SPO)
		cli_say("a profile of %s has no name in it: --name changes nothing",
			tr_spelling_name(o->spelling));
	if (o->spelling == TR_SPELLING_K8S)
		cli_say("the pod's manifest: securityContext: {seccompProfile: {type: Localhost, "
			"localhostProfile: %s.json}}",
			name);
	else if (use[o->spelling] && !o->into)
		cli_say("%s", use[o->spelling]);
}

int emit_write(const struct tr_seccomp *p, const struct tr_facts *facts,
	       const struct emit_output *o, struct tr_err *err)
{
	tr_cleanup_free char *made = o->name ? NULL : emit_default_name(facts);
	const char *name = o->name ? o->name : made;

	if (o->dir)
		return write_k8s(p, o->dir, name, err);
	if (write_file(p, o->spelling, name, o->into, o->file, err) < 0)
		return -1;
	say_use(o, name);
	return 0;
}
