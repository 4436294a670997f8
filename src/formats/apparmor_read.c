// SPDX-License-Identifier: Apache-2.0
/*
 * Profiles as text: apparmor.d(5). What is read is hostile: everything in it has a bound. What it includes is
 * read where apparmor_parser would, from regular files only.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/apparmor_rule.h"
#include "tables/data.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/text.h"

#define MAX_TEXT     ((size_t)16 << 20) /* of one file */
#define MAX_ALL	     ((size_t)64 << 20) /* of all that are included */
#define MAX_INCLUDES 1000
#define MAX_NESTED   16 /* includes, and profiles, in each other */
#define MAX_LINES    100000 /* rules, of all profiles together */
#define MAX_NAME     4096
#define MAX_WORK     ((size_t)64 << 20) /* bytes of patterns, with the values of variables in them */

struct reader {
	struct tr_apparmor_document d;
	struct aa_variables vars;
	struct strbuf preamble;
	const char *base; /* NULL: nothing is included */
	size_t n_includes, n_bytes, n_lines;
	struct tr_err *err;
};

static const size_t no_section = SIZE_MAX;

/* What ends: the file, or the block of a profile, which does where its brace is closed. */
enum items {
	OF_FILE,
	OF_BLOCK,
};

static int read_items(struct reader *r, struct aa_source *s, size_t section, unsigned nested,
		      enum items items);

static int fail(struct reader *r, const struct aa_source *s, unsigned line, const char *expected,
		const char *found)
{
	tr_cleanup_free char *safe = text_escaped(found);

	return tr_err_set(r->err, TR_ERR_INPUT, "%s:%u: expected %s, found '%.80s'", s->name, line,
			  expected, safe);
}

static int too_much(struct reader *r, const struct aa_source *s, unsigned line, const char *what)
{
	return tr_err_set(r->err, TR_ERR_INPUT, "%s:%u: %s", s->name, line, what);
}

/* A line that is left to the compiler: of the section, or of the preamble. */
static void leave(struct reader *r, size_t section, const struct aa_source *s, unsigned line,
		  const char *text, const char *why)
{
	struct tr_apparmor_section *to;

	if (section == no_section) {
		aa_line_left(&r->d.left, &r->d.n_left, &r->d.cap_left, s->name, line, text, why);
		return;
	}
	to = &r->d.v[section];
	aa_line_left(&to->lines, &to->n_lines, &to->cap_lines, s->name, line, text, why);
}

static const char *add_file_name(struct reader *r, const char *name)
{
	r->d.files = tr_grow(r->d.files, &r->d.cap_files, r->d.n_files, sizeof(*r->d.files));
	r->d.files[r->d.n_files++] = tr_xstrdup(name);
	return r->d.files[r->d.n_files - 1];
}

/* Includes */

static int include_file(struct reader *r, const struct aa_source *from, unsigned line,
			const char *path, size_t section, unsigned nested)
{
	tr_cleanup_free char *text = NULL;
	struct aa_source s = { .line = 1 };
	size_t len;

	if (++r->n_includes > MAX_INCLUDES || nested >= MAX_NESTED)
		return too_much(r, from, line, "expected fewer includes, or fewer in each other");
	if (fs_read(path, MAX_TEXT, &text, &len, r->err) < 0)
		return tr_err_wrap(r->err, "%s:%u", from->name, line);
	r->n_bytes += len;
	if (r->n_bytes > MAX_ALL)
		return too_much(r, from, line, "expected at most 64 MiB of includes");
	s.name = add_file_name(r, path);
	s.p = text;
	s.end = text + len;
	return read_items(r, &s, section, nested + 1, OF_FILE);
}

/* As the parser: neither hidden files nor what packaging leaves behind. */
static int is_included(const struct dirent *e)
{
	static const char *const left_behind[] = { ".dpkg-new", ".dpkg-old", ".dpkg-dist",
						   ".dpkg-bak", ".rpmnew",   ".rpmsave",
						   ".pacsave",	".pacnew",   ".orig",
						   ".rej",	"~" };
	size_t n = strlen(e->d_name);

	for (size_t i = 0; i < TR_ARRAY_SIZE(left_behind); i++) {
		size_t k = strlen(left_behind[i]);

		if (n >= k && !strcmp(e->d_name + n - k, left_behind[i]))
			return 0;
	}
	return e->d_name[0] != '.' && strcmp(e->d_name, "README") != 0;
}

static int include_directory(struct reader *r, const struct aa_source *from, unsigned line,
			     const char *path, size_t section, unsigned nested)
{
	struct dirent **names;
	int n = scandir(path, &names, is_included, alphasort), rc = 0;

	if (n < 0)
		return too_much(r, from, line, "expected a directory that can be read");
	for (int i = 0; i < n; i++) {
		tr_cleanup_free char *file = tr_xasprintf("%s/%s", path, names[i]->d_name);
		struct stat st;

		if (rc == 0 && !stat(file, &st) && S_ISREG(st.st_mode))
			rc = include_file(r, from, line, file, section, nested);
		free(names[i]);
	}
	free(names);
	return rc;
}

/* "<abstractions/base>", "\"local/x\"", "/etc/x"; NULL: it is not looked for. */
static char *include_path(const struct reader *r, const struct aa_word *w)
{
	size_t n = strlen(w->text);

	if (!r->base || !n)
		return NULL;
	if (w->kind == AA_WORD_BARE && w->text[0] == '<' && w->text[n - 1] == '>')
		return tr_xasprintf("%s/%.*s", r->base, (int)n - 2, w->text + 1);
	return w->text[0] == '/' ? tr_xstrdup(w->text) : tr_xasprintf("%s/%s", r->base, w->text);
}

static int read_include(struct reader *r, struct aa_source *s, const struct aa_statement *st,
			size_t section, unsigned nested)
{
	bool if_exists =
		st->n > 2 && !strcmp(st->v[1].text, "if") && !strcmp(st->v[2].text, "exists");
	tr_cleanup_free char *path = NULL;
	const struct aa_word *w = st->n == (if_exists ? 4 : 2) ? &st->v[st->n - 1] : NULL;
	struct stat sb;

	if (!w)
		return fail(r, s, st->line, "include [if exists] <FILE>", strbuf_str(&st->text));
	if (section == no_section) {
		strbuf_adds(&r->preamble, strbuf_str(&st->text));
		strbuf_addc(&r->preamble, '\n');
	}
	path = include_path(r, w);
	if (path && !stat(path, &sb)) {
		if (S_ISREG(sb.st_mode))
			return include_file(r, s, st->line, path, section, nested);
		if (S_ISDIR(sb.st_mode))
			return include_directory(r, s, st->line, path, section, nested);
	}
	if (!if_exists || !path)
		leave(r, section, s, st->line, strbuf_str(&st->text),
		      path ? "an include that is not here" :
			     "an include, which was not looked for");
	return 0;
}

/* The preamble */

static struct aa_variable *variable(struct reader *r, const char *name, size_t len)
{
	struct aa_variables *vars = &r->vars;

	for (size_t i = 0; i < vars->n; i++)
		if (strlen(vars->v[i].name) == len && !strncmp(vars->v[i].name, name, len))
			return &vars->v[i];
	vars->v = tr_grow(vars->v, &vars->cap, vars->n, sizeof(*vars->v));
	vars->v[vars->n] = (struct aa_variable){ .name = tr_xstrndup(name, len) };
	return &vars->v[vars->n++];
}

static void add_value(struct aa_variable *var, const char *value)
{
	var->v = tr_grow(var->v, &var->cap, var->n, sizeof(*var->v));
	var->v[var->n++] = tr_xstrdup(value);
}

/* @{NAME} = VALUE..., or +=. What only conditions use ($NAME) is left with them. */
static int read_variable(struct reader *r, struct aa_source *s, const struct aa_statement *st)
{
	const char *first = st->v[0].text, *close = strchr(first, '}'), *rest;
	struct aa_variable *var;
	size_t at = 1;

	strbuf_adds(&r->preamble, strbuf_str(&st->text));
	strbuf_addc(&r->preamble, '\n');
	if (first[0] == '$')
		return 0;
	if (strncmp(first, "@{", 2) != 0 || !close || close == first + 2)
		return fail(r, s, st->line, "@{NAME} = VALUE", strbuf_str(&st->text));
	rest = close + 1;
	if (!*rest && st->n > 1)
		rest = st->v[at++].text;
	rest += *rest == '+';
	if (*rest != '=')
		return fail(r, s, st->line, "'=' or '+=' behind a variable", rest);
	if (r->vars.n >= 10000)
		return too_much(r, s, st->line, "expected at most 10000 variables");
	var = variable(r, first + 2, (size_t)(close - first - 2));
	if (rest[1])
		add_value(var, rest + 1);
	for (; at < st->n; at++)
		add_value(var, st->v[at].text);
	return var->n ? 0 : fail(r, s, st->line, "a value", strbuf_str(&st->text));
}

static int read_preamble_rule(struct reader *r, struct aa_source *s, const struct aa_statement *st)
{
	const char *first = st->v[0].text;
	bool is_abi = !strcmp(first, "abi"), is_alias = !strcmp(first, "alias");

	if (st->v[0].kind != AA_WORD_BARE || (!is_abi && !is_alias))
		return fail(r, s, st->line, "a profile, 'abi', 'include', 'alias' or a variable",
			    strbuf_str(&st->text));
	strbuf_adds(&r->preamble, strbuf_str(&st->text));
	strbuf_addc(&r->preamble, '\n');
	r->d.has_abi |= is_abi;
	if (is_alias)
		leave(r, no_section, s, st->line, strbuf_str(&st->text),
		      "an alias, which makes other rules of rules");
	return 0;
}

/* Profiles */

static char *plain_name(const char *text)
{
	char *name = aa_glob_literal(text);

	return name ? name : tr_xstrdup(text);
}

/* What is behind the name: the programs it is put on, flags=(...), xattrs=(...). */
static int read_header(struct reader *r, struct aa_source *s, const struct aa_statement *st,
		       size_t at, struct tr_apparmor_section *to)
{
	for (; at < st->n; at++) {
		const struct aa_word *w = &st->v[at];
		bool flags = w->kind == AA_WORD_BARE && !strcmp(w->text, "flags=");
		bool xattrs = w->kind == AA_WORD_BARE && !strcmp(w->text, "xattrs=");

		if (flags || xattrs) {
			if (++at == st->n || st->v[at].kind != AA_WORD_LIST)
				return fail(r, s, st->line, "'(' behind '='",
					    strbuf_str(&st->text));
			if (flags && !to->flags)
				to->flags = tr_xstrdup(st->v[at].text);
		} else if (w->kind == AA_WORD_LIST && !to->flags) {
			/* As older texts have them: PROFILE (FLAGS) { */
			to->flags = tr_xstrdup(w->text);
		} else if (!to->attach && w->kind != AA_WORD_LIST && !strchr(w->text, '=')) {
			to->attach = tr_xstrdup(w->text);
		} else {
			return fail(r, s, st->line,
				    "flags=(...), a path or '{' behind a profile's name", w->text);
		}
	}
	return 0;
}

static int read_section(struct reader *r, struct aa_source *s, const struct aa_statement *st,
			size_t at, size_t parent, unsigned nested)
{
	struct tr_apparmor_section *to;
	const struct aa_word *w = at < st->n ? &st->v[at] : NULL;
	tr_cleanup_free char *own = NULL;
	size_t index = r->d.n;

	if (!w || w->kind == AA_WORD_LIST || !*w->text || strlen(w->text) > MAX_NAME)
		return fail(r, s, st->line, "a profile's name", strbuf_str(&st->text));
	if (nested >= MAX_NESTED || r->d.n >= MAX_LINES)
		return too_much(r, s, st->line, "expected fewer profiles, or fewer in each other");
	own = plain_name(w->text + (w->text[0] == '^' && w->text[1]));
	r->d.v = tr_grow(r->d.v, &r->d.cap, r->d.n, sizeof(*r->d.v));
	to = &r->d.v[r->d.n++];
	*to = (struct tr_apparmor_section){ .line = st->line };
	tr_apparmor_init(&to->rules);
	to->rules.name = parent == no_section ?
				 tr_xstrdup(own) :
				 tr_xasprintf("%s//%s", r->d.v[parent].rules.name, own);
	if (read_header(r, s, st, at + 1, to) < 0)
		return -1;
	return read_items(r, s, index, nested + 1, OF_BLOCK);
}

static bool is_qualifier(const struct aa_word *w)
{
	static const char *const words[] = { "audit", "deny",	"allow", "owner",
					     "other", "prompt", "quiet" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(words); i++)
		if (w->kind == AA_WORD_BARE && !strcmp(w->text, words[i]))
			return true;
	return false;
}

/* "profile NAME", "hat NAME", "^NAME", or a path; the name's word, or SIZE_MAX for what is none. */
static size_t name_of_section(const struct aa_statement *st)
{
	const char *first = st->n ? st->v[0].text : "";

	if (!st->n || st->v[0].kind == AA_WORD_LIST)
		return SIZE_MAX;
	if (st->v[0].kind == AA_WORD_QUOTED)
		return 0;
	if (!strcmp(first, "profile") || !strcmp(first, "hat"))
		return 1;
	return strchr("/^@:", first[0]) ? 0 : SIZE_MAX;
}

static int read_block(struct reader *r, struct aa_source *s, struct aa_statement *st,
		      size_t section, unsigned nested)
{
	const char *first = st->n ? st->v[0].text : "";
	size_t name = name_of_section(st);
	const char *why = NULL;
	int rc;

	if (name != SIZE_MAX)
		return read_section(r, s, st, name, section, nested);
	if (!strcmp(first, "if") || !strcmp(first, "else"))
		why = "a condition";
	else if (st->n && is_qualifier(&st->v[0]) && section != no_section)
		why = "a block of rules";
	if (!why)
		return fail(r, s, st->line, "a profile's name", st->n ? first : "{");
	rc = aa_source_skip_block(s, &st->text, r->err);
	if (rc == 0)
		leave(r, section, s, st->line, strbuf_str(&st->text), why);
	return rc;
}

static int read_statement(struct reader *r, struct aa_source *s, struct aa_statement *st,
			  size_t section, unsigned nested)
{
	bool include = st->n && st->v[0].kind == AA_WORD_BARE &&
		       (!strcmp(st->v[0].text, "include") || !strcmp(st->v[0].text, "#include"));

	if (++r->n_lines > MAX_LINES)
		return too_much(r, s, st->line, "expected at most 100000 rules");
	if (include && st->end == AA_END_LINE)
		return read_include(r, s, st, section, nested);
	switch (st->end) {
	case AA_END_LINE:
		if (section == no_section)
			return read_variable(r, s, st);
		return fail(r, s, st->line, "a rule (variables stand before profiles)",
			    st->v[0].text);
	case AA_END_OPEN:
		return read_block(r, s, st, section, nested);
	case AA_END_RULE:
		if (section == no_section)
			return read_preamble_rule(r, s, st);
		/* An abi rule may stand at the beginning of what is included. */
		if (st->v[0].kind == AA_WORD_BARE && !strcmp(st->v[0].text, "abi"))
			return 0;
		return aa_rule_read(&r->d.v[section], st, s, &r->vars, r->err);
	case AA_END_CLOSE:
	case AA_END_TEXT:
		break;
	}
	return 0;
}

static int read_items(struct reader *r, struct aa_source *s, size_t section, unsigned nested,
		      enum items items)
{
	const unsigned line = s->line;
	struct aa_statement st;
	enum aa_end end;
	int rc = 0;

	do {
		if (aa_statement_read(&st, s, r->err) < 0)
			return -1;
		end = st.end;
		if (end == AA_END_TEXT && items == OF_BLOCK)
			rc = too_much(r, s, line, "expected '}' for this block, found the end");
		else if (end == AA_END_CLOSE && items == OF_FILE)
			rc = fail(r, s, st.line, "a profile or a rule", "}");
		else
			rc = read_statement(r, s, &st, section, nested);
		aa_statement_release(&st);
	} while (rc == 0 && end != AA_END_TEXT && end != AA_END_CLOSE);
	return rc;
}

int tr_apparmor_parse(struct tr_apparmor_document *ret, const char *text, size_t len,
		      const char *name, const char *base, struct tr_err *err)
{
	struct reader r = { .base = base, .err = err };
	struct aa_source s = { .p = text, .end = text + len, .line = 1 };
	int rc;

	r.vars.budget = MAX_WORK;
	s.name = add_file_name(&r, name);
	rc = read_items(&r, &s, no_section, 0, OF_FILE);
	if (rc == 0 && !r.d.n)
		rc = tr_err_set(err, TR_ERR_INPUT, "%s: expected an AppArmor profile, found none",
				name);
	aa_variables_release(&r.vars);
	r.d.preamble = strbuf_detach(&r.preamble);
	if (rc < 0)
		tr_apparmor_document_release(&r.d);
	else
		*ret = r.d;
	return rc;
}

const char *tr_apparmor_builtin(const char *name, size_t *ret_len)
{
	const struct data_file *file;
	tr_cleanup_free char *path = NULL;

	if (strchr(name, '/'))
		return NULL;
	path = tr_xasprintf("engine/%s.apparmor", name);
	file = data_find(path);
	if (!file)
		return NULL;
	*ret_len = file->size;
	return file->text;
}

int tr_apparmor_read(struct tr_apparmor_document *ret, const char *path, const char *base,
		     struct tr_err *err)
{
	tr_cleanup_free char *text = NULL;
	size_t len;
	const char *own = tr_apparmor_builtin(path, &len);

	if (own)
		return tr_apparmor_parse(ret, own, len, path, base, err);
	if (fs_read(path, MAX_TEXT, &text, &len, err) < 0)
		return -1;
	return tr_apparmor_parse(ret, text, len, strcmp(path, "-") ? path : "standard input", base,
				 err);
}

static void lines_release(struct tr_apparmor_line *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(v[i].text);
		free(v[i].left);
	}
	free(v);
}

void tr_apparmor_document_release(struct tr_apparmor_document *d)
{
	for (size_t i = 0; i < d->n; i++) {
		tr_apparmor_release(&d->v[i].rules);
		lines_release(d->v[i].lines, d->v[i].n_lines);
		free(d->v[i].attach);
		free(d->v[i].flags);
	}
	lines_release(d->left, d->n_left);
	for (size_t i = 0; i < d->n_files; i++)
		free(d->files[i]);
	free(d->files);
	free(d->v);
	free(d->preamble);
	memset(d, 0, sizeof(*d));
}

/* The first word that is no comment is one of the language. */
bool tr_apparmor_is_text(const char *text)
{
	static const char *const words[] = { "profile ",  "profile\t", "abi ", "include ",
					     "#include ", "@{",	       "$",    "alias ",
					     "hat ",	  "/",	       "^",    "\"/" };

	for (;;) {
		text += strspn(text, " \t\r\n");
		for (size_t i = 0; i < TR_ARRAY_SIZE(words); i++)
			if (!strncmp(text, words[i], strlen(words[i])))
				return true;
		if (*text != '#')
			return false;
		text += strcspn(text, "\n");
	}
}
