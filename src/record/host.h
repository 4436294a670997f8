/* SPDX-License-Identifier: Apache-2.0 */
/* What a recording notes about the machine it was made on. */
#ifndef RECORD_HOST_H
#define RECORD_HOST_H

#include "trammel/facts.h"

/* Adds kernel, arch, cpus, clocksource and the version of trammel. No host name. */
void host_to_context(struct tr_recording *rec);

#endif
