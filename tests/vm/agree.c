// SPDX-License-Identifier: Apache-2.0
/*
 * agree [SEED]: does the evaluator answer as the kernel does? Random profiles are compiled, loaded, and asked by
 * random names: the kernel through apparmorfs' .access, which looks a string up in the loaded policy (Linux,
 * security/apparmor/apparmorfs.c: query_label), and the evaluator through its own functions. For a virtual
 * machine: what is loaded stays.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <unistd.h>

#include "eval/apparmor_compile.h"
#include "trammel/apparmor_policy.h"
#include "util/fs.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

#define DIR	 "/sys/kernel/security/apparmor/"
#define PROFILES 12
#define NAMES	 1500
#define RULES	 40
#define NAME	 "agree"
#define OTHER	 1000 /* a user who owns nothing: the kernel takes the file for root's */

#define ASKED                                                                                 \
	(TR_AA_READ | TR_AA_WRITE | TR_AA_APPEND | TR_AA_CREATE | TR_AA_DELETE | TR_AA_LINK | \
	 TR_AA_LOCK | TR_AA_MMAP_EXEC | TR_AA_EXEC)

static unsigned long long state;
static unsigned long asked, allowed, differ;
static int access_fd;

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("agree: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}

static unsigned below(unsigned n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % n;
}

static const char *pick(const char *const *words, size_t n)
{
	return words[below((unsigned)n)];
}
#define PICK(...)                                  \
	pick((const char *const[]){ __VA_ARGS__ }, \
	     TR_ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

/* Few letters, so that names meet rules. */
static void add_path(struct strbuf *sb, bool glob)
{
	for (unsigned n = 1 + below(3); n > 0; n--) {
		strbuf_addc(sb, '/');
		for (unsigned k = 1 + below(2); k > 0; k--) {
			if (glob && below(3) == 0)
				strbuf_adds(sb,
					    PICK("*", "**", "?", "[ab]", "[^a]", "{a,bb}", "{,a}"));
			else
				strbuf_adds(sb, PICK("a", "b", "c", "bb"));
		}
	}
	if (below(5) == 0)
		strbuf_addc(sb, '/');
}

static void add_file_rule(struct strbuf *sb)
{
	strbuf_adds(sb, PICK("", "", "", "owner ", "owner ", "deny ", "audit "));
	add_path(sb, true);
	strbuf_addc(sb, ' ');
	strbuf_adds(sb, PICK("r", "w", "rw", "a", "rk", "l", "m", "rwlkm", "wk"));
	strbuf_adds(sb, ",\n");
}

static void add_exec_rule(struct strbuf *sb)
{
	add_path(sb, below(2));
	strbuf_adds(sb, " ix,\n");
}

static void add_other_rule(struct strbuf *sb)
{
	strbuf_adds(sb, PICK("", "", "", "deny ", "audit "));
	switch (below(6)) {
	case 0:
		strbuf_addf(sb, "network %s %s,\n", PICK("inet", "inet6", "unix", "netlink"),
			    PICK("stream", "dgram", "raw"));
		break;
	case 1:
		strbuf_addf(sb, "signal (%s) set=(%s) peer=%s,\n",
			    PICK("send", "receive", "send,receive"),
			    PICK("term", "kill", "hup,usr1", "exists", "rtmin+3"),
			    PICK(NAME, "a", "a*", "**", "unconfined"));
		break;
	case 2:
		strbuf_addf(sb, "ptrace (%s) peer=%s,\n",
			    PICK("trace", "read", "tracedby", "read,readby"),
			    PICK(NAME, "a", "a*", "unconfined"));
		break;
	case 3:
		strbuf_addf(sb, "mount options=(%s) fstype=%s %s -> /%s/,\n",
			    PICK("rw", "ro", "ro,nosuid", "rw,bind"), PICK("a", "b", "{a,b}"),
			    PICK("a", "/b", "*"), PICK("a", "b", "*"));
		break;
	case 4:
		strbuf_addf(sb, "umount /%s/,\n", PICK("a", "b", "*", "[^a]"));
		break;
	default:
		strbuf_addf(sb, "pivot_root oldroot=/%s/ /%s/,\n", PICK("a", "b", "*"),
			    PICK("a", "b", "*"));
		break;
	}
}

/* Compiles one for this kernel, and loads the very bytes that are read. */
static void load(struct tr_aa_policy *policy)
{
	struct strbuf text = STRBUF_INIT;
	struct tr_err err = { 0 };
	tr_cleanup_free char *blob = NULL;
	size_t len;
	int fd;

	strbuf_adds(&text, "abi <abi/3.0>,\nprofile " NAME " {\n");
	for (unsigned i = 0; i < RULES; i++)
		(i % 5 == 0 ? add_exec_rule : i % 2 ? add_other_rule : add_file_rule)(&text);
	strbuf_adds(&text, "}\n");
	if (apparmor_compile_text(text.s, text.len, "random", APPARMOR_FOR_THIS_KERNEL, &blob, &len,
				  &err) < 0 ||
	    tr_aa_policy_read(policy, blob, len, &err) < 0)
		die("%s\n%s", tr_err_msg(&err), text.s);
	fd = open(DIR ".replace", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, blob, len) != (ssize_t)len)
		die(DIR ".replace: %s", strerror(errno));
	close(fd);
	strbuf_release(&text);
}

/* What the kernel finds for a class's byte and the rest of the key. */
static uint32_t ask_kernel(const char *key, size_t len)
{
	char buf[1024], answer[256];
	size_t head = sizeof("label") + sizeof(NAME);
	unsigned allow;
	ssize_t n;

	memcpy(buf, "label\0" NAME, head);
	if (len > sizeof(buf) - head)
		die("a key of %zu bytes", len);
	memcpy(buf + head, key, len);
	if (pwrite(access_fd, buf, head + len, 0) < 0)
		die(DIR ".access: %s", strerror(errno));
	n = pread(access_fd, answer, sizeof(answer) - 1, 0);
	if (n <= 0)
		die(DIR ".access: no answer");
	answer[n] = '\0';
	if (sscanf(answer, "allow 0x%x", &allow) != 1)
		die("an answer of another form: %s", answer);
	return allow;
}

static void compare(const char *what, const struct strbuf *key, uint32_t kernel, uint32_t ours)
{
	struct strbuf safe = STRBUF_INIT;

	asked++;
	allowed += kernel != 0;
	if (kernel == ours)
		return;
	differ++;
	text_escape(&safe, key->s, key->len);
	printf("%s %s: the kernel allows %#x, the evaluator %#x\n", what, safe.s, kernel, ours);
	strbuf_release(&safe);
}

static void ask_file(const struct tr_aa_profile *p, bool owner)
{
	struct strbuf key = STRBUF_INIT;
	struct tr_aa_perms perms;

	strbuf_addc(&key, TR_AA_CLASS_FILE);
	add_path(&key, false);
	tr_aa_file(p, key.s + 1, key.len - 1, owner, &perms);
	setfsuid(owner ? 0 : OTHER);
	compare(owner ? "owner's" : "other's", &key, ask_kernel(key.s, key.len) & ASKED,
		perms.allow & ASKED);
	setfsuid(0);
	strbuf_release(&key);
}

static void ask_network(const struct tr_aa_profile *p)
{
	const unsigned family = (const unsigned[]){ 1, 2, 10, 16, 17 }[below(5)],
		       type = 1 + below(5);
	struct strbuf key = STRBUF_INIT;
	struct tr_aa_perms perms;
	const char bytes[] = { TR_AA_CLASS_NET, 0, (char)family, 0, (char)type };

	strbuf_add(&key, bytes, sizeof(bytes));
	tr_aa_network(p, family, type, &perms);
	compare("network", &key, ask_kernel(key.s, key.len) & TR_AA_CREATE,
		perms.allow & TR_AA_CREATE);
	strbuf_release(&key);
}

static void ask_tasks(const struct tr_aa_profile *p)
{
	static const struct {
		unsigned number, byte;
	} signals[] = { { 15, 15 }, { 9, 9 },	 { 1, 1 },   { 10, 10 },
			{ 0, 35 },  { 35, 131 }, { 34, 130 } };
	const char *peer = PICK(NAME, "a", "ab", "b", "unconfined", "agree//x");
	unsigned i = below(TR_ARRAY_SIZE(signals));
	struct strbuf key = STRBUF_INIT;
	struct tr_aa_perms perms;
	const uint32_t tracing = TR_AA_PTRACE_TRACE | TR_AA_PTRACE_READ | TR_AA_PTRACE_TRACEDBY |
				 TR_AA_PTRACE_READBY;

	strbuf_addc(&key, TR_AA_CLASS_SIGNAL);
	strbuf_addc(&key, (char)signals[i].byte);
	strbuf_adds(&key, peer);
	tr_aa_signal(p, signals[i].number, peer, &perms);
	compare("signal", &key, ask_kernel(key.s, key.len) & 6, perms.allow & 6);
	strbuf_clear(&key);
	/* Without a rule on labels .access allows all; the hook, which asks whether ptrace is mediated, nothing. */
	if (!tr_aa_mediates(p, TR_AA_CLASS_LABEL)) {
		strbuf_release(&key);
		return;
	}
	strbuf_addc(&key, TR_AA_CLASS_LABEL);
	strbuf_addc(&key, TR_AA_CLASS_PTRACE);
	strbuf_adds(&key, peer);
	tr_aa_ptrace(p, peer, &perms);
	compare("ptrace", &key, ask_kernel(key.s, key.len) & tracing, perms.allow & tracing);
	strbuf_release(&key);
}

static void ask_mount(const struct tr_aa_profile *p)
{
	const uint64_t flags = (const uint64_t[]){ 0, MS_RDONLY, MS_RDONLY | MS_NOSUID, MS_BIND,
						   MS_NOSUID }[below(5)];
	const char *path = PICK("/a/", "/b/", "/ab/", "/a"),
		   *from = PICK("a", "/b", "b", "/a/", "/b/"), *fstype = PICK("a", "b", "c");
	struct strbuf key = STRBUF_INIT;

	strbuf_addc(&key, TR_AA_CLASS_MOUNT);
	strbuf_adds(&key, path);
	compare("umount", &key, ask_kernel(key.s, key.len) & TR_AA_UMOUNT,
		tr_aa_umount(p, path) ? TR_AA_UMOUNT : 0);
	strbuf_addc(&key, '\0');
	strbuf_adds(&key, from);
	compare("pivot_root", &key, ask_kernel(key.s, key.len) & TR_AA_PIVOTROOT,
		tr_aa_pivot_root(p, path, from) ? TR_AA_PIVOTROOT : 0);
	strbuf_addc(&key, '\0');
	strbuf_adds(&key, fstype);
	strbuf_addc(&key, '\0');
	for (unsigned bit = 0; bit < 32; bit++)
		if (flags >> bit & 1)
			strbuf_addc(&key, (char)(bit + 1));
	compare("mount", &key, ask_kernel(key.s, key.len) & TR_AA_MOUNT,
		tr_aa_mount(p, path, from, fstype, flags, NULL) ? TR_AA_MOUNT : 0);
	strbuf_release(&key);
}

int main(int argc, char **argv)
{
	state = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	access_fd = open(DIR ".access", O_RDWR | O_CLOEXEC);
	if (access_fd < 0)
		die(DIR ".access: %s", strerror(errno));
	for (unsigned i = 0; i < PROFILES; i++) {
		struct tr_aa_policy policy;
		const struct tr_aa_profile *p;

		load(&policy);
		p = tr_aa_policy_find(&policy, NAME);
		if (!p)
			die("there is no " NAME);
		for (unsigned k = 0; k < NAMES; k++) {
			ask_file(p, k % 2);
			if (k % 5 == 0) {
				ask_network(p);
				ask_tasks(p);
				ask_mount(p);
			}
		}
		tr_aa_policy_release(&policy);
	}
	printf("%lu questions, %lu with a yes, %lu answers differ\n", asked, allowed, differ);
	/* Where all is refused, or nothing, they would agree whatever the evaluator does. */
	return differ || allowed < asked / 20 || allowed > asked * 19 / 20;
}
