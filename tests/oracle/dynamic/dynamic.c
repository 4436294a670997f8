// SPDX-License-Identifier: Apache-2.0
/* A program with an ELF interpreter and a library of its own: see exec.c. */
#include "../oracle.h"

int main(void)
{
	return ORACLE_HELPER_STATUS;
}
