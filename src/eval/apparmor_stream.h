/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream that compiled AppArmor policy is: items of a type byte and a value, little-endian, each
 * with a name in front of it or without (Linux, security/apparmor/policy_unpack.c and
 * include/policy_unpack.h).
 */
#ifndef EVAL_APPARMOR_STREAM_H
#define EVAL_APPARMOR_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum aa_code {
	AA_U8 = 0,
	AA_U16,
	AA_U32,
	AA_U64,
	AA_NAME, /* a u16 length and so many bytes, a NUL the last of them */
	AA_STRING, /* the same */
	AA_BLOB, /* a u32 length and so many bytes */
	AA_STRUCT,
	AA_STRUCTEND,
	AA_LIST,
	AA_LISTEND,
	AA_ARRAY, /* a u16, how many */
	AA_ARRAYEND,
};

struct aa_stream {
	const uint8_t *start, *pos, *end;
};

/*
 * Each takes the next item and returns true if it is of the type and, unless name is NULL, has the
 * name; else it returns false and leaves the stream where it was. Without a name asked for, any that
 * is there is passed over.
 */
bool aa_take(struct aa_stream *s, enum aa_code code, const char *name);
bool aa_take_u8(struct aa_stream *s, const char *name, uint8_t *ret);
bool aa_take_u32(struct aa_stream *s, const char *name, uint32_t *ret);
bool aa_take_u64(struct aa_stream *s, const char *name, uint64_t *ret);
/* *ret_len counts the NUL; there may be others inside. */
bool aa_take_string(struct aa_stream *s, const char *name, const char **ret, size_t *ret_len);
bool aa_take_blob(struct aa_stream *s, const char *name, const uint8_t **ret, size_t *ret_len);
bool aa_take_array(struct aa_stream *s, const char *name, uint16_t *ret);

#endif
