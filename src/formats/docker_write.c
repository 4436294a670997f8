// SPDX-License-Identifier: Apache-2.0
/*
 * A shell script that runs a container by docker run. Each option is a line of its own that puts it in front of
 * what is there already, so that its reason can stand above it, and what the caller gives comes last.
 *
 * Whatever comes from elsewhere is quoted as one word, or stands in a comment, escaped, on its line.
 */
#include <string.h>

#include "trammel/run_text.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

static void comment(struct strbuf *sb, const char *what, const char *text)
{
	strbuf_addf(sb, "# %s", what);
	text_escape(sb, text, strlen(text));
	strbuf_addc(sb, '\n');
}

/* --mount's list of words; names with a comma in them are left out before. */
static void add_mount(struct strbuf *sb, const struct tr_run_option *v)
{
	strbuf_addf(sb, "type=%s", v->is_bind ? "bind" : "volume");
	if (v->more)
		strbuf_addf(sb, ",source=%s", v->more);
	strbuf_addf(sb, ",target=%s%s", v->value, v->read_only ? ",readonly" : "");
}

static void add_value(struct strbuf *sb, const struct tr_run_option *v)
{
	switch (v->kind) {
	case TR_RUN_SECCOMP:
	case TR_RUN_APPARMOR:
		strbuf_addf(sb, "%s=%s", tr_run_kind_name(v->kind), v->value);
		break;
	case TR_RUN_NO_NEW_PRIVILEGES:
		strbuf_adds(sb, "no-new-privileges");
		break;
	case TR_RUN_VOLUME:
		add_mount(sb, v);
		break;
	case TR_RUN_TMPFS:
		strbuf_addf(sb, "%s%s%s", v->value, v->more ? ":" : "", v->more ? v->more : "");
		break;
	default:
		strbuf_adds(sb, v->value ? v->value : "");
	}
}

static const char *option_name(enum tr_run_kind kind)
{
	switch (kind) {
	case TR_RUN_SECCOMP:
	case TR_RUN_APPARMOR:
	case TR_RUN_NO_NEW_PRIVILEGES:
		return "security-opt";
	case TR_RUN_VOLUME:
		return "mount";
	default:
		return tr_run_kind_name(kind);
	}
}

/* The file of a profile is beside the script, unless its place is said. */
static void add_file(struct strbuf *sb, const char *file)
{
	if (*file != '/')
		strbuf_adds(sb, "seccomp=\"$here\"/");
	else
		strbuf_adds(sb, "seccomp=");
	text_shell_quote(sb, file);
}

static void add_option(struct strbuf *sb, const struct tr_run_option *v)
{
	cleanup_strbuf struct strbuf value = STRBUF_INIT;

	add_value(&value, v);
	strbuf_addf(sb, "set -- --%s", option_name(v->kind));
	if (v->kind == TR_RUN_SECCOMP) {
		strbuf_addc(sb, ' ');
		add_file(sb, v->value);
	} else if (value.len) {
		strbuf_addc(sb, ' ');
		text_shell_quote(sb, strbuf_str(&value));
	}
	strbuf_adds(sb, " \"$@\"\n");
}

static void add_left_out(struct strbuf *sb, const struct tr_run_option *v)
{
	cleanup_strbuf struct strbuf value = STRBUF_INIT, line = STRBUF_INIT;

	if (v->value)
		add_value(&value, v);
	if (v->kind != TR_RUN_CAPS)
		strbuf_addf(&line, "not --%s%s%s%s: ", option_name(v->kind),
			    v->kind == TR_RUN_NO_NEW_PRIVILEGES ? " no-new-privileges" : "",
			    value.len ? " " : "", strbuf_str(&value));
	else
		strbuf_adds(&line, "capabilities: ");
	strbuf_adds(&line, v->why);
	comment(sb, "", strbuf_str(&line));
}

static void add_head(struct strbuf *sb, const struct tr_run_options *o)
{
	strbuf_adds(sb, "#!/bin/sh\n");
	comment(sb, "docker run with what was recorded, and as little more as can be, of ",
		o->subject ? o->subject : "a container");
	strbuf_addf(
		sb,
		"# (%zu recording%s; made by trammel emit docker).\n"
		"#\n"
		"#   sh FILE [OPTION...] IMAGE [COMMAND...]\n"
		"#\n"
		"# Options that are given there come behind these, and win where there can be one "
		"only. DOCKER is\n"
		"# the command to use, if not docker. Ports, environment and names are for you "
		"to give.\n",
		o->recordings, o->recordings == 1 ? "" : "s");
	if (o->image)
		comment(sb, "Recorded of the image ", o->image);
	strbuf_adds(sb, "if [ $# = 0 ]; then\n"
			"\techo \"usage: sh $0 [OPTION...] IMAGE [COMMAND...]\" >&2\n"
			"\texit 125\n"
			"fi\n"
			"here=$(dirname -- \"$0\")\n");
}

/* Several of one kind for one reason: that is said once. */
static bool is_like(const struct tr_run_option *v, const struct tr_run_option *before)
{
	return v->kind == before->kind && !v->left_out && !before->left_out &&
	       !strcmp(v->why, before->why);
}

void tr_run_options_write_docker(const struct tr_run_options *o, FILE *out)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	add_head(&sb, o);
	for (size_t i = 0; i < o->n; i++) {
		const struct tr_run_option *v = &o->v[i];

		if (i && is_like(v, v - 1)) {
			add_option(&sb, v);
			continue;
		}
		strbuf_addc(&sb, '\n');
		if (v->left_out) {
			add_left_out(&sb, v);
			continue;
		}
		comment(&sb, "", v->why);
		add_option(&sb, v);
	}
	strbuf_adds(&sb, "\nexec \"${DOCKER:-docker}\" run \"$@\"\n");
	fwrite(strbuf_str(&sb), 1, sb.len, out);
}
