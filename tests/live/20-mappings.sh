#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is made executable is found among the mappings, however many they are and whoever is changing them:
# no file is missed, and memory that is no file's, as compilers at run time make it, is no loss.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
# shellcheck disable=SC2119 # it needs no image
live_begin
program mappings
mkdir mapped
N=3000
for fault in 0 1; do
	TRAMMEL_FAULT_MAPPINGS=$fault expect 0 record --backend tracepoints -o mappings.trace -- bin/mappings mapped $N
	holds mappings.trace "complete()" "losses() == {}" \
		"{f['path'].rsplit('/', 1)[1] for f in files() if f['act'] == 'mprotect'} == {str(i) for i in range($N)}"
done
