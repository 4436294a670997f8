// SPDX-License-Identifier: Apache-2.0
#include "util/yaml.h"

#include <stdbool.h>
#include <string.h>
#include <yaml.h>

#include "util/strbuf.h"

#define MAX_DEPTH 32 /* as json_parse */

struct level {
	bool mapping, wants_value; /* behind a key */
	size_t n;
};

struct converter {
	yaml_parser_t parser;
	const char *name;
	struct tr_err *err;
	struct strbuf out;
	size_t line; /* that out is on, from 0 */
	struct level level[MAX_DEPTH];
	size_t depth;
};

static int bad(struct converter *c, const yaml_mark_t *at, const char *what)
{
	return tr_err_set(c->err, TR_ERR_INPUT, "%s:%zu: not YAML that is read here: %s", c->name,
			  at->line + 1, what);
}

static void add_string(struct strbuf *sb, const char *s, size_t len)
{
	strbuf_addc(sb, '"');
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"' || s[i] == '\\')
			strbuf_addf(sb, "\\%c", s[i]);
		else if ((unsigned char)s[i] < 0x20)
			strbuf_addf(sb, "\\u%04x", (unsigned)s[i]);
		else
			strbuf_addc(sb, s[i]);
	}
	strbuf_addc(sb, '"');
}

/* JSON's whole numbers: no sign but '-', no leading zeros (which YAML 1.1 took for octal). */
static bool is_number(const char *s, size_t len)
{
	size_t i = len && *s == '-';

	if (i == len || (s[i] == '0' && len > i + 1))
		return false;
	for (; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

static void add_scalar(struct strbuf *sb, const yaml_event_t *e, bool key)
{
	const char *s = (const char *)e->data.scalar.value;
	size_t len = e->data.scalar.length;
	bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !key;

	if (plain && (!len || !strcmp(s, "~") || !strcmp(s, "null")))
		strbuf_adds(sb, "null");
	else if (plain && (!strcmp(s, "true") || !strcmp(s, "false") || is_number(s, len)))
		strbuf_add(sb, s, len);
	else
		add_string(sb, s, len);
}

/* What stands before a value or a key: line breaks, and a comma or a colon. */
static void begin(struct converter *c, const yaml_event_t *e)
{
	struct level *up = c->depth ? &c->level[c->depth - 1] : NULL;

	if (up && up->wants_value)
		strbuf_addc(&c->out, ':');
	else if (up && up->n++)
		strbuf_addc(&c->out, ',');
	for (; c->line < e->start_mark.line; c->line++)
		strbuf_addc(&c->out, '\n');
	if (up && up->mapping)
		up->wants_value = !up->wants_value;
}

static int scalar(struct converter *c, const yaml_event_t *e)
{
	bool key;

	if (e->data.scalar.tag && !e->data.scalar.plain_implicit && !e->data.scalar.quoted_implicit)
		return bad(c, &e->start_mark, "a tag");
	begin(c, e);
	key = c->depth && c->level[c->depth - 1].wants_value;
	add_scalar(&c->out, e, key);
	return 0;
}

static int collection(struct converter *c, const yaml_event_t *e, bool mapping)
{
	bool as_key =
		c->depth && c->level[c->depth - 1].mapping && !c->level[c->depth - 1].wants_value;
	bool tagged = mapping ? e->data.mapping_start.tag && !e->data.mapping_start.implicit :
				e->data.sequence_start.tag && !e->data.sequence_start.implicit;

	if (as_key)
		return bad(c, &e->start_mark, "a key that is no scalar");
	if (tagged)
		return bad(c, &e->start_mark, "a tag");
	if (c->depth == MAX_DEPTH)
		return bad(c, &e->start_mark, "nested too deep");
	begin(c, e);
	strbuf_addc(&c->out, mapping ? '{' : '[');
	c->level[c->depth++] = (struct level){ .mapping = mapping };
	return 0;
}

static int end(struct converter *c)
{
	strbuf_addc(&c->out, c->level[--c->depth].mapping ? '}' : ']');
	return 0;
}

/* One event of the wanted document; 1 at its end. */
static int convert(struct converter *c, const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT:
		return scalar(c, e);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return collection(c, e, e->type == YAML_MAPPING_START_EVENT);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return end(c);
	case YAML_ALIAS_EVENT:
		return bad(c, &e->start_mark, "an alias");
	default:
		return e->type == YAML_DOCUMENT_END_EVENT;
	}
}

static int next(struct converter *c, yaml_event_t *e)
{
	if (yaml_parser_parse(&c->parser, e))
		return 0;
	return bad(c, &c->parser.problem_mark,
		   c->parser.problem ? c->parser.problem : "it cannot be read");
}

/* Goes through the events; documents before the wanted one are only counted. */
static int run(struct converter *c, size_t document)
{
	size_t seen = 0;
	int r = 0;

	while (r == 0) {
		yaml_event_t e;
		bool at_end;

		if (next(c, &e) < 0)
			return -1;
		at_end = e.type == YAML_STREAM_END_EVENT;
		seen += e.type == YAML_DOCUMENT_START_EVENT;
		if (!at_end && seen == document + 1)
			r = convert(c, &e);
		yaml_event_delete(&e);
		if (at_end)
			return 0;
	}
	return r;
}

int yaml_to_json(const char *text, size_t len, const char *name, size_t document, char **ret,
		 size_t *ret_len, struct tr_err *err)
{
	struct converter c = { .name = name, .err = err };
	int r;

	if (!yaml_parser_initialize(&c.parser))
		return tr_err_set(err, TR_ERR_CANNOT, "%s: libyaml cannot start", name);
	yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&c.parser, (const unsigned char *)text, len);
	r = run(&c, document);
	yaml_parser_delete(&c.parser);
	if (r > 0) {
		*ret_len = c.out.len;
		*ret = strbuf_detach(&c.out);
	}
	strbuf_release(&c.out);
	return r;
}
