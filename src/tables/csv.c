// SPDX-License-Identifier: Apache-2.0
#include "tables/csv.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"

void csv_init(struct csv *c, const char *text)
{
	memset(c, 0, sizeof(*c));
	c->next = text;
}

/* Takes the quotes off in place; returns what is behind the field. `from` stays ahead of `to`. */
static char *unquote(char *s)
{
	char *to = s, *from = s + 1;

	while (*from && (*from != '"' || from[1] == '"')) {
		from += *from == '"';
		*to++ = *from++;
	}
	from += *from == '"';
	from += strcspn(from, ",");
	*to = '\0';
	return from;
}

static void split(struct csv *c)
{
	char *p = c->row;

	for (;;) {
		char *field = p, *end;
		bool more;

		end = *p == '"' ? unquote(p) : p + strcspn(p, ",");
		more = *end == ',';
		*end = '\0';
		if (c->n < CSV_MAX_FIELDS)
			c->field[c->n++] = field;
		if (!more)
			return;
		p = end + 1;
	}
}

bool csv_next(struct csv *c)
{
	while (*c->next) {
		const char *start = c->next;
		size_t len = strcspn(start, "\n");

		c->next = start + len + (start[len] == '\n');
		c->line++;
		if (!len || *start == '#')
			continue;
		if (!c->header_seen) {
			c->header_seen = true;
			continue;
		}
		free(c->row);
		c->row = tr_xstrndup(start, len);
		memset(c->field, 0, sizeof(c->field));
		c->n = 0;
		split(c);
		return true;
	}
	return false;
}

void csv_release(struct csv *c)
{
	free(c->row);
	memset(c, 0, sizeof(*c));
}
