// SPDX-License-Identifier: Apache-2.0
/* From a word to what it asks about, and back. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#include "check/explain.h"
#include "policy/accept.h"
#include "tables/families.h"
#include "tables/signals.h"
#include "tables/syscalls.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define SUGGESTIONS 5
#define LONGEST	    64 /* names; what is longer is like none */

void explain_whats_release(struct explain_whats *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->v[i].path);
	free(w->v);
	memset(w, 0, sizeof(*w));
}

static void add(struct explain_whats *w, struct explain_what what)
{
	w->v = tr_grow(w->v, &w->cap, w->n, sizeof(*w->v));
	w->v[w->n++] = what;
}

static bool parse_u32(const char *s, uint32_t *ret)
{
	unsigned long long n;
	char *end;

	if (!isdigit((unsigned char)*s))
		return false;
	errno = 0;
	n = strtoull(s, &end, 0);
	if (errno || *end || n > UINT32_MAX)
		return false;
	*ret = (uint32_t)n;
	return true;
}

/* One call by its number in one ABI. */
static void add_number(struct explain_whats *w, int abi, uint32_t nr)
{
	const char *name = syscall_name((enum tr_abi)abi, nr);

	add(w,
	    (struct explain_what){ .kind = TR_FACT_SYSCALL, .abi = abi, .name = name, .nr = nr });
}

static bool take_syscall(struct explain_whats *w, const char *name, int abi)
{
	int at = syscall_index(name);

	if (at < 0 || (abi >= 0 && syscall_number((enum tr_abi)abi, name) < 0))
		return false;
	add(w, (struct explain_what){
		       .kind = TR_FACT_SYSCALL, .abi = abi, .name = syscall_at((size_t)at) });
	return true;
}

struct used_abis {
	unsigned mask;
};

static int note_abi(const struct tr_fact *fact, void *arg)
{
	struct used_abis *u = arg;

	if (fact->kind == TR_FACT_SYSCALL && fact->abi < TR_ABI_MAX)
		u->mask |= 1U << fact->abi;
	return 0;
}

/* A bare number is one of every ABI that was recorded, or, in none, of this machine's. */
static void take_number(struct explain_whats *w, uint32_t nr, const struct tr_facts *facts)
{
	struct used_abis used = { 0 };

	tr_facts_each(facts, note_abi, &used);
	if (!used.mask)
		used.mask = 1U << syscall_native_abi();
	for (int abi = 0; abi < TR_ABI_MAX; abi++)
		if (used.mask >> abi & 1)
			add_number(w, abi, nr);
}

static bool take_cap(struct explain_whats *w, const char *name)
{
	tr_cleanup_free char *full = NULL;
	cap_value_t value;

	full = tr_xasprintf("%s%s", strncasecmp(name, "cap_", 4) ? "cap_" : "", name);
	if (!*name || cap_from_name(full, &value) < 0 || value < 0 || value > 63)
		return false;
	add(w, (struct explain_what){
		       .kind = TR_FACT_CAPABILITY, .abi = -1, .number = (unsigned)value });
	return true;
}

static bool take_family(struct explain_whats *w, const char *name)
{
	uint32_t number;
	int family = family_from_name(name);

	if (family >= 0)
		number = (uint32_t)family;
	else if (!parse_u32(name, &number))
		return false;
	add(w, (struct explain_what){ .kind = TR_FACT_SOCKET, .abi = -1, .number = number });
	return true;
}

/* As a trace and every report spell it, or as it is. */
static void take_path(struct explain_whats *w, enum tr_fact_kind kind, const char *path)
{
	char *plain = strchr(path, '\\') ? text_unescape(path) : NULL;

	add(w, (struct explain_what){
		       .kind = kind, .abi = -1, .path = plain ? plain : tr_xstrdup(path) });
}

static int take_arg(struct explain_whats *w, const char *word, struct tr_err *err)
{
	struct accept fact = { 0 };

	if (accept_parse(&fact, word, err) < 0)
		return -1;
	add(w, (struct explain_what){ .kind = TR_FACT_ARG,
				      .abi = -1,
				      .name = syscall_at(fact.call),
				      .index = fact.index,
				      .value = fact.value });
	return 0;
}

/* Suggestions */

/* How many letters to change, add, drop or swap with their neighbour; both are short. */
static size_t distance(const char *a, const char *b)
{
	size_t row[3][LONGEST + 1], m = strlen(a), n = strlen(b);

	for (size_t k = 0; k <= n; k++)
		row[0][k] = k;
	for (size_t i = 1; i <= m; i++) {
		size_t *now = row[i % 3], *before = row[(i + 2) % 3], *two = row[(i + 1) % 3];

		now[0] = i;
		for (size_t k = 1; k <= n; k++) {
			size_t best = before[k - 1] + (a[i - 1] != b[k - 1]);

			best = before[k] + 1 < best ? before[k] + 1 : best;
			best = now[k - 1] + 1 < best ? now[k - 1] + 1 : best;
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    two[k - 2] + 1 < best)
				best = two[k - 2] + 1;
			now[k] = best;
		}
	}
	return row[m % 3][n];
}

struct likes {
	const char *word; /* in lower case */
	size_t far;
	struct strbuf text;
	size_t n;
};

static void suggest(const char *name, void *arg)
{
	struct likes *l = arg;
	char lower[LONGEST + 1];
	size_t n = strlen(name);

	if (n > LONGEST || l->n == SUGGESTIONS)
		return;
	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	if (distance(l->word, lower) != l->far)
		return;
	strbuf_addf(&l->text, "%s%s", l->n ? ", " : "", name);
	l->n++;
}

static void suggest_all(struct likes *l)
{
	for (size_t i = 0; i < syscall_count(); i++)
		suggest(syscall_at(i), l);
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		char *name = cap_to_name(cap);

		if (name)
			suggest(name, l);
		cap_free(name);
	}
	family_each(suggest, l);
}

/* The nearest come first; in a short word a letter is much. */
static int unknown(const char *word, struct tr_err *err)
{
	tr_cleanup_free char *lower = tr_xstrdup(word);
	struct likes l = { .word = lower };
	size_t len = strlen(word);
	int r;

	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (l.far = 1; len <= LONGEST && l.far <= (len < 5 ? 1 : 2); l.far++)
		suggest_all(&l);
	r = tr_err_set(err, TR_ERR_INPUT,
		       "'%s' is no syscall, capability, address family or path%s%s%s", word,
		       l.n ? ": did you mean " : "", strbuf_str(&l.text), l.n ? "?" : "");
	strbuf_release(&l.text);
	return r;
}

/* Words */

static const struct {
	const char *prefix;
	enum tr_fact_kind kind;
} prefixes[] = {
	{ "syscall:", TR_FACT_SYSCALL },
	{ "file:", TR_FACT_FILE },
	{ "exec:", TR_FACT_EXEC },
	{ "cap:", TR_FACT_CAPABILITY },
	{ "capability:", TR_FACT_CAPABILITY },
	{ "socket:", TR_FACT_SOCKET },
	{ "network:", TR_FACT_SOCKET },
	{ "signal:", TR_FACT_SIGNAL },
	{ "ptrace:", TR_FACT_PTRACE },
	{ "mount:", TR_FACT_MOUNT },
	{ "userns:", TR_FACT_USERNS },
	{ "io_uring:", TR_FACT_IO_URING },
};

/* "TERM", "SIGTERM", "15" */
static bool take_signal(struct explain_whats *w, const char *name)
{
	char buf[SIGNAL_NAME_SIZE];
	uint32_t number = 0;

	if (!parse_u32(name, &number)) {
		const char *known = NULL;

		while (!known && ++number < 65) {
			known = signal_name((int)number, buf);
			if (known && strcasecmp(known, name) != 0 &&
			    strcasecmp(known + strlen("SIG"), name) != 0)
				known = NULL;
		}
		if (!known)
			return false;
	}
	add(w, (struct explain_what){ .kind = TR_FACT_SIGNAL, .abi = -1, .number = number });
	return true;
}

static bool take_op(struct explain_whats *w, enum tr_fact_kind kind, const char *name)
{
	int op = tr_op_from_name(kind, name);

	if (op < 0)
		return false;
	add(w, (struct explain_what){ .kind = kind, .abi = -1, .number = (unsigned)op });
	return true;
}

static bool take_kind(struct explain_whats *w, enum tr_fact_kind kind, const char *word,
		      const struct tr_facts *facts)
{
	uint32_t nr;

	switch (kind) {
	case TR_FACT_FILE:
	case TR_FACT_EXEC:
	case TR_FACT_MOUNT:
		take_path(w, kind, word);
		return *word != '\0';
	case TR_FACT_CAPABILITY:
		return take_cap(w, word);
	case TR_FACT_SOCKET:
	case TR_FACT_NETWORK:
		return take_family(w, word);
	case TR_FACT_SIGNAL:
		return take_signal(w, word);
	case TR_FACT_PTRACE:
	case TR_FACT_IO_URING:
		return take_op(w, kind, word);
	case TR_FACT_USERNS:
		add(w, (struct explain_what){ .kind = kind, .abi = -1 });
		return true;
	case TR_FACT_SYSCALL:
		if (parse_u32(word, &nr))
			take_number(w, nr, facts);
		else
			return take_syscall(w, word, -1);
		return true;
	case TR_FACT_ARG:
	case TR_FACT_MAX:
		break;
	}
	return false;
}

/* "i386:open", "x86_64:59"; false: it is no ABI. */
static bool take_abi(struct explain_whats *w, const char *word, bool *ret_known)
{
	for (int abi = 0; abi < TR_ABI_MAX; abi++) {
		const char *name = tr_abi_name((enum tr_abi)abi);
		size_t len = strlen(name);
		uint32_t nr;

		if (strncmp(word, name, len) != 0 || word[len] != ':')
			continue;
		*ret_known = true;
		if (parse_u32(word + len + 1, &nr))
			add_number(w, abi, nr);
		else
			*ret_known = take_syscall(w, word + len + 1, abi);
		return true;
	}
	return false;
}

static bool take_bare(struct explain_whats *w, const char *word, const struct tr_facts *facts)
{
	uint32_t nr;

	if (*word == '/') {
		take_path(w, TR_FACT_FILE, word);
		take_path(w, TR_FACT_EXEC, word);
		return true;
	}
	if (parse_u32(word, &nr)) {
		take_number(w, nr, facts);
		return true;
	}
	take_syscall(w, word, -1);
	take_cap(w, word);
	take_family(w, word);
	return w->n > 0;
}

int explain_parse(struct explain_whats *ret, const char *word, const struct tr_facts *facts,
		  struct tr_err *err)
{
	struct explain_whats w = { 0 };
	const char *rest = word;
	bool known = false, prefixed = false;

	if (!strncmp(word, "arg:", 4)) {
		if (take_arg(&w, word, err) < 0)
			return -1;
		known = prefixed = true;
	}
	for (size_t i = 0; i < TR_ARRAY_SIZE(prefixes) && !prefixed; i++) {
		size_t len = strlen(prefixes[i].prefix);

		prefixed = !strncmp(word, prefixes[i].prefix, len);
		if (prefixed) {
			rest = word + len;
			known = take_kind(&w, prefixes[i].kind, rest, facts);
		}
	}
	if (!prefixed && !take_abi(&w, word, &known))
		known = take_bare(&w, word, facts);
	if (!known) {
		explain_whats_release(&w);
		return unknown(rest, err);
	}
	*ret = w;
	return 0;
}

static char *cap_label(unsigned cap)
{
	char *name = cap_to_name((cap_value_t)cap), *label;

	label = tr_xstrdup(name ? name : "?");
	cap_free(name);
	for (char *c = label; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return label;
}

char *explain_label(const struct explain_what *w)
{
	tr_cleanup_free char *cap = NULL;
	char family[FAMILY_SIZE];

	switch (w->kind) {
	case TR_FACT_SYSCALL:
		if (!w->name)
			return tr_xasprintf("syscall %u of %s", w->nr,
					    tr_abi_name((enum tr_abi)w->abi));
		return w->abi < 0 ? tr_xasprintf("syscall %s", w->name) :
				    tr_xasprintf("syscall %s of %s", w->name,
						 tr_abi_name((enum tr_abi)w->abi));
	case TR_FACT_ARG:
		return tr_xasprintf(w->value < 256 ? "argument %u of %s = %" PRIu64 :
						     "argument %u of %s = 0x%" PRIx64,
				    w->index, w->name, w->value);
	case TR_FACT_FILE:
		return tr_xasprintf("file %s", w->path);
	case TR_FACT_EXEC:
		return tr_xasprintf("program %s", w->path);
	case TR_FACT_CAPABILITY:
		cap = cap_label(w->number);
		return tr_xasprintf("capability %s", cap);
	case TR_FACT_SOCKET:
	case TR_FACT_NETWORK:
		return tr_xasprintf("sockets of %s", family_name(w->number, family));
	case TR_FACT_SIGNAL:
		return tr_xasprintf("signal %u", w->number);
	case TR_FACT_PTRACE:
	case TR_FACT_IO_URING:
		return tr_xasprintf("%s %s", tr_fact_kind_name(w->kind),
				    tr_op_name(w->kind, w->number));
	case TR_FACT_MOUNT:
		return tr_xasprintf("mount %s", w->path);
	case TR_FACT_USERNS:
		return tr_xstrdup("user namespaces");
	case TR_FACT_MAX:
		break;
	}
	return tr_xstrdup("");
}

char *explain_word(const struct explain_what *w)
{
	tr_cleanup_free char *cap = NULL;
	char family[FAMILY_SIZE];

	switch (w->kind) {
	case TR_FACT_SYSCALL:
		if (!w->name)
			return tr_xasprintf("%s:%u", tr_abi_name((enum tr_abi)w->abi), w->nr);
		return w->abi < 0 ?
			       tr_xasprintf("syscall:%s", w->name) :
			       tr_xasprintf("%s:%s", tr_abi_name((enum tr_abi)w->abi), w->name);
	case TR_FACT_ARG:
		return accept_fact_arg((size_t)syscall_index(w->name), w->index, w->value);
	case TR_FACT_FILE:
		return tr_xasprintf("file:%s", w->path);
	case TR_FACT_EXEC:
		return tr_xasprintf("exec:%s", w->path);
	case TR_FACT_CAPABILITY:
		cap = cap_label(w->number);
		return tr_xasprintf("cap:%s", cap);
	case TR_FACT_SOCKET:
	case TR_FACT_NETWORK:
		return tr_xasprintf("socket:%s", family_name(w->number, family));
	case TR_FACT_SIGNAL:
		return tr_xasprintf("signal:%u", w->number);
	case TR_FACT_PTRACE:
	case TR_FACT_IO_URING:
		return tr_xasprintf("%s:%s", tr_fact_kind_name(w->kind),
				    tr_op_name(w->kind, w->number));
	case TR_FACT_MOUNT:
		return tr_xasprintf("mount:%s", w->path);
	case TR_FACT_USERNS:
		return tr_xstrdup("userns:");
	case TR_FACT_MAX:
		break;
	}
	return tr_xstrdup("");
}
