/* SPDX-License-Identifier: Apache-2.0 */
/* What the programs are told before they are loaded, and which of several are. */
#ifndef RECORD_SETTINGS_H
#define RECORD_SETTINGS_H

struct record_bpf; /* the skeleton, opened and not loaded */

/* Programs of which there are several, by what the kernel has. */
void settings_programs(struct record_bpf *skel);
/* Which arguments to look at, by the number each ABI has for the call. */
void settings_args(struct record_bpf *skel);
/* Fault injection, for tests: what the kernel may refuse, and room that runs out. Before the tables. */
void settings_faults(struct record_bpf *skel);
void settings_tables(struct record_bpf *skel);

#endif
