/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON spellings have in common, and one writer for each of the others. */
#ifndef FORMATS_SECCOMP_WRITE_H
#define FORMATS_SECCOMP_WRITE_H

#include <json-c/json.h>

#include "trammel/seccomp.h"

/* Where what a spelling cannot say is told. */
struct losses {
	void (*fn)(const char *what, void *arg);
	void *arg;
};
void lose(const struct losses *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Whether a name can be a syscall's: in a unit and in a manifest others could be something else. False
 * sets the error.
 */
bool spelled_name(const char *name, const char *where, struct tr_err *err);

/* names, action, errnoRet, args: what all of them spell alike. */
json_object *seccomp_rule_json(const struct tr_rule *r);
/* Everything but the rules. */
void seccomp_add_settings(json_object *o, const struct tr_seccomp *p);
/* Prints and frees. */
void seccomp_print(json_object *o, FILE *out);

void seccomp_write_podman(const struct tr_seccomp *p, FILE *out);
int seccomp_write_spo(const struct tr_seccomp *p, const char *name, FILE *out,
		      const struct losses *l, struct tr_err *err);
int seccomp_write_systemd(const struct tr_seccomp *p, FILE *out, const struct losses *l,
			  struct tr_err *err);

#endif
