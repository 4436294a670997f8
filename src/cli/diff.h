/* SPDX-License-Identifier: Apache-2.0 */
/* What `trammel diff` found, between the command and the ways to print it. */
#ifndef CLI_DIFF_H
#define CLI_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/capset.h"
#include "cli/diff_apparmor.h"
#include "cli/operand.h"
#include "trammel/diff.h"

/* As struct tr_diff_call counts them. */
enum {
	ROW_MORE,
	ROW_LESS,
	ROW_OTHERWISE,
	ROW_KINDS
};

/* One name, through all the ABIs where its difference is the same one. */
struct diff_row {
	const struct tr_diff_call *call; /* of the first of them */
	unsigned abis;
};

struct diff_rows {
	struct diff_row *v;
	size_t n, cap;
	size_t n_names; /* distinct */
};

struct diff_report {
	struct operand a, b;
	struct capset caps;
	struct tr_diff d;
	struct diff_rows rows[ROW_KINDS];
	bool all; /* print whole lists */
	bool any_change;
	bool allow_incomplete, complete;
	struct strbuf accept; /* the command that takes what B did into the bundle A */
	struct aa_report aa; /* of bundles, their AppArmor profiles too */
	bool has_aa;
	char *no_aa; /* why not, where there could be; NULL: there could not, or they are */
	bool cannot; /* because this machine cannot */
};

/*
 * Where A or B is a bundle: compares what else of the two is of AppArmor, once A and B are open. What keeps it from that
 * is said in no_aa, and is no failure.
 */
int diff_bundle_apparmor(struct diff_report *r, const struct operand *a, const struct operand *b,
			 const char *files, struct tr_err *err);

/* Fills rows from d. */
void diff_make_rows(struct diff_report *r);

/* "mount", or "12 numbers without a name, from 463"; into buf where it is not static. */
const char *row_name(const struct diff_row *row, char *buf, size_t size);
/* Whether the difference is there whatever the arguments are. */
bool row_whole(const struct diff_row *row, int kind);
/* "EPERM -> allowed": of the first example. */
void row_change(struct strbuf *sb, const struct diff_row *row, int kind);

/* The sentence that answers, without a full stop: "B grants 3 syscalls that A does not". */
void diff_answer(const struct diff_report *r, struct strbuf *sb);
/* The same for the other way, and for what both refuse. */
void diff_less(const struct diff_report *r, struct strbuf *sb);
/* Calls fn with each sentence on what was compared and what was not. */
void diff_each_limit(const struct diff_report *r, void (*fn)(const char *text, void *arg),
		     void *arg);

/* Who made the call, where B is a recording: "/bin/web, recording 0123456789ab"; else nothing. */
void diff_add_who(const struct diff_report *r, const struct diff_row *row, struct strbuf *sb);
/* "; made by ... To accept it: ..." */
void diff_add_reason(const struct diff_report *r, const struct diff_row *row, struct strbuf *sb);
void diff_markdown(const struct diff_report *r, struct strbuf *sb);
/* What a CI system on which we run wants to be told, beside the answer. */
void diff_tell_ci(const struct diff_report *r);

void diff_print_text(const struct diff_report *r);
void diff_print_json(const struct diff_report *r);
void diff_print_markdown(const struct diff_report *r);
void diff_print_sarif(const struct diff_report *r);

#endif
