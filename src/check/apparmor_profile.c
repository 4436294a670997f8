// SPDX-License-Identifier: Apache-2.0
/* Whose text a profile is, and which of those in it. */
#include <stdlib.h>
#include <string.h>

#include "eval/apparmor_compile.h"
#include "trammel/apparmor_text.h"
#include "trammel/check_apparmor.h"
#include "util/mem.h"
#include "util/strbuf.h"
#include "util/text.h"

int tr_apparmor_compile(struct tr_aa_policy *ret, const char *path, struct tr_err *err)
{
	tr_cleanup_free char *blob = NULL;
	size_t own_len, len;
	const char *own = tr_apparmor_builtin(path, &own_len);
	int rc;

	rc = own ? apparmor_compile_text(own, own_len, path, APPARMOR_FOR_ABI_3, &blob, &len, err) :
		   apparmor_compile(path, APPARMOR_FOR_ABI_3, &blob, &len, err);
	if (rc < 0)
		return -1;
	return tr_aa_policy_read(ret, blob, len, err) < 0 ? tr_err_wrap(err, "%s", path) : 0;
}

/* "PARENT//CHILD" belongs to another. */
static bool is_own(const struct tr_aa_profile *p)
{
	return !(p->flags & TR_AA_FLAG_HAT) && !strstr(p->name, "//");
}

static void add_names(struct strbuf *sb, const struct tr_aa_policy *p)
{
	for (size_t i = 0; i < p->n; i++) {
		strbuf_adds(sb, i ? ", '" : "'");
		text_escape(sb, p->profiles[i].name, strlen(p->profiles[i].name));
		strbuf_addc(sb, '\'');
	}
}

int tr_apparmor_choose(const struct tr_aa_profile **ret, const struct tr_aa_policy *p,
		       const char *name, struct tr_err *err)
{
	struct strbuf names cleanup_strbuf = STRBUF_INIT;
	const struct tr_aa_profile *found = name ? tr_aa_policy_find(p, name) : NULL;
	size_t n = found != NULL;

	for (size_t i = 0; !name && i < p->n; i++)
		if (is_own(&p->profiles[i])) {
			found = &p->profiles[i];
			n++;
		}
	if (n == 1) {
		*ret = found;
		return 0;
	}
	add_names(&names, p);
	if (name)
		return tr_err_set(err, TR_ERR_INPUT, "there is no profile '%s', but %s", name,
				  strbuf_str(&names));
	if (!n)
		return tr_err_set(err, TR_ERR_INPUT, "there is no profile");
	return tr_err_set(err, TR_ERR_INPUT, "there are several profiles: %s", strbuf_str(&names));
}
