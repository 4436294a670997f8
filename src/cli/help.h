/* SPDX-License-Identifier: Apache-2.0 */
/* trammel help TOPIC: the manual, from man where it is installed, else from the program itself. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

/* Returns the exit status, or -1 where there is no such topic. */
int help_topic(const char *topic);
/* Calls fn with the name of each topic, and what it is about. */
void help_each(void (*fn)(const char *topic, const char *about, void *arg), void *arg);

#endif
