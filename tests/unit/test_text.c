// SPDX-License-Identifier: Apache-2.0
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "lib/suite.h"
#include "util/text.h"

static void check_escape(const char *in, size_t len, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	text_escape(&sb, in, len);
	ck_assert_str_eq(strbuf_str(&sb), want);
	strbuf_release(&sb);
}

START_TEST(escapes_what_moves_a_terminal)
{
	check_escape("plain /path-1", 13, "plain /path-1");
	check_escape("a\nb", 3, "a\\x0ab");
	check_escape("\033[2J", 4, "\\x1b[2J");
	check_escape("back\\slash", 10, "back\\\\slash");
	check_escape("gr\xc3\xbc\xc3\x9f", 6, "gr\xc3\xbc\xc3\x9f");
	/* C1 CSI as UTF-8, right-to-left override, a lone continuation, an overlong slash */
	check_escape("\xc2\x9b", 2, "\\xc2\\x9b");
	check_escape("\xef\xbf\xbe", 3, "\\xef\\xbf\\xbe");
	check_escape("\xe2\x80\xae", 3, "\\xe2\\x80\\xae");
	check_escape("\x80", 1, "\\x80");
	check_escape("\xc0\xaf", 2, "\\xc0\\xaf");
	check_escape("\x7f", 1, "\\x7f");
}
END_TEST

/* What a CI system would do on reading it in a log. */
START_TEST(escapes_what_begins_a_command)
{
	check_escape("::error::x", 10, "\\x3a:error::x");
	check_escape(" ::x", 4, " \\x3a:x");
	check_escape("\xc2\xa0::x", 5, "\xc2\xa0\\x3a:x");
	check_escape("std::x a:b", 10, "std::x a:b");
	check_escape("a##[group]", 10, "a\\x23#[group]");
	check_escape("###", 3, "\\x23\\x23#");
	check_escape("#1:", 3, "#1:");
}
END_TEST

START_TEST(unescapes_every_byte)
{
	char in[256];
	struct strbuf sb = STRBUF_INIT;
	char *back;

	for (int i = 1; i < 256; i++)
		in[i - 1] = (char)i;
	in[255] = '\0';
	text_escape(&sb, in, 255);
	back = text_unescape(strbuf_str(&sb));
	ck_assert_ptr_nonnull(back);
	ck_assert_str_eq(back, in);
	free(back);
	strbuf_release(&sb);
}
END_TEST

START_TEST(refuses_broken_escapes)
{
	const char *bad[] = { "\\", "\\x", "\\x1", "\\xg0", "\\n", "\\x00", "a\\" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(text_unescape(bad[i]) == NULL, "%s", bad[i]);
}
END_TEST

START_TEST(quotes_for_a_shell)
{
	struct strbuf sb = STRBUF_INIT;

	text_shell_quote(&sb, "a b");
	strbuf_addc(&sb, ' ');
	text_shell_quote(&sb, "it's");
	strbuf_addc(&sb, ' ');
	text_shell_quote(&sb, "");
	strbuf_addc(&sb, ' ');
	text_shell_quote(&sb, "a=/b:c");
	ck_assert_str_eq(strbuf_str(&sb), "'a b' 'it'\\''s' '' a=/b:c");
	strbuf_release(&sb);
}
END_TEST

START_TEST(parses_durations)
{
	long long ms;

	ck_assert_int_eq(text_parse_duration("1.5m", &ms), 0);
	ck_assert_int_eq(ms, 90000);
	ck_assert_int_eq(text_parse_duration("10", &ms), 0);
	ck_assert_int_eq(ms, 10000);
	ck_assert_int_eq(text_parse_duration("", &ms), -1);
	ck_assert_int_eq(text_parse_duration("-1", &ms), -1);
	ck_assert_int_eq(text_parse_duration("5x", &ms), -1);
	ck_assert_int_eq(text_parse_duration("5mm", &ms), -1);
	ck_assert_int_eq(text_parse_duration("nan", &ms), -1);
}
END_TEST

TR_SUITE("text", escapes_what_begins_a_command, escapes_what_moves_a_terminal, unescapes_every_byte,
	 refuses_broken_escapes, quotes_for_a_shell, parses_durations)
