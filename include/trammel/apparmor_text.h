/* SPDX-License-Identifier: Apache-2.0 */
/* AppArmor profiles as text: apparmor.d(5). */
#ifndef TRAMMEL_APPARMOR_TEXT_H
#define TRAMMEL_APPARMOR_TEXT_H

#include <stdio.h>

#include "trammel/apparmor.h"
#include "trammel/err.h"

/* Writes what apparmor_parser takes, from 3.0 on. Fails, kind TR_ERR_INPUT, for a bad name. */
int tr_apparmor_write(const struct tr_apparmor *p, FILE *out, struct tr_err *err);

#endif
