// SPDX-License-Identifier: Apache-2.0
/* The AppArmor half of a rehearsal: the profile into the kernel, and out of it; what it refuses. */
#include <stdio.h>
#include <string.h>

#include "cli/bundle.h"
#include "cli/cmd.h"
#include "cli/confine.h"
#include "cli/engines.h"
#include "cli/rehearse.h"
#include "policy/needs.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

static int one_profile(struct rehearsal *h, const struct compiled *c, struct tr_err *err)
{
	if (c->names.n != 1)
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s: has %zu profiles: a container is under one", h->apparmor,
				  c->names.n);
	h->apparmor_name = tr_xstrdup(c->names.v[0]);
	return 0;
}

static int look_who_has_it(struct rehearsal *h, const struct apparmor_list *list,
			   struct tr_err *err)
{
	struct tr_strset ours = { 0 };
	int r = ours_read(&ours, err);

	h->was_loaded = apparmor_list_find(list, h->apparmor_name) != NULL;
	if (r == 0)
		r = ours_to_replace(list, &ours, h->apparmor_name, "", err);
	tr_strset_release(&ours);
	return r;
}

int rehearse_load(struct rehearsal *h, struct tr_err *err)
{
	struct apparmor_list list;
	struct compiled c;
	int r;

	if (!h->apparmor)
		return 0;
	/* First, for without AppArmor in the kernel nothing can be compiled for it either. */
	if (apparmor_list(&list, err) < 0)
		return -1;
	r = compiled_open(&c, h->apparmor, err);
	if (r < 0) {
		apparmor_list_release(&list);
		return -1;
	}
	r = one_profile(h, &c, err);
	if (r == 0)
		r = look_who_has_it(h, &list, err);
	apparmor_list_release(&list);
	if (r == 0)
		r = denials_open(&h->heard, h->apparmor_name, err);
	if (r == 0)
		r = apparmor_replace(c.blob, c.len, err);
	h->loaded = r == 0;
	if (r == 0 && h->was_loaded)
		r = ours_note(&c.names, true, err);
	compiled_release(&c);
	return r;
}

/* What was there before stays, as what it is now; else a container that still runs keeps it there. */
void rehearse_unload(struct rehearsal *h)
{
	struct tr_err err tr_cleanup_err = { 0 };
	struct apparmor_users users = { 0 };
	tr_cleanup_free char *safe = NULL, *who = NULL;

	denials_close(h->heard);
	h->heard = NULL;
	if (!h->loaded || h->was_loaded)
		return;
	safe = text_escaped(h->apparmor_name);
	if (apparmor_users(&users, h->apparmor_name, &err) < 0) {
		cli_warn("%s", tr_err_msg(&err));
		return;
	}
	who = users_text(&users);
	if (users.n)
		cli_warn("%s: stays loaded: %s under it", safe, who);
	else if (apparmor_remove(h->apparmor_name, &err) < 0)
		cli_warn("%s: stays loaded: %s", safe, tr_err_msg(&err));
	apparmor_users_release(&users);
}

int rehearse_engine_confines(const struct rehearsal *h, struct tr_engine *e, struct tr_err *err)
{
	struct tr_engine_info info;
	bool confines;

	if (!h->apparmor)
		return 0;
	if (tr_engine_info(e, &info, err) < 0)
		return -1;
	confines = info.apparmor;
	tr_engine_info_release(&info);
	if (confines)
		return 0;
	return tr_err_set(err, TR_ERR_CANNOT,
			  "%s has no AppArmor, and would run the container without the profile",
			  tr_engine_version(e));
}

/* On the heap, or NULL. An engine that does not answer is told of when it is to run the container. */
static char *cannot_confine(struct rehearsal *h)
{
	tr_cleanup_err struct tr_err err = { 0 };
	struct apparmor_list list;
	struct engines engines;
	int r;

	if (h->cgroup)
		return tr_xstrdup("with --cgroup the command puts it in force itself: name it with "
				  "--apparmor where it does");
	if (h->cmdline.has_apparmor)
		return tr_xstrdup("the command has a --security-opt apparmor of its own");
	if (apparmor_list(&list, &err) < 0)
		return tr_xstrdup(tr_err_msg(&err));
	apparmor_list_release(&list);
	if (engines_open(&engines, &h->cmdline, NULL) < 0)
		return NULL;
	r = engines.n ? rehearse_engine_confines(h, engines.e[0], &err) : 0;
	engines_close(&engines);
	return r < 0 ? tr_xstrdup(tr_err_msg(&err)) : NULL;
}

int rehearse_of_bundle(struct rehearsal *h, const char *dir, struct tr_err *err)
{
	if (h->apparmor)
		return 0;
	if (bundle_apparmor(dir, &h->apparmor_of_bundle, &h->left_out, err) < 0)
		return -1;
	h->apparmor = h->apparmor_of_bundle;
	if (h->apparmor)
		h->left_out = cannot_confine(h);
	if (h->left_out) {
		h->apparmor = NULL;
		cli_warn("not under AppArmor, only under seccomp: %s", h->left_out);
	}
	return 0;
}

static char *missing_rule(const struct rehearsal *h, const struct denial *d)
{
	cleanup_strbuf struct strbuf sb = STRBUF_INIT;

	if (!d->understood)
		return NULL;
	need_rule(&sb, &d->need, h->apparmor_name);
	return strbuf_detach(&sb);
}

void rehearse_print_denials(const struct rehearsal *h, const struct denial_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct denial *d = &l->v[i];
		tr_cleanup_free char *comm = text_escaped(d->comm);
		tr_cleanup_free char *said = text_escaped(d->said);
		tr_cleanup_free char *rule = missing_rule(h, d);

		printf("    refused: %s%s%s by AppArmor, asked by %s", c_bold(), d->operation,
		       c_reset(), comm);
		printf(d->n > 1 ? ", %u times\n" : "\n", d->n);
		if (rule)
			printf("      missing: %s\n", rule);
		else
			printf("      the kernel says: %s\n", said);
	}
	if (l->more)
		printf("    and %zu more refusals\n", l->more);
}

void rehearse_add_denials(const struct rehearsal *h, const struct denial_list *l, json_object *a)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct denial *d = &l->v[i];
		json_object *o = json_object_new_object();
		tr_cleanup_free char *comm = text_escaped(d->comm);
		tr_cleanup_free char *said = text_escaped(d->said);
		tr_cleanup_free char *rule = missing_rule(h, d);
		tr_cleanup_free char *operation = text_escaped(d->operation);

		json_add_string(o, "apparmor", operation);
		json_add_string(o, "comm", comm);
		json_add_string(o, "said", said);
		if (rule)
			json_add_string(o, "missing", rule);
		json_object_object_add(o, "times", json_object_new_int64(d->n));
		json_object_array_add(a, o);
	}
}
