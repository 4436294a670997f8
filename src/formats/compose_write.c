// SPDX-License-Identifier: Apache-2.0
/*
 * A compose file that goes over another one. Strings are in double quotes, where YAML takes \xNN and the like
 * for what JSON has, and a dollar is doubled, or compose would put a variable in its place.
 */
#include <string.h>

#include "trammel/run_text.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

static const char head[] =
	"#\n"
	"#   docker compose -f compose.yaml -f FILE up\n"
	"#\n"
	"# - The service has to have the name that it has in your file.\n"
	"# - Compose 2 looks for the seccomp profile from the project's directory: that of the first -f file, or\n"
	"#   --project-directory, not this file's. Compose 1 looks from where it is run. An absolute path is\n"
	"#   the same to both.\n"
	"# - Whatever is given with -f is all there is: compose.override.yaml is read no more, unless it is named too.\n"
	"# - Lists (security_opt, cap_add, cap_drop, tmpfs) are added to those of your file, not put in their place:\n"
	"#   what that one gives remains given. Volumes take the place of those with the same target.\n"
	"# - A service with network_mode cannot have networks: take them out of your file then.\n"
	"# - pids_limit and mem_limit exclude others at deploy.resources.limits.\n"
	"# - docker stack deploy passes over security_opt, network_mode and more of this.\n";

static void quote(struct strbuf *sb, const char *s)
{
	strbuf_addc(sb, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			strbuf_addf(sb, "\\%c", c);
		else if (c == '$')
			strbuf_adds(sb, "$$");
		else if (c < 0x20 || c == 0x7f)
			strbuf_addf(sb, "\\x%02x", c);
		else
			strbuf_addc(sb, (char)c);
	}
	strbuf_addc(sb, '"');
}

static void comment(struct strbuf *sb, const char *indent, const char *text)
{
	strbuf_addf(sb, "%s# ", indent);
	text_escape(sb, text, strlen(text));
	strbuf_addc(sb, '\n');
}

/* "    security_opt:" over the first of them. */
static const struct member {
	const char *key;
	bool is_list;
} members[TR_RUN_KINDS] = {
	[TR_RUN_SECCOMP] = { "security_opt", true },
	[TR_RUN_APPARMOR] = { "security_opt", true },
	[TR_RUN_CAPS] = { "capabilities", false },
	[TR_RUN_CAP_DROP] = { "cap_drop", true },
	[TR_RUN_CAP_ADD] = { "cap_add", true },
	[TR_RUN_NO_NEW_PRIVILEGES] = { "security_opt", true },
	[TR_RUN_READ_ONLY] = { "read_only", false },
	[TR_RUN_TMPFS] = { "tmpfs", true },
	[TR_RUN_VOLUME] = { "volumes", true },
	[TR_RUN_USER] = { "user", false },
	[TR_RUN_NETWORK] = { "network_mode", false },
	[TR_RUN_PORT] = { "ports", true },
	[TR_RUN_PIDS] = { "pids_limit", false },
	[TR_RUN_MEMORY] = { "mem_limit", false },
};

/* A volume's name is not what the project calls it. */
static bool is_asked(const struct tr_run_option *v)
{
	return !v->left_out && !(v->kind == TR_RUN_VOLUME && !v->is_bind && v->more);
}

static void add_volume(struct strbuf *sb, const struct tr_run_option *v)
{
	strbuf_addf(sb, "      - type: %s\n", v->is_bind ? "bind" : "volume");
	if (v->more) {
		strbuf_adds(sb, "        source: ");
		quote(sb, v->more);
		strbuf_addc(sb, '\n');
	}
	strbuf_adds(sb, "        target: ");
	quote(sb, v->value);
	strbuf_addf(sb, "\n%s", v->read_only ? "        read_only: true\n" : "");
}

static void add_item(struct strbuf *sb, const struct tr_run_option *v)
{
	cleanup_strbuf struct strbuf item = STRBUF_INIT;

	if (v->kind == TR_RUN_VOLUME) {
		add_volume(sb, v);
		return;
	}
	if (v->kind == TR_RUN_NO_NEW_PRIVILEGES)
		strbuf_adds(&item, "no-new-privileges:true");
	else if (v->kind == TR_RUN_SECCOMP || v->kind == TR_RUN_APPARMOR)
		strbuf_addf(&item, "%s=%s", tr_run_kind_name(v->kind), v->value);
	else
		strbuf_addf(&item, "%s%s%s", v->value, v->more ? ":" : "", v->more ? v->more : "");
	strbuf_adds(sb, "      - ");
	quote(sb, strbuf_str(&item));
	strbuf_addc(sb, '\n');
}

static void add_scalar(struct strbuf *sb, const struct tr_run_option *v)
{
	strbuf_addf(sb, "    %s: ", members[v->kind].key);
	if (v->kind == TR_RUN_READ_ONLY)
		strbuf_adds(sb, "true");
	else if (v->kind == TR_RUN_PIDS || v->kind == TR_RUN_MEMORY)
		strbuf_adds(sb, v->value);
	else
		quote(sb, v->value);
	strbuf_addc(sb, '\n');
}

static void add_left_out(struct strbuf *sb, const struct tr_run_option *v)
{
	cleanup_strbuf struct strbuf line = STRBUF_INIT;
	const struct member *m = &members[v->kind];

	strbuf_addf(&line, "%s%s", v->left_out && v->kind != TR_RUN_CAPS ? "not " : "", m->key);
	if (v->kind == TR_RUN_NO_NEW_PRIVILEGES)
		strbuf_adds(&line, " no-new-privileges");
	if (v->value)
		strbuf_addf(&line, " %s", v->value);
	if (v->kind == TR_RUN_VOLUME && v->read_only)
		strbuf_adds(&line, " (read_only: true can be added to it)");
	strbuf_addf(&line, ": %s", v->why);
	comment(sb, "    ", strbuf_str(&line));
}

/* All of one list, which has kinds of several places in the order. */
static void add_list(struct strbuf *sb, const struct tr_run_options *o, const char *key)
{
	const char *why = NULL;
	bool open = false;

	for (size_t i = 0; i < o->n; i++) {
		const struct tr_run_option *v = &o->v[i];

		if (!members[v->kind].is_list || strcmp(members[v->kind].key, key) != 0 ||
		    !is_asked(v))
			continue;
		if (!open)
			strbuf_addf(sb, "    %s:\n", key);
		open = true;
		/* Several for one reason: that is said once. */
		if (!why || strcmp(why, v->why) != 0)
			comment(sb, "      ", v->why);
		why = v->why;
		add_item(sb, v);
	}
}

static void add_member(struct strbuf *sb, const struct tr_run_options *o, enum tr_run_kind kind)
{
	bool first = true;

	for (int i = 0; i < (int)kind; i++)
		first &= strcmp(members[i].key, members[kind].key) != 0;
	if (members[kind].is_list && first)
		add_list(sb, o, members[kind].key);
	for (size_t i = 0; i < o->n; i++) {
		const struct tr_run_option *v = &o->v[i];

		if (v->kind != kind)
			continue;
		if (!is_asked(v)) {
			add_left_out(sb, v);
		} else if (!members[kind].is_list) {
			comment(sb, "    ", v->why);
			add_scalar(sb, v);
		}
	}
}

void tr_run_options_write_compose(const struct tr_run_options *o, FILE *out)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	bool any = false;

	strbuf_addf(&sb,
		    "# What was recorded, and as little more as can be (%zu recording%s), "
		    "over the compose file of the project;\n"
		    "# made by trammel emit compose.\n%s",
		    o->recordings, o->recordings == 1 ? "" : "s", head);
	if (o->image) {
		cleanup_strbuf struct strbuf line = STRBUF_INIT;

		strbuf_addf(&line, "Recorded of the image %s", o->image);
		comment(&sb, "", strbuf_str(&line));
	}
	strbuf_adds(&sb, "services:\n  ");
	quote(&sb, o->service);
	strbuf_adds(&sb, ":\n");
	for (size_t i = 0; i < o->n; i++)
		any |= is_asked(&o->v[i]);
	for (int kind = 0; kind < TR_RUN_KINDS; kind++)
		add_member(&sb, o, (enum tr_run_kind)kind);
	/* A service of comments alone would be null. */
	if (!any)
		strbuf_adds(&sb, "    {}\n");
	fwrite(strbuf_str(&sb), 1, sb.len, out);
}
