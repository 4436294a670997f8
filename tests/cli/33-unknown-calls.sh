#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Calls that trammel has no name for are kept by number, from the recording to each report, and what a
# profile cannot say of them is said. Names that libseccomp does not know are named.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

# trace ID NR...: read, and these numbers without a name
trace() {
	local id=$1 nr n=1
	shift
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","start_seen":true}]}\n' "$id"
	printf '{"fact":"syscall","abi":"x86_64","nr":0,"name":"read","recordings":[0],"phases":["main"],"flags":["done"]}\n'
	for nr; do
		printf '{"fact":"syscall","abi":"x86_64","nr":%d,"recordings":[0],"phases":["main"],"exes":["/bin/new"],"flags":["done"]}\n' "$nr"
		n=$((n + 1))
	done
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"syscall":%d}}\n' $n "$id" $n
}

[ "$(uname -m)" = x86_64 ] || { echo "skipped: the traces are of x86_64"; exit 77; }
trace 0123456789abcdef0123456789abcdef 4001 >a.trace
trace fedcba9876543210fedcba9876543210 4002 4001 >b.trace

expect 0 show a.trace
says out 'x86_64:4001'
expect 0 --json show a.trace
says out 4001
expect 0 merge -o both.trace a.trace b.trace
says both.trace '"nr":4001'
says both.trace '"nr":4002'
expect 0 show both.trace
says out 'x86_64:4001 x86_64:4002'

expect 0 emit seccomp -o web.json both.trace
says err 'syscall 4001 of x86_64 has no name'
says err 'syscall 4002 of x86_64 has no name'

# such a call is refused by every list of what is allowed
expect 1 verify --seccomp web.json both.trace
says out 'No.*denies 2 of 3'
says out '^  x86_64:4001 .*: /bin/new$'
expect 1 --json verify --seccomp web.json both.trace
python3 - out <<'END' || fail "JSON does not have the numbers"
import json, sys
denied = json.load(open(sys.argv[1]))["denied"]
assert [(d["number"], d.get("name")) for d in denied] == [(4001, None), (4002, None)], denied
END
# and allowed where the default action allows
echo '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"]}' >open.json
expect 0 verify --seccomp open.json both.trace
expect 1 diff web.json both.trace
says out '2 numbers without a name, from 4001'

# names that nobody knows, by their place
cat >odd.json <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
 {"names": ["read", "raed"], "action": "SCMP_ACT_ALLOW"}]}
END
expect 1 verify --seccomp odd.json a.trace
says out '^  raed$'
says out 'syscalls\[0\].names\[1\] (line 2) raed'
expect 0 lint odd.json
says out "odd.json:2: medium: 'raed' is no syscall"
exit "$failed"
