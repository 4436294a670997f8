/* SPDX-License-Identifier: Apache-2.0 */
/* Address families of sockets: profiles/families.csv. */
#ifndef TABLES_FAMILIES_H
#define TABLES_FAMILIES_H

/* "AF_INET" into buf, which holds FAMILY_SIZE bytes; a number where there is no name. Returns buf. */
#define FAMILY_SIZE 24
const char *family_name(unsigned family, char *buf);
/* "AF_INET", "inet", "INET"; "AF_LOCAL" and "AF_ROUTE" too. -1 for a name that is none. */
int family_from_name(const char *name);
/* Calls fn with each name. */
void family_each(void (*fn)(const char *name, void *arg), void *arg);

#endif
