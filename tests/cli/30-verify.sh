#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel verify: its exit status, and what it says of each kind of answer.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

id=0123456789abcdef0123456789abcdef
header="{\"trammel\":\"trace\",\"version\":1,\"recordings\":[{\"id\":\"$id\",\"subject\":\"web\",\"start_seen\":true}]}"

# syscall NAME NR [ABI] [EXE]
syscall() {
	printf '{"fact":"syscall","abi":"%s","nr":%d,"name":"%s","recordings":[0],"phases":["main"],"exes":["%s"],"flags":["done"]}\n' \
		"${3:-x86_64}" "$2" "$1" "${4:-/bin/web}"
}

# footer FACTS COMPLETE LOSSES
footer() {
	printf '{"end":true,"facts":%d,"complete":%s,"recordings":[{"id":"%s","ended":"exited","losses":{%s}}],"kinds":{"syscall":%d}}\n' \
		"$1" "$2" "$id" "${3-}" "$1"
}

{ echo "$header"; syscall read 0; syscall write 1; footer 2 true; } >good.trace
{ echo "$header"; syscall read 0; syscall mount 165 x86_64 '/bin/\\x1b[2Jm'; footer 2 true; } >mount.trace
{ echo "$header"; syscall read 0; syscall clone 56; footer 2 true; } >clone.trace
{ echo "$header"; syscall read 0; footer 1 false '"ring":3'; } >lossy.trace
{ echo "$header"; syscall mount 165; footer 1 false '"ring":3'; } >lossy-mount.trace
{ echo "$header"; syscall read 0; } >cut.trace
{ echo "$header"; footer 0 true; } >empty.trace
{ echo "$header"; syscall read 0; syscall read 3 i386; footer 2 true; } >i386.trace
cat >narrow.json <<'END'
{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],
 "syscalls": [{"names": ["read", "write", "ioctl", "not_yet_a_call"], "action": "SCMP_ACT_ALLOW"}]}
END

[ "$(uname -m)" = x86_64 ] || { echo "skipped: the traces are of x86_64"; exit 77; }

expect 0 verify --seccomp docker-default good.trace
says out 'Yes.*docker-default allows all 2 recorded'
expect 0 verify --seccomp narrow.json good.trace
says out '1 of x86_64$'
says out '^  ioctl$'
says out 'not_yet_a_call'
says out '3 syscalls of x86_64 are granted'

# a denial: by what, by whom (escaped), when
expect 1 verify --seccomp docker-default mount.trace
says out 'No.*denies 1 of 2'
says out 'mount  *x86_64  *EPERM  *main: /bin/.x1b\[2Jm'
if grep -q "$(printf '\033')" out; then fail "an escape sequence came through"; fi
expect 1 verify --seccomp narrow.json clone.trace i386.trace
says out 'clone .*ENOSYS' # above ioctl, the highest that is mentioned
says out 'read .*i386 .*kill the thread'
expect 1 verify --seccomp narrow.json i386.trace

# what arguments decide is not proved, and said
expect 0 verify --seccomp docker-default clone.trace
says out 'not recorded: not proved'
says out '^  clone$'

# incomplete: 4, unless it is accepted; a denial wins
for t in lossy cut; do
	expect 4 verify --seccomp narrow.json $t.trace
	says out 'Yes'
	says err 'incomplete'
	expect 0 verify --seccomp narrow.json --allow-incomplete $t.trace
	says err 'incomplete'
done
expect 1 verify --seccomp narrow.json lossy-mount.trace

# --all
expect 0 verify --seccomp docker-default good.trace
says out 'more: --all'
expect 0 verify --seccomp docker-default --all good.trace
if grep -q 'more: --all' out; then fail "--all leaves some out"; fi
says out ' writev(x32)'

# JSON
expect 1 --json verify --seccomp docker-default mount.trace
python3 - out <<'END' || fail "JSON is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
d = o["denied"]
assert not o["allowed"] and o["complete"] and o["recorded"] == 2
assert [(x["name"], x["abi"], x["action"], x["errno"]) for x in d] == [("mount", "x86_64", "errno", 1)]
assert d[0]["executables"] == ["/bin/\\x1b[2Jm"] and d[0]["phases"] == ["main"]
assert o["granted"] == o["granted_docker_default"] > 200
assert any(e["name"] == "write" and e["abi"] == "x86_64" for e in o["also_allowed"])
END

# a profile that is neither ours nor Docker's
podman=/usr/share/containers/seccomp.json
if [ -e $podman ]; then
	expect 0 verify --seccomp $podman good.trace
	expect 0 verify --seccomp $podman mount.trace
fi
expect 0 verify --seccomp podman-default good.trace
expect 0 verify --seccomp docker-default@20.10 good.trace

# stdin, for one of them
"$TRAMMEL" verify --seccomp - good.trace <narrow.json >out 2>err || fail "profile from stdin"
"$TRAMMEL" verify --seccomp narrow.json - <good.trace >out 2>err || fail "trace from stdin"

# wrong usage and bad input: 2, one line, nothing on stdout
bad() {
	expect 2 "$@"
	[ ! -s out ] || fail "trammel $*: talks on stdout"
	[ "$(wc -l <err)" -eq 1 ] || fail "trammel $*: not one line"
}
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"' >cut.json
printf '{"defaultAction": "SCMP_ACT_MAYBE"}' >action.json
printf '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_S390X"]}' >arch.json
printf '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5000}]}' >errno.json
echo 'hello' >foreign.trace
bad verify good.trace
bad verify --seccomp docker-default
bad verify --seccomp
bad verify --nonsense good.trace
bad verify --seccomp - -
bad verify --seccomp missing.json good.trace
bad verify --seccomp cut.json good.trace
bad verify --seccomp action.json good.trace
bad verify --seccomp arch.json good.trace
bad verify --seccomp errno.json good.trace
bad verify --seccomp narrow.json missing.trace
bad verify --seccomp narrow.json foreign.trace
bad verify --seccomp narrow.json narrow.json
bad verify --seccomp narrow.json empty.trace
says err 'nothing to verify'

expect 0 verify --help
says out 'allow-incomplete'
# every long option stands in the manual
grep -o -- "--[a-z-]*" out | sort -u >options
while read -r o; do
	grep -q -- "$o" "$TRAMMEL_SOURCE/docs/trammel-verify.8.md" || fail "$o is not in the manual"
done <options
exit "$failed"
