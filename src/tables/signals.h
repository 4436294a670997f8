/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TABLES_SIGNALS_H
#define TABLES_SIGNALS_H

#define SIGNAL_NAME_SIZE 16

/* "SIGTERM" in buf, of SIGNAL_NAME_SIZE bytes; NULL for a number without a name (0, real-time ones). */
const char *signal_name(int number, char *buf);

#endif
