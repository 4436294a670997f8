/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of an image: every path in it, with type and mode. A file of its own beside a trace, never part
 * of it, and bound to it by the image's digest. docs/trammel-bundle.5.md has its format.
 */
#ifndef TRAMMEL_IMAGE_FILES_H
#define TRAMMEL_IMAGE_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "trammel/err.h"

enum tr_file_type {
	TR_FILE_UNKNOWN, /* a list of names alone does not tell; it is no directory */
	TR_FILE_REGULAR,
	TR_FILE_DIR,
	TR_FILE_LINK, /* symbolic; it is never what a program reads or runs, its target is */
	TR_FILE_CHAR,
	TR_FILE_BLOCK,
	TR_FILE_FIFO,
	TR_FILE_SOCKET,
	TR_FILE_TYPES
};

struct tr_image_file {
	char *path; /* from the root, "/etc/": a directory has a "/" behind it; any byte */
	uint32_t order; /* in which it came */
	uint16_t mode; /* the lower 12 bits; 0 where the type is UNKNOWN */
	uint8_t type; /* enum tr_file_type */
};

struct tr_image_files {
	struct tr_image_file *v; /* sorted by the bytes of path, each once */
	size_t n, cap;
	char *image; /* the digest of the image they are of; NULL: not told */
};

/*
 * Reads, from a file or for "-" from standard input, whichever it is: what tr_image_files_write wrote; a tar
 * archive as `docker export NAME` prints it; a list as `docker export NAME | tar -t` prints it: a name a
 * line, with or without "/" or "./" in front, odd bytes as backslash escapes. An archive that is cut off is an
 * error: a file that is not listed is one that nobody sees reached. Kind TR_ERR_INPUT, with the line.
 */
int tr_image_files_read(struct tr_image_files *ret, const char *path, struct tr_err *err);
/* An archive piece by piece, as it comes; end frees it, whatever was said before. */
struct tr_image_archive;
struct tr_image_archive *tr_image_archive_begin(void);
int tr_image_archive_take(struct tr_image_archive *a, const char *data, size_t len,
			  struct tr_err *err);
/* ret NULL: it is given up. name is what errors call it. */
int tr_image_archive_end(struct tr_image_archive *a, struct tr_image_files *ret, const char *name,
			 struct tr_err *err);
/* The same from memory, which has a NUL behind its len bytes; name is what errors call it. */
int tr_image_files_parse(struct tr_image_files *ret, const char *text, size_t len, const char *name,
			 struct tr_err *err);
/* Sorted, one name a line; what is read back is the same. */
void tr_image_files_write(const struct tr_image_files *f, FILE *out);
void tr_image_files_release(struct tr_image_files *f);

#endif
