// SPDX-License-Identifier: Apache-2.0
#include "policy/refuse.h"

#include <inttypes.h>

#include "util/strbuf.h"

/* "1a2b3c4d (redis): lost 3 ring, 1 map; ended unknown" */
static void describe(struct strbuf *sb, const struct tr_recording *rec)
{
	const char *before = ": lost ";

	strbuf_addf(sb, "%.8s (%s)", rec->id, rec->subject ? rec->subject : "no subject");
	for (int i = 0; i < TR_LOSS_MAX; i++) {
		if (!rec->losses[i])
			continue;
		strbuf_addf(sb, "%s%" PRIu64 " %s", before, rec->losses[i],
			    tr_loss_name((enum tr_loss)i));
		before = ", ";
	}
	if (rec->ended == TR_ENDED_UNKNOWN)
		strbuf_adds(sb, ": it has no end, as after a crash of the recorder");
}

static int incomplete(const struct tr_facts *facts, struct tr_err *err)
{
	cleanup_strbuf struct strbuf which = STRBUF_INIT;

	for (size_t i = 0; i < facts->n_recordings; i++) {
		if (tr_recording_complete(&facts->recordings[i]))
			continue;
		strbuf_adds(&which, which.len ? "; " : "");
		describe(&which, &facts->recordings[i]);
	}
	return tr_err_set(
		err, TR_ERR_INCOMPLETE,
		"incomplete recording %s (--allow-incomplete makes a profile all the same)",
		strbuf_str(&which));
}

int policy_refuse(const struct tr_facts *facts, const struct tr_policy_opts *opts,
		  struct tr_err *err)
{
	bool start_seen = false;

	if (!facts->n_recordings)
		return tr_err_set(err, TR_ERR_INPUT, "there is no recording in it");
	if (!opts->allow_incomplete && !tr_facts_complete(facts))
		return incomplete(facts, err);
	for (size_t i = 0; i < facts->n_recordings; i++)
		start_seen |= facts->recordings[i].start_seen;
	if (!start_seen && !opts->allow_no_start)
		return tr_err_set(
			err, TR_ERR_INPUT,
			"no recording saw the container start, and a profile would stop it "
			"there: restart the container once while recording "
			"(--allow-no-start makes a profile all the same)");
	return 0;
}
