/* SPDX-License-Identifier: Apache-2.0 */
/* Names of bits and small numbers as they stand in a trace. */
#ifndef FACTS_NAMES_H
#define FACTS_NAMES_H

#include <stddef.h>
#include <stdint.h>

/* Bit i of a mask is names[i]. */
struct bit_names {
	const char *const *names;
	size_t n;
};
extern const struct bit_names phase_bits, where_bits, flag_bits;

/* The bit of that name as a mask, or 0. */
uint32_t bit_from_name(const struct bit_names *bits, const char *name);

/* The letters of TR_PERM_*, in their order, "rw"; buf holds PERMS_SIZE bytes. Returns buf. */
#define PERMS_SIZE 8
const char *perms_name(uint16_t perms, char *buf);
/* The mask, or -1 where a letter is none or stands twice. */
int perms_from_name(const char *name);

/* "probed", "needed", "unknown": the values of tr_fact.need. */
const char *need_name(uint16_t need);
int need_from_name(const char *name);

#endif
