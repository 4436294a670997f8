/* SPDX-License-Identifier: Apache-2.0 */
/* Why a recording is not complete, in sentences for people. */
#ifndef CLI_WHY_H
#define CLI_WHY_H

#include "trammel/facts.h"

/* Calls fn with each reason; never if the recording is complete. */
void why_incomplete(const struct tr_recording *rec, void (*fn)(const char *reason, void *arg),
		    void *arg);

#endif
