// SPDX-License-Identifier: Apache-2.0
/* Docker's seccomp JSON: what is read, what is refused and how, what Docker makes of it, what is written. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/seccomp_text.h"
#include "lib/suite.h"
#include "trammel/seccomp.h"

#define BASE "{\"defaultAction\": \"SCMP_ACT_ERRNO\""

static struct tr_seccomp read_text(const char *text)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p;
	int r = tr_seccomp_parse(&p, text, strlen(text), "p.json", &err);

	ck_assert_msg(r == 0, "%s\nin %s", tr_err_msg(&err), text);
	return p;
}

static struct tr_seccomp read_builtin(const char *name)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	ck_assert_msg(tr_seccomp_read(&p, name, &err) == 0, "%s", tr_err_msg(&err));
	return p;
}

static void refuse(const char *text, const char *want)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p;
	int r = tr_seccomp_parse(&p, text, strlen(text), "p.json", &err);

	ck_assert_msg(r < 0, "read, but should not be: %s", text);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(strstr(tr_err_msg(&err), want), "'%s' is not in '%s'", want,
		      tr_err_msg(&err));
	tr_err_clear(&err);
}

/* In a whole profile of one rule. */
static void refuse_rule(const char *rule, const char *want)
{
	char text[512];

	snprintf(text, sizeof(text), BASE ",\n\"syscalls\": [\n%s]}", rule);
	refuse(text, want);
}

/* The rules for a name, in a resolved profile. */
static const struct tr_rule *find_rule(const struct tr_seccomp *p, const char *name, size_t nth)
{
	for (size_t i = 0; i < p->n_rules; i++)
		for (size_t k = 0; k < p->rules[i].n_names; k++)
			if (!strcmp(p->rules[i].names[k], name) && nth-- == 0)
				return &p->rules[i];
	return NULL;
}

START_TEST(reads_every_member)
{
	struct tr_seccomp p = read_text(
		"{\"defaultAction\": \"SCMP_ACT_TRAP\", \"defaultErrnoRet\": 38,\n"
		"\"flags\": [\"SECCOMP_FILTER_FLAG_LOG\"], \"unknown\": {\"names\": 1},\n"
		"\"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\", \"subArchitectures\": "
		"[\"SCMP_ARCH_X86\"]}, {\"architecture\": \"SCMP_ARCH_Z80\"}],\n"
		"\"syscalls\": [\n"
		"{\"names\": [\"read\", \"write\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": null},\n"
		"{\"name\": \"clone\", \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 2,\n"
		" \"comment\": \"why\", \"args\": [{\"index\": 5, \"value\": 18446744073709551615,\n"
		"  \"valueTwo\": 7, \"op\": \"SCMP_CMP_MASKED_EQ\"}],\n"
		" \"includes\": {\"caps\": [\"CAP_A\"], \"minKernel\": \"4.8\"},\n"
		" \"excludes\": {\"arches\": [\"s390\"], \"minKernel\": \"255.255\"}}]}");
	const struct tr_rule *r = &p.rules[1];

	ck_assert_int_eq(p.default_action, TR_ACTION_TRAP);
	ck_assert_int_eq(p.default_errno, 38);
	ck_assert(p.has_flags && p.n_flags == 1);
	ck_assert_uint_eq(p.n_arches, 0);
	ck_assert_uint_eq(p.n_arch_map, 2);
	ck_assert_str_eq(p.arch_map[0].sub[0], "SCMP_ARCH_X86");
	ck_assert_uint_eq(p.n_rules, 2);
	ck_assert_uint_eq(p.rules[0].n_names, 2);
	ck_assert_int_eq(p.rules[0].errno_ret, -1);
	ck_assert_uint_eq(p.rules[0].line, 5);
	ck_assert_uint_eq(r->line, 6);
	ck_assert_str_eq(r->names[0], "clone");
	ck_assert_int_eq(r->action, TR_ACTION_ERRNO);
	ck_assert_int_eq(r->errno_ret, 2);
	ck_assert_str_eq(r->comment, "why");
	ck_assert_uint_eq(r->conds[0].index, 5);
	ck_assert(r->conds[0].value == UINT64_MAX && r->conds[0].value2 == 7);
	ck_assert_int_eq(r->conds[0].op, TR_CMP_MASKED_EQ);
	ck_assert_str_eq(r->inc_caps[0], "CAP_A");
	ck_assert_uint_eq(r->inc_min_kernel, 4 << 16 | 8);
	ck_assert_uint_eq(r->exc_min_kernel, 255 << 16 | 255);
	ck_assert_str_eq(r->exc_arches[0], "s390");
	tr_seccomp_release(&p);
}
END_TEST

START_TEST(reads_what_engines_take)
{
	struct tr_seccomp p = read_text(BASE "}");

	ck_assert_uint_eq(p.n_rules, 0);
	ck_assert_int_eq(p.default_errno, -1);
	tr_seccomp_release(&p);
	p = read_text(BASE ", \"flags\": [], \"syscalls\": [{\"names\": [], \"action\": "
			   "\"SCMP_ACT_KILL\"}], \"architectures\": null}");
	ck_assert(p.has_flags && !p.n_flags);
	ck_assert_int_eq(p.rules[0].action, TR_ACTION_KILL_THREAD);
	tr_seccomp_release(&p);
	/* podman's names of errnos, alone and beside the number */
	p = read_text(BASE
		      ", \"defaultErrno\": \"ENOSYS\", \"syscalls\": [{\"name\": \"bpf\", "
		      "\"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1, \"errno\": \"EPERM\"}]}");
	ck_assert_int_eq(p.default_errno, 38);
	ck_assert_int_eq(p.rules[0].errno_ret, 1);
	tr_seccomp_release(&p);
}
END_TEST

START_TEST(refuses_what_is_no_profile)
{
	refuse("", "p.json:1: expected a value, found the end of the text");
	refuse("{}", "p.json:1: expected 'defaultAction'");
	refuse("[]", "p.json:1: expected an object, found an array");
	refuse("// no\n{}", "p.json:1: expected a value, found '/'");
	refuse("\n\n{\"defaultAction\": }", "p.json:3: defaultAction: expected a value, found '}'");
	refuse("\n{\"defaultAction\": 3}",
	       "p.json:2: defaultAction: expected a string, found a number");
	refuse("{\"defaultAction\": \"ALLOW\"}", "defaultAction: expected an action");
	refuse("{\"defaultAction\": \"\", \"syscalls\": []}", "expected 'defaultAction'");
	refuse("{\"defaultAction\": \"SCMP_ACT_NOTIFY\"}", "cannot be the default");
	refuse(BASE ", \"defaultErrnoRet\": 4096}",
	       "defaultErrnoRet: expected a number up to 4095");
	refuse(BASE ", \"defaultErrno\": \"EWHAT\"}", "defaultErrno: expected the name");
	refuse(BASE ", \"defaultErrno\": \"EPERM\", \"defaultErrnoRet\": 38}", "contradicts");
}
END_TEST

START_TEST(refuses_wrong_architectures_and_flags)
{
	refuse(BASE ",\n\"architectures\": [\"SCMP_ARCH_X86\",\n\"SCMP_ARCH_NATIVE\"]}",
	       "p.json:3: architectures[1]: expected an architecture");
	refuse(BASE ", \"architectures\": [\"SCMP_ARCH_ARM64\"]}", "found 'SCMP_ARCH_ARM64'");
	refuse(BASE ", \"architectures\": \"SCMP_ARCH_X86\"}", "expected an array");
	refuse(BASE ", \"architectures\": [\"SCMP_ARCH_X86\"], \"archMap\": [{\"architecture\": "
		    "\"SCMP_ARCH_X86\"}]}",
	       "found both");
	refuse(BASE ", \"archMap\": [{}]}", "archMap[0]: expected 'architecture'");
	refuse(BASE ", \"archMap\": [null]}", "archMap[0]: expected an object, found null");
	refuse(BASE ", \"flags\": [\"LOG\"]}", "flags[0]: expected a flag");
}
END_TEST

START_TEST(refuses_wrong_rules)
{
	refuse_rule("null", "p.json:3: syscalls[0]: expected an object");
	refuse_rule("{\"names\": [\"read\"]}", "p.json:3: syscalls[0]: expected 'action'");
	refuse_rule("{\"names\": [\"read\"],\n\"action\": \"allow\"}",
		    "p.json:4: syscalls[0].action: expected an action");
	refuse_rule("{\"names\": [\"read\", \"\"], \"action\": \"SCMP_ACT_ALLOW\"}",
		    "syscalls[0].names[1]: expected a name, found an empty string");
	refuse_rule("{\"names\": [\"a\\u0000b\"], \"action\": \"SCMP_ACT_ALLOW\"}", "without NUL");
	refuse_rule("{\"names\": [\"a\"], \"name\": \"b\", \"action\": \"SCMP_ACT_ALLOW\"}",
		    "either 'name' or 'names'");
	refuse_rule("{\"names\": \"a\", \"action\": \"SCMP_ACT_ALLOW\"}", "expected an array");
	refuse_rule("{\"name\": \"write\", \"action\": \"SCMP_ACT_NOTIFY\"}",
		    "cannot be used for write");
	refuse_rule("{\"name\": \"a\", \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 5000}",
		    "errnoRet: expected a number up to 4095");
	refuse_rule("{\"name\": \"a\", \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": -1}",
		    "not negative");
	refuse_rule("{\"name\": \"a\", \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1.5}",
		    "expected a whole number, found a fraction");
}
END_TEST

START_TEST(refuses_wrong_conditions)
{
#define ARG(text) "{\"name\": \"a\", \"action\": \"SCMP_ACT_ALLOW\",\n\"args\": [" text "]}"
	refuse_rule(ARG("{\"index\": 6, \"op\": \"SCMP_CMP_EQ\"}"),
		    "p.json:4: syscalls[0].args[0].index: expected a number up to 5");
	refuse_rule(ARG("{\"index\": 0}"), "syscalls[0].args[0]: expected 'op'");
	refuse_rule(ARG("{\"op\": \"==\"}"), "syscalls[0].args[0].op: expected an operator");
	refuse_rule(ARG("{\"value\": -1, \"op\": \"SCMP_CMP_EQ\"}"), "not negative");
	refuse_rule(ARG("{\"value\": 18446744073709551616, \"op\": \"SCMP_CMP_EQ\"}"),
		    "p.json:4: syscalls[0].args[0].value: expected a number below 2^64");
	refuse_rule(ARG("null"), "args[0]: expected an object");
#define INC(text) "{\"name\": \"a\", \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {" text "}}"
	refuse_rule(INC("\"minKernel\": \"4\""), "includes.minKernel: expected a kernel version");
	refuse_rule(INC("\"minKernel\": \"4.8.1\""), "found '4.8.1'");
	refuse_rule(INC("\"minKernel\": \"0.0\""), "found '0.0'");
	refuse_rule(INC("\"minKernel\": \"256.0\""), "found '256.0'");
	refuse_rule(INC("\"minKernel\": \"-4.8\""), "found '-4.8'");
	refuse_rule(INC("\"minKernel\": 4.8"), "expected a string");
	refuse_rule(INC("\"caps\": [1]"), "syscalls[0].includes.caps[0]: expected a string");
}
END_TEST

START_TEST(refuses_what_go_reads_otherwise)
{
	refuse(BASE ",\n\"Syscalls\": []}", "p.json:2: Syscalls: expected the spelling 'syscalls'");
	refuse(BASE ", \"\xc5\xbfyscalls\": []}", "expected the spelling 'syscalls'");
	refuse(BASE ", \"\\u0073yscalls\": []}", "without escapes");
	refuse(BASE ", \"syscalls\": [],\n\"syscalls\": []}",
	       "p.json:2: syscalls: expected once, is there twice");
	refuse_rule("{\"name\": \"a\", \"action\": \"SCMP_ACT_ERRNO\", \"Action\": "
		    "\"SCMP_ACT_ALLOW\"}",
		    "syscalls[0].Action: expected the spelling 'action'");
	/* below a member nobody knows, nobody looks */
	struct tr_seccomp p =
		read_text(BASE ", \"x\": {\"Names\": 1, \"names\": 2, \"names\": 3}}");

	tr_seccomp_release(&p);
}
END_TEST

START_TEST(reads_the_engines_own)
{
	static const struct {
		const char *name;
		size_t n_rules, n_arch_map;
		int default_errno;
	} rows[] = {
		{ "docker-default", 33, 9, 1 },
		{ "docker-default@29", 33, 9, 1 },
		{ "docker-default@20.10", 28, 7, -1 },
		{ "podman-default", 0, 0, 38 },
		{ "podman-default@4.3", 0, 7, 38 },
		{ "/usr/share/containers/seccomp.json", 0, 7, 38 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tr_err err = { 0 };
		struct tr_seccomp p;

		if (tr_seccomp_read(&p, rows[i].name, &err) < 0) {
			/* the package may not be there */
			ck_assert_msg(*rows[i].name == '/' && strstr(tr_err_msg(&err), "No such"),
				      "%s", tr_err_msg(&err));
			tr_err_clear(&err);
			continue;
		}
		ck_assert_int_eq(p.default_action, TR_ACTION_ERRNO);
		ck_assert_int_eq(p.default_errno, rows[i].default_errno);
		ck_assert_msg(!rows[i].n_rules || p.n_rules == rows[i].n_rules, "%s: %zu rules",
			      rows[i].name, p.n_rules);
		ck_assert_msg(!rows[i].n_arch_map || p.n_arch_map == rows[i].n_arch_map,
			      "%s: %zu architectures", rows[i].name, p.n_arch_map);
		ck_assert_ptr_nonnull(find_rule(&p, "exit_group", 0));
		tr_seccomp_release(&p);
	}
}
END_TEST

START_TEST(says_what_is_missing)
{
	struct tr_err err = { 0 };
	struct tr_seccomp p;

	ck_assert_int_lt(tr_seccomp_read(&p, "./docker-default", &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "./docker-default"));
	tr_err_clear(&err);
}
END_TEST

static struct tr_seccomp resolve(const char *name, const char *arch, unsigned kernel,
				 const char *const *caps, size_t n_caps)
{
	struct tr_seccomp_host host = { arch, kernel, caps, n_caps };
	struct tr_seccomp p = read_builtin(name), out;

	ck_assert_int_eq(tr_seccomp_resolve(&out, &p, &host, NULL), 0);
	tr_seccomp_release(&p);
	for (size_t i = 0; i < out.n_rules; i++) {
		const struct tr_rule *r = &out.rules[i];

		ck_assert(!r->n_inc_caps && !r->n_inc_arches && !r->n_exc_caps &&
			  !r->n_exc_arches && !r->inc_min_kernel && !r->exc_min_kernel);
	}
	return out;
}

START_TEST(resolves_for_the_host)
{
	static const char *const admin[] = { "CAP_SYS_ADMIN" };
	struct tr_seccomp p = resolve("docker-default", "amd64", 6 << 16 | 1, NULL, 0);
	const struct tr_rule *clone = find_rule(&p, "clone", 0);

	ck_assert_uint_eq(p.n_arches, 3);
	ck_assert_str_eq(p.arches[0], "SCMP_ARCH_X86_64");
	ck_assert_str_eq(p.arches[1], "SCMP_ARCH_X86");
	ck_assert_str_eq(p.arches[2], "SCMP_ARCH_X32");
	ck_assert_uint_eq(p.n_arch_map, 0);
	/* without CAP_SYS_ADMIN: clone of no namespace, clone3 is not there, no mount */
	ck_assert_ptr_nonnull(clone);
	ck_assert_uint_eq(clone->n_conds, 1);
	ck_assert(clone->conds[0].index == 0 && clone->conds[0].value == 0x7E020000);
	ck_assert_ptr_null(find_rule(&p, "clone", 1));
	ck_assert_int_eq(find_rule(&p, "clone3", 0)->errno_ret, 38);
	ck_assert_ptr_null(find_rule(&p, "mount", 0));
	ck_assert_ptr_nonnull(find_rule(&p, "chroot", 0)); /* one of the default 14 */
	ck_assert_ptr_nonnull(find_rule(&p, "arch_prctl", 0));
	ck_assert_ptr_nonnull(find_rule(&p, "ptrace", 0));
	tr_seccomp_release(&p);

	p = resolve("docker-default", "amd64", 4 << 16 | 7, admin, 1);
	ck_assert_uint_eq(find_rule(&p, "clone", 0)->n_conds, 0);
	ck_assert_int_eq(find_rule(&p, "clone3", 0)->action, TR_ACTION_ALLOW);
	ck_assert_ptr_null(find_rule(&p, "clone3", 1));
	ck_assert_ptr_nonnull(find_rule(&p, "mount", 0));
	ck_assert_ptr_null(find_rule(&p, "chroot", 0));
	ck_assert_ptr_null(find_rule(&p, "ptrace", 0)); /* before 4.8 */
	tr_seccomp_release(&p);

	p = resolve("docker-default", "s390x", 4 << 16 | 8, NULL, 0);
	ck_assert_str_eq(p.arches[0], "SCMP_ARCH_S390X");
	ck_assert_uint_eq(find_rule(&p, "clone", 0)->conds[0].index, 1);
	ck_assert_ptr_null(find_rule(&p, "arch_prctl", 0));
	ck_assert_ptr_nonnull(find_rule(&p, "ptrace", 0));
	tr_seccomp_release(&p);

	/* no entry of archMap: the runtime takes its own architecture */
	p = resolve("docker-default", "ppc64le", 4 << 16 | 8, NULL, 0);
	ck_assert_uint_eq(p.n_arches, 0);
	tr_seccomp_release(&p);
}
END_TEST

START_TEST(takes_the_first_entry_of_the_architecture)
{
	const struct tr_seccomp_host host = { .arch = "amd64", .kernel = 6 << 16 };
	struct tr_seccomp p, out;
	struct tr_err err = { 0 };

	p = read_text(BASE ", \"archMap\": [{\"architecture\": \"SCMP_ARCH_AARCH64\", "
			   "\"subArchitectures\": [\"Z80\"]}, "
			   "{\"architecture\": \"SCMP_ARCH_X86_64\"}, {\"architecture\": "
			   "\"SCMP_ARCH_X86_64\", \"subArchitectures\": [\"SCMP_ARCH_X86\"]}]}");
	ck_assert_int_eq(tr_seccomp_resolve(&out, &p, &host, NULL), 0);
	ck_assert_uint_eq(out.n_arches, 1);
	tr_seccomp_release(&p);
	tr_seccomp_release(&out);
	/* what the runtime would be given it must know */
	p = read_text(BASE ", \"archMap\": [{\"architecture\": \"SCMP_ARCH_X86_64\", "
			   "\"subArchitectures\": [\"Z80\"]}]}");
	ck_assert_int_lt(tr_seccomp_resolve(&out, &p, &host, &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_ptr_nonnull(strstr(tr_err_msg(&err), "'Z80'"));
	tr_err_clear(&err);
	tr_seccomp_release(&p);
}
END_TEST

static size_t resolved_rules(const char *filters, const char *const *caps, size_t n_caps,
			     unsigned kernel)
{
	struct tr_seccomp_host host = { "amd64", kernel, caps, n_caps };
	struct tr_seccomp p, out;
	char text[512];
	size_t n;

	snprintf(text, sizeof(text),
		 BASE ", \"syscalls\": [{\"name\": \"a\", \"action\": \"SCMP_ACT_ALLOW\", %s}]}",
		 filters);
	p = read_text(text);
	ck_assert_int_eq(tr_seccomp_resolve(&out, &p, &host, NULL), 0);
	n = out.n_rules;
	tr_seccomp_release(&p);
	tr_seccomp_release(&out);
	return n;
}

START_TEST(includes_all_and_excludes_any)
{
	static const char *const a[] = { "CAP_A" }, *const ab[] = { "CAP_A", "CAP_B" };
	static const char inc[] = "\"includes\": {\"caps\": [\"CAP_A\", \"CAP_B\"]}";
	static const char exc[] = "\"excludes\": {\"caps\": [\"CAP_B\", \"CAP_C\"]}";
	static const char kernel[] = "\"includes\": {\"minKernel\": \"5.10\"}";
	static const char old[] = "\"excludes\": {\"minKernel\": \"5.10\"}";

	ck_assert_uint_eq(resolved_rules(inc, a, 1, 6 << 16), 0);
	ck_assert_uint_eq(resolved_rules(inc, ab, 2, 6 << 16), 1);
	ck_assert_uint_eq(resolved_rules(exc, a, 1, 6 << 16), 1);
	ck_assert_uint_eq(resolved_rules(exc, ab, 2, 6 << 16), 0);
	ck_assert_uint_eq(resolved_rules(kernel, a, 1, 5 << 16 | 9), 0);
	ck_assert_uint_eq(resolved_rules(kernel, a, 1, 5 << 16 | 10), 1);
	ck_assert_uint_eq(resolved_rules(kernel, a, 1, 6 << 16), 1);
	ck_assert_uint_eq(resolved_rules(old, a, 1, 5 << 16 | 9), 1);
	ck_assert_uint_eq(resolved_rules(old, a, 1, 5 << 16 | 10), 0);
	/* excluded wins over included */
	ck_assert_uint_eq(resolved_rules("\"includes\": {\"arches\": [\"amd64\"]}, \"excludes\": "
					 "{\"arches\": [\"amd64\"]}",
					 a, 1, 6 << 16),
			  0);
	ck_assert_uint_eq(resolved_rules("\"includes\": {\"arches\": [\"arm64\"]}", a, 1, 6 << 16),
			  0);
}
END_TEST

/* Reading what was written gives the same profile: seen by writing it once more. */
START_TEST(writes_what_it_reads)
{
	static const char *const names[] = { "docker-default", "docker-default@20.10",
					     "podman-default", "podman-default@4.3" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tr_seccomp a = read_builtin(names[i]), b;
		char *one = written(&a), *two;

		b = read_text(one);
		ck_assert_uint_eq(a.n_rules, b.n_rules);
		for (size_t k = 0; k < a.n_rules; k++) {
			const struct tr_rule *x = &a.rules[k], *y = &b.rules[k];

			ck_assert_uint_eq(x->n_names, y->n_names);
			ck_assert_uint_eq(x->n_conds, y->n_conds);
			ck_assert_int_eq(x->action, y->action);
			ck_assert_int_eq(x->errno_ret, y->errno_ret);
			ck_assert_uint_eq(x->n_inc_caps, y->n_inc_caps);
			ck_assert_uint_eq(x->n_exc_arches, y->n_exc_arches);
			ck_assert_uint_eq(x->inc_min_kernel, y->inc_min_kernel);
			for (size_t c = 0; c < x->n_conds; c++)
				ck_assert_mem_eq(&x->conds[c], &y->conds[c], sizeof(*x->conds));
		}
		two = written(&b);
		ck_assert_str_eq(one, two);
		free(one);
		free(two);
		tr_seccomp_release(&a);
		tr_seccomp_release(&b);
	}
}
END_TEST

START_TEST(writes_flags_and_strings)
{
	struct tr_seccomp p = read_text(BASE ", \"flags\": [], \"listenerPath\": \"/run/\\\"x\", "
					     "\"listenerMetadata\": \"m\"}"),
			  q;
	char *text = written(&p);

	q = read_text(text);
	ck_assert(q.has_flags && !q.n_flags);
	ck_assert_str_eq(q.listener_path, "/run/\"x");
	ck_assert_str_eq(q.listener_metadata, "m");
	/* Docker 20.10 has no defaultErrnoRet: what was not there must not come up */
	ck_assert_ptr_null(strstr(text, "defaultErrnoRet"));
	free(text);
	tr_seccomp_release(&p);
	tr_seccomp_release(&q);
}
END_TEST

START_TEST(copies_deep)
{
	struct tr_seccomp a = read_builtin("docker-default"), b;
	char *one = written(&a), *two;

	tr_seccomp_copy(&b, &a);
	tr_seccomp_release(&a);
	two = written(&b);
	ck_assert_str_eq(one, two);
	free(one);
	free(two);
	tr_seccomp_release(&b);
}
END_TEST

START_TEST(names_go_both_ways)
{
	for (int a = 0; a < TR_ACTION_MAX; a++)
		ck_assert_int_eq(tr_action_from_name(tr_action_name(a)), a);
	for (int c = 0; c <= TR_CMP_MASKED_EQ; c++)
		ck_assert_int_eq(tr_cmp_from_name(tr_cmp_name(c)), c);
	for (int a = 0; a < TR_ABI_MAX; a++)
		ck_assert_int_eq(tr_abi_of_arch(tr_arch_of_abi(a)), a);
	ck_assert_int_eq(tr_action_from_name("ALLOW"), -1);
	ck_assert_int_eq(tr_cmp_from_name(""), -1);
	ck_assert_int_eq(tr_abi_of_arch("SCMP_ARCH_ARM"), -1);
}
END_TEST

TR_SUITE("seccomp", reads_every_member, reads_what_engines_take, refuses_what_is_no_profile,
	 refuses_wrong_architectures_and_flags, refuses_wrong_rules, refuses_wrong_conditions,
	 refuses_what_go_reads_otherwise, reads_the_engines_own, says_what_is_missing,
	 resolves_for_the_host, takes_the_first_entry_of_the_architecture,
	 includes_all_and_excludes_any, writes_what_it_reads, writes_flags_and_strings, copies_deep,
	 names_go_both_ways)
