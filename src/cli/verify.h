/* SPDX-License-Identifier: Apache-2.0 */
/* What `trammel verify` found, between the command and the two ways to print it. */
#ifndef CLI_VERIFY_H
#define CLI_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/traces.h"
#include "trammel/check.h"
#include "trammel/check_apparmor.h"
#include "trammel/dead.h"
#include "trammel/facts.h"
#include "trammel/tune.h"
#include "util/strbuf.h"

struct verify {
	const char *profile; /* seccomp's; NULL: only AppArmor's is verified */
	const char *bundle; /* whose profile it is; NULL: none's */
	char *in_bundle
		[4]; /* its profiles, tune file and image's files, where they were found there */
	char *const *traces;
	size_t n_traces;
	struct traces expanded; /* what they then point to */
	const char *tune_file; /* NULL: none */
	struct strbuf accept; /* the command that takes what is denied into the bundle */
	struct tr_tune tune;
	unsigned runtimes; /* 1 << enum tr_runtime_kind: whose answers count */
	bool all, allow_incomplete, complete;
	struct tr_facts facts;
	struct tr_check_runtimes r;
	const struct tr_check_seccomp *c; /* of all of them together: r.all */
	struct tr_dead_list dead;
	struct tr_check_versions versions;
	size_t docker_granted; /* by docker-default, of the native ABI */
	struct strbuf where; /* "Linux 6.1.0 x86_64, libseccomp 2.5.4" */
	const char *apparmor; /* NULL: only seccomp's is verified */
	char *unproved; /* why the bundle's AppArmor profile, or the want of one, proves nothing */
	bool cannot; /* because this machine cannot */
	const char *name; /* which of the profiles in it; NULL: there is but one */
	struct tr_aa_policy policy;
	const struct tr_aa_profile *aa;
	struct tr_check_apparmor asked;
	const char *files; /* the list of the image's; NULL: none */
	struct tr_image_files list;
	struct tr_check_beyond beyond;
	char *code; /* what may be both written and run; NULL: nothing */
	struct tr_check_floor floor;
};

struct json_object; /* json-c */

/* Where it came from: the bits of TR_PHASE_* by name. */
struct verify_phase {
	uint32_t bit;
	const char *name;
};
extern const struct verify_phase verify_phases[];
extern const size_t verify_n_phases;

/* Calls fn with each sentence on what the answer does not cover. */
void verify_each_limit(const struct verify *v, void (*fn)(const char *text, void *arg), void *arg);

/* verify_json.c */
void verify_json_evidence(struct json_object *o, const struct tr_facts *f,
			  const struct tr_evidence *ev);

/* How much of a filter is walked for the recorded calls. */
struct verify_walk {
	unsigned least, median, most;
};
struct verify_walk verify_walk_of(const struct tr_check_seccomp *c);

/*
 * The recorded calls for which most is walked, the longest first: those that the workload made itself
 * (any, if it made none) and that newer kernels do not answer by heart. Indices into c->syscalls, of
 * which there is room for max. Returns how many.
 */
size_t verify_costliest(const struct verify *v, size_t *ret, size_t max);

/*
 * The calls that nothing allows, and that runtime i refuses with another errno than the first one does
 * that takes the profile: NULL-terminated, names static, to free; NULL if there are none.
 */
const char **verify_refused_otherwise(const struct verify *v, size_t i);
/* That first one; r.n if there is none. */
size_t verify_first_runtime(const struct verify *v);
/* Whether some runtime that counts refuses the whole profile. */
bool verify_refused(const struct verify *v);

/* By whom, in which phases; in how many recordings, or in which one. */
void verify_add_evidence(const struct verify *v, const struct tr_evidence *ev, struct strbuf *sb);
/* The same of a call that is refused. */
void verify_add_who(const struct verify *v, const struct tr_check_syscall *s, struct strbuf *sb);
/* "EPERM", "SIGSYS", "kill the process": what the caller gets. */
const char *verify_refusal(uint32_t ret, char *buf, size_t size);
/* "mount", or "clone with argument 0 = 0x10000000". */
void verify_add_call(const struct tr_check_syscall *s, struct strbuf *sb);

/* verify_apparmor.c */
int verify_apparmor(struct verify *v, struct tr_err *err);
/*
 * The same of a bundle's, where seccomp's is verified, too: what cannot be proved here, or is not asked, is said
 * with the answer, and no error.
 */
int verify_apparmor_of_bundle(struct verify *v, struct tr_err *err);
void verify_apparmor_release(struct verify *v);
void verify_apparmor_text(const struct verify *v);
struct json_object *verify_apparmor_json(const struct verify *v);
void verify_apparmor_markdown(const struct verify *v, struct strbuf *sb);
/* Calls fn with each refusal, in a sentence, and with what it is from one run to the next. */
void verify_apparmor_each(const struct verify *v,
			  void (*fn)(const struct verify *v, const char *text, const char *what,
				     void *arg),
			  void *arg);
/* verify_beyond.c: what the profile allows beyond what was recorded. */
int verify_beyond(struct verify *v, struct tr_err *err);
void verify_beyond_release(struct verify *v);
void verify_beyond_text(const struct verify *v);
void verify_beyond_json(const struct verify *v, struct json_object *o);
void verify_beyond_markdown(const struct verify *v, struct strbuf *sb);
void verify_apparmor_limits(const struct verify *v, void (*fn)(const char *text, void *arg),
			    void *arg);

/* Where what is new begins: with seccomp's half, or, if that allows all, with AppArmor's. */
void verify_print_accept(const struct verify *v);

/* verify_gate.c: finds the command that accepts what is denied; without a bundle there is none. */
int verify_find_accept(struct verify *v, struct tr_err *err);
/* What a CI system on which we run wants to be told, beside the answer. */
void verify_tell_ci(const struct verify *v);
void verify_markdown(const struct verify *v, struct strbuf *sb);

void verify_print_filter(const struct verify *v);
void verify_print_markdown(const struct verify *v);
void verify_print_sarif(const struct verify *v);
void verify_print_text(const struct verify *v);
void verify_print_json(const struct verify *v);

#endif
