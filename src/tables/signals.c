// SPDX-License-Identifier: Apache-2.0
#include "tables/signals.h"

#include <stdio.h>
#include <string.h>

const char *signal_name(int number, char *buf)
{
	const char *name = sigabbrev_np(number);

	if (!name)
		return NULL;
	snprintf(buf, SIGNAL_NAME_SIZE, "SIG%s", name);
	return buf;
}
