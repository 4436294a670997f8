#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel emit: what must be accepted, both ways to do it, other forms and architectures, and the trial.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
MATCH=-E

# has FILE PYTHON: an expression over p, the profile, and rules(NAME), is true
has() {
	python3 - "$1" "$2" <<'END' || fail "$2: not so in $1"
import json, sys
p = json.load(open(sys.argv[1]))
def rules(name):
    return [r for r in p["syscalls"] if name in r["names"]]
def plain(name, action):
    r = rules(name)
    return len(r) == 1 and r[0]["action"] == "SCMP_ACT_" + action and "args" not in r[0]
sys.exit(0 if eval(sys.argv[2]) else 1)
END
}

trace_of read open mount ptrace >risky.trace
trace_of read open socket clone >plain.trace

# It stops, says what and how, and writes nothing.
expect 1 emit seccomp -o p.json risky.trace
says err '^syscall:mount: beyond docker-default, on the risk list \(high\): .*; made by /bin/a\\x1b\[2J$'
says err '^syscall:ptrace: on the risk list'
says err '^trammel: no profile: 2 recorded acts must be accepted first: --accept syscall:mount,syscall:ptrace$'
[ -e p.json ] && fail "a profile beside a refusal"

# The line that it prints, pasted, is what it takes.
line=$(sed -n 's/^trammel: .*first: //p' err)
# shellcheck disable=SC2086
expect 0 emit seccomp $line -o p.json risky.trace
has p.json 'plain("mount", "ALLOW") and plain("ptrace", "ALLOW")'
has p.json 'rules("mount")[0]["comment"].startswith("accepted: beyond docker-default")'
says err '2 accepted'
if [ "$(uname -m)" = x86_64 ]; then
	expect 0 verify --seccomp p.json risky.trace
fi
expect 0 emit seccomp --accept syscall:mount --accept syscall:ptrace -o q.json risky.trace
cmp -s p.json q.json || fail "two options make another profile than one list"
expect 1 emit seccomp --accept syscall:mount risky.trace
expect 1 emit seccomp --ceiling none --accept syscall:mount risky.trace
expect 0 emit seccomp --ceiling none --accept syscall:mount,syscall:ptrace risky.trace

# So is the line for a tune file.
expect 1 emit seccomp risky.trace
sed -n 's/^or, with the reason, in a file for --tune: //p' err | sed 's/"\.\.\."/"it \\"mounts\\""/' >tune.json
expect 0 emit seccomp --tune tune.json -o p.json risky.trace
has p.json 'rules("mount")[0]["comment"].endswith(": it \"mounts\"")'
expect 0 emit seccomp --tune tune.json plain.trace
says err '^warning: accepted, and not needed by anything that was recorded: syscall:mount, syscall:ptrace$'
echo '{"accept": [{"fact": "syscall:mount"}]}' >bad.json
expect 2 emit seccomp --tune bad.json risky.trace
says err "bad.json:1: accept\[0\]: expected 'why'"
expect 2 emit seccomp --tune nowhere.json risky.trace
says err 'nowhere.json'

# Docker's conditions, and no more.
expect 0 emit seccomp -o p.json plain.trace
has p.json 'all("args" in r for n in ("socket", "clone") for r in rules(n))'
has p.json 'not any(r["args"][0]["op"] not in ("SCMP_CMP_EQ", "SCMP_CMP_MASKED_EQ") for r in p["syscalls"] if "args" in r)'
expect 0 emit seccomp --ceiling none -o p.json plain.trace
has p.json 'plain("read", "ALLOW") and len(rules("clone")) == 1 and rules("clone")[0]["args"][0]["value"] == 0x10000000'
expect 2 emit seccomp --ceiling docker plain.trace
says err "no ceiling 'docker'"
expect 2 emit seccomp --accept mount plain.trace
says err "'mount' is no fact"
expect 2 emit seccomp --accept syscall:mout plain.trace
says err "no syscall 'mout'"
expect 2 emit seccomp --accept '' plain.trace

# Other forms, other architectures.
expect 0 emit seccomp -o p.json plain.trace
has p.json 'plain("openat2", "ALLOW") and plain("vfork", "ALLOW") and plain("clone3", "ERRNO")'
says err ', [0-9]+ other forms of these'
says err '^programs of another ABI \(i386, x32\) were not seen: the kernel kills them'
expect 0 emit seccomp --siblings off --runtime none -o p.json plain.trace
has p.json 'not rules("openat") and not rules("vfork")'
expect 2 emit seccomp --siblings maybe plain.trace
expect 0 emit seccomp --arch arm64,x86 --runtime none -o p.json plain.trace
has p.json 'p["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_AARCH64"] and plain("openat", "ALLOW")'
says err '^warning: i386, aarch64: never recorded; .* a guess from what x86_64'
says err '^programs of another ABI \(x32\)'
for list in riscv64 '' 'arm64,' ',arm64' 'arm64 x86'; do
	expect 2 emit seccomp --arch "$list" plain.trace
done

# Actions.
expect 0 emit seccomp --default-action trap -o p.json plain.trace
has p.json 'p["defaultAction"] == "SCMP_ACT_TRAP" and "defaultErrnoRet" not in p'
expect 0 emit seccomp --default-action log -o p.json plain.trace
has p.json 'p["defaultAction"] == "SCMP_ACT_ERRNO" and plain("sysinfo", "LOG") and plain("read", "ALLOW") and not rules("mount")'
says err 'more are allowed and logged: as a trial, nothing is refused that Docker'
expect 0 emit seccomp --default-action log --ceiling none -o p.json plain.trace
has p.json 'p["defaultAction"] == "SCMP_ACT_LOG" and not rules("clone3")'
exit "$failed"
