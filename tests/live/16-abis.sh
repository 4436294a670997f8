#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One number is three calls on x86, by the way into the kernel; and a number without a name is kept.
. "$TRAMMEL_SOURCE/tests/lib/live.sh"
. "$TRAMMEL_SOURCE/tests/lib/recording.sh"
[ "$(uname -m)" = x86_64 ] || skip "needs x86_64"
live_begin busybox
bare abis

expect 0 record -o abis.trace -- docker run --rm --network none "${BIN[@]}" \
	--security-opt seccomp=unconfined trammel-lab/busybox /w/abis
holds abis.trace "complete()" \
	"calls(abi='i386') == {'getpid', 'getppid', 9998}" \
	"{fact['nr'] for fact in syscalls() if fact['abi'] == 'x32'} == {102, 520}" \
	"calls(abi='x32') == {'getuid', 'execve'}" \
	"calls('main') == {'getgid', 'exit_group', 600, 9999}" \
	"all('name' not in call(n) for n in (600, 9999)) and 'name' not in call(9998, 'i386')"
# A profile has names only, and says which numbers it cannot allow.
expect 0 emit seccomp abis.trace
says err 'warning: .*x86_64, i386, x32'
says err 'warning: syscall 9999 of x86_64 has no name'

# Under Docker's default, which has no such numbers, they are refused; i386's are refused by theirs.
expect 0 record -o refused.trace -- docker run --rm --network none "${BIN[@]}" \
	trammel-lab/busybox /w/abis
holds refused.trace "{600, 9999} <= refused()" "'denied' in call(9998, 'i386')['flags']" \
	"calls('main') == {'getgid', 'exit_group'}" "calls(abi='i386') == {'getpid', 'getppid'}"
