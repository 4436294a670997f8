/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of tr_features_probe. Each adds its rows. */
#ifndef RECORD_PROBE_H
#define RECORD_PROBE_H

#include "trammel/features.h"

/* What a row is before it is tried. */
struct probe_row {
	const char *id, *what, *since, *lost;
	bool required;
};

/* Adds a row; takes detail, which may be NULL. */
void probe_add(struct tr_features *f, const struct probe_row *row, enum tr_feature_state state,
	       char *detail);

void probe_kernel(struct tr_features *f);
/* Whether BPF programs may be loaded at all; adds the row that says so. */
bool probe_privilege(struct tr_features *f);
void probe_bpf(struct tr_features *f, bool privileged);
void probe_engines(struct tr_features *f);

#endif
