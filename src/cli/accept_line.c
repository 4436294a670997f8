// SPDX-License-Identifier: Apache-2.0
#include "cli/accept_line.h"

#include <string.h>

#include "util/mem.h"
#include "util/text.h"

/*
 * A word is printed to be looked at and pasted. Where it holds what must not reach a terminal, bash's $'...' says
 * the same in printable letters: text_escape's \xNN and doubled backslash mean the same there.
 */
static void add_word(struct strbuf *sb, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_./:@%+=-,";
	tr_cleanup_free char *safe = text_escaped(word);
	tr_cleanup_free char *tidy = NULL;

	strbuf_addc(sb, ' ');
	/* What begins with a dash would be taken for an option. */
	if (*word == '-' && word[1])
		word = tidy = tr_xasprintf("./%s", word);
	if (*word && strspn(word, plain) == strlen(word)) {
		strbuf_adds(sb, word);
		return;
	}
	if (!strcmp(safe, tidy ? tidy + 2 : word) || !strchr(safe, '\\')) {
		text_shell_quote(sb, word);
		return;
	}
	strbuf_adds(sb, tidy ? "./$'" : "$'");
	for (const char *p = safe; *p; p++) {
		if (*p == '\'')
			strbuf_addc(sb, '\\');
		strbuf_addc(sb, *p);
	}
	strbuf_addc(sb, '\'');
}

void accept_line(struct strbuf *sb, const char *dir, char *const *traces, size_t n_traces,
		 const struct tr_policy_need *needs, size_t n_needs, const char *more)
{
	strbuf_adds(sb, "trammel emit bundle -d");
	add_word(sb, dir);
	for (size_t i = 0; i < n_traces; i++)
		if (strcmp(traces[i], dir) != 0)
			add_word(sb, traces[i]);
	for (size_t i = 0; i < n_needs; i++) {
		strbuf_adds(sb, " --accept");
		add_word(sb, needs[i].fact);
	}
	if (n_needs)
		strbuf_adds(sb, " --why 'WHY'");
	strbuf_adds(sb, more);
}
