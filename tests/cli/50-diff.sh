#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel diff: which way the answer goes, in every form, for profiles and traces.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

cat >read.json <<'END'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrnoRet": 1,
  "architectures": ["SCMP_ARCH_X86_64"],
  "syscalls": [
    {"names": ["read"], "action": "SCMP_ACT_ALLOW"},
    {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38},
    {"names": ["statx"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
  ]
}
END
sed 's/"read"/"read", "mount"/' read.json >mount.json
sed 's/"names": \["clone3"\], "action": "SCMP_ACT_ERRNO", "errnoRet": 38/"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1/' read.json >errno.json
sed '/"read"/s/$/\n    {"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": 40}]},/' read.json >socket.json
# the same in other words
cat >other.json <<'END'
{"syscalls": [{"args": [], "action": "SCMP_ACT_ALLOW", "names": ["read", "read"]},
 {"names": ["statx"], "action": "SCMP_ACT_ERRNO"},
 {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}],
 "defaultAction": "SCMP_ACT_ERRNO", "archMap": [
 {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []}, {"architecture": "SCMP_ARCH_AARCH64"}]}
END

expect 0 diff read.json other.json
says out 'other.json grants no syscalls that read.json does not grant'
expect 0 diff --any-change read.json other.json
expect 1 diff read.json mount.json
says out 'grants 1 syscall that'
says out 'EPERM -> allowed'
says out '^    mount$'
expect 0 diff mount.json read.json
says out 'mount.json grants 1 syscall that read.json does not grant'
expect 1 diff --any-change mount.json read.json
expect 0 diff read.json errno.json
says out 'ENOSYS -> EPERM'
expect 1 diff --any-change read.json errno.json
expect 1 diff read.json socket.json
says out 'arg0=0x28: EPERM -> allowed'
expect 1 diff docker-default@20.10 docker-default
expect 0 diff docker-default docker-default
"$TRAMMEL" diff - mount.json <read.json >out 2>err
[ $? = 1 ] || fail "from stdin"
"$TRAMMEL" diff <(cat read.json) <(cat mount.json) >out 2>err
[ $? = 1 ] || fail "from pipes"

# capabilities open rules
expect 0 diff docker-default docker-default@29
expect 1 diff --cap-add sys_admin read.json docker-default
says out 'and cap_sys_admin'
more() { # NAMES: whether they are all among what is more, in JSON
	python3 -c 'import json, sys
names = {m.get("name") for m in json.load(open("out"))["more"]}
sys.exit(not set(sys.argv[1:]) <= names)' "$@"
}
expect 1 --json diff --cap-add SYS_ADMIN,CAP_BPF --cap-drop ALL read.json docker-default
more mount bpf || fail "CAP_SYS_ADMIN opens mount"
if more chroot; then fail "chroot without its capability"; fi
expect 1 --json diff read.json docker-default
more chroot || fail "chroot with its capability"
if more mount; then fail "mount without its capability"; fi

# long lists
expect 1 diff read.json docker-default
says out 'more: --all'
expect 1 diff --all read.json docker-default
says_not out 'more: --all'

# JSON
expect 1 --json diff read.json socket.json
python3 - out <<'END' || fail "JSON is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
assert (o["a"], o["b"]) == ("read.json", "socket.json")
assert o["b_grants_more"] and o["differs"] and o["complete"]
assert [m["name"] for m in o["more"]] == ["socket"] and not o["less"] and not o["otherwise"]
m = o["more"][0]
assert not m["any_arguments"] and "x86_64" in m["abis"] and "i386" not in m["abis"], m
e = m["examples"][0]
assert e == {"args": {"0": "0x28"}, "a": {"action": "errno", "errno": 1}, "b": {"action": "allow"}}, e
END
# json has no more rows than text has differences, and none twice
expect 1 --json diff docker-default@20.10 podman-default
python3 - out <<'END' || fail "rows come twice"
import json, sys
o = json.load(open(sys.argv[1]))
for kind in "more", "less", "otherwise":
    keys = [(r.get("name"), r["number"], abi) for r in o[kind] for abi in r["abis"]]
    assert len(keys) == len(set(keys)), kind
END

# SARIF: stable ids, the line of the rule
expect 1 diff --sarif read.json mount.json
python3 - out <<'END' || fail "SARIF is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
assert o["version"] == "2.1.0" and "sarif-2.1.0" in o["$schema"]
run, = o["runs"]
rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
assert rules == ["diff-grants-more", "diff-grants-less", "diff-answers-otherwise"], rules
result, = run["results"]
assert result["ruleId"] == rules[result["ruleIndex"]] == "diff-grants-more" and result["level"] == "error"
place = result["locations"][0]["physicalLocation"]
assert place["artifactLocation"]["uri"] == "mount.json" and place["region"]["startLine"] == 6, place
assert "mount" in result["message"]["text"] and len(result["partialFingerprints"]["trammel/v1"]) == 64
END
cp mount.json 'a b#%.json'
expect 1 diff --sarif read.json 'a b#%.json'
says out '"uri":"a%20b%23%25.json"'

# Markdown: a table that fits one comment, whatever the difference is, and no foreign markup
echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >all.json
expect 1 diff --markdown read.json mount.json
# shellcheck disable=SC2016 # the backticks are Markdown's
says out '^| `mount` | x86_64, aarch64 | any | EPERM | allowed |$'
for pair in 'read.json all.json' 'all.json docker-default' 'podman-default read.json'; do
	# shellcheck disable=SC2086
	"$TRAMMEL" diff --markdown $pair >out 2>err
	[ "$(wc -c <out)" -lt 65000 ] || fail "$pair: $(wc -c <out) bytes of Markdown"
	says out '^### Seccomp'
done
cp mount.json 'x`|<b>.json'
expect 1 diff --markdown read.json 'x`|<b>.json'
# shellcheck disable=SC2016
says out '`x??<b>.json`'

# traces
id=0123456789abcdef0123456789abcdef
header="{\"trammel\":\"trace\",\"version\":1,\"recordings\":[{\"id\":\"$id\",\"subject\":\"web\",\"start_seen\":true}]}"
syscall() { # NAME NR
	printf '{"fact":"syscall","abi":"x86_64","nr":%d,"name":"%s","recordings":[0],"phases":["main"],"flags":["done"]}\n' "$2" "$1"
}
footer() { # FACTS COMPLETE LOSSES
	printf '{"end":true,"facts":%d,"complete":%s,"recordings":[{"id":"%s","ended":"exited","losses":{%s}}],"kinds":{"syscall":%d}}\n' "$1" "$2" "$id" "${3-}" "$1"
}
{ echo "$header"; syscall read 0; footer 1 true; } >read.trace
{ echo "$header"; syscall read 0; syscall mount 165; footer 2 true; } >mount.trace
{ echo "$header"; syscall read 0; footer 1 false '"ring":3'; } >lossy.trace
{ echo "$header"; syscall mount 165; footer 1 false '"ring":3'; } >lossy-mount.trace

expect 0 diff read.json read.trace
expect 1 diff read.json mount.trace
says out 'mount.trace made 1 syscall that read.json does not grant'
expect 1 diff read.trace mount.json
says out 'mount.json grants 1 syscall that read.trace did not make'
expect 1 diff read.trace mount.trace
says out 'mount.trace made 1 syscall that read.trace did not make'
expect 0 diff mount.trace read.trace
says_not out AppArmor
# Files of recordings are compared where that is asked for, and it is said that they were not.
for path in /one /two; do
	echo "$header"
	syscall read 0
	printf '{"fact":"file","path":"%s","act":"open","perms":"r","recordings":[0],"flags":["done"]}\n' $path
	footer 2 true | sed 's/"syscall":2/"syscall":1,"file":1/'
done | split -l 4 - files.
expect 0 diff files.aa files.ab
says out 'AppArmor allows: not compared: files'
expect 0 diff files.aa read.trace
says_not out AppArmor
"$TRAMMEL" diff - mount.trace <read.trace >out 2>err
[ $? = 1 ] || fail "a trace from stdin"
expect 4 diff read.json lossy.trace
says err incomplete
expect 0 diff --allow-incomplete read.json lossy.trace
expect 1 diff read.json lossy-mount.trace

# a container that is not there, or an engine that is not
"$TRAMMEL" diff read.json container:no-such-container-here >out 2>err </dev/null
case $? in
2 | 3) says err 'container:no-such-container-here\|engine' ;;
*) fail "a container that is not there" ;;
esac

# a process: this shell is under no filter, or this machine does not tell
"$TRAMMEL" diff docker-default "pid:$$" >out 2>err </dev/null
case $? in
0 | 1) says out "pid:$$: [0-9]* filters* in force on it" ;;
3) says err 'filter' ;;
*) fail "a process" ;;
esac

# wrong usage and bad input: 2, one line, nothing on stdout
bad() {
	expect 2 "$@"
	[ ! -s out ] || fail "trammel $*: talks on stdout"
	[ "$(wc -l <err)" -eq 1 ] || fail "trammel $*: not one line"
}
echo hello >hello
bad diff
bad diff read.json
bad diff read.json mount.json other.json
bad diff --nonsense read.json mount.json
bad diff - -
bad diff read.json missing.json
bad diff hello read.json
bad diff read.json hello
bad diff --cap-add NONSENSE read.json mount.json
says err NONSENSE
bad diff --cap-drop 12 read.json mount.json
bad diff read.json pid:
bad diff read.json pid:0
bad diff read.json pid:12x
bad diff read.json pid:99999999999
bad diff read.json pid:2147483647
bad diff --markdown --sarif read.json mount.json
bad --json diff --markdown read.json mount.json

expect 0 diff --help
grep -o -- "--[a-z-]*" out | sort -u >options
while read -r o; do
	grep -q -- "$o" "$TRAMMEL_SOURCE/docs/trammel-diff.8.md" || fail "$o is not in the manual"
done <options
exit "$failed"
