#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trammel lint: what it finds, where, and from which level on it fails.
. "$TRAMMEL_SOURCE/tests/lib/cli.sh"

cat >good.json <<'END'
{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrnoRet": 1,
  "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  "syscalls": [
    {"names": ["read", "clone"], "action": "SCMP_ACT_ALLOW",
     "args": [{"index": 0, "op": "SCMP_CMP_MASKED_EQ", "value": 2114060288, "valueTwo": 0}]},
    {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}
  ]
}
END
sed 's/"clone3"\], "action": "SCMP_ACT_ERRNO", "errnoRet": 38/"clone3", "lookup_dcookie"], "action": "SCMP_ACT_ALLOW"/' good.json >medium.json
echo '{"defaultAction": "SCMP_ACT_ALLOW"}' >high.json
printf '{"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"],\n"syscalls": [\n{"names": ["x\\u001b[2J"], "action": "SCMP_ACT_ALLOW"}]}' >escape.json

expect 0 lint good.json
says out '^good.json: 0 high, 0 medium'
expect 0 lint medium.json
says out '^medium.json:8: medium: lookup_dcookie is allowed.*\[seccomp-beyond-default\]$'
expect 1 lint --fail-on medium medium.json
expect 0 lint --fail-on medium good.json
expect 1 lint high.json
says out '^high.json: high: .*\[seccomp-default-allows\]$'
expect 0 lint --fail-on never high.json
expect 1 lint good.json high.json
expect 0 lint --against medium.json medium.json
says_not out 'lookup_dcookie is'
expect 0 lint docker-default
says_not out ': low:'
expect 0 lint --all docker-default
says out ': low:.*0x26 is refused, and 0x100000026.*seccomp-high-bits'
expect 0 lint escape.json
says out ':3: medium: .*x1b\[2J'
if grep -q "$(printf '\033')" out; then fail "an escape sequence came through"; fi
"$TRAMMEL" lint - <high.json >out 2>err
[ $? = 1 ] || fail "from stdin"

expect 1 --json lint high.json medium.json
python3 - out <<'END' || fail "JSON is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
assert o["failed"] and o["against"] == "docker-default"
high, medium = o["files"]
assert (high["file"], medium["file"]) == ("high.json", "medium.json")
f = high["findings"][0]
assert f["rule"] == "seccomp-default-allows" and f["level"] == "high" and "line" not in f, f
f, = [f for f in medium["findings"] if f["subject"] == "lookup_dcookie"]
assert f["line"] == 8 and f["level"] == "medium", f
levels = ["low", "medium", "high"]
for file in o["files"]:
    order = [levels.index(f["level"]) for f in file["findings"]]
    assert order == sorted(order, reverse=True)
END

expect 1 lint --sarif high.json medium.json
python3 - out <<'END' || fail "SARIF is not as it should be"
import json, sys
o = json.load(open(sys.argv[1]))
assert o["version"] == "2.1.0"
run, = o["runs"]
rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
assert len(set(rules)) == len(rules) > 15
for r in run["results"]:
    assert rules[r["ruleIndex"]] == r["ruleId"] and r["level"] in ("note", "warning", "error")
    assert r["message"]["text"] and r["locations"]
places = {(r["ruleId"], p["artifactLocation"]["uri"], p.get("region", {}).get("startLine"))
          for r in run["results"] for p in [r["locations"][0]["physicalLocation"]]}
assert ("seccomp-beyond-default", "medium.json", 8) in places, places
assert ("seccomp-default-allows", "high.json", None) in places, places
END
# a finding is the same one when its line moves
fingerprints() {
	"$TRAMMEL" lint --sarif "$1" | grep -o '"trammel/v1":"[0-9a-f]*"' | sort
}
sed 's/"syscalls": \[/&\n\n\n/' medium.json >moved.json
[ "$(fingerprints medium.json)" = "$(fingerprints moved.json)" ] || fail "fingerprints move with lines"

# for a pull request: what a profile says ends no cell, and not all of it must fit
python3 - <<'END'
import json
rules = [{"names": ["bpf"], "action": "SCMP_ACT_ALLOW"}]
rules += [{"names": ["x`|<b>%d" % i], "action": "SCMP_ACT_ALLOW"} for i in range(3000)]
profile = {"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": rules}
json.dump(profile, open("many.json", "w"))
END
# shellcheck disable=SC2016 # Markdown
{
	expect 1 lint --markdown many.json good.json
	[ "$(wc -c <out)" -lt 65000 ] || fail "--markdown does not fit"
	says out '^| high | 1 | `bpf is allowed: .*` | seccomp-risky |$'
	says out '^... and [0-9]* more\.$'
	says out '^... and 1 file more\.$'
	[ "$(grep '^|' out | awk -F'|' '{ print NF }' | sort -u)" = 6 ] || fail "cells"
	if grep '^|' out | grep -v '^|[^`]*`[^`]*`[^`]*$' | grep -v '^| \(Level\|---\)'; then fail "code that ends early"; fi
	expect 0 lint --markdown good.json
	says out '^\*\*`good.json`\*\*: 0 high'
}

# what is in force on a process: this shell is under no filter, or this machine does not tell
"$TRAMMEL" lint "pid:$$" >out 2>err </dev/null
case $? in
0 | 1) says out "^pid:$$: [0-9]* high" ;;
3) says err filter ;;
*) fail "a process" ;;
esac

# every rule is in the manual
"$TRAMMEL" lint --sarif good.json | grep -o '"id":"[a-z0-9-]*"' | cut -d'"' -f4 >ids
while read -r id; do
	grep -q "^\*$id\*" "$TRAMMEL_SOURCE/docs/trammel-lint.8.md" || fail "$id is not in the manual"
done <ids

bad() {
	expect 2 "$@"
	[ ! -s out ] || fail "trammel $*: talks on stdout"
	[ "$(wc -l <err)" -eq 1 ] || fail "trammel $*: not one line"
}
echo hello >hello
bad lint
bad lint missing.json
bad lint hello
bad lint good.json hello
bad lint --fail-on worst good.json
bad lint --fail-on
bad lint --against hello good.json
bad lint --nonsense good.json
bad lint - -
bad --json lint --sarif good.json
bad lint --markdown --sarif good.json
bad lint pid:x
bad lint pid:2147483647
printf '{"trammel":"trace","version":1,"recordings":[]}\n{"end":true,"facts":0,"complete":true,"recordings":[],"kinds":{}}\n' >trace
bad lint trace
says err 'expected a profile, found a trace'
exit "$failed"
