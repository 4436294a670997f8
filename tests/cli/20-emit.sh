#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel emit: the profile and nothing else on stdout, what it refuses, and that what it wrote
# proves right.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

# has FILE PYTHON: an expression over p, the profile, and action(NAME), is true
has() {
	python3 - "$1" "$2" <<'END' || fail "$2: not so in $1"
import json, sys
p = json.load(open(sys.argv[1]))
def rules(name):
    return [r for r in p["syscalls"] if name in r["names"]]
def action(name):
    r = rules(name)
    assert len(r) < 2, name
    return (r[0]["action"], r[0].get("errnoRet")) if r else (p["defaultAction"], p.get("defaultErrnoRet"))
allow, enosys, eperm = ("SCMP_ACT_ALLOW", None), ("SCMP_ACT_ERRNO", 38), ("SCMP_ACT_ERRNO", 1)
sys.exit(0 if eval(sys.argv[2]) else 1)
END
}

id=0123456789abcdef0123456789abcdef
# header [ID] [SUBJECT] [START_SEEN]
header() {
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"%s","start_seen":%s}]}\n' \
		"${1:-$id}" "${2:-web}" "${3:-true}"
}

# syscall NAME NR [ABI] [FLAGS] [MORE]
syscall() {
	printf '{"fact":"syscall","abi":"%s","nr":%d%s,"recordings":[0],"phases":["main"],"flags":["%s"]%s}\n' \
		"${3:-x86_64}" "$2" "${1:+,\"name\":\"$1\"}" "${4:-done}" "${5-}"
}

# footer FACTS [COMPLETE] [LOSSES] [ID]
footer() {
	printf '{"end":true,"facts":%d,"complete":%s,"recordings":[{"id":"%s","ended":"exited","losses":{%s}}],"kinds":{"syscall":%d}}\n' \
		"$1" "${2:-true}" "${4:-$id}" "${3-}" "$1"
}

other=ffffffffffffffffffffffffffffffff
{ header; syscall read 0; syscall connect 42; footer 2; } >good.trace
{ header $other; syscall mmap 9; syscall mremap 25; footer 2 true "" $other; } >more.trace
{ header $other db; syscall mmap 9; footer 1 true "" $other; } >db.trace
{ header; syscall read 0; footer 1 false '"ring":3'; } >lossy.trace
{ header; syscall read 0; } >cut.trace
{ header $id web false; syscall read 0; footer 1; } >nostart.trace
{ header; footer 0; } >empty.trace
{ header; syscall read 0; syscall writev 146 i386; footer 2; } >i386.trace
{ header; syscall read 0; syscall "" 4000; footer 2; } >unnamed.trace
{
	header
	syscall read 0
	syscall mount 165 x86_64 denied ',"errnos":[1]'
	syscall keyctl 250 x86_64 denied ',"errnos":[38]'
	footer 3
} >denied.trace

expect 0 emit seccomp good.trace
cp out good.json
says err '^[0-9]* syscalls allowed: 2 observed, [0-9]* more that runtimes make, [0-9]* more that any'
says err '^all others answer EPERM, but for [0-9]* that answer ENOSYS'
grep -q 'refused while recording' err && fail "something was refused"

has good.json 'p["defaultAction"] == "SCMP_ACT_ERRNO" and p["defaultErrnoRet"] == 1'
has good.json 'p["architectures"] == ["SCMP_ARCH_X86_64"] and "flags" not in p'
has good.json 'action("read") == allow == action("connect") == action("execve") == action("restart_syscall")'
has good.json 'action("clone3") == enosys and action("mount") == eperm'
has good.json 'all(r["comment"] and r["names"] == sorted(r["names"]) for r in p["syscalls"])'

# -o: whole or not at all, readable by all; stdout stays empty
umask 077
expect 0 emit seccomp -o p.json good.trace
cmp -s p.json good.json || fail "-o wrote something else than stdout got"
[ "$(stat -c %a p.json)" = 644 ] || fail "mode of p.json is $(stat -c %a p.json)"
[ -s out ] && fail "something on stdout with -o"
echo old >p.json
expect 4 emit seccomp -o p.json lossy.trace
[ "$(cat p.json)" = old ] || fail "a refusal overwrote the file"
expect 2 emit seccomp -o nowhere/p.json good.trace
says err nowhere/p.json
[ "$(find . -name '.*.json.*' | wc -l)" = 0 ] || fail "a temporary file is left"

# several traces are one; the same bytes in whatever order
expect 0 emit seccomp good.trace more.trace
cp out both.json
has both.json 'action("mremap") == allow == action("connect")'
expect 0 emit seccomp more.trace good.trace
cmp -s out both.json || fail "the order of traces changed the profile"
expect 2 emit seccomp good.trace db.trace
says err "two subjects"
"$TRAMMEL" emit seccomp - <good.trace >out 2>err || fail "a trace on standard input"
cmp -s out good.json || fail "standard input made another profile"

# what cannot be had from such recordings
expect 4 emit seccomp lossy.trace
says err 'lost 3 ring'
says err '--allow-incomplete'
[ -s out ] && fail "a profile beside a refusal"
expect 4 emit seccomp cut.trace
expect 0 emit seccomp --allow-incomplete lossy.trace
expect 0 emit seccomp --allow-incomplete cut.trace
expect 2 emit seccomp nostart.trace
says err 'restart the container once while recording'
expect 0 emit seccomp --allow-no-start nostart.trace
expect 2 emit seccomp empty.trace
says err 'no syscalls'

# what is said beside the profile
expect 0 emit seccomp i386.trace
says err '^warning: .*x86_64, i386.*allowed for all'
cp out i386.json
has i386.json 'p["architectures"] == ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]'
expect 0 emit seccomp unnamed.trace
says err '^warning: syscall 4000 of x86_64 has no name'
expect 0 emit seccomp denied.trace
cp out denied.json
says err '^2 were refused while recording, and stay so'
has denied.json 'action("mount") == eperm and action("keyctl") == enosys'
expect 0 -q emit seccomp good.trace
[ -s err ] && fail "-q is not quiet"

# options
expect 0 emit seccomp --runtime none --default-action log good.trace
cp out log.json
has log.json 'action("execve") == ("SCMP_ACT_LOG", None) and action("clone3") == enosys'
expect 0 emit seccomp --default-action=kill good.trace
has out 'p["defaultAction"] == "SCMP_ACT_KILL_PROCESS" and "defaultErrnoRet" not in p'
expect 0 emit seccomp --runtime=crun good.trace
has out 'action("setresuid") == allow and action("getcwd") == eperm'
expect 2 emit seccomp --runtime youki good.trace
says err "'youki'.*crun-1.8"

# wrong usage
expect 2 emit
says err 'expected seccomp'
expect 2 emit selinux good.trace
says err "'selinux': expected seccomp"
expect 2 emit seccomp
says err 'a trace is missing'
expect 2 emit seccomp --frob good.trace
says err "unknown option '--frob'"
expect 2 emit seccomp good.trace -z
says err "unknown option '-z'"
expect 2 emit seccomp good.trace -q
says err "'-q' stands before the command: trammel -q emit"
expect 2 emit seccomp good.trace --color=never
says err "'--color=never' stands before"
expect 2 emit seccomp -o
says err "option '-o' needs a value"
expect 2 emit seccomp --default-action allow good.trace
expect 2 emit seccomp no-such.trace
says err 'no-such.trace'
expect 2 emit seccomp good.json
says err 'good.json:1'
expect 0 emit --help
says out '^Usage: trammel emit FORMAT'

# every emission proves right against what it was made of
if [ "$(uname -m)" = x86_64 ]; then
	for t in good i386 denied; do
		expect 0 verify --seccomp "$t.json" "$t.trace"
	done
	expect 0 verify --seccomp both.json good.trace more.trace
	expect 1 verify --seccomp good.json more.trace
fi
exit "$failed"
