/* SPDX-License-Identifier: Apache-2.0 */
/* What our own data files spell as Docker's profiles do. */
#ifndef FORMATS_SECCOMP_READ_H
#define FORMATS_SECCOMP_READ_H

#include "formats/json_reader.h"
#include "trammel/rules.h"

/* Appends the conditions of member "args" of o, if there is one. */
int seccomp_read_conds(const struct json_reader *rd, const struct json_place *at, json_object *o,
		       struct tr_rule *rule);

#endif
