// SPDX-License-Identifier: Apache-2.0
#include "policy/reach.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/strbuf.h"

static const struct {
	char letter;
	uint16_t perm;
	const char *what;
} kinds[TR_REACH_KINDS] = {
	[TR_REACH_R] = { 'r', TR_APPARMOR_R, "to read" },
	[TR_REACH_W] = { 'w', TR_APPARMOR_W, "to write" },
	[TR_REACH_M] = { 'm', TR_APPARMOR_M, "to map as code" },
	[TR_REACH_X] = { 'x', TR_APPARMOR_X, "to run" },
};

int tr_policy_reach_set(struct tr_policy_reach *reach, const char *text, struct tr_err *err)
{
	struct tr_policy_reach ret = *reach;

	for (const char *p = text;; p++) {
		char *end = NULL;
		size_t k = 0;

		while (k < TR_REACH_KINDS && kinds[k].letter != *p)
			k++;
		if (k < TR_REACH_KINDS && p[1] == '=' && p[2] >= '0' && p[2] <= '9') {
			ret.most[k] = strtoul(p + 2, &end, 10);
			ret.writing |= k == TR_REACH_W;
		}
		if (!end || (*end && *end != ','))
			return tr_err_set(err, TR_ERR_INPUT,
					  "expected numbers of files, as in r=2,w=0, found '%s'",
					  text);
		p = end;
		if (!*p)
			break;
	}
	*reach = ret;
	return 0;
}

void asked_init(struct asked *a, const struct names *names)
{
	*a = (struct asked){ .v = tr_xcalloc(names->n + 1, sizeof(*a->v)) };
	for (size_t i = 0; i < names->n; i++)
		if (!names->v[i].target)
			a->v[a->n++] = (struct asked_name){ names->v[i].path, names->v[i].perms };
}

void asked_release(struct asked *a)
{
	free(a->v);
	*a = (struct asked){ 0 };
}

static int cmp_asked(const void *a, const void *b)
{
	return strcmp(((const struct asked_name *)a)->path, ((const struct asked_name *)b)->path);
}

static uint16_t asked_of(const struct asked *a, const char *path)
{
	const struct asked_name key = { path, 0 };
	const struct asked_name *found = bsearch(&key, a->v, a->n, sizeof(*a->v), cmp_asked);

	return found ? found->perms : 0;
}

/* The first file that is not before what all names of the pattern begin with. */
static size_t first_file(const struct tr_image_files *image, const char *front)
{
	size_t low = 0, high = image->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(image->v[mid].path, front) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static char *front_of(const struct tr_apparmor_pattern *p)
{
	struct strbuf sb = STRBUF_INIT;

	for (size_t i = 0; i < p->n && p->v[i].set == TR_APPARMOR_BYTE; i++)
		strbuf_addc(&sb, (char)p->v[i].byte);
	return strbuf_detach(&sb);
}

/* What a link leads to has a name of its own, and a directory is neither run nor mapped. */
static uint16_t can_be(const struct tr_image_file *file)
{
	if (file->type == TR_FILE_LINK)
		return TR_APPARMOR_W;
	return file->type == TR_FILE_DIR ?
		       TR_APPARMOR_R | TR_APPARMOR_W :
		       TR_APPARMOR_R | TR_APPARMOR_W | TR_APPARMOR_M | TR_APPARMOR_X;
}

struct reaching {
	const struct asked *asked;
	const struct tr_image_files *image;
	uint16_t *reached; /* of each file; several patterns may reach one */
	struct tr_policy_apparmor_report *report;
};

static void reach_name(struct reaching *r, const struct name *n)
{
	tr_cleanup_free char *front = front_of(&n->pattern);
	struct tr_policy_apparmor_note *note = NULL;

	for (size_t i = first_file(r->image, front); i < r->image->n; i++) {
		const struct tr_image_file *file = &r->image->v[i];
		uint16_t more = n->perms & can_be(file);

		if (strncmp(file->path, front, strlen(front)) != 0)
			break;
		more &= (uint16_t)~asked_of(r->asked, file->path);
		if (!more ||
		    !tr_apparmor_pattern_matches(&n->pattern, file->path, strlen(file->path)))
			continue;
		r->reached[i] |= more;
		if (!note) {
			tr_cleanup_free char *text = name_text(&n->pattern);

			note = note_add(&r->report->reached, text, n->why ? n->why : "counted");
		}
		note->perms |= more;
		note_add_every_name(note, file->path);
	}
}

void names_reach(const struct names *names, const struct asked *asked,
		 const struct tr_image_files *image, struct tr_policy_apparmor_report *report)
{
	tr_cleanup_free uint16_t *reached = tr_xcalloc(image->n + 1, sizeof(*reached));
	struct reaching r = { asked, image, reached, report };

	report->looked = true;
	for (size_t i = 0; i < names->n; i++)
		if (!names->v[i].target && !tr_apparmor_pattern_is_literal(&names->v[i].pattern))
			reach_name(&r, &names->v[i]);
	for (size_t i = 0; i < image->n; i++)
		for (int k = 0; k < TR_REACH_KINDS; k++)
			report->n_reached[k] += (reached[i] & kinds[k].perm) != 0;
}

int reach_check(const struct tr_policy_apparmor_report *report,
		const struct tr_policy_reach *budget, struct tr_err *err)
{
	cleanup_strbuf struct strbuf what = STRBUF_INIT, way = STRBUF_INIT;

	for (int k = 0; k < TR_REACH_KINDS; k++) {
		if (report->n_reached[k] <= budget->most[k] ||
		    (k == TR_REACH_W && !budget->writing))
			continue;
		strbuf_addf(&what, "%s%zu %s", what.len ? ", " : "", report->n_reached[k],
			    kinds[k].what);
		strbuf_addf(&way, "%s%c=%zu", way.len ? "," : "", kinds[k].letter,
			    report->n_reached[k]);
	}
	if (!what.len)
		return 0;
	return tr_err_set(
		err, TR_ERR_NO,
		"no profile: patterns would reach files of the image that were not used "
		"so: %s. To allow that: --reach-budget %s; for names as they were: --paths "
		"exact",
		strbuf_str(&what), strbuf_str(&way));
}
