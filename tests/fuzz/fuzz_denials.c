// SPDX-License-Identifier: Apache-2.0
/* Records of refusals, of any bytes: what is understood has all that a rule is made of. */
#include <stdint.h>
#include <stdlib.h>

#include "record/denials.h"
#include "util/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct denial_list l = { 0 };

	denial_parse(&l, (const char *)data, size, "p");
	for (size_t i = 0; i < l.n; i++) {
		cleanup_strbuf struct strbuf sb = STRBUF_INIT;

		if (!l.v[i].understood)
			continue;
		need_rule(&sb, &l.v[i].need, "p");
		if (!sb.len)
			abort();
	}
	denial_list_release(&l);
	return 0;
}
