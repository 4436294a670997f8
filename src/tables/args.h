/* SPDX-License-Identifier: Apache-2.0 */
/* Which arguments of which calls are recorded, and how they become conditions: profiles/args.csv. */
#ifndef TABLES_ARGS_H
#define TABLES_ARGS_H

#include <stddef.h>
#include <stdint.h>

/* SOCK_TYPE_MASK of include/linux/net.h: above it are SOCK_CLOEXEC and SOCK_NONBLOCK. */
#define SOCK_TYPE_BITS 0xf

enum arg_form {
	ARG_EQUAL, /* one of the values that were seen */
	ARG_BITS, /* of the bits in mask, none that was not seen */
	ARG_SOCKET, /* family, type and protocol together */
};

enum arg_class {
	ARG_RISKY, /* an unwanted value gives an attacker something */
	ARG_ALL, /* worth narrowing, not dangerous by itself */
};

struct arg_spec {
	const char *name;
	int index; /* 0..5; -1: the first three together */
	enum arg_form form;
	uint32_t mask;
	enum arg_class class;
	const char *why;
};

/* Sorted by name; one argument a call. Parsed at the first use, and kept. */
size_t arg_specs(const struct arg_spec **ret);
/* NULL if nothing of the call's arguments is recorded. */
const struct arg_spec *arg_spec_of(const char *name);

#endif
