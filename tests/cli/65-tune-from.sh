#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel tune: edits become decisions with which emit makes the edited profile again; what no decision
# can say is named.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
[ "$(uname -m)" = x86_64 ] || { echo "skipped: the trace is of x86_64"; exit 77; }
command -v python3 >/dev/null || { echo "skipped: no python3"; exit 77; }

# edit PYTHON: p is web.json, rules(NAME) its rules of a call, drop(NAME) takes it out; makes edited.json
edit() {
	python3 - "$1" <<'END' || fail "edit: $1"
import json, sys
p = json.load(open("web.json"))
def rules(name):
    return [r for r in p["syscalls"] if name in r["names"]]
def drop(name):
    for r in rules(name):
        r["names"].remove(name)
    p["syscalls"] = [r for r in p["syscalls"] if r["names"]]
def add(name, action="ALLOW", args=(), **more):
    rule = {"names": [name], "action": "SCMP_ACT_" + action, **more}
    if args:
        rule["args"] = [{"index": i, "value": m, "valueTwo": v, "op": "SCMP_CMP_MASKED_EQ"} for i, m, v in args]
    p["syscalls"].append(rule)
exec(sys.argv[1])
json.dump(p, open("edited.json", "w"))
END
}

# again PYTHON WANT...: the edit, as decisions ("deny syscall:read"), makes the same profile again
again() {
	local edit=$1
	shift
	edit "$edit"
	expect 0 tune edited.json --from web.json -o tune.json
	python3 - "$@" <<'END' || fail "$edit: $(cat tune.json)"
import json, sys
t = json.load(open("tune.json"))
got = sorted(f"{k} {d['fact']}" for k in ("allow", "deny", "pin") for d in t.get(k, []))
got += [f"{k}={o['value']}" for k, o in t.get("options", {}).items()]
sys.exit(got != sorted(sys.argv[1:]))
END
	expect 0 emit seccomp --tune tune.json -o made.json web.trace
	grep 'changes nothing' err && fail "$edit: a decision too many"
	expect 0 diff --any-change edited.json made.json
}

id=0123456789abcdef0123456789abcdef
{
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","start_seen":true}]}\n' $id
	n=0
	for call in read:0 openat:257 fsync:74 statx:332 prctl:157 madvise:28; do
		printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"phases":["main"],"flags":["done"]}\n' \
			"${call#*:}" "${call%:*}"
		n=$((n + 1))
	done
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}],"kinds":{"syscall":%d}}\n' $n $id $n
} >web.trace
expect 0 emit seccomp -o web.json web.trace

expect 0 tune web.json --from web.json
[ "$(tr -d ' \n' <out)" = '{}' ] || fail "decisions without an edit"
again 'p["syscalls"].reverse()'
again 'drop("fsync")' 'deny syscall:fsync'
again 'drop("sync") or add("sync", comment="at midnight")' 'allow syscall:sync'
grep -q '"why":"at midnight"' tune.json || fail "the comment is not the reason"
again 'add("ptrace")' 'allow syscall:ptrace'
again 'drop("fsync") or add("fsync", "ERRNO", errnoRet=38)' 'deny syscall:fsync'
grep -q '"errno":"ENOSYS"' tune.json || fail "the errno"
again 'drop("statx") or add("statx", "ERRNO", errnoRet=38)' 'deny syscall:statx'
grep -q '"errno"' tune.json && fail "an errno that the errno plan has"
again 'add("personality", args=[(0, 0xffffffff, 8)])' 'allow arg:personality:0:8'
again 'drop("prctl") or add("prctl", args=[(0, 0xffffffff, 15)]) or add("prctl", args=[(0, 0xf0, 0x10)])' \
	'pin arg:prctl:0:15' 'pin arg:prctl:0:16'
# emit gives some calls an errno of their own where the default kills: it is no harder than the edit.
edit 'p.update(defaultAction="SCMP_ACT_KILL_PROCESS"); p.pop("defaultErrnoRet")'
expect 0 tune edited.json --from web.json -o tune.json
grep -q '"value":"kill"' tune.json || fail "the default action"
expect 0 emit seccomp --tune tune.json -o made.json web.trace
expect 0 diff edited.json made.json

# What no decision says, each by name; the others are written all the same.
edit 'add("clone"); drop("fsync")'
expect 1 tune edited.json --from web.json
grep -q '^warning: clone: edited in a way that no decision can say$' err || fail "clone"
grep -q 'syscall:fsync' out || fail "what can be said"
edit 'drop("madvise") or add("madvise", args=[(0, 0xff, 1), (2, 0xff, 2)])'
expect 1 tune edited.json --from web.json
grep -q '^warning: madvise: ' err || fail "two arguments"
edit 'drop("fsync") or add("fsync", "TRAP")'
expect 1 tune edited.json --from web.json
grep -q '^warning: fsync: ' err || fail "an action of its own"

expect 2 tune web.json
expect 2 tune --from web.json
expect 2 tune web.json web.json --from web.json
expect 2 tune nowhere.json --from web.json
expect 2 tune web.json --from web.trace
expect 2 tune - --from -
expect 2 tune web.json --from web.json -o /nowhere/tune.json
exit "$failed"
