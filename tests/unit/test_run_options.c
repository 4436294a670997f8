// SPDX-License-Identifier: Apache-2.0
/* What a container is to be run with: each decision, and that nothing recorded gets out of its place. */
#include <json-c/json.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/suite.h"
#include "trammel/policy_run.h"
#include "trammel/run_text.h"
#include "util/mem.h"
#include "util/yaml.h"

static struct tr_facts facts;
static struct tr_run_options run;

static uint32_t recording(const char *id)
{
	struct tr_recording rec = { 0 };

	rec.id = tr_xstrdup(id);
	rec.subject = tr_xstrdup("web");
	rec.start_seen = true;
	rec.ended = TR_ENDED_EXITED;
	tr_context_add(&rec, "backend", "hooks");
	tr_context_add(&rec, "gains", "watched");
	tr_context_add(&rec, "memory.peak", "104857600");
	tr_context_add(&rec, "pids.peak", "40");
	return tr_facts_add_recording(&facts, &rec);
}

static void begin(void)
{
	tr_facts_init(&facts);
	recording("00000000000000000000000000000001");
}

static void says(const char *key, const char *value)
{
	tr_context_add(&facts.recordings[0], key, value);
}

static void add(struct tr_fact fact)
{
	tr_u32set_add(&fact.ev.recordings, 0);
	if (!fact.ev.phases)
		fact.ev.phases = TR_PHASE_MAIN;
	if (!fact.ev.flags)
		fact.ev.flags = TR_EV_DONE;
	tr_strset_add(&fact.ev.exes, "/bin/app");
	tr_facts_add(&facts, &fact, NULL);
}

static struct tr_fact file(const char *path, enum tr_act act, unsigned perms, uint32_t where)
{
	return (struct tr_fact){
		.kind = TR_FACT_FILE,
		.path = tr_xstrdup(path),
		.act = (uint16_t)act,
		.perms = (uint16_t)perms,
		.ev.where = where,
	};
}

static void written(const char *path)
{
	add(file(path, TR_ACT_CREATE, TR_PERM_W, TR_WHERE_IMAGE));
}

static void opened(const char *path)
{
	add(file(path, TR_ACT_OPEN, TR_PERM_R, TR_WHERE_IMAGE));
}

static void ran(const char *path, uint32_t flags)
{
	add((struct tr_fact){ .kind = TR_FACT_EXEC,
			      .path = tr_xstrdup(path),
			      .ev = { .flags = flags, .where = TR_WHERE_IMAGE } });
}

static void capability(unsigned cap, enum tr_need need, uint32_t phases)
{
	add((struct tr_fact){ .kind = TR_FACT_CAPABILITY,
			      .cap = (uint16_t)cap,
			      .need = (uint16_t)need,
			      .ev.phases = phases });
}

static const struct tr_image_files *image;

static void make(void)
{
	const struct tr_policy_run_opts opts = { .seccomp = "web.json",
						 .apparmor = "trammel-web",
						 .image = image };
	struct tr_err err tr_cleanup_err = { 0 };

	ck_assert_msg(tr_policy_run(&run, &facts, &opts, &err) == 0, "%s", tr_err_msg(&err));
}

static void end(void)
{
	tr_run_options_release(&run);
	tr_facts_release(&facts);
}

/* The one of a kind (and value, if it is not NULL); NULL where there is none. */
static const struct tr_run_option *find(enum tr_run_kind kind, const char *value)
{
	for (size_t i = 0; i < run.n; i++)
		if (run.v[i].kind == kind &&
		    (!value || (run.v[i].value && !strcmp(run.v[i].value, value))))
			return &run.v[i];
	return NULL;
}

static void given(enum tr_run_kind kind, const char *value, const char *more)
{
	const struct tr_run_option *v = find(kind, value);

	ck_assert_msg(v && !v->left_out, "no %s %s", tr_run_kind_name(kind), value ? value : "");
	if (more)
		ck_assert_str_eq(v->more, more);
	else
		ck_assert_ptr_null(v->more);
}

static void left_out(enum tr_run_kind kind, const char *value, const char *why)
{
	const struct tr_run_option *v = find(kind, value);

	ck_assert_msg(v && v->left_out, "%s %s", tr_run_kind_name(kind), value ? value : "");
	ck_assert_msg(strstr(v->why, why) != NULL, "%s", v->why);
}

START_TEST(capabilities_that_were_needed)
{
	begin();
	capability(CAP_SETUID, TR_NEED_NEEDED, TR_PHASE_MAIN);
	capability(CAP_CHOWN, TR_NEED_PROBED, TR_PHASE_MAIN);
	capability(CAP_SYS_ADMIN, TR_NEED_NEEDED, TR_PHASE_RUNTIME);
	make();
	given(TR_RUN_CAP_DROP, "ALL", NULL);
	given(TR_RUN_CAP_ADD, "SETUID", NULL);
	ck_assert_ptr_null(find(TR_RUN_CAP_ADD, "CHOWN"));
	ck_assert_ptr_null(find(TR_RUN_CAP_ADD, "SYS_ADMIN"));
	end();
}
END_TEST

START_TEST(capabilities_perhaps_needed)
{
	begin();
	capability(CAP_SETUID, TR_NEED_UNKNOWN, TR_PHASE_MAIN);
	capability(CAP_NET_ADMIN, TR_NEED_UNKNOWN, TR_PHASE_MAIN);
	says("caps.add", "CAP_NET_ADMIN");
	make();
	left_out(TR_RUN_CAP_DROP, "SETUID", "not known to be needed");
	left_out(TR_RUN_CAP_ADD, "NET_ADMIN", "not known to be needed");
	ck_assert_ptr_null(find(TR_RUN_CAP_DROP, "ALL"));
	given(TR_RUN_CAP_DROP, "SETGID", NULL);
	ck_assert_ptr_null(tr_run_options_find(&run, TR_RUN_CAP_ADD));
	end();
	/* One that the container did not have was refused, and it went on. */
	begin();
	capability(CAP_NET_ADMIN, TR_NEED_UNKNOWN, TR_PHASE_MAIN);
	make();
	given(TR_RUN_CAP_DROP, "ALL", NULL);
	ck_assert_ptr_null(find(TR_RUN_CAP_ADD, NULL));
	end();
}
END_TEST

static void drops_nothing_where(const char *key, const char *value)
{
	begin();
	says(key, value);
	make();
	left_out(TR_RUN_CAPS, NULL, "none is dropped");
	ck_assert_ptr_null(find(TR_RUN_CAP_DROP, NULL));
	end();
}

START_TEST(capabilities_not_seen)
{
	drops_nothing_where("backend.misses", "capability");
	drops_nothing_where("hooks.missing", "hook.capable");
}
END_TEST

START_TEST(gains)
{
	begin();
	make();
	given(TR_RUN_NO_NEW_PRIVILEGES, NULL, NULL);
	end();
	begin();
	ran("/usr/bin/su", TR_EV_DONE | TR_EV_GAINED);
	make();
	left_out(TR_RUN_NO_NEW_PRIVILEGES, NULL, "/usr/bin/su");
	end();
	/* One recording that does not tell is enough. */
	begin();
	recording("00000000000000000000000000000002");
	tr_context_add(&facts.recordings[1], "backend", "hooks");
	make();
	given(TR_RUN_NO_NEW_PRIVILEGES, NULL, NULL);
	tr_run_options_release(&run);
	{
		struct tr_recording rec = { .start_seen = true, .ended = TR_ENDED_EXITED };

		rec.id = tr_xstrdup("00000000000000000000000000000003");
		tr_facts_add_recording(&facts, &rec);
	}
	make();
	left_out(TR_RUN_NO_NEW_PRIVILEGES, NULL, "1 of 3 recordings");
	left_out(TR_RUN_MEMORY, NULL, "1 of 3 recordings");
	left_out(TR_RUN_PIDS, NULL, "1 of 3 recordings");
	end();
}
END_TEST

START_TEST(nothing_written)
{
	begin();
	opened("/etc/passwd");
	add(file("/proc/self/x", TR_ACT_OPEN, TR_PERM_W, TR_WHERE_PROC));
	add(file("/dev/shm/x", TR_ACT_CREATE, TR_PERM_W, TR_WHERE_DEV));
	add(file("/var/log/app", TR_ACT_CREATE, TR_PERM_W, TR_WHERE_IMAGE));
	make();
	given(TR_RUN_READ_ONLY, NULL, NULL);
	given(TR_RUN_VOLUME, "/var/log", NULL);
	end();
	begin();
	opened("/etc/passwd");
	{
		struct tr_fact failed = file("/x", TR_ACT_CREATE, TR_PERM_W, TR_WHERE_IMAGE);

		failed.ev.flags = TR_EV_FAILED;
		add(failed);
	}
	make();
	given(TR_RUN_READ_ONLY, NULL, NULL);
	ck_assert_ptr_null(find(TR_RUN_VOLUME, NULL));
	ck_assert_ptr_null(find(TR_RUN_TMPFS, NULL));
	end();
	begin();
	make();
	left_out(TR_RUN_READ_ONLY, NULL, "not recorded");
	end();
}
END_TEST

START_TEST(places)
{
	begin();
	written("/tmp/a/b");
	add(file("/tmp/a/", TR_ACT_MKDIR, TR_PERM_W, TR_WHERE_IMAGE));
	written("/run/app.pid");
	written("/var/lib/app/data/x");
	written("/var/lib/app/y");
	make();
	given(TR_RUN_READ_ONLY, NULL, NULL);
	given(TR_RUN_TMPFS, "/tmp", NULL);
	given(TR_RUN_TMPFS, "/run", NULL);
	given(TR_RUN_VOLUME, "/var/lib/app", NULL);
	ck_assert_ptr_null(find(TR_RUN_VOLUME, "/var/lib/app/data"));
	ck_assert_ptr_null(find(TR_RUN_TMPFS, "/tmp/a"));
	end();
	/* In the root itself there is nothing to mount. */
	begin();
	written("/dump.rdb");
	written("/tmp/x");
	make();
	left_out(TR_RUN_READ_ONLY, NULL, "/dump.rdb");
	ck_assert_ptr_null(find(TR_RUN_TMPFS, NULL));
	end();
	/* A directory that the container makes in the root is in the root. */
	begin();
	add(file("/data/", TR_ACT_MKDIR, TR_PERM_W, TR_WHERE_IMAGE));
	written("/data/x");
	make();
	left_out(TR_RUN_READ_ONLY, NULL, "/data");
	end();
	begin();
	add(file("/etc/hosts", TR_ACT_OPEN, TR_PERM_W, TR_WHERE_VOLUME));
	make();
	left_out(TR_RUN_READ_ONLY, NULL, "/etc/hosts");
	end();
	/* Of the directory itself, not of its parent. */
	begin();
	add(file("/var/lib/app/", TR_ACT_CHOWN, TR_PERM_W, TR_WHERE_IMAGE));
	make();
	given(TR_RUN_VOLUME, "/var/lib/app", NULL);
	end();
}
END_TEST

START_TEST(tmpfs_that_would_not_do)
{
	/* A file of the image is there. */
	begin();
	written("/run/app.pid");
	opened("/run/app/default.conf");
	make();
	given(TR_RUN_VOLUME, "/run", NULL);
	ck_assert_ptr_null(find(TR_RUN_TMPFS, NULL));
	end();
	/* What the container made itself is not hidden. */
	begin();
	add(file("/run/app/", TR_ACT_MKDIR, TR_PERM_W, TR_WHERE_IMAGE));
	opened("/run/app/default.conf");
	make();
	given(TR_RUN_TMPFS, "/run", NULL);
	end();
	begin();
	written("/tmp/tool");
	ran("/tmp/tool", TR_EV_DONE);
	make();
	given(TR_RUN_TMPFS, "/tmp", "exec");
	end();
	/* A tmpfs is nosuid. */
	begin();
	written("/tmp/tool");
	ran("/tmp/tool", TR_EV_DONE | TR_EV_GAINED);
	make();
	given(TR_RUN_VOLUME, "/tmp", NULL);
	end();
	/* A directory of the image below: who owns it is not known. */
	begin();
	written("/run/redis/redis.pid");
	make();
	given(TR_RUN_VOLUME, "/run/redis", NULL);
	end();
}
END_TEST

static void linked(const char *path, const char *target)
{
	struct tr_fact fact = file(path, TR_ACT_LINK, TR_PERM_L, TR_WHERE_IMAGE);

	fact.source = tr_xstrdup(target);
	add(fact);
}

static void why_has(enum tr_run_kind kind, const char *value, const char *words)
{
	const struct tr_run_option *v = find(kind, value);

	ck_assert_msg(v && strstr(v->why, words), "%s", v ? v->why : "not there");
}

/* What the image has is known of its list alone: it may never have been used. */
START_TEST(files_of_the_image)
{
	static const char list[] = "trammel-image-files 1 -\n"
				   "d 755 /\nd 755 /run/\nf 644 /run/default.conf\n"
				   "d 755 /runner/\nf 4755 /runner/su\nf 2644 /runner/data\n"
				   "d 1777 /tmp/\nd 755 /tmp/empty/\n";
	struct tr_image_files files = { 0 };

	ck_assert_int_eq(tr_image_files_parse(&files, list, strlen(list), "list", NULL), 0);
	begin();
	written("/run/app.pid");
	written("/tmp/scratch");
	make();
	given(TR_RUN_TMPFS, "/run", NULL);
	why_has(TR_RUN_TMPFS, "/run", "--files tells");
	end();
	image = &files;
	begin();
	written("/run/app.pid");
	written("/tmp/scratch");
	make();
	given(TR_RUN_VOLUME, "/run", NULL);
	why_has(TR_RUN_VOLUME, "/run", "(1, the first is /run/default.conf)");
	given(TR_RUN_TMPFS, "/tmp", NULL);
	why_has(TR_RUN_TMPFS, "/tmp", "the image has no file there");
	why_has(TR_RUN_NO_NEW_PRIVILEGES, NULL, "1 set-id program (/runner/su)");
	end();
	/* An empty directory of the image in which something was made. */
	begin();
	written("/tmp/scratch");
	written("/tmp/empty/made");
	make();
	given(TR_RUN_VOLUME, "/tmp", NULL);
	end();
	image = NULL;
	tr_image_files_release(&files);
}
END_TEST

START_TEST(two_names_on_one_mount)
{
	begin();
	written("/var/spool/a/x");
	written("/var/spool/b/y");
	linked("/var/spool/b/z", "/var/spool/a/x");
	make();
	given(TR_RUN_VOLUME, "/var/spool", NULL);
	end();
	begin();
	written("/var/spool/x");
	linked("/tmp/z", "/var/spool/x");
	make();
	left_out(TR_RUN_READ_ONLY, NULL, "hard links");
	end();
	begin();
	add(file("/srv/new/x", TR_ACT_RENAME_FROM, TR_PERM_R | TR_PERM_W, TR_WHERE_IMAGE));
	add(file("/srv/cur/x", TR_ACT_RENAME_TO, TR_PERM_W, TR_WHERE_IMAGE));
	make();
	given(TR_RUN_VOLUME, "/srv", NULL);
	end();
	begin();
	add(file("/srv/x.tmp", TR_ACT_RENAME_FROM, TR_PERM_R | TR_PERM_W, TR_WHERE_IMAGE));
	add(file("/srv/x", TR_ACT_RENAME_TO, TR_PERM_W, TR_WHERE_IMAGE));
	written("/tmp/y");
	add(file("/tmp/y", TR_ACT_RENAME_FROM, TR_PERM_R | TR_PERM_W, TR_WHERE_IMAGE));
	add(file("/tmp/z", TR_ACT_RENAME_TO, TR_PERM_W, TR_WHERE_IMAGE));
	make();
	given(TR_RUN_VOLUME, "/srv", NULL);
	given(TR_RUN_TMPFS, "/tmp", NULL);
	end();
}
END_TEST

/* What no option can name is covered by what is above it. */
START_TEST(places_without_a_name)
{
	static const char *const bad[] = { "a:b",      "a,b",	       "a\nb", "a\"b", "\xff",
					   "a\x1b[2J", "\xe2\x80\xae", "a\\b", "a'b" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(bad); i++) {
		tr_cleanup_free char *path = tr_xasprintf("/srv/%s/c/x", bad[i]);

		begin();
		written(path);
		make();
		given(TR_RUN_VOLUME, "/srv", NULL);
		end();
	}
}
END_TEST

START_TEST(volumes)
{
	const struct tr_run_option *v;

	begin();
	says("mounts", "bind:/conf:rw");
	says("mounts", "volume:/data:rw");
	says("mounts", "volume:/spare:rw");
	says("mounts", "tmpfs:/scratch:rw");
	says("mounts", "bind:/lost:rw");
	says("mounts.source", "/conf:/srv/conf");
	says("mounts.source", "/data:pgdata");
	says("mounts.source",
	     "/spare:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	add(file("/data/x", TR_ACT_CREATE, TR_PERM_W, TR_WHERE_VOLUME));
	add(file("/conf/x", TR_ACT_OPEN, TR_PERM_R, TR_WHERE_VOLUME));
	add(file("/scratch/lib", TR_ACT_MMAP, TR_PERM_M, TR_WHERE_TMPFS));
	make();
	given(TR_RUN_READ_ONLY, NULL, NULL);
	given(TR_RUN_VOLUME, "/conf", "/srv/conf");
	ck_assert((v = find(TR_RUN_VOLUME, "/conf"))->is_bind && v->read_only);
	given(TR_RUN_VOLUME, "/data", "pgdata");
	ck_assert(!(v = find(TR_RUN_VOLUME, "/data"))->is_bind && !v->read_only);
	given(TR_RUN_VOLUME, "/spare", NULL);
	ck_assert(find(TR_RUN_VOLUME, "/spare")->read_only);
	given(TR_RUN_TMPFS, "/scratch", "exec");
	left_out(TR_RUN_VOLUME, "/lost", "never written");
	end();
}
END_TEST

START_TEST(users)
{
	static const char *const roots[] = { "", "0", "root", "0:0", "root:www" };

	for (size_t i = 0; i < TR_ARRAY_SIZE(roots); i++) {
		begin();
		says("user", roots[i]);
		capability(CAP_CHOWN, TR_NEED_NEEDED, TR_PHASE_MAIN);
		make();
		left_out(TR_RUN_USER, NULL, "CHOWN");
		end();
	}
	begin();
	says("user", "1000:www-data");
	make();
	given(TR_RUN_USER, "1000:www-data", NULL);
	end();
	begin();
	says("user", "x --privileged");
	make();
	left_out(TR_RUN_USER, NULL, "cannot be said");
	end();
}
END_TEST

static void network(unsigned family, unsigned type, const char *address, unsigned port)
{
	add((struct tr_fact){ .kind = TR_FACT_NETWORK,
			      .sock = { (uint16_t)family, (uint16_t)type, 0, (uint16_t)port },
			      .path = address ? tr_xstrdup(address) : NULL });
}

START_TEST(networks)
{
	begin();
	network(AF_UNIX, SOCK_STREAM, NULL, 0);
	network(AF_NETLINK, SOCK_RAW, NULL, 0);
	make();
	given(TR_RUN_NETWORK, "none", NULL);
	end();
	begin();
	network(AF_INET, SOCK_STREAM, "0.0.0.0", 80);
	network(AF_INET6, SOCK_STREAM, "::", 80);
	network(AF_INET, SOCK_DGRAM, "10.0.0.2", 53);
	network(AF_INET, SOCK_STREAM, "127.0.0.1", 9000);
	network(AF_INET, SOCK_STREAM, "0.0.0.0", 0);
	make();
	left_out(TR_RUN_NETWORK, "none", "IPv4");
	left_out(TR_RUN_PORT, "80/tcp", "/bin/app");
	left_out(TR_RUN_PORT, "53/udp", "/bin/app");
	ck_assert_ptr_null(find(TR_RUN_PORT, "9000/tcp"));
	ck_assert_ptr_null(find(TR_RUN_PORT, "0/tcp"));
	end();
	begin();
	network(AF_PACKET, SOCK_RAW, NULL, 0);
	make();
	left_out(TR_RUN_NETWORK, "none", "packet");
	end();
}
END_TEST

START_TEST(peaks)
{
	begin();
	make();
	given(TR_RUN_PIDS, "80", NULL);
	given(TR_RUN_MEMORY, "209715200", NULL);
	end();
	/* Little is no measure: a runtime needs more for a start. */
	tr_facts_init(&facts);
	{
		struct tr_recording rec = { .start_seen = true, .ended = TR_ENDED_EXITED };

		rec.id = tr_xstrdup("00000000000000000000000000000001");
		tr_context_add(&rec, "memory.peak", "4096");
		tr_context_add(&rec, "pids.peak", "1");
		tr_facts_add_recording(&facts, &rec);
	}
	make();
	given(TR_RUN_PIDS, "64", NULL);
	given(TR_RUN_MEMORY, "67108864", NULL);
	end();
}
END_TEST

/* What a shell makes of the script: the words behind `docker run`, one a line, as the command gets them. */
static char *script_words(void)
{
	char dir[] = "/tmp/run-options.XXXXXX", buf[4096];
	tr_cleanup_free char *path = NULL, *command = NULL;
	char *text = NULL;
	size_t len = 0, n;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	path = tr_xasprintf("%s/script", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	tr_run_options_write_docker(&run, f);
	fclose(f);
	command = tr_xasprintf("cd %s && DOCKER=./print && printf '#!/bin/sh\\nfor i; do printf "
			       "\"<%%%%s>\\\\n\" \"$i\"; done\\n' >print && chmod +x print && "
			       "export DOCKER && sh script IMAGE 2>&1; ls -A",
			       dir);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0) {
		text = tr_xrealloc(text, len + n + 1, 1);
		memcpy(text + len, buf, n);
		text[len += n] = '\0';
	}
	ck_assert_int_eq(pclose(f), 0);
	free(tr_take(command));
	command = tr_xasprintf("rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
	return text;
}

static json_object *compose_service(void)
{
	struct tr_err err tr_cleanup_err = { 0 };
	json_object *root, *services = NULL, *service = NULL;
	char *text = NULL, *json = NULL;
	size_t len = 0, json_len;
	FILE *f = open_memstream(&text, &len);

	tr_run_options_write_compose(&run, f);
	fclose(f);
	ck_assert_msg(yaml_to_json(text, len, "t", 0, &json, &json_len, &err) == 1, "%s: %s",
		      tr_err_msg(&err), text);
	root = json_tokener_parse(json);
	ck_assert_int_eq(json_object_object_length(root), 1);
	ck_assert(json_object_object_get_ex(root, "services", &services));
	ck_assert_int_eq(json_object_object_length(services), 1);
	json_object_object_foreach(services, name, value) {
		ck_assert_str_eq(name, run.service);
		service = json_object_get(value);
	}
	json_object_put(root);
	free(json);
	free(text);
	return service;
}

static void has_item(json_object *service, const char *key, const char *item)
{
	json_object *list = NULL;

	ck_assert_msg(json_object_object_get_ex(service, key, &list), "no %s", key);
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)), item))
			return;
	ck_abort_msg("no %s in %s", item, json_object_to_json_string(list));
}

START_TEST(spellings)
{
	tr_cleanup_free char *words = NULL;
	json_object *service, *o = NULL;

	begin();
	capability(CAP_SETUID, TR_NEED_NEEDED, TR_PHASE_MAIN);
	written("/tmp/x");
	add(file("/tmp/x", TR_ACT_MMAP, TR_PERM_M, TR_WHERE_IMAGE));
	written("/var/$HOME dir/x");
	says("mounts", "bind:/conf:rw");
	says("mounts.source", "/conf:/srv/my conf");
	says("user", "www-data");
	make();
	words = script_words();
	for (const char *const *w =
		     (const char *const[]){ "<run>\n", "<--security-opt>\n<seccomp=./web.json>\n",
					    "<--security-opt>\n<apparmor=trammel-web>\n",
					    "<--cap-drop>\n<ALL>\n", "<--cap-add>\n<SETUID>\n",
					    "<--security-opt>\n<no-new-privileges>\n",
					    "<--read-only>\n", "<--tmpfs>\n</tmp:exec>\n",
					    "<--mount>\n<type=volume,target=/var/$HOME dir>\n",
					    "<--mount>\n<type=bind,source=/srv/my "
					    "conf,target=/conf,readonly>\n",
					    "<--user>\n<www-data>\n", "<--network>\n<none>\n",
					    "<--pids-limit>\n<80>\n", "<--memory>\n<209715200>\n",
					    "<IMAGE>\n", NULL };
	     *w; w++)
		ck_assert_msg(strstr(words, *w) != NULL, "no %s in %s", *w, words);
	service = compose_service();
	has_item(service, "security_opt", "seccomp=web.json");
	has_item(service, "security_opt", "apparmor=trammel-web");
	has_item(service, "security_opt", "no-new-privileges:true");
	has_item(service, "cap_drop", "ALL");
	has_item(service, "cap_add", "SETUID");
	has_item(service, "tmpfs", "/tmp:exec");
	ck_assert(json_object_object_get_ex(service, "read_only", &o));
	ck_assert(json_object_get_boolean(o));
	ck_assert(json_object_object_get_ex(service, "network_mode", &o));
	ck_assert_str_eq(json_object_get_string(o), "none");
	ck_assert(json_object_object_get_ex(service, "pids_limit", &o));
	ck_assert_int_eq(json_object_get_int(o), 80);
	ck_assert(json_object_object_get_ex(service, "mem_limit", &o));
	ck_assert_int_eq(json_object_get_int(o), 209715200);
	ck_assert(json_object_object_get_ex(service, "volumes", &o));
	ck_assert_int_eq(json_object_array_length(o), 2);
	/* A variable of compose is none. */
	ck_assert_ptr_nonnull(
		strstr(json_object_to_json_string_ext(o, JSON_C_TO_STRING_NOSLASHESCAPE),
		       "/var/$$HOME dir"));
	json_object_put(service);
	end();
}
END_TEST

/* Whatever the strings of a trace are, there is no option, line, member or command that was not meant. */
START_TEST(hostile)
{
	static const char *const bad[] = {
		"\n--privileged",
		"'; touch pwned; '",
		"`touch pwned`",
		"$(touch pwned)",
		"\ntouch pwned\n",
		"x\\\ntouch pwned",
		"\r\ntouch pwned",
		"\"\n    privileged: true\n",
		"- x\n    privileged: true",
		"\x1b]0;x\x07",
		"\xff\xfe",
		"${HOME}",
		"*a",
		"&a [",
		"a # b",
		"\xe2\x80\xa8privileged: true",
		"\xc2\x85privileged: true",
		"EOF\ntouch pwned",
		"%s%n",
		"",
	};

	for (size_t i = 0; i < TR_ARRAY_SIZE(bad); i++) {
		tr_cleanup_free char *words = NULL, *path = tr_xasprintf("/srv/%s", bad[i]),
				     *mount = tr_xasprintf("volume:/m%s:rw", bad[i]),
				     *source = tr_xasprintf("/m%s:%s", bad[i], bad[i]),
				     *below = tr_xasprintf("%s/x", path);
		json_object *service, *o = NULL;

		begin();
		free(facts.recordings[0].subject);
		facts.recordings[0].subject = tr_xstrdup(bad[i]);
		says("image", bad[i]);
		says("user", bad[i]);
		ran(bad[i], TR_EV_DONE | TR_EV_GAINED);
		says("mounts", mount);
		says("mounts.source", source);
		says("memory.peak", bad[i]);
		written(below);
		network(AF_INET, SOCK_STREAM, bad[i], 80);
		{
			struct tr_fact fact = file(path, TR_ACT_OPEN, TR_PERM_W, TR_WHERE_IMAGE);

			tr_strset_add(&fact.ev.exes, bad[i]);
			add(fact);
		}
		make();
		words = script_words();
		ck_assert_msg(strncmp(words, "<run>\n", 6) == 0, "%s", words);
		ck_assert_ptr_null(strstr(words, "\n<--privileged>"));
		/* The script and the command are all there is in the directory. */
		ck_assert_ptr_null(strstr(words, "\npwned\n"));
		ck_assert_msg(strstr(words, "<IMAGE>\nprint\nscript\n") != NULL, "%s", words);
		service = compose_service();
		ck_assert(!json_object_object_get_ex(service, "privileged", &o));
		json_object_put(service);
		end();
	}
}
END_TEST

TR_SUITE("run options", capabilities_that_were_needed, capabilities_perhaps_needed,
	 capabilities_not_seen, gains, nothing_written, places, tmpfs_that_would_not_do,
	 files_of_the_image, two_names_on_one_mount, places_without_a_name, volumes, users,
	 networks, peaks, spellings, hostile)
