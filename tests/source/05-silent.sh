#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The library never prints and never exits: judged by what its objects ask of libc.
set -u
symbols=$(nm -A -u "$TRAMMEL_BUILD/libtrammel.a") || exit 1
grep -qw memcpy <<<"$symbols" || {
	echo "no memcpy among the symbols: is this the right library?"
	exit 1
}
! awk '
	{ sub(/^[^:]*:/, ""); sub(/@.*/, "", $NF) }
	$NF ~ /^(_*v?printf(_chk)?|puts|putchar|perror|exit|quick_exit|v?errx?|v?warnx?|stdout|stderr)$/ {
		print $1, $NF
	}' <<<"$symbols" | grep .
