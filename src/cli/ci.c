// SPDX-License-Identifier: Apache-2.0
#include "cli/ci.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

unsigned ci_line_of(const struct tr_seccomp *p, const char *name)
{
	unsigned line = 0;

	for (size_t i = 0; name && i < p->n_rules; i++) {
		const struct tr_rule *rule = &p->rules[i];

		for (size_t j = 0; j < rule->n_names; j++) {
			if (strcmp(rule->names[j], name) != 0)
				continue;
			if (rule->action == TR_ACTION_ALLOW)
				return rule->line;
			line = line ? line : rule->line;
		}
	}
	return line ? line : 1;
}

static const char *summary_path(void)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");

	return path && *path ? path : NULL;
}

bool ci_wants_summary(void)
{
	return summary_path() != NULL;
}

void ci_summary(const char *markdown)
{
	const char *path = summary_path();
	tr_cleanup_close int fd =
		path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644) : -1;
	int r = -errno;

	if (!path)
		return;
	if (fd >= 0)
		r = fs_write_all(fd, markdown, strlen(markdown));
	if (r < 0)
		cli_warn("$GITHUB_STEP_SUMMARY: %s", strerror(-r));
}

bool ci_wants_errors(void)
{
	const char *v = getenv("GITHUB_ACTIONS");

	return v && !strcmp(v, "true");
}

/*
 * As @actions/core does it (packages/core/src/command.ts: escapeData, escapeProperty): a property ends at a colon
 * or comma, everything at a line's end, and percents say what was meant.
 */
static void add_escaped(struct strbuf *sb, const char *s, bool property)
{
	for (; *s; s++) {
		if (strchr("%\r\n", *s) || (property && strchr(":,", *s)))
			strbuf_addf(sb, "%%%02X", (unsigned char)*s);
		else
			strbuf_addc(sb, *s);
	}
}

void ci_error(const char *path, unsigned line, const char *title, const char *text)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	strbuf_adds(&sb, "::error file=");
	add_escaped(&sb, path, true);
	strbuf_addf(&sb, ",line=%u,title=", line);
	add_escaped(&sb, title, true);
	strbuf_adds(&sb, "::");
	add_escaped(&sb, text, false);
	/* In one write, so that nothing of others gets into the line. */
	fprintf(stderr, "%s\n", strbuf_str(&sb));
}
