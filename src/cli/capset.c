// SPDX-License-Identifier: Apache-2.0
#include "cli/capset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/capability.h>

#include "trammel/seccomp.h"
#include "util/mem.h"

#define ALL UINT64_MAX

/* -1 if it is none; "NET_ADMIN" and "CAP_NET_ADMIN" are the same, as for Docker. */
static int number_of(const char *name)
{
	tr_cleanup_free char *full = NULL;
	cap_value_t value;

	full = tr_xasprintf("%s%s", strncasecmp(name, "cap_", 4) ? "cap_" : "", name);
	if (cap_from_name(full, &value) < 0 || value > 63)
		return -1;
	/* libcap takes numbers, too. */
	return full[4] >= '0' && full[4] <= '9' ? -1 : (int)value;
}

bool capset_parse(uint64_t *set, const char *list, const char **ret_bad)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		tr_cleanup_free char *word = tr_xstrndup(list, n);
		int cap = number_of(word);

		if (!strcasecmp(word, "all"))
			*set = ALL;
		else if (cap >= 0)
			*set |= UINT64_C(1) << cap;
		else {
			*ret_bad = list;
			return false;
		}
		list += n + (list[n] == ',');
	}
	return true;
}

/* moby daemon/pkg/oci/caps/utils.go: TweakCapabilities. */
static uint64_t reckon(const struct capset *c)
{
	uint64_t set = 0;

	if (c->add == ALL)
		return c->drop == ALL ? ALL : ALL & ~c->drop;
	if (c->drop != ALL)
		for (size_t i = 0; i < tr_docker_n_default_caps; i++)
			set |= UINT64_C(1) << number_of(tr_docker_default_caps[i]);
	return (set & ~(c->drop == ALL ? 0 : c->drop)) | c->add;
}

void capset_resolve(struct capset *c)
{
	uint64_t set = reckon(c);
	size_t room = 0;

	c->names = tr_xcalloc(64, 32);
	/* An empty list is not "the default": NULL would be. */
	c->v = tr_xcalloc(65, sizeof(*c->v));
	for (int i = 0; i < 64 && i <= CAP_LAST_CAP; i++) {
		char *name, *to = c->names + room;

		if (!(set >> i & 1))
			continue;
		name = cap_to_name(i);
		for (size_t j = 0; name && name[j] && j < 31; j++)
			to[j] = name[j] >= 'a' && name[j] <= 'z' ? (char)(name[j] - 32) : name[j];
		cap_free(name);
		c->v[c->n++] = to;
		room += 32;
	}
}

void capset_release(struct capset *c)
{
	free(c->v);
	free(c->names);
}

static void add_list(struct strbuf *sb, const char *before, uint64_t set)
{
	if (set == ALL) {
		strbuf_addf(sb, "%sall others", before);
		return;
	}
	for (int i = 0; i < 64 && i <= CAP_LAST_CAP; i++) {
		char *name;

		if (!(set >> i & 1))
			continue;
		name = cap_to_name(i);
		strbuf_addf(sb, "%s%s", before, name ? name : "");
		cap_free(name);
		before = ", ";
	}
}

void capset_text(const struct capset *c, struct strbuf *sb)
{
	if (c->add)
		add_list(sb, " and ", c->add);
	if (c->drop)
		add_list(sb, " without ", c->drop);
}
