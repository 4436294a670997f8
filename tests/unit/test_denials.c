// SPDX-License-Identifier: Apache-2.0
/* What AppArmor's records of refusals mean: as Linux 6.1 writes them. */
#include <string.h>
#include <sys/socket.h>

#include "lib/suite.h"
#include "record/denials.h"
#include "util/mem.h"
#include "util/strbuf.h"

#define HEAD "audit(1700000000.123:45): apparmor=\"DENIED\" operation="
#define FROM " profile=\"trammel-web\" "

static bool parse(struct denial_list *l, const char *record)
{
	return denial_parse(l, record, strlen(record), "trammel-web");
}

/* The rule that one record asks for. */
static void asks_for(const char *record, const char *rule)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;
	struct denial_list l = { 0 };

	ck_assert(parse(&l, record));
	ck_assert_uint_eq(l.n, 1);
	ck_assert(l.v[0].understood);
	need_rule(&sb, &l.v[0].need, "trammel-web");
	ck_assert_str_eq(strbuf_str(&sb), rule);
	denial_list_release(&l);
}

START_TEST(rules)
{
	asks_for(HEAD "\"open\"" FROM
		      "name=\"/etc/passwd\" pid=7 comm=\"cat\" requested_mask=\"rw\" "
		      "denied_mask=\"r\" fsuid=0 ouid=0",
		 "\"/etc/passwd\" r,");
	asks_for(HEAD "\"mknod\"" FROM "name=\"/tmp/x\" pid=7 comm=\"sh\" requested_mask=\"c\" "
		      "denied_mask=\"c\" fsuid=0 ouid=0",
		 "\"/tmp/x\" w,");
	asks_for(HEAD "\"exec\"" FROM "name=\"/bin/ls\" pid=7 comm=\"sh\" requested_mask=\"x\" "
		      "denied_mask=\"x\" fsuid=0 ouid=0",
		 "\"/bin/ls\" ix,");
	asks_for(HEAD "\"link\"" FROM "name=\"/tmp/new\" pid=7 comm=\"ln\" requested_mask=\"l\" "
		      "denied_mask=\"l\" fsuid=0 ouid=0 target=\"/tmp/old\"",
		 "link \"/tmp/new\" -> \"/tmp/old\",");
	asks_for(HEAD "\"capable\"" FROM "pid=7 comm=\"chown\" capability=0  capname=\"chown\"",
		 "capability chown,");
	asks_for(HEAD "\"create\"" FROM
		      "pid=7 comm=\"nc\" family=\"inet\" sock_type=\"stream\" protocol=6 "
		      "requested_mask=\"create\" denied_mask=\"create\"",
		 "network inet stream,");
	asks_for(HEAD "\"signal\"" FROM
		      "pid=7 comm=\"sh\" requested_mask=\"send\" denied_mask=\"send\" "
		      "signal=term peer=\"unconfined\"",
		 "signal (send) set=(term) peer=\"unconfined\",");
	asks_for(HEAD "\"ptrace\"" FROM
		      "pid=7 comm=\"gdb\" requested_mask=\"trace\" denied_mask=\"trace\" "
		      "peer=\"trammel-web\"",
		 "ptrace (trace) peer=\"trammel-web\",");
	asks_for(HEAD "\"umount\"" FROM "name=\"/mnt/\" pid=7 comm=\"umount\"",
		 "umount \"/mnt/\",");
}
END_TEST

START_TEST(hostile_names)
{
	/* '/tmp/a" capability sys_admin,' is in hexadecimal, and comm too. */
	asks_for(HEAD "\"open\"" FROM
		      "name=2F746D702F6122206361706162696C697479207379735F61646D696E2C pid=7 "
		      "comm=612062 requested_mask=\"r\" denied_mask=\"r\" fsuid=0 ouid=0",
		 "\"/tmp/a\\042\\040capability\\040sys_admin\\054\" r,");
}
END_TEST

START_TEST(whose)
{
	struct denial_list l = { 0 };

	/* A hat of ours, another profile that begins alike, and what was only allowed with a complaint. */
	ck_assert(parse(&l,
			HEAD "\"open\" profile=\"trammel-web//hat\" name=\"/a\" pid=1 comm=\"a\" "
			     "requested_mask=\"r\" denied_mask=\"r\""));
	ck_assert(!parse(&l, HEAD "\"open\" profile=\"trammel-web2\" name=\"/a\" pid=1 comm=\"a\" "
				  "requested_mask=\"r\" denied_mask=\"r\""));
	ck_assert(!parse(&l,
			 "audit(1.1:1): apparmor=\"ALLOWED\" operation=\"open\"" FROM
			 "name=\"/a\" pid=1 comm=\"a\" requested_mask=\"r\" denied_mask=\"r\""));
	ck_assert(!parse(&l, ""));
	ck_assert(!parse(&l, HEAD));
	ck_assert_uint_eq(l.n, 1);
	denial_list_release(&l);
}
END_TEST

START_TEST(counted)
{
	struct denial_list l = { 0 };

	for (int i = 0; i < 3; i++) {
		tr_cleanup_free char *record = tr_xasprintf(
			HEAD "\"open\"" FROM "name=\"/a\" pid=%d comm=\"a%d\" requested_mask=\"r\" "
			     "denied_mask=\"r\" fsuid=%d ouid=0",
			i, i, i);

		ck_assert(parse(&l, record));
	}
	ck_assert_uint_eq(l.n, 1);
	ck_assert_uint_eq(l.v[0].n, 3);
	ck_assert_str_eq(l.v[0].comm, "a0");
	for (int i = 0; i < 2000; i++) {
		tr_cleanup_free char *record = tr_xasprintf(
			HEAD "\"open\"" FROM "name=\"/%d\" pid=1 comm=\"a\" requested_mask=\"r\" "
			     "denied_mask=\"r\"",
			i);

		ck_assert(parse(&l, record));
	}
	ck_assert_uint_eq(l.n, 1000);
	ck_assert_uint_eq(l.more, 1001);
	denial_list_release(&l);
}
END_TEST

START_TEST(not_understood)
{
	struct denial_list l = { 0 };

	ck_assert(parse(
		&l, HEAD
		"\"mount\" info=\"failed flags match\" error=-13" FROM
		"name=\"/mnt/\" pid=7 comm=\"mount\" fstype=\"tmpfs\" srcname=\"x\" flags=\"rw\""));
	ck_assert(parse(&l, HEAD "\"capable\"" FROM
				 "pid=7 comm=\"x\" capability=99  capname=\"nothing\""));
	ck_assert_uint_eq(l.n, 2);
	ck_assert(!l.v[0].understood && !l.v[1].understood);
	ck_assert_ptr_nonnull(
		strstr(l.v[0].said, "operation=\"mount\" info=\"failed flags match\""));
	denial_list_release(&l);
}
END_TEST

TR_SUITE("denials", rules, hostile_names, whose, counted, not_understood)
