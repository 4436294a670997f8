// SPDX-License-Identifier: Apache-2.0
/* Every spelling of a profile is read back, or worked out by its own rules, and means the same. */
#include <check.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/compile.h"
#include "lib/suite.h"
#include "tables/syscalls.h"
#include "trammel/diff.h"
#include "trammel/seccomp.h"
#include "util/mem.h"
#include "util/strbuf.h"

static struct tr_err err;

/* As an allow-list of ours is: conditions, an errno plan, comments that want to be more. */
static const char ours[] =
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,"
	"\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_X86\"],\"syscalls\":["
	"{\"names\":[\"read\",\"write\",\"execve\",\"clone\",\"yes\",\"1\"],"
	"\"action\":\"SCMP_ACT_ALLOW\",\"comment\":\"observed\\n  - action: SCMP_ACT_ALLOW\"},"
	"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
	"{\"index\":0,\"value\":4294967295,\"valueTwo\":2,\"op\":\"SCMP_CMP_MASKED_EQ\"},"
	"{\"index\":1,\"value\":15,\"valueTwo\":1,\"op\":\"SCMP_CMP_MASKED_EQ\"}]},"
	"{\"names\":[\"clone3\",\"openat2\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38},"
	"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":13},"
	"{\"names\":[\"acct\"],\"action\":\"SCMP_ACT_LOG\"},"
	"{\"names\":[\"close\"],\"action\":\"SCMP_ACT_ALLOW\",\"errnoRet\":1},"
	"{\"names\":[\"kexec_load\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"},{\"names\":[],"
	"\"action\":\"SCMP_ACT_ALLOW\"}]}";
static const char refusals[] =
	"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86_64\"],\"flags\":["
	"\"SECCOMP_FILTER_FLAG_LOG\"],\"syscalls\":["
	"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38},"
	"{\"names\":[\"acct\"],\"action\":\"SCMP_ACT_KILL\"},{\"names\":[\"bpf\"],"
	"\"action\":\"SCMP_ACT_ERRNO\"},"
	"{\"names\":[\"ioctl\"],\"action\":\"SCMP_ACT_ERRNO\",\"args\":[{\"index\":1,"
	"\"value\":4294967295,\"valueTwo\":21522,\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}";

static const char kills[] =
	"{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
	"\"syscalls\":[{\"names\":[\"read\",\"rseq\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	"{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38},"
	"{\"names\":[\"getpid\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":0},"
	"{\"names\":[\"mount\"],\"action\":\"SCMP_ACT_KILL_PROCESS\"}]}";
/* The rule without conditions decides, wherever it stands. */
static const char swallows[] =
	"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_X86_64\"],"
	"\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"},"
	"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":["
	"{\"index\":0,\"value\":2,\"op\":\"SCMP_CMP_EQ\"}]},"
	"{\"names\":[\"socket\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":38}]}";

static struct tr_seccomp profile_of(const char *source)
{
	struct tr_seccomp p, resolved;

	if (*source == '{')
		ck_assert_msg(tr_seccomp_parse(&p, source, strlen(source), "p", &err) == 0, "%s",
			      tr_err_msg(&err));
	else
		ck_assert_msg(tr_seccomp_read(&p, source, &err) == 0, "%s", tr_err_msg(&err));
	ck_assert_int_eq(tr_seccomp_resolve(&resolved, &p, NULL, &err), 0);
	tr_seccomp_release(&p);
	return resolved;
}

static struct strbuf told;

static void tell(const char *what, void *arg)
{
	(void)arg;
	strbuf_addf(&told, "%s\n", what);
}

static char *written(const struct tr_seccomp *p, enum tr_spelling spelling)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	int rc;

	strbuf_clear(&told);
	rc = tr_seccomp_write_as(p, spelling, "trammel-web", f, tell, NULL, &err);
	fclose(f);
	ck_assert_msg(rc == 0, "%s: %s", tr_spelling_name(spelling), tr_err_msg(&err));
	return text;
}

static struct tr_diff compare(const struct tr_seccomp *a, const struct tr_seccomp *b)
{
	const struct tr_diff_side sa = { .kind = TR_DIFF_PROFILE, .profile = a };
	const struct tr_diff_side sb = { .kind = TR_DIFF_PROFILE, .profile = b };
	struct tr_diff d;

	ck_assert_msg(tr_diff_seccomp(&d, &sa, &sb, NULL, &err) == 0, "%s", tr_err_msg(&err));
	return d;
}

START_TEST(same_meaning)
{
	static const char *const sources[] = { ours, refusals, "docker-default", "podman-default" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(sources); i++) {
		struct tr_seccomp p = profile_of(sources[i]);

		for (int s = 0; s < TR_SPELLINGS; s++) {
			struct tr_seccomp again;
			tr_cleanup_free char *text = NULL;
			struct tr_diff d;

			/* podman's default answers ENOSYS, which a manifest cannot say. */
			if (s == TR_SPELLING_SYSTEMD || (s == TR_SPELLING_SPO && i == 3))
				continue;
			text = written(&p, (enum tr_spelling)s);
			ck_assert_msg(tr_seccomp_parse(&again, text, strlen(text), "again", &err) ==
					      0,
				      "%zu as %s: %s\n%s", i, tr_spelling_name((enum tr_spelling)s),
				      tr_err_msg(&err), text);
			d = compare(&p, &again);
			ck_assert_msg(d.n == 0, "%zu as %s: %s differs", i,
				      tr_spelling_name((enum tr_spelling)s),
				      d.v && d.v[0].name ? d.v[0].name : "something");
			ck_assert_uint_eq(again.n_flags, p.n_flags);
			tr_diff_release(&d);
			tr_seccomp_release(&again);
		}
		tr_seccomp_release(&p);
	}
}
END_TEST

/* crun refuses an errno where it has no meaning. */
START_TEST(for_crun)
{
	struct tr_seccomp p = profile_of(ours), again;
	tr_cleanup_free char *text = written(&p, TR_SPELLING_OCI);
	struct tr_filter f;

	ck_assert_int_eq(tr_compile(&f, &p, TR_RUNTIME_CRUN, NULL, &err), -1);
	ck_assert_int_eq(tr_seccomp_parse(&again, text, strlen(text), "again", &err), 0);
	ck_assert_msg(tr_compile(&f, &again, TR_RUNTIME_CRUN, NULL, &err) == 0, "%s",
		      tr_err_msg(&err));
	tr_filter_release(&f);
	tr_err_clear(&err);
	tr_seccomp_release(&p);
	tr_seccomp_release(&again);
}
END_TEST

START_TEST(what_is_lost)
{
	struct tr_seccomp p = profile_of(ours), q = profile_of("podman-default");
	char *text = written(&p, TR_SPELLING_OCI);

	ck_assert_ptr_nonnull(strstr(strbuf_str(&told), "comments"));
	free(text);
	text = written(&q, TR_SPELLING_SPO);
	ck_assert_ptr_nonnull(strstr(strbuf_str(&told), "default errno"));
	free(text);
	text = written(&p, TR_SPELLING_SYSTEMD);
	ck_assert_ptr_nonnull(strstr(strbuf_str(&told), "arguments of socket"));
	ck_assert_ptr_nonnull(
		strstr(text, "any arguments, because a unit cannot say which: socket"));
	free(text);
	text = written(&p, TR_SPELLING_SECCOMP);
	ck_assert_str_eq(strbuf_str(&told), "");
	free(text);
	tr_seccomp_release(&p);
	tr_seccomp_release(&q);
}
END_TEST

/* A unit, as src/shared/seccomp-util.c: seccomp_parse_syscall_filter of systemd 252 reads one. */

struct unit {
	bool has_filter, allow_list;
	struct {
		char *name;
		int e; /* NONE, or what it answers; KILLED */
	} v[1000];
	size_t n;
	int default_errno; /* KILLED: none */
	const char *arches;
};

enum {
	NONE = -1,
	KILLED = -2
};

static const char *const set_default[] = { "brk", "execve", "exit_group", "getpid", "rseq" };

static int answer_word(const char *word)
{
	char *end;
	long n = strtol(word, &end, 10);

	if (!strcmp(word, "kill"))
		return KILLED;
	if (*word && !*end)
		return (int)n;
	ck_assert_msg(errno_from_name(word) > 0, "errno '%s'", word);
	return errno_from_name(word);
}

static void unit_word(struct unit *u, const char *name, int e, bool invert)
{
	size_t i = 0;

	if (*name == '@') {
		ck_assert_str_eq(name, "@default");
		for (i = 0; i < TR_ARRAY_SIZE(set_default); i++)
			unit_word(u, set_default[i], e, invert);
		return;
	}
	while (i < u->n && strcmp(u->v[i].name, name) != 0)
		i++;
	if (invert != u->allow_list || (invert && e != NONE)) {
		if (i == u->n)
			u->v[u->n++].name = tr_xstrdup(name);
		u->v[i].e = e;
		return;
	}
	if (i == u->n)
		return;
	free(u->v[i].name);
	u->v[i] = u->v[--u->n];
}

static void unit_reset(struct unit *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->v[i].name);
	u->n = 0;
	u->has_filter = false;
}

static void unit_filter(struct unit *u, char *value)
{
	bool invert = *value == '~';
	char *save = NULL;

	if (!*value) {
		unit_reset(u);
		return;
	}
	if (!u->has_filter) {
		u->has_filter = true;
		u->allow_list = !invert;
		if (!invert)
			unit_word(u, "@default", NONE, false);
	}
	for (char *w = strtok_r(value + invert, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
		char *colon = strchr(w, ':');

		/* It takes no notice of the word then. */
		ck_assert_msg(invert || !colon, "%s", w);
		if (colon)
			*colon++ = '\0';
		unit_word(u, w, colon ? answer_word(colon) : NONE, invert);
	}
}

static void unit_line(struct unit *u, char *line)
{
	char *value = strchr(line, '=');

	if (*line == '#' || !strcmp(line, "[Service]"))
		return;
	ck_assert_msg(value, "%s", line);
	*value++ = '\0';
	if (!strcmp(line, "SystemCallFilter")) {
		unit_filter(u, value);
	} else if (!strcmp(line, "SystemCallErrorNumber")) {
		u->default_errno = *value ? answer_word(value) : KILLED;
		ck_assert_int_ne(u->default_errno, 0);
	} else if (!strcmp(line, "SystemCallArchitectures")) {
		u->arches = value;
	} else {
		ck_assert_str_eq(line, "SystemCallLog");
	}
}

static void unit_rule(const struct unit *u, struct tr_seccomp *p, const char *name, int e)
{
	struct tr_rule *r = tr_seccomp_add_rule(p);
	int answer = e == NONE && !u->allow_list ? u->default_errno : e;

	tr_rule_add_name(r, name);
	if (answer == KILLED)
		r->action = TR_ACTION_KILL_PROCESS;
	else if (answer != NONE)
		r->action = TR_ACTION_ERRNO;
	r->errno_ret = answer >= 0 ? answer : -1;
	/* libseccomp refuses a rule with the default action, and the service does not start. */
	ck_assert_msg(r->action != p->default_action ||
			      (r->action == TR_ACTION_ERRNO && r->errno_ret != p->default_errno),
		      "%s: the default again", name);
}

static struct tr_seccomp unit_profile(const struct unit *u)
{
	struct tr_seccomp p;

	tr_seccomp_init(&p);
	ck_assert_msg(u->has_filter && u->n, "no filter");
	p.default_action = TR_ACTION_ALLOW;
	if (u->allow_list)
		p.default_action =
			u->default_errno == KILLED ? TR_ACTION_KILL_PROCESS : TR_ACTION_ERRNO;
	p.default_errno = u->allow_list && u->default_errno > 0 ? u->default_errno : -1;
	for (size_t i = 0; i < u->n; i++)
		unit_rule(u, &p, u->v[i].name, u->v[i].e);
	tr_seccomp_add_arch(&p, "SCMP_ARCH_X86_64");
	if (strstr(u->arches, " x86"))
		tr_seccomp_add_arch(&p, "SCMP_ARCH_X86");
	return p;
}

/* As the only drop-in, or behind one that refuses some calls. */
static struct tr_seccomp read_unit(const char *text)
{
	struct unit u = { .default_errno = EACCES, .arches = "" };
	tr_cleanup_free char *copy = tr_xstrdup(text);
	char before[] = "SystemCallFilter=~mount socket", *save = NULL;
	struct tr_seccomp p;

	unit_line(&u, before);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		unit_line(&u, line);
	p = unit_profile(&u);
	unit_reset(&u);
	return p;
}

/* A unit has no such thing as runc's answer to numbers above all that are named. */
static bool is_stub(const struct tr_diff_call *c)
{
	return c->example[2][0].ret[0] == (SECCOMP_RET_ERRNO | ENOSYS) && !c->more && !c->less;
}

/* The unit's meaning is the profile's but for these calls, which it allows more of. */
static void unit_means(const char *source, const char *wider)
{
	struct tr_seccomp p = profile_of(source), unit;
	tr_cleanup_free char *text = written(&p, TR_SPELLING_SYSTEMD);
	struct tr_diff d;

	unit = read_unit(text);
	d = compare(&p, &unit);
	for (size_t i = 0; i < d.n; i++) {
		const struct tr_diff_call *c = &d.v[i];

		/* What is logged is so by another line. */
		if (is_stub(c) || (c->name && !strcmp(c->name, "acct") && !c->more && !c->less))
			continue;
		/* On i386 socketcall goes with socket. */
		ck_assert_msg(c->name && *wider && !strncmp(c->name, wider, strlen(wider)),
			      "%s differs\n%s", c->name ? c->name : "a number", text);
		ck_assert_msg(c->more && !c->less, "%s: %s", c->name, text);
	}
	ck_assert_msg(!*wider == !d.n_more, "%zu are wider", d.n_more);
	ck_assert(!*wider || strstr(text, wider));
	ck_assert(!*wider || strstr(strbuf_str(&told), wider));
	tr_diff_release(&d);
	tr_seccomp_release(&unit);
	tr_seccomp_release(&p);
}

START_TEST(units)
{
	unit_means(ours, "socket");
	unit_means(refusals, "ioctl");
	unit_means(kills, "");
	unit_means(swallows, "");
}
END_TEST

static int write_only(const struct tr_seccomp *p, enum tr_spelling spelling)
{
	FILE *f = fopen("/dev/null", "we");
	int rc = tr_seccomp_write_as(p, spelling, "x", f, NULL, NULL, &err);

	fclose(f);
	if (rc < 0)
		ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	tr_err_clear(&err);
	return rc;
}

START_TEST(refused)
{
	static const char large[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":["
		"\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,"
		"\"op\":\"SCMP_CMP_EQ\",\"value\":9223372036854775808}]}]}";
	static const char line[] =
		"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":["
		"\"read\\nExecStart=/bin/sh\"],\"action\":\"SCMP_ACT_ALLOW\"}]}";
	struct tr_seccomp p = profile_of(large), q = profile_of(line), unresolved;

	ck_assert_int_eq(write_only(&p, TR_SPELLING_SPO), -1);
	ck_assert_int_eq(write_only(&p, TR_SPELLING_OCI), 0);
	/* Nothing in a name becomes a line of a unit. */
	ck_assert_int_eq(write_only(&q, TR_SPELLING_SYSTEMD), -1);
	ck_assert_int_eq(tr_seccomp_read(&unresolved, "docker-default", &err), 0);
	ck_assert_int_eq(write_only(&unresolved, TR_SPELLING_OCI), -1);
	ck_assert_int_eq(write_only(&unresolved, TR_SPELLING_PODMAN), 0);
	tr_seccomp_release(&p);
	tr_seccomp_release(&q);
	tr_seccomp_release(&unresolved);
}
END_TEST

/* Reading what others write */

static int read_text(const char *text, struct tr_seccomp *p)
{
	return tr_seccomp_parse(p, text, strlen(text), "file", &err);
}

START_TEST(configuration)
{
	static const char config[] =
		"{\"ociVersion\":\"1.0.2\",\"process\":{\"args\":[\"sh\"],\"Args\":1},\n\"linux\":{"
		"\"namespaces\":[],\"seccomp\":{\n\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[\n"
		"{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\"}]}}}";
	struct tr_seccomp p;

	ck_assert_msg(read_text(config, &p) == 0, "%s", tr_err_msg(&err));
	ck_assert_uint_eq(p.n_rules, 1);
	ck_assert_uint_eq(p.rules[0].line, 4);
	tr_seccomp_release(&p);
	ck_assert_int_eq(read_text("{\"linux\":{\"namespaces\":[]}}", &p), -1);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "expected 'seccomp'"));
	ck_assert_int_eq(read_text("{\"linux\":{\"seccomp\":{\n\"defaultAction\":\"ALLOW\"}}}", &p),
			 -1);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "file:2: linux.seccomp.defaultAction"));
	tr_err_clear(&err);
}
END_TEST

START_TEST(manifest_of_others)
{
	static const char manifest[] =
		"# two documents\n---\napiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n---\n"
		"apiVersion: security-profiles-operator.x-k8s.io/v1\nkind: SeccompProfile\n"
		"metadata:\n  name: web\nspec:\n  defaultAction: SCMP_ACT_ERRNO\n  syscalls:\n"
		"  - action: SCMP_ACT_ALLOW\n    names: [read, \"write\"]\n"
		"  - action: SCMP_ACT_ERRNO\n    errnoRet: 38\n    names:\n    - clone3\n"
		"    args:\n    - index: 0\n      op: SCMP_CMP_EQ\n";
	struct tr_seccomp p;

	ck_assert_msg(read_text(manifest, &p) == 0, "%s", tr_err_msg(&err));
	ck_assert_uint_eq(p.n_rules, 2);
	ck_assert_uint_eq(p.rules[0].n_names, 2);
	ck_assert_uint_eq(p.rules[0].line, 14);
	ck_assert_uint_eq(p.rules[1].line, 16);
	ck_assert_int_eq(p.rules[1].errno_ret, 38);
	ck_assert_uint_eq(p.rules[1].conds[0].value, 0);
	tr_seccomp_release(&p);
}
END_TEST

START_TEST(bad_manifests)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "kind: ConfigMap\n", "expected a SeccompProfile, found none" },
		{ "kind: Pod\nspec: {securityContext: {seccompProfile: {localhostProfile: x}}}\n",
		  "names is a file of its own" },
		{ "kind: SeccompProfile\n", "expected 'spec'" },
		{ "kind: SeccompProfile\nspec:\n  baseProfileName: runc\n",
		  "file:3: spec: it is added" },
		{ "kind: SeccompProfile\nspec:\n  defaultAction: SCMP_ACT_MAYBE\n",
		  "file:3: spec.defaultAction" },
		{ "kind: SeccompProfile\nspec:\n\n\n  defaultAction: 1\n",
		  "file:5: spec.defaultAction" },
		{ "kind: SeccompProfile\nspec:\n  defaultAction: a\n  defaultAction: b\n",
		  "file:4: spec.defaultAction: expected once, is there twice" },
		{ "kind: SeccompProfile\nspec: &a\n  b: *a\n",
		  "file:3: not YAML that is read here: an alias" },
		{ "kind: SeccompProfile\nspec: !x {}\n", "a tag" },
		{ "kind: SeccompProfile\n? [a]\n: b\n", "a key that is no scalar" },
		{ "kind: SeccompProfile\nspec: [\n", "not YAML" },
		{ "kind: SeccompProfile\n---\nkind: SeccompProfile\n", "found more" },
		{ "kind: SeccompProfile\nspec:\n  architectures: [SCMP_ARCH_NATIVE]\n"
		  "  defaultAction: SCMP_ACT_ERRNO\n",
		  "file:3: spec.architectures[0]" },
		{ "{\"kind\": \"Pod\"}", "expected the kind SeccompProfile" },
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(rows); i++) {
		struct tr_seccomp p;

		ck_assert_msg(read_text(rows[i].text, &p) == -1, "row %zu is read", i);
		ck_assert_int_eq(err.kind, TR_ERR_INPUT);
		ck_assert_msg(strstr(tr_err_msg(&err), rows[i].said), "row %zu: %s", i,
			      tr_err_msg(&err));
		tr_err_clear(&err);
	}
}
END_TEST

TR_SUITE("spellings", same_meaning, for_crun, what_is_lost, units, refused, configuration,
	 manifest_of_others, bad_manifests)
