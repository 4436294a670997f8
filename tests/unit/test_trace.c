// SPDX-License-Identifier: Apache-2.0
/* The reader: what it takes, and for everything else one message with a file and a line. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/facts_equal.h"
#include "lib/suite.h"
#include "lib/trace_text.h"
#include "util/mem.h"

#define ID0 "00000000000000000000000000000000"
#define ID1 "11111111111111111111111111111111"
#define HEAD                                                                        \
	"{\"trammel\":\"trace\",\"version\":1,\"recordings\":[{\"id\":\"" ID0 "\"," \
	"\"subject\":\"s\",\"start_seen\":true}]}\n"
#define SYS                                                                    \
	"{\"fact\":\"syscall\",\"abi\":\"x86_64\",\"nr\":0,\"name\":\"read\"," \
	"\"recordings\":[0]}\n"
#define ENDS(n)                                                                           \
	"{\"end\":true,\"facts\":" #n ",\"complete\":true,\"recordings\":[{\"id\":\"" ID0 \
	"\",\"ended\":\"exited\",\"losses\":{}}]"
#define FOOT(n) ENDS(n) "}\n"

static int parse(struct tr_facts *f, const char *text, struct tr_err *err)
{
	tr_facts_init(f);
	return trace_parse(f, text, strlen(text), err);
}

/* The text is refused, with exactly this message. */
static void refused(const char *text, const char *want)
{
	struct tr_err err = { 0 };
	struct tr_facts f;

	ck_assert_msg(parse(&f, text, &err) < 0, "taken, wanted: %s", want);
	ck_assert_int_eq(err.kind, TR_ERR_INPUT);
	ck_assert_str_eq(tr_err_msg(&err), want);
	tr_err_clear(&err);
	tr_facts_release(&f);
}

static void taken(struct tr_facts *f, const char *text)
{
	struct tr_err err = { 0 };

	ck_assert_msg(parse(f, text, &err) == 0, "%s", tr_err_msg(&err));
}

START_TEST(a_finished_trace_is_read)
{
	struct tr_fact key = { .kind = TR_FACT_SYSCALL };
	struct tr_facts f;
	char *text;

	taken(&f, HEAD SYS FOOT(1));
	ck_assert_uint_eq(f.n, 1);
	ck_assert_ptr_nonnull(tr_facts_find(&f, &key));
	ck_assert(tr_facts_complete(&f));
	ck_assert_int_eq(f.recordings[0].ended, TR_ENDED_EXITED);
	ck_assert(f.recordings[0].start_seen);
	text = trace_text(&f, NULL);
	ck_assert_str_eq(text, HEAD SYS ENDS(1) ",\"kinds\":{\"syscall\":1}}\n");
	free(text);
	tr_facts_release(&f);
}
END_TEST

START_TEST(every_member_is_read)
{
	static const char file[] =
		"{\"fact\":\"file\",\"path\":\"/a\\\\x0ab\\\\\\\\\",\"act\":\"rename-to\","
		"\"perms\":\"rm\",\"recordings\":[0],\"first\":7,\"last\":9,"
		"\"phases\":[\"runtime\",\"exec\"],\"exes\":[\"/bin/\\\\x1b[2J\"],"
		"\"flags\":[\"done\",\"signalled\"],\"where\":[\"image\",\"other\"],"
		"\"errnos\":[\"EPERM\",4000]}\n";
	static const char arg[] =
		"{\"fact\":\"arg\",\"abi\":\"i386\",\"nr\":3,\"name\":\"read\",\"index\":5,"
		"\"value\":\"0xffffffffffffffff\",\"recordings\":[0]}\n";
	struct tr_fact k1 = { .kind = TR_FACT_FILE,
			      .path = (char *)(uintptr_t) "/a\nb\\",
			      .act = TR_ACT_RENAME_TO,
			      .perms = TR_PERM_R | TR_PERM_M };
	struct tr_fact k2 = { .kind = TR_FACT_ARG,
			      .abi = TR_ABI_I386,
			      .nr = 3,
			      .arg = { .index = 5, .value = UINT64_MAX } };
	const struct tr_fact *got;
	struct tr_facts f;
	char *text, *want;

	want = tr_xasprintf("%s%s%s%s,\"kinds\":{\"arg\":1,\"file\":1}}\n", HEAD, arg, file,
			    ENDS(2));
	taken(&f, want);
	ck_assert_ptr_nonnull(tr_facts_find(&f, &k2));
	got = tr_facts_find(&f, &k1);
	ck_assert_ptr_nonnull(got);
	ck_assert_int_eq(got->ev.first, 7);
	ck_assert_int_eq(got->ev.last, 9);
	ck_assert_uint_eq(got->ev.phases, TR_PHASE_RUNTIME | TR_PHASE_EXEC);
	ck_assert_uint_eq(got->ev.flags, TR_EV_DONE | TR_EV_SIGNALLED);
	ck_assert_uint_eq(got->ev.where, TR_WHERE_IMAGE | TR_WHERE_OTHER);
	ck_assert_str_eq(got->ev.exes.v[0], "/bin/\033[2J");
	ck_assert_uint_eq(got->ev.errnos.n, 2);
	ck_assert_uint_eq(got->ev.errnos.v[0], 1);
	ck_assert_uint_eq(got->ev.errnos.v[1], 4000);
	text = trace_text(&f, NULL);
	ck_assert_str_eq(text, want);
	free(text);
	free(want);
	tr_facts_release(&f);
}
END_TEST

/* Every byte but NUL, in each of the places where a container's string can stand. */
START_TEST(all_bytes_survive)
{
	struct tr_fact exec = { .kind = TR_FACT_EXEC };
	struct tr_recording rec = { .start_seen = true };
	struct tr_facts f, back;
	char all[256], *text;
	size_t len = 0;

	for (int i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	tr_recording_new_id(&rec);
	rec.subject = tr_xstrdup(all);
	tr_context_add(&rec, "image", all);
	tr_facts_init(&f);
	exec.path = tr_xstrdup(all);
	exec.interp = tr_xstrdup(all);
	tr_u32set_add(&exec.ev.recordings, tr_facts_add_recording(&f, &rec));
	tr_strset_add(&exec.ev.exes, all);
	tr_facts_add(&f, &exec, NULL);
	text = trace_text(&f, &len);
	for (size_t i = 0; i < len; i++)
		ck_assert((text[i] >= ' ' && text[i] < 0x7f) || text[i] == '\n');
	tr_facts_init(&back);
	ck_assert_int_eq(trace_parse(&back, text, len, NULL), 0);
	ck_assert(facts_equal(&f, &back));
	free(text);
	tr_facts_release(&f);
	tr_facts_release(&back);
}
END_TEST

START_TEST(what_is_no_trace)
{
	static const char what[] = "t:1: not a trace: expected {\"trammel\":\"trace\",...}";

	refused("", "t: not a trace: it is empty");
	refused("\n", what);
	refused("#!/bin/sh\n", what);
	refused("{}\n", what);
	refused("[]\n", what);
	refused("null\n", what);
	refused("{\"trammel\":1}\n", what);
	refused("{\"trammel\":\"tra", what);
	refused("{\"trammel\":\"tune\",\"version\":1}\n",
		"t:1: not a trace: it says 'tune' of itself");
	refused("{\"trammel\":\"trace\"}\n", "t:1: header.version: is missing");
	refused("{\"trammel\":\"trace\",\"version\":\"1\"}\n",
		"t:1: header.version: expected a number, found a string");
	refused("{\"trammel\":\"trace\",\"version\":0}\n",
		"t:1: header.version: there is no version 0");
	refused("{\"trammel\":\"trace\",\"version\":2,\"new\":[]}\n",
		"t:1: a trace of version 2: this trammel reads up to version 1, a newer one is "
		"needed");
}
END_TEST

#define HEADER(recordings) "{\"trammel\":\"trace\",\"version\":1,\"recordings\":[" recordings "]}\n"

START_TEST(bad_recordings)
{
	refused("{\"trammel\":\"trace\",\"version\":1,\"recordings\":{}}\n",
		"t:1: header.recordings: expected an array, found an object");
	refused(HEADER("1"), "t:1: header.recordings[0]: expected an object, found a number");
	refused(HEADER("{}"), "t:1: header.recordings[0].id: is missing");
	refused(HEADER("{\"id\":\"xyz\"}"),
		"t:1: header.recordings[0].id: expected 32 lower-case hexadecimal digits, found "
		"'xyz'");
	refused(HEADER("{\"id\":\"" ID0 "\",\"subject\":\"\\\\q\"}"),
		"t:1: header.recordings[0].subject: a backslash that begins neither \\\\ nor \\xNN");
	refused(HEADER("{\"id\":\"" ID0 "\",\"started\":-1}"),
		"t:1: header.recordings[0].started: expected a number that is not negative");
	refused(HEADER("{\"id\":\"" ID0 "\",\"stopped\":999999999999999}"),
		"t:1: header.recordings[0].stopped: expected a number up to 253402300799, found "
		"999999999999999");
	refused(HEADER("{\"id\":\"" ID0 "\",\"start_seen\":1}"),
		"t:1: header.recordings[0].start_seen: expected true or false, found a number");
	refused(HEADER("{\"id\":\"" ID0 "\",\"context\":{\"Image\":[]}}"),
		"t:1: header.recordings[0].context: 'Image' is no key: dotted lower-case words");
	refused(HEADER("{\"id\":\"" ID0 "\",\"context\":{\"image\":\"x\"}}"),
		"t:1: header.recordings[0].context.image: expected an array, found a string");
	refused(HEADER("{\"id\":\"" ID0 "\",\"context\":{\"image\":[\"a\",2]}}"),
		"t:1: header.recordings[0].context.image[1]: expected a string, escaped with \\\\ "
		"and \\xNN");
	refused(HEADER("{\"id\":\"" ID0 "\"},{\"id\":\"" ID0 "\"}"),
		"t:1: header.recordings: one id stands there twice");
	refused(HEAD "{\"recording\":3}\n", "t:2: recording: expected an object, found a number");
}
END_TEST

#define FACT(members) HEAD "{\"fact\":" members "}\n"
#define READ	      "\"syscall\",\"abi\":\"x86_64\",\"nr\":0"
#define IN0	      ",\"recordings\":[0]"

START_TEST(bad_keys)
{
	refused(FACT("3"), "t:2: fact: expected a string, found a number");
	refused(FACT("null"), "t:2: fact: expected a string, found null");
	refused(FACT("\"dream\""), "t:2: fact: 'dream' is no kind of fact");
	refused(FACT("\"syscall\""), "t:2: syscall.abi: is missing");
	refused(FACT("\"syscall\",\"abi\":\"vax\",\"nr\":1"),
		"t:2: syscall.abi: expected x86_64, i386, x32 or aarch64, found 'vax'");
	refused(FACT("\"syscall\",\"abi\":\"x86_64\",\"nr\":4294967296"),
		"t:2: syscall.nr: expected a number up to 4294967295, found 4294967296");
	refused(FACT("\"syscall\",\"abi\":\"x86_64\",\"nr\":0.5"),
		"t:2: syscall.nr: expected a number, found a fraction");
	refused(FACT(READ ",\"name\":\"write\"" IN0),
		"t:2: syscall.name: x86_64 0 is read, not write");
	refused(FACT("\"syscall\",\"abi\":\"x86_64\",\"nr\":9999,\"name\":\"write\"" IN0),
		"t:2: syscall.name: x86_64 write is 1, not 9999");
	refused(FACT("\"arg\",\"abi\":\"x86_64\",\"nr\":0,\"index\":6"),
		"t:2: arg.index: expected a number up to 5, found 6");
	refused(FACT("\"arg\",\"abi\":\"x86_64\",\"nr\":0,\"index\":0"),
		"t:2: arg: expected either a value or \"overflow\":true");
	refused(FACT("\"arg\",\"abi\":\"x86_64\",\"nr\":0,\"index\":0,\"value\":\"0x01\""),
		"t:2: arg.value: expected a number like \"0x1f\", found '0x01'");
	refused(FACT("\"arg\",\"abi\":\"x86_64\",\"nr\":0,\"index\":0,\"value\":\"\""),
		"t:2: arg.value: expected a number like \"0x1f\", found ''");
	refused(FACT("\"file\",\"path\":\"/\",\"act\":\"eat\",\"perms\":\"r\""),
		"t:2: file.act: 'eat' is no act");
	refused(FACT("\"file\",\"path\":\"/\",\"act\":\"open\",\"perms\":\"rz\""),
		"t:2: file.perms: expected letters of rwklmx, each once, found 'rz'");
	refused(FACT("\"file\",\"act\":\"open\",\"perms\":\"r\""), "t:2: file.path: is missing");
	refused(FACT("\"file\",\"path\":\"a\\u0000b\",\"act\":\"open\",\"perms\":\"r\""),
		"t:2: file.path: a string with a NUL in it");
	refused(FACT("\"exec\",\"path\":\"/x\",\"interp\":\"\\\\x00\""),
		"t:2: exec.interp: a backslash that begins neither \\\\ nor \\xNN");
	refused(FACT("\"capability\",\"nr\":10,\"name\":\"cap_sys_admin\",\"need\":\"needed\""),
		"t:2: capability.name: cap_sys_admin is 21, not 10");
	refused(FACT("\"capability\",\"nr\":10,\"need\":\"wanted\""),
		"t:2: capability.need: expected needed, probed or unknown, found 'wanted'");
	refused(FACT("\"socket\",\"family\":65536,\"type\":1,\"protocol\":0"),
		"t:2: socket.family: expected a number up to 65535, found 65536");
}
END_TEST

START_TEST(bad_evidence)
{
	refused(FACT(READ), "t:2: syscall.recordings: is missing");
	refused(FACT(READ ",\"recordings\":[1]"),
		"t:2: syscall.recordings[0]: expected the number of one of 1 recordings, found 1");
	refused(FACT(READ ",\"recordings\":[0,-1]"),
		"t:2: syscall.recordings[1]: expected the number of one of 1 recordings, found -1");
	refused(FACT(READ ",\"recordings\":[\"0\"]"),
		"t:2: syscall.recordings[0]: expected the number of one of 1 recordings, found 0");
	refused(FACT(READ IN0 ",\"first\":\"now\""),
		"t:2: syscall.first: expected a number, found a string");
	refused(FACT(READ IN0 ",\"phases\":[\"night\"]"),
		"t:2: syscall.phases[0]: night is none of them");
	refused(FACT(READ IN0 ",\"flags\":\"done\""),
		"t:2: syscall.flags: expected an array, found a string");
	refused(FACT(READ IN0 ",\"where\":[7]"), "t:2: syscall.where[0]: 7 is none of them");
	refused(FACT(READ IN0 ",\"exes\":[\"\\\\\"]"),
		"t:2: syscall.exes[0]: expected a string, escaped with \\\\ and \\xNN");
	refused(FACT(READ IN0 ",\"errnos\":[\"ENOPE\"]"),
		"t:2: syscall.errnos[0]: expected a name like ENOSYS or a number, found ENOPE");
	refused(FACT(READ IN0 ",\"errnos\":[4096]"),
		"t:2: syscall.errnos[0]: expected a name like ENOSYS or a number, found 4096");
}
END_TEST

#define FOOTER(members) HEAD SYS "{\"end\":true,\"facts\":1" members "}\n"
#define END0(members)	"{\"id\":\"" ID0 "\",\"ended\":\"exited\"" members "}"

START_TEST(bad_footers)
{
	refused(HEAD SYS FOOT(2), "t:3: footer.facts: says 2, found 1");
	refused(HEAD SYS "{\"end\":true}\n", "t:3: footer.facts: is missing");
	refused(HEAD SYS "{\"end\":false,\"facts\":1}\n", "t:3: footer.end: expected true");
	refused(FOOTER(""), "t:3: footer.recordings: is missing");
	refused(FOOTER(",\"recordings\":[]"),
		"t:3: footer.recordings: expected the header's 1, found 0");
	refused(FOOTER(",\"recordings\":[{\"id\":\"" ID1 "\",\"ended\":\"exited\"}]"),
		"t:3: footer.recordings[0].id: expected " ID0 " as in the header");
	refused(FOOTER(",\"recordings\":[{\"id\":\"" ID0 "\",\"ended\":\"well\"}]"),
		"t:3: footer.recordings[0].ended: 'well' is no way to end");
	refused(FOOTER(",\"recordings\":[" END0(",\"losses\":{\"hope\":1}") "]"),
		"t:3: footer.recordings[0].losses: 'hope' is no loss known here");
	refused(FOOTER(",\"recordings\":[" END0(",\"losses\":{\"ring\":-1}") "]"),
		"t:3: footer.recordings[0].losses.ring: expected a number that is not negative");
	refused(FOOTER(",\"complete\":true,\"recordings\":[" END0(",\"losses\":{\"ring\":1}") "]"),
		"t:3: footer.complete: true, but a recording lost events or has no known end");
	refused(FOOTER(",\"complete\":false,\"recordings\":[" END0("") "]"),
		"t:3: footer.complete: false, but no recording lost any");
	refused(FOOTER(",\"kinds\":{\"file\":1},\"recordings\":[" END0("") "]"),
		"t:3: footer.kinds.syscall: says 0, found 1");
	refused(HEAD SYS FOOT(1) SYS, "t:4: a line behind the footer");
	refused(HEAD SYS FOOT(1) HEAD, "t:4: a line behind the footer");
}
END_TEST

START_TEST(a_hole_is_no_cut)
{
	refused(HEAD "{\"fact\":\"syscall\",\"abi\n" SYS, "t:2: not JSON: unexpected end of data");
	refused(HEAD "\n" SYS, "t:2: not JSON: nothing there");
	refused(HEAD SYS "garbage\n", "t:3: not JSON: unexpected character");
	refused(HEAD SYS FOOT(1) "{\"fact\":\"sys", "t:4: not JSON: unexpected end of data");
	refused(HEAD "{\"note\":1}\n", "t:2: expected a fact, a recording or the footer");
}
END_TEST

/* Newer traces of this version may hold more; only what is known is kept. */
START_TEST(unknown_members_are_passed_over)
{
	struct tr_facts f;
	char *text;

	taken(&f,
	      "{\"new\":{\"a\":[1]},\"trammel\":\"trace\",\"version\":1,\"recordings\":[{\"id\":\"" ID0
	      "\",\"subject\":\"s\",\"start_seen\":true,\"mood\":1.5}]}\n"
	      "{\"fact\":" READ ",\"why\":null" IN0 "}\n"
	      "{\"end\":true,\"facts\":1,\"x\":[],\"kinds\":{\"syscall\":1,\"dream\":2},"
	      "\"recordings\":[{\"id\":\"" ID0 "\",\"ended\":\"exited\",\"y\":2}]}\n");
	text = trace_text(&f, NULL);
	ck_assert_str_eq(text, HEAD SYS ENDS(1) ",\"kinds\":{\"syscall\":1}}\n");
	free(text);
	tr_facts_release(&f);
	/* a number without a name in our table, and the name a newer one has for it */
	taken(&f, FACT("\"syscall\",\"abi\":\"x86_64\",\"nr\":9999,\"name\":\"newcall\"" IN0));
	ck_assert_uint_eq(f.n, 1);
	tr_facts_release(&f);
}
END_TEST

START_TEST(lines_are_bounded)
{
	size_t n = TR_TRACE_LINE_MAX + 10;
	char *pad = tr_xmalloc(n + 1), *text;

	memset(pad, ' ', n);
	pad[n] = '\0';
	text = tr_xasprintf("%s%s%s%s", HEAD, SYS, pad, SYS);
	refused(text, "t:3: a line longer than 1048576 bytes");
	free(text);
	free(pad);
	n = TR_TRACE_HEADER_MAX + 10;
	pad = tr_xmalloc(n + 1);
	memset(pad, ' ', n);
	pad[n] = '\0';
	refused(pad, "t:1: a line longer than 16777216 bytes");
	free(pad);
}
END_TEST

/* The header grows with the recordings: a fleet's has more than a fact's line may. */
START_TEST(many_recordings_are_read_back)
{
	struct tr_facts f, back;
	size_t len = 0;
	char *text;

	tr_facts_init(&f);
	for (uint32_t i = 0; i < TR_TRACE_RECORDINGS_MAX; i++) {
		struct tr_recording rec = { .id = tr_xasprintf("%032x", i * 7919),
					    .subject = tr_xstrdup("fleet"),
					    .ended = TR_ENDED_EXITED };

		tr_context_add(&rec, "kernel", "6.1.0-28-amd64");
		tr_facts_add_recording(&f, &rec);
	}
	text = trace_text(&f, &len);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_gt(len, 2 * TR_TRACE_LINE_MAX);
	tr_facts_init(&back);
	ck_assert_int_eq(trace_parse(&back, text, len, NULL), 0);
	ck_assert(back.n_recordings == f.n_recordings);
	free(text);
	tr_facts_release(&back);
	tr_facts_release(&f);
}
END_TEST

/* What the reader would refuse is not written. */
START_TEST(too_much_is_not_written)
{
	struct tr_facts f;
	struct tr_fact fact = { .kind = TR_FACT_EXEC };

	tr_facts_init(&f);
	for (uint32_t i = 0; i <= TR_TRACE_RECORDINGS_MAX; i++) {
		struct tr_recording rec = { .id = tr_xasprintf("%032x", i) };

		tr_facts_add_recording(&f, &rec);
	}
	ck_assert_ptr_null(trace_text(&f, NULL));
	tr_facts_release(&f);
	tr_facts_init(&f);
	fact.path = tr_xmalloc(TR_TRACE_LINE_MAX + 1);
	memset(fact.path, 'x', TR_TRACE_LINE_MAX);
	fact.path[TR_TRACE_LINE_MAX] = '\0';
	tr_facts_add(&f, &fact, NULL);
	ck_assert_ptr_null(trace_text(&f, NULL));
	tr_facts_release(&f);
}
END_TEST

/* The most that a container can put into one line still fits. */
START_TEST(the_worst_fact_fits)
{
	struct tr_fact fact = { .kind = TR_FACT_EXEC };
	struct tr_facts f, back;
	char path[4096], exe[TR_EVIDENCE_EXE_LEN + 1], *text;
	size_t len = 0;

	memset(path, 1, sizeof(path));
	path[sizeof(path) - 1] = '\0';
	memset(exe, 2, sizeof(exe));
	exe[sizeof(exe) - 1] = '\0';
	tr_facts_init(&f);
	fact.path = tr_xstrdup(path);
	fact.interp = tr_xstrdup(path);
	for (uint32_t i = 0; i < TR_TRACE_RECORDINGS_MAX; i++) {
		struct tr_recording rec = { .id = tr_xasprintf("%032x", i) };

		tr_u32set_add(&fact.ev.recordings, tr_facts_add_recording(&f, &rec));
	}
	for (int i = 0; i < 2 * TR_EVIDENCE_EXES; i++) {
		exe[0] = (char)(1 + i % 31);
		exe[1] = (char)(1 + i / 31);
		tr_strset_add(&fact.ev.exes, exe);
	}
	for (uint32_t e = 1; e < 4096; e++)
		tr_u32set_add(&fact.ev.errnos, e);
	fact.ev.flags = fact.ev.phases = fact.ev.where = UINT32_MAX;
	fact.ev.first = fact.ev.last = INT64_C(253402300799);
	tr_facts_add(&f, &fact, NULL);
	text = trace_text(&f, &len);
	ck_assert_ptr_nonnull(text);
	tr_facts_init(&back);
	ck_assert_int_eq(trace_parse(&back, text, len, NULL), 0);
	free(text);
	tr_facts_release(&back);
	tr_facts_release(&f);
}
END_TEST

TR_SUITE("trace", a_finished_trace_is_read, every_member_is_read, all_bytes_survive,
	 what_is_no_trace, bad_recordings, bad_keys, bad_evidence, bad_footers, a_hole_is_no_cut,
	 unknown_members_are_passed_over, lines_are_bounded, many_recordings_are_read_back,
	 too_much_is_not_written, the_worst_fact_fits)
