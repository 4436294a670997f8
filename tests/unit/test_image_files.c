// SPDX-License-Identifier: Apache-2.0
/* The files of an image: as a list, as an archive, as what is written of either. */
#include <stdio.h>
#include <string.h>

#include "lib/suite.h"
#include "trace/tar.h"
#include "trammel/image_files.h"
#include "util/mem.h"
#include "util/strbuf.h"

static int parse(struct tr_image_files *ret, const char *text, struct tr_err *err)
{
	return tr_image_files_parse(ret, text, strlen(text), "test", err);
}

static void refused(const char *text, const char *expected)
{
	struct tr_image_files f;
	struct tr_err err = { 0 };

	ck_assert_msg(parse(&f, text, &err) < 0, "%s", text);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(strstr(tr_err_msg(&err), expected) != NULL, "%s", tr_err_msg(&err));
	tr_err_clear(&err);
}

START_TEST(test_list)
{
	struct tr_image_files f;

	ck_assert_int_eq(parse(&f, "./\n./etc/\nusr/bin/\\303\\244\\n\\\\x\n/etc/\n\nb c", NULL),
			 0);
	ck_assert_uint_eq(f.n, 4);
	ck_assert_ptr_null(f.image);
	ck_assert_str_eq(f.v[0].path, "/");
	ck_assert_int_eq(f.v[0].type, TR_FILE_DIR);
	ck_assert_str_eq(f.v[1].path, "/b c");
	ck_assert_int_eq(f.v[1].type, TR_FILE_UNKNOWN);
	ck_assert_str_eq(f.v[2].path, "/etc/");
	ck_assert_str_eq(f.v[3].path, "/usr/bin/\303\244\n\\x");
	tr_image_files_release(&f);
	refused("a\nb\\q\n", "test:2: expected");
	refused("a\\000\n", ":1: ");
	refused("a\\777\n", ":1: ");
	refused("a\\\n", ":1: ");
	refused("\n", "no file is listed");
}
END_TEST

/* What is read can be written and read again, however long it gets by that. */
START_TEST(test_long_and_escaped_names)
{
	tr_cleanup_free char *longest = tr_xmalloc(4098), *longer = tr_xmalloc(4099);
	tr_cleanup_free char *text = NULL;
	struct tr_image_files f, again;
	size_t len;
	FILE *out;

	memset(longest, 0xff, 4097);
	longest[4097] = '\0';
	memset(longer, 0xff, 4098);
	longer[4098] = '\0';
	ck_assert_int_eq(parse(&f, longer, NULL), -1);
	ck_assert_int_eq(parse(&f, longest, NULL), 0);
	out = open_memstream(&text, &len);
	tr_image_files_write(&f, out);
	fclose(out);
	ck_assert_int_eq(parse(&again, text, NULL), 0);
	ck_assert_str_eq(f.v[0].path, again.v[0].path);
	tr_image_files_release(&f);
	tr_image_files_release(&again);
	ck_assert_int_eq(parse(&f, "\\057\\057etc/a", NULL), 0);
	ck_assert_str_eq(f.v[0].path, "/etc/a");
	tr_image_files_release(&f);
}
END_TEST

/* A name with the magic of an archive, just where an archive has it. */
START_TEST(test_no_archive)
{
	char list[600];
	struct tr_image_files f;

	memset(list, 'x', sizeof(list));
	memcpy(list + 257, "ustar  ", 7);
	list[sizeof(list) - 1] = '\0';
	ck_assert_int_eq(parse(&f, list, NULL), 0);
	ck_assert_uint_eq(f.n, 1);
	tr_image_files_release(&f);
}
END_TEST

START_TEST(test_own)
{
	struct tr_image_files f;

	ck_assert_int_eq(parse(&f,
			       "trammel-image-files 1 sha256:ab\nd 755 /\nf 4755 /bin/su\n"
			       "l 777 /bin/s\\012h\n? 0 /x y\n",
			       NULL),
			 0);
	ck_assert_str_eq(f.image, "sha256:ab");
	ck_assert_uint_eq(f.n, 4);
	ck_assert_int_eq(f.v[1].type, TR_FILE_LINK);
	ck_assert_str_eq(f.v[1].path, "/bin/s\nh");
	ck_assert_int_eq(f.v[2].type, TR_FILE_REGULAR);
	ck_assert_uint_eq(f.v[2].mode, 04755);
	ck_assert_str_eq(f.v[3].path, "/x y");
	tr_image_files_release(&f);
	refused("trammel-image-files 2 -\nf 644 /a\n", "a newer one is needed");
	refused("trammel-image-files 0 -\nf 644 /a\n", "test:1: expected");
	refused("trammel-image-files 1 a b\nf 644 /a\n", "test:1: expected");
	refused("trammel-image-files 1 -\nf 644 /a\nq 644 /a\n", "test:3: expected");
	refused("trammel-image-files 1 -\nf 648 /a\n", "test:2: expected");
	refused("trammel-image-files 1 -\nf 64444 /a\n", "test:2: expected");
	refused("trammel-image-files 1 -\nf 644 a\n", "test:2: expected");
	refused("trammel-image-files 1 -\nf 644 /a/\n", "test:2: expected");
	refused("trammel-image-files 1 -\nd 755 /a\n", "test:2: expected");
	refused("trammel-image-files 1 -\nf 644 /a\\001\\400\n", "test:2: expected");
	refused("trammel-image-files 1 -\n\n", "test:2: expected");
	refused("trammel-image-files 1 -\n", "no file is listed");
}
END_TEST

/* An archive, a member at a time. */

static void add_block(struct strbuf *sb, const void *data, size_t len)
{
	static const char zero[TAR_BLOCK];

	strbuf_add(sb, data, len);
	if (len % TAR_BLOCK)
		strbuf_add(sb, zero, TAR_BLOCK - len % TAR_BLOCK);
}

static void add_member(struct strbuf *sb, const char *name, char type, unsigned mode,
		       const char *data)
{
	size_t len = strlen(data);
	unsigned sum = 0;
	char h[TAR_BLOCK] = { 0 };

	memcpy(h, name, strlen(name));
	snprintf(h + 100, 8, "%07o", mode & 07777);
	snprintf(h + 124, 12, "%011o", (unsigned)len);
	h[156] = type;
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 8, "%06o", sum & 0777777);
	add_block(sb, h, sizeof(h));
	if (len)
		add_block(sb, data, len);
}

static void add_end(struct strbuf *sb)
{
	static const char zero[2 * TAR_BLOCK];

	strbuf_add(sb, zero, sizeof(zero));
}

static void make_archive(struct strbuf *sb)
{
	add_member(sb, "./", '5', 0755, "");
	add_member(sb, "bin/su", '0', 04755, "ustar, and other contents");
	add_member(sb, "bin/sh", '2', 0777, "");
	add_member(sb, "ignored", 'L', 0, "var/a name that is said before");
	add_member(sb, "var/a name", '0', 0600, "");
	add_member(sb, "pax", 'x', 0, "20 path=var/b\ncc/dd\n12 uid=1234\n");
	add_member(sb, "other", '5', 0700, "");
	add_member(sb, "bin/su", '0', 0755, "");
	add_end(sb);
}

static void check_archive(const struct tr_image_files *f)
{
	ck_assert_uint_eq(f->n, 5);
	ck_assert_str_eq(f->v[0].path, "/");
	ck_assert_str_eq(f->v[1].path, "/bin/sh");
	ck_assert_int_eq(f->v[1].type, TR_FILE_LINK);
	ck_assert_str_eq(f->v[2].path, "/bin/su");
	ck_assert_uint_eq(f->v[2].mode, 0755);
	ck_assert_str_eq(f->v[3].path, "/var/a name that is said before");
	ck_assert_uint_eq(f->v[3].mode, 0600);
	ck_assert_str_eq(f->v[4].path, "/var/b\ncc/dd/");
	ck_assert_int_eq(f->v[4].type, TR_FILE_DIR);
}

START_TEST(test_archive)
{
	struct tr_image_files f, again;
	struct strbuf sb = STRBUF_INIT;
	struct tr_err err = { 0 };
	char *text;
	size_t len;
	FILE *out;

	make_archive(&sb);
	ck_assert_msg(tr_image_files_parse(&f, sb.s, sb.len, "test", &err) == 0, "%s",
		      tr_err_msg(&err));
	check_archive(&f);
	f.image = tr_xstrdup("sha256:00");
	out = open_memstream(&text, &len);
	tr_image_files_write(&f, out);
	fclose(out);
	ck_assert_msg(tr_image_files_parse(&again, text, len, "test", &err) == 0, "%s",
		      tr_err_msg(&err));
	check_archive(&again);
	ck_assert_str_eq(again.image, "sha256:00");
	free(text);
	tr_image_files_release(&f);
	tr_image_files_release(&again);
	strbuf_release(&sb);
}
END_TEST

static void count(const char *name, char type, unsigned mode, void *arg)
{
	(void)name;
	(void)type;
	(void)mode;
	++*(unsigned *)arg;
}

/* However the bytes come, they are the same archive; and wherever they end before its end, they are none. */
START_TEST(test_pieces)
{
	struct strbuf sb = STRBUF_INIT;

	make_archive(&sb);
	for (size_t piece = 1; piece < 1200; piece += 73) {
		unsigned n = 0;
		struct tar t = { .member = count, .arg = &n };

		for (size_t at = 0; at < sb.len; at += piece)
			ck_assert_int_eq(tar_feed(&t, sb.s + at,
						  sb.len - at < piece ? sb.len - at : piece, NULL),
					 0);
		ck_assert_int_eq(tar_end(&t, NULL), 0);
		ck_assert_uint_eq(n, 6);
		tar_release(&t);
	}
	for (size_t len = 0; len + 2 * TAR_BLOCK < sb.len; len += 100) {
		unsigned n = 0;
		struct tar t = { .member = count, .arg = &n };

		ck_assert_int_eq(tar_feed(&t, sb.s, len, NULL), 0);
		ck_assert_int_lt(tar_end(&t, NULL), 0);
		tar_release(&t);
	}
	strbuf_release(&sb);
}
END_TEST

static void bad_archive(void (*make)(struct strbuf *sb), const char *expected)
{
	struct strbuf sb = STRBUF_INIT;
	struct tr_image_files f;
	struct tr_err err = { 0 };

	make(&sb);
	add_end(&sb);
	ck_assert_int_lt(tr_image_files_parse(&f, sb.s, sb.len, "test", &err), 0);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_msg(strstr(tr_err_msg(&err), expected) != NULL, "%s", tr_err_msg(&err));
	tr_err_clear(&err);
	strbuf_release(&sb);
}

static void make_sum(struct strbuf *sb)
{
	add_member(sb, "a", '0', 0, "");
	sb->s[0] = 'b';
}

static void make_long(struct strbuf *sb)
{
	add_member(sb, "a", 'x', 0, "9999 path=x\n");
}

static void make_short(struct strbuf *sb)
{
	add_member(sb, "a", 'x', 0, "3 path=x\n");
}

static void make_nul(struct strbuf *sb)
{
	add_member(sb, "a", 'x', 0, "12 path=axb\n");
	add_member(sb, "b", '0', 0, "");
	/* Only the contents: no sum is of them. */
	sb->s[TAR_BLOCK + 9] = '\0';
}

static void make_sparse(struct strbuf *sb)
{
	add_member(sb, "a", 'S', 0, "");
}

START_TEST(test_bad_archives)
{
	bad_archive(make_sum, "a header is damaged");
	bad_archive(make_long, "a pax record is damaged");
	bad_archive(make_short, "a pax record is damaged");
	bad_archive(make_nul, "no file can have");
	bad_archive(make_sparse, "sparse");
}
END_TEST

TR_SUITE("image_files", test_list, test_long_and_escaped_names, test_no_archive, test_own,
	 test_archive, test_pieces, test_bad_archives)
