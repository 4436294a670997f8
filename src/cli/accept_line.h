/* SPDX-License-Identifier: Apache-2.0 */
/* The command that takes what is new into a bundle, to be pasted into a shell. */
#ifndef CLI_ACCEPT_LINE_H
#define CLI_ACCEPT_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "trammel/policy.h"
#include "util/strbuf.h"

/*
 * "trammel emit bundle -d DIR TRACE... [--accept FACT]... [--why ...]": every word quoted where a shell
 * would read it otherwise, and none with a byte that a terminal would. Where a reason is needed, "WHY" stands
 * for it.
 */
void accept_line(struct strbuf *sb, const char *dir, char *const *traces, size_t n_traces,
		 const struct tr_policy_need *needs, size_t n_needs, const char *more);

/*
 * The same for what news, read from traces, holds: with the facts to accept that the bundle's policy would ask
 * for, once they are in it.
 */
int accept_find(struct strbuf *sb, const char *dir, const struct tr_facts *news,
		char *const *traces, size_t n_traces, struct tr_err *err);

#endif
