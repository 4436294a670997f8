// SPDX-License-Identifier: Apache-2.0
/* What an AppArmor profile allows beyond what was recorded, as `trammel verify` says it. */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/image_source.h"
#include "cli/markdown.h"
#include "cli/verify.h"
#include "util/json.h"
#include "util/mem.h"
#include "util/text.h"

#define SHOWN 10 /* names of each list, without --all */

static void say_not_looked(const struct verify *v)
{
	tr_cleanup_free char *word = image_source_hint(&v->facts);

	/* What a bundle has, and has not, was decided when it was made. */
	if (word && !v->bundle)
		cli_say("what else it allows of the image was not looked at: --files %s asks the "
			"engine for its files",
			word);
}

int verify_beyond(struct verify *v, struct tr_err *err)
{
	v->code = tr_check_writable_code(v->aa);
	tr_check_floor(&v->floor, v->aa);
	if (!v->files) {
		say_not_looked(v);
		return 0;
	}
	if (image_source_read(&v->list, v->files, err) < 0)
		return -1;
	image_source_hold(&v->list, &v->facts);
	tr_check_beyond(&v->beyond, v->aa, &v->facts, &v->list);
	return 0;
}

void verify_beyond_release(struct verify *v)
{
	free(v->code);
	tr_check_floor_release(&v->floor);
	tr_check_beyond_release(&v->beyond);
	tr_image_files_release(&v->list);
}

/* The lists, and what they are of. */
static const struct {
	const char *key, *what;
	size_t names; /* offset in struct tr_check_beyond */
	size_t all; /* the same of how many there are, recorded or not; 0: it is as many */
} lists[] = {
	{ "readable", "to read", offsetof(struct tr_check_beyond, read),
	  offsetof(struct tr_check_beyond, n_read) },
	{ "writable", "to write", offsetof(struct tr_check_beyond, write),
	  offsetof(struct tr_check_beyond, n_write) },
	{ "executable", "to run or map as code", offsetof(struct tr_check_beyond, exec),
	  offsetof(struct tr_check_beyond, n_exec) },
	{ "writable_code", "both to write and to run or map",
	  offsetof(struct tr_check_beyond, both), 0 },
};

static const struct tr_names *names_of(const struct verify *v, size_t i)
{
	return (const struct tr_names *)((const char *)&v->beyond + lists[i].names);
}

static size_t all_of(const struct verify *v, size_t i)
{
	return *(const size_t *)((const char *)&v->beyond + lists[i].all);
}

static void print_names(const struct verify *v, const struct tr_names *l)
{
	size_t n = v->all || l->n <= SHOWN ? l->n : SHOWN;

	for (size_t i = 0; i < n; i++) {
		tr_cleanup_free char *safe = text_escaped(l->v[i]);

		printf("    %s\n", safe);
	}
	if (n < l->n)
		printf("    %s... and %zu more: --all%s\n", c_dim(), l->n - n, c_reset());
}

static void print_files(const struct verify *v)
{
	printf("\n%sAllowed, and by nothing recorded%s: of %zu files in the image\n", c_bold(),
	       c_reset(), v->beyond.n_files);
	for (size_t i = 0; i < TR_ARRAY_SIZE(lists); i++) {
		const struct tr_names *l = names_of(v, i);

		printf("  %zu %s", l->n, lists[i].what);
		if (lists[i].all)
			printf(" (of %zu that may be)", all_of(v, i));
		else
			printf(", recorded or not");
		putchar('\n');
		print_names(v, l);
	}
}

static const char *letters_of(unsigned perms)
{
	return perms == TR_PERM_R ? "r" : perms == TR_PERM_W ? "w" : "rw";
}

static void print_floor(const struct verify *v)
{
	printf("\n%sDocker's default denies%s: ", c_bold(), c_reset());
	if (!v->floor.n && !v->floor.n_acts) {
		printf("all %zu places are kept away, and mounts and network alg\n", v->floor.of);
		return;
	}
	printf("%zu of %zu places are let through, and %zu of %zu kinds of mounts and sockets\n",
	       v->floor.n, v->floor.of, v->floor.n_acts, v->floor.of_acts);
	for (size_t i = 0; i < v->floor.n; i++) {
		const struct tr_check_let *l = &v->floor.v[i];

		printf("  %s%s%s for %s: %s\n", c_yellow(), l->path, c_reset(),
		       letters_of(l->perms), l->why);
	}
	for (size_t i = 0; i < v->floor.n_acts; i++)
		printf("  %s%s%s: %s\n", c_yellow(), v->floor.acts[i].path, c_reset(),
		       v->floor.acts[i].why);
}

void verify_beyond_text(const struct verify *v)
{
	if (v->files)
		print_files(v);
	printf("\n%sWritable code%s: ", c_bold(), c_reset());
	if (v->code) {
		tr_cleanup_free char *safe = text_escaped(v->code);

		printf("there are names that may be both written and run or mapped, for instance %s\n",
		       safe);
	} else {
		printf("no name may be both written and run or mapped\n");
	}
	print_floor(v);
}

/* JSON */

static json_object *json_of_names(const struct tr_names *l)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < l->n; i++) {
		tr_cleanup_free char *safe = text_escaped(l->v[i]);

		json_object_array_add(list, json_object_new_string(safe));
	}
	return list;
}

static json_object *json_of_floor(const struct verify *v)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->floor.n; i++) {
		json_object *o = json_object_new_object();

		json_add_string(o, "path", v->floor.v[i].path);
		json_add_string(o, "perms", letters_of(v->floor.v[i].perms));
		json_add_string(o, "why", v->floor.v[i].why);
		json_object_array_add(list, o);
	}
	return list;
}

static json_object *json_of_acts(const struct verify *v)
{
	json_object *list = json_object_new_array();

	for (size_t i = 0; i < v->floor.n_acts; i++) {
		json_object *o = json_object_new_object();

		json_add_string(o, "act", v->floor.acts[i].path);
		json_add_string(o, "why", v->floor.acts[i].why);
		json_object_array_add(list, o);
	}
	return list;
}

void verify_beyond_json(const struct verify *v, json_object *o)
{
	json_object *files = json_object_new_object();

	if (v->code) {
		tr_cleanup_free char *safe = text_escaped(v->code);

		json_add_string(o, "writable_code", safe);
	}
	json_object_object_add(o, "docker_denies_let_through", json_of_floor(v));
	json_object_object_add(o, "docker_denied_acts_allowed", json_of_acts(v));
	if (!v->files) {
		json_object_put(files);
		return;
	}
	json_object_object_add(files, "listed", json_object_new_int64((int64_t)v->beyond.n_files));
	for (size_t i = 0; i < TR_ARRAY_SIZE(lists); i++)
		json_object_object_add(files, lists[i].key, json_of_names(names_of(v, i)));
	json_object_object_add(o, "also_allowed", files);
}

/* Markdown: counts alone. */

void verify_beyond_markdown(const struct verify *v, struct strbuf *sb)
{
	strbuf_addf(sb,
		    "\n%s; %zu of the %zu places that Docker's default is to keep away are let "
		    "through, and %zu of the %zu kinds of mounts and sockets.\n",
		    v->code ? "There are names that may be both written and run or mapped" :
			      "No name may be both written and run or mapped",
		    v->floor.n, v->floor.of, v->floor.n_acts, v->floor.of_acts);
	if (!v->files)
		return;
	strbuf_addf(sb,
		    "\nOf %zu files in the image, beyond what was recorded: ", v->beyond.n_files);
	for (size_t i = 0; i < TR_ARRAY_SIZE(lists); i++)
		strbuf_addf(sb, "%s%zu %s", i ? ", " : "", names_of(v, i)->n, lists[i].what);
	strbuf_adds(sb, ".\n");
}
