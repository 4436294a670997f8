// SPDX-License-Identifier: Apache-2.0
/* Rules that match nothing, whatever the container and the machine. */
#include <string.h>
#include <sys/capability.h>

#include "formats/seccomp_names.h"
#include "trammel/lint.h"
#include "util/mem.h"

/* The engines compare with "CAP_CHOWN" and the like, letter for letter. */
static bool is_cap(const char *name)
{
	tr_cleanup_free char *lower = tr_xstrdup(name);
	cap_value_t value;

	if (strncmp(name, "CAP_", 4) != 0 || (name[4] >= '0' && name[4] <= '9'))
		return false;
	for (char *c = lower; *c; c++) {
		if (*c >= 'a' && *c <= 'z')
			return false;
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	}
	return cap_from_name(lower, &value) == 0;
}

static const char *never_included(const struct tr_rule *r)
{
	size_t fit = 0;

	for (size_t i = 0; i < r->n_inc_caps; i++) {
		if (tr_strings_has(r->exc_caps, r->n_exc_caps, r->inc_caps[i]))
			return "it includes and excludes the same capability";
		if (!is_cap(r->inc_caps[i]))
			return "it includes a capability that there is not (CAP_NAME is expected)";
	}
	for (size_t i = 0; i < r->n_inc_arches; i++)
		fit += seccomp_arch_of_native(r->inc_arches[i]) &&
		       !tr_strings_has(r->exc_arches, r->n_exc_arches, r->inc_arches[i]);
	if (r->n_inc_arches && !fit)
		return "it includes no architecture that there is and that it does not exclude";
	if (r->exc_min_kernel && r->exc_min_kernel <= r->inc_min_kernel)
		return "it includes no kernel that it does not exclude";
	return NULL;
}

static const char *never_true(const struct tr_cond *c)
{
	if (c->op == TR_CMP_LT && c->value == 0)
		return "no argument is below 0";
	if (c->op == TR_CMP_GT && c->value == UINT64_MAX)
		return "no argument is above 2^64-1";
	return NULL;
}

const char *tr_rule_never(const struct tr_rule *r)
{
	const char *why = r->n_names ? never_included(r) : "it has no names";

	for (size_t i = 0; !why && i < r->n_conds; i++)
		why = never_true(&r->conds[i]);
	return why;
}
