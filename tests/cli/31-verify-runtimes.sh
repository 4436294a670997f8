#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel verify: what each runtime makes of a profile, what filters cost, rules without effect, and
# recordings of other machines.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

id=0123456789abcdef0123456789abcdef

# trace ARCH KERNEL ABI NAME NR [NAME NR...]
trace() {
	local n=0 arch=$1 kernel=$2 abi=$3
	shift 3
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","start_seen":true,"context":{"arch":["%s"],"kernel":["%s"]}}]}\n' $id "$arch" "$kernel"
	while [ $# -gt 1 ]; do
		printf '{"fact":"syscall","abi":"%s","nr":%d,"name":"%s","recordings":[0],"phases":["main"],"exes":["/bin/web"],"flags":["done"]}\n' "$abi" "$2" "$1"
		n=$((n + 1))
		shift 2
	done
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"syscall":%d}}\n' $n $id $n
}

[ "$(uname -m)" = x86_64 ] || { echo "skipped: the traces are of x86_64"; exit 77; }
trace x86_64 6.1.0 x86_64 read 0 write 1 >here.trace
trace x86_64 6.1.0 x86_64 read 0 ioctl 16 >ioctl.trace
trace aarch64 6.1.0 aarch64 read 63 renameat 38 >arm.trace
trace x86_64 4.4.0-21-generic x86_64 ptrace 101 >old.trace
trace x86_64 6.1.0 x86_64 ptrace 101 >new.trace

# profile FILE RULES: refuses all else
profile() {
	printf '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"%s], "syscalls": [\n%s\n]}\n' \
		"${3:+, \"$3\"}" "$2" >"$1"
}
allow='"action": "SCMP_ACT_ALLOW"'

# every runtime is asked, and one can be chosen
profile plain.json '{"names": ["read", "write", "ioctl"], '"$allow"'}'
expect 0 verify --seccomp plain.json here.trace
says out '^Yes'
for runtime in 'runc 1.0 and 1.1' 'runc 1.2 and later' crun; do
	says out "^  $runtime  *[0-9][0-9]*  *[0-9]"
done
says out 'of 4096 that the kernel takes'
says out 'walks nothing for 2 of the 2'
says_not out 'longest of the others'
says_not out 'Versions'
says_not out 'Without effect'
# runc's stub, which crun has not
says out '^    refuses [0-9]* calls with another errno than runc 1.0'
expect 0 verify --runtime crun --seccomp plain.json here.trace
says out '^  crun '
says_not out '^  runc'
says_not out 'another errno'
expect 0 verify --runtime runc --seccomp plain.json here.trace
says_not out crun
expect 2 verify --runtime gvisor --seccomp plain.json here.trace
says err 'expected runc, crun or all'

# what crun refuses is a no, unless nobody asks crun
profile misplaced.json '{"names": ["read", "write"], '"$allow"', "errnoRet": 1}'
expect 1 verify --seccomp misplaced.json here.trace
says out '^No.*not every runtime takes'
says out '^  crun .*refuses to start'
says out 'line 2: crun refuses an errno with SCMP_ACT_ALLOW'
says out 'crun 0.19 and later: refused'
expect 0 verify --runtime runc --seccomp misplaced.json here.trace
expect 2 verify --runtime crun --seccomp misplaced.json here.trace
says err 'crun refuses an errno'

# versions that make something else of it
profile kill.json '{"names": ["read", "write", "raed"], '"$allow"'},
{"names": ["mount"], "action": "SCMP_ACT_KILL_PROCESS"}'
expect 0 verify --seccomp kill.json here.trace
says out 'runc before 1.1.3: refused: SCMP_ACT_KILL_PROCESS'
says out 'runc all: ignored: names'

# rules without effect, by place
profile dead.json '{"names": ["read", "write"], '"$allow"'},
{"names": ["mount", "raed", "read"], '"$allow"', "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": 1}]},
{"names": ["bpf"], '"$allow"', "includes": {"caps": ["CAP_BPF"]}, "excludes": {"caps": ["CAP_BPF"]}}'
expect 0 verify --seccomp dead.json here.trace
says out 'Without effect.*: 3 rules or names'
says out 'syscalls\[1\].names\[1\] (line 3) raed: no architecture'
says out 'syscalls\[1\].names\[2\] (line 3) read: syscalls\[0\] gives the call SCMP_ACT_ALLOW'
says out 'syscalls\[2\] (line 4) bpf: it includes and excludes'
says_not out 'mount:'

# what is walked for a call whose arguments decide
profile args.json '{"names": ["read"], '"$allow"'},
{"names": ["ioctl"], '"$allow"', "args": [{"index": 1, "op": "SCMP_CMP_MASKED_EQ", "value": 4294967295, "valueTwo": 1}]}'
expect 0 verify --seccomp args.json ioctl.trace
says out 'walks nothing for 1 of the 2'
says out 'longest of the others: ioctl [0-9]*/[0-9]*/[0-9]*$'

# the recorded machine decides, not this one
profile arm.json '{"names": ["read", "renameat"], '"$allow"'}' SCMP_ARCH_AARCH64
expect 0 verify --seccomp arm.json arm.trace
says out '2 syscalls of aarch64 are granted'
expect 1 verify --seccomp plain.json arm.trace
says out 'renameat  *aarch64'
expect 0 verify --seccomp docker-default arm.trace
# and the recorded kernel
expect 0 verify --seccomp docker-default new.trace
expect 1 verify --seccomp docker-default old.trace

# JSON
expect 1 --json verify --seccomp misplaced.json here.trace
python3 - out <<'END' || fail "JSON is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
assert not o["allowed"] and not o["denied"]
runtimes = {r["name"]: r for r in o["runtimes"]}
assert list(runtimes) == ["runc 1.0 and 1.1", "runc 1.2 and later", "crun"]
assert "crun refuses" in runtimes["crun"]["refused"]
runc = runtimes["runc 1.0 and 1.1"]
assert runc["denied"] == 0 and 0 < runc["walked"]["least"] <= runc["walked"]["median"] <= runc["walked"]["most"]
assert runc["walked"]["most"] < runc["filter_instructions"]
assert any(v["who"] == "crun" and v["effect"] == "refused" for v in o["versions"])
END
expect 0 --json verify --seccomp dead.json here.trace
python3 - out <<'END' || fail "JSON of rules without effect is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
assert [(d["path"], d["line"], d["names"]) for d in o["without_effect"]] == [
    ("syscalls[1].names[1]", 3, "raed"), ("syscalls[1].names[2]", 3, "read"), ("syscalls[2]", 4, "bpf")], o["without_effect"]
crun = o["runtimes"][2]
assert "clone3" in crun["refuses_otherwise"] and not o["runtimes"][0]["refuses_otherwise"]
END
expect 0 --json verify --seccomp args.json ioctl.trace
python3 - out <<'END' || fail "JSON of costs is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
(c,) = o["costliest"]
assert c["name"] == "ioctl" and set(c["walked"]) == {"runc 1.0 and 1.1", "runc 1.2 and later", "crun"}
assert all(n > 4 for n in c["walked"].values())
END
exit "$failed"
