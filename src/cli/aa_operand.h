/* SPDX-License-Identifier: Apache-2.0 */
/* An AppArmor profile as a command is given it: as text, and compiled. */
#ifndef CLI_AA_OPERAND_H
#define CLI_AA_OPERAND_H

#include <stdbool.h>

#include "trammel/apparmor_policy.h"
#include "trammel/apparmor_text.h"
#include "trammel/facts.h"

struct aa_operand {
	struct tr_apparmor_document d;
	struct tr_aa_policy policy;
	const struct tr_aa_profile *p; /* the one in it, once it was chosen */
	const struct tr_apparmor_section *s; /* as text; NULL if that has it under another name */
	const char *word; /* as it was given; of a bundle, its profile */
	const char *bundle; /* the bundle, as it was given; NULL if it is none */
	char *path; /* what word points to, for a bundle */
	char *label; /* the same, safe to show */
	bool is_file; /* of a profile */
	char *in_force,
		*mode; /* of a container or process: the profile's name, and its mode; else NULL */
	bool is_trace; /* then it is the profile that emit would make of it, names as they are */
	bool complete; /* of a trace; else true */
	struct tr_facts facts; /* of a trace */
};

/* Whether it is a file with the text of AppArmor profiles. */
bool aa_operand_is(const char *word);
/* Whether it is a file at all, and no name, bundle or stdin. */
bool aa_operand_is_file(const char *word);

/* A file, '-', a built-in name, a bundle's profile, or "container:NAME" and "pid:NUMBER". */
int aa_operand_open(struct aa_operand *o, const char *word, struct tr_err *err);
/* The same, or a trace. */
int aa_operand_open_any(struct aa_operand *o, const char *word, struct tr_err *err);
/* The profile of a trace that was read already. Its facts stay the caller's. */
int aa_operand_of_facts(struct aa_operand *o, const char *word, const struct tr_facts *facts,
			struct tr_err *err);
/* Sets p and s, if they are not: there must be one profile that is no hat or child of another. */
int aa_operand_choose(struct aa_operand *o, struct tr_err *err);
void aa_operand_release(struct aa_operand *o);

#endif
