#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A bundle as what a change is held against: verify, diff and lint take it, say what is new, who did it
# and what accepts it, and tell the code host, whatever the names of a container are.
# shellcheck disable=SC2016 # backquotes and dollars are what is looked for
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"
MATCH=-F
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
[ "$(uname -m)" = x86_64 ] || { echo "skipped: the recordings here are of x86_64"; exit 77; }

# trace ID FACT...
trace() {
	local id=$1
	shift
	printf '{"trammel":"trace","version":1,"recordings":[{"id":"%s","subject":"web","started":1700000000,"stopped":1700000059,"seconds":60,"start_seen":true,"context":{"arch":["x86_64"],"arguments":["clone","socket"],"kernel":["6.1.0"]}}]}\n' "$id"
	printf '%s\n' "$@"
	printf '{"end":true,"facts":%d,"complete":true,"recordings":[{"id":"%s","ended":"exited","losses":{}}]}\n' $# "$id"
}
call() { # NAME NR [EXE] [PHASE]
	printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"after":1,"phases":["%s"],"exes":["%s"],"flags":["done"]}' \
		"$2" "$1" "${4:-main}" "${3:-/bin/web}"
}
old=0123456789abcdef0123456789abcdef new=ffffffffffffffffffffffffffffffff
trace $old "$(call read 0)" "$(call close 3)" >old.trace
trace $new "$(call read 0)" "$(call connect 42)" "$(call mount 165 /bin/mount exec)" >new.trace
trace $new "$(call read 0)" >same.trace
expect 0 emit bundle -d web old.trace

# Nothing new
expect 0 verify web
says out 'Yes: web/seccomp.json allows all 2 recorded syscalls'
expect 0 verify web same.trace
expect 0 diff web same.trace
expect 0 lint web
expect 0 diff docker-default web
expect 1 diff web docker-default
says_not out 'To accept it'

# Something new: what, who, how to accept it
accept="trammel emit bundle -d web new.trace --accept syscall:mount --why 'WHY'"
expect 1 verify web new.trace
says out 'denies 2 of 3 recorded syscalls'
grep -A1 'mount .*EPERM .*exec: /bin/mount$' out | grep -q '^    in recording ffffffffffff$' ||
	fail "who made mount is not said"
says out "  $accept"
expect 1 diff web new.trace
grep -q '^  mount  *connect$\|^    connect mount$' out || fail "what is more is not said"
grep -q '^  mount  */bin/mount, recording ffffffffffff$' out || fail "who made mount is not said"
says out "  $accept"
expect 1 --json verify web new.trace
python3 - "$accept" $new <<'END' || fail "JSON"
import json, sys
j = json.load(open("out"))
assert j["accept"] == sys.argv[1], j["accept"]
assert {d["name"]: (d["executables"], d["recordings"]) for d in j["denied"]} == {
    "connect": (["/bin/web"], [sys.argv[2]]), "mount": (["/bin/mount"], [sys.argv[2]])}, j["denied"]
END
for command in verify diff; do
	expect 1 $command --markdown web new.trace
	says out '`mount'
	says out '/bin/mount, '
	says out "$accept"
	expect 1 $command --sarif web new.trace
	python3 - $command "$accept" <<'END' || fail "SARIF of $command"
import json, sys
run = json.load(open("out"))["runs"][0]
rule = {"verify": "verify-denied", "diff": "diff-grants-more"}[sys.argv[1]]
results = [r for r in run["results"] if r["ruleId"] == rule]
assert len(results) == 2, results
for r in results:
    assert run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == rule
    place = r["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "web/seccomp.json", place
    assert place["region"]["startLine"] >= 1
    assert sys.argv[2] in r["message"]["text"], r
END
done
expect 2 verify --markdown --sarif web new.trace
# The line of the rule that speaks of it: epoll_pwait2 is in the errno plan
trace $new "$(call epoll_pwait2 441)" >pwait2.trace
want=$(grep -n '"epoll_pwait2"' web/seccomp.json | cut -d: -f1)
rule=$(awk -v n="$want" 'NR <= n && /^    {/ { line = NR } END { print line }' web/seccomp.json)
expect 1 verify --sarif web pwait2.trace
grep -q "\"startLine\":$rule" out || fail "not the line of the rule: $rule"

# The command does it
run=${accept//\'WHY\'/\'backup mounts a snapshot\'}
PATH=$(dirname "$TRAMMEL"):$PATH bash -c "$run" >out 2>err || fail "$run"
expect 0 verify web new.trace
expect 0 diff web new.trace
expect 0 verify web
expect 0 verify web web
grep -q snapshot web/tune.json || fail "the reason is not kept"

# A directory, as record -d leaves it: the traces of the bundle's subject
mkdir traces
cp new.trace old.trace traces
sed 's/"web"/"db"/' new.trace >traces/db.trace
expect 0 verify web traces
expect 2 verify web traces/db.trace
says err "web is of 'web', and there is a recording of 'db'"
expect 0 emit bundle -d web traces
expect 2 emit bundle -d fresh traces
says err 'two subjects'
rm traces/new.trace traces/old.trace
expect 2 verify web traces
says err "traces: no trace of 'web' in this directory"
expect 2 emit bundle -d web traces
expect 0 emit bundle -d db traces --accept syscall:mount --why "a directory of one subject"
echo broken >traces/web.trace
expect 2 verify web traces
says err traces/web.trace

# By hand
sed -i 's/"connect"/"bind"/' web/seccomp.json
expect 1 verify web
says err 'web/seccomp.json was edited since it was made'
expect 1 diff docker-default web --any-change
says err 'was edited'
expect 0 emit bundle -d web --force
printf '{"deny":[{"fact":"syscall:connect","why":"no network"}]}' >web/tune.json
expect 0 verify web
says err 'web/tune.json changed since the profile was made'
rm web/tune.json
expect 1 emit bundle -d web
rm -r web
expect 0 emit bundle -d web old.trace

# What the code host is told
export GITHUB_STEP_SUMMARY=$dir/summary
expect 1 verify web new.trace
says summary '| `mount` | x86_64 | EPERM |'
says_not err '::error'
expect 1 diff web new.trace
[ "$(grep -c '^### Seccomp' summary)" = 2 ] || fail "the summary is not appended to"
expect 0 verify web same.trace
says summary 'Allows all of 1 recorded syscalls'
GITHUB_STEP_SUMMARY=$dir/nowhere/summary
expect 1 verify web new.trace
says err 'GITHUB_STEP_SUMMARY: '
unset GITHUB_STEP_SUMMARY
export GITHUB_ACTIONS=true
for command in verify diff; do
	expect 1 $command web new.trace
	[ "$(grep -c '^::error file=web/seccomp.json,line=[1-9][0-9]*,title=trammel::' err)" = 2 ] ||
		fail "$command: no two workflow commands"
	says err "$accept"
	expect 0 $command web same.trace
	says_not err '::'
done

# Names that hold anything start no command, leave no line and close no fence
hostile='/x\\x0a::error::pwned\\x0d%0A::add-mask::x ##[command]y ::set-env name=A::b `code` ```  | a | \\x1b[31m'
trace $new "$(call mount 165 "$hostile")" "$(call umount2 166 "::error::first")" "$(call ptrace 101 " ::error::second")" >hostile.trace
cp hostile.trace '::error file=a,line=1::b%0a`id`$(id).trace'
mkdir ', : % ```'
expect 0 emit bundle -d ', : % ```/b' old.trace
for words in "verify web" "diff web" "--json verify web" "verify --markdown web" "diff --markdown web" "verify --sarif web" "diff --sarif web"; do
	# shellcheck disable=SC2086 # words
	expect 1 $words '::error file=a,line=1::b%0a`id`$(id).trace'
	cat out err >both
	[ "$(grep -c '^::error file=web/seccomp.json,line=[1-9][0-9]*,title=trammel::' both)" = 3 ] ||
		fail "$words: not three commands"
	grep -v '^::error file=web/seccomp.json,line=[1-9][0-9]*,title=trammel::' both | grep -nE '^\s*::|##\[' &&
		fail "$words: a name became a command"
	LC_ALL=C grep -q $'[\001-\010\013-\037]' both && fail "$words: a control byte"
done
expect 1 verify ', : % ```/b' new.trace
grep -qF '::error file=%2C %3A %25 ```/b/seccomp.json,line=' err || fail "the path of a workflow command is not escaped"
unset GITHUB_ACTIONS

# A comment has a bound
python3 - <<'END' >many.trace
import json
facts = []
for nr in range(0, 335):
    facts.append({"fact": "syscall", "abi": "x86_64", "nr": nr, "recordings": [0], "phases": ["main"],
                  "exes": ["/usr/bin/" + "n" * 280 + str(i) for i in range(3)], "flags": ["done"]})
print(json.dumps({"trammel": "trace", "version": 1, "recordings": [{"id": "f" * 32, "subject": "web", "start_seen": True}]}))
for f in facts:
    print(json.dumps(f))
print(json.dumps({"end": True, "facts": len(facts), "complete": True,
                  "recordings": [{"id": "f" * 32, "ended": "exited", "losses": {}}]}))
END
for command in verify diff; do
	expect 1 $command --markdown web many.trace
	[ "$(wc -c <out)" -lt 65000 ] || fail "$command: $(wc -c <out) bytes"
	grep -q '^\.\.\. and [0-9]* more\.$' out || fail "$command: nothing says that it was cut"
	says out 'To accept it'
done
exit "$failed"
