/* SPDX-License-Identifier: Apache-2.0 */
/* The names in a tar archive, as it comes by: nothing of the files' contents is kept. */
#ifndef TRACE_TAR_H
#define TRACE_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trammel/err.h"
#include "util/strbuf.h"

#define TAR_BLOCK 512

/* A member: its name as it stands there, its type flag ('0', '5', ...) and its mode. */
typedef void tar_member_fn(const char *name, char type, unsigned mode, void *arg);

struct tar {
	tar_member_fn *member;
	void *arg;
	char block[TAR_BLOCK];
	size_t have; /* bytes of it */
	uint64_t left; /* of the member that is gone through, padding included */
	uint64_t more; /* of these, what belongs to `about` */
	struct strbuf about; /* what is said of the next member: its name, pax records */
	char about_type; /* 0: nothing */
	char *name; /* of the next member, where it was said so */
	bool has_size, done;
	uint64_t size; /* the same */
};

/* Whether a file that begins so is an archive. */
bool tar_is(const char *block, size_t len);
/* Takes the next bytes. Kind TR_ERR_INPUT for what is no archive, or one that is damaged. */
int tar_feed(struct tar *t, const char *data, size_t len, struct tr_err *err);
/* There are no more: an archive that has no end yet is an error. */
int tar_end(const struct tar *t, struct tr_err *err);
void tar_release(struct tar *t);

#endif
