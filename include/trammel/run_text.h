/* SPDX-License-Identifier: Apache-2.0 */
/* What a container is to be run with, as people and programs take it. */
#ifndef TRAMMEL_RUN_TEXT_H
#define TRAMMEL_RUN_TEXT_H

#include <stdio.h>

#include "trammel/run_options.h"

/* A shell script that runs a container with them, by docker run. Checks no ferror. */
void tr_run_options_write_docker(const struct tr_run_options *o, FILE *out);
/* A compose file that goes over another one. */
void tr_run_options_write_compose(const struct tr_run_options *o, FILE *out);

#endif
