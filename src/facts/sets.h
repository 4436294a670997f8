/* SPDX-License-Identifier: Apache-2.0 */
/* What readers and merges need of the sets beyond adding one at a time: all of it linear. */
#ifndef FACTS_SETS_H
#define FACTS_SETS_H

#include "trammel/facts.h"

/* Appends without looking; the set is one again only after *_settle. */
void u32set_append(struct tr_u32set *s, uint32_t v);
void strset_append(struct tr_strset *s, char *v); /* takes v */
/* Sorts and drops duplicates. */
void u32set_settle(struct tr_u32set *s);
void strset_settle(struct tr_strset *s);

/* Union of src into dst. */
void u32set_union(struct tr_u32set *dst, const struct tr_u32set *src);
void strset_union(struct tr_strset *dst, const struct tr_strset *src);

struct tr_u32set u32set_copy(const struct tr_u32set *s);
struct tr_strset strset_copy(const struct tr_strset *s);

/* Keeps the first max elements. */
void strset_cut(struct tr_strset *s, size_t max);

#endif
