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

# Under a profile of its own, it makes all three; under one that names its main ABI only, the kernel kills it.
bare abis -DNAMED_ONLY
run=(docker run --rm --network none "${BIN[@]}" trammel-lab/busybox /w/abis)
expect 0 record -o named.trace -- "${run[@]}"
holds named.trace "complete()" "refused() == set()" "calls(abi='i386') == {'getpid', 'getppid'}" \
	"calls(abi='x32') == {'getuid', 'execve'}" "calls('main') == {'getgid', 'exit_group'}"
emitted named.trace named.json
expect 0 rehearse -n 3 --seccomp named.json -o under.trace -- "${run[@]}"
holds under.trace "calls(abi='i386') == {'getpid', 'getppid'}" "calls(abi='x32') == {'getuid', 'execve'}"
python3 - <<'END'
import json
profile = json.load(open("named.json"))
assert len(profile["architectures"]) == 3, profile["architectures"]
profile["architectures"] = ["SCMP_ARCH_X86_64"]
json.dump(profile, open("one.json", "w"))
END
expect 1 verify --seccomp one.json named.trace
expect 1 rehearse -n 1 --seccomp one.json -- "${run[@]}"
says out 'refused: getpid \(i386\) with a signal'
