// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "facts/names.h"
#include "facts/sets.h"
#include "tables/syscalls.h"
#include "trace/format.h"
#include "trammel/facts.h"
#include "util/json.h"

/* The largest errno a filter can return: SECCOMP_RET_DATA is cut to it (kernel/seccomp.c). */
#define ERRNO_MAX 4095

static void put_bits(json_object *o, const char *key, const struct bit_names *bits, uint32_t mask)
{
	json_object *a = json_object_new_array_ext(2);

	for (size_t i = 0; i < bits->n; i++)
		if (mask & UINT32_C(1) << i)
			json_object_array_add(a, json_object_new_string(bits->names[i]));
	if (json_object_array_length(a))
		put(o, key, a);
	else
		json_object_put(a);
}

static void put_errnos(json_object *o, const struct tr_u32set *errnos)
{
	json_object *a;

	if (!errnos->n)
		return;
	a = json_object_new_array_ext((int)errnos->n);
	for (size_t i = 0; i < errnos->n; i++) {
		const char *name = errno_name((int)errnos->v[i]);

		json_object_array_add(a, name ? json_object_new_string(name) :
						json_object_new_int64(errnos->v[i]));
	}
	put(o, "errnos", a);
}

void evidence_to_json(json_object *o, const struct tr_evidence *ev,
		      const struct tr_u32set *recordings)
{
	json_object *a = json_object_new_array_ext(recordings->n ? (int)recordings->n : 1);

	for (size_t i = 0; i < recordings->n; i++)
		json_object_array_add(a, json_object_new_int64(recordings->v[i]));
	put(o, "recordings", a);
	if (ev->first)
		put(o, "first", json_object_new_int64(ev->first));
	if (ev->last)
		put(o, "last", json_object_new_int64(ev->last));
	if (ev->after)
		put(o, "after", json_object_new_int64(ev->after));
	put_bits(o, "phases", &phase_bits, ev->phases);
	if (ev->exes.n)
		put(o, "exes", strset_to_json(&ev->exes));
	put_bits(o, "flags", &flag_bits, ev->flags);
	put_bits(o, "where", &where_bits, ev->where);
	put_errnos(o, &ev->errnos);
}

static int get_recordings(json_object *o, const char *where, const uint32_t *number,
			  size_t n_number, struct tr_u32set *ret, struct tr_err *err)
{
	json_object *a = NULL;
	int r = json_member_array(o, "recordings", where, &a, err);

	if (r < 0)
		return -1;
	if (r == 0)
		return tr_err_set(err, TR_ERR_INPUT, "%s.recordings: is missing", where);
	for (size_t i = 0; i < json_object_array_length(a); i++) {
		json_object *m = json_object_array_get_idx(a, i);
		int64_t v = json_object_is_type(m, json_type_int) ? json_object_get_int64(m) : -1;

		if (v < 0 || (uint64_t)v >= n_number)
			return tr_err_set(err, TR_ERR_INPUT,
					  "%s.recordings[%zu]: expected the number of one of %zu "
					  "recordings, found %.64s",
					  where, i, n_number, json_object_get_string(m));
		u32set_append(ret, number[v]);
	}
	u32set_settle(ret);
	return 0;
}

static int get_bits(json_object *o, const char *key, const char *where,
		    const struct bit_names *bits, uint32_t *ret, struct tr_err *err)
{
	json_object *a = NULL;
	int r = json_member_array(o, key, where, &a, err);

	if (r <= 0)
		return r;
	for (size_t i = 0; i < json_object_array_length(a); i++) {
		json_object *m = json_object_array_get_idx(a, i);
		uint32_t bit = json_object_is_type(m, json_type_string) ?
				       bit_from_name(bits, json_object_get_string(m)) :
				       0;

		if (!bit)
			return tr_err_set(err, TR_ERR_INPUT, "%s.%s[%zu]: %.64s is none of them",
					  where, key, i, json_object_get_string(m));
		*ret |= bit;
	}
	return 0;
}

static int64_t errno_value(json_object *m)
{
	if (json_object_is_type(m, json_type_string))
		return errno_from_name(json_object_get_string(m));
	return json_object_is_type(m, json_type_int) ? json_object_get_int64(m) : -1;
}

static int get_errnos(json_object *o, const char *where, struct tr_u32set *ret, struct tr_err *err)
{
	json_object *a = NULL;
	int r = json_member_array(o, "errnos", where, &a, err);

	if (r <= 0)
		return r;
	for (size_t i = 0; i < json_object_array_length(a); i++) {
		json_object *m = json_object_array_get_idx(a, i);
		int64_t v = errno_value(m);

		if (v < 1 || v > ERRNO_MAX)
			return tr_err_set(
				err, TR_ERR_INPUT,
				"%s.errnos[%zu]: expected a name like ENOSYS or a number, "
				"found %.64s",
				where, i, json_object_get_string(m));
		u32set_append(ret, (uint32_t)v);
	}
	u32set_settle(ret);
	return 0;
}

int evidence_from_json(json_object *o, const char *where, const uint32_t *number, size_t n_number,
		       struct tr_evidence *ret, struct tr_err *err)
{
	json_object *exes = NULL;

	if (get_recordings(o, where, number, n_number, &ret->recordings, err) < 0 ||
	    opt_time(o, "first", where, &ret->first, err) < 0 ||
	    opt_time(o, "last", where, &ret->last, err) < 0 ||
	    opt_u32(o, "after", where, &ret->after, err) < 0 ||
	    get_bits(o, "phases", where, &phase_bits, &ret->phases, err) < 0 ||
	    json_member_array(o, "exes", where, &exes, err) < 0 ||
	    get_bits(o, "flags", where, &flag_bits, &ret->flags, err) < 0 ||
	    get_bits(o, "where", where, &where_bits, &ret->where, err) < 0 ||
	    get_errnos(o, where, &ret->errnos, err) < 0)
		return -1;
	return exes ? read_strset(exes, "exes", where, &ret->exes, err) : 0;
}
