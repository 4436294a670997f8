/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing whole files, with the promise that a failed write changes nothing. */
#ifndef UTIL_FS_H
#define UTIL_FS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "trammel/err.h"

/*
 * Reads a regular file, a pipe or, for "-", stdin, whole, up to limit bytes. *ret_data is on the
 * heap, NUL-terminated behind *ret_len. Errors name the path; kind TR_ERR_INPUT.
 */
int fs_read(const char *path, size_t limit, char **ret_data, size_t *ret_len, struct tr_err *err);

/*
 * A file that appears whole or not at all: written beside its place as ".NAME.XXXXXX", fsynced and
 * renamed on commit, unlinked on release. "-" is stdout: buffered and written at commit. What is
 * there and no regular file (/dev/null, a pipe) is written to as it is.
 * Use: fs_out_open; fputs(..., out.f); fs_out_commit. fs_out_release always, it is idempotent.
 */
struct fs_out {
	FILE *f;
	char *path; /* where it will be; NULL for stdout */
	char *tmp; /* NULL for stdout and special files */
	char *mem; /* stdout's buffer */
	size_t mem_len;
};

int fs_out_open(struct fs_out *out, const char *path, mode_t mode, struct tr_err *err);
int fs_out_commit(struct fs_out *out, struct tr_err *err);
/*
 * Commits all or none: each is whole on the disk before the first is renamed, and if a rename fails, those
 * before it are taken back. For files in directories, not "-" nor special ones.
 */
int fs_out_commit_all(struct fs_out *outs, size_t n, struct tr_err *err);
void fs_out_release(struct fs_out *out);

/* Whether fs_out_open would write into it rather than replace it: "-", a device, a pipe. */
bool fs_is_special(const char *path);

/*
 * Whom files and commands belong to: under sudo the caller (SUDO_UID, SUDO_GID), else ourselves.
 * fs_out_commit gives its file to that user.
 */
struct fs_owner {
	uid_t uid;
	gid_t gid;
	int is_sudo; /* 1 if it differs from the effective user */
};
struct fs_owner fs_owner(void);

/* write(2) until all is written. Returns 0 or -errno. */
int fs_write_all(int fd, const void *data, size_t len);

#endif
