/* SPDX-License-Identifier: Apache-2.0 */
/* Words of AppArmor's language (apparmor.d(5)), and names in it that mean their bytes. */
#ifndef FORMATS_APPARMOR_WORDS_H
#define FORMATS_APPARMOR_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "util/strbuf.h"

/*
 * Appends the bytes in double quotes so that all parsers from 3.0 on take each for itself: what is no
 * letter, digit or one of "/._+-" as three octal digits. (A backslash before anything else is another
 * escape to some of them, and a byte of a glob is one inside quotes too.)
 */
void apparmor_quote(struct strbuf *sb, const char *name);
/* One byte of it. */
void apparmor_quote_byte(struct strbuf *sb, unsigned char c);

/* NULL where the parser has no word for it. */
#define APPARMOR_FAMILY_SIZE 24
const char *apparmor_word_family(unsigned family, char buf[APPARMOR_FAMILY_SIZE]);
const char *apparmor_word_type(unsigned type);

/* "term", "exists" of 0, "rtmin+2" of 34. buf holds what is no constant. */
#define APPARMOR_SIGNAL_SIZE 24
const char *apparmor_word_signal(unsigned number, char buf[APPARMOR_SIGNAL_SIZE]);

/* "rwklmx": those of TR_APPARMOR_* that are set. */
#define APPARMOR_LETTERS_SIZE 8
void apparmor_letters(uint16_t perms, char buf[APPARMOR_LETTERS_SIZE]);

/* "chown" of CAP_CHOWN. */
const char *apparmor_word_capability(unsigned number);
/*
 * Whether a rule under abi 3.0 gives it. For what came later a parser takes the capability that it was split
 * from (apparmor, parser/capability.cc: backmap): of checkpoint_restore, all of sys_admin.
 */
bool apparmor_abi_has_capability(unsigned number);

/* The numbers that are meant by a word, and one that is none where it is no such word. */
#define APPARMOR_FAMILIES     64
#define APPARMOR_TYPES	      16
#define APPARMOR_SIGNALS      65
#define APPARMOR_CAPABILITIES 64
unsigned apparmor_family_number(const char *word);
unsigned apparmor_type_number(const char *word);
unsigned apparmor_signal_number(const char *word);
unsigned apparmor_capability_number(const char *word);

/*
 * Appends "ro,nosuid,bind": the words of a mount's options=(...) for flags of mount(2), "rw" for none. False
 * where there is no word for one of them.
 */
bool apparmor_mount_options(struct strbuf *sb, uint64_t flags);
/* The flags of one of those words, 0 for "rw"; false for what is none. */
bool apparmor_mount_flag(const char *word, uint64_t *ret);

#endif
