// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "facts/context.h"
#include "facts/sets.h"
#include "trace/format.h"
#include "trammel/facts.h"
#include "util/json.h"
#include "util/mem.h"

#define ID_LEN	     32
#define CONTEXT_KEYS 256
#define KEY_LEN	     64

json_object *recording_to_json(const struct tr_recording *rec)
{
	json_object *o = json_object_new_object(), *context;

	put(o, "id", json_object_new_string(rec->id));
	put_escaped(o, "subject", rec->subject);
	if (rec->started)
		put(o, "started", json_object_new_int64(rec->started));
	if (rec->stopped)
		put(o, "stopped", json_object_new_int64(rec->stopped));
	if (rec->seconds)
		put(o, "seconds", json_object_new_int64(rec->seconds));
	if (rec->order)
		put(o, "order", json_object_new_int64(rec->order));
	put(o, "start_seen", json_object_new_boolean(rec->start_seen));
	if (!rec->context || !rec->context->n)
		return o;
	context = json_object_new_object();
	for (size_t i = 0; i < rec->context->n; i++)
		json_object_object_add(context, rec->context->v[i].key,
				       strset_to_json(&rec->context->v[i].values));
	put(o, "context", context);
	return o;
}

static bool id_ok(const char *id)
{
	return strlen(id) == ID_LEN && strspn(id, "0123456789abcdef") == ID_LEN;
}

static bool key_ok(const char *key)
{
	size_t n = strlen(key);

	return n && n <= KEY_LEN && strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

static int get_id(json_object *o, const char *where, char **ret, struct tr_err *err)
{
	const char *id = need_string(o, "id", where, err);

	if (!id)
		return -1;
	if (!id_ok(id))
		return tr_err_set(err, TR_ERR_INPUT,
				  "%s.id: expected %d lower-case hexadecimal digits, found '%.64s'",
				  where, ID_LEN, id);
	*ret = tr_xstrdup(id);
	return 0;
}

static int get_context(json_object *context, const char *where, struct tr_recording *rec,
		       struct tr_err *err)
{
	tr_cleanup_free char *inner = tr_xasprintf("%s.context", where);

	if (json_object_object_length(context) > CONTEXT_KEYS)
		return tr_err_set(err, TR_ERR_INPUT, "%s: more than %d keys", inner, CONTEXT_KEYS);
	json_object_object_foreach(context, key, values) {
		struct tr_strset s = { 0 };

		if (!key_ok(key))
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s: '%.64s' is no key: dotted lower-case words", inner,
					  key);
		if (!json_object_is_type(values, json_type_array))
			return tr_err_set(err, TR_ERR_INPUT, "%s.%s: expected an array, found %s",
					  inner, key, json_kind(values));
		if (read_strset(values, key, inner, &s, err) < 0)
			return -1;
		if (s.n)
			strset_union(context_values(rec, key), &s);
		if (s.n)
			context_keep_highest(key, context_values(rec, key));
		tr_strset_release(&s);
	}
	return 0;
}

int recording_from_json(json_object *o, const char *where, struct tr_recording *ret,
			struct tr_err *err)
{
	struct tr_recording rec = { 0 };
	json_object *context = NULL;

	if (get_id(o, where, &rec.id, err) < 0 ||
	    opt_escaped(o, "subject", where, &rec.subject, err) < 0 ||
	    opt_time(o, "started", where, &rec.started, err) < 0 ||
	    opt_time(o, "stopped", where, &rec.stopped, err) < 0 ||
	    opt_u32(o, "seconds", where, &rec.seconds, err) < 0 ||
	    opt_u32(o, "order", where, &rec.order, err) < 0 ||
	    json_member_bool(o, "start_seen", where, &rec.start_seen, err) < 0 ||
	    json_member_object(o, "context", where, &context, err) < 0 ||
	    (context && get_context(context, where, &rec, err) < 0)) {
		tr_recording_release(&rec);
		return -1;
	}
	*ret = rec;
	return 0;
}

json_object *ending_to_json(const struct tr_recording *rec)
{
	json_object *o = json_object_new_object(), *losses = json_object_new_object();

	put(o, "id", json_object_new_string(rec->id));
	put(o, "ended", json_object_new_string(tr_ended_name(rec->ended)));
	for (size_t i = 0; i < TR_LOSS_MAX; i++)
		if (rec->losses[i])
			put(losses, tr_loss_name(i), json_object_new_uint64(rec->losses[i]));
	put(o, "losses", losses);
	return o;
}

/* A cause that is not known here cannot be passed over: something was lost. */
static int get_losses(json_object *losses, const char *where, struct tr_recording *rec,
		      struct tr_err *err)
{
	tr_cleanup_free char *inner = tr_xasprintf("%s.losses", where);

	json_object_object_foreach(losses, key, value) {
		int loss = tr_loss_from_name(key);

		(void)value;
		if (loss < 0)
			return tr_err_set(err, TR_ERR_INPUT, "%s: '%.64s' is no loss known here",
					  inner, key);
		if (need_u64(losses, key, inner, UINT64_MAX, &rec->losses[loss], err) < 0)
			return -1;
	}
	return 0;
}

int ending_from_json(json_object *o, const char *where, struct tr_recording *ret,
		     struct tr_err *err)
{
	struct tr_recording rec = { 0 };
	const char *ended = need_string(o, "ended", where, err);
	json_object *losses = NULL;

	if (!ended)
		return -1;
	if (tr_ended_from_name(ended) < 0)
		return tr_err_set(err, TR_ERR_INPUT, "%s.ended: '%.64s' is no way to end", where,
				  ended);
	rec.ended = (enum tr_ended)tr_ended_from_name(ended);
	if (get_id(o, where, &rec.id, err) < 0 ||
	    json_member_object(o, "losses", where, &losses, err) < 0 ||
	    (losses && get_losses(losses, where, &rec, err) < 0)) {
		tr_recording_release(&rec);
		return -1;
	}
	*ret = rec;
	return 0;
}
