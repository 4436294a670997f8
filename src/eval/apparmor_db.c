// SPDX-License-Identifier: Apache-2.0
/*
 * A set of rules off the stream, in the order of policy_unpack.c: unpack_pdb, and what its states
 * permit: policy_compat.c for the packed forms, lib.c and file.c (aa_lookup_perms,
 * aa_lookup_condperms) for those in a table.
 */
#include "eval/apparmor_db.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

#define POLICY_VERSION_MASK 0x3ffu
#define XBITS_VERSION	    9 /* the exec bits of packed rules are permissions from here on */
#define ACCEPT_OWNER	    1u /* of the second word, where the first is an index */

void aa_db_free(struct tr_aa_db *db)
{
	if (!db)
		return;
	aa_dfa_release(&db->dfa);
	for (uint32_t i = 0; i < db->n_names; i++)
		free(db->names[i]);
	free(db->names);
	free(db->perms);
	free(db);
}

static int bad(struct tr_err *err, const char *what)
{
	return tr_err_set(err, TR_ERR_INPUT, "%s", what);
}

/* An entry: 14 words, of which the first is not used. */
static bool take_perms(struct aa_stream *s, struct aa_perms *ret)
{
	uint32_t word[14];

	for (size_t i = 0; i < TR_ARRAY_SIZE(word); i++)
		if (!aa_take_u32(s, NULL, &word[i]))
			return false;
	*ret = (struct aa_perms){ .allow = word[1],
				  .deny = word[2],
				  .audit = word[8],
				  .quiet = word[9],
				  .xindex = word[11] };
	return true;
}

static int take_perms_table(struct tr_aa_db *db, struct aa_stream *s, struct tr_err *err)
{
	uint32_t version;
	uint16_t n;

	if (!aa_take(s, AA_STRUCT, "perms"))
		return 0;
	if (!aa_take_u32(s, "version", &version) || version != 1 || !aa_take_array(s, NULL, &n))
		return bad(err, "its table of permissions is of no known form");
	db->perms = tr_xcalloc((size_t)n + 1, sizeof(*db->perms));
	db->n_perms = n;
	for (uint32_t i = 0; i < n; i++)
		if (!take_perms(s, &db->perms[i]))
			return bad(err, "its table of permissions is cut off");
	if (!aa_take(s, AA_ARRAYEND, NULL) || !aa_take(s, AA_STRUCTEND, NULL))
		return bad(err, "its table of permissions has no end");
	return 1;
}

/* The automaton's own data begin at a multiple of 8 of the stream. */
static int take_dfa(struct tr_aa_db *db, struct aa_stream *s, bool with_accept2, struct tr_err *err)
{
	const uint8_t *blob;
	size_t len, at, pad;

	if (!aa_take_blob(s, "aadfa", &blob, &len) || len == 0)
		return 0;
	at = (size_t)(blob - s->start) - ((size_t)(s->pos - s->start) & 7);
	pad = (8 - (at & 7)) & 7;
	if (pad > len)
		return bad(err, "its automaton is cut off");
	return aa_dfa_read(&db->dfa, blob + pad, len - pad, with_accept2, err) < 0 ? -1 : 1;
}

/* A name has no NUL inside, but one that begins with the ":" of a namespace has one, for its second. */
static bool name_fits(char *name, size_t len)
{
	char *nul = memchr(name, '\0', len - 1);

	if (isspace((unsigned char)*name) || (*name == ':' && !name[1]))
		return false;
	if (!nul)
		return true;
	if (*name != ':' || memchr(nul + 1, '\0', len - 1 - (size_t)(nul + 1 - name)))
		return false;
	*nul = ':';
	return true;
}

static int take_names(struct tr_aa_db *db, struct aa_stream *s, struct tr_err *err)
{
	uint16_t n;

	if (!aa_take(s, AA_STRUCT, "xtable"))
		return 0;
	if (!aa_take_array(s, NULL, &n))
		return bad(err, "its table of names is of no known form");
	db->names = tr_xcalloc((size_t)n + 1, sizeof(*db->names));
	for (; db->n_names < n; db->n_names++) {
		const char *text;
		size_t len;
		char *name;

		if (!aa_take_string(s, NULL, &text, &len))
			return bad(err, "its table of names is cut off");
		db->names[db->n_names] = name = tr_xmalloc(len);
		memcpy(name, text, len);
		if (!name_fits(name, len)) {
			free(name);
			return bad(err, "its table of names has one that is none");
		}
	}
	if (!aa_take(s, AA_ARRAYEND, NULL) || !aa_take(s, AA_STRUCTEND, NULL))
		return bad(err, "its table of names has no end");
	return 0;
}

static enum aa_packing packing_of(const struct tr_aa_db *db, enum aa_db_use use, bool by_state)
{
	if (!db->perms)
		return use == AA_DB_FILE ? AA_PACKED_FILE : AA_PACKED_RULES;
	if (by_state)
		return AA_INDEXED_PAIRS;
	return use == AA_DB_FILE ? AA_INDEXED_ALL_PAIRS : AA_INDEXED;
}

static int check_indices(const struct tr_aa_db *db, struct tr_err *err)
{
	const struct aa_dfa *d = &db->dfa;

	for (uint32_t i = 0; db->perms && i < d->n_states; i++) {
		bool pair = db->packing == AA_INDEXED_ALL_PAIRS ||
			    (db->packing == AA_INDEXED_PAIRS && (d->accept2[i] & ACCEPT_OWNER));

		if (d->accept[i] >= db->n_perms || db->n_perms - d->accept[i] <= (uint32_t)pair)
			return bad(err, "its automaton counts permissions that are not there");
	}
	for (uint32_t i = 0; i < db->n_perms; i++)
		if (db->perms[i].allow & db->perms[i].deny)
			return bad(err, "it allows and denies the same");
	if (db->start >= d->n_states || db->file_start >= d->n_states)
		return bad(err, "its automaton starts outside");
	return 0;
}

static int read_db(struct tr_aa_db *db, struct aa_stream *s, enum aa_db_use use, struct tr_err *err)
{
	int has_perms = take_perms_table(db, s, err), has_dfa;
	uint32_t version = 0;
	bool by_state;

	if (has_perms < 0)
		return -1;
	by_state = has_perms && aa_take_u32(s, "permsv", &version) && version > 2;
	has_dfa = take_dfa(db, s, !has_perms || by_state, err);
	if (has_dfa <= 0)
		return has_dfa;
	if (!aa_take_u32(s, "start", &db->start))
		db->start = AA_START;
	if (!aa_take_u32(s, "dfa_start", &db->file_start))
		db->file_start = AA_START;
	if (take_names(db, s, err) < 0)
		return -1;
	db->packing = packing_of(db, use, by_state);
	return check_indices(db, err) < 0 ? -1 : 1;
}

int aa_db_read(struct tr_aa_db **ret, struct aa_stream *s, enum aa_db_use use, uint32_t version,
	       struct tr_err *err)
{
	struct tr_aa_db *db = tr_xcalloc(1, sizeof(*db));
	int rc;

	db->version = version & POLICY_VERSION_MASK;
	rc = read_db(db, s, use, err);
	*ret = rc > 0 ? db : NULL;
	if (rc <= 0)
		aa_db_free(db);
	return rc < 0 ? -1 : 0;
}

/* Of 7 bits: x, w, r, a, and l, k, m. */
static uint32_t file_perms(uint32_t old)
{
	uint32_t perms = old & 0xf;

	if (old & TR_AA_READ)
		perms |= TR_AA_GETATTR | TR_AA_OPEN;
	if (old & TR_AA_WRITE)
		perms |= TR_AA_SETATTR | TR_AA_CREATE | TR_AA_DELETE | TR_AA_CHMOD | TR_AA_CHOWN |
			 TR_AA_OPEN;
	if (old & 0x10)
		perms |= TR_AA_LINK;
	if (old & 0x20) /* of the second half of a link's pair: the subset test */
		perms |= TR_AA_LOCK;
	if (old & 0x40)
		perms |= TR_AA_MMAP_EXEC;
	return perms;
}

static uint32_t exec_index(uint32_t half)
{
	uint32_t type = half >> 10 & 0xf, index = 0;

	if (half & 0x80)
		index |= AA_X_UNCONFINED;
	if (half & 0x100)
		index |= AA_X_UNSAFE;
	if (half & 0x200)
		index |= AA_X_INHERIT;
	switch (type) {
	case 0:
		return index;
	case 1:
		return index | AA_X_UNCONFINED;
	case 2:
		return index | AA_X_NAME;
	case 3:
		return index | AA_X_NAME | AA_X_CHILD;
	default:
		return index | AA_X_TABLE | (type - 4);
	}
}

static struct aa_perms packed_file(const struct tr_aa_db *db, uint32_t state, bool owner)
{
	uint32_t accept = db->dfa.accept[state], accept2 = db->dfa.accept2[state];
	unsigned shift = owner ? 0 : 14;
	struct aa_perms p = {
		.allow = file_perms(accept >> shift & 0x7f) | TR_AA_GETATTR,
		.audit = file_perms(accept2 >> shift & 0x7f),
		.quiet = file_perms(accept2 >> (shift + 7) & 0x7f),
		.xindex = exec_index(accept >> shift & 0x3fff),
	};

	if (accept & 0x80000000u)
		p.allow |= TR_AA_CHANGE_PROFILE;
	if (accept & 0x40000000u)
		p.allow |= TR_AA_ONEXEC;
	return p;
}

/* The other half's 7 bits, where they went. */
static uint32_t upper(uint32_t x)
{
	return (x & 0x3) << 8 | (x & 0x1c) << 18 | (x & 0x60) << 19;
}

static uint32_t xbits(uint32_t x)
{
	return (x & 0x1) << 7 | (x & 0x7e) << 9;
}

static struct aa_perms packed_rules(const struct tr_aa_db *db, uint32_t state)
{
	uint32_t accept = db->dfa.accept[state], accept2 = db->dfa.accept2[state];
	struct aa_perms p = { 0 };

	if (state == AA_NOMATCH)
		return p;
	p.allow = (accept & 0x8000007fu) | upper(accept >> 14 & 0x7f);
	p.audit = (accept2 & 0x7f) | upper(accept2 >> 14 & 0x7f);
	p.quiet = (accept2 >> 7 & 0x7f) | upper(accept2 >> 14 & 0x7f);
	if (db->version < XBITS_VERSION) {
		p.allow |= TR_AA_LOCK;
	} else {
		p.allow |= xbits(accept >> 7 & 0x7f);
		p.quiet |= xbits(accept2 >> 21 & 0x7f);
	}
	return p;
}

struct aa_perms aa_db_perms(const struct tr_aa_db *db, uint32_t state, bool owner)
{
	uint32_t at = db->dfa.accept[state];

	switch (db->packing) {
	case AA_PACKED_FILE:
		return packed_file(db, state, owner);
	case AA_PACKED_RULES:
		return packed_rules(db, state);
	case AA_INDEXED:
		break;
	case AA_INDEXED_PAIRS:
		if (!owner && (db->dfa.accept2[state] & ACCEPT_OWNER))
			at++;
		break;
	case AA_INDEXED_ALL_PAIRS:
		if (!owner)
			at++;
		break;
	}
	return db->perms[at];
}
