// SPDX-License-Identifier: Apache-2.0
/* All paths of a profile at once: its states, each with a shortest path to it. */
#include <stdlib.h>
#include <string.h>

#include "eval/apparmor_ask.h"
#include "util/mem.h"

/* From which state, by which byte, a state was first reached. */
struct step {
	uint32_t from;
	uint8_t byte;
	bool seen;
};

struct search {
	const struct aa_dfa *d;
	struct step *steps;
	uint32_t *queue, head, tail;
	/* A byte for each class: others lead where it does. */
	uint8_t bytes[256];
	size_t n_bytes;
};

/* Printable ones first, so that the path is one to read. */
static void choose_bytes(struct search *s)
{
	bool taken[256] = { false };

	for (int round = 0; round < 3; round++)
		for (unsigned b = 1; b < 256; b++) {
			bool letter = (b >= 'a' && b <= 'z') || b == '/';
			bool plain = b > ' ' && b < 127;

			if (taken[s->d->class[b]] || (round == 0 && !letter) ||
			    (round == 1 && !plain))
				continue;
			taken[s->d->class[b]] = true;
			s->bytes[s->n_bytes++] = (uint8_t)b;
		}
}

static void reach(struct search *s, uint32_t from, uint8_t byte)
{
	uint32_t to = aa_dfa_next(s->d, from, byte);

	if (to == AA_NOMATCH || s->steps[to].seen)
		return;
	s->steps[to] = (struct step){ from, byte, true };
	s->queue[s->tail++] = to;
}

/* Written from its end into buf, of n_states + 1 bytes: no shortest path is longer. */
static const char *path_to(const struct search *s, uint32_t start, uint32_t state, char *buf,
			   size_t *ret_len)
{
	char *p = buf + s->d->n_states;

	for (*p = '\0'; state != start; state = s->steps[state].from)
		*--p = (char)s->steps[state].byte;
	*ret_len = (size_t)(buf + s->d->n_states - p);
	return p;
}

void tr_aa_each_path(const struct tr_aa_profile *p,
		     bool (*fn)(const char *path, size_t len, const struct tr_aa_perms *owner,
				const struct tr_aa_perms *other, void *arg),
		     void *arg)
{
	struct search s = { 0 };
	tr_cleanup_free char *buf = NULL;
	uint32_t start, state;
	bool more = true;

	if (!p->file)
		return;
	s.d = &p->file->dfa;
	start = aa_file_start(p);
	s.steps = tr_xcalloc(s.d->n_states, sizeof(*s.steps));
	s.queue = tr_xcalloc(s.d->n_states, sizeof(*s.queue));
	buf = tr_xmalloc((size_t)s.d->n_states + 1);
	choose_bytes(&s);
	if (start != AA_NOMATCH) {
		s.steps[start].seen = true;
		s.queue[s.tail++] = start;
	}
	while (more && s.head < s.tail) {
		struct tr_aa_perms owner, other;
		const char *path;
		size_t len;

		state = s.queue[s.head++];
		aa_file_perms(p, state, true, &owner);
		aa_file_perms(p, state, false, &other);
		path = path_to(&s, start, state, buf, &len);
		more = fn(path, len, &owner, &other, arg);
		for (size_t i = 0; i < s.n_bytes; i++)
			reach(&s, state, s.bytes[i]);
	}
	free(s.steps);
	free(s.queue);
}
